//! What the two functions of a rule take and return.
//!
//! In: the signature of the primal. Out: types, ready for a function pointer.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::options::RuleOptions;
use crate::compiler::emit::{self, Runtime};
use crate::compiler::hir::{self, Role, Ty};

/// The parts of the signature.
pub(super) struct Shape {
    pub(super) params: Vec<Param>,
    /// The result as declared, without the reference.
    pub(super) result: Part,
    declared: TokenStream,
}

/// A parameter of the primal.
pub(super) struct Param {
    /// The type as declared.
    pub(super) declared: TokenStream,
    pub(super) part: Part,
    pub(super) varied: bool,
    pub(super) exclusive: bool,
    pub(super) shared: bool,
    /// Nothing is lost by handing it on.
    pub(super) copied: bool,
    /// A reference to a number: the sweeps know it by its value.
    pub(super) held: bool,
}

/// A value and its derivative.
pub(super) struct Part {
    ty: Ty,
}

impl Shape {
    pub(super) fn of(func: &hir::Func, sig: &syn::Signature) -> Shape {
        let declared = match &sig.output {
            syn::ReturnType::Default => quote!(()),
            syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        let param = |p: &hir::Param| {
            let reference = match syn::parse2::<syn::Type>(p.declared.clone()) {
                Ok(syn::Type::Reference(reference)) => Some(reference.mutability.is_some()),
                _ => None,
            };
            Param {
                declared: p.declared.clone(),
                part: Part {
                    ty: behind(&p.ty).clone(),
                },
                varied: p.role == Role::Differentiable,
                exclusive: reference == Some(true),
                shared: reference == Some(false),
                held: reference == Some(false)
                    && matches!(behind(&p.ty), Ty::Real(_) | Ty::Int | Ty::Bool),
                copied: reference == Some(false)
                    || matches!(p.ty, Ty::Int | Ty::Bool)
                    || is_sized(&p.ty),
            }
        };
        Shape {
            params: func.params.iter().map(param).collect(),
            result: Part {
                ty: func.result.clone(),
            },
            declared,
        }
    }

    /// All that is differentiated is a number, and so is the result.
    pub(super) fn is_of_numbers(&self) -> bool {
        let mut varied = self.params.iter().filter(|p| p.varied);
        self.result.is_number() && varied.all(|p| p.part.is_number())
    }

    /// `fn(f64, f64, f64) -> f64`.
    pub(super) fn pullback(&self, options: &RuleOptions, rt: &Runtime) -> TokenStream {
        let common = self.common(options, rt);
        let seed = self.result.derivative_argument(rt);
        let varied = || self.params.iter().filter(|p| p.varied);
        let buffers = varied().filter(|p| !p.part.is_sized()).map(|p| {
            let adjoint = emit::adjoint(&p.part.ty, rt);
            quote!(&mut #adjoint)
        });
        let returned = varied().filter(|p| p.part.is_sized());
        let returned: Vec<_> = returned.map(|p| p.part.derivative(rt)).collect();
        let result = emit::one_or_tuple(returned);
        quote!(fn(#common, #seed #(, #buffers)*) -> #result)
    }

    pub(super) fn tangent(&self, options: &RuleOptions, rt: &Runtime) -> TokenStream {
        let common = self.common(options, rt);
        let varied = self.params.iter().filter(|p| p.varied);
        let dots = varied.map(|p| p.part.derivative_argument(rt));
        let result = self.result.derivative(rt);
        quote!(fn(#common #(, #dots)*) -> #result)
    }

    /// The arguments, the result, and a weight for each kink.
    fn common(&self, options: &RuleOptions, rt: &Runtime) -> TokenStream {
        let arguments = self
            .params
            .iter()
            .map(|p| emit::without_lifetimes(&p.declared));
        let declared = emit::without_lifetimes(&self.declared);
        let result = match (self.result.is_sized(), &self.result.ty) {
            (true, _) => declared.clone(),
            (false, Ty::Vec(_)) => {
                let elements = emit::storage(&self.result.ty, &self.declared, rt);
                quote!(&#elements)
            }
            (false, _) => quote!(&#declared),
        };
        let weights = options.kinks.iter().map(|_| quote!(f64));
        quote!(#(#arguments,)* #result #(, #weights)*)
    }
}

impl Part {
    /// A number, array or tuple: its type tells its size, and a copy costs nothing to speak of.
    pub(super) fn is_sized(&self) -> bool {
        is_sized(&self.ty)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.ty, Ty::Real(_))
    }

    /// The type of the adjoint or tangent.
    pub(super) fn derivative(&self, rt: &Runtime) -> TokenStream {
        emit::gradient(&self.ty, rt)
    }

    /// The type of the adjoint or tangent, as it is handed over.
    fn derivative_argument(&self, rt: &Runtime) -> TokenStream {
        if self.is_sized() {
            return self.derivative(rt);
        }
        let adjoint = emit::adjoint(&self.ty, rt);
        quote!(&#adjoint)
    }
}

fn is_sized(ty: &Ty) -> bool {
    match ty {
        Ty::Real(_) => true,
        Ty::Tuple(parts) => parts.iter().all(is_sized),
        Ty::Array(inner, _) => is_sized(inner),
        _ => false,
    }
}

fn behind(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref(_, inner) => behind(inner),
        other => other,
    }
}
