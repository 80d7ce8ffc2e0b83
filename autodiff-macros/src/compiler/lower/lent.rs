//! Vectors that a caller has lent as a whole.
//!
//! In: a function whose types are known. Reported: what may give such a vector another length, once per vector. The adjoint of
//! `v: &mut Vec<f64>` is lent as a slice, which has as many numbers after the reverse sweep as before. That of a vector in
//! something that was lent (a field, a row) is a vector, and may have another length after it.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Walk;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::hir::{Func, Place, Stmt, StmtKind, Ty, VarId};

/// Reports them.
pub(super) fn check(func: &mut Func, diags: &mut Diagnostics) {
    let lent = func.params.iter().map(|param| param.var).filter(|var| {
        let ty = &func.vars[var.0 as usize].ty;
        matches!(ty, Ty::Ref(true, of) if matches!(**of, Ty::Vec(_)))
    });
    // The vector itself goes by the names of its aliases, too.
    let mut whole: BTreeMap<VarId, VarId> = lent.map(|var| (var, var)).collect();
    let mut reported = BTreeSet::new();
    let mut stmt = |stmt: &mut Stmt| {
        let of = |place: &Place| {
            let root = whole.get(&place.root).copied();
            root.filter(|_| place.path.is_empty())
        };
        match &stmt.kind {
            StmtKind::Alias { var, place } => {
                if let Some(of) = of(place) {
                    whole.insert(*var, of);
                }
            }
            StmtKind::Assign { place, .. } | StmtKind::Push { place, .. } => {
                if let Some(of) = of(place).filter(|of| reported.insert(*of)) {
                    let name = func.vars[of.0 as usize].name.to_string();
                    diags.report(&diag::LENT_LENGTH, place.span, &[&name]);
                }
            }
            _ => {}
        }
    };
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |_| {},
        stmt: &mut stmt,
    }
    .block(&mut func.body);
}
