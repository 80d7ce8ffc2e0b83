//! Whether a point is critical, and whether only the choice makes it look so.

use core::fmt;

use super::hull::{LeastNorm, least_norm};
use super::lock::{Guarantee, Locked, axes, locked, random_directions};
use super::vertices::{Extent, enumerate};
use super::{Options, flat};
use crate::check::IntoGradient;
use crate::selection::Selection;

/// Norms below this part of the largest gradient count as 0.
const CRITICAL: f64 = 1e-7;
/// Sets of random directions along which limits of gradients are looked for.
const LIMITS: u64 = 32;

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0 is not in the hull of the field, as far as it was enumerated.
    Regular,
    /// 0 is in the hull of limits of gradients: the point is critical in the sense of Clarke.
    Clarke,
    /// 0 is in the hull of the field, but not in that of the limits of gradients that were found: there is a direction
    /// along which all of these fall. An artefact of the choice at kinks.
    Artificial,
    /// 0 is in the hull of the field; what the limits of gradients are could not be told.
    Undecided,
}

/// What [`criticality`] found.
#[derive(Clone, Debug)]
pub struct Criticality {
    /// The verdict.
    pub kind: Kind,
    /// The element of least norm of the hull of the field's vertices.
    pub field: LeastNorm,
    /// The element of least norm of the hull of the limits of gradients that were found; its negative is a direction of descent.
    pub limits: Option<LeastNorm>,
    /// How many limits of gradients were found.
    pub found: usize,
    /// Whether the vertices of the field are all.
    pub extent: Extent,
}

/// Tests whether `x` is critical: whether 0 is in the hull of the field, and whether it is in that of limits of gradients.
///
/// The field is that of [`vertices`](super::vertices()), the limits of gradients are found by [`lock`](super::lock()) along the axes, their
/// negatives, and random directions. `None` if there is no finite gradient at `x`.
pub fn criticality<F, G, T>(f: F, tangent: T, x: &[f64], options: &Options) -> Option<Criticality>
where
    F: Fn(&[f64], &mut dyn Selection) -> (f64, G),
    G: IntoGradient,
    T: Fn(&[f64], &[f64], &mut dyn Selection) -> (f64, f64),
{
    let function = flat(f);
    let vertices = enumerate(&function, x, options);
    let gradients: Vec<Vec<f64>> = vertices.elements.into_iter().map(|e| e.gradient).collect();
    let field = least_norm(&gradients)?;
    let (positive, n) = (axes(x.len()), x.len());
    let negative = positive
        .iter()
        .map(|d| d.iter().map(|d| -d).collect())
        .collect();
    let random = (0..LIMITS).map(|k| random_directions(n, options.seed.wrapping_add(k)));
    let mut limits: Vec<Vec<f64>> = Vec::new();
    let mut known = true;
    for directions in [positive, negative].into_iter().chain(random) {
        let Locked {
            gradient,
            guarantee,
            ..
        } = locked(&function, &tangent, x, &directions);
        known &= guarantee == Guarantee::Limit;
        if guarantee == Guarantee::Limit && !limits.contains(&gradient) {
            limits.push(gradient);
        }
    }
    let nearest = least_norm(&limits);
    let size = gradients
        .iter()
        .flatten()
        .fold(0.0_f64, |m, g| m.max(g.abs()));
    let is_zero = |least: &LeastNorm| least.norm <= CRITICAL * size;
    let clarke = nearest.as_ref().map(is_zero);
    let kind = match (is_zero(&field), clarke) {
        (_, Some(true)) => Kind::Clarke,
        (false, _) => Kind::Regular,
        (true, Some(false)) if known => Kind::Artificial,
        (true, _) => Kind::Undecided,
    };
    Some(Criticality {
        kind,
        field,
        found: limits.len(),
        limits: nearest,
        extent: vertices.extent,
    })
}

impl fmt::Display for Criticality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Regular => "not critical",
            Kind::Clarke => "critical in the sense of Clarke",
            Kind::Artificial => {
                "artificial: critical for the field, not for the limits of gradients"
            }
            Kind::Undecided => "critical for the field; limits of gradients could not be told",
        };
        writeln!(f, "{what}")?;
        write!(
            f,
            "  least norm in the hull of the field: {:?}",
            self.field.norm
        )?;
        match &self.limits {
            Some(limits) => write!(
                f,
                "\n  in the hull of {} limits of gradients: {:?}",
                self.found, limits.norm
            ),
            None => Ok(()),
        }
    }
}
