//! What `FIELD` publishes of a function: its sites, its obligations, its class and cost bound.
//!
//! In: the SSA form with its decisions. Out: [`Facts`], ready for emission.

use autodiff_runtime::rules::Rule;
use autodiff_runtime::{Definability, ObligationKind, SiteKind, Ties};
use proc_macro2::TokenStream;
use quote::ToTokens;

use super::analyse::activity::Activity;
use super::companion::Renamed;
use super::emit::{Obligation, Site};
use super::hir::{BinOp, Form};
use super::kinks;
use super::parse::attribute::Options;
use super::ssa::{self, Call, Func, Op, StmtKind, ValId};

/// The published facts.
pub(crate) struct Facts {
    pub(crate) sites: Vec<Site>,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) definability: Definability,
    pub(crate) cost_bound: f64,
    pub(crate) callees: Vec<TokenStream>,
    /// Those of them that are called without generic arguments.
    pub(crate) plain: Vec<TokenStream>,
    /// Paths of the metadata of methods and associated functions that are called.
    pub(crate) siblings: Vec<TokenStream>,
    pub(crate) recursive: bool,
}

/// Collects the facts.
pub(crate) fn run(func: &Func, activity: &Activity, options: &Options) -> Facts {
    let renamed = Renamed::new(&options.calls);
    let mut facts = Facts {
        sites: func.sites.iter().map(|s| site(func, s, options)).collect(),
        obligations: Vec::new(),
        definability: super::differentiate::SMALLEST,
        cost_bound: 1.0,
        callees: Vec::new(),
        plain: Vec::new(),
        siblings: Vec::new(),
        recursive: false,
    };
    func.body.walk(&mut |s| match &s.kind {
        StmtKind::Def(v, op) => facts.operation(func, activity, *v, op),
        StmtKind::Call(call) if activity.varied_call(call) => {
            facts.recursive |= call.recursive;
            if call.form != Form::Companion {
                facts.sibling(func, call);
            } else if !call.recursive {
                insert(&mut facts.callees, renamed.of(&call.path));
                // What stands in for a function is not its companion, and need not be.
                if call.generics.is_empty() && !renamed.has(&call.path) {
                    insert(&mut facts.plain, &call.path);
                }
            }
        }
        _ => {}
    });
    facts
}

/// Adds a path that is not there yet.
fn insert(paths: &mut Vec<TokenStream>, path: &TokenStream) {
    let text = path.to_string();
    if paths.iter().all(|known| known.to_string() != text) {
        paths.push(path.clone());
    }
}

impl Facts {
    /// A method or associated function that is called. That of a type whose name the function does
    /// not tell cannot be listed.
    fn sibling(&mut self, func: &Func, call: &Call) {
        let Some(path) = func.sibling(call) else {
            return;
        };
        insert(
            &mut self.siblings,
            &super::companion::sibling(&path, "FIELD", false),
        );
    }

    fn operation(&mut self, func: &Func, activity: &Activity, v: ValId, op: &Op) {
        let mut varied = false;
        op.for_each_use(&mut |u| varied |= activity.varied(u));
        if !varied {
            return;
        }
        match op {
            Op::Rule { rule, args, .. } => {
                let jumps = kinks::jumps(rule, args, |a| activity.varied(a));
                let inside = stays_inside(func, rule, args);
                self.rule(func, v, rule, jumps, inside);
            }
            Op::Bin(BinOp::Mul, ..) => self.cost_bound = self.cost_bound.max(5.0),
            Op::Bin(BinOp::Add | BinOp::Sub, ..) => self.cost_bound = self.cost_bound.max(3.0),
            Op::Bin(BinOp::Div, _, b) => {
                self.cost_bound = self.cost_bound.max(5.0);
                if activity.varied(*b) {
                    self.oblige(func, v, ObligationKind::Domain, "/");
                }
            }
            Op::Bin(BinOp::Rem, ..) => self.oblige(func, v, ObligationKind::AssumeContinuous, "%"),
            Op::Cast(..) if func.val(v).marks.assume_continuous => {
                self.oblige(func, v, ObligationKind::AssumeContinuous, "as")
            }
            Op::Stop(_) => self.oblige(func, v, ObligationKind::StopGradient, "stop_gradient"),
            Op::Branch { .. } => self.oblige(func, v, ObligationKind::ContinuousBranch, "if"),
            _ => {}
        }
    }

    fn rule(&mut self, func: &Func, v: ValId, rule: &'static Rule, jumps: bool, inside: bool) {
        self.definability = self.definability.join(rule.definability);
        self.cost_bound = self.cost_bound.max(rule.omega());
        if jumps {
            self.oblige(func, v, ObligationKind::AssumeContinuous, rule.name);
        } else if !rule.domain.is_empty() && !inside {
            self.oblige(func, v, ObligationKind::Domain, rule.name);
        }
    }

