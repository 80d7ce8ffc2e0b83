//! `AUTODIFF_DUMP=name`: what each pass made of one function, on stderr.
//!
//! ```text
//! AUTODIFF_DUMP=loss cargo build
//! ```
//!
//! `AUTODIFF_DUMP=all` shows every function; `AUTODIFF_TIMES=1` tells how long each expansion took. Cargo does not know of the variable: touch the file of
//! the function to have it compiled again.

use proc_macro2::{Ident, TokenStream, TokenTree};
use std::time::{Duration, Instant};

use super::pretty;

/// Prints sections for one function, if it is the one that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Dump {
    function: String,
    wanted: bool,
}

impl Dump {
    /// The dump of the function called `name`.
    pub(crate) fn of(name: &Ident) -> Dump {
        let function = name.to_string();
        let wanted = std::env::var("AUTODIFF_DUMP")
            .is_ok_and(|wanted| wanted == "all" || wanted == function);
        Dump { function, wanted }
    }

    /// Prints what a pass made; `text` is only called if somebody asked for it.
    pub(crate) fn section(&self, pass: &str, text: impl FnOnce() -> String) {
        if self.wanted {
            eprintln!(
                "==== {}: {pass} ====\n{}\n",
                self.function,
                text().trim_end()
            );
        }
    }

    /// [`Dump::section`] for emitted code.
    pub(crate) fn code(&self, pass: &str, tokens: &TokenStream) {
        self.section(pass, || pretty::lines(tokens));
    }
}

/// Runs an expansion, and tells how long it took if somebody asked for it.
pub(crate) fn timed<T>(item: &TokenStream, expansion: impl FnOnce() -> T) -> T {
    if std::env::var_os("AUTODIFF_TIMES").is_none() {
        return expansion();
    }
    let start = (Instant::now(), cpu_time());
    let result = expansion();
    let elapsed = match (start.1, cpu_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => start.0.elapsed(),
    };
    let milliseconds = elapsed.as_secs_f64() * 1e3;
    eprintln!("expansion of {}: {milliseconds:.3} ms", title(item));
    result
}

/// What the thread has had of the processor, where the system tells: it does not grow while others have it.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// The word after `fn`, `mod` or `impl`.
fn title(item: &TokenStream) -> String {
    let is_keyword =
        |t: &TokenTree| matches!(t, TokenTree::Ident(i) if i == "fn" || i == "mod" || i == "impl");
    let mut tokens = item.clone().into_iter().skip_while(|t| !is_keyword(t));
    tokens.nth(1).map_or_else(String::new, |t| t.to_string())
}
