//! Products of an adjoint that a loop hands on, in the order in which their factors are known.
//!
//! An iteration of a recurrence waits for the adjoint that the one after it has left. What that is multiplied with is known long
//! before, so the other factors are multiplied with each other first. The order of an adjoint's product is ours, and no primal
//! value is computed here.
//!
//! ```text
//! let dz_bar = z_1_bar * dt;  z_bar -= dz_bar * beta;             two products, one after the other
//! let dz_bar = z_1_bar * dt;  z_bar -= z_1_bar * (dt * beta);     one behind `z_1_bar`
//! ```
//!
//! Only what goes into what is handed on is written so, since it costs a product more wherever `dz_bar` is read elsewhere. Of
//! factors whose product is beyond `f64::MAX` an adjoint of 0 becomes NaN, and a tiny one infinite; one after the other they may
//! underflow or overflow as well, for other adjoints.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::compiler::code::{Callee, Expr, Stmt};
use crate::compiler::singular::is_literal;

/// Rewrites the loops of a reverse sweep.
pub(super) fn run(cx: &Context<'_>, stmts: &mut [Stmt]) {
    for stmt in stmts {
        match stmt {
            Stmt::For { body, .. } | Stmt::Loop { body } => {
                run(cx, body);
                if let Some(mut pass) = Pass::of(cx, body) {
                    pass.stmts(body);
                }
            }
            Stmt::If { then, els, .. } => {
                run(cx, then);
                run(cx, els);
            }
            _ => {}
        }
    }
}

struct Pass<'a> {
    cx: &'a Context<'a>,
    /// The variables that go into what an iteration hands on.
    critical: BTreeSet<String>,
    /// Those that something is assigned to.
    changing: BTreeSet<String>,
    /// Those that wait for what the iteration gets.
    late: BTreeSet<String>,
    /// Those that are a product: what waits, and what it is multiplied with.
    products: BTreeMap<String, (Expr, Expr)>,
}

impl<'a> Pass<'a> {
    /// Looks at the body of a loop that hands a number on. (Sums are only added to.)
    fn of(cx: &'a Context<'a>, body: &[Stmt]) -> Option<Pass<'a>> {
        let mut own = BTreeSet::new();
        let (mut late, mut critical) = (BTreeSet::new(), BTreeSet::new());
        each(body, &mut |s| match s {
            Stmt::Let { name, .. } => {
                own.insert(name.to_string());
            }
            Stmt::Assign {
                place,
                op: "=",
                value,
            } => {
                if let Some(name) = variable(cx, place).filter(|name| !own.contains(name)) {
                    names(cx, value, &mut critical);
                    late.insert(name);
                }
            }
            _ => {}
        });
        if late.is_empty() {
            return None;
        }
        let mut changing = BTreeSet::new();
        changed(cx, body, &mut changing);
        let mut before = 0;
        while before < critical.len() {
            before = critical.len();
            each(body, &mut |s| {
                if let Some((name, value)) = sets(cx, s)
                    && critical.contains(&name)
                {
                    names(cx, value, &mut critical);
                }
            });
        }
        critical.extend(late.iter().cloned());
        Some(Pass {
            cx,
            critical,
            changing,
            late,
            products: BTreeMap::new(),
        })
    }

    fn stmts(&mut self, stmts: &mut [Stmt]) {
        for stmt in stmts {
            if let Stmt::If { then, els, .. } = stmt {
                // The arms declare the same names, see `ordinary`.
                let products = self.products.clone();
                self.stmts(then);
                self.products = products;
                self.stmts(els);
                continue;
            }
            let Some((name, _)) = sets(self.cx, stmt) else {
                continue;
            };
            let (Stmt::Let {
                init: Some(value), ..
            }
            | Stmt::Assign { value, .. }) = stmt
            else {
                continue;
            };
            if self.critical.contains(&name) {
                self.rewrite(value);
            }
            if self.is_late(value) {
                if let Some(product) = self.product(value).filter(|_| self.is_fixed(&name)) {
                    self.products.insert(name.clone(), product);
                }
                self.late.insert(name);
            }
        }
    }

    /// True if it has one value throughout the iteration.
    fn is_fixed(&self, name: &str) -> bool {
        !self.changing.contains(name)
    }

    fn is_late(&self, e: &Expr) -> bool {
        let mut all = BTreeSet::new();
        names(self.cx, e, &mut all);
        !all.is_disjoint(&self.late)
    }

    /// What waits, and what it is multiplied with, if both stay what they are.
    fn product(&self, e: &Expr) -> Option<(Expr, Expr)> {
        let Expr::Bin("*", a, b) = e else {
            return None;
        };
        let waits = variable(self.cx, a).is_some_and(|name| self.is_fixed(&name));
        let fits = waits && self.is_late(a) && self.is_early(b);
        fits.then(|| ((**a).clone(), (**b).clone()))
    }

    /// True for a variable that is known before, and a product of those: LLVM sees where it has it already.
    fn is_early(&self, e: &Expr) -> bool {
        match e {
            Expr::Val(_) => true,
            Expr::Name(name) => self.is_fixed(&name.to_string()) && !self.is_late(e),
            Expr::Raw(_) => is_literal(e),
            Expr::Neg(a) => self.is_early(a),
            Expr::Bin("*", a, b) => self.is_early(a) && self.is_early(b),
            _ => false,
        }
    }

    /// Multiplies what waits with the product of the other factors.
    fn rewrite(&self, e: &mut Expr) {
        match e {
            Expr::Bin("*", a, b) if self.is_late(a) && !self.is_late(b) => {
                if let (late, Some(early)) = self.apart(a) {
                    let last = std::mem::replace(&mut **b, Expr::zero());
                    *e = Expr::mul(late, Expr::mul(early, last));
                }
            }
            Expr::Bin("+" | "-", a, b) => {
                self.rewrite(a);
                self.rewrite(b);
            }
            Expr::Neg(a) => self.rewrite(a),
            Expr::Call(Callee::UnlessZero(_), args) => {
                if let [_, product] = args.as_mut_slice() {
                    self.rewrite(product);
                }
            }
            _ => {}
        }
    }

    /// The factor that waits, and the product of the others.
    fn apart(&self, e: &Expr) -> (Expr, Option<Expr>) {
        match e {
            Expr::Neg(a) => match self.apart(a) {
                (late, Some(early)) => (late, Some(Expr::neg(early))),
                (_, None) => (e.clone(), None),
            },
            Expr::Bin("*", a, b) if self.is_late(a) && !self.is_late(b) => {
                let (late, early) = self.apart(a);
                let last = (**b).clone();
                let early = early.map_or(last.clone(), |early| Expr::mul(early, last));
                (late, Some(early))
            }
            e => {
                let known = variable(self.cx, e).and_then(|name| self.products.get(&name));
                let Some((late, early)) = known else {
                    return (e.clone(), None);
                };
                (late.clone(), Some(early.clone()))
            }
        }
    }
}

