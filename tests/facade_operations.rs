//! `relu(x)` is the function that rustc finds under the name: the user's own, or the one of this
//! crate, however it came into scope. The kink of the latter is a place in the caller's source.

#![allow(
    clippy::excessive_precision,
    clippy::needless_range_loop,
    reason = "loops as users of arrays write them; the literals of selu serve both precisions"
)]

use conservative_grad::choices::{Fixed, WithPolicy};
use conservative_grad::trace::Side;
use conservative_grad::{Decision, Definability, Policy, SiteKind};

mod own {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(super) fn relu(a: f64) -> f64 {
        a * a
    }

    #[conservative_grad]
    pub(super) fn sigmoid(a: f64) -> f64 {
        3.0 * a
    }

    #[conservative_grad]
    pub(super) fn mul(a: f64, b: f64) -> f64 {
        a * b * b
    }

    #[conservative_grad]
    pub(super) fn huber(a: f64, d: f64) -> f64 {
        a * d
    }

    /// Not what the operation of this name takes and gives.
    #[conservative_grad]
    pub(super) fn softshrink(x: &[f64], t: f64) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        for i in 0..x.len() {
            y[i] = t * x[i];
        }
        y
    }

    #[conservative_grad]
    pub(super) fn leaky_relu(x: f64, #[constant] slope: f64) -> f64 {
        x.max(slope * x)
    }

    #[conservative_grad]
    pub(super) fn add(x: &[f64], y: &[f64], out: &mut [f64]) {
        for i in 0..x.len() {
            out[i] = x[i] + 2.0 * y[i];
        }
    }
}

mod functions_of_the_users_own {
    use super::own::{add, huber, leaky_relu, mul, relu, sigmoid, softshrink};
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    fn product(a: f64, b: f64) -> f64 {
        mul(a, b)
    }

    #[conservative_grad]
    fn rectified(a: f64) -> f64 {
        relu(a)
    }

    #[conservative_grad]
    fn others(a: f64) -> f64 {
        sigmoid(a) + huber(a, 5.0)
    }

    #[conservative_grad]
    fn shrunk(x: &[f64]) -> f64 {
        let y = softshrink(x, 4.0);
        y[0] * y[1]
    }

    #[conservative_grad]
    fn leaky(x: f64) -> f64 {
        leaky_relu(x, 0.5)
    }

    #[conservative_grad]
    fn sums(x: &[f64]) -> f64 {
        let mut out = vec![0.0; x.len()];
        add(x, x, &mut out);
        out[0] * out[1]
    }

    #[test]
    fn are_called_and_differentiated() {
        assert_eq!(product::value_and_grad(2.0, 3.0), (18.0, (9.0, 12.0)));
        assert_eq!(rectified::value_and_grad(2.0), (4.0, 4.0));
        assert_eq!(rectified::jvp(-2.0, 1.0), (4.0, -4.0));
        assert_eq!(others::value_and_grad(2.0), (16.0, 8.0));
        assert_eq!(
            shrunk::value_and_grad(&[1.0, 2.0]),
            (32.0, vec![32.0, 16.0])
        );
        assert_eq!(leaky::value_and_grad(-2.0), (-1.0, 0.5));
        assert_eq!(sums::value_and_grad(&[1.0, 2.0]), (18.0, vec![18.0, 9.0]));
    }

    #[test]
    fn bring_no_kink_of_another_function() {
        assert_eq!(rectified::FIELD.sites().count(), 0);
        assert!(!rectified::FIELD.to_string().contains("kink"));
        assert_eq!(rectified::trace(0.0).visits().len(), 0);
    }

    #[test]
    fn keep_their_own_kinks() {
        assert_eq!(leaky::FIELD.sites().count(), 0);
        let trace = leaky::trace(-2.0);
        assert_eq!(trace.visits().len(), 1);
        assert_eq!(trace.visits()[0].site.function, "leaky_relu");
        assert_eq!(trace.visits()[0].site.primitive, "max");
    }
}

mod named {
    use conservative_grad::{conservative_grad, leaky_relu, relu, softplus};

    #[conservative_grad]
    pub(super) fn f(x: f64, y: f64) -> f64 {
        relu(x * y) + 3.0 * softplus(x) * leaky_relu(y, 0.5)
    }

    pub(super) const LINE: u32 = line!() - 3;
}

#[test]
fn by_name() {
    let s = 1.0 / (1.0 + (-1.0_f64).exp());
    let plus = 1.0_f64.exp().ln_1p();
    let (value, (x, y)) = named::f::value_and_grad(1.0, -2.0);
    assert!((value + 3.0 * plus).abs() < 1e-14);
    assert!((x + 3.0 * s).abs() < 1e-14 && (y - 1.5 * plus).abs() < 1e-14);
    let (_, dot) = named::f::jvp(1.0, -2.0, 0.25, 4.0);
    assert!((dot - (0.25 * x + 4.0 * y)).abs() < 1e-14);
}

