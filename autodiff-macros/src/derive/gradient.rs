//! The gradient type, and how gradients are compared, added and summed.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::model::{Field, Model};
use super::types::is_copy;
use crate::compiler::respan;

/// The struct and its impls.
pub(crate) fn items(model: &Model) -> TokenStream {
    let items = [
        definition(model),
        plain_values(model),
        sums(model),
        shapes(model),
        discard(model),
    ];
    respan(items.into_iter().collect())
}

/// `{ x: …, n: … }` or `(…, …)`: the fields of a gradient, as types or as values.
pub(crate) fn fields(
    model: &Model,
    with_visibility: bool,
    part: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let fields = model.fields.iter().map(|field| {
        let (member, part) = (&field.member, part(field));
        let visibility = with_visibility.then_some(&field.visibility);
        let doc = with_visibility.then(|| field_doc(field));
        match model.named || !with_visibility {
            true => quote!(#doc #visibility #member: #part),
            false => quote!(#doc #visibility #part),
        }
    });
    // A tuple struct is built by the numbers of its fields, too.
    match model.named || !with_visibility {
        true => quote!({ #(#fields),* }),
        false => quote!((#(#fields),*)),
    }
}

fn field_doc(field: &Field) -> TokenStream {
    let name = field.text();
    let text = match field.bar() {
        Some(_) => format!("The derivative with respect to `{name}`."),
        None => format!("`{name}` is constant: it has no derivative."),
    };
    quote!(#[doc = #text])
}

/// `<Vec<f64> as Element>::Bar<K>`, the place of a differentiated field.
pub(crate) fn bar(model: &Model, ty: &Type, kind: &TokenStream) -> TokenStream {
    let rt = &model.rt;
    quote_spanned!(ty.span()=> <#ty as #rt::Element>::Bar<#kind>)
}

fn definition(model: &Model) -> TokenStream {
    let Model {
        rt,
        gradient,
        kind,
        visibility,
        kept,
        name,
        ..
    } = model;
    let doc = format!("The derivative with respect to every field of `{name}`, under its name.");
    let declared = &kept.declared;
    let bounds = model.bounds(&kept.predicates);
    let body = fields(model, true, |field| match field.bar() {
        Some(ty) => bar(model, ty, &quote!(#kind)),
        None => quote!(#rt::ConstantField),
    });
    let head = quote! {
        #[doc = #doc]
        #visibility struct #gradient<#(#declared,)* #kind: #rt::Kind = #rt::Varied>
    };
    match model.named {
        true => quote!(#head #bounds #body),
        false => quote!(#head #body #bounds;),
    }
}

/// `Clone`, `Copy`, `Debug`, `PartialEq`.
fn plain_values(model: &Model) -> TokenStream {
    let Model { rt, gradient, .. } = model;
    let clone = fields(model, false, |field| {
        let member = &field.member;
        quote!(#rt::core::clone::Clone::clone(&self.#member))
    });
    let equal = model.fields.iter().map(|field| {
        let member = &field.member;
        quote!(#rt::core::cmp::PartialEq::eq(&self.#member, &__other.#member))
    });
    let text = gradient.to_string();
    let debug = model.fields.iter().map(|field| {
        let (member, name) = (&field.member, field.text());
        match model.named {
            true => quote!(.field(#name, &self.#member)),
            false => quote!(.field(&self.#member)),
        }
    });
    let builder = match model.named {
        true => quote!(debug_struct),
        false => quote!(debug_tuple),
    };
    let clone = model.impl_any(
        &quote!(#rt::core::clone::Clone),
        &quote! {
            #[inline]
            fn clone(&self) -> Self { #gradient #clone }
        },
    );
    let equal = model.impl_any(
        &quote!(#rt::core::cmp::PartialEq),
        &quote! {
            #[inline]
            fn eq(&self, __other: &Self) -> #rt::core::primitive::bool { #(#equal)&&* }
        },
    );
    let debug = model.impl_any(
        &quote!(#rt::core::fmt::Debug),
        &quote! {
            fn fmt(&self, __f: &mut #rt::core::fmt::Formatter<'_>) -> #rt::core::fmt::Result {
                __f.#builder(#text) #(#debug)* .finish()
            }
        },
    );
    let copy = copy(model);
    quote!(#clone #copy #equal #debug)
}

/// `Copy` where every place is a number, or an array or tuple of numbers, or a parameter.
fn copy(model: &Model) -> Option<TokenStream> {
    let rt = &model.rt;
    let copies = |field: &Field| match field.bar() {
        Some(ty) => is_copy(ty).unwrap_or_else(|| model.needs.leaves.contains(ty)),
        None => true,
    };
    let copy = quote!(#rt::core::marker::Copy);
    model
        .fields
        .iter()
        .all(copies)
        .then(|| model.impl_varied(&copy, |_| copy.clone(), &TokenStream::new()))
}

/// How gradients are added: into bars of any kind, to each other, many at once.
fn sums(model: &Model) -> TokenStream {
    let Model { rt, gradient, .. } = model;
    let varied = model.gradient_type(&quote!(#rt::Varied));
    let each = |call: &dyn Fn(&syn::Member) -> TokenStream| -> TokenStream {
        let places = model.fields.iter().filter(|field| field.bar().is_some());
        places.map(|field| call(&field.member)).collect()
    };
    let accumulate = each(&|m| quote!(#rt::Accumulate::accumulate(&mut self.#m, &__gradient.#m);));
    let add = each(&|m| quote!(#rt::Adjoint::add(&mut self.#m, &__other.#m);));
    let clear = each(&|m| quote!(#rt::Adjoint::clear(&mut self.#m);));
    let accumulate = model.impl_any(
        &quote!(#rt::Accumulate<#varied>),
        &quote! {
            #[inline]
            fn accumulate(&mut self, __gradient: &#varied) { #accumulate }
        },
    );
    let adjoint = model.impl_any(
        &quote!(#rt::Adjoint),
        &quote! {
            #[inline]
            fn add(&mut self, __other: &Self) { #add }
            #[inline]
            fn clear(&mut self) { #clear }
        },
    );
    let none = fields(model, false, |field| match field.bar() {
        Some(_) => quote!(#rt::Summed::sum_of(&[])),
        None => quote!(#rt::ConstantField),
    });
    let summed = quote!(#rt::Summed);
    let summed = model.impl_varied(
        &summed,
        |_| summed.clone(),
        &quote! {
            #[inline]
            fn sum_of(__all: &[Self]) -> Self {
                #rt::added(__all).unwrap_or_else(|| #gradient #none)
            }
        },
    );
    quote!(#accumulate #adjoint #summed)
}

/// Lengths, and the numbers one by one.
fn shapes(model: &Model) -> TokenStream {
    let Model { rt, .. } = model;
    let varied = model.gradient_type(&quote!(#rt::Varied));
    let mismatch = mismatch(model);
    let same_shape = model.impl_varied(
        &quote!(#rt::SameShape<#varied>),
        |gradient| quote!(#rt::SameShape<#gradient>),
        &quote!(#[inline] #mismatch),
    );
    // The rows of a struct that holds its own kind would be a type that holds itself.
    let components = (!model.recursive).then(|| components(model));
    quote!(#same_shape #components)
}

/// The method of `SameShape`, for the struct and for its gradient alike.
pub(crate) fn mismatch(model: &Model) -> TokenStream {
    let rt = &model.rt;
    let varied = model.gradient_type(&quote!(#rt::Varied));
    let option = quote!(#rt::core::option::Option);
    let places = model.fields.iter().filter(|field| field.bar().is_some());
    let checks = places.map(|field| {
        let (member, name) = (&field.member, field.text());
        quote! {
            if let #option::Some(__mismatch) = #rt::SameShape::mismatch(&self.#member, &__other.#member) {
                return #option::Some(__mismatch.in_field(#name));
            }
        }
    });
    quote! {
        fn mismatch(&self, __other: &#varied) -> #option<#rt::Mismatch> {
            #(#checks)*
            #option::None
        }
    }
}

/// The numbers in the order of the fields; a Jacobian has a tuple in the place of the struct.
fn components(model: &Model) -> TokenStream {
    let rt = &model.rt;
    let bars = || model.fields.iter().filter(|field| field.bar().is_some());
    let members: Vec<&syn::Member> = bars().map(|field| &field.member).collect();
    let types = bars().filter_map(Field::bar);
    let rows = types.map(|ty| {
        let bar = bar(model, ty, &quote!(#rt::Varied));
        quote!(<#bar as #rt::Components>::Rows<__G>)
    });
    let iterator = quote!(#rt::core::iter::Iterator);
    let components = quote!(#rt::Components);
    model.impl_varied(
        &components,
        |_| components.clone(),
        &quote! {
            type Rows<__G> = (#(#rows,)*);
            fn count(&self) -> #rt::core::primitive::usize {
                #(#rt::Components::count(&self.#members))+*
            }
            fn read(&self, __out: &mut #rt::Vec<#rt::core::primitive::f64>) {
                #(#rt::Components::read(&self.#members, __out);)*
            }
            fn write(&mut self, __from: &mut impl #iterator<Item = #rt::core::primitive::f64>) {
                #(#rt::Components::write(&mut self.#members, __from);)*
            }
            fn rows<__G>(&self, __rows: &mut impl #iterator<Item = __G>) -> Self::Rows<__G> {
                (#(#rt::Components::rows(&self.#members, __rows),)*)
            }
        },
    )
}

/// The bar of a struct that is not differentiated.
fn discard(model: &Model) -> TokenStream {
    let Model { rt, kept, .. } = model;
    let unvaried = quote!(#rt::Unvaried);
    let (ty, bounds) = (
        model.gradient_type(&unvaried),
        model.bounds(&kept.predicates),
    );
    let (params, value) = (&kept.bounded, discarded(model));
    quote! {
        #[automatically_derived]
        impl<#(#params),*> #rt::core::default::Default for #ty #bounds {
            #[inline]
            fn default() -> Self { #value }
        }
    }
}

/// A value of that type.
pub(crate) fn discarded(model: &Model) -> TokenStream {
    let Model { rt, gradient, .. } = model;
    let parts = fields(model, false, |field| match field.bar() {
        Some(ty) => quote_spanned!(ty.span()=> <#ty as #rt::Element>::discard()),
        None => quote!(#rt::ConstantField),
    });
    quote!(#gradient #parts)
}

impl Model {
    /// `PGradient<T, N, K>`.
    pub(crate) fn gradient_type(&self, kind: &TokenStream) -> TokenStream {
        let (gradient, names) = (&self.gradient, &self.kept.names);
        quote!(#gradient<#(#names,)* #kind>)
    }

    /// A `where` clause: `predicates`, and a bar for everything that depends on a parameter.
    pub(crate) fn bounds(&self, predicates: &[TokenStream]) -> TokenStream {
        let (rt, leaves) = (&self.rt, &self.needs.leaves);
        let all = predicates.iter().cloned();
        let all = all.chain(leaves.iter().map(|leaf| quote!(#leaf: #rt::Element)));
        let outliving = self
            .needs
            .outliving
            .iter()
            .map(|param| quote!(#param: 'static));
        let all: Vec<TokenStream> = all.chain(outliving).collect();
        match all.is_empty() {
            true => TokenStream::new(),
            false => quote!(where #(#all),*),
        }
    }

    /// Predicates on everything that depends on a parameter, by its type and the type of its gradient.
    pub(crate) fn of_leaves(
        &self,
        predicate: impl Fn(&Type, TokenStream) -> TokenStream,
    ) -> Vec<TokenStream> {
        let rt = &self.rt;
        let varied = quote!(#rt::Varied);
        let leaves = self.needs.leaves.iter();
        leaves
            .map(|leaf| predicate(leaf, bar(self, leaf, &varied)))
            .collect()
    }

    /// An impl for the gradient type under every kind.
    fn impl_any(&self, wanted: &TokenStream, body: &TokenStream) -> TokenStream {
        let (rt, kind, params) = (&self.rt, &self.kind, &self.kept.bounded);
        let (ty, bounds) = (
            self.gradient_type(&quote!(#kind)),
            self.bounds(&self.kept.predicates),
        );
        quote! {
            #[automatically_derived]
            impl<#(#params,)* #kind: #rt::Kind> #wanted for #ty #bounds { #body }
        }
    }

    /// An impl for gradients, where the gradients of what depends on a parameter have these bounds.
    fn impl_varied(
        &self,
        wanted: &TokenStream,
        of_gradient: impl Fn(&TokenStream) -> TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (rt, params) = (&self.rt, &self.kept.bounded);
        let mut predicates = self.kept.predicates.clone();
        predicates.extend(self.of_leaves(|_, gradient| {
            let bound = of_gradient(&gradient);
            quote!(#gradient: #bound)
        }));
        let (ty, bounds) = (
            self.gradient_type(&quote!(#rt::Varied)),
            self.bounds(&predicates),
        );
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #wanted for #ty #bounds { #body }
        }
    }
}
