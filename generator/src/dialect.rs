//! How a program is spelled: the same tree in other words of the language.
//!
//! In: a seed and a program. Out: a [`Dialect`], by which the form on `f64` is printed; the form on
//! dual numbers is spelled plainly, so that each dialect is compared with plain Rust.

use crate::ast::{Block, Expr, Func, Param, Program, Stmt, Style, Ty};
use crate::rng::Rng;

/// What is spelled differently.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dialect {
    /// `match c { true => a, false => b }` instead of `if`.
    pub matches: bool,
    /// `match () { _ if c => a, _ => b }` instead of `if` as a value.
    pub guards: bool,
    /// `Pair { first, second }` instead of tuples.
    pub structs: bool,
    /// Functions that take a `Pair` first are methods of it.
    pub methods: bool,
    /// The other functions but the last are associated functions of a type.
    pub associated: bool,
    /// Functions over `T: Real` instead of `f64`.
    pub generic: bool,
    /// Functions but the last return `Option<f64>` instead of `f64`.
    pub options: bool,
    /// Sums over lists and changes of their elements are iterators.
    pub iterators: bool,
    /// Those are `fold`s.
    pub folds: bool,
    /// Some operations are closures, bound by `let`.
    pub closures: bool,
    /// Those functions return `Result` instead.
    pub results: bool,
    /// What is read from them is bound by `let else` and `if let`.
    pub let_else: bool,
    /// Conditions on integers and truth values are patterns.
    pub patterns: bool,
    /// Sub-slices come from `split_at`.
    pub splits: bool,
    /// Elements are visited in chunks.
    pub chunks: bool,
    /// Whole arrays are written by `fill` and `copy_from_slice`, and vectors grow.
    pub bulk: bool,
    /// The last function builds a struct of its parameters and calls a method of it.
    pub wrapped: bool,
    /// That method takes `&mut self`.
    pub wrapped_mut: bool,
    /// The other functions stand in the last one.
    pub nested: bool,
    /// Of those, what can be is a closure.
    pub lambdas: bool,
    /// All of it is one annotated module.
    pub module: bool,
    /// Lengths of arrays behind references are const parameters.
    pub lengths: bool,
    /// Bounds are `where` clauses, and references have lifetimes.
    pub clauses: bool,
    /// Parameters are bound again under their own names.
    pub shadows: bool,
}

impl Dialect {
    /// The dialect of a program that came from `seed`.
    pub fn of(seed: u64, program: &Program) -> Dialect {
        let mut rng = Rng::new(seed ^ 0x6469_616c_6563_7473);
        let mut chance = |p: f64| rng.chance(p);
        let structs = chance(0.5);
        let mut dialect = Dialect {
            matches: chance(0.35),
            guards: chance(0.35),
            structs,
            methods: chance(0.7) && structs,
            associated: chance(0.3),
            generic: chance(0.3),
            options: chance(0.3),
            closures: chance(0.35),
            iterators: chance(0.7),
            folds: chance(0.3),
            results: chance(0.4),
            let_else: chance(0.4),
            patterns: chance(0.4),
            splits: chance(0.4),
            chunks: chance(0.4),
            bulk: chance(0.4),
            wrapped: chance(0.3),
            wrapped_mut: chance(0.4),
            nested: chance(0.2),
            lambdas: chance(0.4),
            module: chance(0.2),
            lengths: chance(0.3),
            clauses: chance(0.3),
            shadows: chance(0.2),
        };
        let main = program.main();
        // Loops over a type parameter do not run in strips.
        let sums = main.params.first().is_some_and(|p| p.name == "xs");
        dialect.generic &= !sums || rng.chance(0.3);
        dialect.wrapped &= main.params.iter().any(can_be_a_field);
        // The callers of the last function know tuples only.
        let pair = |ty: Ty| matches!(ty, Ty::Pair | Ty::PairMut);
        let kept = |p: &Param| pair(p.ty) && !(dialect.wrapped && can_be_a_field(p));
        let pairs = pair(main.result) && !dialect.wrapped || main.params.iter().any(kept);
        dialect.structs &= !pairs;
        dialect.methods &= !pairs;
        // Functions of the facade are over `f64` and `f32`.
        dialect.generic &= !program.funcs.iter().any(|f| in_block(&f.body, &is_free));
        // A tuple in a field needs a type where it is taken out, and a place has none.
        let tuple = main.params.iter().any(|p| p.ty == Ty::Pair) && !dialect.structs;
        dialect.wrapped_mut &= !tuple;
        // Items in a function are found by bare names, and do not see what is around it.
        dialect.nested &= !dialect.methods && !dialect.associated;
        dialect
    }

    /// Whether the function is a method of `Pair`.
    pub fn is_method(&self, func: &Func) -> bool {
        let first = func.params.first();
        let pair = |p: &Param| matches!(p.ty, Ty::Pair | Ty::PairMut) && !p.constant;
        self.methods && func.name != "f" && first.is_some_and(pair)
    }

