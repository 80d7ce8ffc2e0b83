//! Random piecewise programs, right ones and sabotaged ones: the first may not be refuted, and what changes the field on a good
//! part of the box may not pass.
//!
//! `CHAIN_RULE_ATTACKS=2000 cargo test --release -p autodiff-runtime --test chain_rule attack` tries more than an ordinary run.

use core::cell::Cell;

use autodiff_runtime::check::{self, Options, Region, Report, SplitMix64, Verdict};
use autodiff_runtime::{Decision, Plain, Selection, Site, SiteKind, Visit};

use crate::support::{Sel, site};

/// Parameters that a program may have.
const MOST: usize = 6;

/// A value and its gradient.
#[derive(Clone, Copy, Debug)]
struct Number {
    v: f64,
    d: [f64; MOST],
}

impl Number {
    fn chain(self, v: f64, slope: f64) -> Self {
        Number {
            v,
            d: self.d.map(|d| slope * d),
        }
    }

    fn combine(self, a: f64, other: Self, b: f64, v: f64) -> Self {
        Number {
            v,
            d: core::array::from_fn(|i| a * self.d[i] + b * other.d[i]),
        }
    }
}

/// What a node does with the nodes before it that it names.
#[derive(Clone, Copy, Debug)]
enum Op {
    Parameter(usize),
    Constant(f64),
    Add(usize, usize),
    Subtract(usize, usize),
    Multiply(usize, usize),
    Scale(f64, usize),
    Sine(usize),
    Exponential(usize),
    Squash(usize),
    Abs(usize),
    Relu(usize),
    Max(usize, usize),
    Min(usize, usize),
    /// `if c > 0 { a } else { a + c·b }`, which is continuous.
    If(usize, usize, usize),
}

/// What is done to one node.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sabotage {
    Nothing,
    /// The derivative times a factor.
    Factor(f64),
    /// Of two operands, the derivative of one is left out.
    Forget,
    /// The branch that was not taken.
    WrongBranch,
    /// Weights at ties that sum to 0.6.
    Weights,
    /// A constant is added where the decision is below.
    Jump(f64),
}

#[derive(Debug)]
struct Program {
    parameters: usize,
    nodes: Vec<Op>,
}

/// One site for each node, of each kind.
fn site_of(node: usize, kind: SiteKind) -> &'static Site {
    use std::sync::OnceLock;
    static SITES: OnceLock<Vec<[Site; 2]>> = OnceLock::new();
    let all = SITES.get_or_init(|| {
        (0..64)
            .map(|i| {
                [
                    site(SiteKind::Kink, i, "kink", "a node", 0.5),
                    site(SiteKind::Branch, 100 + i, "if", "a node", 0.0),
                ]
            })
            .collect()
    });
    &all[node][usize::from(kind == SiteKind::Branch)]
}

impl Program {
    fn random(rng: &mut SplitMix64) -> Self {
        let parameters = 1 + rng.below(MOST);
        let mut nodes: Vec<Op> = (0..parameters).map(Op::Parameter).collect();
        for _ in 0..4 + rng.below(14) {
            nodes.push(Program::operation(nodes.len(), rng));
        }
        // All that nobody read takes part.
        let mut last = nodes.len() - 1;
        for i in (parameters..nodes.len() - 1).rev().step_by(3) {
            nodes.push(Op::Add(last, i));
            last = nodes.len() - 1;
        }
        Program { parameters, nodes }
    }

    fn operation(n: usize, rng: &mut SplitMix64) -> Op {
        let mut any = || match rng.below(3) {
            0 => n - 1,
            _ => rng.below(n),
        };
        let (a, b, c) = (any(), any(), any());
        match rng.below(16) {
            0 => Op::Constant(rng.between(-1.0, 1.0)),
            1 => Op::Add(a, b),
            2 => Op::Subtract(a, b),
            3 => Op::Multiply(a, b),
            4 | 5 => Op::Scale(rng.between(-2.0, 2.0), a),
            6 => Op::Sine(a),
            7 => Op::Exponential(a),
            8 => Op::Squash(a),
            9 => Op::Abs(a),
            10 | 11 => Op::Relu(a),
            12 => Op::Max(a, b),
            13 => Op::Min(a, b),
            _ => Op::If(a, b, c),
        }
    }

    /// Value and gradient, the node `at` sabotaged.
    fn run(&self, x: &[f64], at: usize, how: Sabotage, sel: Sel) -> (f64, Vec<f64>) {
        let mut numbers: Vec<Number> = Vec::with_capacity(self.nodes.len());
        for (i, op) in self.nodes.iter().enumerate() {
            let how = if i == at { how } else { Sabotage::Nothing };
            numbers.push(evaluate(*op, i, &numbers, x, how, sel));
        }
        let y = numbers[numbers.len() - 1];
        (y.v, y.d[..self.parameters].to_vec())
    }
}

