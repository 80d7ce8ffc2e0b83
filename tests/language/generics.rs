//! Functions over `T: Real`, const parameters, lifetimes, `where` clauses.
//!
//! Each program is checked in both precisions against central differences, and, where it has a twin
//! that is written for `f64`, against that one bit for bit.

use conservative_grad::ops::Nonsmooth;
use conservative_grad::{Real, conservative_grad, relu, softplus, stop_gradient};

/// A call in double and in single precision.
macro_rules! both {
    ($($f:ident)::+ ($($arguments:tt)*)) => {
        $crate::subject!(lifted [$($f)::+] f64 ($($arguments)*) [] None);
        $crate::subject!(lifted [$($f)::+] f32 ($($arguments)*) [] None);
    };
    ($($f:ident)::+ ($($arguments:tt)*) -> many) => {
        $crate::subject!(lifted [$($f)::+] f64 ($($arguments)*) [many] None);
        $crate::subject!(lifted [$($f)::+] f32 ($($arguments)*) [many] None);
    };
}

#[conservative_grad]
fn smooth<T: Real>(x: T, y: T) -> T {
    let z = x * y + T::one() / (T::ONE + x * x);
    z.sin() * y.exp() - x.atan2(y) + z.powi(3).tanh() / (x - y) + x.mul_add(y, z).hypot(y)
}

mod twin {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(super) fn smooth(x: f64, y: f64) -> f64 {
        let z = x * y + 1.0 / (1.0 + x * x);
        z.sin() * y.exp() - x.atan2(y) + z.powi(3).tanh() / (x - y) + x.mul_add(y, z).hypot(y)
    }

    #[conservative_grad]
    pub(super) fn pooled(x: &[f64], w: &[f64; 3]) -> f64 {
        let mut best = x[0] * w[0];
        let mut total = 0.0;
        for i in 0..x.len() {
            let v = x[i] * w[i % 3];
            best = best.max(v);
            total += v.abs() * 0.25;
            if v > w[2] {
                total -= v * w[2];
            }
        }
        best * total.sqrt()
    }
}

#[conservative_grad]
fn pooled<T: Real>(x: &[T], w: &[T; 3]) -> T {
    let mut best = x[0] * w[0];
    let mut total = T::ZERO;
    for i in 0..x.len() {
        let v = x[i] * w[i % 3];
        best = best.max(v);
        total += v.abs() * T::from_f64(0.25);
        if v > w[2] {
            total -= v * w[2];
        }
    }
    best * total.sqrt()
}

#[conservative_grad]
fn constants<T: Real>(x: T) -> T {
    let third = T::from_f64(1.0) / T::from_i32(3);
    let angle = x * T::PI + T::FRAC_PI_4;
    if x.is_nan() || x > T::MAX {
        return T::INFINITY;
    }
    angle.cos().max(T::NEG_INFINITY) * third + T::E.ln() * x + T::EPSILON
}

#[conservative_grad]
fn activations<T: Real>(x: &[T]) -> T {
    let mut s = T::zero();
    for i in 0..x.len() {
        s += relu(x[i]) + softplus(-x[i]) * x[i].sigmoid();
        s += conservative_grad::ops::huber(x[i], T::from_f64(0.75)) * stop_gradient(T::LN_2);
    }
    s
}

#[conservative_grad]
fn stepped<T>(x: T, n: usize) -> T
where
    T: Real,
{
    let mut a = x;
    let mut v = T::zero();
    let h = T::from_f64(0.1);
    let mut k = 0;
    while k < n {
        v -= h * a.sin();
        a += h * v;
        k += 1;
    }
    a
}

#[conservative_grad]
fn product<T: Real, const N: usize, const M: usize>(a: &[[T; N]; M], x: [T; N]) -> [T; M] {
    let mut y = [T::ZERO; M];
    for i in 0..M {
        for j in 0..N {
            y[i] += a[i][j] * x[j] * T::from_f64(1.0 + (i * N) as f64);
        }
    }
    y
}

#[conservative_grad]
fn caller<T: Real>(x: &[T; 2]) -> T {
    let y = product(&[*x, [x[1], T::ONE]], *x);
    let z: [T; 2] = product::<T, 2, 2>(&[y, *x], y);
    smooth(y[0], z[1] * T::from_f64(0.01)) + power(x[0], 3)
}

#[conservative_grad]
fn plain_caller(x: &[f64; 2]) -> f64 {
    caller(x) * smooth::<f64>(x[0], 0.5) + scaled(x[1], 2.0)
}

