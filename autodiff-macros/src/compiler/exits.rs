//! Early returns: a function that ends in an `if` goes on in one arm of it, and leaves from the other.
//!
//! ```text
//! if n == 0 { r = 0 } else { for i in 0..n { s += … }  t = s / n }   returns r or t
//!     →   if n == 0 { return 0 }   for i in 0..n { s += … }   returns s / n
//! ```
//!
//! In: the SSA form and the facts about it. Out: the form with the rest of the function in its own body, and the arms
//! that leave, as functions of their own. Loops in an arm would be recorded; in the body of the function they are fused,
//! run in strips and on many cores. The sweeps of an arm that leaves become the code of the statement there
//! ([`Split::with`]).
//!
//! That is for value and gradient in one go, where the adjoint of the result is known. Whoever leaves reverses the arm, and
//! nothing else: no loop in front of it is fused with a known adjoint ([`loops`](super::analyse::loops)), and nothing that it uses has an adjoint
//! but the parameters.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::analyse::activity::Activity;
use super::simplify;
use super::ssa::{
    Block, Func, Op, Origin, Phi, Place, Stmt, StmtKind, Tree, Use, ValId, Verbatim, rewrite,
};

/// More statements than this behind the `if` are not written twice.
const TAIL: usize = 16;

/// A function whose early returns are statements.
pub(super) struct Split {
    func: Func,
    leaves: Vec<Leaf>,
}

/// An arm that leaves the function.
struct Leaf {
    /// Where in the body.
    at: usize,
    cond: ValId,
    /// It leaves if the condition is false.
    otherwise: bool,
    /// The arm.
    func: Func,
    reads: Vec<(Ident, Use)>,
    span: Span,
}

/// The function with the loops of its arms in its own body; `None` if there are none.
pub(super) fn run(func: &Func, facts: &Activity) -> Option<Split> {
    let mut split = Split {
        func: func.clone(),
        leaves: Vec::new(),
    };
    while let Some((rest, leaf)) = step(&split.func, facts) {
        split.func = rest;
        split.leaves.push(leaf);
    }
    (!split.leaves.is_empty()).then_some(split)
}

impl Split {
    /// The arms that leave.
    pub(super) fn arms(&self) -> impl Iterator<Item = &Func> {
        self.leaves.iter().map(|leaf| &leaf.func)
    }

