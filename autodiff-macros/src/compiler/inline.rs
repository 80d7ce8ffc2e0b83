//! Puts what is declared, and read once, where it is read.
//!
//! In: lists of statements, and [`Moving`], which says what may move and past what. Out: the same lists, with fewer declarations.
//! A declaration waits for its reader, forwards within its own list, and never gets into a loop, a branch or tokens of the user's;
//! where it cannot wait any longer it goes back into the list. `fold` does this to primal values, `nest` to adjoints and tangents.

use super::code::{Expr, Stmt};
use super::ssa::ValId;

/// Beyond this many parts an expression gets a name.
pub(super) const LARGEST: usize = 12;

/// What moves.
pub(super) trait Moving {
    /// So many declarations wait at most; looking through them takes time.
    const MOST: usize;
    /// Where one of those that wait has to go back, so do all.
    const TOGETHER: bool;

    /// The value that the expression is a read of.
    fn read(&self, e: &Expr) -> Option<ValId>;

    /// The value that the statement declares, if it is read once and may move.
    fn declared(&self, stmt: &Stmt) -> Option<ValId>;

    /// True if values may be put into the parts of the expression.
    fn is_open(&self, e: &Expr) -> bool;

    /// Tells of a declaration whether it has to stay in front of the statement, which does not read it.
    fn stays_before(&self, stmt: &Stmt) -> impl Fn(&Stmt) -> bool;
}

/// Moves what can move, in sweeps that are one piece of code with so many values.
pub(super) fn run(moving: &impl Moving, vals: usize, sweeps: &mut [&mut Vec<Stmt>]) {
    let mut pass = Inline {
        moving,
        reader: vec![0; vals],
        lists: 0,
    };
    for sweep in sweeps {
        pass.stmts(sweep);
    }
}

struct Inline<'a, M> {
    moving: &'a M,
    /// The number of the list whose statements read a value, the last one of them.
    reader: Vec<u32>,
    lists: u32,
}

/// Declarations that wait for their reader, in their order.
type Waiting = Vec<(ValId, Stmt)>;

impl<M: Moving> Inline<'_, M> {
    fn stmts(&mut self, stmts: &mut Vec<Stmt>) {
        let here = self.see(stmts);
        let mut waiting = Waiting::new();
        let mut out = Vec::with_capacity(stmts.len());
        for mut stmt in stmts.drain(..) {
            if !waiting.is_empty() {
                own_exprs(&mut stmt, &mut |e| self.substitute(e, &mut waiting));
                let found = self.read_in(&stmt, &waiting);
                release::<M>(&mut waiting, &mut out, |v, _| found.contains(&v));
            }
            if let Some(v) = self.moving.declared(&stmt)
                && self.reader[v.0 as usize] == here
            {
                if waiting.len() == M::MOST {
                    out.push(waiting.remove(0).1);
                }
                waiting.push((v, stmt));
                continue;
            }
            if !waiting.is_empty() {
                let stays = self.moving.stays_before(&stmt);
                release::<M>(&mut waiting, &mut out, |_, declaration| stays(declaration));
            }
            stmt.for_each_part_mut(&mut |_| (), &mut |inner| self.stmts(inner));
            out.push(stmt);
        }
        out.extend(waiting.into_iter().map(|(_, stmt)| stmt));
        *stmts = out;
    }

    /// Notes what the statements of the list read themselves, not in inner lists; the number of the list.
    fn see(&mut self, stmts: &mut [Stmt]) -> u32 {
        self.lists += 1;
        let list = self.lists;
        let mut see = |e: &mut Expr| {
            e.walk(&mut |e| {
                if let Some(v) = self.moving.read(e) {
                    self.reader[v.0 as usize] = list;
                }
            });
        };
        for stmt in stmts {
            own_exprs(stmt, &mut see);
            if let Stmt::Apart { rows, .. } = stmt {
                rows.iter_mut().for_each(|row| see(&mut row.from));
            }
        }
        list
    }

    /// Puts what waits in the place of its read.
    fn substitute(&self, e: &mut Expr, waiting: &mut Waiting) {
        if let Some(v) = self.moving.read(e) {
            if let Some(at) = waiting.iter().position(|(w, _)| *w == v)
                && let Stmt::Let {
                    init: Some(init), ..
                } = waiting.remove(at).1
            {
                *e = init;
            }
        } else if self.moving.is_open(e) {
            e.for_each_child_mut(&mut |child| self.substitute(child, waiting));
        }
    }

    /// What waits and the statement reads where it cannot be put.
    fn read_in(&self, stmt: &Stmt, waiting: &Waiting) -> Vec<ValId> {
        let mut found = Vec::new();
        stmt.walk(&mut |e| {
            let read = self.moving.read(e);
            found.extend(read.filter(|v| waiting.iter().any(|(w, _)| w == v)));
        });
        found
    }
}

/// Puts declarations back into the list, in their order.
fn release<M: Moving>(
    waiting: &mut Waiting,
    out: &mut Vec<Stmt>,
    which: impl Fn(ValId, &Stmt) -> bool,
) {
    if waiting.iter().any(|(v, stmt)| which(*v, stmt)) {
        let back = |(v, stmt): &(ValId, Stmt)| M::TOGETHER || which(*v, stmt);
        let (now, later): (Waiting, Waiting) = waiting.drain(..).partition(back);
        out.extend(now.into_iter().map(|(_, stmt)| stmt));
        *waiting = later;
    }
}

/// The expressions of the statement itself, where a value may be put in place.
fn own_exprs(stmt: &mut Stmt, f: &mut dyn FnMut(&mut Expr)) {
    match stmt {
        Stmt::Let { init, .. } => init.iter_mut().for_each(f),
        Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => f(init),
        Stmt::Assign { place, value, .. } => {
            f(place);
            f(value);
        }
        Stmt::If { cond, .. } => f(cond),
        Stmt::Apart { .. } | Stmt::For { .. } | Stmt::Loop { .. } => {}
        Stmt::Collect { .. } | Stmt::Stretches(_) | Stmt::Break => {}
    }
}
