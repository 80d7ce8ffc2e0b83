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
    /// A buffer of the reverse sweep.
    Local(Ident),
}

impl Base {
    pub(super) fn array(&self) -> Expr {
        match self {
            Base::Mem(m) => Expr::Mem(*m),
            Base::Bar(m) => Expr::MemBar(*m),
            Base::Field(of, name) => Expr::Field(Box::new(of.array()), name.clone()),
            Base::Local(name) => Expr::Name(name.clone()),
        }
    }

    /// What of the primal it is, or is the adjoint of.
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Base::Mem(m) | Base::Bar(m) => Some(Place::whole(*m)),
            Base::Field(of, name) => {
                let mut place = of.place()?;
                place.path.push(Proj::Field(name.clone()));
                Some(place)
            }
            Base::Local(_) => None,
        }
    }

    /// The variable, or its adjoint, that it is, or is a field of.
    pub(super) fn root(&self) -> &Base {
        match self {
            Base::Field(of, _) => of.root(),
            Base::Mem(_) | Base::Bar(_) | Base::Local(_) => self,
        }
    }

    /// True for an adjoint.
    pub(super) fn is_of_bar(&self) -> bool {
        match self {
            Base::Bar(_) => true,
            Base::Field(of, _) => of.is_of_bar(),
            Base::Mem(_) | Base::Local(_) => false,
        }
    }

    /// The field that a path leads to, and the element of it.
    fn element(self, path: &[Proj]) -> Option<(Base, ValId)> {
        let (Proj::Index(index), fields) = path.split_last()? else {
            return None;
        };
        let field = fields.iter().try_fold(self, |of, step| match step {
            Proj::Field(name) => Some(Base::Field(Box::new(of), name.clone())),
            _ => None,
        });
        Some((field?, *index))
    }
}

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
    pub(super) fn of(body: &[Stmt]) -> Accesses {
        let mut accesses = Accesses::default();
        for stmt in body {
            accesses.stmt(stmt, true);
        }
        accesses
    }

    /// An element of which every iteration of the primal takes or sets the value is there, and so is its adjoint, also
    /// where it is looked at behind a guard.
    pub(super) fn as_in_the_primal(&mut self, stmt: &Ssa) {
        for stmt in stmt.kind.loop_body().iter().flat_map(|body| &body.stmts) {
            let (StmtKind::Def(_, Op::Load(at)) | StmtKind::Store { place: at, .. }) = &stmt.kind
            else {
                continue;
            };
            let elements =
                [Base::Mem(at.mem), Base::Bar(at.mem)].map(|base| base.element(&at.path));
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
        several && self.written.contains(base) && !self.is_other(base)
    }

    /// Memory that is written to must be reached through one slice only.
    pub(super) fn can_slice(&self, base: &Base) -> bool {
        let one = self.all.get(base).is_some_and(|all| all.len() == 1);
        !self.is_other(base) && (!self.written.contains(base) || one)
    }

    /// True if the array, or what it is a field of, occurs in another way than by an element.
    pub(super) fn is_other(&self, base: &Base) -> bool {
        let of_other = match base {
            Base::Field(of, _) => self.written.contains(of) || self.is_other(of),
            _ => false,
        };
        of_other || self.other.contains(base)
    }

    fn stmt(&mut self, stmt: &Stmt, always: bool) {
        match stmt {
            Stmt::Let { init, .. } => init.iter().for_each(|e| self.expr(e, always)),
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => {
                self.expr(init, always)
            }
            Stmt::Assign { place, value, .. } => {
                if let Some(base) = root(place) {
                    self.written.insert(base);
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
            Expr::Index(base, index) => match (array(base), &**index) {
                (Some(base), Expr::Val(v)) => {
                    self.all.entry(base.clone()).or_default().insert(*v);
                    if always {
                        self.always.entry(base).or_default().insert(*v);
                    }
                }
                _ => {
                    self.expr(base, always);
                    self.expr(index, always);
                }
            },
            Expr::Mem(_) | Expr::MemBar(_) => self.other.extend(array(e)),
            Expr::Field(..) if array(e).is_some() => self.other.extend(array(e)),
            Expr::If(c, a, b) => {
                self.expr(c, always);
                self.expr(a, false);
                self.expr(b, false);
            }
            Expr::Ref(true, inner) => {
                self.other.extend(root(inner));
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
                self.other.extend(root(receiver));
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
        _ => None,
    }
}

fn root(place: &Expr) -> Option<Base> {
    array(place).or_else(|| match place {
        Expr::Index(base, _) | Expr::Field(base, _) | Expr::Deref(base) => root(base),
        _ => None,
    })
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
                (None, None) => return,
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
