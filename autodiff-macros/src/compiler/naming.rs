//! The names of what is emitted for a function, by where it stands.
//!
//! In: a base name (`grad`, `__forward`, `FIELD`). Out: the name that the emitted item has, and how
//! other emitted code of the same function mentions it.
//!
//! | | `grad` | `__forward` | `FIELD` |
//! | --- | --- | --- | --- |
//! | beside a free function: members of a type of its name | `loss::grad` | `loss::__forward` | `loss::FIELD` |
//! | in an `impl` block: siblings | `P::loss_grad` | `P::__loss_forward` | `P::LOSS_FIELD` |
//! | with the option `module`: items of the module | `grad` | `__forward` | `FIELD` |

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::names::plain;

/// Where the emitted items stand.
#[derive(Clone, Debug, Default)]
pub(crate) enum Naming {
    /// In the `impl` of a type that bears the function's name.
    #[default]
    Companion,
    /// Beside the function, in an `impl` block of its type.
    Sibling(Box<Sibling>),
    /// Free functions of the module.
    Module,
}

/// A function of an `impl` block.
#[derive(Clone, Debug)]
pub(crate) struct Sibling {
    /// Name of the function.
    pub(crate) name: Ident,
    /// The function, as an expression of the block: `Self::loss`, `<Self as Model>::loss`.
    pub(crate) primal: TokenStream,
    pub(crate) receiver: Option<Receiver>,
    /// The type of the block, where it is known.
    pub(crate) own: Option<syn::Type>,
    /// One instance of the type of the block, if that is generic: `P<f64>`.
    pub(crate) instance: Option<TokenStream>,
    /// The emitted items have a block of their own.
    pub(crate) block: bool,
    /// Generic parameters of the block, where they are known.
    pub(crate) generics: syn::Generics,
}

/// How a method takes what it is called on.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    pub(crate) passing: ReceiverPassing,
    /// The name that the body knows it by, since a body that is moved into a closure, or copied to
    /// another function, has no `self` of its own.
    pub(crate) this: Ident,
    /// The user's `self`.
    pub(crate) token: Ident,
}

/// `self`, `&self`, `&mut self`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReceiverPassing {
    Value,
    Shared,
    Exclusive,
}

impl Receiver {
    /// A text for people: `self`, and not the name that the compiler has for it.
    pub(crate) fn in_text(&self, text: &str) -> String {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let this = self.this.to_string();
        let mut out = String::new();
        let mut word = String::new();
        for c in text.chars().chain(['\0']) {
            if is_word(c) {
                word.push(c);
                continue;
            }
            out.push_str(if word == this { "self" } else { &word });
            word.clear();
            if c != '\0' {
                out.push(c);
            }
        }
        out
    }

    /// The same, between backticks only.
    pub(crate) fn in_code(&self, text: &str) -> String {
        let parts = text.split('`').enumerate();
        let parts = parts.map(|(i, part)| match i % 2 {
            1 => self.in_text(part),
            _ => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("`")
    }

    /// The tokens as the user wrote them.
    pub(crate) fn in_tokens(&self, tokens: TokenStream) -> TokenStream {
        let renamed = tokens.into_iter().map(|tree| match tree {
            TokenTree::Ident(ident) if ident == self.this => {
                Ident::new("self", ident.span()).into()
            }
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), self.in_tokens(group.stream()));
                new.set_span(group.span());
                new.into()
            }
            other => other,
        });
        renamed.collect()
    }
}

impl Sibling {
    /// The generic parameters of the block are a guess. Then no list of what a sweep captures can be
    /// written: it has to be boxed.
    pub(crate) fn is_guessed(&self) -> bool {
        !self.block && !self.generics.params.is_empty()
    }

    /// It changes its receiver.
    pub(crate) fn is_exclusive(&self) -> bool {
        let receiver = self.receiver.as_ref();
        receiver.is_some_and(|r| r.passing == ReceiverPassing::Exclusive)
    }
}

impl Naming {
    /// The receiver, for methods.
    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        match self {
            Naming::Sibling(of) => of.receiver.as_ref(),
            Naming::Companion | Naming::Module => None,
        }
    }

    /// The type of the `impl` block around the function, where it is known.
    pub(crate) fn own(&self) -> Option<&syn::Type> {
        match self {
            Naming::Sibling(of) => of.own.as_ref(),
            Naming::Companion | Naming::Module => None,
        }
    }

    /// The generic parameters of the `impl` block around the function.
    pub(crate) fn block_generics(&self) -> syn::Generics {
        match self {
            Naming::Sibling(of) => of.generics.clone(),
            Naming::Companion | Naming::Module => syn::Generics::default(),
        }
    }

    /// The name of the emitted item.
    pub(crate) fn item(&self, base: &str) -> Ident {
        match self {
            Naming::Companion | Naming::Module => Ident::new(base, Span::call_site()),
            Naming::Sibling(of) => sibling(&of.name, base, of.is_exclusive()),
        }
    }

    /// The emitted item, as other emitted items of the function mention it.
    pub(crate) fn path(&self, base: &str) -> TokenStream {
        let item = self.item(base);
        match self {
            Naming::Companion | Naming::Sibling(_) => quote!(Self::#item),
            Naming::Module => quote!(self::#item),
        }
    }
}

/// `loss_grad`, `__loss_forward`, `LOSS_FIELD`, `__LOSS_SITES`: what is emitted for the function
/// `loss` of an `impl` block. The sweeps of one that takes `&mut self` have names of their own
/// (`__loss_forward_mut`), since they are called in another way.
pub(crate) fn sibling(function: &Ident, base: &str, exclusive: bool) -> Ident {
    let function = plain(function);
    let (hidden, base) = match base.strip_prefix("__") {
        Some(rest) => ("__", rest),
        None => ("", base),
    };
    let constant = base.chars().all(|c| c.is_uppercase() || c == '_');
    let function = match constant {
        true => function.to_uppercase(),
        false => function,
    };
    let suffix = match exclusive && matches!(base, "forward" | "tangent") {
        true => "_mut",
        false => "",
    };
    Ident::new(
        &format!("{hidden}{function}_{base}{suffix}"),
        Span::call_site(),
    )
}

#[cfg(test)]
mod tests {
    use super::sibling;
    use quote::format_ident;

    #[test]
    fn siblings_are_told_apart_by_the_name_of_the_function() {
        let name = |base, exclusive| sibling(&format_ident!("r#type"), base, exclusive).to_string();
        assert_eq!(name("grad", false), "type_grad");
        assert_eq!(name("__forward", false), "__type_forward");
        assert_eq!(name("__forward", true), "__type_forward_mut");
        assert_eq!(name("__SITES", true), "__TYPE_SITES");
        assert_eq!(name("FIELD", false), "TYPE_FIELD");
    }
}
