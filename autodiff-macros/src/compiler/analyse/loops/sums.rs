//! Sums: carried values that a loop only adds to.
//!
//! In: a carried value. Out: true if every iteration makes the next value of it by additions alone, through branches and inner loops
//! too, and uses it for nothing else; its adjoint is then the same in all iterations.
//!
//! ```text
//! for i in 0..n { if x[i] > 0.0 { s += x[i] } }      s is a sum
//! for i in 0..n { s = s * x[i] }                     s is none
//! ```

use std::collections::BTreeSet;

use super::Loops;
use crate::compiler::hir::{BinOp, Ty};
use crate::compiler::ssa::{Block, Carried, Op, Phi, Stmt, StmtKind, ValId};

impl Loops<'_> {
    /// True if the loop only ever adds to the carried value and uses it for nothing else.
    pub(crate) fn is_sum(&self, carried: &Carried, stmt: &Stmt) -> bool {
        let body = stmt.kind.loop_body();
        body.is_some_and(|body| self.is_sum_of(carried, &stmt.kind, body))
    }

    /// True if the loop only adds to the carried value, things that do not depend on it, and uses it
    /// for nothing else: the adjoint is the same in all iterations.
    pub(super) fn is_sum_of(&self, carried: &Carried, kind: &StmtKind, body: &Block) -> bool {
        self.chain_of(carried, kind, body).is_some()
    }

    /// True if the loop counts something in the integer, upwards and from 0 or more: the order of the steps does not matter then, and
    /// no part of them leads further than all.
    pub(crate) fn is_count(&self, carried: &Carried, stmt: &Stmt) -> bool {
        let body = stmt.kind.loop_body();
        let chain = body.and_then(|body| self.chain_of(carried, &stmt.kind, body));
        let Some((chain, body)) = chain.zip(body) else {
            return false;
        };
        let from = self.layout.literal(carried.init);
        let mut upwards =
            matches!(self.func.val(carried.out).ty, Ty::Int) && from.is_some_and(|n| n >= 0);
        body.walk(&mut |s| {
            if let StmtKind::Def(v, Op::Bin(BinOp::Sub, ..)) = &s.kind {
                upwards &= !chain.has(*v);
            }
            // What an inner loop does with it is not looked at.
            upwards &= s.kind.carried().iter().all(|c| !chain.has(c.out));
        });
        upwards
    }

    /// What becomes of the carried value in an iteration, if it is a sum.
    fn chain_of(&self, carried: &Carried, kind: &StmtKind, body: &Block) -> Option<Chain> {
        let mut chain = Chain::of(carried.phi);
        let head = match kind {
            StmtKind::While { head, .. } => self.extend_chain(&mut chain, head),
            _ => true,
        };
        let sums = head
            && self.extend_chain(&mut chain, body)
            && chain.ends_in(carried.next)
            && !leaks(kind, carried, &chain);
        sums.then_some(chain)
    }

    /// Follows the chain through a block; false if a member is used for anything but to continue it,
    /// or twice.
    fn extend_chain(&self, chain: &mut Chain, block: &Block) -> bool {
        block
            .stmts
            .iter()
            .all(|stmt| self.extend_chain_by(chain, &stmt.kind))
    }

    pub(super) fn extend_chain_by(&self, chain: &mut Chain, kind: &StmtKind) -> bool {
        match kind {
            StmtKind::Def(v, Op::Bin(BinOp::Add, a, b)) if chain.has(*a) != chain.has(*b) => {
                chain.advance(if chain.has(*a) { *a } else { *b }, *v)
            }
            StmtKind::Def(v, Op::Bin(BinOp::Sub, a, b)) if chain.has(*a) && !chain.has(*b) => {
                chain.advance(*a, *v)
            }
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => !chain.has(*cond) && self.branch_in_chain(chain, then, els, phis),
            StmtKind::For { .. } | StmtKind::While { .. } => self.loop_in_chain(chain, kind),
            kind => {
                let mut used = false;
                kind.for_each_use(&mut |v| used |= chain.has(v));
                !used
            }
        }
    }

    fn branch_in_chain(&self, chain: &mut Chain, then: &Block, els: &Block, phis: &[Phi]) -> bool {
        let (mut in_then, mut in_els) = (chain.clone(), chain.clone());
        if !self.extend_chain(&mut in_then, then) || !self.extend_chain(&mut in_els, els) {
            return false;
        }
        for p in phis {
            match (in_then.has(p.then), in_els.has(p.els)) {
                (true, true) if in_then.advance(p.then, p.out) && in_els.advance(p.els, p.out) => {}
                (false, false) => {}
                _ => return false,
            }
        }
        // What one branch used up and the other did not would have two adjoints.
        let same = in_then.open() == in_els.open();
        *chain = in_then;
        chain.members.append(&mut in_els.members);
        chain.used.append(&mut in_els.used);
        same
    }

    fn loop_in_chain(&self, chain: &mut Chain, kind: &StmtKind) -> bool {
        let mut used = false;
        kind.for_each_use(&mut |v| used |= chain.has(v));
        for block in kind.blocks() {
            block.walk(&mut |s| s.kind.for_each_input(&mut |v| used |= chain.has(v)));
        }
        let Some(body) = kind.loop_body() else {
            return false;
        };
        if used || kind.carried().iter().any(|c| chain.has(c.next)) {
            return false;
        }
        let entering: Vec<&Carried> = kind
            .carried()
            .iter()
            .filter(|c| chain.has(c.init))
            .collect();
        for c in entering {
            let mut inner = Chain::of(c.phi);
            let heads = match kind {
                StmtKind::While { head, .. } => self.extend_chain(&mut inner, head),
                _ => true,
            };
            let stays = heads && self.extend_chain(&mut inner, body) && inner.ends_in(c.next);
            if !stays || leaks(kind, c, &inner) || !chain.advance(c.init, c.out) {
                return false;
            }
        }
        true
    }
}

/// A value and what it becomes by additions, each member used once at most.
#[derive(Clone)]
pub(super) struct Chain {
    members: BTreeSet<ValId>,
    used: BTreeSet<ValId>,
}

impl Chain {
    pub(super) fn of(start: ValId) -> Chain {
        Chain {
            members: BTreeSet::from([start]),
            used: BTreeSet::new(),
        }
    }

    pub(super) fn has(&self, v: ValId) -> bool {
        self.members.contains(&v)
    }

    /// Goes on from a member; false if the chain went on from it before.
    fn advance(&mut self, from: ValId, to: ValId) -> bool {
        self.members.insert(to);
        self.used.insert(from)
    }

    /// The members that nothing was made of yet.
    fn open(&self) -> BTreeSet<ValId> {
        self.members.difference(&self.used).copied().collect()
    }

    pub(super) fn ends_in(&self, end: ValId) -> bool {
        self.open() == BTreeSet::from([end])
    }
}

/// True if a member of the chain is carried on as another variable, too.
fn leaks(kind: &StmtKind, own: &Carried, chain: &Chain) -> bool {
    let others = kind.carried().iter().filter(|c| c.phi != own.phi);
    others.into_iter().any(|c| chain.has(c.next))
}
