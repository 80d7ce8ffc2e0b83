//! Distances on the Earth.

use conservative_grad::conservative_grad;

const RADIUS: f64 = 6_371_008.8;

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
    assert_eq!(track_length(&[(52.5, 13.4), (48.85, 2.35)]), d);
}

#[test]
fn gradients() {
    check!(haversine((52.5, 13.4), (48.85, 2.35)));
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
