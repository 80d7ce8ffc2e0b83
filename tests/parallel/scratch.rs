//! Arrays that live longer than an iteration and are overwritten by it, in all the ways there are of doing so.

use conservative_grad::conservative_grad;

use crate::support::{LENGTHS, check, numbers};

/// The row of an iteration starts as `$start`; `$body` and `$term` are what it does with it.
macro_rules! rows {
    ($($name:ident($w:ident, $x:ident, $i:ident, $row:ident: $start:expr) { $($body:tt)* } => $term:expr;)*) => {$(
        #[conservative_grad(parallel)]
        fn $name($w: &[f64], #[constant] $x: &[f64]) -> f64 {
            #[allow(unused_assignments, unused_mut, reason = "some rows start as anything, or are none")]
            let mut $row = $start;
            let mut sum = 0.0;
            for $i in 0..$x.len() {
                $($body)*
                sum += $term;
            }
            sum
        }
    )*};
}

#[conservative_grad]
fn add_wave(w: &[f64], x: f64, row: &mut [f64]) {
    for j in 0..w.len() {
        row[j] += (w[j] * x).sin();
    }
}

#[conservative_grad]
fn norm(row: &[f64]) -> f64 {
    let mut squares = 0.1;
    for v in row {
        squares += v * v;
    }
    squares.sqrt()
}

rows! {
    filled(w, x, i, row: vec![0.0; w.len()]) {
        row.fill(x[i] * w[0]);
        for j in 0..w.len() {
            row[j] *= w[j].cos();
        }
    } => row[0] * row[1];
    part_filled(w, x, i, row: vec![0.0; w.len() + 3]) {
        let d = w.len();
        row[..d].fill(x[i]);
        for j in 0..d {
            row[j] *= w[j];
        }
    } => norm(&row[..w.len()]);
    copied(w, x, i, row: vec![0.0; w.len()]) {
        row.copy_from_slice(w);
        for j in 0..w.len() {
            row[j] = x[i] * row[j].powi(2);
        }
    } => norm(&row);
    cloned(w, x, i, row: [0.0; 3]) {
        row.clone_from_slice(&w[1..4]);
        row[1] = (row[0] * x[i]).sin();
    } => row[0] * row[1] + row[2];
    in_two_parts(w, x, i, row: vec![0.0; 2 * w.len()]) {
        let d = w.len();
        row[..d].copy_from_slice(w);
        row[d..].fill(x[i]);
    } => row[0] * row[d + 1] * row[1];
    element_by_element(w, x, i, row: [0.0; 3]) {
        row[2] = w[0] * x[i];
        row[0] = row[2] * w[1];
        row[1] = w[2];
    } => norm(&row);
    step_by_step(w, x, i, row: vec![0.0; w.len()]) {
        row[0] = x[i] * w[0];
        for j in 1..w.len() {
            row[j] = w[j] * row[j - 1].sin();
        }
    } => row[1] + row[0];
    handed_out(w, x, i, row: vec![0.0; w.len()]) {
        row.fill(0.5);
        add_wave(w, x[i], &mut row);
    } => norm(&row);
    up_to_its_length(w, x, i, row: vec![0.0; w.len()]) {
        for j in 0..row.len() {
            row[j] = w[j] * x[i];
        }
    } => row[0] * row[1];
    zipped(w, x, i, row: vec![0.0; w.len()]) {
        for (r, v) in row.iter_mut().zip(w) {
            *r = v.sin() * x[i];
        }
    } => norm(&row);
    in_both_arms(w, x, i, row: vec![0.0; w.len()]) {
        if x[i] > 0.0 {
            row.fill(w[0] * x[i]);
        } else {
            row.copy_from_slice(w);
        }
    } => norm(&row);
    with_closure(w, x, i, row: vec![0.0; w.len()]) {
        row.fill_with(|| w[1] * x[i]);
    } => row[0] * row[1];
    sorted(w, x, i, row: vec![0.0; w.len()]) {
        row.copy_from_slice(w);
        for j in 0..w.len() {
            row[j] *= x[i] + j as f64;
        }
        row.sort_by(|a, b| a.total_cmp(b));
    } => row[0] * row[1] - row[w.len() - 1];
    sorted_inside(w, x, i, row: 0.5) {
        let mut list = w.to_vec();
        for j in 0..w.len() {
            list[j] *= x[i] - j as f64;
        }
        list.sort_unstable_by(f64::total_cmp);
        list.rotate_left(1);
        assert!(list.len() == w.len(), "{} elements", list.len());
    } => list[0] * list[1] * row;
    with_a_panic(w, x, i, row: [0.0; 2]) {
        row = match i % 3 {
            0 => [w[0], x[i]],
            1 => [w[1] * w[2], w[0]],
            2 => [x[i], w[2]],
            _ => panic!("{} is no remainder", i % 3),
        };
    } => row[0] * row[1];
    counted(w, x, i, row: [0; 4]) {
        row.fill(0);
        for j in 0..w.len() {
            row[(i + j) % 4] += 1;
        }
    } => w[i % 2] * x[i] * row[3] as f64;
}

#[test]
fn overwritten_as_a_whole() {
    for n in LENGTHS {
        let x = numbers(n, 17);
        check!(at numbers(5, 18), filled(&x));
        check!(at numbers(5, 18), copied(&x));
        check!(at numbers(5, 18), cloned(&x));
        check!(at numbers(5, 18), up_to_its_length(&x));
        check!(at numbers(5, 18), zipped(&x));
        check!(at numbers(5, 18), in_both_arms(&x));
        check!(at numbers(5, 18), with_closure(&x));
        check!(at numbers(5, 18), counted(&x));
    }
}

#[test]
fn overwritten_in_parts() {
    for n in LENGTHS {
        let x = numbers(n, 19);
        check!(at numbers(5, 20), part_filled(&x));
        check!(at numbers(5, 20), in_two_parts(&x));
        check!(at numbers(5, 20), element_by_element(&x));
        check!(at numbers(5, 20), step_by_step(&x));
    }
}

#[test]
fn handed_to_others() {
    for n in [0, 1, 33, 1000] {
        let x = numbers(n, 21);
        check!(at numbers(5, 22), handed_out(&x));
        check!(at numbers(5, 22), sorted(&x));
        check!(at numbers(5, 22), sorted_inside(&x));
        check!(at numbers(5, 22), with_a_panic(&x));
    }
}

/// `copy_from_slice` panics in a stretch as it does in the loop.
#[test]
fn lengths_that_differ() {
    let x = numbers(1000, 23);
    let panicking = std::panic::catch_unwind(|| cloned::grad(&[0.5; 3], &x));
    assert!(panicking.is_err());
}
