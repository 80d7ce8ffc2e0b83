//! Operations on slices in differentiated functions: by name, by path, in loops, on results, in both precisions.

use conservative_grad::choices::{Fixed, WithPolicy};
use conservative_grad::{
    Decision, Policy, Real, conservative_grad, group_sort, l1_norm, l2_norm, linf_norm, max_min,
    max_of, max_pool, median, min_of, order_statistic, sorted, top_k,
};

#[conservative_grad]
fn span(x: &[f64]) -> f64 {
    max_of(x) - min_of(x)
}

#[conservative_grad]
fn robust(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
    let mut residuals = vec![0.0; ys.len()];
    for i in 0..ys.len() {
        residuals[i] = (w[0] * xs[i] + w[1] - ys[i]).abs();
    }
    median(&residuals) + 0.1 * l2_norm(w)
}

#[conservative_grad]
fn weighted(x: &[f64]) -> f64 {
    let y = sorted(x);
    let mut s = 0.0;
    for i in 0..y.len() {
        s += (i as f64 + 1.0) * y[i];
    }
    s
}

#[conservative_grad]
fn rows(m: &[[f64; 3]]) -> f64 {
    let mut s = 0.0;
    for i in 0..m.len() {
        s += max_of(&m[i]) * conservative_grad::slices::l1_norm(&m[i][1..]);
    }
    s
}

#[conservative_grad]
fn pooled(x: &[f64], size: usize) -> f64 {
    let y = max_pool(x, size, 2);
    let z = max_min(&group_sort(&y, 3));
    z[0] * z[1] + linf_norm(&z) + order_statistic(&z, 1) * top_k(x, 2)[1]
}

#[conservative_grad]
fn single(x: &[f32]) -> f32 {
    median(x) * l1_norm(x)
}

#[conservative_grad]
fn generic<T: Real>(x: &[T]) -> T {
    max_of(x) * l2_norm(x)
}

fn close(found: &[f64], expected: &[f64]) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-6 * (1.0 + b.abs());
    assert_eq!(found.len(), expected.len());
    assert!(
        found.iter().zip(expected).all(near),
        "{found:?} and {expected:?}"
    );
}

/// Central differences.
fn differences(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    let h = 1e-6;
    let at = |i: usize, h: f64| {
        let mut y = x.to_vec();
        y[i] += h;
        f(&y)
    };
    (0..x.len())
        .map(|i| (at(i, h) - at(i, -h)) / (2.0 * h))
        .collect()
}

#[test]
fn gradients_are_those_of_differences() {
    let x = [0.7, -1.3, 2.1, 0.4, 3.0, -0.2, 1.9];
    close(&span::grad(&x), &differences(span, &x));
    close(&weighted::grad(&x), &differences(weighted, &x));
    for size in [1, 2, 3] {
        close(
            &pooled::grad(&x, size),
            &differences(|x| pooled(x, size), &x),
        );
    }
    let (xs, ys) = ([0.0, 1.0, 2.0, 3.0], [0.1, 2.2, 1.9, 5.0]);
    let w = [1.1, 0.3];
    close(
        &robust::grad(&w, &xs, &ys),
        &differences(|w| robust(w, &xs, &ys), &w),
    );
    let m = [[1.0, -2.0, 0.5], [0.3, 0.8, -0.1]];
    let flat = |x: &[f64]| rows(&[[x[0], x[1], x[2]], [x[3], x[4], x[5]]]);
    close(&rows::grad(&m).concat(), &differences(flat, &m.concat()));
    close(&generic::grad(&x[..]), &differences(generic, &x));
}

#[test]
fn tangents_agree_with_gradients() {
    let x = [0.7, -1.3, 2.1, 0.4, 2.1, -0.2, 1.9];
    let d = [0.3, -0.7, 1.1, 0.2, 0.9, -0.4, 0.6];
    let dot = |g: Vec<f64>| g.iter().zip(&d).map(|(g, d)| g * d).sum::<f64>();
    assert!((span::jvp(&x, &d).1 - dot(span::grad(&x))).abs() < 1e-14);
    assert!((weighted::jvp(&x, &d).1 - dot(weighted::grad(&x))).abs() < 1e-13);
    assert!((pooled::jvp(&x, 2, &d).1 - dot(pooled::grad(&x, 2))).abs() < 1e-13);
}

#[test]
fn single_precision() {
    let (value, gradient) = single::value_and_grad(&[1.0, -2.0, 0.5]);
    assert_eq!(value, 1.75);
    assert_eq!(gradient, [0.5, -0.5, 4.0]);
}

