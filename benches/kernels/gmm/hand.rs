//! The adjoint of the mixture's log posterior by hand: each sample is reversed at once, from what it left in small arrays.

use super::{Mixture, log_wishart};
use std::f64::consts::PI;

pub(super) fn gmm_hand(params: [&[f64]; 4], data: &Mixture, bars: [&mut [f64]; 4]) -> f64 {
    let [alpha, mu, q, l] = params;
    let [alpha_bar, mu_bar, q_bar, l_bar] = bars;
    let &Mixture {
        ref xs,
        gamma,
        m,
        n,
        k,
        d,
    } = data;
    let tri = d * (d - 1) / 2;

    let mut diag = vec![0.0; k * d];
    let mut log_det = vec![0.0; k];
    let mut prior = 0.0;
    for c in 0..k {
        let mut sum = 0.0;
        let mut squares = 0.0;
        for j in 0..d {
            let e = q[c * d + j].exp();
            diag[c * d + j] = e;
            sum += q[c * d + j];
            squares += e * e;
        }
        for p in 0..tri {
            squares += l[c * tri + p] * l[c * tri + p];
        }
        log_det[c] = sum;
        prior += 0.5 * gamma * gamma * squares - m as f64 * sum;
    }

    let mut centred = vec![0.0; k * d];
    let mut scaled = vec![0.0; k * d];
    let mut term = vec![0.0; k];
    let mut diag_bar = vec![0.0; k * d];
    let mut log_det_bar = vec![0.0; k];
    let mut centred_bar = vec![0.0; d];
    let mut total = 0.0;
    for i in 0..n {
        let x = &xs[i * d..i * d + d];
        for c in 0..k {
            let mu = &mu[c * d..c * d + d];
            let diag = &diag[c * d..c * d + d];
            let centred = &mut centred[c * d..c * d + d];
            let scaled = &mut scaled[c * d..c * d + d];
            for j in 0..d {
                centred[j] = x[j] - mu[j];
                scaled[j] = diag[j] * centred[j];
            }
            let mut p = c * tri;
            for j in 0..d {
                let column = &l[p..p + d - 1 - j];
                for (s, l) in scaled[j + 1..].iter_mut().zip(column) {
                    *s += l * centred[j];
                }
                p += d - 1 - j;
            }
            let mut norm = 0.0;
            for j in 0..d {
                norm += scaled[j] * scaled[j];
            }
            term[c] = alpha[c] + log_det[c] - 0.5 * norm;
        }
        let mut largest = term[0];
        for c in 1..k {
            largest = largest.max(term[c]);
        }
        let mut sum = 0.0;
        for c in 0..k {
            let e = (term[c] - largest).exp();
            sum += e;
            term[c] = e;
        }
        total += largest + sum.ln();

        let sum_bar = 1.0 / sum;
        for c in 0..k {
            let weight = term[c] * sum_bar;
            alpha_bar[c] += weight;
            log_det_bar[c] += weight;
            let diag = &diag[c * d..c * d + d];
            let diag_bar = &mut diag_bar[c * d..c * d + d];
            let mu_bar = &mut mu_bar[c * d..c * d + d];
            let centred = &centred[c * d..c * d + d];
            let scaled = &mut scaled[c * d..c * d + d];
            for j in 0..d {
                let scaled_bar = -weight * scaled[j];
                diag_bar[j] += scaled_bar * centred[j];
                centred_bar[j] = scaled_bar * diag[j];
                scaled[j] = scaled_bar;
            }
            let mut p = c * tri;
            for j in 0..d {
                let (column, column_bar) = (&l[p..p + d - 1 - j], &mut l_bar[p..p + d - 1 - j]);
                let mut sum = 0.0;
                for ((s, l), l_bar) in scaled[j + 1..].iter().zip(column).zip(column_bar) {
                    *l_bar += s * centred[j];
                    sum += s * l;
                }
                mu_bar[j] -= centred_bar[j] + sum;
                p += d - 1 - j;
            }
        }
    }

    let mut largest = alpha[0];
    for c in 1..k {
        largest = largest.max(alpha[c]);
    }
    let mut sum = 0.0;
    for c in 0..k {
        term[c] = (alpha[c] - largest).exp();
        sum += term[c];
    }
    let mixing = largest + sum.ln();
    for c in 0..k {
        alpha_bar[c] -= n as f64 * term[c] / sum;
    }

    for c in 0..k {
        for j in 0..d {
            let e = diag[c * d + j];
            q_bar[c * d + j] +=
                (diag_bar[c * d + j] - gamma * gamma * e) * e + log_det_bar[c] + m as f64;
        }
        for p in c * tri..(c + 1) * tri {
            l_bar[p] -= gamma * gamma * l[p];
        }
    }
    let constant = -(n as f64) * 0.5 * d as f64 * (2.0 * PI).ln() + log_wishart(d, k, gamma, m);
    constant + total - n as f64 * mixing - prior
}
