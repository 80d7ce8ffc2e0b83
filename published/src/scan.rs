//! Finds the functions of a crate that have float inputs and a float result.
//!
//! In: files. Out: candidates with their places in the text, and the definitions of the crate's types
//! ([`Types`]), which decide whether `&self` is a float input.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::source::File;
use crate::types::{Definition, Scope, Types, fill};

/// A function that could be differentiated.
pub(crate) struct Candidate {
    /// Index of its file.
    pub(crate) file: usize,
    /// Where the annotation goes.
    pub(crate) start: usize,
    /// All of it.
    pub(crate) range: Range<usize>,
    /// Its name and parameters.
    pub(crate) sig: syn::Signature,
    /// The `impl` block that it is in.
    pub(crate) block: Option<usize>,
    /// Why it cannot be annotated, if that is plain from where it stands.
    pub(crate) never: Option<&'static str>,
}

/// An `impl` block.
pub(crate) struct Block {
    /// Index of its file.
    pub(crate) file: usize,
    /// Where an annotation goes.
    pub(crate) start: usize,
    /// One past its end.
    pub(crate) end: usize,
    /// The trait, if there is one.
    pub(crate) of: Option<syn::Path>,
    /// The type.
    pub(crate) ty: syn::Type,
    /// Its parameters.
    pub(crate) generics: syn::Generics,
}

/// A struct that could be derived for.
pub(crate) struct Struct {
    /// Index of its file.
    pub(crate) file: usize,
    /// Where the derive goes.
    pub(crate) start: usize,
    /// All of it.
    pub(crate) range: Range<usize>,
}

/// What a crate has.
#[derive(Default)]
pub(crate) struct Scan {
    /// Functions with float inputs and a float result.
    pub(crate) candidates: Vec<Candidate>,
    /// All `impl` blocks.
    pub(crate) blocks: Vec<Block>,
    /// All structs.
    pub(crate) structs: Vec<Struct>,
    /// All tests, and what is said about a crate for them: they need crates that are not there.
    pub(crate) tests: Vec<(usize, Range<usize>)>,
    /// Definitions of types.
    pub(crate) types: Types,
    file: usize,
    block: Option<usize>,
    in_trait: bool,
}

/// Reads all files.
pub(crate) fn scan(files: &[File], root: &Path) -> Scan {
    let mut scan = Scan::default();
    let parsed: Vec<Option<syn::File>> = files
        .iter()
        .map(|f| syn::parse_file(&f.text).ok())
        .collect();
    for (index, file) in parsed.iter().enumerate() {
        if let Some(file) = file {
            let said = file.attrs.iter().filter(|attr| is_for_tests(attr));
            let said = said.map(|attr| (index, attr.span().byte_range()));
            scan.tests.extend(said);
            let module = module(&files[index].path, root);
            let types = &mut scan.types;
            Definitions { types, module }.visit_file(file);
            scan.file = index;
            scan.visit_file(file);
        }
    }
    let mut candidates = std::mem::take(&mut scan.candidates);
    candidates.retain(|c| scan.is_numeric(c));
    scan.candidates = candidates;
    scan
}

impl Scan {
    fn is_numeric(&self, candidate: &Candidate) -> bool {
        let (reals, own) = self.names(candidate);
        let of = |ty: &syn::Type| self.types.has_float(&fill(ty, &own), &reals);
        let input = candidate.sig.inputs.iter().any(|input| match input {
            syn::FnArg::Receiver(_) => own.values().any(of),
            syn::FnArg::Typed(typed) => of(&typed.ty),
        });
        let result = match &candidate.sig.output {
            syn::ReturnType::Type(_, ty) => of(ty),
            syn::ReturnType::Default => false,
        };
        input && result
    }

    /// Where parameters start that hold no numbers.
    pub(crate) fn constants(&self, candidate: &Candidate) -> Vec<usize> {
        let (reals, own) = self.names(candidate);
        let of = |ty: &syn::Type| self.types.is_constant(&fill(ty, &own), &reals);
        let inputs = candidate.sig.inputs.iter();
        let constant = inputs.filter(|input| match input {
            syn::FnArg::Receiver(_) => own.values().any(of),
            syn::FnArg::Typed(typed) => of(&typed.ty),
        });
        constant
            .map(|input| input.span().byte_range().start)
            .collect()
    }

    /// The type parameters that are real numbers, and what `Self` stands for.
    fn names(&self, candidate: &Candidate) -> (BTreeSet<String>, Scope) {
        let block = candidate.block.map(|at| &self.blocks[at]);
        let generics = std::iter::once(&candidate.sig.generics).chain(block.map(|b| &b.generics));
        let own = block.map(|block| ("Self".to_owned(), block.ty.clone()));
        (
            generics.flat_map(real_parameters).collect(),
            own.into_iter().collect(),
        )
    }

