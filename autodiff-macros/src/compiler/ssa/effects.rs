//! What statements read and write.
//!
//! In: a statement, or a part of one. Out: the values and the memory that it reads, defines or writes to: of the statement itself
//! (`for_each_…`), or with all that is in it, however deep.

use std::collections::BTreeSet;

use super::{
    Arg, Block, Call, Func, Init, MemId, Op, Place, Proj, StmtKind, Tree, Use, ValId, Verbatim,
};

impl StmtKind {
    /// Values that the statement itself defines (not those of the blocks in it).
    pub(crate) fn for_each_def(&self, f: &mut dyn FnMut(ValId)) {
        match self {
            StmtKind::Def(v, _) => f(*v),
            StmtKind::If { phis, .. } => phis.iter().for_each(|p| f(p.out)),
            StmtKind::For { carried, count, .. } => {
                carried.iter().for_each(|c| f(c.out));
                count.iter().for_each(|v| f(*v));
            }
            StmtKind::While { carried, count, .. } => {
                carried.iter().for_each(|c| f(c.out));
                f(*count);
            }
            StmtKind::Call(call) => call.for_each_def(f),
            _ => {}
        }
    }

    /// Values that the statement itself reads (not the blocks in it, and not through phis).
    pub(crate) fn for_each_use(&self, f: &mut dyn FnMut(ValId)) {
        match self {
            StmtKind::Def(_, op) => op.for_each_use(f),
            StmtKind::Alloc(_, init) => init.for_each_use(f),
            StmtKind::Push { place, init } => {
                place.for_each_use(f);
                init.for_each_use(f);
            }
            StmtKind::Store { place, value, .. } => {
                place.for_each_use(f);
                f(*value);
            }
            StmtKind::Copy {
                dst, src, before, ..
            } => {
                dst.for_each_use(f);
                src.for_each_use(f);
                before.iter().for_each(|v| f(*v));
            }
            StmtKind::If { cond, .. } => f(*cond),
            StmtKind::While { cond, budget, .. } => {
                [Some(*cond), *budget].into_iter().flatten().for_each(f)
            }
            StmtKind::For {
                range,
                until,
                budget,
                ..
            } => [Some(range.lo), Some(range.hi), range.step, *until, *budget]
                .into_iter()
                .flatten()
                .for_each(f),
            StmtKind::Call(call) => call.args.iter().for_each(|a| a.for_each_use(f)),
            StmtKind::Effect(code) => code.for_each_use(f),
            StmtKind::Leave { cond, code, .. } => {
                f(*cond);
                code.for_each_use(f);
            }
        }
    }

    /// Memory that the statement itself writes to (not the blocks in it).
    pub(crate) fn for_each_write(&self, f: &mut dyn FnMut(MemId)) {
        match self {
            StmtKind::Alloc(m, _) => f(*m),
            StmtKind::Store { place, .. } | StmtKind::Push { place, .. } => f(place.mem),
            StmtKind::Copy { dst, .. } => f(dst.mem),
            StmtKind::Call(call) => call.for_each_write(f),
            _ => {}
        }
    }

    /// The places that the statement itself may write to.
    pub(crate) fn for_each_written_place(&self, f: &mut dyn FnMut(&Place)) {
        match self {
            StmtKind::Store { place, .. } | StmtKind::Push { place, .. } => f(place),
            StmtKind::Copy { dst, .. } => f(dst),
            StmtKind::Alloc(m, _) => f(&Place::whole(*m)),
            StmtKind::Call(call) => {
                if let Some(result) = &call.result {
                    result.for_each_mem(&mut |m| f(&Place::whole(m)));
                }
                call.args.iter().for_each(|arg| arg.for_each_lent_place(f));
                call.uncertain_receiver().into_iter().for_each(f);
            }
            _ => {}
        }
    }

    /// Memory that the statement itself reads.
    pub(crate) fn for_each_read(&self, f: &mut dyn FnMut(MemId)) {
        match self {
            StmtKind::Def(_, op) => op.for_each_mem(f),
            StmtKind::Alloc(_, init) | StmtKind::Push { init, .. } => init.for_each_mem(f),
            StmtKind::Copy { src, shape, .. } => {
                [Some(src.mem), *shape].into_iter().flatten().for_each(f)
            }
            StmtKind::Call(call) => call
                .args
                .iter()
                .for_each(|a| a.for_each_mem(&mut |m, _| f(m))),
            StmtKind::Effect(code) | StmtKind::Leave { code, .. } => code.for_each_mem(f),
            _ => {}
        }
    }

    /// Values that the statement itself takes: those that it reads, and those that it hands on to iterations or merges.
    pub(crate) fn for_each_input(&self, f: &mut dyn FnMut(ValId)) {
        self.for_each_use(f);
        for c in self.carried() {
            f(c.init);
            f(c.next);
        }
        if let StmtKind::If { phis, .. } = self {
            for p in phis {
                f(p.then);
                f(p.els);
            }
        }
    }

