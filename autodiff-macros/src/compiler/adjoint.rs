//! The adjoint: SSA → a forward sweep and a reverse sweep as [`code`](super::code).
//!
//! In: the SSA form with its decisions, and the facts about it. Out: [`Sweeps`].
//!
//! 1. `reverse` walks the statements backwards and writes, for each, what it does to the adjoints.
//! 2. `needs` looks at which primal values that code reads, and decides for each whether it is
//!    still in scope, is computed again, or is recorded in the forward sweep.
//! 3. `forward` writes the forward sweep with those records; `sweep` completes the reverse sweep.
//!
//! Memory is never restored: the reverse sweep reads values, not the state of arrays. A value that
//! was loaded from an array is loaded again only if no store to the array can have come between.
//!
//! ```text
//! y = x.sin() * a      forward: let t1: f64 = f64::sin(x); let y: f64 = t1 * a;
//!                      reverse: let t1_bar = y_bar * a; a_bar += y_bar * t1; x_bar += t1_bar * f64::cos(x);
//! ```

mod associate;
mod bars;
mod blocks;
pub(super) mod calls;
mod checkpoint;
mod copies;
pub(crate) mod fields;
mod forward;
mod guards;
mod joined;
mod lanes;
mod loops;
mod needs;
mod ordinary;
mod pairs;
mod reads;
mod reciprocals;
mod rerun;
mod reverse;
mod room;
mod scatter;
mod slices;
mod sparse;
mod states;
mod stretches;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use super::analyse::activity::Activity;
use super::analyse::layout::{GuardedStep, Layout};
use super::analyse::loops::{Loops, Mode, Modes};
use super::code::{Expr, Stmt};
use super::hir::{LoopId, Ty};
use super::names::Names;
use super::ssa::swap::{self, Swap};
use super::ssa::{Block, Call, Func, List, MemId, Origin, Stmt as Ssa, ValId};

pub(crate) use reverse::{one, rule_scope};

/// The two sweeps.
#[derive(Debug)]
pub(crate) struct Sweeps {
    pub(crate) forward: Vec<Stmt>,
    pub(crate) reverse: Vec<Stmt>,
    /// For whose adjoints the reverse sweep reads each parameter, see [`reads`].
    pub(crate) reads: Vec<u64>,
}

/// The result of the forward sweep. Memory that the reverse sweep reads is given away as a copy.
pub(crate) fn result(cx: &Context<'_>, sweeps: &Sweeps) -> Expr {
    let mut read = std::collections::BTreeSet::new();
    for stmt in &sweeps.reverse {
        stmt.walk(&mut |e| {
            if let Expr::Mem(m) = e {
                read.insert(*m);
            }
        });
    }
    cx.func
        .result
        .as_ref()
        .map_or_else(|| Expr::Raw(quote::quote!(())), |tree| given(tree, &read))
}

fn given(tree: &super::ssa::Tree, read: &std::collections::BTreeSet<MemId>) -> Expr {
    use super::ssa::Tree;
    match tree {
        Tree::Mem(m) if read.contains(m) => Expr::method(Expr::Mem(*m), "clone", Vec::new()),
        Tree::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| given(p, read)).collect()),
        tree => super::primal::tree_expr(tree),
    }
}

/// What the sweeps are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// One body: the adjoint of the result is 1.
    Joint,
    /// The reverse sweep is a closure that gets the adjoint of the result later.
    Split,
}

/// Everything that the parts of the adjoint look things up in.
pub(crate) struct Context<'a> {
    pub(crate) func: &'a Func,
    pub(crate) facts: &'a Activity,
    pub(crate) layout: &'a Layout<'a>,
    pub(crate) modes: &'a Modes,
    pub(crate) style: Style,
    pub(crate) names: &'a super::emit_names::EmitNames,
    /// For names that are invented while code is written.
    pub(crate) scratch: std::cell::RefCell<Names>,
    /// The types of what the buffers of lane loops hold.
    pub(crate) buffers: std::cell::RefCell<BTreeMap<String, proc_macro2::TokenStream>>,
    /// What loops with the adjoint 1 fill in place of adjoints.
    pub(crate) temporaries: std::cell::RefCell<BTreeSet<String>>,
}

/// Builds both sweeps.
pub(crate) fn run(cx: &Context<'_>, fresh: &mut Names) -> Sweeps {
    let reversed = reverse::run(cx, fresh);
    let plan = needs::run(cx, &reversed);
    let saved = Saved::new(cx, &plan, fresh);
    let forward = forward::run(cx, &plan, &saved, &reversed);
    let reverse = sweep::run(cx, &plan, &saved, &reversed);
    let (forward, reverse) = super::tidy::run(forward, reverse, &|name| cx.names.adjoint_of(name));
    let (mut forward, mut reverse) = (forward, reverse);
    super::fold::run(cx.func, &mut [&mut forward, &mut reverse]);
    nest(cx, &mut [&mut forward, &mut reverse]);
    stretches::complete(cx, &mut forward, &reverse);
    super::moves::run(cx.func, cx.names, &mut forward);
    let mut reads = Vec::new();
    if cx.style == Style::Split {
        reads = reads::run(cx, &reverse);
    }
    ordinary::run(cx, &mut forward);
    ordinary::run(cx, &mut reverse);
    associate::run(cx, &mut reverse);
    guards::at_once(&mut reverse);
    if cx.style == Style::Split {
        bars::run(cx, &mut reverse);
    }
    Sweeps {
        forward,
        reverse,
        reads,
    }
}

