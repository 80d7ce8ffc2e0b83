//! Calls of functions that have a companion: what the forward sweep and the tangent print.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Context;
use crate::compiler::analyse::activity::holds_reals;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::companion;
use crate::compiler::hir::{Form, Ty};
use crate::compiler::primal::{place, ty_tokens};
use crate::compiler::ssa::{Arg, Call, Func, Init, MemId, Op, Origin, Place, Tree, Use, ValId};

/// The argument as the callee gets it.
pub(crate) fn argument(func: &Func, arg: &Arg) -> Expr {
    match arg {
        Arg::Val(v) => Expr::Val(*v),
        Arg::RefVal(v, None) => Expr::Ref(false, Box::new(Expr::Val(*v))),
        // The variable that holds the scalar during the call is the value after it.
        Arg::RefVal(_, Some(after)) => Expr::Ref(true, Box::new(Expr::Val(*after))),
        // A parameter behind a reference is handed on as it is.
        Arg::Ref(_, at) if is_reference(func, at) => Expr::Mem(at.mem),
        Arg::Ref(mutable, at) => Expr::borrow(*mutable, place(at, Expr::Mem(at.mem))),
        Arg::Own(at) => Expr::method(place(at, Expr::Mem(at.mem)), "clone", Vec::new()),
        Arg::Tuple(parts) => Expr::Tuple(parts.iter().map(|p| argument(func, p)).collect()),
    }
}

