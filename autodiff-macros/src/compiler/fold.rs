//! Puts intermediate results that are used once where they are used.
//!
//! ```text
//! let t1: f64 = x * y; let t2: f64 = f64::sin(t1); let z: f64 = t2 + 1.0;
//! let z: f64 = f64::sin(x * y) + 1.0;
//! ```
//!
//! Only values that the compiler named move, only forwards within one list of statements, never into
//! a loop or a branch, and loads never past a statement that could write to memory. Constants of the
//! user's keep their `let`, whose type annotation pins them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use super::code::{Expr, Stmt};
use super::ssa::{Func, ValId};

/// Beyond this many parts an expression gets a name.
pub(super) const LARGEST: usize = 12;

/// Folds both sweeps; values that `func` returns stay.
pub(crate) fn run(func: &Func, sweeps: &mut [&mut Vec<Stmt>]) {
    let values = Values::of(func);
    let mut uses = values.uses(sweeps);
    for sweep in sweeps.iter_mut().rev() {
        values.drop_unread(sweep, &mut uses);
    }
    let once = values.by_name.iter().filter_map(|(name, v)| {
        let Uses { count, sum } = uses[v.0 as usize];
        (count == 1 && is_temporary(name)).then_some((name.as_str(), ValId(sum)))
    });
    let pass = Fold {
        once: once.collect(),
        vals: func.vals.len(),
    };
    for sweep in sweeps {
        let stmts = std::mem::take(*sweep);
        **sweep = pass.stmts(stmts);
    }
}

/// How often a value is read, under any of the numbers that have its name, and the sum of these numbers: the one of the
/// only read.
#[derive(Clone, Copy, Default)]
struct Uses {
    count: u32,
    sum: u32,
}

/// The values that may go, or move if they are the compiler's.
struct Values {
    by_name: BTreeMap<String, ValId>,
    /// By value: the one that has its name.
    named: Vec<ValId>,
}

impl Values {
    fn of(func: &Func) -> Values {
        let mut found = Values {
            by_name: BTreeMap::new(),
            named: Vec::new(),
        };
        for (k, val) in func.vals.iter().enumerate() {
            let v = ValId(u32::try_from(k).unwrap_or(u32::MAX));
            let of_name = found.by_name.entry(val.name.to_string()).or_insert(v);
            found.named.push(*of_name);
        }
        for v in kept(func) {
            found.by_name.remove(&func.val(v).name.to_string());
        }
        found
    }

    fn uses(&self, sweeps: &[&mut Vec<Stmt>]) -> Vec<Uses> {
        let mut uses = vec![Uses::default(); self.named.len()];
        for stmt in sweeps.iter().flat_map(|s| s.iter()) {
            stmt.walk(&mut |e| {
                if let Expr::Val(v) = e {
                    let uses = &mut uses[self.named[v.0 as usize].0 as usize];
                    uses.count += 1;
                    uses.sum = uses.sum.wrapping_add(v.0);
                }
            });
        }
        uses
    }

    /// Drops values that nobody reads and that are arithmetic: indices that slices have replaced. From the end, so that
    /// what only these read goes, too.
    fn drop_unread(&self, stmts: &mut Vec<Stmt>, uses: &mut [Uses]) {
        let mut unread = Vec::new();
        for (at, stmt) in stmts.iter_mut().enumerate().rev() {
            match stmt {
                Stmt::Let {
                    name,
                    init: Some(init),
                    ..
                } if is_arithmetic(init) => {
                    let value = self.by_name.get(&name.to_string());
                    if value.is_some_and(|v| uses[v.0 as usize].count == 0) {
                        init.walk(&mut |e| {
                            if let Expr::Val(v) = e {
                                let uses = &mut uses[self.named[v.0 as usize].0 as usize];
                                uses.count -= 1;
                                uses.sum = uses.sum.wrapping_sub(v.0);
                            }
                        });
                        unread.push(at);
                    }
                }
                Stmt::If { then, els, .. } => {
                    self.drop_unread(then, uses);
                    self.drop_unread(els, uses);
                }
                Stmt::For { body, .. } | Stmt::Loop { body } | Stmt::Apart { body, .. } => {
                    self.drop_unread(body, uses);
                }
                Stmt::Stretches(of) => self.drop_unread(&mut of.body, uses),
                _ => {}
            }
        }
        if !unread.is_empty() {
            let mut places = 0..;
            stmts.retain(|_| {
                let goes = places.next() == unread.last().copied();
                if goes {
                    unread.pop();
                }
                !goes
            });
        }
    }
}

