//! Calls that change variables from inside of an operand.
//!
//! `s + step(&mut y, a)` is fine: nothing beside the call looks at `y`, so that nobody can tell when
//! it changed. `y + step(&mut y, a)` would be decided by the order of evaluation, and is refused.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::arg::is_exclusive;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::hir::{
    Block, Call, Expr, ExprKind, Func, Pat, Place, Proj, Range, Stmt, StmtKind, VarId,
};

/// Refuses every statement in which an operand changes what another one reads.
pub(super) fn check(func: &Func, root: &dyn Fn(VarId) -> VarId, diags: &mut Diagnostics) {
    let mut order = Order {
        root,
        clashes: Vec::new(),
        assigned: false,
    };
    order.block(&func.body);
    report(
        order.clashes,
        |var| func.vars[var.0 as usize].name.to_string(),
        diags,
    );
}

/// The same for operands that are about to become statements, one after the other.
pub(super) fn clashes<'e>(
    operands: impl Iterator<Item = &'e Expr>,
    root: &dyn Fn(VarId) -> VarId,
) -> Vec<Change> {
    let mut order = Order {
        root,
        clashes: Vec::new(),
        assigned: true,
    };
    let parts = operands.map(|operand| order.expr(operand)).collect();
    order.beside(parts);
    order.clashes
}

/// Reports what was found.
pub(super) fn report(
    clashes: Vec<Change>,
    name: impl Fn(VarId) -> String,
    diags: &mut Diagnostics,
) {
    for change in clashes {
        let report = diags.report_at(
            &diag::CHANGE_IN_OPERAND,
            &change.tokens,
            &[&name(change.var)],
        );
        if change.passed_on {
            let text = diag::text_of(&change.tokens);
            report.help(format!("write `&*{text}` if the call only reads it"));
        }
    }
}

/// True if evaluating the expression changes a variable that it does not declare itself.
pub(crate) fn changes(expr: &Expr) -> bool {
    !changed_by(expr, &|var| var).is_empty()
}

/// The variables that evaluating the expression changes.
pub(super) fn changed_by(expr: &Expr, root: &dyn Fn(VarId) -> VarId) -> BTreeSet<VarId> {
    let mut order = Order {
        root,
        clashes: Vec::new(),
        assigned: true,
    };
    let changes = order.expr(expr).changes;
    changes.iter().map(|change| change.var).collect()
}

/// An argument through which a call changes a variable, or a variable that is assigned to.
#[derive(Clone, Debug)]
pub(super) struct Change {
    var: VarId,
    /// The argument as written.
    tokens: TokenStream,
    /// A variable that is a `&mut`, handed on without a word.
    passed_on: bool,
}

/// What an operand reads and changes of the variables outside of it.
#[derive(Default)]
struct Effects {
    reads: Vec<VarId>,
    changes: Vec<Change>,
}

impl Effects {
    fn add(&mut self, other: Effects) {
        self.reads.extend(other.reads);
        self.changes.extend(other.changes);
    }

    fn touches(&self, var: VarId) -> bool {
        self.reads.contains(&var) || self.changes.iter().any(|change| change.var == var)
    }
}

struct Order<'r> {
    /// The variable that a variable is another name of.
    root: &'r dyn Fn(VarId) -> VarId,
    clashes: Vec<Change>,
    /// What statements assign to counts: they stay in their order as long as they are in an operand.
    assigned: bool,
}

