//! Programs that the generator found to be refused, or not to compile, as small as they could be
//! made. The gradients expected are worked out by hand, or are central differences.

use conservative_grad::{Differentiable, Real, conservative_grad, relu};

#[track_caller]
fn close(got: &[f64], want: &[f64]) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
    let same = got.len() == want.len() && got.iter().zip(want).all(near);
    assert!(same, "got {got:?}, expected {want:?}");
}

/// Central differences.
fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

#[track_caller]
fn agrees(got: f64, f: impl Fn(f64) -> f64, x: f64) {
    let want = slope(f, x);
    assert!(
        (got - want).abs() <= 1e-7 * want.abs().max(1.0),
        "got {got}, central differences give {want}"
    );
}

mod literals {
    use super::*;

    #[derive(Clone, Debug, Differentiable)]
    pub(super) struct Model<T> {
        pub(super) x: T,
        pub(super) w: Vec<T>,
    }

    #[conservative_grad]
    impl<T: Real> Model<T> {
        fn run(&self) -> T {
            let mut w = self.w.clone();
            let y = self.x.clone();
            w[0] *= self.x;
            w[0] * self.x + w[1] * y
        }

        fn copied(&self) -> Model<T> {
            Model {
                x: self.x.clone(),
                w: self.w.clone(),
            }
        }

        fn all(&self) -> T {
            let m = self.copied();
            let v = vec![
                m.clone(),
                Model {
                    x: m.x,
                    w: m.w.clone(),
                },
            ];
            v[0].x * v[1].w[1] + self.run()
        }
    }

    // The literal leaves out the arguments of the type.
    #[conservative_grad]
    pub(super) fn f<T: Real>(x: T, w: &[T]) -> T {
        let model = Model { x, w: w.to_vec() };
        model.run() + model.all()
    }
}

#[test]
fn a_literal_of_a_generic_struct_and_clones_of_its_fields() {
    let (x, w) = (2.0, [1.0, 2.0]);
    let (dx, dw) = literals::f::grad(x, &w);
    close(&[dx], &[14.0]);
    close(&dw, &[8.0, 6.0]);
    close(&[literals::f::jvp(x, &w, 1.0, &[1.0, 0.0]).1], &[22.0]);
}

#[conservative_grad]
fn asserted(x: f64, out: &mut f64, k: &f64, n: &usize) -> f64 {
    assert!((*out).is_finite() && *n > 0, "{} {out}", *out);
    debug_assert!(*k > 0.0);
    *out *= x;
    *out * *k + x
}

#[test]
fn a_reference_is_followed_in_an_assertion() {
    let mut out = 3.0;
    let (y, pull) = asserted::vjp(2.0, &mut out, &0.5, &1);
    assert_eq!((y, out), (5.0, 6.0));
    let mut out_bar = 0.0;
    let (dx, dk) = pull(1.0, &mut out_bar);
    close(&[dx, dk, out_bar], &[2.5, 6.0, 1.0]);
}

#[conservative_grad]
fn twice<T: Real>(x: T) -> T {
    x * x
}

#[conservative_grad]
fn both_by_path<T: Real>(x: T) -> T {
    let (s, c) = T::sin_cos(twice(x));
    x * s + c
}

#[test]
fn sine_and_cosine_of_a_type_parameter_by_path() {
    agrees(both_by_path::grad(0.5), both_by_path, 0.5);
    agrees(both_by_path::jvp(0.5, 1.0).1, both_by_path, 0.5);
}

const LEVEL: f64 = 0.5;

#[conservative_grad]
fn square(x: f64) -> f64 {
    x * x
}

#[conservative_grad]
fn by_looks(x: f64, #[constant] c: f64) -> f64 {
    let y = square(c).max(std::f64::consts::LN_2);
    let z = LEVEL.max({
        let t = x;
        t
    });
    let w = LEVEL.min(match x > 0.0 {
        true => x,
        false => -x,
    });
    f64::powi(y, 2) * x * z * w
}

