//! Takes loads out of loops in which they always give the same value.
//!
//! Quotients and roots are taken out, too. The adjoint of such a load is then summed in a local variable, and added to memory once. A load
//! may panic, and a loop may not run at all: what is taken out is guarded by the loop's range.
//!
//! ```text
//! for j in lo..hi { y[j] += w[j] * x[i] }   →   t = if lo < hi { x[i] };  for j in lo..hi { y[j] += w[j] * t }
//! ```

pub(crate) mod calls;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};

use super::hir::{BinOp, Marks, Ty};
use super::names::Names;
use super::ssa::{Block, Func, Op, Place, Range, Stmt, StmtKind, Val, ValId};

/// Hoists out of every counted loop without early exit, inner loops first.
pub(crate) fn run(mut func: Func, names: &mut Names) -> Func {
    let mut body = std::mem::take(&mut func.body);
    let mut pass = Hoist {
        func: &mut func,
        names,
    };
    each_loop(&mut body, &mut |body, own, range, span, out| {
        pass.take_out(body, own, range, span, out);
    });
    func.body = body;
    func
}

struct Hoist<'a> {
    func: &'a mut Func,
    names: &'a mut Names,
}

/// What takes something out of the body of a counted loop, and puts it in front: the body, what the loop itself defines, its range and place.
type TakeOut<'t> = dyn FnMut(&mut Block, &[ValId], &Range, Span, &mut Vec<Stmt>) + 't;

/// Goes through the counted loops without early exit, inner loops first.
fn each_loop(block: &mut Block, take_out: &mut TakeOut<'_>) {
    for mut stmt in std::mem::take(&mut block.stmts) {
        for inner in stmt.kind.blocks_mut() {
            each_loop(inner, take_out);
        }
        if let StmtKind::For {
            counter,
            body,
            range,
            carried,
            until: None,
            ..
        } = &mut stmt.kind
        {
            let own: Vec<ValId> = carried.iter().map(|c| c.phi).chain([*counter]).collect();
            take_out(body, &own, range, stmt.span, &mut block.stmts);
        }
        block.stmts.push(stmt);
    }
}

impl Hoist<'_> {
    /// Moves the invariant loads of a loop body in front of the loop, which defines `own`.
    fn take_out(
        &mut self,
        body: &mut Block,
        own: &[ValId],
        range: &Range,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let mut inside = Inside::of(body);
        inside.values.extend(own);
        let mut taken = Vec::new();
        let mut any = false;
        for stmt in &body.stmts {
            let StmtKind::Def(v, op) = &stmt.kind else {
                continue;
            };
            if inside.is_invariant(*v, op, self.func) {
                any |= !matches!(op, Op::Lit(_) | Op::Bin(BinOp::Add | BinOp::Mul, ..));
                inside.values.remove(v);
                taken.push(*v);
            }
        }
        if !any {
            return;
        }
        let guard = runs(self.func, self.names, range, span, out);
        let taken: BTreeSet<ValId> = taken.into_iter().collect();
        let (moved, kept): (Vec<Stmt>, Vec<Stmt>) = std::mem::take(&mut body.stmts)
            .into_iter()
            .partition(|s| matches!(&s.kind, StmtKind::Def(v, _) if taken.contains(v)));
        body.stmts = kept;
        out.extend(moved.into_iter().map(|s| guarded(s, guard)));
    }
}

/// Whether the loop runs at all.
fn runs(
    func: &mut Func,
    names: &mut Names,
    range: &Range,
    span: Span,
    out: &mut Vec<Stmt>,
) -> ValId {
    let op = if range.inclusive {
        BinOp::Le
    } else {
        BinOp::Lt
    };
    let id = ValId(u32::try_from(func.vals.len()).unwrap_or(u32::MAX));
    let name: Ident = names.numbered("runs", "_", 1, span);
    func.vals.push(Val {
        name,
        ty: Ty::Bool,
        span,
        source: TokenStream::new(),
        operands: Vec::new(),
        marks: Marks::default(),
    });
    out.push(Stmt {
        kind: StmtKind::Def(id, Op::Bin(op, range.lo, range.hi)),
        span,
    });
    id
}

fn guarded(stmt: Stmt, guard: ValId) -> Stmt {
    match stmt.kind {
        StmtKind::Def(v, Op::Load(at)) => Stmt {
            kind: StmtKind::Def(v, Op::LoadIf(guard, at)),
            ..stmt
        },
        kind => Stmt { kind, ..stmt },
    }
}

/// What a loop body defines and writes to.
struct Inside {
    values: BTreeSet<ValId>,
    written: Vec<Place>,
}

impl Inside {
    fn of(body: &Block) -> Inside {
        let mut inside = Inside {
            values: BTreeSet::new(),
            written: Vec::new(),
        };
        body.walk(&mut |s| {
            s.kind.for_each_def(&mut |v| {
                inside.values.insert(v);
            });
            s.kind
                .for_each_written_place(&mut |place| inside.written.push(place.clone()));
            s.kind.carried().iter().for_each(|c| {
                inside.values.insert(c.phi);
            });
            if let StmtKind::For { counter, .. } = &s.kind {
                inside.values.insert(*counter);
            }
        });
        inside
    }

    /// True for a load from a place that the loop does not write to, for the integer arithmetic of an
    /// index (no difference: it may be negative where the loop does not run), and for quotients and roots.
    fn is_invariant(&self, v: ValId, op: &Op, func: &Func) -> bool {
        let mut invariant = true;
        op.for_each_use(&mut |u| invariant &= !self.values.contains(&u));
        match op {
            Op::Load(at) => {
                let unchanged = || self.written.iter().all(|place| place.is_apart(at));
                invariant && is_element(at) && unchanged()
            }
            Op::Bin(BinOp::Add | BinOp::Mul, ..) => invariant && matches!(func.val(v).ty, Ty::Int),
            // An operand of what is taken out, perhaps; it costs nothing anywhere.
            Op::Lit(_) => true,
            // Costly, and exact: the bits are those that every iteration would find.
            Op::Bin(BinOp::Div, ..) => invariant && func.is_real(v),
            Op::Rule { rule, .. } => invariant && rule.name == "sqrt",
            _ => false,
        }
    }
}

fn is_element(at: &Place) -> bool {
    !at.path.is_empty()
}
