//! Items inside of a function.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn type_inside(x: f64) -> f64 {
    struct Local; //~ AD0126
    x * x
}

#[conservative_grad]
fn static_inside(x: f64) -> f64 {
    static TWO: f64 = 2.0; //~ AD0127
    x * TWO
}

#[conservative_grad]
fn glob_inside(x: f64) -> f64 {
    use std::f64::consts::*; //~ AD0128
    x * PI
}

#[conservative_grad]
fn in_a_block(x: f64) -> f64 {
    let y = {
        const TWO: f64 = 2.0; //~ AD0129
        x * TWO
    };
    y
}

fn main() {
    let _ = type_inside::grad(1.0) + static_inside::grad(1.0);
    let _ = glob_inside::grad(1.0) + in_a_block::grad(1.0);
}
