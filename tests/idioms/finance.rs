//! Option pricing: closed forms, implied volatility, trees and pathwise Monte Carlo.

use conservative_grad::conservative_grad;

use super::special::erf;

#[conservative_grad]
pub fn norm_cdf(x: f64) -> f64 {
    0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

/// Price of a European call.
#[conservative_grad]
pub fn call(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    if maturity <= 0.0 {
        return (spot - strike).max(0.0);
    }
    let vol_sqrt_t = volatility * maturity.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility.powi(2)) * maturity) / vol_sqrt_t;
    let d2 = d1 - vol_sqrt_t;
    spot * norm_cdf(d1) - strike * (-rate * maturity).exp() * norm_cdf(d2)
}

fn vega(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    call::grad(spot, strike, rate, volatility, maturity).3
}

/// The volatility that gives a price, by Newton's method.
#[conservative_grad]
pub fn implied_volatility(price: f64, spot: f64, strike: f64, rate: f64, maturity: f64) -> f64 {
    let mut sigma: f64 = 0.2;
    for _ in 0..100 {
        let sqrt_t = maturity.sqrt();
        let d1 =
            ((spot / strike).ln() + (rate + sigma * sigma / 2.0) * maturity) / (sigma * sqrt_t);
        let density = (-0.5 * d1 * d1).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let slope = spot * density * sqrt_t;
        if slope.abs() < 1e-10 {
            break;
        }
        let diff = call(spot, strike, rate, sigma, maturity) - price;
        if diff.abs() < 1e-12 {
            break;
        }
        sigma -= diff / slope;
    }
    sigma
}

/// A generator of random numbers, as simulations carry it about.
#[derive(Clone, Debug)]
pub struct Xorshift {
    state: u64,
}

impl Xorshift {
    pub fn new(seed: u64) -> Self {
        Xorshift { state: seed.max(1) }
    }

    pub fn next_f64(&mut self) -> f64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A normally distributed number, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.next_f64(), self.next_f64());
        (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    }
}

/// An Asian option by simulation of paths; the random numbers are drawn in the loop.
#[conservative_grad]
pub fn asian_call(
    spot: f64,
    strike: f64,
    rate: f64,
    volatility: f64,
    #[constant] rng: &mut Xorshift,
    paths: usize,
    steps: usize,
) -> f64 {
    let dt = 1.0 / steps as f64;
    let drift = (rate - 0.5 * volatility * volatility) * dt;
    let mut total = 0.0;
    for _ in 0..paths {
        let mut s = spot;
        let mut sum = 0.0;
        for _ in 0..steps {
            let z = rng.normal();
            s *= (drift + volatility * dt.sqrt() * z).exp();
            sum += s;
        }
        total += (sum / steps as f64 - strike).max(0.0);
    }
    (-rate).exp() * total / paths as f64
}

/// An American put on a binomial tree.
#[conservative_grad]
pub fn american_put(spot: f64, strike: f64, rate: f64, volatility: f64, steps: usize) -> f64 {
    let dt = 1.0 / steps as f64;
    let up = (volatility * dt.sqrt()).exp();
    let down = 1.0 / up;
    let p = ((rate * dt).exp() - down) / (up - down);
    let discount = (-rate * dt).exp();
    let mut values = Vec::with_capacity(steps + 1);
    for i in 0..=steps {
        let s = spot * up.powi(i as i32) * down.powi((steps - i) as i32);
        values.push((strike - s).max(0.0));
    }
    for step in (0..steps).rev() {
        for i in 0..=step {
            let hold = discount * (p * values[i + 1] + (1.0 - p) * values[i]);
            let s = spot * up.powi(i as i32) * down.powi((step - i) as i32);
            values[i] = hold.max(strike - s);
        }
    }
    values[0]
}

#[test]
fn values() {
    let price = call(100.0, 95.0, 0.05, 0.25, 0.5);
    assert!((price - 11.06).abs() < 0.2, "{price}");
    assert!((implied_volatility(price, 100.0, 95.0, 0.05, 0.5) - 0.25).abs() < 1e-9);
    assert_eq!(call(100.0, 95.0, 0.05, 0.25, 0.0), 5.0);
    let put = american_put(36.0, 40.0, 0.06, 0.2, 50);
    assert!((put - 4.48).abs() < 0.05, "{put}");
}

#[test]
fn gradients() {
    check!(norm_cdf(0.4));
    check!(call(1.0, 0.95, 0.05, 0.25, 0.5));
    check!(call(1.0, 0.95, 0.05, 0.25, -1.0));
    check!(implied_volatility(0.11, 1.0, 0.95, 0.05, 0.5));
    check!(american_put(1.0, 1.1, 0.06, 0.3, const 6));
    let point = [1.0, 0.95, 0.03, 0.2];
    let f = |x: &[f64]| asian_call(x[0], x[1], x[2], x[3], &mut Xorshift::new(7), 20, 6);
    let mut rng = Xorshift::new(7);
    let (value, (s, k, r, v)) =
        asian_call::value_and_grad(point[0], point[1], point[2], point[3], &mut rng, 20, 6);
    assert_eq!(value, f(&point));
    super::differences::assert_gradient(&[s, k, r, v], &point, f);
    // The generator has moved on by what was drawn, once.
    let mut once = Xorshift::new(7);
    asian_call(1.0, 0.95, 0.03, 0.2, &mut once, 20, 6);
    assert_eq!(once.next_f64(), rng.next_f64());
}

/// A price and its volatility are inverse to each other.
#[test]
fn implied_volatility_inverts() {
    let price = call(1.0, 0.95, 0.05, 0.3, 0.5);
    let slope = implied_volatility::grad(price, 1.0, 0.95, 0.05, 0.5).0;
    assert!((slope * vega(1.0, 0.95, 0.05, 0.3, 0.5) - 1.0).abs() < 1e-6);
}
