//! Functions over `T: num_traits::Float`, with the bounds that people write and no others.

#![allow(
    clippy::assign_op_pattern,
    clippy::match_single_binding,
    clippy::neg_cmp_op_on_partial_ord,
    clippy::never_loop,
    clippy::needless_range_loop,
    clippy::type_complexity,
    unreachable_pub,
    reason = "the programs under test are written the way people write them"
)]

#[macro_use]
#[path = "language/support/mod.rs"]
#[allow(
    unused_imports,
    dead_code,
    reason = "what is shared is more than what is used here"
)]
mod support;

use conservative_grad::{Differentiable, Real, conservative_grad};
use num_traits::{
    Float, FloatConst, FromPrimitive, NumAssign, NumCast, One, Signed, ToPrimitive, Zero,
};
use std::ops::{AddAssign, Mul};

/// A call in double and in single precision.
macro_rules! both {
    ($($f:ident)::+ ($($arguments:tt)*)) => {
        subject!(lifted [$($f)::+] f64 ($($arguments)*) [] None);
        subject!(lifted [$($f)::+] f32 ($($arguments)*) [] None);
    };
    ($($f:ident)::+ ($($arguments:tt)*) -> many) => {
        subject!(lifted [$($f)::+] f64 ($($arguments)*) [many] None);
        subject!(lifted [$($f)::+] f32 ($($arguments)*) [many] None);
    };
}

#[conservative_grad]
fn wave<T: Float>(x: T, y: T) -> T {
    let half = T::from(0.5).unwrap();
    let two = T::one() + T::one();
    half * x.sin() * y.powi(2) - two / (T::one() + x * x) + x.abs().sqrt() * y.max(x)
}

mod twin {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn wave(x: f64, y: f64) -> f64 {
        let half = 0.5;
        let two = 1.0 + 1.0;
        half * x.sin() * y.powi(2) - two / (1.0 + x * x) + x.abs().sqrt() * y.max(x)
    }
}

#[conservative_grad]
fn two_humps<T>(param: &[T; 2]) -> T
where
    T: Float + FromPrimitive,
{
    let (x1, x2) = (param[0], param[1]);
    (T::from_f64(1.5).unwrap() - x1 + x1 * x2).powi(2)
        + (T::from_f64(2.25).expect("it fits") - x1 + x1 * (x2.powi(2))).powi(2)
}

#[conservative_grad]
fn mean_of_squares<T>(x: &[T]) -> T
where
    T: Float + FromPrimitive + std::iter::Sum + std::fmt::Debug,
{
    let n = T::from_usize(x.len()).unwrap();
    let mut total = T::zero();
    for i in 0..x.len() {
        total = total + x[i].powi(2) * T::from(i + 1).unwrap();
    }
    assert!(n > T::zero(), "no mean of {x:?}");
    total / n
}

/// The user's name for what a number is.
trait Number: Float + FloatConst + FromPrimitive {
    fn third() -> Self {
        Self::one() / (Self::one() + Self::one() + Self::one())
    }
}
impl<T: Float + FloatConst + FromPrimitive> Number for T {}

#[conservative_grad]
fn under_an_alias<N: Number>(x: N) -> N {
    let tau = N::PI() + N::TAU() / N::from_f64(2.0).unwrap();
    let third: N = N::third();
    (tau * x).cos() * N::FRAC_PI_2() + x.exp2() * N::SQRT_2() * third + N::E().ln() * x
}

#[conservative_grad]
fn by_path<T: Float + Signed>(x: T, y: T) -> T {
    let (s, c) = x.sin_cos();
    if x.is_zero() || y.is_nan() || Float::is_infinite(y) {
        return T::nan();
    }
    Float::max(x, y) * T::atan2(s, c)
        + <T as Float>::powi(x, 2)
        + num_traits::Float::mul_add(x, y, s)
        + Float::abs(y)
        + x.hypot(y).ln_1p()
}

#[conservative_grad]
fn limits<T: Float>(x: &[T]) -> T {
    let mut lowest = T::infinity();
    let mut highest = T::neg_infinity();
    for i in 0..x.len() {
        lowest = lowest.min(x[i]);
        if x[i] > highest {
            highest = x[i];
        }
    }
    if highest - lowest < T::epsilon() || lowest < T::min_value() || highest >= T::max_value() {
        return T::zero();
    }
    (highest - lowest).ln().max(T::min_positive_value())
}

