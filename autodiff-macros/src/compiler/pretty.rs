//! Tokens as text that a person can read: for dumps, and for the source text of a site where the
//! user's own is not to be had.
//!
//! Not rustfmt: a line for every statement and every member, and spaces as one would put them. It
//! uses the span-free parts of tokens only, so it works everywhere.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// Tokens on one line.
pub(crate) fn line(tokens: &TokenStream) -> String {
    let mut printer = Printer::new(false);
    printer.stream(tokens.clone());
    printer.text.trim().to_owned()
}

/// Tokens with a line for every statement and every member, indented.
pub(crate) fn lines(tokens: &TokenStream) -> String {
    let mut printer = Printer::new(true);
    printer.stream(tokens.clone());
    let lines = printer.text.lines().map(str::trim_end);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| line.to_owned() + "\n")
        .collect()
}

/// What was printed last, as far as it decides on a space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Last {
    /// The start of a line or of parentheses, or something that clings to what follows.
    Open,
    /// A name, a literal, a closing parenthesis.
    Operand,
    /// A name that may be a type, after which `<` opens a list of arguments.
    Type,
    /// A word that is followed by an expression or a type.
    Keyword,
    /// An operator with an operand to its right.
    Operator,
}

struct Printer {
    text: String,
    last: Last,
    depth: usize,
    /// How many lists of generic arguments are open.
    angles: usize,
    broken: bool,
}

impl Printer {
    fn new(broken: bool) -> Printer {
        Printer {
            text: String::new(),
            last: Last::Open,
            depth: 0,
            angles: 0,
            broken,
        }
    }

    fn stream(&mut self, tokens: TokenStream) {
        let mut operator = String::new();
        for tree in tokens {
            if let TokenTree::Punct(punct) = &tree {
                operator.push(punct.as_char());
                // The tick of a lifetime is part of the name that follows.
                if punct.spacing() == Spacing::Joint
                    && punct.as_char() != '\''
                    && !self.splits(&operator)
                {
                    continue;
                }
                self.operator(&std::mem::take(&mut operator));
                continue;
            }
            match tree {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                other => self.operand(&other.to_string(), Last::Operand),
            }
        }
        if !operator.is_empty() {
            self.operator(&operator);
        }
    }

    /// `>>` closes two lists of arguments, `;` and `,` stand alone.
    fn splits(&self, operator: &str) -> bool {
        matches!(operator, "," | ";") || (operator == ">" && self.angles > 0) || operator == "<"
    }

    fn word(&mut self, word: &str) {
        const KEYWORDS: [&str; 16] = [
            "as", "const", "else", "fn", "for", "if", "in", "let", "loop", "match", "move", "mut",
            "pub", "return", "use", "while",
        ];
        let upper = word
            .trim_start_matches("r#")
            .chars()
            .next()
            .is_some_and(char::is_uppercase);
        let declared = self.text.ends_with("fn") || self.text.ends_with("impl");
        let lifetime = self.text.ends_with('\'');
        let last = match lifetime || KEYWORDS.contains(&word) {
            true => Last::Keyword,
            false if upper || declared => Last::Type,
            false => Last::Operand,
        };
        self.operand(word, last);
    }

    fn operand(&mut self, text: &str, last: Last) {
        self.space(self.last != Last::Open);
        self.text.push_str(text);
        self.last = last;
    }

