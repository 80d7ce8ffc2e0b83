//! Adjoints of which an iteration touches one element: every stretch gets its own, wherever the loop begins and whichever way
//! it goes.

use conservative_grad::conservative_grad;

use crate::support::{assert_close, check, numbers, on_many_threads};

macro_rules! loops {
    ($($name:ident($x:ident) $body:block)*) => {$(
        #[conservative_grad(parallel)]
        fn $name($x: &[f64]) -> f64 $body
    )*};
}

#[conservative_grad]
fn wave(x: f64) -> f64 {
    (2.0 * x).sin() * x
}

#[conservative_grad]
fn first_three(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x.iter().take(3) {
        sum += v * v;
    }
    sum
}

loops! {
    behind_the_first(x) {
        let mut sum = 0.0;
        for i in 2..x.len() {
            sum += x[i].sin() * x[i];
        }
        sum
    }
    every_third(x) {
        let mut sum = 0.0;
        for i in (1..x.len()).step_by(3) {
            sum += wave(x[i]);
        }
        sum
    }
    downwards(x) {
        let mut sum = 0.0;
        for i in (0..x.len()).rev() {
            sum += wave(x[i]) * 0.5;
        }
        sum
    }
    up_to_the_middle(x) {
        let mut sum = 0.0;
        for i in 1..=x.len() / 2 {
            sum += wave(x[i]) + x[i];
        }
        sum
    }
    with_decisions(x) {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += (x[i] - 0.25).abs().max(0.3) * x[i];
        }
        sum
    }
    one_after_the_other(x) {
        let mut first = 0.0;
        for i in 0..x.len() {
            first += (1.0 + x[i] * x[i]).sqrt();
        }
        let mut second = 0.0;
        for i in 1..x.len() {
            second += wave(x[i]);
        }
        first - 0.25 * second
    }
    of_a_local_array(x) {
        let y: Vec<f64> = x.iter().map(|v| v * v).collect();
        let mut sum = 0.0;
        for i in 0..y.len() {
            sum += (0.5 + y[i] * x[i] * y[i]).cos();
        }
        sum
    }
    whole_and_in_pieces(x) {
        let mut sum = 0.0;
        for i in 1..x.len() {
            sum += wave(x[i]) * x[0];
        }
        sum
    }
    ahead_in_strips(x) {
        let mut sum = 0.0;
        for i in 0..x.len().max(1) - 1 {
            sum += (x[i + 1] - x[i] * x[i]).powi(2);
        }
        sum
    }
    to_the_end(x) {
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += first_three(&x[i..]);
        }
        sum
    }
    loop_from_the_counter(x) {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let mut norm = 0.1;
            for j in i..x.len().min(i + 3) {
                norm += x[j] * x[j];
            }
            sum += norm.sqrt();
        }
        sum
    }
    rest_of_the_array(x) {
        let mut sum = 0.0;
        for i in 0..x.len() {
            let mut norm = 0.1;
            for v in x[i..].iter().take(2) {
                norm += v * v;
            }
            sum += norm.sqrt();
        }
        sum
    }
    neighbours_on_both_sides(x) {
        let mut sum = 0.0;
        for i in 1..x.len() / 2 {
            sum += wave(x[i]) * x[i + 1];
        }
        sum
    }
}

#[test]
fn ranges() {
    check!(behind_the_first());
    check!(every_third());
    check!(downwards());
    for n in [0, 2, 31, 33, 1000, 10_007] {
        check!(at numbers(n + 1, 5), up_to_the_middle());
    }
}

#[test]
fn decisions() {
    check!(with_decisions());
}

#[test]
fn two_loops() {
    check!(one_after_the_other());
}

#[test]
fn a_local_array() {
    check!(of_a_local_array());
    check!(at numbers(70_001, 11), of_a_local_array());
}

#[test]
fn more_than_the_own_element() {
    check!(at numbers(1, 11), whole_and_in_pieces());
    check!(at numbers(20_000, 12), whole_and_in_pieces());
    check!(neighbours_on_both_sides());
}

/// Slices that begin at the own element, and go on behind it.
#[test]
fn from_the_own_element_on() {
    check!(ahead_in_strips());
    check!(to_the_end());
    check!(loop_from_the_counter());
    check!(rest_of_the_array());
}

#[conservative_grad(parallel)]
fn rows(x: &[[f64; 3]], scale: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i][0] * x[i][1] + scale * x[i][2]).sin();
    }
    sum
}

#[test]
fn rows_of_an_array() {
    let x: Vec<[f64; 3]> = numbers(30_000, 3).as_chunks().0.to_vec();
    let flat = |x: &[[f64; 3]], scale: f64| -> Vec<f64> {
        x.concat().into_iter().chain([scale]).collect()
    };
    let found = on_many_threads(|| {
        let (x_bar, scale_bar) = rows::grad(&x, 0.75);
        flat(&x_bar, scale_bar)
    });
    let mut scale_bar = 0.0;
    let wanted: Vec<[f64; 3]> = x
        .iter()
        .map(|[a, b, c]| {
            let slope = (a * b + 0.75 * c).cos();
            scale_bar += slope * c;
            [slope * b, slope * a, slope * 0.75]
        })
        .collect();
    assert_close(&found, &flat(&wanted, scale_bar), 1e-12);
}

/// The loop goes on where the array has ended: in stretches, too, it is the panic of the first element that is not there.
#[conservative_grad(parallel)]
fn beyond(x: &[f64], #[constant] count: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..count {
        sum += (1.0 + x[i] * x[i]).sqrt();
    }
    sum
}

#[test]
fn too_short() {
    let x = numbers(5_000, 4);
    let panicking = std::panic::catch_unwind(|| beyond::grad(&x, 20_000));
    assert!(panicking.is_err());
    assert_eq!(beyond::grad(&x, 5_000).len(), 5_000);
}
