//! The attribute in functions of every form.

use conservative_grad::{Differentiable, Real, conservative_grad};

use super::{LENGTHS, same};

macro_rules! generic {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name<T: Real>(a: T, p: T, n: usize) -> T {
            let mut x = a;
            $($mark)*
            for _ in 0..n {
                x = (x * p).sin() + p.max(x);
            }
            x
        }
    };
}
generic!(generic);
generic!(generic_2 #[checkpoint(budget = 2)]);

macro_rules! single {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f32, n: usize) -> f32 {
            let mut x = [a, 0.5];
            $($mark)*
            for i in 0..n {
                x[i % 2] = (x[0] * x[1]).exp().min(2.0 * a);
            }
            x[0]
        }
    };
}
single!(single);
single!(single_2 #[checkpoint(budget = 2)]);

#[test]
fn numbers() {
    for n in LENGTHS {
        same!(generic, generic_2; 0.3_f32, 0.6, n);
        same!(generic, generic_2; 0.3_f64, 0.6, n);
        same!(single, single_2; 0.3, n);
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Model {
    k: f64,
}

const FEW: usize = 2;

#[conservative_grad]
impl Model {
    fn run(&self, a: f64, n: usize) -> f64 {
        let mut x = a;
        for _ in 0..n {
            x = (x * self.k).sin() + 0.5;
            assert!(x < 100.0);
        }
        x
    }

    fn run_kept(&self, a: f64, n: usize, budget: usize) -> f64 {
        let mut x = a;
        #[checkpoint(budget = budget + FEW)]
        for _ in 0..n {
            x = (x * self.k).sin() + 0.5;
            assert!(x < 100.0);
        }
        x
    }
}

#[test]
fn methods_and_budgets() {
    let model = Model { k: 0.7 };
    for n in LENGTHS {
        let expected = model.run_value_and_grad(0.4, n);
        for budget in [0, 1, 5, 1000] {
            assert_eq!(model.run_kept_value_and_grad(0.4, n, budget), expected);
        }
    }
}

#[conservative_grad]
fn constant<const N: usize>(a: [f64; N], n: usize) -> [f64; N] {
    let mut x = a;
    #[checkpoint(budget = N)]
    for _ in 0..n {
        let y = x;
        for j in 0..N {
            x[j] = (y[(j + 1) % N] * y[j]).sin() + a[j];
        }
    }
    x
}

#[conservative_grad]
fn constant_plain<const N: usize>(a: [f64; N], n: usize) -> [f64; N] {
    let mut x = a;
    for _ in 0..n {
        let y = x;
        for j in 0..N {
            x[j] = (y[(j + 1) % N] * y[j]).sin() + a[j];
        }
    }
    x
}

#[test]
fn results_that_are_arrays() {
    let a = [0.3, 0.4, 0.5];
    for n in LENGTHS {
        let (value, pullback) = constant::vjp(a, n);
        let (expected, pullback_plain) = constant_plain::vjp(a, n);
        let seed = [1.0, 0.5, 0.2];
        assert_eq!((value, pullback(seed)), (expected, pullback_plain(seed)));
        assert_eq!(constant::jacobian(a, n), constant_plain::jacobian(a, n));
    }
}
