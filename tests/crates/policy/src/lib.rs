//! Functions that take JAX's choices at kinks, since the build script of this crate says so.

use conservative_grad::conservative_grad;

/// JAX gives 1 at 0.
#[conservative_grad]
#[must_use]
pub fn absolute(x: f64) -> f64 {
    x.abs()
}

/// What a function says comes first.
#[conservative_grad(policy = tensorflow)]
#[must_use]
pub fn largest(x: f64, y: f64) -> f64 {
    x.max(y)
}

/// What a place says comes before that.
#[allow(clippy::let_and_return, reason = "a choice stands at a statement")]
#[conservative_grad]
#[must_use]
pub fn placed(x: f64) -> f64 {
    #[tie(0.25)]
    let y = x.abs();
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use conservative_grad::Policy;

    #[test]
    fn the_policy_is_that_of_the_crate() {
        assert_eq!(absolute::FIELD.policy, Policy::Jax);
        assert_eq!(absolute::grad(0.0), 1.0);
    }

    #[test]
    fn functions_and_places_overrule_it() {
        assert_eq!(largest::FIELD.policy, Policy::TensorFlow);
        assert_eq!(largest::grad(1.0, 1.0), (1.0, 0.0));
        assert_eq!(placed::grad(0.0), -0.5);
    }
}
