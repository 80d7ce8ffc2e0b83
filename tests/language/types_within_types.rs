//! Types of the user's inside of each other: functions that share their names, constructors in closures, fields of one type.

use conservative_grad::{Differentiable, conservative_grad};

mod functions_of_one_name {
    use super::*;

    #[derive(Clone, Differentiable)]
    pub struct Gaussian {
        mu: f64,
        width: f64,
    }

    #[conservative_grad]
    impl Gaussian {
        fn new(mu: f64, width: f64) -> Gaussian {
            Gaussian { mu, width }
        }

        fn negated(&self) -> Gaussian {
            Gaussian {
                mu: -self.mu,
                width: self.width,
            }
        }

        fn value(&self) -> f64 {
            (-self.mu * self.mu / self.width).exp()
        }

        fn scale(&mut self, by: f64) {
            self.mu *= by;
        }
    }

    #[derive(Clone, Differentiable)]
    pub struct Model {
        g: Gaussian,
        s: f64,
    }

    #[conservative_grad]
    impl Model {
        fn new(w: &[f64]) -> Model {
            let g = Gaussian::new(w[0], 1.5 + w[1]);
            Model {
                g,
                s: w[w.len() - 1],
            }
        }

        fn negated(&self) -> Model {
            Model {
                g: self.g.negated(),
                s: -self.s,
            }
        }

        fn value(self) -> [f64; 2] {
            [self.g.value(), self.s]
        }

        fn scale(&mut self, by: f64) -> f64 {
            self.g.scale(by * self.s);
            self.s *= by;
            self.s
        }
    }

    #[conservative_grad]
    mod within_a_module {
        use super::Gaussian;
        use conservative_grad::Differentiable;

        #[derive(Clone, Differentiable)]
        pub struct Mixture {
            first: Gaussian,
            second: Part,
        }

        #[derive(Clone, Differentiable)]
        pub struct Part {
            w: f64,
        }

        impl Part {
            fn new(w: f64) -> Part {
                Part { w }
            }

            fn value(&self) -> f64 {
                self.w.sin()
            }

            fn negated(&self) -> Part {
                Part { w: 1.0 - self.w }
            }
        }

        impl Mixture {
            pub fn new(w: &[f64]) -> Mixture {
                Mixture {
                    first: Gaussian::new(w[0], 2.0),
                    second: Part::new(w[1]),
                }
            }

            pub fn negated(&self) -> Mixture {
                Mixture {
                    first: self.first.negated(),
                    second: self.second.negated(),
                }
            }

            pub fn value(&self) -> [f64; 2] {
                [self.first.value(), self.second.value()]
            }
        }

        pub fn mixed(w: &[f64]) -> f64 {
            let m = Mixture::new(w).negated();
            let [a, b] = m.value();
            a * b + a
        }
    }

    #[conservative_grad]
    fn modelled(w: &[f64]) -> f64 {
        let mut m: Model = Model::new(w).negated();
        let s = m.scale(w[0]);
        let v = m.value();
        v[0] * v[1] + s * s
    }

    #[test]
    fn agree() {
        for w in [vec![0.7, -0.4], vec![0.3, 0.2, 0.9, 1.4]] {
            crate::check!(modelled(&w.clone()));
            use within_a_module::mixed;
            crate::check!(mixed(&w.clone()));
        }
    }
}

mod constructors_in_closures {
    use super::*;

    #[derive(Clone, Differentiable)]
    pub struct G {
        mu: f64,
    }

    #[conservative_grad]
    impl G {
        fn new(mu: f64) -> G {
            G { mu }
        }

        fn value(&self) -> f64 {
            self.mu.sin()
        }
    }

    #[derive(Clone, Differentiable)]
    pub struct Parts {
        parts: Vec<G>,
        bias: f64,
    }

    #[conservative_grad]
    impl Parts {
        fn new(w: &[f64]) -> Parts {
            Parts {
                parts: w.iter().map(|x| G::new(x * x)).collect(),
                bias: w[0],
            }
        }

        fn value(&self) -> f64 {
            let values = self.parts.iter().map(|part| part.value());
            values.sum::<f64>() * self.bias
        }
    }

    #[derive(Clone, Differentiable)]
    pub struct Numbers {
        numbers: Vec<f64>,
        counts: Vec<usize>,
    }

