//! Reports as text.

use core::fmt;

use crate::check::curve::Point;
use crate::check::record::same_site;
use crate::check::report::{Crossing, Failure, Report, Verdict, Violation};
use crate::check::text::{Excerpt, number};

/// Lines that a list may have.
const SHOWN: usize = 12;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.test, self.verdict)?;
        writeln!(f, "  along     {}", self.curve)?;
        let (residual, tolerance) = (number(self.residual), number(self.tolerance));
        writeln!(f, "  residual  {residual} (tolerance {tolerance})")?;
        self.write_coverage(f)?;
        for violation in self.violations.iter().take(SHOWN) {
            write!(f, "{violation}")?;
        }
        cut(f, self.violations.len(), "violations")?;
        self.write_kinks(f)?;
        self.write_advice(f)
    }
}

impl Report {
    fn write_coverage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sites = plural(self.sites.len(), "site");
        let crossed = plural(self.kinks.len(), "kink");
        write!(
            f,
            "  covered   {} %, {sites} reached, {crossed} crossed",
            percent(1.0 - self.uncovered)
        )?;
        if self.unrecorded > 0 {
            write!(
                f,
                ", {} that no decision tells of",
                plural(self.unrecorded, "kink")
            )?;
        }
        let evaluations = plural(self.evaluations, "evaluation");
        writeln!(f, "\n  spent     {evaluations}, {:.1?}", self.elapsed)
    }

    fn write_kinks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.kinks.is_empty() {
            writeln!(f, "kinks crossed:")?;
        }
        let sites: Vec<_> = self
            .sites
            .iter()
            .filter(|site| self.crossings(site).count() > 0)
            .collect();
        for site in sites.iter().take(SHOWN) {
            writeln!(
                f,
                "  {}  {} `{}`",
                site.place(),
                site.primitive,
                site.source
            )?;
            write_crossings(f, &self.crossings(site).collect::<Vec<_>>())?;
        }
        cut(f, sites.len(), "sites")
    }

    fn crossings<'a>(&'a self, site: &'a crate::field::Site) -> impl Iterator<Item = &'a Crossing> {
        self.kinks
            .iter()
            .filter(move |kink| same_site(kink.site, site))
    }

    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verdict {
            Verdict::Inconclusive(reason) => writeln!(f, "to learn more: {}", reason.advice()),
            Verdict::NoViolationFound => {
                writeln!(f, "This is evidence for what was tried, not a proof.")
            }
            _ => Ok(()),
        }
    }
}

fn write_crossings(f: &mut fmt::Formatter<'_>, crossings: &[&Crossing]) -> fmt::Result {
    const SHOWN: usize = 3;
    for kink in crossings.iter().take(SHOWN) {
        let visit = if kink.occurrence > 0 {
            format!(", visit {}", kink.occurrence + 1)
        } else {
            String::new()
        };
        writeln!(
            f,
            "      t = {:<12} {} → {}{visit}",
            number(kink.t),
            kink.from,
            kink.to
        )?;
    }
    if crossings.len() > SHOWN {
        writeln!(f, "      … {} times in all", crossings.len())?;
    }
    Ok(())
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.failure)?;
        writeln!(f, "  at t = {}, x = {}", number(self.t), Point(&self.point))?;
        writeln!(
            f,
            "  in direction {}, {}",
            Point(&self.direction),
            self.curve
        )?;
        match self.site {
            Some(site) => write!(
                f,
                "{}",
                Excerpt {
                    site,
                    note: &self.note()
                }
            ),
            None => writeln!(
                f,
                "  no decision sets the place apart from the rest of the curve"
            ),
        }
    }
}

impl Violation {
    fn note(&self) -> String {
        match (self.failure, self.decision) {
            (Failure::WrongDerivative { .. }, Some(decision)) => {
                format!("wrong where this is {decision}")
            }
            (_, Some(decision)) => format!("as this turns {decision}"),
            (_, None) => "here".to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Jump { size, count } => write!(f, "the value jumps{}", jumps(*size, *count)),
            Failure::TruncatedIteration { size, count } => {
                write!(
                    f,
                    "a stopping test makes the value jump{}",
                    jumps(*size, *count)
                )
            }
            Failure::WrongDerivative { expected, got } => {
                write!(
                    f,
                    "wrong derivative: {} by the values, {} by the gradient",
                    number(*expected),
                    number(*got)
                )
            }
            Failure::WrongChoice { expected, got } => {
                write!(
                    f,
                    "wrong choice at a tie: {} by the values, {} by the gradient",
                    number(*expected),
                    number(*got)
                )
            }
            Failure::Circulation { integral } => {
                write!(f, "the integral around the loop is {}", number(*integral))
            }
            Failure::NotLipschitz { exponent } => write!(
                f,
                "the derivative grows without bound, like the distance to the power {}",
                number((exponent * 1e3).round() / 1e3)
            ),
            Failure::NotFinite => f.write_str("the gradient is not finite where the value is"),
        }
    }
}

fn jumps(size: f64, count: usize) -> String {
    match count {
        1 => format!(" by {}", number(size)),
        _ => format!(" {count} times, by {} in all", number(size)),
    }
}

fn plural(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// In whole per cent where that is the whole truth, and never rounded up to 100.
fn percent(part: f64) -> String {
    let floor = (part * 1e4).floor() / 100.0;
    if part == 1.0 {
        "100".to_string()
    } else {
        format!("{floor:.2}")
    }
}

fn cut(f: &mut fmt::Formatter<'_>, length: usize, what: &str) -> fmt::Result {
    if length > SHOWN {
        writeln!(f, "… {length} {what} in all")
    } else {
        Ok(())
    }
}
