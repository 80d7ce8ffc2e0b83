//! Structs that functions of their types make of constants, and methods change; what else a call of constants gives,
//! stored in lists of structs; stacks of marks; what `unwrap` finds under `#[checkpoint]` and `mode = forward`.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Debug, Differentiable)]
struct R {
    a: [f64; 2],
}

#[conservative_grad]
impl R {
    fn zero() -> Self {
        R { a: [1.0, 0.5] }
    }

    fn turn(&mut self, q: usize, t: f64) {
        self.a[q] *= t;
    }

    fn peek(&self, q: usize) -> f64 {
        self.a[q]
    }
}

#[conservative_grad]
fn register(x: &[f64]) -> f64 {
    let mut reg = R::zero();
    reg.turn(0, x[0]);
    reg.turn(1, x[1]);
    reg.peek(0) * reg.peek(1) + reg.peek(0)
}

#[conservative_grad]
fn annotated(x: &[f64]) -> f64 {
    let mut reg: R = R::zero();
    for (i, v) in x.iter().enumerate() {
        reg.turn(i % 2, *v);
    }
    reg.peek(0) * reg.peek(1)
}

#[derive(Clone, Debug, Differentiable)]
struct Welford {
    n: f64,
    mean: f64,
    m2: f64,
}

#[conservative_grad]
impl Welford {
    fn new() -> Self {
        Welford {
            n: 0.0,
            mean: 0.0,
            m2: 0.0,
        }
    }

    /// As vectors have it.
    fn push(&mut self, x: f64) {
        self.n += 1.0;
        let d = x - self.mean;
        self.mean += d / self.n;
        self.m2 += d * (x - self.mean);
    }

    fn var(&self) -> f64 {
        self.m2 / self.n
    }
}

#[conservative_grad]
fn variance(x: &[f64]) -> f64 {
    let mut w = Welford::new();
    for v in x {
        w.push(*v);
    }
    w.var()
}

#[conservative_grad]
fn spread(w: &Welford) -> f64 {
    w.var() * w.mean
}

/// The struct is handed on, too: it is no constant there.
#[conservative_grad]
fn handed_on(x: &[f64]) -> f64 {
    let mut w: Welford = Welford::new();
    for v in x {
        w.push(*v);
    }
    spread(&w) + w.var()
}

#[conservative_grad]
fn one_of_two(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut a = Welford::new();
    let mut b = Welford::new();
    for (i, v) in x.iter().enumerate() {
        b.push(v * v);
        if i % 2 == 0 {
            s += b.var();
        }
    }
    a.mean = x[0];
    s * a.mean + b.mean
}

#[derive(Clone, Debug, Differentiable)]
struct Bins {
    of: Vec<f64>,
}

#[conservative_grad]
impl Bins {
    fn with(n: usize) -> Self {
        Bins { of: vec![0.5; n] }
    }

    fn add(&mut self, i: usize, x: f64) {
        self.of[i] += x * x;
    }

    fn at(&self, i: usize) -> f64 {
        self.of[i]
    }

    fn weight(&self, x: f64) -> f64 {
        self.of[0] * x * x + self.of[1]
    }
}

#[conservative_grad]
fn histogram(x: &[f64]) -> f64 {
    let mut bins = Bins::with(x.len());
    for (i, v) in x.iter().enumerate() {
        bins.add(i, *v);
        bins.add(0, 1.0);
    }
    bins.at(1) * bins.at(0)
}

#[conservative_grad]
fn read_only(x: &[f64]) -> f64 {
    let bins = Bins::with(2);
    let mut s = 0.0;
    for v in x {
        s += bins.weight(*v);
    }
    s
}

/// No number with a derivative goes into it, and there is no derivative of it.
struct Lcg(u64);

impl Lcg {
    fn new(seed: u64) -> Self {
        Lcg(seed)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1);
        (self.0 >> 33) as usize % n
    }
}

#[conservative_grad]
fn beside_a_generator(x: &[f64]) -> f64 {
    let mut rng = Lcg::new(7);
    let mut w = Welford::new();
    let mut v = Welford::new();
    for _ in 0..x.len() {
        let k = rng.below(x.len());
        w.push(x[k]);
        v.push(x[k] * x[0]);
    }
    w.var() * v.var()
}

#[conservative_grad]
mod seen {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    pub struct Sums {
        pub all: f64,
        pub squares: f64,
    }

    impl Sums {
        pub fn new() -> Self {
            Sums {
                all: 0.0,
                squares: 1.0,
            }
        }

        pub fn push(&mut self, x: f64) {
            self.all += x;
            self.squares += x * x;
        }

        /// As vectors have it: only the declaration tells.
        pub fn last(&self) -> f64 {
            self.all * self.squares
        }
    }

    pub fn in_a_module(x: &[f64]) -> f64 {
        let mut sums = Sums::new();
        for v in x {
            sums.push(*v);
        }
        sums.last()
    }

    pub fn handed_on_in_a_module(x: &[f64]) -> f64 {
        let mut sums = Sums::new();
        for v in x {
            sums.push(*v);
        }
        product(&sums) * x[0]
    }

    fn product(sums: &Sums) -> f64 {
        sums.all * sums.squares.sqrt()
    }
}
use seen::{handed_on_in_a_module, in_a_module};

#[derive(Clone, Copy, Debug, Differentiable)]
struct V {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl V {
    fn new(x: f64, y: f64) -> Self {
        V { x, y }
    }

    fn zero() -> Self {
        V { x: 0.0, y: 0.0 }
    }

