//! Loops that carry arrays, loops that look for something, and calls that read what changes later.

use conservative_grad::{conservative_grad, relu};

mod cases {
    check_all!(
        diffusion from 4,
        put_on_a_tree from 2,
        downwards_in_place from 3,
        read_after_it_changed from 3,
        two_states from 2,
        part_of_the_state from 4,
        state_in_a_fused_loop from 2,
        largest_square from 1,
        largest_by_method from 1,
        smallest_with_itself_second from 1,
        last_above from 1,
        largest_in_every_row from 3,
        depends_on_itself from 1,
        found_under_a_branch from 1,
        steps_of_runge_and_kutta from 2,
        read_twice_by_calls from 2,
        changed_between_calls from 2,
        quotient_in_a_loop from 1,
        root_in_an_empty_loop from 0,
        steps_as_numbers from 1,
        length_of_what_is_written from 2,
        back_substitution from 3,
        upwards_in_place from 2,
        copies_of_two_loops from 1,
        constants_of_the_iteration_before from 33,
        rows_of_constants from 1 and 7 and 40,
    );
}

/// The state is read at three places, and replaced by a second loop.
#[conservative_grad]
fn diffusion(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = vec![0.0; n];
    let mut next = vec![0.0; n];
    for j in 0..n {
        u[j] = x[j];
    }
    for _ in 0..crate::THREE {
        for j in 1..n - 1 {
            next[j] = u[j] + 0.1 * (u[j - 1] - 2.0 * u[j] + u[j + 1]) * u[j] * x[0];
        }
        for j in 1..n - 1 {
            u[j] = next[j];
        }
    }
    let mut s = 0.0;
    for j in 0..n {
        s += u[j] * u[j];
    }
    s
}

/// Two loops keep copies of the same array, for loads at different places.
#[conservative_grad]
fn copies_of_two_loops(x: &[f64]) -> f64 {
    let mut b = [0.2; 3];
    let mut s = 0.0;
    for v in x {
        for i in 0..crate::THREE {
            b[i] = (b[i] * v).sin();
            for j in 0..crate::THREE {
                s -= (v * b[j]).sin();
            }
        }
    }
    s + b[2]
}

/// The state is overwritten below the elements that are still to be read.
#[conservative_grad]
fn put_on_a_tree(x: &[f64]) -> f64 {
    let n = x.len() - 1;
    let mut value = vec![0.0; n + 1];
    for j in 0..n + 1 {
        value[j] = x[j];
    }
    for t in (0..n).rev() {
        for j in 0..t + 1 {
            let held = 0.4 * value[j + 1] * value[j] + 0.6 * value[j];
            value[j] = held.max(0.9 - 0.1 * j as f64);
        }
    }
    value[0]
}

/// Here the elements that are read have been overwritten before.
#[conservative_grad]
fn downwards_in_place(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = x.to_vec();
    for _ in 0..crate::TWO {
        for j in 1..n {
            u[j] = 0.5 * u[j - 1] * u[j] + x[0];
        }
        for j in (1..n - 1).rev() {
            u[j] = 0.3 * u[j + 1] * u[j];
        }
    }
    u[n - 1] + u[1]
}

/// Two loops read the state, before and after it has changed.
#[conservative_grad]
fn read_after_it_changed(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = vec![0.0; n];
    for j in 0..n {
        u[j] = 0.5 * x[j];
    }
    let mut s = 0.0;
    for _ in 0..crate::THREE {
        for j in 0..n {
            s = 0.9 * s + u[j] * u[j];
        }
        for j in 0..n {
            u[j] = (u[j] + s).sin();
        }
        for j in 0..n {
            s = 0.8 * s - 0.3 * u[j] * u[j];
        }
    }
    s
}

/// Position and speed.
#[conservative_grad]
fn two_states(x: &[f64]) -> f64 {
    let n = x.len();
    let mut q = vec![0.0; n];
    let mut v = vec![1.0; n];
    for j in 0..n {
        q[j] = x[j];
    }
    for _ in 0..crate::FOUR {
        for j in 0..n {
            v[j] += -0.1 * q[j] * q[j];
        }
        for j in 0..n {
            q[j] += 0.1 * v[j] * q[j];
        }
    }
    q[0] * v[n - 1]
}

