//! Calls of annotated functions.
//!
//! In: a call. Out: the pullback that the forward sweep got from it, with the arguments that the callee took by reference, the
//! adjoint of its result, and for each argument a place to add to: the adjoint of the argument itself where no other argument
//! shares it, otherwise a variable that is collected after the call.
//!
//! ```text
//! let y = f(&a, b)      let mut arg_bar = -0.0; pullback(&a, (), y_bar, &mut a_bar, &mut arg_bar); b_bar += arg_bar;
//! ```

use proc_macro2::{Ident, Span};
use quote::quote;

use super::Reverse;
use crate::compiler::adjoint::{Rev, calls};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{Form, Ty};
use crate::compiler::primal::{self, place, ty_tokens};
use crate::compiler::real;
use crate::compiler::ssa::{Arg, Call, Op, Place, StmtKind, Tree, ValId};

impl<'a> Reverse<'a, '_> {
    pub(super) fn call(&mut self, call: &'a Call, span: Span, out: &mut Vec<Rev<'a>>) {
        if !self.cx.facts.active_call(call) {
            return;
        }
        let rt = self.rt();
        let kept = calls::kept(self.cx, call);
        let again = |(k, arg)| match kept.contains(&k) {
            // The sweep knows what of.
            true => Expr::Raw(quote!(#rt::taken_again)),
            false => self.again(arg, span),
        };
        let mut args: Vec<Expr> = call.args.iter().enumerate().map(again).collect();
        if let (Form::Method, Some(Arg::Val(v))) = (call.form, call.args.first())
            && let Some(receiver) = self.constant_receiver(*v)
        {
            // In a statement of its own rustc sees through references to references.
            let name = self.fresh.numbered("receiver", "_", 1, span);
            args[0] = Expr::Name(name.clone());
            out.push(Rev::Code(Stmt::Let {
                name,
                mutable: false,
                ty: None,
                init: Some(receiver),
            }));
        }
        args.push(match &call.result {
            Some(tree) => self.seed_of(tree),
            // What nobody uses has the adjoint zero, whatever it is.
            None => calls::unused(self.rt()),
        });
        let mut after = Vec::new();
        for arg in &call.args {
            let bar = self.arg_bar(call, arg, span, out, &mut after);
            args.push(bar);
        }
        out.push(Rev::Pullback { call, args });
        for (arg, name) in after {
            self.collect_bar(arg, name, out);
        }
    }

    /// Receivers are taken by reference, also where nobody wrote one.
    fn constant_receiver(&self, v: ValId) -> Option<Expr> {
        let receiver = match self.cx.layout.op(v)? {
            Op::Opaque(code) if code.pure => primal::user(code),
            Op::Opaque(_) | Op::Param(_) => Expr::Val(v),
            _ => return None,
        };
        let constant = !matches!(self.cx.func.val(v).ty, Ty::Real(_) | Ty::Int | Ty::Bool);
        constant.then(|| Expr::Ref(false, Box::new(receiver)))
    }

    /// The argument once more, for those that the callee takes by shared reference.
    fn again(&self, arg: &Arg, span: Span) -> Expr {
        match arg {
            // Whether the callee changes it, rustc knows.
            Arg::Ref(true, _) => {
                let rt = self.rt();
                let call = quote!(#rt::changed()).into_iter().map(|mut token| {
                    token.set_span(token.span().located_at(span));
                    token
                });
                Expr::Raw(call.collect())
            }
            Arg::Ref(false, _) | Arg::RefVal(_, None) => calls::argument(self.cx.func, arg),
            Arg::Val(v) => match self.cx.layout.op(*v) {
                // `&TABLE`, or a constant that may be a reference: rustc knows. It would ask for the type
                // of a `None`, which is none.
                Some(Op::Opaque(code)) if code.pure && code.tokens.to_string() != "None" => {
                    self.if_reference(primal::user(code))
                }
                Some(Op::Param(_)) if matches!(self.cx.func.val(*v).ty, Ty::Opaque) => {
                    self.if_reference(Expr::Val(*v))
                }
                _ => Expr::Raw(quote!(())),
            },
            _ => Expr::Raw(quote!(())),
        }
    }

    /// A reference once more, and `()` in the place of anything else.
    fn if_reference(&self, value: Expr) -> Expr {
        let rt = self.rt();
        let value = Expr::call(quote!(#rt::Again), vec![value]);
        Expr::method(value, "again", Vec::new())
    }

    fn seed_of(&mut self, tree: &Tree) -> Expr {
        match tree {
            Tree::Val(v) if self.declared.contains(v) => Expr::Bar(*v),
            Tree::Val(v) if self.cx.func.is_real(*v) => real::zero(&self.cx.func.val(*v).ty),
            Tree::Val(v) => calls::without_numbers(&self.cx.func.val(*v).ty, self.rt()),
            Tree::Mem(m) => self.mem_bar(*m),
            Tree::Tuple(parts) if parts.is_empty() => calls::unused(self.rt()),
            Tree::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| self.seed_of(p)).collect()),
        }
    }

    /// Where the pullback adds the adjoint of an argument. Scalars, and memory that occurs twice,
    /// get a variable of their own, which is collected after the call.
    pub(super) fn arg_bar(
        &mut self,
        call: &'a Call,
        arg: &'a Arg,
        span: Span,
        out: &mut Vec<Rev<'a>>,
        after: &mut Vec<(&'a Arg, Ident)>,
    ) -> Expr {
        let rt = self.rt();
        if !calls::is_varied(self.cx, arg) {
            return Expr::Raw(quote!(&mut #rt::discard()));
        }
        match arg {
            Arg::Ref(_, at) | Arg::Own(at)
                if calls::has_own_bar(self.cx, call, at, matches!(arg, Arg::Ref(true, _))) =>
            {
                let of = calls::bar_of(self.cx, call, at);
                let bar = Expr::borrow(true, self.bar_place(of));
                match arg {
                    Arg::Ref(false, _) | Arg::Own(_) if calls::is_lent(self.cx, call, of) => {
                        Expr::call(quote!(#rt::lend), vec![bar])
                    }
                    _ => bar,
                }
            }
            _ => {
                let name = self.fresh.numbered("arg_bar", "_", 1, span);
                let init = match arg {
                    Arg::Ref(true, at) if self.cx.facts.active_place(at) => self.taken_bar(at),
                    arg => self.arg_zero(arg),
                };
                out.push(Rev::Code(Stmt::Let {
                    name: name.clone(),
                    mutable: true,
                    ty: None,
                    init: Some(init),
                }));
                after.push((arg, name.clone()));
                match arg {
                    Arg::Ref(_, at) if calls::is_unsized(self.cx, at) => {
                        Expr::Raw(quote!(&mut #name[..]))
                    }
                    _ => Expr::Raw(quote!(&mut #name)),
                }
            }
        }
    }

    /// What the callee changes: the adjoint of its final value goes in, and zeros stay until the
    /// adjoint of the initial one is added.
    fn taken_bar(&mut self, at: &Place) -> Expr {
        let rt = self.rt();
        let bar = self.bar_place(at);
        Expr::call(quote!(#rt::taken), vec![Expr::borrow(true, bar)])
    }

    fn arg_zero(&mut self, arg: &Arg) -> Expr {
        let rt = self.rt();
        match arg {
            Arg::RefVal(_, Some(after)) if self.declared.contains(after) => Expr::Bar(*after),
            Arg::Val(v) | Arg::RefVal(v, _) => {
                let ty = ty_tokens(&self.cx.func.val(*v).ty);
                Expr::Cast(Box::new(Expr::Raw(quote!(-0.0))), ty)
            }
            // The element may not be there any more, but its adjoint is.
            Arg::Ref(_, at) | Arg::Own(at)
                if self.cx.facts.active_place(at) && self.changes_length(at) =>
            {
                let bar = self.bar_place(at);
                Expr::call(quote!(#rt::cleared), vec![Expr::borrow(false, bar)])
            }
            Arg::Ref(..) | Arg::Own(_) => Expr::neutral_like(self.place_of(arg)),
            Arg::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| self.arg_zero(p)).collect()),
        }
    }

    /// True for an element of a list that another one may replace.
    fn changes_length(&self, at: &Place) -> bool {
        let mut replaced = false;
        self.cx.func.body.walk(&mut |s| {
            if let StmtKind::Copy {
                dst, before, shape, ..
            } = &s.kind
            {
                replaced |= dst.mem == at.mem && (before.is_some() || shape.is_some());
            }
        });
        replaced && !at.path.is_empty()
    }

    fn place_of(&self, arg: &Arg) -> Expr {
        match arg {
            Arg::Ref(_, at) | Arg::Own(at) if calls::is_reference(self.cx.func, at) => {
                Expr::Deref(Box::new(Expr::Mem(at.mem)))
            }
            Arg::Ref(_, at) | Arg::Own(at) => place(at, Expr::Mem(at.mem)),
            arg => calls::argument(self.cx.func, arg),
        }
    }

    /// Adds what a pullback left in a variable of its own to the adjoint of the argument.
    pub(super) fn collect_bar(&mut self, arg: &Arg, name: Ident, out: &mut Vec<Rev<'a>>) {
        self.collect(arg, Expr::Name(name), out);
    }

    fn collect(&mut self, arg: &Arg, bar: Expr, out: &mut Vec<Rev<'a>>) {
        let rt = self.rt();
        match arg {
            Arg::Val(v) | Arg::RefVal(v, _) => self.contribute(*v, bar, out),
            Arg::Ref(_, at) | Arg::Own(at) if self.cx.facts.active_place(at) => {
                let to = self.bar_place(at);
                let add = Expr::call(
                    quote!(#rt::add),
                    vec![Expr::borrow(true, to), Expr::Ref(false, Box::new(bar))],
                );
                out.push(Rev::Code(Stmt::Expr(add)));
            }
            Arg::Ref(..) | Arg::Own(_) => {}
            Arg::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    self.collect(part, Expr::part(bar.clone(), k), out);
                }
            }
        }
    }
}
