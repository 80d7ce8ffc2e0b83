//! Loops in fused loops that cannot run in strips themselves: pairs of bodies, the triangle of a kernel matrix.
//!
//! Such a loop is started over and over, so a strip has to pay for itself: its iterations have to be dear, and many. How many there
//! are at most is known before the outermost loop; where that is few, `__strips` hands over to `__fused`.
//!
//! ```text
//! for i in 0..n { for j in i + 1..n { e += 1.0 / (x[i] - x[j]).abs() } }      // at most n
//! ```

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Given, is_long_and_upwards};
use crate::compiler::hir::BinOp;
use crate::compiler::ssa::{
    Block, Init, Op, Origin, Place, Proj, Range, Stmt, StmtKind, Tree, ValId,
};

/// What an iteration has to cost: divisions and roots count as [`DEAR`], other arithmetic as 1. (Sums of two or three products
/// take longer in strips than one after the other.)
const WORTH: usize = 12;
const DEAR: usize = 8;

/// Iterations from which on a strip pays.
const FEW: usize = 24;

/// A loop around the one that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) counter: ValId,
    pub(super) range: &'a Range,
}

/// How many iterations the loop has at most, as an expression of the parameters, if it is worth strips.
pub(super) fn most(cx: Given<'_>, stmt: &Stmt, around: &[Around<'_>]) -> Option<TokenStream> {
    let StmtKind::For { range, body, .. } = &stmt.kind else {
        return None;
    };
    if !is_long_and_upwards(cx, range) || cost(cx, body)? < WORTH {
        return None;
    }
    let mut most = cx.layout.offset(range.hi).0;
    for loops in around.iter().rev() {
        if most == loops.counter {
            most = cx.layout.offset(loops.range.hi).0;
        }
    }
    size(cx, most)
}

/// `at most few`, where all of the loops are short.
pub(super) fn are_short(most: &[TokenStream]) -> TokenStream {
    let few = Literal::usize_unsuffixed(FEW);
    let short = most.iter().map(|most| quote!(#most < #few));
    quote!(#(#short)&&*)
}

/// What an iteration costs; `None` if functions are called in it that LLVM does not vectorise, or if it has loops.
fn cost(cx: Given<'_>, body: &Block) -> Option<usize> {
    let mut all = 0;
    for stmt in &body.stmts {
        all += match &stmt.kind {
            StmtKind::Def(_, op) if cx.layout.is_call(op) => return None,
            StmtKind::Def(v, op) if cx.func.is_real(*v) => match op {
                Op::Bin(BinOp::Div, ..) => DEAR,
                Op::Bin(..) | Op::Un(..) => 1,
                Op::Rule { weights, .. } if weights.is_empty() => DEAR,
                _ => 0,
            },
            StmtKind::If { then, els, .. } => cost(cx, then)? + cost(cx, els)?,
            StmtKind::For { .. } | StmtKind::While { .. } => return None,
            _ => 0,
        };
    }
    Some(all)
}

/// The integer in terms of what the function takes; of a list, how long it is at most. (Both bodies are right for every length.)
fn size(cx: Given<'_>, v: ValId) -> Option<TokenStream> {
    match cx.layout.op(v)? {
        Op::Lit(_) => {
            let number = Literal::i64_unsuffixed(cx.layout.literal(v)?);
            Some(quote!(#number))
        }
        Op::Len(at) => length(cx, at),
        Op::Param(_) => {
            let mut params = cx.func.params.iter();
            let name = &cx.func.val(v).name;
            params
                .any(|p| p.is_size && p.entry == Tree::Val(v))
                .then(|| quote!(#name))
        }
        Op::Bin(BinOp::Div, a, b) => {
            let (a, by) = (size(cx, *a)?, cx.layout.literal(*b)?);
            let number = Literal::u64_unsuffixed(u64::try_from(by).ok().filter(|by| *by > 0)?);
            Some(quote!((#a / #number)))
        }
        _ => None,
    }
}

/// The length of an argument, or of what is made of one element by element.
fn length(cx: Given<'_>, at: &Place) -> Option<TokenStream> {
    match at.path.as_slice() {
        [] => {}
        [Proj::Range { hi: Some(hi), .. }] => return size(cx, *hi),
        _ => return None,
    }
    let mem = cx.func.mem(at.mem);
    if mem.origin != Origin::Local {
        let name = &mem.name;
        return Some(quote!(#name.len()));
    }
    let (mut made, mut pushed) = (Vec::new(), Vec::new());
    cx.func.body.walk(&mut |s| match &s.kind {
        StmtKind::Alloc(m, init) if *m == at.mem => made.push(init),
        StmtKind::For { range, body, .. } => {
            let push =
                |s: &Stmt| matches!(&s.kind, StmtKind::Push { place, .. } if place.mem == at.mem);
            if body.stmts.iter().any(push) {
                pushed.push(range.hi);
            }
        }
        _ => {}
    });
    match (made.as_slice(), pushed.as_slice()) {
        ([Init::Repeat(_, len)], []) => size(cx, *len),
        ([Init::Clone(from)], []) => length(cx, from),
        ([_], [hi]) => size(cx, *hi),
        _ => None,
    }
}
