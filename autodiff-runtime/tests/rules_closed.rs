//! The texts of the rows: they parse, and use only operations that have rows themselves.

use std::collections::BTreeSet;

use autodiff_runtime::rules::{self, CONSTANTS, Rule};
use syn::visit::{self, Visit};

struct Names<'a> {
    rule: &'a Rule,
    scope: BTreeSet<&'a str>,
}

impl Names<'_> {
    fn is_integer(&self, expr: &syn::Expr) -> bool {
        let syn::Expr::Path(path) = expr else {
            return false;
        };
        self.rule
            .integer_args
            .iter()
            .any(|&i| path.path.is_ident(self.rule.args[i]))
    }

    fn fail(&self, what: &str) -> ! {
        panic!("row `{}`: {what}", self.rule.name)
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        let known =
            rules::find(&name, call.args.len() + 1).is_some_and(|row| !row.partials.is_empty());
        let integer = self.is_integer(&call.receiver) && name == "saturating_sub";
        if !known && !integer {
            self.fail(&format!("no row for `{name}`"));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let syn::Expr::Path(function) = &*call.func else {
            self.fail("a call of something without a name")
        };
        let known = function.path.is_ident("pick") && call.args.len() == 3
            || function.path.is_ident("real") && call.args.len() == 1;
        if !known {
            self.fail("a call of something other than `pick` and `real`");
        }
        call.args.iter().for_each(|arg| self.visit_expr(arg));
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let name = path.path.require_ident().expect("a plain name").to_string();
        if !self.scope.contains(name.as_str()) {
            self.fail(&format!("unknown name `{name}`"));
        }
    }

    fn visit_expr(&mut self, expr: &'ast syn::Expr) {
        use syn::Expr::{Binary, Block, Call, If, Lit, MethodCall, Paren, Path, Unary};
        if !matches!(
            expr,
            Binary(_)
                | Block(_)
                | Call(_)
                | If(_)
                | Lit(_)
                | MethodCall(_)
                | Paren(_)
                | Path(_)
                | Unary(_)
        ) {
            self.fail("an expression that emitted code is not made of");
        }
        visit::visit_expr(self, expr);
    }
}

fn check(rule: &Rule, text: &str, extra: &[&str]) {
    let expr: syn::Expr =
        syn::parse_str(text).unwrap_or_else(|error| panic!("row `{}`: {text}: {error}", rule.name));
    let scope = rule
        .args
        .iter()
        .chain(extra)
        .chain(CONSTANTS)
        .copied()
        .collect();
    Names { rule, scope }.visit_expr(&expr);
}

#[test]
fn texts_use_only_operations_that_have_rows() {
    for rule in rules::all().filter(|rule| !rule.primal.is_empty()) {
        check(rule, rule.primal, &[]);
        let weights = rule.decisions.iter().map(|kink| kink.weight);
        let results: Vec<_> = rule.results.iter().copied().chain(weights).collect();
        rule.partials
            .iter()
            .for_each(|partial| check(rule, partial, &results));
        for kink in rule.decisions {
            [kink.margin, kink.above, kink.tie]
                .iter()
                .for_each(|text| check(rule, text, &[]));
        }
        if !rule.domain.is_empty() {
            check(rule, rule.domain, &[]);
        }
    }
}

#[test]
fn rows_are_complete() {
    let mut names = BTreeSet::new();
    for rule in rules::all() {
        assert!(
            names.insert((rule.name, rule.args.len())),
            "two rows for `{}`",
            rule.name
        );
        assert!(
            !rule.doc.trim().is_empty(),
            "`{}` has no documentation",
            rule.name
        );
        if rule.primal.is_empty() {
            assert!(
                rule.refused.is_some() && rule.partials.is_empty(),
                "`{}`",
                rule.name
            );
            continue;
        }
        assert_eq!(
            rule.partials.len(),
            rule.args.len() * rule.results.len(),
            "`{}`",
            rule.name
        );
        assert!(
            rule.decisions.is_empty() || !rule.kinks.is_empty(),
            "`{}` has no point on its stratum",
            rule.name
        );
        assert!(
            rule.omega() > 1.0 && rule.omega().is_finite(),
            "`{}`",
            rule.name
        );
        assert_eq!(rule.pair_result, rule.results.len() == 2);
    }
}

#[test]
fn rows_are_found_by_name_and_number_of_arguments() {
    assert_eq!(
        rules::find("exp", 1).map(|rule| rule.primal),
        Some("x.exp()")
    );
    assert!(rules::find("exp", 2).is_none());
    assert_eq!(rules::find("mul", 2).map(Rule::omega), Some(5.0));
    assert!(rules::find("floor", 1).is_some_and(|rule| rule.refused.is_some()));
    assert_eq!(rules::nearest("sgrt"), Some("sqrt"));
    assert_eq!(rules::nearest("frobnicate"), None);
}

/// The trait that finds rivals of std's methods has all of them.
#[test]
fn every_method_of_std_has_a_rival() {
    let methods = rules::all().filter(|rule| rule.std_method);
    let rows: BTreeSet<_> = methods.map(|rule| (rule.name, rule.args.len())).collect();
    assert_eq!(
        rows,
        autodiff_runtime::rivals::STD.iter().copied().collect()
    );
}

/// The same for the methods of the extension trait.
#[test]
fn every_method_of_the_facade_has_a_rival() {
    let methods = rules::all().filter(|rule| !rule.std_method && rule.refused.is_none());
    let rows: BTreeSet<_> = methods.map(|rule| (rule.name, rule.args.len())).collect();
    let rivals: BTreeSet<_> = autodiff_runtime::rivals::FACADE.iter().copied().collect();
    assert!(rivals.is_subset(&rows), "{:?}", rivals.difference(&rows));
}
