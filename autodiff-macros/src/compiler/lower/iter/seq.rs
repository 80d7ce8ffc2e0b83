//! Chains that can be indexed: how many items there are, and the item at an index.

use proc_macro2::Span;
use quote::{ToTokens, quote};

use super::{By, Chain, Cut, Elements, Item, Table, element};
use crate::compiler::hir::{BinOp, Expr, ExprKind, Place, Proj, Range, Stmt, Ty, VarId};
use crate::compiler::lower::Lower;

/// Where the item is taken from.
pub(super) struct At<'c> {
    /// The index.
    pub(super) index: Expr,
    /// Ranges that are run through beside the index, each with its counter.
    pub(super) counters: &'c [(usize, VarId)],
    /// How many ranges were met.
    pub(super) met: usize,
    pub(super) span: Span,
}

impl Lower<'_> {
    /// The number of items; `None` if they never end.
    pub(super) fn count_of(
        &mut self,
        chain: &Chain,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<Expr> {
        match chain {
            Chain::Range(range) => Some(self.range_length(range, span, out)),
            Chain::From(_) | Chain::Repeat(_) => None,
            Chain::Elements(Elements {
                piece: Some((_, len)),
                ..
            }) => Some(len.clone()),
            Chain::Elements(elements) => Some(self.length_of(elements.of, span)),
            Chain::Table(table) => Some(self.table_length(table, span, out)),
            Chain::Parts(elements, cut, size) => {
                let len = self.length_of(elements.of, span);
                let size = size.clone();
                Some(match cut {
                    Cut::Exact | Cut::RExact => self.int(BinOp::Div, len, size, span),
                    Cut::Chunks | Cut::RChunks => self.divided_up(len, size, span, out),
                    Cut::Windows => {
                        let one = self.number(1, span);
                        let ends = self.int(BinOp::Add, len, one, span);
                        self.minus(ends, size, span, out)
                    }
                })
            }
            Chain::Once(_) => Some(self.number(1, span)),
            Chain::Empty(_) => Some(self.number(0, span)),
            Chain::Zip(a, b, _) => {
                if self.same_length(a, b) {
                    return self.count_of(a, span, out);
                }
                match (self.count_of(a, span, out), self.count_of(b, span, out)) {
                    (Some(a), Some(b)) => Some(self.smaller(a, b, span, out)),
                    (a, b) => a.or(b),
                }
            }
            Chain::Skip(of, count) => {
                let len = self.count_of(of, span, out)?;
                Some(self.minus(len, count.clone(), span, out))
            }
            Chain::Take(of, count) => match self.count_of(of, span, out) {
                Some(len) => Some(self.smaller(len, count.clone(), span, out)),
                None => Some(count.clone()),
            },
            Chain::StepBy(of, step) => {
                let len = self.count_of(of, span, out)?;
                Some(self.divided_up(len, step.clone(), span, out))
            }
            Chain::Cycle(_, len) => {
                // Of nothing nothing, else for ever.
                let krate = self.options.krate.clone();
                Some(self.int_code(vec![len.clone()], span, out, |parts| {
                    let len = &parts[0];
                    quote!(if #len == 0 { 0 } else { #krate::__private::core::primitive::usize::MAX })
                }))
            }
            Chain::Rev(_, len) => Some(len.clone()),
            Chain::Enumerate(of) | Chain::Copied(of) | Chain::Map(of, _) => {
                self.count_of(of, span, out)
            }
            _ => None,
        }
    }

    /// True if two chains have as many items by their types alone.
    fn same_length(&self, a: &Chain, b: &Chain) -> bool {
        let known = |chain: &Chain| {
            let elements = source_of(chain).filter(|elements| elements.piece.is_none())?;
            match self.infer.strip(&self.var(elements.of).ty) {
                Ty::Array(_, len) => Some(len.to_string()),
                _ => None,
            }
        };
        let same = match (source_of(a), source_of(b)) {
            (Some(a), Some(b)) => a.of == b.of && a.piece.is_none() && b.piece.is_none(),
            _ => false,
        };
        same || known(a).zip(known(b)).is_some_and(|(a, b)| a == b)
    }

    /// The count of a range of whatever integers.
    fn range_length(&mut self, range: &Range, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let (lo, hi) = (range.lo.clone(), range.hi.clone());
        let from_zero = super::code::literal(&lo).as_deref() == Some("0");
        let len = if from_zero && !range.inclusive && self.is_usize(&hi) {
            hi
        } else {
            let krate = self.options.krate.clone();
            let inclusive = range.inclusive;
            self.int_code(vec![lo, hi], span, out, |parts| {
                let (lo, hi) = (&parts[0], &parts[1]);
                let range = match inclusive {
                    true => quote!(#lo..=#hi),
                    false => quote!(#lo..#hi),
                };
                quote!(#krate::__private::core::iter::Iterator::count(#range))
            })
        };
        match &range.step {
            Some(step) => self.divided_up(len, step.clone(), span, out),
            None => len,
        }
    }

    fn table_length(&mut self, table: &Table, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let parts = vec![(table.value.clone(), table.tokens.clone())];
        let len = self.compose(parts, true, Ty::Int, span, |parts| {
            let table = &parts[0];
            quote!(#table.len())
        });
        super::super::value::flatten(len, out)
    }

    /// The item at an index.
    pub(super) fn item_of(&mut self, chain: &Chain, at: &mut At<'_>, out: &mut Vec<Stmt>) -> Item {
        let span = at.span;
        match chain {
            Chain::Range(range) => {
                at.met += 1;
                let counter = at.counters.iter().find(|(met, _)| *met == at.met);
                match counter.map(|(_, var)| *var) {
                    Some(var) => Item::value(self.read_var(var, span)),
                    None => Item::value(self.of_range(range, at.index.clone(), span, out)),
                }
            }
            Chain::From(lo) => {
                at.met += 1;
                let counter = at.counters.iter().find(|(met, _)| *met == at.met);
                match counter.map(|(_, var)| *var) {
                    Some(var) => Item::value(self.read_var(var, span)),
                    None => Item::value(self.counted_from(lo, None, at.index.clone(), span, out)),
                }
            }
            Chain::Elements(elements) => self.element_item(elements, at.index.clone(), span),
            Chain::Table(table) => Item::value(self.table_item(table, at.index.clone(), span, out)),
            Chain::Parts(elements, cut, size) => self.piece(elements, *cut, size, at, out),
            Chain::Repeat(item) | Chain::Once(item) => item.clone(),
            Chain::Empty(ty) => {
                let ty = ty.clone();
                Item::value(self.make(ExprKind::Tuple(Vec::new()), ty, span))
            }
            Chain::Zip(a, b, at_zip) => {
                let before = out.len();
                let first = self.item_of(a, at, out);
                if a.has_closure() && !self.same_length(a, b) {
                    self.check_pure(&out[before..], &first, *at_zip);
                }
                let mut between = Vec::new();
                let second = self.item_of(b, at, &mut between);
                // What stands left is computed first.
                let first = match between.is_empty() {
                    true => first,
                    false => self.settle_in_place(first, out),
                };
                out.append(&mut between);
                Item::Tuple(vec![first, second])
            }
            Chain::Enumerate(of) => {
                let index = Item::value(at.index.clone());
                Item::Tuple(vec![index, self.item_of(of, at, out)])
            }
            Chain::Rev(of, len) => {
                let one = self.number(1, span);
                let last = self.int(BinOp::Sub, len.clone(), one, span);
                let index = self.int(BinOp::Sub, last, at.index.clone(), span);
                self.item_at(of, index, at, out)
            }
            Chain::Skip(of, count) => {
                let index = self.int(BinOp::Add, at.index.clone(), count.clone(), span);
                self.item_at(of, index, at, out)
            }
            Chain::StepBy(of, step) => {
                let index = self.int(BinOp::Mul, at.index.clone(), step.clone(), span);
                self.item_at(of, index, at, out)
            }
            Chain::Cycle(of, len) => {
                let index = self.int(BinOp::Rem, at.index.clone(), len.clone(), span);
                self.item_at(of, index, at, out)
            }
            Chain::Take(of, _) => self.item_of(of, at, out),
            Chain::Copied(of) => {
                let item = self.item_of(of, at, out);
                self.copied(item, span)
            }
            Chain::Map(of, f) => {
                let item = self.item_of(of, at, out);
                self.mapped(f, item, out)
            }
            _ => Item::Tuple(Vec::new()),
        }
    }

    fn item_at(&mut self, of: &Chain, index: Expr, at: &mut At<'_>, out: &mut Vec<Stmt>) -> Item {
        let outer = std::mem::replace(&mut at.index, index);
        let item = self.item_of(of, at, out);
        at.index = outer;
        item
    }

    /// The number at an index of a range.
    fn of_range(&mut self, range: &Range, index: Expr, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let stepped = |this: &mut Self, index| match &range.step {
            Some(step) => this.int(BinOp::Mul, index, step.clone(), span),
            None => index,
        };
        // Steps downwards start at the last number of the range, whether a step upwards leads there or not.
        let down = range.rev && range.rev_first;
        let mut index = if down { stepped(self, index) } else { index };
        if range.rev {
            let whole = match down {
                true => &Range {
                    step: None,
                    ..range.clone()
                },
                false => range,
            };
            let len = self.range_length(whole, span, out);
            let one = self.number(1, span);
            let last = self.int(BinOp::Sub, len, one, span);
            index = self.int(BinOp::Sub, last, index, span);
        }
        let index = if down { index } else { stepped(self, index) };
        let end = Some((&range.hi, range.inclusive));
        self.counted_from(&range.lo, end, index, span, out)
    }

    /// The integer so many steps behind the start of a range, of the type of the range.
    fn counted_from(
        &mut self,
        lo: &Expr,
        end: Option<(&Expr, bool)>,
        index: Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let other = |e: &Expr| self.is_no_usize(e);
        if !(other(lo) || end.is_some_and(|(hi, _)| other(hi))) {
            return self.int(BinOp::Add, lo.clone(), index, span);
        }
        let krate = self.options.krate.clone();
        let inclusive = end.is_some_and(|(_, inclusive)| inclusive);
        let mut parts = vec![lo.clone(), index];
        parts.extend(end.map(|(hi, _)| hi.clone()));
        self.int_code(parts, span, out, |parts| {
            let (lo, index, hi) = (&parts[0], &parts[1], parts.get(2));
            let range = match inclusive {
                true => quote!(#lo..=#hi),
                false => quote!(#lo..#hi),
            };
            quote!(#krate::__private::core::iter::Iterator::nth(&mut (#range), #index).unwrap_or(#lo))
        })
    }

    pub(super) fn element_item(&mut self, elements: &Elements, index: Expr, span: Span) -> Item {
        let whole = self.whole(elements.of, span);
        let index = match &elements.piece {
            Some((lo, _)) => self.int(BinOp::Add, lo.clone(), index, span),
            None => index,
        };
        let place = element(whole, index, &elements.inner);
        match elements.by {
            By::Shared => Item::Place(place, false),
            By::Exclusive => Item::Place(place, true),
            By::Value => Item::value(self.read(place)),
        }
    }

    fn table_item(&mut self, table: &Table, index: Expr, span: Span, out: &mut Vec<Stmt>) -> Expr {
        let text = match &index.kind {
            ExprKind::Place(place) => self.var(place.root).name.to_token_stream(),
            _ => quote!(at),
        };
        let parts = vec![(table.value.clone(), table.tokens.clone()), (index, text)];
        let inner = match (&table.inner, table.borrowed && !table.owned) {
            (Ty::Opaque, true) => Ty::Ref(false, Box::new(Ty::Opaque)),
            (inner, _) => inner.clone(),
        };
        let value = self.compose(parts, true, inner, span, |parts| {
            let (list, at) = (&parts[0], &parts[1]);
            match table.owned {
                // Behind a reference or not, this is the element.
                true => quote!(#list[#at].clone()),
                false => quote!(#list[#at]),
            }
        });
        super::super::value::flatten(value, out)
    }

    /// One of the pieces that `chunks` and its kin cut.
    fn piece(
        &mut self,
        elements: &Elements,
        cut: Cut,
        size: &Expr,
        at: &At<'_>,
        out: &mut Vec<Stmt>,
    ) -> Item {
        let span = at.span;
        let len = self.length_of(elements.of, span);
        let size = size.clone();
        let (lo, hi) = match cut {
            Cut::Windows => {
                let lo = self.fixed("start", at.index.clone(), out);
                let hi = self.int(BinOp::Add, lo.clone(), size, span);
                (lo, hi)
            }
            Cut::Chunks | Cut::Exact => {
                let lo = self.int(BinOp::Mul, at.index.clone(), size.clone(), span);
                let lo = self.fixed("start", lo, out);
                let hi = self.int(BinOp::Add, lo.clone(), size, span);
                match cut {
                    Cut::Chunks => (lo, self.smaller(hi, len, span, out)),
                    _ => (lo, hi),
                }
            }
            Cut::RChunks | Cut::RExact => {
                let behind = self.int(BinOp::Mul, at.index.clone(), size.clone(), span);
                let hi = self.int(BinOp::Sub, len, behind, span);
                let hi = self.fixed("end", hi, out);
                let lo = match cut {
                    Cut::RChunks => self.minus(hi.clone(), size, span, out),
                    _ => self.int(BinOp::Sub, hi.clone(), size, span),
                };
                (lo, hi)
            }
        };
        let mut place = self.whole(elements.of, span);
        place.path.push(Proj::Slice {
            lo: Some(lo),
            hi: Some(hi),
            inclusive: false,
        });
        place.ty = Ty::Slice(Box::new(elements.inner.clone()));
        let item: Place = place;
        Item::Place(item, elements.by == By::Exclusive)
    }
}

/// The elements that a chain has exactly as many items as.
fn source_of(chain: &Chain) -> Option<&Elements> {
    match chain {
        Chain::Elements(elements) => Some(elements),
        Chain::Enumerate(of) | Chain::Rev(of, _) | Chain::Copied(of) | Chain::Map(of, _) => {
            source_of(of)
        }
        Chain::Zip(a, b, _) => match (source_of(a), source_of(b)) {
            (Some(a), Some(b)) if a.of == b.of && a.piece.is_none() && b.piece.is_none() => Some(a),
            _ => None,
        },
        _ => None,
    }
}
