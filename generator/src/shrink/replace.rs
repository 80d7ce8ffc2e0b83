//! Puts an expression in the place of a variable.

use crate::ast::{Block, Expr, Stmt};

/// Puts `value` for the variable `name` in what follows position `from`, shadowed or not.
pub(super) fn substitute(block: &mut Block, from: usize, name: &str, value: &Expr) {
    let mut rest = Block {
        stmts: block.stmts.split_off(from),
        tail: block.tail.take(),
    };
    in_block(&mut rest, name, value);
    block.stmts.append(&mut rest.stmts);
    block.tail = rest.tail;
}

fn in_block(block: &mut Block, name: &str, value: &Expr) {
    for stmt in &mut block.stmts {
        in_stmt(stmt, name, value);
    }
    block
        .tail
        .iter_mut()
        .for_each(|tail| replace(tail, name, value));
}

fn in_stmt(stmt: &mut Stmt, name: &str, value: &Expr) {
    match stmt {
        Stmt::Let(_, _, Some(e)) | Stmt::Return(Some(e)) | Stmt::Call(e) | Stmt::Assert(_, e) => {
            replace(e, name, value);
        }
        Stmt::Assign(_, place, e) => {
            replace(place, name, value);
            replace(e, name, value);
        }
        Stmt::If(cond, then, els) => {
            replace(cond, name, value);
            in_block(then, name, value);
            els.iter_mut().for_each(|b| in_block(b, name, value));
        }
        Stmt::For(_, head, body) => {
            replace(&mut head.from, name, value);
            replace(&mut head.to, name, value);
            in_block(body, name, value);
        }
        Stmt::While(_, cond, body) => {
            replace(cond, name, value);
            in_block(body, name, value);
        }
        Stmt::Loop(_, body) => in_block(body, name, value),
        _ => {}
    }
}

fn replace(e: &mut Expr, name: &str, value: &Expr) {
    match e {
        Expr::Var(v) if v == name => *e = value.clone(),
        Expr::Index(a, b) | Expr::Binary(_, a, b) | Expr::Repeat(_, a, b) => {
            replace(a, name, value);
            replace(b, name, value);
        }
        Expr::Field(x, _) | Expr::Neg(x) | Expr::Not(x) | Expr::ToReal(x) | Expr::ToInt(x, _) => {
            replace(x, name, value);
        }
        Expr::Len(x) | Expr::Borrow(_, x, _) => replace(x, name, value),
        Expr::Function(_, _, xs) | Expr::Call(_, xs) | Expr::Tuple(xs) | Expr::List(_, xs) => {
            xs.iter_mut().for_each(|x| replace(x, name, value));
        }
        Expr::If(cond, then, els) => {
            replace(cond, name, value);
            in_block(then, name, value);
            in_block(els, name, value);
        }
        Expr::Block(block) => in_block(block, name, value),
        _ => {}
    }
}
