//! Kinks of the rows: both branches, every policy, and what the frameworks return.

use autodiff_runtime::rules::{self, Rule};
use autodiff_runtime::{Plain, Policy, Selection, Site, SiteKind, Ties, choices::WithPolicy};
use serde_json::Value;

/// The partials of the first result under a policy, decided as emitted code decides.
fn gradient(rule: &Rule, a: &[f64], policy: Policy) -> Vec<f64> {
    let decided = (rule.f64.decisions)(a);
    let weigh = |(kink, d): (&rules::Kink, &rules::Compared<f64>)| {
        let side = if d.above { 1.0 } else { 0.0 };
        if d.tie { kink.ties.theta(policy) } else { side }
    };
    let weights: Vec<f64> = rule.decisions.iter().zip(&decided).map(weigh).collect();
    (rule.f64.partials)(a, &(rule.f64.primal)(a), &weights)
}

/// How the record spells a row, and where its numbers go among the arguments.
fn spelled(primitive: &str, p: &[f64]) -> (&'static Rule, Vec<f64>, Vec<usize>) {
    let (name, args, active): (&str, Vec<f64>, &[usize]) = match primitive {
        "maximum2" => ("max", p.to_vec(), &[0, 1]),
        "minimum2" => ("min", p.to_vec(), &[0, 1]),
        "clamp_0_1" => ("clamp", vec![p[0], 0.0, 1.0], &[0]),
        "leaky_relu_0.1" => ("leaky_relu", vec![p[0], 0.1], &[0]),
        "softshrink_0.5" => ("softshrink", vec![p[0], 0.5], &[0]),
        "elu" => ("elu", vec![p[0], 1.0], &[0]),
        "celu_2" => ("celu", vec![p[0], 2.0], &[0]),
        "huber_delta1" => ("huber", vec![p[0], 1.0], &[0]),
        "hardsigmoid" => ("hard_sigmoid", p.to_vec(), &[0]),
        "hardswish" => ("hard_swish", p.to_vec(), &[0]),
        "copysign_x_1" => ("copysign", vec![p[0], 1.0], &[0]),
        "copysign_2_y" => ("copysign", vec![2.0, p[0]], &[1]),
        "pow_xy" => ("powf", p.to_vec(), &[0, 1]),
        "pow_1_3" => ("powf", vec![p[0], 1.0 / 3.0], &[0]),
        "atan2_yx" => ("atan2", p.to_vec(), &[0, 1]),
        "div_xy" => ("div", p.to_vec(), &[0, 1]),
        "hypot" => ("hypot", p.to_vec(), &[0, 1]),
        "log" => ("ln", p.to_vec(), &[0]),
        "log1p" => ("ln_1p", p.to_vec(), &[0]),
        "inv" => ("recip", p.to_vec(), &[0]),
        power if power.starts_with("pow_") => {
            ("powf", vec![p[0], power[4..].parse().unwrap()], &[0])
        }
        same => (same, p.to_vec(), &[0]),
    };
    (
        rules::find(name, args.len()).unwrap_or_else(|| panic!("no row `{name}`")),
        args,
        active.to_vec(),
    )
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Values that lie outside of every conservative field that is closed and convex at a smooth point.
const DEVIATIONS: [(&str, &str); 1] = [("celu_2", "tensorflow")];

#[test]
fn policies_reproduce_the_frameworks() {
    let record: Value = serde_json::from_str(include_str!("data/kinks.json")).unwrap();
    for entry in record["entries"].as_array().unwrap() {
        let (primitive, framework) = (
            entry["primitive"].as_str().unwrap(),
            entry["framework"].as_str().unwrap(),
        );
        let (rule, a, active) = spelled(primitive, &numbers(&entry["point"]));
        let found = gradient(rule, &a, Policy::from_name(framework).unwrap());
        for (i, expected) in active.into_iter().zip(numbers(&entry["gradient"])) {
            if DEVIATIONS.contains(&(primitive, framework)) {
                assert_ne!(
                    found[i], expected,
                    "`{primitive}` of {framework} deviates no more"
                );
            } else if expected.is_finite() {
                // TensorFlow keeps the constant of leaky_relu in single precision.
                assert!(
                    (found[i] - expected).abs() < 5e-8,
                    "`{primitive}` of {framework} at {a:?}: {found:?}"
                );
            } else if number(&entry["value"]).is_finite() {
                assert!(
                    found[i].is_finite(),
                    "`{primitive}` of {framework} at {a:?}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn weights_at_a_tie_mix_both_sides() {
    for rule in rules::all().filter(|rule| rule.decisions.len() == 1) {
        for a in rule.kinks {
            let y = (rule.f64.primal)(a);
            let under = |theta: f64| (rule.f64.partials)(a, &y, &[theta]);
            for (policy, theta) in [
                (Policy::Lower, 0.0),
                (Policy::Upper, 1.0),
                (Policy::Midpoint, 0.5),
            ] {
                assert_eq!(gradient(rule, a, policy), under(theta), "`{}`", rule.name);
            }
            for (mixed, (below, above)) in under(0.25).iter().zip(under(0.0).iter().zip(under(1.0)))
            {
                assert!(
                    (mixed - (0.25 * above + 0.75 * below)).abs() < 1e-15,
                    "`{}`",
                    rule.name
                );
            }
        }
    }
}

/// Every kink point lies on the stratum, and what a side gives there is the limit of the derivatives on that side.
#[test]
fn sides_are_limits_of_derivatives() {
    let (mut state, mut met) = (1_u64, 0);
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    for rule in rules::all().filter(|rule| !rule.decisions.is_empty() && rule.name != "hypot") {
        for at in rule.kinks {
            let tied = (rule.f64.decisions)(at);
            assert!(
                tied.iter().any(|d| d.tie && d.margin == 0.0),
                "`{}` has no tie at {at:?}",
                rule.name
            );
            for _ in 0..50 {
                let near: Vec<f64> = at.iter().map(|x| x + 1e-6 * random()).collect();
                let sides = (rule.f64.decisions)(&near);
                let weights: Vec<f64> =
                    sides.iter().map(|d| f64::from(u8::from(d.above))).collect();
                let partials = |a: &[f64]| (rule.f64.partials)(a, &(rule.f64.primal)(a), &weights);
                let pairs = partials(at).into_iter().zip(partials(&near));
                pairs.for_each(|(at, near)| assert!((at - near).abs() < 1e-5, "`{}`", rule.name));
                assert!(
                    sides.iter().all(|d| d.above == (d.margin > 0.0)),
                    "`{}` at {near:?}",
                    rule.name
                );
                met += 1;
            }
        }
    }
    assert!(met > 500);
}

#[test]
fn a_nan_goes_the_way_the_primal_goes() {
    let nan = f64::NAN;
    let routed: [(&str, &[f64], &[f64]); 8] = [
        ("max", &[nan, 1.0], &[0.0, 1.0]),
        ("max", &[1.0, nan], &[1.0, 0.0]),
        ("min", &[nan, 1.0], &[0.0, 1.0]),
        ("min", &[1.0, nan], &[1.0, 0.0]),
        ("relu", &[nan], &[0.0]),
        ("clamp", &[nan, 0.0, 1.0], &[1.0, 0.0, 0.0]),
        ("hardtanh", &[nan], &[1.0]),
        ("relu6", &[nan], &[0.0]),
    ];
    for (name, a, expected) in routed {
        let rule = rules::find(name, a.len()).unwrap();
        assert_eq!(
            gradient(rule, a, Policy::PyTorch),
            expected,
            "`{name}` at {a:?}"
        );
    }
}

const fn site(theta: f64) -> Site {
    Site {
        id: 0,
        function: "f",
        module: "m",
        file: "m.rs",
        line: 1,
        column: 1,
        primitive: "max",
        source: "a.max(b)",
        kind: SiteKind::Kink,
        stratum: "a = b",
        field: "{(θ, 1 - θ)}",
        theta,
        clarke: true,
        ties: Ties::new(0.5, 0.5, 1.0),
        listed: true,
    }
}

#[test]
fn the_plain_selection_agrees_with_the_general_one() {
    static SITES: [Site; 3] = [site(0.0), site(0.5), site(1.0)];
    for site in &SITES {
        for (above, tie) in [(false, false), (true, false), (false, true), (true, true)] {
            let general =
                autodiff_runtime::trace::Recorder::new(Plain).weight(site, 0.0, above, tie);
            assert_eq!(Plain.weight(site, 0.0, above, tie), general);
        }
    }
    assert_eq!(
        WithPolicy(Policy::TensorFlow).weight(&SITES[0], 0.0, false, true),
        1.0
    );
}

/// Off the border, towards one of the sides on which the operation has values.
fn beside(rule: &Rule, a: &[f64], distance: f64) -> Vec<f64> {
    let moved = |k: usize, by: f64| {
        let mut b = a.to_vec();
        b[k] += by;
        b
    };
    let sides = (0..a.len()).flat_map(|k| [moved(k, distance), moved(k, -distance)]);
    let inside = |b: &Vec<f64>| (rule.f64.primal)(b)[0].is_finite() && !(rule.f64.on_border)(b);
    sides.into_iter().find(inside).expect("a side with values")
}

#[test]
fn at_a_border_the_value_is_finite_and_the_slopes_are_not_bounded() {
    let bordered: Vec<&Rule> = rules::all().filter(|rule| rule.border.is_some()).collect();
    assert!(bordered.len() >= 7);
    for rule in bordered {
        let points = rule.kinks.iter().filter(|a| (rule.f64.on_border)(a));
        let mut met = 0;
        for a in points {
            let y = (rule.f64.primal)(a);
            let partials = (rule.f64.partials)(a, &y, &[]);
            assert!(y[0].is_finite(), "{} at {a:?}", rule.name);
            assert_eq!(partials[0], 0.0, "{} at {a:?}", rule.name);
            let slope = |distance: f64| {
                let b = beside(rule, a, distance);
                let y = (rule.f64.primal)(&b);
                let partials = (rule.f64.partials)(&b, &y, &[]);
                partials.iter().fold(0.0_f64, |m, p| m.max(p.abs()))
            };
            assert!(slope(1e-12) > 30.0 * slope(1e-6), "{} at {a:?}", rule.name);
            met += 1;
        }
        assert!(met > 0, "no sample on the border of {}", rule.name);
        let smooth = rule.samples.iter();
        assert!(
            smooth.clone().all(|a| !(rule.f64.on_border)(a)),
            "{}",
            rule.name
        );
    }
}
