//! Fields of what the compiler does not know.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn no_such_part(x: f64) -> f64 {
    let pair = (x, x * x);
    x * pair.2 //~ AD0203
}

type Name = (f64, f64);

/// Nobody says what a name stands for.
#[conservative_grad]
fn of_an_element(#[constant] pairs: &[Name], x: f64) -> f64 {
    let mut mine = [pairs[0], pairs[1]];
    mine[0].0 += 1.0; //~ AD0203
    x * mine[0].0 //~ AD0203
}

#[conservative_grad]
fn named(x: f64) -> f64 {
    x.value * x //~ AD0204
}

fn main() {
    let _ = no_such_part::grad(1.0) + of_an_element::grad(&[(1.0, 2.0), (3.0, 4.0)], 1.0) + named::grad(1.0);
}