#[test]
fn the_kink_is_a_place_of_the_caller() {
    let sites: Vec<_> = named::f::FIELD.sites().collect();
    assert_eq!(sites.len(), 2);
    let [relu, leaky] = sites[..] else { return };
    assert_eq!((relu.primitive, relu.source), ("relu", "relu(x * y)"));
    assert_eq!((relu.line, relu.stratum), (named::LINE, "x * y = 0"));
    assert_eq!((relu.kind, relu.field), (SiteKind::Kink, "[0, 1]"));
    assert!(relu.file.ends_with("facade_operations.rs"));
    assert_eq!(relu.function, "f");
    assert_eq!(leaky.source, "leaky_relu(y, 0.5)");
    assert!(named::f::FIELD.to_string().contains("relu `relu(x * y)`"));
    assert_eq!(named::f::FIELD.class(), Definability::RExp);
    assert!(named::f::FIELD.by_construction());
}

#[test]
fn the_trace_shows_the_callers_line() {
    let trace = named::f::trace(1.0, -2.0);
    let visits = trace.visits();
    assert_eq!(visits.len(), 2);
    assert_eq!(visits[0].site.line, named::LINE);
    assert_eq!(visits[0].site.source, "relu(x * y)");
    assert_eq!(visits[0].margin, -2.0);
    assert_eq!(visits[1].site.key(), named::f::FIELD.sites[1].key());
    let sides: Vec<Side> = visits.iter().map(|v| v.decision.into()).collect();
    assert_eq!(sides, [Side::Below, Side::Below]);
}

mod everything {
    use conservative_grad::*;

    #[conservative_grad(policy = jax)]
    pub(super) fn jax(x: f64) -> f64 {
        relu(x) + 10.0 * leaky_relu(x, 0.25) + 100.0 * elu(x, 3.0)
    }

    #[conservative_grad(policy = upper)]
    pub(super) fn upper(x: f64) -> f64 {
        relu(x) + 10.0 * hard_sigmoid(x + 3.0)
    }

    #[conservative_grad]
    pub(super) fn tied(x: f64) -> f64 {
        #[tie(0.25)]
        let y = relu(x);
        y + 10.0 * relu(-x)
    }

    #[conservative_grad]
    pub(super) fn by_any_way(x: f64) -> f64 {
        relu(x)
            + 2.0 * conservative_grad::relu(x)
            + 3.0 * conservative_grad::ops::relu(x)
            + 4.0 * ops::relu(x)
            + 5.0 * x.relu()
            + 6.0 * relu::<f64>(x)
    }
}

#[test]
fn policies_and_ties() {
    assert_eq!(everything::jax::grad(0.0), 10.0 + 300.0);
    assert_eq!(everything::upper::grad(0.0), 1.0 + 10.0 * (1.0 / 6.0));
    assert_eq!(everything::tied::grad(0.0), 0.25);
    assert_eq!(everything::tied::jvp(0.0, 2.0).1, 0.5);
    let mut midpoint = WithPolicy(Policy::Midpoint);
    let at_ties = everything::tied::value_and_grad_with(&mut midpoint, 0.0).1;
    assert_eq!(at_ties, 0.5 - 5.0);
}

#[test]
fn by_any_way() {
    assert_eq!(everything::by_any_way::value_and_grad(2.0), (42.0, 21.0));
    assert_eq!(everything::by_any_way::value_and_grad(-2.0), (0.0, 0.0));
    let sites: Vec<_> = everything::by_any_way::FIELD.sites().collect();
    assert_eq!(sites.len(), 6);
    assert!(sites.iter().all(|site| site.primitive == "relu"));
    let visits = everything::by_any_way::trace(2.0);
    assert!(
        visits
            .visits()
            .iter()
            .all(|visit| visit.site.function == "by_any_way")
    );
}

mod renamed {
    use conservative_grad::{conservative_grad, relu as rectify};

    #[conservative_grad]
    pub(super) fn f(x: f64) -> f64 {
        2.0 * rectify(x)
    }
}

#[test]
fn under_another_name_the_kink_is_that_of_the_operation() {
    assert_eq!(renamed::f::value_and_grad(3.0), (6.0, 2.0));
    let trace = renamed::f::trace(3.0);
    assert_eq!(trace.visits()[0].site.function, "relu");
    assert_eq!(trace.visits()[0].site.source, "relu(x)");
    assert!(renamed::f::FIELD.to_string().contains("calls    `relu`"));
}

