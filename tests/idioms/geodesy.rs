//! Distances on the Earth.

use conservative_grad::conservative_grad;

const RADIUS: f64 = 6_371_008.8;
const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;

/// Distance on a sphere, from degrees.
#[conservative_grad]
pub fn haversine(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (lat1, lon1) = from;
    let (lat2, lon2) = to;
    let (phi1, phi2) = (lat1.to_radians(), lat2.to_radians());
    let delta_phi = (lat2 - lat1).to_radians();
    let delta_lambda = (lon2 - lon1).to_radians();
    let a = (delta_phi / 2.0).sin().powi(2)
        + phi1.cos() * phi2.cos() * (delta_lambda / 2.0).sin().powi(2);
    let c = 2.0 * a.sqrt().atan2((1.0 - a).sqrt());
    RADIUS * c
}

/// Distance on the ellipsoid by Vincenty's iteration; none if it does not converge.
#[conservative_grad]
pub fn vincenty(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> Option<f64> {
    let b = A * (1.0 - F);
    let l = (lon2 - lon1).to_radians();
    let u1 = ((1.0 - F) * lat1.to_radians().tan()).atan();
    let u2 = ((1.0 - F) * lat2.to_radians().tan()).atan();
    let (sin_u1, cos_u1) = u1.sin_cos();
    let (sin_u2, cos_u2) = u2.sin_cos();
    let mut lambda = l;
    for _ in 0..100 {
        let (sin_lambda, cos_lambda) = lambda.sin_cos();
        let sin_sigma = ((cos_u2 * sin_lambda).powi(2)
            + (cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_lambda).powi(2))
        .sqrt();
        if sin_sigma == 0.0 {
            return Some(0.0);
        }
        let cos_sigma = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_lambda;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = cos_u1 * cos_u2 * sin_lambda / sin_sigma;
        let cos2_alpha = 1.0 - sin_alpha.powi(2);
        let cos_2sigma_m = if cos2_alpha == 0.0 {
            0.0
        } else {
            cos_sigma - 2.0 * sin_u1 * sin_u2 / cos2_alpha
        };
        let c = F / 16.0 * cos2_alpha * (4.0 + F * (4.0 - 3.0 * cos2_alpha));
        let previous = lambda;
        lambda = l
            + (1.0 - c)
                * F
                * sin_alpha
                * (sigma
                    + c * sin_sigma
                        * (cos_2sigma_m + c * cos_sigma * (-1.0 + 2.0 * cos_2sigma_m.powi(2))));
        if (lambda - previous).abs() < 1e-14 {
            let u_sq = cos2_alpha * (A * A - b * b) / (b * b);
            let big_a =
                1.0 + u_sq / 16384.0 * (4096.0 + u_sq * (-768.0 + u_sq * (320.0 - 175.0 * u_sq)));
            let big_b = u_sq / 1024.0 * (256.0 + u_sq * (-128.0 + u_sq * (74.0 - 47.0 * u_sq)));
            let delta = big_b
                * sin_sigma
                * (cos_2sigma_m
                    + big_b / 4.0
                        * (cos_sigma * (-1.0 + 2.0 * cos_2sigma_m.powi(2))
                            - big_b / 6.0
                                * cos_2sigma_m
                                * (-3.0 + 4.0 * sin_sigma.powi(2))
                                * (-3.0 + 4.0 * cos_2sigma_m.powi(2))));
            return Some(b * big_a * (sigma - delta));
        }
    }
    None
}

/// Length of a track.
#[conservative_grad]
pub fn track_length(track: &[(f64, f64)]) -> f64 {
    track
        .windows(2)
        .map(|pair| haversine(pair[0], pair[1]))
        .sum()
}

#[test]
fn values() {
    let d = haversine((52.5, 13.4), (48.85, 2.35));
    assert!((d - 878_000.0).abs() < 3_000.0, "{d}");
    let v = vincenty(-37.951_033, 144.424_868, -37.652_821, 143.926_496).unwrap();
    assert!((v - 54_972.27).abs() < 30.0, "{v}");
    assert_eq!(vincenty(1.0, 2.0, 1.0, 2.0), Some(0.0));
    assert_eq!(track_length(&[(52.5, 13.4), (48.85, 2.35)]), d);
}

#[test]
fn gradients() {
    // In kilometres per degree, so that the differences are of the size of the numbers.
    check!(haversine((52.5, 13.4), (48.85, 2.35)));
    let at = [52.5, 13.4, 48.85, 2.35];
    let f = |x: &[f64]| vincenty(x[0], x[1], x[2], x[3]).unwrap();
    let (value, gradient) = vincenty::value_and_grad(at[0], at[1], at[2], at[3]).unwrap();
    assert_eq!(value, f(&at));
    let (a, b, c, d) = gradient;
    super::differences::assert_gradient(&[a, b, c, d], &at, f);
    let track = [(52.5, 13.4), (48.85, 2.35), (45.0, 3.0)];
    let gradient: Vec<f64> = track_length::grad(&track)
        .iter()
        .flat_map(|p| [p.0, p.1])
        .collect();
    let flat: Vec<f64> = track.iter().flat_map(|p| [p.0, p.1]).collect();
    super::differences::assert_gradient(&gradient, &flat, |x| {
        let track: Vec<(f64, f64)> = x.chunks(2).map(|p| (p[0], p[1])).collect();
        track_length(&track)
    });
}
