//! Lists that get another length when something takes their place.
//!
//! In: the SSA form. Out: whether all that a list is made of, or replaced by, is of one length, as far as names tell. If a test decides what
//! takes the place of `v`, the length of `v` depends on that test only if it is not.
//!
//! ```text
//! let mut c = b.clone(); … if f < best { b = c; }     the same length
//! if c { vec![1.0; 3] } else { vec![1.0; 2] }         another one
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::compiler::hir::Ty;
use crate::compiler::ssa::{Func, Init, MemId, Op, Origin, Place, StmtKind, ValId};

/// What lists are made of.
pub(super) struct Replaced<'a> {
    func: &'a Func,
    sources: BTreeMap<MemId, Vec<Source<'a>>>,
    /// Integers that may be the length of something.
    integers: BTreeMap<ValId, &'a Op>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Init(&'a Init),
    Place(&'a Place),
    /// It is cut, to its own start.
    Start,
    /// Elements are added to it, or a call gives or changes it.
    Unknown,
}

/// How many elements there are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Length {
    Literal(String),
    Value(ValId),
    /// As many as a list has that is known by itself alone.
    Of(MemId),
    /// Fewer than a list had.
    Fewer(MemId),
}

impl<'a> Replaced<'a> {
    pub(super) fn of(func: &'a Func) -> Replaced<'a> {
        let mut found = Replaced {
            func,
            sources: BTreeMap::new(),
            integers: BTreeMap::new(),
        };
        func.body.walk(&mut |s| match &s.kind {
            StmtKind::Def(v, op @ (Op::Lit(_) | Op::Len(_))) => {
                found.integers.insert(*v, op);
            }
            StmtKind::Alloc(m, init) => found.add(*m, Source::Init(init)),
            StmtKind::Copy { dst, src, .. } if dst.path.is_empty() => {
                let source = match src.is_start_of(dst) {
                    true => Source::Start,
                    false => Source::Place(src),
                };
                found.add(dst.mem, source);
            }
            StmtKind::Push { place, .. } => found.add(place.mem, Source::Unknown),
            StmtKind::Call(call) => call.for_each_write(&mut |m| found.add(m, Source::Unknown)),
            _ => {}
        });
        found
    }

    fn add(&mut self, m: MemId, source: Source<'a>) {
        self.sources.entry(m).or_default().push(source);
    }

    /// Whether a list may have several lengths. Of anything else nothing is said: what stands in a struct is not looked at.
    pub(super) fn changes_length(&self, m: MemId) -> bool {
        let list = matches!(self.func.mem(m).ty, Ty::Vec(_) | Ty::Seq(_));
        list && self.lengths(m, &mut BTreeSet::new()).len() > 1
    }

    /// The lengths that a list may have; none where it is asked for itself.
    fn lengths(&self, m: MemId, asked: &mut BTreeSet<MemId>) -> BTreeSet<Length> {
        if !asked.insert(m) {
            return BTreeSet::new();
        }
        let sources = self.sources.get(&m).into_iter().flatten();
        let each = sources.map(|source| match source {
            Source::Place(at) => self.of_place(at, m, asked),
            Source::Start => [Length::Fewer(m)].into(),
            Source::Unknown => [Length::Of(m)].into(),
            Source::Init(init) => match init {
                Init::Blank | Init::Unset => BTreeSet::new(),
                Init::Repeat(_, n) => self.of_count(*n, asked),
                Init::List(items) => [Length::Literal(items.len().to_string())].into(),
                Init::Clone(at) => self.of_place(at, m, asked),
                _ => [Length::Of(m)].into(),
            },
        });
        let mut all: BTreeSet<Length> = each.flatten().collect();
        // A parameter has one when the function begins.
        if !matches!(self.func.mem(m).origin, Origin::Local) {
            all.insert(Length::Of(m));
        }
        all
    }

    fn of_place(&self, at: &Place, m: MemId, asked: &mut BTreeSet<MemId>) -> BTreeSet<Length> {
        match at.path.is_empty() {
            true => self.lengths(at.mem, asked),
            false => [Length::Of(m)].into(),
        }
    }

    fn of_count(&self, n: ValId, asked: &mut BTreeSet<MemId>) -> BTreeSet<Length> {
        match self.integers.get(&n) {
            Some(Op::Lit(text)) => [Length::Literal(text.to_string())].into(),
            Some(Op::Len(at)) if at.path.is_empty() => self.lengths(at.mem, asked),
            _ => [Length::Value(n)].into(),
        }
    }
}
