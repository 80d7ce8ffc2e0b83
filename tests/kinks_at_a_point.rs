//! The field at a point, branch locking and steps, on differentiated functions.

use conservative_grad::point::{self, Extent, Guarantee, Options, axes, random_directions};
use conservative_grad::{conservative_grad, conservative_rule, max_of, relu, sorted};

#[conservative_grad]
fn identity(x: f64) -> f64 {
    relu(x) - relu(-x)
}

#[conservative_grad]
fn zero(x: f64) -> f64 {
    relu(-x) + x - relu(x)
}

#[conservative_grad]
fn cubes(x: f64) -> f64 {
    let r1 = if x * x * x > 0.0 { x } else { 0.0 };
    let r2 = if -(x * x * x) > 0.0 { -x } else { 0.0 };
    r1 - r2
}

#[conservative_grad]
fn guarded(x: f64) -> f64 {
    if relu(x) > 0.0 { x } else { 0.0 }
}

#[conservative_grad]
fn hidden(x: f64, y: f64) -> f64 {
    // The tie of the absolute value does not matter: it is multiplied by 0.
    0.0 * x.abs() + x.max(y)
}

#[conservative_grad]
fn largest(x: &[f64]) -> f64 {
    max_of(x)
}

#[conservative_grad]
fn weighted(x: &[f64]) -> f64 {
    let y = sorted(x);
    let mut s = 0.0;
    for i in 0..y.len() {
        s += (10_i32.pow(i as u32) as f64) * y[i];
    }
    s
}

#[conservative_grad]
fn many(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += (1 << i) as f64 * x[i].abs();
    }
    s
}

#[conservative_grad]
fn origin(x: f64, y: f64) -> f64 {
    x.hypot(y)
}

/// Value and gradient of a function of numbers, and its derivative along tangents.
macro_rules! both {
    ($f:ident) => {
        (
            |x: &[f64], sel: &mut dyn conservative_grad::Selection| {
                $f::value_and_grad_with(sel, x[0])
            },
            |x: &[f64], d: &[f64], sel: &mut dyn conservative_grad::Selection| {
                $f::jvp_with(sel, x[0], d[0])
            },
        )
    };
    ($f:ident, 2) => {
        (
            |x: &[f64], sel: &mut dyn conservative_grad::Selection| {
                $f::value_and_grad_with(sel, x[0], x[1])
            },
            |x: &[f64], d: &[f64], sel: &mut dyn conservative_grad::Selection| {
                $f::jvp_with(sel, x[0], x[1], d[0], d[1])
            },
        )
    };
    ($f:ident, slice) => {
        (
            |x: &[f64], sel: &mut dyn conservative_grad::Selection| $f::value_and_grad_with(sel, x),
            |x: &[f64], d: &[f64], sel: &mut dyn conservative_grad::Selection| {
                $f::jvp_with(sel, x, d)
            },
        )
    };
}

fn gradients(found: &point::Vertices) -> Vec<Vec<f64>> {
    let mut all: Vec<Vec<f64>> = found.elements.iter().map(|e| e.gradient.clone()).collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all
}

#[test]
fn vertices_of_the_identity_are_not_its_derivative() {
    let found = point::vertices(both!(identity).0, &[0.0], &Options::default());
    assert_eq!(gradients(&found), [[0.0], [1.0], [2.0]]);
    assert_eq!(
        (found.extent, found.ties, found.relevant),
        (Extent::All, 2, 2)
    );
    assert!(
        found
            .to_string()
            .contains("not of the Clarke subdifferential")
    );
    let smooth = point::vertices(both!(identity).0, &[1.0], &Options::default());
    assert_eq!(gradients(&smooth), [[1.0]]);
    assert_eq!(smooth.evaluations, 1);
}

#[test]
fn ties_that_do_not_matter_are_not_enumerated() {
    let found = point::vertices(both!(hidden, 2).0, &[0.0, 0.0], &Options::default());
    assert_eq!(gradients(&found), [[0.0, 1.0], [1.0, 0.0]]);
    assert_eq!((found.ties, found.relevant), (2, 1));
}

/// `relu(x) > 0` ties at every x ≤ 0, and the other branch is another function there.
#[test]
fn flips_that_change_the_value_are_dropped() {
    let found = point::vertices(both!(guarded).0, &[-1.0], &Options::default());
    assert_eq!(gradients(&found), [[0.0]]);
    assert_eq!(found.dropped, 1);
    // At 0 both branches have the value 0.
    let found = point::vertices(both!(guarded).0, &[0.0], &Options::default());
    assert_eq!(gradients(&found), [[0.0], [1.0]]);
    assert_eq!(found.dropped, 0);
}

