//! num-dual: vectors of dual numbers.

use crate::real::Function;
use nalgebra::SVector;
use num_dual::{Derivative, DualSVec64};

/// Tangents that one sweep carries where there are many inputs: the fastest over all kernels of 4, 6, 8, 16 and 32.
const LANES: usize = 6;

/// All tangents in one sweep: num-dual's own driver.
pub(crate) fn at_once<const INPUTS: usize, F: Function>(
    function: &F,
    point: &[f64],
) -> (f64, Vec<f64>) {
    let point = SVector::<f64, INPUTS>::from_column_slice(point);
    let (value, gradient) = num_dual::gradient(
        |x: SVector<DualSVec64<INPUTS>, INPUTS>| function.call(x.as_slice()),
        &point,
    );
    (value, gradient.as_slice().to_vec())
}

/// Some inputs at a time.
pub(crate) fn in_chunks<F: Function>(function: &F, point: &[f64]) -> (f64, Vec<f64>) {
    let mut x: Vec<DualSVec64<LANES>> = point.iter().map(|&x| DualSVec64::from_re(x)).collect();
    let mut value = 0.0;
    let mut gradient = Vec::with_capacity(point.len());
    for start in (0..point.len()).step_by(LANES) {
        let chunk = start..point.len().min(start + LANES);
        for (lane, i) in chunk.clone().enumerate() {
            x[i].eps = Derivative::some(SVector::from_fn(|row, _| f64::from(row == lane)));
        }
        let result = function.call(&x);
        value = result.re;
        let tangents = result.eps.0.unwrap_or_else(SVector::zeros);
        gradient.extend_from_slice(&tangents.as_slice()[..chunk.len()]);
        for i in chunk {
            x[i].eps = Derivative::none();
        }
    }
    (value, gradient)
}
