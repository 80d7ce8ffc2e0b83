//! `impl` blocks and modules of which something is refused: all of it at once, at its place.

use conservative_grad::conservative_grad;

trait Loss {
    fn loss(x: f64) -> f64;
    fn bare(x: f64) -> f64;
}

struct Model;

#[conservative_grad(policy = jaxx)] //~ AD0005
impl Loss for Model {
    fn loss(x: f64) -> f64 {
        x.floor() //~ AD0300
    }

    fn bare(#[tie(0.5)] x: f64) -> f64 { //~ AD0009
        x
    }
}

#[conservative_grad]
impl Loss for f64 { //~ AD0011
    fn loss(x: f64) -> f64 {
        x * x
    }

    #[conservative_grad(skip)]
    fn bare(x: f64) -> f64 {
        x.floor()
    }
}

struct Frame {
    value: f64,
}

#[conservative_grad]
impl<T> From<(f64, T)> for Frame { //~ AD0036
    fn from((value, _): (f64, T)) -> Frame {
        Frame { value }
    }
}

#[conservative_grad]
impl Model {
    #[conservative_grad(wrt(y))] //~ AD0006
    fn misspelt(x: f64) -> f64 {
        x
    }

    async fn later(x: f64) -> f64 { //~ AD0020
        x
    }
}

#[conservative_grad]
mod model {
    use conservative_grad::conservative_grad;

    pub(crate) fn loss(x: f64) -> f64 {
        x.floor() //~ AD0300
    }

    #[conservative_grad]
    pub(crate) fn count(n: usize) -> usize { //~ AD0032
        n
    }

    mod inner {
        mod file; //~ AD0012
    }
}

fn main() {
    let _ = Model::loss(1.0) + Model::bare(1.0) + f64::loss(1.0) + f64::bare(1.0);
    let _ = (Model::misspelt(1.0), Model::later(1.0), model::loss(1.0), model::count(1));
}
