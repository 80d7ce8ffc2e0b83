//! What is known at compile time about the derivative of a function.

use crate::policy::{Policy, Ties};

mod report;
#[cfg(feature = "serde")]
mod serialize;

/// What kind of nonsmooth place a site is.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteKind {
    /// A continuous operation with a kink (relu, abs, max, …).
    Kink,
    /// A comparison in the user's control flow.
    Branch,
    /// The border of a domain, where no finite derivative exists (sqrt at 0).
    Boundary,
}

/// One nonsmooth place in the source of a differentiated function.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Number within the function, in source order from 0.
    pub id: u32,
    /// Name of the function.
    pub function: &'static str,
    /// Module path of the function.
    pub module: &'static str,
    /// Source file.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The row of the rule table, or `if`, `while`, `match`.
    pub primitive: &'static str,
    /// The user's text.
    pub source: &'static str,
    /// Kink, branch or boundary.
    pub kind: SiteKind,
    /// Where the kink is, with the user's operands: `x = 0`.
    pub stratum: &'static str,
    /// The field there: `[0, 1]`, `{∇below, ∇above}`.
    pub field: &'static str,
    /// Weight of the branch above that is taken at a tie by default.
    pub theta: f64,
    /// Whether `theta` gives an element of the Clarke subdifferential of the operation.
    pub clarke: bool,
    /// What each policy would take.
    pub ties: Ties,
    /// False for a call of a function that only has the name of an operation: it has its own sites.
    pub listed: bool,
}

/// What identifies a site: module, function, number.
pub type SiteKey = (&'static str, &'static str, u32);

impl Site {
    /// What identifies the site. Addresses do not: the same site can be compiled more than once.
    #[must_use]
    pub const fn key(&self) -> SiteKey {
        (self.module, self.function, self.id)
    }

    /// `file:line:column`.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            file: self.file,
            line: self.line,
            column: self.column,
        }
    }
}

/// A place in a source file; prints as `file:line:column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    file: &'static str,
    line: u32,
    column: u32,
}

impl Place {
    pub(crate) const fn new(file: &'static str, line: u32, column: u32) -> Place {
        Place { file, line, column }
    }

    pub(crate) const fn file(&self) -> &'static str {
        self.file
    }

    pub(crate) const fn line(&self) -> u32 {
        self.line
    }

    pub(crate) const fn column(&self) -> u32 {
        self.column
    }
}

/// Smallest class of sets known to hold the graph of a function.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definability {
    /// Polynomials, roots, abs, max, sort, `if` on these.
    Semialgebraic,
    /// Restricted analytic functions.
    RAn,
    /// With the exponential.
    RExp,
    /// With both.
    RAnExp,
    /// Pfaffian closure (erf).
    Pfaffian,
    /// Definable on every bounded set, not globally (sin).
    Local,
    /// Not definable.
    None,
}

impl Definability {
    const fn rank(self) -> u8 {
        match self {
            Definability::Semialgebraic => 0,
            Definability::RAn => 1,
            Definability::RExp => 2,
            Definability::RAnExp => 3,
            Definability::Pfaffian => 4,
            Definability::Local => 5,
            Definability::None => 6,
        }
    }

    /// The smallest class that holds both.
    #[must_use]
    pub const fn join(self, other: Definability) -> Definability {
        match (self, other) {
            (Definability::RAn, Definability::RExp) | (Definability::RExp, Definability::RAn) => {
                Definability::RAnExp
            }
            _ if self.rank() >= other.rank() => self,
            _ => other,
        }
    }
}

/// What kind of thing the compiler takes on trust.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObligationKind {
    /// The value is continuous across a branch.
    ContinuousBranch,
    /// The argument stays in the interior of the domain.
    Domain,
    /// A hand-written rule is right.
    CustomRule,
    /// What `stop_gradient` cuts is locally constant.
    StopGradient,
    /// A discontinuous operation is used in a continuous program.
    AssumeContinuous,
}

/// Something that has to hold for the field to be conservative.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// What has to hold.
    pub kind: ObligationKind,
    /// The operation.
    pub primitive: &'static str,
    /// The user's text.
    pub source: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// What is known about the derivative of one function.
#[derive(Clone, Debug)]
pub struct FieldMetadata {
    /// Name of the function.
    pub name: &'static str,
    /// Module path.
    pub module: &'static str,
    /// Source file.
    pub file: &'static str,
    /// Line of the function.
    pub line: u32,
    /// Policy in force.
    pub policy: Policy,
    /// Class of the function's own operations.
    pub definability: Definability,
    /// Nonsmooth places; [`FieldMetadata::sites`] tells those that count.
    pub sites: &'static [Site],
    /// What is taken on trust.
    pub obligations: &'static [Obligation],
    /// Bound ω_b on gradient cost over primal cost, of the function's own operations.
    pub cost_bound: f64,
    /// Metadata of the annotated functions it calls.
    pub callees: &'static [fn() -> &'static FieldMetadata],
}

