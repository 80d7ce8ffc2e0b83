//! Copies that a recorded loop makes for pullbacks, as rows of one list.
//!
//! ```text
//! let y_then = y.to_vec(); … f(&y_then) …      rows.extend_from_slice(&y); … f(&y) …
//! saved.push((y_then, pullback))               let y_then = &rows[start..];
//! ```
//!
//! What no pullback reads for the adjoints that are wanted is not copied (`reads`): a constant says so, which rustc computes from
//! those of the callees. Where it is false, what stands in has the right length, and NaN in it.
//!
//! A vector per copy and iteration costs an allocation each. The call itself reads the array that was copied: nothing changes
//! it between the copy and the call. How long a row is, the adjoint of the array tells.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::forward::Forward;
use super::needs::Plan;
use super::{Context, Saved, calls, loops, reads};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::companion;
use crate::compiler::hir::{Form, LoopId, Ty};
use crate::compiler::primal::place;
use crate::compiler::ssa::{Arg, Call, Init, MemId, Origin, StmtKind};

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

/// The methods whose receiver a copy of a struct is, if nothing else reads it: they say whether it has to be made.
pub(super) fn methods(cx: &Context<'_>, m: MemId) -> Option<BTreeSet<String>> {
    let original = cx.func.snapshots.get(&m)?;
    let mut methods = Some(BTreeSet::new());
    cx.func.body.walk(&mut |s| {
        let mut touched = false;
        s.kind.for_each_read(&mut |r| touched |= r == m);
        s.kind.for_each_write(&mut |w| touched |= w == m);
        if !touched || matches!(&s.kind, StmtKind::Alloc(made, _) if *made == m) {
            return;
        }
        let name = match &s.kind {
            StmtKind::Call(call) => receives(cx, call, m, original.mem),
            _ => None,
        };
        match (&mut methods, name) {
            (Some(methods), Some(name)) => _ = methods.insert(name),
            (methods, _) => *methods = None,
        }
    });
    methods.filter(|methods| !methods.is_empty())
}

/// The name of the method that is called on the copy, where its pullback adds to the adjoint of the original.
fn receives(cx: &Context<'_>, call: &Call, m: MemId, of: MemId) -> Option<String> {
    let (receiver, others) = call.args.split_first()?;
    let mut again = false;
    others
        .iter()
        .for_each(|arg| arg.for_each_mem(&mut |r, _| again |= r == m));
    let Arg::Ref(false, at) = receiver else {
        return None;
    };
    let fits = call.form == Form::Method
        && !call.recursive
        && !again
        && at.path.is_empty()
        && cx.facts.active_call(call)
        && calls::is_varied(cx, receiver)
        && calls::has_own_bar(cx, call, at, false)
        && calls::bar_of(cx, call, at).mem == of;
    fits.then(|| call.path.to_string())
}

