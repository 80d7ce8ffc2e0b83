//! From the functions that the compiler writes to what the checker takes, in one line.

use crate::differentiable::Differentiable;
use crate::jacobian::Components;
use crate::selection::Selection;

/// [`conservative`](super::conservative) for an annotated function, written as a call with ranges in the place of arguments.
///
/// | | |
/// | --- | --- |
/// | `x in -1.0..1.0` | a number |
/// | `x in [-1.0..1.0; n]` | a slice of `n` numbers, each in that range |
/// | `p near (start, radius)` | a reference to a struct, or to anything else with a gradient ([`parameters`](super::parameters)), with every number up to so far from where it is in `start` |
/// | `c = &data` | an argument that stays as it is; the parameter has to be `#[constant]`, or the gradient is too long |
///
/// The parameters stand in the order of the signature; how they are called is of no matter. Behind the call there may be [`Options`](super::Options).
/// The report knows the `FIELD` of the function: it names the [obligations](crate::check::Report::broken_obligations) that are
/// broken and the sites that were not reached.
///
/// ```
/// use autodiff_runtime::check::{self, Options};
/// # mod loss {
/// #     use autodiff_runtime::{Definability, FieldMetadata, Policy, Selection};
/// #     pub const FIELD: &FieldMetadata = &FieldMetadata {
/// #         name: "loss", module: "m", file: "src/m.rs", line: 1, policy: Policy::PyTorch, definability: Definability::Semialgebraic,
/// #         sites: &[], cost_bound: 5.0, callees: &[], obligations: &[],
/// #     };
/// #     pub fn value_and_grad_with(_: &mut (impl Selection + ?Sized), w: &[f64], b: f64, data: &[f64]) -> (f64, (Vec<f64>, f64)) {
/// #         let terms = || w.iter().zip(data).map(|(w, x)| w * x);
/// #         (b * terms().sum::<f64>(), (data.iter().map(|x| b * x).collect(), terms().sum()))
/// #     }
/// # }
/// // #[conservative_grad]
/// // fn loss(w: &[f64], b: f64, #[constant] data: &[f64]) -> f64 { … }
/// let data = [3.0, -1.0, 2.0];
/// let report = check::annotated!(loss(w in [-1.0..1.0; 3], b in 0.0..2.0, data = &data));
/// assert!(report.is_compliant(), "{report}");
/// let start = vec![0.1, 0.2, 0.3];
/// let report = check::annotated!(loss(w near (&start, 0.5), b in 0.0..1.0, data = &data), Options::default().seed(3));
/// assert!(report.is_compliant(), "{report}");
/// ```
///
/// [`assert_conservative!`](crate::check::assert_conservative) takes the same call.
#[macro_export]
macro_rules! annotated {
    ($($f:ident)::+ ($($parameters:tt)*) $(,)?) => {
        $crate::annotated!($($f)::+ ($($parameters)*), $crate::check::Options::default())
    };
    ($($f:ident)::+ ($($parameters:tt)*), $options:expr $(,)?) => {
        $crate::__annotated!([$($f)::+] [$options] [] [] $($parameters)*,)
    };
}

