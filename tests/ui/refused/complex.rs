//! A complex number: its operators and methods have the names of those of `f64`.

use std::ops::{Add, Div, Mul, Neg, Sub};

use conservative_grad::conservative_grad;

#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, o: Complex) -> Complex {
        Complex { re: self.re + o.re, im: self.im + o.im }
    }
}

impl Sub for Complex {
    type Output = Complex;
    fn sub(self, o: Complex) -> Complex {
        Complex { re: self.re - o.re, im: self.im - o.im }
    }
}

impl Mul for Complex {
    type Output = Complex;
    fn mul(self, o: Complex) -> Complex {
        Complex { re: self.re * o.re - self.im * o.im, im: self.re * o.im + self.im * o.re }
    }
}

impl Div<f64> for Complex {
    type Output = Complex;
    fn div(self, by: f64) -> Complex {
        Complex { re: self.re / by, im: self.im / by }
    }
}

impl Neg for Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        Complex { re: -self.re, im: -self.im }
    }
}

impl Complex {
    fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    fn exp(self) -> Complex {
        Complex { re: self.re.exp() * self.im.cos(), im: self.re.exp() * self.im.sin() }
    }
}

const I: Complex = Complex { re: 0.0, im: 1.0 };

#[conservative_grad]
fn as_parameter(z: Complex) -> Complex { //~ `Complex` has no gradient
    z * z + z.exp()
}

#[conservative_grad]
fn in_a_slice(zs: &[Complex], x: f64) -> f64 { //~ `Complex` has no gradient
    x * zs[0].abs()
}

/// Of constants only, and a real number in the end: copied as it is.
#[conservative_grad]
fn as_a_constant_path(x: f64) -> f64 {
    x * (I * I).abs()
}

fn main() {
    let _ = as_a_constant_path(1.0) + in_a_slice(&[I], 1.0) + as_parameter(I).abs();
}
