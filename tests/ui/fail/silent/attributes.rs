//! `#[cfg]` reaches the macro before rustc evaluates it: it is never ignored.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn on_a_statement(x: f64) -> f64 {
    let mut y = x;
    #[cfg(any())] //~ AD0123
    {
        y *= 2.0;
    }
    y
}

#[conservative_grad]
fn on_a_let(x: f64) -> f64 {
    #[cfg(not(any()))] //~ AD0123
    let y = 2.0 * x;
    #[cfg(any())] //~ AD0123
    let y = 3.0 * x;
    y
}

#[conservative_grad]
fn conditional_attribute(x: f64) -> f64 {
    #[cfg_attr(all(), allow(unused))] //~ AD0123
    let y = x;
    x
}

#[conservative_grad]
fn on_an_item(x: f64) -> f64 {
    #[cfg(not(any()))] //~ AD0123
    const TWO: f64 = 2.0;
    x * TWO
}

fn main() {
    let _ = on_a_statement::grad(1.0) + on_a_let::grad(1.0) + on_an_item::grad(1.0);
}
