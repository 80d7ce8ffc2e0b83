//! The helper attributes of the derive: `#[differentiable(…)]` on the struct, `#[constant]` on a field.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Meta, Token};

use crate::compiler::diag::{self, Diagnostics, did_you_mean};

/// The names of all options, for "did you mean".
const NAMES: [&str; 2] = ["gradient", "crate"];

/// What the attributes of the struct say.
pub(crate) struct Options {
    /// Name of the gradient type, if not the struct's with `Gradient` behind it.
    pub(crate) gradient: Option<Ident>,
    /// Path to the facade crate.
    pub(crate) krate: TokenStream,
}

impl Options {
    /// Reads the options; what cannot be understood is reported and left at its default.
    pub(crate) fn read(attrs: &[Attribute], diags: &mut Diagnostics) -> Options {
        let mut options = Options {
            gradient: None,
            krate: quote!(::conservative_grad),
        };
        for attr in attrs {
            if attr.path().is_ident("constant") {
                diags.report_at(&diag::DERIVE_MISPLACED, attr, &["constant", "a field"]);
            }
            if attr.path().is_ident("differentiable") {
                options.read_list(attr, diags);
            }
        }
        options
    }

    fn read_list(&mut self, attr: &Attribute, diags: &mut Diagnostics) {
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                self.option(input, diags)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = attr.parse_args_with(list) {
            let text = error.to_string();
            diags.report(&diag::DERIVE_MALFORMED, error.span(), &[&text]);
        }
    }

    fn option(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        match name.to_string().as_str() {
            "gradient" => {
                input.parse::<Token![=]>()?;
                self.gradient = Some(input.parse()?);
            }
            "crate" => {
                input.parse::<Token![=]>()?;
                self.krate = input.call(syn::Path::parse_mod_style)?.into_token_stream();
            }
            text => {
                let near = did_you_mean(text, NAMES);
                let found = diags.report_at(&diag::DERIVE_OPTION, &name, &[text]);
                if let Some(near) = near {
                    found.help(format!("did you mean `{near}`?"));
                }
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
            }
        }
        Ok(())
    }
}

/// True if a field is marked `#[constant]`.
pub(crate) fn marked_constant(attrs: &[Attribute], diags: &mut Diagnostics) -> bool {
    let mut marked = false;
    for attr in attrs {
        if attr.path().is_ident("differentiable") {
            diags.report_at(
                &diag::DERIVE_MISPLACED,
                attr,
                &["differentiable", "the struct"],
            );
        }
        if attr.path().is_ident("constant") {
            marked = true;
            if !matches!(attr.meta, Meta::Path(_)) {
                diags.report_at(&diag::CONSTANT_ARGUMENTS, attr, &[]);
            }
        }
    }
    marked
}
