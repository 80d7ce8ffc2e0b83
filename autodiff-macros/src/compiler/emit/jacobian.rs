//! `jacobian`: a gradient for every number that the function computes.
//!
//! In: the signature. Out: the entry point. A number has the gradient for its Jacobian. For other
//! results, and for what is changed in place, the runtime is handed two closures, one for a row (a
//! pullback) and one for several columns at once (a tangent sweep), and calls the one that it has to call less often:
//!
//! ```text
//! fn jacobian(x: &[f64]) -> Vec<Vec<f64>> {
//!     let arguments: Vec<f64> = zero_like(x);
//!     let (value, pullback) = Self::__forward(&mut Plain, (Varied,), x);
//!     let result: Vec<f64> = zero_like(&value);
//!     let mut ready = Some(pullback);                  // the first row needs no second forward sweep
//!     jacobian::<8, …>(&result, &arguments, &zero_dots(Several::<8>, x), |seed| …, |x_dot| …)
//! }
//! ```
//!
//! Every sweep starts from the arguments as they were given: what is changed in place is copied first,
//! what is taken by value is cloned.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

use super::entry::{Entry, Printer};
use super::signature::{Param, Passing, Signature, one_or_tuple};
use super::sweep::kind_of;
use super::tokens::Tokens;
use super::types::with_lifetime;
use crate::compiler::hir::{Real, Ty};
use crate::compiler::parse::types;

/// The entry point; nothing if the function computes no number.
pub(crate) fn member(printer: &Printer<'_>) -> TokenStream {
    let signature = printer.signature;
    if signature.has_gradient && printer.is_deprecated() {
        // A deprecated function is not mentioned, not even by another.
        return printer.gradient("jacobian");
    }
    if signature.has_gradient {
        let body = printer.body(|| {
            let turbofish = signature.turbofish(0);
            let names = signature.params.iter().map(|p| &p.name);
            let grad = signature.naming.path("grad");
            quote!(#grad #turbofish(#(#names),*))
        });
        let gradient = signature.result_of(signature.gradient());
        return printer.plain("jacobian", gradient, body);
    }
    let Some(rows) = rows(signature) else {
        return TokenStream::new();
    };
    let body = printer.body(|| Jacobian::of(signature).body(printer));
    printer.print(Entry {
        name: "jacobian",
        lifetimes: Tokens::default(),
        receiver: Tokens::default(),
        params: printer.declarations.clone(),
        result: rows,
        bounds: bounds(signature),
        body,
    })
}

/// The type of the Jacobian: the container of the result, with a gradient in the place of each
/// number; for several results a tuple.
pub(crate) fn rows(signature: &Signature) -> Option<TokenStream> {
    if signature.has_gradient {
        return Some(signature.result_of(signature.gradient()));
    }
    let mixed =
        matches!(&signature.result_ty, Ty::Tuple(_)) && types::has_constant(&signature.result_ty);
    if signature.outcome || mixed {
        return None;
    }
    let row = signature.whole_gradient();
    let outputs = signature.outputs();
    let outputs = outputs
        .iter()
        .map(|ty| super::types::rows(ty, &row, &signature.rt));
    let outputs: Vec<TokenStream> = outputs.collect();
    (!outputs.is_empty()).then(|| one_or_tuple(outputs))
}

struct Jacobian<'a> {
    signature: &'a Signature,
    /// What is changed in place.
    changed: Vec<Changed<'a>>,
    zeros: Ident,
    result: Ident,
    value: Ident,
    pullback: Ident,
    ready: Ident,
}

/// A parameter that is changed in place.
struct Changed<'a> {
    param: &'a Param,
    /// A copy of what every sweep starts from.
    start: Ident,
    /// What a sweep changes.
    copy: Ident,
}

