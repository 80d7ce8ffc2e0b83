//! Methods of derived structs, in annotated modules and `impl` blocks, and structs in function bodies.

use conservative_grad::{ConstantField, Differentiable, conservative_grad, stop_gradient};

#[conservative_grad]
mod model {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    pub(super) struct Oscillator {
        pub(super) stiffness: f64,
        #[constant]
        pub(super) step: f64,
        pub(super) terms: usize,
        pub(super) offset: Option<f64>,
    }

    impl Oscillator {
        pub(super) fn energy(&self, x: f64) -> f64 {
            let mut s = 0.0;
            for i in 0..self.terms {
                s += self.stiffness * x * (i as f64);
            }
            s
        }
    }

    pub(super) fn total(o: &Oscillator, x: f64) -> f64 {
        o.energy(x) + o.energy(2.0 * x) * x
    }
}

#[test]
fn of_an_annotated_module() {
    let o = model::Oscillator {
        stiffness: 1.5,
        step: 2.0,
        terms: 3,
        offset: Some(1.0),
    };
    let expected = model::OscillatorGradient {
        stiffness: 3.0,
        step: ConstantField,
        terms: ConstantField,
        offset: Some(0.0),
    };
    assert_eq!(
        model::total::value_and_grad(&o, 0.5),
        (4.5, (expected, 13.5))
    );
    assert_eq!((o.step, o.offset), (2.0, Some(1.0)));
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Line<T> {
    at_zero: T,
    slopes: Vec<T>,
}

#[conservative_grad]
impl<T: conservative_grad::Real> Line<T> {
    fn at(&self, x: T) -> T {
        let mut s = self.at_zero;
        for i in 0..self.slopes.len() {
            s += self.slopes[i] * x;
        }
        s
    }

    fn grow(&mut self, x: T) {
        self.at_zero *= x;
        self.slopes[0] += x;
    }
}

#[conservative_grad]
fn grown<T: conservative_grad::Real>(line: &Line<T>, x: T) -> T {
    let mut line = line.clone();
    line.grow(x);
    line.grow(x * x);
    line.at(x)
}

#[test]
fn of_a_generic_struct() {
    // a·x³ + (b + x + x² + c)·x
    let line = Line {
        at_zero: 2.0,
        slopes: vec![1.0, 3.0],
    };
    let x: f64 = 0.5;
    let (value, (of_line, of_x)) = grown::value_and_grad(&line, x);
    assert_eq!(value, grown(&line, x));
    assert_eq!((of_line.at_zero, of_line.slopes), (x * x * x, vec![x, x]));
    assert_eq!(of_x, 3.0 * 2.0 * x * x + 4.0 + 2.0 * x + 3.0 * x * x);
    let (of_line, of_x) = line.at_grad(x);
    assert_eq!(
        (of_line.at_zero, of_line.slopes, of_x),
        (1.0, vec![x, x], 4.0)
    );
}

#[test]
fn of_a_struct_in_a_body() {
    #[derive(Differentiable)]
    struct Local {
        x: f64,
        #[constant]
        scale: f64,
    }
    #[conservative_grad]
    fn square(local: &Local, y: f64) -> f64 {
        let scale = stop_gradient(local.scale);
        local.x * y * local.x * scale
    }
    let (local, y) = square::grad(&Local { x: 3.0, scale: 2.0 }, 2.0);
    assert_eq!((local.x, local.scale, y), (24.0, ConstantField, 18.0));
}
