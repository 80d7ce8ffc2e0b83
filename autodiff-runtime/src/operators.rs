//! The sweeps of operators on numbers, for values of which the compiler knows no more than that a call gives them.
//!
//! `h(p.energy() * p.energy())` does not show whether `energy` gives a number or a struct with a `Mul`: what is emitted calls the sweeps
//! of a method `mul`. Those of structs stand beside them, and go before these, which are of a trait.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::directions::{Directions, Rate};
use crate::kinds::{Kind, Varied};
use crate::numeric::Scalar;
use crate::rules::elementary;
use crate::selection::Selection;
use crate::tangent::Dot;

macro_rules! operators {
    (
        $(two $two:ident $two_trait:ident $two_forward:ident $two_tangent:ident $two_reads:ident $assign_forward:ident $assign_tangent:ident;)*
        one $one:ident $one_trait:ident $one_forward:ident $one_tangent:ident $one_reads:ident;
    ) => {
        /// What `#[conservative_grad]` writes beside the methods of operators, of numbers. `%` jumps, and is not among them.
        #[doc(hidden)]
        #[allow(missing_docs, clippy::type_complexity, reason = "the protocol of emitted code")]
        pub trait Operators: Scalar {
            $(
                #[inline(always)]
                fn $two_forward<__S: Selection + ?Sized, __A: Kind, __B: Kind>(&self, _: &mut __S, _: (__A, __B), b: Self) -> (
                    Self,
                    impl FnOnce(&Self, (), Self, &mut __A::Scalar<Self>, &mut __B::Scalar<Self>) + use<Self, __S, __A, __B>,
                ) {
                    let (args, result) = ([*self, b], $two_trait::$two(*self, b));
                    (result, move |_: &Self, (), seed: Self, a: &mut __A::Scalar<Self>, b: &mut __B::Scalar<Self>| {
                        let [by_a, by_b] = Self::__partials::<elementary::$two, 2, 0>(args, result, []);
                        *a += seed * by_a;
                        *b += seed * by_b;
                    })
                }

                #[inline(always)]
                fn $two_tangent<__D: Rate<Self>, __L: Directions<Of<Self> = __D>, __S: Selection + ?Sized>(
                    &self, _: &mut __S, _: __L, a_dot: impl Dot<Self, __L>, b: Self, b_dot: impl Dot<Self, __L>,
                ) -> (Self, __D) {
                    let (args, result) = ([*self, b], $two_trait::$two(*self, b));
                    let [by_a, by_b] = Self::__partials::<elementary::$two, 2, 0>(args, result, []);
                    let (a_dot, b_dot) = (a_dot.dot(self).into_owned(), b_dot.dot(&b).into_owned());
                    (result, a_dot * by_a + b_dot * by_b)
                }

                /// The reverse sweep has what it needs.
                #[inline(always)]
                fn $two_reads(&self) -> bool {
                    false
                }

                #[inline(always)]
                fn $assign_forward<__S: Selection + ?Sized, __A: Kind + Into<Varied>, __B: Kind>(&mut self, _: &mut __S, _: (__A, __B), b: Self) -> (
                    (),
                    impl FnOnce((), (), (), &mut Self, &mut __B::Scalar<Self>) + use<Self, __S, __A, __B>,
                ) {
                    let (args, result) = ([*self, b], $two_trait::$two(*self, b));
                    *self = result;
                    ((), move |(), (), (), a: &mut Self, b: &mut __B::Scalar<Self>| {
                        let [by_a, by_b] = Self::__partials::<elementary::$two, 2, 0>(args, result, []);
                        let seed = *a;
                        *a = seed * by_a;
                        *b += seed * by_b;
                    })
                }

                #[inline(always)]
                fn $assign_tangent<__D: Rate<Self>, __L: Directions<Of<Self> = __D>, __S: Selection + ?Sized>(
                    &mut self, _: &mut __S, _: __L, a_dot: &mut __D, b: Self, b_dot: impl Dot<Self, __L>,
                ) -> ((), ()) {
                    let (args, result) = ([*self, b], $two_trait::$two(*self, b));
                    let [by_a, by_b] = Self::__partials::<elementary::$two, 2, 0>(args, result, []);
                    *a_dot = *a_dot * by_a + b_dot.dot(&b).into_owned() * by_b;
                    *self = result;
                    ((), ())
                }
            )*

            #[inline(always)]
            fn $one_forward<__S: Selection + ?Sized, __A: Kind>(&self, _: &mut __S, _: (__A,)) -> (
                Self,
                impl FnOnce(&Self, Self, &mut __A::Scalar<Self>) + use<Self, __S, __A>,
            ) {
                let (args, result) = ([*self], $one_trait::$one(*self));
                (result, move |_: &Self, seed: Self, a: &mut __A::Scalar<Self>| {
                    let [by_a] = Self::__partials::<elementary::$one, 1, 0>(args, result, []);
                    *a += seed * by_a;
                })
            }

            #[inline(always)]
            fn $one_tangent<__D: Rate<Self>, __L: Directions<Of<Self> = __D>, __S: Selection + ?Sized>(
                &self, _: &mut __S, _: __L, a_dot: impl Dot<Self, __L>,
            ) -> (Self, __D) {
                let (args, result) = ([*self], $one_trait::$one(*self));
                let [by_a] = Self::__partials::<elementary::$one, 1, 0>(args, result, []);
                (result, a_dot.dot(self).into_owned() * by_a)
            }

            #[inline(always)]
            fn $one_reads(&self) -> bool {
                false
            }
        }
    };
}

operators! {
    two add Add __add_forward __add_tangent __add_reads __add_assign_forward_mut __add_assign_tangent_mut;
    two sub Sub __sub_forward __sub_tangent __sub_reads __sub_assign_forward_mut __sub_assign_tangent_mut;
    two mul Mul __mul_forward __mul_tangent __mul_reads __mul_assign_forward_mut __mul_assign_tangent_mut;
    two div Div __div_forward __div_tangent __div_reads __div_assign_forward_mut __div_assign_tangent_mut;
    one neg Neg __neg_forward __neg_tangent __neg_reads;
}

impl<T: Scalar> Operators for T {}
