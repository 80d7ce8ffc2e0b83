//! The elements that a body accesses, and the rows that take their place.
//!
//! In: the statements of a body. Out: [`Accesses`], the index values by array; and, given a row for an array and an index, the
//! body with `row[k]` or `row[k].get()` for `a[i]`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal};
use quote::quote;

use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::Member;
use crate::compiler::ssa::{MemId, Op, Place, Proj, Stmt as Ssa, StmtKind, ValId};

/// An array in emitted code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Base {
    Mem(MemId),
    Bar(MemId),
    /// A field of one of them.
    Field(Box<Base>, Member),
    /// A row, the same in all iterations, of a list of lists.
    Row(Box<Base>, ValId),
    /// A buffer of the reverse sweep.
    Local(Ident),
}

impl Base {
    /// What of the primal it is, or is the adjoint of.
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Base::Mem(m) | Base::Bar(m) => Some(Place::whole(*m)),
            Base::Field(of, name) => {
                let mut place = of.place()?;
                place.path.push(Proj::Field(name.clone()));
                Some(place)
            }
            Base::Row(of, at) => {
                let mut place = of.place()?;
                place.path.push(Proj::Index(*at));
                Some(place)
            }
            Base::Local(_) => None,
        }
    }

    /// What it is a field or a row of.
    fn of(&self) -> Option<&Base> {
        match self {
            Base::Field(of, _) | Base::Row(of, _) => Some(of),
            Base::Mem(_) | Base::Bar(_) | Base::Local(_) => None,
        }
    }

    /// It, what it is a part of, and so on.
    fn and_around(&self) -> impl Iterator<Item = &Base> {
        std::iter::successors(Some(self), |base| base.of())
    }

    /// True if both may share elements: one is a part of the other, or they are rows of one list.
    pub(super) fn may_overlap(&self, other: &Base) -> bool {
        let (mut a, mut b): (Vec<_>, Vec<_>) =
            (self.and_around().collect(), other.and_around().collect());
        loop {
            match (a.pop(), b.pop()) {
                (Some(Base::Row(..)), Some(Base::Row(..))) => {}
                (Some(Base::Field(_, a)), Some(Base::Field(_, b))) if a == b => {}
                (Some(a), Some(b)) if a == b => {}
                (Some(_), Some(_)) => return false,
                (None, _) | (_, None) => return true,
            }
        }
    }

    /// The variable, or its adjoint, that it is, or is a part of.
    pub(super) fn root(&self) -> &Base {
        match self {
            Base::Field(of, _) | Base::Row(of, _) => of.root(),
            Base::Mem(_) | Base::Bar(_) | Base::Local(_) => self,
        }
    }

    /// True for an adjoint.
    pub(super) fn is_of_bar(&self) -> bool {
        match self {
            Base::Bar(_) => true,
            Base::Field(of, _) | Base::Row(of, _) => of.is_of_bar(),
            Base::Mem(_) | Base::Local(_) => false,
        }
    }

    /// The field or the row that a path leads to, and the element of it.
    fn element(self, path: &[Proj], is_fixed: Fixed<'_>) -> Option<(Base, ValId)> {
        let (Proj::Index(index), steps) = path.split_last()? else {
            return None;
        };
        let part = steps.iter().try_fold(self, |of, step| match step {
            Proj::Field(name) => Some(Base::Field(Box::new(of), name.clone())),
            Proj::Index(at) if is_fixed(*at) => Some(Base::Row(Box::new(of), *at)),
            Proj::Index(_) | Proj::Range { .. } => None,
        });
        Some((part?, *index))
    }
}

/// Whether an index is the same in all iterations.
type Fixed<'f> = &'f dyn Fn(ValId) -> bool;

/// The accesses of a body.
#[derive(Default)]
pub(super) struct Accesses {
    /// Index values that are used in every iteration.
    pub(super) always: BTreeMap<Base, BTreeSet<ValId>>,
    /// All index values.
    pub(super) all: BTreeMap<Base, BTreeSet<ValId>>,
    pub(super) written: BTreeSet<Base>,
    /// Arrays that occur in another way than by an element.
    pub(super) other: BTreeSet<Base>,
}

impl Accesses {
    pub(super) fn of(body: &[Stmt], is_fixed: Fixed<'_>) -> Accesses {
        let mut of = Reader {
            accesses: Accesses::default(),
            is_fixed,
        };
        for stmt in body {
            of.stmt(stmt, true);
        }
        of.accesses
    }

    /// An element of which every iteration of the primal takes or sets the value is there, and so is its adjoint, also
    /// where it is looked at behind a guard.
    pub(super) fn as_in_the_primal(&mut self, stmt: &Ssa, is_fixed: Fixed<'_>) {
        for stmt in stmt.kind.loop_body().iter().flat_map(|body| &body.stmts) {
            let (StmtKind::Def(_, Op::Load(at)) | StmtKind::Store { place: at, .. }) = &stmt.kind
            else {
                continue;
            };
            let elements =
                [Base::Mem(at.mem), Base::Bar(at.mem)].map(|base| base.element(&at.path, is_fixed));
            for (base, index) in elements.into_iter().flatten() {
                if self.all.get(&base).is_some_and(|all| all.contains(&index)) {
                    self.always.entry(base).or_default().insert(index);
                }
            }
        }
    }

