//! Programs about sums over many elements: loops that the compiler runs in strips, of lengths around
//! those of a strip, with inner loops over rows and with arrays of their own.

mod body;

use super::Gen;
use super::func::size;
use super::scope::Info;
use crate::ast::{Block, Expr, Func, Head, Input, Op, Param, Stmt, Ty, binary, boxed, index, var};

/// Numbers of elements: none, one, and those next to multiples of 32.
const ROWS: &[usize] = &[
    0, 1, 2, 9, 31, 32, 32, 33, 33, 34, 40, 63, 64, 64, 65, 65, 66, 70,
];

/// The most numbers in one argument.
const MOST: usize = 140;

/// The data that such a program sums over.
struct Data {
    rows: usize,
    columns: usize,
    /// `xs` is a matrix by type, and not a list with a row after a row.
    matrix: bool,
    /// `xs[j * rows + i]` rather than `xs[i * columns + j]`.
    by_column: bool,
    /// How the numbers of rows and columns are written.
    height: Expr,
    width: Expr,
    /// Whether `d` is the length of `w`, bound at the start.
    measured: bool,
    /// Whether there is a number for each row.
    targets: bool,
}

impl Data {
    /// Element `j` of row `i`.
    fn element(&self, g: &mut Gen, i: &str, j: Expr) -> Expr {
        if self.matrix {
            return index(index(var("xs"), var(i)), j);
        }
        if self.columns == 1 && g.rng.chance(0.7) {
            return index(var("xs"), var(i));
        }
        let (outer, inner, stride) = match self.by_column {
            true => (j, var(i), self.height.clone()),
            false => (var(i), j, self.width.clone()),
        };
        let start = match g.rng.chance(0.7) {
            true => binary(Op::Mul, outer, stride),
            false => binary(Op::Mul, stride, outer),
        };
        let at = match g.rng.chance(0.8) {
            true => binary(Op::Add, start, inner),
            false => binary(Op::Add, inner, start),
        };
        index(var("xs"), at)
    }
}

impl Gen {
    /// The function that is differentiated, and its arguments.
    pub(super) fn sums_function(&mut self) -> (Func, Vec<Input>) {
        let (data, params, inputs) = self.data();
        self.begin_main(&params, &inputs);
        self.hidden.push("xs".to_string());
        if data.rows == 0 {
            self.hidden.push("ys".to_string());
        }
        let mut stmts = Vec::new();
        if data.measured {
            let info = Info {
                reserved: true,
                range: Some((data.columns as i64, data.columns as i64 + 1)),
                ..Info::new("d", Ty::Usize)
            };
            let length = Some(Expr::Len(boxed(var("w"))));
            stmts.push(Stmt::Let(info.binding(), None, length));
            self.declare(info);
        }
        if self.rng.chance(0.3) {
            stmts.push(self.let_real(2));
        }
        let mut sums = Vec::new();
        for name in ["s", "t", "u"]
            .iter()
            .take(self.rng.weighted(&[6, 4, 2]) + 1)
        {
            stmts.push(self.accumulator(name));
            sums.push((*name).to_string());
        }
        for _ in 0..1 + usize::from(self.rng.chance(0.25)) {
            self.sums_loop(&data, &sums, &mut stmts);
            if self.rng.chance(0.06) {
                stmts.extend(self.assign_real());
            }
            // What a later loop uses of an earlier one.
            if self.rng.chance(0.2) {
                let known = self.vars.len();
                let variable = self.let_real(1);
                // A sum that is shadowed could not be added to.
                match self.vars[known..].iter().any(|v| sums.contains(&v.name)) {
                    true => self.vars.truncate(known),
                    false => stmts.push(variable),
                }
            }
        }
        let tail = self.outcome(&data, &sums);
        (self.finish_main(params, stmts, tail), inputs)
    }

    /// At the start of a main function that gives a number.
    pub(super) fn begin_main(&mut self, params: &[Param], inputs: &[Input]) {
        self.enter(params, Ty::Real);
        self.note_values(params, inputs);
    }

    /// At its end.
    pub(super) fn finish_main(&mut self, params: Vec<Param>, stmts: Vec<Stmt>, tail: Expr) -> Func {
        self.hidden.clear();
        Func {
            name: "f".to_string(),
            params,
            result: Ty::Real,
            body: Block {
                stmts,
                tail: Some(boxed(tail)),
            },
        }
    }

