//! Loops with steps, over counters of every type: not all of them run backwards in Rust.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn up(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in (0..n as u64).step_by(2) {
        y = y * x + i as f64;
    }
    y
}

#[conservative_grad]
fn recorded(x: f64, n: u64) -> f64 {
    let mut y = x;
    for i in (0..n).step_by(3) {
        y = y.sin() * x + i as f64;
    }
    y
}

#[conservative_grad]
fn down_by_three(x: f64, n: i64) -> f64 {
    let mut y = x;
    for i in (-n..=n).rev().step_by(3) {
        y = y.sin() * x + i as f64;
    }
    y
}

#[conservative_grad]
fn closed(x: f64, n: i64) -> f64 {
    let mut y = x;
    for i in (-n..=n).step_by(2) {
        y = y.sin() * x + i as f64;
    }
    y
}

#[conservative_grad]
fn bytes(x: f64, n: u8) -> f64 {
    let mut y = 1.0;
    for i in (0..n).step_by(7).rev() {
        y *= x + i as f64;
    }
    y
}

#[conservative_grad]
fn nested(x: f64, n: i32) -> f64 {
    let mut y = 1.0;
    for i in (-5..n).step_by(4).rev() {
        for j in (0..i as i64).rev().step_by(2) {
            y = y * 0.9 + x * j as f64;
        }
    }
    y
}

#[conservative_grad]
fn large(x: f64, n: u128) -> f64 {
    let mut y = 1.0;
    for i in (0..n).step_by(2) {
        y = y * x + i as f64;
    }
    y
}

#[test]
fn counters_of_every_type() {
    check!(up(0.7, const 7));
    check!(up(0.7, const 8));
    check!(up(0.7, const 0));
    check!(recorded(0.7, const 10));
    check!(down_by_three(0.7, const 5));
    check!(down_by_three(0.7, const -1));
    check!(closed(0.7, const 5));
    check!(bytes(0.7, const 20));
    check!(nested(0.7, const 9));
    check!(large(0.7, const 9));
}
