//! Statements.

use super::Gen;
use super::scope::{Info, length};
use crate::ast::{Binding, Block, Expr, Op, Stmt, Store, Ty, binary, boxed, index, var};

const REALS: &[&str] = &["s", "t", "u", "y", "z", "p", "q", "acc", "h", "r"];
const LISTS: &[&str] = &["a", "b", "buf", "row", "v", "hist"];
const INTS: &[&str] = &["k", "m", "n", "at", "c"];

impl Gen {
    /// Appends about `n` statements to `out`.
    pub(super) fn stmts(&mut self, n: usize, out: &mut Vec<Stmt>) {
        let wanted = out.len() + n;
        for _ in 0..3 * n {
            if out.len() < wanted {
                self.add(out);
            }
        }
    }

    fn add(&mut self, out: &mut Vec<Stmt>) {
        let deep = usize::from(self.nesting < if self.small { 2 } else { 4 });
        // What is declared inside a block is often dead at its end, so mostly assign there.
        let new = if self.nesting == 0 { 3 } else { 1 };
        let weights = [
            5 * new,
            new,
            2 * new,
            3 * new,
            new,
            22,
            18,
            7 * deep,
            9 * deep,
            4 * deep,
            3 * deep,
            4,
            6,
            1,
            3,
            2,
            4,
        ];
        let stmt = match self.rng.weighted(&weights) {
            0 => Some(self.let_real(3)),
            1 => Some(self.let_bool()),
            2 => Some(self.let_int()),
            3 => Some(self.let_list()),
            4 => Some(self.let_pair()),
            5 => self.assign_real(),
            6 => self.assign_element(),
            7 => Some(self.if_stmt()),
            8 => Some(self.for_stmt()),
            9 => return self.while_stmts(out),
            10 => return self.loop_stmts(out),
            11 => self.jump(),
            12 => self.effect(),
            13 => Some(self.assertion()),
            14 => self.assign_int(),
            15 => self.assign_whole(),
            _ => self.each_element(),
        };
        out.extend(stmt);
    }

