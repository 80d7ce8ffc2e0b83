//! Loops of two to four iterations, which are written out, and small arrays, which are taken apart into their numbers; and what looks
//! like them and has to stay.

#![allow(
    clippy::clone_on_copy,
    clippy::reversed_empty_ranges,
    reason = "the programs are written the way people write them"
)]

use conservative_grad::choices::Fixed;
use conservative_grad::{Decision, FieldMetadata, conservative_grad};

#[conservative_grad]
fn rotation(x: &[f64]) -> f64 {
    let n = x.len();
    let mut r = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            r[i][j] = x[(3 * i + j) % n] * (1 + i + 2 * j) as f64;
        }
    }
    let mut sum = 0.0;
    for p in x.chunks_exact(3) {
        for i in 0..3 {
            let mut s = 0.1 * i as f64;
            for j in 0..3 {
                s += r[i][j] * p[j];
            }
            let d = s - p[i];
            sum += d * d;
        }
    }
    sum
}

/// The state is carried, the slopes are lists of a closure.
#[conservative_grad]
fn midpoint(x: &[f64]) -> f64 {
    let slope = |y: [f64; 2]| [y[1], -y[0].sin()];
    let mut y = [x[0], 0.5];
    for v in x {
        let k = slope(y);
        let mut half = y;
        for i in 0..2 {
            half[i] += 0.05 * k[i];
        }
        let k = slope(half);
        for (a, b) in y.iter_mut().zip(&k) {
            *a += 0.1 * b * v;
        }
    }
    y[0] * y[1]
}

#[conservative_grad]
fn rotated_in_place(x: &[f64]) -> f64 {
    let mut y = [x[0], 2.0, 3.0];
    let mut s = 0.0;
    for v in x {
        y = [y[1], y[2] * v, y[0] + y[1]];
        let [a, b, c] = y;
        s += a * b - c;
        y[2] = y[0].tanh();
    }
    s + y[0]
}

#[conservative_grad]
fn backwards_and_closed(x: &[f64]) -> f64 {
    let mut t = [0.0; 4];
    for v in x {
        for k in (1..=3).rev() {
            t[k] = t[k - 1] * v + k as f64;
        }
        t[0] = *v;
    }
    t.iter().map(|v| v * v).sum::<f64>() + t.len() as f64
}

/// Kinks in copies of the loop's body are one site each.
#[conservative_grad]
fn kinks_inside(x: &[f64]) -> f64 {
    let mut t = [0.3, -0.2, 0.1];
    let mut s = 0.0;
    for v in x {
        for k in 0..3 {
            t[k] = (t[k] + v).max(0.25 * k as f64);
            s += t[k].abs() + (t[k] * t[k]).sqrt();
        }
    }
    s
}

/// Taken apart but for one index that nobody knows.
#[conservative_grad]
fn an_index_of_the_data(x: &[f64]) -> f64 {
    let mut t = [0.0; 3];
    for (i, v) in x.iter().enumerate() {
        for k in 0..3 {
            t[k] = t[k] * 0.5 + v * (k + 1) as f64;
        }
        t[i % 3] *= v;
    }
    t[0] * t[1] + t[2]
}

#[conservative_grad]
fn decided(x: &[f64]) -> f64 {
    let mut best = [x[0], x[0] * x[0]];
    for v in x {
        if *v * *v < best[1] {
            best = [*v, v * v];
        }
    }
    3.0 * best[0] + best[1]
}

/// Rows have names of their own, and one is a copy.
#[conservative_grad]
fn names_of_rows(x: &[f64]) -> f64 {
    let mut m = [[1.0, 0.0], [0.0, 1.0]];
    for v in x {
        let old = m;
        let before = old.clone();
        for (i, row) in m.iter_mut().enumerate() {
            for (j, e) in row.iter_mut().enumerate() {
                *e = before[i][0] * v + before[i][1] * (j as f64 + 0.5);
            }
        }
        let first = &mut m[0];
        first[1] *= 0.5;
    }
    m[0][0] * m[1][1] - m[0][1] * m[1][0]
}

