//! The declarations of an annotated block, and where names lead.
//!
//! In: items. Out: structs, aliases and imports of every inline module, by name. A name that may come
//! from outside leads nowhere: what is taken for known has to be what rustc will find.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use quote::ToTokens;

use super::getters::Getter;
use crate::compiler::hir::Ty;
use crate::compiler::naming::ReceiverPassing;
use crate::compiler::parse::generics::mentions;
use crate::compiler::parse::types::{bare, primitive, type_arguments};

/// The path of a module, from the annotated one.
pub(crate) type ModulePath = Vec<String>;

/// All modules of an annotated one.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    modules: BTreeMap<ModulePath, Module>,
    /// How methods take their receiver, by name; `None` where they differ.
    pub(crate) receivers: BTreeMap<String, Option<ReceiverPassing>>,
    /// The functions of types that have a receiver: the name of the type, and that of the method.
    pub(crate) methods: BTreeSet<(String, String)>,
    /// Methods that depend on lengths and integers alone, by name; `None` where one does not.
    pub(crate) measures: BTreeMap<String, Option<Ty>>,
    /// Methods that read a part of their receiver, by name.
    pub(crate) getters: BTreeMap<String, Vec<Getter>>,
    /// Types with an `Index` or `IndexMut` that does more than to refer to a part.
    pub(crate) indexed_otherwise: BTreeSet<String>,
    /// What functions return, by the name of the type whose they are, if they are of one, and by their own; `None` where they differ.
    pub(crate) results: BTreeMap<(Option<String>, String), Option<Returned>>,
    /// Types for which the trait is implemented by hand.
    pub(crate) differentiable: BTreeSet<String>,
    /// Single precision is the only one that the block mentions.
    pub(crate) single: bool,
    /// Which arguments functions take by shared reference, the receiver aside, by name; `None` where they differ.
    pub(crate) shared: BTreeMap<String, Option<Vec<bool>>>,
}

/// What a module declares.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) structs: BTreeMap<String, Option<Struct>>,
    pub(crate) aliases: BTreeMap<String, Option<syn::Type>>,
    /// Its constants of type `usize`, as they are written.
    pub(crate) sizes: BTreeMap<String, Option<syn::Expr>>,
    /// What its free functions return.
    pub(crate) functions: BTreeMap<String, Option<syn::ReturnType>>,
    /// Its enums and unions, which have no gradient.
    pub(crate) enums: Vec<String>,
    /// Other types of its own.
    others: Vec<String>,
    /// Names that are imported one by one: the path as written.
    imports: BTreeMap<String, Vec<String>>,
    /// Modules of which all names are imported.
    globs: Vec<Vec<String>>,
}

/// What a function returns.
#[derive(Debug, PartialEq)]
pub(crate) struct Returned {
    pub(crate) ty: syn::Type,
    /// The type parameters of the block around the function that occur in it.
    pub(crate) parameters: Vec<Ident>,
}

/// A struct.
#[derive(Debug)]
pub(crate) struct Struct {
    /// None for a generic struct, whose fields may be of any type.
    pub(crate) fields: Vec<(String, syn::Type)>,
    /// The fields that are marked `#[constant]`.
    pub(crate) constants: BTreeSet<String>,
    /// A real number is in it.
    pub(crate) real: bool,
    /// Nothing but std derives anything for it.
    pub(crate) told_whole: bool,
    /// It has a gradient type.
    pub(crate) derived: bool,
}

impl Module {
    fn declares(&self, name: &str) -> bool {
        self.structs.contains_key(name)
            || self.aliases.contains_key(name)
            || self.sizes.contains_key(name)
            || self
                .enums
                .iter()
                .chain(&self.others)
                .any(|other| other == name)
    }
}

