//! The reverse sweep, completed: what the plan keeps is taken back, what it computes again is
//! computed at the start of the reverse of its block.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use quote::{format_ident, quote};

use super::blocks::Again;
use super::checkpoint::Checkpointed;
use super::forward::{Forward, kept_name};
use super::needs::Plan;
use super::rerun::Rerun;
use super::{Context, Item, Rev, RevBlock, Reversed, Saved, calls, copies, loops, pairs};
use crate::compiler::analyse::layout::{GuardedStep, Role};
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{BinOp, LoopId};
use crate::compiler::primal::{let_val, operation, place};
use crate::compiler::ssa::{Block, Call, Stmt as Ssa, ValId};

/// Completes the reverse sweep of the function.
pub(super) fn run(
    cx: &Context<'_>,
    plan: &Plan<'_>,
    saved: &Saved,
    reversed: &Reversed<'_>,
) -> Vec<Stmt> {
    block(cx, plan, saved, reversed, &reversed.body)
}

/// Completes the reverse of a block.
pub(super) fn block(
    cx: &Context<'_>,
    plan: &Plan<'_>,
    saved: &Saved,
    reversed: &Reversed<'_>,
    rev: &RevBlock<'_>,
) -> Vec<Stmt> {
    Sweep {
        cx,
        plan,
        saved,
        reversed,
    }
    .block(rev)
}

struct Sweep<'a> {
    cx: &'a Context<'a>,
    plan: &'a Plan<'a>,
    saved: &'a Saved,
    reversed: &'a Reversed<'a>,
}

