//! Operations on slices: values, Jacobians, every tie under every policy, and both modes.

use autodiff_runtime::slices::{self, SliceRule};
use autodiff_runtime::{Decision, Fixed, Plain, Policy, Seeded, Selection, WithPolicy};
use serde_json::Value;

/// The value by another way.
fn reference(name: &str, x: &[f64], args: &[usize]) -> Vec<f64> {
    let mut up = x.to_vec();
    up.sort_by(f64::total_cmp);
    let down: Vec<f64> = up.iter().rev().copied().collect();
    match name {
        "max_of" | "argmax_value" => vec![down[0]],
        "min_of" | "argmin_value" => vec![up[0]],
        "sorted" => up,
        "top_k" => down[..args[0]].to_vec(),
        "order_statistic" => vec![up[args[0]]],
        "median" => vec![(up[(x.len() - 1) / 2] + up[x.len() / 2]) / 2.0],
        "l1_norm" => vec![x.iter().map(|x| x.abs()).sum()],
        "l2_norm" => vec![x.iter().map(|x| x * x).sum::<f64>().sqrt()],
        "linf_norm" => vec![up[0].abs().max(down[0].abs())],
        "max_pool" => x
            .windows(args[0])
            .step_by(args[1])
            .map(|w| w.iter().copied().fold(w[0], f64::max))
            .collect(),
        "group_sort" => x
            .chunks(args[0])
            .flat_map(|group| reference("sorted", group, &[]))
            .collect(),
        "max_min" => x
            .chunks(2)
            .flat_map(|group| reference("top_k", group, &[group.len()]))
            .collect(),
        other => panic!("no reference for `{other}`"),
    }
}

fn points(rule: &SliceRule) -> impl Iterator<Item = (&'static [f64], &'static [usize])> {
    rule.samples.iter().chain(rule.kinks).copied()
}

#[test]
fn values_agree_with_another_formula() {
    for rule in slices::all() {
        assert!(!rule.samples.is_empty() && !rule.kinks.is_empty());
        for (x, args) in points(rule) {
            let (found, expected) = ((rule.value)(x, args), reference(rule.rule.name, x, args));
            assert_eq!(found.len(), expected.len(), "`{}` at {x:?}", rule.rule.name);
            for (found, expected) in found.iter().zip(&expected) {
                assert!(
                    (found - expected).abs() < 1e-14,
                    "`{}` at {x:?}",
                    rule.rule.name
                );
            }
        }
    }
}