    fn dot(self, o: V) -> f64 {
        self.x * o.x + self.y * o.y
    }
}

#[derive(Clone, Debug, Differentiable)]
struct P {
    pos: V,
    force: V,
    w: Vec<f64>,
}

fn weights(n: usize) -> Vec<f64> {
    vec![0.5; n]
}

fn half() -> f64 {
    0.5
}

#[conservative_grad]
fn forces(x: &[f64]) -> f64 {
    let mut ps: Vec<P> = Vec::new();
    for c in x.chunks_exact(2) {
        let p = V::new(c[0], c[1]);
        ps.push(P {
            pos: p,
            force: p,
            w: vec![c[0]],
        });
    }
    for p in ps.iter_mut() {
        p.force = V::new(0.0, -9.8);
    }
    ps.iter().map(|p| p.pos.dot(p.force) * p.w[0]).sum()
}

/// What was there is read before, and what is there changes behind it.
#[conservative_grad]
fn forces_by_index(x: &[f64]) -> f64 {
    let mut ps: Vec<P> = Vec::new();
    for c in x.chunks_exact(2) {
        let p = V::new(c[0], c[1]);
        ps.push(P {
            pos: p,
            force: p,
            w: vec![c[0], c[1]],
        });
    }
    let mut s = 0.0;
    for i in 0..ps.len() {
        s += ps[i].pos.dot(ps[i].force) * ps[i].w[1];
        ps[i].force = V::zero();
        ps[i].force.x += x[0];
        ps[i].w = weights(3 + i);
        ps[i].w[0] *= x[1];
        ps[i].pos.y = half();
    }
    s + ps
        .iter()
        .map(|p| p.pos.dot(p.force) * p.w[0] + p.w[2])
        .sum::<f64>()
}

#[conservative_grad]
fn marks(x: &[f64]) -> f64 {
    let mut stack: Vec<(usize, bool)> = vec![(0, false)];
    let mut total = 0.0;
    while let Some((i, done)) = stack.pop() {
        if done {
            total += x[i] * x[i];
        } else if i + 1 < x.len() {
            stack.push((i, true));
            stack.push((i + 1, false));
        }
    }
    total
}

#[conservative_grad]
fn marks_and_states(x: &[f64]) -> f64 {
    let mut stack = vec![(0, false)];
    let mut total = 0.3;
    while let Some((i, done)) = stack.pop() {
        if done {
            total = total * 0.5 + (total * x[i]).sin();
        } else if i < x.len() {
            stack.push((i, true));
            stack.push((i + 1, false));
        }
    }
    total
}

#[conservative_grad]
fn history(x: &[f64]) -> f64 {
    let mut hist: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut s = 0.0;
    for k in 0..x.len() {
        let a: Vec<f64> = x.iter().map(|v| v * x[k]).collect();
        let b: Vec<f64> = x.iter().map(|v| v + x[k]).collect();
        hist.push((a, b));
        if hist.len() > 2 {
            hist.remove(0);
        }
        for (p, q) in &hist {
            s += p[0] * q[1];
        }
    }
    s
}

#[conservative_grad]
fn history_taken(x: &[f64]) -> f64 {
    let mut hist: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    let mut s = 0.0;
    for k in 0..x.len() {
        let a: Vec<f64> = x.iter().map(|v| v * x[k]).collect();
        let b: Vec<f64> = x[k..].to_vec();
        hist.push((a, b, x[k] * x[0]));
        if hist.len() > 2 {
            let (p, q, r) = hist.remove(0);
            s += p[1] * q[0] * r;
        }
    }
    let (p, q, r) = hist.swap_remove(0);
    s += p[1] * q[0] * r;
    while let Some((p, q, r)) = hist.pop() {
        s += p[1] * q[0] + r;
    }
    s
}

#[conservative_grad(mode = forward)]
fn unwrapped_forward(x: &[f64]) -> f64 {
    let mut h: Vec<f64> = Vec::new();
    let mut s = 0.0;
    for &v in x {
        h.push(v * v);
        s += h.last().unwrap() * v;
    }
    let p = h.pop().expect("one at least");
    s + p
}

#[conservative_grad]
fn unwrapped_again(x: &[f64]) -> f64 {
    let mut h: Vec<f64> = vec![0.5];
    let mut s = 1.0;
    #[checkpoint]
    for &v in x {
        let p = h.pop().unwrap();
        s = s * p + v;
        h.push(s.sin());
    }
    s
}

#[conservative_grad]
fn root(v: f64) -> Option<f64> {
    if v > 0.0 { Some(v.sqrt()) } else { None }
}

#[conservative_grad]
fn quotient(v: f64, w: f64) -> Result<f64, String> {
    if w == 0.0 {
        return Err("zero".to_owned());
    }
    Ok(v / w)
}

#[conservative_grad]
fn unwrapped_calls(x: &[f64]) -> f64 {
    let mut s = 1.0;
    #[checkpoint(budget = 2)]
    for i in 0..crate::THREE * x.len() {
        let v = x[i % x.len()];
        let p = root(v + s * s).unwrap();
        s = quotient(s * p + v, 1.0 + s * s).expect("no zero");
    }
    s
}

#[test]
#[should_panic(expected = "called `Option::unwrap()` on a `None` value")]
fn nothing_under_a_checkpoint() {
    let _ = unwrapped_calls::grad(&[-2.0, 0.5]);
}

mod checks {
    check_all!(
        register from 2,
        annotated from 1,
        variance from 1,
        handed_on from 1,
        one_of_two from 1,
        beside_a_generator from 1,
        histogram from 2,
        read_only from 0,
        in_a_module from 0,
        handed_on_in_a_module from 1,
        forces from 0,
        forces_by_index from 2,
        marks from 1,
        marks_and_states from 1,
        history from 2,
        history_taken from 2,
        unwrapped_forward from 1,
        unwrapped_again from 1,
        unwrapped_calls from 1,
    );
}
