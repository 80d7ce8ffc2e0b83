//! Reports as text.

use core::fmt;

use crate::check::curve::Point;
use crate::check::record::same_site;
use crate::check::report::{Cells, Choice, Crossing, Failure, Report, Verdict, Violation};
use crate::check::text::{Excerpt, number, percent};
use crate::decision::Decision;
use crate::field::{Site, SiteKind};

/// Lines that a list may have.
const SHOWN: usize = 12;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.test, self.verdict)?;
        writeln!(f, "  along     {}", self.curve)?;
        let (residual, tolerance) = (number(self.residual), number(self.tolerance));
        writeln!(f, "  residual  {residual} (tolerance {tolerance})")?;
        self.write_coverage(f)?;
        self.write_violations(f)?;
        self.write_obligations(f)?;
        self.write_kinks(f)?;
        self.write_untied(f)?;
        self.write_unreached(f)?;
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
        writeln!(f, "\n  spent     {evaluations}, {:.1?}", self.elapsed)?;
        self.write_cells(f)
    }

    /// How much of the kinks is known.
    fn write_cells(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Cells {
            met, kept, unseen, ..
        }) = self.cells.as_ref().filter(|cells| cells.met > 0)
        else {
            return Ok(());
        };
        let of = match met - kept {
            0 => String::new(),
            _ => format!(", {kept} of them kept"),
        };
        let unseen = percent(*unseen);
        writeln!(
            f,
            "  ties      {} of kinks met{of}; up to {unseen} % of all crossings may be of others",
            plural(*met, "cell")
        )
    }

    /// The first violation of each kind at each site, and how many there are like it.
    fn write_violations(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown: Vec<&Violation> = Vec::new();
        for violation in &self.violations {
            if shown.len() < SHOWN && !shown.iter().any(|other| is_alike(other, violation)) {
                let alike = self
                    .violations
                    .iter()
                    .filter(|other| is_alike(other, violation));
                write!(f, "{violation}")?;
                write_more(f, alike.count() - 1)?;
                shown.push(violation);
            }
        }
        Ok(())
    }

    /// What was taken on trust and is broken, or may be: those at the very place alone, if there are any.
    fn write_obligations(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(field) = self.field else {
            return Ok(());
        };
        let broken = self.broken_obligations(field);
        let located = broken.iter().any(|broken| broken.located);
        let told: Vec<_> = broken
            .iter()
            .filter(|broken| broken.located == located)
            .collect();
        for broken in told.iter().take(SHOWN) {
            write!(f, "{broken}")?;
        }
        cut(f, told.len(), "obligations")
    }

    /// Sites whose choices nothing is known about.
    fn write_untied(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let untied = self.cells.as_ref().map_or(&[][..], |cells| &cells.untied);
        if !untied.is_empty() {
            writeln!(f, "reached, but never tied:")?;
        }
        for site in untied.iter().take(SHOWN) {
            let (place, stratum, source) = (site.place(), site.stratum, site.source);
            writeln!(f, "  {place}  {stratum} of `{source}`")?;
        }
        cut(f, untied.len(), "sites")
    }

    /// Sites of the function itself; those of what it calls are told by reports on that.
    fn write_unreached(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(field) = self.field else {
            return Ok(());
        };
        let reached = |site: &Site| self.sites.iter().any(|known| same_site(known, site));
        let missed: Vec<_> = field.sites().filter(|site| !reached(site)).collect();
        if !missed.is_empty() {
            writeln!(f, "never reached:")?;
        }
        for site in missed.iter().take(SHOWN) {
            let (place, primitive, source) = (site.place(), site.primitive, site.source);
            writeln!(f, "  {place}  {primitive} `{source}`")?;
        }
        cut(f, missed.len(), "sites")
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

    fn crossings<'a>(&'a self, site: &'a Site) -> impl Iterator<Item = &'a Crossing> {
        self.kinks
            .iter()
            .filter(move |kink| same_site(kink.site, site))
    }

    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(advice) = self.advice() {
            writeln!(f, "to learn more: {advice}")?;
        }
        match self.verdict {
            Verdict::NoViolationFound => {
                writeln!(f, "This is evidence for what was tried, not a proof.")
            }
            _ => Ok(()),
        }
    }
}

