//! Operations on slices where programs have slices: fields, rows, elements of lists, closures, iterators, changed arguments.

#![allow(
    clippy::needless_range_loop,
    clippy::manual_memcpy,
    reason = "loops as users write them"
)]

use conservative_grad::*;

#[derive(Differentiable, Clone)]
struct Net {
    w: Vec<f64>,
    m: Vec<Vec<f64>>,
    b: [f64; 3],
}

#[conservative_grad]
fn net(n: &Net, x: f64) -> f64 {
    let mut s = max_of(&n.w) * x + l1_norm(&n.b);
    for i in 0..n.m.len() {
        s += max_of(&n.m[i]) * median(&n.m[i]);
    }
    s
}

#[conservative_grad]
impl Net {
    fn score(&self, x: f64) -> f64 {
        max_of(&self.w) * x + linf_norm(&self.b[1..])
    }
}

#[conservative_grad]
fn iter(m: &[Vec<f64>]) -> f64 {
    m.iter().map(|r| max_of(r) * 2.0).sum()
}

#[conservative_grad]
fn closure(m: &[Vec<f64>], k: usize) -> f64 {
    let f = |r: &[f64]| top_k(r, k)[k - 1];
    f(&m[0]) + f(&m[1])
}

#[conservative_grad]
fn in_place(x: &mut [f64]) {
    let m = max_of(&*x);
    for i in 0..x.len() {
        x[i] /= m;
    }
    let s = sorted(&*x);
    x[0] = s[0] * 3.0;
}

#[conservative_grad]
fn listed(x: &[f64]) -> Vec<f64> {
    max_min(x)
}

#[conservative_grad]
fn opt(x: &[f64]) -> Option<f64> {
    if x.is_empty() {
        return None;
    }
    Some(max_of(x) - min_of(x))
}

#[conservative_grad]
fn rec(x: &[f64], n: usize) -> f64 {
    if n == 0 {
        return max_of(x);
    }
    0.5 * rec(x, n - 1) + median(x)
}

#[conservative_grad]
fn twice(x: &[f64], y: &[f64]) -> f64 {
    let mut z = x.to_vec();
    let mut s = 0.0;
    for k in 0..3 {
        let m = max_of(&z);
        s += m * max_of(y);
        for i in 0..z.len() {
            z[i] = z[i] * 0.5 + y[i] * m + k as f64;
        }
    }
    s + l2_norm(&z)
}

#[conservative_grad]
fn arr(x: [f64; 4]) -> f64 {
    max_of(&x) * min_of(&x[..2])
}

#[conservative_grad]
fn owned(x: Vec<f64>) -> f64 {
    max_of(&x) + median(&x)
}

#[conservative_grad]
fn cond(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut i = 0;
    while i < x.len() && s < 3.0 {
        s += max_of(&x[i..]);
        i += 1;
    }
    s
}

/// Central differences.
fn fd(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    let at = |i: usize, h: f64| {
        let mut y = x.to_vec();
        y[i] += h;
        f(&y)
    };
    (0..x.len())
        .map(|i| (at(i, 1e-6) - at(i, -1e-6)) / 2e-6)
        .collect()
}

fn close(found: &[f64], expected: &[f64], name: &str) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6 * (1.0 + b.abs());
    assert_eq!(found.len(), expected.len());
    assert!(
        found.iter().zip(expected).all(near),
        "{name}: {found:?} and {expected:?}"
    );
}

fn mk(p: &[f64]) -> Net {
    Net {
        w: p[..3].to_vec(),
        m: vec![p[3..6].to_vec(), p[6..10].to_vec()],
        b: [p[10], p[11], p[12]],
    }
}
fn flat(g: &NetGradient) -> Vec<f64> {
    let mut v = g.w.clone();
    v.extend(g.m.concat());
    v.extend(g.b);
    v
}

#[test]
fn gradients_are_those_of_differences() {
    let p = [
        0.3, 1.7, -0.4, 2.2, -1.1, 0.6, 0.9, -0.7, 1.4, 3.3, 0.25, -1.9, 0.8,
    ];
    close(
        &flat(&net::grad(&mk(&p), 1.3).0),
        &fd(|p| net(&mk(p), 1.3), &p),
        "net",
    );
    close(
        &flat(&mk(&p).score_grad(1.3).0),
        &fd(|p| mk(p).score(1.3), &p),
        "score",
    );
    let m = |p: &[f64]| vec![p[..4].to_vec(), p[4..9].to_vec()];
    close(
        &iter::grad(&m(&p)).concat(),
        &fd(|p| iter(&m(p)), &p[..9]),
        "iter",
    );
    close(
        &closure::grad(&m(&p), 2).concat(),
        &fd(|p| closure(&m(p), 2), &p[..9]),
        "closure",
    );
    let w = |x: &[f64]| {
        let mut y = x.to_vec();
        in_place(&mut y);
        y.iter()
            .enumerate()
            .map(|(i, y)| (i + 1) as f64 * y)
            .sum::<f64>()
    };
    let mut y = p[..5].to_vec();
    let mut bar: Vec<f64> = (1..=5).map(f64::from).collect();
    let (_, pull) = in_place::vjp(&mut y);
    pull((), &mut bar);
    close(&bar, &fd(w, &p[..5]), "in_place");
    let j = listed::jacobian(&p[..5]);
    assert_eq!(j[0], [0.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(j[4], [0.0, 0.0, 0.0, 0.0, 1.0]);
    close(
        &opt::grad(&p[..5]).unwrap(),
        &fd(|x| opt(x).unwrap(), &p[..5]),
        "opt",
    );
    close(&rec::grad(&p[..5], 3), &fd(|x| rec(x, 3), &p[..5]), "rec");
    let g = twice::grad(&p[..4], &p[4..8]);
    close(
        &[g.0, g.1].concat(),
        &fd(|x| twice(&x[..4], &x[4..]), &p[..8]),
        "twice",
    );
    let (_, pb) = twice::vjp(&p[..4], &p[4..8]);
    let g = pb(1.0);
    close(
        &[g.0, g.1].concat(),
        &fd(|x| twice(&x[..4], &x[4..]), &p[..8]),
        "twice vjp",
    );
    close(
        &arr::grad([p[0], p[1], p[2], p[3]]),
        &fd(|x| arr([x[0], x[1], x[2], x[3]]), &p[..4]),
        "arr",
    );
    close(
        &owned::grad(p[..5].to_vec()),
        &fd(|x| owned(x.to_vec()), &p[..5]),
        "owned",
    );
    close(&cond::grad(&p[..5]), &fd(cond, &p[..5]), "cond");
}
