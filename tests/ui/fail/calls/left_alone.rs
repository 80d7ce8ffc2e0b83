//! In an annotated module or `impl` block, functions over types that are declared elsewhere are left alone, and calls say so.

mod elsewhere {
    #[derive(conservative_grad::Differentiable, Clone)]
    pub struct Point {
        pub x: f64,
        pub y: f64,
    }
}

use elsewhere::Point;

#[conservative_grad::conservative_grad]
mod annotated {
    use super::elsewhere::Point;

    pub fn flipped(p: &Point) -> Point {
        Point { x: p.y, y: p.x }
    }

    pub fn shift(p: &mut Point) {
        p.x *= 2.0;
    }

    #[conservative_grad::conservative_grad]
    pub fn area(p: &Point) -> f64 {
        p.x * p.y
    }

    pub fn of_points(x: f64) -> f64 {
        let mut p = flipped(&Point { x, y: x * x }); //~ AD0190
        shift(&mut p); //~ AD0190
        area(&p)
    }

    pub fn of_constants(x: f64) -> f64 {
        let mut p = flipped(&Point { x: 1.0, y: 2.0 });
        shift(&mut p);
        x * area(&p)
    }

    pub fn of_its_own(x: f64) -> f64 {
        fn flipped(x: f64) -> f64 {
            1.0 / x
        }
        flipped(x)
    }
}

#[derive(conservative_grad::Differentiable, Clone)]
struct Model {
    w: f64,
}

#[conservative_grad::conservative_grad]
impl Model {
    fn area(p: &Point) -> f64 {
        p.x * p.y
    }

    fn point(&self) -> Point {
        Point { x: self.w, y: 1.0 }
    }

    fn loss(&self) -> f64 {
        let p = self.point(); //~ AD0190
        Model::area(&p) //~ AD0190
    }
}

fn main() {}
