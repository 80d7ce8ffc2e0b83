//! Loops that look for something pass over blocks of iterations in which nothing is found, if the plain selection decides.
//! A selection of one's own that decides the same sees every iteration, so that both gradients have to be equal to the last bit.

use conservative_grad::{Decision, Selection, Visit, conservative_grad};

/// Decides as the plain selection does, one visit after the other.
struct OneByOne;

impl Selection for OneByOne {
    fn decide(&mut self, visit: &Visit) -> Decision {
        visit.default
    }
}

#[conservative_grad]
fn largest(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        m = m.max(x[i]);
    }
    3.0 * m
}

#[conservative_grad]
fn largest_the_other_way_round(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        m = x[i].max(m);
    }
    3.0 * m
}

#[conservative_grad]
fn least(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        m = m.min(x[i]);
    }
    3.0 * m
}

#[conservative_grad]
fn least_the_other_way_round(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        m = x[i].min(m);
    }
    3.0 * m
}

#[conservative_grad]
fn by_test(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        if x[i] > m {
            m = x[i];
        }
    }
    3.0 * m
}

#[conservative_grad]
fn by_test_the_last(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        if m > x[i] {
        } else {
            m = x[i];
        }
    }
    3.0 * m
}

#[conservative_grad]
fn least_by_test(x: &[f64]) -> f64 {
    let mut m = x[0];
    for i in 1..x.len() {
        if x[i] <= m {
            m = x[i];
        }
    }
    3.0 * m
}

#[conservative_grad]
fn largest_deviation(x: &[f64]) -> f64 {
    let mut m = 0.0;
    for i in 0..x.len() {
        m = f64::max(m, (x[i] - 0.25).abs());
    }
    3.0 * m
}

#[conservative_grad]
fn largest_of_rows(x: &[f64]) -> f64 {
    let half = x.len() / 2;
    let mut total = 0.0;
    for row in 0..crate::TWO {
        let mut m = -1e9_f64;
        for i in 0..half {
            m = m.max(x[row * half + i]);
        }
        total += (1.0 + row as f64) * m;
    }
    total
}

/// Random numbers, some of them equal, and now and then one that is not finite.
fn point(rng: &mut fastrand::Rng, n: usize, kind: usize) -> Vec<f64> {
    let mut x: Vec<f64> = (0..n).map(|_| rng.f64() - 0.5).collect();
    match kind {
        0 => {}
        1 => x.iter_mut().for_each(|x| *x = (*x * 20.0).round() / 20.0),
        2 => x.sort_by(f64::total_cmp),
        3 => x.sort_by(|a, b| b.total_cmp(a)),
        4 => x.iter_mut().for_each(|x| *x = 0.0_f64.copysign(*x)),
        5 => x[rng.usize(..n)] = f64::NAN,
        6 => x[rng.usize(..n)] = f64::INFINITY,
        _ => {
            x[0] = f64::NAN;
            x[n - 1] = f64::NEG_INFINITY;
        }
    }
    x
}

macro_rules! decided_as_one_by_one {
    ($($f:ident),*) => {$(
        #[test]
        fn $f() {
            let mut rng = fastrand::Rng::with_seed(11);
            for n in [2, 3, 63, 64, 65, 66, 127, 128, 129, 130, 192, 193, 194, 300] {
                for kind in 0..8 {
                    let x = point(&mut rng, n, kind);
                    let (value, gradient) = super::$f::value_and_grad(&x);
                    let (again, one_by_one) = super::$f::value_and_grad_with(&mut OneByOne, &x);
                    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    assert_eq!(value.to_bits(), again.to_bits(), "n = {n}, kind {kind}");
                    assert_eq!(value.to_bits(), super::$f(&x).to_bits(), "n = {n}, kind {kind}");
                    assert_eq!(bits(&gradient), bits(&one_by_one), "n = {n}, kind {kind}");
                    let (_, pullback) = super::$f::vjp(&x);
                    assert_eq!(bits(&gradient), bits(&pullback(1.0)), "n = {n}, kind {kind}");
                }
            }
        }
    )*};
}

mod tests {
    use super::{OneByOne, point};

    decided_as_one_by_one!(
        largest,
        largest_the_other_way_round,
        least,
        least_the_other_way_round,
        by_test,
        by_test_the_last,
        least_by_test,
        largest_deviation,
        largest_of_rows
    );

    #[test]
    fn the_gradient_is_at_what_was_found() {
        let mut rng = fastrand::Rng::with_seed(12);
        for n in [70, 128, 200, 321] {
            for _ in 0..20 {
                let x = point(&mut rng, n, 0);
                let at = |better: fn(&f64, &f64) -> bool| {
                    let found = (1..n).fold(0, |m, i| if better(&x[i], &x[m]) { i } else { m });
                    let mut gradient = vec![0.0; n];
                    gradient[found] = 3.0;
                    gradient
                };
                assert_eq!(super::largest::grad(&x), at(f64::gt));
                assert_eq!(super::by_test::grad(&x), at(f64::gt));
                assert_eq!(super::least::grad(&x), at(f64::lt));
                assert_eq!(super::least_by_test::grad(&x), at(f64::lt));
            }
        }
    }
}
