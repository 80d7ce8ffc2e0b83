//! What programs are made of: loops, memory, calls, structs, type parameters, results, methods.

use super::{both, close, same_bits};
use conservative_grad::{Differentiable, Real, conservative_grad, conservative_rule, max_of, relu};

#[conservative_grad]
fn step(x: f64, v: f64, k: f64) -> (f64, f64) {
    let v = v - 0.01 * k * x.sin();
    (x + 0.01 * v, v)
}

#[conservative_grad]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

#[conservative_grad]
fn scale(y: &mut [f64], by: f64) {
    for v in y.iter_mut() {
        *v *= by;
    }
}

#[conservative_rule(tangent = cube_tangent)]
fn cube(x: f64) -> f64 {
    x * x * x
}

fn cube_tangent(x: f64, _: f64, x_dot: f64) -> f64 {
    3.0 * x * x * x_dot
}

#[conservative_rule(pullback = product_pullback)]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

fn product_pullback(x: f64, y: f64, _: f64, bar: f64) -> (f64, f64) {
    (bar * y, bar * x)
}

#[conservative_rule(tangent = reversed_tangent, pullback = reversed_pullback)]
fn reversed(x: &[f64]) -> Vec<f64> {
    x.iter().rev().copied().collect()
}

fn reversed_tangent(_: &[f64], _: &[f64], x_dot: &[f64]) -> Vec<f64> {
    x_dot.iter().rev().copied().collect()
}

fn reversed_pullback(_: &[f64], _: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    for (bar, y) in x_bar.iter_mut().zip(y_bar.iter().rev()) {
        *bar += y;
    }
}

#[derive(Clone, Differentiable)]
pub(crate) struct Layer {
    weights: Vec<f64>,
    shift: (f64, [f64; 2]),
    size: usize,
}

both! {
    fn orbit(x: f64, v: f64, k: f64, steps: usize) -> f64 {
        let (mut x, mut v) = (x, v);
        for _ in 0..steps {
            (x, v) = step(x, v, k);
        }
        x * x + 0.5 * v
    }

    fn root(x: f64) -> f64 {
        let mut y = x;
        loop {
            let next = 0.5 * (y + x / y);
            if (next - y).abs() < 1e-14 {
                break;
            }
            y = next;
        }
        y
    }

    fn ten(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64, i: f64, j: f64) -> f64 {
        a * b + c.exp() * d - e / f + g.powi(3) * h.sqrt() + (i * j).cos()
    }

    fn mixed(x: f64, w: &[f64], p: (f64, [f64; 3]), m: &[[f64; 2]; 2]) -> f64 {
        let mut y = w.to_vec();
        scale(&mut y, x);
        let mut sum = p.0 * p.1[2] + m[0][1] * m[1][0].atan();
        for (i, v) in y.iter().enumerate() {
            sum += v * v * p.1[i % 3];
        }
        sum
    }

    fn owned(w: Vec<f64>, by: [f64; 4]) -> f64 {
        let mut w = w;
        w.push(by[0]);
        let mut all = Vec::new();
        for v in w {
            all.push(v.sin() * by[1]);
        }
        all.iter().sum::<f64>() * by[2] - by[3]
    }

    fn by_calls(x: &[f64], y: f64) -> f64 {
        let back = reversed(x);
        cube(y) + product(back[0], y) + power(x[1], 4) + max_of(x) * relu(y) + back[1]
    }

    fn layer(l: &Layer, x: f64) -> f64 {
        let mut sum = l.shift.0 + l.shift.1[1];
        for i in 0..l.size {
            sum += l.weights[i].tanh() * x.powi(i as i32);
        }
        sum
    }

    fn pieces(x: &[f64], k: usize) -> f64 {
        const PAIR: usize = 2;
        assert!(k > 0, "at least one");
        if x.is_empty() {
            panic!("no numbers");
        }
        let mut copy = vec![0.0; x.len()];
        copy.copy_from_slice(x);
        let mut sum = copy[0];
        for w in copy.windows(k) {
            sum += w[0] * w[k - 1];
        }
        for w in x.chunks(k) {
            sum += w[0].sin();
        }
        for (a, pair) in x.chunks_exact(PAIR).zip(copy.chunks_exact(PAIR)) {
            sum += a[1] * pair[0];
        }
        sum
    }

    fn maybe(x: f64, y: f64) -> Option<f64> {
        if x < 0.0 {
            return None;
        }
        Some(x.sqrt() * y)
    }

    fn checked(x: &[f64]) -> Result<f64, String> {
        let mut sum = 0.0;
        for v in x {
            if *v < 0.0 {
                return Err(format!("{} numbers", x.len()));
            }
            sum += v.sqrt();
        }
        Ok(sum)
    }
}

