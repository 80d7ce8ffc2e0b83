//! The checker on annotated functions: calls with ranges, structs, obligations, pictures, threads.

use conservative_grad::check::{
    self, Options, Region, Report, Verdict, annotated, assert_conservative, coordinates, parameters,
};
use conservative_grad::{
    ConstantField, Differentiable, ObligationKind, conservative_grad, conservative_rule, relu,
    stop_gradient,
};

#[conservative_grad]
fn model(w: &[f64], b: f64, #[constant] data: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..data.len() {
        sum += relu(w[i % w.len()] * data[i] + b) * w[0].max(w[1]);
    }
    sum
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    #[expect(dead_code, reason = "a constant among the fields")]
    name: &'static str,
    weights: Vec<[f64; 2]>,
    bias: Option<f64>,
    scale: (f64, f32),
}

#[conservative_grad]
fn energy(layer: &Layer, x: f64) -> f64 {
    let mut sum = 0.0;
    for row in &layer.weights {
        sum += (row[0] * x + row[1]).abs();
    }
    let (scale, _) = layer.scale;
    sum * scale
}

#[conservative_grad]
fn jumps(x: f64) -> f64 {
    if x > 0.25 { x + 1.0 } else { x }
}

#[conservative_grad]
fn cut(x: f64, y: f64) -> f64 {
    x * stop_gradient(x) + y.abs()
}

#[conservative_grad]
fn root(x: f64) -> f64 {
    x.sqrt()
}

/// √a by Newton's method, up to an error of a thousandth.
#[conservative_grad]
fn newton(a: f64) -> f64 {
    let mut y = a;
    while y * y - a > 1e-3 {
        y = 0.5 * (y + a / y);
    }
    y
}

fn layer() -> Layer {
    Layer {
        name: "first",
        weights: vec![[1.0, 2.0], [3.0, 4.0]],
        bias: Some(5.0),
        scale: (6.0, 7.0),
    }
}

#[test]
fn calls_with_ranges() {
    let data = [1.0, -2.0, 0.5, 0.7, -0.3];
    let report = annotated!(model(w in [-1.0..1.0; 3], b in 0.0..2.0, data = &data));
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    assert_eq!(report.curves(), 8);
    assert!(report.kinks_followed() > 0 && report.ties() > 0, "{report}");
    assert_conservative!(model(w in [-1.0..1.0; 2], b in 0.0..2.0, data = &data));
    assert_conservative!(energy(layer near (&layer(), 0.5), x in -1.0..1.0), Options::default().seed(4));
    assert_conservative!(jumps(x in -1.0..0.2));
    // The forms without a call are as they were.
    let f = |x: &[f64], sel: &mut dyn conservative_grad::Selection| {
        model::value_and_grad_with(sel, &x[..2], x[2], &data)
    };
    assert_conservative!(f, Region::cube(3, -1.0..1.0));
}

