//! Every row over slices, at its kinks and at a point with more ties.

use conservative_grad::check::SplitMix64;
use conservative_grad::conservative_grad;
use conservative_grad::slices as ops;

use crate::subject::Subject;

/// Operations on slices, through the table: what is locked is a permutation or a vertex, and a limit.
macro_rules! operations {
    ($($name:ident($x:ident $(, $arg:ident)*) = $value:expr;)*) => {
        const SLICES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                #[conservative_grad]
                fn row($x: &[f64] $(, $arg: usize)*) -> f64 {
                    $value
                }
                let rule = conservative_grad::slices::find(stringify!($name)).expect("a row");
                let mut rng = SplitMix64::new(5);
                let more: &[f64] = &[2.0, -1.0, 2.0, 0.0, -1.0, 2.0, -2.0];
                for (x, args) in rule.kinks.iter().copied().chain([(more, rule.samples[0].1)]) {
                    let mut args = args.iter().copied();
                    $(let $arg = args.next().expect("an integer");)*
                    let _ = &mut args;
                    let subject = Subject {
                        name: rule.rule.name.to_owned(),
                        gradient: &|x, sel| row::value_and_grad_with(sel, x $(, $arg)*),
                        tangent: &|x, d, sel| row::jvp_with(sel, x $(, $arg)*, d),
                    };
                    subject.satisfies_the_projection_formula(x, &mut rng);
                    if rule.rule.name != "l2_norm" || x == more {
                        for _ in 0..8 {
                            subject.is_locked_to_a_limit(x, &mut rng);
                        }
                    }
                }
            }
        )*
    };
}

/// Different weights for what is in different places.
#[conservative_grad]
fn mixed(y: &[f64]) -> f64 {
    let (mut s, mut w) = (0.0, 1.0);
    for i in 0..y.len() {
        s += w * y[i];
        w *= 3.0;
    }
    s
}

operations! {
    max_of(x) = ops::max_of(x);
    min_of(x) = ops::min_of(x);
    argmax_value(x) = ops::argmax_value(x);
    argmin_value(x) = ops::argmin_value(x);
    sorted(x) = mixed(&ops::sorted(x));
    top_k(x, k) = mixed(&ops::top_k(x, k));
    order_statistic(x, k) = ops::order_statistic(x, k);
    median(x) = ops::median(x);
    l1_norm(x) = ops::l1_norm(x);
    l2_norm(x) = ops::l2_norm(x);
    linf_norm(x) = ops::linf_norm(x);
    max_pool(x, size, stride) = mixed(&ops::max_pool(x, size, stride));
    group_sort(x, size) = mixed(&ops::group_sort(x, size));
    max_min(x) = mixed(&ops::max_min(x));
}

#[test]
fn no_operation_on_slices_is_left_out() {
    for rule in ops::all() {
        assert!(
            SLICES.contains(&rule.rule.name),
            "`{}` is missing",
            rule.rule.name
        );
    }
}