impl Order<'_> {
    /// Operands that stand beside each other.
    fn beside(&mut self, parts: Vec<Effects>) -> Effects {
        let mut found = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            let others = || parts.iter().enumerate().filter(|(j, _)| *j != i);
            let mut changes = part.changes.iter();
            let clash = changes.find(|change| others().any(|(_, other)| other.touches(change.var)));
            found.extend(clash.cloned());
        }
        // One of two calls that change the same is enough to say so.
        self.clashes.extend(found.pop());
        let mut all = Effects::default();
        parts.into_iter().for_each(|part| all.add(part));
        all
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Effects {
        let parts = exprs.into_iter().map(|e| self.expr(e)).collect();
        self.beside(parts)
    }

    /// Statements run one after the other; what a block declares is its own business.
    fn block(&mut self, block: &Block) -> Effects {
        let mut all = Effects::default();
        let mut own = BTreeSet::new();
        for stmt in &block.stmts {
            let effects = self.stmt(stmt, &mut own);
            all.add(effects);
        }
        if let Some(value) = &block.value {
            all.add(self.expr(value));
        }
        // Who leaves does not come back to what stands beside it.
        let leaves = |stmt: &Stmt| {
            matches!(
                stmt.kind,
                StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_)
            )
        };
        if block.stmts.last().is_some_and(leaves) {
            all.changes.clear();
        }
        all.reads.retain(|var| !own.contains(var));
        all.changes.retain(|change| !own.contains(&change.var));
        all
    }

    fn stmt(&mut self, stmt: &Stmt, own: &mut BTreeSet<VarId>) -> Effects {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                declared(pat, own);
                self.all(init)
            }
            StmtKind::Alias { place, .. } => self.read(place),
            StmtKind::Assign { place, op, value } => self.assign(place, op.is_some(), value),
            StmtKind::If { cond, then, els } => self.branches(cond, then, els),
            StmtKind::For {
                var, range, body, ..
            }
            | StmtKind::ForUntil {
                var, range, body, ..
            } => {
                own.insert(*var);
                let mut all = self.range(range);
                all.add(self.block(body));
                all
            }
            StmtKind::While { cond, body, .. } => {
                let mut all = self.expr(cond);
                all.add(self.block(body));
                all
            }
            StmtKind::Loop { body, .. } => self.block(body),
            StmtKind::Return(value) => self.all(value),
            StmtKind::Push { place, value } => self.assign(place, false, value),
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Effect { .. } => {
                Effects::default()
            }
        }
    }

    /// The value comes first; then the place is looked up, read if `reads`, and changed.
    fn assign(&mut self, place: &Place, reads: bool, value: &Expr) -> Effects {
        let value = self.expr(value);
        let place_effects = match reads {
            true => self.read(place),
            false => self.indices(place),
        };
        let mut all = self.beside(vec![value, place_effects]);
        all.changes.extend(self.assigned.then(|| Change {
            var: (self.root)(place.root),
            tokens: diag::token_at(place.span),
            passed_on: false,
        }));
        all
    }

    fn branches(&mut self, cond: &Expr, then: &Block, els: &Block) -> Effects {
        let mut all = self.expr(cond);
        all.add(self.block(then));
        all.add(self.block(els));
        all
    }

    fn range(&mut self, range: &Range) -> Effects {
        let ends = [Some(&range.lo), Some(&range.hi), range.step.as_ref()];
        self.all(ends.into_iter().flatten())
    }

    fn read(&mut self, place: &Place) -> Effects {
        let mut effects = self.indices(place);
        effects.reads.push((self.root)(place.root));
        effects
    }

    fn indices(&mut self, place: &Place) -> Effects {
        let parts = place.path.iter().flat_map(|step| match step {
            Proj::Index(at) => vec![at],
            Proj::Slice { lo, hi, .. } => lo.iter().chain(hi).collect(),
            Proj::Field(_) => Vec::new(),
        });
        self.all(parts)
    }

    fn expr(&mut self, expr: &Expr) -> Effects {
        match &expr.kind {
            ExprKind::Lit(_) => Effects::default(),
            ExprKind::Place(place)
            | ExprKind::Ref(_, place)
            | ExprKind::CloneOf(place)
            | ExprKind::Len(place)
            | ExprKind::Measure(place, _) => self.read(place),
            ExprKind::Unary(_, inner)
            | ExprKind::Cast(inner, _)
            | ExprKind::StopGradient(inner)
            | ExprKind::Classify(_, inner) => self.expr(inner),
            ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => self.all([&**a, &**b]),
            ExprKind::Rule(_, parts) | ExprKind::Tuple(parts) | ExprKind::List(parts) => {
                self.all(parts)
            }
            ExprKind::Struct(lit) => {
                let mut effects = self.all(lit.fields.iter().map(|(_, e)| e));
                if let Some(base) = &lit.base {
                    effects.add(self.read(base));
                }
                effects
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::If(cond, then, els) => self.branches(cond, then, els),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Opaque(code) => Effects {
                reads: code.uses.iter().map(|(_, var)| (self.root)(*var)).collect(),
                changes: Vec::new(),
            },
        }
    }

    /// What a call changes itself, it changes after all arguments are evaluated.
    fn call(&mut self, call: &Call) -> Effects {
        let mut all = self.all(&call.args);
        for arg in &call.args {
            let (place, passed_on) = match &arg.kind {
                ExprKind::Ref(true, place) => (place, false),
                ExprKind::Place(place) if is_exclusive(&arg.ty) => (place, true),
                _ => continue,
            };
            all.changes.push(Change {
                var: (self.root)(place.root),
                tokens: match arg.source.is_empty() {
                    true => diag::token_at(arg.span),
                    false => arg.source.clone(),
                },
                passed_on,
            });
        }
        all
    }
}

fn declared(pat: &Pat, own: &mut BTreeSet<VarId>) {
    match pat {
        Pat::Var(var) => {
            own.insert(*var);
        }
        Pat::Tuple(parts) => parts.iter().for_each(|part| declared(part, own)),
        Pat::Wild => {}
    }
}
