//! The decisions of one evaluation, and how those of two evaluations differ.

use std::collections::HashMap;

use crate::decision::Decision;
use crate::field::Site;
use crate::selection::{Selection, Visit};
use crate::trace::Side;

/// The same place in the source, even if the compiler made two copies of its metadata.
pub(crate) fn same_site(a: &Site, b: &Site) -> bool {
    core::ptr::eq(a, b) || (a.id == b.id && a.key() == b.key())
}

/// One decision of one evaluation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) site: &'static Site,
    pub(crate) margin: f64,
    pub(crate) decision: Decision,
}

impl Seen {
    pub(crate) fn side(&self) -> Side {
        self.decision.into()
    }
}

/// All decisions of one evaluation in order, with a hash of which way each one went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) visits: Vec<Seen>,
    pub(crate) signature: u64,
    /// An operation that is exactly at the border of its domain, where no finite derivative exists.
    pub(crate) border: Option<&'static Site>,
}

/// A decision that two evaluations take differently.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) site: &'static Site,
    /// Which visit of the site, from 0.
    pub(crate) occurrence: u32,
    pub(crate) from: Decision,
    pub(crate) to: Decision,
    /// Whether the site is visited more or fewer times afterwards: it is what stops a loop.
    pub(crate) stops: bool,
}

impl Record {
    /// Index of the first visit that differs. `None` where one record is a prefix of the other.
    pub(crate) fn first_difference(&self, other: &Record) -> Option<usize> {
        let mut pairs = self.visits.iter().zip(&other.visits);
        pairs.position(|(a, b)| a.side() != b.side() || !same_site(a.site, b.site))
    }

    /// Whether both took the same decisions, or differ only where both margins are below `blur`.
    ///
    /// On a curve that runs inside a kink the margin is rounding noise, and its sign means nothing.
    pub(crate) fn agrees(&self, other: &Record, blur: f64) -> bool {
        self.signature == other.signature || self.agrees_up_to(other, blur)
    }

    fn agrees_up_to(&self, other: &Record, blur: f64) -> bool {
        let mut blurred = false;
        for (a, b) in self.visits.iter().zip(&other.visits) {
            if !same_site(a.site, b.site) {
                return blurred;
            }
            if a.side() != b.side() {
                let noise = a.margin.abs() <= blur && b.margin.abs() <= blur;
                if !noise {
                    return false;
                }
                blurred = true;
            }
        }
        blurred || self.visits.len() == other.visits.len()
    }

    /// The decisions that differ, up to where the control flow parts; at most `limit`.
    pub(crate) fn changes(&self, other: &Record, limit: usize) -> Vec<Change> {
        let mut found = Vec::new();
        for (i, (a, b)) in self.visits.iter().zip(&other.visits).enumerate() {
            if found.len() == limit || !same_site(a.site, b.site) {
                break;
            }
            if a.side() != b.side() {
                let occurrence = self.count(a.site, i);
                found.push(Change {
                    site: a.site,
                    occurrence,
                    from: a.decision,
                    to: b.decision,
                    stops: self.total(a.site) != other.total(a.site),
                });
            }
        }
        found
    }

    /// Visits of `site` among the first `before`.
    fn count(&self, site: &Site, before: usize) -> u32 {
        let visits = self.visits[..before].iter();
        visits.filter(|seen| same_site(seen.site, site)).count() as u32
    }

    /// Visits of `site` in all.
    fn total(&self, site: &Site) -> u32 {
        self.count(site, self.visits.len())
    }
}

/// A selection that takes every default and writes it down.
#[derive(Debug)]
pub(crate) struct Recording {
    visits: Vec<Seen>,
    signature: u64,
    border: Option<&'static Site>,
}

impl Recording {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Recording {
            visits: Vec::with_capacity(capacity),
            signature: 0,
            border: None,
        }
    }

    pub(crate) fn finish(self) -> Record {
        Record {
            visits: self.visits,
            signature: self.signature,
            border: self.border,
        }
    }

    /// One step of FxHash: signatures are only compared with each other, within one process.
    fn mix(&mut self, word: u64) {
        self.signature = (self.signature.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
}

impl Selection for Recording {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let seen = Seen {
            site: visit.site,
            margin: visit.margin,
            decision: visit.default,
        };
        let place = core::ptr::from_ref(visit.site).addr() as u64;
        self.mix(place ^ ((seen.side() as u64 + 1) << 60));
        self.visits.push(seen);
        visit.default
    }

    fn border(&mut self, site: &'static Site) {
        self.border = Some(site);
    }
}

/// Which sides of which sites a stretch of a curve took, without order: small, whatever the number of visits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    sides: HashMap<(usize, Side), u32>,
}

impl Presence {
    pub(crate) fn of(record: &Record, sites: &mut Sites) -> Self {
        let mut sides = HashMap::new();
        for seen in &record.visits {
            *sides
                .entry((sites.index(seen.site), seen.side()))
                .or_insert(0) += 1;
        }
        Presence { sides }
    }

    pub(crate) fn contains(&self, site: usize, side: Side) -> bool {
        self.sides.contains_key(&(site, side))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = (usize, Side)> + '_ {
        self.sides.keys().copied()
    }
}

/// Every site that was reached, numbered in the order of the first visit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sites {
    known: Vec<&'static Site>,
    by_address: HashMap<usize, usize>,
}

impl Sites {
    pub(crate) fn index(&mut self, site: &'static Site) -> usize {
        let address = core::ptr::from_ref(site).addr();
        if let Some(index) = self.by_address.get(&address) {
            return *index;
        }
        let index = self.position(site);
        self.by_address.insert(address, index);
        index
    }

    fn position(&mut self, site: &'static Site) -> usize {
        if let Some(index) = self.known.iter().position(|s| same_site(s, site)) {
            return index;
        }
        self.known.push(site);
        self.known.len() - 1
    }

    pub(crate) fn all(&self) -> &[&'static Site] {
        &self.known
    }
}
