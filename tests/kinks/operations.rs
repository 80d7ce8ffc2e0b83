//! Every row over numbers, at every kink that it lists.

use conservative_grad::check::{self, SplitMix64};
use conservative_grad::{Selection, conservative_grad, rules};

use crate::subject::{Gradient, Subject, Tangent};

/// A row as a function of all of its arguments.
macro_rules! rows {
    ($($name:ident($($x:ident),+) = $value:expr;)*) => {
        const ROWS: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                #[conservative_grad]
                #[allow(non_snake_case)]
                fn row($($x: f64),+) -> f64 {
                    $value
                }
                let gradient = |x: &[f64], sel: &mut dyn Selection| {
                    let [$($x),+] = *x else { panic!("as many numbers as arguments") };
                    let (value, gradient) = row::value_and_grad_with(sel, $($x),+);
                    (value, check::IntoGradient::into_gradient(gradient))
                };
                let tangent = |x: &[f64], d: &[f64], sel: &mut dyn Selection| {
                    let [$($x),+] = *x else { panic!("as many numbers as arguments") };
                    rows!(@jvp row sel d ($($x),+))
                };
                check_row(stringify!($name), &gradient, &tangent);
            }
        )*
    };
    (@jvp $row:ident $sel:ident $d:ident ($a:ident)) => { $row::jvp_with($sel, $a, $d[0]) };
    (@jvp $row:ident $sel:ident $d:ident ($a:ident, $b:ident)) => { $row::jvp_with($sel, $a, $b, $d[0], $d[1]) };
    (@jvp $row:ident $sel:ident $d:ident ($a:ident, $b:ident, $c:ident)) => {
        $row::jvp_with($sel, $a, $b, $c, $d[0], $d[1], $d[2])
    };
}

rows! {
    abs(x) = x.abs();
    max(a, b) = a.max(b);
    min(a, b) = a.min(b);
    clamp(x, lo, hi) = x.clamp(lo, hi);
    hypot(a, b) = a.hypot(b);
    copysign(x) = x.copysign(1.0);
    relu(x) = conservative_grad::relu(x);
    leaky_relu(x, a) = conservative_grad::leaky_relu(x, a);
    relu6(x) = conservative_grad::relu6(x);
    hardtanh(x) = conservative_grad::hardtanh(x);
    softshrink(x, t) = conservative_grad::softshrink(x, t);
    hinge(x) = conservative_grad::hinge(x);
    elu(x, a) = conservative_grad::elu(x, a);
    selu(x) = conservative_grad::selu(x);
    hard_sigmoid(x) = conservative_grad::hard_sigmoid(x);
    hard_swish(x) = conservative_grad::hard_swish(x);
}

fn check_row(name: &str, gradient: &Gradient<'_>, tangent: &Tangent<'_>) {
    let rule = rules::all().find(|rule| rule.name == name).expect("a row");
    let subject = Subject {
        name: name.to_owned(),
        gradient,
        tangent,
    };
    let mut rng = SplitMix64::new(4);
    let arguments = if name == "copysign" {
        1
    } else {
        rule.args.len()
    };
    assert!(!rule.kinks.is_empty());
    for point in rule.kinks {
        let x = &point[..arguments];
        let found = subject.vertices(x);
        assert!(found.ties > 0, "{name} does not tie at {x:?}");
        assert!(found.elements.len() > 1 || name == "elu", "{found}");
        subject.satisfies_the_projection_formula(x, &mut rng);
        if name != "hypot" {
            for _ in 0..8 {
                subject.is_locked_to_a_limit(x, &mut rng);
            }
        }
    }
}

#[test]
fn no_row_is_left_out() {
    for rule in rules::all().filter(|rule| !rule.decisions.is_empty()) {
        assert!(ROWS.contains(&rule.name), "`{}` is missing", rule.name);
    }
}