fn is_alike(a: &Violation, b: &Violation) -> bool {
    let sites = match (a.site, b.site) {
        (Some(a), Some(b)) => same_site(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    sites && a.failure.verdict() == b.failure.verdict()
}

fn write_more(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    if count > 0 {
        writeln!(f, "  … and {count} more like this")
    } else {
        Ok(())
    }
}

fn write_crossings(f: &mut fmt::Formatter<'_>, crossings: &[&Crossing]) -> fmt::Result {
    const SHOWN: usize = 3;
    for kink in crossings.iter().take(SHOWN) {
        let visit = match kink.occurrence {
            0 => String::new(),
            n => format!(", visit {}", n + 1),
        };
        let (from, to) = (way(kink.site, kink.from), way(kink.site, kink.to));
        writeln!(f, "      t = {:<12} {from} → {to}{visit}", number(kink.t))?;
    }
    if crossings.len() > SHOWN {
        writeln!(f, "      … {} times in all", crossings.len())?;
    }
    Ok(())
}

/// Which way a decision goes: a branch is true or false, a kink has sides.
fn way(site: &Site, decision: Decision) -> String {
    match site.kind {
        SiteKind::Branch => (decision.weight() > 0.5).to_string(),
        _ => decision.to_string(),
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.failure)?;
        match self.failure {
            Failure::WrongChoice { .. } => writeln!(f, "  at x = {}", Point(&self.point))?,
            _ => writeln!(f, "  at t = {}, x = {}", number(self.t), Point(&self.point))?,
        }
        let direction = Point(&self.direction);
        writeln!(f, "  in direction {direction}, {}", self.curve)?;
        let note = &self.note();
        match self.site {
            Some(site) => write!(f, "{}", Excerpt::of(site, note))?,
            None => self.write_nearest(f)?,
        }
        if let Some(tolerance) = self.stopping_tolerance() {
            writeln!(f, "  the loop stops at {}", number(tolerance))?;
        }
        self.write_choices(f)
    }
}

impl Violation {
    fn write_nearest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  no decision sets the place apart from the rest of the curve"
        )?;
        match self.nearest {
            Some(site) => writeln!(f, "  the nearest is {} `{}`", site.place(), site.source),
            None => Ok(()),
        }
    }

    fn write_choices(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 6;
        let Some(site) = self.site.filter(|_| !self.choices.is_empty()) else {
            return Ok(());
        };
        writeln!(f, "  on {} the choices give", site.stratum)?;
        for choice in self.choices.iter().take(SHOWN) {
            writeln!(f, "      {:<12} {choice}", number(choice.got))?;
        }
        Ok(())
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.decisions.is_empty() {
            return f.write_str("by default");
        }
        for (i, (site, decision)) in self.decisions.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let way = way(site, *decision);
            write!(f, "{comma}`{}` {way}", site.source)?;
        }
        Ok(())
    }
}

impl Violation {
    fn note(&self) -> String {
        let way = self
            .site
            .zip(self.decision)
            .map(|(site, decision)| way(site, decision));
        match (self.failure, way) {
            (Failure::WrongDerivative { .. }, Some(way)) => format!("wrong where this is {way}"),
            (Failure::WrongChoice { .. }, Some(way)) => format!("if this is taken to be {way}"),
            (Failure::WrongChoice { .. }, None) => {
                "under the choice that is taken by default".to_string()
            }
            (_, Some(way)) => format!("as this becomes {way}"),
            (_, None) => "here".to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Jump { size, count, total } => {
                write!(f, "the value jumps{}", jumps(*size, *count, *total))
            }
            Failure::TruncatedIteration { size, count, total } => {
                write!(
                    f,
                    "a stopping test makes the value jump{}",
                    jumps(*size, *count, *total)
                )
            }
            Failure::WrongDerivative { expected, got } => {
                write!(f, "wrong derivative: {}", both(*expected, *got))
            }
            Failure::WrongChoice { expected, got } => {
                write!(f, "wrong choice at a tie: {}", both(*expected, *got))
            }
            Failure::Circulation { integral } => {
                write!(f, "the integral around the loop is {}", number(*integral))
            }
            Failure::NotLipschitz { exponent, border } => {
                let border = if *border {
                    " at the border of the domain"
                } else {
                    ""
                };
                write!(f, "the derivative grows without bound{border}, like ")?;
                match (exponent * 1e3).round() / 1e3 {
                    0.0 => f.write_str("the logarithm of the distance"),
                    power => write!(f, "the distance to the power {}", number(power)),
                }
            }
            Failure::NotFinite => f.write_str("the gradient is not finite where the value is"),
        }
    }
}

fn both(expected: f64, got: f64) -> String {
    format!(
        "{} by the values, {} by the gradient",
        number(expected),
        number(got)
    )
}

fn jumps(size: f64, count: usize, total: f64) -> String {
    match count {
        1 => format!(" by {}", number(size)),
        _ => format!(
            " {count} times, by up to {} and {} together",
            number(size.abs()),
            number(total)
        ),
    }
}

fn plural(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

fn cut(f: &mut fmt::Formatter<'_>, length: usize, what: &str) -> fmt::Result {
    if length > SHOWN {
        writeln!(f, "… {length} {what} in all")
    } else {
        Ok(())
    }
}
