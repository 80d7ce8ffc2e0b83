//! Writes the test of an accepted function, which goes beside it into the copy of its crate.
//!
//! In: a candidate. Out: a `#[test]` that hands the function and what was generated for it, as functions of
//! a source of numbers, to `check` of [`SUPPORT`].

use quote::ToTokens;

use crate::scan::{Candidate, Scan, real_parameters};
use crate::types::{Scope, Shape, fill};

/// The module with which tests are made; it goes into the root of the crate.
pub(crate) const SUPPORT: &str = include_str!("../template/support.rs");

struct Parameter {
    shape: Shape,
    /// How it is taken: by value, `&` or `&mut `.
    by: &'static str,
    varied: bool,
}

/// The test; `None` if no arguments can be made.
pub(crate) fn test(scan: &Scan, id: usize, candidate: &Candidate) -> Option<String> {
    let block = candidate.block.map(|at| &scan.blocks[at]);
    let mut scope = Scope::new();
    let number: syn::Type = syn::parse_quote!(f64);
    let generics = std::iter::once(&candidate.sig.generics).chain(block.map(|b| &b.generics));
    for name in generics.flat_map(real_parameters) {
        scope.insert(name, number.clone());
    }
    let own = block.map(|block| fill(&block.ty, &scope));
    if let Some(own) = &own {
        scope.insert("Self".to_owned(), own.clone());
    }
    let mut parameters = Vec::new();
    for input in &candidate.sig.inputs {
        let (shape, by) = match input {
            syn::FnArg::Receiver(receiver) => {
                let shape = scan.types.shape(own.as_ref()?, &scope)?;
                (
                    shape,
                    match (&receiver.reference, receiver.mutability) {
                        (None, _) => "",
                        (Some(_), None) => "&",
                        (Some(_), Some(_)) => "&mut ",
                    },
                )
            }
            syn::FnArg::Typed(typed) => match scan.types.shape(&typed.ty, &scope)? {
                Shape::Ref(mutable, inner) => (*inner, if mutable { "&mut " } else { "&" }),
                shape => (shape, ""),
            },
        };
        let varied = shape.has_float();
        parameters.push(Parameter { shape, by, varied });
    }
    let syn::ReturnType::Type(_, result) = &candidate.sig.output else {
        return None;
    };
    let result = scan.types.shape(result, &scope)?;
    let name = &candidate.sig.ident;
    let path = |entry: &str| match &own {
        Some(own) => format!("<{}>::{name}_{entry}", own.to_token_stream()),
        None => format!("{name}::{entry}"),
    };
    let primal = match (&own, block.and_then(|b| b.of.as_ref())) {
        (Some(own), Some(of)) => {
            let of: syn::Type = syn::parse2(of.to_token_stream()).ok()?;
            let of = fill(&of, &scope).to_token_stream();
            format!("<{} as {of}>::{name}", own.to_token_stream())
        }
        (Some(own), None) => format!("<{}>::{name}", own.to_token_stream()),
        _ => name.to_string(),
    };
    let double = result.is_double() && parameters.iter().all(|p| p.shape.is_double());
    let text = Test { parameters, result };
    Some(format!(
        "\n#[cfg(test)] #[test] #[allow(warnings, clippy::all)] fn __published_{id}() {{ extern crate std; use std::prelude::v1::*; \
         use crate::__published::S; crate::__published::check({id}, {double}, |s: &mut S| {{ {} }}, |s: &mut S, t: &mut S| {{ {} }}, |s: &mut S, t: &mut S| {{ {} }}); }}\n",
        text.primal(&primal),
        text.jvp(&path("jvp")),
        text.vjp(&path("vjp")),
    ))
}

struct Test {
    parameters: Vec<Parameter>,
    result: Shape,
}

impl Test {
    fn make(&self) -> String {
        let make = |(i, p): (usize, &Parameter)| format!("let mut a{i} = {}; ", p.shape.make());
        self.parameters.iter().enumerate().map(make).collect()
    }