/// Adjoints that are read once go where they are read.
fn nest(cx: &Context<'_>, sweeps: &mut [&mut Vec<Stmt>]) {
    let nest = super::nest::Nest {
        of: |e| match e {
            Expr::Bar(v) => Some(*v),
            _ => None,
        },
        named: &|name| match cx.names.adjoint_of(name) {
            Some(super::tidy::Var::Bar(v)) => Some(v),
            _ => None,
        },
        vals: cx.func.vals.len(),
        result: None,
    };
    nest.run(sweeps);
}

/// The reverse of a block.
#[derive(Debug)]
pub(crate) struct RevBlock<'a> {
    pub(crate) block: &'a Block,
    pub(crate) stmts: Vec<Rev<'a>>,
}

/// A statement of the reverse sweep.
#[derive(Debug)]
pub(crate) enum Rev<'a> {
    Code(Stmt),
    If {
        cond: ValId,
        then: RevBlock<'a>,
        els: RevBlock<'a>,
    },
    /// A recorded or rerun loop.
    Loop {
        stmt: &'a Ssa,
        body: RevBlock<'a>,
    },
    /// The pullback of a call; the code around it prepares the bars.
    Pullback {
        call: &'a Call,
        args: Vec<Expr>,
    },
}

/// The whole reverse sweep.
#[derive(Debug)]
pub(crate) struct Reversed<'a> {
    pub(crate) body: RevBlock<'a>,
    /// The loops whose iterations are reversed in the forward sweep.
    pub(crate) fused: BTreeMap<LoopId, Fused<'a>>,
    /// The branches that are reversed where they end, by position.
    pub(crate) branches: BTreeMap<u32, Arms<'a>>,
    /// The calls of the function itself that add to the adjoints of their arguments, by residual.
    pub(crate) calls: BTreeMap<String, Seeded>,
}

/// The reverse of a fused loop.
#[derive(Debug)]
pub(crate) struct Fused<'a> {
    /// Declarations before the loop.
    pub(crate) before: Vec<Stmt>,
    /// What follows each iteration.
    pub(crate) iteration: RevBlock<'a>,
    /// What is left to do after the loop.
    pub(crate) after: Vec<Stmt>,
}

/// The reverse of a branch, arm by arm.
#[derive(Debug)]
pub(crate) struct Arms<'a> {
    /// Declarations before the branch.
    pub(crate) before: Vec<Stmt>,
    pub(crate) then: RevBlock<'a>,
    pub(crate) els: RevBlock<'a>,
}

/// A call that is given the adjoint of its result.
#[derive(Debug)]
pub(crate) struct Seeded {
    pub(crate) before: Vec<Stmt>,
    /// The adjoint of the result, and where those of the arguments go.
    pub(crate) seed: Expr,
    pub(crate) bars: Vec<Expr>,
    pub(crate) after: Vec<Stmt>,
}

/// Something that is kept from the forward to the reverse sweep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Item<'a> {
    Val(ValId),
    Mem(MemId),
    /// The residual of a call.
    Residual(&'a str),
}

/// The stacks that recorded loops save to.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) stacks: BTreeMap<LoopId, Ident>,
    pub(crate) rows: BTreeMap<(LoopId, MemId), Ident>,
    /// The copies for pullbacks.
    pub(crate) flat: BTreeMap<LoopId, Ident>,
    /// Which of these copies are made: not those that no pullback reads. The name of a constant, and its value.
    pub(crate) made: BTreeMap<MemId, (Ident, proc_macro2::TokenStream)>,
    /// The states of loops under `#[checkpoint]`.
    pub(crate) checkpoints: BTreeMap<LoopId, Ident>,
}

impl Saved {
    fn new(cx: &Context<'_>, plan: &needs::Plan<'_>, fresh: &mut Names) -> Saved {
        let span = cx.func.name.span();
        let recorded = plan.records.iter().filter(|(_, items)| !items.is_empty());
        let recorded: BTreeSet<LoopId> = recorded
            .map(|(l, _)| *l)
            .chain(plan.sparse.keys().copied())
            .collect();
        let stacks = recorded
            .into_iter()
            .map(|l| (l, fresh.numbered("saved", "_", 1, span)))
            .collect();
        let rows = plan
            .rows
            .iter()
            .flat_map(|(l, mems)| mems.iter().map(|m| (*l, *m)));
        let rows = rows
            .map(|key| (key, fresh.numbered("rows", "_", 1, span)))
            .collect();
        let flat: BTreeSet<LoopId> = plan.flat.values().map(|row| row.id).collect();
        let flat = flat.into_iter();
        let flat = flat
            .map(|l| (l, fresh.numbered("rows", "_", 1, span)))
            .collect();
        let asked = plan.flat.keys();
        let asked = asked.filter_map(|m| Some((*m, copies::is_read(cx, *m)?)));
        let made = asked
            .map(|(m, is_read)| {
                let base = super::names::plain(&cx.func.mem(m).name).to_uppercase();
                (m, (fresh.exact(&format!("{base}_READ"), span), is_read))
            })
            .collect();
        let checkpoints = plan.checkpoints.keys();
        let checkpoints = checkpoints
            .map(|l| (*l, fresh.numbered("saved", "_", 1, span)))
            .collect();
        Saved {
            stacks,
            rows,
            flat,
            made,
            checkpoints,
        }
    }
}

