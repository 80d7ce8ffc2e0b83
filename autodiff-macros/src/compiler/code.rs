//! Rust code as a tree: what `adjoint` and `tangent` make, what `print` turns into tokens.
//!
//! In: nothing (this module only declares the form). The tree names primal values by [`ValId`] and
//! memory by [`MemId`], so that a pass can ask which primal values a piece of code reads.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::hir::{LoopId, Member};
use super::ssa::{MemId, ValId};

/// An expression.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// A primal value.
    Val(ValId),
    /// A primal memory variable.
    Mem(MemId),
    /// The adjoint of a value.
    Bar(ValId),
    /// The adjoint of a memory variable.
    MemBar(MemId),
    /// The tangent of a value.
    Dot(ValId),
    /// The tangent of a memory variable.
    MemDot(MemId),
    /// A local variable of the emitted code.
    Name(Ident),
    Raw(TokenStream),
    /// Tokens of the user's, and the values that have to be in scope for them under these names.
    User(TokenStream, Vec<(Ident, Expr)>),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    /// `*e`
    Deref(Box<Expr>),
    Bin(&'static str, Box<Expr>, Box<Expr>),
    Cast(Box<Expr>, TokenStream),
    /// `callee(args)`
    Call(Callee, Vec<Expr>),
    Method(Box<Expr>, &'static str, Vec<Expr>),
    /// A method of the user's types, with its generic arguments.
    Invoke(Box<Expr>, TokenStream, Vec<Expr>),
    /// `path { x: e, ..base }`
    Struct(TokenStream, Vec<(Member, Expr)>, Option<Box<Expr>>),
    Index(Box<Expr>, Box<Expr>),
    /// An element of a slice of cells: `e.get()`, and `e.set(…)` where something is assigned to it.
    Cell(Box<Expr>),
    Field(Box<Expr>, Member),
    Range(Option<Box<Expr>>, Option<Box<Expr>>, bool),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `&e`, `&mut e`
    Ref(bool, Box<Expr>),
    Tuple(Vec<Expr>),
    List(Vec<Expr>),
    /// `[e; n]` (false), `vec![e; n]` (true)
    Repeat(bool, Box<Expr>, Box<Expr>),
    /// `vec![a, b]`
    Vec(Vec<Expr>),
}

/// What is called.
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// The function with this path, whatever it does.
    Path(TokenStream),
    /// `pick(weight, below, above)`: what a decision passes on.
    Pick(Pick),
    /// `unless_zero(factor, product)`: the product, or 0 where the factor is 0.
    UnlessZero(GuardForm),
    /// `over(dividend, divisor)`: the quotient, or 0 where the dividend is 0.
    Over,
    /// `neutral_like(&y)`: zeros in the shape of `y`, which they do not borrow.
    NeutralLike,
    /// `none::<type>()`: the tangent of what is constant.
    NoDots(Option<TokenStream>),
}

/// How a product is kept from being 0·∞.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GuardForm {
    /// By what LLVM makes of an `if`: a select, or a branch.
    Either,
    /// By a branch: iterations run in turn.
    Branch,
    /// By a select: several iterations may run at once.
    Select,
}

/// What a decision passes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pick {
    /// One of two numbers.
    Either,
    /// The number, or 0: for what is above, or below.
    Above,
    Below,
    /// The number, or its negative below.
    Sign,
    /// One of two tangents.
    Dots,
}

/// A slice that a piece of code works on.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: Ident,
    pub(crate) mutable: bool,
    /// The type of its elements.
    pub(crate) element: TokenStream,
    /// The slice, from its first element on, as a reference.
    pub(crate) from: Expr,
    /// How many numbers belong to each iteration, if these are taken together.
    pub(crate) points: Option<usize>,
}

