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

/// What `model!(real)` makes: with `f64` here, with `f32` in a module `single`.
///
/// The type of a problem is part of the model: rustc compiles methods in the unit of their type, and functions of another
/// unit are seldom inlined.
macro_rules! in_both_precisions {
    ($model:ident) => {
        $model!(f64);

        pub(crate) mod single {
            use super::*;

            $model!(f32);
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
pub(crate) mod soft;
pub(crate) mod spline;
pub(crate) mod tridiagonal;

use conservative_grad::FieldMetadata;
use std::array;
use std::mem;

/// What one kernel computes, as functions of the differentiated parameters, which stand one after the other in one slice.
///
/// The gradients return the value and add into the second slice.
pub(crate) trait Function<T = f64> {
    fn primal(&self, point: &[T]) -> T;
    /// The compiler's `accumulate_grad`.
    fn grad(&self, point: &[T], bars: &mut [T]) -> T;
}

/// A function and what it is measured against.
pub(crate) trait Problem: Function {
    /// The primal from source without annotation.
    fn plain(&self, point: &[f64]) -> f64;
    /// The adjoint written by hand.
    fn hand(&self, point: &[f64], bars: &mut [f64]) -> f64;
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

/// A function at one point.
pub(crate) struct At<T> {
    pub(crate) point: Vec<T>,
    pub(crate) function: Box<dyn Function<T>>,
}

impl<T> At<T> {
    fn new((point, function): (Vec<T>, impl Function<T> + 'static)) -> Self {
        At {
            point,
            function: Box::new(function),
        }
    }
}

/// One kernel in both precisions, on the same data.
pub(crate) struct Twins {
    pub(crate) name: &'static str,
    pub(crate) double: At<f64>,
    pub(crate) single: At<f32>,
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
        // More evaluations than a processor learns the branches of, as it does of a thousand.
        spline::kernel(20_000),
    ]
}

macro_rules! twins {
    ($($kernel:ident($size:expr),)+) => {
        vec![$(Twins {
            name: stringify!($kernel),
            double: At::new($kernel::data($size)),
            single: At::new($kernel::single::data($size)),
        }),+]
    };
}

/// The kernels that are there in single precision, too.
pub(crate) fn twins() -> Vec<Twins> {
    twins![
        rosenbrock(1000),
        l1_logistic(1000),
        relu_mlp(32),
        relu_mlp_rows(32),
        gmm(1000),
        llsq(1000),
        nearest(1000),
        huber(1000),
        tridiagonal(1000),
        heat(1000),
        groupsort(32),
        relu_loop(4000),
        soft(4000),
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
pub(crate) fn uniform<T: Real>(rng: &mut fastrand::Rng, n: usize, low: f64, high: f64) -> Vec<T> {
    (0..n)
        .map(|_| T::rounded(low + (high - low) * rng.f64()))
        .collect()
}

/// A number of either precision.
pub(crate) trait Real {
    fn rounded(x: f64) -> Self;
}

impl Real for f64 {
    fn rounded(x: f64) -> Self {
        x
    }
}

impl Real for f32 {
    fn rounded(x: f64) -> Self {
        x as f32
    }
}