#[conservative_grad]
fn scaled<T: Real>(x: T, by: f64) -> T {
    x * T::from_f64(by * 0.5)
}

#[conservative_grad]
fn power<T: Real>(x: T, n: u32) -> T {
    if n == 0 {
        T::ONE
    } else if n % 2 == 0 {
        let half = power(x, n / 2);
        half * half
    } else {
        x * power::<T>(x, n - 1)
    }
}

#[conservative_grad]
fn in_place<T: Real>(y: &mut [T], a: T) {
    for i in 1..y.len() {
        y[i] = y[i] * y[i - 1] + a;
    }
    y[0] = T::ZERO;
}

#[conservative_grad]
fn grown<T: Real>(x: &[T]) -> Vec<T> {
    let mut out = Vec::new();
    let mut carried = vec![T::ONE; 2];
    for i in 0..x.len() {
        carried[i % 2] *= x[i];
        out.push((carried[0], carried[1] * x[i]));
    }
    let mut flat: Vec<T> = Vec::with_capacity(2 * out.len());
    for i in 0..out.len() {
        flat.push(out[i].0);
        flat.push(out[i].1);
    }
    flat
}

#[conservative_grad]
fn pair<'a, 'b: 'a, T: Real + 'a>(x: &'a [T], y: &'b (T, T)) -> (T, [T; 2]) {
    let (a, b) = *y;
    let swapped = if x[0] > x[1] { (b, a) } else { (a, b) };
    (swapped.0 * x[0], [swapped.1, x[1] * a])
}

#[conservative_grad]
fn two_types<T: Real, U: Real>(x: T, y: U, #[constant] k: T) -> f64 {
    let wide = x.to_f64() * k.to_f64();
    (wide * y.to_f64()).sin() + U::from_f64(wide).to_f64()
}

#[conservative_grad]
fn operators<T>(x: T, y: T, n: usize) -> T
where
    T: Copy + std::ops::Add<Output = T> + std::ops::Mul<Output = T> + PartialOrd,
{
    let mut p = x;
    for _ in 0..n {
        p = p * y + x;
    }
    if p < x { p } else { p * p }
}

#[conservative_grad(wrt(x))]
fn narrowed<T: Real, F: Fn(T) -> T>(x: T, scale: &[T], _f: F, _unused: [u8; 2]) -> T {
    let mut s = T::zero();
    for i in 0..scale.len() {
        s += x * scale[i];
    }
    s
}

struct Tag;

#[conservative_grad]
fn tagged<T: Real, Kind>(x: T, #[constant] _kind: &Kind) -> T {
    x * x
}

#[test]
fn agree() {
    both!(smooth(0.3, 1.2));
    both!(pooled(&[0.5, -1.25, 2.0, 0.75], &[1.0, 0.5, -0.25]));
    both!(constants(0.3));
    both!(activations(&[0.5, -1.25, 2.0]));
    both!(stepped(0.75, const 20));
    both!(product(&[[0.5, 1.0, -2.0], [0.25, 1.5, 3.0]], [1.0, -0.5, 0.75]) -> many);
    both!(caller(&[0.75, -0.5]));
    check!(plain_caller(&[0.75, -0.5]));
    both!(power(1.25, const 7));
    both!(in_place(&mut [0.5, 2.0, -1.0], 0.25) -> many);
    both!(grown(&[0.5, 2.0, -1.0]) -> many);
    both!(pair(&[0.5, 2.0], &(0.25, 1.5)) -> many);
    both!(pair(&[2.5, 2.0], &(0.25, 1.5)) -> many);
    check!(scaled(0.5, 3.0));
    check!(scaled(0.5_f32, 3.0));
    check!(two_types(0.5, 0.25_f32, const 2.0));
    check!(two_types(0.5_f32, 0.25, const 2.0));
    both!(operators(0.5, 1.25, const 3));
    both!(operators(0.5, -1.25, const 2));
    let doubled = |x: f64| x * 2.0;
    check!(narrowed(0.5, const &[1.0, 2.0], const doubled, const [1, 2]));
    check!(tagged(0.5, const &Tag));
}

/// The program for `f64` gives the same bits.
#[test]
fn twins() {
    let point = (0.3, 1.2);
    assert_eq!(
        smooth::value_and_grad(point.0, point.1),
        twin::smooth::value_and_grad(point.0, point.1)
    );
    let (x, w) = ([0.5, -1.25, 2.0, 0.75], [1.0, 0.5, -0.25]);
    assert_eq!(
        pooled::value_and_grad(&x, &w),
        twin::pooled::value_and_grad(&x, &w)
    );
    let visits = |trace: conservative_grad::Trace| -> Vec<f64> {
        trace.visits().iter().map(|visit| visit.margin).collect()
    };
    assert_eq!(
        visits(pooled::trace(&x, &w)),
        visits(twin::pooled::trace(&x, &w))
    );
    assert_eq!(
        pooled::FIELD.sites.len(),
        twin::pooled::FIELD.sites.len(),
        "metadata needs no type argument"
    );
}

