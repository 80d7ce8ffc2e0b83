//! Loops that literals say are short, and that record: with calls, branches and searches, nested, up to an inclusive end, in loops
//! that run long, and just longer than what is kept without an allocation.

use conservative_grad::conservative_grad;

mod cases {
    check_all!(
        with_a_branch from 3,
        with_a_call from 4,
        nested from 4,
        to_an_inclusive_end from 4,
        numbers_to_an_inclusive_end from 4,
        from_the_end from 4,
        in_a_long_loop from 4,
        in_a_recorded_loop from 4,
        in_a_while_loop from 4,
        around_a_long_loop from 4,
        in_an_arm from 4,
        left_early from 4,
        sixteen from 4,
        seventeen from 4,
        of_many_numbers from 4,
        in_a_callee from 4,
        with_integers from 4,
        one_round from 4,
        no_round from 4,
    );
}

#[conservative_grad]
fn smaller(a: &mut [f64; 4], i: usize, j: usize) {
    if a[i] > a[j] {
        let t = a[i];
        a[i] = a[j];
        a[j] = t * 0.9;
    }
}

#[conservative_grad]
fn bent(x: f64) -> f64 {
    x * x / (1.0 + x * x).sqrt()
}

#[conservative_grad]
fn with_a_branch(x: &[f64]) -> f64 {
    let mut m = x[0];
    let mut sum = 0.0;
    for k in 0..3 {
        if x[k].abs() > m.abs() {
            m = x[k] * m;
        }
        sum += m * x[k];
    }
    sum * m
}

#[conservative_grad]
fn with_a_call(x: &[f64]) -> f64 {
    let mut a = [x[0], x[1], x[2], x[3]];
    for k in 0..3 {
        smaller(&mut a, k, k + 1);
        a[k] = bent(a[k]) + 0.1 * a[k + 1];
    }
    a[0] * a[1] + a[2] * a[3]
}

#[conservative_grad]
fn nested(x: &[f64]) -> f64 {
    let mut h = 0.4;
    for i in 0..3 {
        h = h * x[i] + 0.5;
        for j in 0..4 {
            if x[j] > 0.2 {
                h = bent(h) * x[j] + x[i];
            }
        }
    }
    h
}

#[conservative_grad]
fn to_an_inclusive_end(x: &[f64]) -> f64 {
    let mut h = 0.4;
    for i in 1..=3 {
        h = bent(h * x[i] + 0.5);
    }
    h
}

#[conservative_grad]
fn numbers_to_an_inclusive_end(x: &[f64]) -> f64 {
    let mut h = x[0];
    for i in 1..=3 {
        if x[i] > -5.0 {
            h = (h * x[i]).sin() + h * h * 0.5;
        }
    }
    h
}

#[conservative_grad]
fn from_the_end(x: &[f64]) -> f64 {
    let mut h = 0.4;
    for i in (1..4).rev() {
        h = bent(h * x[i] + x[0]);
    }
    h
}

#[conservative_grad]
fn in_a_long_loop(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let mut h = x[i];
        for k in 0..4 {
            h = bent(h) + x[k] * h;
        }
        sum += h;
    }
    sum
}

#[conservative_grad]
fn in_a_recorded_loop(x: &[f64]) -> f64 {
    let mut h = 0.3;
    for i in 0..x.len() {
        for k in 0..4 {
            h = bent(h) * 0.5 + x[k] * x[i];
        }
    }
    h
}

#[conservative_grad]
fn in_a_while_loop(x: &[f64]) -> f64 {
    let mut h = 1.3;
    let mut rounds = 0;
    while h > 0.2 && rounds < 6 {
        for k in 0..3 {
            h = 0.8 * bent(h) + 0.02 * x[k] * h;
        }
        rounds += 1;
    }
    h
}

#[conservative_grad]
fn around_a_long_loop(x: &[f64]) -> f64 {
    let mut h = 0.3;
    for k in 0..3 {
        for i in 0..x.len() {
            h = bent(h) * 0.5 + x[k] * x[i];
        }
    }
    h
}

#[conservative_grad]
fn in_an_arm(x: &[f64]) -> f64 {
    let mut h = x[0];
    if x[1] > -10.0 {
        for k in 0..3 {
            h = bent(h) + x[k] * h;
        }
    } else {
        for k in 1..4 {
            h = bent(h) - x[k] * h;
        }
    }
    h * h
}

#[conservative_grad]
fn left_early(x: &[f64]) -> f64 {
    let mut h = x[0];
    for k in 0..4 {
        h = bent(h) + 0.4 * x[k] * h + 0.1;
        if h > 0.7 {
            break;
        }
    }
    h * h
}

#[conservative_grad]
fn sixteen(x: &[f64]) -> f64 {
    let mut h = x[0];
    for k in 0..16 {
        h = 0.9 * bent(h) + x[k % 4] * 0.3;
    }
    h
}

#[conservative_grad]
fn seventeen(x: &[f64]) -> f64 {
    let mut h = x[0];
    for k in 0..17 {
        h = 0.9 * bent(h) + x[k % 4] * 0.3;
    }
    h
}

#[conservative_grad]
fn of_many_numbers(x: &[f64]) -> f64 {
    let (mut a, mut b, mut c) = (x[0].sin(), x[1].sin(), x[2].sin());
    for k in 0..5 {
        let (p, q, r) = (
            0.3 * a * b + 0.1,
            0.3 * b * c - 0.2,
            0.3 * c * a + 0.1 * x[3],
        );
        let (u, v, w) = (p * q, q * r, r * p);
        a = (u * v * 0.3 + p).sin();
        b = (v * w * 0.3 - 0.1 * q * x[k % 4]).cos();
        c = (w * u + r).sin();
    }
    a + b * c
}

#[conservative_grad]
fn sorted(x: &[f64], from: usize) -> f64 {
    let mut a = [x[from], x[from + 1], x[from + 2], x[from + 3]];
    for (i, j) in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)] {
        smaller(&mut a, i, j);
    }
    a[0] + 2.0 * a[1] - a[3] * a[2]
}

#[conservative_grad]
fn in_a_callee(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 3 {
        sum += sorted(x, i) * x[i];
    }
    sum
}

#[conservative_grad]
fn with_integers(x: &[f64]) -> f64 {
    let mut at = 0;
    let mut h = 0.5;
    for k in 0..6 {
        at = (at * 3 + k + 1) % 4;
        h = bent(h) + x[at] * h;
    }
    h
}

#[conservative_grad]
fn one_round(x: &[f64]) -> f64 {
    let mut h = x[0];
    for k in 2..3 {
        if x[k] > -5.0 {
            h = bent(h) + x[k] * h;
        }
    }
    h
}

#[conservative_grad]
#[expect(clippy::reversed_empty_ranges, reason = "it is what is tested")]
fn no_round(x: &[f64]) -> f64 {
    let mut h = x[0];
    for k in 3..1 {
        if x[k] > -5.0 {
            h = bent(h) + x[k] * h;
        }
    }
    h * h
}