#[conservative_grad]
fn clamped_sum<T: Real>(x: T) -> T {
    let a = twice(x);
    let b = twice(a);
    (a + b).clamp(T::from_f64(-0.24), T::from_f64(4.8)) + twice(x).max(T::from_f64(0.0))
}

#[test]
fn methods_that_integers_have_too() {
    for x in [0.4, 0.9, -0.7] {
        agrees(by_looks::grad(x, 1.1), |x| by_looks(x, 1.1), x);
    }
    agrees(clamped_sum::grad(0.6), clamped_sum, 0.6);
}

#[conservative_grad]
fn pair(x: f64) -> (f64, f64) {
    (x * x, x)
}

#[conservative_grad]
fn area(p: (f64, f64)) -> f64 {
    p.0 * p.1
}

#[conservative_grad]
fn list(x: f64) -> [f64; 2] {
    [x * x, x]
}

#[conservative_grad]
fn inner(p: [f64; 2]) -> f64 {
    p[0] * p[1]
}

#[conservative_grad]
fn handed_on(x: f64) -> f64 {
    let p = list(x);
    let y = inner(p);
    area(pair(x)) + y * x
}

#[conservative_grad]
fn handed_on_in_loops(x: f64) -> f64 {
    let mut s = x;
    for _ in 0..3 {
        s += square(square(s)) * 0.1;
        let y = square(x);
        s *= square(y);
        if s > 0.5 {
            s = square(twice(s)) + area(pair(s));
        }
    }
    square(square(s))
}

#[test]
fn what_a_call_returns_is_handed_whole_to_another() {
    close(&[handed_on::grad(0.5)], &[3.0 * 0.25 + 4.0 * 0.125]);
    for x in [0.9, 0.7] {
        agrees(handed_on_in_loops::grad(x), handed_on_in_loops, x);
        agrees(handed_on_in_loops::jvp(x, 1.0).1, handed_on_in_loops, x);
    }
}

#[conservative_grad]
fn small(x: f64, n: usize) -> Option<f64> {
    if n > 3 {
        return None;
    }
    Some(x * x)
}

#[conservative_grad]
fn constant_outcomes(w: &[f64], x: f64, n: usize) -> Option<f64> {
    if w.len() == 0 {
        return Some(x);
    }
    let y = if x > 0.0 { small(0.5, n)? } else { 0.5 };
    Some(
        match () {
            _ if x < 1.0 => w[0],
            _ => small(-0.1, 1)?,
        } * y
            * x,
    )
}

