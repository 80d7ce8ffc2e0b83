//! A crate's text, with insertions.
//!
//! In: a folder. Out: its files, and what they become when words are put in: the places of the
//! original are known in the edited text, so that an error of the compiler finds the function that it is about.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A source file.
pub(crate) struct File {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it was.
    pub(crate) text: String,
}

/// Text that goes in front of a byte of the original.
pub(crate) type Insertion = (usize, String);

/// All Rust files below a folder, sorted.
pub(crate) fn read(folder: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path)?;
            files.push(File { path, text });
        }
    }
    Ok(())
}

/// The text with the insertions, which are sorted here.
pub(crate) fn insert(text: &str, insertions: &mut [Insertion]) -> String {
    insertions.sort_by_key(|(at, _)| *at);
    let mut edited = String::with_capacity(text.len());
    let mut from = 0;
    for (at, words) in insertions {
        edited.push_str(&text[from..*at]);
        edited.push_str(words);
        from = *at;
    }
    edited.push_str(&text[from..]);
    edited
}

/// Where a range of the original is after the insertions; what is put in at its ends is in it.
pub(crate) fn moved(range: &Range<usize>, insertions: &[Insertion]) -> Range<usize> {
    let before = |at: usize, inclusive: bool| -> usize {
        let ahead = insertions.iter();
        let ahead = ahead.filter(|(i, _)| *i < at || (inclusive && *i == at));
        ahead.map(|(_, words)| words.len()).sum()
    };
    range.start + before(range.start, false)..range.end + before(range.end, false)
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::write(&target, fs::read(entry.path())?)?,
        }
    }
    Ok(())
}
