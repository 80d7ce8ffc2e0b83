//! What a reverse sweep reads of its arguments, and for whose adjoint.
//!
//! ```text
//! out[i] = y[i] + a * k[i]      a_bar += out_bar[i] * k[i];  k_bar[i] += out_bar[i] * a;  y_bar[i] += out_bar[i]
//! ```
//!
//! `k` is read for the adjoint of `a` alone, and `y` for none. A caller for whom `a` is a constant need not keep `k` until the
//! reverse sweep (`copies`).
//!
//! In: the reverse sweep of a function. Out: a set of parameters, one bit each, for every parameter. What flows where is found by
//! name and without regard to order, which errs towards more reads: from what a statement mentions, and from the conditions around
//! it, to what it declares or changes. That an array has a length is nothing that is read. (Statements of the SSA form say themselves what
//! they read and write, `ssa/effects.rs`. Here the statements are emitted ones, whose variables may be references to others.)

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream, TokenTree};

use super::Context;
use crate::compiler::analyse::activity::holds_reals;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::ssa::Origin;

/// For each parameter, the bits of those whose adjoints need what is in it; nothing if all of them may need all.
pub(super) fn run(cx: &Context<'_>, reverse: &[Stmt]) -> Vec<u64> {
    let is_shared = |k: usize| {
        let of = |origin| matches!(origin, Origin::Shared(i) if i == k);
        cx.func
            .mems
            .iter()
            .find(|m| of(m.origin) && holds_reals(&m.ty))
    };
    let count = cx.func.params.len();
    if (0..count).all(|k| is_shared(k).is_none()) {
        return Vec::new();
    }
    let (vals, mems) = (cx.func.vals.len(), cx.func.mems.len());
    let mut flow = Flow {
        cx,
        ids: BTreeMap::new(),
        known: [vals, vals, mems, mems].map(|n| vec![None; n]),
        to: Vec::new(),
    };
    flow.stmts(reverse, &[]);
    let everybody = flow.id(EVERYBODY);
    let bars: Vec<Id> = cx
        .names
        .bars
        .iter()
        .map(|bar| flow.id(&bar.to_string()))
        .collect();
    let reads = |k: usize, flow: &mut Flow<'_>| {
        let Some(mem) = is_shared(k) else {
            return EVERYTHING;
        };
        let start = flow.id(&mem.name.to_string());
        let reached = flow.from(start);
        if reached[everybody] {
            return EVERYTHING;
        }
        let read_for = bars.iter().enumerate().filter(|(_, bar)| reached[**bar]);
        read_for.fold(0, |bits, (q, _)| bits | bit(q))
    };
    let reads: Vec<u64> = (0..count).map(|k| reads(k, &mut flow)).collect();
    // Nothing is gained where all that are read are read for the same adjoints.
    let known = reads.iter().filter(|bits| **bits != EVERYTHING);
    let all = known.clone().fold(0, |all, bits| all | bits);
    match all != 0 && known.into_iter().all(|bits| *bits == all) {
        true => Vec::new(),
        false => reads,
    }
}

/// Read whatever is wanted.
const EVERYTHING: u64 = u64::MAX;

/// The bit of a parameter. Those from the 64th on share one.
pub(super) fn bit(param: usize) -> u64 {
    1 << param.min(63)
}

type Id = usize;

/// Stands for what everything may depend on: how often a loop runs.
const EVERYBODY: &str = "for";

/// Which variable enters which.
struct Flow<'a> {
    cx: &'a Context<'a>,
    ids: BTreeMap<String, Id>,
    /// Those of values, their adjoints, memory, and its adjoints: a name is looked up once.
    known: [Vec<Option<Id>>; 4],
    /// What each of them enters, some more than once.
    to: Vec<Vec<Id>>,
}

