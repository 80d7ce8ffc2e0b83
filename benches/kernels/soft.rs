//! A sum of square roots: one chain of additions, around which everything runs in lanes.

use conservative_grad::conservative_grad;

use super::{Function, uniform};
use std::hint::black_box;

/// In either precision.
macro_rules! model {
    ($real:ident) => {
        #[conservative_grad(wrt(x))]
        fn soft(x: &[$real], c: $real) -> $real {
            let mut s = 0.0;
            for i in 0..x.len() {
                s += (1.0 + c * x[i] * x[i]).sqrt();
            }
            s
        }

        /// The factor of the squares.
        pub(crate) struct Soft {
            c: $real,
        }

        impl Function<$real> for Soft {
            fn primal(&self, x: &[$real]) -> $real {
                soft(x, self.c)
            }

            fn grad(&self, x: &[$real], x_bar: &mut [$real]) -> $real {
                soft::accumulate_grad(x, self.c, x_bar)
            }
        }

        pub(crate) fn data(n: usize) -> (Vec<$real>, Soft) {
            let point = uniform(&mut fastrand::Rng::with_seed(22), n, -1.0, 1.0);
            let c = black_box(0.7);
            (point, Soft { c })
        }
    };
}

in_both_precisions!(model);
