//! Loops over the same elements, one after the other: they become one, unless an iteration of the second needs more than the
//! one of the first.

programs! {
    strips fn each_step_in_a_loop(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = (w[i] * x[i] + 0.7).max(0.0);
        }
        for i in 0..n {
            y[i] = (y[i] - 0.4).abs();
        }
        for i in 0..n {
            y[i] = y[i].clamp(0.1, 0.3);
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i] * y[i];
        }
        s
    }
    strips fn two_arrays_and_two_sums(x, w, c, k, n) {
        let mut a = vec![0.0; n];
        let mut b = vec![1.0; n];
        for i in 0..n {
            a[i] = x[i].sin();
            b[i] = a[i] * w[i] + b[i];
        }
        let mut s = 0.7;
        let mut t = 0.0;
        for i in 0..n {
            s += a[i] * b[i];
        }
        for i in 0..n {
            t += (b[i] - a[i]).exp();
        }
        s + 2.0 * t
    }
    strips fn an_array_that_is_read_afterwards(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * x[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i] * w[i];
        }
        let first = if n > 0 { y[0] } else { 0.7 };
        s + first * 0.7 + y.len() as f64
    }
    strips fn one_that_is_added_to(x, w, c, k, n) {
        let mut y = vec![0.7; n];
        for i in 0..n {
            y[i] += x[i] * 2.0;
        }
        for i in 0..n {
            y[i] *= w[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i].exp();
        }
        s
    }
    strips fn stored_in_one_branch_only(x, w, c, k, n) {
        let mut y = vec![0.5; n];
        for i in 0..n {
            if x[i] > 0.2 {
                y[i] = x[i] - 0.2 + 0.5;
            }
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i] * y[i] * 0.7;
        }
        s
    }
    strips fn lengths_and_constants_in_between(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * 0.7;
        }
        let scale = 2.0 * 0.7;
        let m = y.len();
        let mut s = scale;
        for i in 0..m {
            s += y[i] * y[i] * scale;
        }
        s
    }
    strips fn the_neighbour_of_what_was_stored(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * x[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[(i + 1) % n] * w[i];
        }
        s
    }
    strips fn the_last_one_is_read_by_all(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * x[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i] * y[n - 1];
        }
        s
    }
    scaled fn the_sum_of_the_first_in_the_second(x, w, c, k, n) {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i].exp();
        }
        let mut t = 0.0;
        for i in 0..n {
            t += x[i] * s;
        }
        t
    }
    strips fn read_first_and_overwritten_later(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * 0.7;
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i] * y[n - 1 - i];
        }
        for i in 0..n {
            y[i] = x[i] + w[i];
        }
        for i in 0..n {
            s += y[i] * y[i];
        }
        s
    }
    strips fn of_other_lengths(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * 0.7;
        }
        let mut s = 0.0;
        for i in 1..n {
            s += y[i] * y[i];
        }
        for i in 0..n / 2 {
            s += y[i];
        }
        s
    }
    plain fn a_state_in_the_second(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = (x[i] * 0.7).tanh();
        }
        let mut z = 0.0;
        for i in 0..n {
            z = 0.5 * z + y[i];
        }
        z
    }
    strips fn changed_in_between(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[i] * 0.7;
        }
        if n > 2 {
            y[0] = 0.7;
        }
        let mut s = 0.0;
        for i in 0..n {
            s += y[i] * y[i];
        }
        s
    }
    /// The table has no adjoint: only that its elements are those of other iterations keeps the loops apart.
    strips fn a_constant_table_from_its_end(x, w, c, k, n) {
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = (i * i) as f64 * 0.01;
        }
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i] * y[n - 1 - i];
        }
        s
    }
    strips fn swapped_roles(x, w, c, k, n) {
        let mut a = vec![0.0; n];
        let mut b = vec![0.0; n];
        for i in 0..n {
            a[i] = x[i] * x[i];
        }
        for i in 0..n {
            b[i] = a[i] + 0.7;
        }
        for i in 0..n {
            a[i] = b[i] * w[i];
        }
        let mut s = 0.0;
        for i in 0..n {
            s += a[i] * b[i];
        }
        s
    }
}

/// A store that is out of bounds is no store that nobody reads.
#[conservative_grad::conservative_grad]
fn too_short(x: &[f64], m: usize) -> f64 {
    let n = x.len();
    let mut y = vec![0.0; n];
    let mut z = vec![0.0; m];
    for i in 0..n {
        y[i] = x[i] * 0.7;
    }
    for i in 0..n {
        z[i] = y[i] * y[i];
    }
    let mut s = 0.0;
    for i in 0..n {
        s += y[i];
    }
    s
}

#[test]
fn a_store_out_of_bounds_panics_in_the_gradient_too() {
    let x = [1.0; 64];
    assert_eq!(too_short::grad(&x, 64), [0.7; 64]);
    for run in [
        |x: &[f64], m| drop(too_short::grad(x, m)),
        |x: &[f64], m| {
            too_short(x, m);
        },
    ] {
        assert!(std::panic::catch_unwind(|| run(&[1.0; 64], 40)).is_err());
    }
}