impl Declarations {
    /// Adds the items of a module, those of inline modules in it too.
    pub(crate) fn add(&mut self, at: &[String], items: &[syn::Item]) {
        let mut module = Module::default();
        for item in items {
            match item {
                syn::Item::Struct(item) => {
                    let found = structure(item);
                    insert(&mut module.structs, item.ident.to_string(), found);
                }
                syn::Item::Type(item) => {
                    let plain = item.generics.params.is_empty();
                    let ty = plain.then(|| (*item.ty).clone());
                    match ty {
                        Some(ty) => insert(&mut module.aliases, item.ident.to_string(), ty),
                        None => module.others.push(item.ident.to_string()),
                    }
                }
                syn::Item::Const(item) if is_size(item) => {
                    let value = (*item.expr).clone();
                    insert(&mut module.sizes, item.ident.to_string(), value);
                }
                syn::Item::Const(item) => module.others.push(item.ident.to_string()),
                syn::Item::Static(item) => module.others.push(item.ident.to_string()),
                syn::Item::Enum(item) => module.enums.push(item.ident.to_string()),
                syn::Item::Union(item) => module.enums.push(item.ident.to_string()),
                syn::Item::Trait(item) => module.others.push(item.ident.to_string()),
                syn::Item::Use(item) => import(&item.tree, &mut Vec::new(), &mut module),
                syn::Item::Impl(block) => self.methods(block),
                syn::Item::Fn(function) => {
                    self.returns(&function.sig, None);
                    self.takes(&function.sig);
                    let (name, output) = (function.sig.ident.to_string(), &function.sig.output);
                    insert(&mut module.functions, name, output.clone());
                }
                syn::Item::Mod(inner) => {
                    let mut path = at.to_vec();
                    path.push(inner.ident.to_string());
                    let content = inner.content.iter();
                    content.for_each(|(_, items)| self.add(&path, items));
                }
                _ => {}
            }
        }
        self.modules.insert(at.to_vec(), module);
    }

    /// Adds the methods of an `impl` block.
    pub(crate) fn methods(&mut self, block: &syn::ItemImpl) {
        let last = block
            .trait_
            .as_ref()
            .and_then(|(_, path, _)| path.segments.last());
        if last.is_some_and(|last| last.ident == "Differentiable") {
            self.differentiable.extend(type_name(&block.self_ty));
        }
        for item in &block.items {
            let syn::ImplItem::Fn(function) = item else {
                continue;
            };
            self.returns(&function.sig, Some(block));
            self.takes(&function.sig);
            let getter = super::getters::getter(function, block);
            if getter.is_none() && super::getters::is_index(block) {
                self.indexed_otherwise.extend(type_name(&block.self_ty));
            }
            let of_name = self.getters.entry(function.sig.ident.to_string());
            of_name.or_default().extend(getter);
            let measured = super::measures::measured(function);
            let known = self.measures.entry(function.sig.ident.to_string());
            let known = known.or_insert_with(|| measured.clone());
            if measured.is_none() {
                *known = None;
            }
            let name = function.sig.ident.to_string();
            let owner = type_name(&block.self_ty).filter(|_| function.sig.receiver().is_some());
            self.methods
                .extend(owner.map(|owner| (owner, name.clone())));
            let Some(passing) = function.sig.receiver().and_then(passing) else {
                continue;
            };
            match self.receivers.get_mut(&name) {
                None => drop(self.receivers.insert(name, Some(passing))),
                Some(known) if *known == Some(passing) => {}
                Some(known) => *known = None,
            }
        }
    }

