//! Names in patterns that lead to parts of a variable, so that what is written through them is
//! written to the variable: in `let`, in parameters, in loops, and through `as_mut`.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, Differentiable)]
struct State {
    x: f64,
    v: f64,
}

#[conservative_grad]
fn twice(a: &mut State) {
    a.x *= 2.0;
}

#[conservative_grad]
fn of_an_array([a, b]: &mut [f64; 2], k: f64) {
    *a *= k;
    *b += *a;
}

#[conservative_grad]
fn of_a_struct(State { x, v }: &mut State, k: f64) {
    *x *= k;
    *v += *x;
}

/// Asserts that the value is that of the function, and the gradient that of central differences.
macro_rules! agrees {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let at = [0.5, 1.3];
            let (value, gradient) = programs::$name::value_and_grad(&at);
            assert_eq!(value, programs::$name(&at));
            for i in 0..2 {
                let h = 1e-6;
                let moved = |by: f64| {
                    let mut x = at;
                    x[i] += by;
                    programs::$name(&x)
                };
                let quotient = (moved(h) - moved(-h)) / (2.0 * h);
                assert!(
                    (gradient[i] - quotient).abs() <= 1e-7 * quotient.abs().max(1.0),
                    "derivative {i}: {} for {quotient}",
                    gradient[i]
                );
                let mut dot = [0.0; 2];
                dot[i] = 1.0;
                let (value, slope) = programs::$name::jvp(&at, &dot);
                assert_eq!(value, programs::$name(&at));
                assert!((slope - gradient[i]).abs() <= 1e-12 * slope.abs().max(1.0));
            }
        }
    )*};
}

mod programs {
    use super::{State, conservative_grad, of_a_struct, of_an_array, twice};

    #[conservative_grad]
    pub(super) fn a_borrowed_tuple(x: &[f64]) -> f64 {
        let mut t = (x[0], x[1]);
        {
            let (a, b) = &mut t;
            *a += 2.0 * *b;
            *b *= *a;
        }
        t.0 * t.1
    }

    #[conservative_grad]
    pub(super) fn rows_behind_references(x: &[f64]) -> f64 {
        let mut a = [[x[0], x[1]], [1.0, 2.0]];
        for [p, q] in a.iter_mut() {
            *p *= *q;
            *q += *p;
        }
        for row in &mut a {
            let [p, _] = row;
            *p += 1.0;
        }
        a[0][0] * a[1][1] + a[0][1]
    }

    #[conservative_grad]
    pub(super) fn patterns_of_parameters(x: &[f64]) -> f64 {
        let mut a = [x[0], x[1]];
        of_an_array(&mut a, x[1]);
        let mut p = State { x: a[0], v: a[1] };
        of_a_struct(&mut p, x[0]);
        p.x * p.v
    }

    #[conservative_grad]
    pub(super) fn pairs_in_a_vector(x: &[f64]) -> f64 {
        let mut v = vec![(x[0], x[1]), (2.0, x[0])];
        for (a, b) in v.iter_mut() {
            *a += *b;
        }
        for pair in v.iter_mut() {
            let (a, b) = pair;
            *b *= *a;
        }
        v.iter_mut().for_each(|(a, b)| *a *= *b);
        for pair in &mut v {
            pair.0 += 1.0;
            let (ref mut a, _) = *pair;
            *a *= 2.0;
        }
        v[0].0 * v[1].1 + v[1].0
    }

    #[conservative_grad]
    pub(super) fn structs_behind_references(x: &[f64]) -> f64 {
        let mut states = vec![State { x: x[0], v: x[1] }; 2];
        for state in states.iter_mut() {
            let State { x, v } = state;
            *v *= *x;
        }
        let last = &mut states[1];
        let State { x: q, .. } = last;
        *q *= 3.0;
        states[0].v * states[1].x
    }

    #[conservative_grad]
    pub(super) fn nested_parts(x: &[f64]) -> f64 {
        let mut t = (x[0], [x[1], 2.0]);
        let r = &mut t;
        let (a, [b, _]) = r;
        *a *= *b;
        *b += *a;
        t.0 * t.1[0]
    }

    #[conservative_grad]
    pub(super) fn options_as_mut(x: &[f64]) -> f64 {
        let mut number = Some(x[0]);
        if let Some(v) = number.as_mut() {
            *v *= 3.0;
        }
        let mut array = Some([x[0], x[1]]);
        match array.as_mut() {
            Some(v) => {
                v[0] *= 3.0;
                v[1] += v[0];
            }
            None => {}
        }
        let mut state = Some(State { x: x[0], v: x[1] });
        if let Some(s) = state.as_mut() {
            s.x *= 3.0;
            twice(s);
        }
        let (array, state) = (array.unwrap(), state.unwrap());
        number.unwrap() * array[0] * array[1] + state.x * state.v
    }

    #[conservative_grad]
    pub(super) fn options_as_ref(x: &[f64]) -> f64 {
        let number = Some(x[0]);
        let k = number.as_ref().map(|v| v * 2.0).unwrap_or(1.0);
        let product = match number.as_ref() {
            Some(v) => *v * k,
            None => 0.0,
        };
        product + number.unwrap() * x[1]
    }
}

agrees! {
    a_borrowed_tuple
    rows_behind_references
    patterns_of_parameters
    pairs_in_a_vector
    structs_behind_references
    nested_parts
    options_as_mut
    options_as_ref
}
