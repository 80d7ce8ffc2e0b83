//! Writes a loop in strips.

mod group;
mod storage;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, Span};
use quote::quote;

use super::shape::{Column, Item, LAST, Part, Shape, Sum};
use super::{Given, LANES};
use crate::compiler::hir::{BinOp, LoopId, Ty};
use crate::compiler::names::{self, Names};
use crate::compiler::ssa::{
    Block, Carried, Func, Init, Mem, MemId, Op, Origin, Phi, Place, Proj, Range, Stmt, StmtKind,
    StoreOp, Transposed, Tree, Use, ValId, Verbatim, rewrite,
};

/// The elements of an array with a row per element, where its length is known at run time only: fewer
/// iterations side by side rather than more.
pub(super) const MOST: usize = 1 << 18;

/// The fewest iterations side by side.
const NARROW: usize = 4;

/// Appends the arrays of the lanes and the loop over strips.
pub(super) fn run<'a>(
    cx: Given<'a>,
    func: &mut Func,
    names: &mut Names,
    shape: &Shape<'a>,
    out: &mut Vec<Stmt>,
) {
    let span = shape.stmt.span;
    let mut pass = Write {
        cx,
        func,
        names,
        shape,
        span,
        arrays: BTreeMap::new(),
        expanded: BTreeMap::new(),
        transposed: BTreeMap::new(),
        zero: ValId(0),
        lanes: ValId(0),
        width: ValId(0),
        step: ValId(0),
        start: ValId(0),
        count: ValId(0),
        last: ValId(0),
    };
    pass.zero = pass.literal(0, out);
    pass.lanes = pass.literal(LANES, out);
    pass.start = pass.value("start", Ty::Int);
    pass.count = pass.value("lanes", Ty::Int);
    pass.last = pass.value("last", Ty::Int);
    pass.find_width(out);
    pass.arrays(out);
    for (m, len) in &shape.scratch {
        let inside = cx
            .layout
            .contains(cx.layout.body_of(shape.id), cx.layout.mem_block(*m));
        if !inside {
            let init = pass.first_element(*m);
            pass.expand(*m, *len, init, out);
        }
    }
    pass.copies(out);
    let strip = pass.strip();
    out.push(Stmt { kind: strip, span });
}

struct Write<'a, 's> {
    cx: Given<'a>,
    func: &'s mut Func,
    names: &'s mut Names,
    shape: &'s Shape<'a>,
    span: Span,
    /// The arrays of what goes from one group to another.
    arrays: BTreeMap<ValId, MemId>,
    /// The arrays with a row per element of a scratch array.
    expanded: BTreeMap<MemId, MemId>,
    /// The transposed copies of rows.
    transposed: BTreeMap<(MemId, ValId, ValId), MemId>,
    zero: ValId,
    lanes: ValId,
    /// How long a row is, and how many iterations a strip has: the same, but for an empty loop.
    width: ValId,
    step: ValId,
    /// The first iteration of the strip, and how many there are.
    start: ValId,
    count: ValId,
    /// The last iteration of the strip.
    last: ValId,
}

/// A lane loop that is being written.
struct Group {
    id: usize,
    lane: ValId,
    /// Values of other groups, as they are called here.
    map: BTreeMap<ValId, ValId>,
    /// The position of an element of a scratch array, by its index.
    places: BTreeMap<ValId, ValId>,
    /// The rows that are read from their copies, by array and index.
    rows: BTreeSet<(MemId, ValId)>,
    /// What is being written is in a branch.
    branch: bool,
    body: Vec<Stmt>,
}

