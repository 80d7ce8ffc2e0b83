//! Fields that rustc finds to have no gradient, or not to be what their names say.

use conservative_grad::Differentiable;
use std::rc::Rc;

struct Config {
    tolerance: f64,
}

enum Method {
    Euler,
}

#[derive(Differentiable)]
struct Solver {
    start: Vec<f64>,
    config: Config,
    method: Method,
    shared: Rc<f64>,
}

mod mine {
    /// Holds a real number, whatever it is called.
    pub struct String(pub f64);
}

#[derive(Differentiable)]
struct Named {
    x: f64,
    name: mine::String,
}

fn main() {}
