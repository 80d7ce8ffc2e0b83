//! Problems of one dimension: Lukšan and Vlček, TR 798, Czech Academy of Sciences (2000).

use conservative_grad::conservative_grad;

#[conservative_grad]
pub(crate) fn cb2(x: &[f64]) -> f64 {
    let (a, b) = (x[0], x[1]);
    let squares = (2.0 - a) * (2.0 - a) + (2.0 - b) * (2.0 - b);
    (a * a + b.powi(4)).max(squares).max(2.0 * (b - a).exp())
}

#[conservative_grad]
pub(crate) fn dem(x: &[f64]) -> f64 {
    let (a, b) = (x[0], x[1]);
    (5.0 * a + b).max(-5.0 * a + b).max(a * a + b * b + 4.0 * b)
}

#[conservative_grad]
pub(crate) fn ql(x: &[f64]) -> f64 {
    let q = x[0] * x[0] + x[1] * x[1];
    let first = q + 10.0 * (-4.0 * x[0] - x[1] + 4.0);
    q.max(first).max(q + 10.0 * (-x[0] - 2.0 * x[1] + 6.0))
}

#[conservative_grad]
pub(crate) fn mifflin1(x: &[f64]) -> f64 {
    -x[0] + 20.0 * (x[0] * x[0] + x[1] * x[1] - 1.0).max(0.0)
}

#[conservative_grad]
pub(crate) fn mifflin2(x: &[f64]) -> f64 {
    let y = x[0] * x[0] + x[1] * x[1] - 1.0;
    -x[0] + 2.0 * y + 1.75 * y.abs()
}

#[conservative_grad]
pub(crate) fn rosen_suzuki(x: &[f64]) -> f64 {
    let (a, b, c, d) = (x[0], x[1], x[2], x[3]);
    let f1 = a * a + b * b + 2.0 * c * c + d * d - 5.0 * a - 5.0 * b - 21.0 * c + 7.0 * d;
    let f2 = a * a + b * b + c * c + d * d + a - b + c - d - 8.0;
    let f3 = a * a + 2.0 * b * b + c * c + 2.0 * d * d - a - d - 10.0;
    let f4 = a * a + b * b + c * c + 2.0 * a - b - d - 5.0;
    f1.max(f1 + 10.0 * f2)
        .max(f1 + 10.0 * f3)
        .max(f1 + 10.0 * f4)
}

const SHOR_B: [f64; 10] = [1.0, 5.0, 10.0, 2.0, 4.0, 3.0, 1.7, 2.5, 6.0, 3.5];
const SHOR_A: [[f64; 5]; 10] = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [2.0, 1.0, 1.0, 1.0, 3.0],
    [1.0, 2.0, 1.0, 1.0, 2.0],
    [1.0, 4.0, 1.0, 2.0, 2.0],
    [3.0, 2.0, 1.0, 0.0, 1.0],
    [0.0, 2.0, 1.0, 0.0, 1.0],
    [1.0, 1.0, 1.0, 1.0, 1.0],
    [1.0, 0.0, 1.0, 2.0, 1.0],
    [0.0, 0.0, 2.0, 1.0, 0.0],
    [1.0, 1.0, 2.0, 0.0, 0.0],
];

#[conservative_grad]
pub(crate) fn shor(x: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for i in 0..10 {
        let mut distance = 0.0;
        for j in 0..5 {
            distance += (x[j] - SHOR_A[i][j]) * (x[j] - SHOR_A[i][j]);
        }
        largest = largest.max(SHOR_B[i] * distance);
    }
    largest
}

#[conservative_grad]
pub(crate) fn hs78(x: &[f64]) -> f64 {
    let mut squares = -10.0;
    let mut product = 1.0;
    for i in 0..5 {
        squares += x[i] * x[i];
        product *= x[i];
    }
    let second = x[1] * x[2] - 5.0 * x[3] * x[4];
    let third = x[0].powi(3) + x[1].powi(3) + 1.0;
    product + 10.0 * (squares.abs() + second.abs() + third.abs())
}

#[conservative_grad]
pub(crate) fn el_attar(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..51 {
        let t = i as f64 / 10.0;
        let y = 0.5 * (-t).exp() - (-2.0 * t).exp()
            + 0.5 * (-3.0 * t).exp()
            + 1.5 * (-1.5 * t).exp() * (7.0 * t).sin()
            + (-2.5 * t).exp() * (5.0 * t).sin();
        let wave = x[0] * (-x[1] * t).exp() * (x[2] * t + x[3]).cos();
        sum += (wave + x[4] * (-x[5] * t).exp() - y).abs();
    }
    sum
}

