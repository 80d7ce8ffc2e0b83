//! Lane loops of the reverse sweep: what their iterations add to one place is stored by lane, and
//! added up after the loop, in an order that can be vectorised. (The order of the sum of an adjoint is
//! free: the user wrote none.)
//!
//! ```text
//! for l in 0..lanes { c_bar += e }                        →   for l in 0..lanes { terms[l] = e }  c_bar += sum(terms)
//! for l in 0..lanes { x_bar[i + l] += a; x_bar[i + l + 1] += b }
//!     →   for l in 0..lanes { terms[l] = a; others[l] = b }  x_bar[i..] += terms;  x_bar[i + 1..] += others
//! ```
//!
//! The elements may be points (`p_bar[i + l][2] += a`), of which each lane then has one.

mod twins;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal};
use quote::quote;

use super::{Context, Rev, RevBlock};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{BinOp, Member, Real, Ty};
use crate::compiler::names::Names;
use crate::compiler::real;
use crate::compiler::ssa::{List, Op, Proj, Stmt as Ssa, StmtKind, ValId};

/// What stands around a lane loop.
#[derive(Default)]
pub(super) struct Reduced {
    /// Declarations of the buffers, for in front of the loop over strips.
    pub(super) buffers: Vec<Stmt>,
    pub(super) after: Vec<Stmt>,
}

/// Where several iterations of a strip add to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// The adjoint of a value of outside.
    Value(ValId),
    /// An element whose index moves by one from lane to lane.
    Element(List, ValId),
}