impl Context<'_> {
    /// Whether a list can be sliced: not a field of which only rustc knows what it is.
    pub(crate) fn has_rows(&self, list: &List) -> bool {
        let ty = || self.func.place_ty(&list.place());
        let is_list = |ty| matches!(ty, Ty::Vec(_) | Ty::Array(..) | Ty::Slice(_));
        let known = || ty().is_some_and(is_list) && self.func.stretched.is_empty();
        list.fields.is_empty() || known()
    }

    /// Whether its adjoint can: not a field of a bar whose type is a projection.
    pub(crate) fn has_bar_rows(&self, list: &List) -> bool {
        self.has_rows(list) && (list.fields.is_empty() || !self.is_of_kind(list.mem))
    }

    /// True if the type of the adjoint is a projection of the kind of a parameter.
    pub(crate) fn is_of_kind(&self, m: MemId) -> bool {
        let lent = matches!(
            self.func.mem(m).origin,
            Origin::Shared(_) | Origin::Owned(_)
        );
        lent && self.style == Style::Split
    }

    /// The swap of two arrays that the statements begin with.
    pub(crate) fn swap_at_start(&self, stmts: &[Ssa]) -> Option<Swap> {
        swap::at_start(self.func, &|m| self.facts.active_mem(m), stmts)
    }

    /// The swap of two arrays that the statements end with.
    pub(crate) fn swap_at_end(&self, stmts: &[Ssa]) -> Option<Swap> {
        swap::at_end(self.func, &|m| self.facts.active_mem(m), stmts)
    }

    pub(crate) fn mode(&self, l: LoopId) -> &Mode {
        self.modes.get(&l).unwrap_or(&Mode::Recorded)
    }

    fn loops(&self) -> Loops<'_> {
        Loops::new(self.func, self.facts, self.layout)
    }

    /// True if the carried value is a sum that the loop only adds to: its adjoint stays the same.
    pub(crate) fn is_sum(&self, carried: &super::ssa::Carried, stmt: &Ssa) -> bool {
        self.loops().is_sum(carried, stmt)
    }

    /// True if every iteration of the loop overwrites what it reads of the memory.
    pub(crate) fn is_scratch_of(&self, m: MemId, l: LoopId) -> bool {
        self.loops().is_scratch_of(m, l)
    }

    /// True if all copies of the array that are saved have the length that it has in the end.
    pub(crate) fn keeps_its_length(&self, m: MemId) -> bool {
        self.loops().keeps_its_length(m)
    }

    /// The number of elements that the array is made with, if that is known.
    pub(crate) fn first_length(&self, m: MemId) -> Option<ValId> {
        self.loops().first_length(m)
    }

    /// True if nobody reads after the loop what the memory holds then.
    pub(crate) fn is_dead_after(&self, m: MemId, stmt: &Ssa) -> bool {
        self.loops().is_dead_after(m, stmt)
    }

    /// True if both values are equal wherever both exist.
    pub(crate) fn same(&self, a: ValId, b: ValId) -> bool {
        self.loops().same(a, b)
    }

    /// How to step an integer back that a recorded loop changes under a condition; and the outermost recorded loop that does
    /// nothing else to it, with the value after that.
    pub(crate) fn guarded_step(
        &self,
        l: LoopId,
        phi: ValId,
    ) -> Option<(GuardedStep, (LoopId, ValId))> {
        let recorded = |l: LoopId| matches!(self.mode(l), Mode::Recorded);
        let step = self.layout.guarded_step(l, phi).filter(|_| recorded(l))?;
        Some((step, self.layout.handed_down(l, phi, &recorded)?))
    }

    /// The name of the residual of a call.
    pub(crate) fn residual(&self, call: &Call) -> Option<(&str, usize)> {
        self.layout
            .calls
            .get_key_value(&call.residual.to_string())
            .map(|(name, block)| (name.as_str(), *block))
    }

    /// True if the values of the region are still in scope when it is reversed.
    pub(crate) fn is_live(&self, region: usize) -> bool {
        match self.layout.blocks[region].role {
            super::analyse::layout::Role::Body(l) => !matches!(self.mode(l), Mode::Recorded),
            _ => true,
        }
    }
}
