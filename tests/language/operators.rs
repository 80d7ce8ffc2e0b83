//! Operators on results of calls: what the value is for tells that it is a struct.

use std::ops::{Add, Mul};

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Plane {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl Add for Plane {
    type Output = Plane;
    fn add(self, other: Plane) -> Plane {
        Plane {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }
}

#[conservative_grad]
impl Mul<f64> for Plane {
    type Output = Plane;
    fn mul(self, by: f64) -> Plane {
        Plane {
            x: self.x * by,
            y: self.y * by,
        }
    }
}

#[conservative_grad]
impl Plane {
    fn turned(&self, by: f64) -> Plane {
        let (s, c) = by.sin_cos();
        Plane {
            x: c * self.x - s * self.y,
            y: s * self.x + c * self.y,
        }
    }

    fn along(&self, other: Plane) -> f64 {
        self.x * other.x + self.y * other.y
    }

    fn half(&self, by: f64) -> Plane {
        self.turned(by) * 0.5
    }

    fn either(&self, by: f64) -> Plane {
        if by > 0.5 {
            self.turned(by) * 0.5
        } else {
            self.turned(by) * 0.25 + *self
        }
    }
}

#[conservative_grad]
fn walk(x: &[f64], a: f64) -> f64 {
    let mut p = Plane { x: a, y: 1.0 };
    let v = Plane { x: 0.0, y: a };
    for t in x {
        p = p + v.turned(*t) * 0.1;
        let f: Plane = v.turned(*t) * a;
        p = p.half(*t) * a + p.either(*t) * *t + f;
        p = {
            let q = p.turned(a) * 2.0 + p;
            q.turned(*t) * 0.3
        };
    }
    p.x - p.y
}

#[conservative_grad]
fn fields_beside(x: &[f64], a: f64) -> f64 {
    let mut p = Plane { x: a, y: 1.0 };
    for t in x {
        p.x += t;
    }
    let q = p.turned(a).x;
    p.x + p.turned(a).x * p.along(p) + p.turned(q).y.max(p.turned(a).x)
}

#[conservative_grad]
fn made_or_not(r: [f64; 3], t: f64) -> [f64; 3] {
    if t > 0.0 {
        std::array::from_fn(|i| r[i] * t)
    } else {
        r
    }
}

#[conservative_grad]
fn lists(x: &[f64], a: f64) -> f64 {
    let r = made_or_not([x[0], a, x[1]], x[2]);
    let s: [f64; 3] = if x[0] > 10.0 {
        r
    } else {
        std::array::from_fn(|i| r[i] * a)
    };
    s[0] * s[1] + s[2]
}

#[test]
fn structs_by_what_they_are_for() {
    let x = [0.3, 0.9, -0.4, 1.7];
    for n in 0..=x.len() {
        check!(walk(&x[..n].to_vec(), 0.7));
        check!(fields_beside(&x[..n].to_vec(), 0.7));
    }
    check!(lists(&x.to_vec(), 0.7));
    check!(lists(&vec![0.3, 0.9, 0.4], 0.7));
}
