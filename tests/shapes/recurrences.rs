//! Arrays of which an element is made of its neighbours: what the reverse hands on in local variables, elements that are read
//! and set in one loop, and copies of states that end where an iteration has read the last element.

use conservative_grad::conservative_grad;

/// Each element of the one before; the elements are read again afterwards.
#[conservative_grad]
fn upwards(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.0; n];
    y[0] = x[0];
    for i in 1..n {
        y[i] = x[i] * y[i - 1] + 0.5 * (y[i - 1] * x[i - 1]).sin();
    }
    let mut s = 0.0;
    for i in 0..n {
        s += y[i] * y[i] * x[n - 1 - i];
    }
    s
}

/// Downwards, in place, so that the adjoint of an element stays.
#[conservative_grad]
fn downwards(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in (0..n - 1).rev() {
        y[i] -= 0.3 * y[i + 1] * x[i];
    }
    let mut s = 0.0;
    for i in 0..n {
        s += y[i].sin();
    }
    s
}

/// Two elements before, and one of them twice.
#[conservative_grad]
fn second_order(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 2..n {
        y[i] = 0.6 * y[i - 1] * x[i] - 0.3 * y[i - 2] + 0.1 * y[i - 1] * y[i - 2];
    }
    y[n - 1] * y[n - 2]
}

/// The third before only, and the first one: between them nothing is handed on.
#[conservative_grad]
fn with_a_gap(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 3..n {
        y[i] = y[i - 1] * 0.5 + x[i] * y[i - 3];
    }
    let mut s = 0.0;
    for i in 0..n {
        s += y[i] * y[i];
    }
    s
}

/// Downwards with two behind, in a loop that runs several times.
#[conservative_grad]
fn again_and_again(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for t in 0..crate::THREE {
        for i in (0..n - 2).rev() {
            y[i] = y[i] * (0.9 - 0.1 * t as f64) + 0.2 * (y[i + 1] * x[i]).cos() + 0.1 * y[i + 2];
        }
        for i in 1..n {
            y[i] += 0.1 * y[i - 1].sin();
        }
    }
    y[0] * y[n - 1]
}

/// What is read after it was set, in the same iteration, and an element that stays where it is.
#[conservative_grad]
fn read_again(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    let mut s = 0.0;
    for i in 1..n {
        y[i] = y[i - 1] * x[i] + 0.3 * x[i];
        s += y[i] * y[0] + y[i - 1];
    }
    s * y[n - 1]
}

/// What was handed on is set to a constant behind.
#[conservative_grad]
fn constant_behind(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 1..x.len() {
        y[i] += 0.5 * (y[i - 1] * x[i]).sin();
        y[i - 1] = 0.25;
    }
    for i in 1..x.len() {
        y[i] = 0.5 * (y[i - 1] * x[i]).sin() + y[i] * y[i];
        y[i - 1] = 0.5;
    }
    y.iter().sum()
}

/// Two arrays that take turns, and a decision between them.
#[conservative_grad]
fn in_step(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.0; n + 1];
    let mut b = vec![1.0; n + 1];
    for i in 0..n {
        a[i + 1] = a[i] + 0.2 * b[i] * x[i];
        b[i + 1] = (b[i] - 0.1 * a[i + 1]).max(x[i] * a[i]);
    }
    a[n] * b[n] + a[n / 2]
}

/// The loop runs from and to positions that are known at run time, perhaps not at all.
#[conservative_grad]
fn between(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let (from, to) = (x.len() / 3, (2 * x.len()) / 3);
    for i in from..to {
        y[i + 1] = 0.5 * (y[i] * x[i]).sin() + y[i + 1];
    }
    for i in (from..to).rev() {
        y[i] = y[i] + 0.5 * (y[i + 1] * y[i + 1]).cos();
    }
    let mut s = 0.0;
    for i in 0..x.len() {
        s += y[i] * y[i];
    }
    s
}

/// A triangle that is worked off in place: row t reads t + 2 elements.
#[conservative_grad]
fn triangle(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.0; n];
    for j in 0..n {
        y[j] = x[j];
    }
    for t in (0..n - 1).rev() {
        for j in 0..t + 1 {
            y[j] = (0.6 * y[j] + 0.4 * y[j + 1] * x[j]).max(0.9 * x[j]);
        }
    }
    y[0]
}

/// The same from the other end, with an inclusive range and with one that is empty at first.
#[conservative_grad]
fn growing_triangle(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![x[0]; n];
    for t in 0..n - 1 {
        for j in 0..=t {
            y[j] = (y[j] * x[t]).sin() + 0.2 * y[j + 1].cos();
        }
        for j in 1..t {
            y[j - 1] += 0.1 * y[j] * y[j + 1];
        }
    }
    y[0] + y[n - 1]
}

/// The length of the array decides what a row adds: all of it is kept.
#[conservative_grad]
fn with_its_length(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![x[0] * x[0]; n];
    for t in 0..n - 1 {
        for j in 0..t + 1 {
            y[j] = (y[j] * y[j + 1]).sin() + 0.1 * y.len() as f64 * x[t];
        }
    }
    y[0]
}

/// A triangle whose rows have a loop inside for which the array is scratch: it keeps copies of its own, of the whole.
#[conservative_grad]
fn scratch_in_a_triangle(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.4_f64; n];
    let mut p = 0.3_f64;
    for t in 0..n - 1 {
        for j in 0..t + 1 {
            y[j] = (y[j] * y[j + 1]).sin() + 0.1 * p;
        }
        for _ in 0..crate::TWO {
            for j in 0..t + 1 {
                y[j] = (p * x[j]).sin();
            }
            for j in 0..t + 1 {
                p = (p * y[j]).cos();
            }
        }
    }
    p
}

