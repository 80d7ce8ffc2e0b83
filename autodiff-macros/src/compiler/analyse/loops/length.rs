//! Lengths of arrays: which values are known to be the same number.
//!
//! In: arrays and integers. Out: true if the integer is the length of the array, or if that never changes.

use std::collections::BTreeSet;

use super::Loops;
use crate::compiler::hir::Ty;
use crate::compiler::ssa::{
    Init, MemId, Op, Origin, Place, Range, StmtKind, Tree, Use, ValId, Verbatim,
};

impl Loops<'_> {
    /// True if the value is the number of elements of the variable.
    pub(super) fn is_length(&self, v: ValId, m: MemId) -> bool {
        if let (Ty::Array(_, len), Some(Op::Lit(hi))) = (&self.func.mem(m).ty, self.layout.op(v)) {
            return len.to_string() == hi.to_string();
        }
        if let (Ty::Array(_, len), Some(Op::Opaque(code))) =
            (&self.func.mem(m).ty, self.layout.op(v))
        {
            return len.to_string() == code.tokens.to_string();
        }
        match self.layout.op(v) {
            Some(Op::Len(of)) if *of == Place::whole(m) && self.keeps_its_length(m) => true,
            // `row.iter_mut().zip(w)`
            Some(Op::Opaque(code)) if is_least(code) => {
                let mut uses = code.uses.iter();
                uses.all(
                    |(_, used)| matches!(used, Use::Tree(Tree::Val(v)) if self.is_length(*v, m)),
                )
            }
            _ => self.has_length(m, v, &mut BTreeSet::new()),
        }
    }

    /// True if the vector has so many elements from the beginning, and so has everything that takes its place.
    fn has_length(&self, m: MemId, len: ValId, seen: &mut BTreeSet<MemId>) -> bool {
        if !seen.insert(m) {
            return true;
        }
        if matches!(self.func.mem(m).origin, Origin::Shared(_)) {
            return matches!(self.layout.op(len), Some(Op::Len(of)) if *of == Place::whole(m));
        }
        let (mut made, mut fits) = (false, !self.layout.grows(m));
        self.func.body.walk(&mut |s| match &s.kind {
            StmtKind::Alloc(a, init) if *a == m => {
                made = true;
                fits = fits
                    && match init {
                        Init::Repeat(_, n) => self.same(*n, len),
                        Init::Clone(at) => at.path.is_empty() && self.has_length(at.mem, len, seen),
                        _ => false,
                    };
            }
            StmtKind::Copy { dst, src, .. } if dst.mem == m && dst.path.is_empty() => {
                fits = fits && src.path.is_empty() && self.has_length(src.mem, len, seen);
            }
            _ => {}
        });
        made && fits
    }

    /// True if whatever takes the place of the array is as long.
    pub(crate) fn keeps_its_length(&self, m: MemId) -> bool {
        let mut replaced = self.layout.grows(m);
        self.func.body.walk(&mut |s| {
            if let StmtKind::Copy { dst, .. } = &s.kind {
                replaced |= *dst == Place::whole(m);
            }
        });
        let vector = !matches!(self.func.mem(m).ty, Ty::Array(..));
        let has_length = |len| self.has_length(m, len, &mut BTreeSet::new());
        !(replaced && vector) || self.first_length(m).is_some_and(has_length)
    }

    /// The number of elements that the array is made with: `n` in `vec![0.0; n]`, and `x.len()` in `x.to_vec()` if that is
    /// computed somewhere.
    pub(crate) fn first_length(&self, m: MemId) -> Option<ValId> {
        if matches!(self.func.mem(m).origin, Origin::Shared(_)) {
            let mut all = (0..self.func.vals.len()).map(|v| ValId(v as u32));
            let of = |op: &Op| matches!(op, Op::Len(of) if *of == Place::whole(m));
            return all.find(|v| self.layout.op(*v).is_some_and(of));
        }
        let mut len = None;
        self.func.body.walk(&mut |s| match &s.kind {
            StmtKind::Alloc(a, Init::Repeat(_, n)) if *a == m => len = Some(*n),
            StmtKind::Alloc(a, Init::Clone(of)) if *a == m && of.path.is_empty() => {
                len = self.first_length(of.mem);
            }
            _ => {}
        });
        len
    }

    /// True if the array has an element for each number of the range.
    pub(crate) fn has_element_for_each(&self, m: MemId, range: &Range) -> bool {
        !range.inclusive && !self.layout.grows(m) && self.is_length(range.hi, m)
    }

    /// True if both values are equal wherever both exist.
    pub(crate) fn same(&self, a: ValId, b: ValId) -> bool {
        if a == b {
            return true;
        }
        match (self.layout.op(a), self.layout.op(b)) {
            (Some(Op::Lit(x)), Some(Op::Lit(y))) => x.to_string() == y.to_string(),
            (Some(Op::Opaque(x)), Some(Op::Opaque(y))) => {
                x.pure
                    && y.pure
                    && x.uses.is_empty()
                    && y.uses.is_empty()
                    && x.tokens.to_string() == y.tokens.to_string()
            }
            (Some(Op::Len(x)), Some(Op::Len(y))) => {
                x == y
                    && x.path.is_empty()
                    && !self.layout.grows(x.mem)
                    && self.layout.stores(x.mem).is_empty()
            }
            (Some(Op::Bin(o, a1, a2)), Some(Op::Bin(p, b1, b2))) => {
                o == p && self.same(*a1, *b1) && self.same(*a2, *b2)
            }
            _ => false,
        }
    }
}

/// True for `cmp::min(…)` of lengths, the number of pairs that a `zip` gives.
fn is_least(code: &Verbatim) -> bool {
    let path = code.tokens.to_string().replace(' ', "");
    let least = path.split_once('(').map(|(path, _)| path);
    code.pure && least.is_some_and(|path| path.ends_with("__private::core::cmp::min"))
}
