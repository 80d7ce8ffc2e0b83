//! Quadrature, ordinary differential equations, iterations, test functions of optimisation.

use conservative_grad::conservative_grad;

/// Composite Simpson rule for a damped wave.
#[conservative_grad]
pub fn damped_wave(frequency: f64, damping: f64, end: f64, n: usize) -> f64 {
    let f = |t: f64| (-damping * t).exp() * (frequency * t).cos();
    let h = end / n as f64;
    let mut sum = f(0.0) + f(end);
    for i in 1..n {
        let weight = if i % 2 == 0 { 2.0 } else { 4.0 };
        sum += weight * f(i as f64 * h);
    }
    sum * h / 3.0
}

/// Predators and prey by the classical Runge–Kutta method.
#[conservative_grad]
pub fn lotka_volterra(
    prey: f64,
    predators: f64,
    rates: &[f64; 4],
    dt: f64,
    steps: usize,
) -> (f64, f64) {
    let rhs = |x: f64, y: f64| -> (f64, f64) {
        (
            rates[0] * x - rates[1] * x * y,
            rates[2] * x * y - rates[3] * y,
        )
    };
    let (mut x, mut y) = (prey, predators);
    for _ in 0..steps {
        let (k1x, k1y) = rhs(x, y);
        let (k2x, k2y) = rhs(x + 0.5 * dt * k1x, y + 0.5 * dt * k1y);
        let (k3x, k3y) = rhs(x + 0.5 * dt * k2x, y + 0.5 * dt * k2y);
        let (k4x, k4y) = rhs(x + dt * k3x, y + dt * k3y);
        x += dt / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x);
        y += dt / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y);
    }
    (x, y)
}

/// Cube root by Newton's method.
#[conservative_grad]
pub fn cube_root(a: f64) -> f64 {
    let mut x = a.max(1.0);
    let mut previous;
    loop {
        previous = x;
        x = (2.0 * x + a / (x * x)) / 3.0;
        if (x - previous).abs() < 1e-13 * x.abs() {
            break x;
        }
    }
}

/// Largest eigenvalue of a symmetric matrix by power iteration.
#[conservative_grad]
pub fn largest_eigenvalue(m: &[[f64; 3]; 3], iterations: usize) -> f64 {
    let mut v = [1.0, 0.5, 0.25];
    let mut lambda = 0.0;
    for _ in 0..iterations {
        let mut w = [0.0; 3];
        for i in 0..3 {
            for j in 0..3 {
                w[i] += m[i][j] * v[j];
            }
        }
        let norm = w.iter().map(|x| x * x).sum::<f64>().sqrt();
        lambda = norm;
        v = w.map(|x| x / norm);
    }
    lambda
}

/// Determinant by elimination with pivots.
#[conservative_grad]
pub fn determinant(matrix: &[f64], n: usize) -> f64 {
    let mut a = matrix.to_vec();
    let mut det = 1.0;
    for k in 0..n {
        let mut pivot = k;
        for i in k + 1..n {
            if a[i * n + k].abs() > a[pivot * n + k].abs() {
                pivot = i;
            }
        }
        if a[pivot * n + k] == 0.0 {
            return 0.0;
        }
        if pivot != k {
            for j in 0..n {
                a.swap(k * n + j, pivot * n + j);
            }
            det = -det;
        }
        det *= a[k * n + k];
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            for j in k..n {
                let above = a[k * n + j];
                a[i * n + j] -= factor * above;
            }
        }
    }
    det
}

#[conservative_grad]
pub fn rosenbrock(param: &[f64], a: f64, b: f64) -> f64 {
    param
        .windows(2)
        .map(|w| (a - w[0]).powi(2) + b * (w[1] - w[0].powi(2)).powi(2))
        .sum()
}

#[conservative_grad]
pub fn ackley(param: &[f64]) -> f64 {
    let n = param.len() as f64;
    let (a, b, c) = (20.0, 0.2, 2.0 * std::f64::consts::PI);
    let square = param.iter().map(|x| x.powi(2)).sum::<f64>();
    let cosine = param.iter().map(|x| (c * x).cos()).sum::<f64>();
    -a * (-b * (square / n).sqrt()).exp() - (cosine / n).exp() + a + 1f64.exp()
}

/// A recursive integral: adaptive quadrature of a bump.
#[conservative_grad]
fn adaptive(width: f64, a: f64, b: f64, #[constant] tolerance: f64) -> f64 {
    fn bump(width: f64, x: f64) -> f64 {
        (-(x / width).powi(2)).exp()
    }
    let m = 0.5 * (a + b);
    let coarse = (b - a) * (bump(width, a) + bump(width, b)) / 2.0;
    let fine = 0.5 * coarse + 0.5 * (b - a) * bump(width, m);
    if (fine - coarse).abs() < tolerance {
        return fine;
    }
    adaptive(width, a, m, tolerance / 2.0) + adaptive(width, m, b, tolerance / 2.0)
}

#[test]
fn values() {
    assert!((damped_wave(0.0, 0.0, 2.0, 4) - 2.0).abs() < 1e-15);
    assert!((cube_root(27.0) - 3.0).abs() < 1e-14);
    let diagonal = [[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.5]];
    assert!((largest_eigenvalue(&diagonal, 50) - 2.0).abs() < 1e-12);
    assert!((determinant(&[1.0, 2.0, 3.0, 4.0], 2) + 2.0).abs() < 1e-15);
    assert_eq!(rosenbrock(&[1.0, 1.0, 1.0], 1.0, 100.0), 0.0);
    assert!(ackley(&[0.0, 0.0]).abs() < 1e-14);
    assert!((adaptive(1.0, -6.0, 6.0, 1e-4) - std::f64::consts::PI.sqrt()).abs() < 1e-3);
    assert_eq!(lotka_volterra(1.0, 1.0, &[1.0; 4], 0.1, 3), (1.0, 1.0));
}

#[test]
fn gradients() {
    check!(damped_wave(3.0, 0.4, 2.0, const 8));
    check!(lotka_volterra(1.5, 0.75, &[1.0, 0.5, 0.25, 0.75], 0.1, const 4) -> many);
    check!(cube_root(5.0));
    check!(largest_eigenvalue(&[[2.0, 0.5, 0.25], [0.5, 1.0, -0.5], [0.25, -0.5, 0.5]], const 8));
    check!(determinant(&[0.5, 2.0, -1.0, 3.0, 0.25, 1.5, -2.0, 1.0, 0.75], const 3));
    check!(rosenbrock(&[0.5, 1.5, -0.75], 1.0, 2.0));
    check!(ackley(&[0.5, 1.5, -0.75]));
    check!(adaptive(0.8, -1.0, 1.5, const 1e-2));
}
