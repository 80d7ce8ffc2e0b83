//! Constructs of Rust that are outside of the language, one function each.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn closure(x: f64) -> f64 {
    let squares = vec![|t: f64| t * t]; //~ AD0100
    squares[0](x) //~ AD0131
}

struct Point {
    x: f64,
    y: f64,
}

struct Settings {
    origin: Point,
}

#[conservative_grad]
fn base_in_a_constant(x: f64, #[constant] settings: &Settings) -> f64 {
    let p = Point { x, ..settings.origin }; //~ AD0208
    p.x
}

#[conservative_grad]
fn question(x: f64, n: &str) -> f64 {
    let n: usize = n.parse()?; //~ AD0184
    x * n as f64
}

#[conservative_grad]
fn asynchronous(x: f64) -> f64 {
    async { 1.0 }; //~ AD0107
    x
}

#[conservative_grad]
fn unsafe_block(x: f64, xs: &[usize]) -> f64 {
    x * unsafe { *xs.get_unchecked(0) } as f64 //~ AD0108
}

#[conservative_grad]
fn const_block(x: f64) -> f64 {
    x * const { 1.0 + 1.0 } //~ AD0109
}

#[conservative_grad]
fn underscore(x: f64) -> f64 {
    x * _ //~ AD0112
}

#[conservative_grad]
fn raw_borrow(x: f64) -> f64 {
    let p = &raw const x; //~ AD0113
    x
}

fn main() {
    let _ = closure::grad(1.0);
    let _ = base_that_is_no_variable::grad(1.0) + unsafe_block::grad(1.0, &[1]);
}
