//! The kernels. Each file holds a primal as a user would write it, its textbook adjoint written by hand with the
//! loops of the primal, and the data that both run on.

#![allow(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    reason = "index loops over slices and sizes are what the compiler is measured on"
)]

pub(crate) mod binomial;
pub(crate) mod gmm;
pub(crate) mod heat;
pub(crate) mod huber;
pub(crate) mod l1_logistic;
pub(crate) mod llsq;
pub(crate) mod lorenz;
pub(crate) mod lse;
pub(crate) mod maxq;
pub(crate) mod n_body;
pub(crate) mod nearest;
pub(crate) mod relu_mlp;
pub(crate) mod rosenbrock;
pub(crate) mod tridiagonal;

use std::array;
use std::mem;

/// A function of the differentiated parameters, which stand one after the other in one slice.
pub(crate) type Primal = Box<dyn Fn(&[f64]) -> f64>;

/// Returns the value and adds the gradient into the second slice.
pub(crate) type Gradient = Box<dyn Fn(&[f64], &mut [f64]) -> f64>;

/// One function to measure, at one point.
pub(crate) struct Kernel {
    pub(crate) name: &'static str,
    pub(crate) point: Vec<f64>,
    pub(crate) primal: Primal,
    pub(crate) hand: Gradient,
    /// The compiler's `accumulate_grad`; absent while the function is outside of its language.
    pub(crate) grad: Option<Gradient>,
}

/// The kernels of the default table with the sizes that docs/RESULTS.md compares.
pub(crate) fn standard() -> Vec<Kernel> {
    vec![
        rosenbrock::kernel(1000),
        l1_logistic::kernel(1000),
        relu_mlp::kernel(32),
        lorenz::kernel(1000),
        gmm::kernel(1000),
    ]
}

/// Kernels beyond that table.
pub(crate) fn further() -> Vec<Kernel> {
    vec![
        maxq::kernel(1000),
        llsq::kernel(1000),
        lse::kernel(10_000),
        nearest::kernel(1000),
        huber::kernel(1000),
        tridiagonal::kernel(1000),
        heat::kernel(1000),
        n_body::kernel(100),
        binomial::kernel(300),
    ]
}

/// Consecutive parts of `flat`, of the given lengths.
pub(crate) fn parts<const N: usize>(flat: &[f64], lengths: [usize; N]) -> [&[f64]; N] {
    let mut rest = flat;
    lengths.map(|length| {
        let (head, tail) = rest.split_at(length);
        rest = tail;
        head
    })
}

/// The same for a slice that is written to.
pub(crate) fn parts_mut<const N: usize>(flat: &mut [f64], lengths: [usize; N]) -> [&mut [f64]; N] {
    let mut rest = flat;
    lengths.map(|length| {
        let (head, tail) = mem::take(&mut rest).split_at_mut(length);
        rest = tail;
        head
    })
}

/// One adjoint per scalar parameter.
pub(crate) fn scalars_mut<const N: usize>(flat: &mut [f64]) -> [&mut f64; N] {
    let mut rest = flat.iter_mut();
    array::from_fn(|_| rest.next().expect("one adjoint per parameter"))
}

/// `n` numbers spread evenly over [low, high], the same on every run.
pub(crate) fn uniform(rng: &mut fastrand::Rng, n: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n).map(|_| low + (high - low) * rng.f64()).collect()
}
