//! How often iterations run, counted by a function that they call.

use std::cell::Cell;

use conservative_grad::{conservative_grad, conservative_rule};

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
fn loops(a: f64, n: usize, budget: usize) -> f64 {
    let mut x = a;
    #[checkpoint(budget = budget)]
    for _ in 0..n {
        x = counted(x);
    }
    x * x
}

#[conservative_grad]
fn usual(a: f64, n: usize) -> f64 {
    let mut x = a;
    #[checkpoint]
    for _ in 0..n {
        x = counted(x);
    }
    x * x
}

#[conservative_grad]
fn unknown(a: f64, n: usize) -> f64 {
    let (mut x, mut i) = (a, 0);
    #[checkpoint]
    while i < n {
        x = counted(x);
        i += 1;
    }
    x * x
}

fn runs(f: impl FnOnce()) -> u128 {
    RUNS.set(0);
    f();
    RUNS.get()
}

/// `C(n, k)`
fn choose(n: u128, k: u128) -> u128 {
    (1..=k).fold(1, |all, i| all * (n - k + i) / i)
}

/// Griewank and Walther: `r·l − C(c + r, r − 1)` for the `l = n + 1` steps of a loop and what comes
/// after it, of which `n` are the forward sweep.
fn predicted(n: u128, c: u128) -> u128 {
    let steps = n + 1;
    let r = (1..).find(|r| steps <= choose(c + r, *r)).unwrap_or(1);
    r * steps - choose(c + r, r - 1) - n
}

#[test]
fn counted_loops_run_as_often_as_predicted() {
    for n in [1, 2, 3, 4, 7, 10, 25, 64, 100] {
        for c in [1, 2, 3, 4, 6, 9, 20, 101] {
            // Once in the forward sweep, once where the iteration is reversed.
            let expected = 2 * n as u128 + predicted(n as u128, c as u128);
            let joint = runs(|| drop(loops::grad(0.3, n, c).to_string()));
            assert_eq!(joint, expected, "{n} iterations, {c} states");
            let split = runs(|| drop(loops::vjp(0.3, n, c).1(1.0).to_string()));
            assert_eq!(split, expected, "{n} iterations, {c} states");
        }
    }
}

#[test]
fn the_usual_budget_is_the_root() {
    for (n, root) in [(1, 1), (9, 3), (10, 4), (100, 10), (2000, 45)] {
        let expected = 2 * n as u128 + predicted(n as u128, root);
        assert_eq!(runs(|| drop(usual::grad(0.3, n).to_string())), expected);
    }
}

#[test]
fn unknown_loops_run_four_times_at_most() {
    for n in [1, 2, 3, 10, 31, 100, 1000, 3000] {
        let found = runs(|| drop(unknown::grad(0.3, n).to_string()));
        assert!(found <= 4 * n as u128, "{n}: {found}");
    }
}
