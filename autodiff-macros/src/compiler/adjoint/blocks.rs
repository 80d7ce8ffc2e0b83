//! Recorded loops over numbers, in blocks where their record would be long.
//!
//! ```text
//! for i in 0..n { x = f(x) }
//! forward:  for block in blocks.upwards() {
//!               if !block.is_last() { states.push(x) }
//!               for (slot, i) in saved.iter_mut().zip(block.part(0..n)) { *slot = x;  x = f(x) }
//!           }
//! reverse:  for block in blocks.downwards() {
//!               if !block.is_last() {
//!                   let Some(mut x) = states.pop() else { … };
//!                   for (slot, i) in saved.iter_mut().zip(block.part(0..n)) { *slot = x;  x = f(x) }
//!               }
//!               for (&x, i) in saved.iter().rev().zip(block.part(0..n).rev()) { x_bar = … }
//!           }
//! ```
//!
//! How many blocks there are is decided at run time (`autodiff-runtime/src/blocks.rs`); of a short loop
//! there is one, which is not run again. As under `#[checkpoint]`, roots and transcendental functions are
//! computed again, and an iteration is reversed with the values of one run of it. What decides, calls,
//! or touches memory is recorded whole.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::checkpoint::State;
use super::forward::Forward;
use super::loops::{Records, tail};
use super::needs::Plan;
use super::{Context, Reversed, Saved};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::primal::{let_val, range_expr};
use crate::compiler::ssa::{Block, Carried, Op, Stmt as Ssa, StmtKind, ValId};

/// A loop that may run in blocks.
pub(super) struct Blocked<'a> {
    cx: &'a Context<'a>,
    stmt: &'a Ssa,
    stack: &'a Ident,
    carried: &'a [Carried],
}

