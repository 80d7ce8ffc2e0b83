//! What makes and changes arrays.
//!
//! In: an array that is made, or a store, a push, a copy. Out: the contributions of its adjoint to those of what went in,
//! and what is left of it then: zeros where everything was overwritten.
//!
//! ```text
//! a[i] = v      v_bar += a_bar[i]; a_bar[i] = 0.0;
//! ```

use proc_macro2::Ident;
use quote::quote;

use super::Reverse;
use crate::compiler::adjoint::Rev;
use crate::compiler::adjoint::calls;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{Member, Ty};
use crate::compiler::primal::{self, place, zeros};
use crate::compiler::real;
use crate::compiler::ssa::swap::Swap;
use crate::compiler::ssa::{Init, MemId, Origin, Place, StoreOp, ValId};

impl<'a> Reverse<'a, '_> {
    pub(super) fn init(&mut self, bar: Expr, init: &Init, out: &mut Vec<Rev<'a>>) {
        let rt = self.rt();
        match init {
            Init::Val(v) => self.contribute(*v, bar, out),
            Init::Repeat(inner, _) => {
                let mut active = false;
                inner.for_each_use(&mut |v| active |= self.cx.facts.active(v));
                inner.for_each_mem(&mut |m| active |= self.cx.facts.active_mem(m));
                if active {
                    let name = self.fresh.numbered("sum", "_", 1, self.cx.func.name.span());
                    let sum = Expr::call(quote!(#rt::sum), vec![Expr::Ref(false, Box::new(bar))]);
                    out.push(Rev::Code(Stmt::Let {
                        name: name.clone(),
                        mutable: false,
                        ty: None,
                        init: Some(sum),
                    }));
                    self.init(Expr::Name(name), inner, out);
                }
            }
            Init::List(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let k = proc_macro2::Literal::usize_unsuffixed(k);
                    self.init(Expr::index(bar.clone(), Expr::Raw(quote!(#k))), part, out);
                }
            }
            Init::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    self.init(Expr::part(bar.clone(), k), part, out);
                }
            }
            Init::Struct { fields, base, .. } => {
                if let Some(base) = base.as_ref().filter(|at| self.cx.facts.active_mem(at.mem)) {
                    self.rest_of_struct(base, fields, bar.clone(), out);
                }
                for (name, part) in fields {
                    let field = Expr::Field(Box::new(bar.clone()), name.clone());
                    self.init(field, part, out);
                }
            }
            Init::Clone(src) if self.cx.facts.active_place(src) => {
                let dst = self.bar_place(src);
                let add = Expr::call(
                    quote!(#rt::add),
                    vec![Expr::borrow(true, dst), Expr::Ref(false, Box::new(bar))],
                );
                out.push(Rev::Code(Stmt::Expr(add)));
            }
            Init::Clone(_) | Init::Lengths(_) | Init::Blank | Init::Unset => {}
        }
    }

    /// `P { x: a, ..base }`: all but the named fields of the adjoint goes to the base. A list that is given may be of another length
    /// than that of the base, which gets one of its own length to be added, or lends its place.
    fn rest_of_struct(
        &mut self,
        base: &Place,
        given: &[(Member, Init)],
        bar: Expr,
        out: &mut Vec<Rev<'a>>,
    ) {
        let rt = self.rt();
        let span = self.cx.func.name.span();
        let rest = self.fresh.numbered("rest", "_", 1, span);
        out.push(let_new(&rest, true, Expr::method(bar, "clone", Vec::new())));
        let rest = Expr::Name(rest);
        let to = self.bar_place(base);
        let field = |of: &Expr, name: &Member| Expr::Field(Box::new(of.clone()), name.clone());
        // The bar of a parameter is of a kind that only the caller knows, so that nothing else is put in its place.
        let lent = match self.cx.func.mem(base.mem).origin {
            Origin::Shared(_) => true,
            Origin::Owned(_) => self.cx.layout.stores(base.mem).is_empty(),
            Origin::Exclusive(_) | Origin::Local => false,
        };
        let mut after = Vec::new();
        for (name, part) in given {
            let cleared = field(&rest, name);
            if lent && !self.is_number(part) {
                let like = field(&place(base, Expr::Mem(base.mem)), name);
                let like = vec![Expr::Ref(false, Box::new(like))];
                out.push(assigned(cleared, Expr::call(quote!(#rt::zero_like), like)));
                continue;
            }
            let clear = vec![Expr::Ref(true, Box::new(cleared.clone()))];
            out.push(Rev::Code(Stmt::Expr(Expr::call(quote!(#rt::clear), clear))));
            if !self.is_number(part) {
                let kept = self.fresh.numbered("kept", "_", 1, span);
                let place = field(&to, name);
                let replaced = vec![
                    Expr::Ref(true, Box::new(place.clone())),
                    Expr::method(cleared, "clone", Vec::new()),
                ];
                let replaced = Expr::call(quote!(#rt::core::mem::replace), replaced);
                out.push(let_new(&kept, false, replaced));
                after.push(assigned(place, Expr::Name(kept)));
            }
        }
        let add = vec![Expr::borrow(true, to), Expr::Ref(false, Box::new(rest))];
        out.push(Rev::Code(Stmt::Expr(Expr::call(quote!(#rt::add), add))));
        out.append(&mut after);
    }

    fn is_number(&self, part: &Init) -> bool {
        matches!(part, Init::Val(v) if matches!(self.cx.func.val(*v).ty, Ty::Real(_) | Ty::Int | Ty::Bool))
    }

    pub(super) fn store(&mut self, at: &Place, op: StoreOp, value: ValId, out: &mut Vec<Rev<'a>>) {
        if self.cx.func.strips.terms.contains(&at.mem) {
            return;
        }
        if !self.cx.facts.active_place(at) {
            return;
        }
        // An integer beside numbers has no adjoint.
        if matches!(self.cx.func.val(value).ty, Ty::Int | Ty::Bool) {
            return;
        }
        let bar = self.bar_place(at);
        match op {
            StoreOp::Add => self.contribute(value, bar, out),
            StoreOp::Sub => self.contribute(value, Expr::neg(bar), out),
            StoreOp::Set => {
                let zero = match self.cx.func.place_ty(at) {
                    // Only rustc knows whether there is an adjoint.
                    Some(Ty::Opaque) if matches!(self.cx.func.val(value).ty, Ty::Opaque) => {
                        let (rt, bar) = (self.rt(), vec![Expr::borrow(true, bar)]);
                        let clear = Expr::call(quote!(#rt::clear), bar);
                        return out.push(Rev::Code(Stmt::Expr(clear)));
                    }
                    Some(ty @ Ty::Real(_)) => real::zero(&ty),
                    _ => self.zero(value),
                };
                self.contribute(value, bar.clone(), out);
                out.push(Rev::Code(Stmt::Assign {
                    place: bar,
                    op: "=",
                    value: zero,
                }));
            }
        }
    }

    /// Arrays that change places: so do their adjoints.
    pub(super) fn swap(&mut self, swap: &Swap, out: &mut Vec<Rev<'a>>) {
        if self.cx.facts.active_place(&swap.places[0]) {
            let [a, b] = &swap.places;
            let bars = [a, b].map(|at| {
                let bar = self.mem_bar(at.mem);
                place(at, bar)
            });
            out.push(Rev::Code(primal::swap(bars)));
        }
    }

    /// The adjoint of what was pushed is the last element of the adjoint, and goes.
    pub(super) fn unpush(&mut self, at: &Place, init: &Init, out: &mut Vec<Rev<'a>>) {
        if !self.cx.facts.active_place(at) || calls::is_integer(self.cx.func, init) {
            return;
        }
        let bar = self.bar_place(at);
        let name = self
            .fresh
            .numbered("pushed_bar", "_", 1, self.cx.func.name.span());
        let pattern = quote!(::core::option::Option::Some(#name));
        out.push(Rev::Code(Stmt::Expect {
            pattern,
            init: Expr::method(bar, "pop", Vec::new()),
        }));
        self.init(Expr::Name(name), init, out);
    }

    pub(super) fn copy(
        &mut self,
        dst: &Place,
        src: &Place,
        (before, shape): (Option<ValId>, Option<MemId>),
        out: &mut Vec<Rev<'a>>,
    ) {
        if !self.cx.facts.active_place(dst) {
            return;
        }
        let rt = self.rt();
        let from = self.bar_place(dst);
        // Nobody reads what goes, and what stays is what it was.
        if src.is_start_of(dst)
            && let (Some(before), Some(Ty::Vec(inner))) = (before, self.cx.func.place_ty(dst))
            && let Some(zero) = zeros(&inner)
        {
            let bar = match from {
                Expr::Deref(bar) => *bar,
                bar => bar,
            };
            let grown = Expr::method(bar, "resize", vec![Expr::Val(before), zero]);
            return out.push(Rev::Code(Stmt::Expr(grown)));
        }
        let zeros = before
            .filter(|_| shape.is_none())
            .zip(self.zero_element(dst));
        if self.takes_over(dst, src) {
            self.declared_mems.insert(src.mem);
            let name = self.cx.names.mem_bar(src.mem);
            if let Some((before, zero)) = zeros {
                let zeros = Expr::Repeat(true, Box::new(zero), Box::new(Expr::Val(before)));
                let args = vec![Expr::borrow(true, from), zeros];
                let bar = Expr::call(quote!(#rt::core::mem::replace), args);
                return out.push(let_new(&name, true, bar));
            }
            let bar = Expr::method(from.clone(), "clone", Vec::new());
            out.push(let_new(&name, true, bar));
        } else if self.cx.facts.active_place(src) {
            let to = self.bar_place(src);
            let add = Expr::call(
                quote!(#rt::add),
                vec![Expr::borrow(true, to), Expr::borrow(false, from.clone())],
            );
            out.push(Rev::Code(Stmt::Expr(add)));
        }
        if let Some(shape) = shape {
            let shape = Expr::Ref(false, Box::new(Expr::Mem(shape)));
            let args = vec![Expr::borrow(true, from), shape];
            let clear = Expr::call(quote!(#rt::clear_as), args);
            return out.push(Rev::Code(Stmt::Expr(clear)));
        }
        let ty = self.cx.func.place_ty(dst);
        if let (Some(Ty::Seq(_)), Some(before)) = (&ty, before) {
            let args = vec![Expr::borrow(true, from), Expr::Val(before)];
            let clear = Expr::call(quote!(#rt::clear_to), args);
            return out.push(Rev::Code(Stmt::Expr(clear)));
        }
        out.push(Rev::Code(match before.zip(self.zero_element(dst)) {
            Some((before, zero)) => Stmt::Assign {
                place: from,
                op: "=",
                value: Expr::Repeat(true, Box::new(zero), Box::new(Expr::Val(before))),
            },
            None => {
                let clear = vec![Expr::borrow(true, from)];
                Stmt::Expr(Expr::call(quote!(#rt::clear), clear))
            }
        }));
    }

    /// True if the adjoint of the vector that is copied begins as that of the other one, whose place it takes: nobody reads the vector
    /// later, so that it has no adjoint yet. (A name that is assigned anew after its vector was given away has one, of zeros: taking over
    /// would be right there, too, but only because of what is emitted for that assignment.)
    fn takes_over(&self, dst: &Place, src: &Place) -> bool {
        let is_local = |m: MemId| {
            let fixed = self.cx.func.fixed.contains_key(&m);
            matches!(self.cx.func.mem(m).origin, Origin::Local) && !fixed
        };
        let new = !self.declared_mems.contains(&src.mem) && !self.touched_mems.contains(&src.mem);
        dst.path.is_empty()
            && src.path.is_empty()
            && dst.mem != src.mem
            && is_local(dst.mem)
            && is_local(src.mem)
            && self.cx.facts.active_mem(src.mem)
            && matches!(self.cx.func.mem(src.mem).ty, Ty::Vec(_))
            && self.cx.layout.mem_block(src.mem) == self.current
            && new
    }

    /// Zero, for an element of the adjoint of a vector.
    fn zero_element(&self, at: &Place) -> Option<Expr> {
        match self.cx.func.place_ty(at) {
            Some(Ty::Vec(inner)) => zeros(&inner),
            _ => None,
        }
    }
}

fn let_new<'a>(name: &Ident, mutable: bool, init: Expr) -> Rev<'a> {
    Rev::Code(Stmt::Let {
        name: name.clone(),
        mutable,
        ty: None,
        init: Some(init),
    })
}

fn assigned<'a>(place: Expr, value: Expr) -> Rev<'a> {
    Rev::Code(Stmt::Assign {
        place,
        op: "=",
        value,
    })
}
