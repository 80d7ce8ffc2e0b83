//! How long a part of a list is, `list[a..b]`, as far as tests decide.
//!
//! In: the SSA form, and which integers depend on a test. Out: integers as sums of products, and whether what lies between two of
//! them depends on a test.
//!
//! ```text
//! list[..k]                       as long as a test says, where `k` counts what passed it
//! list[k..k + 3]                  three elements, wherever they are
//! list[k * w..(k + 1) * w]        one row, whichever it is
//! ```

use std::collections::BTreeMap;

use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{Func, Op, Place, Proj, StmtKind, ValId};

/// How integers are computed.
pub(super) struct Ends<'a> {
    integers: BTreeMap<ValId, &'a Op>,
}

/// A sum of products, each with its factors in order, and how often it is in the sum.
pub(super) type Sum<T> = BTreeMap<Vec<T>, i64>;

/// Sums of more products are a number that nothing is known of.
const PRODUCTS: usize = 16;

impl<'a> Ends<'a> {
    pub(super) fn of(func: &'a Func) -> Ends<'a> {
        let mut integers = BTreeMap::new();
        func.body.walk(&mut |s| {
            if let StmtKind::Def(
                v,
                op @ (Op::Bin(BinOp::Add | BinOp::Sub | BinOp::Mul, ..) | Op::Lit(_) | Op::Len(_)),
            ) = &s.kind
            {
                integers.insert(*v, op);
            }
        });
        Ends { integers }
    }

    /// True for a part of a list whose length depends on a test, although that of the list does not.
    pub(super) fn by_test(&self, at: &Place, tainted: &dyn Fn(ValId) -> bool) -> bool {
        let mut steps = at.path.iter().rev();
        while let Some(Proj::Range { lo, hi, .. }) = steps.next() {
            match (lo, hi) {
                (Some(lo), Some(hi)) => {
                    if !tainted(*lo) && !tainted(*hi) {
                        return false;
                    }
                    let between = added(self.sum(*hi), &self.sum(*lo), -1);
                    return between.keys().flatten().any(|v| tainted(*v));
                }
                (None, Some(hi)) => return tainted(*hi),
                (Some(lo), None) if tainted(*lo) => return true,
                // As long as what it is a part of, but for what is left out.
                (_, None) => {}
            }
        }
        false
    }

    /// The list of which the integer is the length.
    pub(super) fn measured(&self, n: ValId) -> Option<&'a Place> {
        match self.integers.get(&n) {
            Some(Op::Len(at)) => Some(at),
            _ => None,
        }
    }

    /// The integer, of others that are not computed.
    pub(super) fn sum(&self, v: ValId) -> Sum<ValId> {
        let found = match self.integers.get(&v) {
            Some(Op::Lit(text)) => literal(&text.to_string()).map(number),
            Some(Op::Bin(BinOp::Add, a, b)) => Some(added(self.sum(*a), &self.sum(*b), 1)),
            Some(Op::Bin(BinOp::Sub, a, b)) => Some(added(self.sum(*a), &self.sum(*b), -1)),
            Some(Op::Bin(BinOp::Mul, a, b)) => Some(times(&self.sum(*a), &self.sum(*b))),
            _ => None,
        };
        let found = found.filter(|sum| sum.len() <= PRODUCTS);
        found.unwrap_or_else(|| Sum::from([(vec![v], 1)]))
    }
}

fn literal(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches("usize").replace('_', "");
    digits.parse().ok()
}

/// The sum that is a number.
pub(super) fn number<T: Ord>(n: i64) -> Sum<T> {
    let mut sum = Sum::from([(Vec::new(), n)]);
    sum.retain(|_, count| *count != 0);
    sum
}

pub(super) fn added<T: Ord + Clone>(mut a: Sum<T>, b: &Sum<T>, sign: i64) -> Sum<T> {
    for (product, count) in b {
        let sum = a.entry(product.clone()).or_default();
        *sum = sum.wrapping_add(sign.wrapping_mul(*count));
    }
    a.retain(|_, count| *count != 0);
    a
}

pub(super) fn times<T: Ord + Clone>(a: &Sum<T>, b: &Sum<T>) -> Sum<T> {
    let mut all = Sum::new();
    for (left, m) in a {
        for (right, n) in b {
            let mut factors = [&left[..], right].concat();
            factors.sort();
            let product = Sum::from([(factors, m.wrapping_mul(*n))]);
            all = added(all, &product, 1);
        }
    }
    all
}
