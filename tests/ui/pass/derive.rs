//! Derived gradients under strict lints, without the prelude, with names of std in the way.
#![forbid(unsafe_code, missing_docs, unreachable_pub, missing_debug_implementations)]
#![deny(warnings, unused, private_interfaces, private_bounds)]
#![deny(single_use_lifetimes, unused_lifetimes, unused_qualifications, let_underscore_drop)]
#![no_implicit_prelude]

/// The crate under another name.
pub mod facade {
    pub use ::conservative_grad::*;
}

mod model {
    use crate::facade::{self, Differentiable};

    /// A type that is called as one of std.
    #[derive(::std::clone::Clone, ::std::fmt::Debug, Differentiable)]
    #[differentiable(crate = facade)]
    pub struct Vec {
        /// Documented.
        pub x: f64,
        r#type: f64,
        /// Constant by its type.
        pub steps: usize,
    }

    #[derive(::std::clone::Clone, ::std::marker::Copy, ::std::fmt::Debug, Differentiable)]
    #[differentiable(crate = facade, gradient = Slope)]
    struct Inner {
        value: f64,
        #[constant]
        _shift: f64,
    }

    #[derive(Differentiable)]
    #[differentiable(crate = facade)]
    pub(crate) struct Pair(pub(super) f64, #[constant] f64);

    /// A name in the way.
    #[allow(dead_code, reason = "a name in the way")]
    pub(crate) struct Option;

    /// Private parts, old fields, parameters of all kinds.
    #[derive(::std::clone::Clone, ::std::fmt::Debug, Differentiable)]
    #[differentiable(crate = crate::facade)]
    pub struct Mesh<'a, T, const N: usize>
    where
        T: ::std::marker::Copy,
    {
        inner: Inner,
        /// Borrowed.
        pub w: &'a [T],
        /// Documented.
        #[deprecated]
        pub old: [Vec; N],
        pub(crate) other: ::std::option::Option<T>,
        pub(super) _label: &'a str,
    }

    impl Vec {
        /// A vector.
        #[must_use]
        pub const fn new(x: f64) -> Vec {
            Vec { x, r#type: 2.0, steps: 3 }
        }
    }

    impl<'a> Mesh<'a, f64, 1> {
        /// A value.
        #[must_use]
        pub const fn new(w: &'a [f64]) -> Self {
            #[allow(deprecated, reason = "it is made here")]
            Mesh {
                inner: Inner { value: 1.0, _shift: 2.0 },
                w,
                old: [Vec::new(3.0)],
                other: ::std::option::Option::Some(1.0),
                _label: "label",
            }
        }
    }

    /// A function over a tuple struct.
    #[facade::conservative_grad(crate = crate::facade)]
    pub(crate) fn half(p: &Pair) -> f64 {
        p.0 / 2.0
    }

    impl Pair {
        pub(crate) fn new(x: f64) -> Pair {
            Pair(x, 1.0)
        }
        pub(crate) fn second(&self) -> f64 {
            self.1
        }
    }

    /// A function over both.
    #[facade::conservative_grad(crate = crate::facade)]
    pub(crate) fn value(v: &Vec, o: &Mesh<'_, f64, 1>) -> f64 {
        v.x * v.r#type * o.inner.value + o.w[0] * v.x
    }
}

pub use model::{Mesh, MeshGradient, Vec, VecGradient};

fn main() {
    let (v, o) = (Vec::new(5.0), Mesh::new(&[7.0]));
    let (v_bar, o_bar): (VecGradient, MeshGradient<f64, 1>) = model::value::grad(&v, &o);
    ::std::assert_eq!((v_bar.x, &o_bar.w[..]), (9.0, &[5.0][..]));
    ::std::assert_eq!(o_bar.other, ::std::option::Option::Some(0.0));
    let pair = model::Pair::new(3.0);
    ::std::assert_eq!((model::half::grad(&pair).0, pair.second()), (0.5, 1.0));
    ::std::assert_eq!((v.steps, o.other), (3, ::std::option::Option::Some(1.0)));
}
