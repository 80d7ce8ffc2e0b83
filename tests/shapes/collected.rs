//! Recorded loops that keep a pullback per iteration: the iterations give the elements of a list, and neither leave the loop nor
//! move what stands outside of it. What stands above each is what sets it apart.

use conservative_grad::conservative_grad;

mod cases {
    check_all!(
        over_and_over from 0,
        from_the_end from 1,
        with_a_stride from 1,
        by_two_indices from 2,
        carried from 0,
        carried_in_pairs from 1,
        under_a_condition from 1,
        in_both_arms from 1,
        with_a_kink from 1,
        of_a_kink from 1,
        with_an_array_of_its_own from 1,
        of_points from 2,
        by_reference from 1,
        grown from 1,
        counted_beside from 1,
        until_a_break from 1,
        passed_over from 1,
        by_value_of_an_array from 1,
        in_three_loops from 1,
        of_a_remainder from 1,
        with_a_plain_argument from 1,
    );
}

#[conservative_grad]
fn soft(x: f64) -> f64 {
    x / (1.0 + x * x).sqrt()
}

#[conservative_grad]
fn leaky(x: f64, slope: f64) -> f64 {
    if x > 0.0 { x.sin() } else { slope * x }
}

#[conservative_grad]
fn distance(p: &[f64; 2], q: &[f64; 2]) -> f64 {
    let (x, y) = (p[0] - q[0], p[1] - q[1]);
    (0.25 + x * x + y * y).sqrt()
}

/// Slices are taken in front of the loop, and the loop runs as often as it likes, not at all included.
#[conservative_grad]
fn over_and_over(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = x.to_vec();
    for t in 0..crate::THREE {
        for i in 0..n {
            h[i] = soft(h[i] * x[(i + t) % n] - 0.3);
        }
    }
    let mut s = 0.2;
    for i in 0..n {
        s += h[i] * x[i];
    }
    s
}

/// Records are in the order of the iterations.
#[conservative_grad]
fn from_the_end(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for i in (1..x.len()).rev() {
        h[i - 1] = soft(h[i] * x[i - 1] + h[i - 1]);
    }
    h[0]
}

#[conservative_grad]
fn with_a_stride(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for _ in 0..crate::TWO {
        for i in (0..x.len()).step_by(2) {
            h[i] = soft(h[i] * 1.5) * x[i];
        }
    }
    h[0] + h[x.len() - 1]
}

/// The slice at one index overlaps that at the other.
#[conservative_grad]
fn by_two_indices(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = x.to_vec();
    for _ in 0..crate::THREE {
        for i in 1..n {
            h[i] = soft(h[i - 1] * x[i]) + 0.5 * h[i];
            h[i - 1] *= 0.9;
        }
    }
    h[n - 1] * h[0]
}

#[conservative_grad]
fn carried(x: &[f64]) -> f64 {
    let mut h = 0.4;
    for i in 0..x.len() {
        h = soft(0.8 * h + x[i]);
    }
    h
}

/// The second is what the first was.
#[conservative_grad]
fn carried_in_pairs(x: &[f64]) -> f64 {
    let (mut a, mut b) = (0.4, x[0]);
    for i in 0..x.len() {
        let next = soft(a * x[i] + b);
        b = a;
        a = next;
    }
    a - 2.0 * b
}

/// The pullback is there in some iterations only.
#[conservative_grad]
fn under_a_condition(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for t in 0..crate::THREE {
        for i in 0..x.len() {
            if (i + t) % 2 == 0 {
                h[i] = soft(h[i] * x[i]);
            }
            h[i] *= 1.1;
        }
    }
    h[0] + h[x.len() - 1]
}

#[conservative_grad]
fn in_both_arms(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for t in 0..crate::THREE {
        for i in 0..x.len() {
            let by = if (i + t) % 3 == 0 {
                soft(h[i])
            } else {
                leaky(x[i] - h[i], 0.1)
            };
            h[i] += 0.5 * by * x[0];
        }
    }
    h[0] * h[x.len() - 1]
}

/// The selection is asked in the order of the iterations.
#[conservative_grad]
fn with_a_kink(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for _ in 0..crate::THREE {
        for i in 0..x.len() {
            h[i] = soft(h[i] - 1.15).abs() + (x[i] * h[i]).max(0.7);
        }
    }
    h[0] + 3.0 * h[x.len() - 1]
}

#[conservative_grad]
fn of_a_kink(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for _ in 0..crate::THREE {
        for i in 0..x.len() {
            h[i] = leaky(h[i] * 1.3 - 1.0, 0.2) + 0.1 * x[i];
        }
    }
    h[0] - h[x.len() - 1]
}