/// Takes the additions out of a lane loop.
pub(super) fn reduce(
    cx: &Context<'_>,
    stmt: &Ssa,
    body: &mut RevBlock<'_>,
    fresh: &mut Names,
) -> Reduced {
    let StmtKind::For { counter, range, .. } = &stmt.kind else {
        return Reduced::default();
    };
    let block = cx.layout.id_of(body.block);
    let own: BTreeSet<ValId> = stmt.kind.carried().iter().map(|c| c.out).collect();
    let stencils = stencils(cx, body);
    let mut found: BTreeMap<Target, Ident> = BTreeMap::new();
    let mut set: BTreeSet<(Target, Option<i64>)> = BTreeSet::new();
    let mut reduced = Reduced::default();
    let twins = twins::take(cx, body, &stencils);
    let wide = cx.func.strips.of_count(range.hi).is_some_and(|m| m.wide);
    for rev in &mut body.stmts {
        let Rev::Code(Stmt::Assign { place, op, value }) = rev else {
            continue;
        };
        if !matches!(*op, "+=" | "-=") {
            continue;
        }
        let (target, coordinate) = match (&*place, Element::of(cx, place)) {
            (Expr::Bar(v), _)
                if !own.contains(v) && !cx.layout.contains(block, cx.layout.def_block(*v)) =>
            {
                (Target::Value(*v), None)
            }
            (_, Some(element)) if stencils.contains(&element.of) => {
                (Target::Element(element.of, element.at), element.coordinate)
            }
            _ => continue,
        };
        let buffer = found.entry(target.clone()).or_insert_with(|| {
            let name = fresh.numbered("terms", "_", 1, cx.func.name.span());
            reduced.buffers.push(declaration(cx, &name, &target, wide));
            name
        });
        if set.insert((target, coordinate)) {
            if *op == "-=" {
                *value = Expr::neg(value.clone());
            }
            *op = "=";
        }
        let term = Expr::index(Expr::Name(buffer.clone()), Expr::Val(*counter));
        *place = match place {
            Expr::Index(_, index) if coordinate.is_some() => Expr::index(term, (**index).clone()),
            _ => term,
        };
    }
    for (twin, first) in twins {
        if let Some(buffer) = found.get(&first).cloned() {
            found.insert(twin, buffer);
        }
    }
    let terms = |buffer: &Ident| {
        let all = Expr::Range(None, Some(Box::new(Expr::Val(range.hi))), false);
        Expr::Ref(
            false,
            Box::new(Expr::index(Expr::Name(buffer.clone()), all)),
        )
    };
    let rt = &cx.names.rt;
    let mut elements: BTreeMap<List, Vec<(ValId, Ident)>> = BTreeMap::new();
    for (target, buffer) in found {
        match target {
            Target::Value(v) => reduced.after.push(Stmt::Assign {
                place: Expr::Bar(v),
                op: "+=",
                value: Expr::call(quote!(#rt::sum), vec![terms(&buffer)]),
            }),
            Target::Element(list, at) => elements.entry(list).or_default().push((at, buffer)),
        }
    }
    for (list, parts) in elements {
        let row = |start: Expr, len: Expr| {
            let from = Expr::Range(Some(Box::new(start)), None, false);
            let to = Expr::Range(None, Some(Box::new(len)), false);
            let row = Expr::index(Expr::index(bar(&list), from), to);
            Expr::Ref(true, Box::new(row))
        };
        let lanes = Expr::Val(range.hi);
        let close =
            neighbours(cx, &parts).filter(|_| is_number(cx, &list) && !cx.is_of_kind(list.mem));
        if let Some((first, parts)) = close {
            let width = Literal::usize_unsuffixed(parts.len() - 1);
            let len = Expr::bin("+", lanes, Expr::Raw(quote!(#width)));
            let terms = Expr::List(parts.iter().map(terms).collect());
            if let Some(start) = start(cx, first, *counter, block) {
                let add = Expr::call(quote!(#rt::add_stencil), vec![row(start, len), terms]);
                reduced.after.push(Stmt::Expr(add));
            }
            continue;
        }
        for (at, buffer) in parts {
            let Some(start) = start(cx, at, *counter, block) else {
                continue;
            };
            let add = vec![row(start, lanes.clone()), terms(&buffer)];
            let add = Expr::call(quote!(#rt::add), add);
            reduced.after.push(Stmt::Expr(add));
        }
    }
    reduced
}

/// A loop that does nothing but add terms to one sum, as a call: `s = sum_in_order(s, &terms[..lanes])`. `statements` is how many
/// its body has.
pub(super) fn in_order(cx: &Context<'_>, stmt: &Ssa, statements: usize) -> Option<Stmt> {
    let StmtKind::For {
        id,
        counter,
        range,
        carried,
        body,
        until: None,
        ..
    } = &stmt.kind
    else {
        return None;
    };
    let ([sum], [load, add]) = (carried.as_slice(), body.stmts.as_slice()) else {
        return None;
    };
    let (StmtKind::Def(term, Op::Load(at)), StmtKind::Def(next, Op::Bin(BinOp::Add, a, b))) =
        (&load.kind, &add.kind)
    else {
        return None;
    };
    let plain = !range.inclusive && !range.rev && range.step.is_none();
    let whole = plain && cx.layout.literal(range.lo) == Some(0);
    let adds = (*a, *b, *next) == (sum.phi, *term, sum.next) && at.path == [Proj::Index(*counter)];
    let real = matches!(
        cx.func.val(sum.out).ty,
        Ty::Real(Real::F64) | Ty::Real(Real::F32)
    );
    // Besides the two, what is carried is taken and given back.
    if !(whole && adds && real && statements == 4 && cx.func.strips.sums.contains(id)) {
        return None;
    }
    let lanes = Expr::Range(None, Some(Box::new(Expr::Val(range.hi))), false);
    let terms = Expr::borrow(false, Expr::index(Expr::Mem(at.mem), lanes));
    let rt = &cx.names.rt;
    let place = Expr::Val(sum.out);
    Some(Stmt::Assign {
        place: place.clone(),
        op: "=",
        value: Expr::call(quote!(#rt::sum_in_order), vec![place, terms]),
    })
}

/// The buffers in the order of their places, if these follow each other without a gap, and the first.
fn neighbours(cx: &Context<'_>, parts: &[(ValId, Ident)]) -> Option<(ValId, Vec<Ident>)> {
    let mut placed: Vec<(i64, ValId, &Ident)> = Vec::new();
    let mut base = None;
    for (at, buffer) in parts {
        let (from, offset) = cx.layout.offset(*at);
        if *base.get_or_insert(from) != from {
            return None;
        }
        placed.push((offset, *at, buffer));
    }
    placed.sort_by_key(|(offset, ..)| *offset);
    let first = placed.first()?.1;
    let close = placed.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
    close.then(|| {
        let buffers = placed.into_iter().map(|(_, _, buffer)| buffer.clone());
        (first, buffers.collect())
    })
}

fn declaration(cx: &Context<'_>, name: &Ident, target: &Target, wide: bool) -> Stmt {
    let ty = match target {
        Target::Value(v) => cx.func.val(*v).ty.clone(),
        Target::Element(list, _) => element_ty(cx, list).unwrap_or(Ty::Opaque),
    };
    let element = crate::compiler::primal::ty_tokens(&ty);
    cx.buffers.borrow_mut().insert(name.to_string(), element);
    let rt = &cx.names.rt;
    let zero = match &ty {
        Ty::Array(inner, len) => {
            let len = Expr::Raw(len.clone());
            Expr::Repeat(false, Box::new(real::zero(inner)), Box::new(len))
        }
        ty => real::zero(ty),
    };
    let lanes = match wide {
        true => quote!(#rt::wide_lanes),
        false => quote!(#rt::lanes),
    };
    Stmt::Let {
        name: name.clone(),
        mutable: true,
        ty: None,
        init: Some(Expr::call(lanes, vec![zero])),
    }
}

/// The type of the elements of a list.
fn element_ty(cx: &Context<'_>, list: &List) -> Option<Ty> {
    cx.func.place_ty(&list.place())?.element().cloned()
}

/// True for a list of numbers.
fn is_number(cx: &Context<'_>, list: &List) -> bool {
    matches!(element_ty(cx, list), Some(Ty::Real(_)))
}

/// The adjoint of a list.
fn bar(list: &List) -> Expr {
    let field = |of, name: &Member| Expr::Field(Box::new(of), name.clone());
    list.fields.iter().fold(Expr::MemBar(list.mem), field)
}

/// `x_bar[at]`, or `p_bar[at][coordinate]` with a number that is known.
struct Element {
    of: List,
    at: ValId,
    coordinate: Option<i64>,
}

impl Element {
    fn of(cx: &Context<'_>, place: &Expr) -> Option<Element> {
        let Expr::Index(base, index) = place else {
            return None;
        };
        match (&**base, &**index) {
            (Expr::MemBar(_) | Expr::Field(..), Expr::Val(at)) => Some(Element {
                of: list_of(base)?,
                at: *at,
                coordinate: None,
            }),
            (Expr::Index(..), Expr::Val(coordinate)) => Some(Element {
                coordinate: Some(cx.layout.literal(*coordinate)?),
                ..Element::of(cx, base).filter(|point| point.coordinate.is_none())?
            }),
            _ => None,
        }
    }
}

/// The list that an adjoint is of.
fn list_of(bar: &Expr) -> Option<List> {
    match bar {
        Expr::MemBar(m) => Some(List {
            mem: *m,
            fields: Vec::new(),
        }),
        Expr::Field(of, name) => {
            let mut list = list_of(of)?;
            list.fields.push(name.clone());
            Some(list)
        }
        _ => None,
    }
}

/// The arrays to which the loop adds at several places, and which it does not touch otherwise.
fn stencils(cx: &Context<'_>, body: &RevBlock<'_>) -> BTreeSet<List> {
    let block = cx.layout.id_of(body.block);
    let counter = match cx.layout.blocks[block].role {
        crate::compiler::analyse::layout::Role::Body(l) => cx.layout.counters.get(&l).copied(),
        _ => None,
    };
    let Some(counter) = counter else {
        return BTreeSet::new();
    };
    let mut additions: BTreeMap<List, BTreeSet<ValId>> = BTreeMap::new();
    let mut mentions: BTreeMap<List, usize> = BTreeMap::new();
    let mut added: BTreeMap<List, usize> = BTreeMap::new();
    let mut other = BTreeSet::new();
    for rev in &body.stmts {
        let Rev::Code(stmt) = rev else {
            return BTreeSet::new();
        };
        stmt.walk(&mut |e| {
            if let Some(list) = list_of(e) {
                *mentions.entry(list).or_default() += 1;
            }
        });
        if let Stmt::Assign {
            place,
            op: "+=" | "-=",
            ..
        } = stmt
            && let Some(Element { of, at, .. }) = Element::of(cx, place)
        {
            if start(cx, at, counter, block).is_none() {
                other.insert(of.clone());
            }
            *added.entry(of.clone()).or_default() += 1;
            additions.entry(of).or_default().insert(at);
        }
    }
    additions
        .into_iter()
        .filter(|(list, at)| at.len() > 1 && !other.contains(list))
        // A lane loop has numbers and points alone: nothing in it touches a struct whole.
        .filter(|(list, _)| mentions.get(list) == added.get(list))
        .map(|(list, _)| list)
        .filter(|list| cx.has_bar_rows(list))
        .collect()
}

/// The index in lane 0, if it moves by one from lane to lane.
fn start(cx: &Context<'_>, v: ValId, counter: ValId, block: usize) -> Option<Expr> {
    if v == counter {
        return Some(Expr::Raw(quote!(0)));
    }
    let fixed = |v: ValId| {
        let outside = !cx.layout.contains(block, cx.layout.def_block(v));
        (outside || matches!(cx.layout.op(v), Some(Op::Lit(_)))).then_some(Expr::Val(v))
    };
    let sum = |a: Expr, b: Expr| match &a {
        Expr::Raw(tokens) if tokens.to_string() == "0" => b,
        _ => Expr::bin("+", a, b),
    };
    match cx.layout.op(v)? {
        Op::Bin(BinOp::Add, a, b) => match (start(cx, *a, counter, block), fixed(*b)) {
            (Some(a), Some(b)) => Some(sum(a, b)),
            _ => Some(sum(start(cx, *b, counter, block)?, fixed(*a)?)),
        },
        Op::Bin(BinOp::Sub, a, b) => {
            Some(Expr::bin("-", start(cx, *a, counter, block)?, fixed(*b)?))
        }
        _ => None,
    }
}
