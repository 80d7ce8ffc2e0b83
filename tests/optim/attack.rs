//! What once made the deterministic method say something untrue: scales far apart, minima far away, values that rounding hides, functions
//! without a minimum, jumps and wrong gradients.

use conservative_grad::Selection;
use conservative_grad::optim::{
    NonsmoothOptions, NonsmoothOutcome, NonsmoothStop, minimize_nonsmooth,
};

/// Of the sum of terms, each a value and its gradient.
type Value = (f64, Vec<f64>);

fn run(f: impl Fn(&[f64]) -> Value, start: &[f64]) -> NonsmoothOutcome {
    let f = |x: &[f64], _: &mut dyn Selection| f(x);
    minimize_nonsmooth(f, start, &NonsmoothOptions::default())
}

/// -1, 0 or 1.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// Σ wᵢ·|aᵢ·x - bᵢ|.
fn deviations<const N: usize>(terms: Vec<(f64, [f64; N], f64)>) -> impl Fn(&[f64]) -> Value {
    move |x| {
        let (mut sum, mut gradient) = (0.0, vec![0.0; N]);
        for (weight, a, b) in &terms {
            let y: f64 = a.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() - b;
            sum += weight * y.abs();
            let parts = gradient.iter_mut().zip(a);
            parts.for_each(|(g, a)| *g += weight * sign(y) * a);
        }
        (sum, gradient)
    }
}

/// Reaches `minimum`, to what is given, and says that it is critical.
fn critical(name: &str, f: impl Fn(&[f64]) -> Value, start: &[f64], minimum: f64, to: f64) {
    let found = run(f, start);
    let gap = (found.value - minimum).abs();
    assert!(
        gap <= to && found.stop.is_critical() && found.evaluations < 5000,
        "{name}: {gap:e}, {}, {} evaluations",
        found.stop,
        found.evaluations
    );
    if let NonsmoothStop::Field { norm, made_of, .. }
    | NonsmoothStop::Nearby { norm, made_of, .. } = found.stop
    {
        assert!(norm <= 1e-6 * made_of, "{name}: {}", found.stop);
    }
}

/// max(|y + 4·10⁵|, 2(x - 3·10⁶)) + |x - 3·10⁶|, whose value at 0 is large beside its gradient.
fn far(x: &[f64]) -> Value {
    let (a, b) = (x[0] - 3e6, x[1] + 4e5);
    let max = match b.abs() > 2.0 * a {
        true => [0.0, sign(b)],
        false => [2.0, 0.0],
    };
    (
        a.abs() + b.abs().max(2.0 * a),
        vec![sign(a) + max[0], max[1]],
    )
}

#[test]
fn a_large_value_excuses_no_gradient() {
    critical("far", far, &[0.0, 0.0], 0.0, 1e-4);
    for offset in [1e6, 1e15, 1e20] {
        let f = |x: &[f64]| ((x[0] - 3.0).abs() + offset, vec![sign(x[0] - 3.0)]);
        let found = run(f, &[0.0]);
        assert!((found.parameters[0] - 3.0).abs() < 1e-4, "{found:?}");
    }
    // A kink between two steep slopes, and a gentle one along it.
    let skew = deviations(vec![(1e4, [0.37, -0.91], 0.1), (1.0, [0.0, 1.0], 3.0)]);
    let f = |x: &[f64]| (skew(x).0 + 1e9, skew(x).1);
    critical("skew", f, &[0.7, -60.0], 1e9, 1e-2);
    let bowl = |x: &[f64]| {
        let (a, b) = (x[0] - 1.0, x[1] - 2.0);
        (1e10 + a * a + 1e-4 * b * b, vec![2.0 * a, 2e-4 * b])
    };
    critical("bowl", bowl, &[100.0, -50.0], 1e10, 0.0);
    let valley = |x: &[f64]| {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        let gradient = vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b];
        (1e6 + a * a + 100.0 * b * b, gradient)
    };
    critical("valley", valley, &[-1.2, 1.0], 1e6, 0.0);
}

