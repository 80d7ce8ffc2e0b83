//! Every chain of three adapters over a range: the numbers come in the order of std.

use conservative_grad::conservative_grad;

/// One function per pair of adapters; in it, one loop per third adapter, over a range and over its numbers doubled.
macro_rules! chains {
    (@second $name:ident ($($a:tt)*)) => {
        mod $name {
            use super::*;
            chains! { @third rev [$($a)*.rev()] }
            chains! { @third step_by [$($a)*.step_by(2)] }
            chains! { @third skip [$($a)*.skip(1)] }
            chains! { @third take [$($a)*.take(4)] }

            #[test]
            fn numbers_in_order() {
                for n in 1..14 {
                    let x: Vec<f64> = (0..n).map(|i| 1.0 + 0.1 * f64::from(i)).collect();
                    check!(rev(&x.clone()));
                    check!(step_by(&x.clone()));
                    check!(skip(&x.clone()));
                    check!(take(&x.clone()));
                }
            }
        }
    };
    (@third $name:ident [$($chain:tt)*]) => {
        #[conservative_grad]
        fn $name(x: &[f64]) -> f64 {
            let mut s = 1.0;
            for k in (1..x.len())$($chain)*.rev() {
                s = 0.9 * s + x[k];
            }
            for k in (2..x.len())$($chain)*.step_by(3) {
                s = 0.9 * s + x[k];
            }
            for (i, k) in (1..x.len())$($chain)*.skip(2).enumerate() {
                s = 0.9 * s + x[k] * i as f64;
            }
            for (k, v) in (0..x.len())$($chain)*.take(3).zip(x) {
                s = 0.9 * s + x[k] * v;
            }
            s
        }
    };
    ($($name:ident $first:tt;)*) => {
        $(chains! { @second $name $first })*
    };
}

chains! {
    reversed(.rev());
    in_steps(.step_by(3));
    without_the_first(.skip(1));
    few(.take(7));
}

#[conservative_grad]
fn inclusive(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 1.0;
    for k in (0..=n - 1).rev().step_by(2).take(2) {
        s = 0.9 * s + x[k];
    }
    for k in (1..=n - 1).rev().step_by(3).skip(1) {
        s = 0.9 * s + x[k] * x[k - 1];
    }
    s
}

#[test]
fn inclusive_ranges() {
    for n in 1..14 {
        let x: Vec<f64> = (0..n).map(|i| 1.0 + 0.1 * f64::from(i)).collect();
        check!(inclusive(&x));
    }
}

/// Ranges of integers that are no lengths.
mod of_other_integers {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn zipped(x: &[f64], a: f64) -> f64 {
        let mut s = a;
        for (k, v) in (-3..4i32).zip(x).skip(1) {
            s += k as f64 * v;
        }
        s
    }

    #[conservative_grad]
    pub fn skipped(x: &[f64], a: f64, from: i64) -> f64 {
        let mut s = a;
        for k in (-3..4i32).skip(x.len() / 3) {
            s += k as f64 * x[0];
        }
        for k in (-3..=4i32).step_by(2).skip(1) {
            s += k as f64 * a * x[1];
        }
        for (k, v) in (1i32..).zip(x).skip(1) {
            s += k as f64 * v * a;
        }
        for (n, k) in (-2..3i32).rev().enumerate().skip(1) {
            s += k as f64 * x[n % 2] * a;
        }
        for k in (-2..3i32).rev().take(2) {
            s *= k as f64 * a;
        }
        for k in (from..from + 3).rev().skip(1) {
            s += k as f64 * a;
        }
        s
    }

    #[test]
    fn have_their_type() {
        crate::check!(zipped(&[0.5, 2.0, 1.0], 0.7));
        crate::check!(skipped(&[0.5, 2.0, 1.0, 0.25], 0.7, const -2));
    }
}
