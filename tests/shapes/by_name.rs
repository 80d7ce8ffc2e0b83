//! Constants of which a name says all: pairs, lists of lists, tuples that hold what is not copied; enums in fields, whose methods have
//! derivatives, and which are matched beside numbers.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        pairs from 4,
        rows_under_a_second_name from 3,
        beside_texts from 2,
        laws_in_fields from 2,
        modes_beside_counters from 3,
        constants_in_fields from 2,
        vectors_of_arrays from 2,
    );
}

type Pair = [usize; 2];
type Grid = Vec<Vec<f64>>;
type Named = (String, f64);

#[conservative_grad]
fn over(x: &[f64], #[constant] pairs: &[Pair]) -> f64 {
    let mut s = 0.0;
    for &[a, b] in pairs {
        s += x[a] * x[b].sin();
    }
    for [a, b] in pairs {
        s *= 1.0 + 0.1 * x[*a] * x[*b].cos();
    }
    s + pairs.iter().map(|&[a, b]| x[a] * x[b]).sum::<f64>()
}

#[conservative_grad]
fn pairs(x: &[f64]) -> f64 {
    over(x, &[[0, 1], [1, 2], [2, 3], [0, 3]])
}

#[conservative_grad]
fn weighted(x: &[f64], #[constant] grid: &Grid) -> f64 {
    let rows = grid;
    let mut s = 0.0;
    for k in 0..rows.len() {
        for j in 0..rows[k].len() {
            s += rows[k][j] * x[j].sin() * rows[0].len() as f64;
        }
    }
    s
}

#[conservative_grad]
fn rows_under_a_second_name(x: &[f64]) -> f64 {
    weighted(x, &vec![vec![0.1, 0.2], vec![0.4, 0.5, 0.7]])
}

#[conservative_grad]
fn factors(x: &[f64], #[constant] named: &[Named]) -> f64 {
    let mut s = 0.0;
    for (_, factor) in named {
        s += (factor * x[0]).sin() * x[1];
    }
    s
}

#[conservative_grad]
fn beside_texts(x: &[f64]) -> f64 {
    factors(x, &[("a".to_owned(), 0.3), ("b".to_owned(), 0.5)])
}

#[conservative_grad]
mod laws {
    use conservative_grad::Differentiable;

    #[derive(Clone, Copy)]
    pub enum Law {
        Linear(f64),
        Quadratic,
    }

    impl Law {
        fn weight(&self, r: f64) -> f64 {
            match self {
                Law::Linear(k) => k * r,
                Law::Quadratic => r * r,
            }
        }
    }

    #[derive(Clone, Differentiable)]
    pub struct Pull {
        pub scale: f64,
        #[constant]
        pub law: Law,
        #[constant]
        pub others: Vec<Law>,
    }

    impl Pull {
        fn at(&self, r: f64) -> f64 {
            self.scale * self.law.weight(r) + self.others[1].weight(r * r)
        }
    }

    pub fn total(p: &Pull, r: f64) -> f64 {
        let mut t = p.at(r) * p.law.weight(r);
        for law in &p.others {
            t += law.weight(t);
        }
        t
    }
}

#[conservative_grad]
fn laws_in_fields(x: &[f64]) -> f64 {
    let pull = laws::Pull {
        scale: x[0],
        law: laws::Law::Linear(0.7),
        others: vec![laws::Law::Quadratic, laws::Law::Linear(0.3)],
    };
    let mut t = 0.0;
    for v in x {
        t += laws::total(&pull, 0.2 * v);
    }
    t
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Slow,
    Fast,
    Done,
}

#[derive(Clone, Differentiable)]
struct Charger {
    #[constant]
    mode: Mode,
    level: f64,
}

#[conservative_grad]
impl Charger {
    fn step(&mut self, t: usize, x: f64) {
        let next = match (self.mode, t) {
            (Mode::Slow, t) if t >= 2 => Mode::Fast,
            (Mode::Fast, 4) => Mode::Done,
            (mode, _) => mode,
        };
        self.level += match (self.mode, next) {
            (Mode::Slow, Mode::Slow) => x,
            (Mode::Slow, _) => x * x,
            (Mode::Fast, _) => x.sin(),
            _ => 2.0 * x * self.level.cos(),
        };
        self.mode = next;
    }

    fn cut(&mut self, x: f64) {
        self.level *= match (self.mode, x) {
            (Mode::Slow, y) => 1.0 + y,
            (Mode::Fast, y) => y.cos(),
            (_, y) => y.sin(),
        };
    }
}

#[conservative_grad]
fn modes_beside_counters(x: &[f64]) -> f64 {
    let mut charger = Charger {
        mode: Mode::Slow,
        level: x[0],
    };
    for (t, v) in x.iter().enumerate() {
        charger.step(t, *v);
        charger.cut(0.3 * v);
    }
    charger.level
}

const START: f64 = 0.5;

#[derive(Clone, Differentiable)]
struct Walk {
    at: f64,
    speed: f64,
}

#[conservative_grad]
fn constants_in_fields(x: &[f64]) -> f64 {
    let mut walk = Walk {
        at: x[0],
        speed: x[1],
    };
    let mut s = 0.0;
    for v in x {
        s += walk.at * walk.speed * v;
        walk.at = START;
        walk.speed *= v.cos();
    }
    s + walk.at * x[0]
}

#[derive(Clone, Differentiable)]
struct Weighted {
    w: [f64; 2],
    b: f64,
}

#[conservative_grad]
fn by_value(x: [f64; 2]) -> f64 {
    let h = x.to_vec();
    h[0] * h[1]
}

#[conservative_grad]
fn by_reference(x: &[f64; 2]) -> f64 {
    let mut h: Vec<f64> = x.to_vec();
    h[1] *= h[0];
    h.push(x[0]);
    h[0] * h[1] * h[2]
}

#[conservative_grad]
fn of_a_field(p: &Weighted) -> f64 {
    let h = p.w.to_vec();
    h[0] * h[1] * p.b
}

#[conservative_grad]
fn of_a_row(m: &[[f64; 2]; 2]) -> f64 {
    let h = m[1].to_vec();
    h[0] * h[1] * m[0][0]
}

/// `to_vec` of arrays, whose adjoints are arrays.
#[conservative_grad]
fn vectors_of_arrays(x: &[f64]) -> f64 {
    let pair = [x[0], x[1]];
    let own = pair.to_vec();
    let p = Weighted {
        w: pair,
        b: x[0] + 1.0,
    };
    by_value(pair) + by_reference(&pair) * own[1] + of_a_field(&p) + of_a_row(&[pair, pair])
}
