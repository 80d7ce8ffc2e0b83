//! Programs as people write them, with iterators, windows, arrays and tables: no adjoint by hand, but none of them may be dear.

use conservative_grad::{Differentiable, conservative_grad};

/// A function of a slice, and its gradient, which returns the value and adds into the second slice.
pub(crate) struct Idiom {
    pub(crate) name: &'static str,
    pub(crate) primal: fn(&[f64]) -> f64,
    pub(crate) gradient: fn(&[f64], &mut [f64]) -> f64,
    /// The value, and its derivative along a direction.
    pub(crate) tangent: fn(&[f64], &[f64]) -> (f64, f64),
}

/// A thousand numbers between -0.3 and 0.7.
pub(crate) fn point() -> Vec<f64> {
    (0..1000)
        .map(|i| f64::from((i * 37 + 11) % 101) / 101.0 - 0.3)
        .collect()
}

macro_rules! idioms {
    ($($(#[$meta:meta])* fn $name:ident($x:ident: &[f64]) -> f64 $body:block)*) => {
        $($(#[$meta])* #[conservative_grad] fn $name($x: &[f64]) -> f64 $body)*

        /// All of them.
        pub(crate) fn all() -> Vec<Idiom> {
            vec![$(Idiom {
                name: stringify!($name),
                primal: $name,
                gradient: $name::accumulate_grad,
                tangent: $name::jvp,
            }),*]
        }
    };
}

idioms! {
    /// The logarithm of a sum of exponentials, shifted by the largest, as folds and sums of iterators.
    fn log_sum_exp(x: &[f64]) -> f64 {
        let m = x.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
        m + x.iter().map(|v| (v - m).exp()).sum::<f64>().ln()
    }

    /// A dot product of two halves.
    fn dot(x: &[f64]) -> f64 {
        let (a, b) = x.split_at(x.len() / 2);
        a.iter().zip(b.iter()).map(|(u, v)| u * v).sum()
    }

    /// Rosenbrock's function over windows of two.
    fn rosenbrock_windows(x: &[f64]) -> f64 {
        x.windows(2)
            .map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2))
            .sum()
    }

    /// Areas of parallelograms, absolute values, over chunks of four.
    fn areas(x: &[f64]) -> f64 {
        x.chunks_exact(4)
            .map(|c| (c[0] * c[1] - c[2] * c[3]).abs())
            .sum()
    }

    /// Horner's scheme as a fold.
    fn horner(x: &[f64]) -> f64 {
        let t = x[0];
        x.iter().rev().fold(0.0, |acc, c| acc * t * 0.5 + c)
    }

    /// A standard deviation in two passes.
    fn deviation(x: &[f64]) -> f64 {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        (x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt()
    }

    /// The entropy of a softmax, which is collected.
    fn softmax_entropy(x: &[f64]) -> f64 {
        let m = x.iter().copied().fold(x[0], f64::max);
        let e: Vec<f64> = x.iter().map(|v| (v - m).exp()).collect();
        let s: f64 = e.iter().sum();
        let mut h = 0.0;
        for p in &e {
            let q = p / s;
            h -= q * q.ln();
        }
        h
    }

    /// Squares of running sums.
    fn running_sums(x: &[f64]) -> f64 {
        let mut acc = 0.0;
        let mut s = 0.0;
        for v in x {
            acc += v;
            s += acc * acc;
        }
        s
    }

    /// Deviations from a moving average.
    fn moving_average(x: &[f64]) -> f64 {
        let mut m = x[0];
        let mut s = 0.0;
        for &v in x {
            m = 0.9 * m + 0.1 * v;
            s += (v - m) * (v - m);
        }
        s
    }

    /// The likelihood of a GARCH(1, 1).
    fn garch(x: &[f64]) -> f64 {
        let (w, a, b) = (x[0] * x[0], 0.1, 0.8);
        let mut h = w;
        let mut l = 0.0;
        for r in x.iter().skip(1) {
            h = w + a * r * r + b * h;
            l += h.ln() + r * r / h;
        }
        l
    }

    /// A hidden Markov chain with two states, in arrays.
    fn markov_chain(x: &[f64]) -> f64 {
        let mut a = [0.5, 0.5];
        let mut l = 0.0;
        for v in x.iter() {
            let e = [(-v * v).exp(), (-(v - 1.0) * (v - 1.0)).exp()];
            let b = [
                (a[0] * 0.9 + a[1] * 0.2) * e[0],
                (a[0] * 0.1 + a[1] * 0.8) * e[1],
            ];
            let c = b[0] + b[1];
            l += c.ln();
            a = [b[0] / c, b[1] / c];
        }
        l
    }

    /// A pendulum that is pushed, step by step.
    fn pendulum(x: &[f64]) -> f64 {
        let (mut q, mut p) = (x[0], x[1]);
        for f in x.iter() {
            p -= 0.01 * (q.sin() + f * 0.1);
            q += 0.01 * p;
        }
        q * q + p * p
    }

    /// A convolution of width five behind a relu.
    fn convolution(x: &[f64]) -> f64 {
        let k = &x[..5];
        let mut s = 0.0;
        for i in 0..x.len() - 5 {
            let mut a = 0.0;
            for j in 0..5 {
                a += k[j] * x[i + j];
            }
            s += a.max(0.0);
        }
        s
    }

    /// Rows of a matrix by iterators, and tanh.
    fn rows(x: &[f64]) -> f64 {
        let n = 30;
        let (w, v) = x.split_at(n * n);
        let mut s = 0.0;
        for i in 0..n {
            let row = &w[i * n..(i + 1) * n];
            let y: f64 = row.iter().zip(v).map(|(a, b)| a * b).sum();
            s += y.tanh();
        }
        s
    }

    /// Smoothing on a grid, with a copy per step.
    fn smoothing(x: &[f64]) -> f64 {
        let n = x.len();
        let mut u = x.to_vec();
        for _ in 0..10 {
            let old = u.clone();
            for i in 1..n - 1 {
                u[i] = 0.25 * old[i - 1] + 0.5 * old[i] + 0.25 * old[i + 1];
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// A recursive filter of second order.
    fn filter(x: &[f64]) -> f64 {
        let n = x.len();
        let mut y = vec![0.0; n];
        for i in 2..n {
            y[i] = 0.2 * x[i] + 0.3 * x[i - 1] + 0.6 * y[i - 1] - 0.2 * y[i - 2];
        }
        y.iter().map(|v| v * v).sum()
    }

    /// A recurrence in place.
    fn recurrence(x: &[f64]) -> f64 {
        let mut p = x.to_vec();
        for i in 1..p.len() {
            p[i] += 0.5 * p[i - 1];
        }
        p.iter().map(|v| v.sin()).sum()
    }

    /// A chain of springs in the plane.
    fn springs(x: &[f64]) -> f64 {
        let n = x.len() / 2;
        let mut e = 0.0;
        for i in 0..n - 1 {
            let dx = x[2 * i + 2] - x[2 * i];
            let dy = x[2 * i + 3] - x[2 * i + 1];
            let l = (dx * dx + dy * dy).sqrt();
            e += (l - 1.0) * (l - 1.0);
        }
        e
    }

    /// A hinge loss by `enumerate`.
    fn hinge(x: &[f64]) -> f64 {
        x.iter()
            .enumerate()
            .map(|(i, v)| (1.0 - if i % 2 == 0 { *v } else { -*v }).max(0.0))
            .sum::<f64>()
            / x.len() as f64
    }

    /// The logarithm of a determinant by Cholesky.
    fn cholesky(x: &[f64]) -> f64 {
        let n = 20;
        let mut l = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let mut s = if i == j {
                    20.0 + x[i]
                } else {
                    x[i * n + j] * 0.1
                };
                for k in 0..j {
                    s -= l[i * n + k] * l[j * n + k];
                }
                if i == j {
                    l[i * n + j] = s.sqrt();
                } else {
                    l[i * n + j] = s / l[j * n + j];
                }
            }
        }
        let mut d = 0.0;
        for i in 0..n {
            d += l[i * n + i].ln();
        }
        d
    }

    /// Dynamic time warping with two rows that change places.
    fn time_warping(x: &[f64]) -> f64 {
        let n = 30;
        let (a, b) = (&x[..n], &x[n..2 * n]);
        let mut prev = vec![1e9_f64; n + 1];
        prev[0] = 0.0;
        let mut cur = vec![1e9_f64; n + 1];
        for i in 0..n {
            cur[0] = 1e9;
            for j in 0..n {
                let d = (a[i] - b[j]) * (a[i] - b[j]);
                cur[j + 1] = d + prev[j].min(prev[j + 1]).min(cur[j]);
            }
            std::mem::swap(&mut prev, &mut cur);
        }
        prev[n]
    }

    /// A small network that collects its hidden layer.
    fn network(x: &[f64]) -> f64 {
        let h: Vec<f64> = (0..20)
            .map(|i| {
                x[i * 20..(i + 1) * 20]
                    .iter()
                    .zip(&x[400..420])
                    .map(|(w, v)| w * v)
                    .sum::<f64>()
                    .max(0.0)
            })
            .collect();
        let o: f64 = h.iter().zip(&x[420..440]).map(|(a, b)| a * b).sum();
        (o - 1.0).powi(2)
    }

    /// Predators and prey in an array.
    fn predators(x: &[f64]) -> f64 {
        let mut s = [x[0] + 1.0, x[1] + 1.0];
        for _ in 0..1000 {
            let d = [s[0] * (1.0 - s[1]) * x[2], s[1] * (s[0] - 1.0) * x[3]];
            s[0] += 0.001 * d[0];
            s[1] += 0.001 * d[1];
        }
        s[0] + s[1]
    }

    /// Five steps of a root per element.
    fn roots(x: &[f64]) -> f64 {
        let mut t = 1.0;
        for v in x {
            let a = v * v + 1.0;
            let mut y = a;
            for _ in 0..5 {
                y = 0.5 * (y + a / y);
            }
            t += y;
        }
        t
    }

    /// A loop of unknown length per element.
    fn halvings(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for v in x {
            let mut y = v.abs() + 1.0;
            let mut k = 0;
            while y > 0.1 && k < 20 {
                y *= 0.7;
                k += 1;
            }
            s += y;
        }
        s
    }

    /// A table, looked up by a search that returns what it finds.
    fn table(x: &[f64]) -> f64 {
        let knots = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.31, 0.4, 0.5, 0.6, 0.71];
        let (ys, at) = x.split_at(knots.len());
        at.iter().map(|v| interpolated(&knots, ys, v.abs()).powi(2)).sum()
    }

    /// A stiffness matrix, assembled entry by entry, and its product with a vector.
    fn assembly(x: &[f64]) -> f64 {
        let n = x.len() / 2;
        let mut a = Sparse::tridiagonal(n);
        for e in 0..n - 1 {
            a.put(e, e, x[e]);
            a.put(e, e + 1, -x[e]);
            a.put(e + 1, e, -x[e]);
            a.put(e + 1, e + 1, x[e]);
        }
        let u = &x[n..];
        let mut energy = 0.0;
        for i in 0..n {
            for k in a.start[i]..a.start[i + 1] {
                energy += u[i] * a.value[k] * u[a.column[k]];
            }
        }
        energy
    }

    /// Forces between all pairs that are near each other.
    fn contacts(x: &[f64]) -> f64 {
        let x = &x[..200];
        let mut forces = vec![0.0; x.len()];
        for i in 0..x.len() {
            for j in 0..i {
                let d = x[i] - x[j];
                if d * d < 0.02 {
                    forces[i] += d;
                    forces[j] -= d;
                }
            }
        }
        forces.iter().map(|f| f * f).sum()
    }

    /// Sums of a list up to a limit, by a function that leaves its loop.
    fn limits(x: &[f64]) -> f64 {
        let (list, at) = x.split_at(30);
        at.iter().map(|t| up_to(list, *t * 30.0)).sum()
    }

    /// Elimination in a dense matrix of 30 rows.
    fn elimination(x: &[f64]) -> f64 {
        let n = 30;
        let mut k = x[..n * n].to_vec();
        for i in 0..n {
            k[i * n + i] += 20.0;
        }
        let mut f = x[n * n..n * n + n].to_vec();
        for p in 0..n {
            for i in p + 1..n {
                let m = k[i * n + p] / k[p * n + p];
                for j in p..n {
                    k[i * n + j] -= m * k[p * n + j];
                }
                f[i] -= m * f[p];
            }
        }
        (0..n).map(|i| f[i] / k[i * n + i]).sum()
    }

    /// Chemical kinetics: implicit steps, by Newton's method and Cramer's rule.
    fn kinetics(x: &[f64]) -> f64 {
        let (k1, k2, k3, h) = (0.04 + 0.01 * x[0], 30.0 + x[1], 10.0 + x[2], 0.05);
        let det = |m: [[f64; 3]; 3]| {
            m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
        };
        let mut y = [1.0, 0.1 * x[3], 0.1];
        for _ in 0..500 {
            let old = y;
            for _ in 0..4 {
                let [a, b, c] = y;
                let (r1, r2, r3) = (k1 * a, k2 * b * b, k3 * b * c);
                let g = [
                    a - old[0] - h * (r3 - r1),
                    b - old[1] - h * (r1 - r2 - r3),
                    c - old[2] - h * r2,
                ];
                let j = [
                    [1.0 + h * k1, -h * k3 * c, -h * k3 * b],
                    [-h * k1, 1.0 + h * (2.0 * k2 * b + k3 * c), h * k3 * b],
                    [0.0, -h * 2.0 * k2 * b, 1.0],
                ];
                let d = det(j);
                for column in 0..3 {
                    let mut m = j;
                    for row in 0..3 {
                        m[row][column] = g[row];
                    }
                    y[column] -= det(m) / d;
                }
            }
        }
        y[0] * y[0] + 100.0 * y[1] + y[2].sin()
    }

    /// Costs of twelve rollouts of a pole on a cart, weighted by their exponentials.
    fn rollouts(x: &[f64]) -> f64 {
        let costs: Vec<f64> = (0..12).map(|k| rollout(x, 1.0 + 0.1 * k as f64)).collect();
        let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
        let (mut sum, mut all) = (0.0, 0.0);
        for c in costs {
            let w = (0.01 * (least - c)).exp();
            sum += w * c;
            all += w;
        }
        sum / all
    }

    /// Points that are turned and moved, against where they were seen.
    fn alignment(x: &[f64]) -> f64 {
        let mut r = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                r[i][j] = x[3 * i + j];
            }
        }
        let mut s = 0.0;
        for (k, p) in x[12..].chunks_exact(3).enumerate() {
            for i in 0..3 {
                let mut y = x[9 + i];
                for j in 0..3 {
                    y += r[i][j] * p[j];
                }
                let d = y - 0.01 * k as f64;
                s += d * d;
            }
        }
        s
    }

    /// Points in space that attract and repel each other.
    fn molecules(x: &[f64]) -> f64 {
        let points: Vec<[f64; 3]> = x[..300].chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        let mut energy = 0.0;
        for i in 0..points.len() {
            for j in i + 1..points.len() {
                let dx = points[i][0] - points[j][0];
                let dy = points[i][1] - points[j][1];
                let dz = points[i][2] - points[j][2];
                let s = 0.1 / (dx * dx + dy * dy + dz * dz + 0.05);
                let attraction = s * s * s;
                energy += attraction * attraction - attraction;
            }
        }
        energy
    }

    /// A chain of points in space, which relaxes in ten steps.
    fn chain(x: &[f64]) -> f64 {
        let mut points: Vec<[f64; 3]> = x.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        for _ in 0..10 {
            let old = points.clone();
            for i in 1..points.len() - 1 {
                for d in 0..3 {
                    points[i][d] += 0.1 * (old[i - 1][d] - 2.0 * old[i][d] + old[i + 1][d]);
                }
            }
        }
        let mut bending = 0.0;
        for i in 1..points.len() - 1 {
            for d in 0..3 {
                let b = points[i - 1][d] - 2.0 * points[i][d] + points[i + 1][d];
                bending += b * b;
            }
        }
        bending
    }

    /// A layer, whose fields a function gets.
    fn layer(x: &[f64]) -> f64 {
        let p = Layer { w: x.to_vec(), b: x.to_vec(), gain: x[0] };
        let mut s = 0.0;
        for i in 0..p.w.len() {
            s += unit(&p.w, &p.b, p.gain, i);
        }
        s
    }

    /// Layers of an activation that is a function.
    fn activations(x: &[f64]) -> f64 {
        let mut h = x[..100].to_vec();
        for t in 0..100 {
            for i in 0..h.len() {
                h[i] = soft_sign(h[i] * x[9 * t + i]);
            }
        }
        h.iter().sum()
    }

    /// A chain of equations by Runge and Kutta's steps, whose stages are arrays that are used again.
    fn stages(x: &[f64]) -> f64 {
        let (n, steps) = (100, 20);
        let h = 2.0 / steps as f64;
        let mut y = vec![0.0; n];
        let mut k1 = vec![0.0; n];
        let mut k2 = vec![0.0; n];
        let mut middle = vec![0.0; n];
        for _ in 0..steps {
            k1[0] = x[0];
            for i in 1..n {
                k1[i] = x[i] * y[i - 1];
            }
            for i in 0..n {
                middle[i] = y[i] + 0.5 * h * k1[i];
            }
            k2[0] = x[0];
            for i in 1..n {
                k2[i] = x[i] * middle[i - 1];
            }
            for i in 0..n {
                y[i] += h * k2[i];
            }
        }
        y.iter().sum()
    }

    /// Collisions of a lattice gas, with its weights and directions in tables.
    fn lattice(x: &[f64]) -> f64 {
        let mut cells: Vec<[f64; 5]> = x.chunks_exact(5).map(|c| [c[0] + 2.0, c[1], c[2], c[3], c[4]]).collect();
        for _ in 0..10 {
            for cell in cells.iter_mut() {
                let density: f64 = cell.iter().sum();
                let mut flow = 0.0;
                for q in 0..5 {
                    flow += DIRECTIONS[q] as f64 * cell[q] / density;
                }
                for q in 0..5 {
                    let along = DIRECTIONS[q] as f64 * flow;
                    cell[q] += 0.3 * (WEIGHTS[q] * density * (1.0 + along + along * along) - cell[q]);
                }
            }
        }
        cells.iter().map(|c| c[1] * c[2]).sum()
    }

    /// A wave on a string, whose three levels change places.
    fn levels(x: &[f64]) -> f64 {
        let mut string = Levels {
            before: vec![0.0; x.len()],
            now: x.to_vec(),
            next: vec![0.0; x.len()],
        };
        for _ in 0..20 {
            string.advance(0.2 + 0.1 * x[0]);
        }
        string.now.iter().map(|v| v * v).sum()
    }

    /// A determinant by Cholesky's factorization, which gives a list of rows.
    fn factored(x: &[f64]) -> f64 {
        let n = 30;
        let mut a = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..=i {
                a[i][j] = 0.1 * x[i * n + j];
            }
            a[i][i] += 20.0;
        }
        let l = factor(&a);
        (0..n).map(|i| l[i][i].ln()).sum()
    }

    /// A determinant by elimination, in place, in a list of rows.
    fn eliminated(x: &[f64]) -> f64 {
        let n = 30;
        let mut a: Vec<Vec<f64>> = x.chunks_exact(n).take(n).map(|row| row.to_vec()).collect();
        for i in 0..n {
            a[i][i] += 20.0;
        }
        eliminate(&mut a);
        (0..n).map(|i| a[i][i].ln()).sum()
    }

    /// Reaction and diffusion, with a list for every step.
    fn replaced(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..20 {
            let mut next = u.clone();
            for i in 1..u.len() - 1 {
                let bend = u[i - 1] - 2.0 * u[i] + u[i + 1];
                next[i] = u[i] + 0.1 * bend + 0.01 * u[i] * (1.0 - u[i]);
            }
            u = next;
        }
        u.iter().map(|v| v * v).sum()
    }
}

