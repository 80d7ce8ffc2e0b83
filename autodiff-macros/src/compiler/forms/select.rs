//! Which functions of an annotated block are differentiated.
//!
//! In: a signature, and what is known of the types in it. Out: yes if a real number, or the type of
//! the block, goes in and comes out. What the compiler cannot tell by its name is no reason: the
//! function can be annotated by itself.

use super::known::Known;
use super::{is_own, is_rule, maker};
use crate::compiler::hir::Ty;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::types::{self, bare, primitive, type_arguments};

/// Containers whose content counts.
const CONTAINERS: [&str; 7] = ["Vec", "Option", "Result", "Box", "Rc", "Arc", "Cow"];

/// Traits whose type parameters are real numbers.
const REALS: [&str; 6] = [
    "Float",
    "Real",
    "Scalar",
    "FloatCore",
    "RealField",
    "FloatConst",
];

/// What the types of a signature are looked up in.
pub(crate) struct Scope<'a> {
    pub(crate) known: &'a Known,
    /// The type of the `impl` block.
    pub(crate) own: Option<&'a syn::Type>,
    /// The block itself.
    pub(crate) block: Option<&'a syn::ItemImpl>,
}

impl Scope<'_> {
    /// True if a function of this signature is differentiated.
    pub(crate) fn is_wanted(&self, sig: &syn::Signature, options: &Options) -> bool {
        let reals = Reals { scope: self, sig };
        let inputs = || sig.inputs.iter().filter(|input| !is_marked(input, options));
        let in_place = |input: &&syn::FnArg| match input {
            syn::FnArg::Receiver(receiver) => {
                receiver.mutability.is_some() && receiver.reference.is_some()
            }
            syn::FnArg::Typed(typed) => {
                matches!(bare(&typed.ty), syn::Type::Reference(r) if r.mutability.is_some())
            }
        };
        let by_reference = matches!(&sig.output, syn::ReturnType::Type(_, ty) if matches!(bare(ty), syn::Type::Reference(_)));
        let changed = || inputs().filter(in_place).any(|input| reals.input(input));
        let out = reals.come_out() || !by_reference && changed();
        out && inputs().any(|input| reals.input(input))
    }

    /// True if a function finds out something about numbers, and gives an integer or a truth value: others may decide by it.
    pub(crate) fn answers(&self, sig: &syn::Signature, options: &Options) -> bool {
        let syn::ReturnType::Type(_, ty) = &sig.output else {
            return false;
        };
        let reals = Reals { scope: self, sig };
        let answer = types::read_result(ty).is_ok_and(|ty| types::is_short_answer(&ty));
        let mut inputs = sig.inputs.iter().filter(|input| !is_marked(input, options));
        answer && inputs.any(|input| reals.input(input))
    }

    /// True if nothing is emitted for a function, though nobody said so.
    pub(crate) fn leaves_alone(
        &self,
        attrs: &[syn::Attribute],
        sig: &syn::Signature,
        options: &Options,
    ) -> bool {
        let annotated = attrs.iter().any(|a| is_own(a) || is_rule(a));
        let emitted = self.is_wanted(sig, options)
            || self.answers(sig, options)
            || maker::is_maker(sig, self);
        !annotated && !emitted
    }

    /// True if numbers come out of a function.
    pub(crate) fn makes_numbers(&self, sig: &syn::Signature) -> bool {
        Reals { scope: self, sig }.come_out()
    }

    /// True for a method of a struct that ought to have a gradient, and has none.
    pub(crate) fn own_is_plain(&self, sig: &syn::Signature, options: &Options) -> bool {
        let mut receivers = sig.receiver().into_iter();
        let receiver = receivers.any(|of| !is_marked(&syn::FnArg::Receiver(of.clone()), options));
        receiver
            && self.own_is_differentiable()
            && matches!(self.own.map(bare), Some(syn::Type::Path(path)) if self.known.is_told_whole(&path.path) && self.known.has_no_gradient(&path.path))
    }

    /// True if the type of the block may have a gradient.
    pub(crate) fn own_is_differentiable(&self) -> bool {
        match self.own.map(bare) {
            Some(syn::Type::Path(path)) => self.known.is_differentiable(&path.path).unwrap_or(true),
            Some(_) => true,
            None => false,
        }
    }
}

struct Reals<'a> {
    scope: &'a Scope<'a>,
    sig: &'a syn::Signature,
}

