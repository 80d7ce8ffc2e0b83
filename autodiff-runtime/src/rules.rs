//! The table of rules: one row per operation, nothing declared twice.
//!
//! Texts of a row are Rust expressions over: the arguments; the result (`y`, or
//! the names in [`Rule::results`]); float literals; [`CONSTANTS`]; `+ - * /` and
//! unary `-`; method calls of operations that have rows; `if … {…} else {…}` on
//! comparisons (`&&`, `||`); `pick(w, below, above)` with `w` the name of a
//! decision; `real(n)` for an integer argument as a real number, and integer
//! expressions of integer arguments alone (`n - 1`, `n.saturating_sub(1)`).

use crate::field::Definability;
use crate::policy::Ties;

pub(crate) mod activation;
mod circular;
pub(crate) mod elementary;
mod kinked;
mod refused;

/// Names of constants that texts of rows may use; each is an associated constant of [`crate::Real`].
pub const CONSTANTS: &[&str] = &["LN_2", "LN_10", "PI", "FRAC_2_SQRT_PI", "NAN"];

/// One binary decision of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Kink {
    /// Name of its weight in the texts of the partials.
    pub weight: &'static str,
    /// Signed distance: positive above, negative below.
    pub margin: &'static str,
    /// Whether the primal takes the branch above (may also hold at a tie).
    pub above: &'static str,
    /// Whether both branches give the same value.
    pub tie: &'static str,
    /// Where the kink is, over the arguments.
    pub stratum: &'static str,
    /// The Clarke subdifferential there.
    pub field: &'static str,
    /// What the frameworks take.
    pub ties: Ties,
}

/// Why an operation has no conservative field, and what to write instead.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// The reason.
    pub why: &'static str,
    /// The ways out.
    pub instead: &'static str,
}

/// What a decision compares, evaluated at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared<T> {
    /// [`Kink::margin`].
    pub margin: T,
    /// [`Kink::above`].
    pub above: bool,
    /// [`Kink::tie`].
    pub tie: bool,
}

/// Partials at arguments, results and weights of the decisions.
pub type Partials<T> = fn(&[T], &[T], &[f64]) -> Vec<T>;

/// A row evaluated in one precision.
#[derive(Clone, Copy, Debug)]
pub struct Evaluate<T: 'static> {
    /// Results at the arguments.
    pub primal: fn(&[T]) -> Vec<T>,
    /// Partials at arguments, results and weights; as ordered as [`Rule::partials`].
    pub partials: Partials<T>,
    /// What each decision compares, at arguments and results.
    pub decisions: fn(&[T]) -> Vec<Compared<T>>,
    /// Whether the arguments are on [`Rule::border`].
    pub on_border: fn(&[T]) -> bool,
}

/// The part of a domain's border where a row has a value and no finite derivative.
#[derive(Clone, Copy, Debug)]
pub struct Border {
    /// True there, as text.
    pub at: &'static str,
    /// Where that is.
    pub stratum: &'static str,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Name of the method or function.
    pub name: &'static str,
    /// Names of the arguments, the receiver first.
    pub args: &'static [&'static str],
    /// Names of the results: one, or two for `sin_cos`.
    pub results: &'static [&'static str],
    /// The value, as text.
    pub primal: &'static str,
    /// Derivatives, as text: for each result, one per argument (integer arguments have `0.0`). Empty where none exists.
    pub partials: &'static [&'static str],
    /// The binary decisions.
    pub decisions: &'static [Kink],
    /// Set where the operation is discontinuous; then `partials` hold off the jumps.
    pub refused: Option<&'static Refusal>,
    /// If not empty, only a differentiable value in one of these positions is refused.
    pub refused_args: &'static [usize],
    /// Interior of the domain, as text; empty if it is everything.
    pub domain: &'static str,
    /// Where the value is finite and no finite derivative exists, so that a documented one is taken.
    pub border: Option<Border>,
    /// Smallest class that holds the operation.
    pub definability: Definability,
    /// Cost of the value, in multiplications.
    pub flops: f64,
    /// Cost of value and partials together over that of the value.
    pub cost: f64,
    /// Worth saving for the reverse sweep rather than computing again.
    pub costly: bool,
    /// `f64` has an inherent method of this name.
    pub std_method: bool,
    /// Positions of integer arguments.
    pub integer_args: &'static [usize],
    /// Whether the result is a pair.
    pub pair_result: bool,
    /// What the operation is.
    pub doc: &'static str,
    /// Where the rule is from.
    pub source: &'static str,
    /// Smooth points for tests.
    pub samples: &'static [&'static [f64]],
    /// Points on the strata, for tests.
    pub kinks: &'static [&'static [f64]],
    /// The row in double precision.
    pub f64: Evaluate<f64>,
    /// The row in single precision.
    pub f32: Evaluate<f32>,
}

