//! A bar that shows how far a run is (feature `indicatif`).

use core::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};

use super::run::Progress;

/// A callback for [`Run::go_with`](super::Run::go_with) that draws a bar on the terminal, with the value beside it; it never stops a run.
///
/// ```
/// use autodiff_runtime::optim::{Constant, Options, Run, Subgradient, progress_bar};
/// let f = |w: &[f64], g: &mut [f64]| {
///     g[0] += 2.0 * w[0];
///     w[0] * w[0]
/// };
/// let mut run = Run::new(Subgradient::new(Constant::new(0.1)), &[1.0]);
/// run.go_with(f, &Options::new(100), progress_bar(100));
/// ```
pub fn progress_bar(steps: u64) -> impl FnMut(&Progress<'_>) -> ControlFlow<()> {
    let bar = ProgressBar::new(steps);
    // The template is right, so the default is never taken.
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    move |progress| {
        bar.set_position(progress.step + 1);
        // A text per step would cost more than a small step itself; the bar is redrawn 20 times a second at most.
        if progress.step % 64 == 0 {
            bar.set_message(format!("{:.6e}", progress.value));
        }
        ControlFlow::Continue(())
    }
}
