//! Containers of std that have no gradient.

use std::rc::Rc;

use conservative_grad::conservative_grad;

#[conservative_grad]
fn shared(x: Rc<f64>, y: f64) -> f64 { //~ AD0028
    *x * y
}

fn main() {
    let _ = shared(Rc::new(1.0), 1.0);
}
