//! Where the adjoint begins and ends: results and parameters.
//!
//! In: the adjoint of the result, and the bars that the caller gave. Out: the first contributions of the reverse sweep, and
//! its last statements, which add to these bars.
//!
//! ```text
//! (y, a): y_bar = seed.0; let mut a_bar = seed.1;      at the end: *x_bar += x̄;
//! ```

use quote::quote;

use super::Reverse;
use crate::compiler::adjoint::{Rev, Style};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::real;
use crate::compiler::ssa::{Func, Origin, Tree};

impl<'a> Reverse<'a, '_> {
    /// The adjoint of the result is the seed.
    pub(super) fn seed_results(&mut self, out: &mut Vec<Rev<'a>>) {
        let handed = Expr::Name(self.cx.names.seed.clone());
        match (self.cx.style, &self.cx.func.result) {
            (Style::Joint, _) if !self.cx.modes.handed => {
                if let Some(v) = self.cx.func.number() {
                    self.contribute(v, one(self.cx.func), out);
                }
            }
            (_, Some(result)) => self.seed_tree(result, handed, out),
            (_, None) => {}
        }
        for (param, bar) in self.cx.func.params.iter().zip(&self.cx.names.bars) {
            if let Some(exit) = param.exit.filter(|v| self.cx.func.is_real(*v)) {
                self.contribute(exit, Expr::Deref(Box::new(Expr::Name(bar.clone()))), out);
            }
        }
    }

    fn seed_tree(&mut self, tree: &Tree, seed: Expr, out: &mut Vec<Rev<'a>>) {
        match tree {
            Tree::Val(v) => self.contribute(*v, seed, out),
            Tree::Mem(m) => {
                let local = self.cx.func.mem(*m).origin == Origin::Local;
                if self.cx.facts.active_mem(*m) && local && self.declared_mems.insert(*m) {
                    let name = self.cx.names.mem_bar(*m);
                    out.push(Rev::Code(Stmt::Let {
                        name,
                        mutable: true,
                        ty: None,
                        init: Some(seed),
                    }));
                } else if self.cx.facts.active_mem(*m) {
                    let rt = self.rt();
                    let bar = self.mem_bar(*m);
                    let add = Expr::call(
                        quote!(#rt::add),
                        vec![
                            Expr::borrow(true, self.whole_bar(*m, bar)),
                            Expr::Ref(false, Box::new(seed)),
                        ],
                    );
                    out.push(Rev::Code(Stmt::Expr(add)));
                }
            }
            Tree::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let field = Expr::part(seed.clone(), k);
                    self.seed_tree(part, field, out);
                }
            }
        }
    }

    /// Adds the adjoints of scalar parameters to the bars that the caller gave.
    pub(super) fn finish_parameters(&mut self, out: &mut Vec<Rev<'a>>) {
        for (param, bar) in self.cx.func.params.iter().zip(&self.cx.names.bars) {
            if let (Tree::Val(entry), Some(_)) = (
                &param.entry,
                param.exit.filter(|v| self.cx.func.is_real(*v)),
            ) {
                let value = if self.declared.contains(entry) {
                    Expr::Bar(*entry)
                } else {
                    real::zero(&self.cx.func.val(*entry).ty)
                };
                let place = Expr::Deref(Box::new(Expr::Name(bar.clone())));
                out.push(Rev::Code(Stmt::Assign {
                    place,
                    op: "=",
                    value,
                }));
                continue;
            }
            let base = match &param.entry {
                Tree::Val(_) => Expr::Deref(Box::new(Expr::Name(bar.clone()))),
                _ => Expr::Name(bar.clone()),
            };
            self.finish_tree(&param.entry, base, out);
        }
    }

    fn finish_tree(&mut self, tree: &Tree, place: Expr, out: &mut Vec<Rev<'a>>) {
        match tree {
            Tree::Val(v) if self.declared.contains(v) => out.push(Rev::Code(Stmt::Assign {
                place,
                op: "+=",
                value: Expr::Bar(*v),
            })),
            Tree::Mem(m) if self.declared_mems.contains(m) => {
                let rt = self.rt();
                let add = Expr::call(
                    quote!(#rt::add),
                    vec![
                        Expr::borrow(true, place),
                        Expr::Ref(false, Box::new(Expr::MemBar(*m))),
                    ],
                );
                out.push(Rev::Code(Stmt::Expr(add)));
            }
            Tree::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let field = Expr::part(place.clone(), k);
                    self.finish_tree(part, field, out);
                }
            }
            _ => {}
        }
    }
}

/// The seed of a function whose result is a number.
pub(crate) fn one(func: &Func) -> Expr {
    match func.number() {
        Some(v) => real::number(&func.val(v).ty, quote!(1.0)),
        None => Expr::Raw(quote!(1.0)),
    }
}
