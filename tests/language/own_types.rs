//! Types of the user's as people write them: a matrix with constructors and access by methods, complex numbers with methods that
//! numbers have, tests, lists in fields.

use conservative_grad::{Differentiable, conservative_grad};

mod matrix {
    use super::*;

    #[derive(Clone, Debug, Differentiable)]
    pub struct Matrix {
        pub rows: usize,
        pub cols: usize,
        pub data: Vec<f64>,
    }

    #[conservative_grad]
    impl Matrix {
        pub fn zeros(rows: usize, cols: usize) -> Self {
            Matrix {
                rows,
                cols,
                data: vec![0.0; rows * cols],
            }
        }

        pub fn identity(n: usize) -> Matrix {
            let mut m = Matrix::zeros(n, n);
            for i in 0..n {
                m.data[i * n + i] = 1.0;
            }
            m
        }

        pub fn at(&self, i: usize, j: usize) -> f64 {
            self.data[i * self.cols + j]
        }

        pub fn set(&mut self, i: usize, j: usize, v: f64) {
            let cols = self.cols;
            self.data[i * cols + j] = v;
        }

        pub fn matmul(&self, other: &Matrix) -> Matrix {
            let mut m = Matrix::zeros(self.rows, other.cols);
            for i in 0..self.rows {
                for j in 0..other.cols {
                    let mut s = 0.0;
                    for k in 0..self.cols {
                        s += self.at(i, k) * other.at(k, j);
                    }
                    m.set(i, j, s);
                }
            }
            m
        }

        fn place(&self, row: usize, column: usize) -> usize {
            row * self.cols + column
        }

        /// Names of the caller's are those of other things in the method that is written out.
        pub fn trace_of_shifted(&self, j: usize) -> f64 {
            let mut s = 0.0;
            for i in 0..self.rows {
                let (row, column) = ((i + j) % self.rows, i);
                s += self.at(column, row) * self.data[self.place(column, i)];
            }
            s
        }

        pub fn transpose(&self) -> Matrix {
            let mut m = Self::zeros(self.cols, self.rows);
            for i in 0..self.rows {
                for j in 0..self.cols {
                    m.data[j * m.cols + i] = self.at(i, j);
                }
            }
            m
        }

        /// Reads and changes at once.
        pub fn relax(&mut self, by: f64) {
            for i in 1..self.rows {
                for j in 0..i {
                    let v = self.at(i, j) * by + self.at(j, i) * self.at(i, j);
                    self.set(i, j, v);
                }
            }
        }

        pub fn exp(&self) -> Option<Matrix> {
            let mut sum = Matrix::identity(self.rows);
            let mut term = Matrix::identity(self.rows);
            for k in 1..6 {
                term = term.matmul(self);
                for i in 0..term.data.len() {
                    term.data[i] /= k as f64;
                    sum.data[i] += term.data[i];
                }
            }
            if sum.data[0] > 100.0 {
                return None;
            }
            Some(sum)
        }
    }

    #[conservative_grad]
    fn square(x: &[f64], n: usize) -> Matrix {
        let mut m = Matrix::zeros(n, n);
        for i in 0..n * n {
            m.data[i] = x[i];
        }
        m
    }

    #[conservative_grad]
    fn products(x: &[f64]) -> f64 {
        let m: Matrix = square(x, 3);
        let p = m.transpose().matmul(&m);
        let mut s = 0.0;
        for i in 0..p.rows {
            s += p.at(i, i) * (i as f64 + 1.0);
        }
        s * m.trace_of_shifted(1)
    }

    #[conservative_grad]
    fn exponential(x: &[f64]) -> f64 {
        let m: Matrix = square(x, 3);
        match m.exp() {
            Some(e) => e.at(0, 1) * e.at(2, 0),
            None => 0.0,
        }
    }

    #[conservative_grad]
    fn read_while_it_changes(x: &[f64], by: f64) -> f64 {
        let mut m: Matrix = square(x, 3);
        for i in 0..m.rows {
            for j in 0..i {
                let v = m.at(i, j) * by + m.at(j, i) * m.at(0, j);
                m.set(i, j, v);
                m.data[0] *= 0.99;
            }
        }
        m.relax(by);
        m.relax(by * 0.5);
        m.data.iter().map(|v| v * v).sum()
    }

