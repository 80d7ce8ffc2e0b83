//! Closures: a call of one is its body, written where it is called.
//!
//! In: `let f = |x| …;`, `f(a)`, and closures handed to iterator methods. Out: statements of the HIR,
//! with parameters as `let`s. Names in the body mean what they meant where the closure was written:
//! its scopes are kept with it. What `move` copies is copied where the closure is written.
//!
//! ```text
//! let f = |v: f64| v * k;  s += f(x[i]);   →   let v: f64 = x[i]; s += (v * k)
//! ```

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::dest::{Dest, needs_dest};
use super::expr::bare;
use super::infer::Kind;
use super::iter::Item;
use super::scope::{Name, Scope};
use super::stmt::Want;
use super::value::flatten;
use super::{Lower, stmt};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Block, Expr, LoopId, Stmt, StmtKind, Ty, VarId};
use crate::compiler::parse::types;

/// Something that is called on items: a closure, or a function by its path.
#[derive(Clone)]
pub(super) struct Callable {
    what: What,
    /// What its names stand for.
    scopes: Rc<Vec<Scope>>,
    /// Tells closures apart.
    id: usize,
}

#[derive(Clone)]
enum What {
    Closure(syn::ExprClosure),
    Path(syn::ExprPath),
}

/// The closure whose body is being lowered: where its `return` goes.
pub(super) struct Frame {
    id: LoopId,
    dest: Option<VarId>,
}

impl Callable {
    /// The same with another closure, made of the one that it is.
    pub(super) fn rewritten(
        &self,
        rewrite: impl FnOnce(&syn::ExprClosure) -> Option<syn::ExprClosure>,
    ) -> Option<Self> {
        let What::Closure(closure) = &self.what else {
            return None;
        };
        Some(Callable {
            what: What::Closure(rewrite(closure)?),
            ..self.clone()
        })
    }

    /// What stands for it in messages.
    pub(super) fn tokens(&self) -> TokenStream {
        match &self.what {
            What::Closure(closure) => closure.or1_token.to_token_stream(),
            What::Path(path) => path.to_token_stream(),
        }
    }
}