#[test]
fn structs_are_lists_of_numbers() {
    let start = layer();
    assert_eq!(coordinates(&start), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    assert_eq!(start.zero_gradient().name, ConstantField);
    let f = parameters(&start, |sel, layer| {
        let (value, (layer, _)) = energy::value_and_grad_with(sel, layer, 0.3);
        (value, layer)
    });
    let region = Region::around(&coordinates(&start), 0.5);
    let report = check::conservative(f, region, &Options::default());
    assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
}

#[test]
#[should_panic(expected = "it borrows some of them")]
fn borrowed_numbers_cannot_be_moved() {
    let start = (&[1.0, 2.0][..], 1.0);
    let f = parameters(&start, |_, (x, y)| (x[0] * y, (vec![*y, 0.0], x[0])));
    let _ = f(&[1.0, 2.0, 3.0], &mut conservative_grad::Plain);
}

fn broken(report: &Report, field: &conservative_grad::FieldMetadata) -> (ObligationKind, bool) {
    let broken = report.broken_obligations(field);
    (broken[0].obligation.kind, broken[0].located)
}

#[test]
fn the_obligation_that_is_broken() {
    let jump = annotated!(jumps(x in -1.0..1.0));
    assert_eq!(jump.verdict(), Verdict::Jump, "{jump}");
    assert_eq!(
        broken(&jump, jumps::FIELD),
        (ObligationKind::ContinuousBranch, true)
    );
    let cut = annotated!(cut(x in 0.0..1.0, y in -1.0..1.0));
    assert_eq!(cut.verdict(), Verdict::WrongDerivative, "{cut}");
    assert_eq!(broken(&cut, cut::FIELD).0, ObligationKind::StopGradient);
    let root = annotated!(root(x in 0.0..1.0), Options::default().curves(4));
    assert!(root.is_compliant(), "{root}");
    let root = check::chain_rule(
        |x, sel| root::value_and_grad_with(sel, x[0].max(0.0)),
        &[0.0],
        &[1.0],
        &Options::default(),
    );
    assert!(root.is_compliant(), "{root}");
}

#[conservative_rule(pullback = product_pullback)]
fn product(x: f64, y: f64) -> f64 {
    x.sin() * y
}

// A factor is forgotten.
fn product_pullback(x: f64, y: f64, _: f64, bar: f64) -> (f64, f64) {
    (bar * x.cos() * y, bar)
}

/// The text of each obligation, with the line that it is of.
#[test]
fn obligations_are_told_with_their_lines() {
    let rule = annotated!(product(x in -1.0..1.0, y in 0.5..2.0));
    let cut = annotated!(cut(x in 0.0..1.0, y in -1.0..1.0));
    let root = annotated!(root(x in -0.7..1.0));
    let jump = annotated!(jumps(x in -1.0..1.0));
    for (report, verdict, promise, source) in [
        (
            rule,
            Verdict::WrongDerivative,
            "broken: the derivative that is written by hand is that of the function",
            "product",
        ),
        (
            cut,
            Verdict::WrongDerivative,
            "what may be broken: what `stop_gradient` cuts is locally constant",
            "x * stop_gradient(x) + y.abs()",
        ),
        (
            root,
            Verdict::NotLipschitz,
            "broken: the argument stays in the interior of the domain",
            "x.sqrt()",
        ),
        (
            jump,
            Verdict::Jump,
            "what is broken: the value is continuous across this branch",
            "if x > 0.25 { x + 1.0 } else { x }",
        ),
    ] {
        assert_eq!(report.verdict(), verdict, "{report}");
        let text = report.to_string();
        assert!(text.contains(promise), "{text}");
        let lines = excerpt(&report);
        assert!(lines.iter().any(|line| line.contains(source)), "{text}");
        assert!(text.contains("^ taken on trust here"), "{text}");
    }
}

/// The lines of a text that begin with a gutter, as rustc writes them.
fn excerpt(report: &Report) -> Vec<String> {
    let text = report.to_string();
    let lines = text.lines().filter(|line| line.contains(" | "));
    lines.map(str::to_string).collect()
}

#[test]
fn sources_are_shown_as_rustc_does() {
    let report = annotated!(jumps(x in -1.0..1.0));
    let text = report.to_string();
    assert!(text.contains("tests/checker.rs:"), "{text}");
    assert!(
        excerpt(&report)
            .iter()
            .any(|line| line.ends_with("|     if x > 0.25 { x + 1.0 } else { x }")),
        "{text}"
    );
    assert!(text.contains("|        ^^^^^^^^ as this becomes"), "{text}");
    assert!(
        text.contains("what is broken: the value is continuous across this branch"),
        "{text}"
    );
}

#[test]
fn a_truncated_iteration_is_told_beside_its_tolerance() {
    let report = annotated!(newton(a in 1.5..4.0));
    assert_eq!(report.verdict(), Verdict::TruncatedIteration, "{report}");
    assert_eq!(report.violations()[0].stopping_tolerance(), Some(1e-3));
    assert!(
        report.to_string().contains("the loop stops at 0.001"),
        "{report}"
    );
}

#[test]
fn a_budget_ends_the_run_and_is_told() {
    let data = [1.0, -2.0, 0.5];
    let options = Options::default().budget(2000).curves(20);
    let report = annotated!(model(w in [-1.0..1.0; 3], b in 0.0..2.0, data = &data), options);
    assert_eq!(
        report.verdict(),
        Verdict::Inconclusive(check::Reason::Budget),
        "{report}"
    );
    let covered = report.curves() as f64 / 20.0;
    assert!(
        (report.uncovered() - (1.0 - covered)).abs() < 1e-12,
        "{report}"
    );
    assert!(report.evaluations() >= 2000 && report.curves() < 20);
    assert!(
        report.to_string().contains("raise `Options::budget`"),
        "{report}"
    );
}

fn fingerprint(report: &Report) -> (Verdict, u64, u64, usize, Vec<u64>, String) {
    let times = report.kinks().iter().map(|kink| kink.t.to_bits());
    let violations = format!("{:?}", report.violations());
    (
        report.verdict(),
        report.residual().to_bits(),
        report.uncovered().to_bits(),
        report.evaluations(),
        times.collect(),
        violations,
    )
}

#[test]
fn threads_do_not_change_the_report() {
    let data = [1.0, -2.0, 0.5];
    let f = |x: &[f64], sel: &mut dyn conservative_grad::Selection| {
        model::value_and_grad_with(sel, &x[..3], x[3], &data)
    };
    for options in [
        Options::default().curves(12),
        Options::default().curves(12).seed(9).budget(3000),
    ] {
        let region = || Region::cube(4, -1.0..1.0);
        let one = check::conservative(f, region(), &options);
        let all = check::conservative_parallel(f, region(), &options);
        assert_eq!(fingerprint(&one), fingerprint(&all));
    }
}

#[test]
fn a_picture_has_the_curves_the_kinks_and_their_sites() {
    let path = std::env::temp_dir().join(format!("checker-{}.svg", std::process::id()));
    let report = annotated!(jumps(x in -1.0..1.0));
    report.plot(&path).unwrap();
    let svg = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    for part in [
        "<svg",
        "refuted: the value jumps",
        "x &gt; 0.25",
        "residual",
        "f rebuilt",
    ] {
        assert!(svg.contains(part), "{part} is missing in\n{svg}");
    }
    let nowhere = std::env::temp_dir().join("no/such/directory/check.svg");
    assert!(report.plot(nowhere).is_err());
}
