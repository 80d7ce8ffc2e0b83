//! Methods, generic functions, structs, arrays, single precision.

use conservative_grad::{Differentiable, Plain, conservative_grad};

use crate::support::{LENGTHS, assert_close, numbers, on_many_threads};

/// Two lists of the same gradient, one in stretches.
fn compare(found: impl Fn() -> Vec<f64> + Sync, wanted: &[f64]) {
    assert_close(&on_many_threads(found), wanted, 1e-12);
}

#[derive(Differentiable, Clone)]
struct Model {
    w: Vec<f64>,
    bias: f64,
    table: [f64; 4],
    #[constant]
    order: usize,
}

impl Model {
    #[conservative_grad(parallel)]
    fn loss(&self, #[constant] xs: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..xs.len() {
            let mut p = self.bias;
            for k in 0..self.order {
                p += self.w[k] * (xs[i] * k as f64).cos();
            }
            sum += p * p + self.table[i % 4] * xs[i];
        }
        sum
    }
}

fn flat(of: &ModelGradient) -> Vec<f64> {
    [&of.w[..], &[of.bias], &of.table].concat()
}

#[test]
fn a_method_of_a_struct() {
    let model = Model {
        w: numbers(6, 1),
        bias: 0.3,
        table: [0.1, 0.2, 0.3, 0.4],
        order: 6,
    };
    for n in LENGTHS {
        let xs = numbers(n, 2);
        let (_, wanted) = model.loss_value_and_grad_with(&mut Plain, &xs);
        compare(|| flat(&model.loss_grad(&xs)), &flat(&wanted));
    }
}

#[conservative_grad]
impl Model {
    #[conservative_grad(parallel)]
    fn scaled(&self, factor: f64, #[constant] xs: &[f64]) -> f64 {
        let mut sum = 0.0;
        for x in xs {
            let mut t = 1.0;
            for k in 0..4 {
                t += self.table[k] * x * factor;
            }
            sum += t.ln();
        }
        sum
    }
}

#[test]
fn a_method_of_an_annotated_block() {
    let model = Model {
        w: Vec::new(),
        bias: 0.0,
        table: [0.1, 0.2, 0.05, 0.15],
        order: 0,
    };
    let xs = numbers(1000, 3);
    let all = |(of, factor): (ModelGradient, f64)| [flat(&of), vec![factor]].concat();
    let (_, wanted) = model.scaled_value_and_grad_with(&mut Plain, 0.9, &xs);
    compare(|| all(model.scaled_grad(0.9, &xs)), &all(wanted));
}

#[conservative_grad(parallel)]
fn single(x: &[f32], c: f32) -> f32 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (c * x[i]).sin();
    }
    sum
}

#[test]
fn single_precision() {
    let x: Vec<f32> = numbers(50_000, 4).iter().map(|v| *v as f32).collect();
    let wide = |(x, c): (Vec<f32>, f32)| -> Vec<f64> {
        x.iter().chain([&c]).map(|v| f64::from(*v)).collect()
    };
    let found = on_many_threads(|| wide(single::grad(&x, 0.7)));
    let exact: f64 = x
        .iter()
        .map(|x| (0.7 * f64::from(*x)).cos() * f64::from(*x))
        .sum();
    assert!((found[50_000] - exact).abs() < 1e-5 * exact.abs());
    let (_, wanted) = single::value_and_grad_with(&mut Plain, &x, 0.7);
    assert_close(&found[..50_000], &wide(wanted)[..50_000], 1e-6);
}

#[conservative_grad(parallel)]
fn generic<T: conservative_grad::Real>(x: &[T], c: T) -> T {
    let mut sum = T::default();
    for i in 0..x.len() {
        sum += (c * x[i]).exp();
    }
    sum
}

#[test]
fn type_parameters() {
    let x = numbers(40_000, 5);
    let all = |(x, c): (Vec<f64>, f64)| [x, vec![c]].concat();
    let (_, wanted) = generic::value_and_grad_with(&mut Plain, &x, 0.4);
    compare(|| all(generic::grad(&x, 0.4)), &all(wanted));
}

#[conservative_grad(parallel)]
fn points(centre: [f64; 3], masses: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    for i in 0..masses.len() {
        let mut r = 0.01;
        for k in 0..3 {
            r += (masses[i][k] - centre[k]).powi(2);
        }
        sum += r.sqrt();
    }
    sum
}

#[test]
fn arrays_in_slices() {
    for n in LENGTHS {
        let flat_points = numbers(3 * n, 6);
        let masses: Vec<[f64; 3]> = flat_points.chunks(3).map(|p| [p[0], p[1], p[2]]).collect();
        let all = |(c, m): ([f64; 3], Vec<[f64; 3]>)| [c.to_vec(), m.concat()].concat();
        let centre = [0.1, -0.2, 0.3];
        let (_, wanted) = points::value_and_grad_with(&mut Plain, centre, &masses);
        compare(|| all(points::grad(centre, &masses)), &all(wanted));
    }
}

#[conservative_grad(parallel)]
fn ragged(rows: &[Vec<f64>], #[constant] n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let row = i % rows.len();
        let mut t = 0.0;
        for j in 0..rows[row].len() {
            t += rows[row][j] * (i as f64).sin();
        }
        sum += t * t;
    }
    sum
}

#[test]
fn rows_of_different_lengths() {
    let rows = vec![numbers(3, 7), numbers(5, 8), Vec::new(), numbers(2, 9)];
    let (_, wanted) = ragged::value_and_grad_with(&mut Plain, &rows, 1000);
    compare(|| ragged::grad(&rows, 1000).concat(), &wanted.concat());
}

struct Weights(Vec<f64>);

impl Weights {
    fn at(&self, i: usize) -> f64 {
        self.0[i % self.0.len()]
    }
}

#[conservative_grad(parallel)]
fn weighted(x: &[f64], #[constant] weights: &Weights) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += weights.at(i) * x[i].powi(3);
    }
    sum
}

#[test]
fn constants_of_the_users_types() {
    let x = numbers(10_007, 10);
    let weights = Weights(numbers(17, 11));
    let (_, wanted) = weighted::value_and_grad_with(&mut Plain, &x, &weights);
    compare(|| weighted::grad(&x, &weights), &wanted);
}
