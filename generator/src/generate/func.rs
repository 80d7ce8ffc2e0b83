//! Whole functions.

use super::Gen;
use super::scope::{Info, length};
use crate::ast::{Block, Expr, Func, Input, Op, Param, Span, Stmt, Ty, binary, boxed, index, var};

impl Gen {
    /// A function that others call.
    pub(super) fn helper(&mut self, name: &str) -> Func {
        match self.rng.weighted(&[6, 5, 2, 1, 2, 1, 1, 1]) {
            0 => self.ordinary(name, Ty::Real),
            1 => self.in_place_helper(name),
            2 => self.ordinary(name, Ty::Pair),
            3 => self.list_helper(name),
            4 => self.recursive(name),
            5 => self.recursive_in_place(name),
            6 => self.mutual(name),
            _ => self.recursive_on_slice(name),
        }
    }

    pub(super) fn param(&mut self, name: &str, ty: Ty) -> Param {
        let owned = matches!(ty, Ty::Real | Ty::Array(_) | Ty::Vec(_) | Ty::Pair);
        let mutable = owned && self.rng.chance(0.3);
        Param {
            name: name.to_string(),
            ty,
            mutable,
            constant: false,
        }
    }

    /// The parameters as variables.
    pub(super) fn enter(&mut self, params: &[Param], result: Ty) {
        let recursive = params.iter().any(|p| p.name == "depth");
        self.vars.clear();
        self.result = result;
        for p in params {
            let mutable = p.mutable || p.in_place();
            let reserved =
                p.name == "depth" || recursive && matches!(p.ty, Ty::Slice(_) | Ty::SliceMut(_));
            // Used as what they point at.
            let (ty, pointer) = match p.ty {
                Ty::RealMut => (Ty::Real, true),
                Ty::PairMut => (Ty::Pair, true),
                ty => (ty, false),
            };
            let info = Info {
                mutable,
                reserved: reserved || pointer,
                ..Info::new(&p.name, ty)
            };
            self.declare(info);
        }
    }

    fn helper_params(&mut self) -> Vec<Param> {
        let names = ["x", "y", "z", "w"];
        let n = self.rng.between(1, 3);
        let mut params: Vec<Param> = (0..n)
            .map(|k| {
                let len = self.rng.between(1, 3);
                let all = [
                    Ty::Real,
                    Ty::Real,
                    Ty::Real,
                    Ty::Slice(len),
                    Ty::Slice(len),
                    Ty::Pair,
                    Ty::Array(len.max(2)),
                    Ty::ArrayRef(len.max(2)),
                    Ty::Vec(len.max(2)),
                ];
                let ty = *self.rng.pick(&all);
                self.param(names[k], ty)
            })
            .collect();
        if self.rng.chance(0.4) {
            let ty = *self.rng.pick(&[Ty::Usize, Ty::Usize, Ty::Bool, Ty::I32]);
            params.push(self.param("k", ty));
        }
        params
    }

    fn ordinary(&mut self, name: &str, result: Ty) -> Func {
        let params = self.helper_params();
        self.finish(name, params, result, 4)
    }

    fn list_helper(&mut self, name: &str) -> Func {
        let n = self.rng.between(2, 3);
        let result = if self.rng.chance(0.6) {
            Ty::Array(n)
        } else {
            Ty::Vec(n)
        };
        self.ordinary(name, result)
    }

    fn in_place_helper(&mut self, name: &str) -> Func {
        let n = self.rng.between(1, 3);
        let out = match self.rng.weighted(&[6, 3, 2]) {
            0 => Ty::SliceMut(n),
            1 => Ty::RealMut,
            _ => Ty::PairMut,
        };
        let mut params = vec![self.param("out", out)];
        params.extend(self.helper_params().into_iter().take(2));
        let result = if self.rng.chance(0.7) {
            Ty::Unit
        } else {
            Ty::Real
        };
        self.finish(name, params, result, 4)
    }

    fn finish(&mut self, name: &str, params: Vec<Param>, result: Ty, most: usize) -> Func {
        self.enter(&params, result);
        let mut stmts = Vec::new();
        self.state(2, &mut stmts);
        stmts.extend(self.body(1, most));
        let tail = self.ending(&mut stmts);
        let body = Block { stmts, tail };
        Func {
            name: name.to_string(),
            params,
            result,
            body,
        }
    }

    /// The value of the body, as a tail or as a last `return`.
    fn ending(&mut self, stmts: &mut Vec<Stmt>) -> Option<Box<Expr>> {
        if self.result == Ty::Unit {
            return None;
        }
        let value = self.value_of(self.result, 2);
        if self.rng.chance(0.1) {
            stmts.push(Stmt::Return(Some(value)));
            return None;
        }
        Some(boxed(value))
    }

    /// `fn g(x, depth) { if depth == 0 { return …; } … g(…, depth - 1) … }`.
    fn recursive(&mut self, name: &str) -> Func {
        self.recursive_through(name, name)
    }

