//! Names that could be taken for something else: scopes, shadowed functions, hygiene.

use conservative_grad::conservative_grad;

/// Row names of the table that are functions of the user's here.
mod own_functions {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(crate) fn mul(a: f64, b: f64) -> f64 {
        a * b * b
    }

    #[conservative_grad]
    pub(crate) fn relu(a: f64) -> f64 {
        a * a
    }

    #[conservative_grad]
    pub(crate) fn hypot(a: f64, b: f64) -> f64 {
        a + 3.0 * b
    }

    #[conservative_grad]
    pub(crate) fn all(a: f64, b: f64) -> f64 {
        mul(a, b) + relu(a) + hypot(a, b) + self::relu(b)
    }
}

/// A local variable of the name of an annotated function.
#[conservative_grad]
fn local_wins(x: f64, mul: f64) -> f64 {
    let relu = x * mul;
    let hypot = relu * relu;
    hypot + mul
}

/// Two variables of one spelling, from two macro expansions.
macro_rules! scaled {
    ($name:ident, $a:ident) => {
        #[conservative_grad]
        fn $name($a: f64) -> f64 {
            let scale = 2.0 * $a;
            scale * $a
        }
    };
}
scaled!(first, x);
scaled!(second, y);

/// A function that a macro makes, with a type and an expression from outside.
macro_rules! made {
    ($name:ident, $t:ty, $e:expr, $c:literal) => {
        #[conservative_grad]
        fn $name(x: $t, y: $t) -> $t {
            let k: $t = $e;
            k * x * $c + y * (x + k)
        }
    };
}
made!(made_of_fragments, f64, 1.0 + 2.0, 0.5);

#[conservative_grad]
fn underscores(_: f64, _x: f64, __y: f64) -> f64 {
    let _ = _x;
    let __s = _x * __y;
    let _0a = __s * __s;
    _0a
}

#[conservative_grad]
fn unicode(größe: f64, λ: f64) -> f64 {
    let δ = größe * λ;
    δ.sin() * λ
}

#[conservative_grad]
#[allow(non_snake_case, reason = "as in a paper")]
fn upper_case(A: f64, B: f64) -> f64 {
    let N = A * B;
    N * A
}

#[conservative_grad]
fn shadowed_in_every_position(x: f64, n: usize) -> f64 {
    let x = x + 1.0;
    let (x, n) = (x * x, n + 1);
    for x_ in 0..n {
        let x = x * x_ as f64;
        let _ = x;
    }
    let x = if n > 2 {
        let x = x * 2.0;
        x * x
    } else {
        x
    };
    let mut x = x;
    {
        let x = &mut x;
        *x *= 0.25;
    }
    let x = {
        let y = x;
        let x = y * y;
        x + y
    };
    loop {
        let x = x * 3.0;
        if x > -1e300 {
            break x;
        }
    }
}

#[conservative_grad]
fn loop_variable_hides_a_parameter(x: &[f64], i: f64) -> f64 {
    let mut s = i;
    for i in 0..x.len() {
        s *= x[i];
    }
    s * i
}

#[test]
fn agree() {
    check!(own_functions::all(0.5, 2.0));
    assert_eq!(own_functions::mul::grad(2.0, 3.0), (9.0, 12.0));
    check!(local_wins(0.5, 2.0));
    check!(first(0.5));
    check!(second(0.5));
    check!(made_of_fragments(0.5, 2.0));
    check!(underscores(1.0, 0.5, 2.0));
    check!(unicode(0.5, 2.0));
    check!(upper_case(0.5, 2.0));
    check!(shadowed_in_every_position(0.5, const 1));
    check!(shadowed_in_every_position(0.5, const 3));
    check!(loop_variable_hides_a_parameter(&[0.5, 2.0], 3.0));
}

/// Functions of the names of primitive types, whose derivatives are under other names.
mod primitives {
    use conservative_grad::{Differentiable, conservative_grad};

    #[conservative_grad(name = Single)]
    pub(crate) fn f32(x: f32) -> f32 {
        x * x
    }

    #[conservative_grad(calls(f32 = Single))]
    pub(crate) fn caller(x: f32) -> f32 {
        let twice: f32 = 2.0 * f32(x);
        twice * x
    }

    #[conservative_grad(name = Count)]
    pub(crate) fn usize(x: &[f64]) -> f64 {
        let mut s: f64 = 0.0;
        for i in 0..x.len() {
            s += x[i] * x[i] * i as f64;
        }
        s
    }

    #[derive(Clone, Copy, Differentiable)]
    pub(crate) struct Law {
        pub(crate) k: f64,
    }

    #[conservative_grad]
    impl Law {
        pub(crate) fn f64(&self, x: f64) -> f64 {
            self.k * x * x
        }

        pub(crate) fn bool(&self, x: &[f64]) -> f64 {
            let mut s: f64 = 0.0;
            for v in x {
                s += self.f64(*v) * v;
            }
            s
        }
    }

    pub(crate) mod f64 {
        #[conservative_grad::conservative_grad(module)]
        pub(crate) fn f64(x: f64) -> f64 {
            let square: f64 = x * x;
            square * x
        }
    }
}

#[test]
fn names_of_primitive_types() {
    assert_eq!(primitives::Single::grad(3.0), 6.0);
    assert_eq!(primitives::caller::grad(2.0), 24.0);
    assert_eq!(primitives::Count::grad(&[3.0, 1.0, 2.0]), [0.0, 2.0, 8.0]);
    let law = primitives::Law { k: 2.0 };
    let (of_law, of_x) = law.f64_grad(3.0);
    assert_eq!((of_law.k, of_x), (9.0, 12.0));
    let (of_law, of_x) = law.bool_grad(&[1.0, 2.0]);
    assert_eq!((of_law.k, of_x), (9.0, vec![6.0, 24.0]));
    assert_eq!(primitives::f64::grad(2.0), 12.0);
}

/// Functions with names in upper case, as formulas in books have them.
#[allow(non_snake_case, reason = "this is what is tested")]
mod upper {
    use conservative_grad::{Differentiable, conservative_grad};

    #[conservative_grad]
    pub(crate) fn F(t: f64) -> f64 {
        t.exp()
    }

    #[conservative_grad]
    pub(crate) fn DM(t: f64) -> (f64, f64) {
        (t.sin(), t * t)
    }

    #[conservative_grad]
    pub(crate) fn J_n(n: i32, t: f64) -> f64 {
        t.powi(n)
    }

    #[conservative_grad]
    pub(crate) fn node(t: f64) -> f64 {
        let (D, M) = DM(t);
        let F = F(t);
        D * M + (2.0 * (D - F)).sin() + J_n(3, t)
    }

    #[conservative_grad]
    pub(crate) fn beside(t: f64) -> f64 {
        F(t).sin() + 2.0 * F(t * t)
    }

    #[derive(Differentiable)]
    pub(crate) struct Pair(f64, f64);

    #[conservative_grad]
    pub(crate) fn pair(t: f64) -> f64 {
        let P = Pair(t, t * t);
        P.0 * P.1
    }
}

#[test]
fn names_in_upper_case() {
    use upper::{beside, node, pair};

    crate::check!(node(0.75));
    crate::check!(beside(0.75));
    crate::check!(pair(0.75));
}
