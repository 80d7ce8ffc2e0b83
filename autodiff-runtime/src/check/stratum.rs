//! At a tie, every choice must give the same derivative along every direction that stays in the tie.
//!
//! This is the projection formula: the field's projection on the tangent space of the stratum is the gradient of
//! the function restricted to it (Bolte and Pauwels 2021, after Bolte, Daniilidis, Lewis and Shiota; for the
//! converse, that this suffices, no definability is needed). What the choices do across the tie is their own affair.

use std::time::{Duration, Instant};

use crate::check::local::{Here, Local, Tied, along, dot, norm};
use crate::check::noise;
use crate::check::normals::{STEP, Surface};
use crate::check::options::Options;
use crate::check::oracle::Function;
use crate::check::random::SplitMix64;
use crate::check::record::same_site;
use crate::check::report::{Choice, Failure, Reason, Report, Tally, Verdict, Violation};
use crate::decision::Decision;
use crate::field::{Site, SiteKind};

/// A margin below this part of the size of the point counts as tied.
pub(crate) const NEAR: f64 = 1e-7;
/// All vertices up to this many ties, a sample of them above.
const ENUMERATED: usize = 6;
const SAMPLED: usize = 64;
/// Mixtures of both sides at every tie.
const MIXED: usize = 8;
/// Random tangent directions besides a basis.
const TANGENTS: usize = 4;
/// A slope below this part of that of the surroundings is nothing.
const NEGLIGIBLE: f64 = 1e-9;
/// Units of rounding that a difference of values is granted.
const ROUNDING: f64 = 16.0;
/// How much wider the steps are that a refutation has to persist at.
const WIDE: f64 = 16.0;
/// Relative accuracy of a difference quotient at its best.
pub(crate) const ACCURACY: f64 = 1e-6;

/// `size` is the scale of the parameters; `scale` that of the values, as far as it is known.
pub(crate) fn on_stratum(
    function: &Function<'_>,
    point: &[f64],
    size: f64,
    scale: f64,
    options: &Options,
) -> Report {
    let started = Instant::now();
    let mut rng = SplitMix64::new(options.seed ^ 0x5712_a701);
    let mut local = Local::new(function, point, size, &mut rng);
    let findings = examine(&mut local, scale, &mut rng);
    report(findings, &local, started.elapsed(), options)
}

#[derive(Debug, Default)]
struct Findings {
    sites: Vec<&'static Site>,
    violation: Option<Violation>,
    tested: usize,
    /// The product that is farthest off, relative to what is granted.
    residual: f64,
    tolerance: f64,
}

fn examine(local: &mut Local, known: f64, rng: &mut SplitMix64) -> Findings {
    let origin = vec![0.0; local.dimension()];
    let here = local.evaluate(&origin, &[]);
    let mut findings = Findings {
        sites: sites(&here),
        ..Findings::default()
    };
    let ties = near_ties(&here, NEAR * local.size());
    let surface = Surface::at(local, &origin, &ties);
    let flat = surface.rank() == 0 || surface.rank() >= local.dimension();
    if let (false, Some(z)) = (flat, surface.project(local, &origin)) {
        let scale = known.max(scale(local, &z, rng));
        Test {
            local,
            surface: &surface,
            z,
            scale,
        }
        .run(&mut findings, rng);
    }
    findings
}

/// The largest value at the point and some way from it: at a critical point where the value is 0 there is nothing else to compare
/// rounding with.
fn scale(local: &mut Local, z: &[f64], rng: &mut SplitMix64) -> f64 {
    const AWAY: f64 = 0.05;
    const PLACES: usize = 6;
    let mut largest = local.evaluate(z, &[]).value.abs();
    for _ in 0..PLACES {
        let direction = rng.direction(z.len());
        let there = local.evaluate(&along(z, AWAY * local.size(), &direction), &[]);
        if there.value.is_finite() {
            largest = largest.max(there.value.abs());
        }
    }
    largest
}

fn sites(here: &Here) -> Vec<&'static Site> {
    let mut sites: Vec<&'static Site> = Vec::new();
    for seen in &here.visits {
        if !sites.iter().any(|site| same_site(site, seen.site)) {
            sites.push(seen.site);
        }
    }
    sites
}

