//! Functions of a kind that cannot be differentiated.

use conservative_grad::conservative_grad;

#[conservative_grad]
async fn later(x: f64) -> f64 { //~ AD0020
    x * x
}

#[conservative_grad]
unsafe fn trusted(x: f64) -> f64 { //~ AD0021
    x * x
}

mod primitives {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn f32(x: f64) -> f64 { //~ AD0023
        x * x
    }
}

#[conservative_grad]
fn generic<T: Into<f64>>(x: T) -> f64 { //~ AD0024
    x.into()
}

struct Model {
    k: f64,
}

impl Model {
    #[conservative_grad]
    fn loss(self: Box<Self>, x: f64) -> f64 { //~ AD0025
        self.k * x
    }
}

#[conservative_grad]
fn callback(f: impl Fn(f64) -> f64, x: f64) -> f64 { //~ AD0026
    f(x)
}

fn main() {
    let _ = primitives::f32(1.0) + generic(1.0) + callback(|x| x, 1.0);
    let _ = Box::new(Model { k: 1.0 }).loss(1.0);
    let _ = later(1.0);
    let _ = trusted;
}
