//! Every operation that has a row in the table of rules, in both precisions.

use conservative_grad::rules;

/// The methods of std: each as a method, as a path, and in a composition.
macro_rules! methods {
    ($($name:ident($($arg:ident),+): $(($($point:tt)+))+;)*) => {
        $(mod $name {
            mod double {
                use conservative_grad::conservative_grad;
                method!(f64 conservative_grad $name($($arg),+));
            }
            mod single {
                use conservative_grad::conservative_grad;
                method!(f32 conservative_grad $name($($arg),+));
            }
            mod dual {
                use crate::support::Dual;
                method!(Dual inline $name($($arg),+));
            }
            #[test]
            fn agrees() {
                $(
                    check_twins!(dual method ($($point)+) []);
                    check_twins!(dual path ($($point)+) []);
                )+
            }
        })*
        const METHODS: &[&str] = &[$(stringify!($name)),*];
    };
}

macro_rules! method {
    ($t:ident $grad:ident $name:ident($x:ident $(, $arg:ident)*)) => {
        #[$grad]
        pub fn method($x: $t $(, $arg: $t)*) -> $t {
            $x.$name($($arg),*)
        }
        #[$grad]
        pub fn path($x: $t $(, $arg: $t)*) -> $t {
            let y = $t::$name($x $(, $arg)*);
            y * y + $x * ($x * 1.0).$name($($arg),*)
        }
    };
}

methods! {
    recip(x): (-1.5) (0.25);
    sqrt(x): (0.3) (20.0);
    cbrt(x): (-8.0) (0.5);
    exp(x): (-1.0) (0.5);
    exp2(x): (-1.0) (0.5);
    exp_m1(x): (-1.0) (0.0625);
    ln(x): (0.3) (1.5);
    ln_1p(x): (-0.5) (0.0625);
    log2(x): (0.3) (1.5);
    log10(x): (0.3) (1.5);
    sin(x): (-1.0) (2.0);
    cos(x): (-1.0) (2.0);
    tan(x): (-1.0) (0.5);
    asin(x): (-0.5) (0.25);
    acos(x): (-0.5) (0.25);
    atan(x): (-3.0) (0.5);
    sinh(x): (-1.0) (0.5);
    cosh(x): (-1.0) (0.5);
    tanh(x): (-1.0) (0.5);
    asinh(x): (-1.0) (0.5);
    acosh(x): (1.25) (2.0);
    atanh(x): (-0.5) (0.25);
    to_radians(x): (-30.0) (50.0);
    to_degrees(x): (-0.5) (0.25);
    abs(x): (-1.5) (2.0);
    powf(x, e): (0.5, 2.5) (2.0, -1.5);
    log(x, b): (0.5, 3.0) (1.5, 0.5);
    atan2(a, b): (1.0, 2.0) (0.5, -2.0);
    hypot(a, b): (1.0, 2.0) (-1.0, 0.5);
    midpoint(a, b): (1.5, -2.0);
    max(a, b): (-1.5, 2.0) (2.0, 1.0);
    min(a, b): (-1.5, 2.0) (2.0, 1.0);
    mul_add(x, a, b): (1.5, -2.0, 0.5);
    clamp(x, lo, hi): (-1.5, -1.0, 2.0) (0.5, -1.0, 2.0) (2.5, -1.0, 2.0);
}

// Those whose arguments or results are not all of one kind.
twin! { powi ($ T O grad): f(-1.5, const 3); f(0.5, const -2); f(2.0, const 0); f(2.0, const 1); {
    #[$grad]
    pub fn f(x: $T, n: i32) -> $T {
        x.powi(n) + $T::powi(x, 2) * x.powi(n + 1)
    }
} }

twin! { sin_cos ($ T O grad): f(0.5) -> many; g(0.5); {
    #[$grad]
    pub fn f(x: $T) -> ($T, $T) {
        x.sin_cos()
    }
    #[$grad]
    pub fn g(x: $T) -> $T {
        let (s, c) = $T::sin_cos(x * x);
        s * x + c
    }
} }

twin! { copysign ($ T O grad): f(0.5); f(-0.25); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        x.copysign(-1.0) * x + $T::copysign(x, 2.0)
    }
} }

twin! { literal_arguments ($ T O grad): f(0.5); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        x.powf(1.5) + x.log(10.0) + x.hypot(3.0) + x.atan2(2.0) + x.mul_add(2.0, 1.0) + x.max(0.25) + x.min(2.0) + x.clamp(0.0, 1.0)
    }
} }

reals! { literal_receivers ($ T grad): f(0.5); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        let two: $T = 2.0;
        two.powf(x) + two.hypot(x) * two.sqrt() + $T::max(0.25, x) + $T::atan2(1.0, x)
    }
} }

twin! { chained ($ T O grad): f(0.5, 1.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        (x * y).sin().abs().sqrt().max(y.cos().exp()).ln().hypot(x.tanh().powi(2))
    }
} }

