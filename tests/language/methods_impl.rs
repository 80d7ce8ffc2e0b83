//! Methods: annotated `impl` blocks, single methods, every kind of receiver, trait impls, operators.

use conservative_grad::{Differentiable, conservative_grad};

/// The derivative of `f` at `x`, by central differences.
fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

#[track_caller]
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a} is not {b}");
}

mod block {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    pub struct Spring {
        pub k: f64,
        pub rest: f64,
        pub w: Vec<f64>,
        pub n: usize,
    }

    #[conservative_grad]
    impl Spring {
        const HALF: f64 = 0.5;

        pub fn new(k: f64, rest: f64) -> Self {
            Self {
                k,
                rest,
                w: vec![1.0, 2.0 * k],
                n: 3,
            }
        }

        pub fn energy(&self, x: f64) -> f64 {
            let d = x - self.rest;
            Self::HALF * self.k * d * d + self.load(d) * self.n as f64
        }

        pub fn by_path(&self, x: f64) -> f64 {
            let other = Self::new(x, 0.25);
            Self::energy(self, x) * Spring::load(&other, self.k) - Self::half(self.rest)
        }

        fn load(&self, d: f64) -> f64 {
            let mut s = 0.0;
            for i in 0..self.w.len() {
                s += self.w[i] * (d * i as f64).max(0.0);
            }
            s
        }

        pub fn stiffness(&self) -> f64 {
            self.k * self.k
        }

        pub fn half(x: f64) -> f64 {
            x * Self::HALF * x
        }

        pub fn total(&self, x: &[f64]) -> f64 {
            let mut s = 0.0;
            for i in 0..x.len() {
                s += self.energy(x[i]) * Self::half(x[i]);
            }
            s
        }

        pub fn scaled(self, a: f64) -> Self {
            Spring {
                k: self.k * a,
                ..self
            }
        }

        pub fn drained(mut self, a: f64) -> f64 {
            self.k *= a;
            self.w[1] -= self.k;
            self.energy(a)
        }

        pub fn relax(&mut self, by: f64) {
            self.rest += by * self.k;
            self.w[0] *= by;
        }

        pub fn step(&mut self, by: f64) -> f64 {
            self.relax(by);
            self.k *= self.rest;
            self.k + by
        }

        pub fn relaxed(&self, by: f64, x: f64) -> f64 {
            let mut s = self.clone();
            s.relax(by);
            let e = s.step(x) * 2.0;
            e + s.energy(x) + Self::new(s.rest, x).energy(by)
        }

        pub fn product(&self, x: f64) -> f64 {
            let stretched = self.clone().scaled(x);
            stretched.stiffness() * self.stiffness()
        }

        pub fn power(&self, n: usize) -> f64 {
            if n == 0 {
                1.0
            } else {
                self.k * self.power(n - 1)
            }
        }

        fn even(&self, n: usize) -> f64 {
            if n == 0 {
                self.rest
            } else {
                self.k * self.odd(n - 1)
            }
        }

        fn odd(&self, n: usize) -> f64 {
            if n == 0 { 1.0 } else { 2.0 * self.even(n - 1) }
        }

        pub fn name(&self) -> &str {
            "spring"
        }

        #[conservative_grad(skip)]
        pub fn turns(&self) -> f64 {
            self.k.floor()
        }

        #[conservative_grad(policy = upper, wrt(x))]
        pub fn hinge(&self, x: f64, #[constant] y: f64) -> f64 {
            (x - self.rest).max(0.0) * y
        }
    }

    fn spring() -> Spring {
        Spring {
            k: 1.25,
            rest: 0.5,
            w: vec![0.75, -1.5],
            n: 2,
        }
    }

    /// Compares a gradient with differences of `f` in every number of the spring.
    #[track_caller]
    fn agrees(f: impl Fn(&Spring) -> f64, gradient: &SpringGradient) {
        let of = |change: &dyn Fn(&mut Spring, f64), at: f64| {
            let changed = |x: f64| {
                let mut s = spring();
                change(&mut s, x);
                f(&s)
            };
            slope(changed, at)
        };
        let s = spring();
        close(gradient.k, of(&|s, x| s.k = x, s.k));
        close(gradient.rest, of(&|s, x| s.rest = x, s.rest));
        for i in 0..2 {
            close(gradient.w[i], of(&|s, x| s.w[i] = x, s.w[i]));
        }
    }

