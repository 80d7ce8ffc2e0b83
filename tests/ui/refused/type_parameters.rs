//! Type parameters that stand for something else than `f64` or `f32`.

use std::ops::{Add, Mul};

use conservative_grad::conservative_grad;

/// Multiplies as a complex number does.
#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, other: Complex) -> Complex {
        Complex {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }
}

impl Mul for Complex {
    type Output = Complex;
    fn mul(self, other: Complex) -> Complex {
        Complex {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

/// Fine for numbers, and callable with anything.
#[conservative_grad]
fn product<T: Copy + Add<Output = T> + Mul<Output = T>>(x: T, y: T) -> T {
    x * y + x
}

fn of_complex(z: Complex) -> Complex { //~ `Complex` is not a real number
    product::grad(z, z).0
}

fn of_integers(n: i64) -> i64 { //~ `i64` is not a real number
    product::vjp(n, n).1(1).0
}

/// A type parameter takes the place of every number, or of none.
#[conservative_grad]
fn calls_with_a_complex(z: Complex, x: f64) -> f64 { //~ `Complex` has no gradient
    product(z, z).re * x
}

/// A generic caller has to ask for what the derivative asks for.
fn generic_caller<T: Copy + Add<Output = T> + Mul<Output = T>>(x: T) -> T { //~ `T` is not a real number
    product::grad(x, x).0
}

/// `T::sin` is not there.
#[conservative_grad]
fn without_methods<T: Copy + Add<Output = T>>(x: T) -> T { //~ no method named `sin` found
    x.sin() + x
}

fn main() {
    let z = Complex { re: 1.0, im: 2.0 };
    let _ = of_complex(z).re + generic_caller(1.0) + without_methods(1.0);
    let _ = of_integers(2);
    let _ = calls_with_a_complex(z, 1.0);
}
