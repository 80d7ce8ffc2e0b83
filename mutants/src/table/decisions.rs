//! Decisions: which side, which margin, when there is a choice.

use super::{Mutant, mutant};

const KINKS: &str = "kinks.rs";
const RULE_TEXT: &str = "rule_text.rs";
const OPERATION: &str = "primal/operation.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant("decide-right-operand", KINKS, "fn decide(",
        "(self.facts.varied(*a) || self.facts.varied(*b))", "self.facts.varied(*a)",
        "a comparison whose right side alone varies is no decision"),
    mutant("decide-first-argument", KINKS, "fn decide(",
        "args.iter().any(|a| self.facts.varied(*a))", "args.first().is_some_and(|a| self.facts.varied(*a))",
        "a kink is decided only if the first argument varies"),
    mutant("weight-side", OPERATION, "pub(crate) fn operation(",
        "scope.expr(kink.above)", "Expr::Not(Box::new(scope.expr(kink.above)))",
        "kink: below is taken for above"),
    mutant("weight-tie", OPERATION, "pub(crate) fn operation(",
        "scope.expr(kink.tie)", "Expr::Raw(quote!(false))",
        "kink: there are no ties"),
    mutant("weight-margin", OPERATION, "pub(crate) fn operation(",
        "scope.expr(kink.margin)", "Expr::neg(scope.expr(kink.margin))",
        "kink: sign of the margin flipped"),
    mutant("branch-margin", OPERATION, "pub(crate) fn operation(",
        "Expr::bin(\"-\", a.clone(), b.clone())", "Expr::bin(\"-\", b.clone(), a.clone())",
        "comparison: sign of the margin flipped"),
    mutant("branch-tie", OPERATION, "pub(crate) fn operation(",
        "Expr::bin(\"==\", a, b)", "{ let _ = (a, b); Expr::Raw(quote!(false)) }",
        "comparison: there are no ties"),
    mutant("pick-swapped", RULE_TEXT, "fn pick(",
        "vec![weight, below, above]", "vec![weight, above, below]",
        "kink: the derivatives of both sides are exchanged"),
    mutant("pick-dots-swapped", RULE_TEXT, "    fn seed(",
        "vec![weight, below, above]", "vec![weight, above, below]",
        "kink: the tangents of both sides are exchanged"),
    mutant("seeded-quotient", RULE_TEXT, "    fn seed(",
        "guard.over(&self.rt, bar.clone(), self.lower(by))", "{ let _ = by; bar.clone() }",
        "rules of the form `1 / b`: not divided"),
    mutant("seeded-negation", RULE_TEXT, "    fn seed(",
        "e => Expr::neg(e),", "e => if $ON { e } else { Expr::neg(e) },",
        "rules of the form `-e`: sign lost"),
];
