//! The independent answer: forward-mode dual numbers with several tangents.
//!
//! The real part of every operation is std's own, so a program on [`Dual`] gives the value of the
//! program on `f64` bit for bit. At a kink the choice is PyTorch's: 0 for `relu`, one half for
//! `max`, `min` and `abs`, 0 for `clamp`.

use std::cmp::Ordering;
use std::f64::consts::{LN_2, LN_10};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// The largest number of directions. A program may have more real inputs: then they share them.
pub const DIRECTIONS: usize = 16;

/// The direction of real input number `k`, and how far the input moves along it. Inputs that share a
/// direction move at rates without a common ratio, so that no error in one entry of a gradient hides behind
/// another one.
pub fn direction(k: usize) -> (usize, f64) {
    let rate = if k < DIRECTIONS {
        1.0
    } else {
        0.5 + (k as f64 * 0.618_033_988_749_895).fract()
    };
    (k % DIRECTIONS, rate)
}

/// The derivatives in each direction that belong to a gradient with an entry per real input.
pub fn along_directions(gradient: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; gradient.len().min(DIRECTIONS)];
    for (k, entry) in gradient.iter().enumerate() {
        let (at, rate) = direction(k);
        out[at] += rate * entry;
    }
    out
}

/// A number with its derivative in each direction.
#[derive(Clone, Copy, Debug)]
pub struct Dual {
    /// The value.
    pub re: f64,
    /// The derivatives.
    pub eps: [f64; DIRECTIONS],
    /// What the derivatives would add up to if nothing cancelled: the sum over all paths from an
    /// input of the product of the absolute partial derivatives. Far above the derivatives it says
    /// that rounding, not a wrong rule, decides their last digits.
    pub path: f64,
}

/// A constant.
pub const fn lit(re: f64) -> Dual {
    Dual {
        re,
        eps: [0.0; DIRECTIONS],
        path: 0.0,
    }
}

/// The real number `re` as input number `k`.
pub fn seed(re: f64, k: usize) -> Dual {
    let (at, rate) = direction(k);
    let mut x = lit(re);
    x.eps[at] = rate;
    x.path = rate;
    x
}

/// The weight of output number `k` where one gradient is asked of several outputs.
pub fn weight(k: usize) -> f64 {
    1.0 - 0.125 * k as f64
}

/// The sum of `outputs`, each times its weight.
pub fn weighed(outputs: &[Dual]) -> Dual {
    let terms = outputs.iter().enumerate();
    terms.fold(lit(0.0), |sum, (k, y)| sum + *y * lit(weight(k)))
}

/// max(x, 0), with derivative 0 at 0.
pub fn relu(x: Dual) -> Dual {
    x.relu()
}

/// x above 0, `slope`·x below and at 0.
pub fn leaky_relu(x: Dual, slope: Dual) -> Dual {
    x.leaky_relu(slope)
}

fn weigh(terms: &[(Dual, f64)], re: f64) -> Dual {
    let mut out = lit(re);
    for (x, partial) in terms.iter().filter(|t| t.1 != 0.0) {
        out.path += x.path * partial.abs();
        for (slot, e) in out.eps.iter_mut().zip(x.eps) {
            if e != 0.0 {
                *slot += e * partial;
            }
        }
    }
    out
}

macro_rules! unary {
    ($($name:ident: $x:ident, $y:ident => $partial:expr;)*) => {$(
        #[doc = concat!("`f64::", stringify!($name), "`.")]
        pub fn $name(self) -> Dual {
            let $x = self.re;
            let $y = $x.$name();
            let _ = ($x, $y);
            weigh(&[(self, $partial)], $y)
        }
    )*};
}

#[allow(
    clippy::should_implement_trait,
    reason = "the names are those of f64, so that one source text serves both"
)]
impl Dual {
    unary! {
        sin: x, y => x.cos();
        cos: x, y => -x.sin();
        tan: x, y => 1.0 / (x.cos() * x.cos());
        asin: x, y => 1.0 / ((1.0 - x) * (1.0 + x)).sqrt();
        acos: x, y => -1.0 / ((1.0 - x) * (1.0 + x)).sqrt();
        atan: x, y => 1.0 / (1.0 + x * x);
        sinh: x, y => x.cosh();
        cosh: x, y => x.sinh();
        tanh: x, y => 1.0 / (x.cosh() * x.cosh());
        asinh: x, y => 1.0 / (x * x + 1.0).sqrt();
        acosh: x, y => 1.0 / ((x - 1.0) * (x + 1.0)).sqrt();
        atanh: x, y => 1.0 / ((1.0 - x) * (1.0 + x));
        exp: x, y => x.exp();
        exp2: x, y => LN_2 * x.exp2();
        exp_m1: x, y => x.exp();
        ln: x, y => 1.0 / x;
        log2: x, y => 1.0 / (x * LN_2);
        log10: x, y => 1.0 / (x * LN_10);
        ln_1p: x, y => 1.0 / (1.0 + x);
        sqrt: x, y => if x == 0.0 { 0.0 } else { 0.5 / x.sqrt() };
        cbrt: x, y => 1.0 / (3.0 * y * y);
        recip: x, y => -1.0 / (x * x);
        to_radians: x, y => std::f64::consts::PI / 180.0;
        to_degrees: x, y => 180.0 / std::f64::consts::PI;
        abs: x, y => half(x, 0.0) * 2.0 - 1.0;
    }

