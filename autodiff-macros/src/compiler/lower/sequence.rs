//! Methods of slices, vectors and arrays that do not change them.

use super::Lower;
use super::expr::bare;
use super::infer::Kind;
use crate::compiler::diag::{self};
use crate::compiler::hir::{Block, Expr, ExprKind, Place, Proj, StmtKind, Ty};
use proc_macro2::Span;

impl Lower<'_> {
    /// Methods of variables and their parts: lengths and copies.
    pub(super) fn place_method(&mut self, call: &syn::ExprMethodCall, name: &str) -> Option<Expr> {
        let receiver = bare(&call.receiver);
        let known = matches!(name, "len" | "is_empty" | "clone" | "to_vec" | "to_owned");
        if !known || !call.args.is_empty() || !self.is_place(receiver) {
            return None;
        }
        if self.is_opaque_place(receiver) {
            return None;
        }
        let place = self.in_operand(|this| this.place(receiver));
        let span = call.method.span();
        if matches!(place.path.last(), Some(Proj::Slice { .. })) {
            return Some(self.of_part(place, name, span));
        }
        let ty = self.infer.strip(&place.ty);
        let indexed = ty.element().is_some();
        match name {
            "len" | "is_empty" if indexed => Some(self.length(place, name, span)),
            _ if indexed => Some(self.copy(place, ty, name, span)),
            "len" | "is_empty" => self.undecided_length(place, ty, name, span),
            // A scalar or a tuple of scalars: the value itself.
            "clone" | "to_owned" if self.is_copy(&ty) => Some(self.read(place)),
            _ => None,
        }
    }

    /// `w[a..b].to_vec()`: the part gets a name first.
    pub(super) fn of_part(&mut self, place: Place, name: &str, span: Span) -> Expr {
        let ty = self.infer.strip(&place.ty);
        let root = place.root;
        let var = self.temp("part", Ty::Ref(false, Box::new(ty.clone())), span);
        self.facts[var.0 as usize].alias_of = Some(root);
        let alias = super::stmt(StmtKind::Alias { var, place }, span);
        let whole = self.whole(var, span);
        let value = match name {
            "len" | "is_empty" => self.length(whole, name, span),
            _ => self.copy(whole, ty, "to_vec", span),
        };
        let ty = value.ty.clone();
        let block = Block {
            stmts: vec![alias],
            value: Some(Box::new(value)),
        };
        self.make(ExprKind::Block(block), ty, span)
    }

    pub(super) fn length(&mut self, place: Place, name: &str, span: Span) -> Expr {
        let len = self.make(ExprKind::Len(place), Ty::Int, span);
        if name == "len" {
            return len;
        }
        let zero = self.number(0, span);
        let kind = ExprKind::Binary(
            crate::compiler::hir::BinOp::Eq,
            Box::new(len),
            Box::new(zero),
        );
        self.make(kind, Ty::Bool, span)
    }

    /// `.len()` of the result of a call: it is something indexed, or rustc refuses the pin.
    pub(super) fn undecided_length(
        &mut self,
        place: Place,
        ty: Ty,
        name: &str,
        span: Span,
    ) -> Option<Expr> {
        if !matches!(
            self.infer.kind(&ty),
            Some(Kind::Call | Kind::Path { real: true, .. })
        ) {
            return None;
        }
        self.element_of(&ty)?;
        Some(self.length(place, name, span))
    }

    pub(super) fn copy(&mut self, mut place: Place, ty: Ty, name: &str, span: Span) -> Expr {
        let inner = ty.element().cloned().unwrap_or(Ty::Opaque);
        let vec = name == "to_vec" || matches!(ty, Ty::Slice(_));
        if vec && matches!(ty, Ty::Array(..) | Ty::Seq(_)) {
            // The adjoint of an array, and of what may be one, is none of a vector.
            place.ty = Ty::Slice(Box::new(inner.clone()));
            place.path.push(Proj::Slice {
                lo: None,
                hi: None,
                inclusive: false,
            });
        }
        let ty = match vec {
            true => Ty::Vec(Box::new(inner)),
            false => ty,
        };
        self.make(ExprKind::CloneOf(place), ty, span)
    }

    /// True for scalars, and tuples and arrays of them.
    pub(super) fn is_copy(&self, ty: &Ty) -> bool {
        match self.infer.strip(ty) {
            Ty::Real(_) | Ty::Int | Ty::Bool | Ty::Unit => true,
            Ty::Tuple(parts) => parts.iter().all(|part| self.is_copy(part)),
            Ty::Array(inner, _) => self.is_copy(&inner),
            ty => self.infer.is_real(&ty),
        }
    }

    /// True for elements that are no numbers, and that a copy can take the place of: structs, lists, and lists of such.
    pub(super) fn is_cloned(&self, ty: &Ty) -> bool {
        match self.infer.strip(ty) {
            ty if self.is_copy(&ty) => false,
            Ty::Vec(inner) | Ty::Array(inner, _) => self.is_copy(&inner) || self.is_cloned(&inner),
            ty => self.infer.is_struct(&ty),
        }
    }

    /// True for elements of which only their uses will tell what they are, and which count as numbers.
    fn is_open(&self, ty: &Ty) -> bool {
        self.infer.kind(&self.infer.strip(ty)).is_some()
    }

    /// True if methods that move elements are understood for such elements.
    pub(super) fn is_moved(&self, ty: &Ty) -> bool {
        self.is_copy(ty) || self.is_cloned(ty) || self.is_open(ty)
    }

    /// What is in an element, which takes the place of another.
    pub(super) fn element_value(&mut self, place: Place, span: Span) -> Expr {
        match self.is_cloned(&place.ty) {
            true => {
                let ty = self.infer.strip(&place.ty);
                self.copy(place, ty, "clone", span)
            }
            false => self.read(place),
        }
    }

    /// A method of a vector, slice or array that is no variable, or that is not known.
    pub(super) fn indexed_value(
        &mut self,
        receiver: Expr,
        ty: Ty,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Expr {
        let lengths = matches!(name, "len" | "is_empty") && call.args.is_empty();
        let is_place = matches!(receiver.kind, ExprKind::Place(_));
        if lengths && matches!(receiver.kind, ExprKind::Opaque(_)) {
            return self.opaque_method(receiver, call, name);
        }
        if lengths && !is_place {
            let span = call.method.span();
            let name = name.to_owned();
            return self.in_block("sequence", receiver, span, |this, place| {
                this.length(place, &name, span)
            });
        }
        if matches!(name, "to_vec" | "clone" | "to_owned") && call.args.is_empty() && !is_place {
            let vec = name == "to_vec" || matches!(ty, Ty::Slice(_));
            if !vec || matches!(ty, Ty::Vec(_)) {
                return receiver;
            }
            let (span, name) = (call.method.span(), name.to_owned());
            return self.in_block("sequence", receiver, span, |this, place| {
                this.copy(place, ty, &name, span)
            });
        }
        if self.infer.may_be_real(&ty) {
            return self.sequence_method(call, name);
        }
        self.constant_sequence_method(receiver, call, name)
    }

    pub(super) fn sequence_method(&mut self, call: &syn::ExprMethodCall, name: &str) -> Expr {
        let entry = match name {
            "iter" | "iter_mut" | "into_iter" | "windows" | "chunks" | "chunks_exact" => {
                &diag::ITERATOR
            }
            _ => &diag::SEQUENCE_METHOD,
        };
        self.refuse(entry, &call.method, &[name])
    }

    /// A method of a list of constants. One that may change the list would change it unseen.
    pub(super) fn constant_sequence_method(
        &mut self,
        receiver: Expr,
        call: &syn::ExprMethodCall,
        name: &str,
    ) -> Expr {
        const READS: [&str; 9] = [
            "iter",
            "contains",
            "first",
            "last",
            "get",
            "starts_with",
            "ends_with",
            "binary_search",
            "concat",
        ];
        if self.infer.is_open(&receiver.ty) {
            self.undecided = true;
        }
        if READS.contains(&name) {
            return self.constant_method(receiver, call, false, Ty::Opaque);
        }
        self.refuse(&diag::SEQUENCE_METHOD, &call.method, &[name])
    }
}
