//! The options of `#[conservative_grad(…)]`.
//!
//! ```text
//! #[conservative_grad(wrt(w, b), name = loss_ad, crate = some::path, policy = jax, recursive, doc)]
//! ```
//!
//! A function in an annotated `impl` block or module inherits the options of the block, and may have
//! some of its own.

use std::collections::BTreeSet;
use std::rc::Rc;

use autodiff_runtime::Policy;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, parenthesized};

use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::extent::Extent;
use crate::compiler::forms::cycles::Node;
use crate::compiler::forms::known::Known;
use crate::compiler::naming::Naming;
use crate::compiler::parse::list::{Item, List, value};

const LIST: List = List {
    names: &[
        "wrt",
        "constant",
        "name",
        "crate",
        "policy",
        "mode",
        "recursive",
        "doc",
        "method",
        "module",
        "skip",
        "calls",
        "parallel",
    ],
    repeatable: &[],
    unknown: &diag::UNKNOWN_OPTION,
    malformed: &diag::MALFORMED_OPTION,
};

/// The names of all policies, for "did you mean".
const POLICIES: [&str; 6] = ["pytorch", "jax", "tensorflow", "lower", "upper", "midpoint"];

/// The names of all modes.
const MODES: [&str; 2] = ["reverse", "forward"];

/// The variable by which a build script gives the policy of its crate.
const POLICY_OF_CRATE: &str = "CONSERVATIVE_GRAD_POLICY";

/// How gradients are computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// By one reverse sweep.
    Reverse,
    /// By tangent sweeps along several directions at once.
    Forward,
}

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
    /// How gradients are computed.
    pub(crate) mode: Mode,
    /// Where that was said, if it was said of the function itself.
    pub(crate) mode_span: Option<Span>,
    /// The function is part of a cycle of calls: box its residual.
    pub(crate) recursive: bool,
    /// The functions of that cycle, this one among them, where they are seen.
    pub(crate) cycle: Rc<BTreeSet<Node>>,
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
    /// Run accumulating loops on many cores.
    pub(crate) parallel: Option<Parallel>,
    /// What the compiler sees beside the function.
    pub(crate) known: Known,
    /// Functions beside this one that have no derivatives: by their names, members of the `impl` block with `Self::` in front.
    pub(crate) left_alone: Rc<BTreeSet<String>>,
    /// The derivatives are written by hand.
    pub(crate) rule: bool,
    /// How what is emitted is called: this follows from where the function stands.
    pub(crate) naming: Naming,
    /// How much rustc needs.
    pub(crate) extent: Extent,
    /// The types that paths in the signature name are structs, not other names of real types.
    pub(crate) named_structs: bool,
    /// What calls give and casts to integers take are integers.
    pub(crate) found_integers: bool,
    /// Variables that are structs: `Type::f(…)` makes them of constants, and methods are called on them.
    pub(crate) made_structs: Vec<proc_macro2::Ident>,
    /// Names in upper case that are called are functions (`F(x)`), not tuple structs.
    pub(crate) upper_functions: bool,
    /// What calls give and fields hold is an array where it is mapped (`v.map(f)`), not an `Option`.
    pub(crate) mapped_arrays: bool,
}

/// Where the option `parallel` was given.
#[derive(Clone, Debug)]
pub(crate) enum Parallel {
    /// At the function: one of its loops has to allow it.
    Required(Span),
    /// At the block or module that it is in.
    Possible,
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
            mode: Mode::Reverse,
            mode_span: None,
            recursive: false,
            cycle: Rc::default(),
            doc: false,
            method: false,
            module: false,
            malformed: false,
            skip: false,
            calls: Vec::new(),
            parallel: None,
            known: Known::default(),
            rule: false,
            naming: Naming::Companion,
            extent: Extent::Whole,
            named_structs: false,
            found_integers: false,
            made_structs: Vec::new(),
            upper_functions: false,
            mapped_arrays: false,
            left_alone: Rc::default(),
        }
    }
}

impl Options {
    /// A free function whose derivative is that of its own code.
    pub(crate) fn is_plain(&self) -> bool {
        let alone = matches!(self.naming, Naming::Companion) && !self.method && !self.rule;
        alone && self.parallel.is_none()
    }

    /// Reads the options; what cannot be understood is reported and left at its default.
    pub(crate) fn parse(attr: TokenStream, diags: &mut Diagnostics) -> Self {
        let given = std::env::var(POLICY_OF_CRATE).ok();
        let policy = policy_of_crate(given.as_deref(), diags);
        let options = Options {
            policy,
            extent: Extent::of_process(),
            ..Options::default()
        };
        options.with(attr, diags)
    }

