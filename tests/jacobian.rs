//! `jacobian`: its shape for every kind of result, against central differences; rows by reverse and
//! columns by forward sweeps agree.

use conservative_grad::conservative_grad;

/// Central differences of `f` in every coordinate, as rows.
fn differences(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Vec<Vec<f64>> {
    const STEP: f64 = 1e-5;
    let column = |j: usize| {
        let shifted = |by: f64| {
            let mut x = x.to_vec();
            x[j] += by;
            f(&x)
        };
        let (above, below) = (shifted(STEP), shifted(-STEP));
        above
            .iter()
            .zip(&below)
            .map(|(a, b)| (a - b) / (2.0 * STEP))
            .collect::<Vec<_>>()
    };
    let columns: Vec<Vec<f64>> = (0..x.len()).map(column).collect();
    (0..f(x).len())
        .map(|i| columns.iter().map(|c| c[i]).collect())
        .collect()
}

#[track_caller]
fn close(a: &[Vec<f64>], b: &[Vec<f64>]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-7 * (1.0 + a.abs()), "{a} and {b} differ");
        }
    }
}

/// More results than arguments: columns.
#[conservative_grad]
fn powers(x: &[f64], n: usize) -> Vec<f64> {
    let mut out = Vec::new();
    for i in 0..n {
        let mut sum = 0.0;
        for j in 0..x.len() {
            sum += x[j].powi(i as i32) * (j as f64 + 1.0);
        }
        out.push(sum.sin());
    }
    out
}

#[test]
fn of_a_vec() {
    let x = [0.5, -0.3, 0.8];
    for n in [0, 1, 2, 3, 4, 9] {
        let rows: Vec<Vec<f64>> = powers::jacobian(&x, n);
        close(&rows, &differences(|x| powers(x, n), &x));
    }
}

#[test]
fn rows_and_columns_agree() {
    let x = [0.5, -0.3, 0.8];
    for n in [1, 3, 4, 9] {
        let rows = powers::jacobian(&x, n);
        for i in 0..n {
            let mut seed = vec![0.0; n];
            seed[i] = 1.0;
            close(&[powers::vjp(&x, n).1(seed)], &rows[i..=i]);
        }
        for j in 0..3 {
            let mut direction = [0.0; 3];
            direction[j] = 1.0;
            let column: Vec<f64> = rows.iter().map(|row| row[j]).collect();
            close(&[powers::jvp(&x, n, &direction).1], &[column]);
        }
    }
}

/// Polar coordinates of a point of space.
#[conservative_grad]
fn spherical(p: [f64; 3]) -> [f64; 3] {
    let r = (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt();
    [r, (p[2] / r).acos(), p[1].atan2(p[0])]
}

#[test]
fn of_an_array() {
    let p = [0.3, -0.7, 1.1];
    let rows: [[f64; 3]; 3] = spherical::jacobian(p);
    let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.to_vec()).collect();
    let f = |p: &[f64]| spherical([p[0], p[1], p[2]]).to_vec();
    close(&rows, &differences(f, &p));
}

#[conservative_grad]
fn mixed(a: f64, w: Vec<f64>, #[constant] scale: f64) -> (f64, [f64; 2]) {
    let s = w[0] * a + w[1] * scale;
    (s * a, [s.exp(), w[1] * w[1]])
}

#[test]
fn of_a_tuple_with_several_arguments() {
    type Row = (f64, Vec<f64>);
    let (first, rest): (Row, [Row; 2]) = mixed::jacobian(0.4, vec![1.5, -0.2], 2.0);
    let flat = |(a, w): (f64, Vec<f64>)| vec![a, w[0], w[1]];
    let rows: Vec<Vec<f64>> = [first].into_iter().chain(rest).map(flat).collect();
    let f = |x: &[f64]| {
        let (a, b) = mixed(x[0], x[1..].to_vec(), 2.0);
        vec![a, b[0], b[1]]
    };
    close(&rows, &differences(f, &[0.4, 1.5, -0.2]));
}

#[conservative_grad]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[test]
fn of_a_number_is_its_gradient() {
    assert_eq!(product::jacobian(3.0, 5.0), (5.0, 3.0));
}

#[conservative_grad]
fn single(x: f32, y: &[f32; 2]) -> (f32, f32) {
    (x * y[0], y[1] - x)
}

#[test]
fn in_single_precision() {
    let rows = single::jacobian(2.0, &[3.0, 5.0]);
    assert_eq!(rows, ((3.0, [2.0, 0.0]), (-1.0, [0.0, 1.0])));
}

/// One step of the explicit midpoint rule for a pendulum.
#[conservative_grad]
fn step(y: &mut [f64], h: f64, #[constant] count: &mut usize) {
    *count += 1;
    let (angle, speed) = (y[0] + 0.5 * h * y[1], y[1] - 0.5 * h * y[0].sin());
    y[0] += h * speed;
    y[1] -= h * angle.sin();
}

#[test]
fn of_what_is_changed_in_place() {
    let (mut y, mut count) = (vec![0.6, -0.4], 0);
    // A row for each number of the final `y`; in it, the initial `y` and `h`.
    let rows: Vec<(Vec<f64>, f64)> = step::jacobian(&mut y, 0.1, &mut count);
    let f = |x: &[f64]| {
        let mut y = x[..2].to_vec();
        step(&mut y, x[2], &mut 0);
        y
    };
    let flat: Vec<Vec<f64>> = rows.iter().map(|(y, h)| vec![y[0], y[1], *h]).collect();
    close(&flat, &differences(f, &[0.6, -0.4, 0.1]));
    // It has run, as the function itself would have, once.
    assert_eq!((y, count), (f(&[0.6, -0.4, 0.1]), 1));
}