#[test]
fn gentle_slopes_beside_steep_ones_are_seen() {
    let axes = || deviations(vec![(1e8, [1.0, 0.0], 3.0), (1e-3, [0.0, 1.0], 2.0)]);
    critical("axes from afar", axes(), &[1e5, 1e5], 0.0, 1e-6);
    critical("axes", axes(), &[0.0, 0.0], 0.0, 1e-6);
    let skew = deviations(vec![(1e8, [1.0, -1.0 / 3.0], 0.0), (1e-3, [0.0, 1.0], 2.0)]);
    critical("skew", skew, &[10.0, 1e3], 0.0, 1e-4);
    let narrow = deviations(vec![(1e6, [1.0, -1.0], 0.0), (1.0, [1.0, 1.0], 0.0)]);
    critical("narrow", narrow, &[1.0, 2.0], 0.0, 1e-6);
    for steep in [1e3, 1e6] {
        let valley = deviations(vec![(steep, [1.0, -0.01], 0.0), (1.0, [0.0, 1.0], 50.0)]);
        critical("valley", valley, &[-3.0, -40.0], 0.0, 1e-6);
    }
    let mut axes = Vec::new();
    for i in 0..8_i32 {
        let mut a = [0.0; 8];
        a[i as usize] = 1.0;
        axes.push((10_f64.powi(i - 4), a, f64::from(i)));
    }
    critical("eight scales", deviations(axes), &[100.0; 8], 0.0, 1e-6);
    for start in [50.0, -50.0] {
        let wall = |x: &[f64]| match x[0] < 0.0 {
            true => (1e-3 * x[0] - 1e9 * x[0], vec![1e-3 - 1e9]),
            false => (1e-3 * x[0], vec![1e-3]),
        };
        critical("wall", wall, &[start], 0.0, 1e-6);
    }
}

/// The unit of x, f and the gradient is not 1.
#[test]
fn units_do_not_matter() {
    for unit in [1e-200, 1e200] {
        let f = deviations(vec![(unit, [1.0, 0.0], 1.0), (unit, [-1.0, 1.0], 0.0)]);
        critical("unit", f, &[5.0, -3.0], 0.0, 1e-4 * unit);
    }
    let chain = || deviations(vec![(1.0, [1.0, 0.0], 1e12), (0.5, [-1.0, 1.0], 0.0)]);
    critical("far", chain(), &[0.0, 0.0], 0.0, 0.01);
    let near = deviations(vec![(1.0, [1.0, 0.0], 1e-9), (1e3, [-1.0, 1.0], 1e-9)]);
    critical("near", near, &[1e-7, 3e-8], 0.0, 1e-10);
    let cone = |x: &[f64]| {
        let (a, b) = (x[0] - 7e4, x[1] + 2e5);
        let r = a.hypot(b);
        (
            r,
            if r > 0.0 {
                vec![a / r, b / r]
            } else {
                vec![0.0; 2]
            },
        )
    };
    critical("cone", cone, &[0.0, 0.0], 0.0, 1e-4);
    let power = |x: &[f64]| (x[0].powi(20), vec![20.0 * x[0].powi(19)]);
    critical("power", power, &[1.5], 0.0, 1e-100);
    let quartic = |x: &[f64]| (x[0].powi(4) + 1.0, vec![4.0 * x[0].powi(3)]);
    critical("quartic", quartic, &[3.0], 1.0, 0.0);
}

