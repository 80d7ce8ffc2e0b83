//! Panics are those of the primal.

use std::panic::{AssertUnwindSafe, catch_unwind};

use conservative_grad::conservative_grad;

use crate::support::numbers;

#[conservative_grad(parallel)]
fn short(x: &[f64], #[constant] at: &[usize]) -> f64 {
    let mut sum = 0.0;
    for i in 0..at.len() {
        sum += x[at[i]].exp();
    }
    sum
}

fn message(f: impl FnOnce() -> f64) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .expect("a text")
}

#[test]
fn an_index_out_of_range() {
    let x = numbers(10, 1);
    let mut at = vec![3; 100_000];
    assert_eq!(short::value_and_grad(&x, &at).1[4], 0.0);
    // The first of them is the one that is reported.
    at[60_000] = 11;
    at[90_000] = 12;
    let wanted = message(|| short(&x, &at));
    assert!(wanted.contains("11"), "{wanted}");
    for _ in 0..20 {
        assert_eq!(message(|| short::value_and_grad(&x, &at).0), wanted);
    }
    // And nothing is left behind.
    at[60_000] = 1;
    at[90_000] = 1;
    assert!(short::value_and_grad(&x, &at).0.is_finite());
}