    #[test]
    fn agree() {
        let x = vec![0.3, -0.2, 0.5, 0.7, 0.1, -0.4, 0.6, 0.2, 0.9];
        crate::check!(products(&x.clone()));
        crate::check!(exponential(&x.clone()));
        crate::check!(read_while_it_changes(&x.clone(), 0.9));
    }
}

mod complex {
    use super::*;
    use std::ops::{Add, AddAssign, Mul};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct C {
        re: f64,
        im: f64,
    }

    #[conservative_grad]
    impl Add for C {
        type Output = C;
        fn add(self, o: C) -> C {
            C {
                re: self.re + o.re,
                im: self.im + o.im,
            }
        }
    }

    #[conservative_grad]
    impl AddAssign for C {
        fn add_assign(&mut self, o: C) {
            self.re += o.re;
            self.im += o.im;
        }
    }

    #[conservative_grad]
    impl Mul for C {
        type Output = C;
        fn mul(self, o: C) -> C {
            C {
                re: self.re * o.re - self.im * o.im,
                im: self.re * o.im + self.im * o.re,
            }
        }
    }

    #[conservative_grad]
    impl C {
        fn new(re: f64, im: f64) -> Self {
            C { re, im }
        }
        fn cis(t: f64) -> Self {
            C {
                re: t.cos(),
                im: t.sin(),
            }
        }
        fn inv(self) -> C {
            let d = self.re * self.re + self.im * self.im;
            C {
                re: self.re / d,
                im: -self.im / d,
            }
        }
        fn sqrt(&self) -> C {
            let r = self.re.hypot(self.im);
            C {
                re: ((r + self.re) / 2.0).sqrt(),
                im: ((r - self.re) / 2.0).sqrt(),
            }
        }
        fn exp(self) -> C {
            let e = self.re.exp();
            C {
                re: e * self.im.cos(),
                im: e * self.im.sin(),
            }
        }
        fn abs(self) -> f64 {
            self.re.hypot(self.im)
        }
    }

    /// The factor is a constant that a call gave for a constant.
    #[conservative_grad]
    fn turn(a: &mut [C], n: usize) {
        let angle = 2.0 / n as f64;
        let by = C::cis(angle);
        let mut w = C::new(1.0, 0.0);
        for k in 0..n {
            a[k] = a[k] * w;
            w = w * by;
        }
    }

    #[conservative_grad]
    fn turned(x: &[f64]) -> f64 {
        let mut a: Vec<C> = x.iter().map(|t| C::new(*t, 0.5)).collect();
        turn(&mut a, x.len());
        a.iter().map(|z| z.re * z.im).sum()
    }

    #[conservative_grad]
    fn root_of(z: &C) -> f64 {
        let p = z.sqrt();
        p.re + p.im * p.im
    }

    #[conservative_grad]
    fn length_of(z: C) -> f64 {
        let e: C = z.exp();
        e.re * z.abs()
    }

    #[conservative_grad]
    fn sum_of(zs: &[C]) -> f64 {
        let mut s = C::new(0.0, 0.0);
        for z in zs {
            s += z.inv();
        }
        s.re * s.im
    }

    #[conservative_grad]
    fn all(x: f64, y: f64) -> f64 {
        let z = C::new(x, y);
        root_of(&z) + length_of(z) * sum_of(&[z, C::new(y, 0.3)])
    }

    #[test]
    fn agree() {
        crate::check!(turned(&vec![0.5, 0.7, -0.2, 0.9]));
        crate::check!(all(0.6, 0.8));
    }
}

/// Functions that find out something about numbers, called in branches.
mod tests_of_numbers {
    use super::*;

    #[conservative_grad]
    fn below(x: f64, y: f64) -> bool {
        x < y
    }

    #[conservative_grad]
    fn inside(p: [f64; 2], lo: f64, hi: f64) -> bool {
        p.iter().all(|&t| lo <= t && t <= hi)
    }

    #[conservative_grad]
    fn cell(grid: &[f64], t: f64) -> usize {
        let mut i = 0;
        while i + 1 < grid.len() && grid[i + 1] < t {
            i += 1;
        }
        i
    }

