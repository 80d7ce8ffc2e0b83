//! Replaces values by others, everywhere.

use super::{Arg, Block, Func, Init, MemId, Op, Place, Proj, StmtKind, Tree, Use, ValId, Verbatim};

type Map<'a> = &'a mut dyn FnMut(ValId) -> ValId;

/// Applies `map` to every value that the function reads (not to those that it defines).
pub(crate) fn uses(func: &mut Func, map: Map<'_>) {
    block(&mut func.body, map);
    if let Some(result) = &mut func.result {
        tree(result, map);
    }
    for param in &mut func.params {
        if let Some(exit) = &mut param.exit {
            *exit = map(*exit);
        }
    }
}

/// Applies `map` to every value that a block reads.
pub(crate) fn block(block: &mut Block, map: Map<'_>) {
    block.stmts.iter_mut().for_each(|s| stmt(&mut s.kind, map));
}

/// Applies `map` to every value that a statement reads.
pub(crate) fn stmt(kind: &mut StmtKind, map: Map<'_>) {
    let set = |v: &mut ValId, map: Map<'_>| *v = map(*v);
    match kind {
        StmtKind::Def(_, o) => op(o, map),
        StmtKind::Alloc(_, i) => init(i, map),
        StmtKind::Store {
            place: at, value, ..
        } => {
            place(at, map);
            set(value, map);
        }
        StmtKind::Push { place: at, init: i } => {
            place(at, map);
            init(i, map);
        }
        StmtKind::Copy {
            dst, src, before, ..
        } => {
            before.iter_mut().for_each(|v| set(v, map));
            place(dst, map);
            place(src, map);
        }
        StmtKind::If {
            cond,
            then,
            els,
            phis,
        } => {
            set(cond, map);
            block(then, map);
            block(els, map);
            for p in phis {
                set(&mut p.then, map);
                set(&mut p.els, map);
            }
        }
        StmtKind::For {
            range,
            carried,
            body,
            until,
            budget,
            ..
        } => {
            budget.iter_mut().for_each(|v| set(v, map));
            set(&mut range.lo, map);
            set(&mut range.hi, map);
            range.step.iter_mut().for_each(|v| set(v, map));
            until.iter_mut().for_each(|v| set(v, map));
            block(body, map);
            for c in carried {
                set(&mut c.init, map);
                set(&mut c.next, map);
            }
        }
        StmtKind::While {
            carried,
            head,
            cond,
            body,
            budget,
            ..
        } => {
            budget.iter_mut().for_each(|v| set(v, map));
            block(head, map);
            set(cond, map);
            block(body, map);
            for c in carried {
                set(&mut c.init, map);
                set(&mut c.next, map);
            }
        }
        StmtKind::Call(call) => call.args.iter_mut().for_each(|a| arg(a, map)),
        StmtKind::Effect(code) => verbatim(code, map),
        StmtKind::Leave { cond, code, .. } => {
            set(cond, map);
            verbatim(code, map);
        }
    }
}

/// Applies `map` to the operands of an operation.
pub(crate) fn op(op: &mut Op, map: Map<'_>) {
    match op {
        Op::Lit(_) | Op::Param(_) => {}
        Op::Un(_, a) | Op::Cast(a, _) | Op::Stop(a) | Op::Classify(_, a) => *a = map(*a),
        Op::Bin(_, a, b) | Op::Branch { lhs: a, rhs: b, .. } => {
            *a = map(*a);
            *b = map(*b);
        }
        Op::Rule { args, weights, .. } => args.iter_mut().chain(weights).for_each(|v| *v = map(*v)),
        Op::Weight { args, .. } => args.iter_mut().for_each(|v| *v = map(*v)),
        Op::Load(at) | Op::Len(at) | Op::Measure(at, _) => place(at, map),
        Op::LoadIf(guard, at) => {
            *guard = map(*guard);
            place(at, map);
        }
        Op::Opaque(code) => verbatim(code, map),
    }
}

fn place(place: &mut Place, map: Map<'_>) {
    for proj in &mut place.path {
        match proj {
            Proj::Index(v) => *v = map(*v),
            Proj::Range { lo, hi, .. } => lo.iter_mut().chain(hi).for_each(|v| *v = map(*v)),
            Proj::Field(_) => {}
        }
    }
}

/// Applies `map` to every value of a tree.
pub(crate) fn tree(tree_: &mut Tree, map: Map<'_>) {
    match tree_ {
        Tree::Val(v) => *v = map(*v),
        Tree::Mem(_) => {}
        Tree::Tuple(parts) => parts.iter_mut().for_each(|p| tree(p, map)),
    }
}