impl Rule {
    /// The bound ω_b of this operation: value, partials, and one multiplication and addition per argument, over the value.
    #[must_use]
    pub const fn omega(&self) -> f64 {
        let active = self.args.len() - self.integer_args.len();
        omega(self.cost, active, self.flops)
    }

    /// The derivative of a decision's margin with respect to each argument, if it is the same everywhere.
    ///
    /// ```
    /// use autodiff_runtime::rules;
    /// assert_eq!(rules::find("max", 2).unwrap().margin_slopes(0), Some(vec![1.0, -1.0]));
    /// assert_eq!(rules::find("hypot", 2).unwrap().margin_slopes(0), None);
    /// ```
    #[must_use]
    pub fn margin_slopes(&self, decision: usize) -> Option<Vec<f64>> {
        let n = self.args.len();
        let margin = |x: &[f64]| (self.f64.decisions)(x)[decision].margin;
        let scaled = |i: usize, h: f64| {
            let mut x = vec![0.0; n];
            x[i] = h;
            margin(&x)
        };
        let origin = margin(&vec![0.0; n]);
        let slopes: Vec<f64> = (0..n).map(|i| scaled(i, 1.0) - origin).collect();
        let affine = |i: usize| {
            [-1.0, 2.0, -4.0]
                .iter()
                .all(|h| scaled(i, *h) == origin + h * slopes[i])
        };
        let all = margin(&vec![-1.0; n]) == origin - slopes.iter().sum::<f64>();
        ((0..n).all(affine) && all).then_some(slopes)
    }
}

/// See [`Rule::omega`].
pub(crate) const fn omega(cost: f64, active: usize, flops: f64) -> f64 {
    cost + 2.0 * active as f64 / flops
}

/// The row of an operation with `args` arguments, receiver included.
#[must_use]
pub fn find(name: &str, args: usize) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name && rule.args.len() == args)
}

/// Rows that stand for an operator: no method or function of the name has to do with them.
pub const OPERATORS: &[&str] = &["add", "sub", "mul", "div", "rem", "neg"];

/// The row of a method or function that is called by its name, receiver included.
#[must_use]
pub fn find_called(name: &str, args: usize) -> Option<&'static Rule> {
    find(name, args).filter(|_| !OPERATORS.contains(&name))
}

const TABLES: &[&[Rule]] = &[
    elementary::RULES,
    circular::RULES,
    kinked::RULES,
    activation::RULES,
    refused::RULES,
    refused::UNREAL,
];

/// All rows.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().copied().flatten()
}

/// The name of a row that `name` may be a misspelling of.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    let (distance, found) = all()
        .filter(|rule| !OPERATORS.contains(&rule.name))
        .map(|rule| (edit_distance(name, rule.name), rule.name))
        .min()?;
    (distance <= 1 + name.len() / 4).then_some(found)
}

fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.chars().count()]
}

/// What a primal returns, as a list.
trait Results<T> {
    fn list(self) -> Vec<T>;
}

impl<T: crate::Real> Results<T> for T {
    fn list(self) -> Vec<T> {
        vec![self]
    }
}

