//! Structs as flat lists of parameters.

use crate::differentiable::Differentiable;
use crate::jacobian::Components;

/// The numbers of a value, in the order of its fields.
///
/// ```
/// use autodiff_runtime::optim::components;
/// assert_eq!(components(&([1.0, 2.0], vec![3.0])), [1.0, 2.0, 3.0]);
/// ```
#[must_use]
pub fn components<P: Differentiable + ?Sized>(parameters: &P) -> Vec<f64> {
    let mut flat = Vec::new();
    parameters.append_numbers(&mut flat);
    flat
}

/// Writes a list of numbers, as [`components`] gives it, back into a value.
///
/// # Panics
///
/// If there are more or fewer than the value has, or if a number of it is behind a shared reference: a field `&'a [f64]` can be
/// differentiated, but not be changed. Own it (`Vec<f64>`), borrow it mutably, or mark it `#[constant]`.
pub fn assign<P: Differentiable + ?Sized>(parameters: &mut P, flat: &[f64]) {
    let mut from = flat.iter();
    let all = parameters.replace_numbers(&mut from);
    assert!(
        all || from.len() == 0,
        "a number of `{}` is behind a shared reference, and cannot be changed: own the field, borrow it mutably, or mark it `#[constant]`",
        core::any::type_name::<P>()
    );
    let more = from.len();
    assert!(
        all && more == 0,
        "{} numbers for a value with {} of them",
        flat.len(),
        components(parameters).len()
    );
}

/// The function of a struct as a function of the list of its numbers: an [`Oracle`](super::Oracle).
///
/// `f` gives value and gradient, as `value_and_grad` of an annotated function of a `#[derive(Differentiable)]` struct does. `at` says
/// what the struct looks like: its lengths, and its constant fields. The order of the numbers is that of the fields.
///
/// # Panics
///
/// At once if numbers of `at` are behind a shared reference; when it is called, as [`assign`] does.
///
/// ```
/// use autodiff_runtime::optim::{Constant, Options, Subgradient, assign, components, minimize, structured};
/// // A pair stands for a struct here.
/// let mut model = ([1.0, 2.0], 3.0);
/// let f = |m: &([f64; 2], f64)| (m.0[0].powi(2) + m.1.powi(2), ([2.0 * m.0[0], 0.0], 2.0 * m.1));
/// let method = Subgradient::new(Constant::new(0.25));
/// let outcome = minimize(method, structured(model, f), &components(&model), &Options::new(60));
/// assign(&mut model, &outcome.parameters);
/// assert!(model.1.abs() < 1e-9 && model.0[1] == 2.0);
/// ```
pub fn structured<P: Differentiable, G: Components>(
    mut at: P,
    mut f: impl FnMut(&P) -> (f64, G),
) -> impl FnMut(&[f64], &mut [f64]) -> f64 {
    // What cannot be changed is told here, not in the middle of a run.
    let mut flat = components(&at);
    assign(&mut at, &flat);
    move |parameters, gradient| {
        assign(&mut at, parameters);
        let (value, of_struct) = f(&at);
        flat.clear();
        of_struct.read(&mut flat);
        let (n, m) = (gradient.len(), flat.len());
        assert_eq!(n, m, "{n} parameters and a gradient of {m}");
        gradient
            .iter_mut()
            .zip(&flat)
            .for_each(|(bar, g)| *bar += g);
        value
    }
}