    /// Two functions that call each other.
    fn mutual(&mut self, name: &str) -> Func {
        let partner = format!("{name}m");
        let first = self.recursive_through(&partner, name);
        let params = first.params.clone();
        self.funcs.push(first);
        self.descending(name, params, &partner)
    }

    fn recursive_through(&mut self, name: &str, callee: &str) -> Func {
        let mut params = vec![self.param("x", Ty::Real)];
        if self.rng.chance(0.5) {
            params.push(self.param("w", Ty::Slice(2)));
        }
        params.push(self.param("depth", Ty::Usize));
        self.descending(name, params, callee)
    }

    fn descending(&mut self, name: &str, params: Vec<Param>, callee: &str) -> Func {
        self.enter(&params, Ty::Real);
        let mut stmts = vec![self.base_case(binary(Op::Eq, var("depth"), Expr::Int(0)))];
        stmts.extend(self.body(0, 2));
        for _ in 0..self.rng.between(1, 2) {
            let stmt = self.descend(callee, &params);
            stmts.push(stmt);
            stmts.extend(self.body(0, 1));
        }
        let tail = Some(boxed(self.real(2)));
        Func {
            name: name.to_string(),
            params,
            result: Ty::Real,
            body: Block { stmts, tail },
        }
    }

    fn base_case(&mut self, cond: Expr) -> Stmt {
        let value = self.real(1);
        let stmts = vec![Stmt::Return(Some(value))];
        Stmt::If(cond, Block { stmts, tail: None }, None)
    }

    /// `let sub = g(…, depth - 1);`.
    fn descend(&mut self, name: &str, params: &[Param]) -> Stmt {
        let args = params.iter().map(|p| match p.ty {
            Ty::Usize => binary(Op::Sub, var("depth"), Expr::Int(1)),
            Ty::Slice(_) => var(&p.name),
            _ => self.real(2),
        });
        let call = Expr::Call(name.to_string(), args.collect());
        let local = self.name(&["sub", "rest"], false);
        let info = Info::new(&local, Ty::Real);
        let stmt = Stmt::Let(info.binding(), None, Some(call));
        self.declare(info);
        stmt
    }

    /// `fn g(out: &mut [f64], x, depth) { if depth == 0 { return; } … g(out, …, depth - 1); … }`.
    fn recursive_in_place(&mut self, name: &str) -> Func {
        let params = vec![
            self.param("out", Ty::SliceMut(2)),
            self.param("x", Ty::Real),
            self.param("depth", Ty::Usize),
        ];
        self.enter(&params, Ty::Unit);
        let done = binary(Op::Eq, var("depth"), Expr::Int(0));
        let leave = Block {
            stmts: vec![Stmt::Return(None)],
            tail: None,
        };
        let mut stmts = vec![Stmt::If(done, leave, None)];
        stmts.extend(self.body(1, 2));
        self.hidden.push("out".to_string());
        let deeper = binary(Op::Sub, var("depth"), Expr::Int(1));
        let args = vec![var("out"), self.real(1), deeper];
        self.hidden.pop();
        stmts.push(Stmt::Call(Expr::Call(name.to_string(), args)));
        stmts.extend(self.body(1, 2));
        let body = Block { stmts, tail: None };
        Func {
            name: name.to_string(),
            params,
            result: Ty::Unit,
            body,
        }
    }

    /// `fn g(w: &[f64], x: f64) { if w.len() == 0 { return x; } … g(&w[1..], …) … }`.
    fn recursive_on_slice(&mut self, name: &str) -> Func {
        let params = vec![self.param("w", Ty::Slice(1)), self.param("x", Ty::Real)];
        self.enter(&params[1..], Ty::Real);
        let empty = binary(Op::Eq, Expr::Len(boxed(var("w"))), Expr::Int(0));
        let base = self.base_case(empty);
        self.enter(&params, Ty::Real);
        self.vars[0].reserved = true;
        let mut stmts = vec![base];
        stmts.extend(self.body(0, 2));
        let rest = Span {
            from: Some(boxed(Expr::Int(1))),
            to: None,
        };
        let rest = Expr::Borrow(false, boxed(var("w")), Some(rest));
        let call = Expr::Call(name.to_string(), vec![rest, self.real(2)]);
        let tail = binary(Op::Add, self.real(2), call);
        let body = Block {
            stmts,
            tail: Some(boxed(tail)),
        };
        Func {
            name: name.to_string(),
            params,
            result: Ty::Real,
            body,
        }
    }

    /// The function that is differentiated, and its arguments.
    pub(super) fn main_function(&mut self) -> (Func, Vec<Input>) {
        let (params, inputs) = self.main_params();
        let result = self.main_result(&params);
        self.enter(&params, result);
        self.note_values(&params, &inputs);
        let mut stmts = Vec::new();
        if self.rng.chance(0.15) {
            let value = self.literal();
            stmts.push(Stmt::Const("STEP".to_string(), value));
            self.declare(Info {
                reserved: true,
                ..Info::new("STEP", Ty::Real)
            });
        }
        self.state(if self.small { 2 } else { 4 }, &mut stmts);
        let n = self.rng.between(2, if self.small { 4 } else { 8 });
        self.stmts(n, &mut stmts);
        let tail = match result {
            Ty::Real => Some(boxed(self.summary())),
            Ty::Unit => None,
            ty => Some(boxed(self.value_of(ty, 2))),
        };
        let body = Block { stmts, tail };
        let name = "f".to_string();
        (
            Func {
                name,
                params,
                result,
                body,
            },
            inputs,
        )
    }

