//! What an iterator gives, and patterns that take it apart.
//!
//! In: an [`Item`] and the pattern of a `for` or of a closure's parameter. Out: names in scope; a
//! reference becomes another name for the place, a value a `let`.

use proc_macro2::{Delimiter, Span, TokenTree};
use quote::quote;
use syn::spanned::Spanned;

use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{
    Expr, ExprKind, Member, Pat, Place, Proj, Stmt, StmtKind, Ty, VarId, Verbatim,
};
use crate::compiler::lower::infer::Kind;
use crate::compiler::lower::let_::is_struct_pattern;
use crate::compiler::lower::match_::{By, Subject};
use crate::compiler::lower::value::flatten;
use crate::compiler::lower::{Lower, stmt};

/// What an iterator gives, or a closure is called with.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one per chain, and most are values"
)]
pub(in crate::compiler::lower) enum Item {
    /// A value; for one that stands behind a reference without being a variable, whether that is
    /// exclusive.
    Value(Expr, Option<bool>),
    /// A reference to a place, and whether it is exclusive.
    Place(Place, bool),
    /// `(a, b)`
    Tuple(Vec<Item>),
    /// What `fold` carries: a name of the closure's is another name of the variable.
    Carried(VarId),
}

impl Item {
    pub(super) fn value(value: Expr) -> Self {
        Item::Value(value, None)
    }

    /// `&item`: only elements of constants tell a reference from what it leads to.
    pub(super) fn lent(self) -> Self {
        match self {
            Item::Value(value, held) => {
                let ty = match element_code(&value) {
                    Some(_) => reference(value.ty),
                    None => value.ty,
                };
                Item::Value(Expr { ty, ..value }, held)
            }
            Item::Tuple(items) => Item::Tuple(items.into_iter().map(Item::lent).collect()),
            item => item,
        }
    }

    /// The other way round.
    fn behind(self) -> Self {
        match self {
            Item::Value(value, held) => Item::Value(behind_reference(value), held),
            Item::Tuple(items) => Item::Tuple(items.into_iter().map(Item::behind).collect()),
            item => item,
        }
    }
}

