//! The forward sweep: the primal, statement by statement, with what the plan keeps; fused loops
//! contain their reverse.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::checkpoint::{Names, State};
use super::needs::Plan;
use super::{
    Context, Item, RevBlock, Reversed, Saved, Seeded, calls, copies, loops, reverse, sweep,
};
use crate::compiler::analyse::again::is_assertion;
use crate::compiler::analyse::layout::{BlockId, Role};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::emit::holds_struct;
use crate::compiler::emit_names::EmitNames;
use crate::compiler::hir::{BinOp, Member, Real, Ty, UnOp};
use crate::compiler::real;
use crate::compiler::ssa::{
    Arg, Block, Call, Func, Init, Op, Origin, Phi, Place, Proj, Range, Stmt as Ssa, StmtKind,
    StoreOp, Tree, Use, ValId, Verbatim,
};

/// Writes the forward sweep.
pub(super) fn run(
    cx: &Context<'_>,
    plan: &Plan<'_>,
    saved: &Saved,
    reversed: &Reversed<'_>,
) -> Vec<Stmt> {
    let pass = Forward {
        cx,
        plan,
        saved,
        reversed,
        rerun: None,
        within: None,
        again: None,
    };
    let mut out = pass.stacks();
    out.extend(pass.block(&cx.func.body));
    out
}

pub(super) struct Forward<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) plan: &'a Plan<'a>,
    pub(super) saved: &'a Saved,
    pub(super) reversed: &'a Reversed<'a>,
    /// In the rerun of a loop: the values that the reverse sweep takes from it.
    pub(super) rerun: Option<BTreeSet<ValId>>,
    /// The body of that loop.
    pub(super) within: Option<BlockId>,
    /// In what runs again from a checkpoint: the state of the loop.
    pub(super) again: Option<&'a State<'a>>,
}

