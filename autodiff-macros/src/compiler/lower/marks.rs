//! Attributes inside the body: `#[tie(θ)]` and `#[assume_continuous]` are read, lint levels stay on
//! the primal, everything else is refused.

use std::borrow::Cow;

use syn::Token;
use syn::punctuated::Punctuated;

use super::Lower;
use crate::compiler::diag::{self, text_of};
use crate::compiler::parse::signature::is_lint;

impl Lower<'_> {
    /// Takes the attributes off an expression and reads them. As rustc and `syn` parse it, an
    /// attribute before `a + b;` stands on `a`; it is meant for the statement.
    pub(super) fn take_marks<'e>(&mut self, expr: &'e syn::Expr) -> Cow<'e, syn::Expr> {
        if !is_marked(expr) {
            return Cow::Borrowed(expr);
        }
        let mut expr = expr.clone();
        let mut attrs = Vec::new();
        let mut target = Some(&mut expr);
        while let Some(here) = target {
            attrs.append(&mut attributes(here).map(std::mem::take).unwrap_or_default());
            target = match here {
                syn::Expr::Assign(assign) => Some(&mut assign.left),
                syn::Expr::Binary(binary) => Some(&mut binary.left),
                syn::Expr::Cast(cast) => Some(&mut cast.expr),
                _ => None,
            };
        }
        if super::checkpoint::is_loop(&expr) {
            self.take_checkpoint(&mut attrs);
        }
        self.read_marks(&attrs);
        Cow::Owned(expr)
    }

    /// Adds what the attributes say to the marks in force.
    pub(super) fn read_marks(&mut self, attrs: &[syn::Attribute]) {
        for attr in attrs {
            let name = text_of(attr.path());
            match name.as_str() {
                "tie" => self.read_tie(attr),
                "assume_continuous" => self.marks.assume_continuous = true,
                "checkpoint" => {
                    self.diags.report_at(&diag::CHECKPOINT, attr, &[]);
                }
                "constant" => {
                    self.diags.report_at(&diag::CONSTANT_IN_BODY, attr, &[]);
                }
                "cfg" | "cfg_attr" => {
                    self.diags.report_at(&diag::CFG, attr, &[&name]);
                }
                _ if is_lint(attr) => {}
                _ => {
                    self.diags.report_at(&diag::ATTRIBUTE, attr, &[&name]);
                }
            }
        }
    }

    /// `#[tie(θ)]`, or `#[tie(below, above)]` with the two weights.
    fn read_tie(&mut self, attr: &syn::Attribute) {
        let numbers = attr
            .parse_args_with(Punctuated::<syn::Expr, Token![,]>::parse_terminated)
            .ok();
        let numbers: Option<Vec<f64>> = numbers.and_then(|list| list.iter().map(number).collect());
        match numbers.as_deref() {
            Some([theta]) if theta.is_finite() => self.marks.tie = Some(*theta),
            Some([below, above]) if below + above == 1.0 => self.marks.tie = Some(*above),
            Some([below, above]) => {
                let sum = below + above;
                let args = [below.to_string(), above.to_string(), sum.to_string()];
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                self.diags.report_at(&diag::TIE_SUM, attr, &args);
            }
            _ => {
                self.diags.report_at(&diag::TIE_ARGUMENT, attr, &[]);
            }
        }
    }
}

/// True if the expression, or what stands leftmost in it, has attributes.
fn is_marked(expr: &syn::Expr) -> bool {
    has_attributes(expr)
        || match expr {
            syn::Expr::Assign(assign) => is_marked(&assign.left),
            syn::Expr::Binary(binary) => is_marked(&binary.left),
            syn::Expr::Cast(cast) => is_marked(&cast.expr),
            _ => false,
        }
}

/// The value of a literal, with or without a minus.
fn number(expr: &syn::Expr) -> Option<f64> {
    match expr {
        syn::Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Float(float) => float.base10_parse().ok(),
            syn::Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            number(&unary.expr).map(|x| -x)
        }
        syn::Expr::Group(group) => number(&group.expr),
        syn::Expr::Paren(paren) => number(&paren.expr),
        _ => None,
    }
}

/// The attributes of the kinds of expressions that are lowered.
pub(crate) fn attributes(expr: &mut syn::Expr) -> Option<&mut Vec<syn::Attribute>> {
    macro_rules! of {
        ($($kind:ident)*) => {
            match expr {
                $(syn::Expr::$kind(e) => Some(&mut e.attrs),)*
                _ => None,
            }
        };
    }
    of!(Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop
        Group If Index Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference
        Repeat Return Struct Try TryBlock Tuple Unary Unsafe While Yield)
}

/// The same, to look at.
pub(super) fn has_attributes(expr: &syn::Expr) -> bool {
    macro_rules! of {
        ($($kind:ident)*) => {
            match expr {
                $(syn::Expr::$kind(e) => !e.attrs.is_empty(),)*
                _ => false,
            }
        };
    }
    of!(Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop
        Group If Index Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference
        Repeat Return Struct Try TryBlock Tuple Unary Unsafe While Yield)
}
