//! Values of the user's types: literals, patterns, methods, associated functions, operators.
//!
//! The compiler does not see how a type is declared. What a function does with a value tells: a
//! field makes it a struct, and rustc has to agree when the emitted code takes the field of the
//! gradient that has the same name.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::Lower;
use super::call::strip_generics;
use super::expr::bare;
use super::infer::Kind;
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{
    Call, Expr, ExprKind, Form, Member, Place, Proj, Stmt, StmtKind, StructLit, Ty, VarId,
};
use crate::compiler::naming::Naming;

impl Lower<'_> {
    /// The type that a path names; one type for all places that name it.
    pub(super) fn named_type(&mut self, path: TokenStream, real: bool) -> Ty {
        self.infer.names_type(&path);
        self.type_of_path(path, real)
    }

    fn type_of_path(&mut self, path: TokenStream, real: bool) -> Ty {
        let key = self.type_key(&path);
        if let Some(known) = self.named_types.get(&key) {
            return known.clone();
        }
        let declared = syn::parse2(path.clone());
        let declared =
            declared.is_ok_and(|path| self.options.known.is_differentiable(&path) == Some(true));
        let guessed = real && self.options.named_structs;
        let ty = self.infer.fresh(Kind::Path { path, real });
        if declared || key == "Self" || guessed {
            self.infer.make_struct(&ty);
        }
        self.infer.name(&ty);
        self.named_types.insert(key, ty.clone());
        ty
    }

    /// `P { x: a, y, ..base }`
    pub(super) fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Expr {
        if let Some(value) = self.with_base_named(literal) {
            return value;
        }
        let mut fields = Vec::new();
        for field in &literal.fields {
            let value = self.operand(&field.expr);
            fields.push((Member::from(&field.member), value));
        }
        let base = literal.rest.as_ref().map(|rest| self.struct_base(rest));
        let span = literal.path.span();
        let path = literal.path.to_token_stream();
        let ty = self.constructed(&literal.path);
        self.build_struct(path, ty, fields, base, span)
    }

    /// `P(a, b)`
    pub(super) fn tuple_struct(&mut self, call: &syn::ExprCall, path: &syn::ExprPath) -> Expr {
        let mut fields = Vec::new();
        for (k, arg) in call.args.iter().enumerate() {
            let at = Member::At(u32::try_from(k).unwrap_or(u32::MAX));
            fields.push((at, self.operand(arg)));
        }
        let ty = self.constructed(&path.path);
        self.build_struct(path.to_token_stream(), ty, fields, None, path.span())
    }

    /// The type of what a constructor at this path makes.
    pub(super) fn constructed(&mut self, path: &syn::Path) -> Ty {
        let text = as_type(path).to_token_stream();
        // `P { … }` of a `P<T>` leaves the arguments out.
        let prefix = format!("{text} <");
        let known = self.named_types.iter();
        let mut known = known.filter(|(key, _)| key.starts_with(&prefix));
        let own = match &self.options.naming {
            Naming::Sibling(of) => of.own.as_ref(),
            _ => None,
        };
        let own = own.is_some_and(|own| own.to_token_stream().to_string().starts_with(&prefix));
        let ty = match (known.next(), known.next(), own) {
            (Some((_, ty)), None, false) => ty.clone(),
            // `M<R, C>` or `M<C, R>`: the use tells.
            (Some(_), ..) => {
                self.infer.names_literal(&text);
                let (path, real) = (text, true);
                self.infer.fresh(Kind::Path { path, real })
            }
            (None, ..) => {
                let known = self.named_types.contains_key(&self.type_key(&text));
                let ty = self.type_of_path(text.clone(), true);
                if !known && text.to_string() != "Self" {
                    self.infer.names_literal(&text);
                }
                ty
            }
        };
        self.infer.make_struct(&ty);
        ty
    }

    fn build_struct(
        &mut self,
        path: TokenStream,
        ty: Ty,
        fields: Vec<(Member, Expr)>,
        base: Option<Place>,
        span: proc_macro2::Span,
    ) -> Expr {
        if let Some(base) = &base {
            let value = self.read(base.clone());
            self.expect(&value, &ty);
        }
        for (name, value) in &fields {
            if let Some(field) = self.infer.member(&ty, name) {
                self.declare_constant(&ty, name, &field);
                self.expect(value, &field);
            }
            // The declaration of the struct decides, which rustc knows.
            let mut given = self.infer.strip(&value.ty);
            while let Some(inner) = given.element() {
                given = self.infer.strip(inner);
            }
            if matches!(self.infer.kind(&given), Some(Kind::Call)) {
                self.infer.hand_over(&given);
            }
        }
        let literal = StructLit { path, fields, base };
        self.make(ExprKind::Struct(literal), ty, span)
    }

    /// `P { x: f(), ..p.moved() }` is `{ let x = f(); let base: P = p.moved(); P { x: x, ..base } }`: the base comes last.
    fn with_base_named(&mut self, literal: &syn::ExprStruct) -> Option<Expr> {
        let rest = bare(literal.rest.as_deref()?);
        // A name of a variable that was refused is no place, either.
        let variable = matches!(rest, syn::Expr::Path(path) if path.path.get_ident().is_some_and(|name| {
            name.to_string().starts_with(|first: char| !first.is_uppercase())
        }));
        if variable || self.is_place(rest) {
            return None;
        }
        let [base] = self.fresh(["base"], rest.span());
        let path = as_type(&literal.path);
        let mut literal = syn::ExprStruct {
            rest: Some(syn::parse_quote!(#base)),
            ..literal.clone()
        };
        let mut given = Vec::new();
        for field in &mut literal.fields {
            if matches!(bare(&field.expr), syn::Expr::Lit(_)) {
                continue;
            }
            let [name] = self.fresh(["given"], field.expr.span());
            let value = std::mem::replace(&mut field.expr, syn::parse_quote!(#name));
            field.colon_token.get_or_insert_default();
            given.push(quote!(let #name = #value;));
        }
        let code = quote!({ #(#given)* let #base: #path = #rest; #literal });
        let code = syn::parse2::<syn::Expr>(code).ok()?;
        Some(self.expr(&code))
    }

    /// What `..base` names.
    fn struct_base(&mut self, rest: &syn::Expr) -> Place {
        let rest = bare(rest);
        if self.is_place(rest) && !self.is_opaque_place(rest) {
            return self.place(rest);
        }
        self.refuse(&diag::STRUCT_BASE, rest, &[&text_of(rest)]);
        let ty = self.infer.fresh(Kind::Error);
        let var = self.temp("base", ty, rest.span());
        self.whole(var, rest.span())
    }

    /// `let P { x, y: b, .. } = p;`, `let P(a, b) = p;`: names for the fields of a place.
    pub(super) fn destructure_struct(
        &mut self,
        pat: &syn::Pat,
        place: &Place,
        out: &mut Vec<Stmt>,
    ) {
        let (path, fields) = match pat {
            syn::Pat::Struct(pat) => {
                let fields = pat.fields.iter();
                let fields = fields.map(|field| (Member::from(&field.member), &*field.pat));
                (&pat.path, fields.collect::<Vec<_>>())
            }
            syn::Pat::TupleStruct(pat) => {
                let fields = pat.elems.iter().enumerate();
                let at = |k| Member::At(u32::try_from(k).unwrap_or(u32::MAX));
                (&pat.path, fields.map(|(k, pat)| (at(k), pat)).collect())
            }
            _ => return self.bad_pattern(pat),
        };
        if matches!(self.infer.strip(&place.ty), Ty::Opaque) {
            return self.destructure_constant(&fields, place, out);
        }
        let ty = self.constructed(path);
        let value = self.read(place.clone());
        self.expect(&value, &ty);
        let by_reference = matches!(self.infer.shallow(&place.ty), Ty::Ref(..));
        for (name, pat) in fields {
            if matches!(pat, syn::Pat::Wild(_) | syn::Pat::Rest(_)) {
                continue;
            }
            let Some(ty) = self.infer.member(&ty, &name) else {
                continue;
            };
            let mut part = place.clone();
            part.path.push(Proj::Field(name));
            part.ty = ty.clone();
            part.span = pat.span();
            self.bind_field(pat, part, ty, by_reference, out);
        }
    }

    /// The same of a constant that the compiler does not look into.
    fn destructure_constant(
        &mut self,
        fields: &[(Member, &syn::Pat)],
        place: &Place,
        out: &mut Vec<Stmt>,
    ) {
        let root = self.var(place.root).name.clone();
        let steps = place.path.iter().filter_map(|step| match step {
            Proj::Field(name) => Some(quote!(.#name)),
            Proj::Index(_) | Proj::Slice { .. } => None,
        });
        let base = quote!(#root #(#steps)*);
        for (name, pat) in fields {
            match (self.simple_name(pat), pat) {
                (Some((bound, mutable)), _) => {
                    let uses = vec![(root.clone(), place.root)];
                    let part = quote!(#base.#name);
                    let value = self.opaque(part, uses, true, Ty::Opaque, pat.span());
                    let ty = self.open(&value.ty);
                    self.bind_value(&bound, mutable, ty, value, None, out);
                }
                (None, syn::Pat::Wild(_) | syn::Pat::Rest(_)) => {}
                (None, pat) => self.bad_pattern(pat),
            }
        }
    }

    fn bind_field(
        &mut self,
        pat: &syn::Pat,
        part: Place,
        ty: Ty,
        by_reference: bool,
        out: &mut Vec<Stmt>,
    ) {
        match (self.simple_name(pat), pat) {
            (Some((name, mutable)), _) if by_reference => {
                let ty = Ty::Ref(false, Box::new(ty));
                self.bind_alias(&name, mutable, None, part, ty, out);
            }
            (Some((name, mutable)), _) => {
                let value = self.read(part);
                let ty = self.open(&ty);
                self.bind_value(&name, mutable, ty, value, None, out);
            }
            (None, syn::Pat::Struct(_) | syn::Pat::TupleStruct(_)) => {
                self.destructure_struct(pat, &part, out);
            }
            (None, _) => {
                let value = self.read(part);
                let span = value.span;
                self.bind_pattern(pat, ty, value, span, out);
            }
        }
    }

    /// `p.norm(x)` on a value of the user's type.
    pub(super) fn struct_method(
        &mut self,
        receiver: Expr,
        call: &syn::ExprMethodCall,
        exclusive: bool,
    ) -> Expr {
        let span = call.method.span();
        if matches!(call.method.to_string().as_str(), "clone" | "to_owned") && call.args.is_empty()
        {
            return match receiver.kind {
                ExprKind::Place(place) => {
                    let ty = self.infer.strip(&receiver.ty);
                    self.make(ExprKind::CloneOf(place), ty, span)
                }
                _ => receiver,
            };
        }
        let mut args = vec![self.by_reference(receiver, exclusive)];
        args.extend(self.args(call.args.iter()));
        self.call_method(args, call)
    }

    fn call_method(&mut self, args: Vec<Expr>, call: &syn::ExprMethodCall) -> Expr {
        let span = call.method.span();
        self.hand_over(&args);
        let known = self.known_method(&args[0].ty, &call.method);
        let generics = call.turbofish.as_ref().map(|turbofish| {
            let mut generics = turbofish.clone();
            generics.colon2_token = None;
            generics.into_token_stream()
        });
        let callee = Call {
            outcome: false,
            form: Form::Method,
            path: call.method.to_token_stream(),
            generics: generics.unwrap_or_default(),
            recursive: call.method == self.name && self.is_method,
            operation: None,
            may_change: false,
            args,
        };
        let ty = known.unwrap_or_else(|| self.infer.fresh(Kind::Call));
        let lifted = self.lift_args(callee, ty, span);
        self.with_source(lifted, call)
    }

    /// `settings.scale(x)`, where the receiver is a constant, and the method has a derivative.
    pub(super) fn method_of_constant(
        &mut self,
        receiver: Expr,
        args: Vec<Expr>,
        call: &syn::ExprMethodCall,
    ) -> Expr {
        let span = receiver.span;
        let named = self.variable_type(&call.receiver);
        let renamed = is_renamed(&receiver);
        let changes = renamed
            && self
                .root(&call.receiver)
                .is_some_and(|root| self.can_change(root));
        let lent = named.is_some_and(|ty| matches!(self.infer.shallow(&ty), Ty::Ref(..)))
            || renamed && !changes;
        let (mut parts, mut stmts) = (
            vec![(receiver, call.receiver.to_token_stream())],
            Vec::new(),
        );
        if changes {
            // The pullback cannot hold what is behind a `&mut`.
            let copy = self.compose(parts, false, Ty::Opaque, span, |parts| {
                let value = &parts[0];
                quote::quote!(#value.clone())
            });
            let var = self.named_constant("receiver", copy, &mut stmts);
            let name = self.var(var).name.to_token_stream();
            parts = vec![(self.read_var(var, span), name)];
        }
        let place = self.is_place(&call.receiver);
        let receiver = self.compose_on(place, parts, true, Ty::Opaque, span, |parts| {
            let value = &parts[0];
            match lent {
                true => value.clone(),
                false => quote::quote!(&#value),
            }
        });
        let args: Vec<Expr> = std::iter::once(receiver).chain(args).collect();
        let value = self.call_method(args, call);
        self.block_of(stmts, value, span)
    }

    /// The receiver of a method as its first argument.
    fn by_reference(&self, receiver: Expr, exclusive: bool) -> Expr {
        let span = receiver.span;
        let ty = Ty::Ref(exclusive, Box::new(self.infer.strip(&receiver.ty)));
        match receiver.kind {
            ExprKind::Place(place) => self.make(ExprKind::Ref(exclusive, place), ty, span),
            kind => Expr {
                kind,
                ty,
                ..receiver
            },
        }
    }

    /// What callees take by value may be anything: where no other use tells, it is a value of a
    /// type that only rustc knows.
    pub(super) fn hand_over(&mut self, args: &[Expr]) {
        args.iter().for_each(|arg| self.hand_over_part(&arg.ty));
    }

    fn hand_over_part(&mut self, ty: &Ty) {
        let ty = self.infer.strip(ty);
        match (&ty, self.infer.kind(&ty)) {
            // The callee's signature decides, which rustc knows.
            (_, Some(Kind::Float { .. })) => {
                let _ = self.infer.unify(&ty, &Ty::Opaque);
            }
            (_, Some(Kind::Call | Kind::Path { .. })) => self.infer.hand_over(&ty),
            (Ty::Tuple(parts), _) => parts.iter().for_each(|part| self.hand_over_part(part)),
            (list, _) => {
                if let Some(inner) = list.element() {
                    self.hand_over_literals(inner);
                }
            }
        }
    }

    /// The same for literals in a list: `[(c, 0.0), (s, 0.0)]`.
    fn hand_over_literals(&mut self, ty: &Ty) {
        let ty = self.infer.strip(ty);
        match &ty {
            Ty::Tuple(parts) => parts.iter().for_each(|part| self.hand_over_literals(part)),
            ty if matches!(self.infer.kind(ty), Some(Kind::Float { .. })) => {
                let _ = self.infer.unify(ty, &Ty::Opaque);
            }
            list => {
                if let Some(inner) = list.element() {
                    self.hand_over_literals(inner);
                }
            }
        }
    }

    /// `Type::f(x)`, `Self::f(x)`.
    pub(super) fn associated_call(
        &mut self,
        call: &syn::ExprCall,
        path: &syn::ExprPath,
        args: Vec<Expr>,
        kind: Kind,
    ) -> Expr {
        self.hand_over(&args);
        let last = path.path.segments.last();
        let generics = match last.map(|last| &last.arguments) {
            Some(syn::PathArguments::AngleBracketed(generics)) => {
                let mut generics = generics.clone();
                generics.colon2_token = None;
                generics.into_token_stream()
            }
            _ => TokenStream::new(),
        };
        let own = path
            .path
            .segments
            .first()
            .is_some_and(|s| s.ident == "Self");
        let recursive = own && last.is_some_and(|last| last.ident == self.name);
        let of = syn::parse2(owner(path)).ok();
        let known = of
            .zip(last)
            .and_then(|(of, last)| self.known_result(Some(&of), &last.ident));
        let ty = match (recursive, known) {
            (true, _) => self.result.clone(),
            (false, Some(known)) => known,
            (false, None) => {
                let ty = self.infer.fresh(kind);
                let of = self.named_types.get(&self.type_key(&owner(path)));
                self.made.extend(of.map(|of| (ty.clone(), of.clone())));
                ty
            }
        };
        let callee = Call {
            outcome: false,
            form: Form::Associated,
            path: strip_generics(&of_type(path)),
            generics,
            recursive,
            operation: None,
            may_change: false,
            args,
        };
        let lifted = self.lift_args(callee, ty, path.span());
        self.with_source(lifted, call)
    }

    /// `a + b`, `-a` where an operand is a value of the user's type: the method of the operator's
    /// trait.
    pub(super) fn operator_method(
        &mut self,
        name: &str,
        args: Vec<Expr>,
        source: &impl ToTokens,
        span: proc_macro2::Span,
    ) -> Expr {
        if let ("add" | "sub", [first, second]) = (name, &args[..]) {
            // No number has a struct to its right.
            self.infer.made_of(&first.ty, &second.ty);
        }
        let first = self.infer.strip(&args[0].ty);
        // A sum or difference is of the type of its operands; nobody knows what a product is.
        let known = self.known_method(&first, &Ident::new(name, span));
        let ty = match (name, known) {
            ("add" | "sub" | "neg", _) if self.infer.is_struct(&first) => first,
            (_, Some(known)) => known,
            _ => self.infer.fresh(Kind::Call),
        };
        if let ("add" | "sub", [a, b]) = (name, &args[..]) {
            let pairs = [(a, b), (b, a)].map(|(made, of)| (made.ty.clone(), of.ty.clone()));
            self.made.extend(pairs);
        }
        let mut args = args.into_iter();
        let receiver = args
            .next()
            .map(|receiver| self.by_reference(receiver, false));
        let args: Vec<Expr> = receiver.into_iter().chain(args).collect();
        self.hand_over(&args);
        let callee = Call {
            outcome: false,
            form: Form::Method,
            path: Ident::new(name, span).into_token_stream(),
            generics: TokenStream::new(),
            recursive: self.name == name && self.is_method,
            operation: None,
            may_change: false,
            args,
        };
        let lifted = self.lift_args(callee, ty, span);
        self.with_source(lifted, source)
    }

    /// `p.step(x)` on a place that a method may change.
    pub(super) fn changing_call(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        if !self.is_place(receiver) || self.is_opaque_place(receiver) {
            return None;
        }
        self.root(receiver).filter(|root| self.can_change(*root))?;
        if !self.is_struct_place(receiver) {
            return None;
        }
        let place = self.place(receiver);
        let value = self.read(place);
        Some(self.struct_method(value, call, true))
    }

    fn can_change(&self, var: VarId) -> bool {
        let var = self.var(var);
        var.mutable || matches!(self.infer.shallow(&var.ty), Ty::Ref(true, _))
    }

    /// True for a variable, or a part of one, that is known to be a struct: its methods are the
    /// user's, whatever they are called.
    pub(super) fn is_struct_variable(&self, expr: &syn::Expr) -> bool {
        self.place_type(expr)
            .is_some_and(|ty| self.infer.is_struct(&ty))
    }

    /// The type of a field, as far as its uses and its declaration tell it.
    pub(super) fn field_so_far(&self, base: &Ty, member: &syn::Member) -> Option<Ty> {
        let known = self.infer.known_member(base, &Member::from(member));
        known.or_else(|| self.declared_field(base, member))
    }

    /// True if the type of a place is known to be the user's, without lowering it.
    fn is_struct_place(&self, expr: &syn::Expr) -> bool {
        match bare(expr) {
            syn::Expr::Path(_) => {
                let ty = self.root(expr).map(|root| self.var(root).ty.clone());
                ty.is_some_and(|ty| {
                    let ty = self.infer.strip(&ty);
                    self.infer.is_struct(&ty)
                        || matches!(self.infer.kind(&ty), Some(Kind::Path { .. }))
                })
            }
            // The field of a struct that a method changes is no number.
            syn::Expr::Field(field) => self.is_struct_place(&field.base),
            syn::Expr::Unary(unary) => self.is_struct_place(&unary.expr),
            _ => false,
        }
    }
}

/// `<T>::f` for `<T as Trait>::f`: what is emitted for a method of a trait belongs to the type.
fn of_type(path: &syn::ExprPath) -> syn::ExprPath {
    let mut path = path.clone();
    if let Some(qself) = &mut path.qself {
        let names = path.path.segments.into_iter().skip(qself.position);
        path.path.segments = names.collect();
        qself.position = 0;
        qself.as_token = None;
        path.path.leading_colon = Some(syn::Token![::](qself.gt_token.span));
    }
    path
}

/// True for a part that has got a name of its own, which is a reference to it.
fn is_renamed(part: &Expr) -> bool {
    let first = match &part.kind {
        ExprKind::Block(block) => block.stmts.first(),
        _ => None,
    };
    first.is_some_and(|first| matches!(first.kind, StmtKind::Alias { .. }))
}

/// `C` of `C::cis`.
pub(super) fn owner(path: &syn::ExprPath) -> TokenStream {
    let mut owner = path.path.clone();
    owner.segments.pop();
    owner.segments.pop_punct();
    owner.to_token_stream()
}

/// `P<T>`, where a constructor is written `P::<T>`.
fn as_type(path: &syn::Path) -> syn::Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token = None;
        }
    }
    path
}
