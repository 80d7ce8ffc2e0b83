//! `AUTODIFF_DUMP=name`: what each pass made of one function, on stderr.
//!
//! ```text
//! AUTODIFF_DUMP=loss cargo build
//! ```
//!
//! `AUTODIFF_DUMP=all` shows every function. Cargo does not know of the variable: touch the file of
//! the function to have it compiled again.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

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
        self.section(pass, || layout(tokens));
    }
}

/// Tokens with a line for every statement and every member, indented. Not rustfmt, yet readable.
pub(crate) fn layout(tokens: &TokenStream) -> String {
    let mut printer = Layout {
        text: String::new(),
        depth: 0,
    };
    printer.stream(tokens.clone());
    printer
        .text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .fold(String::new(), |text, line| text + line + "\n")
}

struct Layout {
    text: String,
    depth: usize,
}

impl Layout {
    fn stream(&mut self, tokens: TokenStream) {
        let mut pending = TokenStream::new();
        for tree in tokens {
            match tree {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.flush(&mut pending);
                    self.block(group.stream());
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    pending.extend([TokenTree::from(punct)]);
                    self.flush(&mut pending);
                    self.newline();
                }
                other => pending.extend([other]),
            }
        }
        self.flush(&mut pending);
    }

    fn block(&mut self, inside: TokenStream) {
        self.text.push_str(" {");
        self.depth += 1;
        self.newline();
        self.stream(inside);
        self.depth -= 1;
        self.newline();
        self.text.push('}');
        self.newline();
    }

    fn flush(&mut self, pending: &mut TokenStream) {
        let tokens = std::mem::take(pending);
        self.text.push_str(&super::diag::text_of(&tokens));
    }

    fn newline(&mut self) {
        self.text.push('\n');
        self.text.push_str(&"    ".repeat(self.depth));
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    #[test]
    fn one_line_per_statement() {
        let text = super::layout(&quote!(
            fn f(x: f64) -> f64 {
                let y = x * x;
                if y > 1.0 { y } else { x }
            }
        ));
        let lines = [
            "fn f(x: f64) -> f64 {",
            "    let y = x * x;",
            "    if y > 1.0 {",
            "        y",
            "    }",
            "    else {",
            "        x",
            "    }",
            "}",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), lines);
    }
}
