//! Calls of the program's own functions, and what is passed to them.

use super::Gen;
use super::scope::{Info, length};
use crate::ast::{Expr, Func, Op, Span, Stmt, Store, Ty, binary, boxed, index, var};
use crate::dialect::in_expr;

impl Gen {
    /// A call that gives `result`, of a function without `&mut` parameters.
    pub(super) fn call(&mut self, depth: usize, result: Ty) -> Option<Expr> {
        let fits = |f: &&Func| f.result == result && !in_place(f);
        let candidates: Vec<Func> = self.funcs.iter().filter(fits).cloned().collect();
        if candidates.is_empty() {
            return None;
        }
        let func = self.rng.pick(&candidates).clone();
        self.call_of(&func, depth.min(1))
    }

    fn call_of(&mut self, func: &Func, depth: usize) -> Option<Expr> {
        let mark = self.hidden.len();
        let args: Option<Vec<Expr>> = self.arguments(func, depth);
        self.hidden.truncate(mark);
        Some(Expr::Call(func.name.clone(), args?))
    }

    /// What is borrowed mutably is chosen first, so that nothing else reads it.
    fn arguments(&mut self, func: &Func, depth: usize) -> Option<Vec<Expr>> {
        let mut args: Vec<Option<Expr>> = vec![None; func.params.len()];
        for (slot, p) in args.iter_mut().zip(&func.params) {
            match p.ty {
                Ty::SliceMut(n) => *slot = Some(self.borrow_mut(n)?),
                Ty::RealMut | Ty::PairMut => *slot = Some(self.borrow_place(p.ty)?),
                _ => {}
            }
        }
        for (slot, p) in args.iter_mut().zip(&func.params) {
            if slot.is_none() {
                *slot = Some(self.argument(&p.name, p.ty, depth)?);
            }
        }
        args.into_iter().collect()
    }

    fn argument(&mut self, name: &str, ty: Ty, depth: usize) -> Option<Expr> {
        Some(match ty {
            Ty::Usize if name == "depth" => Expr::Int(self.rng.between(0, 3) as i64),
            Ty::Usize => {
                let count = self.count(true);
                match count {
                    Expr::Int(_) => count,
                    _ => binary(Op::Rem, count, Expr::Int(4)),
                }
            }
            Ty::I32 => Expr::Int(self.rng.below(3) as i64),
            Ty::Bool => self.pure_flag(),
            Ty::Slice(n) => self.borrow(n)?,
            Ty::ArrayRef(n) => self.borrow_array(n)?,
            ty => self.value_of(ty, depth),
        })
    }

    fn pure_flag(&mut self) -> Expr {
        match self.condition(false) {
            (cond, false) => cond,
            _ => Expr::Bool(self.rng.chance(0.5)),
        }
    }

    /// A value of a type that owns what it holds.
    pub(super) fn value_of(&mut self, ty: Ty, depth: usize) -> Expr {
        match ty {
            Ty::Pair => match self.choose(|v| v.ty == Ty::Pair) {
                Some(info) if self.rng.chance(0.4) => var(&info.name),
                _ => self.pair(depth),
            },
            Ty::Array(n) => match self.choose(|v| v.ty == Ty::Array(n)) {
                Some(info) if self.rng.chance(0.6) => var(&info.name),
                _ => self.list(Store::Array, n, depth),
            },
            Ty::Vec(n) => self.list(Store::Vec, n, depth),
            _ => self.real(depth),
        }
    }

    /// `&a`, `&a[1..]`, `&grid[i]`, or a slice as it is.
    pub(super) fn borrow(&mut self, least: usize) -> Option<Expr> {
        let info = self.choose(|v| match v.ty {
            Ty::Matrix(_, n) => n >= least,
            ty => length(ty).is_some_and(|n| n >= least),
        })?;
        if let Ty::Matrix(m, _) = info.ty {
            let row = index(var(&info.name), self.position(m, None));
            return Some(Expr::Borrow(false, boxed(row), None));
        }
        let part = self.rng.chance(0.35);
        if matches!(info.ty, Ty::Slice(_) | Ty::ArrayRef(_)) && !part {
            return Some(var(&info.name));
        }
        // `&y` of a `y: &mut [f64]` is a `&&mut [f64]`, which coerces by a reborrow.
        let span = match info.ty {
            Ty::SliceMut(_) => Some(Span {
                from: None,
                to: None,
            }),
            _ => None,
        };
        let span = if part {
            Some(self.span(&info, least))
        } else {
            span
        };
        Some(Expr::Borrow(false, boxed(var(&info.name)), span))
    }

