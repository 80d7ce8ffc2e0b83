//! Guards against 0·∞, decided together.
//!
//! Behind a division nearly every product of the reverse sweep has a guard, and each costs a compare and a select. They make a
//! difference only where a factor is not finite. So a stretch of statements with several of them asks that once, and stands there
//! twice: without guards for factors that are all finite, with them for others. What a sum, a difference or a product is finite
//! for is finite as well, so that few factors are looked at. Where all are finite, both give the same number, up to the sign of zeros.
//!
//! ```text
//! a_bar = unless_zero(y_bar, y_bar * b);       →    if ordinary(b + c) { a_bar = y_bar * b; a_bar += z_bar * c; … }
//! a_bar += unless_zero(z_bar, z_bar * c); …         else { a_bar = unless_zero(y_bar, y_bar * b); … }
//! ```
//!
//! Loops that LLVM may run several iterations of at once keep their selects: a branch would stop that.

mod asking;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::Context;
use crate::compiler::analyse::layout::Role;
use crate::compiler::code::{Callee, Expr, GuardForm, Stmt};
use crate::compiler::hir::{BinOp, Ty, UnOp};
use crate::compiler::ssa::{Op, ValId};
use asking::{Asking, Question};

/// Guards that a stretch has at least.
const WORTH: usize = 4;

/// Asks once for the guards of each stretch of statements.
pub(super) fn run(cx: &Context<'_>, stmts: &mut Vec<Stmt>) {
    if stmts.iter().any(has_guard) && is_of_one_type(cx) {
        let mut values = BTreeMap::new();
        for (v, id) in cx.func.vals.iter().zip((0..).map(ValId)) {
            let of_name = values.entry(v.name.to_string());
            of_name.and_modify(|id| *id = None).or_insert(Some(id));
        }
        // Beside loops of the function, what is computed once is no matter, and LLVM runs out of registers sooner.
        let loops = stmts.iter().any(is_loop);
        Pass { cx, values, loops }.stmts(stmts, loops);
    }
}

/// True if all real numbers of the function are of one type, and can be added up.
fn is_of_one_type(cx: &Context<'_>) -> bool {
    let reals = cx.func.vals.iter().filter_map(|v| match &v.ty {
        Ty::Real(real) => Some(format!("{real:?}")),
        _ => None,
    });
    reals.collect::<BTreeSet<_>>().len() == 1
}

struct Pass<'a> {
    cx: &'a Context<'a>,
    /// Primal values by their names, if these are of one value each.
    values: BTreeMap<String, Option<ValId>>,
    /// True if the function has loops; only their stretches are split then.
    loops: bool,
}

/// What is known because a value is finite.
#[derive(Default)]
struct Implied {
    finite: BTreeSet<ValId>,
    /// Values that are finite times two: their squares are finite.
    doubled: BTreeSet<ValId>,
    nonzero: BTreeSet<ValId>,
}

impl Implied {
    /// How much of the question is answered.
    fn asked_by(&self, question: &Question) -> usize {
        let values = self.finite.intersection(&question.values).count();
        values + self.doubled.intersection(&question.doubles).count()
    }

    fn take_from(&self, question: &mut Question) {
        question.values.retain(|v| !self.finite.contains(v));
        question.doubles.retain(|v| !self.doubled.contains(v));
    }
}

