//! Whether methods are called that a body would be rewritten for: most bodies call none of them, and are not copied.

use proc_macro2::Ident;
use syn::visit::{self, Visit};

/// True if the body calls a method whose name is wanted.
pub(super) fn any(item: &syn::ItemFn, wanted: fn(&Ident) -> bool) -> bool {
    let mut calls = Calls {
        wanted,
        found: false,
    };
    calls.visit_block(&item.block);
    calls.found
}

struct Calls {
    wanted: fn(&Ident) -> bool,
    found: bool,
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.found |= (self.wanted)(&call.method);
        visit::visit_expr_method_call(self, call);
    }
}
