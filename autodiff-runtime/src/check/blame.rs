//! Which decision a wrong derivative hangs on.

use crate::check::parts::{Part, Piece, Walk};
use crate::check::record::same_site;
use crate::decision::Decision;
use crate::field::Site;
use crate::trace::Side;

/// Residual per length, over the largest, below which a piece does not count as wrong: the error of a
/// derivative may well go to 0 towards the border of the wrong region.
const WRONG: f64 = 1e-6;
/// What a piece must be able to show to count as right.
const VISIBLE: f64 = 1e-2;

/// The decision, and the way it goes, that is taken on all wrong pieces and on no right one.
///
/// Where all is wrong nothing tells, but for a tie that the whole curve stays in. Of several the one that changes at the borders between right and wrong.
pub(crate) fn decision(walk: &Walk, noise: f64) -> Option<(&'static Site, Decision)> {
    let (wrong, right) = sort_out(walk, noise);
    let first = wrong.first()?;
    let mut keys: Vec<(usize, Side)> = first.presence.keys().collect();
    keys.sort_by_key(|(site, side)| (*site, *side as u8));
    let fits = |&(site, side): &(usize, Side)| {
        let tells = side == Side::Tie || !right.is_empty();
        tells
            && wrong
                .iter()
                .all(|piece| piece.presence.contains(site, side))
            && !right
                .iter()
                .any(|piece| piece.presence.contains(site, side))
    };
    let found: Vec<(usize, Side)> = keys.into_iter().filter(fits).collect();
    let best = found
        .iter()
        .max_by_key(|(site, _)| (changes(walk, *site, noise), core::cmp::Reverse(*site)))?;
    Some((walk.sites.all()[best.0], as_decision(best.1)))
}

/// Pieces that are clearly wrong and pieces that are clearly right; too short ones are neither.
fn sort_out(walk: &Walk, noise: f64) -> (Vec<&Piece>, Vec<&Piece>) {
    let worst = worst_density(walk, noise);
    let wrong = |piece: &&Piece| is_wrong(piece, worst, noise);
    let right = |piece: &&Piece| {
        let noise = noise + 2.0 * piece.integral.error;
        10.0 * noise < VISIBLE * worst * piece.length() && piece.residual().abs() <= noise
    };
    (
        walk.pieces().filter(wrong).collect(),
        walk.pieces().filter(right).collect(),
    )
}

fn worst_density(walk: &Walk, noise: f64) -> f64 {
    let visible = walk.pieces().filter(|piece| is_visible(piece, noise));
    visible
        .map(|piece| piece.residual().abs() / piece.length())
        .fold(0.0, f64::max)
}

fn is_visible(piece: &Piece, noise: f64) -> bool {
    piece.residual().abs() > 10.0 * (noise + piece.integral.error)
}

fn is_wrong(piece: &Piece, worst: f64, noise: f64) -> bool {
    is_visible(piece, noise) && piece.residual().abs() > WRONG * worst * piece.length()
}

/// How often the site changes between a right and a wrong piece.
fn changes(walk: &Walk, site: usize, noise: f64) -> usize {
    let worst = worst_density(walk, noise);
    let state = |part: &Part| match part {
        Part::Piece(piece) => Some(is_wrong(piece, worst, noise)),
        _ => None,
    };
    let site = walk.sites.all()[site];
    let borders = walk.parts.windows(3).filter(|window| match window {
        [before, Part::Event(event), after] => {
            let turns = event
                .changes
                .iter()
                .any(|change| same_site(change.site, site));
            turns && state(before) != state(after)
        }
        _ => false,
    });
    borders.count()
}

fn as_decision(side: Side) -> Decision {
    match side {
        Side::Below => Decision::Below,
        Side::Tie => Decision::Tie(0.5),
        Side::Above => Decision::Above,
    }
}
