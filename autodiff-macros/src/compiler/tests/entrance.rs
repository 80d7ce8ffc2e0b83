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
fn what_is_emitted_for_a_method_can_stand_in_its_block() {
    for item in [
        quote!(
            fn loss(&self, x: f64) -> f64 {
                x
            }
        ),
        quote!(
            fn loss(x: f64) -> f64 {
                x * Self::SCALE
            }
        ),
        quote!(
            fn loss(x: f64) -> Self {
                Self { x }
            }
        ),
    ] {
        let text = expanded(quote!(), item.clone());
        assert!(
            !text.contains("compile_error") && !text.contains("enum"),
            "{text}"
        );
        let block = syn::parse_str::<syn::ItemImpl>(&format!("impl Model {{ {text} }}"));
        assert!(block.is_ok(), "{text}");
    }
    let text = expanded(
        quote!(method),
        quote!(
            fn loss(x: f64) -> f64 {
                x
            }
        ),
    );
    assert!(
        text.contains("fn loss_grad") && !text.contains("enum"),
        "{text}"
    );
}

#[test]
fn what_is_refused_in_a_method_is_told_in_the_words_of_the_user() {
    let text = expanded(
        quote!(),
        quote!(
            fn loss(&self, x: f64) -> f64 {
                self.k.floor() + x
            }
        ),
    );
    assert!(
        text.contains("`floor`") && !text.contains("`this"),
        "{text}"
    );
    assert!(
        text.starts_with("fn loss (& self , x : f64) -> f64 { self . k . floor () + x }"),
        "{text}"
    );
}

#[test]
fn a_block_is_left_as_it_is_and_followed_by_another() {
    let block = quote!(
        impl<T: Float> Model<T>
        where
            T: Copy,
        {
            fn name(&self) -> &str {
                ""
            }
            fn loss(x: f64) -> f64 {
                x
            }
        }
    );
    let text = expanded(quote!(), block);
    assert!(
        text.contains("impl < T : Float > Model < T > where T : Copy , { # [doc = r\" The places"),
        "{text}"
    );
    assert!(
        !text.contains("name_grad") && text.contains("fn loss_grad"),
        "{text}"
    );
    let text = expanded(
        quote!(),
        quote!(
            mod m {
                fn f(x: f64) -> f64 {
                    g(x)
                }
                fn g(x: f64) -> f64 {
                    f(x)
                }
                fn n() {}
            }
        ),
    );
    assert!(
        text.contains("enum f") && text.contains("enum g") && !text.contains("enum n"),
        "{text}"
    );
    assert!(text.contains("Box < dyn"), "{text}");
}

#[test]
fn what_is_skipped_loses_our_attributes() {
    let text = expanded(
        quote!(skip),
        quote!(
            fn f(#[constant] x: f64) -> f64 {
                #[tie(0.5)]
                let y = x;
                y
            }
        ),
    );
    assert_eq!(text, "fn f (x : f64) -> f64 { let y = x ; y }");
    let text = expanded(
        quote!(),
        quote!(impl P { #[conservative_grad(skip)] fn f(#[constant] x: f64) -> f64 { x } }),
    );
    assert_eq!(text, "impl P { fn f (x : f64) -> f64 { x } }");
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
