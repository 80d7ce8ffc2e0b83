//! The helper attributes: `#[constant]`, `#[tie]`, `#[checkpoint]`, `#[assume_continuous]`.

use syn::visit_mut::{self, VisitMut};

/// The names of the helper attributes.
pub(crate) const HELPERS: [&str; 4] = ["constant", "tie", "checkpoint", "assume_continuous"];

/// True for the attributes that belong to this macro.
pub(crate) fn is_helper(attribute: &syn::Attribute) -> bool {
    let name = attribute.path().get_ident().map(ToString::to_string);
    name.is_some_and(|name| HELPERS.contains(&name.as_str()))
}

/// Takes the helper attributes off parameters, statements and expressions; all else stays as it is. False if there were none
/// in the body.
pub(crate) fn strip(item: &mut syn::ItemFn) -> bool {
    strip_parts(&mut item.sig, &mut item.block)
}

/// The same for a function of an `impl` block.
pub(crate) fn strip_method(item: &mut syn::ImplItemFn) {
    let _ = strip_parts(&mut item.sig, &mut item.block);
}

/// The same for an item of an `impl` block.
pub(crate) fn strip_member(item: &mut syn::ImplItem) {
    if let syn::ImplItem::Fn(function) = item {
        strip_method(function);
    }
}

fn strip_parts(sig: &mut syn::Signature, block: &mut syn::Block) -> bool {
    #[derive(Default)]
    struct Strip {
        found: bool,
    }
    impl VisitMut for Strip {
        fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
            let before = attributes.len();
            attributes.retain(|attribute| !is_helper(attribute));
            self.found |= attributes.len() < before;
        }
        fn visit_block_mut(&mut self, block: &mut syn::Block) {
            let stmts = std::mem::take(&mut block.stmts);
            for stmt in stmts {
                // What is read in the attribute alone counts as read, and has to be a number of states.
                if let Some(budget) = budget(&stmt) {
                    block
                        .stmts
                        .push(syn::parse_quote!(let _: ::core::primitive::usize = #budget;));
                }
                block.stmts.push(stmt);
            }
            visit_mut::visit_block_mut(self, block);
        }
        fn visit_item_mut(&mut self, item: &mut syn::Item) {
            // A nested function is not ours: helper attributes in it belong to its own annotation.
            let _ = item;
        }
    }
    for input in &mut sig.inputs {
        visit_mut::visit_fn_arg_mut(&mut Strip::default(), input);
    }
    let mut strip = Strip::default();
    strip.visit_block_mut(block);
    strip.found
}

/// `n` of `#[checkpoint(budget = n)]` on a loop.
fn budget(stmt: &syn::Stmt) -> Option<syn::Expr> {
    let syn::Stmt::Expr(looped, _) = stmt else {
        return None;
    };
    let attributes = match looped {
        syn::Expr::ForLoop(looped) => &looped.attrs,
        syn::Expr::While(looped) => &looped.attrs,
        syn::Expr::Loop(looped) => &looped.attrs,
        _ => return None,
    };
    attributes.iter().find_map(checkpoint_budget)
}

/// `n` of `#[checkpoint(budget = n)]`.
pub(crate) fn checkpoint_budget(attribute: &syn::Attribute) -> Option<syn::Expr> {
    if !attribute.path().is_ident("checkpoint") {
        return None;
    }
    let parse = |input: syn::parse::ParseStream<'_>| {
        let name: syn::Ident = input.parse()?;
        if name != "budget" {
            return Err(input.error("unknown option"));
        }
        input.parse::<syn::Token![=]>()?;
        let value: syn::Expr = input.parse()?;
        input.parse::<Option<syn::Token![,]>>()?;
        Ok(value)
    };
    attribute.parse_args_with(parse).ok()
}
