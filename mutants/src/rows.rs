//! Mutants of the table of rules, made from the table itself.
//!
//! Of every row that the compiler reads: each partial derivative with its sign flipped, scaled, with
//! a term dropped, with a condition negated; each decision with its sides exchanged, without ties,
//! and with another weight at a tie. The primal is left alone.

use std::fmt::Write as _;

use autodiff_runtime::rules::{self, Kink, Rule};

/// A row with one mistake in it.
#[derive(Clone, Debug)]
pub(crate) struct RowMutant {
    /// A short name, unique.
    pub(crate) name: String,
    /// Name of the row, and its number of arguments.
    pub(crate) row: (&'static str, usize),
    /// Which part is changed: `partial`, `above`, `tie` or `theta`.
    pub(crate) part: &'static str,
    /// Which of them.
    pub(crate) index: usize,
    /// What is put there; for `theta`, what is added to the weights.
    pub(crate) text: String,
}

/// All of them.
#[must_use]
pub(crate) fn all() -> Vec<RowMutant> {
    let read = |rule: &&Rule| !rules::OPERATORS.contains(&rule.name) && !rule.primal.is_empty();
    rules::all().filter(read).flat_map(of_row).collect()
}

/// The lines that the switches read.
#[must_use]
pub(crate) fn to_lines(mutants: &[RowMutant]) -> String {
    let mut lines = String::new();
    for m in mutants {
        let (row, args) = m.row;
        let text = m.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            lines,
            "{}\t{row}\t{args}\t{}\t{}\t{text}",
            m.name, m.part, m.index
        );
    }
    lines
}

fn of_row(rule: &'static Rule) -> Vec<RowMutant> {
    let mut mutants = Vec::new();
    for (k, partial) in rule.partials.iter().enumerate() {
        for (how, text) in of_partial(partial) {
            mutants.push(mutant(rule, "partial", k, how, text));
        }
    }
    for (k, kink) in rule.decisions.iter().enumerate() {
        let Kink { above, .. } = kink;
        let sides = format!("!({above})");
        mutants.push(mutant(rule, "above", k, "exchanged", sides));
        mutants.push(mutant(rule, "tie", k, "never", String::from("false")));
        mutants.push(mutant(rule, "theta", k, "shifted", String::from("0.125")));
    }
    mutants
}

fn mutant(
    rule: &'static Rule,
    part: &'static str,
    index: usize,
    how: &str,
    text: String,
) -> RowMutant {
    RowMutant {
        name: format!("{} {part} {} {how}", rule.name, index + 1),
        row: (rule.name, rule.args.len()),
        part,
        index,
        text,
    }
}

fn of_partial(text: &str) -> Vec<(&'static str, String)> {
    if text == "0.0" {
        return Vec::new();
    }
    let mut mutants = vec![
        ("negated", format!("-({text})")),
        ("scaled", format!("({text}) * 0.99")),
    ];
    let Ok(expr) = syn::parse_str::<syn::Expr>(text) else {
        return mutants;
    };
    match &expr {
        // The term on the left stays.
        syn::Expr::Binary(e) if matches!(e.op, syn::BinOp::Add(_) | syn::BinOp::Sub(_)) => {
            if let Some(at) = top_level_sign(text) {
                mutants.push(("without a term", String::from(text[..at].trim())));
            }
        }
        syn::Expr::If(_) => {
            if let Some(open) = text.find(" {") {
                let (condition, rest) = (&text["if ".len()..open], &text[open..]);
                mutants.push((
                    "under the opposite condition",
                    format!("if !({condition}){rest}"),
                ));
            }
        }
        _ => {}
    }
    mutants
}

/// The last `+` or `-` between terms, outside of parentheses.
fn top_level_sign(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut found = None;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '+' | '-' if depth == 0 && text[..at].ends_with(' ') => found = Some(at),
            _ => {}
        }
    }
    found
}
