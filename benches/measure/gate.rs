//! The regression gate: ratios and memory only, since times depend on the machine.

use super::memory::Growth;
use super::time::Times;
use std::process::ExitCode;

const GRAD_OVER_HAND: f64 = 1.5;

/// The hand-written adjoints are held to C's ratio on the same kernel, so that nothing is measured against straw.
const HAND_OVER_PRIMAL_IN_C: [(&str, f64); 5] = [
    ("rosenbrock", 2.1),
    ("l1_logistic", 2.0),
    ("relu_mlp", 6.6),
    ("lorenz", 2.8),
    ("gmm", 1.9),
];
const HAND_OVER_C: f64 = 1.1;

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
    match times.grad_over_hand() {
        None => misses.push(format!("{name}: the compiler has no gradient for it")),
        Some(ratio) if ratio > GRAD_OVER_HAND => {
            misses.push(format!(
                "{name}: grad_over_hand={ratio:.2}, limit {GRAD_OVER_HAND}"
            ));
        }
        Some(_) => {}
    }
    let hand = times.hand_over_primal();
    if let Some(limit) = hand_limit(name).filter(|&limit| hand > limit) {
        misses.push(format!(
            "{name}: hand_over_primal={hand:.2}, limit {limit:.2}"
        ));
    }
    misses
}

/// C's ratios were measured with vectors as wide as the machine has; a build for any x86-64 has no such limit.
fn hand_limit(name: &str) -> Option<f64> {
    let (_, in_c) = HAND_OVER_PRIMAL_IN_C
        .iter()
        .find(|(kernel, _)| *kernel == name)?;
    cfg!(target_feature = "avx2").then_some(HAND_OVER_C * in_c)
}