fn along(x: &[f64], h: f64, direction: &[f64]) -> Vec<f64> {
    x.iter().zip(direction).map(|(x, d)| x + h * d).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Every element of the field gives the derivative of the function along the direction.
fn agrees(rule: &SliceRule, x: &[f64], args: &[usize], direction: &[f64], sel: &mut dyn Selection) {
    let h = 1e-5;
    let [high, low] = [h, -h].map(|h| (rule.value)(&along(x, h, direction), args));
    let jacobian = (rule.jacobian)(x, args, sel);
    assert_eq!(jacobian.len(), high.len(), "`{}` at {x:?}", rule.rule.name);
    for (row, (high, low)) in jacobian.iter().zip(high.iter().zip(&low)) {
        let (found, expected) = (dot(row, direction), (high - low) / (2.0 * h));
        assert!(
            (found - expected).abs() < 1e-8 * (1.0 + expected.abs()),
            "`{}` at {x:?} along {direction:?}: {found}, not {expected}",
            rule.rule.name
        );
    }
}

#[test]
fn jacobians_agree_with_differences() {
    for rule in slices::all() {
        for (x, args) in rule.samples {
            for i in 0..x.len() {
                let mut direction = vec![0.0; x.len()];
                direction[i] = 1.0;
                // A zero among the numbers is a kink of the norms.
                if !(rule.rule.name.ends_with("norm") && x[i] == 0.0) || rule.rule.name == "l2_norm"
                {
                    agrees(rule, x, args, &direction, &mut Plain);
                }
            }
        }
    }
}

/// Whatever is chosen at ties: along directions that keep equal numbers equal, and zeros zero, nothing but the derivative
/// of the function comes out.
#[test]
fn every_choice_is_right_along_the_tie() {
    let mut state = 7_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    for rule in slices::all() {
        let more: &[f64] = &[2.0, -1.0, 2.0, 0.0, -1.0, 2.0, -2.0, 0.0];
        for (x, args) in points(rule).chain([(more, rule.samples[0].1)]) {
            for seed in 0..40 {
                let parts: Vec<f64> = x.iter().map(|_| random()).collect();
                let class = |i: usize| x.iter().position(|y| y.abs() == x[i].abs()).unwrap_or(i);
                let direction: Vec<f64> = (0..x.len())
                    .map(|i| match x[i] == 0.0 {
                        true => 0.0,
                        false => parts[class(i)] * x[i].signum(),
                    })
                    .collect();
                agrees(rule, x, args, &direction, &mut Seeded::new(seed));
                let theta = 3.0 * random();
                agrees(rule, x, args, &direction, &mut Fixed(Decision::Tie(theta)));
                for policy in Policy::ALL {
                    agrees(rule, x, args, &direction, &mut WithPolicy(policy));
                }
            }
        }
    }
}

/// A selection may overrule the numbers, as the checker does beside a tie. Rows keep their sums, and nothing panics.
#[test]
fn numbers_may_be_overruled() {
    struct Always(Decision);
    impl Selection for Always {
        fn decide(&mut self, _: &autodiff_runtime::Visit) -> Decision {
            self.0
        }
    }
    for rule in slices::all().filter(|rule| !rule.rule.name.ends_with("norm")) {
        for (x, args) in points(rule) {
            for decision in [Decision::Below, Decision::Above, Decision::Tie(0.5)] {
                for row in (rule.jacobian)(x, args, &mut Always(decision)) {
                    let sum: f64 = row.iter().sum();
                    assert!(
                        (sum - 1.0).abs() < 1e-14,
                        "`{}` at {x:?}: {sum}",
                        rule.rule.name
                    );
                }
            }
        }
    }
}

#[test]
fn rows_of_ties_have_the_sums_that_clarke_asks_for() {
    for rule in slices::all().filter(|rule| !rule.rule.name.ends_with("norm")) {
        for (x, args) in points(rule) {
            for policy in Policy::ALL {
                for row in (rule.jacobian)(x, args, &mut WithPolicy(policy)) {
                    assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-15);
                    assert!(
                        row.iter().all(|w| *w >= 0.0),
                        "`{}` at {x:?}",
                        rule.rule.name
                    );
                }
            }
        }
    }
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// The gradient of what the frameworks were asked for, from the rows of the Jacobian.
fn condensed(source: &str, jacobian: &[Vec<f64>]) -> Vec<f64> {
    let weights: Vec<f64> = match source {
        "sort_dot" => (0..jacobian.len()).map(|i| 10_f64.powi(i as i32)).collect(),
        "top2_dot" => vec![10.0, 1.0],
        _ => vec![1.0; jacobian.len()],
    };
    let column = |i: usize| {
        jacobian
            .iter()
            .zip(&weights)
            .map(|(row, w)| w * row[i])
            .sum()
    };
    (0..jacobian[0].len()).map(column).collect()
}

/// PyTorch takes the lower of two middle numbers.
const DEVIATIONS: [(&str, &str, &[f64]); 1] = [("median", "pytorch", &[1.0, 2.0, 3.0, 4.0])];

#[test]
fn policies_reproduce_the_frameworks() {
    let record: Value = serde_json::from_str(include_str!("data/slices.json")).unwrap();
    let mut compared = 0;
    for entry in record["entries"].as_array().unwrap() {
        let text = |key: &str| entry[key].as_str().unwrap();
        let rule = slices::all().find(|rule| rule.source == text("primitive"));
        let rule = rule.unwrap_or_else(|| panic!("no row for `{}`", text("primitive")));
        let x: Vec<f64> = entry["point"]
            .as_array()
            .unwrap()
            .iter()
            .map(number)
            .collect();
        let args: &[usize] = match text("primitive") {
            "top2_dot" => &[2],
            "maxpool1d_k3" => &[3, 3],
            _ => &[],
        };
        let policy = Policy::from_name(text("framework")).unwrap();
        let found = condensed(
            rule.source,
            &(rule.jacobian)(&x, args, &mut WithPolicy(policy)),
        );
        let expected: Vec<f64> = entry["gradient"]
            .as_array()
            .unwrap()
            .iter()
            .map(number)
            .collect();
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12 || !b.is_finite() && a.is_finite();
        let agrees = found.iter().zip(&expected).all(near);
        let deviates = DEVIATIONS.contains(&(rule.source, text("framework"), &x[..]));
        assert_ne!(agrees, deviates, "{entry}: {found:?}");
        compared += 1;
    }
    assert!(compared > 50);
}

/// The j-th of the tied numbers is merged with weight 1/j.
#[test]
fn ties_of_many_are_shared_equally() {
    let x = [3.0, 1.0, 3.0, 3.0, 0.0, 3.0];
    let third = |sel: &mut dyn Selection| (slices::find("max_of").unwrap().jacobian)(&x, &[], sel);
    let shares = third(&mut Plain);
    for (x, w) in x.iter().zip(&shares[0]) {
        assert!((w - if *x == 3.0 { 0.25 } else { 0.0 }).abs() < 1e-15);
    }
    assert_eq!(
        third(&mut WithPolicy(Policy::Lower))[0],
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(
        third(&mut WithPolicy(Policy::Upper))[0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    );
}

#[test]
fn what_is_not_a_number_comes_last_and_loses() {
    let nan = f64::NAN;
    assert_eq!(slices::max_of(&[nan, 1.0, nan, 2.0]), 2.0);
    assert_eq!(slices::sorted(&[nan, 1.0, 0.5])[..2], [0.5, 1.0]);
    let jacobian = |name, x: &[f64]| (slices::find(name).unwrap().jacobian)(x, &[], &mut Plain);
    assert_eq!(
        jacobian("max_of", &[nan, 1.0, nan, 2.0])[0],
        [0.0, 0.0, 0.0, 1.0]
    );
    assert_eq!(
        jacobian("sorted", &[nan, 1.0, 0.5]),
        [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    );
    assert_eq!(slices::max_of::<f64>(&[]), f64::NEG_INFINITY);
    assert_eq!(slices::l2_norm::<f64>(&[]), 0.0);
    assert_eq!(slices::l2_norm(&[3e300, 4e300]), 5e300);
    assert_eq!(jacobian("l2_norm", &[3e-320, 0.0])[0], [1.0, 0.0]);
    assert_eq!(
        jacobian("max_of", &[f64::INFINITY, f64::INFINITY])[0],
        [0.5, 0.5]
    );
}