impl Pass<'_> {
    /// The stretches of a list of statements. `whole`: it is not split itself, since iterations of its loop may run at once, or
    /// since it runs once.
    fn stmts(&self, stmts: &mut Vec<Stmt>, whole: bool) {
        for stmt in stmts.iter_mut() {
            match stmt {
                Stmt::For { body, .. } | Stmt::Collect { body, .. } => {
                    let parallel = may_run_at_once(body);
                    self.stmts(body, parallel);
                }
                Stmt::Loop { body } => self.stmts(body, false),
                Stmt::If { then, els, .. } if !is_flat_list(then) || !is_flat_list(els) => {
                    self.stmts(then, whole);
                    self.stmts(els, whole);
                }
                _ => {}
            }
        }
        if whole {
            return;
        }
        let mut at = 0;
        while at < stmts.len() {
            let flat = stmts[at..].iter().take_while(|s| is_flat(s)).count();
            at = match self.split(stmts, at, at + flat) {
                Some(next) => next,
                None => at + flat,
            } + 1;
        }
    }

    /// Replaces the guarded part of `stmts[from..to]`; what follows it starts at the result.
    fn split(&self, stmts: &mut Vec<Stmt>, from: usize, to: usize) -> Option<usize> {
        let first = from + stmts[from..to].iter().position(has_guard)?;
        let last = from + stmts[from..to].iter().rposition(has_guard)? + 1;
        let mut declared = BTreeSet::new();
        let distinct = declare(&stmts[first..last], &mut declared);
        let asking = Asking::of(self.cx, &stmts[first..last], declared);
        let mut question = Question::default();
        for stmt in &stmts[first..last] {
            asking.ask(stmt, true, &mut question);
        }
        if question.guards < WORTH || !distinct {
            return None;
        }
        let condition = self.condition(question, &stmts[..first])?;
        let mut used = BTreeSet::new();
        stmts[last..].iter().for_each(|s| self.names(s, &mut used));
        let guarded: Vec<Stmt> = stmts.splice(first..last, []).collect();
        let mut outside = Vec::new();
        let els: Vec<Stmt> = guarded
            .into_iter()
            .map(|stmt| taken_out(stmt, &used, &mut outside))
            .collect();
        let mut then = els.clone();
        then.iter_mut().for_each(|stmt| asking.bare(stmt, true));
        let next = first + outside.len();
        outside.push(Stmt::If {
            cond: condition,
            then,
            els,
        });
        stmts.splice(first..first, outside);
        Some(next)
    }

    /// `ordinary(a + b) && d != 0.0`, unless there is nearly as much to ask as there are guards.
    fn condition(&self, mut question: Question, before: &[Stmt]) -> Option<Expr> {
        let mut known = Implied::default();
        for v in &question.values {
            self.implied(*v, &mut known);
        }
        known.take_from(&mut question);
        let mut nonzero = known.nonzero;
        for v in before.iter().rev().filter_map(|s| self.value(s)) {
            let mut implied = Implied::default();
            self.implied(v, &mut implied);
            if implied.asked_by(&question) > 1 {
                implied.take_from(&mut question);
                nonzero.append(&mut implied.nonzero);
                question.values.insert(v);
            }
        }
        question.divisors.retain(|v| !nonzero.contains(v));
        let mut parts: Vec<Expr> = question.values.into_iter().map(Expr::Val).collect();
        parts.extend(question.doubles.into_iter().map(Expr::twice));
        parts.append(&mut question.others);
        let asked = parts.len() + question.divisors.len();
        let worth = match self.loops {
            true => asked <= question.guards.div_ceil(2),
            // Iterations of the caller's loop may overlap, which the answers are ready for.
            false => 3 * asked <= 2 * question.guards,
        };
        if !worth {
            return None;
        }
        let rt = &self.cx.names.rt;
        let sum = (!parts.is_empty()).then(|| sum(parts));
        let finite = sum.map(|sum| Expr::call(quote!(#rt::ordinary), vec![sum]));
        let divisors = question.divisors.into_iter();
        let nonzero = divisors.map(|v| Expr::bin("!=", Expr::Val(v), Expr::zero()));
        let all = finite.into_iter().chain(nonzero);
        all.reduce(|a, b| Expr::bin("&&", a, b))
    }

    /// The primal value that a statement declares.
    fn value(&self, stmt: &Stmt) -> Option<ValId> {
        match stmt {
            Stmt::Let { name, .. } => self.values.get(&name.to_string()).copied().flatten(),
            _ => None,
        }
    }

    /// What is finite, and what is not 0, because `v` is finite.
    fn implied(&self, v: ValId, implied: &mut Implied) {
        let is_finite = |u: ValId, implied: &mut Implied| {
            if implied.finite.insert(u) {
                self.implied(u, implied);
            }
        };
        // What stands for a value of an arm that was not taken has not been computed.
        let layout = self.cx.layout;
        let computed = layout.blocks[layout.def_block(v)].role != Role::Branch;
        match layout.op(v).filter(|_| computed) {
            Some(Op::Bin(op @ (BinOp::Add | BinOp::Sub | BinOp::Mul), a, b)) => {
                if *op == BinOp::Mul && a == b {
                    implied.doubled.insert(*a);
                }
                is_finite(*a, implied);
                is_finite(*b, implied);
            }
            Some(Op::Bin(BinOp::Div, a, b)) => {
                implied.nonzero.insert(*b);
                is_finite(*a, implied);
            }
            Some(Op::Un(UnOp::Neg, a)) => is_finite(*a, implied),
            _ => {}
        }
    }

    /// The variables that a statement may mention.
    fn names(&self, stmt: &Stmt, names: &mut BTreeSet<String>) {
        stmt.walk(&mut |e| match e {
            Expr::Val(v) => drop(names.insert(self.cx.func.val(*v).name.to_string())),
            Expr::Mem(m) => drop(names.insert(self.cx.func.mem(*m).name.to_string())),
            Expr::Bar(v) => drop(names.insert(self.cx.names.bar(*v).to_string())),
            Expr::MemBar(m) => drop(names.insert(self.cx.names.mem_bar(*m).to_string())),
            Expr::Name(name) => drop(names.insert(name.to_string())),
            Expr::Raw(tokens) | Expr::User(tokens, _) => idents(tokens.clone(), names),
            _ => {}
        });
    }
}

/// The sum, in pairs: no addition waits for all the others.
fn sum(mut parts: Vec<Expr>) -> Expr {
    match parts.len() {
        0 => Expr::zero(),
        1 => parts.remove(0),
        n => {
            let right = parts.split_off(n / 2);
            Expr::bin("+", sum(parts), sum(right))
        }
    }
}

/// True for a loop, also in an arm of a branch.
fn is_loop(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::For { .. } | Stmt::Loop { .. } | Stmt::Collect { .. } => true,
        Stmt::If { then, els, .. } => then.iter().chain(els).any(is_loop),
        _ => false,
    }
}

fn has_guard(stmt: &Stmt) -> bool {
    let mut found = false;
    stmt.walk(&mut |e| {
        found |= matches!(e, Expr::Call(Callee::UnlessZero(_) | Callee::Over, _));
    });
    found
}

/// Computes and assigns: no loops, no calls that hand out references, nothing that is taken from a record.
fn is_flat(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Let {
            init: Some(init), ..
        } => matches!(init, Expr::Call(Callee::NeutralLike, _)) || lends_nothing(init),
        Stmt::Assign { place, value, .. } => lends_nothing(place) && lends_nothing(value),
        Stmt::If { cond, then, els } => {
            lends_nothing(cond) && is_flat_list(then) && is_flat_list(els)
        }
        _ => false,
    }
}

