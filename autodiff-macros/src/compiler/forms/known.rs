//! What an annotated `impl` block or module shows beside the function that is compiled.
//!
//! In: the declarations of the block. Out: [`Known`], as one function sees them: the types of fields,
//! what aliases stand for, and how methods take their receiver.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

use super::declarations::{
    Declarations, Module, ModulePath, Returned, Struct, member_name, type_name,
};
use super::getters::Getter;
use crate::compiler::hir::{Real, Ty};
use crate::compiler::naming::ReceiverPassing;
use crate::compiler::parse::types::primitive;

/// Declarations, seen from a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    all: Rc<Declarations>,
    /// The module that the function stands in.
    module: ModulePath,
    /// Names that mean something else in the function.
    hidden: Rc<BTreeSet<String>>,
}

impl Known {
    /// What the items of a module declare, those of inline modules in it too.
    pub(crate) fn of(items: &[syn::Item]) -> Known {
        let mut all = Declarations::default();
        all.add(&[], items);
        Known {
            all: Rc::new(all),
            ..Known::default()
        }
    }

    /// What an `impl` block declares.
    pub(crate) fn of_impl(block: &syn::ItemImpl) -> Known {
        let mut all = Declarations::default();
        all.methods(block);
        all.single = is_single(block.to_token_stream());
        Known {
            all: Rc::new(all),
            ..Known::default()
        }
    }

    /// The same, seen from a module in the module.
    pub(crate) fn inside(&self, module: &syn::Ident) -> Known {
        let mut known = self.clone();
        known.module.push(module.to_string());
        known
    }