/// The kinks and branches that are decided by next to nothing here.
pub(crate) fn near_ties(here: &Here, near: f64) -> Vec<Tied> {
    const MOST: usize = 16;
    let mut ties = Vec::new();
    for (i, seen) in here.visits.iter().enumerate() {
        let before = here.visits[..i]
            .iter()
            .filter(|other| same_site(other.site, seen.site));
        if seen.margin.abs() <= near && seen.site.kind != SiteKind::Boundary && ties.len() < MOST {
            ties.push(Tied {
                site: seen.site,
                occurrence: before.count() as u32,
            });
        }
    }
    ties
}

struct Test<'a, 'b> {
    local: &'a mut Local<'b>,
    surface: &'a Surface,
    /// A point on the surface.
    z: Vec<f64>,
    /// How large values are around it.
    scale: f64,
}

/// The derivative of the function along the surface.
struct Quotient {
    value: f64,
    direction: Vec<f64>,
    error: f64,
    /// What rounding of the values can change it by.
    rounding: f64,
}

impl Quotient {
    /// One choice alone says nothing about the scale: the flat side of a relu has no slope at all, and values that are rounded
    /// all the same.
    fn tolerance(&self, choices: &[Open]) -> f64 {
        let steepest = choices.iter().map(|(_, slopes)| norm(slopes));
        let scale = self.value.abs() + steepest.fold(0.0, f64::max);
        ACCURACY * scale + 8.0 * self.error + self.rounding
    }
}

/// One central difference: its slope, the values, and the chord in place of the direction.
struct Difference {
    slope: f64,
    values: [f64; 2],
    chord: Vec<f64>,
}

impl Test<'_, '_> {
    fn run(&mut self, findings: &mut Findings, rng: &mut SplitMix64) {
        let choices = choices(&self.surface.ties, rng);
        let choices = admissible(self.local, &self.surface.ties, &self.z, choices);
        for direction in self.directions(rng) {
            let h = STEP * self.local.size();
            if let Some(quotient) = self.quotient(&direction, h) {
                findings.tested += 1;
                self.compare(&quotient, &choices, findings);
                // A step as large as this feels rounding less, whatever there is of it.
                let persists = |test: &mut Self| {
                    let wide = test.quotient(&direction, WIDE * h);
                    wide.is_none_or(|wide| test.is_refuted(&wide, &choices))
                };
                if findings.violation.is_some() && !persists(self) {
                    findings.violation = None;
                }
            }
            if findings.violation.is_some() {
                return;
            }
        }
    }

    fn directions(&self, rng: &mut SplitMix64) -> Vec<Vec<f64>> {
        let m = self.local.dimension();
        let unit = |i: usize| {
            (0..m)
                .map(|j| if i == j { 1.0 } else { 0.0 })
                .collect::<Vec<f64>>()
        };
        let random = (0..TANGENTS).map(|_| rng.direction(m));
        let all: Vec<Vec<f64>> = (0..m).map(unit).chain(random).collect();
        all.iter().filter_map(|d| self.surface.tangent(d)).collect()
    }

    /// Central differences along the surface, at several steps to know their error. `None` if another decision changes.
    fn quotient(&mut self, direction: &[f64], h: f64) -> Option<Quotient> {
        let steps = [1.0, 2.0, 4.0, 8.0].map(|factor| self.difference(direction, factor * h));
        let [Some(fine), Some(coarse), Some(coarser), Some(coarsest)] = steps else {
            return None;
        };
        let all = [fine.slope, coarse.slope, coarser.slope, coarsest.slope];
        let error = all.windows(2).map(|pair| (pair[0] - pair[1]).abs());
        let values = [&fine, &coarse, &coarser, &coarsest].map(|d| d.values);
        let unit = noise::grain(values.iter().flatten().copied()).max(f64::EPSILON * self.scale);
        Some(Quotient {
            value: fine.slope,
            direction: fine.chord,
            error: error.fold(0.0, f64::max),
            rounding: ROUNDING * unit / h + NEGLIGIBLE * self.scale / self.local.size(),
        })
    }