    /// A block of a few statements without a value.
    pub(super) fn body(&mut self, least: usize, most: usize) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        let hidden = self.hidden.len();
        if self.nesting > 0 && self.rng.chance(0.12) {
            stmts.extend(self.alias());
        }
        let n = self.rng.between(least, most);
        self.stmts(n, &mut stmts);
        if self.nesting > 0 && self.rng.chance(0.6) {
            stmts.extend(self.assign_outer());
        }
        self.hidden.truncate(hidden);
        stmts
    }

    /// `let part = &mut a[1..];`, after which `a` is left alone to the end of the block.
    fn alias(&mut self) -> Option<Stmt> {
        let mutable = self.rng.chance(0.6);
        let value = if mutable {
            self.borrow_mut(2)?
        } else {
            self.borrow(2)?
        };
        let Expr::Borrow(_, of, _) = &value else {
            return None;
        };
        let typed = self.typed(of);
        self.hidden.push(root(of)?);
        let name = self.name(&["part", "line"], false);
        let ty = if mutable {
            Ty::SliceMut(2)
        } else {
            Ty::Slice(2)
        };
        let info = Info {
            typed,
            ..Info::new(&name, ty)
        };
        let stmt = Stmt::Let(info.binding(), None, Some(value));
        self.declare(Info { mutable, ..info });
        Some(stmt)
    }

    /// An assignment to something that outlives the block.
    fn assign_outer(&mut self) -> Option<Stmt> {
        if self.rng.chance(0.5) {
            self.assign_real()
        } else {
            self.assign_element()
        }
    }

    /// Declares what the rest of a function works on.
    pub(super) fn state(&mut self, most: usize, out: &mut Vec<Stmt>) {
        for _ in 0..self.rng.between(0, most) {
            let stmt = if self.rng.chance(0.6) {
                self.let_state()
            } else {
                self.let_list()
            };
            out.push(stmt);
        }
    }

    /// `let mut s = 0.0;`
    fn let_state(&mut self) -> Stmt {
        let value = if self.rng.chance(0.5) {
            Expr::Real(0.0)
        } else {
            self.real(1)
        };
        let typed = self.typed(&value);
        let note = !typed && self.rng.chance(0.5);
        let name = self.name(REALS, false);
        let info = Info {
            mutable: true,
            typed: typed || note,
            ..Info::new(&name, Ty::Real)
        };
        let stmt = Stmt::Let(info.binding(), note.then_some(Ty::Real), Some(value));
        self.declare(info);
        stmt
    }

    pub(super) fn let_real(&mut self, depth: usize) -> Stmt {
        let value = if self.rng.chance(0.25) {
            Expr::Real(self.literal())
        } else {
            self.real(depth)
        };
        let typed = self.typed(&value);
        let note = (!typed && self.rng.chance(0.5)) || self.rng.chance(0.1);
        let name = self.name(REALS, true);
        let mutable = self.rng.chance(0.6);
        let info = Info {
            mutable,
            typed: typed || note,
            ..Info::new(&name, Ty::Real)
        };
        let stmt = Stmt::Let(info.binding(), note.then_some(Ty::Real), Some(value));
        self.declare(info);
        stmt
    }

    fn let_bool(&mut self) -> Stmt {
        let (value, real) = self.condition(true);
        let mutable = self.rng.chance(0.3);
        let changing = mutable && self.rng.chance(0.5);
        let pure = !real && !changing;
        let name = self.name(&["big", "flag", "ok"], true);
        let info = Info {
            mutable,
            pure,
            ..Info::new(&name, Ty::Bool)
        };
        let stmt = Stmt::Let(info.binding(), None, Some(value));
        self.declare(info);
        stmt
    }

    fn let_int(&mut self) -> Stmt {
        let mutable = self.rng.chance(0.7);
        let pure = !mutable || self.rng.chance(0.6);
        let ty = if self.rng.chance(0.75) {
            Ty::Usize
        } else {
            Ty::I32
        };
        let value = match ty {
            Ty::Usize => self.count(pure),
            _ => Expr::Int(self.rng.below(3) as i64),
        };
        let name = self.name(INTS, true);
        let info = Info {
            mutable,
            pure,
            ..Info::new(&name, ty)
        };
        let stmt = Stmt::Let(info.binding(), Some(ty), Some(value));
        self.declare(info);
        stmt
    }

    fn let_list(&mut self) -> Stmt {
        let n = self.rng.between(2, 4);
        if self.rng.chance(0.12) {
            return self.let_matrix(n);
        }
        let store = if self.rng.chance(0.65) {
            Store::Array
        } else {
            Store::Vec
        };
        let value = self.list(store, n, 2);
        let typed = self.typed(&value);
        let ty = if store == Store::Array {
            Ty::Array(n)
        } else {
            Ty::Vec(n)
        };
        let note = !typed && self.rng.chance(0.5);
        let name = self.name(LISTS, true);
        let mutable = self.rng.chance(0.85);
        let info = Info {
            mutable,
            typed: typed || note,
            ..Info::new(&name, ty)
        };
        let stmt = Stmt::Let(info.binding(), note.then_some(ty), Some(value));
        self.declare(info);
        stmt
    }

    fn let_matrix(&mut self, n: usize) -> Stmt {
        let m = self.rng.between(2, 3);
        let row = Expr::Repeat(
            Store::Array,
            boxed(Expr::Real(0.0)),
            boxed(Expr::Int(n as i64)),
        );
        let value = Expr::Repeat(Store::Array, boxed(row), boxed(Expr::Int(m as i64)));
        let name = self.name(&["grid", "mat"], true);
        let info = Info {
            mutable: true,
            ..Info::new(&name, Ty::Matrix(m, n))
        };
        let stmt = Stmt::Let(info.binding(), Some(info.ty), Some(value));
        self.declare(info);
        stmt
    }

    pub(super) fn list(&mut self, store: Store, n: usize, depth: usize) -> Expr {
        let copied = self.choose(|v| v.ty == Ty::Array(n));
        match (store, copied) {
            (Store::Array, Some(info)) if self.rng.chance(0.25) => var(&info.name),
            _ if self.rng.chance(0.5) => {
                let x = if self.rng.chance(0.7) {
                    Expr::Real(0.0)
                } else {
                    self.real(depth.min(1))
                };
                Expr::Repeat(store, boxed(x), boxed(Expr::Int(n as i64)))
            }
            _ => Expr::List(store, (0..n).map(|_| self.real(depth)).collect()),
        }
    }

    fn let_pair(&mut self) -> Stmt {
        let value = self.pair(1);
        if self.rng.chance(0.25) {
            let name = self.name(&["pt", "ab"], true);
            let mutable = self.rng.chance(0.5);
            let info = Info {
                mutable,
                ..Info::new(&name, Ty::Pair)
            };
            let stmt = Stmt::Let(info.binding(), Some(Ty::Pair), Some(value));
            self.declare(info);
            return stmt;
        }
        let a = self.name(REALS, true);
        let b = self.other_name(&a);
        let flags = [self.rng.chance(0.4), self.rng.chance(0.4)];
        let parts = [(a, flags[0]), (b, flags[1])];
        let typed = self.typed(&value);
        let note = (!typed).then_some(Ty::Pair);
        let binding = |(name, mutable): &(String, bool)| Binding {
            name: name.clone(),
            mutable: *mutable,
        };
        let stmt = Stmt::Let(parts.iter().map(binding).collect(), note, Some(value));
        for (name, mutable) in parts {
            self.declare(Info {
                mutable,
                ..Info::new(&name, Ty::Real)
            });
        }
        stmt
    }

    fn other_name(&mut self, first: &str) -> String {
        loop {
            let name = self.name(REALS, true);
            if name != *first {
                return name;
            }
        }
    }

    /// A value of type `(f64, f64)`.
    pub(super) fn pair(&mut self, depth: usize) -> Expr {
        if depth > 0
            && self.rng.chance(0.5)
            && let Some(call) = self.call(depth - 1, Ty::Pair)
        {
            return call;
        }
        let x = self.real(depth);
        if self.rng.chance(0.3) {
            return self.apply("sin_cos", vec![x]);
        }
        Expr::Tuple(vec![x, self.real(depth)])
    }

    fn if_stmt(&mut self) -> Stmt {
        let (cond, real) = self.condition(true);
        let then = self.within(real, |g| g.body(1, 3));
        let els = self.rng.chance(0.5).then(|| {
            let nested = self.rng.chance(0.25);
            self.within(real, |g| {
                if nested {
                    vec![g.if_stmt()]
                } else {
                    g.body(1, 2)
                }
            })
        });
        let block = |stmts| Block { stmts, tail: None };
        Stmt::If(cond, block(then), els.map(block))
    }

    fn assertion(&mut self) -> Stmt {
        let info = self.choose(|v| v.ty == Ty::Real && v.typed);
        let cond = match info {
            Some(info) => crate::ast::method("is_finite", vec![var(&info.name)]),
            None => Expr::Bool(true),
        };
        Stmt::Assert(self.rng.chance(0.5), cond)
    }

    /// Sums up a container in a tail: `a[0] + a[1]`.
    pub(super) fn total(&mut self, info: &Info) -> Expr {
        let n = length(info.ty).unwrap_or(1);
        let element = |k: usize| index(var(&info.name), Expr::Int(k as i64));
        (1..n).fold(element(0), |sum, k| binary(Op::Add, sum, element(k)))
    }
}

/// The variable of a place.
fn root(place: &Expr) -> Option<String> {
    match place {
        Expr::Var(name) => Some(name.clone()),
        Expr::Index(base, _) | Expr::Field(base, _) => root(base),
        _ => None,
    }
}
