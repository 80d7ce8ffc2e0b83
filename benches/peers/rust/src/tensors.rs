//! candle: the kernels over whole tensors.

use crate::functions::{COMPONENTS, DIMENSION, DT, STEPS, gmm_constant, gmm_lengths};
use crate::kernels::{parts, relu_mlp};
use crate::problem::Problem;
use candle_core::{D, Device, Result, Tensor, Var};

/// The value of a kernel from its arguments, one after the other, and its constants.
type Loss<const C: usize> = fn(&[Var], &[Tensor; C]) -> Result<Tensor>;

/// Arguments and constants as tensors, and the function over them.
pub(crate) struct Setup<const C: usize> {
    arguments: Vec<Var>,
    constants: [Tensor; C],
    loss: Loss<C>,
}

pub(crate) fn report<const C: usize>(
    problem: &Problem<C>,
    setup: fn(&Problem<C>) -> Result<Setup<C>>,
) {
    let setup = setup(problem).expect("tensors of these shapes");
    crate::report(problem, "candle", || {
        setup.gradient().expect("operations with derivatives")
    });
}

impl<const C: usize> Setup<C> {
    fn gradient(&self) -> Result<(f64, Vec<f64>)> {
        let loss = (self.loss)(&self.arguments, &self.constants)?;
        let gradients = loss.backward()?;
        let mut flat = Vec::new();
        for argument in &self.arguments {
            let gradient = gradients
                .get(argument)
                .ok_or_else(|| candle_core::Error::Msg("no gradient".to_owned()))?;
            flat.extend(gradient.flatten_all()?.to_vec1::<f64>()?);
        }
        Ok((loss.to_scalar::<f64>()?, flat))
    }
}

