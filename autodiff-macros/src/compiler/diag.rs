//! Errors: a sink that collects them, and their rendering as `compile_error!`.
//!
//! In: reports from every pass, each an [`Entry`] of the table in `texts` with the tokens at fault.
//! Out: one [`syn::Error`] with all of them, in the order of the source.
//!
//! ```text
//! error: no derivative rule for the method `erfish` [AD0102]
//!
//!        help: did you mean `erf`?
//!        note: the compiler differentiates the methods of `f64` and `f32` that have a rule
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use crate::compiler::naming::Receiver;

mod text;
mod texts;

pub(crate) use text::{text_of, text_of_type};
pub(crate) use texts::*;

/// A row of the table of messages. `{0}`, `{1}`, … stand for the arguments of a report.
#[derive(Debug)]
pub(crate) struct Entry {
    /// `AD0102`.
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) message: &'static str,
    /// What to write instead; may be empty.
    pub(crate) help: &'static str,
    /// Why; may be empty.
    pub(crate) note: &'static str,
}

impl Entry {
    /// The whole text of an error without arguments, for what only rustc can find out.
    pub(crate) fn render(&'static self) -> String {
        Diag::new(self, TokenStream::new(), &[]).render()
    }
}

/// One error.
#[derive(Debug)]
pub(crate) struct Diag {
    pub(crate) entry: &'static Entry,
    /// The tokens at fault.
    pub(crate) tokens: TokenStream,
    /// The first line, without the code.
    pub(crate) message: String,
    pub(crate) help: Vec<String>,
    pub(crate) note: Vec<String>,
}

impl Diag {
    fn new(entry: &'static Entry, tokens: TokenStream, args: &[&str]) -> Self {
        let lines = |text: &str| match fill(text, args) {
            line if line.is_empty() => Vec::new(),
            line => vec![line],
        };
        Diag {
            entry,
            tokens,
            message: fill(entry.message, args),
            help: lines(entry.help),
            note: lines(entry.note),
        }
    }

    /// Adds a line that says what to write instead.
    pub(crate) fn help(&mut self, line: impl Into<String>) -> &mut Self {
        self.help.push(line.into());
        self
    }

    /// The whole text, as it is shown.
    pub(crate) fn render(&self) -> String {
        let mut text = format!("{} [{}]", self.message, self.entry.code);
        let help = self.help.iter().map(|line| ("help", line));
        let note = self.note.iter().map(|line| ("note", line));
        for (i, (label, line)) in help.chain(note).enumerate() {
            text.push_str(if i == 0 { "\n\n" } else { "\n" });
            text.push_str(&format!("{label}: {line}"));
        }
        text
    }

    fn error(&self) -> syn::Error {
        syn::Error::new_spanned(&self.tokens, self.render())
    }
}

/// The sink that every pass reports to.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    all: Vec<Diag>,
}

impl Diagnostics {
    /// A sink without errors.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports `entry` at `span`.
    pub(crate) fn report(&mut self, entry: &'static Entry, span: Span, args: &[&str]) -> &mut Diag {
        self.push(Diag::new(entry, token_at(span), args))
    }

    /// Reports `entry` at `tokens`, which are underlined from the first to the last.
    pub(crate) fn report_at(
        &mut self,
        entry: &'static Entry,
        tokens: &(impl ToTokens + ?Sized),
        args: &[&str],
    ) -> &mut Diag {
        self.push(Diag::new(entry, tokens.to_token_stream(), args))
    }

    /// Reports that `name` is none of `known`, and the one that may have been meant.
    pub(crate) fn report_near<'n>(
        &mut self,
        entry: &'static Entry,
        name: &Ident,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let text = name.to_string();
        let near = did_you_mean(&text, known);
        let report = self.report_at(entry, name, &[&text]);
        if let Some(near) = near {
            report.help(format!("did you mean `{near}`?"));
        }
    }

    fn push(&mut self, diag: Diag) -> &mut Diag {
        let at = self.all.len();
        self.all.push(diag);
        &mut self.all[at]
    }

    /// Takes over the errors of another sink.
    pub(crate) fn absorb(&mut self, other: Diagnostics) {
        self.all.extend(other.all);
    }

    /// Forgets all but the first `count`.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.all.truncate(count);
    }

    /// True if nothing was reported.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The errors in the order in which they were reported.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Diag> {
        self.all.iter()
    }

    /// All errors as one, sorted by their place in the source; `None` if there are none.
    pub(crate) fn into_error(mut self) -> Option<syn::Error> {
        self.all.sort_by_key(|diag| position(&diag.tokens));
        let mut errors = self.all.iter().map(Diag::error);
        let mut all = errors.next()?;
        errors.for_each(|error| all.combine(error));
        Some(all)
    }

    /// Calls the receiver of a method by the name that the user knows it by.
    pub(crate) fn name_receiver(&mut self, receiver: Option<&Receiver>) {
        let Some(receiver) = receiver else {
            return;
        };
        for diag in &mut self.all {
            let lines = diag.help.iter_mut().chain(&mut diag.note);
            for text in lines.chain([&mut diag.message]) {
                *text = receiver.in_code(text);
            }
        }
    }

    /// `compile_error!` invocations for all errors; empty if there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.into_error()
            .map(|error| error.to_compile_error())
            .unwrap_or_default()
    }
}

/// A token at `span`: what is underlined goes by spans alone.
pub(crate) fn token_at(span: Span) -> TokenStream {
    proc_macro2::Ident::new("_", span).into_token_stream()
}

/// Line and column of the first token; zero outside of a real macro, where they are unknown.
fn position(tokens: &TokenStream) -> (usize, usize) {
    let first = tokens.clone().into_iter().next();
    match first {
        Some(token) if proc_macro::is_available() => {
            let span = token.span().unwrap();
            (span.line(), span.column())
        }
        _ => (0, 0),
    }
}

/// Puts the arguments where `{0}`, `{1}`, … stand.
fn fill(text: &str, args: &[&str]) -> String {
    let mut text = text.to_owned();
    for (i, arg) in args.iter().enumerate() {
        text = text.replace(&format!("{{{i}}}"), arg);
    }
    text
}

/// The candidate that `name` is most likely a misspelling of.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let near = candidates.into_iter().map(|c| (distance(name, c), c));
    let (far, best) = near.min()?;
    (far <= 1 + name.len() / 4).then_some(best)
}

/// Edit distance of two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