/// Transport costs between 48 towns: the data are in `tr48_data.json`.
#[conservative_grad]
pub(crate) fn tr48(
    x: &[f64],
    #[constant] a: &[Vec<f64>],
    #[constant] d: &[f64],
    #[constant] s: &[f64],
) -> f64 {
    let mut sum = 0.0;
    for j in 0..d.len() {
        let mut largest = x[0] - a[j][0];
        for i in 1..x.len() {
            largest = largest.max(x[i] - a[j][i]);
        }
        sum += d[j] * largest;
    }
    for i in 0..x.len() {
        sum -= s[i] * x[i];
    }
    sum
}

#[conservative_grad]
pub(crate) fn spiral(x: &[f64]) -> f64 {
    let square = x[0] * x[0] + x[1] * x[1];
    let r = square.sqrt();
    let (first, second) = (x[0] - r * r.cos(), x[1] - r * r.sin());
    (first * first + 0.005 * square).max(second * second + 0.005 * square)
}

#[conservative_grad]
pub(crate) fn wf(x: &[f64]) -> f64 {
    let u = 10.0 * x[0] / (x[0] + 0.1);
    let tail = 2.0 * x[1] * x[1];
    let (first, second) = (0.5 * (x[0] + u + tail), 0.5 * (-x[0] + u + tail));
    first.max(second).max(0.5 * (x[0] - u + tail))
}

#[conservative_grad]
pub(crate) fn evd52(x: &[f64]) -> f64 {
    let (a, b, c) = (x[0], x[1], x[2]);
    let square = a * a + b * b;
    let mut largest = (square + c * c - 1.0).max(square + (c - 2.0) * (c - 2.0));
    largest = largest.max(a + b + c - 1.0).max(a + b - c + 1.0);
    let last = 5.0 * c - a + 1.0;
    largest = largest.max(2.0 * a.powi(3) + 6.0 * b * b + 2.0 * last * last);
    largest.max(a * a - 9.0 * c)
}

#[conservative_grad]
pub(crate) fn davidon2(x: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for i in 1..21 {
        let t = 0.2 * i as f64;
        let first = x[0] + x[1] * t - t.exp();
        let second = x[2] + x[3] * t.sin() - t.cos();
        largest = largest.max((first * first + second * second).abs());
    }
    largest
}

#[conservative_grad]
pub(crate) fn wong1(x: &[f64]) -> f64 {
    let (a, b, c, d, e, f, g) = (x[0], x[1], x[2], x[3], x[4], x[5], x[6]);
    let f0 = (a - 10.0) * (a - 10.0)
        + 5.0 * (b - 12.0) * (b - 12.0)
        + c.powi(4)
        + 3.0 * (d - 11.0) * (d - 11.0)
        + 10.0 * e.powi(6)
        + 7.0 * f * f
        + g.powi(4)
        - 4.0 * f * g
        - 10.0 * f
        - 8.0 * g;
    let g1 = 2.0 * a * a + 3.0 * b.powi(4) + c + 4.0 * d * d + 5.0 * e - 127.0;
    let g2 = 7.0 * a + 3.0 * b + 10.0 * c * c + d - e - 282.0;
    let g3 = 23.0 * a + b * b + 6.0 * f * f - 8.0 * g - 196.0;
    let g4 = 4.0 * a * a + b * b - 3.0 * a * b + 2.0 * c * c + 5.0 * f - 11.0 * g;
    let first = f0.max(f0 + 10.0 * g1).max(f0 + 10.0 * g2);
    first.max(f0 + 10.0 * g3).max(f0 + 10.0 * g4)
}

#[conservative_grad]
pub(crate) fn polak2(x: &[f64]) -> f64 {
    let mut rest = 1e-8 * x[0] * x[0] + x[2] * x[2] + 4.0 * x[3] * x[3];
    for i in 4..10 {
        rest += x[i] * x[i];
    }
    let (up, down) = (x[1] + 2.0, x[1] - 2.0);
    (rest + up * up).exp().max((rest + down * down).exp())
}

#[conservative_grad]
pub(crate) fn polak3(x: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for i in 1..11 {
        let mut sum = 0.0;
        for j in 0..11 {
            let from = x[j] - ((i - 1 + 2 * j) as f64).sin();
            sum += (from * from).exp() / (i + j) as f64;
        }
        largest = largest.max(sum);
    }
    largest
}
