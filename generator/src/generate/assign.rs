//! Assignments.

use super::Gen;
use super::scope::length;
use crate::ast::{Expr, Op, Stmt, Store, Ty, binary, boxed, var};

impl Gen {
    pub(super) fn assign_real(&mut self) -> Option<Stmt> {
        let info = self.choose(|v| v.mutable && matches!(v.ty, Ty::Real | Ty::Pair))?;
        let place = self.part(&info);
        Some(self.assign_to(place))
    }

    pub(super) fn assign_element(&mut self) -> Option<Stmt> {
        let info = self
            .choose(|v| v.mutable && (length(v.ty).is_some() || matches!(v.ty, Ty::Matrix(..))))?;
        let place = self.part(&info);
        Some(self.assign_to(place))
    }

    fn assign_to(&mut self, place: Expr) -> Stmt {
        let looped = !self.loops.is_empty();
        match self.rng.weighted(&[8, 4, 2, 1, 7]) {
            0 => Stmt::Assign(Some(Op::Add), place, self.real(2)),
            1 => Stmt::Assign(Some(Op::Sub), place, self.real(2)),
            2 => {
                let factor = self.real(2);
                let factor = if looped { self.squash(factor) } else { factor };
                Stmt::Assign(Some(Op::Mul), place, factor)
            }
            3 => Stmt::Assign(Some(Op::Div), place, self.above_zero(1)),
            _ => {
                let value = self.real(3);
                let value = if self.rng.chance(0.4) {
                    self.carry(&place, value)
                } else {
                    value
                };
                let wild = looped && self.rng.chance(0.6);
                let value = if wild { self.squash(value) } else { value };
                Stmt::Assign(None, place, value)
            }
        }
    }

    /// A new value that depends on the old one.
    fn carry(&mut self, place: &Expr, value: Expr) -> Expr {
        let decay = Expr::Real(self.rng.short(0.2, 0.9));
        binary(Op::Add, binary(Op::Mul, place.clone(), decay), value)
    }

    pub(super) fn assign_int(&mut self) -> Option<Stmt> {
        let region = self.region;
        let info = self.choose(|v| {
            let kind = matches!(v.ty, Ty::Usize | Ty::I32 | Ty::Bool);
            kind && v.mutable && !v.reserved && (!v.pure || v.region == region)
        })?;
        let place = var(&info.name);
        Some(match info.ty {
            Ty::Bool => self.assign_bool(place, info.pure),
            Ty::I32 => {
                let op = if self.rng.chance(0.5) {
                    Op::Add
                } else {
                    Op::Sub
                };
                Stmt::Assign(Some(op), place, Expr::Int(self.rng.between(1, 2) as i64))
            }
            _ if self.rng.chance(0.5) => Stmt::Assign(Some(Op::Add), place, Expr::Int(1)),
            _ => {
                let next = binary(Op::Add, self.count(info.pure), Expr::Int(1));
                let wrap = Expr::Int(self.rng.between(2, 5) as i64);
                Stmt::Assign(None, place, binary(Op::Rem, next, wrap))
            }
        })
    }

    fn assign_bool(&mut self, place: Expr, pure: bool) -> Stmt {
        let (value, real) = self.condition(!pure);
        let value = if real && pure {
            Expr::Not(boxed(place.clone()))
        } else {
            value
        };
        Stmt::Assign(None, place, value)
    }

    /// Overwrites a whole array.
    pub(super) fn assign_whole(&mut self) -> Option<Stmt> {
        let info = self.choose(|v| v.mutable && matches!(v.ty, Ty::Array(_) | Ty::Vec(_)))?;
        let value = match info.ty {
            Ty::Array(n) => self.list(Store::Array, n, 2),
            ty => self.list(Store::Vec, length(ty).unwrap_or(1), 2),
        };
        Some(Stmt::Assign(None, var(&info.name), value))
    }
}
