//! Constants of types that only rustc knows: lists of plain structs, their fields, and what is in them.

use conservative_grad::conservative_grad;

#[derive(Clone, Debug)]
pub struct Inner {
    at: usize,
    k: [f64; 2],
}

/// No copy, no derivative.
#[derive(Clone, Debug)]
pub struct Edge {
    a: usize,
    b: usize,
    w: f64,
    on: bool,
    kind: u8,
    v: Vec<f64>,
    inner: Inner,
}

impl Edge {
    fn twice(&self) -> f64 {
        self.w * 2.0
    }
}

fn edge(a: usize, b: usize, w: f64, on: bool, kind: u8) -> Edge {
    Edge {
        a,
        b,
        w,
        on,
        kind,
        v: vec![w, 0.5, 2.0 * w],
        inner: Inner {
            at: b,
            k: [w, w + 1.0],
        },
    }
}

fn edges() -> Vec<Edge> {
    vec![
        edge(0, 1, 0.25, true, 1),
        edge(1, 2, 0.75, false, 0),
        edge(2, 0, -0.5, true, 1),
        edge(1, 0, 1.5, true, 0),
        edge(2, 2, 2.0, false, 1),
    ]
}

const P: [f64; 3] = [0.5, 2.0, -1.25];

mod elements {
    use super::*;

    #[conservative_grad]
    fn indexed(p: &[f64], w: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = 0.0;
        for i in 0..es.len() {
            s += p[es[i].a] * p[es[i].b] * w[i];
        }
        s
    }

    #[conservative_grad]
    fn neighbours(p: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = 0.0;
        for i in 1..es.len() {
            s += p[0] * (es[i].w - es[i - 1].w) + p[1] * es[i].w;
        }
        s * es[es.len() - 1].w
    }

    #[conservative_grad]
    fn searched(p: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = p[0];
        let mut i = 0;
        while i < es.len() && es[i].w < 1.0 {
            s = (s * p[es[i].a]).sin();
            i += 1;
        }
        s
    }

    #[conservative_grad]
    fn windows(p: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = p[2];
        for w in es.windows(2) {
            s += p[w[0].a] * p[w[1].inner.at] * w[1].v[0] * w[1].inner.k[1];
            for x in &w[1].v {
                s += (p[0] * x).cos();
            }
            s *= w[0].v.len() as f64;
        }
        s
    }

    #[conservative_grad]
    fn contents(p: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = p[0];
        for i in 0..es.len() {
            s += p[1] * es[i].twice();
            for (k, x) in es[i].v.iter().enumerate() {
                s += p[k] * x * s;
            }
            s += es[i].v.iter().map(|x| p[0] * x).sum::<f64>();
        }
        s
    }

    #[conservative_grad]
    fn nested(p: &[f64], #[constant] es: &[Vec<Edge>], #[constant] pairs: &[(usize, Edge)]) -> f64 {
        let mut s = 0.0;
        for i in 0..es.len() {
            for j in 0..es[i].len() {
                s += p[es[i][j].a] * es[i][j].w;
            }
        }
        for i in 0..pairs.len() {
            s *= p[pairs[i].0] + pairs[i].1.w;
        }
        s
    }

    #[test]
    fn agree() {
        let es = edges();
        let w = [0.5, -1.0, 2.0, 0.25, 1.0];
        check!(indexed(&P, &w, const &es));
        check!(neighbours(&P, const &es));
        check!(searched(&P, const &es));
        check!(windows(&P, const &es));
        check!(contents(&P, const &es));
        let pairs: Vec<(usize, Edge)> = vec![(0, es[1].clone()), (2, es[3].clone())];
        let lists = [es.clone(), es[1..].to_vec()];
        check!(nested(&P, const &lists, const &pairs));
    }
}

mod truths {
    use super::*;

    #[conservative_grad]
    fn behind_continue(b: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut ll = 0.0;
        let mut r = 0.0;
        for e in es {
            if e.kind != 1 {
                continue;
            }
            let h: f64 = b[0] * b[e.a];
            r += h.exp();
            if e.on {
                ll += h - r.ln();
            }
        }
        ll
    }

    #[conservative_grad]
    fn in_a_branch(x: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = 0.0;
        for e in es {
            if x[0] > 0.0 {
                if e.on {
                    s += x[e.a] * x[e.b];
                }
            }
        }
        s
    }

