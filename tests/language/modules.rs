//! Annotated modules: everything in them at once, with what their declarations tell.

use conservative_grad::conservative_grad;

fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

#[track_caller]
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a} is not {b}");
}

mod functions {
    #[conservative_grad::conservative_grad]
    pub mod model {
        const SCALE: f64 = 0.5;
        type Number = f64;
        type Row = [Number; 2];

        pub fn energy(x: f64, y: &[f64]) -> f64 {
            let mut s = 0.0;
            for i in 0..y.len() {
                s += square(x * y[i]) * SCALE;
            }
            s + parts::cube(x)
        }

        fn square(x: Number) -> Number {
            x * x
        }

        pub fn norm(row: &Row) -> Number {
            square(row[0]) + square(row[1])
        }

        pub fn count(n: usize) -> usize {
            n + 1
        }

        pub fn even(x: f64, n: usize) -> f64 {
            if n == 0 { x } else { x * odd(x, n - 1) }
        }

        pub fn odd(x: f64, n: usize) -> f64 {
            if n == 0 { 1.0 } else { 2.0 * third(x, n - 1) }
        }

        pub fn third(x: f64, n: usize) -> f64 {
            if n == 0 { x * x } else { even(x, n - 1) + x }
        }

        #[conservative_grad::conservative_grad(skip)]
        pub fn steps(x: f64) -> f64 {
            x.floor()
        }

        pub mod parts {
            use conservative_grad::conservative_grad;

            use super::square;

            pub fn cube(x: f64) -> f64 {
                x * square(x)
            }

            #[conservative_grad(policy = upper, name = hinge_ad)]
            pub fn hinge(x: f64) -> f64 {
                x.max(0.0)
            }

            #[conservative_grad(calls(hinge = hinge_ad))]
            pub fn twice(x: f64) -> f64 {
                2.0 * hinge(x) + hinge(x * x)
            }
        }

        #[cfg(test)]
        mod tests {
            fn close_to(a: f64, b: f64) -> bool {
                (a - b).abs() < 1e-12 && format!("{a}").len() > 0
            }

            #[test]
            fn the_module_has_its_own_tests() {
                assert!(close_to(super::square(2.0), 4.0));
            }
        }
    }

    use super::{close, slope};

    #[test]
    fn call_each_other() {
        crate::check!(model::energy(0.75, &[1.5, -0.5]));
        crate::check!(model::norm(&[1.5, -0.5]));
        crate::check!(model::even(0.75, const 7));
        crate::check!(model::odd(0.75, const 7));
        crate::check!(model::third(0.75, const 6));
        close(
            model::parts::twice::grad(0.5),
            slope(model::parts::twice, 0.5),
        );
        assert_eq!(model::parts::hinge_ad::grad(0.0), 1.0);
        assert_eq!(model::count(1), 2);
        assert_eq!(model::steps(1.5), 1.0);
    }
}

mod types {
    use super::*;

    #[conservative_grad]
    pub mod physics {
        use conservative_grad::Differentiable;

        #[derive(Clone, Debug, PartialEq, Differentiable)]
        pub struct Body {
            pub mass: f64,
            pub at: [f64; 3],
            pub trail: Vec<f64>,
            pub id: u32,
            pub fixed: bool,
            pub name: String,
        }

        #[derive(Clone, Debug, PartialEq, Differentiable)]
        pub struct System {
            pub bodies: Vec<Body>,
            pub first: Body,
            pub g: f64,
        }

        /// A source of numbers, without any that has a derivative.
        #[derive(Clone, Debug)]
        pub struct Lcg {
            state: u64,
        }

        impl Lcg {
            pub fn new(seed: u64) -> Self {
                Lcg { state: seed }
            }

            pub fn next(&mut self) -> f64 {
                self.state = (self.state * 5 + 3) % 64;
                self.state as f64 / 64.0
            }
        }

        impl Body {
            pub fn kinetic(&self, v: f64) -> f64 {
                if self.fixed {
                    return 0.0;
                }
                let weight = self.id as f64;
                0.5 * self.mass * v * v + weight * self.at[0]
            }

