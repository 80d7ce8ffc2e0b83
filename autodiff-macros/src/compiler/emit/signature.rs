//! What the emitted functions take and return.
//!
//! In: the user's item, its parameters as `lower` understood them, the names that the bodies use.
//! Out: a [`Signature`], every token of which is ready to be emitted, from which `sweep` and `entry`
//! print the functions.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::lifetimes;
use super::respan::{respan, respan_ident};
use super::tokens::Tokens;
use super::types::{
    adjoint, behind, by_name, dots, gradient, holds_struct, storage, unwrap_groups, without_borrow,
    without_constants, without_lifetimes,
};
use super::{Names, Runtime};
use crate::compiler::extent::Extent;
use crate::compiler::hir::{self, Role, Ty};
use crate::compiler::naming::{Naming, Receiver, ReceiverPassing};
use crate::compiler::parse::generics::where_clause;
use crate::compiler::parse::types::{bare, is_of_reals, type_arguments};

/// How an argument is handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Passing {
    /// `x: T`.
    Value,
    /// `x: &T`.
    Shared,
    /// `x: &mut T`.
    Exclusive,
}

/// A parameter of the emitted functions.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: Ty,
    pub(crate) bar: Ident,
    pub(crate) dot: Ident,
    /// Type parameter of `__forward` that tells whether this argument is differentiated.
    pub(crate) kind: Ident,
    /// The type as declared.
    pub(crate) declared: TokenStream,
    /// The type behind the reference, or the type itself; a `Vec` counts as the slice it holds.
    pub(crate) storage: TokenStream,
    /// The same for the adjoint, and for the tangent along one direction.
    pub(crate) adjoint: TokenStream,
    /// The same for the tangent along the directions `__L`.
    pub(crate) dots: TokenStream,
    /// Type of the tangent that `jvp` takes.
    pub(crate) tangent: TokenStream,
    /// What `grad` returns for this parameter.
    pub(crate) gradient: TokenStream,
    pub(crate) passing: Passing,
    pub(crate) differentiable: bool,
    /// A number, as opposed to something that has to be borrowed to be looked at.
    pub(crate) scalar: bool,
}

/// Generic parameters of the user's function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Generics {
    /// `'a`, with their bounds.
    pub(crate) lifetimes: Vec<TokenStream>,
    /// `T: Bound`, `const N: usize`, without defaults.
    pub(crate) params: Vec<TokenStream>,
    /// `T`, `N`.
    pub(crate) args: Vec<Ident>,
    pub(crate) where_clause: Tokens,
}

/// Generic parameters of the `impl` block around the function, which an opaque type has to name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outer {
    /// `'a`, without bounds.
    pub(crate) lifetimes: Vec<TokenStream>,
    /// `T`, `N`.
    pub(crate) args: Vec<Ident>,
    /// Those of them that are types.
    pub(crate) types: Vec<Ident>,
}

/// Everything that the emitted functions have in common.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) rt: Runtime,
    pub(crate) primal: Ident,
    pub(crate) companion: Ident,
    pub(crate) naming: Naming,
    /// How the receiver of a method is taken by what is emitted. It is the first of `params`.
    pub(crate) receiver: Option<Passing>,
    /// Attributes of every emitted item, where no `impl` of ours holds them together.
    pub(crate) attributes: Tokens,
    pub(crate) visibility: Tokens,
    pub(crate) generics: Generics,
    pub(crate) outer: Outer,
    pub(crate) params: Vec<Param>,
    /// Type of the result as declared.
    pub(crate) result: TokenStream,
    /// Type of the adjoint and of the tangent of the result, as users have them.
    pub(crate) cotangent: TokenStream,
    /// The result is an `Option` or `Result`: `cotangent` and `result_ty` are of the value in it.
    pub(crate) outcome: bool,
    /// The result as `lower` understood it, with a unit in the place of integers: users hear nothing of the adjoints of those.
    pub(crate) result_ty: Ty,
    /// The same with integers, as callers of the hidden functions have it.
    pub(crate) inner_ty: Ty,
    /// The type parameters that stand for real numbers.
    pub(crate) reals: Vec<Ident>,
    /// The result is a number and nothing is changed in place: there is a gradient.
    pub(crate) has_gradient: bool,
    /// Where only rustc knows whether it is: the predicate that it is one.
    pub(crate) is_number: Option<TokenStream>,
    pub(crate) sel: Ident,
    pub(crate) kinds: Ident,
    pub(crate) directions: Ident,
    pub(crate) seed: Ident,
    pub(crate) recursive: bool,
    /// What of the bodies is emitted.
    pub(crate) extent: Extent,
    /// The gradient is computed by tangent sweeps.
    pub(crate) forward: bool,
    pub(crate) in_strips: Strips,
    /// `__fused` takes the adjoint of the result.
    pub(crate) takes_seed: bool,
}