#[test]
fn what_is_taken_from_a_constant_outcome_in_a_branch_is_a_number() {
    let (y, pull) = constant_outcomes::vjp(&[3.0], 0.5, 1);
    assert_eq!(y, Some(0.375));
    let (dw, dx) = pull(1.0);
    close(&dw, &[0.125]);
    close(&[dx], &[0.75]);
    assert_eq!(constant_outcomes(&[3.0], 0.5, 4), None);
    let (y, pull) = constant_outcomes::vjp(&[3.0], 2.0, 1);
    close(
        &[y.unwrap_or(0.0), pull(1.0).1],
        &[0.1 * 0.1 * 0.5, 0.1 * 0.1 * 0.25],
    );
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Parts {
    first: f64,
    second: f64,
}

#[conservative_grad]
fn operand_and_argument(x: f64) -> f64 {
    let mut z = Parts {
        first: square(x),
        second: square(x),
    };
    z.second += square(z.first);
    z.first -= square(z.second) * z.first;
    square(z.first) + square(z.second)
}

#[test]
fn a_field_that_is_an_operand_is_a_number() {
    agrees(operand_and_argument::grad(0.7), operand_and_argument, 0.7);
}

#[conservative_grad]
fn turned(out: &mut (f64, f64), y: &[f64]) -> f64 {
    out.0 += y[0] * out.1;
    out.1 *= out.0;
    out.0
}

#[conservative_grad]
fn norm(p: &(f64, f64)) -> f64 {
    p.0 * p.0 + p.1 * p.1
}

#[conservative_grad]
fn lent_tuples(x: (f64, f64), y: &[f64]) -> f64 {
    let mut x = x;
    let mut s = 0.0;
    let mut it = 0;
    while it < 3 {
        it += 1;
        s += turned(&mut x, y);
        if x.0 > 1.0 {
            turned(&mut x, y);
        }
        x.1 += 0.1 * norm(&x);
    }
    s * x.0 * x.1
}

#[test]
fn a_tuple_is_lent() {
    let (x, y) = ((0.4, 0.8), [0.3]);
    let (dx, dy) = lent_tuples::grad(x, &y);
    agrees(dx.0, |t| lent_tuples((t, x.1), &y), x.0);
    agrees(dx.1, |t| lent_tuples((x.0, t), &y), x.1);
    agrees(dy[0], |t| lent_tuples(x, &[t]), y[0]);
    let slope = lent_tuples::jvp(x, &y, (1.0, 2.0), &[3.0]).1;
    close(&[slope], &[dx.0 + 2.0 * dx.1 + 3.0 * dy[0]]);
}

#[conservative_grad]
fn constants_in_branches(w: &[f64], x: f64) -> f64 {
    let mut y = area((x, x));
    if x > 0.9 {
        y = relu(-0.5);
    }
    let z;
    if x > 0.5 {
        z = relu(0.5);
    } else {
        z = area((x, w[0]));
    }
    let v = match () {
        _ if w[0] >= 1.0 => area(x.sin_cos()),
        _ => relu(-0.5),
    };
    slice_times(w, y) + slice_times(w, z) + slice_times(w, v)
}

#[test]
fn a_branch_gives_a_constant_and_the_other_what_a_call_gives() {
    for (w, x) in [(0.8, 0.4), (1.3, 0.6), (1.3, 1.1), (0.8, 0.7)] {
        let (dw, dx) = constants_in_branches::grad(&[w, 0.2], x);
        agrees(dx, |x| constants_in_branches(&[w, 0.2], x), x);
        agrees(dw[0], |w| constants_in_branches(&[w, 0.2], x), w);
    }
}

#[conservative_grad(recursive)]
fn outcome<T: Real, const N: usize>(x: &[T], y: &[T; N], n: usize) -> Result<T, &'static str> {
    if n == 0 {
        return Err("nothing left");
    }
    if n == 1 {
        return Ok(x[0]);
    }
    let rest = outcome(x, y, n - 1)?;
    Ok(y[0] * rest)
}

#[conservative_grad]
mod lifetimes {
    pub(super) fn one<'a, const N: usize>(x: &'a [f64; N], y: &'a [f64]) -> f64 {
        x[0] * y[0]
    }

    pub(super) fn f(x: &[f64], #[constant] c: [f64; 3]) -> f64 {
        one(&c, x) * x[0]
    }
}

#[test]
fn lifetimes_beside_lengths() {
    let (y, pull) = outcome::vjp(&[2.0, 1.0], &[3.0, 0.0], 3);
    assert_eq!(y, Ok(18.0));
    let (dx, dy) = pull(1.0);
    close(&dx, &[9.0, 0.0]);
    close(&dy, &[12.0, 0.0]);
    assert_eq!(outcome(&[2.0], &[1.0], 0), Err("nothing left"));
    close(
        &lifetimes::f::grad(&[2.0, 1.0], [3.0, 0.0, 0.0]),
        &[12.0, 0.0],
    );
}

#[conservative_grad]
fn slice_times(w: &[f64], x: f64) -> f64 {
    w[0] * x + w[1]
}

#[conservative_grad]
fn drift(out: &mut f64, x: [f64; 2], y: [f64; 2]) {
    *out += x[0] * y[1];
}

#[derive(Clone, Debug, Differentiable)]
struct Rows {
    rows: [[f64; 2]; 2],
}

