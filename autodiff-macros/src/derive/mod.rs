//! `#[derive(Differentiable)]`: a struct in, the type of its gradient and the traits of both out.
//!
//! ```text
//! tokens → model (fields, which are constant, options) → gradient (the new type), value (the user's) → tokens
//! ```
//!
//! ```text
//! struct Layer<'a> { w: &'a [f64], b: f64, n: usize }
//!
//! struct LayerGradient<K: Kind = Varied> {
//!     w: <Vec<f64> as Element>::Bar<K>,    // Vec<f64>, or nothing where the layer is not differentiated
//!     b: <f64 as Element>::Bar<K>,
//!     n: ConstantField,
//! }
//! impl Differentiable for Layer<'_> { type Gradient = LayerGradient; … }
//! ```
//!
//! Places in a gradient have the names of the fields, so emitted code finds the adjoint of
//! `p.inner.w[i]` at `p_bar.inner.w[i]` without knowing the types.

mod generics;
mod gradient;
mod model;
mod options;
#[cfg(test)]
mod tests;
mod types;
mod value;

use proc_macro2::TokenStream;
use quote::quote;

use crate::compiler::diag::Diagnostics;
use model::Model;

/// Expands `#[derive(Differentiable)] item`.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    match syn::parse2::<syn::DeriveInput>(item) {
        Ok(input) => expand_input(&input),
        Err(error) => error.to_compile_error(),
    }
}

fn expand_input(input: &syn::DeriveInput) -> TokenStream {
    let mut diags = Diagnostics::new();
    match read(input, &mut diags) {
        Some(model) => {
            let (gradient, value) = (gradient::items(&model), value::items(&model));
            quote!(#gradient #value)
        }
        None => diags.into_tokens(),
    }
}

/// The struct as the derive understands it; `None` if anything was reported.
pub(crate) fn read(input: &syn::DeriveInput, diags: &mut Diagnostics) -> Option<Model> {
    let model = Model::read(input, diags);
    model.filter(|_| diags.is_empty())
}
