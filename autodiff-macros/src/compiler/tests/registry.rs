//! No function that anybody has published makes the compiler panic, and what it refuses it refuses
//! inside of the function.
//!
//! In: the sources in cargo's local registry. Every function, method (alone, as if it were free) and
//! `impl` block with methods is expanded. A sample of the files is read, those with floating-point numbers first;
//! `AUTODIFF_REGISTRY=20` reads twenty times as much, `AUTODIFF_REGISTRY=all` all of them (hours, most of them in tables that
//! somebody has generated). Out: counts, printed (`--nocapture`).

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;

use crate::compiler::expand;

/// Bytes of source with and without floating-point numbers that are read.
const SAMPLE: (u64, u64) = (1_500_000, 400_000);

#[test]
fn published_functions_are_accepted_or_refused() {
    let files = sample();
    if files.is_empty() {
        println!("skipped: there is no local registry");
        return;
    }
    let halves = [0, 1].map(|first| files.iter().skip(first).step_by(2).cloned().collect());
    let threads = halves.map(|half: Vec<PathBuf>| {
        // `syn` recurses deeply on some generated sources.
        let builder = std::thread::Builder::new().stack_size(1 << 28);
        builder
            .spawn(move || expand_all(&half))
            .expect("a thread starts")
    });
    let [mut all, other] = threads.map(|thread| thread.join().expect("counting does not panic"));
    all.absorb(other);
    println!("{} files: {all}", files.len());
    assert!(all.wrong.is_empty(), "{}", all.wrong.join("\n"));
    assert!(all.accepted > 0 && all.refused > 0, "{all}");
}

/// What became of the functions.
#[derive(Default)]
struct Outcome {
    accepted: usize,
    refused: usize,
    /// How often each code was given.
    codes: BTreeMap<String, usize>,
    /// Panics, and errors that point elsewhere.
    wrong: Vec<String>,
    slowest: (Duration, String),
}

impl Outcome {
    fn absorb(&mut self, other: Outcome) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        for (code, n) in other.codes {
            *self.codes.entry(code).or_default() += n;
        }
        self.wrong.extend(other.wrong);
        if other.slowest.0 > self.slowest.0 {
            self.slowest = other.slowest;
        }
    }

    /// Expands one item.
    fn expand(&mut self, item: TokenStream, name: &str) {
        let range = range(&item);
        let start = Instant::now();
        let run = catch_unwind(AssertUnwindSafe(|| expand(TokenStream::new(), item)));
        let time = start.elapsed();
        if time > self.slowest.0 {
            self.slowest = (time, name.to_owned());
        }
        let Ok(expansion) = run else {
            self.wrong.push(format!("{name}: panic"));
            return;
        };
        let mut errors = Vec::new();
        collect_errors(expansion, &mut errors);
        match errors.is_empty() {
            true => self.accepted += 1,
            false => self.refused += 1,
        }
        for error in errors {
            if error.at.start < range.start || error.at.end > range.end || error.at.is_empty() {
                let Error { at, text } = &error;
                let wrong = format!("{name} at {range:?}: error at {at:?}: {text}");
                self.wrong.push(wrong);
            }
            *self.codes.entry(error.code()).or_default() += 1;
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (accepted, refused, wrong) = (self.accepted, self.refused, self.wrong.len());
        writeln!(f, "{accepted} accepted, {refused} refused, {wrong} wrong")?;
        let mut codes: Vec<_> = self.codes.iter().map(|(code, n)| (n, code)).collect();
        codes.sort_by(|a, b| b.cmp(a));
        let codes = codes.iter().map(|(n, code)| format!("{code} {n}"));
        writeln!(f, "{}", codes.collect::<Vec<_>>().join(", "))?;
        let (time, name) = &self.slowest;
        write!(f, "slowest: {time:?} for {name}")
    }
}

/// A `compile_error!` of an expansion.
struct Error {
    at: Range<usize>,
    text: String,
}

impl Error {
    /// The code at the end of the first line, or that line.
    fn code(&self) -> String {
        let line = self.text.split("\\n").next().unwrap_or_default();
        match line.rsplit_once('[') {
            Some((_, code)) => code.trim_end_matches(['"', ']']).to_owned(),
            None => line.to_owned(),
        }
    }
}

/// All `:: core :: compile_error ! { "…" }`. The first token has the start of what is underlined, and
/// the braces have its end.
fn collect_errors(tokens: TokenStream, into: &mut Vec<Error>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(name) if name == "compile_error" && i >= 5 => {
                if let Some(TokenTree::Group(group)) = trees.get(i + 2) {
                    let (first, last) = (trees[i - 5].span(), group.span());
                    into.push(Error {
                        at: first.byte_range().start..last.byte_range().end,
                        text: group.stream().to_string(),
                    });
                }
            }
            TokenTree::Group(group) => collect_errors(group.stream(), into),
            _ => {}
        }
    }
}

fn range(tokens: &TokenStream) -> Range<usize> {
    let bytes = tokens
        .clone()
        .into_iter()
        .map(|tree| tree.span().byte_range());
    let (start, end) = bytes.fold((usize::MAX, 0), |(start, end), at| {
        (start.min(at.start), end.max(at.end))
    });
    start..end
}

fn expand_all(files: &[PathBuf]) -> Outcome {
    let mut all = Items::default();
    for (k, file) in files.iter().enumerate() {
        if k > 0 && k % 500 == 0 {
            println!("{k} of {} files: {}", files.len(), all.outcome);
        }
        // Without this the text of every file would be kept.
        proc_macro2::extra::invalidate_current_thread_spans();
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Ok(parsed) = syn::parse_file(&text) {
            all.file = file.display().to_string();
            all.visit_file(&parsed);
        }
    }
    all.outcome
}

#[derive(Default)]
struct Items {
    file: String,
    outcome: Outcome,
}

impl Items {
    fn expand(&mut self, item: impl ToTokens, name: &dyn std::fmt::Display) {
        let name = format!("{}: {name}", self.file);
        self.outcome.expand(item.into_token_stream(), &name);
    }
}

impl<'ast> Visit<'ast> for Items {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.expand(item, &item.sig.ident);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.expand(item, &item.sig.ident);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.expand(item, &"impl");
        syn::visit::visit_item_impl(self, item);
    }
}

/// The files that are read.
fn sample() -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Some(root) = sources() {
        collect(&root, &mut files);
    }
    files.sort();
    let wanted = std::env::var("AUTODIFF_REGISTRY").unwrap_or_default();
    if wanted == "all" {
        return files;
    }
    let times: u64 = wanted.parse().unwrap_or(1);
    let (real, other): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|file| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.contains("f64") || text.contains("f32")
    });
    [
        thinned(real, times * SAMPLE.0),
        thinned(other, times * SAMPLE.1),
    ]
    .concat()
}

/// Every n-th file, so that there are about `bytes` of them. Large files are tables.
fn thinned(mut files: Vec<PathBuf>, bytes: u64) -> Vec<PathBuf> {
    let size = |file: &PathBuf| file.metadata().map_or(0, |data| data.len());
    files.retain(|file| size(file) < 150_000);
    let all: u64 = files.iter().map(size).sum();
    let every = usize::try_from(all.div_ceil(bytes)).unwrap_or(1).max(1);
    files.into_iter().step_by(every).collect()
}

/// Where cargo keeps the sources of crates.
fn sources() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    Some(home?.join("registry/src"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