    fn takes(&mut self, sig: &syn::Signature) {
        let shared =
            |ty: &syn::Type| matches!(bare(ty), syn::Type::Reference(r) if r.mutability.is_none());
        let inputs = sig.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(shared(&typed.ty)),
            syn::FnArg::Receiver(_) => None,
        });
        let found: Vec<bool> = inputs.collect();
        match self.shared.get_mut(&sig.ident.to_string()) {
            None => drop(self.shared.insert(sig.ident.to_string(), Some(found))),
            Some(known) if known.as_ref() == Some(&found) => {}
            Some(known) => *known = None,
        }
    }

    fn returns(&mut self, sig: &syn::Signature, block: Option<&syn::ItemImpl>) {
        let syn::ReturnType::Type(_, ty) = &sig.output else {
            return;
        };
        let lifetime = |p: &syn::GenericParam| matches!(p, syn::GenericParam::Lifetime(_));
        let generic = !sig.generics.params.iter().all(lifetime);
        let ty = match (bare(ty), block) {
            (syn::Type::Path(path), Some(block)) if path.path.is_ident("Self") => {
                (*block.self_ty).clone()
            }
            (ty, _) => ty.clone(),
        };
        let parameters = block.map_or_else(Vec::new, |block| {
            let tokens = ty.to_token_stream();
            let parameters = block.generics.params.iter().filter_map(|p| match p {
                syn::GenericParam::Type(p) => Some(p.ident.clone()),
                syn::GenericParam::Const(p) => Some(p.ident.clone()),
                syn::GenericParam::Lifetime(_) => None,
            });
            parameters
                .filter(|name| mentions(tokens.clone(), name))
                .collect()
        });
        let found = (!generic).then_some(Returned { ty, parameters });
        let owner = block.map(|block| type_name(&block.self_ty).unwrap_or_default());
        let key = (owner, sig.ident.to_string());
        match self.results.get_mut(&key) {
            None => drop(self.results.insert(key, found)),
            Some(known) if *known == found => {}
            Some(known) => *known = None,
        }
    }

    /// What a module declares.
    pub(crate) fn module_at(&self, path: &[String]) -> Option<&Module> {
        self.modules.get(path)
    }

    /// True if nothing is declared.
    pub(crate) fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// The module that declares what a path names in a module, and its name there.
    pub(crate) fn find(&self, from: &[String], path: &[String]) -> Option<(&Module, String)> {
        self.find_within(from, path, 8)
    }

    /// `fuel` ends imports that lead to themselves.
    fn find_within(
        &self,
        from: &[String],
        path: &[String],
        fuel: usize,
    ) -> Option<(&Module, String)> {
        let fuel = fuel.checked_sub(1)?;
        let module = self.modules.get(from)?;
        let (first, rest) = path.split_first()?;
        if rest.is_empty() {
            if module.declares(first) {
                return Some((module, first.clone()));
            }
            if let Some(target) = module.imports.get(first) {
                return self.find_within(from, target, fuel);
            }
            let [glob] = &module.globs[..] else {
                return None;
            };
            let target = self.module(from, glob)?;
            let declared = self.modules.get(&target)?;
            return declared.declares(first).then(|| (declared, first.clone()));
        }
        let owner = self.module(from, std::slice::from_ref(first))?;
        self.find_within(&owner, rest, fuel)
    }

    /// The module that a path names.
    fn module(&self, from: &[String], path: &[String]) -> Option<ModulePath> {
        let mut at = from.to_vec();
        for name in path {
            match name.as_str() {
                "self" => {}
                "super" => drop(at.pop()?),
                name => at.push(name.to_owned()),
            }
        }
        self.modules.contains_key(&at).then_some(at)
    }
}

fn structure(item: &syn::ItemStruct) -> Struct {
    let members = || item.fields.members().zip(item.fields.iter());
    let fields: Vec<_> = members()
        .map(|(name, field)| (member_name(&name), field.ty.clone()))
        .collect();
    let constant = |field: &syn::Field| field.attrs.iter().any(|a| a.path().is_ident("constant"));
    let constants = members().filter(|(_, field)| constant(field));
    let generic = !item.generics.params.is_empty();
    Struct {
        real: generic || fields.iter().any(|(_, ty)| mentions_real(ty)),
        fields: if generic { Vec::new() } else { fields },
        constants: constants.map(|(name, _)| member_name(&name)).collect(),
        told_whole: item.attrs.iter().all(is_of_std),
        derived: item.attrs.iter().any(derives_differentiable),
    }
}

/// True for a constant that is a `usize`, whatever the crate is built for.
fn is_size(item: &syn::ItemConst) -> bool {
    let usize = matches!(bare(&item.ty), syn::Type::Path(path) if path.path.is_ident("usize"));
    usize && !item.attrs.iter().any(|a| a.path().is_ident("cfg"))
}

