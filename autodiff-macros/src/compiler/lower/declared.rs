//! What is known of the user's types: the declarations in an annotated `impl` block or module, and
//! what their uses tell where there are none.

use proc_macro2::TokenStream;
use quote::quote;

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use super::optional::in_memory;
use crate::compiler::hir::{Expr, ExprKind, Member, Real, Ty};
use crate::compiler::naming::{Naming, ReceiverPassing};
use crate::compiler::parse::{generics, types};

impl Lower<'_> {
    /// Unifies the type of a field with what the declaration of its struct says.
    pub(super) fn declare_field(&mut self, base: &Ty, member: &syn::Member, ty: &Ty) {
        let Some(declared) = self.declared_field(base, member) else {
            return;
        };
        let declared = self.soften_signature(declared);
        if let Ty::Seq(inner) = declared {
            return self.infer.make_optional(ty, *inner);
        }
        // A use that does not fit is for rustc to tell.
        let _ = self.infer.unify(ty, &declared);
        self.freeze_constants(ty, &declared);
    }

    /// The same for the field of a literal, if it is a constant, or a list of such: its value may be memory all the same.
    pub(super) fn declare_constant(&mut self, base: &Ty, member: &Member, ty: &Ty) {
        fn is_constant(ty: &Ty) -> bool {
            matches!(ty, Ty::Opaque) || ty.element().is_some_and(is_constant)
        }
        let member = syn::Member::from(member);
        let declared = self.declared_field(base, &member);
        if let Some(declared) = declared.filter(is_constant) {
            let _ = self.infer.unify(ty, &declared);
            self.freeze_constants(ty, &declared);
        }
    }

    /// What is declared as a constant nothing else tells about.
    fn freeze_constants(&mut self, ty: &Ty, declared: &Ty) {
        match (self.infer.strip(ty), declared) {
            (_, Ty::Opaque) => self.infer.freeze(ty),
            (Ty::Tuple(parts), Ty::Tuple(declared)) => {
                let pairs = parts.iter().zip(declared);
                pairs.for_each(|(ty, declared)| self.freeze_constants(ty, declared));
            }
            (ty, declared) => {
                if let (Some(inner), Some(declared)) = (ty.element(), declared.element()) {
                    self.freeze_constants(inner, declared);
                }
            }
        }
    }

    /// The declared type of a field, if it is one that the compiler reads.
    pub(super) fn declared_field(&self, base: &Ty, member: &syn::Member) -> Option<Ty> {
        let path = self.path_of(base)?;
        let known = &self.options.known;
        let field = known.field(&path, member)?;
        let ty = types::read(field, &mut || None).ok()?;
        let mut ty = in_memory(field, ty)?;
        let constant = known.is_constant_field(&path, member);
        make_constant(&mut ty, &|name| {
            let name = syn::parse2(name.clone());
            name.is_ok_and(|name| {
                known.is_local(&path)
                    && known.is_local(&name)
                    && (known.is_enum(&name) || constant && known.has_no_gradient(&name))
            })
        });
        // A path in a declaration means the same here if both stand in one module.
        let is_struct = |name: &TokenStream| {
            syn::parse2(name.clone()).is_ok_and(|name| {
                known.is_local(&path)
                    && known.is_local(&name)
                    && known.is_differentiable(&name) == Some(true)
            })
        };
        let decided = match &ty {
            // What is held by reference is looked through where it is used.
            Ty::Ref(..) => false,
            ty => named_in(ty).into_iter().all(is_struct),
        };
        decided.then_some(ty)
    }

    /// The path of the struct that a type is.
    pub(super) fn path_of(&self, ty: &Ty) -> Option<syn::Path> {
        let ty = self.infer.strip(ty);
        let path = match (&ty, self.infer.kind(&ty)) {
            (Ty::Struct(of), _) => of.path.clone()?,
            (_, Some(Kind::Path { path, .. })) => path.clone(),
            _ => return None,
        };
        let path: syn::Path = syn::parse2(path).ok()?;
        match self.own_type(&path) {
            Some(syn::Type::Path(own)) => Some(own.path),
            Some(_) => None,
            None => Some(path),
        }
    }

    /// True for the name of the type of the block around the function.
    pub(super) fn is_own(&self, path: &syn::Path) -> bool {
        match self.own_type(&syn::parse_quote!(Self)) {
            Some(syn::Type::Path(own)) => own.path == *path,
            _ => false,
        }
    }

    /// True for a field that is declared `#[constant]`.
    pub(super) fn is_constant_field(&self, of: &syn::Path, member: &syn::Member) -> bool {
        let known = &self.options.known;
        match self.own_type(of) {
            Some(syn::Type::Path(own)) => known.is_constant_field(&own.path, member),
            Some(_) => false,
            None => known.is_constant_field(of, member),
        }
    }

    /// The type of the block around the function, if that is what a path names.
    fn own_type(&self, path: &syn::Path) -> Option<syn::Type> {
        match &self.options.naming {
            Naming::Sibling(of) if path.is_ident("Self") => {
                of.own.as_ref().map(|own| types::bare(own).clone())
            }
            _ => None,
        }
    }

    /// The type that a call of a function of a type, `Type::f(…)`, is known to return, if that has a name.
    pub(super) fn returned_by(&self, call: &syn::Expr) -> Option<syn::Path> {
        let syn::Expr::Call(call) = call else {
            return None;
        };
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        let function = &path.path.segments.last()?.ident;
        let of: syn::Path = syn::parse2(super::structs::owner(path)).ok()?;
        let of = self.own_type(&of).unwrap_or_else(|| syn::parse_quote!(#of));
        let result = self.options.known.result(Some(&of), function)?;
        match (&result.ty, of) {
            (syn::Type::Path(result), syn::Type::Path(of)) if result.path.is_ident("Self") => {
                Some(of.path)
            }
            (syn::Type::Path(result), _) => Some(result.path.clone()),
            _ => None,
        }
    }

    /// What a method of a value of this type is known to return.
    pub(super) fn known_method(&mut self, receiver: &Ty, method: &syn::Ident) -> Option<Ty> {
        let of = match self.infer.strip(receiver) {
            Ty::Real(real) => syn::parse2(real.name()).ok()?,
            ty => self.path_of(&ty)?,
        };
        self.known_result(Some(&of), method)
    }

    /// What a function is known to return, that of the type which a path names if one is given.
    pub(super) fn known_result(
        &mut self,
        of: Option<&syn::Path>,
        function: &syn::Ident,
    ) -> Option<Ty> {
        let own = of.and_then(|of| self.own_type(of));
        let of = of.map(|of| {
            let named = own.or_else(|| self.options.known.alias(of).cloned());
            named.unwrap_or_else(|| syn::parse_quote!(#of))
        });
        let result = self.options.known.result(of.as_ref(), function)?;
        // A name of another block's parameter says nothing here.
        let block = self.options.naming.block_generics();
        let own = |name: &syn::Ident| {
            block.type_params().any(|p| p.ident == *name)
                || block.const_params().any(|p| p.ident == *name)
        };
        if !result.parameters.iter().all(own) {
            return None;
        }
        let ty = types::read(&result.ty, &mut || None).ok()?;
        match generics::with_parameters(ty, &self.reals) {
            Ty::Ref(..) => None,
            // Methods of other types have names, too: none of them is taken for a constant.
            ty if types::is_constant(&ty) => None,
            Ty::Real(Real::Named(path))
                if !syn::parse2(path.clone())
                    .is_ok_and(|path| self.options.known.is_the_same_here(&path)) =>
            {
                None
            }
            ty if !matches!(ty, Ty::Real(_)) && !self.holds_structs_from_here(&ty) => None,
            ty => Some(self.soften_signature(ty)),
        }
    }

    /// True if all types in it that have names are structs which are declared beside the function.
    fn holds_structs_from_here(&self, ty: &Ty) -> bool {
        let known = &self.options.known;
        let is_struct = |name: &TokenStream| {
            syn::parse2(name.clone()).is_ok_and(|name| {
                known.is_the_same_here(&name) && known.is_differentiable(&name) == Some(true)
            })
        };
        named_in(ty).into_iter().all(is_struct)
    }

    /// The integer or truth value, or the tuple of them, that a function beside this one gives.
    pub(super) fn known_answer(&self, function: &syn::Ident) -> Option<Ty> {
        let ty = self.options.known.beside(function)?;
        let ty = types::read_result(ty).ok()?;
        types::is_answer(&ty).then_some(ty)
    }

    /// The name of a type; that of an `impl` block goes by `Self` in it.
    pub(super) fn type_key(&self, path: &TokenStream) -> String {
        let text = path.to_string();
        match &self.options.naming {
            Naming::Sibling(of)
                if of.own.as_ref().is_some_and(|own| {
                    quote::ToTokens::to_token_stream(own).to_string() == text
                }) =>
            {
                "Self".to_owned()
            }
            _ => text,
        }
    }

    /// `self.degree()`: an integer that no number in `self` has a say in.
    pub(super) fn measure(&mut self, call: &syn::ExprMethodCall) -> Option<Expr> {
        let known = &self.options.known;
        let own = call.args.is_empty() && self.is_own_receiver(&call.receiver);
        let ty = known.measure(&call.method).filter(|_| own)?;
        let place = self.place(bare(&call.receiver));
        let span = call.method.span();
        let kind = ExprKind::Measure(place, call.method.clone());
        let value = self.make(kind, ty, span);
        Some(self.with_source(value, call))
    }

    /// True if the method is known to change its receiver.
    pub(super) fn is_known_to_change(&self, method: &syn::Ident) -> Option<bool> {
        let passing = self.options.known.receiver(method)?;
        Some(passing == ReceiverPassing::Exclusive)
    }

    /// True for `self`, whose type has the derivatives that stand beside this function's.
    pub(super) fn is_own_receiver(&self, expr: &syn::Expr) -> bool {
        let receiver = self.options.naming.receiver();
        match (bare(expr), receiver) {
            (syn::Expr::Path(path), Some(receiver)) => path.path.is_ident(&receiver.this),
            _ => false,
        }
    }

    /// True for an element of a field, if no number with a derivative would be cast like that: to an integer, or to the precision
    /// that numbers have anyway.
    fn is_integer_in_field(&self, ty: &Ty, cast: &syn::ExprCast) -> bool {
        let target = match types::bare(&cast.ty) {
            syn::Type::Path(path) => types::primitive(&path.path),
            _ => None,
        };
        let tells = match target {
            Some(Ty::Int) => true,
            Some(Ty::Real(Real::F64)) => self.infer.is_f64(),
            _ => false,
        };
        tells && self.infer.is_in_field(ty)
    }

    /// A field of a type that nothing else tells, and that is cast: an integer. The emitted code has
    /// rustc agree.
    pub(super) fn integer_field(&mut self, value: Expr, cast: &syn::ExprCast) -> Expr {
        let ty = self.infer.strip(&value.ty);
        let (is_field, named) = match bare(&cast.expr) {
            syn::Expr::Field(field) => (true, matches!(field.member, syn::Member::Named(_))),
            _ => (false, false),
        };
        let undecided = matches!(self.infer.kind(&ty), Some(Kind::Call));
        let field = is_field && (undecided || named && matches!(ty, Ty::Int));
        let element = undecided && self.is_integer_in_field(&ty, cast);
        if !(field || element) {
            return value;
        }
        self.taken_for_integer(value, "integer")
    }

    /// What a call gave, and is cast: an integer that the function found. Cast to an integer, a number is refused, hence that guess
    /// comes second; cast to the precision that numbers have anyway, it would not be cast.
    pub(super) fn found_integer(&mut self, value: Expr, target: &Ty) -> Expr {
        let ty = self.infer.strip(&value.ty);
        let undecided = matches!(self.infer.kind(&ty), Some(Kind::Call));
        let function = match target {
            Ty::Int if self.options.found_integers => "found_integer",
            Ty::Real(Real::F64) if self.infer.is_f64() => "counted",
            _ => return value,
        };
        match undecided {
            true => self.taken_for_integer(value, function),
            false => value,
        }
    }

    /// The value as an integer. `function`: what has rustc agree.
    fn taken_for_integer(&mut self, value: Expr, function: &str) -> Expr {
        if self.infer.unify(&value.ty, &Ty::Int).is_err() {
            return value;
        }
        let (span, source) = (value.span, value.source.clone());
        let (krate, function) = (&self.options.krate, syn::Ident::new(function, span));
        let integer: TokenStream = quote!(#krate::__private::#function);
        self.compose(
            vec![(value, source)],
            true,
            Ty::Int,
            span,
            |parts| quote!(#integer(#(#parts),*)),
        )
    }
}

/// What is in it of such a type is a constant: it has no gradient.
fn make_constant(ty: &mut Ty, is_one: &dyn Fn(&TokenStream) -> bool) {
    match ty {
        Ty::Real(Real::Named(name)) if is_one(name) => *ty = Ty::Opaque,
        Ty::Tuple(parts) => parts.iter_mut().for_each(|ty| make_constant(ty, is_one)),
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) | Ty::Seq(inner) => {
            make_constant(inner, is_one);
        }
        _ => {}
    }
}

/// The types in it that the compiler does not see.
fn named_in(ty: &Ty) -> Vec<&TokenStream> {
    match ty {
        Ty::Real(Real::Named(name)) => vec![name],
        ty => ty.parts().flat_map(named_in).collect(),
    }
}