mod control {
    use conservative_grad::{conservative_grad, relu, relu6, sigmoid, softshrink};

    #[conservative_grad]
    pub(super) fn sum(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += relu(x[i]) * x[i];
        }
        s
    }

    #[conservative_grad]
    pub(super) fn nested(x: &[f64]) -> f64 {
        let mut s = 1.0;
        for i in 0..x.len() {
            if i % 2 == 0 {
                s = relu6(s * x[i]);
            } else {
                let t = sigmoid(s - x[i]);
                s = t * t + softshrink(s, 0.5);
            }
        }
        s
    }

    #[conservative_grad]
    pub(super) fn by_methods(x: &[f64]) -> f64 {
        use conservative_grad::Nonsmooth as _;
        let mut s = 1.0;
        for i in 0..x.len() {
            if i % 2 == 0 {
                s = (s * x[i]).relu6();
            } else {
                let t = (s - x[i]).sigmoid();
                s = t * t + s.softshrink(0.5);
            }
        }
        s
    }

    #[conservative_grad]
    pub(super) fn twice(x: f64) -> f64 {
        relu(relu(x) - 1.0).sqrt()
    }

    #[conservative_grad]
    pub(super) fn chain(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += twice(x[i]);
        }
        relu(s)
    }

    #[conservative_grad]
    pub(super) fn constants(x: f64, #[constant] c: f64) -> f64 {
        x * relu(c)
    }

    #[conservative_grad]
    pub(super) fn thresholds(x: f64, t: f64) -> f64 {
        softshrink(2.0, t) * x
    }
}

#[test]
fn in_loops_and_branches() {
    let x = [1.0, -2.0, 0.0, 3.0];
    assert_eq!(
        control::sum::value_and_grad(&x),
        (10.0, vec![2.0, 0.0, 0.0, 6.0])
    );
    assert_eq!(control::sum::trace(&x).visits().len(), 4);
    for x in [
        [0.3, 1.5, -0.2, 0.7],
        [2.0, 0.1, 3.0, -4.0],
        [9.0, 1.0, 2.0, 0.5],
    ] {
        let (f, g) = control::nested::value_and_grad(&x);
        assert_eq!((f, g), control::by_methods::value_and_grad(&x));
    }
}

#[test]
fn through_callees() {
    assert_eq!(control::twice::value_and_grad(5.0), (2.0, 0.25));
    let (value, gradient) = control::chain::value_and_grad(&[5.0, 0.5]);
    assert_eq!((value, gradient), (2.0, vec![0.25, 0.0]));
    let trace = control::chain::trace(&[5.0, 0.5]);
    let functions: Vec<_> = trace.visits().iter().map(|v| v.site.function).collect();
    // Two kinks at each of the two points, and at the second one the border of the square root.
    assert_eq!(
        functions,
        ["twice", "twice", "twice", "twice", "twice", "chain"]
    );
    assert_eq!(control::twice::FIELD.sites().count(), 3);
}

#[test]
fn with_constant_operands() {
    assert_eq!(control::constants::value_and_grad(3.0, 2.0), (6.0, 2.0));
    assert_eq!(control::constants::FIELD.sites().count(), 0);
    assert_eq!(
        control::thresholds::value_and_grad(3.0, 0.5),
        (4.5, (1.5, -3.0))
    );
}

#[test]
fn a_selection_decides() {
    let mut upper = Fixed(Decision::Tie(1.0));
    assert_eq!(
        control::sum::value_and_grad_with(&mut upper, &[0.0, -1.0]).0,
        0.0
    );
    let (_, (x, y)) = named::f::value_and_grad_with(&mut Fixed(Decision::Tie(1.0)), 0.0, 2.0);
    let _ = y;
    assert_eq!(x, 2.0 + 3.0 * 0.5 * 2.0);
}

mod single {
    use conservative_grad::{conservative_grad, huber, relu};

    #[conservative_grad]
    pub(super) fn f(x: f32, d: f32) -> f32 {
        let y = relu(x) * 2.0;
        y * huber(x, d)
    }
}

#[test]
fn in_single_precision() {
    let (value, (x, d)) = single::f::value_and_grad(3.0, 1.0);
    assert_eq!((value, x, d), (15.0_f32, 11.0, 12.0));
}

/// An explicit item hides the function of a glob import, but not its type.
mod hidden {
    use conservative_grad::*;

    fn sigmoid(x: f64) -> f64 {
        2.0 * x
    }

    #[conservative_grad]
    pub(super) fn f(x: f64) -> f64 {
        sigmoid(x)
    }
}

