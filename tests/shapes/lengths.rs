//! Loops that ask for the length of a list which has another length later, or in another iteration.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn another_list(x: &[f64]) -> f64 {
    let mut list = vec![2.0, x[0], 3.0, 2.0];
    let mut s = 0.0;
    for i in 0..2 {
        s += x[i] * list.len() as f64;
    }
    let other = vec![x[0]];
    list = other;
    s * list[0]
}

#[conservative_grad]
fn one_more(x: &[f64]) -> f64 {
    let mut list = vec![2.0, x[0], 3.0, 2.0];
    let mut s = 0.0;
    for i in 0..2 {
        s += x[i] * list.len() as f64;
    }
    list.push(x[1]);
    s * list[0]
}

#[conservative_grad]
fn pushed_in_front(x: &[f64]) -> f64 {
    let mut v = vec![];
    let mut s = 1.0;
    for k in 0..3 {
        v.push(x[k]);
        let mut t = 0.0;
        for i in 0..x.len() {
            t += x[i] * v.len() as f64;
        }
        s *= (t * 0.1).sin();
    }
    s
}

#[conservative_grad]
fn pushed_behind(x: &[f64]) -> f64 {
    let mut v = vec![1.0];
    let mut s = 1.0;
    for k in 0..3 {
        let mut t = 0.0;
        for i in 0..x.len() {
            t += x[i] * v.len() as f64;
        }
        s *= (t * 0.1).sin();
        v.push(x[k]);
    }
    s * v[1]
}

#[conservative_grad]
fn replaced(x: &[f64]) -> f64 {
    let mut v = vec![1.0];
    let mut s = 1.0;
    for k in 0..3 {
        let mut t = 0.0;
        for i in 0..x.len() {
            t += x[i] * v.len() as f64;
        }
        s *= (t * 0.1).sin();
        v = vec![x[k]; k + 2];
    }
    s * v[1]
}

#[conservative_grad]
fn copies_of_what_shrinks(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 1.0;
    for k in 0..3 {
        let mut t = 0.0;
        for i in 0..x.len() {
            let w = v.clone();
            let mut q = 0.0;
            for j in 0..w.len() {
                q += w[j] * x[i];
            }
            t += q;
        }
        s *= (t * 0.1).sin();
        v.truncate(4 - k);
    }
    s * v[1]
}

#[conservative_grad]
fn copies_of_what_grows(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut t = 0.0;
    for i in 0..x.len() {
        let w = v.clone();
        let mut q = 0.0;
        for j in 0..w.len() {
            q += w[j] * x[i];
        }
        t += q;
    }
    v.push(x[0]);
    v.push(2.0);
    t.sin() * v.iter().sum::<f64>()
}

#[conservative_grad]
fn cleared(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut t = 0.0;
    for i in 0..x.len() {
        t += x[i] / v.len() as f64;
    }
    v.clear();
    v.extend_from_slice(&x[..2]);
    t.sin() * v.iter().sum::<f64>()
}

#[conservative_grad]
fn rows(x: &[f64]) -> f64 {
    let mut rows = vec![x.to_vec()];
    let mut t = 0.0;
    for i in 0..x.len() {
        for r in &rows {
            t += x[i] * r.len() as f64 * r[0];
        }
    }
    rows.push(vec![x[0]; 2]);
    rows[0].push(x[1]);
    t.sin() * rows[1][0] * rows[0][5]
}

#[conservative_grad]
fn overwritten_elements(x: &[f64]) -> f64 {
    let mut v = vec![0.0; 2];
    let mut t = 0.0;
    for i in 0..x.len() {
        let n = v.len() as f64;
        for j in 0..2 {
            v[j] = x[i] * n;
        }
        t += v[0] * v[1];
    }
    v = x.to_vec();
    t.sin() * v[3]
}

#[conservative_grad]
fn overwritten_as_a_whole(x: &[f64]) -> f64 {
    let mut v = vec![0.0; 2];
    let mut t = 0.0;
    for i in 0..x.len() {
        v.fill(x[i]);
        let m = v.iter().sum::<f64>() / v.len() as f64;
        t += m * m;
    }
    v.push(1.0);
    let y = t.sin();
    y * v.len() as f64
}

#[conservative_grad]
fn running_mean(x: &[f64]) -> f64 {
    let mut v: Vec<f64> = Vec::new();
    let mut mean = 0.0;
    for t in x {
        v.push(*t);
        mean = v.iter().sum::<f64>() / v.len() as f64;
        mean = (mean * 1.1).sin();
    }
    let n = v.len();
    v.drain(..2);
    mean * v.len() as f64 + n as f64
}

#[conservative_grad]
fn window(x: &[f64]) -> f64 {
    let mut h: Vec<f64> = vec![0.5];
    let mut s = 0.0;
    for i in 0..x.len() {
        let p = h[h.len() - 1];
        let m = if h.len() > 2 { h[h.len() - 3] } else { 0.1 };
        let q = (p * x[i] + m).sin();
        h.push(q);
        if h.len() > 4 {
            h.remove(0);
        }
        s += q * h.len() as f64;
    }
    s + h.iter().map(|t| t * t).sum::<f64>()
}

#[conservative_grad]
fn integers(x: &[f64]) -> f64 {
    let mut c = vec![1usize, 2];
    let mut t = 0.0;
    for i in 0..x.len() {
        t += x[i] * c.len() as f64;
    }
    c.push(1);
    c.push(2);
    let r = t.sin();
    r * c.len() as f64
}

mod entry_points {
    check_all!(
        another_list from 2,
        one_more from 2,
        pushed_in_front from 5,
        pushed_behind from 5,
        replaced from 5,
        copies_of_what_shrinks from 5,
        copies_of_what_grows from 5,
        cleared from 5,
        rows from 5,
        overwritten_elements from 5,
        overwritten_as_a_whole from 5,
        running_mean from 5,
        window from 5,
        integers from 5,
    );
}
