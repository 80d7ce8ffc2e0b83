//! Methods of what calls on constants return: it is a number, and known to be one by its use.

use conservative_grad::conservative_grad;

fn gamma(n: u32) -> f64 {
    f64::from(n) * 1.5
}

fn table() -> Vec<f64> {
    vec![1.0, 2.0]
}

fn pair(x: f64) -> (f64, f64) {
    (x, 2.0 * x)
}

fn count(x: f64) -> usize {
    x as usize
}

#[conservative_grad]
fn chained(x: f64) -> f64 {
    gamma(3).sqrt().mul_add(2.0, 1.0) * x + (2.0 * gamma(2)).ln() - -gamma(2).sqrt() * x
}

#[conservative_grad]
fn bound(x: f64) -> f64 {
    let k = gamma(2);
    let (r, q) = (k.sqrt(), k.abs().max(1.0));
    let (a, b) = pair(2.0);
    r * x * q + a.sqrt() * x + b.max(x) + pair(2.0).1.sqrt() * x
}

#[conservative_grad]
fn elements(x: f64) -> f64 {
    table().len() as f64 * x + table()[1].sqrt() * x
}

#[conservative_grad]
fn integers(x: f64) -> f64 {
    count(2.5).pow(2) as f64 * x + x.powi(count(2.0) as i32) + f64::from(3_u8).sqrt() * x
}

#[conservative_grad]
fn in_loops_and_branches(x: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..3 {
        s += gamma(i).sqrt() * x + gamma(i).max(x);
    }
    if gamma(2).sqrt() > 1.0 { s } else { -s }
}

#[conservative_grad]
fn as_arguments(x: f64) -> f64 {
    x.powf(gamma(2).sqrt())
        + gamma(1).clamp(0.0, 2.0 * x)
        + "2.5".parse::<f64>().unwrap().sqrt() * x
}

#[conservative_grad]
fn squares(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| v * v).collect()
}

#[conservative_grad]
fn turned(a: [f64; 3]) -> [f64; 3] {
    [2.0 * a[0], a[1] * a[2], a[2]]
}

#[conservative_grad]
fn lists_of_calls(x: &[f64], a: f64) -> f64 {
    let v = squares(x).to_vec();
    let mut s = squares(x).to_vec().iter().sum::<f64>();
    for i in 0..squares(x).len() {
        s += v[i] * x[i];
    }
    let t = turned([a, x[0], 2.0]).to_vec();
    s + t[0] * t[1] / turned([a, a, a]).len() as f64
}

trait Norm {
    fn of(x: f64) -> f64;
}

struct Square;

#[conservative_grad]
impl Norm for Square {
    fn of(x: f64) -> f64 {
        x * x
    }
}

#[conservative_grad]
fn of_a_trait(x: f64) -> f64 {
    <Square as Norm>::of(x) + <Square>::of(2.0 * x) * Square::of(x)
}

#[test]
fn lists_and_functions_of_traits() {
    check!(lists_of_calls(&vec![0.5, -1.5, 2.0], 0.7));
    check!(of_a_trait(0.6));
}

#[test]
fn of_calls_on_constants() {
    check!(chained(0.75));
    check!(bound(0.75));
    check!(elements(0.75));
    check!(integers(0.75));
    check!(in_loops_and_branches(0.75));
    check!(as_arguments(0.5));
}
