//! Loops fused with the adjoint 1: the temporaries that they fill, and their scaling.
//!
//! ```text
//! let x_unit = &mut vec![0.0; x.len()];
//! for i in 0..x.len() { let e = x[i].exp(); s += e; x_unit[i] += e; }
//! let s_bar = 1.0 / s;
//! add_scaled(x_bar, s_bar, x_unit);
//! ```

mod mirrored;

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Reverse, Start};
use crate::compiler::adjoint::{Fused, Rev, RevBlock, scatter};
use crate::compiler::analyse::loops::Loops;
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::primal::{ty_tokens, zeros};
use crate::compiler::real;
use crate::compiler::singular;
use crate::compiler::ssa::{Block, Carried, MemId, Origin, Stmt as Ssa, ValId};

/// In place of the adjoints of what stands outside of a loop.
#[derive(Debug, Default)]
pub(super) struct Temporaries {
    vals: Vec<(ValId, Ident)>,
    mems: Vec<(MemId, Ident)>,
    /// Those of scratch: nothing comes out of it, it is overwritten before it is read.
    scratch: BTreeSet<MemId>,
    /// Values to whose adjoint goes what the sum is, and whether with the other sign.
    mirrored: Vec<(ValId, bool)>,
}

impl Temporaries {
    fn replace(&self, e: &mut Expr) {
        let name = match e {
            Expr::Bar(v) => self.vals.iter().find(|(u, _)| u == v).map(|(_, t)| t),
            Expr::MemBar(m) => self.mems.iter().find(|(n, _)| n == m).map(|(_, t)| t),
            _ => None,
        };
        if let Some(name) = name {
            *e = Expr::Name(name.clone());
        }
    }

    fn replace_in(&self, stmts: &mut [Stmt]) {
        for stmt in stmts {
            stmt.walk_mut(&mut |e| self.replace(e));
        }
    }

    fn replace_in_block(&self, block: &mut RevBlock<'_>) {
        for stmt in &mut block.stmts {
            match stmt {
                Rev::Code(stmt) => stmt.walk_mut(&mut |e| self.replace(e)),
                Rev::If { then, els, .. } => {
                    self.replace_in_block(then);
                    self.replace_in_block(els);
                }
                Rev::Loop { body, .. } => self.replace_in_block(body),
                Rev::Pullback { args, .. } => {
                    for e in args {
                        e.walk_mut(&mut |e| self.replace(e));
                    }
                }
            }
        }
    }

    fn replace_in_fused(&self, fused: &mut Fused<'_>) {
        self.replace_in(&mut fused.before);
        self.replace_in_block(&mut fused.iteration);
        self.replace_in(&mut fused.after);
    }
}

