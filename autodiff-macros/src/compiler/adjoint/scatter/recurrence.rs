//! What an iteration of a recurrence adds to the elements that the next ones take.
//!
//! The reverse of `x[i] = f(x[i - 1])` takes `x_bar[i]`, and adds to `x_bar[i - 1]`, which is what the iteration after it
//! takes: the chain of the recurrence goes through memory, and a store that is loaded again costs twice a product. It goes
//! through local variables instead:
//!
//! ```text
//! t = x_bar[i]; x_bar[i] = 0.0; x_bar[i - 1] += t * d;     →     t = x_bar[i] + carry; x_bar[i] = 0.0; carry = t * d;
//! ```
//!
//! In: the reverse of an iteration of a recorded loop. Out: the same with the carries; what stands before the loop and after it.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal};

use super::{Carries, WIDEST, added_to, addition, element, mentions, offset};
use crate::compiler::adjoint::{Context, Rev};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Ty;
use crate::compiler::names::Names;
use crate::compiler::primal::ty_tokens;
use crate::compiler::real;
use crate::compiler::ssa::{MemId, Range, Stmt as Ssa, ValId};

/// Carries what the iterations of a recorded loop hand on. `stmts` is the reverse of an iteration.
pub(in crate::compiler::adjoint) fn carry(
    cx: &Context<'_>,
    stmt: &Ssa,
    stmts: &mut Vec<Rev<'_>>,
    fresh: &mut Names,
) -> Carries {
    let mut carries = Carries::default();
    let Some(of) = stmt.kind.counted() else {
        return carries;
    };
    let range = of.range;
    if range.step.is_some() || range.inclusive {
        return carries;
    }
    let inside = cx.layout.id_of(of.body);
    let mut arrays = added_to(stmts);
    arrays.retain(|m| !cx.layout.contains(inside, cx.layout.mem_block(*m)));
    let mut last = Vec::new();
    for m in arrays {
        let recurrence = Recurrence {
            cx,
            m,
            counter: of.counter,
            range,
        };
        if let (Some(taken), Some(ty)) = (recurrence.taken(stmts), element(&cx.func.mem(m).ty)) {
            let names = recurrence.carry(stmts, &taken, ty, fresh);
            last.extend(recurrence.flush(&taken, &names));
            carries
                .before
                .extend(names.into_iter().map(|name| Stmt::Let {
                    name,
                    mutable: true,
                    ty: Some(ty_tokens(ty)),
                    init: Some(real::zero(ty)),
                }));
        }
    }
    if !last.is_empty() {
        carries.after.push(Stmt::If {
            cond: Expr::bin("<", Expr::Val(range.lo), Expr::Val(range.hi)),
            then: last,
            els: Vec::new(),
        });
    }
    carries
}

/// An array of which the iterations take one element each.
struct Recurrence<'a> {
    cx: &'a Context<'a>,
    m: MemId,
    counter: ValId,
    range: &'a Range,
}

/// Where an iteration takes its element.
struct Taken {
    /// The number of the statement.
    at: usize,
    place: Expr,
    /// The distance of the element from the counter.
    offset: i64,
    /// The statement after it sets the element to zero.
    cleared: bool,
    /// How many iterations later what is added is taken, by the number of the statement that adds.
    later: BTreeMap<usize, i64>,
}

