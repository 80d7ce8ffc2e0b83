//! Takes small arrays of numbers apart: `let mut y = [0.0; 3]` becomes three numbers.
//!
//! In: the HIR with short loops written out. Out: the same; local arrays with at most [`NUMBERS`] numbers, every use
//! of which names a number of them by literals, are variables of their own for each number. Names for
//! places in them (`let row = &mut r[0]`, the elements that an iterator gives) are these places.
//!
//! A number is in a register; an array is memory to the passes behind, and so is its adjoint.

mod uses;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};

use super::hir::rewrite::{self, Rewrite};
use super::hir::{
    Block, Expr, ExprKind, Func, Marks, Pat, Place, Proj, Stmt, StmtKind, Ty, Var, VarId, Verbatim,
};
use super::unroll::{literal, written};
use uses::Uses;

/// The most numbers of an array that is taken apart.
const NUMBERS: usize = 16;

/// Takes the small arrays of a function apart; those that its outermost loops have in common stay with `keep_shared`:
/// what is in the way of loops that run in parallel is told by their names.
pub(crate) fn run(mut func: Func, keep_shared: bool) -> Func {
    let mut body = std::mem::take(&mut func.body);
    let mut kept = mentioned(&mut body);
    kept.extend(func.params.iter().map(|param| param.var));
    kept.extend(&func.matched);
    rewrite::block(&mut body, &mut Aliases::of(&func, &kept));
    if keep_shared {
        kept.extend(declared_first(&body));
    }
    let arrays = Uses::candidates(&func, &mut body, &kept);
    if !arrays.is_empty() {
        let mut pass = Apart::new(arrays, &mut func.vars);
        rewrite::block(&mut body, &mut pass);
        body.value.iter_mut().for_each(|value| pass.result(value));
    }
    func.body = body;
    func
}

/// The variables of a block itself, not of the blocks in it.
fn declared_first(block: &Block) -> BTreeSet<VarId> {
    let vars = block.stmts.iter().filter_map(|stmt| match stmt.kind {
        StmtKind::Let {
            pat: Pat::Var(var), ..
        } => Some(var),
        _ => None,
    });
    vars.collect()
}

/// The shape of a small array: how long it is at each level.
type Shape = Vec<usize>;

/// The shape of a small array of numbers.
fn shape(ty: &Ty) -> Option<Shape> {
    let mut lengths = Vec::new();
    let mut ty = ty;
    while let Ty::Array(inner, _) = ty {
        lengths.push(ty.known_length()?);
        ty = inner;
    }
    let numbers: usize = lengths.iter().product();
    let small = !lengths.is_empty() && (1..=NUMBERS).contains(&numbers);
    (small && matches!(ty, Ty::Real(_))).then_some(lengths)
}

/// The type of the numbers of an array.
fn number_type(ty: &Ty) -> Ty {
    match ty {
        Ty::Array(inner, _) => number_type(inner),
        _ => ty.clone(),
    }
}

/// The literal indices of a place, if it has no other steps.
fn indices(place: &Place) -> Option<Vec<usize>> {
    let index = |step: &Proj| match step {
        Proj::Index(at) => literal(at),
        _ => None,
    };
    place.path.iter().map(index).collect()
}

/// The number of the element that the place is, if it is one.
fn element(place: &Place, shape: &Shape) -> Option<usize> {
    let at = indices(place)?;
    let inside = at.len() == shape.len() && at.iter().zip(shape).all(|(at, len)| at < len);
    inside.then(|| {
        let step = |number, (at, len): (&usize, &usize)| number * len + at;
        at.iter().zip(shape).fold(0, step)
    })
}

/// The variable whose value is read as a whole.
fn whole(value: &Expr) -> Option<VarId> {
    match &value.kind {
        ExprKind::Place(place) | ExprKind::CloneOf(place) if place.path.is_empty() => {
            Some(place.root)
        }
        _ => None,
    }
}

/// Variables that copied code mentions under their names.
fn mentioned(body: &mut Block) -> BTreeSet<VarId> {
    struct Code(BTreeSet<VarId>);
    impl Rewrite for Code {
        fn code(&mut self, code: &mut Verbatim) {
            self.0.extend(code.uses.iter().map(|(_, var)| *var));
        }

        fn stmt(&mut self, stmt: &mut Stmt) {
            if let StmtKind::Effect { code, .. } = &mut stmt.kind {
                self.code(code);
            }
        }
    }
    let mut code = Code(BTreeSet::new());
    rewrite::block(body, &mut code);
    code.0
}

