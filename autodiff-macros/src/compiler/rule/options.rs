//! The options of `#[conservative_rule(…)]`.
//!
//! ```text
//! #[conservative_rule(
//!     pullback = erf_pullback, tangent = erf_tangent,
//!     kink(x = 0.0, tie = 0.5), domain(x > 0.0), class = Pfaffian, cost = 3.0,
//!     name = erf_ad, crate = some::path, doc,
//! )]
//! ```

use autodiff_runtime::Definability;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, parenthesized};

use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::list::{Item, List, value};

const LIST: List = List {
    names: &[
        "pullback", "tangent", "kink", "domain", "class", "cost", "name", "crate", "doc",
    ],
    repeatable: &["kink", "domain"],
    unknown: &diag::RULE_OPTION,
    malformed: &diag::RULE_MALFORMED,
};

const CLASSES: [Definability; 7] = [
    Definability::Semialgebraic,
    Definability::RAn,
    Definability::RExp,
    Definability::RAnExp,
    Definability::Pfaffian,
    Definability::Local,
    Definability::None,
];

/// A tie is the mean of both sides unless the rule says otherwise.
const TIE: f64 = 0.5;

/// What the attribute says.
#[derive(Clone, Debug)]
pub(crate) struct RuleOptions {
    /// Where the attribute stands.
    pub(crate) span: Span,
    pub(crate) pullback: Option<TokenStream>,
    pub(crate) tangent: Option<TokenStream>,
    pub(crate) kinks: Vec<Kink>,
    pub(crate) domains: Vec<TokenStream>,
    /// What is not declared is not known.
    pub(crate) class: Definability,
    /// Cost of value and gradient over that of the value.
    pub(crate) cost: f64,
    /// Those that every annotation has.
    pub(crate) common: Options,
}

/// `kink(x = 0.0)`.
#[derive(Clone, Debug)]
pub(crate) struct Kink {
    pub(crate) left: TokenStream,
    pub(crate) right: TokenStream,
    /// The weight of the side above at a tie.
    pub(crate) tie: f64,
}

impl RuleOptions {
    /// Reads the options; what cannot be understood is reported and left at its default.
    pub(crate) fn parse(attr: TokenStream, diags: &mut Diagnostics) -> Self {
        let first = attr.clone().into_iter().next();
        let mut options = RuleOptions {
            span: first.map_or_else(Span::call_site, |t| t.span()),
            pullback: None,
            tangent: None,
            kinks: Vec::new(),
            domains: Vec::new(),
            class: Definability::None,
            cost: f64::INFINITY,
            common: Options {
                rule: true,
                ..Options::default()
            },
        };
        LIST.read(attr, diags, |item, diags| options.read(item, diags));
        options
    }

    fn read(&mut self, item: &Item<'_>, diags: &mut Diagnostics) -> syn::Result<bool> {
        let input = item.input;
        match item.name.to_string().as_str() {
            "pullback" => self.pullback = Some(path(input)?),
            "tangent" => self.tangent = Some(path(input)?),
            "kink" => self.read_kink(input)?,
            "domain" => {
                let content;
                parenthesized!(content in input);
                let condition = content.parse::<syn::Expr>()?;
                self.domains.push(condition.into_token_stream());
            }
            "class" => self.read_class(input, diags)?,
            "cost" => self.cost = number(value(input)?)?,
            _ => return self.common.read_common(item),
        }
        Ok(true)
    }

    /// `(x = 0.0)`, `(x = 0.0, tie = 1.0)`.
    fn read_kink(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let content;
        parenthesized!(content in input);
        let mut kink = Kink {
            left: equation_side(&content)?,
            right: {
                content.parse::<Token![=]>()?;
                equation_side(&content)?
            },
            tie: TIE,
        };
        if content.parse::<Option<Token![,]>>()?.is_some() && !content.is_empty() {
            let name = content.call(Ident::parse_any)?;
            if name != "tie" {
                return Err(syn::Error::new(name.span(), "expected `tie`"));
            }
            kink.tie = number(value(&content)?)?;
        }
        self.kinks.push(kink);
        Ok(())
    }

    fn read_class(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) -> syn::Result<()> {
        let name = value(input)?.call(Ident::parse_any)?;
        let names: Vec<String> = CLASSES.iter().map(|c| format!("{c:?}")).collect();
        match CLASSES.iter().zip(&names).find(|(_, class)| name == class) {
            Some((class, _)) => self.class = *class,
            None => diags.report_near(&diag::RULE_CLASS, &name, names.iter().map(String::as_str)),
        }
        Ok(())
    }
}

/// `= path::to::function`.
fn path(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    Ok(value(input)?.parse::<syn::ExprPath>()?.into_token_stream())
}

/// A finite number, with a sign or without.
fn number(input: ParseStream<'_>) -> syn::Result<f64> {
    let sign = input.parse::<Option<Token![-]>>()?.map_or(1.0, |_| -1.0);
    let literal = input.parse::<syn::Lit>()?;
    let value = match &literal {
        syn::Lit::Float(float) => float.base10_parse::<f64>()?,
        syn::Lit::Int(int) => int.base10_parse::<f64>()?,
        other => return Err(syn::Error::new(other.span(), "expected a number")),
    };
    Ok(sign * value)
}

/// One side of `x = 0.0`: everything up to `=` or `,`.
fn equation_side(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut side = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![=]) {
        side.extend([input.parse::<proc_macro2::TokenTree>()?]);
    }
    match syn::parse2::<syn::Expr>(side.clone()) {
        Ok(_) => Ok(side),
        Err(_) if side.is_empty() => Err(input.error("expected an equation such as `x = 0.0`")),
        Err(error) => Err(error),
    }
}
