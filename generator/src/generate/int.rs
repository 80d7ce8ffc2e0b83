//! Integers, indices and conditions.

use super::Gen;
use super::scope::Info;
use crate::ast::{Expr, Op, Ty, binary, method, var};

fn offset(op: Op, info: &Info) -> Expr {
    binary(op, var(&info.name), Expr::Int(1))
}

impl Gen {
    /// An index below `len`, which is the least length of `of`.
    pub(super) fn position(&mut self, len: usize, of: Option<&str>) -> Expr {
        let bounded =
            self.choose(|v| v.ty == Ty::Usize && (v.range.is_some() || v.bound.is_some()));
        if let Some(info) = bounded
            && self.rng.chance(0.75)
            && let Some(at) = self.near(&info, len as i64, of)
        {
            return at;
        }
        match self.choose(|v| v.ty == Ty::Usize) {
            Some(info) if self.rng.chance(0.35) => self.wrapped(&info, len),
            _ => Expr::Int(self.rng.below(len) as i64),
        }
    }

    /// An index close to a counter that stays in range.
    fn near(&mut self, info: &Info, len: i64, of: Option<&str>) -> Option<Expr> {
        if info.bound.as_deref() == of && of.is_some() {
            return Some(var(&info.name));
        }
        let (lo, hi) = info.range?;
        let mut fits = Vec::new();
        if hi <= len {
            fits.extend([var(&info.name), var(&info.name)]);
            fits.push(binary(Op::Sub, Expr::Int(len - 1), var(&info.name)));
        }
        if hi < len {
            fits.push(offset(Op::Add, info));
        }
        if lo >= 1 && hi - 1 <= len {
            fits.push(offset(Op::Sub, info));
        }
        (!fits.is_empty()).then(|| self.rng.pick(&fits).clone())
    }

    fn wrapped(&mut self, info: &Info, len: usize) -> Expr {
        let plus = binary(
            Op::Add,
            var(&info.name),
            Expr::Int(self.rng.between(1, 3) as i64),
        );
        let base = if self.rng.chance(0.5) {
            var(&info.name)
        } else {
            plus
        };
        binary(Op::Rem, base, Expr::Int(len as i64))
    }

    /// A small `usize`; pure if asked for.
    pub(super) fn count(&mut self, pure: bool) -> Expr {
        let known = self.choose(|v| v.ty == Ty::Usize && (v.pure || !pure));
        let Some(info) = known.filter(|_| self.rng.chance(0.7)) else {
            return Expr::Int(self.rng.below(4) as i64);
        };
        match self.rng.below(4) {
            0 => offset(Op::Add, &info),
            1 => binary(
                Op::Rem,
                var(&info.name),
                Expr::Int(self.rng.between(2, 4) as i64),
            ),
            2 => binary(Op::Mul, var(&info.name), Expr::Int(2)),
            _ => var(&info.name),
        }
    }

    /// A pure integer as a real number.
    pub(super) fn cast(&mut self) -> Option<Expr> {
        let info = self.choose(|v| v.pure && matches!(v.ty, Ty::Usize | Ty::I32))?;
        let whole = match (info.ty, self.rng.below(4)) {
            (Ty::Usize, 0) => binary(Op::Rem, var(&info.name), Expr::Int(3)),
            (_, 1) => offset(Op::Add, &info),
            _ => var(&info.name),
        };
        Some(Expr::ToReal(Box::new(whole)))
    }

    /// A condition, and whether it compares real numbers.
    pub(super) fn condition(&mut self, real: bool) -> (Expr, bool) {
        if real && self.rng.chance(0.6) {
            return (self.real_condition(), true);
        }
        let integers = self.choose(|v| matches!(v.ty, Ty::Usize | Ty::I32 | Ty::Bool));
        if real && integers.is_none() {
            return (self.real_condition(), true);
        }
        if integers.is_some() && self.rng.chance(0.15) {
            let ((a, p), (b, q)) = (self.plain_condition(), self.plain_condition());
            let op = if self.rng.chance(0.5) {
                Op::And
            } else {
                Op::Or
            };
            return (binary(op, a, b), p || q);
        }
        self.plain_condition()
    }

    /// A comparison of real numbers.
    pub(super) fn real_condition(&mut self) -> Expr {
        let (left, right) = (self.real(1), self.real_or_literal());
        let op = *self.rng.pick(&[Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Gt]);
        let test = binary(op, left, right);
        match self.rng.below(10) {
            0 => binary(Op::And, test, self.condition(false).0),
            1 => binary(Op::Or, test, self.condition(false).0),
            2 => Expr::Not(Box::new(test)),
            _ => test,
        }
    }

    fn real_or_literal(&mut self) -> Expr {
        if self.rng.chance(0.6) {
            return Expr::Real(self.literal());
        }
        self.real(0)
    }

    /// A condition on what is there; impure if it reads something that is.
    fn plain_condition(&mut self) -> (Expr, bool) {
        if let Some(flag) = self.choose(|v| v.ty == Ty::Bool)
            && self.rng.chance(0.4)
        {
            let flip = self.rng.chance(0.3);
            let e = if flip {
                Expr::Not(Box::new(var(&flag.name)))
            } else {
                var(&flag.name)
            };
            return (e, !flag.pure);
        }
        self.integer_test()
    }

    fn integer_test(&mut self) -> (Expr, bool) {
        let Some(info) = self.choose(|v| matches!(v.ty, Ty::Usize | Ty::I32)) else {
            return (Expr::Bool(self.rng.chance(0.5)), false);
        };
        let k = Expr::Int(self.rng.below(3) as i64);
        let test = if info.ty == Ty::Usize && self.rng.chance(0.5) {
            binary(
                Op::Eq,
                binary(Op::Rem, var(&info.name), Expr::Int(2)),
                Expr::Int(self.rng.below(2) as i64),
            )
        } else {
            let op = *self.rng.pick(&[Op::Lt, Op::Gt, Op::Eq, Op::Ne, Op::Ge]);
            binary(op, var(&info.name), k)
        };
        (test, !info.pure)
    }

    /// `|x| > …`, for loops that shrink x.
    pub(super) fn large(&mut self, x: &str) -> Expr {
        let size = Expr::Real(self.rng.short(0.1, 0.5));
        binary(Op::Gt, method("abs", vec![var(x)]), size)
    }
}
