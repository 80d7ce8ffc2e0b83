//! How long a part of a list is, `list[a..b]`, as far as tests decide.
//!
//! In: the SSA form, and which integers depend on a test. Out: whether what lies between two of them does.
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

/// A sum of products: how often each is in it. The first factor of a product depends on a test, the others do not.
type Sum = BTreeMap<Vec<ValId>, i64>;

impl<'a> Ends<'a> {
    pub(super) fn of(func: &'a Func) -> Ends<'a> {
        let mut integers = BTreeMap::new();
        func.body.walk(&mut |s| {
            if let StmtKind::Def(v, op @ Op::Bin(BinOp::Add | BinOp::Sub | BinOp::Mul, ..)) =
                &s.kind
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
                    return self.sum(*lo, tainted) != self.sum(*hi, tainted);
                }
                (None, Some(hi)) => return tainted(*hi),
                (Some(lo), None) if tainted(*lo) => return true,
                // As long as what it is a part of, but for what is left out.
                (_, None) => {}
            }
        }
        false
    }

    /// What of an integer depends on a test.
    fn sum(&self, v: ValId, tainted: &dyn Fn(ValId) -> bool) -> Sum {
        if !tainted(v) {
            return Sum::new();
        }
        match self.integers.get(&v) {
            Some(Op::Bin(BinOp::Add, a, b)) => {
                added(self.sum(*a, tainted), &self.sum(*b, tainted), 1)
            }
            Some(Op::Bin(BinOp::Sub, a, b)) => {
                added(self.sum(*a, tainted), &self.sum(*b, tainted), -1)
            }
            Some(Op::Bin(BinOp::Mul, a, b)) if !tainted(*b) => times(self.sum(*a, tainted), *b),
            Some(Op::Bin(BinOp::Mul, a, b)) if !tainted(*a) => times(self.sum(*b, tainted), *a),
            _ => Sum::from([(vec![v], 1)]),
        }
    }
}

fn added(mut a: Sum, b: &Sum, sign: i64) -> Sum {
    for (product, count) in b {
        *a.entry(product.clone()).or_default() += sign * count;
    }
    a.retain(|_, count| *count != 0);
    a
}

fn times(sum: Sum, by: ValId) -> Sum {
    let product = |(mut factors, count): (Vec<ValId>, i64)| {
        factors.push(by);
        factors[1..].sort();
        (factors, count)
    };
    sum.into_iter().map(product).collect()
}
