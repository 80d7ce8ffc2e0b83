//! Single edits of a program, numbered in the order of a walk through its tree.

use super::replace::substitute;
use crate::ast::{Binding, Block, Expr, Input, Program, Stmt};

/// Every program that one edit gives, by the number of the edit. Not all of them still make sense.
pub(super) fn all(program: &Program) -> Vec<Program> {
    (0..).map_while(|k| apply(program, k)).collect()
}

/// The program after edit number `k`, if there are so many.
fn apply(program: &Program, k: usize) -> Option<Program> {
    let mut copy = program.clone();
    let mut cut = Cut {
        left: k,
        done: false,
    };
    cut.program(&mut copy);
    cut.done.then_some(copy)
}

/// The program after several edits. The last of the walk goes first: it leaves the numbers of those
/// before it as they are.
pub(super) fn several(program: &Program, numbers: &[usize]) -> Program {
    let mut order = numbers.to_vec();
    order.sort_unstable_by(|a, b| b.cmp(a));
    let step = |p: Program, k: usize| apply(&p, k).unwrap_or(p);
    order.into_iter().fold(program.clone(), step)
}

/// Makes the edit whose number is `left`.
struct Cut {
    left: usize,
    done: bool,
}

impl Cut {
    /// Whether it is the turn of the edit at hand.
    fn turn(&mut self) -> bool {
        if self.done {
            return false;
        }
        self.done = self.left == 0;
        self.left = self.left.saturating_sub(1);
        self.done
    }

    fn program(&mut self, p: &mut Program) {
        for simpler in p.dialect.simpler() {
            if self.turn() {
                p.dialect = simpler;
                return;
            }
        }
        for k in 0..p.funcs.len().saturating_sub(1) {
            if self.turn() {
                p.funcs.remove(k);
                return;
            }
        }
        for k in 0..p.consts.len() {
            if self.turn() {
                p.consts.remove(k);
                return;
            }
        }
        self.inputs(p);
        for f in &mut p.funcs {
            self.block(&mut f.body);
        }
    }

    /// Drops parameters of the main function, and rounds its arguments.
    fn inputs(&mut self, p: &mut Program) {
        for k in 0..p.inputs.len() {
            if self.turn() {
                p.inputs.remove(k);
                if let Some(main) = p.funcs.last_mut() {
                    main.params.remove(k);
                }
                return;
            }
            if let Input::Reals(xs) = &mut p.inputs[k]
                && self.turn()
            {
                xs.iter_mut().for_each(|x| *x = (*x * 10.0).round() / 10.0);
            }
        }
    }

    fn block(&mut self, block: &mut Block) {
        let mut k = 0;
        while k < block.stmts.len() && !self.done {
            if self.turn() {
                block.stmts.remove(k);
                return;
            }
            if let Some(inner) = self.unwrapped(&block.stmts[k]) {
                block.stmts.splice(k..=k, inner);
                return;
            }
            if let Some((name, value)) = self.inlined(&block.stmts[k]) {
                block.stmts.remove(k);
                substitute(block, k, &name, &value);
                return;
            }
            self.stmt(&mut block.stmts[k]);
            k += 1;
        }
        if let Some(tail) = &mut block.tail {
            self.expr(tail);
        }
    }

    /// A `let` that can be dropped if its value is put wherever its name is read.
    fn inlined(&mut self, stmt: &Stmt) -> Option<(String, Expr)> {
        let Stmt::Let(names, _, Some(value)) = stmt else {
            return None;
        };
        let [binding] = &names[..] else {
            return None;
        };
        self.turn().then(|| (binding.name.clone(), value.clone()))
    }

