//! What a loop and the loops in it only add to.

use super::*;

impl<'a> Shape<'a> {
    /// The additions to each carried value, which have to stand in the body or in a loop that stands in
    /// it; `None` if something else reads a sum.
    pub(super) fn sums_of(
        &self,
        cx: Given<'a>,
        carried: &'a [Carried],
        body: &'a Block,
    ) -> Option<Vec<Sum<'a>>> {
        let mut chains: Vec<Chain> = carried.iter().map(|c| Chain::of(c.phi)).collect();
        let mut sums = Vec::new();
        for stmt in &body.stmts {
            if chains.iter_mut().any(|chain| chain.adds(stmt)) {
                sums.push(Sum::Add(stmt));
                continue;
            }
            let StmtKind::For {
                counter,
                range,
                carried: inner,
                body: inner_body,
                ..
            } = &stmt.kind
            else {
                continue;
            };
            let mut adds = Vec::new();
            for c in inner {
                let Some(chain) = chains.iter_mut().find(|chain| chain.end == c.init) else {
                    continue;
                };
                let mut within = Chain::of(c.phi);
                let found = inner_body.stmts.iter().filter(|s| within.adds(s));
                adds.extend(found.collect::<Vec<_>>());
                if within.end != c.next {
                    return None;
                }
                chain.members.append(&mut within.members);
                chain.go_on(c.out);
            }
            if adds.is_empty() {
                continue;
            }
            let plain =
                !range.inclusive && range.step.is_none() && cx.layout.literal(range.lo) == Some(0);
            // The additions run once more by a counter of ours, a `usize`.
            let counts = counts_elements(cx, *counter, range, inner_body);
            if !plain || !counts || !self.is_outside(cx, range.hi) {
                return None;
            }
            let column = Column {
                counter: *counter,
                len: range.hi,
            };
            // Within a loop, the additions have their own order: all of one iteration, then the next.
            sums.push(Sum::Loop(column, stmt, adds));
        }
        let ends = carried
            .iter()
            .zip(&chains)
            .all(|(c, chain)| c.next != c.phi && chain.end == c.next);
        let own: Vec<&Stmt> = sums
            .iter()
            .flat_map(|s| match s {
                Sum::Add(stmt) => vec![*stmt],
                Sum::Loop(_, stmt, adds) => [&adds[..], &[*stmt]].concat(),
            })
            .collect();
        let read = chains.iter().any(|c| c.is_read(body, &own));
        (ends && !read).then_some(sums)
    }

    /// The terms of the sums, if all that have an adjoint are computed in lane loops.
    pub(super) fn terms_of(&self, cx: Given<'a>) -> Option<Vec<Term>> {
        let mut sum_of: BTreeMap<ValId, ValId> =
            self.carried.iter().map(|c| (c.phi, c.out)).collect();
        let mut terms = Vec::new();
        for sum in &self.sums {
            let adds = match sum {
                Sum::Add(stmt) => std::slice::from_ref(stmt),
                Sum::Loop(_, inner, adds) => {
                    for c in inner.kind.carried() {
                        if let Some(sum) = sum_of.get(&c.init).copied() {
                            sum_of.extend([(c.phi, sum), (c.out, sum)]);
                        }
                    }
                    adds.as_slice()
                }
            };
            for stmt in adds {
                let StmtKind::Def(v, Op::Bin(op, a, b)) = &stmt.kind else {
                    return None;
                };
                let (sum, value) = match sum_of.get(a) {
                    Some(sum) => (*sum, *b),
                    None => (*sum_of.get(b)?, *a),
                };
                sum_of.insert(*v, sum);
                if !cx.facts.active(value) {
                    continue;
                }
                terms.push(Term {
                    value,
                    group: *self.group_of.get(&value)?,
                    sum,
                    minus: *op == BinOp::Sub,
                });
            }
        }
        Some(terms)
    }

    /// Notes what an inner loop only adds to: the array of it is added to directly.
    pub(super) fn find_total(&mut self, c: &'a Carried, beside: &'a [Carried], body: &'a Block) {
        let mut chain = Chain::of(c.phi);
        let mut own = Vec::new();
        let mut adds = Vec::new();
        if !follow(&mut chain, body, &mut own, &mut adds)
            || chain.end != c.next
            || adds.is_empty()
            || chain.is_read(body, &own)
            || chain.is_handed_on(beside)
        {
            return;
        }
        for (stmt, total) in adds.iter().zip(std::iter::repeat(c.phi)) {
            if let StmtKind::Def(v, Op::Bin(op, a, b)) = &stmt.kind {
                let value = if chain.members.contains(a) { *b } else { *a };
                let minus = *op == BinOp::Sub;
                self.adds.insert(
                    *v,
                    Item::Add {
                        total,
                        value,
                        minus,
                    },
                );
            }
        }
        let names = chain.members.iter().map(|v| (*v, c.phi));
        self.totals.extend(names);
        self.totals.insert(c.out, c.phi);
    }

    /// True if what inner loops add is kept for all their iterations, hence computed in them.
    pub(super) fn columns_are_kept(&self) -> bool {
        self.sums.iter().all(|s| match s {
            Sum::Add(_) => true,
            Sum::Loop(_, inner, adds) => adds.iter().all(|stmt| {
                let mut uses = Vec::new();
                stmt.kind.for_each_use(&mut |v| uses.push(v));
                let loops = |v: &ValId| self.loops_of.get(self.group_of.get(v)?);
                let inside = |v: &ValId| {
                    let id = inner.kind.loop_id();
                    id.is_some_and(|id| loops(v).is_some_and(|loops| loops.contains(&id)))
                };
                let kept = |v: &&ValId| self.crossing.contains_key(v) && inside(v);
                uses.iter().filter(kept).count() == 1
            }),
        })
    }

    /// The statements that add to what the loop carries.
    pub(super) fn all_adds(&self) -> impl Iterator<Item = &'a Stmt> {
        let of = |s: &Sum<'a>| match s {
            Sum::Add(stmt) => vec![*stmt],
            Sum::Loop(_, _, adds) => adds.clone(),
        };
        self.sums
            .iter()
            .flat_map(of)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The inner loop that adds the value to what the loop carries.
    pub(in crate::compiler::strips) fn column_of(&self, value: ValId) -> Option<Column> {
        let adds = |stmt: &&Stmt| {
            let mut found = false;
            stmt.kind.for_each_use(&mut |u| found |= u == value);
            found
        };
        self.sums.iter().find_map(|s| match s {
            Sum::Loop(column, _, all) if all.iter().any(adds) => Some(*column),
            _ => None,
        })
    }

    /// True for what an addition to something carried makes of it.
    pub(in crate::compiler::strips) fn is_added(&self, v: ValId) -> bool {
        self.all_adds()
            .any(|s| matches!(&s.kind, StmtKind::Def(u, _) if *u == v))
    }

    pub(super) fn is_sum(&self, v: ValId) -> bool {
        let inner = |s: &Sum<'a>| match s {
            Sum::Loop(_, stmt, _) => stmt.kind.carried(),
            Sum::Add(_) => &[],
        };
        self.is_added(v)
            || (!self.group_of.contains_key(&v)
                && !self.totals.contains_key(&v)
                && self
                    .sums
                    .iter()
                    .flat_map(inner)
                    .any(|c| c.phi == v || c.out == v))
    }
}

