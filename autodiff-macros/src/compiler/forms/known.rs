//! What an annotated `impl` block or module shows beside the function that is compiled.
//!
//! In: the items of the block. Out: [`Known`], which tells the types of fields, what aliases stand
//! for, and how methods take their receiver. Everything goes by the last segment of a name; what is
//! declared twice in different ways is not known.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use quote::ToTokens;

use crate::compiler::naming::ReceiverPassing;
use crate::compiler::parse::generics::mentions;
use crate::compiler::parse::types::{bare, primitive, type_arguments};

/// Declarations by name.
#[derive(Debug, Default)]
pub(crate) struct Known {
    structs: BTreeMap<String, Option<Struct>>,
    aliases: BTreeMap<String, Option<syn::Type>>,
    receivers: BTreeMap<String, Option<ReceiverPassing>>,
    results: BTreeMap<String, Option<Returned>>,
}

/// What a function returns.
#[derive(Debug)]
pub(crate) struct Returned {
    pub(crate) ty: syn::Type,
    /// The type parameters of the block around the function that occur in it.
    pub(crate) parameters: Vec<Ident>,
}

impl Returned {
    fn is(&self, other: &Returned) -> bool {
        let text = |of: &Returned| of.ty.to_token_stream().to_string();
        text(self) == text(other) && self.parameters == other.parameters
    }
}

/// A struct.
#[derive(Debug)]
struct Struct {
    /// None for a generic struct, whose fields may be of any type.
    fields: Vec<(String, syn::Type)>,
    /// A real number is in it.
    real: bool,
    /// It has a gradient type.
    derived: bool,
}

impl Known {
    /// What the items of a module declare, those of inline modules in it too.
    pub(crate) fn of(items: &[syn::Item]) -> Known {
        let mut known = Known::default();
        known.items(items);
        known
    }

    /// What an `impl` block declares.
    pub(crate) fn of_impl(block: &syn::ItemImpl) -> Known {
        let mut known = Known::default();
        known.methods(block);
        known
    }

    /// The declared type of a field of the struct that a path names.
    pub(crate) fn field(&self, path: &syn::Path, member: &syn::Member) -> Option<&syn::Type> {
        let found = self.structure(path)?;
        let name = member_name(member);
        let field = found.fields.iter().find(|(known, _)| *known == name);
        field.map(|(_, ty)| ty)
    }

    /// How every method of this name takes its receiver.
    pub(crate) fn receiver(&self, method: &syn::Ident) -> Option<ReceiverPassing> {
        *self.receivers.get(&method.to_string())?
    }

    /// What every function of this name returns.
    pub(crate) fn result(&self, function: &syn::Ident) -> Option<&Returned> {
        self.results.get(&function.to_string())?.as_ref()
    }

    /// What a path stands for, if it is an alias.
    pub(crate) fn alias(&self, path: &syn::Path) -> Option<&syn::Type> {
        self.aliases.get(&last(path)?)?.as_ref()
    }

    /// `Some(true)` for a struct that has a gradient type or ought to have one, `Some(false)` for
    /// one in which no number is, `None` for what is not known.
    pub(crate) fn is_differentiable(&self, path: &syn::Path) -> Option<bool> {
        let found = self.structure(path)?;
        Some(found.derived || found.real)
    }

    fn structure(&self, path: &syn::Path) -> Option<&Struct> {
        self.structs.get(&last(path)?)?.as_ref()
    }

    fn items(&mut self, items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Struct(item) => {
                    let fields = item.fields.members().zip(item.fields.iter());
                    let fields = fields.map(|(name, field)| (member_name(&name), field.ty.clone()));
                    let fields: Vec<_> = fields.collect();
                    let generic = !item.generics.params.is_empty();
                    let found = Struct {
                        real: generic || fields.iter().any(|(_, ty)| mentions_real(ty)),
                        fields: if generic { Vec::new() } else { fields },
                        derived: item.attrs.iter().any(derives_differentiable),
                    };
                    add(&mut self.structs, item.ident.to_string(), found);
                }
                syn::Item::Type(item) if item.generics.params.is_empty() => {
                    let ty = (*item.ty).clone();
                    add(&mut self.aliases, item.ident.to_string(), ty);
                }
                syn::Item::Impl(block) => self.methods(block),
                syn::Item::Fn(function) => self.returns(&function.sig, None),
                syn::Item::Mod(module) => {
                    let content = module.content.iter();
                    content.for_each(|(_, items)| self.items(items));
                }
                _ => {}
            }
        }
    }

    fn methods(&mut self, block: &syn::ItemImpl) {
        for item in &block.items {
            let syn::ImplItem::Fn(function) = item else {
                continue;
            };
            self.returns(&function.sig, Some(block));
            let Some(passing) = function.sig.receiver().and_then(passing) else {
                continue;
            };
            let name = function.sig.ident.to_string();
            match self.receivers.get_mut(&name) {
                None => drop(self.receivers.insert(name, Some(passing))),
                Some(known) if *known == Some(passing) => {}
                Some(known) => *known = None,
            }
        }
    }
}

impl Known {
    fn returns(&mut self, sig: &syn::Signature, block: Option<&syn::ItemImpl>) {
        let syn::ReturnType::Type(_, ty) = &sig.output else {
            return;
        };
        let generic = sig.generics.type_params().next().is_some();
        let ty = match (bare(ty), block) {
            (syn::Type::Path(path), Some(block)) if path.path.is_ident("Self") => {
                (*block.self_ty).clone()
            }
            (ty, _) => ty.clone(),
        };
        let parameters = block.map_or_else(Vec::new, |block| {
            let tokens = ty.to_token_stream();
            let parameters = block.generics.type_params().map(|p| p.ident.clone());
            parameters
                .filter(|name| mentions(tokens.clone(), name))
                .collect()
        });
        let found = (!generic).then_some(Returned { ty, parameters });
        match self.results.get_mut(&sig.ident.to_string()) {
            None => drop(self.results.insert(sig.ident.to_string(), found)),
            Some(Some(known)) if found.as_ref().is_some_and(|found| found.is(known)) => {}
            Some(known) => *known = None,
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

fn add<T>(table: &mut BTreeMap<String, Option<T>>, name: String, found: T) {
    let twice = table.contains_key(&name);
    table.insert(name, (!twice).then_some(found));
}

fn last(path: &syn::Path) -> Option<String> {
    Some(path.segments.last()?.ident.to_string())
}

fn member_name(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(name) => name.to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

/// `#[derive(…, Differentiable, …)]`, by whatever path.
fn derives_differentiable(attribute: &syn::Attribute) -> bool {
    let mut found = false;
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
