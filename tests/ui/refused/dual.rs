//! A dual number: differentiated twice, by two tools that do not know of each other.

use std::ops::{Add, Mul};

use conservative_grad::conservative_grad;

#[derive(Clone, Copy)]
struct Dual {
    re: f64,
    eps: f64,
}

impl Add for Dual {
    type Output = Dual;
    fn add(self, o: Dual) -> Dual {
        Dual { re: self.re + o.re, eps: self.eps + o.eps }
    }
}

impl Mul for Dual {
    type Output = Dual;
    fn mul(self, o: Dual) -> Dual {
        Dual { re: self.re * o.re, eps: self.re * o.eps + self.eps * o.re }
    }
}

impl Dual {
    fn sin(self) -> Dual {
        Dual { re: self.re.sin(), eps: self.eps * self.re.cos() }
    }

    fn max(self, o: Dual) -> Dual {
        if self.re > o.re { self } else { o }
    }
}

#[conservative_grad]
fn loss(x: Dual, y: &[Dual]) -> Dual { //~ `Dual` has no gradient
    (x * y[0]).sin().max(x + y[1])
}

fn main() {
    let x = Dual { re: 1.0, eps: 1.0 };
    let _ = loss(x, &[x, x]).eps;
}
