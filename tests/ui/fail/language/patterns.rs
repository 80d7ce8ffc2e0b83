//! Patterns.

use conservative_grad::conservative_grad;

enum Shape {
    Circle(f64),
    Square { side: f64 },
    Point,
}

#[conservative_grad]
fn payload(shape: Shape) -> f64 {
    match shape {
        Shape::Circle(r) => r * r, //~ AD0180
        Shape::Square { side } => side * side, //~ AD0180
        Shape::Point => 0.0, //~ AD0180
    }
}

#[conservative_grad]
fn ordering(x: f64) -> f64 {
    match x.partial_cmp(&1.0) {
        Some(order) => x, //~ AD0181
        None => 0.0,
    }
}

#[conservative_grad]
fn either_part(rows: &[[f64; 2]]) -> f64 {
    match rows {
        [a] | [_, a] => a[0] * a[1], //~ AD0182
        _ => 1.0,
    }
}

#[conservative_grad]
fn wrong_shape(p: (f64, f64)) -> f64 {
    match p {
        [a, b] => a * b, //~ AD0118
    }
}

fn main() {
    let _ = payload(Shape::Circle(1.0)) + payload(Shape::Square { side: 1.0 }) + payload(Shape::Point);
    let _ = ordering(1.0) + either_part(&[]) + wrong_shape((1.0, 1.0));
}