#[conservative_grad]
fn conversions<T: Float + FromPrimitive + ToPrimitive>(x: T, s: f64, n: u32) -> f64 {
    let mut acc = <T as NumCast>::from(n).unwrap();
    let k: T = NumCast::from(0.25).unwrap();
    let m: T = num_traits::cast(n + 1).unwrap();
    let mut i = 0;
    while i < n {
        acc = acc + x * T::from(i + 1).unwrap() * k;
        i += 1;
    }
    let narrow = T::from(s).unwrap() * m;
    (acc * narrow).to_f64().unwrap() * s + T::from_u32(n).unwrap().to_f64().unwrap()
}

#[conservative_grad]
fn in_double<T>(param: &[T; 2]) -> T
where
    T: Float + Into<f64> + FromPrimitive,
{
    let x1: f64 = param[0].into();
    let x2: f64 = param[1].into();
    T::from_f64({
        let r = (x1.powi(2) + x2.powi(2)).sqrt();
        -0.25 * (x1.sin() * x2.sin() * (1.0 - r / std::f64::consts::PI).abs().exp() + 2.0).powf(0.1)
    })
    .unwrap()
}

#[conservative_grad]
fn from_single<T: Float + From<f32>>(x: T) -> T {
    let half: T = 0.5f32.into();
    let two = <T as From<f32>>::from(2.0);
    x.powf(half) * two
}

#[conservative_grad]
fn horner<T: Float>(x: T, coefficients: &[T]) -> T {
    let mut y = T::zero();
    for i in (0..coefficients.len()).rev() {
        y = y * x + coefficients[i];
    }
    y
}

#[conservative_grad]
fn norm<T: Float>(x: &[T]) -> T {
    let mut s = T::zero();
    for i in 0..x.len() {
        s = s + x[i] * x[i];
    }
    s.sqrt()
}

#[conservative_grad]
fn normalised<T: Float, const N: usize>(x: &[T; N]) -> [T; N] {
    let n = norm(x);
    let mut y = [T::zero(); N];
    for i in 0..N {
        y[i] = x[i] / n + horner::<T>(x[i], &x[..2]);
    }
    y
}

#[conservative_grad]
fn of_doubles(x: &[f64]) -> f64 {
    norm(x) * norm::<f64>(&x[1..]) + wave(x[0], x[1])
}

#[conservative_grad]
fn power<T: Float>(x: T, n: u32) -> T {
    if n == 0 {
        T::one()
    } else {
        x * power(x, n - 1)
    }
}

#[conservative_grad]
fn newton<T: Float>(a: T, tolerance: T) -> T {
    let mut x = a;
    let half = T::from(0.5).unwrap();
    loop {
        let next = half * (x + a / x);
        if (next - x).abs() < stop(tolerance) {
            return next;
        }
        x = next;
    }
}

#[conservative_grad]
fn stop<T: Float>(x: T) -> T {
    conservative_grad::stop_gradient(x)
}

#[conservative_grad]
fn step<T: Float>(y: &mut [T; 2], h: T) -> T {
    let force = -y[0].sin();
    y[1] = y[1] + h * force;
    y[0] = y[0] + h * y[1];
    y[0] * y[1]
}

#[derive(Clone, Debug, Differentiable)]
struct Spring<T: Float> {
    stiffness: T,
    rest: T,
}

#[conservative_grad]
impl<T: Float + FromPrimitive> Spring<T> {
    fn energy(&self, x: T) -> T {
        let d = x - self.rest;
        T::from_f64(0.5).unwrap() * self.stiffness * d * d
    }

    fn pair(&self, x: T, y: T) -> T {
        self.energy(x) * self.energy(y).sqrt() + Self::scale(x)
    }

    fn scale(x: T) -> T {
        x.exp() * T::from_f64(0.1).unwrap()
    }
}

#[conservative_grad]
fn stretched<T: Float>(spring: &Spring<T>, x: T) -> T {
    spring.stiffness * (x - spring.rest).tanh() * x
}

#[conservative_grad]
fn assign<T: Float + NumAssign>(x: &[T], y: &T, z: &mut T) -> T {
    let mut s = T::zero();
    let mut p: T = num_traits::one();
    for i in 0..x.len() {
        let v = &x[i];
        s += *v * *y;
        p *= *v;
        s -= *z / p;
    }
    *z = s * p;
    s
}

