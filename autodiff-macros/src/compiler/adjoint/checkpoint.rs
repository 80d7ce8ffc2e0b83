//! Loops under `#[checkpoint]`: few states are kept, and iterations are run again from them.
//!
//! ```text
//! for i in 0..n { u = f(u) }
//! forward:  for i in 0..n { if plan.is_due(&mut saved) { saved.keep(&plan, u) }  u = f(u) }
//! reverse:  for last in (0..n).rev() {
//!               let Some(mut u) = saved.restore(&mut plan, last) else { … };
//!               for i in … { if plan.is_due(&mut saved) { saved.keep(&plan, u) }  u = f(u) }
//!               let i = last;  …;  u_bar = …
//!           }
//! ```
//!
//! The state of an iteration is what the loop carries, and the memory that it changes and reads. In
//! the reverse sweep it lives in variables of the same names, so that the same code runs again; memory
//! that the loop only writes to is left alone then. When an iteration is reversed, all its values are
//! in scope, as in a loop of the class *rerun*.
//!
//! A selection is asked in the forward sweep alone. Its decisions are written down, and are the
//! selection of what runs again (`Taken`).

mod state;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

pub(super) use self::state::{State, needs};
use self::state::{decides, state};
use super::forward::Forward;
use super::needs::Plan;
use super::{Context, Reversed, Saved};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::primal::{let_val, range_expr};
use crate::compiler::ssa::{Carried, MemId, Origin, Stmt as Ssa, StmtKind};

/// The names of what a loop keeps.
pub(super) struct Names {
    saved: Ident,
    plan: Ident,
    /// The decisions, if there may be some.
    pub(super) taken: Option<Ident>,
    mark: Ident,
    last: Ident,
}

impl Names {
    pub(super) fn of(cx: &Context<'_>, saved: &Saved, stmt: &Ssa) -> Option<Names> {
        let name = saved.checkpoints.get(&stmt.kind.loop_id()?)?;
        Some(Names {
            saved: name.clone(),
            plan: format_ident!("{name}__plan"),
            taken: decides(cx, stmt).then(|| format_ident!("{name}__taken")),
            mark: format_ident!("{name}__mark"),
            last: format_ident!("{name}__last"),
        })
    }