    /// Value, gradient with respect to `self` and one number, and every other entry point.
    macro_rules! agree {
        ($f:ident, $x:expr, $value_and_grad:ident $grad:ident $accumulate:ident $vjp:ident $jvp:ident $with:ident $trace:ident $jacobian:ident) => {{
            let (s, x) = (spring(), $x);
            let (value, (own, slope_of_x)) = s.$value_and_grad(x);
            assert_eq!(value, s.clone().$f(x));
            agrees(|s| s.clone().$f(x), &own);
            close(slope_of_x, slope(|x| s.clone().$f(x), x));
            assert_eq!(s.$grad(x), (own.clone(), slope_of_x));
            assert_eq!(s.$jacobian(x), (own.clone(), slope_of_x));
            let mut bars = (s.zero_gradient(), 0.0);
            assert_eq!(s.$accumulate(x, &mut bars.0, &mut bars.1), value);
            assert_eq!(bars, (own.clone(), slope_of_x));
            let (again, pullback) = s.$vjp(x);
            assert_eq!(again, value);
            let (twice, x_bar) = pullback(2.0);
            close(twice.k, 2.0 * own.k);
            close(x_bar, 2.0 * slope_of_x);
            let (again, along) = s.$jvp(x, &own, 3.0);
            assert_eq!(again, value);
            let squares =
                own.k * own.k + own.rest * own.rest + own.w[0] * own.w[0] + own.w[1] * own.w[1];
            close(along, squares + 3.0 * slope_of_x);
            let mut sel = conservative_grad::Plain;
            assert_eq!(s.$with(&mut sel, x), (value, (own, slope_of_x)));
            let _ = s.$trace(x);
        }};
    }

    #[test]
    fn by_reference() {
        agree!(energy, 1.5, energy_value_and_grad energy_grad energy_accumulate_grad energy_vjp energy_jvp energy_value_and_grad_with energy_trace energy_jacobian);
        agree!(by_path, 1.5, by_path_value_and_grad by_path_grad by_path_accumulate_grad by_path_vjp by_path_jvp by_path_value_and_grad_with by_path_trace by_path_jacobian);
        agree!(product, 1.5, product_value_and_grad product_grad product_accumulate_grad product_vjp product_jvp product_value_and_grad_with product_trace product_jacobian);
    }

    #[test]
    fn by_value() {
        agree!(drained, 1.5, drained_value_and_grad drained_grad drained_accumulate_grad drained_vjp drained_jvp drained_value_and_grad_with drained_trace drained_jacobian);
    }

    #[test]
    fn calls_of_methods_that_change_their_receiver() {
        let s = spring();
        let (value, (own, by, x)) = s.relaxed_value_and_grad(0.5, 1.5);
        assert_eq!(value, s.relaxed(0.5, 1.5));
        agrees(|s| s.relaxed(0.5, 1.5), &own);
        close(by, slope(|by| s.relaxed(by, 1.5), 0.5));
        close(x, slope(|x| s.relaxed(0.5, x), 1.5));
        let (_, along) = s.relaxed_jvp(0.5, 1.5, &s.zero_gradient(), 1.0, 2.0);
        close(along, by + 2.0 * x);
    }

    #[test]
    fn loops_over_calls() {
        let s = spring();
        let x = [1.5, -0.25, 2.0];
        let (value, (own, x_bar)) = s.total_value_and_grad(&x);
        assert_eq!(value, s.total(&x));
        agrees(|s| s.total(&x), &own);
        for i in 0..3 {
            let moved = |t: f64| {
                let mut x = x;
                x[i] = t;
                s.total(&x)
            };
            close(x_bar[i], slope(moved, x[i]));
        }
    }

    #[test]
    fn in_place() {
        let mut s = spring();
        let mut other = spring();
        let (value, pullback) = s.step_vjp(0.75);
        assert_eq!(value, other.step(0.75));
        let mut bar = SpringGradient {
            k: 0.5,
            rest: -1.0,
            w: vec![2.0, 0.25],
            ..spring().zero_gradient()
        };
        let by = pullback(3.0, &mut bar);
        assert_eq!(s, other);
        let result = |s: &mut Spring, by: f64| {
            let r = s.step(by);
            3.0 * r + 0.5 * s.k - s.rest + 2.0 * s.w[0] + 0.25 * s.w[1]
        };
        agrees(|s| result(&mut s.clone(), 0.75), &bar);
        close(by, slope(|by| result(&mut spring(), by), 0.75));
    }