/// Puts places in local arrays where their other names stand.
struct Aliases {
    /// Names that stand for one place as long as they live.
    names: BTreeSet<VarId>,
    arrays: BTreeSet<VarId>,
    places: BTreeMap<VarId, Place>,
}

impl Aliases {
    fn of(func: &Func, kept: &BTreeSet<VarId>) -> Aliases {
        let vars = (0..).map(VarId).zip(&func.vars);
        let names = vars
            .clone()
            .filter(|(id, var)| !var.mutable && !kept.contains(id));
        let arrays = vars.filter(|(id, var)| shape(&var.ty).is_some() && !kept.contains(id));
        Aliases {
            names: names.map(|(id, _)| id).collect(),
            arrays: arrays.map(|(id, _)| id).collect(),
            places: BTreeMap::new(),
        }
    }
}

impl Rewrite for Aliases {
    fn place(&mut self, place: &mut Place) {
        if let Some(target) = self.places.get(&place.root) {
            place.root = target.root;
            place.path.splice(0..0, target.path.iter().cloned());
        }
    }

    /// A callee that gets a name for a place gets a reference; the place is a number by itself.
    fn expr(&mut self, expr: &mut Expr) {
        let ExprKind::Call(call) = &mut expr.kind else {
            return;
        };
        for arg in &mut call.args {
            if let (ExprKind::Place(place), Ty::Ref(exclusive, inner)) = (&arg.kind, &arg.ty)
                && self.arrays.contains(&place.root)
            {
                let ty = (**inner).clone();
                let place = place.clone();
                arg.kind = ExprKind::Ref(*exclusive, Place { ty, ..place });
            }
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Alias { var, place } = &stmt.kind
            && self.names.contains(var)
            && self.arrays.contains(&place.root)
            && indices(place).is_some()
        {
            self.places.insert(*var, place.clone());
        }
    }

    fn block(&mut self, block: &mut Block) {
        block.stmts.retain(|stmt| match &stmt.kind {
            StmtKind::Alias { var, .. } => !self.places.contains_key(var),
            _ => true,
        });
    }
}

/// Writes the numbers of the arrays in their place.
struct Apart<'f> {
    arrays: BTreeMap<VarId, (Shape, Vec<VarId>)>,
    vars: &'f mut Vec<Var>,
}

