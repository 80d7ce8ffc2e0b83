//! Calls that change their receiver from inside of an expression: `e.update(a) + e.update(b)`.
//!
//! Whether `update` takes `&mut self` nothing shows but the variable: it is `mut`, or a `&mut`, and no
//! other statement changes it. (rustc would say that it need not be `mut`, if the calls did not.) Or nobody reads what
//! the same method gives elsewhere. Such calls are taken for ones that change it, and what stands beside them gets a name, in the order in which Rust
//! evaluates it, if it reads or changes the same; so it does beside calls of which it is known that they change something:
//! ```text
//! s.x + 2.0 * s.step(a)   →   { let a1 = s.x; let a2 = 2.0 * s.step(a); a1 + a2 }
//! ```

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use super::super::{arg::is_exclusive, order, resolve::Walk};
use super::{Facts, can_change, is_field, is_lent_alone, whole_call};
use crate::compiler::hir::{
    BinOp, Block, Call, Expr, ExprKind, Form, Pat, Place, Stmt, StmtKind, Ty, Var, VarId,
};

/// Rewrites the body. `fresh` makes names that the user does not use.
pub(super) fn run(
    body: &mut Block,
    vars: &mut Vec<Var>,
    facts: &Facts<'_>,
    fresh: &mut dyn FnMut(&str, Span) -> Ident,
) {
    let known = Known::of(body, facts);
    let candidates = {
        let changes =
            |call: &Call| is_changing(call) || candidate(call, vars, facts, &known).is_some();
        let mut any = false;
        body.for_each_expr(&mut |expr| {
            any |= matches!(&expr.kind, ExprKind::Call(call) if changes(call));
        });
        any
    };
    if !candidates {
        return;
    }
    let mut turn = InTurn {
        known,
        vars,
        facts,
        fresh,
        lent: Vec::new(),
    };
    turn.block(body);
}

/// True for a call that changes what it is lent, or may do so.
fn is_changing(call: &Call) -> bool {
    call.args.iter().any(|arg| match arg.kind {
        ExprKind::Ref(true, _) => true,
        ExprKind::Place(_) => is_exclusive(&arg.ty),
        _ => false,
    })
}

/// The receiver of a call that is taken for one that changes it.
fn candidate<'c>(
    call: &'c Call,
    vars: &[Var],
    facts: &Facts<'_>,
    known: &Known,
) -> Option<&'c Place> {
    let receiver = call.args.first().filter(|_| call.form == Form::Method)?;
    let ExprKind::Ref(false, place) = &receiver.kind else {
        return None;
    };
    let method = call.path.to_string();
    let told =
        known.changing.contains(&method) || !known.explained.contains(&(facts.root)(place.root));
    let changes = can_change(place, vars, facts)
        && place.path.iter().all(is_field)
        && told
        && is_lent_alone(place, &call.args[1..], facts)
        && !(facts.keeps)(&method)
        && !super::is_operator(call);
    changes.then_some(place)
}

/// What the statements of a function tell.
#[derive(Default)]
struct Known {
    /// Variables that statements change: that they can be changed says nothing of the methods.
    explained: BTreeSet<VarId>,
    /// Methods that are called for what they change.
    changing: BTreeSet<String>,
}

impl Known {
    fn of(body: &mut Block, facts: &Facts<'_>) -> Known {
        let (mut changed, mut lent) = (Known::default(), BTreeSet::new());
        Walk {
            ty: &mut |_| {},
            code: &mut |_| {},
            expr: &mut |expr| {
                let ExprKind::Call(call) = &expr.kind else {
                    return;
                };
                let own = usize::from(call.form == Form::Method);
                lent.extend(call.args.iter().skip(own).filter_map(|arg| {
                    let place = arg.place()?;
                    let exclusive = matches!(arg.ty, Ty::Ref(true, _));
                    exclusive.then(|| (facts.root)(place.root))
                }));
            },
            stmt: &mut |stmt| match &mut stmt.kind {
                StmtKind::Assign { place, .. } | StmtKind::Push { place, .. } => {
                    changed.explained.insert((facts.root)(place.root));
                }
                // Nobody reads what it gives.
                StmtKind::Expr(value) => {
                    if let Some(call) = whole_call(value) {
                        changed.changing.insert(call.path.to_string());
                        let place = call.args.first().and_then(Expr::place);
                        changed
                            .explained
                            .extend(place.map(|place| (facts.root)(place.root)));
                    }
                }
                _ => {}
            },
        }
        .block(body);
        changed.explained.extend(lent);
        changed
    }
}