/// Functions of the facade, as functions and as methods.
macro_rules! operations {
    ($($name:ident($($arg:ident),+): $(($($point:tt)+))+;)*) => {
        $(mod $name {
            mod double { operation!(f64 $name($($arg),+)); }
            mod single { operation!(f32 $name($($arg),+)); }
            #[test]
            fn agrees() {
                $(check_twins!(reals f ($($point)+) []);)+
            }
        })*
        const OPERATIONS: &[&str] = &[$(stringify!($name)),*];
    };
}

macro_rules! operation {
    ($t:ident $name:ident($x:ident $(, $arg:ident)*)) => {
        use conservative_grad::{Nonsmooth, conservative_grad, $name};
        #[conservative_grad]
        pub fn f($x: $t $(, $arg: $t)*) -> $t {
            let y = $name($x $(, $arg)*);
            y * $x + ($x * 1.0).$name($($arg),*)
        }
    };
}

operations! {
    relu(x): (-1.5) (2.0);
    leaky_relu(x, a): (-1.5, 0.125) (2.0, 0.125);
    relu6(x): (-1.5) (2.0) (7.0);
    hardtanh(x): (-1.5) (0.5) (7.0);
    softshrink(x, t): (-1.5, 0.5) (0.25, 0.5) (7.0, 0.5);
    hinge(x): (-1.5) (2.0);
    huber(x, d): (-1.5, 1.0) (0.5, 1.0);
    elu(x, a): (-1.5, 1.0) (2.0, 1.0);
    selu(x): (-1.5) (2.0);
    celu(x, a): (-1.5, 2.0) (2.0, 1.0);
    hard_sigmoid(x): (-4.0) (0.5) (7.0);
    hard_swish(x): (-4.0) (0.5) (7.0);
    sigmoid(x): (-4.0) (0.5);
    softplus(x): (-4.0) (0.5);
}

/// A new row comes with a program above.
#[test]
fn every_row_is_tested() {
    let special = ["powi", "sin_cos", "copysign"];
    let operators = ["add", "sub", "mul", "div", "neg"];
    let missing: Vec<&str> = rules::all()
        .filter(|rule| rule.refused.is_none() || !rule.refused_args.is_empty())
        .map(|rule| rule.name)
        .filter(|name| !METHODS.contains(name) && !OPERATIONS.contains(name))
        .filter(|name| !special.contains(name) && !operators.contains(name))
        .collect();
    assert!(missing.is_empty(), "no program for {missing:?}");
}

/// And no program is for a row that is gone.
#[test]
fn every_program_has_a_row() {
    let known = |name: &&&str| !rules::all().any(|rule| rule.name == **name);
    let unknown: Vec<_> = METHODS.iter().chain(OPERATIONS).filter(known).collect();
    assert!(unknown.is_empty(), "no row for {unknown:?}");
}

/// A method that is called like that of an operator's trait, and changes its receiver.
mod assembled {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Debug, Differentiable)]
    pub struct Matrix {
        val: Vec<f64>,
        #[constant]
        columns: usize,
    }

    #[conservative_grad]
    impl Matrix {
        fn add(&mut self, i: usize, j: usize, v: f64) {
            self.val[i * self.columns + j] += v;
        }

        fn sub(&mut self, v: f64) {
            self.val[0] -= v;
        }
    }

    #[conservative_grad]
    pub fn energy(k: &[f64], c: f64) -> f64 {
        let mut a = Matrix {
            val: vec![0.0; 4],
            columns: 2,
        };
        for (i, v) in k.iter().enumerate() {
            a.add(i % 2, 1, v * c);
            a.add(1, i % 2, v * v);
            a.sub(c);
        }
        a.val[0] * a.val[1] + a.val[2] * a.val[3] * c
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Layer {
        #[constant]
        pub out: usize,
        pub w: Vec<f64>,
    }

    #[conservative_grad]
    pub fn applied(p: &Layer, x: &[f64]) -> f64 {
        let mut y = Vec::with_capacity(p.out);
        for i in 0..p.out {
            y.push(p.w[i] * x[i]);
        }
        let mut s = 0.0;
        for v in &y {
            s += v * v;
        }
        s
    }

    #[test]
    fn methods_and_capacities() {
        crate::check!(energy(&[0.5, 2.0, -1.5], 0.7));
        let p = Layer {
            out: 2,
            w: vec![0.5, -2.0],
        };
        let (value, (bars, x_bar)) = applied::value_and_grad(&p, &[3.0, 4.0]);
        assert_eq!(value, applied(&p, &[3.0, 4.0]));
        assert_eq!(bars.w, [2.0 * 0.5 * 9.0, -2.0 * 2.0 * 16.0]);
        assert_eq!(x_bar, [2.0 * 0.25 * 3.0, 2.0 * 4.0 * 4.0]);
    }
}
