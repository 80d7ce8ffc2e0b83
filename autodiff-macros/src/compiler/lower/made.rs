//! Structs that functions of their types make of constants: `let mut sums = Sums::new();`.
//!
//! Such a call has no derivative, and what it gives is a constant, as far as anybody sees: a counter, a map, a source of random
//! numbers. What methods then do with numbers tells otherwise. Where the compiler sees the type and the method, it knows; where
//! it does not, a function that would be refused is compiled once more with structs in their place.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit::{self, Visit};

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use crate::compiler::hir::Ty;
use crate::compiler::naming::ReceiverPassing;
use crate::compiler::parse::types;

/// Types of std, whose methods are no user's.
const STD: [&str; 18] = [
    "Vec",
    "VecDeque",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "String",
    "Box",
    "Rc",
    "Arc",
    "Cell",
    "RefCell",
    "Option",
    "Result",
    "Instant",
    "Duration",
    "Cow",
];

/// The variables of a function that `Type::f(…)` makes, and methods are called on.
pub(crate) fn made_structs(item: &syn::ItemFn) -> Vec<Ident> {
    struct Made(Vec<Ident>);
    impl<'ast> Visit<'ast> for Made {
        fn visit_local(&mut self, local: &'ast syn::Local) {
            if let Some(init) = &local.init
                && let Some(name) = name_of(&local.pat)
                && maker(bare(&init.expr)).is_some()
            {
                self.0.push(name.clone());
            }
            visit::visit_local(self, local);
        }
    }
    let mut made = Made(Vec::new());
    made.visit_item_fn(item);
    let mut made = made.0;
    made.sort();
    made.dedup();
    made.retain(|name| has_method(item, name, &|call| !call.args.is_empty()));
    made
}

impl Lower<'_> {
    /// The type of a variable that is such a struct. `annotation`: what the `let` says of it.
    pub(super) fn made_struct(
        &mut self,
        pat: &syn::Pat,
        annotation: Option<&syn::Type>,
        init: &syn::Expr,
    ) -> Option<Ty> {
        let name = name_of(pat)?;
        let owner = maker(init)?;
        let said = match annotation.map(types::bare) {
            Some(syn::Type::Path(path)) => path.path == owner,
            Some(_) => false,
            None => true,
        };
        if !said {
            return None;
        }
        let known = &self.options.known;
        let made = self.returned_by(init);
        let seen = made.as_ref().is_some_and(|made| {
            known
                .is_differentiable(made)
                .unwrap_or_else(|| self.is_own(made))
        });
        let changes = |call: &syn::ExprMethodCall| {
            known.receiver(&call.method) == Some(ReceiverPassing::Exclusive)
        };
        let certain =
            seen && (has_method(self.item, name, &changes) || is_stored_into(self.item, name));
        let guessed = self.options.made_structs.contains(name);
        if !certain && !guessed {
            return None;
        }
        let kind = match made {
            Some(made) => Kind::Path {
                path: made.to_token_stream(),
                real: true,
            },
            None => Kind::Call,
        };
        let ty = self.infer.fresh(kind);
        self.infer.make_struct(&ty);
        Some(ty)
    }
}

/// The name that a `let` gives to a whole value.
fn name_of(pat: &syn::Pat) -> Option<&Ident> {
    match pat {
        syn::Pat::Type(typed) => name_of(&typed.pat),
        syn::Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => {
            Some(&name.ident)
        }
        _ => None,
    }
}

/// The type whose function is called, `Type` of `Type::f(…)`.
fn maker(init: &syn::Expr) -> Option<syn::Path> {
    let syn::Expr::Call(call) = init else {
        return None;
    };
    let syn::Expr::Path(path) = bare(&call.func) else {
        return None;
    };
    let mut names = path.path.segments.iter().rev();
    let upper = |name: &Ident| name.to_string().starts_with(char::is_uppercase);
    let function = &names.next()?.ident;
    let owner = &names.next()?.ident;
    let own = path.qself.is_none() && !upper(function) && upper(owner);
    if !own || STD.iter().any(|name| owner == name) {
        return None;
    }
    syn::parse2(super::structs::owner(path)).ok()
}

/// True if something is stored in an element of the variable, by an `Index` of its type.
fn is_stored_into(item: &syn::ItemFn, name: &Ident) -> bool {
    struct Stores<'c> {
        name: &'c Ident,
        found: bool,
    }
    impl<'ast> Visit<'ast> for Stores<'_> {
        fn visit_expr(&mut self, expr: &'ast syn::Expr) {
            let left = match expr {
                syn::Expr::Assign(assign) => Some(&assign.left),
                syn::Expr::Binary(binary) => {
                    super::operator::compound(&binary.op).map(|_| &binary.left)
                }
                _ => None,
            };
            let mut place = left.map(|left| bare(left));
            while let Some(syn::Expr::Index(index)) = place {
                place = Some(bare(&index.expr));
                self.found |=
                    matches!(place, Some(syn::Expr::Path(path)) if path.path.is_ident(self.name));
            }
            visit::visit_expr(self, expr);
        }
    }
    let mut stores = Stores { name, found: false };
    stores.visit_item_fn(item);
    stores.found
}

/// True if such a method is called on the variable.
fn has_method(
    item: &syn::ItemFn,
    name: &Ident,
    holds: &dyn Fn(&syn::ExprMethodCall) -> bool,
) -> bool {
    struct Calls<'c> {
        name: &'c Ident,
        holds: &'c dyn Fn(&syn::ExprMethodCall) -> bool,
        found: bool,
    }
    impl<'ast> Visit<'ast> for Calls<'_> {
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            let on = matches!(bare(&call.receiver), syn::Expr::Path(path) if path.path.is_ident(self.name));
            self.found |= on && (self.holds)(call);
            visit::visit_expr_method_call(self, call);
        }
    }
    let mut calls = Calls {
        name,
        holds,
        found: false,
    };
    calls.visit_item_fn(item);
    calls.found
}
