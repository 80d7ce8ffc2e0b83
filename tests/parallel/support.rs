//! What every gradient in stretches is held against: the one of the same function in one go, central
//! differences, and itself on other numbers of threads.

use rayon::ThreadPoolBuilder;

/// Without iterations, one stretch, one strip and a bit, several stretches.
pub(crate) const LENGTHS: [usize; 6] = [0, 1, 31, 33, 1000, 10_007];

/// The same numbers on every run, in (-1, 1).
pub(crate) fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(seed);
    (0..n).map(|_| 2.0 * rng.f64() - 1.0).collect()
}

/// `f` in pools of several sizes, and twice in the same one: equal to the last bit.
pub(crate) fn on_many_threads(f: impl Fn() -> Vec<f64> + Sync) -> Vec<f64> {
    let bits = |result: &[f64]| result.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let first = f();
    for threads in [1, 2, 3, 8] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.expect("a thread pool");
        for _ in 0..2 {
            assert_eq!(bits(&first), bits(&pool.install(&f)), "{threads} threads");
        }
    }
    first
}

/// Equal up to the order of sums: relative to the largest number there is.
pub(crate) fn assert_close(found: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(found.len(), wanted.len());
    let scale = wanted.iter().fold(1e-300, |m: f64, x| m.max(x.abs()));
    for (k, (a, b)) in found.iter().zip(wanted).enumerate() {
        assert!(
            (a - b).abs() <= tolerance * scale,
            "number {k}: {a} in stretches, {b} wanted, {scale} at most"
        );
    }
}

/// The slope of `f` along one of its coordinates.
pub(crate) fn central(f: impl Fn(&[f64]) -> f64, at: &[f64], k: usize) -> f64 {
    let h = 1e-5;
    let moved = |by: f64| {
        let mut x = at.to_vec();
        x[k] += by;
        f(&x)
    };
    (moved(h) - moved(-h)) / (2.0 * h)
}

/// Value and gradient of a function of one slice (and what else it takes) at every length.
macro_rules! check {
    ($($f:ident)::+ ($($rest:expr),*)) => {
        for n in $crate::support::LENGTHS {
            check!(at $crate::support::numbers(n, 7), $($f)::+ ($($rest),*));
        }
    };
    (at $x:expr, $($f:ident)::+ ($($rest:expr),*)) => {{
        let x: Vec<f64> = $x;
        let found = $crate::support::on_many_threads(|| {
            let (value, gradient) = $($f)::+::value_and_grad(&x $(, $rest)*);
            [vec![value], gradient].concat()
        });
        let (value, gradient) =
            $($f)::+::value_and_grad_with(&mut conservative_grad::Plain, &x $(, $rest)*);
        let wanted = [vec![value], gradient].concat();
        $crate::support::assert_close(&found[..1], &wanted[..1], 1e-12);
        $crate::support::assert_close(&found[1..], &wanted[1..], 1e-12);
        assert_eq!(value.to_bits(), $($f)::+(&x $(, $rest)*).to_bits());
        assert_eq!($($f)::+::grad(&x $(, $rest)*), found[1..]);
        let mut added = vec![1.0; x.len()];
        let again = $($f)::+::accumulate_grad(&x, $($rest,)* &mut added);
        assert_eq!(again.to_bits(), found[0].to_bits());
        let shifted: Vec<f64> = wanted[1..].iter().map(|g| g + 1.0).collect();
        $crate::support::assert_close(&added, &shifted, 1e-12);
        for k in [0, x.len() / 2, x.len().saturating_sub(1)] {
            if k < x.len() {
                let slope = $crate::support::central(|x| $($f)::+(x $(, $rest)*), &x, k);
                let scale = 1.0 + value.abs() + slope.abs();
                assert!((slope - found[1 + k]).abs() <= 1e-6 * scale, "{slope} {}", found[1 + k]);
            }
        }
    }};
}
pub(crate) use check;
