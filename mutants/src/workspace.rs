//! The copy of the workspace that the mutants are put into. The original is only read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::suite::{self, LISTS};
use crate::table::{self, FOLDER};

/// What is put into `lib.rs` of the copied compiler.
const PLACE: &str = r#"
/// Where the body of the function begins.
fn place(item: &TokenStream) -> (String, usize) {
    let first = first_of_body(item.clone());
    let span = first.map_or_else(proc_macro::Span::call_site, |tree| tree.span());
    (span.file(), span.line())
}

/// The first token of the body, which a macro may have put into a group without delimiters.
fn first_of_body(item: TokenStream) -> Option<proc_macro::TokenTree> {
    let found = item.into_iter().filter_map(|tree| match tree {
        proc_macro::TokenTree::Group(g) => match g.delimiter() {
            proc_macro::Delimiter::Brace => g.stream().into_iter().next(),
            proc_macro::Delimiter::None => first_of_body(g.stream()),
            _ => None,
        },
        _ => None,
    });
    found.last()
}
"#;

/// Copies what is part of the project, with all mutants in it, switched off.
///
/// # Errors
///
/// If a file cannot be read or written, or a mutant is not found.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let listed = Command::new("git")
        .current_dir(from)
        .args(["ls-files", "-co", "--exclude-standard"])
        .output()
        .map_err(|e| format!("git: {e}"))?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    for name in listed.lines().filter(|name| from.join(name).is_file()) {
        let bytes = fs::read(from.join(name)).map_err(|e| format!("{name}: {e}"))?;
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => switched(name, text)?.into_bytes(),
            Err(e) => e.into_bytes(),
        };
        write(&to.join(name), &bytes)?;
    }
    for list in LISTS {
        let all = fs::read_to_string(from.join(list));
        for (name, text) in suite::split(&all.unwrap_or_default()) {
            write(&to.join(name), text.as_bytes())?;
        }
    }
    let switch = include_bytes!("switch.rs");
    write(&to.join("autodiff-runtime/src/switch.rs"), switch)
}

/// The text of a file with the mutants that are in it.
fn switched(name: &str, text: String) -> Result<String, String> {
    match name {
        "autodiff-runtime/src/lib.rs" => {
            replace(&text, "pub mod check;", "pub mod check;\npub mod switch;")
        }
        "autodiff-runtime/src/rules.rs" => {
            let find = "all().find(|rule| rule.name == name && rule.args.len() == args)";
            replace(&text, find, &format!("crate::switch::row({find})"))
        }
        "autodiff-macros/src/lib.rs" => {
            let expand = "compiler::expand(attr.into(), item.into())";
            let planned = "::autodiff_runtime::switch::expand(place(&item), || compiler::expand(attr.clone().into(), item.clone().into()))";
            Ok(replace(&text, expand, planned)? + PLACE)
        }
        name => mutated(name, text),
    }
}

fn mutated(name: &str, text: String) -> Result<String, String> {
    let Some(file) = name.strip_prefix(FOLDER).map(|n| n.trim_start_matches('/')) else {
        return Ok(text);
    };
    let mut places = Vec::new();
    for mutant in table::compiler().filter(|m| m.file == file) {
        places.push((mutant.find(&text)?, mutant));
    }
    nest(&text, places)
}

/// Puts all switches into one text; two mutants of one place become one choice of three.
fn nest(
    text: &str,
    mut places: Vec<(std::ops::Range<usize>, &table::Mutant)>,
) -> Result<String, String> {
    places.sort_by_key(|(at, _)| (at.start, std::cmp::Reverse(at.end)));
    let mut out = String::new();
    let mut at = 0;
    let mut k = 0;
    while k < places.len() {
        let (place, _) = &places[k];
        let inside = places[k..]
            .iter()
            .take_while(|(other, _)| other.start < place.end)
            .count();
        out += &text[at..place.start];
        out += &choice(&text[place.clone()], place.start, &places[k..k + inside])?;
        at = place.end;
        k += inside;
    }
    Ok(out + &text[at..])
}

fn choice(
    text: &str,
    start: usize,
    mutants: &[(std::ops::Range<usize>, &table::Mutant)],
) -> Result<String, String> {
    let [(place, first), rest @ ..] = mutants else {
        return Ok(String::from(text));
    };
    if rest.is_empty() {
        return Ok(first.switched());
    }
    let inner: Vec<_> = rest
        .iter()
        .map(|(at, m)| (at.start - start..at.end - start, *m))
        .collect();
    let raw = first.to.contains(table::ON) || place.end - place.start != text.len();
    if raw || rest.iter().any(|(_, m)| m.to.contains(table::ON)) {
        return Err(format!("{}: overlaps with another mutant", first.name));
    }
    let on = format!("::autodiff_runtime::switch::on({:?})", first.name);
    let otherwise = nest(text, inner)?;
    Ok(format!(
        "(if {on} {{ {} }} else {{ {otherwise} }})",
        first.to
    ))
}

fn replace(text: &str, from: &str, to: &str) -> Result<String, String> {
    match text.matches(from).count() {
        1 => Ok(text.replace(from, to)),
        n => Err(format!("`{from}` occurs {n} times")),
    }
}

/// Writes what differs, so that cargo sees what has changed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|e| format!("{}: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table does not rot: every text is found exactly once, and what is put there parses.
    #[test]
    fn every_mutant_is_found_once_and_parses() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut wrong = Vec::new();
        for file in table::compiler()
            .map(|m| m.file)
            .collect::<std::collections::BTreeSet<_>>()
        {
            let name = format!("{FOLDER}/{file}");
            let text = fs::read_to_string(root.join(&name)).expect("a file of the compiler");
            let found = table::compiler().filter(|m| m.file == file);
            wrong.extend(found.filter_map(|m| m.find(&text).err()));
            match mutated(&name, text) {
                Ok(text) => {
                    wrong.extend(syn::parse_file(&text).err().map(|e| format!("{name}: {e}")))
                }
                Err(e) => wrong.push(e),
            }
        }
        for name in [
            "autodiff-runtime/src/lib.rs",
            "autodiff-runtime/src/rules.rs",
            "autodiff-macros/src/lib.rs",
        ] {
            let text = fs::read_to_string(root.join(name)).expect("a file of the workspace");
            wrong.extend(switched(name, text).err());
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<String> = table::compiler().map(|m| m.name.into()).collect();
        names.extend(crate::rows::all().into_iter().map(|m| m.name));
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn rows_parse() {
        for m in crate::rows::all().iter().filter(|m| m.part != "theta") {
            assert!(
                syn::parse_str::<syn::Expr>(&m.text).is_ok(),
                "{}: {}",
                m.name,
                m.text
            );
        }
    }
}
