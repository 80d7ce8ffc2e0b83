//! Calls of functions.

use autodiff_runtime::rules;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Lower;
use super::arg::is_exclusive;
use super::expr::bare;
use super::infer::Kind;
use super::match_::is_outcome_path;
use super::scope::Name;
use super::std_call::is_facade_name;

use crate::compiler::diag::{self, text_of};
use crate::compiler::forms::by_path;
use crate::compiler::hir::{BinOp, Block, Call, Expr, ExprKind, Form, Proj, Ty};

impl Lower<'_> {
    pub(super) fn call(&mut self, call: &syn::ExprCall) -> Expr {
        if let syn::Expr::Closure(closure) = bare(&call.func) {
            return self.called_in_place(closure, call);
        }
        let syn::Expr::Path(path) = bare(&call.func) else {
            return self.refuse(&diag::CALL_OF_VALUE, &call.func, &[&text_of(&call.func)]);
        };
        if let Some(value) = self.array_from_fn(call) {
            return value;
        }
        self.hint = None;
        let Some(last) = path.path.segments.last() else {
            return self.refuse(&diag::UNKNOWN_SYNTAX, call, &[&text_of(call)]);
        };
        if let Some(args) = self.only_read(&last.ident, &call.args) {
            return self.call(&syn::ExprCall {
                args,
                ..call.clone()
            });
        }
        if let Some(value) = self.outcome_call(call, path) {
            return value;
        }
        let name = last.ident.to_string();
        let single = path.path.get_ident().is_some() || path.path.segments.len() == 1;
        if single && path.qself.is_none() && path.path.leading_colon.is_none() {
            let bound = self.lookup(&last.ident);
            return self.call_by_name(call, path, &name, bound);
        }
        if let Some(value) = self.parameter_call(call, path, &name) {
            return value;
        }
        if let Some(value) = self.primitive_call(call, path, &name) {
            return value;
        }
        if self.is_facade(&path.path) {
            return self.facade_call(call, path, &name);
        }
        self.path_call(call, path, &name)
    }

    /// `g(…)`: the scope decides first.
    fn call_by_name(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
        bound: Option<Name>,
    ) -> Expr {
        match bound {
            Some(Name::Var(var)) => {
                self.lower_args_for_errors(call);
                if self.is_error(&self.var(var).ty) {
                    return self.error(call.to_token_stream());
                }
                self.refuse(&diag::CALL_OF_LOCAL, path, &[name])
            }
            Some(Name::Callable(at)) => self.closure_call(call, at),
            Some(Name::Chain(_)) => self.refuse(&diag::CALL_OF_VALUE, path, &[name]),
            Some(Name::Error) => self.error(call.to_token_stream()),
            Some(Name::Const(_)) => self.refuse(&diag::CALL_OF_VALUE, path, &[name]),
            Some(Name::Fn) => self.nested_call(call, path, name),
            None if self.name == name => self.general_call(call, path),
            Some(Name::Use { facade: false }) => self.general_call(call, path),
            Some(Name::Use { facade: true }) => self.facade_call(call, path, name),
            // Nothing to call stands beside it; the pin tells if it is another function.
            None if name == "stop_gradient" => self.facade_call(call, path, name),
            None => self.path_call(call, path, name),
        }
    }

    /// Reports what is wrong inside of the arguments of a call that is refused anyway.
    fn lower_args_for_errors(&mut self, call: &syn::ExprCall) {
        for arg in &call.args {
            if !matches!(bare(arg), syn::Expr::Reference(_) | syn::Expr::Path(_)) {
                self.operand(arg);
            }
        }
    }

    /// A nested `fn` gets a companion if a real number is passed to it.
    fn nested_call(&mut self, call: &syn::ExprCall, path: &syn::ExprPath, name: &str) -> Expr {
        let args = self.args(call.args.iter());
        let real = args.iter().any(|arg| self.carries_real(arg));
        let changes = args.iter().any(|arg| is_exclusive(&arg.ty));
        self.undecided |= args.iter().any(|arg| self.infer.is_open(&arg.ty));
        if !real && !changes {
            return self.constant_call(call, args, false);
        }
        if self.name == name {
            return self.refuse(&diag::NESTED_NAMESAKE, path, &[name]);
        }
        if let Some(name) = path.path.get_ident()
            && !self.nested.contains(name)
        {
            self.nested.push(name.clone());
        }
        let kind = if real { Kind::Call } else { Kind::Const };
        self.annotated_call(call, path, args, kind)
    }

    /// A function that is named by a path; one with a real argument may be annotated.
    pub(super) fn path_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        name: &str,
    ) -> Expr {
        if self.is_std(path, "mem") {
            return match self.mem_call(call, name) {
                Some(value) => value,
                None => self.refuse(&diag::MEM, path, &[name]),
            };
        }
        if self.is_std(path, "cmp") && matches!(name, "min" | "max") {
            let args = self.args(call.args.iter());
            let mut value = self.constant_call(call, args, true);
            value.ty = Ty::Int;
            return value;
        }
        self.general_call(call, path)
    }

    /// True for `module::f` and `std::module::f`.
    fn is_std(&self, path: &syn::ExprPath, module: &str) -> bool {
        let mut names = path.path.segments.iter().rev().skip(1);
        names.next().is_some_and(|owner| owner.ident == module)
    }

    fn general_call(&mut self, call: &syn::ExprCall, path: &syn::ExprPath) -> Expr {
        if path.qself.is_none()
            && self
                .options
                .known
                .is_method(&path.path, self.options.naming.own())
            && let Some(last) = path.path.segments.last()
            && let Some(method) = by_path::as_method(call, last)
        {
            return self.expr(&method);
        }
        let args = self.args_of_constant(&call.args);
        let real = args.iter().any(|arg| self.carries_real(arg));
        let changes = args.iter().any(|arg| is_exclusive(&arg.ty));
        let mut given = call.args.iter().map(bare);
        if let Some(closure) = given.find(|arg| matches!(arg, syn::Expr::Closure(_)))
            && (real || changes)
        {
            return self.outside_language(closure);
        }
        self.undecided |= args.iter().any(|arg| self.infer.is_open(&arg.ty));
        let function = self.names_function(path);
        if !real && !changes {
            let made = !function && path.qself.is_none() && names_type(&path.path);
            let pure = made && args.iter().all(|arg| self.is_copied(arg));
            return self.constant_call(call, args, pure);
        }
        if is_constructor(&path.path) && !function {
            return match path.qself.is_some() || is_variant(&path.path) {
                true => self.refuse(&diag::CONSTRUCTOR, path, &[&text_of(path)]),
                false => self.tuple_struct(call, path),
            };
        }
        // Without a real argument the result is a constant, whatever it is.
        let kind = if real { Kind::Call } else { Kind::Const };
        if !function && (path.qself.is_some() || is_associated(&path.path)) {
            return self.associated_call(call, path, args, kind);
        }
        self.annotated_call(call, path, args, kind)
    }

    /// True for `F(…)`, `J_n(…)` and the like that are functions.
    fn names_function(&mut self, path: &syn::ExprPath) -> bool {
        let upper = path.qself.is_none() && is_constructor(&path.path) && !is_variant(&path.path);
        let Some(last) = path.path.segments.last().filter(|_| upper) else {
            return false;
        };
        let known = path.path.get_ident().is_some_and(|name| {
            self.known_answer(name).is_some() || self.known_result(None, name).is_some()
        });
        self.options.upper_functions || known || last.ident.to_string().contains('_')
    }

    /// A call that goes to the companion of the function.
    fn annotated_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        args: Vec<Expr>,
        kind: Kind,
    ) -> Expr {
        self.hand_over(&args);
        let generics = match path.path.segments.last().map(|last| &last.arguments) {
            Some(syn::PathArguments::AngleBracketed(generics)) => {
                let mut generics = generics.clone();
                generics.colon2_token = None;
                generics.into_token_stream()
            }
            _ => TokenStream::new(),
        };
        let recursive = self.is_self_path(&path.path);
        let known = path.path.get_ident().and_then(|name| {
            self.known_answer(name)
                .or_else(|| self.known_result(None, name))
        });
        let ty = match (recursive, known) {
            (true, _) => self.result.clone(),
            (false, Some(known)) => known,
            (false, None) => self.infer.fresh(kind),
        };
        let span = path.span();
        let operation = match recursive {
            true => None,
            false => operation(&path.path, args.len()),
        };
        let args = match operation {
            Some(_) => self.with_sources(args, call),
            None => args,
        };
        let callee = Call {
            outcome: false,
            form: Form::Companion,
            path: strip_generics(path),
            generics,
            recursive,
            operation,
            may_change: false,
            args,
        };
        let mut lifted = self.lift_args(callee, ty, span);
        if let ExprKind::Block(Block {
            value: Some(value), ..
        }) = &mut lifted.kind
        {
            value.source = call.to_token_stream();
        }
        self.with_source(lifted, call)
    }

    /// Arguments with their texts, which the stratum of a kink shows.
    fn with_sources(&self, args: Vec<Expr>, call: &syn::ExprCall) -> Vec<Expr> {
        let pairs = args.into_iter().zip(&call.args);
        pairs
            .map(|(arg, text)| match arg.source.is_empty() {
                true => self.with_source(arg, text),
                false => arg,
            })
            .collect()
    }

    fn is_self_path(&self, path: &syn::Path) -> bool {
        let last = path.segments.last();
        let own = last.filter(|last| path.segments.len() == 1 && last.ident == self.name);
        // A `use` in the function gives the name to another one.
        own.is_some_and(|own| {
            !matches!(
                self.peek_name(&own.ident.to_string()),
                Some(Name::Use { .. })
            )
        })
    }

    /// A call on constants: runs once, as written.
    pub(super) fn constant_call(
        &mut self,
        call: &syn::ExprCall,
        args: Vec<Expr>,
        pure: bool,
    ) -> Expr {
        let texts = call.args.iter().map(ToTokens::to_token_stream);
        let parts = args.into_iter().zip(texts).collect();
        let func = &call.func;
        let mut value = self.compose(
            parts,
            pure,
            Ty::Opaque,
            call.func.span(),
            |parts| quote!(#func(#(#parts),*)),
        );
        if let ExprKind::Block(Block {
            value: Some(inner), ..
        }) = &mut value.kind
        {
            inner.source = call.to_token_stream();
        }
        value
    }

    /// True for numbers, truth values, and constants that are made of nothing else: they can be made once more.
    pub(super) fn is_copied(&self, expr: &Expr) -> bool {
        let alone = match &expr.kind {
            ExprKind::Opaque(code) => code.pure && code.uses.is_empty(),
            ExprKind::Lit(_) => true,
            _ => false,
        };
        let ty = self.infer.shallow(&expr.ty);
        alone || matches!(ty, Ty::Int | Ty::Bool | Ty::Real(_)) && self.is_pure(expr)
    }

    /// True if an expression does nothing but compute.
    pub(super) fn is_pure(&self, expr: &Expr) -> bool {
        let mut captured = super::capture::Captured::default();
        match &expr.kind {
            ExprKind::Len(_) | ExprKind::Measure(..) => true,
            ExprKind::Place(place) if matches!(place.path.last(), Some(Proj::Field(_))) => {
                place.path.iter().all(|step| matches!(step, Proj::Field(_)))
            }
            ExprKind::Binary(op, a, b) if *op != BinOp::Div => self.is_pure(a) && self.is_pure(b),
            _ => self.capture(expr, &mut captured) && !captured.impure,
        }
    }
}

