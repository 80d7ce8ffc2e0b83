//! Zero adjoints and tangents at infinite partials.
//!
//! In: an operation, the adjoint of its result (or the tangent of its operand), and their product with
//! the partial. Out: the product, or 0 where the factor is 0.
//!
//! A branch that is not taken, an element that nobody reads, a seed for another number of the result:
//! each leaves an adjoint of exactly 0, and the operation above it may have been evaluated where it has
//! no finite partial: `(1.0 / x).min(5.0)` at 0. There 0·∞ would make a NaN of a derivative that is 0.
//! Only operations that can have an infinite or undefined partial at finite operands are watched; and,
//! in front of a select, those whose operands may be infinite because of one. Both are followed through
//! memory: an array is what any of its elements is.

use std::collections::{BTreeMap, BTreeSet};

use autodiff_runtime::rules::Rule;
use proc_macro2::TokenStream;

use super::adjoint::Context;
use super::code::{Callee, Expr, GuardForm};
use super::hir::{BinOp, Ty};
use super::metadata::stays_inside;
use super::ssa::{Block, Init, MemId, Op, Stmt, StmtKind, ValId};

/// Operations without a border of their domain whose partials overflow.
const OVERFLOW: [&str; 5] = ["exp", "exp2", "exp_m1", "sinh", "cosh"];

/// What may be infinite, and what may have an adjoint of 0 because of a select.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Values that may be infinite or undefined at finite arguments.
    wild: Marks,
    /// Values that are, unless these integers are at least so much: `2.0 / n as f64`.
    unless: BTreeMap<ValId, BTreeSet<(ValId, i64)>>,
    /// Values that reach the result through a decision, or under a condition.
    masked: Marks,
    /// Memory that such values are stored in, or are loaded from.
    wild_mems: BTreeSet<MemId>,
    masked_mems: BTreeSet<MemId>,
    /// What comes of a call counts as infinite: a sweep that runs forwards has its tangent from the callee.
    calls: bool,
}

/// A set of values: a bit for each.
#[derive(Debug, Default)]
struct Marks {
    bits: Vec<bool>,
    len: usize,
}

impl Marks {
    fn insert(&mut self, v: ValId) {
        let at = v.0 as usize;
        if at >= self.bits.len() {
            self.bits.resize(at + 1, false);
        }
        if !self.bits[at] {
            self.bits[at] = true;
            self.len += 1;
        }
    }

    fn contains(&self, v: ValId) -> bool {
        self.bits.get(v.0 as usize).is_some_and(|&bit| bit)
    }
}

impl Watch {
    pub(crate) fn of(cx: &Context<'_>) -> Watch {
        Watch::default().over(cx)
    }

    pub(crate) fn of_tangents(cx: &Context<'_>) -> Watch {
        let watch = Watch {
            calls: true,
            ..Watch::default()
        };
        watch.over(cx)
    }

    fn over(mut self, cx: &Context<'_>) -> Watch {
        let watch = &mut self;
        loop {
            let before = watch.size();
            cx.func.body.walk(&mut |stmt| watch.see(cx, stmt));
            if watch.size() == before {
                return self;
            }
        }
    }

    fn size(&self) -> usize {
        let counts: usize = self.unless.values().map(BTreeSet::len).sum();
        let mems = self.wild_mems.len() + self.masked_mems.len();
        self.wild.len + counts + self.masked.len + mems
    }

