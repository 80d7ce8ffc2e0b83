//! Real-valued expressions.

use super::Gen;
use super::scope::Info;
use crate::ast::{Block, Expr, Op, Stmt, Style, Ty, binary, boxed, method, var};

impl Gen {
    /// An expression of at most `depth` levels.
    pub(super) fn real(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.leaf();
        }
        match self.rng.weighted(&[6, 20, 18, 4, 2, 6, 3]) {
            0 => self.leaf(),
            1 => self.arithmetic(depth - 1),
            2 => self.function(depth - 1),
            3 => self.choice(depth - 1),
            4 => self.block_value(depth - 1),
            6 => match self.over_elements(depth - 1) {
                Some(value) => value,
                None => self.arithmetic(depth - 1),
            },
            _ => match self.call(depth - 1, Ty::Real) {
                Some(call) => call,
                None => self.arithmetic(depth - 1),
            },
        }
    }

    fn leaf(&mut self) -> Expr {
        match self.rng.weighted(&[16, 2, 2, 1]) {
            1 => Expr::Real(self.literal()),
            2 => match self.cast() {
                Some(cast) => cast,
                None => Expr::Real(self.literal()),
            },
            3 => self.constant(),
            _ => match self.read() {
                Some(read) => read,
                None => Expr::Real(self.literal()),
            },
        }
    }

    fn constant(&mut self) -> Expr {
        let free: Vec<String> = self
            .consts
            .iter()
            .map(|c| c.0.clone())
            .filter(|name| self.vars.iter().all(|v| v.name != *name))
            .collect();
        if !free.is_empty() && self.rng.chance(0.6) {
            let name = self.rng.pick(&free).clone();
            return var(&name);
        }
        let names: [&'static str; 5] = ["PI", "E", "LN_2", "SQRT_2", "FRAC_PI_2"];
        Expr::StdConst(names[self.rng.below(names.len())])
    }

    fn arithmetic(&mut self, depth: usize) -> Expr {
        let a = self.real(depth);
        match self.rng.weighted(&[6, 5, 8, 2, 1]) {
            0 => binary(Op::Add, a, self.real(depth)),
            1 => binary(Op::Sub, a, self.real(depth)),
            2 => binary(Op::Mul, a, self.real(depth)),
            3 => binary(Op::Div, a, self.above_zero(depth)),
            _ => Expr::Neg(boxed(a)),
        }
    }

    /// Something that stays away from 0 from above.
    pub(super) fn above_zero(&mut self, depth: usize) -> Expr {
        let x = self.real(depth);
        let least = self.positive_literal();
        match self.rng.below(4) {
            0 => self.square_plus(x, least),
            1 => {
                let size = self.apply("abs", vec![x]);
                binary(Op::Add, size, least)
            }
            2 => {
                let square = self.apply("powi", vec![x, Expr::Int(2)]);
                binary(Op::Add, square, least)
            }
            _ => {
                let t = self.apply("tanh", vec![x]);
                binary(Op::Add, Expr::Real(1.5), t)
            }
        }
    }

    /// `{ let t = x; t * t + least }`, shorter where `x` is a variable.
    fn square_plus(&mut self, x: Expr, least: Expr) -> Expr {
        let square = |x: Expr| binary(Op::Mul, x.clone(), x);
        if matches!(x, Expr::Var(_) | Expr::Index(..) | Expr::Field(..)) {
            return binary(Op::Add, square(x), least);
        }
        let name = self.name(&["t", "d"], false);
        let tail = binary(Op::Add, square(var(&name)), least);
        let info = Info::new(&name, Ty::Real);
        Expr::Block(Block {
            stmts: vec![Stmt::Let(info.binding(), Some(Ty::Real), Some(x))],
            tail: Some(boxed(tail)),
        })
    }

    /// A call of a function of std, written in one of the ways in which it can be.
    pub(super) fn apply(&mut self, name: &'static str, args: Vec<Expr>) -> Expr {
        let style = if matches!(name, "relu" | "leaky_relu") {
            Style::Free
        } else if self.typed(&args[0]) && self.rng.chance(0.85) {
            Style::Method
        } else {
            Style::Path
        };
        Expr::Function(name, style, args)
    }

    fn function(&mut self, depth: usize) -> Expr {
        match self.rng.weighted(&[8, 4, 3, 3, 6, 2]) {
            0 => {
                let name = *self
                    .rng
                    .pick(&["sin", "cos", "tanh", "atan", "asinh", "to_radians"]);
                let x = self.real(depth);
                self.apply(name, vec![x])
            }
            1 => self.of_positive(depth),
            2 => self.of_bounded(depth),
            3 => self.of_two(depth),
            4 => self.kink(depth),
            _ => self.power(depth),
        }
    }

    fn of_positive(&mut self, depth: usize) -> Expr {
        let names = [
            "sqrt", "ln", "log2", "log10", "ln_1p", "cbrt", "recip", "log", "acosh",
        ];
        let name = *self.rng.pick(&names);
        let mut x = self.above_zero(depth);
        if name == "acosh" {
            x = binary(Op::Add, Expr::Real(1.2), x);
        }
        if name == "log" {
            let base = binary(Op::Add, Expr::Real(1.5), self.above_zero(0));
            return self.apply(name, vec![x, base]);
        }
        self.apply(name, vec![x])
    }

    fn of_bounded(&mut self, depth: usize) -> Expr {
        let names = [
            "exp",
            "exp2",
            "exp_m1",
            "sinh",
            "cosh",
            "tan",
            "asin",
            "acos",
            "atanh",
            "to_degrees",
        ];
        let name = *self.rng.pick(&names);
        let squash = *self.rng.pick(&["tanh", "sin"]);
        let x = self.real(depth);
        let x = self.apply(squash, vec![x]);
        let x = binary(Op::Mul, x, Expr::Real(0.9));
        self.apply(name, vec![x])
    }

    fn of_two(&mut self, depth: usize) -> Expr {
        let (x, y) = (self.real(depth), self.above_zero(0));
        match self.rng.below(3) {
            0 => self.apply("hypot", vec![x, y]),
            1 => self.apply("atan2", vec![x, y]),
            _ => {
                let b = self.real(0);
                self.apply("mul_add", vec![x, y, b])
            }
        }
    }

    fn kink(&mut self, depth: usize) -> Expr {
        let x = self.real(depth);
        match self.rng.below(6) {
            0 => self.apply("abs", vec![x]),
            1 => self.apply("relu", vec![x]),
            2 => {
                let slope = Expr::Real(self.rng.short(0.0, 0.4));
                self.apply("leaky_relu", vec![x, slope])
            }
            3 => self.clamp(x),
            4 => {
                let y = self.kink_operand();
                self.apply("max", vec![x, y])
            }
            _ => {
                let y = self.kink_operand();
                self.apply("min", vec![x, y])
            }
        }
    }

    fn kink_operand(&mut self) -> Expr {
        if self.rng.chance(0.3) {
            return Expr::Real(self.literal());
        }
        self.real(1)
    }

    fn clamp(&mut self, x: Expr) -> Expr {
        if self.rng.chance(0.7) {
            let (lo, hi) = (self.rng.short(-1.0, 0.0), self.rng.short(0.1, 0.8));
            return self.apply("clamp", vec![x, Expr::Real(lo), Expr::Real(hi)]);
        }
        let hi = self.above_zero(0);
        let lo = Expr::Neg(boxed(self.above_zero(0)));
        self.apply("clamp", vec![x, lo, hi])
    }

    fn power(&mut self, depth: usize) -> Expr {
        match self.rng.below(3) {
            0 => {
                let (x, n) = (self.real(depth), self.rng.between(2, 3));
                self.apply("powi", vec![x, Expr::Int(n as i64)])
            }
            1 => {
                let (x, n) = (self.above_zero(depth), self.rng.between(1, 2));
                self.apply("powi", vec![x, Expr::Int(-(n as i64))])
            }
            _ => {
                let (x, n) = (self.above_zero(depth), self.real(0));
                let n = self.apply("sin", vec![n]);
                self.apply("powf", vec![x, n])
            }
        }
    }

    /// `if c { a } else { b }`.
    fn choice(&mut self, depth: usize) -> Expr {
        let (cond, real) = self.condition(true);
        let then = self.within(real, |g| g.value_body(depth));
        let els = self.within(real, |g| g.value_body(depth));
        Expr::If(boxed(cond), then, els)
    }

    fn block_value(&mut self, depth: usize) -> Expr {
        Expr::Block(self.scoped(|g| {
            let binding = g.let_real(depth);
            let tail = g.real(depth);
            Block {
                stmts: vec![binding],
                tail: Some(boxed(tail)),
            }
        }))
    }

    fn value_body(&mut self, depth: usize) -> Block {
        let mut stmts = Vec::new();
        if self.rng.chance(0.12) {
            stmts.push(self.let_real(depth));
        }
        let tail = Some(boxed(self.real(depth)));
        Block { stmts, tail }
    }

    /// Keeps what is carried through a loop bounded.
    pub(super) fn squash(&mut self, e: Expr) -> Expr {
        let name = *self.rng.pick(&["tanh", "sin", "atan", "cos"]);
        if self.typed(&e) {
            return method(name, vec![e]);
        }
        Expr::Function(name, Style::Path, vec![e])
    }
}
