//! Places and references that are not understood.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn target(x: f64) -> f64 {
    2.0 = x; //~ AD0150
    x
}

#[conservative_grad]
fn rebound(xs: &[f64], ys: &[f64]) -> f64 {
    let mut row = &xs[0..1]; //~ AD0152
    row = &ys[0..1]; //~ AD0151
    row[0]
}

#[conservative_grad]
fn stray(x: f64, y: f64) -> f64 {
    let both = [&mut x, &mut y]; //~ AD0153 AD0153
    x
}

#[conservative_grad]
fn chosen(xs: &[f64], ys: &[f64], n: usize) -> f64 {
    let row = if n > 0 { xs } else { ys }; //~ AD0154
    row[0]
}

#[conservative_grad]
fn without_else(x: f64) -> f64 {
    let y = if x > 0.0 { x }; //~ AD0155
    x
}

#[conservative_grad]
fn dereferenced(x: f64) -> f64 {
    x * *(x + 1.0) //~ AD0156
}

#[conservative_grad]
fn unsized_value(xs: &[f64]) -> f64 {
    let part = xs[0..2]; //~ AD0157
    part[0]
}

#[conservative_grad]
fn later(xs: &[f64], ys: &[f64], n: usize) -> f64 {
    let row;
    if n > 0 {
        row = xs; //~ AD0153
    } else {
        row = ys; //~ AD0153
    }
    row[0]
}

#[conservative_grad]
fn chosen_place(a: &mut f64, b: &mut f64, n: usize) {
    let r = if n > 0 { a } else { b }; //~ AD0154
    *r = 2.0;
}

#[conservative_grad]
fn out_of_an_iterator(xs: &[f64]) -> f64 {
    let mut a = xs.to_vec();
    let first = a.iter_mut().next().unwrap();
    *first *= 2.0; //~ AD0189
    let all = a.iter_mut().collect::<Vec<&mut f64>>();
    for v in all {
        *v *= 2.0; //~ AD0189
    }
    a[0]
}

#[conservative_grad]
fn out_of_a_block(xs: &[f64]) -> f64 {
    let mut a = xs.to_vec();
    let first = { //~ AD0153
        let r = &mut a[0];
        r
    };
    *first *= 2.0;
    let (left, right) = {
        let (l, r) = a.split_at_mut(1);
        (l, r)
    };
    left[0] *= 2.0; //~ AD0189
    right[0] *= 2.0; //~ AD0189
    a[0]
}

fn main() {
    let _ = out_of_an_iterator::grad(&[1.0]);
    let _ = out_of_a_block::grad(&[1.0]);
    let _ = part_of_a_part::grad(&[1.0]);
    let _ = rebound::grad(&[1.0], &[2.0]);
    let _ = stray::grad(1.0, 2.0);
    let _ = later::grad(&[1.0], &[2.0], 1);
    let _ = chosen_place::vjp(&mut 1.0, &mut 2.0, 1);
    let _ = chosen::grad(&[1.0], &[2.0], 1);
    let _ = without_else::grad(1.0) + dereferenced::grad(1.0);
}
