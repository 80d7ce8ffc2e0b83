//! Methods that change one field of a struct, and are given others.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Differentiable, Clone, Debug)]
struct Store {
    x: f64,
    w: Vec<f64>,
}

#[derive(Differentiable, Clone, Debug)]
struct Input {
    u: f64,
    t: Vec<f64>,
}

#[derive(Differentiable, Clone, Debug)]
struct Model {
    a: f64,
    n: usize,
    v: Vec<f64>,
    store: Store,
    input: Input,
}

impl Store {
    #[conservative_grad]
    fn grow(&mut self, by: f64) {
        self.x *= by;
    }

    #[conservative_grad]
    fn add(&mut self, t: &[f64]) {
        for i in 0..t.len() {
            self.w[i] += t[i] * self.x;
        }
    }

    #[conservative_grad]
    fn count(&mut self, n: usize) {
        for i in 0..n {
            self.x *= self.w[i];
        }
    }

    #[conservative_grad]
    fn take(&mut self, input: &Input) -> f64 {
        self.x += 0.1 * input.u;
        self.w[0] *= input.t[0] * self.x;
        self.x * self.w[0]
    }

    #[conservative_grad]
    fn own(&mut self, input: Input) {
        self.x += input.u * input.t[1];
    }
}

impl Model {
    #[conservative_grad]
    fn step(&mut self) {
        self.store.grow(self.a);
        self.store.grow(self.a + 0.9);
        self.store.add(&self.v);
        self.store.count(self.n);
        self.store.grow(self.input.u);
    }

    #[conservative_grad]
    fn take(&mut self) -> f64 {
        let y = self.store.take(&self.input);
        self.store.grow(self.a);
        self.store.own(self.input.clone());
        y
    }
}

#[conservative_grad]
fn steps(start: &Model) -> f64 {
    let mut m = start.clone();
    for _ in 0..2 {
        m.step();
        m.a += 0.1 * m.store.x;
    }
    m.store.x * m.a * m.store.w[0] + m.store.w[1]
}

#[conservative_grad]
fn takes(start: &Model) -> f64 {
    let mut m = start.clone();
    let mut sum = 0.0;
    for _ in 0..3 {
        sum += m.take();
        m.input.u *= 1.0 + 0.1 * m.store.x;
        m.store.grow(m.a);
        m.store.grow(m.input.u);
        m.store.add(&m.v);
    }
    sum * m.store.x * m.a
}

fn model(x: &[f64]) -> Model {
    Model {
        a: x[0],
        n: 2,
        v: x[1..3].to_vec(),
        store: Store {
            x: x[3],
            w: x[4..6].to_vec(),
        },
        input: Input {
            u: x[6],
            t: x[7..9].to_vec(),
        },
    }
}

fn numbers(g: &ModelGradient) -> Vec<f64> {
    let numbers = [
        &[g.a][..],
        &g.v,
        &[g.store.x],
        &g.store.w,
        &[g.input.u],
        &g.input.t,
    ];
    numbers.concat()
}

#[test]
fn agree() {
    let x = [0.9, 0.3, 0.4, 0.8, 1.1, 0.95, 1.2, 0.7, 0.6];
    let start = model(&x);
    type Program = (&'static str, fn(&Model) -> f64, ModelGradient);
    let programs: [Program; 2] = [
        ("steps", steps, steps::grad(&start)),
        ("takes", takes, takes::grad(&start)),
    ];
    for (name, f, gradient) in programs {
        let gradient = numbers(&gradient);
        let mut seen = 0;
        for i in 0..x.len() {
            let at = |h: f64| {
                let mut x = x;
                x[i] += h;
                f(&model(&x))
            };
            let h = 1e-5;
            let quotient = (at(h) - at(-h)) / (2.0 * h);
            let close = 1e-7 * quotient.abs().max(1.0);
            assert!(
                (gradient[i] - quotient).abs() <= close,
                "{name}, {i}: {}, {quotient}",
                gradient[i]
            );
            seen += usize::from(quotient.abs() > 1e-3);
        }
        assert!(seen >= 7, "{name} depends on {seen} numbers");
    }
}
