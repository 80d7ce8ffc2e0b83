//! What the memory behind `&mut` arguments holds in the end, kept for the reverse sweep.
//!
//! The caller may change it before the reverse sweep, which therefore finds in it nothing of what the function read. Elements that
//! loops read many times each, and that nobody stores to any more, are kept once:
//!
//! ```text
//! for i in 0..n { for j in 0..=i { for k in 0..j { s -= a[i][k] * a[j][k] } … } }     a: &mut [Vec<f64>]
//! last = clone a[..n]                                                                 and not two numbers per product
//! ```
//!
//! In: the SSA form. Out: the same form with such copies at its end. Which of them the reverse sweep reads is for `adjoint/needs/`
//! to say; the others are not made.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::analyse::layout::{Extent, Layout};
use super::hir::{Marks, Ty};
use super::names::{self, Names};
use super::ssa::{
    Func, Init, List, Mem, MemId, Op, Origin, Proj, Stmt, StmtKind, Tree, Use, Val, ValId, Verbatim,
};

/// Inserts the copies, if there is something to copy.
pub(crate) fn run(
    func: &Func,
    layout: &Layout<'_>,
    names: &mut Names,
    rt: &TokenStream,
) -> Option<Func> {
    let lists = read_many_times(func, layout);
    if lists.is_empty() {
        return None;
    }
    let mut pass = Finals {
        func: func.clone(),
        names,
        rt,
    };
    for (list, extents) in lists {
        pass.keep(list, &extents);
    }
    Some(pass.func)
}

/// The lists behind `&mut` of which loops read elements, and how far into them.
fn read_many_times(func: &Func, layout: &Layout<'_>) -> BTreeMap<List, Vec<Extent>> {
    let mut lists: BTreeMap<List, Vec<Extent>> = BTreeMap::new();
    func.body.walk(&mut |s| {
        let StmtKind::Def(v, Op::Load(at) | Op::LoadIf(_, at)) = &s.kind else {
            return;
        };
        let (list, path) = at.in_list();
        let behind = matches!(func.mem(at.mem).origin, Origin::Exclusive(_));
        if !behind || !func.place_ty(&list.place()).is_some_and(|ty| is_list(&ty)) {
            return;
        }
        if let Some(extent) = layout.extent(*v, &list, path) {
            let extents = lists.entry(list).or_default();
            if !extents.contains(&extent) {
                extents.push(extent);
            }
        }
    });
    lists
}

/// True for lists of numbers, and lists of such.
fn is_list(ty: &Ty) -> bool {
    match ty {
        Ty::Vec(inner) | Ty::Slice(inner) | Ty::Array(inner, _) => {
            matches!(**inner, Ty::Real(_)) || is_list(inner)
        }
        _ => false,
    }
}

struct Finals<'a> {
    func: Func,
    names: &'a mut Names,
    rt: &'a TokenStream,
}

impl Finals<'_> {
    fn keep(&mut self, list: List, extents: &[Extent]) {
        let Some(ty) = self.func.place_ty(&list.place()) else {
            return;
        };
        let mut at = list.place();
        let parts: Option<Vec<_>> = extents.iter().map(|e| Some((e.last?, e.width))).collect();
        if let (Some(parts), Ty::Vec(_) | Ty::Slice(_)) = (parts, &ty) {
            let count = self.count(&list, &parts);
            at.path.push(Proj::Range {
                lo: None,
                hi: Some(count),
                inclusive: false,
            });
        }
        let copy = self.memory(
            &list,
            match ty {
                Ty::Slice(inner) => Ty::Vec(inner),
                ty => ty,
            },
        );
        self.push(StmtKind::Alloc(copy, Init::Clone(at)));
        self.func.finals.insert(list, copy);
    }

    /// How many elements are copied: as far as loops read, if there are so many.
    fn count(&mut self, list: &List, parts: &[((ValId, i64), Option<ValId>)]) -> ValId {
        let len = self.def(list, "len", Op::Len(list.place()));
        let mut uses = Vec::new();
        let mut name = |func: &Func, v: ValId| {
            let name = func.val(v).name.clone();
            uses.push((name.clone(), Use::Tree(Tree::Val(v))));
            name
        };
        let func = &self.func;
        let parts: Vec<TokenStream> = parts
            .iter()
            .map(|((last, by), width)| {
                let last = name(func, *last);
                let rows = match by + 1 {
                    0 => quote!(#last),
                    by => {
                        let by = proc_macro2::Literal::isize_unsuffixed(by as isize);
                        quote!(usize::saturating_add_signed(#last, #by))
                    }
                };
                match width {
                    None => quote!((#rows, 1)),
                    Some(width) => {
                        let width = name(func, *width);
                        quote!((#rows, #width))
                    }
                }
            })
            .collect();
        let (rt, len_name) = (self.rt, name(func, len));
        let code = Verbatim {
            tokens: quote!(#rt::as_far_as(#len_name, &[#(#parts),*])),
            uses,
            pure: true,
        };
        self.def(list, "read", Op::Opaque(code))
    }

    fn def(&mut self, list: &List, base: &str, op: Op) -> ValId {
        let original = self.func.mem(list.mem).name.clone();
        let name = self.name(list, base, &original);
        let id = ValId(u32::try_from(self.func.vals.len()).unwrap_or(u32::MAX));
        self.func.vals.push(Val {
            name,
            ty: Ty::Int,
            span: original.span(),
            source: TokenStream::new(),
            operands: Vec::new(),
            marks: Marks::default(),
        });
        self.push(StmtKind::Def(id, op));
        id
    }

    fn memory(&mut self, list: &List, ty: Ty) -> MemId {
        let original = self.func.mem(list.mem).name.clone();
        let name = self.name(list, "last", &original);
        let id = MemId(u32::try_from(self.func.mems.len()).unwrap_or(u32::MAX));
        self.func.mems.push(Mem {
            name,
            ty,
            origin: Origin::Local,
        });
        id
    }

    /// `a_last`, `self_data_last`
    fn name(&mut self, list: &List, what: &str, original: &Ident) -> Ident {
        let mut base = names::plain(original);
        for field in &list.fields {
            base = format!("{base}_{}", quote!(#field));
        }
        self.names.exact(&format!("{base}_{what}"), original.span())
    }

    fn push(&mut self, kind: StmtKind) {
        let span = self.func.name.span();
        self.func.body.stmts.push(Stmt { kind, span });
    }
}