    fn see(&mut self, cx: &Context<'_>, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Def(v, op) => self.see_op(cx, *v, op),
            StmtKind::If {
                then, els, phis, ..
            } => {
                for phi in phis {
                    self.mask_from_outside(cx, then, phi.then);
                    self.mask_from_outside(cx, els, phi.els);
                    self.flows(&[phi.then, phi.els], phi.out);
                }
                for block in [then, els] {
                    block.walk(&mut |inner| {
                        let each = &mut |u| self.mask_from_outside(cx, block, u);
                        inner.kind.for_each_use(each);
                        inner.kind.for_each_read(&mut |m| {
                            let inside = cx.layout.id_of(block);
                            if !cx.layout.contains(inside, cx.layout.mem_block(m)) {
                                self.masked_mems.insert(m);
                            }
                        });
                    });
                }
            }
            StmtKind::For { .. } | StmtKind::While { .. } => {
                for c in stmt.kind.carried() {
                    self.flows(&[c.init, c.next], c.phi);
                    self.flows(&[c.init, c.next], c.out);
                }
            }
            StmtKind::Store { place, value, .. } => {
                // It may be overwritten, or the element never read; not so where `strips` hands it on.
                if !cx.func.strips.private.contains_key(&place.mem) {
                    self.masked.insert(*value);
                }
                self.stored(*value, place.mem);
            }
            StmtKind::Alloc(m, init) => self.made(init, *m),
            StmtKind::Push { place, init } => self.made(init, place.mem),
            StmtKind::Copy { dst, src, .. } => self.copied(src.mem, dst.mem),
            StmtKind::Call(call) if self.calls => {
                call.for_each_def(&mut |v| self.wild.insert(v));
                call.for_each_write(&mut |m| {
                    self.wild_mems.insert(m);
                });
            }
            _ => {}
        }
    }

    /// What a branch uses is not used where it is not taken; what is computed in the branch is not even computed there.
    fn mask_from_outside(&mut self, cx: &Context<'_>, branch: &Block, v: ValId) {
        let inside = cx.layout.id_of(branch);
        if !cx.layout.contains(inside, cx.layout.def_block(v)) {
            self.masked.insert(v);
        }
    }

    fn stored(&mut self, v: ValId, m: MemId) {
        if self.wild.contains(v) || self.unless.contains_key(&v) {
            self.wild_mems.insert(m);
        }
        if self.masked_mems.contains(&m) {
            self.masked.insert(v);
        }
    }

    fn made(&mut self, init: &Init, m: MemId) {
        init.for_each_use(&mut |v| self.stored(v, m));
        init.for_each_mem(&mut |from| self.copied(from, m));
    }

    fn copied(&mut self, from: MemId, to: MemId) {
        if self.wild_mems.contains(&from) {
            self.wild_mems.insert(to);
        }
        if self.masked_mems.contains(&to) {
            self.masked_mems.insert(from);
        }
    }

    fn see_op(&mut self, cx: &Context<'_>, v: ValId, op: &Op) {
        let decides = matches!(op, Op::Rule { weights, .. } if !weights.is_empty());
        let (mut wild, masked) = (is_singular(cx, v, op), decides || self.masked.contains(v));
        let mut unless = BTreeSet::new();
        if wild && let Some(count) = divided_by_count(cx, op) {
            wild = false;
            unless.insert(count);
        }
        op.for_each_use(&mut |u| {
            wild |= self.wild.contains(u);
            unless.extend(self.unmet(cx, u, v));
            if masked {
                self.masked.insert(u);
            }
        });
        if let Op::Load(at) | Op::LoadIf(_, at) = op {
            wild |= self.wild_mems.contains(&at.mem);
            if masked {
                self.masked_mems.insert(at.mem);
            }
        }
        if wild {
            self.wild.insert(v);
        } else if !unless.is_empty() {
            self.unless.entry(v).or_default().append(&mut unless);
        }
    }

    /// What has to be so for `u` to be finite, and is not known to be so where `v` is computed.
    fn unmet<'u>(
        &'u self,
        cx: &'u Context<'_>,
        u: ValId,
        v: ValId,
    ) -> impl Iterator<Item = (ValId, i64)> + 'u {
        let block = cx.layout.def_block(v);
        let all = self.unless.get(&u).into_iter().flatten().copied();
        all.filter(move |(n, least)| cx.layout.at_least(*n, block) < Some(*least))
    }

    /// True if an operand of `v` may be infinite there.
    fn may_be_infinite(&self, cx: &Context<'_>, u: ValId, v: ValId) -> bool {
        self.wild.contains(u) || self.unmet(cx, u, v).next().is_some()
    }

    fn flows(&mut self, from: &[ValId], to: ValId) {
        for v in from {
            if self.wild.contains(*v) {
                self.wild.insert(to);
            }
            if let Some(mut counts) = self.unless.get(v).cloned() {
                self.unless.entry(to).or_default().append(&mut counts);
            }
        }
        if self.masked.contains(to) {
            from.iter().for_each(|v| self.masked.insert(*v));
        }
    }

    /// True if the adjoint of the value may be 0 where the partial of its operation is infinite.
    pub(crate) fn guards(&self, cx: &Context<'_>, v: ValId, op: &Op) -> bool {
        is_singular(cx, v, op) || self.masked.contains(v) && self.is_wild(cx, v, op)
    }

    /// True if the adjoint of the value may be 0 where this factor, its partial, is infinite.
    pub(crate) fn guards_product(&self, cx: &Context<'_>, v: ValId, factor: ValId) -> bool {
        self.masked.contains(v) && self.may_be_infinite(cx, factor, v)
    }

    /// True if an operand of the operation may be infinite, or its tangent.
    pub(crate) fn is_wild(&self, cx: &Context<'_>, v: ValId, op: &Op) -> bool {
        let mut wild = false;
        op.for_each_use(&mut |u| wild |= self.may_be_infinite(cx, u, v));
        wild
    }
}

