//! What is published of a function: in const context, for people, for machines, and as annotated source.

use conservative_grad::field::StaticVerdict;
use conservative_grad::{FieldMetadata, Policy, conservative_grad, max_of, relu};

#[conservative_grad]
fn inner(x: f64) -> f64 {
    x.sqrt() + relu(x - 1.0)
}

#[conservative_grad]
fn even(x: f64, n: usize) -> f64 {
    if n == 0 {
        inner(x)
    } else {
        odd(x.exp(), n - 1)
    }
}

#[conservative_grad(recursive)]
fn odd(x: f64, n: usize) -> f64 {
    if n == 0 { 0.0 } else { x.abs() + odd(x, n - 1) }
}

#[conservative_grad]
fn outer(x: &[f64]) -> f64 {
    let mut s = max_of(x);
    for i in 0..x.len() {
        if x[i] > 0.0 {
            s += inner(x[i]) * x[i];
        }
    }
    s + even(s, 2)
}

const FIELD: &FieldMetadata = outer::FIELD;
const SITES: usize = FIELD.sites.len();
const BOUND: f64 = FIELD.cost_bound;
const DEFAULT: bool = matches!(FIELD.policy, Policy::PyTorch);
static THETAS: [f64; inner::FIELD.sites.len()] =
    [inner::FIELD.sites[0].theta, inner::FIELD.sites[1].theta];

#[test]
fn metadata_is_const() {
    assert_eq!((SITES, DEFAULT, THETAS), (2, true, [0.0; 2]));
    assert_eq!(BOUND, 5.0);
    assert!(outer(&[1.0, 2.0]).is_finite());
}

#[test]
fn what_concerns_callees_is_found_by_walking() {
    let mut names = Vec::new();
    FIELD.walk(&mut |field| names.push(field.name));
    assert_eq!(names, ["outer", "max_of", "inner", "relu", "even", "odd"]);
    assert_eq!(FIELD.definability.to_string(), "semialgebraic");
    assert_eq!(FIELD.class().to_string(), "definable in ℝ_exp");
    let mut obligations = Vec::new();
    FIELD.each_obligation(&mut |field, o| obligations.push((field.name, o.primitive)));
    assert_eq!(obligations, [("outer", "if"), ("inner", "sqrt")]);
    assert_eq!(FIELD.verdict(), StaticVerdict::Given(2));
    assert_eq!(FIELD.verdict().to_string(), "given: 2 obligations");
    assert_eq!(odd::FIELD.verdict(), StaticVerdict::ByConstruction);
    assert!(FIELD.total_cost_bound() >= FIELD.cost_bound);
}

#[test]
fn the_long_report_lists_callees() {
    let (short, long) = (format!("{FIELD}"), format!("{FIELD:#}"));
    assert!(!short.contains("x - 1.0") && !long.contains("in `relu`"));
    for expected in [
        "in `inner`",
        "relu `relu(x - 1.0)`",
        "given that",
        "sqrt `x.sqrt()`",
        "in `odd`",
    ] {
        assert!(long.contains(expected), "{expected} is missing in\n{long}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn machines_read_it() {
    let text = serde_json::to_string(FIELD).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["name"], "outer");
    assert_eq!(json["class"], "RExp");
    assert_eq!(json["policy"], "PyTorch");
    assert_eq!(json["verdict"]["Given"], 2);
    assert_eq!(json["sites"][1]["source"], "x[i] > 0.0");
    assert_eq!(json["obligations"][0]["kind"], "ContinuousBranch");
    assert_eq!(json["reached"].as_array().unwrap().len(), 5);
    let trace = serde_json::to_value(outer::trace(&[1.0, 2.0])).unwrap();
    assert_eq!(trace["visits"][0]["site"]["primitive"], "max_of");
    assert_eq!(trace["visits"][0]["decision"], "Above");
    let found = conservative_grad::point::vertices(
        |x, sel| inner::value_and_grad_with(sel, x[0]),
        &[1.0],
        &conservative_grad::point::Options::default(),
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["elements"][0]["gradient"][0], 0.5);
    assert_eq!(json["extent"], "All");
}

#[cfg(feature = "annotate-snippets")]
#[test]
fn traces_are_printed_below_the_source() {
    let read = |path: &str| {
        let from_root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(from_root).ok()
    };
    let text = outer::trace(&[-0.5, 1.0, 4.0]).annotated(read);
    println!("{text}");
    for expected in [
        "metadata.rs",
        "if x[i] > 0.0 {",
        "3 visits, nearest margin -0.5: 1 fails, 2 holds",
        "x.sqrt() + relu(x - 1.0)",
        "2 visits, nearest margin 0.0: 1 tie, 1 above",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert_eq!(outer::trace(&[1.0]).annotated(|_| None), "");
}
