//! Interleaved timing: one batch of each function per round, the same work in every round.

use crate::kernels::{Gradient, Kernel};
use cpu_time::ThreadTime;
use std::fmt;
use std::hint::black_box;
use std::time::Duration;

/// Long against a reading of the clock, short against a time slice.
const BATCH: Duration = Duration::from_micros(400);
const WARM_UP: usize = 5;

/// Medians over the rounds; times in microseconds.
pub(crate) struct Times {
    primal: f64,
    hand: f64,
    hand_over_primal: f64,
    grad: Option<GradientTimes>,
}

struct GradientTimes {
    time: f64,
    over_primal: f64,
    over_hand: f64,
}

impl Times {
    pub(crate) fn hand_over_primal(&self) -> f64 {
        self.hand_over_primal
    }

    pub(crate) fn grad_over_hand(&self) -> Option<f64> {
        self.grad.as_ref().map(|g| g.over_hand)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |number: Option<f64>| number.map_or("-".to_owned(), |n| format!("{n:.2}"));
        let grad = self.grad.as_ref();
        write!(
            f,
            "primal_us={:.2} grad_us={} ",
            self.primal,
            shown(grad.map(|g| g.time))
        )?;
        write!(
            f,
            "grad_over_primal={} ",
            shown(grad.map(|g| g.over_primal))
        )?;
        write!(
            f,
            "hand_us={:.2} grad_over_hand={} ",
            self.hand,
            shown(grad.map(|g| g.over_hand))
        )?;
        write!(f, "hand_over_primal={:.2}", self.hand_over_primal)
    }
}

/// Times the primal, the hand-written adjoint and, where there is one, the compiler's gradient.
pub(crate) fn interleaved(kernel: &Kernel, rounds: usize) -> Times {
    let mut bars = vec![0.0; kernel.point.len()];
    let mut primal = || {
        black_box((kernel.primal)(black_box(&kernel.point)));
    };
    let repeats = repeats(&mut primal);
    let mut samples = Vec::with_capacity(rounds);
    for round in 0..WARM_UP + rounds {
        let primal = batch(&mut primal, repeats);
        let hand = gradient_batch(kernel, &kernel.hand, &mut bars, repeats);
        let grad = kernel
            .grad
            .as_ref()
            .map(|g| gradient_batch(kernel, g, &mut bars, repeats));
        if round >= WARM_UP {
            samples.push([primal, hand, grad.unwrap_or(f64::NAN)]);
        }
    }
    summary(&samples, kernel.grad.is_some())
}

fn summary(samples: &[[f64; 3]], has_grad: bool) -> Times {
    let over = |f: fn(&[f64; 3]) -> f64| median(samples.iter().map(f).collect());
    Times {
        primal: over(|s| s[0]),
        hand: over(|s| s[1]),
        hand_over_primal: over(|s| s[1] / s[0]),
        grad: has_grad.then(|| GradientTimes {
            time: over(|s| s[2]),
            over_primal: over(|s| s[2] / s[0]),
            over_hand: over(|s| s[2] / s[1]),
        }),
    }
}

fn gradient_batch(kernel: &Kernel, gradient: &Gradient, bars: &mut [f64], repeats: u32) -> f64 {
    let call = || {
        black_box(gradient(black_box(&kernel.point), black_box(&mut *bars)));
    };
    batch(call, repeats)
}

/// Microseconds per call.
fn batch(mut call: impl FnMut(), repeats: u32) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        call();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(repeats)
}

/// How many calls fill a batch.
fn repeats(call: &mut impl FnMut()) -> u32 {
    let mut repeats = 1;
    while f64::from(repeats) * batch(&mut *call, repeats) < BATCH.as_secs_f64() * 1e6 {
        repeats *= 2;
    }
    repeats
}

fn median(mut xs: Vec<f64>) -> f64 {
    xs.sort_by(f64::total_cmp);
    xs[xs.len() / 2]
}
