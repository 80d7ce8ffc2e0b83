//! Guards against 0·∞ in loops whose iterations run in turn.
//!
//! A select lengthens the chain from iteration to iteration by a compare, a mask and a blend; a branch that is predicted
//! does not. Where kinks decide in the loop zeros come and go, and selects stay.
//!
//! ```text
//! b_bar = unless_zero(a_bar, a_bar * p)    →    b_bar = unless_zero_in_turn(a_bar, a_bar * p)
//! ```

use proc_macro2::TokenStream;
use quote::quote;

use crate::compiler::code::{Expr, Stmt};
use crate::compiler::ssa::{Op, Stmt as Ssa, StmtKind};

/// Makes the guards in the reverse of an iteration branches, unless kinks decide in the loop.
pub(super) fn in_turn(stmt: &Ssa, reverse: &mut [Stmt], rt: &TokenStream) {
    if !decides(stmt) {
        reverse.iter_mut().for_each(|s| branch(s, rt));
    }
}

/// True if kinks decide in the loop, so that zeros come and go.
fn decides(stmt: &Ssa) -> bool {
    let mut found = false;
    stmt.kind.loop_body().into_iter().for_each(|b| {
        b.walk(&mut |s| {
            found |= matches!(
                &s.kind,
                StmtKind::Def(_, Op::Weight { .. } | Op::Branch { .. })
            );
        });
    });
    found
}

/// Guards against 0·∞ as branches, inner loops aside.
fn branch(stmt: &mut Stmt, rt: &TokenStream) {
    if matches!(
        stmt,
        Stmt::For { .. } | Stmt::Loop { .. } | Stmt::Apart { .. }
    ) {
        return;
    }
    let select = quote!(#rt::unless_zero).to_string();
    stmt.for_each_part_mut(
        &mut |e| {
            e.walk_mut(&mut |e| {
                if let Expr::Call(path, _) = e
                    && path.to_string() == select
                {
                    *path = quote!(#rt::unless_zero_in_turn);
                }
            });
        },
        &mut |stmts| stmts.iter_mut().for_each(|s| branch(s, rt)),
    );
}
