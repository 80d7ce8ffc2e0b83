//! What a gradient keeps: nothing that grows with the loop where the loop allows it.

use conservative_grad::{Workspace, conservative_grad};

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

#[conservative_grad]
fn largest(x: &[f64]) -> f64 {
    let mut largest = x[0];
    for i in 0..x.len() {
        if x[i] * x[i] > largest {
            largest = x[i] * x[i];
        }
    }
    largest
}

#[conservative_grad]
fn residuals(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
    let d = w.len();
    let mut sum = 0.0;
    for i in 0..ys.len() {
        let mut z = 0.0;
        for j in 0..d {
            z += w[j] * xs[i * d + j];
        }
        sum += (z - ys[i]).abs().sqrt();
    }
    sum
}

/// Leaves early, in front of a loop and behind one.
#[conservative_grad]
fn spread(x: &[f64], scale: f64) -> Result<f64, String> {
    if x.is_empty() {
        return Err(String::from("no numbers"));
    }
    let mut mean = 0.0;
    for v in x {
        mean += v;
    }
    mean /= x.len() as f64;
    if mean.is_nan() {
        return Ok(scale);
    }
    let mut sum = 0.0;
    for v in x {
        sum += ((v - mean) * scale).powi(2);
    }
    Ok(sum / x.len() as f64)
}

/// Looks for an interval, and leaves from inside of the search.
#[conservative_grad]
fn interpolated(#[constant] xs: &[f64], ys: &[f64], x: f64) -> f64 {
    for i in 0..xs.len() - 1 {
        if x < xs[i + 1] {
            let t = (x - xs[i]) / (xs[i + 1] - xs[i]);
            return ys[i] + t * (ys[i + 1] - ys[i]);
        }
    }
    ys[ys.len() - 1]
}

#[conservative_grad]
fn looked_up(#[constant] xs: &[f64], ys: &[f64], at: &[f64]) -> f64 {
    at.iter().map(|x| interpolated(xs, ys, *x).powi(2)).sum()
}

/// Decides for every pair, and adds to both.
#[conservative_grad]
fn contacts(x: &[f64], k: f64) -> f64 {
    let mut forces = vec![0.0; x.len()];
    for i in 0..x.len() {
        for j in 0..i {
            let d = x[i] - x[j];
            if d * d < 0.8 {
                forces[i] += k * d;
                forces[j] -= k * d;
            }
        }
    }
    forces.iter().map(|f| f * f).sum()
}

#[derive(Clone, Debug, conservative_grad::Differentiable)]
struct Weights {
    w: Vec<f64>,
    bias: Vec<f64>,
}

#[conservative_grad]
fn unit(w: &[f64], bias: &[f64], i: usize) -> f64 {
    w[i] * w[i] + bias[i]
}

/// Hands fields to a callee.
#[conservative_grad]
fn units(p: &Weights) -> f64 {
    let mut sum = 0.0;
    for i in 0..p.w.len() {
        sum += unit(&p.w, &p.bias, i).sin();
    }
    sum
}

/// A callee that leaves early.
#[conservative_grad]
fn spreads(x: &[f64], scale: f64) -> f64 {
    spread(x, scale).unwrap() + spread(x, scale * scale).unwrap_or(0.0)
}

/// Two rows that change places, the first of which is a copy.
#[conservative_grad]
fn diffusion(x: &[f64], rate: f64, steps: usize) -> f64 {
    let n = x.len();
    let mut row = x.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for j in 1..n - 1 {
            next[j] = row[j] + rate * (row[j - 1] - 2.0 * row[j] + row[j + 1]);
        }
        std::mem::swap(&mut row, &mut next);
    }
    row.iter().map(|v| v * v).sum()
}

#[conservative_grad]
fn swing(x: &[f64], steps: usize) -> f64 {
    let (mut q, mut v) = (x[0], x[1]);
    for _ in 0..steps {
        v -= 0.01 * q.sin();
        q += 0.01 * v;
    }
    q
}

#[conservative_grad]
fn long_swing(x: &[f64], steps: usize) -> f64 {
    let (mut q, mut v) = (x[0], x[1]);
    #[checkpoint(budget = 100)]
    for _ in 0..steps {
        v -= 1e-6 * q.sin();
        q += 1e-6 * v;
    }
    q
}

#[conservative_grad]
fn endless_swing(x: &[f64], steps: usize) -> f64 {
    let (mut q, mut v) = (x[0], x[1]);
    let mut done = 0;
    #[checkpoint(budget = 100)]
    while done < steps {
        v -= 1e-4 * q.sin();
        q += 1e-4 * v;
        done += 1;
    }
    q
}

