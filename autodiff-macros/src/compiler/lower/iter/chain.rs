//! From expressions to chains: sources are looked up here, adapters are only noted.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::{By, Chain, Cut, Elements, Item, Named, Table};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{BinOp, ExprKind, Range, Stmt, StmtKind, Ty};
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::infer::Kind;
use crate::compiler::lower::scope::Name;
use crate::compiler::lower::value::flatten;
use crate::compiler::lower::{Lower, stmt};

/// Methods of slices that give an iterator, and the number of their arguments.
const SOURCES: [(&str, usize); 13] = [
    ("iter", 0),
    ("iter_mut", 0),
    ("into_iter", 0),
    ("chunks", 1),
    ("chunks_exact", 1),
    ("chunks_mut", 1),
    ("chunks_exact_mut", 1),
    ("rchunks", 1),
    ("rchunks_exact", 1),
    ("rchunks_mut", 1),
    ("rchunks_exact_mut", 1),
    ("windows", 1),
    ("drain", 1),
];

/// Methods of iterators that give an iterator, and the number of their arguments.
const ADAPTERS: [(&str, usize); 21] = [
    ("filter_map", 1),
    ("map_while", 1),
    ("zip", 1),
    ("enumerate", 0),
    ("rev", 0),
    ("skip", 1),
    ("take", 1),
    ("step_by", 1),
    ("copied", 0),
    ("cloned", 0),
    ("map", 1),
    ("filter", 1),
    ("flat_map", 1),
    ("flatten", 0),
    ("chain", 1),
    ("scan", 2),
    ("take_while", 1),
    ("skip_while", 1),
    ("cycle", 0),
    ("into_iter", 0),
    ("fuse", 0),
];

/// Functions of `std::iter` that are understood.
const FUNCTIONS: [(&str, usize); 5] = [
    ("repeat", 1),
    ("repeat_n", 2),
    ("once", 1),
    ("empty", 0),
    ("zip", 2),
];

fn among(list: &[(&str, usize)], name: &syn::Ident, count: usize) -> bool {
    let name = name.to_string();
    list.iter()
        .any(|(known, args)| *args == count && *known == name)
}