impl Forward<'_> {
    /// The stacks of all recorded loops. Those of numbers may come from a workspace of the caller's.
    fn stacks(&self) -> Vec<Stmt> {
        let rt = &self.cx.names.rt;
        let new = |name: &Ident, numbers: bool| Stmt::Let {
            name: name.clone(),
            mutable: true,
            ty: None,
            init: Some(Expr::Raw(match numbers {
                true => quote!(#rt::records()),
                false => quote!(::std::vec::Vec::new()),
            })),
        };
        let stacks = self.saved.stacks.iter().map(|(id, name)| {
            let records = loops::Records::new(self.cx, self.plan, self.saved, *id);
            new(
                name,
                records.is_plain() && !self.plan.sparse.contains_key(id),
            )
        });
        let rows = self.saved.rows.values().chain(self.saved.flat.values());
        copies::declare(self.saved)
            .chain(stacks)
            .chain(rows.map(|name| new(name, true)))
            .chain(self.checkpoints())
            .collect()
    }

    fn checkpoints(&self) -> Vec<Stmt> {
        let loops = self.plan.checkpoints.values();
        let names = loops.filter_map(|stmt| Names::of(self.cx, self.saved, stmt));
        names
            .flat_map(|names| names.declare(&self.cx.names.rt))
            .collect()
    }

    /// True if this runs again, and the memory is only written to.
    fn is_done(&self, at: &Place) -> bool {
        self.again.is_some_and(|s| s.written.contains(&at.mem))
    }

    /// The statements of a block.
    pub(super) fn block(&self, block: &Block) -> Vec<Stmt> {
        let mut out = Vec::new();
        let id = self.cx.layout.id_of(block);
        let role = self.cx.layout.blocks[id].role;
        // What runs again from a kept state saves then, and not on the way there.
        let saves = self.rerun.is_none()
            && !self.plan.states.is_empty()
            && !loops::in_checkpointed(self, block);
        for stmt in &block.stmts {
            if let (Role::Body(l), true) = (role, saves) {
                out.extend(loops::rows(self, l, Some(self.cx.layout.position(stmt))));
            }
            self.stmt(stmt, &mut out);
        }
        for item in &self.plan.hoisted {
            if let Item::Mem(m) = item
                && self.cx.layout.mem_block(*m) == id
            {
                let name = kept_name(&self.cx.func.mem(*m).name);
                let value = Expr::Call(quote!(::core::option::Option::Some), vec![Expr::Mem(*m)]);
                out.push(Stmt::Assign {
                    place: Expr::Name(name),
                    op: "=",
                    value,
                });
            }
        }
        out
    }

    fn stmt(&self, stmt: &Ssa, out: &mut Vec<Stmt>) {
        match &stmt.kind {
            StmtKind::Store { place: at, .. }
            | StmtKind::Push { place: at, .. }
            | StmtKind::Copy { dst: at, .. }
                if self.is_done(at) => {}
            StmtKind::Effect(code) if self.again.is_some() && is_assertion(code) => {}
            StmtKind::Def(v, op) => self.def(*v, op, out),
            StmtKind::Alloc(m, _) if self.plan.flat.contains_key(m) => {
                let row = self.plan.flat.get(m);
                out.extend(row.and_then(|row| copies::save(self, *m, *row)));
            }
            StmtKind::Alloc(m, init) => out.push(alloc(
                self.cx.func,
                &self.cx.names.rt,
                *m,
                init,
                &|v| Expr::Val(v),
                &|m| Expr::Mem(m),
            )),
            StmtKind::Store {
                place: at,
                op,
                value,
            } => {
                if self.runs_store(at) {
                    let op = store_op(*op);
                    out.push(Stmt::Assign {
                        place: place(self.cx.func, at, Expr::Mem(at.mem)),
                        op,
                        value: Expr::Val(*value),
                    });
                }
            }
            StmtKind::Push { place: at, init } => out.push(push(
                self.cx.func,
                at,
                Expr::Mem(at.mem),
                init,
                &|v| Expr::Val(v),
                &|m| Expr::Mem(m),
            )),
            StmtKind::Copy { dst, src, .. } => out.push(copy(self.cx.func, dst, src)),
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => self.branch(self.cx.layout.position(stmt), *cond, (then, els), phis, out),
            StmtKind::For { .. } | StmtKind::While { .. } => loops::run(self, stmt, out),
            StmtKind::Call(call) => self.call(call, out),
            StmtKind::Effect(code) => out.push(Stmt::Expr(user(self.cx.func, code))),
        }
    }

    /// True unless this is a rerun in which nobody reads the value.
    pub(super) fn runs(&self, v: ValId) -> bool {
        self.rerun.as_ref().is_none_or(|needed| needed.contains(&v))
    }

    /// In a rerun, memory that outlives the loop has got its additions already.
    fn runs_store(&self, at: &Place) -> bool {
        match &self.rerun {
            None => true,
            Some(_) => self.plan.mems.contains(&at.mem),
        }
    }

    fn def(&self, v: ValId, op: &Op, out: &mut Vec<Stmt>) {
        if matches!(op, Op::Lit(_))
            || self
                .rerun
                .as_ref()
                .is_some_and(|needed| !needed.contains(&v))
        {
            return;
        }
        if let Op::Param(tokens) = op
            && self.cx.func.val(v).name == tokens.to_string()
        {
            return;
        }
        let value = operation(self.cx.func, v, op, self.cx.names);
        self.define(v, value, out);
        // The selection has been told already when a loop runs again.
        if self.rerun.is_none() && self.again.is_none() {
            out.extend(border(self.cx.func, v, op, self.cx.names));
        }
    }

    /// `let v = value;`, or an assignment if `v` is declared ahead.
    pub(super) fn define(&self, v: ValId, value: Expr, out: &mut Vec<Stmt>) {
        match self.plan.hoisted.contains(&Item::Val(v)) {
            true => out.push(Stmt::Assign {
                place: Expr::Val(v),
                op: "=",
                value,
            }),
            false => out.push(let_val(self.cx.func, v, false, Some(value))),
        }
    }

    fn branch(
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
        let phis: Vec<&Phi> = phis
            .iter()
            .filter(|p| {
                self.rerun
                    .as_ref()
                    .is_none_or(|needed| needed.contains(&p.out))
            })
            .collect();
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
            Item::Val(v) => let_val(
                self.cx.func,
                *v,
                true,
                Some(dummy(&self.cx.func.val(*v).ty)),
            ),
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

    fn call(&self, call: &Call, out: &mut Vec<Stmt>) {
        for arg in &call.args {
            if let crate::compiler::ssa::Arg::RefVal(v, Some(after)) = arg {
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
        let args: Vec<Expr> = call
            .args
            .iter()
            .map(|a| calls::argument(self.cx.func, &self.original(a)))
            .collect();
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

    /// What a copy was made of that is a row of a list.
    fn original(&self, arg: &Arg) -> Arg {
        match arg {
            Arg::Ref(false, at) => match self.plan.flat.get(&at.mem) {
                Some(row) => Arg::Ref(false, Place::whole(row.of)),
                None => arg.clone(),
            },
            arg => arg.clone(),
        }
    }

    /// No argument depends on a differentiated parameter: the function itself is called.
    fn constant_call(&self, call: &Call, args: Vec<Expr>, out: &mut Vec<Stmt>) {
        let value = calls::primal(call, args);
        let value = calls::parted(self.cx, call, value);
        match &call.result {
            None => out.push(Stmt::Expr(value)),
            Some(tree) => self.bind(tree, value, out),
        }
    }

    fn varied_call(&self, call: &Call, args: Vec<Expr>, out: &mut Vec<Stmt>) {
        let sel = &self.cx.names.sel;
        let leading = vec![Expr::Raw(quote!(#sel)), calls::kinds(self.cx, call)];
        let value = calls::invoke(self.cx, call, calls::Entry::Forward, leading, args);
        let residual = &call.residual;
        let kept = self.cx.facts.active_call(call);
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
        if kept && hoisted {
            let value = Expr::Call(quote!(::core::option::Option::Some), vec![Expr::Name(made)]);
            out.push(Stmt::Assign {
                place: Expr::Name(residual.clone()),
                op: "=",
                value,
            });
        }
    }

    /// Value and gradient at once: the adjoint of the result is known.
    fn seeded_call(&self, call: &Call, seeded: &Seeded, mut args: Vec<Expr>, out: &mut Vec<Stmt>) {
        let sel = &self.cx.names.sel;
        args.insert(0, Expr::Raw(quote!(#sel)));
        args.push(seeded.seed.clone());
        args.extend(seeded.bars.iter().cloned());
        out.extend(seeded.before.iter().cloned());
        let value = Expr::Call(self.cx.names.naming.path("__fused"), args);
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
            Tree::Tuple(parts) => {
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

/// The variable that keeps something beyond the block that it was made in. (Two underscores: names
/// that are derived from others must not be a user's.)
pub(super) fn kept_name(name: &Ident) -> Ident {
    Ident::new(
        &format!("{}__kept", crate::compiler::names::plain(name)),
        name.span(),
    )
}

/// `let v: f64 = init;`
pub(crate) fn let_val(func: &Func, v: ValId, mutable: bool, init: Option<Expr>) -> Stmt {
    let val = func.val(v);
    let ty = match &val.ty {
        ty @ (Ty::Real(_) | Ty::Bool) => Some(ty_tokens(ty)),
        _ => None,
    };
    Stmt::Let {
        name: val.name.clone(),
        mutable,
        ty,
        init,
    }
}

/// A value that is never read.
pub(super) fn dummy(ty: &Ty) -> Expr {
    match ty {
        Ty::Real(_) => real::zero(ty),
        Ty::Bool => Expr::Raw(quote!(false)),
        Ty::Maybe => Expr::Raw(quote!(::core::option::Option::None)),
        _ => Expr::Raw(quote!(0)),
    }
}

/// The type in Rust; `_` where the compiler does not know it.
pub(crate) fn ty_tokens(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Real(Real::F64) => quote!(f64),
        Ty::Real(Real::F32) => quote!(f32),
        Ty::Real(Real::Named(path)) => path.clone(),
        Ty::Real(Real::Param(name)) => name.to_token_stream(),
        Ty::Bool => quote!(bool),
        Ty::Unit => quote!(()),
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(ty_tokens);
            quote!((#(#parts,)*))
        }
        Ty::Array(inner, len) => {
            let inner = ty_tokens(inner);
            quote!([#inner; #len])
        }
        Ty::Vec(inner) => {
            let inner = ty_tokens(inner);
            quote!(::std::vec::Vec<#inner>)
        }
        Ty::Struct(of) => match &of.path {
            Some(path) if of.whole => path.clone(),
            _ => quote!(_),
        },
        _ => quote!(_),
    }
}

/// The type in Rust, if the compiler knows it.
pub(crate) fn known_ty(ty: &Ty) -> Option<TokenStream> {
    let tokens = ty_tokens(ty);
    (tokens.to_string() != "_").then_some(tokens)
}

/// A part of a memory variable.
pub(crate) fn place(func: &Func, at: &Place, base: Expr) -> Expr {
    let _ = func;
    at.path.iter().fold(base, |e, proj| match proj {
        Proj::Index(v) => Expr::index(e, Expr::Val(*v)),
        Proj::Range { lo, hi, inclusive } => {
            let bound = |v: &Option<ValId>| v.map(|v| Box::new(Expr::Val(v)));
            Expr::index(e, Expr::Range(bound(lo), bound(hi), *inclusive))
        }
        Proj::Field(k) => Expr::Field(Box::new(e), k.clone()),
    })
}

pub(crate) fn store_op(op: StoreOp) -> &'static str {
    match op {
        StoreOp::Set => "=",
        StoreOp::Add => "+=",
        StoreOp::Sub => "-=",
    }
}

/// `a.push(…);`
pub(crate) fn push(
    func: &Func,
    at: &Place,
    base: Expr,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
    mem: &dyn Fn(crate::compiler::ssa::MemId) -> Expr,
) -> Stmt {
    let inner = match &func.mem(at.mem).ty {
        Ty::Vec(inner) | Ty::Seq(inner) => (**inner).clone(),
        _ => Ty::Opaque,
    };
    Stmt::Expr(Expr::method(
        place(func, at, base),
        "push",
        vec![init_expr(func, &inner, init, val, mem)],
    ))
}

/// Copies a whole array or vector.
pub(crate) fn copy(func: &Func, dst: &Place, src: &Place) -> Stmt {
    let to = place(func, dst, Expr::Mem(dst.mem));
    let to = match (dst.path.is_empty(), func.mem(dst.mem).origin) {
        (true, Origin::Exclusive(_)) => Expr::Deref(Box::new(to)),
        _ => to,
    };
    let from = place(func, src, Expr::Mem(src.mem));
    Stmt::Assign {
        place: to,
        op: "=",
        value: Expr::method(from, "clone", Vec::new()),
    }
}

/// `let mut a = …;`
pub(crate) fn alloc(
    func: &Func,
    rt: &TokenStream,
    m: crate::compiler::ssa::MemId,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
    mem: &dyn Fn(crate::compiler::ssa::MemId) -> Expr,
) -> Stmt {
    let info = func.mem(m);
    if let Some(init) = of_lanes(func, rt, m, init, val) {
        return Stmt::Let {
            name: info.name.clone(),
            mutable: true,
            ty: None,
            init: Some(init),
        };
    }
    let init = match init {
        Init::Unset => None,
        Init::Blank if holds_struct(&info.ty) && !matches!(info.ty, Ty::Vec(_)) => {
            let known = match &info.ty {
                Ty::Struct(of) => of.path.as_ref().map(|path| quote!(::<#path>)),
                _ => None,
            };
            Some(Expr::Call(quote!(#rt::blank #known), Vec::new()))
        }
        init => Some(init_expr(func, &info.ty, init, val, mem)),
    };
    Stmt::Let {
        name: info.name.clone(),
        mutable: true,
        ty: known_ty(&info.ty),
        init,
    }
}

/// The storage of iterations that run side by side, or of their adjoints.
pub(super) fn of_lanes(
    func: &Func,
    rt: &TokenStream,
    m: crate::compiler::ssa::MemId,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
) -> Option<Expr> {
    func.strips.private.get(&m)?;
    let Init::Repeat(first, len) = init else {
        return None;
    };
    let Init::Val(first) = **first else {
        return None;
    };
    Some(match &func.mem(m).ty {
        Ty::Array(..) => Expr::Call(quote!(#rt::lanes), vec![val(first)]),
        _ => Expr::Call(quote!(#rt::rows), vec![val(first), val(*len)]),
    })
}

/// The expression that makes an array or vector.
pub(crate) fn init_expr(
    func: &Func,
    ty: &Ty,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
    mem: &dyn Fn(crate::compiler::ssa::MemId) -> Expr,
) -> Expr {
    let inner_ty = match ty {
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Seq(inner) => (**inner).clone(),
        _ => Ty::Opaque,
    };
    let is_vec = !matches!(ty, Ty::Array(..));
    match init {
        Init::Val(v) => val(*v),
        Init::Repeat(inner, len) => {
            let len = match ty {
                Ty::Array(_, len) => Expr::Raw(len.clone()),
                _ => Expr::Val(*len),
            };
            Expr::Repeat(
                is_vec,
                Box::new(init_expr(func, &inner_ty, inner, val, mem)),
                Box::new(len),
            )
        }
        Init::List(parts) => {
            let parts = parts
                .iter()
                .map(|p| init_expr(func, &inner_ty, p, val, mem))
                .collect();
            if is_vec {
                Expr::Vec(parts)
            } else {
                Expr::List(parts)
            }
        }
        Init::Tuple(parts) => {
            let types: Vec<Ty> = match ty {
                Ty::Tuple(types) => types.clone(),
                _ => vec![Ty::Opaque; parts.len()],
            };
            Expr::Tuple(
                parts
                    .iter()
                    .zip(&types)
                    .map(|(p, t)| init_expr(func, t, p, val, mem))
                    .collect(),
            )
        }
        Init::Struct { path, fields, base } => {
            let field = |(name, part): &(Member, Init)| {
                let ty = field_ty(ty, name);
                (name.clone(), init_expr(func, &ty, part, val, mem))
            };
            let fields = fields.iter().map(field).collect();
            let base = base.as_ref().map(|at| {
                let from = place(func, at, mem(at.mem));
                Box::new(Expr::method(from, "clone", Vec::new()))
            });
            Expr::Struct(path.clone(), fields, base)
        }
        Init::Clone(at) => {
            let from = place(func, at, mem(at.mem));
            let slice = matches!(at.path.last(), Some(Proj::Range { .. }))
                || (at.path.is_empty() && matches!(func.mem(at.mem).ty, Ty::Slice(_)));
            let owned_vec = matches!(ty, Ty::Vec(_));
            match (slice || owned_vec, matches!(ty, Ty::Array(..))) {
                (_, true) => match func.mem(at.mem).origin {
                    Origin::Local | Origin::Owned(_) => Expr::method(from, "clone", Vec::new()),
                    _ if at.path.is_empty() => {
                        Expr::method(Expr::Deref(Box::new(from)), "clone", Vec::new())
                    }
                    _ => Expr::method(from, "clone", Vec::new()),
                },
                (true, false) => Expr::method(from, "to_vec", Vec::new()),
                _ => Expr::method(from, "clone", Vec::new()),
            }
        }
        Init::Blank | Init::Unset => {
            reverse::zeros(ty).unwrap_or_else(|| Expr::Raw(quote!(::std::vec::Vec::new())))
        }
    }
}

/// The type of a field of a struct, as far as it is known.
fn field_ty(ty: &Ty, name: &Member) -> Ty {
    let Ty::Struct(of) = ty else {
        return Ty::Opaque;
    };
    let mut fields = of.fields.iter();
    fields
        .find(|(known, _)| known == name)
        .map_or(Ty::Opaque, |(_, ty)| ty.clone())
}

/// `lo..hi`, with what was said about its order.
pub(crate) fn range_expr(range: &Range) -> Expr {
    let base = Expr::Range(
        Some(Box::new(Expr::Val(range.lo))),
        Some(Box::new(Expr::Val(range.hi))),
        range.inclusive,
    );
    let step = |e: Expr| match range.step {
        Some(n) => Expr::method(e, "step_by", vec![Expr::Val(n)]),
        None => e,
    };
    let rev = |e: Expr| {
        if range.rev {
            Expr::method(e, "rev", Vec::new())
        } else {
            e
        }
    };
    if range.rev_first {
        step(rev(base))
    } else {
        rev(step(base))
    }
}

/// Tokens of the user's with their names in scope.
pub(crate) fn user(func: &Func, code: &Verbatim) -> Expr {
    let uses = code.uses.iter().map(|(name, used)| {
        let value = match used {
            Use::Tree(tree) => tree_expr(tree),
            Use::Place(at) => Expr::borrow(false, place(func, at, Expr::Mem(at.mem))),
        };
        (name.clone(), value)
    });
    Expr::User(code.tokens.clone(), uses.collect())
}

/// The value of a tree.
pub(crate) fn tree_expr(tree: &Tree) -> Expr {
    match tree {
        Tree::Val(v) => Expr::Val(*v),
        Tree::Mem(m) => Expr::Mem(*m),
        Tree::Tuple(parts) => Expr::Tuple(parts.iter().map(tree_expr).collect()),
    }
}

/// An operation as an expression over the values that it takes.
pub(crate) fn operation(func: &Func, v: ValId, op: &Op, names: &EmitNames) -> Expr {
    let (rt, sel) = (&names.rt, &names.sel);
    match op {
        Op::Lit(tokens) | Op::Param(tokens) => Expr::Raw(tokens.clone()),
        Op::Un(UnOp::Neg, a) => Expr::Neg(Box::new(Expr::Val(*a))),
        Op::Un(UnOp::Not, a) => Expr::Not(Box::new(Expr::Val(*a))),
        Op::Bin(op, a, b) => Expr::bin(bin_op(*op), Expr::Val(*a), Expr::Val(*b)),
        Op::Cast(a, ty) => match func.is_real(*a) && func.is_real(v) {
            true => {
                let [from, to] = [*a, v].map(|v| &func.val(v).ty);
                real::cast(Expr::Val(*a), from, to, rt)
            }
            false => Expr::Cast(Box::new(Expr::Val(*a)), ty.clone()),
        },
        Op::Stop(a) => Expr::Val(*a),
        Op::Load(at) => place(func, at, Expr::Mem(at.mem)),
        Op::LoadIf(guard, at) => load_if(func, v, *guard, place(func, at, Expr::Mem(at.mem))),
        Op::Measure(at, method) => Expr::Invoke(
            Box::new(place(func, at, Expr::Mem(at.mem))),
            method.to_token_stream(),
            Vec::new(),
        ),
        Op::Len(at) => Expr::method(place(func, at, Expr::Mem(at.mem)), "len", Vec::new()),
        Op::Rule { rule, args, .. } => scope(func, v, rule, args, rt).expr(rule.primal),
        Op::Weight {
            site,
            rule,
            kink,
            args,
        } => {
            let scope = scope(func, args[0], rule, args, rt);
            let kink = &rule.decisions[*kink];
            let args = vec![
                site_ref(names, *site),
                to_f64(func, args[0], scope.expr(kink.margin), rt),
                scope.expr(kink.above),
                scope.expr(kink.tie),
            ];
            Expr::method(Expr::Raw(quote!(#sel)), "weight", args)
        }
        Op::Branch { site, op, lhs, rhs } => {
            let (a, b) = (Expr::Val(*lhs), Expr::Val(*rhs));
            let margin = to_f64(
                func,
                if func.is_real(*lhs) { *lhs } else { *rhs },
                Expr::bin("-", a.clone(), b.clone()),
                rt,
            );
            let holds = Expr::bin(bin_op(*op), a.clone(), b.clone());
            Expr::method(
                Expr::Raw(quote!(#sel)),
                "branch",
                vec![site_ref(names, *site), margin, holds, Expr::bin("==", a, b)],
            )
        }
        Op::Classify(method, a) => {
            let path = real::method(&func.val(*a).ty, method, rt);
            Expr::Call(path, vec![Expr::Val(*a)])
        }
        Op::Opaque(code) => user(func, code),
    }
}

/// Tells the selection that an operation is at the border of its domain, if it is.
pub(crate) fn border(func: &Func, v: ValId, op: &Op, names: &EmitNames) -> Option<Stmt> {
    let (Op::Rule { rule, args, .. }, Some(site)) = (op, func.borders.get(&v)) else {
        return None;
    };
    let sel = &names.sel;
    let at = scope(func, v, rule, args, &names.rt).expr(rule.border?.at);
    let tell = Expr::method(
        Expr::Raw(quote!(#sel)),
        "border",
        vec![site_ref(names, *site)],
    );
    Some(Stmt::If {
        cond: at,
        then: vec![Stmt::Expr(tell)],
        els: Vec::new(),
    })
}

/// The operands of a row. An integer literal gets its type, so that methods can be called on it.
pub(crate) fn operands(rule: &autodiff_runtime::rules::Rule, args: &[ValId]) -> Vec<Expr> {
    let operand = |(k, v): (usize, &ValId)| match rule.integer_args.contains(&k) {
        true => Expr::Cast(Box::new(Expr::Val(*v)), quote!(i32)),
        false => Expr::Val(*v),
    };
    args.iter().enumerate().map(operand).collect()
}

fn scope<'r>(
    func: &Func,
    y: ValId,
    rule: &'r autodiff_runtime::rules::Rule,
    args: &[ValId],
    rt: &TokenStream,
) -> crate::compiler::rule_text::Scope<'r> {
    let names = rule
        .args
        .iter()
        .copied()
        .zip(operands(rule, args))
        .collect();
    crate::compiler::rule_text::Scope {
        names,
        real: func.val(y).ty.clone(),
        known: Vec::new(),
        tangents: false,
        rt: rt.clone(),
    }
}

/// `if guard { e } else { 0 }`
pub(super) fn load_if(func: &Func, v: ValId, guard: ValId, e: Expr) -> Expr {
    let otherwise = dummy(&func.val(v).ty);
    Expr::If(Box::new(Expr::Val(guard)), Box::new(e), Box::new(otherwise))
}

fn site_ref(names: &EmitNames, site: crate::compiler::ssa::SiteId) -> Expr {
    let sites = names.naming.path("__SITES");
    let k = proc_macro2::Literal::usize_unsuffixed(site.0 as usize);
    Expr::Raw(quote!(&#sites[#k]))
}

pub(crate) fn to_f64(func: &Func, like: ValId, e: Expr, rt: &TokenStream) -> Expr {
    match &func.val(like).ty {
        Ty::Real(Real::F64) => e,
        from => real::cast(e, from, &Ty::Real(Real::F64), rt),
    }
}

pub(crate) fn bin_op(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::Rem => "%",
        BinOp::And => "&&",
        BinOp::Or => "||",
        BinOp::BitAnd => "&",
        BinOp::BitOr => "|",
        BinOp::BitXor => "^",
        BinOp::Shl => "<<",
        BinOp::Shr => ">>",
        BinOp::Eq => "==",
        BinOp::Ne => "!=",
        BinOp::Lt => "<",
        BinOp::Le => "<=",
        BinOp::Gt => ">",
        BinOp::Ge => ">=",
    }
}
