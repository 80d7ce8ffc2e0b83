//! The element of least norm of a convex hull: a small program on a second-order cone.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SecondOrderConeT,
    SolverStatus, ZeroConeT,
};

/// The element of least norm of the convex hull of some vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastNorm {
    /// The element.
    pub element: Vec<f64>,
    /// Its weights: at least 0, with the sum 1.
    pub weights: Vec<f64>,
    /// Its Euclidean norm.
    pub norm: f64,
}

/// The element of least norm of the convex hull of `vectors`: with `k` of them, a conic program in `k` weights, solved by
/// clarabel. `None` if there are no vectors, if one is not finite, or if the solver fails.
///
/// ```
/// let found = autodiff_runtime::point::least_norm(&[vec![1.0, 1.0], vec![-1.0, 1.0]]).unwrap();
/// assert!((found.norm - 1.0).abs() < 1e-8);
/// ```
#[must_use]
pub fn least_norm(vectors: &[Vec<f64>]) -> Option<LeastNorm> {
    let size =
        vectors.iter().flatten().fold(
            0.0_f64,
            |size, g| if g.is_nan() { *g } else { size.max(g.abs()) },
        );
    if vectors.is_empty() || vectors.iter().flatten().any(|g| !g.is_finite()) {
        return None;
    }
    if vectors.len() == 1 || size == 0.0 {
        let mut weights = vec![0.0; vectors.len()];
        weights[0] = 1.0;
        return Some(combined(vectors, weights));
    }
    let weights = solve(vectors, size)?;
    let weights: Vec<f64> = weights.into_iter().map(|w| w.max(0.0)).collect();
    let sum: f64 = weights.iter().sum();
    let weights = weights.into_iter().map(|w| w / sum).collect();
    Some(combined(vectors, weights))
}

fn combined(vectors: &[Vec<f64>], weights: Vec<f64>) -> LeastNorm {
    let mut element = vec![0.0; vectors[0].len()];
    for (vector, weight) in vectors.iter().zip(&weights) {
        for (sum, g) in element.iter_mut().zip(vector) {
            *sum += weight * g;
        }
    }
    let norm = element.iter().map(|g| g * g).sum::<f64>().sqrt();
    LeastNorm {
        element,
        weights,
        norm,
    }
}

/// min t subject to |Σ wᵢ gᵢ| ≤ t, Σ wᵢ = 1, wᵢ ≥ 0. (With the square as objective, the gap of the solver would
/// leave its square root in the norm.)
fn solve(vectors: &[Vec<f64>], size: f64) -> Option<Vec<f64>> {
    let (k, p) = (vectors.len(), vectors[0].len());
    // Column by column: the sum, the sign of the weight, the combination; then that of t.
    let (mut starts, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
    for (i, vector) in vectors.iter().enumerate() {
        rows.extend([0, i + 1]);
        values.extend([1.0, -1.0]);
        let parts = vector.iter().enumerate().filter(|(_, g)| **g != 0.0);
        for (r, g) in parts {
            rows.push(k + 2 + r);
            values.push(-g / size);
        }
        starts.push(rows.len());
    }
    rows.push(k + 1);
    values.push(-1.0);
    starts.push(rows.len());
    let constraints = CscMatrix::new(k + p + 2, k + 1, starts, rows, values);
    let quadratic = CscMatrix::zeros((k + 1, k + 1));
    let (mut bounds, mut linear) = (vec![0.0; k + p + 2], vec![0.0; k + 1]);
    (bounds[0], linear[k]) = (1.0, 1.0);
    let cones = [ZeroConeT(1), NonnegativeConeT(k), SecondOrderConeT(p + 1)];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .tol_gap_abs(1e-11)
        .tol_gap_rel(1e-11)
        .tol_feas(1e-11)
        .build()
        .ok()?;
    let solver = DefaultSolver::new(&quadratic, &linear, &constraints, &bounds, &cones, settings);
    let mut solver = solver.ok()?;
    solver.solve();
    let solved = matches!(
        solver.solution.status,
        SolverStatus::Solved | SolverStatus::AlmostSolved
    );
    solved.then(|| solver.solution.x[..k].to_vec())
}
