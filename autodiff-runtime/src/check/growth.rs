//! Whether slopes at distances that are halved again and again grow without bound.
//!
//! A power of the distance grows by a factor with each halving, a logarithm by a term. A bounded slope that is Hölder continuous
//! beside the place changes by less and less instead: with exponent α by 2^-α of the change before.

/// Growth per halving, as a power of two, that counts at once: over all distances, and over the last ones too, so that
/// `√(x + 1e-12)` passes.
const GROWTH: f64 = 0.05;
const LAST: usize = 6;
/// What the last changes have to be of the first ones to count as not decaying. Over a dozen halvings those of a logarithm stay, of the logarithm
/// of a logarithm 3/4 are left, of what is Hölder continuous with exponent 1/4 an eighth.
const LEFT: f64 = 0.7;
/// Changes that grow by no more than this are those of a logarithm.
const LOGARITHM: f64 = 1.2;
/// How unlike two changes that follow each other may be, for all that the place is known to a few digits only.
const STEADY: f64 = 1.8;
/// Part of the slopes that the changes must come to: below, it may be rounding, of f32 too.
const VISIBLE: f64 = 1e-6;

/// The power of the distance that the slopes grow like, 0 for its logarithm; `None` if they do not grow. `large` is what a slope
/// must reach to be called so on account of factors.
pub(crate) fn power(slopes: &[f64], large: f64) -> Option<f64> {
    if slopes.len() < 2 * LAST || slopes.iter().any(|slope| !slope.is_finite()) {
        return None;
    }
    by_factors(slopes, large).or_else(|| by_terms(slopes))
}

/// Of the largest slopes at each distance, where they change sign from one place to the next.
pub(crate) fn by_factors(slopes: &[f64], large: f64) -> Option<f64> {
    let logarithms: Vec<f64> = slopes.iter().map(|slope| slope.abs().log2()).collect();
    if logarithms.len() < 2 * LAST || logarithms.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let exponent = trend(&logarithms);
    let grows = exponent > GROWTH && trend(&logarithms[logarithms.len() - LAST..]) > GROWTH;
    let is_large = slopes.last().is_some_and(|slope| slope.abs() > large);
    (grows && is_large).then_some(-exponent)
}

fn by_terms(slopes: &[f64]) -> Option<f64> {
    let changes: Vec<f64> = slopes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let total: f64 = changes.iter().sum();
    let size = slopes.iter().fold(0.0f64, |m, slope| m.max(slope.abs()));
    let one_way = changes.iter().all(|change| change * total > 0.0);
    let steady = changes
        .windows(2)
        .all(|pair| (1.0 / STEADY..=STEADY).contains(&(pair[1] / pair[0])));
    let outwards = slopes.last().is_some_and(|slope| slope * total > 0.0);
    let sum = |part: &[f64]| part.iter().sum::<f64>();
    let left = sum(&changes[changes.len() - LAST..]) / sum(&changes[..LAST]);
    let grows = total.abs() > VISIBLE * size && one_way && steady && outwards && left >= LEFT;
    let distance = (changes.len() - LAST) as f64;
    let exponent = if left > LOGARITHM {
        -left.log2() / distance
    } else {
        0.0
    };
    grows.then_some(exponent)
}

/// Whether two slopes, farther away and nearer, are so different that it is worth while to look at those in between.
pub(crate) fn is_suspicious(far: f64, near: f64) -> bool {
    (near - far).abs() > VISIBLE * near.abs().max(far.abs())
}

/// The slope of the line through equidistant points, by least squares.
fn trend(y: &[f64]) -> f64 {
    let n = y.len() as f64;
    let middle = 0.5 * (n - 1.0);
    let products = y
        .iter()
        .enumerate()
        .map(|(i, y)| (i as f64 - middle) * y)
        .sum::<f64>();
    products / (n * (n * n - 1.0) / 12.0)
}

#[cfg(test)]
mod tests {
    use super::{power, trend};

    #[test]
    fn a_trend_is_the_slope_of_a_line() {
        let y: Vec<f64> = (0..9).map(|i| 0.5 * f64::from(i) - 3.0).collect();
        assert!((trend(&y) - 0.5).abs() < 1e-15);
    }

    fn slopes(of: impl Fn(f64) -> f64) -> Vec<f64> {
        (30..=46).map(|k| of(2f64.powi(-k))).collect()
    }

    #[test]
    fn what_grows() {
        let found = |of: &dyn Fn(f64) -> f64| power(&slopes(of), 8.0);
        let near = |exponent: Option<f64>, wanted: f64| {
            exponent.is_some_and(|found| (found - wanted).abs() < 5e-3)
        };
        assert!(near(found(&|x| 0.5 / x.sqrt()), -0.5));
        assert_eq!(found(&|x| 1.0 + x.ln()), Some(0.0));
        assert_eq!(found(&|x| 100.0 - x.ln()), Some(0.0));
        assert_eq!(found(&|x| (-x.ln()).ln()), Some(0.0));
        assert!(near(found(&|x| 0.96 * x.powf(-0.04)), -0.04));
    }

    #[test]
    fn what_does_not() {
        let bounded: [&dyn Fn(f64) -> f64; 9] = [
            &|x| {
                if x > 1e-13 {
                    -2.0 + 1e-9 * x.ln()
                } else {
                    -3.0
                }
            },
            &|x| 1.0 - x.powf(0.1),
            &|x| 1.5 * x.sqrt(),
            &|x| -2.0 - 1e3 * x,
            &|x| 0.5 / (x + 1e-12).sqrt(),
            &|x| 1.0 / x.ln(),
            &|x| (x + 1e-10).ln(),
            &|x| (2.0 * x.ln()).sin() + 2.0 * (2.0 * x.ln()).cos(),
            &|_| 3.0,
        ];
        for (i, of) in bounded.into_iter().enumerate() {
            assert_eq!(power(&slopes(of), 8.0), None, "{i}");
        }
    }
}
