//! The regression gate: ratios and memory only, since times depend on the machine.

use super::checkpoints::Row;
use super::memory::Growth;
use super::targets::hand_limit;
use super::time::{Plain, Times};
use std::process::ExitCode;

/// What no kernel may be beyond that has no limit of its own.
const GRAD_OVER_HAND: f64 = 1.5;

/// What no program may be beyond that has no adjoint by hand.
const GRAD_OVER_PRIMAL: f64 = 6.0;

/// Where the compiler stands elsewhere, with slack. Above: what must not get worse while it is being mended. Below: strips
/// that are vectorised the wrong way, or not at all, cost twice as much, and would pass the limit of the others.
const GRAD_OVER_HAND_OF: [(&str, f64); 19] = [
    ("rosenbrock", 0.9),
    ("maxq", 0.9),
    ("l1_logistic", 0.9),
    ("relu_mlp", 0.9),
    ("gmm", 0.7),
    ("ba", 1.5),
    ("lstm", 1.3),
    ("lse", 1.15),
    ("det", 1.3),
    ("ode", 1.6),
    ("nearest", 1.1),
    ("huber", 0.7),
    ("heat", 0.9),
    ("groupsort", 1.0),
    ("relu_loop", 1.0),
    ("kalman", 1.3),
    ("binomial", 1.5),
    ("tridiagonal", 1.05),
    ("n_body", 1.25),
];

/// Programs whose cost showed that loops were cut, split or copied for no good: they would pass the limit of the others.
const GRAD_OVER_PRIMAL_OF: [(&str, f64); 10] = [
    ("rosenbrock_windows", 1.4),
    ("filter", 3.0),
    ("time_warping", 5.5),
    ("activations", 5.5),
    ("stages", 6.5),
    ("lattice", 7.0),
    ("levels", 9.0),
    ("factored", 4.0),
    ("eliminated", 6.0),
    ("replaced", 7.0),
];

/// The limits are for vectors as wide as the machine has; without them the adjoint by hand, which is mostly scalar, loses less.
const NARROW_VECTORS: f64 = if cfg!(target_feature = "avx2") {
    1.0
} else {
    1.6
};

/// Collects what is beyond its limit.
#[derive(Default)]
pub(crate) struct Gate {
    misses: Vec<String>,
}

impl Gate {
    /// Whether the ratios of one measurement are within their limits.
    pub(crate) fn accepts(name: &str, times: &Times) -> bool {
        misses(name, times).is_empty()
    }

    pub(crate) fn ratios(&mut self, name: &str, times: &Times) {
        self.misses.extend(misses(name, times));
    }

    pub(crate) fn memory(&mut self, growth: &Growth) {
        if !growth.is_allowed() {
            self.misses.push(format!("{}: {growth}", growth.name));
        }
    }

    pub(crate) fn idiom(&mut self, name: &str, times: &Plain) {
        let own = GRAD_OVER_PRIMAL_OF.iter().find(|(idiom, _)| *idiom == name);
        let limit = own.map_or(GRAD_OVER_PRIMAL, |(_, limit)| *limit) * NARROW_VECTORS;
        let ratio = times.grad_over_primal;
        if ratio > limit {
            self.misses.push(format!(
                "{name}: grad_over_primal={ratio:.2}, limit {limit:.2}"
            ));
        }
    }

    pub(crate) fn checkpoints(&mut self, row: &Row) {
        if !row.is_kept() {
            self.misses.push(row.to_string());
        }
    }

    pub(crate) fn verdict(self) -> ExitCode {
        for miss in &self.misses {
            eprintln!("beyond its limit: {miss}");
        }
        if self.misses.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn misses(name: &str, times: &Times) -> Vec<String> {
    let mut misses = Vec::new();
    let own = GRAD_OVER_HAND_OF.iter().find(|(kernel, _)| *kernel == name);
    let limit = own.map_or(GRAD_OVER_HAND, |(_, limit)| *limit) * NARROW_VECTORS;
    if times.grad_over_hand > limit {
        let ratio = times.grad_over_hand;
        misses.push(format!(
            "{name}: grad_over_hand={ratio:.2}, limit {limit:.2}"
        ));
    }
    let hand = times.hand_over_primal;
    if let Some(limit) = hand_limit(name).filter(|&limit| hand > limit) {
        misses.push(format!(
            "{name}: hand_over_primal={hand:.2}, limit {limit:.2}"
        ));
    }
    misses
}
