//! Gradients that reach a constant field.

use conservative_grad::Differentiable;

#[derive(Differentiable)]
struct Oscillator {
    stiffness: f64,
    #[constant]
    step: f64,
    weights: Vec<f64>,
    counts: Vec<usize>,
}

fn energy(p: &Oscillator, seed: f64, p_bar: &mut OscillatorGradient) {
    p_bar.stiffness += p.step * seed;
    p_bar.step += p.stiffness * seed;
    p_bar.step -= p.stiffness * seed;
    conservative_grad::__private::add(&mut p_bar.counts, &p_bar.weights);
}

fn main() {}