impl Lower<'_> {
    /// Binds the names of a pattern to parts of an item.
    pub(in crate::compiler::lower) fn bind_item(
        &mut self,
        pat: &syn::Pat,
        item: Item,
        out: &mut Vec<Stmt>,
    ) {
        let span = pat.span();
        match (pat, item) {
            (syn::Pat::Paren(paren), item) => self.bind_item(&paren.pat, item, out),
            (pat, Item::Carried(var)) => match self.simple_name(pat) {
                Some((name, _)) => self.enter_name(&name, var),
                None => {
                    let value = self.read_var(var, span);
                    self.bind_item(pat, Item::value(value), out);
                }
            },
            (syn::Pat::Type(typed), item) => {
                let ty = self.annotation(&typed.ty);
                let found = self.item_type(&item);
                self.fit(&typed.pat, &found, &ty);
                self.bind_item(&typed.pat, item, out);
                self.note_declared(&typed.pat, &typed.ty);
            }
            (pat, Item::Place(place, _)) if self.is_constant_struct(pat, &place) => {
                let subject = self.placed(place, By::Shared, out);
                self.bind_constant_fields(pat, &subject, out);
            }
            (syn::Pat::Struct(_) | syn::Pat::TupleStruct(_), Item::Place(place, mutable)) => {
                let by = if mutable { By::Exclusive } else { By::Shared };
                if let Subject::Place(mut place, _) = self.placed(place, by, out) {
                    place.ty = match self.infer.shallow(&place.ty) {
                        ty @ Ty::Ref(..) => ty,
                        ty => Ty::Ref(mutable, Box::new(ty)),
                    };
                    self.bind_parts(pat, place, out);
                }
            }
            (syn::Pat::Reference(reference), Item::Place(place, mutable)) => {
                // Behind the `&` of the pattern stands what the reference leads to.
                let inner = match self.infer.shallow(&place.ty) {
                    Ty::Ref(mutable, inner) => {
                        let place = Place {
                            ty: *inner,
                            ..place
                        };
                        Item::Place(place, mutable)
                    }
                    _ if is_compound(&reference.pat) => {
                        return self.bind_behind(&reference.pat, place, mutable, out);
                    }
                    _ => Item::value(self.read(place)),
                };
                self.bind_item(&reference.pat, inner, out);
            }
            (syn::Pat::Reference(reference), Item::Value(value, held)) => {
                let item = Item::Value(behind_reference(value), held);
                self.bind_item(&reference.pat, item, out);
            }
            (syn::Pat::Reference(reference), Item::Tuple(items)) => {
                let items = items.into_iter().map(Item::behind).collect();
                self.bind_item(&reference.pat, Item::Tuple(items), out);
            }
            (syn::Pat::Wild(_), Item::Value(value, _)) => {
                let (pat, init) = (Pat::Wild, Some(flatten(value, out)));
                out.push(stmt(StmtKind::Let { pat, init }, span));
            }
            (syn::Pat::Wild(_), Item::Tuple(items)) => {
                items
                    .into_iter()
                    .for_each(|item| self.bind_item(pat, item, out));
            }
            (syn::Pat::Wild(_), Item::Place(..)) => {}
            (syn::Pat::Tuple(pats), item) => self.bind_tuple(pats, item, out),
            (syn::Pat::Slice(pats), Item::Place(place, mutable)) => {
                self.bind_elements(pats, &place, mutable, out);
            }
            (pat, Item::Value(value, held)) => self.bind_item_value(pat, value, held, out),
            (pat, Item::Place(place, mutable)) => match self.simple_name(pat) {
                Some((name, changes)) => {
                    let ty = match self.infer.shallow(&place.ty) {
                        Ty::Ref(_, inner) => Ty::Ref(mutable, inner),
                        ty => Ty::Ref(mutable, Box::new(ty)),
                    };
                    self.bind_alias(&name, changes, None, place.clone(), ty, out);
                    self.note_piece(&place);
                }
                None => self.bad_pattern(pat),
            },
            (pat, item @ Item::Tuple(_)) => match (self.simple_name(pat), self.item_value(&item)) {
                (Some((name, changes)), Some(value)) => {
                    let ty = self.open(&value.ty);
                    self.bind_value(&name, changes, ty, value, None, out);
                }
                (Some((name, _)), None) => {
                    self.refuse(&diag::ITEM_TUPLE, pat, &[&name.to_string()]);
                    self.bind_errors(pat);
                }
                (None, _) => self.bad_pattern(pat),
            },
        }
    }

    /// True for `P { x, .. }` of a constant that the compiler does not look into.
    fn is_constant_struct(&mut self, pat: &syn::Pat, place: &Place) -> bool {
        let ty = self.infer.strip(&place.ty);
        is_struct_pattern(pat)
            && (matches!(ty, Ty::Opaque)
                || !self.infer.is_struct(&ty) && self.is_undecided_constant(&ty))
    }

    fn bind_item_value(
        &mut self,
        pat: &syn::Pat,
        value: Expr,
        held: Option<bool>,
        out: &mut Vec<Stmt>,
    ) {
        let element = element_code(&value);
        let value = unborrowed(value);
        match self.simple_name(pat) {
            Some((name, mutable)) => {
                let ty = self.open(&value.ty);
                let copied = is_element(&value).then(|| value.clone());
                let var = self.bind_value(&name, mutable, ty, value, held, out);
                self.facts[var.0 as usize].element = element.filter(|code| code.pure && !mutable);
                // A callee that is given what `for &c in &tree.children[at]` copies gets it once more from where it was.
                if let Some(copied) = copied.filter(|_| !mutable) {
                    self.note_meaning(var, &copied);
                }
            }
            None => {
                let ty = self.open(&value.ty);
                match element.filter(|_| is_struct_pattern(pat)) {
                    Some(code) => {
                        let value = self.reference_to(code, pat.span());
                        let subject = Subject::Code(value, proc_macro2::TokenStream::new());
                        self.bind_constant_fields(pat, &subject, out);
                    }
                    None => self.bind_pattern(pat, ty, value, pat.span(), out),
                }
            }
        }
    }

    fn bind_tuple(&mut self, pats: &syn::PatTuple, item: Item, out: &mut Vec<Stmt>) {
        let whole = || syn::Pat::Tuple(pats.clone());
        match item {
            Item::Tuple(items) if items.len() == pats.elems.len() && !has_rest(pats) => {
                for (pat, item) in pats.elems.iter().zip(items) {
                    self.bind_item(pat, item, out);
                }
            }
            Item::Tuple(_) | Item::Carried(_) => self.bad_pattern(&whole()),
            Item::Value(value, held) => {
                let value = unborrowed(flatten(value, out));
                match value.kind {
                    ExprKind::Tuple(parts) if parts.len() == pats.elems.len() => {
                        let items = parts.into_iter().map(Item::value).collect();
                        self.bind_tuple(pats, Item::Tuple(items), out);
                    }
                    kind => {
                        let value = Expr { kind, ..value };
                        let ty = self.open(&value.ty);
                        // `&` inside of the pattern: the parts are bound one by one.
                        if held.is_some() || pats.elems.iter().any(has_reference) {
                            let var = self.temp("item", ty.clone(), pats.span());
                            let (pat, init) = (Pat::Var(var), Some(value));
                            out.push(stmt(StmtKind::Let { pat, init }, pats.span()));
                            let place = self.whole(var, pats.span());
                            return self.bind_fields(pats, &place, false, out);
                        }
                        self.bind_pattern(&whole(), ty, value, pats.span(), out);
                    }
                }
            }
            Item::Place(place, mutable) => self.bind_fields(pats, &place, mutable, out),
        }
    }

    /// `&(a, b)`: what has been taken off its reference is bound by value, as far as that is a number or a constant.
    fn bind_behind(&mut self, pat: &syn::Pat, place: Place, mutable: bool, out: &mut Vec<Stmt>) {
        match pat {
            syn::Pat::Paren(paren) => self.bind_behind(&paren.pat, place, mutable, out),
            syn::Pat::Tuple(pats) => {
                let Some(parts) = self.fields(pats, &place, out) else {
                    return;
                };
                for (pat, part) in pats.elems.iter().zip(parts) {
                    self.bind_behind(pat, part, mutable, out);
                }
            }
            syn::Pat::Slice(pats) => {
                let parts = self.array_parts(pats, &place).unwrap_or_default();
                for (pat, part) in pats.elems.iter().zip(parts) {
                    self.bind_behind(pat, part, mutable, out);
                }
            }
            pat if self.simple_name(pat).is_some() && self.is_scalar_like(&place.ty) => {
                let value = self.read(place);
                self.bind_item(pat, Item::value(value), out);
            }
            pat => self.bind_item(pat, Item::Place(place, mutable), out),
        }
    }

    /// `(a, b)` of a place that holds a tuple.
    fn bind_fields(
        &mut self,
        pats: &syn::PatTuple,
        place: &Place,
        mutable: bool,
        out: &mut Vec<Stmt>,
    ) {
        let parts = self.fields(pats, place, out).unwrap_or_default();
        for (pat, part) in pats.elems.iter().zip(parts) {
            self.bind_item(pat, Item::Place(part, mutable), out);
        }
    }

    /// The parts of such a place; `None` if the names are bound already.
    fn fields(
        &mut self,
        pats: &syn::PatTuple,
        place: &Place,
        out: &mut Vec<Stmt>,
    ) -> Option<Vec<Place>> {
        if has_rest(pats) {
            self.bad_pattern(&syn::Pat::Tuple(pats.clone()));
            return None;
        }
        let opaque = matches!(self.infer.strip(&place.ty), Ty::Opaque);
        if opaque && place.path.is_empty() {
            let value = self.read(place.clone());
            self.bind_tuple(pats, Item::value(value), out);
            return None;
        }
        // Parts of an element of a list may be of types that are not copied: their names refer to them.
        let parts = match opaque {
            true => vec![Ty::Opaque; pats.elems.len()],
            false => self.tuple_parts(pats, &place.ty),
        };
        let parts = parts.into_iter().enumerate();
        let part = |(i, ty)| {
            let mut part = place.clone();
            let at = u32::try_from(i).unwrap_or(0);
            part.path.push(Proj::Field(Member::At(at)));
            part.ty = ty;
            part
        };
        Some(parts.map(part).collect())
    }

    /// `[a, b]` of a place that holds an array.
    fn bind_elements(
        &mut self,
        pats: &syn::PatSlice,
        place: &Place,
        mutable: bool,
        out: &mut Vec<Stmt>,
    ) {
        let parts = self.array_parts(pats, place).unwrap_or_default();
        for (pat, part) in pats.elems.iter().zip(parts) {
            self.bind_item(pat, Item::Place(part, mutable), out);
        }
    }

    /// The elements of such a place; `None` if the pattern was refused.
    fn array_parts(&mut self, pats: &syn::PatSlice, place: &Place) -> Option<Vec<Place>> {
        let ty = self.infer.strip(&place.ty);
        let inner = match (&ty, ty.element()) {
            (Ty::Array(..), Some(inner)) if !pats.elems.iter().any(is_rest) => inner.clone(),
            // What has a type by a name is an array, as the pattern tells.
            (Ty::Opaque, _) if !pats.elems.iter().any(is_rest) => Ty::Opaque,
            _ => {
                self.bad_pattern(&syn::Pat::Slice(pats.clone()));
                return None;
            }
        };
        let part = |(i, pat): (usize, &syn::Pat)| {
            let mut part = place.clone();
            part.path.push(Proj::Index(self.number(i, pat.span())));
            part.ty = inner.clone();
            part
        };
        Some(pats.elems.iter().enumerate().map(part).collect())
    }

    /// The type of an item, references taken off.
    pub(super) fn item_type(&self, item: &Item) -> Ty {
        match item {
            Item::Value(value, _) => self.infer.strip(&value.ty),
            Item::Place(place, _) => self.infer.strip(&place.ty),
            Item::Carried(var) => self.infer.strip(&self.var(*var).ty),
            Item::Tuple(items) => {
                Ty::Tuple(items.iter().map(|item| self.item_type(item)).collect())
            }
        }
    }

    /// The item as one value; `None` if there is something in it that a copy would not stand for.
    pub(super) fn item_value(&mut self, item: &Item) -> Option<Expr> {
        match item {
            Item::Value(value, _) => Some(unborrowed(value.clone())),
            Item::Place(place, false) if self.is_scalar_like(&place.ty) => {
                Some(self.read(place.clone()))
            }
            Item::Place(..) => None,
            Item::Carried(var) => Some(self.read_var(*var, self.var(*var).name.span())),
            Item::Tuple(items) => {
                let values: Option<Vec<Expr>> =
                    items.iter().map(|item| self.item_value(item)).collect();
                let values = values?;
                let ty = Ty::Tuple(values.iter().map(|value| value.ty.clone()).collect());
                let span = values
                    .first()
                    .map_or_else(Span::call_site, |value| value.span);
                Some(self.make(ExprKind::Tuple(values), ty, span))
            }
        }
    }

    /// True for numbers, tuples of them, and what may turn out to be one.
    fn is_scalar_like(&self, ty: &Ty) -> bool {
        self.is_copy(ty)
            || match self.infer.strip(ty) {
                Ty::Tuple(parts) => parts.iter().all(|part| self.is_scalar_like(part)),
                Ty::Opaque => true,
                ty => self.infer.kind(&ty).is_some(),
            }
    }

    /// The item with everything that is computed in it computed now, so that it can be used twice.
    pub(super) fn settle(&mut self, item: Item, out: &mut Vec<Stmt>) -> Item {
        match item {
            Item::Value(value, held) => {
                let value = unborrowed(flatten(value, out));
                match value.kind {
                    ExprKind::Lit(_) => Item::Value(value, held),
                    ExprKind::Tuple(parts) if !parts.is_empty() => {
                        let items = parts.into_iter().map(Item::value);
                        let items = items.map(|item| self.settle(item, out)).collect();
                        Item::Tuple(items)
                    }
                    _ => {
                        let span = value.span;
                        let var = self.named("item", value, out);
                        Item::Value(self.read_var(var, span), held)
                    }
                }
            }
            Item::Tuple(items) => Item::Tuple(
                items
                    .into_iter()
                    .map(|item| self.settle(item, out))
                    .collect(),
            ),
            place => place,
        }
    }

    /// The same, but an element of a constant is read where it is: a name would move it.
    pub(super) fn settle_in_place(&mut self, item: Item, out: &mut Vec<Stmt>) -> Item {
        match item {
            Item::Value(value, _) if element_code(&value).is_some_and(|code| code.pure) => {
                Item::value(value)
            }
            Item::Tuple(items) => {
                let settled = |item| self.settle_in_place(item, out);
                Item::Tuple(items.into_iter().map(settled).collect())
            }
            item => self.settle(item, out),
        }
    }

    /// `let hint = value;`
    pub(in crate::compiler::lower) fn named(
        &mut self,
        hint: &str,
        value: Expr,
        out: &mut Vec<Stmt>,
    ) -> VarId {
        let value = flatten(value, out);
        let span = value.span;
        let ty = self.open(&value.ty);
        let var = self.temp(hint, ty, span);
        self.note_usize(var, &value);
        let (pat, init) = (Pat::Var(var), Some(value));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        var
    }

    /// The item behind `.copied()`.
    pub(super) fn copied(&mut self, item: Item, span: Span) -> Item {
        match item {
            Item::Place(place, _) => {
                let ty = self.infer.strip(&place.ty);
                let undecided = self.infer.kind(&ty).is_some() || matches!(ty, Ty::Opaque);
                if self.is_copy(&ty) || undecided || ty.element().is_none() {
                    return Item::value(self.read(place));
                }
                Item::value(self.copy(place, ty, "clone", span))
            }
            Item::Tuple(items) => {
                // Only references can be copied from; rustc has seen to that.
                Item::Tuple(items)
            }
            Item::Value(value, held) => Item::Value(unborrowed(value), held),
            item => item,
        }
    }

    /// Refuses an item that has to be one value.
    pub(super) fn one_value(&mut self, item: &Item, span: Span) -> Expr {
        match item {
            // What a reference leads to: consumers of numbers take both.
            Item::Place(place, _) => self.read(place.clone()),
            item => match self.item_value(item) {
                Some(value) => value,
                None => {
                    let at = diag::token_at(span);
                    self.refuse(&diag::ITEM_TUPLE, &at, &[&text_of(&at)])
                }
            },
        }
    }

    /// A kind for types that nothing tells yet.
    pub(super) fn unknown(&mut self) -> Ty {
        self.infer.fresh(Kind::Const)
    }
}