#[conservative_grad]
fn normalised(y: &mut [f64; 2], by: &mut f64) -> f64 {
    let norm = y[0].hypot(y[1]);
    y[0] /= norm;
    y[1] /= norm;
    *by *= norm;
    y[0] * *by
}

#[test]
fn of_a_result_and_of_what_is_changed_in_place() {
    let (mut y, mut by) = ([3.0, 4.0], 2.0);
    let (result, direction, scale) = normalised::jacobian(&mut y, &mut by);
    assert_eq!((y, by), ([0.6, 0.8], 10.0));
    let flat = |(y, by): ([f64; 2], f64)| vec![y[0], y[1], by];
    let rows: Vec<Vec<f64>> = [result, direction[0], direction[1], scale].map(flat).into();
    let f = |x: &[f64]| {
        let (mut y, mut by) = ([x[0], x[1]], x[2]);
        let result = normalised(&mut y, &mut by);
        vec![result, y[0], y[1], by]
    };
    close(&rows, &differences(f, &[3.0, 4.0, 2.0]));
}

/// A kink: the Jacobian is one of the field, by rows and by columns the same.
#[conservative_grad]
fn rectified(x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    for i in 0..x.len() {
        out[i] = x[i].max(0.0) + x[i].abs();
    }
    out
}

#[test]
fn at_kinks_rows_and_columns_choose_alike() {
    let rows = rectified::jacobian(&[0.0, 1.0, -1.0]);
    for j in 0..3 {
        let mut direction = [0.0; 3];
        direction[j] = 1.0;
        let column: Vec<f64> = rows.iter().map(|row| row[j]).collect();
        assert_eq!(rectified::jvp(&[0.0, 1.0, -1.0], &direction).1, column);
    }
}

/// What is constant may be of any type; a copy of it is asked for where `jacobian` is called.
struct Unique(f64);

#[derive(Clone)]
struct Settings {
    scale: f64,
}

fn scale(settings: Settings) -> f64 {
    settings.scale
}

#[conservative_grad]
fn scaled(x: &[f64], #[constant] settings: Settings) -> [f64; 2] {
    let by = scale(settings);
    [x[0] * by, x[1] / by]
}

fn take(unique: Unique) -> f64 {
    unique.0
}

#[conservative_grad]
fn taken(x: f64, #[constant] unique: Unique) -> (f64, f64) {
    let by = take(unique);
    (x * by, x + by)
}

#[test]
fn with_constants_of_any_type() {
    let rows = scaled::jacobian(&[1.0, 2.0], Settings { scale: 4.0 });
    assert_eq!(rows, [[4.0, 0.0].to_vec(), [0.0, 0.25].to_vec()]);
    assert_eq!(taken::jvp(2.0, Unique(3.0), 1.0), ((6.0, 5.0), (3.0, 1.0)));
}

/// Structs: rows are gradients of the struct; of a struct that is computed, they stand in the order of
/// its fields.
mod structs {
    use super::{close, differences};
    use conservative_grad::{Differentiable, Real, conservative_grad};

    #[derive(Clone, Copy, Debug, Differentiable)]
    struct Point<T> {
        x: T,
        y: T,
    }

    #[conservative_grad]
    fn polar<T: Real>(p: &Point<T>) -> [T; 2] {
        [p.x.hypot(p.y), p.y.atan2(p.x)]
    }

    #[conservative_grad]
    fn turned(p: Point<f64>, angle: f64) -> Point<f64> {
        let (s, c) = angle.sin_cos();
        Point {
            x: c * p.x - s * p.y,
            y: s * p.x + c * p.y,
        }
    }

    #[conservative_grad]
    impl Point<f64> {
        fn scaled(&self, by: &[f64]) -> [f64; 2] {
            [self.x * by[0], self.y * by[1] * by[0]]
        }

        fn moved(&mut self, by: f64) {
            self.x += by * self.y;
            self.y *= self.x;
        }
    }

    #[test]
    fn as_arguments() {
        let p = Point { x: 0.6, y: 0.8 };
        let [r, angle] = polar::jacobian(&p);
        close(
            &[vec![r.x, r.y], vec![angle.x, angle.y]],
            &[vec![0.6, 0.8], vec![-0.8, 0.6]],
        );
    }

    #[test]
    fn as_results() {
        let rows = turned::jacobian(Point { x: 0.3, y: -0.7 }, 0.4).into_iter();
        let rows: Vec<Vec<f64>> = rows.map(|(p, angle)| vec![p.x, p.y, angle]).collect();
        let f = |v: &[f64]| {
            let p = turned(Point { x: v[0], y: v[1] }, v[2]);
            vec![p.x, p.y]
        };
        close(&rows, &differences(f, &[0.3, -0.7, 0.4]));
    }

    #[test]
    fn of_methods() {
        let mut p = Point { x: 0.3, y: -0.7 };
        let rows = p.scaled_jacobian(&[2.0, 3.0]);
        let rows = rows.map(|(p, by)| vec![p.x, p.y, by[0], by[1]]);
        let f = |v: &[f64]| Point { x: v[0], y: v[1] }.scaled(&v[2..]).to_vec();
        close(&rows, &differences(f, &[0.3, -0.7, 2.0, 3.0]));

        let rows = p.moved_jacobian(0.5).into_iter();
        let rows: Vec<Vec<f64>> = rows.map(|(p, by)| vec![p.x, p.y, by]).collect();
        let f = |v: &[f64]| {
            let mut p = Point { x: v[0], y: v[1] };
            p.moved(v[2]);
            vec![p.x, p.y]
        };
        close(&rows, &differences(f, &[0.3, -0.7, 0.5]));
        assert_eq!(vec![p.x, p.y], f(&[0.3, -0.7, 0.5]));
    }
}
