//! Points on kinks that curves met, and in which cell of its kink each of them is.
//!
//! The other decisions cut a kink into cells. Inside of one all is smooth, so a choice that is wrong along the kink is wrong on
//! the whole cell but for exceptions: one point of each cell is worth more than many of one.

use std::collections::HashMap;

use crate::check::record::same_site;
use crate::check::report::Cells;
use crate::field::Site;
use crate::trace::Side;

/// Points that are kept.
const KEPT: usize = 256;
/// Points that are kept of each kind whatever there are already.
const FIRST: usize = 2;

/// The decisions on both sides of a kink, in the order of their hashes: which kink, and where on it.
pub(crate) type Cell = [u64; 2];

/// A point on a kink that was met.
#[derive(Clone, Debug)]
pub(crate) struct Met {
    /// `None` where no decision tells of the kink.
    pub(crate) site: Option<&'static Site>,
    pub(crate) sides: [Side; 2],
    pub(crate) cell: Cell,
    /// On a chord of the box: curves inside ties meet kinks where these are special, and hide what is wrong beside them.
    pub(crate) generic: bool,
    /// Empty where there were too many to write all down.
    pub(crate) point: Vec<f64>,
}

impl Met {
    /// At the same site, between the same sides either way round: where a maximum comes out of a tie that is an open set
    /// nothing is seen of what it does where it changes sides.
    fn is_like(&self, other: &Met) -> bool {
        let site = match (self.site, other.site) {
            (Some(a), Some(b)) => same_site(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let [a, b] = other.sides;
        site && (self.sides == [a, b] || self.sides == [b, a])
    }

    fn key(&self) -> Cell {
        let [a, b] = self.cell;
        [a.min(b), a.max(b)]
    }
}

/// Whether any point of a cell was kept, and whether one on a chord.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    any: bool,
    generic: bool,
}

impl Kept {
    fn lacks(self, met: &Met) -> bool {
        !self.any || met.generic && !self.generic
    }

    fn with(self, met: &Met) -> Kept {
        Kept {
            any: true,
            generic: self.generic || met.generic,
        }
    }
}

/// All that were met, in the order of the curves.
#[derive(Debug, Default)]
pub(crate) struct Encounters {
    kept: Vec<Met>,
    /// How often each cell was crossed, and what was kept of it.
    cells: HashMap<Cell, (u32, Kept)>,
    sites: Vec<&'static Site>,
}

impl Encounters {
    pub(crate) fn add(&mut self, met: Met) {
        if let Some(site) = met.site.filter(|site| !self.is_tied(site)) {
            self.sites.push(site);
        }
        let (times, kept) = self.cells.entry(met.key()).or_default();
        *times += 1;
        let wanted = kept.lacks(&met) && self.kept.len() < KEPT;
        if !met.point.is_empty() && (wanted || count(&self.kept, &met) < FIRST) {
            *kept = kept.with(&met);
            self.kept.push(met);
        }
    }

    /// Whether a kink of this site was met.
    pub(crate) fn is_tied(&self, site: &Site) -> bool {
        self.sites.iter().any(|known| same_site(known, site))
    }

    /// For people. `sites` are those that were reached.
    pub(crate) fn told(&self, sites: &[&'static Site]) -> Cells {
        let untied = sites.iter().filter(|site| !self.is_tied(site));
        Cells {
            met: self.cells.len(),
            kept: self.cells.values().filter(|(_, kept)| kept.any).count(),
            unseen: self.unseen(),
            untied: untied.copied().collect(),
        }
    }

    /// A bound on the part of the crossings to come that will be of cells which were not met yet: the part of those so far whose
    /// cell was met once only (Good, *The population frequencies of species and the estimation of population parameters*, Biometrika
    /// 40, 1953), and three crossings more, for what has the share 3/n is met in n of them with a probability of 95 %.
    pub(crate) fn unseen(&self) -> f64 {
        const GRANTED: usize = 3;
        let crossings: u32 = self.cells.values().map(|(times, _)| times).sum();
        let once = self.cells.values().filter(|(times, _)| *times == 1).count();
        ((once + GRANTED) as f64 / f64::from(crossings)).min(1.0)
    }

    /// The points, one of each kind before a second of any.
    pub(crate) fn dealt(&self, most: usize, alike: usize) -> Vec<Met> {
        let chosen = self.order(alike).into_iter().take(most);
        chosen.map(|i| self.kept[i].clone()).collect()
    }

    /// The points of all other cells.
    pub(crate) fn rest(&self, most: usize, alike: usize) -> Vec<Met> {
        let mut known: HashMap<Cell, Kept> = HashMap::new();
        for i in self.order(alike).into_iter().take(most) {
            let kept = known.entry(self.kept[i].key()).or_default();
            *kept = kept.with(&self.kept[i]);
        }
        let mut found = Vec::new();
        for i in self.order(usize::MAX) {
            let met = &self.kept[i];
            let kept = known.entry(met.key()).or_default();
            if met.site.is_some() && kept.lacks(met) {
                *kept = kept.with(met);
                found.push(met.clone());
            }
        }
        found
    }

    fn order(&self, alike: usize) -> Vec<usize> {
        let ranks: Vec<usize> = (0..self.kept.len())
            .map(|i| count(&self.kept[..i], &self.kept[i]))
            .collect();
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        order.retain(|i| ranks[*i] < alike);
        order.sort_by_key(|i| ranks[*i]);
        order
    }
}

fn count(all: &[Met], like: &Met) -> usize {
    all.iter().filter(|met| met.is_like(like)).count()
}

#[cfg(test)]
mod tests {
    use super::{Encounters, Met};
    use crate::trace::Side;

    #[test]
    fn cells_and_what_is_left_of_them() {
        let mut all = Encounters::default();
        assert_eq!(all.unseen(), 1.0);
        for cell in [[1, 2], [2, 1], [1, 3], [3, 1], [1, 4]] {
            all.add(Met {
                site: None,
                sides: [Side::Below, Side::Above],
                cell,
                generic: cell[0] == 1,
                point: vec![0.0],
            });
        }
        assert_eq!((all.cells.len(), all.unseen()), (3, 0.8));
        assert_eq!(all.dealt(8, 2).len(), 2);
    }
}