    /// Mostly a number, so that there is a gradient.
    fn main_result(&mut self, params: &[Param]) -> Ty {
        let in_place = params.iter().any(Param::in_place);
        let n = self.rng.between(2, 3);
        match (in_place, self.rng.below(20)) {
            (true, 0..10) => Ty::Unit,
            (false, 0) => Ty::Pair,
            (false, 1) => Ty::Array(n),
            (false, 2) => Ty::Vec(n),
            _ => Ty::Real,
        }
    }

    fn main_params(&mut self) -> (Vec<Param>, Vec<Input>) {
        let (mut params, mut inputs) = (Vec::new(), Vec::new());
        let (mut reals, wanted) = (0, self.rng.between(1, 4));
        let in_place = self.rng.chance(0.05);
        for (k, name) in ["x", "w", "b", "m"].into_iter().take(wanted).enumerate() {
            let ty = match self.main_type() {
                _ if in_place && k == 0 => match self.rng.weighted(&[3, 1, 1]) {
                    0 => Ty::SliceMut(self.rng.between(2, 4)),
                    1 => Ty::RealMut,
                    _ => Ty::PairMut,
                },
                ty => ty,
            };
            let size = size(ty);
            if reals + size <= crate::dual::DIRECTIONS {
                reals += size;
                params.push(self.param(name, ty));
                inputs.push(self.reals(size));
            }
        }
        self.constants(&mut params, &mut inputs);
        (params, inputs)
    }

    fn main_type(&mut self) -> Ty {
        let n = self.rng.between(2, 4);
        let all = [
            Ty::Real,
            Ty::Real,
            Ty::Slice(n),
            Ty::Slice(n),
            Ty::ArrayRef(n),
            Ty::Array(n),
            Ty::Vec(n),
            Ty::Pair,
            Ty::Matrix(2, 2),
        ];
        *self.rng.pick(&all)
    }

    pub(super) fn reals(&mut self, n: usize) -> Input {
        Input::Reals((0..n).map(|_| self.input()).collect())
    }

    /// One real input.
    pub(super) fn input(&mut self) -> f64 {
        if self.grid {
            return self.literal();
        }
        // Four decimals make ties rare, and stay readable.
        (self.rng.unit() * 30_000.0 - 15_000.0).round() / 10_000.0
    }

    fn constants(&mut self, params: &mut Vec<Param>, inputs: &mut Vec<Input>) {
        if self.rng.chance(0.3) {
            let n = self.rng.between(2, 3);
            let ty = *self.rng.pick(&[Ty::Slice(n), Ty::Real, Ty::Array(n)]);
            params.push(Param {
                constant: true,
                ..self.param("c", ty)
            });
            inputs.push(self.reals(size(ty)));
        }
        if self.rng.chance(0.5) {
            params.push(self.param("n", Ty::Usize));
            inputs.push(Input::Int(self.rng.between(1, 3) as i64));
        }
        if self.rng.chance(0.2) {
            params.push(self.param("flag", Ty::Bool));
            inputs.push(Input::Bool(self.rng.chance(0.5)));
        }
    }

    /// The values of integer parameters are known, which widens what may be indexed with them.
    pub(super) fn note_values(&mut self, params: &[Param], inputs: &[Input]) {
        for (p, input) in params.iter().zip(inputs) {
            if let Input::Int(k) = input
                && let Some(info) = self.vars.iter_mut().find(|v| v.name == p.name)
            {
                info.range = Some((*k, k + 1));
            }
        }
    }

    /// A result that depends on much of what was computed.
    pub(super) fn summary(&mut self) -> Expr {
        let mut terms = vec![self.real(2)];
        let live = self.visible(|v| v.mutable && (v.ty == Ty::Real || length(v.ty).is_some()));
        for info in live.iter().take(4) {
            let term = match info.ty {
                Ty::Real => var(&info.name),
                _ if self.rng.chance(0.5) => self.total(info),
                ty => index(
                    var(&info.name),
                    Expr::Int(self.rng.below(length(ty).unwrap_or(1)) as i64),
                ),
            };
            terms.push(term);
        }
        let op = |g: &mut Self| *g.rng.pick(&[Op::Add, Op::Add, Op::Sub, Op::Mul]);
        let first = terms.remove(0);
        terms
            .into_iter()
            .fold(first, |sum, term| binary(op(self), sum, term))
    }
}

/// The number of reals in a value of this type.
pub(crate) fn size(ty: Ty) -> usize {
    match ty {
        Ty::Pair | Ty::PairMut => 2,
        Ty::Matrix(m, n) => m * n,
        ty => length(ty).unwrap_or(1),
    }
}
