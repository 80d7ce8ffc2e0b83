//! Temporaries that are the sum of the loop once more.
//!
//! ```text
//! for i in 0..n { let e = (x[i] - m).exp(); s += e; m_unit -= e; x_unit[i] += e; }     m_bar += s_bar * m_unit;
//! for i in 0..n { let e = (x[i] - m).exp(); s += e; x_unit[i] += e; }                  m_bar -= s_bar * s;
//! ```
//!
//! In: the reverse of an iteration with the adjoint 1, and what it adds to. Out: without such additions, and which of them there
//! were. The two sums have the same terms in the same order, so the bits are the same. (Two chains of additions around a call of
//! `exp` are two numbers that are stored and loaded by every iteration.)

use std::collections::BTreeSet;

use crate::compiler::adjoint::{Context, Rev};
use crate::compiler::code::{Callee, Expr, Stmt};
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{Carried, Op, ValId};

/// Of the values, those to which every iteration adds the term of the sum (`true`: from which it takes it away).
pub(super) fn take(
    cx: &Context<'_>,
    sum: &Carried,
    stmts: &mut Vec<Rev<'_>>,
    vals: &BTreeSet<ValId>,
) -> Vec<(ValId, bool)> {
    let Some(term) = term(cx, sum) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for v in vals {
        let mentioning: Vec<usize> = (0..stmts.len())
            .filter(|k| mentions(&stmts[*k], *v))
            .collect();
        let &[at] = mentioning.as_slice() else {
            continue;
        };
        let Rev::Code(Stmt::Assign {
            place: Expr::Bar(_),
            op: op @ ("+=" | "-="),
            value,
        }) = &stmts[at]
        else {
            continue;
        };
        let (value, negated) = match value {
            Expr::Neg(inner) => (&**inner, true),
            value => (value, false),
        };
        let known = Known { cx, stmts };
        if known.is_term(value, term) {
            found.push((*v, (*op == "-=") != negated));
            stmts.remove(at);
        }
    }
    found
}

/// What the sum adds up, if it starts at zero.
fn term(cx: &Context<'_>, sum: &Carried) -> Option<ValId> {
    let Some(Op::Lit(start)) = cx.layout.op(sum.init) else {
        return None;
    };
    let start = start.to_string();
    let number = start.trim_end_matches("f64").trim_end_matches("f32");
    let zero = number.trim_end_matches('_').parse::<f64>().ok()?;
    match cx.layout.op(sum.next)? {
        Op::Bin(BinOp::Add, a, b) if zero.to_bits() == 0 && (*a == sum.phi) != (*b == sum.phi) => {
            Some(if *a == sum.phi { *b } else { *a })
        }
        _ => None,
    }
}

/// The adjoints of an iteration, by their declarations.
struct Known<'s, 'a> {
    cx: &'s Context<'a>,
    stmts: &'s [Rev<'a>],
}

impl<'s> Known<'s, '_> {
    /// What the adjoint of a value is declared with, if nothing is added to it afterwards.
    fn declared(&self, v: ValId) -> Option<&'s Expr> {
        let name = self.cx.names.bar(v);
        let mut declared = None;
        for stmt in self.stmts {
            match stmt {
                Rev::Code(Stmt::Let {
                    name: of,
                    init: Some(init),
                    ..
                }) if *of == name => declared = Some(init),
                Rev::Code(Stmt::Assign {
                    place: Expr::Bar(u),
                    ..
                }) if *u == v => return None,
                Rev::Code(_) => {}
                stmt if mentions(stmt, v) => return None,
                _ => {}
            }
        }
        declared
    }

    /// The expression that an adjoint stands for.
    fn resolve(&self, e: &'s Expr) -> &'s Expr {
        match e {
            Expr::Bar(v) => self.declared(*v).map_or(e, |init| self.resolve(init)),
            e => e,
        }
    }

    fn is_one(&self, e: &'s Expr) -> bool {
        matches!(self.resolve(e), Expr::Raw(tokens) if tokens.to_string() == "1.0")
    }

    /// True for the adjoint 1 times the term.
    fn is_term(&self, e: &'s Expr, term: ValId) -> bool {
        match self.resolve(e) {
            Expr::Call(Callee::UnlessZero(_), args) => match args.as_slice() {
                [factor, product] => self.is_one(factor) && self.is_term(product, term),
                _ => false,
            },
            Expr::Bin("*", one, value) => {
                self.is_one(one) && matches!(**value, Expr::Val(v) if v == term)
            }
            _ => false,
        }
    }
}

fn mentions(stmt: &Rev<'_>, v: ValId) -> bool {
    let mut found = false;
    let mut see = |e: &Expr| found |= matches!(e, Expr::Bar(u) if *u == v);
    match stmt {
        Rev::Code(stmt) => stmt.walk(&mut see),
        Rev::Pullback { args, .. } => args.iter().for_each(|e| e.walk(&mut see)),
        Rev::If { then, els, .. } => {
            found = then.stmts.iter().chain(&els.stmts).any(|s| mentions(s, v))
        }
        Rev::Loop { body, .. } => found = body.stmts.iter().any(|s| mentions(s, v)),
    }
    found
}
