//! A trace as annotated source: under each kink its margins and the branches that were taken.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Side, Trace, TraceVisit};
use crate::field::{SiteKey, SiteKind};

/// What all visits of one site did.
struct Summary<'a> {
    first: &'a TraceVisit,
    nearest: f64,
    visits: usize,
    sides: [usize; 3],
}

impl Trace {
    /// The source of every file that was visited, with the margins and branches under its kinks. `read` gives the text of a
    /// file by the path that the compiler knew it under, as `std::fs::read_to_string(path).ok()` does from the root of the
    /// workspace; a file that it does not give is left out.
    ///
    /// ```no_run
    /// # let trace = autodiff_runtime::Trace::default();
    /// println!("{}", trace.annotated(|path| std::fs::read_to_string(path).ok()));
    /// ```
    #[must_use]
    pub fn annotated(&self, read: impl Fn(&str) -> Option<String>) -> String {
        let mut files: BTreeMap<&str, BTreeMap<SiteKey, Summary<'_>>> = BTreeMap::new();
        for visit in &self.visits {
            let summary = files
                .entry(visit.site.file)
                .or_default()
                .entry(visit.site.key())
                .or_insert_with(|| Summary::new(visit));
            summary.add(visit);
        }
        let pages = files
            .iter()
            .filter_map(|(file, sites)| page(file, &read(file)?, sites.values()));
        pages.collect::<Vec<_>>().join("\n")
    }
}

impl<'a> Summary<'a> {
    fn new(first: &'a TraceVisit) -> Self {
        Summary {
            first,
            nearest: f64::INFINITY,
            visits: 0,
            sides: [0; 3],
        }
    }

    fn add(&mut self, visit: &TraceVisit) {
        self.visits += 1;
        if visit.margin.abs() < self.nearest.abs() {
            self.nearest = visit.margin;
        }
        self.sides[Side::from(visit.decision) as usize] += 1;
    }

    /// `margin 0.25, above`; of several visits the nearest margin, and how often each side was taken.
    fn text(&self) -> String {
        let branch = self.first.site.kind == SiteKind::Branch;
        let words = match branch {
            true => ["fails", "tie", "holds"],
            false => ["below", "tie", "above"],
        };
        if self.visits == 1 {
            let side = words[Side::from(self.first.decision) as usize];
            return format!("margin {:?}, {side}", self.first.margin);
        }
        let counted = words.iter().zip(self.sides).filter(|(_, n)| *n > 0);
        let sides: Vec<String> = counted.map(|(word, n)| format!("{n} {word}")).collect();
        let (visits, nearest) = (self.visits, self.nearest);
        format!(
            "{visits} visits, nearest margin {nearest:?}: {}",
            sides.join(", ")
        )
    }
}

fn page<'a>(
    file: &str,
    source: &str,
    sites: impl Iterator<Item = &'a Summary<'a>>,
) -> Option<String> {
    let marks: Vec<(Range<usize>, String)> = sites
        .filter_map(|summary| Some((span(source, summary.first)?, summary.text())))
        .collect();
    if marks.is_empty() {
        return None;
    }
    let marks = marks.iter().map(|(span, text)| {
        AnnotationKind::Context
            .span(span.clone())
            .label(text.as_str())
    });
    let snippet = Snippet::source(source)
        .path(file)
        .fold(true)
        .annotations(marks);
    let group = Level::NOTE
        .primary_title("kinks that were visited")
        .element(snippet);
    Some(Renderer::plain().render(&[group]).to_string())
}

/// Where the text of a site is in the source: from its place on, as long as the same tokens come, whatever the white space.
fn span(source: &str, visit: &TraceVisit) -> Option<Range<usize>> {
    let site = visit.site;
    let line = site.line.checked_sub(1)? as usize;
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = source.get(start..)?;
    let column = site.column.checked_sub(1)? as usize;
    let offset = rest.char_indices().nth(column).map(|(at, _)| at)?;
    let begin = start + offset;
    let mut wanted = site
        .source
        .chars()
        .filter(|c| !c.is_whitespace())
        .peekable();
    let mut end = begin;
    for (at, c) in source.get(begin..)?.char_indices() {
        if wanted.peek().is_none() {
            break;
        }
        if c.is_whitespace() {
            continue;
        }
        if wanted.next() != Some(c) {
            break;
        }
        end = begin + at + c.len_utf8();
    }
    // A site whose text is not found here is marked by one character.
    let one = source
        .get(begin..)?
        .chars()
        .next()
        .map_or(0, char::len_utf8);
    Some(begin..end.max(begin + one))
}
