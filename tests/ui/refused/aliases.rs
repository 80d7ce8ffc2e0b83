//! Names of types that turn out to be something else than a real number.

use std::cell::Cell;

use conservative_grad::conservative_grad;

type Real = Cell<f64>;
type Count = u64;
type Meters = f64;

#[conservative_grad]
fn cell(x: Real, y: f64) -> f64 { //~ `Cell<f64>` has no gradient
    y * y
}

#[conservative_grad]
fn counted(n: Count, x: f64) -> f64 { //~ `u64` has no gradient
    n as f64 * x
}

/// An alias keeps its gradient.
#[conservative_grad]
fn alias(x: Meters, y: &[Meters]) -> Meters {
    x * y[0]
}

fn main() {
    let _ = cell(Cell::new(1.0), 1.0) + counted(1, 2.0) + alias::grad(1.0, &[2.0]).0;
}
