//! `&mut` references that are handed to functions which only read: rustc makes shared ones of them, and
//! the pullback would have to be given what was read.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn energy(x: &[f64], scale: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i] * scale;
    }
    s
}

#[conservative_grad]
fn halve(x: &mut [f64]) -> f64 {
    x[0] *= 0.5;
    x[0]
}

#[conservative_grad]
fn in_place(y: &mut [f64], a: f64) -> f64 {
    y[0] *= a;
    energy(y, a) + 1.0 //~ a call that only reads its argument is handed a `&mut` reference
}

#[conservative_grad]
fn part_of_a_vector(x: &[f64], a: f64) -> f64 {
    let mut v = x.to_vec();
    let part = &mut v[1..3];
    part[0] *= a;
    let t = 2.0 * energy(part, a) + 1.0; //~ write `&*x` for `x` in the call
    t + part[1]
}

/// As the message says.
#[conservative_grad]
fn read(y: &mut [f64], a: f64) -> f64 {
    y[0] *= a;
    energy(&*y, a) + 1.0
}

/// Functions that change what they are handed, inside of an expression.
#[conservative_grad]
fn changed(x: &[f64], a: f64) -> f64 {
    let mut v = x.to_vec();
    let part = &mut v[1..3];
    let t = a * halve(part);
    t + part[1]
}

fn main() {
    let mut y = [1.0, 2.0];
    let _ = in_place(&mut y, 2.0) + part_of_a_vector(&y, 1.0) + read(&mut y, 1.0) + changed(&y, 1.0);
}