    /// Elements are written to, and not at one index only.
    pub(super) fn needs_cells(&self, base: &Base) -> bool {
        let several = self.all.get(base).is_some_and(|all| all.len() > 1);
        several && self.written.contains(base) && self.is_apart(base) && !self.is_other(base)
    }

    /// Memory that is written to must be reached through one slice only.
    pub(super) fn can_slice(&self, base: &Base) -> bool {
        let one = self.all.get(base).is_some_and(|all| all.len() == 1);
        let is_written = || self.written.iter().any(|w| w.may_overlap(base));
        !self.is_other(base) && (one && self.is_apart(base) || !is_written())
    }

    /// The rows of one list of which elements are taken and set, if nothing else of the list is, and each is there in every iteration.
    pub(super) fn rows_of_one_list(&self) -> BTreeMap<Base, Vec<Base>> {
        let mut lists: BTreeMap<Base, Vec<Base>> = BTreeMap::new();
        for base in self.all.keys() {
            if let Base::Row(of, _) = base {
                lists.entry((**of).clone()).or_default().push(base.clone());
            }
        }
        lists.retain(|list, rows| {
            let overlaps = |base: &&Base| base.may_overlap(list);
            let mut others = self.all.keys().chain(&self.written).filter(overlaps);
            rows.len() > 1
                && self.written.iter().any(|w| rows.contains(w))
                && others.all(|base| rows.contains(base))
                && rows.iter().all(|row| self.always.contains_key(row))
                && !self.is_other(list)
        });
        lists
    }

    /// True if no other base of which elements are taken or set shares any with this one.
    pub(super) fn is_apart(&self, base: &Base) -> bool {
        let mut bases = self.all.keys().chain(&self.written);
        bases.all(|other| other == base || !other.may_overlap(base))
    }

    /// True if the array, or what it is a part of, or a part of it occurs in another way than by an element.
    pub(super) fn is_other(&self, base: &Base) -> bool {
        self.other.iter().any(|other| other.may_overlap(base))
    }
}

/// Goes through a body.
struct Reader<'f> {
    accesses: Accesses,
    is_fixed: Fixed<'f>,
}

impl Reader<'_> {
    fn stmt(&mut self, stmt: &Stmt, always: bool) {
        match stmt {
            Stmt::Let { init, .. } => init.iter().for_each(|e| self.expr(e, always)),
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => {
                self.expr(init, always)
            }
            Stmt::Assign { place, value, .. } => {
                if let Some(base) = self.root(place) {
                    self.accesses.written.insert(base);
                }
                self.expr(place, always);
                self.expr(value, always);
            }
            Stmt::If { cond, then, els } => {
                self.expr(cond, always);
                then.iter().chain(els).for_each(|s| self.stmt(s, false));
            }
            Stmt::Apart { .. } | Stmt::For { .. } | Stmt::Loop { .. } => {}
            Stmt::Collect { .. } | Stmt::Stretches(_) | Stmt::Break => {}
        }
    }

    fn expr(&mut self, e: &Expr, always: bool) {
        match e {
            Expr::Index(base, index) => match (self.array(base), &**index) {
                (Some(base), Expr::Val(v)) => {
                    self.accesses
                        .all
                        .entry(base.clone())
                        .or_default()
                        .insert(*v);
                    if always {
                        self.accesses.always.entry(base).or_default().insert(*v);
                    }
                }
                _ => {
                    self.expr(base, always);
                    self.expr(index, always);
                }
            },
            Expr::Mem(_) | Expr::MemBar(_) => self.accesses.other.extend(self.array(e)),
            Expr::Field(..) if self.array(e).is_some() => self.accesses.other.extend(self.array(e)),
            Expr::If(c, a, b) => {
                self.expr(c, always);
                self.expr(a, false);
                self.expr(b, false);
            }
            Expr::Ref(true, inner) => {
                self.accesses.other.extend(self.root(inner));
                self.expr(inner, always);
            }
            Expr::Neg(a)
            | Expr::Not(a)
            | Expr::Deref(a)
            | Expr::Cast(a, _)
            | Expr::Field(a, _)
            | Expr::Cell(a)
            | Expr::Ref(false, a) => self.expr(a, always),
            // The right side of `&&` may not be evaluated.
            Expr::Bin("&&" | "||", a, b) => {
                self.expr(a, always);
                self.expr(b, false);
            }
            Expr::Bin(_, a, b) | Expr::Repeat(_, a, b) => {
                self.expr(a, always);
                self.expr(b, always);
            }
            Expr::Call(_, args) | Expr::Tuple(args) | Expr::List(args) | Expr::Vec(args) => {
                args.iter().for_each(|a| self.expr(a, always))
            }
            Expr::Method(receiver, _, args) => {
                self.expr(receiver, always);
                args.iter().for_each(|a| self.expr(a, always));
            }
            // The callee may change what it is called on.
            Expr::Invoke(receiver, _, args) => {
                self.accesses.other.extend(self.root(receiver));
                self.expr(receiver, always);
                args.iter().for_each(|a| self.expr(a, always));
            }
            Expr::Struct(_, fields, base) => {
                fields.iter().for_each(|(_, a)| self.expr(a, always));
                base.iter().for_each(|a| self.expr(a, always));
            }
            Expr::Range(lo, hi, _) => lo.iter().chain(hi).for_each(|e| self.expr(e, always)),
            Expr::User(_, uses) => uses.iter().for_each(|(_, e)| self.expr(e, always)),
            Expr::Val(_)
            | Expr::Bar(_)
            | Expr::Dot(_)
            | Expr::MemDot(_)
            | Expr::Name(_)
            | Expr::Raw(_) => {}
        }
    }

    /// The array that an expression is, unless it is a row of which each iteration takes another one.
    fn array(&self, e: &Expr) -> Option<Base> {
        let is_fixed = |base: &Base| match base {
            Base::Row(_, at) => (self.is_fixed)(*at),
            _ => true,
        };
        array(e).filter(|base| base.and_around().all(is_fixed))
    }

    fn root(&self, place: &Expr) -> Option<Base> {
        match place {
            Expr::Index(base, _) | Expr::Deref(base) => {
                self.array(base).or_else(|| self.root(base))
            }
            Expr::Field(base, _) => self.array(place).or_else(|| self.root(base)),
            place => self.array(place),
        }
    }
}

