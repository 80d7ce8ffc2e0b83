//! Ready-made ways to decide at kinks.
//!
//! Each changes what is returned *at a tie of a continuous operation* and leaves
//! the rest to the primal. A comparison in control flow ([`SiteKind::Branch`]) is
//! never flipped here: its two branches need not agree at the tie.

use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::field::{SiteKey, SiteKind};
use crate::policy::Policy;
use crate::selection::{Plain, Selection, Visit};

fn is_free(visit: &Visit) -> bool {
    visit.default.is_tie() && visit.site.kind == SiteKind::Kink
}

/// The same decision at every tie.
///
/// ```
/// use autodiff_runtime::choices::Fixed;
/// use autodiff_runtime::Decision;
/// let upper = Fixed(Decision::Above);
/// let quarter = Fixed(Decision::Tie(0.25));
/// # let _ = (upper, quarter);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fixed(pub Decision);

impl Selection for Fixed {
    fn decide(&mut self, visit: &Visit) -> Decision {
        if is_free(visit) {
            self.0
        } else {
            visit.default
        }
    }
}

/// What a policy takes, whatever the function was compiled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithPolicy(pub Policy);

impl Selection for WithPolicy {
    fn decide(&mut self, visit: &Visit) -> Decision {
        if is_free(visit) {
            Decision::Tie(visit.share(visit.site.ties.theta(self.0)))
        } else {
            visit.default
        }
    }
}

/// One side of every tie at random, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Seeded {
    state: u64,
}

impl Seeded {
    /// Starts the sequence of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Seeded {
        Seeded { state: seed }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Selection for Seeded {
    fn decide(&mut self, visit: &Visit) -> Decision {
        if !is_free(visit) {
            return visit.default;
        }
        if self.next() >> 63 == 1 {
            Decision::Above
        } else {
            Decision::Below
        }
    }
}

/// Counts a margin within `epsilon` as a tie.
///
/// What this returns approximates an element of the field near the point
/// (as in Goldstein's subdifferential); it is no element of a conservative field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance<S = Plain> {
    /// Largest margin that counts as a tie.
    pub epsilon: f64,
    /// Who decides then.
    pub inner: S,
}

impl Tolerance {
    /// With the sites' own choices.
    #[must_use]
    pub const fn new(epsilon: f64) -> Tolerance {
        Tolerance {
            epsilon,
            inner: Plain,
        }
    }
}

impl<S: Selection> Selection for Tolerance<S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let near = visit.margin.abs() <= self.epsilon && visit.site.kind == SiteKind::Kink;
        let default = if near {
            Decision::Tie(visit.share(visit.site.theta))
        } else {
            visit.default
        };
        self.inner.decide(&Visit { default, ..*visit })
    }
}

/// A decision of its own for some sites, `inner` for the others.
#[derive(Clone, Debug, Default)]
pub struct PerSite<S = Plain> {
    chosen: BTreeMap<SiteKey, Decision>,
    inner: S,
}

impl<S> PerSite<S> {
    /// Leaves everything to `inner` so far.
    #[must_use]
    pub const fn new(inner: S) -> PerSite<S> {
        PerSite {
            chosen: BTreeMap::new(),
            inner,
        }
    }

    /// Takes `decision` at ties of the site `key`.
    #[must_use]
    pub fn at(mut self, key: SiteKey, decision: Decision) -> PerSite<S> {
        self.chosen.insert(key, decision);
        self
    }
}

impl<S: Selection> Selection for PerSite<S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        match self.chosen.get(&visit.site.key()) {
            Some(decision) if is_free(visit) => *decision,
            _ => self.inner.decide(visit),
        }
    }
}

/// Counts visits and ties of each site.
#[derive(Clone, Debug, Default)]
pub struct Counter<S = Plain> {
    counts: BTreeMap<SiteKey, Count>,
    inner: S,
}

/// How often a site was visited, and how often it tied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Visits.
    pub visits: u64,
    /// Visits with equal operands.
    pub ties: u64,
}

impl<S> Counter<S> {
    /// Counts what `inner` decides.
    #[must_use]
    pub const fn new(inner: S) -> Counter<S> {
        Counter {
            counts: BTreeMap::new(),
            inner,
        }
    }

    /// The counts, by site.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<SiteKey, Count> {
        &self.counts
    }
}

impl<S: Selection> Selection for Counter<S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let count = self.counts.entry(visit.site.key()).or_default();
        count.visits += 1;
        count.ties += u64::from(visit.default.is_tie());
        self.inner.decide(visit)
    }
}
