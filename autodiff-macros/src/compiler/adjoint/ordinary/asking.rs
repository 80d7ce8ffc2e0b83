//! What the guards of a stretch ask for, and the stretch without them.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use crate::compiler::adjoint::Context;
use crate::compiler::code::{Callee, Expr, Stmt};
use crate::compiler::singular::is_literal;
use crate::compiler::ssa::{Op, ValId};

/// What a stretch asks for.
#[derive(Default)]
pub(super) struct Question {
    /// Factors that have to be finite: values, values times two, and others.
    pub(super) values: BTreeSet<ValId>,
    pub(super) doubles: BTreeSet<ValId>,
    pub(super) others: Vec<Expr>,
    /// Divisors that must not be 0.
    pub(super) divisors: BTreeSet<ValId>,
    pub(super) guards: usize,
}

/// Guards of a stretch whose variables are known.
pub(super) struct Asking<'a> {
    cx: &'a Context<'a>,
    /// What the stretch declares, and the question cannot name.
    declared: BTreeSet<String>,
    /// Quotients that it declares, and their dividends.
    quotients: Vec<(Ident, Expr)>,
}

impl<'a> Asking<'a> {
    /// Of the statements `stretch`, which declare `declared`.
    pub(super) fn of(cx: &'a Context<'a>, stretch: &[Stmt], declared: BTreeSet<String>) -> Self {
        Asking {
            cx,
            declared,
            quotients: stretch.iter().filter_map(quotient).collect(),
        }
    }

    /// What the guards of a statement ask for. `always`: it runs whenever the stretch does.
    pub(super) fn ask(&self, stmt: &Stmt, always: bool, question: &mut Question) {
        if let Stmt::If { cond, then, els } = stmt {
            cond.walk(&mut |e| self.guard(e, always, question).unwrap_or_default());
            let inner = then.iter().chain(els);
            return inner.for_each(|s| self.ask(s, false, question));
        }
        stmt.walk(&mut |e| self.guard(e, always, question).unwrap_or_default());
    }

    /// Adds what a guard asks for. None if it is no guard, or cannot be decided beforehand.
    fn guard(&self, e: &Expr, always: bool, question: &mut Question) -> Option<()> {
        let factors = match e {
            Expr::Call(Callee::UnlessZero(_), args) => {
                let [factor, product] = args.as_slice() else {
                    return None;
                };
                self.partial(factor, product)?
            }
            Expr::Call(Callee::Over, args) => args.get(1..)?.iter().collect(),
            _ => return None,
        };
        let known = factors.iter().all(|f| self.is_known(f, always));
        if !known {
            return None;
        }
        for factor in factors {
            match (factor, e) {
                (Expr::Val(v), Expr::Call(Callee::Over, _)) => {
                    question.divisors.insert(*v);
                    question.values.insert(*v);
                }
                (_, Expr::Call(Callee::Over, _)) => return None,
                (Expr::Val(v), _) if self.is_number(*v) => {}
                (Expr::Val(v), _) => drop(question.values.insert(*v)),
                (e, _) if is_literal(e) => {}
                (Expr::Bin("+", a, b), _) if doubled(a, b).is_some() => {
                    question.doubles.extend(doubled(a, b));
                }
                (e, _) => {
                    let text = format!("{e:?}");
                    if question.others.iter().all(|o| format!("{o:?}") != text) {
                        question.others.push(e.clone());
                    }
                }
            }
        }
        question.guards += 1;
        Some(())
    }

    /// What the factor, or a quotient of it, is multiplied with, one after the other: `b` and `c * d` of `a_bar * b * (c * d)`.
    fn partial<'e>(&self, factor: &Expr, product: &'e Expr) -> Option<Vec<&'e Expr>> {
        let is_quotient = |e: &Expr| {
            let dividend = self.quotients.iter().find(|(name, _)| is_name(e, name));
            dividend.is_some_and(|(_, dividend)| is_same(dividend, factor))
        };
        match product {
            e if is_same(e, factor) || is_quotient(e) => Some(Vec::new()),
            Expr::Neg(e) => self.partial(factor, e),
            Expr::Bin("*", a, b) => {
                let ways = [(a, b), (b, a)].into_iter();
                let mut found = ways.filter_map(|(way, by)| Some((self.partial(factor, way)?, by)));
                let (mut parts, by) = found.next()?;
                parts.push(by);
                Some(parts)
            }
            _ => None,
        }
    }

    fn is_number(&self, v: ValId) -> bool {
        matches!(self.cx.layout.op(v), Some(Op::Lit(_)))
    }

    /// True for what can be computed in front of the stretch, and costs next to nothing.
    fn is_known(&self, e: &Expr, always: bool) -> bool {
        match e {
            Expr::Val(v) => !self
                .declared
                .contains(&self.cx.func.val(*v).name.to_string()),
            Expr::Name(name) => !self.declared.contains(&name.to_string()),
            Expr::Mem(m) => !self
                .declared
                .contains(&self.cx.func.mem(*m).name.to_string()),
            Expr::Neg(e) => self.is_known(e, always),
            Expr::Bin("+" | "-" | "*", a, b) => {
                self.is_known(a, always) && self.is_known(b, always)
            }
            Expr::Index(base, at) => {
                always && self.is_known(base, always) && self.is_known(at, always)
            }
            Expr::Field(base, _) => self.is_known(base, always),
            e => is_literal(e),
        }
    }

    /// Takes away the guards that the question was for.
    pub(super) fn bare(&self, stmt: &mut Stmt, always: bool) {
        let unguarded = &mut |e: &mut Expr, always: bool| {
            e.walk_mut(&mut |e| {
                if self.guard(e, always, &mut Question::default()).is_none() {
                    return;
                }
                if let Expr::Call(callee, args) = e {
                    let over = matches!(callee, Callee::Over);
                    let (last, first) = (args.pop(), args.pop());
                    if let (Some(last), Some(first)) = (last, first) {
                        *e = match over {
                            true => Expr::bin("/", first, last),
                            false => last,
                        };
                    }
                }
            });
        };
        let inner = &mut |stmts: &mut Vec<Stmt>| stmts.iter_mut().for_each(|s| self.bare(s, false));
        stmt.for_each_part_mut(&mut |e| unguarded(e, always), inner);
    }
}

/// `let q = over(a, b);` or `let q = unless_zero(a, a * inverse);`: 0 where `a` is.
fn quotient(stmt: &Stmt) -> Option<(Ident, Expr)> {
    match stmt {
        Stmt::Let {
            name,
            init: Some(Expr::Call(Callee::Over | Callee::UnlessZero(_), args)),
            ..
        } => Some((name.clone(), args.first()?.clone())),
        _ => None,
    }
}

/// True for the same adjoint, whatever its sign.
fn is_same(a: &Expr, b: &Expr) -> bool {
    match (positive(a), positive(b)) {
        (Expr::Bar(a), Expr::Bar(b)) => a == b,
        (Expr::Name(a), b) => is_name(b, a),
        _ => false,
    }
}

/// The value that [`Expr::twice`] is twice.
fn doubled(a: &Expr, b: &Expr) -> Option<ValId> {
    match (a, b) {
        (Expr::Val(a), Expr::Val(b)) if a == b => Some(*a),
        _ => None,
    }
}

fn is_name(e: &Expr, name: &Ident) -> bool {
    matches!(e, Expr::Name(e) if e == name)
}

fn positive(e: &Expr) -> &Expr {
    match e {
        Expr::Neg(e) => positive(e),
        e => e,
    }
}