    #[conservative_grad]
    fn skipped(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            if below(x[i], 0.6) {
                continue;
            }
            s += x[i] * x[i];
        }
        s
    }

    #[conservative_grad]
    fn in_two_ways(x: &[f64]) -> f64 {
        let ok = below(x[0], x[1]) && !below(x[1], x[2]);
        let low = below(x[3], x[2]);
        let base = match (ok, low) {
            (true, false) => x[0] * x[3],
            _ => x[1],
        };
        if inside([x[0], x[1]], 0.0, 1.0) {
            base * x[2]
        } else {
            base
        }
    }

    #[conservative_grad]
    fn doubled(x: &[f64]) -> f64 {
        let mut t = x[0];
        while below(t, 5.0) {
            t = t * 1.5 + x[1];
        }
        t
    }

    #[conservative_grad]
    fn looked_up(x: &[f64]) -> f64 {
        let i = cell(&[0.0, 0.25, 0.55, 0.8], x[0]);
        x[i] * x[1]
    }

    #[conservative_grad]
    mod boxes {
        #[derive(Clone, Copy, conservative_grad::Differentiable)]
        pub struct Span {
            pub lo: f64,
            pub hi: f64,
        }

        impl Span {
            pub fn contains(&self, t: f64) -> bool {
                self.lo < t && t < self.hi
            }
            pub fn length(&self) -> f64 {
                self.hi - self.lo
            }
        }

        fn near(a: f64, b: f64) -> bool {
            (a - b).abs() < 0.25
        }

        pub fn within(x: &[f64]) -> f64 {
            let span = Span { lo: x[2], hi: x[3] };
            let mut s = span.length();
            for t in x {
                if span.contains(*t) {
                    s += t * t;
                }
                if near(*t, x[0]) {
                    s += t;
                }
            }
            s
        }
    }

    #[test]
    fn agree() {
        let x = vec![0.5, 0.7, 0.2, 1.0];
        crate::check!(skipped(&x.clone()));
        crate::check!(in_two_ways(&x.clone()));
        crate::check!(doubled(&x.clone()));
        crate::check!(looked_up(&x.clone()));
        crate::check!(boxes::within(&x.clone()));
        // The decisions of the test are those of its caller.
        assert_eq!(skipped::trace(&x).visits().len(), 4);
        assert_eq!(below::trace(0.5, 0.6).visits()[0].margin, 0.5 - 0.6);
    }
}

/// Numbers, and what was found out on the way.
mod mixed_results {
    use super::*;

    #[conservative_grad]
    fn largest(x: &[f64]) -> (f64, usize) {
        let (mut best, mut at) = (x[0], 0);
        for i in 1..x.len() {
            if x[i] > best {
                best = x[i];
                at = i;
            }
        }
        (best * best, at)
    }

    #[conservative_grad]
    fn root(a: f64) -> (f64, usize, bool) {
        let mut x = a;
        let (mut n, mut done) = (0, false);
        while n < 50 {
            let step = (x * x - a) / (2.0 * x);
            x -= step;
            n += 1;
            if step.abs() < 1e-14 {
                done = true;
                break;
            }
        }
        (x, n, done)
    }

    #[conservative_grad]
    fn found(x: &[f64]) -> Option<(f64, usize)> {
        if x.is_empty() {
            return None;
        }
        let (best, at) = largest(x);
        Some((best * x[0], at))
    }

    #[conservative_grad]
    fn beside_the_largest(x: &[f64]) -> f64 {
        let (best, at) = largest(x);
        let (r, n, done) = root(x[0]);
        let more = match found(x) {
            Some((v, i)) => v * x[i],
            None => 0.0,
        };
        if done && n > 0 {
            best * x[(at + 1) % x.len()] + r * more
        } else {
            best
        }
    }

    #[test]
    fn agree() {
        crate::check!(beside_the_largest(&vec![0.5, 0.7, 0.2, 0.6]));
        let (value, pullback) = largest::vjp(&[1.0, 3.0, 2.0]);
        assert_eq!(
            (value, pullback((2.0, ()))),
            ((9.0, 1), vec![0.0, 12.0, 0.0])
        );
        let (_, rate) = largest::jvp(&[1.0, 3.0, 2.0], &[0.0, 1.0, 0.0]);
        assert_eq!(rate, (6.0, ()));
    }

    #[conservative_grad]
    fn squares(x: &[f64]) -> (Vec<f64>, usize) {
        (x.iter().map(|t| t * t).collect(), x.len())
    }

