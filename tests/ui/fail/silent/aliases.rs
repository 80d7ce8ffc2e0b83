//! `&mut` to a part of a variable: another name for the place, or refused, never a copy.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn last(mut v: Vec<f64>, x: f64) -> f64 {
    if let Some(l) = v.get_mut(0) { //~ AD0141
        *l = x;
    }
    v[0]
}

#[conservative_grad]
fn taken(x: f64) -> f64 {
    let mut a = (x, 1.0);
    let b = core::mem::take(&mut a); //~ AD0136
    b.0 + a.1
}

#[conservative_grad]
fn chosen(x: f64, y: f64, n: usize) -> f64 {
    let (mut a, mut b) = (x, y);
    let r = if n > 1 { &mut a } else { &mut b }; //~ AD0153 AD0153
    *r = 2.0 * x;
    a + b
}

#[conservative_grad]
fn position(xs: &[f64], t: f64) -> f64 {
    xs.iter().position(|v| *v > t).unwrap_or(0) as f64 //~ AD0302
}

fn main() {
    let _ = (last::grad(vec![1.0], 2.0), taken::grad(1.0));
    let _ = chosen::grad(1.0, 2.0, 1);
    let _ = position::grad(&[1.0], 2.0);
}
