//! Ready-made ways to decide at kinks.
//!
//! Each changes what is returned *at a tie of a continuous operation* and leaves
//! the rest to the primal. A comparison in control flow ([`SiteKind::Branch`]) is
//! never flipped here: its two branches need not agree at the tie.

use core::fmt;
use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::field::{Site, SiteKey, SiteKind};
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

/// One side of every tie at random, or a weight between the sides; the same for the same seed.
#[derive(Clone, Debug)]
pub struct Seeded {
    state: u64,
    mixes: bool,
}

impl Seeded {
    /// Starts the sequence of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Seeded {
        Seeded {
            state: seed,
            mixes: false,
        }
    }

    /// The same, with weights between 0 and 1: elements of the hull.
    #[must_use]
    pub const fn mixing(seed: u64) -> Seeded {
        Seeded {
            state: seed,
            mixes: true,
        }
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
        let bits = self.next();
        if self.mixes {
            return Decision::Tie((bits >> 11) as f64 / (1_u64 << 53) as f64);
        }
        if bits >> 63 == 1 {
            Decision::Above
        } else {
            Decision::Below
        }
    }
}

/// Counts a margin within `epsilon` as a tie.
///
/// What this returns approximates an element of the field near the point
/// (as in Goldstein's subdifferential); it is no element of a conservative field. [`Tolerance::is_exact`] tells
/// afterwards whether it came to that.
///
/// ```
/// use autodiff_runtime::choices::Tolerance;
/// # use autodiff_runtime::{Selection, Site, SiteKind, Ties};
/// # static ABS: Site = Site {
/// #     id: 0, function: "f", module: "m", file: "src/m.rs", line: 3, column: 5, primitive: "abs", source: "x.abs()",
/// #     kind: SiteKind::Kink, stratum: "x = 0", field: "[-1, 1]", theta: 0.5, clarke: true, ties: Ties::all(0.5), listed: true,
/// # };
/// let mut near = Tolerance::new(1e-6);
/// // An annotated `f` calls this: f::value_and_grad_with(&mut near, x)
/// near.weight(&ABS, 1e-9, true, false);
/// assert!(!near.is_exact());
/// assert_eq!(near.to_string(), "approximate: 1 visit within 1e-6 of a kink was taken for a tie");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance<S = Plain> {
    epsilon: f64,
    inner: S,
    moved: u64,
}

impl Tolerance {
    /// With the sites' own choices.
    #[must_use]
    pub const fn new(epsilon: f64) -> Tolerance {
        Tolerance::with(epsilon, Plain)
    }
}

impl<S> Tolerance<S> {
    /// With `inner` to decide at ties, those that are none included.
    #[must_use]
    pub const fn with(epsilon: f64, inner: S) -> Tolerance<S> {
        Tolerance {
            epsilon,
            inner,
            moved: 0,
        }
    }

    /// How many visits were taken for ties that are none.
    #[must_use]
    pub const fn moved(&self) -> u64 {
        self.moved
    }

    /// Whether what was returned is an element of the field at the point itself: nothing but ties was taken for a tie.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.moved == 0
    }
}

impl<S> fmt::Display for Tolerance<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.moved {
            0 => f.write_str("exact: only ties were taken for ties"),
            1 => write!(
                f,
                "approximate: 1 visit within {:?} of a kink was taken for a tie",
                self.epsilon
            ),
            n => write!(
                f,
                "approximate: {n} visits within {:?} of a kink were taken for ties",
                self.epsilon
            ),
        }
    }
}

impl<S: Selection> Selection for Tolerance<S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let near = visit.margin.abs() <= self.epsilon && visit.site.kind == SiteKind::Kink;
        if !near || visit.default.is_tie() {
            return self.inner.decide(visit);
        }
        self.moved += 1;
        let default = Decision::Tie(visit.share(visit.site.theta));
        self.inner.decide(&Visit { default, ..*visit })
    }

    fn border(&mut self, site: &'static Site) {
        self.inner.border(site);
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

    fn border(&mut self, site: &'static Site) {
        self.inner.border(site);
    }
}

/// Counts visits and ties of each site; prints as a list. Of a border of a domain the visits exactly on it are
/// counted, as ties.
///
/// How often ties are met depends on the precision: see the test of the same function in `f32` and `f64`
/// (Bertoin, Bolte, Gerchinovitz, Pauwels, *Numerical influence of ReLU'(0) on backpropagation*, NeurIPS 2021).
#[derive(Clone, Debug, Default)]
pub struct Counter<S = Plain> {
    counts: BTreeMap<SiteKey, Count>,
    sites: BTreeMap<SiteKey, &'static Site>,
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
            sites: BTreeMap::new(),
            inner,
        }
    }

    /// The counts, by site.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<SiteKey, Count> {
        &self.counts
    }

    /// The counts of all sites together.
    #[must_use]
    pub fn total(&self) -> Count {
        let mut total = Count::default();
        for count in self.counts.values() {
            total.visits += count.visits;
            total.ties += count.ties;
        }
        total
    }

    fn count(&mut self, site: &'static Site, tied: bool) {
        let key = site.key();
        let count = self.counts.entry(key).or_default();
        count.visits += 1;
        count.ties += u64::from(tied);
        self.sites.entry(key).or_insert(site);
    }
}

impl<S: Selection> Selection for Counter<S> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        self.count(visit.site, visit.default.is_tie());
        self.inner.decide(visit)
    }

    fn border(&mut self, site: &'static Site) {
        self.count(site, true);
        self.inner.border(site);
    }
}

impl<S> fmt::Display for Counter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { visits, ties } = self.total();
        write!(f, "visits: {visits}, ties: {ties}")?;
        for (key, site) in &self.sites {
            let Count { visits, ties } = self.counts.get(key).copied().unwrap_or_default();
            write!(
                f,
                "\n  {}  {} `{}`",
                site.place(),
                site.primitive,
                site.source
            )?;
            write!(f, "  visits {visits}, ties {ties}")?;
        }
        Ok(())
    }
}
