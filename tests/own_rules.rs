//! `#[conservative_rule]`: derivatives written by hand, for functions of every shape, called from
//! differentiated ones; wrong ones are found by the checker.

#![allow(
    clippy::too_many_arguments,
    reason = "a pullback takes what the function takes, and more"
)]

use conservative_grad::check::{
    self, Options, Region, Verdict, assert_conservative, assert_tangent,
};
use conservative_grad::{
    Definability, ObligationKind, Policy, Selection, choices, conservative_grad, conservative_rule,
};

/// What stands for a crate of somebody else's.
mod foreign {
    /// The error function, by its series.
    pub(super) fn erf(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..60 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }
}

#[conservative_rule(pullback = erf_pullback, tangent = erf_tangent, class = Pfaffian, cost = 2.0)]
fn erf(x: f64) -> f64 {
    foreign::erf(x)
}

fn erf_pullback(x: f64, _: f64, y_bar: f64) -> f64 {
    y_bar * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()
}

fn erf_tangent(x: f64, _: f64, x_dot: f64) -> f64 {
    x_dot * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()
}

/// The normal distribution function.
#[conservative_grad]
fn normal_cdf(x: f64, mean: f64, deviation: f64) -> f64 {
    0.5 * (1.0 + erf((x - mean) / (deviation * std::f64::consts::SQRT_2)))
}

#[track_caller]
fn close(a: f64, b: f64) {
    assert!(
        (a - b).abs() <= 1e-8 * (1.0 + a.abs()),
        "{a} and {b} differ"
    );
}

/// The derivative of `f`, by central differences.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    (f(x + 1e-5) - f(x - 1e-5)) / 2e-5
}

#[test]
fn a_rule_for_a_foreign_function_is_used_by_callers() {
    let (x, mean, deviation) = (0.7, 0.1, 1.3);
    let (value, (x_bar, mean_bar, deviation_bar)) = normal_cdf::value_and_grad(x, mean, deviation);
    assert_eq!(value, normal_cdf(x, mean, deviation));
    close(x_bar, difference(|x| normal_cdf(x, mean, deviation), x));
    close(
        mean_bar,
        difference(|mean| normal_cdf(x, mean, deviation), mean),
    );
    close(
        deviation_bar,
        difference(|d| normal_cdf(x, mean, d), deviation),
    );
    let (_, slope) = normal_cdf::jvp(x, mean, deviation, 1.0, 2.0, -1.0);
    close(slope, x_bar + 2.0 * mean_bar - deviation_bar);
}

#[test]
fn it_has_all_entry_points_itself() {
    let slope = std::f64::consts::FRAC_2_SQRT_PI * (-0.25f64).exp();
    assert_eq!(erf::value_and_grad(0.5), (erf(0.5), slope));
    assert_eq!(erf::jvp(0.5, 2.0), (erf(0.5), 2.0 * slope));
    assert_eq!(erf::vjp(0.5).1(3.0), 3.0 * slope);
    let mut bar = 1.0;
    erf::accumulate_grad(0.5, &mut bar);
    assert_eq!(bar, 1.0 + slope);
}

#[test]
fn it_shows_in_the_metadata() {
    let field = erf::FIELD;
    assert_eq!(field.definability, Definability::Pfaffian);
    assert_eq!(field.cost_bound, 2.0);
    let kinds: Vec<ObligationKind> = field.obligations.iter().map(|o| o.kind).collect();
    assert_eq!(kinds, [ObligationKind::CustomRule]);
    assert_eq!(field.obligations[0].source, "erf_pullback");
    assert_eq!(normal_cdf::FIELD.class(), Definability::Pfaffian);
    assert_eq!(normal_cdf::FIELD.total_obligations(), 2);
}

#[test]
fn one_call_of_the_checker_tests_it() {
    assert_conservative!(|x, sel| erf::value_and_grad_with(sel, x[0]), -2.0..2.0);
    assert_tangent!(
        |x, sel| erf::value_and_grad_with(sel, x[0]),
        |x, dx| erf::jvp(x[0], dx[0]),
        -2.0..2.0
    );
}

