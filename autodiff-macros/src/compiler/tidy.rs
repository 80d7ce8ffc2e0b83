//! Makes emitted code shorter without changing what it computes: adjoints that are only another
//! name for one that never changes are replaced by it, and `mut` stays only where it is needed.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use super::code::{Expr, Stmt};
use super::real::is_literal;
use super::ssa::{MemId, ValId};

/// Tidies both sweeps. They are one piece of code: fused loops have their adjoints in the forward
/// sweep.
pub(crate) fn run(
    mut forward: Vec<Stmt>,
    mut reverse: Vec<Stmt>,
    bars: &dyn Fn(&Ident) -> Option<Var>,
) -> (Vec<Stmt>, Vec<Stmt>) {
    let mut changed = Changed::default();
    changed.stmts(&forward);
    changed.stmts(&reverse);
    let mut pass = Tidy {
        changed: &changed,
        bars,
        aliases: BTreeMap::new(),
    };
    pass.stmts(&mut forward);
    pass.stmts(&mut reverse);
    let mut read = BTreeSet::new();
    for stmt in forward.iter().chain(&reverse) {
        stmt.walk(&mut |e| {
            if let Expr::Bar(v) = e {
                read.insert(*v);
            }
        });
    }
    drop_unread(&mut forward, &read, bars);
    drop_unread(&mut reverse, &read, bars);
    (forward, reverse)
}

/// What a name in a `let` stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Var {
    Bar(ValId),
    MemBar(MemId),
}

/// The variables that change after their declaration.
#[derive(Default)]
struct Changed {
    vars: BTreeSet<Var>,
    names: BTreeSet<String>,
}

impl Changed {
    fn stmts(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            if let Stmt::Assign { place, .. } = stmt {
                self.root(place);
            }
            stmt.walk(&mut |e| match e {
                Expr::Ref(true, inner) => self.root(inner),
                Expr::Method(receiver, "push" | "pop" | "resize" | "truncate" | "iter_mut", _) => {
                    self.root(receiver)
                }
                // Names in raw tokens may be borrowed there.
                Expr::Raw(tokens) if tokens.to_string().starts_with("& mut") => {
                    let inner: Vec<String> =
                        tokens.clone().into_iter().map(|t| t.to_string()).collect();
                    self.names.extend(inner);
                }
                _ => {}
            });
            match stmt {
                Stmt::If { then, els, .. } => {
                    self.stmts(then);
                    self.stmts(els);
                }
                Stmt::For { body, .. }
                | Stmt::Collect { body, .. }
                | Stmt::Loop { body }
                | Stmt::Apart { body, .. } => self.stmts(body),
                Stmt::Stretches(of) => self.stmts(&of.body),
                _ => {}
            }
        }
    }

    fn root(&mut self, place: &Expr) {
        match place {
            Expr::Bar(v) => {
                self.vars.insert(Var::Bar(*v));
            }
            Expr::MemBar(m) => {
                self.vars.insert(Var::MemBar(*m));
            }
            Expr::Name(name) => {
                self.names.insert(name.to_string());
            }
            // What a named reference points to changes, not the reference.
            Expr::Index(base, _) | Expr::Deref(base) if matches!(**base, Expr::Name(_)) => {}
            Expr::Index(base, _)
            | Expr::Field(base, _)
            | Expr::Deref(base)
            | Expr::Ref(_, base) => {
                self.root(base);
            }
            _ => {}
        }
    }
}

struct Tidy<'a> {
    changed: &'a Changed,
    bars: &'a dyn Fn(&Ident) -> Option<Var>,
    aliases: BTreeMap<ValId, Expr>,
}

impl Tidy<'_> {
    fn stmts(&mut self, stmts: &mut [Stmt]) {
        for stmt in stmts.iter_mut() {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Let {
                name,
                mutable,
                init,
                ..
            } => {
                if let Some(e) = init {
                    self.expr(e);
                }
                let var = (self.bars)(name);
                if let Some(var) = var {
                    *mutable = *mutable
                        && (self.changed.vars.contains(&var)
                            || self.changed.names.contains(&name.to_string()));
                } else if self.changed.names.contains(&name.to_string()) {
                    *mutable = true;
                }
                if let (Some(Var::Bar(v)), false, Some(e)) = (var, *mutable, init.as_ref()) {
                    self.alias(v, e);
                }
            }
            Stmt::Bind { init, .. } | Stmt::Expect { init, .. } => self.expr(init),
            Stmt::Assign { place, value, .. } => {
                self.expr(place);
                self.expr(value);
            }
            Stmt::If { cond, then, els } => {
                self.expr(cond);
                self.stmts(then);
                self.stmts(els);
            }
            Stmt::For { iter, body, .. } | Stmt::Collect { iter, body, .. } => {
                self.expr(iter);
                self.stmts(body);
            }
            Stmt::Loop { body } => self.stmts(body),
            Stmt::Apart { rows, body, .. } => {
                rows.iter_mut().for_each(|row| self.expr(&mut row.from));
                self.stmts(body);
            }
            Stmt::Stretches(of) => {
                self.expr(&mut of.iterations);
                self.stmts(&mut of.body);
            }
            Stmt::Break => {}
            Stmt::Expr(e) => self.expr(e),
        }
    }

    /// Remembers that an adjoint is another that does not change, or the negative of one.
    fn alias(&mut self, v: ValId, e: &Expr) {
        let plain = |e: &Expr| match e {
            Expr::Bar(u) => !self.changed.vars.contains(&Var::Bar(*u)),
            Expr::Name(name) => !self.changed.names.contains(&name.to_string()),
            _ => false,
        };
        let constant = is_literal(e, "1.0");
        let negative = matches!(e, Expr::Neg(inner) if plain(inner));
        if plain(e) || negative || constant {
            self.aliases.insert(v, e.clone());
        }
    }

    fn expr(&mut self, e: &mut Expr) {
        match e {
            Expr::Bar(v) => {
                if let Some(alias) = self.aliases.get(v) {
                    *e = alias.clone();
                }
            }
            Expr::Neg(_) => self.negative(e),
            Expr::Bin(..) => self.binary(e),
            e => e.for_each_child_mut(&mut |child| self.expr(child)),
        }
    }

    fn negative(&mut self, e: &mut Expr) {
        if let Expr::Neg(inner) = e {
            self.expr(inner);
            if let Expr::Neg(twice) = &**inner {
                *e = (**twice).clone();
            }
        }
    }

    /// `1.0 * b` is `b`.
    fn binary(&mut self, e: &mut Expr) {
        if let Expr::Bin(op, a, b) = e {
            self.expr(a);
            self.expr(b);
            if *op == "*" && is_literal(a, "1.0") {
                *e = (**b).clone();
            }
        }
    }
}

/// Drops declarations of adjoints that nobody reads.
fn drop_unread(
    stmts: &mut Vec<Stmt>,
    read: &BTreeSet<ValId>,
    bars: &dyn Fn(&Ident) -> Option<Var>,
) {
    stmts.retain(|stmt| match stmt {
        Stmt::Let { name, .. } => !matches!(bars(name), Some(Var::Bar(v)) if !read.contains(&v)),
        _ => true,
    });
    for stmt in stmts {
        stmt.for_each_part_mut(&mut |_| (), &mut |inner| drop_unread(inner, read, bars));
    }
}
