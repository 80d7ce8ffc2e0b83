//! The kernels with the constants that their data hold, as `benches/kernels` draws them.

use crate::kernels::{self, Kernel, uniform};
use std::{fs, io, path::Path};

/// A kernel of ours, its constants, and what it gives.
pub(crate) struct Problem<const CONSTANTS: usize> {
    pub(crate) kernel: Kernel,
    pub(crate) constants: [Vec<f64>; CONSTANTS],
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
}

impl<const CONSTANTS: usize> Problem<CONSTANTS> {
    fn new(kernel: Kernel, constants: [Vec<f64>; CONSTANTS]) -> Self {
        let mut gradient = vec![0.0; kernel.point.len()];
        let value = kernel.problem.grad(&kernel.point, &mut gradient);
        Problem {
            kernel,
            constants,
            value,
            gradient,
        }
    }

    pub(crate) fn point(&self) -> &[f64] {
        &self.kernel.point
    }

    /// Point and constants, one after the other, and value and gradient, as numbers of the machine.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let bytes = |numbers: Vec<f64>| -> Vec<u8> {
            numbers.iter().flat_map(|x| x.to_ne_bytes()).collect()
        };
        let data = [self.point().to_vec(), self.constants.concat()].concat();
        let result = [vec![self.value], self.gradient.clone()].concat();
        fs::create_dir_all(folder)?;
        fs::write(folder.join(self.kernel.name), bytes(data))?;
        fs::write(
            folder.join(self.kernel.name).with_extension("result"),
            bytes(result),
        )
    }
}

pub(crate) fn rosenbrock() -> Problem<0> {
    Problem::new(kernels::rosenbrock::kernel(1000), [])
}

/// Samples and labels.
pub(crate) fn l1_logistic() -> Problem<2> {
    let (samples, features) = (1000, 50);
    let mut rng = fastrand::Rng::with_seed(2);
    uniform::<f64>(&mut rng, features, -0.5, 0.5);
    let xs = uniform(&mut rng, samples * features, -1.0, 1.0);
    let ys = (0..samples)
        .map(|_| if rng.bool() { 1.0 } else { -1.0 })
        .collect();
    Problem::new(kernels::l1_logistic::kernel(samples), [xs, ys])
}

/// The batch and its targets.
pub(crate) fn relu_mlp() -> Problem<2> {
    let batch = 32;
    let [inputs, _, _, outputs] = kernels::relu_mlp::LAYERS;
    let mut rng = fastrand::Rng::with_seed(3);
    kernels::relu_mlp::parameters::<f64>(&mut rng);
    let xs = uniform(&mut rng, batch * inputs, -1.0, 1.0);
    let ys = uniform(&mut rng, batch * outputs, -1.0, 1.0);
    Problem::new(kernels::relu_mlp::kernel(batch), [xs, ys])
}

/// The points.
pub(crate) fn gmm() -> Problem<1> {
    let points = 1000;
    let mut rng = fastrand::Rng::with_seed(4);
    for length in crate::functions::gmm_lengths() {
        uniform::<f64>(&mut rng, length, 0.0, 1.0);
    }
    let xs = uniform(&mut rng, points * crate::functions::DIMENSION, -1.0, 1.0);
    Problem::new(kernels::gmm::kernel(points), [xs])
}

pub(crate) fn lorenz() -> Problem<0> {
    Problem::new(kernels::lorenz::kernel(crate::functions::STEPS), [])
}

pub(crate) fn lse() -> Problem<0> {
    Problem::new(kernels::lse::kernel(10_000), [])
}