/// True for sums and products, which have no effect.
fn is_arithmetic(e: &Expr) -> bool {
    let mut plain = true;
    e.walk(&mut |e| {
        plain &= matches!(
            e,
            Expr::Val(_) | Expr::Name(_) | Expr::Bin("+" | "-" | "*", ..)
        )
    });
    plain
}

fn kept(func: &Func) -> BTreeSet<ValId> {
    let mut kept = BTreeSet::new();
    if let Some(result) = &func.result {
        result.for_each_val(&mut |v| {
            kept.insert(v);
        });
    }
    kept.extend(func.params.iter().filter_map(|p| p.exit));
    kept
}

/// `t1`, `t2`, …
fn is_temporary(name: &str) -> bool {
    name.strip_prefix('t')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

struct Fold<'a> {
    /// Temporaries that are read once, by name.
    once: BTreeMap<&'a str, ValId>,
    /// How many values there are.
    vals: usize,
}

/// Values that wait for their use, in order of definition.
type Pending = Vec<(ValId, Stmt)>;

impl Fold<'_> {
    fn stmts(&self, stmts: Vec<Stmt>) -> Vec<Stmt> {
        let here = self.direct_uses(&stmts);
        let mut pending = Pending::new();
        let mut out = Vec::new();
        for mut stmt in stmts {
            own_exprs(&mut stmt, &mut |e| substitute(e, &mut pending));
            if still_reads(&stmt, &pending) {
                out.extend(pending.drain(..).map(|(_, s)| s));
            }
            match self.candidate(&stmt) {
                Some(v) if here[v.0 as usize] => {
                    pending.push((v, stmt));
                    continue;
                }
                _ => {}
            }
            if is_barrier(&stmt) {
                out.extend(pending.drain(..).map(|(_, s)| s));
            }
            out.push(self.inner(in_place(stmt)));
        }
        out.extend(pending.into_iter().map(|(_, s)| s));
        out
    }

    fn inner(&self, stmt: Stmt) -> Stmt {
        match stmt {
            Stmt::If { cond, then, els } => Stmt::If {
                cond,
                then: self.stmts(then),
                els: self.stmts(els),
            },
            Stmt::For {
                pattern,
                iter,
                body,
            } => Stmt::For {
                pattern,
                iter,
                body: self.stmts(body),
            },
            Stmt::Loop { body } => Stmt::Loop {
                body: self.stmts(body),
            },
            Stmt::Apart { rows, count, body } => Stmt::Apart {
                rows,
                count,
                body: self.stmts(body),
            },
            Stmt::Stretches(mut of) => {
                of.body = self.stmts(std::mem::take(&mut of.body));
                Stmt::Stretches(of)
            }
            stmt => stmt,
        }
    }

    fn candidate(&self, stmt: &Stmt) -> Option<ValId> {
        match stmt {
            Stmt::Let {
                name,
                mutable: false,
                init: Some(init),
                ..
            } if is_foldable(init) => self.lookup(name),
            _ => None,
        }
    }

    /// The values that the statements of the list read themselves, not in inner lists.
    fn direct_uses(&self, stmts: &[Stmt]) -> Vec<bool> {
        let mut used = vec![false; self.vals];
        let mut see = |e: &Expr| {
            e.walk(&mut |e| {
                if let Expr::Val(v) = e {
                    used[v.0 as usize] = true;
                }
            });
        };
        for stmt in stmts {
            match stmt {
                Stmt::Let { init, .. } => init.iter().for_each(&mut see),
                Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => see(init),
                Stmt::Assign { place, value, .. } => {
                    see(place);
                    see(value);
                }
                Stmt::If { cond, .. } => see(cond),
                Stmt::Apart { rows, .. } => rows.iter().for_each(|row| see(&row.from)),
                Stmt::For { .. } | Stmt::Loop { .. } | Stmt::Stretches(_) | Stmt::Break => {}
            }
        }
        used
    }

    fn lookup(&self, name: &Ident) -> Option<ValId> {
        let name = name.to_string();
        let temporary = is_temporary(&name).then(|| self.once.get(name.as_str()));
        temporary.flatten().copied()
    }
}

