//! Random piecewise programs, right ones and sabotaged ones: the first may not be refuted, and what changes the field on a good
//! part of the box may not pass.
//!
//! `CHAIN_RULE_ATTACKS=2000 cargo test --release -p autodiff-runtime --test chain_rule attack` tries more than an ordinary run; those that follow
//! on `CHAIN_RULE_FIRST`, if it is set.

use core::cell::Cell;

use autodiff_runtime::check::{self, Options, Region, Report, SplitMix64, Verdict};
use autodiff_runtime::{Decision, Plain, Selection, SiteKind, Visit};

use crate::random_programs::{Number, Op, Program, Sabotage, evaluate, site_of};

fn region(p: usize) -> Region {
    Region::from(
        (0..p)
            .map(|i| -1.3 - 0.1 * i as f64..1.7 - 0.2 * i as f64)
            .collect::<Vec<_>>(),
    )
}

fn check(program: &Program, at: usize, how: Sabotage, seed: u64) -> Report {
    let f = |x: &[f64], sel: &mut dyn Selection| program.run(x, at, how, sel);
    check::conservative(
        f,
        region(program.parameters),
        &Options::default().seed(seed),
    )
}

fn attacks() -> u64 {
    set("CHAIN_RULE_ATTACKS").unwrap_or(60)
}

/// The programs to try, by their seeds.
fn seeds() -> core::ops::Range<u64> {
    let first = set("CHAIN_RULE_FIRST").unwrap_or(0);
    first..first + attacks()
}

fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Never refuted; inconclusive now and then.
#[test]
fn right_programs_are_not_refuted() {
    let unsure = Cell::new(0);
    for seed in seeds() {
        let program = Program::random(&mut SplitMix64::new(seed));
        let report = check(&program, 0, Sabotage::Nothing, seed);
        assert!(report.is_compliant(), "{seed}: {program:?}\n{report}");
        if report.verdict() != Verdict::NoViolationFound {
            println!("{seed}: {program:?}\n{report}");
            unsure.set(unsure.get() + 1);
        }
    }
    println!("| right | {} | {} inconclusive |", attacks(), unsure.get());
    assert!(
        50 * unsure.get() <= attacks(),
        "{} inconclusive",
        unsure.get()
    );
}

/// Points of the box.
fn points(program: &Program, count: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = SplitMix64::new(seed ^ 0xABCD);
    let sides = region(program.parameters);
    let mut point = || {
        (0..program.parameters)
            .map(|i| rng.between(sides.side(i).start, sides.side(i).end))
            .collect()
    };
    (0..count).map(|_| point()).collect()
}

/// The part of the box on which the gradient is another one by more than a thousandth of the usual gradient.
fn changed(program: &Program, at: usize, how: Sabotage, seed: u64) -> f64 {
    let points = points(program, 400, seed);
    let scale = usual_gradient(program, &points);
    let differs = |x: &&Vec<f64>| {
        let right = program.run(x, 0, Sabotage::Nothing, &mut Plain).1;
        let wrong = program.run(x, at, how, &mut Plain).1;
        distance(&right, &wrong) > 1e-3 * scale
    };
    points.iter().filter(differs).count() as f64 / points.len() as f64
}

fn usual_gradient(program: &Program, points: &[Vec<f64>]) -> f64 {
    let norms = points
        .iter()
        .map(|x| norm(&program.run(x, 0, Sabotage::Nothing, &mut Plain).1));
    norms.sum::<f64>() / points.len() as f64
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

/// Whether the branch of a node is taken.
fn is_taken(program: &Program, at: usize, x: &[f64]) -> bool {
    struct Listen(usize, bool);
    impl Selection for Listen {
        fn decide(&mut self, visit: &Visit) -> Decision {
            if core::ptr::eq(visit.site, site_of(self.0, SiteKind::Branch)) {
                self.1 = visit.default == Decision::Above;
            }
            visit.default
        }
    }
    let mut listen = Listen(at, false);
    let _ = program.run(x, 0, Sabotage::Nothing, &mut listen);
    listen.1
}

/// Whether the value jumps where the branch changes, on a twentieth of the lines through the box. That it is another one on one side does
/// not mean so: what comes after may well multiply it by what is 0 there.
fn jumps(program: &Program, at: usize, how: Sabotage, seed: u64) -> bool {
    let points = points(program, 400, seed);
    let scale = usual_gradient(program, &points);
    let jump = |pair: &&[Vec<f64>]| {
        let side = |x: &[f64]| is_taken(program, at, x);
        bisect(&pair[0], &pair[1], side).is_some_and(|[a, b]| {
            let [a, b] = [a, b].map(|x| program.run(&x, at, how, &mut Plain).0);
            (a - b).abs() > 1e-3 * scale
        })
    };
    20 * points.windows(2).filter(jump).count() > points.len()
}

/// Points on a line, next to each other on both sides of a border.
fn bisect(a: &[f64], b: &[f64], side: impl Fn(&[f64]) -> bool) -> Option<[Vec<f64>; 2]> {
    let point = |t: f64| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a + t * (b - a)).collect() };
    let (mut low, mut high) = (0.0, 1.0);
    let start = side(a);
    if start == side(b) {
        return None;
    }
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if side(&point(middle)) == start {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some([low, high].map(point))
}

