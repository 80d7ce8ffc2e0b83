//! A variadic function, which stable Rust can only write in its syntax.

use conservative_grad::conservative_grad;

#[conservative_grad]
unsafe extern "C" fn sum(x: f64, rest: ...) -> f64 { //~ AD0021 AD0022
    x
}

fn main() {}