pub(super) fn array(e: &Expr) -> Option<Base> {
    match e {
        Expr::Mem(m) => Some(Base::Mem(*m)),
        Expr::MemBar(m) => Some(Base::Bar(*m)),
        Expr::Name(name) => Some(Base::Local(name.clone())),
        Expr::Field(of, name) => match array(of)? {
            Base::Local(_) => None,
            of => Some(Base::Field(Box::new(of), name.clone())),
        },
        Expr::Index(of, at) => match (array(of)?, &**at) {
            (Base::Local(_), _) => None,
            (of, Expr::Val(at)) => Some(Base::Row(Box::new(of), *at)),
            _ => None,
        },
        _ => None,
    }
}

/// The slice for an array and an index.
pub(super) type Rows = BTreeMap<(Base, ValId), Element>;

/// What stands for an element: `row[k]`, or `row[k][at]`.
pub(super) struct Element {
    pub(super) row: Ident,
    pub(super) at: Option<usize>,
}

impl Element {
    fn in_iteration(&self, k: &Ident) -> Expr {
        let element = Expr::index(Expr::Name(self.row.clone()), Expr::Name(k.clone()));
        match self.at.map(Literal::usize_unsuffixed) {
            Some(at) => Expr::index(element, Expr::Raw(quote!(#at))),
            None => element,
        }
    }
}

/// What elements are replaced by.
pub(super) struct Rewrite {
    pub(super) rows: Rows,
    /// Arrays that are taken as cells, all of them.
    pub(super) cells: Vec<(Base, Ident)>,
    /// The position in the slices.
    pub(super) k: Ident,
}

impl Rewrite {
    pub(super) fn stmt(&self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Let { init, .. } => init.iter_mut().for_each(|e| self.expr(e)),
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => {
                self.expr(init)
            }
            Stmt::Assign { place, value, .. } => {
                self.expr(place);
                self.expr(value);
            }
            Stmt::If { cond, then, els } => {
                self.expr(cond);
                then.iter_mut().chain(els).for_each(|s| self.stmt(s));
            }
            Stmt::Apart { .. } | Stmt::For { .. } | Stmt::Loop { .. } => {}
            Stmt::Collect { .. } | Stmt::Stretches(_) | Stmt::Break => {}
        }
    }

    pub(super) fn expr(&self, e: &mut Expr) {
        if let Expr::Index(base, index) = e
            && let (Some(array), Expr::Val(v)) = (array(base), &**index)
        {
            let cells = self.cells.iter().find(|(base, _)| *base == array);
            let element = match (self.rows.get(&(array, *v)), cells) {
                (Some(element), _) => element.in_iteration(&self.k),
                (None, Some((_, all))) => Expr::index(Expr::Name(all.clone()), Expr::Val(*v)),
                (None, None) => return self.expr(base),
            };
            *e = match cells {
                Some(_) => Expr::Cell(Box::new(element)),
                None => element,
            };
            return;
        }
        e.for_each_child_mut(&mut |child| self.expr(child));
    }
}
