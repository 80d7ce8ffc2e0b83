//! `#[checkpoint]` where it has no meaning, and loops that cannot run again.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn no_loop(x: f64) -> f64 {
    #[checkpoint] //~ AD0124
    let y = x * x;
    y
}

#[conservative_grad]
fn options(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint(states = 3)] //~ AD0172
    for _ in 0..n {
        y *= y;
    }
    #[checkpoint(budget = 0)] //~ AD0173
    for _ in 0..n {
        y *= y;
    }
    y
}

#[conservative_grad]
fn keeps_nothing(xs: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    #[checkpoint] //~ AD0174
    for x in xs {
        s += x * x;
    }
    #[checkpoint(whole)] //~ AD0174
    for x in xs {
        s += x * x;
    }
    let mut k = 0;
    #[checkpoint] //~ AD0174
    for i in 0..n {
        k += i * k;
    }
    s * k as f64
}

fn noise(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    *seed as f64
}

fn unknown(k: usize) -> f64 {
    k as f64
}

#[conservative_grad]
fn effects(x: f64, #[constant] seed: &mut u64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint]
    for i in 0..n {
        println!("step {i}"); //~ AD0175
        y = y * y + noise(seed); //~ AD0175
        y += unknown(i); //~ AD0175
    }
    y
}

#[conservative_grad]
fn recursive(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint]
    for i in 0..n {
        y = y * recursive(y, i); //~ AD0176
    }
    y
}

fn main() {
    let _ = no_loop::grad(1.0) + options::grad(1.0, 3) + recursive::grad(1.0, 2);
    let _ = (keeps_nothing::grad(&[1.0], 3), effects::grad(1.0, &mut 3, 2));
}