/// When the gradient is computed by `__strips`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Strips {
    /// There is none.
    No,
    /// Under the plain selection; any other one sees `__fused`.
    Plain,
    /// Under every selection. There is no `__fused`.
    Always,
}

impl Signature {
    /// Reads the signature off `func`; `rt` is the path of the runtime, `companion` the name of the
    /// type that the functions are emitted for.
    pub(crate) fn new(
        item: &syn::ItemFn,
        func: &hir::Func,
        rt: Runtime,
        companion: Ident,
        naming: Naming,
        names: &Names,
    ) -> Signature {
        let (params, lifetimes) = lifetimes::named(&func.params);
        let params = params.iter().enumerate();
        let params: Vec<Param> = params
            .map(|(i, p)| param(p, i, &rt, names, &naming))
            .collect();
        let in_place = params.iter().any(Param::in_place);
        let own = generics(&item.sig.generics, &func.reals, &rt);
        let declared = match &item.sig.output {
            syn::ReturnType::Type(_, declared) => Some(&**declared),
            syn::ReturnType::Default => None,
        };
        let (inner, declared) = match (func.outcome, &func.result) {
            (true, Ty::Tuple(parts)) if parts.len() == 3 => {
                (&parts[1], declared.and_then(first_argument))
            }
            (_, result) => (result, declared),
        };
        let value = declared.map_or_else(|| inner.clone(), |declared| by_name(inner, declared));
        let inner_ty = value;
        let value = without_constants(&inner_ty);
        let result = respan(result(&item.sig.output));
        let cotangent = gradient(&value, &rt);
        // With a lifetime rustc leaves the question to those who call.
        let is_number = (func.result_is_unknown && !in_place)
            .then(|| quote!(for<'__n> #result: #rt::NumberResult<#cotangent>));
        Signature {
            primal: respan_ident(&item.sig.ident),
            companion: respan_ident(&companion),
            receiver: receiver(&naming),
            attributes: Tokens::default(),
            outer: outer(&naming),
            naming,
            visibility: respan(item.vis.to_token_stream()).into(),
            generics: Generics {
                lifetimes: [own.lifetimes, lifetimes].concat(),
                ..own
            },
            result,
            cotangent,
            is_number,
            has_gradient: matches!(value, Ty::Real(_)) && !in_place,
            outcome: func.outcome,
            result_ty: value,
            inner_ty,
            reals: func.reals.clone(),
            sel: respan_ident(&names.sel),
            kinds: respan_ident(&names.kinds),
            directions: respan_ident(&names.directions),
            seed: respan_ident(&names.seed),
            recursive: false,
            extent: Extent::Whole,
            in_strips: Strips::No,
            takes_seed: false,
            forward: false,
            params,
            rt,
        }
    }

    /// There are functions for the gradient.
    pub(crate) fn may_have_gradient(&self) -> bool {
        self.has_gradient || self.is_number.is_some()
    }

    /// The differentiable parameters that are not changed in place: what has a gradient.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Param> {
        self.params
            .iter()
            .filter(|p| p.differentiable && p.passing != Passing::Exclusive)
    }

    /// The differentiable parameters that are changed in place.
    pub(crate) fn in_place(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|p| p.in_place())
    }

    /// Something is changed in place, differentiable or not.
    pub(crate) fn changes_arguments(&self) -> bool {
        self.params.iter().any(|p| p.passing == Passing::Exclusive)
    }

