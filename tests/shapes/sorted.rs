//! Lists of structs in order, and folds that may end early.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        structs_in_order from 4,
        by_what_a_call_gives from 4,
        rows_in_order from 3,
        folds_of_options from 3,
        folds_of_results from 3,
        by_integers from 4,
        by_paths_of_the_block from 3,
        lists_of_constant_tuples from 2,
    );
}

#[derive(Clone, Debug, Differentiable)]
struct Event {
    at: f64,
    marks: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Point {
    t: f64,
    v: f64,
}

#[conservative_grad]
fn structs_in_order(x: &[f64]) -> f64 {
    let mut events: Vec<Event> = x
        .windows(2)
        .map(|w| Event {
            at: w[0] * w[1],
            marks: vec![w[1], w[0]],
        })
        .collect();
    events.sort_by(|a, b| a.at.partial_cmp(&b.at).unwrap());
    let mut s = 0.0;
    for k in 0..events.len() {
        s += events[k].at * events[k].marks[1] * (k as f64 + 1.0);
    }
    events.sort_by(|a, b| b.marks[0].total_cmp(&a.marks[0]));
    for (k, event) in events.iter().enumerate() {
        s += event.at.sin() * event.marks[0] * (k as f64 + 0.5);
    }
    s
}

#[conservative_grad]
fn score(p: &Point) -> f64 {
    p.t * p.v.sin()
}

#[conservative_grad]
fn by_what_a_call_gives(x: &[f64]) -> f64 {
    let mut points = [(0, 1), (2, 3), (1, 2)].map(|(i, j)| Point { t: x[i], v: x[j] });
    points.sort_by(|a, b| score(b).total_cmp(&score(a)));
    points[1..].sort_by(|a, b| a.v.total_cmp(&b.v));
    points[0].t * points[1].v - points[2].t * points[2].t
}

#[conservative_grad]
fn rows_in_order(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = (0..x.len()).map(|k| x[k..].to_vec()).collect();
    rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut s = 0.0;
    for (k, row) in rows.iter().enumerate() {
        s += row.iter().map(|v| v * v).sum::<f64>() * row[0] * (k as f64 + 1.0);
    }
    s
}

#[conservative_grad]
fn root(a: f64, b: f64) -> Option<f64> {
    if b < -10.0 {
        None
    } else {
        Some(a * b.cos() + b)
    }
}

#[conservative_grad]
fn both(x: &[f64]) -> Option<f64> {
    let first = x.iter().try_fold(0.5, |a, &b| root(a, b))?;
    let (p, q) = x
        .iter()
        .enumerate()
        .try_fold((1.0, x[0]), |(p, q), (k, v)| {
            if *v > 10.0 {
                return None;
            }
            Some((p * v, q + p * (k as f64 + 1.0)))
        })?;
    Some(first * p + q)
}

#[conservative_grad]
fn folds_of_options(x: &[f64]) -> f64 {
    let never = x
        .iter()
        .try_fold(1.0, |a, b| if *b < 10.0 { None } else { Some(a * b) });
    both(x).unwrap_or(0.25) + never.unwrap_or(x[1] * x[2])
}

#[conservative_grad]
fn horner(x: &[f64], limit: f64) -> Result<f64, String> {
    x.iter().zip(x.iter().skip(1)).try_fold(0.5, |a, (b, c)| {
        if *b > limit {
            Err(format!("more than {limit}"))
        } else {
            Ok(a * b + c.sin())
        }
    })
}

#[conservative_grad]
fn folds_of_results(x: &[f64]) -> f64 {
    let all = match horner(x, 10.0) {
        Ok(v) => v * x[0],
        Err(_) => 0.0,
    };
    match horner(x, -10.0) {
        Ok(_) => all,
        Err(_) => all * x[1],
    }
}

#[derive(Clone, Differentiable)]
struct Ranked {
    #[constant]
    rank: usize,
    weight: f64,
}

#[conservative_grad]
impl Ranked {
    fn heavier(&self) -> f64 {
        self.weight * self.weight + self.rank as f64
    }

    fn scaled(&self, k: f64) -> f64 {
        self.weight * k
    }

    fn total(all: &[Ranked], k: f64) -> f64 {
        let sum: f64 = all.iter().map(Self::heavier).sum();
        sum + Self::scaled(&all[0], k) + all.iter().map(|r| Ranked::scaled(r, k)).sum::<f64>()
    }
}

#[conservative_grad]
fn of_ranks(x: &[f64]) -> Vec<Ranked> {
    (0..x.len())
        .map(|i| Ranked {
            rank: 7 * i % 5,
            weight: x[i],
        })
        .collect()
}

#[conservative_grad]
fn by_integers(x: &[f64]) -> f64 {
    let mut all = of_ranks(x);
    all.sort_by(|a, b| b.rank.cmp(&a.rank));
    let mut places: Vec<usize> = (0..x.len()).collect();
    places.sort_by(|a, b| b.cmp(a));
    let mut s = 0.0;
    for (k, r) in all.iter().enumerate() {
        s += r.weight * x[places[k]] * (k + 1) as f64;
    }
    s
}

#[conservative_grad]
fn by_paths_of_the_block(x: &[f64]) -> f64 {
    Ranked::total(&of_ranks(x), x[1])
}

#[conservative_grad]
mod tables {
    pub fn pair(a: f64) -> (f64, f64) {
        (a, a * a)
    }

    pub fn nested(a: f64) -> ((f64, f64), f64) {
        ((a, a * a), 2.0 * a)
    }
}

#[conservative_grad]
fn lists_of_constant_tuples(x: &[f64]) -> f64 {
    tabled::weighed(x)
}

#[conservative_grad]
mod tabled {
    use super::tables::{nested, pair};

    pub fn weighed(x: &[f64]) -> f64 {
        let pairs = vec![pair(0.3), pair(0.5), pair(x[0])];
        let mut s = 0.0;
        for (a, b) in pairs {
            s += a * b * x[1];
        }
        for ((a, b), c) in [nested(0.3), nested(x[1])] {
            s += a * b * c * x[0];
        }
        s
    }
}