/// `a = a * b` is `a *= b`.
fn in_place(stmt: Stmt) -> Stmt {
    let Stmt::Assign {
        place,
        op: "=",
        value: Expr::Bin(op, a, b),
    } = stmt
    else {
        return stmt;
    };
    let op_assign = match op {
        "+" => "+=",
        "-" => "-=",
        "*" => "*=",
        "/" => "/=",
        _ => "",
    };
    let same = || format!("{place:?}") == format!("{a:?}");
    match !op_assign.is_empty() && may_be_same(&place, &a) && same() {
        true => Stmt::Assign {
            place,
            op: op_assign,
            value: *b,
        },
        false => Stmt::Assign {
            place,
            op: "=",
            value: Expr::Bin(op, a, b),
        },
    }
}

/// False where one look is enough to tell.
fn may_be_same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Index(a, i), Expr::Index(b, j)) => may_be_same(a, b) && may_be_same(i, j),
        (Expr::Field(a, _), Expr::Field(b, _)) => may_be_same(a, b),
        (Expr::Val(a), Expr::Val(b)) | (Expr::Bar(a), Expr::Bar(b)) => a == b,
        (Expr::Mem(a), Expr::Mem(b)) | (Expr::MemBar(a), Expr::MemBar(b)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// The expressions of the statement itself, where a value may be put in place.
pub(super) fn own_exprs(stmt: &mut Stmt, f: &mut dyn FnMut(&mut Expr)) {
    match stmt {
        Stmt::Let { init, .. } => init.iter_mut().for_each(f),
        Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => f(init),
        Stmt::Assign { place, value, .. } => {
            f(place);
            f(value);
        }
        Stmt::If { cond, .. } => f(cond),
        Stmt::Apart { .. } | Stmt::For { .. } | Stmt::Loop { .. } => {}
        Stmt::Stretches(_) | Stmt::Break => {}
    }
}

fn substitute(e: &mut Expr, pending: &mut Pending) {
    if let Expr::Val(v) = e {
        if let Some(at) = pending.iter().position(|(p, _)| p == v)
            && let (
                _,
                Stmt::Let {
                    init: Some(init), ..
                },
            ) = pending.remove(at)
        {
            *e = init;
        }
        return;
    }
    // Names in the user's tokens are bound by `let`, and the branches of a select are not always
    // evaluated.
    if matches!(e, Expr::User(..) | Expr::If(..)) {
        return;
    }
    e.for_each_child_mut(&mut |child| substitute(child, pending));
}

/// True if the statement reads a waiting value where it cannot be put in place.
fn still_reads(stmt: &Stmt, pending: &Pending) -> bool {
    let mut reads = false;
    stmt.walk(&mut |e| {
        if let Expr::Val(v) = e {
            reads |= pending.iter().any(|(p, _)| p == v);
        }
    });
    reads
}

/// True for arithmetic, operations and loads of moderate size.
fn is_foldable(e: &Expr) -> bool {
    let (mut size, mut plain) = (0, true);
    e.walk(&mut |e| {
        size += 1;
        plain &= matches!(
            e,
            Expr::Val(_)
                | Expr::Mem(_)
                | Expr::Neg(_)
                | Expr::Bin(..)
                | Expr::Index(..)
                | Expr::Cast(..)
                | Expr::Call(..)
                | Expr::Name(_)
        );
        plain &= !matches!(
            e,
            Expr::Bin("&&" | "||" | "==" | "!=" | "<" | "<=" | ">" | ">=", ..)
        );
    });
    plain && size <= LARGEST && !matches!(e, Expr::Val(_) | Expr::Name(_))
}

/// True for a statement that loads must not be moved past.
fn is_barrier(stmt: &Stmt) -> bool {
    let mut user = false;
    stmt.walk(&mut |e| user |= matches!(e, Expr::User(..)));
    user || !matches!(stmt, Stmt::Let { .. })
}
