//! Loads that a strip reads from a transposed copy, and loads that every lane loop may repeat.

use super::*;

impl<'a> Shape<'a> {
    pub(super) fn find_rows(&mut self, cx: Given<'a>, body: &'a Block) {
        let inside = cx.layout.body_of(self.id);
        let outside = |v: ValId| {
            matches!(cx.layout.op(v), Some(Op::Lit(_)))
                || !cx.layout.contains(inside, cx.layout.def_block(v))
        };
        // The counters of inner loops from 0, and how far they run.
        let mut columns = BTreeMap::new();
        body.walk(&mut |s| {
            if let StmtKind::For { counter, range, .. } = &s.kind
                && !range.inclusive
                && range.step.is_none()
                && cx.layout.literal(range.lo) == Some(0)
                && outside(range.hi)
            {
                columns.insert(*counter, range.hi);
            }
        });
        let row = |at: ValId| {
            let Some(Op::Bin(BinOp::Add, a, b)) = cx.layout.op(at) else {
                return None;
            };
            let (start, column) = match columns.contains_key(b) {
                true => (*a, *b),
                false => (*b, *a),
            };
            let len = *columns.get(&column)?;
            let Some(Op::Bin(BinOp::Mul, x, y)) = cx.layout.op(start) else {
                return None;
            };
            let stride = match (*x == self.counter, *y == self.counter) {
                (true, false) => *y,
                (false, true) => *x,
                _ => return None,
            };
            outside(stride).then_some(Row {
                stride,
                len,
                column,
            })
        };
        let mut rows = BTreeMap::new();
        let mut see = |s: &Stmt| {
            if let StmtKind::Def(v, Op::Load(at) | Op::LoadIf(_, at)) = &s.kind
                && let [Proj::Index(index)] = at.path.as_slice()
                && !self.scratch.contains_key(&at.mem)
                && real(&cx.func.val(*v).ty)
                && let Some(row) = row(*index)
            {
                rows.insert((at.mem, *index), row);
            }
        };
        unconditional(body, &mut see);
        self.rows = rows;
    }

    /// Loads that can be repeated: of what nobody writes later in their block, and not one element here
    /// and one there.
    pub(super) fn find_steady(&mut self, cx: Given<'a>, block: &'a Block) {
        for (k, stmt) in block.stmts.iter().enumerate() {
            for inner in stmt.kind.blocks() {
                self.find_steady(cx, inner);
            }
            let StmtKind::Def(v, Op::Load(at)) = &stmt.kind else {
                continue;
            };
            let [Proj::Index(index)] = at.path.as_slice() else {
                continue;
            };
            let later = &block.stmts[k + 1..];
            let steady = match self.scratch.contains_key(&at.mem) {
                true => !later.iter().any(|s| s.kind.written().contains(&at.mem)),
                false => self.rows.contains_key(&(at.mem, *index)) || self.moves_by_one(cx, *index),
            };
            if steady && real(&cx.func.val(*v).ty) {
                self.steady.insert(*v);
            }
        }
    }

    /// True for the counter, and for a sum of it and something uniform.
    pub(super) fn moves_by_one(&self, cx: Given<'a>, v: ValId) -> bool {
        let uniform = |v: &ValId| !self.varying.contains(v);
        v == self.counter
            || match cx.layout.op(v) {
                Some(Op::Bin(BinOp::Add, a, b)) => {
                    (uniform(a) && self.moves_by_one(cx, *b))
                        || (uniform(b) && self.moves_by_one(cx, *a))
                }
                Some(Op::Bin(BinOp::Sub, a, b)) => uniform(b) && self.moves_by_one(cx, *a),
                _ => false,
            }
    }

    /// How long the arrays with a row per element are, where that is known before the loop and could
    /// be too much.
    pub(in crate::compiler::strips) fn lengths(&self, cx: Given<'a>) -> BTreeSet<ValId> {
        let columns = self.sums.iter().filter_map(|s| match s {
            Sum::Loop(column, ..) => Some(column.len),
            Sum::Add(_) => None,
        });
        let rows = self.rows.values().map(|row| row.len);
        let all = columns.chain(rows).chain(self.scratch.values().copied());
        let short = |v: ValId| {
            cx.layout
                .literal(v)
                .is_some_and(|n| usize::try_from(n).is_ok_and(|n| n <= MOST / LANES))
        };
        all.filter(|v| self.is_outside(cx, *v) && !short(*v))
            .collect()
    }
}
