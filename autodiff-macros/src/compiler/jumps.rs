//! Takes `break`, `continue` and `return` out of a function.
//!
//! In: the HIR as `lower` built it. Out: the same function with structured control flow only:
//! `if`, counted loops (`For`, `ForUntil`) and `While`; a function that returned early assigns its
//! result to a variable.
//!
//! A branch that always jumps takes the rest of its block into the other branch, so that the usual
//! `if done { break }` costs nothing:
//! ```text
//! loop { a; if c { break; } b; }     →   while !stopped { a; if c { stopped = true } else { b } }
//! ```
//! A branch that may jump or not sets a flag, and the rest of the block runs under `if !flag`.

mod leading;
mod make;
mod operands;
mod searches;

use proc_macro2::{Ident, Span};
use quote::quote;

use super::hir::binding::bound;
use super::hir::{
    BinOp, Block, Expr, ExprKind, Func, LoopId, Marks, Pat, Place, Stmt, StmtKind, Ty, UnOp, Var,
    VarId, Verbatim,
};

/// Removes all jumps.
pub(crate) fn run(mut func: Func) -> Func {
    operands::run(&mut func);
    searches::run(&mut func);
    leading::run(&mut func);
    let body = std::mem::take(&mut func.body);
    let mut pass = Jumps {
        func: &mut func,
        loops: Vec::new(),
        returned: None,
        result: None,
    };
    let body = pass.function(body);
    func.body = body;
    func
}

/// What a statement list can do to the control flow around it: which flags it may set.
type Flags = Vec<VarId>;

/// The flags of a loop that is being rewritten.
struct LoopFlags {
    id: LoopId,
    stopped: Option<VarId>,
    skipped: Option<VarId>,
}

struct Jumps<'a> {
    func: &'a mut Func,
    loops: Vec<LoopFlags>,
    /// Set once a `return` was met.
    returned: Option<VarId>,
    /// Holds the result, if the function returns early.
    result: Option<VarId>,
}

