//! Code → tokens.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::adjoint::forward::ty_tokens;
use super::code::{Expr, Row, Stmt, Stretches};
use super::emit_names::EmitNames;
use super::hir::{Member, Real, Ty};
use super::real;
use super::ssa::{Func, Op, StmtKind, ValId};

/// What names stand for.
pub(crate) struct Printer<'a> {
    func: &'a Func,
    names: &'a EmitNames,
    /// Values that are literals, printed in place.
    literals: std::collections::BTreeMap<ValId, TokenStream>,
    /// The types of the function that are parameters: a literal cannot have them.
    parameters: BTreeSet<String>,
}

/// Strength of binding, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Any,
    Or,
    And,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Cast,
    Unary,
    Postfix,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(func: &'a Func, names: &'a EmitNames) -> Printer<'a> {
        let types = func.vals.iter().map(|v| &v.ty);
        let mut printer = Printer {
            func,
            names,
            literals: std::collections::BTreeMap::new(),
            parameters: parameters(types.chain(func.mems.iter().map(|m| &m.ty))),
        };
        func.body.walk(&mut |s| {
            if let StmtKind::Def(v, Op::Lit(tokens)) = &s.kind {
                let literal = printer.number(tokens, &func.val(*v).ty);
                printer.literals.insert(*v, literal);
            }
        });
        printer
    }

    /// A literal, as a number of the type.
    fn number(&self, tokens: &TokenStream, ty: &Ty) -> TokenStream {
        let rt = &self.names.rt;
        match ty {
            Ty::Real(Real::Param(name)) if real::is_float(tokens) => {
                quote!(#rt::number::<#name>(#tokens))
            }
            _ => tokens.clone(),
        }
    }

    /// `0.0 as T`, `0.0 as _`: only literals of a parameter, or of a type that may be one, are
    /// written so.
    fn cast(&self, e: &Expr, ty: &TokenStream) -> Option<TokenStream> {
        let rt = &self.names.rt;
        let Expr::Raw(literal) = e else {
            return None;
        };
        let target = ty.to_string();
        match target.as_str() {
            "_" if self.parameters.is_empty() => Some(literal.clone()),
            "_" => Some(quote!(#rt::number(#literal))),
            _ if self.parameters.contains(&target) => Some(quote!(#rt::number::<#ty>(#literal))),
            _ => None,
        }
    }

    pub(crate) fn stmts(&self, stmts: &[Stmt]) -> TokenStream {
        stmts.iter().map(|s| self.stmt(s)).collect()
    }

    fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let {
                name,
                mutable,
                ty,
                init,
            } => {
                let mutable = mutable.then(|| quote!(mut));
                let ty = ty.as_ref().map(|t| quote!(: #t));
                let init = init.as_ref().map(|e| self.expr(e)).map(|e| quote!(= #e));
                quote!(let #mutable #name #ty #init;)
            }
            Stmt::Bind { pattern, init } => {
                let init = self.expr(init);
                quote!(let #pattern = #init;)
            }
            Stmt::Expect { pattern, init } => {
                let init = self.expr(init);
                quote!(let #pattern = #init else { ::core::unreachable!() };)
            }
            Stmt::Assign { place, op, value } => {
                // Where a field has no derivative, rustc points at the operator.
                let span = field_span(place).unwrap_or_else(Span::call_site);
                let (place, value) = (self.expr(place), self.expr(value));
                let op = match *op {
                    "+=" => quote_spanned!(span=> +=),
                    "-=" => quote_spanned!(span=> -=),
                    "*=" => quote_spanned!(span=> *=),
                    "/=" => quote_spanned!(span=> /=),
                    _ => quote!(=),
                };
                quote!(#place #op #value;)
            }
            Stmt::If { cond, then, els } => self.if_stmt(cond, then, els),
            Stmt::For {
                pattern,
                iter,
                body,
            } => {
                let (iter, body) = (self.expr(iter), self.stmts(body));
                quote!(for #pattern in #iter { #body })
            }
            Stmt::Loop { body } => {
                let body = self.stmts(body);
                quote!(loop { #body })
            }
            Stmt::Apart { rows, count, body } => self.apart(rows, count, body),
            Stmt::Stretches(of) => self.stretches(of),
            Stmt::Break => quote!(break;),
            Stmt::Expr(e) => {
                let e = self.expr(e);
                quote!(#e;)
            }
        }
    }

    fn apart(&self, rows: &[Row], count: &Ident, body: &[Stmt]) -> TokenStream {
        let names: Vec<_> = rows.iter().map(|row| &row.name).collect();
        let borrows: Vec<_> = rows
            .iter()
            .map(|row| match row.mutable {
                true => quote!(&mut),
                false => quote!(&),
            })
            .collect();
        let elements = rows.iter().map(|row| &row.element);
        let arguments = rows.iter().map(|row| self.expr(&row.from));
        let body = self.stmts(body);
        quote! {
            (|#(#names: #borrows [#elements]),*| {
                #(let #names = #borrows #names[..#count];)*
                #body
            })(#(#arguments),*);
        }
    }

    fn stretches(&self, of: &Stretches) -> TokenStream {
        let rt = &self.names.rt;
        let iterations = self.expr(&of.iterations);
        let [from, to] = of.range.map(|v| &self.func.val(v).name);
        let bars = nested(of.bars.iter().map(|(_, bar)| self.expr(bar)).collect());
        let parts = nested(of.bars.iter().map(|(name, _)| quote!(#name)).collect());
        let sel = of.sel.as_ref();
        let sel = sel.map(|sel| quote!(use #rt::Selection as _; let #sel = &mut #rt::Plain;));
        let body = self.stmts(&of.body);
        let zeros = of.sums.iter().map(|(_, _, zero)| self.stmt(zero));
        let sums = nested(of.sums.iter().flat_map(|s| declared(&s.2)).collect());
        let given = nested(of.sums.iter().map(|(_, name, _)| quote!(#name)).collect());
        let added = of.sums.iter().map(|(place, name, _)| {
            let place = self.expr(place);
            quote!(#place += #name;)
        });
        let own: Vec<_> = of.locals.iter().flat_map(declared).collect();
        let changed = nested(own.iter().map(|name| quote!(mut #name)).collect());
        let own = nested(own);
        let made = nested(
            of.locals
                .iter()
                .flat_map(|local| self.made(local))
                .collect(),
        );
        let locals = &of.own;
        let inner = quote! { let #changed = #locals; #sel #(#zeros)* #body (#sums, #own) };
        let inner = self.apart_all(of, inner);
        let numbers = (!of.numbers.is_empty()).then(|| {
            let numbers = &of.numbers;
            quote!(let (#(#numbers,)*) = (#(#numbers,)*);)
        });
        quote! {
            let #given = #rt::parallel::stretches(#iterations, #bars, || #made, |#from, #to, #parts, #locals| {
                #numbers
                #inner
            });
            #(#added)*
        }
    }

    /// The value of a declaration.
    fn made(&self, local: &Stmt) -> Option<TokenStream> {
        let Stmt::Let { ty, init, .. } = local else {
            return None;
        };
        let init = self.expr(init.as_ref()?);
        Some(match ty {
            Some(ty) => quote!({ let made: #ty = #init; made }),
            None => init,
        })
    }

    /// The inside of a stretch, where arrays are parameters: these do not overlap for LLVM.
    fn apart_all(&self, of: &Stretches, mut inner: TokenStream) -> TokenStream {
        let rt = &self.names.rt;
        let bars = of.bars.iter().map(|(name, _)| (name, quote!(#name)));
        let reads = of.reads.iter().map(|(name, e)| (name, self.expr(e)));
        let all: Vec<_> = bars.chain(reads).collect();
        for some in all.chunks(MOST) {
            let (names, arguments): (Vec<_>, Vec<_>) = some.iter().cloned().unzip();
            let apart = format_ident!("apart{}", some.len());
            inner = quote!(#rt::parallel::#apart(#(#arguments,)* |#(#names),*| { #inner }));
        }
        inner
    }

    fn if_stmt(&self, cond: &Expr, then: &[Stmt], els: &[Stmt]) -> TokenStream {
        let cond = self.expr(cond);
        match (then, els) {
            (then, []) => {
                let then = self.stmts(then);
                quote!(if #cond { #then })
            }
            ([], els) => {
                let els = self.stmts(els);
                quote!(if !#cond { #els })
            }
            (
                then,
                [
                    Stmt::If {
                        cond: inner,
                        then: a,
                        els: b,
                    },
                ],
            ) => {
                let (then, rest) = (self.stmts(then), self.if_stmt(inner, a, b));
                quote!(if #cond { #then } else #rest)
            }
            (then, els) => {
                let (then, els) = (self.stmts(then), self.stmts(els));
                quote!(if #cond { #then } else { #els })
            }
        }
    }

    pub(crate) fn expr(&self, e: &Expr) -> TokenStream {
        self.at(e, Level::Any)
    }

    /// `path { x: e, ..base }`, `path(e)`
    fn literal(
        &self,
        path: &TokenStream,
        fields: &[(Member, Expr)],
        base: &Option<Box<Expr>>,
    ) -> TokenStream {
        let fields = fields.iter().map(|(name, e)| {
            let e = self.expr(e);
            quote!(#name: #e)
        });
        let base = base.as_ref().map(|e| {
            let e = self.expr(e);
            quote!(..#e)
        });
        quote!(#path { #(#fields,)* #base })
    }

    /// Prints an expression that stands where only what binds at least as strongly may stand bare.
    fn at(&self, e: &Expr, level: Level) -> TokenStream {
        let (tokens, own) = self.bare(e);
        if own < level {
            quote!((#tokens))
        } else {
            tokens
        }
    }

    fn bare(&self, e: &Expr) -> (TokenStream, Level) {
        match e {
            Expr::Val(v) => self.val(*v),
            Expr::Mem(m) => (ident(&self.func.mem(*m).name), Level::Postfix),
            Expr::Bar(v) => (ident(&self.names.bar(*v)), Level::Postfix),
            Expr::MemBar(m) => (ident(&self.names.mem_bar(*m)), Level::Postfix),
            Expr::Dot(v) => (ident(&self.names.dot(*v)), Level::Postfix),
            Expr::MemDot(m) => (ident(&self.names.mem_dot(*m)), Level::Postfix),
            Expr::Name(name) => (ident(name), Level::Postfix),
            Expr::Raw(tokens) => (tokens.clone(), raw_level(tokens)),
            Expr::User(tokens, uses) => (self.user(tokens, uses), Level::Postfix),
            Expr::Neg(e) => {
                let e = self.at(e, Level::Unary);
                (quote!(-#e), Level::Unary)
            }
            Expr::Not(e) => {
                let e = self.at(e, Level::Unary);
                (quote!(!#e), Level::Unary)
            }
            Expr::Deref(e) => {
                let e = self.at(e, Level::Unary);
                (quote!(*#e), Level::Unary)
            }
            Expr::Bin(op, a, b) => self.bin(op, a, b),
            Expr::Cast(e, ty) => {
                if let Some(literal) = self.cast(e, ty) {
                    return (literal, Level::Postfix);
                }
                let e = self.at(e, Level::Cast);
                (quote!(#e as #ty), Level::Cast)
            }
            Expr::Call(path, args) => {
                let args = args.iter().map(|a| self.expr(a));
                (quote!(#path(#(#args),*)), Level::Postfix)
            }
            Expr::Method(receiver, name, args) => {
                let receiver = self.at(receiver, Level::Postfix);
                let name = Ident::new(name, self.func.name.span());
                let args = args.iter().map(|a| self.expr(a));
                (quote!(#receiver.#name(#(#args),*)), Level::Postfix)
            }
            Expr::Index(base, index) => {
                let (base, index) = (self.at(base, Level::Postfix), self.expr(index));
                (quote!(#base[#index]), Level::Postfix)
            }
            Expr::Field(base, k) => {
                let base = self.at(base, Level::Postfix);
                (quote!(#base.#k), Level::Postfix)
            }
            Expr::Invoke(receiver, name, args) => {
                let receiver = self.at(receiver, Level::Postfix);
                let args = args.iter().map(|a| self.expr(a));
                (quote!(#receiver.#name(#(#args),*)), Level::Postfix)
            }
            Expr::Struct(path, fields, base) => (self.literal(path, fields, base), Level::Postfix),
            Expr::Range(lo, hi, inclusive) => {
                let bound = |e: &Option<Box<Expr>>| e.as_ref().map(|e| self.at(e, Level::Or));
                let (lo, hi) = (bound(lo), bound(hi));
                (
                    if *inclusive {
                        quote!(#lo..=#hi)
                    } else {
                        quote!(#lo..#hi)
                    },
                    Level::Any,
                )
            }
            Expr::If(c, a, b) => {
                let (c, a, b) = (self.expr(c), self.expr(a), self.expr(b));
                (quote!(if #c { #a } else { #b }), Level::Any)
            }
            Expr::Ref(mutable, e) => {
                let mutable = mutable.then(|| quote!(mut));
                let e = self.at(e, Level::Unary);
                (quote!(&#mutable #e), Level::Unary)
            }
            Expr::Tuple(parts) => {
                let parts = parts.iter().map(|p| self.expr(p));
                (quote!((#(#parts,)*)), Level::Postfix)
            }
            // A lint takes an operator in a list for a missing comma.
            Expr::List(parts) => {
                let parts = parts.iter().map(|p| self.at(p, Level::Unary));
                (quote!([#(#parts),*]), Level::Postfix)
            }
            Expr::Vec(parts) => {
                let parts = parts.iter().map(|p| self.at(p, Level::Unary));
                (quote!(::std::vec![#(#parts),*]), Level::Postfix)
            }
            Expr::Repeat(vec, value, len) => {
                let (value, len) = (self.expr(value), self.expr(len));
                (
                    if *vec {
                        quote!(::std::vec![#value; #len])
                    } else {
                        quote!([#value; #len])
                    },
                    Level::Postfix,
                )
            }
        }
    }

    fn val(&self, v: ValId) -> (TokenStream, Level) {
        match self.literals.get(&v) {
            Some(tokens) => (tokens.clone(), raw_level(tokens)),
            None => (ident(&self.func.val(v).name), Level::Postfix),
        }
    }

    fn bin(&self, op: &str, a: &Expr, b: &Expr) -> (TokenStream, Level) {
        let level = level_of(op);
        let next = match level {
            Level::Sum => Level::Product,
            Level::Product => Level::Cast,
            Level::Compare => Level::BitOr,
            Level::Or => Level::And,
            Level::And => Level::Compare,
            _ => Level::Cast,
        };
        let left = if level == Level::Compare {
            Level::BitOr
        } else {
            level
        };
        // `a as usize < b` would open generic arguments.
        let a = match (op, a) {
            ("<" | "<<", a) if ends_in_cast(a) => {
                let a = self.expr(a);
                quote!((#a))
            }
            _ => self.at(a, left),
        };
        let b = self.at(b, next);
        let op: TokenStream = op.parse().unwrap_or_default();
        (quote!(#a #op #b), level)
    }

    /// The user's tokens, in a block that binds the names in them where they have other names here.
    fn user(&self, tokens: &TokenStream, uses: &[(Ident, Expr)]) -> TokenStream {
        let mut tokens = tokens.clone();
        let mut binds = Vec::new();
        for (name, e) in uses {
            match e {
                // Nobody else knows the name: what it stands for is not moved into a variable of it.
                // A literal has no name that could stand for it.
                e @ Expr::Val(_) if self.func.hidden.contains(&name.to_string()) => {
                    match syn::parse2::<Ident>(self.expr(e)) {
                        Ok(value) => tokens = substituted(tokens, name, &value),
                        Err(_) => binds.extend(self.rename(name, e)),
                    }
                }
                e => binds.extend(self.rename(name, e)),
            }
        }
        if binds.is_empty() {
            quote!(#tokens)
        } else {
            quote!({ #(#binds)* #tokens })
        }
    }

    fn rename(&self, name: &Ident, e: &Expr) -> Option<TokenStream> {
        let value = self.expr(e);
        if *name == value.to_string() {
            return None;
        }
        Some(match e {
            Expr::Val(v) => match &self.func.val(*v).ty {
                ty @ Ty::Real(_) => {
                    let ty = ty_tokens(ty);
                    quote!(let #name: #ty = #value;)
                }
                _ => quote!(let #name = #value;),
            },
            Expr::Mem(_) => quote!(let #name = &#value;),
            _ => quote!(let #name = #value;),
        })
    }
}

/// The type parameters that stand for real numbers.
fn parameters<'t>(types: impl Iterator<Item = &'t Ty>) -> BTreeSet<String> {
    fn find(ty: &Ty, found: &mut BTreeSet<String>) {
        match ty {
            Ty::Real(Real::Param(name)) => {
                found.insert(name.to_string());
            }
            Ty::Tuple(parts) => parts.iter().for_each(|part| find(part, found)),
            Ty::Struct(of) => of.fields.iter().for_each(|(_, part)| find(part, found)),
            Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) => find(inner, found),
            Ty::Seq(inner) | Ty::Ref(_, inner) => find(inner, found),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    types.for_each(|ty| find(ty, &mut found));
    found
}

/// The tokens with another name in the place of `name`.
fn substituted(tokens: TokenStream, name: &Ident, other: &Ident) -> TokenStream {
    let replace = |token| match token {
        proc_macro2::TokenTree::Ident(found) if found == *name => {
            proc_macro2::TokenTree::Ident(other.clone())
        }
        proc_macro2::TokenTree::Group(group) => {
            let inner = substituted(group.stream(), name, other);
            let mut new = proc_macro2::Group::new(group.delimiter(), inner);
            new.set_span(group.span());
            proc_macro2::TokenTree::Group(new)
        }
        token => token,
    };
    tokens.into_iter().map(replace).collect()
}

/// The name that a `let` declares.
fn declared(stmt: &Stmt) -> Option<TokenStream> {
    match stmt {
        Stmt::Let { name, .. } => Some(quote!(#name)),
        _ => None,
    }
}

/// The longest tuple that traits are implemented for.
const MOST: usize = 12;

/// A tuple; of tuples where there are more parts than traits are implemented for.
fn nested(parts: Vec<TokenStream>) -> TokenStream {
    if parts.len() <= MOST {
        return quote!((#(#parts,)*));
    }
    let size = parts.len().div_ceil(MOST).max(MOST);
    nested(parts.chunks(size).map(|c| nested(c.to_vec())).collect())
}

fn ident(name: &Ident) -> TokenStream {
    quote!(#name)
}

/// A lone token or `-1.0` in front of nothing needs no parentheses; everything else may.
fn raw_level(tokens: &TokenStream) -> Level {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(_), None) => Level::Postfix,
        _ if is_path_or_call(tokens) => Level::Postfix,
        _ => Level::Any,
    }
}

fn is_path_or_call(tokens: &TokenStream) -> bool {
    matches!(
        syn::parse2::<syn::Expr>(tokens.clone()),
        Ok(syn::Expr::Path(_)
            | syn::Expr::Call(_)
            | syn::Expr::MethodCall(_)
            | syn::Expr::Paren(_)
            | syn::Expr::Field(_)
            | syn::Expr::Index(_)
            | syn::Expr::Reference(_))
    )
}

/// True if the last token of the expression may be that of a type.
fn ends_in_cast(e: &Expr) -> bool {
    match e {
        Expr::Cast(..) => true,
        Expr::Bin(_, _, e) | Expr::Neg(e) | Expr::Not(e) | Expr::Deref(e) | Expr::Ref(_, e) => {
            ends_in_cast(e)
        }
        Expr::Raw(tokens) => tokens.to_string().contains(" as "),
        _ => false,
    }
}

fn level_of(op: &str) -> Level {
    match op {
        "||" => Level::Or,
        "&&" => Level::And,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => Level::Compare,
        "|" => Level::BitOr,
        "^" => Level::BitXor,
        "&" => Level::BitAnd,
        "<<" | ">>" => Level::Shift,
        "+" | "-" => Level::Sum,
        _ => Level::Product,
    }
}

/// Where the user wrote the field that a place is in.
fn field_span(place: &Expr) -> Option<Span> {
    match place {
        Expr::Field(_, Member::Named(name)) => Some(name.span()),
        Expr::Field(base, Member::At(_)) | Expr::Index(base, _) => field_span(base),
        _ => None,
    }
}