/// The numbers of the counter are of the type that its index gives it.
#[conservative_grad]
fn far_counters(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..3 {
        s += x[0] * (i * 3_000_000_000) as f64 * 1e-9 + x[i % x.len()] * x[i % x.len()];
    }
    let big = 3_000_000_000;
    for i in 1..3 {
        s += x[i % x.len()] * x[0] * (i * big) as f64 * 1e-9;
    }
    for i in 4_294_967_295..4_294_967_298_u64 {
        s += x[0] * (i as f64) * 1e-9;
    }
    s
}

/// A counter that is a signed number; it would be below zero.
#[conservative_grad]
fn signed_counters(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..3 {
        s += x[0] * x[0] * (i - 1) as f64 + x[0] * (2 * i + 1) as f64;
    }
    s
}

#[conservative_grad]
fn lent_to_a_callee(x: &[f64]) -> f64 {
    let mut t = [x[0], 1.0];
    let mut u = [0.0; 2];
    for v in x {
        turn(&mut t, *v);
        for k in 0..2 {
            u[k] += t[k] * t[k];
        }
        grow(&mut u[1], *v);
        let last = &mut t[1];
        *last += 0.5;
        grow(last, *v);
        let first = &t[0];
        u[0] += squared(first);
    }
    u[0] * u[1]
}

#[conservative_grad]
fn squared(u: &f64) -> f64 {
    u * u
}

#[conservative_grad]
fn grow(u: &mut f64, v: f64) {
    *u += v * *u;
}

#[conservative_grad]
fn turn(t: &mut [f64; 2], v: f64) {
    for k in 0..2 {
        t[k] = t[k] * v + t[1 - k];
    }
}

#[conservative_grad]
fn printed(x: &[f64]) -> f64 {
    let mut t = [0.0; 2];
    for v in x {
        for k in 0..2 {
            t[k] += v * v;
        }
        assert!(t[0].is_finite(), "{t:?}");
    }
    t[0] * t[1]
}

/// A loop that leaves the function, and one that does not run.
#[conservative_grad]
fn left_early(x: &[f64]) -> f64 {
    let mut t = [1.0; 3];
    for v in x {
        for k in 0..3 {
            if t[k] > 20.0 {
                return t[k] * v;
            }
            t[k] += v * v * (k + 1) as f64;
        }
        for k in 0..0 {
            t[k] = 0.0;
        }
    }
    t[0] * t[1] * t[2]
}

/// Names that hide others, an array that is overwritten twice, and a return from the inner loop.
#[conservative_grad]
fn hidden_names(x: &[f64]) -> f64 {
    let mut acc = [1.0, 0.5, -0.25];
    let mut total = 0.0;
    for (i, v) in x.iter().enumerate() {
        let v = v * 1.5;
        let v = {
            let v = v - 0.1 * i as f64;
            v * v
        };
        for k in 0..3 {
            let v = v + acc[k];
            if total > 40.0 {
                return total * v + acc[(k + 1) % 3];
            }
            let v = v.sin();
            acc[k] = acc[k] * 0.5 + v;
            total += v * acc[2 - k];
        }
        acc = [acc[2], acc[0] + v, acc[1]];
        for a in &mut acc {
            *a *= 1.1;
        }
        total += acc.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
    }
    total - acc[0]
}

#[conservative_grad]
fn matrix_power(x: &[f64]) -> f64 {
    let a = [[x[0], 0.3], [0.2, 0.5]];
    let mut p = [[1.0, 0.0], [0.0, 1.0]];
    for v in x {
        let mut q = [[0.0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    q[i][j] += p[i][k] * a[k][j] * v;
                }
            }
        }
        p = q;
    }
    p[0][0] + 2.0 * p[0][1] + 3.0 * p[1][0] + 4.0 * p[1][1]
}

#[conservative_grad(mode = forward)]
fn forward(x: &[f64]) -> f64 {
    let mut t = [x[0]; 2];
    for v in x {
        for k in 0..2 {
            t[k] = t[k] * v + k as f64;
        }
    }
    t[0] * t[1]
}

#[conservative_grad]
fn under_a_checkpoint(x: &[f64]) -> f64 {
    let mut t = [x[0], 0.1];
    #[checkpoint(budget = 2)]
    for i in 0..x.len() {
        for k in 0..2 {
            t[k] = (t[k] * x[i] + 0.1 * k as f64).sin();
        }
    }
    t[0] * t[1]
}

