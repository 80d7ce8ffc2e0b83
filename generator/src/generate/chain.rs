//! Loops over elements, in the shapes that `print::chain` spells as iterators.

use super::Gen;
use super::scope::{Info, length};
use crate::ast::{Block, Expr, Head, Op, Stmt, Ty, binary, boxed, index, method, var};
use crate::dialect::in_expr;

impl Gen {
    /// `{ let mut sum: f64 = -0.0; for k in 0..xs.len() { let e = xs[k]; sum += …; } sum }`, with two
    /// lists, neighbours, products and greatest values as variants.
    pub(super) fn over_elements(&mut self, depth: usize) -> Option<Expr> {
        let of = self.choose(|v| length(v.ty).is_some() && v.typed)?;
        let name = |g: &mut Gen, base: &'static str| {
            g.fresh += 1;
            format!("{base}{}", g.fresh)
        };
        let (sum, at) = (name(self, "sum"), name(self, "at"));
        let (first, second) = (name(self, "e"), name(self, "o"));
        let kind = self.rng.weighted(&[6, 2, 2]);
        let pair = self.rng.below(4);
        let other = match of.ty {
            Ty::Array(n) | Ty::ArrayRef(n) if pair == 0 => {
                self.choose(|v| v.typed && matches!(v.ty, Ty::Array(m) | Ty::ArrayRef(m) if m == n))
            }
            _ => None,
        };
        let neighbours = pair == 1;
        let bind = |name: &str, of: &str, at: Expr| {
            let info = Info::new(name, Ty::Real);
            Stmt::Let(info.binding(), None, Some(index(var(of), at)))
        };
        let mut body = vec![bind(&first, &of.name, var(&at))];
        match (&other, neighbours) {
            (Some(other), _) => body.push(bind(&second, &other.name, var(&at))),
            (None, true) => {
                let next = binary(Op::Add, var(&at), Expr::Int(1));
                body.push(bind(&second, &of.name, next));
            }
            _ => {}
        }
        let two = body.len() == 2;
        let value = self.scoped(|g| {
            let counter = Info {
                reserved: true,
                bound: Some(of.name.clone()),
                ..Info::new(&at, Ty::Usize)
            };
            if !neighbours && other.is_none() && g.rng.chance(0.3) {
                g.declare(counter);
            }
            g.declare(Info::new(&first, Ty::Real));
            if two {
                g.declare(Info::new(&second, Ty::Real));
            }
            let value = g.quiet(depth).unwrap_or_else(|| var(&first));
            let anchored = binary(Op::Mul, var(&first), value);
            if two {
                binary(Op::Sub, anchored, var(&second))
            } else {
                anchored
            }
        });
        let (start, step) = match kind {
            0 => (-0.0, Stmt::Assign(Some(Op::Add), var(&sum), value)),
            1 => {
                let factor = self.squash(value);
                (1.0, Stmt::Assign(Some(Op::Mul), var(&sum), factor))
            }
            _ => {
                let greater = method("max", vec![var(&sum), value]);
                (-9.0, Stmt::Assign(None, var(&sum), greater))
            }
        };
        body.push(step);
        let mut head = Head {
            var: at,
            from: Expr::Int(0),
            to: Expr::Len(boxed(var(&of.name))),
            inclusive: false,
            rev: self.rng.chance(0.2),
            rev_first: true,
            step: None,
        };
        if neighbours && other.is_none() {
            head.to = binary(Op::Sub, head.to, Expr::Int(1));
        }
        let info = Info {
            mutable: true,
            ..Info::new(&sum, Ty::Real)
        };
        let start = Stmt::Let(info.binding(), Some(Ty::Real), Some(Expr::Real(start)));
        let looped = Stmt::For(
            None,
            head,
            Block {
                stmts: body,
                tail: None,
            },
        );
        Some(Expr::Block(Block {
            stmts: vec![start, looped],
            tail: Some(boxed(var(&sum))),
        }))
    }

    /// `for k in 0..xs.len() { xs[k] += …; }`
    pub(super) fn each_element(&mut self) -> Option<Stmt> {
        let of = self.choose(|v| v.mutable && length(v.ty).is_some())?;
        self.fresh += 1;
        let at = format!("at{}", self.fresh);
        self.hidden.push(of.name.clone());
        let indexed = self.rng.chance(0.4);
        let value = self.scoped(|g| {
            if indexed {
                let counter = Info {
                    reserved: true,
                    ..Info::new(&at, Ty::Usize)
                };
                g.declare(counter);
            }
            g.quiet(2)
        });
        self.hidden.pop();
        let value = self.squash(value?);
        let op = *self
            .rng
            .pick(&[None, Some(Op::Add), Some(Op::Sub), Some(Op::Mul)]);
        let place = index(var(&of.name), var(&at));
        let head = Head {
            var: at,
            from: Expr::Int(0),
            to: Expr::Len(boxed(var(&of.name))),
            inclusive: false,
            rev: false,
            rev_first: false,
            step: None,
        };
        let stmts = vec![Stmt::Assign(op, place, value)];
        Some(Stmt::For(None, head, Block { stmts, tail: None }))
    }

    /// An expression that can stand in a closure: nothing is called that changes something, and
    /// nothing is left.
    fn quiet(&mut self, depth: usize) -> Option<Expr> {
        let loud = |e: &Expr| match e {
            Expr::Block(_) | Expr::Call(..) | Expr::Borrow(..) => true,
            Expr::If(_, then, els) => !then.stmts.is_empty() || !els.stmts.is_empty(),
            _ => false,
        };
        (0..4)
            .map(|_| self.real(depth))
            .find(|e| !in_expr(e, &loud))
    }
}
