//! Whose derivative a name leads to: re-exports, aliases, and the trap of a glob import.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

/// A library of layers.
pub mod layers {
    use conservative_grad::conservative_grad;

    /// Annotated.
    #[conservative_grad]
    pub fn squash(x: f64) -> f64 {
        x / (1.0 + x * x)
    }

    /// Annotated, and for any length.
    #[conservative_grad]
    pub fn norm<const N: usize>(x: [f64; N]) -> f64 {
        let mut s = 0.0;
        for i in 0..N {
            s += x[i] * x[i];
        }
        s
    }
}

/// Under other names, from elsewhere.
pub mod prelude {
    pub use super::layers::norm;
    pub use super::layers::squash as activation;
}

/// Through a glob, both names lead to one function.
pub mod by_glob {
    use crate::prelude::*;
    use conservative_grad::conservative_grad;

    /// Goes through.
    #[conservative_grad]
    pub fn loss(x: f64) -> f64 {
        activation(x) + norm([x, 2.0 * x])
    }
}

/// A plain function of the module's own hides the one that the glob brings, and not its derivative.
pub mod hidden {
    use crate::layers::*;
    use conservative_grad::conservative_grad;

    fn squash(x: f64) -> f64 {
        3.0 * x
    }

    /// Panics rather than give the derivative of the other one.
    #[conservative_grad]
    pub fn loss(x: f64) -> f64 {
        squash(x) + norm([x])
    }
}

/// The same with a function of many.
pub mod hidden_generic {
    use crate::layers::*;
    use conservative_grad::conservative_grad;

    fn norm<const N: usize>(x: [f64; N]) -> f64 {
        x[0]
    }

    /// Panics, too.
    #[conservative_grad]
    pub fn loss(x: f64) -> f64 {
        norm([x, x]) * squash(x)
    }
}

/// True if it panics with our words.
fn refuses(f: impl FnOnce() -> f64 + std::panic::UnwindSafe) -> bool {
    let words = std::panic::catch_unwind(f).map_err(|words| words.downcast_ref::<String>().cloned());
    matches!(words, Err(Some(words)) if words.contains("the derivative that its name leads to"))
}

fn main() {
    assert_eq!(by_glob::loss::grad(1.0), 0.0 + 10.0);
    assert_eq!(by_glob::loss::jvp(1.0, 1.0).1, 10.0);
    std::panic::set_hook(Box::new(|_| ()));
    assert!(refuses(|| hidden::loss::grad(1.0)));
    assert!(refuses(|| hidden::loss::jvp(1.0, 1.0).1));
    assert!(refuses(|| hidden_generic::loss::grad(1.0)));
}
