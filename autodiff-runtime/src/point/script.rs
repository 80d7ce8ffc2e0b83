//! A selection that follows a list, visit by visit, and writes down what it met.

use std::collections::BTreeMap;

use crate::decision::Decision;
use crate::field::{Site, SiteKey};
use crate::selection::{Selection, Visit};

/// One visit, as it was met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    pub(super) site: &'static Site,
    pub(super) occurrence: u32,
    pub(super) margin: f64,
    pub(super) along: Option<f64>,
    pub(super) default: Decision,
    pub(super) decision: Decision,
}

impl Met {
    pub(super) fn is_tie(&self) -> bool {
        self.default.is_tie()
    }
}

/// Answers by the number of the visit; where the list says nothing, `otherwise` does.
pub(super) struct Script<'a> {
    pub(super) answers: &'a [Option<Decision>],
    otherwise: &'a mut dyn FnMut(usize, &Met) -> Decision,
    pub(super) met: Vec<Met>,
    seen: BTreeMap<SiteKey, u32>,
}

impl<'a> Script<'a> {
    pub(super) fn new(
        answers: &'a [Option<Decision>],
        otherwise: &'a mut dyn FnMut(usize, &Met) -> Decision,
    ) -> Script<'a> {
        Script {
            answers,
            otherwise,
            met: Vec::new(),
            seen: BTreeMap::new(),
        }
    }
}

impl Selection for Script<'_> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let (number, seen) = (
            self.met.len(),
            self.seen.entry(visit.site.key()).or_default(),
        );
        let mut met = Met {
            site: visit.site,
            occurrence: *seen,
            margin: visit.margin,
            along: visit.along,
            default: visit.default,
            decision: visit.default,
        };
        *seen += 1;
        if met.is_tie() {
            let given = self.answers.get(number).copied().flatten();
            met.decision = given.unwrap_or_else(|| (self.otherwise)(number, &met));
        }
        self.met.push(met);
        met.decision
    }
}
