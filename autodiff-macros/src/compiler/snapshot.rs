//! Copies of arrays that a callee reads and that change before the reverse sweep.
//!
//! A pullback gets the arguments of its call again, and has to find in them what the call found.
//! In: the SSA form. Out: the same form in which every array that is passed by shared reference to
//! a differentiated call, and that may be written to or go out of scope afterwards, is copied
//! first, and the copy passed:
//!
//! ```text
//! y = call f(&a)       →   copy = clone a;  y = call f(&copy)
//! ```
//!
//! Calls in one block that find the same in an array share a copy.
//!
//! A loop under `#[checkpoint]` runs again in the reverse sweep: what it reads and does not change is
//! copied in front of it, if it changes later.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use super::analyse::activity::Activity;
use super::analyse::layout::{BlockId, Layout};
use super::analyse::loops::{Mode, Modes};
use super::hir::Ty;
use super::names::{self, Names};
use super::ssa::rewrite;
use super::ssa::{Arg, Block, Call, Func, Init, Mem, MemId, Origin, Place, Stmt, StmtKind};

/// Inserts the copies.
pub(crate) fn run(
    func: &Func,
    facts: &Activity,
    layout: &Layout<'_>,
    modes: &Modes,
    names: &mut Names,
) -> Func {
    let mut pass = Snapshots {
        func,
        facts,
        layout,
        modes,
        names,
        mems: func.mems.clone(),
        copies: Vec::new(),
        snapshots: BTreeMap::new(),
        fixed: BTreeMap::new(),
    };
    let body = pass.block(&func.body);
    let (mems, snapshots, fixed) = (pass.mems, pass.snapshots, pass.fixed);
    Func {
        body,
        mems,
        snapshots,
        fixed,
        ..func.clone()
    }
}

struct Snapshots<'a> {
    func: &'a Func,
    facts: &'a Activity,
    layout: &'a Layout<'a>,
    modes: &'a Modes,
    names: &'a mut Names,
    mems: Vec<Mem>,
    /// The copies of this block that still are what the array is.
    copies: Vec<(Place, MemId)>,
    snapshots: BTreeMap<MemId, Place>,
    fixed: BTreeMap<MemId, MemId>,
}