impl Row {
    /// `points::<3, _>`, which takes the numbers together.
    pub(crate) fn in_points(&self) -> Option<TokenStream> {
        let size = Literal::usize_unsuffixed(self.points?);
        Some(match self.mutable {
            true => quote!(points_mut::<#size, _>),
            false => quote!(points::<#size, _>),
        })
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    Let {
        name: Ident,
        mutable: bool,
        ty: Option<TokenStream>,
        init: Option<Expr>,
    },
    /// `let pattern = init;`
    Bind {
        pattern: TokenStream,
        init: Expr,
    },
    /// `let pattern = init else { unreachable!() };`: the reverse sweep knows what it finds.
    Expect {
        pattern: TokenStream,
        init: Expr,
    },
    /// `place op value;` with `op` one of `=`, `+=`, `-=`.
    Assign {
        place: Expr,
        op: &'static str,
        value: Expr,
    },
    If {
        cond: Expr,
        then: Vec<Stmt>,
        els: Vec<Stmt>,
    },
    For {
        pattern: TokenStream,
        iter: Expr,
        body: Vec<Stmt>,
    },
    /// `list.extend(iter.map(|pattern| { body }));`, of which the last statement is the element: a loop that ends in a `push` of
    /// which the capacity is known, so that LLVM can run several iterations at once.
    Collect {
        list: Ident,
        pattern: TokenStream,
        iter: Expr,
        body: Vec<Stmt>,
    },
    Loop {
        body: Vec<Stmt>,
    },
    /// `(|row: &mut [f64], …| { let row = &mut row[..count]; …; body })(&mut a[i..], …);`: arguments do
    /// not overlap, which LLVM believes of parameters alone.
    Apart {
        rows: Vec<Row>,
        count: Ident,
        body: Vec<Stmt>,
    },
    /// A loop whose iterations run in stretches, see `adjoint/stretches.rs`.
    Stretches(Box<Stretches>),
    Break,
    Expr(Expr),
}

/// What all stretches add to.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    /// The variable outside.
    pub(crate) place: Expr,
    /// The name of what the stretches give.
    pub(crate) part: Ident,
    /// The declaration of the variable in a stretch.
    pub(crate) zero: Stmt,
    /// An integer that counts.
    pub(crate) counts: bool,
}

/// `let (sums) = stretches(iterations, (bars), |from, to, (bars)| { locals; body; (sums) });`
#[derive(Clone, Debug)]
pub(crate) struct Stretches {
    pub(crate) of: LoopId,
    /// Which iterations, for all stretches.
    pub(crate) iterations: Expr,
    /// The parameters of a stretch.
    pub(crate) range: [ValId; 2],
    /// What is added up.
    pub(crate) sums: Vec<Sum>,
    /// Adjoints that are added to: the variable, and a reference to all of it.
    pub(crate) bars: Vec<(Ident, Expr)>,
    /// Those of which an iteration touches its own element alone: the body counts them from the start of the stretch.
    pub(crate) split: BTreeSet<Ident>,
    /// Memory that is only read: the variable, and a reference to its elements.
    pub(crate) reads: Vec<(Ident, Expr)>,
    /// Numbers of outside.
    pub(crate) numbers: Vec<Ident>,
    /// Variables that every stretch has for itself.
    pub(crate) locals: Vec<Stmt>,
    /// All of them.
    pub(crate) own: Ident,
    pub(crate) body: Vec<Stmt>,
    /// The selection, if it is asked.
    pub(crate) sel: Option<Ident>,
}

impl Expr {
    pub(crate) fn zero() -> Expr {
        Expr::Raw(quote::quote!(0.0))
    }

    pub(crate) fn neg(e: Expr) -> Expr {
        match e {
            Expr::Neg(inner) => *inner,
            e => Expr::Neg(Box::new(e)),
        }
    }

    pub(crate) fn bin(op: &'static str, a: Expr, b: Expr) -> Expr {
        Expr::Bin(op, Box::new(a), Box::new(b))
    }

    pub(crate) fn mul(a: Expr, b: Expr) -> Expr {
        Expr::bin("*", a, b)
    }

    /// `v + v`: the derivative of `v * v`, exactly.
    pub(crate) fn twice(v: ValId) -> Expr {
        Expr::bin("+", Expr::Val(v), Expr::Val(v))
    }

    /// `neutral_like(&place)`
    pub(crate) fn neutral_like(place: Expr) -> Expr {
        Expr::Call(Callee::NeutralLike, vec![Expr::borrow(false, place)])
    }

    /// `path(args)`
    pub(crate) fn call(path: TokenStream, args: Vec<Expr>) -> Expr {
        Expr::Call(Callee::Path(path), args)
    }

    /// What a method is called on, in place of a reference to it.
    pub(crate) fn place_of(e: Expr) -> Expr {
        match e {
            Expr::Ref(_, inner) => *inner,
            e => e,
        }
    }

    /// `e.k`
    pub(crate) fn part(base: Expr, k: usize) -> Expr {
        let k = u32::try_from(k).unwrap_or(u32::MAX);
        Expr::Field(Box::new(base), Member::At(k))
    }

    pub(crate) fn index(base: Expr, index: Expr) -> Expr {
        Expr::Index(Box::new(base), Box::new(index))
    }

    pub(crate) fn method(receiver: Expr, name: &'static str, args: Vec<Expr>) -> Expr {
        Expr::Method(Box::new(receiver), name, args)
    }

    pub(crate) fn borrow(mutable: bool, e: Expr) -> Expr {
        match e {
            Expr::Deref(inner) => *inner,
            e => Expr::Ref(mutable, Box::new(e)),
        }
    }

    /// Calls `f` on every direct part of the expression.
    pub(crate) fn for_each_child_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Val(_) | Expr::Mem(_) | Expr::Bar(_) | Expr::MemBar(_) => {}
            Expr::Dot(_) | Expr::MemDot(_) | Expr::Name(_) | Expr::Raw(_) => {}
            Expr::User(_, uses) => uses.iter_mut().for_each(|(_, e)| f(e)),
            Expr::Neg(e) | Expr::Not(e) | Expr::Deref(e) => f(e),
            Expr::Cast(e, _) | Expr::Field(e, _) | Expr::Ref(_, e) | Expr::Cell(e) => f(e),
            Expr::Bin(_, a, b) | Expr::Index(a, b) | Expr::Repeat(_, a, b) => {
                f(a);
                f(b);
            }
            Expr::Method(receiver, _, args) | Expr::Invoke(receiver, _, args) => {
                f(receiver);
                args.iter_mut().for_each(f);
            }
            Expr::Struct(_, fields, base) => {
                fields.iter_mut().for_each(|(_, e)| f(e));
                base.iter_mut().for_each(|e| f(e));
            }
            Expr::Call(_, args) | Expr::Tuple(args) | Expr::List(args) | Expr::Vec(args) => {
                args.iter_mut().for_each(f);
            }
            Expr::Range(lo, hi, _) => lo.iter_mut().chain(hi).for_each(|e| f(e)),
            Expr::If(c, a, b) => {
                f(c);
                f(a);
                f(b);
            }
        }
    }