impl<'a> Reverse<'a, '_> {
    /// Writes the reverse of the iterations with the adjoint 1 of the sum.
    pub(super) fn fuse_with_one(&mut self, stmt: &'a Ssa, id: LoopId, body: &'a Block) {
        let active = |c: &&Carried| self.cx.facts.active(c.out);
        let sums: Vec<&Carried> = stmt.kind.carried().iter().filter(active).collect();
        self.suppressed.extend(sums.iter().map(|c| c.phi));
        // What the iterations add to is not the adjoint, which does not exist yet.
        let touched = (self.touched.clone(), self.touched_mems.clone());
        let one = |c: &&Carried| {
            let ty = &self.cx.func.val(c.next).ty;
            (c.next, real::number(ty, quote!(1.0)))
        };
        let start = Start::Adjoints(sums.iter().map(one).collect());
        let mut iteration = self.block(body, start);
        (self.touched, self.touched_mems) = touched;
        let carries = scatter::carry(self.cx, stmt, &mut iteration.stmts, self.fresh);

        let outside = Loops::new(self.cx.func, self.cx.facts, self.cx.layout).outside(body);
        let mirrored = match sums.as_slice() {
            [sum] => mirrored::take(self.cx, sum, &mut iteration.stmts, &outside.vals),
            _ => Vec::new(),
        };
        let vals = outside.vals.into_iter();
        let filled = vals.filter(|v| mirrored.iter().all(|(u, _)| u != v));
        let (mut temporaries, mut before) = self.temporaries(id, filled, outside.mems);
        temporaries.mirrored = mirrored;
        before.extend(carries.before);
        let mut fused = Fused {
            before,
            iteration,
            after: carries.after,
        };
        temporaries.replace_in_fused(&mut fused);
        let inside = self.cx.layout.id_of(body);
        for (l, inner) in &mut self.fused {
            if self.cx.layout.contains(inside, self.cx.layout.body_of(*l)) {
                temporaries.replace_in_fused(inner);
            }
        }
        self.fused.insert(id, fused);
        self.units.insert(id, temporaries);
    }

    /// Temporaries for what the body reads from outside, and their declarations.
    fn temporaries(
        &mut self,
        id: LoopId,
        vals: impl Iterator<Item = ValId>,
        mems: BTreeSet<MemId>,
    ) -> (Temporaries, Vec<Stmt>) {
        let cx = self.cx;
        let loops = Loops::new(cx.func, cx.facts, cx.layout);
        let mut made = Temporaries::default();
        let mut stmts = Vec::new();
        for v in vals {
            let name = self.temporary(&cx.func.val(v).name);
            stmts.push(Stmt::Let {
                name: name.clone(),
                mutable: true,
                ty: Some(ty_tokens(&cx.func.val(v).ty)),
                init: Some(self.zero(v)),
            });
            made.vals.push((v, name));
        }
        for m in mems {
            // A copy that a loop under `#[checkpoint]` reads adds to the adjoint of the original, as does what reads that.
            let of = cx.func.fixed.get(&m).copied().unwrap_or(m);
            if made.mems.iter().any(|(made, _)| *made == of) {
                continue;
            }
            let name = self.temporary(&cx.func.mem(of).name);
            stmts.push(self.declare_temporary(of, m, &name));
            made.mems.push((of, name));
            if loops.is_scratch_of(m, id) {
                made.scratch.insert(of);
            }
        }
        (made, stmts)
    }

    fn temporary(&mut self, of: &Ident) -> Ident {
        let base = format!("{}_unit", crate::compiler::names::plain(of));
        let name = self.fresh.exact(&base, of.span());
        let mut all = self.cx.temporaries.borrow_mut();
        all.insert(name.to_string());
        name
    }

    /// Zeros of the type that the adjoint of `of` has, owned, or behind a reference for parameters; as many as `m` has elements.
    fn declare_temporary(&mut self, of: MemId, m: MemId, name: &Ident) -> Stmt {
        let mem = self.cx.func.mem(of);
        let (ty, element, rt) = (&mem.ty, element(&mem.ty), self.rt());
        let reference: Option<TokenStream> = match (&mem.origin, ty) {
            (Origin::Local, _) => None,
            (_, Ty::Array(_, len)) => Some(quote!(&mut [#element; #len])),
            _ => Some(quote!(&mut [#element])),
        };
        let length = Expr::method(Expr::Mem(m), "len", Vec::new());
        let zeros = match ty {
            Ty::Array(..) => zeros(ty),
            Ty::Slice(inner) | Ty::Vec(inner) => {
                zeros(inner).map(|zero| Expr::Repeat(true, Box::new(zero), Box::new(length)))
            }
            _ => None,
        };
        let zeros = zeros.unwrap_or_else(|| {
            let like = Expr::Ref(false, Box::new(Expr::Mem(m)));
            Expr::call(quote!(#rt::zero_like), vec![like])
        });
        self.cx
            .buffers
            .borrow_mut()
            .insert(name.to_string(), element);
        Stmt::Let {
            name: name.clone(),
            mutable: reference.is_none(),
            init: Some(match reference {
                None => zeros,
                Some(_) => Expr::Ref(true, Box::new(zeros)),
            }),
            ty: reference,
        }
    }

    /// Adds what a loop with the adjoint 1 has filled, times the adjoint of its sum.
    pub(super) fn scale(&mut self, id: LoopId, sum: ValId, out: &mut Vec<Rev<'a>>) {
        let temporaries = self.units.remove(&id).unwrap_or_default();
        let rt = self.rt();
        for (m, name) in temporaries.mems {
            if temporaries.scratch.contains(&m) {
                continue;
            }
            let bar = self.mem_bar(m);
            let whole = Expr::Range(None, None, false);
            let from = Expr::index(Expr::Name(name), whole);
            let args = vec![
                Expr::borrow(true, self.whole_bar(m, bar)),
                Expr::Bar(sum),
                Expr::Ref(false, Box::new(from)),
            ];
            let add = Expr::call(quote!(#rt::add_scaled), args);
            out.push(Rev::Code(Stmt::Expr(add)));
        }
        for (v, name) in temporaries.vals {
            let product = Expr::mul(Expr::Bar(sum), Expr::Name(name));
            let product = singular::unless_zero(&Expr::Bar(sum), product);
            self.contribute(v, product, out);
        }
        for (v, negative) in temporaries.mirrored {
            let product = Expr::mul(Expr::Bar(sum), Expr::Val(sum));
            let product = singular::unless_zero(&Expr::Bar(sum), product);
            self.contribute(
                v,
                if negative {
                    Expr::neg(product)
                } else {
                    product
                },
                out,
            );
        }
    }
}

/// The type of the numbers in a list.
fn element(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) => ty_tokens(inner),
        ty => ty_tokens(ty),
    }
}
