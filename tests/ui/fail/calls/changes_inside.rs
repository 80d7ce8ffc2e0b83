//! Methods of another block that change their receiver, where nothing shows it: another statement explains why the variable is `mut`.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Differentiable)]
struct State {
    at: f64,
    speed: f64,
}

#[conservative_grad]
impl State {
    fn step(&mut self, x: f64) -> f64 {
        self.at += x;
        self.speed *= x;
        self.at * self.speed
    }
}

#[conservative_grad]
fn inside(state: &mut State, x: f64) -> f64 {
    state.at = 0.0;
    2.0 * state.step(x)
}

#[conservative_grad]
fn alone(state: &mut State, x: f64) -> f64 {
    state.at = 0.0;
    let value = state.step(x);
    2.0 * value
}

fn main() {}