    /// Calls `f` on this expression and every one in it, the outer ones first.
    pub(crate) fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        f(self);
        self.for_each_child_mut(&mut |e| e.walk_mut(f));
    }

    /// Calls `f` on every direct part of the expression.
    pub(crate) fn for_each_child<'e>(&'e self, f: &mut dyn FnMut(&'e Expr)) {
        match self {
            Expr::Val(_) | Expr::Mem(_) | Expr::Bar(_) | Expr::MemBar(_) => {}
            Expr::Dot(_) | Expr::MemDot(_) | Expr::Name(_) | Expr::Raw(_) => {}
            Expr::User(_, uses) => uses.iter().for_each(|(_, e)| f(e)),
            Expr::Neg(e) | Expr::Not(e) | Expr::Deref(e) => f(e),
            Expr::Cast(e, _) | Expr::Field(e, _) | Expr::Ref(_, e) | Expr::Cell(e) => f(e),
            Expr::Bin(_, a, b) | Expr::Index(a, b) | Expr::Repeat(_, a, b) => {
                f(a);
                f(b);
            }
            Expr::Method(receiver, _, args) | Expr::Invoke(receiver, _, args) => {
                f(receiver);
                args.iter().for_each(f);
            }
            Expr::Struct(_, fields, base) => {
                fields.iter().for_each(|(_, e)| f(e));
                base.iter().for_each(|e| f(e));
            }
            Expr::Call(_, args) | Expr::Tuple(args) | Expr::List(args) | Expr::Vec(args) => {
                args.iter().for_each(f);
            }
            Expr::Range(lo, hi, _) => lo.iter().chain(hi).for_each(|e| f(e)),
            Expr::If(c, a, b) => {
                f(c);
                f(a);
                f(b);
            }
        }
    }

    /// Calls `f` on this expression and every one in it.
    pub(crate) fn walk(&self, f: &mut dyn FnMut(&Expr)) {
        f(self);
        self.for_each_child(&mut |e| e.walk(f));
    }
}

