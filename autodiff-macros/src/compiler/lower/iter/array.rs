//! Arrays that closures fill: `[a, b].map(f)`, `std::array::from_fn(f)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::visit::{self, Visit};

use super::{By, Elements, Item};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, ExprKind, Pat, Proj, Stmt, StmtKind, Ty};
use crate::compiler::lower::closure::Callable;
use crate::compiler::lower::expr::bare;
use crate::compiler::lower::infer::Kind;
use crate::compiler::lower::{Lower, stmt};

/// Arrays of other things than numbers are written out up to this length.
const LONGEST: usize = 16;

impl Lower<'_> {
    /// `array.map(f)`; `None` if it is something else.
    pub(super) fn array_map(&mut self, call: &syn::ExprMethodCall, name: &str) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        if name != "map" || call.args.len() != 1 {
            return None;
        }
        let wanted = self.hint.take().map(|ty| self.infer.strip(&ty));
        let literal = matches!(receiver, syn::Expr::Array(_) | syn::Expr::Repeat(_));
        let known = literal || self.is_array_place(receiver) || self.is_array_map(receiver);
        // What a call gave is an array if an array is made of it.
        let made = match wanted {
            Some(Ty::Array(_, len)) if !known && self.is_given(receiver) => Some(len),
            _ if known => None,
            _ => return self.mapped_sequence(call),
        };
        let span = call.method.span();
        let mut out = Vec::new();
        let value = self.operand(receiver);
        if let Some(len) = made {
            let array = Ty::Array(Box::new(self.infer.fresh(Kind::Call)), len);
            let _ = self.infer.unify(&value.ty, &array);
        }
        let (inner, len) = match self.infer.strip(&value.ty) {
            Ty::Array(inner, len) => (*inner, len),
            _ => return Some(value),
        };
        let of = self.named("source", value, &mut out);
        let Some(f) = self.callable(&call.args[0], &mut out) else {
            return Some(self.error(quote!(#call)));
        };
        let by = By::Value;
        let elements = Elements {
            of,
            inner,
            by,
            piece: None,
        };
        let value = self.filled(&f, len, Some(&elements), span, &mut out);
        Some(self.block_of(out, value, span))
    }

    /// `v.map(f)` of an array whose length only rustc knows: a copy of it, element by element. The first guess is that what nothing
    /// tells about is an `Option`.
    fn mapped_sequence(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        if !self.options.mapped_arrays || self.is_chain(receiver) {
            return None;
        }
        let place = self.is_place(receiver) && !self.is_opaque_place(receiver);
        let mapped = match place {
            true => {
                let ty = self.operand(receiver).ty;
                let known = self.infer.strip(&ty);
                let open = matches!(
                    self.infer.kind(&known),
                    Some(Kind::Call | Kind::Path { real: true, .. })
                );
                open || matches!(known, Ty::Seq(_)) && !self.infer.is_optional(&ty)
            }
            false => matches!(receiver, syn::Expr::Call(_) | syn::Expr::MethodCall(_)),
        };
        if !mapped {
            return None;
        }
        let (f, span) = (&call.args[0], call.method.span());
        let [mapped, each, i] = self.fresh(["mapped", "each", "i"], span);
        let copied = place.then(|| quote!(.clone()));
        let (bound, each) = match bare(f) {
            syn::Expr::Closure(_) => (quote_spanned!(span=> let #each = #f;), quote!(#each)),
            f => (TokenStream::new(), quote!(#f)),
        };
        let code = quote_spanned!(span=> {
            #bound
            let mut #mapped = #receiver #copied;
            for #i in 0..#mapped.len() {
                #mapped[#i] = #each(#mapped[#i]);
            }
            #mapped
        });
        let code = syn::parse2::<syn::Expr>(code).ok()?;
        Some(self.expr(&code))
    }

    /// True for calls of functions, and for names of what they gave, of which nothing else is known.
    fn is_given(&self, expr: &syn::Expr) -> bool {
        let ty = self.place_type(expr).filter(|_| self.is_place(expr));
        match ty {
            Some(ty) => matches!(self.infer.kind(&ty), Some(Kind::Call)),
            None => matches!(expr, syn::Expr::Call(_)),
        }
    }

    fn is_array_map(&self, expr: &syn::Expr) -> bool {
        match expr {
            syn::Expr::MethodCall(call) if call.method == "map" && call.args.len() == 1 => {
                let receiver = bare(&call.receiver);
                matches!(receiver, syn::Expr::Array(_) | syn::Expr::Repeat(_))
                    || self.is_array_place(receiver)
                    || self.is_array_map(receiver)
            }
            _ => false,
        }
    }

    /// True for variables that are arrays, and elements of such that are.
    fn is_array_place(&self, expr: &syn::Expr) -> bool {
        self.is_place(expr) && matches!(self.place_type(expr), Some(Ty::Array(..)))
    }

    /// The type of a place, without lowering it; `None` if it is not known yet.
    pub(in crate::compiler::lower) fn place_type(&self, expr: &syn::Expr) -> Option<Ty> {
        match bare(expr) {
            syn::Expr::Index(index) => {
                let base = self.place_type(&index.expr)?;
                let inner = base.element()?.clone();
                Some(match bare(&index.index) {
                    syn::Expr::Range(_) => Ty::Slice(Box::new(inner)),
                    _ => self.infer.strip(&inner),
                })
            }
            syn::Expr::Field(field) => match (self.place_type(&field.base)?, &field.member) {
                (Ty::Tuple(parts), syn::Member::Unnamed(at)) => {
                    let part = parts.get(at.index as usize)?;
                    Some(self.infer.strip(part))
                }
                (base, member) => {
                    let part = self.field_so_far(&base, member)?;
                    Some(self.infer.strip(&part))
                }
            },
            syn::Expr::Unary(unary) => self.place_type(&unary.expr),
            expr @ syn::Expr::Path(_) => {
                let var = self.root(expr)?;
                Some(self.infer.strip(&self.var(var).ty))
            }
            _ => None,
        }
    }

    /// `std::array::from_fn(f)`
    pub(in crate::compiler::lower) fn array_from_fn(
        &mut self,
        call: &syn::ExprCall,
    ) -> Option<Expr> {
        let syn::Expr::Path(path) = bare(&call.func) else {
            return None;
        };
        let mut names = path.path.segments.iter().rev();
        let (last, owner) = (names.next()?, names.next()?);
        if last.ident != "from_fn" || owner.ident != "array" || call.args.len() != 1 {
            return None;
        }
        let span = last.ident.span();
        let given = match &last.arguments {
            syn::PathArguments::AngleBracketed(given) => given.args.iter().nth(1).cloned(),
            _ => None,
        };
        let given = given
            .map(|len| quote!(#len))
            .filter(|len| len.to_string() != "_");
        let hinted = match self.hint.take().map(|ty| self.infer.strip(&ty)) {
            Some(Ty::Array(_, len)) => Some(len),
            _ => None,
        };
        let Some(len) = given.or(hinted) else {
            return Some(self.refuse(&diag::FROM_FN, path, &[&text_of(path)]));
        };
        let mut out = Vec::new();
        let Some(f) = self.callable(&call.args[0], &mut out) else {
            return Some(self.error(quote!(#call)));
        };
        let value = self.filled(&f, len, None, span, &mut out);
        Some(self.block_of(out, value, span))
    }

    /// The array of `f(element)`, or of `f(index)`.
    fn filled(
        &mut self,
        f: &Callable,
        len: TokenStream,
        of: Option<&Elements>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let at = f.tokens();
        let var = self.temp("i", Ty::Int, span);
        let index = self.read_var(var, span);
        let item = |this: &mut Self, index: Expr| match of {
            Some(of) => this.element_item(of, index, span),
            None => Item::value(index),
        };
        let mut stmts = Vec::new();
        let first = item(self, index.clone());
        let value = self.apply(f, vec![first], true, &at, &mut stmts);
        let ty = self.infer.strip(&value.ty);
        let real = self.infer.is_real(&ty) || matches!(self.infer.kind(&ty), Some(Kind::Call));
        if !real {
            return self.written_out(f, len, &item, span, out);
        }
        let size: syn::Expr = match syn::parse2(len.clone()) {
            Ok(size) => size,
            Err(_) => return self.refuse(&diag::FROM_FN, &len, &[&len.to_string()]),
        };
        let size = self.integer(&size);
        let float = self.float_of(&ty);
        let zero = self.lit(quote!(0.0), float, span);
        self.expect(&zero, &value.ty);
        let ty = Ty::Array(Box::new(value.ty.clone()), len);
        let array = self.bind_hidden("array", ty.clone(), span);
        let kind = ExprKind::Repeat(Box::new(zero), Box::new(size.clone()));
        let (pat, init) = (Pat::Var(array), Some(self.make(kind, ty, span)));
        out.push(stmt(StmtKind::Let { pat, init }, span));
        let mut place = self.whole(array, span);
        place.path.push(Proj::Index(index));
        place.ty = value.ty.clone();
        let op = None;
        stmts.push(stmt(StmtKind::Assign { place, op, value }, span));
        self.index_loop(var, size, stmts, span, out);
        self.read_var(array, span)
    }

    /// `[f(a[0]), f(a[1]), …]`
    fn written_out(
        &mut self,
        f: &Callable,
        len: TokenStream,
        item: &dyn Fn(&mut Self, Expr) -> Item,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let count = syn::parse2::<syn::LitInt>(len.clone()).ok();
        let count = count.and_then(|count| count.base10_parse::<usize>().ok());
        let at = f.tokens();
        let Some(count) = count.filter(|count| *count <= LONGEST) else {
            return self.refuse(&diag::FROM_FN, &at, &[&len.to_string()]);
        };
        let inner = self.infer.fresh(Kind::Const);
        let mut parts = Vec::new();
        for i in 0..count {
            let index = self.number(i, span);
            let item = item(self, index);
            let value = self.apply(f, vec![item], true, &at, out);
            self.expect(&value, &inner);
            let var = self.named("part", value, out);
            parts.push(self.read_var(var, span));
        }
        let ty = Ty::Array(Box::new(inner), len);
        self.make(ExprKind::List(parts), ty, span)
    }
}

/// True if the function calls a method of the name `map`.
pub(crate) fn maps(item: &syn::ItemFn) -> bool {
    struct Maps(bool);
    impl<'ast> Visit<'ast> for Maps {
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            self.0 |= call.method == "map";
            visit::visit_expr_method_call(self, call);
        }
    }
    let mut maps = Maps(false);
    maps.visit_item_fn(item);
    maps.0
}
