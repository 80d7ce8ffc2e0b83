//! Computes once what is computed twice: arithmetic, casts and loads with the same operands.
//!
//! A load counts as the same only while no statement in between can have written to its memory, and
//! as the number that was stored there last.
//! Operations that have a row of their own are left alone: each is evaluated as often as the primal
//! does, and in its order.

use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};

use super::hir::{BinOp, Real, Ty, UnOp};
use super::ssa::{
    Block, Func, Init, MemId, Op, Place, Proj, Stmt, StmtKind, StoreOp, ValId, rewrite,
};

/// Shares within blocks, and from a block to the blocks in it.
pub(crate) fn run(mut func: Func) -> Func {
    let mut pass = Share {
        replaced: BTreeMap::new(),
        types: types(&func),
    };
    let mut body = std::mem::take(&mut func.body);
    pass.block(&mut body, &mut Known::default());
    func.body = body;
    let replaced = pass.replaced;
    rewrite::uses(&mut func, &mut |v| *replaced.get(&v).unwrap_or(&v));
    func
}

/// A number for each type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TypeId(usize);

const F64: TypeId = TypeId(0);

/// The types of the values. Tokens are asked for theirs only where they are the type.
fn types(func: &Func) -> Vec<TypeId> {
    let mut written: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = |ty: &Ty| match ty {
        Ty::Real(Real::F64) => F64.0,
        Ty::Bool => 1,
        Ty::Int => 2,
        ty => {
            let next = written.len() + 3;
            let text = super::primal::ty_tokens(ty).to_string();
            *written.entry(text).or_insert(next)
        }
    };
    func.vals.iter().map(|v| TypeId(number(&v.ty))).collect()
}

/// An operation and its operands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Un(UnOp, ValId),
    Bin(BinOp, ValId, ValId),
    Lit(String),
    Cast(ValId, String),
}

/// A part of memory.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part(MemId, Vec<Step>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Index(ValId),
    Range(Option<ValId>, bool, Option<ValId>),
    Field(String),
}

/// What has been computed so far.
#[derive(Default)]
struct Known {
    values: BTreeMap<(TypeId, Key), ValId>,
    /// The keys of these, in the order in which they came.
    fresh: Vec<(TypeId, Key)>,
    loads: BTreeMap<(TypeId, Part), ValId>,
    lengths: BTreeMap<Part, ValId>,
    /// Arrays that are as they were written out, `[a, b, c]`.
    lists: BTreeMap<MemId, Vec<ValId>>,
    /// The integers that literals are.
    literals: BTreeMap<ValId, usize>,
}

impl Known {
    /// Forgets what was in memory that has been written to, and the lengths of what may have another one since.
    fn forget(&mut self, written: &BTreeSet<MemId>, resized: &BTreeSet<MemId>) {
        if written.is_empty() {
            return;
        }
        self.loads.retain(|(_, part), _| !written.contains(&part.0));
        self.lists.retain(|m, _| !written.contains(m));
        self.lengths.retain(|part, _| !resized.contains(&part.0));
    }

    /// The number that is at a place of an array that was written out.
    fn listed(&self, at: &Place) -> Option<ValId> {
        let [Proj::Index(index)] = at.path.as_slice() else {
            return None;
        };
        let position = *self.literals.get(index)?;
        self.lists.get(&at.mem)?.get(position).copied()
    }
}

struct Share {
    replaced: BTreeMap<ValId, ValId>,
    /// The types of the values: a cast to another type is another value.
    types: Vec<TypeId>,
}

impl Share {
    fn block(&mut self, block: &mut Block, known: &mut Known) {
        let stmts = std::mem::take(&mut block.stmts);
        for mut stmt in stmts {
            if let StmtKind::Def(v, op) = &mut stmt.kind {
                let replaced = &self.replaced;
                rewrite::op(op, &mut |u| *replaced.get(&u).unwrap_or(&u));
                if self.is_known(*v, op, known) {
                    continue;
                }
            }
            self.inner(&mut stmt, known);
            block.stmts.push(stmt);
        }
    }