#[conservative_grad]
fn with_an_array_of_its_own(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for _ in 0..crate::TWO {
        for i in 0..x.len() {
            let p = [h[i], x[0] * h[i]];
            let mut q = p;
            q[1] = soft(q[1]);
            h[i] = distance(&p, &q) * q[0];
        }
    }
    h[0] + h[x.len() - 1]
}

/// What is lent to the callee is changed in the same iteration.
#[conservative_grad]
fn of_points(x: &[f64]) -> f64 {
    let mut p: Vec<[f64; 2]> = Vec::new();
    for i in 0..x.len() {
        p.push([x[i], 0.5 * x[i] * x[0]]);
    }
    for _ in 0..crate::TWO {
        for i in 1..p.len() {
            let r = distance(&p[i], &p[i - 1]);
            p[i][0] += 0.1 / r;
            p[i][1] -= 0.2 * r * p[i - 1][0];
        }
    }
    p[p.len() - 1][0] * p[p.len() - 1][1] + p[0][1]
}

#[conservative_grad]
fn halve(x: &mut f64, by: f64) {
    *x = *x * *x / (2.0 + by);
}

#[conservative_grad]
fn by_reference(x: &[f64]) -> f64 {
    let mut s = 0.7;
    for i in 0..x.len() {
        halve(&mut s, x[i]);
        s += x[i];
    }
    s
}

/// A list grows beside that of the records.
#[conservative_grad]
fn grown(x: &[f64]) -> f64 {
    let mut all = Vec::new();
    let mut h = x[0];
    for i in 0..x.len() {
        h = soft(h + x[i]) * x[i];
        all.push(h);
    }
    let mut s = 0.0;
    for i in 0..all.len() {
        s += all[i] * x[all.len() - 1 - i];
    }
    s
}

/// An integer is carried as well.
#[conservative_grad]
fn counted_beside(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    let mut k = 0;
    for i in 0..x.len() {
        if i % 2 == 0 {
            k += 1;
        }
        h[i] = soft(h[i] * k as f64) + x[k - 1] * h[0];
    }
    h[x.len() - 1] + k as f64 * h[0]
}

/// Such a loop is left, and stays one with a list that is pushed to.
#[conservative_grad]
fn until_a_break(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        h = soft(h * x[i]) + 0.2;
        if i == 3 {
            break;
        }
    }
    h * x[0]
}

#[conservative_grad]
fn passed_over(x: &[f64]) -> f64 {
    let mut h = 0.9;
    for i in 0..x.len() {
        if i % 3 == 1 {
            continue;
        }
        h = soft(h * x[i]) + 0.2 * h;
    }
    h
}

#[conservative_grad]
fn turned(p: [f64; 2], by: f64) -> [f64; 2] {
    let (s, c) = by.sin_cos();
    [p[0] * c - p[1] * s, p[0] * s + p[1] * c]
}

/// The state goes into the callee and comes out of it.
#[conservative_grad]
fn by_value_of_an_array(x: &[f64]) -> f64 {
    let mut p = [x[0], 0.3];
    for i in 0..x.len() {
        p = turned(p, x[i]);
        p[0] *= 1.1;
    }
    p[0] * p[1] + p[0]
}

/// Each stretch of records is one of the innermost loop.
#[conservative_grad]
fn in_three_loops(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = x.to_vec();
    let mut w = 0.3;
    for t in 0..crate::TWO {
        for i in 0..n {
            for j in 0..i + t {
                h[i] = soft(h[i] + w * x[j % n]);
            }
            w = soft(w * h[i]);
        }
    }
    w + h[n - 1]
}

#[conservative_grad]
fn of_a_remainder(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = x.to_vec();
    for k in 0..2 * n + 1 {
        h[k % n] = soft(h[k % n]) * h[(k + 1) % n];
    }
    h[0]
}

/// An argument of the callee is no variable.
#[conservative_grad]
fn with_a_plain_argument(x: &[f64]) -> f64 {
    let mut h = x.to_vec();
    for k in 0..crate::THREE {
        for i in 0..h.len() {
            h[i] = leaky(x[i] * h[i] - 1.0, 0.3 * k as f64);
        }
    }
    h[0] + h[x.len() - 1]
}

/// What is too short is so where the primal finds it.
#[test]
#[should_panic(expected = "out of")]
fn an_array_that_is_too_short() {
    let _ = shorter::value_and_grad(&[0.5, 0.6, 0.7], &[0.1, 0.2]);
}

#[conservative_grad]
fn shorter(x: &[f64], y: &[f64]) -> f64 {
    let mut h = 0.5;
    for i in 0..x.len() {
        h = soft(h * x[i]) + y[i];
    }
    h
}
