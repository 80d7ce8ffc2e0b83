//! Adjoints that are handed to stretches, in pieces or as a whole.
//!
//! In: the body of a stretch, and the adjoints that it adds to. Out: which of these each iteration touches at its own element alone, so that
//! a stretch gets its piece of them, and the body with indices from the start of the piece on, through references.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use quote::quote;

use crate::compiler::adjoint::Context;
use crate::compiler::code::{Expr, Stmt, Stretches};
use crate::compiler::ssa::ValId;

/// Adjoints of which every iteration touches the element of its counter, or the elements of its strip, are handed out in pieces,
/// whose elements are counted from the start of the stretch.
pub(super) fn split(cx: &Context<'_>, of: &mut Stretches) {
    let counter = cx.layout.counters.get(&of.of).copied();
    let from = of.range[0];
    let strips = cx.func.strips.strips.contains(&of.of);
    let is = |e: &Expr, v: ValId| matches!(e, Expr::Val(of) if *of == v);
    let is_counter = |e: &Expr| counter.is_some_and(|counter| is(e, counter));
    let own = |part: &Part| match part {
        Part::Element(at) => is_counter(at),
        // One element for each lane. Other slices are the user's, or those of an inner loop or a stencil.
        Part::Elements { start, lanes } => is(start, from) || strips && *lanes && is_counter(start),
        Part::Whole => false,
    };
    let touched: RefCell<BTreeMap<Ident, bool>> = RefCell::default();
    each_variable(cx, &mut of.body, &|name, part| {
        *touched.borrow_mut().entry(name).or_insert(true) &= own(&part);
    });
    let touched = touched.into_inner();
    let names = of.bars.iter().map(|(name, _)| name);
    let in_pieces = |name: &&Ident| touched.get(name) == Some(&true);
    of.split = names.filter(in_pieces).cloned().collect();
    each_variable(cx, &mut of.body, &|name, part| {
        let (Part::Element(start) | Part::Elements { start, .. }) = part else {
            return;
        };
        if of.split.contains(&name) {
            *start = match start.clone() {
                Expr::Val(v) if v == from => Expr::Raw(quote!(0)),
                start => Expr::bin("-", start, Expr::Val(from)),
            };
        }
    });
}

/// How much of an adjoint an expression refers to.
enum Part<'e> {
    Element(&'e mut Expr),
    /// From there on; as many as there are lanes, if that is known.
    Elements {
        start: &'e mut Expr,
        lanes: bool,
    },
    Whole,
}

impl<'e> Part<'e> {
    fn of(index: &'e mut Expr, lanes: bool) -> Part<'e> {
        match index {
            Expr::Range(Some(start), None, _) => Part::Elements { start, lanes },
            Expr::Range(..) => Part::Whole,
            index => Part::Element(index),
        }
    }
}

/// The variable that an adjoint of memory, or what stands in for one, is in.
fn variable(cx: &Context<'_>, e: &Expr) -> Option<Ident> {
    match e {
        Expr::MemBar(m) => Some(cx.names.mem_bar(*m)),
        Expr::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// Calls `f` on every such variable, with the part of it that is meant.
fn each_variable(cx: &Context<'_>, stmts: &mut [Stmt], f: &dyn Fn(Ident, Part<'_>)) {
    /// `lanes`: of a slice, as many elements are taken as there are lanes.
    fn expr(cx: &Context<'_>, e: &mut Expr, lanes: bool, f: &dyn Fn(Ident, Part<'_>)) {
        if let Some(name) = variable(cx, e) {
            return f(name, Part::Whole);
        }
        match e {
            Expr::Ref(_, inner) if lanes => expr(cx, inner, true, f),
            Expr::Index(base, index) => {
                match variable(cx, base) {
                    Some(name) => f(name, Part::of(index, lanes)),
                    None => {
                        // `a[start..][..lanes]`
                        let lanes = matches!(&**index, Expr::Range(None, Some(count), false)
                            if matches!(**count, Expr::Val(_) | Expr::Name(_)));
                        expr(cx, base, lanes, f);
                    }
                }
                expr(cx, index, false, f);
            }
            e => e.for_each_child_mut(&mut |e| expr(cx, e, false, f)),
        }
    }
    for stmt in stmts {
        let lanes = matches!(stmt, Stmt::Apart { .. });
        stmt.for_each_part_mut(&mut |e| expr(cx, e, lanes, f), &mut |inner| {
            each_variable(cx, inner, f);
        });
    }
}

/// A local adjoint is a reference in the stretch: `&mut x_bar` is `&mut *x_bar` there.
pub(super) fn through_references(cx: &Context<'_>, bars: &[(Ident, Expr)], stmts: &mut [Stmt]) {
    let owned = |(name, all): &(Ident, Expr)| match all {
        Expr::Ref(_, all) if !matches!(**all, Expr::Deref(_)) => Some(name.clone()),
        _ => None,
    };
    let owned: BTreeSet<Ident> = bars.iter().filter_map(owned).collect();
    let local = |e: &Expr| variable(cx, e).is_some_and(|name| owned.contains(&name));
    fn expr(e: &mut Expr, local: &dyn Fn(&Expr) -> bool) {
        match e {
            e if local(e) => *e = Expr::Deref(Box::new(e.clone())),
            // Elements and fields are found through a reference, too.
            Expr::Index(base, index) if local(base) => expr(index, local),
            Expr::Field(base, _) if local(base) => {}
            Expr::Method(base, _, args) if local(base) => {
                args.iter_mut().for_each(|a| expr(a, local));
            }
            e => e.for_each_child_mut(&mut |e| expr(e, local)),
        }
    }
    fn all(stmts: &mut [Stmt], local: &dyn Fn(&Expr) -> bool) {
        for stmt in stmts {
            stmt.for_each_part_mut(&mut |e| expr(e, local), &mut |inner| all(inner, local));
        }
    }
    all(stmts, &local);
}
