//! Bundle adjustment: the reprojection error of one observation, row by row through `vjp`.

use crate::case::{Case, cases};
use conservative_grad::conservative_grad;

/// Error in pixels, weighted. `camera`: rotation (angle-axis), centre, focal length, principal point, two radial coefficients.
#[conservative_grad]
fn reprojection(
    camera: &[f64; 11],
    point: &[f64; 3],
    w: f64,
    #[constant] feature: &[f64; 2],
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
    let mut error = [0.0; 2];
    for i in 0..2 {
        error[i] = w * (scale * u[i] + camera[7 + i] - feature[i]);
    }
    error
}

/// Rodrigues' formula, with its limit where there is no rotation.
#[conservative_grad]
fn rotate(r: &[f64; 3], p: &[f64; 3]) -> [f64; 3] {
    let square = dot(r, r);
    if square == 0.0 {
        let c = cross(r, p);
        return [p[0] + c[0], p[1] + c[1], p[2] + c[2]];
    }
    let angle = square.sqrt();
    let (sin, cos) = (angle.sin(), angle.cos());
    let n = [r[0] / angle, r[1] / angle, r[2] / angle];
    let c = cross(&n, p);
    let along = dot(&n, p) * (1.0 - cos);
    let mut y = [0.0; 3];
    for i in 0..3 {
        y[i] = p[i] * cos + c[i] * sin + n[i] * along;
    }
    y
}

#[conservative_grad]
fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[conservative_grad]
fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[conservative_grad]
fn weight_error(w: f64) -> f64 {
    1.0 - w * w
}

/// What one observation depends on.
struct Observation {
    camera: [f64; 11],
    point: [f64; 3],
    w: f64,
    feature: [f64; 2],
}

impl Observation {
    fn error(&self) -> [f64; 2] {
        reprojection(&self.camera, &self.point, self.w, &self.feature)
    }

    /// Derivatives of one component of the error: camera, point, weight.
    fn error_gradient(&self, component: usize) -> Vec<f64> {
        let mut seed = [0.0; 2];
        seed[component] = 1.0;
        let (_, pullback) = reprojection::vjp(&self.camera, &self.point, self.w, &self.feature);
        let (camera, point, w) = pullback(seed);
        [&camera[..], &point[..], &[w]].concat()
    }
}

/// The observations of a scene, in its order.
fn scene(case: &Case) -> Vec<Observation> {
    let [cameras, points, weights, pairs, features] =
        ["cams", "X", "w", "obs", "feats"].map(|name| case.numbers(&format!("/input/{name}")));
    let observation = |i: usize| Observation {
        camera: row(&cameras, pairs[2 * i] as usize),
        point: row(&points, pairs[2 * i + 1] as usize),
        w: weights[i],
        feature: row(&features, i),
    };
    (0..weights.len()).map(observation).collect()
}

fn row<const N: usize>(matrix: &[f64], i: usize) -> [f64; N] {
    std::array::from_fn(|j| matrix[i * N + j])
}

/// Both rows of the Jacobian for every observation.
fn jacobian(observations: &[Observation]) -> Vec<f64> {
    let rows = |o: &Observation| [o.error_gradient(0), o.error_gradient(1)].concat();
    observations.iter().flat_map(rows).collect()
}

#[test]
fn scenes() {
    for case in cases("ba", &["scene"]) {
        let observations = scene(&case);
        let errors: Vec<f64> = observations.iter().flat_map(Observation::error).collect();
        case.assert_close("/expected/reproj_err", &errors);
        case.assert_close("/expected/jac_reproj", &jacobian(&observations));
        let weight = observations
            .iter()
            .map(|o| weight_error::value_and_grad(o.w));
        let (errors, gradients): (Vec<f64>, Vec<f64>) = weight.unzip();
        case.assert_close("/expected/w_err", &errors);
        case.assert_close("/expected/jac_w", &gradients);
    }
}

/// The protocol repeats one observation and keeps of its Jacobian the first 30 entries and the last one.
#[test]
fn protocol() {
    for case in cases("ba", &["protocol"]) {
        let observation = Observation {
            camera: row(&case.numbers("/input/cam"), 0),
            point: row(&case.numbers("/input/x"), 0),
            w: case.number("/input/w"),
            feature: row(&case.numbers("/input/feat"), 0),
        };
        let (weight, gradient) = weight_error::value_and_grad(observation.w);
        case.assert_close(
            "/expected/objective/reproj_error/elements",
            &observation.error(),
        );
        case.assert_close("/expected/objective/w_err/element", &[weight]);
        let mut entries = jacobian(&[observation]);
        entries.push(gradient);
        case.assert_close("/expected/jacobian/vals", &entries);
    }
}
