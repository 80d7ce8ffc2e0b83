//! Operations that jump have no conservative field.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn rounded(x: f64) -> f64 {
    x.floor() //~ AD0300
        + x.ceil() //~ AD0300
        + x.round() //~ AD0300
        + x.trunc() //~ AD0300
        + x.fract() //~ AD0300
        + x.signum() //~ AD0300
}

#[conservative_grad]
fn by_path(x: f64) -> f64 {
    f64::floor(x) * x //~ AD0300
}

#[conservative_grad]
fn remainders(x: f64, y: f64) -> f64 {
    let a = x % y; //~ AD0300
    let b = x.rem_euclid(2.0); //~ AD0300
    let c = x.div_euclid(2.0); //~ AD0300
    a + b + c
}

#[conservative_grad]
fn sign_copied(x: f64, y: f64) -> f64 {
    x.copysign(y) //~ AD0300
}

#[conservative_grad]
fn cast(x: f64) -> f64 {
    let i = x as i32; //~ AD0301
    i as f64
}

#[conservative_grad]
fn bits(x: f64) -> f64 {
    let bits = x.to_bits(); //~ AD0300
    f64::from_bits(bits)
}

#[conservative_grad]
fn constants_may_jump(x: f64, #[constant] c: f64) -> f64 {
    x * c.floor() + x * stop_gradient(x).round() + (c as i64) as f64
}

use conservative_grad::stop_gradient;

fn main() {
    let _ = rounded::grad(1.0) + by_path::grad(1.0) + cast::grad(1.0) + bits::grad(1.0);
    let _ = (remainders::grad(1.0, 2.0), sign_copied::grad(1.0, 2.0));
    let _ = constants_may_jump::grad(1.0, 2.0);
}
