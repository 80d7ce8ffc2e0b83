//! Puts adjoints and tangents that are read once where they are read.
//!
//! ```text
//! let t2_bar: f64 = z_bar * w; let t1_bar = t2_bar * f64::cos(t1); x_bar[0] += t1_bar;
//! x_bar[0] += z_bar * w * f64::cos(t1);
//! ```
//!
//! What [`fold`](super::fold) does for primal values. A `let` costs rustc as much as the product in it, and the macro five
//! tokens. Adjoints change, so that a value waits for its reader only as long as no statement in between assigns to what it is made
//! of; what is loaded from memory does not move past a statement that could write there. Nothing moves into a loop, a branch or
//! tokens of the user's.

use proc_macro2::Ident;

use super::code::{Expr, Stmt};
use super::fold::{LARGEST, own_exprs};
use super::ssa::ValId;

/// Which variables move.
pub(crate) struct Nest<'a> {
    /// The value whose adjoint, or tangent, an expression is.
    pub(crate) of: fn(&Expr) -> Option<ValId>,
    /// The value whose adjoint, or tangent, has the name.
    pub(crate) named: &'a dyn Fn(&Ident) -> Option<ValId>,
    /// How many values there are.
    pub(crate) vals: usize,
    /// What is read after all statements.
    pub(crate) result: Option<&'a Expr>,
}

/// So many declarations wait at most; looking through them takes time.
const MOST: usize = 32;

/// How often values are read, and by which list of statements last.
struct Reads {
    count: Vec<u32>,
    list: Vec<u32>,
    lists: u32,
}

/// A declaration that waits for its reader.
struct Waiting {
    of: ValId,
    stmt: Stmt,
    /// It reads memory.
    loads: bool,
}

impl Nest<'_> {
    /// Moves what can move, in sweeps that are one piece of code.
    pub(crate) fn run(&self, sweeps: &mut [&mut Vec<Stmt>]) {
        let mut count = vec![0_u32; self.vals];
        let mut see = |e: &Expr| {
            if let Some(v) = (self.of)(e) {
                count[v.0 as usize] += 1;
            }
        };
        for stmt in sweeps.iter().flat_map(|s| s.iter()) {
            stmt.walk(&mut see);
        }
        // What it reads stays: two, for one is what moves.
        for _ in 0..2 {
            self.result.into_iter().for_each(|e| e.walk(&mut see));
        }
        let mut reads = Reads {
            count,
            list: vec![0; self.vals],
            lists: 0,
        };
        for sweep in sweeps {
            self.stmts(sweep, &mut reads);
        }
    }

    fn stmts(&self, stmts: &mut Vec<Stmt>, reads: &mut Reads) {
        let here = self.see(stmts, reads);
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut out = Vec::with_capacity(stmts.len());
        for mut stmt in stmts.drain(..) {
            if !waiting.is_empty() {
                own_exprs(&mut stmt, &mut |e| self.substitute(e, &mut waiting));
                let found = self.read_in(&stmt, &waiting);
                release(&mut waiting, &mut out, |w| found.contains(&w.of));
            }
            if let Some(w) = self.candidate(&stmt, here, reads) {
                if waiting.len() == MOST {
                    out.push(waiting.remove(0).stmt);
                }
                waiting.push(Waiting { stmt, ..w });
                continue;
            }
            if !waiting.is_empty() {
                release(&mut waiting, &mut out, |w| self.conflict(w, &stmt));
            }
            stmt.for_each_part_mut(&mut |_| (), &mut |inner| self.stmts(inner, reads));
            out.push(stmt);
        }
        out.extend(waiting.into_iter().map(|w| w.stmt));
        *stmts = out;
    }

    /// Notes what the statements of the list read themselves; the number of the list.
    fn see(&self, stmts: &mut [Stmt], reads: &mut Reads) -> u32 {
        reads.lists += 1;
        for stmt in stmts {
            own_exprs(stmt, &mut |e| {
                e.walk(&mut |e| {
                    if let Some(v) = (self.of)(e) {
                        reads.list[v.0 as usize] = reads.lists;
                    }
                });
            });
        }
        reads.lists
    }

    /// Puts waiting values into sums, products and arguments.
    fn substitute(&self, e: &mut Expr, waiting: &mut Vec<Waiting>) {
        if let Some(v) = (self.of)(e) {
            if let Some(at) = waiting.iter().position(|w| w.of == v)
                && let Stmt::Let {
                    init: Some(init), ..
                } = waiting.remove(at).stmt
            {
                *e = init;
            }
            return;
        }
        match e {
            Expr::Neg(e) => self.substitute(e, waiting),
            Expr::Bin(_, a, b) => {
                self.substitute(a, waiting);
                self.substitute(b, waiting);
            }
            Expr::Call(_, args) | Expr::Tuple(args) => {
                args.iter_mut().for_each(|a| self.substitute(a, waiting));
            }
            _ => {}
        }
    }

    /// The waiting values that the statement reads where they cannot be put.
    fn read_in(&self, stmt: &Stmt, waiting: &[Waiting]) -> Vec<ValId> {
        let mut found = Vec::new();
        stmt.walk(&mut |e| {
            found.extend((self.of)(e).filter(|v| waiting.iter().any(|w| w.of == *v)));
        });
        found
    }

    fn candidate(&self, stmt: &Stmt, here: u32, reads: &Reads) -> Option<Waiting> {
        let Stmt::Let {
            name,
            mutable: false,
            init: Some(init),
            ..
        } = stmt
        else {
            return None;
        };
        let (mut size, mut loads, mut plain) = (0, false, true);
        init.walk(&mut |e| {
            size += 1;
            match e {
                Expr::Mem(_) | Expr::MemBar(_) | Expr::MemDot(_) | Expr::Index(..) => loads = true,
                Expr::Val(_) | Expr::Bar(_) | Expr::Dot(_) => {}
                Expr::Neg(_) | Expr::Call(..) | Expr::Bin("+" | "-" | "*" | "/", ..) => {}
                _ => plain = false,
            }
        });
        let of = (plain && size <= LARGEST).then(|| (self.named)(name))??;
        let v = of.0 as usize;
        (reads.count[v] == 1 && reads.list[v] == here).then(|| Waiting {
            of,
            stmt: Stmt::Break,
            loads,
        })
    }

    /// True if what waits may be another after the statement.
    fn conflict(&self, w: &Waiting, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Let { init, .. } => {
                let mut changes = false;
                if let Some(e) = init {
                    e.walk(&mut |e| {
                        changes |= matches!(e, Expr::Ref(true, _) | Expr::User(..) | Expr::Raw(_));
                        changes |= matches!(e, Expr::Method(..) | Expr::Invoke(..));
                    });
                }
                changes
            }
            Stmt::Assign { place, .. } if !w.loads => match (self.of)(place) {
                Some(assigned) => {
                    let mut reads = false;
                    w.stmt
                        .walk(&mut |e| reads |= (self.of)(e) == Some(assigned));
                    reads
                }
                None => !matches!(place, Expr::Index(..)),
            },
            _ => true,
        }
    }
}

/// Puts declarations back into the list, in their order.
fn release(waiting: &mut Vec<Waiting>, out: &mut Vec<Stmt>, which: impl Fn(&Waiting) -> bool) {
    if waiting.iter().any(&which) {
        let (now, later) = waiting.drain(..).partition(which);
        let now: Vec<Waiting> = now;
        out.extend(now.into_iter().map(|w| w.stmt));
        *waiting = later;
    }
}
