//! The reverse of a row that gets a multiple of another one, as one call.
//!
//! ```text
//! y[j] -= m * x[j]      for k in 0..n { let g = -y_bar[k]; m_bar += g * x[k]; x_bar[k] += g * m; }
//!                       m_bar -= multiple_back(y_bar, x_bar, x, -m);
//! ```
//!
//! The loop runs in turn: it forms a sum, rows of one matrix may be the same, and its guards are branches. Elimination, factorizations and
//! orthogonalizations spend their time there. The call sums in lanes, and asks for all guards at once.

use proc_macro2::Ident;
use quote::quote;

use super::Context;
use crate::compiler::code::{Callee, Expr, Stmt};

/// The call, if the body of a loop over slices does that and nothing else.
pub(super) fn of(cx: &Context<'_>, body: &[Stmt], k: &Ident) -> Option<Stmt> {
    let (mut row, mut term) = (None, None);
    let (mut sums, mut numbers) = (Vec::new(), Vec::new());
    for stmt in body {
        match stmt {
            Stmt::Let {
                name,
                init: Some(init),
                ..
            } => match of_row(init, k) {
                Some((of, true, negative)) if row.is_none() => row = Some((name, of, negative)),
                Some((of, false, false)) => numbers.push((name, of)),
                None if is_integer(init) => {}
                None if term.is_none() => term = Some((name, init)),
                _ => return None,
            },
            Stmt::Assign {
                place,
                op: "+=",
                value,
            } => sums.push((place, value)),
            _ => return None,
        }
    }
    let ((bar, y_bar, negative), [number], [a, b]) = (row?, numbers.as_slice(), sums.as_slice())
    else {
        return None;
    };
    let (number, x) = *number;
    let ((sum, of_sum), (element, of_element)) = match of_row(a.0, k) {
        None => (*a, *b),
        Some(_) => (*b, *a),
    };
    let Some((x_bar, true, false)) = of_row(element, k) else {
        return None;
    };
    let named = |e: &Expr, name: &Ident| name_of(cx, e).is_some_and(|n| n == *name);
    // The adjoint of the element may have a name of its own.
    let of_element = match term {
        Some((name, init)) if named(of_element, name) => init,
        None => of_element,
        _ => return None,
    };
    let times = |product: &Expr| match unguarded(product) {
        Expr::Bin("*", g, by) if named(g, bar) => Some((**by).clone()),
        _ => None,
    };
    let (by_number, factor) = (times(of_sum)?, times(of_element)?);
    let outside = matches!(sum, Expr::Bar(_)) && matches!(factor, Expr::Val(_));
    if !named(&by_number, number) || named(&factor, number) || !outside {
        return None;
    }
    let rt = &cx.names.rt;
    let factor = match negative {
        true => Expr::neg(factor),
        false => factor,
    };
    let rows = [y_bar, x_bar, x].map(|row| Expr::Name(row.clone()));
    let args = rows.into_iter().chain([factor]).collect();
    Some(Stmt::Assign {
        place: sum.clone(),
        op: if negative { "-=" } else { "+=" },
        value: Expr::call(quote!(#rt::multiple_back), args),
    })
}

/// The row that an element of the iteration is in, whether it is one of cells, and whether it is taken with a minus.
fn of_row<'e>(e: &'e Expr, k: &Ident) -> Option<(&'e Ident, bool, bool)> {
    match e {
        Expr::Neg(e) => of_row(e, k).map(|(row, cells, negative)| (row, cells, !negative)),
        Expr::Cell(e) => of_row(e, k).map(|(row, _, negative)| (row, true, negative)),
        Expr::Index(row, at) => match (&**row, &**at) {
            (Expr::Name(row), Expr::Name(at)) if at == k => Some((row, false, false)),
            _ => None,
        },
        _ => None,
    }
}

fn unguarded(e: &Expr) -> &Expr {
    match e {
        Expr::Call(Callee::UnlessZero(_), args) => args.last().unwrap_or(e),
        e => e,
    }
}

fn name_of(cx: &Context<'_>, e: &Expr) -> Option<Ident> {
    match e {
        Expr::Val(v) => Some(cx.func.val(*v).name.clone()),
        Expr::Bar(v) => Some(cx.names.bar(*v)),
        Expr::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// Positions, which the call does not need.
fn is_integer(e: &Expr) -> bool {
    match e {
        Expr::Bin("+" | "-" | "*", a, b) => is_integer(a) && is_integer(b),
        e => matches!(e, Expr::Val(_) | Expr::Name(_) | Expr::Raw(_)),
    }
}
