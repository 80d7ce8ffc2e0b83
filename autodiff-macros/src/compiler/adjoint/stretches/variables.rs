//! The variables of outside that code in a stretch changes, reads or mentions.
//!
//! In: statements. Out: [`Changed`], [`Taken`] and [`Mentioned`]: names, and what each of them is in the primal or the adjoint.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::compiler::adjoint::Context;
use crate::compiler::code::{Callee, Expr, Stmt, Stretches};
use crate::compiler::hir::Ty;
use crate::compiler::ssa::{MemId, Op, Origin, ValId};

/// What a stretch takes from outside without changing it. A closure refers to it through two pointers,
/// which LLVM follows again after every store.
pub(super) struct Taken<'a> {
    cx: &'a Context<'a>,
    numbers: BTreeMap<String, ValId>,
    /// Memory, and whether only its elements and its length are read.
    memory: BTreeMap<MemId, bool>,
    declared: BTreeSet<String>,
}

impl<'a> Taken<'a> {
    pub(super) fn by(cx: &'a Context<'a>, of: &Stretches) -> Taken<'a> {
        let mut taken = Taken {
            cx,
            numbers: BTreeMap::new(),
            memory: BTreeMap::new(),
            declared: BTreeSet::new(),
        };
        taken
            .declared
            .extend(of.range.map(|v| cx.func.val(v).name.to_string()));
        let own = of.sums.iter().map(|sum| &sum.zero);
        of.locals
            .iter()
            .chain(own)
            .chain(&of.body)
            .for_each(|s| taken.stmt(s));
        taken
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let mut stmt = stmt.clone();
        match &stmt {
            Stmt::Let { name, .. } => {
                self.declared.insert(name.to_string());
            }
            Stmt::Bind { pattern, .. }
            | Stmt::Expect { pattern, .. }
            | Stmt::For { pattern, .. }
            | Stmt::Collect { pattern, .. } => self.declared.extend(words(pattern)),
            Stmt::Apart { rows, .. } => {
                self.declared
                    .extend(rows.iter().map(|row| row.name.to_string()));
            }
            _ => {}
        }
        let mut lists = Vec::new();
        stmt.for_each_part_mut(&mut |e| self.expr(e), &mut |inner| {
            lists.push(inner.clone())
        });
        lists.iter().flatten().for_each(|s| self.stmt(s));
    }

    fn expr(&mut self, e: &Expr) {
        match e {
            Expr::Val(v) => {
                let val = self.cx.func.val(*v);
                let literal = matches!(self.cx.layout.op(*v), Some(Op::Lit(_)));
                if !literal && matches!(val.ty, Ty::Real(_) | Ty::Int | Ty::Bool) {
                    self.numbers.insert(val.name.to_string(), *v);
                }
            }
            Expr::Mem(m) => {
                self.memory.insert(*m, false);
            }
            Expr::Index(base, index) if matches!(**base, Expr::Mem(_)) => {
                self.element(base);
                self.expr(index);
            }
            Expr::Method(base, "len", _) if matches!(**base, Expr::Mem(_)) => self.element(base),
            e => e.clone().for_each_child_mut(&mut |e| self.expr(e)),
        }
    }

    fn element(&mut self, base: &Expr) {
        if let Expr::Mem(m) = base {
            self.memory.entry(*m).or_insert(true);
        }
    }

    pub(super) fn numbers(&self) -> Vec<Ident> {
        let outside = |name: &&String| !self.declared.contains(*name);
        let names = self.numbers.keys().filter(outside);
        names
            .map(|name| self.cx.func.val(self.numbers[name]).name.clone())
            .collect()
    }

    pub(super) fn reads(&self) -> Vec<(Ident, Expr)> {
        let read = |(m, elements): (&MemId, &bool)| {
            let mem = self.cx.func.mem(*m);
            let outside = !self.declared.contains(&mem.name.to_string());
            let slices = matches!(mem.ty, Ty::Array(..) | Ty::Vec(_) | Ty::Slice(_));
            let all = Expr::Range(None, None, false);
            let slice = Expr::Ref(false, Box::new(Expr::index(Expr::Mem(*m), all)));
            (outside && slices && *elements).then(|| (mem.name.clone(), slice))
        };
        self.memory.iter().filter_map(read).collect()
    }
}

/// A variable that is changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Root {
    Val(ValId),
    Mem(MemId),
    Bar(ValId),
    MemBar(MemId),
    /// A buffer, a stack.
    Name,
}

/// The variables that code changes and does not declare.
pub(super) struct Changed<'a> {
    cx: &'a Context<'a>,
    scopes: Vec<BTreeSet<String>>,
    pub(super) found: BTreeMap<String, Root>,
}

