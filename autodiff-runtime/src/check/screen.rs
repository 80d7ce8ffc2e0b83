//! A quick look at a tie: whether all choices there agree along it.
//!
//! What differs between any two choices must be normal to the kink. Whether what they agree on is the derivative of the
//! function is left to curves on either side, and, where they do not agree, to [`stratum`](super::stratum).

use crate::check::local::{Local, norm};
use crate::check::normals::Surface;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::stratum::{ACCURACY, NEAR, admissible, choices, near_ties};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The kink is a point, its margins tell no normal, or no choice is open.
    Nothing,
    Agreement,
    Disagreement,
}

/// `size` is the scale of the parameters.
pub(crate) fn screen(
    function: &Function<'_>,
    point: &[f64],
    size: f64,
    seed: u64,
) -> (Seen, usize) {
    let mut rng = SplitMix64::new(seed);
    let mut local = Local::new(function, point, size, &mut rng);
    let seen = look(&mut local, &mut rng);
    (seen, local.spent)
}

fn look(local: &mut Local, rng: &mut SplitMix64) -> Seen {
    let origin = vec![0.0; local.dimension()];
    let here = local.evaluate(&origin, &[]);
    let ties = near_ties(&here, NEAR * local.size());
    let surface = Surface::at(local, &origin, &ties);
    if surface.rank() == 0 || surface.rank() >= local.dimension() {
        return Seen::Nothing;
    }
    let all = choices(&surface.ties, rng);
    let open = admissible(local, &surface.ties, &origin, all);
    let Some(((_, first), rest)) = open.split_first() else {
        return Seen::Nothing;
    };
    if rest.is_empty() {
        return Seen::Nothing;
    }
    let steepest = open
        .iter()
        .map(|(_, slopes)| norm(slopes))
        .fold(0.0, f64::max);
    let differs = |slopes: &[f64]| {
        let difference: Vec<f64> = slopes.iter().zip(first).map(|(a, b)| a - b).collect();
        let along = surface.inside(&difference);
        let granted = ACCURACY * steepest;
        // What is not a number is no agreement.
        !norm(&along).is_finite() || norm(&along) > granted
    };
    match rest.iter().any(|(_, slopes)| differs(slopes)) {
        true => Seen::Disagreement,
        false => Seen::Agreement,
    }
}
