//! Allocations of one gradient, counted by dhat while its profiler is alive and at no other time.

use crate::kernels::{Gradient, Kernel, gmm, l1_logistic, lorenz, relu_mlp};
use std::fmt;

/// What one call took from the allocator.
pub(crate) struct Usage {
    pub(crate) allocations: u64,
    /// Largest number of bytes held at one time.
    pub(crate) peak_bytes: usize,
}

/// A call with warm buffers: the first one, not counted, has touched them.
pub(crate) fn of_one_call(gradient: &Gradient, point: &[f64]) -> Usage {
    let mut bars = vec![0.0; point.len()];
    gradient(point, &mut bars);
    let profiler = dhat::Profiler::builder().testing().build();
    gradient(point, &mut bars);
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
    /// Peak bytes at both lengths; absent like the kernel's gradient.
    peaks: Option<[usize; 2]>,
    allowed_per_iteration: f64,
}

impl Growth {
    fn new(
        name: &'static str,
        build: fn(usize) -> Kernel,
        lengths: [usize; 2],
        allowed: f64,
    ) -> Self {
        let peak = |length| {
            let kernel = build(length);
            kernel
                .grad
                .map(|grad| of_one_call(&grad, &kernel.point).peak_bytes)
        };
        let peaks = peak(lengths[0])
            .zip(peak(lengths[1]))
            .map(|(short, long)| [short, long]);
        Growth {
            name,
            lengths,
            peaks,
            allowed_per_iteration: allowed,
        }
    }

    fn per_iteration(&self) -> Option<f64> {
        let [short, long] = self.peaks?;
        Some((long as f64 - short as f64) / (self.lengths[1] - self.lengths[0]) as f64)
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.per_iteration()
            .is_none_or(|bytes| bytes <= self.allowed_per_iteration)
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [short, long] = self.lengths;
        let peak = |i: usize| self.peaks.map_or("-".to_owned(), |p| p[i].to_string());
        write!(
            f,
            "memory={} peak_extra_bytes[{short}]={} ",
            self.name,
            peak(0)
        )?;
        write!(f, "peak_extra_bytes[{long}]={} ", peak(1))?;
        let slope = self
            .per_iteration()
            .map_or("-".to_owned(), |b| format!("{b:.1}"));
        let unit = if self.allowed_per_iteration > 0.0 {
            "bytes_per_step"
        } else {
            "bytes_per_sample"
        };
        write!(f, "{unit}={slope}")
    }
}

/// Samples cost nothing; a step of the state loop may cost its state twice over.
pub(crate) fn growths() -> Vec<Growth> {
    vec![
        Growth::new("l1_logistic", l1_logistic::kernel, [500, 1000], 0.0),
        Growth::new("relu_mlp", relu_mlp::kernel, [32, 64], 0.0),
        Growth::new("gmm", gmm::kernel, [500, 1000], 0.0),
        Growth::new("lorenz", lorenz::kernel, [1000, 2000], 48.0),
    ]
}