impl<T: crate::Real> Results<T> for (T, T) {
    fn list(self) -> Vec<T> {
        vec![self.0, self.1]
    }
}

/// Turns rows into [`Rule`]s: each expression is kept as text for the compiler, and as functions for
/// tests; functions of [`crate::ops`] get their companions. `method`: of `f64`; `function`: of [`crate::ops`].
macro_rules! rules {
    ($(
        $(#[doc = $doc:literal])*
        $home:ident fn $name:ident($($arg:ident $(: $ty:ident)?),+) -> $($y:ident),+ {
            primal: $primal:expr,
            $(decide $w:ident {
                margin: $margin:expr, above: $above:expr, tie: $tie:expr,
                stratum: $stratum:literal, field: $field:literal, theta: [$pt:literal, $jax:literal, $tf:literal $(,)?] $(,)?
            },)*
            partials: [$($partial:expr),* $(,)?],
            $(refused: { why: $why:literal, instead: $instead:literal $(,)? },)?
            $(refused_args: [$($ref:literal),*],)?
            $(domain: $domain:expr,)?
            $(border: $border:expr, $where:literal,)?
            definable: $class:ident,
            flops: $flops:literal, extra: $extra:literal,
            $(integers: [$($int:literal),*],)?
            samples: [$([$($s:expr),*]),* $(,)?],
            $(kinks: [$([$($k:expr),*]),* $(,)?],)?
            $(source: $source:literal,)?
        }
    )*) => {
        pub(super) const RULES: &[$crate::rules::Rule] = &[$($crate::rules::Rule {
            name: stringify!($name),
            args: &[$(stringify!($arg)),+],
            results: &[$(stringify!($y)),+],
            primal: stringify!($primal),
            partials: &[$(stringify!($partial)),*],
            decisions: &[$($crate::rules::Kink {
                weight: stringify!($w),
                margin: stringify!($margin),
                above: stringify!($above),
                tie: stringify!($tie),
                stratum: $stratum,
                field: $field,
                ties: $crate::policy::Ties::new($pt, $jax, $tf),
            }),*],
            refused: $crate::rules::rules!(@refused $($why, $instead)?),
            refused_args: &[$($($ref),*)?],
            domain: concat!($(stringify!($domain))?),
            border: $crate::rules::rules!(@border $($border, $where)?),
            definability: $crate::field::Definability::$class,
            flops: $flops,
            cost: 1.0 + $extra / $flops,
            costly: $flops >= 4.0,
            std_method: $crate::rules::rules!(@home $home),
            integer_args: &[$($($int),*)?],
            pair_result: [$(stringify!($y)),+].len() == 2,
            doc: concat!($($doc, "\n"),*),
            source: concat!($($source)?),
            samples: &[$(&[$($s),*]),*],
            kinks: &[$($(&[$($k),*]),*)?],
            f64: $crate::rules::rules!(@evaluate f64, [$($arg $(: $ty)?),+], [$($y),+], $primal, [$($w),*], [$($margin, $above, $tie);*], [$($partial),*], [$($border)?]),
            f32: $crate::rules::rules!(@evaluate f32, [$($arg $(: $ty)?),+], [$($y),+], $primal, [$($w),*], [$($margin, $above, $tie);*], [$($partial),*], [$($border)?]),
        }),*];

        $($crate::operation::companion! {
            $home $name, [$($arg),+], [$($y),+],
            [$($w: $margin, $above, $tie, $stratum, $field, $pt, $jax, $tf);*],
            [$($partial),*], [$($domain)?], $class, $flops, $extra
        })*
    };
    (@home method) => { true };
    (@home function) => { false };
    (@home operator) => { false };
    (@refused) => { None };
    (@refused $why:literal, $instead:literal) => { Some(&$crate::rules::Refusal { why: $why, instead: $instead }) };
    (@border) => { None };
    (@border $at:expr, $where:literal) => { Some($crate::rules::Border { at: stringify!($at), stratum: $where }) };
    (@holds) => { false };
    (@holds $condition:expr) => { $condition };
    (@arg $from:expr, i32) => { $from as i32 };
    (@arg $from:expr) => { $from };
    (@evaluate $t:ident, [$($arg:ident $(: $ty:ident)?),+], [$($y:ident),+], $primal:expr, [$($w:ident),*],
        [$($margin:expr, $above:expr, $tie:expr);*], [$($partial:expr),*], [$($border:expr)?]) => {
        $crate::rules::Evaluate {
            primal: |a: &[$t]| {
                let mut a = a.iter().copied();
                $(let $arg = $crate::rules::rules!(@arg $crate::rules::next(&mut a) $(, $ty)?);)+
                $crate::rules::Results::<$t>::list($primal)
            },
            partials: |a: &[$t], y: &[$t], w: &[f64]| {
                #[allow(unused_imports, reason = "a row uses what it needs")]
                use {core::$t::consts::*, $crate::selection::pick};
                #[allow(dead_code, reason = "a row uses what it needs")]
                const NAN: $t = $t::NAN;
                #[allow(dead_code, reason = "a row uses what it needs")]
                fn real(n: i32) -> $t {
                    n as $t
                }
                let (mut a, mut y) = (a.iter().copied(), y.iter().copied());
                let mut w = w.iter().copied();
                $(let $arg = $crate::rules::rules!(@arg $crate::rules::next(&mut a) $(, $ty)?);)+
                $(let $y = $crate::rules::next(&mut y);)+
                $(let $w = $crate::rules::next(&mut w);)*
                let _ = (&mut w, $($arg),+, $($y),+);
                vec![$($partial),*]
            },
            decisions: |a: &[$t]| {
                let mut a = a.iter().copied();
                $(let $arg = $crate::rules::rules!(@arg $crate::rules::next(&mut a) $(, $ty)?);)+
                let _ = ($($arg,)+);
                vec![$($crate::rules::Compared { margin: $margin, above: $above, tie: $tie }),*]
            },
            on_border: |a: &[$t]| {
                let mut a = a.iter().copied();
                $(let $arg = $crate::rules::rules!(@arg $crate::rules::next(&mut a) $(, $ty)?);)+
                let _ = ($($arg,)+);
                $crate::rules::rules!(@holds $($border)?)
            },
        }
    };
}
use rules;

/// A row without value and derivative.
const fn unreal(
    name: &'static str,
    args: &'static [&'static str],
    refusal: &'static Refusal,
    doc: &'static str,
) -> Rule {
    Rule {
        name,
        args,
        results: &["y"],
        primal: "",
        partials: &[],
        decisions: &[],
        refused: Some(refusal),
        refused_args: &[],
        domain: "",
        border: None,
        definability: Definability::None,
        flops: 1.0,
        cost: 1.0,
        costly: false,
        std_method: true,
        integer_args: &[],
        pair_result: false,
        doc,
        source: "",
        samples: &[],
        kinks: &[],
        f64: Evaluate {
            primal: |_| Vec::new(),
            partials: |_, _, _| Vec::new(),
            decisions: |_| Vec::new(),
            on_border: |_| false,
        },
        f32: Evaluate {
            primal: |_| Vec::new(),
            partials: |_, _, _| Vec::new(),
            decisions: |_| Vec::new(),
            on_border: |_| false,
        },
    }
}

/// The row of an operation on a slice as far as the compiler knows it: its name, its arguments and its decisions.
pub(crate) const fn on_slice(
    name: &'static str,
    args: &'static [&'static str],
    decisions: &'static [Kink],
    definability: Definability,
) -> Rule {
    const NONE: Refusal = Refusal {
        why: "",
        instead: "",
    };
    let row = unreal(name, args, &NONE, "");
    Rule {
        refused: None,
        decisions,
        definability,
        std_method: false,
        ..row
    }
}

fn next<T>(items: &mut impl Iterator<Item = T>) -> T {
    items.next().expect("as many numbers as the row has names")
}