/// Two elements of an array are read per iteration: not worth a copy of it.
#[conservative_grad]
fn part_of_the_state(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = x.to_vec();
    for i in 0..n - 1 {
        for j in 0..crate::TWO {
            u[i + j] = 0.7 * u[i + j] * u[i] + 0.1;
        }
    }
    u[n - 1]
}

/// The recorded loop stands in one that is reversed iteration by iteration.
#[conservative_grad]
fn state_in_a_fused_loop(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = vec![0.0; n];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..n {
            u[j] = x[j] * x[i];
        }
        for _ in 0..crate::TWO {
            for j in 0..n {
                u[j] = 0.5 * u[j] * u[j] + 0.2;
            }
        }
        for j in 0..n {
            s += u[j];
        }
    }
    s
}

#[conservative_grad]
fn largest_square(x: &[f64]) -> f64 {
    let mut largest = 0.5;
    for i in 0..x.len() {
        let square = x[i] * x[i];
        if square > largest {
            largest = square;
        }
    }
    largest * largest
}

#[conservative_grad]
fn largest_by_method(x: &[f64]) -> f64 {
    let mut largest = x[0].sin();
    for i in 1..x.len() {
        largest = largest.max((x[i] * x[0]).sin());
    }
    largest.exp()
}

#[conservative_grad]
fn smallest_with_itself_second(x: &[f64]) -> f64 {
    let mut smallest = 2.0 * x[0];
    for i in 0..x.len() {
        smallest = (x[i] + 0.5 * x[0]).min(smallest);
    }
    smallest.exp()
}

/// The branch that keeps the old value comes first.
#[conservative_grad]
fn last_above(x: &[f64]) -> f64 {
    let mut last = 0.1 * x[0];
    for i in 0..x.len() {
        last = if x[i] < 1.0 { last } else { x[i] * x[0] };
    }
    last
}

#[conservative_grad]
fn largest_in_every_row(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for r in 0..x.len() / 3 {
        let mut largest = f64::NEG_INFINITY;
        for j in 0..crate::THREE {
            largest = largest.max(x[r * 3 + j] * x[j]);
        }
        s += largest.sin();
    }
    s
}

/// What replaces the value depends on it: every iteration that does so counts.
#[conservative_grad]
fn depends_on_itself(x: &[f64]) -> f64 {
    let mut m = 0.2;
    for i in 0..x.len() {
        if x[i] > m {
            m = 0.5 * m + 0.3 * x[i];
        }
    }
    m
}

#[conservative_grad]
fn found_under_a_branch(x: &[f64]) -> f64 {
    let mut m = x[0];
    if x.len() > 2 {
        for i in 0..x.len() {
            if x[i] * x[i] > m {
                m = x[i] * x[i];
            }
        }
    }
    m + x[0]
}

#[conservative_grad]
fn slope(x: &[f64], y: &[f64], dy: &mut [f64]) {
    for i in 0..y.len() {
        dy[i] = -x[0] * y[i] * y[i];
    }
}

#[conservative_grad]
fn advance(y: &[f64], h: f64, k: &[f64], out: &mut [f64]) {
    for i in 0..y.len() {
        out[i] = y[i] + h * k[i];
    }
}

/// Several calls find the same in an array that changes later.
#[conservative_grad]
fn steps_of_runge_and_kutta(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    let mut k1 = vec![0.0; n];
    let mut k2 = vec![0.0; n];
    let mut stage = vec![0.0; n];
    for _ in 0..crate::THREE {
        slope(x, &y, &mut k1);
        advance(&y, 0.1, &k1, &mut stage);
        slope(x, &stage, &mut k2);
        advance(&stage, 0.1, &k2, &mut y);
    }
    y[n - 1] * y[0]
}

#[conservative_grad]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * b[i];
    }
    s
}

