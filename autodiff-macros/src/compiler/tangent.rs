//! The tangent: SSA → one forward sweep that carries a derivative along with every active value.
//!
//! In: the SSA form and the facts. Out: statements that compute the primal values and, beside each
//! active one, its tangent `x_dot`, along one direction or several at once ([`dots`](super::dots)). Nothing is stored; decisions are those of the primal.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use super::adjoint::{Context, calls, fields};
use super::code::{Expr, Stmt};
use super::dots::{self, Guard};
use super::emit::holds_struct;
use super::hir::{BinOp, Member, Ty, UnOp};
use super::primal::{
    self, alloc, border, copy, init_expr, let_val, operation, place, push, range_expr, shortened,
    store_op, tree_expr, user,
};
use super::real;
use super::singular::{self, Watch};
use super::ssa::{
    Arg, Block, Call, Init, MemId, Op, Origin, Phi, Place, Stmt as Ssa, StmtKind, StoreOp, Tree,
    ValId,
};

/// Writes the sweep; its value is the pair of the result and its tangent.
pub(crate) fn run(cx: &Context<'_>) -> (Vec<Stmt>, Expr) {
    let watch = Watch::of_tangents(cx);
    let pass = Tangent { cx, watch };
    let mut stmts = pass.block(&cx.func.body);
    for (param, dot) in cx.func.params.iter().zip(&cx.names.dots) {
        if let Some(exit) = param.exit {
            let deref = |name: &Ident| Expr::Deref(Box::new(Expr::Name(name.clone())));
            if cx.func.is_real(exit) {
                stmts.push(Stmt::Assign {
                    place: deref(dot),
                    op: "=",
                    value: pass.dot(exit),
                });
            }
            stmts.push(Stmt::Assign {
                place: deref(&param.name),
                op: "=",
                value: Expr::Val(exit),
            });
        }
    }
    super::fold::run(cx.func, &mut [&mut stmts]);
    let result = match &cx.func.result {
        Some(tree) => Expr::Tuple(vec![tree_expr(tree), pass.tree_dot(tree)]),
        None => Expr::Raw(quote!(((), ()))),
    };
    let dots = cx.names.values_by_dot();
    let nest = super::nest::Nest {
        of: |e| match e {
            Expr::Dot(v) => Some(*v),
            _ => None,
        },
        named: &|name| dots.get(&name.to_string()).copied(),
        vals: cx.func.vals.len(),
        result: Some(&result),
    };
    nest.run(&mut [&mut stmts]);
    if let Some(tree) = &cx.func.result {
        tree.for_each_mem(&mut |m| stmts.extend(pass.constant_result(m)));
    }
    (stmts, result)
}

struct Tangent<'a> {
    cx: &'a Context<'a>,
    watch: Watch,
}