impl FieldMetadata {
    /// The nonsmooth places of the function itself.
    pub fn sites(&self) -> impl Iterator<Item = &'static Site> + use<> {
        self.sites.iter().filter(|site| site.listed)
    }

    /// Whether both are of the same function.
    #[must_use]
    pub fn is(&self, other: &FieldMetadata) -> bool {
        (self.module, self.name, self.file, self.line)
            == (other.module, other.name, other.file, other.line)
    }

    /// Calls `visit` once for this function and once for every function that it reaches. Allocates nothing.
    pub fn walk(&self, visit: &mut dyn FnMut(&FieldMetadata)) {
        visit(self);
        let seen = Seen {
            field: self,
            before: None,
        };
        walk_on(
            &seen,
            Pending {
                callees: self.callees,
                outer: None,
            },
            visit,
        );
    }

    /// The class of the whole program, callees included.
    #[must_use]
    pub fn class(&self) -> Definability {
        let mut class = self.definability;
        self.walk(&mut |field| class = class.join(field.definability));
        class
    }

    /// The bound ω_b on the cost of a gradient over that of the primal, callees included.
    #[must_use]
    pub fn total_cost_bound(&self) -> f64 {
        let mut bound = self.cost_bound;
        self.walk(&mut |field| bound = bound.max(field.cost_bound));
        bound
    }

    /// How many things are taken on trust, callees included.
    #[must_use]
    pub fn total_obligations(&self) -> usize {
        let mut count = 0;
        self.walk(&mut |field| count += field.obligations.len());
        count
    }

    /// Calls `visit` for everything that is taken on trust, callees included, with the function that it is in.
    pub fn each_obligation(&self, visit: &mut dyn FnMut(&FieldMetadata, &'static Obligation)) {
        self.walk(&mut |field| field.obligations.iter().for_each(|o| visit(field, o)));
    }

    /// What is claimed of the field, callees included.
    ///
    /// ```
    /// use autodiff_runtime::field::{FieldMetadata, StaticVerdict};
    /// fn report(field: &FieldMetadata) -> String {
    ///     match field.verdict() {
    ///         StaticVerdict::ByConstruction => "conservative".to_owned(),
    ///         StaticVerdict::Given(n) => format!("conservative if {n} things hold"),
    ///     }
    /// }
    /// # let _ = report;
    /// ```
    #[must_use]
    pub fn verdict(&self) -> StaticVerdict {
        match self.total_obligations() {
            0 => StaticVerdict::ByConstruction,
            n => StaticVerdict::Given(n),
        }
    }

    /// Whether the field is conservative with nothing taken on trust, callees included.
    #[must_use]
    pub fn by_construction(&self) -> bool {
        self.total_obligations() == 0
    }
}

/// What is claimed of a field without running it. A check at run time never upgrades it.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaticVerdict {
    /// Conservative, with nothing taken on trust.
    ByConstruction,
    /// Conservative, if so many obligations hold.
    Given(usize),
}

/// The functions met so far, linked on the stack.
struct Seen<'a> {
    field: &'a FieldMetadata,
    before: Option<&'a Seen<'a>>,
}

impl Seen<'_> {
    fn holds(&self, field: &FieldMetadata) -> bool {
        self.field.is(field) || self.before.is_some_and(|before| before.holds(field))
    }
}

/// Calls that are still to be followed, linked on the stack.
#[derive(Clone, Copy)]
struct Pending<'a> {
    callees: &'static [fn() -> &'static FieldMetadata],
    outer: Option<&'a Pending<'a>>,
}

/// Goes *into* the next function instead of returning from the last one: so
/// everything seen stays on the stack, and each function is visited once, however
/// many ways lead to it.
fn walk_on(seen: &Seen<'_>, mut pending: Pending<'_>, visit: &mut dyn FnMut(&FieldMetadata)) {
    loop {
        let Some((callee, rest)) = pending.callees.split_first() else {
            match pending.outer {
                Some(outer) => pending = *outer,
                None => return,
            }
            continue;
        };
        pending.callees = rest;
        let field = callee();
        if !seen.holds(field) {
            visit(field);
            let seen = Seen {
                field,
                before: Some(seen),
            };
            return walk_on(
                &seen,
                Pending {
                    callees: field.callees,
                    outer: Some(&pending),
                },
                visit,
            );
        }
    }
}
