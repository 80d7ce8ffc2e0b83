//! Dual numbers that report their kinks, programs over them, and the tally over seeds.

use core::ops::{Add, Mul, Neg, Sub};

use autodiff_runtime::check::{self, Options, Region, Report, SplitMix64, Verdict};
use autodiff_runtime::{Selection, Site, SiteKind, Ties};

/// Parameters that a test program may have.
pub(crate) const P: usize = 4;

/// A value and its derivative in every parameter: a hand-made gradient for small programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dual {
    pub(crate) v: f64,
    pub(crate) d: [f64; P],
}

pub(crate) fn constant(v: f64) -> Dual {
    Dual { v, d: [0.0; P] }
}

/// A function with a hand-made gradient.
pub(crate) type Function<'a> = dyn Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>) + 'a;

/// Selection of the kind that the checker hands out.
pub(crate) type Sel<'a> = &'a mut dyn Selection;

pub(crate) const fn site(
    kind: SiteKind,
    id: u32,
    primitive: &'static str,
    source: &'static str,
    theta: f64,
) -> Site {
    Site {
        id,
        function: "program",
        module: "chain_rule",
        file: "tests/chain_rule/programs.rs",
        line: 10 + id,
        column: 5,
        primitive,
        source,
        kind,
        stratum: source,
        field: "[0, 1]",
        theta,
        clarke: true,
        ties: Ties::all(theta),
        listed: true,
    }
}

/// Declares the sites of a program: `kinks! { A: "relu(x)", 0.0; B: "x.abs()", 0.5 }`.
macro_rules! sites {
    ($($name:ident: $kind:ident $id:literal $source:literal $theta:literal;)*) => {
        $(static $name: autodiff_runtime::Site = $crate::support::site(
            autodiff_runtime::SiteKind::$kind, $id, stringify!($kind), $source, $theta,
        );)*
    };
}
pub(crate) use sites;

impl Dual {
    pub(crate) fn chain(self, v: f64, slope: f64) -> Dual {
        Dual {
            v,
            d: self.d.map(|d| slope * d),
        }
    }

    /// The derivative is a select between two finished ones, as in emitted code.
    pub(crate) fn select(weight: f64, below: Dual, above: Dual, v: f64) -> Dual {
        let d = core::array::from_fn(|i| match weight {
            0.0 => below.d[i],
            1.0 => above.d[i],
            w => w * above.d[i] + (1.0 - w) * below.d[i],
        });
        Dual { v, d }
    }

    pub(crate) fn relu(self, s: &'static Site, sel: Sel) -> Dual {
        let w = sel.weight(s, self.v, self.v > 0.0, self.v == 0.0);
        Dual::select(w, constant(0.0), self, self.v.max(0.0))
    }

    pub(crate) fn abs(self, s: &'static Site, sel: Sel) -> Dual {
        let w = sel.weight(s, self.v, self.v > 0.0, self.v == 0.0);
        Dual::select(w, -self, self, self.v.abs())
    }

    pub(crate) fn max(self, other: Dual, s: &'static Site, sel: Sel) -> Dual {
        let w = sel.weight(s, self.v - other.v, self.v > other.v, self.v == other.v);
        Dual::select(w, other, self, self.v.max(other.v))
    }

    pub(crate) fn min(self, other: Dual, s: &'static Site, sel: Sel) -> Dual {
        -((-self).max(-other, s, sel))
    }

