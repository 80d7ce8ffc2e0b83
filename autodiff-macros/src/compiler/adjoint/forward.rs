//! The forward sweep: the primal, statement by statement, with what the plan keeps; fused loops
//! contain their reverse.

mod branch;
mod call;

use proc_macro2::Ident;
use quote::quote;

use super::checkpoint::{Names, State};
use super::needs::Plan;
use super::rerun::Rerun;
use super::{Context, Item, Reversed, Saved, copies, loops};
use crate::compiler::analyse::again::is_assertion;
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::primal;
use crate::compiler::primal::{
    alloc, border, copy, let_val, operation, place, push, store_op, user,
};
use crate::compiler::ssa::swap::Swap;
use crate::compiler::ssa::{Block, Init, MemId, Op, Place, Stmt as Ssa, StmtKind, ValId};

/// Writes the forward sweep.
pub(super) fn run(
    cx: &Context<'_>,
    plan: &Plan<'_>,
    saved: &Saved,
    reversed: &Reversed<'_>,
) -> Vec<Stmt> {
    let pass = Forward {
        cx,
        plan,
        saved,
        reversed,
        rerun: None,
        within: None,
        again: None,
    };
    let mut out = pass.stacks();
    out.extend(pass.block(&cx.func.body));
    out
}

pub(super) struct Forward<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) plan: &'a Plan<'a>,
    pub(super) saved: &'a Saved,
    pub(super) reversed: &'a Reversed<'a>,
    /// In the rerun of a loop: the values that the reverse sweep takes from it.
    pub(super) rerun: Option<Rerun>,
    /// The body of that loop.
    pub(super) within: Option<BlockId>,
    /// In what runs again from a checkpoint: the state of the loop.
    pub(super) again: Option<&'a State<'a>>,
}

