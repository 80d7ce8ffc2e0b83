//! `#[constant]` fields of structs that have no gradient, in annotated modules: parts of them, methods, functions and loops that get them.

use laws::{changed, lent, looked_at, methods};

mod cases {
    check_all!(
        methods from 2,
        looked_at from 2,
        lent from 2,
        changed from 3,
    );
}

#[conservative_grad::conservative_grad]
mod laws {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug)]
    struct Law {
        k: f64,
        table: Vec<f64>,
    }

    impl Law {
        #[conservative_grad(constant(self))]
        fn weight(&self, r: f64) -> f64 {
            self.k * r * r * self.table[1]
        }

        #[conservative_grad(skip)]
        fn reach(&self) -> f64 {
            self.k + 1.0
        }
    }

    #[derive(Clone, Debug, Differentiable)]
    struct Force {
        #[constant]
        law: Law,
        #[constant]
        laws: Vec<Law>,
        k: f64,
    }

    fn of_one(#[constant] law: &Law, r: f64) -> f64 {
        law.k * r * r
    }

    fn of_all(#[constant] laws: &[Law], r: f64) -> f64 {
        laws[0].k * r.sin() + laws[1].weight(r)
    }

    impl Force {
        fn weighted(&self, r: f64) -> f64 {
            let mut s = self.k * self.law.weight(r) + self.law.reach() * r;
            for law in &self.laws {
                s += law.weight(r * self.k);
            }
            for i in 0..self.laws.len() {
                s += self.laws[i].weight(r) * self.laws[i].k * self.law.table[0];
            }
            s
        }

        fn tables(&self, r: f64) -> f64 {
            let mut s = 0.0;
            for i in 0..2 {
                s += r * self.law.table[i] * self.k;
            }
            for v in &self.law.table {
                s += r * r * v;
            }
            s += r * r * self.laws[1].k * self.law.table[0];
            let near = self.law.k > 0.1 && self.law.table.len() > 1;
            let far = if near { r * r } else { 2.0 * r };
            s * far + self.law.table.iter().sum::<f64>() * r * self.k
        }

        fn handed(&self, r: f64) -> f64 {
            let (one, two) = (&self.law, &self.laws[1]);
            let s = one.k * r * r + two.k * one.table[1] * self.k + of_one(one, r) * two.weight(r);
            s + of_one(&self.law, r) * self.k
                + of_all(&self.laws, r) * of_one(&self.laws[1], self.k)
        }

        fn grow(&mut self, r: f64) -> f64 {
            self.k *= r;
            self.k * self.law.weight(self.k) + r * self.law.k + self.laws[0].weight(r)
        }
    }

    fn force(k: f64) -> Force {
        let law = Law {
            k: 0.4,
            table: vec![0.3, 0.7],
        };
        Force {
            law: law.clone(),
            laws: vec![law.clone(), law],
            k,
        }
    }

    pub(super) fn methods(x: &[f64]) -> f64 {
        let force = force(x[0]);
        force.weighted(x[1]) * x[0] + force.law.weight(x[0]) * force.laws[1].weight(x[1])
    }

    pub(super) fn looked_at(x: &[f64]) -> f64 {
        let force = force(x[0]);
        force.tables(x[1]) * force.laws[0].table[1]
    }

    pub(super) fn lent(x: &[f64]) -> f64 {
        let force = force(x[0]);
        force.handed(x[1]) + of_one(&force.law, x[1]) * of_all(&force.laws, x[0])
    }

    pub(super) fn changed(x: &[f64]) -> f64 {
        let mut force = force(x[0]);
        let first = force.grow(x[1]);
        force.k += first;
        let second = force.grow(0.3 * x[2]);
        first * second + force.law.weight(x[2] * force.k) * force.k
    }
}