impl Recurrence<'_> {
    /// What is taken, if nothing else happens to the array than that later elements are added to.
    fn taken(&self, stmts: &[Rev<'_>]) -> Option<Taken> {
        let (mut found, mut cleared, mut added) = (None, None, Vec::new());
        for (k, stmt) in stmts
            .iter()
            .enumerate()
            .filter(|(_, s)| mentions(s, self.m))
        {
            if let Some((_, at)) = addition(stmt).filter(|(m, _)| *m == self.m) {
                let Rev::Code(Stmt::Assign { value, .. }) = stmt else {
                    return None;
                };
                if self.reads(value) != 0 {
                    return None;
                }
                added.push((k, offset(self.cx, at, self.counter)?));
            } else if self.clears(stmt) {
                if cleared.replace(k).is_some() {
                    return None;
                }
            } else {
                let place = self.read_by(stmt)?;
                if found.replace((k, place)).is_some() {
                    return None;
                }
            }
        }
        let (at, place) = found?;
        let index = |place: &Expr| match place {
            Expr::Index(_, index) => match **index {
                Expr::Val(v) => Some(v),
                _ => None,
            },
            _ => None,
        };
        let own = offset(self.cx, index(&place)?, self.counter)?;
        let cleared = match cleared {
            Some(k) => {
                let Rev::Code(Stmt::Assign { place: zero, .. }) = &stmts[k] else {
                    return None;
                };
                let same = k == at + 1 && index(zero).is_some_and(|v| index(&place) == Some(v));
                same.then_some(true)?
            }
            None => false,
        };
        // The reverse sweep goes down where the loop goes up.
        let later = |offset: i64| match self.range.rev {
            false => own - offset,
            true => offset - own,
        };
        let later: BTreeMap<usize, i64> = added
            .into_iter()
            .map(|(k, offset)| (k, later(offset)))
            .filter(|(_, later)| (1..=WIDEST).contains(later))
            .collect();
        let next = later.values().any(|later| *later == 1);
        next.then_some(Taken {
            at,
            place,
            offset: own,
            cleared,
            later,
        })
    }

    /// How often the expression mentions the adjoint of the array.
    fn reads(&self, e: &Expr) -> usize {
        let mut count = 0;
        e.walk(&mut |e| count += usize::from(matches!(e, Expr::MemBar(m) if *m == self.m)));
        count
    }

    /// `m_bar[…] = 0.0;`
    fn clears(&self, stmt: &Rev<'_>) -> bool {
        match stmt {
            Rev::Code(Stmt::Assign {
                place: Expr::Index(base, _),
                op: "=",
                value: Expr::Raw(_),
            }) => matches!(**base, Expr::MemBar(m) if m == self.m),
            _ => false,
        }
    }

    /// The element of which the statement takes the adjoint of a value, once and no other.
    fn read_by(&self, stmt: &Rev<'_>) -> Option<Expr> {
        let value = match stmt {
            Rev::Code(Stmt::Let {
                init: Some(value), ..
            }) => value,
            Rev::Code(Stmt::Assign {
                place: Expr::Bar(_),
                value,
                ..
            }) => value,
            _ => return None,
        };
        let place = match value {
            Expr::Neg(inner) => &**inner,
            value => value,
        };
        let element = matches!(place, Expr::Index(base, _) if matches!(**base, Expr::MemBar(m) if m == self.m));
        (element && self.reads(value) == 1).then(|| place.clone())
    }

    fn carry(
        &self,
        stmts: &mut Vec<Rev<'_>>,
        taken: &Taken,
        ty: &Ty,
        fresh: &mut Names,
    ) -> Vec<Ident> {
        let span = self.cx.func.name.span();
        let width = taken.later.values().max().copied().unwrap_or(1);
        let names: Vec<Ident> = (0..width)
            .map(|_| fresh.numbered("carry", "_", 1, span))
            .collect();
        let carried = Expr::Name(names[0].clone());
        let mut sums: Vec<Option<Expr>> = names
            .iter()
            .skip(1)
            .map(|name| Some(Expr::Name(name.clone())))
            .chain([None])
            .collect();
        let mut out = Vec::new();
        for (k, stmt) in stmts.drain(..).enumerate() {
            match (stmt, taken.later.get(&k)) {
                (Rev::Code(Stmt::Assign { op, value, .. }), Some(later)) => {
                    let slot = usize::try_from(later - 1).unwrap_or(0);
                    let value = if op == "-=" { Expr::neg(value) } else { value };
                    sums[slot] = Some(match sums[slot].take() {
                        Some(sum) => Expr::bin("+", sum, value),
                        None => value,
                    });
                }
                (Rev::Code(mut stmt), None) if k == taken.at => {
                    let mut whole = Expr::bin("+", taken.place.clone(), carried.clone());
                    if !taken.cleared {
                        let name = fresh.numbered("held", "_", 1, span);
                        out.push(Rev::Code(Stmt::Let {
                            name: name.clone(),
                            mutable: false,
                            ty: None,
                            init: Some(whole),
                        }));
                        whole = Expr::Name(name);
                        out.push(Rev::Code(Stmt::Assign {
                            place: taken.place.clone(),
                            op: "=",
                            value: whole.clone(),
                        }));
                    }
                    replace(&mut stmt, &whole);
                    out.push(Rev::Code(stmt));
                }
                (stmt, _) => out.push(stmt),
            }
        }
        for (name, sum) in names.iter().zip(sums) {
            out.push(Rev::Code(Stmt::Assign {
                place: Expr::Name(name.clone()),
                op: "=",
                value: sum.unwrap_or_else(|| real::zero(ty)),
            }));
        }
        *stmts = out;
        names
    }

    /// What the last iterations carry goes to the elements that iterations after them would have taken.
    fn flush(&self, taken: &Taken, names: &[Ident]) -> Vec<Stmt> {
        let (end, first, step) = match self.range.rev {
            false => (self.range.lo, taken.offset, -1),
            true => (self.range.hi, taken.offset - 1, 1),
        };
        let later = (1..).zip(names);
        let all = later.map(|(later, name)| Stmt::Assign {
            place: Expr::index(Expr::MemBar(self.m), self.beyond(end, first + step * later)),
            op: "+=",
            value: Expr::Name(name.clone()),
        });
        all.collect()
    }

    /// `end + distance`
    fn beyond(&self, end: ValId, distance: i64) -> Expr {
        let number = |n: i64| {
            let n = Literal::u64_unsuffixed(n.unsigned_abs());
            Expr::Raw(quote::quote!(#n))
        };
        match (self.cx.layout.literal(end), distance) {
            (Some(end), _) if end + distance >= 0 => number(end + distance),
            (_, 0) => Expr::Val(end),
            (_, distance) if distance < 0 => Expr::bin("-", Expr::Val(end), number(distance)),
            (_, distance) => Expr::bin("+", Expr::Val(end), number(distance)),
        }
    }
}

/// Puts what is taken in place of the element.
fn replace(stmt: &mut Stmt, whole: &Expr) {
    let value = match stmt {
        Stmt::Let {
            init: Some(value), ..
        }
        | Stmt::Assign { value, .. } => value,
        _ => return,
    };
    match value {
        Expr::Neg(inner) => **inner = whole.clone(),
        value => *value = whole.clone(),
    }
}
