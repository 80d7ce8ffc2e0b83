//! Arrays that a loop goes through: what it has come past is read again in the reverse sweep, unless something still
//! writes to it.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn recurrence(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.7; n + 2];
    for i in 2..n + 2 {
        y[i] = (y[i - 1] * x[i - 2]).sin() + y[i - 2] * y[i - 1];
    }
    y[n + 1] * y[n]
}

#[conservative_grad]
fn downwards(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.4; n + 1];
    for i in (0..n).rev() {
        y[i] = 0.2 * y[i + 1] * x[i] + (y[i + 1] * y[i + 1]).cos();
    }
    y[0]
}

/// The whole is run again, over what it has written.
#[conservative_grad]
fn swept_again(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for _ in 0..crate::THREE {
        for i in 1..n {
            y[i] = y[i - 1] * y[i - 1] * 0.5 + 0.3 * y[i] * x[i];
        }
    }
    y[n - 1]
}

/// What was read is written to in the same iteration.
#[conservative_grad]
fn written_behind(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 1..n {
        y[i] += 0.1 * y[i - 1] * y[i - 1];
        y[i - 1] *= 0.5 * x[i];
    }
    y[n - 1] + y[0]
}

/// Or two iterations later.
#[conservative_grad]
fn written_later(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 3..n {
        y[i] = (y[i - 1] * y[i - 2]).sin();
        y[i - 3] += y[i] * y[i];
    }
    let mut sum = 0.0;
    for i in 0..n {
        sum += y[i] * y[i] * x[i];
    }
    sum
}

#[conservative_grad]
fn one_element_after_all(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 1..n {
        y[i] = 0.1 * y[i - 1] * y[i - 1] + x[i];
    }
    y[n / 2] = 1.0;
    y[n - 1] * y[n / 2]
}

#[conservative_grad]
fn under_a_condition(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.9; n];
    for i in 1..n {
        if i % 3 != 0 {
            y[i] = y[i - 1] * x[i] * y[i - 1];
        }
    }
    y[n - 1]
}

#[conservative_grad]
fn in_strides(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in (1..n).step_by(2) {
        y[i] += y[i - 1] * y[i - 1] * y[i - 1];
    }
    y[n - 1] * y[0]
}

/// The element at the counter is added to by an inner loop.
#[conservative_grad]
fn sums_in_place(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 1..n {
        let before = y[i - 1];
        for j in 0..n {
            y[i] += 0.1 * before * before * x[j];
        }
        y[i] = y[i] / (1.0 + before * before);
    }
    y[n - 1]
}

/// The counter goes down while the loop of the reverse goes up: what is behind is above.
#[conservative_grad]
fn against_the_direction(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in (1..n).rev() {
        y[i] = y[i - 1] * y[i - 1] * 0.5 + y[i];
    }
    y[n - 1] * y[1 % n]
}

#[conservative_grad]
fn another_index(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in 1..n {
        let at = (i * i) % n;
        y[at] = y[i - 1] * y[i - 1] + 0.1 * y[at];
    }
    y[n - 1] + y[0] * y[n / 2]
}

mod tests {
    check_all! {
        recurrence from 0,
        downwards from 0,
        swept_again from 1,
        written_behind from 1,
        written_later from 3,
        one_element_after_all from 1,
        under_a_condition from 1,
        in_strides from 1,
        sums_in_place from 1,
        against_the_direction from 1,
        another_index from 1,
    }
}