    fn arguments(&self) -> String {
        let one = |(i, p): (usize, &Parameter)| format!("{}a{i}, ", p.by);
        self.parameters.iter().enumerate().map(one).collect()
    }

    fn varied(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.parameters.iter().enumerate().filter(|(_, p)| p.varied)
    }

    fn in_out(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.varied().filter(|(_, p)| p.by == "&mut ")
    }

    /// Lists the result and what was changed, `letter` being that of the arguments.
    fn list(&self, result: &str, letter: &str) -> String {
        let changed = self
            .in_out()
            .map(|(i, p)| p.shape.list(&format!("{letter}{i}")));
        let changed: String = changed.collect();
        format!(
            "let mut o: Vec<f64> = Vec::new(); {} {changed}",
            self.result.list(result)
        )
    }

    /// A tangent, or an adjoint, of the shape of `value`, as `name`.
    fn like(shape: &Shape, name: &str, value: &str) -> String {
        let zero = match shape.has_struct() {
            true => format!("::conservative_grad::Differentiable::zero_gradient(&{value})"),
            false => format!("{value}.clone()"),
        };
        format!(
            "let mut {name} = {zero}; {{ let s = &mut *t; {} }} ",
            shape.set(name)
        )
    }

    fn primal(&self, path: &str) -> String {
        let (make, arguments) = (self.make(), self.arguments());
        format!(
            "{make} let r = {path}({arguments}); {} o",
            self.list("r", "a")
        )
    }

    fn jvp(&self, path: &str) -> String {
        let (make, arguments) = (self.make(), self.arguments());
        let dots: String = self
            .varied()
            .map(|(i, p)| Test::like(&p.shape, &format!("d{i}"), &format!("a{i}")))
            .collect();
        let tangents: String = self
            .varied()
            .map(|(i, p)| format!("{}d{i}, ", p.by))
            .collect();
        let split = match &self.result {
            // The value and its tangent are in one.
            Shape::Maybe(_) => {
                "let (r, d) = { let mut r = r; let d: Vec<_> = r.iter_mut().map(|e| e.1.clone()).collect(); (r.iter().map(|e| e.0.clone()).collect::<Vec<_>>(), d) };"
            }
            _ => "let (r, d) = r;",
        };
        format!(
            "{make} {dots} let r = {path}({arguments} {tangents}); {split} {} let value = o; {} (value, o)",
            self.list("r", "a"),
            self.list("d", "d")
        )
    }

    fn vjp(&self, path: &str) -> String {
        let (make, arguments) = (self.make(), self.arguments());
        let seed = match &self.result {
            Shape::Maybe(inner) => {
                format!(
                    "let Some(v) = r.iter().next().cloned() else {{ return (o, Vec::new()) }}; {}",
                    Test::like(inner, "w", "v")
                )
            }
            result => Test::like(result, "w", "r"),
        };
        let bars: String = self
            .in_out()
            .map(|(i, p)| Test::like(&p.shape, &format!("b{i}"), &format!("a{i}")))
            .collect();
        let pass: String = self.in_out().map(|(i, _)| format!(", &mut b{i}")).collect();
        let returned: Vec<usize> = self
            .varied()
            .filter(|(_, p)| p.by != "&mut ")
            .map(|(i, _)| i)
            .collect();
        let mut list = String::new();
        for (i, p) in self.varied() {
            let place = match (returned.iter().position(|at| *at == i), returned.len()) {
                (None, _) => format!("b{i}"),
                (Some(_), 1) => "g".to_owned(),
                (Some(at), _) => format!("g.{at}"),
            };
            list += &p.shape.list(&place);
        }
        format!(
            "{make} let (r, back) = {path}({arguments}); {} let value = o.clone(); {seed} {bars} let g = back(w{pass}); let mut o: Vec<f64> = Vec::new(); {list} (value, o)",
            self.list("r", "a")
        )
    }
}