    /// Whether the function belongs to a type that has no values.
    pub fn is_associated(&self, func: &Func) -> bool {
        self.associated && func.name != "f" && !self.is_method(func)
    }

    /// Whether the function's result is put into `Some`.
    pub fn is_optional(&self, func: &Func) -> bool {
        self.options && func.name != "f" && func.result == Ty::Real
    }

    /// The dialect with one thing less.
    pub fn simpler(&self) -> Vec<Dialect> {
        let edit = |change: &dyn Fn(&mut Dialect)| {
            let mut simpler = self.clone();
            change(&mut simpler);
            simpler
        };
        let all = [
            edit(&|d| d.matches = false),
            edit(&|d| d.guards = false),
            edit(&|d| (d.structs, d.methods) = (false, false)),
            edit(&|d| d.methods = false),
            edit(&|d| d.associated = false),
            edit(&|d| d.generic = false),
            edit(&|d| d.options = false),
            edit(&|d| d.closures = false),
            edit(&|d| d.iterators = false),
            edit(&|d| d.folds = false),
            edit(&|d| d.results = false),
            edit(&|d| d.let_else = false),
            edit(&|d| d.patterns = false),
            edit(&|d| d.splits = false),
            edit(&|d| d.chunks = false),
            edit(&|d| d.bulk = false),
            edit(&|d| (d.wrapped, d.structs, d.methods) = (false, false, false)),
            edit(&|d| d.wrapped_mut = false),
            edit(&|d| d.nested = false),
            edit(&|d| d.lambdas = false),
            edit(&|d| d.module = false),
            edit(&|d| d.lengths = false),
            edit(&|d| d.clauses = false),
            edit(&|d| d.shadows = false),
        ];
        all.into_iter().filter(|d| d != self).collect()
    }
}

/// Whether a parameter of the last function can be a field: the others are passed on.
pub(crate) fn can_be_a_field(p: &Param) -> bool {
    p.varied() && !p.in_place()
}

fn is_free(e: &Expr) -> bool {
    matches!(e, Expr::Function(_, Style::Free, _))
        || matches!(e, Expr::Function("relu" | "leaky_relu", ..))
}

/// Whether any expression of a block is of a kind.
pub(crate) fn in_block(block: &Block, is: &dyn Fn(&Expr) -> bool) -> bool {
    let tail = block.tail.as_deref().is_some_and(|e| in_expr(e, is));
    tail || block.stmts.iter().any(|s| in_stmt(s, is))
}

fn in_stmt(stmt: &Stmt, is: &dyn Fn(&Expr) -> bool) -> bool {
    let expr = |e: &Expr| in_expr(e, is);
    match stmt {
        Stmt::Let(_, _, value) | Stmt::Return(value) => value.as_ref().is_some_and(expr),
        Stmt::Assign(_, place, value) => expr(place) || expr(value),
        Stmt::If(cond, then, els) => {
            let els = els.as_ref().is_some_and(|b| in_block(b, is));
            expr(cond) || in_block(then, is) || els
        }
        Stmt::For(_, head, body) => expr(&head.from) || expr(&head.to) || in_block(body, is),
        Stmt::While(_, cond, body) => expr(cond) || in_block(body, is),
        Stmt::Loop(_, body) => in_block(body, is),
        Stmt::Call(e) | Stmt::Assert(_, e) => expr(e),
        Stmt::Const(..) | Stmt::Break(_) | Stmt::Continue(_) => false,
    }
}

/// Whether an expression, or one in it, is of a kind.
pub(crate) fn in_expr(e: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    if is(e) {
        return true;
    }
    let inner = |e: &Expr| in_expr(e, is);
    match e {
        Expr::Real(_) | Expr::Int(_) | Expr::Bool(_) | Expr::Var(_) | Expr::StdConst(_) => false,
        Expr::Index(a, b) | Expr::Binary(_, a, b) | Expr::Repeat(_, a, b) => inner(a) || inner(b),
        Expr::Field(a, _) | Expr::Neg(a) | Expr::Not(a) | Expr::ToReal(a) => inner(a),
        Expr::ToInt(a, _) | Expr::Len(a) => inner(a),
        Expr::Function(_, _, list) | Expr::Call(_, list) => list.iter().any(inner),
        Expr::Tuple(list) | Expr::List(_, list) => list.iter().any(inner),
        Expr::If(c, a, b) => inner(c) || in_block(a, is) || in_block(b, is),
        Expr::Block(block) => in_block(block, is),
        Expr::Borrow(_, of, span) => {
            let bounds = span.iter().flat_map(|s| s.from.iter().chain(&s.to));
            inner(of) || bounds.map(|e| &**e).any(inner)
        }
    }
}
