//! Choices at ties that curves can follow: right ones in all their variety, and wrong ones.

use autodiff_runtime::Site;
use autodiff_runtime::check::{self, Options, Region, Report, SplitMix64, Verdict};

use crate::support::{Dual, P, Program, Sel, evaluate, nearly_all, seeds, sites};

sites! {
    MAX: Kink 0 "x.max(y)" 0.5;
    INNER: Kink 1 "z.abs()" 0.5;
    EQUAL: Branch 2 "x == y" 0.0;
    LOW: Kink 3 "x.max(lo)" 0.5;
}

/// The maximum with the given weights at a tie, whoever decides.
fn weighted_max(x: Dual, y: Dual, at_tie: [f64; 2], sel: Sel) -> Dual {
    let w = sel.weight(&MAX, x.v - y.v, x.v > y.v, x.v == y.v);
    let [a, b] = if w == 0.0 || w == 1.0 {
        [w, 1.0 - w]
    } else {
        at_tie
    };
    Dual {
        v: x.v.max(y.v),
        d: core::array::from_fn::<f64, P, _>(|i| a * x.d[i] + b * y.d[i]),
    }
}

fn over_seeds(test: impl Fn(u64) -> Report) -> Vec<Report> {
    (0..seeds()).map(test).collect()
}

fn count(reports: &[Report], verdict: Verdict, site: &Site) -> usize {
    let right = |r: &&Report| {
        r.violations().first().is_some_and(|v| {
            v.failure.verdict() == verdict && v.site.is_some_and(|s| s.key() == site.key())
        })
    };
    reports.iter().filter(right).count()
}

/// `on_stratum` at 100 random points `(a, a, b)`.
fn at_ties(program: Program) -> Vec<Report> {
    over_seeds(|seed| {
        let mut rng = SplitMix64::new(seed);
        let (a, b) = (rng.between(-2.0, 2.0), rng.between(-2.0, 2.0));
        check::on_stratum(
            |x, sel| evaluate(program, x, sel),
            &[a, a, b],
            &Options::default().seed(seed),
        )
    })
}

/// T1 along 100 random segments inside `x = y`.
fn inside_ties(program: Program) -> Vec<Report> {
    over_seeds(|seed| {
        let mut rng = SplitMix64::new(seed);
        let mut point = || {
            let a = rng.between(-2.0, 2.0);
            [a, a, rng.between(-2.0, 2.0)]
        };
        let (from, to) = (point(), point());
        check::chain_rule(
            |x, sel| evaluate(program, x, sel),
            &from,
            &to,
            &Options::default().seed(seed),
        )
    })
}

fn assert_right(program: Program) {
    for report in at_ties(program).iter().chain(&inside_ties(program)) {
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    }
}

// Weights that sum to one give the same product with every direction in which x - y stays 0.
#[test]
fn weights_that_sum_to_one() {
    assert_right(|x, sel| weighted_max(x[0], x[1], [0.5, 0.5], sel) * x[2].exp());
    assert_right(|x, sel| weighted_max(x[0], x[1], [1.0, 0.0], sel) + x[2].abs(&INNER, sel));
    // Outside [0, 1]: not Clarke, yet conservative, for what differs is normal to the tie.
    assert_right(|x, sel| weighted_max(x[0], x[1], [1.5, -0.5], sel) * x[2].sin());
}

// On x = y, along (1, 1, ·), f' = 1 and the gradient says 0.6.
#[test]
fn weights_that_do_not() {
    let wrong: Program =
        |x, sel| weighted_max(x[0], x[1], [0.3, 0.3], sel) + x[2].abs(&INNER, sel) * 0.1;
    assert!(nearly_all(count(
        &at_ties(wrong),
        Verdict::WrongChoice,
        &MAX
    )));
    assert!(nearly_all(count(
        &inside_ties(wrong),
        Verdict::WrongChoice,
        &MAX
    )));
}

// Theory, S3: on the line both expressions agree, so their derivatives along it do, whatever the derivative across.
#[test]
fn equality_branches() {
    let right: Program = |x, sel| match (x[0] - x[1]).equals(0.0, &EQUAL, sel) {
        true => x[0] * 2.0 + x[2],
        false => x[0] + x[1] + x[2],
    };
    assert_right(right);
    let detached: Program = |x, sel| match (x[0] - x[1]).equals(0.0, &EQUAL, sel) {
        true => (x[0] * 2.0).stop_gradient() + x[2],
        false => x[0] + x[1] + x[2],
    };
    assert!(nearly_all(count(
        &at_ties(detached),
        Verdict::WrongChoice,
        &EQUAL
    )));
    assert!(nearly_all(count(
        &inside_ties(detached),
        Verdict::WrongChoice,
        &EQUAL
    )));
}

/// `conservative` on the cube [-2, 2]³ for 100 seeds.
fn in_a_box(program: Program) -> Vec<Report> {
    over_seeds(|seed| {
        let region = Region::cube(3, -2.0..2.0);
        check::conservative(
            |x, sel| evaluate(program, x, sel),
            region,
            &Options::default().seed(seed),
        )
    })
}

// The tie is the cylinder x² + y² = 1: random curves cross it, and the choices are compared where they do. Along the
// axis both expressions grow by 1.
#[test]
fn curved_strata() {
    let right: Program = |x, sel| {
        weighted_max(
            x[0].square() + x[1].square() + x[2],
            x[2] + 1.0,
            [2.0, -1.0],
            sel,
        )
    };
    for report in in_a_box(right) {
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    }
    let wrong: Program = |x, sel| {
        weighted_max(
            x[0].square() + x[1].square() + x[2],
            x[2] + 1.0,
            [0.3, 0.3],
            sel,
        )
    };
    assert!(nearly_all(count(
        &in_a_box(wrong),
        Verdict::WrongChoice,
        &MAX
    )));
}

// A relu whose derivative at 0 is 7, in one variable and in three: an isolated point, and a plane on which it is normal.
#[test]
fn odd_choices_that_are_conservative() {
    let odd: Program = |x, sel| {
        let w = sel.weight(&LOW, x[0].v, x[0].v > 0.0, x[0].v == 0.0);
        let slope = if w == 0.0 || w == 1.0 { w } else { 7.0 };
        x[0].chain(x[0].v.max(0.0), slope) * x[1].exp() + x[2]
    };
    for report in in_a_box(odd) {
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    }
}

// The maximum of three by a fold, at the triple tie: every choice of weights is a mixture of the three.
#[test]
fn a_triple_tie() {
    let fold: Program = |x, sel| x[0].max(x[1], &MAX, sel).max(x[2], &LOW, sel);
    for seed in 0..100 {
        let a = SplitMix64::new(seed).between(-2.0, 2.0);
        let report = check::on_stratum(
            |x, sel| evaluate(fold, x, sel),
            &[a; 3],
            &Options::default(),
        );
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    }
}

// A jump is not a tie: the other branch has another value, so it may not be chosen, and nothing is said here about it.
#[test]
fn branches_are_flipped_only_where_the_value_stays() {
    let jump: Program = |x, sel| match (x[0] - x[1]).above(0.0, &EQUAL, sel) {
        true => x[2] * 3.0 + 1.0,
        false => x[2] * 3.0,
    };
    for report in at_ties(jump) {
        assert_eq!(report.verdict(), Verdict::NoViolationFound, "{report}");
    }
}
