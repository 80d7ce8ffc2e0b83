//! Long loops recorded whole and under `#[checkpoint]`: Euler steps of Lorenz's system, as in `lorenz.rs`, and loops of which
//! every run of an iteration is counted.

use conservative_grad::{conservative_grad, conservative_rule};
use std::cell::Cell;
use std::hint::black_box;

const DT: f64 = 1e-6;

/// The steps, with what stands on the loop and how many states it may keep.
macro_rules! steps {
    ($name:ident($($budget:ident: usize)?) [$($mark:tt)*]) => {
        #[conservative_grad]
        fn $name(at: [f64; 3], sigma: f64, rho: f64, beta: f64, n: usize, $($budget: usize)?) -> f64 {
            let [mut x, mut y, mut z] = at;
            $($mark)*
            for _ in 0..n {
                let dx = sigma * (y - x);
                let dy = x * (rho - z) - y;
                let dz = x * y - beta * z;
                x += DT * dx;
                y += DT * dy;
                z += DT * dz;
            }
            x + y + z
        }
    };
}
steps!(recorded() []);
steps!(whole() [#[checkpoint(whole)]]);
steps!(within(budget: usize) [#[checkpoint(budget = budget)]]);

/// The same of a loop whose end nobody knows.
macro_rules! open_steps {
    ($name:ident($($budget:ident: usize)?) [$($mark:tt)*]) => {
        #[conservative_grad]
        fn $name(at: [f64; 3], sigma: f64, rho: f64, beta: f64, n: usize, $($budget: usize)?) -> f64 {
            let [mut x, mut y, mut z] = at;
            let mut t = 0;
            $($mark)*
            while t < n {
                let dx = sigma * (y - x);
                let dy = x * (rho - z) - y;
                let dz = x * y - beta * z;
                x += DT * dx;
                y += DT * dy;
                z += DT * dz;
                t += 1;
            }
            x + y + z
        }
    };
}
open_steps!(open_recorded() []);
open_steps!(open_within(budget: usize) [#[checkpoint(budget = budget)]]);
open_steps!(open_usual() [#[checkpoint]]);

type Gradient = (f64, ([f64; 3], f64, f64, f64));

/// How the gradient of a loop gets at its states.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kept {
    /// Every one is recorded, in blocks if there are many.
    All,
    /// `#[checkpoint(whole)]`
    Whole,
    /// `#[checkpoint(budget = …)]`
    Within(usize),
    /// The same on a loop whose end nobody knows, or recorded there.
    OpenAll,
    OpenWithin(usize),
    /// `#[checkpoint]` on such a loop.
    OpenUsual,
}

pub(crate) fn primal(n: usize) -> f64 {
    recorded([1.0, 0.5, 20.0], 10.0, 28.0, 8.0 / 3.0, black_box(n))
}

pub(crate) fn gradient(kept: Kept, n: usize) -> Gradient {
    let (at, beta) = ([1.0, 0.5, 20.0], 8.0 / 3.0);
    let (n, kept) = black_box((n, kept));
    match kept {
        Kept::All => recorded::value_and_grad(at, 10.0, 28.0, beta, n),
        Kept::Whole => whole::value_and_grad(at, 10.0, 28.0, beta, n),
        Kept::Within(c) => within::value_and_grad(at, 10.0, 28.0, beta, n, c),
        Kept::OpenAll => open_recorded::value_and_grad(at, 10.0, 28.0, beta, n),
        Kept::OpenWithin(c) => open_within::value_and_grad(at, 10.0, 28.0, beta, n, c),
        Kept::OpenUsual => open_usual::value_and_grad(at, 10.0, 28.0, beta, n),
    }
}

thread_local! {
    static RUNS: Cell<u128> = const { Cell::new(0) };
}

#[conservative_rule(pullback = counted_pullback)]
fn counted(x: f64) -> f64 {
    RUNS.set(RUNS.get() + 1);
    0.9 * x + 0.1
}

fn counted_pullback(_: f64, _: f64, y_bar: f64) -> f64 {
    0.9 * y_bar
}

#[conservative_grad]
fn counted_within(a: f64, n: usize, budget: usize) -> f64 {
    let mut x = a;
    #[checkpoint(budget = budget)]
    for _ in 0..n {
        x = counted(x);
    }
    x
}

#[conservative_grad]
fn counted_open_within(a: f64, n: usize, budget: usize) -> f64 {
    let (mut x, mut i) = (a, 0);
    #[checkpoint(budget = budget)]
    while i < n {
        x = counted(x);
        i += 1;
    }
    x
}

#[conservative_grad]
fn counted_open_usual(a: f64, n: usize) -> f64 {
    let (mut x, mut i) = (a, 0);
    #[checkpoint]
    while i < n {
        x = counted(x);
        i += 1;
    }
    x
}

/// How often an iteration is run again on the way to the one that is reversed next; the forward sweep, and the run of each
/// iteration where it is reversed, are not counted.
pub(crate) fn reruns(kept: Kept, n: usize) -> u128 {
    RUNS.set(0);
    black_box(match kept {
        Kept::All | Kept::Whole | Kept::OpenAll => return 0,
        Kept::Within(c) => counted_within::grad(0.3, n, c),
        Kept::OpenWithin(c) => counted_open_within::grad(0.3, n, c),
        Kept::OpenUsual => counted_open_usual::grad(0.3, n),
    });
    RUNS.get() - 2 * n as u128
}
