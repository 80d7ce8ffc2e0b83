//! Names of tuples, of which only rustc knows what they stand for.

use conservative_grad::{Differentiable, conservative_grad};

type Pt = (f64, f64);
type Seg = (Pt, Pt);
type Quaternion = (f64, [f64; 3]);

#[conservative_grad]
fn crossed(p: Pt, q: Pt) -> Pt {
    (p.0 * q.1, p.1 + q.0 * p.0)
}

#[conservative_grad]
fn taken_apart(p: Pt) -> f64 {
    let (x, y) = p;
    x * y.sin()
}

#[conservative_grad]
fn swapped(p: Pt) -> Pt {
    let (x, y) = p;
    (y, x)
}

#[conservative_grad]
fn matched(p: &Pt) -> f64 {
    match p {
        (x, y) => x * y.exp(),
    }
}

#[conservative_grad]
fn in_the_signature((x, y): Pt, &(z, _): &Pt) -> f64 {
    x * y + z * x
}

#[conservative_grad]
fn by_closure(points: &[Pt]) -> f64 {
    points.iter().map(|&(a, b)| a * b).sum()
}

#[conservative_grad]
fn area(points: &[Pt]) -> f64 {
    let mut s = 0.0;
    for w in points.windows(2) {
        let (x0, y0) = w[0];
        let (x1, y1) = w[1];
        s += x0 * y1 - x1 * y0;
    }
    s
}

#[conservative_grad]
fn centre(points: &[Pt]) -> Pt {
    let mut c = (0.0, 0.0);
    for p in points {
        c.0 += p.0;
        c.1 += p.1;
    }
    (c.0 / 2.0, c.1 * c.0)
}

#[conservative_grad]
fn length(s: Seg) -> f64 {
    let (a, b) = s;
    let (x, y) = a;
    (x - b.0).hypot(y - b.1)
}

#[conservative_grad]
fn moved(p: Pt, v: Pt, n: usize) -> Pt {
    let (mut x, mut y) = p;
    for _ in 0..n {
        x += v.0 * 0.1;
        y += x * v.1;
    }
    (x, y)
}

#[conservative_grad]
fn changed(p: Pt, t: f64) -> Pt {
    let mut q: Pt = (0.0, 1.0);
    q.0 += t * p.0;
    q.1 *= p.1;
    q
}

#[conservative_grad]
fn larger(p: Pt, q: Pt) -> Pt {
    let m = if p.0 > q.0 { p } else { q };
    (m.1 * 2.0, m.0)
}

#[conservative_grad]
fn unit(p: Pt) -> Option<Pt> {
    let l = p.0.hypot(p.1);
    if l == 0.0 {
        None
    } else {
        Some((p.0 / l, p.1 / l))
    }
}

#[conservative_grad]
fn of_unit(p: Pt) -> f64 {
    match unit(p) {
        Some((x, y)) => x * y * y,
        None => 0.0,
    }
}

#[conservative_grad]
fn turned(a: [f64; 3]) -> [f64; 3] {
    [a[1] * a[0], -a[2], a[0]]
}

#[conservative_grad]
fn added(a: Quaternion, b: Quaternion) -> Quaternion {
    (a.0 + b.0, [a.1[0] + b.1[0], a.1[1] * b.1[1], a.1[2]])
}

/// What is handed on is whatever the name says.
#[conservative_grad]
fn handed_on(a: Quaternion) -> Quaternion {
    let b = added(a, (a.0, turned(a.1)));
    (b.0, b.1)
}

#[conservative_grad]
fn conjugate(a: Quaternion) -> Quaternion {
    (a.0, turned(a.1))
}

#[conservative_grad]
fn through_calls(a: Quaternion) -> f64 {
    let (w, v) = added(a, conjugate(a));
    w * v[0] + v[1]
}

#[derive(Differentiable, Clone)]
struct Body {
    at: Pt,
    speed: Pt,
}