/// True if the partials of the operation, which computes `v`, may be infinite or undefined at finite operands.
pub(crate) fn is_singular(cx: &Context<'_>, v: ValId, op: &Op) -> bool {
    match op {
        Op::Bin(BinOp::Div, _, b) => {
            let block = cx.layout.def_block(v);
            let is_met = |(n, least)| cx.layout.at_least(n, block) >= Some(least);
            !is_number(cx, *b) && !divided_by_count(cx, op).is_some_and(is_met)
        }
        Op::Rule { rule, args, .. } => has_singular_rule(cx, rule, args),
        _ => false,
    }
}

/// The integer that a quotient is divided by, and what it is at least if the quotient is finite.
fn divided_by_count(cx: &Context<'_>, op: &Op) -> Option<(ValId, i64)> {
    let Op::Bin(BinOp::Div, _, divisor) = op else {
        return None;
    };
    match cx.layout.op(*divisor)? {
        Op::Cast(n, _) if matches!(cx.func.val(*n).ty, Ty::Int) => {
            let (n, k) = cx.layout.offset(*n);
            Some((n, 1_i64.checked_sub(k)?))
        }
        _ => None,
    }
}

fn has_singular_rule(cx: &Context<'_>, rule: &Rule, args: &[ValId]) -> bool {
    let border = !rule.domain.is_empty() && !stays_inside(cx.func, rule, args);
    border || OVERFLOW.contains(&rule.name)
}

/// A literal other than zero.
pub(crate) fn is_number(cx: &Context<'_>, v: ValId) -> bool {
    matches!(cx.layout.op(v), Some(Op::Lit(tokens)) if is_nonzero(tokens))
}

fn is_nonzero(tokens: &TokenStream) -> bool {
    let value = tokens.to_string().replace('_', "");
    let value = value.trim_end_matches("f64").trim_end_matches("f32");
    value.parse::<f64>().is_ok_and(|value| value != 0.0)
}

/// `dividend / divisor`, or 0 where the dividend is 0.
pub(crate) fn quotient(dividend: Expr, divisor: Expr) -> Expr {
    match is_literal(&dividend) {
        true => Expr::bin("/", dividend, divisor),
        false => Expr::Call(Callee::Over, vec![dividend, divisor]),
    }
}

/// `product`, or 0 where `factor` is 0.
pub(crate) fn unless_zero(factor: &Expr, product: Expr) -> Expr {
    match product {
        Expr::Neg(product) => Expr::neg(unless_zero(factor, *product)),
        product if is_literal(factor) || is_literal(&product) => product,
        product if is_share(&product, factor) => product,
        product => Expr::Call(
            Callee::UnlessZero(GuardForm::Either),
            vec![factor.clone(), product],
        ),
    }
}

/// True if the product is what a decision gives of the factor (`pick_above(w, factor)`), which is 0 where the factor is.
fn is_share(product: &Expr, factor: &Expr) -> bool {
    let is_factor = |e: &Expr| match (e, factor) {
        (Expr::Bar(a), Expr::Bar(b)) => a == b,
        (Expr::Neg(e), Expr::Bar(b)) => matches!(**e, Expr::Bar(a) if a == *b),
        _ => false,
    };
    match product {
        Expr::Call(Callee::Pick(_), args) => {
            args.get(1..).unwrap_or_default().iter().all(is_factor)
        }
        _ => false,
    }
}

/// A number that stands in the code.
pub(crate) fn is_literal(e: &Expr) -> bool {
    matches!(e, Expr::Raw(tokens) if is_nonzero(tokens) || tokens.to_string() == "0.0")
}