            pub fn advance(&mut self, dt: f64) -> f64 {
                for k in 0..3 {
                    self.at[k] += dt * self.mass;
                }
                self.trail[0] *= self.at[1];
                self.at[0]
            }

            pub fn advanced(&self, dt: f64) -> f64 {
                let mut body = self.clone();
                let moved = body.advance(dt);
                let again = body.advance(moved) * 2.0;
                moved * again + body.trail[0]
            }
        }

        impl System {
            pub fn energy(&self, v: f64) -> f64 {
                let mut sum = self.g * self.first.mass;
                for i in 0..self.bodies.len() {
                    sum += self.bodies[i].kinetic(v) + potential(&self.bodies[i], self.g);
                }
                sum + self.first.kinetic(sum)
            }
        }

        pub fn potential(body: &Body, g: f64) -> f64 {
            body.mass * g * body.at[2] * body.id as f64
        }

        pub fn noisy(x: f64, seed: u64, n: usize) -> f64 {
            let mut source = Lcg::new(seed);
            let mut s = x;
            for _ in 0..n {
                s = s * x + source.next() * x;
            }
            s
        }
    }

    use physics::{Body, System};

    fn body(mass: f64, id: u32) -> Body {
        Body {
            mass,
            at: [0.5, -1.5, 2.0],
            trail: vec![0.75, 1.0],
            id,
            fixed: id == 3,
            name: "b".to_owned(),
        }
    }

    fn system() -> System {
        System {
            bodies: vec![body(1.25, 1), body(0.5, 2), body(2.0, 3)],
            first: body(0.75, 4),
            g: 9.5,
        }
    }

    #[test]
    fn fields_have_their_declared_types() {
        let s = system();
        let (value, (own, v)) = s.energy_value_and_grad(0.5);
        assert_eq!(value, s.energy(0.5));
        close(v, slope(|v| s.energy(v), 0.5));
        close(own.g, slope(|g| System { g, ..s.clone() }.energy(0.5), s.g));
        for i in 0..3 {
            let moved = |x: f64| {
                let mut s = s.clone();
                s.bodies[i].at[2] = x;
                s.energy(0.5)
            };
            close(own.bodies[i].at[2], slope(moved, 2.0));
            let heavier = |x: f64| {
                let mut s = s.clone();
                s.bodies[i].mass = x;
                s.energy(0.5)
            };
            close(own.bodies[i].mass, slope(heavier, s.bodies[i].mass));
        }
        let heavier = |x: f64| {
            let mut s = s.clone();
            s.first.mass = x;
            s.energy(0.5)
        };
        close(own.first.mass, slope(heavier, s.first.mass));
    }

    #[test]
    fn methods_that_change_their_receiver_give_values() {
        let b = body(1.25, 1);
        let (value, (own, dt)) = b.advanced_value_and_grad(0.25);
        assert_eq!(value, b.advanced(0.25));
        close(dt, slope(|dt| b.advanced(dt), 0.25));
        close(
            own.mass,
            slope(|mass| Body { mass, ..b.clone() }.advanced(0.25), b.mass),
        );
        close(
            own.at[1],
            slope(
                |y| {
                    Body {
                        at: [0.5, y, 2.0],
                        ..b.clone()
                    }
                    .advanced(0.25)
                },
                -1.5,
            ),
        );
        close(
            own.trail[0],
            slope(
                |t| {
                    Body {
                        trail: vec![t, 1.0],
                        ..b.clone()
                    }
                    .advanced(0.25)
                },
                0.75,
            ),
        );
    }

    #[test]
    fn what_has_no_number_is_constant() {
        crate::check!(physics::noisy(0.75, const 7, const 5));
    }
}

mod enums {
    use super::*;

    /// Enums have no gradient: methods of theirs take them as constants.
    #[conservative_grad]
    pub mod losses {
        #[derive(Clone, Copy, Debug)]
        pub enum Loss {
            Square,
            Huber(f64),
            Power { by: f64 },
        }
        use Loss::{Huber, Square};

