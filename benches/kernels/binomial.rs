//! An American put priced on a binomial tree: a `max` in a backward recurrence that overwrites its array.

use conservative_grad::conservative_grad;

use super::{Function, Kernel, Problem, scalars_mut};
use std::hint::black_box;

primal! {
    #[conservative_grad]
    pub(crate) fn binomial(
        spot: f64,
        strike: f64,
        rate: f64,
        volatility: f64,
        maturity: f64,
        steps: usize,
    ) -> f64 {
        let dt = maturity / steps as f64;
        let jump = volatility * dt.sqrt();
        let up = jump.exp();
        let down = 1.0 / up;
        let discount = (-rate * dt).exp();
        let p = ((rate * dt).exp() - down) / (up - down);
        let ratio = up * up;

        let mut value = vec![0.0; steps + 1];
        let mut price = spot * (-(steps as f64) * jump).exp();
        for j in 0..steps + 1 {
            value[j] = (strike - price).max(0.0);
            price *= ratio;
        }
        for t in (0..steps).rev() {
            let mut price = spot * (-(t as f64) * jump).exp();
            for j in 0..t + 1 {
                let held = discount * (p * value[j + 1] + (1.0 - p) * value[j]);
                value[j] = held.max(strike - price);
                price *= ratio;
            }
        }
        value[0]
    }
}

fn binomial_hand(point: [f64; 5], steps: usize, bars: [&mut f64; 5]) -> f64 {
    let [spot, strike, rate, volatility, maturity] = point;
    let dt = maturity / steps as f64;
    let root = dt.sqrt();
    let jump = volatility * root;
    let up = jump.exp();
    let down = 1.0 / up;
    let discount = (-rate * dt).exp();
    let compound = (rate * dt).exp();
    let p = (compound - down) / (up - down);
    let ratio = up * up;

    // Row t of the triangle starts at t (t + 1) / 2.
    let width = steps + 1;
    let start = |t: usize| t * (t + 1) / 2;
    let mut value = vec![0.0; start(width)];
    let mut price = vec![0.0; start(width)];
    let mut first = vec![0.0; width];
    for t in (0..width).rev() {
        let (row, later) = value.split_at_mut(start(t + 1));
        let (row, price) = (&mut row[start(t)..], &mut price[start(t)..]);
        first[t] = (-(t as f64) * jump).exp();
        let mut s = spot * first[t];
        for j in 0..t + 1 {
            let other = if t == steps {
                0.0
            } else {
                discount * (p * later[j + 1] + (1.0 - p) * later[j])
            };
            price[j] = s;
            row[j] = if t == steps {
                (strike - s).max(0.0)
            } else {
                other.max(strike - s)
            };
            s *= ratio;
        }
    }

    let mut value_bar = vec![0.0; start(width)];
    let (mut spot_bar, mut strike_bar, mut jump_bar, mut ratio_bar) = (0.0, 0.0, 0.0, 0.0);
    let (mut discount_bar, mut p_bar) = (0.0, 0.0);
    value_bar[0] = 1.0;
    for t in 0..width {
        let (row_bar, later_bar) = value_bar.split_at_mut(start(t + 1));
        let (row_bar, price) = (&row_bar[start(t)..], &price[start(t)..]);
        let row = &value[start(t)..];
        let later = &value[start(t + 1).min(start(steps))..];
        let mut s_bar = 0.0;
        for j in (0..t + 1).rev() {
            let exercised = row[j] == strike - price[j];
            s_bar *= ratio;
            if exercised {
                strike_bar += row_bar[j];
                s_bar -= row_bar[j];
            } else if t < steps {
                let mean = p * later[j + 1] + (1.0 - p) * later[j];
                discount_bar += mean * row_bar[j];
                let mean_bar = discount * row_bar[j];
                p_bar += (later[j + 1] - later[j]) * mean_bar;
                later_bar[j + 1] += p * mean_bar;
                later_bar[j] += (1.0 - p) * mean_bar;
            }
            if j > 0 {
                ratio_bar += price[j - 1] * s_bar;
            }
        }
        spot_bar += first[t] * s_bar;
        jump_bar -= t as f64 * first[t] * spot * s_bar;
    }

    let spread_bar = -p_bar * p / (up - down);
    let compound_bar = p_bar / (up - down);
    let down_bar = -compound_bar - spread_bar;
    let up_bar = spread_bar + 2.0 * up * ratio_bar - down_bar * down * down;
    jump_bar += up_bar * up;
    let dt_bar = compound_bar * compound * rate - discount_bar * discount * rate
        + 0.5 * jump_bar * volatility / root;
    let [spot, strike, rate, volatility, maturity] = bars;
    *spot += spot_bar;
    *strike += strike_bar;
    *rate += (compound_bar * compound - discount_bar * discount) * dt;
    *volatility += jump_bar * root;
    *maturity += dt_bar / steps as f64;
    value[0]
}

struct Binomial {
    steps: usize,
}

impl Function for Binomial {
    fn primal(&self, p: &[f64]) -> f64 {
        binomial(p[0], p[1], p[2], p[3], p[4], self.steps)
    }

    fn grad(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let [spot, strike, rate, volatility, maturity] = scalars_mut(bars);
        binomial::accumulate_grad(
            p[0], p[1], p[2], p[3], p[4], self.steps, spot, strike, rate, volatility, maturity,
        )
    }
}

impl Problem for Binomial {
    fn plain(&self, p: &[f64]) -> f64 {
        plain::binomial(p[0], p[1], p[2], p[3], p[4], self.steps)
    }

    fn hand(&self, p: &[f64], bars: &mut [f64]) -> f64 {
        let point = [p[0], p[1], p[2], p[3], p[4]];
        binomial_hand(point, self.steps, scalars_mut(bars))
    }
}

pub(crate) fn kernel(steps: usize) -> Kernel {
    let point = vec![100.3, 105.0, 0.04, 0.25, 1.5];
    let steps = black_box(steps);
    Kernel::new(binomial::FIELD, point, Binomial { steps })
}
