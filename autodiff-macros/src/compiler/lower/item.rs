//! Items nested in the body: `const`, `static` tables, `fn`, `use` and `type` are copied to the top of
//! every emitted body; anything else is refused. Those in inner blocks go to the top, too, if nothing
//! outside of the block bears their names.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;

use super::Lower;
use super::scope::Name;
use crate::compiler::diag::{self, Entry};
use crate::compiler::hir::{Real, Ty};
use crate::compiler::parse::types;

/// What `std::f64::consts` holds.
const STD_CONSTS: [&str; 19] = [
    "E",
    "FRAC_1_PI",
    "FRAC_1_SQRT_2",
    "FRAC_2_PI",
    "FRAC_2_SQRT_PI",
    "FRAC_PI_2",
    "FRAC_PI_3",
    "FRAC_PI_4",
    "FRAC_PI_6",
    "FRAC_PI_8",
    "LN_10",
    "LN_2",
    "LOG10_2",
    "LOG10_E",
    "LOG2_10",
    "LOG2_E",
    "PI",
    "SQRT_2",
    "TAU",
];

impl Lower<'_> {
    /// Enters the items of a block; they are visible in all of it.
    pub(super) fn hoist_items(&mut self, block: &syn::Block) {
        let top = self.scopes.len() == 2;
        for statement in &block.stmts {
            if let syn::Stmt::Item(item) = statement {
                let around = (!top).then_some(block);
                self.item(item, around);
            }
        }
    }

    /// `around` is the inner block that the item stands in.
    fn item(&mut self, item: &syn::Item, around: Option<&syn::Block>) {
        match item {
            syn::Item::Const(item) => {
                self.attributes(&item.attrs);
                self.note_usize_const(&item.ident, &item.ty);
                self.enter(&item.ident, Name::Const(constant_type(&item.ty)));
            }
            syn::Item::Fn(item) => {
                self.enter(&item.sig.ident, Name::Fn);
                if holds_static(item) {
                    return self.refuse_item(&diag::NESTED_STATIC, &item.sig.ident);
                }
            }
            syn::Item::Use(item) => {
                self.attributes(&item.attrs);
                self.use_tree(&item.tree, false, &mut Vec::new());
            }
            syn::Item::Type(item) => self.attributes(&item.attrs),
            syn::Item::Static(item) if is_table(item) => {
                self.attributes(&item.attrs);
                self.enter(&item.ident, Name::Const(constant_type(&item.ty)));
            }
            syn::Item::Static(item) => {
                self.enter(&item.ident, Name::Error);
                return self.refuse_item(&diag::NESTED_STATIC, &item.ident);
            }
            other => return self.refuse_item(&diag::NESTED_ITEM, other),
        }
        match around.is_none_or(|block| self.is_known_inside_only(item, block)) {
            true => self.items.push(item.to_token_stream()),
            false => self.refuse_item(&diag::ITEM_IN_BLOCK, item),
        }
    }

    /// True if no name of an item occurs outside of the block that it stands in.
    fn is_known_inside_only(&self, item: &syn::Item, block: &syn::Block) -> bool {
        let (whole, inside) = (self.item.to_token_stream(), block.to_token_stream());
        names_of(item)
            .iter()
            .all(|name| occurrences(whole.clone(), name) == occurrences(inside.clone(), name))
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

    /// The names that a `use` brings in. `path` is what stands in front of the tree.
    fn use_tree<'a>(
        &mut self,
        tree: &'a syn::UseTree,
        facade: bool,
        path: &mut Vec<&'a syn::Ident>,
    ) {
        match tree {
            syn::UseTree::Path(next) => {
                let facade = facade || next.ident == "conservative_grad";
                path.push(&next.ident);
                self.use_tree(&next.tree, facade, path);
                path.pop();
            }
            syn::UseTree::Name(name) => self.enter(&name.ident, Name::Use { facade }),
            syn::UseTree::Rename(rename) => {
                // Under another name, an operation of this crate is not known as such.
                self.enter(&rename.rename, Name::Use { facade: false });
            }
            syn::UseTree::Glob(glob) => match std_consts(path) {
                Some(real) => {
                    let span = glob.star_token.span;
                    for name in STD_CONSTS {
                        let ty = Ty::Real(real.clone());
                        self.enter(&syn::Ident::new(name, span), Name::Const(Some(ty)));
                    }
                }
                None => {
                    self.diags.report_at(&diag::NESTED_GLOB, glob, &[]);
                }
            },
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, facade, path);
                }
            }
        }
    }

    /// Const parameters of the function are constants of its body.
    pub(super) fn const_parameters(&mut self, generics: &syn::Generics) {
        for parameter in generics.const_params() {
            let ty = types::read(&parameter.ty, &mut || None).ok();
            self.note_usize_const(&parameter.ident, &parameter.ty);
            self.enter(&parameter.ident, Name::Const(ty));
        }
    }

    fn note_usize_const(&mut self, name: &syn::Ident, ty: &syn::Type) {
        if ty.to_token_stream().to_string() == "usize" {
            self.usizes.insert(name.to_string());
        }
    }
}