impl Apart<'_> {
    fn new(arrays: BTreeMap<VarId, Shape>, vars: &mut Vec<Var>) -> Apart<'_> {
        let mut pass = Apart {
            arrays: BTreeMap::new(),
            vars,
        };
        for (var, lengths) in arrays {
            let Var { name, ty, mutable } = pass.vars[var.0 as usize].clone();
            let numbers = 0..lengths.iter().product();
            let numbers = numbers.map(|number| {
                let text = format!("{}_{number}", super::names::plain(&name));
                pass.variable(&text, number_type(&ty), mutable, name.span())
            });
            let numbers = numbers.collect();
            pass.arrays.insert(var, (lengths, numbers));
        }
        pass
    }

    fn variable(&mut self, name: &str, ty: Ty, mutable: bool, span: Span) -> VarId {
        let name = Ident::new(name, span);
        self.vars.push(Var { name, ty, mutable });
        VarId(u32::try_from(self.vars.len() - 1).unwrap_or(u32::MAX))
    }

    fn read(&self, var: VarId, span: Span) -> Expr {
        let ty = self.vars[var.0 as usize].ty.clone();
        Expr {
            kind: ExprKind::Place(self.number(var, span)),
            ty,
            span,
            source: TokenStream::new(),
            marks: Marks::default(),
        }
    }

    fn number(&self, var: VarId, span: Span) -> Place {
        Place {
            root: var,
            path: Vec::new(),
            ty: self.vars[var.0 as usize].ty.clone(),
            span,
        }
    }

    /// The numbers of what fills an array; what computes one that stands at several places goes in front.
    fn numbers(&mut self, value: Expr, depth: usize, out: &mut Vec<Stmt>) -> Vec<Expr> {
        let span = value.span;
        match value.kind {
            _ if depth == 0 => vec![value],
            ExprKind::List(parts) => {
                let parts = parts.into_iter();
                parts
                    .flat_map(|part| self.numbers(part, depth - 1, out))
                    .collect()
            }
            ExprKind::Repeat(part, len) => {
                let count = literal(&len).unwrap_or(0);
                let mut numbers = self.numbers(*part, depth - 1, out);
                for number in &mut numbers {
                    if !matches!(number.kind, ExprKind::Lit(_)) {
                        *number = self.kept(number.clone(), out);
                    }
                }
                std::iter::repeat_n(numbers, count).flatten().collect()
            }
            ExprKind::Place(Place { root, .. }) | ExprKind::CloneOf(Place { root, .. }) => {
                let numbers = self.arrays.get(&root).map(|(_, numbers)| numbers.clone());
                let numbers = numbers.unwrap_or_default().into_iter();
                numbers.map(|number| self.read(number, span)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value in a variable.
    fn kept(&mut self, value: Expr, out: &mut Vec<Stmt>) -> Expr {
        let span = value.span;
        let var = self.variable("number", value.ty.clone(), false, span);
        out.push(declare(var, value, span));
        self.read(var, span)
    }

    /// The statement, with numbers for a whole array.
    fn taken_apart(&mut self, stmt: Stmt, out: &mut Vec<Stmt>) {
        let span = stmt.span;
        match stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } if self.arrays.contains_key(&var) => {
                let (lengths, numbers) = self.arrays[&var].clone();
                let values = self.numbers(init, lengths.len(), out);
                for (number, value) in numbers.into_iter().zip(values) {
                    out.push(declare(number, value, span));
                }
            }
            StmtKind::Assign {
                place,
                op: None,
                value,
            } if place.path.is_empty() && self.arrays.contains_key(&place.root) => {
                let (lengths, numbers) = self.arrays[&place.root].clone();
                let values = self.numbers(value, lengths.len(), out);
                // All are computed before the first is assigned.
                let values: Vec<Expr> = values
                    .into_iter()
                    .map(|value| self.kept(value, out))
                    .collect();
                for (number, value) in numbers.into_iter().zip(values) {
                    let (place, op) = (self.number(number, span), None);
                    let kind = StmtKind::Assign { place, op, value };
                    out.push(Stmt { kind, span });
                }
            }
            _ => out.push(stmt),
        }
    }
}

fn declare(var: VarId, init: Expr, span: Span) -> Stmt {
    let (pat, init) = (Pat::Var(var), Some(init));
    Stmt {
        kind: StmtKind::Let { pat, init },
        span,
    }
}

impl Rewrite for Apart<'_> {
    fn place(&mut self, place: &mut Place) {
        if let Some((shape, numbers)) = self.arrays.get(&place.root)
            && let Some(number) = element(place, shape)
        {
            *place = self.number(numbers[number], place.span);
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &expr.kind {
            ExprKind::Len(place) if self.arrays.contains_key(&place.root) => {
                if let Some(length) = place.ty.known_length() {
                    expr.kind = written(length, true);
                }
            }
            ExprKind::CloneOf(place) if matches!(place.ty, Ty::Real(_)) => {
                expr.kind = ExprKind::Place(place.clone());
            }
            _ => {}
        }
    }

    fn block(&mut self, block: &mut Block) {
        for stmt in std::mem::take(&mut block.stmts) {
            self.taken_apart(stmt, &mut block.stmts);
        }
    }
}

impl Apart<'_> {
    /// The list of the numbers, where the array is the result.
    fn result(&mut self, value: &mut Expr) {
        if let Some(var) = whole(value)
            && let Some((lengths, numbers)) = self.arrays.get(&var).cloned()
        {
            let span = value.span;
            let mut parts: Vec<Expr> = numbers.into_iter().map(|n| self.read(n, span)).collect();
            let ty = value.ty.clone();
            nested(&mut parts, &lengths, &ty);
            value.kind = ExprKind::List(parts);
        }
    }
}

/// Numbers as the parts of lists in lists, innermost first.
fn nested(parts: &mut Vec<Expr>, lengths: &[usize], ty: &Ty) {
    let [_, inner @ ..] = lengths else { return };
    let (false, Ty::Array(part, _)) = (inner.is_empty(), ty) else {
        return;
    };
    let count = inner.iter().product();
    let rows = parts.chunks(count).map(|row| {
        let mut row = row.to_vec();
        nested(&mut row, inner, part);
        Expr {
            span: row[0].span,
            kind: ExprKind::List(row),
            ty: (**part).clone(),
            source: TokenStream::new(),
            marks: Marks::default(),
        }
    });
    *parts = rows.collect();
}
