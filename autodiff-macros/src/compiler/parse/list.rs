//! Lists of options in attributes: `name`, `name = value`, `name(…)`, between commas.
//!
//! In: the tokens between the parentheses. Out: one call per option; what is given twice or unknown is
//! reported here, for all attributes in the same way.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

use crate::compiler::diag::{self, Diagnostics, Entry};

/// The options of an attribute.
pub(crate) struct List {
    /// All names, for "did you mean".
    pub(crate) names: &'static [&'static str],
    /// Those that may be given more than once.
    pub(crate) repeatable: &'static [&'static str],
    /// What is said of a name that is none of them.
    pub(crate) unknown: &'static Entry,
    /// What is said of tokens that are no list of options.
    pub(crate) malformed: &'static Entry,
}

/// An option: its name, and what follows it.
pub(crate) struct Item<'i> {
    pub(crate) name: Ident,
    pub(crate) input: ParseStream<'i>,
}

impl List {
    /// Calls `option` for each option of a list; it tells whether it knows the name.
    pub(crate) fn read(
        &self,
        tokens: TokenStream,
        diags: &mut Diagnostics,
        mut option: impl FnMut(&Item<'_>, &mut Diagnostics) -> syn::Result<bool>,
    ) {
        let mut seen: Vec<String> = Vec::new();
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let name = input.call(Ident::parse_any)?;
                let text = name.to_string();
                if seen.contains(&text) && !self.repeatable.contains(&text.as_str()) {
                    diags.report_at(&diag::REPEATED_OPTION, &name, &[&text]);
                }
                let item = Item { name, input };
                if !option(&item, diags)? {
                    diags.report_near(self.unknown, &item.name, self.names.iter().copied());
                    skip(input)?;
                }
                seen.push(text);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = list.parse2(tokens) {
            diags.report(self.malformed, error.span(), &[&error.to_string()]);
        }
    }
}

/// Steps over `=`.
pub(crate) fn value<'a>(input: ParseStream<'a>) -> syn::Result<ParseStream<'a>> {
    input.parse::<Token![=]>()?;
    Ok(input)
}

/// Steps over the rest of an option that is not known.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