#[test]
fn ties_are_shared_or_kept_in_order() {
    assert_eq!(span::grad(&[2.0, 2.0, 1.0]), [0.5, 0.5, -1.0]);
    assert_eq!(weighted::grad(&[1.0, 1.0, 0.0]), [2.0, 3.0, 1.0]);
    let (_, gradient) = span::value_and_grad_with(&mut WithPolicy(Policy::Upper), &[2.0, 2.0, 1.0]);
    assert_eq!(gradient, [0.0, 1.0, -1.0]);
    let (_, gradient) =
        weighted::value_and_grad_with(&mut Fixed(Decision::Below), &[1.0, 1.0, 0.0]);
    assert_eq!(gradient, [3.0, 2.0, 1.0]);
    let (_, gradient) =
        weighted::value_and_grad_with(&mut Fixed(Decision::Tie(0.5)), &[1.0, 1.0, 0.0]);
    assert_eq!(gradient, [2.5, 2.5, 1.0]);
}

#[conservative_grad(policy = jax)]
fn under_jax(x: &[f64]) -> f64 {
    l1_norm(x) + 10.0 * median(&x[1..])
}

#[conservative_grad(policy = upper)]
fn under_upper<T: Real>(x: &[T]) -> T {
    max_of(x)
}

#[conservative_grad]
fn placed(x: &[f64]) -> f64 {
    #[tie(0.25)]
    let m = max_of(x);
    m * 1.0
}

#[conservative_grad]
fn outer(x: &[f64]) -> f64 {
    let mut y = vec![0.0; x.len()];
    for i in 0..x.len() {
        y[i] = x[i].abs();
    }
    under_jax(&y) * under_upper(x) + placed(x)
}

/// The policy of the function that calls, and the weight of the statement.
#[test]
fn policies_and_ties_of_the_caller() {
    assert_eq!(
        under_jax::grad(&[0.0, 2.0, 2.0, 1.0]),
        [1.0, 11.0, 1.0, 1.0]
    );
    assert_eq!(
        under_jax::jvp(&[0.0, 2.0, 2.0, 1.0], &[0.0, 1.0, 0.0, 0.0]).1,
        11.0
    );
    assert_eq!(under_upper::grad(&[2.0, 2.0][..]), [0.0, 1.0]);
    assert_eq!(placed::grad(&[2.0, 1.0, 2.0]), [0.75, 0.0, 0.25]);
    let (value, pullback) = under_upper::vjp(&[2.0_f32, 2.0][..]);
    assert_eq!((value, pullback(3.0)), (2.0, vec![0.0, 3.0]));
    let x = [0.7, -1.3, 2.1, 0.4];
    close(&outer::grad(&x), &differences(outer, &x));
    let (_, pullback) = outer::vjp(&x);
    close(&pullback(2.0), &differences(|x| 2.0 * outer(x), &x));
}

#[test]
fn decisions_are_traced_and_published() {
    let trace = span::trace(&[2.0, 2.0, 1.0]);
    let seen: Vec<_> = trace
        .visits()
        .iter()
        .map(|v| (v.site.function, v.site.primitive, v.margin))
        .collect();
    let expected = [
        ("span", "max_of", 0.0),
        ("span", "max_of", -1.0),
        ("span", "min_of", 0.0),
        ("span", "min_of", 1.0),
    ];
    assert_eq!(seen, expected);
    let sites: Vec<_> = span::FIELD.sites().collect();
    assert_eq!(
        (sites[0].source, sites[0].stratum),
        ("max_of(x)", "x[i] = max of those before")
    );
    assert_eq!(sites.len(), 2);
    assert!(
        span::FIELD
            .to_string()
            .contains("calls    `max_of` `min_of`"),
        "{}",
        span::FIELD
    );
    assert!(span::FIELD.by_construction());
    let sites: Vec<_> = under_jax::FIELD.sites().collect();
    assert_eq!((sites[1].source, sites[1].theta), ("median(&x[1..])", 1.0));
}

#[conservative_grad(policy = jax)]
fn lists(x: &[f64], size: usize) -> f64 {
    let a = sorted(x);
    #[tie(0.25)]
    let b = sorted(&x[1..]);
    let c = max_min(&group_sort(x, size));
    let top = top_k(x, 2);
    a[0] * 10.0 + b[0] + c[0] * 100.0 + top[0] * max_pool(x, size, size)[0]
}

#[conservative_grad]
fn handed_on(x: &[f64]) -> Vec<f64> {
    sorted(x)
}

