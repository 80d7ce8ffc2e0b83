//! Gauss–Kronrod quadrature with 7 and 15 points, and what the same nodes tell about rounding noise.
//!
//! Nodes and weights are those of QUADPACK's `qk15` (Piessens, de Doncker-Kapenga, Überhuber,
//! Kahaner, 1983).

/// The nodes of one panel in `[-1, 1]`: the 15 of Kronrod between both ends.
pub(crate) const POINTS: usize = 17;

const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];

const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_83,
];

/// Weights of the Gauss rule, which uses every other node.
const GAUSS: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_7,
    0.381_830_050_505_118_9,
    0.417_959_183_673_469_4,
];

/// An integral over one panel and the difference of the two rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Integral {
    /// By the 15 points.
    pub(crate) value: f64,
    /// `|K15 - G7|`; nearly always far more than the error of `value`.
    pub(crate) error: f64,
    /// The integral of the absolute value.
    pub(crate) absolute: f64,
}

/// Both rules on one table, with the weights that measure noise.
#[derive(Clone, Debug)]
pub(crate) struct Kronrod {
    noise: [f64; POINTS],
}

impl Kronrod {
    pub(crate) fn new() -> Self {
        Kronrod {
            noise: noise_weights(),
        }
    }

    /// The 15 interior nodes of the panel from `a` to `b`, in order.
    pub(crate) fn nodes(a: f64, b: f64) -> [f64; 15] {
        let half = 0.5 * (b - a);
        let middle = a + half;
        core::array::from_fn(|i| (middle + half * place(i)).clamp(a, b))
    }

    /// Integrates the 15 values at [`Kronrod::nodes`] over a panel of length `length`.
    pub(crate) fn integrate(values: &[f64; 15], length: f64) -> Integral {
        let mut kronrod = 0.0;
        let mut gauss = 0.0;
        let mut absolute = 0.0;
        for (i, value) in values.iter().enumerate() {
            let j = i.min(14 - i);
            kronrod += KRONROD[j] * value;
            absolute += KRONROD[j] * value.abs();
            if j % 2 == 1 {
                gauss += GAUSS[j / 2] * value;
            }
        }
        let half = 0.5 * length;
        Integral {
            value: half * kronrod,
            error: (half * (kronrod - gauss)).abs(),
            absolute: half * absolute,
        }
    }

    /// The integral from the start of a panel of length `length` to each of its nodes, from the 15 values there.
    ///
    /// The values are expanded in Legendre polynomials up to the degree at which the rule sees them as orthogonal (11: the
    /// product with another one of degree 11 is integrated exactly), and `∫ P_k = (P_{k+1} - P_{k-1}) / (2k + 1)`.
    pub(crate) fn running(values: &[f64; 15], length: f64) -> [f64; 15] {
        const DEGREE: usize = 11;
        let table: [[f64; DEGREE + 2]; 15] = core::array::from_fn(|i| legendre(place(i)));
        let weight = |i: usize| KRONROD[i.min(14 - i)];
        let coefficient = |k: usize| {
            let products = (0..15).map(|i| weight(i) * values[i] * table[i][k]);
            0.5 * (2 * k + 1) as f64 * products.sum::<f64>()
        };
        let coefficients: [f64; DEGREE + 1] = core::array::from_fn(coefficient);
        core::array::from_fn(|i| {
            let mut sum = coefficients[0] * (1.0 + place(i));
            for (k, c) in coefficients.iter().enumerate().skip(1) {
                sum += c * (table[i][k + 1] - table[i][k - 1]) / (2 * k + 1) as f64;
            }
            0.5 * length * sum
        })
    }

    /// One sample of the noise in the 17 values at both ends and the nodes of a panel.
    ///
    /// A divided difference of order 16 is 0 for polynomials of degree 15, hence for whatever
    /// the 15 point rule resolves; what is left is rounding. The weights have norm 1, so that
    /// independent errors of standard deviation σ give a number of standard deviation σ
    /// (Hamming's difference table; Moré and Wild, *Estimating computational noise*, 2011).
    pub(crate) fn noise(&self, values: &[f64; POINTS]) -> f64 {
        let sum: f64 = self.noise.iter().zip(values).map(|(w, v)| w * v).sum();
        sum.abs()
    }
}

/// The `i`-th interior node in `[-1, 1]`, in increasing order.
fn place(i: usize) -> f64 {
    if i < 7 { -NODES[i] } else { NODES[14 - i] }
}

/// `P_0(x), P_1(x), …` by their recurrence.
fn legendre<const N: usize>(x: f64) -> [f64; N] {
    let mut p = [1.0; N];
    p[1] = x;
    for k in 1..N - 1 {
        p[k + 1] = ((2 * k + 1) as f64 * x * p[k] - k as f64 * p[k - 1]) / (k + 1) as f64;
    }
    p
}

fn noise_weights() -> [f64; POINTS] {
    let x: [f64; POINTS] = core::array::from_fn(|i| match i {
        0 => -1.0,
        16 => 1.0,
        _ => place(i - 1),
    });
    let others = |i: usize| (0..POINTS).filter(move |&k| k != i);
    let raw: [f64; POINTS] =
        core::array::from_fn(|i| 1.0 / others(i).map(|k| x[i] - x[k]).product::<f64>());
    let norm = raw.iter().map(|w| w * w).sum::<f64>().sqrt();
    raw.map(|w| w / norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64) -> Integral {
        Kronrod::integrate(&Kronrod::nodes(a, b).map(f), b - a)
    }

    // The rules are exact up to degree 22 and 13 by construction.
    #[test]
    fn polynomials_are_integrated_exactly() {
        for degree in 0..=22 {
            let exact = (2f64.powi(degree + 1) - (-1f64).powi(degree + 1)) / f64::from(degree + 1);
            let found = integrate(|x| x.powi(degree), -1.0, 2.0);
            assert!(
                (found.value - exact).abs() <= 1e-14 * exact.abs(),
                "degree {degree}"
            );
            if degree <= 13 {
                assert!(found.error <= 1e-13 * exact.abs(), "degree {degree}");
            }
        }
    }

    #[test]
    fn running_integrals() {
        let nodes = Kronrod::nodes(0.5, 2.0);
        let found = Kronrod::running(&nodes.map(f64::exp), 1.5);
        for (t, found) in nodes.iter().zip(found) {
            assert!((found - (t.exp() - 0.5f64.exp())).abs() < 1e-13, "{t}");
        }
    }

    #[test]
    fn the_estimate_covers_the_error() {
        for k in 1..40 {
            let w = f64::from(k);
            let found = integrate(|x| (w * x).sin(), 0.0, 1.0);
            let error = (found.value - (1.0 - w.cos()) / w).abs();
            assert!(error <= found.error + 1e-15, "frequency {k}");
        }
    }

    #[test]
    fn noise_is_seen_and_smooth_functions_are_not() {
        let rule = Kronrod::new();
        let sample = |f: &dyn Fn(f64) -> f64| {
            let nodes = Kronrod::nodes(0.0, 1.0);
            core::array::from_fn(|i| {
                f(if i == 0 {
                    0.0
                } else if i == 16 {
                    1.0
                } else {
                    nodes[i - 1]
                })
            })
        };
        assert!(rule.noise(&sample(&|x| (3.0 * x).exp())) < 1e-13);
        assert!(rule.noise(&sample(&|x| f64::from((3.0 * x).exp() as f32))) > 1e-8);
    }
}