fn verbatim(code: &mut Verbatim, map: Map<'_>) {
    for (_, used) in &mut code.uses {
        match used {
            Use::Tree(t) => tree(t, map),
            Use::Place(at) => place(at, map),
        }
    }
}

fn init(init_: &mut Init, map: Map<'_>) {
    match init_ {
        Init::Val(v) => *v = map(*v),
        Init::Repeat(inner, len) => {
            init(inner, map);
            *len = map(*len);
        }
        Init::List(parts) | Init::Tuple(parts) => parts.iter_mut().for_each(|p| init(p, map)),
        Init::Struct { fields, base, .. } => {
            fields.iter_mut().for_each(|(_, i)| init(i, map));
            base.iter_mut().for_each(|at| place(at, map));
        }
        Init::Clone(at) | Init::Lengths(at) => place(at, map),
        Init::Blank | Init::Unset => {}
    }
}

fn arg(arg_: &mut Arg, map: Map<'_>) {
    match arg_ {
        Arg::Val(v) | Arg::RefVal(v, _) => *v = map(*v),
        Arg::Ref(_, at) | Arg::Own(at) => place(at, map),
        Arg::Tuple(parts) => parts.iter_mut().for_each(|a| arg(a, map)),
    }
}

/// Applies `map` to every memory variable that a statement, and those in it, mention.
pub(crate) fn memory(kind: &mut StmtKind, map: &dyn Fn(MemId) -> MemId) {
    let set = |at: &mut Place| at.mem = map(at.mem);
    let code = |code: &mut Verbatim| {
        for (_, used) in &mut code.uses {
            match used {
                Use::Tree(t) => memory_of_tree(t, map),
                Use::Place(at) => set(at),
            }
        }
    };
    match kind {
        StmtKind::Def(_, Op::Load(at) | Op::LoadIf(_, at) | Op::Len(at) | Op::Measure(at, _)) => {
            set(at);
        }
        StmtKind::Def(_, Op::Opaque(tokens))
        | StmtKind::Effect(tokens)
        | StmtKind::Leave { code: tokens, .. } => code(tokens),
        StmtKind::Def(..) => {}
        StmtKind::Alloc(_, init) => memory_of_init(init, map),
        StmtKind::Store { place: at, .. } => set(at),
        StmtKind::Push { place: at, init } => {
            set(at);
            memory_of_init(init, map);
        }
        StmtKind::Copy {
            dst, src, shape, ..
        } => {
            set(dst);
            set(src);
            shape.iter_mut().for_each(|m| *m = map(*m));
        }
        StmtKind::Call(call) => call.args.iter_mut().for_each(|a| memory_of_arg(a, map)),
        StmtKind::If { then, els, .. } => memory_of_blocks([then, els], map),
        StmtKind::For { body, .. } => memory_of_blocks([body], map),
        StmtKind::While { head, body, .. } => memory_of_blocks([head, body], map),
    }
}

fn memory_of_blocks<const N: usize>(blocks: [&mut Block; N], map: &dyn Fn(MemId) -> MemId) {
    for block in blocks {
        block
            .stmts
            .iter_mut()
            .for_each(|s| memory(&mut s.kind, map));
    }
}

fn memory_of_tree(tree: &mut Tree, map: &dyn Fn(MemId) -> MemId) {
    match tree {
        Tree::Val(_) => {}
        Tree::Mem(m) => *m = map(*m),
        Tree::Tuple(parts) => parts.iter_mut().for_each(|p| memory_of_tree(p, map)),
    }
}

fn memory_of_init(init: &mut Init, map: &dyn Fn(MemId) -> MemId) {
    match init {
        Init::Repeat(inner, _) => memory_of_init(inner, map),
        Init::List(parts) | Init::Tuple(parts) => {
            parts.iter_mut().for_each(|p| memory_of_init(p, map));
        }
        Init::Struct { fields, base, .. } => {
            fields.iter_mut().for_each(|(_, i)| memory_of_init(i, map));
            base.iter_mut().for_each(|at| at.mem = map(at.mem));
        }
        Init::Clone(at) | Init::Lengths(at) => at.mem = map(at.mem),
        Init::Val(_) | Init::Blank | Init::Unset => {}
    }
}

fn memory_of_arg(arg: &mut Arg, map: &dyn Fn(MemId) -> MemId) {
    match arg {
        Arg::Val(_) | Arg::RefVal(..) => {}
        Arg::Ref(_, at) | Arg::Own(at) => at.mem = map(at.mem),
        Arg::Tuple(parts) => parts.iter_mut().for_each(|a| memory_of_arg(a, map)),
    }
}
