//! Nests of loops in recorded loops: arrays that are kept whole, room that is made once, numbers that are read after they
//! were stored, and closures that compute again what they can.

use conservative_grad::{Differentiable, conservative_grad};

/// A matrix that is replaced in every step by what a nest of three loops reads of it.
#[conservative_grad]
fn powers(x: &[f64]) -> f64 {
    let d = 3;
    let mut p = vec![0.5; d * d];
    for i in 0..d {
        p[i * d + i] = 1.0;
    }
    let mut q = vec![0.0; d * d];
    let mut total = 0.0;
    for t in 0..x.len() {
        for i in 0..d {
            for j in 0..d {
                let mut sum = 0.0;
                for k in 0..d {
                    sum += p[i * d + k] * p[k * d + j] * x[t];
                }
                q[i * d + j] = sum.sin();
            }
        }
        // Now p is what the nest below finds, and no longer what the one above did.
        for i in 0..d * d {
            p[i] = 0.5 * p[i] + q[i];
        }
        for i in 0..d {
            for j in 0..d {
                total += p[i * d + j] * q[j * d + i] * x[t];
            }
        }
        for i in 0..d {
            p[i] *= 0.9 * p[i + d];
        }
    }
    total
}

/// The nest writes the row that a later iteration of it reads.
#[conservative_grad]
fn elimination(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            a[i * n + j] = 0.1 * x[i] * x[j];
        }
        a[i * n + i] += 2.0 + x[i];
    }
    let mut product = 1.0;
    for k in 0..n {
        product *= a[k * n + k];
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            for j in k..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
        }
    }
    product.ln()
}

/// A state in a recorded loop in a recorded loop, read by both.
#[conservative_grad]
fn inner_states(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = x.to_vec();
    let mut w = vec![1.0; n];
    for t in 0..crate::THREE {
        for i in 0..n {
            for j in 0..n {
                w[i] += 0.01 * u[j] * w[i];
            }
        }
        for a in 0..crate::TWO {
            let mut s = 0.0;
            for i in 0..n {
                for j in 0..n {
                    s += u[i] * u[j] * x[(i + a) % n];
                }
            }
            for i in 0..n {
                u[i] = (u[i] + 0.1 * s * w[i] + 0.01 * (t + a) as f64).tanh();
            }
        }
    }
    u[0] * w[n - 1] + u[n - 1]
}

/// A triangle: as many records as the counter says.
#[conservative_grad]
fn triangle(x: &[f64]) -> f64 {
    let n = x.len();
    let mut v = x.to_vec();
    for t in (1..n).rev() {
        let top = t + 1;
        let mut carry = 0.3;
        for j in 0..top {
            carry = (carry * v[j] + 0.2 * x[t]).sin();
            v[j] = carry * v[j] + 0.1;
        }
        for j in (t - 1..n).step_by(2) {
            carry = carry * carry + v[j];
            v[j] -= 0.1 * carry.cos();
        }
    }
    let mut sum = 0.0;
    for j in 0..n {
        sum += v[j] * v[j];
    }
    sum
}

/// What was stored is not what is there any more.
#[conservative_grad]
fn stored_over(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = [x[0], x[1], x[0] * x[1]];
    let at = n % 3;
    a[at] = a[at] * 2.0 + x[n - 1];
    let first = a[0] * a[1];
    a.swap(0, 2);
    let second = a[0] * first;
    for e in a.iter_mut() {
        *e = e.sin() + first;
    }
    let mut b = [second, a[1]];
    b[0] += a[2];
    let third = b[0] * b[1];
    b[at % 2] = third;
    b[1 - at % 2] = 3.0 * b[at % 2];
    scale(&mut b, x[0]);
    let fourth = b[0] - b[1];
    let mut v = vec![fourth, x[1]];
    v[n % 2] = x[0] * x[0];
    if x[0] > 0.1 {
        v[0] *= 1.5;
    }
    v[0] * v[1] + a[0] * a[1] * a[2]
}

#[conservative_grad]
fn scale(b: &mut [f64; 2], by: f64) {
    b[0] *= by;
    b[1] += b[0] * by;
}