    /// The same, seen from a function: its type parameters and the items of its body hide others.
    pub(crate) fn seen_by(&self, function: &syn::ItemFn) -> Known {
        struct Names(BTreeSet<String>);
        impl<'ast> Visit<'ast> for Names {
            fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
                self.0.insert(item.ident.to_string());
            }
            fn visit_stmt(&mut self, stmt: &'ast syn::Stmt) {
                if let syn::Stmt::Item(syn::Item::Fn(function)) = stmt {
                    self.0.insert(function.sig.ident.to_string());
                }
                visit::visit_stmt(self, stmt);
            }
            fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
                self.0.insert(item.ident.to_string());
            }
            fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
                self.0.insert(item.ident.to_string());
            }
            fn visit_const_param(&mut self, parameter: &'ast syn::ConstParam) {
                self.0.insert(parameter.ident.to_string());
            }
            fn visit_use_name(&mut self, name: &'ast syn::UseName) {
                self.0.insert(name.ident.to_string());
            }
            fn visit_use_rename(&mut self, name: &'ast syn::UseRename) {
                self.0.insert(name.rename.to_string());
            }
            fn visit_type_param(&mut self, parameter: &'ast syn::TypeParam) {
                self.0.insert(parameter.ident.to_string());
                visit::visit_type_param(self, parameter);
            }
        }
        if self.all.is_empty() {
            return self.clone();
        }
        let mut names = Names(BTreeSet::new());
        names.visit_item_fn(function);
        Known {
            hidden: Rc::new(names.0),
            ..self.clone()
        }
    }

    /// The real type of what nothing tells the type of.
    pub(crate) fn usual_real(&self) -> Real {
        match self.all.single {
            true => Real::F32,
            false => Real::F64,
        }
    }

    /// The declared type of a field of the struct that a path names.
    pub(crate) fn field(&self, path: &syn::Path, member: &syn::Member) -> Option<&syn::Type> {
        let found = self.structure(path)?;
        let name = member_name(member);
        let field = found.fields.iter().find(|(known, _)| *known == name);
        field.map(|(_, ty)| ty)
    }

    /// True for a field that is marked `#[constant]`.
    pub(crate) fn is_constant_field(&self, path: &syn::Path, member: &syn::Member) -> bool {
        let found = self.structure(path);
        found.is_some_and(|found| found.constants.contains(&member_name(member)))
    }

    /// The value of a constant of type `usize` that is made of literals.
    pub(crate) fn size(&self, name: &syn::Ident) -> Option<usize> {
        let value = self.size_named(&name.clone().into(), 8)?;
        u32::try_from(value)
            .ok()
            .and_then(|value| usize::try_from(value).ok())
    }

    /// `fuel` ends constants that are made of themselves.
    fn size_named(&self, path: &syn::Path, fuel: usize) -> Option<u64> {
        let fuel = fuel.checked_sub(1)?;
        let name = path.get_ident()?.to_string();
        // What another module makes of its names is for it to say.
        let own = self.all.module_at(&self.module)?;
        let value = own
            .sizes
            .get(&name)
            .filter(|_| !self.hidden.contains(&name))?;
        self.size_of(value.as_ref()?, fuel)
    }

    fn size_of(&self, value: &syn::Expr, fuel: usize) -> Option<u64> {
        match value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Int(value),
                ..
            }) => value.base10_parse().ok(),
            syn::Expr::Paren(inner) => self.size_of(&inner.expr, fuel),
            syn::Expr::Path(path) if path.qself.is_none() => self.size_named(&path.path, fuel),
            syn::Expr::Binary(binary) => {
                let a = self.size_of(&binary.left, fuel)?;
                let b = self.size_of(&binary.right, fuel)?;
                match binary.op {
                    syn::BinOp::Add(_) => a.checked_add(b),
                    syn::BinOp::Sub(_) => a.checked_sub(b),
                    syn::BinOp::Mul(_) => a.checked_mul(b),
                    syn::BinOp::Div(_) => a.checked_div(b),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The type of what every method of this name gives, if it depends on lengths and integers alone.
    pub(crate) fn measure(&self, method: &syn::Ident) -> Option<Ty> {
        self.all.measures.get(&method.to_string())?.clone()
    }

    /// How every method of this name takes its receiver.
    pub(crate) fn receiver(&self, method: &syn::Ident) -> Option<ReceiverPassing> {
        *self.all.receivers.get(&method.to_string())?
    }

    /// True for `Type::method`, the path of a function that has a receiver.
    pub(crate) fn is_method(&self, path: &syn::Path, own: Option<&syn::Type>) -> bool {
        let mut names = path.segments.iter().rev();
        let (Some(method), Some(owner)) = (names.next(), names.next()) else {
            return false;
        };
        let (mut of, method) = (owner.ident.to_string(), method.ident.to_string());
        if self.hidden.contains(&of) {
            return false;
        }
        let alias = syn::Path::from(owner.ident.clone());
        let named = match of == "Self" {
            true => own.and_then(type_name),
            false => self.alias(&alias).and_then(type_name),
        };
        of = named.unwrap_or(of);
        self.all.methods.contains(&(of, method))
    }

    /// What the function of this name returns, which is one of a type, if one is given: functions of two types share names.
    pub(crate) fn result(
        &self,
        of: Option<&syn::Type>,
        function: &syn::Ident,
    ) -> Option<&Returned> {
        let owner = match of {
            Some(of) => Some(type_name(of)?),
            None => None,
        };
        let key = (owner, function.to_string());
        self.all.results.get(&key)?.as_ref()
    }

    /// What a function that stands in the same module returns. Called by its bare name it is no other one.
    pub(crate) fn beside(&self, function: &syn::Ident) -> Option<&syn::Type> {
        let name = function.to_string();
        let module = self.all.module_at(&self.module)?;
        match module
            .functions
            .get(&name)
            .filter(|_| !self.hidden.contains(&name))?
        {
            Some(syn::ReturnType::Type(_, ty)) => Some(ty),
            _ => None,
        }
    }

    /// True if any method refers to a part of its receiver.
    pub(crate) fn has_sections(&self) -> bool {
        self.all.getters.values().flatten().any(Getter::refers)
    }

    /// The method of a type, if it reads a part of its receiver and nothing else.
    pub(crate) fn getter(&self, of: &syn::Path, method: &syn::Ident) -> Option<&Getter> {
        let owner = &of.segments.last()?.ident;
        let mut found = self.all.getters.get(&method.to_string())?.iter();
        let getter = found.find(|getter| getter.owner == *owner)?;
        // Of two types of one name in different modules nobody knows which it is.
        found.all(|other| other.owner != *owner).then_some(getter)
    }

    /// What `x[i]` or `x[(i, j)]` refers to, of a type with an `Index` of its own: the same for reading and for writing.
    pub(crate) fn index(&self, of: &syn::Path, parts: usize) -> Option<&Getter> {
        let owner = &of.segments.last()?.ident;
        if self.all.indexed_otherwise.contains(&owner.to_string()) {
            return None;
        }
        let named = |name: &str| {
            let found = self.all.getters.get(name).into_iter().flatten();
            found.filter(move |getter| getter.owner == *owner && getter.params.len() == parts)
        };
        let read = named("index").next()?;
        let others = named("index").chain(named("index_mut"));
        let place = read.place();
        others
            .into_iter()
            .all(|other| other.place() == place)
            .then_some(read)
    }

    /// Which arguments every function of this name takes by shared reference.
    pub(crate) fn shared(&self, function: &syn::Ident) -> Option<&[bool]> {
        self.all.shared.get(&function.to_string())?.as_deref()
    }

    /// True for a name that means something of its own in the function.
    pub(crate) fn is_hidden(&self, name: &str) -> bool {
        self.hidden.contains(name)
    }

    /// True if a path that stands in a declaration means the same in the function.
    pub(crate) fn is_the_same_here(&self, path: &syn::Path) -> bool {
        self.all.is_empty() || self.is_local(path)
    }

    /// What a path stands for, if it is an alias.
    pub(crate) fn alias(&self, path: &syn::Path) -> Option<&syn::Type> {
        let (module, name) = self.find(path)?;
        module.aliases.get(&name)?.as_ref()
    }

    /// `Some(true)` for a struct that has a gradient type or ought to have one, `Some(false)` for
    /// one in which no number is and for an enum, `None` for what is not known.
    pub(crate) fn is_differentiable(&self, path: &syn::Path) -> Option<bool> {
        let (module, name) = self.find(path)?;
        match module.structs.get(&name) {
            Some(found) => found.as_ref().map(|found| found.derived || found.real),
            None => module.enums.contains(&name).then_some(false),
        }
    }

    /// True for a struct that no macro but derives of std add anything to.
    pub(crate) fn is_told_whole(&self, path: &syn::Path) -> bool {
        self.structure(path).is_some_and(|found| found.told_whole)
    }

    /// True for a struct without a gradient type.
    pub(crate) fn has_no_gradient(&self, path: &syn::Path) -> bool {
        let found = self.structure(path);
        found.is_some_and(|found| !found.derived)
            && type_name(&syn::parse_quote!(#path))
                .is_none_or(|name| !self.all.differentiable.contains(&name))
    }

    /// True for an enum, or a union.
    pub(crate) fn is_enum(&self, path: &syn::Path) -> bool {
        let found = self.find(path);
        found.is_some_and(|(module, name)| module.enums.contains(&name))
    }

    /// True for what is declared in the module that the function stands in.
    pub(crate) fn is_local(&self, path: &syn::Path) -> bool {
        let own = self.all.module_at(&self.module);
        let found = self.find(path).map(|(module, _)| module);
        path.get_ident().is_some()
            && own
                .zip(found)
                .is_some_and(|(own, found)| std::ptr::eq(own, found))
    }

    fn structure(&self, path: &syn::Path) -> Option<&Struct> {
        let (module, name) = self.find(path)?;
        module.structs.get(&name)?.as_ref()
    }

    fn find(&self, path: &syn::Path) -> Option<(&Module, String)> {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let hidden = names.first().is_some_and(|name| self.hidden.contains(name));
        if hidden || path.leading_colon.is_some() || self.all.is_empty() {
            return None;
        }
        self.all.find(&self.module, &names)
    }

    /// The function with aliases of numbers, and of arrays and vectors of them, written out.
    pub(crate) fn resolve<'f>(&self, function: &'f syn::ItemFn) -> Cow<'f, syn::ItemFn> {
        let mut function = Cow::Borrowed(function);
        if !self.all.is_empty() {
            Resolve(self).visit_item_fn_mut(function.to_mut());
        }
        function
    }

    /// An alias by its bare name, if nothing but numbers and containers is in it.
    fn plain_alias(&self, path: &syn::Path, depth: usize) -> Option<syn::Type> {
        path.get_ident().filter(|_| depth < 8)?;
        let mut ty = self.alias(path)?.clone();
        self.is_plain(&mut ty, depth).then_some(ty)
    }

    /// True if a type means the same everywhere; aliases in it are written out.
    fn is_plain(&self, ty: &mut syn::Type, depth: usize) -> bool {
        match ty {
            syn::Type::Path(path) if primitive(&path.path).is_some() => true,
            syn::Type::Path(path) => match self.plain_alias(&path.path, depth + 1) {
                Some(found) => {
                    *ty = found;
                    true
                }
                None => false,
            },
            syn::Type::Array(array) => {
                matches!(array.len, syn::Expr::Lit(_)) && self.is_plain(&mut array.elem, depth)
            }
            syn::Type::Slice(slice) => self.is_plain(&mut slice.elem, depth),
            syn::Type::Tuple(tuple) => tuple
                .elems
                .iter_mut()
                .all(|part| self.is_plain(part, depth)),
            _ => false,
        }
    }
}

/// True if `f32` is the only type of numbers that a block mentions, and nothing is cast to it.
fn is_single(tokens: TokenStream) -> bool {
    /// `None` if the block is not in single precision, else whether it says so.
    fn single(tokens: TokenStream) -> Option<bool> {
        let (mut found, mut cast) = (false, false);
        for tree in tokens {
            let before = std::mem::take(&mut cast);
            match tree {
                TokenTree::Ident(name) if name == "as" => cast = true,
                TokenTree::Ident(name) if name == "f64" || name == "f32" && before => return None,
                TokenTree::Ident(name) => found |= name == "f32",
                TokenTree::Group(group) => found |= single(group.stream())?,
                _ => {}
            }
        }
        Some(found)
    }
    single(tokens) == Some(true)
}

/// Writes aliases out.
struct Resolve<'a>(&'a Known);

impl VisitMut for Resolve<'_> {
    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        if let syn::Type::Path(path) = ty
            && path.qself.is_none()
            && let Some(found) = self.0.plain_alias(&path.path, 0)
        {
            *ty = super::method::located(found, path.span());
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {
        // Nested items may have aliases of their own.
    }
}