        pub trait Weight {
            fn weight(&self, e: f64) -> f64;
        }

        impl Weight for Loss {
            fn weight(&self, e: f64) -> f64 {
                e * self.scale()
            }
        }

        impl Loss {
            fn of(&self, e: f64) -> f64 {
                match self {
                    Square => e * e,
                    Huber(d) if e.abs() <= *d => 0.5 * e * e,
                    Huber(d) => d * (e.abs() - 0.5 * d),
                    Self::Power { by } => e.powf(*by),
                }
            }
            fn scale(self) -> f64 {
                match self {
                    Loss::Power { by } => 1.0 / by,
                    _ => 2.0,
                }
            }
            fn is_robust(&self) -> bool {
                matches!(self, Huber(_))
            }
        }

        fn handed_on(#[constant] losses: &[Loss], e: f64) -> f64 {
            let mut s = 0.0;
            for loss in losses {
                s += loss.of(e);
            }
            s * losses[0].of(e)
        }

        pub fn all(x: &[f64]) -> f64 {
            let losses = [Square, Huber(0.5), Loss::Power { by: 1.5 }];
            let mut s = handed_on(&losses, x[0]);
            for (e, loss) in x.iter().zip(losses.iter()) {
                s += loss.of(*e) * loss.scale();
                if loss.is_robust() {
                    s += loss.weight(*e);
                }
            }
            for (i, e) in x.iter().enumerate() {
                s += losses[i % losses.len()].of(e * e);
            }
            s + losses.iter().map(|loss| loss.of(x[1])).sum::<f64>()
        }
    }

    #[test]
    fn are_constants() {
        crate::check!(losses::all(&[0.75, 1.25, 0.5, 2.0]));
    }
}

mod names_of_other_modules {
    use super::*;

    pub mod elsewhere {
        use conservative_grad::Differentiable;

        /// Another type by the same names, of numbers.
        #[derive(Clone, Debug, PartialEq, Differentiable)]
        pub struct Body {
            pub id: f64,
            pub mass: f64,
        }
    }

    #[conservative_grad]
    pub mod physics {
        use conservative_grad::Differentiable;

        #[derive(Clone, Debug, PartialEq, Differentiable)]
        pub struct Body {
            pub id: u32,
            pub mass: f64,
        }

        pub type Row = [f64; 2];

        pub fn weight(body: &Body) -> f64 {
            body.mass * body.id as f64
        }

        pub mod foreign {
            use super::super::elsewhere::Body;
            use conservative_grad::conservative_grad;

            #[conservative_grad]
            pub fn weight(body: &Body) -> f64 {
                body.mass * body.id
            }
        }

        pub mod own {
            use super::*;

            pub fn heavier(body: &Body, row: Row) -> f64 {
                weight(body) * body.id as f64 * row[0] + row[1]
            }
        }
    }

    #[test]
    fn are_not_taken_for_those_of_the_module() {
        let body = elsewhere::Body { id: 2.0, mass: 3.0 };
        let gradient = physics::foreign::weight::grad(&body);
        assert_eq!((gradient.id, gradient.mass), (3.0, 2.0));
        let body = physics::Body { id: 2, mass: 3.0 };
        let (gradient, row) = physics::own::heavier::grad(&body, [0.5, 1.0]);
        assert_eq!((gradient.mass, row), (2.0, [12.0, 1.0]));
        close(
            gradient.mass,
            slope(
                |mass| physics::own::heavier(&physics::Body { id: 2, mass }, [0.5, 1.0]),
                3.0,
            ),
        );
    }
}

mod in_another_crate {
    use super::*;
    use annotated_library::{Line, gamma, orbit};

    #[conservative_grad]
    fn through_a_module_of_its_name(x: f64, y: f64) -> f64 {
        gamma(x) * y + annotated_library::gamma(x * y)
    }

    #[conservative_grad(calls(annotated_library::gamma::gamma = annotated_library::gamma))]
    fn by_its_whole_path(x: f64) -> f64 {
        annotated_library::gamma::gamma(x)
    }

