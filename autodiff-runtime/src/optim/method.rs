//! What a method is: one step.

/// A first-order method: parameters and gradient in, new parameters out.
///
/// The first step tells how many parameters there are; buffers are made then.
///
/// ```
/// use autodiff_runtime::optim::Method;
/// struct Half;
/// impl Method for Half {
///     fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
///         parameters.iter_mut().zip(gradient).for_each(|(x, g)| *x -= 0.5 * g);
///     }
/// }
/// let mut x = [3.0];
/// Half.step(&mut x, &[2.0]);
/// assert_eq!(x, [2.0]);
/// ```
pub trait Method {
    /// Makes one step. `gradient` is that at `parameters`.
    ///
    /// # Panics
    ///
    /// If the number of parameters changes from step to step, or differs from that of the gradient.
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]);
}

impl<M: Method + ?Sized> Method for &mut M {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        (**self).step(parameters, gradient);
    }
}

impl<M: Method + ?Sized> Method for Box<M> {
    fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        (**self).step(parameters, gradient);
    }
}

/// The lengths that have to agree, of a step and of what was kept from the one before.
pub(super) fn same_length(parameters: &[f64], gradient: &[f64], kept: Option<&[f64]>) {
    let n = parameters.len();
    assert_eq!(
        n,
        gradient.len(),
        "{n} parameters and a gradient of {}",
        gradient.len()
    );
    let kept = kept.map_or(n, <[f64]>::len);
    assert_eq!(n, kept, "{n} parameters, and {kept} at the steps before");
}

/// The buffer, made on the first step.
pub(super) fn buffer(kept: &mut Vec<f64>, k: u64, make: impl FnOnce() -> Vec<f64>) -> &mut [f64] {
    if k == 0 {
        *kept = make();
    }
    kept
}
