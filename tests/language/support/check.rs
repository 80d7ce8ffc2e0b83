//! One function against everything that is known of it.

use conservative_grad::{Decision, field::SiteKey};

use super::dual::Dual;

/// Numbers from numbers.
pub type Function<'a> = &'a dyn Fn(&[f64]) -> Vec<f64>;
/// The value, and what a vector is mapped to.
pub type Linear<'a> = &'a dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>);
/// The same function on dual numbers.
pub type DualFunction<'a> = &'a dyn Fn(&[Dual]) -> Vec<Dual>;
/// Sites, margins and decisions in the order in which they were visited.
pub type Visits = Vec<(SiteKey, f64, Decision)>;

/// What an entry point answered.
pub struct Answer {
    /// Its name.
    pub entry: &'static str,
    /// The value, if it returns one.
    pub value: Option<Vec<f64>>,
    /// The gradient.
    pub gradient: Vec<f64>,
}

/// A function and all that is generated for it, with arguments and results as lists of numbers.
pub struct Subject<'a> {
    /// For messages.
    pub name: &'static str,
    /// Spacing of its numbers near 1.
    pub epsilon: f64,
    /// The differentiable arguments.
    pub at: Vec<f64>,
    /// The function itself.
    pub primal: Function<'a>,
    /// All entry points that return the gradient of a scalar.
    pub gradients: &'a dyn Fn(&[f64]) -> Vec<Answer>,
    /// `vjp` at a point, applied to a seed.
    pub vjp: Linear<'a>,
    /// `jvp` at a point, along a tangent.
    pub jvp: Linear<'a>,
    /// What `trace` saw, and what a selection handed to `value_and_grad_with` saw.
    pub visits: &'a dyn Fn() -> (Visits, Option<Visits>),
}

