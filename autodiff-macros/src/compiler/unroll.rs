//! Writes out short loops that are known to run a few times: `for k in 0..3 { … }` over coordinates.
//!
//! In: the HIR without jumps. Out: the same; loops of plain arithmetic with at most [`ITERATIONS`] iterations and
//! not too much in them are statements, in which the counter is a literal, and so are loops in them that are known then.
//!
//! What stands at literal places is a number like any other for the passes behind: it is loaded once, taken out of
//! loops and kept in a register, its adjoint with it, where a loop over three cells of memory keeps neither. The copies of a
//! kink say so ([`Marks::copied`](super::hir::Marks)): a place in the source is one site. Loops with calls or branches stay.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;

use super::hir::rewrite::{self, Rewrite};
use super::hir::{
    BinOp, Block, Counted, Expr, ExprKind, Func, LoopId, Marks, Pat, Place, Proj, Range, Stmt,
    StmtKind, Ty, Var, VarId, Verbatim,
};

/// The longest loop that is written out, and the longest one where there may be no gain. If the body does not ask which iteration it
/// is, nothing is known of it that was not known before (five steps of Newton, in strips: 0.72 → 1.02 of the primal); and of a loop
/// that fills an array the passes behind know that it does, which they do not see in its stores one by one.
const ITERATIONS: usize = 9;
const ALIKE: usize = 4;
/// The most expressions that come of one loop.
const EXPRESSIONS: usize = 256;

/// Writes out the short loops of a function.
pub(crate) fn run(mut func: Func) -> Func {
    let mut body = std::mem::take(&mut func.body);
    let kept = func.checkpoints.keys().chain(func.whole.keys());
    let mut pass = Unroll {
        kept: kept.copied().collect(),
        known: BTreeMap::new(),
        copied: 0,
        vars: &mut func.vars,
    };
    rewrite::block(&mut body, &mut pass);
    func.body = body;
    func
}

struct Unroll<'f> {
    /// Loops with attributes of their own.
    kept: BTreeSet<LoopId>,
    /// Integers with a name: `let n = 3;`.
    known: BTreeMap<VarId, usize>,
    /// How many expressions have a number of their own.
    copied: u32,
    vars: &'f mut Vec<Var>,
}

impl Rewrite for Unroll<'_> {
    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(init),
        } = &stmt.kind
            && !self.vars[var.0 as usize].mutable
            && let Some(value) = self.integer(init)
        {
            self.known.insert(*var, value);
        }
    }

    fn block(&mut self, block: &mut Block) {
        for stmt in std::mem::take(&mut block.stmts) {
            match self.written_out(&stmt) {
                Some(copies) => block.stmts.extend(copies),
                None => block.stmts.push(stmt),
            }
        }
    }
}