    /// What is declared at the start of the function.
    pub(super) fn declare(&self, rt: &TokenStream) -> Vec<Stmt> {
        let new =
            |name: &Ident, of: TokenStream| variable(name, Expr::Raw(quote!(#rt::#of::new())));
        let mut out = vec![new(&self.saved, quote!(Checkpoints))];
        out.extend(self.taken.iter().map(|name| new(name, quote!(Taken))));
        out
    }
}

/// Writes one loop in both sweeps.
pub(super) struct Checkpointed<'a> {
    cx: &'a Context<'a>,
    plan: &'a Plan<'a>,
    saved: &'a Saved,
    reversed: &'a Reversed<'a>,
    stmt: &'a Ssa,
    names: Names,
    state: State<'a>,
}

impl<'a> Checkpointed<'a> {
    pub(super) fn of(
        cx: &'a Context<'a>,
        plan: &'a Plan<'a>,
        saved: &'a Saved,
        reversed: &'a Reversed<'a>,
        stmt: &'a Ssa,
    ) -> Option<Checkpointed<'a>> {
        let names = Names::of(cx, saved, stmt)?;
        let state = state(cx, stmt, stmt.kind.loop_id()?, &plan.mems);
        Some(Checkpointed {
            cx,
            plan,
            saved,
            reversed,
            stmt,
            names,
            state,
        })
    }

    /// `rt::Schedule::…(n, budget)`
    fn schedule(&self, how: &str, count: Option<Expr>) -> Stmt {
        let rt = &self.cx.names.rt;
        let how = format_ident!("{how}");
        let budget = match self.stmt.kind.budget() {
            Some(v) => Expr::call(quote!(::core::option::Option::Some), vec![Expr::Val(v)]),
            None => Expr::Raw(quote!(::core::option::Option::None)),
        };
        let args = count.into_iter().chain([budget]).collect();
        let init = Expr::call(quote!(#rt::Schedule::#how), args);
        variable(&self.names.plan, init)
    }

    /// In front of the loop of the forward sweep.
    pub(super) fn before(&self) -> Stmt {
        match self.length() {
            Some(n) => self.schedule("counted", Some(n)),
            None => self.schedule("uncounted", None),
        }
    }

    /// The number of iterations, if it is known before the loop.
    fn length(&self) -> Option<Expr> {
        match &self.stmt.kind {
            StmtKind::For {
                range, count: None, ..
            } => Some(Expr::method(range_expr(range), "count", Vec::new())),
            _ => None,
        }
    }

    /// At the start of an iteration of the forward sweep: the decisions are written down.
    pub(super) fn record(&self) -> Vec<Stmt> {
        let sel = &self.cx.names.sel;
        let by = |taken: &Ident| {
            let by = Expr::method(
                Expr::Name(taken.clone()),
                "by",
                vec![Expr::Raw(quote!(#sel))],
            );
            Expr::Ref(true, Box::new(by))
        };
        self.decisions(true, by)
    }

    /// At the start of an iteration that runs again: they are found.
    fn replay(&self, open: bool) -> Vec<Stmt> {
        let itself = |taken: &Ident| Expr::Ref(true, Box::new(Expr::Name(taken.clone())));
        self.decisions(open, itself)
    }

    fn decisions(&self, open: bool, selection: impl Fn(&Ident) -> Expr) -> Vec<Stmt> {
        let Some(taken) = &self.names.taken else {
            return Vec::new();
        };
        let sel = &self.cx.names.sel;
        let on = |method| Expr::method(Expr::Name(taken.clone()), method, Vec::new());
        let mark = constant(&self.names.mark, on("mark"));
        let open = open.then(|| Stmt::Expr(on("open")));
        let bind = constant(sel, selection(taken));
        [mark].into_iter().chain(open).chain([bind]).collect()
    }

    /// After the loop of the forward sweep: what its condition decided last belongs to no iteration.
    pub(super) fn after(&self) -> Option<Stmt> {
        let taken = self.names.taken.as_ref()?;
        let asked = matches!(self.stmt.kind, StmtKind::While { .. });
        let cancel = Expr::method(Expr::Name(taken.clone()), "cancel", Vec::new());
        asked.then_some(Stmt::Expr(cancel))
    }

    /// Keeps the state, if it is due.
    pub(super) fn keep(&self) -> Stmt {
        let [saved, plan] = [&self.names.saved, &self.names.plan].map(|n| Expr::Name(n.clone()));
        let due = vec![Expr::Ref(true, Box::new(saved.clone()))];
        let args = vec![Expr::Ref(false, Box::new(plan.clone())), self.states()];
        Stmt::If {
            cond: Expr::method(plan, "is_due", due),
            then: vec![Stmt::Expr(Expr::method(saved, "keep", args))],
            els: Vec::new(),
        }
    }

    /// The state as a value.
    fn states(&self) -> Expr {
        let carried = self.state.carried.iter().map(|c| Expr::Val(c.out));
        let mems = self.state.mems.iter().map(|m| {
            let name = Expr::Mem(*m);
            match (&self.cx.func.mem(*m).ty, self.is_reference(*m)) {
                (Ty::Slice(_), true) => Expr::method(name, "to_vec", Vec::new()),
                (_, true) => Expr::method(Expr::Deref(Box::new(name)), "clone", Vec::new()),
                (_, false) => Expr::method(name, "clone", Vec::new()),
            }
        });
        let mark = self.names.taken.iter();
        let mark = mark.map(|_| Expr::Name(self.names.mark.clone()));
        let mut parts: Vec<Expr> = carried.chain(mems).chain(mark).collect();
        match parts.len() {
            1 => parts.remove(0),
            _ => Expr::Tuple(parts),
        }
    }

    fn is_reference(&self, m: MemId) -> bool {
        matches!(
            self.cx.func.mem(m).origin,
            Origin::Exclusive(_) | Origin::Shared(_)
        )
    }

    /// The same as a pattern, and what gives memory behind a reference its name.
    fn pattern(&self) -> (TokenStream, Vec<Stmt>) {
        let mut names = Vec::new();
        let mut references = Vec::new();
        for c in &self.state.carried {
            let name = &self.cx.func.val(c.out).name;
            names.push(quote!(mut #name));
        }
        for m in &self.state.mems {
            let name = &self.cx.func.mem(*m).name;
            if !self.is_reference(*m) {
                names.push(quote!(mut #name));
                continue;
            }
            let own = format_ident!("{name}__state");
            let whole = match &self.cx.func.mem(*m).ty {
                Ty::Slice(_) => Expr::Raw(quote!(&mut #own[..])),
                _ => Expr::Raw(quote!(&mut #own)),
            };
            names.push(quote!(mut #own));
            references.push(constant(name, whole));
        }
        if self.names.taken.is_some() {
            let mark = &self.names.mark;
            names.push(quote!(#mark));
        }
        match names.as_slice() {
            [one] => (quote!(#one), references),
            all => (quote!((#(#all),*)), references),
        }
    }

    /// The loop of the reverse sweep around the reverse of an iteration.
    pub(super) fn reverse(&self, iteration: Vec<Stmt>, out: &mut Vec<Stmt>) {
        for m in &self.state.scratch {
            let name = &self.cx.func.mem(*m).name;
            out.push(variable(
                name,
                Expr::method(Expr::Mem(*m), "clone", Vec::new()),
            ));
        }
        let (how, n) = match (self.length(), self.stmt.kind.count()) {
            (Some(n), _) => ("backwards", n),
            (None, Some(count)) => ("backwards_uncounted", Expr::Val(count)),
            (None, None) => return,
        };
        out.push(self.schedule(how, Some(n.clone())));
        let last = &self.names.last;
        let (pattern, references) = self.pattern();
        let plan = Expr::Ref(true, Box::new(Expr::Name(self.names.plan.clone())));
        let args = vec![plan, Expr::Name(last.clone())];
        let restored = Expr::method(Expr::Name(self.names.saved.clone()), "restore", args);
        let mut inner = vec![Stmt::Expect {
            pattern: quote!(::core::option::Option::Some(#pattern)),
            init: restored,
        }];
        inner.extend(references);
        if let Some(taken) = &self.names.taken {
            let to = vec![Expr::Name(self.names.mark.clone())];
            inner.push(Stmt::Expr(Expr::method(
                Expr::Name(taken.clone()),
                "rewind",
                to,
            )));
        }
        inner.push(self.advance());
        inner.extend(self.last());
        inner.extend(iteration);
        let all = Expr::Range(
            Some(Box::new(Expr::Raw(quote!(0)))),
            Some(Box::new(n)),
            false,
        );
        out.push(Stmt::For {
            pattern: quote!(#last),
            iter: Expr::method(all, "rev", Vec::new()),
            body: inner,
        });
    }

    /// The iterations between a state and the one that is reversed.
    fn advance(&self) -> Stmt {
        let again = Expr::method(Expr::Name(self.names.plan.clone()), "again", Vec::new());
        let (pattern, iter) = match &self.stmt.kind {
            StmtKind::For { counter, range, .. } => {
                let counter = &self.cx.func.val(*counter).name;
                let from = Expr::Field(
                    Box::new(again.clone()),
                    crate::compiler::hir::Member::Named(format_ident!("start")),
                );
                let rest = Expr::method(range_expr(range), "skip", vec![from]);
                let length = Expr::method(again, "len", Vec::new());
                (quote!(#counter), Expr::method(rest, "take", vec![length]))
            }
            _ => (quote!(_), again),
        };
        let pass = self.forward(false);
        let mut body = match self.stmt.kind {
            // The condition holds, but may have to be seen to decide.
            StmtKind::While { .. } => self.replay(false),
            _ => {
                let mut start = self.replay(false);
                let at = start.len().min(1);
                start.insert(at, self.keep());
                start
            }
        };
        let (start, rest) = self.iteration(&pass);
        body.extend(start);
        if matches!(self.stmt.kind, StmtKind::While { .. }) {
            body.push(self.keep());
        }
        body.extend(rest);
        body.extend(self.state.carried.iter().map(|c| Stmt::Assign {
            place: Expr::Val(c.out),
            op: "=",
            value: Expr::Val(c.next),
        }));
        Stmt::For {
            pattern,
            iter,
            body,
        }
    }

    /// The iteration that is reversed, forwards, with all that its reverse needs.
    fn last(&self) -> Vec<Stmt> {
        let mut out = Vec::new();
        if let StmtKind::For { counter, range, .. } = &self.stmt.kind {
            let counter = &self.cx.func.val(*counter).name;
            let nth = vec![Expr::Name(self.names.last.clone())];
            out.push(Stmt::Expect {
                pattern: quote!(::core::option::Option::Some(#counter)),
                init: Expr::method(range_expr(range), "nth", nth),
            });
        }
        out.extend(self.replay(true));
        let (start, rest) = self.iteration(&self.forward(true));
        out.extend(start);
        out.extend(rest);
        if let Some(taken) = &self.names.taken {
            let close = Expr::method(Expr::Name(taken.clone()), "close", Vec::new());
            out.push(Stmt::Expr(close));
        }
        out
    }

    fn forward(&self, reversed: bool) -> Forward<'_> {
        let body = self.stmt.kind.loop_body();
        Forward {
            cx: self.cx,
            plan: self.plan,
            saved: self.saved,
            reversed: self.reversed,
            rerun: None,
            within: body
                .filter(|_| reversed)
                .map(|body| self.cx.layout.id_of(body)),
            again: Some(&self.state),
        }
    }

    /// What an iteration starts with, up to the condition of the loop, and the rest.
    fn iteration(&self, pass: &Forward<'_>) -> (Vec<Stmt>, Vec<Stmt>) {
        let start = |c: &&Carried| let_val(self.cx.func, c.phi, false, Some(Expr::Val(c.out)));
        let mut first: Vec<Stmt> = self.state.carried.iter().map(start).collect();
        if let StmtKind::While { head, .. } = &self.stmt.kind {
            first.extend(pass.block(head));
        }
        let body = self.stmt.kind.loop_body();
        (first, body.map_or_else(Vec::new, |body| pass.block(body)))
    }
}

fn constant(name: &Ident, init: Expr) -> Stmt {
    Stmt::Let {
        name: name.clone(),
        mutable: false,
        ty: None,
        init: Some(init),
    }
}

fn variable(name: &Ident, init: Expr) -> Stmt {
    Stmt::Let {
        name: name.clone(),
        mutable: true,
        ty: None,
        init: Some(init),
    }
}
