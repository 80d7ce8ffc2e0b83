//! Arrays that change places.
//!
//! `mem::swap(&mut a, &mut b)` is three copies by way of a variable of its own, so that no pass needs to know of it:
//!
//! ```text
//! kept = a.clone(); a = b.clone(); b = kept.clone()
//! first = s.a.clone(); kept = first.clone(); second = s.b.clone(); s.a = second.clone(); s.b = kept.clone()
//! ```
//!
//! In: the statements of a block, and which arrays are active (both or none). Out: where they do just that. What writes code writes one swap for them; the adjoints and the
//! tangents change places as well.

use super::{Func, Init, MemId, Op, Origin, Place, Proj, Stmt, StmtKind, ValId};

/// Two local arrays, or fields, that change places.
#[derive(Clone, Debug)]
pub(crate) struct Swap {
    pub(crate) places: [Place; 2],
    /// How many statements that takes.
    pub(crate) statements: usize,
}

/// The swap that begins with the first statement.
pub(crate) fn at_start(
    func: &Func,
    active: &dyn Fn(MemId) -> bool,
    stmts: &[Stmt],
) -> Option<Swap> {
    let (a, mut kept, mut rest) = cloned(stmts)?;
    let mut second = None;
    while let Some((from, to, after)) = cloned(rest) {
        match second {
            None if *from == Place::whole(kept) && mentions(func, kept) == 1 => kept = to,
            None => second = Some((from, to)),
            Some(_) => return None,
        }
        rest = after;
    }
    let (there, rest) = copied(func, rest)?;
    let (back, rest) = copied(func, rest)?;
    let b = match second {
        Some((b, to)) if *there.src == Place::whole(to) && mentions(func, to) == 1 => b,
        Some(_) => return None,
        None => there.src,
    };
    let is_swap = a == there.dst && b == back.dst && *back.src == Place::whole(kept);
    let alike = a != b && active(a.mem) == active(b.mem);
    let may = is_swap && alike && changes_places(func, a) && changes_places(func, b);
    (may && mentions(func, kept) == 1).then(|| Swap {
        places: [a.clone(), b.clone()],
        statements: stmts.len() - rest.len(),
    })
}

/// The variable that the first statement makes as a copy, and of what; what follows.
fn cloned(stmts: &[Stmt]) -> Option<(&Place, MemId, &[Stmt])> {
    match stmts {
        [
            Stmt {
                kind: StmtKind::Alloc(to, Init::Clone(from)),
                ..
            },
            rest @ ..,
        ] => Some((from, *to, rest)),
        _ => None,
    }
}

/// True for a local variable, and for a field.
fn changes_places(func: &Func, at: &Place) -> bool {
    let is_field = |step: &Proj| matches!(step, Proj::Field(_));
    let local = func.mem(at.mem).origin == Origin::Local;
    match at.path.is_empty() {
        true => local && !func.fixed.contains_key(&at.mem),
        false => {
            at.path.iter().all(is_field) && !matches!(func.mem(at.mem).origin, Origin::Shared(_))
        }
    }
}

/// The swap that ends with the last statement.
pub(crate) fn at_end(func: &Func, active: &dyn Fn(MemId) -> bool, stmts: &[Stmt]) -> Option<Swap> {
    if !matches!(stmts.last()?.kind, StmtKind::Copy { .. }) {
        return None;
    }
    let longest = stmts.len().min(LONGEST);
    let starts = (stmts.len() - longest..stmts.len()).rev();
    starts
        .filter_map(|k| Some((k, at_start(func, active, &stmts[k..])?)))
        .find_map(|(k, swap)| (k + swap.statements == stmts.len()).then_some(swap))
}

/// Three variables, two copies, and the length or the shape of what each of them replaces.
const LONGEST: usize = 7;

/// What is replaced, and by what.
struct Copied<'s> {
    dst: &'s Place,
    src: &'s Place,
}

/// The copy at the start, behind what is kept of what it replaces; what follows.
fn copied<'s>(func: &Func, stmts: &'s [Stmt]) -> Option<(Copied<'s>, &'s [Stmt])> {
    let (kept, stmts) = match stmts {
        [kept, rest @ ..] if !matches!(kept.kind, StmtKind::Copy { .. }) => (Some(kept), rest),
        stmts => (None, stmts),
    };
    let [copy, rest @ ..] = stmts else {
        return None;
    };
    let StmtKind::Copy {
        dst,
        src,
        before,
        shape,
    } = &copy.kind
    else {
        return None;
    };
    let for_it = match kept.map(|s| &s.kind) {
        // What is not here is of use elsewhere, and stays.
        None => true,
        Some(StmtKind::Def(v, Op::Len(_))) => *before == Some(*v) && uses(func, *v) == 1,
        Some(StmtKind::Alloc(m, Init::Lengths(_))) => *shape == Some(*m) && mentions(func, *m) == 1,
        Some(_) => false,
    };
    for_it.then_some((Copied { dst, src }, rest))
}

/// How often the variable is read or written to after its declaration.
fn mentions(func: &Func, m: MemId) -> usize {
    let mut count = 0;
    let mut see = |found: MemId| count += usize::from(found == m);
    func.body.walk(&mut |s| {
        s.kind.for_each_read(&mut see);
        if !matches!(s.kind, StmtKind::Alloc(..)) {
            s.kind.for_each_write(&mut see);
        }
    });
    func.result
        .iter()
        .for_each(|tree| tree.for_each_mem(&mut see));
    count
}

/// How often the value is used.
fn uses(func: &Func, v: ValId) -> usize {
    let mut count = 0;
    func.body.walk(&mut |s| {
        s.kind.for_each_input(&mut |u| count += usize::from(u == v));
    });
    func.result
        .iter()
        .for_each(|tree| tree.for_each_val(&mut |u| count += usize::from(u == v)));
    count
}
