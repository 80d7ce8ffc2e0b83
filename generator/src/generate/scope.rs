//! Variables in scope.

use super::Gen;
use crate::ast::{Binding, Expr, Style, Ty, var};

/// A variable, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Info {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) mutable: bool,
    /// For integers and truth values: does not depend on a comparison of real numbers.
    pub(super) pure: bool,
    /// Where it was declared.
    pub(super) region: u32,
    /// Whether rustc knows its type where it stands, so that methods can be called on it.
    pub(super) typed: bool,
    /// All values of an integer: from, and one past the last.
    pub(super) range: Option<(i64, i64)>,
    /// The container whose length is one past the last value.
    pub(super) bound: Option<String>,
    /// Counts iterations: neither assigned nor shadowed.
    pub(super) reserved: bool,
}

impl Info {
    pub(super) fn new(name: &str, ty: Ty) -> Self {
        Info {
            name: name.to_string(),
            ty,
            mutable: false,
            pure: true,
            region: 0,
            typed: true,
            range: None,
            bound: None,
            reserved: false,
        }
    }

    pub(super) fn binding(&self) -> Vec<Binding> {
        vec![Binding {
            name: self.name.clone(),
            mutable: self.mutable,
        }]
    }
}

/// The least length of something that is indexed once.
pub(super) fn length(ty: Ty) -> Option<usize> {
    match ty {
        Ty::Array(n) | Ty::Vec(n) | Ty::Slice(n) | Ty::ArrayRef(n) | Ty::SliceMut(n) => Some(n),
        _ => None,
    }
}

impl Gen {
    pub(super) fn declare(&mut self, info: Info) {
        let region = self.region;
        self.vars.push(Info { region, ..info });
    }

    /// Variables that are neither shadowed nor borrowed, and that `keep` keeps.
    pub(super) fn visible(&self, keep: impl Fn(&Info) -> bool) -> Vec<Info> {
        let mut seen: Vec<&str> = self.hidden.iter().map(String::as_str).collect();
        let mut out = Vec::new();
        for info in self.vars.iter().rev() {
            if !seen.contains(&info.name.as_str()) {
                seen.push(&info.name);
                if keep(info) {
                    out.push(info.clone());
                }
            }
        }
        out
    }

    /// One of the visible variables, the younger the likelier.
    pub(super) fn choose(&mut self, keep: impl Fn(&Info) -> bool) -> Option<Info> {
        let mut all = self.visible(keep);
        if all.is_empty() {
            return None;
        }
        let (a, b) = (self.rng.below(all.len()), self.rng.below(all.len()));
        let at = if self.rng.chance(0.5) { a.min(b) } else { a };
        Some(all.swap_remove(at))
    }

    /// A name for a new variable: sometimes one that is taken, so that it is shadowed.
    pub(super) fn name(&mut self, bases: &[&str], shadow: bool) -> String {
        if shadow
            && self.rng.chance(0.15)
            && let Some(old) = self.choose(|v| !v.reserved)
        {
            return old.name;
        }
        let base = *self.rng.pick(bases);
        let taken = |name: &str| self.vars.iter().any(|v| v.name == name);
        if !taken(base) {
            return base.to_string();
        }
        self.fresh += 1;
        format!("{base}{}", self.fresh)
    }

    /// Whether rustc knows the type of `e` without looking further.
    pub(super) fn typed(&self, e: &Expr) -> bool {
        match e {
            Expr::Real(_) => false,
            Expr::Var(name) => self.known(name),
            Expr::Index(base, _) | Expr::Field(base, _) => self.typed(base),
            Expr::Neg(x) => self.typed(x),
            // The operators of an undetermined left operand leave the result undetermined.
            Expr::Binary(_, a, _) => self.typed(a),
            Expr::If(_, then, _) | Expr::Block(then) => {
                then.stmts.is_empty() && then.tail.as_ref().is_some_and(|t| self.typed(t))
            }
            Expr::Tuple(parts) => parts.iter().all(|p| self.typed(p)),
            Expr::List(_, parts) => parts.first().is_some_and(|p| self.typed(p)),
            Expr::Repeat(_, x, _) => self.typed(x),
            Expr::Function(_, Style::Free, args) => self.typed(&args[0]),
            Expr::Function(..) | Expr::ToReal(_) | Expr::StdConst(_) => true,
            _ => true,
        }
    }

    fn known(&self, name: &str) -> bool {
        let found = self.vars.iter().rev().find(|v| v.name == *name);
        found.is_none_or(|v| v.typed)
    }

    /// A read of one real number that is in scope.
    pub(super) fn read(&mut self) -> Option<Expr> {
        let info = self.choose(|v| {
            matches!(v.ty, Ty::Real | Ty::Pair | Ty::Matrix(..)) || length(v.ty).is_some()
        })?;
        Some(self.part(&info))
    }

    /// A real number inside `info`.
    pub(super) fn part(&mut self, info: &Info) -> Expr {
        let whole = var(&info.name);
        match info.ty {
            Ty::Pair => Expr::Field(Box::new(whole), self.rng.below(2)),
            Ty::Matrix(m, n) => {
                let row = crate::ast::index(whole, self.position(m, None));
                crate::ast::index(row, self.position(n, None))
            }
            ty => match length(ty) {
                Some(n) => crate::ast::index(whole, self.position(n, Some(&info.name))),
                None => whole,
            },
        }
    }
}