    #[conservative_grad]
    fn filtered(x: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = x[0];
        for e in es.iter().filter(|e| e.kind == 1) {
            if !e.on && e.a > 0 {
                s *= x[e.a];
            } else if e.on {
                s += x[e.b];
            }
        }
        s + es
            .iter()
            .filter(|e| e.on)
            .map(|e| x[e.a] * e.w)
            .sum::<f64>()
    }

    #[test]
    fn agree() {
        let es = edges();
        check!(behind_continue(&P, const &es));
        check!(in_a_branch(&P, const &es));
        check!(in_a_branch(&[-0.5, 1.0, 2.0], const &es));
        check!(filtered(&P, const &es));
    }
}

/// Parts of lists inside of a constant.
mod parts {
    use super::*;

    pub struct Graph {
        neighbours: Vec<u32>,
        start: Vec<usize>,
    }

    #[conservative_grad]
    fn sparse_rows(x: &[f64], #[constant] g: &Graph) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            let (lo, hi) = (g.start[i], g.start[i + 1]);
            for &j in &g.neighbours[lo..hi] {
                s += x[i] * x[j as usize].sin();
            }
            for j in &g.neighbours[g.start[i]..g.start[i + 1]] {
                s *= 1.0 + 0.5 * x[*j as usize];
            }
        }
        s
    }

    #[test]
    fn agree() {
        let g = Graph {
            neighbours: vec![1, 2, 0, 2, 1],
            start: vec![0, 2, 2, 5],
        };
        check!(sparse_rows(&P, const &g));
    }
}

/// Patterns that take a constant struct apart.
mod patterns {
    use super::*;

    /// A tuple struct that is no copy.
    pub struct Link(usize, f64);

    #[conservative_grad]
    fn scale(x: f64, #[constant] by: f64) -> f64 {
        x * by.sin()
    }

    #[conservative_grad]
    fn in_a_let(b: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut ll = 0.0;
        for e in es {
            let Edge { w, on, v, .. } = e;
            let mut h = 0.0;
            for (x, b) in v.iter().zip(b) {
                h += x * b;
            }
            if *on {
                ll += h;
            }
            ll -= w * h.exp();
        }
        ll
    }

    #[conservative_grad]
    fn of_elements(x: &[f64], #[constant] links: &[Link]) -> f64 {
        let mut s = 0.0;
        for i in 0..links.len() {
            let Link(a, w) = links[i];
            let Link(b, v) = &links[i];
            s += x[a] * w + (x[*b] * v).sin();
        }
        s
    }

    #[conservative_grad]
    fn in_a_for(x: &[f64], #[constant] es: &[Edge], #[constant] links: &[Link]) -> f64 {
        let mut s = 0.0;
        for Edge { a, w, .. } in es {
            s += x[*a] * w * x[0];
        }
        for &Link(a, w) in links {
            s *= 1.0 + scale(x[a], w);
        }
        for (Edge { a, on, .. }, v) in es.iter().zip(x) {
            if *on && *v > 0.0 {
                s += x[*a] * v;
            }
        }
        s
    }

    #[conservative_grad]
    fn in_a_closure(x: &[f64], #[constant] links: &[Link]) -> f64 {
        let first: f64 = links.iter().map(|Link(a, w)| scale(x[*a], *w)).sum();
        first * links.iter().map(|&Link(a, w)| x[a] * w).sum::<f64>()
    }

    #[conservative_grad]
    fn handed_on(x: &[f64], #[constant] es: &[Edge]) -> f64 {
        let mut s = 0.0;
        for e in es {
            match e {
                Edge { a, w, .. } => s += scale(x[*a], *w) * x[1],
            }
        }
        s
    }

    #[test]
    fn agree() {
        let es = edges();
        let links = [Link(0, 0.5), Link(2, -1.5), Link(0, 2.0)];
        check!(in_a_let(&P, const &es));
        check!(of_elements(&P, const &links));
        check!(in_a_for(&P, const &es, const &links));
        check!(in_a_closure(&P, const &links));
        check!(handed_on(&P, const &es));
    }
}

/// Lists inside of constant structs, whose elements are no copies.
mod lists {
    use super::*;

    pub struct Model {
        edges: Vec<Edge>,
        at: Vec<usize>,
        weights: Vec<f64>,
        pairs: Vec<(usize, f64)>,
        rows: Vec<[f64; 2]>,
        loops: Vec<Vec<(usize, i8)>>,
        on: Vec<bool>,
    }

    #[conservative_grad]
    fn along(x: &[f64], #[constant] e: &Edge) -> f64 {
        x[e.a] * e.w * x[e.b]
    }

    #[conservative_grad]
    fn head(q: f64, r: f64) -> f64 {
        r * q * q.abs()
    }

