//! Constants beside numbers: elements of lists in structs, handed on; what patterns of enums bind; fields; parts of results
//! that nobody reads.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        graph from 2,
        layers from 3,
        with_a_list_of_constants from 1,
        parts_of_results from 2,
        beside_an_integer from 1,
    );
}

struct Graph {
    children: Vec<Vec<usize>>,
    names: Vec<&'static str>,
}

impl Graph {
    fn new(n: usize) -> Graph {
        let mut children = vec![Vec::new(); n];
        for i in 1..n {
            children[(i - 1) / 2].push(i);
        }
        Graph {
            children,
            names: vec!["first", "other"],
        }
    }
}

#[conservative_grad]
fn square(x: &[f64], at: usize) -> f64 {
    x[at] * x[at]
}

#[conservative_grad]
fn named(x: &[f64], name: &str) -> f64 {
    if name == "first" { x[0] } else { x[1].sin() }
}

/// The closure of the reverse sweep holds no reference into what was lent.
#[conservative_grad]
fn around(#[constant] graph: &Graph, x: &[f64], at: usize) -> f64 {
    let mut s = x[at];
    for &c in &graph.children[at] {
        s += square(x, c) * s;
    }
    for c in graph.children[at].iter().copied() {
        s = s * 0.5 + square(x, c).sin();
    }
    for &name in &graph.names {
        s += named(x, name) * s;
    }
    s
}

#[conservative_grad(recursive)]
fn below(#[constant] graph: &Graph, x: &[f64], at: usize) -> f64 {
    let mut s = x[at];
    for &c in &graph.children[at] {
        s += (below(graph, x, c) * s).sin();
    }
    s
}

#[conservative_grad]
fn graph(x: &[f64]) -> f64 {
    let graph = Graph::new(x.len());
    let mut s = below(&graph, x, 0);
    for i in 0..x.len() {
        let other = Graph::new(x.len());
        s = s.sin() + around(&other, x, i);
    }
    s
}

enum Layer {
    Every(usize),
    Scaled { by: u8 },
    From(usize),
}

/// Operators take a reference to an integer as they take the integer, and the reverse sweep keeps the integer.
#[conservative_grad]
fn applied(x: &[f64], #[constant] layer: &Layer) -> f64 {
    match layer {
        Layer::Every(k) => {
            let mut y = x.to_vec();
            for (i, v) in y.iter_mut().enumerate() {
                if i % k == 0 {
                    *v *= *v;
                } else {
                    *v = v.sin();
                }
            }
            y.iter().sum()
        }
        Layer::Scaled { by } => {
            let mut s = 1.0;
            for i in 0..3u8 {
                s = s * x[(i * by) as usize % x.len()] + 0.5;
            }
            s
        }
        Layer::From(k) => {
            let mut at = 0;
            at += k;
            x[at] * x[k + 1]
        }
    }
}

#[conservative_grad]
fn layers(x: &[f64]) -> f64 {
    let layers = [
        Layer::Every(2),
        Layer::Scaled { by: 3 },
        Layer::From(1),
        Layer::Every(1),
    ];
    let mut s = 0.0;
    for layer in &layers {
        s = s * 0.5 + applied(x, layer).sin();
    }
    s
}

#[derive(Clone, Differentiable)]
struct Chain {
    at: Vec<f64>,
    stiffness: f64,
    #[constant]
    rest: Vec<f64>,
}

#[conservative_grad]
impl Chain {
    fn relax(&mut self) {
        for v in self.at.iter_mut() {
            *v *= self.stiffness;
        }
    }
}

#[conservative_grad]
fn with_a_list_of_constants(x: &[f64]) -> f64 {
    let mut chain = Chain {
        at: x.to_vec(),
        stiffness: x[0],
        rest: vec![0.5; x.len()],
    };
    chain.relax();
    chain.at.iter().map(|v| v.sin()).sum::<f64>() * chain.rest.len() as f64
}

#[conservative_grad]
fn iterated(x: &[f64], most: usize) -> Result<(Vec<f64>, usize, f64), String> {
    let mut y = x.to_vec();
    for k in 0..most {
        if y[0] > 40.0 {
            return Ok((y, k, 1.0));
        }
        for v in y.iter_mut() {
            *v *= 1.5;
        }
    }
    if most > 8 {
        return Err(format!("{most} steps"));
    }
    let s = y[0] * y[1];
    Ok((y, most, s))
}

#[conservative_grad]
fn parts_of_results(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for most in [1usize, 3, 9] {
        s += match iterated(x, most) {
            Ok((y, _, _)) => y[0] * y[1],
            Err(_) => x[0],
        };
        if let Ok((_, k, t)) = iterated(x, most) {
            s += t * x[k % x.len()];
        }
        let Ok((_, _, t)) = iterated(x, most) else {
            continue;
        };
        s += t.sin();
    }
    s
}

#[derive(Clone, Differentiable)]
struct Row {
    colour: Vec<f64>,
    width: usize,
}

#[conservative_grad]
impl Row {
    /// What a test decides about the numbers says nothing about the width.
    fn shade(&mut self, by: f64) -> f64 {
        if by < 0.4 {
            return by;
        }
        for j in 0..self.width {
            let at = (j as f64 + 0.5) / self.width as f64;
            self.colour[j] += at * by * (by - 0.4);
        }
        by + (by - 0.4) * self.colour[0]
    }
}

#[conservative_grad]
fn beside_an_integer(x: &[f64]) -> f64 {
    let mut row = Row {
        colour: x.to_vec(),
        width: x.len(),
    };
    let mut s = 0.0;
    for v in x {
        s += row.shade(*v);
    }
    row.colour.iter().map(|c| c.sin()).sum::<f64>() + s
}