impl Lower<'_> {
    /// `let f = |x| …;`, `let g = f;`, `let h = f64::sin;`: a name for something to call.
    pub(super) fn let_closure(
        &mut self,
        pat: &syn::Pat,
        init: &syn::Expr,
        out: &mut Vec<Stmt>,
    ) -> bool {
        let Some((name, _)) = self.simple_name(pat) else {
            return false;
        };
        let callable = match unreferenced(init) {
            syn::Expr::Closure(closure) => Some(self.closure(closure, true, out)),
            syn::Expr::Path(path) => match self.named_callable(path) {
                Some(callable) => Some(callable),
                None => self.is_rule_path(path).then(|| self.path_callable(path)),
            },
            _ => None,
        };
        let Some(callable) = callable else {
            return false;
        };
        self.callables.push(callable);
        self.enter(&name, Name::Callable(self.callables.len() - 1));
        true
    }

    /// `f64::sin`: a function of a primitive that has a rule.
    fn is_rule_path(&self, path: &syn::ExprPath) -> bool {
        let owner = super::path::owner(path).and_then(|owner| types::primitive(&owner));
        let last = path.path.segments.last();
        let known = last.is_some_and(|last| {
            autodiff_runtime::rules::all().any(|rule| last.ident == rule.name && rule.std_method)
        });
        known && matches!(owner, Some(Ty::Real(_)))
    }

    /// The closure that a name stands for.
    fn named_callable(&mut self, path: &syn::ExprPath) -> Option<Callable> {
        let name = path.path.get_ident().filter(|_| path.qself.is_none())?;
        match self.lookup(name) {
            Some(Name::Callable(at)) => self.callables.get(at).cloned(),
            _ => None,
        }
    }

    /// What is handed to `map`, `fold` and their kin.
    pub(super) fn callable(&mut self, expr: &syn::Expr, out: &mut Vec<Stmt>) -> Option<Callable> {
        match unreferenced(expr) {
            syn::Expr::Closure(closure) => Some(self.closure(closure, false, out)),
            syn::Expr::Path(path) => {
                let local = path.path.get_ident().and_then(|name| self.lookup(name));
                match local {
                    Some(Name::Callable(at)) => self.callables.get(at).cloned(),
                    Some(Name::Error) => None,
                    Some(Name::Var(_) | Name::Const(_)) => {
                        self.refuse(&diag::CLOSURE_VALUE, expr, &[&text_of(expr)]);
                        None
                    }
                    _ => Some(self.path_callable(path)),
                }
            }
            _ => {
                self.refuse(&diag::CLOSURE_VALUE, expr, &[&text_of(expr)]);
                None
            }
        }
    }

    fn path_callable(&mut self, path: &syn::ExprPath) -> Callable {
        let what = match method_of_list(path) {
            Some(closure) => What::Closure(closure),
            None => What::Path(path.clone()),
        };
        self.make_callable(what, Rc::new(self.scopes.clone()))
    }

    fn make_callable(&mut self, what: What, scopes: Rc<Vec<Scope>>) -> Callable {
        self.callable_count += 1;
        let id = self.callable_count;
        Callable { what, scopes, id }
    }

    /// Keeps a closure with the names that it sees. `kept`: it is called later, when a variable that
    /// `move` copied may have changed.
    fn closure(&mut self, closure: &syn::ExprClosure, kept: bool, out: &mut Vec<Stmt>) -> Callable {
        let before = self.scopes.len();
        if closure.capture.is_some() {
            self.scopes.push(Scope::default());
            self.copy_captures(closure, kept, out);
        }
        let scopes = Rc::new(self.scopes.clone());
        self.scopes.truncate(before);
        if let Some(token) = &closure.asyncness {
            self.refuse(&diag::ASYNC, token, &[]);
        }
        self.make_callable(What::Closure(closure.clone()), scopes)
    }

    /// What `move` takes of variables that can change is a copy of its own.
    fn copy_captures(&mut self, closure: &syn::ExprClosure, kept: bool, out: &mut Vec<Stmt>) {
        let mut names = Names::default();
        names.visit_expr(&closure.body);
        for name in names.mentioned {
            let text = name.to_string();
            let Some(Name::Var(var)) = self.peek_name(&text) else {
                continue;
            };
            let changes = kept || names.changed.contains(&text);
            let found = self.var(var);
            let opaque = matches!(self.infer.strip(&found.ty), Ty::Opaque);
            let reference = matches!(self.infer.shallow(&found.ty), Ty::Ref(..));
            if !changes || !found.mutable || reference || opaque {
                continue;
            }
            let ty = found.ty.clone();
            let value = self.read_var(var, name.span());
            let copy = self.temp(&text, ty, name.span());
            self.vars[copy.0 as usize].mutable = true;
            let (pat, init) = (crate::compiler::hir::Pat::Var(copy), Some(value));
            out.push(stmt(StmtKind::Let { pat, init }, name.span()));
            self.enter(&name, Name::Var(copy));
        }
    }

    /// `f(a, b)` where `f` is a closure.
    pub(super) fn closure_call(&mut self, call: &syn::ExprCall, at: usize) -> Expr {
        let span = call.func.span();
        let Some(callable) = self.callables.get(at).cloned() else {
            return self.error(call.to_token_stream());
        };
        let mut items = Vec::new();
        for arg in &call.args {
            let item = self.in_operand(|this| this.argument_item(arg));
            items.push(item);
        }
        let mut stmts = Vec::new();
        let value = self.in_order(|this| this.apply(&callable, items, true, call, &mut stmts));
        self.block_of(stmts, value, span)
    }

    /// `(|x| …)(a)`
    pub(super) fn called_in_place(
        &mut self,
        closure: &syn::ExprClosure,
        call: &syn::ExprCall,
    ) -> Expr {
        let mut stmts = Vec::new();
        let callable = self.closure(closure, false, &mut stmts);
        self.callables.push(callable);
        let value = self.closure_call(call, self.callables.len() - 1);
        self.block_of(stmts, value, call.func.span())
    }

    /// An argument of a closure: another name for a place, or a value.
    fn argument_item(&mut self, arg: &syn::Expr) -> Item {
        if let Some((place, ty)) = self.alias(arg) {
            let mutable = matches!(ty, Ty::Ref(true, _));
            return Item::Place(place, mutable);
        }
        let (value, held) = self.init(bare(arg));
        let value = match value.source.is_empty() {
            true => self.with_source(value, arg),
            false => value,
        };
        Item::Value(value, held)
    }

    /// A value with statements that come before it.
    pub(super) fn block_of(&mut self, stmts: Vec<Stmt>, value: Expr, span: Span) -> Expr {
        if stmts.is_empty() {
            return value;
        }
        let ty = value.ty.clone();
        let value = match ty {
            Ty::Unit => None,
            _ => Some(Box::new(value)),
        };
        let block = Block { stmts, value };
        self.make(crate::compiler::hir::ExprKind::Block(block), ty, span)
    }

    /// The value of a closure or function on items. `wanted`: the value is used.
    pub(super) fn apply(
        &mut self,
        callable: &Callable,
        items: Vec<Item>,
        wanted: bool,
        at: &impl ToTokens,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let inside = callable.scopes.as_ref().clone();
        let outside = std::mem::replace(&mut self.scopes, inside);
        self.scopes.push(Scope::default());
        let before = self.diags.iter().count();
        let value = match &callable.what {
            What::Closure(closure) => self.inline(closure, items, wanted, at, out),
            What::Path(path) => self.call_path(path, items, out),
        };
        self.report_once(callable.id, before);
        self.scopes = outside;
        value
    }

    /// What is written out several times has its errors reported once.
    pub(super) fn report_once(&mut self, id: usize, before: usize) {
        if self.diags.iter().count() > before && !self.reported.insert(id) {
            self.diags.truncate(before);
        }
    }

    /// The closure behind a callable, with its names in scope while `body` runs.
    pub(super) fn open_closure<T>(
        &mut self,
        callable: &Callable,
        body: impl FnOnce(&mut Self, Option<&syn::ExprClosure>) -> T,
    ) -> T {
        let inside = callable.scopes.as_ref().clone();
        let outside = std::mem::replace(&mut self.scopes, inside);
        self.scopes.push(Scope::default());
        let loops = std::mem::take(&mut self.loops);
        let result = match &callable.what {
            What::Closure(closure) => body(self, Some(closure)),
            What::Path(_) => body(self, None),
        };
        self.loops = loops;
        self.scopes = outside;
        result
    }

    /// `path(items)`
    fn call_path(&mut self, path: &syn::ExprPath, items: Vec<Item>, out: &mut Vec<Stmt>) -> Expr {
        let mut args = Vec::new();
        for item in items {
            let name = self.fresh_name("item", path.span());
            let pat: syn::Pat = syn::parse_quote!(#name);
            self.bind_item(&pat, item, out);
            args.push(name);
        }
        let call: syn::Expr = syn::parse_quote!(#path(#(#args),*));
        let value = self.expr(&call);
        flatten(value, out)
    }

    fn inline(
        &mut self,
        closure: &syn::ExprClosure,
        items: Vec<Item>,
        wanted: bool,
        at: &impl ToTokens,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        if items.len() != closure.inputs.len() {
            let entry = &diag::ARGUMENT_COUNT;
            return self.refuse(entry, at, &[&text_of(at)]);
        }
        for (pat, item) in closure.inputs.iter().zip(items) {
            self.bind_item(pat, item, out);
        }
        let annotation = match &closure.output {
            syn::ReturnType::Type(_, ty) => Some(self.annotation(ty)),
            syn::ReturnType::Default => None,
        };
        let loops = std::mem::take(&mut self.loops);
        let value = self.closure_body(closure, annotation.clone(), wanted, out);
        self.loops = loops;
        if let (Some(ty), true) = (annotation, wanted) {
            self.expect(&value, &ty);
        }
        value
    }

    fn closure_body(
        &mut self,
        closure: &syn::ExprClosure,
        annotation: Option<Ty>,
        wanted: bool,
        out: &mut Vec<Stmt>,
    ) -> Expr {
        let (body, span) = (bare(&closure.body), closure.or1_token.span());
        let returns = super::jump::has_return(body);
        let jumps = returns || (wanted && needs_dest(body));
        if !jumps {
            let frame = self.frame.take();
            let value = match body {
                body if !wanted => {
                    self.expr_statement(body, out);
                    None
                }
                syn::Expr::Block(block) if block.label.is_none() => {
                    self.block_into(&block.block, Want::Value, out)
                }
                body => self.tail_value(body, out),
            };
            self.frame = frame;
            let value = value.map(|value| flatten(value, out));
            return value.unwrap_or_else(|| self.unit(span));
        }
        let dest = wanted.then(|| {
            let ty = annotation.unwrap_or_else(|| self.infer.fresh(Kind::Const));
            let var = self.temp("value", ty, span);
            self.declare(var, out);
            var
        });
        let id = self.loop_id();
        let frame = Frame { id, dest };
        let outer = self.frame.replace(frame);
        let mut stmts = Vec::new();
        match dest {
            Some(var) => self.value_into(body, Dest::Var(var), &mut stmts),
            None => self.expr_statement(body, &mut stmts),
        }
        self.frame = outer;
        if returns {
            stmts.push(stmt(StmtKind::Break(id), span));
            let body = Block { stmts, value: None };
            out.push(stmt(StmtKind::Loop { id, body }, span));
        } else {
            out.append(&mut stmts);
        }
        match dest {
            Some(var) => self.read_var(var, span),
            None => self.unit(span),
        }
    }

    /// `return value` inside of a closure; false if it is the function's own.
    pub(super) fn return_from_closure(
        &mut self,
        ret: &syn::ExprReturn,
        out: &mut Vec<Stmt>,
    ) -> bool {
        let Some(frame) = &self.frame else {
            return false;
        };
        let span = ret.return_token.span();
        let (id, dest) = (frame.id, frame.dest);
        match (&ret.expr, dest) {
            (Some(value), Some(var)) => self.value_into(value, Dest::Var(var), out),
            (Some(value), None) => self.expr_statement(value, out),
            (None, _) => {}
        }
        out.push(stmt(StmtKind::Break(id), span));
        true
    }

    /// The loop that stands for the closure around here, and where its value goes.
    pub(super) fn closure_exit(&self) -> Option<(LoopId, Option<VarId>)> {
        self.frame.as_ref().map(|frame| (frame.id, frame.dest))
    }

    pub(super) fn unit(&self, span: Span) -> Expr {
        let kind = crate::compiler::hir::ExprKind::Tuple(Vec::new());
        self.make(kind, Ty::Unit, span)
    }
}

/// Takes off `&` and parentheses.
fn unreferenced(expr: &syn::Expr) -> &syn::Expr {
    match bare(expr) {
        syn::Expr::Reference(reference) => unreferenced(&reference.expr),
        expr => expr,
    }
}

/// The names in an expression, and those that it changes.
#[derive(Default)]
struct Names {
    mentioned: Vec<syn::Ident>,
    changed: Vec<String>,
}

impl Names {
    fn change(&mut self, expr: &syn::Expr) {
        match bare(expr) {
            syn::Expr::Path(path) => self
                .changed
                .extend(path.path.get_ident().map(|name| name.to_string())),
            syn::Expr::Index(index) => self.change(&index.expr),
            syn::Expr::Field(field) => self.change(&field.base),
            syn::Expr::Unary(unary) => self.change(&unary.expr),
            syn::Expr::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.change(part)),
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(name) = path.path.get_ident()
            && self.mentioned.iter().all(|known| known != name)
        {
            self.mentioned.push(name.clone());
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        self.change(&assign.left);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if super::operator::compound(&binary.op).is_some() {
            self.change(&binary.left);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
        if reference.mutability.is_some() {
            self.change(&reference.expr);
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.change(&call.receiver);
        visit::visit_expr_method_call(self, call);
    }
}

/// `|list| list.to_vec()` for `<[f64]>::to_vec`, `Vec::to_vec`.
fn method_of_list(path: &syn::ExprPath) -> Option<syn::ExprClosure> {
    const METHODS: [&str; 6] = ["as_slice", "clone", "is_empty", "len", "to_owned", "to_vec"];
    let mut names = path.path.segments.iter().rev();
    let method = &names.next()?.ident;
    let of_list = match &path.qself {
        Some(of) => matches!(types::bare(&of.ty), syn::Type::Slice(_)) && names.next().is_none(),
        None => names.next().is_some_and(|owner| owner.ident == "Vec"),
    };
    let known = of_list && METHODS.iter().any(|name| method == name);
    known.then(|| syn::parse_quote!(|list| list.#method()))
}