/// A step records 16 quotients.
macro_rules! quotients {
    ($name:ident [$($mark:tt)*] $($divisor:tt)*) => {
        #[conservative_grad]
        fn $name(x: &[f64], steps: usize) -> f64 {
            let mut q = x[0];
            $($mark)*
            for _ in 0..steps {
                $(q = (1.0 + q) / ($divisor + q * q);)*
            }
            q
        }
    };
}
quotients!(in_blocks [] 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2.0 2.1 2.2 2.3 2.4 2.5 2.6);
quotients!(whole [#[checkpoint(whole)]] 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2.0 2.1 2.2 2.3 2.4 2.5 2.6);

#[conservative_grad]
fn smooth(x: &[f64], steps: usize) -> f64 {
    let mut u = x.to_vec();
    #[checkpoint(budget = 10)]
    for _ in 0..steps {
        for j in 1..u.len() {
            u[j] = (0.5 * u[j] + 0.4 * u[j - 1]).sin();
        }
    }
    u[x.len() - 1]
}

/// A nest reads the state of a loop inside of the one that keeps few states.
#[conservative_grad]
fn squared(x: &[f64], steps: usize) -> f64 {
    let d = x.len();
    let mut p = vec![0.5; d * d];
    let mut q = vec![0.0; d * d];
    #[checkpoint(budget = 10)]
    for _ in 0..steps {
        for _ in 0..3 {
            for i in 0..d {
                for j in 0..d {
                    let mut sum = 0.0;
                    for k in 0..d {
                        sum += p[i * d + k] * p[k * d + j];
                    }
                    q[i * d + j] = sum / (1.0 + sum * sum);
                }
            }
            for i in 0..d * d {
                p[i] = 0.5 * p[i] + q[i] * x[i % d];
            }
        }
    }
    p[0] * p[3] + p[1]
}

/// The most bytes that were in use at once while `f` ran, beyond those before. The allocator counts what all threads do,
/// the one that waits for the test too: the least of several runs is that of `f`.
fn peak(f: impl FnMut()) -> usize {
    peak_of(5, f)
}

fn peak_of(runs: usize, mut f: impl FnMut()) -> usize {
    let mut once = || {
        let profiler = dhat::Profiler::builder().testing().build();
        f();
        let stats = dhat::HeapStats::get();
        drop(profiler);
        stats.max_bytes
    };
    (0..runs).map(|_| once()).min().unwrap_or_default()
}

/// One test, since the allocator counts what all threads do.
#[test]
fn memory_of_gradients() {
    // Every element is larger than all before it, so every iteration replaces what was found.
    let rising: Vec<f64> = (0..10_000).map(|i| 1.0 + f64::from(i)).collect();
    let mut bar = vec![0.0; rising.len()];
    let search = peak(|| {
        let _ = std::hint::black_box(largest::accumulate_grad(&rising, &mut bar));
    });
    assert!(search <= 256, "a search keeps {search} bytes");
    // Added up over the runs.
    assert_eq!(bar[9_999], 5.0 * 20_000.0);

    let sizes = [1_000, 10_000].map(|n| {
        let w = [0.1, -0.2, 0.3];
        let xs: Vec<f64> = (0..3 * n).map(|i| (i as f64).sin()).collect();
        let ys = vec![0.5; n];
        let mut bar = [0.0; 3];
        peak(|| {
            let _ = std::hint::black_box(residuals::accumulate_grad(&w, &xs, &ys, &mut bar));
        })
    });
    assert_eq!(
        sizes[0], sizes[1],
        "an accumulating loop keeps more for more samples"
    );

    let leaving = [1_000, 10_000].map(|n| {
        let x: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let mut bar = vec![0.0; n];
        let alone = peak(|| {
            let _ = std::hint::black_box(spread::accumulate_grad(&x, 1.5, &mut bar, &mut 0.0));
        });
        let called = peak(|| {
            let _ = std::hint::black_box(spreads::accumulate_grad(&x, 1.5, &mut bar, &mut 0.0));
        });
        (alone, called)
    });
    assert_eq!(leaving[0].0, 0, "a gradient behind early returns");
    assert_eq!(leaving[0], leaving[1], "more numbers, more memory");

    let searches = [100, 1_000].map(|n| {
        let xs: Vec<f64> = (0..n).map(f64::from).collect();
        let (ys, at) = (vec![0.5; xs.len()], [0.3, 7.1, 55.5]);
        let (mut ys_bar, mut at_bar) = (vec![0.0; xs.len()], [0.0; 3]);
        peak(|| {
            let _ = looked_up::accumulate_grad(&xs, &ys, &at, &mut ys_bar, &mut at_bar);
        })
    });
    assert_eq!(searches, [0, 0], "searches keep what they passed");
    let pairs = peak(|| {
        let x: Vec<f64> = (0..400).map(|i| f64::from(i).sin()).collect();
        let _ = contacts::accumulate_grad(&x, 0.7, &mut vec![0.0; 400], &mut 0.0);
    });
    assert!(pairs < 5 * 8 * 400, "pairs keep {pairs} bytes");
    let fields = peak(|| {
        let weights = Weights {
            w: vec![0.5; 1_000],
            bias: vec![0.1; 1_000],
        };
        let mut bar = conservative_grad::Differentiable::zero_gradient(&weights);
        let _ = units::accumulate_grad(&weights, &mut bar);
    });
    assert_eq!(fields, 4 * 8 * 1_000, "a copy of a field's adjoint");

    let state = peak(|| {
        let mut bar = [0.0; 2];
        let _ = swing::accumulate_grad(&[1.0, 0.0], 1_000, &mut bar);
    });
    assert!(
        state <= 4 * 8 * 1_000,
        "a step keeps {} bytes",
        state / 1_000
    );
    assert!(state >= 8 * 1_000, "nothing is counted: {state}");

    // The number of the iteration and two numbers, a hundred times and not one more (a million steps: `benches/ratios.rs`).
    let long = peak(|| {
        let mut bar = [0.0; 2];
        let _ = long_swing::accumulate_grad(&[1.0, 0.0], 100_000, &mut bar);
    });
    assert_eq!(long, 24 * 100, "the states of 100,000 steps");
    let endless = peak(|| {
        let mut bar = [0.0; 2];
        let _ = endless_swing::accumulate_grad(&[1.0, 0.0], 100_000, &mut bar);
    });
    // What is pushed grows by doubling.
    assert!(endless <= 3 * 32 * 100, "100 states are {endless} bytes");
    // Records of more than 32 MiB are cut into blocks of 256 KiB.
    let steps = (32 << 20) / (16 * 8) + 1000;
    let blocks = peak_of(2, || {
        let _ = in_blocks::accumulate_grad(&[1.0], steps, &mut [0.0]);
    });
    assert!((200_000..600_000).contains(&blocks), "{blocks}");
    let all = peak_of(1, || {
        let _ = whole::accumulate_grad(&[1.0], steps, &mut [0.0]);
    });
    assert!(all >= 32 << 20, "kept whole, {all}");
    in_a_workspace(steps);
    // Rows are saved by the run of an iteration that is reversed, and by no other.
    let nests = [100, 1_000].map(|steps| {
        peak(|| {
            let _ = squared::accumulate_grad(&[0.3, 0.7], steps, &mut [0.0; 2]);
        })
    });
    assert_eq!(nests[0], nests[1], "runs on the way keep rows");
    let x: Vec<f64> = (0..100).map(|i| f64::from(i).cos()).collect();
    let arrays = peak(|| {
        let mut bar = vec![0.0; 100];
        let _ = smooth::accumulate_grad(&x, 1_000, &mut bar);
    });
    let rows = peak(|| {
        let mut bar = vec![0.0; 100];
        let _ = diffusion::accumulate_grad(&x, 0.1, 1_000, &mut bar, &mut 0.0);
    });
    assert!(rows <= 1_005 * 800, "1,000 rows of 800 bytes are {rows}");
    // Ten states, the loop's own array and adjoint, and what an iteration records.
    assert!(arrays <= 16 * 800, "10 states of 800 bytes are {arrays}");
}

/// What a call has recorded in, the next one finds.
fn in_a_workspace(steps: usize) {
    let mut workspace = Workspace::new();
    let mut of_swing = || {
        let mut bar = [0.0; 2];
        let value = workspace.within(|| swing::accumulate_grad(&[1.0, 0.0], 1_000, &mut bar));
        (value, bar)
    };
    let first = of_swing();
    let again = peak(|| assert_eq!(of_swing(), first));
    assert_eq!(again, 0, "the second gradient asks for memory");
    let mut bar = [0.0; 2];
    let value = swing::accumulate_grad(&[1.0, 0.0], 1_000, &mut bar);
    assert_eq!((value, bar), first, "memory that was used before shows");
    assert!(workspace.bytes() >= 8 * 1_000);

    // Long records are whole there, and the gradient is that of the blocks.
    let mut gradient = || workspace.within(|| in_blocks::value_and_grad(&[1.0], steps));
    assert_eq!(gradient(), in_blocks::value_and_grad(&[1.0], steps));
    let again = peak_of(2, || {
        gradient();
    });
    assert!(again <= 64, "{again}");
    assert!(workspace.bytes() >= 32 << 20);
}