/// A rule with a mistake: the factor is missing.
#[conservative_rule(pullback = wrong_pullback)]
fn wrong(x: f64) -> f64 {
    foreign::erf(x)
}

fn wrong_pullback(x: f64, _: f64, y_bar: f64) -> f64 {
    y_bar * (-x * x).exp()
}

#[test]
fn a_wrong_rule_is_caught() {
    let wrong = |x: &[f64], sel: &mut dyn Selection| wrong::value_and_grad_with(sel, x[0]);
    let report = check::conservative(wrong, Region::cube(1, -2.0..2.0), &Options::default());
    assert_eq!(report.verdict(), Verdict::WrongDerivative);
}

#[conservative_rule(pullback = erf_pullback, tangent = wrong_pullback)]
fn half_wrong(x: f64) -> f64 {
    foreign::erf(x)
}

#[test]
fn a_tangent_that_is_not_that_of_the_pullback_is_caught() {
    let found = check::tangent(
        |x, sel| half_wrong::value_and_grad_with(sel, x[0]),
        |x, dx| half_wrong::jvp(x[0], dx[0]),
        -2.0..2.0,
    );
    let found = found.expect_err("the factor 2/√π is missing");
    assert!((found.expected / found.tangent - std::f64::consts::FRAC_2_SQRT_PI).abs() < 1e-9);
}

/// Only a tangent; two numbers, one precision.
#[conservative_rule(tangent = product_tangent, class = Semialgebraic)]
fn product(x: f32, y: &f32, n: usize) -> f32 {
    x * y * n as f32
}

fn product_tangent(x: f32, y: &f32, n: usize, _: f32, x_dot: f32, y_dot: f32) -> f32 {
    (x_dot * y + x * y_dot) * n as f32
}

/// Only a pullback; two numbers.
#[conservative_rule(pullback = quotient_pullback, domain(y != 0.0))]
fn quotient(x: f64, y: f64) -> f64 {
    x / y
}

fn quotient_pullback(_: f64, y: f64, q: f64, q_bar: f64) -> (f64, f64) {
    (q_bar / y, -q_bar * q / y)
}

#[test]
fn of_numbers_one_of_the_two_is_enough() {
    assert_eq!(product::grad(2.0, &3.0, 2), (6.0, 4.0));
    assert_eq!(product::jvp(2.0, &3.0, 2, 1.0, &1.0), (12.0, 10.0));
    assert_eq!(quotient::grad(3.0, 2.0), (0.5, -0.75));
    assert_eq!(quotient::jvp(3.0, 2.0, 1.0, 2.0), (1.5, -1.0));
    let kinds: Vec<ObligationKind> = quotient::FIELD.obligations.iter().map(|o| o.kind).collect();
    assert_eq!(kinds, [ObligationKind::CustomRule, ObligationKind::Domain]);
    assert_eq!(quotient::FIELD.obligations[1].source, "y != 0.0");
}

/// A slice, a constant slice, a vector taken by value, an array: buffers, and what is returned.
#[conservative_rule(pullback = weighted_pullback, tangent = weighted_tangent)]
fn weighted(w: &[f64], x: Vec<f64>, bias: [f64; 2], #[constant] scale: &[f64]) -> f64 {
    let products = w.iter().zip(&x).zip(scale).map(|((w, x), s)| w * x * s);
    products.sum::<f64>() + bias[0] * bias[1]
}

fn weighted_pullback(
    w: &[f64],
    x: Vec<f64>,
    bias: [f64; 2],
    scale: &[f64],
    _: f64,
    y_bar: f64,
    w_bar: &mut [f64],
    x_bar: &mut [f64],
) -> [f64; 2] {
    for i in 0..w.len() {
        w_bar[i] += y_bar * x[i] * scale[i];
        x_bar[i] += y_bar * w[i] * scale[i];
    }
    [y_bar * bias[1], y_bar * bias[0]]
}

