//! Neighbours of a stencil that get the same number: one buffer does for both.
//!
//! ```text
//! u_bar[i - 1] += flow_bar;  u_bar[i] -= …;  u_bar[i + 1] += flow_bar;
//! first[l] = flow_bar;  second[l] = …;                 u_bar[i - 1..] += [first, second, first]
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{Element, Target};
use crate::compiler::adjoint::{Context, Rev, RevBlock};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::ssa::{List, ValId};
use crate::compiler::tidy::Var;

/// Takes the additions out of a lane loop that repeat another one, and tells which: the twin, and the element before it.
pub(super) fn take(
    cx: &Context<'_>,
    body: &mut RevBlock<'_>,
    stencils: &BTreeSet<List>,
) -> BTreeMap<Target, Target> {
    let terms = terms(cx, body, stencils);
    let is_only = |target: &Target| terms.values().filter(|(of, _)| of == target).count() == 1;
    let mut firsts: BTreeMap<(&List, ValId), &Target> = BTreeMap::new();
    let mut twins = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for (k, (target, term)) in &terms {
        let (Target::Element(list, _), Some(term), true) = (target, term, is_only(target)) else {
            continue;
        };
        match firsts.get(&(list, *term)) {
            Some(first) => {
                twins.insert(target.clone(), (*first).clone());
                repeated.insert(*k);
            }
            None => drop(firsts.insert((list, *term), target)),
        }
    }
    let mut at = 0..;
    body.stmts
        .retain(|_| at.next().is_none_or(|k| !repeated.contains(&k)));
    twins
}

/// What is added to elements of the lists, by the number of the statement: the element, and the adjoint that it gets, under the
/// name that it had first.
fn terms(
    cx: &Context<'_>,
    body: &RevBlock<'_>,
    stencils: &BTreeSet<List>,
) -> BTreeMap<usize, (Target, Option<ValId>)> {
    let code = || {
        let stmts = body.stmts.iter().enumerate();
        stmts.filter_map(|(k, rev)| match rev {
            Rev::Code(stmt) => Some((k, stmt)),
            _ => None,
        })
    };
    let mut changed: BTreeMap<ValId, usize> = BTreeMap::new();
    for (k, stmt) in code() {
        if let Stmt::Assign {
            place: Expr::Bar(v),
            ..
        } = stmt
        {
            changed.insert(*v, k);
        }
    }
    let mut aliases: BTreeMap<ValId, ValId> = BTreeMap::new();
    let mut terms = BTreeMap::new();
    for (k, stmt) in code() {
        let first = |v: ValId| {
            let v = aliases.get(&v).copied().unwrap_or(v);
            changed.get(&v).is_none_or(|last| *last < k).then_some(v)
        };
        match stmt {
            Stmt::Let {
                name,
                init: Some(Expr::Bar(of)),
                ..
            } => {
                if let Some(Var::Bar(v)) = cx.names.adjoint_of(name)
                    && !changed.contains_key(&v)
                    && let Some(of) = first(*of)
                {
                    aliases.insert(v, of);
                }
            }
            Stmt::Assign { place, op, value } => {
                let element = Element::of(cx, place).filter(|e| stencils.contains(&e.of));
                let Some(element) = element else {
                    continue;
                };
                let term = match (*op, value, element.coordinate) {
                    ("+=", Expr::Bar(v), None) => first(*v),
                    _ => None,
                };
                terms.insert(k, (Target::Element(element.of, element.at), term));
            }
            _ => {}
        }
    }
    terms
}
