//! Odd items: what comes out is always Rust, and never a panic.

use proc_macro2::TokenStream;

use super::{expand, read};
use crate::compiler::diag::Diagnostics;

const ACCEPTED: [&str; 12] = [
    "struct A<T = f64, const N: usize = 3> { x: [T; N] }",
    "struct A<'a, 'b: 'a, T: 'b + Copy + for<'x> Fn(&'x f64)> where T: Into<&'a f64>, for<'x> &'x T: Copy { x: &'a T, #[constant] f: &'b T }",
    "struct A<U, T: Into<U>> { x: T, #[constant] u: U }",
    "struct A { x: [f64; { 1 + 2 }], y: [f64; Self::N], z: [f64; N * M] }",
    "struct A { x: some!(f64), y: <Vec<f64> as IntoIterator>::Item }",
    "struct A(pub f64, pub(in crate::m) (f64,), (((f32, f64))));",
    "struct A<#[attribute] T> { #[attribute] x: T, #[doc = \"text\"] y: () }",
    "struct r#Type { r#fn: f64, r#self_: r#Other }",
    "struct A { x: ::core::primitive::f64, n: ::core::primitive::usize }",
    "struct A<K, _K> { x: K, y: _K }",
    "struct A { x: Vec<Vec<Self>>, y: f64, z: Option<Vec<A>> }",
    "struct A<'a> { x: Inner<'a>, y: Vec<Inner<'a, &'a f64>>, z: Option<&'a [&'a [f64]]> }",
];

const REFUSED: [&str; 8] = [
    "enum A {}",
    "union A { x: f64 }",
    "struct A;",
    "struct A();",
    "struct A { x: ! }",
    "struct A { x: impl Copy, y: dyn Copy, z: fn() }",
    "struct A<'a> { x: &'a A<'a> }",
    "#[differentiable(gradient)] struct A { x: f64 }",
];

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("tokens")
}

#[test]
fn what_is_accepted_becomes_items() {
    for text in ACCEPTED {
        let input = syn::parse2(tokens(text)).expect("an item");
        let mut diags = Diagnostics::new();
        assert!(read(&input, &mut diags).is_some(), "{text}");
        let emitted = expand(tokens(text));
        let file = syn::parse2::<syn::File>(emitted.clone());
        let file = file.unwrap_or_else(|error| panic!("{error}\n{text}\n{emitted}"));
        assert!(file.items.len() > 10, "{text}");
    }
}

#[test]
fn what_is_refused_becomes_errors_alone() {
    for text in REFUSED {
        let emitted = expand(tokens(text)).to_string();
        let items = syn::parse_str::<syn::File>(&emitted).expect("items");
        let error = |item: &syn::Item| matches!(item, syn::Item::Macro(_));
        assert!(
            !items.items.is_empty() && items.items.iter().all(error),
            "{text}\n{emitted}"
        );
    }
}

#[test]
fn the_gradient_has_the_parameters_that_it_needs() {
    let emitted = expand(tokens(
        "struct A<'a, U, T: Into<U>, const N: usize, const M: usize> { x: &'a [[T; N]], #[constant] u: [U; M] }",
    ));
    let file: syn::File = syn::parse2(emitted).expect("items");
    let Some(syn::Item::Struct(gradient)) = file.items.first() else {
        panic!("the gradient comes first");
    };
    assert_eq!(gradient.ident, "AGradient");
    let names = gradient.generics.params.iter().map(|param| match param {
        syn::GenericParam::Type(p) => (p.ident.to_string(), p.bounds.len()),
        syn::GenericParam::Const(p) => (p.ident.to_string(), 0),
        syn::GenericParam::Lifetime(p) => (p.to_owned().lifetime.to_string(), 0),
    });
    let expected = [("T", 0), ("N", 0), ("K", 1)].map(|(name, n)| (name.to_owned(), n));
    assert_eq!(names.collect::<Vec<_>>(), expected);
}