    fn difference(&mut self, direction: &[f64], h: f64) -> Option<Difference> {
        let high = self
            .surface
            .project(self.local, &along(&self.z, h, direction))?;
        let low = self
            .surface
            .project(self.local, &along(&self.z, -h, direction))?;
        if !(self.is_same_stratum(&high) && self.is_same_stratum(&low)) {
            return None;
        }
        let values = [&low, &high].map(|z| self.local.evaluate(z, &[]).value);
        let slope = (values[1] - values[0]) / (2.0 * h);
        let chord = along(&high, -1.0, &low)
            .iter()
            .map(|x| x / (2.0 * h))
            .collect();
        slope.is_finite().then_some(Difference {
            slope,
            values,
            chord,
        })
    }

    /// Whether all other decisions are as at the point itself.
    fn is_same_stratum(&mut self, z: &[f64]) -> bool {
        let here = self.local.evaluate(&self.z, &self.surface.held);
        let there = self.local.evaluate(z, &self.surface.held);
        here.is_alike(&there)
    }

    fn compare(&mut self, quotient: &Quotient, choices: &[Open], findings: &mut Findings) {
        let tolerance = quotient.tolerance(choices);
        for (choice, slopes) in choices {
            let got = dot(&quotient.direction, slopes);
            let residual = got - quotient.value;
            if residual.abs() * findings.tolerance >= findings.residual.abs() * tolerance {
                (findings.residual, findings.tolerance) = (residual, tolerance);
            }
            if findings.violation.is_none() && residual.abs() > tolerance {
                findings.violation = Some(self.violation(quotient, choice, got, choices));
            }
        }
    }

    fn is_refuted(&self, quotient: &Quotient, choices: &[Open]) -> bool {
        let tolerance = quotient.tolerance(choices);
        let off = |slopes: &[f64]| (dot(&quotient.direction, slopes) - quotient.value).abs();
        choices.iter().any(|(_, slopes)| off(slopes) > tolerance)
    }

    fn violation(
        &mut self,
        quotient: &Quotient,
        choice: &[Decision],
        got: f64,
        choices: &[Open],
    ) -> Violation {
        let blamed = self.blamed(quotient, choice, got, choices);
        let (expected, site) = (quotient.value, self.surface.ties[blamed].site);
        let beside = self.is_wrong_beside(quotient, got);
        Violation {
            failure: match beside {
                true => Failure::WrongDerivative { expected, got },
                false => Failure::WrongChoice { expected, got },
            },
            site: (!beside).then_some(site),
            nearest: beside.then_some(site),
            decision: choice.get(blamed).copied().filter(|_| !beside),
            t: 0.0,
            point: self.local.point(&self.z),
            direction: self.local.lift(&quotient.direction),
            curve: "inside the tie".to_string(),
            choices: self.told(&quotient.direction, choices),
        }
    }

    /// Whether the derivative is as wrong off the tie, on both sides: then it is not the choice that is wrong.
    fn is_wrong_beside(&mut self, quotient: &Quotient, got: f64) -> bool {
        let distance = WIDE * STEP * self.local.size();
        [distance, -distance].into_iter().all(|s| {
            let here = self
                .local
                .evaluate(&along(&self.z, s, self.surface.normal()), &[]);
            let slope = dot(&quotient.direction, &self.local.slopes(&here));
            (slope - quotient.value).abs() > 0.5 * (got - quotient.value).abs()
        })
    }

    /// What the choices give along a direction, those that give the same told once.
    fn told(&self, direction: &[f64], choices: &[Open]) -> Vec<Choice> {
        let mut told: Vec<Choice> = Vec::new();
        for (choice, slopes) in choices {
            let got = dot(direction, slopes);
            let near = ACCURACY * (got.abs() + norm(slopes));
            if !told.iter().any(|known| (known.got - got).abs() <= near) {
                let sites = self.surface.ties.iter().map(|tied| tied.site);
                let decisions = sites.zip(choice.iter().copied()).collect();
                told.push(Choice { decisions, got });
            }
        }
        told
    }

