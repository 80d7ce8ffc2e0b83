//! Which decision a wrong derivative hangs on.

use crate::check::record::{Side, Sites};
use crate::check::walk::{Part, Piece, Walk};
use crate::decision::Decision;
use crate::field::Site;

/// Residual per length, over the largest, above which a piece counts as wrong; far below it, as right.
const WRONG: f64 = 0.02;
const RIGHT: f64 = 1e-4;

/// The decision, and the way it goes, that is taken on all wrong pieces and on no right one.
///
/// Of several the one that changes at the borders between right and wrong.
pub(crate) fn decision(walk: &Walk, noise: f64) -> Option<(&'static Site, Decision)> {
    let (wrong, right) = sort_out(walk, noise);
    if right.is_empty() {
        return None;
    }
    let first = wrong.first()?;
    let mut keys: Vec<(usize, Side)> = first.presence.keys().collect();
    keys.sort_by_key(|(site, side)| (*site, *side as u8));
    let fits = |&(site, side): &(usize, Side)| {
        wrong.iter().all(|piece| piece.presence.contains(site, side))
            && !right.iter().any(|piece| piece.presence.contains(site, side))
    };
    let found: Vec<(usize, Side)> = keys.into_iter().filter(fits).collect();
    let best = found.iter().max_by_key(|(site, _)| (changes(walk, *site, noise), core::cmp::Reverse(*site)))?;
    Some((walk.sites.all()[best.0], as_decision(best.1)))
}

/// Pieces that are clearly wrong and pieces that are clearly right; too short ones are neither.
fn sort_out(walk: &Walk, noise: f64) -> (Vec<&Piece>, Vec<&Piece>) {
    let worst = worst_density(walk, noise);
    let wrong = |piece: &&Piece| is_wrong(piece, worst, noise);
    let right = |piece: &&Piece| {
        let visible = 10.0 * noise < WRONG * worst * piece.length();
        visible && piece.residual().abs() <= RIGHT * worst * piece.length() + noise
    };
    (walk.pieces().filter(wrong).collect(), walk.pieces().filter(right).collect())
}

fn worst_density(walk: &Walk, noise: f64) -> f64 {
    let visible = walk.pieces().filter(|piece| piece.residual().abs() > 10.0 * noise);
    visible.map(|piece| piece.residual().abs() / piece.length()).fold(0.0, f64::max)
}

fn is_wrong(piece: &Piece, worst: f64, noise: f64) -> bool {
    let residual = piece.residual().abs();
    residual > 10.0 * noise && residual > WRONG * worst * piece.length()
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
            let turns = event.changes.iter().any(|change| same(change.site, site));
            turns && state(before) != state(after)
        }
        _ => false,
    });
    borders.count()
}

fn same(a: &Site, b: &Site) -> bool {
    crate::check::record::same_site(a, b)
}

fn as_decision(side: Side) -> Decision {
    match side {
        Side::Below => Decision::Below,
        Side::Tie => Decision::Tie(0.5),
        Side::Above => Decision::Above,
    }
}

/// The site with the smallest margin at the middle of the worst piece: the nearest kink.
pub(crate) fn nearest(piece: &Piece, _sites: &Sites) -> Option<&'static Site> {
    let visits = piece.after.record.visits.iter().filter(|seen| seen.margin.is_finite());
    visits.min_by(|a, b| a.margin.abs().total_cmp(&b.margin.abs())).map(|seen| seen.site)
}
