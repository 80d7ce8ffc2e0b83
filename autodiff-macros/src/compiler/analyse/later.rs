//! What a loop computes for later alone.
//!
//! In: a loop. Out: the values of it that no iteration reads but to hand them on: the error that it was left with, what it has seen last.
//! An iteration that runs again does without them, so that they need not be kept, cloned or computed twice. Numbers are none of
//! them: they cost nothing to keep.

use std::collections::BTreeSet;

use crate::compiler::hir::Ty;
use crate::compiler::ssa::{Func, Stmt, StmtKind, ValId};

/// The values of a loop that are there for later.
pub(crate) fn run(func: &Func, looped: &Stmt) -> BTreeSet<ValId> {
    let blocks = looped.kind.blocks();
    let mut later = BTreeSet::new();
    let known = |v: &ValId| matches!(func.val(*v).ty, Ty::Real(_) | Ty::Int | Ty::Bool);
    later.extend(looped.kind.carried().iter().map(|c| c.phi));
    for block in &blocks {
        block.walk(&mut |s| {
            if !matches!(s.kind, StmtKind::Call(_)) {
                s.kind.for_each_def(&mut |v| {
                    later.insert(v);
                });
            }
            later.extend(s.kind.carried().iter().map(|c| c.phi));
        });
    }
    later.retain(|v| !known(v));
    loop {
        let mut used = BTreeSet::new();
        for block in &blocks {
            block.walk(&mut |s| {
                inputs(&s.kind, &later, &mut |v| {
                    used.insert(v);
                });
                for c in s.kind.carried() {
                    if !(later.contains(&c.phi) && later.contains(&c.out)) {
                        used.extend([c.phi, c.out]);
                    }
                }
            });
        }
        let handed = looped.kind.carried().iter();
        used.extend(handed.filter(|c| !later.contains(&c.phi)).map(|c| c.next));
        looped.kind.for_each_use(&mut |v| {
            used.insert(v);
        });
        let before = later.len();
        later.retain(|v| !used.contains(v));
        if later.len() == before {
            return later;
        }
    }
}

/// The values that a statement takes where those that are there for later are left out.
pub(crate) fn inputs(kind: &StmtKind, later: &BTreeSet<ValId>, f: &mut dyn FnMut(ValId)) {
    if matches!(kind, StmtKind::Def(v, _) if later.contains(v)) {
        return;
    }
    kind.for_each_use(f);
    for c in kind.carried().iter().filter(|c| !later.contains(&c.out)) {
        f(c.init);
        f(c.next);
    }
    if let StmtKind::If { phis, .. } = kind {
        for p in phis.iter().filter(|p| !later.contains(&p.out)) {
            f(p.then);
            f(p.els);
        }
    }
}