mod entry_points {
    check_all!(
        rotation from 1,
        midpoint from 1,
        rotated_in_place from 1,
        backwards_and_closed from 0,
        kinks_inside from 0,
        an_index_of_the_data from 0,
        decided from 1,
        names_of_rows from 0,
        far_counters from 1,
        signed_counters from 1,
        lent_to_a_callee from 1,
        printed from 0,
        left_early from 0,
        hidden_names from 0,
        matrix_power from 1,
        forward from 1,
        under_a_checkpoint from 1,
    );
}

/// The result is the array itself.
#[conservative_grad]
fn weights(t: f64) -> [[f64; 2]; 2] {
    let mut w = [[0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            w[i][j] = (t * (1 + i) as f64).sin() + j as f64;
        }
    }
    w
}

#[test]
fn arrays_are_results() {
    let (value, derivative) = weights::jvp(0.4, 2.0);
    assert_eq!(value, weights(0.4));
    let (a, b) = (2.0 * 0.4_f64.cos(), 4.0 * 0.8_f64.cos());
    let near = |x: f64, y: f64| (x - y).abs() < 1e-12;
    assert!(
        near(derivative[0][0], a) && near(derivative[0][1], a),
        "{derivative:?}"
    );
    assert!(
        near(derivative[1][0], b) && near(derivative[1][1], b),
        "{derivative:?}"
    );
    let (_, pullback) = weights::vjp(0.4);
    let bar: f64 = pullback([[1.0, 2.0], [3.0, 4.0]]);
    assert!(near(bar, 3.0 * a / 2.0 + 7.0 * b / 2.0), "{bar}");
}

/// The same, with a number of iterations that is not known.
#[conservative_grad]
fn kinks_in_a_loop(x: &[f64]) -> f64 {
    let mut t = [0.3, -0.2, 0.1];
    let mut s = 0.0;
    for v in x {
        for k in 0..crate::THREE {
            t[k] = (t[k] + v).max(0.25 * k as f64);
            s += t[k].abs() + (t[k] * t[k]).sqrt();
        }
    }
    s
}

/// One kink in the source is one site, and selections are asked in the same order, however its loop is compiled.
#[test]
fn places_are_counted_once() {
    let sites = |field: &FieldMetadata| field.sites.iter().map(|s| s.source).collect::<Vec<_>>();
    assert_eq!(
        sites(kinks_inside::FIELD),
        [
            "(t[k] + v).max(0.25 * k as f64)",
            "t[k].abs()",
            "(t[k] * t[k]).sqrt()"
        ]
    );
    assert_eq!(sites(kinks_inside::FIELD), sites(kinks_in_a_loop::FIELD));
    for x in [[-0.3, 0.2, 0.0], [0.2, -0.05, -0.1], [-0.3, 0.25, -0.3]] {
        let [a, b] = [kinks_inside::trace(&x), kinks_in_a_loop::trace(&x)].map(|trace| {
            let visits = trace.visits().iter();
            let told = visits.map(|v| (v.site.source, v.occurrence, v.margin, v.decision));
            told.collect::<Vec<_>>()
        });
        assert!(!a.is_empty());
        assert_eq!(a, b);
    }
    let x = [-0.3, 0.25, -0.3];
    for tie in [0.0, 0.25, 1.0] {
        let mut a = Fixed(Decision::Tie(tie));
        let mut b = Fixed(Decision::Tie(tie));
        assert_eq!(
            kinks_inside::value_and_grad_with(&mut a, &x),
            kinks_in_a_loop::value_and_grad_with(&mut b, &x)
        );
    }
}

/// A loop that goes past the end of an array panics when it runs, and is compiled.
#[conservative_grad]
fn past_the_end(x: f64, t: &[f64; 3]) -> f64 {
    let mut s = 0.0;
    if x > 0.0 {
        for k in 0..4 {
            s += x * t[k];
        }
    }
    s
}

#[test]
fn the_end_is_found_when_it_is_reached() {
    assert_eq!(past_the_end::grad(-1.0, &[1.0; 3]), (0.0, [0.0; 3]));
    assert!(std::panic::catch_unwind(|| past_the_end::grad(1.0, &[1.0; 3])).is_err());
}