    /// The positive part.
    pub fn relu(self) -> Dual {
        let slope = if self.re > 0.0 { 1.0 } else { 0.0 };
        weigh(&[(self, slope)], self.re.max(0.0))
    }

    /// x above 0, `slope`·x elsewhere.
    pub fn leaky_relu(self, slope: Dual) -> Dual {
        if self.re > 0.0 { self } else { slope * self }
    }

    /// `f64::max`.
    pub fn max(self, other: Dual) -> Dual {
        let w = half(self.re, other.re);
        weigh(&[(self, w), (other, 1.0 - w)], self.re.max(other.re))
    }

    /// `f64::min`.
    pub fn min(self, other: Dual) -> Dual {
        let w = half(other.re, self.re);
        weigh(&[(self, w), (other, 1.0 - w)], self.re.min(other.re))
    }

    /// `f64::clamp`.
    pub fn clamp(self, lo: Dual, hi: Dual) -> Dual {
        let re = self.re.clamp(lo.re, hi.re);
        match (self.re <= lo.re, self.re >= hi.re) {
            (true, _) => Dual { re, ..lo },
            (_, true) => Dual { re, ..hi },
            _ => self,
        }
    }

    /// `f64::powi`.
    pub fn powi(self, n: i32) -> Dual {
        let slope = if n == 0 {
            0.0
        } else {
            f64::from(n) * self.re.powi(n - 1)
        };
        weigh(&[(self, slope)], self.re.powi(n))
    }

    /// `f64::powf`, of a positive base.
    pub fn powf(self, n: Dual) -> Dual {
        let y = self.re.powf(n.re);
        let base = n.re * self.re.powf(n.re - 1.0);
        weigh(&[(self, base), (n, y * self.re.ln())], y)
    }

    /// `f64::log`.
    pub fn log(self, base: Dual) -> Dual {
        let y = self.re.log(base.re);
        let ln = base.re.ln();
        weigh(
            &[(self, 1.0 / (self.re * ln)), (base, -y / (base.re * ln))],
            y,
        )
    }

    /// `f64::hypot`.
    pub fn hypot(self, other: Dual) -> Dual {
        let y = self.re.hypot(other.re);
        let d = if y == 0.0 { 1.0 } else { y };
        weigh(&[(self, self.re / d), (other, other.re / d)], y)
    }

    /// `f64::atan2`.
    pub fn atan2(self, x: Dual) -> Dual {
        let r = self.re * self.re + x.re * x.re;
        weigh(&[(self, x.re / r), (x, -self.re / r)], self.re.atan2(x.re))
    }

    /// `f64::mul_add`.
    pub fn mul_add(self, a: Dual, b: Dual) -> Dual {
        weigh(
            &[(self, a.re), (a, self.re), (b, 1.0)],
            self.re.mul_add(a.re, b.re),
        )
    }

    /// `f64::sin_cos`.
    pub fn sin_cos(self) -> (Dual, Dual) {
        let (s, c) = self.re.sin_cos();
        (weigh(&[(self, c)], s), weigh(&[(self, -s)], c))
    }

    /// `f64::is_finite`.
    pub fn is_finite(self) -> bool {
        self.re.is_finite()
    }
}

/// The weight of `a` in max(a, b).
fn half(a: f64, b: f64) -> f64 {
    match a.partial_cmp(&b) {
        Some(Ordering::Greater) => 1.0,
        Some(Ordering::Equal) => 0.5,
        _ => 0.0,
    }
}

macro_rules! operator {
    ($($trait:ident $name:ident $assign:ident $set:ident: $a:ident, $b:ident => $op:tt, $da:expr, $db:expr;)*) => {$(
        impl $trait for Dual {
            type Output = Dual;
            fn $name(self, other: Dual) -> Dual {
                let ($a, $b) = (self.re, other.re);
                let _ = ($a, $b);
                weigh(&[(self, $da), (other, $db)], self.re $op other.re)
            }
        }
        impl $assign for Dual {
            fn $set(&mut self, other: Dual) {
                *self = *self $op other;
            }
        }
    )*};
}

operator! {
    Add add AddAssign add_assign: a, b => +, 1.0, 1.0;
    Sub sub SubAssign sub_assign: a, b => -, 1.0, -1.0;
    Mul mul MulAssign mul_assign: a, b => *, b, a;
    Div div DivAssign div_assign: a, b => /, 1.0 / b, -a / (b * b);
}

impl Neg for Dual {
    type Output = Dual;
    fn neg(self) -> Dual {
        weigh(&[(self, -1.0)], -self.re)
    }
}

impl PartialEq for Dual {
    fn eq(&self, other: &Dual) -> bool {
        self.re == other.re
    }
}

impl PartialOrd for Dual {
    fn partial_cmp(&self, other: &Dual) -> Option<Ordering> {
        self.re.partial_cmp(&other.re)
    }
}
