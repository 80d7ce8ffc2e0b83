//! What `#[checkpoint]` promises of a loop of a million iterations, beside what it does: bytes, runs, and time.

use super::{memory, time};
use crate::kernels::checkpoints::{Kept, gradient, primal, reruns};
use conservative_grad::Workspace;
use std::fmt;
use std::hint::black_box;

/// The length of the loops.
const N: usize = 1_000_000;

/// One way to get at the states of the loop.
pub(crate) struct Row {
    kept: Kept,
    ms: f64,
    over_primal: f64,
    bytes: usize,
    /// What the states that there may be need.
    byte_limit: usize,
    reruns: u128,
    predicted: Runs,
}

/// A number of runs that is known, or a bound.
enum Runs {
    Exactly(u128),
    AtMost(u128),
}

impl Row {
    pub(crate) fn is_kept(&self) -> bool {
        let runs = match self.predicted {
            Runs::Exactly(n) => self.reruns == n,
            Runs::AtMost(n) => self.reruns <= n,
        };
        runs && self.bytes <= self.byte_limit
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, predicted) = match self.predicted {
            Runs::Exactly(n) => ("=", n),
            Runs::AtMost(n) => ("<=", n),
        };
        write!(f, "checkpoints={:?} ms={:.1} ", self.kept, self.ms)?;
        write!(f, "grad_over_primal={:.2} ", self.over_primal)?;
        write!(f, "peak_bytes={} limit={} ", self.bytes, self.byte_limit)?;
        write!(f, "reruns={} predicted{sign}{predicted}", self.reruns)
    }
}

/// The least `r` with `C(c + r, r) >= steps`, and `C(c + r, r - 1)`.
fn repetitions(steps: u128, c: u128) -> (u128, u128) {
    let choose = |n: u128, k: u128| (1..=k).fold(1, |all, i| all * (n - k + i) / i);
    let r = (1..).find(|r| choose(c + r, *r) >= steps).unwrap_or(1);
    (r, choose(c + r, r - 1))
}

/// What the documentation of the attribute says: bytes, and runs.
fn promise(kept: Kept) -> (usize, Runs) {
    let n = N as u128;
    // The number of the iteration and three numbers; beside an open loop its counter, in a vector that grows by doubling, the old
    // one beside the new one.
    let (closed, open) = (32, 40 * 3);
    match kept {
        Kept::All | Kept::Whole => (24 * N, Runs::Exactly(0)),
        Kept::OpenAll => (24 * N * 3, Runs::Exactly(0)),
        Kept::Within(c) => {
            // Griewank and Walther: what comes after the loop is one step more, and `n` of the runs are the forward sweep.
            let (r, rest) = repetitions(n + 1, c as u128);
            (closed * c, Runs::Exactly(r * (n + 1) - rest - n))
        }
        Kept::OpenWithin(c) => {
            let half = c as u128 / 2;
            let (r, _) = repetitions(2 * n / half, half);
            (open * c, Runs::AtMost(r * n))
        }
        Kept::OpenUsual => (open * 2 * N.isqrt(), Runs::AtMost(2 * n)),
    }
}

/// Records in blocks, as they are by default, beside whole ones, and those in a workspace of the caller's.
pub(crate) struct Long {
    n: usize,
    over_primal: [f64; 3],
    bytes: [usize; 3],
}

impl fmt::Display for Long {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([blocks, whole, held], [small, large, more]) = (self.over_primal, self.bytes);
        write!(f, "records={} default_over_primal={blocks:.2} ", self.n)?;
        write!(
            f,
            "whole_over_primal={whole:.2} workspace_over_primal={held:.2} "
        )?;
        write!(
            f,
            "default_peak_bytes={small} whole_peak_bytes={large} workspace_peak_bytes={more}"
        )
    }
}

pub(crate) fn long(rounds: usize) -> Vec<Long> {
    let row = |n| {
        let mut workspace = Workspace::new();
        let expected = gradient(Kept::All, n);
        assert_eq!(gradient(Kept::Whole, n), expected);
        assert_eq!(workspace.within(|| gradient(Kept::All, n)), expected);
        let samples = time::interleaved(
            [
                &mut || {
                    black_box(primal(n));
                },
                &mut || {
                    black_box(gradient(Kept::All, n));
                },
                &mut || {
                    black_box(gradient(Kept::Whole, n));
                },
                &mut || {
                    black_box(workspace.within(|| gradient(Kept::All, n)));
                },
            ],
            rounds,
        );
        let over = |k: usize| time::median(samples.iter().map(|s| s[k] / s[0]).collect());
        let peak = |f: &mut dyn FnMut() -> f64| {
            let usage = memory::of(&mut || {
                black_box(f());
            });
            usage.peak_bytes
        };
        let bytes = [
            peak(&mut || gradient(Kept::All, n).0),
            peak(&mut || gradient(Kept::Whole, n).0),
            peak(&mut || workspace.within(|| gradient(Kept::All, n).0)),
        ];
        Long {
            n,
            over_primal: [over(1), over(2), over(3)],
            bytes,
        }
    };
    [1000, 100_000, 1_000_000, 2_000_000, 10_000_000]
        .map(row)
        .into()
}

/// All ways, each beside the primal.
pub(crate) fn rows(rounds: usize) -> Vec<Row> {
    let ways = [
        Kept::All,
        Kept::Within(1000),
        Kept::Within(100),
        Kept::Within(10),
        Kept::OpenAll,
        Kept::OpenUsual,
        Kept::OpenWithin(1000),
        Kept::OpenWithin(100),
        Kept::OpenWithin(10),
    ];
    let expected = gradient(Kept::All, N);
    for kept in ways {
        assert_eq!(gradient(kept, N), expected, "{kept:?}");
    }
    let samples = ways.map(|kept| {
        time::interleaved(
            [
                &mut || {
                    black_box(primal(N));
                },
                &mut || {
                    black_box(gradient(kept, N));
                },
            ],
            rounds,
        )
    });
    let rows = ways.into_iter().zip(samples).map(|(kept, samples)| {
        let over = |f: fn(&[f64; 2]) -> f64| time::median(samples.iter().map(f).collect());
        let bytes = memory::of(&mut || {
            black_box(gradient(kept, N));
        });
        let (byte_limit, predicted) = promise(kept);
        Row {
            kept,
            ms: over(|s| s[1] / 1e3),
            over_primal: over(|s| s[1] / s[0]),
            bytes: bytes.peak_bytes,
            byte_limit,
            reruns: reruns(kept, N),
            predicted,
        }
    });
    rows.collect()
}
