//! No input makes the front end panic.

use std::path::{Path, PathBuf};

use super::super::lower;
use crate::compiler::diag::Diagnostics;
use crate::compiler::parse::attribute::Options;
use syn::visit::Visit;

/// Lowers every function of every crate whose source is at hand.
#[test]
fn published_functions() {
    // `syn` recurses deeply on some generated sources.
    let builder = std::thread::Builder::new().stack_size(1 << 28);
    let thread = builder.spawn(lower_all).expect("a thread starts");
    thread.join().expect("lowering does not panic");
}

fn lower_all() {
    let mut files = Vec::new();
    for root in sources() {
        collect(&root, &mut files);
    }
    files.sort();
    // A sample, so that the test takes seconds.
    let every = 1 + files.len() / 150;
    for file in files.iter().step_by(every) {
        let Ok(text) = std::fs::read_to_string(file) else {
            continue;
        };
        let Ok(file) = syn::parse_file(&text) else {
            continue;
        };
        Functions.visit_file(&file);
    }
}

struct Functions;

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let mut diags = Diagnostics::new();
        lower(item, &Options::default(), &mut diags);
        syn::visit::visit_item_fn(self, item);
    }
}

/// Where cargo keeps the sources of crates.
fn sources() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    home.map(|home| home.join("registry/src"))
        .into_iter()
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
