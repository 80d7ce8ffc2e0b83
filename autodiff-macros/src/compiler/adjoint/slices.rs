//! Innermost counted loops over slices that are taken outside of them.
//!
//! An access `a[i * d + j]` in every iteration of a loop over `j` in `lo..hi` is an access to
//! `row[k]` with `row = &a[i * d + lo..][..hi - lo]` and `k = j - lo`: one bounds check in place of
//! one per iteration, and a loop that LLVM can vectorise. The slices are taken only if the loop runs
//! at all, and only for accesses that happen in every iteration, so that nothing panics that would
//! not have panicked in the loop. Memory that the loop writes to, and touches at more than one index, is
//! taken as cells, of which slices may overlap.
//!
//! ```text
//! for j in lo..hi { s += w[i * d + j] * x[j] }
//! if lo < hi { let n = hi - lo; let w_row = &w[i * d + lo..][..n]; let x_row = &x[lo..][..n];
//!     for k in 0..n { let j = lo + k; s += w_row[k] * x_row[k] } }
//!
//! for j in 0..n { u[j] = f(u[j + 1]) }
//! if 0 < n { let u_cells = cells(&mut u[..]); let u_row = &u_cells[..n]; let u_row_2 = &u_cells[1..][..n];
//!     for k in 0..n { u_row[k].set(f(u_row_2[k].get())) } }
//! ```

mod accesses;
mod cells;
mod index;
mod order;
mod points;
mod update;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

use self::accesses::{Accesses, Base, Element, Rewrite, Rows, array};
use self::cells::Front;
use self::index::is_zero;
use super::Context;
use super::needs::Plan;
use super::sparse::Quiet;
use crate::compiler::analyse::layout::BlockId;
use crate::compiler::code::{Expr, Row, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::primal::ty_tokens;
use crate::compiler::ssa::{Arg, Counted, Op, Range, Stmt as Ssa, StmtKind, Tree, ValId};

/// The records of a loop, one element per iteration.
pub(super) struct Slots {
    /// The stretch of the stack.
    pub(super) stretch: Expr,
    /// `let slot = &mut slots[k];` or `let (a, b) = slots[k];`: the pattern, and whether it borrows.
    pub(super) pattern: TokenStream,
    pub(super) borrowed: bool,
}

/// What a loop over slices keeps, and whether it may pass over iterations.
#[derive(Default)]
pub(super) struct Extras<'a> {
    pub(super) slots: Option<&'a Slots>,
    pub(super) quiet: Option<Quiet>,
    /// The list that takes the last expression of every iteration.
    pub(super) list: Option<&'a Ident>,
}

/// How many iterations are looked at before they are run.
const BLOCK: usize = 64;

/// Which way a loop runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sweep {
    Forward,
    Reverse,
}

/// The loop over slices, if there is anything to slice; otherwise the body comes back.
pub(super) fn run(
    cx: &Context<'_>,
    plan: &Plan<'_>,
    stmt: &Ssa,
    body: Vec<Stmt>,
    extras: Extras<'_>,
    sweep: Sweep,
) -> Result<Vec<Stmt>, Vec<Stmt>> {
    let Some(of) = stmt.kind.counted() else {
        return Err(body);
    };
    let range = of.range;
    // Records are in the order of the iterations, and searches run upwards.
    let upwards = !range.rev || extras.slots.is_none() && extras.quiet.is_none();
    let plain_range = !range.inclusive && upwards && range.step.is_none();
    let simple = of.body.stmts.iter().all(is_simple_or_call) && body.iter().all(is_flat);
    if !plain_range || !simple {
        return Err(body);
    }
    Kernel::new(cx, plan, stmt, of, sweep).run(body, extras)
}

/// True if the reverse of every iteration waits for what the one after it has left, and does little else: LLVM cannot run
/// several at once.
pub(super) fn is_in_turn(cx: &Context<'_>, plan: &Plan<'_>, stmt: &Ssa) -> bool {
    let Some(of) = stmt.kind.counted() else {
        return false;
    };
    let kernel = Kernel::new(cx, plan, stmt, of, Sweep::Reverse);
    let simple = of.body.stmts.iter().all(is_simple);
    simple && !cx.func.strips.lanes.contains(&of.id) && !kernel.is_order_free()
}

