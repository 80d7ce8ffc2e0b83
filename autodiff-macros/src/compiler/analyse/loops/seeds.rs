//! Adjoints that are known before a loop runs: of sums whose way to the result is linear.
//!
//! ```text
//! for … { s += e }  t = s / n;  r + t        s̄ = 1 / n
//! ```
//!
//! What a value goes on to in its block does not depend on who asks: it is found once ([`Uses`], [`Way`]). The adjoints
//! are put together from the end, and kept for the loops that follow, so that a function with many loops takes time in
//! proportion to its length.

use std::collections::{BTreeMap, BTreeSet};

use super::Loops;
use super::sums::Chain;
use crate::compiler::code::Expr;
use crate::compiler::hir::{BinOp, UnOp};
use crate::compiler::real::is_literal;
use crate::compiler::ssa::{Block, Op, StmtKind, ValId};

/// Values whose adjoint gets a contribution that is known in advance.
pub(super) type Terminals = BTreeMap<ValId, Expr>;

/// A factor that takes more operations than this is not computed twice.
const FACTOR: usize = 32;

/// One linear use of a value.
#[derive(Clone, Copy)]
struct Way {
    /// The value that it becomes a part of.
    to: ValId,
    how: How,
}

#[derive(Clone, Copy)]
pub(super) enum How {
    Added,
    Subtracted,
    Times(ValId),
    Over(ValId),
}

/// What has been found out about one block.
pub(super) struct Seeds<'b> {
    block: &'b Block,
    terminals: &'b Terminals,
    /// The statements that read a value, in their order.
    uses: Vec<Vec<usize>>,
    ways: BTreeMap<ValId, Option<Vec<Way>>>,
    known: BTreeMap<ValId, Seed>,
}

/// An adjoint, or that it is not known.
#[derive(Clone)]
struct Seed {
    bar: Option<Expr>,
    /// The answer is the same for all loops up to this position: after it there are more values to make factors from.
    until: u32,
}

impl<'b> Seeds<'b> {
    pub(super) fn of(block: &'b Block, terminals: &'b Terminals) -> Self {
        let mut uses: Vec<Vec<usize>> = Vec::new();
        for (n, stmt) in block.stmts.iter().enumerate() {
            for v in stmt.kind.inputs() {
                let v = v.0 as usize;
                if uses.len() <= v {
                    uses.resize_with(v + 1, Vec::new);
                }
                uses[v].push(n);
            }
        }
        Seeds {
            block,
            terminals,
            uses,
            ways: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }
}

impl Loops<'_> {
    /// The adjoint that a value has after statement `k` of the block, if it is a sum of known factors times known
    /// adjoints, and all of them can be computed before that statement.
    pub(super) fn seed(&self, v: ValId, k: usize, seeds: &mut Seeds<'_>) -> Option<Expr> {
        let here = self.layout.position(&seeds.block.stmts[k]);
        for u in self.to_find(v, here, seeds) {
            let seed = self.put_together(u, k, here, seeds);
            seeds.known.insert(u, seed);
        }
        seeds.known.get(&v)?.bar.clone()
    }

    /// The values that `v` goes on to and whose adjoints are not known yet, the last ones first.
    fn to_find(&self, v: ValId, here: u32, seeds: &mut Seeds<'_>) -> Vec<ValId> {
        let mut found = BTreeSet::new();
        let mut open = vec![v];
        while let Some(u) = open.pop() {
            if seeds.known.get(&u).is_some_and(|seed| here <= seed.until)
                || !found.insert((self.layout.def_pos(u), u))
            {
                continue;
            }
            let ways = self.ways(u, seeds);
            open.extend(ways.into_iter().flatten().map(|way| way.to));
        }
        found.into_iter().rev().map(|(_, u)| u).collect()
    }

    /// An adjoint from those of what the value goes on to.
    fn put_together(&self, v: ValId, k: usize, here: u32, seeds: &mut Seeds<'_>) -> Seed {
        let mut until = u32::MAX;
        let mut terms: Vec<Expr> = seeds.terminals.get(&v).cloned().into_iter().collect();
        let Some(ways) = self.ways(v, seeds) else {
            return Seed { bar: None, until };
        };
        for way in ways {
            let Some(Seed { bar, until: valid }) = seeds.known.get(&way.to).cloned() else {
                return Seed {
                    bar: None,
                    until: here,
                };
            };
            until = until.min(valid);
            let term = bar.and_then(|bar| match way.how {
                How::Added => Some(bar),
                How::Subtracted => Some(Expr::neg(bar)),
                How::Times(by) | How::Over(by) => {
                    let mut size = FACTOR;
                    let by = self.early(by, seeds.block, k, &mut size, &mut until)?;
                    match way.how {
                        _ if self.modes.handed => self.scaled(v, bar, way.how, by),
                        How::Over(_) => Some(Expr::bin("/", bar, by)),
                        _ if is_literal(&bar, "1.0") => Some(by),
                        _ => Some(Expr::bin("*", bar, by)),
                    }
                }
            });
            match term {
                Some(term) => terms.push(term),
                None => return Seed { bar: None, until },
            }
        }
        let bar = terms.into_iter().reduce(|a, b| Expr::bin("+", a, b));
        Seed { bar, until }
    }

