//! Lists and integers in structs that one function changes by a test, and of which another one, or the caller, makes a number.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Debug, Differentiable)]
struct Tree {
    kids: Vec<f64>,
    v: f64,
}

#[derive(Clone, Debug, Differentiable)]
struct Hist {
    n: Vec<usize>,
    w: f64,
}

#[derive(Clone, Debug, Differentiable)]
struct Sim {
    at: Vec<f64>,
    hits: Vec<f64>,
    n: usize,
    e: f64,
}

#[conservative_grad]
impl Tree {
    fn insert(&mut self, v: f64) {
        if v > self.v {
            self.kids.push(v);
        }
    }

    fn always(&mut self, v: f64) {
        self.kids.push(v * self.v);
    }

    fn insert_twice(&mut self, v: f64) {
        self.insert(v);
        self.insert(v + 1.0);
    }

    fn mean(&self) -> f64 {
        self.kids.iter().sum::<f64>() / self.kids.len() as f64
    }

    fn doubled(&self) -> f64 {
        2.0 * self.mean()
    }

    fn both(&mut self, v: f64) -> f64 {
        self.insert(v);
        self.mean() //~ AD0302
    }
}

#[conservative_grad]
impl Hist {
    fn count(&mut self, v: f64) {
        self.n[usize::from(v > 0.5)] += 1;
        self.w += v;
    }

    fn weight(&self, v: f64) -> f64 {
        self.n[0] as f64 * v * self.w
    }
}

#[conservative_grad]
impl Sim {
    fn step(&mut self, h: f64) {
        for p in self.at.iter_mut() {
            *p += h;
        }
        if self.at[0] > 1.0 {
            self.hits.push(h);
        }
        self.e += h;
    }

    fn run(&mut self, h: f64) {
        for _ in 0..3 {
            self.step(h);
        }
    }

    fn mean(&self) -> f64 {
        self.at.iter().sum::<f64>() / self.at.len() as f64
    }

    fn share(&self) -> f64 {
        self.e / self.n as f64
    }

    fn energy(&self) -> f64 {
        self.e + self.hits.len() as f64
    }
}

#[conservative_grad]
fn add(t: &mut Tree, x: f64) {
    if x > 0.5 {
        t.kids.push(x);
    }
}

#[conservative_grad]
fn add_twice(t: &mut Tree, x: f64) {
    add(t, x);
    add(t, 2.0 * x);
}

#[conservative_grad]
fn lower(t: &mut Tree, x: f64) {
    for k in t.kids.iter_mut() {
        if *k > x {
            *k = x;
        }
    }
}

#[conservative_grad]
fn mean(t: &Tree) -> f64 {
    t.kids.iter().sum::<f64>() / t.kids.len() as f64
}

#[conservative_grad]
fn moved(t: &Tree, h: f64) -> Tree {
    Tree {
        kids: t.kids.iter().map(|k| k + h).collect(),
        v: t.v,
    }
}

#[conservative_grad]
fn by_a_function(x: &[f64]) -> f64 {
    let mut t = Tree { kids: vec![x[0]], v: x[0] };
    for v in x {
        add(&mut t, *v);
    }
    t.kids.len() as f64 * t.v //~ AD0302
}

#[conservative_grad]
fn by_one_that_calls_it(x: &[f64]) -> f64 {
    let mut t = Tree { kids: vec![x[0]], v: x[0] };
    for v in x {
        add_twice(&mut t, *v);
    }
    mean(&t) //~ AD0302
}

#[conservative_grad]
fn by_a_method(x: &[f64]) -> f64 {
    let mut t = Tree { kids: vec![x[0]], v: x[0] };
    for v in x {
        t.insert(*v);
    }
    t.kids.len() as f64 * t.v //~ AD0302
}

#[conservative_grad]
fn for_another_method(t: &mut Tree, x: &[f64]) -> f64 {
    for v in x {
        t.insert_twice(*v);
    }
    t.doubled() //~ AD0302
}

#[conservative_grad]
fn of_a_copy(x: &[f64]) -> f64 {
    let mut t = Tree { kids: vec![x[0]], v: x[0] };
    for v in x {
        t.insert(*v);
    }
    let u = t.clone();
    u.mean() //~ AD0302
}

#[conservative_grad]
fn here_for_a_method(x: &[f64]) -> f64 {
    let mut t = Tree { kids: vec![x[0]], v: x[0] };
    for v in x {
        if *v > t.v {
            t.kids.push(*v);
        }
    }
    t.mean() //~ AD0302
}

#[conservative_grad]
fn integers(x: &[f64]) -> f64 {
    let mut h = Hist { n: vec![0; 3], w: x[0] };
    for v in x {
        h.count(*v);
    }
    h.weight(x[1]) //~ AD0302
}

#[conservative_grad]
fn events(s: &mut Sim, x: &[f64]) -> f64 {
    s.run(x[0]);
    s.energy() //~ AD0302
}

/// The list that a test makes longer is another one.
#[conservative_grad]
fn of_another_field(s: &mut Sim, x: &[f64]) -> f64 {
    s.step(x[0]);
    s.run(x[1]);
    s.mean() + s.share() + s.at.len() as f64 * s.e + s.hits.iter().sum::<f64>()
}

#[conservative_grad]
fn in_front_of_it(t: &mut Tree, x: &[f64]) -> f64 {
    let m = t.mean();
    t.insert(x[0]);
    m * t.v
}

#[conservative_grad]
fn by_no_test(x: &[f64]) -> f64 {
    let mut t = Tree { kids: vec![x[0]], v: x[0] };
    for v in x {
        t.always(*v);
    }
    lower(&mut t, x[1]);
    t.kids.len() as f64 * t.v + t.mean()
}

#[conservative_grad]
fn the_better_one(x: &[f64]) -> f64 {
    let mut s = Tree { kids: x.to_vec(), v: x[0] };
    for _ in 0..3 {
        let t = moved(&s, 0.1);
        if mean(&t) < mean(&s) {
            s = t;
        }
    }
    mean(&s)
}

fn main() {}
