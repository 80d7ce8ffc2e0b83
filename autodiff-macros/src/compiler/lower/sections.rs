//! Calls of methods that refer to a part of their receiver, and indices of types with an `Index` of their own: the part in their place.
//!
//! ```text
//! m.row(i)     →  &m.data[i * m.cols..(i + 1) * m.cols]
//! m.row(i)[j]  →  m.data[i * m.cols..(i + 1) * m.cols][j]
//! m[(i, j)]    →  m.data[i * m.cols + j]
//! ```
//!
//! In: a statement, without the statements in its blocks, which come here by themselves. The arguments are repeated, so that
//! calls whose arguments have effects stay what they are.

use syn::visit_mut::{self, VisitMut};

use super::Lower;
use super::expr::bare;

impl Lower<'_> {
    /// Replaces such calls; `None` if there are no such methods.
    pub(super) fn sections(&self) -> Option<impl VisitMut> {
        let any = self.options.known.has_sections();
        any.then_some(Sections { lower: self })
    }
}

struct Sections<'l, 'a> {
    lower: &'l Lower<'a>,
}

impl Sections<'_, '_> {
    /// The name of the type of a place.
    fn type_of(&self, place: &syn::Expr) -> Option<syn::Path> {
        let lower = self.lower;
        let ty = lower.place_type(place).filter(|_| lower.is_place(place))?;
        lower.path_of(&ty)
    }

    fn section(&self, expr: &syn::Expr) -> Option<syn::ExprReference> {
        let syn::Expr::MethodCall(call) = bare(expr) else {
            return None;
        };
        let receiver = bare(&call.receiver);
        let of = self.type_of(receiver)?;
        let getter = self.lower.options.known.getter(&of, &call.method)?;
        let fits = getter.refers() && getter.params.len() == call.args.len();
        if !fits || !call.args.iter().all(may_repeat) {
            return None;
        }
        match getter.of(receiver, call.args.iter().cloned()) {
            syn::Expr::Reference(part) => Some(part),
            _ => None,
        }
    }

    /// The place that an index of the user's stands for.
    fn indexed(&self, index: &syn::ExprIndex) -> Option<syn::Expr> {
        let receiver = bare(&index.expr);
        let of = self.type_of(receiver)?;
        let parts: Vec<syn::Expr> = match bare(&index.index) {
            syn::Expr::Tuple(tuple) => tuple.elems.iter().cloned().collect(),
            at => vec![at.clone()],
        };
        let getter = self.lower.options.known.index(&of, parts.len())?;
        let place = parts
            .iter()
            .all(may_repeat)
            .then(|| getter.of(receiver, parts.into_iter()));
        match place? {
            syn::Expr::Reference(part) => Some(*part.expr),
            _ => None,
        }
    }

    /// Where the compiler goes through references by itself: the part, without the reference to it.
    fn behind(&self, expr: &mut syn::Expr) {
        if let Some(part) = self.section(expr) {
            *expr = *part.expr;
        }
    }
}

impl VisitMut for Sections<'_, '_> {
    fn visit_block_mut(&mut self, _: &mut syn::Block) {}

    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        if let Some(part) = self.section(expr) {
            *expr = syn::Expr::Reference(part);
        }
        if let syn::Expr::Index(index) = expr
            && let Some(place) = self.indexed(index)
        {
            *expr = place;
        }
        match expr {
            syn::Expr::MethodCall(outer) => self.behind(&mut outer.receiver),
            syn::Expr::Index(outer) => self.behind(&mut outer.expr),
            syn::Expr::Field(outer) => self.behind(&mut outer.base),
            syn::Expr::Unary(outer) => {
                if let (syn::UnOp::Deref(_), Some(part)) = (outer.op, self.section(&outer.expr)) {
                    *expr = *part.expr;
                }
            }
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

/// Methods of integers, and of what has a length, that change nothing.
const OF_INTEGERS: [&str; 6] = ["len", "min", "max", "saturating_sub", "abs_diff", "pow"];

/// True for an expression that gives the same however often it is evaluated.
fn may_repeat(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
        syn::Expr::Paren(inner) => may_repeat(&inner.expr),
        syn::Expr::Field(field) => may_repeat(&field.base),
        syn::Expr::Index(index) => may_repeat(&index.expr) && may_repeat(&index.index),
        syn::Expr::Unary(unary) => may_repeat(&unary.expr),
        syn::Expr::Cast(cast) => may_repeat(&cast.expr),
        syn::Expr::Binary(binary) => {
            super::operator::compound(&binary.op).is_none()
                && may_repeat(&binary.left)
                && may_repeat(&binary.right)
        }
        syn::Expr::MethodCall(call) => {
            OF_INTEGERS.iter().any(|name| call.method == name)
                && may_repeat(&call.receiver)
                && call.args.iter().all(may_repeat)
        }
        _ => false,
    }
}
