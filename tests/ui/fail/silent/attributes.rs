//! `#[cfg]` reaches the macro before rustc evaluates it: it is never ignored.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn on_an_element(x: f64) -> f64 {
    let list = [
        x,
        #[cfg(any())] //~ AD0123
        2.0,
    ];
    list[0]
}

#[conservative_grad]
fn conditional_attribute(x: f64) -> f64 {
    #[cfg_attr(all(), allow(unused))] //~ AD0123
    let y = x;
    x
}

fn main() {
    let _ = on_an_element::grad(1.0) + conditional_attribute::grad(1.0);
}
