//! HIR → derivative bodies.

use super::diag::Diagnostics;
use super::emit::Bodies;
use super::hir;
use super::parse::attribute::Options;

/// The derivative of a function; `None` if something was refused.
pub(crate) fn differentiate(_func: &hir::Func, _options: &Options, _diags: &mut Diagnostics) -> Option<Bodies> {
    None
}
