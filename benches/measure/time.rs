//! Interleaved timing: one batch of each function per round, the same work in every round.

use crate::kernels::idioms::Idiom;
use crate::kernels::lanes::Pair;
use crate::kernels::{Kernel, Twins};
use cpu_time::ThreadTime;
use std::fmt;
use std::hint::black_box;
use std::time::Duration;

/// Long against a reading of the clock, short against a time slice.
const BATCH: Duration = Duration::from_micros(400);
const WARM_UP: usize = 5;

/// Medians over the rounds, of times in microseconds and of ratios within one round.
pub(crate) struct Times {
    primal: f64,
    hand: f64,
    grad: f64,
    pub(crate) grad_over_primal: f64,
    pub(crate) grad_over_hand: f64,
    pub(crate) hand_over_primal: f64,
    /// The primal beside the same source without annotation.
    annotated_over_plain: f64,
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "primal_us={:.2} grad_us={:.2} ", self.primal, self.grad)?;
        write!(f, "grad_over_primal={:.2} ", self.grad_over_primal)?;
        write!(f, "hand_us={:.2} ", self.hand)?;
        write!(f, "grad_over_hand={:.2} ", self.grad_over_hand)?;
        write!(f, "hand_over_primal={:.2} ", self.hand_over_primal)?;
        write!(f, "annotated_over_plain={:.2}", self.annotated_over_plain)
    }
}

/// Times the primal with and without annotation, the hand-written adjoint and the compiler's.
pub(crate) fn of_kernel(kernel: &Kernel, rounds: usize) -> Times {
    let (problem, point) = (&kernel.problem, &kernel.point);
    let mut hand_bars = vec![0.0; point.len()];
    let mut grad_bars = vec![0.0; point.len()];
    let samples = interleaved(
        [
            &mut || {
                black_box(problem.primal(black_box(point)));
            },
            &mut || {
                black_box(problem.plain(black_box(point)));
            },
            &mut || {
                black_box(problem.hand(black_box(point), &mut hand_bars));
            },
            &mut || {
                black_box(problem.grad(black_box(point), &mut grad_bars));
            },
        ],
        rounds,
    );
    let over = |f: fn(&[f64; 4]) -> f64| median(samples.iter().map(f).collect());
    Times {
        primal: over(|s| s[0]),
        hand: over(|s| s[2]),
        grad: over(|s| s[3]),
        grad_over_primal: over(|s| s[3] / s[0]),
        grad_over_hand: over(|s| s[3] / s[2]),
        hand_over_primal: over(|s| s[2] / s[0]),
        annotated_over_plain: over(|s| s[0] / s[1]),
    }
}

/// Medians for the gradient of a kernel by a reverse sweep and by forward lanes.
pub(crate) struct Modes {
    primal: f64,
    reverse_over_primal: f64,
    forward_over_primal: f64,
    forward_over_reverse: f64,
}

impl fmt::Display for Modes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "primal_us={:.2} ", self.primal)?;
        write!(f, "reverse_over_primal={:.2} ", self.reverse_over_primal)?;
        write!(f, "forward_over_primal={:.2} ", self.forward_over_primal)?;
        write!(f, "forward_over_reverse={:.2}", self.forward_over_reverse)
    }
}

pub(crate) fn of_modes(pair: &Pair, rounds: usize) -> Modes {
    let point = &pair.point;
    let mut bars = [vec![0.0; point.len()], vec![0.0; point.len()]];
    let [reverse, forward] = bars.each_mut();
    let samples = interleaved(
        [
            &mut || {
                black_box((pair.primal)(black_box(point)));
            },
            &mut || {
                black_box((pair.reverse)(black_box(point), reverse));
            },
            &mut || {
                black_box((pair.forward)(black_box(point), forward));
            },
        ],
        rounds,
    );
    let over = |f: fn(&[f64; 3]) -> f64| median(samples.iter().map(f).collect());
    Modes {
        primal: over(|s| s[0]),
        reverse_over_primal: over(|s| s[1] / s[0]),
        forward_over_primal: over(|s| s[2] / s[0]),
        forward_over_reverse: over(|s| s[2] / s[1]),
    }
}