impl Reals<'_> {
    fn come_out(&self) -> bool {
        match &self.sig.output {
            syn::ReturnType::Default => false,
            // A reference is to something that exists already: nothing is computed.
            syn::ReturnType::Type(_, ty) if matches!(bare(ty), syn::Type::Reference(_)) => false,
            syn::ReturnType::Type(_, ty) => self.holds(ty, 0),
        }
    }

    fn input(&self, input: &syn::FnArg) -> bool {
        match input {
            syn::FnArg::Receiver(_) => self.scope.own_is_differentiable(),
            syn::FnArg::Typed(typed) => self.holds(&typed.ty, 0),
        }
    }

    /// True if a real number is in a type. `depth` ends chains of aliases that lead to themselves.
    fn holds(&self, ty: &syn::Type, depth: usize) -> bool {
        let ty = bare(ty);
        let own = self.scope.own.map(bare);
        if own.is_some_and(|own| own == ty) {
            return self.scope.own_is_differentiable();
        }
        match ty {
            syn::Type::Path(path) if path.qself.is_none() => self.path(&path.path, depth),
            syn::Type::Reference(r) => self.holds(&r.elem, depth),
            syn::Type::Slice(slice) => self.holds(&slice.elem, depth),
            syn::Type::Array(array) => self.holds(&array.elem, depth),
            syn::Type::Tuple(tuple) => tuple.elems.iter().any(|part| self.holds(part, depth)),
            _ => false,
        }
    }

    /// True for the type of the block with other arguments: `M<C, R>` in a block of `M<R, C>`.
    fn is_own(&self, path: &syn::Path) -> bool {
        let own = match self.scope.own.map(bare) {
            Some(syn::Type::Path(own)) => &own.path.segments,
            _ => return false,
        };
        let mut pairs = own.iter().zip(&path.segments);
        own.len() == path.segments.len() && pairs.all(|(a, b)| a.ident == b.ident)
    }

    /// `Self::Output`, where the block says what it is.
    fn associated(&self, path: &syn::Path) -> Option<&syn::Type> {
        let block = self.scope.block?;
        let (own, name) = (path.segments.first()?, path.segments.get(1)?);
        let items = block.items.iter().filter(|_| own.ident == "Self");
        let mut types = items.filter_map(|item| match item {
            syn::ImplItem::Type(ty) => Some(ty),
            _ => None,
        });
        types.find(|ty| ty.ident == name.ident).map(|ty| &ty.ty)
    }

    fn path(&self, path: &syn::Path, depth: usize) -> bool {
        if path.is_ident("Self") || self.is_own(path) {
            return self.scope.own_is_differentiable();
        }
        if let Some(associated) = self.associated(path)
            && depth < 8
        {
            return self.holds(associated, depth + 1);
        }
        if let Some(known) = primitive(path) {
            return matches!(known, Ty::Real(_));
        }
        if let (Some(alias), true) = (self.scope.known.alias(path), depth < 8) {
            return self.holds(alias, depth + 1);
        }
        if let Some(known) = self.scope.known.is_differentiable(path) {
            return known;
        }
        let generics = [
            Some(&self.sig.generics),
            self.scope.block.map(|block| &block.generics),
        ];
        let mut generics = generics.into_iter().flatten();
        if let Some(name) = path.get_ident()
            && generics.any(|generics| is_real_parameter(generics, name))
        {
            return true;
        }
        let Some(last) = path.segments.last() else {
            return false;
        };
        let container = CONTAINERS.iter().any(|name| last.ident == name);
        let mut parts = type_arguments(last).into_iter();
        container && parts.any(|part| self.holds(part, depth))
    }
}

/// True for `T` where `T: Float` or the like.
fn is_real_parameter(generics: &syn::Generics, name: &syn::Ident) -> bool {
    let is_real = |bound: &syn::TypeParamBound| match bound {
        syn::TypeParamBound::Trait(of) => {
            let last = of.path.segments.last();
            last.is_some_and(|last| REALS.iter().any(|name| last.ident == name))
        }
        _ => false,
    };
    let declared = generics.type_params().filter(|t| t.ident == *name);
    let mut declared = declared.flat_map(|t| &t.bounds);
    let predicates = generics.where_clause.iter().flat_map(|w| &w.predicates);
    let mut later = predicates.filter_map(|predicate| match predicate {
        syn::WherePredicate::Type(of) => match bare(&of.bounded_ty) {
            syn::Type::Path(path) if path.path.is_ident(name) => Some(&of.bounds),
            _ => None,
        },
        _ => None,
    });
    declared.any(is_real) || later.any(|bounds| bounds.iter().any(is_real))
}

/// True for a parameter that was declared to be constant.
fn is_marked(input: &syn::FnArg, options: &Options) -> bool {
    let (attrs, name) = match input {
        syn::FnArg::Receiver(receiver) => (&receiver.attrs, Some(receiver.self_token.into())),
        syn::FnArg::Typed(typed) => {
            let name = crate::compiler::parse::signature::parameter_name(&typed.pat);
            (&typed.attrs, name.cloned())
        }
    };
    let listed = name.is_some_and(|name: syn::Ident| options.constant.contains(&name));
    listed || attrs.iter().any(|a| a.path().is_ident("constant"))
}