impl Forward<'_> {
    /// The stacks of all recorded loops. Those of numbers may come from a workspace of the caller's.
    fn stacks(&self) -> Vec<Stmt> {
        let rt = &self.cx.names.rt;
        let declared = |name: &Ident, list| Stmt::Let {
            name: name.clone(),
            mutable: true,
            ty: None,
            init: Some(Expr::Raw(list)),
        };
        let new = |name: &Ident, numbers: bool| {
            let list = match numbers {
                true => quote!(#rt::records()),
                false => quote!(#rt::residuals()),
            };
            declared(name, list)
        };
        let stacks = self.saved.stacks.iter().map(|(id, name)| {
            let records = loops::Records::new(self.cx, self.plan, self.saved, *id);
            if let Some(most) = records.most() {
                return declared(name, quote!(#rt::short::<_, #most>()));
            }
            new(
                name,
                records.is_plain() && !self.plan.sparse.contains_key(id),
            )
        });
        let rows = self.saved.rows.values().chain(self.saved.flat.values());
        copies::declare(self.saved)
            .chain(stacks)
            .chain(rows.map(|name| new(name, true)))
            .chain(self.checkpoints())
            .collect()
    }

    fn checkpoints(&self) -> Vec<Stmt> {
        let loops = self.plan.checkpoints.values();
        let names = loops.filter_map(|stmt| Names::of(self.cx, self.saved, stmt));
        names
            .flat_map(|names| names.declare(&self.cx.names.rt))
            .collect()
    }

    /// True for a copy of what a list behind `&mut` holds in the end.
    fn is_final(&self, m: MemId) -> bool {
        self.cx.func.finals.values().any(|copy| *copy == m)
    }

    /// True if this runs again, and the memory is only written to.
    fn is_done(&self, at: &Place) -> bool {
        self.again.is_some_and(|s| s.written.contains(&at.mem))
    }

    /// The statements of a block.
    pub(super) fn block(&self, block: &Block) -> Vec<Stmt> {
        let mut out = Vec::new();
        let id = self.cx.layout.id_of(block);
        let role = self.cx.layout.blocks[id].role;
        // What runs again from a kept state saves then, and not on the way there.
        let saves = self.rerun.is_none()
            && !self.plan.states.is_empty()
            && !loops::in_checkpointed(self, block);
        let mut swapped = 0;
        for (k, stmt) in block.stmts.iter().enumerate() {
            if let (Role::Body(l), true) = (role, saves) {
                out.extend(loops::rows(self, l, Some(self.cx.layout.position(stmt))));
            }
            if k < swapped {
                continue;
            }
            match self.swap(&block.stmts[k..]) {
                Some(swap) => {
                    swapped = k + swap.statements;
                    let places = swap.places.map(|at| place(&at, Expr::Mem(at.mem)));
                    out.push(primal::swap(places));
                }
                None => self.stmt(stmt, &mut out),
            }
        }
        for item in &self.plan.hoisted {
            if let Item::Mem(m) = item
                && self.cx.layout.mem_block(*m) == id
            {
                let name = kept_name(&self.cx.func.mem(*m).name);
                let value = Expr::call(quote!(::core::option::Option::Some), vec![Expr::Mem(*m)]);
                out.push(Stmt::Assign {
                    place: Expr::Name(name),
                    op: "=",
                    value,
                });
            }
        }
        out
    }

    /// The swap that a block goes on with, unless only a part of the block runs again.
    fn swap(&self, stmts: &[Ssa]) -> Option<Swap> {
        let all = self.again.is_none() && self.rerun.is_none();
        all.then(|| self.cx.swap_at_start(stmts)).flatten()
    }

    fn stmt(&self, stmt: &Ssa, out: &mut Vec<Stmt>) {
        if let Some(rerun) = &self.rerun
            && !rerun.matters(self.cx, self.plan, stmt)
        {
            return;
        }
        match &stmt.kind {
            StmtKind::Store { place: at, .. }
            | StmtKind::Push { place: at, .. }
            | StmtKind::Copy { dst: at, .. }
                if self.is_done(at) => {}
            StmtKind::Effect(code) if self.again.is_some() && is_assertion(code) => {}
            StmtKind::Def(v, op) => self.def(*v, op, out),
            StmtKind::Alloc(m, _) if self.plan.flat.contains_key(m) => {
                let row = self.plan.flat.get(m);
                out.extend(row.and_then(|row| copies::save(self, *m, *row)));
            }
            StmtKind::Alloc(m, _) if self.plan.receivers.contains_key(m) => {
                let methods = self.plan.receivers.get(m);
                out.extend(methods.and_then(|methods| copies::keep(self.cx, *m, methods)));
            }
            StmtKind::Alloc(m, _) if self.is_final(*m) && !self.plan.mems.contains(m) => {}
            // Only an adjoint asks.
            StmtKind::Alloc(_, Init::Lengths(at)) if !self.cx.facts.active_mem(at.mem) => {}
            StmtKind::Alloc(m, init) => out.push(alloc(
                self.cx.func,
                &self.cx.names.rt,
                *m,
                init,
                &|v| Expr::Val(v),
                &|m| Expr::Mem(m),
            )),
            StmtKind::Store {
                place: at,
                op,
                value,
            } => {
                let op = store_op(*op);
                out.push(Stmt::Assign {
                    place: place(at, Expr::Mem(at.mem)),
                    op,
                    value: Expr::Val(*value),
                });
            }
            StmtKind::Push { place: at, init } => out.push(push(
                self.cx.func,
                at,
                Expr::Mem(at.mem),
                init,
                &|v| Expr::Val(v),
                &|m| Expr::Mem(m),
            )),
            StmtKind::Copy { dst, src, .. } => {
                out.push(copy(self.cx.func, &self.cx.names.rt, dst, src));
            }
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => self.branch(self.cx.layout.position(stmt), *cond, (then, els), phis, out),
            StmtKind::For { .. } | StmtKind::While { .. } => loops::run(self, stmt, out),
            StmtKind::Call(call) => self.call(call, out),
            StmtKind::Effect(code) => out.push(Stmt::Expr(user(code))),
            StmtKind::Leave {
                cond,
                otherwise,
                code,
            } => out.push(Stmt::If {
                cond: match otherwise {
                    true => Expr::Not(Box::new(Expr::Val(*cond))),
                    false => Expr::Val(*cond),
                },
                then: vec![Stmt::Expr(user(code))],
                els: Vec::new(),
            }),
        }
    }

    /// True unless this runs again, and nobody reads the value.
    pub(super) fn runs(&self, v: ValId) -> bool {
        let needed = self.rerun.as_ref().is_none_or(|rerun| rerun.needs(v));
        needed && self.again.is_none_or(|state| !state.later.contains(&v))
    }

    fn def(&self, v: ValId, op: &Op, out: &mut Vec<Stmt>) {
        if matches!(op, Op::Lit(_)) || !self.runs(v) {
            return;
        }
        if let Op::Param(tokens) = op
            && self.cx.func.val(v).name == tokens.to_string()
        {
            return;
        }
        let value = operation(self.cx.func, v, op, self.cx.names);
        self.define(v, value, out);
        // The selection has been told already when a loop runs again.
        if self.rerun.is_none() && self.again.is_none() {
            out.extend(border(self.cx.func, v, op, self.cx.names));
        }
    }

    /// `let v = value;`, or an assignment if `v` is declared ahead.
    pub(super) fn define(&self, v: ValId, value: Expr, out: &mut Vec<Stmt>) {
        match self.plan.hoisted.contains(&Item::Val(v)) {
            true => out.push(Stmt::Assign {
                place: Expr::Val(v),
                op: "=",
                value,
            }),
            false => out.push(let_val(self.cx.func, v, false, Some(value))),
        }
    }
}

/// The variable that keeps something beyond the block that it was made in. (Two underscores: names
/// that are derived from others must not be a user's.)
pub(super) fn kept_name(name: &Ident) -> Ident {
    Ident::new(
        &format!("{}__kept", crate::compiler::names::plain(name)),
        name.span(),
    )
}
