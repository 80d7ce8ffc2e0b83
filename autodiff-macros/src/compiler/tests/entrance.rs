//! What `expand` makes of items that it cannot compile: the item stays, and there is an error.

use proc_macro2::TokenStream;
use quote::quote;

use crate::compiler::expand;

/// Expands, and returns the text of the result.
fn expanded(attr: TokenStream, item: TokenStream) -> String {
    expand(attr, item).to_string()
}

#[track_caller]
fn assert_refused(item: TokenStream) -> String {
    let text = expanded(quote!(), item);
    assert!(text.contains("compile_error"), "no error in {text}");
    text
}

#[test]
fn what_is_no_function_is_refused() {
    for item in [
        quote!(impl Model { fn f(x: f64) -> f64 { x } }),
        quote!(
            mod model {
                fn f(x: f64) -> f64 {
                    x
                }
            }
        ),
        quote!(
            struct S;
        ),
        quote!(
            trait T {
                fn f(x: f64) -> f64;
            }
        ),
        quote!(
            fn f(x: f64) -> f64;
        ),
        quote!(
            const X: f64 = 1.0;
        ),
        quote!(#),
        quote!(),
    ] {
        assert!(assert_refused(item).contains("goes on a function"));
    }
}

#[test]
fn a_body_that_cannot_be_read_stays_and_has_stubs() {
    let text = assert_refused(
        quote!(pub fn loss(#[constant] x: f64, w: &[f64]) -> f64 { a future syntax }),
    );
    assert!(
        text.starts_with("pub fn loss (x : f64 , w : & [f64]) -> f64 { a future syntax }"),
        "{text}"
    );
    assert!(text.contains("fn value_and_grad"));
}

#[test]
fn a_method_stays_alone() {
    let text = assert_refused(quote!(
        fn loss(&self, x: f64) -> f64 {
            x
        }
    ));
    assert!(
        !text.contains("enum"),
        "an enum cannot stand in an impl block: {text}"
    );
}

#[test]
fn a_function_named_like_a_primitive_gets_no_type_of_that_name() {
    let text = assert_refused(quote!(
        fn f64(x: f32) -> f32 {
            x
        }
    ));
    assert!(!text.contains("enum"), "{text}");
}

#[test]
fn types_without_stubs() {
    for item in [
        quote!(
            fn loss(f: impl Fn(f64) -> f64, x: f64) -> f64 {
                x
            }
        ),
        quote!(
            fn loss(x: Self) -> f64 {
                x
            }
        ),
        quote!(
            async fn loss(x: f64) -> f64 {
                x
            }
        ),
    ] {
        assert!(!assert_refused(item).contains("enum"));
    }
}

#[test]
fn options_that_make_no_sense_are_refused_and_the_function_stays() {
    for attr in [
        quote!(wrt),
        quote!(policy = 3),
        quote!(crate = ),
        quote!(nmae = loss_ad),
        quote!(name = fn),
    ] {
        let text = expanded(
            attr,
            quote!(
                fn loss(x: f64) -> f64 {
                    x
                }
            ),
        );
        assert!(text.contains("compile_error"), "{text}");
        assert!(text.starts_with("fn loss"), "{text}");
    }
}