#[conservative_grad]
fn in_fields(b: &Body) -> f64 {
    let (x, y) = b.at;
    x * y + b.speed.0 * b.speed.1
}

type Edge = (usize, usize);
type Term = (f64, Edge);

/// Constants that are taken apart; nothing tells that they are tuples.
#[conservative_grad]
fn of_edges(x: &[f64], #[constant] edges: &[Edge]) -> f64 {
    let mut s = 0.0;
    for &(a, b) in edges {
        s += x[a] * x[b].sin();
    }
    for (v, (a, _)) in x.iter().zip(edges) {
        s += v * x[*a];
    }
    let (from, to) = edges[1];
    s + x[from] * x[to] * edges.iter().map(|&(a, b)| x[a] - x[b]).sum::<f64>()
}

#[conservative_grad]
fn of_terms(x: &[f64], #[constant] terms: &[Term], #[constant] last: Term) -> f64 {
    let mut s = 0.0;
    for (w, (a, b)) in terms {
        s += w * x[*a] * x[*b];
    }
    for k in 0..terms.len() {
        let (_, (a, mut b)) = terms[k];
        b = (b + k) % x.len();
        s += x[a].powi(2) * x[b];
    }
    let (w, (a, b)) = last;
    s + x[a].powf(w) * b as f64
}

/// Parts that are read run again.
#[conservative_grad]
fn under_checkpoints(x: &[f64], #[constant] edges: &[Edge]) -> f64 {
    let mut s = 1.0;
    #[checkpoint]
    for &(a, b) in edges {
        s = (s * x[a]).sin() + x[b];
    }
    s
}

#[conservative_grad(mode = forward)]
fn forwards(x: &[f64], #[constant] edges: &[Edge]) -> f64 {
    let mut s = 1.0;
    for &(a, b) in edges {
        s = s * x[a] + x[b];
    }
    s
}

type Weights = [f64; 4];

/// A list under a name of its own has a length, too.
#[conservative_grad]
fn of_weights(x: &[f64], #[constant] weights: Weights) -> f64 {
    let w = weights;
    let mut s = w.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
    for k in 0..w.len() {
        s += x[k].powf(w[k]);
    }
    s
}

#[test]
fn are_those_of_constants() {
    let x = [0.5, 1.5, 0.75, 2.0];
    let edges = [(0, 1), (1, 2), (3, 0)];
    check!(of_edges(&x, const &edges));
    check!(of_terms(&x, const &[(0.5, (0, 2)), (2.0, (3, 1))], const (1.5, (2, 3))));
    check!(under_checkpoints(&x, const &edges));
    check!(forwards(&x, const &edges));
    check!(of_weights(&x, const [0.5, 1.5, 2.0, 0.25]));
}

#[test]
fn are_taken_for_what_they_are() {
    let (p, q) = ((0.5, 1.5), (-0.75, 2.0));
    let points = [p, q, (1.25, -0.5)];
    check!(crossed(p, q) -> many);
    check!(taken_apart(p));
    check!(swapped(p) -> many);
    check!(matched(&p));
    check!(in_the_signature(p, &q));
    check!(by_closure(&points));
    check!(area(&points));
    check!(centre(&points) -> many);
    check!(length((p, q)));
    check!(moved(p, q, const 3) -> many);
    check!(changed(p, 0.25) -> many);
    check!(larger(p, q) -> many);
    check!(of_unit(p));
    let a = (0.5, [1.5, -0.75, 2.0]);
    check!(added(a, a) -> many);
    check!(handed_on(a) -> many);
    check!(conjugate(a) -> many);
    check!(through_calls(a));
}

#[test]
fn are_fields() {
    let body = Body {
        at: (0.5, 1.5),
        speed: (-0.75, 2.0),
    };
    let gradient = in_fields::grad(&body);
    assert_eq!(gradient.at, (1.5, 0.5));
    assert_eq!(gradient.speed, (2.0, -0.75));
}
