//! The printed form of the metadata.

use core::fmt;

use super::{
    Definability, FieldMetadata, Obligation, ObligationKind, Place, Site, SiteKind, StaticVerdict,
};

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Definability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Definability::Semialgebraic => "semialgebraic",
            Definability::RAn => "definable in ℝ_an (restricted analytic)",
            Definability::RExp => "definable in ℝ_exp",
            Definability::RAnExp => "definable in ℝ_an,exp",
            Definability::Pfaffian => "definable in the Pfaffian closure",
            Definability::Local => "locally definable",
            Definability::None => "not known to be definable",
        })
    }
}

impl fmt::Display for StaticVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StaticVerdict::ByConstruction => f.write_str("by construction"),
            StaticVerdict::Given(n) => write!(f, "given: {n} {}", obligations(*n)),
        }
    }
}

impl fmt::Display for ObligationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ObligationKind::ContinuousBranch => {
                "both branches give the same value where the condition changes"
            }
            ObligationKind::Domain => "the argument stays in the interior of the domain",
            ObligationKind::CustomRule => "the hand-written rule is right",
            ObligationKind::StopGradient => "what is cut off is locally constant",
            ObligationKind::AssumeContinuous => {
                "the program is continuous where the operation jumps"
            }
        })
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {} `{}`", self.place(), self.primitive, self.source)?;
        match self.kind {
            SiteKind::Kink => {
                write!(
                    f,
                    "  kink at {}, field {}, θ = {}",
                    self.stratum, self.field, self.theta
                )?;
                f.write_str(if self.clarke { "" } else { " (not Clarke)" })
            }
            SiteKind::Branch => write!(
                f,
                "  branch at {}, field {}, the branch taken",
                self.stratum, self.field
            ),
            SiteKind::Boundary => write!(
                f,
                "  border of the domain at {}, takes {}",
                self.stratum, self.field
            ),
        }
    }
}

impl fmt::Display for FieldMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "field of `{}` ({}, {}:{})",
            self.name, self.module, self.file, self.line
        )?;
        writeln!(f, "  ties     by policy `{}`", self.policy)?;
        self.write_cost(f)?;
        self.write_class(f)?;
        self.write_verdict(f)?;
        if !self.callees.is_empty() {
            f.write_str("\n  calls   ")?;
            self.callees
                .iter()
                .try_for_each(|callee| write!(f, " `{}`", callee().name))?;
        }
        lines(f, "kinks and branches", self.sites(), |f, site| {
            write!(f, "{site}")
        })?;
        lines(f, "given that", self.obligations.iter(), |f, obligation| {
            write_obligation(f, self.file, obligation)
        })?;
        match f.alternate() {
            true => self.write_callees(f),
            false => Ok(()),
        }
    }
}

impl FieldMetadata {
    /// The nonsmooth places and the obligations of all functions that are reached, but for those of operations whose places
    /// are with their callers.
    fn write_callees(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        self.walk(&mut |field| {
            if result.is_ok() && !field.is(self) && !self.places(field) {
                result = field.write_places(f);
            }
        });
        result
    }

    /// Whether the kinks of an operation are places in the functions that are reached.
    fn places(&self, operation: &FieldMetadata) -> bool {
        let mut found = false;
        let library = operation.module.starts_with("conservative_grad::");
        self.walk(&mut |field| {
            let mut sites = field.sites();
            found |=
                library && !field.is(operation) && sites.any(|s| s.primitive == operation.name);
        });
        found
    }

    fn write_places(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n  in `{}` ({})", self.name, self.module)?;
        self.sites()
            .try_for_each(|site| write!(f, "\n    {site}"))?;
        self.obligations.iter().try_for_each(|obligation| {
            f.write_str("\n    given that ")?;
            write_obligation(f, self.file, obligation)
        })
    }

    fn write_cost(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (own, total) = (self.cost_bound, self.total_cost_bound());
        write!(
            f,
            "  cost     gradient at most {own:.1} times the primal, in operations"
        )?;
        if total > own {
            write!(f, "; {total:.1} with what it calls")?;
        }
        writeln!(f)
    }

    fn write_class(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (own, class) = (self.definability, self.class());
        write!(f, "  class    {own}")?;
        if class != own {
            write!(f, "; {class} with what it calls")?;
        }
        writeln!(f)
    }

    fn write_verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.obligations.len();
        let others = self.total_obligations() - own;
        f.write_str("  verdict  conservative ")?;
        match (own, others) {
            (0, 0) => f.write_str("by construction"),
            (own, 0) => write!(f, "given: {own} {}", obligations(own)),
            (0, others) => write!(
                f,
                "given: {others} {} of what it calls",
                obligations(others)
            ),
            (own, others) => write!(
                f,
                "given: {own} {}, and {others} of what it calls",
                obligations(own)
            ),
        }
    }
}

const fn obligations(count: usize) -> &'static str {
    if count == 1 {
        "obligation"
    } else {
        "obligations"
    }
}

fn lines<T>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: impl Iterator<Item = T>,
    each: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    write!(f, "\n  {title}")?;
    items.try_for_each(|item| {
        f.write_str("\n    ")?;
        each(f, item)
    })
}

fn write_obligation(
    f: &mut fmt::Formatter<'_>,
    file: &str,
    obligation: &Obligation,
) -> fmt::Result {
    let Obligation {
        kind,
        primitive,
        source,
        line,
        column,
    } = obligation;
    write!(f, "{file}:{line}:{column}  {primitive} `{source}`  {kind}")
}
