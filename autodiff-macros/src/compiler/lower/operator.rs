//! Operators and casts.

use quote::{ToTokens, quote};
use syn::spanned::Spanned;

use super::expr::bare;
use super::infer::Kind;
use super::match_::enums::is_variant_value;
use super::{Lower, aliases};
use crate::compiler::diag::{self, text_of, text_of_type};
use crate::compiler::hir::{BinOp, Expr, ExprKind, Real, Ty, UnOp};
use crate::compiler::parse::types;

/// Of `2.0 * p`: what is emitted for `impl Mul<P> for f64` would stand in an `impl` block of `f64`, which cannot be.
pub(super) const NUMBER_FIRST: &str = "a number, with a struct to its right";

impl Lower<'_> {
    pub(super) fn binary(&mut self, binary: &syn::ExprBinary) -> Expr {
        let Some(op) = operator(&binary.op) else {
            return self.refuse(&diag::ASSIGN_IN_OPERAND, &binary.op, &[]);
        };
        if let Some(compared) = self.compared_variant(binary, op) {
            return compared;
        }
        let written = self
            .compared_tuples(binary)
            .or_else(|| self.compared_lists(binary));
        if let Some(compared) = written {
            return compared;
        }
        let wanted = self.hint.take();
        // The operands of a sum are of its type.
        let sums = matches!(op, BinOp::Add | BinOp::Sub);
        let wanted = wanted.or_else(|| self.variable_type(&binary.right).filter(|_| sums));
        self.hint = wanted.clone().filter(|_| sums);
        let mut a = self.operand(&binary.left);
        self.make_operand_of(wanted, &a, op);
        self.hint = sums.then(|| a.ty.clone());
        let mut b = self.operand(&binary.right);
        self.hint = None;
        if let Some(name) = super::overload::method(op)
            && [&a, &b].iter().any(|value| self.is_struct_operand(value))
        {
            if self.infer.is_real(&a.ty) {
                let args = [op.symbol(), &text_of(&binary.left), NUMBER_FIRST];
                return self.refuse(&diag::OPERAND_TYPE, &binary.left, &args);
            }
            return self.operator_method(name, vec![a, b], binary, binary.op.span());
        }
        let ty = match op {
            BinOp::And | BinOp::Or => {
                self.expect_truth(&mut a);
                self.expect_truth(&mut b);
                Ty::Bool
            }
            BinOp::Shl | BinOp::Shr => {
                self.expect(&b, &Ty::Int);
                a.ty.clone()
            }
            _ => match self.operand_type(&a, &b, binary) {
                Some(ty) => ty,
                None => return self.error(binary.to_token_stream()),
            },
        };
        let compares = matches!(
            op,
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge
        );
        if compares || op == BinOp::Rem {
            self.infer.compare(&ty);
        }
        let ty = if compares { Ty::Bool } else { ty };
        if matches!(ty, Ty::Opaque) {
            return self.constant_binary(a, b, binary);
        }
        let span = binary.op.span();
        let divides = matches!(op, BinOp::Div | BinOp::Rem) && !matches!(ty, Ty::Int);
        let value = self.make(ExprKind::Binary(op, Box::new(a), Box::new(b)), ty, span);
        match compares || divides {
            true => self.with_source(value, binary),
            false => value,
        }
    }

    /// `c.kind == Kind::Linear`: what is compared with a variant is an enum, and constant.
    fn compared_variant(&mut self, binary: &syn::ExprBinary, op: BinOp) -> Option<Expr> {
        let (left, right) = (bare(&binary.left), bare(&binary.right));
        let (field, first) = match (is_variant_value(left), is_variant_value(right)) {
            (false, true) => (left, true),
            (true, false) => (right, false),
            _ => return None,
        };
        let equality = matches!(op, BinOp::Eq | BinOp::Ne);
        let is_field = matches!(field, syn::Expr::Field(_)) && self.is_place(field);
        if !equality || !is_field || self.is_opaque_place(field) {
            return None;
        }
        let mut stmts = Vec::new();
        let (var, name) = self.constant_field(field, &mut stmts)?;
        let sign = &binary.op;
        let code = match first {
            true => quote!((*#name) #sign #right),
            false => quote!(#left #sign (*#name)),
        };
        let span = sign.span();
        let value = self.opaque(code, vec![(name, var)], true, Ty::Bool, span);
        let value = self.with_source(value, binary);
        Some(self.block_of(stmts, value, span))
    }

    /// True for a struct: arrays and vectors are no operands, and of what is left the name tells.
    fn is_struct_operand(&mut self, value: &Expr) -> bool {
        self.is_struct_with_operators(&value.ty)
    }

    /// The same for the type of a value that operators are applied to.
    pub(super) fn is_struct_with_operators(&mut self, ty: &Ty) -> bool {
        let ty = self.infer.strip(ty);
        let named = match self.infer.kind(&ty) {
            Some(Kind::Path { path, .. }) => aliases::is_word_for_structs(path),
            _ => false,
        };
        self.infer.is_struct(&ty) || named && self.infer.make_struct(&ty)
    }

    /// What is known to give a struct has one as its first operand, if that is the result of a call or a field.
    fn make_operand_of(&mut self, wanted: Option<Ty>, first: &Expr, op: BinOp) {
        let arithmetic = super::overload::method(op).is_some();
        let wanted = wanted.filter(|ty| arithmetic && self.is_struct_with_operators(ty));
        let Some(wanted) = wanted else {
            return;
        };
        let open = self.infer.strip(&first.ty);
        if matches!(self.infer.kind(&open), Some(Kind::Call)) {
            // It fits: the one is open.
            let _ = self.infer.unify(&open, &wanted);
        }
    }

    /// The type that both operands have.
    fn operand_type(&mut self, a: &Expr, b: &Expr, binary: &syn::ExprBinary) -> Option<Ty> {
        for (value, source) in [(a, &binary.left), (b, &binary.right)] {
            let ty = self.infer.strip(&value.ty);
            let compound = matches!(ty, Ty::Tuple(_) | Ty::Unit) || ty.element().is_some();
            if compound {
                let args = [
                    text_of(&binary.op),
                    text_of(source),
                    self.type_name(&ty).into(),
                ];
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                self.diags.report_at(&diag::OPERAND_TYPE, source, &args);
                return None;
            }
        }
        if self.infer.unify(&a.ty, &b.ty).is_err() {
            let args = [self.type_name(&a.ty), self.type_name(&b.ty)];
            self.diags.report_at(&diag::TYPE_MISMATCH, binary, &args);
            return None;
        }
        self.infer.operate(&a.ty);
        self.infer.operate(&b.ty);
        let (x, y) = (self.infer.strip(&a.ty), self.infer.strip(&b.ty));
        Some(match x {
            Ty::Opaque | Ty::Never => y,
            x => x,
        })
    }

    /// Arithmetic on constants whose types only rustc knows.
    fn constant_binary(&mut self, a: Expr, b: Expr, binary: &syn::ExprBinary) -> Expr {
        let op = &binary.op;
        let parts = vec![
            (a, binary.left.to_token_stream()),
            (b, binary.right.to_token_stream()),
        ];
        self.compose(parts, true, Ty::Opaque, op.span(), |parts| {
            let (a, b) = (&parts[0], &parts[1]);
            quote!((#a #op #b))
        })
    }

    pub(super) fn unary(&mut self, unary: &syn::ExprUnary) -> Expr {
        let whole = syn::Expr::Unary(unary.clone());
        let op = match unary.op {
            syn::UnOp::Neg(_) => UnOp::Neg,
            syn::UnOp::Not(_) => UnOp::Not,
            _ if self.is_place(&whole) => {
                if let Some(part) = self.behind_lent(&unary.expr) {
                    return part;
                }
                if self.is_opaque_place(&whole) {
                    return self.opaque_place(&whole);
                }
                let place = self.place(&whole);
                return self.read(place);
            }
            _ => return self.deref_value(unary),
        };
        let value = self.operand(&unary.expr);
        self.infer.operate(&value.ty);
        let ty = self.infer.strip(&value.ty);
        if op == UnOp::Neg && self.is_struct_operand(&value) {
            return self.operator_method("neg", vec![value], unary, unary.op.span());
        }
        let fits = match ty {
            Ty::Opaque => return self.constant_unary(value, unary),
            Ty::Bool | Ty::Int | Ty::Never => true,
            Ty::Real(_) | Ty::Infer(_) => op == UnOp::Neg || !self.infer.is_real(&ty),
            _ => false,
        };
        if !fits {
            let args = [
                text_of(&unary.op),
                text_of(&unary.expr),
                self.type_name(&ty).into(),
            ];
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            return self.refuse(&diag::OPERAND_TYPE, unary, &args);
        }
        self.make(ExprKind::Unary(op, Box::new(value)), ty, unary.op.span())
    }

    fn constant_unary(&mut self, value: Expr, unary: &syn::ExprUnary) -> Expr {
        let op = &unary.op;
        let parts = vec![(value, unary.expr.to_token_stream())];
        self.compose(parts, true, Ty::Opaque, op.span(), |parts| {
            let value = &parts[0];
            quote!((#op #value))
        })
    }

    /// `*` of something that is no variable.
    fn deref_value(&mut self, unary: &syn::ExprUnary) -> Expr {
        let value = self.operand(&unary.expr);
        match value.kind {
            ExprKind::Opaque(_) => self.constant_unary(value, unary),
            ExprKind::Block(_) if matches!(value.ty, Ty::Opaque) && self.is_constant(&value) => {
                self.constant_unary(value, unary)
            }
            _ if self.is_taken_option(&unary.expr) => value,
            // What a reference leads to, as in `*row.last().unwrap()`.
            _ if is_call(&unary.expr) && self.is_number(&value) => value,
            _ if self.is_error(&value.ty) => value,
            _ => self.refuse(&diag::DEREF, unary, &[&text_of(&unary.expr)]),
        }
    }

    /// True for a number that comes from no call, whose result could be anything that leads to one.
    fn is_number(&self, value: &Expr) -> bool {
        let number = matches!(
            self.infer.strip(&value.ty),
            Ty::Real(_) | Ty::Int | Ty::Bool
        );
        match &value.kind {
            ExprKind::Call(_) => false,
            ExprKind::Block(block) => block
                .value
                .as_ref()
                .is_some_and(|value| self.is_number(value)),
            _ => number,
        }
    }

    pub(super) fn cast(&mut self, cast: &syn::ExprCast) -> Expr {
        let value = self.operand(&cast.expr);
        let target = types::bare(&cast.ty);
        let ty = match types::read(target, &mut || None) {
            Ok(Ty::Real(Real::Named(path))) => {
                let real = self.infer.may_be_real(&value.ty);
                self.infer.fresh(Kind::Path { path, real })
            }
            Ok(ty @ (Ty::Real(_) | Ty::Int | Ty::Opaque)) => ty,
            _ => return self.refuse(&diag::CAST_TYPE, &cast.ty, &[&text_of_type(&cast.ty)]),
        };
        let value = self.integer_field(value, cast);
        let value = self.found_integer(value, &ty);
        self.pin_cast_operand(&value, &ty, cast);
        let tokens = target.to_token_stream();
        let expr = self.make(
            ExprKind::Cast(Box::new(value), tokens),
            ty,
            cast.as_token.span(),
        );
        self.with_source(expr, cast)
    }

    /// What is cast is a scalar; the result of a call counts as a real number, and not as one of the
    /// type that it is cast to.
    fn pin_cast_operand(&mut self, value: &Expr, target: &Ty, cast: &syn::ExprCast) {
        let ty = self.infer.strip(&value.ty);
        if matches!(self.infer.kind(&ty), Some(Kind::Call)) {
            let real = match target {
                Ty::Real(Real::F32) => Ty::Real(Real::F64),
                _ => self.infer.fresh(Kind::Float { soft: true }),
            };
            // An undecided type takes any other.
            let _ = self.infer.unify(&ty, &real);
        }
        if ty.element().is_some() || matches!(ty, Ty::Tuple(_) | Ty::Unit) {
            let args = [
                "as".into(),
                text_of(&cast.expr),
                self.type_name(&ty).to_owned(),
            ];
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            self.diags.report_at(&diag::OPERAND_TYPE, &cast.expr, &args);
        }
    }
}

/// True for `a.f(b)` and `e?`.
fn is_call(expr: &syn::Expr) -> bool {
    let expr = super::expr::bare(expr);
    matches!(expr, syn::Expr::MethodCall(_) | syn::Expr::Try(_))
}

fn operator(op: &syn::BinOp) -> Option<BinOp> {
    Some(match op {
        syn::BinOp::Add(_) => BinOp::Add,
        syn::BinOp::Sub(_) => BinOp::Sub,
        syn::BinOp::Mul(_) => BinOp::Mul,
        syn::BinOp::Div(_) => BinOp::Div,
        syn::BinOp::Rem(_) => BinOp::Rem,
        syn::BinOp::And(_) => BinOp::And,
        syn::BinOp::Or(_) => BinOp::Or,
        syn::BinOp::BitAnd(_) => BinOp::BitAnd,
        syn::BinOp::BitOr(_) => BinOp::BitOr,
        syn::BinOp::BitXor(_) => BinOp::BitXor,
        syn::BinOp::Shl(_) => BinOp::Shl,
        syn::BinOp::Shr(_) => BinOp::Shr,
        syn::BinOp::Eq(_) => BinOp::Eq,
        syn::BinOp::Ne(_) => BinOp::Ne,
        syn::BinOp::Lt(_) => BinOp::Lt,
        syn::BinOp::Le(_) => BinOp::Le,
        syn::BinOp::Gt(_) => BinOp::Gt,
        syn::BinOp::Ge(_) => BinOp::Ge,
        _ => return None,
    })
}

/// The operator of `+=` and its kin.
pub(super) fn compound(op: &syn::BinOp) -> Option<BinOp> {
    Some(match op {
        syn::BinOp::AddAssign(_) => BinOp::Add,
        syn::BinOp::SubAssign(_) => BinOp::Sub,
        syn::BinOp::MulAssign(_) => BinOp::Mul,
        syn::BinOp::DivAssign(_) => BinOp::Div,
        syn::BinOp::RemAssign(_) => BinOp::Rem,
        syn::BinOp::BitAndAssign(_) => BinOp::BitAnd,
        syn::BinOp::BitOrAssign(_) => BinOp::BitOr,
        syn::BinOp::BitXorAssign(_) => BinOp::BitXor,
        syn::BinOp::ShlAssign(_) => BinOp::Shl,
        syn::BinOp::ShrAssign(_) => BinOp::Shr,
        _ => return None,
    })
}