    /// What a compound statement can be replaced by.
    fn unwrapped(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        match stmt {
            Stmt::If(_, then, els) => {
                if self.turn() {
                    return Some(then.stmts.clone());
                }
                let els = els.as_ref()?;
                self.turn().then(|| els.stmts.clone())
            }
            Stmt::For(_, _, body) | Stmt::While(_, _, body) | Stmt::Loop(_, body) => {
                self.turn().then(|| body.stmts.clone())
            }
            _ => None,
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Let(_, _, Some(value)) => self.expr(value),
            Stmt::Assign(None, Expr::Var(name), value) if self.turn() => {
                let name = name.clone();
                let mutable = true;
                *stmt = Stmt::Let(vec![Binding { name, mutable }], None, Some(value.clone()));
            }
            Stmt::Assign(op, place, value) => {
                if op.is_some() && self.turn() {
                    *op = None;
                }
                self.place(place);
                self.expr(value);
            }
            Stmt::If(cond, then, els) => {
                if els.is_some() && self.turn() {
                    *els = None;
                }
                self.expr(cond);
                self.block(then);
                els.iter_mut().for_each(|els| self.block(els));
            }
            Stmt::For(label, head, body) => {
                self.label(label);
                self.head(head);
                self.block(body);
            }
            Stmt::While(label, cond, body) => {
                self.label(label);
                self.expr(cond);
                self.block(body);
            }
            Stmt::Loop(label, body) => {
                self.label(label);
                self.block(body);
            }
            Stmt::Break(label) | Stmt::Continue(label) => self.label(label),
            Stmt::Return(Some(e)) | Stmt::Call(e) | Stmt::Assert(_, e) => self.expr(e),
            _ => {}
        }
    }

    fn label(&mut self, label: &mut Option<String>) {
        if label.is_some() && self.turn() {
            *label = None;
        }
    }

    fn head(&mut self, head: &mut crate::ast::Head) {
        if head.rev && self.turn() {
            head.rev = false;
        }
        if head.step.is_some() && self.turn() {
            head.step = None;
        }
        if head.inclusive && self.turn() {
            head.inclusive = false;
        }
        self.expr(&mut head.from);
        self.expr(&mut head.to);
    }

    fn place(&mut self, e: &mut Expr) {
        match e {
            Expr::Index(base, at) => {
                self.place(base);
                self.expr(at);
            }
            Expr::Field(base, _) => self.place(base),
            _ => {}
        }
    }

    /// Replaces an expression by one of its parts, or by a literal.
    fn expr(&mut self, e: &mut Expr) {
        for part in simpler(e) {
            if self.turn() {
                *e = part;
                return;
            }
        }
        match e {
            Expr::Index(a, b) | Expr::Binary(_, a, b) | Expr::Repeat(_, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Expr::Field(x, _)
            | Expr::Neg(x)
            | Expr::Not(x)
            | Expr::ToReal(x)
            | Expr::ToInt(x, _) => {
                self.expr(x);
            }
            Expr::Function(_, _, xs) | Expr::Call(_, xs) | Expr::Tuple(xs) | Expr::List(_, xs) => {
                xs.iter_mut().for_each(|x| self.expr(x));
            }
            Expr::If(cond, then, els) => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            Expr::Block(block) => self.block(block),
            Expr::Borrow(_, _, Some(span)) => {
                span.from
                    .iter_mut()
                    .chain(&mut span.to)
                    .for_each(|b| self.expr(b));
            }
            _ => {}
        }
    }
}

fn simpler(e: &Expr) -> Vec<Expr> {
    let value = |block: &Block| match (&block.stmts[..], &block.tail) {
        ([], Some(tail)) => (**tail).clone(),
        _ => Expr::Block(block.clone()),
    };
    let mut out = match e {
        Expr::Real(x) if *x == 1.0 => return Vec::new(),
        Expr::Int(0) | Expr::Bool(_) | Expr::Borrow(_, _, None) => return Vec::new(),
        Expr::Borrow(mutable, of, _) => return vec![Expr::Borrow(*mutable, of.clone(), None)],
        Expr::Int(_) => return vec![Expr::Int(0), Expr::Int(1)],
        Expr::Neg(x) | Expr::Not(x) | Expr::ToReal(x) => vec![(**x).clone()],
        Expr::Binary(_, a, b) => vec![(**a).clone(), (**b).clone()],
        Expr::Function(_, _, xs) | Expr::Call(_, xs) | Expr::Tuple(xs) => xs.clone(),
        Expr::If(_, then, els) => vec![value(then), value(els)],
        Expr::Block(block) => vec![value(block)],
        _ => Vec::new(),
    };
    out.extend([Expr::Real(1.0), Expr::Int(0), Expr::Bool(true)]);
    out.retain(|part| part != e);
    out
}