impl Tangent<'_> {
    fn block(&self, block: &Block) -> Vec<Stmt> {
        let mut out = Vec::new();
        let mut left = block.stmts.as_slice();
        while let Some((stmt, after)) = left.split_first() {
            left = match self.cx.swap_at_start(left) {
                Some(swap) => {
                    let [a, b] = &swap.places;
                    let places = [a, b].map(|at| place(at, Expr::Mem(at.mem)));
                    out.push(primal::swap(places));
                    if self.cx.facts.active_place(a) {
                        let dots = [a, b].map(|at| place(at, Expr::MemDot(at.mem)));
                        out.push(primal::swap(dots));
                    }
                    &left[swap.statements..]
                }
                None => {
                    self.stmt(stmt, &mut out);
                    after
                }
            };
        }
        out
    }

    /// The tangent of a value: 0 if it is not active.
    fn dot(&self, v: ValId) -> Expr {
        if self.cx.facts.active(v) {
            Expr::Dot(v)
        } else {
            self.none(v)
        }
    }

    /// The tangent of a value that is constant.
    fn none(&self, v: ValId) -> Expr {
        match &self.cx.func.val(v).ty {
            ty @ (Ty::Int | Ty::Bool) => calls::without_numbers(ty, &self.cx.names.rt),
            ty => dots::none(ty),
        }
    }

    /// `zero_dots(directions, &x)`
    fn zero_dots(&self, like: Expr) -> Expr {
        let (rt, directions) = (&self.cx.names.rt, &self.cx.names.directions);
        Expr::call(
            quote!(#rt::zero_dots),
            vec![Expr::Name(directions.clone()), like],
        )
    }

    fn active(&self, v: ValId) -> Option<Expr> {
        self.cx.facts.active(v).then_some(Expr::Dot(v))
    }

    fn mem_dot(&self, m: MemId) -> Expr {
        let whole = match self.cx.func.mem(m).origin {
            Origin::Shared(_) | Origin::Exclusive(_) => Expr::Deref(Box::new(Expr::Mem(m))),
            Origin::Local | Origin::Owned(_) => Expr::Mem(m),
        };
        match self.cx.facts.active_mem(m) {
            true => Expr::MemDot(m),
            false => self.zero_dots(Expr::Ref(false, Box::new(whole))),
        }
    }

    /// The tangent of a part of memory.
    fn place_dot(&self, at: &Place) -> Expr {
        match self.cx.facts.active_mem(at.mem) && !self.cx.facts.active_place(at) {
            true => self.zero_dots(Expr::borrow(false, place(at, Expr::Mem(at.mem)))),
            false => place(at, self.mem_dot(at.mem)),
        }
    }

    /// The tangent of a result that is constant, made before the result is given away.
    fn constant_result(&self, m: MemId) -> Option<Stmt> {
        let name = self.cx.names.mem_dot(m);
        (!self.cx.facts.active_mem(m)).then(|| Stmt::Let {
            name,
            mutable: false,
            ty: None,
            init: Some(self.mem_dot(m)),
        })
    }

    fn tree_dot(&self, tree: &Tree) -> Expr {
        match tree {
            Tree::Val(v) if self.cx.func.is_real(*v) => self.dot(*v),
            Tree::Val(v) => calls::without_numbers(&self.cx.func.val(*v).ty, &self.cx.names.rt),
            Tree::Mem(m) => Expr::MemDot(*m),
            Tree::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| self.tree_dot(p)).collect()),
        }
    }

    fn stmt(&self, stmt: &Ssa, out: &mut Vec<Stmt>) {
        let _func = self.cx.func;
        match &stmt.kind {
            StmtKind::Def(v, op) => self.def(*v, op, out),
            // A tangent takes the lengths of what it becomes.
            StmtKind::Alloc(_, Init::Lengths(_)) => {}
            StmtKind::Alloc(m, init) => self.alloc(*m, init, out),
            StmtKind::Store {
                place: at,
                op,
                value,
            } => self.store(at, *op, *value, out),
            StmtKind::Push { place: at, init } => self.push(at, init, out),
            StmtKind::Copy { dst, src, .. } => self.copy(dst, src, out),
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => self.branch(*cond, then, els, phis, out),
            StmtKind::For { .. } | StmtKind::While { .. } => self.looped(stmt, out),
            StmtKind::Call(call) => self.call(call, out),
            StmtKind::Effect(code) => out.push(Stmt::Expr(user(code))),
            // Only for value and gradient in one go.
            StmtKind::Leave { .. } => {}
        }
    }

    fn push(&self, at: &Place, init: &Init, out: &mut Vec<Stmt>) {
        let func = self.cx.func;
        let (val, mem) = (|v| Expr::Val(v), |m| Expr::Mem(m));
        let primal = push(func, at, Expr::Mem(at.mem), init, &val, &mem);
        if !self.cx.facts.active_place(at) || calls::is_integer(func, init) {
            return out.push(primal);
        }
        if !holds_literal(init) && !self.takes_constants(init) {
            let (val, mem) = (|v| self.dot(v), |m| self.mem_dot(m));
            out.extend([
                primal,
                push(func, at, Expr::MemDot(at.mem), init, &val, &mem),
            ]);
            return;
        }
        // A struct: its tangent begins as zeros of the element that was pushed.
        out.push(primal);
        let rt = &self.cx.names.rt;
        let last = |base| {
            let last = vec![Expr::borrow(false, place(at, base))];
            Expr::call(quote!(#rt::last), last)
        };
        let zeros = self.zero_dots(last(Expr::Mem(at.mem)));
        let name = self
            .cx
            .scratch
            .borrow_mut()
            .numbered("pushed_dot", "_", 1, func.name.span());
        out.push(Stmt::Let {
            name: name.clone(),
            mutable: true,
            ty: None,
            init: Some(zeros),
        });
        self.assign_dots(Expr::Name(name.clone()), init, out);
        let to = place(at, Expr::MemDot(at.mem));
        out.push(Stmt::Expr(Expr::method(to, "push", vec![Expr::Name(name)])));
    }

    fn def(&self, v: ValId, op: &Op, out: &mut Vec<Stmt>) {
        let (func, names) = (self.cx.func, self.cx.names);
        if matches!(op, Op::Lit(_)) {
            return;
        }
        let named = matches!(op, Op::Param(tokens) if func.val(v).name == tokens.to_string());
        let dot = self.active(v).map(|_| self.derivative(v, op));
        if let Some(dot) = dot {
            let same =
                matches!((&dot, op), (Expr::Name(name), Op::Param(_)) if *name == names.dot(v));
            // The tangent of the result may be taken before or after the result; partials read it.
            if !named {
                out.push(let_val(func, v, false, Some(operation(func, v, op, names))));
            }
            if !same {
                out.push(self.let_dot(v, false, Some(dot)));
            }
        } else if !named {
            let value = operation(func, v, op, names);
            let value = match self.margin_dot(op) {
                Some(dot) => along(value, dot),
                None => value,
            };
            out.push(let_val(func, v, false, Some(value)));
        }
        out.extend(border(func, v, op, names));
    }

    /// The tangent of the margin of a decision, if it can be told: what is compared has tangents, and the margin is a
    /// difference. It lets a selection follow the side that is really taken along the tangents.
    fn margin_dot(&self, op: &Op) -> Option<Expr> {
        let (slopes, args) = match op {
            Op::Weight {
                rule, kink, args, ..
            } => (rule.margin_slopes(*kink)?, args.clone()),
            Op::Branch { lhs, rhs, .. } => (vec![1.0, -1.0], vec![*lhs, *rhs]),
            _ => return None,
        };
        let facts = self.cx.facts;
        if args.iter().any(|a| facts.varied(*a) && !facts.active(*a)) {
            return None;
        }
        let func = self.cx.func;
        let term = |(slope, a): (&f64, &ValId)| {
            let dot = self.active(*a).filter(|_| *slope != 0.0)?;
            let dot = match (*slope, &func.val(*a).ty) {
                (1.0, _) => dot,
                (-1.0, _) => Expr::neg(dot),
                (slope, ty) => {
                    let slope = proc_macro2::Literal::f64_unsuffixed(slope);
                    Expr::mul(dot, real::number(ty, quote!(#slope)))
                }
            };
            Some(dot)
        };
        let terms = slopes.iter().zip(&args).filter_map(term);
        let terms = terms.reduce(|a, b| sum(Some(a), Some(b)));
        args.iter().find(|a| func.is_real(**a))?;
        let rt = &self.cx.names.rt;
        Some(match terms {
            Some(terms) => Expr::call(quote!(#rt::along), vec![terms]),
            None => Expr::Raw(quote!(#rt::core::option::Option::Some(0.0))),
        })
    }

    fn let_dot(&self, v: ValId, mutable: bool, init: Option<Expr>) -> Stmt {
        Stmt::Let {
            name: self.cx.names.dot(v),
            mutable,
            ty: Some(dots::type_of(&self.cx.func.val(v).ty)),
            init,
        }
    }

    fn derivative(&self, v: ValId, op: &Op) -> Expr {
        match op {
            Op::Param(tokens) => self.param_dot(tokens),
            Op::Un(UnOp::Neg, a) => Expr::neg(self.dot(*a)),
            Op::Bin(BinOp::Add, a, b) => sum(self.active(*a), self.active(*b)),
            Op::Bin(BinOp::Sub, a, b) => sum(self.active(*a), self.active(*b).map(Expr::neg)),
            Op::Bin(BinOp::Mul, a, b) => {
                let guard = self.guard(v, op);
                let by = |dot: Expr, partial: ValId| {
                    let guard = match singular::is_number(self.cx, partial) {
                        true => Guard::Nothing,
                        false => guard,
                    };
                    guard.times(&self.cx.names.rt, dot, Expr::Val(partial))
                };
                let left = self.active(*a).map(|d| by(d, *b));
                let right = self.active(*b).map(|d| by(d, *a));
                sum(left, right)
            }
            Op::Bin(BinOp::Div, a, b) => {
                let rt = &self.cx.names.rt;
                if !singular::is_singular(self.cx, v, op) {
                    return Expr::bin("/", self.dot(*a), Expr::Val(*b));
                }
                let right = self.active(*b);
                let right = right.map(|d| Expr::neg(Guard::Both.times(rt, d, Expr::Val(v))));
                Guard::Both.over(rt, sum(self.active(*a), right), Expr::Val(*b))
            }
            Op::Bin(BinOp::Rem, a, b) => {
                let trunc = Ident::new("trunc", proc_macro2::Span::call_site());
                let steps = Expr::call(
                    real::method(&self.cx.func.val(v).ty, &trunc, &self.cx.names.rt),
                    vec![Expr::bin(BinOp::Div.symbol(), Expr::Val(*a), Expr::Val(*b))],
                );
                sum(
                    self.active(*a),
                    self.active(*b).map(|d| Expr::neg(Expr::mul(d, steps))),
                )
            }
            Op::Cast(a, _) => {
                let [from, to] = [*a, v].map(|v| &self.cx.func.val(v).ty);
                dots::cast(self.dot(*a), from, to)
            }
            Op::Rule {
                rule,
                args,
                weights,
            } => {
                let scope = super::adjoint::rule_scope(self.cx, v, rule, args, weights);
                // The sweep is a single one, in which later values do not exist yet.
                let scope = super::rule_text::Scope {
                    known: Vec::new(),
                    tangents: Some(self.guard(v, op)),
                    ..scope
                };
                let terms = args.iter().enumerate().filter_map(|(k, a)| {
                    let dot = self.active(*a)?;
                    Some(scope.seeded(rule.partials.get(k)?, &dot))
                });
                terms
                    .reduce(|a, b| sum(Some(a), Some(b)))
                    .unwrap_or_else(|| self.none(v))
            }
            Op::Load(at) => place(at, Expr::MemDot(at.mem)),
            Op::LoadIf(guard, at) => Expr::If(
                Box::new(Expr::Val(*guard)),
                Box::new(place(at, Expr::MemDot(at.mem))),
                Box::new(self.none(v)),
            ),
            _ => self.none(v),
        }
    }

    /// What a callee is given may have an infinite tangent; beside a costly operation nobody notices a guard.
    fn guard(&self, v: ValId, op: &Op) -> Guard {
        let costly = matches!(op, Op::Rule { rule, .. } if rule.costly);
        match singular::is_singular(self.cx, v, op) {
            true => Guard::Both,
            false if costly || self.watch.is_wild(self.cx, v, op) => Guard::Partial,
            false => Guard::Nothing,
        }
    }

    /// The tangent of a parameter or a part of one: the same tokens with the name of the tangent.
    fn param_dot(&self, tokens: &TokenStream) -> Expr {
        let mut exclusive = false;
        let renamed: TokenStream = tokens
            .clone()
            .into_iter()
            .map(|tree| match &tree {
                TokenTree::Ident(name) => {
                    match self.cx.func.params.iter().position(|p| p.name == *name) {
                        Some(k) => {
                            exclusive = self.cx.func.params[k].exit.is_some();
                            TokenTree::Ident(self.cx.names.dots[k].clone())
                        }
                        None => tree,
                    }
                }
                _ => tree,
            })
            .collect();
        // The tangent of a shared reference is at hand as a value.
        let text = renamed.to_string();
        match (text.strip_prefix('*'), exclusive) {
            (Some(_), false) => Expr::Raw(renamed.into_iter().skip(1).collect()),
            _ => match syn::parse2::<Ident>(renamed.clone()) {
                Ok(name) => Expr::Name(name),
                Err(_) => Expr::Raw(renamed),
            },
        }
    }

    /// True if something of it is copied from a `#[constant]` field, which has no tangent.
    fn takes_constants(&self, init: &Init) -> bool {
        let mut found = false;
        init.for_each_source(&mut |at| {
            found |= self.cx.facts.active_mem(at.mem) && !self.cx.facts.active_place(at);
        });
        found
    }

    fn alloc(&self, m: MemId, init: &Init, out: &mut Vec<Stmt>) {
        let (func, rt) = (self.cx.func, &self.cx.names.rt);
        let is_list_of_structs = is_empty(init) && names_struct(&func.mem(m).ty);
        let holds_literal = holds_struct(&func.mem(m).ty) && holds_literal(init);
        if is_list_of_structs || holds_literal || self.takes_constants(init) {
            return self.alloc_struct(m, init, out);
        }
        let from_param = match init {
            Init::Val(v) => match self.cx.layout.op(*v) {
                Some(Op::Param(tokens)) => Some(self.param_dot(tokens)),
                // What comes from constants as a whole has no tangent yet.
                _ => Some(self.zero_dots(Expr::Ref(false, Box::new(Expr::Val(*v))))),
            },
            _ => None,
        };
        if self.cx.facts.active_mem(m) {
            let ty = &func.mem(m).ty;
            // The tangent of a struct is of a type that rustc knows; what a list of tuples holds it may hear of too late.
            let written = match ty {
                Ty::Vec(of) if matches!(**of, Ty::Tuple(_)) => Some(dots::type_of(ty)),
                ty => (!holds_struct(ty)).then(|| dots::type_of(ty)),
            };
            if matches!(init, Init::Unset) {
                out.push(Stmt::Let {
                    name: self.cx.names.mem_dot(m),
                    mutable: true,
                    ty: None,
                    init: None,
                });
                out.push(alloc(func, rt, m, init, &|v| Expr::Val(v), &|m| {
                    Expr::Mem(m)
                }));
                return;
            }
            let value = from_param.unwrap_or_else(|| {
                let dots = init_expr(func, ty, init, &|v| self.dot(v), &|m| self.mem_dot(m));
                dots::without_zeros(dots)
            });
            out.push(Stmt::Let {
                name: self.cx.names.mem_dot(m),
                mutable: true,
                ty: written,
                init: Some(value),
            });
        }
        out.push(alloc(func, rt, m, init, &|v| Expr::Val(v), &|m| {
            Expr::Mem(m)
        }));
    }

    /// The tangent of a struct has the fields of the struct, and a type whose literal cannot be
    /// written: zeros, of which the active parts are assigned.
    fn alloc_struct(&self, m: MemId, init: &Init, out: &mut Vec<Stmt>) {
        let (func, rt) = (self.cx.func, &self.cx.names.rt);
        out.push(alloc(func, rt, m, init, &|v| Expr::Val(v), &|m| {
            Expr::Mem(m)
        }));
        if !self.cx.facts.active_mem(m) {
            return;
        }
        out.push(self.let_zero_dots(m));
        self.assign_dots(Expr::MemDot(m), init, out);
    }

    /// `let mut m_dot = zero_dots(directions, &m);`
    fn let_zero_dots(&self, m: MemId) -> Stmt {
        let zeros = self.zero_dots(Expr::Ref(false, Box::new(Expr::Mem(m))));
        Stmt::Let {
            name: self.cx.names.mem_dot(m),
            mutable: true,
            ty: None,
            init: Some(zeros),
        }
    }

    fn assign_dots(&self, to: Expr, init: &Init, out: &mut Vec<Stmt>) {
        let set = |place: Expr, value: Expr| Stmt::Assign {
            place,
            op: "=",
            value,
        };
        match init {
            Init::Val(v) => out.extend(self.active(*v).map(|dot| set(to, dot))),
            Init::Clone(at) if self.cx.facts.active_place(at) => {
                let from = place(at, Expr::MemDot(at.mem));
                out.push(set(to, self.owned_copy(at, from)));
            }
            Init::List(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    let k = proc_macro2::Literal::usize_unsuffixed(k);
                    self.assign_dots(Expr::index(to.clone(), Expr::Raw(quote!(#k))), part, out);
                }
            }
            Init::Tuple(parts) => {
                for (k, part) in parts.iter().enumerate() {
                    self.assign_dots(Expr::part(to.clone(), k), part, out);
                }
            }
            Init::Repeat(inner, _) => {
                let mut body = Vec::new();
                let name = Ident::new("element", self.cx.func.name.span());
                let element = Expr::Deref(Box::new(Expr::Name(name.clone())));
                self.assign_dots(element, inner, &mut body);
                // A list of constants may be a field that has no tangent.
                if !body.is_empty() {
                    out.push(Stmt::For {
                        pattern: quote!(#name),
                        iter: Expr::method(to, "iter_mut", Vec::new()),
                        body,
                    });
                }
            }
            Init::Struct { fields, base, .. } => {
                if let Some(at) = base.as_ref().filter(|at| self.cx.facts.active_mem(at.mem)) {
                    self.assign_base(&to, at, fields, out);
                }
                for (name, part) in fields {
                    let field = Expr::Field(Box::new(to.clone()), name.clone());
                    self.assign_dots(field, part, out);
                }
            }
            Init::Clone(_) | Init::Lengths(_) | Init::Blank | Init::Unset => {}
        }
    }

    /// The tangent of `..base`; what is given beside it has zeros of its own shape: `let zeros = replace(&mut m_dot, base_dot.clone());
    /// m_dot.list = zeros.list;`
    fn assign_base(&self, to: &Expr, at: &Place, fields: &[(Member, Init)], out: &mut Vec<Stmt>) {
        let rt = &self.cx.names.rt;
        let from = self.owned_copy(at, place(at, Expr::MemDot(at.mem)));
        let mut scratch = self.cx.scratch.borrow_mut();
        let zeros = scratch.numbered("zeros", "_", 1, self.cx.func.name.span());
        let replaced = vec![Expr::borrow(true, to.clone()), from];
        out.push(Stmt::Let {
            name: zeros.clone(),
            mutable: false,
            ty: None,
            init: Some(Expr::call(quote!(#rt::core::mem::replace), replaced)),
        });
        for (name, _) in fields {
            let field = |of: Expr| Expr::Field(Box::new(of), name.clone());
            out.push(Stmt::Assign {
                place: field(to.clone()),
                op: "=",
                value: field(Expr::Name(zeros.clone())),
            });
        }
    }

    /// `from.clone()`, or `from.to_vec()` of a slice.
    fn owned_copy(&self, at: &Place, from: Expr) -> Expr {
        match calls::is_unsized(self.cx, at) {
            true => Expr::method(from, "to_vec", Vec::new()),
            false => Expr::method(from, "clone", Vec::new()),
        }
    }

    fn store(&self, at: &Place, op: StoreOp, value: ValId, out: &mut Vec<Stmt>) {
        let _func = self.cx.func;
        out.push(Stmt::Assign {
            place: place(at, Expr::Mem(at.mem)),
            op: store_op(op),
            value: Expr::Val(value),
        });
        if !self.cx.facts.active_place(at) {
            return;
        }
        let constant = matches!(self.cx.func.place_ty(at), Some(Ty::Opaque))
            && matches!(self.cx.func.val(value).ty, Ty::Opaque);
        if constant && op == StoreOp::Set {
            // Only rustc knows whether there is a tangent.
            let (rt, dot) = (&self.cx.names.rt, place(at, Expr::MemDot(at.mem)));
            let clear = Expr::call(quote!(#rt::clear), vec![Expr::borrow(true, dot)]);
            return out.push(Stmt::Expr(clear));
        }
        if self.active(value).is_some() || op == StoreOp::Set {
            out.push(Stmt::Assign {
                place: place(at, Expr::MemDot(at.mem)),
                op: store_op(op),
                value: self.dot(value),
            });
        }
    }

    fn copy(&self, dst: &Place, src: &Place, out: &mut Vec<Stmt>) {
        let rt = &self.cx.names.rt;
        out.push(copy(self.cx.func, rt, dst, src));
        if !self.cx.facts.active_place(dst) {
            return;
        }
        if src.is_start_of(dst) {
            let dot = place(dst, Expr::MemDot(dst.mem));
            return out.extend(shortened(rt, dot, src));
        }
        let to = match dst.path.is_empty()
            && self.cx.func.mem(dst.mem).origin != super::ssa::Origin::Local
        {
            true => Expr::Deref(Box::new(Expr::MemDot(dst.mem))),
            false => place(dst, Expr::MemDot(dst.mem)),
        };
        let from = self.place_dot(src);
        out.push(Stmt::Assign {
            place: to,
            op: "=",
            value: Expr::method(from, "clone", Vec::new()),
        });
    }

    fn branch(&self, cond: ValId, then: &Block, els: &Block, phis: &[Phi], out: &mut Vec<Stmt>) {
        for p in phis {
            out.push(let_val(self.cx.func, p.out, false, None));
            if self.active(p.out).is_some() {
                out.push(self.let_dot(p.out, false, None));
            }
        }
        let arm = |block: &Block, side: &dyn Fn(&Phi) -> ValId| {
            let mut stmts = self.block(block);
            for p in phis {
                stmts.push(Stmt::Assign {
                    place: Expr::Val(p.out),
                    op: "=",
                    value: Expr::Val(side(p)),
                });
                if self.active(p.out).is_some() {
                    stmts.push(Stmt::Assign {
                        place: Expr::Dot(p.out),
                        op: "=",
                        value: self.dot(side(p)),
                    });
                }
            }
            stmts
        };
        let (then, els) = (arm(then, &|p| p.then), arm(els, &|p| p.els));
        if !then.is_empty() || !els.is_empty() {
            out.push(Stmt::If {
                cond: Expr::Val(cond),
                then,
                els,
            });
        }
    }

    fn looped(&self, stmt: &Ssa, out: &mut Vec<Stmt>) {
        let Some(body) = stmt.kind.loop_body() else {
            return;
        };
        let (mut enter, mut leave) = (Vec::new(), Vec::new());
        for c in stmt.kind.carried() {
            out.push(let_val(self.cx.func, c.out, true, Some(Expr::Val(c.init))));
            enter.push(let_val(self.cx.func, c.phi, false, Some(Expr::Val(c.out))));
            leave.push(Stmt::Assign {
                place: Expr::Val(c.out),
                op: "=",
                value: Expr::Val(c.next),
            });
            if self.active(c.out).is_some() {
                out.push(self.let_dot(c.out, true, Some(self.dot(c.init))));
                leave.push(Stmt::Assign {
                    place: Expr::Dot(c.out),
                    op: "=",
                    value: self.dot(c.next),
                });
            }
            if self.active(c.phi).is_some() {
                enter.push(self.let_dot(c.phi, false, Some(self.dot(c.out))));
            }
        }
        let mut inner = enter;
        if let StmtKind::While { head, cond, .. } = &stmt.kind {
            inner.extend(self.block(head));
            inner.push(Stmt::If {
                cond: Expr::Not(Box::new(Expr::Val(*cond))),
                then: primal::leave(self.cx.func, stmt.kind.carried()),
                els: Vec::new(),
            });
        }
        inner.extend(self.block(body));
        inner.extend(leave);
        out.push(match &stmt.kind {
            StmtKind::For {
                counter,
                range,
                until,
                ..
            } => {
                if let Some(until) = until {
                    inner.push(Stmt::If {
                        cond: Expr::Val(*until),
                        then: vec![Stmt::Break],
                        els: Vec::new(),
                    });
                }
                let counter = &self.cx.func.val(*counter).name;
                Stmt::For {
                    pattern: quote!(#counter),
                    iter: range_expr(range),
                    body: inner,
                }
            }
            _ => Stmt::Loop { body: inner },
        });
    }

    fn call(&self, call: &Call, out: &mut Vec<Stmt>) {
        for arg in &call.args {
            if let Arg::RefVal(v, Some(after)) = arg {
                out.push(let_val(self.cx.func, *after, true, Some(Expr::Val(*v))));
                if self.cx.func.is_real(*after) {
                    out.push(self.let_dot(*after, true, Some(self.dot(*v))));
                }
            }
        }
        match self.cx.facts.varied_call(call) {
            true => self.varied_call(call, out),
            false => self.constant_call(call, out),
        }
    }

    fn constant_call(&self, call: &Call, out: &mut Vec<Stmt>) {
        let args = call.args.iter();
        let args = args.map(|a| calls::argument(self.cx.func, a));
        let mut args: Vec<Expr> = args.collect();
        fields::borrow_apart(&mut args, out);
        let value = calls::primal(call, args);
        let value = calls::parted(self.cx, call, value);
        match &call.result {
            None => out.push(calls::dropped(value)),
            Some(tree) => {
                let (names, ty) = (
                    calls::pattern(self.cx.func, tree),
                    calls::type_of(self.cx.func, tree),
                );
                out.push(Stmt::Bind {
                    pattern: quote!(#names: #ty),
                    init: value,
                });
                // What varies is written to it later.
                tree.for_each_mem(&mut |m| {
                    if self.cx.facts.active_mem(m) {
                        out.push(self.let_zero_dots(m));
                    }
                });
            }
        }
    }

    fn varied_call(&self, call: &Call, out: &mut Vec<Stmt>) {
        let (sel, directions) = (&self.cx.names.sel, &self.cx.names.directions);
        let mut args = Vec::new();
        let first = calls::with_sites(self.cx, call);
        for (i, arg) in call.args.iter().enumerate() {
            args.push(calls::argument(self.cx.func, arg));
            let dot = self.argument_dot(arg, out);
            args.push(match first == Some(i) {
                true => calls::at_sites(self.cx, call, dot),
                false => dot,
            });
        }
        fields::borrow_apart(&mut args, out);
        let leading = vec![Expr::Raw(quote!(#sel)), Expr::Raw(quote!(#directions))];
        let value = calls::invoke(self.cx, call, calls::Entry::Tangent, leading, args);
        let pattern = match &call.result {
            None => quote!(_),
            Some(tree) => {
                let (names, dots) = (calls::pattern(self.cx.func, tree), self.dot_pattern(tree));
                let ty = calls::type_of(self.cx.func, tree);
                quote!((#names, #dots): (#ty, _))
            }
        };
        out.push(Stmt::Bind {
            pattern,
            init: value,
        });
    }

    fn dot_pattern(&self, tree: &Tree) -> TokenStream {
        match tree {
            Tree::Val(v) if self.active(*v).is_some() => {
                let name = self.cx.names.dot(*v);
                quote!(#name)
            }
            Tree::Mem(m) if self.cx.facts.active_mem(*m) => {
                let name = self.cx.names.mem_dot(*m);
                quote!(mut #name)
            }
            Tree::Tuple(parts) if !parts.is_empty() => {
                let parts = parts.iter().map(|p| self.dot_pattern(p));
                quote!((#(#parts,)*))
            }
            _ => quote!(_),
        }
    }

    fn argument_dot(&self, arg: &Arg, out: &mut Vec<Stmt>) -> Expr {
        let rt = &self.cx.names.rt;
        if !calls::is_varied(self.cx, arg) {
            return Expr::Raw(quote!(#rt::Unvaried));
        }
        let _func = self.cx.func;
        match arg {
            // Lent, and not moved: the callee may take any tangent.
            Arg::Ref(true, at) if self.own_reference(at) => {
                let whole = Expr::Deref(Box::new(Expr::MemDot(at.mem)));
                Expr::Ref(true, Box::new(whole))
            }
            Arg::Ref(true, at) if self.cx.facts.active_place(at) => {
                Expr::borrow(true, place(at, Expr::MemDot(at.mem)))
            }
            // Memory without tangent that the callee may write to: nobody reads what it leaves.
            Arg::Ref(true, at) => {
                let like = Expr::borrow(false, place(at, Expr::Mem(at.mem)));
                let zeros = self.zero_dots(like);
                let name = self.cx.names.mem_dot(at.mem);
                out.push(Stmt::Let {
                    name: name.clone(),
                    mutable: true,
                    ty: None,
                    init: Some(zeros),
                });
                match calls::is_unsized(self.cx, at) {
                    true => Expr::Raw(quote!(&mut #name[..])),
                    false => Expr::Raw(quote!(&mut #name)),
                }
            }
            Arg::RefVal(_, Some(after)) => Expr::Ref(true, Box::new(Expr::Dot(*after))),
            Arg::Val(v) | Arg::RefVal(v, None) => {
                self.tangent(Expr::Ref(false, Box::new(self.dot(*v))))
            }
            Arg::Ref(false, at) | Arg::Own(at) if self.own_reference(at) => {
                let whole = Expr::Deref(Box::new(Expr::MemDot(at.mem)));
                self.tangent(Expr::Ref(false, Box::new(whole)))
            }
            Arg::Ref(false, at) | Arg::Own(at) => {
                self.tangent(Expr::borrow(false, self.place_dot(at)))
            }
            Arg::Tuple(parts) => {
                let dots = Expr::Tuple(parts.iter().map(|p| self.part_dot(p)).collect());
                self.tangent(Expr::Ref(false, Box::new(dots)))
            }
        }
    }

    /// True if the tangent of the argument is a reference that this function got.
    fn own_reference(&self, at: &Place) -> bool {
        self.cx.facts.active_place(at) && calls::is_reference(self.cx.func, at)
    }

    fn part_dot(&self, arg: &Arg) -> Expr {
        match arg {
            Arg::Val(v) | Arg::RefVal(v, _) => self.dot(*v),
            Arg::Own(at) | Arg::Ref(_, at) => Expr::method(self.place_dot(at), "clone", Vec::new()),
            Arg::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| self.part_dot(p)).collect()),
        }
    }

    fn tangent(&self, e: Expr) -> Expr {
        let rt = &self.cx.names.rt;
        Expr::call(quote!(#rt::Tangent), vec![e])
    }
}

/// The decision, with the tangent of its margin: `sel.weight_along(site, (margin, dot), above, tie)`.
fn along(decision: Expr, dot: Expr) -> Expr {
    let Expr::Method(sel, name, mut args) = decision else {
        return decision;
    };
    if args.len() > 1 {
        let margin = std::mem::replace(&mut args[1], Expr::zero());
        args[1] = Expr::Tuple(vec![margin, dot]);
    }
    let name = match name {
        "weight" => "weight_along",
        _ => "branch_along",
    };
    Expr::Method(sel, name, args)
}

/// True if a struct literal is in it.
fn holds_literal(init: &Init) -> bool {
    match init {
        Init::Struct { .. } => true,
        Init::List(parts) | Init::Tuple(parts) => parts.iter().any(holds_literal),
        Init::Repeat(inner, _) => holds_literal(inner),
        // The tangent of a struct that has no value yet is the gradient of that value.
        Init::Blank => true,
        Init::Val(_) | Init::Clone(_) | Init::Lengths(_) | Init::Unset => false,
    }
}

/// True for `Vec::new()`, which tells nothing of its elements.
fn is_empty(init: &Init) -> bool {
    matches!(init, Init::List(parts) if parts.is_empty())
}

/// True for lists of structs whose type can be written.
fn names_struct(ty: &Ty) -> bool {
    match ty {
        Ty::Vec(inner) | Ty::Array(inner, _) => names_struct(inner),
        Ty::Struct(of) => of.path.is_some() && of.whole,
        _ => false,
    }
}

/// The sum of what there is.
fn sum(a: Option<Expr>, b: Option<Expr>) -> Expr {
    match (a, b) {
        (Some(a), Some(Expr::Neg(b))) => Expr::bin("-", a, *b),
        (Some(a), Some(b)) => Expr::bin("+", a, b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => Expr::zero(),
    }
}