    #[test]
    fn recursion() {
        agrees(|s| s.power(4), &spring().power_grad(4));
        agrees(|s| s.even(4), &spring().even_grad(4));
        agrees(|s| s.odd(3), &spring().odd_grad(3));
    }

    #[test]
    fn results_that_are_structs() {
        let bar = SpringGradient {
            k: 0.5,
            rest: -1.0,
            w: vec![2.0, 0.25],
            ..spring().zero_gradient()
        };
        let weighted = |s: &Spring| 0.5 * s.k - s.rest + 2.0 * s.w[0] + 0.25 * s.w[1];
        let s = spring();
        let (value, pullback) = s.scaled_vjp(2.0);
        assert_eq!(value, spring().scaled(2.0));
        let (own, a) = pullback(bar.clone());
        agrees(|s| weighted(&s.clone().scaled(2.0)), &own);
        close(a, slope(|a| weighted(&spring().scaled(a)), 2.0));
        let (value, pullback) = Spring::new_vjp(1.5, 0.25);
        assert_eq!(value, Spring::new(1.5, 0.25));
        let (k, rest) = pullback(bar);
        close(k, slope(|k| weighted(&Spring::new(k, 0.25)), 1.5));
        close(rest, -1.0);
    }

    #[test]
    fn options_of_single_functions() {
        assert_eq!(spring().hinge_grad(0.5, 3.0), 3.0);
        assert_eq!(spring().turns(), 1.0);
        assert_eq!(spring().name(), "spring");
    }

    #[test]
    fn metadata() {
        let report = Spring::TOTAL_FIELD.to_string();
        assert!(
            report.contains("`energy`") && report.contains("`half`"),
            "{report}"
        );
        let report = Spring::HINGE_FIELD.to_string();
        assert!(report.contains("(x - self.rest).max(0.0)"), "{report}");
        assert!(report.contains("(x - self.rest) = 0"), "{report}");
    }
}

mod single {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    pub struct Point {
        x: f64,
        y: f64,
    }

    impl Point {
        #[conservative_grad]
        pub fn new(x: f64, y: f64) -> Self {
            Self { x, y }
        }

        #[conservative_grad]
        pub fn norm(self) -> f64 {
            (self.x * self.x + self.y * self.y).sqrt()
        }

        #[conservative_grad]
        pub fn rotated(&self, by: f64) -> Point {
            let (s, c) = (by.sin(), by.cos());
            Point {
                x: c * self.x - s * self.y,
                y: s * self.x + c * self.y,
            }
        }

        #[conservative_grad]
        pub fn dot(&self, other: &Point) -> f64 {
            self.x * other.x + self.y * other.y
        }

        #[conservative_grad(method)]
        pub fn diagonal(t: f64) -> f64 {
            t * t
        }

        #[conservative_grad]
        pub fn between(self: &Self, other: Self, t: f64) -> f64 {
            let a = self.rotated(t);
            a.dot(&other) / (a.norm() + Self::diagonal(t))
        }

        #[conservative_grad]
        pub fn scaled<const N: usize>(&self, by: [f64; N]) -> f64 {
            let mut s = self.x;
            for i in 0..N {
                s += by[i] * self.y;
            }
            s
        }

        #[conservative_grad]
        pub fn halved(&self, n: u32) -> f64 {
            if n == 0 {
                self.x
            } else {
                0.5 * self.y * self.halved(n - 1)
            }
        }
    }

    #[conservative_grad]
    fn free(x: f64, y: f64, t: f64) -> f64 {
        let p = Point::new(x, y);
        let q = p.rotated(t);
        p.between(q, t) + q.norm() * Point::diagonal(x) + p.scaled([x, t]) + q.halved(3)
    }

    #[test]
    fn one_by_one() {
        crate::check!(free(0.75, -1.25, 0.5));
        let (p, q) = (Point::new(0.75, -1.25), Point::new(0.25, 2.0));
        let (value, (own, other, t)) = p.between_value_and_grad(q, 0.5);
        assert_eq!(value, p.between(q, 0.5));
        close(own.x, slope(|x| Point { x, ..p }.between(q, 0.5), p.x));
        close(own.y, slope(|y| Point { y, ..p }.between(q, 0.5), p.y));
        close(other.x, slope(|x| p.between(Point { x, ..q }, 0.5), q.x));
        close(t, slope(|t| p.between(q, t), 0.5));
        assert_eq!(p.norm_grad().x, p.x / p.norm());
    }
}

