//! The variables that hold adjoints: when each comes into being, with what, and how it is added to.
//!
//! In: contributions. Out: `let mut x_bar = e;` for the first one in the block of `x`, `x_bar += e;` for the others, and
//! declarations with 0 in front of inner blocks that add to the adjoints of outer values. For memory, the place to add to.

use quote::quote;

use super::Reverse;
use crate::compiler::adjoint::Rev;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::primal::{self, place, ty_tokens, zeros};
use crate::compiler::real;
use crate::compiler::ssa::{Init, MemId, Origin, Place, StmtKind, ValId};

impl<'a> Reverse<'a, '_> {
    /// Adds `e` to the adjoint of `v`.
    pub(super) fn contribute(&mut self, v: ValId, e: Expr, out: &mut Vec<Rev<'a>>) {
        if !self.cx.facts.active(v) || self.suppressed.contains(&v) || is_zero(&e) {
            return;
        }
        if self.declared.contains(&v) || self.touched.contains(&v) {
            out.push(Rev::Code(add_to(Expr::Bar(v), e)));
        } else if self.cx.layout.def_block(v) == self.current {
            self.declared.insert(v);
            out.push(Rev::Code(self.declare(v, e)));
        } else {
            self.touched.insert(v);
            out.push(Rev::Code(add_to(Expr::Bar(v), e)));
        }
    }

    /// Declares the adjoint of a value of this block if it does not exist yet.
    pub(super) fn ensure(&mut self, v: ValId, out: &mut Vec<Rev<'a>>) {
        if self.declared.insert(v) {
            out.push(Rev::Code(self.declare(v, self.zero(v))));
        }
    }

    /// Declares, before the code from `from` on, what that code touched in this block.
    pub(super) fn declare_touched(&mut self, out: &mut Vec<Rev<'a>>, from: usize) {
        for decl in self.take_touched() {
            out.insert(from, Rev::Code(decl));
        }
    }

    pub(super) fn take_touched(&mut self) -> Vec<Stmt> {
        let layout = self.cx.layout;
        let here = self.current;
        let vals: Vec<ValId> = self
            .touched
            .iter()
            .copied()
            .filter(|v| layout.def_block(*v) == here)
            .collect();
        let mems: Vec<MemId> = self
            .touched_mems
            .iter()
            .copied()
            .filter(|m| layout.mem_block(*m) == here)
            .collect();
        let mut decls = Vec::new();
        for v in vals {
            self.touched.remove(&v);
            self.declared.insert(v);
            decls.push(self.declare(v, self.zero(v)));
        }
        for m in mems {
            self.touched_mems.remove(&m);
            self.declared_mems.insert(m);
            decls.push(self.declare_mem(m));
        }
        decls
    }

    fn declare(&self, v: ValId, init: Expr) -> Stmt {
        let ty = Some(ty_tokens(&self.cx.func.val(v).ty));
        Stmt::Let {
            name: self.cx.names.bar(v),
            mutable: true,
            ty,
            init: Some(init),
        }
    }

    pub(super) fn zero(&self, v: ValId) -> Expr {
        real::zero(&self.cx.func.val(v).ty)
    }

    /// `let mut a_bar = ` zeros of the shape of `a`.
    fn declare_mem(&self, m: MemId) -> Stmt {
        let mem = self.cx.func.mem(m);
        let init = self
            .zero_lanes(m)
            .or_else(|| neutral(&mem.ty).or_else(|| zeros(&mem.ty)))
            .or_else(|| self.zeros_by_init(m))
            .unwrap_or_else(|| Expr::neutral_like(Expr::Mem(m)));
        Stmt::Let {
            name: self.cx.names.mem_bar(m),
            mutable: true,
            ty: None,
            init: Some(init),
        }
    }

    /// Zeros for iterations that run side by side.
    fn zero_lanes(&self, m: MemId) -> Option<Expr> {
        let mut made = None;
        self.cx.func.body.walk(&mut |s| {
            if let StmtKind::Alloc(a, init) = &s.kind
                && *a == m
            {
                made = Some(init);
            }
        });
        let Some(Init::Repeat(first, _)) = made else {
            return None;
        };
        let Init::Val(first) = **first else {
            return None;
        };
        let zero = |v: ValId| match v == first {
            true => self.zero(v),
            false => Expr::Val(v),
        };
        primal::of_lanes(self.cx.func, self.rt(), m, made?, &zero)
    }

    /// `vec![0.0; n]` for a vector that begins as `vec![x; n]` and is never replaced.
    fn zeros_by_init(&self, m: MemId) -> Option<Expr> {
        let mut init = None;
        let mut replaced = false;
        self.cx.func.body.walk(&mut |s| match &s.kind {
            StmtKind::Alloc(a, i) if *a == m => init = Some(i),
            StmtKind::Copy { dst, .. } if dst.mem == m && dst.path.is_empty() => replaced = true,
            StmtKind::Push { place, .. } if place.mem == m => replaced = true,
            _ => {}
        });
        match (&self.cx.func.mem(m).ty, init) {
            (Ty::Vec(inner), Some(Init::Repeat(_, len))) if !replaced => Some(Expr::Repeat(
                true,
                Box::new(zeros(inner)?),
                Box::new(Expr::Val(*len)),
            )),
            _ => None,
        }
    }

    /// The adjoint of a memory variable; it exists from here on.
    pub(super) fn mem_bar(&mut self, m: MemId) -> Expr {
        let m = self.cx.func.fixed.get(&m).copied().unwrap_or(m);
        let local = matches!(self.cx.func.mem(m).origin, Origin::Local);
        if local && !self.declared_mems.contains(&m) {
            self.touched_mems.insert(m);
        }
        Expr::MemBar(m)
    }

    /// The whole adjoint of a memory variable as a place.
    pub(super) fn whole_bar(&self, m: MemId, bar: Expr) -> Expr {
        let m = self.cx.func.fixed.get(&m).copied().unwrap_or(m);
        match self.cx.func.mem(m).origin {
            Origin::Local => bar,
            _ => Expr::Deref(Box::new(bar)),
        }
    }

    pub(super) fn bar_place(&mut self, at: &Place) -> Expr {
        let bar = self.mem_bar(at.mem);
        match at.path.is_empty() {
            true => self.whole_bar(at.mem, bar),
            false => place(at, bar),
        }
    }
}