impl Unroll<'_> {
    /// The iterations of a loop one after the other.
    fn written_out(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        let Counted {
            id,
            var,
            range,
            body,
        } = stmt.kind.counted()?;
        let (first, count) = self.counters(range)?;
        let fits = count <= ITERATIONS && count * size(body) <= EXPRESSIONS;
        if !fits || self.kept.contains(&id) || !self.is_plain(body, &mut vec![var]) {
            return None;
        }
        let counter = Counter::of(body, var)?;
        if count > ALIKE && (!counter.is_used || fills(body)) {
            return None;
        }
        let known = self.vars.len();
        let mut counters: Vec<usize> = (first..first + count).collect();
        if range.rev {
            counters.reverse();
        }
        let mut stmts = body.stmts.clone();
        let mut numbers = Numbers {
            next: &mut self.copied,
        };
        for stmt in &mut stmts {
            rewrite::stmt(stmt, &mut numbers);
        }
        let mut out = Vec::new();
        for value in counters {
            let iteration = self.copy(&stmts, &counter, value);
            match iteration.and_then(|stmts| self.without_loops(stmts)) {
                Some(stmts) => out.extend(stmts),
                None => {
                    self.vars.truncate(known);
                    self.known.retain(|var, _| (var.0 as usize) < known);
                    return None;
                }
            }
        }
        let block = Block {
            stmts: out,
            value: None,
        };
        (size(&block) <= EXPRESSIONS).then_some(block.stmts)
    }

    /// An iteration, with the loops in it written out, too.
    fn without_loops(&mut self, stmts: Vec<Stmt>) -> Option<Vec<Stmt>> {
        let mut block = Block { stmts, value: None };
        if has_loop(&block) {
            rewrite::block(&mut block, self);
        }
        (!has_loop(&block)).then_some(block.stmts)
    }

    /// True for a body of statements that can stand several times. `counters`: of the loop, and of those around that are
    /// written out with it.
    fn is_plain(&self, body: &Block, counters: &mut Vec<VarId>) -> bool {
        let mut plain = body.value.is_none();
        for stmt in &body.stmts {
            plain &= self.is_plain_stmt(stmt, counters);
        }
        plain
    }

    fn is_plain_stmt(&self, stmt: &Stmt, counters: &mut Vec<VarId>) -> bool {
        let Some(Counted {
            id,
            var,
            range,
            body,
        }) = stmt.kind.counted()
        else {
            let mut plain = has_plain_form(stmt);
            stmt.for_each_expr(&mut |expr| plain &= self.is_plain_expr(expr, counters));
            return plain;
        };
        let ends = self.may_be_known(&range.lo, counters) && self.may_be_known(&range.hi, counters);
        if !ends || range.step.is_some() || self.kept.contains(&id) {
            return false;
        }
        counters.push(var);
        let plain = self.is_plain(body, counters);
        counters.pop();
        plain
    }

    /// The same of an expression, apart from its parts.
    fn is_plain_expr(&self, expr: &Expr, counters: &[VarId]) -> bool {
        use BinOp::{Add, Div, Mul, Rem, Sub};
        match &expr.kind {
            ExprKind::Lit(_)
            | ExprKind::Unary(..)
            | ExprKind::StopGradient(_)
            | ExprKind::Len(_) => true,
            ExprKind::Place(place) => is_cell(place),
            ExprKind::List(_) | ExprKind::Repeat(..) => matches!(expr.ty, Ty::Array(..)),
            ExprKind::Binary(op, ..) => matches!(op, Add | Sub | Mul | Div | Rem),
            ExprKind::Cast(inner, _) => matches!(inner.ty, Ty::Int | Ty::Opaque),
            ExprKind::Rule(rule, _) => rule.refused.is_none(),
            ExprKind::Block(inner) => {
                let mut counters = counters.to_vec();
                let mut stmts = inner.stmts.iter();
                stmts.all(|stmt| self.is_plain_stmt(stmt, &mut counters))
            }
            ExprKind::Opaque(code) => code.pure,
            _ => false,
        }
    }

    /// True for integers that are known once the counters are.
    fn may_be_known(&self, expr: &Expr, counters: &[VarId]) -> bool {
        match &expr.kind {
            ExprKind::Binary(_, a, b) => {
                self.may_be_known(a, counters) && self.may_be_known(b, counters)
            }
            ExprKind::Place(place) if counters.contains(&place.root) => place.path.is_empty(),
            _ => self.integer(expr).is_some(),
        }
    }

    /// The first counter and the number of them.
    fn counters(&self, range: &Range) -> Option<(usize, usize)> {
        let lo = self.integer(&range.lo)?;
        let hi = self
            .integer(&range.hi)?
            .checked_add(range.inclusive.into())?;
        let count = hi.saturating_sub(lo);
        range.step.is_none().then_some((lo, count))
    }

    /// What an expression of integers is known to be.
    fn integer(&self, expr: &Expr) -> Option<usize> {
        match &expr.kind {
            ExprKind::Place(place) if place.path.is_empty() => self.known.get(&place.root).copied(),
            ExprKind::Len(place) => place.ty.known_length(),
            _ => literal(expr),
        }
    }

    /// One iteration, with variables of its own; `None` where arithmetic on its counter has no value, which is for the
    /// function to say when it runs.
    fn copy(&mut self, stmts: &[Stmt], counter: &Counter, value: usize) -> Option<Vec<Stmt>> {
        let mut stmts = stmts.to_vec();
        let mut iteration = Iteration {
            counter,
            value,
            names: BTreeMap::new(),
            own: None,
            vars: self.vars,
            sound: true,
        };
        for stmt in &mut stmts {
            rewrite::stmt(stmt, &mut iteration);
        }
        let (sound, own) = (iteration.sound, iteration.own);
        if let (Some(own), Some(first)) = (own, stmts.first()) {
            let named = self.named(own, counter, value, first.span);
            stmts.insert(0, named);
        }
        sound.then_some(stmts)
    }

    /// `let k = 2;`, for code that is copied as it stands.
    fn named(&self, own: VarId, counter: &Counter, value: usize, span: Span) -> Stmt {
        let init = Expr {
            kind: written(value, counter.is_index),
            ty: Ty::Int,
            span,
            source: TokenStream::new(),
            marks: Marks::default(),
        };
        Stmt {
            kind: StmtKind::Let {
                pat: Pat::Var(own),
                init: Some(init),
            },
            span,
        }
    }
}

