//! The sweeps of a function whose derivatives are written by hand.
//!
//! In: the shape of the function and the options. Out: bodies that call the primal, ask for the weights
//! of the declared kinks, and call the two functions; from the one that is missing, the other is made
//! (numbers only).

use autodiff_runtime::{ObligationKind, SiteKind, Ties};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::options::{Kink, RuleOptions};
use super::shape::{Param, Shape};
use crate::compiler::analyse::lengths::Lengths;
use crate::compiler::diag::text_of;
use crate::compiler::emit::{self, Bodies, Names as BodyNames, Obligation, Runtime, Site};
use crate::compiler::extent::Extent;
use crate::compiler::forms::method::rename;
use crate::compiler::names::{Names, plain};
use crate::compiler::naming::Naming;
use crate::compiler::parse::signature::Signature;

pub(super) fn write(
    shape: &Shape,
    item: &syn::ItemFn,
    signature: &Signature<'_>,
    options: &RuleOptions,
) -> Bodies {
    let mut fresh = Names::of(item.sig.to_token_stream());
    let paths = options.pullback.iter().chain(&options.tangent);
    paths.for_each(|path| fresh.reserve(path.clone()));
    let names = emit::names(signature, &mut fresh);
    let mut local = |base: &str| fresh.exact(base, Span::call_site());
    let writer = Writer {
        shape,
        options,
        primal: match &options.common.naming {
            Naming::Sibling(of) => of.primal.clone(),
            Naming::Companion | Naming::Module => item.sig.ident.to_token_stream(),
        },
        rt: Runtime::of(&options.common),
        value: local("value"),
        left: local("left"),
        right: local("right"),
        weights: (0..options.kinks.len())
            .map(|k| local(&format!("w{k}")))
            .collect(),
        rule: local("rule"),
        held: names
            .params
            .iter()
            .map(|p| local(&format!("{}_held", plain(p))))
            .collect(),
        names: &names,
    };
    let (value, rt) = (&writer.value, &writer.rt);
    let result = match shape.result.is_sized() {
        true => quote!(#value),
        false => quote!(#rt::core::clone::Clone::clone(&#value)),
    };
    let finished = |code| emit::finished(&code, rt);
    Bodies {
        extent: Extent::Whole,
        diverges: false,
        forward: finished(writer.primal()),
        value: finished(result),
        reverse: finished(writer.reverse()),
        fused: None,
        reads: Vec::new(),
        lengths: Lengths::default(),
        strips: None,
        few: None,
        takes_seed: false,
        tangent: finished(writer.tangent()),
        sites: options.kinks.iter().map(|kink| site(kink, item)).collect(),
        obligations: obligations(options, item),
        definability: options.class,
        cost_bound: options.cost,
        callees: Vec::new(),
        plain_callees: Vec::new(),
        siblings: Vec::new(),
        recursive: false,
        names,
    }
}

/// The kink, as a place in the source.
fn site(kink: &Kink, item: &syn::ItemFn) -> Site {
    let (left, right) = (&kink.left, &kink.right);
    let source = quote!(#left = #right);
    let span = left
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |t| t.span());
    Site {
        kind: SiteKind::Kink,
        primitive: item.sig.ident.to_string(),
        stratum: text_of(&source),
        source,
        span,
        field: "{∇below, ∇above}".to_owned(),
        ties: Ties {
            pytorch: kink.tie,
            jax: kink.tie,
            tensorflow: kink.tie,
        },
        theta: kink.tie,
        callee: None,
    }
}

/// The rule itself, and the domain that it is declared for.
fn obligations(options: &RuleOptions, item: &syn::ItemFn) -> Vec<Obligation> {
    let primitive = item.sig.ident.to_string();
    let rule = options.pullback.as_ref().or(options.tangent.as_ref());
    let obligation = |kind, source: &TokenStream| Obligation {
        kind,
        primitive: primitive.clone(),
        source: source.clone(),
        span: source
            .clone()
            .into_iter()
            .next()
            .map_or_else(Span::call_site, |t| t.span()),
    };
    let rule = rule.map(|path| obligation(ObligationKind::CustomRule, path));
    let domains = options.domains.iter();
    let domains = domains.map(|domain| obligation(ObligationKind::Domain, domain));
    rule.into_iter().chain(domains).collect()
}

struct Writer<'a> {
    shape: &'a Shape,
    options: &'a RuleOptions,
    /// The function, as emitted code calls it.
    primal: TokenStream,
    rt: Runtime,
    value: Ident,
    left: Ident,
    right: Ident,
    weights: Vec<Ident>,
    rule: Ident,
    /// Values of arguments that are references to numbers.
    held: Vec<Ident>,
    names: &'a BodyNames,
}

impl Writer<'_> {
    fn params(&self) -> impl Iterator<Item = (usize, &Param)> {
        self.shape.params.iter().enumerate()
    }

    fn varied(&self) -> impl Iterator<Item = (usize, &Param)> {
        self.params().filter(|(_, p)| p.varied)
    }

    /// The value, and the weights of the kinks.
    fn primal(&self) -> TokenStream {
        let Writer {
            primal,
            rt,
            value,
            left,
            right,
            ..
        } = self;
        let (arguments, sel) = (self.arguments(), &self.names.sel);
        let sites = self.options.common.naming.path("__SITES");
        let weights = self.options.kinks.iter().zip(&self.weights).enumerate();
        let weights = weights.map(|(k, (kink, weight))| {
            let (l, r) = (self.seen(&kink.left), self.seen(&kink.right));
            let k = proc_macro2::Literal::usize_unsuffixed(k);
            quote! {
                let (#left, #right) = (#l, #r);
                let #weight: f64 = #sel.weight(
                    &#sites[#k], #rt::cast::<_, f64>(#left - #right), #left > #right, #left == #right,
                );
            }
        });
        let held = self.params().filter(|(_, p)| p.held).map(|(i, _)| {
            let (held, name) = (&self.held[i], &self.names.params[i]);
            quote!(let #held = *#name;)
        });
        quote!(#(#held)* let #value = #primal(#arguments); #(#weights)*)
    }

    /// What the user wrote about the parameters: a receiver has another name in emitted code.
    fn seen(&self, tokens: &TokenStream) -> TokenStream {
        match self.options.common.naming.receiver() {
            Some(receiver) => rename(tokens.clone(), &receiver.this),
            None => tokens.clone(),
        }
    }

    /// The arguments, such that they are still there afterwards.
    fn arguments(&self) -> TokenStream {
        let rt = &self.rt;
        let arguments = self.params().map(|(i, p)| {
            let name = &self.names.params[i];
            let held = &self.held[i];
            match p.copied {
                true if p.held => quote!(&#held),
                true => quote!(#name),
                false => quote!(#rt::core::clone::Clone::clone(&#name)),
            }
        });
        quote!(#(#arguments),*)
    }

    /// What both functions take: arguments, result, weights.
    fn common(&self) -> TokenStream {
        let (arguments, value, weights) = (self.arguments(), &self.value, &self.weights);
        let borrow = (!self.shape.result.is_sized()).then(|| quote!(&));
        quote!(#arguments, #borrow #value #(, #weights)*)
    }

    fn reverse(&self) -> TokenStream {
        match (&self.options.pullback, &self.options.tangent) {
            (Some(pullback), _) => self.reverse_by(pullback),
            (None, Some(tangent)) => self.reverse_by_tangent(tangent),
            (None, None) => TokenStream::new(),
        }
    }

    /// `let pullback: fn(…) = …;`, at the user's tokens.
    fn pinned(&self, path: &TokenStream, pin: &str, ty: &TokenStream) -> TokenStream {
        let (rt, rule, pin) = (&self.rt, &self.rule, format_ident!("{pin}"));
        quote!(let #rule = #rt::#pin::<#ty>(#path);)
    }

    fn reverse_by(&self, pullback: &TokenStream) -> TokenStream {
        let Writer { rt, rule, .. } = self;
        let (common, seed) = (self.common(), &self.names.seed);
        let pin = self.pinned(pullback, "pullback", &self.shape.pullback(self.options, rt));
        let borrow = (!self.shape.result.is_sized()).then(|| quote!(&));
        let buffers = || self.varied().filter(|(_, p)| !p.part.is_sized());
        let made = buffers().map(|(i, p)| {
            let (name, dot, gradient) = (
                &self.names.params[i],
                &self.names.dots[i],
                p.part.derivative(rt),
            );
            let borrow = (!p.shared).then(|| quote!(&));
            quote!(let mut #dot: #gradient = #rt::zero_like(#borrow #name);)
        });
        let given = buffers().map(|(i, _)| &self.names.dots[i]);
        let returned: Vec<&Ident> = self
            .varied()
            .filter(|(_, p)| p.part.is_sized())
            .map(|(i, _)| &self.names.dots[i])
            .collect();
        let pattern = emit::one_or_tuple(returned.iter().map(ToTokens::to_token_stream).collect());
        let add = self.varied().map(|(i, _)| {
            let (bar, dot) = (&self.names.bars[i], &self.names.dots[i]);
            quote!(#rt::add(#bar, &#dot);)
        });
        quote! {
            #pin
            #(#made)*
            let #pattern = #rule(#common, #borrow #seed #(, &mut #given)*);
            #(#add)*
        }
    }

    /// One tangent for each number.
    fn reverse_by_tangent(&self, tangent: &TokenStream) -> TokenStream {
        let Writer { rt, rule, .. } = self;
        let (common, seed) = (self.common(), &self.names.seed);
        let pin = self.pinned(tangent, "tangent", &self.shape.tangent(self.options, rt));
        let add = self.varied().map(|(i, _)| {
            let bar = &self.names.bars[i];
            let units = self.varied().map(|(k, _)| {
                let unit = if i == k { quote!(1.0) } else { quote!(0.0) };
                quote!(#rt::number(#unit))
            });
            quote!(#rt::add(#bar, &#rt::unless_zero(#seed, #seed * #rule(#common #(, #units)*)));)
        });
        quote!(#pin #(#add)*)
    }

    fn tangent(&self) -> TokenStream {
        let (primal, value, dot) = (self.primal(), &self.value, &self.names.seed);
        let derivative = match (&self.options.tangent, &self.options.pullback) {
            (Some(tangent), _) => self.tangent_by(tangent),
            (None, Some(pullback)) => self.tangent_by_pullback(pullback),
            (None, None) => TokenStream::new(),
        };
        quote! {
            #primal
            let #dot = { #derivative };
            (#value, #dot)
        }
    }

    /// The rule once for each direction.
    fn tangent_by(&self, tangent: &TokenStream) -> TokenStream {
        let Writer {
            rt,
            rule,
            value,
            left: lane,
            names,
            ..
        } = self;
        let (common, directions) = (self.common(), &names.directions);
        let pin = self.pinned(tangent, "tangent", &self.shape.tangent(self.options, rt));
        let numbers = self.shape.is_of_numbers();
        let dots = self.varied().map(|(i, p)| match numbers {
            true => {
                let dot = &self.names.dots[i];
                quote!(__L::lane(&#dot, #lane))
            }
            false => self.dot(i, p),
        });
        let each = quote!(|#lane| #rule(#common #(, #dots)*));
        match numbers {
            true => quote!(#pin __L::of(#each)),
            false => quote! {
                #pin
                #rt::by_lane(#directions, #rt::zero_dots(#directions, &#value), #each)
            },
        }
    }

    /// The tangent along one of the directions, as the rule takes it.
    fn dot(&self, i: usize, p: &Param) -> TokenStream {
        let Writer {
            rt,
            left: lane,
            names,
            ..
        } = self;
        let (name, dot, directions) = (&names.params[i], &names.dots[i], &names.directions);
        let (like, dot) = match p.shared {
            true if p.part.is_number() => (quote!(&*#name), quote!(&#dot)),
            true => (quote!(#name), quote!(#dot)),
            false => (quote!(&#name), quote!(&#dot)),
        };
        let borrow = (!p.part.is_sized()).then(|| quote!(&));
        quote!(#borrow #rt::lane_of(#directions, #dot, #rt::zero_like(#like), #lane))
    }

    /// The gradient times the tangents.
    fn tangent_by_pullback(&self, pullback: &TokenStream) -> TokenStream {
        let Writer { rt, rule, .. } = self;
        let common = self.common();
        let pin = self.pinned(pullback, "pullback", &self.shape.pullback(self.options, rt));
        let bars = self.varied().map(|(i, _)| &self.names.bars[i]);
        let pattern = emit::one_or_tuple(bars.map(ToTokens::to_token_stream).collect());
        let terms = self.varied().map(|(i, _)| {
            let (bar, dot) = (&self.names.bars[i], &self.names.dots[i]);
            quote!(#rt::dots_times(#dot, #bar))
        });
        quote!(#pin let #pattern = #rule(#common, #rt::number(1.0)); #(#terms)+*)
    }
}