    #[conservative_grad]
    fn times(x: f64, #[constant] by: f64) -> f64 {
        x.sin() * by
    }

    #[conservative_grad]
    fn times_behind(x: f64, #[constant] by: &f64) -> f64 {
        x * by
    }

    #[conservative_grad]
    fn structs(x: &[f64], #[constant] models: &[Model]) -> f64 {
        let mut s = 0.0;
        for m in models {
            for e in &m.edges {
                s += x[e.a] * e.w;
                for v in &e.v {
                    s += x[0] * v * s;
                }
                if e.w > 0.0 && e.on {
                    s += x[e.inner.at] * e.inner.k[1] * e.twice();
                }
            }
        }
        s
    }

    #[conservative_grad]
    fn handed_on(x: &[f64], #[constant] models: &[Model]) -> f64 {
        let mut s = 0.0;
        for m in models {
            for e in &m.edges {
                s += along(x, e) * x[1];
            }
            s *= m.edges.iter().map(|e| along(x, e)).sum::<f64>();
        }
        s
    }

    #[conservative_grad]
    fn nested(x: &[f64], #[constant] m: &Model) -> f64 {
        let mut t = 0.0;
        for l in &m.loops {
            let mut s = 0.0;
            for &(e, sign) in l {
                s += f64::from(sign) * head(x[e], x[0]);
            }
            t += s * s + x[l[0].0] * l.len() as f64;
        }
        t
    }

    #[conservative_grad]
    fn numbers(x: &[f64], #[constant] m: &Model) -> f64 {
        let mut s = x[0];
        for w in &m.weights {
            s += times(x[0], *w) + times_behind(x[1], w) + head(x[2], *w);
            let d = s - w;
            s = if d > 0.0 { s * d } else { s + w };
        }
        for (w, x) in m.weights.iter().zip(x) {
            s += x * w;
        }
        s
    }

    /// A field of an element, under a name of its own.
    #[conservative_grad]
    fn fields(x: &[f64], #[constant] m: &Model) -> f64 {
        let mut s = 1.0;
        for e in &m.edges {
            let w = &e.w;
            s += times_behind(x[0], w) * times_behind(x[e.a], &e.w);
        }
        for (k, e) in m.edges.iter().enumerate() {
            let w = &e.w;
            if e.on {
                s *= times_behind(x[k % x.len()], w);
            }
        }
        s
    }

    #[conservative_grad]
    fn positions(x: &[f64], #[constant] m: &Model) -> f64 {
        let mut s = 1.0;
        for k in &m.at {
            let next = k + 1;
            s *= x[*k] + x[next % x.len()];
        }
        for &k in &m.at {
            s += x[k];
        }
        for k in m.at.iter().copied().rev() {
            s += x[k] * k as f64;
        }
        for (k, on) in m.on.iter().enumerate() {
            if *on {
                s *= x[k];
            }
        }
        s
    }

    #[conservative_grad]
    fn compound(x: &[f64], #[constant] m: &Model) -> f64 {
        let mut s = 0.0;
        for (i, w) in &m.pairs {
            s += x[*i] * w;
        }
        for p in &m.pairs {
            s += (x[p.0] * p.1).sin();
        }
        for r in &m.rows {
            s *= x[0] * r[1] + r[0];
        }
        for [a, b] in &m.rows {
            s += x[1] * a * b;
        }
        s
    }

    fn model() -> Model {
        Model {
            edges: edges(),
            at: vec![2, 0, 1, 2],
            weights: vec![0.5, -1.5, 2.0],
            pairs: vec![(1, 0.5), (2, -1.0)],
            rows: vec![[0.5, 2.0], [1.0, -0.5]],
            loops: vec![vec![(0, 1), (2, -1)], vec![(1, 1)]],
            on: vec![true, false, true],
        }
    }

    #[test]
    fn agree() {
        let m = model();
        let models = [model(), model()];
        check!(structs(&P, const &models));
        check!(handed_on(&P, const &models));
        check!(nested(&P, const &m));
        check!(numbers(&P, const &m));
        check!(fields(&P, const &m));
        check!(positions(&P, const &m));
        check!(compound(&P, const &m));
    }
}

/// References to fields, under names of their own.
mod named_fields {
    use super::*;

    pub struct Grid {
        step: f64,
    }

    impl Grid {
        fn weight(&self, time: f64) -> f64 {
            self.step * time
        }
    }

    pub enum Course {
        Held { day: usize, rate: [f64; 3] },
        Free,
    }