fn import(tree: &syn::UseTree, path: &mut Vec<String>, module: &mut Module) {
    let mut add = |name: String, path: &[String], last: String| {
        let mut target = path.to_vec();
        target.push(last);
        module.imports.insert(name, target);
    };
    match tree {
        syn::UseTree::Path(next) => {
            path.push(next.ident.to_string());
            import(&next.tree, path, module);
            path.pop();
        }
        syn::UseTree::Name(name) => add(name.ident.to_string(), path, name.ident.to_string()),
        syn::UseTree::Rename(name) => add(name.rename.to_string(), path, name.ident.to_string()),
        syn::UseTree::Glob(_) => module.globs.push(path.clone()),
        syn::UseTree::Group(group) => {
            let items = group.items.iter();
            items.for_each(|tree| import(tree, path, module));
        }
    }
}

/// How a receiver is taken: `self`, `&self`, `&mut self`, or one of these with its type written out.
pub(crate) fn passing(receiver: &syn::Receiver) -> Option<ReceiverPassing> {
    let is_self =
        |ty: &syn::Type| matches!(bare(ty), syn::Type::Path(path) if path.path.is_ident("Self"));
    match bare(&receiver.ty) {
        ty if is_self(ty) => Some(ReceiverPassing::Value),
        syn::Type::Reference(r) if is_self(&r.elem) => Some(match r.mutability {
            Some(_) => ReceiverPassing::Exclusive,
            None => ReceiverPassing::Shared,
        }),
        _ => None,
    }
}

/// True if a real number by its own name is in the type.
pub(crate) fn mentions_real(ty: &syn::Type) -> bool {
    match bare(ty) {
        syn::Type::Path(path) => {
            let primitive = primitive(&path.path);
            let real = matches!(primitive, Some(crate::compiler::hir::Ty::Real(_)));
            let last = path.path.segments.last();
            real || last.is_some_and(|last| type_arguments(last).into_iter().any(mentions_real))
        }
        syn::Type::Reference(r) => mentions_real(&r.elem),
        syn::Type::Slice(slice) => mentions_real(&slice.elem),
        syn::Type::Array(array) => mentions_real(&array.elem),
        syn::Type::Tuple(tuple) => tuple.elems.iter().any(mentions_real),
        _ => false,
    }
}

fn insert<T>(table: &mut BTreeMap<String, Option<T>>, name: String, found: T) {
    let twice = table.contains_key(&name);
    table.insert(name, (!twice).then_some(found));
}

/// The name of a type, its arguments and the way to it aside.
pub(crate) fn type_name(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = bare(ty) else {
        return None;
    };
    path.path.segments.last().map(|last| last.ident.to_string())
}

/// The name of a field, or its number.
pub(crate) fn member_name(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(name) => name.to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

/// An attribute that adds nothing but what std derives.
fn is_of_std(attribute: &syn::Attribute) -> bool {
    const PLAIN: [&str; 5] = ["doc", "allow", "expect", "repr", "must_use"];
    const DERIVED: [&str; 9] = [
        "Clone",
        "Copy",
        "Debug",
        "Default",
        "PartialEq",
        "Eq",
        "PartialOrd",
        "Ord",
        "Hash",
    ];
    if !attribute.path().is_ident("derive") {
        return PLAIN.iter().any(|name| attribute.path().is_ident(name));
    }
    let mut all = true;
    let read = attribute.parse_nested_meta(|meta| {
        all &= DERIVED.iter().any(|name| meta.path.is_ident(name));
        Ok(())
    });
    read.is_ok() && all
}

/// `#[derive(…, Differentiable, …)]`, by whatever path, also under a condition.
fn derives_differentiable(attribute: &syn::Attribute) -> bool {
    let mut found = attribute.path().is_ident("cfg_attr")
        && attribute
            .meta
            .to_token_stream()
            .to_string()
            .contains("Differentiable");
    if attribute.path().is_ident("derive") {
        // What cannot be read is reported by the derive itself.
        let _ = attribute.parse_nested_meta(|meta| {
            let last = meta.path.segments.last();
            found |= last.is_some_and(|last| last.ident == "Differentiable");
            Ok(())
        });
    }
    found
}