#[conservative_grad]
fn read_twice_by_calls(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut s = 0.0;
    for i in 0..x.len() {
        s = 0.5 * s + dot(&y, &y) + dot(&y, x);
        y[i] = s * 0.1;
    }
    s
}

#[conservative_grad]
fn changed_between_calls(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let a = dot(&y, x);
    y[0] = a * 0.3;
    let b = dot(&y, x);
    y[1] *= b;
    let c = dot(&y, &y) + dot(x, &y);
    y[0] += c;
    a * b + y[0]
}

#[conservative_grad]
fn quotient_in_a_loop(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut t = x[0];
    for i in 0..x.len() {
        t = 0.5 * t + x[i] * (x[0] / 3.0) + (x[0] + 1.0).sqrt();
        s += t * t;
    }
    s
}

/// The root is that of a negative number, and would be taken only if the loop ran.
#[conservative_grad]
fn root_in_an_empty_loop(x: &[f64]) -> f64 {
    let n = x.len();
    let scale = if n > 0 { x[0] } else { -1.0 };
    let mut s = 0.5;
    for i in 0..n {
        s = 0.5 * s + x[i] / scale + scale.sqrt();
    }
    s
}

/// An integer that steps beside the counter, and counts as a number: the iterations have an order.
#[conservative_grad]
fn steps_as_numbers(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut p = 2;
    for j in 0..x.len() {
        s += x[j] * x[j] * p as f64;
        p += 1;
    }
    s * s
}

/// The array that an inner loop writes to is asked for its length there.
#[conservative_grad]
fn length_of_what_is_written(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![1.0; n];
    for i in 0..n {
        for j in 0..n {
            y[j] = 0.1 * y[j] * x[j] * y.len() as f64 + x[i];
        }
    }
    y[0] + y[n - 1]
}

/// A quotient is stored in the state that an inner loop has read before.
#[conservative_grad]
fn back_substitution(x: &[f64]) -> f64 {
    let mut y = [0.0; 3];
    for i in (0..crate::THREE).rev() {
        let mut s = x[i];
        for j in i + 1..3 {
            s -= x[j - i] * y[j];
        }
        y[i] = s / (x[0] + 2.0);
    }
    y[0] - y[1] * y[2]
}

/// The elements that are read have been overwritten in the same loop: no copy from before it has them.
#[conservative_grad]
fn upwards_in_place(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = vec![1.0; n];
    for t in 0..crate::THREE {
        for j in 1..n {
            u[j] = 0.5 * u[j - 1] * u[j] * x[j] + x[t % n] * 0.3;
        }
        u[0] = u[n - 1] * x[0];
    }
    u[n - 1]
}

/// An array of constants carries something from one iteration to the next: no lanes side by side.
#[conservative_grad]
fn constants_of_the_iteration_before(x: &[f64]) -> f64 {
    let mut factors = [0.5; 3];
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i] * factors[i % 3];
        factors[(i + 1) % 3] = factors[i % 3] * 0.7 + i as f64 * 0.01;
    }
    s
}

/// An array of constants that each iteration writes anew, and a loop behind reads: its rows come back the last one first, though
/// the adjoints would allow any order.
#[conservative_grad]
fn rows_of_given(#[constant] given: &[f64], b: f64) -> f64 {
    let mut s: f64 = 0.0;
    let mut part: [f64; 2] = [0.0; 2];
    for row in 0..given.len() / 2 {
        let y = given[2 * row + 1];
        for j in 0..2 {
            let q = given[row * 2 + j];
            part[j] = q * (q - 0.62);
        }
        let mut z: f64 = 0.0;
        for l in (0..2).rev() {
            z += part[l] * (b.cos() * (y + row as f64));
        }
        s += z * relu(part[0]);
    }
    part.windows(2).fold(0.0, |sum, w| sum + w[0] * w[1]) + s
}

#[conservative_grad]
fn rows_of_constants(x: &[f64]) -> f64 {
    let given: Vec<f64> = (0..2 * x.len())
        .map(|i| (i * 37 % 101) as f64 / 50.0 - 1.0)
        .collect();
    rows_of_given(&given, x[0]) * x[x.len() - 1]
}
