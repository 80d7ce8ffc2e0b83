//! What functions find out about numbers, in an `Option`, a `Result` or an array, and results of which a part is used.

use conservative_grad::{Differentiable, conservative_grad, stop_gradient};

#[conservative_grad]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

#[conservative_grad]
fn first_above(x: &[f64]) -> Option<usize> {
    for i in 0..x.len() {
        if x[i] > 1.0 {
            return Some(i);
        }
    }
    None
}

#[conservative_grad]
fn last_above(x: &[f64]) -> Option<usize> {
    let mut last = None;
    for i in 0..x.len() {
        if x[i] > 1.0 {
            last = Some(i);
        }
    }
    last
}

#[conservative_grad]
fn position(x: &[f64], limit: f64) -> Option<usize> {
    x.iter().position(|x| *x > limit)
}

#[conservative_grad]
fn located(x: &[f64], limit: f64) -> Result<usize, String> {
    for i in 0..x.len() {
        if x[i] > limit {
            return Ok(i);
        }
    }
    Err(format!("nothing above {limit}"))
}

#[conservative_grad]
fn bracket(x: &[f64]) -> Result<(usize, bool), usize> {
    if x[0] > 5.0 {
        return Err(x.len());
    }
    Ok((if x[1] > 1.0 { 1 } else { 2 }, x[2] > 1.0))
}

#[conservative_grad]
fn is_large(x: f64) -> Option<bool> {
    if x > 5.0 { None } else { Some(x > 1.0) }
}

#[conservative_grad]
fn sides(x: f64) -> [bool; 2] {
    [x > 0.4, x > 1.8]
}

#[conservative_grad]
fn order(x: f64, y: f64) -> [usize; 2] {
    if x > y { [0, 1] } else { [1, 0] }
}

#[conservative_grad]
fn product_and_length(x: &[f64]) -> (f64, usize) {
    (x[0] * x[1], x.len())
}

#[conservative_grad]
fn parts(x: &[f64]) -> (usize, f64, Vec<f64>) {
    (x.len(), x[0] * x[1], vec![x[0], x[1] * x[0]])
}

#[conservative_grad]
fn steps(x: f64) -> usize {
    if x > 1.0 { 2 } else { 1 }
}

#[conservative_grad]
mod annotated {
    pub fn first(x: &[f64]) -> Option<usize> {
        x.iter().position(|&v| v > 1.0)
    }

    pub fn sides(x: f64) -> [bool; 2] {
        [x > 0.4, x > 1.8]
    }

    pub fn of_both(x: &[f64]) -> f64 {
        let at = first(x).unwrap_or(2);
        if sides(x[0])[0] { x[at] * x[0] } else { x[at] }
    }
}

#[derive(Clone, Differentiable)]
struct Grid {
    at: Vec<f64>,
}

#[conservative_grad]
impl Grid {
    fn cell(&self, x: f64) -> Option<usize> {
        for i in 1..self.at.len() {
            if x < self.at[i] {
                return Some(i - 1);
            }
        }
        None
    }

    fn within(&self, x: f64) -> f64 {
        match self.cell(x) {
            Some(i) => (x - self.at[i]) / (self.at[i + 1] - self.at[i]),
            None => 1.0,
        }
    }
}

macro_rules! programs {
    ($($name:ident($x:ident) $body:block)*) => {
        $(
            #[conservative_grad]
            fn $name($x: &[f64]) -> f64 $body
        )*

        #[test]
        fn answers_decide() {
            $(agrees(stringify!($name), &$name, &|x| $name::value_and_grad(x), &|x, dot| $name::jvp(x, dot));)*
        }
    };
}

fn agrees(
    name: &str,
    f: &dyn Fn(&[f64]) -> f64,
    gradient: &dyn Fn(&[f64]) -> (f64, Vec<f64>),
    tangent: &dyn Fn(&[f64], &[f64]) -> (f64, f64),
) {
    for x in [
        [0.5, 2.0, 1.5],
        [1.7, 0.3, 0.6],
        [0.2, 0.7, 0.9],
        [2.5, 3.0, 0.8],
    ] {
        let (value, slopes) = gradient(&x);
        assert_eq!(value, f(&x), "{name} at {x:?}");
        for k in 0..3 {
            let h = 1e-6;
            let (mut above, mut below, mut along) = (x, x, [0.0; 3]);
            above[k] += h;
            below[k] -= h;
            along[k] = 1.0;
            let quotient = (f(&above) - f(&below)) / (2.0 * h);
            assert!(
                (slopes[k] - quotient).abs() <= 1e-7 * quotient.abs().max(1.0),
                "{name} at {x:?}: {slopes:?}, {quotient}"
            );
            let (value, slope) = tangent(&x, &along);
            assert_eq!(value, f(&x), "{name} at {x:?}");
            assert!(
                (slopes[k] - slope).abs() <= 1e-12 * slope.abs().max(1.0),
                "{name}"
            );
        }
    }
}