impl<'a> Jacobian<'a> {
    fn of(signature: &'a Signature) -> Self {
        let changed = |param: &'a Param| {
            let name = param.name.to_string();
            let (name, copy) = match name.trim_start_matches("r#") {
                "self" => ("this".to_owned(), signature.fresh("this")),
                name => (name.to_owned(), param.name.clone()),
            };
            Changed {
                param,
                start: signature.fresh(&format!("{name}_start")),
                copy,
            }
        };
        let params = signature.params.iter();
        Jacobian {
            signature,
            changed: params
                .filter(|p| p.passing == Passing::Exclusive)
                .map(changed)
                .collect(),
            zeros: signature.fresh("arguments"),
            result: signature.fresh("result"),
            value: signature.fresh("value"),
            pullback: signature.fresh("pullback"),
            ready: signature.fresh("ready"),
        }
    }

    fn body(&self, printer: &Printer<'_>) -> TokenStream {
        let Jacobian {
            signature,
            zeros,
            result,
            pullback,
            ready,
            ..
        } = self;
        let rt = &signature.rt;
        let starts = self.changed.iter().map(|Changed { param, start, .. }| {
            let borrow = param.borrow();
            quote!(let #start = #rt::ToOwned::to_owned(#borrow);)
        });
        let (whole, gradient) = (
            self.zeros(&quote!(zero_like), None),
            signature.whole_gradient(),
        );
        let several = super::forward::several(signature);
        let lanes = Literal::usize_unsuffixed(super::forward::lanes(signature));
        let dots = self.zeros(&quote!(zero_dots), Some(&several));
        let first = self.forward(&|p| p.given(rt));
        let (shape, cotangent) = (self.shape(), signature.whole_cotangent());
        let (row, column) = (self.row(printer), self.column());
        let kept = self.kept();
        quote! {
            #(#starts)*
            let #zeros: #gradient = #whole;
            let (#kept, #pullback) = #first;
            let #result: #cotangent = #shape;
            let mut #ready = #rt::core::option::Option::Some(#pullback);
            #rt::jacobian::<#lanes, _, _, _, _>(&#result, &#zeros, &#dots, #row, #column)
        }
    }

    /// The pattern for the result or its tangent.
    fn kept(&self) -> TokenStream {
        match self.signature.returns_numbers() {
            true => self.value.to_token_stream(),
            false => quote!(_),
        }
    }

    /// Zeros of the shape of everything that is differentiated.
    fn zeros(&self, zeros: &TokenStream, directions: Option<&TokenStream>) -> TokenStream {
        let rt = &self.signature.rt;
        let varied = self.signature.params.iter().filter(|p| p.differentiable);
        let directions = directions.map(|directions| quote!(#directions,));
        let zeros = varied.map(|p| {
            let borrow = p.borrow();
            quote!(#rt::#zeros(#directions #borrow))
        });
        one_or_tuple(zeros.collect())
    }

    /// Zeros of the shape of everything that is computed.
    fn shape(&self) -> TokenStream {
        let (rt, value) = (&self.signature.rt, &self.value);
        let result = self
            .signature
            .returns_numbers()
            .then(|| self.signature.zeros_of_result(&quote!(#value)));
        let changed = self.signature.in_place().map(|p| {
            let borrow = p.borrow();
            quote!(#rt::zero_like(#borrow))
        });
        one_or_tuple(result.into_iter().chain(changed).collect())
    }

    /// `Self::__forward(selection, kinds, arguments…)`.
    fn forward(&self, argument: &dyn Fn(&Param) -> TokenStream) -> TokenStream {
        let signature = self.signature;
        let (rt, params) = (&signature.rt, &signature.params);
        let turbofish = signature.turbofish(1 + params.len());
        let kinds = params.iter().map(|p| kind_of(signature, p.differentiable));
        let receiver = self.receiver(argument);
        let arguments = signature.others().iter().map(argument);
        let forward = signature.naming.path("__forward");
        quote!(#forward #turbofish(#receiver &mut #rt::Plain, (#(#kinds,)*), #(#arguments),*))
    }

    /// `self,`; nothing for a function without receiver.
    fn receiver(&self, argument: &dyn Fn(&Param) -> TokenStream) -> TokenStream {
        let receiver = self.signature.receiver.and(self.signature.params.first());
        receiver.map_or_else(TokenStream::new, |p| {
            let argument = argument(p);
            quote!(#argument,)
        })
    }

    /// The argument as it was at the start.
    fn given_again(&self, param: &Param) -> TokenStream {
        let changed = self.changed.iter().find(|c| c.param.name == param.name);
        match changed {
            Some(Changed { copy, .. }) => quote!(&mut #copy),
            None => param.given(&self.signature.rt),
        }
    }

    /// Fresh copies of what is changed in place.
    fn restart(&self) -> TokenStream {
        let rt = &self.signature.rt;
        let copies = self.changed.iter().map(|Changed { start, copy, .. }| {
            quote!(let mut #copy = #rt::core::clone::Clone::clone(&#start);)
        });
        copies.collect()
    }

    /// The gradient under a seed.
    fn row(&self, printer: &Printer<'_>) -> TokenStream {
        let Jacobian {
            signature,
            pullback,
            ready,
            ..
        } = self;
        let (rt, seed) = (&signature.rt, &signature.seed);
        let (pattern, restart) = (self.outputs(seed, |p| &p.bar, true), self.restart());
        let (forward, buffers) = (self.forward(&|p| self.given_again(p)), printer.buffers());
        let again = signature.params.iter().map(Param::again);
        let bars = signature.params.iter().map(|p| match p.differentiable {
            true => p.bar_borrow(),
            false => quote!(&mut #rt::discard()),
        });
        let seed = match signature.returns_numbers() {
            true => seed.to_token_stream(),
            false => signature.inner_seed(quote!(())),
        };
        let varied = signature.params.iter().filter(|p| p.differentiable);
        let whole = one_or_tuple(varied.map(|p| p.bar.to_token_stream()).collect());
        quote! {
            |#pattern| {
                #buffers
                let #pullback = match #ready.take() {
                    #rt::core::option::Option::Some(#pullback) => #pullback,
                    #rt::core::option::Option::None => {
                        #restart
                        #forward.1
                    }
                };
                #pullback(#(#again,)* #seed, #(#bars),*);
                #whole
            }
        }
    }

    /// The derivatives along several directions.
    fn column(&self) -> TokenStream {
        let Jacobian {
            signature, value, ..
        } = self;
        let (rt, turbofish) = (&signature.rt, signature.turbofish(3));
        let varied = signature.params.iter().filter(|p| p.differentiable);
        let pattern = varied.map(|p| {
            let (dot, mutable) = (&p.dot, p.in_place().then(|| quote!(mut)));
            quote!(#mutable #dot)
        });
        let pattern = one_or_tuple(pattern.collect());
        let dot = |p: &Param| {
            let dot = &p.dot;
            match (p.differentiable, p.passing) {
                (false, _) => quote!(#rt::Unvaried),
                (true, Passing::Exclusive) => quote!(&mut #dot),
                (true, _) => quote!(#rt::Tangent(&#dot)),
            }
        };
        let own = signature.receiver.and(signature.params.first()).map(dot);
        let others = signature.others().iter().map(|p| {
            let (argument, dot) = (self.given_again(p), dot(p));
            quote!(#argument, #dot)
        });
        let arguments = own.into_iter().chain(others);
        let receiver = self.receiver(&|p| self.given_again(p));
        let (restart, tangent) = (self.restart(), signature.naming.path("__tangent"));
        let several = super::forward::several(signature);
        let outputs = self.outputs(value, |p| &p.dot, false);
        let kept = self.kept();
        quote! {
            |#pattern| {
                #restart
                let (_, #kept) = #tangent #turbofish(#receiver &mut #rt::Plain, #several, #(#arguments),*);
                #outputs
            }
        }
    }

    /// The names of what belongs to the outputs, as a pattern (with `mut`) or as an expression.
    fn outputs(&self, result: &Ident, of: fn(&Param) -> &Ident, pattern: bool) -> TokenStream {
        let result = self
            .signature
            .returns_numbers()
            .then(|| result.to_token_stream());
        let mutable = pattern.then(|| quote!(mut));
        let changed = self.signature.in_place().map(|p| {
            let name = of(p);
            quote!(#mutable #name)
        });
        one_or_tuple(result.into_iter().chain(changed).collect())
    }
}

/// `T: Clone` for what the sweeps need copies of. A bound on a type without parameters has to be
/// met where it is written, unless it has a lifetime: then it is up to who calls.
fn bounds(signature: &Signature) -> Vec<TokenStream> {
    let rt = &signature.rt;
    let lifetime: syn::Lifetime = syn::parse_quote!('__copy);
    let copied = signature
        .params
        .iter()
        .filter(|p| p.passing != Passing::Shared);
    let unknown = copied.filter(|p| !is_clone(&p.ty));
    unknown
        .map(|p| {
            let declared = with_lifetime(&element(p.referent()), &lifetime);
            quote!(for<#lifetime> #declared: #rt::core::clone::Clone)
        })
        .collect()
}

/// What has to be cloned for a copy of a value of the type: the elements of a slice.
fn element(ty: TokenStream) -> TokenStream {
    match syn::parse2(ty.clone()) {
        Ok(syn::Type::Slice(slice)) => element(slice.elem.to_token_stream()),
        _ => ty,
    }
}

/// True if every value of the type can be cloned, whatever rustc knows of it.
fn is_clone(ty: &Ty) -> bool {
    match ty {
        Ty::Real(Real::F64 | Real::F32 | Real::Param(_)) | Ty::Int | Ty::Bool | Ty::Unit => true,
        Ty::Tuple(parts) => parts.iter().all(is_clone),
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) | Ty::Ref(_, inner) => {
            is_clone(inner)
        }
        _ => false,
    }
}

impl Param {
    /// The argument, handed on by the entry point; nothing is lost by that.
    pub(super) fn given(&self, rt: &super::Runtime) -> TokenStream {
        let name = &self.name;
        match self.passing {
            Passing::Value if !matches!(self.ty, Ty::Real(_) | Ty::Int | Ty::Bool) => {
                quote!(#rt::core::clone::Clone::clone(&#name))
            }
            _ => name.to_token_stream(),
        }
    }

    /// `&mut w_bar`.
    fn bar_borrow(&self) -> TokenStream {
        let bar = &self.bar;
        quote!(&mut #bar)
    }

    /// The declared type without its reference.
    fn referent(&self) -> TokenStream {
        match syn::parse2(self.declared.clone()) {
            Ok(syn::Type::Reference(reference)) => reference.elem.to_token_stream(),
            _ => self.declared.clone(),
        }
    }
}
