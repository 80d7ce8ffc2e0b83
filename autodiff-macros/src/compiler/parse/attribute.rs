//! The options of `#[conservative_grad(…)]`.
//!
//! ```text
//! #[conservative_grad(wrt(w, b), name = loss_ad, crate = some::path, policy = jax, recursive, doc)]
//! ```
//!
//! A function in an annotated `impl` block or module inherits the options of the block, and may have
//! some of its own.

use autodiff_runtime::Policy;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Token, parenthesized};

use crate::compiler::diag::{self, Diagnostics, did_you_mean};
use crate::compiler::forms::known::Known;
use crate::compiler::naming::Naming;

/// The names of all options, for "did you mean".
const NAMES: [&str; 11] = [
    "wrt",
    "constant",
    "name",
    "crate",
    "policy",
    "recursive",
    "doc",
    "method",
    "module",
    "skip",
    "calls",
];

/// The names of all policies, for "did you mean".
const POLICIES: [&str; 6] = ["pytorch", "jax", "tensorflow", "lower", "upper", "midpoint"];

/// What the attribute says.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The parameters to differentiate with respect to, if not all that have a derivative.
    pub(crate) wrt: Option<Vec<Ident>>,
    /// Parameters that are constants, as if they had the attribute.
    pub(crate) constant: Vec<Ident>,
    /// Name of the companion type, if not the function's.
    pub(crate) name: Option<Ident>,
    /// Path to the facade crate.
    pub(crate) krate: TokenStream,
    /// True if the path to the facade was given.
    pub(crate) krate_given: bool,
    /// The choice at kinks where nobody else makes it.
    pub(crate) policy: Policy,
    /// The function is part of a cycle of calls: box its residual.
    pub(crate) recursive: bool,
    /// Show the companion type in the documentation.
    pub(crate) doc: bool,
    /// The function stands in an `impl` block, which neither a receiver nor `Self` shows.
    pub(crate) method: bool,
    /// The function's module bears its name: emit free functions.
    pub(crate) module: bool,
    /// Something of this could not be understood, and was reported.
    pub(crate) malformed: bool,
    /// Leave it as it is.
    pub(crate) skip: bool,
    /// Functions, and what has their derivatives in the place of the type of their name.
    pub(crate) calls: Vec<(syn::Path, syn::Path)>,
    /// What the compiler sees beside the function.
    pub(crate) known: Known,
    /// The derivatives are written by hand.
    pub(crate) rule: bool,
    /// How what is emitted is called: this follows from where the function stands.
    pub(crate) naming: Naming,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            wrt: None,
            constant: Vec::new(),
            name: None,
            krate: quote!(::conservative_grad),
            krate_given: false,
            policy: Policy::PyTorch,
            recursive: false,
            doc: false,
            method: false,
            module: false,
            malformed: false,
            skip: false,
            calls: Vec::new(),
            known: Known::default(),
            rule: false,
            naming: Naming::Companion,
        }
    }
}

impl Options {
    /// Reads the options; what cannot be understood is reported and left at its default.
    pub(crate) fn parse(attr: TokenStream, diags: &mut Diagnostics) -> Self {
        Options::default().with(attr, diags)
    }

    /// These options, with those of an attribute of its own on top.
    pub(crate) fn with(&self, attr: TokenStream, diags: &mut Diagnostics) -> Self {
        let before = diags.iter().count();
        let mut reader = Reader {
            options: self.clone(),
            seen: Vec::new(),
            diags,
        };
        let parsed = (|input: ParseStream<'_>| reader.list(input)).parse2(attr);
        if let Err(error) = parsed {
            let at = error.span();
            reader
                .diags
                .report(&diag::MALFORMED_OPTION, at, &[&error.to_string()]);
        }
        reader.options.malformed |= reader.diags.iter().count() > before;
        reader.options
    }
}

struct Reader<'a> {
    options: Options,
    seen: Vec<String>,
    diags: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn list(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            self.option(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        let text = name.to_string();
        if self.seen.contains(&text) {
            self.diags
                .report_at(&diag::REPEATED_OPTION, &name, &[&text]);
        }
        match text.as_str() {
            "wrt" => self.wrt(input)?,
            "name" => self.options.name = Some(value(input)?.parse()?),
            "crate" => {
                let path = value(input)?.call(syn::Path::parse_mod_style)?;
                self.options.krate = path.into_token_stream();
                self.options.krate_given = true;
            }
            "policy" => self.policy(input)?,
            "constant" => {
                let names = names(input)?.1;
                self.options.constant.extend(names);
            }
            "calls" => self.calls(input)?,
            "method" => self.options.method = true,
            "module" => self.options.module = true,
            "skip" => self.options.skip = true,
            "recursive" => self.options.recursive = true,
            "doc" => self.options.doc = true,
            _ => {
                self.unknown(&name);
                skip(input)?;
            }
        }
        self.seen.push(text);
        Ok(())
    }

    fn wrt(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let (span, names) = names(input)?;
        if names.is_empty() {
            self.diags.report(&diag::EMPTY_WRT, span, &[]);
        }
        self.options.wrt = Some(names);
        Ok(())
    }

    /// `calls(gamma = gamma_ad, special::erf = erf_ad)`
    fn calls(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let content;
        parenthesized!(content in input);
        let pairs = content.parse_terminated(
            |input| {
                let function = input.call(syn::Path::parse_mod_style)?;
                let companion = value(input)?.call(syn::Path::parse_mod_style)?;
                Ok((function, companion))
            },
            Token![,],
        )?;
        self.options.calls.extend(pairs);
        Ok(())
    }

    fn policy(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = value(input)?.call(Ident::parse_any)?;
        let text = name.to_string();
        match Policy::from_name(&text) {
            Some(policy) => self.options.policy = policy,
            None => {
                let near = did_you_mean(&text, POLICIES);
                let found = self.diags.report_at(&diag::UNKNOWN_POLICY, &name, &[&text]);
                if let Some(near) = near {
                    found.help(format!("did you mean `{near}`?"));
                }
            }
        }
        Ok(())
    }

    fn unknown(&mut self, name: &Ident) {
        let text = name.to_string();
        let near = did_you_mean(&text, NAMES);
        let found = self.diags.report_at(&diag::UNKNOWN_OPTION, name, &[&text]);
        if let Some(near) = near {
            found.help(format!("did you mean `{near}`?"));
        }
    }
}

/// `(a, b)`, and where it stands.
fn names(input: ParseStream<'_>) -> syn::Result<(Span, Vec<Ident>)> {
    let content;
    parenthesized!(content in input);
    let names = content.parse_terminated(Ident::parse_any, Token![,])?;
    Ok((content.span(), names.into_iter().collect()))
}

/// Steps over `=`.
pub(crate) fn value<'a>(input: ParseStream<'a>) -> syn::Result<ParseStream<'a>> {
    input.parse::<Token![=]>()?;
    Ok(input)
}

/// Steps over the rest of an option that is not known.
pub(crate) fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