#[conservative_grad]
fn ops<T: Float + Default + AddAssign>(x: T, n: i32) -> T {
    let mut s = T::default();
    let z = <T as Zero>::zero() + Zero::zero();
    let o: T = One::one();
    let two = T::from(2).unwrap();
    let three = T::from(3u8).unwrap_or(T::nan());
    for k in -1..n {
        s += x.powi(k) * two + z;
    }
    s.min(T::one() * three).max(-x.powi(n - 1)) + o
}

#[conservative_grad]
fn matched<T: Float>(x: T, k: usize) -> T {
    let y = match k {
        0 => x,
        1 | 2 => x * x,
        n if n % 2 == 0 => x.sin(),
        _ => return x.exp(),
    };
    'outer: loop {
        let mut i = 0;
        while i < k {
            if T::from(i).unwrap() > y {
                break 'outer;
            }
            i += 1;
        }
        break;
    }
    match y.partial_cmp(&T::zero()) {
        _ => y * y,
    }
}

#[conservative_grad]
fn nested<T: Float>(x: T) -> T {
    fn sq<U: Float>(u: U) -> U {
        u * u
    }
    let a = sq(x);
    let (mut p, mut q) = (a, x.sqrt());
    (p, q) = (q, p);
    p + q * T::from(0.5).unwrap() * sq(a)
}

#[derive(Clone, Debug, Differentiable)]
struct Curve<T: Float, const N: usize> {
    c: [T; N],
    offset: (T, T),
    tail: Vec<T>,
}

#[conservative_grad]
impl<T: Float + FromPrimitive, const N: usize> Curve<T, N> {
    pub fn value(&self, x: T) -> T {
        let mut y = self.offset.0;
        for i in 0..N {
            y = y * x + self.c[i];
        }
        for i in 0..self.tail.len() {
            y = y + self.tail[i] * x.powi(i as i32);
        }
        y * self.offset.1
    }
    pub fn moved(&self, by: T) -> Curve<T, N> {
        let mut c = [T::zero(); N];
        for i in 0..N {
            c[i] = self.c[i] * by;
        }
        Curve {
            c,
            offset: (self.offset.0 + by, self.offset.1),
            tail: self.tail.clone(),
        }
    }
}

trait Model<T> {
    fn energy(&self, x: T) -> T;
}
#[derive(Clone, Copy, Debug, Differentiable)]
struct Well<T: Float> {
    depth: T,
}
#[conservative_grad]
impl<T> Model<T> for Well<T>
where
    T: Float + FloatConst,
{
    fn energy(&self, x: T) -> T {
        self.depth * (T::PI() * x).cos()
    }
}

#[conservative_grad]
fn rows<T: Float, const N: usize, const M: usize>(
    a: &[[T; N]; M],
    v: &mut [T],
    w: Vec<[T; N]>,
) -> (T, [T; N]) {
    let mut col = a[0];
    for i in 1..M {
        for j in 0..N {
            col[j] = col[j] + a[i][j] * w[i - 1][j];
        }
        v[i] = col[0];
    }
    v[0] = v[0] * v[1];
    (v[v.len() - 1], col)
}

