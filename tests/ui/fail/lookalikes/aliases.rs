//! Names of types that turn out to be something else than a real number.

use std::cell::Cell;
use std::rc::Rc;

use conservative_grad::conservative_grad;

type Real = Cell<f64>;

#[conservative_grad]
fn cell(x: Real, y: f64) -> f64 {
    x.get() * y //~ AD0102
}

#[conservative_grad]
fn shared(x: Rc<f64>, y: f64) -> f64 { //~ AD0028
    *x * y
}

fn main() {
    let _ = cell(Cell::new(1.0), 1.0) + shared(Rc::new(1.0), 1.0);
}
