//! `docs/RULES.md` is written from the table; `BLESS=1 cargo test -p autodiff-runtime --test rules_document` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use autodiff_runtime::Ties;
use autodiff_runtime::rules::{self, Kink, Rule};
use autodiff_runtime::slices;

fn code(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.is_empty() {
        String::new()
    } else {
        format!("`{}`", flat.replace('|', "\\|"))
    }
}

fn codes<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(code).collect::<Vec<_>>().join("<br>")
}

fn first_sentence(rule: &Rule) -> String {
    flat(rule.doc)
}

fn flat(doc: &str) -> String {
    doc.split("# Panics")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

fn head(rule: &Rule) -> String {
    code(&format!("{}({})", rule.name, rule.args.join(", ")))
}

fn smooth(out: &mut String) {
    out.push_str("## Smooth operations\n\nAt a border the value is finite and no finite derivative exists: 0 is returned, and the visit is marked.\n\n| operation | derivative with respect to each argument | domain | class | ω |\n");
    out.push_str("| --- | --- | --- | --- | --- |\n");
    for rule in rules::all().filter(|rule| rule.refused.is_none() && rule.decisions.is_empty()) {
        let partials = codes(rule.partials.iter().copied());
        let domain = match rule.border {
            Some(border) => format!("{}; border {}", code(rule.domain), code(border.stratum)),
            None => code(rule.domain),
        };
        writeln!(
            out,
            "| {} {} | {partials} | {domain} | {:?} | {:.1} |",
            head(rule),
            first_sentence(rule),
            rule.definability,
            rule.omega()
        )
        .unwrap();
    }
}

fn kinked(out: &mut String) {
    out.push_str("\n## Kinks\n\nθ is the weight of the branch above at the tie, under PyTorch / JAX / TensorFlow.\n\n");
    out.push_str("| operation | derivative with respect to each argument | kink | field there | θ |\n| --- | --- | --- | --- | --- |\n");
    for rule in rules::all().filter(|rule| !rule.decisions.is_empty()) {
        let strata = codes(rule.decisions.iter().map(|kink| kink.stratum));
        let fields = codes(rule.decisions.iter().map(|kink| kink.field));
        let thetas: Vec<_> = rule
            .decisions
            .iter()
            .map(|kink| {
                format!(
                    "{} / {} / {}",
                    kink.ties.pytorch, kink.ties.jax, kink.ties.tensorflow
                )
            })
            .collect();
        writeln!(
            out,
            "| {} {} | {} | {strata} | {fields} | {} |",
            head(rule),
            first_sentence(rule),
            codes(rule.partials.iter().copied()),
            thetas.join("<br>")
        )
        .unwrap();
    }
}

fn slices(out: &mut String) {
    out.push_str("\n## Operations on slices\n\nDecisions and θ as above; the derivative is a list of weights, one per number.\n\n");
    out.push_str(
        "| operation | kink | field there | θ | class |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in slices::all() {
        let each = |column: &dyn Fn(&Kink) -> String| {
            let cells: Vec<_> = rule.rule.decisions.iter().map(column).collect();
            cells.join("<br>")
        };
        writeln!(
            out,
            "| {} {} | {} | {} | {} | {:?} |",
            head(&rule.rule),
            flat(rule.doc),
            each(&|kink| code(kink.stratum)),
            each(&|kink| code(kink.field)),
            each(&|kink| {
                let Ties {
                    pytorch,
                    jax,
                    tensorflow,
                } = kink.ties;
                format!("{pytorch} / {jax} / {tensorflow}")
            }),
            rule.rule.definability
        )
        .unwrap();
    }
}

fn refused(out: &mut String) {
    out.push_str("\n## Refused\n\n| operation | why | instead | derivative under `#[assume_continuous]` |\n| --- | --- | --- | --- |\n");
    for rule in rules::all() {
        let Some(refusal) = rule.refused else {
            continue;
        };
        writeln!(
            out,
            "| {} {} | {} | {} | {} |",
            head(rule),
            first_sentence(rule),
            refusal.why,
            refusal.instead,
            codes(rule.partials.iter().copied())
        )
        .unwrap();
    }
}

fn document() -> String {
    let mut out = String::from(
        "# Rules\n\nWritten from the rows in `autodiff-runtime/src/rules/`. `y` is the result; `pick(w, below, above)` chooses by the\n\
         weight `w` of a decision; ω bounds the cost of value and derivative over the cost of the value.\n\n",
    );
    smooth(&mut out);
    kinked(&mut out);
    slices(&mut out);
    refused(&mut out);
    out
}

#[test]
fn the_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RULES.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == document(),
        "docs/RULES.md is out of date: run with BLESS=1"
    );
}