    fn space(&mut self, wanted: bool) {
        if wanted && !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    fn operator(&mut self, operator: &str) {
        let prefix = matches!(self.last, Last::Open | Last::Operator | Last::Keyword);
        match operator {
            "," | ";" | ":" | "?" => self.close(operator),
            "." | ".." | "..=" => self.tight(operator),
            "::" => self.path(prefix),
            "<" if self.last == Last::Type || self.text.ends_with("::") || prefix => {
                self.open_angle()
            }
            ">" if self.angles > 0 => self.close_angle(),
            "'" | "#" => self.cling(operator, true),
            "!" if !prefix => self.tight(operator),
            "&" | "*" | "-" | "!" | "&&" | "|" | "||" if prefix => self.cling(operator, true),
            _ => {
                self.space(true);
                self.text.push_str(operator);
                self.last = Last::Operator;
            }
        }
    }

    /// No space before, one after.
    fn close(&mut self, operator: &str) {
        self.text.push_str(operator);
        self.last = if operator == "?" {
            Last::Operand
        } else {
            Last::Operator
        };
        if operator == ";" && self.broken {
            self.newline();
        }
    }

    /// No space on either side.
    fn tight(&mut self, operator: &str) {
        self.text.push_str(operator);
        self.last = Last::Open;
    }

    /// No space after; before, if something stands there.
    fn cling(&mut self, operator: &str, spaced: bool) {
        self.space(spaced && self.last != Last::Open);
        self.tight(operator);
    }

    /// `::` in a path, or in front of one.
    fn path(&mut self, leading: bool) {
        match leading {
            true => self.cling("::", true),
            false => self.tight("::"),
        }
    }

    fn open_angle(&mut self) {
        let list = self.text.ends_with("use") || self.text.ends_with("for");
        self.space(!list && matches!(self.last, Last::Operator | Last::Keyword));
        self.tight("<");
        self.angles += 1;
    }

    fn close_angle(&mut self) {
        self.text.push('>');
        self.angles -= 1;
        self.last = Last::Type;
    }

    fn group(&mut self, group: &Group) {
        match group.delimiter() {
            Delimiter::Brace => self.block(group.stream()),
            Delimiter::Parenthesis => self.list("(", group.stream(), ")"),
            Delimiter::Bracket => self.list("[", group.stream(), "]"),
            Delimiter::None => self.stream(group.stream()),
        }
    }

    fn list(&mut self, open: &str, inside: TokenStream, close: &str) {
        let attribute = self.text.ends_with('#');
        self.space(matches!(self.last, Last::Operator | Last::Keyword));
        self.text.push_str(open);
        self.last = Last::Open;
        let angles = std::mem::take(&mut self.angles);
        self.stream(inside);
        self.angles = angles;
        self.text.push_str(close);
        self.last = Last::Operand;
        if attribute && self.broken {
            self.newline();
        }
    }

    fn block(&mut self, inside: TokenStream) {
        self.space(self.last != Last::Open);
        self.text.push('{');
        let empty = inside.is_empty();
        self.depth += 1;
        self.edge(!empty);
        self.stream(inside);
        self.depth -= 1;
        self.edge(!empty);
        self.text.push('}');
        self.last = Last::Operand;
        if self.broken {
            self.newline();
        }
    }

    /// Between a brace and what stands in it.
    fn edge(&mut self, wanted: bool) {
        match (wanted, self.broken) {
            (true, true) => self.newline(),
            (true, false) => self.space(true),
            (false, _) => {}
        }
        self.last = Last::Open;
    }

    fn newline(&mut self) {
        self.text.push('\n');
        self.text.push_str(&"    ".repeat(self.depth));
        self.last = Last::Open;
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    #[track_caller]
    fn check(tokens: proc_macro2::TokenStream, expected: &str) {
        assert_eq!(super::line(&tokens), expected);
    }

    #[test]
    fn expressions() {
        check(quote!(x.max(0.0) + w[i] * -y), "x.max(0.0) + w[i] * -y");
        check(
            quote!(if a < b && !c { -a } else { *p }),
            "if a < b && !c { -a } else { *p }",
        );
        check(quote!(f64::max(a, -b) as f32), "f64::max(a, -b) as f32");
        check(quote!(x[1..n] == &y[..=2]), "x[1..n] == &y[..=2]");
        check(quote!(vec![0.0; n]), "vec![0.0; n]");
        check(quote!(a - (b - c)?), "a - (b - c)?");
    }

    #[test]
    fn items() {
        check(
            quote!(pub fn f<const N: usize>(x: &'a [f64; N]) -> Vec<Vec<f64>>),
            "pub fn f<const N: usize>(x: &'a [f64; N]) -> Vec<Vec<f64>>",
        );
        check(
            quote!(let x: ::core::Foo = <[f64] as A<B>>::g::<T>(y);),
            "let x: ::core::Foo = <[f64] as A<B>>::g::<T>(y);",
        );
        check(
            quote!(#[inline] impl FnOnce(&f64) + use<S>),
            "#[inline] impl FnOnce(&f64) + use<S>",
        );
    }

    #[test]
    fn one_line_per_statement() {
        let text = super::lines(&quote!(
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