impl Jumps<'_> {
    fn function(&mut self, mut body: Block) -> Block {
        let span = self.func.name.span();
        let returns = has_return(&body);
        if returns {
            let ty = self.func.result.clone();
            self.returned = Some(self.flag("returned", span));
            if !matches!(ty, Ty::Unit) {
                self.result = Some(self.variable("result", ty, span));
            }
        }
        if self.result.is_some() {
            let assigned = body.value.take().map(|value| (self.result, *value));
            if let Some((Some(result), value)) = assigned {
                body.stmts.push(self.assign(result, value));
            }
        } else if let Some(value) = &mut body.value {
            self.inner_expr(value);
        }
        let (stmts, _) = self.stmts(body.stmts);
        let mut all = Vec::new();
        if let Some(returned) = self.returned {
            all.push(self.declare(returned, Some(false_expr(span)), span));
        }
        if let Some(result) = self.result {
            let blank = self.blank(span);
            all.push(self.declare(result, blank, span));
        }
        all.extend(stmts);
        let value = match self.result {
            Some(result) => Some(Box::new(self.read(result, span))),
            None => body.value,
        };
        Block { stmts: all, value }
    }

    /// What the result is as long as the function has not returned.
    fn blank(&self, span: Span) -> Option<Expr> {
        let constant = matches!(self.func.result, Ty::Opaque);
        let tokens = self.func.blank.clone().filter(|_| constant)?;
        let code = Verbatim {
            tokens,
            uses: Vec::new(),
            pure: true,
        };
        Some(expr(ExprKind::Opaque(code), Ty::Opaque, span))
    }

    /// Rewrites loops of a body that has no jumps out of them.
    fn rewrite_loops(&mut self, block: &mut Block) {
        let stmts = std::mem::take(&mut block.stmts);
        block.stmts = self.stmts(stmts).0;
    }

    /// Rewrites a list of statements; tells which flags it may set for the code around it.
    fn stmts(&mut self, stmts: Vec<Stmt>) -> (Vec<Stmt>, Flags) {
        let mut out = Vec::new();
        let mut flags = Flags::new();
        let mut rest = stmts.into_iter();
        while let Some(stmt) = rest.next() {
            let span = stmt.span;
            let set = match self.stmt(stmt, &mut rest, &mut out) {
                Next::Go => continue,
                Next::Done(set) => {
                    merge(&mut flags, &set);
                    return (out, flags);
                }
                Next::Guard(set) => set,
            };
            merge(&mut flags, &set);
            let (tail, more) = self.stmts(rest.collect());
            merge(&mut flags, &more);
            if !tail.is_empty() {
                out.push(self.guard(&set, tail, span));
            }
            return (out, flags);
        }
        (out, flags)
    }

    fn stmt(
        &mut self,
        stmt: Stmt,
        rest: &mut std::vec::IntoIter<Stmt>,
        out: &mut Vec<Stmt>,
    ) -> Next {
        let span = stmt.span;
        match stmt.kind {
            StmtKind::Break(id) => Next::Done(vec![self.set_stopped(id, span, out)]),
            StmtKind::Continue(id) => Next::Done(vec![self.set_skipped(id, span, out)]),
            StmtKind::Return(value) => Next::Done(self.set_returned(value, span, out)),
            StmtKind::If { cond, then, els } => self.branch(cond, then, els, span, rest, out),
            StmtKind::For {
                id,
                var,
                range,
                body,
            } => {
                let (body, flags, stopped) = self.loop_body(id, body, span);
                let until: Flags = flags.iter().copied().chain(stopped).collect();
                self.declare_flag(stopped, span, out);
                let kind = match until.is_empty() {
                    true => StmtKind::For {
                        id,
                        var,
                        range,
                        body,
                    },
                    false => StmtKind::ForUntil {
                        id,
                        var,
                        range,
                        body,
                        until,
                    },
                };
                out.push(Stmt { kind, span });
                after(flags)
            }
            StmtKind::Loop { id, body } => self.uncounted(id, body, span, out),
            StmtKind::Expr(Expr {
                kind: ExprKind::Block(block),
                ..
            }) if has_jump_in_block(&block) => {
                let (stmts, flags) = self.stmts(as_stmts(block));
                out.extend(stmts);
                after(flags)
            }
            StmtKind::Expr(Expr {
                kind: ExprKind::If(cond, then, els),
                ..
            }) if has_jump_in_block(&then) || has_jump_in_block(&els) => {
                self.branch(*cond, then, els, span, rest, out)
            }
            StmtKind::Let {
                pat,
                init: Some(init),
            } if has_jump(&init) => self.jumping_let(pat, init, span, rest),
            StmtKind::Assign {
                place,
                op: None,
                value,
            } if has_jump(&value) => {
                let ty = value.ty.clone();
                let var = self.variable("value", ty, span);
                out.push(self.declare(var, None, span));
                let mut stmts = self.spread(var, value);
                let value = self.read(var, span);
                stmts.push(Stmt {
                    kind: StmtKind::Assign {
                        place,
                        op: None,
                        value,
                    },
                    span,
                });
                self.prepend(stmts, rest)
            }
            mut kind => {
                self.inner_blocks(&mut kind);
                out.push(Stmt { kind, span });
                Next::Go
            }
        }
    }

    /// `let p = if c { return … } else { e };` becomes assignments in the branches.
    fn jumping_let(
        &mut self,
        pat: Pat,
        init: Expr,
        span: Span,
        rest: &mut std::vec::IntoIter<Stmt>,
    ) -> Next {
        let (var, own) = match &pat {
            Pat::Var(var) => (*var, true),
            _ => (self.variable("value", init.ty.clone(), span), false),
        };
        let mut stmts = bound(var, self.spread(var, init), span);
        if !own {
            let init = Some(self.read(var, span));
            stmts.push(Stmt {
                kind: StmtKind::Let { pat, init },
                span,
            });
        }
        self.prepend(stmts, rest)
    }

    /// Statements that assign the value of an `if` or block with jumps in it.
    fn spread(&mut self, var: VarId, value: Expr) -> Vec<Stmt> {
        let span = value.span;
        match value.kind {
            ExprKind::Block(block) => self.spread_block(var, block),
            ExprKind::If(cond, then, els) => {
                let then = Block {
                    stmts: self.spread_block(var, then),
                    value: None,
                };
                let els = Block {
                    stmts: self.spread_block(var, els),
                    value: None,
                };
                vec![Stmt {
                    kind: StmtKind::If {
                        cond: *cond,
                        then,
                        els,
                    },
                    span,
                }]
            }
            _ => vec![self.assign(var, value)],
        }
    }

    fn spread_block(&mut self, var: VarId, block: Block) -> Vec<Stmt> {
        let mut stmts = block.stmts;
        if let Some(value) = block.value {
            stmts.extend(self.spread(var, *value));
        }
        stmts
    }

    /// Puts statements in front of the rest of the list and goes on with them.
    fn prepend(&mut self, mut stmts: Vec<Stmt>, rest: &mut std::vec::IntoIter<Stmt>) -> Next {
        stmts.extend(rest.by_ref());
        *rest = stmts.into_iter();
        Next::Go
    }

    fn branch(
        &mut self,
        cond: Expr,
        then: Block,
        els: Block,
        span: Span,
        rest: &mut std::vec::IntoIter<Stmt>,
        out: &mut Vec<Stmt>,
    ) -> Next {
        let (mut then, mut els) = (as_stmts(then), as_stmts(els));
        let leaves = (always_jumps(&then), always_jumps(&els));
        let remaining = match leaves {
            (true, true) => false,
            (true, false) => {
                els.extend(rest.by_ref());
                false
            }
            (false, true) => {
                then.extend(rest.by_ref());
                false
            }
            (false, false) => true,
        };
        let (then, mut flags) = self.stmts(then);
        let (els, more) = self.stmts(els);
        merge(&mut flags, &more);
        let then = Block {
            stmts: then,
            value: None,
        };
        let els = Block {
            stmts: els,
            value: None,
        };
        out.push(Stmt {
            kind: StmtKind::If { cond, then, els },
            span,
        });
        if remaining {
            after(flags)
        } else {
            Next::Done(flags)
        }
    }

    /// `loop` and `while`.
    fn uncounted(&mut self, id: LoopId, mut body: Block, span: Span, out: &mut Vec<Stmt>) -> Next {
        if runs_once(id, &body) {
            body.stmts.pop();
            let (body, flags, stopped) = self.loop_body(id, body, span);
            self.declare_flag(stopped, span, out);
            out.extend(body.stmts);
            return after(flags);
        }
        if let Some((cond, body)) = as_while(id, &body) {
            let (body, flags, stopped) = self.loop_body(id, body, span);
            self.declare_flag(stopped, span, out);
            let until: Flags = flags.iter().copied().chain(stopped).collect();
            let cond = self.none_set_and(&until, Some(cond), span);
            out.push(Stmt {
                kind: StmtKind::While { id, cond, body },
                span,
            });
            return after(flags);
        }
        let (body, flags, stopped) = self.loop_body(id, body, span);
        self.declare_flag(stopped, span, out);
        let until: Flags = flags.iter().copied().chain(stopped).collect();
        let cond = self.none_set_and(&until, None, span);
        out.push(Stmt {
            kind: StmtKind::While { id, cond, body },
            span,
        });
        after(flags)
    }

    /// Rewrites the body of a loop: the body, the flags for the code around the loop, and the flag
    /// that ends this loop.
    fn loop_body(&mut self, id: LoopId, body: Block, span: Span) -> (Block, Flags, Option<VarId>) {
        self.loops.push(LoopFlags {
            id,
            stopped: None,
            skipped: None,
        });
        let (mut stmts, mut flags) = self.stmts(as_stmts(body));
        let own = self.loops.pop();
        let (stopped, skipped) = own.map_or((None, None), |l| (l.stopped, l.skipped));
        if let Some(skipped) = skipped {
            stmts.insert(0, self.declare(skipped, Some(false_expr(span)), span));
        }
        flags.retain(|f| Some(*f) != stopped && Some(*f) != skipped);
        (Block { stmts, value: None }, flags, stopped)
    }

    fn declare_flag(&mut self, flag: Option<VarId>, span: Span, out: &mut Vec<Stmt>) {
        if let Some(flag) = flag {
            out.push(self.declare(flag, Some(false_expr(span)), span));
        }
    }

    /// Loops inside of value blocks that have no jumps out of them.
    fn inner_blocks(&mut self, kind: &mut StmtKind) {
        match kind {
            StmtKind::Let { init: Some(e), .. }
            | StmtKind::Expr(e)
            | StmtKind::Assign { value: e, .. } => self.inner_expr(e),
            _ => {}
        }
    }

    fn inner_expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Block(block) => self.inner_block(block),
            ExprKind::If(cond, then, els) => {
                self.inner_expr(cond);
                self.inner_block(then);
                self.inner_block(els);
            }
            ExprKind::Unary(_, a)
            | ExprKind::Cast(a, _)
            | ExprKind::StopGradient(a)
            | ExprKind::Classify(_, a) => self.inner_expr(a),
            ExprKind::Binary(_, a, b) | ExprKind::Repeat(a, b) => {
                self.inner_expr(a);
                self.inner_expr(b);
            }
            ExprKind::Rule(_, args) | ExprKind::Tuple(args) | ExprKind::List(args) => {
                args.iter_mut().for_each(|a| self.inner_expr(a))
            }
            ExprKind::Call(call) => call.args.iter_mut().for_each(|a| self.inner_expr(a)),
            _ => {}
        }
    }

    fn inner_block(&mut self, block: &mut Block) {
        self.rewrite_loops(block);
        if let Some(value) = &mut block.value {
            self.inner_expr(value);
        }
    }

    fn set_stopped(&mut self, id: LoopId, span: Span, out: &mut Vec<Stmt>) -> VarId {
        let known = self
            .loops
            .iter()
            .find(|l| l.id == id)
            .and_then(|l| l.stopped);
        let flag = known.unwrap_or_else(|| self.flag("stopped", span));
        if let Some(l) = self.loops.iter_mut().find(|l| l.id == id) {
            l.stopped = Some(flag);
        }
        out.push(self.assign(flag, true_expr(span)));
        flag
    }

    fn set_skipped(&mut self, id: LoopId, span: Span, out: &mut Vec<Stmt>) -> VarId {
        let known = self
            .loops
            .iter()
            .find(|l| l.id == id)
            .and_then(|l| l.skipped);
        let flag = known.unwrap_or_else(|| self.flag("skipped", span));
        if let Some(l) = self.loops.iter_mut().find(|l| l.id == id) {
            l.skipped = Some(flag);
        }
        out.push(self.assign(flag, true_expr(span)));
        flag
    }

    fn set_returned(&mut self, value: Option<Expr>, span: Span, out: &mut Vec<Stmt>) -> Flags {
        if let (Some(result), Some(mut value)) = (self.result, value) {
            self.inner_expr(&mut value);
            out.push(self.assign(result, value));
        }
        let Some(returned) = self.returned else {
            return Flags::new();
        };
        out.push(self.assign(returned, true_expr(span)));
        vec![returned]
    }

    /// `if !a && !b { tail }`.
    fn guard(&mut self, flags: &[VarId], tail: Vec<Stmt>, span: Span) -> Stmt {
        let cond = self.none_set_and(flags, None, span);
        let then = Block {
            stmts: tail,
            value: None,
        };
        Stmt {
            kind: StmtKind::If {
                cond,
                then,
                els: Block::default(),
            },
            span,
        }
    }

    /// `!a && !b && cond`.
    fn none_set_and(&mut self, flags: &[VarId], cond: Option<Expr>, span: Span) -> Expr {
        let mut terms: Vec<Expr> = flags.iter().map(|f| not(self.read(*f, span))).collect();
        terms.extend(cond);
        terms
            .into_iter()
            .reduce(and)
            .unwrap_or_else(|| true_expr(span))
    }

    fn flag(&mut self, name: &str, span: Span) -> VarId {
        self.variable(name, Ty::Bool, span)
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

    fn declare(&self, var: VarId, init: Option<Expr>, span: Span) -> Stmt {
        Stmt {
            kind: StmtKind::Let {
                pat: Pat::Var(var),
                init,
            },
            span,
        }
    }

    fn assign(&self, var: VarId, value: Expr) -> Stmt {
        let span = value.span;
        let place = self.place(var, span);
        Stmt {
            kind: StmtKind::Assign {
                place,
                op: None,
                value,
            },
            span,
        }
    }

    fn read(&self, var: VarId, span: Span) -> Expr {
        let place = self.place(var, span);
        expr(
            ExprKind::Place(place),
            self.func.vars[var.0 as usize].ty.clone(),
            span,
        )
    }

    fn place(&self, var: VarId, span: Span) -> Place {
        Place {
            root: var,
            path: Vec::new(),
            ty: self.func.vars[var.0 as usize].ty.clone(),
            span,
        }
    }
}