    /// The uses of a value; `None` if one of them is not linear.
    fn ways(&self, v: ValId, seeds: &mut Seeds<'_>) -> Option<Vec<Way>> {
        if let Some(ways) = seeds.ways.get(&v) {
            return ways.clone();
        }
        let users = seeds.uses.get(v.0 as usize);
        let users = users.map_or(&[][..], Vec::as_slice);
        let mut ways = Some(Vec::new());
        for &n in users {
            let more = self.ways_through(v, &seeds.block.stmts[n].kind);
            ways = ways.zip(more).map(|(mut ways, more)| {
                ways.extend(more);
                ways
            });
        }
        seeds.ways.insert(v, ways.clone());
        ways
    }

    fn ways_through(&self, v: ValId, kind: &StmtKind) -> Option<Vec<Way>> {
        let way = |to, how| Way { to, how };
        match kind {
            StmtKind::Def(u, _) if !self.facts.active(*u) => Some(Vec::new()),
            StmtKind::Def(u, Op::Bin(BinOp::Add, a, b)) => {
                let both = [a, b].into_iter().filter(|x| **x == v);
                Some(both.map(|_| way(*u, How::Added)).collect())
            }
            StmtKind::Def(u, Op::Bin(BinOp::Sub, a, b)) => {
                let first = (*a == v).then(|| way(*u, How::Added));
                let second = (*b == v).then(|| way(*u, How::Subtracted));
                Some(first.into_iter().chain(second).collect())
            }
            StmtKind::Def(u, Op::Bin(BinOp::Mul, a, b)) if a != b => {
                let other = if *a == v { *b } else { *a };
                Some(vec![way(*u, How::Times(other))])
            }
            StmtKind::Def(u, Op::Bin(BinOp::Div, a, b)) if *b != v => {
                Some(vec![way(*u, How::Over(*b))])
            }
            StmtKind::Def(u, Op::Un(UnOp::Neg, _)) => Some(vec![way(*u, How::Subtracted)]),
            StmtKind::For { .. } | StmtKind::While { .. } | StmtKind::If { .. } => {
                Some(vec![way(self.through(kind, v)?, How::Added)])
            }
            StmtKind::Effect(_) | StmtKind::Leave { .. } => Some(Vec::new()),
            _ => None,
        }
    }

    /// The value that goes on from `v` through a loop or an `if` that only adds to it.
    fn through(&self, kind: &StmtKind, v: ValId) -> Option<ValId> {
        let mut chain = Chain::of(v);
        if !self.extend_chain_by(&mut chain, kind) {
            return None;
        }
        let mut outs = Vec::new();
        kind.for_each_def(&mut |u| {
            if chain.has(u) {
                outs.push(u);
            }
        });
        match outs.as_slice() {
            [out] if chain.ends_in(*out) => Some(*out),
            _ => None,
        }
    }

    /// A constant as an expression that can be evaluated before statement `k` of the block, in at most `size` operations.
    /// Lowers `until` to where the answer would be another one.
    fn early(
        &self,
        v: ValId,
        block: &Block,
        k: usize,
        size: &mut usize,
        until: &mut u32,
    ) -> Option<Expr> {
        let here = self.layout.position(&block.stmts[k]);
        let defined = self.layout.def_pos(v);
        if self.facts.varied(v) && !(self.modes.handed && defined < here) {
            *until = (*until).min(defined);
            return None;
        }
        if defined < here {
            let region = self.layout.id_of(block);
            let visible = self.layout.contains(self.layout.def_block(v), region);
            return visible.then_some(Expr::Val(v));
        }
        *until = (*until).min(defined);
        *size = size.checked_sub(1)?;
        let mut again = |u: ValId| self.early(u, block, k, size, until);
        match self.layout.op(v)? {
            // Its type is that of all uses; with a small one it is the same number in any.
            Op::Lit(tokens) => {
                let same = self.func.is_real(v) || !self.layout.is_large(v);
                same.then(|| Expr::Raw(tokens.clone()))
            }
            Op::Opaque(code) if code.pure && code.uses.is_empty() => {
                Some(Expr::Raw(code.tokens.clone()))
            }
            Op::Un(UnOp::Neg, a) => Some(Expr::neg(again(*a)?)),
            Op::Cast(a, ty) => Some(Expr::Cast(Box::new(again(*a)?), ty.clone())),
            Op::Bin(op, a, b) if self.func.is_real(v) => {
                let op = match op {
                    BinOp::Add => "+",
                    BinOp::Sub => "-",
                    BinOp::Mul => "*",
                    BinOp::Div => "/",
                    _ => return None,
                };
                Some(Expr::bin(op, again(*a)?, again(*b)?))
            }
            Op::Len(place)
                if place.path.is_empty()
                    && !self.layout.grows(place.mem)
                    && self.layout.stores(place.mem).is_empty()
                    && self
                        .layout
                        .contains(self.layout.mem_block(place.mem), self.layout.id_of(block)) =>
            {
                Some(Expr::method(Expr::Mem(place.mem), "len", Vec::new()))
            }
            _ => None,
        }
    }
}
