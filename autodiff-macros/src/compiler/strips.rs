//! Strips: iterations of an accumulating loop side by side.
//!
//! The iterations of a fused loop are independent but for what they add up. A strict sum is a serial
//! chain, so LLVM leaves the whole body scalar; run [`LANES`] iterations at once, statement by
//! statement, and only the additions stay serial. This pass rewrites the SSA form *before* it is
//! reversed: a scalar of the body becomes an array with an element per iteration, a scratch array one
//! with a row per element, and every stretch of statements between inner loops a *lane loop* over
//! the strip. Its reverse is then a lane loop, too, with nothing else to do. The value keeps every
//! rounding, since the sums are formed in the order of the iterations, in a last lane loop.
//!
//! ```text
//! for i in 0..n { t = f64::sqrt(1 + x[i] * x[i]); s += t }
//! for i0 in (0..n).step_by(32) { lanes = min(32, n - i0);
//!     for l in 0..lanes { t[l] = f64::sqrt(1 + x[i0 + l] * x[i0 + l]) }  for l in 0..lanes { s += t[l] } }
//! ```
//!
//! In: the SSA form, the facts about it, the classes of its loops. Out: the form with strips, if a
//! loop fits; the plain form stays beside it for selections and traces, which visit the sites in the
//! order of the iterations.

mod shape;
mod write;

use super::analyse::activity::Activity;
use super::analyse::layout::Layout;
use super::analyse::loops::{Mode, Modes};
use super::names::Names;
use super::ssa::{Block, Func, Stmt};

pub(crate) use autodiff_runtime::lanes::LANES;

/// Writes every fused loop that allows it in strips; `None` if there is none.
pub(crate) fn run(
    func: &Func,
    facts: &Activity,
    layout: &Layout<'_>,
    modes: &Modes,
    names: &mut Names,
) -> Option<Func> {
    let mut pass = Strips {
        cx: Given {
            func,
            facts,
            layout,
            modes,
        },
        names,
        out: func.clone(),
        found: false,
    };
    let body = pass.block(&func.body);
    let mut out = pass.out;
    out.body = body;
    // Strips run under the plain selection, which is not told of borders.
    out.borders.clear();
    pass.found.then_some(out)
}

/// What the pass looks things up in.
#[derive(Clone, Copy)]
struct Given<'a> {
    func: &'a Func,
    facts: &'a Activity,
    layout: &'a Layout<'a>,
    modes: &'a Modes,
}

struct Strips<'a, 'n> {
    cx: Given<'a>,
    names: &'n mut Names,
    /// The function with the values and arrays that come in; its body is replaced at the end.
    out: Func,
    found: bool,
}

impl<'a> Strips<'a, '_> {
    /// The loops of the function itself: an inner one may be too short to be worth it.
    fn block(&mut self, block: &'a Block) -> Block {
        let mut stmts = Vec::new();
        for stmt in &block.stmts {
            self.stmt(stmt, &mut stmts);
        }
        Block { stmts }
    }

    fn stmt(&mut self, stmt: &'a Stmt, out: &mut Vec<Stmt>) {
        let fused = |l| matches!(self.cx.modes.get(&l), Some(Mode::Fused(_)));
        if !stmt.kind.loop_id().is_some_and(fused) {
            return out.push(stmt.clone());
        }
        if let Some(shape) = shape::Shape::of(self.cx, stmt) {
            self.found = true;
            return write::run(self.cx, &mut self.out, self.names, &shape, out);
        }
        out.push(stmt.clone());
    }
}
