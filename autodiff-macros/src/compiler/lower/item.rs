//! Items nested in the body: `const`, `fn`, `use` and `type` at its top are copied to every emitted
//! body; anything else is refused.

use quote::ToTokens;
use syn::visit::Visit;

use super::Lower;
use super::scope::Name;
use crate::compiler::diag::{self, Entry};
use crate::compiler::hir::{Real, Ty};
use crate::compiler::parse::types;

impl Lower<'_> {
    /// Enters the items of a block; they are visible in all of it.
    pub(super) fn hoist_items(&mut self, block: &syn::Block) {
        let top = self.scopes.len() == 2;
        for statement in &block.stmts {
            if let syn::Stmt::Item(item) = statement {
                self.item(item, top);
            }
        }
    }

    fn item(&mut self, item: &syn::Item, top: bool) {
        match item {
            syn::Item::Const(item) => {
                let ty = types::read(&item.ty, &mut || None).ok();
                let ty = ty.map(|ty| match ty {
                    Ty::Real(Real::Named(_)) => Ty::Opaque,
                    ty => ty,
                });
                self.attributes(&item.attrs);
                self.enter(&item.ident, Name::Const(ty));
            }
            syn::Item::Fn(item) => {
                self.enter(&item.sig.ident, Name::Fn);
                if holds_static(item) {
                    return self.refuse_item(&diag::NESTED_STATIC, &item.sig.ident);
                }
            }
            syn::Item::Use(item) => {
                self.attributes(&item.attrs);
                self.use_tree(&item.tree, false);
            }
            syn::Item::Type(item) => self.attributes(&item.attrs),
            syn::Item::Static(item) => {
                self.enter(&item.ident, Name::Error);
                return self.refuse_item(&diag::NESTED_STATIC, &item.ident);
            }
            other => return self.refuse_item(&diag::NESTED_ITEM, other),
        }
        match top {
            true => self.items.push(item.to_token_stream()),
            false => self.refuse_item(&diag::ITEM_IN_BLOCK, item),
        }
    }

    fn attributes(&mut self, attrs: &[syn::Attribute]) {
        for attr in attrs {
            let name = diag::text_of(attr.path());
            if name == "cfg" || name == "cfg_attr" {
                self.diags.report_at(&diag::CFG, attr, &[&name]);
            }
        }
    }

    fn refuse_item(&mut self, entry: &'static Entry, tokens: &impl ToTokens) {
        self.diags.report_at(entry, tokens, &[]);
    }

    /// The names that a `use` brings in.
    fn use_tree(&mut self, tree: &syn::UseTree, facade: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                let facade = facade || path.ident == "conservative_grad";
                self.use_tree(&path.tree, facade);
            }
            syn::UseTree::Name(name) => self.enter(&name.ident, Name::Use { facade }),
            syn::UseTree::Rename(rename) => {
                // Under another name, an operation of this crate is not known as such.
                self.enter(&rename.rename, Name::Use { facade: false });
            }
            syn::UseTree::Glob(glob) => {
                self.diags.report_at(&diag::NESTED_GLOB, glob, &[]);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, facade);
                }
            }
        }
    }

    /// Const parameters of the function are constants of its body.
    pub(super) fn const_parameters(&mut self, generics: &syn::Generics) {
        for parameter in generics.const_params() {
            let ty = types::read(&parameter.ty, &mut || None).ok();
            self.enter(&parameter.ident, Name::Const(ty));
        }
    }
}

/// True if a nested function has state of its own, which copies of it would not share.
fn holds_static(item: &syn::ItemFn) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_item_fn(item);
    finder.0
}
