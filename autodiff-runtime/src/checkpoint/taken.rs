//! The decisions of a loop that is run again: taken once, in the order of the primal, and found
//! again.

use crate::decision::Decision;
use crate::field::Site;
use crate::selection::{Plain, Selection, Visit};

/// The decisions that were taken in a loop under `#[checkpoint]`. In the forward sweep they are
/// written down (one byte each, and the weight if it is neither 0 nor 1); when iterations are run
/// again, this is their selection. Nothing is written down under [`Plain`], which decides by the
/// operands alone. Borders of domains are told the first time only.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    codes: Vec<Code>,
    weights: Vec<f64>,
    /// The decision that is next.
    at: Mark,
    /// The first decision of the iteration that runs.
    start: Mark,
    plain: bool,
}

/// A place among the decisions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    code: usize,
    weight: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Code {
    Below,
    Above,
    Weighted,
}

impl Taken {
    /// None.
    #[must_use]
    pub const fn new() -> Taken {
        let start = Mark { code: 0, weight: 0 };
        Taken {
            codes: Vec::new(),
            weights: Vec::new(),
            at: start,
            start,
            plain: false,
        }
    }

    /// A selection that decides as `sel` and writes down what it decides.
    #[inline]
    pub fn by<'a, S: Selection + ?Sized>(&'a mut self, sel: &'a mut S) -> Taking<'a, S> {
        self.plain = sel.is_plain();
        Taking { sel, taken: self }
    }

    /// The next decision, to come back to with [`Taken::rewind`].
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.at
    }

    /// Goes back to a decision.
    pub fn rewind(&mut self, to: Mark) {
        self.at = to;
    }

    /// An iteration begins that may be the last.
    pub fn open(&mut self) {
        self.start = self.at;
    }

    /// It was none: what the condition of the loop has decided is forgotten.
    pub fn cancel(&mut self) {
        self.at = self.start;
        self.forget();
    }

    /// An iteration has run for the last time: its decisions are forgotten.
    ///
    /// # Panics
    ///
    /// If it has not decided what it decided the first time: then it is a function of something else
    /// than its state.
    pub fn close(&mut self) {
        assert!(
            self.at.code == self.codes.len() && self.at.weight == self.weights.len(),
            "an iteration of a loop under `#[checkpoint]` took other decisions when it was run again"
        );
        self.cancel();
    }

    fn forget(&mut self) {
        self.codes.truncate(self.at.code);
        self.weights.truncate(self.at.weight);
    }

    #[inline]
    fn write(&mut self, weight: f64) {
        let code = match weight {
            0.0 => Code::Below,
            1.0 => Code::Above,
            _ => Code::Weighted,
        };
        self.put(code, weight);
    }

    fn put(&mut self, code: Code, weight: f64) {
        self.codes.push(code);
        if code == Code::Weighted {
            self.weights.push(weight);
        }
        self.at = Mark {
            code: self.codes.len(),
            weight: self.weights.len(),
        };
    }

    fn read(&mut self) -> (Code, f64) {
        let code = self.codes.get(self.at.code).copied();
        let weight = match code {
            Some(Code::Below) => Some(0.0),
            Some(Code::Above) => Some(1.0),
            Some(Code::Weighted) => {
                self.at.weight += 1;
                self.weights.get(self.at.weight - 1).copied()
            }
            None => None,
        };
        self.at.code += 1;
        match code.zip(weight) {
            Some(found) => found,
            None => panic!(
                "an iteration of a loop under `#[checkpoint]` took more decisions when it was run again"
            ),
        }
    }
}

impl Selection for Taken {
    #[inline]
    fn decide(&mut self, visit: &Visit) -> Decision {
        if self.plain {
            return Plain.decide(visit);
        }
        match self.read() {
            (Code::Below, _) => Decision::Below,
            (Code::Above, _) => Decision::Above,
            (Code::Weighted, weight) => Decision::Tie(weight),
        }
    }

    #[inline]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        match self.plain {
            true => Plain.weight(site, margin, above, tie),
            false => self.read().1,
        }
    }

    #[inline]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        match self.plain {
            true => Plain.branch(site, margin, holds, tie),
            false => self.read().0 == Code::Above,
        }
    }

    #[inline]
    fn weight_along(
        &mut self,
        site: &'static Site,
        (margin, _): (f64, Option<f64>),
        above: bool,
        tie: bool,
    ) -> f64 {
        self.weight(site, margin, above, tie)
    }

    #[inline]
    fn branch_along(
        &mut self,
        site: &'static Site,
        (margin, _): (f64, Option<f64>),
        holds: bool,
        tie: bool,
    ) -> bool {
        self.branch(site, margin, holds, tie)
    }

    fn is_plain(&self) -> bool {
        self.plain
    }
}

/// See [`Taken::by`].
#[derive(Debug)]
pub struct Taking<'a, S: ?Sized> {
    sel: &'a mut S,
    taken: &'a mut Taken,
}

impl<S: Selection + ?Sized> Taking<'_, S> {
    #[inline(always)]
    fn note(&mut self, weight: f64) -> f64 {
        if !self.taken.plain {
            self.taken.write(weight);
        }
        weight
    }

    #[inline(always)]
    fn note_branch(&mut self, holds: bool) -> bool {
        self.note(if holds { 1.0 } else { 0.0 });
        holds
    }
}

impl<S: Selection + ?Sized> Selection for Taking<'_, S> {
    #[inline]
    fn decide(&mut self, visit: &Visit) -> Decision {
        let decision = self.sel.decide(visit);
        if !self.taken.plain {
            match decision {
                Decision::Below => self.taken.put(Code::Below, 0.0),
                Decision::Above => self.taken.put(Code::Above, 1.0),
                Decision::Tie(theta) => self.taken.put(Code::Weighted, theta),
            }
        }
        decision
    }

    #[inline(always)]
    fn border(&mut self, site: &'static Site) {
        self.sel.border(site);
    }

    #[inline(always)]
    fn weight(&mut self, site: &'static Site, margin: f64, above: bool, tie: bool) -> f64 {
        let weight = self.sel.weight(site, margin, above, tie);
        self.note(weight)
    }

    #[inline(always)]
    fn branch(&mut self, site: &'static Site, margin: f64, holds: bool, tie: bool) -> bool {
        let holds = self.sel.branch(site, margin, holds, tie);
        self.note_branch(holds)
    }

    #[inline(always)]
    fn weight_along(
        &mut self,
        site: &'static Site,
        margin: (f64, Option<f64>),
        above: bool,
        tie: bool,
    ) -> f64 {
        let weight = self.sel.weight_along(site, margin, above, tie);
        self.note(weight)
    }

    #[inline(always)]
    fn branch_along(
        &mut self,
        site: &'static Site,
        margin: (f64, Option<f64>),
        holds: bool,
        tie: bool,
    ) -> bool {
        let holds = self.sel.branch_along(site, margin, holds, tie);
        self.note_branch(holds)
    }

    fn is_plain(&self) -> bool {
        self.sel.is_plain()
    }
}
