//! Sums over the parameters, in lanes: with thousands of parameters they cost as much as the gradient.

const LANES: usize = 8;

/// What one gradient says about one point of a curve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Products {
    /// `Σ gradient_i · velocity_i`.
    pub(crate) slope: f64,
    /// `Σ |gradient_i · velocity_i|`, over what is finite: what the slope is rounded by, over u.
    pub(crate) bulk: f64,
    /// `Σ |gradient_i · x_i|`, over what is finite.
    pub(crate) terms: f64,
    /// `max |x_i|`.
    pub(crate) size: f64,
    /// Whether every component of the gradient is finite.
    pub(crate) finite: bool,
}

#[derive(Clone, Copy)]
struct Lanes {
    slope: [f64; LANES],
    bulk: [f64; LANES],
    terms: [f64; LANES],
    size: [f64; LANES],
    finite: [bool; LANES],
}

impl Lanes {
    #[inline(always)]
    fn add(&mut self, lane: usize, g: f64, x: f64, v: f64) {
        let product = g * v;
        // A component that does not move does not matter, not even if it is infinite.
        self.slope[lane] += if v == 0.0 { 0.0 } else { product };
        let part = product.abs();
        self.bulk[lane] += if part < f64::INFINITY { part } else { 0.0 };
        let term = (g * x).abs();
        self.terms[lane] += if term < f64::INFINITY { term } else { 0.0 };
        let size = x.abs();
        self.size[lane] = if size > self.size[lane] {
            size
        } else {
            self.size[lane]
        };
        self.finite[lane] &= g.abs() < f64::INFINITY;
    }
}

/// All three have the same length.
pub(crate) fn products(gradient: &[f64], point: &[f64], velocity: &[f64]) -> Products {
    let mut lanes = Lanes {
        slope: [0.0; LANES],
        bulk: [0.0; LANES],
        terms: [0.0; LANES],
        size: [0.0; LANES],
        finite: [true; LANES],
    };
    let (g, g_rest) = gradient.as_chunks::<LANES>();
    let (x, x_rest) = point.as_chunks::<LANES>();
    let (v, v_rest) = velocity.as_chunks::<LANES>();
    for ((g, x), v) in g.iter().zip(x).zip(v) {
        for lane in 0..LANES {
            lanes.add(lane, g[lane], x[lane], v[lane]);
        }
    }
    for ((g, x), v) in g_rest.iter().zip(x_rest).zip(v_rest) {
        lanes.add(0, *g, *x, *v);
    }
    Products {
        slope: lanes.slope.iter().sum(),
        bulk: lanes.bulk.iter().sum(),
        terms: lanes.terms.iter().sum(),
        size: lanes.size.iter().fold(0.0, |m, x| m.max(*x)),
        finite: lanes.finite.iter().all(|finite| *finite),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_whatever_the_length() {
        for n in [0, 1, 7, 8, 9, 31] {
            let g: Vec<f64> = (0..n).map(f64::from).collect();
            let found = products(&g, &vec![-2.0; g.len()], &vec![3.0; g.len()]);
            let sum: f64 = g.iter().sum();
            assert_eq!((found.slope, found.terms), (3.0 * sum, 2.0 * sum));
            assert_eq!(found.bulk, 3.0 * sum);
            assert!(found.finite && found.size == if n > 0 { 2.0 } else { 0.0 });
        }
    }

    #[test]
    fn what_does_not_move_does_not_matter() {
        let found = products(&[f64::INFINITY, 2.0], &[0.0, 1.0], &[0.0, 1.0]);
        assert_eq!((found.slope, found.terms, found.finite), (2.0, 2.0, false));
    }
}
