//! Operations on slices: extremes, order statistics, sorting, norms, pooling.
//!
//! One row per operation, in the files below. A row makes the function that users call, the companion that
//! differentiated functions find under its name, and a line in [`all`] for tests and documents. Its linear part is a
//! list of [`Slope`]s, one for each number of the result, made by asking the selection once per decision in the order of
//! the primal; both modes multiply by it.
//!
//! The kinks are places in the source of the caller, who hands them over with the kind of the slice ([`crate::operation`]);
//! where the caller has another name for the function, they are the operation's own: in the module `conservative_grad::slices`.
#![allow(
    non_camel_case_types,
    reason = "companions have the names of functions"
)]

use crate::decision::Decision;
use crate::directions::{Rate, dots_times};
use crate::field::Site;
use crate::numeric::{Real, number};
use crate::rules::{Compared, Rule};
use crate::selection::{Selection, Visit, share};

mod extremes;
mod norms;
mod order;
mod pooling;

pub use extremes::*;
pub use norms::*;
pub use order::*;
pub use pooling::*;

/// How one number of a result depends on the numbers of a slice: positions and weights.
#[derive(Clone, Debug, PartialEq)]
pub enum Slope<T> {
    /// On one of them.
    One(usize, T),
    /// On several, or on none.
    Many(Vec<(usize, T)>),
}

impl<T: Real> Slope<T> {
    /// Equal to the number at a position.
    pub const fn at(position: usize) -> Self {
        Slope::One(position, T::ONE)
    }

    /// Does not change.
    pub const fn none() -> Self {
        Slope::Many(Vec::new())
    }

    /// `θ·above + (1 - θ)·below`.
    pub fn mix(theta: f64, below: &Slope<T>, above: &Slope<T>) -> Slope<T> {
        let mut terms = below.scaled(number(1.0 - theta));
        terms.extend(above.scaled(number(theta)));
        terms.sort_by_key(|(i, _)| *i);
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Slope::Many(terms)
    }

    /// The terms times a factor.
    pub fn scaled(&self, factor: T) -> Vec<(usize, T)> {
        self.terms()
            .iter()
            .map(|(i, w)| (*i, factor * *w))
            .collect()
    }

    fn terms(&self) -> Vec<(usize, T)> {
        match self {
            Slope::One(i, w) => vec![(*i, *w)],
            Slope::Many(terms) => terms.clone(),
        }
    }

    /// Calls `each` for every term.
    #[inline]
    pub fn for_each(&self, mut each: impl FnMut(usize, T)) {
        match self {
            Slope::One(i, w) => each(*i, *w),
            Slope::Many(terms) => terms.iter().for_each(|(i, w)| each(*i, *w)),
        }
    }

    /// The derivative along a tangent.
    #[inline]
    pub fn along<D: Rate<T>>(&self, dots: &[D]) -> D {
        let mut sum = D::default();
        self.for_each(|i, w| sum += dots_times(dots[i], w));
        sum
    }
}

/// Asks a selection for the decisions of one call.
pub struct Asker<'a, T, S: ?Sized> {
    selection: &'a mut S,
    sites: &'static [Site],
    dots: Option<&'a [T]>,
}

impl<'a, T: Real, S: Selection + ?Sized> Asker<'a, T, S> {
    /// Of a call with these sites, and in forward mode with this tangent of the slice.
    pub const fn new(selection: &'a mut S, sites: &'static [Site], dots: Option<&'a [T]>) -> Self {
        Asker {
            selection,
            sites,
            dots,
        }
    }

    /// The weight of the branch above. The margin is the difference of two quantities with these slopes.
    pub fn ask(
        &mut self,
        decision: usize,
        compared: Compared<T>,
        among: u32,
        (first, second): (&Slope<T>, &Slope<T>),
    ) -> f64 {
        let along = self
            .dots
            .map(|dots| (first.along(dots) - second.along(dots)).to_f64());
        self.decide(decision, compared, among, along)
    }

    /// As [`Asker::ask`], where no number tells how the kink is left.
    pub fn ask_blind(&mut self, decision: usize, compared: Compared<T>) -> f64 {
        self.decide(decision, compared, 2, None)
    }

    fn decide(
        &mut self,
        decision: usize,
        compared: Compared<T>,
        among: u32,
        along: Option<f64>,
    ) -> f64 {
        let site = &self.sites[decision];
        let default = match (compared.tie, compared.above) {
            (true, _) => Decision::Tie(share(site.theta, among)),
            (false, true) => Decision::Above,
            (false, false) => Decision::Below,
        };
        let visit = Visit::new(site, compared.margin.to_f64(), default);
        let visit = Visit {
            among,
            along,
            ..visit
        };
        self.selection.decide(&visit).weight()
    }
}