    #[conservative_grad]
    fn tuple(b: &[f64], #[constant] es: &[Edge], #[constant] grid: &Grid) -> f64 {
        let mut ll = 0.0;
        for e in es {
            let (w, on, v) = (&e.w, &e.on, &e.v);
            let mut h = 0.0;
            for (x, b) in v.iter().zip(b) {
                h += x * b;
            }
            if *on {
                ll += h * h;
            }
            ll -= grid.weight(*w) * h.exp() + *w * b[0];
        }
        ll
    }

    #[conservative_grad]
    fn mixed(b: &[f64], #[constant] es: &[Edge], #[constant] grid: &Grid) -> f64 {
        let mut ll = 0.0;
        for e in es {
            let (w, on, v) = (e.w, e.on, &e.v);
            let inner = &e.inner;
            let mut h = b[inner.at];
            for (x, b) in v.iter().zip(b) {
                h += x * b;
            }
            if on {
                ll += h;
            }
            let by: f64 = grid.weight(w);
            ll -= by * h.exp() * inner.k[1];
        }
        ll
    }

    #[conservative_grad]
    fn of_a_variant(x: &[f64], #[constant] courses: &[Course]) -> f64 {
        let mut n = [x[0], x[1], x[2]];
        for course in courses {
            if let Course::Held { day, rate } = course {
                if *day > 0 {
                    for (a, r) in rate.iter().enumerate() {
                        n[a] -= r * n[a] * x[0];
                    }
                }
            }
        }
        n[0] + n[1] * n[2]
    }

    #[test]
    fn agree() {
        let es = edges();
        let grid = Grid { step: 0.125 };
        check!(tuple(&P, const &es, const &grid));
        check!(mixed(&P, const &es, const &grid));
        let held = |day, rate| Course::Held { day, rate };
        let courses = [
            held(1, [0.5, 0.25, 2.0]),
            Course::Free,
            held(0, [1.0, 1.0, 1.0]),
            held(3, [0.1, -0.5, 0.25]),
        ];
        check!(of_a_variant(&P, const &courses));
    }
}

/// What is copied out of a list stays what it was when the list changes.
mod copies {
    use conservative_grad::conservative_grad;

    #[derive(Clone, Copy)]
    pub struct Weight {
        at: usize,
        w: f64,
    }

    pub struct Fixed {
        at: [usize; 3],
        by: [f64; 3],
    }

    #[conservative_grad]
    fn times(x: f64, #[constant] w: f64) -> f64 {
        x.sin() * w
    }

    #[conservative_grad]
    fn changed_later(x: &[f64], #[constant] list: &[Weight]) -> f64 {
        let mut list = list.to_vec();
        let mut s = 1.0;
        for i in 0..list.len() {
            let Weight { at, w } = list[i];
            list.swap(0, i);
            s *= times(x[at], w);
            match list[0] {
                Weight { at, w } => {
                    list.swap(0, 1);
                    s += times(x[at], w) * x[list[0].at];
                }
            }
        }
        s
    }

    #[conservative_grad]
    fn by_value(x: &[f64], #[constant] f: &Fixed) -> f64 {
        let mut s = 1.0;
        for k in f.at {
            s *= x[k] * x[0];
        }
        for w in f.by {
            s += x[1] * w;
        }
        for (k, w) in f.at.into_iter().zip(f.by) {
            s *= x[k] * w;
        }
        s
    }

    #[test]
    fn agree() {
        let weight = |at, w| Weight { at, w };
        let list = [
            weight(0, 1.5),
            weight(2, -0.5),
            weight(1, 2.0),
            weight(2, 0.75),
        ];
        let x = [0.5, 2.0, -1.25];
        check!(changed_later(&x, const &list));
        let fixed = Fixed {
            at: [2, 0, 1],
            by: [0.5, -1.5, 2.0],
        };
        check!(by_value(&x, const &fixed));
    }
}

mod zipped {
    use super::*;

    /// Neither items nor lists are `Copy`.
    #[derive(Clone, Debug)]
    struct Data {
        rows: Vec<Vec<f64>>,
        edges: Vec<Edge>,
        y: Vec<f64>,
        at: Vec<usize>,
    }

    #[conservative_grad]
    fn rows_first(b: &[f64], #[constant] d: &Data) -> f64 {
        let mut s = 0.0;
        for (r, y) in d.rows.iter().zip(&d.y) {
            let m: f64 = r.iter().zip(b).map(|(v, b)| v * b).sum();
            s += (m - y).powi(2) * r[0] * b[1];
        }
        s
    }

