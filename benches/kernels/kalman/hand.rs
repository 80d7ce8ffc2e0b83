//! The adjoint of the filter by hand: keeps the state before each transition and each measurement.

use std::f64::consts::PI;

/// What the transitions and the measurements started from, one after the other.
struct Saved {
    /// x, P and F P of each transition.
    transitions: Vec<f64>,
    /// x, P, P h, variance and surprise of each measurement.
    measurements: Vec<f64>,
}

pub(super) fn kalman_hand(
    [f, h, q, r]: [&[f64]; 4],
    ys: &[f64],
    [f_bar, h_bar, q_bar, r_bar]: [&mut [f64]; 4],
) -> f64 {
    let (d, m) = (q.len(), r.len());
    let steps = ys.len() / m;
    let (wide, narrow) = (d + 2 * d * d, 2 * d + d * d + 2);
    let mut saved = Saved {
        transitions: Vec::with_capacity(steps * wide),
        measurements: Vec::with_capacity(steps * m * narrow),
    };
    let likelihood = forward([f, h, q, r], ys, &mut saved);

    let mut x_bar = vec![0.0; d];
    let mut p_bar = vec![0.0; d * d];
    let mut moved_bar = vec![0.0; d];
    let mut fp_bar = vec![0.0; d * d];
    let mut ph_bar = vec![0.0; d];
    for t in (0..steps).rev() {
        for a in (0..m).rev() {
            let row = &saved.measurements[(t * m + a) * narrow..(t * m + a + 1) * narrow];
            let (x, rest) = row.split_at(d);
            let (p, rest) = rest.split_at(d * d);
            let (ph, rest) = rest.split_at(d);
            let (h, h_bar) = (&h[a * d..a * d + d], &mut h_bar[a * d..a * d + d]);
            let (surprise, inverse) = (rest[1], 1.0 / rest[0]);
            let scaled = surprise * inverse;
            let mut surprise_bar = -scaled;
            let mut variance_bar = 0.5 * (scaled * scaled - inverse);
            ph_bar.fill(0.0);
            for i in 0..d {
                let gain = ph[i] * inverse;
                let row_bar = &p_bar[i * d..i * d + d];
                let mut gain_bar = surprise * x_bar[i];
                for j in 0..d {
                    gain_bar -= row_bar[j] * ph[j];
                    ph_bar[j] -= row_bar[j] * gain;
                }
                surprise_bar += gain * x_bar[i];
                ph_bar[i] += gain_bar * inverse;
                variance_bar -= gain_bar * gain * inverse;
            }
            r_bar[a] += variance_bar;
            for i in 0..d {
                h_bar[i] += ph[i] * variance_bar - x[i] * surprise_bar;
                x_bar[i] -= h[i] * surprise_bar;
                let sum_bar = ph_bar[i] + h[i] * variance_bar;
                let row_bar = &mut p_bar[i * d..i * d + d];
                for j in 0..d {
                    row_bar[j] += sum_bar * h[j];
                    h_bar[j] += sum_bar * p[i * d + j];
                }
            }
        }

        let row = &saved.transitions[t * wide..(t + 1) * wide];
        let (x, rest) = row.split_at(d);
        let (p, fp) = rest.split_at(d * d);
        fp_bar.fill(0.0);
        for i in 0..d {
            q_bar[i] += p_bar[i * d + i];
            for j in 0..d {
                let sum_bar = p_bar[i * d + j];
                for k in 0..d {
                    fp_bar[i * d + k] += sum_bar * f[j * d + k];
                    f_bar[j * d + k] += sum_bar * fp[i * d + k];
                }
            }
        }
        moved_bar.copy_from_slice(&x_bar);
        x_bar.fill(0.0);
        p_bar.fill(0.0);
        for i in 0..d {
            for k in 0..d {
                let mut sum = moved_bar[i] * x[k];
                x_bar[k] += f[i * d + k] * moved_bar[i];
                for j in 0..d {
                    sum += fp_bar[i * d + j] * p[k * d + j];
                    p_bar[k * d + j] += fp_bar[i * d + j] * f[i * d + k];
                }
                f_bar[i * d + k] += sum;
            }
        }
    }
    likelihood
}

fn forward([f, h, q, r]: [&[f64]; 4], ys: &[f64], saved: &mut Saved) -> f64 {
    let (d, m) = (q.len(), r.len());
    let steps = ys.len() / m;
    let mut x = vec![0.0; d];
    let mut p = vec![0.0; d * d];
    for i in 0..d {
        p[i * d + i] = 1.0;
    }
    let mut moved = vec![0.0; d];
    let mut fp = vec![0.0; d * d];
    let mut ph = vec![0.0; d];
    let mut likelihood = 0.0;
    for t in 0..steps {
        saved.transitions.extend_from_slice(&x);
        saved.transitions.extend_from_slice(&p);
        for i in 0..d {
            let mut sum = 0.0;
            for j in 0..d {
                sum += f[i * d + j] * x[j];
            }
            moved[i] = sum;
        }
        x.copy_from_slice(&moved);
        for i in 0..d {
            for j in 0..d {
                let mut sum = 0.0;
                for k in 0..d {
                    sum += f[i * d + k] * p[k * d + j];
                }
                fp[i * d + j] = sum;
            }
        }
        saved.transitions.extend_from_slice(&fp);
        for i in 0..d {
            for j in 0..d {
                let mut sum = 0.0;
                for k in 0..d {
                    sum += fp[i * d + k] * f[j * d + k];
                }
                p[i * d + j] = sum;
            }
            p[i * d + i] += q[i];
        }
        for a in 0..m {
            saved.measurements.extend_from_slice(&x);
            saved.measurements.extend_from_slice(&p);
            let h = &h[a * d..a * d + d];
            let mut variance = r[a];
            let mut surprise = ys[t * m + a];
            for i in 0..d {
                let mut sum = 0.0;
                for j in 0..d {
                    sum += p[i * d + j] * h[j];
                }
                ph[i] = sum;
                variance += h[i] * sum;
                surprise -= h[i] * x[i];
            }
            saved.measurements.extend_from_slice(&ph);
            saved.measurements.extend([variance, surprise]);
            likelihood -= 0.5 * ((2.0 * PI * variance).ln() + surprise * surprise / variance);
            for i in 0..d {
                let gain = ph[i] / variance;
                x[i] += gain * surprise;
                for j in 0..d {
                    p[i * d + j] -= gain * ph[j];
                }
            }
        }
    }
    likelihood
}