    #[conservative_grad]
    fn nested(x: &[f64]) -> Result<(Vec<f64>, (usize, f64)), String> {
        if x.len() < 2 {
            return Err("too few".to_owned());
        }
        Ok((x.to_vec(), (1, x[0] * x[1])))
    }

    #[conservative_grad]
    fn of_lists(x: &[f64]) -> f64 {
        let (v, n) = squares(x);
        match nested(x) {
            Ok((w, (at, t))) => v[n - 1] * w[at] * t,
            Err(_) => v[0],
        }
    }

    #[test]
    fn lists_among_them() {
        crate::check!(of_lists(&vec![0.5, 0.7, 0.2, 0.6]));
        crate::check!(of_lists(&vec![0.5]));
        let (value, pullback) = squares::vjp(&[1.0, 3.0]);
        assert_eq!(value, (vec![1.0, 9.0], 2));
        assert_eq!(pullback((vec![1.0, 2.0], ())), vec![2.0, 12.0]);
        let (outcome, pullback) = nested::vjp(&[1.0, 3.0]);
        assert_eq!(outcome, Ok((vec![1.0, 3.0], (1, 3.0))));
        assert_eq!(pullback((vec![1.0, 2.0], ((), 1.0))), vec![4.0, 3.0]);
    }

    #[test]
    #[should_panic(expected = "length of `the seed.0` is 1, that of `the result.0` is 2")]
    fn a_seed_of_another_length_panics() {
        let (_, pullback) = squares::vjp(&[1.0, 3.0]);
        let _ = pullback((vec![1.0], ()));
    }

    /// Methods that give a size, of which a function elsewhere makes use.
    #[derive(Clone, Debug, Differentiable)]
    struct Block {
        n: usize,
        weight: f64,
        list: Vec<f64>,
    }

    #[conservative_grad]
    impl Block {
        fn size(&self) -> usize {
            self.n
        }

        fn len(&self) -> usize {
            self.list.len()
        }
    }

    #[conservative_grad]
    fn by_size(x: &[f64]) -> f64 {
        let block = Block {
            n: 2,
            weight: x[0],
            list: x[1..].to_vec(),
        };
        let mut s = 0.0;
        for i in 0..block.size() {
            s += x[i] * block.weight;
        }
        s * x[block.len()] * block.list[0]
    }

    #[test]
    fn sizes() {
        crate::check!(by_size(&vec![0.5, 0.7, 0.2, 0.6]));
    }
}

/// Lists in fields change their length and their order; a struct is made of another one.
mod fields {
    use super::*;

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Net {
        pub weights: Vec<f64>,
        pub points: Vec<Point>,
        pub scale: f64,
        pub pair: (f64, f64),
        pub origin: Point,
    }

    #[conservative_grad]
    fn net(x: &[f64]) -> Net {
        Net {
            weights: x.to_vec(),
            points: vec![Point { x: x[0], y: x[1] }, Point { x: x[2], y: 1.0 }],
            scale: x[0] * x[1],
            pair: (x[1], 2.0),
            origin: Point { x: x[2], y: 0.5 },
        }
    }

    #[conservative_grad]
    fn lists(x: &[f64], g: f64) -> f64 {
        let mut n: Net = net(x);
        let last = n.weights.pop().unwrap();
        n.weights.insert(0, g * last);
        n.weights.truncate(3);
        n.weights.reverse();
        n.points.swap(0, 1);
        n.points.push(Point { x: g, y: last });
        let mut s = n.weights[0] * n.weights[1] * n.scale;
        for p in &n.points {
            s += p.x * p.y * g;
        }
        s
    }

    /// What is given stands beside what the base has, whatever is constant in it and however long its lists are.
    #[conservative_grad]
    fn updated(x: &[f64], g: f64) -> f64 {
        let base: Net = net(x);
        let n = Net {
            weights: vec![g, 1.0],
            origin: Point { x: 0.3, y: g },
            pair: (0.7, g * g),
            ..base
        };
        let m = Net {
            points: vec![Point { x: g, ..n.origin }; 3],
            ..net(&n.weights_of_three())
        };
        n.weights.iter().sum::<f64>() * n.origin.x * n.origin.y * n.pair.0 * n.pair.1 * n.scale
            + m.points.iter().map(|p| p.x * p.y).sum::<f64>() * m.scale
    }

    #[conservative_grad]
    impl Net {
        #[conservative_grad]
        fn weights_of_three(&self) -> Vec<f64> {
            vec![self.weights[0], self.scale, self.pair.1]
        }
    }