    #[conservative_grad]
    fn structs_first(b: &[f64], #[constant] d: &Data) -> f64 {
        let pairs = d.edges.iter().zip(&d.y);
        let s: f64 = pairs.map(|(e, y)| e.w * (b[e.a] * y).sin()).sum();
        let mut product = s;
        for ((e, &y), at) in d.edges.iter().zip(&d.y).zip(&d.at).rev() {
            product *= b[*at] * e.v[1] + y * b[e.inner.at];
        }
        product
    }

    #[conservative_grad]
    fn filtered(b: &[f64], #[constant] d: &Data) -> f64 {
        let mut s = 0.0;
        for (i, e) in d.edges.iter().filter(|e| e.on).enumerate() {
            s += b[i] * b[e.a] * e.v[0];
        }
        for (r, y) in d
            .rows
            .iter()
            .zip(&d.y)
            .filter(|(r, y)| **y > 0.0 && r[0] > 0.0)
        {
            s += r[1] * b[0].powi(2) * y;
        }
        for (y, e) in d.y.iter().filter(|y| **y > 0.0).zip(&d.edges) {
            s += b[1] * y * e.w;
        }
        let pairs = d.y.iter().zip(&d.at).filter(|&(y, _)| *y > 0.0);
        s += pairs.map(|(y, at)| b[*at].exp() * y).sum::<f64>();
        s +=
            d.y.iter()
                .filter(|&&y| y < 1.0)
                .map(|y| b[2] * y)
                .sum::<f64>();
        s + d
            .y
            .iter()
            .take_while(|y| **y < 1.0)
            .map(|y| b[0] * y)
            .sum::<f64>()
    }

    #[conservative_grad]
    mod declared {
        #[derive(Clone, Debug)]
        pub(super) struct Table {
            pub(super) x: Vec<Vec<f64>>,
            pub(super) y: Vec<f64>,
        }

        type Rows = Vec<Vec<f64>>;

        pub(super) fn residual(b: &[f64], #[constant] t: &Table) -> f64 {
            let mut s = 0.0;
            for (k, (r, y)) in t.x.iter().zip(&t.y).enumerate() {
                s += (r[0] * b[0] + r[1] * b[1] - y).powi(2) * b[k % 3];
            }
            s
        }

        pub(super) fn weighed(b: &[f64], #[constant] rows: &Rows) -> f64 {
            let mut s = 1.0;
            for r in rows {
                for v in r {
                    s *= b[0] * v + b[1];
                }
            }
            s
        }
    }

    type Matrix = Vec<Vec<f64>>;
    type Numbers = Vec<f64>;
    type Pairs = Vec<(usize, f64)>;

    #[conservative_grad]
    fn aliased(b: &[f64], #[constant] x: &Matrix) -> f64 {
        let mut s = 0.0;
        for r in x {
            for v in r {
                s += b[0].sin() * v;
            }
        }
        for (i, r) in x.into_iter().enumerate() {
            s += b[i % 3] * r[0] * r.len() as f64;
        }
        s
    }

    #[conservative_grad]
    fn aliased_numbers(b: &[f64], #[constant] x: &Numbers, #[constant] p: &Pairs) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += b[0] * v + b[1].powi(2) * *v;
            if *v > 1.0 {
                s += b[2];
            }
        }
        for &v in x {
            s *= v + b[0];
        }
        for (i, v) in p {
            s += b[*i].exp() * v;
        }
        for pair in p {
            s *= b[pair.0] * pair.1;
        }
        s
    }

    #[test]
    fn agree() {
        let b = [0.5, 1.25, -0.75];
        for n in [0, 1, 2, 5] {
            let rows: Vec<Vec<f64>> = (0..n)
                .map(|i| vec![i as f64 - 0.5, 0.75, 0.25 * i as f64])
                .collect();
            let y: Vec<f64> = (0..n).map(|i| 0.8 * i as f64 - 1.0).collect();
            let data = Data {
                rows: rows.clone(),
                edges: edges(),
                y: y.clone(),
                at: vec![2, 0, 1],
            };
            check!(rows_first(&b, const &data));
            check!(structs_first(&b, const &data));
            check!(filtered(&b, const &data));
            check!(aliased(&b, const &rows));
            let pairs: Pairs = (0..n).map(|i| (i % 3, 0.5 + i as f64)).collect();
            check!(aliased_numbers(&b, const &y, const &pairs));
            check!(declared::weighed(&b, const &rows));
            let table = declared::Table { x: rows, y };
            check!(declared::residual(&b, const &table));
        }
    }
}
