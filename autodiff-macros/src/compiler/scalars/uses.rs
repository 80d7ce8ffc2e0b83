//! Which arrays can be taken apart: those of which every use is one that has a form in numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Shape, element, indices, shape, whole};
use crate::compiler::hir::rewrite::{self, Rewrite};
use crate::compiler::hir::{Block, Expr, ExprKind, Func, Pat, Place, Stmt, StmtKind, VarId};
use crate::compiler::unroll::literal;

/// How the arrays are used.
pub(super) struct Uses {
    shapes: BTreeMap<VarId, Shape>,
    /// How many uses there are of each, and how many of them are understood.
    all: BTreeMap<VarId, usize>,
    understood: BTreeMap<VarId, usize>,
    /// Copies of one array into another.
    copies: Vec<(VarId, VarId)>,
}

impl Uses {
    /// The arrays that can be taken apart.
    pub(super) fn candidates(
        func: &Func,
        body: &mut Block,
        kept: &BTreeSet<VarId>,
    ) -> BTreeMap<VarId, Shape> {
        let vars = (0..).map(VarId).zip(&func.vars);
        let local = vars.filter(|(id, _)| !kept.contains(id));
        let mut uses = Uses {
            shapes: local
                .filter_map(|(id, var)| Some((id, shape(&var.ty)?)))
                .collect(),
            all: BTreeMap::new(),
            understood: BTreeMap::new(),
            copies: Vec::new(),
        };
        if uses.shapes.is_empty() {
            return BTreeMap::new();
        }
        rewrite::block(body, &mut uses);
        if let Some(result) = body.value.as_deref().and_then(whole) {
            uses.understand(result);
        }
        uses.settle()
    }

    /// Leaves out what has a use that is not understood, and what is copied from or to it.
    fn settle(self) -> BTreeMap<VarId, Shape> {
        let Uses {
            mut shapes,
            all,
            understood,
            copies,
        } = self;
        shapes.retain(|var, _| all.contains_key(var) && all.get(var) == understood.get(var));
        loop {
            let known = shapes.len();
            for (a, b) in &copies {
                if shapes.get(a) != shapes.get(b) {
                    shapes.remove(a);
                    shapes.remove(b);
                }
            }
            if shapes.len() == known {
                return shapes;
            }
        }
    }

    fn used(&mut self, var: VarId) {
        *self.all.entry(var).or_default() += 1;
    }

    fn understand(&mut self, var: VarId) {
        *self.understood.entry(var).or_default() += 1;
    }

    /// A whole array gets this.
    fn filled(&mut self, var: VarId, value: &Expr) {
        let Some(shape) = self.shapes.get(&var) else {
            return;
        };
        if is_literal(value, shape.len()) {
            self.understand(var);
        } else if let Some(from) = whole(value)
            && self.shapes.contains_key(&from)
        {
            self.understand(var);
            self.understand(from);
            self.copies.push((var, from));
        }
    }

    /// Variables of a pattern: what is taken out of something is not understood, nor what gets its value later.
    fn declared(&mut self, pat: &Pat) {
        match pat {
            Pat::Var(var) => self.used(*var),
            Pat::Tuple(parts) => parts.iter().for_each(|part| self.declared(part)),
            Pat::Wild => {}
        }
    }
}

impl Rewrite for Uses {
    fn place(&mut self, place: &mut Place) {
        if let Some(shape) = self.shapes.get(&place.root) {
            let understood = element(place, shape).is_some();
            self.used(place.root);
            if understood {
                self.understand(place.root);
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &expr.kind {
            ExprKind::Measure(place, _) => self.used(place.root),
            ExprKind::Len(place) if indices(place).is_some() => self.understand(place.root),
            _ => {}
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                self.declared(pat);
                if let (Pat::Var(var), Some(init)) = (pat, init) {
                    self.filled(*var, init);
                }
            }
            StmtKind::Assign {
                place,
                op: None,
                value,
            } if place.path.is_empty() => self.filled(place.root, value),
            StmtKind::Alias { place, .. } | StmtKind::Push { place, .. } => self.used(place.root),
            _ => {}
        }
    }
}

/// True for lists in lists, down to the numbers.
fn is_literal(value: &Expr, depth: usize) -> bool {
    match &value.kind {
        _ if depth == 0 => true,
        ExprKind::List(parts) => parts.iter().all(|part| is_literal(part, depth - 1)),
        ExprKind::Repeat(part, len) => literal(len).is_some() && is_literal(part, depth - 1),
        _ => false,
    }
}