fn evaluate(op: Op, node: usize, n: &[Number], x: &[f64], how: Sabotage, sel: Sel) -> Number {
    let constant = |v| Number { v, d: [0.0; MOST] };
    let second = if how == Sabotage::Forget { 0.0 } else { 1.0 };
    let factor = match how {
        Sabotage::Factor(factor) => factor,
        Sabotage::Forget => 0.0,
        _ => 1.0,
    };
    let decide = |above: Number, below: Number, margin: f64, v: f64, sel: Sel| {
        let w = sel.weight(
            site_of(node, SiteKind::Kink),
            margin,
            margin > 0.0,
            margin == 0.0,
        );
        let [a, b] = match how {
            Sabotage::WrongBranch => [1.0 - w, w],
            Sabotage::Weights if w != 0.0 && w != 1.0 => [0.3, 0.3],
            Sabotage::Factor(factor) => [factor * w, 1.0 - w],
            Sabotage::Forget => [w, 0.0],
            _ => [w, 1.0 - w],
        };
        above.combine(a, below, b, v)
    };
    match op {
        Op::Parameter(i) => {
            let mut y = constant(x[i]);
            y.d[i] = 1.0;
            y
        }
        Op::Constant(c) => constant(c),
        Op::Add(a, b) => n[a].combine(factor.max(second), n[b], second, n[a].v + n[b].v),
        Op::Subtract(a, b) => n[a].combine(1.0, n[b], -factor, n[a].v - n[b].v),
        Op::Multiply(a, b) => n[a].combine(n[b].v, n[b], factor * n[a].v, n[a].v * n[b].v),
        Op::Scale(c, a) => n[a].chain(c * n[a].v, factor * c),
        Op::Sine(a) => n[a].chain(n[a].v.sin(), factor * n[a].v.cos()),
        // Bounded, so that nothing overflows.
        Op::Exponential(a) => {
            let y = (-n[a].v * n[a].v).exp();
            n[a].chain(y, -2.0 * factor * n[a].v * y)
        }
        Op::Squash(a) => {
            let y = n[a].v.tanh();
            n[a].chain(y, factor * (1.0 - y * y))
        }
        Op::Abs(a) => decide(n[a], n[a].chain(-n[a].v, -1.0), n[a].v, n[a].v.abs(), sel),
        Op::Relu(a) => decide(n[a], constant(0.0), n[a].v, n[a].v.max(0.0), sel),
        Op::Max(a, b) => decide(n[a], n[b], n[a].v - n[b].v, n[a].v.max(n[b].v), sel),
        Op::Min(a, b) => decide(n[a], n[b], n[b].v - n[a].v, n[a].v.min(n[b].v), sel),
        Op::If(c, a, b) => {
            let (c, a, b) = (n[c], n[a], n[b]);
            let site = site_of(node, SiteKind::Branch);
            if sel.branch(site, c.v, c.v > 0.0, c.v == 0.0) {
                return a.chain(a.v, factor);
            }
            let jump = if let Sabotage::Jump(size) = how {
                size
            } else {
                0.0
            };
            let product = c.combine(b.v, b, c.v, c.v * b.v);
            a.combine(1.0, product, second, a.v + product.v + jump)
        }
    }
}

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
    let set = std::env::var("CHAIN_RULE_ATTACKS").ok();
    set.and_then(|n| n.parse().ok()).unwrap_or(60)
}

/// Never refuted; inconclusive now and then.
#[test]
fn right_programs_are_not_refuted() {
    let unsure = Cell::new(0);
    for seed in 0..attacks() {
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

/// What a sabotage does: the parts of the box on which the gradient, and the value, are other ones by more than a thousandth of
/// the usual gradient.
fn changed(program: &Program, at: usize, how: Sabotage, seed: u64) -> (f64, f64) {
    let points = points(program, 400, seed);
    let scale = usual_gradient(program, &points);
    let share = |count: usize| count as f64 / points.len() as f64;
    let (mut gradients, mut values) = (0, 0);
    for x in &points {
        let (v, g) = program.run(x, 0, Sabotage::Nothing, &mut Plain);
        let (w, h) = program.run(x, at, how, &mut Plain);
        gradients += usize::from(distance(&g, &h) > 1e-3 * scale);
        values += usize::from((v - w).abs() > 1e-3 * scale);
    }
    (share(gradients), share(values))
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

/// The part of the box on which the branch of a node is taken.
fn taken(program: &Program, at: usize, seed: u64) -> f64 {
    struct Listen(usize, bool);
    impl Selection for Listen {
        fn decide(&mut self, visit: &Visit) -> Decision {
            if core::ptr::eq(visit.site, site_of(self.0, SiteKind::Branch)) {
                self.1 = visit.default == Decision::Above;
            }
            visit.default
        }
    }
    let points = points(program, 400, seed);
    let is_taken = |x: &&Vec<f64>| {
        let mut listen = Listen(at, false);
        let _ = program.run(x, 0, Sabotage::Nothing, &mut listen);
        listen.1
    };
    points.iter().filter(is_taken).count() as f64 / points.len() as f64
}

/// Caught wherever a twentieth of the box has another gradient, or lies on either side of a jump.
#[test]
fn sabotage_is_caught() {
    let (mut tried, mut missed) = (0, Vec::new());
    for seed in 0..attacks() {
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
        let (gradients, values) = changed(&program, at, how, seed);
        let middle = |share: f64| share > 0.05 && share < 0.95;
        let visible = match how {
            Sabotage::Jump(_) => middle(values) && middle(taken(&program, at, seed)),
            _ => gradients > 0.05,
        };
        if visible {
            tried += 1;
            let report = check(&program, at, how, seed);
            if report.is_compliant() {
                missed.push(format!(
                    "{seed}: {how:?} at {at} of {program:?}, {gradients} {values}\n{report}"
                ));
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
    for seed in 0..attacks() {
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
    // A tie that shows on a small part of the kink only may well be missed by the points that are tried.
    assert!(
        100 * missed.len() <= tried,
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

/// Bisection for the tie.
fn tie_between(program: &Program, at: usize, a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let point = |t: f64| {
        a.iter()
            .zip(b)
            .map(|(a, b)| a + t * (b - a))
            .collect::<Vec<f64>>()
    };
    let side = |t: f64| margin(program, at, &point(t)).v > 0.0;
    let (mut low, mut high) = (0.0, 1.0);
    let start = side(low);
    if start == side(high) {
        return None;
    }
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if side(middle) == start {
            low = middle
        } else {
            high = middle
        }
    }
    Some(point(low))
}