/// The row with decisions of a function that the path may lead to.
fn operation(path: &syn::Path, args: usize) -> Option<&'static rules::Rule> {
    let name = path.segments.last()?.ident.to_string();
    if let Some(rule) = autodiff_runtime::slices::find_called(&name, args) {
        return Some(rule);
    }
    let rule = rules::find_called(&name, args)?;
    (is_facade_name(&name) && !rule.decisions.is_empty()).then_some(rule)
}

/// `Type::f`, `Self::f`: a second-to-last segment in upper camel case; `Some(…)`, `Point(…)`.
fn is_associated(path: &syn::Path) -> bool {
    let owner = path.segments.iter().rev().nth(1);
    owner.is_some_and(|owner| is_camel(&owner.ident)) || is_constructor(path)
}

fn is_constructor(path: &syn::Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| is_camel(&last.ident))
}

/// `Shape::Circle(…)`, `Point(…)`: what is called can hardly be a function.
fn names_type(path: &syn::Path) -> bool {
    let is_lower = |name: &syn::Ident| name.to_string().contains(char::is_lowercase);
    let last = path.segments.last();
    is_constructor(path) && (is_variant(path) || last.is_some_and(|last| is_lower(&last.ident)))
}

/// `Shape::Circle(…)`: a variant of an enum.
fn is_variant(path: &syn::Path) -> bool {
    let owner = path.segments.iter().rev().nth(1);
    owner.is_some_and(|owner| is_camel(&owner.ident))
}

/// True if the function calls something whose name is in upper case: a tuple struct, most likely.
pub(crate) fn calls_upper(item: &syn::ItemFn) -> bool {
    struct Calls(bool);
    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            self.0 |= matches!(bare(&call.func), syn::Expr::Path(path)
                if path.qself.is_none() && is_constructor(&path.path) && !is_variant(&path.path) && !is_outcome_path(&path.path));
            visit::visit_expr_call(self, call);
        }
    }
    let mut calls = Calls(false);
    calls.visit_item_fn(item);
    calls.0
}

fn is_camel(name: &syn::Ident) -> bool {
    let name = name.to_string();
    name.trim_start_matches("r#")
        .starts_with(|first: char| first.is_uppercase())
}

/// The path of a function without the generic arguments of its last segment.
pub(super) fn strip_generics(path: &syn::ExprPath) -> TokenStream {
    let mut path = path.clone();
    path.attrs.clear();
    if let Some(last) = path.path.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    path.into_token_stream()
}
