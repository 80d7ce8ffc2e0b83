//! Variables for constants that are references to tables (`&COEFFICIENTS`), or for one of several.
//!
//! Such a variable is indexed and run over like memory, and stays the reference that it is. In: a function whose
//! types are known. Out: the same with such variables, and what they are bound to, of the type of what is indexed.

use super::resolve::Walk;
use crate::compiler::hir::{Expr, ExprKind, Func, Pat, Stmt, StmtKind, Ty, Var};

/// Finds these variables.
pub(super) fn run(func: &mut Func) {
    let vars = &mut func.vars;
    let mut bound = |stmt: &mut Stmt| {
        if let StmtKind::Let {
            pat,
            init: Some(init),
        } = &mut stmt.kind
            && let Some(ty) = table_type(&type_of(pat, vars), &[init])
        {
            settle(pat, &ty, vars);
            retype(init, &ty);
        }
    };
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |_| {},
        stmt: &mut bound,
    }
    .block(&mut func.body);
}

fn type_of(pat: &Pat, vars: &[Var]) -> Ty {
    match pat {
        Pat::Var(var) => vars[var.0 as usize].ty.clone(),
        Pat::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| type_of(part, vars)).collect()),
        Pat::Wild => Ty::Opaque,
    }
}

fn settle(pat: &Pat, ty: &Ty, vars: &mut [Var]) {
    match (pat, ty) {
        (Pat::Var(var), ty) => vars[var.0 as usize].ty = ty.clone(),
        (Pat::Tuple(parts), Ty::Tuple(types)) => {
            let parts = parts.iter().zip(types);
            parts.for_each(|(part, ty)| settle(part, ty, vars));
        }
        _ => {}
    }
}

/// The type that a variable for one of the values has in the place of the given one, if they are tables.
fn table_type(variable: &Ty, values: &[&Expr]) -> Option<Ty> {
    let mut leaves = Vec::new();
    values.iter().for_each(|value| collect(value, &mut leaves));
    if let Ty::Tuple(parts) = variable {
        return type_of_parts(parts, &leaves);
    }
    let element = |value: &&Expr| match (&value.kind, &value.ty) {
        (ExprKind::Opaque(_), Ty::Opaque) => behind(variable),
        (ExprKind::Opaque(_), given) => behind(given),
        _ => None,
    };
    let elements: Vec<Ty> = leaves.iter().map(element).collect::<Option<_>>()?;
    Some(Ty::Seq(Box::new(elements.into_iter().next()?)))
}

/// The same of a tuple, if the values are written as tuples.
fn type_of_parts(parts: &[Ty], values: &[&Expr]) -> Option<Ty> {
    let tuples = values.iter().map(|value| match &value.kind {
        ExprKind::Tuple(inner) if inner.len() == parts.len() => Some(inner),
        _ => None,
    });
    let tuples: Vec<&Vec<Expr>> = tuples.collect::<Option<_>>()?;
    let tables = parts.iter().enumerate().map(|(i, part)| {
        let column: Vec<&Expr> = tuples.iter().map(|tuple| &tuple[i]).collect();
        table_type(part, &column)
    });
    let tables: Vec<Option<Ty>> = tables.collect();
    let known = tables.iter().any(Option::is_some);
    let parts = tables.into_iter().zip(parts);
    known.then(|| {
        Ty::Tuple(
            parts
                .map(|(table, ty)| table.unwrap_or(ty.clone()))
                .collect(),
        )
    })
}

/// What is in the table that something of this type refers to.
fn behind(ty: &Ty) -> Option<Ty> {
    match ty {
        Ty::Slice(inner) | Ty::Seq(inner) => Some((**inner).clone()),
        Ty::Ref(false, table) => match &**table {
            Ty::Array(inner, _) | Ty::Slice(inner) => Some((**inner).clone()),
            _ => None,
        },
        _ => None,
    }
}

/// What an expression may turn out to be.
fn collect<'e>(value: &'e Expr, leaves: &mut Vec<&'e Expr>) {
    match &value.kind {
        ExprKind::If(_, then, els) => {
            let values = [then, els].into_iter().filter_map(|b| b.value.as_ref());
            values.for_each(|value| collect(value, leaves));
        }
        ExprKind::Block(block) => block.value.iter().for_each(|value| collect(value, leaves)),
        _ => leaves.push(value),
    }
}

/// Gives an expression, what it may turn out to be, and parts of that another type where it is a table or known to rustc
/// alone: what a variable turns out to be is what such code gives.
fn retype(value: &mut Expr, ty: &Ty) {
    let fitted = fitted(&value.ty, ty);
    match &mut value.kind {
        ExprKind::If(_, then, els) => {
            let values = [then, els].into_iter().filter_map(|b| b.value.as_mut());
            values.for_each(|value| retype(value, &fitted));
        }
        ExprKind::Block(block) => {
            block
                .value
                .iter_mut()
                .for_each(|value| retype(value, &fitted));
        }
        ExprKind::Tuple(parts) => {
            if let Ty::Tuple(types) = &fitted {
                let parts = parts.iter_mut().zip(types);
                parts.for_each(|(part, ty)| retype(part, ty));
            }
        }
        _ => {}
    }
    value.ty = fitted;
}

fn fitted(given: &Ty, wanted: &Ty) -> Ty {
    match (given, wanted) {
        (Ty::Opaque, _) | (_, Ty::Seq(_)) => wanted.clone(),
        (Ty::Tuple(given), Ty::Tuple(wanted)) => Ty::Tuple(
            given
                .iter()
                .zip(wanted)
                .map(|(given, wanted)| fitted(given, wanted))
                .collect(),
        ),
        _ => given.clone(),
    }
}
