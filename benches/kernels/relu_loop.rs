//! The three commonest kinks over arrays, each in a loop of its own: relu, absolute value, clamp.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use std::hint::black_box;

const CENTRE: f64 = 0.4;
const LOW: f64 = 0.1;
const HIGH: f64 = 0.3;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        primal! {
            #[conservative_grad(wrt(x, w, b))]
            pub(crate) fn relu_loop(
                x: &[$real],
                w: &[$real],
                b: &[$real],
                centre: $real,
                low: $real,
                high: $real,
            ) -> $real {
                let n = x.len();
                let mut y = vec![0.0; n];
                for i in 0..n {
                    y[i] = (w[i] * x[i] + b[i]).max(0.0);
                }
                for i in 0..n {
                    y[i] = (y[i] - centre).abs();
                }
                for i in 0..n {
                    y[i] = y[i].clamp(low, high);
                }
                let mut sum = 0.0;
                for i in 0..n {
                    sum += y[i] * y[i];
                }
                sum
            }
        }

        pub(crate) struct Loops {
            lengths: [usize; 3],
            limits: [$real; 3],
        }

        impl Function<$real> for Loops {
            fn primal(&self, p: &[$real]) -> $real {
                let ([x, w, b], [centre, low, high]) = (parts(p, self.lengths), self.limits);
                relu_loop(x, w, b, centre, low, high)
            }

            fn grad(&self, p: &[$real], bars: &mut [$real]) -> $real {
                let ([x, w, b], [centre, low, high]) = (parts(p, self.lengths), self.limits);
                let [x_bar, w_bar, b_bar] = parts_mut(bars, self.lengths);
                relu_loop::accumulate_grad(x, w, b, centre, low, high, x_bar, w_bar, b_bar)
            }
        }

        pub(crate) fn data(n: usize) -> (Vec<$real>, Loops) {
            let point = uniform(&mut fastrand::Rng::with_seed(14), 3 * n, -1.0, 1.0);
            let (lengths, limits) = black_box(([n; 3], [CENTRE, LOW, HIGH].map(|x| x as $real)));
            (point, Loops { lengths, limits })
        }
    };
}

in_both_precisions!(model);

/// All decisions can be read from two numbers per element.
fn relu_loop_hand(
    [x, w, b]: [&[f64]; 3],
    [centre, low, high]: [f64; 3],
    [x_bar, w_bar, b_bar]: [&mut [f64]; 3],
) -> f64 {
    let n = x.len();
    let (w, b) = (&w[..n], &b[..n]);
    let (x_bar, w_bar, b_bar) = (&mut x_bar[..n], &mut w_bar[..n], &mut b_bar[..n]);
    let mut h = vec![0.0; n];
    for i in 0..n {
        h[i] = (w[i] * x[i] + b[i]).max(0.0);
    }
    let mut y = vec![0.0; n];
    for i in 0..n {
        y[i] = (h[i] - centre).abs().clamp(low, high);
    }
    let mut sum = 0.0;
    for i in 0..n {
        sum += y[i] * y[i];
    }
    for i in 0..n {
        let a = (h[i] - centre).abs();
        let a_bar = if a > low && a < high { 2.0 * y[i] } else { 0.0 };
        let h_bar = if h[i] > centre { a_bar } else { -a_bar };
        let z_bar = if h[i] > 0.0 { h_bar } else { 0.0 };
        x_bar[i] += w[i] * z_bar;
        w_bar[i] += x[i] * z_bar;
        b_bar[i] += z_bar;
    }
    sum
}

impl Problem for Loops {
    fn plain(&self, p: &[f64]) -> f64 {
        let ([x, w, b], [centre, low, high]) = (parts(p, self.lengths), self.limits);
        plain::relu_loop(x, w, b, centre, low, high)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let bars = parts_mut(bars, self.lengths);
        relu_loop_hand(parts(p, self.lengths), self.limits, bars)
    }
}

pub(crate) fn kernel(n: usize) -> Kernel {
    let (point, loops) = data(n);
    Kernel::new(relu_loop::FIELD, point, loops)
}
