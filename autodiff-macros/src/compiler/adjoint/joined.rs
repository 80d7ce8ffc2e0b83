//! The last lane loop of a strip and the first one of its reverse, as one loop.
//!
//! The reverse of an iteration needs nothing of the sums that stand between the two, since the adjoints of the terms are
//! known before the loop: what the iteration has computed is in registers still, and decisions need not be stored.
//!
//! ```text
//! for l in 0..lanes { t[l] = f(x[l]) } for l in 0..lanes { s += t[l] } for l in 0..lanes { x_bar[l] += f'(x[l]) }
//! for l in 0..lanes { t[l] = f(x[l]); x_bar[l] += f'(x[l]) } for l in 0..lanes { s += t[l] }
//! ```

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};

use super::Context;
use crate::compiler::code::{Expr, Row, Stmt};
use crate::compiler::ssa::{Stmt as Ssa, StmtKind};

/// The forward sweep of a strip, then its reverse. The two loops are joined if nothing between them is in the way.
pub(super) fn run(
    cx: &Context<'_>,
    stmt: &Ssa,
    mut forward: Vec<Stmt>,
    mut reverse: Vec<Stmt>,
) -> Vec<Stmt> {
    if ends_in_sums(cx, stmt) {
        join(cx, &mut forward, &mut reverse);
    }
    forward.append(&mut reverse);
    forward
}

/// True if the last lane loop of the strip stands in front of the sums, and LLVM vectorises it.
fn ends_in_sums(cx: &Context<'_>, stmt: &Ssa) -> bool {
    let Some(body) = stmt.kind.loop_body() else {
        return false;
    };
    let [.., lanes, sums] = body.stmts.as_slice() else {
        return false;
    };
    let strips = &cx.func.strips;
    let among = |s: &Ssa, all: &BTreeSet<_>| s.kind.loop_id().is_some_and(|l| all.contains(&l));
    let mut calls = false;
    lanes.kind.loop_body().into_iter().for_each(|b| {
        b.walk(&mut |s| {
            calls |= matches!(&s.kind, StmtKind::Def(_, op) if cx.layout.is_call(op));
        });
    });
    among(lanes, &strips.lanes) && among(sums, &strips.sums) && !calls
}

/// Moves the first lane loop of the reverse into the last one of the forward sweep.
fn join(cx: &Context<'_>, forward: &mut [Stmt], reverse: &mut Vec<Stmt>) {
    let is_apart = |s: &Stmt| matches!(s, Stmt::Apart { .. });
    let first = forward.iter().rposition(is_apart);
    let second = reverse.iter().position(is_apart);
    let (Some(first), Some(second)) = (first, second) else {
        return;
    };
    let (before, between) = forward.split_at_mut(first + 1);
    let between: Vec<&Stmt> = between.iter().chain(&reverse[..second]).collect();
    let lanes = |count: &Ident| {
        let all = before.iter().chain(between.iter().copied());
        all.rev().find_map(|s| match s {
            Stmt::Let { name, init, .. } if name == count => Some(format!("{init:?}")),
            _ => None,
        })
    };
    let (Some(one), Some(other)) = (Loop::of(&before[first]), Loop::of(&reverse[second])) else {
        return;
    };
    let same_lanes = lanes(one.count).is_some() && lanes(one.count) == lanes(other.count);
    if !same_lanes || !is_in_no_way(cx, &between, &other) {
        return;
    }
    let Some(joined) = one.with(cx, &other) else {
        return;
    };
    let count = other.count.clone();
    before[first] = joined;
    reverse.remove(second);
    reverse.retain(|s| !matches!(s, Stmt::Let { name, .. } if *name == count));
}

/// A lane loop `for k in 0..count { body }` over rows.
struct Loop<'a> {
    rows: &'a [Row],
    count: &'a Ident,
    k: Ident,
    pattern: &'a TokenStream,
    iter: &'a Expr,
    body: &'a [Stmt],
}

