//! Adjoint loops of kinks, as emitted code writes them, against loops written by hand.
//!
//! `cargo bench -p autodiff-runtime` prints one line per loop; the ratio is about 1 where the
//! default selection costs nothing. Choices strictly between 0 and 1 pay for the mixture at a tie.

#![allow(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "rows write comparisons so that a NaN goes the way the primal goes"
)]

use std::hint::black_box;
use std::time::Instant;

use autodiff_runtime::{Plain, Selection, Site, SiteKind, Ties, pick};

const N: usize = 4096;

const fn site(theta: f64) -> Site {
    Site {
        id: 0,
        function: "kernel",
        module: "selects",
        file: file!(),
        line: line!(),
        column: 1,
        primitive: "relu",
        source: "relu(x)",
        kind: SiteKind::Kink,
        stratum: "x = 0",
        field: "[0, 1]",
        theta,
        clarke: true,
        ties: Ties::all(theta),
        listed: true,
    }
}

const BELOW: &Site = &site(0.0);
const HALF: &Site = &site(0.5);

#[inline(never)]
fn relu_by_hand(x: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    for ((x, y_bar), x_bar) in x.iter().zip(y_bar).zip(x_bar) {
        let (x, y_bar) = (*x, *y_bar);
        *x_bar += if x > 0.0 { y_bar } else { 0.0 };
    }
}

fn relu(site: &'static Site, x: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    for ((x, y_bar), x_bar) in x.iter().zip(y_bar).zip(x_bar) {
        let (x, y_bar) = (*x, *y_bar);
        *x_bar += pick(Plain.weight(site, x, x > 0.0, x == 0.0), 0.0, y_bar);
    }
}

#[inline(never)]
fn relu_below(x: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    relu(BELOW, x, y_bar, x_bar);
}

#[inline(never)]
fn relu_half(x: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    relu(HALF, x, y_bar, x_bar);
}

#[inline(never)]
fn clamp_by_hand(x: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    for ((x, y_bar), x_bar) in x.iter().zip(y_bar).zip(x_bar) {
        let (x, y_bar) = (*x, *y_bar);
        *x_bar += if (x > -0.5) & (x < 0.5) { y_bar } else { 0.0 };
    }
}

#[inline(never)]
fn clamp_below(x: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    for ((x, y_bar), x_bar) in x.iter().zip(y_bar).zip(x_bar) {
        let (x, y_bar) = (*x, *y_bar);
        let l = Plain.weight(BELOW, x + 0.5, !(x <= -0.5), x == -0.5);
        let h = Plain.weight(BELOW, 0.5 - x, !(x >= 0.5), x == 0.5);
        *x_bar += pick(l, 0.0, pick(h, 0.0, y_bar));
    }
}

/// The fastest of many runs, in microseconds.
fn time(kernel: fn(&[f64], &[f64], &mut [f64]), x: &[f64], y_bar: &[f64]) -> f64 {
    let mut x_bar = vec![0.0; N];
    let once = || {
        let start = Instant::now();
        kernel(black_box(x), black_box(y_bar), black_box(&mut x_bar));
        start.elapsed().as_secs_f64() * 1e6
    };
    std::iter::repeat_with(once)
        .take(20_000)
        .fold(f64::INFINITY, f64::min)
}

fn main() {
    let x: Vec<f64> = (0..N).map(|i| (i as f64 * 0.7).sin()).collect();
    let y_bar: Vec<f64> = (0..N).map(|i| (i as f64 * 0.3).cos()).collect();
    let row = |name: &str, kernel, hand| {
        let (kernel, hand) = (time(kernel, &x, &y_bar), time(hand, &x, &y_bar));
        println!(
            "loop={name} us={kernel:.2} hand_us={hand:.2} over_hand={:.2}",
            kernel / hand
        );
    };
    row("relu_theta_0", relu_below, relu_by_hand);
    row("relu_theta_half", relu_half, relu_by_hand);
    row("clamp_theta_0", clamp_below, clamp_by_hand);
}
