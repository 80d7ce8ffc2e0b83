//! What a loop saves per iteration, and where.
//!
//! In: the items that the plan has for the loop. Out: the statement that ends an iteration of the forward sweep and writes its record,
//! and the pattern or statement with which the reverse sweep reads it.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::compiler::adjoint::blocks::Blocked;
use crate::compiler::adjoint::forward::kept_name;
use crate::compiler::adjoint::needs::Plan;
use crate::compiler::adjoint::sparse::Taken;
use crate::compiler::adjoint::{Context, Item, Saved};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::primal::dummy;
use crate::compiler::real;
use crate::compiler::ssa::{Arg, Op, Range, Stmt as Ssa, StmtKind, ValId};

/// The most records that are no allocation, and the most numbers of one of them.
const RECORDS: usize = 16;
const ITEMS: usize = 12;

/// What a loop saves per iteration, and where.
pub(in crate::compiler::adjoint) struct Records<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) plan: &'a Plan<'a>,
    pub(super) id: Option<LoopId>,
    pub(super) stack: Option<(&'a Ident, &'a BTreeSet<Item<'a>>)>,
    pub(super) sparse: Option<Taken>,
}

impl<'a> Records<'a> {
    pub(in crate::compiler::adjoint) fn new(
        cx: &'a Context<'a>,
        plan: &'a Plan<'a>,
        saved: &'a Saved,
        id: LoopId,
    ) -> Records<'a> {
        let stack = saved.stacks.get(&id).zip(plan.records.get(&id));
        Records {
            cx,
            plan,
            id: Some(id),
            stack,
            sparse: plan.sparse.get(&id).copied(),
        }
    }

    /// A loop that saves nothing.
    pub(super) fn none(cx: &'a Context<'a>, plan: &'a Plan<'a>) -> Records<'a> {
        Records {
            cx,
            plan,
            id: None,
            stack: None,
            sparse: None,
        }
    }

    /// The range of a loop whose records are written in place.
    pub(super) fn in_place<'s>(
        &self,
        stmt: &'s Ssa,
    ) -> Option<(&'a Ident, &'a BTreeSet<Item<'a>>, &'s Range)> {
        let (stack, items) = self.stack?;
        match &stmt.kind {
            StmtKind::For {
                range, count: None, ..
            } if self.sparse.is_none() && self.is_plain() => Some((stack, items, range)),
            _ => None,
        }
    }

    /// The loop in blocks, if it can run so.
    pub(super) fn blocked<'s>(&'s self, stmt: &'s Ssa) -> Option<Blocked<'s>> {
        let (stack, _, _) = self.in_place(stmt).filter(|_| self.most().is_none())?;
        Blocked::of(self.cx, stack, stmt)
    }

    /// How many records there are at most, where these are few and of numbers: they need no allocation.
    pub(in crate::compiler::adjoint) fn most(&self) -> Option<Literal> {
        let (_, items) = self.stack?;
        let fits = self.is_plain() && self.sparse.is_none() && items.len() <= ITEMS;
        let mut block = self.cx.layout.body_of(self.id.filter(|_| fits)?);
        let mut most = 1_usize;
        loop {
            let info = &self.cx.layout.blocks[block];
            match info.role {
                // What such a loop keeps is used up in the iteration.
                Role::Body(l) => match self.cx.mode(l) {
                    Mode::Fused(_) | Mode::Unit | Mode::Rerun => break,
                    Mode::Checkpointed => return None,
                    Mode::Recorded => most = most.checked_mul(self.iterations(l)?)?,
                },
                Role::Head => return None,
                Role::Function | Role::Branch => {}
            }
            match info.parent {
                Some(parent) => block = parent,
                None => break,
            }
        }
        (most <= RECORDS).then(|| Literal::usize_unsuffixed(most))
    }

    /// How often a loop runs at most, if literals tell.
    fn iterations(&self, l: LoopId) -> Option<usize> {
        let Some(StmtKind::For {
            range, count: None, ..
        }) = self.cx.layout.statement(l)
        else {
            return None;
        };
        let [lo, hi] = [range.lo, range.hi].map(|v| self.cx.layout.literal(v));
        let count = hi?.checked_sub(lo?)?;
        let all = usize::try_from(count).ok()? + usize::from(range.inclusive);
        (!self.plan.checkpoints.contains_key(&l)).then_some(all)
    }

    /// True if everything in the record is a number, so that there is a value to fill slots with.
    pub(in crate::compiler::adjoint) fn is_plain(&self) -> bool {
        let plain = |i: &Item<'_>| match i {
            Item::Val(v) => !matches!(self.cx.func.val(*v).ty, Ty::Opaque),
            _ => false,
        };
        self.stack.is_some_and(|(_, items)| items.iter().all(plain))
    }

    /// The stack and the record of an iteration, where the loop is one that [collects](Stmt::Collect) them.
    pub(super) fn collected(&self, stmt: &Ssa) -> Option<(&'a Ident, Expr)> {
        let (stack, items) = self.stack?;
        let fits = match &stmt.kind {
            StmtKind::For {
                body,
                count: None,
                until: None,
                ..
            } => body.stmts.iter().all(fits_closure),
            _ => false,
        };
        let collects = fits && self.sparse.is_none() && self.in_place(stmt).is_none();
        collects.then(|| (stack, self.record(items)))
    }

    /// The last statement of an iteration of the forward sweep.
    pub(in crate::compiler::adjoint) fn save(&self, stmt: &Ssa) -> Option<Stmt> {
        let (stack, items) = self.stack.filter(|_| self.collected(stmt).is_none())?;
        if self.in_place(stmt).is_some() {
            let place = Expr::Deref(Box::new(Expr::Name(format_ident!("{stack}__slot"))));
            return Some(Stmt::Assign {
                place,
                op: "=",
                value: self.record(items),
            });
        }
        if let (Some(taken), StmtKind::For { counter, .. }) = (self.sparse, &stmt.kind) {
            return Some(self.save_sparse(taken, *counter));
        }
        let push = Expr::method(Expr::Name(stack.clone()), "push", vec![self.record(items)]);
        Some(Stmt::Expr(push))
    }

    /// A record if the iteration has replaced what is carried; those before it if it took all are dropped.
    fn save_sparse(&self, taken: Taken, counter: ValId) -> Stmt {
        let on_stack = |method, args| {
            let name = self.stack.map(|(stack, _)| stack.clone());
            let name = name.map_or_else(Expr::zero, Expr::Name);
            Stmt::Expr(Expr::method(name, method, args))
        };
        let clear = on_stack("clear", Vec::new());
        let push = on_stack("push", vec![self.sparse_record(counter)]);
        let (cond, all) = match taken {
            Taken::If(cond, true) => (Expr::Val(cond), None),
            Taken::If(cond, false) => (Expr::Not(Box::new(Expr::Val(cond))), None),
            Taken::Weight(w, kept) => {
                let at = |end: f64| {
                    let ty = &self.cx.func.val(w).ty;
                    let end = if end == 0.0 {
                        real::zero(ty)
                    } else {
                        real::number(ty, quote!(1.0))
                    };
                    (Expr::Val(w), end)
                };
                let ((w, keep), (v, take)) = match kept {
                    true => (at(1.0), at(0.0)),
                    false => (at(0.0), at(1.0)),
                };
                (Expr::bin("!=", w, keep), Some(Expr::bin("==", v, take)))
            }
        };
        let clear = match all {
            None => clear,
            Some(cond) => Stmt::If {
                cond,
                then: vec![clear],
                els: Vec::new(),
            },
        };
        Stmt::If {
            cond,
            then: vec![clear, push],
            els: Vec::new(),
        }
    }

    fn sparse_record(&self, counter: ValId) -> Expr {
        let items = self.stack.map(|(_, items)| items);
        let items = items.into_iter().flatten().map(|i| self.read(i));
        let parts = std::iter::once(Expr::Val(counter)).chain(items);
        self.tuple(parts.collect())
    }

    /// Takes the record of an iteration from the stack.
    pub(super) fn pop(&self) -> Option<Stmt> {
        let (stack, items) = self.stack?;
        let pattern = self.pattern(items);
        let init = Expr::method(Expr::Name(stack.clone()), "pop", Vec::new());
        Some(Stmt::Expect {
            pattern: quote!(::core::option::Option::Some(#pattern)),
            init,
        })
    }

    fn record(&self, items: &BTreeSet<Item<'_>>) -> Expr {
        self.tuple(items.iter().map(|i| self.read(i)).collect())
    }

    fn read(&self, item: &Item<'_>) -> Expr {
        match item {
            Item::Val(v) => Expr::Val(*v),
            Item::Mem(m) if self.plan.hoisted.contains(item) => {
                Expr::Name(kept_name(&self.cx.func.mem(*m).name))
            }
            Item::Mem(m) => Expr::Mem(*m),
            Item::Residual(name) => Expr::Name(Ident::new(name, self.cx.func.name.span())),
        }
    }

    pub(super) fn blank(&self, item: &Item<'_>) -> Expr {
        match item {
            Item::Val(v) => dummy(&self.cx.func.val(*v).ty),
            _ => Expr::zero(),
        }
    }

    pub(super) fn tuple(&self, mut parts: Vec<Expr>) -> Expr {
        match parts.len() {
            1 => parts.remove(0),
            _ => Expr::Tuple(parts),
        }
    }

    pub(super) fn pattern(&self, items: &BTreeSet<Item<'_>>) -> TokenStream {
        let names: Vec<TokenStream> = items.iter().map(|i| self.name_of(i)).collect();
        match names.as_slice() {
            [one] => quote!(#one),
            all => quote!((#(#all),*)),
        }
    }

    pub(super) fn name_of(&self, item: &Item<'_>) -> TokenStream {
        let name = match item {
            Item::Val(v) => self.cx.func.val(*v).name.clone(),
            Item::Mem(m) if self.plan.hoisted.contains(item) => {
                kept_name(&self.cx.func.mem(*m).name)
            }
            Item::Mem(m) => self.cx.func.mem(*m).name.clone(),
            Item::Residual(name) => Ident::new(name, self.cx.func.name.span()),
        };
        quote!(#name)
    }
}

/// True for statements of an innermost loop that neither leave it nor move what stands outside.
fn fits_closure(stmt: &Ssa) -> bool {
    match &stmt.kind {
        StmtKind::Def(_, Op::Opaque(code)) => code.pure,
        StmtKind::Def(..) | StmtKind::Alloc(..) | StmtKind::Store { .. } => true,
        StmtKind::Push { .. } | StmtKind::Copy { .. } => true,
        StmtKind::If { then, els, .. } => then.stmts.iter().chain(&els.stmts).all(fits_closure),
        StmtKind::Call(call) => !call.outcome && call.args.iter().all(is_lent),
        StmtKind::For { .. } | StmtKind::While { .. } => false,
        StmtKind::Effect(_) | StmtKind::Leave { .. } => false,
    }
}

fn is_lent(arg: &Arg) -> bool {
    match arg {
        Arg::Val(_) | Arg::Ref(..) | Arg::RefVal(..) => true,
        Arg::Own(_) => false,
        Arg::Tuple(parts) => parts.iter().all(is_lent),
    }
}