mod traits {
    use super::*;
    use std::ops::{Add, Mul, Neg, Sub};

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    pub struct Vec2 {
        x: f64,
        y: f64,
    }

    #[conservative_grad]
    impl Add for Vec2 {
        type Output = Self;
        fn add(self, other: Self) -> Self::Output {
            Vec2 {
                x: self.x + other.x,
                y: self.y + other.y,
            }
        }
    }

    #[conservative_grad]
    impl Sub for Vec2 {
        type Output = Vec2;
        fn sub(self, other: Vec2) -> Vec2 {
            Vec2 {
                x: self.x - other.x,
                y: self.y - other.y,
            }
        }
    }

    #[conservative_grad]
    impl Mul<f64> for Vec2 {
        type Output = Self;
        fn mul(self, by: f64) -> Self {
            Self {
                x: self.x * by,
                y: self.y * by,
            }
        }
    }

    #[conservative_grad]
    impl Neg for Vec2 {
        type Output = Self;
        fn neg(self) -> Self {
            Self {
                x: -self.x,
                y: -self.y,
            }
        }
    }

    pub mod shapes {
        pub trait Shape {
            const SIDES: f64;
            type Number;
            fn area(&self, scale: f64) -> Self::Number;
            fn perimeter(&self) -> Self::Number;
            fn unit(t: f64) -> Self;
        }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    pub struct Square {
        side: f64,
    }

    #[conservative_grad]
    impl shapes::Shape for Square {
        const SIDES: f64 = 4.0;
        type Number = f64;
        fn area(&self, scale: f64) -> Self::Number {
            let square: Self::Number = self.side * self.side;
            square * scale + self.perimeter()
        }
        fn perimeter(&self) -> f64 {
            self.side * Self::SIDES
        }
        fn unit(t: f64) -> Self {
            Self { side: t * t }
        }
    }

    use shapes::Shape as _;

    #[conservative_grad]
    fn free(x: f64, y: f64) -> f64 {
        let a = Vec2 { x, y };
        let b = Vec2 { x: y * y, y: x };
        let c = (a + b) * x - -b;
        let s = Square::unit(c.x);
        c.x * c.y + s.area(y)
    }

    #[test]
    fn operators_and_traits_of_the_users() {
        crate::check!(free(0.75, -1.25));
        let s = Square { side: 1.5 };
        assert_eq!(s.area_grad(2.0), (SquareGradient { side: 10.0 }, 2.25));
        assert_eq!(
            s.perimeter_value_and_grad(),
            (6.0, SquareGradient { side: 4.0 })
        );
        assert_eq!(Square::unit_vjp(1.5).1(SquareGradient { side: 2.0 }), 6.0);
    }
}

mod generic {
    use super::*;
    use conservative_grad::Real;

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    pub struct Line<T> {
        slope: T,
        offset: T,
    }

    #[conservative_grad]
    impl<T: Real> Line<T> {
        pub fn new(slope: T, offset: T) -> Self {
            Self { slope, offset }
        }

        pub fn at(&self, x: T) -> T {
            self.slope * x + self.offset
        }

        pub fn error(&self, xs: &[T], ys: &[T]) -> T {
            let mut sum = xs[0] - xs[0];
            for i in 0..xs.len() {
                let e = self.at(xs[i]) - ys[i];
                sum = sum + e * e.sin();
            }
            sum
        }

        pub fn power(&self, n: usize) -> T {
            if n == 0 {
                self.offset
            } else {
                self.slope * self.power(n - 1)
            }
        }

        pub fn mixed<const N: usize>(self, by: [T; N]) -> Self
        where
            T: Copy,
        {
            let mut slope = self.slope;
            for i in 0..N {
                slope = slope * by[i];
            }
            Line { slope, ..self }
        }
    }

    #[conservative_grad]
    fn free(a: f64, b: f64) -> f64 {
        let line = Line::new(a, b).mixed([a, b]);
        line.at(a) * line.power(2) + line.error(&[a, b, 1.0], &[b, 0.5, a])
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Table<'a, const N: usize> {
        data: &'a [f64],
        scale: [f64; N],
    }

    #[conservative_grad]
    impl<'a, const N: usize> Table<'a, N> {
        pub fn sum(&self, x: f64) -> f64 {
            let mut s = 0.0;
            for i in 0..N {
                s += self.scale[i] * self.data[i] * x;
            }
            s
        }