#[test]
#[should_panic(expected = "`sigmoid` is one function here")]
fn two_functions_of_a_name_are_told_apart() {
    let _ = hidden::f::grad(1.0);
}

mod rows {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(super) fn cube(x: f64) -> f64 {
        x.powi(3)
    }

    #[conservative_grad]
    pub(super) fn inverse(x: f64) -> f64 {
        x.powi(-3)
    }

    #[conservative_grad]
    pub(super) fn any_power(x: f64, n: i32) -> f64 {
        x.powi(n)
    }

    #[conservative_grad]
    pub(super) fn signed(x: f64, #[constant] s: f64) -> f64 {
        x.copysign(s)
    }
}

#[test]
fn a_natural_power_has_no_pole() {
    assert_eq!(rows::cube::value_and_grad(2.0), (8.0, 12.0));
    assert_eq!(rows::inverse::value_and_grad(2.0), (0.125, -0.1875));
    assert_eq!(rows::any_power::value_and_grad(2.0, 3), (8.0, 12.0));
    assert!(rows::cube::FIELD.by_construction());
    assert!(!rows::inverse::FIELD.by_construction());
    assert!(!rows::any_power::FIELD.by_construction());
}

#[test]
fn a_constant_sign_does_not_jump() {
    assert_eq!(rows::signed::value_and_grad(2.0, -1.0), (-2.0, -1.0));
    assert_eq!(rows::signed::value_and_grad(-2.0, -1.0), (-2.0, 1.0));
    assert_eq!(rows::signed::grad(0.0, 1.0), 0.0);
    assert!(rows::signed::FIELD.by_construction());
    assert_eq!(rows::signed::FIELD.sites().count(), 1);
}

/// Each operation by its name and as a method: bit for bit the same, at smooth points and on kinks.
macro_rules! both_forms {
    ($t:ident: $($name:ident($x:ident $(, $arg:ident)*))*) => {$({
        mod by_name {
            use conservative_grad::{conservative_grad, $name};
            #[conservative_grad]
            pub(super) fn f($x: $t $(, $arg: $t)*) -> $t {
                2.0 * $name($x $(, $arg)*)
            }
        }
        mod by_method {
            use conservative_grad::{Nonsmooth as _, conservative_grad};
            #[conservative_grad]
            pub(super) fn f($x: $t $(, $arg: $t)*) -> $t {
                2.0 * $x.$name($($arg),*)
            }
        }
        let args = [stringify!($x) $(, stringify!($arg))*].len();
        let rule = conservative_grad::rules::find(stringify!($name), args).unwrap();
        for a in rule.samples.iter().chain(rule.kinks) {
            let mut next = a.iter().map(|x| *x as $t);
            let $x = next.next().unwrap();
            $(let $arg = next.next().unwrap();)*
            let (one, other) = (by_name::f::value_and_grad($x $(, $arg)*), by_method::f::value_and_grad($x $(, $arg)*));
            assert_eq!(one, other, "{} at {a:?}", rule.name);
            let (one, other) = (
                by_name::f::jvp($x $(, $arg)*, 0.5 $(, both_forms!(@half $arg))*),
                by_method::f::jvp($x $(, $arg)*, 0.5 $(, both_forms!(@half $arg))*),
            );
            assert_eq!(one, other, "{} at {a:?}, forward", rule.name);
        }
        let (one, other) = (by_name::f::FIELD, by_method::f::FIELD);
        assert_eq!(one.sites().count(), other.sites().count());
        for (a, b) in one.sites().zip(other.sites()) {
            assert_eq!((a.stratum, a.field, a.theta, a.ties), (b.stratum, b.field, b.theta, b.ties));
        }
        assert_eq!(one.class(), other.class());
        assert_eq!(one.total_obligations(), other.total_obligations());
        assert_eq!(one.total_cost_bound(), other.total_cost_bound());
    })*};
    (@half $arg:ident) => { 0.5 };
}

#[test]
fn every_operation_by_name_and_as_a_method() {
    both_forms! { f64:
        relu(x) leaky_relu(x, a) relu6(x) hardtanh(x) softshrink(x, t) hinge(x) huber(x, d) elu(x, a)
        selu(x) celu(x, a) hard_sigmoid(x) hard_swish(x) sigmoid(x) softplus(x)
    }
}

#[test]
fn every_operation_in_single_precision() {
    both_forms! { f32:
        relu(x) leaky_relu(x, a) relu6(x) hardtanh(x) softshrink(x, t) hinge(x) huber(x, d) elu(x, a)
        selu(x) celu(x, a) hard_sigmoid(x) hard_swish(x) sigmoid(x) softplus(x)
    }
}
