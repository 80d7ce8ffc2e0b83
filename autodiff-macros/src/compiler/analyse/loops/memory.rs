//! What a loop does to memory, and what becomes of that after it.
//!
//! In: the body of a loop, and what follows it. Out: whether its iterations can be reversed one by one, as far as memory is concerned,
//! and whether they can be run a second time later.

use std::collections::BTreeSet;

use super::Loops;
use super::scratch::covers_whole;
use crate::compiler::hir::Ty;
use crate::compiler::ssa::{Block, MemId, Op, Origin, Stmt, StmtKind, StoreOp};

impl Loops<'_> {
    /// True if every memory variable that the loop writes is local to an iteration, is scratch that
    /// each iteration overwrites before it reads, or has no adjoint.
    pub(super) fn memory_is_private(&self, kind: &StmtKind, body: &Block, stmt: &Stmt) -> bool {
        let body_block = self.layout.id_of(body);
        body.written().into_iter().all(|m| {
            self.layout.contains(body_block, self.layout.mem_block(m))
                && self.layout.mem_block(m) != 0
                || !self.facts.active_mem(m)
                || self.adds_only(m, body)
                || kind
                    .loop_id()
                    .is_some_and(|l| self.func.strips.is_private(m, l))
                || (self.keeps_its_length(m)
                    && self.is_scratch(m, body)
                    && self.is_dead_after(m, stmt))
        })
    }

    /// True if the loop only ever adds to the variable.
    pub(super) fn adds_only(&self, m: MemId, body: &Block) -> bool {
        let mut ok = true;
        body.walk(&mut |s| {
            s.kind.for_each_read(&mut |r| ok &= r != m);
            match &s.kind {
                StmtKind::Store {
                    op: StoreOp::Add | StoreOp::Sub,
                    ..
                } => {}
                kind => kind.for_each_write(&mut |w| ok &= w != m),
            }
        });
        ok
    }

    /// True if a variable declared outside is added to: its adjoint is not known in advance.
    pub(super) fn only_adds_to_memory(&self, body: &Block) -> bool {
        let body_block = self.layout.id_of(body);
        body.written().into_iter().any(|m| {
            let outside = !self.layout.contains(body_block, self.layout.mem_block(m));
            outside && self.facts.active_mem(m) && self.adds_only(m, body)
        })
    }

    /// True if memory that the loop reads is changed after it. What is reversed before that must not
    /// have added to its adjoint yet: the adjoint of what stands there later is reset, or handed on.
    /// The adjoint of a copy that a loop under `#[checkpoint]` reads is that of the original, which may change in this loop, too.
    pub(super) fn changes_later(&self, body: &Block, after: &[Stmt]) -> bool {
        let read = body.read();
        let originals = read.iter().filter_map(|m| self.func.fixed.get(m));
        let originals: BTreeSet<MemId> = originals.copied().collect();
        let later = || after.iter().flat_map(|s| s.kind.written());
        let active = |m: &MemId| self.facts.active_mem(*m);
        let changed = |m: &MemId| originals.contains(m) && active(m);
        later().any(|m| read.contains(&m) && active(&m))
            || (!originals.is_empty() && later().chain(body.written()).any(|m| changed(&m)))
    }

    /// True if nobody reads after the loop what the memory holds then.
    pub(crate) fn is_dead_after(&self, m: MemId, stmt: &Stmt) -> bool {
        let end = stmt
            .kind
            .loop_body()
            .map_or(0, |b| self.layout.blocks[self.layout.id_of(b)].span.1);
        let mut read = matches!(self.func.mem(m).origin, Origin::Exclusive(_));
        if let Some(result) = &self.func.result {
            result.for_each_mem(&mut |r| read |= r == m);
        }
        self.func.body.walk(&mut |s| {
            if self.layout.position(s) >= end {
                s.kind.for_each_read(&mut |r| read |= r == m);
                s.kind
                    .for_each_write(&mut |w| read |= w == m && !covers_whole(&s.kind, m));
            }
        });
        !read
    }

    /// True if the body can be run a second time, later: no effects, no calls, nothing carried but
    /// accumulators, and everything that it reads still has the value that it had.
    pub(super) fn can_rerun(&self, kind: &StmtKind, body: &Block, stmt: &Stmt) -> bool {
        if !matches!(kind, StmtKind::For { until: None, .. })
            || kind.carried().iter().any(|c| !self.facts.active(c.out))
        {
            return false;
        }
        let body_block = self.layout.id_of(body);
        let pos = self.layout.position(stmt);
        let mut ok = true;
        body.walk(&mut |s| match &s.kind {
            StmtKind::Call(_) | StmtKind::Effect(_) | StmtKind::Leave { .. } => ok = false,
            // A selection is asked once per visit.
            StmtKind::Def(_, Op::Weight { .. } | Op::Branch { .. }) => ok &= self.plain,
            StmtKind::Def(_, Op::Opaque(code)) => ok &= code.pure && code.uses.is_empty(),
            _ => {}
        });
        body.walk(&mut |s| {
            s.kind.for_each_read(&mut |m| {
                let local = self.layout.contains(body_block, self.layout.mem_block(m))
                    && self.layout.mem_block(m) != 0;
                ok &= local || self.can_read_later(m, pos, body);
            });
            s.kind.for_each_write(&mut |m| {
                ok &= !matches!(self.func.mem(m).origin, Origin::Exclusive(_))
                    || self.adds_only(m, body)
            });
        });
        ok
    }

    fn can_read_later(&self, m: MemId, pos: u32, body: &Block) -> bool {
        match self.func.mem(m).origin {
            Origin::Shared(_) => true,
            Origin::Exclusive(_) => false,
            _ => {
                let stores = self.layout.stores(m);
                // Rows of other lengths may take the place of rows, and what a constant list is handed to may do anything.
                let same_length = is_of_numbers(&self.func.mem(m).ty)
                    && !self.layout.grows_after(m, pos)
                    && self.keeps_its_length(m);
                let overwritten = stores.iter().any(|s| *s > pos) && self.is_scratch(m, body);
                let unchanged = stores.iter().all(|s| *s < pos);
                (unchanged && !self.layout.grows_after(m, pos) || overwritten && same_length)
                    || (unchanged || overwritten) && reads_elements_only(m, body)
            }
        }
    }
}

/// True if nothing is read of the array but numbers in it: its length does not matter.
fn reads_elements_only(m: MemId, body: &Block) -> bool {
    let mut only = true;
    body.walk(&mut |s| {
        let element = matches!(&s.kind, StmtKind::Def(_, Op::Load(_) | Op::LoadIf(..)));
        s.kind
            .for_each_read(&mut |read| only &= read != m || element);
    });
    only
}

/// True for a list of numbers, or of arrays of them.
fn is_of_numbers(ty: &Ty) -> bool {
    fn fixed(ty: &Ty) -> bool {
        match ty {
            Ty::Array(inner, _) => fixed(inner),
            ty => matches!(ty, Ty::Real(_)),
        }
    }
    match ty {
        Ty::Vec(inner) | Ty::Slice(inner) | Ty::Seq(inner) => fixed(inner),
        ty => fixed(ty),
    }
}