fn weighted_tangent(
    w: &[f64],
    x: Vec<f64>,
    bias: [f64; 2],
    scale: &[f64],
    _: f64,
    w_dot: &[f64],
    x_dot: &[f64],
    bias_dot: [f64; 2],
) -> f64 {
    let terms = (0..w.len()).map(|i| (w_dot[i] * x[i] + w[i] * x_dot[i]) * scale[i]);
    terms.sum::<f64>() + bias_dot[0] * bias[1] + bias[0] * bias_dot[1]
}

#[conservative_grad]
fn regularised(w: &[f64], b: f64) -> f64 {
    let mut x = vec![0.0; 3];
    for i in 0..3 {
        x[i] = w[i] * w[i];
    }
    let scale = [1.0, 2.0, 0.5];
    weighted(&w[..3], x, [b, b * b], &scale) + b
}

#[test]
fn slices_vectors_arrays_and_constants() {
    let (w, b) = ([0.5, -1.0, 2.0, 7.0], 0.3);
    let (w_bar, b_bar) = regularised::grad(&w, b);
    for i in 0..4 {
        let at = |v: f64| {
            let mut w = w;
            w[i] = v;
            regularised(&w, b)
        };
        close(w_bar[i], difference(at, w[i]));
    }
    close(b_bar, difference(|b| regularised(&w, b), b));
    let direction = [0.1, 0.2, -0.3, 0.4];
    let (_, slope) = regularised::jvp(&w, b, &direction, 2.0);
    let expected: f64 = w_bar.iter().zip(&direction).map(|(a, b)| a * b).sum();
    close(slope, expected + 2.0 * b_bar);
}

/// Results that are tuples, arrays and vectors.
#[conservative_rule(pullback = polar_pullback, tangent = polar_tangent, domain(x != 0.0 || y != 0.0))]
fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

fn polar_pullback(x: f64, y: f64, (r, _): (f64, f64), (r_bar, a_bar): (f64, f64)) -> (f64, f64) {
    (
        r_bar * x / r - a_bar * y / (r * r),
        r_bar * y / r + a_bar * x / (r * r),
    )
}

fn polar_tangent(x: f64, y: f64, (r, _): (f64, f64), x_dot: f64, y_dot: f64) -> (f64, f64) {
    (
        (x * x_dot + y * y_dot) / r,
        (x * y_dot - y * x_dot) / (r * r),
    )
}

#[conservative_rule(pullback = doubled_pullback, tangent = doubled_tangent)]
fn doubled(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| 2.0 * x).collect()
}

fn doubled_pullback(x: &[f64], _: &[f64], y_bar: &[f64], x_bar: &mut [f64]) {
    for i in 0..x.len() {
        x_bar[i] += 2.0 * y_bar[i];
    }
}

fn doubled_tangent(_: &[f64], _: &[f64], x_dot: &[f64]) -> Vec<f64> {
    x_dot.iter().map(|x| 2.0 * x).collect()
}

#[conservative_grad]
fn area(p: &[f64; 2]) -> f64 {
    let (r, angle) = polar(p[0], p[1]);
    let more = doubled(&[r, angle]);
    0.5 * r * r * angle + more[0] * more[1]
}

#[test]
fn tuples_and_vectors_as_results() {
    let p = [0.8, 0.6];
    let gradient = area::grad(&p);
    close(gradient[0], difference(|x| area(&[x, p[1]]), p[0]));
    close(gradient[1], difference(|y| area(&[p[0], y]), p[1]));
    let (_, slope) = area::jvp(&p, &[1.0, -2.0]);
    close(slope, gradient[0] - 2.0 * gradient[1]);
    let jacobian = polar::jacobian(0.8, 0.6);
    close(jacobian.1.0, -0.6);
    assert_eq!(doubled::jacobian(&[1.0, 2.0]), [[2.0, 0.0], [0.0, 2.0]]);
}

/// A kink is declared, asked for, and obeyed.
#[conservative_rule(pullback = dead_zone_pullback, kink(x = width, tie = 0.0), kink(x = -width, tie = 1.0), class = Semialgebraic)]
fn dead_zone(x: f64, #[constant] width: f64) -> f64 {
    x - x.clamp(-width, width)
}

