//! Vectors that are cut where they stand, grow again, and are read before, between and afterwards.

use conservative_grad::{Differentiable, conservative_grad};

/// Each element that is cut off has been read, is replaced by another one at its place, and that one is read.
#[conservative_grad]
fn replaced(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s: f64 = 0.3;
    for k in 0..x.len() {
        s = s.sin() + v[v.len() - 1] * v[0];
        v.truncate(x.len() - k / 2);
        v.pop();
        v.push((s * x[k]).sin());
        s += v[v.len() - 1] * v[v.len() - 1];
    }
    s + v.iter().map(|a| a * a).sum::<f64>()
}

/// Nothing is read of what goes, although it has been computed.
#[conservative_grad]
fn dropped(x: &[f64]) -> f64 {
    let mut v: Vec<f64> = x.iter().map(|a| a.sin()).collect();
    v.truncate(2);
    let kept = v[0] * v[1];
    v.resize(1, 0.0);
    v.resize(4, x[0] * x[1]);
    kept + v[0] * v[3]
}

/// Longer than the vector: nothing happens.
#[conservative_grad]
fn not_cut(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.truncate(x.len() + 3);
    v.truncate(x.len());
    v.resize(x.len(), 1.0);
    v.iter().map(|a| a * a * a).sum()
}

#[conservative_grad]
fn by_its_start(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 0.0;
    while v.len() > 1 {
        s = s * 0.7 + v[v.len() - 1] * v[0];
        v = v[..v.len() - 1].to_vec();
        v[0] *= s;
    }
    s + v[0]
}

/// What begins further on, and what is another vector's start, is copied.
#[conservative_grad]
fn by_others(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut w = vec![x[0]; 5];
    v = v[1..].to_vec();
    w[0] = v[0] * x[1];
    w = v[..1].to_vec();
    v = w[..1].to_vec();
    v.push(w[0] * x[1]);
    v = v[1..2].to_vec();
    v[0] * w[0]
}

#[conservative_grad]
fn tuples(x: &[f64]) -> f64 {
    let mut v = vec![(1.0, [0.0, 0.0])];
    let mut s = 0.0;
    for i in 0..x.len() {
        v.push((x[i], [x[i] * s, 2.0]));
        if i % 3 == 2 {
            let (a, b) = v.pop().unwrap();
            let (c, d) = v.pop().unwrap();
            s += a * b[0] + c * d[1];
            v.push((s, [a, c]));
        }
    }
    for (a, b) in &v {
        s += a * b[0] * b[1];
    }
    s
}

#[derive(Clone, Differentiable)]
struct Machine {
    stack: Vec<f64>,
    gain: f64,
}

#[conservative_grad]
impl Machine {
    fn combine(&mut self) {
        let a = self.stack.pop().unwrap();
        let b = self.stack.pop().unwrap();
        self.stack.push((a * b + a).sin() * self.gain);
    }
}

#[conservative_grad]
fn in_a_struct(x: &[f64]) -> f64 {
    let mut m = Machine {
        stack: vec![x[0]],
        gain: x[1],
    };
    for i in 0..x.len() {
        m.stack.push(x[i]);
        m.combine();
        if i % 2 == 0 {
            m.stack.push(x[i] * x[0]);
        }
    }
    let mut s = 0.0;
    while let Some(v) = m.stack.pop() {
        s = s * 0.5 + v * v;
    }
    s
}

#[derive(Clone, Differentiable)]
struct Lists {
    v: Vec<f64>,
    rows: Vec<Vec<f64>>,
}

#[conservative_grad]
fn shorten(lists: &mut Lists, n: usize) -> f64 {
    let last = lists.v[lists.v.len() - 1];
    lists.v.truncate(n);
    lists.v[0] *= last;
    lists.rows[0].pop();
    lists.rows[0][0] *= lists.rows[1][1];
    last * last
}

#[conservative_grad]
fn by_a_callee(x: &[f64]) -> f64 {
    let mut lists = Lists {
        v: x.to_vec(),
        rows: vec![x.to_vec(), x[1..].to_vec()],
    };
    let mut s = shorten(&mut lists, x.len() - 1);
    lists.v.push(s);
    s += shorten(&mut lists, 2);
    lists.rows[1].truncate(1);
    lists.rows[1].push(s);
    s * lists.v[0] + lists.v[1] * lists.rows[1][0] + lists.rows[1][1] + lists.rows[0][0]
}

