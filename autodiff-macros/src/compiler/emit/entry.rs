//! The functions that users call: `grad`, `value_and_grad`, `vjp`, `jvp` and the others.
//!
//! In: the signature. Out: members of the companion that check lengths, make buffers and call the
//! sweeps. Each mentions the primal, which would otherwise count as unused in a program that only
//! asks for gradients, and is `#[inline]`, so that one that nobody calls costs nothing to compile.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::signature::{Generics, Param, Passing, Signature, Strips};
use super::sweep::{bar_argument, forward_call, fused_call, kind_of};
use super::tokens::Tokens;
use super::types::with_lifetime;
use super::{docs, jacobian, unemitted};
use crate::compiler::extent::Extent;
use crate::compiler::parse::types::has_constant;

/// All entry points that the function has.
pub(crate) fn members(signature: &Signature, deprecation: Tokens) -> TokenStream {
    let rt = &signature.rt;
    let mention = deprecation.is_empty().then(|| signature.mention());
    let printer = Printer {
        signature,
        mention: mention.unwrap_or_default().into(),
        must_use: quote!(#[must_use]).into(),
        inline: signature
            .in_bodies(|| quote!(#[inline]))
            .unwrap_or_default()
            .into(),
        deprecation,
        declarations: signature
            .declarations()
            .into_iter()
            .map(Tokens::from)
            .collect(),
        gradient: signature.gradient().into(),
        unemitted: unemitted(rt).into(),
    };
    if !signature.params.iter().any(|p| p.differentiable) {
        return TokenStream::new();
    }
    if signature.outputs().is_empty() {
        // It finds out something about numbers.
        return printer.trace();
    }
    let mut members = vec![
        printer.vjp(),
        printer.jvp(),
        printer.jvp_with(),
        jacobian::member(&printer),
        printer.trace(),
    ];
    if signature.may_have_gradient() {
        members.splice(
            0..0,
            [
                printer.grad(),
                printer.value_and_grad(),
                printer.accumulate_grad(),
                printer.value_and_grad_with(),
            ],
        );
    }
    members.into_iter().collect()
}

/// A function to be emitted.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// Generic parameters in front of the user's, `'a,`.
    pub(super) lifetimes: Tokens,
    /// `&'a self,`, where it is not as always.
    pub(super) receiver: Tokens,
    pub(super) params: Vec<Tokens>,
    pub(super) result: TokenStream,
    /// Predicates that the user's function does without.
    pub(super) bounds: Vec<TokenStream>,
    pub(super) body: Tokens,
}

/// What the closure of `vjp` borrows.
#[derive(Default)]
struct Captures {
    lifetimes: Tokens,
    receiver: Tokens,
    params: Vec<Tokens>,
    captures: TokenStream,
}

pub(super) struct Printer<'a> {
    pub(super) signature: &'a Signature,
    /// `#[deprecated]`. Mentioning a deprecated function is reported wherever it stands.
    deprecation: Tokens,
    /// What mentions the primal, and attributes of many entries.
    mention: Tokens,
    must_use: Tokens,
    inline: Tokens,
    /// The arguments, and the type of the gradient, which most entries mention.
    pub(super) declarations: Vec<Tokens>,
    gradient: Tokens,
    /// In the place of a body that rustc has no need of.
    unemitted: Tokens,
}

impl Printer<'_> {
    pub(super) fn print(&self, entry: Entry) -> TokenStream {
        let Signature {
            visibility,
            generics,
            ..
        } = self.signature;
        let Entry {
            name,
            lifetimes,
            receiver,
            params,
            result,
            bounds,
            body,
        } = entry;
        let doc = docs::entry(name, self.signature);
        let Printer {
            deprecation,
            mention,
            inline,
            ..
        } = self;
        // What has an effect beside its result may be called for the effect alone.
        let pure = !self.signature.changes_arguments()
            && !matches!(name, "accumulate_grad" | "value_and_grad_with" | "jvp_with");
        let must_use = pure.then_some(&self.must_use);
        let name = self.signature.naming.item(name);
        let attributes = &self.signature.attributes;
        let receiver = match receiver.is_empty() {
            true => self.signature.receiver_declaration().into(),
            false => receiver,
        };
        let (own, given) = (&generics.lifetimes, &generics.params);
        let bounds = generics.where_clause_with(bounds);
        quote! {
            #[doc = #doc]
            #attributes
            #deprecation
            #must_use
            #inline
            #visibility fn #name<#lifetimes #(#own,)* #(#given),*>(#receiver #(#params),*) -> #result #bounds {
                #mention
                #body
            }
        }
    }

    /// A body, if bodies are emitted.
    pub(super) fn body(&self, write: impl FnOnce() -> TokenStream) -> Tokens {
        match self.signature.extent {
            Extent::Whole => write().into(),
            Extent::Signatures => self.unemitted.clone(),
        }
    }

    /// An entry that takes the arguments and nothing else.
    pub(super) fn plain(
        &self,
        name: &'static str,
        result: TokenStream,
        body: Tokens,
    ) -> TokenStream {
        let params = self.declarations.clone();
        self.print(Entry {
            name,
            lifetimes: Tokens::default(),
            receiver: Tokens::default(),
            bounds: Vec::new(),
            params,
            result,
            body,
        })
    }

    /// The same of a function that there is for results that are numbers.
    fn of_number(&self, name: &'static str, result: TokenStream, body: Tokens) -> TokenStream {
        self.print(Entry {
            name,
            lifetimes: Tokens::default(),
            receiver: Tokens::default(),
            bounds: self.is_number(),
            params: self.declarations.clone(),
            result,
            body,
        })
    }

    fn is_number(&self) -> Vec<TokenStream> {
        self.signature.is_number.iter().cloned().collect()
    }

    fn grad(&self) -> TokenStream {
        if self.signature.outcome || self.is_deprecated() {
            return self.gradient("grad");
        }
        let body = self.body(|| {
            let call = self.other("value_and_grad", None, &[]);
            quote!(#call.1)
        });
        self.of_number("grad", self.gradient.to_token_stream(), body)
    }

    /// A call of another entry, which costs rustc less than to do the same once more. Not of a deprecated one, which would be
    /// reported.
    fn other(
        &self,
        name: &'static str,
        selection: Option<&TokenStream>,
        more: &[&Ident],
    ) -> TokenStream {
        let other = self.signature.naming.path(name);
        let turbofish = self.signature.turbofish(0);
        let receiver = self.signature.receiver_argument();
        let others = self.signature.others().iter().map(|p| &p.name);
        let arguments = others.chain(more.iter().copied());
        let selection = selection.into_iter();
        quote!(#other #turbofish(#receiver #(#selection,)* #(#arguments),*))
    }

    pub(super) fn is_deprecated(&self) -> bool {
        !self.deprecation.is_empty()
    }

    /// The gradient, by this name.
    pub(super) fn gradient(&self, name: &'static str) -> TokenStream {
        let body = self.body(|| {
            let (buffers, bars) = (self.buffers(), self.signature.bars());
            let call = self.fused(None, true);
            if !self.signature.outcome {
                return quote!(#buffers #call; #bars);
            }
            let value = self.signature.fresh("value");
            let whole = self.signature.whole_with(&value, |_| bars);
            quote!(#buffers let #value = #call; #whole)
        });
        let gradient = self.signature.result_of(self.signature.gradient());
        self.of_number(name, gradient, body)
    }

    fn value_and_grad(&self) -> TokenStream {
        let rt = &self.signature.rt;
        let body =
            self.body(
                || match self.signature.in_strips == Strips::Plain || self.is_deprecated() {
                    true => self.value_and_gradient(None),
                    false => self.other("value_and_grad_with", Some(&quote!(&mut #rt::Plain)), &[]),
                },
            );
        self.of_number("value_and_grad", self.with_value(), body)
    }

    fn accumulate_grad(&self) -> TokenStream {
        let Signature { result, .. } = self.signature;
        let mut params = self.declarations.clone();
        params.extend(self.signature.inputs().map(|p| p.bar_declaration().into()));
        let body = self.body(|| {
            let checks = self.signature.inputs().filter(|p| !p.scalar);
            let checks = checks.map(|p| self.check(p, &p.bar));
            let call = self.signature.whole(self.fused(None, false));
            quote!(#(#checks)* #call)
        });
        self.print(Entry {
            name: "accumulate_grad",
            lifetimes: Tokens::default(),
            receiver: Tokens::default(),
            bounds: self.is_number(),
            params,
            result: result.clone(),
            body,
        })
    }

    fn value_and_grad_with(&self) -> TokenStream {
        let Signature { rt, sel, .. } = self.signature;
        let body = self.body(|| self.value_and_gradient(Some(&sel.to_token_stream())));
        let mut params: Vec<Tokens> =
            vec![quote!(#sel: &mut (impl #rt::Selection + ?#rt::core::marker::Sized)).into()];
        params.extend(self.declarations.iter().cloned());
        let result = self.with_value();
        self.print(Entry {
            name: "value_and_grad_with",
            lifetimes: Tokens::default(),
            receiver: Tokens::default(),
            bounds: self.is_number(),
            params,
            result,
            body,
        })
    }

    fn value_and_gradient(&self, selection: Option<&TokenStream>) -> TokenStream {
        let (buffers, bars) = (self.buffers(), self.signature.bars());
        let (call, value) = (self.fused(selection, true), self.signature.fresh("value"));
        let whole = self
            .signature
            .whole_with(&value, |value| quote!((#value, #bars)));
        quote!(#buffers let #value = #call; #whole)
    }

    /// `(f64, (Vec<f64>, f64))`.
    fn with_value(&self) -> TokenStream {
        let (value, gradient) = (self.signature.value(), &self.gradient);
        self.signature.result_of(quote!((#value, #gradient)))
    }

    /// The value, and the reverse sweep with buffers of its own.
    fn vjp(&self) -> TokenStream {
        if self.signature.extent == Extent::Signatures {
            let (rt, none) = (&self.signature.rt, &self.unemitted);
            let ignored = (0..=self.signature.in_place().count()).map(|_| quote!(_));
            let body = quote!((#rt::unemitted_value(), move |#(#ignored),*| #none));
            return self.print(self.vjp_entry(body));
        }
        let Signature {
            rt,
            seed,
            cotangent,
            ..
        } = self.signature;
        let call = forward_call(self.signature, &quote!(&mut #rt::Plain), |p| {
            kind_of(self.signature, p.differentiable)
        });
        let again = self.signature.params.iter().map(Param::again);
        let bars = self.signature.params.iter().map(|p| self.pullback_bar(p));
        let (buffers, gradient, value, pullback) = (
            self.buffers(),
            self.signature.bars(),
            self.signature.fresh("value"),
            self.signature.fresh("pullback"),
        );
        let shapes = self.signature.in_place().map(|p| self.shape(p));
        let checks = self.signature.in_place().map(|p| self.check_shape(p));
        let changed = self.signature.in_place().map(Param::bar_declaration);
        let (shape, check) = self.seed_shape(&value);
        let inner = self.signature.inner_seed(seed.to_token_stream());
        let whole = self.signature.whole(value.to_token_stream());
        let body = quote! {
            #buffers
            let (#value, #pullback) = #call;
            #(#shapes)*
            #shape
            (#whole, move |#seed: #cotangent #(, #changed)*| {
                #(#checks)*
                #check
                #pullback(#(#again,)* #inner, #(#bars),*);
                #gradient
            })
        };
        self.print(self.vjp_entry(body))
    }

    /// For results of a length that only the call tells: what the seed is compared with, and the
    /// comparison.
    fn seed_shape(&self, value: &proc_macro2::Ident) -> (TokenStream, TokenStream) {
        let Signature {
            rt,
            seed,
            result,
            cotangent,
            ..
        } = self.signature;
        if !result.to_string().contains("Vec") {
            return (TokenStream::new(), TokenStream::new());
        }
        let shape = self.signature.fresh("shape");
        if self.signature.outcome {
            // Without a value there is nothing to compare with.
            let same =
                quote!(#rt::SameShape::assert_same_shape(#shape, &#seed, "the result", "the seed"));
            let zeros = self.signature.zeros_of_result(&quote!(#value.1));
            let shape_of = quote!(#value.0.then(|| #zeros));
            return (
                quote!(let #shape: #rt::core::option::Option<#cotangent> = #shape_of;),
                quote!(if let #rt::core::option::Option::Some(#shape) = &#shape { #same }),
            );
        }
        let zeros = self.signature.zeros_of_result(&quote!(#value));
        (
            quote!(let #shape: #cotangent = #zeros;),
            quote!(#rt::SameShape::assert_same_shape(&#shape, &#seed, "the result", "the seed");),
        )
    }

    fn vjp_entry(&self, body: impl Into<Tokens>) -> Entry {
        let Signature {
            rt,
            result,
            cotangent,
            ..
        } = self.signature;
        let in_place = self.signature.in_place().map(|p| &p.adjoint);
        let gradient = &self.gradient;
        let function =
            quote!(impl #rt::core::ops::FnOnce(#cotangent #(, &mut #in_place)*) -> #gradient);
        let Captures {
            lifetimes,
            receiver,
            params,
            captures,
        } = self.vjp_captures();
        Entry {
            name: "vjp",
            lifetimes,
            receiver,
            bounds: Vec::new(),
            params,
            result: quote!((#result, #function #captures)),
            body: body.into(),
        }
    }

    /// The closure of `vjp` borrows what was taken by shared reference. Where something is changed
    /// in place, that alone has to be said, or the closure would borrow what is changed, too.
    fn vjp_captures(&self) -> Captures {
        let declarations = self.declarations.clone();
        if !self.signature.changes_arguments() {
            return Captures {
                params: declarations,
                ..Captures::default()
            };
        }
        let lifetime: syn::Lifetime = syn::parse_quote!('__shared);
        let params =
            self.signature
                .others()
                .iter()
                .zip(declarations)
                .map(|(p, declaration)| match p.passing {
                    Passing::Shared => {
                        let (name, ty) = (&p.name, with_lifetime(&p.declared, &lifetime));
                        quote!(#name: #ty).into()
                    }
                    Passing::Value | Passing::Exclusive => declaration,
                });
        let Generics {
            lifetimes, args, ..
        } = &self.signature.generics;
        let own = lifetimes
            .iter()
            .filter_map(|l| syn::parse2::<syn::LifetimeParam>(l.clone()).ok());
        let own = own.map(|l| l.lifetime);
        let receiver = self.signature.receiver.map(|passing| {
            let name = self.signature.params.first().map(|p| &p.name);
            match passing {
                Passing::Exclusive => quote!(&mut #name,),
                Passing::Shared | Passing::Value => quote!(&#lifetime #name,),
            }
        });
        let outer = &self.signature.outer;
        let (outer_lifetimes, outer_args) = (&outer.lifetimes, &outer.args);
        Captures {
            params: params.collect(),
            receiver: receiver.unwrap_or_default().into(),
            captures: quote!(+ use<#lifetime, #(#outer_lifetimes,)* #(#own,)* #(#outer_args,)* #(#args),*>),
            lifetimes: quote!(#lifetime,).into(),
        }
    }

    /// A bar to hand on in the closure of `vjp`.
    fn pullback_bar(&self, param: &Param) -> TokenStream {
        match param.in_place() || !param.differentiable {
            true => bar_argument(param, &self.signature.rt),
            false => {
                let bar = &param.bar;
                quote!(&mut #bar)
            }
        }
    }

    fn jvp(&self) -> TokenStream {
        let Signature { rt, params, .. } = self.signature;
        let body = self.body(|| {
            let plain = quote!(&mut #rt::Plain);
            if self.is_deprecated() {
                return self.call_along(&plain);
            }
            let varied = params.iter().filter(|p| p.differentiable);
            let dots: Vec<&Ident> = varied.map(|p| &p.dot).collect();
            self.other("jvp_with", Some(&plain), &dots)
        });
        self.along("jvp", Vec::new(), body)
    }

    fn jvp_with(&self) -> TokenStream {
        let Signature { rt, sel, .. } = self.signature;
        let first =
            vec![quote!(#sel: &mut (impl #rt::Selection + ?#rt::core::marker::Sized)).into()];
        let body = self.body(|| self.call_along(&sel.to_token_stream()));
        self.along("jvp_with", first, body)
    }

    /// The value, and the derivative along the tangents that follow the arguments.
    fn along(
        &self,
        name: &'static str,
        mut declarations: Vec<Tokens>,
        body: Tokens,
    ) -> TokenStream {
        let Signature {
            cotangent, params, ..
        } = self.signature;
        let varied = || params.iter().filter(|p| p.differentiable);
        declarations.extend(self.declarations.iter().cloned());
        declarations.extend(varied().map(|p| {
            let (dot, tangent) = (&p.dot, &p.tangent);
            quote!(#dot: #tangent).into()
        }));
        let value = self.signature.value();
        let result = self.signature.result_of(quote!((#value, #cotangent)));
        self.print(Entry {
            name,
            lifetimes: Tokens::default(),
            receiver: Tokens::default(),
            bounds: Vec::new(),
            params: declarations,
            result,
            body,
        })
    }

    /// `Self::__tangent(selection, One, arguments and tangents…)`
    fn call_along(&self, selection: &TokenStream) -> TokenStream {
        let params = &self.signature.params;
        let varied = params.iter().filter(|p| p.differentiable);
        let checks = varied.filter(|p| !p.scalar).map(|p| self.check(p, &p.dot));
        let turbofish = self.signature.turbofish(3);
        let (rt, receiver) = (&self.signature.rt, self.signature.receiver_argument());
        let own_dot = params.first().filter(|_| !receiver.is_empty());
        let own_dot = own_dot.map(|p| self.dot_argument(p));
        let others = self.signature.others().iter().map(|p| {
            let (name, dot) = (&p.name, self.dot_argument(p));
            quote!(#name, #dot)
        });
        let arguments = own_dot.into_iter().chain(others);
        let tangent = self.signature.naming.path("__tangent");
        let call = quote!(#tangent #turbofish(#receiver #selection, #rt::One, #(#arguments),*));
        if !self.signature.outcome && !has_constant(&self.signature.inner_ty) {
            return quote!(#(#checks)* #call);
        }
        let [value, dot] = ["value", "tangent"].map(|name| self.signature.fresh(name));
        let tangent = self.signature.outer_tangent(&dot);
        let whole = self
            .signature
            .whole_with(&value, |value| quote!((#value, #tangent)));
        quote!(#(#checks)* let (#value, #dot) = #call; #whole)
    }

    fn dot_argument(&self, param: &Param) -> TokenStream {
        let (rt, dot) = (&self.signature.rt, &param.dot);
        let adjoint = &param.adjoint;
        match (param.differentiable, param.passing) {
            (false, _) => quote!(#rt::Unvaried),
            (true, Passing::Exclusive) => quote!(#dot),
            (true, Passing::Shared) => quote!(#rt::Tangent::<#adjoint>(#dot)),
            (true, Passing::Value) => quote!(#rt::Tangent::<#adjoint>(&#dot)),
        }
    }

    /// The decisions of one run.
    fn trace(&self) -> TokenStream {
        let Signature { rt, sel, .. } = self.signature;
        let body = self.body(|| {
            let call = forward_call(self.signature, &quote!(&mut #sel), |p| {
                kind_of(self.signature, p.in_place())
            });
            quote! {
                let mut #sel = #rt::Recorder::new(#rt::Plain);
                let _ = #call;
                #sel.into_trace()
            }
        });
        self.plain("trace", quote!(#rt::Trace), body)
    }

    /// `Self::__fused(selection, arguments…, bars…)` or `__strips`, with buffers of our own or the caller's.
    fn fused(&self, selection: Option<&TokenStream>, own: bool) -> TokenStream {
        let rt = &self.signature.rt;
        let plain = quote!(&mut #rt::Plain);
        let name = match (self.signature.in_strips, selection) {
            (Strips::Always, _) | (Strips::Plain, None) => "__strips",
            _ => "__fused",
        };
        let selection = selection.unwrap_or(&plain);
        let bars = self
            .signature
            .inputs()
            .map(|Param { bar, .. }| if own { quote!(&mut #bar) } else { quote!(#bar) });
        let one = self.signature.takes_seed.then(|| quote!(1.0));
        fused_call(self.signature, name, selection, one, bars)
    }

    /// A buffer of zeros for every gradient.
    pub(super) fn buffers(&self) -> TokenStream {
        let rt = &self.signature.rt;
        let buffers = self.signature.inputs().map(|p| {
            let (bar, gradient, borrow) = (&p.bar, &p.gradient, p.borrow());
            quote!(let mut #bar: #gradient = #rt::zero_like(#borrow);)
        });
        buffers.collect()
    }

    /// Panics unless a buffer or tangent has the lengths of the argument.
    fn check(&self, param: &Param, other: &Ident) -> TokenStream {
        let passing = if other == &param.bar {
            Passing::Exclusive
        } else {
            param.passing
        };
        let (borrow, storage) = (param.borrow(), &param.storage);
        let other_borrow = match passing {
            Passing::Value => quote!(&#other),
            Passing::Shared => quote!(#other),
            Passing::Exclusive => quote!(&*#other),
        };
        self.assert_same_shape(
            storage,
            &param.adjoint,
            (borrow, &param.name),
            (other_borrow, other),
        )
    }

    fn assert_same_shape(
        &self,
        ty: &TokenStream,
        other_ty: &TokenStream,
        this: (TokenStream, &Ident),
        other: (TokenStream, &Ident),
    ) -> TokenStream {
        let rt = &self.signature.rt;
        let ((value, name), (other_value, other_name)) = (this, other);
        let (name, other_name) = (name.to_string(), other_name.to_string());
        quote!(<#ty as #rt::SameShape<#other_ty>>::assert_same_shape(#value, #other_value, #name, #other_name);)
    }

    /// Remembers the lengths of what was changed in place, which the closure must not borrow.
    fn shape(&self, param: &Param) -> TokenStream {
        let (rt, gradient, borrow, shape) = (
            &self.signature.rt,
            &param.gradient,
            param.borrow(),
            &param.dot,
        );
        quote!(let #shape: #gradient = #rt::zero_like(#borrow);)
    }

    fn check_shape(&self, param: &Param) -> TokenStream {
        let (bar, shape, gradient) = (&param.bar, &param.dot, &param.gradient);
        self.assert_same_shape(
            gradient,
            &param.adjoint,
            (quote!(&#shape), &param.name),
            (quote!(&*#bar), bar),
        )
    }
}