/// Caught wherever a twentieth of the box has another gradient, or of the lines through it a jump.
#[test]
fn sabotage_is_caught() {
    let (mut tried, mut missed) = (0, Vec::new());
    for seed in seeds() {
        let mut rng = SplitMix64::new(seed);
        let program = Program::random(&mut rng);
        let p = program.parameters;
        let at = p + rng.below(program.nodes.len() - p);
        let how = match rng.below(5) {
            0 => Sabotage::Factor(0.9),
            1 => Sabotage::Factor(-1.0),
            2 => Sabotage::Forget,
            3 => Sabotage::WrongBranch,
            _ => Sabotage::Jump(0.2),
        };
        let visible = match how {
            Sabotage::Jump(_) => jumps(&program, at, how, seed),
            _ => changed(&program, at, how, seed) > 0.05,
        };
        if visible {
            tried += 1;
            let report = check(&program, at, how, seed);
            if report.is_compliant() {
                missed.push(format!("{seed}: {how:?} at {at} of {program:?}\n{report}"));
            }
        }
    }
    println!("| sabotaged | {tried} | {} missed |", missed.len());
    assert!(
        missed.is_empty(),
        "{} of {tried} missed\n{}",
        missed.len(),
        missed.join("\n")
    );
}

/// Weights that do not sum to one are wrong only on the tie, where random points are not.
#[test]
fn wrong_weights_on_ties_are_caught() {
    let (mut tried, mut missed) = (0, Vec::new());
    for seed in seeds() {
        let mut rng = SplitMix64::new(seed);
        let program = Program::random(&mut rng);
        let is_maximum = |i: &usize| matches!(program.nodes[*i], Op::Max(..) | Op::Min(..));
        let Some(at) = (0..program.nodes.len()).find(is_maximum) else {
            continue;
        };
        if tie_shows(&program, at, seed) {
            tried += 1;
            let report = check(&program, at, Sabotage::Weights, seed);
            if report.is_compliant() {
                missed.push(format!("{seed}: weights at {at} of {program:?}\n{report}"));
            }
        }
    }
    println!("| weights | {tried} | {} missed |", missed.len());
    assert!(
        missed.is_empty(),
        "{} of {tried} missed\n{}",
        missed.len(),
        missed.join("\n")
    );
}

/// Whether the wrong weights have a part along the tie, at a fair number of points on it.
fn tie_shows(program: &Program, at: usize, seed: u64) -> bool {
    let points = points(program, 200, seed);
    let scale = usual_gradient(program, &points);
    let shows = points.windows(2).filter(|pair| {
        tie_between(program, at, &pair[0], &pair[1]).is_some_and(|x| {
            let mut tie = Tied(at);
            let right = program.run(&x, at, Sabotage::Nothing, &mut tie).1;
            let wrong = program.run(&x, at, Sabotage::Weights, &mut tie).1;
            let mut difference: Vec<f64> = right.iter().zip(&wrong).map(|(a, b)| a - b).collect();
            let normal = normal(program, at, &x);
            let length = norm(&normal);
            if length < 1e-3 * scale {
                return false;
            }
            let across: f64 = difference
                .iter()
                .zip(&normal)
                .map(|(a, b)| a * b / length)
                .sum();
            difference
                .iter_mut()
                .zip(&normal)
                .for_each(|(d, n)| *d -= across * n / length);
            norm(&difference) > 1e-2 * scale
        })
    });
    shows.count() >= 20
}

/// Answers that one kink is tied.
struct Tied(usize);

impl Selection for Tied {
    fn decide(&mut self, visit: &Visit) -> Decision {
        match core::ptr::eq(visit.site, site_of(self.0, SiteKind::Kink)) {
            true => Decision::Tie(0.5),
            false => visit.default,
        }
    }
}

/// The difference of both operands of a node.
fn margin(program: &Program, at: usize, x: &[f64]) -> Number {
    let mut numbers = Vec::new();
    for (i, op) in program.nodes[..at].iter().enumerate() {
        numbers.push(evaluate(*op, i, &numbers, x, Sabotage::Nothing, &mut Plain));
    }
    let (Op::Max(a, b) | Op::Min(a, b)) = program.nodes[at] else {
        panic!("no maximum")
    };
    numbers[a].combine(1.0, numbers[b], -1.0, numbers[a].v - numbers[b].v)
}

fn normal(program: &Program, at: usize, x: &[f64]) -> Vec<f64> {
    margin(program, at, x).d[..program.parameters].to_vec()
}

/// A point on the tie.
fn tie_between(program: &Program, at: usize, a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let [point, _] = bisect(a, b, |x| margin(program, at, x).v > 0.0)?;
    Some(point)
}