impl<'a> Loop<'a> {
    fn of(stmt: &'a Stmt) -> Option<Loop<'a>> {
        let Stmt::Apart { rows, count, body } = stmt else {
            return None;
        };
        let [
            Stmt::For {
                pattern,
                iter: iter @ Expr::Range(..),
                body,
            },
        ] = body.as_slice()
        else {
            return None;
        };
        let Some(TokenTree::Ident(k)) = pattern.clone().into_iter().next() else {
            return None;
        };
        Some(Loop {
            rows,
            count,
            k,
            pattern,
            iter,
            body,
        })
    }

    /// The arrays behind the rows, or behind those that are written to.
    fn arrays(&self, cx: &Context<'_>, written: bool) -> BTreeSet<String> {
        let rows = self.rows.iter().filter(|row| row.mutable || !written);
        rows.filter_map(|row| root(cx, &row.from)).collect()
    }

    /// What the body mentions, its own rows aside.
    fn mentioned(&self, cx: &Context<'_>) -> BTreeSet<String> {
        let mut all = mentioned(cx, self.body.iter());
        self.rows.iter().for_each(|row| {
            all.remove(&row.name.to_string());
        });
        all
    }

    /// Both bodies in one loop, if no iteration touches what another one does.
    fn with(&self, cx: &Context<'_>, other: &Loop<'_>) -> Option<Stmt> {
        let [written, theirs] = [self, other].map(|l| l.arrays(cx, true));
        let captured = other.mentioned(cx);
        if !captured.is_disjoint(&written) || !self.mentioned(cx).is_disjoint(&theirs) {
            return None;
        }
        let mut rows = self.rows.to_vec();
        let mut renamed = BTreeMap::from([(other.k.to_string(), self.k.clone())]);
        for row in other.rows {
            let same = |mine: &&Row| {
                mine.points == row.points && elements(&mine.from) == elements(&row.from)
            };
            let array = root(cx, &row.from)?;
            match self.rows.iter().find(same) {
                Some(mine) if !row.mutable => {
                    renamed.insert(row.name.to_string(), mine.name.clone());
                }
                _ if written.contains(&array) => return None,
                _ if row.mutable && self.arrays(cx, false).contains(&array) => return None,
                _ => rows.push(row.clone()),
            }
        }
        let own: BTreeSet<String> = other.body.iter().filter_map(bound).collect();
        let mine: BTreeSet<String> = self.body.iter().filter_map(bound).collect();
        if captured
            .iter()
            .any(|n| mine.contains(n) && !own.contains(n))
        {
            return None;
        }
        let mut body = self.body.to_vec();
        let mut added = other.body.to_vec();
        for stmt in &mut added {
            stmt.walk_mut(&mut |e| {
                if let Expr::Name(name) = e
                    && let Some(new) = renamed.get(&name.to_string())
                {
                    *name = new.clone();
                }
            });
        }
        added.retain(|s| !bound(s).is_some_and(|name| mine.contains(&name) && self.has(cx, s)));
        body.append(&mut added);
        Some(Stmt::Apart {
            rows,
            count: self.count.clone(),
            body: vec![Stmt::For {
                pattern: self.pattern.clone(),
                iter: self.iter.clone(),
                body,
            }],
        })
    }

    /// True for a binding that the body has, and that would be the same again at the end of the iteration.
    fn has(&self, cx: &Context<'_>, stmt: &Stmt) -> bool {
        let changing = self.rows.iter().filter(|row| row.mutable);
        let changing: BTreeSet<String> = changing.map(|row| row.name.to_string()).collect();
        let lasts = |s: &Stmt| {
            matches!(
                s,
                Stmt::Let {
                    mutable: false,
                    init: Some(_),
                    ..
                }
            ) && mentioned(cx, [s]).is_disjoint(&changing)
        };
        let (name, text) = (bound(stmt), format!("{stmt:?}"));
        let same = |s: &&Stmt| bound(s) == name && format!("{s:?}") == text;
        self.body.iter().find(same).is_some_and(lasts)
    }
}

/// True if the loop may run before the statements: they have nothing that it takes, and it has nothing that they take.
fn is_in_no_way(cx: &Context<'_>, between: &[&Stmt], other: &Loop<'_>) -> bool {
    let (mut bound_there, mut assigned) = (BTreeSet::new(), BTreeSet::new());
    for stmt in between {
        let inner = match stmt {
            Stmt::For { body, .. } => body.iter().collect(),
            stmt => vec![*stmt],
        };
        for stmt in inner {
            match stmt {
                Stmt::Let { name, init, .. } => {
                    if init.iter().any(borrows_mutably) {
                        return false;
                    }
                    bound_there.insert(name.to_string());
                }
                Stmt::Assign { place, .. } => assigned.extend(root(cx, place)),
                _ => return false,
            }
        }
    }
    let mut taken = other.mentioned(cx);
    taken.extend(other.arrays(cx, false));
    let written = other.arrays(cx, true);
    let there = mentioned(cx, between.iter().copied());
    bound_there.is_disjoint(&taken)
        && assigned.is_disjoint(&taken)
        && written.is_disjoint(&there)
        && writes_rows_only(cx, other)
}

fn borrows_mutably(e: &Expr) -> bool {
    let mut found = false;
    e.walk(&mut |e| found |= matches!(e, Expr::Ref(true, _)));
    found
}

/// True if the body assigns to its rows and to what it binds itself.
fn writes_rows_only(cx: &Context<'_>, l: &Loop<'_>) -> bool {
    let own: BTreeSet<String> = l.body.iter().filter_map(bound).collect();
    let is_row = |name: &String| l.rows.iter().any(|row| row.name == *name);
    let mut open: Vec<&Stmt> = l.body.iter().collect();
    while let Some(stmt) = open.pop() {
        match stmt {
            Stmt::Let { .. } => {}
            Stmt::Assign { place, .. } => match root(cx, place) {
                Some(name) if own.contains(&name) || is_row(&name) => {}
                _ => return false,
            },
            Stmt::If { then, els, .. } => open.extend(then.iter().chain(els)),
            _ => return false,
        }
    }
    true
}

fn bound(stmt: &Stmt) -> Option<String> {
    match stmt {
        Stmt::Let { name, .. } => Some(name.to_string()),
        _ => None,
    }
}

/// The slice itself, mutable or not.
fn elements(e: &Expr) -> String {
    match e {
        Expr::Ref(_, inner) => format!("{inner:?}"),
        e => format!("{e:?}"),
    }
}

/// The variable behind a place.
fn root(cx: &Context<'_>, e: &Expr) -> Option<String> {
    match e {
        Expr::Ref(_, inner)
        | Expr::Index(inner, _)
        | Expr::Field(inner, _)
        | Expr::Deref(inner) => root(cx, inner),
        e => variable(cx, e),
    }
}

fn variable(cx: &Context<'_>, e: &Expr) -> Option<String> {
    Some(match e {
        Expr::Val(v) => cx.func.val(*v).name.to_string(),
        Expr::Mem(m) => cx.func.mem(*m).name.to_string(),
        Expr::Bar(v) => cx.names.bar(*v).to_string(),
        Expr::MemBar(m) => cx.names.mem_bar(*m).to_string(),
        Expr::Name(name) => name.to_string(),
        _ => return None,
    })
}

/// All variables that occur, and some words that are none.
fn mentioned<'s>(cx: &Context<'_>, stmts: impl IntoIterator<Item = &'s Stmt>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for stmt in stmts {
        stmt.walk(&mut |e| match e {
            Expr::Raw(tokens) | Expr::User(tokens, _) => words(tokens.clone(), &mut all),
            e => all.extend(variable(cx, e)),
        });
    }
    all
}

fn words(tokens: TokenStream, all: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                all.insert(word.to_string());
            }
            TokenTree::Group(group) => words(group.stream(), all),
            _ => {}
        }
    }
}