impl Stmt {
    /// Calls `f` on every expression of the statement and of the statements in it.
    pub(crate) fn walk(&self, f: &mut dyn FnMut(&Expr)) {
        match self {
            Stmt::Let { init, .. } => init.iter().for_each(|e| e.walk(f)),
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } => init.walk(f),
            Stmt::Assign { place, value, .. } => {
                place.walk(f);
                value.walk(f);
            }
            Stmt::If { cond, then, els } => {
                cond.walk(f);
                then.iter().chain(els).for_each(|s| s.walk(f));
            }
            Stmt::For { iter, body, .. } | Stmt::Collect { iter, body, .. } => {
                iter.walk(f);
                body.iter().for_each(|s| s.walk(f));
            }
            Stmt::Loop { body } => body.iter().for_each(|s| s.walk(f)),
            Stmt::Apart { rows, body, .. } => {
                rows.iter().for_each(|row| row.from.walk(f));
                body.iter().for_each(|s| s.walk(f));
            }
            Stmt::Stretches(of) => {
                of.iterations.walk(f);
                of.sums.iter().for_each(|sum| {
                    sum.place.walk(f);
                    sum.zero.walk(f);
                });
                of.bars.iter().chain(&of.reads).for_each(|(_, e)| e.walk(f));
                of.locals.iter().chain(&of.body).for_each(|s| s.walk(f));
            }
            Stmt::Break => {}
            Stmt::Expr(e) => e.walk(f),
        }
    }

    /// Calls `f` on every expression of the statement and of the statements in it, the outer ones first.
    pub(crate) fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match self {
            Stmt::Let { init, .. } => init.iter_mut().for_each(|e| e.walk_mut(f)),
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } => init.walk_mut(f),
            Stmt::Assign { place, value, .. } => {
                place.walk_mut(f);
                value.walk_mut(f);
            }
            Stmt::If { cond, then, els } => {
                cond.walk_mut(f);
                then.iter_mut().chain(els).for_each(|s| s.walk_mut(f));
            }
            Stmt::For { iter, body, .. } | Stmt::Collect { iter, body, .. } => {
                iter.walk_mut(f);
                body.iter_mut().for_each(|s| s.walk_mut(f));
            }
            Stmt::Loop { body } => body.iter_mut().for_each(|s| s.walk_mut(f)),
            Stmt::Apart { rows, body, .. } => {
                rows.iter_mut().for_each(|row| row.from.walk_mut(f));
                body.iter_mut().for_each(|s| s.walk_mut(f));
            }
            Stmt::Stretches(of) => {
                of.iterations.walk_mut(f);
                of.body.iter_mut().for_each(|s| s.walk_mut(f));
            }
            Stmt::Break => {}
            Stmt::Expr(e) => e.walk_mut(f),
        }
    }

    /// The expressions of the statement itself, and the lists of statements in it.
    pub(crate) fn for_each_part_mut(
        &mut self,
        expr: &mut dyn FnMut(&mut Expr),
        stmts: &mut dyn FnMut(&mut Vec<Stmt>),
    ) {
        match self {
            Stmt::Let { init, .. } => init.iter_mut().for_each(expr),
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } | Stmt::Expr(init) => expr(init),
            Stmt::Assign { place, value, .. } => {
                expr(place);
                expr(value);
            }
            Stmt::If { cond, then, els } => {
                expr(cond);
                stmts(then);
                stmts(els);
            }
            Stmt::For { iter, body, .. } | Stmt::Collect { iter, body, .. } => {
                expr(iter);
                stmts(body);
            }
            Stmt::Loop { body } => stmts(body),
            Stmt::Apart { rows, body, .. } => {
                rows.iter_mut().for_each(|row| expr(&mut row.from));
                stmts(body);
            }
            Stmt::Stretches(of) => {
                expr(&mut of.iterations);
                stmts(&mut of.body);
            }
            Stmt::Break => {}
        }
    }
}
