//! The derivatives of all conservative programs, sabotaged.

use conservative_grad::check::{self, Options, Report, SplitMix64};
use conservative_grad::{Decision, Plain, Selection, Visit};

use crate::programs::ALL;
use crate::table::{Expected, Program};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sabotage {
    Sign,
    Factor,
    /// The largest component is left out.
    Missing,
    /// At kinks, the derivative of the branch that is not taken.
    WrongBranch,
}

const SABOTAGES: [Sabotage; 4] = [
    Sabotage::Sign,
    Sabotage::Factor,
    Sabotage::Missing,
    Sabotage::WrongBranch,
];

/// Says the opposite at kinks, where that does not change the value.
struct Contrary<'a>(&'a mut dyn Selection);

impl Selection for Contrary<'_> {
    fn decide(&mut self, visit: &Visit) -> Decision {
        let decision = self.0.decide(visit);
        match decision {
            Decision::Below if is_kink(visit) => Decision::Above,
            Decision::Above if is_kink(visit) => Decision::Below,
            same => same,
        }
    }
}

fn is_kink(visit: &Visit) -> bool {
    visit.site.kind == conservative_grad::SiteKind::Kink
}

fn sabotaged(
    program: &Program,
    how: Sabotage,
    x: &[f64],
    sel: &mut dyn Selection,
) -> (f64, Vec<f64>) {
    let (value, mut gradient) = match how {
        Sabotage::WrongBranch => (program.run)(x, &mut Contrary(sel)),
        _ => (program.run)(x, sel),
    };
    let factor = match how {
        Sabotage::Sign => -1.0,
        Sabotage::Factor => 1.001,
        _ => 1.0,
    };
    gradient.iter_mut().for_each(|g| *g *= factor);
    let largest = gradient
        .iter_mut()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()));
    if let (Sabotage::Missing, Some(g)) = (how, largest) {
        *g = 0.0;
    }
    (value, gradient)
}

/// The part of the box on which the gradient is another one by a ten thousandth of its usual size.
fn changed_part(program: &Program, how: Sabotage) -> f64 {
    const POINTS: usize = 200;
    let mut rng = SplitMix64::new(11);
    let mut draw = || -> Vec<f64> {
        let sides = program.sides.iter();
        sides.map(|(low, high)| rng.between(*low, *high)).collect()
    };
    let pairs: Vec<(Vec<f64>, Vec<f64>)> = (0..POINTS)
        .map(|_| {
            let x = draw();
            let right = (program.run)(&x, &mut Plain).1;
            (right, sabotaged(program, how, &x, &mut Plain).1)
        })
        .collect();
    let size = |v: &[f64]| v.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let usual = pairs.iter().map(|(right, _)| size(right)).sum::<f64>() / POINTS as f64;
    let differs = |(right, wrong): &&(Vec<f64>, Vec<f64>)| {
        right
            .iter()
            .zip(wrong)
            .any(|(a, b)| (a - b).abs() > 1e-4 * usual)
    };
    pairs.iter().filter(differs).count() as f64 / POINTS as f64
}

fn test(program: &Program, how: Sabotage) -> Report {
    let f = |x: &[f64], sel: &mut dyn Selection| sabotaged(program, how, x, sel);
    check::conservative(f, program.region(), &Options::default())
}

/// Each program is sabotaged in one way in an ordinary run, in all ways with CHAIN_RULE_SEEDS.
#[test]
fn sabotage_of_right_programs_is_caught() {
    let all = std::env::var_os("CHAIN_RULE_SEEDS").is_some();
    let programs = ALL.iter().flat_map(|family| family.programs);
    let right = programs.filter(|program| matches!(program.expected, Expected::Conservative));
    let (mut tried, mut missed) = ([0; SABOTAGES.len()], Vec::new());
    for (i, program) in right.enumerate() {
        for (k, how) in SABOTAGES
            .into_iter()
            .enumerate()
            .filter(|(k, _)| all || i % 4 == *k)
        {
            if changed_part(program, how) > 0.05 {
                tried[k] += 1;
                let report = test(program, how);
                if report.is_compliant() {
                    missed.push(format!("{}: {how:?}\n{report}", program.name));
                }
            }
        }
    }
    println!("caught but for {} of {tried:?} {SABOTAGES:?}", missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(tried.iter().sum::<usize>() >= 30, "only {tried:?} tried");
}