        pub fn twice(&self, x: f64) -> f64 {
            self.sum(x) * self.sum(x * x)
        }
    }

    #[test]
    fn over_types_constants_and_lifetimes() {
        crate::check!(free(0.75, -1.25));
        let line = Line::new(0.5_f32, 2.0);
        assert_eq!(
            line.at_grad(3.0),
            (
                LineGradient {
                    slope: 3.0,
                    offset: 1.0
                },
                0.5
            )
        );
        let data = [1.0, 2.0];
        let table = Table {
            data: &data,
            scale: [3.0, 4.0],
        };
        let (value, (own, x)) = table.twice_value_and_grad(2.0);
        assert_eq!(value, table.twice(2.0));
        close(x, slope(|x| table.twice(x), 2.0));
        close(
            own.scale[1],
            slope(
                |t| {
                    Table {
                        scale: [3.0, t],
                        ..table.clone()
                    }
                    .twice(2.0)
                },
                4.0,
            ),
        );
        close(
            own.data[0],
            slope(
                |t| {
                    Table {
                        data: &[t, 2.0],
                        ..table.clone()
                    }
                    .twice(2.0)
                },
                1.0,
            ),
        );
    }
}

mod constant_receivers {
    use super::*;

    /// No part of it has a derivative.
    struct Settings {
        k: f64,
        n: usize,
    }

    #[conservative_grad(constant(self))]
    impl Settings {
        fn apply(&self, x: f64) -> f64 {
            let mut y = x * self.k;
            for _ in 0..self.n {
                y = y.sin() + self.shift(x);
            }
            y
        }

        fn shift(&self, x: f64) -> f64 {
            x * self.k * self.n as f64
        }

        fn scale(&self) -> f64 {
            self.k
        }
    }

    impl Settings {
        #[conservative_grad]
        fn alone(#[constant] &self, x: f64) -> f64 {
            self.apply(x) * self.scale()
        }
    }

    #[test]
    fn have_no_gradient() {
        let s = Settings { k: 0.75, n: 3 };
        close(s.apply_grad(0.5), slope(|x| s.apply(x), 0.5));
        close(s.alone_grad(0.5), slope(|x| s.alone(x), 0.5));
        let (value, along) = s.apply_jvp(0.5, 1.0);
        assert_eq!(value, s.apply(0.5));
        close(along, s.apply_grad(0.5));
    }
}

mod single_precision {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    struct V {
        x: f32,
        y: f32,
    }

    /// Methods that never say `f32`.
    #[conservative_grad]
    impl V {
        fn dot(&self, o: &V) -> f32 {
            self.x * o.x + self.y * o.y
        }

        fn twice(&self) -> V {
            V {
                x: self.x * 2.0,
                y: self.y * 2.0,
            }
        }

        fn turned(&self) -> V {
            let k = 0.5;
            V {
                x: -self.y,
                y: self.x.sin() + k,
            }
        }

        fn grow(&mut self) {
            self.x *= self.y;
        }
    }

    #[conservative_grad]
    fn loss(a: V, b: V) -> f32 {
        let mut a = a;
        a.grow();
        a.twice().dot(&b.turned())
    }

    #[test]
    fn is_that_of_the_block() {
        let (a, b) = (V { x: 1.5, y: -0.5 }, V { x: 0.25, y: 2.0 });
        let (by_a, by_b) = loss::grad(a, b);
        let other = 0.25_f32.sin() + 0.5;
        assert_eq!((by_a.x, by_a.y), (2.0, -6.0 + 2.0 * other));
        assert_eq!((by_b.x, by_b.y), (-0.25_f32.cos(), 1.5));
        let (_, along) = a.turned_jvp(&VGradient { x: 1.0, y: 2.0 });
        assert_eq!((along.x, along.y), (-2.0, 1.5_f32.cos()));
    }
}

/// The name of the type comes from a `use` in the body.
mod named_in_the_body {
    use super::*;

    #[conservative_grad]
    fn stiff(x: f64) -> f64 {
        use super::block::Spring;
        let spring = Spring {
            k: x,
            rest: 0.5,
            w: vec![x, 1.0],
            n: 2,
        };
        spring.energy(x * x) + spring.stiffness()
    }

    #[test]
    fn its_methods_are_found() {
        close(stiff::grad(1.25), slope(stiff, 1.25));
        assert_eq!(stiff::FIELD.callees.len(), 2);
    }
}
