//! What is outside the language, with what to write instead.

use quote::ToTokens;

use super::Lower;
use crate::compiler::diag::{self, Entry, text_of};
use crate::compiler::hir::Expr;

impl Lower<'_> {
    /// Refuses an expression of a kind that is not lowered.
    pub(super) fn outside_language(&mut self, expr: &syn::Expr) -> Expr {
        match expr {
            syn::Expr::Closure(closure) => {
                self.refuse(&diag::CLOSURE_VALUE, &closure.or1_token, &["|…|"])
            }
            syn::Expr::Async(found) => self.refuse_at(&diag::ASYNC, &found.async_token),
            syn::Expr::Await(found) => self.refuse_at(&diag::ASYNC, &found.await_token),
            syn::Expr::Unsafe(found) => self.refuse_at(&diag::UNSAFE, &found.unsafe_token),
            syn::Expr::Const(found) => self.refuse_at(&diag::CONST_BLOCK, &found.const_token),
            syn::Expr::Assign(found) => self.refuse_at(&diag::ASSIGN_IN_OPERAND, &found.eq_token),
            syn::Expr::Range(found) => self.refuse_text(&diag::RANGE_VALUE, found),
            syn::Expr::ForLoop(found) => self.refuse_at(&diag::LOOP_VALUE, &found.for_token),
            syn::Expr::While(found) => self.refuse_at(&diag::LOOP_VALUE, &found.while_token),
            syn::Expr::Infer(found) => self.refuse_at(&diag::UNDERSCORE, found),
            other => self.refuse_text(&diag::UNKNOWN_SYNTAX, other),
        }
    }

    fn refuse_at(&mut self, entry: &'static Entry, tokens: &impl ToTokens) -> Expr {
        self.refuse(entry, tokens, &[])
    }

    fn refuse_text(&mut self, entry: &'static Entry, tokens: &impl ToTokens) -> Expr {
        self.refuse(entry, tokens, &[&text_of(tokens)])
    }
}
