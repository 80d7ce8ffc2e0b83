//! Which element of the field is taken at a tie when nobody else decides.

use core::fmt;

/// A convention for ties.
///
/// The first three reproduce what a framework was measured to return, wherever
/// that is an element of a conservative field: PyTorch 2.15.0, JAX 0.10.2,
/// TensorFlow 2.21.0, all on CPU in f64.
///
/// ```
/// use autodiff_runtime::Policy;
/// assert_eq!(Policy::from_name("jax"), Some(Policy::Jax));
/// assert_eq!(Policy::Jax.name(), "jax");
/// ```
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// PyTorch's choice (`abs'(0) = 0`, `max` gives half to each).
    #[default]
    PyTorch,
    /// JAX's choice (`abs'(0) = 1`).
    Jax,
    /// TensorFlow's choice (`max` gives all to the first argument).
    TensorFlow,
    /// θ = 0 at every tie: the branch below.
    Lower,
    /// θ = 1 at every tie: the branch above.
    Upper,
    /// θ = 1/2 at every tie.
    Midpoint,
}

impl Policy {
    /// Every policy, in the order of declaration.
    pub const ALL: [Policy; 6] = [
        Policy::PyTorch,
        Policy::Jax,
        Policy::TensorFlow,
        Policy::Lower,
        Policy::Upper,
        Policy::Midpoint,
    ];

    /// The policy written `name` in `#[conservative_grad(policy = name)]`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|policy| policy.name() == name)
    }

    /// How the policy is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Policy::PyTorch => "pytorch",
            Policy::Jax => "jax",
            Policy::TensorFlow => "tensorflow",
            Policy::Lower => "lower",
            Policy::Upper => "upper",
            Policy::Midpoint => "midpoint",
        }
    }

    /// The framework and version that the policy was measured on, if any.
    #[must_use]
    pub const fn measured_on(self) -> Option<&'static str> {
        match self {
            Policy::PyTorch => Some("PyTorch 2.15.0"),
            Policy::Jax => Some("JAX 0.10.2"),
            Policy::TensorFlow => Some("TensorFlow 2.21.0"),
            Policy::Lower | Policy::Upper | Policy::Midpoint => None,
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The weight θ of the branch above at a tie of one operation, per framework.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ties {
    /// PyTorch's weight.
    pub pytorch: f64,
    /// JAX's weight.
    pub jax: f64,
    /// TensorFlow's weight.
    pub tensorflow: f64,
}

impl Ties {
    /// The three frameworks' weights.
    #[must_use]
    pub const fn new(pytorch: f64, jax: f64, tensorflow: f64) -> Ties {
        Ties {
            pytorch,
            jax,
            tensorflow,
        }
    }

    /// The same weight everywhere.
    #[must_use]
    pub const fn all(theta: f64) -> Ties {
        Ties::new(theta, theta, theta)
    }

    /// The weight under `policy`.
    #[must_use]
    pub const fn theta(&self, policy: Policy) -> f64 {
        match policy {
            Policy::PyTorch => self.pytorch,
            Policy::Jax => self.jax,
            Policy::TensorFlow => self.tensorflow,
            Policy::Lower => 0.0,
            Policy::Upper => 1.0,
            Policy::Midpoint => 0.5,
        }
    }
}
