//! What happens to one element of a sum.

use super::Data;
use crate::ast::{Block, Expr, Head, Op, Stmt, Store, Ty, binary, boxed, index, method, var};
use crate::generate::Gen;
use crate::generate::scope::Info;

impl Gen {
    /// The statements of an iteration, the last of which add to the sums.
    pub(super) fn sums_body(
        &mut self,
        data: &Data,
        sums: &[String],
        i: &str,
        scratch: Option<&str>,
    ) -> Vec<Stmt> {
        let mut out = Vec::new();
        if data.targets && self.rng.chance(0.8) {
            let name = self.name(&["y", "target"], false);
            out.push(self.bind(&name, index(var("ys"), var(i))));
        }
        let mut last = self.first_of_row(data, i, &mut out);
        let own = scratch.map(str::to_string).or_else(|| {
            (data.columns > 1 && self.rng.chance(0.25)).then(|| {
                let name = self.name(&["part", "own"], false);
                out.push(self.own_array(&name, data.columns, &data.width));
                name
            })
        });
        if let Some(own) = &own {
            self.fill(data, i, own, &mut out);
        }
        for _ in 0..self.rng.between(1, 3) {
            match self.rng.weighted(&[6, 5, 2, 2]) {
                0 => last = self.value(&last, &mut out),
                1 => last = self.over_row(data, i, own.as_deref(), &mut out),
                2 => last = self.either(&last, &mut out),
                _ => out.push(self.residue(i)),
            }
        }
        if self.rng.chance(0.04) {
            let (cond, _) = self.condition(true);
            let stmts = vec![Stmt::Continue(None)];
            out.push(Stmt::If(cond, Block { stmts, tail: None }, None));
        }
        for sum in sums {
            self.add_to(data, i, sum, &last, own.as_deref(), &mut out);
        }
        out
    }

    fn bind(&mut self, name: &str, value: Expr) -> Stmt {
        let info = Info::new(name, Ty::Real);
        let note = (!self.typed(&value)).then_some(Ty::Real);
        let stmt = Stmt::Let(info.binding(), note, Some(value));
        self.declare(info);
        stmt
    }

    /// `let mut buf = [0.0; 3];`
    pub(in crate::generate) fn own_array(&mut self, name: &str, n: usize, length: &Expr) -> Stmt {
        // An array whose length is not how far the loops run is not seen to be overwritten.
        let vector = self.rng.chance(match length {
            Expr::Int(_) => 0.3,
            _ => 0.85,
        });
        let (store, ty) = match vector {
            true => (Store::Vec, Ty::Vec(n)),
            false => (Store::Array, Ty::Array(n)),
        };
        let len = match vector {
            true => length.clone(),
            false => Expr::Int(n as i64),
        };
        let value = Expr::Repeat(store, boxed(Expr::Real(0.0)), boxed(len));
        let info = Info {
            mutable: true,
            ..Info::new(name, ty)
        };
        let stmt = Stmt::Let(info.binding(), Some(ty), Some(value));
        self.declare(info);
        stmt
    }

    /// `let x = xs[i * d];`
    fn first_of_row(&mut self, data: &Data, i: &str, out: &mut Vec<Stmt>) -> String {
        let j = Expr::Int(self.rng.below(data.columns) as i64);
        let element = data.element(self, i, j);
        let name = self.name(&["x", "e"], false);
        out.push(self.bind(&name, element));
        name
    }

    /// `let t = x * …;`
    fn value(&mut self, last: &str, out: &mut Vec<Stmt>) -> String {
        let value = self.real(2);
        let value = match self.rng.below(6) {
            0 => value,
            1 => self.exponential(last, value),
            2 => binary(Op::Add, value, var(last)),
            _ => binary(Op::Mul, var(last), value),
        };
        let name = self.name(&["z", "r", "v"], false);
        out.push(self.bind(&name, value));
        name
    }

    /// A call to a function of std that is large where it is steep.
    fn exponential(&mut self, last: &str, value: Expr) -> Expr {
        let x = binary(Op::Mul, var(last), Expr::Real(self.rng.short(0.1, 0.6)));
        let e = method("exp", vec![x]);
        match self.rng.below(3) {
            0 => e,
            1 => method("ln_1p", vec![e]),
            _ => binary(Op::Div, value, binary(Op::Add, e, Expr::Real(1.0))),
        }
    }

    /// `let mut v = …; if … { v = …; } else { … }`
    fn either(&mut self, last: &str, out: &mut Vec<Stmt>) -> String {
        let name = self.name(&["v", "g"], false);
        let info = Info {
            mutable: true,
            ..Info::new(&name, Ty::Real)
        };
        let first = binary(Op::Mul, var(last), self.real(1));
        out.push(Stmt::Let(info.binding(), Some(Ty::Real), Some(first)));
        self.declare(info);
        let (cond, real) = self.condition(true);
        let set = |g: &mut Gen| {
            let op = *g.rng.pick(&[None, Some(Op::Add), Some(Op::Mul)]);
            let stmts = vec![Stmt::Assign(op, var(&name), g.real(2))];
            Block { stmts, tail: None }
        };
        let then = self.within(real, set);
        let els = self.rng.chance(0.4).then(|| self.within(real, set));
        out.push(Stmt::If(cond, then, els));
        name
    }

