//! Functions that call each other, in modules of an edition in which `use` starts at the root of the crate.

extern crate conservative_grad;
extern crate core;

pub mod orbit {
    //! What is called.

    use conservative_grad::conservative_grad;

    /// A polynomial.
    #[conservative_grad]
    pub fn position(x: &[f64], t: f64) -> f64 {
        let mut y = 0.0;
        for c in x.iter().rev() {
            y = y * t + c;
        }
        y
    }

    /// What hands a list on, whose length may count there.
    #[conservative_grad]
    pub fn corrected(x: &[f64], t: f64) -> f64 {
        position(x, t - position(x, t))
    }
}

pub mod planets {
    //! What is called by a path.

    use conservative_grad::conservative_grad;
    use orbit;

    /// The distance from another one.
    #[conservative_grad]
    pub fn distance(x: &[f64], t: f64) -> f64 {
        (orbit::corrected(x, t) - 2.0).hypot(t)
    }
}

#[cfg(test)]
mod tests {
    use planets::distance;

    #[test]
    fn gradients_agree_with_differences() {
        let (x, t, h) = ([0.75, 0.5, -0.25], 0.3, 1e-6);
        let (gx, gt) = distance::grad(&x, t);
        let dt = (distance(&x, t + h) - distance(&x, t - h)) / (2.0 * h);
        assert!((gt - dt).abs() < 1e-8, "{} {}", gt, dt);
        for k in 0..3 {
            let (mut up, mut down) = (x, x);
            up[k] += h;
            down[k] -= h;
            let dx = (distance(&up, t) - distance(&down, t)) / (2.0 * h);
            assert!((gx[k] - dx).abs() < 1e-8, "{} {}", gx[k], dx);
        }
    }
}
