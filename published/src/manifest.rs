//! Manifests of published crates, as far as a trial needs them.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Sections that a trial has no use for.
const GONE: [&str; 7] = [
    "[dev-dependencies",
    "[[bench]]",
    "[[test]]",
    "[[example]]",
    "[[bin]]",
    "[workspace",
    "[profile",
];

/// Makes the manifest stand alone, with our dependency and without those of its tests; whether the
/// edition is 2015.
pub(crate) fn edit(path: &Path) -> io::Result<bool> {
    let text = fs::read_to_string(path)?;
    let tests_only: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("[dev-dependencies."))
        .map(|rest| format!("\"{}/", rest.trim_end_matches(']')))
        .collect();
    let mut kept = String::new();
    let mut skip = false;
    for line in text.lines() {
        if line.starts_with('[') {
            skip = GONE.iter().any(|head| line.starts_with(head));
        }
        // A feature of what is no longer there.
        let of_tests = tests_only
            .iter()
            .any(|name| line.trim_start().starts_with(name));
        if !(skip || of_tests) {
            kept += line;
            kept.push('\n');
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    kept += &format!(
        "\n[dependencies.conservative-grad]\npath = {:?}\n\n[workspace]\n\n[profile.dev]\ndebug = 0\n",
        root.display().to_string()
    );
    fs::write(path, kept)?;
    Ok(
        !text.lines().any(|line| line.starts_with("edition"))
            || text.contains("edition = \"2015\""),
    )
}

/// The file that is the root of the library.
pub(crate) fn root(folder: &Path) -> io::Result<PathBuf> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    let lib = manifest.split("[lib]").nth(1).unwrap_or_default();
    let path = lib
        .lines()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix("path = "));
    Ok(folder.join(path.map_or("src/lib.rs", |path| path.trim_matches('"'))))
}
