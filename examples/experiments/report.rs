//! The report: one Markdown file, beside the pictures.

use std::error::Error;
use std::fmt::{Display, Write as _};
use std::path::{Path, PathBuf};

use crate::figure::{self, Panel};

/// What was found, in the order in which it was found; the same text goes to the terminal.
pub(crate) struct Report {
    folder: PathBuf,
    text: String,
    /// What was claimed, and whether it held.
    claims: Vec<(String, bool)>,
}

impl Report {
    pub(crate) fn new(folder: &Path) -> Result<Report, Box<dyn Error>> {
        std::fs::create_dir_all(folder)?;
        figure::register_fonts()?;
        Ok(Report {
            folder: folder.to_owned(),
            text: String::new(),
            claims: Vec::new(),
        })
    }

    /// Adds a paragraph.
    pub(crate) fn say(&mut self, text: impl Display) {
        println!("{text}\n");
        let _ = write!(self.text, "{text}\n\n");
    }

    /// Adds what a program printed.
    pub(crate) fn quote(&mut self, text: impl Display) {
        self.say(format!("```text\n{text}\n```"));
    }

    /// Adds a table; the columns of the terminal are aligned as those of the file.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells
                .chain([head[column].chars().count()])
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let line = |cells: Vec<String>| {
            let padded = cells
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| format!("{cell:width$}"));
            format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
        };
        let mut lines = vec![line(head.iter().map(ToString::to_string).collect())];
        lines.push(line(
            widths.iter().map(|&width| "-".repeat(width)).collect(),
        ));
        lines.extend(rows.iter().map(|row| line(row.clone())));
        self.say(lines.join("\n"));
    }

    /// Draws a picture, as SVG and PNG, and shows it.
    pub(crate) fn picture(
        &mut self,
        name: &str,
        text: &str,
        panels: &[Panel],
    ) -> Result<(), Box<dyn Error>> {
        figure::save(&self.folder, name, panels)?;
        self.say(format!("![{text}]({name}.svg)"));
        Ok(())
    }

    /// Something that the report states, and that is checked here and now.
    pub(crate) fn claim(&mut self, text: impl Display, holds: bool) {
        let mark = if holds { "holds" } else { "**DOES NOT HOLD**" };
        self.say(format!("- {text}: {mark}"));
        self.claims.push((text.to_string(), holds));
    }

    /// Writes the file; the claims that failed.
    pub(crate) fn write(self) -> Result<Vec<String>, Box<dyn Error>> {
        let path = self.folder.join("report.md");
        std::fs::write(&path, self.text.trim_end().to_owned() + "\n")?;
        println!("written to {}", path.display());
        let failed = self.claims.into_iter().filter(|(_, holds)| !holds);
        Ok(failed.map(|(text, _)| text).collect())
    }
}
