//! A quaternion: its product does not commute, so that the rule of a product would be wrong.

use std::ops::{Add, Mul};

use conservative_grad::conservative_grad;

#[derive(Clone, Copy)]
struct Quaternion([f64; 4]);

impl Add for Quaternion {
    type Output = Quaternion;
    fn add(self, Quaternion(b): Quaternion) -> Quaternion {
        let a = self.0;
        Quaternion([a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]])
    }
}

impl Mul for Quaternion {
    type Output = Quaternion;
    fn mul(self, Quaternion([e, f, g, h]): Quaternion) -> Quaternion {
        let [a, b, c, d] = self.0;
        Quaternion([
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ])
    }
}

#[conservative_grad]
fn rotated(q: Quaternion, p: Quaternion) -> Quaternion { //~ `Quaternion` has no gradient
    q * p * q
}

fn main() {
    let _ = rotated(Quaternion([1.0; 4]), Quaternion([0.5; 4])).0[0];
}