impl Sweep<'_> {
    fn block(&self, rev: &RevBlock<'_>) -> Vec<Stmt> {
        let mut out = self.prologue(rev.block);
        for stmt in &rev.stmts {
            match stmt {
                Rev::Code(stmt) => out.push(stmt.clone()),
                Rev::If { cond, then, els } => {
                    let (then, els) = (self.block(then), self.block(els));
                    out.push(Stmt::If {
                        cond: Expr::Val(*cond),
                        then,
                        els,
                    });
                }
                Rev::Loop { stmt, body } => self.looped(stmt, body, &mut out),
                Rev::Pullback { call, args } => self.pullback(call, args, &mut out),
            }
        }
        out
    }

    /// What the block had in scope in the forward sweep and its reverse needs.
    fn prologue(&self, block: &Block) -> Vec<Stmt> {
        let id = self.cx.layout.id_of(block);
        let mut out = Vec::new();
        for item in &self.plan.hoisted {
            if let Item::Mem(m) = item
                && self.cx.layout.mem_block(*m) == id
            {
                let name = &self.cx.func.mem(*m).name;
                let kept = Expr::Name(kept_name(name));
                out.push(Stmt::Expect {
                    pattern: quote!(::core::option::Option::Some(#name)),
                    init: kept,
                });
            }
        }
        let steps = self.guarded_steps(id);
        let mut conditions = BTreeSet::new();
        for (_, step) in &steps {
            self.come_before(step.cond, id, &mut conditions);
        }
        let all = self.plan.recompute.get(&id).into_iter().flatten();
        let (early, late): (Vec<_>, Vec<_>) = all.partition(|(_, v)| conditions.contains(v));
        self.recompute(&early, &mut out);
        for (phi, step) in &steps {
            self.step_back_if(*phi, *step, &mut out);
        }
        self.recompute(&late, &mut out);
        out
    }

    fn recompute(&self, all: &[&(u32, ValId)], out: &mut Vec<Stmt>) {
        for (_, v) in all {
            if let Some(at) = self.plan.reloads.get(v) {
                let value = place(at, Expr::Mem(at.mem));
                out.push(let_val(self.cx.func, *v, false, Some(value)));
            } else if let Some(op) = self.cx.layout.op(*v) {
                let value = operation(self.cx.func, *v, op, self.cx.names);
                out.push(let_val(self.cx.func, *v, false, Some(value)));
            }
        }
    }

    /// The integers that an iteration changes under a condition.
    fn guarded_steps(&self, block: usize) -> Vec<(ValId, GuardedStep)> {
        let Role::Body(l) = self.cx.layout.blocks[block].role else {
            return Vec::new();
        };
        let all = self.plan.stepped.get(&l).into_iter().flatten();
        let guarded = all.filter(|phi| self.cx.layout.step_taken(l, **phi).is_none());
        guarded
            .filter_map(|phi| Some((*phi, self.cx.guarded_step(l, *phi)?.0)))
            .collect()
    }

    /// What a condition is computed from in the block.
    fn come_before(&self, v: ValId, block: usize, all: &mut BTreeSet<ValId>) {
        if self.cx.layout.def_block(v) == block
            && all.insert(v)
            && let Some(op) = self.cx.layout.op(v)
        {
            op.for_each_use(&mut |u| self.come_before(u, block, all));
        }
    }

    /// `if cond { n_back -= 1; } let n = n_back;`
    fn step_back_if(&self, phi: ValId, step: GuardedStep, out: &mut Vec<Stmt>) {
        let name = self.cx.func.val(phi).name.clone();
        let back = format_ident!("{name}__back");
        let arm = |step: Option<(BinOp, ValId)>| {
            let change = step.map(|(op, by)| Stmt::Assign {
                place: Expr::Name(back.clone()),
                op: if op == BinOp::Add { "-=" } else { "+=" },
                value: Expr::Val(by),
            });
            change.into_iter().collect::<Vec<_>>()
        };
        let (mut cond, mut then, mut els) = (Expr::Val(step.cond), arm(step.then), arm(step.els));
        if then.is_empty() {
            cond = Expr::Not(Box::new(cond));
            std::mem::swap(&mut then, &mut els);
        }
        out.push(Stmt::If { cond, then, els });
        out.push(plain_let(&name, Expr::Name(back)));
    }

    fn pullback(&self, call: &Call, args: &[Expr], out: &mut Vec<Stmt>) {
        let residual = &call.residual;
        let hoisted = self
            .cx
            .residual(call)
            .is_some_and(|(name, _)| self.plan.hoisted.contains(&Item::Residual(name)));
        let function = match hoisted {
            false => quote!(#residual),
            true => {
                let made = kept_name(residual);
                let pattern = quote!(::core::option::Option::Some(#made));
                out.push(Stmt::Expect {
                    pattern,
                    init: Expr::Name(residual.clone()),
                });
                quote!(#made)
            }
        };
        let args = args.iter().map(|arg| copies::lent(self.cx, self.plan, arg));
        let mut args: Vec<Expr> = args.collect();
        let kept = calls::kept(self.cx, call);
        for (at, k) in kept.iter().enumerate() {
            if let Expr::Raw(taken_again) = &args[*k] {
                let at = proc_macro2::Literal::usize_unsuffixed(at + 1);
                args[*k] = Expr::Raw(quote!(#taken_again(&#function.#at)));
            }
        }
        let function = match kept.is_empty() {
            true => function,
            false => quote!((#function.0)),
        };
        out.push(Stmt::Expr(Expr::call(function, args)));
    }

    fn looped(&self, stmt: &Ssa, body: &RevBlock<'_>, out: &mut Vec<Stmt>) {
        let Some(id) = stmt.kind.loop_id() else {
            return;
        };
        let (cx, plan, saved) = (self.cx, self.plan, self.saved);
        if let Some(loops) = Checkpointed::of(cx, plan, saved, self.reversed, stmt) {
            // The bits are those of the loop without the attribute.
            let mut iteration = self.block(body);
            pairs::of_loop(cx, stmt, &mut iteration);
            return loops.reverse(iteration, out);
        }
        let mut inner = match self.cx.mode(id) {
            Mode::Rerun => self.rerun(stmt, body),
            _ => Vec::new(),
        };
        out.extend(copies::instead(cx, plan, saved, id));
        let (mut enter, leave) = self.rows(id);
        enter.extend(self.step_back(id, out));
        enter.append(&mut inner);
        let mut inner = enter;
        inner.extend(self.block(body));
        inner.extend(leave);
        let records = loops::Records::new(self.cx, self.plan, self.saved, id);
        let again = Again {
            plan: self.plan,
            saved: self.saved,
            reversed: self.reversed,
            records: &records,
        };
        records.reverse(stmt, inner, &|blocked| again.looped(blocked), out);
    }

    /// Takes back the arrays that an iteration saved whole, and drops them at its end.
    fn rows(&self, id: LoopId) -> (Vec<Stmt>, Vec<Stmt>) {
        let (mut enter, mut leave) = (Vec::new(), Vec::new());
        for ((_, m), rows) in self.saved.rows.iter().filter(|((l, _), _)| *l == id) {
            let name = self.cx.func.mem(*m).name.clone();
            let start = format_ident!("{rows}__start");
            let length = |e: Expr| Expr::method(e, "len", Vec::new());
            let row = loops::row_end(self.cx, self.plan, (id, *m));
            let row = row.unwrap_or_else(|| length(Expr::Mem(*m)));
            let from = Expr::bin("-", length(Expr::Name(rows.clone())), row);
            enter.push(plain_let(&start, from));
            let range = Expr::Range(Some(Box::new(Expr::Name(start.clone()))), None, false);
            let row = Expr::index(Expr::Name(rows.clone()), range);
            enter.push(plain_let(&name, Expr::Ref(false, Box::new(row))));
            let truncate = Expr::method(
                Expr::Name(rows.clone()),
                "truncate",
                vec![Expr::Name(start)],
            );
            leave.push(Stmt::Expr(truncate));
        }
        let (taken, dropped) = copies::take(self.cx, self.plan, self.saved, id);
        enter.extend(taken);
        leave.extend(dropped);
        (enter, leave)
    }

    /// Integers that change by a fixed step start from their last value and are stepped back.
    fn step_back(&self, id: LoopId, out: &mut Vec<Stmt>) -> Vec<Stmt> {
        let mut enter = Vec::new();
        for (l, phi) in self
            .plan
            .stepped
            .iter()
            .flat_map(|(l, all)| all.iter().map(|p| (*l, *p)))
        {
            match self.cx.guarded_step(l, phi) {
                Some((_, (outermost, last)))
                    if outermost == id && self.cx.layout.step_taken(l, phi).is_none() =>
                {
                    let name = &self.cx.func.val(phi).name;
                    out.push(Stmt::Let {
                        name: format_ident!("{name}__back"),
                        mutable: true,
                        ty: None,
                        init: Some(Expr::Val(last)),
                    });
                }
                _ => {}
            }
        }
        for phi in self.plan.stepped.get(&id).into_iter().flatten() {
            let Some(((op, by), last)) = self
                .cx
                .layout
                .step_taken(id, *phi)
                .zip(self.cx.layout.step(id, *phi))
            else {
                continue;
            };
            let name = self.cx.func.val(*phi).name.clone();
            let back = format_ident!("{name}__back");
            out.push(Stmt::Let {
                name: back.clone(),
                mutable: true,
                ty: None,
                init: Some(Expr::Val(last)),
            });
            let op = if op == BinOp::Add { "-=" } else { "+=" };
            enter.push(Stmt::Assign {
                place: Expr::Name(back.clone()),
                op,
                value: Expr::Val(by),
            });
            enter.push(plain_let(&name, Expr::Name(back)));
        }
        enter
    }

    /// The forward part of an iteration once more: what its reverse reads, and nothing else.
    fn rerun(&self, stmt: &Ssa, reverse: &RevBlock<'_>) -> Vec<Stmt> {
        let Some(body) = stmt.kind.loop_body() else {
            return Vec::new();
        };
        let rerun = Rerun::of(self.cx, self.plan, self.reversed, body, reverse);
        let forward = Forward {
            cx: self.cx,
            plan: self.plan,
            saved: self.saved,
            reversed: self.reversed,
            rerun: Some(rerun),
            within: Some(self.cx.layout.id_of(body)),
            again: None,
        };
        forward.block(body)
    }
}

fn plain_let(name: &Ident, init: Expr) -> Stmt {
    Stmt::Let {
        name: name.clone(),
        mutable: false,
        ty: None,
        init: Some(init),
    }
}
