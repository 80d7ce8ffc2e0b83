//! Copies that a recorded loop makes for pullbacks, as rows of one list.
//!
//! ```text
//! let y_then = y.to_vec(); … f(&y_then) …      rows.extend_from_slice(&y); … f(&y) …
//! saved.push((y_then, pullback))               let y_then = &rows[start..];
//! ```
//!
//! A vector per copy and iteration costs an allocation each. The call itself reads the array that was copied: nothing changes
//! it between the copy and the call. How long a row is, the adjoint of the array tells.

use proc_macro2::Ident;
use quote::format_ident;

use super::forward::Forward;
use super::needs::Plan;
use super::{Context, Saved, calls, loops};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::ssa::{Arg, Init, MemId, Origin, StmtKind};

/// A copy that is a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The loop that makes it once per iteration.
    pub(crate) id: LoopId,
    /// Where.
    pub(crate) position: u32,
    pub(crate) of: MemId,
}

/// The copy, if it is one of a whole vector of numbers that stands in the function itself and never changes its length.
pub(super) fn row(cx: &Context<'_>, m: MemId) -> Option<Row> {
    let at = cx.func.snapshots.get(&m)?;
    let (home, of) = (cx.layout.mem_block(m), at.mem);
    let Role::Body(id) = cx.layout.blocks[home].role else {
        return None;
    };
    let numbers =
        |m: MemId| matches!(&cx.func.mem(m).ty, Ty::Vec(inner) if matches!(**inner, Ty::Real(_)));
    let fits = matches!(cx.mode(id), Mode::Recorded)
        && at.path.is_empty()
        && numbers(m)
        && numbers(of)
        && matches!(cx.func.mem(of).origin, Origin::Local)
        && cx.layout.mem_block(of) == 0
        && cx.keeps_its_length(of)
        && only_for_pullbacks(cx, m, of);
    let position = fits.then(|| made_at(cx, m)).flatten()?;
    Some(Row { id, position, of })
}

/// True if nothing but calls reads the copy, and their pullbacks add to the adjoint of the original.
fn only_for_pullbacks(cx: &Context<'_>, m: MemId, of: MemId) -> bool {
    let mut fits = true;
    cx.func.body.walk(&mut |s| {
        s.kind.for_each_write(&mut |w| {
            fits &= w != m || matches!(&s.kind, StmtKind::Alloc(..));
        });
        let mut reads = false;
        s.kind.for_each_read(&mut |r| reads |= r == m);
        if !reads {
            return;
        }
        let StmtKind::Call(call) = &s.kind else {
            fits = false;
            return;
        };
        let whole =
            |arg: &Arg| matches!(arg, Arg::Ref(false, at) if at.mem == m && at.path.is_empty());
        let mentions = |arg: &Arg| {
            let mut found = false;
            arg.for_each_mem(&mut |r, _| found |= r == m);
            found
        };
        fits &= cx.facts.active_call(call)
            && call
                .args
                .iter()
                .all(|arg| !mentions(arg) || whole(arg) && calls::is_varied(cx, arg));
        for arg in call.args.iter().filter(|arg| whole(arg)) {
            if let Arg::Ref(_, at) = arg {
                fits &= calls::has_own_bar(cx, call, at, false)
                    && calls::bar_of(cx, call, at).mem == of;
            }
        }
    });
    fits
}

fn made_at(cx: &Context<'_>, m: MemId) -> Option<u32> {
    let mut found = None;
    cx.func.body.walk(&mut |s| {
        if matches!(&s.kind, StmtKind::Alloc(made, Init::Clone(_)) if *made == m) {
            found = Some(cx.layout.position(s));
        }
    });
    found
}

/// Saves a row in the forward sweep.
pub(super) fn save(pass: &Forward<'_>, row: Row) -> Option<Stmt> {
    let body = pass.cx.layout.statement(row.id)?.loop_body()?;
    let rows = pass.saved.flat.get(&row.id)?;
    let of = Expr::Ref(false, Box::new(Expr::Mem(row.of)));
    let save = Expr::method(Expr::Name(rows.clone()), "extend_from_slice", vec![of]);
    (!loops::in_rerun(pass, body)).then_some(Stmt::Expr(save))
}

/// Takes the rows of an iteration back in the reverse sweep, the last one first, and drops them at its end.
pub(super) fn take(
    cx: &Context<'_>,
    plan: &Plan<'_>,
    saved: &Saved,
    id: LoopId,
) -> (Vec<Stmt>, Option<Stmt>) {
    let Some(rows) = saved.flat.get(&id) else {
        return (Vec::new(), None);
    };
    let mut all: Vec<(MemId, Row)> = plan.flat.iter().map(|(m, row)| (*m, *row)).collect();
    all.retain(|(_, row)| row.id == id);
    all.sort_by_key(|(_, row)| std::cmp::Reverse(row.position));
    let length = |e: Expr| Expr::method(e, "len", Vec::new());
    let mut end: Option<Ident> = None;
    let mut enter = Vec::new();
    let fixed = |name: &Ident, init: Expr| Stmt::Let {
        name: name.clone(),
        mutable: false,
        ty: None,
        init: Some(init),
    };
    for (m, row) in all {
        let name = &cx.func.mem(m).name;
        let start = format_ident!("{name}__start");
        let behind = match &end {
            Some(end) => Expr::Name(end.clone()),
            None => length(Expr::Name(rows.clone())),
        };
        let from = Expr::bin("-", behind, length(Expr::MemBar(row.of)));
        enter.push(fixed(&start, from));
        let range = Expr::Range(
            Some(Box::new(Expr::Name(start.clone()))),
            end.map(|end| Box::new(Expr::Name(end))),
            false,
        );
        let slice = Expr::index(Expr::Name(rows.clone()), range);
        enter.push(fixed(name, Expr::Ref(false, Box::new(slice))));
        end = Some(start);
    }
    let drop = |start: Ident| {
        let kept = vec![Expr::Name(start)];
        Stmt::Expr(Expr::method(Expr::Name(rows.clone()), "truncate", kept))
    };
    (enter, end.map(drop))
}
