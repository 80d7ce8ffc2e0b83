//! Fields of one element that a call borrows at the same time.
//!
//! In: the arguments of a call. Out: the same, with the list as a slice where several of them are fields of one of its elements, and
//! the call changes one:
//!
//! ```text
//! step(&mut es[i].at, &es[i].speed)   →   let rows = &mut es[..]; step(&mut rows[i].at, &rows[i].speed)
//! ```
//!
//! The index of a `Vec` is a call, so that two borrows of the vector do not go together; rustc knows of slices that fields of one
//! element are apart.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};
use quote::format_ident;

use crate::compiler::code::{Expr, Stmt};

pub(crate) fn borrow_apart(args: &mut [Expr], out: &mut Vec<Stmt>) {
    let changes = |arg: &Expr| matches!(arg, Expr::Ref(true, place) if list_of(place).is_some());
    if args.len() < 2 || !args.iter().any(changes) {
        return;
    }
    let mut elements: BTreeMap<String, (usize, bool, Expr)> = BTreeMap::new();
    let mut count = |e: &Expr| {
        if let Expr::Ref(mutable, place) = e
            && let Some((list, element)) = list_of(place)
        {
            let known = elements.entry(format!("{element:?}"));
            let (times, changed, _) = known.or_insert_with(|| (0, false, list.clone()));
            *times += 1;
            *changed |= *mutable;
        }
    };
    args.iter().for_each(|arg| arg.walk(&mut count));
    let shared = elements
        .into_values()
        .filter(|(times, changed, _)| *times > 1 && *changed);
    let lists: BTreeMap<String, Expr> = shared
        .map(|(_, _, list)| (format!("{list:?}"), list))
        .collect();
    for (k, (text, list)) in lists.into_iter().enumerate() {
        let rows = format_ident!("rows__{k}", span = Span::call_site());
        let whole = Expr::index(list, Expr::Range(None, None, false));
        out.push(Stmt::Let {
            name: rows.clone(),
            mutable: false,
            ty: None,
            init: Some(Expr::Ref(true, Box::new(whole))),
        });
        let mut replace = |e: &mut Expr| replace(e, &text, &rows);
        args.iter_mut().for_each(|arg| arg.walk_mut(&mut replace));
    }
}

/// The innermost list of which a place is a part of an element, and the element.
fn list_of(place: &Expr) -> Option<(&Expr, &Expr)> {
    match place {
        Expr::Field(of, _) => match &**of {
            Expr::Index(list, at) if !matches!(**at, Expr::Range(..)) => Some((list, of)),
            of => list_of(of),
        },
        _ => None,
    }
}

fn replace(e: &mut Expr, list: &str, rows: &Ident) {
    if let Expr::Index(of, _) = e
        && format!("{of:?}") == list
    {
        **of = Expr::Name(rows.clone());
    }
}
