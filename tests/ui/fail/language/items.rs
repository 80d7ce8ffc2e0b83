//! Items inside of a function.

use conservative_grad::conservative_grad;
use std::sync::atomic::{AtomicUsize, Ordering};

const FACTOR: f64 = 3.0;

mod settings {
    pub(crate) const HALF: f64 = 0.5;
}

#[conservative_grad]
fn type_inside(x: f64) -> f64 {
    struct Local; //~ AD0126
    x * x
}

#[conservative_grad]
fn static_inside(x: f64) -> f64 {
    static CALLS: AtomicUsize = AtomicUsize::new(0); //~ AD0127
    x * CALLS.fetch_add(1, Ordering::Relaxed) as f64
}

#[conservative_grad]
fn glob_inside(x: f64) -> f64 {
    use settings::*; //~ AD0128
    x * HALF
}

#[conservative_grad]
fn in_a_block(x: f64) -> f64 {
    let y = {
        const FACTOR: f64 = 2.0; //~ AD0129
        x * FACTOR
    };
    y * FACTOR
}

#[conservative_grad]
fn twice(x: f64) -> f64 {
    fn twice(x: f64) -> f64 {
        x * 2.0
    }
    twice(x) //~ AD0133
}

#[conservative_grad]
fn steps(x: f64) -> f64 {
    fn step(x: f64) -> f64 {
        x.floor() //~ AD0300
    }
    x * step(x)
}

fn main() {
    let _ = type_inside::grad(1.0) + static_inside::grad(1.0);
    let _ = glob_inside::grad(1.0) + in_a_block::grad(1.0) + twice::grad(1.0) + steps::grad(1.0);
}
