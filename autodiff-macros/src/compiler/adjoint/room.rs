//! Room for what loops inside of a recorded loop keep, made once in front of it.
//!
//! A list that grows from iteration to iteration is moved several times, and is up to twice as long as it has to be.
//! Where the numbers of iterations are known before the outermost loop, so is the length of the list; where they depend on
//! its counter (triangles), they are added up.
//!
//! ```text
//! for t in 0..n { rows.extend_from_slice(&u); for j in 0..m { *slot = … } }
//! rows.reserve((0..n).count() * u.len());  saved.reserve((0..n).count() * (0..m).count());
//! ```

use std::collections::BTreeSet;

use proc_macro2::Ident;
use quote::{format_ident, quote};

use super::copies;
use super::forward::Forward;
use super::loops::{self, Records};
use crate::compiler::analyse::layout::Role;
use crate::compiler::analyse::loops::Mode;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::LoopId;
use crate::compiler::primal::{let_val, operation, range_expr};
use crate::compiler::ssa::{Block, MemId, Op, Range, Stmt as Ssa, StmtKind, ValId};

/// Makes room in front of an outermost loop: of those that record, for what an accumulating loop around it keeps is
/// dropped in every iteration.
pub(super) fn before(pass: &Forward<'_>, stmt: &Ssa, records: &Records<'_>, out: &mut Vec<Stmt>) {
    let Some((id, times, body)) = recorded(pass, stmt) else {
        return begin(pass, stmt, out);
    };
    if pass.rerun.is_some() || loops::in_rerun(pass, body) || is_nested(pass, body) {
        return;
    }
    let outermost = Outermost { pass, id, times };
    let mut lists = Vec::new();
    // A stretch for numbers is made as a whole, or block by block.
    let pushed = pass.saved.stacks.get(&id).filter(|_| !records.is_plain());
    lists.extend(pushed.map(|name| List {
        name,
        times: Vec::new(),
        rows: Vec::new(),
        end: None,
    }));
    outermost.rows(id, &[], &mut lists);
    outermost.visit(body, &times, &mut Vec::new(), &mut lists);
    outermost.reserve(lists, out);
}

/// Room for the first few records of a loop that runs nobody knows how often.
fn begin(pass: &Forward<'_>, stmt: &Ssa, out: &mut Vec<Stmt>) {
    let pushed = stmt.kind.loop_id().filter(|id| {
        matches!(pass.cx.mode(*id), Mode::Recorded)
            && !pass.plan.sparse.contains_key(id)
            && !pass.plan.checkpoints.contains_key(id)
    });
    if let Some(name) = pushed.and_then(|id| pass.saved.stacks.get(&id))
        && stmt.kind.count().is_some()
        && pass.rerun.is_none()
    {
        let rt = &pass.cx.names.rt;
        let list = Expr::Ref(true, Box::new(Expr::Name(name.clone())));
        out.push(Stmt::Expr(Expr::call(quote!(#rt::begin), vec![list])));
    }
}

/// A list of what inner loops keep.
struct List<'a> {
    name: &'a Ident,
    /// How often the loops between the outermost one and the entries run.
    times: Vec<Times<'a>>,
    /// The arrays that are kept whole, and the copies that they are kept as, where these may not be made.
    rows: Vec<(MemId, Option<MemId>)>,
    /// How many elements an iteration of the outermost loop keeps, where that depends on its counter.
    end: Option<Expr>,
}

/// How often a loop runs; together with the lane loop in it, if it runs over strips.
#[derive(Clone, Copy)]
struct Times<'a> {
    range: &'a Range,
    strips: bool,
}

impl Times<'_> {
    fn count(&self) -> Expr {
        let mut range = self.range.clone();
        range.step = range.step.filter(|_| !self.strips);
        Expr::method(range_expr(&range), "count", Vec::new())
    }

    fn bounds(self) -> impl Iterator<Item = ValId> {
        let step = self.range.step.filter(|_| !self.strips);
        [Some(self.range.lo), Some(self.range.hi), step]
            .into_iter()
            .flatten()
    }
}

/// A loop that records all of its iterations, as many as its range has.
fn recorded<'s>(pass: &Forward<'_>, stmt: &'s Ssa) -> Option<(LoopId, Times<'s>, &'s Block)> {
    match &stmt.kind {
        StmtKind::For {
            id,
            range,
            body,
            until: None,
            count: None,
            ..
        } if matches!(pass.cx.mode(*id), Mode::Recorded)
            && !pass.plan.sparse.contains_key(id)
            && !pass.plan.checkpoints.contains_key(id) =>
        {
            let strips = pass.cx.func.strips.mined.contains_key(id);
            Some((*id, Times { range, strips }, body))
        }
        _ => None,
    }
}

/// True if a loop that records stands around the loop with this body.
fn is_nested(pass: &Forward<'_>, body: &Block) -> bool {
    let blocks = &pass.cx.layout.blocks;
    let mut around = blocks[pass.cx.layout.id_of(body)].parent;
    while let Some(block) = around {
        let records = match blocks[block].role {
            Role::Body(l) => matches!(pass.cx.mode(l), Mode::Recorded),
            Role::Head => true,
            Role::Function | Role::Branch => false,
        };
        if records {
            return true;
        }
        around = blocks[block].parent;
    }
    false
}

struct Outermost<'a> {
    pass: &'a Forward<'a>,
    id: LoopId,
    times: Times<'a>,
}

