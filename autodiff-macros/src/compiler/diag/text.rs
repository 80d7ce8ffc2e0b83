//! Tokens as a person writes them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Tokens as one line of text, spaced as rustfmt would.
pub(crate) fn text_of(tokens: &(impl ToTokens + ?Sized)) -> String {
    let mut printer = Printer {
        text: String::new(),
        last: Last::Start,
    };
    printer.stream(tokens.to_token_stream());
    printer.text.trim_end().to_owned()
}

/// A type as one line of text.
pub(crate) fn text_of_type(tokens: &(impl ToTokens + ?Sized)) -> String {
    let text = text_of(tokens);
    text.replace(" < ", "<")
        .replace(" > ", ">")
        .replace(" >", ">")
}

/// Operators of more than one character, longest first.
const OPERATORS: [&str; 24] = [
    "..=", "<<=", ">>=", "..", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=",
    "*=", "/=", "%=", "^=", "&=", "|=", "<<", ">>", "...",
];

/// Words after which an expression starts.
const KEYWORDS: [&str; 11] = [
    "return", "in", "if", "else", "while", "match", "break", "mut", "as", "let", "const",
];

/// What was printed last.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// Nothing yet, an opening bracket, or an operator with its space: a prefix may follow.
    Start,
    /// A word, a literal, a closing bracket: an operator may follow.
    Operand,
    /// A word after which an expression starts.
    Keyword,
    /// A prefix operator, `.` or `::`: what follows is joined.
    Joined,
}

struct Printer {
    text: String,
    last: Last,
}

impl Printer {
    fn stream(&mut self, tokens: TokenStream) {
        let mut run = String::new();
        for token in tokens {
            if let TokenTree::Punct(punct) = &token {
                run.push(punct.as_char());
                if punct.spacing() == Spacing::Joint {
                    continue;
                }
            }
            self.operators(&std::mem::take(&mut run));
            match token {
                TokenTree::Group(group) => self.group(group.delimiter(), group.stream()),
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
        self.operators(&run);
    }

    fn group(&mut self, delimiter: Delimiter, inner: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => return self.stream(inner),
        };
        let brace = delimiter == Delimiter::Brace;
        if self.last == Last::Keyword || (brace && self.last == Last::Operand) {
            self.text.push(' ');
        }
        if inner.is_empty() {
            self.text.push_str(open.trim());
            self.text.push_str(close.trim());
        } else {
            self.text.push_str(open);
            self.last = Last::Start;
            self.stream(inner);
            self.text.truncate(self.text.trim_end().len());
            self.text.push_str(close);
        }
        self.last = Last::Operand;
    }

    fn word(&mut self, word: &str) {
        if matches!(self.last, Last::Operand | Last::Keyword) {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.last = match KEYWORDS.contains(&word) {
            true => Last::Keyword,
            false => Last::Operand,
        };
    }

    /// A run of operator characters.
    fn operators(&mut self, mut run: &str) {
        while let Some(first) = run.chars().next() {
            let known = OPERATORS
                .iter()
                .find(|operator| run.starts_with(**operator));
            let len = known.map_or(first.len_utf8(), |operator| operator.len());
            self.operator(&run[..len]);
            run = &run[len..];
        }
    }

    fn operator(&mut self, text: &str) {
        let operand = self.last == Last::Operand;
        match text {
            "." | "::" | ".." | "..=" => self.joined(text),
            "," | ";" | ":" => self.followed(text),
            "#" | "\'" => self.prefix(text),
            "?" => self.text.push('?'),
            "!" if operand => self.text.push('!'),
            "*" | "&" | "-" | "!" | "&&" if !operand => self.prefix(text),
            _ => {
                if self.last != Last::Start {
                    self.text.push(' ');
                }
                self.followed(text);
            }
        }
    }

    fn prefix(&mut self, text: &str) {
        if matches!(self.last, Last::Keyword | Last::Operand) {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.last = Last::Joined;
    }

    fn joined(&mut self, text: &str) {
        if self.last == Last::Keyword {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.last = Last::Joined;
    }

    fn followed(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push(' ');
        self.last = Last::Start;
    }
}

#[cfg(test)]
mod tests {
    use super::{text_of, text_of_type};

    #[test]
    fn as_rustfmt_does() {
        for text in [
            "a + b * -c",
            "w[i * d..(i + 1) * d]",
            "&x[..n]",
            "*r = x.max(0.0)",
            "m::k(&mut y, -1.0)",
            "x as f64 / 2.0",
            "if x >= 0.0 { x } else { -x }",
            "println!(\"{x}\", a, &b)",
            "0..=n",
            "a && !b || c",
            "s += x[i][j]",
            "(a, b).0",
            "[1, 2, 3]",
            "#[tie(0.5)]",
            "x == y",
            "1 << 40",
            "f(x)?.y",
        ] {
            let tokens: proc_macro2::TokenStream = text.parse().expect("tokens");
            assert_eq!(text_of(&tokens), text);
        }
        let ty: proc_macro2::TokenStream = "&'a mut Vec<[f64; 3]>".parse().expect("tokens");
        assert_eq!(text_of_type(&ty), "&'a mut Vec<[f64; 3]>");
    }
}