/// Goes through the parameters of [`annotated!`]: function, options, the region so far, the arguments so far.
#[doc(hidden)]
#[macro_export]
macro_rules! __annotated {
    ($f:tt $options:tt [$($region:tt)*] [$($arguments:tt)*] $name:ident in [$range:expr; $n:expr], $($rest:tt)*) => {
        $crate::__annotated!($f $options [$($region)* many($range, $n)] [$($arguments)* [slice $n]] $($rest)*)
    };
    ($f:tt $options:tt [$($region:tt)*] [$($arguments:tt)*] $name:ident in $range:expr, $($rest:tt)*) => {
        $crate::__annotated!($f $options [$($region)* many($range, 1)] [$($arguments)* [number]] $($rest)*)
    };
    ($f:tt $options:tt [$($region:tt)*] [$($arguments:tt)*] $name:ident near ($start:expr, $radius:expr), $($rest:tt)*) => {
        $crate::__annotated!($f $options [$($region)* around($start, $radius)] [$($arguments)* [moved $start]] $($rest)*)
    };
    ($f:tt $options:tt $region:tt [$($arguments:tt)*] $name:ident = $value:expr, $($rest:tt)*) => {
        $crate::__annotated!($f $options $region [$($arguments)* [constant $value]] $($rest)*)
    };
    ([$($f:ident)::+] [$options:expr] [$($side:ident ($($bounds:expr),*))*] [$($argument:tt)*] $(,)?) => {{
        let mut sides = $crate::check::__private::Sides::default();
        $(sides.$side($($bounds),*);)*
        let call = |x: &[f64], selection: &mut dyn $crate::Selection| {
            let mut rest = $crate::check::__private::Rest(x);
            let (value, gradient) =
                $($f)::+::value_and_grad_with(selection, $($crate::__argument!(rest $argument)),*);
            let _ = &mut rest;
            (f64::from(value), $crate::check::__private::flat(&gradient))
        };
        $crate::check::conservative(call, sides, &$options).with_field($($f)::+::FIELD)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __argument {
    ($rest:ident [slice $n:expr]) => {
        $rest.slice($n)
    };
    ($rest:ident [number]) => {
        $rest.number()
    };
    ($rest:ident [moved $start:expr]) => {
        &$rest.moved($start)
    };
    ($rest:ident [constant $value:expr]) => {
        $value
    };
}

/// What [`annotated!`] expands to. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    use core::ops::Range;

    use crate::check::Region;
    use crate::differentiable::Differentiable;
    use crate::jacobian::Components;

    /// The region, parameter by parameter.
    #[derive(Debug, Default)]
    pub struct Sides(Vec<Range<f64>>);

    impl Sides {
        pub fn many(&mut self, range: Range<f64>, count: usize) {
            self.0.extend((0..count).map(|_| range.clone()));
        }

        pub fn around<P: Differentiable + Clone>(&mut self, start: &P, radius: f64) {
            let center = super::coordinates(start);
            self.0.extend(center.iter().map(|x| x - radius..x + radius));
        }
    }

    impl From<Sides> for Region {
        fn from(sides: Sides) -> Region {
            Region::from(sides.0)
        }
    }

    /// The parameters that no argument has taken yet.
    #[derive(Debug)]
    pub struct Rest<'a>(pub &'a [f64]);

    impl<'a> Rest<'a> {
        pub fn slice(&mut self, count: usize) -> &'a [f64] {
            let (taken, rest) = self.0.split_at(count);
            self.0 = rest;
            taken
        }

        pub fn number(&mut self) -> f64 {
            self.slice(1)[0]
        }

        pub fn moved<P: Differentiable + Clone>(&mut self, start: &P) -> P {
            let mut here = start.clone();
            let mut rest = self.0.iter();
            super::move_to(&mut here, &mut rest);
            self.0 = rest.as_slice();
            here
        }
    }

    #[must_use]
    pub fn flat(gradient: &impl Components) -> Vec<f64> {
        let mut flat = Vec::new();
        gradient.read(&mut flat);
        flat
    }
}

/// A function of a struct, or of anything else that has a gradient: several parameters are a tuple.
///
/// The numbers in it are the parameters, in the order of the gradient; whatever else there is stays as it is in `start`.
/// The region is around [`coordinates`] of `start`, mostly.
///
/// ```
/// use autodiff_runtime::Selection;
/// use autodiff_runtime::check::{self, Options, Region};
///
/// fn model(_: &mut (impl Selection + ?Sized), w: &[f64], b: f64) -> (f64, (Vec<f64>, f64)) {
///     (w[0] * b + w[1], (vec![b, 1.0], w[0]))
/// }
/// let start = (vec![1.0, 2.0], 0.5);
/// let region = Region::around(&check::coordinates(&start), 1.0);
/// let f = check::parameters(&start, |sel, (w, b)| model(sel, w, *b));
/// assert!(check::conservative(f, region, &Options::default()).is_compliant());
/// ```
///
/// # Panics
/// At the first evaluation, if there are numbers behind a shared reference (`&[f64]`), which cannot be moved.
pub fn parameters<P, F, V, G>(
    start: &P,
    f: F,
) -> impl Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>)
where
    P: Differentiable + Clone,
    F: Fn(&mut dyn Selection, &P) -> (V, G),
    V: Into<f64>,
    G: Components,
{
    let start = start.clone();
    move |x, selection| {
        let mut here = start.clone();
        move_to(&mut here, &mut x.iter());
        let (value, gradient) = f(selection, &here);
        let mut flat = Vec::with_capacity(x.len());
        gradient.read(&mut flat);
        (value.into(), flat)
    }
}

/// The numbers in a differentiable value, in the order of its gradient.
///
/// ```
/// use autodiff_runtime::check::coordinates;
/// assert_eq!(coordinates(&(vec![1.0, 2.0], [3.0f32], 4.0)), [1.0, 2.0, 3.0, 4.0]);
/// ```
pub fn coordinates<P: Differentiable>(start: &P) -> Vec<f64> {
    let mut found = Vec::new();
    start.append_numbers(&mut found);
    found
}

fn move_to<P: Differentiable>(value: &mut P, numbers: &mut core::slice::Iter<'_, f64>) {
    assert!(
        value.replace_numbers(numbers),
        "the numbers in a `{}` cannot be moved: it borrows some of them, or there are too few parameters",
        core::any::type_name::<P>()
    );
}