    /// `let k = i % 3;`
    fn residue(&mut self, i: &str) -> Stmt {
        let name = self.name(&["at", "c"], false);
        let by = self.rng.between(2, 4) as i64;
        let value = binary(Op::Rem, var(i), Expr::Int(by));
        let info = Info {
            range: Some((0, by)),
            ..Info::new(&name, Ty::Usize)
        };
        let stmt = Stmt::Let(info.binding(), Some(Ty::Usize), Some(value));
        self.declare(info);
        stmt
    }

    /// A loop over the columns. `f` gets the name of an element of the row.
    fn columns(
        &mut self,
        data: &Data,
        i: &str,
        f: impl FnOnce(&mut Gen, &str, &str) -> Vec<Stmt>,
    ) -> Stmt {
        let j = self.name(&["j", "l"], false);
        let head = Head {
            var: j.clone(),
            from: Expr::Int(0),
            to: data.width.clone(),
            inclusive: false,
            rev: self.rng.chance(0.04),
            rev_first: true,
            step: None,
        };
        let stmts = self.scoped(|g| {
            g.declare(Info {
                reserved: true,
                range: Some((0, data.columns as i64)),
                ..Info::new(&j, Ty::Usize)
            });
            let element = data.element(g, i, var(&j));
            let name = g.name(&["q", "e"], false);
            let mut stmts = vec![g.bind(&name, element)];
            stmts.extend(f(g, &name, &j));
            stmts
        });
        Stmt::For(None, head, Block { stmts, tail: None })
    }

    /// Writes an array of the iteration, and perhaps changes it.
    fn fill(&mut self, data: &Data, i: &str, own: &str, out: &mut Vec<Stmt>) {
        self.hidden.push(own.to_string());
        let set = self.columns(data, i, |g, e, j| {
            let value = binary(Op::Mul, var(e), g.real(1));
            vec![Stmt::Assign(None, index(var(own), var(j)), value)]
        });
        self.hidden.pop();
        out.push(set);
        if self.rng.chance(0.4) {
            let change = self.columns(data, i, |g, e, j| {
                let at = match g.rng.chance(0.8) {
                    true => var(j),
                    false => binary(Op::Sub, Expr::Int(data.columns as i64 - 1), var(j)),
                };
                let op = *g
                    .rng
                    .pick(&[Some(Op::Add), Some(Op::Sub), Some(Op::Mul), None]);
                let value = match op {
                    None => method("exp", vec![method("tanh", vec![index(var(own), var(j))])]),
                    _ => binary(Op::Mul, var(e), g.real(1)),
                };
                vec![Stmt::Assign(op, index(var(own), at), value)]
            });
            out.push(change);
        }
    }

    /// `let mut z = …; for j in 0..d { z += … }`
    fn over_row(&mut self, data: &Data, i: &str, own: Option<&str>, out: &mut Vec<Stmt>) -> String {
        let name = self.name(&["z", "dot", "top"], false);
        let info = Info {
            mutable: true,
            ..Info::new(&name, Ty::Real)
        };
        let first = match self.rng.chance(0.5) {
            true => Expr::Real(0.0),
            false => self.real(1),
        };
        out.push(Stmt::Let(info.binding(), Some(Ty::Real), Some(first)));
        self.hidden.push(name.clone());
        let inner = self.columns(data, i, |g, e, j| {
            let element = match own {
                Some(own) if g.rng.chance(0.7) => index(var(own), var(j)),
                _ => var(e),
            };
            let term = binary(Op::Mul, element, g.real(2));
            let total = || var(&name);
            vec![match g.rng.weighted(&[8, 2, 2, 1, 1]) {
                0 => Stmt::Assign(Some(Op::Add), total(), term),
                1 => Stmt::Assign(Some(Op::Sub), total(), term),
                2 => Stmt::Assign(None, total(), method("max", vec![total(), term])),
                3 => {
                    let decay = binary(Op::Mul, total(), Expr::Real(0.5));
                    Stmt::Assign(None, total(), binary(Op::Add, decay, term))
                }
                _ => Stmt::Assign(Some(Op::Mul), total(), g.squash(term)),
            }]
        });
        self.hidden.pop();
        self.declare(info);
        out.push(inner);
        name
    }

    /// `s += …;`, under a test, or once for each column.
    fn add_to(
        &mut self,
        data: &Data,
        i: &str,
        sum: &str,
        last: &str,
        own: Option<&str>,
        out: &mut Vec<Stmt>,
    ) {
        let op = *self.rng.pick(&[Op::Add, Op::Add, Op::Add, Op::Sub]);
        match self.rng.weighted(&[20, 5, 1]) {
            0 => {
                let term = binary(Op::Mul, var(last), self.real(2));
                out.push(Stmt::Assign(Some(op), var(sum), term));
            }
            1 => {
                let inner = self.columns(data, i, |g, e, j| {
                    let element = match own {
                        Some(own) if g.rng.chance(0.7) => index(var(own), var(j)),
                        _ => var(e),
                    };
                    let term = binary(Op::Mul, element, g.real(1));
                    vec![Stmt::Assign(Some(op), var(sum), term)]
                });
                out.push(inner);
            }
            _ => {
                let (cond, real) = self.condition(true);
                let then = self.within(real, |g| {
                    let stmts = vec![Stmt::Assign(Some(op), var(sum), g.real(2))];
                    Block { stmts, tail: None }
                });
                out.push(Stmt::If(cond, then, None));
            }
        }
    }
}