#[conservative_grad]
fn factor(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let mut s = a[i][j];
            for k in 0..j {
                s -= l[i][k] * l[j][k];
            }
            l[i][j] = if i == j { s.sqrt() } else { s / l[j][j] };
        }
    }
    l
}

#[conservative_grad]
fn eliminate(a: &mut [Vec<f64>]) {
    let n = a.len();
    for p in 0..n {
        for i in p + 1..n {
            let m = a[i][p] / a[p][p];
            for j in p..n {
                a[i][j] -= m * a[p][j];
            }
        }
    }
}

const DIRECTIONS: [i32; 5] = [0, 1, -1, 2, -2];
const WEIGHTS: [f64; 5] = [0.4, 0.2, 0.2, 0.1, 0.1];

#[conservative_grad]
mod string {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    pub(super) struct Levels {
        pub(super) before: Vec<f64>,
        pub(super) now: Vec<f64>,
        pub(super) next: Vec<f64>,
    }

    impl Levels {
        pub(super) fn advance(&mut self, speed: f64) {
            for i in 1..self.now.len() - 1 {
                let bend = self.now[i - 1] - 2.0 * self.now[i] + self.now[i + 1];
                self.next[i] = 2.0 * self.now[i] - self.before[i] + speed * bend;
            }
            std::mem::swap(&mut self.before, &mut self.now);
            std::mem::swap(&mut self.now, &mut self.next);
        }
    }
}
use string::Levels;

