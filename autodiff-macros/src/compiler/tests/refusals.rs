//! What is refused, by code and line: the functions of `tests/ui/fail`, compiled in memory.
//!
//! The files there say what is expected: a comment `//~ AD0102` stands on the line of the tokens at
//! fault (several codes for several errors). On one toolchain `tests/ui/ui.rs` compares the whole
//! output of rustc as well; this test holds on all of them, and takes milliseconds.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::Visit;

use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::extent::Extent;
use crate::compiler::forms;
use crate::compiler::parse::attribute::Options;

/// A code and the line that it is expected on, or found on.
type At = (usize, String);

#[test]
fn what_is_marked_is_refused_and_nothing_else() {
    // `cargo check` says the same as a build.
    let both = [Extent::Whole, Extent::Signatures];
    let wrong: Vec<String> = files("rs")
        .iter()
        .flat_map(|file| both.map(|extent| complaint(file, extent)))
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Mistakes of this compiler, which no function is known to bring about.
const OWN_MISTAKES: &str = "AD09";

#[test]
fn every_text_is_shown_by_a_case() {
    let shown: String = files("stderr").iter().map(|file| read(file)).collect();
    let codes = diag::ALL.iter().map(|entry| entry.code);
    let missing = codes.filter(|code| !shown.contains(&format!("[{code}]")));
    let missing: Vec<&str> = missing
        .filter(|code| !code.starts_with(OWN_MISTAKES))
        .collect();
    assert!(
        missing.is_empty(),
        "no case in tests/ui/fail shows {missing:?}"
    );
}

/// The difference between what a file announces and what the compiler says.
fn complaint(file: &Path, extent: Extent) -> Option<String> {
    let source = read(file);
    let mut wanted = marks(&source);
    let mut functions = Functions {
        found: Vec::new(),
        texts: Vec::new(),
        extent,
    };
    functions.visit_file(&syn::parse_file(&source).ok()?);
    functions.sort();
    let found = std::mem::take(&mut functions.found);
    wanted.sort();
    if wanted == found {
        return None;
    }
    let lost = wanted.iter().filter(|at| !found.contains(at));
    let lost: String = lost
        .map(|(line, code)| format!("  {line}: {code} is marked, not found\n"))
        .collect();
    let new = found
        .iter()
        .zip(&functions.texts)
        .filter(|(at, _)| !wanted.contains(at));
    let new: String = new.map(|(_, text)| text.as_str()).collect();
    Some(format!("{}\n{lost}{new}", file.display()))
}

/// `//~ AD0102 AD0140`
fn marks(source: &str) -> Vec<At> {
    let lines = source.lines().zip(1..);
    let marked = lines.filter_map(|(line, number)| Some((number, line.split_once("//~")?.1)));
    marked
        .flat_map(|(number, codes)| {
            codes
                .split_whitespace()
                .map(move |code| (number, code.to_owned()))
        })
        .collect()
}

/// Compiles the annotated functions of a file.
struct Functions {
    found: Vec<At>,
    texts: Vec<String>,
    extent: Extent,
}

impl Functions {
    fn compile(&mut self, options: TokenStream, item: TokenStream) {
        let mut diags = Diagnostics::new();
        let options = Options {
            extent: self.extent,
            ..Options::parse(options, &mut diags)
        };
        forms::expand(item, &TokenStream::new(), &options, &mut diags);
        self.take(&diags);
    }

    /// Notes what was reported.
    fn take(&mut self, diags: &Diagnostics) {
        for diag in diags.iter() {
            let first = diag.tokens.to_token_stream().into_iter().next();
            let line = first.map_or(0, |token| token.span().start().line);
            let (code, tokens) = (diag.entry.code, diag::text_of(&diag.tokens));
            self.found.push((line, code.to_owned()));
            let text = format!("  {line}: {} [{code}] at `{tokens}`\n", diag.message);
            self.texts.push(text);
        }
    }

    /// Puts the errors in the order of the file.
    fn sort(&mut self) {
        let found = std::mem::take(&mut self.found);
        let mut all: Vec<(At, String)> = found
            .into_iter()
            .zip(std::mem::take(&mut self.texts))
            .collect();
        all.sort();
        (self.found, self.texts) = all.into_iter().unzip();
    }
}

impl Functions {
    /// What the derive says of an item, if the item has it.
    fn derive(&mut self, attrs: &[syn::Attribute], item: &impl ToTokens) {
        let derives = |a: &syn::Attribute| {
            let list = a.meta.require_list();
            a.path().is_ident("derive")
                && list.is_ok_and(|list| list.tokens.to_string().contains("Differentiable"))
        };
        if !attrs.iter().any(derives) {
            return;
        }
        let mut item: syn::DeriveInput =
            syn::parse2(item.to_token_stream()).expect("an item that a derive can stand on");
        item.attrs.retain(|a| !a.path().is_ident("derive"));
        let mut diags = Diagnostics::new();
        crate::derive::read(&item, &mut diags);
        self.take(&diags);
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.derive(&item.attrs, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.derive(&item.attrs, item);
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.derive(&item.attrs, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let mut own = item.clone();
        match annotated(&mut own.attrs) {
            Some(options) => self.compile(options, own.to_token_stream()),
            None => syn::visit::visit_item_fn(self, item),
        }
    }

    fn visit_impl_item_fn(&mut self, method: &'ast syn::ImplItemFn) {
        let mut own = method.clone();
        if let Some(options) = annotated(&mut own.attrs) {
            self.compile(options, own.to_token_stream());
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let mut own = item.clone();
        match annotated(&mut own.attrs) {
            Some(options) => self.compile(options, own.to_token_stream()),
            None => syn::visit::visit_item_impl(self, item),
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let mut own = item.clone();
        match annotated(&mut own.attrs) {
            Some(options) => self.compile(options, own.to_token_stream()),
            None => syn::visit::visit_item_mod(self, item),
        }
    }
}

/// The options of the attribute, which is taken off.
fn annotated(attrs: &mut Vec<syn::Attribute>) -> Option<TokenStream> {
    let ours = |a: &syn::Attribute| {
        let last = a.path().segments.last();
        last.is_some_and(|s| s.ident == "conservative_grad")
    };
    let at = attrs.iter().position(ours)?;
    Some(match attrs.remove(at).meta {
        syn::Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    })
}

/// The files of `tests/ui/fail` that end in this.
fn files(extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/fail");
    let mut found = Vec::new();
    for cause in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let cases = std::fs::read_dir(cause.path())
            .into_iter()
            .flatten()
            .flatten();
        found.extend(
            cases
                .map(|case| case.path())
                .filter(|path| path.extension().is_some_and(|e| e == extension)),
        );
    }
    found.sort();
    found
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
