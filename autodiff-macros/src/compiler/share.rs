//! Computes once what is computed twice: arithmetic, casts and loads with the same operands.
//!
//! A load counts as the same only while no statement in between can have written to its memory, and
//! as the number that was stored there last.
//! Operations that have a row of their own are left alone: each is evaluated as often as the primal
//! does, and in its order.

use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};

use super::hir::{BinOp, Real, Ty};
use super::ssa::{
    Block, Func, Init, MemId, Op, Place, Proj, Stmt, StmtKind, StoreOp, ValId, rewrite,
};

/// Shares within blocks, and from a block to the blocks in it.
pub(crate) fn run(mut func: Func) -> Func {
    let mut pass = Share {
        replaced: BTreeMap::new(),
        types: type_names(&func),
    };
    let mut body = std::mem::take(&mut func.body);
    pass.block(&mut body, &mut Known::default());
    func.body = body;
    let replaced = pass.replaced;
    rewrite::uses(&mut func, &mut |v| *replaced.get(&v).unwrap_or(&v));
    func
}

/// A name for each type; tokens are asked for theirs only where they are the type.
fn type_names(func: &Func) -> Vec<String> {
    let name = |ty: &Ty| match ty {
        Ty::Real(Real::F64) => "f64".to_owned(),
        Ty::Bool => "bool".to_owned(),
        ty => super::primal::ty_tokens(ty).to_string(),
    };
    func.vals.iter().map(|v| name(&v.ty)).collect()
}

/// What has been computed so far, by a text that names operation and operands.
#[derive(Default)]
struct Known {
    values: BTreeMap<String, ValId>,
    /// The keys of these, in the order in which they came.
    fresh: Vec<String>,
    loads: BTreeMap<String, (MemId, ValId)>,
    /// Arrays that are as they were written out, `[a, b, c]`.
    lists: BTreeMap<MemId, Vec<ValId>>,
    /// The integers that literals are.
    literals: BTreeMap<ValId, usize>,
}

impl Known {
    /// Forgets what was in memory that has been written to.
    fn forget(&mut self, written: &BTreeSet<MemId>) {
        if written.is_empty() {
            return;
        }
        self.loads.retain(|_, (m, _)| !written.contains(m));
        self.lists.retain(|m, _| !written.contains(m));
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
    types: Vec<String>,
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
        let ty = self.types[v.0 as usize].clone();
        if let Op::Lit(tokens) = op
            && let Ok(n) = tokens.to_string().trim_end_matches("usize").parse()
        {
            known.literals.insert(v, n);
        }
        if let Op::Load(at) = op {
            let key = format!("{ty} {}", place_key(at));
            let stored = known.loads.get(&key).map(|(_, first)| *first);
            let same = |v: &ValId| self.types[v.0 as usize] == ty;
            return match known.listed(at).filter(same).or(stored) {
                Some(first) => {
                    self.replaced.insert(v, first);
                    true
                }
                None => {
                    known.loads.insert(key, (at.mem, v));
                    false
                }
            };
        }
        let Some(key) = op_key(op) else { return false };
        let key = format!("{ty} {key}");
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
        self.block(block, known);
        (known.loads, known.lists) = (loads, lists);
        for key in known.fresh.split_off(before) {
            known.values.remove(&key);
        }
    }

    fn inner(&mut self, stmt: &mut Stmt, known: &mut Known) {
        let written = stmt.kind.written();
        let loops = stmt.kind.loop_id().is_some();
        if loops {
            known.forget(&written);
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
        known.forget(&written);
        match &stmt.kind {
            StmtKind::Store {
                place,
                op: StoreOp::Set,
                value,
            } => {
                let value = *self.replaced.get(value).unwrap_or(value);
                let key = format!("{} {}", self.types[value.0 as usize], self.key(place));
                known.loads.insert(key, (place.mem, value));
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

    /// The key of a place whose indices may have been replaced.
    fn key(&self, at: &Place) -> String {
        let mut at = at.clone();
        at.path.iter_mut().for_each(|proj| {
            if let Proj::Index(v) = proj {
                *v = *self.replaced.get(v).unwrap_or(v);
            }
        });
        place_key(&at)
    }
}

fn op_key(op: &Op) -> Option<String> {
    match op {
        Op::Un(op, a) => Some(format!("{op:?} {}", a.0)),
        Op::Lit(tokens) => Some(format!("literal {tokens}")),
        // Each comparison is a site of its own; a quotient of integers may panic, and the second
        // one would have panicked as the first did.
        Op::Bin(op @ (BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div), a, b) => {
            Some(format!("{op:?} {} {}", a.0, b.0))
        }
        Op::Cast(a, ty) => Some(format!("{} as {ty}", a.0)),
        _ => None,
    }
}

fn place_key(at: &Place) -> String {
    let mut key = format!("m{}", at.mem.0);
    for proj in &at.path {
        let bound = |v: &Option<ValId>| v.map_or_else(String::new, |v| v.0.to_string());
        key += &match proj {
            Proj::Index(v) => format!("[{}]", v.0),
            Proj::Range { lo, hi, inclusive } => {
                format!("[{}..{inclusive}{}]", bound(lo), bound(hi))
            }
            Proj::Field(k) => format!(".{}", k.to_token_stream()),
        };
    }
    key
}