/// The counter of a loop that is written out.
///
/// rustc finds its type from all of its uses together, and a literal at one of them may be of another one:
/// `(k * 3_000_000_000) as f64` beside `x[k]`.
struct Counter {
    var: VarId,
    /// It is part of an index, so that it is a `usize` wherever it stands.
    is_index: bool,
    is_used: bool,
}

/// As far as this all types of integers have the same numbers.
const IN_EVERY_TYPE: usize = i8::MAX as usize;
/// As far as this a `usize` reaches on every machine.
const IN_USIZE: usize = u32::MAX as usize;

impl Counter {
    /// `None` where neither an index tells its type, nor would any type give the same.
    fn of(body: &Block, var: VarId) -> Option<Counter> {
        let mut is_index = false;
        let mut uses = 0;
        let mut free = 0;
        let mut copied = false;
        let mut places = |place: &Place| {
            for step in &place.path {
                is_index |= matches!(step, Proj::Index(at) if counts(at, var) > 0);
            }
        };
        for_each_assigned(body, &mut places);
        body.for_each_expr(&mut |expr| {
            expr.place().into_iter().for_each(&mut places);
            uses += usize::from(is_counter(expr, var));
            if let ExprKind::Opaque(code) = &expr.kind {
                copied |= code.uses.iter().any(|(_, used)| *used == var);
            }
            if let ExprKind::Cast(inner, _) = &expr.kind
                && is_made_of_literals(inner, var)
            {
                free += counts(inner, var);
            }
        });
        (is_index || uses == free && !copied).then_some(Counter {
            var,
            is_index,
            is_used: uses > 0 || copied,
        })
    }
}

/// Calls `f` with the places that the statements name or assign.
fn for_each_assigned(body: &Block, f: &mut dyn FnMut(&Place)) {
    for stmt in &body.stmts {
        match &stmt.kind {
            StmtKind::Alias { place, .. } | StmtKind::Assign { place, .. } => f(place),
            StmtKind::For { body, .. } => for_each_assigned(body, f),
            _ => {}
        }
    }
}

/// True if the statements set elements.
fn fills(body: &Block) -> bool {
    let is_element = |place: &Place| place.path.iter().any(|step| matches!(step, Proj::Index(_)));
    body.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Assign {
            place, op: None, ..
        } => is_element(place),
        StmtKind::For { body, .. } => fills(body),
        _ => false,
    })
}

fn is_counter(expr: &Expr, var: VarId) -> bool {
    matches!(&expr.kind, ExprKind::Place(place) if place.root == var)
}

/// How often the counter stands in arithmetic, whose type is its own.
fn counts(expr: &Expr, var: VarId) -> usize {
    match &expr.kind {
        ExprKind::Binary(_, a, b) => counts(a, var) + counts(b, var),
        _ => is_counter(expr, var).into(),
    }
}

fn is_made_of_literals(expr: &Expr, var: VarId) -> bool {
    match &expr.kind {
        ExprKind::Binary(_, a, b) => is_made_of_literals(a, var) && is_made_of_literals(b, var),
        ExprKind::Lit(_) => true,
        _ => is_counter(expr, var),
    }
}

/// How many expressions a block has.
fn size(block: &Block) -> usize {
    let mut size = 0;
    block.for_each_expr(&mut |_| size += 1);
    size
}

/// True if a loop is left in the block.
fn has_loop(block: &Block) -> bool {
    let any = |stmts: &[Stmt]| !stmts.iter().all(has_plain_form);
    let mut found = any(&block.stmts);
    block.for_each_expr(&mut |expr| {
        found |= matches!(&expr.kind, ExprKind::Block(inner) if any(&inner.stmts));
    });
    found
}

/// True for a statement that can stand several times, apart from its expressions.
fn has_plain_form(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Let { pat, init } => init.is_some() && !matches!(pat, Pat::Tuple(_)),
        StmtKind::Alias { .. } | StmtKind::Assign { .. } => true,
        _ => false,
    }
}

/// True for a place without ranges in it.
fn is_cell(place: &Place) -> bool {
    let is_part = |step: &Proj| !matches!(step, Proj::Slice { .. });
    place.path.iter().all(is_part)
}

/// Numbers the operations of a body, of which there will be copies.
struct Numbers<'n> {
    next: &'n mut u32,
}

impl Rewrite for Numbers<'_> {
    fn expr(&mut self, expr: &mut Expr) {
        if matches!(expr.kind, ExprKind::Rule(..)) && expr.marks.copied.is_none() {
            expr.marks.copied = Some(*self.next);
            *self.next += 1;
        }
    }
}

/// Makes an iteration of the body of a loop.
struct Iteration<'v> {
    counter: &'v Counter,
    value: usize,
    /// Its own variables for those of the body.
    names: BTreeMap<VarId, VarId>,
    /// The name of the counter for code that is copied as it stands.
    own: Option<VarId>,
    vars: &'v mut Vec<Var>,
    /// Its arithmetic on integers has a value, and that is the same in the function.
    sound: bool,
}