impl Snapshots<'_> {
    fn block(&mut self, block: &Block) -> Block {
        let mut stmts = Vec::new();
        let id = self.layout.id_of(block);
        let outer = std::mem::take(&mut self.copies);
        for stmt in &block.stmts {
            let mut copied = stmt.clone();
            match &mut copied.kind {
                StmtKind::If { then, els, .. } => {
                    *then = self.block_of(stmt, 0);
                    *els = self.block_of(stmt, 1);
                }
                StmtKind::For { body, .. } => *body = self.block_of(stmt, 0),
                StmtKind::While { head, body, .. } => {
                    *head = self.block_of(stmt, 0);
                    *body = self.block_of(stmt, 1);
                }
                StmtKind::Call(call) if self.has_pullback(call) => {
                    let pos = self.layout.position(stmt);
                    for arg in &mut call.args {
                        self.arg(arg, pos, id, stmt.span, &mut stmts);
                    }
                }
                _ => {}
            }
            self.fix(stmt, id, &mut copied, &mut stmts);
            stmts.push(copied);
            self.forget(&stmt.kind);
        }
        self.copies = outer;
        Block { stmts }
    }

    fn has_pullback(&self, call: &Call) -> bool {
        let seeded = self.modes.calls.contains_key(&call.residual.to_string());
        self.facts.active_call(call) && !seeded
    }

    /// What a loop under `#[checkpoint]` reads and does not change stays as it is.
    fn fix(&mut self, stmt: &Stmt, block: BlockId, copied: &mut Stmt, out: &mut Vec<Stmt>) {
        let id = stmt.kind.loop_id();
        if !id.is_some_and(|l| matches!(self.modes.get(&l), Some(Mode::Checkpointed))) {
            return;
        }
        let mut renamed = BTreeMap::new();
        for m in self.read_by(stmt) {
            if self.keeps_its_value(m, self.layout.position(stmt), block) {
                continue;
            }
            let place = Place::whole(m);
            let Some(ty) = self.type_of(&place) else {
                continue;
            };
            let copy = self.memory(m, ty);
            self.snapshots.insert(copy, place.clone());
            let origin = self.func.mem(m).origin;
            if matches!(origin, Origin::Local | Origin::Exclusive(_)) {
                self.fixed.insert(copy, m);
            }
            out.push(Stmt {
                kind: StmtKind::Alloc(copy, Init::Clone(place)),
                span: stmt.span,
            });
            renamed.insert(m, copy);
        }
        if !renamed.is_empty() {
            rewrite::memory(&mut copied.kind, &|m| *renamed.get(&m).unwrap_or(&m));
        }
    }

    /// The memory from outside that a loop reads and does not change.
    fn read_by(&self, stmt: &Stmt) -> BTreeSet<MemId> {
        // What is made in the loop counts as changed there.
        &stmt.kind.read() - &stmt.kind.written()
    }

    /// Copies of what the statement changes are not what the array is any more.
    fn forget(&mut self, kind: &StmtKind) {
        let written = kind.written();
        self.copies.retain(|(at, _)| !written.contains(&at.mem));
    }

    /// The inner block number `k`; the layout knows the blocks of the original.
    fn block_of(&mut self, stmt: &Stmt, k: usize) -> Block {
        stmt.kind
            .blocks()
            .get(k)
            .map_or_else(Block::default, |b| self.block(b))
    }

    fn arg(&mut self, arg: &mut Arg, pos: u32, block: BlockId, span: Span, out: &mut Vec<Stmt>) {
        let at = match arg {
            Arg::Ref(false, at) => at,
            // The reverse sweep asks for the shape of what was handed over, and must not hold the caller's variable for that.
            Arg::Own(at) if matches!(self.func.mem(at.mem).origin, Origin::Exclusive(_)) => at,
            _ => return,
        };
        if self.keeps_its_value(at.mem, pos, block) {
            return;
        }
        if let Some((_, copy)) = self.copies.iter().find(|(of, _)| of == at) {
            *at = Place::whole(*copy);
            return;
        }
        let Some(ty) = self.type_of(at) else { return };
        let copy = self.memory(at.mem, ty);
        self.copies.push((at.clone(), copy));
        self.snapshots.insert(copy, at.clone());
        out.push(Stmt {
            kind: StmtKind::Alloc(copy, Init::Clone(at.clone())),
            span,
        });
        *at = Place::whole(copy);
    }

    /// True if the reverse sweep finds in the memory what the call found.
    fn keeps_its_value(&self, m: MemId, pos: u32, block: BlockId) -> bool {
        match self.func.mem(m).origin {
            Origin::Shared(_) => return true,
            Origin::Exclusive(_) => return false,
            Origin::Owned(_) | Origin::Local => {}
        }
        let home = self.layout.mem_block(m);
        let mut given = false;
        if let Some(result) = &self.func.result {
            result.for_each_mem(&mut |x| given |= x == m);
        }
        if given || self.layout.grows(m) {
            return false;
        }
        let live = self.live_region(self.layout.region(block));
        let region = self.layout.region(home);
        let scope = if self.layout.contains(live, region) {
            region
        } else {
            live
        };
        self.layout.stable(m, pos, scope)
    }

    fn live_region(&self, mut region: BlockId) -> BlockId {
        use super::analyse::layout::Role;
        while let Role::Body(l) = self.layout.blocks[region].role {
            if matches!(
                self.modes.get(&l),
                Some(Mode::Fused(_) | Mode::Unit | Mode::Rerun | Mode::Checkpointed)
            ) {
                break;
            }
            match self.layout.blocks[region].parent {
                Some(parent) => region = self.layout.region(parent),
                None => break,
            }
        }
        region
    }

    /// The type of a copy of the place.
    fn type_of(&self, at: &Place) -> Option<Ty> {
        Some(match self.func.place_ty(at)? {
            Ty::Slice(inner) => Ty::Vec(inner),
            ty => ty,
        })
    }

    fn memory(&mut self, of: MemId, ty: Ty) -> MemId {
        let original = &self.func.mem(of).name;
        let base = format!("{}_then", names::plain(original));
        let name: Ident = self.names.exact(&base, original.span());
        let id = MemId(u32::try_from(self.mems.len()).unwrap_or(u32::MAX));
        self.mems.push(Mem {
            name,
            ty,
            origin: Origin::Local,
        });
        id
    }
}