/// `let m_then = kept_struct(m.__get_reads(), &m);`
pub(super) fn keep(cx: &Context<'_>, m: MemId, methods: &BTreeSet<String>) -> Option<Stmt> {
    let rt = &cx.names.rt;
    let original = cx.func.snapshots.get(&m)?;
    let of = || match calls::is_reference(cx.func, original) {
        true => Expr::Deref(Box::new(Expr::Mem(original.mem))),
        false => place(original, Expr::Mem(original.mem)),
    };
    let asked = methods.iter().filter_map(|name| {
        let path: TokenStream = name.parse().ok()?;
        let reads = companion::sibling(&path, "__reads", false);
        Some(Expr::Invoke(Box::new(of()), reads, Vec::new()))
    });
    let read = asked.reduce(|a, b| Expr::bin("||", a, b))?;
    let kept = vec![read, Expr::Ref(false, Box::new(of()))];
    Some(Stmt::Let {
        name: cx.func.mem(m).name.clone(),
        mutable: false,
        ty: None,
        init: Some(Expr::call(quote!(#rt::kept_struct), kept)),
    })
}

/// Whether a pullback reads the copy, as a constant; `None` where one may read everything.
pub(super) fn is_read(cx: &Context<'_>, m: MemId) -> Option<TokenStream> {
    let mut readers = Some(BTreeMap::new());
    cx.func.body.walk(&mut |s| {
        let StmtKind::Call(call) = &s.kind else {
            return;
        };
        let is_copy = |arg: &&Arg| matches!(arg, Arg::Ref(false, at) if at.mem == m);
        let Some(param) = call.args.iter().position(|arg| is_copy(&arg)) else {
            return;
        };
        let again = call.args.iter().filter(is_copy).count() > 1;
        if call.form != Form::Companion || call.recursive || again {
            readers = None;
            return;
        }
        let varied = call.args.iter().enumerate();
        let varied = varied
            .filter(|(_, arg)| calls::is_varied(cx, arg))
            .fold(0, |bits, (k, _)| bits | reads::bit(k));
        let callee = companion::alias(cx.names.companions.of(&call.path));
        let (param, varied) = (
            Literal::usize_unsuffixed(param),
            Literal::u64_unsuffixed(varied),
        );
        if let Some(readers) = &mut readers {
            let reads = quote!(#callee::__told::<0>().reads(#param, #varied));
            readers.insert(reads.to_string(), reads);
        }
    });
    let readers = readers?.into_values();
    readers.reduce(|a, b| quote!(#a || #b))
}

/// The constants that say which copies are made.
pub(super) fn declare(saved: &Saved) -> impl Iterator<Item = Stmt> + '_ {
    let made = saved.made.values();
    made.map(|(name, is_read)| Stmt::Expr(Expr::Raw(quote!(const #name: bool = #is_read))))
}

/// The length of the row in the list: 0 where it is not made.
pub(super) fn length(saved: &Saved, m: MemId, of: Expr) -> Expr {
    let whole = Expr::method(of, "len", Vec::new());
    match saved.made.get(&m) {
        Some((made, _)) => {
            let made = Expr::Cast(Box::new(Expr::Name(made.clone())), quote!(usize));
            Expr::mul(made, whole)
        }
        None => whole,
    }
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
pub(super) fn save(pass: &Forward<'_>, m: MemId, row: Row) -> Option<Stmt> {
    let body = pass.cx.layout.statement(row.id)?.loop_body()?;
    let rows = pass.saved.flat.get(&row.id)?;
    let of = Expr::Ref(false, Box::new(Expr::Mem(row.of)));
    let save = Expr::method(Expr::Name(rows.clone()), "extend_from_slice", vec![of]);
    let save = match pass.saved.made.get(&m) {
        Some((made, _)) => Stmt::If {
            cond: Expr::Name(made.clone()),
            then: vec![Stmt::Expr(save)],
            els: Vec::new(),
        },
        None => Stmt::Expr(save),
    };
    (!loops::in_rerun(pass, body)).then_some(save)
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
            None => Expr::method(Expr::Name(rows.clone()), "len", Vec::new()),
        };
        let from = Expr::bin("-", behind, length(saved, m, Expr::MemBar(row.of)));
        enter.push(fixed(&start, from));
        let range = Expr::Range(
            Some(Box::new(Expr::Name(start.clone()))),
            end.map(|end| Box::new(Expr::Name(end))),
            false,
        );
        let slice = Expr::index(Expr::Name(rows.clone()), range);
        let slice = Expr::Ref(false, Box::new(slice));
        let row = match saved.made.get(&m) {
            Some((made, _)) => {
                let instead = Expr::Ref(false, Box::new(Expr::Name(instead_of(name))));
                let rt = &cx.names.rt;
                Expr::call(
                    quote!(#rt::kept),
                    vec![Expr::Name(made.clone()), slice, instead],
                )
            }
            None => slice,
        };
        enter.push(fixed(name, row));
        end = Some(start);
    }
    let drop = |start: Ident| {
        let kept = vec![Expr::Name(start)];
        Stmt::Expr(Expr::method(Expr::Name(rows.clone()), "truncate", kept))
    };
    (enter, end.map(drop))
}

/// A row as the argument of a pullback, which may want a slice or a vector: only rustc knows which of them the callee takes.
pub(super) fn lent(cx: &Context<'_>, plan: &Plan<'_>, arg: &Expr) -> Expr {
    match arg {
        Expr::Ref(false, of) if matches!(&**of, Expr::Mem(m) if plan.flat.contains_key(m)) => {
            let rt = &cx.names.rt;
            let owned = Expr::Raw(quote!(&mut ::std::vec::Vec::new()));
            Expr::call(quote!(#rt::lent), vec![(**of).clone(), owned])
        }
        arg => arg.clone(),
    }
}

fn instead_of(name: &Ident) -> Ident {
    format_ident!("{name}__instead")
}

/// What stands in for the rows of a loop that are not made, before its reverse.
pub(super) fn instead(cx: &Context<'_>, plan: &Plan<'_>, saved: &Saved, id: LoopId) -> Vec<Stmt> {
    let rt = &cx.names.rt;
    let rows = plan.flat.iter().filter(|(_, row)| row.id == id);
    let instead = rows.filter_map(|(m, row)| {
        let (made, _) = saved.made.get(m)?;
        let length = Expr::method(Expr::MemBar(row.of), "len", Vec::new());
        Some(Stmt::Let {
            name: instead_of(&cx.func.mem(*m).name),
            mutable: false,
            ty: None,
            init: Some(Expr::call(
                quote!(#rt::unread),
                vec![Expr::Name(made.clone()), length],
            )),
        })
    });
    instead.collect()
}