/// The copies of an array of known length end with the rows: here one element beyond the counter.
#[conservative_grad]
fn shrinking_rows(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.4_f64; n];
    for i in 0..n {
        y[i] = x[i];
    }
    for t in (0..n - 1).rev() {
        for j in 0..=t {
            y[j] = (y[j] * y[j + 1]).sin() + 0.2 * x[t];
        }
    }
    y[0]
}

/// The same from the other end, with an element beyond the row.
#[conservative_grad]
fn growing_rows(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.4_f64; n];
    for i in 0..n {
        y[i] = x[i];
    }
    for t in 1..n - 1 {
        for j in 0..t {
            y[j] = (y[j] * y[j + 1]).cos() + 0.2 * (y[t] * y[t + 1]).sin();
        }
    }
    y[0] * y[n / 2]
}

#[conservative_grad]
fn total(y: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in y {
        s += v * v;
    }
    s
}

/// A callee reads all of the array, and so does a sum: what is kept does not end early.
#[conservative_grad]
fn with_a_sum_of_all(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.0; n];
    for j in 0..n {
        y[j] = x[j].sin();
    }
    for t in (0..n - 1).rev() {
        for j in 0..t + 1 {
            y[j] = (y[j] * y[j + 1]).sin() + 0.3 * x[t];
        }
        let all: f64 = y.iter().map(|v| v * v).sum();
        y[0] += 0.01 * total(&y) + (0.1 * all).cos();
    }
    y[0]
}

/// Two rows that change places after every step.
#[conservative_grad]
fn rows_in_turn(x: &[f64]) -> f64 {
    let n = x.len();
    let mut before = x.to_vec();
    let mut now = vec![0.3; n];
    for t in 0..crate::FOUR {
        now[0] = x[0] * before[n - 1];
        for j in 1..n {
            now[j] = before[j].min(before[j - 1] + 0.3) + 0.2 * now[j - 1] * x[j] - 0.1 * t as f64;
        }
        std::mem::swap(&mut before, &mut now);
    }
    let mut s = 0.0;
    for j in 0..n {
        s += before[j] * now[j];
    }
    s
}

/// Arrays of several lengths change places, in a branch, too.
#[conservative_grad]
fn of_several_lengths(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![x[0]; n + 1];
    let mut b = vec![0.5; n];
    for t in 0..crate::THREE {
        for j in 0..b.len() {
            b[j] = (b[j] * x[t.min(n - 1)] + a[0]).sin();
        }
        if x[0] > 0.1 * t as f64 {
            std::mem::swap(&mut a, &mut b);
        }
        a[0] += 0.1 * b[b.len() - 1];
    }
    a[0] * b[0] + a.iter().sum::<f64>()
}

/// What was kept on the way is read afterwards, so these are copies.
#[conservative_grad]
fn kept_on_the_way(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut b = vec![0.7; x.len()];
    let mut s = 0.0;
    for t in 0..crate::TWO {
        let kept = a.clone();
        a = b.clone();
        b = kept.clone();
        for j in 0..x.len() {
            a[j] += 0.2 * b[j] * x[j];
            s += kept[j] * a[j] * (1.0 + t as f64);
        }
    }
    s
}

/// The same with arrays, of which `=` makes copies.
#[conservative_grad]
fn kept_as_a_copy(x: &[f64]) -> f64 {
    let mut a = [x[0], 0.4, x[x.len() - 1]];
    let mut b = [0.7, x[0] * x[0], 0.2];
    let mut s = 0.0;
    for t in 0..crate::THREE {
        let kept = a;
        a = b;
        b = kept;
        a[1] += 0.2 * b[0] * b[2];
        s += kept[t] * a[t] + kept[0] * b[1];
    }
    s
}

/// Three that go round are no two that change places.
#[conservative_grad]
fn three_in_a_ring(x: &[f64]) -> f64 {
    let mut a = [x[0], 0.4];
    let mut b = [0.7, x[x.len() - 1]];
    let mut c = [x[0] * x[0], 0.3];
    for t in 0..crate::FOUR {
        let kept = a;
        a = b;
        b = c;
        c = kept;
        a[0] += 0.3 * b[1] * c[0] * (1.0 + t as f64);
    }
    a[0] * b[1] + 2.0 * c[0] - a[1] * c[1]
}

/// Rows of rows.
#[conservative_grad]
fn whole_tables(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![x.to_vec(); 2];
    let mut b = vec![vec![0.4; n]; 2];
    for t in 0..crate::THREE {
        for j in 0..n {
            b[t % 2][j] = (a[0][j] * 0.8 + a[1][n - 1 - j]).cos();
        }
        std::mem::swap(&mut a, &mut b);
    }
    a[0][0] + a[1][n - 1] * b[0][n - 1]
}

mod cases {
    check_all!(
        upwards from 1,
        downwards from 1,
        second_order from 2,
        with_a_gap from 0,
        again_and_again from 2,
        read_again from 1,
        constant_behind from 0,
        in_step from 0,
        between from 0,
        triangle from 1,
        growing_triangle from 2,
        with_its_length from 1,
        rows_in_turn from 1,
        of_several_lengths from 1,
        kept_on_the_way from 0,
        kept_as_a_copy from 1,
        three_in_a_ring from 1,
        with_a_sum_of_all from 1,
        whole_tables from 1,
        scratch_in_a_triangle from 1,
        shrinking_rows from 1,
        growing_rows from 2,
    );
}