#[conservative_grad]
fn chains<T: Float + FromPrimitive + std::iter::Sum + std::iter::Product>(x: &[T], w: &[T]) -> T {
    let n = T::from_usize(x.len()).unwrap();
    let mean = x.iter().copied().sum::<T>() / n;
    let var: T = x.iter().map(|v| (*v - mean).powi(2)).sum();
    let dot = x.iter().zip(w).fold(T::zero(), |acc, (&a, &b)| acc + a * b);
    let top = x.iter().cloned().fold(T::neg_infinity(), T::max);
    let prod: T = w.iter().map(|v| v.exp()).product();
    let scaled: Vec<T> = x
        .iter()
        .enumerate()
        .map(|(i, v)| *v * T::from(i).unwrap())
        .collect();
    let f = |a: T| a * mean + var;
    dot + f(top) + prod + scaled[1] + x.windows(2).map(|p| (p[1] - p[0]).abs()).sum::<T>()
}
#[conservative_grad]
fn into<T: Float + From<f32> + Into<f64>>(x: T, s: f64) -> f64 {
    let a: T = x * 2.0.into() + T::one();
    let b: f64 = (a * x).into();
    let c: f64 = x.into();
    b * s + c.sin()
}
#[conservative_grad]
fn rhs<T>(x: T) -> T
where
    T: Real + Mul<f64, Output = T>,
    f64: Mul<T, Output = T>,
{
    2.0 * x * 3.0 + x * x
}
#[conservative_grad]
fn opt<T: Float + FromPrimitive>(x: T, y: T) -> Option<T> {
    if y.is_zero() {
        return None;
    }
    let h = T::from(0.5)? + T::from_usize(2)?;
    Some(x / y * h)
}
#[conservative_grad]
fn res<T: Float>(x: &[T]) -> Result<T, String> {
    let two = T::from(2).ok_or("fits")?;
    if x.is_empty() {
        return Err("empty".to_string());
    }
    Ok(x[0] * x[1] * two)
}
#[conservative_grad]
fn tupled<T: Float + ToPrimitive>(x: T) -> (T, f64) {
    let k = x.to_f64().unwrap();
    (x * x, k.sin())
}
#[conservative_grad]
fn branches<T: Float>(x: T, y: T) -> T {
    let s = if x < y && !(y <= T::zero()) {
        x
    } else if x == y {
        y
    } else {
        -y
    };
    let c = x.clamp(-T::one(), T::one());
    let m = [x, y, s].iter().fold(T::infinity(), |a, &b| a.min(b));
    s * c + m.hypot(x)
}
#[test]
fn agree() {
    both!(wave(0.3, 1.2));
    both!(two_humps(&[0.5, 1.25]));
    both!(mean_of_squares(&[0.5, -1.25, 2.0]));
    both!(under_an_alias(0.3));
    both!(by_path(0.3, -1.2));
    both!(limits(&[0.5, -1.25, 2.0]));
    check!(conversions(0.5, 0.75, const 3));
    both!(in_double(&[0.5, -1.25]));
    both!(from_single(0.5));
    both!(horner(0.5, &[1.0, -2.0, 0.5]));
    both!(normalised(&[0.5, -1.25, 2.0]) -> many);
    check!(of_doubles(&[0.5, -1.25, 2.0]));
    both!(power(1.25, const 4));
    both!(step(&mut [0.5, 0.25], 0.1) -> many);
    both!(assign(&[0.5, 2.0], &0.25, &mut 1.5) -> many);
    both!(ops(0.5, const 4));
    for k in [0, 2, 4, 5] {
        both!(matched(0.5, const k));
    }
    both!(nested(0.5));
    both!(chains(&[0.5, 2.0, -0.25], &[0.25, 0.125, 1.0]));
    both!(branches(0.5, 0.75));
    both!(branches(0.5, -0.75));
    check!(into(0.5, 0.25));
    check!(rhs(0.5));
    check!(tupled(0.5) -> many);
    both!(rows(&[[0.5, 1.0], [2.0, 3.0], [0.25, 0.5]], &mut [1.0, 2.0, 3.0], vec![[1.0, 2.0], [0.5, 0.25]]) -> many);
}

#[test]
fn single_and_double() {
    let (value, (dx, ds)) = conversions::value_and_grad(0.5_f32, 0.75, 3);
    let (_, (dx64, ds64)) = conversions::value_and_grad(0.5_f64, 0.75, 3);
    assert_eq!(value, conversions(0.5_f32, 0.75, 3));
    assert!((dx as f64 - dx64).abs() < 1e-5 && (ds - ds64).abs() < 1e-5);
    let (root, (da, _)) = newton::value_and_grad(2.0_f32, 1e-6);
    assert!((root - 2f32.sqrt()).abs() < 1e-6 && (da - 0.5 / root).abs() < 1e-4);
}

/// The program for `f64` gives the same bits.
#[test]
fn twins() {
    assert_eq!(
        wave::value_and_grad(0.3, 1.2),
        twin::wave::value_and_grad(0.3, 1.2)
    );
    assert_eq!(wave::FIELD.sites.len(), twin::wave::FIELD.sites.len());
}