    fn oblige(&mut self, func: &Func, v: ValId, kind: ObligationKind, primitive: &str) {
        let val = func.val(v);
        self.obligations.push(Obligation {
            kind,
            primitive: primitive.to_owned(),
            source: source(func, v),
            span: first_span(&val.source, val.span),
        });
    }
}

fn site(func: &Func, site: &ssa::Site, options: &Options) -> Site {
    let val = func.val(site.val);
    let span = first_span(&val.source, val.span);
    match &site.kind {
        ssa::SiteKind::Kink { rule, kink, args } => {
            let decision = &rule.decisions[*kink];
            let theta = val
                .marks
                .tie
                .unwrap_or_else(|| decision.ties.theta(options.policy));
            Site {
                kind: SiteKind::Kink,
                primitive: rule.name.to_owned(),
                source: source(func, site.val),
                span,
                stratum: substitute(decision.stratum, rule.args, |k| {
                    operand(func, site.val, k, args.get(k).copied())
                }),
                field: decision.field.to_owned(),
                ties: decision.ties,
                theta,
                callee: site
                    .callee
                    .as_ref()
                    .map(|path| Renamed::new(&options.calls).of(path).clone()),
            }
        }
        ssa::SiteKind::Border { rule, args } => Site {
            kind: SiteKind::Boundary,
            primitive: rule.name.to_owned(),
            source: source(func, site.val),
            span,
            stratum: substitute(
                rule.border.map_or("", |border| border.stratum),
                rule.args,
                |k| operand(func, site.val, k, args.get(k).copied()),
            ),
            field: "0".to_owned(),
            ties: Ties::all(0.0),
            theta: 0.0,
            callee: None,
        },
        ssa::SiteKind::Branch { op, lhs, rhs } => {
            let theta = if matches!(op, BinOp::Ge | BinOp::Le | BinOp::Eq) {
                1.0
            } else {
                0.0
            };
            Site {
                kind: SiteKind::Branch,
                primitive: "if".to_owned(),
                source: source(func, site.val),
                span,
                stratum: format!(
                    "{} = {}",
                    operand(func, site.val, 0, Some(*lhs)),
                    operand(func, site.val, 1, Some(*rhs))
                ),
                field: "{∇below, ∇above}".to_owned(),
                ties: Ties {
                    pytorch: theta,
                    jax: theta,
                    tensorflow: theta,
                },
                theta,
                callee: None,
            }
        }
    }
}

/// True if the operands are written so that they cannot leave the domain: an integer power has a
/// pole for negative exponents alone.
pub(crate) fn stays_inside(func: &Func, rule: &Rule, args: &[ValId]) -> bool {
    rule.name == "powi" && args.get(1).is_some_and(|n| is_natural(&source(func, *n)))
}

/// True for an integer literal without a sign.
fn is_natural(source: &TokenStream) -> bool {
    let integer = syn::parse2::<syn::LitInt>(source.clone());
    integer.is_ok_and(|literal| !literal.base10_digits().starts_with('-'))
}

fn source(func: &Func, v: ValId) -> TokenStream {
    let val = func.val(v);
    if val.source.is_empty() {
        val.name.to_token_stream()
    } else {
        val.source.clone()
    }
}

/// An operand of a site as it is written there; `v` is the value that it has, if it is a number. A slice is meant without
/// its borrow: `x[i]`, not `&x[i]`.
fn operand(func: &Func, site: ValId, position: usize, v: Option<ValId>) -> String {
    let written = func.val(site).operands.get(position);
    match (written.filter(|written| !written.is_empty()), v) {
        (Some(written), Some(_)) => super::diag::text_of(written),
        (Some(written), None) => {
            let text = super::diag::text_of(written);
            text.trim_start_matches('&').to_owned()
        }
        (None, Some(v)) => super::diag::text_of(&source(func, v)),
        (None, None) => "x".to_owned(),
    }
}

/// The place of the first token, with the user's own span.
fn first_span(source: &TokenStream, fallback: proc_macro2::Span) -> proc_macro2::Span {
    source
        .clone()
        .into_iter()
        .next()
        .map_or(fallback, |t| t.span())
}

/// Replaces the names of the arguments in a stratum such as `a = b`.
fn substitute(stratum: &str, names: &[&str], operand: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for word in stratum.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        match names.iter().position(|n| *n == name) {
            Some(k) => out.push_str(&operand(k)),
            None => out.push_str(name),
        }
        out.push_str(&word[name.len()..]);
    }
    out
}
