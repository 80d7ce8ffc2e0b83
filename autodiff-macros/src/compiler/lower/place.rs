//! Places: variables, and elements, fields and sub-slices of them.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::expr::bare;
use super::infer::Kind;
use super::scope::Name;
use super::{Lower, order};
use crate::compiler::diag::{self, text_of};
use crate::compiler::hir::{Expr, Member, Place, Proj, Ty, VarId};
use crate::compiler::names;

/// Methods that give their receiver under another type.
const TRANSPARENT: [&str; 4] = ["as_slice", "as_mut_slice", "as_ref", "as_mut"];

impl Lower<'_> {
    /// True if `expr` is a variable of the function or a part of one.
    pub(super) fn is_place(&self, expr: &syn::Expr) -> bool {
        match bare(expr) {
            syn::Expr::Path(path) => self.local(path).is_some(),
            syn::Expr::Index(index) => self.is_place(&index.expr),
            syn::Expr::Field(field) => self.is_place(&field.base),
            syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                match bare(&unary.expr) {
                    syn::Expr::Reference(inner) => self.is_place(&inner.expr),
                    inner => self.is_place(inner),
                }
            }
            syn::Expr::MethodCall(call) => {
                let name = call.method.to_string();
                call.args.is_empty()
                    && TRANSPARENT.contains(&name.as_str())
                    && self.is_place(&call.receiver)
            }
            _ => false,
        }
    }

    /// The variable that a path of one segment names.
    pub(super) fn local(&self, path: &syn::ExprPath) -> Option<VarId> {
        let name = path.path.get_ident().filter(|_| path.qself.is_none())?;
        match self.peek_name(&name.to_string()) {
            Some(Name::Var(var)) => Some(var),
            _ => None,
        }
    }

    /// True if the name at the bottom of an expression is bound by something that was refused.
    pub(super) fn is_refused_name(&self, expr: &syn::Expr) -> bool {
        match bare(expr) {
            syn::Expr::Path(path) => {
                let name = path.path.get_ident().map(ToString::to_string);
                name.is_some_and(|name| matches!(self.peek_name(&name), Some(Name::Error)))
            }
            syn::Expr::Index(index) => self.is_refused_name(&index.expr),
            syn::Expr::Field(field) => self.is_refused_name(&field.base),
            syn::Expr::Unary(unary) => self.is_refused_name(&unary.expr),
            syn::Expr::Reference(reference) => self.is_refused_name(&reference.expr),
            syn::Expr::MethodCall(call) => self.is_refused_name(&call.receiver),
            _ => false,
        }
    }

    /// The variable at the bottom of a place expression.
    pub(super) fn root(&self, expr: &syn::Expr) -> Option<VarId> {
        match bare(expr) {
            syn::Expr::Path(path) => self.local(path),
            syn::Expr::Index(index) => self.root(&index.expr),
            syn::Expr::Field(field) => self.root(&field.base),
            syn::Expr::Unary(unary) => self.root(&unary.expr),
            syn::Expr::Reference(reference) => self.root(&reference.expr),
            syn::Expr::MethodCall(call) => self.root(&call.receiver),
            _ => None,
        }
    }

    /// The type of a variable; nothing for other expressions.
    pub(super) fn variable_type(&self, expr: &syn::Expr) -> Option<Ty> {
        match bare(expr) {
            syn::Expr::Path(path) => self.local(path).map(|var| self.var(var).ty.clone()),
            _ => None,
        }
    }

    /// True for a place inside of something that the compiler does not look into: `config.tolerance`, `edges[i].length`.
    pub(super) fn is_opaque_place(&self, expr: &syn::Expr) -> bool {
        let root = self.root(expr);
        root.is_some_and(|var| matches!(self.infer.strip(&self.var(var).ty), Ty::Opaque))
            || self.is_inside_constant(expr)
            || self.is_inside_element(expr)
    }

    /// True for a part of what the name of an element of a list in a constant refers to.
    fn is_inside_element(&self, expr: &syn::Expr) -> bool {
        let whole = match bare(expr) {
            syn::Expr::Path(_) => true,
            syn::Expr::Unary(unary) => matches!(bare(&unary.expr), syn::Expr::Path(_)),
            _ => false,
        };
        let root = self.root(expr).filter(|_| !whole);
        root.is_some_and(|root| self.facts[root.0 as usize].element.is_some())
    }

    /// True for a part of an element, or of a field, of such a type.
    fn is_inside_constant(&self, expr: &syn::Expr) -> bool {
        let base = match bare(expr) {
            syn::Expr::Field(field) => &field.base,
            syn::Expr::Index(index) => &index.expr,
            syn::Expr::Unary(unary) => return self.is_inside_constant(&unary.expr),
            syn::Expr::Reference(reference) => return self.is_inside_constant(&reference.expr),
            syn::Expr::MethodCall(call) => return self.is_inside_constant(&call.receiver),
            _ => return false,
        };
        self.is_constant_part(base) || self.is_inside_constant(base)
    }

    /// True for an element or a field of such a type in something that the compiler does look into.
    pub(super) fn is_constant_part(&self, expr: &syn::Expr) -> bool {
        let constant = match bare(expr) {
            syn::Expr::Index(_) | syn::Expr::Field(_) => self.place_type(expr),
            _ => None,
        };
        match constant.map(|ty| self.infer.strip(&ty)) {
            Some(Ty::Opaque) => true,
            // Several of them.
            Some(Ty::Slice(inner)) => matches!(self.infer.strip(&inner), Ty::Opaque),
            _ => false,
        }
    }

    /// Lowers an expression that [`Lower::is_place`].
    pub(super) fn place(&mut self, expr: &syn::Expr) -> Place {
        match bare(expr) {
            syn::Expr::Path(path) => self.variable_place(path),
            syn::Expr::Index(index) => self.index_place(index),
            syn::Expr::Field(field) => self.field_place(field),
            syn::Expr::Unary(unary) => {
                let mut place = self.place(&unary.expr);
                if let Ty::Ref(_, inner) = self.infer.shallow(&place.ty) {
                    place.ty = *inner;
                } else if is_named_field(&unary.expr) {
                    place.path.push(Proj::Field(Member::Behind));
                }
                place
            }
            syn::Expr::Reference(reference) => self.place(&reference.expr),
            syn::Expr::MethodCall(call) => self.transparent_place(call),
            other => {
                self.refuse(&diag::UNKNOWN_SYNTAX, other, &[&text_of(other)]);
                self.error_place(other)
            }
        }
    }

    fn variable_place(&mut self, path: &syn::ExprPath) -> Place {
        let name = path.path.get_ident().cloned();
        match name.as_ref().map(|name| (self.lookup(name), name.span())) {
            Some((Some(Name::Var(var)), span)) => self.whole(var, span),
            _ => self.error_place(path),
        }
    }

    /// Stands for a place that was refused.
    fn error_place(&mut self, tokens: &impl ToTokens) -> Place {
        let ty = self.infer.fresh(Kind::Error);
        let span = tokens.span();
        let var = self.temp("error", ty, span);
        self.whole(var, span)
    }

    /// `v.as_slice()`: the same place as a slice.
    fn transparent_place(&mut self, call: &syn::ExprMethodCall) -> Place {
        let mut place = self.place(&call.receiver);
        let mutable = call.method == "as_mut_slice" || call.method == "as_mut";
        let whole = self.infer.strip(&place.ty);
        let behind = match whole.element() {
            Some(inner) => Ty::Slice(Box::new(inner.clone())),
            // `Option::as_mut`: the parts are still those of the variable.
            None => whole,
        };
        place.ty = Ty::Ref(mutable, Box::new(behind));
        place
    }

    fn index_place(&mut self, index: &syn::ExprIndex) -> Place {
        if let Some(place) = self.piece_element(index) {
            return place;
        }
        let mut place = self.place(&index.expr);
        place.span = index.span();
        let Some(inner) = self.element_of(&place.ty) else {
            self.not_indexed(index, &place);
            return self.error_place(index);
        };
        if let syn::Expr::Range(range) = bare(&index.index) {
            let slice = self.slice_step(range);
            place.path.push(slice);
            place.ty = Ty::Slice(Box::new(inner));
        } else {
            let at = self.integer(&index.index);
            place.path.push(Proj::Index(at));
            place.ty = inner;
        }
        place
    }

    fn not_indexed(&mut self, index: &syn::ExprIndex, place: &Place) {
        let (text, kind) = (text_of(&index.expr), self.type_name(&place.ty));
        self.diags
            .report_at(&diag::NOT_INDEXED, index, &[&text, kind]);
    }

    pub(super) fn slice_step(&mut self, range: &syn::ExprRange) -> Proj {
        let lo = range.start.as_ref().map(|lo| self.integer(lo));
        let hi = range.end.as_ref().map(|hi| self.integer(hi));
        Proj::Slice {
            lo,
            hi,
            inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
        }
    }

    /// The type of the elements of something indexed, which an undecided type becomes here.
    pub(super) fn element_of(&mut self, ty: &Ty) -> Option<Ty> {
        let ty = self.infer.strip(ty);
        if let Some(inner) = ty.element() {
            return Some(inner.clone());
        }
        let kind = match self.infer.kind(&ty)? {
            Kind::Float { .. } => return None,
            Kind::Error => return Some(ty),
            kind => kind.of_part(),
        };
        let inner = self.infer.fresh(kind);
        self.infer.in_member(&ty, &inner);
        let seq = Ty::Seq(Box::new(inner.clone()));
        self.infer.unify(&ty, &seq).ok()?;
        Some(inner)
    }

    fn field_place(&mut self, field: &syn::ExprField) -> Place {
        let place = self.place(&field.base);
        self.part_of(place, field)
    }

    /// The field of a place.
    pub(super) fn part_of(&mut self, mut place: Place, field: &syn::ExprField) -> Place {
        place.span = field.span();
        let ty = self.infer.strip(&place.ty);
        match (&field.member, &ty) {
            (syn::Member::Unnamed(index), Ty::Tuple(parts))
                if (index.index as usize) < parts.len() =>
            {
                place.path.push(Proj::Field(Member::At(index.index)));
                place.ty = parts[index.index as usize].clone();
                return place;
            }
            _ if self.is_error(&ty) => {}
            (syn::Member::Unnamed(_), Ty::Infer(_)) if self.is_tuple_struct(&ty) => {
                return self.struct_field(place, field);
            }
            (syn::Member::Unnamed(index), Ty::Infer(_)) => {
                if let Some(part) = self.infer.field(&ty, index.index) {
                    place.path.push(Proj::Field(Member::At(index.index)));
                    place.ty = part;
                    return place;
                }
                self.unknown_field(field, index.index);
            }
            (syn::Member::Unnamed(index), _) => self.unknown_field(field, index.index),
            (syn::Member::Named(_), _) => return self.struct_field(place, field),
        }
        self.error_place(field)
    }

    /// True if `.0` is a field of a struct: the type has a name.
    fn is_tuple_struct(&self, ty: &Ty) -> bool {
        self.infer.is_struct(ty) || matches!(self.infer.kind(ty), Some(Kind::Path { .. }))
    }

    /// `base.name` of a struct.
    fn struct_field(&mut self, mut base: Place, field: &syn::ExprField) -> Place {
        let member = Member::from(&field.member);
        let Some(ty) = self.infer.member(&base.ty, &member) else {
            let args = [
                text_of(&field.base),
                text_of(&field.member),
                self.type_name(&base.ty).to_owned(),
            ];
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            self.refuse(&diag::NO_FIELD, field, &args);
            return self.error_place(field);
        };
        self.declare_field(&base.ty.clone(), &field.member, &ty);
        base.path.push(Proj::Field(member));
        base.ty = ty;
        base
    }

    fn unknown_field(&mut self, field: &syn::ExprField, at: u32) {
        let (base, at) = (text_of(&field.base), at.to_string());
        let root = self.root(&field.base);
        let bound = root.map_or_else(|| base.clone(), |v| names::plain(&self.var(v).name));
        self.refuse(&diag::TUPLE_FIELD, field, &[&base, &at, &bound]);
    }

    /// A place that is assigned with `=`.
    pub(super) fn assigned_place(&mut self, expr: &syn::Expr) -> Option<Place> {
        let place = self.changed_place(expr);
        if matches!(self.infer.shallow(&place.ty), Ty::Ref(..)) {
            let name = text_of(expr);
            self.refuse(&diag::REBIND_REFERENCE, expr, &[&name]);
            return None;
        }
        if self.infer.is_optional(&place.ty) {
            self.refuse(&diag::OPTION_ASSIGNED, expr, &[&text_of(expr)]);
            return None;
        }
        Some(place)
    }

    /// A place that is written to: not from inside of an operand that stands beside it.
    pub(super) fn changed_place(&mut self, expr: &syn::Expr) -> Place {
        let place = self.place(expr);
        self.check_change(place.root, expr);
        self.check_reference(expr);
        if matches!(place.path.last(), Some(Proj::Slice { .. })) {
            self.refuse(&diag::ASSIGN_TARGET, expr, &[&text_of(expr)]);
        }
        place
    }

    /// Refuses to change what a name refers to if it is not known what that is: an exclusive reference
    /// that came out of a block or a call was copied as the value behind it.
    pub(super) fn check_reference(&mut self, target: &syn::Expr) {
        let assigned_later = matches!(bare(target), syn::Expr::Path(_));
        if !assigned_later && self.is_lost(target) {
            self.refuse(&diag::LOST_REFERENCE, target, &[&text_of(target)]);
        }
    }

    /// The same for what a method that changes it is called on, and for `&mut` of it.
    pub(super) fn check_changed_receiver(&mut self, receiver: &syn::Expr) {
        if self.is_lost(receiver) {
            self.refuse(&diag::LOST_REFERENCE, receiver, &[&text_of(receiver)]);
        }
    }

    /// True for a name that can only be a reference, and is none here.
    pub(super) fn is_lost(&self, target: &syn::Expr) -> bool {
        let target = bare(target);
        match target {
            syn::Expr::Path(_) => self.root(target).is_some_and(|var| {
                let known = self.var(var).mutable || self.refers(var);
                !known && !self.is_error(&self.var(var).ty)
            }),
            syn::Expr::Field(field) => self.is_lost(&field.base),
            syn::Expr::Index(index) => self.is_lost(&index.expr),
            syn::Expr::MethodCall(call) => self.is_lost(&call.receiver),
            syn::Expr::Unary(unary) => match bare(&unary.expr) {
                syn::Expr::Reference(reference) => self.is_lost(&reference.expr),
                inner @ syn::Expr::Path(_) => self
                    .root(inner)
                    .is_some_and(|var| !self.refers(var) && !self.is_error(&self.var(var).ty)),
                inner => self.is_lost(inner),
            },
            _ => false,
        }
    }

    /// True if the variable is a reference, another name, or stands for what a `&mut` is to.
    fn refers(&self, var: VarId) -> bool {
        let facts = &self.facts[var.0 as usize];
        facts.alias_of.is_some()
            || facts.held.is_some()
            || facts.hidden
            || matches!(self.infer.shallow(&self.var(var).ty), Ty::Ref(..))
    }

    /// Refuses to change a variable of outside of the operand that is being lowered.
    pub(super) fn check_change(&mut self, var: VarId, tokens: &impl ToTokens) {
        let Some(barrier) = self.barrier else {
            return;
        };
        let root = super::root_of(&self.facts, var);
        if root.0 < barrier.vars {
            let name = self.var(root).name.to_string();
            self.diags
                .report_at(&diag::CHANGE_IN_OPERAND, tokens, &[&name]);
        }
    }

    /// Operands of which some become statements before the others are read: no call among them may
    /// change what another one reads.
    pub(super) fn check_order<'e>(&mut self, operands: impl Iterator<Item = &'e Expr>) {
        let facts = &self.facts;
        let clashes = order::clashes(operands, &|var| super::root_of(facts, var));
        let vars = &self.vars;
        let name = |var: VarId| vars[var.0 as usize].name.to_string();
        order::report(clashes, name, self.diags);
    }
}

/// True for `base.name`, in front of which a `*` can only be that of a pointer in the field.
pub(super) fn is_named_field(expr: &syn::Expr) -> bool {
    matches!(bare(expr), syn::Expr::Field(field) if matches!(field.member, syn::Member::Named(_)))
}
