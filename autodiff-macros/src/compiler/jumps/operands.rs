//! Takes jumps out of operands: `g(x)? + 1.0`, `a * (match k { 0 => return b, _ => c })`.
//!
//! In: the HIR as `lower` built it. Out: the same function in which whatever jumps is a statement, or
//! the whole value of one. Operands in front of a jump get a name, so that the order stays:
//! ```text
//! y = max(x, 0) + { if !ok { return a } b }   →   t = max(x, 0); if !ok { return a }; y = t + b
//! ```

use proc_macro2::{Ident, Span};
use quote::quote;

use super::{as_stmts, expr};
use crate::compiler::hir::{
    BinOp, Block, Expr, ExprKind, Func, Pat, Place, Proj, Stmt, StmtKind, Ty, Var, VarId,
};

/// Rewrites the whole function.
pub(super) fn run(func: &mut Func) {
    let body = std::mem::take(&mut func.body);
    let mut pass = Operands { func };
    let body = pass.block(body);
    pass.func.body = body;
}

struct Operands<'a> {
    func: &'a mut Func,
}

impl Operands<'_> {
    fn block(&mut self, block: Block) -> Block {
        let mut stmts = Vec::new();
        for stmt in block.stmts {
            self.stmt(stmt, &mut stmts);
        }
        let value = block.value.map(|value| {
            let value = self.value(*value, &mut stmts);
            Box::new(value)
        });
        Block { stmts, value }
    }

    fn stmt(&mut self, stmt: Stmt, out: &mut Vec<Stmt>) {
        let span = stmt.span;
        let kind = match stmt.kind {
            StmtKind::Let {
                pat,
                init: Some(init),
            } => StmtKind::Let {
                pat,
                init: Some(self.value(init, out)),
            },
            StmtKind::Alias { var, place } => StmtKind::Alias {
                var,
                place: self.place(place, out),
            },
            StmtKind::Assign { place, op, value } => {
                let mut value = match op {
                    None => self.value(value, out),
                    Some(_) => self.plain(value, out),
                };
                if place_jumps(&place) {
                    value = self.keep(value, out);
                }
                let place = self.place(place, out);
                StmtKind::Assign { place, op, value }
            }
            StmtKind::Push { place, value } => {
                let value = match jumps(&value) {
                    true => self.spill(value, out),
                    false => value,
                };
                StmtKind::Push { place, value }
            }
            StmtKind::If { cond, then, els } => StmtKind::If {
                cond: self.plain(cond, out),
                then: self.block(then),
                els: self.block(els),
            },
            StmtKind::For {
                id,
                var,
                mut range,
                body,
            } => {
                range.lo = self.plain(range.lo, out);
                range.hi = self.plain(range.hi, out);
                range.step = range.step.map(|step| self.plain(step, out));
                let body = self.block(body);
                StmtKind::For {
                    id,
                    var,
                    range,
                    body,
                }
            }
            StmtKind::Loop { id, body } => StmtKind::Loop {
                id,
                body: self.block(body),
            },
            StmtKind::Return(Some(value)) => StmtKind::Return(Some(self.plain(value, out))),
            StmtKind::Expr(value) => StmtKind::Expr(self.value(value, out)),
            kind => kind,
        };
        out.push(Stmt { kind, span });
    }

    /// The whole value of a statement: an `if` or a block may jump.
    fn value(&mut self, value: Expr, out: &mut Vec<Stmt>) -> Expr {
        let kind = match value.kind {
            ExprKind::Block(block) => ExprKind::Block(self.block(block)),
            ExprKind::If(cond, then, els) => {
                let cond = self.plain(*cond, out);
                ExprKind::If(Box::new(cond), self.block(then), self.block(els))
            }
            kind => {
                let value = Expr { kind, ..value };
                return self.plain(value, out);
            }
        };
        Expr { kind, ..value }
    }

    /// An operand: nothing in it may jump.
    fn plain(&mut self, value: Expr, out: &mut Vec<Stmt>) -> Expr {
        match jumps(&value) {
            true => self.spill(value, out),
            false => value,
        }
    }

    /// Puts what jumps before the statement.
    fn spill(&mut self, value: Expr, out: &mut Vec<Stmt>) -> Expr {
        let (span, ty) = (value.span, value.ty.clone());
        let kind = match value.kind {
            ExprKind::Block(block) => {
                let block = self.block(block);
                out.extend(block.stmts);
                return match block.value {
                    Some(value) => self.plain(*value, out),
                    None => never(span),
                };
            }
            ExprKind::If(cond, then, els) => {
                let cond = self.plain(*cond, out);
                return self.branches(cond, then, els, ty, span, out);
            }
            ExprKind::Binary(op @ (BinOp::And | BinOp::Or), a, b) if jumps(&b) => {
                let a = self.plain(*a, out);
                let known = expr(
                    ExprKind::Lit(match op {
                        BinOp::And => quote!(false),
                        _ => quote!(true),
                    }),
                    Ty::Bool,
                    span,
                );
                let (then, els) = match op {
                    BinOp::And => (valued(*b), valued(known)),
                    _ => (valued(known), valued(*b)),
                };
                return self.branches(a, then, els, ty, span, out);
            }
            ExprKind::Unary(op, a) => ExprKind::Unary(op, self.boxed(a, out)),
            ExprKind::Cast(a, target) => ExprKind::Cast(self.boxed(a, out), target),
            ExprKind::StopGradient(a) => ExprKind::StopGradient(self.boxed(a, out)),
            ExprKind::Classify(name, a) => ExprKind::Classify(name, self.boxed(a, out)),
            ExprKind::Binary(op, a, b) => {
                let [a, b] = self.pair(*a, *b, out);
                ExprKind::Binary(op, a, b)
            }
            ExprKind::Repeat(a, b) => {
                let [a, b] = self.pair(*a, *b, out);
                ExprKind::Repeat(a, b)
            }
            ExprKind::Rule(rule, args) => ExprKind::Rule(rule, self.list(args, out)),
            ExprKind::Tuple(parts) => ExprKind::Tuple(self.list(parts, out)),
            ExprKind::List(parts) => ExprKind::List(self.list(parts, out)),
            ExprKind::Call(mut call) => {
                call.args = self.list(call.args, out);
                ExprKind::Call(call)
            }
            ExprKind::Place(place) => ExprKind::Place(self.place(place, out)),
            ExprKind::Ref(mutable, place) => ExprKind::Ref(mutable, self.place(place, out)),
            ExprKind::CloneOf(place) => ExprKind::CloneOf(self.place(place, out)),
            ExprKind::Len(place) => ExprKind::Len(self.place(place, out)),
            ExprKind::Measure(place, method) => {
                ExprKind::Measure(self.place(place, out), method.clone())
            }
            ExprKind::Struct(mut lit) => {
                let (names, values): (Vec<_>, Vec<_>) = lit.fields.into_iter().unzip();
                lit.fields = names.into_iter().zip(self.list(values, out)).collect();
                ExprKind::Struct(lit)
            }
            kind @ (ExprKind::Lit(_) | ExprKind::Opaque(_)) => kind,
        };
        Expr { kind, ..value }
    }

    fn boxed(&mut self, value: Box<Expr>, out: &mut Vec<Stmt>) -> Box<Expr> {
        Box::new(self.plain(*value, out))
    }

    fn pair(&mut self, a: Expr, b: Expr, out: &mut Vec<Stmt>) -> [Box<Expr>; 2] {
        let a = self.plain(a, out);
        let a = match jumps(&b) {
            true => self.keep(a, out),
            false => a,
        };
        [Box::new(a), Box::new(self.plain(b, out))]
    }

    /// Operands that stand beside each other, evaluated in order.
    fn list(&mut self, parts: Vec<Expr>, out: &mut Vec<Stmt>) -> Vec<Expr> {
        let last = parts.iter().rposition(jumps).unwrap_or(0);
        let operand = |(i, part)| {
            let part = self.plain(part, out);
            match i < last {
                true => self.keep(part, out),
                false => part,
            }
        };
        parts.into_iter().enumerate().map(operand).collect()
    }

    fn place(&mut self, mut place: Place, out: &mut Vec<Stmt>) -> Place {
        if !place_jumps(&place) {
            return place;
        }
        for proj in &mut place.path {
            let ends: Vec<&mut Expr> = match proj {
                Proj::Index(at) => vec![at],
                Proj::Slice { lo, hi, .. } => lo.iter_mut().chain(hi).collect(),
                Proj::Field(_) => Vec::new(),
            };
            for end in ends {
                let taken = std::mem::replace(end, never(place.span));
                *end = self.plain(taken, out);
                *end = self.keep(end.clone(), out);
            }
        }
        place
    }

    /// A name for an operand that is evaluated before a jump. What is read where it stands (a
    /// variable, which no operand may change) stays.
    fn keep(&mut self, value: Expr, out: &mut Vec<Stmt>) -> Expr {
        let stays = match &value.kind {
            ExprKind::Lit(_)
            | ExprKind::Ref(..)
            | ExprKind::Len(_)
            | ExprKind::Measure(..)
            | ExprKind::CloneOf(_) => true,
            ExprKind::Place(place) => {
                place.path.is_empty() || !matches!(value.ty, Ty::Real(_) | Ty::Int | Ty::Bool)
            }
            _ => matches!(value.ty, Ty::Ref(..)),
        };
        if stays {
            return value;
        }
        let (span, ty, source) = (value.span, value.ty.clone(), value.source.clone());
        let var = self.variable("operand", ty.clone(), span);
        out.push(Stmt {
            kind: StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(value),
            },
            span,
        });
        Expr {
            source,
            ..self.read(var, ty, span)
        }
    }

    /// An `if` of which a branch jumps gives its value through a variable.
    fn branches(
        &mut self,
        cond: Expr,
        then: Block,
        els: Block,
        ty: Ty,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let (then, els) = (self.block(then), self.block(els));
        if matches!(ty, Ty::Unit | Ty::Never) {
            let [then, els] = [then, els].map(|block| Block {
                stmts: as_stmts(block),
                value: None,
            });
            let kind = StmtKind::If { cond, then, els };
            out.push(Stmt { kind, span });
            return never(span);
        }
        let var = self.variable("value", ty.clone(), span);
        out.push(Stmt {
            kind: StmtKind::Let {
                pat: Pat::Var(var),
                init: None,
            },
            span,
        });
        let [then, els] = [then, els].map(|block| self.assigning(var, &ty, block));
        let kind = StmtKind::If { cond, then, els };
        out.push(Stmt { kind, span });
        self.read(var, ty, span)
    }

    fn assigning(&mut self, var: VarId, ty: &Ty, block: Block) -> Block {
        let mut stmts = block.stmts;
        if let Some(value) = block.value {
            let span = value.span;
            let value = self.plain(*value, &mut stmts);
            let kind = match matches!(value.ty, Ty::Never) {
                true => StmtKind::Expr(value),
                false => StmtKind::Assign {
                    place: whole(var, ty.clone(), span),
                    op: None,
                    value,
                },
            };
            stmts.push(Stmt { kind, span });
        }
        Block { stmts, value: None }
    }

    fn variable(&mut self, name: &str, ty: Ty, span: Span) -> VarId {
        let id = VarId(u32::try_from(self.func.vars.len()).unwrap_or(u32::MAX));
        self.func.vars.push(Var {
            name: Ident::new(name, span),
            ty,
            mutable: true,
        });
        id
    }

    fn read(&self, var: VarId, ty: Ty, span: Span) -> Expr {
        let place = whole(var, ty.clone(), span);
        expr(ExprKind::Place(place), ty, span)
    }
}

