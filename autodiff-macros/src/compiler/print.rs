//! Code → tokens.

mod out;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::analyse::again::diverges;
use super::code::{Callee, Expr, GuardForm, Pick, Row, Stmt, Stretches, Sum};
use super::emit::respan;
use super::emit_names::EmitNames;
use super::hir::{Member, Real, Ty};
use super::primal::ty_tokens;
use super::real;
use super::ssa::{Func, Op, Origin, StmtKind, ValId};
use out::Out;

/// What names stand for.
pub(crate) struct Printer<'a> {
    func: &'a Func,
    names: &'a EmitNames,
    /// Values that are literals, printed in place.
    literals: BTreeMap<ValId, TokenStream>,
    /// The types of the function that are parameters: a literal cannot have them.
    parameters: BTreeSet<String>,
    /// Path of what emitted code uses, and of the vectors in it.
    rt: TokenStream,
    vectors: TokenStream,
    /// Names as they are emitted: of values, of their adjoints.
    vals: Vec<OnceCell<Ident>>,
    bars: Vec<OnceCell<Ident>>,
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
        let rt = respan::respan(names.rt.clone());
        let mut printer = Printer {
            func,
            names,
            literals: BTreeMap::new(),
            parameters: parameters(types.chain(func.mems.iter().map(|m| &m.ty))),
            vectors: quote!(#rt::vec),
            rt,
            vals: vec![OnceCell::new(); func.vals.len()],
            bars: vec![OnceCell::new(); func.vals.len()],
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
        let rt = &self.rt;
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
        let rt = &self.rt;
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

    /// The statements, with the spans of emitted code.
    pub(crate) fn stmts(&self, stmts: &[Stmt]) -> TokenStream {
        let mut out = Out::new(&self.vectors);
        self.all(stmts, &mut out);
        out.finish()
    }

    /// The expression, with the spans of emitted code.
    pub(crate) fn expr(&self, e: &Expr) -> TokenStream {
        let mut out = Out::new(&self.vectors);
        self.whole(e, &mut out);
        out.finish()
    }

    fn all<'o>(&'o self, stmts: &[Stmt], out: &mut Out<'o>) {
        for stmt in stmts {
            self.stmt(stmt, out);
            // rustc warns of what cannot be reached.
            if matches!(stmt, Stmt::Expr(Expr::User(code, _)) if diverges(code)) {
                break;
            }
        }
    }

    /// `{ … }`
    fn block<'o>(&'o self, stmts: &[Stmt], out: &mut Out<'o>) {
        out.group(Delimiter::Brace, |out| self.all(stmts, out));
    }

    fn stmt<'o>(&'o self, stmt: &Stmt, out: &mut Out<'o>) {
        match stmt {
            Stmt::Let {
                name,
                mutable,
                ty,
                init,
            } => {
                out.word("let");
                if *mutable {
                    out.word("mut");
                }
                out.ident(name);
                if let Some(ty) = ty
                    && !init.as_ref().is_some_and(|init| self.is_evident(init))
                {
                    out.punct(":");
                    out.raw(ty);
                }
                if let Some(init) = init {
                    out.punct("=");
                    self.whole(init, out);
                }
                out.punct(";");
            }
            Stmt::Bind { pattern, init } => {
                self.bind(pattern, init, out);
                out.punct(";");
            }
            Stmt::Expect { pattern, init } => {
                self.bind(pattern, init, out);
                out.raw(&quote!(else { ::core::unreachable!() };));
            }
            Stmt::Assign {
                place: Expr::Cell(place),
                op,
                value,
            } => self.set(place, op, value, out),
            // The operator of a type parameter borrows its left side first.
            Stmt::Assign { place, op, value }
                if *op != "=" && !self.parameters.is_empty() && reads_list_of(place, value) =>
            {
                let (place, value) = (self.expr(place), self.expr(value));
                let op: TokenStream = op.parse().unwrap_or_default();
                out.raw(&quote!({ let added = #value; #place #op added; }));
            }
            Stmt::Assign { place, op, value } => {
                self.whole(place, out);
                // Where a field has no derivative, rustc points at the operator.
                let span = field_span(place).map(respan::at);
                out.punct_at(op, span.filter(|_| *op != "="));
                self.whole(value, out);
                out.punct(";");
            }
            Stmt::If { cond, then, els } => self.if_stmt(cond, then, els, out),
            Stmt::For {
                pattern,
                iter,
                body,
            } => {
                out.word("for");
                out.raw(pattern);
                out.word("in");
                self.whole(iter, out);
                self.block(body, out);
            }
            Stmt::Collect {
                list,
                pattern,
                iter,
                body,
            } => self.collect(list, (pattern, iter), body, out),
            Stmt::Loop { body } => {
                out.word("loop");
                self.block(body, out);
            }
            Stmt::Apart { rows, count, body } => self.apart(rows, count, body, out),
            Stmt::Stretches(of) => out.raw(&self.stretches(of)),
            Stmt::Break => {
                out.word("break");
                out.punct(";");
            }
            Stmt::Expr(e) => {
                self.whole(e, out);
                out.punct(";");
            }
        }
    }

    /// True for arithmetic with values of type `f64` or their tangents, which needs no annotation: each of them costs rustc a
    /// type to resolve and to compare.
    fn is_evident(&self, e: &Expr) -> bool {
        match e {
            Expr::Val(v) => !self.literals.contains_key(v) && self.is_f64(*v),
            Expr::Bar(v) | Expr::Dot(v) => self.is_f64(*v),
            Expr::Neg(e) => self.is_evident(e),
            Expr::Bin("+" | "-" | "*" | "/", a, b) => {
                self.is_evident(a) || self.is_literal(a) && self.is_evident(b)
            }
            _ => false,
        }
    }

    fn is_f64(&self, v: ValId) -> bool {
        matches!(self.func.val(v).ty, Ty::Real(Real::F64))
    }

    fn is_literal(&self, e: &Expr) -> bool {
        matches!(e, Expr::Val(v) if self.literals.contains_key(v))
    }

    /// `let pattern = init`
    fn bind<'o>(&'o self, pattern: &TokenStream, init: &Expr, out: &mut Out<'o>) {
        out.word("let");
        out.raw(pattern);
        out.punct("=");
        self.whole(init, out);
    }

    /// `list.extend(iter.map(|pattern| { …; element }));`
    fn collect<'o>(
        &'o self,
        list: &Ident,
        (pattern, iter): (&TokenStream, &Expr),
        body: &[Stmt],
        out: &mut Out<'o>,
    ) {
        out.ident(list);
        out.punct(".");
        out.word("extend");
        out.group(Delimiter::Parenthesis, |out| {
            self.at(iter, Level::Postfix, out);
            out.punct(".");
            out.word("map");
            out.group(Delimiter::Parenthesis, |out| {
                out.punct("|");
                out.raw(pattern);
                out.punct("|");
                out.group(Delimiter::Brace, |out| match body {
                    [rest @ .., Stmt::Expr(element)] => {
                        self.all(rest, out);
                        self.whole(element, out);
                    }
                    all => self.all(all, out),
                });
            });
        });
        out.punct(";");
    }

    fn apart<'o>(&'o self, rows: &[Row], count: &Ident, body: &[Stmt], out: &mut Out<'o>) {
        let borrow = |row: &Row, out: &mut Out<'o>| {
            out.punct("&");
            if row.mutable {
                out.word("mut");
            }
        };
        out.group(Delimiter::Parenthesis, |out| {
            out.punct("|");
            out.list(rows, |out, row| {
                out.ident(&row.name);
                out.punct(":");
                borrow(row, out);
                out.group(Delimiter::Bracket, |out| out.raw(&row.element));
            });
            out.punct("|");
            out.group(Delimiter::Brace, |out| {
                for row in rows {
                    out.word("let");
                    out.ident(&row.name);
                    out.punct("=");
                    self.part(row, count, out);
                    out.punct(";");
                }
                self.all(body, out);
            });
        });
        out.group(Delimiter::Parenthesis, |out| {
            out.list(rows, |out, row| match self.sliced(row) {
                Some((array, _)) => {
                    if !self.is_reference(array) {
                        borrow(row, out);
                    }
                    self.whole(array, out);
                }
                None => self.whole(&row.from, out),
            });
        });
        out.punct(";");
    }

    /// The slice of a row that the loop runs over, made of the parameter that stands for it.
    fn part<'o>(&'o self, row: &Row, count: &Ident, out: &mut Out<'o>) {
        out.raw(&self.rt);
        out.punct("::");
        let start = self.sliced(row).and_then(|(_, start)| start);
        if let Some(function) = row.in_points() {
            out.raw(&function);
            return out.group(Delimiter::Parenthesis, |out| {
                if let Some(start) = start {
                    out.punct("&");
                    if row.mutable {
                        out.word("mut");
                    }
                    out.ident(&row.name);
                    out.group(Delimiter::Bracket, |out| {
                        self.whole(start, out);
                        out.punct("..");
                    });
                } else {
                    out.ident(&row.name);
                }
                out.punct(",");
                out.ident(count);
            });
        }
        out.word(if row.mutable { "part_mut" } else { "part" });
        out.group(Delimiter::Parenthesis, |out| {
            out.ident(&row.name);
            out.punct(",");
            match start {
                Some(start) => self.whole(start, out),
                None => out.raw(&quote!(0)),
            }
            out.punct(",");
            out.ident(count);
        });
    }

    /// The array that a row is a slice of, if a reference to it is one to a slice, and where the row begins.
    fn sliced<'e>(&self, row: &'e Row) -> Option<(&'e Expr, Option<&'e Expr>)> {
        let Expr::Ref(_, slice) = &row.from else {
            return None;
        };
        let Expr::Index(array, range) = &**slice else {
            return None;
        };
        let Expr::Range(start, None, false) = &**range else {
            return None;
        };
        let is_array = match &**array {
            Expr::Mem(m) | Expr::MemBar(m) => {
                let mem = self.func.mem(*m);
                matches!(mem.ty, Ty::Array(..) | Ty::Vec(_))
                    || matches!(mem.ty, Ty::Slice(_)) && mem.origin != Origin::Local
            }
            Expr::Name(_) => true,
            _ => false,
        };
        // In a stretch, arrays are references.
        let is_plain = self.func.stretched.is_empty();
        (is_array && is_plain).then_some((array, start.as_deref()))
    }

    /// True if the variable of an array is a reference to it.
    fn is_reference(&self, array: &Expr) -> bool {
        match array {
            Expr::Mem(m) => matches!(
                self.func.mem(*m).origin,
                Origin::Shared(_) | Origin::Exclusive(_)
            ),
            Expr::MemBar(m) => self.func.mem(*m).origin != Origin::Local,
            _ => false,
        }
    }

    fn stretches(&self, of: &Stretches) -> TokenStream {
        let rt = &self.rt;
        let iterations = self.expr(&of.iterations);
        let [from, to] = of.range.map(|v| &self.func.val(v).name);
        let bar = |(name, all): &(Ident, Expr)| {
            let all = self.expr(all);
            match of.split.contains(name) {
                true => quote!(#rt::parallel::split(#all)),
                false => all,
            }
        };
        let bars = nested(of.bars.iter().map(bar).collect());
        let parts = nested(of.bars.iter().map(|(name, _)| quote!(#name)).collect());
        let sel = of.sel.as_ref();
        let sel = sel.map(|sel| quote!(use #rt::Selection as _; let #sel = &mut #rt::Plain;));
        let body = self.stmts(&of.body);
        let zeros = of.sums.iter();
        let zeros = zeros.map(|sum| self.stmts(std::slice::from_ref(&sum.zero)));
        let one = |sum: &Sum, name: TokenStream| match sum.counts {
            true => quote!(#rt::parallel::Count(#name)),
            false => name,
        };
        let sums = of.sums.iter();
        let sums = sums.flat_map(|sum| Some(one(sum, declared(&sum.zero)?)));
        let sums = nested(sums.collect());
        let given = of.sums.iter();
        let given = given.map(|sum| one(sum, sum.part.to_token_stream()));
        let given = nested(given.collect());
        let added = of.sums.iter().map(|sum| {
            let (place, part) = (self.expr(&sum.place), &sum.part);
            quote!(#place += #part;)
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
        let rt = &self.rt;
        let from = &self.func.val(of.range[0]).name;
        let bars = of
            .bars
            .iter()
            .map(|(name, _)| match of.split.contains(name) {
                true => (name, quote!(#name.starting_at(#from))),
                false => (name, quote!(#name)),
            });
        let reads = of.reads.iter().map(|(name, e)| (name, self.expr(e)));
        let all: Vec<_> = bars.chain(reads).collect();
        for some in all.chunks(MOST) {
            let (names, arguments): (Vec<_>, Vec<_>) = some.iter().cloned().unzip();
            let apart = format_ident!("apart{}", some.len());
            inner = quote!(#rt::parallel::#apart(#(#arguments,)* |#(#names),*| { #inner }));
        }
        inner
    }

    fn if_stmt<'o>(&'o self, cond: &Expr, then: &[Stmt], els: &[Stmt], out: &mut Out<'o>) {
        out.word("if");
        match (then, els) {
            (then, []) => {
                self.whole(cond, out);
                self.block(then, out);
            }
            ([], els) => {
                out.punct("!");
                self.at(cond, Level::Unary, out);
                self.block(els, out);
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
                self.whole(cond, out);
                self.block(then, out);
                out.word("else");
                self.if_stmt(inner, a, b, out);
            }
            (then, els) => {
                self.whole(cond, out);
                self.block(then, out);
                out.word("else");
                self.block(els, out);
            }
        }
    }

    fn whole<'o>(&'o self, e: &Expr, out: &mut Out<'o>) {
        self.at(e, Level::Any, out);
    }

    /// `path { x: e, ..base }`, `path(e)`
    fn literal<'o>(
        &'o self,
        path: &TokenStream,
        fields: &[(Member, Expr)],
        base: Option<&Expr>,
        out: &mut Out<'o>,
    ) {
        out.raw(path);
        out.group(Delimiter::Brace, |out| {
            for (name, e) in fields {
                out.raw(&quote!(#name));
                out.punct(":");
                self.whole(e, out);
                out.punct(",");
            }
            if let Some(base) = base {
                out.punct("..");
                self.whole(base, out);
            }
        });
    }

    /// Prints an expression that stands where only what binds at least as strongly may stand bare.
    fn at<'o>(&'o self, e: &Expr, level: Level, out: &mut Out<'o>) {
        let from = out.len();
        let own = self.bare(e, level, out);
        if own < level {
            out.parenthesize(from);
        }
    }

    /// `(a, b)`
    fn arguments<'o>(&'o self, args: &[Expr], out: &mut Out<'o>) {
        out.group(Delimiter::Parenthesis, |out| {
            out.list(args, |out, e| self.whole(e, out));
        });
    }

    fn callee<'o>(&'o self, callee: &Callee, out: &mut Out<'o>) {
        let name = match callee {
            Callee::Path(path) => return out.raw(path),
            Callee::Pick(Pick::Either) => "pick",
            Callee::Pick(Pick::Above) => "pick_above",
            Callee::Pick(Pick::Below) => "pick_below",
            Callee::Pick(Pick::Sign) => "pick_sign",
            Callee::Pick(Pick::Dots) => "pick_dots",
            Callee::UnlessZero(GuardForm::Either) => "unless_zero",
            Callee::UnlessZero(GuardForm::Branch) => "unless_zero_in_turn",
            Callee::UnlessZero(GuardForm::Select) => "unless_zero_at_once",
            Callee::Over => "over",
            Callee::NeutralLike => "neutral_like",
            Callee::NoDots(_) => "none",
        };
        out.raw(&self.rt);
        out.punct("::");
        out.word(name);
        if let Callee::NoDots(Some(ty)) = callee {
            out.raw(&quote!(::<#ty>));
        }
    }

    /// `cell.get()`
    fn get<'o>(&'o self, cell: &Expr, out: &mut Out<'o>) {
        self.at(cell, Level::Postfix, out);
        out.raw(&quote!(.get()));
    }

    /// `cell.set(value);`, `cell.set(cell.get() + value);`
    fn set<'o>(&'o self, cell: &Expr, op: &'static str, value: &Expr, out: &mut Out<'o>) {
        self.at(cell, Level::Postfix, out);
        out.raw(&quote!(.set));
        out.group(Delimiter::Parenthesis, |out| {
            let Some(operator) = op.strip_suffix('=').filter(|op| !op.is_empty()) else {
                return self.whole(value, out);
            };
            self.get(cell, out);
            out.punct(operator);
            let level = match operator {
                "+" | "-" => Level::Product,
                _ => Level::Unary,
            };
            self.at(value, level, out);
        });
        out.punct(";");
    }

    /// Prints the expression, and tells how strongly it binds; roughly, if it stands where anything may.
    fn bare<'o>(&'o self, e: &Expr, within: Level, out: &mut Out<'o>) -> Level {
        match e {
            Expr::Val(v) => return self.val(*v, within, out),
            Expr::Mem(m) => out.ident(&self.func.mem(*m).name),
            Expr::Bar(v) => out.name(cached(&self.bars, *v, || self.names.bar(*v))),
            Expr::MemBar(m) => out.ident(&self.names.mem_bar(*m)),
            Expr::Dot(v) => out.ident(&self.names.dot(*v)),
            Expr::MemDot(m) => out.ident(&self.names.mem_dot(*m)),
            Expr::Name(name) => out.ident(name),
            Expr::Raw(tokens) => return raw(tokens, within, out),
            Expr::User(tokens, uses) => out.raw(&self.user(tokens, uses)),
            Expr::Neg(e) => return self.prefixed("-", e, out),
            Expr::Not(e) => return self.prefixed("!", e, out),
            Expr::Deref(e) => return self.prefixed("*", e, out),
            Expr::Bin(op, a, b) => return self.bin(op, a, b, out),
            Expr::Cast(e, ty) => {
                if let Some(literal) = self.cast(e, ty) {
                    out.raw(&literal);
                    return Level::Postfix;
                }
                self.at(e, Level::Cast, out);
                out.word("as");
                out.raw(ty);
                return Level::Cast;
            }
            Expr::Call(callee, args) => {
                self.callee(callee, out);
                self.arguments(args, out);
            }
            Expr::Method(receiver, name, args) => {
                self.at(receiver, Level::Postfix, out);
                out.punct(".");
                out.ident(&Ident::new(name, self.func.name.span()));
                self.arguments(args, out);
            }
            Expr::Index(base, index) => {
                self.at(base, Level::Postfix, out);
                out.group(Delimiter::Bracket, |out| self.whole(index, out));
            }
            Expr::Cell(element) => self.get(element, out),
            Expr::Field(base, Member::Behind) => return self.prefixed("*", base, out),
            Expr::Field(base, k) => {
                self.at(base, Level::Postfix, out);
                out.punct(".");
                out.raw(&quote!(#k));
            }
            Expr::Invoke(receiver, name, args) => {
                self.at(receiver, Level::Postfix, out);
                out.punct(".");
                out.raw(name);
                self.arguments(args, out);
            }
            Expr::Struct(path, fields, base) => self.literal(path, fields, base.as_deref(), out),
            Expr::Range(lo, hi, inclusive) => {
                if let Some(lo) = lo {
                    self.at(lo, Level::Or, out);
                }
                out.punct(if *inclusive { "..=" } else { ".." });
                if let Some(hi) = hi {
                    self.at(hi, Level::Or, out);
                }
                return Level::Any;
            }
            Expr::If(c, a, b) => {
                out.word("if");
                self.whole(c, out);
                out.group(Delimiter::Brace, |out| self.whole(a, out));
                out.word("else");
                out.group(Delimiter::Brace, |out| self.whole(b, out));
                return Level::Any;
            }
            Expr::Ref(mutable, e) => {
                out.punct("&");
                if *mutable {
                    out.word("mut");
                }
                self.at(e, Level::Unary, out);
                return Level::Unary;
            }
            Expr::Tuple(parts) => out.group(Delimiter::Parenthesis, |out| {
                for part in parts {
                    self.whole(part, out);
                    out.punct(",");
                }
            }),
            Expr::List(parts) => self.elements(parts, out),
            Expr::Vec(parts) => {
                out.vec();
                self.elements(parts, out);
            }
            Expr::Repeat(vec, value, len) => {
                if *vec {
                    out.vec();
                }
                out.group(Delimiter::Bracket, |out| {
                    self.whole(value, out);
                    out.punct(";");
                    self.whole(len, out);
                });
            }
        }
        Level::Postfix
    }

    /// `-e`, `!e`, `*e`
    fn prefixed<'o>(&'o self, op: &str, e: &Expr, out: &mut Out<'o>) -> Level {
        out.punct(op);
        self.at(e, Level::Unary, out);
        Level::Unary
    }

    /// `[a, b]`: a lint takes an operator in a list for a missing comma.
    fn elements<'o>(&'o self, parts: &[Expr], out: &mut Out<'o>) {
        out.group(Delimiter::Bracket, |out| {
            out.list(parts, |out, e| self.at(e, Level::Unary, out));
        });
    }

    fn val<'o>(&'o self, v: ValId, within: Level, out: &mut Out<'o>) -> Level {
        match self.literals.get(&v) {
            Some(tokens) => raw(tokens, within, out),
            None => {
                let name = || self.func.val(v).name.clone();
                out.name(cached(&self.vals, v, name));
                Level::Postfix
            }
        }
    }

    fn bin<'o>(&'o self, op: &str, a: &Expr, b: &Expr, out: &mut Out<'o>) -> Level {
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
        match (op, a) {
            ("<" | "<<", a) if ends_in_cast(a) => {
                out.group(Delimiter::Parenthesis, |out| self.whole(a, out));
            }
            _ => self.at(a, left, out),
        }
        out.punct(op);
        self.at(b, next, out);
        level
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

/// True if the value is read from the list that an element of is assigned to.
fn reads_list_of(place: &Expr, value: &Expr) -> bool {
    let mut root = place;
    while let Expr::Index(of, _) = root {
        root = of;
    }
    let same = |e: &Expr| match (root, e) {
        (Expr::Mem(a), Expr::Mem(b))
        | (Expr::MemBar(a), Expr::MemBar(b))
        | (Expr::MemDot(a), Expr::MemDot(b)) => a == b,
        (Expr::Name(a), Expr::Name(b)) => a == b,
        _ => false,
    };
    let mut found = false;
    value.walk(&mut |e| found |= same(e));
    found
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

/// The tokens with another name in the place of `name`, where that is a variable: what follows `::` or `.` is not.
fn substituted(tokens: TokenStream, name: &Ident, other: &Ident) -> TokenStream {
    let mut before = [None, None];
    let replace = |token| {
        let member = matches!(before, [Some(':'), Some(':')])
            || (before[1] == Some('.') && before[0] != Some('.'));
        let last = match &token {
            proc_macro2::TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        before = [before[1], last];
        match token {
            proc_macro2::TokenTree::Ident(found) if found == *name && !member => {
                proc_macro2::TokenTree::Ident(other.clone())
            }
            proc_macro2::TokenTree::Group(group) => {
                let inner = substituted(group.stream(), name, other);
                let mut new = proc_macro2::Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                proc_macro2::TokenTree::Group(new)
            }
            token => token,
        }
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

/// The name as it is emitted.
fn cached(table: &[OnceCell<Ident>], v: ValId, name: impl FnOnce() -> Ident) -> Ident {
    let make = || respan::respan_ident(&name());
    match table.get(v.0 as usize) {
        Some(cell) => cell.get_or_init(make).clone(),
        None => make(),
    }
}

/// Prints tokens; how strongly they bind matters only where not everything may stand.
fn raw(tokens: &TokenStream, within: Level, out: &mut Out<'_>) -> Level {
    out.raw(tokens);
    match within {
        Level::Any => Level::Any,
        _ => raw_level(tokens),
    }
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
        Expr::Field(base, Member::At(_) | Member::Behind) | Expr::Index(base, _) => {
            field_span(base)
        }
        _ => None,
    }
}
