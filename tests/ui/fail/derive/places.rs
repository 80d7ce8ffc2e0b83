//! Gradients that reach a constant field.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Differentiable)]
struct Oscillator {
    stiffness: f64,
    #[constant]
    step: f64,
    weights: Vec<f64>,
    counts: Vec<usize>,
}

fn by_hand(p: &Oscillator, seed: f64, p_bar: &mut OscillatorGradient) {
    p_bar.stiffness += p.step * seed;
    p_bar.step += p.stiffness * seed;
    p_bar.step -= p.stiffness * seed;
    conservative_grad::__private::add(&mut p_bar.counts, &p_bar.weights);
}

#[derive(Differentiable)]
struct Table {
    scale: f64,
    #[constant]
    entries: Vec<f64>,
    #[constant]
    shift: f64,
}

#[conservative_grad]
fn shifted(table: &Table, x: f64) -> f64 {
    table.scale * x + table.shift
}

#[conservative_grad]
fn looked_up(table: &Table, x: f64, i: usize) -> f64 {
    table.entries[i] * x + table.scale
}

fn main() {}