#[test]
fn what_has_no_minimum_is_called_unbounded() {
    type Case = (&'static str, fn(&[f64]) -> Value, [f64; 2]);
    let cases: [Case; 7] = [
        (
            "-|x|",
            |x| (-x[0].abs(), vec![-sign(x[0]), 0.0]),
            [1.0, 0.0],
        ),
        (
            "-√|x|",
            |x| {
                (
                    -x[0].abs().sqrt(),
                    vec![-0.5 * sign(x[0]) / x[0].abs().sqrt(), 0.0],
                )
            },
            [1.0, 0.0],
        ),
        (
            "-x² + |y|",
            |x| (x[1].abs() - x[0] * x[0], vec![-2.0 * x[0], sign(x[1])]),
            [1.0, 5.0],
        ),
        (
            "-exp",
            |x| (-x[0].exp(), vec![-x[0].exp(), 0.0]),
            [1.0, 0.0],
        ),
        (
            "ln",
            |x| (x[0].abs().ln(), vec![1.0 / x[0], 0.0]),
            [1.0, 0.0],
        ),
        (
            "-ln(1 + |x|)",
            |x| {
                (
                    -x[0].abs().ln_1p(),
                    vec![-sign(x[0]) / (1.0 + x[0].abs()), 0.0],
                )
            },
            [1.0, 0.0],
        ),
        (
            "|x - y| + (x + y)/1000",
            |x| {
                let s = sign(x[0] - x[1]);
                (
                    (x[0] - x[1]).abs() + 1e-3 * (x[0] + x[1]),
                    vec![s + 1e-3, 1e-3 - s],
                )
            },
            [1.0, 3.0],
        ),
    ];
    for (name, f, start) in cases {
        let found = run(f, &start);
        let unbounded = matches!(found.stop, NonsmoothStop::Unbounded { distance } if distance > 0.0 && distance < 1e32);
        assert!(unbounded && found.evaluations < 500, "{name}: {found:?}");
        assert!(
            found.value.is_finite() && found.value <= f(&start).0,
            "{name}"
        );
        assert!(found.stop.to_string().contains("unbounded") && !found.stop.is_critical());
    }
}

/// Other valleys, far lower, are not what a slope leads to: this one has no lowest point there.
#[test]
fn a_minimum_is_not_left_for_another_valley() {
    let f = |x: &[f64]| match x[0] < 20.0 {
        true => ((x[0] - 1.0).abs(), vec![sign(x[0] - 1.0)]),
        false => (399.0 + 19.0 - x[0] * x[0], vec![-2.0 * x[0]]),
    };
    critical("two valleys", f, &[3.5], 0.0, 1e-6);
}

#[test]
fn values_that_rounding_hides_are_no_criterion() {
    // 10¹⁶ + q by way of (q + 10⁸)² - …: the digits of q below 2 are lost.
    let lost = |q: f64| (q + 1e8) * (q + 1e8) - 2e8 * q - q * q + q;
    let f = |x: &[f64]| {
        let (a, b) = (x[0] - 1.0, x[1] - x[0] * x[0]);
        let gradient = vec![sign(a) - 2e-3 * x[0] * sign(b), 1e-3 * sign(b)];
        (lost(a.abs() + 1e-3 * b.abs()), gradient)
    };
    let found = run(f, &[30.3, 4.0]);
    assert!(
        matches!(found.stop, NonsmoothStop::Rounding { made_of, .. } if made_of > 0.5),
        "{found:?}"
    );
    assert!((found.value - 1e16).abs() <= 4.0 && found.stop.to_string().contains("rounding"));
    // Gradients that no value answers to do not lead on for ever.
    let f = |x: &[f64]| {
        let turn = 1e3 * x[0] + 777.0 * x[1];
        (1.0, vec![turn.cos(), turn.sin()])
    };
    let found = run(f, &[0.3, 0.4]);
    assert!(found.evaluations < 10_000, "{found:?}");
    assert!(matches!(found.stop, NonsmoothStop::Rounding { .. }));
    // A slope of 10⁻¹⁷ beside 1 shows in no value, but in its gradients.
    let f = |x: &[f64]| (x[0].abs() * 1e-17 + 1.0, vec![1e-17 * sign(x[0])]);
    let found = run(f, &[3.0]);
    assert!(
        found.stop.is_critical() && found.parameters[0].abs() < 1e-6,
        "{found:?}"
    );
}

/// Where the function does not do what its gradient promises, it is not rounding that hides a descent, and nothing is critical.
#[test]
fn broken_promises_are_not_called_rounding() {
    let jump = |x: &[f64]| (if x[0] > 1.0 { x[0] } else { x[0] + 5.0 }, vec![1.0]);
    let wrong = |x: &[f64]| (x[0].abs(), vec![-sign(x[0])]);
    let wall = |x: &[f64]| (if x[0] < 1.0 { f64::NAN } else { x[0] }, vec![1.0]);
    let infinite = |x: &[f64]| (if x[0] < 1.0 { f64::INFINITY } else { x[0] }, vec![1.0]);
    let lost = |x: &[f64]| (x[0], vec![if x[0] < 1.0 { f64::NAN } else { 1.0 }]);
    for (name, found) in [
        ("jump", run(jump, &[3.0])),
        ("wrong", run(wrong, &[3.0])),
        ("wall", run(wall, &[3.0])),
        ("infinite wall", run(infinite, &[3.0])),
        ("no gradient", run(lost, &[3.0])),
    ] {
        assert_eq!(found.stop, NonsmoothStop::Stalled, "{name}: {found:?}");
        assert!(
            name == "wrong" || (found.value - 1.0).abs() < 1e-9,
            "{name}"
        );
    }
}
