//! Where a function is refused, callers hear of that and of nothing else.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Differentiable, Clone, Copy)]
struct Body {
    x: f64,
    v: f64,
}

impl Body {
    #[conservative_grad]
    fn step(&mut self, dt: f64) {
        self.x += (self.v * dt).floor(); //~ AD0300
    }

    #[conservative_grad]
    fn energy(self) -> f64 {
        (self.v * self.v).floor() //~ AD0300
    }
}

#[conservative_grad]
fn start(x: f64) -> Body {
    Body { x: x.floor(), v: 1.0 } //~ AD0300
}

#[conservative_grad]
fn is_far(x: f64) -> bool {
    x.floor() > 1.0 //~ AD0300
}

#[conservative_grad]
fn tried(x: f64) -> Result<(f64, usize), String> {
    Ok((x.floor(), 1)) //~ AD0300
}

#[conservative_grad]
fn of_methods(x: f64) -> f64 {
    let mut body = start(x);
    while !is_far(body.x) {
        body.step(0.1);
    }
    let (y, n) = tried(body.x).unwrap();
    body.energy() * [y, x][n]
}

/// The same in a block and a module that the compiler sees.
#[conservative_grad]
mod annotated {
    use conservative_grad::Differentiable;

    #[derive(Differentiable, Clone, Copy)]
    pub struct Pair<T> {
        x: T,
        y: T,
    }

    impl<T: conservative_grad::Scalar> Pair<T> {
        pub fn grow(&mut self, by: T) {
            self.x += dbg!(by); //~ AD0120
        }

        pub fn of(x: T) -> Self {
            Pair { x, y: dbg!(x) } //~ AD0120
        }

        pub fn maybe(&self, x: T) -> Option<Self> {
            Some(Self::of(dbg!(x))) //~ AD0120
        }

        pub fn sum(&self, x: T) -> T {
            let mut p = Self::of(x);
            p.grow(x);
            match self.maybe(x) {
                Some(q) => p.x + q.y,
                None => self.x,
            }
        }
    }

    impl<T: conservative_grad::Scalar> std::ops::Mul<T> for Pair<T> {
        type Output = Pair<T>;
        fn mul(self, by: T) -> Pair<T> {
            Pair { x: self.x * dbg!(by), y: self.y } //~ AD0120
        }
    }

    pub fn scaled(p: Pair<f64>, x: f64) -> f64 {
        let q = p * x;
        q.sum(x)
    }
}

fn main() {
    let body = Body { x: 1.0, v: 1.0 };
    println!("{:?}", (of_methods::grad(1.0), body.energy_grad()));
}
