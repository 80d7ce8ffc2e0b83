//! Types of which a function tells nothing but the name, or fields with numbers: structs that are handed on, numbers that have a name
//! of their own, tuple structs, operators on what a constant begins.

use std::ops::{Add, Mul};

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        structs_that_are_handed_on from 4,
        names_of_numbers from 3,
        tuple_structs_of_calls from 2,
        begun_with_a_constant from 2,
        methods_of_sums from 3,
    );
}

#[derive(Clone, Copy, Differentiable)]
struct Layer {
    reflected: f64,
    passed: f64,
}

#[conservative_grad]
fn over(a: Layer, b: Layer) -> Layer {
    let d = 1.0 / (1.0 + a.reflected * b.reflected);
    Layer {
        reflected: a.reflected + b.reflected * a.passed * d,
        passed: a.passed * b.passed * d,
    }
}

#[conservative_grad]
fn twice(l: Layer) -> Layer {
    over(l, l)
}

#[conservative_grad]
fn doubled(mut l: Layer, #[constant] times: u32) -> Layer {
    for _ in 0..times {
        l = over(l, l);
    }
    l
}

#[conservative_grad]
fn stacked(l: Layer, k: Layer, n: usize) -> Layer {
    let mut m = l;
    for _ in 0..n {
        m = over(m, k);
    }
    if n > 3 { twice(m) } else { m }
}

#[conservative_grad]
fn structs_that_are_handed_on(x: &[f64]) -> f64 {
    let a = Layer {
        reflected: x[0].sin(),
        passed: x[1],
    };
    let b = Layer {
        reflected: x[2] * 0.1,
        passed: x[3],
    };
    let all = over(stacked(twice(a), b, 2), stacked(doubled(b, 3), a, 4));
    all.reflected * x[1] + all.passed
}

type Energy = f64;
type Single = f32;

#[conservative_grad]
fn squared(e: Energy) -> Energy {
    e * e
}

#[conservative_grad]
fn to_the_fourth(e: Energy) -> Energy {
    squared(squared(e))
}

#[conservative_grad]
fn larger(e: Energy, d: Energy) -> Energy {
    if squared(e) > d {
        to_the_fourth(e)
    } else {
        squared(d)
    }
}

#[conservative_grad]
fn names_of_numbers(x: &[f64]) -> f64 {
    let mut s = to_the_fourth(0.2 * x[0]);
    for v in x {
        s += larger(0.3 * *v, s).sin() * larger(0.3 * x[2], 0.1 * *v);
    }
    s
}

#[conservative_grad]
fn squared_single(e: Single) -> Single {
    e * e
}

#[conservative_grad]
fn fourth_single(e: Single) -> Single {
    squared_single(squared_single(e))
}

#[test]
fn numbers_have_gradients() {
    assert_eq!(to_the_fourth::grad(1.5), 13.5);
    assert_eq!(to_the_fourth::value_and_grad(2.0), (16.0, 32.0));
    assert_eq!(to_the_fourth::jacobian(1.5), 13.5);
    assert_eq!(to_the_fourth::jvp(1.5, 2.0).1, 27.0);
    let mut bar = 1.0;
    assert_eq!(to_the_fourth::accumulate_grad(2.0, &mut bar), 16.0);
    assert_eq!(bar, 33.0);
    assert_eq!(fourth_single::grad(1.5), 13.5_f32);
}

#[derive(Clone, Copy, Differentiable)]
struct State(f64, f64);

#[conservative_grad]
fn run(x: &[f64]) -> State {
    let mut s = State(x[0], x[1]);
    for v in x {
        s = State(s.0 + 0.1 * v * s.1, s.1 * v.cos());
    }
    s
}

#[conservative_grad]
fn worst(x: &[f64]) -> (State, f64) {
    let mut s = State(x[0], 1.0);
    let mut worst = 0.0;
    for v in x {
        s = State(s.0 + 0.1 * v * s.1, s.1 * v.cos());
        worst += s.0 * s.1;
    }
    (s, worst)
}

#[conservative_grad]
fn tuple_structs_of_calls(x: &[f64]) -> f64 {
    let end = run(x);
    let (last, worst) = worst(x);
    let mut s = end.0 * end.0 + end.1;
    for v in x {
        let pair = run(&[*v, s * 0.1]);
        s += pair.0 * pair.1;
    }
    s + last.0 * last.0 + last.1 * worst
}

#[derive(Clone, Copy, Default, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl Add for Point {
    type Output = Point;
    fn add(self, other: Point) -> Point {
        Point {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }
}

#[conservative_grad]
impl Mul<f64> for Point {
    type Output = Point;
    fn mul(self, factor: f64) -> Point {
        Point {
            x: self.x * factor,
            y: self.y * factor,
        }
    }
}

#[conservative_grad]
fn centre(points: &[Point]) -> Point {
    let n = points.len() as f64;
    points.iter().fold(Point::default(), |sum, p| sum + *p) * (1.0 / n)
}

#[conservative_grad]
fn begun_with_a_constant(x: &[f64]) -> f64 {
    let points: Vec<Point> = x
        .chunks(2)
        .map(|c| Point {
            x: c[0],
            y: c[c.len() - 1],
        })
        .collect();
    let c = centre(&points);
    let d = points
        .iter()
        .fold(Point { x: 0.0, y: 0.0 }, |sum, p| sum + *p)
        * x[0];
    c.x * c.y + d.x
}

#[derive(Clone, Copy, Differentiable)]
struct Pair {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl Add for Pair {
    type Output = Pair;
    fn add(self, other: Pair) -> Pair {
        Pair {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }
}

#[conservative_grad]
impl Mul for Pair {
    type Output = Pair;
    fn mul(self, other: Pair) -> Pair {
        Pair {
            x: self.x * other.x - self.y * other.y,
            y: self.x * other.y + self.y * other.x,
        }
    }
}

#[conservative_grad]
impl Pair {
    fn sqrt(self) -> Pair {
        let r = self.x.hypot(self.y);
        let x = (0.5 * (r + self.x)).sqrt();
        Pair {
            x,
            y: self.y / (2.0 * x),
        }
    }
}

#[conservative_grad]
fn methods_of_sums(x: &[f64]) -> f64 {
    let b = Pair { x: x[0], y: x[1] };
    let d = (b * b + Pair { x: x[2], y: 1.0 }).sqrt();
    d.x * d.y + x[0]
}