    #[conservative_grad]
    fn with_methods(x: f64, y: f64) -> f64 {
        let mut line = Line::through((x, y), (2.0, x * y));
        line.turn(y);
        line.at(x) * orbit::radius(x, 0.5, y)
    }

    #[test]
    fn all_forms() {
        crate::check!(through_a_module_of_its_name(2.5, 1.25));
        crate::check!(by_its_whole_path(2.5));
        crate::check!(annotated_library::gamma::beta(2.5, 1.25));
        crate::check!(with_methods(0.75, -1.25));
        close(gamma::grad(2.5), slope(gamma, 2.5));
        assert_eq!(gamma::FIELD.name, "gamma");
        let line = Line {
            slope: 2.0,
            offset: 1.0,
        };
        assert_eq!(line.at_grad(3.0).1, 2.0);
        assert_eq!(orbit::radius::grad(1.0, 0.0, 0.0).0, 1.0);
    }
}

/// Tuple structs in tuples, lists and options that functions beside give.
mod structs_in_results {
    #[conservative_grad::conservative_grad]
    pub mod model {
        use conservative_grad::Differentiable;

        #[derive(Clone, Copy, Differentiable)]
        pub struct State(f64, f64);

        fn run(x: &[f64]) -> (State, f64) {
            let mut s = State(x[0], 1.0);
            for v in x {
                s = State(s.0 * v, s.1 + v);
            }
            (s, s.0)
        }
        fn few(x: &[f64]) -> Option<(State, usize)> {
            if x.len() > 9 {
                return None;
            }
            Some((State(x[0], x[1]), x.len()))
        }
        fn all(x: &[f64]) -> Vec<State> {
            x.iter().map(|v| State(*v, v.sin())).collect()
        }
        pub fn f(x: &[f64]) -> f64 {
            let (end, worst) = run(x);
            let mut t = end.0 * end.0 + end.1 * worst;
            if let Some((s, n)) = few(x) {
                t += s.0 * s.1;
                if n > 2 {
                    t *= s.1;
                }
            }
            let states = all(x);
            t + states[0].1 * states[1].0
        }
    }

    #[test]
    fn are_known() {
        let x = vec![0.3, 0.9, -0.4, 0.7];
        crate::check!(model::f(&x.clone()));
    }
}

/// Methods by their path, called and handed to a chain of iterators.
mod methods_by_path {
    #[conservative_grad::conservative_grad]
    mod model {
        use conservative_grad::Differentiable;

        #[derive(Clone, Copy, Debug, Differentiable)]
        pub struct Wave {
            re: f64,
            im: f64,
        }
        type Signal = Wave;

        impl Wave {
            fn new(re: f64, im: f64) -> Wave {
                Wave { re, im }
            }
            fn power(&self) -> f64 {
                self.re * self.re + self.im * self.im
            }
            fn turned(self, by: f64) -> Wave {
                Wave::new(self.re * by - self.im, self.re + self.im * by)
            }
            fn conjugate(self) -> Wave {
                Wave::new(self.re, -self.im)
            }
            fn damp(&mut self, by: f64) {
                self.re *= by;
            }
        }
        pub fn f(x: &[f64]) -> f64 {
            let waves: Vec<Wave> = x.iter().map(|v| Wave::new(*v, v * v)).collect();
            let mut total = Wave::new(0.1, x[1]);
            for w in &waves {
                total = Wave::turned(*w, total.re);
                Wave::damp(&mut total, x[0]);
            }
            let other: Vec<Wave> = waves.iter().copied().map(Wave::conjugate).collect();
            let sum = waves.iter().map(Wave::power).sum::<f64>();
            sum * Wave::power(&total) + Signal::power(&other[1]) + Wave::conjugate(total).im
        }
    }

    #[test]
    fn are_calls_of_methods() {
        let x = vec![0.3, 0.9, -0.4, 0.7];
        crate::check!(model::f(&x.clone()));
    }
}
