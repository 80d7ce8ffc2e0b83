//! Options of the attribute that cannot be read, each on a function of its own.

use conservative_grad::conservative_grad;

#[conservative_grad(policies = jax)] //~ AD0001
fn unknown_option(x: f64) -> f64 {
    x * x
}

#[conservative_grad(policy jax)] //~ AD0002
fn malformed(x: f64) -> f64 {
    x * x
}

#[conservative_grad(doc, doc)] //~ AD0003
fn repeated(x: f64) -> f64 {
    x * x
}

#[conservative_grad(wrt())] //~ AD0004
fn empty_wrt(x: f64) -> f64 {
    x * x
}

#[conservative_grad(policy = jaxx)] //~ AD0005
fn unknown_policy(x: f64) -> f64 {
    x * x
}

#[conservative_grad(wrt(bias))] //~ AD0006
fn wrt_unknown(weights: &[f64], bia: f64) -> f64 {
    weights[0] * bia
}

#[conservative_grad(wrt(n))] //~ AD0007
fn wrt_constant(x: f64, n: usize) -> f64 {
    x * n as f64
}

#[conservative_grad(mode = forwards)] //~ AD0014
fn unknown_mode(x: f64) -> f64 {
    x * x
}

#[conservative_grad(mode = forward)] //~ AD0015
fn no_number(x: f64, y: f64) -> [f64; 2] {
    [x * y, x + y]
}

#[conservative_grad(mode = forward)] //~ AD0015
fn in_place(x: &mut f64) -> f64 {
    *x *= 2.0;
    *x
}

#[conservative_grad(mode = forward)]
fn several_times(
    x: &[f64],
    seed: &mut u64, //~ AD0016
) -> f64 {
    *seed += 1;
    println!("once"); //~ AD0016
    let a = (*seed >> 11) as f64;
    let b = random() as f64; //~ AD0016
    assert!(x.len() > 3);
    x[0] * a + x[1] * b
}

fn random() -> u64 {
    7
}

fn main() {
    // The promised functions are there all the same: one mistake, one message.
    let _ = malformed::grad(1.0) + unknown_policy::value_and_grad(2.0).1;
    let _ = (unknown_option::FIELD, empty_wrt::FIELD);
}