/// 1 outside of the zone, 0 inside.
fn dead_zone_pullback(_: f64, _: f64, _: f64, over: f64, inside_or_over: f64, y_bar: f64) -> f64 {
    y_bar * (over + (1.0 - inside_or_over))
}

#[conservative_grad]
fn squared_dead_zone(x: f64) -> f64 {
    let y = dead_zone(x, 1.0);
    y * y + y
}

#[test]
fn declared_kinks_are_sites_with_decisions() {
    let sites: Vec<_> = dead_zone::FIELD.sites().collect();
    assert_eq!(sites.len(), 2);
    assert_eq!((sites[0].stratum, sites[0].theta), ("x = width", 0.0));
    assert_eq!((sites[1].stratum, sites[1].theta), ("x = -width", 1.0));
    for (x, slope) in [(2.0, 1.0), (0.5, 0.0), (-3.0, 1.0), (1.0, 0.0), (-1.0, 0.0)] {
        assert_eq!(dead_zone::grad(x, 1.0), slope, "at {x}");
    }
    // At the tie, the caller decides.
    let mut above = choices::WithPolicy(Policy::Upper);
    assert_eq!(
        dead_zone::value_and_grad_with(&mut above, 1.0, 1.0),
        (0.0, 1.0)
    );
    assert_eq!(dead_zone::trace(0.5, 1.0).visits().len(), 2);
    assert_conservative!(
        |x, sel| squared_dead_zone::value_and_grad_with(sel, x[0]),
        -3.0..3.0
    );
}

/// A generic length, a rule in a module, a name of its own.
mod inner {
    use conservative_grad::conservative_rule;

    #[conservative_rule(pullback = self::detail::sum_pullback, tangent = detail::sum_tangent, name = total_ad)]
    pub(super) fn total<const N: usize>(x: [f64; N]) -> f64 {
        x.iter().sum()
    }

    mod detail {
        pub(super) fn sum_pullback<const N: usize>(_: [f64; N], _: f64, y_bar: f64) -> [f64; N] {
            [y_bar; N]
        }

        pub(super) fn sum_tangent<const N: usize>(_: [f64; N], _: f64, x_dot: [f64; N]) -> f64 {
            x_dot.iter().sum()
        }
    }
}

#[test]
fn const_parameters_paths_and_names() {
    assert_eq!(inner::total([1.0, 2.0]), 3.0);
    assert_eq!(inner::total_ad::grad([1.0, 2.0, 3.0]), [1.0; 3]);
    assert_eq!(inner::total_ad::jvp([1.0, 2.0], [0.5, 0.25]), (3.0, 0.75));
}

/// In a loop, and under a condition.
#[conservative_grad]
fn chained(x: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        y = erf(y)
            + if y > 0.2 {
                quotient(y, 2.0 + i as f64)
            } else {
                0.3
            };
    }
    y
}

#[test]
fn inside_of_loops_and_branches() {
    for x in [-0.8, 0.1, 0.9] {
        close(chained::grad(x, 5), difference(|x| chained(x, 5), x));
        close(chained::jvp(x, 5, 1.0).1, chained::grad(x, 5));
    }
}

/// For any kind of number: a rule of one function only, and one with both and a kink.
mod generic {
    use conservative_grad::{Real, conservative_grad, conservative_rule};

    #[conservative_rule(pullback = cube_pullback)]
    pub(super) fn cube<T: Real>(x: T) -> T {
        x * x * x
    }

    fn cube_pullback<T: Real>(x: T, _: T, y_bar: T) -> T {
        T::from_f64(3.0) * x * x * y_bar
    }

    #[conservative_rule(tangent = square_tangent)]
    pub(super) fn square<T: Real>(x: &T) -> T {
        *x * *x
    }

    fn square_tangent<T: Real>(x: &T, _: T, x_dot: T) -> T {
        T::from_f64(2.0) * *x * x_dot
    }

