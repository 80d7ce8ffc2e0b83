//! Tangents that overflow, of what has no effect on the value: the reverse sweep gives 0, and so does the tangent.

use super::{both, close, same_bits};
use conservative_grad::{max_of, sigmoid, softplus};

fn forward_is_reverse(x: (f64, f64), gradients: [(f64, f64); 2], jvp: impl Fn(&[f64]) -> f64) {
    let [reverse, forward] = gradients.map(|(x, y)| [x, y]);
    assert!(reverse.iter().all(|g| g.is_finite()), "{x:?}: {reverse:?}");
    close(&reverse, &forward);
    same_bits(&forward, jvp);
}

both! {
    fn logistic(v: f64, w: f64) -> f64 {
        w / (1.0 + (800.0 * v).exp())
    }

    fn squashed(v: f64, w: f64) -> f64 {
        w * (v.exp().tanh() + (v * v).cosh().atan() + v.exp2().recip() + (-v.exp()).exp())
    }

    fn products(v: f64, w: f64) -> f64 {
        let far = 1.0 / (v * 1e-300);
        far * (w - 1.0) + v.mul_add(2.0, far * 0.0)
    }

    fn infinite(v: f64, w: f64) -> f64 {
        let far = f64::INFINITY;
        w + (v * far).min(3.0) + (w * far).atan() + 1.0 / (1.0 + v * far)
    }

    fn in_turn(v: f64, w: f64) -> f64 {
        let mut s = w;
        let mut rows = [0.0; 3];
        for k in 0..3 {
            rows[k] = (800.0 * v * (k as f64 + 1.0)).exp();
            s = s / (1.0 + rows[k]) + w;
        }
        s
    }

    fn operations(v: f64, w: f64) -> f64 {
        let e = (800.0 * v).exp();
        w * (sigmoid(e) + softplus(-e)) + max_of(&[w, -e, 1.0])
    }

    fn far(v: f64) -> f64 {
        1.0 / (v * 1e-300)
    }

    fn called(v: f64, w: f64) -> f64 {
        let e = far(v);
        e * (w - 1.0) + v
    }
}

macro_rules! as_in_the_reverse_sweep {
    ($($name:ident at $points:expr;)*) => {$(
        #[test]
        fn $name() {
            for (v, w) in $points {
                let gradients = [reverse::$name::grad(v, w), forward::$name::grad(v, w)];
                forward_is_reverse((v, w), gradients, |d| reverse::$name::jvp(v, w, d[0], d[1]).1);
            }
        }
    )*};
}

as_in_the_reverse_sweep! {
    logistic at [(1.0, 2.0), (0.9, -1.0), (-3.0, 1.0)];
    squashed at [(800.0, 2.0), (1100.0, 3.0)];
    products at [(1e-7, 1.0)];
    in_turn at [(1.0, 2.0), (0.4, 0.5), (-3.0, 1.0)];
    operations at [(1.0, 2.0), (0.1, 0.5)];
    called at [(1e-7, 1.0)];
}

#[test]
fn infinite_constants() {
    for (v, w) in [(1.0, 2.0), (0.5, 0.25)] {
        assert_eq!(reverse::infinite::jvp(v, w, 0.0, 1.0).1, 1.0);
        assert_eq!(forward::infinite::grad(v, w).1, 1.0);
    }
}
