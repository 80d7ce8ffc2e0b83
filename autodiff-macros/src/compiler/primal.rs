//! The primal as Rust: what statements of the SSA form are in [`code`](super::code).
//!
//! In: operations, places, ranges, initial values. Out: the expression or statement which computes the same. Forward sweep, reverse
//! sweep (where it computes values again) and tangent are written with it, so that all of them evaluate the user's operations in the same way.

mod operation;
mod storage;
mod types;

use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{Member, Ty};
use crate::compiler::ssa::{Carried, Func, Place, Proj, Range, Tree, Use, ValId, Verbatim};

pub(crate) use operation::{border, operands, operation};
pub(crate) use storage::{alloc, copy, init_expr, of_lanes, push, shortened, store_op, swap};
pub(crate) use types::{dummy, known_ty, ty_tokens, zeros};

/// `let v: f64 = init;`
pub(crate) fn let_val(func: &Func, v: ValId, mutable: bool, init: Option<Expr>) -> Stmt {
    let val = func.val(v);
    let ty = match &val.ty {
        ty @ (Ty::Real(_) | Ty::Bool) => Some(ty_tokens(ty)),
        _ => None,
    };
    Stmt::Let {
        name: val.name.clone(),
        mutable,
        ty,
        init,
    }
}

/// A part of a memory variable, or of the adjoint or the tangent of one, in which there are no pointers.
pub(crate) fn place(at: &Place, base: Expr) -> Expr {
    let primal = matches!(base, Expr::Mem(_));
    at.path.iter().fold(base, |e, proj| match proj {
        Proj::Field(Member::Behind) if !primal => e,
        Proj::Index(v) => Expr::index(e, Expr::Val(*v)),
        Proj::Range { lo, hi, inclusive } => {
            let bound = |v: &Option<ValId>| v.map(|v| Box::new(Expr::Val(v)));
            Expr::index(e, Expr::Range(bound(lo), bound(hi), *inclusive))
        }
        Proj::Field(k) => Expr::Field(Box::new(e), k.clone()),
    })
}

/// `lo..hi`, with what was said about its order.
pub(crate) fn range_expr(range: &Range) -> Expr {
    let base = Expr::Range(
        Some(Box::new(Expr::Val(range.lo))),
        Some(Box::new(Expr::Val(range.hi))),
        range.inclusive,
    );
    let step = |e: Expr| match range.step {
        Some(n) => Expr::method(e, "step_by", vec![Expr::Val(n)]),
        None => e,
    };
    let rev = |e: Expr| {
        if range.rev {
            Expr::method(e, "rev", Vec::new())
        } else {
            e
        }
    };
    if range.rev_first {
        step(rev(base))
    } else {
        rev(step(base))
    }
}

/// The value of a tree.
pub(crate) fn tree_expr(tree: &Tree) -> Expr {
    match tree {
        Tree::Val(v) => Expr::Val(*v),
        Tree::Mem(m) => Expr::Mem(*m),
        Tree::Tuple(parts) => Expr::Tuple(parts.iter().map(tree_expr).collect()),
    }
}

/// Tokens of the user's with their names in scope.
pub(crate) fn user(code: &Verbatim) -> Expr {
    let uses = code.uses.iter().map(|(name, used)| {
        let value = match used {
            Use::Tree(tree) => tree_expr(tree),
            Use::Place(at) => Expr::borrow(false, place(at, Expr::Mem(at.mem))),
        };
        (name.clone(), value)
    });
    Expr::User(code.tokens.clone(), uses.collect())
}

/// Leaves a loop in front of its body. What is carried and cannot be copied (the error of a `Result`) has been moved into
/// the iteration, and goes back.
pub(crate) fn leave<'c>(func: &Func, carried: impl IntoIterator<Item = &'c Carried>) -> Vec<Stmt> {
    let moved = |c: &&Carried| matches!(func.val(c.phi).ty, Ty::Maybe);
    let back = |c: &Carried| Stmt::Assign {
        place: Expr::Val(c.out),
        op: "=",
        value: Expr::Val(c.phi),
    };
    let mut out: Vec<Stmt> = carried.into_iter().filter(moved).map(back).collect();
    out.push(Stmt::Break);
    out
}
