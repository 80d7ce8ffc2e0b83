//! What makes the user's struct differentiable: the traits that lead from it to its gradient.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::gradient::{discarded, fields, mismatch};
use super::model::{Field, Model, Place};
use super::types::{is_copy, leaves, zero_dots};
use crate::compiler::respan;

/// The impls.
pub(crate) fn items(model: &Model) -> TokenStream {
    let Model { rt, kind, .. } = model;
    let (varied, under_kind) = (
        model.gradient_type(&quote!(#rt::Varied)),
        model.gradient_type(&quote!(#kind)),
    );
    let along = model.gradient_type(&quote!(#rt::Varied<__L>));
    let bar = quote!(type Bar<#kind: #rt::Kind> = #under_kind;);
    let (zeros, nothing, blank) = (zeros(model), discarded(model), blank(model));
    let numbers = numbers(model);
    let items = [
        model.implement(
            &quote!(#rt::Differentiable),
            &quote! {
                type Gradient = #varied;
                #[inline]
                fn zero_gradient(&self) -> Self::Gradient {
                    #rt::Element::zero_dots::<#rt::One>(self)
                }
                fn blank() -> #rt::core::option::Option<Self> { #blank }
                #numbers
            },
        ),
        model.implement(&quote!(#rt::Shape), &bar),
        model.implement(
            &quote!(#rt::Element),
            &quote! {
                #bar
                #[inline]
                fn discard() -> Self::Bar<#rt::Unvaried> { #nothing }
                #[inline]
                fn zero_dots<__L: #rt::Directions>(&self) -> #along { #zeros }
            },
        ),
        model.implement(
            &quote!(#rt::Zeroed),
            &quote! {
                type Tangent<__L: #rt::Directions> = #along;
                #[inline]
                fn zeroed<__L: #rt::Directions>(&self) -> #along {
                    #rt::Element::zero_dots::<__L>(self)
                }
            },
        ),
        same_shape(model),
        parts(model),
    ];
    respan(items.into_iter().collect())
}

/// A tangent of zeros, the gradient being one of them; on the way there, rustc confirms that what looks constant is.
fn zeros(model: &Model) -> TokenStream {
    let Model { rt, gradient, .. } = model;
    let constant = |field: &&Field| matches!(field.place, Place::Constant);
    let checks = model.fields.iter().filter(constant).map(|field| {
        let ty = &field.declared;
        quote!(#rt::is_constant::<#ty>();)
    });
    let zeros = fields(model, false, |field| match field.bar() {
        Some(_) => {
            let member = &field.member;
            zero_dots(&field.declared, &quote!(self.#member), rt)
        }
        None => quote!(#rt::ConstantField),
    });
    quote!(#(#checks)* #gradient #zeros)
}

/// Some value of the struct, for a variable that is assigned later.
fn blank(model: &Model) -> TokenStream {
    let rt = &model.rt;
    let values = fields(model, false, |field| {
        let ty = &field.declared;
        match field.bar() {
            Some(_) => quote!(<#ty as #rt::Differentiable>::blank()?),
            None => quote!((&&#rt::Made::<#ty>::NEW).made()?),
        }
    });
    quote! {
        use #rt::{ByDefault as _, Unmade as _};
        #rt::core::option::Option::Some(Self #values)
    }
}

/// The numbers one by one, in the order of those of the gradient.
fn numbers(model: &Model) -> TokenStream {
    let rt = &model.rt;
    let places = model.fields.iter().filter(|field| field.bar().is_some());
    let members: Vec<&syn::Member> = places.map(|field| &field.member).collect();
    let number = quote!(#rt::core::primitive::f64);
    let trait_ = quote!(#rt::Differentiable);
    quote! {
        fn append_numbers(&self, __out: &mut #rt::Vec<#number>) {
            #(#trait_::append_numbers(&self.#members, __out);)*
        }
        fn replace_numbers(&mut self, __from: &mut #rt::core::slice::Iter<'_, #number>) -> #rt::core::primitive::bool {
            #(#trait_::replace_numbers(&mut self.#members, __from))&&*
        }
    }
}

/// What methods of structs in fields do, for functions that do not know the types of these.
fn parts(model: &Model) -> TokenStream {
    let Model { rt, name, own, .. } = model;
    let structs = model.fields.iter().filter(|field| {
        let differentiated = field.bar().is_some();
        let mut leaves = leaves(&field.declared).into_iter();
        differentiated && leaves.any(|leaf| is_copy(leaf).is_none())
    });
    let structs = structs.filter(|_| own.declared.is_empty());
    let parts = structs.map(|field| {
        let ty = &field.declared;
        let part = Literal::u64_unsuffixed(autodiff_runtime::callee::name(&field.text()));
        quote! {
            impl<__N> #rt::Method<#rt::In<#part, __N>> for #name
            where
                #ty: #rt::Method<__N>,
            {
                const CALLEE: #rt::Callee = <#ty as #rt::Method<__N>>::CALLEE;
            }
        }
    });
    parts.collect()
}

/// Compares the lengths of a value with those of a gradient.
fn same_shape(model: &Model) -> TokenStream {
    let rt = &model.rt;
    let varied = model.gradient_type(&quote!(#rt::Varied));
    let mismatch = mismatch(model, &varied);
    model.implement(
        &quote!(#rt::SameShape<#varied>),
        &quote!(#[inline] #mismatch),
    )
}

impl Model {
    /// An impl for the user's struct.
    fn implement(&self, wanted: &TokenStream, body: &TokenStream) -> TokenStream {
        let (name, own) = (&self.name, &self.own);
        let (params, names) = (&own.bounded, &own.names);
        let bounds = self.bounds(&own.predicates);
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #wanted for #name<#(#names),*> #bounds { #body }
        }
    }
}
