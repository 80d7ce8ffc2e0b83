//! Which parameters of the struct the gradient type has, and what has to hold of them.
//!
//! A gradient borrows nothing, so it has no lifetimes; and it has no use for a parameter that only
//! constant fields mention, so it does not have that one either.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{GenericParam, Token, Type, TypeParamBound, WherePredicate};

use super::types::{is_copy, leaves, mentions};

/// The parameters of one of the two types.
pub(crate) struct Params {
    /// With bounds and defaults, as the struct declares them.
    pub(crate) declared: Vec<TokenStream>,
    /// With bounds alone, for an `impl`.
    pub(crate) bounded: Vec<TokenStream>,
    /// By name.
    pub(crate) names: Vec<TokenStream>,
    /// The `where` clause of the struct, as far as it is about these parameters.
    pub(crate) predicates: Vec<TokenStream>,
}

impl Params {
    /// All parameters of the user's struct.
    pub(crate) fn all(generics: &syn::Generics) -> Params {
        let clause = generics.where_clause.iter();
        let mut all = Params {
            declared: Vec::new(),
            bounded: Vec::new(),
            names: Vec::new(),
            predicates: clause
                .flat_map(|clause| &clause.predicates)
                .map(ToTokens::to_token_stream)
                .collect(),
        };
        generics
            .params
            .iter()
            .for_each(|param| all.push(param.clone()));
        all
    }

    /// The parameters that `types`, the bars, depend on.
    pub(crate) fn of_gradient(generics: &syn::Generics, types: &[&Type]) -> Params {
        let mut kept = Params {
            declared: Vec::new(),
            bounded: Vec::new(),
            names: Vec::new(),
            predicates: Vec::new(),
        };
        let (mut gone, mut stay) = (Vec::new(), Vec::new());
        for param in &generics.params {
            match param {
                GenericParam::Lifetime(_) => {}
                _ if types.iter().any(|ty| mentions(ty, &[name(param)])) => stay.push(param),
                _ => gone.push(name(param)),
            }
        }
        let dropped = Dropped::of(generics, gone);
        for param in stay {
            let mut param = param.clone();
            if let GenericParam::Type(ty) = &mut param {
                ty.bounds = dropped.without(&ty.bounds);
            }
            kept.push(param);
        }
        let clause = generics.where_clause.iter();
        kept.predicates = clause
            .flat_map(|clause| &clause.predicates)
            .filter_map(|predicate| dropped.predicate(predicate))
            .collect();
        kept
    }

    fn push(&mut self, mut param: GenericParam) {
        // Attributes such as `#[may_dangle]` or `#[cfg]` are about the struct.
        match &mut param {
            GenericParam::Lifetime(p) => p.attrs.clear(),
            GenericParam::Type(p) => p.attrs.clear(),
            GenericParam::Const(p) => p.attrs.clear(),
        }
        self.declared.push(param.to_token_stream());
        match &mut param {
            GenericParam::Lifetime(_) => {}
            GenericParam::Type(p) => (p.eq_token, p.default) = (None, None),
            GenericParam::Const(p) => (p.eq_token, p.default) = (None, None),
        }
        self.bounded.push(param.to_token_stream());
        self.names.push(match &param {
            GenericParam::Lifetime(p) => p.lifetime.to_token_stream(),
            other => name(other).to_token_stream(),
        });
    }
}

/// The name of a type or const parameter.
fn name(param: &GenericParam) -> Ident {
    match param {
        GenericParam::Lifetime(p) => p.lifetime.ident.clone(),
        GenericParam::Type(p) => p.ident.clone(),
        GenericParam::Const(p) => p.ident.clone(),
    }
}

