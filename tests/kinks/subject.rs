//! The two properties, tested at a point of a function.

use conservative_grad::check::SplitMix64;
use conservative_grad::point::{self, Guarantee, Options, Vertices};
use conservative_grad::{Decision, Plain, Selection, Site, SiteKind, Ties, Visit};

pub(crate) fn integers(rng: &mut SplitMix64, n: usize, largest: usize) -> Vec<f64> {
    (0..n)
        .map(|_| rng.below(2 * largest + 1) as f64 - largest as f64)
        .collect()
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn along(x: &[f64], t: f64, d: &[f64]) -> Vec<f64> {
    x.iter().zip(d).map(|(x, d)| x + t * d).collect()
}

/// Tells whether all margins that tie have the tangent 0.
#[derive(Default)]
struct Stays {
    leaves: bool,
    ties: usize,
}

impl Selection for Stays {
    fn decide(&mut self, visit: &Visit) -> Decision {
        if visit.default.is_tie() {
            self.ties += 1;
            self.leaves |= visit.along != Some(0.0);
        }
        visit.default
    }
}

/// Value and gradient at a point.
pub(crate) type Gradient<'a> = dyn Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>) + 'a;
/// Value and derivative along a direction.
pub(crate) type Tangent<'a> = dyn Fn(&[f64], &[f64], &mut dyn Selection) -> (f64, f64) + 'a;

/// A function with its tangent, both under a selection.
pub(crate) struct Subject<'a> {
    pub(crate) name: String,
    pub(crate) gradient: &'a Gradient<'a>,
    pub(crate) tangent: &'a Tangent<'a>,
}

impl Subject<'_> {
    pub(crate) fn vertices(&self, x: &[f64]) -> Vertices {
        point::vertices(self.gradient, x, &Options::default())
    }

    fn value(&self, x: &[f64]) -> f64 {
        (self.gradient)(x, &mut Plain).0
    }

    /// How many products were compared along directions other than 0, at a point with ties.
    pub(crate) fn satisfies_the_projection_formula(
        &self,
        x: &[f64],
        rng: &mut SplitMix64,
    ) -> usize {
        let found = self.vertices(x);
        let mut compared = 0;
        for _ in 0..24 {
            let direction = integers(rng, x.len(), 2);
            let mut stays = Stays::default();
            let _ = (self.tangent)(x, &direction, &mut stays);
            if stays.leaves || direction.iter().all(|d| *d == 0.0) {
                continue;
            }
            let h = 1.0 / f64::from(1 << 20);
            let rise = self.value(&along(x, h, &direction)) - self.value(&along(x, -h, &direction));
            let expected = rise / (2.0 * h);
            for element in &found.elements {
                let product = dot(&element.gradient, &direction);
                assert!(
                    (product - expected).abs() < 1e-6 * (1.0 + expected.abs()),
                    "{} at {x:?} along {direction:?}: {product}, not {expected}\n{found}",
                    self.name
                );
                compared += usize::from(stays.ties > 0);
            }
        }
        compared
    }

    /// The locked gradient is what plain gradients tend to. True if the plain gradient at the point is another one.
    pub(crate) fn is_locked_to_a_limit(&self, x: &[f64], rng: &mut SplitMix64) -> bool {
        let directions = point::random_directions(x.len(), rng.bits());
        let locked = point::lock(self.gradient, self.tangent, x, &directions);
        assert_eq!(
            locked.guarantee,
            Guarantee::Limit,
            "{} at {x:?}: {locked:?}",
            self.name
        );
        let distance = |power: i32| {
            let (mut near, mut by) = (x.to_vec(), 1.0);
            for direction in &directions {
                by *= 0.5_f64.powi(power);
                near = along(&near, by, direction);
            }
            let plain = (self.gradient)(&near, &mut Plain).1;
            let pairs = plain.iter().zip(&locked.gradient);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        let size = locked.gradient.iter().fold(1.0_f64, |m, g| m.max(g.abs()));
        for power in [12, 16, 20] {
            let bound = 1e3 * size * size * 0.5_f64.powi(power) + 1e-12;
            let distance = distance(power);
            assert!(
                distance <= bound,
                "{} at {x:?} along {directions:?}: {distance} at 2^-{power}\n{locked:?}",
                self.name
            );
        }
        (self.gradient)(x, &mut Plain).1 != locked.gradient
    }
}

/// What the tests above are for: weights that do not sum to one are seen.
#[test]
#[should_panic(expected = "wrong maximum")]
fn wrong_weights_are_refuted() {
    static MAX: Site = Site {
        id: 0,
        function: "f",
        module: "m",
        file: "src/m.rs",
        line: 3,
        column: 5,
        primitive: "max",
        source: "x.max(y)",
        kind: SiteKind::Kink,
        stratum: "x = y",
        field: "",
        theta: 0.5,
        clarke: true,
        ties: Ties::all(0.5),
        listed: true,
    };
    let subject = Subject {
        name: "wrong maximum".to_owned(),
        gradient: &|x, sel| {
            let w = sel.weight(&MAX, x[0] - x[1], x[0] > x[1], x[0] == x[1]);
            let lost = if x[0] == x[1] { 0.25 } else { 0.0 };
            (x[0].max(x[1]), vec![w - lost, 1.0 - w - lost])
        },
        tangent: &|x, d, sel| {
            let margin = (x[0] - x[1], Some(d[0] - d[1]));
            let w = sel.weight_along(&MAX, margin, x[0] > x[1], x[0] == x[1]);
            (x[0].max(x[1]), w * d[0] + (1.0 - w) * d[1])
        },
    };
    subject.satisfies_the_projection_formula(&[1.0, 1.0], &mut SplitMix64::new(1));
}