fn tensor(numbers: &[f64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_slice(numbers, shape, &Device::Cpu)
}

fn argument(numbers: &[f64], shape: &[usize]) -> Result<Var> {
    Var::from_slice(numbers, shape, &Device::Cpu)
}

pub(crate) fn rosenbrock(problem: &Problem<0>) -> Result<Setup<0>> {
    fn loss(arguments: &[Var], _: &[Tensor; 0]) -> Result<Tensor> {
        let x = &arguments[0];
        let n = x.dim(0)?;
        let (here, next) = (x.narrow(0, 0, n - 1)?, x.narrow(0, 1, n - 1)?);
        let a = (next - here.sqr()?)?.sqr()?;
        let b = here.affine(-1.0, 1.0)?.sqr()?;
        ((a * 100.0)? + b)?.sum_all()
    }
    let point = problem.point();
    Ok(Setup {
        arguments: vec![argument(point, &[point.len()])?],
        constants: [],
        loss,
    })
}

pub(crate) fn l1_logistic(problem: &Problem<2>) -> Result<Setup<2>> {
    fn loss(arguments: &[Var], [xs, ys]: &[Tensor; 2]) -> Result<Tensor> {
        let w = &arguments[0];
        let margins = (xs.matmul(w)? * ys)?;
        let losses = (margins.neg()?.exp()? + 1.0)?.log()?;
        losses.mean_all()? + (w.abs()?.sum_all()? * 0.01)?
    }
    let (point, [xs, ys]) = (problem.point(), &problem.constants);
    let (samples, features) = (ys.len(), point.len());
    Ok(Setup {
        arguments: vec![argument(point, &[features, 1])?],
        constants: [
            tensor(xs, &[samples, features])?,
            tensor(ys, &[samples, 1])?,
        ],
        loss,
    })
}

pub(crate) fn relu_mlp(problem: &Problem<2>) -> Result<Setup<2>> {
    fn loss(arguments: &[Var], [xs, ys]: &[Tensor; 2]) -> Result<Tensor> {
        let [w1, b1, w2, b2, w3, b3] = arguments else {
            candle_core::bail!("three layers");
        };
        let h = xs.matmul(w1)?.broadcast_add(b1)?.relu()?;
        let h = h.matmul(w2)?.broadcast_add(b2)?.relu()?;
        let out = h.matmul(w3)?.broadcast_add(b3)?;
        (out - ys)?.sqr()?.sum_all()? / xs.dim(0)? as f64
    }
    let [n0, n1, n2, n3] = relu_mlp::LAYERS;
    let [w1, b1, w2, b2, w3, b3] = parts(problem.point(), relu_mlp::lengths());
    let [xs, ys] = &problem.constants;
    let batch = ys.len() / n3;
    Ok(Setup {
        arguments: vec![
            argument(w1, &[n0, n1])?,
            argument(b1, &[n1])?,
            argument(w2, &[n1, n2])?,
            argument(b2, &[n2])?,
            argument(w3, &[n2, n3])?,
            argument(b3, &[n3])?,
        ],
        constants: [tensor(xs, &[batch, n0])?, tensor(ys, &[batch, n3])?],
        loss,
    })
}

pub(crate) fn gmm(problem: &Problem<1>) -> Result<Setup<1>> {
    fn loss(arguments: &[Var], [xs]: &[Tensor; 1]) -> Result<Tensor> {
        let [alpha, mu, q, l] = arguments else {
            candle_core::bail!("four arrays");
        };
        let (k, d) = q.dims2()?;
        let n = xs.dim(0)?;
        let diagonal = q.exp()?;
        let matrices = lower(&diagonal, l)?;
        let centred = xs.unsqueeze(0)?.broadcast_sub(&mu.unsqueeze(1)?)?;
        let scaled = centred.matmul(&matrices.transpose(1, 2)?)?;
        let norms = scaled.sqr()?.sum(2)?;
        let heads = (alpha.as_tensor() + q.sum(1)?)?.reshape((k, 1))?;
        let terms = (norms * -0.5)?.broadcast_add(&heads)?;
        let total = terms.log_sum_exp(0)?.sum_all()?;
        let mixing = (alpha.log_sum_exp(0)? * n as f64)?;
        let prior = ((diagonal.sqr()?.sum_all()? + l.sqr()?.sum_all()?)? * 0.5)?;
        debug_assert_eq!(d, DIMENSION);
        ((total - mixing)? - prior)? + gmm_constant(n)
    }
    let [alpha, mu, q, l] = parts(problem.point(), gmm_lengths());
    let (d, k) = (DIMENSION, COMPONENTS);
    let [xs] = &problem.constants;
    Ok(Setup {
        arguments: vec![
            argument(alpha, &[k])?,
            argument(mu, &[k, d])?,
            argument(q, &[k, d])?,
            argument(l, &[k, d * (d - 1) / 2])?,
        ],
        constants: [tensor(xs, &[xs.len() / d, d])?],
        loss,
    })
}

/// Lower triangular matrices from their diagonals and from what stands below, column by column.
fn lower(diagonal: &Tensor, below: &Tensor) -> Result<Tensor> {
    let (k, d) = diagonal.dims2()?;
    let zero = diagonal.zeros_like()?.narrow(1, 0, 1)?;
    let numbers = Tensor::cat(&[diagonal, below, &zero], 1)?;
    let mut positions = Vec::with_capacity(d * d);
    for row in 0..d as u32 {
        for column in 0..d as u32 {
            let (d, first) = (d as u32, column * (2 * d as u32 - column - 1) / 2);
            positions.push(match row {
                _ if row == column => row,
                _ if row > column => d + first + row - column - 1,
                _ => d + d * (d - 1) / 2,
            });
        }
    }
    let positions = Tensor::from_vec(positions, d * d, diagonal.device())?;
    numbers
        .index_select(&positions, D::Minus1)?
        .reshape((k, d, d))
}

pub(crate) fn lorenz(problem: &Problem<0>) -> Result<Setup<0>> {
    fn loss(arguments: &[Var], _: &[Tensor; 0]) -> Result<Tensor> {
        let [x, y, z, sigma, rho, beta] = arguments else {
            candle_core::bail!("three coordinates and three parameters");
        };
        let [mut x, mut y, mut z] = [x, y, z].map(|v| v.as_tensor().clone());
        for _ in 0..STEPS {
            let dx = (sigma.as_tensor() * (&y - &x)?)?;
            let dy = ((&x * (rho.as_tensor() - &z)?)? - &y)?;
            let dz = ((&x * &y)? - (beta.as_tensor() * &z)?)?;
            x = (x + (dx * DT)?)?;
            y = (y + (dy * DT)?)?;
            z = (z + (dz * DT)?)?;
        }
        (x.sqr()? + y.sqr()?)? + z.sqr()?
    }
    let scalars = problem.point().iter().map(|&x| argument(&[x], &[]));
    Ok(Setup {
        arguments: scalars.collect::<Result<_>>()?,
        constants: [],
        loss,
    })
}

pub(crate) fn lse(problem: &Problem<0>) -> Result<Setup<0>> {
    fn loss(arguments: &[Var], _: &[Tensor; 0]) -> Result<Tensor> {
        arguments[0].log_sum_exp(0)
    }
    let point = problem.point();
    Ok(Setup {
        arguments: vec![argument(point, &[point.len()])?],
        constants: [],
        loss,
    })
}