#[test]
fn few_numbers_take_one_sweep() {
    for steps in [0, 1, 100] {
        let (value, (x, v, k)) = forward::orbit::value_and_grad(1.0, 0.2, 3.0, steps);
        let (expected, (a, b, c)) = reverse::orbit::value_and_grad(1.0, 0.2, 3.0, steps);
        assert_eq!(value, expected);
        close(&[x, v, k], &[a, b, c]);
        same_bits(&[x, v, k], |d| {
            forward::orbit::jvp(1.0, 0.2, 3.0, steps, d[0], d[1], d[2]).1
        });
    }
    close(&[forward::root::grad(2.0)], &[reverse::root::grad(2.0)]);
}

#[test]
fn dual_numbers_agree() {
    use num_dual::{Dual64, DualNum, first_derivative};
    let orbit = |k: Dual64| {
        let (mut x, mut v) = (Dual64::from_re(1.0), Dual64::from_re(0.2));
        for _ in 0..100 {
            v -= k * x.sin() * 0.01;
            x += v * 0.01;
        }
        x * x + v * 0.5
    };
    let (value, slope) = first_derivative(orbit, 3.0);
    let (ours, (_, _, k)) = forward::orbit::value_and_grad(1.0, 0.2, 3.0, 100);
    close(&[ours, k], &[value, slope]);
}

#[test]
fn more_numbers_take_several_sweeps() {
    let x = [0.3, 0.7, -0.2, 1.5, 0.9, 2.1, -0.4, 1.1, 0.6, -1.3];
    let [a, b, c, d, e, f, g, h, i, j] = x;
    let list = |t: (f64, f64, f64, f64, f64, f64, f64, f64, f64, f64)| {
        [t.0, t.1, t.2, t.3, t.4, t.5, t.6, t.7, t.8, t.9]
    };
    let gradient = list(forward::ten::grad(a, b, c, d, e, f, g, h, i, j));
    close(
        &gradient,
        &list(reverse::ten::grad(a, b, c, d, e, f, g, h, i, j)),
    );
    same_bits(&gradient, |t| {
        forward::ten::jvp(
            a, b, c, d, e, f, g, h, i, j, t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8],
            t[9],
        )
        .1
    });
}

#[test]
fn what_may_panic_runs_several_times() {
    for n in [1, 2, 8, 9, 20] {
        let x: Vec<f64> = (0..n).map(|i| f64::from(i).cos()).collect();
        for k in [1, 2, 3] {
            let (value, gradient) = forward::pieces::value_and_grad(&x, k);
            let (expected, by_reverse) = reverse::pieces::value_and_grad(&x, k);
            assert_eq!(value.to_bits(), expected.to_bits());
            close(&gradient, &by_reverse);
            same_bits(&gradient, |d| forward::pieces::jvp(&x, k, d).1);
        }
    }
}

