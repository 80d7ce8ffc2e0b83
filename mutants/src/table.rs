//! The mutants: what stands in the compiler, what is put in its place, and what that would mean.
//!
//! In: nothing. Out: [`compiler`], a list by hand, and [`rows`](crate::rows), made from the table
//! of rules. A mutant of the compiler is a text inside of one function, so that it stays findable
//! while the file around it changes; a test of this package asks that each is found exactly once.

mod adjoint;
mod calls;
mod decisions;
mod facts;
mod kept;
mod loops;
mod short;
mod strips;
mod tangent;

/// A mistake in a source file of the compiler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mutant {
    /// A short name, unique.
    pub(crate) name: &'static str,
    /// The file, from the compiler's folder on.
    pub(crate) file: &'static str,
    /// The beginning of the function that it is in, `fn op(`.
    pub(crate) within: &'static str,
    /// What stands there.
    pub(crate) from: &'static str,
    /// What is put in its place: an expression or statements like `from`, or, if it contains
    /// [`ON`], any text in which that stands for "the mutant is switched on".
    pub(crate) to: &'static str,
    /// The mistake, in words.
    pub(crate) what: &'static str,
}

/// See [`Mutant::to`].
pub(crate) const ON: &str = "$ON";

/// Where the files of the table are, from the root of the workspace.
pub(crate) const FOLDER: &str = "autodiff-macros/src/compiler";

/// Every mutant of the compiler's own code.
pub(crate) fn compiler() -> impl Iterator<Item = &'static Mutant> {
    let tables = [
        adjoint::MUTANTS,
        loops::MUTANTS,
        calls::MUTANTS,
        facts::MUTANTS,
        kept::MUTANTS,
        decisions::MUTANTS,
        tangent::MUTANTS,
        strips::MUTANTS,
        short::MUTANTS,
    ];
    tables.into_iter().flatten()
}

impl Mutant {
    /// The byte range of `from` in the text of its file.
    ///
    /// # Errors
    ///
    /// Says what is wrong if function or text are not there exactly once.
    pub(crate) fn find(&self, text: &str) -> Result<std::ops::Range<usize>, String> {
        let start = once(text, self.within)
            .map_err(|n| format!("{}: `{}` occurs {n} times", self.name, self.within))?;
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let indented = text[line..].starts_with(' ');
        let end = if indented { "\n    }\n" } else { "\n}\n" };
        let length = text[start..].find(end).unwrap_or(text.len() - start);
        let body = &text[start..start + length];
        let at = once(body, self.from).map_err(|n| {
            format!(
                "{}: `{}` occurs {n} times in `{}`",
                self.name, self.from, self.within
            )
        })?;
        Ok(start + at..start + at + self.from.len())
    }

    /// The text that holds both versions, one of which is chosen when the compiler runs.
    pub(crate) fn switched(&self) -> String {
        let on = format!("::autodiff_runtime::switch::on({:?})", self.name);
        match self.to.contains(ON) {
            true => self.to.replace(ON, &on),
            false => format!("(if {on} {{ {} }} else {{ {} }})", self.to, self.from),
        }
    }
}

/// The position of `part`, or how often it occurs if that is not once.
fn once(text: &str, part: &str) -> Result<usize, usize> {
    let mut found = text.match_indices(part).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => Err(0),
        (Some(_), Some(_)) => Err(2 + found.count()),
    }
}

/// Shorthand for the tables.
const fn mutant(
    name: &'static str,
    file: &'static str,
    within: &'static str,
    from: &'static str,
    to: &'static str,
    what: &'static str,
) -> Mutant {
    Mutant {
        name,
        file,
        within,
        from,
        to,
        what,
    }
}
