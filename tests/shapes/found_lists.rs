//! Lists of integers that functions find out about numbers, and what such functions and their callers are written with.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        places from 3,
        pairs from 3,
        groups from 4,
        degrees_of_freedom from 4,
        tables_of_closures from 3,
        lengths_of_chains from 4,
        named_lists from 3,
        lent_results from 3,
        curves from 4,
        stacks from 4,
    );
}

#[conservative_grad]
fn above(x: &[f64], limit: f64) -> Vec<usize> {
    (0..x.len()).filter(|&i| x[i] > limit).collect()
}

#[conservative_grad]
fn total_at(#[constant] places: &[usize], x: &[f64]) -> f64 {
    places.iter().map(|&i| x[i].sin()).sum()
}

#[conservative_grad]
fn places(x: &[f64]) -> f64 {
    let found: Vec<usize> = above(x, 0.9 + 0.01 * x[1]);
    let by_place: f64 = above(x, 0.5).iter().map(|&i| x[i] * x[0]).sum();
    total_at(&found, x) + by_place
}

#[conservative_grad]
fn near(x: &[f64], limit: f64) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for i in 0..x.len() {
        for j in i + 1..x.len() {
            if (x[i] - x[j]).abs() < limit {
                out.push((i, j));
            }
        }
    }
    out
}

#[conservative_grad]
fn pairs(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, j) in near(x, 1.35) {
        s += x[i] * x[j];
    }
    let all = near(x, 2.1);
    for &(i, j) in &all {
        s += (x[i] - x[j]).powi(3);
    }
    s
}

#[conservative_grad]
fn by_cell(x: &[f64]) -> Vec<Vec<usize>> {
    let mut cells = vec![Vec::new(); 3];
    for (i, v) in x.iter().enumerate() {
        let cell = if *v < 1.05 { 0 } else { 1 + i % 2 };
        cells[cell].push(i);
    }
    cells
}

#[conservative_grad]
fn groups(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for cell in &by_cell(x) {
        let mut product = 1.0;
        for &i in cell {
            product *= x[i];
        }
        s += product;
    }
    s
}

#[conservative_grad]
mod frames {
    use conservative_grad::Differentiable;

    #[derive(Clone, Differentiable)]
    pub struct Frame {
        pub loads: Vec<f64>,
        #[constant]
        pub supports: Vec<usize>,
    }

    impl Frame {
        #[conservative_grad]
        fn free(&self) -> Vec<usize> {
            (0..self.loads.len())
                .filter(|d| !self.supports.contains(d))
                .collect()
        }

        pub fn reduced(&self, x: &[f64]) -> f64 {
            let free = self.free();
            let loads: Vec<f64> = free.iter().map(|&d| self.loads[d]).collect();
            loads.iter().zip(&free).map(|(f, &d)| f * x[d].cos()).sum()
        }
    }

    pub fn work(x: &[f64]) -> f64 {
        let frame = Frame {
            loads: x.iter().map(|v| v * v).collect(),
            supports: vec![0, 2],
        };
        frame.reduced(x)
    }
}

use frames::work;

#[conservative_grad]
fn degrees_of_freedom(x: &[f64]) -> f64 {
    work(x)
}

fn tabulated(n: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..n).map(|i| f(i as f64)).collect()
}

#[conservative_grad]
fn tables_of_closures(x: &[f64]) -> f64 {
    let table = tabulated(3, |x| (0.4 * x).sin());
    x.iter().zip(&table).map(|(v, t)| v * t * v).sum()
}

#[conservative_grad]
fn lengths_of_chains(x: &[f64]) -> f64 {
    let rows = x.chunks_exact(2);
    let n = rows.len() as f64;
    rows.map(|row| row[0] * row[1]).sum::<f64>() / n + x.iter().skip(1).len() as f64
}

type Row = Vec<f64>;
type Rows = Vec<Vec<f64>>;

#[conservative_grad]
fn named_lists(x: &[f64]) -> f64 {
    let squares: Row = x.iter().map(|v| v * v).collect();
    let rows: Rows = (0..2)
        .map(|k| squares.iter().map(|v| v * (k as f64 + x[0])).collect())
        .collect();
    rows.iter().map(|row| row[1] * row[2]).sum()
}

#[conservative_grad]
fn pushed(x: &[f64], k: f64) -> Vec<f64> {
    x.iter().map(|v| v * k).collect()
}

#[conservative_grad]
fn lent_results(x: &[f64]) -> f64 {
    let along = |a: &[f64], b: &[f64], h: f64| -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| a + h * b).collect()
    };
    let first = pushed(x, x[0]);
    let half = along(x, &first, 0.5 * x[1]);
    let second = pushed(&half, x[2]);
    along(&half, &second, x[0]).iter().sum()
}

#[derive(Clone, Copy, Differentiable)]
struct Knot {
    at: f64,
    height: f64,
}

#[conservative_grad]
fn between(a: Knot, b: Knot, t: f64) -> Knot {
    Knot {
        at: a.at + (b.at - a.at) * t,
        height: a.height + (b.height - a.height) * t,
    }
}

/// Elements that are handed to a callee are not there any more in the reverse sweep.
#[conservative_grad]
fn curves(x: &[f64]) -> f64 {
    let mut knots: Vec<Knot> = x
        .windows(2)
        .map(|w| Knot {
            at: w[0],
            height: w[1],
        })
        .collect();
    while knots.len() > 1 {
        knots = knots
            .windows(2)
            .map(|w| between(w[0], w[1], 0.3 * x[0]))
            .collect();
    }
    knots[0].at * knots[0].height
}

#[conservative_grad]
fn length(k: Knot) -> f64 {
    k.at.sin() * k.height
}

#[conservative_grad]
fn stacks(x: &[f64]) -> f64 {
    let mut knots: Vec<Knot> = x
        .windows(2)
        .map(|w| Knot {
            at: w[0],
            height: w[1],
        })
        .collect();
    let mut s = 0.5;
    while !knots.is_empty() {
        let last = knots.len() - 1;
        s += 0.1 * length(knots[last]) * s + length(knots[0]);
        knots.pop();
    }
    s
}