    #[conservative_rule(pullback = distance_pullback, tangent = distance_tangent, kink(x[0] = y))]
    pub(super) fn distance<T: Real>(x: &[T], y: T) -> T {
        (x[0] - y).abs()
    }

    fn distance_pullback<T: Real>(_: &[T], _: T, _: T, above: f64, d_bar: T, x_bar: &mut [T]) -> T {
        let sign = T::from_f64(2.0 * above - 1.0);
        x_bar[0] += sign * d_bar;
        -sign * d_bar
    }

    fn distance_tangent<T: Real>(_: &[T], _: T, _: T, above: f64, x_dot: &[T], y_dot: T) -> T {
        T::from_f64(2.0 * above - 1.0) * (x_dot[0] - y_dot)
    }

    #[conservative_grad]
    pub(super) fn all<T: Real>(x: &[T], y: T) -> T {
        cube(x[1]) * square(&y) + distance(x, y)
    }

    #[conservative_grad]
    pub(super) fn pair<T: Real>(x: &[T], y: T) -> [T; 2] {
        [cube(x[0]) * y, square(&y)]
    }
}

#[test]
fn for_any_kind_of_number() {
    assert_eq!(
        generic::all::grad(&[1.0, 2.0], 3.0),
        (vec![-1.0, 108.0], 49.0)
    );
    assert_eq!(
        generic::all::grad(&[1.0f32, 2.0], 3.0),
        (vec![-1.0, 108.0], 49.0)
    );
    assert_eq!(
        generic::all::jvp(&[1.0, 2.0], 3.0, &[1.0, 1.0], 1.0).1,
        156.0
    );
    let rows = [(vec![6.0f32], 1.0), (vec![0.0], 4.0)];
    assert_eq!(generic::pair::jacobian(&[1.0f32], 2.0), rows);
}

mod methods {
    //! Rules of methods: the receiver is the first argument of the pullback, its gradient a buffer.

    use conservative_grad::{Differentiable, ObligationKind, conservative_grad, conservative_rule};

    type Bar<T> = <T as Differentiable>::Gradient;

    #[derive(Clone, Debug, Differentiable)]
    struct Scale {
        k: f64,
        w: Vec<f64>,
        #[constant]
        shift: usize,
    }