    fn borrow_array(&mut self, n: usize) -> Option<Expr> {
        let info = self.choose(|v| matches!(v.ty, Ty::Array(k) | Ty::ArrayRef(k) if k == n))?;
        Some(match info.ty {
            Ty::ArrayRef(_) => var(&info.name),
            _ => Expr::Borrow(false, boxed(var(&info.name)), None),
        })
    }

    pub(super) fn borrow_mut(&mut self, least: usize) -> Option<Expr> {
        let info = self.choose(|v| match v.ty {
            Ty::Matrix(_, n) => v.mutable && n >= least,
            Ty::ArrayRef(_) | Ty::Slice(_) => false,
            ty => v.mutable && length(ty).is_some_and(|n| n >= least),
        })?;
        self.hidden.push(info.name.clone());
        if let Ty::Matrix(m, _) = info.ty {
            let row = index(var(&info.name), self.position(m, None));
            return Some(Expr::Borrow(true, boxed(row), None));
        }
        let part = self.rng.chance(0.35);
        if matches!(info.ty, Ty::SliceMut(_)) && !part {
            return Some(var(&info.name));
        }
        let span = part.then(|| self.span(&info, least));
        Some(Expr::Borrow(true, boxed(var(&info.name)), span))
    }

    /// `&mut x`, `&mut a[i]`, `&mut pair.0`.
    fn borrow_place(&mut self, ty: Ty) -> Option<Expr> {
        let whole = ty == Ty::PairMut;
        let info = self.choose(|v| {
            let real = matches!(v.ty, Ty::Real | Ty::Matrix(..)) || length(v.ty).is_some();
            // rustc takes a number of unknown type for one of the wrong type.
            v.mutable && (v.ty == Ty::Pair || !whole && real)
        })?;
        let place = if whole {
            var(&info.name)
        } else {
            self.part(&info)
        };
        self.hidden.push(info.name);
        Some(Expr::Borrow(true, boxed(place), None))
    }

    /// Bounds that leave at least `least` elements.
    fn span(&mut self, info: &Info, least: usize) -> Span {
        let n = length(info.ty).unwrap_or(least);
        let from = self.rng.between(0, n - least);
        let bound = |k: usize| Some(boxed(Expr::Int(k as i64)));
        let to = self.rng.between(from + least, n);
        Span {
            from: if from == 0 && self.rng.chance(0.5) {
                None
            } else {
                bound(from)
            },
            to: if to == n && self.rng.chance(0.6) {
                None
            } else {
                bound(to)
            },
        }
    }

    /// A call of an in-place helper.
    pub(super) fn effect(&mut self) -> Option<Stmt> {
        let candidates: Vec<Func> = self.funcs.iter().filter(|f| in_place(f)).cloned().collect();
        if candidates.is_empty() {
            return self.assign_element();
        }
        let func = self.rng.pick(&candidates).clone();
        let call = self.call_of(&func, 1)?;
        if func.result == Ty::Unit {
            return Some(Stmt::Call(call));
        }
        let mentioned = |name: &str| in_expr(&call, &|e| matches!(e, Expr::Var(v) if v == name));
        let taken = self.choose(|v| v.mutable && v.ty == Ty::Real && !mentioned(&v.name));
        if let Some(info) = taken.filter(|_| self.rng.chance(0.4)) {
            return Some(Stmt::Assign(Some(Op::Add), var(&info.name), call));
        }
        let name = self.name(&["left", "norm", "res"], false);
        let mutable = self.rng.chance(0.3);
        let info = Info {
            mutable,
            ..Info::new(&name, Ty::Real)
        };
        let stmt = Stmt::Let(info.binding(), None, Some(call));
        self.declare(info);
        Some(stmt)
    }
}

pub(super) fn in_place(f: &Func) -> bool {
    f.params.iter().any(crate::ast::Param::in_place)
}
