//! Companions of the functions in [`crate::ops`]: what `#[conservative_grad]` writes beside a function,
//! written once for those of the table.
//!
//! A macro cannot see what `relu` stands for, and users have functions of that name. So `relu(x)` in
//! a differentiated function is a call like any other, of the function that rustc finds, through the
//! type of the same name: the user's own one, or the one that `companion!` makes of a row.
//!
//! The kink is a place in the *caller's* source all the same. The caller states it and hands it over
//! with the kind or tangent of an argument ([`At`]); companions that `#[conservative_grad]` writes
//! have sites of their own and take no notice.

use std::borrow::Cow;

use crate::directions::Directions;
use crate::field::Site;
use crate::kinds::{Element, Kind, Varied};
use crate::numeric::{Real, Scalar};
use crate::rules::Compared;
use crate::selection::Selection;
use crate::tangent::{Dot, Zeroed};

/// The kind or tangent of an argument that is a number, and the caller's sites for the decisions of
/// the function that is called.
#[derive(Clone, Copy, Debug)]
pub struct At<K> {
    inner: K,
    sites: &'static [Site],
}

impl<K> At<K> {
    /// Puts the caller's sites to a kind or a tangent.
    #[inline(always)]
    #[must_use]
    pub const fn new(inner: K, sites: &'static [Site]) -> At<K> {
        At { inner, sites }
    }
}

impl Kind for At<Varied> {
    const VARIED: bool = true;
    type Scalar<S: Scalar> = S;
    type Slice<E: Element> = [E::Bar<At<Varied>>];
    type Array<E: Element, const N: usize> = [E::Bar<At<Varied>>; N];
    type List<E: Element> = Vec<E::Bar<At<Varied>>>;
    type Maybe<E: Element> = Option<E::Bar<At<Varied>>>;

    #[inline(always)]
    fn sites(self) -> &'static [Site] {
        self.sites
    }
}

impl<L: Directions, T: Zeroed + ?Sized, D: Dot<T, L>> Dot<T, L> for At<D> {
    #[inline(always)]
    fn dot<'p>(self, primal: &'p T) -> Cow<'p, T::Tangent<L>>
    where
        Self: 'p,
    {
        self.inner.dot(primal)
    }

    #[inline(always)]
    fn sites(&self) -> &'static [Site] {
        self.sites
    }
}

/// A row with `N` arguments and `D` decisions in one precision.
pub trait Row<T, const N: usize, const D: usize> {
    /// What each decision compares.
    fn decisions(args: [T; N]) -> [Compared<T>; D];
    /// The partials at arguments, result and weights of the decisions.
    fn partials(args: [T; N], result: T, weights: [f64; D]) -> [T; N];
}

/// Sites numbered by position.
pub(crate) const fn numbered<const D: usize>(mut sites: [Site; D]) -> [Site; D] {
    let mut k = 0;
    while k < D {
        sites[k].id = k as u32;
        k += 1;
    }
    sites
}

/// The first of two that says where the kinks are.
#[inline(always)]
pub(crate) fn either(one: &'static [Site], other: &'static [Site]) -> &'static [Site] {
    if one.is_empty() { other } else { one }
}

/// Asks for the weights: at the caller's sites, or at the operation's own where the caller has none.
#[inline(always)]
pub(crate) fn weights<T: Real, S: Selection + ?Sized, const D: usize>(
    sel: &mut S,
    given: &'static [Site],
    own: &'static [Site],
    decisions: [Compared<T>; D],
) -> [f64; D] {
    let sites = if given.len() == D { given } else { own };
    core::array::from_fn(|k| {
        let Compared { margin, above, tie } = decisions[k];
        sel.weight(&sites[k], margin.to_f64(), above, tie)
    })
}