/// `P<'static, T, N>`: the struct, where no lifetime is at hand.
pub(crate) fn static_type(name: &Ident, generics: &syn::Generics) -> Type {
    let arguments = generics.params.iter().map(|param| match param {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Type(p) => p.ident.to_token_stream(),
        GenericParam::Const(p) => p.ident.to_token_stream(),
    });
    let arguments: Vec<TokenStream> = arguments.collect();
    match arguments.is_empty() {
        true => syn::parse_quote!(#name),
        false => syn::parse_quote!(#name<#(#arguments),*>),
    }
}

/// What has to have a bar for the bars of all fields to exist.
#[derive(Default)]
pub(crate) struct Needs {
    /// The parts of the bars that depend on a parameter, each once.
    pub(crate) leaves: Vec<Type>,
    /// The others that may lack a gradient, each once. A bound on them says so in one place.
    pub(crate) concrete: Vec<Type>,
    /// Type parameters that must not borrow.
    pub(crate) outliving: Vec<Ident>,
}

impl Needs {
    /// `this` is the struct itself, which has a gradient if all others have.
    pub(crate) fn of(generics: &syn::Generics, bars: &[&Type], this: &Ident) -> Needs {
        let params = generics.params.iter();
        let params = params.filter(|param| !matches!(param, GenericParam::Lifetime(_)));
        let names: Vec<Ident> = params.map(name).collect();
        let mut needs = Needs::default();
        for leaf in bars.iter().flat_map(|ty| leaves(ty)) {
            match (mentions(leaf, &names), is_static(leaf)) {
                (true, true) => needs.of_static(leaf, generics),
                (true, false) => needs.push(leaf.clone()),
                (false, true) => {}
                (false, false) => needs.push_concrete(leaf, this),
            }
        }
        needs
    }

    fn push(&mut self, leaf: Type) {
        if !self.leaves.contains(&leaf) {
            self.leaves.push(leaf);
        }
    }

    fn push_concrete(&mut self, leaf: &Type, this: &Ident) {
        let known = is_copy(leaf).is_some() || mentions(leaf, std::slice::from_ref(this));
        if !known && !self.concrete.contains(leaf) {
            self.concrete.push(leaf.clone());
        }
    }

    /// `Inner<'static, T>` stands for `Inner` under every lifetime. A bound on it would be taken for
    /// the only truth about `Inner<'a, T>`, too; so it is its parameters that are asked.
    fn of_static(&mut self, leaf: &Type, generics: &syn::Generics) {
        for param in generics.type_params().map(|param| &param.ident) {
            if mentions(leaf, std::slice::from_ref(param)) {
                self.push(syn::parse_quote!(#param));
                if !self.outliving.contains(param) {
                    self.outliving.push(param.clone());
                }
            }
        }
    }
}

/// True if a lifetime in it was made `'static`.
fn is_static(ty: &Type) -> bool {
    let names = [Ident::new("static", Span::call_site())];
    let mut lifetimes = Lifetimes {
        names: &names,
        found: false,
    };
    lifetimes.visit_type(ty);
    lifetimes.found
}

/// Parameters of the struct that the gradient type does not have.
struct Dropped {
    lifetimes: Vec<Ident>,
    params: Vec<Ident>,
}

impl Dropped {
    fn of(generics: &syn::Generics, params: Vec<Ident>) -> Dropped {
        let lifetimes = generics.lifetimes().map(|p| p.lifetime.ident.clone());
        Dropped {
            lifetimes: lifetimes.collect(),
            params,
        }
    }

    fn occurs(&self, tokens: &impl ToTokens, visit: impl FnOnce(&mut Lifetimes<'_>)) -> bool {
        let mut lifetimes = Lifetimes {
            names: &self.lifetimes,
            found: false,
        };
        visit(&mut lifetimes);
        lifetimes.found || mentions(tokens, &self.params)
    }

    /// The bounds that say nothing of a dropped parameter.
    fn without(
        &self,
        bounds: &Punctuated<TypeParamBound, Token![+]>,
    ) -> Punctuated<TypeParamBound, Token![+]> {
        let kept = bounds
            .iter()
            .filter(|bound| !self.occurs(bound, |v| v.visit_type_param_bound(bound)));
        kept.cloned().collect()
    }

    fn predicate(&self, predicate: &WherePredicate) -> Option<TokenStream> {
        let WherePredicate::Type(predicate) = predicate else {
            return None;
        };
        let mut predicate = predicate.clone();
        let ty = &predicate.bounded_ty;
        if self.occurs(ty, |v| v.visit_type(ty)) {
            return None;
        }
        predicate.bounds = self.without(&predicate.bounds);
        (!predicate.bounds.is_empty()).then(|| predicate.to_token_stream())
    }
}

struct Lifetimes<'a> {
    names: &'a [Ident],
    found: bool,
}

impl<'ast> Visit<'ast> for Lifetimes<'_> {
    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        self.found |= self.names.contains(&lifetime.ident);
    }
}
