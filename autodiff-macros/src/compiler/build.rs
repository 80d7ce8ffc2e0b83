//! HIR without jumps → structured SSA.
//!
//! Every scalar assignment defines a new value; where control flow meets, phis say which value goes
//! on. Tuples fall apart into their parts. Arrays and vectors stay variables in memory. Aliases
//! (`let row = &a[i..]`) are resolved to the place that they name, with the indices of the moment.

mod expr;
mod scan;
mod stmt;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::hir::{self, Marks, Ty, VarId};
use super::names::{self, Names};
use super::ssa::{
    Block, Func, Mem, MemId, Op, Origin, Param, Proj, Stmt, StmtKind, Tree, Val, ValId,
};

/// Builds the SSA form. `params` are the names under which the emitted body finds the arguments. `None` if what two branches
/// made of a variable does not fit together, which no program should show.
pub(crate) fn run(func: &hir::Func, params: &[Ident], names: &mut Names) -> Option<Func> {
    let mut builder = Builder {
        hir: func,
        env: vec![Binding::None; func.vars.len()],
        vals: Vec::new(),
        named: Vec::new(),
        mems: Vec::new(),
        holes: std::collections::BTreeSet::new(),
        matched: std::collections::BTreeSet::new(),
        lent: Vec::new(),
        out: vec![Vec::new()],
        taken: params.iter().map(names::plain).collect(),
        unfit: false,
        names,
    };
    let built = builder.function(params);
    (!builder.unfit).then_some(built)
}

/// What a variable stands for at this point of the program.
#[derive(Clone, PartialEq, Debug)]
enum Binding {
    /// Out of scope.
    None,
    /// Declared and not assigned yet.
    Declared,
    Is(Tree),
    /// Another name for a part of a variable.
    Alias(VarId, Vec<Proj>),
}

struct Builder<'a> {
    hir: &'a hir::Func,
    env: Vec<Binding>,
    vals: Vec<Val>,
    /// Which values have got the name of a variable already.
    named: Vec<bool>,
    mems: Vec<Mem>,
    /// Memory that is never read: the value that an `Option` does not have.
    holes: std::collections::BTreeSet<MemId>,
    /// What variables of constant patterns are bound to.
    matched: std::collections::BTreeSet<ValId>,
    /// Tuples of numbers that are in memory for the call at hand, and what they are read back into.
    lent: Vec<(hir::VarId, Vec<Proj>, super::ssa::Place)>,
    /// Two branches made different things of a variable.
    unfit: bool,
    /// The blocks under construction, innermost last.
    out: Vec<Vec<Stmt>>,
    /// The user's names that a value or memory variable bears already.
    taken: std::collections::BTreeSet<String>,
    names: &'a mut Names,
}

