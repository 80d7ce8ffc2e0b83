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
        self.x += unsafe { self.v * dt }; //~ AD0108
    }

    #[conservative_grad]
    fn energy(self) -> f64 {
        unsafe { self.v * self.v } //~ AD0108
    }
}

#[conservative_grad]
fn start(x: f64) -> Body {
    unsafe { Body { x, v: 1.0 } } //~ AD0108
}

#[conservative_grad]
fn is_far(x: f64) -> bool {
    unsafe { x > 1.0 } //~ AD0108
}

#[conservative_grad]
fn tried(x: f64) -> Result<(f64, usize), String> {
    unsafe { Ok((x, 1)) } //~ AD0108
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
            self.x += unsafe { by }; //~ AD0108
        }

        pub fn of(x: T) -> Self {
            unsafe { Pair { x, y: x } } //~ AD0108
        }

        pub fn maybe(&self, x: T) -> Option<Self> {
            unsafe { Some(Self::of(x)) } //~ AD0108
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
            unsafe { Pair { x: self.x * by, y: self.y } } //~ AD0108
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
