//! The surface on which several margins are 0: normals, projection onto it, tangents.

use crate::check::local::{Local, Tied, along, dot, norm};
use crate::decision::Decision;

/// Below this part of the largest, what is left of a normal counts as dependent on those before.
const RANK: f64 = 1e-6;

/// Step of central differences: truncation and rounding are balanced at the cube root of u.
pub(crate) const STEP: f64 = 6e-6;

/// The surface where the margins of some visits are 0, linearised at a point on it.
#[derive(Clone, Debug)]
pub(crate) struct Surface {
    pub(crate) ties: Vec<Tied>,
    /// How the ties are decided while margins are measured.
    pub(crate) held: Vec<(Tied, Decision)>,
    /// Orthonormal basis of the normal space.
    basis: Vec<Vec<f64>>,
    /// Coefficients of each independent normal in the basis: a lower triangle.
    triangle: Vec<Vec<f64>>,
    /// Which ties these normals are of.
    rows: Vec<usize>,
    /// Norm of the largest normal.
    scale: f64,
}

impl Surface {
    /// Ties with a normal, by central differences of the reported margins, the decisions on the ties held.
    pub(crate) fn at(local: &mut Local, z: &[f64], ties: &[Tied]) -> Self {
        let normals = normals(local, z, ties, &hold(ties));
        let scale = normals.iter().map(|n| norm(n)).fold(0.0, f64::max);
        // Where the normal vanishes (as of x² at 0) the margin says nothing about the shape of the tie.
        let regular: Vec<usize> = (0..ties.len())
            .filter(|row| norm(&normals[*row]) > RANK * scale)
            .collect();
        let ties: Vec<Tied> = regular.iter().map(|row| ties[*row]).collect();
        let mut surface = Surface {
            held: hold(&ties),
            ties,
            basis: Vec::new(),
            triangle: Vec::new(),
            rows: Vec::new(),
            scale,
        };
        for (i, row) in regular.into_iter().enumerate() {
            surface.add(i, &normals[row]);
        }
        surface
    }

    /// One step of Gram and Schmidt; a normal that depends on those before is left out.
    fn add(&mut self, row: usize, normal: &[f64]) {
        let mut rest = normal.to_vec();
        let mut coefficients = Vec::new();
        for q in &self.basis {
            let c = dot(q, &rest);
            rest = along(&rest, -c, q);
            coefficients.push(c);
        }
        let length = norm(&rest);
        if length.is_finite() && length > RANK * self.scale {
            coefficients.push(length);
            self.basis.push(rest.iter().map(|x| x / length).collect());
            self.triangle.push(coefficients);
            self.rows.push(row);
        }
    }

    pub(crate) fn rank(&self) -> usize {
        self.basis.len()
    }

    /// A unit vector across the surface.
    pub(crate) fn normal(&self) -> &[f64] {
        self.basis.first().map_or(&[], Vec::as_slice)
    }

    /// The part of a direction that stays on the surface, normalised.
    pub(crate) fn tangent(&self, d: &[f64]) -> Option<Vec<f64>> {
        let rest = self.inside(d);
        let length = norm(&rest);
        (length > 1e-3 * norm(d)).then(|| rest.iter().map(|x| x / length).collect())
    }

    /// The part of a direction that stays on the surface.
    pub(crate) fn inside(&self, d: &[f64]) -> Vec<f64> {
        let across = |rest: Vec<f64>, q: &Vec<f64>| along(&rest, -dot(q, &rest), q);
        self.basis.iter().fold(d.to_vec(), across)
    }

    /// The nearest point at which all margins are 0 to rounding, by Newton steps with the normals at hand.
    pub(crate) fn project(&self, local: &mut Local, z: &[f64]) -> Option<Vec<f64>> {
        const STEPS: usize = 20;
        let mut z = z.to_vec();
        let mut last = f64::INFINITY;
        for _ in 0..STEPS {
            let margins = self.margins(local, &z);
            let size = margins.iter().fold(0.0f64, |m, h| m.max(h.abs()));
            // Neither zero nor any nearer than before: this is rounding, or there is no such point.
            if size == 0.0 || size >= 0.5 * last {
                break;
            }
            last = size;
            z = along(&z, -1.0, &self.correction(&margins));
        }
        let reach = self.reach(local.size());
        let reached = self.margins(local, &z).iter().all(|h| h.abs() <= reach);
        reached.then_some(z)
    }

    /// Margins up to this count as 0 where the parameters are of the given size.
    pub(crate) fn reach(&self, size: f64) -> f64 {
        1e-3 * STEP * self.scale * size
    }

    fn margins(&self, local: &mut Local, z: &[f64]) -> Vec<f64> {
        let here = local.evaluate(z, &self.held);
        self.ties.iter().map(|tied| here.margin(tied)).collect()
    }

    /// The shortest step that the normals say removes the margins: forward substitution.
    fn correction(&self, margins: &[f64]) -> Vec<f64> {
        let mut coefficients: Vec<f64> = Vec::new();
        for (row, triangle) in self.rows.iter().zip(&self.triangle) {
            let known: f64 = triangle.iter().zip(&coefficients).map(|(r, c)| r * c).sum();
            coefficients.push((margins[*row] - known) / triangle[coefficients.len()]);
        }
        let mut step = vec![0.0; self.basis.first().map_or(0, Vec::len)];
        for (c, q) in coefficients.iter().zip(&self.basis) {
            step = along(&step, *c, q);
        }
        step
    }
}

fn hold(ties: &[Tied]) -> Vec<(Tied, Decision)> {
    ties.iter()
        .map(|tied| (*tied, Decision::Tie(tied.site.theta)))
        .collect()
}

/// Central differences at two steps, extrapolated: a margin that is 0 on one side of its tie (as that of `|x|` where `x` is a
/// `relu`) has an error in proportion to the step, which would pass for a normal of its own.
fn normals(
    local: &mut Local,
    z: &[f64],
    ties: &[Tied],
    held: &[(Tied, Decision)],
) -> Vec<Vec<f64>> {
    let h = STEP * local.size();
    let mut normals = vec![vec![0.0; z.len()]; ties.len()];
    for i in 0..z.len() {
        let coarse = differences(local, z, (i, h), ties, held);
        let fine = differences(local, z, (i, 0.5 * h), ties, held);
        for (row, normal) in normals.iter_mut().enumerate() {
            normal[i] = 2.0 * fine[row] - coarse[row];
        }
    }
    normals
}

fn differences(
    local: &mut Local,
    z: &[f64],
    (i, h): (usize, f64),
    ties: &[Tied],
    held: &[(Tied, Decision)],
) -> Vec<f64> {
    let mut moved = z.to_vec();
    moved[i] = z[i] + h;
    let high = local.evaluate(&moved, held);
    moved[i] = z[i] - h;
    let low = local.evaluate(&moved, held);
    let slope = |tied: &Tied| (high.margin(tied) - low.margin(tied)) / (2.0 * h);
    ties.iter().map(slope).collect()
}