/// Where an operation gives a list, its kinks are places in the caller's source as well: with the policy of the caller, a
/// weight per statement, and overrides per site.
#[test]
fn lists_have_their_sites_in_the_caller() {
    let sites: Vec<_> = lists::FIELD.sites().collect();
    let seen: Vec<_> = sites
        .iter()
        .map(|site| (site.primitive, site.source, site.theta))
        .collect();
    let expected = [
        ("sorted", "sorted(x)", 1.0),
        ("sorted", "sorted(&x[1..])", 0.25),
        ("group_sort", "group_sort(x, size)", 1.0),
        ("max_min", "max_min(&group_sort(x, size))", 1.0),
        ("top_k", "top_k(x, 2)", 1.0),
        ("max_pool", "max_pool(x, size, size)", 0.0),
    ];
    assert_eq!(seen, expected);
    assert!(sites.iter().all(|site| site.file.ends_with("slices.rs")));
    assert!(sites[0].line < sites[1].line && sites[1].line < sites[2].line);

    let x = [1.0, 2.0, 2.0, 3.0];
    let trace = lists::trace(&x, 2);
    assert!(trace.visits().iter().all(|v| v.site.function == "lists"));
    let tied: Vec<_> = trace
        .visits()
        .iter()
        .filter(|visit| visit.margin == 0.0)
        .map(|visit| visit.site.source)
        .collect();
    assert!(tied.contains(&"sorted(&x[1..])"), "{tied:?}");

    // `b` shares its least number, at the positions 1 and 2, as its statement says; the other numbers there have none.
    let gradient = lists::grad(&x, 2);
    let without = {
        let site = sites[1].key();
        let mut first = conservative_grad::choices::PerSite::new(conservative_grad::Plain)
            .at(site, Decision::Above);
        lists::value_and_grad_with(&mut first, &x, 2).1
    };
    let change: Vec<f64> = gradient.iter().zip(&without).map(|(g, w)| g - w).collect();
    assert_eq!(change, [0.0, -0.75, 0.75, 0.0]);

    let sites: Vec<_> = handed_on::FIELD.sites().collect();
    assert_eq!((sites.len(), sites[0].source), (1, "sorted(x)"));
    assert_eq!(handed_on::jacobian(&x)[1], [0.0, 1.0, 0.0, 0.0]);
}

mod own {
    use conservative_grad::conservative_grad;

    /// A function of the user's own.
    #[conservative_grad]
    pub(super) fn median(x: &[f64]) -> f64 {
        x[0] * x[1]
    }

    #[conservative_grad]
    pub(super) fn f(x: &[f64]) -> f64 {
        median(x)
    }
}

/// Functions of the same names over something else than a slice of numbers.
mod other_shapes {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Differentiable, Clone, Copy)]
    pub(super) struct P {
        pub(super) x: f64,
    }

    #[conservative_grad]
    pub(super) fn max_of(p: &[P]) -> f64 {
        p[0].x * p[1].x
    }

    #[conservative_grad]
    pub(super) fn f(p: &[P]) -> f64 {
        max_of(p)
    }

    #[conservative_grad]
    pub(super) fn l1_norm(m: &[[f64; 2]]) -> f64 {
        m[0][0] * m[1][1]
    }

    #[conservative_grad]
    pub(super) fn g(m: &[[f64; 2]]) -> f64 {
        l1_norm(m) + l1_norm(&m[1..])
    }

    #[conservative_grad]
    pub(super) fn sorted(m: &[f64]) -> Vec<f64> {
        vec![m[1] * m[0], m[0]]
    }

    #[conservative_grad]
    pub(super) fn h(m: &[f64]) -> f64 {
        let y = sorted(m);
        y[0] + y[1]
    }
}

#[test]
fn functions_of_other_shapes_are_called() {
    use other_shapes::P;
    let gradient = other_shapes::f::grad(&[P { x: 2.0 }, P { x: 3.0 }]);
    assert_eq!((gradient[0].x, gradient[1].x), (3.0, 2.0));
    let m = [[2.0, 1.0], [3.0, 5.0], [1.0, 7.0]];
    assert_eq!(
        other_shapes::g::grad(&m),
        [[5.0, 0.0], [7.0, 2.0], [0.0, 3.0]]
    );
    assert_eq!(other_shapes::h::FIELD.sites().count(), 0);
    assert_eq!(other_shapes::h::grad(&[2.0, 3.0]), [4.0, 2.0]);
    assert_eq!(other_shapes::h::jvp(&[2.0, 3.0], &[1.0, 0.0]).1, 4.0);
}

#[test]
fn a_function_of_the_users_own_is_called() {
    assert_eq!(own::f::FIELD.sites().count(), 0);
    assert_eq!(own::f::grad(&[2.0, 3.0]), [3.0, 2.0]);
}
