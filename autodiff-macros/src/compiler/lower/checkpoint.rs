//! `#[checkpoint]`, `#[checkpoint(budget = n)]` and `#[checkpoint(whole)]` on a loop.

use quote::ToTokens;

use super::Lower;
use crate::compiler::diag;
use crate::compiler::hir::{Checkpoint, LoopId, Stmt, StmtKind};
use crate::compiler::parse::helpers::checkpoint_budget;

/// The attribute of the loop that is lowered next.
pub(super) struct Pending {
    attribute: syn::Attribute,
    budget: Option<syn::Expr>,
    /// Every iteration is recorded.
    whole: bool,
}

/// True for what the attribute may stand on.
pub(super) fn is_loop(expr: &syn::Expr) -> bool {
    matches!(
        expr,
        syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Loop(_)
    )
}

/// True for `#[checkpoint(whole)]`.
fn is_whole(attribute: &syn::Attribute) -> bool {
    let option = attribute.parse_args::<syn::Ident>();
    option.is_ok_and(|name| name == "whole")
}

impl Lower<'_> {
    /// Takes `#[checkpoint]` off the attributes of a loop.
    pub(super) fn take_checkpoint(&mut self, attributes: &mut Vec<syn::Attribute>) {
        let is_ours = |attribute: &syn::Attribute| attribute.path().is_ident("checkpoint");
        for attribute in attributes.iter().filter(|a| is_ours(a)) {
            let whole = is_whole(attribute);
            let budget = match &attribute.meta {
                syn::Meta::Path(_) => Some(None),
                _ if whole => Some(None),
                _ => checkpoint_budget(attribute).map(Some),
            };
            let zero = |e: &syn::Expr| e.to_token_stream().to_string() == "0";
            match budget {
                Some(Some(budget)) if zero(&budget) => {
                    self.diags.report_at(&diag::CHECKPOINT_ZERO, &budget, &[]);
                }
                Some(budget) if self.checkpoint.is_none() => {
                    self.checkpoint = Some(Pending {
                        attribute: attribute.clone(),
                        budget,
                        whole,
                    });
                }
                _ => {
                    self.diags
                        .report_at(&diag::CHECKPOINT_ARGUMENT, attribute, &[]);
                }
            }
        }
        attributes.retain(|attribute| !is_ours(attribute));
    }

    /// Lowers a loop, with its `#[checkpoint]` if it has one.
    pub(super) fn checkpointed(
        &mut self,
        out: &mut Vec<Stmt>,
        lower: impl FnOnce(&mut Self, &mut Vec<Stmt>),
    ) {
        let Some(pending) = self.checkpoint.take() else {
            return lower(self, out);
        };
        let budget = pending.budget.map(|budget| {
            let value = self.integer(&budget);
            self.named("budget", value, out)
        });
        let from = out.len();
        lower(self, out);
        let mut loops = Vec::new();
        outermost(&out[from..], &mut loops);
        if loops.is_empty() {
            let attribute = &pending.attribute;
            self.diags.report_at(&diag::CHECKPOINT_IDLE, attribute, &[]);
        }
        for id in loops {
            if pending.whole {
                let attribute = pending.attribute.to_token_stream();
                self.recorded.insert(id, attribute);
                continue;
            }
            let checkpoint = Checkpoint {
                budget,
                attribute: pending.attribute.to_token_stream(),
            };
            self.checkpoints.insert(id, checkpoint);
        }
    }
}

/// The loops that a loop of the source was written as: several for a chain of several sequences.
fn outermost(stmts: &[Stmt], found: &mut Vec<LoopId>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Loop { id, body } => match body.stmts.last().map(|s| &s.kind) {
                Some(StmtKind::Break(left)) if left == id => outermost(&body.stmts, found),
                _ => found.push(*id),
            },
            StmtKind::For { id, .. } => found.push(*id),
            StmtKind::If { then, els, .. } => {
                outermost(&then.stmts, found);
                outermost(&els.stmts, found);
            }
            _ => {}
        }
    }
}
