//! The metadata of a function: classes, walks over callees, the printed report.

use std::cell::Cell;

use autodiff_runtime::{
    Definability, FieldMetadata, Obligation, ObligationKind, Policy, Site, SiteKind, Ties,
};

const fn function(
    name: &'static str,
    callees: &'static [fn() -> &'static FieldMetadata],
) -> FieldMetadata {
    FieldMetadata {
        name,
        module: "model",
        file: "src/model.rs",
        line: 3,
        policy: Policy::PyTorch,
        definability: Definability::Semialgebraic,
        sites: &[],
        obligations: &[],
        cost_bound: 5.0,
        callees,
    }
}

const SITE: Site = Site {
    id: 0,
    function: "root",
    module: "model",
    file: "src/model.rs",
    line: 5,
    column: 13,
    primitive: "max",
    source: "w.max(b)",
    kind: SiteKind::Kink,
    stratum: "w = b",
    field: "{(θ, 1 - θ) : 0 ≤ θ ≤ 1}",
    theta: 1.5,
    clarke: false,
    ties: Ties::new(0.5, 0.5, 1.0),
    listed: true,
};

const ROOT: &FieldMetadata = &FieldMetadata {
    sites: &[
        SITE,
        Site {
            id: 1,
            kind: SiteKind::Branch,
            primitive: "if",
            source: "w > 0.0",
            ..SITE
        },
    ],
    obligations: &[Obligation {
        kind: ObligationKind::Domain,
        primitive: "sqrt",
        source: "w.sqrt()",
        line: 6,
        column: 9,
    }],
    definability: Definability::RAn,
    ..function("root", &[|| LEFT, || RIGHT])
};
const LEFT: &FieldMetadata = &FieldMetadata {
    cost_bound: 7.0,
    ..function("left", &[|| LEAF, || ROOT])
};
const RIGHT: &FieldMetadata = &function("right", &[|| LEAF, || RIGHT]);
const LEAF: &FieldMetadata = &FieldMetadata {
    definability: Definability::RExp,
    ..function("leaf", &[])
};

#[test]
fn each_function_is_walked_once_in_spite_of_recursion() {
    let mut names = Vec::new();
    ROOT.walk(&mut |field| names.push(field.name));
    assert_eq!(names, ["root", "left", "leaf", "right"]);
}

/// 40 levels of two callees each: 2⁴⁰ ways, 80 functions.
mod ladder {
    macro_rules! ladder {
        ($first:ident $($rest:ident)*) => { ladder!(@ [] $first $($rest)*); };
        (@ [$($below:ident)?] $name:ident $($rest:ident)*) => {
            pub(super) mod $name {
                use super::super::{FieldMetadata, function};
                pub(crate) const LEFT: &FieldMetadata = &FieldMetadata {
                    module: stringify!($name),
                    ..function("left", &[$(|| super::$below::LEFT, || super::$below::RIGHT)?])
                };
                pub(crate) const RIGHT: &FieldMetadata = &FieldMetadata {
                    module: stringify!($name),
                    ..function("right", &[$(|| super::$below::LEFT, || super::$below::RIGHT)?])
                };
            }
            ladder!(@ [$name] $($rest)*);
        };
        (@ [$last:ident]) => { pub(super) use $last as top; };
    }

    ladder! {
        a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9
        c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
    }
}

#[test]
fn a_ladder_of_calls_is_walked_in_no_time() {
    for top in [ladder::top::LEFT, ladder::top::RIGHT] {
        let count = Cell::new(0);
        top.walk(&mut |_| count.set(count.get() + 1));
        assert_eq!(count.get(), 79);
    }
}

#[test]
fn what_concerns_callees_is_joined() {
    assert_eq!(ROOT.class(), Definability::RAnExp);
    assert_eq!(ROOT.total_cost_bound(), 7.0);
    assert!(!ROOT.by_construction() && !LEFT.by_construction() && RIGHT.by_construction());
}

#[test]
fn classes_form_a_lattice() {
    use Definability::{Local, None, Pfaffian, RAn, RAnExp, RExp, Semialgebraic};
    let all = [Semialgebraic, RAn, RExp, RAnExp, Pfaffian, Local, None];
    for a in all {
        assert_eq!(
            (a.join(a), a.join(Semialgebraic), a.join(None)),
            (a, a, None)
        );
        for b in all {
            assert_eq!(a.join(b), b.join(a));
            all.into_iter()
                .for_each(|c| assert_eq!(a.join(b).join(c), a.join(b.join(c))));
        }
    }
    assert_eq!(RAn.join(RExp), RAnExp);
}

#[test]
fn the_report_reads_well() {
    let expected = "\
field of `root` (model, src/model.rs:3)
  ties     by policy `pytorch`
  cost     gradient at most 5.0 times the primal, in operations; 7.0 with what it calls
  class    definable in ℝ_an (restricted analytic); definable in ℝ_an,exp with what it calls
  verdict  conservative given: 1 obligation
  calls    `left` `right`
  kinks and branches
    src/model.rs:5:13  max `w.max(b)`  kink at w = b, field {(θ, 1 - θ) : 0 ≤ θ ≤ 1}, θ = 1.5 (not Clarke)
    src/model.rs:5:13  if `w > 0.0`  branch at w = b, field {(θ, 1 - θ) : 0 ≤ θ ≤ 1}, the branch taken
  given that
    src/model.rs:6:9  sqrt `w.sqrt()`  the argument stays in the interior of the domain";
    assert_eq!(ROOT.to_string(), expected);
    assert!(
        RIGHT
            .to_string()
            .contains("verdict  conservative by construction")
    );
    assert!(
        LEFT.to_string()
            .contains("verdict  conservative given: 1 obligation of what it calls")
    );
}