impl<'a> Blocked<'a> {
    /// `stack`: where the loop saves numbers in place.
    pub(super) fn of(cx: &'a Context<'a>, stack: &'a Ident, stmt: &'a Ssa) -> Option<Blocked<'a>> {
        let StmtKind::For {
            id,
            range,
            carried,
            body,
            until: None,
            count: None,
            ..
        } = &stmt.kind
        else {
            return None;
        };
        let recorded = matches!(cx.mode(*id), Mode::Recorded) && !cx.func.whole.contains_key(id);
        let plain = !range.inclusive && !range.rev && range.step.is_none();
        // Its state and what it reads are in scope in both sweeps.
        let home = cx.layout.blocks[cx.layout.id_of(body)].parent?;
        let outermost = matches!(cx.layout.blocks[home].role, Role::Function);
        let numbers = carried.iter().all(|c| is_number(cx, c.out));
        (recorded && plain && outermost && numbers && !carried.is_empty() && computes(cx, body))
            .then_some(Blocked {
                cx,
                stmt,
                stack,
                carried,
            })
    }

    fn name(&self, of: &str) -> Ident {
        format_ident!("{}__{of}", self.stack)
    }

    fn range(&self) -> Expr {
        match &self.stmt.kind {
            StmtKind::For { range, .. } => range_expr(range),
            _ => Expr::zero(),
        }
    }

    /// `let blocks = rt::Blocks::of(&saved, (lo..hi).count());`
    fn blocks(&self) -> Stmt {
        let rt = &self.cx.names.rt;
        let records = Expr::Ref(false, Box::new(Expr::Name(self.stack.clone())));
        let count = Expr::method(self.range(), "count", Vec::new());
        Stmt::Let {
            name: self.name("blocks"),
            mutable: false,
            ty: None,
            init: Some(Expr::call(quote!(#rt::Blocks::of), vec![records, count])),
        }
    }

    /// The length of the stretch that the records of a block need.
    pub(super) fn length(&self) -> Expr {
        Expr::method(Expr::Name(self.name("blocks")), "length", Vec::new())
    }

    /// The iterations of a block.
    pub(super) fn part(&self) -> Expr {
        Expr::method(Expr::Name(self.name("block")), "part", vec![self.range()])
    }

    /// The number of them.
    pub(super) fn len(&self) -> Expr {
        Expr::method(Expr::Name(self.name("block")), "len", Vec::new())
    }

    /// What stands in front of the loop of the forward sweep.
    pub(super) fn before(&self) -> [Stmt; 2] {
        let states = Stmt::Let {
            name: self.name("states"),
            mutable: true,
            ty: None,
            init: Some(Expr::Raw(quote!(::std::vec::Vec::new()))),
        };
        [states, self.blocks()]
    }

    fn around(&self, order: &'static str, body: Vec<Stmt>) -> Stmt {
        let block = self.name("block");
        Stmt::For {
            pattern: quote!(#block),
            iter: Expr::method(Expr::Name(self.name("blocks")), order, Vec::new()),
            body,
        }
    }

    fn unless_last(&self, then: Vec<Stmt>) -> Stmt {
        let last = Expr::method(Expr::Name(self.name("block")), "is_last", Vec::new());
        Stmt::If {
            cond: Expr::Not(Box::new(last)),
            then,
            els: Vec::new(),
        }
    }

    /// The blocks of the forward sweep.
    pub(super) fn forward(&self, looped: Stmt) -> Stmt {
        let mut state: Vec<Expr> = self.carried.iter().map(|c| Expr::Val(c.out)).collect();
        let state = match state.len() {
            1 => state.remove(0),
            _ => Expr::Tuple(state),
        };
        let states = Expr::Name(self.name("states"));
        let keep = Stmt::Expr(Expr::method(states, "push", vec![state]));
        self.around("upwards", vec![self.unless_last(vec![keep]), looped])
    }

    /// What stands in front of the loop of the reverse sweep.
    pub(super) fn before_reverse(&self) -> Stmt {
        self.blocks()
    }

    /// The blocks of the reverse sweep; `again`: the loop that writes the records of one.
    pub(super) fn reverse(&self, again: Stmt, looped: Stmt) -> Stmt {
        let names: Vec<&Ident> = self.carried.iter().map(|c| self.name_of(c.out)).collect();
        let pattern: TokenStream = match names.as_slice() {
            [one] => quote!(mut #one),
            all => quote!((#(mut #all),*)),
        };
        let found = Expr::method(Expr::Name(self.name("states")), "pop", Vec::new());
        let restore = Stmt::Expect {
            pattern: quote!(::core::option::Option::Some(#pattern)),
            init: found,
        };
        let run = vec![restore, again];
        self.around("downwards", vec![self.unless_last(run), looped])
    }

    fn name_of(&self, v: ValId) -> &Ident {
        &self.cx.func.val(v).name
    }
}

/// What the reverse sweep runs blocks again with.
pub(super) struct Again<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) saved: &'a Saved,
    pub(super) reversed: &'a Reversed<'a>,
    pub(super) records: &'a Records<'a>,
}

impl Again<'_> {
    /// The loop that writes the records of a block.
    pub(super) fn looped(&self, of: &Blocked<'_>) -> Stmt {
        let (counter, body) = match &of.stmt.kind {
            StmtKind::For { counter, body, .. } => (*counter, body),
            _ => return Stmt::Break,
        };
        let state = State::of_numbers(of.carried);
        let pass = Forward {
            cx: of.cx,
            plan: self.plan,
            saved: self.saved,
            reversed: self.reversed,
            rerun: None,
            within: Some(of.cx.layout.id_of(body)),
            again: Some(&state),
        };
        let start = |c: &Carried| let_val(of.cx.func, c.phi, false, Some(Expr::Val(c.out)));
        let mut inner: Vec<Stmt> = of.carried.iter().map(start).collect();
        inner.extend(pass.block(body));
        inner.extend(self.records.save(of.stmt));
        inner.extend(of.carried.iter().map(|c| Stmt::Assign {
            place: Expr::Val(c.out),
            op: "=",
            value: Expr::Val(c.next),
        }));
        let (slot, counter) = (of.name("slot"), of.name_of(counter));
        let slots = Expr::method(tail(of.stack, &of.name("start")), "iter_mut", Vec::new());
        Stmt::For {
            pattern: quote!((#slot, #counter)),
            iter: Expr::method(slots, "zip", vec![of.part()]),
            body: inner,
        }
    }
}

fn is_number(cx: &Context<'_>, v: ValId) -> bool {
    matches!(cx.func.val(v).ty, Ty::Real(_) | Ty::Int | Ty::Bool)
}

/// True if the block computes numbers from numbers, and decides nothing.
fn computes(cx: &Context<'_>, block: &Block) -> bool {
    block.stmts.iter().all(|stmt| match &stmt.kind {
        StmtKind::Def(v, op) => {
            is_number(cx, *v)
                && match op {
                    Op::Lit(_)
                    | Op::Un(..)
                    | Op::Bin(..)
                    | Op::Cast(..)
                    | Op::Rule { .. }
                    | Op::Stop(_)
                    | Op::Classify(..) => true,
                    Op::Opaque(code) => code.pure && code.uses.is_empty(),
                    _ => false,
                }
        }
        StmtKind::If { then, els, .. } => computes(cx, then) && computes(cx, els),
        _ => false,
    })
}
