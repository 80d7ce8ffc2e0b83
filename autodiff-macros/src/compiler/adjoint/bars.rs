//! What the reverse sweep of `__forward` does with the bars of slices, as calls.
//!
//! The type of such a bar is a projection of the kind of its parameter. An operator on it makes rustc go through
//! everything that is known of the projection, several times; a function that is told the kind asks for nothing else.
//!
//! ```text
//! let x_bar_row = &mut x_bar[..n]; x_bar_row[k] += t;
//! let x_bar_row = rt::head_of::<__K0, f64>(x_bar, n); rt::add_at::<__K0, f64>(x_bar_row, k, t);
//! ```

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Context;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{Real, Ty};
use crate::compiler::primal::ty_tokens;
use crate::compiler::ssa::{MemId, Origin};

/// Writes additions to bars of slices, and what these begin with, as calls.
pub(super) fn run(cx: &Context<'_>, stmts: &mut [Stmt]) {
    Bars {
        cx,
        rows: BTreeMap::new(),
    }
    .stmts(stmts);
}

struct Bars<'a> {
    cx: &'a Context<'a>,
    /// References to the first elements of a bar, and the generic arguments that go with the bar.
    rows: BTreeMap<Ident, TokenStream>,
}

impl Bars<'_> {
    fn stmts(&mut self, stmts: &mut [Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        let rt = &self.cx.names.rt;
        match stmt {
            Stmt::Let {
                name,
                init: Some(init),
                ..
            } => match self.head(init) {
                Some((generics, bar, count)) => {
                    *init = Expr::call(quote!(#rt::head_of #generics), vec![bar, count]);
                    self.rows.insert(name.clone(), generics);
                }
                None => drop(self.rows.remove(name)),
            },
            Stmt::Assign { place, op, value } => {
                let function = match *op {
                    "+=" => quote!(#rt::add_at),
                    "-=" => quote!(#rt::subtract_at),
                    _ => return,
                };
                let Expr::Index(bar, at) = place else {
                    return;
                };
                if let (Some(generics), false) = (self.generics(bar), is_range(at)) {
                    let arguments = vec![(**bar).clone(), (**at).clone(), value.clone()];
                    *stmt = Stmt::Expr(Expr::call(quote!(#function #generics), arguments));
                }
            }
            stmt => stmt.for_each_part_mut(&mut |_| {}, &mut |stmts| self.stmts(stmts)),
        }
    }

    /// `&mut bar[..count]`: the generic arguments, the bar, the count.
    fn head(&self, e: &Expr) -> Option<(TokenStream, Expr, Expr)> {
        let Expr::Ref(true, place) = e else {
            return None;
        };
        let Expr::Index(bar, range) = &**place else {
            return None;
        };
        let Expr::Range(None, Some(count), false) = &**range else {
            return None;
        };
        let generics = self.generics(bar)?;
        Some((generics, (**bar).clone(), (**count).clone()))
    }

    /// The kind and the numbers of a bar.
    fn generics(&self, bar: &Expr) -> Option<TokenStream> {
        match bar {
            Expr::MemBar(m) => self.of_parameter(*m),
            Expr::Name(name) => self.rows.get(name).cloned(),
            _ => None,
        }
    }

    fn of_parameter(&self, m: MemId) -> Option<TokenStream> {
        let mem = self.cx.func.mem(m);
        let (Origin::Shared(k) | Origin::Owned(k)) = mem.origin else {
            return None;
        };
        let (Ty::Slice(element) | Ty::Vec(element)) = behind(&mem.ty) else {
            return None;
        };
        matches!(**element, Ty::Real(Real::F64 | Real::F32)).then(|| {
            let (kind, element) = (format_ident!("__K{k}"), ty_tokens(element));
            quote!(::<#kind, #element>)
        })
    }
}

fn behind(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref(_, inner) => behind(inner),
        ty => ty,
    }
}

fn is_range(e: &Expr) -> bool {
    matches!(e, Expr::Range(..))
}
