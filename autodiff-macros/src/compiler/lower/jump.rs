//! Whether an expression jumps out of itself.

use proc_macro2::Ident;
use syn::visit::{self, Visit};

/// True if `expr` holds a `return`, or a `break` or `continue` of a loop around it.
pub(super) fn has_jump(expr: &syn::Expr) -> bool {
    let mut finder = Finder::default();
    finder.visit_expr(expr);
    finder.found
}

/// True if a `break` leaves this very loop.
pub(super) fn has_break(expr: &syn::ExprLoop) -> bool {
    breaks(
        &expr.body,
        expr.label.as_ref().map(|label| &label.name.ident),
    )
}

/// True if a `break` in the body leaves the loop.
pub(super) fn breaks(body: &syn::Block, label: Option<&Ident>) -> bool {
    let mut finder = Breaks {
        label: label.cloned(),
        depth: 0,
        found: false,
    };
    finder.visit_block(body);
    finder.found
}

/// True if a `return` in `expr` leaves the closure whose body it is.
pub(super) fn has_return(expr: &syn::Expr) -> bool {
    let mut finder = Returns(false);
    finder.visit_expr(expr);
    finder.0
}

struct Returns(bool);

impl<'ast> Visit<'ast> for Returns {
    fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
        self.0 = true;
    }

    fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
        self.0 = true;
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

struct Breaks {
    label: Option<Ident>,
    depth: usize,
    found: bool,
}

impl<'ast> Visit<'ast> for Breaks {
    fn visit_expr_break(&mut self, jump: &'ast syn::ExprBreak) {
        self.found |= match &jump.label {
            Some(label) => Some(&label.ident) == self.label.as_ref(),
            None => self.depth == 0,
        };
        visit::visit_expr_break(self, jump);
    }

    fn visit_expr_loop(&mut self, expr: &'ast syn::ExprLoop) {
        self.depth += 1;
        visit::visit_expr_loop(self, expr);
        self.depth -= 1;
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.depth += 1;
        visit::visit_expr_while(self, expr);
        self.depth -= 1;
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.depth += 1;
        visit::visit_expr_for_loop(self, expr);
        self.depth -= 1;
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

#[derive(Default)]
struct Finder {
    found: bool,
    /// Loops inside of the expression that an unlabelled `break` may mean.
    depth: usize,
    labels: Vec<Ident>,
}

impl Finder {
    fn jump(&mut self, label: Option<&syn::Lifetime>) {
        let inside = match label {
            Some(label) => self.labels.contains(&label.ident),
            None => self.depth > 0,
        };
        self.found |= !inside;
    }

    fn inside(&mut self, label: Option<&syn::Label>, counts: bool, body: impl FnOnce(&mut Self)) {
        self.labels
            .extend(label.map(|label| label.name.ident.clone()));
        self.depth += usize::from(counts);
        body(self);
        self.depth -= usize::from(counts);
        if label.is_some() {
            self.labels.pop();
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
        self.found = true;
    }

    fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
        self.found = true;
    }

    fn visit_expr_break(&mut self, jump: &'ast syn::ExprBreak) {
        self.jump(jump.label.as_ref());
        visit::visit_expr_break(self, jump);
    }

    fn visit_expr_continue(&mut self, jump: &'ast syn::ExprContinue) {
        self.jump(jump.label.as_ref());
    }

    fn visit_expr_loop(&mut self, expr: &'ast syn::ExprLoop) {
        self.inside(expr.label.as_ref(), true, |this| {
            this.visit_block(&expr.body)
        });
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.inside(expr.label.as_ref(), true, |this| {
            visit::visit_expr_while(this, expr)
        });
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.visit_expr(&expr.expr);
        self.inside(expr.label.as_ref(), true, |this| {
            this.visit_block(&expr.body)
        });
    }

    fn visit_expr_block(&mut self, expr: &'ast syn::ExprBlock) {
        self.inside(expr.label.as_ref(), false, |this| {
            this.visit_block(&expr.block)
        });
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