programs! {
    matched(x) {
        match first_above(x) {
            Some(i) => x[i] * power(x[0], i),
            None => x[1],
        }
    }
    matched_last(x) {
        match last_above(x) {
            Some(i) => x[i] * power(x[0], i),
            None => x[1],
        }
    }
    if_let(x) {
        if let Some(i) = position(x, 1.1) { x[i] * x[0] } else { x[2] }
    }
    let_else(x) {
        let Some(i) = first_above(x) else { return x[0] * x[1] };
        x[i] * x[0]
    }
    or(x) {
        let i = first_above(x).unwrap_or(0);
        x[i] * x[1]
    }
    mapped(x) {
        let n = last_above(x).map_or(3, |i| i + 1);
        power(x[0], n)
    }
    whether(x) {
        let any = first_above(x).is_some();
        if any && located(x, 2.8).is_err() { x[0] * x[0] } else { x[1] }
    }
    whether_matched(x) {
        let y = match position(x, 1.2) { Some(_) => x[1], None => x[0] };
        y * x[2]
    }
    result(x) {
        match located(x, 1.3) {
            Ok(i) => x[i] * x[2],
            Err(_) => x[2],
        }
    }
    result_of_a_pair(x) {
        match bracket(x) {
            Ok((i, true)) => x[i] * x[0],
            Ok((i, false)) => x[i] * x[0] * x[2],
            Err(n) => x[n - 1],
        }
    }
    truths(x) {
        match is_large(x[0]) { Some(true) => x[1], Some(false) => x[0] * x[0], None => 0.0 }
    }
    truth_or(x) {
        if is_large(x[1]).unwrap_or(false) { x[0] * x[0] } else { x[1] }
    }
    array(x) {
        let at = sides(x[0]);
        if at[0] { x[1] * x[0] } else if at[1] { 1.0 } else { x[0] }
    }
    array_in_place(x) {
        if sides(x[1])[1] { x[1] * x[0] } else { x[0] }
    }
    array_taken_apart(x) {
        let [a, b] = order(x[0], x[1]);
        x[a] * x[b].sin()
    }
    array_in_a_loop(x) {
        let mut s = 1.0;
        for i in order(x[1], x[2]) {
            s = s * x[i] + x[i];
        }
        s
    }
    first_part(x) {
        let (p, _) = product_and_length(x);
        p * 2.0
    }
    first_part_named(x) {
        let (p, _n) = product_and_length(x);
        p.sin()
    }
    first_part_by_number(x) {
        let q = product_and_length(x);
        q.0 * q.0
    }
    middle_part(x) {
        let (_, p, _) = parts(x);
        p * x[2]
    }
    middle_part_by_number(x) {
        parts(x).1 * x[2]
    }
    part_in_a_loop(x) {
        let mut s = 1.0;
        for i in 0..2 {
            let (_, p, _) = parts(&x[i..]);
            s *= p.sin();
        }
        s * s
    }
    last_part(x) {
        let (_, _, v) = parts(x);
        v[0] * v[1]
    }
    whole_unused(x) {
        let _n = steps(x[0]);
        let _v = parts(x);
        first_above(x);
        x[0] * x[1]
    }
    count(x) {
        x[0] * stop_gradient(steps(x[1]) as f64)
    }
    count_bound(x) {
        let n = steps(x[1]);
        x[0] * stop_gradient(n as f64)
    }
    count_beside(x) {
        let (p, n) = product_and_length(x);
        p * stop_gradient(n as f64)
    }
    count_by_number(x) {
        let q = product_and_length(x);
        q.0 * stop_gradient(q.1 as f64)
    }
    count_assumed(x) {
        let n = steps(x[1]);
        #[assume_continuous]
        let y = x[0] * n as f64;
        y
    }
    count_assumed_in_place(x) {
        #[assume_continuous]
        let y = x[0] * steps(x[1]) as f64;
        y
    }
    of_a_module(x) {
        annotated::of_both(x) * x[2]
    }
    of_a_method(x) {
        let grid = Grid { at: vec![0.1, x[0] * 0.5, x[0] + 1.0] };
        grid.within(x[1]) * x[1]
    }
}

/// A function that gives up hands on the error of the one that it asks.
#[conservative_grad]
fn tried(x: &[f64]) -> Result<f64, String> {
    let i = located(x, 1.3)?;
    Ok(x[i] * x[2])
}

#[conservative_grad]
fn tried_option(x: &[f64]) -> Option<f64> {
    let i = first_above(x)?;
    Some(x[i] * x[2])
}

#[conservative_grad]
fn next_above(x: &[f64]) -> Option<usize> {
    let i = first_above(x)?;
    if i + 1 < x.len() && x[i + 1] > 1.0 {
        Some(i + 1)
    } else {
        None
    }
}

#[test]
fn answers_are_tried() {
    assert_eq!(tried::grad(&[0.5, 2.0, 1.5]), Ok(vec![0.0, 1.5, 2.0]));
    assert_eq!(tried::grad(&[0.5, 1.0, 1.5]), Ok(vec![0.0, 0.0, 3.0]));
    assert_eq!(tried::grad(&[0.5; 3]), Err("nothing above 1.3".to_owned()));
    assert_eq!(
        tried_option::grad(&[0.5, 2.0, 1.5]),
        Some(vec![0.0, 1.5, 2.0])
    );
    assert_eq!(tried_option::grad(&[0.5; 3]), None);
    assert_eq!(next_above(&[0.5, 2.0, 1.5]), Some(2));
    let _ = next_above::trace(&[0.5, 2.0, 1.5]);
}
