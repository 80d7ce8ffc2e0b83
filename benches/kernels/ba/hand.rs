//! The adjoint of bundle adjustment by hand: each observation is reversed on the spot.

/// What is added into.
pub(super) struct Bars<'a> {
    pub(super) cameras: &'a mut [[f64; 11]],
    pub(super) points: &'a mut [[f64; 3]],
    pub(super) weights: &'a mut [f64],
}

pub(super) fn ba_hand(
    (cameras, points, weights): (&[[f64; 11]], &[[f64; 3]], &[f64]),
    pairs: &[[usize; 2]],
    features: &[[f64; 2]],
    bars: Bars,
) -> f64 {
    let mut sum = 0.0;
    for i in 0..weights.len() {
        let [c, p] = pairs[i];
        let e = observation(
            (&cameras[c], &points[p], weights[i]),
            &features[i],
            &mut bars.cameras[c],
            &mut bars.points[p],
            &mut bars.weights[i],
        );
        let w = 1.0 - weights[i] * weights[i];
        sum += e[0] * e[0] + e[1] * e[1] + w * w;
        bars.weights[i] -= 4.0 * weights[i] * w;
    }
    sum
}

/// The weighted error, and the gradient of its square.
fn observation(
    (camera, point, w): (&[f64; 11], &[f64; 3], f64),
    feature: &[f64; 2],
    camera_bar: &mut [f64; 11],
    point_bar: &mut [f64; 3],
    w_bar: &mut f64,
) -> [f64; 2] {
    let r = [camera[0], camera[1], camera[2]];
    let p = [
        point[0] - camera[3],
        point[1] - camera[4],
        point[2] - camera[5],
    ];
    let turn = Turn::new(r, p);
    let y = turn.image;
    let u = [y[0] / y[2], y[1] / y[2]];
    let s = u[0] * u[0] + u[1] * u[1];
    let radial = 1.0 + camera[9] * s + camera[10] * s * s;
    let scale = camera[6] * radial;
    let miss = [
        scale * u[0] + camera[7] - feature[0],
        scale * u[1] + camera[8] - feature[1],
    ];
    let e = [w * miss[0], w * miss[1]];

    *w_bar += 2.0 * (miss[0] * e[0] + miss[1] * e[1]);
    let t = [2.0 * w * e[0], 2.0 * w * e[1]];
    camera_bar[7] += t[0];
    camera_bar[8] += t[1];
    let scale_bar = u[0] * t[0] + u[1] * t[1];
    camera_bar[6] += radial * scale_bar;
    let radial_bar = camera[6] * scale_bar;
    camera_bar[9] += s * radial_bar;
    camera_bar[10] += s * s * radial_bar;
    let s_bar = (camera[9] + 2.0 * camera[10] * s) * radial_bar;
    let inverse = 1.0 / y[2];
    let y0_bar = (scale * t[0] + 2.0 * u[0] * s_bar) * inverse;
    let y1_bar = (scale * t[1] + 2.0 * u[1] * s_bar) * inverse;
    let y_bar = [y0_bar, y1_bar, -(u[0] * y0_bar + u[1] * y1_bar)];
    let (r_bar, p_bar) = turn.adjoint(y_bar);
    for i in 0..3 {
        camera_bar[i] += r_bar[i];
        camera_bar[3 + i] -= p_bar[i];
        point_bar[i] += p_bar[i];
    }
    e
}

/// A rotated vector, with what its adjoint needs.
struct Turn {
    r: [f64; 3],
    p: [f64; 3],
    angle: f64,
    sin: f64,
    cos: f64,
    n: [f64; 3],
    cross: [f64; 3],
    dot: f64,
    image: [f64; 3],
}

impl Turn {
    fn new(r: [f64; 3], p: [f64; 3]) -> Self {
        let square = dot(r, r);
        if square == 0.0 {
            let c = cross(r, p);
            return Turn {
                r,
                p,
                angle: 0.0,
                sin: 0.0,
                cos: 1.0,
                n: r,
                cross: c,
                dot: 0.0,
                image: [p[0] + c[0], p[1] + c[1], p[2] + c[2]],
            };
        }
        let angle = square.sqrt();
        let (sin, cos) = angle.sin_cos();
        let n = [r[0] / angle, r[1] / angle, r[2] / angle];
        let c = cross(n, p);
        let d = dot(n, p);
        let along = d * (1.0 - cos);
        Turn {
            r,
            p,
            angle,
            sin,
            cos,
            n,
            cross: c,
            dot: d,
            image: [
                p[0] * cos + c[0] * sin + n[0] * along,
                p[1] * cos + c[1] * sin + n[1] * along,
                p[2] * cos + c[2] * sin + n[2] * along,
            ],
        }
    }

    /// Adjoints of the rotation and of the vector.
    fn adjoint(&self, y_bar: [f64; 3]) -> ([f64; 3], [f64; 3]) {
        let &Turn {
            r,
            p,
            angle,
            sin,
            cos,
            n,
            ..
        } = self;
        if angle == 0.0 {
            let (r_bar, c) = (cross(p, y_bar), cross(y_bar, r));
            return (r_bar, [y_bar[0] + c[0], y_bar[1] + c[1], y_bar[2] + c[2]]);
        }
        let along_bar = dot(n, y_bar);
        let dot_bar = (1.0 - cos) * along_bar;
        let cross_bar = y_bar.map(|y| sin * y);
        let angle_bar = cos * dot(self.cross, y_bar) - sin * (dot(p, y_bar) - self.dot * along_bar);
        let (to_n, to_p) = (cross(p, cross_bar), cross(cross_bar, n));
        let along = self.dot * (1.0 - cos);
        let n_bar = [0, 1, 2].map(|i| along * y_bar[i] + dot_bar * p[i] + to_n[i]);
        let p_bar = [0, 1, 2].map(|i| cos * y_bar[i] + dot_bar * n[i] + to_p[i]);
        let inverse = 1.0 / angle;
        let radial = angle_bar - dot(n, n_bar) * inverse;
        let r_bar = [0, 1, 2].map(|i| n_bar[i] * inverse + radial * n[i]);
        (r_bar, p_bar)
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}