    pub(crate) fn clamp(self, low: f64, high: f64, s: [&'static Site; 2], sel: Sel) -> Dual {
        let bottom = self.max(constant(low), s[0], sel);
        bottom.min(constant(high), s[1], sel)
    }

    /// The comparison `self > other` as a decision.
    pub(crate) fn above(self, other: f64, s: &'static Site, sel: Sel) -> bool {
        sel.branch(s, self.v - other, self.v > other, self.v == other)
    }

    /// The comparison `self == other` as a decision.
    pub(crate) fn equals(self, other: f64, s: &'static Site, sel: Sel) -> bool {
        let tie = self.v == other;
        sel.branch(s, self.v - other, tie, tie)
    }

    pub(crate) fn exp(self) -> Dual {
        self.chain(self.v.exp(), self.v.exp())
    }

    pub(crate) fn sin(self) -> Dual {
        self.chain(self.v.sin(), self.v.cos())
    }

    pub(crate) fn square(self) -> Dual {
        self * self
    }

    pub(crate) fn stop_gradient(self) -> Dual {
        constant(self.v)
    }

    /// The derivative times `factor`, the value as it was: a planted error.
    pub(crate) fn sabotage(self, factor: f64) -> Dual {
        self.chain(self.v, factor)
    }
}

impl Add for Dual {
    type Output = Dual;
    fn add(self, o: Dual) -> Dual {
        Dual {
            v: self.v + o.v,
            d: core::array::from_fn(|i| self.d[i] + o.d[i]),
        }
    }
}

impl Sub for Dual {
    type Output = Dual;
    fn sub(self, o: Dual) -> Dual {
        Dual {
            v: self.v - o.v,
            d: core::array::from_fn(|i| self.d[i] - o.d[i]),
        }
    }
}

#[expect(clippy::suspicious_arithmetic_impl, reason = "the product rule adds")]
impl Mul for Dual {
    type Output = Dual;
    fn mul(self, o: Dual) -> Dual {
        Dual {
            v: self.v * o.v,
            d: core::array::from_fn(|i| self.d[i] * o.v + self.v * o.d[i]),
        }
    }
}

impl Neg for Dual {
    type Output = Dual;
    fn neg(self) -> Dual {
        self.chain(-self.v, -1.0)
    }
}

impl Add<f64> for Dual {
    type Output = Dual;
    fn add(self, o: f64) -> Dual {
        self + constant(o)
    }
}

impl Sub<f64> for Dual {
    type Output = Dual;
    fn sub(self, o: f64) -> Dual {
        self - constant(o)
    }
}

impl Mul<f64> for Dual {
    type Output = Dual;
    fn mul(self, o: f64) -> Dual {
        self.chain(self.v * o, o)
    }
}

/// A test program in up to [`P`] parameters.
pub(crate) type Program = fn(&[Dual], Sel) -> Dual;

/// Value and gradient of a program.
pub(crate) fn evaluate(program: Program, x: &[f64], sel: Sel) -> (f64, Vec<f64>) {
    let mut duals: Vec<Dual> = x.iter().map(|v| constant(*v)).collect();
    for (i, dual) in duals.iter_mut().enumerate() {
        dual.d[i] = 1.0;
    }
    let y = program(&duals, sel);
    (y.v, y.d[..x.len()].to_vec())
}

/// Where the ends of a segment are drawn from.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) from: [f64; 2],
    pub(crate) to: [f64; 2],
}

/// Both ends anywhere in `[-2, 2]`.
pub(crate) const ANYWHERE: Ends = Ends {
    from: [-2.0, 2.0],
    to: [-2.0, 2.0],
};
/// From the negative to the positive orthant, across all coordinate hyperplanes.
pub(crate) const ACROSS: Ends = Ends {
    from: [-2.0, -0.5],
    to: [0.5, 2.0],
};

impl Ends {
    pub(crate) fn scaled(self, factor: f64) -> Ends {
        Ends {
            from: self.from.map(|x| factor * x),
            to: self.to.map(|x| factor * x),
        }
    }

    pub(crate) fn draw(self, p: usize, rng: &mut SplitMix64) -> (Vec<f64>, Vec<f64>) {
        let from = (0..p)
            .map(|_| rng.between(self.from[0], self.from[1]))
            .collect();
        let to = (0..p)
            .map(|_| rng.between(self.to[0], self.to[1]))
            .collect();
        (from, to)
    }
}

/// How many segments each program is tried on: 100, or `CHAIN_RULE_SEEDS`.
pub(crate) fn seeds() -> u64 {
    let set = std::env::var("CHAIN_RULE_SEEDS").ok();
    set.and_then(|n| n.parse().ok()).unwrap_or(100)
}

