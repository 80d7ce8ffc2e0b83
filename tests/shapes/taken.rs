//! Elements that are taken out of vectors: from the end, the front, the middle, by a test.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn from_the_end(x: &[f64]) -> f64 {
    let mut left = x.to_vec();
    let mut s = 0.3;
    while let Some(v) = left.pop() {
        s = s * 0.5 + v * v * (left.len() as f64 + 1.0);
    }
    s
}

#[conservative_grad]
fn the_last_by_itself(x: &[f64]) -> f64 {
    let mut rest = x.to_vec();
    let last = rest.pop().unwrap();
    let before = rest.pop().expect("two of them");
    rest.iter().map(|v| v * last).sum::<f64>() + before * before
}

#[conservative_grad]
fn positions(x: &[f64]) -> f64 {
    let mut open = vec![0usize];
    let mut s = 0.0;
    while let Some(i) = open.pop() {
        s += x[i] * x[i] * (i + 1) as f64;
        for next in [2 * i + 1, 2 * i + 2] {
            if next < x.len() {
                open.push(next);
            }
        }
    }
    s
}

#[conservative_grad]
fn positions_and_weights(x: &[f64]) -> f64 {
    let mut open = Vec::new();
    open.push((0usize, 1.0));
    let mut s = 0.0;
    while let Some((i, w)) = open.pop() {
        s += x[i] * x[i] * w;
        if 2 * i + 1 < x.len() {
            open.push((2 * i + 1, w * x[i]));
        }
        if 2 * i + 2 < x.len() {
            open.push((2 * i + 2, w * 0.5));
        }
    }
    s
}

/// The sums and products of postfix notation: `x0 x1 * x2 + x0 *`, and so on for what is there.
#[conservative_grad]
fn stack_machine(x: &[f64]) -> f64 {
    let mut stack: Vec<f64> = vec![1.0];
    let mut at = 0;
    for op in b"xx*+x*x+x" {
        match op {
            b'x' => {
                stack.push(x[at % x.len()]);
                at += 1;
            }
            b'+' => {
                let b = stack.pop().unwrap();
                let a = stack.pop().unwrap();
                stack.push(a + b);
            }
            _ => {
                let b = stack.pop().unwrap();
                let a = stack.pop().unwrap();
                stack.push(a * b);
            }
        }
    }
    stack.pop().unwrap_or(0.0) * stack.pop().unwrap_or(0.0) + stack.pop().unwrap_or(2.0)
}

#[conservative_grad]
fn from_the_middle(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let first = v.remove(0);
    let other = v.swap_remove(1);
    let tail = v.split_off(1);
    let weighted: f64 = tail.iter().map(|t| t * t * first).sum();
    first * other + weighted + v[0] * other
}

#[conservative_grad]
fn drained(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 0.0;
    for t in v.drain(1..3) {
        s += t * t;
    }
    let front: Vec<f64> = v.drain(..=0).collect();
    for (i, t) in v.drain(..).enumerate() {
        s += t * (i as f64 + 1.0) * front[0];
    }
    s + v.len() as f64
}

#[conservative_grad]
fn retained(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.retain(|t| *t > 0.8);
    let kept: f64 = v.iter().map(|t| t * t).sum();
    let mut rows = vec![x.to_vec(), vec![x[0] * x[1]; 2]];
    rows.retain(|row| row.len() > 2);
    kept + rows.iter().map(|row| row[0] * row[1]).sum::<f64>()
}

#[conservative_grad]
fn rows(x: &[f64]) -> f64 {
    let mut rows = vec![x.to_vec(), vec![x[0] * x[1]; 2]];
    let mut s = 0.0;
    while let Some(row) = rows.pop() {
        for t in &row {
            s += t * t;
        }
    }
    s
}

/// Only what is on the right of `&&` when it is asked.
#[conservative_grad]
fn by_a_condition(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let taken = x.len() > 4 && v.pop().is_some();
    let left: f64 = v.iter().map(|t| t * t).sum();
    if taken { left } else { left * 2.0 }
}

#[conservative_grad]
fn numbers_left_behind(x: &[f64]) -> f64 {
    let (mut a, mut b) = (1.0, 0.0);
    for t in x {
        let old = std::mem::take(&mut b);
        b = old * 0.5 + t * a;
        a = std::mem::replace(&mut b, t * a);
    }
    a + b
}

#[conservative_grad]
fn in_two_parts(x: &[f64]) -> f64 {
    let (above, below): (Vec<f64>, Vec<f64>) = x.iter().copied().partition(|t| *t > 1.0);
    let (even, odd): (Vec<usize>, Vec<usize>) = (0..x.len()).partition(|i| i % 2 == 0);
    let squares: f64 = below.iter().map(|t| t * t).sum();
    let products = even.iter().zip(&odd).map(|(&i, &j)| x[i] * x[j]);
    above.iter().sum::<f64>() * squares + products.sum::<f64>()
}

mod entry_points {
    check_all!(
        from_the_end from 0,
        the_last_by_itself from 2,
        positions from 1,
        positions_and_weights from 1,
        stack_machine from 1,
        from_the_middle from 4,
        drained from 3,
        retained from 2,
        rows from 2,
        by_a_condition from 1,
        numbers_left_behind from 1,
        in_two_parts from 1,
    );
}
