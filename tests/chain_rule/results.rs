//! The table of the whole run in docs/RESULTS.md.

use std::fmt::Write;
use std::path::Path;

use crate::drive::{ALL_SEEDS, Outcome};
use crate::table::{Expected, Program};

type Lines = Vec<(&'static Program, Outcome)>;

/// Writes the table if it is asked for, with `BLESS`, and all seeds were run.
pub(crate) fn verdicts(families: &[(&'static str, Lines)]) {
    let lines = || families.iter().flat_map(|(_, lines)| lines);
    let complete = lines().all(|(_, outcome)| outcome.seeds >= ALL_SEEDS);
    if std::env::var_os("BLESS").is_some() {
        assert!(complete, "the table is of CHAIN_RULE_SEEDS={ALL_SEEDS}");
        replace("chain rule: programs", &text(families));
    }
}

/// Replaces what stands between two marks in docs/RESULTS.md.
pub(crate) fn replace(mark: &str, text: &str) {
    let (begin, end) = (
        format!("<!-- {mark} -->\n"),
        format!("<!-- end of {mark} -->"),
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/RESULTS.md");
    let document = std::fs::read_to_string(&path).expect("docs/RESULTS.md");
    let (before, rest) = document.split_once(&begin).expect("the place of the table");
    let (_, after) = rest.split_once(&end).expect("the end of the table");
    std::fs::write(&path, format!("{before}{begin}{text}{end}{after}")).expect("docs/RESULTS.md");
}

fn text(families: &[(&'static str, Lines)]) -> String {
    let lines = || families.iter().flat_map(|(_, lines)| lines);
    let sum = |of: fn(&(&Program, Outcome)) -> u64| lines().map(of).sum::<u64>();
    let conservative = |p: &Program| p.expected.is_conservative();
    let mut text = format!(
        "{} programs × {ALL_SEEDS} seeds, default options. Of {} reports on conservative programs {} refute; of {} on others {} name \
         the right kind and site. {} programs were inconclusive at least once.\n\n",
        lines().count(),
        sum(|(p, o)| if p.expected.is_conservative() {
            o.seeds
        } else {
            0
        }),
        lines()
            .filter(|(p, _)| conservative(p))
            .map(|(_, o)| o.refuted)
            .sum::<u64>(),
        lines()
            .filter(|(p, _)| !conservative(p))
            .map(|(_, o)| o.seeds)
            .sum::<u64>(),
        lines()
            .filter(|(p, _)| !conservative(p))
            .map(|(_, o)| o.right)
            .sum::<u64>(),
        lines().filter(|(_, o)| o.inconclusive > 0).count(),
    );
    text.push_str("| family | conservative: programs, refuted | not conservative: programs, caught, of |\n| --- | --- | --- |\n");
    for (family, lines) in families {
        let (good, bad): (Vec<_>, Vec<_>) = lines.iter().partition(|(p, _)| conservative(p));
        let refuted: u64 = good.iter().map(|(_, o)| o.refuted).sum();
        let caught: u64 = bad.iter().map(|(_, o)| o.right).sum();
        let of: u64 = bad.iter().map(|(_, o)| o.seeds).sum();
        let _ = writeln!(
            text,
            "| {family} | {}, {refuted} | {}, {caught}, {of} |",
            good.len(),
            bad.len()
        );
    }
    text.push_str("\n| program | expected | as expected | refuted | inconclusive | evaluations | ms |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (program, outcome) in lines() {
        row(&mut text, program, outcome);
    }
    text
}

fn row(text: &mut String, program: &Program, outcome: &Outcome) {
    let Outcome {
        right,
        refuted,
        inconclusive,
        seeds,
        ..
    } = outcome;
    let expected = match program.expected {
        Expected::Conservative => "conservative".to_owned(),
        Expected::Unsettled(why) => format!("conservative; {why}"),
        Expected::Refuted(kind, site) => format!("{kind}{}", place(site)),
        Expected::Either(kinds, site) => format!("{} or {}{}", kinds[0], kinds[1], place(site)),
    };
    let (evaluations, time) = (
        outcome.evaluations / seeds,
        outcome.time.as_secs_f64() * 1e3 / *seeds as f64,
    );
    let name = program.name.replace('|', "\\|");
    let expected = expected.replace("refuted: ", "").replace('|', "\\|");
    let _ = writeln!(
        text,
        "| {name} | {expected} | {right} | {refuted} | {inconclusive} | {evaluations} | {time:.1} |"
    );
}

fn place(site: &str) -> String {
    match site {
        "" => String::new(),
        site => format!(
            ", `{}`",
            site.trim_start_matches("; ").replace("; ", "` or `")
        ),
    }
}
