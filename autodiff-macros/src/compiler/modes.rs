//! Whether the gradient of a function can be computed in the mode that was asked for.
//!
//! In: the function and its SSA form. Out: reports. Forward sweeps give eight partial derivatives each, so
//! a function of more numbers runs several times, and may do nothing but compute.

use proc_macro2::Span;

use super::analyse::again;
use super::diag::{self, Diagnostics};
use super::emit;
use super::hir::{self, Role, Ty};
use super::parse::attribute::{Mode, Options};
use super::ssa::{Func, Op, StmtKind, Verbatim};

/// Reports what is in the way of forward mode, if that is wanted.
pub(crate) fn check(func: &hir::Func, ssa: &Func, options: &Options, diags: &mut Diagnostics) {
    if options.mode != Mode::Forward {
        return;
    }
    if !has_gradient(func) {
        let name = func.name.to_string();
        if let Some(span) = options.mode_span {
            diags.report(&diag::MODE_WITHOUT_GRADIENT, span, &[&name]);
        }
        return;
    }
    if emit::forward::is_one_sweep(func) {
        return;
    }
    for param in &func.params {
        if is_exclusive(&param.ty) {
            let name = &func.vars[param.var.0 as usize].name;
            diags.report_at(&diag::MODE_EFFECT, name, &[]);
        }
    }
    let mut spans: Vec<Span> = Vec::new();
    ssa.body.walk(&mut |stmt| match &stmt.kind {
        StmtKind::Effect(code) if !is_harmless(code) => spans.push(stmt.span),
        StmtKind::Def(_, Op::Opaque(code)) if !code.pure && !is_harmless(code) => {
            spans.push(stmt.span)
        }
        _ => {}
    });
    for span in spans {
        diags.report(&diag::MODE_EFFECT, span, &[]);
    }
}

/// The result is a number, or one or none, and nothing that is differentiated is changed in place.
fn has_gradient(func: &hir::Func) -> bool {
    let value = match (func.outcome, &func.result) {
        (true, Ty::Tuple(parts)) if parts.len() == 3 => &parts[1],
        (_, result) => result,
    };
    let changed = |p: &hir::Param| p.role == Role::Differentiable && is_exclusive(&p.ty);
    matches!(value, Ty::Real(_)) && !func.params.iter().any(changed)
}

fn is_exclusive(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref(true, _))
}

/// What panics or makes a text may be run as often as one likes.
fn is_harmless(code: &Verbatim) -> bool {
    again::only_panics(code) || again::is_text(code)
}