/// True if the loop holds no other one, no calls, no effects, and no change of a length.
pub(super) fn is_innermost(stmt: &Ssa) -> bool {
    let body = stmt.kind.loop_body();
    body.is_some_and(|b| b.stmts.iter().all(is_simple))
}

/// No loops, no calls, no effects, no change of a length.
fn is_simple(stmt: &Ssa) -> bool {
    !has_calls(stmt) && is_simple_or_call(stmt)
}

fn has_calls(stmt: &Ssa) -> bool {
    match &stmt.kind {
        StmtKind::Call(_) => true,
        StmtKind::If { then, els, .. } => then.stmts.iter().chain(&els.stmts).any(has_calls),
        _ => false,
    }
}

/// No loops, no calls but of functions from numbers to a number, no effects, no change of a length.
fn is_simple_or_call(stmt: &Ssa) -> bool {
    match &stmt.kind {
        StmtKind::Def(_, Op::Opaque(code)) => code.pure,
        StmtKind::Def(..) | StmtKind::Store { .. } => true,
        StmtKind::If { then, els, .. } => {
            then.stmts.iter().chain(&els.stmts).all(is_simple_or_call)
        }
        StmtKind::Call(call) => {
            let gives_number = matches!(call.result, Some(Tree::Val(_)));
            let takes_numbers = call.args.iter().all(|arg| matches!(arg, Arg::Val(_)));
            gives_number && takes_numbers && !call.outcome
        }
        _ => false,
    }
}

fn is_taken(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expect { .. })
}

fn is_flat(stmt: &Stmt) -> bool {
    !matches!(
        stmt,
        Stmt::For { .. }
            | Stmt::Collect { .. }
            | Stmt::Loop { .. }
            | Stmt::Apart { .. }
            | Stmt::Stretches(_)
    )
}

struct Kernel<'a> {
    cx: &'a Context<'a>,
    plan: &'a Plan<'a>,
    counter: ValId,
    range: &'a Range,
    block: BlockId,
    sweep: Sweep,
    stmt: &'a Ssa,
}

