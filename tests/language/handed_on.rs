//! Results of a named type that the function only hands on: nothing but its name tells what it is.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

#[conservative_grad]
fn pair(x: f64) -> Pair {
    Pair {
        a: x * x,
        b: x.sin(),
    }
}

#[conservative_grad]
fn of_branches(x: f64) -> Pair {
    if x > 0.0 { pair(x) } else { pair(2.0 * x) }
}

#[conservative_grad]
fn of_variable(x: f64) -> Pair {
    let mut p = of_branches(x);
    for _ in 0..3 {
        p = pair(x);
    }
    p
}

/// An argument of the same type, and one that is a number.
#[conservative_grad]
fn of_argument(p: Pair, x: f64) -> Pair {
    if x > 1.0 {
        return p;
    }
    pair(x)
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Model {
    u: f64,
}

impl Model {
    #[conservative_grad]
    fn run(&self, x: f64) -> Pair {
        of_argument(of_variable(self.u * x), x)
    }
}

#[conservative_grad]
fn total(m: Model, x: f64) -> f64 {
    let p = m.run(x);
    p.a * p.b
}

/// Names that people give to numbers stay numbers: there is a gradient.
type Real = f64;
type Num = f64;

#[conservative_grad]
fn as_real(x: f64) -> Real {
    total(Model { u: x }, x)
}

#[conservative_grad]
fn as_num(x: Num) -> self::Num {
    as_real(x)
}

#[test]
fn results_are_structs() {
    for x in [0.75, 1.5, -0.5] {
        let (value, tangent) = of_branches::jvp(x, 1.0);
        let k = if x > 0.0 { 1.0 } else { 2.0 };
        assert_eq!(value, of_branches(x));
        assert_eq!((tangent.a, tangent.b), (2.0 * k * k * x, (k * x).cos() * k));
        let (value, pullback) = of_variable::vjp(x);
        assert_eq!(value, pair(x));
        assert_eq!(pullback(PairGradient { a: 1.0, b: 0.0 }), 2.0 * x);
        let (value, pullback) = Model { u: 0.5 }.run_vjp(x);
        let seed = PairGradient { a: 0.0, b: 1.0 };
        let inner = if x > 1.0 { 0.5 * x } else { x };
        assert_eq!(value.b, inner.sin());
        let dx = if x > 1.0 { 0.5 } else { 1.0 };
        assert_eq!(pullback(seed).1, inner.cos() * dx);
    }
}

#[test]
fn numbers_of_structs_that_are_handed_on() {
    check!(as_real(0.75));
    check!(as_num(1.5));
    for x in [0.75, 1.5] {
        let h = 1e-6;
        let quotient = (as_num(x + h) - as_num(x - h)) / (2.0 * h);
        assert!((as_num::grad(x) - quotient).abs() < 1e-8 * quotient.abs().max(1.0));
        assert_eq!(as_num::grad(x), as_real::grad(x));
    }
}

/// A function of the type that is the result, called by its path: the names alone could be those of numbers.
mod by_path {
    use super::*;

    #[derive(Clone, Debug, Differentiable)]
    struct Course {
        time: f64,
        rate: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    struct Keyframe {
        height: f64,
    }

    #[conservative_grad]
    impl Keyframe {
        #[conservative_grad]
        fn from_course(course: Course) -> Keyframe {
            Keyframe {
                height: course.time * course.rate,
            }
        }

        #[conservative_grad]
        fn by(course: &Course) -> Keyframe {
            Keyframe {
                height: course.time.sin() * course.rate,
            }
        }
    }

    impl Course {
        #[conservative_grad]
        fn into_keyframe(self) -> Keyframe {
            Keyframe::from_course(self)
        }

        #[conservative_grad]
        fn keyframe(&self) -> Keyframe {
            Keyframe::by(self)
        }
    }

    #[conservative_grad]
    fn keyframe_of(course: Course) -> Keyframe {
        Keyframe::by(&course)
    }

    #[conservative_grad]
    fn height(time: f64, rate: f64) -> f64 {
        let course = Course { time, rate };
        let (a, b) = (course.keyframe(), keyframe_of(course.clone()));
        a.height * b.height * course.into_keyframe().height
    }

    #[test]
    fn functions_of_the_result_s_type() {
        let (time, rate) = (0.7_f64, 1.9_f64);
        let (value, (by_time, by_rate)) = height::value_and_grad(time, rate);
        assert_eq!(value, height(time, rate));
        let (s, c) = time.sin_cos();
        let expected = (
            rate.powi(3) * (2.0 * s * c * time + s * s),
            3.0 * rate * rate * s * s * time,
        );
        assert!((by_time - expected.0).abs() < 1e-12 && (by_rate - expected.1).abs() < 1e-12);
    }
}

/// Fields of a struct or a tuple, as the slices, arrays, vectors and numbers that callees want.
mod fields {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Debug, Differentiable)]
    pub struct W {
        w: Vec<f64>,
        a: f64,
        c: [f64; 4],
        rows: Vec<Vec<f64>>,
        b: Vec<f64>,
        grid: Vec<[f64; 3]>,
    }
    #[conservative_grad]
    fn row(w: &[f64], i: usize) -> f64 {
        w[i] * w[i]
    }
    #[conservative_grad]
    fn fixed(w: &[f64; 4], i: usize) -> f64 {
        w[i % 4] * w[0]
    }
    #[conservative_grad]
    fn three(w: &[f64; 3]) -> f64 {
        w[0] * w[1] + w[2]
    }
    #[conservative_grad]
    fn vector(w: &Vec<f64>, i: usize) -> f64 {
        w[i] * 2.0
    }
    #[conservative_grad]
    fn scalar(w: &f64) -> f64 {
        w * w
    }
    #[conservative_grad]
    fn affine(w: &[f64], b: &[f64], x: f64, i: usize) -> f64 {
        w[i] * x + b[i]
    }
    #[conservative_grad]
    pub fn f(p: &W) -> f64 {
        let mut s = 0.0;
        for i in 0..p.w.len() {
            s += row(&p.w, i).sin();
        }
        s
    }
    #[conservative_grad]
    fn g(p: &W) -> f64 {
        let mut s = 0.0;
        for i in 0..p.w.len() {
            s += fixed(&p.c, i)
                + row(&p.c, i % 4) * vector(&p.w, i)
                + scalar(&p.a)
                + affine(&p.w, &p.b, p.a, i)
                + row(&p.rows[i % 2], 0)
                + three(&p.grid[i % 2])
                + row(&p.grid[1], 2) * row(&p.grid[0], 1);
        }
        s
    }
    #[conservative_grad]
    fn t(p: &(Vec<f64>, f64)) -> f64 {
        let mut s = 0.0;
        for i in 0..p.0.len() {
            s += row(&p.0, i).sin() * p.1;
        }
        s
    }
    #[conservative_grad]
    fn arr(p: &[f64; 4], q: [f64; 3]) -> f64 {
        let mut s = 0.0;
        for i in 0..4 {
            s += row(p, i) * row(&q, 1) + fixed(p, i);
        }
        s
    }
    #[conservative_grad]
    fn outer(p: &W, q: &(Vec<f64>, f64)) -> f64 {
        f(p) * g(p) + t(q) * arr(&p.c, [p.a, p.w[0], 1.0])
    }
    #[conservative_grad]
    fn local(x: &[f64], a: f64) -> f64 {
        let p = W {
            w: x.to_vec(),
            a,
            c: [a, 1.0, 2.0, x[0]],
            rows: vec![vec![a], vec![x[1]]],
            b: x.to_vec(),
            grid: vec![[a, x[0], 1.0], [x[1], 2.0, a]],
        };
        outer(&p, &(vec![a, x[0]], x[1]))
    }
    #[conservative_grad]
    impl W {
        fn m(&self, i: usize) -> f64 {
            row(&self.w, i) * affine(&self.w, &self.b, self.a, i)
        }
        fn all(&self) -> f64 {
            let mut s = 0.0;
            for i in 0..self.w.len() {
                s += self.m(i);
            }
            s
        }
        fn change(&mut self, k: f64) -> f64 {
            let mut s = 0.0;
            for i in 0..self.w.len() {
                self.a += row(&self.w, i) * k;
                s += affine(&self.w, &self.b, self.a, i);
            }
            s
        }
    }
    #[conservative_grad]
    fn lm(x: &[f64], a: f64) -> f64 {
        let mut p = W {
            w: x.to_vec(),
            a,
            c: [a, 1.0, 2.0, x[0]],
            rows: vec![vec![a], vec![x[1]]],
            b: x.to_vec(),
            grid: vec![],
        };
        let v = p.all();
        let w = p.change(a);
        v + w * p.a
    }

    #[test]
    fn go_on_without_copies() {
        let x = vec![0.3, 0.9, -0.4, 0.7];
        crate::check!(local(&x.clone(), 0.6));
        crate::check!(lm(&x.clone(), 0.6));
    }
}

