//! Numbers and places as text.

use core::fmt;

use crate::field::{Place, Site};

/// A number in at most ten characters or so, never rounded to 0.
pub(crate) fn number(x: f64) -> String {
    let plain = x == 0.0 || (1e-3..1e5).contains(&x.abs());
    let text = if plain {
        format!("{x:.6}")
    } else {
        return exponent(x);
    };
    let short = text.trim_end_matches('0').trim_end_matches('.');
    short.to_string()
}

fn exponent(x: f64) -> String {
    if x.is_finite() {
        format!("{x:.3e}")
    } else {
        format!("{x}")
    }
}

/// In whole per cent where that is the whole truth, and never rounded up to 100.
pub(crate) fn percent(part: f64) -> String {
    let floor = (part * 1e4).floor() / 100.0;
    if part == 1.0 {
        "100".to_string()
    } else {
        format!("{floor:.2}")
    }
}

/// The last number that is written in a piece of source, as `1e-3` in `error > 1e-3`.
pub(crate) fn last_number(source: &str) -> Option<f64> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let mut found = None;
    let mut word = String::new();
    for c in source.chars().chain([' ']) {
        let signed = matches!(c, '-' | '+')
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.ends_with(['e', 'E']);
        if is_part(c) || signed {
            word.push(c);
            continue;
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            found = word.replace('_', "").parse().ok().or(found);
        }
        word.clear();
    }
    found
}

/// A piece of source as rustc shows it, with `note` under it.
///
/// The whole line is shown if the file can be read and still has that text at that place; otherwise the text alone.
pub(crate) struct Excerpt<'a> {
    pub(crate) place: Place,
    pub(crate) function: &'a str,
    pub(crate) source: &'a str,
    pub(crate) note: &'a str,
}

impl<'a> Excerpt<'a> {
    pub(crate) fn of(site: &'a Site, note: &'a str) -> Self {
        Excerpt {
            place: site.place(),
            function: site.function,
            source: site.source,
            note,
        }
    }

    /// The line, and where in it the source begins and ends, in characters.
    fn line(&self) -> (String, usize, usize) {
        let found = read(self.place.file()).and_then(|text| {
            let line = text
                .lines()
                .nth(self.place.line() as usize - 1)?
                .to_string();
            let start = self.place.column() as usize - 1;
            let end = matching(&line, start, self.source)?;
            Some((line, start, end))
        });
        found.unwrap_or_else(|| {
            let line = self.source.lines().next().unwrap_or("").to_string();
            let length = line.chars().count();
            (line, 0, length)
        })
    }
}

/// Paths of files are told from the root of the workspace, and tests run in the directory of their package.
fn read(file: &str) -> Option<String> {
    let above = ["", "../", "../../"].map(|up| format!("{up}{file}"));
    above
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
}

/// Where the source ends in the line, if that is what begins at `start`: spaces aside.
fn matching(line: &str, start: usize, source: &str) -> Option<usize> {
    let mut wanted = source.chars().filter(|c| !c.is_whitespace()).peekable();
    let mut end = start;
    for (i, c) in line.chars().enumerate().skip(start) {
        if c.is_whitespace() {
            continue;
        }
        match wanted.next() {
            None => break,
            Some(w) if w != c => return None,
            Some(_) => end = i + 1,
        }
    }
    (end > start).then_some(end)
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.place.line().to_string();
        let gutter = " ".repeat(number.len());
        let (line, start, end) = self.line();
        let indent = " ".repeat(start);
        let marks = "^".repeat((end - start).max(1));
        writeln!(f, "  {gutter}--> {} in `{}`", self.place, self.function)?;
        writeln!(f, "  {gutter} |")?;
        writeln!(f, "  {number} | {line}")?;
        writeln!(f, "  {gutter} | {indent}{marks} {}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::{last_number, matching, number};

    #[test]
    fn numbers_are_short_and_never_lose_their_size() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(-1.0), "-1");
        assert_eq!(number(1.234_567_89e-12), "1.235e-12");
        assert_eq!(number(f64::INFINITY), "inf");
    }

    #[test]
    fn numbers_in_sources() {
        assert_eq!(last_number("error > 1e-3"), Some(1e-3));
        assert_eq!(
            last_number("(y1 * y1 - a).abs() < 2.5e-4 * s"),
            Some(2.5e-4)
        );
        assert_eq!(last_number("error > 1_000"), Some(1000.0));
        assert_eq!(last_number("error > TOLERANCE2"), None);
    }

    #[test]
    fn sources_are_found_in_their_lines() {
        assert_eq!(matching("    if x>0.0 {", 7, "x > 0.0"), Some(12));
        assert_eq!(matching("    if y > 0.0 {", 7, "x > 0.0"), None);
        assert_eq!(matching("short", 7, "x > 0.0"), None);
    }
}