    /// The tie whose choice alone makes a difference, or the first.
    fn blamed(
        &self,
        quotient: &Quotient,
        choice: &[Decision],
        got: f64,
        choices: &[Open],
    ) -> usize {
        let differs_in = |other: &[Decision]| {
            let mut places = (0..choice.len()).filter(|i| other.get(*i) != choice.get(*i));
            let first = places.next();
            first.filter(|_| places.next().is_none())
        };
        let matters = |slopes: &[f64]| {
            let other = dot(&quotient.direction, slopes);
            (other - quotient.value).abs() < 0.5 * (got - quotient.value).abs()
        };
        let mut singles = choices
            .iter()
            .filter(|(_, slopes)| matters(slopes))
            .filter_map(|(other, _)| differs_in(other));
        singles.next().unwrap_or(0)
    }
}

/// What the ties are decided to be (nothing where the program decides by itself), and the derivatives then.
pub(crate) type Open = (Vec<Decision>, Vec<f64>);

/// Choices under which the value stays what it is: a branch may not be flipped elsewhere (rule S2). The first is the program's own.
pub(crate) fn admissible(
    local: &mut Local,
    ties: &[Tied],
    z: &[f64],
    choices: Vec<Vec<Decision>>,
) -> Vec<Open> {
    let plain = local.evaluate(z, &[]);
    let slopes = local.slopes(&plain);
    let granted = 1e-9 * (plain.value.abs() + norm(&slopes) * local.size());
    let mut kept = vec![(Vec::new(), slopes)];
    for choice in choices {
        let answers = ties.iter().copied().zip(choice.iter().copied());
        let here = local.evaluate(z, &answers.collect::<Vec<_>>());
        if (here.value - plain.value).abs() <= granted {
            kept.push((choice, local.slopes(&here)));
        }
    }
    kept
}

/// Both sides of every tie, and mixtures where there can be any.
pub(crate) fn choices(ties: &[Tied], rng: &mut SplitMix64) -> Vec<Vec<Decision>> {
    let vertex = |bits: u64| {
        (0..ties.len())
            .map(|i| side(bits >> i & 1 == 1))
            .collect::<Vec<Decision>>()
    };
    let vertices: Vec<Vec<Decision>> = match ties.len() <= ENUMERATED {
        true => (0..1u64 << ties.len()).map(vertex).collect(),
        false => (0..SAMPLED).map(|_| vertex(rng.bits())).collect(),
    };
    let mix = |tied: &Tied, rng: &mut SplitMix64| match tied.site.kind {
        SiteKind::Kink => Decision::Tie(rng.unit()),
        _ => side(rng.unit() < 0.5),
    };
    // What is taken on the tie itself, which the point may miss by rounding.
    let default = |tied: &Tied| match tied.site.kind {
        SiteKind::Kink => Decision::Tie(tied.site.theta),
        _ => side(tied.site.theta > 0.5),
    };
    let defaults = ties.iter().map(default).collect();
    let mixtures: Vec<Vec<Decision>> = (0..MIXED)
        .map(|_| ties.iter().map(|tied| mix(tied, rng)).collect())
        .collect();
    core::iter::once(defaults)
        .chain(vertices)
        .chain(mixtures)
        .collect()
}

fn side(above: bool) -> Decision {
    if above {
        Decision::Above
    } else {
        Decision::Below
    }
}

fn report(findings: Findings, local: &Local, elapsed: Duration, options: &Options) -> Report {
    let violations: Vec<Violation> = findings.violation.into_iter().collect();
    let verdict = match (violations.first(), findings.tested) {
        (Some(violation), _) => violation.failure.verdict(),
        (None, 0) => Verdict::Inconclusive(Reason::NothingToTest),
        (None, _) => Verdict::NoViolationFound,
    };
    let tested = findings.tested > 0;
    Report {
        curve: format!("{} directions inside the tie", findings.tested),
        verdict,
        residual: findings.residual,
        tolerance: findings.tolerance,
        violations,
        sites: findings.sites,
        uncovered: if tested { 0.0 } else { 1.0 },
        tally: Tally {
            ties: usize::from(tested),
            ..Tally::default()
        },
        evaluations: local.spent,
        elapsed,
        ..Report::blank("choices at a tie", options)
    }
}
