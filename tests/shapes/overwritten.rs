//! Arrays that look as if every iteration overwrote them, and hand something on: what one arm of a branch leaves, what lies behind a
//! range or between two, what a loop has not come to. And those that are overwritten in parts.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn norm(row: &[f64]) -> f64 {
    let mut squares = 0.1;
    for v in row {
        squares += v * v;
    }
    squares.sqrt()
}

#[conservative_grad]
fn one_arm(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        if i % 2 == 0 {
            row.fill(x[0] * t);
        } else {
            row[0] = x[1];
        }
        sum += row[1] * x[2] * row[0];
    }
    sum
}

#[conservative_grad]
fn other_arm(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        if i % 2 == 0 {
            row[1] = x[1] * t;
        } else {
            row.fill(x[0] * t);
        }
        sum += row[1] * x[2] * row[0];
    }
    sum
}

#[conservative_grad]
fn behind_the_part(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        let last = x.len() - 1;
        let before = row[last] * x[1];
        row[last] = t;
        for j in 0..last {
            row[j] = x[j] * t;
        }
        row[last] *= x[0] + before;
        sum += row[last] * row[last - 1];
    }
    sum
}

#[conservative_grad]
fn a_gap(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row[..2].copy_from_slice(&x[..2]);
        row[3..].fill(t);
        row[(i + 2) % x.len()] *= x[0];
        sum += norm(&row);
    }
    sum
}

#[conservative_grad]
fn from_above(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row[0] = x[0];
        for j in (1..x.len()).rev() {
            row[j] = x[j] * row[j - 1];
        }
        sum += row[x.len() - 1] * t;
    }
    sum
}

#[conservative_grad]
fn from_the_second(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for j in 1..x.len() {
            row[j] = x[j] * row[j - 1];
        }
        row[0] = row[2] * t;
        sum += row[3] * row[1];
    }
    sum
}

#[conservative_grad]
fn until(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for j in 0..x.len() {
            if j > i % 3 {
                break;
            }
            row[j] = x[j] * t;
        }
        sum += row[0] * row[x.len() - 1] * x[1] * row[1];
    }
    sum
}

#[conservative_grad]
fn every_second(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for j in (i % 2..x.len()).step_by(2) {
            row[j] = x[j] * t;
        }
        sum += row[0] * row[1];
    }
    sum
}

#[conservative_grad]
fn from_zero_in_steps(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for j in (0..x.len()).step_by(2) {
            row[j] = x[j] * t;
        }
        row[1] *= x[2];
        sum += row[0] * row[1];
    }
    sum
}

#[conservative_grad]
fn the_last_is_left(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        let last = x.len() - 1;
        for j in 0..last {
            row[j] = x[j] * t;
        }
        row[last] = row[last] * 0.5 + x[last];
        sum += norm(&row);
    }
    sum
}

#[conservative_grad]
fn another_range(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for j in 0..crate::THREE {
            row[j] = x[j] * t;
        }
        for j in 0..crate::FOUR {
            row[j] *= x[1];
        }
        sum += row[0] * row[3];
    }
    sum
}

#[conservative_grad]
fn at_no_counter(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for j in 0..crate::THREE {
            row[j] = x[j] * t;
        }
        let mut s = 0.0;
        for j in 0..crate::THREE {
            s += row[j] * row[3 - j % 2];
        }
        row[3] = row[0] * x[1];
        sum += s * s;
    }
    sum
}

#[conservative_grad]
fn another_element(x: &[f64]) -> f64 {
    let mut row = [0.5; 3];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row[i % 3] = x[0] * t;
        sum += row[(i + 1) % 3] * x[1];
    }
    sum
}

#[conservative_grad]
fn three_of_four(x: &[f64]) -> f64 {
    let mut row = [0.5; 4];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row[0] = x[0] * t;
        row[1] = x[1];
        row[3] = row[2] * x[2];
        row[2] = row[0];
        sum += norm(&row);
    }
    sum
}

#[conservative_grad]
fn not_all_pairs(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        let last = x.len() - 1;
        for (r, v) in row.iter_mut().zip(&x[1..]) {
            *r = v * t;
        }
        row[last] = row[last] * 0.5 + x[0];
        sum += norm(&row);
    }
    sum
}

#[conservative_grad]
fn filled(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row.fill(x[0] * t);
        for j in 0..x.len() {
            row[j] *= x[j].cos() + row[j];
        }
        sum += row[0] * row[1];
    }
    sum
}

#[conservative_grad]
fn in_two_parts(x: &[f64]) -> f64 {
    let mut row = vec![0.5; 2 * x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        let d = x.len();
        row[..d].copy_from_slice(x);
        row[d..].fill(t * x[1]);
        sum += row[0] * row[d + 1] * row[1];
    }
    sum
}

#[conservative_grad]
fn element_by_element(x: &[f64]) -> f64 {
    let mut row = [0.5; 3];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row[2] = x[0] * t;
        row[0] = row[2] * x[1];
        row[1] = x[2];
        sum += norm(&row);
    }
    sum
}

#[conservative_grad]
fn step_by_step(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        row[0] = t * x[0];
        for j in 1..x.len() {
            row[j] = x[j] * row[j - 1].sin();
        }
        sum += row[1] + row[0];
    }
    sum
}

#[conservative_grad]
fn zipped(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        for (r, v) in row.iter_mut().zip(x) {
            *r = v.sin() * t;
        }
        sum += norm(&row);
    }
    sum
}

#[conservative_grad]
fn in_both_arms(x: &[f64]) -> f64 {
    let mut row = vec![0.5; x.len()];
    let mut sum = 0.0;
    for i in 0..5 {
        let t = 0.3 + 0.2 * i as f64;
        if i % 2 == 0 {
            row.fill(x[0] * t);
        } else {
            row.copy_from_slice(x);
        }
        sum += norm(&row) * row[0];
    }
    sum
}

/// A row is put into a table that is read afterwards, and in the next iteration.
#[conservative_grad]
fn row_of_a_table(x: &[f64]) -> f64 {
    let mut table = [[0.5; 2]; 2];
    let mut sum = 0.0;
    for i in 0..5 {
        let row = [x[0] * (1.0 + i as f64), x[1] * x[2]];
        table[i % 2] = row;
        sum += row[0] * x[2];
    }
    sum + table[0][0] * table[1][1]
}

#[conservative_grad]
fn row_of_a_list(x: &[f64]) -> f64 {
    let mut table = vec![vec![0.5; 2]; 2];
    let mut sum = 0.0;
    for i in 0..5 {
        let row = vec![x[0] * (1.0 + i as f64), x[1] * x[2]];
        sum += row[0] * x[2];
        table[0] = row;
    }
    (sum * 0.1).sin() + table[0][0] * table[1][1] * table[0][1]
}

mod cases {
    check_all!(
        one_arm from 4,
        row_of_a_table from 3,
        row_of_a_list from 3,
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
        at_no_counter from 4,
        another_element from 3,
        three_of_four from 3,
        not_all_pairs from 4,
        filled from 3,
        in_two_parts from 3,
        element_by_element from 3,
        step_by_step from 3,
        zipped from 3,
        in_both_arms from 3,
    );
}