/// `Varied` or `Unvaried`, one per argument.
pub(crate) fn kinds(cx: &Context<'_>, call: &Call) -> Expr {
    let rt = &cx.names.rt;
    let own = &cx.names.kinds;
    let first = with_sites(cx, call);
    let kind = |(i, arg): (usize, &Arg)| match (is_varied(cx, arg), own_kind(cx, call, arg)) {
        (false, _) => Expr::Raw(quote!(#rt::Unvaried)),
        (true, _) if first == Some(i) => at_sites(cx, call, Expr::Raw(quote!(#rt::Varied))),
        (true, Some(k)) => {
            let k = proc_macro2::Literal::usize_unsuffixed(k);
            Expr::Raw(quote!(#own.#k))
        }
        (true, None) => Expr::Raw(quote!(#rt::Varied)),
    };
    Expr::Tuple(call.args.iter().enumerate().map(kind).collect())
}

/// The argument whose kind or tangent takes the sites of this function to the operation.
pub(crate) fn with_sites(cx: &Context<'_>, call: &Call) -> Option<usize> {
    call.sites?;
    call.args.iter().position(|arg| is_varied(cx, arg))
}

/// A kind or a tangent, and the sites of the call.
pub(crate) fn at_sites(cx: &Context<'_>, call: &Call, kind: Expr) -> Expr {
    let rt = &cx.names.rt;
    let (Some(first), Some(rule)) = (call.sites, call.operation) else {
        return kind;
    };
    let first = first.0 as usize;
    let [lo, hi] =
        [first, first + rule.decisions.len()].map(proc_macro2::Literal::usize_unsuffixed);
    let all = cx.names.naming.path("__SITES");
    let sites = Expr::Raw(quote!(&#all[#lo..#hi]));
    Expr::call(quote!(#rt::At::new), vec![kind, sites])
}

/// The parameter of this function whose bar is handed to the callee: what kind of bar it is, only
/// the caller of this function knows.
pub(crate) fn own_kind(cx: &Context<'_>, call: &Call, arg: &Arg) -> Option<usize> {
    match arg {
        Arg::Ref(false, at) | Arg::Own(at)
            if cx.style == super::Style::Split && has_own_bar(cx, call, at, false) =>
        {
            match cx.func.mem(at.mem).origin {
                Origin::Shared(k) | Origin::Owned(k) => Some(k),
                Origin::Exclusive(_) | Origin::Local => None,
            }
        }
        _ => None,
    }
}

/// True if the callee adds to the bar of the memory itself, and not to a variable of its own.
/// `exclusive`: the callee changes the argument, so that its bar is that of a variable, of a known
/// type, and not one that the caller of this function chose.
pub(crate) fn has_own_bar(cx: &Context<'_>, call: &Call, at: &Place, exclusive: bool) -> bool {
    cx.facts.active_place(at)
        && occurrences(cx, call, at) == 1
        && (exclusive || is_exclusive(cx, at) || !is_placed(cx, call, at))
}

/// True if the bar may be one of an array or a list where the callee wants one of a slice.
pub(crate) fn is_lent(cx: &Context<'_>, call: &Call, at: &Place) -> bool {
    !is_exclusive(cx, at)
        && (is_array_parameter(cx, at) || is_field(at) || is_in_field(cx, call, at))
}

/// True for a parameter that is changed: its bar is of a known type, too.
fn is_exclusive(cx: &Context<'_>, at: &Place) -> bool {
    matches!(cx.func.mem(at.mem).origin, Origin::Exclusive(_))
}

/// True for a parameter that is handed to an operation together with the sites of this function: the bar of the operation
/// is one of reals then, whatever the bar of the parameter is.
fn is_placed(cx: &Context<'_>, call: &Call, at: &Place) -> bool {
    cx.style == super::Style::Split
        && call.sites.is_some()
        && matches!(
            cx.func.mem(at.mem).origin,
            Origin::Shared(_) | Origin::Owned(_)
        )
}

/// True for a field of a struct: only rustc knows its type, and the callee may want a slice of it.
fn is_field(at: &Place) -> bool {
    use crate::compiler::ssa::Proj;
    matches!(at.path.last(), Some(Proj::Field(_)))
}

/// True for an element of a field of a parameter: it may be an array, of which the callee wants a
/// slice. What a method is called on is none.
fn is_in_field(cx: &Context<'_>, call: &Call, at: &Place) -> bool {
    use crate::compiler::ssa::Proj;
    let receiver = call.form == Form::Method
        && matches!(call.args.first(), Some(Arg::Ref(_, first)) if first.mem == at.mem);
    let field = |step: &Proj| matches!(step, Proj::Field(_));
    !receiver
        && cx.style == super::Style::Split
        && matches!(at.path.last(), Some(Proj::Index(_)))
        && at.path.iter().any(field)
        && matches!(
            cx.func.mem(at.mem).origin,
            Origin::Shared(_) | Origin::Owned(_)
        )
}

/// True for an array that is (part of) a parameter, and for a `Vec` that is part of one: its bar is one of an array or
/// of a list, and the callee may want one of a slice.
fn is_array_parameter(cx: &Context<'_>, at: &Place) -> bool {
    let list = |ty: &Ty| matches!(ty, Ty::Vec(_)) && !at.path.is_empty();
    cx.style == super::Style::Split
        && matches!(cx.func.place_ty(at), Some(ty) if matches!(ty, Ty::Array(..)) || list(&ty))
        && matches!(
            cx.func.mem(at.mem).origin,
            Origin::Shared(_) | Origin::Owned(_)
        )
}

/// How many arguments may borrow from the bar of a place, itself among them.
fn occurrences(cx: &Context<'_>, call: &Call, at: &Place) -> usize {
    let original = |m: MemId| cx.func.snapshots.get(&m).map_or(m, |at| at.mem);
    let mut n = 0;
    for arg in &call.args {
        arg.for_each_place(&mut |other| {
            let same = original(other.mem) == original(at.mem);
            let fields = other.mem == at.mem && are_fields_apart(other, at);
            n += usize::from(same && !fields);
        });
    }
    n
}

/// True for different fields of one variable, which can be borrowed at the same time.
fn are_fields_apart(a: &Place, b: &Place) -> bool {
    use crate::compiler::ssa::Proj;
    for steps in a.path.iter().zip(&b.path) {
        match steps {
            (Proj::Field(x), Proj::Field(y)) if x != y => return true,
            (Proj::Field(_), Proj::Field(_)) => {}
            _ => return false,
        }
    }
    false
}

/// Where the adjoint of an argument is: a copy that was made for the pullback has that of what it is a
/// copy of.
pub(crate) fn bar_of<'p>(cx: &'p Context<'_>, call: &Call, at: &'p Place) -> &'p Place {
    match cx.func.snapshots.get(&at.mem) {
        Some(original)
            if at.path.is_empty()
                && matches!(
                    cx.func.mem(original.mem).origin,
                    Origin::Local | Origin::Exclusive(_)
                )
                && has_own_bar(cx, call, original, false) =>
        {
            original
        }
        _ => at,
    }
}

/// True if the place is the whole of a parameter that is a reference already.
pub(crate) fn is_reference(func: &Func, at: &Place) -> bool {
    at.path.is_empty()
        && matches!(
            func.mem(at.mem).origin,
            Origin::Shared(_) | Origin::Exclusive(_)
        )
}

/// The arguments of which the callee's parameter has to tell whether a copy is kept for its pullback: names of `&mut` references, which
/// it may only read, and constants that may be references and cannot be made once more in the reverse sweep.
pub(crate) fn kept(cx: &Context<'_>, call: &Call) -> Vec<usize> {
    let receivers = usize::from(call.form == Form::Method);
    let args = call.args.iter().enumerate();
    let kept = args.filter(|(k, arg)| {
        let lost = matches!(arg, Arg::Val(v) if *k >= receivers && is_lost(cx, *v));
        lost || call.handed_on.contains(k)
    });
    kept.map(|(k, _)| k).collect()
}

/// True for a constant, maybe a reference, that a test or a loop has chosen, or that a pattern takes out of one that is computed: what it
/// refers to, the closure cannot hold. (`&config` can be written once more.)
fn is_lost(cx: &Context<'_>, v: ValId) -> bool {
    let opaque = |v: ValId| matches!(cx.func.val(v).ty, Ty::Opaque);
    let is_part = |(_, of): &(Ident, Use)| match of {
        Use::Tree(tree) => {
            let mut part = false;
            tree.for_each_val(&mut |v| {
                part |= opaque(v) && !matches!(cx.layout.op(v), Some(Op::Param(_)));
            });
            part
        }
        Use::Place(_) => false,
    };
    opaque(v)
        && match cx.layout.op(v) {
            Some(Op::Param(_)) => false,
            Some(Op::Opaque(code)) if code.tokens.to_string() == "None" => false,
            Some(Op::Opaque(code)) if code.pure => {
                let first = code.tokens.clone().into_iter().next();
                first.is_some_and(|first| first.to_string() == "match")
                    && code.uses.iter().any(is_part)
            }
            _ => true,
        }
}

/// True if the callee is to accumulate into a bar for the argument.
pub(crate) fn is_varied(cx: &Context<'_>, arg: &Arg) -> bool {
    match arg {
        Arg::Ref(true, at) => holds_reals(&cx.func.mem(at.mem).ty),
        Arg::RefVal(v, Some(_)) => cx.func.is_real(*v),
        Arg::Ref(false, at) if cx.func.is_constant_part(at) => false,
        arg => cx.facts.varied_arg(arg),
    }
}

/// Which of the functions that stand beside a callee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    Forward,
    Tangent,
}

impl Entry {
    /// The name in the companion of a free function.
    fn base(self) -> &'static str {
        match self {
            Entry::Forward => "__forward",
            Entry::Tangent => "__tangent",
        }
    }
}

/// A call of the function itself.
pub(crate) fn primal(call: &Call, args: Vec<Expr>) -> Expr {
    let (path, generics) = (&call.path, &call.generics);
    let function = match generics.is_empty() {
        true => quote!(#path),
        false => quote!(#path::#generics),
    };
    let mut args = args;
    match (call.form, args.is_empty()) {
        (Form::Method, false) => {
            let receiver = Expr::place_of(args.remove(0));
            Expr::Invoke(Box::new(receiver), function, args)
        }
        _ => Expr::call(function, args),
    }
}

/// A call of one of the functions beside the callee, with `leading` in front of the arguments; a
/// receiver comes before all.
pub(crate) fn invoke(
    cx: &Context<'_>,
    call: &Call,
    entry: Entry,
    leading: Vec<Expr>,
    args: Vec<Expr>,
) -> Expr {
    let mut args = args;
    let function = self::entry(cx, call, entry);
    let with = |args: Vec<Expr>| leading.into_iter().chain(args).collect();
    if call.form == Form::Method && !args.is_empty() {
        let receiver = Expr::place_of(args.remove(0));
        return Expr::Invoke(Box::new(receiver), function, with(args));
    }
    Expr::call(function, with(args))
}

/// Path to a function beside the callee.
fn entry(cx: &Context<'_>, call: &Call, entry: Entry) -> TokenStream {
    let function = match call.form {
        Form::Companion if call.recursive => return cx.names.naming.path(entry.base()),
        Form::Companion => {
            let name = proc_macro2::Ident::new(entry.base(), proc_macro2::Span::call_site());
            let path = companion::alias(cx.names.companions.of(&call.path));
            quote!(#path::#name)
        }
        Form::Associated | Form::Method => {
            let exclusive = matches!(call.args.first(), Some(Arg::Ref(true, _)));
            let in_place = call.form == Form::Method && exclusive;
            companion::sibling(&call.path, entry.base(), in_place)
        }
    };
    if call.generics.is_empty() {
        return function;
    }
    let inside = inner_generics(&call.generics);
    match entry {
        Entry::Forward => {
            let inferred = call.args.iter().map(|_| quote!(_));
            quote!(#function::<#inside, _, #(#inferred),*>)
        }
        Entry::Tangent => quote!(#function::<#inside, _, _, _>),
    }
}

/// `<3>` → `3`.
fn inner_generics(generics: &TokenStream) -> TokenStream {
    let trees: Vec<_> = generics.clone().into_iter().collect();
    match trees.as_slice() {
        [open, middle @ .., close] if open.to_string() == "<" && close.to_string() == ">" => {
            middle.iter().cloned().collect()
        }
        all => all.iter().cloned().collect(),
    }
}

/// The pattern that binds what a call gives.
pub(crate) fn pattern(func: &Func, tree: &Tree) -> TokenStream {
    match tree {
        Tree::Val(v) => {
            let name = &func.val(*v).name;
            quote!(#name)
        }
        Tree::Mem(m) => {
            let name = &func.mem(*m).name;
            quote!(mut #name)
        }
        // What nobody asks for may be anything.
        Tree::Tuple(parts) if parts.is_empty() => quote!(_),
        Tree::Tuple(parts) => {
            let parts = parts.iter().map(|p| pattern(func, p));
            quote!((#(#parts,)*))
        }
    }
}

/// The type of what a call gives; `_` where the compiler does not know it.
pub(crate) fn type_of(func: &Func, tree: &Tree) -> TokenStream {
    match tree {
        Tree::Val(v) => match &func.val(*v).ty {
            ty @ (Ty::Real(_) | Ty::Bool) => ty_tokens(ty),
            _ => quote!(_),
        },
        Tree::Mem(m) => ty_tokens(&func.mem(*m).ty),
        Tree::Tuple(parts) if parts.is_empty() => quote!(_),
        Tree::Tuple(parts) => {
            let parts = parts.iter().map(|p| type_of(func, p));
            quote!((#(#parts,)*))
        }
    }
}

/// The adjoint or the tangent of a value that is no number: that of an integer says so, an error has none.
pub(crate) fn without_numbers(ty: &Ty, rt: &TokenStream) -> Expr {
    match ty {
        Ty::Int | Ty::Bool => Expr::Raw(quote!(#rt::ConstantField)),
        _ => Expr::Raw(quote!(())),
    }
}

/// True for an integer or a truth value: a list of such has no adjoint and no tangent, wherever it stands.
pub(crate) fn is_integer(func: &Func, init: &Init) -> bool {
    matches!(init, Init::Val(v) if matches!(func.val(*v).ty, Ty::Int | Ty::Bool))
}

/// The adjoint of what nobody uses: zero, whatever it is.
pub(crate) fn unused(rt: &TokenStream) -> Expr {
    Expr::Raw(quote!(#rt::unused()))
}

/// A call whose value nobody uses; `#[must_use]` is not for emitted code.
pub(crate) fn dropped(call: Expr) -> Stmt {
    Stmt::Bind {
        pattern: quote!(_),
        init: call,
    }
}

/// The parts of what the function itself gives, where that is an `Option` or `Result`.
pub(crate) fn parted(cx: &Context<'_>, call: &Call, value: Expr) -> Expr {
    let rt = &cx.names.rt;
    match call.outcome {
        true => Expr::call(quote!(#rt::parted), vec![value]),
        false => value,
    }
}

/// True if the place is a slice: its zeros are a `Vec`. What is only known to be indexed may be an
/// array, which the callee may ask for.
pub(crate) fn is_unsized(cx: &Context<'_>, at: &Place) -> bool {
    use crate::compiler::ssa::Proj;
    let slice = matches!(cx.func.mem(at.mem).ty, Ty::Slice(_) | Ty::Vec(_));
    matches!(at.path.last(), Some(Proj::Range { .. })) || (at.path.is_empty() && slice)
}
