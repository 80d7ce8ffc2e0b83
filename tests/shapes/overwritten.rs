//! Arrays that look as if every iteration overwrote them, and hand something on: what one arm of a branch leaves, what lies behind a
//! range or between two, what a loop has not come to. And those that are overwritten in parts.

use conservative_grad::conservative_grad;

/// `$term` of each iteration is added up; `$t` is its number.
macro_rules! rows {
    ($($name:ident($x:ident, $i:ident, $t:ident, $row:ident: $start:expr) { $($body:tt)* } => $term:expr;)*) => {$(
        #[conservative_grad]
        fn $name($x: &[f64]) -> f64 {
            let mut $row = $start;
            let mut sum = 0.0;
            for $i in 0..5 {
                let $t = 0.3 + 0.2 * $i as f64;
                $($body)*
                sum += $term;
            }
            sum
        }
    )*};
}

#[conservative_grad]
fn norm(row: &[f64]) -> f64 {
    let mut squares = 0.1;
    for v in row {
        squares += v * v;
    }
    squares.sqrt()
}

rows! {
    one_arm(x, i, t, row: vec![0.5; x.len()]) {
        if i % 2 == 0 {
            row.fill(x[0] * t);
        } else {
            row[0] = x[1];
        }
    } => row[1] * x[2] * row[0];
    other_arm(x, i, t, row: vec![0.5; x.len()]) {
        if i % 2 == 0 {
            row[1] = x[1] * t;
        } else {
            row.fill(x[0] * t);
        }
    } => row[1] * x[2] * row[0];
    behind_the_part(x, i, t, row: vec![0.5; x.len()]) {
        let last = x.len() - 1;
        let before = row[last] * x[1];
        row[last] = t;
        for j in 0..last {
            row[j] = x[j] * t;
        }
        row[last] *= x[0] + before;
    } => row[last] * row[last - 1];
    a_gap(x, i, t, row: vec![0.5; x.len()]) {
        row[..2].copy_from_slice(&x[..2]);
        row[3..].fill(t);
        row[(i + 2) % x.len()] *= x[0];
    } => norm(&row);
    from_above(x, i, t, row: vec![0.5; x.len()]) {
        row[0] = x[0];
        for j in (1..x.len()).rev() {
            row[j] = x[j] * row[j - 1];
        }
    } => row[x.len() - 1] * t;
    from_the_second(x, i, t, row: vec![0.5; x.len()]) {
        for j in 1..x.len() {
            row[j] = x[j] * row[j - 1];
        }
        row[0] = row[2] * t;
    } => row[3] * row[1];
    until(x, i, t, row: vec![0.5; x.len()]) {
        for j in 0..x.len() {
            if j > i % 3 {
                break;
            }
            row[j] = x[j] * t;
        }
    } => row[0] * row[x.len() - 1] * x[1] * row[1];
    every_second(x, i, t, row: vec![0.5; x.len()]) {
        for j in (i % 2..x.len()).step_by(2) {
            row[j] = x[j] * t;
        }
    } => row[0] * row[1];
    from_zero_in_steps(x, i, t, row: vec![0.5; x.len()]) {
        for j in (0..x.len()).step_by(2) {
            row[j] = x[j] * t;
        }
        row[1] *= x[2];
    } => row[0] * row[1];
    the_last_is_left(x, i, t, row: vec![0.5; x.len()]) {
        let last = x.len() - 1;
        for j in 0..last {
            row[j] = x[j] * t;
        }
        row[last] = row[last] * 0.5 + x[last];
    } => norm(&row);
    another_range(x, i, t, row: vec![0.5; x.len()]) {
        for j in 0..3 {
            row[j] = x[j] * t;
        }
        for j in 0..4 {
            row[j] *= x[1];
        }
    } => row[0] * row[3];
    another_element(x, i, t, row: [0.5; 3]) {
        row[i % 3] = x[0] * t;
    } => row[(i + 1) % 3] * x[1];
    three_of_four(x, i, t, row: [0.5; 4]) {
        row[0] = x[0] * t;
        row[1] = x[1];
        row[3] = row[2] * x[2];
        row[2] = row[0];
    } => norm(&row);
    not_all_pairs(x, i, t, row: vec![0.5; x.len()]) {
        let last = x.len() - 1;
        for (r, v) in row.iter_mut().zip(&x[1..]) {
            *r = v * t;
        }
        row[last] = row[last] * 0.5 + x[0];
    } => norm(&row);

    filled(x, i, t, row: vec![0.5; x.len()]) {
        row.fill(x[0] * t);
        for j in 0..x.len() {
            row[j] *= x[j].cos() + row[j];
        }
    } => row[0] * row[1];
    in_two_parts(x, i, t, row: vec![0.5; 2 * x.len()]) {
        let d = x.len();
        row[..d].copy_from_slice(x);
        row[d..].fill(t * x[1]);
    } => row[0] * row[d + 1] * row[1];
    element_by_element(x, i, t, row: [0.5; 3]) {
        row[2] = x[0] * t;
        row[0] = row[2] * x[1];
        row[1] = x[2];
    } => norm(&row);
    step_by_step(x, i, t, row: vec![0.5; x.len()]) {
        row[0] = t * x[0];
        for j in 1..x.len() {
            row[j] = x[j] * row[j - 1].sin();
        }
    } => row[1] + row[0];
    zipped(x, i, t, row: vec![0.5; x.len()]) {
        for (r, v) in row.iter_mut().zip(x) {
            *r = v.sin() * t;
        }
    } => norm(&row);
    in_both_arms(x, i, t, row: vec![0.5; x.len()]) {
        if i % 2 == 0 {
            row.fill(x[0] * t);
        } else {
            row.copy_from_slice(x);
        }
    } => norm(&row) * row[0];
}

mod tests {
    check_all! {
        one_arm from 4,
        other_arm from 4,
        behind_the_part from 4,
        a_gap from 4,
        from_above from 4,
        from_the_second from 4,
        until from 4,
        every_second from 4,
        from_zero_in_steps from 4,
        the_last_is_left from 4,
        another_range from 4,
        another_element from 3,
        three_of_four from 3,
        not_all_pairs from 4,
        filled from 3,
        in_two_parts from 3,
        element_by_element from 3,
        step_by_step from 3,
        zipped from 3,
        in_both_arms from 3,
    }
}
