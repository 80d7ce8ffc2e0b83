//! `#[cfg(…)]` inside of functions: statements, arms, fields, tails.

use conservative_grad::{Differentiable, conservative_grad};

#[conservative_grad]
fn statements(x: f64) -> f64 {
    #[cfg(debug_assertions)]
    use std::f64::consts::PI as SCALE;
    #[cfg(not(debug_assertions))]
    const SCALE: f64 = std::f64::consts::PI;
    let mut y = x.sin();
    #[cfg(all(windows, unix))]
    let y = not_there(y);
    #[cfg(not(all(windows, unix)))]
    {
        y *= SCALE;
    }
    #[cfg(all(windows, unix))]
    y += 1.0;
    #[cfg(any(windows, not(windows)))]
    y += x * x;
    #[cfg(debug_assertions)]
    {
        y * y
    }
    #[cfg(not(debug_assertions))]
    {
        y * y
    }
}

#[conservative_grad]
fn arms(x: f64, kind: u8) -> f64 {
    match kind {
        #[cfg(all(windows, unix))]
        0 => x,
        #[cfg(not(all(windows, unix)))]
        0 => x * x,
        _ => x.cos(),
    }
}

#[derive(Differentiable, Clone)]
struct Spring {
    stiffness: f64,
    length: f64,
}

#[conservative_grad]
impl Spring {
    fn made(stiffness: f64) -> Spring {
        Spring {
            stiffness,
            #[cfg(all(windows, unix))]
            length: 1.0,
            #[cfg(not(all(windows, unix)))]
            length: stiffness * 2.0,
        }
    }

    fn energy(&self, x: f64) -> f64 {
        let d = x - self.length;
        #[cfg(all(windows, unix))]
        return d;
        #[cfg(not(all(windows, unix)))]
        for _ in 0..2 {
            let _ = d;
        }
        0.5 * self.stiffness * d * d
    }
}

impl Spring {
    #[conservative_grad]
    fn twice(&self, x: f64) -> f64 {
        #[cfg(not(all(windows, unix)))]
        {
            2.0 * self.energy(x)
        }
        #[cfg(all(windows, unix))]
        {
            x
        }
    }
}

#[conservative_grad]
fn of_spring(k: f64, x: f64) -> f64 {
    Spring::made(k).energy(x)
}

#[conservative_grad]
mod inside {
    pub(super) fn square(x: f64) -> f64 {
        #[cfg(all(windows, unix))]
        return x;
        #[cfg(not(all(windows, unix)))]
        return x * x;
    }

    pub(super) fn fourth(x: f64) -> f64 {
        square(square(x))
    }
}

#[test]
fn parts_of_functions_belong_to_a_configuration() {
    use inside::fourth;

    check!(statements(0.75));
    check!(arms(0.75, const 0));
    check!(arms(0.75, const 1));
    check!(of_spring(1.5, 0.25));
    check!(fourth(0.75));
    let spring = Spring {
        stiffness: 1.5,
        length: 2.0,
    };
    let (gradient, x) = spring.twice_grad(0.25);
    assert_eq!(
        (gradient.stiffness, gradient.length, x),
        (3.0625, 5.25, -5.25)
    );
}
