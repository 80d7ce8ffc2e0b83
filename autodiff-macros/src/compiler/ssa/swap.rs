//! Arrays that change places.
//!
//! `mem::swap(&mut a, &mut b)` is three copies by way of a variable of its own, so that no pass needs to know of it:
//!
//! ```text
//! kept = a.clone(); a = b.clone(); b = kept.clone()
//! ```
//!
//! In: the statements of a block, and which arrays are active (both or none). Out: where they do just that. What writes code writes one swap for them; the adjoints and the
//! tangents change places as well.

use super::{Func, Init, MemId, Op, Origin, Place, Stmt, StmtKind, ValId};

/// Two local arrays that change places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swap {
    pub(crate) places: [MemId; 2],
    /// How many statements that takes.
    pub(crate) statements: usize,
}

/// The swap that begins with the first statement.
pub(crate) fn at_start(
    func: &Func,
    active: &dyn Fn(MemId) -> bool,
    stmts: &[Stmt],
) -> Option<Swap> {
    let [first, rest @ ..] = stmts else {
        return None;
    };
    let StmtKind::Alloc(kept, Init::Clone(from)) = &first.kind else {
        return None;
    };
    let (there, rest) = copied(func, rest)?;
    let (back, rest) = copied(func, rest)?;
    let (a, b) = (there.dst, there.src);
    let is_swap = *from == Place::whole(a) && back.dst == b && back.src == *kept;
    let local = |m: MemId| func.mem(m).origin == Origin::Local && !func.fixed.contains_key(&m);
    let alike = a != b && local(a) && local(b) && active(a) == active(b);
    (is_swap && alike && mentions(func, *kept) == 1).then_some(Swap {
        places: [a, b],
        statements: stmts.len() - rest.len(),
    })
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

/// A variable, two copies, and the length or the shape of what each of them replaces.
const LONGEST: usize = 5;

/// One variable that is replaced by another.
struct Copied {
    dst: MemId,
    src: MemId,
}

/// The copy at the start, behind what is kept of what it replaces; what follows.
fn copied<'s>(func: &Func, stmts: &'s [Stmt]) -> Option<(Copied, &'s [Stmt])> {
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
        None => before.is_none() && shape.is_none(),
        Some(StmtKind::Def(v, Op::Len(_))) => *before == Some(*v) && uses(func, *v) == 1,
        Some(StmtKind::Alloc(m, Init::Lengths(_))) => *shape == Some(*m) && mentions(func, *m) == 1,
        Some(_) => false,
    };
    let whole = *dst == Place::whole(dst.mem) && *src == Place::whole(src.mem);
    (for_it && whole).then_some((
        Copied {
            dst: dst.mem,
            src: src.mem,
        },
        rest,
    ))
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
