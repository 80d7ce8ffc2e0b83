//! Parts of what calls give, and numbers behind pointers in fields.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        parts_of_calls from 4,
        parts_of_calls_with_names from 4,
        parts_of_calls_side_by_side from 4,
        parts_of_literals from 3,
    );
}

#[conservative_grad]
fn scaled(x: &[f64], k: f64) -> Vec<f64> {
    x.iter().map(|v| v * k).collect()
}

#[conservative_grad]
fn squares(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum()
}

#[conservative_grad]
fn parts_of_calls(x: &[f64]) -> f64 {
    let n = scaled(x, x[0])[2..].len();
    squares(&scaled(x, x[1])[1..])
        + scaled(x, x[2])[..n].iter().sum::<f64>()
        + squares(&scaled(&scaled(x, x[0])[1..=2], x[3]))
}

#[conservative_grad]
fn parts_of_calls_with_names(x: &[f64]) -> f64 {
    let tail = &scaled(x, x[1])[1..];
    let copy = scaled(x, x[2])[..2].to_vec();
    let mut s = copy[0] * copy[1];
    for (i, v) in tail.iter().enumerate() {
        s += v.sin() * copy[i % 2];
    }
    s + squares(&tail[1..])
}

#[conservative_grad]
fn parts_of_calls_side_by_side(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (a, b) in scaled(x, x[0])[1..]
        .iter()
        .zip(&scaled(x, x[1])[..x.len() - 1])
    {
        s += a * b;
    }
    s
}

#[conservative_grad]
fn parts_of_literals(x: &[f64]) -> f64 {
    squares(&[x[0], x[1], x[2] * x[0]][1..])
        + vec![x[0], x[1].sin(), x[2]][..2].iter().product::<f64>()
}

#[derive(Clone, Differentiable)]
struct Spring {
    stiffness: Box<f64>,
    rest: f64,
    ends: Box<[f64; 2]>,
}

#[conservative_grad]
fn energy(s: &Spring, x: f64) -> f64 {
    let d = x - s.rest + s.ends[0] * (*s.ends)[1];
    let k = *s.stiffness;
    0.5 * k * d * d + *s.stiffness
}

#[conservative_grad]
fn softened(s: &mut Spring, x: f64) -> f64 {
    for _ in 0..4 {
        *s.stiffness *= x;
        *s.stiffness += s.rest;
    }
    energy(s, x)
}

#[conservative_grad]
fn chain(springs: &[Spring], x: f64) -> f64 {
    let by_place: f64 = (0..springs.len()).map(|i| *springs[i].stiffness * x).sum();
    springs
        .iter()
        .map(|s| *s.stiffness * energy(s, x))
        .sum::<f64>()
        + by_place
}

#[test]
fn pointers_in_fields() {
    let springs = |at: &[f64]| {
        vec![
            Spring {
                stiffness: Box::new(at[0]),
                rest: at[1],
                ends: Box::new([at[2], at[3]]),
            },
            Spring {
                stiffness: Box::new(at[4]),
                rest: at[1],
                ends: Box::new([at[3], at[2]]),
            },
        ]
    };
    let at = [0.7, 0.3, 1.2, -0.4, 1.9, 0.8];
    let (value, (g, x_bar)) = chain::value_and_grad(&springs(&at), at[5]);
    assert_eq!(value, chain(&springs(&at), at[5]));
    let gradient = [
        g[0].stiffness,
        g[0].rest + g[1].rest,
        g[0].ends[0] + g[1].ends[1],
        g[0].ends[1] + g[1].ends[0],
        g[1].stiffness,
        x_bar,
    ];
    crate::check("chain", |at| chain(&springs(at), at[5]), &at, &gradient);

    let mut soft = springs(&at).remove(0);
    let (value, pullback) = softened::vjp(&mut soft, at[5]);
    assert_eq!(value, softened(&mut springs(&at).remove(0), at[5]));
    let mut g = soft.zero_gradient();
    let x_bar = pullback(1.0, &mut g);
    let gradient = [g.stiffness, g.rest, g.ends[0], g.ends[1], 0.0, x_bar];
    let by = |at: &[f64]| softened(&mut springs(at).remove(0), at[5]);
    crate::check("softened", by, &at, &gradient);
}
