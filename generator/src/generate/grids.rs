//! Programs about grids: steps over cells that read what is beside them, of lengths around those of a strip.

use super::Gen;
use super::scope::Info;
use crate::ast::{Block, Expr, Func, Head, Input, Op, Param, Stmt, Ty, binary, boxed, index, var};

/// Numbers of cells: few, and those next to lengths of strips.
const CELLS: &[usize] = &[5, 6, 9, 32, 33, 35, 66, 127, 128, 129, 130, 131, 132, 140];

/// How far a step looks.
const REACH: usize = 2;

/// The cells, and how many there are.
struct Grid {
    cells: usize,
    count: Expr,
    /// There is a number for each cell that stays.
    source: bool,
}

/// A loop over cells.
struct Sweep {
    counter: String,
    /// Cells at the ends that it leaves out.
    before: usize,
    after: usize,
}

impl Sweep {
    /// `u[i - 1]`
    fn cell(&self, of: &str, offset: i64) -> Expr {
        let i = var(&self.counter);
        let at = match offset {
            0 => i,
            k if k < 0 => binary(Op::Sub, i, Expr::Int(-k)),
            k => binary(Op::Add, i, Expr::Int(k)),
        };
        index(var(of), at)
    }
}

impl Gen {
    /// The function that is differentiated, and its arguments.
    pub(super) fn grid_function(&mut self) -> (Func, Vec<Input>) {
        let (grid, params, inputs) = self.grid();
        self.begin_main(&params, &inputs);
        let arrays = ["start", "q", "u", "next"].map(str::to_string);
        self.hidden.extend(arrays);
        let mut stmts = vec![
            self.own_array("u", grid.cells, &grid.count),
            self.own_array("next", grid.cells, &grid.count),
        ];
        stmts.push(self.sweep(&grid, [0, 0], |g, s| {
            let first = s.cell("start", 0);
            let value = match g.rng.chance(0.5) {
                true => first,
                false => {
                    let scaled = binary(Op::Mul, first, g.real(1));
                    g.squash(scaled)
                }
            };
            vec![Stmt::Assign(None, s.cell("u", 0), value)]
        }));
        let steps = self.rng.below(4);
        let mut body = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            self.step(&grid, &mut body);
        }
        match steps {
            0 => stmts.extend(body),
            steps => stmts.push(Stmt::For(None, counted("step", steps), block(body))),
        }
        stmts.push(self.accumulator("s"));
        let range = self.ends();
        stmts.push(self.sweep(&grid, range, |g, s| {
            let value = g.of_cells(&grid, s, "u");
            vec![Stmt::Assign(Some(Op::Add), var("s"), value)]
        }));
        let tail = match self.rng.chance(0.6) {
            true => var("s"),
            false => binary(Op::Add, self.squash(var("s")), self.real(2)),
        };
        (self.finish_main(params, stmts, tail), inputs)
    }

    fn grid(&mut self) -> (Grid, Vec<Param>, Vec<Input>) {
        let cells = *self.rng.pick(CELLS);
        let (mut params, mut inputs) = (Vec::new(), Vec::new());
        let ty = self.list_type(cells);
        self.argument_of("start", ty, false, &mut params, &mut inputs);
        let source = self.rng.chance(0.4);
        if source {
            let ty = self.list_type(cells);
            let constant = self.rng.chance(0.5);
            self.argument_of("q", ty, constant, &mut params, &mut inputs);
        }
        for name in ["a", "b"].iter().take(self.rng.between(1, 2)) {
            self.argument_of(name, Ty::Real, false, &mut params, &mut inputs);
        }
        let mut count = Expr::Int(cells as i64);
        match self.rng.below(3) {
            0 => {
                params.push(self.param("n", Ty::Usize));
                inputs.push(Input::Int(cells as i64));
                count = var("n");
            }
            1 => count = Expr::Len(boxed(var("start"))),
            _ => {}
        }
        let grid = Grid {
            cells,
            count,
            source,
        };
        (grid, params, inputs)
    }

    /// Cells at the ends that a loop leaves out, so that its cells have neighbours.
    fn ends(&mut self) -> [usize; 2] {
        [self.rng.below(REACH + 1), self.rng.below(REACH + 1)]
    }

    /// `for i in 1..n - 1 { … }`
    fn sweep(
        &mut self,
        grid: &Grid,
        [before, after]: [usize; 2],
        body: impl FnOnce(&mut Gen, &Sweep) -> Vec<Stmt>,
    ) -> Stmt {
        let counter = self.name(&["i", "k", "cell"], false);
        let to = match after {
            0 => grid.count.clone(),
            after => binary(Op::Sub, grid.count.clone(), Expr::Int(after as i64)),
        };
        let head = Head {
            from: Expr::Int(before as i64),
            to,
            rev: self.rng.chance(0.08),
            ..counted(&counter, 0)
        };
        let sweep = Sweep {
            counter,
            before,
            after,
        };
        let stmts = self.scoped(|g| {
            g.declare(Info {
                reserved: true,
                range: Some((before as i64, (grid.cells - after) as i64)),
                ..Info::new(&sweep.counter, Ty::Usize)
            });
            body(g, &sweep)
        });
        Stmt::For(None, head, block(stmts))
    }

    /// What happens to the cells in one step.
    fn step(&mut self, grid: &Grid, out: &mut Vec<Stmt>) {
        let range = self.ends();
        let inner = |g: &mut Gen| match g.rng.chance(0.7) {
            true => range,
            false => [0, 0],
        };
        match self.rng.weighted(&[5, 3, 2, 1]) {
            // Into another array, and back.
            0 => {
                out.push(self.sweep(grid, range, |g, s| {
                    let value = g.of_cells(grid, s, "u");
                    vec![Stmt::Assign(None, s.cell("next", 0), value)]
                }));
                let back = inner(self);
                let op = *self.rng.pick(&[None, None, Some(Op::Add)]);
                out.push(self.sweep(grid, back, |g, s| {
                    let value = match op {
                        None => s.cell("next", 0),
                        Some(_) => binary(Op::Mul, s.cell("next", 0), g.positive_literal()),
                    };
                    vec![Stmt::Assign(op, s.cell("u", 0), value)]
                }));
            }
            // In place: some neighbours are new already.
            1 => out.push(self.sweep(grid, range, |g, s| {
                let value = g.of_cells(grid, s, "u");
                let op = *g.rng.pick(&[None, Some(Op::Add)]);
                vec![Stmt::Assign(op, s.cell("u", 0), value)]
            })),
            // Each cell by itself, under a test or not.
            2 => out.push(self.sweep(grid, [0, 0], |g, s| {
                let value = g.of_cells(grid, s, "u");
                let set = Stmt::Assign(Some(Op::Add), s.cell("u", 0), value);
                match g.rng.chance(0.3) {
                    true => {
                        let (cond, _) = g.condition(true);
                        vec![Stmt::If(cond, block(vec![set]), None)]
                    }
                    false => vec![set],
                }
            })),
            // At an end.
            _ => {
                let last = binary(Op::Sub, grid.count.clone(), Expr::Int(1));
                let (to, from) = match self.rng.chance(0.5) {
                    true => (Expr::Int(0), Expr::Int(1)),
                    false => (last, Expr::Int(0)),
                };
                let value = binary(Op::Mul, index(var("u"), from), self.real(1));
                let value = self.squash(value);
                out.push(Stmt::Assign(None, index(var("u"), to), value));
            }
        }
    }

    /// A number made of a cell and those beside it, of which not much is left when it is large.
    fn of_cells(&mut self, grid: &Grid, s: &Sweep, of: &str) -> Expr {
        let (low, high) = (-(s.before as i64), s.after as i64);
        let mut sum: Option<Expr> = None;
        for offset in low..=high {
            if self.rng.chance(0.25) && low < high {
                continue;
            }
            let cell = match self.rng.weighted(&[6, 2, 1]) {
                0 => s.cell(of, offset),
                1 => binary(Op::Mul, s.cell(of, offset), self.real(1)),
                _ => binary(Op::Mul, s.cell(of, offset), s.cell(of, offset)),
            };
            let cell = binary(Op::Mul, cell, Expr::Real(self.rng.short(-0.6, 0.6)));
            sum = Some(match sum {
                None => cell,
                Some(sum) => binary(*self.rng.pick(&[Op::Add, Op::Add, Op::Sub]), sum, cell),
            });
        }
        let mut sum = sum.unwrap_or_else(|| s.cell(of, 0));
        if grid.source && self.rng.chance(0.6) {
            sum = binary(Op::Add, sum, s.cell("q", 0));
        }
        match self.rng.below(3) {
            0 => sum,
            1 => self.squash(sum),
            _ => binary(Op::Add, sum, self.real(2)),
        }
    }
}

/// `for step in 0..n`
fn counted(counter: &str, n: usize) -> Head {
    Head {
        var: counter.to_string(),
        from: Expr::Int(0),
        to: Expr::Int(n as i64),
        inclusive: false,
        rev: false,
        rev_first: true,
        step: None,
    }
}

fn block(stmts: Vec<Stmt>) -> Block {
    Block { stmts, tail: None }
}
