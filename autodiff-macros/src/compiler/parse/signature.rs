//! The signature: which parameters are differentiated, and the types of all of them.
//!
//! In: a `syn::ItemFn` and the options. Out: a [`Signature`], one [`Parameter`] per input.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use crate::compiler::diag::{self, Diagnostics, text_of_type};
use crate::compiler::hir::{Aggregate, Role, Ty};
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::generics;
use crate::compiler::parse::helpers::is_helper;
use crate::compiler::parse::types::{self, Bad, Unfit};

/// What the signature says.
#[derive(Debug)]
pub(crate) struct Signature<'a> {
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) result: Ty,
    /// The type parameters that stand for real numbers.
    pub(crate) reals: Vec<Ident>,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) pat: &'a syn::Pat,
    pub(crate) declared: TokenStream,
    pub(crate) ty: Ty,
    /// What is in it, if it is an `Option` that is differentiated.
    pub(crate) optional: Option<Ty>,
    pub(crate) role: Role,
    /// Its type was refused.
    pub(crate) refused: bool,
    /// Taken by `&mut`.
    pub(crate) exclusive: bool,
}

/// Reads the signature of `item`; what is outside the language is reported.
pub(crate) fn read<'a>(
    item: &'a syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> Signature<'a> {
    refuse_qualifiers(&item.sig, diags);
    refuse_primitive_name(&item.sig.ident, options, diags);
    let (own, block) = (&item.sig.generics, options.naming.block_generics());
    let reals = generics::reals(own, &block, &active_types(&item.sig, options));
    let mut reader = Reader {
        options,
        parameters: generics::names([own, &block]),
        reals: &reals,
        diags,
    };
    let mut parameters = Vec::new();
    for input in &item.sig.inputs {
        match input {
            syn::FnArg::Receiver(receiver) => reader.receiver(receiver),
            syn::FnArg::Typed(typed) => parameters.push(reader.parameter(typed)),
        }
    }
    let result = reader.result(&item.sig.output);
    reader.check_wrt(&parameters);
    reader.check_differentiable(item, &parameters, &result);
    Signature {
        parameters,
        result,
        reals,
    }
}

/// The types of the parameters that are differentiated, and of the result.
fn active_types(sig: &syn::Signature, options: &Options) -> Vec<TokenStream> {
    let typed = sig.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(typed),
        syn::FnArg::Receiver(_) => None,
    });
    let active = typed.filter(|typed| !is_marked(options, typed) && is_wanted(options, &typed.pat));
    let types = active.map(|typed| typed.ty.to_token_stream());
    types.chain([sig.output.to_token_stream()]).collect()
}

/// Marked `#[constant]`, or listed in `constant(…)`.
fn is_marked(options: &Options, typed: &syn::PatType) -> bool {
    let listed = |name| options.constant.contains(name);
    typed.attrs.iter().any(|a| a.path().is_ident("constant"))
        || parameter_name(&typed.pat).is_some_and(listed)
}

/// True if the parameter is listed in `wrt(…)`, or there is no such list.
fn is_wanted(options: &Options, pat: &syn::Pat) -> bool {
    let Some(wrt) = &options.wrt else {
        return true;
    };
    parameter_name(pat).is_some_and(|name| wrt.contains(name))
}

fn refuse_qualifiers(sig: &syn::Signature, diags: &mut Diagnostics) {
    if let Some(token) = &sig.asyncness {
        diags.report_at(&diag::ASYNC_FN, token, &[]);
    }
    if let Some(token) = &sig.unsafety {
        diags.report_at(&diag::UNSAFE_FN, token, &[]);
    }
    if let Some(variadic) = &sig.variadic {
        diags.report_at(&diag::VARIADIC, variadic, &[]);
    }
}

/// A companion type called `f64` would be what `f64` means everywhere around it.
fn refuse_primitive_name(function: &syn::Ident, options: &Options, diags: &mut Diagnostics) {
    let companion = options.name.as_ref().unwrap_or(function);
    let name = companion.to_string();
    if matches!(options.naming, Naming::Companion) && types::primitive_name(&name).is_some() {
        diags.report_at(&diag::PRIMITIVE_NAME, companion, &[&name]);
    }
}

