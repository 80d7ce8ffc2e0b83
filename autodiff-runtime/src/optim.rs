//! First-order methods on what reverse mode returns, and what is known of them.
//!
//! A gradient from this crate is an element of a conservative field, also at kinks. For some methods there is a theorem that says
//! what follows from that; their types say which ([`Convergent`]), and only under step sizes that its conditions hold for
//! ([`Vanishing`]). For the others nothing is claimed.
//!
//! | method | source | [`Convergent`] with |
//! | --- | --- | --- |
//! | [`Subgradient`] | Robbins and Monro (1951); Bolte and Pauwels (2021) for conservative fields | a vanishing schedule |
//! | [`HeavyBall`] | Polyak (1964); Le (2024) | a vanishing schedule |
//! | [`Inna`] | Castera, Bolte, Févotte, Pauwels (2021) | a vanishing schedule |
//! | [`Adam`] | Kingma and Ba (2015) | never |
//!
//! For deterministic functions with kinks there is a bundle method, [`minimize_nonsmooth`], which uses the field at a point to tell
//! whether it is critical.
//!
//! | feature | adds |
//! | --- | --- |
//! | `serde` | runs, methods, schedules and [`Batches`] are saved and taken up again, bit for bit |
//! | `rayon` | [`sharded`] on all cores, with the same bits |
//! | `indicatif` | `progress_bar` |
//! | `argmin` | `Problem`: an annotated function for the solvers of argmin |
//!
//! A [`Run`] holds a method, the parameters and the number of steps; [`minimize`] makes one and lets it go to its end. What
//! is minimised is an [`Oracle`]: for an annotated `loss(w: &[f64], #[constant] data: …) -> f64`, the closure
//! `|w, g| loss::accumulate_grad(w, data, g)`; for a struct that derives `Differentiable`, see [`structured`].
//!
//! ```
//! use autodiff_runtime::optim::{Options, Power, Subgradient, minimize};
//! // |x| + |y - 1|; of an annotated `f`, `|w: &[f64], g: &mut [f64]| f::accumulate_grad(w, g)`
//! let f = |w: &[f64], g: &mut [f64]| {
//!     g[0] += w[0].signum();
//!     g[1] += (w[1] - 1.0).signum();
//!     w[0].abs() + (w[1] - 1.0).abs()
//! };
//! let method = Subgradient::new(Power::new(0.5, 0.75));
//! let outcome = minimize(method, f, &[2.0, -1.0], &Options::new(5_000));
//! assert!(outcome.best.value < 1e-2);
//! ```

mod adam;
#[cfg(feature = "serde")]
mod bits;
mod bundle;
mod flat;
mod guarantee;
mod heavy_ball;
mod inna;
mod method;
#[cfg(feature = "indicatif")]
mod progress;
mod risk;
mod run;
mod schedule;
mod subgradient;
mod suspects;
#[cfg(feature = "argmin")]
mod with_argmin;

pub use adam::Adam;
pub use bundle::{
    NonsmoothOptions, NonsmoothOutcome, NonsmoothStop, minimize_nonsmooth, minimize_nonsmooth_with,
};
pub use flat::{assign, components, structured};
pub use guarantee::{Convergent, Theorem};
pub use heavy_ball::HeavyBall;
pub use inna::Inna;
pub use method::Method;
#[cfg(feature = "indicatif")]
pub use progress::progress_bar;
pub use risk::{Batches, gather, sharded};
pub use run::{Best, Options, Oracle, Outcome, Progress, Run, Stop, minimize};
pub use schedule::{Constant, Cosine, Geometric, Harmonic, Power, Schedule, Vanishing};
pub use subgradient::Subgradient;
pub use suspects::{Suspects, suspects};
#[cfg(feature = "argmin")]
pub use with_argmin::Problem;