/// Arrays of branches, taken along or computed again.
#[conservative_grad]
fn turned(r: &[f64; 2], by: f64) -> [f64; 2] {
    let square = r[0] * r[0] + r[1] * r[1];
    if square < 0.2 {
        let doubled = [r[0] * by, r[1] * by];
        return [doubled[0] - doubled[1] * by, doubled[1] + r[0]];
    }
    let n = [r[0] / square, r[1] / square];
    let m = [n[0] * by.cos() - n[1] * by.sin(), n[1] * by.cos()];
    [m[0] * n[1] * square, m[1] + m[0] * by * by]
}

#[conservative_grad]
fn turns(x: &[f64]) -> f64 {
    let mut r = [0.2, 0.1];
    for i in 0..x.len() {
        r = turned(&r, x[i]);
    }
    r[0] + 2.0 * r[1]
}

/// A closure that is called in a recorded loop: sums and products are computed again, roots and quotients are held.
#[conservative_grad]
fn cell(h: f64, x: f64, w: &[f64]) -> f64 {
    let a = h * w[0] + x * w[1];
    let b = a * a - x * w[2 % w.len()];
    let root = (1.0 + b * b).sqrt();
    let c = (a + b) * (a - b) / root;
    c * a + b / root - w[0] * c
}

#[conservative_grad]
fn recurrent(x: &[f64]) -> f64 {
    let mut h = 0.1;
    let mut sum = 0.0;
    for i in 0..x.len() {
        h = (0.3 * cell(h, x[i], x)).tanh();
        sum += h * x[i];
    }
    sum
}

#[derive(Clone, Copy, Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

/// Fields that are stored and read, in structs that move.
#[conservative_grad]
fn fields(x: &[f64]) -> f64 {
    let (a, b) = (x[0].sin(), x[1].cos());
    let mut v = Pair { a, b };
    let mut w = [
        v,
        Pair {
            a: v.b,
            b: 2.0 * v.a,
        },
    ];
    v.a = b * v.b;
    let doubled = v.a * 2.0;
    v.a += doubled;
    w[0].b = v.a * w[1].a;
    let sum = w[0].b + w[1].b;
    w[1] = v;
    let product = w[1].a * w[0].b;
    let k = (x.len() + 1) % 2;
    w[k].a = product;
    let other = w[0].a * w[1].a;
    std::mem::swap(&mut w[0].a, &mut v.b);
    let (mut y, mut z) = ([a, product], [other, b]);
    y[0] = z[1];
    std::mem::swap(&mut y, &mut z);
    y[1] * z[0] + y[0] + w[0].a * v.b + sum
}

/// Loops that are left early, and one without a range, through arrays that they fill.
#[conservative_grad]
fn left_early(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.5; n + 1];
    let mut s = 0.0;
    for i in 0..n {
        y[i + 1] = y[i] * x[i] + 0.1;
        for j in 0..i + 1 {
            if y[j] * x[i] > 3.0 {
                break;
            }
            s += y[j] * y[i + 1];
        }
        if s > 4.0 {
            return s * y[i];
        }
    }
    let mut z = vec![1.0; n];
    let mut i = n;
    while i > 1 {
        i -= 1;
        z[i - 1] = z[i] * z[i] * 0.3 + x[i] * y[i];
    }
    s + z[0]
}

mod tests {
    check_all! {
        powers from 0,
        elimination from 1,
        inner_states from 1,
        triangle from 2,
        stored_over from 2,
        fields from 2,
        left_early from 1,
        turns from 0,
        recurrent from 2,
    }

    /// Records are taken from a workspace, also by those that outlive it, and on several threads.
    #[test]
    fn workspaces_change_no_bit() {
        let x = [0.3, 0.5, 0.7, 0.4];
        std::thread::scope(|scope| {
            for _ in 0..crate::THREE {
                scope.spawn(|| {
                    let mut workspace = conservative_grad::Workspace::new();
                    for _ in 0..10 {
                        let expected = super::powers::value_and_grad(&x);
                        assert_eq!(
                            workspace.within(|| super::powers::value_and_grad(&x)),
                            expected
                        );
                        assert!(workspace.bytes() > 0);
                        let (value, pullback) = workspace.within(|| super::powers::vjp(&x));
                        assert_eq!((value, pullback(1.0)), expected);
                        let recurrent = super::recurrent::value_and_grad(&x);
                        assert_eq!(
                            workspace.within(|| super::recurrent::value_and_grad(&x)),
                            recurrent
                        );
                    }
                });
            }
        });
    }
}