    impl Scale {
        #[conservative_rule(
            pullback = Self::scaled_pullback, tangent = scaled_tangent,
            kink(self.k * x = self.shift as f64, tie = 0.5)
        )]
        fn scaled(&self, x: f64) -> f64 {
            (self.k * x - self.shift as f64).abs() + self.w[0] * x
        }

        fn scaled_pullback(&self, x: f64, _: f64, w: f64, bar: f64, own: &mut Bar<Self>) -> f64 {
            let side = 2.0 * w - 1.0;
            own.k += bar * side * x;
            own.w[0] += bar * x;
            bar * (side * self.k + self.w[0])
        }

        /// Without a receiver, by its tangent alone.
        #[conservative_rule(tangent = Self::inverse_tangent)]
        fn inverse(x: f64) -> f64 {
            Self::quotient(x)
        }

        fn quotient(x: f64) -> f64 {
            1.0 / x
        }

        fn inverse_tangent(_: f64, y: f64, dot: f64) -> f64 {
            -y * y * dot
        }
    }

    fn scaled_tangent(s: &Scale, x: f64, _: f64, w: f64, own: &Bar<Scale>, dot: f64) -> f64 {
        let side = 2.0 * w - 1.0;
        side * (own.k * x + s.k * dot) + own.w[0] * x + s.w[0] * dot
    }

    #[derive(Clone, Copy, Debug, Differentiable)]
    struct Arrow {
        x: f64,
        y: f64,
    }

    impl Arrow {
        #[conservative_rule(
            pullback = Self::norm_pullback, tangent = Self::norm_tangent, domain(self.x > 0.0)
        )]
        fn norm(self) -> f64 {
            self.x.hypot(self.y)
        }

        fn norm_pullback(self, norm: f64, bar: f64, own: &mut Bar<Self>) {
            own.x += bar * self.x / norm;
            own.y += bar * self.y / norm;
        }

        fn norm_tangent(self, norm: f64, dot: &Bar<Self>) -> f64 {
            (self.x * dot.x + self.y * dot.y) / norm
        }

        #[conservative_rule(pullback = Self::turned_pullback, tangent = Self::turned_tangent)]
        fn turned(&self) -> Self {
            Arrow {
                x: -self.y,
                y: self.x,
            }
        }

        fn turned_pullback(&self, _: &Self, bar: &Bar<Self>, own: &mut Bar<Self>) {
            own.x += bar.y;
            own.y -= bar.x;
        }

        fn turned_tangent(&self, _: &Self, dot: &Bar<Self>) -> Bar<Self> {
            let mut turned = self.zero_gradient();
            turned.x = -dot.y;
            turned.y = dot.x;
            turned
        }
    }

    /// Nothing to differentiate with respect to.
    struct Power {
        n: i32,
    }

    #[conservative_grad]
    impl Power {
        #[conservative_rule(pullback = Self::of_pullback)]
        fn of(#[constant] &self, x: f64) -> f64 {
            x.powi(self.n)
        }

        #[conservative_grad(skip)]
        fn of_pullback(&self, x: f64, _: f64, bar: f64) -> f64 {
            bar * f64::from(self.n) * x.powi(self.n - 1)
        }

        fn twice(#[constant] &self, x: f64) -> f64 {
            self.of(self.of(x)) + Self::of(self, x + 1.0)
        }
    }

    #[conservative_grad]
    impl Scale {
        fn both(&self, x: f64) -> f64 {
            self.scaled(x.sin()) + Self::inverse(self.k)
        }
    }

    #[conservative_grad]
    fn all(x: &[f64]) -> f64 {
        let scale = Scale {
            k: x[0],
            w: vec![x[1], x[2]],
            shift: 1,
        };
        let arrow = Arrow {
            x: x[0],
            y: x[1] * x[2],
        };
        let turned = arrow.turned();
        let mut sum = arrow.norm() * turned.x + turned.y;
        for v in x {
            sum += scale.both(*v) * scale.scaled(*v + 0.3);
        }
        sum
    }

    #[test]
    fn callers_use_them_in_both_modes() {
        for x in [[0.3, -0.7, 1.1], [2.5, 0.8, -1.9]] {
            let (value, gradient) = all::value_and_grad(&x);
            assert_eq!(value, all(&x));
            for k in 0..3 {
                let moved = |t: f64| {
                    let mut x = x;
                    x[k] = t;
                    all(&x)
                };
                super::close(gradient[k], super::difference(moved, x[k]));
                let mut unit = [0.0; 3];
                unit[k] = 1.0;
                super::close(all::jvp(&x, &unit).1, gradient[k]);
            }
        }
        let power = Power { n: 3 };
        let (value, slope) = power.twice_value_and_grad(0.9);
        assert_eq!(value, power.twice(0.9));
        super::close(slope, super::difference(|x| power.twice(x), 0.9));
    }

    #[test]
    fn they_have_entry_points_sites_and_obligations() {
        let scale = Scale {
            k: 0.5,
            w: vec![0.25, 1.0],
            shift: 1,
        };
        // On the kink the weights of the two sides are equal.
        let (own, x_bar) = scale.scaled_grad(2.0);
        assert_eq!((own.k, own.w, x_bar), (0.0, vec![2.0, 0.0], 0.25));
        let field = Scale::SCALED_FIELD;
        assert_eq!(field.sites[0].source, "self.k * x = self.shift as f64");
        let kinds: Vec<_> = Arrow::NORM_FIELD
            .obligations
            .iter()
            .map(|o| o.kind)
            .collect();
        assert_eq!(kinds, [ObligationKind::CustomRule, ObligationKind::Domain]);
        assert_eq!(Arrow::NORM_FIELD.obligations[1].source, "self.x > 0.0");
    }
}
