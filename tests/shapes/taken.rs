//! Elements that are taken out of vectors: from the end, the front, the middle, by a test.

use conservative_grad::{Differentiable, conservative_grad};

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

#[conservative_grad]
fn before_any_is_pushed(x: &[f64]) -> f64 {
    let mut open = Vec::new();
    let mut s = 0.0;
    for (i, v) in x.iter().enumerate() {
        while let Some((u, j)) = open.pop() {
            s += u * v;
            if j > 2 {
                break;
            }
        }
        open.push((v * 2.0, i));
    }
    s
}

#[conservative_grad]
fn copied_within(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let k = v.len() / 2;
    v.copy_within(..k, k);
    v.copy_within(1..=k, 0);
    v.iter()
        .enumerate()
        .map(|(i, t)| t * t * (i as f64 + 1.0))
        .sum()
}

#[conservative_grad]
fn arrays_that_are_assigned(x: &[f64]) -> f64 {
    let (mut t, mut s) = (x[0], 0.5);
    let mut n = 1;
    for v in x {
        [t, s] = [s * v, t + v];
        [n] = [n + 1];
    }
    t * s + n as f64
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Pool {
    sum: f64,
    weight: f64,
    #[constant]
    count: usize,
}

/// Isotonic regression: neighbours in the wrong order are pooled.
#[conservative_grad]
fn pools(x: &[f64]) -> f64 {
    let mut pools: Vec<Pool> = Vec::new();
    for (i, v) in x.iter().enumerate() {
        let mut pool = Pool {
            sum: v * v,
            weight: 1.0 + 0.1 * i as f64 + 0.2 * v,
            count: 1,
        };
        while let Some(last) = pools.last() {
            if last.sum / last.weight <= pool.sum / pool.weight {
                break;
            }
            pool.sum += last.sum;
            pool.weight += last.weight;
            pool.count += last.count;
            pools.pop();
        }
        pools.push(pool);
    }
    let mut s = 0.0;
    for pool in &pools {
        for _ in 0..pool.count {
            s = s * 0.5 + pool.sum / pool.weight;
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

#[conservative_grad]
fn indices(x: &[f64]) -> f64 {
    let mut st = vec![0usize, 1, 2, 3];
    let mut v = x.to_vec();
    v[st.pop().unwrap()] += x[0];
    v[st.pop().unwrap()] *= x[1];
    v[0] + v[1] * v[2] * v[3] + st.len() as f64
}

#[conservative_grad]
fn swapped(x: &[f64]) -> f64 {
    let mut st = vec![0usize, 1, 2, 3];
    let mut v = x.to_vec();
    v.swap(st.pop().unwrap(), 0);
    let r = &mut v[st.pop().unwrap()];
    *r += 1.0;
    *r *= x[0];
    v[0] * v[2] + st.len() as f64
}

#[conservative_grad]
fn ends_of_loops(x: &[f64]) -> f64 {
    let mut st = vec![2usize, 1, 3, 2];
    let mut s = 0.0;
    for i in 0..st.pop().unwrap() {
        s += x[i] * (st.len() as f64);
    }
    while st.pop().unwrap() > 1 {
        s = s * 1.5 + x[0];
    }
    s + st.len() as f64
}

#[conservative_grad]
fn arguments(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let s = v.pop().unwrap().max(v.len() as f64 * 0.1);
    let t = (v.pop().unwrap(), x[0]);
    let w = [t.0 * t.1, s, x[1]];
    v.push(w[0] * s);
    v.iter().sum::<f64>() * w[2]
}

#[conservative_grad]
fn chains_of_conditions(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    if let Some(a) = v.pop()
        && a > 0.1
        && let Some(b) = v.pop()
        && b > 100.0
    {
        return a * b;
    }
    v.iter().map(|t| t * t).sum()
}

#[conservative_grad]
fn while_one_is_small(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 0.0;
    while v.len() > 1 && v.pop().unwrap() < 10.0 {
        s += v[v.len() - 1] * v[0];
    }
    s
}

#[conservative_grad]
fn in_tuples(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    match (v.pop(), v.first()) {
        (Some(a), Some(b)) => a * b,
        _ => 0.0,
    }
}

#[conservative_grad]
fn guards(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let mut s = 0.0;
    loop {
        match it.next() {
            Some(t) if *t > 0.6 => s += t * t,
            Some(t) => s -= t,
            None => break,
        }
    }
    s
}

#[conservative_grad]
fn copies_of_iterators(x: &[f64]) -> f64 {
    let mut it = x.iter().copied();
    let a = it.next().unwrap();
    let b: Vec<f64> = it.clone().collect();
    let c = it.next().unwrap_or(2.0);
    let rest: f64 = it.map(|t| t * a).sum();
    a * b.iter().sum::<f64>() + c * rest
}

#[conservative_grad]
fn queue(x: &[f64]) -> f64 {
    let mut q = vec![(0usize, 1.0)];
    let mut s = 0.0;
    while !q.is_empty() {
        let (i, w) = q.remove(0);
        s += w * x[i];
        if i + 1 < x.len() {
            q.push((i + 1, w * x[i]));
            if i + 2 < x.len() {
                q.push((i + 2, w * 0.5));
            }
        }
    }
    s
}

#[conservative_grad]
fn pairs(x: &[f64]) -> f64 {
    let mut v: Vec<f64> = x.to_vec();
    let mut out = Vec::new();
    while v.len() >= 2 {
        let a = v.swap_remove(0);
        let b = v.remove(v.len() - 1);
        out.push(a * b);
    }
    for t in v.drain(..) {
        out.push(t);
    }
    out.iter()
        .enumerate()
        .map(|(i, t)| t * (i + 1) as f64)
        .sum()
}

#[conservative_grad]
fn closure_with_state(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let mut visit = |v: f64| {
        s += v * v;
        s
    };
    let mut o = 0.0;
    let b = visit(x[0]);
    o += b;
    let c = visit(x[1]) * 2.0;
    o += c;
    o
}

#[conservative_grad]
fn elements_left_behind(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let n = v.len();
    let t = std::mem::take(&mut v[0]) * 2.0;
    v[n - 1] += t;
    v.iter().map(|t| t * t).sum()
}

#[conservative_grad]
fn rows_in_parts(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = x.chunks(2).map(|c| c.to_vec()).collect();
    let mut s = 0.0;
    while let Some(mut r) = rows.pop() {
        if r.len() > 1 {
            let t = r.split_off(1);
            s += t[0] * r[0];
            rows.push(t);
        } else if let Some(q) = r.pop() {
            s += q * q;
        }
    }
    s
}

#[conservative_grad]
fn beside_what_is_read(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let a = v[v.len() - 1] * v.pop().unwrap() * v.len() as f64;
    let b = v.pop().unwrap() - v.pop().unwrap() * v[0];
    let c = [v.len() as f64, v.remove(0), v[0], v.len() as f64];
    a * b + c[0] * c[1] * c[2] * c[3]
}

#[conservative_grad]
fn by_a_closure(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let mut visit = |t: f64| {
        s += t * t;
        s
    };
    let sum = visit(x[0]) * 2.0 - visit(x[1]) * visit(x[2]);
    let mut last = x[3];
    let both = last * std::mem::replace(&mut last, x[0]) * last;
    sum * both
}

mod entry_points {
    check_all!(
        from_the_end from 0,
        beside_what_is_read from 5,
        by_a_closure from 4,
        the_last_by_itself from 2,
        positions from 1,
        positions_and_weights from 1,
        before_any_is_pushed from 1,
        pools from 1,
        copied_within from 2,
        arrays_that_are_assigned from 1,
        stack_machine from 1,
        from_the_middle from 4,
        drained from 3,
        retained from 2,
        rows from 2,
        by_a_condition from 1,
        numbers_left_behind from 1,
        in_two_parts from 1,
        indices from 5,
        swapped from 5,
        ends_of_loops from 5,
        arguments from 5,
        chains_of_conditions from 5,
        while_one_is_small from 5,
        in_tuples from 5,
        guards from 5,
        copies_of_iterators from 5,
        queue from 5,
        pairs from 5,
        closure_with_state from 5,
        elements_left_behind from 5,
        rows_in_parts from 5,
    );
}