impl<'a> Outermost<'a> {
    /// The lists of the loops that stand in the body of one.
    fn visit(
        &self,
        body: &'a Block,
        around: &Times<'a>,
        times: &mut Vec<Times<'a>>,
        lists: &mut Vec<List<'a>>,
    ) {
        for stmt in &body.stmts {
            let Some((id, own, body)) = recorded(self.pass, stmt) else {
                continue;
            };
            let before = times.len();
            times.extend((!around.strips).then_some(own));
            if let Some(name) = self.pass.saved.stacks.get(&id) {
                lists.push(List {
                    name,
                    times: times.clone(),
                    rows: Vec::new(),
                    end: None,
                });
            }
            self.rows(id, times, lists);
            self.visit(body, &own, times, lists);
            times.truncate(before);
        }
    }

    /// The arrays that every iteration of a loop keeps whole.
    fn rows(&self, id: LoopId, times: &[Times<'a>], lists: &mut Vec<List<'a>>) {
        let rows = self.pass.saved.rows.iter().filter(|((l, _), _)| *l == id);
        let end = |m: MemId| match id == self.id {
            true => loops::row_end(self.pass.cx, self.pass.plan, (id, m)),
            false => None,
        };
        lists.extend(rows.map(|((_, m), name)| List {
            name,
            times: times.to_vec(),
            rows: vec![(*m, None)],
            end: end(*m),
        }));
        let copies = self.pass.plan.flat.iter();
        let of = copies
            .filter(|(_, row)| row.id == id)
            .map(|(m, row)| (row.of, Some(*m)))
            .collect();
        lists.extend(self.pass.saved.flat.get(&id).map(|name| List {
            name,
            times: times.to_vec(),
            rows: of,
            end: None,
        }));
    }

    fn reserve(&self, lists: Vec<List<'_>>, out: &mut Vec<Stmt>) {
        let lists = lists.into_iter().filter(|list| self.is_countable(list));
        let (varying, fixed): (Vec<_>, Vec<_>) =
            lists.partition(|list| list.end.is_some() || bounds(list).any(|v| self.is_inside(v)));
        let reserve = |list: &List<'_>, room| {
            Stmt::Expr(Expr::method(
                Expr::Name(list.name.clone()),
                "reserve",
                vec![room],
            ))
        };
        let all = self.times.count();
        out.extend(fixed.iter().map(|list| {
            let each = self.length(list).into_iter().fold(all.clone(), Expr::mul);
            reserve(list, each)
        }));
        if !varying.is_empty() {
            let room = |list: &List<'_>| format_ident!("{}__room", list.name);
            out.extend(varying.iter().map(|list| Stmt::Let {
                name: room(list),
                mutable: true,
                ty: None,
                init: Some(Expr::Raw(quote!(0))),
            }));
            let mut each = self.retraced(&varying);
            each.extend(varying.iter().map(|list| {
                Stmt::Assign {
                    place: Expr::Name(room(list)),
                    op: "+=",
                    value: self
                        .length(list)
                        .into_iter()
                        .reduce(Expr::mul)
                        .unwrap_or(Expr::Raw(quote!(1))),
                }
            }));
            let counter = self.pass.cx.layout.counters.get(&self.id);
            let counter = counter.map(|v| self.pass.cx.func.val(*v).name.clone());
            out.push(Stmt::For {
                pattern: counter.map_or(quote!(_), |name| quote!(#name)),
                iter: range_expr(self.times.range),
                body: each,
            });
            out.extend(
                varying
                    .iter()
                    .map(|list| reserve(list, Expr::Name(room(list)))),
            );
        }
    }

    /// The number of entries per iteration of the outermost loop, as factors.
    fn length(&self, list: &List<'_>) -> Vec<Expr> {
        if let Some(end) = &list.end {
            return vec![end.clone()];
        }
        let counts = list.times.iter().map(Times::count);
        let rows = list.rows.iter();
        let lengths = rows.map(|(m, copy)| match copy {
            Some(copy) => copies::length(self.pass.saved, *copy, Expr::Mem(*m)),
            None => Expr::method(Expr::Mem(*m), "len", Vec::new()),
        });
        counts
            .chain(lengths.reduce(|a, b| Expr::bin("+", a, b)))
            .collect()
    }

    /// True if the number of entries is known in front of the loop, or can be added up there.
    fn is_countable(&self, list: &List<'_>) -> bool {
        let layout = self.pass.cx.layout;
        let inside = |(m, _): &(MemId, Option<MemId>)| {
            layout.contains(layout.body_of(self.id), layout.mem_block(*m))
        };
        let there = !list.rows.iter().any(inside);
        there && bounds(list).all(|v| layout.is_retraced(v, self.id))
    }

    fn is_inside(&self, v: ValId) -> bool {
        let layout = self.pass.cx.layout;
        layout.contains(layout.body_of(self.id), layout.def_block(v))
    }

    /// What the numbers of iterations are computed from in an iteration of the outermost loop.
    fn retraced(&self, lists: &[List<'_>]) -> Vec<Stmt> {
        let layout = self.pass.cx.layout;
        let mut values = BTreeSet::new();
        let mut todo: Vec<ValId> = lists.iter().flat_map(bounds).collect();
        while let Some(v) = todo.pop() {
            let is_counter = layout.counters.get(&self.id) == Some(&v);
            if self.is_inside(v) && !is_counter && values.insert((layout.def_pos(v), v)) {
                let op = layout.op(v);
                op.into_iter()
                    .for_each(|op| op.for_each_use(&mut |u| todo.push(u)));
            }
        }
        let (func, names) = (self.pass.cx.func, self.pass.cx.names);
        let define = |(_, v): (u32, ValId)| {
            let op = layout.op(v).filter(|op| !matches!(op, Op::Lit(_)))?;
            Some(let_val(func, v, false, Some(operation(func, v, op, names))))
        };
        values.into_iter().filter_map(define).collect()
    }
}

fn bounds<'l>(list: &'l List<'_>) -> impl Iterator<Item = ValId> + 'l {
    list.times.iter().flat_map(|times| times.bounds())
}