    #[conservative_grad]
    fn kinetic(points: &[Point]) -> f64 {
        let mut points = points.to_vec();
        points[0].x *= 2.0;
        points.iter().map(|p| p.energy()).sum::<f64>() / points.len() as f64
    }

    #[conservative_grad]
    impl Point {
        fn energy(&self) -> f64 {
            self.x * self.x + self.y
        }
    }

    #[conservative_grad]
    fn of_points(x: &[f64]) -> f64 {
        kinetic(&[Point { x: x[0], y: x[1] }, Point { x: x[2], y: x[0] }])
    }

    /// The base is evaluated behind what is given.
    #[conservative_grad]
    fn base_comes_last(x: &[f64]) -> f64 {
        let mut left = x.to_vec();
        let popped = Point {
            y: left.pop().unwrap(),
            ..Point {
                x: left.pop().unwrap(),
                y: 0.0,
            }
        };
        let mut points = vec![Point { x: x[0], y: x[1] }, Point { x: x[2], y: x[0] }];
        let last = Point {
            x: points[points.len() - 1].y * 2.0,
            ..points.pop().unwrap()
        };
        let mut count = 1.0;
        let mut next = |t: f64| {
            count += 1.0;
            t * count
        };
        let counted = Point {
            y: next(x[0]),
            ..Point {
                x: next(x[1]),
                y: 0.0,
            }
        };
        let mut whole = Net {
            weights: x.to_vec(),
            ..net(x)
        };
        let shorter = Net {
            scale: whole.weights.pop().unwrap(),
            ..whole.clone()
        };
        popped.x * popped.y * popped.y * last.x * last.x * last.y
            + counted.x * counted.y * counted.y
            - shorter.scale * shorter.weights.iter().sum::<f64>()
    }

    #[test]
    fn agree() {
        let x = vec![0.5, 0.7, 0.9];
        crate::check!(base_comes_last(&x.clone()));
        crate::check!(lists(&x.clone(), 0.6));
        crate::check!(updated(&x.clone(), 0.6));
        crate::check!(of_points(&x.clone()));
    }

    #[conservative_grad(mode = forward)]
    fn updated_forward(n: &Net, g: f64) -> f64 {
        let m = Net {
            origin: Point { x: 0.3, y: g },
            pair: (g, 2.0),
            ..n.clone()
        };
        m.origin.x * m.origin.y + m.pair.0 * m.pair.1 * m.scale
    }

    #[test]
    fn constants_in_what_is_given_have_no_tangent() {
        let n: Net = net(&[0.5, 0.7, 0.9]);
        let (gradient, by_g) = updated_forward::grad(&n, 0.6);
        let (_, pullback) = updated_forward::vjp(&n, 0.6);
        assert_eq!((gradient.clone(), by_g), pullback(1.0));
        assert_eq!((gradient.origin.x, gradient.pair.1), (0.0, 0.0));
        assert_eq!((gradient.scale, by_g), (1.2, 0.3 + 2.0 * n.scale));
    }
}

/// An integer in a field is handed on, whatever its type looks like.
mod integers_in_fields {
    use super::*;

    #[conservative_grad]
    mod trees {
        use conservative_grad::Differentiable;

        #[derive(Clone, Debug, Differentiable)]
        pub struct Split {
            pub w: f64,
            #[constant]
            pub left: usize,
        }

        #[derive(Clone, Debug, Differentiable)]
        pub struct Tree {
            pub splits: Vec<Split>,
            pub leaves: Vec<f64>,
            pub deep: bool,
        }

        fn leaf(t: &Tree, node: usize) -> f64 {
            t.leaves[node]
        }

        fn either(deep: bool, x: f64) -> f64 {
            if deep { x * x } else { x }
        }

        pub fn predict(x: &[f64]) -> f64 {
            let tree = Tree {
                splits: vec![Split { w: x[0], left: 1 }, Split { w: x[1], left: 0 }],
                leaves: vec![x[1], x[2]],
                deep: true,
            };
            let mut q = 0.0;
            for s in &tree.splits {
                q += s.w * leaf(&tree, s.left);
            }
            q * either(tree.deep, x[2])
        }
    }

    #[test]
    fn agree() {
        crate::check!(trees::predict(&vec![0.5, 0.7, 0.9]));
    }
}
