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

mod mined;
mod nested;
mod shape;
mod write;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::adjoint::Style;
use super::analyse::activity::Activity;
use super::analyse::layout::Layout;
use super::analyse::loops::{Mode, Modes};
use super::hir::{LoopId, Marks, Ty};
use super::names::Names;
use super::ssa::{Block, Func, Op, Range, Stmt, StmtKind, Tree, Use, Val, ValId, Verbatim};

pub(crate) use autodiff_runtime::lanes::{LANES, WIDE};

/// Writes every fused loop that allows it in strips, and splits others for the sake of their reverse; `None` if there is none.
/// The body in split style has the latter alone.
pub(crate) fn run(
    func: &Func,
    facts: &Activity,
    layout: &Layout<'_>,
    modes: &Modes,
    style: Style,
    names: &mut Names,
) -> Option<Func> {
    let mut pass = Strips {
        cx: Given {
            func,
            facts,
            layout,
            modes,
            style,
            highest_loop: highest_loop(func),
        },
        names,
        out: func.clone(),
        around: Vec::new(),
        most: Vec::new(),
        found: false,
    };
    let body = pass.block(&func.body);
    let mut out = pass.out;
    out.strips.few = (!pass.most.is_empty()).then(|| nested::are_short(&pass.most));
    out.body = body;
    // Strips run under the plain selection, which is not told of borders. A loop that is split has none.
    if style == Style::Joint {
        out.borders.clear();
    }
    pass.found.then_some(out)
}

/// What the pass looks things up in.
#[derive(Clone, Copy)]
struct Given<'a> {
    func: &'a Func,
    facts: &'a Activity,
    layout: &'a Layout<'a>,
    modes: &'a Modes,
    style: Style,
    /// The highest number of a loop of the function.
    highest_loop: u32,
}

struct Strips<'a, 'n> {
    cx: Given<'a>,
    names: &'n mut Names,
    /// The function with the values and arrays that come in; its body is replaced at the end.
    out: Func,
    /// The fused loops around.
    around: Vec<nested::Around<'a>>,
    /// How many iterations the loops in such loops have.
    most: Vec<TokenStream>,
    found: bool,
}

impl<'a> Strips<'a, '_> {
    /// The loops of the function itself, those in loops that are recorded, and those in fused ones where they are worth it.
    fn block(&mut self, block: &'a Block) -> Block {
        let mut stmts = Vec::new();
        for stmt in &block.stmts {
            self.stmt(stmt, &mut stmts);
        }
        Block { stmts }
    }

    fn stmt(&mut self, stmt: &'a Stmt, out: &mut Vec<Stmt>) {
        let Some(id) = stmt.kind.loop_id() else {
            return out.push(stmt.clone());
        };
        match self.cx.modes.get(&id) {
            Some(Mode::Fused(_)) if self.cx.style == Style::Joint => {
                let most = nested::most(self.cx, stmt, &self.around);
                let alone = self.around.is_empty();
                let shape = (alone || most.is_some()).then(|| shape::Shape::of(self.cx, stmt));
                if let Some(shape) = shape.flatten() {
                    self.found = true;
                    self.most.extend(most.filter(|_| !alone));
                    return write::run(self.cx, &mut self.out, self.names, &shape, out);
                }
                if let StmtKind::For { counter, range, .. } = &stmt.kind {
                    self.around.push(nested::Around {
                        counter: *counter,
                        range,
                    });
                    out.push(self.inside(stmt));
                    self.around.pop();
                    return;
                }
            }
            None | Some(Mode::Recorded) if self.around.is_empty() => {
                if mined::fits(self.cx, stmt) {
                    self.found = true;
                    return mined::run(self.cx, &mut self.out, self.names, stmt, out);
                }
                return out.push(self.inside(stmt));
            }
            _ => {}
        }
        out.push(stmt.clone());
    }

    /// The loop with the loops in it in strips.
    fn inside(&mut self, stmt: &'a Stmt) -> Stmt {
        let inner = stmt.kind.loop_body().map(|body| self.block(body));
        let mut stmt = stmt.clone();
        if let (Some(inner), StmtKind::For { body, .. } | StmtKind::While { body, .. }) =
            (inner, &mut stmt.kind)
        {
            *body = inner;
        }
        stmt
    }
}

/// A loop with fewer iterations is left alone, if their number is known.
const SHORT: i64 = 8;

/// True if the loop runs upwards, number by number, and is not known to be short.
fn is_long_and_upwards(cx: Given<'_>, range: &Range) -> bool {
    let ends = cx.layout.literal(range.lo).zip(cx.layout.literal(range.hi));
    let short = ends.is_some_and(|(lo, hi)| hi < lo + SHORT);
    !range.inclusive && !range.rev && range.step.is_none() && !short
}

fn named(func: &mut Func, name: Ident, ty: Ty, span: Span) -> ValId {
    let id = ValId(u32::try_from(func.vals.len()).unwrap_or(u32::MAX));
    func.vals.push(Val {
        name,
        ty,
        span,
        source: TokenStream::new(),
        operands: Vec::new(),
        marks: Marks::default(),
    });
    id
}

/// `min(step, hi - start)`
fn lanes_from(func: &Func, step: ValId, hi: ValId, start: ValId) -> Op {
    let [step_name, hi_name, start_name] = [step, hi, start].map(|v| func.val(v).name.clone());
    Op::Opaque(Verbatim {
        tokens: quote!(::core::cmp::Ord::min(#step_name, #hi_name - #start_name)),
        uses: vec![
            (step_name, Use::Tree(Tree::Val(step))),
            (hi_name, Use::Tree(Tree::Val(hi))),
            (start_name, Use::Tree(Tree::Val(start))),
        ],
        pure: true,
    })
}

/// The highest number of a loop.
fn highest_loop(func: &Func) -> u32 {
    let mut highest = 0;
    func.body.walk(&mut |s| {
        if let Some(LoopId(k)) = s.kind.loop_id() {
            highest = highest.max(k);
        }
    });
    highest
}

/// The number of a loop that comes in.
fn fresh_loop(cx: Given<'_>, now: &Func) -> LoopId {
    let used = now.strips.lanes.len() + now.strips.plain.len();
    let used = u32::try_from(used).unwrap_or(u32::MAX);
    LoopId(cx.highest_loop + 1 + used)
}
