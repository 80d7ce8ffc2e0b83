//! Two operators of one name, and two instances of one trait: their derivatives would have the same names. The
//! macro sees one block at a time; rustc sees both, and the name of a constant says what is wrong.

use conservative_grad::{Differentiable, conservative_grad};
use std::ops::Mul;

#[derive(Clone, Copy, Differentiable)]
struct Vector {
    x: f64,
}

#[conservative_grad]
impl Mul<f64> for Vector { //~ MUL_IS_DIFFERENTIATED_FOR_ONE_TYPE_ON_THE_RIGHT
    type Output = Vector;

    fn mul(self, by: f64) -> Vector {
        Vector { x: self.x * by }
    }
}

#[conservative_grad]
impl Mul<Vector> for Vector { //~ multiple `__mul_forward` found
    type Output = f64;

    fn mul(self, other: Vector) -> f64 {
        self.x * other.x
    }
}

trait SolveFor<T> {
    fn solve(&self, x: f64) -> T;
}

#[conservative_grad]
impl SolveFor<f64> for Vector { //~ SOLVE_FOR_IS_DIFFERENTIATED_FOR_ONE_LIST_OF_TYPES
    fn solve(&self, x: f64) -> f64 {
        self.x * x
    }
}

#[conservative_grad]
impl SolveFor<(f64, f64)> for Vector { //~ multiple `__solve_forward` found
    fn solve(&self, x: f64) -> (f64, f64) {
        (self.x, x)
    }
}

fn main() {}