/// Medians for a program of which there is no adjoint by hand.
pub(crate) struct Plain {
    primal: f64,
    grad: f64,
    pub(crate) grad_over_primal: f64,
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "primal_us={:.2} grad_us={:.2} ", self.primal, self.grad)?;
        write!(f, "grad_over_primal={:.2}", self.grad_over_primal)
    }
}

pub(crate) fn of_idiom(idiom: &Idiom, point: &[f64], rounds: usize) -> Plain {
    let mut bars = vec![0.0; point.len()];
    let samples = interleaved(
        [
            &mut || {
                black_box((idiom.primal)(black_box(point)));
            },
            &mut || {
                black_box((idiom.gradient)(black_box(point), &mut bars));
            },
        ],
        rounds,
    );
    let over = |f: fn(&[f64; 2]) -> f64| median(samples.iter().map(f).collect());
    Plain {
        primal: over(|s| s[0]),
        grad: over(|s| s[1]),
        grad_over_primal: over(|s| s[1] / s[0]),
    }
}

/// A kernel in both precisions.
pub(crate) struct Precisions {
    primal: [f64; 2],
    grad: [f64; 2],
    primal_ratio: f64,
    grad_ratio: f64,
}

impl fmt::Display for Precisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [double, single] = self.primal;
        write!(f, "primal_us={single:.2} double_us={double:.2} ")?;
        write!(f, "double_over_single={:.2} ", self.primal_ratio)?;
        let [double, single] = self.grad;
        write!(f, "grad_us={single:.2} double_grad_us={double:.2} ")?;
        write!(f, "double_over_single_grad={:.2}", self.grad_ratio)
    }
}

pub(crate) fn of_precisions(twins: &Twins, rounds: usize) -> Precisions {
    let (double, single) = (&twins.double, &twins.single);
    let mut double_bars = vec![0.0; double.point.len()];
    let mut single_bars = vec![0.0; single.point.len()];
    let samples = interleaved(
        [
            &mut || {
                black_box(double.function.primal(black_box(&double.point)));
            },
            &mut || {
                black_box(single.function.primal(black_box(&single.point)));
            },
            &mut || {
                let point = black_box(&double.point);
                black_box(double.function.grad(point, &mut double_bars));
            },
            &mut || {
                let point = black_box(&single.point);
                black_box(single.function.grad(point, &mut single_bars));
            },
        ],
        rounds,
    );
    let over = |f: fn(&[f64; 4]) -> f64| median(samples.iter().map(f).collect());
    Precisions {
        primal: [over(|s| s[0]), over(|s| s[1])],
        grad: [over(|s| s[2]), over(|s| s[3])],
        primal_ratio: over(|s| s[0] / s[1]),
        grad_ratio: over(|s| s[2] / s[3]),
    }
}

/// Microseconds per call, round by round; every function is called as often as fills a batch of the first.
pub(crate) fn interleaved<const N: usize>(
    mut calls: [&mut dyn FnMut(); N],
    rounds: usize,
) -> Vec<[f64; N]> {
    let repeats = repeats(calls[0]);
    let mut samples = Vec::with_capacity(rounds);
    for round in 0..WARM_UP + rounds {
        let times = calls.each_mut().map(|call| batch(call, repeats));
        if round >= WARM_UP {
            samples.push(times);
        }
    }
    samples
}

/// Microseconds per call.
fn batch(call: &mut dyn FnMut(), repeats: u32) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        call();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(repeats)
}

/// How many calls fill a batch.
fn repeats(call: &mut dyn FnMut()) -> u32 {
    let mut repeats = 1;
    while f64::from(repeats) * batch(call, repeats) < BATCH.as_secs_f64() * 1e6 {
        repeats *= 2;
    }
    repeats
}

pub(crate) fn median(mut xs: Vec<f64>) -> f64 {
    xs.sort_by(f64::total_cmp);
    xs[xs.len() / 2]
}
