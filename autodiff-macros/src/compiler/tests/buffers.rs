//! How many numbers the buffers of lane loops hold: they are on the stack.

use proc_macro2::TokenStream;
use quote::quote;

use crate::compiler::expand;

/// How many buffers of wide and of narrow strips the gradient has, and how many lists of terms its stencils add.
fn buffers(item: TokenStream) -> [usize; 3] {
    let text = expand(quote!(), item).to_string();
    let sweep = text.split("fn __forward").next().unwrap_or_default();
    let of = |name: &str| sweep.matches(name).count();
    let terms = sweep.split("add_stencil").skip(1);
    let lists = terms.map(|call| {
        call.split(';')
            .next()
            .unwrap_or_default()
            .matches("& terms")
            .count()
    });
    [of(":: wide_lanes ("), of(":: lanes ("), lists.sum()]
}

#[test]
fn neighbours_that_get_the_same_share_one() {
    let numbers = buffers(quote!(
        fn f(x: &[f64]) -> f64 {
            let mut u = x.to_vec();
            for _ in 0..3 {
                let old = u.clone();
                for i in 1..u.len() - 1 {
                    u[i] = 0.2 * (old[i - 1] + old[i + 1]) + 0.5 * old[i] * old[i];
                }
            }
            u[1]
        }
    ));
    assert_eq!(numbers, [2, 0, 3]);
}

#[test]
fn strips_of_points_are_narrow() {
    let [wide, narrow, _] = buffers(quote!(
        fn f(p: &[[f64; 512]]) -> f64 {
            let mut u = p.to_vec();
            for _ in 0..3 {
                let old = u.clone();
                for i in 1..u.len() - 1 {
                    u[i][0] = old[i - 1][0] * old[i + 1][1] + 0.5 * old[i][0];
                }
            }
            u[1][0]
        }
    ));
    assert_eq!(wide, 0);
    assert_ne!(narrow, 0);
}
