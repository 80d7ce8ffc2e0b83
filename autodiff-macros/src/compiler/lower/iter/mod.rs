//! Iterator chains as loops.
//!
//! In: `for pat in chain { … }`, and chains that are consumed for a value. Out: counted loops over
//! indices, with what the adapters do written inside of them.
//!
//! ```text
//! for (i, &v) in w.iter().enumerate() { s += v * x[i]; }
//! →  for i in 0..len(w) { let i2 = i; let v = w[i]; s += v * x[i2] }
//! w.iter().zip(x).map(|(a, b)| a * b).sum::<f64>()
//! →  let mut sum = -0.0; for i in 0..min(len(w), len(x)) { alias a = w[i]; alias b = x[i]; sum += a * b }; sum
//! ```
//!
//! `chain` reads the expression into a [`Chain`], `seq` counts and indexes those chains that can be
//! indexed, `drive` writes the loops of all, `consume` and `collect` what is done with the items.
//! An adapter that may skip items (`filter`) counts what is behind it.

mod apply;
mod array;
mod begun;
mod chain;
mod code;
mod collect;
mod consume;
mod drive;
mod item;
mod optional;
mod order;
mod outcomes;
mod pure;
mod seq;

pub(crate) use self::array::maps;
pub(super) use self::begun::Named;
pub(super) use self::item::Item;

use proc_macro2::Span;

use super::closure::Callable;
use crate::compiler::hir::{Expr, Place, Range, Ty, VarId};

/// An iterator, with its sources already looked up.
#[derive(Clone)]
pub(super) enum Chain {
    /// `a..b`, perhaps reversed or stepped.
    Range(Range),
    /// `a..`
    From(Expr),
    /// The elements of an array, slice or vector.
    Elements(Elements),
    /// The elements of a constant: its tokens, its length, the type of the elements.
    Table(Table),
    /// `chunks(n)` and its kin.
    Parts(Elements, Cut, Expr),
    /// The same item for ever.
    Repeat(Item),
    /// One item.
    Once(Item),
    /// No item.
    Empty(Ty),
    Zip(Box<Chain>, Box<Chain>, Span),
    Enumerate(Box<Chain>),
    /// With the number of items.
    Rev(Box<Chain>, Expr),
    Skip(Box<Chain>, Expr),
    Take(Box<Chain>, Expr),
    StepBy(Box<Chain>, Expr),
    /// With the number of items of one round.
    Cycle(Box<Chain>, Expr),
    Copied(Box<Chain>),
    Map(Box<Chain>, Callable),
    Filter(Box<Chain>, Callable),
    /// `filter_map`; `map_while` if it ends at the first `None`.
    FilterMap(Box<Chain>, Callable, bool),
    /// `flat_map`; without a closure `flatten`.
    Flat(Box<Chain>, Option<Callable>),
    /// `a.chain(b)`
    Then(Box<Chain>, Box<Chain>),
    Scan(Box<Chain>, VarId, Callable),
    TakeWhile(Box<Chain>, Callable),
    SkipWhile(Box<Chain>, Callable),
}

/// Something indexed, the type of its elements, and how they are given.
#[derive(Clone)]
pub(super) struct Elements {
    of: VarId,
    inner: Ty,
    by: By,
    /// Where they begin and how many they are, if they are a piece of `of`.
    piece: Option<(Expr, Expr)>,
}

/// What `chunks` and its kin cut out: the elements of `of` from `lo` on.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    of: VarId,
    inner: Ty,
    lo: Expr,
    len: Expr,
}

/// How the elements of a source are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Shared,
    Exclusive,
    Value,
}

/// A constant whose elements are read by index.
#[derive(Clone)]
pub(super) struct Table {
    value: Expr,
    tokens: proc_macro2::TokenStream,
    inner: Ty,
    /// Collected into a vector, whose elements may be references.
    owned: bool,
    /// Its elements are given as references.
    borrowed: bool,
}

/// How a slice is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Chunks,
    Exact,
    /// The same from the end.
    RChunks,
    RExact,
    Windows,
}

impl Chain {
    /// True if the item at an index can be told, and running through the indices is running through
    /// the iterator. A closure under `skip` runs for what is skipped, too.
    fn is_indexed(&self) -> bool {
        match self {
            Chain::Range(_)
            | Chain::From(_)
            | Chain::Elements(_)
            | Chain::Table(_)
            | Chain::Parts(..)
            | Chain::Repeat(_)
            | Chain::Once(_)
            | Chain::Empty(_) => true,
            Chain::Zip(a, b, _) => a.is_indexed() && b.is_indexed(),
            Chain::Enumerate(of)
            | Chain::Rev(of, _)
            | Chain::Take(of, _)
            | Chain::Copied(of)
            | Chain::Map(of, _) => of.is_indexed(),
            Chain::Skip(of, _) | Chain::StepBy(of, _) | Chain::Cycle(of, _) => {
                of.is_indexed() && !of.has_closure()
            }
            _ => false,
        }
    }

    /// True if a closure of the user's runs when the iterator moves on.
    fn has_closure(&self) -> bool {
        match self {
            Chain::Range(_)
            | Chain::From(_)
            | Chain::Elements(_)
            | Chain::Table(_)
            | Chain::Parts(..)
            | Chain::Repeat(_)
            | Chain::Once(_)
            | Chain::Empty(_) => false,
            Chain::Zip(a, b, _) | Chain::Then(a, b) => a.has_closure() || b.has_closure(),
            Chain::Enumerate(of)
            | Chain::Rev(of, _)
            | Chain::Take(of, _)
            | Chain::Skip(of, _)
            | Chain::StepBy(of, _)
            | Chain::Cycle(of, _)
            | Chain::Copied(of)
            | Chain::Flat(of, None) => of.has_closure(),
            _ => true,
        }
    }

    /// True if it is one loop, which `break` ends and `continue` continues.
    fn is_single(&self) -> bool {
        match self {
            Chain::Flat(..) | Chain::Then(..) => false,
            Chain::Zip(a, b, _) => self.is_indexed() || (a.is_single() && b.is_single()),
            Chain::Enumerate(of)
            | Chain::Rev(of, _)
            | Chain::Take(of, _)
            | Chain::Skip(of, _)
            | Chain::StepBy(of, _)
            | Chain::Cycle(of, _)
            | Chain::Copied(of)
            | Chain::Map(of, _)
            | Chain::Filter(of, _)
            | Chain::FilterMap(of, ..)
            | Chain::Scan(of, ..)
            | Chain::TakeWhile(of, _)
            | Chain::SkipWhile(of, _) => of.is_single(),
            _ => true,
        }
    }
}

/// The place of one element.
fn element(of: Place, at: Expr, inner: &Ty) -> Place {
    let mut place = of;
    place.path.push(crate::compiler::hir::Proj::Index(at));
    place.ty = inner.clone();
    place
}
