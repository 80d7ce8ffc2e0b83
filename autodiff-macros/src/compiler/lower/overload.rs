//! Operators on values of the user's types, where only later statements told that they are such.
//!
//! In: the HIR with its types resolved. Out: the same with `a + b` as `a.add(b)` where an operand is
//! a struct; [`structs`](super::structs) does this where the type is known in time.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::operator::NUMBER_FIRST;
use super::resolve::Walk;
use super::stmt;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::hir::{
    BinOp, Block, Call, Expr, ExprKind, Form, Func, Pat, Place, Stmt, StmtKind, Ty, UnOp, Var,
    VarId,
};

/// Rewrites the operators of the whole function.
pub(super) fn run(func: &mut Func, diags: &mut Diagnostics) {
    let mut body = std::mem::take(&mut func.body);
    let mut vars = std::mem::take(&mut func.vars);
    let mut refused = Vec::new();
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |expr| rewrite(expr, &mut vars, &mut refused),
        stmt: &mut |_| {},
    }
    .block(&mut body);
    Walk {
        ty: &mut |_| {},
        code: &mut |_| {},
        expr: &mut |_| {},
        stmt: &mut |found| assign(found, &mut vars),
    }
    .block(&mut body);
    func.body = body;
    func.vars = vars;
    for (op, value, what) in refused {
        // Not at the tokens of the operand, which may be those of a pattern's part.
        let text = match value.source.is_empty() {
            true => "_".to_owned(),
            false => diag::text_of(&value.source),
        };
        diags.report(&diag::OPERAND_TYPE, value.span, &[op, &text, what]);
    }
}

fn is_number(value: &Expr) -> bool {
    match &value.ty {
        Ty::Real(_) => true,
        Ty::Ref(_, inner) => matches!(**inner, Ty::Real(_)),
        _ => false,
    }
}

fn is_struct(value: &Expr) -> bool {
    match &value.ty {
        Ty::Struct(_) => true,
        Ty::Ref(_, inner) => matches!(**inner, Ty::Struct(_)),
        _ => false,
    }
}

/// An operator that no method stands for: its name, an operand, and what that is.
type Refused = (&'static str, Expr, &'static str);

fn rewrite(expr: &mut Expr, vars: &mut Vec<Var>, refused: &mut Vec<Refused>) {
    let whole = expr.span;
    let (name, operands) = match &mut expr.kind {
        ExprKind::Binary(op, a, b) if is_number(a) && is_struct(b) && method(*op).is_some() => {
            refused.push((op.symbol(), (**a).clone(), NUMBER_FIRST));
            return;
        }
        ExprKind::Binary(op, a, b) if is_struct(a) || is_struct(b) => match method(*op) {
            Some(name) => (name, vec![take(a), take(b)]),
            None => {
                let operand = if is_struct(a) { a } else { b };
                // What a pattern binds may have the place of a variable that nobody wrote.
                let operand = Expr {
                    span: whole,
                    ..(**operand).clone()
                };
                refused.push(("a comparison", operand, "a struct"));
                return;
            }
        },
        ExprKind::Unary(UnOp::Neg, a) if is_struct(a) => ("neg", vec![take(a)]),
        _ => return,
    };
    let span = expr.span;
    let mut stmts = Vec::new();
    let mut args = operands.into_iter();
    let receiver = args.next().map(|first| receiver(first, vars, &mut stmts));
    let call = Call {
        outcome: false,
        form: Form::Method,
        path: Ident::new(name, span).into_token_stream(),
        generics: TokenStream::new(),
        recursive: false,
        operation: None,
        may_change: false,
        args: receiver.into_iter().chain(args).collect(),
    };
    let call = Expr {
        kind: ExprKind::Call(call),
        ..expr.clone()
    };
    *expr = match stmts.is_empty() {
        true => call,
        false => Expr {
            kind: ExprKind::Block(Block {
                stmts,
                value: Some(Box::new(call.clone())),
            }),
            ..call
        },
    };
}

/// The first operand behind a reference; one that is no place gets a name.
fn receiver(value: Expr, vars: &mut Vec<Var>, stmts: &mut Vec<Stmt>) -> Expr {
    let ty = Ty::Ref(false, Box::new(value.ty.clone()));
    let place = match &value.kind {
        ExprKind::Place(place) => place.clone(),
        _ => named(value.clone(), vars, stmts),
    };
    Expr {
        kind: ExprKind::Ref(false, place),
        ty,
        ..value
    }
}

/// `let operand = value;`
fn named(value: Expr, vars: &mut Vec<Var>, stmts: &mut Vec<Stmt>) -> Place {
    let var = VarId(u32::try_from(vars.len()).unwrap_or(u32::MAX));
    let (span, ty) = (value.span, value.ty.clone());
    vars.push(Var {
        name: Ident::new("operand", span),
        ty: ty.clone(),
        mutable: false,
    });
    let (pat, init) = (Pat::Var(var), Some(value));
    stmts.push(stmt(StmtKind::Let { pat, init }, span));
    Place {
        root: var,
        path: Vec::new(),
        ty,
        span,
    }
}

/// `p += q` is `p.add_assign(q)`.
fn assign(found: &mut Stmt, vars: &mut Vec<Var>) {
    let StmtKind::Assign {
        place,
        op: Some(op),
        value,
    } = &mut found.kind
    else {
        return;
    };
    let Some(name) = method(*op).filter(|_| matches!(place.ty, Ty::Struct(_))) else {
        return;
    };
    let (span, ty) = (found.span, Ty::Ref(true, Box::new(place.ty.clone())));
    let mut stmts = Vec::new();
    // `p *= p` multiplies by what `p` was.
    let mut value = value.clone();
    if matches!(&value.kind, ExprKind::Place(other) if other.root == place.root) {
        let (ty, copied) = (value.ty.clone(), value.clone());
        let at = named(value, vars, &mut stmts);
        value = Expr {
            kind: ExprKind::Place(at),
            ty,
            ..copied
        };
    }
    let changed = Expr {
        kind: ExprKind::Ref(true, place.clone()),
        ty,
        ..value.clone()
    };
    let call = Call {
        outcome: false,
        form: Form::Method,
        path: Ident::new(&format!("{name}_assign"), span).into_token_stream(),
        generics: TokenStream::new(),
        recursive: false,
        operation: None,
        may_change: false,
        args: vec![changed, value.clone()],
    };
    let kind = ExprKind::Call(call);
    let ty = Ty::Unit;
    stmts.push(stmt(
        StmtKind::Expr(Expr {
            kind,
            ty,
            ..value.clone()
        }),
        span,
    ));
    let (kind, ty) = (ExprKind::Block(Block { stmts, value: None }), Ty::Unit);
    found.kind = StmtKind::Expr(Expr { kind, ty, ..value });
}

/// The method of the trait of an arithmetic operator.
pub(super) fn method(op: BinOp) -> Option<&'static str> {
    Some(match op {
        BinOp::Add => "add",
        BinOp::Sub => "sub",
        BinOp::Mul => "mul",
        BinOp::Div => "div",
        BinOp::Rem => "rem",
        _ => return None,
    })
}

fn take(expr: &mut Expr) -> Expr {
    let nothing = Expr {
        kind: ExprKind::Tuple(Vec::new()),
        ty: Ty::Unit,
        span: Span::call_site(),
        source: TokenStream::new(),
        marks: expr.marks,
    };
    std::mem::replace(expr, nothing)
}
