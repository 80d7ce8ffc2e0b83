//! The field of a function at a point: its vertices, the element of least norm, and elements that are limits of gradients.
//!
//! At a point where several kinks tie, reverse mode returns one element of a set. [`vertices`] lists what the branches
//! at the ties lead to; [`lock`] finds an element that is a limit of gradients at nearby points, which the plain choice need not
//! be; [`steps`] tells how far one can go before a decision changes. With the feature `clarabel`, `criticality` tells
//! whether 0 is in the hull of the vertices, and whether that is an artefact of the choice.
//!
//! What [`vertices`] lists are elements of a *conservative field*, not of the Clarke subdifferential. For
//! `relu(x) - relu(-x)`, which is `x`, they are 0, 1 and 2 at 0, and the derivative is 1:
//!
//! ```
//! use autodiff_runtime::point::{self, Options};
//! use autodiff_runtime::{Selection, Site, SiteKind, Ties, pick};
//! # const fn site(id: u32) -> Site {
//! #     Site {
//! #         id, function: "f", module: "m", file: "src/m.rs", line: 3, column: 5, primitive: "relu", source: "relu(x)",
//! #         kind: SiteKind::Kink, stratum: "x = 0", field: "[0, 1]", theta: 0.0, clarke: true, ties: Ties::all(0.0), listed: true,
//! #     }
//! # }
//! static SITES: [Site; 2] = [site(0), site(1)];
//! // As the compiler writes it; for an annotated `f`, `|x, sel| f::value_and_grad_with(sel, x[0])`.
//! let f = |x: &[f64], sel: &mut dyn Selection| {
//!     let (x, minus) = (x[0], -x[0]);
//!     let w = sel.weight(&SITES[0], x, x > 0.0, x == 0.0);
//!     let v = sel.weight(&SITES[1], minus, minus > 0.0, minus == 0.0);
//!     (x.max(0.0) - minus.max(0.0), pick(w, 0.0, 1.0) + pick(v, 0.0, 1.0))
//! };
//! let found = point::vertices(f, &[0.0], &Options::default());
//! let mut slopes: Vec<f64> = found.elements.iter().map(|element| element.gradient[0]).collect();
//! slopes.sort_by(f64::total_cmp);
//! assert_eq!(slopes, [0.0, 1.0, 2.0]);
//! ```
//!
//! Bolte and Pauwels, *Conservative set valued fields, automatic differentiation, stochastic gradient methods and deep
//! learning*, Math. Program. 188 (2021).

use core::fmt;

use crate::check::flat;
use crate::decision::Decision;
use crate::field::Site;
use crate::selection::Selection;

#[cfg(feature = "clarabel")]
mod critical;
#[cfg(feature = "clarabel")]
mod hull;
mod lock;
mod probe;
mod script;
mod steps;
mod vertices;

#[cfg(feature = "clarabel")]
pub use critical::{Criticality, Kind, criticality};
#[cfg(feature = "clarabel")]
pub use hull::{LeastNorm, least_norm};
pub use lock::{Guarantee, Locked, axes, lock, random_directions};
pub use steps::{Steps, steps};
pub use vertices::{Element, Extent, Vertices, vertices};

/// Value and gradient at a point, under a selection.
pub(crate) type Function<'a> = dyn Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>) + 'a;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Evaluations of the function, at most.
    pub evaluations: usize,
    /// Seed of what is random.
    pub seed: u64,
}

impl Default for Options {
    /// 4096 evaluations.
    fn default() -> Self {
        Options {
            evaluations: 4096,
            seed: 1,
        }
    }
}

impl Options {
    /// At most so many evaluations.
    #[must_use]
    pub const fn evaluations(self, evaluations: usize) -> Options {
        Options {
            evaluations,
            ..self
        }
    }

    /// With this seed.
    #[must_use]
    pub const fn seed(self, seed: u64) -> Options {
        Options { seed, ..self }
    }
}

/// What was decided at one tie.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// Where.
    pub site: &'static Site,
    /// How many visits of the same site came before.
    pub occurrence: u32,
    /// What was decided.
    pub decision: Decision,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Chosen {
            site,
            occurrence,
            decision,
        } = self;
        let visit = occurrence + 1;
        write!(
            f,
            "{}  {} `{}`  visit {visit}  {decision}",
            site.place(),
            site.primitive,
            site.source
        )
    }
}

pub(crate) fn moved(x: &[f64], by: f64, direction: &[f64]) -> Vec<f64> {
    x.iter().zip(direction).map(|(x, d)| x + by * d).collect()
}

/// The same numbers, without negative zeros.
fn positive_zeros(gradient: Vec<f64>) -> Vec<f64> {
    gradient.into_iter().map(|g| g + 0.0).collect()
}
