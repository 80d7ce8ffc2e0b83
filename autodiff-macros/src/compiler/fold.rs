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

use super::code::{Expr, Stmt};
use super::inline::{self, LARGEST, Moving};
use super::ssa::{Func, ValId};

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
    let once = Once(once.collect());
    inline::run(&once, func.vals.len(), sweeps);
    sweeps.iter_mut().for_each(|sweep| in_place(sweep));
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
                stmt => stmt.for_each_part_mut(&mut |_| (), &mut |inner| {
                    self.drop_unread(inner, uses);
                }),
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

/// Temporaries that are read once, by name.
struct Once<'a>(BTreeMap<&'a str, ValId>);

impl Moving for Once<'_> {
    const MOST: usize = usize::MAX;
    const TOGETHER: bool = true;

    fn read(&self, e: &Expr) -> Option<ValId> {
        match e {
            Expr::Val(v) => Some(*v),
            _ => None,
        }
    }

    fn declared(&self, stmt: &Stmt) -> Option<ValId> {
        match stmt {
            Stmt::Let {
                name,
                mutable: false,
                init: Some(init),
                ..
            } if is_foldable(init) => {
                let name = name.to_string();
                let temporary = is_temporary(&name).then(|| self.0.get(name.as_str()));
                temporary.flatten().copied()
            }
            _ => None,
        }
    }

    /// Names in the user's tokens are bound by `let`, and the branches of a select are not always
    /// evaluated.
    fn is_open(&self, e: &Expr) -> bool {
        !matches!(e, Expr::User(..) | Expr::If(..))
    }

    /// What loads must not be moved past.
    fn stays_before(&self, stmt: &Stmt) -> impl Fn(&Stmt) -> bool {
        let mut user = false;
        stmt.walk(&mut |e| user |= matches!(e, Expr::User(..)));
        let barrier = user || !matches!(stmt, Stmt::Let { .. });
        move |_| barrier
    }
}

/// `a = a * b` is `a *= b`.
fn in_place(stmts: &mut [Stmt]) {
    for stmt in stmts {
        if let Stmt::Assign { place, op, value } = stmt
            && *op == "="
            && let Expr::Bin(of, a, b) = value
            && let Some(assigned) = assigning(of)
            && may_be_same(place, a)
            && format!("{place:?}") == format!("{a:?}")
        {
            *op = assigned;
            *value = std::mem::replace(b, Expr::zero());
        }
        stmt.for_each_part_mut(&mut |_| (), &mut |inner| in_place(inner));
    }
}

fn assigning(op: &str) -> Option<&'static str> {
    match op {
        "+" => Some("+="),
        "-" => Some("-="),
        "*" => Some("*="),
        "/" => Some("/="),
        _ => None,
    }
}

/// False where one look is enough to tell.
fn may_be_same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Index(a, i), Expr::Index(b, j)) => may_be_same(a, b) && may_be_same(i, j),
        (Expr::Field(a, _), Expr::Field(b, _)) | (Expr::Cell(a), Expr::Cell(b)) => {
            may_be_same(a, b)
        }
        (Expr::Val(a), Expr::Val(b)) | (Expr::Bar(a), Expr::Bar(b)) => a == b,
        (Expr::Mem(a), Expr::Mem(b)) | (Expr::MemBar(a), Expr::MemBar(b)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
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
                | Expr::Cell(_)
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
