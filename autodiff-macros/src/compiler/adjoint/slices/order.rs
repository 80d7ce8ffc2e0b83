//! Whether the reverse of a loop may run in the order of the loop.
//!
//! In: the loop. Out: true if no iteration waits for what the reverse of another one has left. LLVM makes more of a loop upwards.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use super::Kernel;
use super::points::Start;
use crate::compiler::ssa::{List, Op, Proj, StmtKind, StoreOp, ValId};

impl Kernel<'_> {
    /// True if the iterations can be reversed in any order: nothing is handed from one to the next
    /// but sums, and no two of them touch the same element unless both only add or both only read.
    pub(super) fn is_order_free(&self) -> bool {
        let id = self.stmt.kind.loop_id();
        let steps = id
            .and_then(|l| self.plan.stepped.get(&l))
            .is_some_and(|all| !all.is_empty());
        let sums = self
            .stmt
            .kind
            .carried()
            .iter()
            .filter(|c| self.cx.facts.active(c.out))
            .all(|c| self.cx.is_sum(c, self.stmt));
        !steps && sums && self.touches_apart()
    }

    /// True if iterations take arrays back that they saved as a whole, the last one first.
    pub(super) fn takes_rows(&self) -> bool {
        let id = self.stmt.kind.loop_id();
        let rows = id.and_then(|l| self.plan.rows.get(&l));
        let flat = self.plan.flat.values().any(|row| Some(row.id) == id);
        flat || rows.is_some_and(|rows| !rows.is_empty())
    }

    fn touches_apart(&self) -> bool {
        let mut touched: BTreeMap<List, Touched> = BTreeMap::new();
        let body = self.stmt.kind.loop_body();
        body.into_iter().for_each(|b| {
            b.walk(&mut |s| {
                let (at, how) = match &s.kind {
                    StmtKind::Def(_, Op::Load(at) | Op::LoadIf(_, at)) => (at, How::Adds),
                    StmtKind::Store {
                        place,
                        op: StoreOp::Set,
                        ..
                    } => (place, How::Sets),
                    StmtKind::Store { place, .. } => (place, How::Reads),
                    _ => return,
                };
                if self.cx.facts.active_place(at) {
                    let (list, path) = at.in_list();
                    let own = match path {
                        [Proj::Index(row), Proj::Index(v), ..] if self.is_fixed(*row) => {
                            self.own(*v).map(|own| (1, own))
                        }
                        [Proj::Index(v), ..] => self.own(*v).map(|own| (0, own)),
                        _ => None,
                    };
                    touched.entry(list).or_default().note(own, how);
                }
            });
        });
        touched.values().all(|t| {
            let alike = t.hows.len() == 1 && !t.hows.contains(&How::Sets);
            alike || t.owns.len() == 1 && t.owns.iter().all(Option::is_some)
        })
    }

    /// What of an array belongs to an iteration alone, if the index leads there.
    fn own(&self, index: ValId) -> Option<Own> {
        let nothing = Ident::new("count", self.cx.func.name.span());
        match index == self.counter || self.start(index, &nothing).is_some() {
            true => Some(Own::Element(index)),
            false => self.coordinate(index).map(|c| Own::Point(c.size, c.start)),
        }
    }
}

/// What belongs to an iteration alone.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Own {
    Element(ValId),
    /// So many numbers side by side.
    Point(usize, Start),
}

/// How the reverse of a statement touches an adjoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Adds,
    Reads,
    Sets,
}

#[derive(Default)]
struct Touched {
    hows: BTreeSet<How>,
    /// And whether it is that of a list, or of its rows.
    owns: BTreeSet<Option<(usize, Own)>>,
}

impl Touched {
    fn note(&mut self, own: Option<(usize, Own)>, how: How) {
        self.hows.insert(how);
        self.owns.insert(own);
    }
}
