//! `AUTODIFF_DUMP=name`: what each pass made of one function, on stderr.
//!
//! ```text
//! AUTODIFF_DUMP=loss cargo build
//! ```
//!
//! `AUTODIFF_DUMP=all` shows every function. Cargo does not know of the variable: touch the file of
//! the function to have it compiled again.

use proc_macro2::{Ident, TokenStream};

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
