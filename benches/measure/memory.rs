//! Allocations of one gradient, counted by dhat while its profiler is alive and at no other time.

use crate::kernels::{
    Kernel, ba, gmm, groupsort, huber, l1_logistic, llsq, lorenz, n_body, nearest, relu_mlp,
    relu_mlp_rows, spline,
};
use std::fmt;

/// What one call took from the allocator.
pub(crate) struct Usage {
    pub(crate) allocations: u64,
    /// Largest number of bytes held at one time.
    pub(crate) peak_bytes: usize,
}

/// A call with warm buffers: the first one, not counted, has touched them.
pub(crate) fn of_one_call(kernel: &Kernel) -> Usage {
    let mut bars = vec![0.0; kernel.point.len()];
    of(&mut || {
        kernel.problem.grad(&kernel.point, &mut bars);
    })
}

/// The same for any call.
pub(crate) fn of(call: &mut dyn FnMut()) -> Usage {
    call();
    let profiler = dhat::Profiler::builder().testing().build();
    call();
    let stats = dhat::HeapStats::get();
    drop(profiler);
    Usage {
        allocations: stats.total_blocks,
        peak_bytes: stats.max_bytes,
    }
}

/// How the memory of a kernel's gradient grows with the length of its outer loop.
pub(crate) struct Growth {
    pub(crate) name: &'static str,
    lengths: [usize; 2],
    /// Peak bytes at both lengths.
    peaks: [usize; 2],
    allowed_per_iteration: f64,
}

impl Growth {
    fn new(
        name: &'static str,
        build: fn(usize) -> Kernel,
        lengths: [usize; 2],
        allowed: f64,
    ) -> Self {
        let peaks = lengths.map(|length| of_one_call(&build(length)).peak_bytes);
        Growth {
            name,
            lengths,
            peaks,
            allowed_per_iteration: allowed,
        }
    }

    fn per_iteration(&self) -> f64 {
        let [short, long] = self.peaks;
        (long as f64 - short as f64) / (self.lengths[1] - self.lengths[0]) as f64
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.per_iteration() <= self.allowed_per_iteration
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "memory={} ", self.name)?;
        for (length, peak) in self.lengths.iter().zip(self.peaks) {
            write!(f, "peak_extra_bytes[{length}]={peak} ")?;
        }
        let unit = if self.allowed_per_iteration > 0.0 {
            "bytes_per_step"
        } else {
            "bytes_per_sample"
        };
        write!(f, "{unit}={:.1}", self.per_iteration())
    }
}

/// Samples cost nothing; a step of the state loop may cost its state twice over.
pub(crate) fn growths() -> Vec<Growth> {
    vec![
        Growth::new("l1_logistic", l1_logistic::kernel, [500, 1000], 0.0),
        Growth::new("relu_mlp", relu_mlp::kernel, [32, 64], 0.0),
        Growth::new("relu_mlp_rows", relu_mlp_rows::kernel, [32, 64], 0.0),
        Growth::new("gmm", gmm::kernel, [500, 1000], 0.0),
        Growth::new("ba", ba::kernel, [500, 1000], 0.0),
        Growth::new("llsq", llsq::kernel, [500, 1000], 0.0),
        Growth::new("nearest", nearest::kernel, [500, 1000], 0.0),
        Growth::new("huber", huber::kernel, [500, 1000], 0.0),
        Growth::new("n_body", n_body::kernel, [50, 100], 0.0),
        Growth::new("groupsort", groupsort::kernel, [32, 64], 0.0),
        Growth::new("spline", spline::kernel, [500, 1000], 0.0),
        Growth::new("lorenz", lorenz::kernel, [1000, 2000], 48.0),
    ]
}