impl<'a> Kernel<'a> {
    fn new(
        cx: &'a Context<'a>,
        plan: &'a Plan<'a>,
        stmt: &'a Ssa,
        of: Counted<'a>,
        sweep: Sweep,
    ) -> Kernel<'a> {
        Kernel {
            cx,
            plan,
            counter: of.counter,
            range: of.range,
            block: cx.layout.id_of(of.body),
            sweep,
            stmt,
        }
    }

    fn run(&self, mut body: Vec<Stmt>, extras: Extras<'_>) -> Result<Vec<Stmt>, Vec<Stmt>> {
        let Extras {
            slots,
            mut quiet,
            list,
        } = extras;
        let is_fixed = |at| self.is_fixed(at);
        let mut accesses = Accesses::of(&body, &is_fixed);
        accesses.as_in_the_primal(self.stmt, &is_fixed);
        let mut rows = Rows::new();
        let mut lets = Vec::new();
        let mut apart: Vec<Row> = Vec::new();
        let count = self.name("count");
        let id = self.stmt.kind.loop_id();
        let is_lanes = id.is_some_and(|l| self.cx.func.strips.lanes.contains(&l));
        let sliced = |base: &Base| self.may_be_sliced(base, list.is_some());
        let mut structs = BTreeSet::new();
        for (base, indices) in accesses.always.iter().filter(|(base, _)| sliced(base)) {
            if base.root() != base {
                structs.insert(base.root().clone());
            }
            for points in self.points(base, &accesses, &mut rows) {
                lets.extend(self.binding(&points, &count));
                apart.push(points);
            }
            for index in indices.iter().filter(|_| accesses.can_slice(base)) {
                if let Some(start) = self.start(*index, &count) {
                    let row = self.name(&format!("{}_row", self.base_name(base)));
                    let written = accesses.written.contains(base);
                    apart.extend(self.parameter(&row, base, &start, written));
                    lets.push(part(&row, self.array_of(base), start, &count, written));
                    rows.insert((base.clone(), *index), Element { row, at: None });
                }
            }
        }
        // Parameters of a lane loop must not overlap.
        let cells = match is_lanes {
            true => Vec::new(),
            false => {
                let front = &mut Front {
                    accesses: &accesses,
                    count: &count,
                    listed: list.is_some(),
                    rows: &mut rows,
                    lets: &mut lets,
                };
                let mut cells = self.cells(front);
                cells.extend(self.rows_as_cells(front));
                cells
            }
        };
        if rows.is_empty() {
            return Err(body);
        }
        let k = self.name("k");
        let rows = Rewrite {
            rows,
            cells,
            k: k.clone(),
        };
        body.iter_mut().for_each(|s| rows.stmt(s));
        if let Some(quiet) = &mut quiet {
            quiet.lets.iter_mut().for_each(|s| rows.stmt(s));
            rows.expr(&mut quiet.cond);
        }
        let mut inner = self.counter_of(&k);
        let mut before = vec![self.count(&count)];
        // A closure borrows a struct as a whole before edition 2021.
        let mut borrowed = false;
        let mut see = |e: &Expr| borrowed |= array(e).is_some_and(|base| structs.contains(&base));
        body.iter().for_each(|s| s.walk(&mut see));
        let disjoint = is_lanes
            && slots.is_none()
            && !borrowed
            && apart.len() == lets.len()
            && apart.len() > 1
            && apart.iter().any(|row| row.mutable);
        if disjoint {
            inner.append(&mut body);
            before.push(Stmt::Apart {
                rows: apart,
                count: count.clone(),
                body: vec![self.looped(&k, &count, list, inner)],
            });
            return Ok(before);
        }
        before.append(&mut lets);
        let update = match (self.sweep, slots, &quiet) {
            (Sweep::Reverse, None, None) if !self.range.rev => update::of(self.cx, &body, &k),
            _ => None,
        };
        if let Some(slots) = slots {
            let name = self.name("slots");
            before.push(slots_let(&name, slots, &count));
            inner.push(slot_let(&name, slots, &k));
        }
        inner.append(&mut body);
        before.push(match (update, quiet) {
            (Some(update), _) => update,
            (None, Some(quiet)) => self.in_blocks(&k, &count, inner, quiet),
            (None, None) => self.looped(&k, &count, list, inner),
        });
        let [lo, hi] = [self.range.lo, self.range.hi].map(|v| self.cx.layout.literal(v));
        // A strip is never empty.
        if is_lanes || lo.zip(hi).is_some_and(|(lo, hi)| lo < hi) {
            return Ok(before);
        }
        let cond = Expr::bin("<", Expr::Val(self.range.lo), Expr::Val(self.range.hi));
        Ok(vec![Stmt::If {
            cond,
            then: before,
            els: Vec::new(),
        }])
    }

    fn looped(&self, k: &Ident, count: &Ident, list: Option<&Ident>, body: Vec<Stmt>) -> Stmt {
        let zero = Expr::Raw(quote!(0));
        let upwards = Expr::Range(
            Some(Box::new(zero)),
            Some(Box::new(Expr::Name(count.clone()))),
            false,
        );
        let in_order = match self.sweep {
            Sweep::Forward => !self.range.rev,
            // What is taken from a stack comes in the order of the reverse sweep.
            Sweep::Reverse if body.iter().any(is_taken) || self.takes_rows() => self.range.rev,
            Sweep::Reverse => self.range.rev || self.is_order_free(),
        };
        let iter = match in_order {
            true => upwards,
            false => Expr::method(upwards, "rev", Vec::new()),
        };
        over(list, quote!(#k), iter, body)
    }

    /// The loop in blocks. Those without a hit are passed over, and so are iterations without one in a block that has some. (In
    /// the first block there nearly always is one.)
    fn in_blocks(&self, k: &Ident, count: &Ident, body: Vec<Stmt>, quiet: Quiet) -> Stmt {
        let [from, to, looks, is_quiet] =
            ["from", "to", "looks", "quiet"].map(|base| self.name(base));
        let sel = &self.cx.names.sel;
        let block = Literal::usize_unsuffixed(BLOCK);
        let iterations = |body| Stmt::For {
            pattern: quote!(#k),
            iter: Expr::Raw(quote!(#from..#to)),
            body,
        };
        let define = |name: &Ident, mutable, value: TokenStream| Stmt::Let {
            name: name.clone(),
            mutable,
            ty: None,
            init: Some(Expr::Raw(value)),
        };
        let mut test = self.counter_of(k);
        test.extend(quiet.lets);
        let mut taken = test.clone();
        // What the test takes is in scope behind it.
        let known = |s: &Stmt| test.iter().any(|t| format!("{t:?}") == format!("{s:?}"));
        let body = body.into_iter().filter(|s| !known(s)).collect();
        let passes = Expr::bin("&&", Expr::Name(looks.clone()), quiet.cond.clone());
        taken.push(Stmt::If {
            cond: Expr::Not(Box::new(passes)),
            then: body,
            els: Vec::new(),
        });
        test.push(Stmt::Assign {
            place: Expr::Name(is_quiet.clone()),
            op: "&=",
            value: quiet.cond,
        });
        let passed = Expr::Name(is_quiet.clone());
        Stmt::For {
            pattern: quote!(#from),
            iter: Expr::Raw(quote!((0..#count).step_by(#block))),
            body: vec![
                define(
                    &to,
                    false,
                    quote!(::core::cmp::Ord::min(#from + #block, #count)),
                ),
                define(&looks, false, quote!(0 < #from && #sel.is_plain())),
                define(&is_quiet, true, quote!(#looks)),
                Stmt::If {
                    cond: passed.clone(),
                    then: vec![iterations(test)],
                    els: Vec::new(),
                },
                Stmt::If {
                    cond: Expr::Not(Box::new(passed)),
                    then: vec![iterations(taken)],
                    els: Vec::new(),
                },
            ],
        }
    }

    /// `let j = lo + k;`
    fn counter_of(&self, k: &Ident) -> Vec<Stmt> {
        let name = self.cx.func.val(self.counter).name.clone();
        let from = Expr::Name(k.clone());
        let init = match self.cx.layout.literal(self.range.lo) == Some(0) {
            true => from,
            false => Expr::bin("+", Expr::Val(self.range.lo), from),
        };
        vec![Stmt::Let {
            name,
            mutable: false,
            ty: None,
            init: Some(init),
        }]
    }

    /// `let n = hi - lo;`
    fn count(&self, name: &Ident) -> Stmt {
        let hi = Expr::Val(self.range.hi);
        let init = match self.cx.layout.literal(self.range.lo) == Some(0) {
            true => hi,
            false => Expr::bin("-", hi, Expr::Val(self.range.lo)),
        };
        Stmt::Let {
            name: name.clone(),
            mutable: false,
            ty: None,
            init: Some(init),
        }
    }

    /// True for an index that is the same in all iterations, and known in front of the loop.
    fn is_fixed(&self, at: ValId) -> bool {
        self.invariant(at).is_some()
    }

    /// The array, over what is in scope in front of the loop.
    fn array_of(&self, base: &Base) -> Expr {
        match base {
            Base::Mem(m) => Expr::Mem(*m),
            Base::Bar(m) => Expr::MemBar(*m),
            Base::Field(of, name) => Expr::Field(Box::new(self.array_of(of)), name.clone()),
            Base::Row(of, at) => {
                let at = self.invariant(*at).unwrap_or(Expr::Val(*at));
                Expr::index(self.array_of(of), at)
            }
            Base::Local(name) => Expr::Name(name.clone()),
        }
    }

    /// False for fields and rows that have no rows, and in closures, which borrow the struct as a whole before edition 2021.
    fn may_be_sliced(&self, base: &Base, in_closure: bool) -> bool {
        if base.root() == base {
            return true;
        }
        let Some(place) = base.place().filter(|_| !in_closure) else {
            return false;
        };
        let (list, path) = place.in_list();
        let known = match base.is_of_bar() {
            true => self.cx.has_bar_rows(&list),
            false => self.cx.has_rows(&list),
        };
        known && (path.is_empty() || self.is_known_row(base))
    }

    /// True for a row of a list of lists of numbers that the function itself holds or gets as such.
    fn is_known_row(&self, base: &Base) -> bool {
        let of_kind = base.is_of_bar() && base.place().is_some_and(|at| self.cx.is_of_kind(at.mem));
        let element = |base: &Base| self.element_if(base, is_number).is_some();
        !of_kind && self.cx.func.stretched.is_empty() && element(base)
    }

    /// The type of the elements, if it fits.
    fn element_if(&self, base: &Base, fits: fn(&Ty) -> bool) -> Option<TokenStream> {
        match base {
            Base::Mem(_) | Base::Bar(_) | Base::Field(..) | Base::Row(..) => {
                let ty = self.cx.func.place_ty(&base.place()?)?;
                ty.element().filter(|ty| fits(ty)).map(ty_tokens)
            }
            Base::Local(name) => self.cx.buffers.borrow().get(&name.to_string()).cloned(),
        }
    }

    /// The slice as a parameter, if its type is known.
    fn parameter(&self, name: &Ident, base: &Base, start: &Expr, written: bool) -> Option<Row> {
        (!self.is_of_kind(base)).then_some(())?;
        Some(Row {
            name: name.clone(),
            mutable: written,
            element: self.element_if(base, is_number_or_point)?,
            from: self.from(base, start.clone(), written),
            points: None,
        })
    }

    /// `&array[start..]`
    fn from(&self, base: &Base, start: Expr, written: bool) -> Expr {
        let start = (!is_zero(&start)).then(|| Box::new(start));
        let slice = Expr::index(self.array_of(base), Expr::Range(start, None, false));
        Expr::Ref(written, Box::new(slice))
    }

    fn name(&self, base: &str) -> Ident {
        self.cx
            .scratch
            .borrow_mut()
            .exact(base, self.cx.func.name.span())
    }

    fn base_name(&self, base: &Base) -> String {
        match base {
            Base::Mem(m) => crate::compiler::names::plain(&self.cx.func.mem(*m).name),
            Base::Bar(m) => crate::compiler::names::plain(&self.cx.names.mem_bar(*m)),
            Base::Field(of, name) => format!("{}_{}", self.base_name(of), name.to_token_stream()),
            Base::Row(of, _) => self.base_name(of),
            Base::Local(name) => crate::compiler::names::plain(name),
        }
    }
}

/// The loop; its iterations give the elements of the list, if there is one.
pub(super) fn over(
    list: Option<&Ident>,
    pattern: TokenStream,
    iter: Expr,
    body: Vec<Stmt>,
) -> Stmt {
    match list.cloned() {
        Some(list) => Stmt::Collect {
            list,
            pattern,
            iter,
            body,
        },
        None => Stmt::For {
            pattern,
            iter,
            body,
        },
    }
}

fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Real(_))
}

/// True for numbers and for arrays of numbers.
fn is_number_or_point(ty: &Ty) -> bool {
    is_number(ty) || matches!(ty, Ty::Array(inner, _) if is_number(inner))
}

/// `let row = &array[start..][..count];`
fn part(row: &Ident, array: Expr, start: Expr, count: &Ident, written: bool) -> Stmt {
    let from = match is_zero(&start) {
        true => array,
        false => Expr::index(array, Expr::Range(Some(Box::new(start)), None, false)),
    };
    let to = Expr::Range(None, Some(Box::new(Expr::Name(count.clone()))), false);
    Stmt::Let {
        name: row.clone(),
        mutable: false,
        ty: None,
        init: Some(Expr::Ref(written, Box::new(Expr::index(from, to)))),
    }
}

fn slots_let(name: &Ident, slots: &Slots, count: &Ident) -> Stmt {
    let to = Expr::Range(None, Some(Box::new(Expr::Name(count.clone()))), false);
    let init = Expr::Ref(
        slots.borrowed,
        Box::new(Expr::index(slots.stretch.clone(), to)),
    );
    Stmt::Let {
        name: name.clone(),
        mutable: false,
        ty: None,
        init: Some(init),
    }
}

fn slot_let(name: &Ident, slots: &Slots, k: &Ident) -> Stmt {
    let element = Expr::index(Expr::Name(name.clone()), Expr::Name(k.clone()));
    let init = if slots.borrowed {
        Expr::Ref(true, Box::new(element))
    } else {
        element
    };
    Stmt::Bind {
        pattern: slots.pattern.clone(),
        init,
    }
}