/// A vector that stands in front of the loop and is emptied in each iteration: its elements are those of the iteration.
#[conservative_grad]
fn emptied(x: &[f64]) -> f64 {
    let mut v: Vec<f64> = Vec::new();
    let mut s = 0.0;
    for i in 0..x.len() {
        v.truncate(0);
        for k in 0..=i {
            v.push(x[k] * s);
            v.push(x[i]);
        }
        let half = v.swap_remove(0);
        let rest = v.split_off(1);
        s += half * v[0] + rest.iter().map(|a| a.sin()).sum::<f64>();
    }
    s
}

#[conservative_grad]
fn until_ordered(x: &[f64]) -> f64 {
    let mut means: Vec<f64> = Vec::new();
    let mut weights: Vec<f64> = Vec::new();
    for &v in x {
        means.push(v * v);
        weights.push(1.0);
        while means.len() > 1 && means[means.len() - 2] > means[means.len() - 1] {
            let (m1, w1) = (means.pop().unwrap(), weights.pop().unwrap());
            let (m0, w0) = (means.pop().unwrap(), weights.pop().unwrap());
            means.push((m0 * w0 + m1 * w1) / (w0 + w1));
            weights.push(w0 + w1);
        }
    }
    means.iter().zip(&weights).map(|(m, w)| m * m * m * w).sum()
}

/// Rows that are cut, by their position and in a loop over them.
#[conservative_grad]
fn rows(x: &[f64]) -> f64 {
    let mut buckets: Vec<Vec<f64>> = vec![vec![]; 3];
    for (i, v) in x.iter().enumerate() {
        buckets[i % 3].push(v * v);
    }
    for b in buckets.iter_mut() {
        if let Some(v) = b.pop() {
            b.push(v * 2.0);
            b.push(v.sin());
        }
    }
    for k in 0..crate::THREE {
        buckets[k].push(x[0]);
        let last = buckets[k].pop().unwrap();
        buckets[k].truncate(k + 1);
        buckets[k].push(last * last);
    }
    let moved = buckets.remove(1);
    buckets[0].extend(moved.iter().map(|v| v + 1.0));
    let flat: Vec<f64> = buckets.into_iter().flatten().collect();
    flat.iter()
        .enumerate()
        .map(|(i, v)| v * v / (i + 1) as f64)
        .sum()
}

#[conservative_grad]
fn of_its_own(mut v: Vec<f64>, x: f64) -> f64 {
    let a = v.pop().unwrap();
    v.truncate(2);
    v.push(a * x);
    let b = v.pop().unwrap();
    v[0] * b + v[1] * a
}

#[test]
fn a_vector_that_the_function_owns_is_cut_like_any_other() {
    let (v, x) = (vec![2.0, 3.0, 5.0, 7.0], 11.0);
    // v0 · (v3 · x) + v1 · v3
    let expected = (vec![77.0, 7.0, 0.0, 2.0 * 11.0 + 3.0], 14.0);
    assert_eq!(of_its_own::grad(v.clone(), x), expected);
    let (value, pullback) = of_its_own::vjp(v.clone(), x);
    assert_eq!(value, of_its_own(v, x));
    assert_eq!(pullback(1.0), expected);
}

mod entry_points {
    check_all!(
        replaced from 2,
        dropped from 2,
        not_cut from 1,
        by_its_start from 1,
        by_others from 2,
        tuples from 1,
        in_a_struct from 2,
        by_a_callee from 4,
        emptied from 1,
        until_ordered from 1,
        rows from 1,
    );
}

#[test]
#[should_panic(expected = "range end index 4 out of range for slice of length 3")]
fn a_start_that_is_longer_than_the_vector_panics_as_in_the_primal() {
    #[conservative_grad]
    fn too_long(x: &[f64]) -> f64 {
        let mut v = x.to_vec();
        v = v[..x.len() + 1].to_vec();
        v[0]
    }
    let _ = too_long::grad(&[1.0, 2.0, 3.0]);
}
