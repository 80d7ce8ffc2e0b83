//! All programs, family by family.

mod examples;
mod jumps;
mod loops;
mod rules;
mod slopes;
mod ties;

use crate::table::Family;

pub(crate) const ALL: &[&Family] = &[
    &jumps::ACROSS_IF,
    &jumps::OTHER_VARIABLE,
    &jumps::DISCONTINUOUS,
    &rules::OWN_RULES,
    &rules::CUT,
    &rules::TIE_WEIGHTS,
    &rules::ISOLATED,
    &ties::EQUALITY,
    &ties::NESTED,
    &ties::CURVED,
    &loops::COUNTS,
    &slopes::UNBOUNDED,
    &slopes::ZERO_TIMES_INFINITY,
    &slopes::ACCUMULATING,
    &slopes::OTHERS,
    &examples::EXAMPLES,
];
