//! Helper attributes in the wrong place or with the wrong arguments.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn arguments(x: f64, #[constant(yes)] y: f64) -> f64 { //~ AD0008
    x * y
}

#[conservative_grad]
fn misplaced(#[tie(0.5)] x: f64) -> f64 { //~ AD0009
    x.max(0.0)
}

#[conservative_grad]
fn foreign(x: f64) -> f64 {
    #[inline(never)] //~ AD0010
    let y = x * x;
    y
}

#[conservative_grad]
fn in_the_body(x: f64) -> f64 {
    #[constant] //~ AD0125
    let y = 2.0;
    x * y
}

fn main() {
    let _ = arguments::grad(1.0, 2.0) + misplaced::grad(1.0) + foreign::grad(1.0);
    let _ = in_the_body::grad(1.0);
}