/// A reference to something that the compiler does not look into.
fn reference(ty: Ty) -> Ty {
    Ty::Ref(false, Box::new(ty))
}

/// What the name of an element of a list in a constant refers to, as code.
fn element_code(value: &Expr) -> Option<Verbatim> {
    let (ExprKind::Opaque(code), Ty::Ref(false, inner)) = (&value.kind, &value.ty) else {
        return None;
    };
    match &**inner {
        Ty::Opaque => Some(code.clone()),
        // The element is lent once more.
        Ty::Ref(false, inner) if matches!(**inner, Ty::Opaque) => {
            let tokens = &code.tokens;
            let tokens = quote!((&#tokens));
            Some(Verbatim {
                tokens,
                ..code.clone()
            })
        }
        _ => None,
    }
}

/// Such an element as a value.
fn unborrowed(mut value: Expr) -> Expr {
    if element_code(&value).is_some() {
        value.ty = Ty::Opaque;
    }
    value
}

/// What stands behind one reference to such an element.
fn behind_reference(mut value: Expr) -> Expr {
    if element_code(&value).is_some()
        && let Ty::Ref(_, inner) = value.ty
    {
        value.ty = *inner;
    }
    value
}

/// True for `table[at]`, by value.
fn is_element(value: &Expr) -> bool {
    let ExprKind::Opaque(code) = &value.kind else {
        return false;
    };
    let mut tokens = code.tokens.clone().into_iter();
    let index = |token| matches!(token, Some(TokenTree::Group(index)) if index.delimiter() == Delimiter::Bracket);
    matches!(tokens.next(), Some(TokenTree::Ident(_)))
        && index(tokens.next())
        && tokens.next().is_none()
}

/// True for patterns that take a place apart.
fn is_compound(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(paren) => is_compound(&paren.pat),
        syn::Pat::Tuple(_) | syn::Pat::Slice(_) | syn::Pat::Reference(_) => true,
        _ => false,
    }
}

fn is_rest(pat: &syn::Pat) -> bool {
    matches!(pat, syn::Pat::Rest(_))
}

fn has_rest(pats: &syn::PatTuple) -> bool {
    pats.elems.iter().any(is_rest)
}

/// True if a `&` stands somewhere in the pattern.
fn has_reference(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Reference(_) => true,
        syn::Pat::Paren(paren) => has_reference(&paren.pat),
        syn::Pat::Tuple(tuple) => tuple.elems.iter().any(has_reference),
        _ => false,
    }
}
