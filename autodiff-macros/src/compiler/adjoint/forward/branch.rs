//! Branches in the forward sweep.
//!
//! In: a branch. Out: the branch, with what it merges declared in front of it, and with what its arms define and the reverse sweep needs,
//! so that this is in scope there.
//!
//! ```text
//! if c { let t = …; y = … }      let mut t = 0.0; let y; if c { t = …; y = …; }
//! ```

use proc_macro2::Ident;
use quote::quote;

use super::{Forward, kept_name};
use crate::compiler::adjoint::{Item, RevBlock, sweep};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::primal::{dummy, let_val};
use crate::compiler::ssa::{Block, Phi, ValId};

impl Forward<'_> {
    pub(super) fn branch(
        &self,
        position: u32,
        cond: ValId,
        (then, els): (&Block, &Block),
        phis: &[Phi],
        out: &mut Vec<Stmt>,
    ) {
        let reversed = self.reversed.branches.get(&position);
        out.extend(reversed.into_iter().flat_map(|arms| arms.before.clone()));
        self.hoist(then, out);
        self.hoist(els, out);
        let phis: Vec<&Phi> = phis.iter().filter(|p| self.runs(p.out)).collect();
        for p in &phis {
            if !self.plan.hoisted.contains(&Item::Val(p.out)) {
                out.push(let_val(self.cx.func, p.out, false, None));
            }
        }
        let arm = |block: &Block, reverse: Option<&RevBlock<'_>>, side: &dyn Fn(&Phi) -> ValId| {
            let mut stmts = self.block(block);
            let (plan, saved) = (self.plan, self.saved);
            stmts.extend(
                reverse
                    .into_iter()
                    .flat_map(|rev| sweep::block(self.cx, plan, saved, self.reversed, rev)),
            );
            stmts.extend(phis.iter().map(|p| Stmt::Assign {
                place: Expr::Val(p.out),
                op: "=",
                value: Expr::Val(side(p)),
            }));
            stmts
        };
        let then = arm(then, reversed.map(|arms| &arms.then), &|p| p.then);
        let els = arm(els, reversed.map(|arms| &arms.els), &|p| p.els);
        if !then.is_empty() || !els.is_empty() {
            out.push(Stmt::If {
                cond: Expr::Val(cond),
                then,
                els,
            });
        }
    }

    /// Declares what the branch directly defines and the reverse sweep needs; what inner branches
    /// define is declared there, so this looks at every block up to the next loop.
    fn hoist(&self, block: &Block, out: &mut Vec<Stmt>) {
        // A branch inside of a branch is hoisted by the outermost one.
        let id = self.cx.layout.id_of(block);
        let parent = self.cx.layout.blocks[id].parent.unwrap_or(0);
        if self.cx.layout.region(parent) != parent {
            return;
        }
        for item in &self.plan.hoisted {
            let at = self.item_block(item);
            if self.cx.layout.contains(id, at) && self.cx.layout.region(at) == parent {
                out.push(self.declare_item(item));
            }
        }
    }

    pub(super) fn item_block(&self, item: &Item<'_>) -> usize {
        match item {
            Item::Val(v) => self.cx.layout.def_block(*v),
            Item::Mem(m) => self.cx.layout.mem_block(*m),
            Item::Residual(name) => self.cx.layout.calls.get(*name).copied().unwrap_or(0),
        }
    }

    fn declare_item(&self, item: &Item<'_>) -> Stmt {
        let none = Some(Expr::Raw(quote!(::core::option::Option::None)));
        match item {
            Item::Val(v) => {
                let blank = match &self.cx.func.val(*v).ty {
                    // A number or a truth value, which rustc knows.
                    Ty::Opaque => Expr::Raw(quote!(::core::default::Default::default())),
                    ty => dummy(ty),
                };
                let_val(self.cx.func, *v, true, Some(blank))
            }
            Item::Mem(m) => Stmt::Let {
                name: kept_name(&self.cx.func.mem(*m).name),
                mutable: true,
                ty: None,
                init: none,
            },
            Item::Residual(name) => Stmt::Let {
                name: Ident::new(name, self.cx.func.name.span()),
                mutable: true,
                ty: None,
                init: none,
            },
        }
    }
}