/// As [`weights`], in forward mode: `dots` are the tangents of the arguments.
#[inline(always)]
pub(crate) fn weights_along<R, T, S, L, const N: usize, const D: usize>(
    sel: &mut S,
    given: &'static [Site],
    own: &'static [Site],
    args: [T; N],
    dots: [L::Of<T>; N],
) -> [f64; D]
where
    R: Row<f32, N, D> + Row<f64, N, D>,
    T: Real,
    S: Selection + ?Sized,
    L: Directions,
{
    let sites = if given.len() == D { given } else { own };
    let decisions = T::__decisions::<R, N, D>(args);
    let along = L::alone(&dots).map(|dots| margin_tangents::<R, T, N, D>(dots));
    core::array::from_fn(|k| {
        let Compared { margin, above, tie } = decisions[k];
        let margin = (margin.to_f64(), along.map(|along| along[k].to_f64()));
        sel.weight_along(&sites[k], margin, above, tie)
    })
}

/// Margins of functions are differences of arguments and numbers: what an argument counts is seen at 0 and 1.
#[inline(always)]
fn margin_tangents<R, T, const N: usize, const D: usize>(dots: &[T]) -> [T; D]
where
    R: Row<f32, N, D> + Row<f64, N, D>,
    T: Real,
{
    let margins = |args: [T; N]| T::__decisions::<R, N, D>(args).map(|d| d.margin);
    let origin = margins([T::ZERO; N]);
    let mut along = [T::ZERO; D];
    for i in 0..N {
        let unit = margins(core::array::from_fn(
            |k| if k == i { T::ONE } else { T::ZERO },
        ));
        for k in 0..D {
            along[k] += (unit[k] - origin[k]) * dots[i];
        }
    }
    along
}

/// An adjoint times a partial. Where decisions were made, a partial of 0 is that of a
/// branch that was not taken: the product is 0 whatever the factor is.
#[inline(always)]
pub(crate) fn times<T: Real>(factor: T, partial: T, decisions: usize) -> T {
    if decisions > 0 && partial == T::ZERO {
        T::ZERO
    } else {
        factor * partial
    }
}

