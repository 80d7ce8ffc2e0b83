//! Gradients are compared before they are timed: the hand-written one with central differences, the compiler's with
//! the hand-written one.

use crate::kernels::idioms::Idiom;
use crate::kernels::lanes::Pair;
use crate::kernels::{Kernel, Twins};

const STEP: f64 = 1e-6;
/// Of the largest entry; what central differences with this step can resolve.
const DIFFERENCES: f64 = 1e-6;
/// Of the largest entry; what another order of summation may change.
const ROUNDING: f64 = 1e-11;
/// Of the largest entry; what a long chain of products may lose where it is multiplied from the other end.
const MODES: f64 = 1e-9;
/// Of the largest entry; what the sums of single precision may lose.
const SINGLE: f64 = 1e-4;
const COORDINATES: usize = 60;

/// Panics where two answers differ.
pub(crate) fn assert(kernel: &Kernel) {
    let problem = &kernel.problem;
    assert_value(kernel, "plain", problem.plain(&kernel.point));
    let hand = hand(kernel);
    let primal = |point: &[f64]| problem.primal(point);
    assert_differences(kernel.name, primal, &kernel.point, &hand);
    let mut bars = vec![0.0; kernel.point.len()];
    assert_value(kernel, "grad", problem.grad(&kernel.point, &mut bars));
    assert_close(kernel.name, &bars, &hand, ROUNDING);
}

/// Both modes against each other: the value of both is the primal's.
pub(crate) fn assert_modes(pair: &Pair) {
    let primal = (pair.primal)(&pair.point);
    let [reverse, forward] = [pair.reverse, pair.forward].map(|gradient| {
        let mut bars = vec![0.0; pair.point.len()];
        let value = gradient(&pair.point, &mut bars);
        assert_eq!(value.to_bits(), primal.to_bits(), "{}", pair.name);
        bars
    });
    assert_close(pair.name, &forward, &reverse, MODES);
}

/// The value against the primal's, the gradient against central differences and the tangent sweep.
pub(crate) fn assert_idiom(idiom: &Idiom, point: &[f64]) {
    let mut bars = vec![0.0; point.len()];
    let value = (idiom.gradient)(point, &mut bars);
    assert_eq!(
        value.to_bits(),
        (idiom.primal)(point).to_bits(),
        "{}",
        idiom.name
    );
    assert_differences(idiom.name, idiom.primal, point, &bars);
    let direction = direction(point.len());
    let (_, tangent) = (idiom.tangent)(point, &direction);
    let product: f64 = bars.iter().zip(&direction).map(|(g, d)| g * d).sum();
    let scale = largest(&bars) * (point.len() as f64).sqrt();
    assert!(
        (tangent - product).abs() <= ROUNDING * scale,
        "{}: the gradient gives {product}, the tangent {tangent}",
        idiom.name
    );
}

/// The gradient by hand.
pub(crate) fn hand(kernel: &Kernel) -> Vec<f64> {
    let mut bars = vec![0.0; kernel.point.len()];
    let value = kernel.problem.hand(&kernel.point, &mut bars);
    assert_value(kernel, "hand", value);
    bars
}

/// All values must be the primal's, bit for bit.
fn assert_value(kernel: &Kernel, which: &str, value: f64) {
    let primal = kernel.problem.primal(&kernel.point);
    assert_eq!(
        value.to_bits(),
        primal.to_bits(),
        "{}: {which} returns {value}, the primal {primal}",
        kernel.name
    );
}

/// The gradient in single precision against the one in double precision, at the rounded point.
pub(crate) fn assert_precisions(
    Twins {
        name,
        double,
        single,
    }: &Twins,
) {
    let mut bars = vec![0.0; single.point.len()];
    let value = single.function.grad(&single.point, &mut bars);
    let primal = single.function.primal(&single.point);
    assert_eq!(value.to_bits(), primal.to_bits(), "{name}");
    let mut expected = vec![0.0; single.point.len()];
    double.function.grad(&widened(&single.point), &mut expected);
    assert_close(name, &widened(&bars), &expected, SINGLE);
}

fn widened(xs: &[f32]) -> Vec<f64> {
    xs.iter().map(|&x| f64::from(x)).collect()
}

fn assert_close(name: &str, got: &[f64], expected: &[f64], tolerance: f64) {
    let scale = largest(expected);
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        assert!(
            (g - e).abs() <= tolerance * scale,
            "{name}: entry {i} is {g}, expected {e}"
        );
    }
}

/// Coordinates spread over the parameters, and one direction that involves all of them.
fn assert_differences(name: &str, primal: impl Fn(&[f64]) -> f64, point: &[f64], gradient: &[f64]) {
    let n = point.len();
    let scale = largest(gradient);
    let along = |direction: &[f64], scale: f64| {
        let at = |t: f64| {
            let moved = point.iter().zip(direction).map(|(x, d)| x + t * d);
            primal(&moved.collect::<Vec<f64>>())
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let product: f64 = gradient.iter().zip(direction).map(|(g, d)| g * d).sum();
        // The value itself is only known to its last bits, which the step magnifies; of a sum of many terms, to fewer.
        let noise = at(0.0).abs() * f64::EPSILON / STEP * (n as f64).sqrt();
        assert!(
            (difference - product).abs() <= DIFFERENCES * scale + 8.0 * noise,
            "{name}: the gradient gives {product}, central differences {difference}"
        );
    };
    for i in (0..n).step_by(n.div_ceil(COORDINATES)) {
        let mut direction = vec![0.0; n];
        direction[i] = 1.0;
        along(&direction, scale);
    }
    along(&direction(n), scale * (n as f64).sqrt());
}

/// A direction that involves all parameters.
fn direction(n: usize) -> Vec<f64> {
    let mut rng = fastrand::Rng::with_seed(0);
    (0..n).map(|_| rng.f64() - 0.5).collect()
}

fn largest(xs: &[f64]) -> f64 {
    xs.iter().fold(0.0, |m: f64, x| m.max(x.abs()))
}