fn whole(root: VarId, ty: Ty, span: Span) -> Place {
    Place {
        root,
        path: Vec::new(),
        ty,
        span,
    }
}

fn valued(value: Expr) -> Block {
    Block {
        stmts: Vec::new(),
        value: Some(Box::new(value)),
    }
}

/// Stands where control never arrives.
fn never(span: Span) -> Expr {
    expr(ExprKind::Tuple(Vec::new()), Ty::Never, span)
}

fn place_jumps(place: &Place) -> bool {
    place.path.iter().any(|proj| match proj {
        Proj::Index(at) => jumps(at),
        Proj::Slice { lo, hi, .. } => lo.iter().chain(hi).any(jumps),
        Proj::Field(_) => false,
    })
}

/// True if evaluating the expression may jump out of it.
fn jumps(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(_) => super::has_jump(expr) || inside(expr),
        ExprKind::If(cond, ..) => jumps(cond) || super::has_jump(expr) || inside(expr),
        ExprKind::Unary(_, a)
        | ExprKind::Cast(a, _)
        | ExprKind::StopGradient(a)
        | ExprKind::Classify(_, a) => jumps(a),
        ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => jumps(a) || jumps(b),
        ExprKind::Rule(_, parts) | ExprKind::Tuple(parts) | ExprKind::List(parts) => {
            parts.iter().any(jumps)
        }
        ExprKind::Call(call) => call.args.iter().any(jumps),
        ExprKind::Struct(lit) => lit.fields.iter().any(|(_, value)| jumps(value)),
        ExprKind::Place(place)
        | ExprKind::Ref(_, place)
        | ExprKind::CloneOf(place)
        | ExprKind::Len(place)
        | ExprKind::Measure(place, _) => place_jumps(place),
        ExprKind::Lit(_) | ExprKind::Opaque(_) => false,
    }
}

/// True if an operand in a block of the expression jumps.
fn inside(expr: &Expr) -> bool {
    let block = |block: &Block| {
        block.stmts.iter().any(stmt_jumps) || block.value.as_deref().is_some_and(jumps)
    };
    match &expr.kind {
        ExprKind::Block(body) => block(body),
        ExprKind::If(_, then, els) => block(then) || block(els),
        _ => false,
    }
}

fn stmt_jumps(stmt: &Stmt) -> bool {
    let block = |block: &Block| {
        block.stmts.iter().any(stmt_jumps) || block.value.as_deref().is_some_and(jumps)
    };
    match &stmt.kind {
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_) => true,
        StmtKind::Let { init, .. } => init.as_ref().is_some_and(jumps),
        StmtKind::Alias { place, .. } => place_jumps(place),
        StmtKind::Assign { place, value, .. } | StmtKind::Push { place, value } => {
            place_jumps(place) || jumps(value)
        }
        StmtKind::If { cond, then, els } => jumps(cond) || block(then) || block(els),
        StmtKind::For { range, body, .. } => jumps(&range.lo) || jumps(&range.hi) || block(body),
        StmtKind::Loop { body, .. } => block(body),
        StmtKind::Expr(value) => jumps(value),
        _ => false,
    }
}