#[test]
fn structs() {
    let spring = Spring {
        stiffness: 2.0,
        rest: 0.5,
    };
    let (value, (of_spring, dx)) = spring.energy_value_and_grad(1.5);
    assert_eq!(value, 1.0);
    assert_eq!((of_spring.stiffness, of_spring.rest, dx), (0.5, -2.0, 2.0));
    let (value, (_, dx, dy)) = spring.pair_value_and_grad(1.5, 2.5);
    let h = 1e-6;
    let slope = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
    assert_eq!(value, spring.pair(1.5, 2.5));
    assert!((dx - slope(&|h| spring.pair(1.5 + h, 2.5))).abs() < 1e-6);
    assert!((dy - slope(&|h| spring.pair(1.5, 2.5 + h))).abs() < 1e-6);
    let single = Spring {
        stiffness: 2.0_f32,
        rest: 0.5,
    };
    let (of_spring, dx) = stretched::grad(&single, 1.5);
    let t = 1f32.tanh();
    assert!((of_spring.stiffness - t * 1.5).abs() < 1e-6);
    assert!((of_spring.rest + 2.0 * (1.0 - t * t) * 1.5).abs() < 1e-5);
    assert!((dx - 2.0 * (t + (1.0 - t * t) * 1.5)).abs() < 1e-5);
}

/// Arrays of any length, tuples and vectors in one struct, struct results, and a trait's method.
#[test]
fn structs_of_all_kinds() {
    let curve = Curve {
        c: [1.0, 2.0],
        offset: (0.5, 1.5),
        tail: vec![0.25, 0.125],
    };
    let (value, (of_curve, dx)) = curve.value_value_and_grad(0.5);
    assert_eq!((value, dx), (4.40625, 2.4375));
    assert_eq!(of_curve.c, [0.75, 1.5]);
    assert_eq!(of_curve.offset, (0.375, 2.9375));
    assert_eq!(of_curve.tail, [1.5, 0.75]);
    let (moved, pullback) = curve.moved_vjp(0.5);
    assert_eq!((moved.c, moved.offset), ([0.5, 1.0], (1.0, 1.5)));
    let (back, by) = pullback(of_curve);
    assert_eq!((back.c, by), ([0.375, 0.75], 0.75 + 3.0 + 0.375));
    let well = Well { depth: 2.0f32 };
    let (_, (of_well, dx)) = well.energy_value_and_grad(0.25f32);
    let (s, c) = (std::f32::consts::PI * 0.25).sin_cos();
    assert!((of_well.depth - c).abs() < 1e-6);
    assert!((dx + 2.0 * std::f32::consts::PI * s).abs() < 1e-5);
}

#[test]
fn options_and_results() {
    let (value, pullback) = opt::vjp(2.0, 4.0);
    assert_eq!((value, pullback(1.0)), (Some(1.25), (0.625, -0.3125)));
    assert_eq!(opt(2.0, 0.0), None);
    let (value, pullback) = res::vjp(&[2.0f32, 4.0]);
    assert_eq!((value, pullback(1.0)), (Ok(16.0), vec![8.0, 4.0]));
}

/// Those of num-traits are known by name: nothing is compared.
#[test]
fn methods_of_num_traits() {
    use conservative_grad::__private::methods::is_known;
    fn both<T: Float + 'static>() -> bool {
        is_known(&T::sin) && is_known(&T::is_nan) && is_known(&<T as Float>::mul_add)
    }
    assert!(both::<f64>() && both::<f32>());
}

/// Methods of a trait that nobody knows are compared with those of `f64`.
#[test]
fn methods_of_other_traits() {
    trait Own: Copy + std::ops::Mul<Output = Self> {
        fn cosh(self) -> Self;
        fn sin(self) -> Self;
        fn pow2(self) -> Self {
            self * self
        }
    }
    impl Own for f64 {
        fn cosh(self) -> f64 {
            f64::cosh(self)
        }
        fn sin(self) -> f64 {
            self.to_radians().sin()
        }
    }
    #[conservative_grad]
    fn same<T: Own>(x: T) -> T {
        x.cosh() * x
    }
    #[conservative_grad]
    fn degrees<T: Own>(x: T) -> T {
        x.sin() * x
    }
    let x: f64 = 0.75;
    assert_eq!(same::grad(x), x.cosh() + x * x.sinh());
    assert_eq!(x.pow2(), x * x);
    for wrong in [
        std::panic::catch_unwind(|| degrees::grad(0.75)),
        std::panic::catch_unwind(|| degrees::vjp(0.75).0),
        std::panic::catch_unwind(|| degrees::jvp(0.75, 1.0).1),
    ] {
        let text = *wrong.unwrap_err().downcast::<String>().unwrap();
        assert!(text.contains("`sin` is a method of a trait"), "{text}");
    }
}