/// How the list goes on after a statement.
enum Next {
    Go,
    /// The rest is unreachable, or was moved.
    Done(Flags),
    /// The rest runs if none of the flags is set.
    Guard(Flags),
}

fn after(flags: Flags) -> Next {
    if flags.is_empty() {
        Next::Go
    } else {
        Next::Guard(flags)
    }
}

fn merge(into: &mut Flags, from: &[VarId]) {
    for flag in from {
        if !into.contains(flag) {
            into.push(*flag);
        }
    }
}

/// A block whose value is not used, as statements.
fn as_stmts(block: Block) -> Vec<Stmt> {
    let mut stmts = block.stmts;
    if let Some(value) = block.value {
        let span = value.span;
        stmts.push(Stmt {
            kind: StmtKind::Expr(*value),
            span,
        });
    }
    stmts
}

/// `loop { if c { b } else { break } }` is how `lower` writes `while c { b }`.
fn as_while(id: LoopId, body: &Block) -> Option<(Expr, Block)> {
    let [
        Stmt {
            kind: StmtKind::If { cond, then, els },
            ..
        },
    ] = body.stmts.as_slice()
    else {
        return None;
    };
    let [
        Stmt {
            kind: StmtKind::Break(target),
            ..
        },
    ] = els.stmts.as_slice()
    else {
        return None;
    };
    // A condition that changes something is a statement of the body.
    (*target == id && body.value.is_none() && els.value.is_none() && !super::lower::changes(cond))
        .then(|| (cond.clone(), then.clone()))
}