impl<'a> Write<'a, '_> {
    fn value(&mut self, base: &str, ty: Ty) -> ValId {
        let name: Ident = self.names.numbered(base, "_", 1, self.span);
        self.named(name, ty)
    }

    fn named(&mut self, name: Ident, ty: Ty) -> ValId {
        super::named(self.func, name, ty, self.span)
    }

    fn def(&self, v: ValId, op: Op) -> Stmt {
        Stmt {
            kind: StmtKind::Def(v, op),
            span: self.span,
        }
    }

    fn literal(&mut self, number: usize, out: &mut Vec<Stmt>) -> ValId {
        let v = self.value("n", Ty::Int);
        let number = Literal::usize_unsuffixed(number);
        out.push(self.def(v, Op::Lit(quote!(#number))));
        v
    }

    fn memory(&mut self, of: &Ident, ty: Ty, private: BTreeSet<LoopId>) -> MemId {
        let base = format!("{}_lanes", names::plain(of));
        let name = self.names.exact(&base, self.span);
        let id = MemId(u32::try_from(self.func.mems.len()).unwrap_or(u32::MAX));
        self.func.mems.push(Mem {
            name,
            ty,
            origin: Origin::Local,
        });
        self.func.strips.private.insert(id, private);
        id
    }

    /// `for counter in 0..hi { body }`
    fn counted(&mut self, counter: ValId, hi: ValId, body: Vec<Stmt>) -> Stmt {
        let id = self.fresh_loop();
        self.func.strips.plain.insert(id);
        Stmt {
            kind: StmtKind::For {
                id,
                counter,
                range: Range {
                    lo: self.zero,
                    hi,
                    inclusive: false,
                    step: None,
                    rev: false,
                    rev_first: false,
                },
                carried: Vec::new(),
                body: Block { stmts: body },
                until: None,
                count: None,
                budget: None,
            },
            span: self.span,
        }
    }

    /// The loop over strips.
    fn strip(&mut self) -> StmtKind {
        let shape = self.shape;
        self.func.strips.strips.insert(shape.id);
        let mut body = vec![self.count_lanes()];
        self.transpose(&mut body);
        self.find_last(&mut body);
        self.parts(&shape.parts, &mut body);
        let inner = self.sums(&mut body);
        let carried = shape.carried.iter().zip(inner);
        let carried = carried
            .map(|(c, next)| Carried { next, ..c.clone() })
            .collect();
        StmtKind::For {
            id: shape.id,
            counter: self.start,
            range: Range {
                step: Some(self.step),
                ..shape.range.clone()
            },
            carried,
            body: Block { stmts: body },
            until: None,
            count: None,
            budget: None,
        }
    }

    /// `lanes = min(32, hi - start)`
    fn count_lanes(&mut self) -> Stmt {
        let op = super::lanes_from(self.func, self.step, self.shape.range.hi, self.start);
        self.def(self.count, op)
    }

    /// `_ = xs[last * stride + column]`: a copy has 0 where the array has ended, and the primal panics.
    fn check_rows(&mut self, group: &Group, out: &mut Vec<Stmt>) {
        for (m, index) in &group.rows {
            let Some(row) = self.shape.rows.get(&(*m, *index)).copied() else {
                continue;
            };
            let ty = &self.func.mem(*m).ty;
            let real = ty.element().unwrap_or(ty).clone();
            let [from, at] = ["from", "at"].map(|base| self.value(base, Ty::Int));
            let x = self.value("x", real);
            let place = Place {
                mem: *m,
                path: vec![Proj::Index(at)],
            };
            out.push(self.def(from, Op::Bin(BinOp::Mul, self.last, row.stride)));
            out.push(self.def(at, Op::Bin(BinOp::Add, from, row.column)));
            out.push(self.def(x, Op::Load(place)));
        }
    }

    fn parts(&mut self, parts: &[Part<'a>], out: &mut Vec<Stmt>) {
        for part in parts {
            match part {
                Part::Uniform(stmt) => self.uniform(stmt, out),
                Part::Lanes(group, items) => self.lanes(*group, items, out),
                Part::Loop(stmt, inner) => {
                    let mut copied = (*stmt).clone();
                    let mut stmts = Vec::new();
                    self.parts(inner, &mut stmts);
                    let sums = self.shape.sums.iter().any(
                        |s| matches!(s, Sum::Loop(_, inner, _) if std::ptr::eq(*inner, *stmt)),
                    );
                    if let StmtKind::For { carried, body, .. } = &mut copied.kind {
                        let sum = |c: &Carried| sums && self.shape.is_added(c.next);
                        carried.retain(|c| !self.shape.varying.contains(&c.phi) && !sum(c));
                        body.stmts = stmts;
                    }
                    out.push(copied);
                }
            }
        }
    }

    fn uniform(&mut self, stmt: &Stmt, out: &mut Vec<Stmt>) {
        if let StmtKind::Alloc(m, Init::Repeat(init, len)) = &stmt.kind {
            return self.expand(*m, *len, (**init).clone(), out);
        }
        out.push(stmt.clone());
    }

    fn lanes(&mut self, id: usize, items: &[Item<'a>], out: &mut Vec<Stmt>) {
        let mut group = self.open(id);
        let mut handed = Vec::new();
        for item in items {
            match item {
                Item::Stmt(stmt) => self.item(stmt, &mut group),
                Item::Add {
                    total,
                    value,
                    minus,
                } => self.add(*total, *value, *minus, &mut group),
                Item::First(c) => handed.push((c.phi, self.resolve(c.init, &mut group))),
                Item::Next(c) => handed.push((c.phi, self.resolve(c.next, &mut group))),
            }
        }
        for (phi, value) in handed {
            self.keep(phi, value, &mut group);
        }
        let seeds: Vec<_> = self.shape.terms.iter().filter(|t| t.group == id).collect();
        let seeds = seeds.iter().map(|t| (t.value, t.sum, t.minus)).collect();
        self.check_rows(&group, out);
        let (stmt, id) = self.lane_loop(group, Vec::new());
        self.func.strips.seeds.insert(id, seeds);
        out.push(stmt);
    }

    /// The additions, iteration by iteration; what is carried after it comes back.
    fn sums(&mut self, out: &mut Vec<Stmt>) -> Vec<ValId> {
        let shape = self.shape;
        let mut group = self.open(LAST);
        let mut carried = Vec::new();
        for c in shape.carried {
            let ty = self.func.val(c.phi).ty.clone();
            let base = names::plain(&self.func.val(c.out).name);
            let (phi, after) = (self.value(&base, ty.clone()), self.value(&base, ty));
            group.map.insert(c.phi, phi);
            carried.push(Carried {
                phi,
                init: c.phi,
                next: c.next,
                out: after,
            });
        }
        for sum in &shape.sums {
            match sum {
                Sum::Add(stmt) => self.item(stmt, &mut group),
                Sum::Loop(column, stmt, adds) => self.sum_loop(*column, stmt, adds, &mut group),
            }
        }
        let after = carried.iter().map(|c| c.out).collect();
        let (stmt, id) = self.lane_loop(group, carried);
        if !self.shape.terms.is_empty() {
            self.func.strips.sums.insert(id);
        }
        out.push(stmt);
        after
    }

    /// The additions of an inner loop: it runs once more, over what it has computed for all lanes.
    fn sum_loop(&mut self, column: Column, stmt: &'a Stmt, adds: &[&'a Stmt], group: &mut Group) {
        let counter = self.value("column", Ty::Int);
        let mut inner = Group {
            id: LAST,
            lane: group.lane,
            map: group.map.clone(),
            places: BTreeMap::new(),
            rows: BTreeSet::new(),
            branch: false,
            body: Vec::new(),
        };
        inner.map.insert(column.counter, counter);
        let defines = |v: ValId| {
            adds.iter()
                .any(|s| matches!(&s.kind, StmtKind::Def(u, _) if *u == v))
        };
        let mut carried = Vec::new();
        for c in stmt.kind.carried().iter().filter(|c| defines(c.next)) {
            let init = self.resolve(c.init, group);
            carried.push(Carried { init, ..c.clone() });
        }
        for add in adds {
            self.item(add, &mut inner);
        }
        let mut looped = self.counted(counter, column.len, inner.body);
        if let (
            StmtKind::For {
                carried: own,
                range,
                ..
            },
            StmtKind::For { range: written, .. },
        ) = (&mut looped.kind, &stmt.kind)
        {
            *own = carried;
            range.rev = written.rev;
        }
        group.body.push(looped);
    }

    fn fresh_loop(&self) -> LoopId {
        super::fresh_loop(self.cx, self.func)
    }
}
