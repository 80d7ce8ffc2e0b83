//! Central differences, for arguments that are structs.

/// Asserts that `gradient` is that of `f` at `at`.
#[track_caller]
pub fn assert_gradient(gradient: &[f64], at: &[f64], f: impl Fn(&[f64]) -> f64) {
    assert_eq!(gradient.len(), at.len());
    for i in 0..at.len() {
        let h = 1e-5 * at[i].abs().max(1.0);
        let moved = |by: f64| {
            let mut x = at.to_vec();
            x[i] += by;
            f(&x)
        };
        let quotient = (moved(h) - moved(-h)) / (2.0 * h);
        let error = (gradient[i] - quotient).abs();
        let scale = gradient[i].abs().max(1.0);
        // Not `>`: a NaN is no agreement.
        assert!(
            error <= 1e-7 * scale,
            "derivative {i}: {} for {quotient}",
            gradient[i]
        );
    }
}
