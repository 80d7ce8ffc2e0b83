//! The gradient type, and how gradients are compared, added and summed.

use proc_macro2::{Span, TokenStream};
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
    let rt = runtime_at(&model.rt, ty.span());
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
    let varied = quote!(#rt::Varied);
    let leaves = model.needs.leaves.iter();
    let bounds = leaves.map(|leaf| {
        let bar = bar(model, leaf, &varied);
        quote!(#bar: #copy)
    });
    let bounds: Vec<TokenStream> = bounds.collect();
    let nothing = TokenStream::new();
    model
        .fields
        .iter()
        .all(copies)
        .then(|| model.impl_varied(&bounds, &copy, &nothing))
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
    let summed = model.impl_any(
        &quote!(#rt::Summed),
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
    let rt = &model.rt;
    let mismatch = mismatch(model, &quote!(Self));
    let same_shape = model.impl_any(&quote!(#rt::SameShape<Self>), &quote!(#[inline] #mismatch));
    let components = components(model);
    quote!(#same_shape #components)
}

/// The method of `SameShape`, for the struct and for its gradient alike.
pub(crate) fn mismatch(model: &Model, gradient: &TokenStream) -> TokenStream {
    let rt = &model.rt;
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
        fn mismatch(&self, __other: &#gradient) -> #option<#rt::Mismatch> {
            #(#checks)*
            #option::None
        }
    }
}

/// The numbers in the order of the fields. A Jacobian has a `Vec` in the place of the struct: a type
/// with a place for each row would tell of the types of private fields.
fn components(model: &Model) -> TokenStream {
    let rt = &model.rt;
    let places = model.fields.iter().filter(|field| field.bar().is_some());
    let members: Vec<&syn::Member> = places.map(|field| &field.member).collect();
    let iterator = quote!(#rt::core::iter::Iterator);
    model.impl_any(
        &quote!(#rt::Components),
        &quote! {
            type Rows<__G> = #rt::Vec<__G>;
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
                #iterator::collect(#iterator::take(__rows, #rt::Components::count(self)))
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

/// The path of the runtime, as if it stood at `place`.
fn runtime_at(rt: &TokenStream, place: Span) -> TokenStream {
    let tokens = rt.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    tokens.collect()
}

impl Model {
    /// `PGradient<T, N, K>`.
    pub(crate) fn gradient_type(&self, kind: &TokenStream) -> TokenStream {
        let (gradient, names) = (&self.gradient, &self.kept.names);
        quote!(#gradient<#(#names,)* #kind>)
    }

    /// A `where` clause: `predicates`, and a bar for every part that might have none.
    pub(crate) fn bounds(&self, predicates: &[TokenStream]) -> TokenStream {
        let needs = &self.needs;
        let parts = needs.leaves.iter().chain(&needs.concrete);
        // All of one place, so that rustc says it once.
        let parts = parts.map(|part| {
            let rt = runtime_at(&self.rt, part.span());
            quote_spanned!(part.span()=> #part: #rt::Element)
        });
        let outliving = needs.outliving.iter();
        let outliving = outliving.map(|param| quote!(#param: 'static));
        let all = predicates.iter().cloned().chain(parts).chain(outliving);
        let all: Vec<TokenStream> = all.collect();
        match all.is_empty() {
            true => TokenStream::new(),
            false => quote!(where #(#all),*),
        }
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

    /// An impl for gradients alone, under further `predicates`.
    fn impl_varied(
        &self,
        predicates: &[TokenStream],
        wanted: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (rt, params) = (&self.rt, &self.kept.bounded);
        let (ty, bounds) = (
            self.gradient_type(&quote!(#rt::Varied)),
            self.bounds(&[&self.kept.predicates, predicates].concat()),
        );
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #wanted for #ty #bounds { #body }
        }
    }
}
