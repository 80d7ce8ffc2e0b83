//! A piecewise smooth function of two variables: its cells, its kinks, the gradients that are chosen, and the field at a kink.
//!
//! `cargo run --release --example kinks -- out.svg`
//!
//! On the left the plane: each cell, in which no decision changes, has a colour, and arrows are gradients, also on kinks. On
//! the right the plane of gradients at the origin, where all kinks meet: the vertices of the field with their hull, the
//! limits of gradients at nearby points (found by branch locking) with theirs, and the gradient that reverse mode returns. The
//! field is conservative, and larger than the Clarke subdifferential.

use std::error::Error;

use conservative_grad::point::{self, Guarantee, Options};
use conservative_grad::{Selection, conservative_grad, relu};

mod draw;
mod hull;

/// max(|x|, y) + relu(x + y)/2 + (relu(-y) + y - relu(y)): what is in brackets is 0.
#[conservative_grad]
fn surface(p: &[f64]) -> f64 {
    let (x, y) = (p[0], p[1]);
    let zero = relu(-y) + y - relu(y);
    x.abs().max(y) + 0.5 * relu(x + y) + 0.5 * zero
}

fn with(p: &[f64], selection: &mut dyn Selection) -> (f64, Vec<f64>) {
    surface::value_and_grad_with(selection, p)
}

fn tangent(p: &[f64], direction: &[f64], selection: &mut dyn Selection) -> (f64, f64) {
    surface::jvp_with(selection, p, direction)
}

fn pair(gradient: &[f64]) -> (f64, f64) {
    (gradient[0], gradient[1])
}

/// What there is to draw at a kink.
struct Field {
    vertices: Vec<(f64, f64)>,
    limits: Vec<(f64, f64)>,
    chosen: (f64, f64),
}

fn field(at: &[f64]) -> Field {
    let found = point::vertices(with, at, &Options::default());
    println!("at {at:?}: {found}");
    let mut limits: Vec<(f64, f64)> = Vec::new();
    for seed in 0..200 {
        let directions = point::random_directions(at.len(), seed);
        let locked = point::lock(with, tangent, at, &directions);
        let limit = pair(&locked.gradient);
        if locked.guarantee == Guarantee::Limit && !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    println!("limits of gradients: {limits:?}");
    Field {
        vertices: found.elements.iter().map(|e| pair(&e.gradient)).collect(),
        limits,
        chosen: pair(&surface::grad(at)),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "kinks.svg".to_owned());
    println!("{}", surface::FIELD);
    let origin = field(&[0.0, 0.0]);
    // Ties are no cells: the colour is that of the sides that are taken.
    let cell = |p: &[f64]| surface::trace(p).signature();
    let gradient = |p: &[f64]| pair(&surface::grad(p));
    let is_tied = |p: &[f64]| surface::trace(p).ties().next().is_some();
    draw::picture(&path, cell, gradient, is_tied, &origin)?;
    println!("written to {path}");
    Ok(())
}
