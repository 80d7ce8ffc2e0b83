//! Writes a loop in strips.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::shape::{Column, Item, LAST, Part, Shape, Sum};
use super::{Given, LANES};
use crate::compiler::hir::{BinOp, LoopId, Marks, Ty};
use crate::compiler::names::{self, Names};
use crate::compiler::ssa::{
    Block, Carried, Func, Init, Mem, MemId, Op, Origin, Phi, Place, Proj, Range, Stmt, StmtKind,
    StoreOp, Tree, Use, Val, ValId, Verbatim, rewrite,
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
        let id = ValId(u32::try_from(self.func.vals.len()).unwrap_or(u32::MAX));
        self.func.vals.push(Val {
            name,
            ty,
            span: self.span,
            source: TokenStream::new(),
            operands: Vec::new(),
            marks: Marks::default(),
        });
        id
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

    /// Declares an array for every value that goes from one group to another, or around an inner loop.
    fn arrays(&mut self, out: &mut Vec<Stmt>) {
        let shape = self.shape;
        for (v, readers) in &shape.crossing {
            let loops = shape
                .group_of
                .get(v)
                .and_then(|g| shape.loops_of.get(g))
                .cloned()
                .unwrap_or_default();
            let array = match shape.column_of(*v) {
                Some(column) => self.table(*v, column, out),
                None => self.array(*v, loops, out),
            };
            self.arrays.insert(*v, array);
            let is_term = shape.terms.iter().any(|t| t.value == *v);
            if is_term && readers.iter().all(|group| *group == LAST) {
                self.func.strips.terms.insert(array);
            }
        }
        self.carried_arrays(&shape.parts, &mut vec![shape.id], out);
    }

    fn carried_arrays(
        &mut self,
        parts: &[Part<'a>],
        around: &mut Vec<LoopId>,
        out: &mut Vec<Stmt>,
    ) {
        for part in parts {
            let Part::Loop(stmt, inner) = part else {
                continue;
            };
            for c in self.shape.handed_on(stmt.kind.carried(), stmt) {
                let total = self.shape.totals.get(&c.phi);
                let known = total.and_then(|total| self.arrays.get(total)).copied();
                let array = match known {
                    Some(array) => array,
                    None => self.array(c.out, around.iter().copied().collect(), out),
                };
                self.arrays.insert(c.phi, array);
                self.arrays.insert(c.out, array);
            }
            around.extend(stmt.kind.loop_id());
            self.carried_arrays(inner, around, out);
            around.pop();
        }
    }

    fn array(&mut self, v: ValId, private: BTreeSet<LoopId>, out: &mut Vec<Stmt>) -> MemId {
        let val = self.func.val(v).clone();
        let len = Literal::usize_unsuffixed(LANES);
        let ty = Ty::Array(Box::new(val.ty.clone()), quote!(#len));
        let array = self.memory(&val.name, ty, private);
        let zero = self.value("zero", val.ty);
        out.push(self.def(zero, Op::Lit(quote!(0.0))));
        let init = Init::Repeat(Box::new(Init::Val(zero)), self.lanes);
        out.push(self.alloc(array, init));
        array
    }

    /// An array with a row per iteration of an inner loop.
    fn table(&mut self, v: ValId, column: Column, out: &mut Vec<Stmt>) -> MemId {
        let val = self.func.val(v).clone();
        let ty = Ty::Vec(Box::new(val.ty.clone()));
        let table = self.memory(&val.name, ty, BTreeSet::from([self.shape.id]));
        let total = self.value("n", Ty::Int);
        out.push(self.def(total, Op::Bin(BinOp::Mul, column.len, self.width)));
        let zero = self.value("zero", val.ty);
        out.push(self.def(zero, Op::Lit(quote!(0.0))));
        out.push(self.alloc(table, Init::Repeat(Box::new(Init::Val(zero)), total)));
        table
    }

    fn alloc(&self, m: MemId, init: Init) -> Stmt {
        Stmt {
            kind: StmtKind::Alloc(m, init),
            span: self.span,
        }
    }

    /// What a scratch array is filled with at its declaration.
    fn first_element(&self, m: MemId) -> Init {
        let mut found = Init::Blank;
        self.cx.func.body.walk(&mut |s| {
            if let StmtKind::Alloc(a, Init::Repeat(init, _)) = &s.kind
                && *a == m
            {
                found = (**init).clone();
            }
        });
        found
    }

    /// Declares the array with a row per element of a scratch array.
    fn expand(&mut self, m: MemId, len: ValId, init: Init, out: &mut Vec<Stmt>) {
        let mem = self.func.mem(m).clone();
        let inner = match mem.ty {
            Ty::Array(inner, _) | Ty::Vec(inner) => inner,
            _ => return,
        };
        let private = self.shape.private.get(&m).cloned().unwrap_or_default();
        let rows = self.memory(&mem.name, Ty::Vec(inner), private);
        let total = self.value("n", Ty::Int);
        out.push(self.def(total, Op::Bin(BinOp::Mul, len, self.width)));
        out.push(self.alloc(rows, Init::Repeat(Box::new(init), total)));
        self.expanded.insert(m, rows);
    }

    /// Declares the transposed copies of the rows that the iterations read.
    fn copies(&mut self, out: &mut Vec<Stmt>) {
        for ((m, _), row) in &self.shape.rows {
            let key = (*m, row.stride, row.len);
            if self.transposed.contains_key(&key) {
                continue;
            }
            let mem = self.func.mem(*m).clone();
            let inner = match mem.ty {
                Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) | Ty::Seq(inner) => inner,
                _ => continue,
            };
            let ty = (*inner).clone();
            let copy = self.memory(&mem.name, Ty::Vec(inner), BTreeSet::from([self.shape.id]));
            let total = self.value("n", Ty::Int);
            out.push(self.def(total, Op::Bin(BinOp::Mul, row.len, self.width)));
            let zero = self.value("zero", ty);
            out.push(self.def(zero, Op::Lit(quote!(0.0))));
            let init = Init::Repeat(Box::new(Init::Val(zero)), total);
            out.push(self.alloc(copy, init));
            self.transposed.insert(key, copy);
        }
    }

    /// `for l in 0..lanes { for j in 0..len { copy[j * 32 + l] = xs[(start + l) * stride + j] } }`. The
    /// iterations may not read all of that, so what is not there is 0.
    fn transpose(&mut self, out: &mut Vec<Stmt>) {
        for ((m, stride, len), copy) in self.transposed.clone() {
            let real = match &self.func.mem(copy).ty {
                Ty::Vec(inner) => (**inner).clone(),
                ty => ty.clone(),
            };
            let [lane, column, i, from, at, end, row, to] =
                ["lane", "column", "i", "from", "at", "end", "row", "to"]
                    .map(|base| self.value(base, Ty::Int));
            let (there, x) = (self.value("there", Ty::Bool), self.value("x", real));
            let place = |mem: MemId, v: ValId| Place {
                mem,
                path: vec![Proj::Index(v)],
            };
            let store = Stmt {
                kind: StmtKind::Store {
                    place: place(copy, to),
                    op: StoreOp::Set,
                    value: x,
                },
                span: self.span,
            };
            let inner = vec![
                self.def(at, Op::Bin(BinOp::Add, from, column)),
                self.def(there, Op::Bin(BinOp::Lt, at, end)),
                self.def(x, Op::LoadIf(there, place(m, at))),
                self.def(row, Op::Bin(BinOp::Mul, column, self.width)),
                self.def(to, Op::Bin(BinOp::Add, row, lane)),
                store,
            ];
            let inner = self.counted(column, len, inner);
            let outer = vec![
                self.def(i, Op::Bin(BinOp::Add, self.start, lane)),
                self.def(from, Op::Bin(BinOp::Mul, i, stride)),
                inner,
            ];
            out.push(self.def(end, Op::Len(Place::whole(m))));
            let outer = self.counted(lane, self.count, outer);
            out.push(outer);
        }
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
        }
    }

    /// `lanes = min(32, hi - start)`
    fn count_lanes(&mut self) -> Stmt {
        let (hi, start) = (self.shape.range.hi, self.start);
        let name = |v: ValId| self.func.val(v).name.clone();
        let (hi_name, start_name) = (name(hi), name(start));
        let step_name = name(self.step);
        let code = Verbatim {
            tokens: quote!(::core::cmp::Ord::min(#step_name, #hi_name - #start_name)),
            uses: vec![
                (step_name, Use::Tree(Tree::Val(self.step))),
                (hi_name, Use::Tree(Tree::Val(hi))),
                (start_name, Use::Tree(Tree::Val(start))),
            ],
            pure: true,
        };
        self.def(self.count, Op::Opaque(code))
    }

    /// `width = min(clamp(MOST / longest, NARROW, 32), hi - lo)`, where arrays with a row per element
    /// could get large; else 32.
    fn find_width(&mut self, out: &mut Vec<Stmt>) {
        (self.width, self.step) = (self.lanes, self.lanes);
        let lengths = self.shape.lengths(self.cx);
        if lengths.is_empty() {
            return;
        }
        let range = self.shape.range;
        let mut uses = Vec::new();
        let mut name = |v: ValId| {
            let name = self.func.val(v).name.clone();
            uses.push((name.clone(), Use::Tree(Tree::Val(v))));
            name
        };
        let mut longest = quote!(1);
        for len in lengths {
            let len = name(len);
            longest = quote!(::core::cmp::Ord::max(#longest, #len));
        }
        let (lo, hi) = (name(range.lo), name(range.hi));
        let [most, narrow, lanes] = [MOST, NARROW, LANES].map(Literal::usize_unsuffixed);
        let code = Verbatim {
            tokens: quote!(::core::cmp::Ord::min(
                ::core::cmp::Ord::clamp(#most / #longest, #narrow, #lanes),
                usize::saturating_sub(#hi, #lo)
            )),
            uses,
            pure: true,
        };
        self.width = self.value("width", Ty::Int);
        out.push(self.def(self.width, Op::Opaque(code)));
        let width = self.func.val(self.width).name.clone();
        let code = Verbatim {
            tokens: quote!(::core::cmp::Ord::max(1, #width)),
            uses: vec![(width, Use::Tree(Tree::Val(self.width)))],
            pure: true,
        };
        self.step = self.value("step", Ty::Int);
        out.push(self.def(self.step, Op::Opaque(code)));
    }

    /// `last = start + (lanes - 1)`, where copies of rows are read.
    fn find_last(&mut self, out: &mut Vec<Stmt>) {
        if self.transposed.is_empty() {
            return;
        }
        let one = self.literal(1, out);
        let steps = self.value("steps", Ty::Int);
        out.push(self.def(steps, Op::Bin(BinOp::Sub, self.count, one)));
        out.push(self.def(self.last, Op::Bin(BinOp::Add, self.start, steps)));
    }

    /// `_ = xs[last * stride + column]`: a copy has 0 where the array has ended, and the primal panics.
    fn check_rows(&mut self, group: &Group, out: &mut Vec<Stmt>) {
        for (m, index) in &group.rows {
            let Some(row) = self.shape.rows.get(&(*m, *index)).copied() else {
                continue;
            };
            let real = match &self.func.mem(*m).ty {
                Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) | Ty::Seq(inner) => {
                    (**inner).clone()
                }
                ty => ty.clone(),
            };
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
                        let sum = |c: &Carried| sums && !self.shape.group_of.contains_key(&c.next);
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
        if let StmtKind::For { carried: own, .. } = &mut looped.kind {
            *own = carried;
        }
        group.body.push(looped);
    }

    fn add(&mut self, total: ValId, value: ValId, minus: bool, group: &mut Group) {
        let value = self.resolve(value, group);
        let op = if minus { StoreOp::Sub } else { StoreOp::Add };
        if let Some(array) = self.arrays.get(&total).copied() {
            let place = Place {
                mem: array,
                path: vec![Proj::Index(group.lane)],
            };
            group.body.push(Stmt {
                kind: StmtKind::Store { place, op, value },
                span: self.span,
            });
        }
    }

    fn open(&mut self, id: usize) -> Group {
        Group {
            id,
            lane: self.value("lane", Ty::Int),
            map: BTreeMap::new(),
            places: BTreeMap::new(),
            rows: BTreeSet::new(),
            branch: false,
            body: Vec::new(),
        }
    }

    fn lane_loop(&mut self, group: Group, carried: Vec<Carried>) -> (Stmt, LoopId) {
        let id = self.fresh_loop();
        self.func.strips.lanes.insert(id);
        let stmt = Stmt {
            kind: StmtKind::For {
                id,
                counter: group.lane,
                range: Range {
                    lo: self.zero,
                    hi: self.count,
                    inclusive: false,
                    step: None,
                    rev: false,
                    rev_first: false,
                },
                carried,
                body: Block { stmts: group.body },
                until: None,
                count: None,
            },
            span: self.span,
        };
        (stmt, id)
    }

    fn fresh_loop(&self) -> LoopId {
        let mut highest = 0;
        self.cx.func.body.walk(&mut |s| {
            if let Some(LoopId(k)) = s.kind.loop_id() {
                highest = highest.max(k);
            }
        });
        let used = self.func.strips.lanes.len() + self.func.strips.plain.len();
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        LoopId(highest + 1 + used)
    }

    /// A statement in a lane loop.
    fn item(&mut self, stmt: &'a Stmt, group: &mut Group) {
        match &stmt.kind {
            StmtKind::Def(v, op) => {
                // What was taken out of a loop is loaded in it.
                if matches!(op, Op::LoadIf(..)) {
                    return;
                }
                let op = self.operation(op, group);
                group.body.push(self.def(*v, op));
                self.keep_if_crossing(*v, group);
            }
            StmtKind::Store { place, op, value } => {
                let value = self.resolve(*value, group);
                let place = self.place(place, group);
                group.body.push(Stmt {
                    kind: StmtKind::Store {
                        place,
                        op: *op,
                        value,
                    },
                    span: stmt.span,
                });
            }
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => {
                let cond = self.resolve(*cond, group);
                let then = self.branch(then, group);
                let els = self.branch(els, group);
                let phis = phis
                    .iter()
                    .map(|p| Phi {
                        out: p.out,
                        then: self.resolve(p.then, group),
                        els: self.resolve(p.els, group),
                    })
                    .collect::<Vec<_>>();
                let outs: Vec<ValId> = phis.iter().map(|p| p.out).collect();
                group.body.push(Stmt {
                    kind: StmtKind::If {
                        cond,
                        then,
                        els,
                        phis,
                    },
                    span: stmt.span,
                });
                for v in outs {
                    self.keep_if_crossing(v, group);
                }
            }
            _ => {}
        }
    }

    /// A branch: what it takes from other groups is loaded in front of it.
    fn branch(&mut self, block: &'a Block, group: &mut Group) -> Block {
        let mut stmts = Vec::new();
        for stmt in &block.stmts {
            let mut inner = Group {
                id: group.id,
                lane: group.lane,
                map: std::mem::take(&mut group.map),
                places: std::mem::take(&mut group.places),
                rows: std::mem::take(&mut group.rows),
                branch: group.branch,
                body: std::mem::take(&mut group.body),
            };
            let before = inner.body.len();
            let mut uses = Vec::new();
            super::shape::reads(&stmt.kind, &mut uses);
            for v in uses {
                self.resolve(v, &mut inner);
            }
            let loaded = inner.body.len();
            inner.branch = true;
            self.item(stmt, &mut inner);
            inner.branch = group.branch;
            stmts.extend(inner.body.split_off(loaded.max(before)));
            *group = inner;
        }
        Block { stmts }
    }

    fn operation(&mut self, op: &Op, group: &mut Group) -> Op {
        if let Op::Load(at) | Op::LoadIf(_, at) = op
            && !group.branch
            && let Some((copy, index, column)) = self.copy_of(at)
        {
            group.rows.insert((at.mem, index));
            return Op::Load(self.row_of(copy, column, group));
        }
        match op {
            Op::Load(at) | Op::LoadIf(_, at) if self.expanded.contains_key(&at.mem) => {
                Op::Load(self.place(at, group))
            }
            Op::LoadIf(_, at) => {
                let mut op = Op::Load(at.clone());
                self.resolve_all(&mut op, group);
                op
            }
            op => {
                let mut op = op.clone();
                self.resolve_all(&mut op, group);
                op
            }
        }
    }

    fn resolve_all(&mut self, op: &mut Op, group: &mut Group) {
        let mut map = |v: ValId| self.resolve(v, group);
        rewrite::op(op, &mut map);
    }

    /// The element of the row of this lane.
    fn place(&mut self, at: &Place, group: &mut Group) -> Place {
        let (Some(rows), [Proj::Index(index)]) =
            (self.expanded.get(&at.mem).copied(), at.path.as_slice())
        else {
            return at.clone();
        };
        self.row_of(rows, *index, group)
    }

    /// The transposed copy of the row that is read, by which index, and which element of it.
    fn copy_of(&self, at: &Place) -> Option<(MemId, ValId, ValId)> {
        let [Proj::Index(index)] = at.path.as_slice() else {
            return None;
        };
        let row = self.shape.rows.get(&(at.mem, *index))?;
        let copy = self.transposed.get(&(at.mem, row.stride, row.len))?;
        Some((*copy, *index, row.column))
    }

    /// The element of this lane in a row per element.
    fn row_of(&mut self, rows: MemId, index: ValId, group: &mut Group) -> Place {
        let index = self.resolve(index, group);
        let place = |v: ValId| Place {
            mem: rows,
            path: vec![Proj::Index(v)],
        };
        if let Some(known) = group.places.get(&index) {
            return place(*known);
        }
        let row = self.value("row", Ty::Int);
        let position = self.value("at", Ty::Int);
        group
            .body
            .push(self.def(row, Op::Bin(BinOp::Mul, index, self.width)));
        group
            .body
            .push(self.def(position, Op::Bin(BinOp::Add, row, group.lane)));
        group.places.insert(index, position);
        place(position)
    }

    /// A value as it is called in the group.
    fn resolve(&mut self, v: ValId, group: &mut Group) -> ValId {
        if let Some(known) = group.map.get(&v) {
            return *known;
        }
        if v == self.shape.counter {
            let name = self
                .names
                .exact(&names::plain(&self.func.val(v).name), self.func.val(v).span);
            let own = self.named(name, Ty::Int);
            group
                .body
                .push(self.def(own, Op::Bin(BinOp::Add, self.start, group.lane)));
            group.map.insert(v, own);
            return own;
        }
        let hoisted = matches!(self.shape.ops.get(&v), Some(Op::LoadIf(..)));
        let here = self.shape.group_of.get(&v) == Some(&group.id) && !hoisted;
        if !self.shape.varying.contains(&v) || here {
            return v;
        }
        let ty = self.func.val(v).ty.clone();
        if let Some(op) = self.shape.again(self.cx, v, group.id) {
            let op = self.operation(op, group);
            let name = names::plain(&self.func.val(v).name);
            let own = self.value(&name, ty);
            group.body.push(self.def(own, op));
            group.map.insert(v, own);
            return own;
        }
        let Some(array) = self.arrays.get(&v).copied() else {
            return v;
        };
        let name = names::plain(&self.func.val(v).name);
        let own = self.value(&name, ty);
        let load = Op::Load(self.element(v, array, group));
        group.body.push(self.def(own, load));
        group.map.insert(v, own);
        own
    }

    /// Where the array of a value holds it for this lane.
    fn element(&mut self, v: ValId, array: MemId, group: &mut Group) -> Place {
        match self.shape.column_of(v) {
            Some(column) if self.shape.crossing.contains_key(&v) => {
                self.row_of(array, column.counter, group)
            }
            _ => Place {
                mem: array,
                path: vec![Proj::Index(group.lane)],
            },
        }
    }

    fn keep_if_crossing(&mut self, v: ValId, group: &mut Group) {
        if self.shape.crossing.contains_key(&v) {
            self.keep(v, v, group);
        }
    }

    /// Stores a value in the array of a variable.
    fn keep(&mut self, of: ValId, value: ValId, group: &mut Group) {
        if let Some(array) = self.arrays.get(&of).copied() {
            let place = self.element(of, array, group);
            group.body.push(Stmt {
                kind: StmtKind::Store {
                    place,
                    op: StoreOp::Set,
                    value,
                },
                span: self.span,
            });
        }
    }
}
