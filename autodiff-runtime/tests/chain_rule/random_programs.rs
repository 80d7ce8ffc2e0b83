//! Random piecewise programs with a gradient, any node of which can be sabotaged.

use autodiff_runtime::check::SplitMix64;
use autodiff_runtime::{Site, SiteKind};

use crate::support::{Sel, site};

/// Parameters that a program may have.
const MOST: usize = 6;

/// A value and its gradient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    pub(crate) v: f64,
    pub(crate) d: [f64; MOST],
}

impl Number {
    fn chain(self, v: f64, slope: f64) -> Self {
        Number {
            v,
            d: self.d.map(|d| slope * d),
        }
    }

    pub(crate) fn combine(self, a: f64, other: Self, b: f64, v: f64) -> Self {
        Number {
            v,
            d: core::array::from_fn(|i| a * self.d[i] + b * other.d[i]),
        }
    }
}

/// What a node does with the nodes before it that it names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
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
pub(crate) enum Sabotage {
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
pub(crate) struct Program {
    pub(crate) parameters: usize,
    pub(crate) nodes: Vec<Op>,
}

/// One site for each node, of each kind.
pub(crate) fn site_of(node: usize, kind: SiteKind) -> &'static Site {
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
    pub(crate) fn random(rng: &mut SplitMix64) -> Self {
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
    pub(crate) fn run(&self, x: &[f64], at: usize, how: Sabotage, sel: Sel) -> (f64, Vec<f64>) {
        let mut numbers: Vec<Number> = Vec::with_capacity(self.nodes.len());
        for (i, op) in self.nodes.iter().enumerate() {
            let how = if i == at { how } else { Sabotage::Nothing };
            numbers.push(evaluate(*op, i, &numbers, x, how, sel));
        }
        let y = numbers[numbers.len() - 1];
        (y.v, y.d[..self.parameters].to_vec())
    }
}

pub(crate) fn evaluate(
    op: Op,
    node: usize,
    n: &[Number],
    x: &[f64],
    how: Sabotage,
    sel: Sel,
) -> Number {
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
