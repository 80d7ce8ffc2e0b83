//! What the ratios are meant to be, and which of them are.

use super::time::{Times, median};
use std::fmt;

/// The gradient beside the adjoint that an expert writes: on every kernel, and in the median.
const OVER_HAND: f64 = 1.0;
const MEDIAN_OVER_HAND: f64 = 0.8;

/// The gradient beside the primal, on every kernel but one that is bound by memory, and in the median.
const OVER_PRIMAL: f64 = 5.0;
const OVER_PRIMAL_IN_MEMORY: (&str, f64) = ("heat", 9.0);
const MEDIAN_OVER_PRIMAL: f64 = 2.0;

/// The best ratio over the primal that rewriting by rules reached when the same kernels were written out by hand in all
/// shapes that came to mind, on one machine with AVX-512.
const BEST: [(&str, f64); 9] = [
    ("rosenbrock", 1.35),
    ("maxq", 1.30),
    ("l1_logistic", 0.41),
    ("lorenz", 1.77),
    ("gmm", 0.70),
    ("relu_mlp", 1.69),
    ("relu_mlp_rows", 0.48),
    ("lstm", 1.17),
    ("heat", 5.8),
];
const OVER_BEST: f64 = 1.15;

/// The ratio of C's textbook adjoint over C's primal. Ours is held to it, so that nothing is measured against straw.
const HAND_IN_C: [(&str, f64); 7] = [
    ("rosenbrock", 2.1),
    ("maxq", 1.4),
    ("l1_logistic", 2.0),
    ("lorenz", 2.8),
    ("gmm", 1.9),
    ("relu_mlp", 6.6),
    ("relu_mlp_rows", 1.3),
];
const OVER_C: f64 = 1.1;

fn entry(table: &[(&str, f64)], name: &str) -> Option<f64> {
    let (_, value) = table.iter().find(|(kernel, _)| *kernel == name)?;
    Some(*value)
}

/// One kind of target, and how one kernel stands to it.
struct Target {
    what: &'static str,
    ratio: f64,
    limit: f64,
}

/// C's ratios and the best ones were measured with vectors as wide as the machine has: they are no measure of a build
/// for any x86-64.
fn targets(name: &str, times: &Times) -> Vec<Target> {
    let over_primal = match OVER_PRIMAL_IN_MEMORY {
        (kernel, limit) if kernel == name => limit,
        _ => OVER_PRIMAL,
    };
    let target = |what, ratio, limit| Target { what, ratio, limit };
    let mut targets = vec![
        target("grad_over_hand", times.grad_over_hand, OVER_HAND),
        target("grad_over_primal", times.grad_over_primal, over_primal),
    ];
    if cfg!(target_feature = "avx2") {
        targets.extend(
            entry(&BEST, name).map(|best| target("best", times.grad_over_primal, OVER_BEST * best)),
        );
        targets.extend(hand_limit(name).map(|c| target("hand", times.hand_over_primal, c)));
    }
    targets
}

/// What the hand-written adjoint may cost, if C's was measured and this is a build like C's.
pub(crate) fn hand_limit(name: &str) -> Option<f64> {
    let limit = OVER_C * entry(&HAND_IN_C, name)?;
    cfg!(target_feature = "avx2").then_some(limit)
}

/// How the kernels that were measured stand to the targets.
#[derive(Default)]
pub(crate) struct Standing {
    over_hand: Vec<f64>,
    over_primal: Vec<f64>,
    /// What was judged, and whether it was met.
    judged: Vec<(&'static str, bool)>,
}

impl Standing {
    /// Judges one kernel: `met`, or what is missed and by how much.
    pub(crate) fn judge(&mut self, name: &str, times: &Times) -> String {
        self.over_hand.push(times.grad_over_hand);
        self.over_primal.push(times.grad_over_primal);
        let mut missed = Vec::new();
        for Target { what, ratio, limit } in targets(name, times) {
            // As the table shows them: the third digit is noise.
            let met = (ratio * 100.0).round() <= (limit * 100.0).round();
            self.judged.push((what, met));
            if !met {
                missed.push(format!("{what}:{ratio:.2}>{limit:.2}"));
            }
        }
        if missed.is_empty() {
            "met".to_owned()
        } else {
            missed.join(",")
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.over_hand.is_empty() {
            return Ok(());
        }
        let over_hand = median(self.over_hand.clone());
        let over_primal = median(self.over_primal.clone());
        write!(
            f,
            "median grad_over_hand={over_hand:.2} (target {MEDIAN_OVER_HAND}) "
        )?;
        write!(
            f,
            "grad_over_primal={over_primal:.2} (target {MEDIAN_OVER_PRIMAL})"
        )?;
        for what in ["grad_over_hand", "grad_over_primal", "best", "hand"] {
            let judged = self.judged.iter().filter(|(kind, _)| *kind == what);
            let (met, all) =
                judged.fold((0, 0), |(met, all), (_, m)| (met + i32::from(*m), all + 1));
            write!(f, " {what}={met}/{all}")?;
        }
        Ok(())
    }
}