#[test]
fn slices_arrays_and_tuples() {
    let (p, m) = ((0.4, [1.0, -0.5, 2.0]), [[0.1, 0.2], [0.3, 0.4]]);
    for n in [0, 1, 2, 7, 8, 9, 17] {
        let w: Vec<f64> = (0..n).map(|k| 0.3 * f64::from(k) - 1.0).collect();
        let flat = |(x, w, p, m): (f64, Vec<f64>, (f64, [f64; 3]), [[f64; 2]; 2])| {
            [
                vec![x],
                w,
                vec![p.0],
                p.1.to_vec(),
                m.as_flattened().to_vec(),
            ]
            .concat()
        };
        let gradient = flat(forward::mixed::grad(1.3, &w, p, &m));
        close(&gradient, &flat(reverse::mixed::grad(1.3, &w, p, &m)));
        same_bits(&gradient, |d| {
            let (x, rest) = (d[0], &d[1..]);
            let (w_dot, r) = rest.split_at(w.len());
            let m_dot = [[r[4], r[5]], [r[6], r[7]]];
            forward::mixed::jvp(1.3, &w, p, &m, x, w_dot, (r[0], [r[1], r[2], r[3]]), &m_dot).1
        });
        let owned = |(w, by): (Vec<f64>, [f64; 4])| [w, by.to_vec()].concat();
        close(
            &owned(forward::owned::grad(w.clone(), [1.0, 2.0, 3.0, 4.0])),
            &owned(reverse::owned::grad(w, [1.0, 2.0, 3.0, 4.0])),
        );
    }
}

#[test]
fn buffers_are_added_to() {
    let (mut x, mut w, mut p, mut m) = (1.0, vec![2.0; 3], (3.0, [4.0; 3]), [[5.0; 2]; 2]);
    let given = (
        1.3,
        [0.1, 0.2, 0.3],
        (0.4, [1.0, -0.5, 2.0]),
        [[0.1, 0.2], [0.3, 0.4]],
    );
    let value = forward::mixed::accumulate_grad(
        given.0, &given.1, given.2, &given.3, &mut x, &mut w, &mut p, &mut m,
    );
    let (expected, gradient) = reverse::mixed::value_and_grad(given.0, &given.1, given.2, &given.3);
    assert_eq!(value, expected);
    close(&[x - 1.0, w[2] - 2.0], &[gradient.0, gradient.1[2]]);
    close(
        &[p.1[0] - 4.0, m[1][0] - 5.0],
        &[gradient.2.1[0], gradient.3[1][0]],
    );
}

#[test]
fn calls_and_rules_by_hand() {
    for x in [vec![0.5, 2.0], (0..12).map(f64::from).collect::<Vec<_>>()] {
        let (x_bar, y_bar) = forward::by_calls::grad(&x, 1.5);
        let (a, b) = reverse::by_calls::grad(&x, 1.5);
        close(&x_bar, &a);
        close(&[y_bar], &[b]);
        same_bits(&[x_bar, vec![y_bar]].concat(), |d| {
            forward::by_calls::jvp(&x, 1.5, &d[..x.len()], d[x.len()]).1
        });
    }
}

#[test]
fn structs() {
    let layer = Layer {
        weights: (0..9).map(|k| 0.1 * f64::from(k)).collect(),
        shift: (1.0, [2.0, 3.0]),
        size: 7,
    };
    let (value, (slopes, x)) = forward::layer::value_and_grad(&layer, 0.8);
    let (expected, (a, b)) = reverse::layer::value_and_grad(&layer, 0.8);
    assert_eq!(value, expected);
    close(&slopes.weights, &a.weights);
    assert_eq!(slopes.shift, a.shift);
    close(&[x], &[b]);
}

#[test]
fn options_and_results() {
    assert_eq!(forward::maybe::grad(-1.0, 2.0), None);
    let (ours, theirs) = (
        forward::maybe::value_and_grad(4.0, 3.0),
        reverse::maybe::value_and_grad(4.0, 3.0),
    );
    assert_eq!((ours, theirs), (Some((6.0, (0.75, 2.0))), ours));
    assert_eq!(forward::checked::grad(&[4.0; 9]), Ok(vec![0.25; 9]));
    assert_eq!(reverse::checked::grad(&[4.0; 9]), Ok(vec![0.25; 9]));
    let mut bar = vec![1.0, 1.0];
    let failed = forward::checked::accumulate_grad(&[-1.0, 4.0], &mut bar);
    assert_eq!((failed, bar), (Err("2 numbers".to_owned()), vec![1.0, 1.0]));
}

