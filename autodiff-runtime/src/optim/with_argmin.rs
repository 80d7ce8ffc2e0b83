//! Functions as problems of the crate argmin (feature `argmin`).

use argmin::core::{CostFunction, Error, Gradient};

/// A function and its gradient, for the solvers of [argmin](https://docs.rs/argmin).
///
/// Of an annotated `loss`, `Problem(|w: &[f64]| loss(w, data), |w: &[f64]| loss::grad(w, data))`. For solvers that use no
/// gradient the second is never called.
///
/// ```
/// use argmin::core::{CostFunction, Gradient};
/// use autodiff_runtime::optim::Problem;
/// let problem = Problem(|x: &[f64]| x[0] * x[0], |x: &[f64]| vec![2.0 * x[0]]);
/// assert_eq!(problem.cost(&vec![3.0]).unwrap(), 9.0);
/// assert_eq!(problem.gradient(&vec![3.0]).unwrap(), [6.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Problem<F, G>(pub F, pub G);

impl<F: Fn(&[f64]) -> f64, G> CostFunction for Problem<F, G> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok((self.0)(x))
    }
}

impl<F, G: Fn(&[f64]) -> Vec<f64>> Gradient for Problem<F, G> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok((self.1)(x))
    }
}