impl Lower<'_> {
    /// True if the expression is an iterator, by its form.
    pub(in crate::compiler::lower) fn is_chain(&self, expr: &syn::Expr) -> bool {
        match bare(expr) {
            syn::Expr::Range(_) => true,
            syn::Expr::Path(path) => {
                let name = path.path.get_ident().filter(|_| path.qself.is_none());
                name.is_some_and(|name| {
                    matches!(self.peek_name(&name.to_string()), Some(Name::Chain(_)))
                })
            }
            syn::Expr::MethodCall(call) => {
                let count = call.args.len();
                let source = among(&SOURCES, &call.method, count);
                let adapter = among(&ADAPTERS, &call.method, count);
                let unchanged = call.method == "clone" && count == 0;
                (source && !self.is_chain(&call.receiver))
                    || ((adapter || unchanged) && self.is_chain(&call.receiver))
            }
            syn::Expr::Call(call) => iter_function(call).is_some(),
            _ => false,
        }
    }

    /// Reads an expression that [`Lower::is_chain`].
    pub(super) fn read_chain(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) -> Option<Chain> {
        match bare(expr) {
            syn::Expr::Range(range) => self.range_chain(range, out),
            syn::Expr::Path(path) => {
                let name = path.path.get_ident()?;
                match self.lookup(name) {
                    Some(Name::Chain(at)) => self.rest_of(at, name.span(), out),
                    _ => None,
                }
            }
            syn::Expr::Call(call) => self.function_chain(call, out),
            syn::Expr::MethodCall(call) if self.is_chain(&call.receiver) => {
                let of = self.read_chain(&call.receiver, out)?;
                self.adapter(of, call, out)
            }
            syn::Expr::MethodCall(call) => self.source(call, out),
            _ => None,
        }
    }

    /// What a `for` runs over, and what `zip` and `chain` take.
    pub(in crate::compiler::lower) fn chain_of(
        &mut self,
        expr: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> Option<Chain> {
        if self.is_chain(expr) {
            return self.read_chain(expr, out);
        }
        let span = expr.span();
        match bare(expr) {
            syn::Expr::Reference(reference) => {
                let by = match reference.mutability {
                    Some(_) => By::Exclusive,
                    None => By::Shared,
                };
                self.elements_of(&reference.expr, Some(by), span, out)
                    .map(|elements| Chain::Elements(self.behind_piece(elements)))
                    .or_else(|| self.table(&reference.expr, true, span, out))
            }
            other => self
                .elements_of(other, None, span, out)
                .map(|elements| Chain::Elements(self.behind_piece(elements)))
                .or_else(|| {
                    let borrowed = self.is_reference_to_constant(other);
                    self.table(other, borrowed, span, out)
                }),
        }
    }

    /// True for a name that is a reference: a parameter behind `&`, an element of a list in a constant.
    fn is_reference_to_constant(&self, expr: &syn::Expr) -> bool {
        let path = matches!(bare(expr), syn::Expr::Path(_));
        let var = self.root(expr).filter(|_| path);
        var.is_some_and(|var| {
            let facts = &self.facts[var.0 as usize];
            facts.given || facts.element.is_some()
        })
    }

    fn range_chain(&mut self, range: &syn::ExprRange, out: &mut Vec<Stmt>) -> Option<Chain> {
        if let (Some(lo), None) = (&range.start, &range.end) {
            let lo = self.integer(lo);
            let lo = self.fixed("from", lo, out);
            return Some(Chain::From(lo));
        }
        let mut range = self.plain_range(range)?;
        range.lo = self.fixed("from", range.lo, out);
        range.hi = self.fixed("to", range.hi, out);
        Some(Chain::Range(range))
    }

    /// `std::iter::repeat(x)` and its kin.
    fn function_chain(&mut self, call: &syn::ExprCall, out: &mut Vec<Stmt>) -> Option<Chain> {
        let name = iter_function(call)?;
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        match (name.as_str(), &args[..]) {
            ("zip", [a, b]) => {
                let a = self.chain_of(a, out)?;
                let b = self.chain_of(b, out)?;
                Some(Chain::Zip(Box::new(a), Box::new(b), call.func.span()))
            }
            ("empty", _) => Some(Chain::Empty(self.unknown())),
            ("once", [value]) => Some(Chain::Once(self.repeated(value, out))),
            (_, [value]) => Some(Chain::Repeat(self.repeated(value, out))),
            (_, [value, count]) => {
                let item = self.repeated(value, out);
                let count = self.integer(count);
                let count = self.fixed("times", count, out);
                Some(Chain::Take(Box::new(Chain::Repeat(item)), count))
            }
            _ => None,
        }
    }

    fn repeated(&mut self, value: &syn::Expr, out: &mut Vec<Stmt>) -> Item {
        if let Some((place, ty)) = self.alias(value) {
            return Item::Place(place, matches!(ty, Ty::Ref(true, _)));
        }
        let value = self.expr(value);
        self.settle(Item::value(value), out)
    }

    fn source(&mut self, call: &syn::ExprMethodCall, out: &mut Vec<Stmt>) -> Option<Chain> {
        let name = call.method.to_string();
        let span = call.method.span();
        if let Some(value) = self.taken_elements(call) {
            let inner = self.element_of(&value.ty)?;
            let (of, by) = (self.named("source", value, out), By::Value);
            let piece = None;
            return Some(Chain::Elements(Elements {
                of,
                inner,
                by,
                piece,
            }));
        }
        let receiver = &call.receiver;
        let (by, cut) = match name.as_str() {
            "into_iter" => (None, None),
            "iter_mut" => (Some(By::Exclusive), None),
            "chunks" => (Some(By::Shared), Some(Cut::Chunks)),
            "chunks_exact" => (Some(By::Shared), Some(Cut::Exact)),
            "chunks_mut" => (Some(By::Exclusive), Some(Cut::Chunks)),
            "chunks_exact_mut" => (Some(By::Exclusive), Some(Cut::Exact)),
            "rchunks" => (Some(By::Shared), Some(Cut::RChunks)),
            "rchunks_exact" => (Some(By::Shared), Some(Cut::RExact)),
            "rchunks_mut" => (Some(By::Exclusive), Some(Cut::RChunks)),
            "rchunks_exact_mut" => (Some(By::Exclusive), Some(Cut::RExact)),
            "windows" => (Some(By::Shared), Some(Cut::Windows)),
            _ => (Some(By::Shared), None),
        };
        let Some(elements) = self.elements_of(receiver, by, span, out) else {
            if cut.is_some() {
                self.refuse(&diag::FOR_OVER, call, &[&text_of(call)]);
                return None;
            }
            let borrowed = call.method == "iter" || self.is_reference_to_constant(receiver);
            return self.table(receiver, borrowed, span, out);
        };
        let Some(cut) = cut else {
            return Some(Chain::Elements(self.behind_piece(elements)));
        };
        let size = self.integer(call.args.first()?);
        let size = self.fixed("size", size, out);
        let known = super::code::literal(&size).is_some_and(|text| text != "0");
        if !known {
            self.assert_not_zero(&size, span, out);
        }
        Some(Chain::Parts(elements, cut, size))
    }

    /// A source that can be indexed; `None` for a constant whose type only rustc knows, and for
    /// what was refused.
    fn elements_of(
        &mut self,
        receiver: &syn::Expr,
        by: Option<By>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<Elements> {
        let (receiver, by) = match bare(receiver) {
            syn::Expr::Reference(reference) => {
                let own = match reference.mutability {
                    Some(_) => By::Exclusive,
                    None => By::Shared,
                };
                (bare(&reference.expr), by.or(Some(own)))
            }
            receiver => (receiver, by),
        };
        if !self.is_place(receiver) {
            let (value, _) = self.in_operand(|this| this.init(receiver));
            if self.is_error(&value.ty) {
                return None;
            }
            let Some(inner) = self.element_of(&value.ty) else {
                if !matches!(value.kind, ExprKind::Opaque(_)) {
                    self.not_iterated(receiver);
                }
                return None;
            };
            if matches!(value.kind, ExprKind::Opaque(_)) {
                return None;
            }
            let of = self.named("source", value, out);
            self.vars[of.0 as usize].mutable = by == Some(By::Exclusive);
            let by = by.unwrap_or(By::Value);
            return Some(Elements {
                of,
                inner,
                by,
                piece: None,
            });
        }
        self.freeze_element(receiver);
        if self.is_opaque_place(receiver) {
            return None;
        }
        let place = self.in_operand(|this| this.place(receiver));
        let ty = self.infer.strip(&place.ty);
        let known = !matches!(self.infer.kind(&ty), Some(Kind::Path { real: false, .. }));
        let Some(inner) = self.element_of(&place.ty).filter(|_| known) else {
            if !self.is_error(&place.ty) {
                self.not_iterated(receiver);
            }
            return None;
        };
        let held = self.facts[place.root.0 as usize]
            .held
            .filter(|_| place.path.is_empty());
        let own = match (self.infer.shallow(&place.ty), held) {
            (Ty::Ref(true, _), _) | (_, Some(true)) => By::Exclusive,
            (Ty::Ref(false, _) | Ty::Slice(_), _) | (_, Some(false)) => By::Shared,
            _ => By::Value,
        };
        let by = by.unwrap_or(own);
        if by == By::Exclusive {
            self.check_change(place.root, receiver);
            self.check_changed_receiver(receiver);
        }
        let root = crate::compiler::lower::root_of(&self.facts, place.root);
        if by == By::Value && self.var(root).mutable {
            // The array that runs is a copy of what may change meanwhile.
            let value = self.read(place);
            let of = self.named("source", value, out);
            return Some(Elements {
                of,
                inner,
                by,
                piece: None,
            });
        }
        let of = match place.path.is_empty() {
            true => place.root,
            false => {
                let ty = Ty::Ref(by == By::Exclusive, Box::new(self.infer.strip(&place.ty)));
                let var = self.temp("source", ty, span);
                self.facts[var.0 as usize].alias_of = Some(place.root);
                out.push(stmt(StmtKind::Alias { var, place }, span));
                var
            }
        };
        Some(Elements {
            of,
            inner,
            by,
            piece: None,
        })
    }

    /// The elements of a piece are elements of what it was cut out of.
    fn behind_piece(&self, elements: Elements) -> Elements {
        match &self.facts[elements.of.0 as usize].piece {
            Some(piece) => Elements {
                of: piece.of,
                inner: piece.inner.clone(),
                by: elements.by,
                piece: Some((piece.lo.clone(), piece.len.clone())),
            },
            None => elements,
        }
    }

    /// Notes that the name that was bound last stands for a piece, which is as long as it is said.
    pub(super) fn note_piece(&mut self, place: &crate::compiler::hir::Place) {
        use crate::compiler::hir::Proj;
        let [
            Proj::Slice {
                lo: Some(lo),
                hi: Some(hi),
                inclusive: false,
            },
        ] = &place.path[..]
        else {
            return;
        };
        let (ExprKind::Binary(BinOp::Add, from, len), ExprKind::Place(start)) =
            (&hi.kind, &lo.kind)
        else {
            return;
        };
        let same = matches!(&from.kind, ExprKind::Place(from) if from.root == start.root);
        let inner = place.ty.element().cloned();
        if let (true, Some(inner), Some(facts)) = (same, inner, self.facts.last_mut()) {
            facts.piece = Some(super::Piece {
                of: place.root,
                inner,
                lo: lo.clone(),
                len: (**len).clone(),
            });
        }
    }

    /// `w[1]` of a piece that is longer than that.
    pub(in crate::compiler::lower) fn piece_element(
        &mut self,
        index: &syn::ExprIndex,
    ) -> Option<crate::compiler::hir::Place> {
        let base = bare(&index.expr);
        if !matches!(base, syn::Expr::Path(_)) {
            return None;
        }
        let var = self.root(base)?;
        let piece = self.facts[var.0 as usize].piece.clone()?;
        let syn::Expr::Lit(lit) = bare(&index.index) else {
            return None;
        };
        let syn::Lit::Int(at) = &lit.lit else {
            return None;
        };
        let len = super::code::literal(&piece.len)?.parse::<usize>().ok()?;
        let at = at.base10_parse::<usize>().ok().filter(|at| *at < len)?;
        let span = index.span();
        let at = self.number(at, span);
        let at = self.int(BinOp::Add, piece.lo, at, span);
        let whole = self.whole(piece.of, span);
        Some(super::element(whole, at, &piece.inner))
    }

    /// True for a parameter that is a map or a set of std, by the name of its type.
    fn is_scattered(&self, expr: &syn::Expr) -> bool {
        let var = self
            .root(expr)
            .filter(|_| matches!(expr, syn::Expr::Path(_)));
        var.is_some_and(|var| self.facts[var.0 as usize].scattered)
    }

    fn not_iterated(&mut self, expr: &syn::Expr) {
        self.refuse(&diag::FOR_OVER, expr, &[&text_of(expr)]);
    }

    /// A constant that is indexed: `TABLE`, `config.knots`. `borrowed`: what it gives are references to its elements.
    fn table(
        &mut self,
        expr: &syn::Expr,
        borrowed: bool,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Option<Chain> {
        let expr = match bare(expr) {
            syn::Expr::Reference(reference) => bare(&reference.expr),
            expr => expr,
        };
        if self.is_place(expr) && !self.is_opaque_place(expr) {
            return None;
        }
        let value = match self.is_place(expr) {
            true => flatten(self.opaque_place(expr), out),
            false => self.operand(expr),
        };
        if self.is_error(&value.ty) || !matches!(value.kind, ExprKind::Opaque(_)) {
            return None;
        }
        if let Some(inner) = self.infer.strip(&value.ty).element() {
            let (inner, tokens) = (inner.clone(), expr.to_token_stream());
            return Some(Chain::Table(Table {
                value,
                tokens,
                inner,
                owned: false,
                borrowed,
            }));
        }
        if self.is_scattered(expr) {
            self.refuse(&diag::FOR_OVER_ENTRIES, expr, &[&text_of(expr)]);
            return None;
        }
        let owned =
            !self.is_place(expr) && !matches!(expr, syn::Expr::Path(_) | syn::Expr::Field(_));
        let krate = self.options.krate.clone();
        let mut value = value;
        if !owned {
            self.unfold(&mut value);
        }
        let parts = vec![(value, expr.to_token_stream())];
        let value = self.compose(parts, true, Ty::Opaque, span, |parts| {
            let table = &parts[0];
            match owned {
                // An iterator, or what can be made one: it runs once.
                true => {
                    quote!(#krate::__private::core::iter::Iterator::collect::<::std::vec::Vec<_>>(
                        #krate::__private::core::iter::IntoIterator::into_iter(#table)
                    ))
                }
                // Its elements by index are those that the iterator gives only if it is a slice.
                false => quote!({ let table: &[_] = &#table[..]; table }),
            }
        });
        let meaning = value.clone();
        let var = self.named("table", value, out);
        if !owned {
            self.note_meaning(var, &meaning);
        }
        let name = self.var(var).name.clone();
        let tokens = name.to_token_stream();
        let value = self.opaque(tokens.clone(), vec![(name, var)], true, Ty::Opaque, span);
        Some(Chain::Table(Table {
            value,
            tokens,
            inner: Ty::Opaque,
            owned,
            borrowed,
        }))
    }

    fn adapter(
        &mut self,
        of: Chain,
        call: &syn::ExprMethodCall,
        out: &mut Vec<Stmt>,
    ) -> Option<Chain> {
        let of = Box::new(of);
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let name = call.method.to_string();
        Some(match (name.as_str(), &args[..]) {
            ("zip", [other]) => {
                let other = Box::new(self.chain_of(other, out)?);
                Chain::Zip(of, other, call.method.span())
            }
            ("chain", [other]) => Chain::Then(of, Box::new(self.chain_of(other, out)?)),
            ("enumerate", _) => Chain::Enumerate(of),
            ("rev", _) => self.reversed(*of, call, out)?,
            ("skip" | "take", [count]) => {
                let count = self.integer(count);
                let count = self.fixed("count", count, out);
                match name.as_str() {
                    "skip" => Chain::Skip(of, count),
                    _ => Chain::Take(of, count),
                }
            }
            ("step_by", [step]) => {
                let step = self.integer(step);
                let step = self.fixed("step", step, out);
                match *of {
                    Chain::Range(range) if range.step.is_none() => Chain::Range(Range {
                        rev_first: range.rev,
                        step: Some(step),
                        ..range
                    }),
                    of => Chain::StepBy(Box::new(of), step),
                }
            }
            ("copied" | "cloned", _) => Chain::Copied(of),
            ("map", [f]) => Chain::Map(of, self.callable(f, out)?),
            ("filter_map", [f]) => Chain::FilterMap(of, self.callable(f, out)?, false),
            ("map_while", [f]) => Chain::FilterMap(of, self.callable(f, out)?, true),
            ("filter", [f]) => Chain::Filter(of, self.callable(f, out)?),
            ("flat_map", [f]) => Chain::Flat(of, Some(self.callable(f, out)?)),
            ("flatten", _) => Chain::Flat(of, None),
            ("take_while", [f]) => Chain::TakeWhile(of, self.callable(f, out)?),
            ("skip_while", [f]) => Chain::SkipWhile(of, self.callable(f, out)?),
            ("scan", [state, f]) => {
                let value = self.expr(state);
                let state = self.counter_var("state", value, out);
                Chain::Scan(of, state, self.callable(f, out)?)
            }
            ("cycle", _) => match self.count_of(&of, call.method.span(), out) {
                Some(len) => {
                    let len = self.fixed("round", len, out);
                    Chain::Cycle(of, len)
                }
                None => {
                    self.refuse(&diag::ITERATOR, &call.method, &["cycle"]);
                    return None;
                }
            },
            _ => *of,
        })
    }

    /// `.rev()`; of what may skip items, the source is reversed.
    fn reversed(
        &mut self,
        of: Chain,
        call: &syn::ExprMethodCall,
        out: &mut Vec<Stmt>,
    ) -> Option<Chain> {
        Some(match of {
            Chain::Range(range) if !range.rev => Chain::Range(Range {
                rev: true,
                rev_first: range.step.is_none(),
                ..range
            }),
            Chain::Rev(of, _) => *of,
            Chain::Map(of, f) => Chain::Map(Box::new(self.reversed(*of, call, out)?), f),
            Chain::Filter(of, f) => Chain::Filter(Box::new(self.reversed(*of, call, out)?), f),
            Chain::Copied(of) => Chain::Copied(Box::new(self.reversed(*of, call, out)?)),
            Chain::Then(a, b) => {
                let a = self.reversed(*a, call, out)?;
                let b = self.reversed(*b, call, out)?;
                Chain::Then(Box::new(b), Box::new(a))
            }
            of => {
                let span = call.method.span();
                let len = match of.is_indexed() {
                    true => self.count_of(&of, span, out),
                    false => None,
                };
                let Some(len) = len else {
                    self.refuse(&diag::ITERATOR, &call.method, &["rev"]);
                    return None;
                };
                let len = self.fixed("len", len, out);
                Chain::Rev(Box::new(of), len)
            }
        })
    }

    /// As the method itself: pieces of no elements are a panic.
    fn assert_not_zero(
        &mut self,
        size: &crate::compiler::hir::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let zero = self.number(0, span);
        let fits = self.int_test(BinOp::Ne, size.clone(), zero, span);
        let var = self.named("fits", fits, out);
        let name = self.var(var).name.clone();
        let krate = self.options.krate.clone();
        let tokens =
            quote!(#krate::__private::core::assert!(#name, "chunk size must be non-zero"););
        self.effect_code(tokens, vec![(name, var)], span, out);
    }

    /// `let it = xs.iter().map(…);`
    pub(in crate::compiler::lower) fn let_chain(
        &mut self,
        pat: &syn::Pat,
        init: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> bool {
        let Some((name, mutable)) = self.simple_name(pat) else {
            return false;
        };
        let range = matches!(bare(init), syn::Expr::Range(_));
        let constant = |call: &syn::ExprMethodCall| self.is_constant_chain(&call.receiver, call);
        let kept = match bare(init) {
            syn::Expr::MethodCall(call) => mutable && constant(call),
            _ => mutable,
        };
        if range || kept || !self.is_chain(init) {
            return false;
        }
        match self.read_chain(init, out) {
            // What is `mut` is advanced by hand.
            Some(chain) if mutable => self.begin(&name, chain, out),
            Some(chain) => {
                let taken = None;
                self.chains.push(Named { chain, taken });
                self.enter(&name, Name::Chain(self.chains.len() - 1));
                true
            }
            None => {
                self.bind_errors(pat);
                true
            }
        }
    }
}

/// The function of `std::iter` that is called.
fn iter_function(call: &syn::ExprCall) -> Option<String> {
    let syn::Expr::Path(path) = bare(&call.func) else {
        return None;
    };
    let mut names = path.path.segments.iter().rev();
    let last = &names.next()?.ident;
    let owner = names.next()?;
    let known = owner.ident == "iter" && among(&FUNCTIONS, last, call.args.len());
    known.then(|| last.to_string())
}