/// The value at a slice and the integer arguments.
pub type SliceValue = fn(&[f64], &[usize]) -> Vec<f64>;
/// The Jacobian there under a selection, one row for each number of the result.
pub type SliceJacobian = fn(&[f64], &[usize], &mut dyn Selection) -> Vec<Vec<f64>>;

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct SliceRule {
    /// Name of the function, names of the arguments (the slice first), decisions, class. There are no texts in it.
    pub rule: Rule,
    /// Bound on the cost of gradient over value.
    pub cost_bound: f64,
    /// What the operation is.
    pub doc: &'static str,
    /// Smooth points for tests, each with the integer arguments.
    pub samples: &'static [(&'static [f64], &'static [usize])],
    /// Points on the strata.
    pub kinks: &'static [(&'static [f64], &'static [usize])],
    /// Name in the record of the frameworks.
    pub source: &'static str,
    /// The value in double precision.
    pub value: SliceValue,
    /// The Jacobian in double precision.
    pub jacobian: SliceJacobian,
}

/// All operations on slices.
pub fn all() -> impl Iterator<Item = &'static SliceRule> {
    [extremes::ROWS, order::ROWS, norms::ROWS, pooling::ROWS]
        .into_iter()
        .flatten()
}

/// The operation of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static SliceRule> {
    all().find(|row| row.rule.name == name)
}

/// The row of a function that is called by its name with so many arguments.
#[must_use]
pub fn find_called(name: &str, args: usize) -> Option<&'static Rule> {
    let mut rules = all().map(|row| &row.rule);
    rules.find(|rule| rule.name == name && rule.args.len() == args)
}

/// The caller's sites, or the operation's own where the caller has none.
fn at(own: &'static [Site], given: &'static [Site]) -> &'static [Site] {
    if given.len() == own.len() { given } else { own }
}

fn dense(slopes: &[Slope<f64>], n: usize) -> Vec<Vec<f64>> {
    let row = |slope: &Slope<f64>| {
        let mut row = vec![0.0; n];
        slope.for_each(|i, w| row[i] += w);
        row
    };
    slopes.iter().map(row).collect()
}

