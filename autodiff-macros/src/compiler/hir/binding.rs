//! Where a variable is declared whose value is computed by statements.
//!
//! In: statements that assign a variable, as what makes statements of jumps writes them. Out: the same with
//! the variable bound by the assignment, where only one way leads past them:
//! ```text
//! y = match f(x) { Some(v) => v, None => return 0 }   →   if !ok { return 0 }; let y = v
//! ```
//! A declaration in front of them would have to say what `y` is before there is a value that tells rustc.

use proc_macro2::Span;

use super::{Block, Pat, Stmt, StmtKind, VarId};

/// The statements, with `var` bound at their end, or declared before them.
pub(crate) fn bound(var: VarId, stmts: Vec<Stmt>, span: Span) -> Vec<Stmt> {
    let mut out = Vec::new();
    if is_assigned_last(&stmts, var) {
        bind_last(stmts, var, &mut out);
    } else {
        let (pat, init) = (Pat::Var(var), None);
        let kind = StmtKind::Let { pat, init };
        out.push(Stmt { kind, span });
        out.extend(stmts);
    }
    out
}

/// True if whatever goes on behind the statements has come past an assignment to `var` at their end: the
/// branches that do not lead there leave.
fn is_assigned_last(stmts: &[Stmt], var: VarId) -> bool {
    match stmts.last().map(|last| &last.kind) {
        Some(StmtKind::Assign {
            place, op: None, ..
        }) => place.root == var && place.path.is_empty(),
        Some(StmtKind::If { then, els, .. }) => match (leaves(then), leaves(els)) {
            (false, true) => is_assigned_last(&then.stmts, var),
            (true, false) => is_assigned_last(&els.stmts, var),
            _ => false,
        },
        _ => false,
    }
}

/// Turns this assignment into a `let`; the branches around it end before.
fn bind_last(mut stmts: Vec<Stmt>, var: VarId, out: &mut Vec<Stmt>) {
    let Some(Stmt { mut kind, span }) = stmts.pop() else {
        return;
    };
    out.extend(stmts);
    let inner = match &mut kind {
        StmtKind::If { then, els, .. } if leaves(els) => std::mem::take(&mut then.stmts),
        StmtKind::If { els, .. } => std::mem::take(&mut els.stmts),
        _ => Vec::new(),
    };
    if let StmtKind::Assign { value, .. } = kind {
        let (pat, init) = (Pat::Var(var), Some(value));
        kind = StmtKind::Let { pat, init };
    }
    out.push(Stmt { kind, span });
    bind_last(inner, var, out);
}

/// True if the block jumps at its end.
fn leaves(block: &Block) -> bool {
    use StmtKind::{Break, Continue, Return};
    let last = block.stmts.last().map(|last| &last.kind);
    block.value.is_none() && matches!(last, Some(Break(_) | Continue(_) | Return(_)))
}