    fn push(
        &mut self,
        whole: &impl Spanned,
        attrs: &[syn::Attribute],
        vis: &syn::Visibility,
        sig: &syn::Signature,
    ) {
        let start = match vis {
            syn::Visibility::Inherited => sig.span().byte_range().start,
            _ => vis.span().byte_range().start,
        };
        let range = whole.span().byte_range();
        if is_test(attrs) {
            return self.tests.push((self.file, range));
        }
        if sig.unsafety.is_some() || sig.asyncness.is_some() {
            return;
        }
        self.candidates.push(Candidate {
            file: self.file,
            start,
            range,
            sig: sig.clone(),
            block: self.block,
            never: self
                .in_trait
                .then_some("a default method of a trait: only the trait could be annotated"),
        });
    }
}

impl<'ast> Visit<'ast> for Scan {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_test(&item.attrs) {
            self.tests.push((self.file, item.span().byte_range()));
        } else {
            syn::visit::visit_item_mod(self, item);
        }
    }

    // Functions inside of functions belong to those.
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.push(item, &item.attrs, &item.vis, &item.sig);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.push(item, &item.attrs, &item.vis, &item.sig);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if item.default.is_some() {
            self.in_trait = true;
            self.push(item, &item.attrs, &syn::Visibility::Inherited, &item.sig);
            self.in_trait = false;
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let range = item.span().byte_range();
        if is_test(&item.attrs) {
            return self.tests.push((self.file, range));
        }
        let first = item
            .unsafety
            .map_or(item.impl_token.span(), |word| word.span());
        let start = item.defaultness.map_or(first, |word| word.span());
        self.blocks.push(Block {
            file: self.file,
            start: start.byte_range().start,
            end: range.end,
            of: item.trait_.as_ref().map(|(_, path, _)| path.clone()),
            ty: (*item.self_ty).clone(),
            generics: item.generics.clone(),
        });
        self.block = Some(self.blocks.len() - 1);
        syn::visit::visit_item_impl(self, item);
        self.block = None;
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let start = match &item.vis {
            syn::Visibility::Inherited => item.struct_token.span().byte_range().start,
            vis => vis.span().byte_range().start,
        };
        self.structs.push(Struct {
            file: self.file,
            start,
            range: item.span().byte_range(),
        });
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if is_test(&item.attrs) {
            self.tests.push((self.file, item.span().byte_range()));
        }
    }
}

/// `#[test]`, `#[bench]` and what is there for tests only.
fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let last = attr.path().segments.last();
        let name = last.map(|s| s.ident.to_string()).unwrap_or_default();
        let tokens = attr.meta.to_token_stream().to_string();
        matches!(name.as_str(), "test" | "bench" | "rstest" | "quickcheck")
            || tokens == "cfg (test)"
    })
}

/// `#![cfg_attr(test, …)]`
fn is_for_tests(attr: &syn::Attribute) -> bool {
    let tokens = attr.meta.to_token_stream().to_string();
    tokens.starts_with("cfg_attr (test ,")
}

/// Type parameters that stand for a number, as their bounds tell.
pub(crate) fn real_parameters(generics: &syn::Generics) -> Vec<String> {
    let mut bounds: BTreeMap<String, String> = BTreeMap::new();
    for parameter in generics.type_params() {
        let text = parameter.bounds.to_token_stream().to_string();
        bounds
            .entry(parameter.ident.to_string())
            .or_default()
            .push_str(&text);
    }
    let clauses = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    for clause in clauses {
        if let syn::WherePredicate::Type(clause) = clause {
            let text = clause.bounds.to_token_stream().to_string();
            let name = clause.bounded_ty.to_token_stream().to_string();
            bounds.entry(name).or_default().push_str(&text);
        }
    }
    let real = |text: &String| {
        ["Float", "Real", "Num", "Signed"]
            .iter()
            .any(|word| text.contains(word))
    };
    bounds
        .into_iter()
        .filter(|(_, text)| real(text))
        .map(|(name, _)| name)
        .collect()
}

/// `crate::planet::earth`, by where the file is.
fn module(file: &Path, root: &Path) -> Vec<String> {
    let mut path = vec!["crate".to_owned()];
    let folder = root.parent().unwrap_or(root);
    if let (true, Ok(rest)) = (file != root, file.strip_prefix(folder)) {
        let rest = rest.with_extension("");
        let parts = rest.iter().map(|part| part.to_string_lossy().into_owned());
        path.extend(parts.filter(|part| part != "mod"));
    }
    path
}

struct Definitions<'a> {
    types: &'a mut Types,
    /// The path of the module that is being read.
    module: Vec<String>,
}

impl<'ast> Visit<'ast> for Definitions<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let path = format!("{}::{}", self.module.join("::"), item.ident);
        let (generics, fields) = (item.generics.clone(), item.fields.clone());
        let definition = Definition::Struct(path, generics, fields);
        self.types.all.insert(item.ident.to_string(), definition);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        let definition = Definition::Alias(item.generics.clone(), item.ty.clone());
        self.types.all.insert(item.ident.to_string(), definition);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let path = format!("{}::{}", self.module.join("::"), item.ident);
        let plain = |v: &&syn::Variant| matches!(v.fields, syn::Fields::Unit);
        let value = item.variants.iter().find(plain);
        let value = value.map(|variant| format!("{path}::{}", variant.ident));
        self.types
            .all
            .insert(item.ident.to_string(), Definition::Enum(value));
    }
}