/// True for a labelled block: `lower` writes it as a loop that ends in a `break`.
fn runs_once(id: LoopId, body: &Block) -> bool {
    let ends = matches!(body.stmts.last(), Some(Stmt { kind: StmtKind::Break(target), .. }) if *target == id);
    ends && body.value.is_none() && !continues(body, id)
}

fn continues(block: &Block, id: LoopId) -> bool {
    let inside = |expr: &Expr| match &expr.kind {
        ExprKind::Block(block) => continues(block, id),
        ExprKind::If(_, then, els) => continues(then, id) || continues(els, id),
        _ => false,
    };
    block.value.as_deref().is_some_and(inside)
        || block.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::Continue(target) => *target == id,
            StmtKind::If { then, els, .. } => continues(then, id) || continues(els, id),
            StmtKind::For { body, .. } | StmtKind::Loop { body, .. } => continues(body, id),
            StmtKind::Let { init: Some(e), .. }
            | StmtKind::Expr(e)
            | StmtKind::Assign { value: e, .. } => inside(e),
            _ => false,
        })
}

fn always_jumps(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_) => true,
        StmtKind::If { then, els, .. } => always_jumps(&then.stmts) && always_jumps(&els.stmts),
        _ => false,
    })
}

fn has_jump_in_block(block: &Block) -> bool {
    block.stmts.iter().any(stmt_has_jump) || block.value.as_deref().is_some_and(has_jump)
}