/// A value and what it becomes by additions.
struct Chain {
    members: BTreeSet<ValId>,
    end: ValId,
}

impl Chain {
    fn of(start: ValId) -> Chain {
        Chain {
            members: BTreeSet::from([start]),
            end: start,
        }
    }

    fn go_on(&mut self, to: ValId) {
        self.members.insert(to);
        self.end = to;
    }

    /// True if the statement adds to the end of the chain, which then goes on.
    fn adds(&mut self, stmt: &Stmt) -> bool {
        let to = match &stmt.kind {
            StmtKind::Def(v, Op::Bin(BinOp::Add, a, b))
                if a != b && (*a == self.end || *b == self.end) =>
            {
                *v
            }
            StmtKind::Def(v, Op::Bin(BinOp::Sub, a, b)) if a != b && *a == self.end => *v,
            _ => return false,
        };
        self.go_on(to);
        true
    }

    /// True if a statement that is not one of its own reads a member.
    fn is_read(&self, body: &Block, own: &[&Stmt]) -> bool {
        let mut read = false;
        body.walk(&mut |s| {
            read |= self.is_handed_on(s.kind.carried());
            if own.iter().any(|x| std::ptr::eq(*x, s)) {
                return;
            }
            let mut uses = Vec::new();
            reads(&s.kind, &mut uses);
            read |= uses.iter().any(|v| self.members.contains(v));
        });
        read
    }

    /// True if something else that a loop carries is made of a member.
    fn is_handed_on(&self, carried: &[Carried]) -> bool {
        let member = |v: &ValId| self.members.contains(v);
        let other = |c: &&Carried| !member(&c.phi);
        let mut others = carried.iter().filter(other);
        others.any(|c| member(&c.init) || member(&c.next))
    }
}

/// Follows a chain through a body and the loops in it; false if it ends in one of them.
fn follow<'a>(
    chain: &mut Chain,
    body: &'a Block,
    own: &mut Vec<&'a Stmt>,
    adds: &mut Vec<&'a Stmt>,
) -> bool {
    for stmt in &body.stmts {
        if chain.adds(stmt) {
            own.push(stmt);
            adds.push(stmt);
            continue;
        }
        let StmtKind::For { carried, body, .. } = &stmt.kind else {
            continue;
        };
        let Some(c) = carried.iter().find(|c| c.init == chain.end) else {
            continue;
        };
        let mut within = Chain::of(c.phi);
        if !follow(&mut within, body, own, adds) || within.end != c.next {
            return false;
        }
        own.push(stmt);
        chain.members.append(&mut within.members);
        chain.go_on(c.out);
    }
    true
}