impl Builder<'_> {
    fn function(&mut self, names: &[Ident]) -> Func {
        let params: Vec<Param> = self
            .hir
            .params
            .iter()
            .zip(names)
            .enumerate()
            .map(|(i, (p, name))| self.param(i, p, name))
            .collect();
        let result = self.block_value(&self.hir.body);
        let result = match &self.hir.result {
            Ty::Unit => None,
            // A constant tuple, of which code gives the whole.
            ty @ Ty::Tuple(_) => {
                let (ty, span) = (ty.clone(), self.hir.name.span());
                result.map(|tree| self.shaped(tree, &ty, span))
            }
            _ => result,
        };
        if let Some(result) = &result {
            self.pin_result(result, &self.hir.result);
        }
        let params = params
            .into_iter()
            .zip(&self.hir.params)
            .map(|(p, h)| self.with_exit(p, h.var))
            .collect();
        self.number_temporaries();
        let result = result.map(|tree| self.handed_over(tree));
        self.forget_holes(&result);
        Func {
            name: self.hir.name.clone(),
            params,
            vals: std::mem::take(&mut self.vals),
            mems: std::mem::take(&mut self.mems),
            body: Block {
                stmts: self.out.pop().unwrap_or_default(),
            },
            result,
            sites: Vec::new(),
            borders: std::collections::BTreeMap::new(),
            hidden: {
                let own = std::iter::once(expr::PARTS.to_owned());
                self.hir.hidden.iter().cloned().chain(own).collect()
            },
            strips: Default::default(),
            stretched: Default::default(),
            snapshots: Default::default(),
            finals: Default::default(),
            fixed: Default::default(),
            checkpoints: self
                .hir
                .checkpoints
                .iter()
                .map(|(id, checkpoint)| (*id, checkpoint.attribute.clone()))
                .collect(),
            whole: self.hir.whole.clone(),
        }
    }

    /// Takes out the memory that stands for values which are never read.
    fn forget_holes(&mut self, result: &Option<Tree>) {
        let Some(stmts) = self.out.last_mut() else {
            return;
        };
        let mut read = std::collections::BTreeSet::new();
        result.iter().for_each(|tree| {
            tree.for_each_mem(&mut |m| {
                read.insert(m);
            })
        });
        for stmt in stmts.iter() {
            collect(stmt, &mut read);
        }
        self.holes.retain(|m| !read.contains(m));
        forget(stmts, &self.holes);
    }

    /// A result of which each part is what it was copied from, where nobody reads that afterwards: a struct need not be `Clone`
    /// to be a part of a tuple.
    fn handed_over(&mut self, result: Tree) -> Tree {
        match result {
            Tree::Tuple(parts) => {
                let parts = parts.into_iter().map(|part| self.handed_over(part));
                Tree::Tuple(parts.collect())
            }
            Tree::Mem(copy) => Tree::Mem(self.without_copy(copy).unwrap_or(copy)),
            Tree::Val(v) => Tree::Val(v),
        }
    }

    /// Takes the copy out of the body, if it can be.
    fn without_copy(&mut self, copy: MemId) -> Option<MemId> {
        let stmts = self.out.last_mut()?;
        let at = stmts
            .iter()
            .position(|stmt| matches!(&stmt.kind, StmtKind::Alloc(m, _) if *m == copy))?;
        let StmtKind::Alloc(_, super::ssa::Init::Clone(from)) = &stmts[at].kind else {
            return None;
        };
        let of = from.mem;
        let own = matches!(self.mems[of.0 as usize].origin, Origin::Local)
            && from.path.is_empty()
            && stmts[..at]
                .iter()
                .any(|stmt| matches!(&stmt.kind, StmtKind::Alloc(m, _) if *m == of));
        let used = |stmt: &Stmt| stmt.kind.mentions(of) || stmt.kind.mentions(copy);
        if !own || stmts[at + 1..].iter().any(used) {
            return None;
        }
        stmts.remove(at);
        Some(of)
    }

    fn param(&mut self, index: usize, param: &hir::Param, name: &Ident) -> Param {
        let entry = self.entry(index, &param.ty, quote!(#name), name);
        let entry_of_body = self.changeable(param, &entry, name);
        self.env[param.var.0 as usize] = Binding::Is(entry_of_body);
        Param {
            name: name.clone(),
            ty: param.ty.clone(),
            is_size: param.declared.to_string() == "usize",
            role: param.role,
            entry,
            exit: None,
        }
    }

    /// An array that the function owns and may change is copied first: the adjoint of the argument
    /// belongs to the caller.
    fn changeable(&mut self, param: &hir::Param, entry: &Tree, name: &Ident) -> Tree {
        match entry {
            Tree::Mem(m)
                if matches!(self.mems[m.0 as usize].origin, Origin::Owned(_))
                    && self.hir.vars[param.var.0 as usize].mutable =>
            {
                let copy = self.memory(param.ty.clone(), name);
                let init = super::ssa::Init::Clone(super::ssa::Place::whole(*m));
                self.push(StmtKind::Alloc(copy, init), name.span());
                Tree::Mem(copy)
            }
            entry => entry.clone(),
        }
    }

    /// A constant of unknown type that is a result has the type that the signature says.
    fn pin_result(&mut self, tree: &Tree, ty: &Ty) {
        match (tree, ty) {
            (Tree::Val(v), Ty::Real(_)) => {
                let val = &mut self.vals[v.0 as usize];
                if matches!(val.ty, Ty::Opaque) {
                    val.ty = ty.clone();
                }
            }
            (Tree::Tuple(parts), Ty::Tuple(types)) => {
                for (part, ty) in parts.iter().zip(types) {
                    self.pin_result(part, ty);
                }
            }
            _ => {}
        }
    }

    /// What the argument is at the entrance: scalars become values, the rest memory.
    fn entry(&mut self, index: usize, ty: &Ty, path: TokenStream, name: &Ident) -> Tree {
        match ty {
            Ty::Tuple(parts) => {
                let parts = parts.iter().enumerate().map(|(k, part)| {
                    let field = proc_macro2::Literal::usize_unsuffixed(k);
                    self.entry_part(index, part, quote!(#path.#field), name, k)
                });
                Tree::Tuple(parts.collect())
            }
            Ty::Ref(true, inner) if is_scalar(inner) && !matches!(**inner, Ty::Opaque) => {
                // The parameter is written to at the end, and keeps its name.
                self.taken.insert(names::plain(name));
                let value = self
                    .names
                    .numbered(&names::plain(name), "_", 0, name.span());
                self.entry_value(inner, quote!(*#path), &value)
            }
            Ty::Ref(false, inner) if is_scalar(inner) && !matches!(**inner, Ty::Opaque) => {
                self.entry_value(inner, quote!(*#path), name)
            }
            Ty::Ref(mutable, inner) if is_container(inner) => {
                let origin = if *mutable {
                    Origin::Exclusive(index)
                } else {
                    Origin::Shared(index)
                };
                Tree::Mem(self.entry_mem(name, (**inner).clone(), origin))
            }
            ty if is_owned_memory(ty) => {
                Tree::Mem(self.entry_mem(name, ty.clone(), Origin::Owned(index)))
            }
            _ => self.entry_value(ty, path, name),
        }
    }

    fn entry_part(
        &mut self,
        index: usize,
        ty: &Ty,
        path: TokenStream,
        name: &Ident,
        k: usize,
    ) -> Tree {
        let part = self
            .names
            .exact(&format!("{}_{k}", names::plain(name)), name.span());
        match ty {
            ty if is_owned_memory(ty) => {
                let mem = self.entry_mem(&part, ty.clone(), Origin::Local);
                let from = self.def(Ty::Opaque, Op::Param(path), name.span());
                self.push(
                    StmtKind::Alloc(mem, super::ssa::Init::Val(from)),
                    name.span(),
                );
                Tree::Mem(mem)
            }
            _ => self.entry(index, ty, path, &part),
        }
    }

    fn entry_value(&mut self, ty: &Ty, path: TokenStream, name: &Ident) -> Tree {
        let v = self.def(ty.clone(), Op::Param(path), name.span());
        self.vals[v.0 as usize].name = name.clone();
        self.named[v.0 as usize] = true;
        Tree::Val(v)
    }

    fn entry_mem(&mut self, name: &Ident, ty: Ty, origin: Origin) -> MemId {
        let id = MemId(u32::try_from(self.mems.len()).unwrap_or(u32::MAX));
        self.mems.push(Mem {
            name: name.clone(),
            ty,
            origin,
        });
        id
    }

    /// The value of a `&mut` scalar when the function ends.
    fn with_exit(&self, mut param: Param, var: VarId) -> Param {
        let exclusive = matches!(&param.ty, Ty::Ref(true, inner) if is_scalar(inner));
        if let (true, Binding::Is(Tree::Val(v))) = (exclusive, &self.env[var.0 as usize]) {
            param.exit = Some(*v);
        }
        param
    }

    /// Values that no variable gave a name are `t1`, `t2`, … in program order.
    fn number_temporaries(&mut self) {
        for (val, named) in self.vals.iter_mut().zip(&self.named) {
            if !named {
                val.name = self.names.numbered("t", "", 1, val.span);
            }
        }
    }

    /// A new value.
    fn value(&mut self, ty: Ty, span: Span) -> ValId {
        let id = ValId(u32::try_from(self.vals.len()).unwrap_or(u32::MAX));
        let name = Ident::new("t", span);
        self.vals.push(Val {
            name,
            ty,
            span,
            source: TokenStream::new(),
            operands: Vec::new(),
            marks: Marks::default(),
        });
        self.named.push(false);
        id
    }

    /// A new value and the statement that computes it.
    fn def(&mut self, ty: Ty, op: Op, span: Span) -> ValId {
        let v = self.value(ty, span);
        self.push(StmtKind::Def(v, op), span);
        v
    }

    /// A new value for a variable that is merged or carried.
    fn merged(&mut self, like: ValId, name: &Ident) -> ValId {
        let val = self.vals[like.0 as usize].clone();
        let v = self.value(val.ty, val.span);
        self.name_value(v, name);
        v
    }

    /// Gives a value the name of the variable that is bound to it, if it has none yet.
    fn name_value(&mut self, v: ValId, name: &Ident) {
        if !self.named[v.0 as usize] {
            self.named[v.0 as usize] = true;
            self.vals[v.0 as usize].name = self.variable_name(name);
        }
    }

    /// The user's name while it is free, then `x_1`, `x_2`, …
    fn variable_name(&mut self, name: &Ident) -> Ident {
        let base = names::plain(name);
        if self.taken.insert(base.clone()) {
            // The user's names are in use anyway; a part of a tuple has a name of ours.
            self.names.claim(&base);
            return name.clone();
        }
        loop {
            // The part of a tuple may have got such a name already.
            let numbered = self.names.numbered(&base, "_", 1, name.span());
            if self.taken.insert(numbered.to_string()) {
                return numbered;
            }
        }
    }

    fn memory(&mut self, ty: Ty, name: &Ident) -> MemId {
        let name = self.variable_name(name);
        self.entry_mem(&name, ty, Origin::Local)
    }

    fn push(&mut self, kind: StmtKind, span: Span) {
        if let Some(block) = self.out.last_mut() {
            block.push(Stmt { kind, span });
        }
    }

    /// Runs `f` with a new block open, and returns what it gave and the block.
    fn in_block<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> (R, Block) {
        self.out.push(Vec::new());
        let result = f(self);
        (
            result,
            Block {
                stmts: self.out.pop().unwrap_or_default(),
            },
        )
    }
}

/// The memory that a statement reads, or writes after it was made.
fn collect(stmt: &Stmt, found: &mut std::collections::BTreeSet<MemId>) {
    let mut see = |m| {
        found.insert(m);
    };
    stmt.kind.walk(&mut |kind| {
        kind.for_each_read(&mut see);
        if !matches!(kind, StmtKind::Alloc(..)) {
            kind.for_each_write(&mut see);
        }
    });
}

fn forget(stmts: &mut Vec<Stmt>, holes: &std::collections::BTreeSet<MemId>) {
    stmts.retain(|stmt| !matches!(&stmt.kind, StmtKind::Alloc(m, _) if holes.contains(m)));
    for stmt in stmts {
        match &mut stmt.kind {
            StmtKind::If { then, els, .. } => {
                forget(&mut then.stmts, holes);
                forget(&mut els.stmts, holes);
            }
            StmtKind::For { body, .. } => forget(&mut body.stmts, holes),
            StmtKind::While { head, body, .. } => {
                forget(&mut head.stmts, holes);
                forget(&mut body.stmts, holes);
            }
            _ => {}
        }
    }
}

/// True for what is a single value: numbers, truth values, constants of unknown type.
fn is_scalar(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Real(_) | Ty::Int | Ty::Bool | Ty::Opaque | Ty::Maybe
    )
}

/// True for what is memory when it stands behind a reference.
fn is_container(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Array(..) | Ty::Vec(_) | Ty::Slice(_) | Ty::Seq(_) | Ty::Tuple(_) | Ty::Struct(_)
    )
}

/// True for what is memory as a value of its own.
fn is_owned_memory(ty: &Ty) -> bool {
    matches!(ty, Ty::Array(..) | Ty::Vec(_) | Ty::Seq(_) | Ty::Struct(_))
}