    /// The function that runs these codes where it leaves.
    pub(super) fn with(&self, codes: &mut dyn Iterator<Item = &TokenStream>) -> Func {
        let mut func = self.func.clone();
        for (leaf, code) in self.leaves.iter().zip(codes) {
            func.body.stmts[leaf.at].kind = leaf.statement(quote!(return { #code }));
        }
        simplify::run(func)
    }
}

/// Takes the last `if` of the function apart.
fn step(func: &Func, facts: &Activity) -> Option<(Func, Leaf)> {
    let stmts = &func.body.stmts;
    let at = stmts.iter().rposition(|s| !is_def(s))?;
    let StmtKind::If {
        cond,
        then,
        els,
        phis,
    } = &stmts[at].kind
    else {
        return None;
    };
    let (before, tail) = (&stmts[..at], &stmts[at + 1..]);
    let looped = |block: &Block| has_active_loop(block.stmts.iter(), facts);
    let otherwise = match (looped(then), looped(els)) {
        (_, true) => false,
        (true, false) => true,
        (false, false) => return None,
    };
    if tail.len() > TAIL {
        return None;
    }
    let arm = |block: &Block, side: &dyn Fn(&Phi) -> ValId| {
        let mut tail = Block {
            stmts: tail.to_vec(),
        };
        let mut result = func.result.clone();
        let mut map = |v: ValId| phis.iter().find(|p| p.out == v).map_or(v, side);
        rewrite::block(&mut tail, &mut map);
        if let Some(result) = &mut result {
            rewrite::tree(result, &mut map);
        }
        let stmts = block.stmts.iter().cloned().chain(tail.stmts).collect();
        (Block { stmts }, result)
    };
    let (in_then, in_els) = (arm(then, &|p| p.then), arm(els, &|p| p.els));
    let ((gone, result), (rest, goes_on)) = match otherwise {
        false => (in_then, in_els),
        true => (in_els, in_then),
    };
    let mut leaf = Leaf {
        at,
        cond: *cond,
        otherwise,
        func: Func {
            body: gone,
            result,
            ..func.clone()
        },
        reads: Vec::new(),
        span: stmts[at].span,
    };
    leaf.take_from(before, facts)?;
    let mut out = func.clone();
    let leaves = Stmt {
        kind: leaf.statement(TokenStream::new()),
        span: leaf.span,
    };
    let before = before.iter().cloned();
    out.body.stmts = before.chain([leaves]).chain(rest.stmts).collect();
    out.result = goes_on;
    Some((out, leaf))
}

impl Leaf {
    fn statement(&self, tokens: TokenStream) -> StmtKind {
        StmtKind::Leave {
            cond: self.cond,
            otherwise: self.otherwise,
            code: Verbatim {
                tokens,
                uses: self.reads.clone(),
                pure: false,
            },
        }
    }

    /// Finds out what the arm reads of what stands in front of it; `None` if that has an adjoint, or is memory that was written
    /// to.
    fn take_from(&mut self, before: &[Stmt], facts: &Activity) -> Option<()> {
        let func = &self.func;
        let mut inside = BTreeSet::new();
        let mut read = BTreeSet::new();
        let mut mems = BTreeSet::new();
        func.body.walk(&mut |s| {
            s.kind.for_each_def(&mut |v| {
                inside.insert(v);
            });
            inside.extend(s.kind.carried().iter().map(|c| c.phi));
            if let StmtKind::For { counter, .. } = &s.kind {
                inside.insert(*counter);
            }
            s.kind.for_each_input(&mut |v| {
                read.insert(v);
            });
            mems.extend(s.kind.read());
            mems.extend(s.kind.written());
        });
        if let Some(result) = &func.result {
            result.for_each_val(&mut |v| {
                read.insert(v);
            });
        }
        let mut own = BTreeSet::new();
        let mut open: Vec<ValId> = read.difference(&inside).copied().collect();
        while let Some(v) = open.pop() {
            if !inside.insert(v) {
                continue;
            }
            let at = before.iter().position(|s| defines(s, v));
            let op = at.and_then(|at| match &before[at].kind {
                StmtKind::Def(_, op) => Some(op),
                _ => None,
            });
            match op {
                // Has no name.
                Some(Op::Lit(_)) => own.extend(at),
                // The arm has the adjoint of what it loads itself.
                Some(Op::Load(place)) if func.is_real(v) && is_shared(func, place) => {
                    own.extend(at);
                    place.for_each_use(&mut |u| open.push(u));
                }
                op => {
                    let given = matches!(op, Some(Op::Param(_)));
                    if func.is_real(v) && facts.varied(v) && !given {
                        return None;
                    }
                    let name = func.val(v).name.clone();
                    self.reads.push((name, Use::Tree(Tree::Val(v))));
                }
            }
        }
        let mut written = before.iter().flat_map(|s| s.kind.written());
        if written.any(|m| mems.contains(&m)) {
            return None;
        }
        let own = own.into_iter().map(|at| before[at].clone());
        self.func.body.stmts.splice(..0, own.collect::<Vec<_>>());
        Some(())
    }
}

fn defines(stmt: &Stmt, v: ValId) -> bool {
    let mut found = false;
    stmt.kind.for_each_def(&mut |d| found |= d == v);
    found
}

/// True for a part of what the caller has lent, which nobody changes.
fn is_shared(func: &Func, place: &Place) -> bool {
    matches!(func.mem(place.mem).origin, Origin::Shared(_))
}

fn is_def(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Def(..))
}

fn has_active_loop<'s>(stmts: impl IntoIterator<Item = &'s Stmt>, facts: &Activity) -> bool {
    let mut found = false;
    for stmt in stmts {
        stmt.kind.walk(&mut |kind| {
            let Some(body) = kind.loop_body() else {
                return;
            };
            body.walk(&mut |s| {
                s.kind.for_each_def(&mut |v| found |= facts.active(v));
                s.kind.for_each_write(&mut |m| found |= facts.active_mem(m));
            });
        });
    }
    found
}
