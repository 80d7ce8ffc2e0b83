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

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};

use super::analyse::activity::Activity;
use super::analyse::layout::{BlockId, Layout};
use super::analyse::loops::{Mode, Modes};
use super::hir::Ty;
use super::names::{self, Names};
use super::ssa::{Arg, Block, Func, Init, Mem, MemId, Origin, Place, Stmt, StmtKind};

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
    };
    let body = pass.block(&func.body);
    let (mems, snapshots) = (pass.mems, pass.snapshots);
    Func {
        body,
        mems,
        snapshots,
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
                StmtKind::Call(call) if self.facts.active_call(call) => {
                    let pos = self.layout.position(stmt);
                    for arg in &mut call.args {
                        self.arg(arg, pos, id, stmt.span, &mut stmts);
                    }
                }
                _ => {}
            }
            stmts.push(copied);
            self.forget(&stmt.kind);
        }
        self.copies = outer;
        Block { stmts }
    }

    /// Copies of what the statement changes are not what the array is any more.
    fn forget(&mut self, kind: &StmtKind) {
        let copies = &mut self.copies;
        let mut written = |m: MemId| copies.retain(|(at, _)| at.mem != m);
        kind.for_each_write(&mut written);
        for block in kind.blocks() {
            block.walk(&mut |s| s.kind.for_each_write(&mut written));
        }
    }

    /// The inner block number `k`; the layout knows the blocks of the original.
    fn block_of(&mut self, stmt: &Stmt, k: usize) -> Block {
        stmt.kind
            .blocks()
            .get(k)
            .map_or_else(Block::default, |b| self.block(b))
    }

    fn arg(&mut self, arg: &mut Arg, pos: u32, block: BlockId, span: Span, out: &mut Vec<Stmt>) {
        let Arg::Ref(false, at) = arg else { return };
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
                Some(Mode::Fused(_) | Mode::Unit | Mode::Rerun)
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
