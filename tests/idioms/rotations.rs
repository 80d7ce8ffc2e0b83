//! Quaternions, with structs.

use std::ops::{Add, Mul};

use conservative_grad::{Differentiable, conservative_grad};

use super::differences::assert_gradient;

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Vec3 {
    pub x: f64,
    pub y: f64,
    pub z: f64,
}

#[conservative_grad]
impl Vec3 {
    pub fn dot(&self, other: &Vec3) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub fn cross(&self, other: &Vec3) -> Vec3 {
        Vec3 {
            x: self.y * other.z - self.z * other.y,
            y: self.z * other.x - self.x * other.z,
            z: self.x * other.y - self.y * other.x,
        }
    }

    pub fn norm(&self) -> f64 {
        self.dot(self).sqrt()
    }

    pub fn scale(&self, k: f64) -> Vec3 {
        Vec3 {
            x: k * self.x,
            y: k * self.y,
            z: k * self.z,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Quaternion {
    pub w: f64,
    pub x: f64,
    pub y: f64,
    pub z: f64,
}

#[conservative_grad]
impl Quaternion {
    pub fn from_axis_angle(axis: &Vec3, angle: f64) -> Self {
        let (s, c) = (0.5 * angle).sin_cos();
        let k = s / axis.norm();
        Quaternion {
            w: c,
            x: k * axis.x,
            y: k * axis.y,
            z: k * axis.z,
        }
    }

    pub fn conjugate(&self) -> Quaternion {
        Quaternion {
            w: self.w,
            x: -self.x,
            y: -self.y,
            z: -self.z,
        }
    }

    pub fn product(&self, other: &Quaternion) -> Quaternion {
        Quaternion {
            w: self.w * other.w - self.x * other.x - self.y * other.y - self.z * other.z,
            x: self.w * other.x + self.x * other.w + self.y * other.z - self.z * other.y,
            y: self.w * other.y - self.x * other.z + self.y * other.w + self.z * other.x,
            z: self.w * other.z + self.x * other.y - self.y * other.x + self.z * other.w,
        }
    }

    pub fn norm_squared(&self) -> f64 {
        self.w * self.w + self.x * self.x + self.y * self.y + self.z * self.z
    }

    pub fn normalized(&self) -> Self {
        let n = self.norm_squared().sqrt();
        Self {
            w: self.w / n,
            x: self.x / n,
            y: self.y / n,
            z: self.z / n,
        }
    }

    #[conservative_grad]
    pub fn rotate(&self, v: &Vec3) -> Vec3 {
        let p = Quaternion {
            w: 0.0,
            x: v.x,
            y: v.y,
            z: v.z,
        };
        let q = self.product(&p).product(&self.conjugate());
        Vec3 {
            x: q.x,
            y: q.y,
            z: q.z,
        }
    }

    /// Roll, pitch and yaw.
    pub fn euler(&self) -> (f64, f64, f64) {
        let roll = (2.0 * (self.w * self.x + self.y * self.z))
            .atan2(1.0 - 2.0 * (self.x * self.x + self.y * self.y));
        let pitch = (2.0 * (self.w * self.y - self.z * self.x)).asin();
        let yaw = (2.0 * (self.w * self.z + self.x * self.y))
            .atan2(1.0 - 2.0 * (self.y * self.y + self.z * self.z));
        (roll, pitch, yaw)
    }
}

impl Add for Quaternion {
    type Output = Quaternion;
    fn add(self, o: Quaternion) -> Quaternion {
        Quaternion {
            w: self.w + o.w,
            x: self.x + o.x,
            y: self.y + o.y,
            z: self.z + o.z,
        }
    }
}

impl Mul<f64> for Quaternion {
    type Output = Quaternion;
    fn mul(self, k: f64) -> Quaternion {
        Quaternion {
            w: self.w * k,
            x: self.x * k,
            y: self.y * k,
            z: self.z * k,
        }
    }
}

/// Area of a triangle.
#[conservative_grad]
pub fn triangle(a: &Vec3, b: &Vec3) -> f64 {
    a.cross(b).scale(0.5).norm()
}

/// Angle between a vector and its image.
#[conservative_grad]
pub fn turned(axis: &Vec3, angle: f64, v: &Vec3) -> f64 {
    let q = Quaternion::from_axis_angle(axis, angle);
    let image = q.rotate(v);
    (image.dot(v) / (image.norm() * v.norm())).acos()
}

/// Interpolation between two rotations; the pitch of what comes out.
#[conservative_grad]
pub fn slerp_pitch(a: &Quaternion, b: &Quaternion, t: f64) -> f64 {
    let mut cos = a.w * b.w + a.x * b.x + a.y * b.y + a.z * b.z;
    let mut sign = 1.0;
    if cos < 0.0 {
        cos = -cos;
        sign = -1.0;
    }
    let theta = cos.acos();
    let (ka, kb) = if theta < 1e-6 {
        (1.0 - t, t)
    } else {
        (
            ((1.0 - t) * theta).sin() / theta.sin(),
            (t * theta).sin() / theta.sin(),
        )
    };
    let q = Quaternion {
        w: ka * a.w + sign * kb * b.w,
        x: ka * a.x + sign * kb * b.x,
        y: ka * a.y + sign * kb * b.y,
        z: ka * a.z + sign * kb * b.z,
    };
    let (_, pitch, _) = q.normalized().euler();
    pitch
}

#[cfg(test)]
fn vec3(x: &[f64]) -> Vec3 {
    Vec3 {
        x: x[0],
        y: x[1],
        z: x[2],
    }
}

#[cfg(test)]
fn quaternion(x: &[f64]) -> Quaternion {
    Quaternion {
        w: x[0],
        x: x[1],
        y: x[2],
        z: x[3],
    }
}

#[test]
fn values() {
    let up = vec3(&[0.0, 0.0, 1.0]);
    let q = Quaternion::from_axis_angle(&up, std::f64::consts::FRAC_PI_2);
    let v = q.rotate(&vec3(&[1.0, 0.0, 0.0]));
    assert!((v.y - 1.0).abs() < 1e-15 && v.x.abs() < 1e-15);
    assert!((q.euler().2 - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
    let sum = (q + q) * 0.5;
    assert_eq!(sum, q);
}

#[test]
fn gradients() {
    let at = [0.3, -0.2, 1.0, 0.7, 1.0, 0.5, -0.25];
    let (axis, v) = (vec3(&at[..3]), vec3(&at[4..]));
    let (value, (a, angle, b)) = turned::value_and_grad(&axis, at[3], &v);
    assert_eq!(value, turned(&axis, at[3], &v));
    let gradient = [a.x, a.y, a.z, angle, b.x, b.y, b.z];
    assert_gradient(&gradient, &at, |x| {
        turned(&vec3(&x[..3]), x[3], &vec3(&x[4..]))
    });

    let at = [0.9, 0.1, 0.3, -0.2, 0.5, -0.4, 0.6, 0.2, 0.35];
    let f = |x: &[f64]| slerp_pitch(&quaternion(&x[..4]), &quaternion(&x[4..8]), x[8]);
    let (value, (a, b, t)) =
        slerp_pitch::value_and_grad(&quaternion(&at[..4]), &quaternion(&at[4..8]), at[8]);
    assert_eq!(value, f(&at));
    let gradient = [a.w, a.x, a.y, a.z, b.w, b.x, b.y, b.z, t];
    assert_gradient(&gradient, &at, f);

    let at = [0.5, -0.4, 0.6, 1.0, 0.25, -0.5];
    let area = |x: &[f64]| vec3(x).cross(&vec3(&x[3..])).scale(0.5).norm();
    let (a, b) = triangle::grad(&vec3(&at), &vec3(&at[3..]));
    assert_gradient(&[a.x, a.y, a.z, b.x, b.y, b.z], &at, area);
    let at = [0.5, -0.4, 0.6];
    let bar = vec3(&at).norm_grad();
    assert_gradient(&[bar.x, bar.y, bar.z], &at, |x| vec3(x).norm());
}