impl Subject<'_> {
    /// Everything; with the function on dual numbers, if it can be compiled for them.
    pub fn verify(&self, dual: Option<DualFunction<'_>>) {
        let value = (self.primal)(&self.at);
        assert!(
            value.iter().all(|v| v.is_finite()),
            "{}: value {value:?}",
            self.name
        );
        let jacobian = self.jacobian(&value);
        self.verify_gradients(&value, &jacobian);
        self.verify_tangents(&value, &jacobian);
        self.verify_seeds(&value, &jacobian);
        if let Some(dual) = dual {
            self.verify_dual(dual, &jacobian);
        }
        // In single precision the quotients are coarse, and the same text has passed in double.
        if dual.is_none() || self.epsilon < 1e-10 {
            self.verify_differences(&jacobian);
        }
        self.verify_visits();
    }

    /// One row per result, from `vjp` with unit seeds.
    fn jacobian(&self, value: &[f64]) -> Vec<Vec<f64>> {
        let rows = (0..value.len()).map(|k| {
            let (again, row) = (self.vjp)(&self.at, &unit(value.len(), k));
            self.same_bits(value, &again, "vjp");
            assert_eq!(
                row.len(),
                self.at.len(),
                "{}: length of a gradient",
                self.name
            );
            row
        });
        rows.collect()
    }

    fn verify_gradients(&self, value: &[f64], jacobian: &[Vec<f64>]) {
        for answer in (self.gradients)(&self.at) {
            if let Some(again) = &answer.value {
                self.same_bits(value, again, answer.entry);
            }
            self.close(&answer.gradient, &jacobian[0], self.exact(), answer.entry);
        }
    }

    /// Along each axis and along a direction of no symmetry.
    fn verify_tangents(&self, value: &[f64], jacobian: &[Vec<f64>]) {
        let n = self.at.len();
        let axes = (0..n).map(|i| unit(n, i));
        for direction in axes.chain([direction(n, 0.7), vec![0.0; n]]) {
            let (again, along) = (self.jvp)(&self.at, &direction);
            self.same_bits(value, &again, "jvp");
            let expected: Vec<f64> = jacobian.iter().map(|row| dot(row, &direction)).collect();
            self.close(&along, &expected, self.exact(), "jvp against vjp");
        }
    }

    /// Linearity of the pullback.
    fn verify_seeds(&self, value: &[f64], jacobian: &[Vec<f64>]) {
        for seed in [direction(value.len(), -1.3), vec![0.0; value.len()]] {
            let (_, row) = (self.vjp)(&self.at, &seed);
            let mut expected = vec![0.0; self.at.len()];
            for (s, row) in seed.iter().zip(jacobian) {
                expected.iter_mut().zip(row).for_each(|(e, j)| *e += s * j);
            }
            self.close(&row, &expected, self.exact(), "linearity of vjp");
        }
    }

    fn verify_dual(&self, dual: DualFunction<'_>, jacobian: &[Vec<f64>]) {
        for i in 0..self.at.len() {
            let mut at: Vec<Dual> = self.at.iter().map(|&x| x.into()).collect();
            at[i].0.eps = 1.0;
            let expected: Vec<f64> = dual(&at).iter().map(|y| y.0.eps).collect();
            let column: Vec<f64> = jacobian.iter().map(|row| row[i]).collect();
            let what = format!("derivative {i} against num-dual");
            self.close(&column, &expected, 1e4 * self.epsilon, &what);
        }
    }

    fn verify_differences(&self, jacobian: &[Vec<f64>]) {
        let h = self.epsilon.cbrt();
        for i in 0..self.at.len() {
            let step = h * self.at[i].abs().max(1.0);
            let (mut low, mut high) = (self.at.clone(), self.at.clone());
            low[i] -= step;
            high[i] += step;
            // In single precision the step that is really made differs from the one that is asked for.
            let width = self.rounded(high[i]) - self.rounded(low[i]);
            let (low, high) = ((self.primal)(&low), (self.primal)(&high));
            let quotient: Vec<f64> = high
                .iter()
                .zip(&low)
                .map(|(b, a)| (b - a) / width)
                .collect();
            let column: Vec<f64> = jacobian.iter().map(|row| row[i]).collect();
            let what = format!("derivative {i} against central differences");
            self.close(&column, &quotient, 200.0 * h * h, &what);
        }
    }

    fn rounded(&self, x: f64) -> f64 {
        if self.epsilon > 1e-10 {
            f64::from(x as f32)
        } else {
            x
        }
    }

    /// A selection sees what `trace` sees.
    fn verify_visits(&self) {
        let (traced, selected) = (self.visits)();
        if let Some(selected) = selected {
            assert_eq!(traced, selected, "{}: visits", self.name);
        }
    }

    fn exact(&self) -> f64 {
        // 1e-12 in double precision, and as many roundings in single.
        5e3 * self.epsilon
    }

    fn same_bits(&self, expected: &[f64], got: &[f64], entry: &str) {
        let bits = |list: &[f64]| list.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let (name, eps) = (self.name, self.epsilon);
        assert_eq!(
            bits(expected),
            bits(got),
            "{name} (ε {eps:.0e}): value of {entry}: {got:?} for {expected:?}"
        );
    }

    fn close(&self, got: &[f64], expected: &[f64], tolerance: f64, what: &str) {
        let (name, eps) = (self.name, self.epsilon);
        let message = || format!("{name} (ε {eps:.0e}): {what}: {got:?}, expected {expected:?}");
        assert_eq!(got.len(), expected.len(), "{}", message());
        let scale = expected.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
        for (g, e) in got.iter().zip(expected) {
            // Not `>`: a NaN is no agreement.
            assert!((g - e).abs() <= tolerance * scale, "{}", message());
        }
    }
}

fn unit(n: usize, k: usize) -> Vec<f64> {
    (0..n).map(|i| f64::from(u8::from(i == k))).collect()
}

/// A vector without symmetries, in multiples of 1/64 so that both precisions hold it.
fn direction(n: usize, start: f64) -> Vec<f64> {
    let entry = |i: usize| ((start + 2.4 * i as f64).sin() * 64.0).round() / 64.0;
    (0..n).map(entry).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
