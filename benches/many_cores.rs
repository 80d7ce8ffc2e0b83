//! Gradients with the option `parallel` on two threads, beside those without it: wall time, the best of many runs.
//!
//! `cargo bench --bench many_cores --features rayon`, on a machine that has two cores to itself for some seconds (the
//! figures in docs/RESULTS.md were measured under `chrt -f 1`). The functions are those of `kernels/gmm.rs`, without the
//! part of its constant that depends on no parameter, and `kernels/relu_mlp.rs`.

#![allow(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    clippy::too_many_arguments,
    reason = "the kernels are index loops over slices and sizes"
)]

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::time::Instant;

/// The functions, in a module with the option and in one without.
macro_rules! kernels {
    ($($wrt:ident { $($function:tt)* })+) => {
        mod one {
            use conservative_grad::conservative_grad;
            $(kernels!(@ [] $wrt $($function)*);)+
        }
        mod many {
            use conservative_grad::conservative_grad;
            $(kernels!(@ [parallel] $wrt $($function)*);)+
        }
    };
    (@ [$($option:ident)?] gmm $($function:tt)*) => {
        #[conservative_grad($($option,)? wrt(alpha, mu, q, l))]
        $($function)*
    };
    (@ [$($option:ident)?] relu_mlp $($function:tt)*) => {
        #[conservative_grad($($option,)? wrt(w1, b1, w2, b2, w3, b3))]
        $($function)*
    };
}

kernels! {
gmm {
            pub(super) fn gmm(
                alpha: &[f64],
                mu: &[f64],
                q: &[f64],
                l: &[f64],
                xs: &[f64],
                gamma: f64,
                m: usize,
                n: usize,
                k: usize,
                d: usize,
            ) -> f64 {
                let tri = d * (d - 1) / 2;

                let mut diag = vec![0.0; k * d];
                let mut log_det = vec![0.0; k];
                let mut prior = 0.0;
                for c in 0..k {
                    let mut sum = 0.0;
                    let mut squares = 0.0;
                    for j in 0..d {
                        let e = q[c * d + j].exp();
                        diag[c * d + j] = e;
                        sum += q[c * d + j];
                        squares += e * e;
                    }
                    for p in 0..tri {
                        squares += l[c * tri + p] * l[c * tri + p];
                    }
                    log_det[c] = sum;
                    prior += 0.5 * gamma * gamma * squares - m as f64 * sum;
                }

                let mut centred = vec![0.0; d];
                let mut scaled = vec![0.0; d];
                let mut term = vec![0.0; k];
                let mut total = 0.0;
                for i in 0..n {
                    for c in 0..k {
                        for j in 0..d {
                            centred[j] = xs[i * d + j] - mu[c * d + j];
                        }
                        for j in 0..d {
                            scaled[j] = diag[c * d + j] * centred[j];
                        }
                        let mut p = c * tri;
                        for j in 0..d {
                            for r in j + 1..d {
                                scaled[r] += l[p] * centred[j];
                                p += 1;
                            }
                        }
                        let mut norm = 0.0;
                        for j in 0..d {
                            norm += scaled[j] * scaled[j];
                        }
                        term[c] = alpha[c] + log_det[c] - 0.5 * norm;
                    }
                    let mut largest = term[0];
                    for c in 1..k {
                        largest = largest.max(term[c]);
                    }
                    let mut sum = 0.0;
                    for c in 0..k {
                        sum += (term[c] - largest).exp();
                    }
                    total += largest + sum.ln();
                }

                let mut largest = alpha[0];
                for c in 1..k {
                    largest = largest.max(alpha[c]);
                }
                let mut sum = 0.0;
                for c in 0..k {
                    sum += (alpha[c] - largest).exp();
                }
                let mixing = largest + sum.ln();

                let constant = -(n as f64) * 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln();
                constant + total - n as f64 * mixing - prior
            }

}
relu_mlp {
    pub(super) fn relu_mlp(
        w1: &[f64],
        b1: &[f64],
        w2: &[f64],
        b2: &[f64],
        w3: &[f64],
        b3: &[f64],
        xs: &[f64],
        ys: &[f64],
        batch: usize,
    ) -> f64 {
        let n1 = b1.len();
        let n2 = b2.len();
        let n3 = b3.len();
        let n0 = w1.len() / n1;
        let mut z1 = vec![0.0; n1];
        let mut z2 = vec![0.0; n2];
        let mut out = vec![0.0; n3];
        let mut loss = 0.0;
        for s in 0..batch {
            for j in 0..n1 {
                z1[j] = b1[j];
            }
            for i in 0..n0 {
                let x = xs[s * n0 + i];
                for j in 0..n1 {
                    z1[j] += w1[i * n1 + j] * x;
                }
            }
            for j in 0..n2 {
                z2[j] = b2[j];
            }
            for i in 0..n1 {
                let h = z1[i].max(0.0);
                for j in 0..n2 {
                    z2[j] += w2[i * n2 + j] * h;
                }
            }
            for j in 0..n3 {
                out[j] = b3[j];
            }
            for i in 0..n2 {
                let h = z2[i].max(0.0);
                for j in 0..n3 {
                    out[j] += w3[i * n3 + j] * h;
                }
            }
            for j in 0..n3 {
                let e = out[j] - ys[s * n3 + j];
                loss += e * e;
            }
        }
        loss / batch as f64
    }

}
}

fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(seed);
    (0..n).map(|_| 2.0 * rng.f64() - 1.0).collect()
}

/// Microseconds.
fn best(f: &mut dyn FnMut()) -> f64 {
    let timed = (0..60).map(|_| {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64() * 1e6
    });
    timed.fold(f64::INFINITY, f64::min)
}

fn pool(threads: usize) -> ThreadPool {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a thread pool")
}

fn report(name: &str, one: &mut dyn FnMut(), many: &mut (dyn FnMut() + Send)) {
    let plain = best(one);
    let [single, double] = [1, 2].map(|threads| {
        let pool = pool(threads);
        best(&mut || pool.install(&mut *many))
    });
    println!(
        "{name} plain_us={plain:.0} one_thread_us={single:.0} two_threads_us={double:.0} speed_up={:.2}",
        plain / double
    );
}

fn main() {
    for n in [1000, 10_000] {
        let [k, d] = [10; 2];
        let lengths = [k, k * d, k * d, k * d * (d - 1) / 2];
        let [alpha, mu, q, l] = lengths.map(|n| numbers(n, n as u64));
        let xs = numbers(n * d, 5);
        let [mut a, mut b, mut c, mut e] = lengths.map(|n| vec![0.0; n]);
        let [mut f, mut g, mut h, mut i] = lengths.map(|n| vec![0.0; n]);
        report(
            &format!("kernel=gmm points={n}"),
            &mut || {
                one::gmm::accumulate_grad(
                    &alpha, &mu, &q, &l, &xs, 1.0, 0, n, k, d, &mut a, &mut b, &mut c, &mut e,
                );
            },
            &mut || {
                many::gmm::accumulate_grad(
                    &alpha, &mu, &q, &l, &xs, 1.0, 0, n, k, d, &mut f, &mut g, &mut h, &mut i,
                );
            },
        );
    }
    for batch in [128, 256, 1024] {
        let [n0, n1, n2, n3] = [64, 128, 128, 10];
        let lengths = [n0 * n1, n1, n1 * n2, n2, n2 * n3, n3];
        let [w1, b1, w2, b2, w3, b3] = lengths.map(|n| numbers(n, n as u64));
        let (xs, ys) = (numbers(batch * n0, 7), numbers(batch * n3, 8));
        let [mut a, mut b, mut c, mut d, mut e, mut f] = lengths.map(|n| vec![0.0; n]);
        let [mut g, mut h, mut i, mut j, mut k, mut l] = lengths.map(|n| vec![0.0; n]);
        report(
            &format!("kernel=relu_mlp samples={batch}"),
            &mut || {
                one::relu_mlp::accumulate_grad(
                    &w1, &b1, &w2, &b2, &w3, &b3, &xs, &ys, batch, &mut a, &mut b, &mut c, &mut d,
                    &mut e, &mut f,
                );
            },
            &mut || {
                many::relu_mlp::accumulate_grad(
                    &w1, &b1, &w2, &b2, &w3, &b3, &xs, &ys, batch, &mut g, &mut h, &mut i, &mut j,
                    &mut k, &mut l,
                );
            },
        );
    }
}