impl Flow<'_> {
    fn id(&mut self, name: &str) -> Id {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.fresh();
        self.ids.insert(name.to_owned(), id);
        id
    }

    fn fresh(&mut self) -> Id {
        self.to.push(Vec::new());
        self.to.len() - 1
    }

    /// What a variable enters, by way of others, too.
    fn from(&self, start: Id) -> Vec<bool> {
        let mut reached = vec![false; self.to.len()];
        reached[start] = true;
        let mut todo = vec![start];
        while let Some(id) = todo.pop() {
            for next in &self.to[id] {
                if !reached[*next] {
                    reached[*next] = true;
                    todo.push(*next);
                }
            }
        }
        reached
    }

    fn enter(&mut self, from: &[Id], to: &[Id]) {
        match (from, to) {
            ([], _) | (_, []) => {}
            (from, [to]) => from.iter().for_each(|id| self.to[*id].push(*to)),
            // By way of one that stands for all of them.
            (from, to) => {
                let all = self.fresh();
                from.iter().for_each(|id| self.to[*id].push(all));
                self.to[all].extend(to);
            }
        }
    }

    fn stmts(&mut self, stmts: &[Stmt], under: &[Id]) {
        for stmt in stmts {
            self.stmt(stmt, under);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, under: &[Id]) {
        match stmt {
            Stmt::Let { name, ty, init, .. } => {
                let name = [self.id(&name.to_string())];
                self.enter(under, &name);
                if let Some(init) = init {
                    let number = ty.as_ref().is_some_and(|ty| !is_reference(ty));
                    self.declare(&name, init, number || is_value(init));
                }
            }
            Stmt::Bind { pattern, init } | Stmt::Expect { pattern, init } => {
                let names = self.named(pattern);
                self.enter(under, &names);
                self.declare(&names, init, false);
            }
            Stmt::Assign { place, value, .. } => {
                let mut from = self.mentioned(value);
                self.collect(place, &mut from);
                from.extend(under);
                let root = self.root(place);
                self.enter(&from, &root);
                self.call(value);
            }
            Stmt::If { cond, then, els } => {
                let mut under = under.to_vec();
                self.collect(cond, &mut under);
                self.stmts(then, &under);
                self.stmts(els, &under);
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
                let (names, range) = (self.named(pattern), self.mentioned(iter));
                self.enter(&range, &names);
                self.enter(&names, &range);
                self.repeated(&range);
                self.stmts(body, under);
            }
            Stmt::Loop { body } => {
                let mut conds = Vec::new();
                conditions(body, &mut |cond| self.collect(cond, &mut conds));
                self.repeated(&conds);
                self.stmts(body, under);
            }
            Stmt::Apart { rows, body, .. } => {
                for row in rows {
                    let name = [self.id(&row.name.to_string())];
                    self.declare(&name, &row.from, false);
                }
                self.stmts(body, under);
            }
            Stmt::Stretches(_) => {
                let all: Vec<Id> = (0..self.to.len()).collect();
                self.repeated(&all);
            }
            Stmt::Break => {}
            Stmt::Expr(e) => {
                let all = self.mentioned(e);
                self.enter(under, &all);
                self.enter(&all, &all);
            }
        }
    }

    /// What decides how often a loop runs.
    fn repeated(&mut self, by: &[Id]) {
        let everybody = [self.id(EVERYBODY)];
        self.enter(by, &everybody);
    }

    /// A value takes from what it is computed of; a reference, or what may be one, gives back as well.
    fn declare(&mut self, names: &[Id], init: &Expr, value: bool) {
        let of = self.mentioned(init);
        self.enter(&of, names);
        match value {
            true => self.call(init),
            false => {
                let root = self.root(init);
                self.enter(names, &root);
            }
        }
    }

    /// What is handed over to be changed.
    fn call(&mut self, e: &Expr) {
        let mut changed = Vec::new();
        e.walk(&mut |e| {
            if let Expr::Ref(true, place) = e {
                changed.extend(self.root(place));
            }
        });
        if !changed.is_empty() {
            let all = self.mentioned(e);
            self.enter(&all, &changed);
        }
    }

    /// What is changed by way of a place, or of a reference to it. Primal values never are.
    fn root(&mut self, place: &Expr) -> Vec<Id> {
        match place {
            Expr::Index(base, _) | Expr::Field(base, _) | Expr::Deref(base) => self.root(base),
            Expr::Ref(_, base) | Expr::Cast(base, _) | Expr::Cell(base) => self.root(base),
            Expr::Val(_) | Expr::Range(..) | Expr::Method(_, "len", _) => Vec::new(),
            Expr::Call(_, args) => args.iter().flat_map(|arg| self.root(arg)).collect(),
            e => self.mentioned(e),
        }
    }

    fn mentioned(&mut self, e: &Expr) -> Vec<Id> {
        let mut names = Vec::new();
        self.collect(e, &mut names);
        names
    }

    fn collect(&mut self, e: &Expr, names: &mut Vec<Id>) {
        match e {
            Expr::Val(v) => names.push(self.known(0, v.0, |cx| cx.func.val(*v).name.clone())),
            Expr::Bar(v) => names.push(self.known(1, v.0, |cx| cx.names.bar(*v))),
            Expr::Mem(m) => names.push(self.known(2, m.0, |cx| cx.func.mem(*m).name.clone())),
            Expr::MemBar(m) => names.push(self.known(3, m.0, |cx| cx.names.mem_bar(*m))),
            Expr::Name(name) => names.push(self.id(&name.to_string())),
            // Lengths are those of what stands in for what is not kept.
            Expr::Method(_, "len", _) => return,
            // What a call is of, the closure of a callee say, holds what was known in the forward sweep.
            Expr::Raw(tokens) | Expr::User(tokens, _) => names.extend(self.named(tokens)),
            _ => {}
        }
        e.for_each_child(&mut |e| self.collect(e, names));
    }

    fn known(&mut self, kind: usize, number: u32, name: impl Fn(&Context<'_>) -> Ident) -> Id {
        let at = number as usize;
        if let Some(Some(id)) = self.known[kind].get(at) {
            return *id;
        }
        let id = self.id(&name(self.cx).to_string());
        if let Some(place) = self.known[kind].get_mut(at) {
            *place = Some(id);
        }
        id
    }

    /// The variables in a piece of code: names that are no part of a path.
    fn named(&mut self, tokens: &TokenStream) -> Vec<Id> {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let colon =
            |k: usize| matches!(tokens.get(k), Some(TokenTree::Punct(p)) if p.as_char() == ':');
        let mut names = Vec::new();
        for (k, token) in tokens.iter().enumerate() {
            let in_path = colon(k + 1) && colon(k + 2) || k >= 2 && colon(k - 1) && colon(k - 2);
            match token {
                TokenTree::Ident(name) if !in_path => {
                    names.push(self.id(&name.to_string()));
                }
                TokenTree::Group(group) => names.extend(self.named(&group.stream())),
                _ => {}
            }
        }
        names
    }
}

fn is_reference(ty: &TokenStream) -> bool {
    matches!(ty.clone().into_iter().next(), Some(TokenTree::Punct(p)) if p.as_char() == '&')
}

/// True for arithmetic, whatever its operands are: no reference.
fn is_value(e: &Expr) -> bool {
    matches!(
        e,
        Expr::Bin(..) | Expr::Neg(_) | Expr::Not(_) | Expr::Cast(..)
    )
}

/// The conditions of the branches of a loop, those of inner loops included.
fn conditions(stmts: &[Stmt], f: &mut dyn FnMut(&Expr)) {
    for stmt in stmts {
        match stmt {
            Stmt::If { cond, then, els } => {
                f(cond);
                conditions(then, f);
                conditions(els, f);
            }
            Stmt::For { body, .. }
            | Stmt::Collect { body, .. }
            | Stmt::Loop { body }
            | Stmt::Apart { body, .. } => conditions(body, f),
            _ => {}
        }
    }
}
