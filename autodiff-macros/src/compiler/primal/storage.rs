//! Statements that make and change arrays.
//!
//! In: an allocation, a push, a copy, and for each value and memory in it the expression that stands for it: the primal itself,
//! or, for the same array of tangents, its tangent. Out: the statement.

use proc_macro2::TokenStream;
use quote::quote;

use super::{known_ty, place, zeros};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::emit::holds_struct;
use crate::compiler::hir::{Member, Ty};
use crate::compiler::ssa::{Func, Init, MemId, Origin, Place, Proj, StoreOp, ValId};

/// `let mut a = …;`
pub(crate) fn alloc(
    func: &Func,
    rt: &TokenStream,
    m: MemId,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
    mem: &dyn Fn(MemId) -> Expr,
) -> Stmt {
    let info = func.mem(m);
    if let Some(init) = of_lanes(func, rt, m, init, val) {
        return Stmt::Let {
            name: info.name.clone(),
            mutable: true,
            ty: None,
            init: Some(init),
        };
    }
    let init = match init {
        Init::Unset => None,
        Init::Blank if holds_struct(&info.ty) && !matches!(info.ty, Ty::Vec(_)) => {
            let known = match &info.ty {
                Ty::Struct(of) => of.path.as_ref().map(|path| quote!(::<#path>)),
                _ => None,
            };
            Some(Expr::call(quote!(#rt::blank #known), Vec::new()))
        }
        Init::Lengths(at) => {
            let of = Expr::borrow(false, place(at, mem(at.mem)));
            Some(Expr::call(quote!(#rt::lengths_of), vec![of]))
        }
        init => Some(init_expr(func, &info.ty, init, val, mem)),
    };
    Stmt::Let {
        name: info.name.clone(),
        mutable: true,
        ty: known_ty(&info.ty),
        init,
    }
}

/// The storage of iterations that run side by side, or of their adjoints.
pub(crate) fn of_lanes(
    func: &Func,
    rt: &TokenStream,
    m: MemId,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
) -> Option<Expr> {
    func.strips.private.get(&m)?;
    let Init::Repeat(first, len) = init else {
        return None;
    };
    let Init::Val(first) = **first else {
        return None;
    };
    Some(match &func.mem(m).ty {
        Ty::Array(..) => Expr::call(quote!(#rt::lanes), vec![val(first)]),
        _ => Expr::call(quote!(#rt::rows), vec![val(first), val(*len)]),
    })
}

/// The expression that makes an array or vector.
pub(crate) fn init_expr(
    func: &Func,
    ty: &Ty,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
    mem: &dyn Fn(MemId) -> Expr,
) -> Expr {
    let inner_ty = match ty {
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Seq(inner) => (**inner).clone(),
        _ => Ty::Opaque,
    };
    let is_vec = !matches!(ty, Ty::Array(..));
    match init {
        Init::Val(v) => val(*v),
        Init::Repeat(inner, len) => {
            let len = match ty {
                Ty::Array(_, len) => Expr::Raw(len.clone()),
                _ => Expr::Val(*len),
            };
            Expr::Repeat(
                is_vec,
                Box::new(init_expr(func, &inner_ty, inner, val, mem)),
                Box::new(len),
            )
        }
        Init::List(parts) => {
            let parts = parts
                .iter()
                .map(|p| init_expr(func, &inner_ty, p, val, mem))
                .collect();
            if is_vec {
                Expr::Vec(parts)
            } else {
                Expr::List(parts)
            }
        }
        Init::Tuple(parts) => {
            let types: Vec<Ty> = match ty {
                Ty::Tuple(types) => types.clone(),
                _ => vec![Ty::Opaque; parts.len()],
            };
            Expr::Tuple(
                parts
                    .iter()
                    .zip(&types)
                    .map(|(p, t)| init_expr(func, t, p, val, mem))
                    .collect(),
            )
        }
        Init::Struct { path, fields, base } => {
            let field = |(name, part): &(Member, Init)| {
                let ty = field_ty(ty, name);
                (name.clone(), init_expr(func, &ty, part, val, mem))
            };
            let fields = fields.iter().map(field).collect();
            let base = base.as_ref().map(|at| {
                let from = place(at, mem(at.mem));
                Box::new(Expr::method(from, "clone", Vec::new()))
            });
            Expr::Struct(path.clone(), fields, base)
        }
        Init::Clone(at) => {
            let from = place(at, mem(at.mem));
            let slice = matches!(at.path.last(), Some(Proj::Range { .. }))
                || (at.path.is_empty() && matches!(func.mem(at.mem).ty, Ty::Slice(_)));
            let owned_vec = matches!(ty, Ty::Vec(_));
            match (slice || owned_vec, matches!(ty, Ty::Array(..))) {
                (_, true) => match func.mem(at.mem).origin {
                    Origin::Local | Origin::Owned(_) => Expr::method(from, "clone", Vec::new()),
                    _ if at.path.is_empty() => {
                        Expr::method(Expr::Deref(Box::new(from)), "clone", Vec::new())
                    }
                    _ => Expr::method(from, "clone", Vec::new()),
                },
                (true, false) => Expr::method(from, "to_vec", Vec::new()),
                _ => Expr::method(from, "clone", Vec::new()),
            }
        }
        // What `alloc` makes is no part of anything.
        Init::Lengths(_) | Init::Blank | Init::Unset => {
            blank(ty).unwrap_or_else(|| Expr::Raw(quote!(::std::vec::Vec::new())))
        }
    }
}

/// Something that is assigned before it is read, where its size is part of the type.
fn blank(ty: &Ty) -> Option<Expr> {
    fn element(ty: &Ty) -> Option<Expr> {
        match ty {
            Ty::Int => Some(Expr::Raw(quote!(0))),
            Ty::Bool => Some(Expr::Raw(quote!(false))),
            ty => blank(ty),
        }
    }
    match ty {
        Ty::Array(inner, len) => {
            let len = Box::new(Expr::Raw(len.clone()));
            Some(Expr::Repeat(false, Box::new(element(inner)?), len))
        }
        ty => zeros(ty),
    }
}

/// The type of a field of a struct, as far as it is known.
fn field_ty(ty: &Ty, name: &Member) -> Ty {
    let Ty::Struct(of) = ty else {
        return Ty::Opaque;
    };
    let mut fields = of.fields.iter();
    fields
        .find(|(known, _)| known == name)
        .map_or(Ty::Opaque, |(_, ty)| ty.clone())
}

/// `a.push(…);`
pub(crate) fn push(
    func: &Func,
    at: &Place,
    base: Expr,
    init: &Init,
    val: &dyn Fn(ValId) -> Expr,
    mem: &dyn Fn(MemId) -> Expr,
) -> Stmt {
    let inner = match &func.mem(at.mem).ty {
        Ty::Vec(inner) | Ty::Seq(inner) => (**inner).clone(),
        _ => Ty::Opaque,
    };
    Stmt::Expr(Expr::method(
        place(at, base),
        "push",
        vec![init_expr(func, &inner, init, val, mem)],
    ))
}

/// `shorten(&mut list, n);` for a list that becomes its own start, `start`.
pub(crate) fn shortened(rt: &TokenStream, list: Expr, start: &Place) -> Option<Stmt> {
    let Some(Proj::Range { hi: Some(len), .. }) = start.path.last() else {
        return None;
    };
    let args = vec![Expr::borrow(true, list), Expr::Val(*len)];
    Some(Stmt::Expr(Expr::call(quote!(#rt::shorten), args)))
}

/// Copies a whole array or vector.
pub(crate) fn copy(func: &Func, rt: &TokenStream, dst: &Place, src: &Place) -> Stmt {
    let to = place(dst, Expr::Mem(dst.mem));
    if src.is_start_of(dst)
        && let Some(shortened) = shortened(rt, to.clone(), src)
    {
        return shortened;
    }
    let to = match (dst.path.is_empty(), func.mem(dst.mem).origin) {
        (true, Origin::Exclusive(_)) => Expr::Deref(Box::new(to)),
        _ => to,
    };
    let from = place(src, Expr::Mem(src.mem));
    Stmt::Assign {
        place: to,
        op: "=",
        value: Expr::method(from, "clone", Vec::new()),
    }
}

/// `::core::mem::swap(&mut a, &mut b);`
pub(crate) fn swap(places: [Expr; 2]) -> Stmt {
    let args = places.map(|place| Expr::Ref(true, Box::new(place)));
    Stmt::Expr(Expr::call(quote!(::core::mem::swap), args.into()))
}

pub(crate) fn store_op(op: StoreOp) -> &'static str {
    match op {
        StoreOp::Set => "=",
        StoreOp::Add => "+=",
        StoreOp::Sub => "-=",
    }
}
