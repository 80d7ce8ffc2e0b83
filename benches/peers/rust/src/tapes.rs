//! Crates that record what a function does and run it backwards.

use crate::real::{Function, Real};
use ::ad_trait::AD;
use ::ad_trait::differentiable_function::{
    DerivativeMethodTrait, DifferentiableFunctionTrait, ReverseAD,
};
use ::echidna::{BytecodeTape, record, vjp};

/// A function as ad_trait asks for it.
struct Differentiable<'a, F> {
    function: &'a F,
    inputs: usize,
}

impl<F> Clone for Differentiable<'_, F> {
    fn clone(&self) -> Self {
        Differentiable { ..*self }
    }
}

impl<T: Real + AD, F: Function> DifferentiableFunctionTrait<T> for Differentiable<'_, F> {
    const NAME: &'static str = "kernel";

    fn call(&self, inputs: &[T], _freeze: bool) -> Vec<T> {
        vec![self.function.call(inputs)]
    }

    fn num_inputs(&self) -> usize {
        self.inputs
    }

    fn num_outputs(&self) -> usize {
        1
    }
}

pub(crate) fn ad_trait<F: Function>(function: &F, point: &[f64]) -> (f64, Vec<f64>) {
    let inputs = point.len();
    let function = Differentiable { function, inputs };
    let (values, jacobian) = ReverseAD::new().derivative::<Differentiable<F>>(point, &function);
    (values[0], jacobian.as_slice().to_vec())
}

/// A tape per call.
pub(crate) fn echidna<F: Function>(function: &F, point: &[f64]) -> (f64, Vec<f64>) {
    let (values, gradient) = vjp(|x| vec![function.call(x)], point, &[1.0]);
    (values[0], gradient)
}

/// A tape recorded once and optimised, which holds as long as no branch changes.
pub(crate) struct Recorded {
    tape: BytecodeTape<f64>,
    adjoints: Vec<f64>,
}

impl Recorded {
    pub(crate) fn new<F: Function>(function: &F, point: &[f64]) -> Self {
        let (mut tape, _) = record(|x| function.call(x), point);
        tape.optimize();
        Recorded {
            tape,
            adjoints: Vec::new(),
        }
    }

    pub(crate) fn gradient(&mut self, point: &[f64]) -> (f64, Vec<f64>) {
        let gradient = self.tape.gradient_with_buf(point, &mut self.adjoints);
        (self.tape.output_value(), gradient)
    }
}
