//! What is accepted, as text of the HIR; what is refused, by code and tokens.

mod accept;
mod refuse;

use proc_macro2::TokenStream;

use crate::compiler::diag::{Diagnostics, text_of};
use crate::compiler::hir::{Func, print};
use crate::compiler::parse::attribute::Options;

/// Lowers the function `source` under the options `attr`.
fn lower(attr: &str, source: &str) -> (Option<Func>, Diagnostics) {
    let mut diags = Diagnostics::new();
    let attr: TokenStream = attr.parse().expect("options are tokens");
    let item = syn::parse_str(source).unwrap_or_else(|error| panic!("{error} in\n{source}"));
    let options = Options::parse(attr, &mut diags);
    let func = super::lower(&item, &options, &mut diags);
    (func, diags)
}

fn messages(diags: &Diagnostics) -> String {
    diags
        .iter()
        .map(|diag| format!("{}  at `{}`\n", diag.render(), text_of(&diag.tokens)))
        .collect()
}

/// The HIR of `source` as text.
fn hir(source: &str) -> String {
    let (func, diags) = lower("", source);
    let func = func.unwrap_or_else(|| panic!("refused:\n{}\n{source}", messages(&diags)));
    print::func(&func)
}

/// The HIR of `source` has these lines, in this order and next to each other.
fn check(source: &str, expected: &str) {
    let found = hir(source);
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    };
    let (all, wanted) = (lines(&found), lines(expected));
    let fits = all.windows(wanted.len()).any(|part| part == wanted);
    assert!(fits, "expected\n{expected}\nfound\n{found}");
}

/// `source` has exactly these errors: the code, and the tokens that are underlined.
fn refuse(source: &str, expected: &[(&str, &str)]) {
    refuse_with("", source, expected);
}

fn refuse_with(attr: &str, source: &str, expected: &[(&str, &str)]) {
    let (func, diags) = lower(attr, source);
    let found: Vec<(&str, String)> = diags
        .iter()
        .map(|diag| (diag.entry.code, text_of(&diag.tokens)))
        .collect();
    let wanted: Vec<(&str, String)> = expected
        .iter()
        .map(|(code, text)| (*code, normal(text)))
        .collect();
    assert_eq!(found, wanted, "in\n{source}\n{}", messages(&diags));
    assert!(func.is_none(), "accepted:\n{source}");
}

/// Spaced as [`text_of`] does it.
fn normal(text: &str) -> String {
    let tokens: Result<TokenStream, _> = text.parse();
    tokens.map_or_else(|_| text.to_owned(), |tokens| text_of(&tokens))
}
