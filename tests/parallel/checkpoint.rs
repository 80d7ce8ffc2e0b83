//! Loops under `#[checkpoint]` beside loops in stretches: every program with the option and without, against tangents along the axes.

use conservative_grad::{Plain, conservative_grad};

use crate::support::{LENGTHS, assert_close, numbers, on_many_threads};

macro_rules! with_and_without {
    ($($name:ident($x:ident, $c:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            #[conservative_grad(parallel)]
            pub fn stretched($x: &[f64], $c: f64) -> f64 $body

            #[conservative_grad]
            pub fn plain($x: &[f64], $c: f64) -> f64 $body
        }
    )*};
}

with_and_without! {
    backwards_with_continue(x, c) {
        let n = x.len().min(8);
        let mut a = [c; 8];
        let mut s = 0.0;
        #[checkpoint]
        for k in (0..n).rev() {
            if k % 3 == 1 {
                continue;
            }
            a[k] = 0.5 * a[(k + 1) % 8] + x[k].sin();
        }
        a[0] -= 0.3;
        for z in 0..n {
            s += a[z] * a[z];
        }
        s
    }
    // The loop under the attribute reads a copy of the array.
    array_that_changes_later(x, c) {
        let mut a = vec![c; x.len() + 4];
        let mut s = 0.0;
        let mut t = 0.0;
        let n = x.len();
        #[checkpoint(budget = 1)]
        for k in (0..n).rev() {
            s += a[k % 7] * x[k];
        }
        a[0] = s * 0.1;
        for z in 0..n {
            t += a[z % 4] * x[z];
        }
        for p in (0..n).step_by(2) {
            a[0] += c * x[p];
        }
        let mut u = 1.0;
        for z in 0..n {
            u += x[z] * x[z] * c;
        }
        s * t + u
    }
    array_that_later_iterations_change(x, c) {
        let mut a = [c; 4];
        let mut s = 0.0;
        #[checkpoint]
        for k in 0..x.len() {
            s += a[k % 4] * x[k];
        }
        for z in 0..x.len().min(40) {
            a[0] -= 0.3;
            s += (1.0 + x[z] * x[z] * a[0] * a[0]).sqrt();
        }
        let mut u = 1.0;
        for z in 0..x.len() {
            u += (x[z] * c).abs();
        }
        s.max(c) + u
    }
    // The adjoint of the sum is known in front of the loop that reads the copy.
    array_that_is_scaled_later(x, c) {
        let mut a = [0.5 * c; 4];
        let mut s = 0.0;
        for z in 0..x.len() {
            s -= (x[z] * c).sin() * x[z];
        }
        #[checkpoint]
        for k in 0..x.len() {
            s += a[k % 4] * x[k];
        }
        for p in 0..x.len().min(40) {
            a[p % 4] *= 0.5;
            s += a[2] * x[p];
        }
        s
    }
    // The copy of a list that grows does not.
    array_that_grew(x, c) {
        let mut a = Vec::new();
        for k in 0..4 {
            a.push(c * k as f64);
        }
        let mut s = 0.0;
        #[checkpoint]
        for k in 0..x.len() {
            s += (a[k % 4] * x[k]).max(0.1 * c);
        }
        s * s
    }
    // What the store writes is known where it is read: the loop only writes to the array.
    array_that_a_sum_only_writes_to(x, c) {
        let mut a = [0.0; 8];
        let b = a;
        let mut s = 0.0;
        let mut t = 0.0;
        for z in 0..x.len().min(8) {
            t += b[z] * x[z];
        }
        let mut k = 0;
        #[checkpoint(budget = 4)]
        while k < x.len().min(40) {
            a[k % 8] = 0.5 * a[k % 8] + x[k] * c;
            k += 1;
        }
        for z in 0..x.len() {
            a[0] = x[z];
            s -= (x[z] * c).sin() * a[0];
        }
        s * c + t
    }
}

macro_rules! agree {
    ($($name:ident),+) => {$(
        for n in LENGTHS {
            let (x, c) = (numbers(n, 11), 0.37);
            let all = |value: f64, (x_bar, c_bar): (Vec<f64>, f64)| [vec![value], x_bar, vec![c_bar]].concat();
            let found = on_many_threads(|| {
                let (value, gradient) = $name::stretched::value_and_grad(&x, c);
                all(value, gradient)
            });
            let (value, gradient) = $name::plain::value_and_grad_with(&mut Plain, &x, c);
            assert_close(&found, &all(value, gradient), 1e-12);
            let (value, gradient) = $name::plain::value_and_grad(&x, c);
            assert_close(&found, &all(value, gradient), 1e-12);
            let (value, pullback) = $name::stretched::vjp(&x, c);
            assert_close(&found, &all(value, pullback(1.0)), 1e-12);
            if n <= 33 {
                let mut slopes = vec![value];
                for k in 0..=n {
                    let mut along = vec![0.0; n + 1];
                    along[k] = 1.0;
                    slopes.push($name::plain::jvp(&x, c, &along[..n], along[n]).1);
                }
                assert_close(&found, &slopes, 1e-12);
            }
        }
    )+};
}

#[test]
fn states_in_front_of_a_sum() {
    agree!(backwards_with_continue, array_that_a_sum_only_writes_to);
}

#[test]
fn copies_that_a_sum_reads() {
    agree!(array_that_changes_later, array_that_later_iterations_change);
    agree!(array_that_is_scaled_later, array_that_grew);
}