impl<'a> Changed<'a> {
    pub(super) fn new(cx: &'a Context<'a>) -> Changed<'a> {
        Changed {
            cx,
            scopes: Vec::new(),
            found: BTreeMap::new(),
        }
    }

    pub(super) fn block(&mut self, stmts: &[Stmt]) {
        self.inside(&[], stmts);
    }

    fn inside(&mut self, declared: &[&Ident], stmts: &[Stmt]) {
        let declared = declared.iter().map(ToString::to_string);
        self.scopes.push(declared.collect());
        stmts.iter().for_each(|s| self.stmt(s));
        self.scopes.pop();
    }

    fn declare(&mut self, names: impl IntoIterator<Item = String>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(names);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { name, init, .. } => {
                init.iter().for_each(|e| self.expr(e));
                self.declare([name.to_string()]);
            }
            Stmt::Bind { pattern, init } | Stmt::Expect { pattern, init } => {
                self.expr(init);
                self.declare(words(pattern));
            }
            Stmt::Assign { place, value, .. } => {
                self.root(place);
                self.expr(place);
                self.expr(value);
            }
            Stmt::If { cond, then, els } => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            Stmt::For {
                pattern,
                iter,
                body,
            }
            | Stmt::Collect {
                pattern,
                iter,
                body,
                ..
            } => {
                self.expr(iter);
                self.scopes.push(words(pattern).into_iter().collect());
                self.block(body);
                self.scopes.pop();
            }
            Stmt::Loop { body } => self.block(body),
            Stmt::Apart { rows, body, .. } => {
                rows.iter().for_each(|row| self.expr(&row.from));
                let names: Vec<&Ident> = rows.iter().map(|row| &row.name).collect();
                self.inside(&names, body);
            }
            Stmt::Stretches(of) => self.block(&of.body),
            Stmt::Break => {}
            Stmt::Expr(e) => self.expr(e),
        }
    }

    fn expr(&mut self, e: &Expr) {
        let mut roots = Vec::new();
        e.walk(&mut |e| match e {
            Expr::Ref(true, inner) => roots.push((**inner).clone()),
            Expr::Method(receiver, method, args) => {
                if changes(method) {
                    roots.push((**receiver).clone());
                }
                roots.extend(args.iter().filter(|a| is_reference(self.cx, a)).cloned());
            }
            Expr::Call(_, args) | Expr::Invoke(_, _, args) => {
                roots.extend(args.iter().filter(|a| is_reference(self.cx, a)).cloned());
            }
            _ => {}
        });
        roots.iter().for_each(|e| self.root(e));
    }

    fn root(&mut self, place: &Expr) {
        let (name, root) = match place {
            Expr::Val(v) => (self.cx.func.val(*v).name.clone(), Root::Val(*v)),
            Expr::Mem(m) => (self.cx.func.mem(*m).name.clone(), Root::Mem(*m)),
            Expr::Bar(v) => (self.cx.names.bar(*v), Root::Bar(*v)),
            Expr::MemBar(m) => (self.cx.names.mem_bar(*m), Root::MemBar(*m)),
            Expr::Name(name) => (name.clone(), Root::Name),
            Expr::Index(base, _) | Expr::Field(base, _) => return self.root(base),
            Expr::Deref(base) | Expr::Ref(_, base) => return self.root(base),
            Expr::Method(base, ..) => return self.root(base),
            _ => return,
        };
        let name = name.to_string();
        if !self.scopes.iter().any(|scope| scope.contains(&name)) {
            self.found.insert(name, root);
        }
    }
}

/// True for the bar of a parameter as it is, which is a reference, and for what stands for one in a loop with the adjoint 1.
fn is_reference(cx: &Context<'_>, e: &Expr) -> bool {
    match e {
        Expr::MemBar(m) => cx.func.mem(*m).origin != Origin::Local,
        Expr::Name(name) => cx.temporaries.borrow().contains(&name.to_string()),
        _ => false,
    }
}

/// True for a method of a vector or slice that changes it.
fn changes(method: &str) -> bool {
    !matches!(
        method,
        "len" | "iter" | "clone" | "to_vec" | "rev" | "zip" | "step_by" | "count" | "is_empty"
    )
}

/// The names in code.
pub(super) struct Mentioned<'a> {
    cx: &'a Context<'a>,
    names: BTreeSet<String>,
}

impl<'a> Mentioned<'a> {
    pub(super) fn new(cx: &'a Context<'a>) -> Mentioned<'a> {
        Mentioned {
            cx,
            names: BTreeSet::new(),
        }
    }

    pub(super) fn add(&mut self, name: &Ident) {
        self.names.insert(name.to_string());
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        let cx = self.cx;
        stmt.walk(&mut |e| match e {
            Expr::Val(v) => self.add(&cx.func.val(*v).name),
            Expr::Mem(m) => self.add(&cx.func.mem(*m).name),
            Expr::Bar(v) => self.add(&cx.names.bar(*v)),
            Expr::MemBar(m) => self.add(&cx.names.mem_bar(*m)),
            Expr::Name(name) => self.add(name),
            Expr::Raw(tokens) | Expr::Call(Callee::Path(tokens), _) | Expr::User(tokens, _) => {
                self.names.extend(words(tokens));
            }
            Expr::Invoke(_, tokens, _) | Expr::Struct(tokens, ..) => {
                self.names.extend(words(tokens));
            }
            _ => {}
        });
    }
}

/// All identifiers in tokens.
fn words(tokens: &TokenStream) -> Vec<String> {
    let word = |token| match token {
        TokenTree::Ident(ident) => vec![ident.to_string()],
        TokenTree::Group(group) => words(&group.stream()),
        _ => Vec::new(),
    };
    tokens.clone().into_iter().flat_map(word).collect()
}
