//! Indices that grow by one with every iteration.
//!
//! In: an index value of the body. Out: the index in the first iteration, over what is in scope in front of the loop, or nothing if
//! iterations do not access one element after the other.
//!
//! ```text
//! a[i * d + j], j in lo..hi      i * d + lo
//! ```

use proc_macro2::{Ident, Literal};
use quote::quote;

use super::{Kernel, Sweep};
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::Expr;
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{Op, ValId};

impl Kernel<'_> {
    /// The index in the first iteration, if every iteration adds one to it.
    pub(super) fn start(&self, index: ValId, count: &Ident) -> Option<Expr> {
        if index == self.counter {
            return Some(match self.cx.layout.literal(self.range.lo) == Some(0) {
                true => Expr::Raw(quote!(0)),
                false => Expr::Val(self.range.lo),
            });
        }
        if let Some(start) = self.start_of_stepped(index, count) {
            return Some(start);
        }
        let op = self.again(index)?;
        match op {
            Op::Bin(BinOp::Add, a, b) => match (self.start(*a, count), self.start(*b, count)) {
                (Some(start), None) => Some(sum(start, self.invariant(*b)?)),
                (None, Some(start)) => Some(sum(self.invariant(*a)?, start)),
                _ => None,
            },
            Op::Bin(BinOp::Sub, a, b) => {
                Some(self.difference(self.start(*a, count)?, self.invariant(*b)?))
            }
            _ => None,
        }
    }

    /// `a - b`, as a number if both are.
    fn difference(&self, a: Expr, b: Expr) -> Expr {
        let literal = |e: &Expr| match e {
            Expr::Val(v) => self.cx.layout.literal(*v),
            _ => None,
        };
        match literal(&a).zip(literal(&b)) {
            Some((a, b)) if a >= b => {
                let number = Literal::u64_unsuffixed((a - b).unsigned_abs());
                Expr::Raw(quote!(#number))
            }
            _ => Expr::bin("-", a, b),
        }
    }

    /// A carried integer to which every iteration adds one.
    fn start_of_stepped(&self, v: ValId, count: &Ident) -> Option<Expr> {
        let id = self.stmt.kind.loop_id()?;
        let (op, by) = self.cx.layout.step_taken(id, v)?;
        let one = matches!(self.cx.layout.op(by), Some(Op::Lit(tokens)) if matches!(tokens.to_string().as_str(), "1" | "1usize"));
        if op != BinOp::Add || !one || self.range.rev {
            return None;
        }
        match self.sweep {
            Sweep::Forward => self
                .stmt
                .kind
                .carried()
                .iter()
                .find(|c| c.phi == v)
                .map(|c| Expr::Val(c.init)),
            Sweep::Reverse
                if self
                    .plan
                    .stepped
                    .get(&id)
                    .is_some_and(|all| all.contains(&v)) =>
            {
                Some(Expr::bin(
                    "-",
                    Expr::Val(self.cx.layout.step(id, v)?),
                    Expr::Name(count.clone()),
                ))
            }
            Sweep::Reverse => None,
        }
    }

    /// A value that is the same in all iterations, as an expression over what is in scope outside.
    pub(super) fn invariant(&self, v: ValId) -> Option<Expr> {
        if !self
            .cx
            .layout
            .contains(self.block, self.cx.layout.def_block(v))
        {
            return Some(Expr::Val(v));
        }
        match self.again(v)? {
            Op::Lit(_) => Some(Expr::Val(v)),
            Op::Bin(BinOp::Add, a, b) => Some(sum(self.invariant(*a)?, self.invariant(*b)?)),
            Op::Bin(BinOp::Sub, a, b) => {
                Some(self.difference(self.invariant(*a)?, self.invariant(*b)?))
            }
            Op::Bin(BinOp::Mul, a, b) => Some(Expr::mul(self.invariant(*a)?, self.invariant(*b)?)),
            _ => None,
        }
    }

    /// How a value of the body is computed, if the sweep computes it: what it takes is then in scope.
    fn again(&self, v: ValId) -> Option<&Op> {
        let block = self.cx.layout.def_block(v);
        let op = self.cx.layout.op(v)?;
        let computed = match self.sweep {
            Sweep::Forward => true,
            Sweep::Reverse => {
                matches!(op, Op::Lit(_))
                    || self.runs_again()
                    || self
                        .plan
                        .recompute
                        .get(&block)
                        .is_some_and(|all| all.iter().any(|(_, u)| *u == v))
            }
        };
        (computed && self.cx.layout.contains(self.block, block)).then_some(op)
    }

    /// True if the reverse of an iteration follows a second run of it.
    fn runs_again(&self) -> bool {
        let id = self.stmt.kind.loop_id();
        id.is_some_and(|l| matches!(self.cx.mode(l), Mode::Rerun))
    }
}

pub(super) fn is_zero(e: &Expr) -> bool {
    matches!(e, Expr::Raw(tokens) if tokens.to_string() == "0")
}

pub(super) fn sum(a: Expr, b: Expr) -> Expr {
    match (is_zero(&a), is_zero(&b)) {
        (true, _) => b,
        (_, true) => a,
        _ => Expr::bin("+", a, b),
    }
}