    fn data(&mut self) -> (Data, Vec<Param>, Vec<Input>) {
        let rows = *self.rng.pick(ROWS);
        let columns = self.rng.weighted(&[4, 3, 3, 2]) + 1;
        let columns = columns.min(MOST / rows.max(1)).max(1);
        let (mut params, mut inputs) = (Vec::new(), Vec::new());
        let matrix = rows > 0 && columns > 1 && self.rng.chance(0.1);
        let ty = match matrix {
            true => Ty::Matrix(rows, columns),
            false => self.list_type(rows * columns),
        };
        let constant = self.rng.chance(0.12);
        self.argument_of("xs", ty, constant, &mut params, &mut inputs);
        let targets = self.rng.chance(0.5);
        if targets {
            let ty = self.list_type(rows);
            let constant = self.rng.chance(0.5);
            self.argument_of("ys", ty, constant, &mut params, &mut inputs);
        }
        let weights = self.rng.chance(0.7);
        if weights {
            let ty = *self.rng.pick(&[
                Ty::Slice(columns),
                Ty::Slice(columns),
                Ty::ArrayRef(columns),
                Ty::Array(columns),
                Ty::Vec(columns),
            ]);
            self.argument_of("w", ty, false, &mut params, &mut inputs);
        }
        if self.rng.chance(0.6) || rows == 0 {
            self.argument_of("b", Ty::Real, false, &mut params, &mut inputs);
        }
        let mut width = Expr::Int(columns as i64);
        let mut measured = false;
        if self.rng.chance(0.3) {
            params.push(self.param("d", Ty::Usize));
            inputs.push(Input::Int(columns as i64));
            width = var("d");
        } else if weights && self.rng.chance(0.4) {
            measured = self.rng.chance(0.75);
            width = match measured {
                true => var("d"),
                false => Expr::Len(boxed(var("w"))),
            };
        }
        let mut height = Expr::Int(rows as i64);
        match self.rng.below(3) {
            0 => {
                params.push(self.param("n", Ty::Usize));
                inputs.push(Input::Int(rows as i64));
                height = var("n");
            }
            1 if targets => height = Expr::Len(boxed(var("ys"))),
            1 if matrix || columns == 1 => height = Expr::Len(boxed(var("xs"))),
            1 if !measured => {
                let all = Expr::Len(boxed(var("xs")));
                height = binary(Op::Div, all, width.clone());
            }
            _ => {}
        }
        let data = Data {
            rows,
            columns,
            matrix,
            by_column: !matrix && self.rng.chance(0.12),
            height,
            width,
            measured,
            targets,
        };
        (data, params, inputs)
    }

    pub(super) fn list_type(&mut self, n: usize) -> Ty {
        match self.rng.below(7) {
            0 => Ty::Vec(n),
            1 if (1..=66).contains(&n) => Ty::Array(n),
            2 if (1..=66).contains(&n) => Ty::ArrayRef(n),
            _ => Ty::Slice(n),
        }
    }

    pub(super) fn argument_of(
        &mut self,
        name: &str,
        ty: Ty,
        constant: bool,
        params: &mut Vec<Param>,
        inputs: &mut Vec<Input>,
    ) {
        let param = self.param(name, ty);
        params.push(Param { constant, ..param });
        inputs.push(self.reals(size(ty)));
    }

    /// `let mut s = 0.0;`
    pub(super) fn accumulator(&mut self, name: &str) -> Stmt {
        let value = match self.rng.below(6) {
            0 => self.real(1),
            1 => Expr::Real(-0.0),
            _ => Expr::Real(0.0),
        };
        let note = !self.typed(&value);
        let info = Info {
            mutable: true,
            ..Info::new(name, Ty::Real)
        };
        let stmt = Stmt::Let(info.binding(), note.then_some(Ty::Real), Some(value));
        self.declare(info);
        stmt
    }

    /// `for i in 0..n { … s += …; }`, with what it needs declared in front of it.
    fn sums_loop(&mut self, data: &Data, sums: &[String], out: &mut Vec<Stmt>) {
        let scratch = (data.columns > 1 && self.rng.chance(0.2)).then(|| {
            let name = self.name(&["buf", "tmp"], false);
            out.push(self.own_array(&name, data.columns, &data.width));
            name
        });
        let counter = self.name(&["i", "k", "row"], false);
        let head = Head {
            var: counter.clone(),
            from: Expr::Int(i64::from(data.rows > 1 && self.rng.chance(0.08))),
            to: data.height.clone(),
            inclusive: false,
            rev: self.rng.chance(0.04),
            rev_first: true,
            step: self.rng.chance(0.04).then_some(2),
        };
        let hidden = self.hidden.len();
        if self.rng.chance(0.96) {
            self.hidden.extend(sums.iter().cloned());
        }
        if self.rng.chance(0.8) {
            self.hidden.push("ys".to_string());
        }
        let stmts = self.scoped(|g| {
            g.declare(Info {
                reserved: true,
                range: Some((0, data.rows.max(1) as i64)),
                ..Info::new(&counter, Ty::Usize)
            });
            g.sums_body(data, sums, &counter, scratch.as_deref())
        });
        self.hidden.truncate(hidden);
        let body = Block { stmts, tail: None };
        out.push(Stmt::For(None, head, body));
    }

    /// The result: linear in the sums, or anything.
    fn outcome(&mut self, data: &Data, sums: &[String]) -> Expr {
        let mut terms: Vec<Expr> = sums.iter().map(|s| var(s)).collect();
        if self.rng.chance(0.15) {
            terms = vec![self.summary()];
        } else {
            for term in &mut terms {
                if self.rng.chance(0.5) {
                    let op = *self.rng.pick(&[Op::Mul, Op::Div]);
                    *term = binary(op, term.clone(), self.positive_literal());
                }
            }
        }
        if data.rows == 0 || self.rng.chance(0.3) {
            self.hidden.extend(sums.iter().cloned());
            terms.push(self.real(2));
        }
        let first = terms.remove(0);
        terms.into_iter().fold(first, |sum, term| {
            let op = *self.rng.pick(&[Op::Add, Op::Add, Op::Sub]);
            binary(op, sum, term)
        })
    }
}