    /// A name for a local variable of an entry point: `base`, unless an argument has that name.
    pub(crate) fn fresh(&self, base: &str) -> Ident {
        let params = self.params.iter().flat_map(|p| [&p.name, &p.bar, &p.dot]);
        let taken: Vec<&Ident> = params
            .chain([&self.primal, &self.sel, &self.seed])
            .collect();
        let underscores = (0..).map(|n| format_ident!("{base}{}", "_".repeat(n)));
        let mut free = underscores.filter(|name| !taken.contains(&name));
        free.next().unwrap_or_else(|| format_ident!("__{base}"))
    }

    /// What is said for the sake of a body alone.
    pub(crate) fn in_bodies<T>(&self, said: impl FnOnce() -> T) -> Option<T> {
        (self.extent == Extent::Whole).then(said)
    }

    /// The documentation of a member that only those see who read emitted code.
    pub(crate) fn note(&self, text: &str) -> Option<TokenStream> {
        let text = format!(" {text}");
        self.in_bodies(|| quote!(#[doc = #text]))
    }

    /// The primal, mentioned.
    pub(crate) fn mention(&self) -> TokenStream {
        let primal = self.instance();
        quote!(let _ = #primal;)
    }

    /// `f`, or `f::<T, N>`.
    pub(crate) fn instance(&self) -> TokenStream {
        let (primal, turbofish) = (self.function(), self.turbofish(0));
        quote!(#primal #turbofish)
    }

    /// The primal, as an expression.
    fn function(&self) -> TokenStream {
        match &self.naming {
            Naming::Sibling(of) => respan(of.primal.clone()),
            Naming::Companion | Naming::Module => self.primal.to_token_stream(),
        }
    }

    /// `&self,`; nothing for a function without receiver.
    pub(crate) fn receiver_declaration(&self) -> TokenStream {
        let receiver = self.params.first().zip(self.receiver);
        receiver.map_or_else(TokenStream::new, |(p, passing)| {
            let name = &p.name;
            match passing {
                Passing::Exclusive => quote!(&mut #name,),
                Passing::Shared | Passing::Value => quote!(&#name,),
            }
        })
    }

    /// `self,`; nothing for a function without receiver.
    pub(crate) fn receiver_argument(&self) -> TokenStream {
        let receiver = self.params.first().filter(|_| self.receiver.is_some());
        receiver.map_or_else(TokenStream::new, |Param { name, .. }| quote!(#name,))
    }

    /// The parameters after the receiver.
    pub(crate) fn others(&self) -> &[Param] {
        &self.params[usize::from(self.receiver.is_some()).min(self.params.len())..]
    }

    /// The same for a receiver that is changed; nothing for other functions, and for one whose
    /// receiver is changed already or constant.
    pub(crate) fn changing(&self) -> Option<Signature> {
        let Naming::Sibling(of) = &self.naming else {
            return None;
        };
        let receiver = of.receiver.as_ref()?;
        let first = self.params.first().filter(|p| p.differentiable)?;
        if receiver.passing == ReceiverPassing::Exclusive {
            return None;
        }
        let mut changing = self.clone();
        let mut of = of.clone();
        of.receiver = Some(Receiver {
            passing: ReceiverPassing::Exclusive,
            ..receiver.clone()
        });
        changing.naming = Naming::Sibling(of);
        changing.receiver = Some(Passing::Exclusive);
        changing.params[0] = Param {
            passing: Passing::Exclusive,
            declared: quote!(&mut Self),
            ..first.clone()
        };
        changing.generics.require_clone(&self.rt);
        Some(changing)
    }

    /// `let this = self;`: the receiver, under the name that the bodies know it by.
    pub(crate) fn receiver_prologue(&self) -> TokenStream {
        let Some(of) = self.naming.receiver() else {
            return TokenStream::new();
        };
        let (rt, this) = (&self.rt, respan_ident(&of.this));
        let argument = self.params.first().map(|p| &p.name);
        match of.passing {
            ReceiverPassing::Value => {
                quote!(let #this: Self = #rt::core::clone::Clone::clone(#argument);)
            }
            ReceiverPassing::Shared => quote!(let #this: &Self = #argument;),
            ReceiverPassing::Exclusive => quote!(let #this: &mut Self = #argument;),
        }
    }

    /// `::<T, N, _, _>` with `inferred` underscores; nothing if the user's function is not generic.
    pub(crate) fn turbofish(&self, inferred: usize) -> TokenStream {
        let args = &self.generics.args;
        let rest = std::iter::repeat_n(quote!(_), inferred);
        let rest = rest.collect::<Vec<_>>();
        if args.is_empty() {
            TokenStream::new()
        } else {
            quote!(::<#(#args,)* #(#rest),*>)
        }
    }

    /// `x: T, y: U`, without the receiver.
    pub(crate) fn declarations(&self) -> Vec<TokenStream> {
        self.others()
            .iter()
            .map(|Param { name, declared, .. }| quote!(#name: #declared))
            .collect()
    }

    /// Type of the gradient: one type, or a tuple in the order of the parameters.
    pub(crate) fn gradient(&self) -> TokenStream {
        one_or_tuple(self.inputs().map(|p| p.gradient.clone()).collect())
    }

    /// Type of the derivative with respect to everything that is differentiated, what is changed in
    /// place included.
    pub(crate) fn whole_gradient(&self) -> TokenStream {
        let varied = self.params.iter().filter(|p| p.differentiable);
        one_or_tuple(varied.map(|p| p.gradient.clone()).collect())
    }

    /// True if there are numbers in the result.
    pub(crate) fn returns_numbers(&self) -> bool {
        self.cotangent.to_string() != "()"
    }

    /// Types of what is computed: the result, and what is changed in place.
    pub(crate) fn outputs(&self) -> Vec<&Ty> {
        let result = self.returns_numbers().then_some(&self.result_ty);
        let changed = self.in_place().map(|p| &p.ty);
        result.into_iter().chain(changed).collect()
    }

    /// Zeros of the shape of the result, `()` where it has no adjoint.
    pub(crate) fn zeros_of_result(&self, value: &TokenStream) -> TokenStream {
        fn zeros(ty: &Ty, value: &TokenStream, rt: &Runtime) -> TokenStream {
            match ty {
                Ty::Unit => quote!(()),
                Ty::Tuple(parts) if parts.iter().any(has_unit) => {
                    let parts = parts.iter().enumerate().map(|(k, part)| {
                        let k = proc_macro2::Literal::usize_unsuffixed(k);
                        zeros(part, &quote!(#value.#k), rt)
                    });
                    one_or_tuple(parts.collect())
                }
                _ => quote!(#rt::zero_like(&#value)),
            }
        }
        fn has_unit(ty: &Ty) -> bool {
            match ty {
                Ty::Tuple(parts) => parts.iter().any(has_unit),
                ty => matches!(ty, Ty::Unit),
            }
        }
        zeros(&self.result_ty, value, &self.rt)
    }

    /// Type of the adjoints of that.
    pub(crate) fn whole_cotangent(&self) -> TokenStream {
        let outputs = self.outputs();
        one_or_tuple(outputs.iter().map(|ty| gradient(ty, &self.rt)).collect())
    }

    /// The gradient made of the buffers.
    pub(crate) fn bars(&self) -> TokenStream {
        one_or_tuple(self.inputs().map(|p| p.bar.to_token_stream()).collect())
    }
}

impl Param {
    /// An integer or a truth value. No derivative reaches it, whatever a caller takes it for: `m.n`, of a field whose type only
    /// rustc knows, is handed over as what may be a number.
    pub(crate) fn is_integral(&self) -> bool {
        !self.differentiable && matches!(self.ty, Ty::Int | Ty::Bool)
    }

    /// Differentiable and changed in place: its adjoint goes in and comes out.
    pub(crate) fn in_place(&self) -> bool {
        self.differentiable && self.passing == Passing::Exclusive
    }

    /// An expression that borrows the argument, whatever way it was handed over.
    pub(crate) fn borrow(&self) -> TokenStream {
        let name = &self.name;
        match self.passing {
            Passing::Value => quote!(&#name),
            Passing::Shared => quote!(#name),
            Passing::Exclusive => quote!(&*#name),
        }
    }

    /// The type by which the argument is given once more to the reverse sweep.
    pub(crate) fn again_type(&self) -> TokenStream {
        match self.passing {
            Passing::Shared => without_lifetimes(&self.declared),
            Passing::Value | Passing::Exclusive => quote!(()),
        }
    }

    /// `w_bar: &mut [f64]`, the buffer that the gradient is added to.
    pub(crate) fn bar_declaration(&self) -> TokenStream {
        let Param { bar, adjoint, .. } = self;
        quote!(#bar: &mut #adjoint)
    }

    /// The type of the bar that the reverse sweep takes.
    pub(crate) fn bar_type(&self, rt: &Runtime) -> TokenStream {
        let Param {
            kind,
            storage,
            adjoint,
            ..
        } = self;
        match (self.differentiable, self.passing) {
            (false, _) if self.is_integral() => quote!(&mut #rt::ConstantField),
            (false, _) => quote!(&mut #kind::Bar),
            (true, Passing::Exclusive) => quote!(&mut #adjoint),
            (true, _) => {
                let storage = without_borrow(storage);
                quote!(&mut #rt::Bar<#kind, #storage>)
            }
        }
    }

    /// The argument, given once more.
    pub(crate) fn again(&self) -> TokenStream {
        match self.passing {
            Passing::Shared => self.name.to_token_stream(),
            Passing::Value | Passing::Exclusive => quote!(()),
        }
    }
}

/// The type of the value in an `Option` or a `Result`, as written.
fn first_argument(declared: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = bare(declared) else {
        return None;
    };
    type_arguments(path.path.segments.last()?)
        .into_iter()
        .next()
}

fn param(param: &hir::Param, index: usize, rt: &Runtime, names: &Names, naming: &Naming) -> Param {
    let hir::Param {
        declared, ty, role, ..
    } = param;
    let declared = unwrap_groups(respan(declared.clone()));
    let written = (!is_of_reals(ty)).then(|| syn::parse2(declared.clone()).ok());
    let ty = &match written.flatten() {
        Some(written) => by_name(ty, &written),
        None => ty.clone(),
    };
    let receiver = naming.receiver().filter(|_| index == 0);
    Param {
        ty: ty.clone(),
        name: receiver.map_or_else(
            || respan_ident(&names.params[index]),
            |of| respan_ident(&of.token),
        ),
        bar: respan_ident(&names.bars[index]),
        dot: respan_ident(&names.dots[index]),
        kind: format_ident!("__K{index}"),
        storage: storage(ty, &declared, rt),
        adjoint: adjoint(ty, rt),
        dots: dots(ty, rt),
        tangent: match receiver.map(|of| of.passing) {
            Some(ReceiverPassing::Exclusive) | None => tangent(&declared, ty, rt),
            Some(_) => tangent(&quote!(&Self), ty, rt),
        },
        gradient: gradient(ty, rt),
        passing: match receiver.map(|of| of.passing) {
            Some(ReceiverPassing::Exclusive) => Passing::Exclusive,
            // What is taken by value is taken by reference and cloned.
            Some(_) => Passing::Shared,
            None => passing(&declared, ty),
        },
        differentiable: *role == Role::Differentiable,
        scalar: matches!(behind(ty), Ty::Real(_)),
        declared: match receiver {
            Some(of) if of.passing != ReceiverPassing::Exclusive => quote!(&Self),
            _ => declared,
        },
    }
}

/// The type of a tangent follows that of the argument.
fn tangent(declared: &TokenStream, ty: &Ty, rt: &Runtime) -> TokenStream {
    let adjoint = adjoint(ty, rt);
    match passing(declared, ty) {
        _ if !holds_struct(ty) => declared.clone(),
        Passing::Value => gradient(ty, rt),
        Passing::Shared => quote!(&#adjoint),
        Passing::Exclusive => quote!(&mut #adjoint),
    }
}

/// Whether a type that is written as a reference is `&mut`.
fn reference(declared: &TokenStream) -> Option<bool> {
    let mut trees = unwrap_groups(declared.clone()).into_iter();
    let is = |tree: &Option<TokenTree>, sign| matches!(tree, Some(TokenTree::Punct(p)) if p.as_char() == sign);
    if !is(&trees.next(), '&') {
        return None;
    }
    let mut next = trees.next();
    if is(&next, '\'') {
        next = trees.nth(1);
    }
    Some(matches!(next, Some(TokenTree::Ident(word)) if word == "mut"))
}

fn passing(declared: &TokenStream, ty: &Ty) -> Passing {
    match (reference(declared), ty) {
        (Some(true), _) | (None, Ty::Ref(true, _)) => Passing::Exclusive,
        (Some(false), _) | (None, Ty::Ref(false, _)) => Passing::Shared,
        _ => Passing::Value,
    }
}

fn receiver(naming: &Naming) -> Option<Passing> {
    Some(match naming.receiver()?.passing {
        ReceiverPassing::Exclusive => Passing::Exclusive,
        ReceiverPassing::Shared | ReceiverPassing::Value => Passing::Shared,
    })
}

fn outer(naming: &Naming) -> Outer {
    let Naming::Sibling(of) = naming else {
        return Outer::default();
    };
    // What is not seen may be no parameter.
    if of.is_guessed() {
        return Outer::default();
    }
    let mut outer = Outer::default();
    for param in &of.generics.params {
        match param {
            syn::GenericParam::Lifetime(l) => {
                outer.lifetimes.push(respan(l.lifetime.to_token_stream()));
            }
            syn::GenericParam::Type(t) => {
                outer.args.push(respan_ident(&t.ident));
                outer.types.push(respan_ident(&t.ident));
            }
            syn::GenericParam::Const(c) => outer.args.push(respan_ident(&c.ident)),
        }
    }
    outer
}

pub(crate) fn one_or_tuple(mut parts: Vec<TokenStream>) -> TokenStream {
    match parts.len() {
        1 => parts.remove(0),
        _ => quote!((#(#parts),*)),
    }
}

fn result(output: &syn::ReturnType) -> TokenStream {
    match output {
        syn::ReturnType::Default => quote!(()),
        syn::ReturnType::Type(_, ty) => unwrap_groups(ty.to_token_stream()),
    }
}

fn generics(generics: &syn::Generics, reals: &[Ident], rt: &Runtime) -> Generics {
    let mut out = Generics {
        where_clause: respan(where_clause(generics, reals, rt)).into(),
        ..Generics::default()
    };
    for param in &generics.params {
        match param {
            syn::GenericParam::Lifetime(l) => out.lifetimes.push(respan(l.to_token_stream())),
            syn::GenericParam::Type(t) => out.push(
                &t.ident,
                syn::TypeParam {
                    eq_token: None,
                    default: None,
                    ..t.clone()
                },
            ),
            syn::GenericParam::Const(c) => out.push(
                &c.ident,
                syn::ConstParam {
                    eq_token: None,
                    default: None,
                    ..c.clone()
                },
            ),
        }
    }
    out
}

impl Generics {
    /// `Self: Clone`; the lifetime has rustc ask for it where the function is called.
    fn require_clone(&mut self, rt: &Runtime) {
        let clone: syn::WherePredicate =
            syn::parse_quote!(for<'__copy> Self: #rt::core::clone::Clone);
        let clause = syn::parse2::<syn::WhereClause>(self.where_clause.to_token_stream());
        let mut clause = clause.unwrap_or_else(|_| syn::parse_quote!(where));
        clause.predicates.push(clone);
        self.where_clause = clause.to_token_stream().into();
    }

    /// The user's predicates, and more.
    pub(crate) fn where_clause_with(&self, more: Vec<TokenStream>) -> Tokens {
        if more.is_empty() {
            return self.where_clause.clone();
        }
        let given = syn::parse2::<syn::WhereClause>(self.where_clause.to_token_stream());
        let given = given.map_or_else(|_| Vec::new(), |w| w.predicates.into_iter().collect());
        quote!(where #(#given,)* #(#more),*).into()
    }

    fn push(&mut self, name: &Ident, declaration: impl ToTokens) {
        self.params.push(respan(declaration.to_token_stream()));
        self.args.push(respan_ident(name));
    }
}
