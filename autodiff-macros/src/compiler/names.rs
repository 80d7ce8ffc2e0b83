//! Fresh names for what the compiler invents, readable and the same on every run.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The identifiers in use in a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    used: BTreeSet<String>,
    /// The number to try next, by what stands before it.
    next: BTreeMap<String, u32>,
}

impl Names {
    /// Every identifier that occurs in the tokens counts as used.
    pub(crate) fn of(tokens: TokenStream) -> Names {
        let mut names = Names::default();
        names.reserve(tokens);
        names
    }

    /// As [`Names::of`] the tokens of the function, which would have to be made.
    pub(crate) fn of_function(function: &syn::ItemFn) -> Names {
        let mut names = Names::default();
        names.visit_item_fn(function);
        names
    }

    /// Counts the identifiers in the tokens as used.
    pub(crate) fn reserve(&mut self, tokens: TokenStream) {
        for tree in tokens {
            match tree {
                TokenTree::Ident(ident) => {
                    self.used.insert(plain(&ident));
                }
                TokenTree::Group(group) => self.reserve(group.stream()),
                TokenTree::Literal(literal) => self.reserve_words(&literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// A format string names variables, too.
    fn reserve_words(&mut self, text: &str) {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        self.used
            .extend(words.filter(|w| !w.is_empty()).map(str::to_owned));
    }

    /// `base` itself if it is free, else `base` with a number.
    pub(crate) fn exact(&mut self, base: &str, span: Span) -> Ident {
        if !is_keyword(base) && self.used.insert(base.to_owned()) {
            return Ident::new(base, span);
        }
        self.numbered(base, "_", 2, span)
    }

    /// Counts the name as used; false if it was.
    pub(crate) fn claim(&mut self, name: &str) -> bool {
        self.used.insert(name.to_owned())
    }

    /// `base1`, `base2`, …
    pub(crate) fn numbered(
        &mut self,
        base: &str,
        separator: &str,
        first: u32,
        span: Span,
    ) -> Ident {
        let stem = format!("{base}{separator}");
        let next = self.next.entry(stem.clone()).or_insert(first);
        loop {
            let name = format!("{stem}{next}");
            *next += 1;
            if self.used.insert(name.clone()) {
                return Ident::new(&name, span);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.used.insert(plain(ident));
    }

    fn visit_lit(&mut self, literal: &'ast syn::Lit) {
        if let syn::Lit::Str(text) = literal {
            self.reserve_words(&text.value());
        }
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.visit_path(&invoked.path);
        self.reserve(invoked.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.visit_path(&list.path);
        self.reserve(list.tokens.clone());
    }

    // What syn has no structure for.

    fn visit_expr(&mut self, expr: &'ast syn::Expr) {
        match expr {
            syn::Expr::Verbatim(tokens) => self.reserve(tokens.clone()),
            expr => visit::visit_expr(self, expr),
        }
    }

    fn visit_type(&mut self, ty: &'ast syn::Type) {
        match ty {
            syn::Type::Verbatim(tokens) => self.reserve(tokens.clone()),
            ty => visit::visit_type(self, ty),
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        match item {
            syn::Item::Verbatim(tokens) => self.reserve(tokens.clone()),
            item => visit::visit_item(self, item),
        }
    }
}

/// The text of an identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// The words of the language that begin with a small letter; a name has none of them alone. (A lexer knows them, too, and takes
/// longer.)
const KEYWORDS: [&str; 52] = [
    "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

fn is_keyword(name: &str) -> bool {
    name == "Self" || KEYWORDS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{KEYWORDS, Names, is_keyword};

    #[test]
    fn keywords_are_those_of_the_language() {
        assert!(KEYWORDS.is_sorted());
        let refused = |word: &&str| syn::parse_str::<syn::Ident>(word).is_err();
        // `gen` is one since the edition of 2024.
        let unknown: Vec<_> = KEYWORDS.iter().filter(|word| !refused(word)).collect();
        assert_eq!(unknown, [&"gen"]);
        for word in ["x", "y_bar", "Self", "selfish", "k", "r#type"] {
            assert_eq!(is_keyword(word), refused(&word), "{word}");
        }
    }

    #[test]
    fn the_names_of_a_function_are_those_in_its_tokens() {
        let function: syn::ItemFn = syn::parse_quote! {
            #[cfg(any(one, two))]
            fn f<'a, T: Bound<Item = Other>>(r#type: &'a [T; SIZE], (a, _): Pair) -> path::To
            where
                T: Clone,
            {
                use some::thing as another;
                const INNER: usize = size_of::<[u8; 4]>();
                let Some(Fields { field, x: y @ 1..=END }) = r#type.method::<U>(a) else {
                    panic!("of {shown} and {0:>width$}", told(value));
                };
                'outer: for i in 0..n {
                    macros::like!(nested { deeply: [word, "in {text}"] });
                    let closure = |p: V| -> W { p as X };
                    if let Enum::Variant(..) = "plain words" {
                        break 'outer;
                    }
                }
                unsafe_looking.await_looking
            }
        };
        let tokens = Names::of(quote::quote!(#function));
        let mut names = Names::of_function(&function);
        let keyword = |name: &&String| KEYWORDS.contains(&name.as_str()) || *name == "Self";
        let missing: Vec<&String> = tokens.used.difference(&names.used).collect();
        let missing: Vec<&&String> = missing.iter().filter(|name| !keyword(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(!names.claim("shown") && !names.claim("deeply") && !names.claim("text"));
        assert!(names.claim("free"));
    }
}