/// Zeros for the adjoint of a short array: the first addition to `-0.0` is none, since `-0.0 + x` is `x` for all `x`.
fn neutral(ty: &Ty) -> Option<Expr> {
    fn length(ty: &Ty) -> Option<usize> {
        match ty {
            Ty::Real(_) => Some(1),
            Ty::Array(inner, _) => ty.known_length()?.checked_mul(length(inner)?),
            _ => None,
        }
    }
    fn list(ty: &Ty) -> Option<Expr> {
        match ty {
            Ty::Array(inner, len) => Some(Expr::Repeat(
                false,
                Box::new(list(inner)?),
                Box::new(Expr::Raw(len.clone())),
            )),
            ty => Some(real::number(ty, quote!(-0.0))),
        }
    }
    let short = matches!(ty, Ty::Array(..))
        && length(ty).is_some_and(|n| n <= autodiff_runtime::differentiable::SHORT);
    short.then(|| list(ty)).flatten()
}

pub(super) fn add_to(place: Expr, e: Expr) -> Stmt {
    match e {
        Expr::Neg(e) => Stmt::Assign {
            place,
            op: "-=",
            value: *e,
        },
        value => Stmt::Assign {
            place,
            op: "+=",
            value,
        },
    }
}

fn is_zero(e: &Expr) -> bool {
    real::is_literal(e, "0.0")
}
