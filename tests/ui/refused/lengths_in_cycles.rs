//! Functions that call each other, and methods that call others of their own name, tell of lengths, too.

use conservative_grad::conservative_grad;

/// Outside of a module, a function that calls itself sees itself.
#[conservative_grad]
fn lower(x: &[f64], n: usize) -> f64 {
    if n == 0 {
        return x[0] / x.len() as f64;
    }
    lower(x, n - 1) * 0.5
}

#[conservative_grad]
fn of_some(x: &[f64]) -> f64 {
    let some: Vec<f64> = x.iter().copied().filter(|v| *v > 0.5).collect();
    lower(&some, 2) //~ AD0302
}

/// Who that calls is not seen.
#[conservative_grad(recursive)]
fn first(x: &[f64], n: usize) -> f64 {
    if n == 0 { x[0] } else { second(x, n - 1) }
}

#[conservative_grad(recursive)]
fn second(x: &[f64], n: usize) -> f64 {
    if n == 0 {
        x[0] / x.len() as f64
    } else {
        first(x, n - 1)
    }
}

#[conservative_grad]
fn of_either(x: &[f64]) -> f64 {
    let some: Vec<f64> = x.iter().copied().filter(|v| *v > 0.5).collect();
    first(&some, 2) //~ AD0302
}

#[conservative_grad]
mod wood {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    pub struct Tree {
        pub kids: Vec<f64>,
        pub v: f64,
    }
    #[derive(Clone, Debug, Differentiable)]
    pub struct Wood {
        pub first: Tree,
        pub e: f64,
    }
    impl Tree {
        pub fn insert(&mut self, v: f64) {
            if v > self.v {
                self.kids.push(v);
            }
        }
        pub fn mean(&self) -> f64 {
            self.kids.iter().sum::<f64>() / self.kids.len() as f64
        }
    }
    impl Wood {
        pub fn insert(&mut self, v: f64) {
            self.first.insert(v);
        }
        pub fn mean(&self) -> f64 {
            self.first.mean() * self.e
        }
    }
    pub fn of_its_name(w: &mut Wood, x: &[f64]) -> f64 {
        w.insert(x[0]);
        w.mean() //~ AD0302
    }
    pub fn deep(t: &Tree, n: usize) -> f64 {
        if n == 0 {
            return t.kids.len() as f64 * t.v;
        }
        deep(t, n - 1) * 0.5
    }
    pub fn of_itself(t: &mut Tree, x: &[f64]) -> f64 {
        t.insert(x[0]);
        deep(t, 3) //~ AD0302
    }
    pub fn even(t: &Tree, n: usize) -> f64 {
        if n == 0 {
            return t.v;
        }
        odd(t, n - 1) * 0.5
    }
    pub fn odd(t: &Tree, n: usize) -> f64 {
        if n == 0 {
            return t.kids.len() as f64 * t.v;
        }
        even(t, n - 1) * 0.5
    }
    pub fn of_two(t: &mut Tree, x: &[f64]) -> f64 {
        t.insert(x[0]);
        even(t, 3) //~ AD0302
    }
    pub fn halves(x: &[f64]) -> f64 {
        if x.len() < 2 {
            return x[0];
        }
        let mut y = vec![0.1];
        for v in x.iter().skip(2) {
            if *v > 0.5 {
                y.push(*v);
            }
        }
        halves(&y) + 1.0 / x.len() as f64 //~ AD0302
    }
    /// Sorted by a number, and not a number made of how many there are.
    pub fn quick(x: &[f64]) -> f64 {
        if x.len() < 2 {
            return x.iter().sum::<f64>();
        }
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for v in &x[1..] {
            if *v < x[0] {
                a.push(*v);
            } else {
                b.push(*v);
            }
        }
        quick(&a) + 2.0 * x[0] + 3.0 * quick(&b)
    }
    #[derive(Clone, Debug, Differentiable)]
    pub struct Parser {
        pub vals: Vec<f64>,
        pub ops: Vec<u8>,
        pub at: usize,
    }
    impl Parser {
        fn peek(&self) -> u8 {
            if self.at < self.ops.len() {
                self.ops[self.at]
            } else {
                0
            }
        }
        pub fn expr(&mut self) -> f64 {
            let mut v = self.term();
            while self.peek() == 1 {
                self.at += 1;
                v += self.term();
            }
            v
        }
        pub fn term(&mut self) -> f64 {
            let mut v = self.factor();
            while self.peek() == 2 {
                self.at += 1;
                v *= self.factor();
            }
            v
        }
        pub fn factor(&mut self) -> f64 {
            if self.peek() == 3 {
                self.at += 1;
                let v = self.expr();
                self.at += 1;
                return v;
            }
            let v = self.vals[self.at];
            self.at += 1;
            v
        }
    }
    pub fn parse(p: &mut Parser) -> f64 {
        p.expr()
    }
}
fn main() {}