fn is_flat_list(stmts: &[Stmt]) -> bool {
    stmts.iter().all(is_flat)
}

fn lends_nothing(e: &Expr) -> bool {
    let mut lends = false;
    e.walk(&mut |e| lends |= matches!(e, Expr::Ref(..) | Expr::User(..) | Expr::Invoke(..)));
    !lends
}

/// True for the body of an innermost loop whose iterations wait neither for each other nor for a record, or that reads what
/// its iteration recorded and adds nothing up.
pub(super) fn may_run_at_once(body: &[Stmt]) -> bool {
    let independent = adds_nothing_up(body);
    let mut in_turn = false;
    for stmt in body {
        in_turn |= match stmt {
            Stmt::Bind { init, .. } => !independent || !lends_nothing(init),
            stmt => !is_flat(stmt),
        };
        stmt.walk(&mut |e| {
            in_turn |= matches!(e, Expr::Call(Callee::UnlessZero(GuardForm::Branch), _));
        });
    }
    !in_turn
}

/// Collects what statements declare. False if a name is declared twice.
fn declare(stmts: &[Stmt], names: &mut BTreeSet<String>) -> bool {
    stmts.iter().fold(true, |distinct, stmt| {
        let new = match stmt {
            Stmt::Let { name, .. } => names.insert(name.to_string()),
            Stmt::If { then, els, .. } => declare(then, names) & declare(els, names),
            _ => true,
        };
        distinct & new
    })
}

/// A declaration whose variable is used behind the stretch is made in front of it.
fn taken_out(stmt: Stmt, used: &BTreeSet<String>, outside: &mut Vec<Stmt>) -> Stmt {
    match stmt {
        Stmt::Let {
            name,
            mutable,
            ty,
            init: Some(value),
        } if used.contains(&name.to_string()) => {
            outside.push(Stmt::Let {
                name: name.clone(),
                mutable,
                ty,
                init: None,
            });
            Stmt::Assign {
                place: Expr::Name(name),
                op: "=",
                value,
            }
        }
        stmt => stmt,
    }
}

fn idents(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => drop(names.insert(name.to_string())),
            TokenTree::Group(group) => idents(group.stream(), names),
            _ => {}
        }
    }
}

/// True if no number is carried from an iteration to the next: what is assigned are elements, and what the iteration declares.
pub(super) fn adds_nothing_up(body: &[Stmt]) -> bool {
    let mut declared = BTreeSet::new();
    body.iter().all(|stmt| match stmt {
        Stmt::Let { name, .. } => {
            declared.insert(name.to_string());
            true
        }
        Stmt::Assign { place, .. } => match place {
            Expr::Index(..) => true,
            Expr::Name(name) => declared.contains(&name.to_string()),
            _ => false,
        },
        Stmt::Bind { .. } => true,
        _ => false,
    })
}