    /// The values that the statement and those in it define.
    pub(crate) fn defined(&self) -> Vec<ValId> {
        let mut all = Vec::new();
        self.walk(&mut |s| s.for_each_def(&mut |v| all.push(v)));
        all
    }

    /// The values that the statement and those in it take, in their order.
    pub(crate) fn inputs(&self) -> Vec<ValId> {
        let mut all = Vec::new();
        self.walk(&mut |s| s.for_each_input(&mut |v| all.push(v)));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The memory that the statement and those in it write to.
    pub(crate) fn written(&self) -> BTreeSet<MemId> {
        set_of(|f| self.walk(&mut |s| s.for_each_write(f)))
    }

    /// The memory that the statement and those in it read.
    pub(crate) fn read(&self) -> BTreeSet<MemId> {
        set_of(|f| self.walk(&mut |s| s.for_each_read(f)))
    }

    /// True if the statement itself reads or writes to the memory.
    pub(crate) fn touches(&self, m: MemId) -> bool {
        let mut found = false;
        self.for_each_read(&mut |r| found |= r == m);
        self.for_each_write(&mut |w| found |= w == m);
        found
    }

    /// The same of the statement and those in it.
    pub(crate) fn mentions(&self, m: MemId) -> bool {
        let mut found = false;
        self.walk(&mut |s| found |= s.touches(m));
        found
    }
}

impl Block {
    /// The memory that its statements write to.
    pub(crate) fn written(&self) -> BTreeSet<MemId> {
        set_of(|f| self.walk(&mut |s| s.kind.for_each_write(f)))
    }

    /// The memory that its statements read.
    pub(crate) fn read(&self) -> BTreeSet<MemId> {
        set_of(|f| self.walk(&mut |s| s.kind.for_each_read(f)))
    }
}

impl Op {
    /// Calls `f` on every value that the operation reads.
    pub(crate) fn for_each_use(&self, f: &mut dyn FnMut(ValId)) {
        match self {
            Op::Lit(_) | Op::Param(_) => {}
            Op::Un(_, a) | Op::Cast(a, _) | Op::Stop(a) | Op::Classify(_, a) => f(*a),
            Op::Bin(_, a, b) | Op::Branch { lhs: a, rhs: b, .. } => {
                f(*a);
                f(*b);
            }
            Op::Rule { args, weights, .. } => args.iter().chain(weights).for_each(|v| f(*v)),
            Op::Weight { args, .. } => args.iter().for_each(|v| f(*v)),
            Op::Load(place) | Op::Len(place) | Op::Measure(place, _) => place.for_each_use(f),
            Op::LoadIf(guard, place) => {
                f(*guard);
                place.for_each_use(f);
            }
            Op::Opaque(code) => code.for_each_use(f),
        }
    }

    /// Calls `f` on every memory variable that the operation reads.
    pub(crate) fn for_each_mem(&self, f: &mut dyn FnMut(MemId)) {
        match self {
            Op::Load(place) | Op::LoadIf(_, place) | Op::Len(place) | Op::Measure(place, _) => {
                f(place.mem)
            }
            Op::Opaque(code) => code.for_each_mem(f),
            _ => {}
        }
    }
}

impl Place {
    /// True if the two places are in different variables, or in different fields of one: `p[i].x` and `p[j].y`.
    pub(crate) fn is_apart(&self, other: &Place) -> bool {
        if self.mem != other.mem {
            return true;
        }
        for steps in self.path.iter().zip(&other.path) {
            match steps {
                (Proj::Field(a), Proj::Field(b)) if a != b => return true,
                (Proj::Field(_), Proj::Field(_)) | (Proj::Index(_), Proj::Index(_)) => {}
                _ => return false,
            }
        }
        false
    }

    pub(crate) fn for_each_use(&self, f: &mut dyn FnMut(ValId)) {
        for proj in &self.path {
            match proj {
                Proj::Index(v) => f(*v),
                Proj::Range { lo, hi, .. } => lo.iter().chain(hi).for_each(|v| f(*v)),
                Proj::Field(_) => {}
            }
        }
    }
}

impl Tree {
    pub(crate) fn for_each_val(&self, f: &mut dyn FnMut(ValId)) {
        match self {
            Tree::Val(v) => f(*v),
            Tree::Mem(_) => {}
            Tree::Tuple(parts) => parts.iter().for_each(|t| t.for_each_val(f)),
        }
    }

    pub(crate) fn for_each_mem(&self, f: &mut dyn FnMut(MemId)) {
        match self {
            Tree::Val(_) => {}
            Tree::Mem(m) => f(*m),
            Tree::Tuple(parts) => parts.iter().for_each(|t| t.for_each_mem(f)),
        }
    }
}

impl Verbatim {
    pub(crate) fn for_each_use(&self, f: &mut dyn FnMut(ValId)) {
        for (_, used) in &self.uses {
            match used {
                Use::Tree(tree) => tree.for_each_val(f),
                Use::Place(place) => place.for_each_use(f),
            }
        }
    }

    pub(crate) fn for_each_mem(&self, f: &mut dyn FnMut(MemId)) {
        for (_, used) in &self.uses {
            match used {
                Use::Tree(tree) => tree.for_each_mem(f),
                Use::Place(place) => f(place.mem),
            }
        }
    }

