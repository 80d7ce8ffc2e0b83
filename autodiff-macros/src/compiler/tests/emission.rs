//! `emit` on hand-made derivatives: every way of passing an argument, calls, recursion, generics.
//!
//! The results are kept in `tests/expansion/` and compiled and run by `tests/emitted.rs`.

use autodiff_runtime::{Definability, SiteKind, Ties};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use super::expansion::check;
use crate::compiler::diag::Diagnostics;
use crate::compiler::emit::{Bodies, Emitted, Names, Site, emit};
use crate::compiler::extent::Extent;
use crate::compiler::hir::{Block, Func, Param, Var, VarId};
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::helpers;
use crate::compiler::parse::signature::{self, Signature, parameter_name};

/// A function and its derivative, as text.
struct Example {
    function: &'static str,
    forward: &'static str,
    value: &'static str,
    reverse: &'static str,
    fused: &'static str,
    tangent: &'static str,
}

impl Example {
    fn check(&self, name: &str, edit: impl FnOnce(&mut Bodies)) {
        let mut item: syn::ItemFn = syn::parse_str(self.function).unwrap();
        let mut diags = Diagnostics::new();
        let options = Options::parse(quote!(crate = crate::facade), &mut diags);
        let annotated = item.clone();
        let signature = signature::read(&annotated, &options, &mut diags);
        assert!(diags.is_empty(), "{diags:?}");
        helpers::strip(&mut item);
        let mut bodies = self.bodies(&signature);
        edit(&mut bodies);
        let Emitted { doc, beside, .. } = emit(&item, &func(&item, &signature), &options, &bodies);
        let syn::ItemFn {
            attrs,
            vis,
            sig,
            block,
        } = &item;
        check(name, quote!(#(#attrs)* #doc #vis #sig #block #beside));
    }

    fn bodies(&self, signature: &Signature<'_>) -> Bodies {
        let tokens = |text: &str| -> TokenStream {
            text.replace("rt::", "crate::facade::__private::")
                .parse()
                .unwrap()
        };
        Bodies {
            extent: Extent::Whole,
            diverges: false,
            names: names(signature),
            forward: tokens(self.forward),
            value: tokens(self.value),
            reverse: tokens(self.reverse),
            fused: (!self.fused.is_empty()).then(|| tokens(self.fused)),
            reads: Vec::new(),
            lengths: Default::default(),
            strips: None,
            few: None,
            takes_seed: false,
            tangent: tokens(self.tangent),
            sites: Vec::new(),
            obligations: Vec::new(),
            definability: Definability::Semialgebraic,
            cost_bound: 3.0,
            callees: Vec::new(),
            plain_callees: Vec::new(),
            siblings: Vec::new(),
            recursive: false,
        }
    }
}

fn names(signature: &Signature<'_>) -> Names {
    let params = || {
        signature
            .parameters
            .iter()
            .map(|p| parameter_name(p.pat).unwrap())
    };
    Names {
        sel: format_ident!("sel"),
        kinds: format_ident!("kinds"),
        directions: format_ident!("directions"),
        seed: format_ident!("seed"),
        params: params().cloned().collect(),
        bars: params().map(|p| format_ident!("{p}_bar")).collect(),
        dots: params().map(|p| format_ident!("{p}_dot")).collect(),
    }
}

fn func(item: &syn::ItemFn, signature: &Signature<'_>) -> Func {
    let params = signature.parameters.iter().zip(0..);
    Func {
        result_is_unknown: false,
        outcome: false,
        blank: None,
        hidden: std::collections::BTreeSet::new(),
        matched: std::collections::BTreeSet::new(),
        name: item.sig.ident.clone(),
        used: Default::default(),
        params: params
            .map(|(p, i)| Param {
                var: VarId(i),
                declared: p.declared.clone(),
                ty: p.ty.clone(),
                role: p.role,
            })
            .collect(),
        result: signature.result.clone(),
        vars: signature
            .parameters
            .iter()
            .map(|p| Var {
                name: parameter_name(p.pat).unwrap().clone(),
                ty: p.ty.clone(),
                mutable: false,
            })
            .collect(),
        body: Block::default(),
        items: Vec::new(),
        nested: Vec::new(),
        pins: Vec::new(),
        reals: Vec::new(),
        checkpoints: Default::default(),
        whole: Default::default(),
    }
}

#[test]
fn slices_with_a_fused_sweep() {
    let example = Example {
        function: "/// The inner product.\npub fn dot(w: &[f64], x: &[f64]) -> f64 { let mut s = 0.0; for i in 0..w.len() { s += w[i] * x[i]; } s }",
        forward: "let mut s = 0.0; for i in 0..w.len() { s += w[i] * x[i]; }",
        value: "s",
        reverse: "for i in 0..w.len() { w_bar[i] += seed * x[i]; x_bar[i] += seed * w[i]; }",
        fused: "let mut s = 0.0; for i in 0..w.len() { s += w[i] * x[i]; w_bar[i] += x[i]; x_bar[i] += w[i]; } s",
        tangent: "let mut s = 0.0; let mut s_dot: __L::Of<f64> = rt::none(); for i in 0..w.len() { s_dot += w_dot[i] * x[i] + x_dot[i] * w[i]; s += w[i] * x[i]; } (s, s_dot)",
    };
    example.check("dot", |_| ());
}

#[test]
fn a_number_with_a_kink() {
    let example = Example {
        function: "/// Half of a parabola.\npub fn ramp(x: f64) -> f64 { let r = x.max(0.0); r * r }",
        forward: "let r = x.max(0.0); let r_weight = sel.weight(&Self::__SITES[0], x - 0.0, x > 0.0, x == 0.0);",
        value: "r * r",
        reverse: "let r_bar = 2.0 * r * seed; *x_bar += rt::pick(r_weight, 0.0, r_bar);",
        fused: "",
        tangent: "let r = x.max(0.0); let r_weight = sel.weight(&Self::__SITES[0], x - 0.0, x > 0.0, x == 0.0); (r * r, rt::pick_dots(r_weight, rt::none(), x_dot) * (2.0 * r))",
    };
    example.check("ramp", |bodies| {
        bodies.sites.push(Site {
            kind: SiteKind::Kink,
            primitive: "max".into(),
            source: quote!(x.max(0.0)),
            span: Span::call_site(),
            stratum: "x = 0.0".into(),
            field: "[0, 1]".into(),
            ties: Ties::new(0.5, 0.5, 1.0),
            theta: 0.5,
            callee: None,
        });
    });
}

#[test]
fn calls_with_differentiable_and_constant_arguments() {
    let example = Example {
        function: "/// A line and a ramp.\npub fn energy(w: &[f64], b: f64, #[constant] t: &[f64], n: usize) -> f64 { dot(w, t) + ramp(b) * n as f64 }",
        forward: "let (d, d_back) = dot_without_conservative_grad::__forward(sel, (kinds.0, rt::Unvaried), w, t); let (r, r_back) = ramp_without_conservative_grad::__forward(sel, (kinds.1,), b);",
        value: "d + r * n as f64",
        reverse: "let r_bar = seed * n as f64; r_back((), r_bar, b_bar); d_back(w, t, seed, w_bar, &mut rt::discard());",
        fused: "",
        tangent: "let (d, d_dot) = dot_without_conservative_grad::__tangent(sel, directions, w, rt::Tangent(w_dot), t, rt::Unvaried); let (r, r_dot) = ramp_without_conservative_grad::__tangent(sel, directions, b, rt::Tangent(&b_dot)); (d + r * n as f64, d_dot + r_dot * n as f64)",
    };
    example.check("energy", |bodies| {
        bodies.callees = vec![quote!(dot), quote!(ramp)];
        bodies.plain_callees = bodies.callees.clone();
    });
}

#[test]
fn what_is_changed_in_place() {
    let example = Example {
        function: "/// Scales a vector.\npub fn scale(y: &mut [f64], a: f64, #[constant] count: &mut usize) { *count += 1; for i in 0..y.len() { y[i] *= a; } }",
        forward: "let before = y.to_vec(); *count += 1; for i in 0..y.len() { y[i] *= a; }",
        value: "()",
        reverse: "for i in 0..before.len() { *a_bar += y_bar[i] * before[i]; y_bar[i] *= a; }",
        fused: "",
        tangent: "*count += 1; for i in 0..y.len() { y_dot[i] = y_dot[i] * a + a_dot * y[i]; y[i] *= a; } ((), ())",
    };
    example.check("scale", |_| ());
}

#[test]
fn a_call_that_changes_a_local() {
    let example = Example {
        function: "/// A sum after scaling.\npub fn scaled(w: Vec<f64>, a: f64) -> f64 { let mut v = w; let mut n = 0; scale(&mut v, a, &mut n); v.iter().sum() }",
        forward: "let mut v = w; let mut n = 0; let ((), v_back) = scale_without_conservative_grad::__forward(sel, (rt::Varied, kinds.1, rt::Unvaried), &mut v, a, &mut n);",
        value: "v.iter().sum()",
        reverse: "let mut v_bar = rt::zero_like(&v); for i in 0..v.len() { v_bar[i] += seed; } v_back((), (), (), (), &mut v_bar, a_bar, &mut rt::discard()); rt::add(w_bar, &v_bar);",
        fused: "",
        tangent: "let mut v = w; let mut v_dot = w_dot; let mut n = 0; let ((), ()) = scale_without_conservative_grad::__tangent(sel, directions, &mut v, &mut v_dot, a, rt::Tangent(&a_dot), &mut n, rt::Unvaried); (v.iter().sum(), v_dot.iter().fold(rt::none(), |sum, dot| sum + *dot))",
    };
    example.check("scaled", |bodies| {
        bodies.callees.push(quote!(scale));
        bodies.plain_callees.push(quote!(scale));
    });
}

#[test]
fn recursion() {
    let example = Example {
        function: "/// A power.\npub fn power(x: f64, w: &[f64], n: u32) -> f64 { if n == 0 { w[0] } else { x * power(x, w, n - 1) } }",
        forward: "let mut back = None; let value = if n == 0 { w[0] } else { let (p, p_back) = Self::__forward(sel, kinds, x, w, n - 1); back = Some((p, p_back)); x * p };",
        value: "value",
        reverse: "match back { Some((p, p_back)) => { *x_bar += seed * p; p_back((), w, (), seed * x, x_bar, w_bar, &mut rt::discard()); } None => w_bar[0] += seed, }",
        fused: "",
        tangent: "if n == 0 { (w[0], w_dot[0]) } else { let (p, p_dot) = Self::__tangent(sel, directions, x, rt::Tangent(&x_dot), w, rt::Tangent(w_dot), n - 1, rt::Unvaried); (x * p, x_dot * p + p_dot * x) }",
    };
    example.check("power", |bodies| {
        bodies.recursive = true;
        bodies.callees.push(quote!(Self));
    });
}

#[test]
fn arrays_of_any_length() {
    let example = Example {
        function: "/// A weighted sum.\npub fn total<const N: usize>(p: [f64; N], q: &[[f64; 3]; N]) -> f64 { let mut s = 0.0; for i in 0..N { s += p[i] * q[i][1]; } s }",
        forward: "let mut s = 0.0; for i in 0..N { s += p[i] * q[i][1]; }",
        value: "s",
        reverse: "for i in 0..N { p_bar[i] += seed * q[i][1]; q_bar[i][1] += seed * p[i]; }",
        fused: "",
        tangent: "let mut s = 0.0; let mut s_dot: __L::Of<f64> = rt::none(); for i in 0..N { s += p[i] * q[i][1]; s_dot += p_dot[i] * q[i][1] + q_dot[i][1] * p[i]; } (s, s_dot)",
    };
    example.check("total", |_| ());
}

#[test]
fn tuples_in_and_out() {
    let example = Example {
        function: "/// Polar coordinates of half the radius.\npub fn halve(p: (f64, f64), #[constant] _label: &str) -> (f64, [f64; 1]) { (p.0 * 0.5, [p.1]) }",
        forward: "",
        value: "(p.0 * 0.5, [p.1])",
        reverse: "p_bar.0 += 0.5 * seed.0; p_bar.1 += seed.1[0];",
        fused: "",
        tangent: "((p.0 * 0.5, [p.1]), (p_dot.0 * 0.5, [p_dot.1]))",
    };
    example.check("halve", |_| ());
}

#[test]
fn aliases_and_lifetimes() {
    let example = Example {
        function: "/// The first element, shifted.\npub fn shifted<'a>(v: &'a Vec<Real>, by: Real, #[constant] _at: &'a [usize]) -> Real { v[0] + by }",
        forward: "",
        value: "v[0] + by",
        reverse: "v_bar[0] += seed; *by_bar += seed;",
        fused: "",
        tangent: "(v[0] + by, v_dot[0] + by_dot)",
    };
    example.check("shifted", |_| ());
}
