//! The helper attributes of the derive: `#[differentiable(…)]` on the struct, `#[constant]` on a field.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::{Item, List, value};

const LIST: List = List {
    names: &["gradient", "crate"],
    repeatable: &[],
    unknown: &diag::DERIVE_OPTION,
    malformed: &diag::DERIVE_MALFORMED,
};

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
        match attr.meta.require_list() {
            Ok(list) => LIST.read(list.tokens.clone(), diags, |item, _| self.read_option(item)),
            Err(error) => {
                diags.report(LIST.malformed, error.span(), &[&error.to_string()]);
            }
        }
    }

    fn read_option(&mut self, item: &Item<'_>) -> syn::Result<bool> {
        match item.name.to_string().as_str() {
            "gradient" => self.gradient = Some(value(item.input)?.parse()?),
            "crate" => {
                let path = value(item.input)?.call(syn::Path::parse_mod_style)?;
                self.krate = path.into_token_stream();
            }
            _ => return Ok(false),
        }
        Ok(true)
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
