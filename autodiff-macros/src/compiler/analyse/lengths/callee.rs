//! Whom a call asks: the path of a constant, and whether it may ask back.
//!
//! In: a call. Out: [`Callee`]. Names tell, of functions and of types; where only rustc knows a type, it is reached from what has a
//! name.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use crate::compiler::analyse::activity::{self, List, Step};
use crate::compiler::companion::Renamed;
use crate::compiler::forms::declarations::type_name;
use crate::compiler::hir::{Form, Ty};
use crate::compiler::names::plain;
use crate::compiler::naming::Naming;
use crate::compiler::parse::attribute::Options;
use crate::compiler::ssa::{Arg, Call, Func, Init, MemId, Op, Place, Proj, StmtKind, Tree, ValId};

/// A function that can be asked.
#[derive(Clone, Debug)]
pub(crate) struct Callee {
    pub(crate) at: At,
    pub(crate) back: Back,
}

/// Where the constant of a callee is.
#[derive(Clone, Debug)]
pub(crate) enum At {
    /// In this type or module, which is the function's own.
    Own(TokenStream),
    /// At the companion with this path.
    Companion(TokenStream),
    /// Beside the function with this path.
    Sibling(TokenStream),
    /// Beside the function with this path, if there is one: what `Type::new(…)` gives is taken for a `Type`.
    Supposed(TokenStream),
    /// In a part of which only rustc knows the type.
    Part(OfPart),
}

/// A method of a part of what has a name.
#[derive(Clone, Debug)]
pub(crate) struct OfPart {
    /// A type, or a function.
    pub(crate) owner: TokenStream,
    /// It is a part of what the function gives.
    pub(crate) is_given: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) method: String,
}

/// Whether a callee comes back to the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    Never,
    /// As far as names tell. It is asked in rounds.
    Seen,
    /// It may, around functions that are not seen.
    Unseen,
}

impl Callee {
    pub(super) fn text(&self) -> String {
        match &self.at {
            At::Own(path) | At::Companion(path) | At::Sibling(path) | At::Supposed(path) => {
                path.to_string()
            }
            At::Part(of) => format!("{of:?}"),
        }
    }
}

/// Whom a call asks, if there is a name for it.
pub(super) fn callee(func: &Func, call: &Call, options: &Options) -> Option<Callee> {
    let (at, node) = match call.form {
        Form::Companion if call.recursive => {
            let own = match &options.naming {
                Naming::Module => quote::quote!(self),
                _ => options
                    .name
                    .as_ref()
                    .unwrap_or(&func.name)
                    .to_token_stream(),
            };
            (At::Own(own), None)
        }
        Form::Companion => {
            let path = Renamed::new(&options.calls).of(&call.path).clone();
            let node = idents(&path).pop().map(|name| (None, name));
            (At::Companion(path), node)
        }
        Form::Associated | Form::Method => {
            let Some(path) = func.sibling(call) else {
                let at = of_unnamed(func, call, options)?;
                let method = idents(&call.path).pop()?;
                let mut cycle = options.cycle.iter();
                let may_be = !is_field(&at) && cycle.any(|(_, name)| *name == method);
                let unseen = options.cycle.is_empty() || may_be;
                let back = match options.recursive && unseen {
                    true => Back::Unseen,
                    false => Back::Never,
                };
                return Some(Callee { at, back });
            };
            let mut names = idents(&path);
            let name = names.pop()?;
            let mut owner = names.pop();
            if let (Some("Self"), Naming::Sibling(of)) = (owner.as_deref(), &options.naming) {
                owner = of.own.as_ref().and_then(type_name);
            }
            let path = outside(path, &options.naming)?;
            (At::Sibling(path), Some((owner, name)))
        }
    };
    let back = match node {
        None => Back::Seen,
        Some(node) if options.cycle.contains(&node) => match at {
            // Of another module it is another one, or the same.
            At::Companion(ref path) if idents(path).len() > 1 => Back::Unseen,
            _ => Back::Seen,
        },
        Some(_) if options.recursive && options.cycle.is_empty() => Back::Unseen,
        Some(_) => Back::Never,
    };
    Some(Callee { at, back })
}

/// True for a method of what lies in a struct, which is of another type: it would have no end.
fn is_field(at: &At) -> bool {
    let part = |step: &Step| matches!(step, Step::Part(_));
    matches!(at, At::Part(of) if !of.is_given && of.steps.iter().all(part))
}