fn stmt_has_jump(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Return(_) => true,
        StmtKind::If { then, els, .. } => has_jump_in_block(then) || has_jump_in_block(els),
        StmtKind::For { body, .. } | StmtKind::Loop { body, .. } => has_jump_in_block(body),
        StmtKind::Let { init: Some(e), .. }
        | StmtKind::Expr(e)
        | StmtKind::Assign { value: e, .. } => has_jump(e),
        _ => false,
    }
}

/// True for an `if` or block in value position that jumps; `lower` allows jumps nowhere else in an
/// expression.
fn has_jump(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(block) => has_jump_in_block(block),
        ExprKind::If(_, then, els) => has_jump_in_block(then) || has_jump_in_block(els),
        _ => false,
    }
}

fn has_return(block: &Block) -> bool {
    let inside = |e: &Expr| match &e.kind {
        ExprKind::Block(b) => has_return(b),
        ExprKind::If(_, then, els) => has_return(then) || has_return(els),
        _ => false,
    };
    block.value.as_deref().is_some_and(inside)
        || block.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::Return(_) => true,
            StmtKind::If { then, els, .. } => has_return(then) || has_return(els),
            StmtKind::For { body, .. } | StmtKind::Loop { body, .. } => has_return(body),
            StmtKind::Let { init: Some(e), .. }
            | StmtKind::Expr(e)
            | StmtKind::Assign { value: e, .. } => inside(e),
            _ => false,
        })
}

fn expr(kind: ExprKind, ty: Ty, span: Span) -> Expr {
    Expr {
        kind,
        ty,
        span,
        source: proc_macro2::TokenStream::new(),
        marks: Marks::default(),
    }
}

fn true_expr(span: Span) -> Expr {
    expr(ExprKind::Lit(quote!(true)), Ty::Bool, span)
}

fn false_expr(span: Span) -> Expr {
    expr(ExprKind::Lit(quote!(false)), Ty::Bool, span)
}

fn not(e: Expr) -> Expr {
    let span = e.span;
    expr(ExprKind::Unary(UnOp::Not, Box::new(e)), Ty::Bool, span)
}

fn and(a: Expr, b: Expr) -> Expr {
    let span = a.span;
    expr(
        ExprKind::Binary(BinOp::And, Box::new(a), Box::new(b)),
        Ty::Bool,
        span,
    )
}
