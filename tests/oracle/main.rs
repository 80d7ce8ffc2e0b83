//! What PyTorch, JAX and TensorFlow return at kinks, ties and borders of domains, against the policies of their names.
//!
//! Every program of the record is differentiated in both modes. Where a policy returns something else than its framework, the
//! reason is one of those below, and the list stands in docs/RESULTS.md: `BLESS=1 cargo test --test oracle` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use conservative_grad::Policy;
use conservative_grad::choices::WithPolicy;
use serde_json::Value;

mod programs;

/// Where a finite gradient of a framework is not that of its policy, and why.
const REASONS: &[(&str, &str, &str)] = &[
    (
        "celu_2",
        "tensorflow",
        "the function is differentiable there, with the derivative 1",
    ),
    (
        "median",
        "pytorch",
        "PyTorch takes the lower of two middle numbers; the value is another one",
    ),
    (
        "cummax_last",
        "pytorch",
        "written as a fold of `max`, which halves; PyTorch's `cummax` takes the last of equal numbers",
    ),
    (
        "angle_sign_x_abs",
        "",
        "Rust's `signum` is 1 at 0, that of the frameworks 0; both are in the field",
    ),
    (
        "sign",
        "",
        "Rust's `signum` is 1 at 0; the derivative off the jump is the same",
    ),
];

struct Row<'a> {
    program: &'a str,
    framework: &'a str,
    point: Vec<f64>,
    value: Option<f64>,
    gradient: Option<Vec<f64>>,
}

fn number(value: &Value) -> f64 {
    let text = || value.as_str().and_then(|text| text.parse().ok());
    value.as_f64().or_else(text).expect("a number")
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    Some(value.as_array()?.iter().map(number).collect())
}

fn rows(record: &Value) -> Vec<Row<'_>> {
    let entries = record["entries"].as_array().expect("entries");
    entries
        .iter()
        .map(|entry| Row {
            program: entry[0].as_str().expect("a name"),
            framework: entry[1].as_str().expect("a name"),
            point: numbers(&entry[2]).expect("a point"),
            value: (!entry[3].is_null()).then(|| number(&entry[3])),
            gradient: numbers(&entry[4]),
        })
        .collect()
}

/// Why a row is not reproduced, or `None` if it is.
fn deviation(row: &Row<'_>, found: &programs::Found) -> Option<&'static str> {
    let Some(gradient) = &row.gradient else {
        return Some("the framework has no gradient there");
    };
    if row.value.is_none_or(|value| !value.is_finite()) {
        return Some("the value is not finite");
    }
    // TensorFlow keeps the constants of leaky_relu in single precision.
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 5e-8;
    let same = found.gradient.iter().zip(gradient).all(near);
    let same_value = row.value.is_some_and(|value| near((&value, &found.value)));
    if same && same_value {
        return None;
    }
    if gradient.iter().any(|g| !g.is_finite()) {
        return Some("not finite in the framework; ours is the documented value");
    }
    let reasons = REASONS.iter().filter(|(program, framework, _)| {
        *program == row.program && (framework.is_empty() || *framework == row.framework)
    });
    let reason = reasons.map(|(_, _, why)| *why).next();
    Some(reason.unwrap_or_else(|| {
        let (value, expected) = (found.value, row.value);
        panic!(
            "`{}` of {} at {:?}: {:?}, not {gradient:?}; value {value}, {expected:?}",
            row.program, row.framework, row.point, found.gradient
        )
    }))
}

fn run(row: &Row<'_>) -> programs::Found {
    let program = programs::ALL.iter().find(|(name, _)| *name == row.program);
    let (_, program) = program.unwrap_or_else(|| panic!("no program `{}`", row.program));
    let policy = Policy::from_name(row.framework).expect("a policy");
    program(&row.point, &mut WithPolicy(policy))
}

fn plain(numbers: &[f64]) -> String {
    let parts: Vec<String> = numbers.iter().map(|x| format!("{x}")).collect();
    parts.join(", ")
}

fn record() -> Value {
    serde_json::from_str(include_str!("../data/kinks.json")).expect("a record")
}

const BEGIN: &str = "<!-- deviations from the frameworks: begin -->\n";
const END: &str = "<!-- deviations from the frameworks: end -->\n";

#[test]
fn deviations_are_listed_with_their_reasons() {
    let record = record();
    let rows = rows(&record);
    let (mut list, mut same, mut other) = (String::new(), 0, 0);
    let mut used: Vec<&str> = Vec::new();
    for row in &rows {
        let found = run(row);
        let Some(why) = deviation(row, &found) else {
            same += 1;
            continue;
        };
        other += 1;
        used.push(why);
        let theirs = row
            .gradient
            .as_ref()
            .map_or("none".to_owned(), |g| plain(g));
        let _ = writeln!(
            list,
            "| `{}` | {} | {} | {theirs} | {} | {why} |",
            row.program,
            plain(&row.point),
            row.framework,
            plain(&found.gradient)
        );
    }
    for (program, _, why) in REASONS {
        assert!(
            used.contains(why),
            "the reason for `{program}` is not needed"
        );
    }
    let text = format!(
        "{BEGIN}Of {} measured gradients {same} are reproduced by the policy of the framework's name, in both modes; {other} are not:\n\n\
         | program | at | framework | its gradient | ours | why |\n| --- | --- | --- | --- | --- | --- |\n{list}{END}",
        rows.len()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/RESULTS.md");
    let document = std::fs::read_to_string(&path).expect("docs/RESULTS.md");
    let (before, rest) = document.split_once(BEGIN).expect("the place of the list");
    let (_, after) = rest.split_once(END).expect("the end of the list");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{before}{text}{after}")).expect("docs/RESULTS.md");
    } else {
        assert!(
            document.contains(&text),
            "the list in docs/RESULTS.md is out of date: run with BLESS=1"
        );
    }
}

/// Both modes take the same element, and nothing is NaN or infinite where the value is finite.
#[test]
fn both_modes_agree_and_are_finite() {
    let record = record();
    for row in rows(&record) {
        let found = run(&row);
        if !found.value.is_finite() {
            continue;
        }
        for (by_gradient, by_tangent) in found.gradient.iter().zip(&found.along_axes) {
            let place = format!("`{}` at {:?}", row.program, row.point);
            assert!(by_gradient.is_finite(), "{place}: {by_gradient}");
            assert!(
                (by_gradient - by_tangent).abs() <= 1e-15,
                "{place}: {by_gradient} and {by_tangent}"
            );
        }
    }
}

#[test]
fn every_program_is_in_the_record() {
    let record = record();
    let rows = rows(&record);
    for (name, _) in programs::ALL {
        assert!(rows.iter().any(|row| row.program == *name), "`{name}`");
    }
}