/// Whether at least 99 of 100.
pub(crate) fn nearly_all(count: usize) -> bool {
    100 * count as u64 >= 99 * seeds()
}

/// The reports of a function along one segment for each seed.
pub(crate) fn reports(f: &Function<'_>, p: usize, ends: Ends) -> Vec<Report> {
    let one = |seed: u64| {
        let (from, to) = ends.draw(p, &mut SplitMix64::new(1000 + seed));
        check::chain_rule(f, &from, &to, &Options::default().seed(seed))
    };
    (0..seeds()).map(one).collect()
}

/// Not once refuted, nor inconclusive, over 100 segments.
pub(crate) fn assert_never_refuted(name: &str, program: Program, p: usize, ends: Ends) {
    assert_function_never_refuted(name, &|x, sel| evaluate(program, x, sel), p, ends);
}

pub(crate) fn assert_function_never_refuted(name: &str, f: &Function<'_>, p: usize, ends: Ends) {
    let reports = reports(f, p, ends);
    print_row(name, &reports);
    for report in &reports {
        assert_eq!(
            report.verdict(),
            Verdict::NoViolationFound,
            "{name}\n{report}"
        );
        assert!(
            report.residual().abs() <= report.tolerance(),
            "{name}\n{report}"
        );
        assert_eq!(report.uncovered(), 0.0, "{name}\n{report}");
    }
    assert_conservative_in_a_box(name, f, p, ends);
}

/// All tests at once, on a few curves of each kind.
fn assert_conservative_in_a_box(name: &str, f: &Function<'_>, p: usize, ends: Ends) {
    for seed in 0..3 {
        let region = Region::cube(p, ends.from[0]..ends.to[1]);
        let report = check::conservative(f, region, &Options::default().seed(seed).curves(8));
        assert_eq!(
            report.verdict(),
            Verdict::NoViolationFound,
            "{name}\n{report}"
        );
    }
}

/// Refuted with the right kind, and at the right site, on at least 99 of 100 segments.
pub(crate) fn assert_refuted(
    name: &str,
    program: Program,
    p: usize,
    ends: Ends,
    verdict: Verdict,
    site: Option<&Site>,
) {
    let reports = reports(&|x, sel| evaluate(program, x, sel), p, ends);
    print_row(name, &reports);
    let right = |report: &&Report| {
        report.violations().first().is_some_and(|violation| {
            violation.failure.verdict() == verdict
                && violation.site.map(Site::key) == site.map(Site::key)
        })
    };
    let wrong = reports.iter().find(|report| !right(report));
    let count = reports.iter().filter(right).count();
    assert!(
        nearly_all(count),
        "{name}: {count} right of {}, one that is not:\n{}",
        seeds(),
        wrong.expect("there is one")
    );
}

/// One line of the measured table; `cargo test --release -p autodiff-runtime --test chain_rule -- --nocapture | grep '^|'` shows all.
fn print_row(name: &str, reports: &[Report]) {
    let refuted = reports.iter().filter(|r| !r.is_compliant()).count();
    let unsure = reports
        .iter()
        .filter(|r| matches!(r.verdict(), Verdict::Inconclusive(_)))
        .count();
    let ratio = |r: &Report| {
        if r.tolerance() > 0.0 {
            r.residual().abs() / r.tolerance()
        } else {
            0.0
        }
    };
    let worst = reports.iter().map(ratio).fold(0.0, f64::max);
    let least = reports.iter().map(ratio).fold(f64::INFINITY, f64::min);
    let evaluations = reports.iter().map(Report::evaluations).sum::<usize>() / reports.len();
    let kinks =
        reports.iter().map(|r| r.kinks().len()).sum::<usize>() as f64 / reports.len() as f64;
    println!(
        "\n| {name} | {refuted} | {unsure} | {least:.1e} to {worst:.1e} | {kinks:.1} | {evaluations} |"
    );
}
