//! Copies of what goes out of scope are moves.
//!
//! ```text
//! for … { let mut next = u.to_vec(); …; u = next.clone(); }     u = next;
//! ```
//!
//! In the SSA form, memory takes the place of other memory as a copy, since the reverse sweep may read both. In: the statements of a
//! sweep, to which nothing is added any more. Out: the same statements, in which a variable of an inner block that nothing reads later is
//! moved. Variables of the function itself stay: the reverse sweep may be elsewhere.

use proc_macro2::{Ident, TokenStream, TokenTree};

use super::code::{Expr, Stmt};
use super::emit_names::EmitNames;
use super::ssa::Func;

/// Moves what can be moved.
pub(crate) fn run(func: &Func, names: &EmitNames, stmts: &mut [Stmt]) {
    for stmt in stmts {
        match stmt {
            Stmt::If { then, els, .. } => {
                in_block(func, names, then);
                in_block(func, names, els);
            }
            Stmt::For { body, .. } | Stmt::Loop { body } => in_block(func, names, body),
            _ => {}
        }
    }
}

fn in_block(func: &Func, names: &EmitNames, stmts: &mut [Stmt]) {
    run(func, names, stmts);
    for k in 0..stmts.len() {
        let Some((e, name)) = cloned(func, names, &stmts[k]) else {
            continue;
        };
        let (before, after) = (&stmts[..k], &stmts[k + 1..]);
        let declared =
            |s: &Stmt| matches!(s, Stmt::Let { name: n, init: Some(_), .. } if *n == name);
        let mut aliases = vec![name.clone()];
        before
            .iter()
            .for_each(|s| aliases.extend(bound_to(s, func, names, &name)));
        let read = |s: &Stmt| {
            let of_any = |alias| mentions(s, func, names, alias);
            aliases.iter().any(of_any)
        };
        if before.iter().any(declared)
            && !after.iter().any(read)
            && let Stmt::Assign { value, .. } = &mut stmts[k]
        {
            *value = e;
        }
    }
}

/// What the statement copies to another place, and its name.
fn cloned(func: &Func, names: &EmitNames, stmt: &Stmt) -> Option<(Expr, Ident)> {
    let Stmt::Assign { op: "=", value, .. } = stmt else {
        return None;
    };
    match value {
        Expr::Method(of, "clone", args) if args.is_empty() => {
            name_of(func, names, of).map(|name| ((**of).clone(), name))
        }
        _ => None,
    }
}

fn name_of(func: &Func, names: &EmitNames, e: &Expr) -> Option<Ident> {
    match e {
        Expr::Mem(m) => Some(func.mem(*m).name.clone()),
        Expr::MemDot(m) => Some(names.mem_dot(*m)),
        _ => None,
    }
}

/// The names that a statement binds to something that may borrow the variable.
fn bound_to(stmt: &Stmt, func: &Func, names: &EmitNames, of: &Ident) -> Vec<Ident> {
    if !mentions(stmt, func, names, of) {
        return Vec::new();
    }
    match stmt {
        Stmt::Let { name, .. } if name != of => vec![name.clone()],
        Stmt::Bind { pattern, .. } | Stmt::Expect { pattern, .. } => idents(pattern.clone()),
        _ => Vec::new(),
    }
}

fn mentions(stmt: &Stmt, func: &Func, names: &EmitNames, of: &Ident) -> bool {
    let mut found = false;
    stmt.walk(&mut |e| {
        found |= match e {
            Expr::Name(name) => name == of,
            Expr::Raw(tokens) | Expr::User(tokens, _) => idents(tokens.clone()).contains(of),
            e => name_of(func, names, e).is_some_and(|name| name == *of),
        };
    });
    found
}

fn idents(tokens: TokenStream) -> Vec<Ident> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) => all.push(name),
            TokenTree::Group(group) => all.extend(idents(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    all
}