/// Declares rows: the functions, their companions, and the list `ROWS`.
macro_rules! slices {
    ($(
        $(#[doc = $doc:literal])+
        $kind:ident fn $name:ident($x:ident $(, $arg:ident)*) {
            value: $value:expr,
            slopes($ask:ident): $slopes:expr,
            $(decide { stratum: $stratum:literal, field: $field:literal, theta: [$pt:literal, $jax:literal, $tf:literal] },)*
            definable: $class:ident, cost_bound: $cost:literal,
            example: $example:literal,
            samples: [$(($sample:expr, $sample_args:expr)),* $(,)?],
            kinks: [$(($kink:expr, $kink_args:expr)),* $(,)?],
            $(source: $source:literal,)?
        }
    )*) => {
        pub(super) const ROWS: &[$crate::slices::SliceRule] = &[$($crate::slices::SliceRule {
            rule: $crate::rules::on_slice(
                stringify!($name),
                &[stringify!($x) $(, stringify!($arg))*],
                &[$($crate::rules::Kink {
                    weight: "", margin: "", above: "", tie: "",
                    stratum: $stratum, field: $field, ties: $crate::policy::Ties::new($pt, $jax, $tf),
                }),*],
                $crate::field::Definability::$class,
            ),
            cost_bound: $cost,
            doc: concat!($($doc, "\n"),*),
            samples: &[$((&$sample, &$sample_args)),*],
            kinks: &[$((&$kink, &$kink_args)),*],
            source: concat!($($source)?),
            value: |x, args| {
                let mut args = args.iter().copied();
                $(let $arg = args.next().expect("one integer per argument");)*
                let _ = &mut args;
                $crate::slices::slices!(@listed $kind $name(x $(, $arg)*))
            },
            jacobian: |x, args, selection| {
                let mut args = args.iter().copied();
                $(let $arg = args.next().expect("one integer per argument");)*
                let _ = &mut args;
                let mut asker = $crate::slices::Asker::new(selection, $name::__SITES, None);
                $crate::slices::dense(&$name::slopes(&mut asker, x $(, $arg)*), x.len())
            },
        }),*];

        $(
            $(#[doc = $doc])+
            ///
            /// ```
            #[doc = concat!("use autodiff_runtime::slices::", stringify!($name), ";\n", $example)]
            /// ```
            #[must_use]
            pub fn $name<T: $crate::Real>($x: &[T] $(, $arg: usize)*) -> $crate::slices::slices!(@out $kind T) {
                $value
            }

            #[doc = concat!("Derivatives of the function `", stringify!($name), "`.")]
            #[doc(hidden)]
            #[non_exhaustive]
            #[derive(Debug)]
            pub enum $name {}

            #[allow(missing_docs, reason = "as in emitted code")]
            impl $name {
                /// The function is one of the table.
                #[must_use]
                pub const fn __told<const N: usize>() -> $crate::callee::Callee {
                    $crate::callee::Callee::operation()
                }

                #[must_use]
                pub const fn __nested(budget: $crate::nesting::Budget) -> $crate::nesting::Budget {
                    budget.enter().leave()
                }

                const SOURCE: &'static str = concat!(stringify!($name), "(", stringify!($x) $(, ", ", stringify!($arg))*, ")");

                pub const __SITES: &'static [$crate::field::Site] = &$crate::operation::numbered([$($crate::field::Site {
                    id: 0,
                    function: stringify!($name),
                    module: "conservative_grad::slices",
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
                    module: "conservative_grad::slices",
                    file: file!(),
                    line: line!(),
                    policy: $crate::policy::Policy::PyTorch,
                    definability: $crate::field::Definability::$class,
                    sites: Self::__SITES,
                    obligations: &[],
                    cost_bound: $cost,
                    callees: &[],
                };

                #[inline(always)]
                pub fn __is<__F: 'static + Fn(&[f64] $(, $crate::slices::slices!(@usize $arg))*) -> $crate::slices::slices!(@out $kind f64)>(function: &__F) -> bool {
                    $crate::rivals::same_function(&self::$name::<f64>, function)
                }

                fn slopes<T: $crate::Real, __S: $crate::Selection + ?Sized>(
                    $ask: &mut $crate::slices::Asker<'_, T, __S>, $x: &[T] $(, $arg: usize)*
                ) -> Vec<$crate::slices::Slope<T>> {
                    $slopes
                }

                // A type parameter for the kind of each argument, of the name of the argument.
                #[inline]
                #[allow(clippy::type_complexity, reason = "the protocol of emitted code")]
                pub fn __forward<T: $crate::Real, __S: $crate::Selection + ?Sized, $x: $crate::Kind $(, $arg: $crate::Constant)*>(
                    sel: &mut __S, kinds: ($x, $($arg,)*), $x: &[T] $(, $arg: usize)*
                ) -> (
                    $crate::slices::slices!(@out $kind T),
                    impl FnOnce(&[T], $($crate::slices::slices!(@unit $arg),)* $crate::slices::slices!(@out $kind T), &mut $crate::Bar<$x, [T]> $(, &mut <$arg as $crate::Constant>::Bar)*)
                        + use<T, __S, $x $(, $arg)*>,
                )
                {
                    let sites = $crate::slices::at(Self::__SITES, $crate::Kind::sites(kinds.0));
                    let result = self::$name($x $(, $arg)*);
                    let slopes = Self::slopes(&mut $crate::slices::Asker::new(sel, sites, None), $x $(, $arg)*);
                    let pullback = move |
                        _: &[T], $(_: $crate::slices::slices!(@unit $arg),)* seed: $crate::slices::slices!(@out $kind T),
                        bar: &mut $crate::Bar<$x, [T]> $(, _: &mut <$arg as $crate::Constant>::Bar)*
                    | {
                        for (slope, seed) in slopes.iter().zip($crate::slices::slices!(@seeds $kind seed)) {
                            slope.for_each(|i, w| bar[i] += seed * w);
                        }
                    };
                    (result, pullback)
                }

                #[inline]
                #[allow(clippy::too_many_arguments, clippy::type_complexity, reason = "the protocol of emitted code")]
                pub fn __tangent<T: $crate::Real, __D: $crate::directions::Rate<T>, __L: $crate::Directions<Of<T> = __D>, __S: $crate::Selection + ?Sized>(
                    sel: &mut __S, _: __L, $x: &[T], dot: impl $crate::Dot<[T], __L> $(, $arg: usize, _: impl $crate::ConstantDot)*
                ) -> ($crate::slices::slices!(@out $kind T), $crate::slices::slices!(@dot $kind T __L)) {
                    let sites = $crate::slices::at(Self::__SITES, dot.sites());
                    let dot = dot.dot($x);
                    let result = self::$name($x $(, $arg)*);
                    let slopes = Self::slopes(&mut $crate::slices::Asker::new(sel, sites, __L::alone(&dot)), $x $(, $arg)*);
                    (result, $crate::slices::slices!(@dots $kind slopes dot))
                }
            }
        )*
    };
    (@out number $t:ident) => { $t };
    (@out list $t:ident) => { Vec<$t> };
    (@dot number $t:ident $l:ident) => { $l::Of<$t> };
    (@dot list $t:ident $l:ident) => { Vec<$l::Of<$t>> };
    (@usize $arg:ident) => { usize };
    (@unit $arg:ident) => { () };
    (@listed number $value:expr) => { vec![$value] };
    (@listed list $value:expr) => { $value };
    (@seeds number $seed:ident) => { [$seed] };
    (@seeds list $seed:ident) => { $seed };
    (@dots number $slopes:ident $dot:ident) => { $slopes.iter().fold($crate::directions::none(), |sum, slope| sum + slope.along(&$dot)) };
    (@dots list $slopes:ident $dot:ident) => { $slopes.iter().map(|slope| slope.along(&$dot)).collect() };
}
use slices;
