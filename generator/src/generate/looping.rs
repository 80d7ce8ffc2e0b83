//! Loops.

use super::scope::{Info, length};
use super::{Gen, Looped};
use crate::ast::{Block, Expr, Head, Op, Stmt, Ty, binary, boxed, var};

const COUNTERS: &[&str] = &["i", "j", "l", "step"];

impl Gen {
    pub(super) fn for_stmt(&mut self) -> Stmt {
        let name = self.name(COUNTERS, false);
        let (head, info) = self.head(&name);
        let (label, body) = self.looped(info.pure, |g| {
            g.declare(info);
            g.body(1, 4)
        });
        Stmt::For(
            label,
            head,
            Block {
                stmts: body,
                tail: None,
            },
        )
    }

    /// Bounds, and what they say about the counter.
    fn head(&mut self, name: &str) -> (Head, Info) {
        let mut head = Head {
            var: name.to_string(),
            from: Expr::Int(0),
            to: Expr::Int(0),
            inclusive: self.rng.chance(0.15),
            rev: self.rng.chance(0.2),
            rev_first: self.rng.chance(0.5),
            step: self.rng.chance(0.12).then_some(2),
        };
        let mut info = Info {
            reserved: true,
            ..Info::new(name, Ty::Usize)
        };
        match self.rng.weighted(&[6, 3, 2]) {
            0 => self.literal_bounds(&mut head, &mut info),
            1 => self.length_bounds(&mut head, &mut info),
            _ => self.variable_bounds(&mut head, &mut info),
        }
        // Only ranges of known length can be reversed after `step_by`.
        head.rev_first |= head.inclusive;
        (head, info)
    }

    fn literal_bounds(&mut self, head: &mut Head, info: &mut Info) {
        let (lo, hi) = (self.rng.below(2) as i64, self.rng.between(2, 4) as i64);
        head.from = Expr::Int(lo);
        head.to = Expr::Int(hi);
        info.range = Some((lo, hi + i64::from(head.inclusive)));
    }

    fn length_bounds(&mut self, head: &mut Head, info: &mut Info) {
        let Some(of) = self.choose(|v| length(v.ty).is_some()) else {
            return self.literal_bounds(head, info);
        };
        head.inclusive = false;
        head.from = Expr::Int(self.rng.below(2) as i64);
        head.to = Expr::Len(boxed(var(&of.name)));
        info.bound = Some(of.name.clone());
        if let (Ty::Array(n) | Ty::ArrayRef(n) | Ty::Vec(n), Expr::Int(lo)) = (of.ty, &head.from) {
            info.range = Some((*lo, n as i64));
        }
    }

    fn variable_bounds(&mut self, head: &mut Head, info: &mut Info) {
        let Some(of) = self.choose(|v| v.ty == Ty::Usize) else {
            return self.literal_bounds(head, info);
        };
        head.inclusive = false;
        head.to = match of.range {
            Some(_) => binary(Op::Add, var(&of.name), Expr::Int(1)),
            None => binary(Op::Rem, var(&of.name), Expr::Int(4)),
        };
        info.range = Some((0, of.range.map_or(3, |r| r.1)));
        info.pure = of.pure;
    }

    /// The body of a loop whose number of iterations is pure or not.
    fn looped(
        &mut self,
        pure: bool,
        f: impl FnOnce(&mut Self) -> Vec<Stmt>,
    ) -> (Option<String>, Vec<Stmt>) {
        let real_jumps = self.rng.chance(0.25);
        let label = self.rng.chance(0.2).then(|| {
            self.fresh += 1;
            format!("l{}", self.fresh)
        });
        let stmts = self.within(real_jumps || !pure, |g| {
            let region = g.region;
            g.loops.push(Looped {
                label: label.clone(),
                real_jumps,
                region,
            });
            let out = f(g);
            g.loops.pop();
            out
        });
        (label, stmts)
    }

    /// A counted `while`, which may also test a real number.
    pub(super) fn while_stmts(&mut self, out: &mut Vec<Stmt>) {
        let counter = self.name(&["it", "step", "k"], false);
        let shrinking = self.choose(|v| v.ty == Ty::Real && v.mutable && v.typed && !v.reserved);
        let shrinking = shrinking.filter(|_| self.rng.chance(0.5));
        let most = self.rng.between(2, 5) as i64;
        let pure = shrinking.is_none();
        out.push(self.counter(&counter, pure));
        let mut cond = binary(Op::Lt, var(&counter), Expr::Int(most));
        if let Some(x) = &shrinking {
            cond = binary(Op::And, self.large(&x.name), cond);
        }
        let (label, mut body) = self.looped(pure, |g| g.body(1, 3));
        if let Some(x) = shrinking {
            let decay = Expr::Real(self.rng.short(0.3, 0.8));
            body.insert(0, Stmt::Assign(Some(Op::Mul), var(&x.name), decay));
        }
        body.insert(0, increment(&counter));
        out.push(Stmt::While(
            label,
            cond,
            Block {
                stmts: body,
                tail: None,
            },
        ));
    }

    /// `loop { …; if c { break; } … }`.
    pub(super) fn loop_stmts(&mut self, out: &mut Vec<Stmt>) {
        let counter = self.name(&["it", "turn"], false);
        let most = self.rng.between(1, 4) as i64;
        out.push(self.counter(&counter, true));
        let (label, mut body) = self.looped(true, |g| g.body(1, 3));
        let done = binary(Op::Ge, var(&counter), Expr::Int(most));
        let leave = Block {
            stmts: vec![Stmt::Break(None)],
            tail: None,
        };
        let stop = [increment(&counter), Stmt::If(done, leave, None)];
        let at_end = self.rng.chance(0.5) && !continues(&body);
        let at = if at_end { body.len() } else { 0 };
        body.splice(at..at, stop);
        out.push(Stmt::Loop(
            label,
            Block {
                stmts: body,
                tail: None,
            },
        ));
    }

    fn counter(&mut self, name: &str, pure: bool) -> Stmt {
        let info = Info {
            mutable: true,
            reserved: true,
            pure,
            ..Info::new(name, Ty::Usize)
        };
        let stmt = Stmt::Let(info.binding(), Some(Ty::Usize), Some(Expr::Int(0)));
        self.declare(info);
        stmt
    }
}

fn increment(counter: &str) -> Stmt {
    Stmt::Assign(Some(Op::Add), var(counter), Expr::Int(1))
}

/// Whether a `continue` may go round what stands at the end.
fn continues(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|s| match s {
        Stmt::Continue(_) => true,
        Stmt::If(_, then, els) => {
            continues(&then.stmts) || els.as_ref().is_some_and(|e| continues(&e.stmts))
        }
        Stmt::For(_, _, b) | Stmt::While(_, _, b) | Stmt::Loop(_, b) => continues(&b.stmts),
        _ => false,
    })
}
