//! Borders of domains: where a value is finite and no finite derivative exists, the visit says so.

use conservative_grad::choices::{Counter, Fixed};
use conservative_grad::trace::{Recorder, Replay};
use conservative_grad::{Decision, Plain, SiteKind, Trace, conservative_grad, point};

/// The adjoint of the sum is known before the loop.
#[conservative_grad]
fn roots(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i].sqrt() + x[i].abs();
    }
    s
}

/// The adjoint of the sum is known after the loop only, so that its iterations run twice.
#[conservative_grad]
fn root_of_roots(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        s += x[i].sqrt() * x[i];
    }
    s.sqrt()
}

/// What is carried is recorded.
#[conservative_grad]
fn chain(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        s = 0.5 * s * s + x[i].powf(0.25);
    }
    s
}

#[conservative_grad]
fn guarded(x: f64) -> f64 {
    if x > 0.0 { x.sqrt() } else { 0.0 }
}

#[conservative_grad]
fn angles(x: f64, y: f64) -> f64 {
    x.asin() + x.acos() * y.cbrt() + y.atan2(1.0 - x) + (x * x).acosh()
}

#[conservative_grad]
fn outer(x: &[f64]) -> f64 {
    2.0 * roots(x)
}

fn borders(trace: &Trace) -> Vec<&'static str> {
    let visits = trace.visits().iter();
    let borders = visits.filter(|visit| visit.site.kind == SiteKind::Boundary);
    borders.map(|visit| visit.site.primitive).collect()
}

/// 70 numbers, so that strips run too; two are 0.
fn numbers() -> Vec<f64> {
    let mut x: Vec<f64> = (0..70).map(|i| 1.0 + f64::from(i) / 64.0).collect();
    (x[3], x[66]) = (0.0, 0.0);
    x
}

#[test]
fn each_visit_on_the_border_is_marked_once() {
    let x = numbers();
    for (what, trace) in [
        ("roots", roots::trace(&x)),
        ("root_of_roots", root_of_roots::trace(&x)),
        ("chain", chain::trace(&x)),
        ("outer", outer::trace(&x)),
    ] {
        assert_eq!(borders(&trace).len(), 2, "{what}");
    }
    assert!(borders(&roots::trace(&x[4..60])).is_empty());
    assert!(borders(&guarded::trace(0.0)).is_empty());
    assert_eq!(
        borders(&angles::trace(1.0, 0.0)),
        ["asin", "acos", "cbrt", "atan2", "acosh"]
    );
    assert!(borders(&angles::trace(0.5, 0.5)).is_empty());
}

#[test]
fn derivatives_at_the_border_are_the_documented_ones_in_every_way_to_get_them() {
    let x = numbers();
    let slope = |x: f64| {
        if x == 0.0 {
            0.5 - 0.5
        } else {
            0.5 / x.sqrt() + 1.0
        }
    };
    let plain = roots::grad(&x);
    for (i, x) in x.iter().enumerate() {
        assert!((plain[i] - slope(*x)).abs() <= 1e-15 * slope(*x), "{i}");
    }
    let mut counter = Counter::new(Fixed(Decision::Tie(0.5)));
    let (value, gradient) = roots::value_and_grad_with(&mut counter, &x);
    assert_eq!((value, gradient), (roots(&x), plain.clone()));
    // Two ties of abs, and two visits on the border of sqrt.
    assert_eq!(counter.total().ties, 4);

    let direction: Vec<f64> = (0..70).map(f64::from).collect();
    let mut recorder = Recorder::new(Plain);
    let (_, along) = roots::jvp_with(&mut recorder, &x, &direction);
    assert_eq!(borders(&recorder.into_trace()).len(), 2);
    let expected: f64 = plain.iter().zip(&direction).map(|(g, d)| g * d).sum();
    assert!((along - expected).abs() <= 1e-12 * expected.abs());
}

#[test]
fn a_border_is_no_decision() {
    let x = numbers();
    let trace = roots::trace(&x);
    let mut replay = Replay::new(trace.clone());
    let (value, gradient) = roots::value_and_grad_with(&mut replay, &x);
    assert!(!replay.diverged());
    assert_eq!((value, gradient), (roots(&x), roots::grad(&x)));

    // The two ties of abs are there, the borders are not.
    let two =
        |x: &[f64], sel: &mut dyn conservative_grad::Selection| roots::value_and_grad_with(sel, x);
    let vertices = point::vertices(two, &x, &point::Options::default());
    assert_eq!(vertices.elements.len(), 4);
}

#[test]
fn the_metadata_and_the_trace_say_it() {
    let site = guarded::FIELD
        .sites()
        .find(|site| site.kind == SiteKind::Boundary);
    let site = site.expect("a border");
    assert_eq!(
        (site.primitive, site.stratum, site.field),
        ("sqrt", "x = 0", "0")
    );
    let text = guarded::FIELD.to_string();
    assert!(
        text.contains("sqrt `x.sqrt()`  border of the domain at x = 0, takes 0"),
        "{text}"
    );
    let text = root_of_roots::trace(&[0.0]).to_string();
    assert!(text.contains("on the border, takes 0"), "{text}");
}