/// The type of a `const` or `static`, as far as its path tells.
fn constant_type(ty: &syn::Type) -> Option<Ty> {
    Some(match types::read(ty, &mut || None).ok()? {
        Ty::Real(Real::Named(_)) => Ty::Opaque,
        ty => ty,
    })
}

/// `std::f64::consts`.
fn std_consts(path: &[&syn::Ident]) -> Option<Real> {
    let names: Vec<String> = path.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names[..] {
        ["std" | "core", "f64", "consts"] => Some(Real::F64),
        ["std" | "core", "f32", "consts"] => Some(Real::F32),
        _ => None,
    }
}

/// True for a `static` of numbers and texts, which nothing can change: copies of it are as good.
fn is_table(item: &syn::ItemStatic) -> bool {
    fn is_plain(ty: &syn::Type) -> bool {
        match types::bare(ty) {
            syn::Type::Path(path) => types::primitive(&path.path).is_some(),
            syn::Type::Array(array) => is_plain(&array.elem),
            syn::Type::Slice(slice) => is_plain(&slice.elem),
            syn::Type::Reference(r) => r.mutability.is_none() && is_plain(&r.elem),
            syn::Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
            _ => false,
        }
    }
    matches!(item.mutability, syn::StaticMutability::None) && is_plain(&item.ty)
}

/// The names that an item brings in.
fn names_of(item: &syn::Item) -> Vec<String> {
    fn leaves(tree: &syn::UseTree, out: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => leaves(&path.tree, out),
            syn::UseTree::Name(name) => out.push(name.ident.to_string()),
            syn::UseTree::Rename(rename) => out.push(rename.rename.to_string()),
            syn::UseTree::Glob(_) => out.extend(STD_CONSTS.map(str::to_owned)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, out)),
        }
    }
    match item {
        syn::Item::Const(item) => vec![item.ident.to_string()],
        syn::Item::Static(item) => vec![item.ident.to_string()],
        syn::Item::Type(item) => vec![item.ident.to_string()],
        syn::Item::Fn(item) => vec![item.sig.ident.to_string()],
        syn::Item::Use(item) => {
            let mut names = Vec::new();
            leaves(&item.tree, &mut names);
            names
        }
        _ => Vec::new(),
    }
}

/// How often a name occurs, in texts too, which may capture it.
fn occurrences(tokens: TokenStream, name: &str) -> usize {
    let trees = tokens.into_iter();
    let counts = trees.map(|tree| match tree {
        TokenTree::Ident(ident) => usize::from(ident == name),
        TokenTree::Group(group) => occurrences(group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().matches(name).count(),
        TokenTree::Punct(_) => 0,
    });
    counts.sum()
}

/// True if a nested function has state of its own, which copies of it would not share.
fn holds_static(item: &syn::ItemFn) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
            self.0 |= !is_table(item);
        }
    }
    let mut finder = Finder(false);
    finder.visit_item_fn(item);
    finder.0
}
