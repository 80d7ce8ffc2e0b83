//! In a pattern a name may be a constant: the macro cannot tell, and never guesses.

use conservative_grad::conservative_grad;

const E: usize = 3;

#[conservative_grad]
fn matched(x: f64, n: usize) -> f64 {
    match n { //~ AD0101
        E => x,
        _ => x * x,
    }
}

fn main() {
    let _ = matched::grad(1.0, 2);
}