/// Constants that a test chooses, among them references, which a callee's reverse sweep asks for once more.
mod chosen {
    use conservative_grad::conservative_grad;

    #[derive(PartialEq)]
    pub(crate) enum Law {
        Linear,
        Square,
    }

    #[conservative_grad]
    pub(crate) fn scaled(x: f64, #[constant] kind: &str) -> f64 {
        match kind {
            "half" => 0.5 * x,
            "sine" => x.sin(),
            _ => x * x,
        }
    }

    #[conservative_grad]
    pub(crate) fn by_law(x: f64, #[constant] law: Law) -> f64 {
        if law == Law::Linear { 0.5 * x } else { x * x }
    }

    #[conservative_grad]
    pub(crate) fn by_branch(x: f64, n: usize) -> f64 {
        let kind = if n > 2 {
            "half"
        } else if n == 1 {
            "sine"
        } else {
            "square"
        };
        let law = if n > 2 { Law::Linear } else { Law::Square };
        scaled(x, kind) * scaled(x * x, kind) + by_law(x, law)
    }

    #[conservative_grad]
    pub(crate) fn in_a_loop(x: f64, steps: &[usize]) -> f64 {
        let mut s = x;
        for i in steps {
            let kind = if *i > 2 && steps.len() > 1 {
                "half"
            } else {
                "sine"
            };
            s += scaled(s, kind) * scaled(x, if *i == 1 { "half" } else { "square" });
        }
        s
    }
}

#[test]
fn constants_that_a_test_chooses() {
    use chosen::{by_branch, in_a_loop};

    check!(by_branch(0.75, const 3));
    check!(by_branch(0.75, const 1));
    check!(by_branch(0.75, const 0));
    check!(in_a_loop(0.75, const &[1, 3, 2]));
}