    /// These options, with those of an attribute of its own on top.
    pub(crate) fn with(&self, attr: TokenStream, diags: &mut Diagnostics) -> Self {
        let before = diags.iter().count();
        let mut options = self.clone();
        LIST.read(attr, diags, |item, diags| options.read(item, diags));
        options.malformed |= diags.iter().count() > before;
        options
    }

    /// The options of a block or module, for what is in it.
    pub(crate) fn of_members(&self) -> Self {
        Options {
            parallel: self.parallel.as_ref().map(|_| Parallel::Possible),
            mode_span: None,
            ..self.clone()
        }
    }

    /// The options that every annotation has.
    pub(crate) fn read_common(&mut self, item: &Item<'_>) -> syn::Result<bool> {
        match item.name.to_string().as_str() {
            "name" => self.name = Some(value(item.input)?.parse()?),
            "crate" => {
                let path = value(item.input)?.call(syn::Path::parse_mod_style)?;
                self.krate = path.into_token_stream();
                self.krate_given = true;
            }
            "doc" => self.doc = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read(&mut self, item: &Item<'_>, diags: &mut Diagnostics) -> syn::Result<bool> {
        let input = item.input;
        match item.name.to_string().as_str() {
            "wrt" => self.read_wrt(input, diags)?,
            "policy" => self.read_policy(input, diags)?,
            "mode" => self.read_mode(input, diags)?,
            "constant" => self.constant.extend(names(input)?.1),
            "calls" => self.read_calls(input)?,
            "method" => self.method = true,
            "module" => self.module = true,
            "skip" => self.skip = true,
            "recursive" => self.recursive = true,
            "parallel" => self.parallel = Some(Parallel::Required(item.name.span())),
            _ => return self.read_common(item),
        }
        Ok(true)
    }

    fn read_wrt(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) -> syn::Result<()> {
        let (span, names) = names(input)?;
        if names.is_empty() {
            diags.report(&diag::EMPTY_WRT, span, &[]);
        }
        self.wrt = Some(names);
        Ok(())
    }

    /// `calls(gamma = gamma_ad, special::erf = erf_ad)`
    fn read_calls(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
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
        self.calls.extend(pairs);
        Ok(())
    }

    fn read_mode(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) -> syn::Result<()> {
        let name = value(input)?.call(Ident::parse_any)?;
        self.mode_span = Some(name.span());
        match name.to_string().as_str() {
            "reverse" => self.mode = Mode::Reverse,
            "forward" => self.mode = Mode::Forward,
            _ => diags.report_near(&diag::UNKNOWN_MODE, &name, MODES),
        }
        Ok(())
    }

    fn read_policy(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) -> syn::Result<()> {
        let name = value(input)?.call(Ident::parse_any)?;
        match Policy::from_name(&name.to_string()) {
            Some(policy) => self.policy = policy,
            None => diags.report_near(&diag::UNKNOWN_POLICY, &name, POLICIES),
        }
        Ok(())
    }
}

/// The policy of the crate that is compiled: what its build script says, or PyTorch's.
fn policy_of_crate(given: Option<&str>, diags: &mut Diagnostics) -> Policy {
    let Some(name) = given else {
        return Policy::PyTorch;
    };
    Policy::from_name(name).unwrap_or_else(|| {
        let word = |c: char| if c.is_alphanumeric() { c } else { '_' };
        let mut name: String = name.chars().map(word).collect();
        if !name.starts_with(char::is_alphabetic) {
            name.insert(0, '_');
        }
        let name = Ident::new(&name, Span::call_site());
        diags.report_near(&diag::UNKNOWN_POLICY, &name, POLICIES);
        Policy::PyTorch
    })
}

/// `(a, b)`, and where it stands.
fn names(input: ParseStream<'_>) -> syn::Result<(Span, Vec<Ident>)> {
    let content;
    parenthesized!(content in input);
    let names = content.parse_terminated(Ident::parse_any, Token![,])?;
    Ok((content.span(), names.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_a_crate() {
        let read = |given: Option<&str>| {
            let mut diags = Diagnostics::new();
            let policy = policy_of_crate(given, &mut diags);
            (
                policy,
                diags.iter().map(|d| d.entry.code).collect::<Vec<_>>(),
            )
        };
        assert_eq!(read(None), (Policy::PyTorch, vec![]));
        assert_eq!(read(Some("tensorflow")), (Policy::TensorFlow, vec![]));
        for wrong in ["pytroch", "", "7", "fn", "a b;"] {
            assert_eq!(read(Some(wrong)), (Policy::PyTorch, vec!["AD0005"]));
        }
    }
}
