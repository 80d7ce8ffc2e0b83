//! The deterministic method on the test set.

use conservative_grad::check::{coordinates, parameters};
use conservative_grad::optim::{
    HeavyBall, NonsmoothOptions, NonsmoothStop, Options, Power, minimize, minimize_nonsmooth,
};
use conservative_grad::{Differentiable, Selection, conservative_grad, relu};

use crate::suite::{problems, scaled};

/// |f - f*| over 1 + |f*|.
fn gap(value: f64, optimum: f64) -> f64 {
    (value - optimum).abs() / (1.0 + optimum.abs())
}

/// Those of at most 50 variables; all of them, and larger ones, in `examples/nonsmooth`.
#[test]
fn the_published_optima_are_reached() {
    let options = NonsmoothOptions::default().evaluations(10_000);
    let (mut missed, mut critical, mut all) = (Vec::new(), 0, 0);
    for problem in problems() {
        if problem.start.len() > 50 {
            continue;
        }
        let found = minimize_nonsmooth(&problem.f, &problem.start, &options);
        let gap = gap(found.value, problem.optimum);
        // Nothing is below the minimum of a convex function, but for the digits that were published.
        assert!(
            !problem.convex || found.value > problem.optimum - 1e-7 * (1.0 + problem.optimum.abs())
        );
        assert!(found.evaluations <= options.evaluations);
        if gap > 1e-4 {
            missed.push((problem.name, gap));
        } else if found.stop.is_critical() {
            critical += 1;
        }
        all += 1;
    }
    let names: Vec<&str> = missed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["nesterov_cr_1_n4", "nesterov_cr_1_n8"],
        "{missed:?}"
    );
    assert!(
        all == 36 && critical >= 34,
        "{critical} of {all} end at what is known to be critical"
    );
}

#[test]
fn a_hundred_variables() {
    for problem in ["chained_cb3_2", "active_faces", "absval"] {
        let (f, start, optimum) = scaled(problem, 100);
        let found = minimize_nonsmooth(&f, &start, &NonsmoothOptions::default());
        let gap = gap(found.value, optimum);
        assert!(
            gap <= 1e-5 && found.evaluations < 1000,
            "{problem}: {gap}, {found:?}"
        );
    }
}

/// x - zero(x), with a zero whose derivative at 0 is taken as 1.
#[conservative_grad]
fn artificial(x: &[f64]) -> f64 {
    let zero = relu(-x[0]) + x[0] - relu(x[0]);
    let slope = x[0] - zero;
    slope.max(-3.0)
}

fn artificial_at(x: &[f64], selection: &mut dyn Selection) -> (f64, Vec<f64>) {
    artificial::value_and_grad_with(selection, x)
}

#[test]
fn an_artificial_critical_point_is_left() {
    let at_zero = artificial_at(&[0.0], &mut conservative_grad::Plain);
    assert_eq!(at_zero, (0.0, vec![0.0]));
    let found = minimize_nonsmooth(artificial_at, &[0.0], &NonsmoothOptions::default());
    assert!(
        (found.value + 3.0).abs() < 1e-6 && found.stop.is_critical(),
        "{found:?}"
    );
}

#[test]
fn the_field_is_a_criterion() {
    let f = |x: &[f64], selection: &mut dyn Selection| pyramid::value_and_grad_with(selection, x);
    let found = minimize_nonsmooth(f, &[0.3, -0.9, 0.5], &NonsmoothOptions::default());
    assert!(
        matches!(found.stop, NonsmoothStop::Field { norm, .. } if norm < 1e-6),
        "{found:?}"
    );
    assert!(found.value.abs() < 1e-5);
}

#[conservative_grad]
fn pyramid(x: &[f64]) -> f64 {
    x[0].abs() + 2.0 * x[1].abs() + 3.0 * (x[2] - x[0]).abs()
}

#[test]
fn a_start_without_a_finite_gradient_is_reported() {
    let f = |x: &[f64], _: &mut dyn Selection| (x[0].ln(), [1.0 / x[0]]);
    let found = minimize_nonsmooth(f, &[-1.0], &NonsmoothOptions::default());
    assert!(matches!(found.stop, NonsmoothStop::NotFinite(_)));
    assert_eq!((found.evaluations, found.parameters[0]), (1, -1.0));
}

/// Walls of NaN are no lower points.
#[test]
fn points_outside_of_the_domain_are_not_taken() {
    let f = |x: &[f64], _: &mut dyn Selection| {
        let (a, slope) = (x[0].ln().abs(), x[0].ln().signum() / x[0]);
        (a + x[0], [slope + 1.0])
    };
    let found = minimize_nonsmooth(f, &[5.0], &NonsmoothOptions::default());
    assert!((found.parameters[0] - 1.0).abs() < 1e-5, "{found:?}");
}

#[conservative_grad]
fn distance(w: &[f64], #[constant] to: &[f64]) -> f64 {
    w.iter().zip(to).map(|(w, t)| (w - t).abs()).sum()
}

/// What README shows, which is compiled without the feature.
#[test]
fn the_example_of_the_readme() {
    let to = [1.0, -2.0];
    let oracle = |w: &[f64], g: &mut [f64]| distance::accumulate_grad(w, &to, g);
    let found = minimize(
        HeavyBall::new(Power::new(0.1, 0.75), 0.9),
        oracle,
        &[0.0; 2],
        &Options::new(5000),
    );
    assert!(found.best.value < 0.05);

    // Deterministic: quasi-Newton steps, and a bundle of gradients at kinks; stops where 0 is in the hull of the field.
    let f =
        |w: &[f64], selection: &mut dyn Selection| distance::value_and_grad_with(selection, w, &to);
    let found = minimize_nonsmooth(f, &[0.0; 2], &NonsmoothOptions::default());
    assert!(found.stop.is_critical() && found.value < 1e-5);
    let shown = include_str!("../../README.md");
    assert!(shown.contains("minimize_nonsmooth(f, &[0.0; 2], &NonsmoothOptions::default())"));
}

#[derive(Clone, Debug, Differentiable)]
struct Line {
    slopes: [f64; 2],
    offset: f64,
    points: usize,
}

/// Deviations from the points of y = 2·x - z + 0.5, one of which is wrong.
#[conservative_grad]
fn misfit(line: &Line, #[constant] data: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    for i in 0..line.points {
        let value = line.slopes[0] * data[i][0] + line.slopes[1] * data[i][1] + line.offset;
        sum += (value - data[i][2]).abs();
    }
    sum
}

#[test]
fn structs_are_minimised_as_well() {
    let data = [
        [0.0, 0.0, 0.5],
        [1.0, 0.0, 2.5],
        [0.0, 1.0, -0.5],
        [2.0, 1.0, 3.5],
        [1.0, 3.0, -0.5],
        [1.0, 1.0, 9.0],
    ];
    let start = Line {
        slopes: [0.0, 0.0],
        offset: 0.0,
        points: data.len(),
    };
    let f = parameters(&start, |selection, line| {
        misfit::value_and_grad_with(selection, line, &data)
    });
    let found = minimize_nonsmooth(f, &coordinates(&start), &NonsmoothOptions::default());
    let fitted = found.parameters.iter().zip([2.0, -1.0, 0.5]);
    assert!(
        found.stop.is_critical() && fitted.into_iter().all(|(a, b)| (a - b).abs() < 1e-5),
        "{found:?}"
    );
    assert!((found.value - 7.5).abs() < 1e-4);
}