/// The variables that something is assigned to, or that are lent to be changed.
fn changed(cx: &Context<'_>, stmts: &[Stmt], all: &mut BTreeSet<String>) {
    for stmt in stmts {
        stmt.walk(&mut |e| {
            if let Expr::Ref(true, place) = e {
                all.extend(variable(cx, place));
            }
        });
        assigned(cx, stmt, all);
    }
}

fn assigned(cx: &Context<'_>, stmt: &Stmt, all: &mut BTreeSet<String>) {
    let mut inside = |stmts: &[Stmt]| stmts.iter().for_each(|s| assigned(cx, s, all));
    match stmt {
        Stmt::Assign { place, .. } => all.extend(variable(cx, place)),
        Stmt::If { then, els, .. } => [then, els].into_iter().for_each(|arm| inside(arm)),
        Stmt::For { body, .. } | Stmt::Collect { body, .. } => inside(body),
        Stmt::Loop { body } | Stmt::Apart { body, .. } => inside(body),
        Stmt::Stretches(of) => inside(&of.body),
        Stmt::Let { .. } | Stmt::Bind { .. } | Stmt::Expect { .. } => {}
        Stmt::Break | Stmt::Expr(_) => {}
    }
}

/// Calls `f` on every statement, also of branches, but not of loops.
fn each<'s>(stmts: &'s [Stmt], f: &mut dyn FnMut(&'s Stmt)) {
    for stmt in stmts {
        f(stmt);
        if let Stmt::If { then, els, .. } = stmt {
            each(then, f);
            each(els, f);
        }
    }
}

/// The variable that the statement declares or changes, and the value.
fn sets<'s>(cx: &Context<'_>, stmt: &'s Stmt) -> Option<(String, &'s Expr)> {
    match stmt {
        Stmt::Let { name, init, .. } => Some((name.to_string(), init.as_ref()?)),
        Stmt::Assign { place, value, .. } => Some((variable(cx, place)?, value)),
        _ => None,
    }
}

/// The name of a variable.
fn variable(cx: &Context<'_>, e: &Expr) -> Option<String> {
    match e {
        Expr::Bar(v) => Some(cx.names.bar(*v).to_string()),
        Expr::Name(name) => Some(name.to_string()),
        _ => None,
    }
}

fn names(cx: &Context<'_>, e: &Expr, all: &mut BTreeSet<String>) {
    e.walk(&mut |e| all.extend(variable(cx, e)));
}
