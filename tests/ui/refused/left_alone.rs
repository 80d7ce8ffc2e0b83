//! Methods that an annotated block leaves alone, in functions elsewhere.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Differentiable)]
pub struct V {
    x: f64,
    y: f64,
}

#[derive(Clone, Differentiable)]
pub struct Body {
    pos: V,
    trail: Vec<f64>,
    cols: usize,
}

#[conservative_grad]
impl Body {
    fn moved(&self, t: f64) -> V {
        V { x: self.pos.x * t, y: self.pos.y }
    }

    /// By itself it has one.
    #[conservative_grad]
    fn turned(&self, t: f64) -> V {
        V { x: -self.pos.y * t, y: self.pos.x }
    }

    fn kick(&mut self, t: f64) -> V {
        self.pos.x += t;
        self.pos
    }

    fn row<'a>(&'a self, i: usize) -> &'a [f64] {
        &self.trail[i * self.cols..(i + 1) * self.cols]
    }

    fn name(&self) -> String {
        format!("{}", self.cols)
    }
}

#[conservative_grad]
fn by_method(b: &Body, t: f64) -> f64 { //~ this method of `Body` has no derivative: its annotated `impl` block does not see
    let v = b.moved(t);
    v.x * v.y
}

#[conservative_grad]
fn by_change(b: &mut Body, t: f64) -> f64 {
    let v = b.kick(t);
    v.x * v.y
}

#[conservative_grad]
fn by_row(b: &Body, t: f64) -> f64 { //~ this method of `Body` returns a reference: it is differentiated only where its body is seen
    let mut s = 0.0;
    for v in b.row(1) {
        s += v * t;
    }
    s
}

#[conservative_grad]
fn by_itself(b: &Body, t: f64) -> f64 {
    let v = b.turned(t);
    v.x * v.y
}

fn main() {
    let mut b = Body { pos: V { x: 1.0, y: 2.0 }, trail: vec![1.0, 2.0], cols: 1 };
    let _ = by_method(&b, 1.0) + by_change(&mut b, 1.0) + by_row(&b, 1.0) + by_itself(&b, 1.0);
    let _ = b.name();
}