#[conservative_grad]
fn soft_sign(x: f64) -> f64 {
    x / (1.0 + x * x).sqrt()
}

#[conservative_grad]
fn interpolated(#[constant] xs: &[f64], ys: &[f64], at: f64) -> f64 {
    for i in 0..xs.len() - 1 {
        if at < xs[i + 1] {
            let t = (at - xs[i]) / (xs[i + 1] - xs[i]);
            return ys[i] + t * (ys[i + 1] - ys[i]);
        }
    }
    ys[ys.len() - 1]
}

#[conservative_grad]
fn up_to(list: &[f64], limit: f64) -> f64 {
    let (mut sum, mut position) = (0.0, 0.0);
    for v in list {
        if position > limit {
            break;
        }
        sum += v * v;
        position += 1.0;
    }
    sum * limit
}

/// A pole on a cart, under forces, by Runge and Kutta's steps.
#[conservative_grad]
fn rollout(forces: &[f64], mass: f64) -> f64 {
    let mut x = [0.0, 0.0, 0.1, 0.0];
    let mut cost = 0.0;
    let h = 0.02;
    for force in forces {
        let slope = |s: [f64; 4]| {
            let [_, v, angle, rate] = s;
            let (sin, cos) = angle.sin_cos();
            let den = mass + 0.2 * sin * sin;
            let a = (force + 0.2 * sin * (0.5 * rate * rate + 9.81 * cos)) / den;
            let b = (-force * cos - 0.1 * rate * rate * cos * sin - 9.81 * (mass + 0.2) * sin)
                / (0.5 * den);
            [v, a, rate, b]
        };
        let moved = |k: [f64; 4], h: f64| {
            [
                x[0] + h * k[0],
                x[1] + h * k[1],
                x[2] + h * k[2],
                x[3] + h * k[3],
            ]
        };
        let k1 = slope(x);
        let k2 = slope(moved(k1, h / 2.0));
        let k3 = slope(moved(k2, h / 2.0));
        let k4 = slope(moved(k3, h));
        for i in 0..4 {
            x[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
        cost += x[0] * x[0] + x[2] * x[2] + 0.1 * force * force;
    }
    cost
}

#[derive(Clone, Debug, Differentiable)]
struct Sparse {
    start: Vec<usize>,
    column: Vec<usize>,
    value: Vec<f64>,
}

impl Sparse {
    fn tridiagonal(n: usize) -> Sparse {
        let rows = (0..n).map(|i| i.saturating_sub(1)..(i + 2).min(n));
        let mut start = vec![0];
        start.extend(rows.clone().scan(0, |all, row| {
            *all += row.len();
            Some(*all)
        }));
        let column: Vec<usize> = rows.flatten().collect();
        let value = vec![0.0; column.len()];
        Sparse {
            start,
            column,
            value,
        }
    }
}

#[conservative_grad]
impl Sparse {
    fn put(&mut self, i: usize, j: usize, v: f64) {
        for k in self.start[i]..self.start[i + 1] {
            if self.column[k] == j {
                self.value[k] += v;
                return;
            }
        }
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    w: Vec<f64>,
    b: Vec<f64>,
    gain: f64,
}

#[conservative_grad]
fn unit(w: &[f64], b: &[f64], gain: f64, i: usize) -> f64 {
    (w[i] * gain + b[i]).tanh()
}
