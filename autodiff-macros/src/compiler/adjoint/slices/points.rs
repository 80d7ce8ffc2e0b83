//! Rows of points: numbers that belong to one iteration and lie side by side.
//!
//! ```text
//! for j in lo..hi { s += x[3 * j] * x[3 * j + 1] - x[3 * j + 2] }
//! let x_row = points::<3, _>(&x[3 * lo..], n);  for k in 0..n { s += x_row[k][0] * x_row[k][1] - x_row[k][2] }
//! ```
//!
//! The last number of the points has to be taken in every iteration, so that all of them are there.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal};
use quote::quote;

use super::accesses::{Accesses, Base, Element, Rows};
use super::index::sum;
use super::{Kernel, is_number};
use crate::compiler::code::{Expr, Row, Stmt};
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{Op, ValId};

/// Numbers that a point has at most.
const MOST: i64 = 8;

/// The index `size * (counter + shift) + outside + at`.
pub(super) struct Coordinate {
    pub(super) size: usize,
    pub(super) start: Start,
    at: usize,
}

/// Where points begin.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    shift: i64,
    /// What is the same in all iterations, and how often it counts.
    outside: BTreeMap<ValId, i64>,
}

/// `counter` times the counter, a number, and what is the same in all iterations.
#[derive(Default)]
struct Linear {
    counter: i64,
    number: i64,
    outside: BTreeMap<ValId, i64>,
}

impl Linear {
    fn plus(mut self, other: Linear, sign: i64) -> Option<Linear> {
        let other = other.times(sign)?;
        self.counter = self.counter.checked_add(other.counter)?;
        self.number = self.number.checked_add(other.number)?;
        for (v, times) in other.outside {
            let all = self.outside.entry(v).or_default();
            *all = all.checked_add(times)?;
        }
        Some(self)
    }

    fn times(mut self, by: i64) -> Option<Linear> {
        self.counter = self.counter.checked_mul(by)?;
        self.number = self.number.checked_mul(by)?;
        for times in self.outside.values_mut() {
            *times = times.checked_mul(by)?;
        }
        Some(self)
    }

    fn as_number(&self) -> Option<i64> {
        (self.counter == 0 && self.outside.is_empty()).then_some(self.number)
    }
}