/// A generic caller of entry points asks for what the emitted functions ask for.
#[test]
fn generic_callers() {
    fn descend<T: Real>(mut x: T, mut y: T) -> (T, T) {
        for _ in 0..3 {
            let (dx, dy) = smooth::grad(x, y);
            x -= dx * T::from_f64(0.01);
            y -= dy * T::from_f64(0.01);
        }
        (x, y)
    }
    fn bounded<T: Copy + std::ops::Mul<Output = T> + conservative_grad::Scalar>(x: T) -> T {
        operators::grad::<T>(x, x, 1).0
    }
    let (x, y) = descend(0.3, 1.2);
    assert!(smooth(x, y) < smooth(0.3, 1.2));
    assert!(bounded(0.5_f32) > 0.0);
    let rows: [[f64; 2]; 2] = {
        let rows = product::jacobian::<f64, 2, 2>(&[[1.0, 2.0], [3.0, 4.0]], [0.5, 0.25]);
        [rows[0].1, rows[1].1]
    };
    assert_eq!(rows, [[1.0, 2.0], [9.0, 12.0]]);
}

/// The operators of a type parameter borrow their left side first.
mod elements_of_one_list {
    use conservative_grad::{Real, conservative_grad};

    #[conservative_grad]
    pub fn f<T: Real>(x: Vec<T>, y: T) -> T {
        let mut row: Vec<T> = x.clone();
        for l in (0..4).rev() {
            let v = -row[3 - l];
            row[3] += v;
        }
        let mut s = y;
        for l in 0..4 {
            s += row[l] * row[3 - l];
        }
        s * y
    }

    #[test]
    fn agrees() {
        crate::check!(f(vec![1.0, 2.0, 3.0, 4.0], 0.5));
    }
}

/// A struct with constant parameters, of which methods and functions make others.
mod matrices {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct M<const R: usize, const C: usize>([[f64; C]; R]);
    #[conservative_grad]
    impl<const R: usize, const C: usize> M<R, C> {
        fn t(self) -> M<C, R> {
            let mut o = [[0.0; R]; C];
            for i in 0..R {
                for j in 0..C {
                    o[j][i] = self.0[i][j];
                }
            }
            M(o)
        }
        fn scaled(self, k: f64) -> M<R, C> {
            let mut o = [[0.0; C]; R];
            for i in 0..R {
                for j in 0..C {
                    o[i][j] = self.0[i][j] * k;
                }
            }
            M(o)
        }
        fn own(self, k: f64) -> Self {
            let mut o = self.0;
            o[0][0] *= k;
            Self(o)
        }
    }
    #[conservative_grad]
    fn mm<const R: usize, const C: usize, const K: usize>(a: &M<R, C>, o: &M<C, K>) -> M<R, K> {
        let mut out = [[0.0; K]; R];
        for i in 0..R {
            for j in 0..K {
                for k in 0..C {
                    out[i][j] += a.0[i][k] * o.0[k][j];
                }
            }
        }
        M(out)
    }
    #[conservative_grad]
    pub fn products(x: &[f64], k: f64) -> f64 {
        let a = M([[x[0], x[1], k], [1.0, x[2], 2.0]]);
        let b = a.t();
        let c = mm(&a, &b);
        let d = c.scaled(k).own(k);
        d.0[0][0] * d.0[1][0] + d.0[1][1]
    }

    /// Parts of what calls give, by number.
    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Pair(f64, f64);

    #[conservative_grad]
    impl Pair {
        fn twice(self) -> Pair {
            Pair(2.0 * self.0, self.1 * self.0)
        }
    }

    #[conservative_grad]
    fn both(x: f64) -> (f64, Vec<f64>) {
        (x * x, vec![x, 2.0 * x])
    }

    #[conservative_grad]
    pub fn first(c: f64) -> f64 {
        let o = Pair(c, 1.5).twice();
        let p = both(c);
        let q = Pair(c, 0.5).twice().0;
        o.0 * o.0 * p.0 + q * c
    }

    #[test]
    fn of_other_shapes() {
        crate::check!(products(&[0.3, 0.5, 0.7], 0.4));
        crate::check!(first(0.7));
    }
}
