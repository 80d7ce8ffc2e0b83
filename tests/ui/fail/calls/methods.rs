//! Methods and associated functions that are not known.

use conservative_grad::conservative_grad;

trait Special {
    fn erfish(self) -> f64;
}

impl Special for f64 {
    fn erfish(self) -> f64 {
        self
    }
}

struct Noise;

impl Noise {
    fn draw(x: f64) -> f64 {
        x
    }

    fn scale(&self, by: &mut usize) -> f64 {
        *by += 1;
        1.0
    }
}

#[conservative_grad]
fn unknown_method(x: f64) -> f64 {
    x.erfish() //~ AD0102
}

#[conservative_grad]
fn misspelt_method(x: f64) -> f64 {
    x.sqr() * x.cosh1() //~ AD0102 AD0102
}

#[conservative_grad]
fn wrong_count(x: f64) -> f64 {
    x.max() //~ AD0137
}

enum Shape {
    Circle(f64),
}

#[conservative_grad]
fn variant(x: f64) -> f64 {
    let circle = Shape::Circle(x); //~ AD0135
    x
}

#[conservative_grad]
fn exclusive(x: f64, #[constant] noise: &Noise, mut n: usize) -> f64 {
    let s = noise.scale(&mut n); //~ AD0143
    x * s
}

#[conservative_grad]
fn reached_by_a_real(x: f64, #[constant] noise: &Noise) -> f64 {
    noise.apply(x) //~ AD0140
}

fn main() {}
