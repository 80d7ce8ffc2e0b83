//! Bundle adjustment, as GradBench states it (after ADBench): the sum of squared residuals, and the sparse Jacobian.

mod hand;
pub(crate) mod jacobian;

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, parts, parts_mut, uniform};
use hand::{Bars, ba_hand};
use std::hint::black_box;

const CAMERAS: usize = 20;
const POINTS: usize = 200;

primal! {
    /// `pairs` names camera and point of each observation.
    #[conservative_grad(wrt(cameras, points, weights))]
    pub(crate) fn ba(
        cameras: &[[f64; 11]],
        points: &[[f64; 3]],
        weights: &[f64],
        pairs: &[[usize; 2]],
        features: &[[f64; 2]],
    ) -> f64 {
        let mut sum = 0.0;
        for i in 0..weights.len() {
            let [c, p] = pairs[i];
            let e = reprojection(&cameras[c], &points[p], weights[i], &features[i]);
            let w = 1.0 - weights[i] * weights[i];
            sum += e[0] * e[0] + e[1] * e[1] + w * w;
        }
        sum
    }

    /// Error in pixels, weighted. `camera`: rotation (angle-axis), centre, focal length, principal point, two radial
    /// coefficients.
    #[conservative_grad(wrt(camera, point, w))]
    pub(crate) fn reprojection(
        camera: &[f64; 11],
        point: &[f64; 3],
        w: f64,
        feature: &[f64; 2],
    ) -> [f64; 2] {
        let rotation = [camera[0], camera[1], camera[2]];
        let offset = [
            point[0] - camera[3],
            point[1] - camera[4],
            point[2] - camera[5],
        ];
        let y = rotate(&rotation, &offset);
        let u = [y[0] / y[2], y[1] / y[2]];
        let s = u[0] * u[0] + u[1] * u[1];
        let scale = camera[6] * (1.0 + camera[9] * s + camera[10] * s * s);
        [
            w * (scale * u[0] + camera[7] - feature[0]),
            w * (scale * u[1] + camera[8] - feature[1]),
        ]
    }

    /// Rodrigues' formula, with its limit where there is no rotation.
    #[conservative_grad]
    pub(crate) fn rotate(r: &[f64; 3], p: &[f64; 3]) -> [f64; 3] {
        let square = dot(r, r);
        if square == 0.0 {
            let c = cross(r, p);
            return [p[0] + c[0], p[1] + c[1], p[2] + c[2]];
        }
        let angle = square.sqrt();
        let (sin, cos) = angle.sin_cos();
        let n = [r[0] / angle, r[1] / angle, r[2] / angle];
        let c = cross(&n, p);
        let along = dot(&n, p) * (1.0 - cos);
        [
            p[0] * cos + c[0] * sin + n[0] * along,
            p[1] * cos + c[1] * sin + n[1] * along,
            p[2] * cos + c[2] * sin + n[2] * along,
        ]
    }

    #[conservative_grad]
    pub(crate) fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }

    #[conservative_grad]
    pub(crate) fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    }
}

/// Who sees what, and where.
struct Scene {
    pairs: Vec<[usize; 2]>,
    features: Vec<[f64; 2]>,
    lengths: [usize; 3],
}

impl Scene {
    /// Cameras, points and weights.
    fn split<'a>(&self, flat: &'a [f64]) -> (&'a [[f64; 11]], &'a [[f64; 3]], &'a [f64]) {
        let [cameras, points, weights] = parts(flat, self.lengths);
        (cameras.as_chunks().0, points.as_chunks().0, weights)
    }
}

impl Function for Scene {
    fn primal(&self, p: &[f64]) -> f64 {
        let (cameras, points, weights) = self.split(p);
        ba(cameras, points, weights, &self.pairs, &self.features)
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let (cameras, points, weights) = self.split(p);
        let [cameras_bar, points_bar, weights_bar] = parts_mut(bars, self.lengths);
        ba::accumulate_grad(
            cameras,
            points,
            weights,
            &self.pairs,
            &self.features,
            cameras_bar.as_chunks_mut().0,
            points_bar.as_chunks_mut().0,
            weights_bar,
        )
    }
}

impl Problem for Scene {
    fn plain(&self, p: &[f64]) -> f64 {
        let (cameras, points, weights) = self.split(p);
        plain::ba(cameras, points, weights, &self.pairs, &self.features)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [cameras_bar, points_bar, weights_bar] = parts_mut(bars, self.lengths);
        let bars = Bars {
            cameras: cameras_bar.as_chunks_mut().0,
            points: points_bar.as_chunks_mut().0,
            weights: weights_bar,
        };
        ba_hand(self.split(p), &self.pairs, &self.features, bars)
    }
}

/// Cameras near the origin that look along the third axis, points in front of them.
fn scene(observations: usize) -> (Vec<f64>, Scene) {
    let mut rng = fastrand::Rng::with_seed(21);
    let mut point = Vec::new();
    for _ in 0..CAMERAS {
        point.extend(uniform::<f64>(&mut rng, 6, -0.2, 0.2));
        point.extend(uniform::<f64>(&mut rng, 3, 1.0, 2.0));
        point.extend(uniform::<f64>(&mut rng, 2, -0.1, 0.1));
    }
    for _ in 0..POINTS {
        point.extend(uniform::<f64>(&mut rng, 2, -1.0, 1.0));
        point.extend(uniform::<f64>(&mut rng, 1, 3.0, 6.0));
    }
    point.extend(uniform::<f64>(&mut rng, observations, 0.5, 1.5));
    let pairs = (0..observations)
        .map(|i| [i % CAMERAS, i % POINTS])
        .collect();
    let features = uniform(&mut rng, 2 * observations, 1.0, 2.0);
    let scene = Scene {
        pairs,
        features: features.as_chunks().0.to_vec(),
        lengths: black_box([11 * CAMERAS, 3 * POINTS, observations]),
    };
    (point, scene)
}

pub(crate) fn kernel(observations: usize) -> Kernel {
    let (point, scene) = scene(observations);
    Kernel::new(ba::FIELD, point, scene)
}