    #[conservative_grad]
    fn cubed(x: f64) -> f64 {
        x * x * x
    }

    #[conservative_grad]
    fn in_a_field(w: &[f64]) -> f64 {
        let p = Parts::new(w);
        p.value()
    }

    #[conservative_grad]
    fn in_a_list(w: &[f64]) -> f64 {
        let g: Vec<G> = w.iter().map(|x| G::new(*x)).collect();
        let parts = Parts {
            parts: w.iter().map(|x| G::new(2.0 * x)).collect(),
            bias: w[w.len() - 1],
        };
        g.iter().map(|g| g.value() * g.mu).sum::<f64>() + parts.value()
    }

    /// What a call gives may as well be a number.
    #[conservative_grad]
    fn numbers(w: &[f64]) -> f64 {
        let n = Numbers {
            numbers: w.iter().map(|x| cubed(*x)).collect(),
            counts: vec![1, 2],
        };
        let mut s = 0.0;
        for x in &n.numbers {
            s += x.sin() * *x;
        }
        s * n.counts[1] as f64
    }

    #[test]
    fn agree() {
        for w in [vec![0.7], vec![0.3, 0.2, -0.9, 1.4]] {
            crate::check!(in_a_field(&w.clone()));
            crate::check!(in_a_list(&w.clone()));
            crate::check!(numbers(&w.clone()));
        }
    }
}

mod fields_that_change_places {
    use super::*;

    #[derive(Clone, Differentiable)]
    pub struct Grid {
        now: Vec<f64>,
        next: Vec<f64>,
        flux: f64,
        loss: f64,
    }

    #[conservative_grad]
    impl Grid {
        fn flip(&mut self) {
            std::mem::swap(&mut self.now, &mut self.next);
        }

        fn trade(&mut self) {
            std::mem::swap(&mut self.flux, &mut self.loss);
        }

        /// Numbers all the same, where they are operands.
        fn balance(&mut self) -> f64 {
            std::mem::swap(&mut self.flux, &mut self.loss);
            self.flux * self.flux - self.loss
        }

        fn step(&mut self, by: f64) {
            for i in 0..self.now.len() {
                self.next[i] = self.now[i] * by + self.next[i] * self.flux;
            }
            self.flip();
            self.trade();
        }
    }

    #[conservative_grad]
    fn stepped(w: &[f64]) -> f64 {
        let mut g = Grid {
            now: w.to_vec(),
            next: w.iter().map(|x| x * x).collect(),
            flux: w[0],
            loss: w[w.len() - 1] + 0.5,
        };
        for _ in 0..3 {
            g.step(w[0]);
        }
        let b = g.balance();
        g.now.iter().sum::<f64>() * b + g.next[0]
    }

    #[test]
    fn agree() {
        for w in [vec![0.7], vec![0.3, 0.2, -0.9, 1.4]] {
            crate::check!(stepped(&w.clone()));
        }
    }
}

#[conservative_grad]
mod bases_with_lists {
    use conservative_grad::Differentiable;

    #[derive(Clone, Differentiable)]
    pub struct Grid {
        now: Vec<f64>,
        next: Vec<f64>,
    }

    impl Grid {
        fn scaled(self, by: f64) -> Self {
            Grid {
                now: self.now.into_iter().map(|x| x * by).collect(),
                ..self
            }
        }

        fn changed(mut self, by: f64) -> Self {
            self.next[0] *= by;
            Grid {
                now: self.now.iter().map(|x| x.sin()).collect(),
                ..self
            }
        }

        /// Of another length than the list in the base.
        fn longer(self, by: f64) -> Self {
            Grid {
                now: vec![by; 7],
                ..self
            }
        }
    }

    pub fn replaced(w: &[f64]) -> f64 {
        let g = Grid {
            now: w.to_vec(),
            next: w.to_vec(),
        };
        let g = g.scaled(w[0]).changed(w[w.len() - 1]);
        let s: f64 = g.now.iter().sum();
        let g = g.longer(s);
        g.now.iter().sum::<f64>() * g.next.iter().map(|x| x * x).sum::<f64>()
    }

    #[test]
    fn agree() {
        for w in [vec![0.7], vec![0.3, 0.2, -0.9, 1.4]] {
            crate::check!(replaced(&w.clone()));
        }
    }
}