#[conservative_grad(mode = forward)]
fn generic<T: Real, const N: usize>(x: &[T; N], y: T) -> T {
    let mut sum = y * y;
    for v in x {
        sum += v.sin() * y;
    }
    sum
}

#[conservative_grad(mode = forward)]
fn narrow(x: f32, y: f64) -> f32 {
    (x * y as f32).sin()
}

#[test]
fn type_parameters_and_precisions() {
    let (x, y) = generic::grad(&[0.5, 1.0, 1.5], 2.0);
    close(&x, &[0.5f64, 1.0, 1.5].map(|x| 2.0 * x.cos()));
    close(&[y], &[4.0 + 0.5f64.sin() + 1f64.sin() + 1.5f64.sin()]);
    let (x, y) = generic::grad(&[0.5f32; 10], 2.0);
    assert!(x.iter().all(|x| *x == 2.0 * 0.5f32.cos()));
    assert!((y - (4.0 + 10.0 * 0.5f32.sin())).abs() < 1e-5);
    let (x, y): (f32, f64) = narrow::grad(0.5, 2.0);
    assert_eq!((x, y), (1f32.cos() * 2.0, f64::from(1f32.cos() * 0.5)));
}

#[derive(Clone, Differentiable)]
struct Oscillator {
    frequency: f64,
}

/// Of a block, the option concerns what has a gradient.
#[conservative_grad(mode = forward)]
impl Oscillator {
    fn slope(&self, y: [f64; 2]) -> [f64; 2] {
        [y[1], -self.frequency * y[0]]
    }

    fn run(&self, start: f64, steps: usize) -> f64 {
        let mut y = [start, 0.0];
        for _ in 0..steps {
            let d = self.slope(y);
            y = [y[0] + 0.1 * d[0], y[1] + 0.1 * d[1]];
        }
        y[0]
    }
}

#[test]
fn blocks() {
    let of = Oscillator { frequency: 2.0 };
    let (value, (of_bar, start_bar)) = of.run_value_and_grad(0.5, 20);
    assert_eq!(value, of.run(0.5, 20));
    let moved = |by: f64| {
        Oscillator {
            frequency: 2.0 + by,
        }
        .run(0.5, 20)
    };
    let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
    approx::assert_relative_eq!(of_bar.frequency, slope, max_relative = 1e-7);
    approx::assert_relative_eq!(start_bar, value / 0.5, max_relative = 1e-14);
}

#[derive(Clone, Differentiable)]
struct Spring<T> {
    stiffness: T,
    rest: Vec<T>,
}

#[conservative_grad]
impl<T: Real> Spring<T> {
    #[conservative_grad(mode = forward)]
    fn energy(&self, x: T) -> T {
        let mut sum = T::zero();
        for r in &self.rest {
            let d = x - *r;
            sum += self.half() * d * d;
        }
        sum
    }

    fn half(&self) -> T {
        self.stiffness * T::from_f64(0.5)
    }
}

#[test]
fn methods() {
    let spring = Spring {
        stiffness: 3.0,
        rest: vec![0.5; 9],
    };
    let (of, x) = spring.energy_grad(2.0);
    assert_eq!((of.stiffness, x), (9.0 * 0.5 * 2.25, 9.0 * 3.0 * 1.5));
    assert_eq!(of.rest, vec![-3.0 * 1.5; 9]);
}

/// What has an effect beside its result is run once, and has few numbers.
#[conservative_grad(mode = forward)]
fn noisy(x: f64, seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
    x * (*seed >> 11) as f64
}

#[test]
fn effects_happen_once() {
    let (mut seed, mut same) = (7, 7);
    let slope = noisy::grad(2.0, &mut seed);
    assert_eq!(slope * 2.0, noisy(2.0, &mut same));
    assert_eq!(seed, same);
}
