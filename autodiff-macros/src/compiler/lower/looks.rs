//! What an expression is by its looks, before it is lowered.
//!
//! In: an argument of a method that numbers of several types have, such as `max`. Out: whether it is a
//! real number, or an integer, as far as its words and the variables in it tell.

use autodiff_runtime::rules;
use syn::Expr;
use syn::visit::{self, Visit};

use super::Lower;
use super::expr::bare;
use super::method::is_integer_method;
use crate::compiler::hir::Ty;
use crate::compiler::parse::types;

impl Lower<'_> {
    /// True if the function indexes a variable or field that is written like this, or asks for its length or its elements: then it is a
    /// list, also where the call that made it does not tell. So is a field or an element that the function pushes to or pops from: one of a
    /// type of the user's with such methods is known where its type stands in the same block or module.
    pub(super) fn looks_indexed(&self, place: &Expr) -> bool {
        const OF_LISTS: [&str; 5] = ["len", "iter", "iter_mut", "chunks", "windows"];
        const OF_STACKS: [&str; 2] = ["push", "pop"];
        self.is_used(place, |used| match used {
            Expr::Index(index) => Some(&index.expr),
            Expr::MethodCall(call) if OF_LISTS.iter().any(|name| call.method == name) => {
                Some(&call.receiver)
            }
            Expr::MethodCall(call) if OF_STACKS.iter().any(|name| call.method == name) => {
                let receiver = &*call.receiver;
                matches!(receiver, Expr::Field(_) | Expr::Index(_)).then_some(receiver)
            }
            Expr::ForLoop(run) => match bare(&run.expr) {
                Expr::Reference(reference) => Some(&reference.expr),
                other => Some(other),
            },
            _ => None,
        })
    }

    /// True if the function reads a field of what is written like this: then it is a struct.
    pub(super) fn looks_struct(&self, place: &Expr) -> bool {
        self.is_used(place, |used| match used {
            Expr::Field(field) if matches!(field.member, syn::Member::Named(_)) => {
                Some(&field.base)
            }
            _ => None,
        })
    }

    /// True if an expression of the function is on what is written like this.
    fn is_used(&self, place: &Expr, on: fn(&Expr) -> Option<&Expr>) -> bool {
        struct Uses<'p> {
            place: &'p Expr,
            on: fn(&Expr) -> Option<&Expr>,
            found: bool,
        }
        impl<'ast> Visit<'ast> for Uses<'_> {
            fn visit_expr(&mut self, expr: &'ast Expr) {
                self.found |= (self.on)(expr).is_some_and(|of| bare(of) == self.place);
                visit::visit_expr(self, expr);
            }
        }
        let (place, found) = (bare(place), false);
        let mut uses = Uses { place, on, found };
        uses.visit_item_fn(self.item);
        uses.found
    }

    /// True if an argument that was not lowered yet is, by its looks, a real number.
    pub(super) fn looks_real(&self, arg: &Expr) -> bool {
        let arg = bare(arg);
        match arg {
            Expr::Lit(lit) => matches!(lit.lit, syn::Lit::Float(_)),
            Expr::Binary(binary) => self.looks_real(&binary.left) || self.looks_real(&binary.right),
            Expr::Unary(unary) if !matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.looks_real(&unary.expr)
            }
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                let rule = rules::find_called(&name, call.args.len() + 1).is_some();
                rule && !is_integer_method(&name)
                    || name != "len" && self.looks_real(&call.receiver)
            }
            Expr::Cast(cast) => match types::bare(&cast.ty) {
                syn::Type::Path(path) => path.path.is_ident("f64") || path.path.is_ident("f32"),
                _ => false,
            },
            Expr::If(branch) => self.block_looks_real(&branch.then_branch),
            Expr::Block(block) => self.block_looks_real(&block.block),
            Expr::Match(of) => of.arms.iter().any(|arm| self.looks_real(&arm.body)),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    self.is_of_real_type(&path.path)
                        || call.args.iter().any(|arg| self.brings_real(arg))
                }
                _ => false,
            },
            Expr::Path(path) if path.path.segments.len() > 1 => self.is_of_real_type(&path.path),
            arg => match self.root(arg) {
                Some(root) => {
                    let mut ty = self.infer.strip(&self.var(root).ty);
                    while let Some(inner) = ty.element() {
                        ty = self.infer.strip(inner);
                    }
                    self.infer.may_be_real(&ty)
                }
                None => false,
            },
        }
    }

    /// True if a variable in the argument is, by its looks, a real number. What a call makes of one is
    /// most likely another: as anything else it would be refused.
    fn brings_real(&self, arg: &Expr) -> bool {
        match bare(arg) {
            Expr::Binary(of) => self.brings_real(&of.left) || self.brings_real(&of.right),
            Expr::Unary(of) => self.brings_real(&of.expr),
            Expr::Reference(of) => self.brings_real(&of.expr),
            Expr::Call(of) => of.args.iter().any(|arg| self.brings_real(arg)),
            Expr::MethodCall(of) if of.method != "len" => {
                self.brings_real(&of.receiver) || of.args.iter().any(|arg| self.brings_real(arg))
            }
            arg => self.root(arg).is_some() && self.looks_real(arg),
        }
    }

    /// The same of a block's value, which may be a name that the block itself gives.
    fn block_looks_real(&self, block: &syn::Block) -> bool {
        let Some(syn::Stmt::Expr(tail, None)) = block.stmts.last() else {
            return false;
        };
        let Expr::Path(path) = bare(tail) else {
            return self.looks_real(tail);
        };
        let own = block.stmts.iter().rev().find_map(|stmt| match stmt {
            syn::Stmt::Local(local) => {
                let pat = match &local.pat {
                    syn::Pat::Type(typed) => &*typed.pat,
                    pat => pat,
                };
                let syn::Pat::Ident(name) = pat else {
                    return None;
                };
                let same = path.path.is_ident(&name.ident);
                same.then(|| local.init.as_ref().map(|init| &*init.expr))
            }
            _ => None,
        });
        match own {
            Some(Some(init)) => self.looks_real(init),
            Some(None) => false,
            None => self.looks_real(tail),
        }
    }

    /// `f64::sin`, `T::from_f64`, `std::f64::consts::PI`.
    fn is_of_real_type(&self, path: &syn::Path) -> bool {
        let mut owners = path.segments.iter().rev().skip(1);
        owners.any(|owner| {
            owner.ident == "f64" || owner.ident == "f32" || self.reals.contains(&owner.ident)
        })
    }

    /// True if an argument that was not lowered yet is, by its looks, an integer.
    pub(super) fn looks_integer(&self, arg: &Expr) -> bool {
        let arg = bare(arg);
        match arg {
            Expr::Lit(lit) => matches!(lit.lit, syn::Lit::Int(_)),
            Expr::Binary(binary) => {
                self.looks_integer(&binary.left) || self.looks_integer(&binary.right)
            }
            Expr::Unary(unary) => self.looks_integer(&unary.expr),
            Expr::MethodCall(call) => call.method == "len" || self.looks_integer(&call.receiver),
            Expr::Cast(cast) => match types::bare(&cast.ty) {
                syn::Type::Path(path) => !path.path.is_ident("f64") && !path.path.is_ident("f32"),
                _ => false,
            },
            Expr::Path(path) if path.path.segments.len() > 1 => {
                let mut owners = path.path.segments.iter().rev().skip(1);
                owners.any(|owner| {
                    let ty = types::primitive_name(&owner.ident.to_string());
                    matches!(ty, Some(Ty::Int))
                })
            }
            arg => match self.root(arg) {
                Some(root) => matches!(self.infer.strip(&self.var(root).ty), Ty::Int),
                None => false,
            },
        }
    }
}

/// True for what makes a text: `String::from(…)`, `format!(…)`, `"…".to_string()`.
pub(super) fn is_text(value: &Expr) -> bool {
    match bare(value) {
        Expr::Call(call) => match bare(&call.func) {
            Expr::Path(path) => {
                let owner = path.path.segments.iter().rev().nth(1);
                owner.is_some_and(|owner| owner.ident == "String")
            }
            _ => false,
        },
        Expr::Macro(of) => of.mac.path.is_ident("format"),
        Expr::MethodCall(call) => {
            let text = matches!(bare(&call.receiver), Expr::Lit(lit) if matches!(lit.lit, syn::Lit::Str(_)));
            call.method == "to_string"
                || text && (call.method == "to_owned" || call.method == "into")
        }
        _ => false,
    }
}
