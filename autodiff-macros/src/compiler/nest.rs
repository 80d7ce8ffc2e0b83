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
use super::inline::{self, LARGEST, Moving};
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
        let once = Once { nest: self, count };
        inline::run(&once, self.vals, sweeps);
    }
}

/// What moves, and how often each value is read.
struct Once<'a> {
    nest: &'a Nest<'a>,
    count: Vec<u32>,
}

impl Moving for Once<'_> {
    const MOST: usize = 32;
    const TOGETHER: bool = false;

    fn read(&self, e: &Expr) -> Option<ValId> {
        (self.nest.of)(e)
    }

    fn declared(&self, stmt: &Stmt) -> Option<ValId> {
        let Stmt::Let {
            name,
            mutable: false,
            init: Some(init),
            ..
        } = stmt
        else {
            return None;
        };
        let (mut size, mut plain) = (0, true);
        init.walk(&mut |e| {
            size += 1;
            plain &= is_load(e)
                || matches!(
                    e,
                    Expr::Val(_)
                        | Expr::Bar(_)
                        | Expr::Dot(_)
                        | Expr::Cell(_)
                        | Expr::Neg(_)
                        | Expr::Call(..)
                        | Expr::Bin("+" | "-" | "*" | "/", ..)
                );
        });
        let v = (plain && size <= LARGEST).then(|| (self.nest.named)(name))??;
        (self.count[v.0 as usize] == 1).then_some(v)
    }

    /// Sums, products and arguments.
    fn is_open(&self, e: &Expr) -> bool {
        matches!(
            e,
            Expr::Neg(_) | Expr::Bin(..) | Expr::Call(..) | Expr::Tuple(_)
        )
    }

    /// What waits may be another after the statement.
    fn stays_before(&self, stmt: &Stmt) -> impl Fn(&Stmt) -> bool {
        let stay = match stmt {
            Stmt::Let { .. } if has(stmt, &may_change) => Stay::All,
            Stmt::Let { .. } => Stay::None,
            Stmt::Assign { place, .. } => match self.read(place) {
                None if !matches!(place, Expr::Index(..) | Expr::Cell(_)) => Stay::All,
                assigned => Stay::Loads(assigned),
            },
            _ => Stay::All,
        };
        move |waiting| match stay {
            Stay::None => false,
            Stay::All => true,
            Stay::Loads(assigned) => has(waiting, &|e| {
                is_load(e) || assigned.is_some() && self.read(e) == assigned
            }),
        }
    }
}

/// Which declarations have to stay in front of a statement.
enum Stay {
    None,
    All,
    /// Those that load, and those that read the adjoint that is assigned to.
    Loads(Option<ValId>),
}

fn has(stmt: &Stmt, is: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    stmt.walk(&mut |e| found |= is(e));
    found
}

/// True for what reads memory.
fn is_load(e: &Expr) -> bool {
    matches!(
        e,
        Expr::Mem(_) | Expr::MemBar(_) | Expr::MemDot(_) | Expr::Index(..)
    )
}

/// True for what may have an effect.
fn may_change(e: &Expr) -> bool {
    matches!(
        e,
        Expr::Ref(true, _) | Expr::User(..) | Expr::Raw(_) | Expr::Method(..) | Expr::Invoke(..)
    )
}
