//! What `cargo check` gets to see, and of which functions it sees all.

use proc_macro2::TokenStream;
use quote::quote;

use super::expansion;
use crate::compiler::diag::Diagnostics;
use crate::compiler::extent::Extent;
use crate::compiler::forms;
use crate::compiler::parse::attribute::Options;

/// What is emitted for a rustc that only checks.
fn checked(options: TokenStream, function: TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    let options = Options {
        extent: Extent::Signatures,
        ..Options::parse(options, &mut diags)
    };
    let tokens = forms::expand(function, &TokenStream::new(), &options, &mut diags);
    assert!(diags.is_empty(), "refused");
    tokens
}

/// Whether bodies are missing.
fn is_cut(options: TokenStream, source: &str) -> bool {
    let tokens = checked(options, source.parse().unwrap());
    tokens.to_string().contains("unemitted")
}

#[test]
fn signatures_and_metadata() {
    let function = quote! {
        /// The largest of some distances, and the place they are seen from.
        pub fn reach(xs: &[f64], place: &mut [f64; 2], k: usize) -> f64 {
            place[0] += xs[k];
            let mut most = 0.0;
            for i in 0..xs.len() {
                most = (xs[i] - place[0]).abs().max(most);
            }
            most
        }
    };
    expansion::check("checked", checked(quote!(), function));
}

#[test]
fn what_rustc_could_find_fault_with_is_whole() {
    for source in [
        // Of another function it is not known whether it has a derivative, and of what.
        "fn f(x: f64) -> f64 { g(x) * x }",
        "fn f(x: f64, n: usize) -> f64 { if n == 0 { x } else { f(x * x, n - 1) } }",
        // Of other names it is not known what they stand for.
        "fn f(x: f64) -> f64 { use conservative_grad::Nonsmooth; x.relu() }",
        "fn f(x: f64) -> f64 { panic!() }",
        "fn f(x: &Vec<f64>) -> f64 { x[0] * x[0] }",
        "fn f(x: Length) -> Length { x * x }",
        "fn f(p: &Point) -> f64 { p.x * p.y }",
        "fn f(x: f64) -> f64 { let s = scale(); x * s }",
        "fn f<T: Real>(x: T) -> T { x * x }",
    ] {
        assert!(!is_cut(quote!(), source), "{source}");
    }
    for source in [
        "fn f(x: f64) -> f64 { x * x }",
        "fn f(x: &[f64]) -> (f64, [f64; 2]) { let y = vec![x[0]; 3]; (y[1], [x[1], y[2]]) }",
    ] {
        assert!(is_cut(quote!(), source), "{source}");
    }
}

#[test]
fn what_is_refused_late_is_whole() {
    let source =
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; for i in 0..x.len() { s += x[i].exp(); } s }";
    assert!(is_cut(quote!(), source));
    assert!(!is_cut(quote!(parallel), source));
}
