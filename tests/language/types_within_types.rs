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