    /// True if the value was computed before; from then on that one stands for it.
    fn is_known(&mut self, v: ValId, op: &Op, known: &mut Known) -> bool {
        let ty = self.types[v.0 as usize];
        if let Op::Load(at) = op {
            let key = (ty, part(at));
            let stored = known.loads.get(&key).copied();
            let same = |v: &ValId| self.types[v.0 as usize] == ty;
            return match known.listed(at).filter(same).or(stored) {
                Some(first) => {
                    self.replaced.insert(v, first);
                    true
                }
                None => {
                    known.loads.insert(key, v);
                    false
                }
            };
        }
        if let Op::Len(at) = op {
            let first = *known.lengths.entry(part(at)).or_insert(v);
            if first != v {
                self.replaced.insert(v, first);
            }
            return first != v;
        }
        let Some(key) = op_key(op) else { return false };
        if let Key::Lit(text) = &key
            && let Ok(n) = text.trim_end_matches("usize").parse()
        {
            known.literals.insert(v, n);
        }
        let key = (ty, key);
        match known.values.get(&key) {
            Some(first) => {
                self.replaced.insert(v, *first);
                true
            }
            None => {
                known.fresh.push(key.clone());
                known.values.insert(key, v);
                false
            }
        }
    }

    /// A block in which all is known that was before it; afterwards what it computed is not.
    fn scope(&mut self, block: &mut Block, known: &mut Known) {
        let before = known.fresh.len();
        let (loads, lists) = (known.loads.clone(), known.lists.clone());
        let lengths = known.lengths.clone();
        self.block(block, known);
        (known.loads, known.lists) = (loads, lists);
        known.lengths = lengths;
        for key in known.fresh.split_off(before) {
            known.values.remove(&key);
        }
    }

    fn inner(&mut self, stmt: &mut Stmt, known: &mut Known) {
        let written = stmt.kind.written();
        let resized = self.resized(stmt);
        let loops = stmt.kind.loop_id().is_some();
        if loops {
            known.forget(&written, &resized);
        }
        match &mut stmt.kind {
            StmtKind::If { then, els, .. } => {
                self.scope(then, known);
                self.scope(els, known);
            }
            StmtKind::For { body, .. } => self.scope(body, known),
            StmtKind::While { head, body, .. } => {
                self.scope(head, known);
                self.scope(body, known);
            }
            _ => {}
        }
        known.forget(&written, &resized);
        match &stmt.kind {
            StmtKind::Store {
                place,
                op: StoreOp::Set,
                value,
            } => {
                let value = *self.replaced.get(value).unwrap_or(value);
                let key = (self.types[value.0 as usize], self.part(place));
                known.loads.insert(key, value);
            }
            StmtKind::Alloc(m, Init::List(parts)) => {
                let number = |init: &Init| match init {
                    Init::Val(v) => Some(*self.replaced.get(v).unwrap_or(v)),
                    _ => None,
                };
                let parts: Option<Vec<ValId>> = parts.iter().map(number).collect();
                known.lists.extend(parts.map(|parts| (*m, parts)));
            }
            _ => {}
        }
    }

    /// What may have another length afterwards: all that is written to, but for numbers that are set.
    fn resized(&self, stmt: &Stmt) -> BTreeSet<MemId> {
        let mut found = BTreeSet::new();
        stmt.kind.walk(&mut |kind| match kind {
            StmtKind::Store { value, .. } if self.types[value.0 as usize] == F64 => {}
            kind => kind.for_each_written_place(&mut |at| {
                found.insert(at.mem);
            }),
        });
        found
    }

    /// A place whose indices may have been replaced.
    fn part(&self, at: &Place) -> Part {
        let mut at = at.clone();
        at.path.iter_mut().for_each(|proj| {
            if let Proj::Index(v) = proj {
                *v = *self.replaced.get(v).unwrap_or(v);
            }
        });
        part(&at)
    }
}

fn op_key(op: &Op) -> Option<Key> {
    match op {
        Op::Un(op, a) => Some(Key::Un(*op, *a)),
        Op::Lit(tokens) => Some(Key::Lit(tokens.to_string())),
        // Each comparison is a site of its own; a quotient of integers may panic, and the second
        // one would have panicked as the first did.
        Op::Bin(op @ (BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div), a, b) => {
            Some(Key::Bin(*op, *a, *b))
        }
        Op::Cast(a, ty) => Some(Key::Cast(*a, ty.to_string())),
        _ => None,
    }
}

fn part(at: &Place) -> Part {
    let step = |proj: &Proj| match proj {
        Proj::Index(v) => Step::Index(*v),
        Proj::Range { lo, hi, inclusive } => Step::Range(*lo, *inclusive, *hi),
        Proj::Field(k) => Step::Field(k.to_token_stream().to_string()),
    };
    Part(at.mem, at.path.iter().map(step).collect())
}
