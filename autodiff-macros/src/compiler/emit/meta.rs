//! `FIELD` and `__SITES`: what is known of a function at compile time.
//!
//! In: the sites and obligations of the bodies, with the user's tokens. Out: two associated
//! constants. Callees are function pointers, so that functions that call each other compile.
//!
//! Places are printed as numbers, taken from the user's spans. Outside of a real macro (unit tests)
//! nothing is known of them: there `line!()` stands instead, and the source text is the printed
//! tokens.

use autodiff_runtime::{Definability, ObligationKind, Policy, SiteKind, Ties};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::respan::respan;
use super::signature::Signature;
use super::tokens::Tokens;
use super::{Bodies, Runtime};
use crate::compiler::companion;
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::pretty;

/// A nonsmooth place. Its position in [`Bodies::sites`] is its id.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) kind: SiteKind,
    /// The row of the rule table, or `if`, `while`.
    pub(crate) primitive: String,
    /// The expression as written.
    pub(crate) source: TokenStream,
    /// The first token of it.
    pub(crate) span: Span,
    /// `x = 0`, with the user's operands.
    pub(crate) stratum: String,
    /// `[0, 1]`, `{∇below, ∇above}`.
    pub(crate) field: String,
    pub(crate) ties: Ties,
    /// The choice at a tie.
    pub(crate) theta: f64,
    /// The function that is called here. It has the name of an operation, and may be another.
    pub(crate) callee: Option<TokenStream>,
}

/// Something that is taken on trust.
#[derive(Clone, Debug)]
pub(crate) struct Obligation {
    pub(crate) kind: ObligationKind,
    pub(crate) primitive: String,
    pub(crate) source: TokenStream,
    pub(crate) span: Span,
}

