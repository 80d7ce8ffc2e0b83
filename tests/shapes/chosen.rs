//! Structs that are found in lists: the first, the least and the greatest of them.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        found from 3,
        least from 3,
        one_or_none from 3,
        in_fields from 3,
        of_constants from 2,
    );
}

#[derive(Clone, Differentiable)]
struct Site {
    #[constant]
    id: usize,
    height: f64,
    rates: Vec<f64>,
}

#[conservative_grad]
fn sites(x: &[f64]) -> Vec<Site> {
    (0..x.len())
        .map(|i| Site {
            id: i % 3,
            height: x[i].sin(),
            rates: vec![x[i], x[0] * x[i]],
        })
        .collect()
}

#[conservative_grad]
fn found(x: &[f64]) -> f64 {
    let all = sites(x);
    let second = all.iter().find(|s| s.id == 2).unwrap();
    let high = all.iter().find(|s| s.height > 0.5).expect("a high one");
    second.height * high.rates[1] + all.iter().find(|&s| s.id == 1).unwrap().rates[0]
}

#[conservative_grad]
fn least(x: &[f64]) -> f64 {
    let all = sites(x);
    let target = 0.2 * x[1];
    let low = all
        .iter()
        .min_by(|a, b| a.height.total_cmp(&b.height))
        .unwrap();
    let near = all
        .iter()
        .min_by(|a, b| {
            (a.height - target)
                .abs()
                .partial_cmp(&(b.height - target).abs())
                .unwrap()
        })
        .unwrap();
    let last = all.iter().max_by(|a, b| a.id.cmp(&b.id)).unwrap();
    low.rates[0] * near.height
        + last.height
            * all
                .iter()
                .max_by(|p, q| p.rates[1].total_cmp(&q.rates[1]))
                .unwrap()
                .rates[1]
}

#[conservative_grad]
fn rate(all: &[Site], #[constant] id: usize) -> Option<f64> {
    let site = all.iter().find(|s| s.id == id)?;
    Some(site.height * site.rates[0])
}

#[conservative_grad]
fn one_or_none(x: &[f64]) -> f64 {
    let all = sites(x);
    let mut s = rate(&all, 1).unwrap_or(0.0) + rate(&all, 7).unwrap_or(x[0]);
    if let Some(site) = all.iter().find(|s| s.id == 2) {
        s += site.rates[1];
    }
    s += match all.iter().max_by(|a, b| a.height.total_cmp(&b.height)) {
        Some(site) => site.height * x[2],
        None => 0.0,
    };
    if let Some(site) = all.iter().find(|s| s.id == 9) {
        s * site.height
    } else {
        s * x[1]
    }
}

#[conservative_grad]
mod maps {
    use conservative_grad::Differentiable;

    #[derive(Clone, Copy, Differentiable)]
    pub struct Peak {
        pub at: f64,
        pub height: f64,
    }

    #[derive(Clone, Differentiable)]
    pub struct Map {
        pub peaks: Vec<Peak>,
    }

    impl Map {
        pub fn highest(&self) -> Peak {
            *self
                .peaks
                .iter()
                .max_by(|a, b| a.height.partial_cmp(&b.height).unwrap())
                .unwrap()
        }

        pub fn beyond(&self, limit: f64) -> f64 {
            self.peaks.iter().find(|p| p.at > limit).unwrap().height
        }
    }

    pub fn of(x: &[f64]) -> f64 {
        let map = Map {
            peaks: x
                .iter()
                .map(|v| Peak {
                    at: *v,
                    height: v.cos(),
                })
                .collect(),
        };
        let peak = map.highest();
        peak.at * peak.height * x[1] + map.beyond(0.25)
    }
}

use maps::of;

#[conservative_grad]
fn in_fields(x: &[f64]) -> f64 {
    of(x)
}

struct Knot {
    id: usize,
    weight: f64,
}

fn knots() -> Vec<Knot> {
    (0..5)
        .map(|i| Knot {
            id: i,
            weight: (1.0 + i as f64).sqrt(),
        })
        .collect()
}

#[conservative_grad]
fn weighed(x: &[f64], #[constant] knots: &[Knot]) -> f64 {
    let second = knots.iter().find(|k| k.id == 2).unwrap();
    let heaviest = knots
        .iter()
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
        .unwrap();
    second.weight * x[0] * x[1] + heaviest.weight * x[1]
}

#[conservative_grad]
fn of_constants(x: &[f64]) -> f64 {
    let knots = knots();
    weighed(x, &knots)
}
