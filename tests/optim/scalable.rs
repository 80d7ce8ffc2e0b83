//! Problems of any dimension: Haarala, Miettinen, Mäkelä, *OMS* 19 (2004); the last but one of Gürbüzbalaban and Overton (2012).

use conservative_grad::{conservative_grad, max_of};

#[conservative_grad]
pub(crate) fn maxq(x: &[f64]) -> f64 {
    let mut largest = x[0] * x[0];
    for i in 1..x.len() {
        largest = largest.max(x[i] * x[i]);
    }
    largest
}

#[conservative_grad]
pub(crate) fn mxhilb(x: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for i in 0..x.len() {
        let mut row = 0.0;
        for j in 0..x.len() {
            row += x[j] / (i + j + 1) as f64;
        }
        largest = largest.max(row.abs());
    }
    largest
}

#[conservative_grad]
pub(crate) fn chained_lq(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let line = -x[i] - x[i + 1];
        sum += line.max(line + x[i] * x[i] + x[i + 1] * x[i + 1] - 1.0);
    }
    sum
}

#[conservative_grad]
pub(crate) fn chained_cb3_1(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i], x[i + 1]);
        let quartic = a.powi(4) + b * b;
        let squares = (2.0 - a) * (2.0 - a) + (2.0 - b) * (2.0 - b);
        sum += quartic.max(squares).max(2.0 * (b - a).exp());
    }
    sum
}

#[conservative_grad]
pub(crate) fn chained_cb3_2(x: &[f64]) -> f64 {
    let (mut quartic, mut squares, mut exponentials) = (0.0, 0.0, 0.0);
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i], x[i + 1]);
        quartic += a.powi(4) + b * b;
        squares += (2.0 - a) * (2.0 - a) + (2.0 - b) * (2.0 - b);
        exponentials += 2.0 * (b - a).exp();
    }
    quartic.max(squares).max(exponentials)
}

#[conservative_grad]
pub(crate) fn active_faces(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
    }
    let mut largest = (sum.abs() + 1.0).ln();
    for i in 0..x.len() {
        largest = largest.max((x[i].abs() + 1.0).ln());
    }
    largest
}

#[conservative_grad]
pub(crate) fn brown2(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i], x[i + 1]);
        sum += a.abs().powf(b * b + 1.0) + b.abs().powf(a * a + 1.0);
    }
    sum
}

#[conservative_grad]
pub(crate) fn chained_crescent_2(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i], x[i + 1] - 1.0);
        let circle = a * a + b * b;
        sum += (circle + b).max(-circle + b + 2.0);
    }
    sum
}

#[conservative_grad]
pub(crate) fn nesterov_cr_1(x: &[f64]) -> f64 {
    let mut sum = 0.25 * (x[0] - 1.0) * (x[0] - 1.0);
    for i in 0..x.len() - 1 {
        sum += (x[i + 1] - 2.0 * x[i] * x[i] + 1.0).abs();
    }
    sum
}

#[conservative_grad]
pub(crate) fn absval(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i].abs();
    }
    sum
}

#[conservative_grad]
pub(crate) fn maxl(x: &[f64]) -> f64 {
    let mut largest = x[0].abs();
    for i in 1..x.len() {
        largest = largest.max(x[i].abs());
    }
    largest
}

#[conservative_grad]
pub(crate) fn goffin(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
    }
    50.0 * max_of(x) - sum
}

#[conservative_grad]
pub(crate) fn l1hilb(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let mut row = 0.0;
        for j in 0..x.len() {
            row += x[j] / (i + j + 1) as f64;
        }
        sum += row.abs();
    }
    sum
}