    /// The same without memory of which the code sees a constant field alone.
    pub(crate) fn for_each_real_mem(&self, func: &Func, f: &mut dyn FnMut(MemId)) {
        for (_, used) in &self.uses {
            match used {
                Use::Tree(tree) => tree.for_each_mem(f),
                Use::Place(place) if func.is_constant_field(place) => {}
                Use::Place(place) => f(place.mem),
            }
        }
    }
}

impl Init {
    pub(crate) fn for_each_use(&self, f: &mut dyn FnMut(ValId)) {
        match self {
            Init::Val(v) => f(*v),
            Init::Repeat(init, len) => {
                init.for_each_use(f);
                f(*len);
            }
            Init::List(parts) | Init::Tuple(parts) => parts.iter().for_each(|i| i.for_each_use(f)),
            Init::Struct { fields, base, .. } => {
                fields.iter().for_each(|(_, i)| i.for_each_use(f));
                base.iter().for_each(|place| place.for_each_use(f));
            }
            Init::Clone(place) | Init::Lengths(place) => place.for_each_use(f),
            Init::Blank | Init::Unset => {}
        }
    }

    pub(crate) fn for_each_mem(&self, f: &mut dyn FnMut(MemId)) {
        self.for_each_source(&mut |place| f(place.mem));
    }

    /// What it copies, or looks at.
    pub(crate) fn for_each_source(&self, f: &mut dyn FnMut(&Place)) {
        match self {
            Init::Clone(place) | Init::Lengths(place) => f(place),
            Init::Repeat(init, _) => init.for_each_source(f),
            Init::List(parts) | Init::Tuple(parts) => {
                parts.iter().for_each(|i| i.for_each_source(f));
            }
            Init::Struct { fields, base, .. } => {
                fields.iter().for_each(|(_, i)| i.for_each_source(f));
                base.iter().for_each(f);
            }
            Init::Val(_) | Init::Blank | Init::Unset => {}
        }
    }
}

impl Call {
    /// What a method is called on that may change it, for all that is known. One that has derivatives does not: rustc would find
    /// none for a receiver that it only reads.
    pub(crate) fn uncertain_receiver(&self) -> Option<&Place> {
        match self.args.first() {
            Some(Arg::Ref(false, place)) if self.may_change => Some(place),
            _ => None,
        }
    }

    /// The values that the call gives, and those of arguments that it changes.
    pub(crate) fn for_each_def(&self, f: &mut dyn FnMut(ValId)) {
        if let Some(result) = &self.result {
            result.for_each_val(f);
        }
        for arg in &self.args {
            if let Arg::RefVal(_, Some(after)) = arg {
                f(*after);
            }
        }
    }

    /// The memory that the call gives, or may write to.
    pub(crate) fn for_each_write(&self, f: &mut dyn FnMut(MemId)) {
        if let Some(result) = &self.result {
            result.for_each_mem(f);
        }
        for arg in &self.args {
            arg.for_each_mem(&mut |m, mutable| {
                if mutable {
                    f(m);
                }
            });
        }
    }
}

impl Arg {
    /// The values that the argument reads.
    pub(crate) fn for_each_use(&self, f: &mut dyn FnMut(ValId)) {
        match self {
            Arg::Val(v) | Arg::RefVal(v, _) => f(*v),
            Arg::Ref(_, place) | Arg::Own(place) => place.for_each_use(f),
            Arg::Tuple(parts) => parts.iter().for_each(|a| a.for_each_use(f)),
        }
    }

    /// The places that the callee may write to.
    fn for_each_lent_place(&self, f: &mut dyn FnMut(&Place)) {
        match self {
            Arg::Ref(true, place) => f(place),
            Arg::Tuple(parts) => parts.iter().for_each(|a| a.for_each_lent_place(f)),
            _ => {}
        }
    }

    /// The places that the argument refers to.
    pub(crate) fn for_each_place(&self, f: &mut dyn FnMut(&Place)) {
        match self {
            Arg::Ref(_, place) | Arg::Own(place) => f(place),
            Arg::Tuple(parts) => parts.iter().for_each(|a| a.for_each_place(f)),
            Arg::Val(_) | Arg::RefVal(..) => {}
        }
    }

    /// The memory that the argument refers to, and whether the callee may write to it.
    pub(crate) fn for_each_mem(&self, f: &mut dyn FnMut(MemId, bool)) {
        match self {
            Arg::Ref(mutable, place) => f(place.mem, *mutable),
            Arg::Own(place) => f(place.mem, false),
            Arg::Tuple(parts) => parts.iter().for_each(|a| a.for_each_mem(f)),
            Arg::Val(_) | Arg::RefVal(..) => {}
        }
    }
}

/// All that the visitor is called with.
fn set_of(visit: impl Fn(&mut dyn FnMut(MemId))) -> BTreeSet<MemId> {
    let mut all = BTreeSet::new();
    visit(&mut |m| {
        all.insert(m);
    });
    all
}