/// A variable like another one.
fn another(vars: &mut Vec<Var>, like: VarId) -> VarId {
    let own = VarId(u32::try_from(vars.len()).unwrap_or(u32::MAX));
    vars.push(vars[like.0 as usize].clone());
    own
}

impl Rewrite for Iteration<'_> {
    fn code(&mut self, code: &mut Verbatim) {
        for (_, var) in &mut code.uses {
            *var = match *var == self.counter.var {
                true => *self.own.get_or_insert_with(|| another(self.vars, *var)),
                false => self.names.get(var).copied().unwrap_or(*var),
            };
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Let {
            pat: Pat::Var(var), ..
        }
        | StmtKind::Alias { var, .. } = &mut stmt.kind
        {
            let own = another(self.vars, *var);
            self.names.insert(*var, own);
            *var = own;
        }
    }

    fn place(&mut self, place: &mut Place) {
        place.root = self.names.get(&place.root).copied().unwrap_or(place.root);
        for step in &mut place.path {
            if let Proj::Index(at) = step {
                without_type(at);
            }
        }
        self.sound &= is_in_range(place, &self.vars[place.root.0 as usize].ty);
    }

    fn expr(&mut self, expr: &mut Expr) {
        if is_counter(expr, self.counter.var) {
            self.sound &= self.value <= limit(self.counter.is_index);
            expr.kind = written(self.value, self.counter.is_index);
            return;
        }
        let ExprKind::Binary(op, a, b) = &expr.kind else {
            return;
        };
        if !matches!(expr.ty, Ty::Int) {
            return;
        }
        expr.kind = match (*op, literal(a), literal(b)) {
            (op, Some(x), Some(y)) => {
                let is_usize = is_usize(a) || is_usize(b);
                let value = evaluate(op, x, y).filter(|value| *value <= limit(is_usize));
                self.sound &= value.is_some();
                written(value.unwrap_or(0), is_usize)
            }
            (BinOp::Add, None, Some(0)) | (BinOp::Mul, None, Some(1)) => a.kind.clone(),
            (BinOp::Add, Some(0), None) | (BinOp::Mul, Some(1), None) => b.kind.clone(),
            _ => return,
        };
    }
}

/// The largest number that a literal may be.
const fn limit(is_usize: bool) -> usize {
    if is_usize { IN_USIZE } else { IN_EVERY_TYPE }
}

fn evaluate(op: BinOp, a: usize, b: usize) -> Option<usize> {
    match op {
        BinOp::Add => a.checked_add(b),
        BinOp::Sub => a.checked_sub(b),
        BinOp::Mul => a.checked_mul(b),
        BinOp::Div => a.checked_div(b),
        BinOp::Rem => a.checked_rem(b),
        _ => None,
    }
}

/// False for a literal behind the end of an array: rustc would refuse what the function does when it runs.
fn is_in_range(place: &Place, root: &Ty) -> bool {
    let mut ty = root;
    for step in &place.path {
        while let Ty::Ref(_, inner) = ty {
            ty = inner;
        }
        let (Proj::Index(at), Ty::Array(inner, _)) = (step, ty) else {
            return true;
        };
        if let (Some(at), Some(len)) = (literal(at), ty.known_length())
            && at >= len
        {
            return false;
        }
        ty = inner;
    }
    true
}

/// A literal integer.
pub(super) fn literal(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Lit(tokens) if matches!(expr.ty, Ty::Int) => {
            let literal: syn::LitInt = syn::parse2(tokens.clone()).ok()?;
            literal.base10_parse().ok()
        }
        _ => None,
    }
}

/// The literal for an integer.
pub(super) fn written(value: usize, is_usize: bool) -> ExprKind {
    let literal = match is_usize {
        true => Literal::usize_suffixed(value),
        false => Literal::usize_unsuffixed(value),
    };
    ExprKind::Lit(literal.into_token_stream())
}

/// True for a literal that says so.
fn is_usize(expr: &Expr) -> bool {
    let ExprKind::Lit(tokens) = &expr.kind else {
        return false;
    };
    syn::parse2::<syn::LitInt>(tokens.clone()).is_ok_and(|literal| literal.suffix() == "usize")
}

/// An index is a `usize`, and need not say so.
fn without_type(index: &mut Expr) {
    if let ExprKind::Binary(_, a, b) = &mut index.kind {
        without_type(a);
        without_type(b);
    } else if is_usize(index)
        && let Some(value) = literal(index)
    {
        index.kind = written(value, false);
    }
}
