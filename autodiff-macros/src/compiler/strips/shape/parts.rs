//! The body as a list of lane loops, of what runs once per strip, and of inner loops; and what goes from
//! one lane loop to another.

use super::*;

impl<'a> Shape<'a> {
    pub(super) fn parts_of(
        &mut self,
        cx: Given<'a>,
        block: &'a Block,
        tail: Vec<Item<'a>>,
        groups: &mut usize,
    ) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut open: Vec<Item<'a>> = Vec::new();
        let sums: Vec<&Stmt> = self.all_adds().collect();
        for stmt in &block.stmts {
            let hoisted =
                matches!(&stmt.kind, StmtKind::Def(v, Op::LoadIf(..)) if self.varying.contains(v));
            if hoisted || sums.iter().any(|s| std::ptr::eq(*s, stmt)) {
                continue;
            }
            if self.is_uniform(&stmt.kind) {
                parts.push(Part::Uniform(stmt));
                continue;
            }
            if let StmtKind::For { carried, body, .. } = &stmt.kind {
                let handed: Vec<&Carried> = self.handed_on(carried, stmt);
                for c in &handed {
                    if !self.totals.contains_key(&c.phi) && real(&cx.func.val(c.phi).ty) {
                        self.find_total(c, carried, body);
                    }
                }
                let first =
                    |c: &&&Carried| self.totals.get(&c.phi).is_none_or(|total| *total == c.phi);
                open.extend(handed.iter().filter(first).map(|c| Item::First(c)));
                self.close(&mut open, &mut parts, groups);
                let next = |c: &&Carried| !self.totals.contains_key(&c.phi);
                let tail = handed.into_iter().filter(next).map(Item::Next).collect();
                let inner = self.parts_of(cx, body, tail, groups);
                parts.push(Part::Loop(stmt, inner));
                continue;
            }
            if let StmtKind::Def(v, _) = &stmt.kind
                && let Some(add) = self.adds.get(v)
            {
                open.push(*add);
                continue;
            }
            let weight = self.weight(cx, &stmt.kind);
            if weight == Weight::Alone {
                self.close(&mut open, &mut parts, groups);
            }
            open.push(Item::Stmt(stmt));
            if let (Weight::Kept, StmtKind::Def(v, _)) = (weight, &stmt.kind) {
                self.crossing.entry(*v).or_default();
            }
            if weight == Weight::Alone {
                self.close(&mut open, &mut parts, groups);
            }
        }
        open.extend(tail);
        self.close(&mut open, &mut parts, groups);
        parts
    }

    /// What an inner loop hands on lane by lane.
    pub(in crate::compiler::strips) fn handed_on(
        &self,
        carried: &'a [Carried],
        stmt: &'a Stmt,
    ) -> Vec<&'a Carried> {
        let is_sum = |c: &Carried| {
            self.sums.iter().any(|s| match s {
                Sum::Loop(_, inner, adds) if std::ptr::eq(*inner, stmt) => {
                    adds.iter().any(|add| add.kind.defined().contains(&c.next))
                }
                _ => false,
            })
        };
        let own = |c: &&Carried| self.varying.contains(&c.phi) && !is_sum(c);
        carried.iter().filter(own).collect()
    }

    fn weight(&self, cx: Given<'a>, kind: &StmtKind) -> Weight {
        match kind {
            StmtKind::Def(_, op @ Op::Rule { .. }) if cx.layout.is_call(op) => Weight::Alone,
            StmtKind::Def(v, Op::Rule { rule, .. }) if rule.costly => kept_if(cx.facts.active(*v)),
            StmtKind::Def(v, Op::Bin(BinOp::Div, ..)) => kept_if(cx.facts.active(*v)),
            StmtKind::Def(_, Op::Weight { .. }) => Weight::Kept,
            _ => Weight::Light,
        }
    }

    pub(super) fn close(
        &mut self,
        open: &mut Vec<Item<'a>>,
        parts: &mut Vec<Part<'a>>,
        groups: &mut usize,
    ) {
        if open.is_empty() {
            return;
        }
        let group = *groups;
        *groups += 1;
        for item in open.iter() {
            if let Item::Stmt(stmt) = item {
                let defs = stmt.kind.defined().into_iter();
                self.group_of.extend(defs.map(|v| (v, group)));
            }
        }
        parts.push(Part::Lanes(group, std::mem::take(open)));
    }

    pub(super) fn is_uniform(&self, kind: &StmtKind) -> bool {
        let mut writes = false;
        kind.walk(&mut |k| {
            if !matches!(k, StmtKind::Alloc(..)) {
                k.for_each_write(&mut |_| writes = true);
            }
        });
        let varies = |v| self.varying.contains(v);
        !writes && !kind.defined().iter().any(varies)
    }

    pub(super) fn cross_all(
        &mut self,
        cx: Given<'a>,
        parts: &[Part<'a>],
        around: &mut Vec<LoopId>,
    ) -> bool {
        parts.iter().all(|part| match part {
            Part::Uniform(_) => true,
            Part::Lanes(group, items) => {
                self.loops_of
                    .insert(*group, around.iter().copied().collect());
                items.iter().all(|item| self.cross(cx, *item, *group))
            }
            Part::Loop(stmt, inner) => {
                around.extend(stmt.kind.loop_id());
                let fits = self.cross_all(cx, inner, around);
                around.pop();
                fits
            }
        })
    }

    /// Notes what the item reads from other groups; false if it cannot be handed over.
    pub(super) fn cross(&mut self, cx: Given<'a>, item: Item<'a>, group: usize) -> bool {
        let mut uses = Vec::new();
        match item {
            Item::Add { value, .. } => uses.push(value),
            Item::First(c) => uses.push(c.init),
            Item::Next(c) => uses.push(c.next),
            Item::Stmt(stmt) => reads(&stmt.kind, &mut uses),
        }
        uses.into_iter().all(|v| self.hand_over(cx, v, group))
    }

    pub(super) fn hand_over(&mut self, cx: Given<'a>, v: ValId, group: usize) -> bool {
        if !self.varying.contains(&v) || v == self.counter || self.group_of.get(&v) == Some(&group)
        {
            return true;
        }
        if self.carried.iter().any(|c| c.phi == v) {
            return group == LAST;
        }
        if group == LAST && self.is_sum(v) {
            return true;
        }
        if let Some(op) = self.again(cx, v, group) {
            let mut uses = Vec::new();
            op.for_each_use(&mut |u| uses.push(u));
            if let Op::LoadIf(guard, _) = op {
                uses.retain(|u| u != guard);
            }
            return uses.into_iter().all(|u| self.hand_over(cx, u, group));
        }
        // What an inner loop carries is in memory anyway.
        if !self.group_of.contains_key(&v) {
            return real(&cx.func.val(v).ty);
        }
        self.crossing.entry(v).or_default().insert(group);
        real(&cx.func.val(v).ty)
    }

    /// How a value is computed, if every group that needs it computes it for itself: the arithmetic
    /// of indices and conditions, and loads that were taken out of the loop that uses them.
    pub(in crate::compiler::strips) fn again(
        &self,
        cx: Given<'a>,
        v: ValId,
        group: usize,
    ) -> Option<&'a Op> {
        let ty = &cx.func.val(v).ty;
        let op = *self.ops.get(&v)?;
        let again = match op {
            Op::LoadIf(..) => true,
            // The sums are formed at the end, when the array may hold something else.
            Op::Load(_) if self.steady.contains(&v) => group != LAST,
            Op::Load(at) => matches!(ty, Ty::Int) && !self.scratch.contains_key(&at.mem),
            Op::Un(UnOp::Not | UnOp::Neg, _) | Op::Bin(..) | Op::Cast(..) | Op::Classify(..) => {
                matches!(ty, Ty::Int | Ty::Bool)
            }
            _ => false,
        };
        again.then_some(op)
    }
}

/// What a statement costs a lane loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Light,
    /// Is not computed again in the reverse sweep: its result is kept in an array.
    Kept,
    /// Calls a function, which keeps a loop from being vectorised.
    Alone,
}

fn kept_if(active: bool) -> Weight {
    match active {
        true => Weight::Kept,
        false => Weight::Light,
    }
}
