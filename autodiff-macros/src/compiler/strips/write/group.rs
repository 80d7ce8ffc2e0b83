//! A lane loop: its statements, and what they take from other lane loops.

use super::*;

impl<'a> Write<'a, '_> {
    /// A statement in a lane loop.
    pub(super) fn item(&mut self, stmt: &'a Stmt, group: &mut Group) {
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
    pub(super) fn branch(&mut self, block: &'a Block, group: &mut Group) -> Block {
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
            crate::compiler::strips::shape::reads(&stmt.kind, &mut uses);
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

    pub(super) fn operation(&mut self, op: &Op, group: &mut Group) -> Op {
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

    pub(super) fn resolve_all(&mut self, op: &mut Op, group: &mut Group) {
        let mut map = |v: ValId| self.resolve(v, group);
        rewrite::op(op, &mut map);
    }

    /// The element of the row of this lane.
    pub(super) fn place(&mut self, at: &Place, group: &mut Group) -> Place {
        let (Some(rows), [Proj::Index(index)]) =
            (self.expanded.get(&at.mem).copied(), at.path.as_slice())
        else {
            return at.clone();
        };
        self.row_of(rows, *index, group)
    }

    /// The transposed copy of the row that is read, by which index, and which element of it.
    pub(super) fn copy_of(&self, at: &Place) -> Option<(MemId, ValId, ValId)> {
        let [Proj::Index(index)] = at.path.as_slice() else {
            return None;
        };
        let row = self.shape.rows.get(&(at.mem, *index))?;
        let copy = self.transposed.get(&(at.mem, row.stride, row.len))?;
        Some((*copy, *index, row.column))
    }

    /// The element of this lane in a row per element.
    pub(super) fn row_of(&mut self, rows: MemId, index: ValId, group: &mut Group) -> Place {
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

    /// True if the group is not in the loop that the load was taken out of: what else was taken out of it needs the load, too.
    fn is_beside(&self, load: ValId, group: &Group) -> bool {
        let layout = self.cx.layout;
        let home = layout.def_block(load);
        let loops = self.shape.loops_of.get(&group.id);
        loops.is_none_or(|all| {
            all.iter()
                .all(|l| layout.contains(layout.body_of(*l), home))
        })
    }

    /// A load that may happen only if its loop runs.
    fn guarded(&mut self, guard: ValId, at: &Place, group: &mut Group) -> Op {
        let mut op = Op::LoadIf(guard, self.place(at, group));
        self.resolve_all(&mut op, group);
        op
    }

    /// A value as it is called in the group.
    pub(super) fn resolve(&mut self, v: ValId, group: &mut Group) -> ValId {
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
            let op = match op {
                Op::LoadIf(guard, at) if self.is_beside(v, group) => {
                    self.guarded(*guard, at, group)
                }
                op => self.operation(op, group),
            };
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
    pub(super) fn element(&mut self, v: ValId, array: MemId, group: &mut Group) -> Place {
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

    pub(super) fn keep_if_crossing(&mut self, v: ValId, group: &mut Group) {
        if self.shape.crossing.contains_key(&v) {
            self.keep(v, v, group);
        }
    }

    /// Stores a value in the array of a variable.
    pub(super) fn keep(&mut self, of: ValId, value: ValId, group: &mut Group) {
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

    pub(super) fn add(&mut self, total: ValId, value: ValId, minus: bool, group: &mut Group) {
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

    pub(super) fn open(&mut self, id: usize) -> Group {
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

    pub(super) fn lane_loop(&mut self, group: Group, carried: Vec<Carried>) -> (Stmt, LoopId) {
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
                budget: None,
            },
            span: self.span,
        };
        (stmt, id)
    }
}
