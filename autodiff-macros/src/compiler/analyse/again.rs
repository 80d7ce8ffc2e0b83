//! What may run again: the bodies of loops under `#[checkpoint]`.
//!
//! In: the SSA form and the attributes. Out: errors, at the attribute of a loop that keeps no states,
//! and at what cannot run a second time.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

use super::activity::Activity;
use super::loops::{self, Mode, Seed};
use super::{later, layout};
use crate::compiler::diag::{self, Diagnostics, text_of};
use crate::compiler::hir::LoopId;
use crate::compiler::ssa::{Call, Func, Op, Stmt, StmtKind, ValId, Verbatim};

/// Checks every loop under `#[checkpoint]`.
pub(crate) fn check(func: &Func, facts: &Activity, diags: &mut Diagnostics) {
    if func.checkpoints.is_empty() && func.whole.is_empty() {
        return;
    }
    let layout = layout::run(func);
    let split = loops::run(func, facts, &layout, None);
    let joint = loops::run(func, facts, &layout, func.number().map(|_| Seed::one(func)));
    let mut idle = func.checkpoints.clone();
    let stores_nothing = |l: &LoopId| [&split, &joint].iter().all(|m| m.get(l).is_some());
    let whole = func.whole.iter().filter(|(l, _)| stores_nothing(l));
    idle.extend(whole.map(|(l, attribute)| (*l, attribute.clone())));
    func.body.walk(&mut |stmt| {
        let Some(id) = stmt.kind.loop_id() else {
            return;
        };
        let keeps = [&split, &joint]
            .iter()
            .any(|modes| matches!(modes.get(&id), Some(Mode::Checkpointed)));
        if func.checkpoints.contains_key(&id) && keeps {
            idle.remove(&id);
            let later = later::run(func, stmt);
            for block in stmt.kind.blocks() {
                block.walk(&mut |s| statement(func, facts, s, &later, diags));
            }
        }
    });
    for attribute in idle.values() {
        diags.report_at(&diag::CHECKPOINT_IDLE, attribute, &[]);
    }
}

fn statement(
    func: &Func,
    facts: &Activity,
    stmt: &Stmt,
    later: &BTreeSet<ValId>,
    diags: &mut Diagnostics,
) {
    match &stmt.kind {
        StmtKind::Effect(code) if only_panics(code) => {}
        StmtKind::Effect(code) => refuse(&code.tokens, stmt.span, diags),
        StmtKind::Def(v, Op::Opaque(code)) if !code.pure && !later.contains(v) => {
            // As the user wrote it: in the code, operands have names.
            let source = &func.val(*v).source;
            let written = if source.is_empty() {
                &code.tokens
            } else {
                source
            };
            refuse(written, stmt.span, diags);
        }
        StmtKind::Call(call) if call.recursive => {
            diags.report_at(&diag::CHECKPOINT_RECURSIVE, &call.path, &[]);
        }
        StmtKind::Call(call) if !facts.varied_call(call) => unknown(call, diags),
        _ => {}
    }
}

fn refuse(code: &TokenStream, span: Span, diags: &mut Diagnostics) {
    let text = text_of(code);
    let text = text.trim_end_matches(';');
    diags.report(&diag::CHECKPOINT_EFFECT, span, &[text]);
}

fn unknown(call: &Call, diags: &mut Diagnostics) {
    let path = call.path.to_token_stream();
    diags.report_at(&diag::CHECKPOINT_EFFECT, &path, &[&text_of(&path)]);
}

/// True for code that has no effect but a panic.
pub(crate) fn only_panics(code: &Verbatim) -> bool {
    is_assertion(code) || diverges(&code.tokens) || is_failure(&code.tokens)
}

/// True for assertions: they have held, and need not be seen again.
pub(crate) fn is_assertion(code: &Verbatim) -> bool {
    macro_name(&code.tokens).is_some_and(|name| name.contains("assert"))
}

/// True for `format!(…)`.
pub(crate) fn is_text(code: &Verbatim) -> bool {
    macro_name(&code.tokens).is_some_and(|name| name == "format")
}

/// True for what does not return: it was not reached.
pub(crate) fn diverges(code: &TokenStream) -> bool {
    let name = macro_name(code);
    name.is_some_and(|name| {
        ["panic", "unreachable", "todo", "unimplemented"].contains(&name.as_str())
    })
}

/// True for what `unwrap` and `expect` do where there is no value: only the compiler writes these words.
fn is_failure(code: &TokenStream) -> bool {
    let mut last: Vec<String> = Vec::new();
    for token in code.clone() {
        match token {
            TokenTree::Ident(name) => last.push(name.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    let [.., private, name] = &last[..] else {
        return false;
    };
    private == "__private" && matches!(name.as_str(), "unwrap_failure" | "expect_failure")
}

/// `name!(…)`, perhaps with a path in front.
fn macro_name(code: &TokenStream) -> Option<String> {
    let mut last = None;
    for token in code.clone() {
        match token {
            TokenTree::Ident(name) => last = Some(name.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == '!' => return last,
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => return None,
        }
    }
    None
}
