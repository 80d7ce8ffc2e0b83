//! Numbers and places as text.

use core::fmt;

use crate::field::Site;

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

/// The source of a site as rustc shows it, with `note` under it.
pub(crate) struct Excerpt<'a> {
    pub(crate) site: &'a Site,
    pub(crate) note: &'a str,
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.site.line.to_string();
        let gutter = " ".repeat(line.len());
        let source = self.site.source.lines().next().unwrap_or("");
        let marks = "^".repeat(source.chars().count().max(1));
        writeln!(
            f,
            "  {gutter}--> {} in `{}`",
            self.site.place(),
            self.site.function
        )?;
        writeln!(f, "  {gutter} |")?;
        writeln!(f, "  {line} | {source}")?;
        writeln!(f, "  {gutter} | {marks} {}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short_and_never_lose_their_size() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(-1.0), "-1");
        assert_eq!(number(1.234_567_89e-12), "1.235e-12");
        assert_eq!(number(f64::INFINITY), "inf");
    }
}