#[test]
fn every_place_of_a_maximum_and_every_order_is_found() {
    let found = point::vertices(
        both!(largest, slice).0,
        &[1.0, 0.0, 1.0, 1.0],
        &Options::default(),
    );
    assert_eq!(
        gradients(&found),
        [
            [0.0, 0.0, 0.0, 1.0],
            [0.0, 0.0, 1.0, 0.0],
            [1.0, 0.0, 0.0, 0.0]
        ]
    );
    let found = point::vertices(
        both!(weighted, slice).0,
        &[2.0, 2.0, 2.0, 1.0],
        &Options::default(),
    );
    assert_eq!(found.elements.len(), 6);
    assert_eq!(found.extent, Extent::All);
}

#[test]
fn enumeration_is_bounded_and_says_so() {
    let found = point::vertices(both!(many, slice).0, &[0.0; 6], &Options::default());
    assert_eq!((found.elements.len(), found.extent), (64, Extent::All));
    let few = Options::default().evaluations(100);
    let found = point::vertices(both!(many, slice).0, &[0.0; 20], &few);
    assert_eq!((found.extent, found.evaluations), (Extent::CutShort, 100));
    assert!(found.to_string().contains("cut short after 100"));
    let found = point::vertices(both!(origin, 2).0, &[0.0, 0.0], &Options::default());
    assert_eq!(found.extent, Extent::Sampled);
}

#[test]
fn locked_gradients_are_right_where_the_plain_choice_is_not() {
    assert_eq!(zero::grad(0.0), 1.0);
    for direction in [1.0, -1.0, 0.3, -2.5e-3] {
        let (f, t) = both!(zero);
        let found = point::lock(f, t, &[0.0], &[vec![direction]]);
        assert_eq!(
            (found.gradient, found.guarantee),
            (vec![0.0], Guarantee::Limit)
        );
        assert_eq!(found.chosen.len(), 2);
        let (f, t) = both!(identity);
        let found = point::lock(f, t, &[0.0], &[vec![direction]]);
        assert_eq!(
            (found.gradient, found.guarantee),
            (vec![1.0], Guarantee::Limit)
        );
    }
}

#[test]
fn branches_are_locked_to_what_is_taken_nearby() {
    for direction in [1.0, -1.0] {
        let (f, t) = both!(cubes);
        let found = point::lock(f, t, &[0.0], &[vec![direction]]);
        assert_eq!(
            (found.gradient, found.guarantee),
            (vec![1.0], Guarantee::Limit)
        );
    }
    // Enumeration knows no better than the margins.
    let found = point::vertices(both!(cubes).0, &[0.0], &Options::default());
    assert_eq!(gradients(&found), [[0.0], [1.0], [2.0]]);
}

#[test]
fn later_directions_decide_what_earlier_ones_leave_open() {
    let (f, t) = both!(largest, slice);
    let found = point::lock(f, t, &[1.0, 1.0, 1.0], &axes(3));
    assert_eq!(
        (&found.gradient[..], found.columns),
        (&[1.0, 0.0, 0.0][..], 1)
    );
    let turned: Vec<Vec<f64>> = axes(3)
        .into_iter()
        .map(|d| d.iter().map(|d| -d).collect())
        .collect();
    let found = point::lock(f, t, &[1.0, 1.0, 1.0], &turned);
    assert_eq!(
        (&found.gradient[..], found.columns),
        (&[0.0, 0.0, 1.0][..], 2)
    );
    // One direction along the tie decides nothing.
    let found = point::lock(f, t, &[1.0, 1.0, 1.0], &[vec![1.0, 1.0, 1.0]]);
    assert_eq!(found.guarantee, Guarantee::Conservative);
    // Sorting, where a later decision adds visits.
    let (f, t) = both!(weighted, slice);
    for seed in 0..50 {
        let mut directions = random_directions(4, seed);
        directions.insert(0, vec![0.0, 0.0, 0.0, 1.0]);
        let found = point::lock(f, t, &[2.0, 2.0, 2.0, 2.0], &directions);
        let near: Vec<f64> = (0..4)
            .map(|i| 2.0 + 1e-3 * directions[0][i] + 1e-6 * directions[1][i])
            .collect();
        assert_eq!(found.gradient, weighted::grad(&near), "{directions:?}");
        assert_eq!(found.guarantee, Guarantee::Limit);
    }
}

#[test]
fn a_norm_at_the_origin_is_conservative_only() {
    let (f, t) = both!(origin, 2);
    let found = point::lock(f, t, &[0.0, 0.0], &axes(2));
    assert_eq!(found.guarantee, Guarantee::Conservative);
    let found = point::lock(f, t, &[3.0, 4.0], &axes(2));
    assert_eq!(
        (found.gradient, found.guarantee),
        (vec![0.6, 0.8], Guarantee::Limit)
    );
}

#[conservative_rule(
    pullback = ramp_pullback,
    tangent = ramp_tangent,
    kink(x = 0.0, tie = 0.0)
)]
fn ramp(x: f64) -> f64 {
    x.max(0.0)
}

fn ramp_pullback(_: f64, _: f64, weight: f64, seed: f64) -> f64 {
    weight * seed
}

