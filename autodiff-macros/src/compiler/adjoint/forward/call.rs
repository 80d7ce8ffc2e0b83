//! Calls in the forward sweep.
//!
//! In: a call. Out: the callee itself where no argument varies, its `__forward` where one does, with the pullback kept for the reverse
//! sweep, or the function itself as `__fused` where the adjoint of its result is known.
//!
//! ```text
//! let y = f(&a, b)      let (y, pullback): (f64, _) = f::__forward(sel, …, &a, b);
//! ```

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Forward, kept_name};
use crate::compiler::adjoint::{Item, Seeded, calls, fields};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::primal::let_val;
use crate::compiler::ssa::{Arg, Call, Place, Tree};

impl Forward<'_> {
    pub(super) fn call(&self, call: &Call, out: &mut Vec<Stmt>) {
        for arg in &call.args {
            if let Arg::RefVal(v, Some(after)) = arg {
                match self.plan.hoisted.contains(&Item::Val(*after)) {
                    true => out.push(Stmt::Assign {
                        place: Expr::Val(*after),
                        op: "=",
                        value: Expr::Val(*v),
                    }),
                    false => out.push(let_val(self.cx.func, *after, true, Some(Expr::Val(*v)))),
                }
            }
        }
        let args = call.args.iter();
        let args = args.map(|a| calls::argument(self.cx.func, &self.original(a)));
        let mut args: Vec<Expr> = args.collect();
        fields::borrow_apart(&mut args, out);
        if let Some(seeded) = self.reversed.calls.get(&call.residual.to_string()) {
            self.seeded_call(call, seeded, args, out);
            return self.assign_hoisted_results(call, out);
        }
        match self.cx.facts.varied_call(call) {
            false => self.constant_call(call, args, out),
            true => self.varied_call(call, args, out),
        }
        self.assign_hoisted_results(call, out);
    }

    /// What a copy was made of that is a row of a list, or the receiver of methods which may not ask for it.
    fn original(&self, arg: &Arg) -> Arg {
        match arg {
            Arg::Ref(false, at) => {
                let row = self.plan.flat.get(&at.mem);
                let kept = self.plan.receivers.contains_key(&at.mem);
                let original = self.cx.func.snapshots.get(&at.mem).filter(|_| kept);
                let of = row.map(|row| Place::whole(row.of)).or(original.cloned());
                of.map_or_else(|| arg.clone(), |of| Arg::Ref(false, of))
            }
            arg => arg.clone(),
        }
    }

    /// No argument depends on a differentiated parameter: the function itself is called.
    fn constant_call(&self, call: &Call, args: Vec<Expr>, out: &mut Vec<Stmt>) {
        let value = calls::primal(call, args);
        let value = calls::parted(self.cx, call, value);
        match &call.result {
            None => out.push(calls::dropped(value)),
            Some(tree) => self.bind(tree, value, out),
        }
    }

    fn varied_call(&self, call: &Call, args: Vec<Expr>, out: &mut Vec<Stmt>) {
        let sel = &self.cx.names.sel;
        let leading = vec![Expr::Raw(quote!(#sel)), calls::kinds(self.cx, call)];
        let residual = &call.residual;
        let kept = self.cx.facts.active_call(call);
        let read = match kept && self.is_reversed(call) {
            true => self.keep_what_is_read(call, out),
            false => Vec::new(),
        };
        let value = calls::invoke(self.cx, call, calls::Entry::Forward, leading, args);
        let hoisted = self
            .cx
            .residual(call)
            .is_some_and(|(name, _)| self.plan.hoisted.contains(&Item::Residual(name)));
        let made = kept_name(residual);
        let bound = match (kept, hoisted) {
            (false, _) => quote!(_),
            (true, false) => quote!(#residual),
            (true, true) => quote!(#made),
        };
        let result = call.result.as_ref();
        let names = result.map_or(quote!(_), |tree| self.result_pattern(tree));
        let ty = result.map_or(quote!(_), |tree| calls::type_of(self.cx.func, tree));
        out.push(Stmt::Bind {
            pattern: quote!((#names, #bound): (#ty, _)),
            init: value,
        });
        if !read.is_empty() {
            let parts = std::iter::once(Expr::Raw(bound.clone())).chain(read);
            out.push(Stmt::Bind {
                pattern: bound.clone(),
                init: Expr::Tuple(parts.collect()),
            });
        }
        if kept && hoisted {
            let value = Expr::call(quote!(::core::option::Option::Some), vec![Expr::Name(made)]);
            out.push(Stmt::Assign {
                place: Expr::Name(residual.clone()),
                op: "=",
                value,
            });
        }
    }

    /// False on the way to the iteration of a loop under `#[checkpoint]` that is reversed: nobody takes the pullbacks there.
    fn is_reversed(&self, call: &Call) -> bool {
        let mut at = self.cx.residual(call).map(|(_, block)| block);
        while let Some(id) = at.filter(|id| self.within != Some(*id)) {
            let block = &self.cx.layout.blocks[id];
            if matches!(block.role, Role::Body(l) if matches!(self.cx.mode(l), Mode::Checkpointed))
            {
                return false;
            }
            at = block.parent;
        }
        true
    }

    /// `let pullback__1 = then(&*u);`: a copy of `u`, if the callee only reads it. It goes with the pullback.
    fn keep_what_is_read(&self, call: &Call, out: &mut Vec<Stmt>) -> Vec<Expr> {
        let rt = &self.cx.names.rt;
        let keep = |k: usize| {
            let name = format_ident!("{}__{k}", call.residual);
            let of = match calls::argument(self.cx.func, &call.args[k]) {
                Expr::Ref(true, of) => *of,
                Expr::Val(v) => {
                    let of = Expr::Ref(false, Box::new(Expr::Val(v)));
                    Expr::call(quote!(#rt::Given), vec![of])
                }
                reference => Expr::Deref(Box::new(reference)),
            };
            let of = vec![Expr::Ref(false, Box::new(of))];
            out.push(Stmt::Let {
                name: name.clone(),
                mutable: false,
                ty: None,
                init: Some(Expr::call(quote!(#rt::then), of)),
            });
            Expr::Name(name)
        };
        calls::kept(self.cx, call).into_iter().map(keep).collect()
    }

    /// Value and gradient at once: the adjoint of the result is known.
    fn seeded_call(&self, call: &Call, seeded: &Seeded, mut args: Vec<Expr>, out: &mut Vec<Stmt>) {
        let sel = &self.cx.names.sel;
        args.insert(0, Expr::Raw(quote!(#sel)));
        args.push(seeded.seed.clone());
        args.extend(seeded.bars.iter().cloned());
        out.extend(seeded.before.iter().cloned());
        let value = Expr::call(self.cx.names.naming.path("__fused"), args);
        if let Some(tree) = &call.result {
            self.bind(tree, value, out);
        }
        out.extend(seeded.after.iter().cloned());
    }

    fn bind(&self, tree: &Tree, value: Expr, out: &mut Vec<Stmt>) {
        let names = self.result_pattern(tree);
        let ty = calls::type_of(self.cx.func, tree);
        out.push(Stmt::Bind {
            pattern: quote!(#names: #ty),
            init: value,
        });
    }

    fn result_pattern(&self, tree: &Tree) -> TokenStream {
        match tree {
            Tree::Val(v) if self.plan.hoisted.contains(&Item::Val(*v)) => {
                let name = kept_name(&self.cx.func.val(*v).name);
                quote!(#name)
            }
            Tree::Tuple(parts) if !parts.is_empty() => {
                let parts = parts.iter().map(|p| self.result_pattern(p));
                quote!((#(#parts,)*))
            }
            tree => calls::pattern(self.cx.func, tree),
        }
    }

    fn assign_hoisted_results(&self, call: &Call, out: &mut Vec<Stmt>) {
        if let Some(tree) = &call.result {
            tree.for_each_val(&mut |v| {
                if self.plan.hoisted.contains(&Item::Val(v)) {
                    let value = Expr::Name(kept_name(&self.cx.func.val(v).name));
                    out.push(Stmt::Assign {
                        place: Expr::Val(v),
                        op: "=",
                        value,
                    });
                }
            });
        }
    }
}