/// A method of what only rustc knows the type of.
fn of_unnamed(func: &Func, call: &Call, options: &Options) -> Option<At> {
    let Some(Arg::Ref(_, at)) = call.args.first() else {
        return None;
    };
    let method = idents(&call.path).pop()?;
    if let Some((owner, steps)) = field(func, at) {
        let owner = named(owner, options)?;
        let of = OfPart {
            owner,
            is_given: false,
            steps,
            method,
        };
        return Some(At::Part(of));
    }
    let origins = origins(&copies(func), activity::list(at));
    let mut origins = origins.into_iter();
    origins.find_map(|(m, steps)| match giver(func, m)? {
        Giver::Function(owner) => Some(At::Part(OfPart {
            owner,
            is_given: true,
            steps,
            method: method.clone(),
        })),
        Giver::Type(owner) if steps.is_empty() => {
            let (owner, name) = (named(owner, options)?, &call.path);
            Some(At::Supposed(quote::quote!(#owner::#name)))
        }
        Giver::Type(_) => None,
    })
}

/// The struct with a name that the place is in, and where.
fn field(func: &Func, at: &Place) -> Option<(TokenStream, Vec<Step>)> {
    let part = |path: &[Proj]| Place {
        mem: at.mem,
        path: path.to_vec(),
    };
    (0..at.path.len()).rev().find_map(|k| {
        let (before, behind) = at.path.split_at(k);
        let Some(Ty::Struct(of)) = func.place_ty(&part(before)) else {
            return None;
        };
        let owner = of.path.filter(|_| of.whole)?;
        Some((owner, activity::list(&part(behind)).1))
    })
}

/// The type, by a name that it has everywhere in the module.
fn named(owner: TokenStream, options: &Options) -> Option<TokenStream> {
    let first = owner.clone().into_iter().next()?.to_string();
    let owner = match (first.as_str(), &options.naming) {
        ("Self", Naming::Sibling(of)) if of.generics.params.is_empty() => {
            of.own.as_ref()?.to_token_stream()
        }
        // A letter is a type parameter.
        ("Self", _) => return None,
        (name, _) if name.len() == 1 => return None,
        _ => owner,
    };
    let plain = owner.clone().into_iter().all(|t| t.to_string() != "<");
    plain.then_some(owner)
}

/// Who gives a struct.
enum Giver {
    Function(TokenStream),
    /// A function of this type.
    Type(TokenStream),
}

fn giver(func: &Func, m: MemId) -> Option<Giver> {
    let mut found = None;
    func.body.walk(&mut |s| match &s.kind {
        StmtKind::Call(call) if matches!(&call.result, Some(Tree::Mem(of)) if *of == m) => {
            found = match call.form {
                Form::Companion => (!call.recursive).then(|| Giver::Function(call.path.clone())),
                Form::Associated => owner(&call.path).map(Giver::Type),
                Form::Method => None,
            };
        }
        StmtKind::Alloc(of, Init::Val(v)) if *of == m => {
            let call = constant(func, *v).and_then(|made| syn::parse2::<syn::ExprCall>(made).ok());
            let owner = call.and_then(|call| owner(&call.func.to_token_stream()));
            found = owner.map(Giver::Type);
        }
        _ => {}
    });
    found
}

/// What the user wrote for a constant.
fn constant(func: &Func, of: ValId) -> Option<TokenStream> {
    let mut found = None;
    func.body.walk(&mut |s| {
        if let StmtKind::Def(v, Op::Opaque(made)) = &s.kind
            && *v == of
        {
            found = Some(made.tokens.clone());
        }
    });
    found
}

/// `Tree` of `Tree::new`.
fn owner(path: &TokenStream) -> Option<TokenStream> {
    // Traits, and what stands for something else.
    const OTHERS: [&str; 8] = [
        "Default",
        "From",
        "FromIterator",
        "Clone",
        "Box",
        "Rc",
        "Arc",
        "Cow",
    ];
    let path: syn::Path = syn::parse2(path.clone()).ok()?;
    let mut segments = path.segments.iter().rev().skip(1);
    let last = &segments.next()?.ident;
    let other = OTHERS.iter().any(|name| last == name);
    let tokens: Vec<TokenTree> = path.to_token_stream().into_iter().collect();
    let owner = tokens.get(..tokens.len().checked_sub(3)?)?;
    (!other).then(|| owner.iter().cloned().collect())
}

fn idents(path: &TokenStream) -> Vec<String> {
    let idents = path.clone().into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(plain(&ident)),
        _ => None,
    });
    idents.collect()
}

/// The path, where `Self` is not known; nothing if the type has parameters there.
fn outside(path: TokenStream, naming: &Naming) -> Option<TokenStream> {
    let mut tokens = path.into_iter().peekable();
    if tokens
        .peek()
        .is_none_or(|first| first.to_string() != "Self")
    {
        return Some(tokens.collect());
    }
    let Naming::Sibling(of) = naming else {
        return None;
    };
    let own = match (&of.instance, &of.own) {
        (Some(instance), _) => instance.clone(),
        (None, Some(own)) if of.generics.params.is_empty() => quote::ToTokens::to_token_stream(own),
        _ => return None,
    };
    let rest = tokens.skip(1);
    Some(quote::quote!(<#own> #(#rest)*))
}

/// What memory variables are copies of.
pub(super) fn copies(func: &Func) -> Vec<(MemId, List)> {
    let mut all = Vec::new();
    func.body.walk(&mut |s| match &s.kind {
        StmtKind::Alloc(m, Init::Clone(at)) => all.push((*m, activity::list(at))),
        StmtKind::Copy { dst, src, .. } if dst.path.is_empty() => {
            all.push((dst.mem, activity::list(src)));
        }
        _ => {}
    });
    all
}

/// The place, and those that it may be a copy of.
pub(super) fn origins(copies: &[(MemId, List)], place: List) -> Vec<List> {
    let mut all = vec![place];
    let mut next = 0;
    while let Some((m, steps)) = all.get(next).cloned() {
        for (_, (of, from)) in copies.iter().filter(|(copy, _)| *copy == m) {
            let origin = (*of, [&from[..], &steps].concat());
            if all.iter().all(|(known, _)| known != of) {
                all.push(origin);
            }
        }
        next += 1;
    }
    all
}
