//! The arrays of the lanes, and how many lanes there are.

use super::*;

impl<'a> Write<'a, '_> {
    /// Declares an array for every value that goes from one group to another, or around an inner loop.
    pub(super) fn arrays(&mut self, out: &mut Vec<Stmt>) {
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

    pub(super) fn carried_arrays(
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

    pub(super) fn array(
        &mut self,
        v: ValId,
        private: BTreeSet<LoopId>,
        out: &mut Vec<Stmt>,
    ) -> MemId {
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
    pub(super) fn table(&mut self, v: ValId, column: Column, out: &mut Vec<Stmt>) -> MemId {
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

    pub(super) fn alloc(&self, m: MemId, init: Init) -> Stmt {
        Stmt {
            kind: StmtKind::Alloc(m, init),
            span: self.span,
        }
    }

    /// What a scratch array is filled with at its declaration.
    pub(super) fn first_element(&self, m: MemId) -> Init {
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
    pub(super) fn expand(&mut self, m: MemId, len: ValId, init: Init, out: &mut Vec<Stmt>) {
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
    pub(super) fn copies(&mut self, out: &mut Vec<Stmt>) {
        for ((m, _), row) in &self.shape.rows {
            let key = (*m, row.stride, row.len);
            if self.transposed.contains_key(&key) {
                continue;
            }
            let mem = self.func.mem(*m).clone();
            let Some(ty) = mem.ty.element().cloned() else {
                continue;
            };
            let rows = Ty::Vec(Box::new(ty.clone()));
            let copy = self.memory(&mem.name, rows, BTreeSet::from([self.shape.id]));
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
    pub(super) fn transpose(&mut self, out: &mut Vec<Stmt>) {
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
            if let Some(id) = outer.kind.loop_id() {
                let transposed = Transposed {
                    to: copy,
                    width: self.width,
                    from: m,
                    start: self.start,
                    lanes: self.count,
                    stride,
                    len,
                };
                self.func.strips.transposed.insert(id, transposed);
            }
            out.push(outer);
        }
    }

    /// `width = min(clamp(MOST / longest, NARROW, 32), hi - lo)`, where arrays with a row per element
    /// could get large; else 32.
    pub(super) fn find_width(&mut self, out: &mut Vec<Stmt>) {
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
    pub(super) fn find_last(&mut self, out: &mut Vec<Stmt>) {
        if self.transposed.is_empty() {
            return;
        }
        let one = self.literal(1, out);
        let steps = self.value("steps", Ty::Int);
        out.push(self.def(steps, Op::Bin(BinOp::Sub, self.count, one)));
        out.push(self.def(self.last, Op::Bin(BinOp::Add, self.start, steps)));
    }
}