struct Reader<'a> {
    options: &'a Options,
    /// All type parameters.
    parameters: Vec<Ident>,
    /// Those that stand for real numbers.
    reals: &'a [Ident],
    diags: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn receiver(&mut self, receiver: &syn::Receiver) {
        self.diags
            .report_at(&diag::RECEIVER_TYPE, &receiver.self_token, &["Self"]);
    }

    fn parameter<'a>(&mut self, typed: &'a syn::PatType) -> Parameter<'a> {
        self.attributes(typed);
        let marked = is_marked(self.options, typed);
        let mut refused = false;
        let read = types::read(&typed.ty, &mut || None);
        let read = read.map(|ty| generics::with_parameters(ty, self.reals));
        let optional = read.as_ref().ok().and_then(|ty| optional(&typed.ty, ty));
        let read = read.and_then(|ty| match types::holds_outcome(&ty) {
            true if optional.is_some() => Ok(type_of_optional(&typed.ty)),
            true => Err((typed.ty.to_token_stream(), Unfit::Option)),
            false => Ok(ty),
        });
        let ty = match read {
            Ok(ty) => ty,
            Err((_, Unfit::Generic | Unfit::Option | Unfit::Other)) if marked => Ty::Opaque,
            Err(bad) => {
                refused = true;
                self.bad_parameter(typed, bad)
            }
        };
        let wanted = is_wanted(self.options, &typed.pat);
        let constant = marked || types::is_constant(&ty) || !wanted;
        if let (false, Some(name)) = (constant, generics::foreign(&ty, &self.parameters)) {
            let (text, name) = (text_of_type(&typed.ty), name.to_string());
            self.diags
                .report_at(&diag::FOREIGN_PARAMETER, &typed.ty, &[&text, &name]);
            refused = true;
        }
        let holds_references = types::holds_reference(types::referent(&ty));
        let unfit = match types::has_other_constant(&ty) {
            _ if constant => None,
            true => Some(&diag::MIXED_PARAMETER),
            false => holds_references.then_some(&diag::INNER_REFERENCE),
        };
        if let Some(entry) = unfit {
            let text = text_of_type(&typed.ty);
            self.diags.report_at(entry, &typed.ty, &[&text]);
        }
        Parameter {
            pat: &typed.pat,
            declared: typed.ty.to_token_stream(),
            ty: match constant {
                true if optional.is_some() => Ty::Opaque,
                true => types::unnamed(ty),
                false => ty,
            },
            optional: optional.filter(|_| !constant),
            refused,
            exclusive: matches!(types::bare(&typed.ty), syn::Type::Reference(r) if r.mutability.is_some()),
            role: match constant {
                true => Role::Constant,
                false => Role::Differentiable,
            },
        }
    }

    /// Of the attributes of a parameter, `#[constant]` is ours, and lint levels stay on the primal.
    fn attributes(&mut self, typed: &syn::PatType) {
        for attribute in &typed.attrs {
            let name = text_of_type(attribute.path());
            if attribute.path().is_ident("constant") {
                if !matches!(attribute.meta, syn::Meta::Path(_)) {
                    self.diags
                        .report_at(&diag::CONSTANT_ARGUMENTS, attribute, &[]);
                }
            } else if is_helper(attribute) {
                self.diags
                    .report_at(&diag::MISPLACED_HELPER, attribute, &[&name]);
            } else if !is_lint(attribute) {
                self.diags.report_at(&diag::ATTRIBUTE, attribute, &[&name]);
            }
        }
    }

    fn bad_parameter(&mut self, typed: &syn::PatType, (tokens, why): Bad) -> Ty {
        let name = parameter_name(&typed.pat).map_or_else(|| "_".into(), ToString::to_string);
        let text = text_of_type(&tokens);
        let entry = match why {
            Unfit::ImplTrait => &diag::IMPL_TRAIT,
            Unfit::Other if is_callable(&typed.ty) => &diag::IMPL_TRAIT,
            Unfit::Option if optional_reference(&typed.ty) => &diag::OPTION_REFERENCE,
            Unfit::Option | Unfit::Generic | Unfit::Other => &diag::PARAMETER_TYPE,
        };
        self.diags.report_at(entry, &tokens, &[&text, &name]);
        Ty::Opaque
    }

    fn result(&mut self, output: &syn::ReturnType) -> Ty {
        let syn::ReturnType::Type(_, ty) = output else {
            return Ty::Unit;
        };
        if types::gives_up_with_nothing(ty) {
            return Ty::Tuple(vec![Ty::Tag, Ty::Unit, Ty::Maybe]);
        }
        let read = types::read_result(ty);
        match read.map(|ty| generics::with_parameters(ty, self.reals)) {
            Ok(Ty::Ref(..)) => self.bad_result(ty),
            Ok(result) if types::payload(&result).is_some() => self.outcome(result, ty),
            Ok(result) if types::holds_outcome(&result) => self.bad_result(ty),
            Ok(result) if types::mixes_others(&result) => {
                let text = text_of_type(ty);
                self.diags.report_at(&diag::MIXED_RESULT, ty, &[&text]);
                result
            }
            Ok(result) => result,
            Err(_) => self.bad_result(ty),
        }
    }

    /// An `Option` or `Result` of what could be a result by itself.
    fn outcome(&mut self, result: Ty, ty: &syn::Type) -> Ty {
        match types::payload(&result) {
            Some(Ty::Ref(..)) => self.bad_result(ty),
            Some(value) if types::holds_outcome(value) => self.bad_result(ty),
            Some(value) if types::mixes_others(value) => {
                let text = text_of_type(ty);
                self.diags.report_at(&diag::MIXED_RESULT, ty, &[&text]);
                result
            }
            _ => result,
        }
    }

    fn bad_result(&mut self, ty: &syn::Type) -> Ty {
        let text = text_of_type(ty);
        self.diags.report_at(&diag::RESULT_TYPE, ty, &[&text]);
        Ty::Opaque
    }

    fn check_wrt(&mut self, parameters: &[Parameter<'_>]) {
        let names = || parameters.iter().filter_map(|p| parameter_name(p.pat));
        for wanted in self.options.wrt.iter().flatten() {
            let text = wanted.to_string();
            let found = parameters
                .iter()
                .find(|p| parameter_name(p.pat) == Some(wanted));
            match found {
                Some(p) if p.role == Role::Constant => {
                    self.diags.report_at(&diag::WRT_CONSTANT, wanted, &[&text]);
                }
                Some(_) => {}
                None => {
                    let names: Vec<String> = names().map(ToString::to_string).collect();
                    let known = names.iter().map(String::as_str);
                    self.diags.report_near(&diag::WRT_UNKNOWN, wanted, known);
                }
            }
        }
    }

    /// There has to be something to differentiate, with respect to something.
    fn check_differentiable(
        &mut self,
        item: &syn::ItemFn,
        parameters: &[Parameter<'_>],
        result: &Ty,
    ) {
        if !self.diags.is_empty() || self.options.malformed {
            return;
        }
        let name = item.sig.ident.to_string();
        let mut active = parameters
            .iter()
            .filter(|p| p.role == Role::Differentiable)
            .peekable();
        if active.peek().is_none() {
            let at = &item.sig.ident;
            self.diags.report_at(&diag::NO_PARAMETER, at, &[&name]);
            return;
        }
        let nothing = types::is_constant(result) && !types::is_answer(result);
        if nothing && !active.any(|p| matches!(p.ty, Ty::Ref(true, _))) {
            let at = result_tokens(item);
            self.diags.report_at(&diag::NO_RESULT, &at, &[&name]);
        }
    }
}

/// The declared result, or the name of a function without one.
fn result_tokens(item: &syn::ItemFn) -> TokenStream {
    match &item.sig.output {
        syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
        syn::ReturnType::Default => item.sig.ident.to_token_stream(),
    }
}

/// What is in an `Option<T>` or `&Option<T>`.
fn optional(declared: &syn::Type, ty: &Ty) -> Option<Ty> {
    let (declared, ty) = match (types::bare(declared), ty) {
        (syn::Type::Reference(reference), Ty::Ref(false, inner)) => (&*reference.elem, &**inner),
        (declared, ty) => (declared, ty),
    };
    let inner = types::payload(ty).filter(|_| types::is_option(declared))?;
    let fits = !types::holds_outcome(inner) && !types::has_constant(inner);
    (fits && !types::holds_reference(inner)).then(|| inner.clone())
}

/// True for `fn(f64) -> f64`, `dyn Fn(f64) -> f64` and references to these.
fn is_callable(declared: &syn::Type) -> bool {
    match types::bare(declared) {
        syn::Type::BareFn(_) | syn::Type::TraitObject(_) => true,
        syn::Type::Reference(reference) => is_callable(&reference.elem),
        _ => false,
    }
}

/// True for `Option<&T>`.
fn optional_reference(declared: &syn::Type) -> bool {
    let read = types::read(declared, &mut || None);
    types::is_option(declared)
        && read.is_ok_and(|ty| types::payload(&ty).is_some_and(types::holds_reference))
}

/// To what is emitted an `Option` is a type with a gradient, as a struct is.
fn type_of_optional(declared: &syn::Type) -> Ty {
    match types::bare(declared) {
        syn::Type::Reference(reference) => Ty::Ref(
            reference.mutability.is_some(),
            Box::new(type_of_optional(&reference.elem)),
        ),
        declared => Ty::Struct(Aggregate {
            path: Some(declared.to_token_stream()),
            whole: true,
            fields: Vec::new(),
            constants: Vec::new(),
        }),
    }
}

/// The name of a parameter that is a plain name.
pub(crate) fn parameter_name(pat: &syn::Pat) -> Option<&syn::Ident> {
    match pat {
        syn::Pat::Ident(ident) => Some(&ident.ident),
        syn::Pat::Paren(paren) => parameter_name(&paren.pat),
        _ => None,
    }
}

/// Attributes that talk about the text of the primal only: lint levels, documentation, formatting.
pub(crate) fn is_lint(attribute: &syn::Attribute) -> bool {
    const NAMES: [&str; 6] = ["allow", "warn", "deny", "expect", "forbid", "doc"];
    let first = attribute.path().segments.first();
    let tool = first.is_some_and(|s| s.ident == "rustfmt" || s.ident == "clippy");
    tool || NAMES.iter().any(|name| attribute.path().is_ident(name))
}
