//! What `cargo check` gets to see, and of which functions it sees all.

use quote::quote;

use super::expansion;
use crate::compiler::diag::Diagnostics;
use crate::compiler::extent::Extent;
use crate::compiler::forms;
use crate::compiler::parse::attribute::Options;

/// What is emitted for a rustc that only checks, as a person would read it.
fn checked(options: proc_macro2::TokenStream, source: &str) -> String {
    let mut diags = Diagnostics::new();
    let options = Options {
        extent: Extent::Signatures,
        ..Options::parse(options, &mut diags)
    };
    let tokens = forms::expand(source.parse().unwrap(), &options, &mut diags);
    assert!(diags.is_empty(), "{source}");
    expansion::pretty(tokens)
}

#[test]
fn signatures_and_metadata() {
    let mut diags = Diagnostics::new();
    let options = Options {
        extent: Extent::Signatures,
        ..Options::parse(quote!(), &mut diags)
    };
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
    expansion::check("checked", forms::expand(function, &options, &mut diags));
    assert!(diags.is_empty());
}

#[test]
fn what_rustc_could_find_fault_with_is_whole() {
    for source in [
        // Of another function it is not known whether it has a derivative, and of what.
        "fn f(x: f64) -> f64 { g(x) * x }",
        "fn f(x: f64, n: usize) -> f64 { if n == 0 { x } else { f(x * x, n - 1) } }",
        // Of other names it is not known what they stand for.
        "fn f(x: f64) -> f64 { use conservative_grad::Nonsmooth; x.relu() }",
        "fn f(x: f64) -> f64 { todo!() }",
        "fn f(x: &Vec<f64>) -> f64 { x[0] * x[0] }",
        "fn f(x: Length) -> Length { x * x }",
        "fn f(p: &Point) -> f64 { p.x * p.y }",
        "fn f(x: f64) -> f64 { let s = scale(); x * s }",
        "fn f<T: Real>(x: T) -> T { x * x }",
    ] {
        let text = checked(quote!(), source);
        assert!(!text.contains("unemitted"), "{source}");
    }
    for source in [
        "fn f(x: f64) -> f64 { x * x }",
        "fn f(x: &[f64]) -> (f64, [f64; 2]) { let y = vec![x[0]; 3]; (y[1], [x[1], y[2]]) }",
    ] {
        assert!(checked(quote!(), source).contains("unemitted"), "{source}");
    }
}

#[test]
fn what_is_refused_late_is_whole() {
    let source =
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; for i in 0..x.len() { s += x[i].exp(); } s }";
    assert!(checked(quote!(), source).contains("unemitted"));
    assert!(!checked(quote!(parallel), source).contains("unemitted"));
}