/// Makes the companion of a row, if the row is a function of [`crate::ops`].
macro_rules! companion {
    (function $name:ident, [$($arg:ident),+], [$($y:ident),+],
        [$($w:ident: $margin:expr, $above:expr, $tie:expr, $stratum:literal, $field:literal, $pt:literal, $jax:literal, $tf:literal);*],
        [$($partial:expr),*], [$($domain:expr)?], $class:ident, $flops:literal, $extra:literal
    ) => {
        #[doc = concat!("Derivatives of the function `", stringify!($name), "`.")]
        #[doc(hidden)]
        #[non_exhaustive]
        #[derive(Debug)]
        pub enum $name {}

        $crate::operation::companion!(@row f64, $name, [$($arg),+], [$($y),+], [$($w: $margin, $above, $tie);*], [$($partial),*]);
        $crate::operation::companion!(@row f32, $name, [$($arg),+], [$($y),+], [$($w: $margin, $above, $tie);*], [$($partial),*]);

        #[allow(missing_docs, reason = "as in emitted code")]
        impl $name {
            const ARGS: usize = <[&str]>::len(&[$(stringify!($arg)),+]);
            const DECISIONS: usize = <[&str]>::len(&[$(stringify!($w)),*]);

            #[allow(dead_code, reason = "smooth rows have no site")]
            const SOURCE: &'static str = concat!(stringify!($name), stringify!(($($arg),+)));

            /// The function is one of the table.
            #[must_use]
            pub const fn __told<const N: usize>() -> $crate::callee::Callee {
                $crate::callee::Callee::operation()
            }

            #[must_use]
            pub const fn __nested(budget: $crate::nesting::Budget) -> $crate::nesting::Budget {
                budget.enter().leave()
            }

            pub const __SITES: &'static [$crate::field::Site] = &$crate::operation::numbered([$($crate::field::Site {
                id: 0,
                function: stringify!($name),
                module: "conservative_grad::ops",
                file: file!(),
                line: line!(),
                column: column!(),
                primitive: stringify!($name),
                source: Self::SOURCE,
                kind: $crate::field::SiteKind::Kink,
                stratum: $stratum,
                field: $field,
                theta: $pt,
                clarke: 0.0 <= $pt && $pt <= 1.0,
                ties: $crate::policy::Ties::new($pt, $jax, $tf),
                listed: true,
            }),*]);

            pub const FIELD: &'static $crate::field::FieldMetadata = &$crate::field::FieldMetadata {
                name: stringify!($name),
                module: "conservative_grad::ops",
                file: file!(),
                line: line!(),
                policy: $crate::policy::Policy::PyTorch,
                definability: $crate::field::Definability::$class,
                sites: Self::__SITES,
                obligations: &[$($crate::field::Obligation {
                    kind: $crate::field::ObligationKind::Domain,
                    primitive: stringify!($name),
                    source: concat!(stringify!($domain)),
                    line: line!(),
                    column: column!(),
                })?],
                cost_bound: $crate::rules::omega(1.0 + $extra / $flops, Self::ARGS, $flops),
                callees: &[],
            };

            #[inline(always)]
            pub fn __is<__F: 'static + Fn($($crate::operation::companion!(@f64 $arg)),+) -> f64>(function: &__F) -> bool {
                $crate::rivals::same_function(&$crate::ops::$name::<f64>, function)
            }

            // A type parameter for the kind of each argument, of the name of the argument.
            #[inline(always)]
            #[allow(clippy::type_complexity, reason = "the protocol of emitted code")]
            pub fn __forward<T: $crate::Real, __S: $crate::Selection + ?Sized, $($arg: $crate::Kind),+>(
                sel: &mut __S, kinds: ($($arg,)+), $($arg: T),+
            ) -> (
                T,
                impl FnOnce($($crate::operation::companion!(@unit $arg),)+ T, $(&mut $arg::Scalar<T>),+)
                    + use<T, __S, $($arg),+>,
            )
            {
                let args = [$($arg),+];
                let result = $crate::ops::$name($($arg),+);
                let sites = {
                    let ($($arg,)+) = kinds;
                    let sites: &'static [$crate::field::Site] = &[];
                    $(let sites = $crate::operation::either(sites, $crate::Kind::sites($arg));)+
                    sites
                };
                let decisions = T::__decisions::<$name, { Self::ARGS }, { Self::DECISIONS }>(args);
                let weights = $crate::operation::weights(sel, sites, Self::__SITES, decisions);
                let pullback = move |$(_: $crate::operation::companion!(@unit $arg),)+ seed: T, $($arg: &mut $arg::Scalar<T>),+| {
                    let partials = T::__partials::<$name, { Self::ARGS }, { Self::DECISIONS }>(args, result, weights);
                    let mut k = 0..Self::ARGS;
                    $(*$arg += $crate::operation::times(seed, partials[k.start], Self::DECISIONS); k.start += 1;)+
                    let _ = k;
                };
                (result, pullback)
            }

            $crate::operation::companion!(@tangent $name, [$($w),*], $($arg),+);
        }
    };
    (method $($row:tt)*) => {};
    // It jumps.
    (operator rem, $($row:tt)*) => {};
    // The partials, for numbers that nothing shows to be numbers ([`crate::operators`]).
    (operator $name:ident, [$($arg:ident),+], [$($y:ident),+], [], [$($partial:expr),*], $($rest:tt)*) => {
        #[doc = concat!("The operator `", stringify!($name), "`.")]
        #[derive(Debug)]
        #[allow(non_camel_case_types, reason = "the name of the row")]
        pub(crate) enum $name {}

        impl $name {
            const ARGS: usize = <[&str]>::len(&[$(stringify!($arg)),+]);
            const DECISIONS: usize = 0;
        }

        $crate::operation::companion!(@row f64, $name, [$($arg),+], [$($y),+], [], [$($partial),*]);
        $crate::operation::companion!(@row f32, $name, [$($arg),+], [$($y),+], [], [$($partial),*]);
    };
    (@row $t:ident, $name:ident, [$($arg:ident),+], [$($y:ident),+], [$($w:ident: $margin:expr, $above:expr, $tie:expr);*], [$($partial:expr),*]) => {
        impl $crate::operation::Row<
            $t,
            { <[&str]>::len(&[$(stringify!($arg)),+]) },
            { <[&str]>::len(&[$(stringify!($w)),*]) },
        > for $name {
            #[inline(always)]
            fn decisions(args: [$t; Self::ARGS]) -> [$crate::rules::Compared<$t>; Self::DECISIONS] {
                let [$($arg),+] = args;
                let _ = ($($arg,)+);
                [$($crate::rules::Compared { margin: $margin, above: $above, tie: $tie }),*]
            }

            #[inline(always)]
            fn partials(args: [$t; Self::ARGS], result: $t, weights: [f64; Self::DECISIONS]) -> [$t; Self::ARGS] {
                #[allow(unused_imports, reason = "a row uses what it needs")]
                use $crate::selection::pick;
                let ([$($arg),+], [$($y),+], [$($w),*]) = (args, [result], weights);
                let _ = ($($arg,)+ $($y),+);
                [$($partial),*]
            }
        }
    };
    (@tangent $name:ident, [$($w:ident),*], $a:ident) => {
        #[inline(always)]
        pub fn __tangent<T: $crate::Real, __D: $crate::directions::Rate<T>, __L: $crate::Directions<Of<T> = __D>, __S: $crate::Selection + ?Sized>(
            sel: &mut __S, _: __L, $a: T, a_dot: impl $crate::Dot<T, __L>,
        ) -> (T, __L::Of<T>) {
            let (args, sites) = ([$a], a_dot.sites());
            let dots = [a_dot.dot(&$a).into_owned()];
            let weights = $crate::operation::weights_along::<$name, T, __S, __L, { Self::ARGS }, { Self::DECISIONS }>(sel, sites, Self::__SITES, args, dots);
            let result = $crate::ops::$name($a);
            let [partial] = T::__partials::<$name, { Self::ARGS }, { Self::DECISIONS }>(args, result, weights);
            (result, $crate::directions::dots_times(dots[0], partial))
        }
    };
    (@tangent $name:ident, [$($w:ident),*], $a:ident, $b:ident) => {
        #[inline(always)]
        pub fn __tangent<T: $crate::Real, __D: $crate::directions::Rate<T>, __L: $crate::Directions<Of<T> = __D>, __S: $crate::Selection + ?Sized>(
            sel: &mut __S, _: __L, $a: T, a_dot: impl $crate::Dot<T, __L>, $b: T, b_dot: impl $crate::Dot<T, __L>,
        ) -> (T, __L::Of<T>) {
            let (args, sites) = ([$a, $b], $crate::operation::either(a_dot.sites(), b_dot.sites()));
            let dots = [a_dot.dot(&$a).into_owned(), b_dot.dot(&$b).into_owned()];
            let weights = $crate::operation::weights_along::<$name, T, __S, __L, { Self::ARGS }, { Self::DECISIONS }>(sel, sites, Self::__SITES, args, dots);
            let result = $crate::ops::$name($a, $b);
            let [by_a, by_b] = T::__partials::<$name, { Self::ARGS }, { Self::DECISIONS }>(args, result, weights);
            let a_dot = $crate::directions::dots_times(dots[0], by_a);
            let b_dot = $crate::directions::dots_times(dots[1], by_b);
            (result, a_dot + b_dot)
        }
    };
    (@f64 $arg:ident) => { f64 };
    (@unit $arg:ident) => { () };
}
pub(crate) use companion;