impl Kernel<'_> {
    /// The rows of points of an array, if all that is taken of it lies in them, and each is there as a whole.
    pub(super) fn points(&self, base: &Base, accesses: &Accesses, rows: &mut Rows) -> Vec<Row> {
        let (Some(all), Some(element)) = (accesses.all.get(base), self.element_if(base, is_number))
        else {
            return Vec::new();
        };
        if accesses.is_other(base) || self.is_of_kind(base) {
            return Vec::new();
        }
        let found = all.iter().map(|v| Some((*v, self.coordinate(*v)?)));
        let Some(found) = found.collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        let always = &accesses.always[base];
        // By where the points begin; true where all of each is there.
        let mut starts: BTreeMap<&Start, bool> = BTreeMap::new();
        for (v, c) in &found {
            *starts.entry(&c.start).or_default() |= c.at + 1 == c.size && always.contains(v);
        }
        let written = accesses.written.contains(base);
        let one_size = found
            .windows(2)
            .all(|pair| pair[0].1.size == pair[1].1.size);
        if !one_size || starts.values().any(|whole| !whole) || (written && starts.len() > 1) {
            return Vec::new();
        }
        let size = found.first().map_or(1, |(_, c)| c.size);
        let begun = starts.into_keys().map(|start| {
            let from = self.first_point(size, start)?;
            Some((start, self.from(base, from, written)))
        });
        let Some(begun) = begun.collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        let name = || self.name(&format!("{}_row", self.base_name(base)));
        let names: BTreeMap<&Start, Ident> = begun.iter().map(|(s, _)| (*s, name())).collect();
        for (v, c) in &found {
            let element = Element {
                row: names[&c.start].clone(),
                at: Some(c.at),
            };
            rows.insert((base.clone(), *v), element);
        }
        let row = |(start, from)| Row {
            name: names[start].clone(),
            mutable: written,
            element: element.clone(),
            from,
            points: Some(size),
        };
        begun.into_iter().map(row).collect()
    }

    /// `let row = points::<3, _>(&array[start..], count);`
    pub(super) fn binding(&self, row: &Row, count: &Ident) -> Option<Stmt> {
        let (rt, function) = (&self.cx.names.rt, row.in_points()?);
        let args = vec![row.from.clone(), Expr::Name(count.clone())];
        Some(Stmt::Let {
            name: row.name.clone(),
            mutable: false,
            ty: None,
            init: Some(Expr::call(quote!(#rt::#function), args)),
        })
    }

    /// True for adjoints whose type is a projection of the kind of a parameter.
    pub(super) fn is_of_kind(&self, base: &Base) -> bool {
        // That of a field has the type of a gradient, or is not looked at (`may_be_sliced`).
        matches!(base, Base::Bar(m) if self.cx.is_of_kind(*m))
    }

    pub(super) fn coordinate(&self, index: ValId) -> Option<Coordinate> {
        let linear = self.linear(index)?;
        let size = linear.counter;
        let upwards = linear.outside.values().all(|times| *times > 0);
        (upwards && (2..=MOST).contains(&size)).then(|| Coordinate {
            size: usize::try_from(size).unwrap_or(1),
            start: Start {
                shift: linear.number.div_euclid(size),
                outside: linear.outside,
            },
            at: usize::try_from(linear.number.rem_euclid(size)).unwrap_or(0),
        })
    }

    fn linear(&self, v: ValId) -> Option<Linear> {
        let layout = self.cx.layout;
        if v == self.counter {
            return Some(Linear {
                counter: 1,
                ..Linear::default()
            });
        }
        if let Some(number) = layout.literal(v) {
            return Some(Linear {
                number,
                ..Linear::default()
            });
        }
        if !layout.contains(self.block, layout.def_block(v)) {
            return Some(Linear {
                outside: BTreeMap::from([(v, 1)]),
                ..Linear::default()
            });
        }
        let Op::Bin(op @ (BinOp::Add | BinOp::Sub | BinOp::Mul), a, b) = layout.op(v)? else {
            return None;
        };
        let (a, b) = (self.linear(*a)?, self.linear(*b)?);
        match (op, a.as_number(), b.as_number()) {
            (BinOp::Add, ..) => a.plus(b, 1),
            (BinOp::Sub, ..) => a.plus(b, -1),
            (_, Some(times), _) => b.times(times),
            (_, _, Some(times)) => a.times(times),
            _ => None,
        }
    }

    /// `outside + size * (lo + shift)`, unless that is negative.
    fn first_point(&self, size: usize, start: &Start) -> Option<Expr> {
        let number = |n: i64| {
            let n = Literal::u64_unsuffixed(n.unsigned_abs());
            Expr::Raw(quote!(#n))
        };
        let times = |(v, by): (&ValId, &i64)| match by {
            1 => Expr::Val(*v),
            by => Expr::mul(number(*by), Expr::Val(*v)),
        };
        let size = i64::try_from(size).ok()?;
        let mut outside = start.outside.clone();
        let lo = self.cx.layout.literal(self.range.lo);
        if lo.is_none() {
            *outside.entry(self.range.lo).or_default() += size;
        }
        let first = size.checked_mul(lo.unwrap_or(0).checked_add(start.shift)?)?;
        let outside = outside.iter().map(times).reduce(sum);
        match outside {
            None => (first >= 0).then(|| number(first)),
            Some(outside) if first < 0 => Some(Expr::bin("-", outside, number(first))),
            Some(outside) => Some(sum(outside, number(first))),
        }
    }
}
