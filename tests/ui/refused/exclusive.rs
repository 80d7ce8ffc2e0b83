//! `&mut x` in a call that only reads: rustc makes a shared reference of it, and the pullback would have to be given what
//! was read. Of names of references a copy is kept, if they can be cloned.

use conservative_grad::{Differentiable, conservative_grad};

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
fn lent(x: &[f64], a: f64) -> f64 {
    let mut y = x.to_vec();
    y[0] *= a;
    energy(&mut y, a) + 1.0 //~ a call that only reads its argument is handed a `&mut` reference
}

#[conservative_grad]
fn part_of_a_vector(x: &[f64], a: f64) -> f64 {
    let mut v = x.to_vec();
    v[1] *= a;
    2.0 * energy(&mut v[1..3], a) + 1.0 //~ write `&x` for `&mut x` in the call
}

#[derive(Differentiable)]
struct Mass {
    kilograms: f64,
}

#[conservative_grad]
fn weight(mass: &Mass) -> f64 {
    mass.kilograms * mass.kilograms
}

#[conservative_grad]
fn doubled(mass: &mut Mass) -> f64 {
    mass.kilograms *= 2.0;
    weight(mass) //~ consider annotating `Mass` with `#[derive(Clone)]`
}

/// As the message says, and by name.
#[conservative_grad]
fn read(y: &mut [f64], a: f64) -> f64 {
    y[0] *= a;
    energy(&*y, a) + energy(y, a)
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
    let _ = lent(&y, 2.0) + part_of_a_vector(&y, 1.0) + read(&mut y, 1.0) + changed(&y, 1.0);
    let _ = doubled(&mut Mass { kilograms: 1.0 });
}
