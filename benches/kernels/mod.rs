//! The kernels. Each file holds a primal as a user would write it, its textbook adjoint written by hand with the
//! loops of the primal, and the data that both run on.

#![allow(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    reason = "index loops over slices and sizes are what the compiler is measured on"
)]

/// Functions twice: as they stand here, and without their attributes in a module `plain`, to see that annotation costs
/// the primal nothing.
macro_rules! primal {
    ($(
        $(#[$attribute:meta])*
        pub(crate) fn $name:ident $parameters:tt $(-> $result:ty)? { $($body:tt)* }
    )+) => {
        $(
            $(#[$attribute])*
            pub(crate) fn $name $parameters $(-> $result)? { $($body)* }
        )+

        mod plain {
            #[allow(unused_imports, reason = "constants and helpers that some kernels need")]
            use super::*;

            $(
                // In the unit of its caller, as the annotated one is.
                #[inline]
                #[allow(dead_code, reason = "the copy in single precision is not timed")]
                pub(super) fn $name $parameters $(-> $result)? { $($body)* }
            )+
        }
    };
}

pub(crate) mod ba;
pub(crate) mod binomial;
pub(crate) mod checkpoints;
pub(crate) mod det;
pub(crate) mod gmm;
pub(crate) mod groupsort;
pub(crate) mod heat;
pub(crate) mod huber;
pub(crate) mod idioms;
pub(crate) mod kalman;
pub(crate) mod l1_logistic;
pub(crate) mod lanes;
pub(crate) mod llsq;
pub(crate) mod lorenz;
pub(crate) mod lse;
pub(crate) mod lstm;
pub(crate) mod maxq;
pub(crate) mod n_body;
pub(crate) mod nearest;
pub(crate) mod ode;
pub(crate) mod relu_loop;
pub(crate) mod relu_mlp;
pub(crate) mod relu_mlp_rows;
pub(crate) mod rosenbrock;
pub(crate) mod spline;
pub(crate) mod tridiagonal;

use conservative_grad::FieldMetadata;
use std::array;
use std::mem;

/// What one kernel computes, as functions of the differentiated parameters, which stand one after the other in one slice.
///
/// The gradients return the value and add into the second slice.
pub(crate) trait Problem {
    fn primal(&self, point: &[f64]) -> f64;
    /// The primal from source without annotation.
    fn plain(&self, point: &[f64]) -> f64;
    /// The adjoint written by hand.
    fn hand(&self, point: &[f64], bars: &mut [f64]) -> f64;
    /// The compiler's `accumulate_grad`.
    fn grad(&self, point: &[f64], bars: &mut [f64]) -> f64;
}

/// A problem at one point.
pub(crate) struct Kernel {
    pub(crate) name: &'static str,
    /// The bound on the operations of a gradient over those of the primal; it counts no memory traffic.
    pub(crate) bound: f64,
    pub(crate) point: Vec<f64>,
    pub(crate) problem: Box<dyn Problem>,
}

impl Kernel {
    fn new(
        field: &'static FieldMetadata,
        point: Vec<f64>,
        problem: impl Problem + 'static,
    ) -> Self {
        Kernel {
            name: field.name,
            bound: field.total_cost_bound(),
            point,
            problem: Box::new(problem),
        }
    }
}

/// A kernel in single precision, beside which the same one in double precision stands.
pub(crate) trait Single {
    fn primal(&self, point: &[f32]) -> f32;
    fn grad(&self, point: &[f32], bars: &mut [f32]) -> f32;
}

/// All kernels with the sizes that docs/RESULTS.md compares.
pub(crate) fn all() -> Vec<Kernel> {
    vec![
        rosenbrock::kernel(1000),
        maxq::kernel(1000),
        l1_logistic::kernel(1000),
        relu_mlp::kernel(32),
        relu_mlp_rows::kernel(32),
        lorenz::kernel(1000),
        gmm::kernel(1000),
        ba::kernel(1000),
        lstm::kernel(100),
        lse::kernel(10_000),
        llsq::kernel(1000),
        det::kernel(7),
        ode::kernel(100),
        nearest::kernel(1000),
        huber::kernel(1000),
        tridiagonal::kernel(1000),
        heat::kernel(1000),
        n_body::kernel(100),
        groupsort::kernel(32),
        relu_loop::kernel(4000),
        kalman::kernel(200),
        binomial::kernel(300),
        spline::kernel(1000),
    ]
}

/// Pairs of a kernel and the same in single precision.
pub(crate) fn singles() -> Vec<(Kernel, Box<dyn Single>)> {
    vec![
        (
            l1_logistic::kernel(1000),
            Box::new(l1_logistic::single(1000)),
        ),
        (gmm::kernel(1000), Box::new(gmm::single(1000))),
    ]
}

/// Consecutive parts of `flat`, of the given lengths.
pub(crate) fn parts<T, const N: usize>(flat: &[T], lengths: [usize; N]) -> [&[T]; N] {
    let mut rest = flat;
    lengths.map(|length| {
        let (head, tail) = rest.split_at(length);
        rest = tail;
        head
    })
}

/// The same for a slice that is written to.
pub(crate) fn parts_mut<T, const N: usize>(flat: &mut [T], lengths: [usize; N]) -> [&mut [T]; N] {
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

/// The numbers rounded to single precision.
pub(crate) fn narrowed(xs: &[f64]) -> Vec<f32> {
    xs.iter().map(|&x| x as f32).collect()
}