struct InTurn<'t> {
    known: Known,
    vars: &'t mut Vec<Var>,
    facts: &'t Facts<'t>,
    fresh: &'t mut dyn FnMut(&str, Span) -> Ident,
    /// What the calls around are given that are taken for ones that change it.
    lent: Vec<Place>,
}

impl InTurn<'_> {
    fn block(&mut self, block: &mut Block) -> bool {
        let mut any = false;
        for stmt in &mut block.stmts {
            any |= self.stmt(stmt);
        }
        match &mut block.value {
            Some(value) => self.expr(value) || any,
            None => any,
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) -> bool {
        match &mut stmt.kind {
            StmtKind::Let { init, .. } => init.as_mut().is_some_and(|init| self.expr(init)),
            StmtKind::Assign { value, .. } | StmtKind::Push { value, .. } => self.expr(value),
            StmtKind::Return(value) => value.as_mut().is_some_and(|value| self.expr(value)),
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::If { cond, then, els } => {
                let cond = self.expr(cond);
                let then = self.block(then);
                self.block(els) || then || cond
            }
            StmtKind::For { range, body, .. } => {
                let ends = [
                    Some(&mut range.lo),
                    Some(&mut range.hi),
                    range.step.as_mut(),
                ];
                let mut any = false;
                for end in ends.into_iter().flatten() {
                    any |= self.expr(end);
                }
                self.block(body) || any
            }
            StmtKind::Loop { body, .. } => self.block(body),
            _ => false,
        }
    }

    /// True if the expression changes something now.
    fn expr(&mut self, expr: &mut Expr) -> bool {
        let (mut receiver, mut lent) = (None, None);
        if let ExprKind::Call(call) = &expr.kind {
            receiver = candidate(call, self.vars, self.facts, &self.known).cloned();
            receiver = receiver.filter(|at| !self.is_lent(at));
            lent = receiver.clone().or_else(|| {
                let first = call.args.first().filter(|_| call.form == Form::Method)?;
                let changed = matches!(first.kind, ExprKind::Ref(true, _));
                first.place().filter(|_| changed).cloned()
            });
        }
        let outer = self.lent.len();
        self.lent.extend(lent);
        let any = self.parts(expr);
        self.lent.truncate(outer);
        let mut changes = any;
        if let ExprKind::Call(call) = &mut expr.kind {
            // rustc lends nothing that an argument changes: it is copied, and the call changes nothing.
            let is_changed = |at: &Place| {
                let others = call.args.iter().skip(1);
                let mut others = others.map(|arg| order::changed_by(arg, self.facts.root));
                others.any(|changed| changed.contains(&(self.facts.root)(at.root)))
            };
            let receiver = receiver.filter(|at| !is_changed(at));
            if let (Some(place), Some(receiver)) = (receiver, call.args.first_mut()) {
                receiver.ty = Ty::Ref(true, Box::new(place.ty.clone()));
                receiver.kind = ExprKind::Ref(true, place);
            }
            changes |= is_changing(call);
        }
        if any {
            self.in_turn(expr);
        }
        changes
    }

    /// True for a place that is lent to the call whose argument is looked at.
    fn is_lent(&self, at: &Place) -> bool {
        let root = |place: &Place| (self.facts.root)(place.root);
        let mut lent = self.lent.iter();
        lent.any(|outer| root(outer) == root(at) && outer.path.len() <= at.path.len())
    }

    /// True if a part of the expression changes something.
    fn parts(&mut self, expr: &mut Expr) -> bool {
        match &mut expr.kind {
            ExprKind::Block(block) => self.block(block),
            ExprKind::If(cond, then, els) => {
                let cond = self.expr(cond);
                let then = self.block(then);
                self.block(els) || then || cond
            }
            _ => {
                let mut any = false;
                for part in operands(expr) {
                    any |= self.expr(part);
                }
                any
            }
        }
    }

    /// Gives each operand a name if one of them changes what another one reads or changes.
    fn in_turn(&mut self, expr: &mut Expr) {
        // The second one may not run.
        if matches!(expr.kind, ExprKind::Binary(BinOp::And | BinOp::Or, ..)) {
            return;
        }
        let root = self.facts.root;
        let parts = operands(expr);
        if order::clashes(parts.iter().map(|part| &**part), root).is_empty() {
            return;
        }
        let changed: Vec<_> = parts
            .iter()
            .map(|part| order::changed_by(part, root))
            .collect();
        let mut stmts = Vec::new();
        for (i, part) in parts.into_iter().enumerate() {
            match &part.kind {
                // What is behind a reference, and changes before the call has it, is copied: rustc would not lend it.
                ExprKind::Ref(false, place) => {
                    let at = root(place.root);
                    if changed[i + 1..].iter().any(|behind| behind.contains(&at)) {
                        let place = place.clone();
                        let mut copied = Expr {
                            ty: place.ty.clone(),
                            kind: ExprKind::Place(place),
                            ..part.clone()
                        };
                        self.named(&mut copied, &mut stmts);
                        if let ExprKind::Place(copy) = copied.kind {
                            part.kind = ExprKind::Ref(false, copy);
                        }
                    }
                }
                ExprKind::Ref(true, _) | ExprKind::Lit(_) => {}
                _ if matches!(part.ty, Ty::Ref(..)) => {}
                _ => self.named(part, &mut stmts),
            }
        }
        let value = Expr {
            source: expr.source.clone(),
            ty: expr.ty.clone(),
            ..std::mem::replace(expr, nothing(expr.span))
        };
        expr.ty = value.ty.clone();
        expr.source = value.source.clone();
        expr.marks = value.marks;
        let value = Some(Box::new(value));
        expr.kind = ExprKind::Block(Block { stmts, value });
    }

    /// `let operand = value;`, for a value that is not the same at any time.
    fn named(&mut self, value: &mut Expr, stmts: &mut Vec<Stmt>) {
        let (span, ty) = (value.span, value.ty.clone());
        let var = VarId(u32::try_from(self.vars.len()).unwrap_or(u32::MAX));
        self.vars.push(Var {
            name: (self.fresh)("operand", span),
            ty: ty.clone(),
            mutable: false,
        });
        let read = Place {
            root: var,
            path: Vec::new(),
            ty: ty.clone(),
            span,
        };
        let read = Expr {
            kind: ExprKind::Place(read),
            ty,
            span,
            source: value.source.clone(),
            marks: value.marks,
        };
        let init = Some(std::mem::replace(value, read));
        let pat = Pat::Var(var);
        stmts.push(Stmt {
            kind: StmtKind::Let { pat, init },
            span,
        });
    }
}

/// The operands of an expression, in the order in which they are evaluated.
fn operands(expr: &mut Expr) -> Vec<&mut Expr> {
    match &mut expr.kind {
        ExprKind::Unary(_, a)
        | ExprKind::Cast(a, _)
        | ExprKind::StopGradient(a)
        | ExprKind::Classify(_, a) => vec![&mut **a],
        ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => vec![&mut **a, &mut **b],
        ExprKind::Rule(_, parts)
        | ExprKind::Tuple(parts)
        | ExprKind::List(parts)
        | ExprKind::Call(Call { args: parts, .. }) => parts.iter_mut().collect(),
        ExprKind::Struct(lit) => lit.fields.iter_mut().map(|(_, e)| e).collect(),
        _ => Vec::new(),
    }
}

/// Stands for an expression that is taken out.
fn nothing(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Tuple(Vec::new()),
        ty: Ty::Unit,
        span,
        source: proc_macro2::TokenStream::new(),
        marks: crate::compiler::hir::Marks::default(),
    }
}