#[conservative_grad]
impl Rows {
    fn of_a_row(self) -> f64 {
        let mut h = slice_times(&self.rows[1], 2.0);
        for k in 0..2 {
            h += slice_times(&self.rows[k], h);
        }
        h
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Changing {
    x: Vec<f64>,
    m: [f64; 2],
}

#[conservative_grad]
impl Changing {
    fn of_what_changes(&mut self) -> f64 {
        let mut v = vec![0.0; 2];
        let mut it = 0;
        while it < 3 {
            it += 1;
            drift(&mut v[0], [self.x[0], 0.5], self.m);
        }
        drift(&mut self.m[it % 2], [0.5, v[0]], [0.0; 2]);
        v[0] * self.m[1]
    }
}

/// An array whose length the callee asks for.
#[conservative_grad]
fn first_of_two<const N: usize>(x: &[f64], y: f64, z: &[f64; N]) -> Option<f64> {
    if y.is_nan() {
        return None;
    }
    Some(x[0] * y + z[N - 1] * y.tanh())
}

#[derive(Clone, Debug, Differentiable)]
struct Lent {
    w: [[f64; 2]; 2],
    b: [f64; 2],
}

#[conservative_grad]
impl Lent {
    fn copies_are_kept(&mut self, #[constant] mut c: f64) -> f64 {
        c = c * 0.6 + first_of_two(&self.w[1], 0.4 * self.b[1], &self.b).unwrap_or(0.0);
        if c > -100.0 {
            let mut known = self.b;
            known[0] += c;
            let mut again = [0.5; 2];
            self.b = known;
            again = if c > 0.0 { known } else { again };
            c -= again[0] * first_of_two(&self.w[0], c, &again).unwrap_or(0.0);
        }
        (c + self.b[0]).atan2(2.5)
    }
}

#[conservative_grad]
fn with_copies(x: &[f64]) -> f64 {
    let mut lent = Lent {
        w: [[x[0], x[1]], [x[2], x[3]]],
        b: [x[3], x[0] * x[1]],
    };
    lent.copies_are_kept(0.25)
}

/// The struct is declared elsewhere, so nothing tells that its fields are arrays.
#[test]
fn copies_of_fields_are_lent_as_arrays() {
    for x in [[0.3, -0.7, 1.1, 0.4], [-0.3, 0.8, -1.1, 2.4]] {
        let gradient = with_copies::grad(&x);
        let slope = |k: usize| {
            let moved = |t: f64| {
                let mut x = x;
                x[k] = t;
                with_copies(&x)
            };
            agrees(gradient[k], moved, x[k]);
            with_copies::jvp(
                &x,
                &core::array::from_fn::<f64, 4, _>(|j| f64::from(u8::from(j == k))),
            )
            .1
        };
        for k in 0..4 {
            assert!((slope(k) - gradient[k]).abs() < 1e-12);
        }
    }
}

#[conservative_grad]
fn with_rows(x: &[f64]) -> f64 {
    let rows = Rows {
        rows: [[x[0], x[1]], [x[2], x[3]]],
    };
    let mut changing = Changing {
        x: vec![x[0], x[3]],
        m: [x[2], x[1]],
    };
    let changed = changing.of_what_changes();
    rows.of_a_row() * changed
}

#[test]
fn parts_of_fields_are_lent() {
    let x = [0.3, -0.7, 1.1, 0.4];
    let gradient = with_rows::grad(&x);
    for k in 0..4 {
        let moved = |t: f64| {
            let mut x = x;
            x[k] = t;
            with_rows(&x)
        };
        agrees(gradient[k], moved, x[k]);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Both<T> {
    first: T,
    second: T,
}

#[conservative_grad]
fn products<T: Real>(x: T, y: T) -> Both<T> {
    Both {
        first: x * y,
        second: x + y * y,
    }
}

/// Nothing but the argument of its type tells that the result is a struct.
#[conservative_grad]
fn passed_on<T: Real>(x: T, y: T) -> Both<T> {
    products(y, x)
}

/// Neither here.
#[conservative_grad]
fn given_back(both: Both<f64>, x: f64) -> Both<f64> {
    let _ = x * x;
    both
}

#[conservative_grad]
fn of_what_is_handed_on(x: f64, y: f64) -> f64 {
    let both = given_back(passed_on(x, y), y);
    both.first * both.first + both.second
}

#[test]
fn structs_that_are_only_handed_on() {
    // (x·y)² + y + x²
    let (x, y) = (0.7, -1.3);
    let expected = [2.0 * x * y * y + 2.0 * x, 2.0 * x * x * y + 1.0];
    let gradient = of_what_is_handed_on::grad(x, y);
    close(&[gradient.0, gradient.1], &expected);
    let (value, slope) = of_what_is_handed_on::jvp(x, y, 1.0, 2.0);
    close(&[value], &[x * y * x * y + y + x * x]);
    close(&[slope], &[expected[0] + 2.0 * expected[1]]);
    let (value, pullback) = given_back::vjp(products(x, y), 1.0);
    assert_eq!(value, products(x, y));
    let (both, x_bar) = pullback(BothGradient {
        first: 0.5,
        second: 2.0,
    });
    close(&[both.first, both.second, x_bar], &[0.5, 2.0, 0.0]);
}

#[conservative_grad]
fn halved_until(x: f64, depth: usize) -> f64 {
    if depth == 0 {
        return 0.5 * x * x;
    }
    x * depth as f64
}

const START: f64 = 0.8;

/// The receiver is a call on constants, the argument one on a variable.
#[conservative_grad]
fn calls_compared(x: &[f64]) -> f64 {
    let v = vec![
        x[0] * x[1],
        halved_until(START, 0).max(halved_until(x[1], 3)),
    ];
    v[0] + v[1] * halved_until(START, 1).min(halved_until(v[0] * x[1], 0))
}

#[test]
fn calls_of_constants_are_compared_with_calls_of_variables() {
    for x in [[0.7, 0.9], [1.6, -0.4], [0.3, 0.1], [1.5, 1.2]] {
        let gradient = calls_compared::grad(&x);
        for k in 0..2 {
            let moved = |t: f64| {
                let mut x = x;
                x[k] = t;
                calls_compared(&x)
            };
            agrees(gradient[k], moved, x[k]);
        }
    }
}

#[conservative_grad]
fn unrolled<T: conservative_grad::Real>(x: T, w: &[T], depth: usize) -> T {
    if depth == 0 {
        return w[1] * w[1];
    }
    unrolled(x * w[0], w, depth - 1) * x + w[0]
}

#[derive(Clone, Debug, Differentiable)]
struct Handed<T> {
    w: [T; 2],
    x: [[T; 2]; 2],
}

#[conservative_grad]
impl<T: conservative_grad::Real> Handed<T> {
    /// Nothing tells what kind of thing `self.w[0]` is, so that it is handed over as a copy. The reverse sweep asks for its
    /// shape, and must not hold `self` for that.
    fn run(&mut self) -> T {
        let first = unrolled(self.w[0], &self.x[1], 3);
        self.w[0] = first * self.w[1];
        unrolled(self.w[0], &self.x[0], 2)
    }
}

#[conservative_grad]
fn of_rows(x: &[f64]) -> f64 {
    let mut rows = Handed {
        w: [x[0], x[1]],
        x: [[x[2], x[0]], [x[1], x[3]]],
    };
    let result = rows.run();
    result * rows.w[0]
}

#[test]
fn shapes_of_what_a_method_hands_over() {
    let x = [0.3, -0.7, 1.1, 0.4];
    let gradient = of_rows::grad(&x);
    for k in 0..4 {
        let moved = |t: f64| {
            let mut x = x;
            x[k] = t;
            of_rows(&x)
        };
        agrees(gradient[k], moved, x[k]);
    }
}