fn ramp_tangent(_: f64, _: f64, weight: f64, x_dot: f64) -> f64 {
    weight * x_dot
}

#[conservative_grad]
fn by_hand(x: f64) -> f64 {
    ramp(x) - ramp(-x)
}

/// Of a rule by hand no side can be told: the result says that it is conservative only.
#[test]
fn hand_written_kinks_are_not_locked() {
    let (f, t) = both!(by_hand);
    let found = point::lock(f, t, &[0.0], &[vec![1.0]]);
    assert_eq!(found.guarantee, Guarantee::Conservative);
    let found = point::vertices(both!(by_hand).0, &[0.0], &Options::default());
    assert_eq!(gradients(&found), [[0.0], [1.0], [2.0]]);
}

#[conservative_grad]
fn bent(x: f64, y: f64) -> f64 {
    relu(x * x - y) + (x + 3.0).abs()
}

#[test]
fn steps_hold_until_a_decision_changes() {
    let (f, t) = both!(bent, 2);
    // x² - y = 0 at x = 2 for y = 4; the tangent at 1 says 2.5.
    let found = point::steps(f, t, &[1.0, 4.0], &[1.0, 0.0]);
    assert!((found.estimate.1 - 1.5).abs() < 1e-12, "{found:?}");
    assert!((found.high - 1.0).abs() < 1e-9, "{found:?}");
    // Backwards the first change is at x = -2; x + 3 = 0 comes later.
    assert!((found.low + 3.0).abs() < 1e-9, "{found:?}");
    assert_eq!(found.limits.1.unwrap().site.primitive, "relu");
    assert_eq!(found.limits.0.unwrap().site.primitive, "abs");
    let tied = point::steps(f, t, &[2.0, 4.0], &[1.0, 0.0]);
    assert_eq!((tied.low, tied.high), (0.0, 0.0));
}

#[cfg(feature = "clarabel")]
mod critical {
    use super::*;
    use conservative_grad::point::{Kind, criticality, least_norm};

    #[conservative_grad]
    fn artificial(x: f64) -> f64 {
        x - (relu(-x) + x - relu(x))
    }

    #[conservative_grad]
    fn absolute(x: f64, y: f64) -> f64 {
        x.abs() + 2.0 * (y - x).abs()
    }

    #[test]
    fn artificial_critical_points_are_told_from_others() {
        let options = Options::default();
        let (f, t) = both!(artificial);
        let found = criticality(f, t, &[0.0], &options).unwrap();
        assert_eq!(found.kind, Kind::Artificial, "{found}");
        assert!((found.limits.unwrap().norm - 1.0).abs() < 1e-9);
        let (f, t) = both!(artificial);
        assert_eq!(
            criticality(f, t, &[1.0], &options).unwrap().kind,
            Kind::Regular
        );
        let (f, t) = both!(absolute, 2);
        assert_eq!(
            criticality(f, t, &[0.0, 0.0], &options).unwrap().kind,
            Kind::Clarke
        );
        let found = criticality(f, t, &[1.0, 1.0], &options).unwrap();
        assert_eq!(found.kind, Kind::Regular, "{found}");
        // The hull of (1 ∓ 2, ±2): the nearest point to 0 is on the segment.
        let exact = (0..=1000).map(|k| {
            let s = -2.0 + 4.0 * f64::from(k) / 1000.0;
            (1.0 - s).hypot(s)
        });
        let exact = exact.fold(f64::INFINITY, f64::min);
        assert!((found.field.norm - exact).abs() < 1e-5, "{found}");
    }

    #[test]
    fn least_norms_satisfy_the_condition_of_optimality() {
        let mut rng = conservative_grad::check::SplitMix64::new(3);
        for n in 1..12 {
            let vectors: Vec<Vec<f64>> = (0..n)
                .map(|_| (0..5).map(|_| rng.between(-1.0, 2.0)).collect())
                .collect();
            let found = least_norm(&vectors).unwrap();
            let dot = |a: &[f64]| {
                a.iter()
                    .zip(&found.element)
                    .map(|(a, b)| a * b)
                    .sum::<f64>()
            };
            let square = found.norm * found.norm;
            // The norm is right to 11 digits, hence the place to half as many.
            for vector in &vectors {
                assert!(dot(vector) >= square - 2e-5, "{vectors:?}: {found:?}");
            }
            for _ in 0..200 {
                let weights: Vec<f64> = vectors.iter().map(|_| -rng.unit().ln()).collect();
                let sum: f64 = weights.iter().sum();
                let part = |i: usize| {
                    let parts = vectors.iter().zip(&weights);
                    parts.map(|(v, w)| v[i] * w / sum).sum::<f64>()
                };
                let norm = (0..5).map(|i| part(i) * part(i)).sum::<f64>().sqrt();
                assert!(norm >= found.norm - 1e-10);
            }
            assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