/// `__SITES` and `FIELD`.
pub(crate) fn members(
    item: &syn::ItemFn,
    signature: &Signature,
    options: &Options,
    bodies: &Bodies,
    items: &[TokenStream],
) -> (TokenStream, TokenStream) {
    let printer = Printer {
        rt: &signature.rt,
        source: Source::of(item),
        name: signature.primal.to_string(),
        naming: &signature.naming,
        at: item.sig.ident.span(),
    };
    let sites = bodies
        .sites
        .iter()
        .enumerate()
        .map(|(id, site)| printer.site(id, site, items));
    let attributes = &signature.attributes;
    let (rt, visibility, naming) = (&signature.rt, &signature.visibility, &signature.naming);
    let (all_sites, field_name) = (naming.item("__SITES"), naming.item("FIELD"));
    let listed = quote!(&[#(#sites),*]);
    let sites = signature.in_bodies(|| {
        quote! {
            /// The places where the function is not smooth.
            #[doc(hidden)]
            #attributes
            #visibility const #all_sites: &'static [#rt::Site] = #listed;
        }
    });
    // Bodies name them one by one.
    let path = sites.as_ref().map(|_| naming.path("__SITES"));
    let field = printer.field(path.unwrap_or(listed), options.policy, bodies, items);
    let field = quote! {
        #[doc = " What is known of the derivative at compile time: its nonsmooth places, what is chosen\n there, and what is taken on trust. It prints as a report."]
        #attributes
        #visibility const #field_name: &'static #rt::FieldMetadata = &#field;
    };
    (sites.unwrap_or_default(), field)
}

struct Printer<'a> {
    rt: &'a Runtime,
    naming: &'a Naming,
    source: Source,
    name: String,
    at: Span,
}

impl Printer<'_> {
    fn field(
        &self,
        sites: TokenStream,
        policy: Policy,
        bodies: &Bodies,
        items: &[TokenStream],
    ) -> TokenStream {
        let Printer { rt, name, .. } = self;
        let (file, (line, _)) = (self.file(), self.place(self.at));
        let policy = variant(policy);
        let definability = variant::<Definability>(bodies.definability);
        let obligations = bodies.obligations.iter().map(|o| self.obligation(o));
        let cost_bound = number(bodies.cost_bound, rt);
        let siblings = bodies.siblings.iter().map(|field| {
            let field = in_scope(field, items);
            quote!(|| #field)
        });
        let callees = bodies
            .callees
            .iter()
            .map(|path| callee(path, items, self.naming));
        let callees = callees.chain(siblings);
        quote! {
            #rt::FieldMetadata {
                name: #name,
                module: #rt::core::module_path!(),
                file: #file,
                line: #line,
                policy: #rt::Policy::#policy,
                definability: #rt::Definability::#definability,
                sites: #sites,
                obligations: &[#(#obligations),*],
                cost_bound: #cost_bound,
                callees: &[#(#callees),*],
            }
        }
    }

    fn site(&self, id: usize, site: &Site, items: &[TokenStream]) -> TokenStream {
        let Printer { rt, name, .. } = self;
        let Site {
            primitive,
            stratum,
            field,
            theta,
            ties,
            callee,
            ..
        } = site;
        let listed = match callee {
            Some(path) => of_callee(path, items, &quote!(__told::<0>().is_operation())),
            None => quote!(true),
        };
        let id = Literal::usize_unsuffixed(id);
        let (file, (line, column)) = (self.file(), self.place(site.span));
        let (kind, source) = (variant(site.kind), self.source.text(&site.source));
        let clarke = (0.0..=1.0).contains(theta);
        let theta = number(*theta, rt);
        let [pytorch, jax, tensorflow] =
            [ties.pytorch, ties.jax, ties.tensorflow].map(|t| number(t, rt));
        quote! {
            #rt::Site {
                id: #id,
                function: #name,
                module: #rt::core::module_path!(),
                file: #file,
                line: #line,
                column: #column,
                primitive: #primitive,
                source: #source,
                kind: #rt::SiteKind::#kind,
                stratum: #stratum,
                field: #field,
                theta: #theta,
                clarke: #clarke,
                ties: #rt::Ties { pytorch: #pytorch, jax: #jax, tensorflow: #tensorflow },
                listed: #listed,
            }
        }
    }

    fn obligation(&self, obligation: &Obligation) -> TokenStream {
        let (rt, primitive) = (self.rt, &obligation.primitive);
        let (kind, source) = (
            variant(obligation.kind),
            self.source.text(&obligation.source),
        );
        let (line, column) = self.place(obligation.span);
        quote! {
            #rt::Obligation {
                kind: #rt::ObligationKind::#kind,
                primitive: #primitive,
                source: #source,
                line: #line,
                column: #column,
            }
        }
    }

    fn file(&self) -> Tokens {
        let rt = self.rt;
        match real(self.at) {
            Some(span) => Literal::string(&span.file()).into(),
            None => quote!(#rt::core::file!()).into(),
        }
    }

    /// Line and column, both from 1.
    fn place(&self, span: Span) -> (Tokens, Tokens) {
        let rt = self.rt;
        match real(span) {
            Some(span) => {
                let number = |n| Literal::usize_unsuffixed(n).into();
                (number(span.line()), number(span.column()))
            }
            None => (
                quote!(#rt::core::line!()).into(),
                quote!(#rt::core::column!()).into(),
            ),
        }
    }
}

/// The compiler's own span, where there is a compiler.
fn real(span: Span) -> Option<proc_macro::Span> {
    proc_macro::is_available().then(|| span.unwrap())
}

/// The variant of an enum of the runtime, by its name.
fn variant<E: std::fmt::Debug>(value: E) -> Ident {
    format_ident!("{value:?}")
}

/// A literal, also for what has none.
fn number(value: f64, rt: &Runtime) -> Tokens {
    if value.is_nan() {
        return quote!(#rt::core::primitive::f64::NAN).into();
    }
    if value.is_infinite() {
        let sign = (value < 0.0).then(|| quote!(-));
        return quote!(#sign #rt::core::primitive::f64::INFINITY).into();
    }
    let literal = Literal::f64_unsuffixed(value.abs());
    match value.is_sign_negative() {
        true => quote!(-#literal).into(),
        false => literal.into(),
    }
}

/// A function pointer to the metadata of a callee; names in its path may come from `use` in the
/// user's body.
fn callee(path: &TokenStream, items: &[TokenStream], naming: &Naming) -> TokenStream {
    if path.to_string() == "Self" {
        let field = naming.path("FIELD");
        return quote!(|| #field);
    }
    let field = of_callee(path, items, &quote!(FIELD));
    quote!(|| #field)
}

/// A constant of the companion of a callee.
pub(super) fn of_callee(
    path: &TokenStream,
    items: &[TokenStream],
    name: &TokenStream,
) -> TokenStream {
    let items = items.iter().cloned().map(respan);
    // In the edition of 2015, `use` goes by the edition of the path's tokens.
    let path = &respan(path.clone());
    let (import, alias) = (companion::import(path), companion::alias(path));
    quote!({ #(#items)* #import #alias::#name })
}

/// A path in the scope of the user's body, in which `use` may stand.
pub(super) fn in_scope(path: &TokenStream, items: &[TokenStream]) -> TokenStream {
    let items = items.iter().cloned().map(respan);
    match items.len() {
        0 => path.clone(),
        _ => quote!({ #(#items)* #path }),
    }
}

/// The text of the user's function, as far as it is known.
pub(crate) struct Source {
    /// Lines of the body's braces and what is between, and where the first one starts.
    body: Option<(Vec<String>, usize, usize)>,
}

impl Source {
    pub(crate) fn of(item: &syn::ItemFn) -> Source {
        let span = item.block.brace_token.span.join();
        let body = real(span).and_then(|span| {
            let text = span.source_text()?;
            Some((
                text.lines().map(str::to_owned).collect(),
                span.line(),
                span.column(),
            ))
        });
        Source { body }
    }

    /// The text of an expression as the user wrote it, on one line.
    pub(crate) fn text(&self, tokens: &TokenStream) -> String {
        let cut = self.cut(tokens).filter(|text| agrees(text, tokens));
        cut.unwrap_or_else(|| pretty::line(tokens))
    }

    /// What stands between the start of the first token and the end of the last.
    fn cut(&self, tokens: &TokenStream) -> Option<String> {
        let (lines, line, column) = self.body.as_ref()?;
        let first = tokens.clone().into_iter().next()?;
        let last = tokens.clone().into_iter().last()?;
        let (start, end) = (first.span().unwrap().start(), last.span().unwrap().end());
        let top = start.line().checked_sub(*line)?;
        let bottom = end.line().checked_sub(*line)?;
        let from = |row: usize| if row == 0 { *column } else { 1 };
        let words = (top..=bottom).map(|row| {
            let skip = if row == top {
                start.column().checked_sub(from(row))?
            } else {
                0
            };
            let stop = if row == bottom {
                end.column().checked_sub(from(row))?
            } else {
                usize::MAX
            };
            let text: String = lines.get(row)?.chars().take(stop).skip(skip).collect();
            Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
        });
        Some(one_line(&words.collect::<Option<Vec<_>>>()?))
    }
}

/// Joins lines; a chain of calls that was broken up reads as if it had not been.
fn one_line(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let open = text.is_empty() || text.ends_with(['(', '[']);
        let close = line.starts_with(['.', ')', ']']);
        text.push_str(if open || close { "" } else { " " });
        text.push_str(line);
    }
    text.trim().to_owned()
}

/// Spans of tokens that went through another macro may point anywhere: the text has to consist of
/// the same characters.
fn agrees(text: &str, tokens: &TokenStream) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    letters(text).starts_with(
        &letters(&tokens.to_string())
            .chars()
            .take(8)
            .collect::<String>(),
    ) && !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Source, number, one_line};
    use crate::compiler::emit::Runtime;
    use crate::compiler::parse::attribute::Options;
    use quote::{ToTokens, quote};

    #[test]
    fn without_a_compiler_the_text_is_the_printed_tokens() {
        let source = Source::of(&syn::parse_quote!(
            fn f() {}
        ));
        assert_eq!(source.text(&quote!(x.max(0.0) + w[i])), "x.max(0.0) + w[i]");
    }

    #[test]
    fn a_chain_of_calls_is_put_on_one_line() {
        let lines = ["x", ".max(", "0.0", ")", "+ w"].map(str::to_owned);
        assert_eq!(one_line(&lines), "x.max(0.0) + w");
    }

    #[test]
    fn numbers_without_a_literal() {
        let rt = Runtime::of(&Options::default());
        let text = |value| number(value, &rt).to_token_stream().to_string();
        assert_eq!(text(-0.5), "- 0.5");
        assert!(text(f64::NEG_INFINITY).ends_with(":: f64 :: INFINITY"));
    }
}
