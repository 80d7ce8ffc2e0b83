//! What lists are made of, also those within others, in structs and in tuples.
//!
//! In: the SSA form. Out: for each list the literals, counts, other lists and calls that it may be made of, whichever of them came
//! last. All elements of a list are one.

use std::collections::{BTreeMap, BTreeSet};

use crate::compiler::emit::behind;
use crate::compiler::hir::{LoopId, Member, Ty};
use crate::compiler::ssa::{Arg, Block, Call, Func, Init, MemId, Place, Proj, StmtKind, ValId};

/// A list within a memory variable. All elements of a list are one: `rows[i]` and `rows[j]` are the same.
pub(crate) type List = (MemId, Vec<Step>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Step {
    Element,
    Part(String),
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Init(&'a Init),
    Place(&'a Place),
    /// It is cut, to its own start.
    Start(&'a Place),
    /// Elements are added to it.
    Grown,
    /// A call gives it.
    Unknown,
}

/// What a list is made of.
pub(super) enum Made<'a> {
    Items(usize),
    Count(ValId),
    /// A list within the place.
    Of(&'a Place, Vec<Step>),
    Start(&'a Place),
    Grown,
    Unknown,
}

/// The list at a place: a part of a list is in its place.
pub(crate) fn list(at: &Place) -> List {
    let steps = at.path.iter().filter_map(|proj| match proj {
        Proj::Index(_) => Some(Step::Element),
        Proj::Field(member) => Some(part(member)),
        Proj::Range { .. } => None,
    });
    (at.mem, steps.collect())
}

/// True if a test decides which element it is.
pub(super) fn is_found(at: &Place, value: &dyn Fn(ValId) -> bool) -> bool {
    let mut steps = at.path.iter();
    steps.any(|proj| matches!(proj, Proj::Index(v) if value(*v)))
}

pub(crate) fn part(member: &Member) -> Step {
    Step::Part(match member {
        Member::At(k) => k.to_string(),
        Member::Named(name) => name.to_string(),
        Member::Behind => "*".to_owned(),
    })
}

pub(super) fn within(at: &Place, rest: &[Step]) -> List {
    let (m, mut steps) = list(at);
    steps.extend_from_slice(rest);
    (m, steps)
}

/// Where all that is in memory comes from.
pub(super) struct Sources<'a> {
    func: &'a Func,
    of: BTreeMap<MemId, Vec<(Vec<Step>, Source<'a>)>>,
    /// The loops around what defines values and memory, unless there are none.
    pub(super) loops: BTreeMap<ValId, Vec<LoopId>>,
    pub(super) lives: BTreeMap<MemId, Vec<LoopId>>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(func: &'a Func) -> Sources<'a> {
        let mut found = Sources {
            func,
            of: BTreeMap::new(),
            loops: BTreeMap::new(),
            lives: BTreeMap::new(),
        };
        found.block(&func.body, &mut Vec::new());
        found
    }

    fn block(&mut self, block: &'a Block, around: &mut Vec<LoopId>) {
        for stmt in &block.stmts {
            if !around.is_empty() {
                stmt.kind.for_each_def(&mut |v| {
                    self.loops.insert(v, around.clone());
                });
            }
            match &stmt.kind {
                StmtKind::Alloc(m, init) => {
                    self.lives.insert(*m, around.clone());
                    self.add((*m, Vec::new()), Source::Init(init));
                }
                StmtKind::Copy { dst, src, .. } => {
                    let source = match src.is_start_of(dst) {
                        true => Source::Start(src),
                        false => Source::Place(src),
                    };
                    self.add(list(dst), source);
                }
                StmtKind::Push { place, init } => {
                    let (m, mut steps) = list(place);
                    self.add((m, steps.clone()), Source::Grown);
                    steps.push(Step::Element);
                    self.add((m, steps), Source::Init(init));
                }
                StmtKind::Call(call) => {
                    if let Some(result) = &call.result {
                        result.for_each_mem(&mut |m| {
                            self.lives.insert(m, around.clone());
                            self.add((m, Vec::new()), self.given(m, call));
                        });
                    }
                }
                kind => {
                    around.extend(kind.loop_id());
                    if let StmtKind::For { counter, .. } = kind {
                        self.loops.insert(*counter, around.clone());
                    }
                    for c in kind.carried() {
                        self.loops.insert(c.phi, around.clone());
                    }
                    for block in kind.blocks() {
                        self.block(block, around);
                    }
                    if kind.loop_id().is_some() {
                        around.pop();
                    }
                }
            }
        }
    }

    /// What a function makes of a struct has lists that are as long as those of that one, for all that is known, and one that it
    /// changes leaves their lengths as they are.
    fn given(&self, m: MemId, call: &'a Call) -> Source<'a> {
        let ty = &self.func.mem(m).ty;
        let mut of = call.args.iter().filter_map(|arg| match arg {
            Arg::Ref(_, at) | Arg::Own(at) => Some(at),
            _ => None,
        });
        let found = of.find(|at| {
            self.func
                .place_ty(at)
                .is_some_and(|of| may_be_same(ty, &of))
        });
        found.map_or(Source::Unknown, Source::Place)
    }

    fn add(&mut self, (m, steps): List, source: Source<'a>) {
        self.of.entry(m).or_default().push((steps, source));
    }

    /// What a list is made of.
    pub(super) fn made(&self, (m, steps): &List) -> Vec<Made<'a>> {
        let mut all = Vec::new();
        for (place, source) in self.of.get(m).into_iter().flatten() {
            let Some(rest) = steps.strip_prefix(&place[..]) else {
                continue;
            };
            match source {
                Source::Init(init) => by_init(init, rest, &mut all),
                Source::Place(at) => all.push(Made::Of(at, rest.to_vec())),
                Source::Start(at) if rest.is_empty() => all.push(Made::Start(at)),
                Source::Grown if rest.is_empty() => all.push(Made::Grown),
                Source::Start(_) | Source::Grown => {}
                Source::Unknown => all.push(Made::Unknown),
            }
        }
        all
    }

    /// The lists in the memory, as far as types and literals tell.
    pub(super) fn inner(
        &self,
        m: MemId,
        asked: &mut BTreeSet<MemId>,
        all: &mut BTreeSet<Vec<Step>>,
    ) {
        if !asked.insert(m) {
            return;
        }
        by_type(&self.func.mem(m).ty, &mut Vec::new(), all);
        for (place, source) in self.of.get(&m).into_iter().flatten() {
            match source {
                Source::Init(init) => self.in_init(init, &mut place.clone(), asked, all),
                Source::Place(at) => self.in_place(at, place, asked, all),
                Source::Start(_) | Source::Grown | Source::Unknown => {}
            }
        }
    }

    fn in_place(
        &self,
        at: &Place,
        place: &[Step],
        asked: &mut BTreeSet<MemId>,
        all: &mut BTreeSet<Vec<Step>>,
    ) {
        let mut found = BTreeSet::new();
        self.inner(at.mem, asked, &mut found);
        let (_, from) = list(at);
        let rests = found
            .iter()
            .filter_map(|steps| steps.strip_prefix(&from[..]));
        all.extend(rests.map(|rest| [place, rest].concat()));
    }

    fn in_init(
        &self,
        init: &Init,
        place: &mut Vec<Step>,
        asked: &mut BTreeSet<MemId>,
        all: &mut BTreeSet<Vec<Step>>,
    ) {
        let mut each = |step: Step, inner: &Init, all: &mut _| {
            place.push(step);
            self.in_init(inner, place, asked, all);
            place.pop();
        };
        match init {
            Init::Repeat(inner, _) => {
                each(Step::Element, inner, all);
                all.insert(place.clone());
            }
            Init::List(items) => {
                items.iter().for_each(|e| each(Step::Element, e, all));
                all.insert(place.clone());
            }
            Init::Tuple(parts) => {
                let parts = parts.iter().enumerate();
                parts.for_each(|(k, e)| each(Step::Part(k.to_string()), e, all));
            }
            Init::Struct { fields, base, .. } => {
                fields.iter().for_each(|(name, e)| each(part(name), e, all));
                if let Some(at) = base {
                    self.in_place(at, place, asked, all);
                }
            }
            Init::Clone(at) => self.in_place(at, place, asked, all),
            Init::Val(_) | Init::Lengths(_) | Init::Blank | Init::Unset => {}
        }
    }
}

/// What a list is made of that is at `rest` within something that begins so.
fn by_init<'a>(init: &'a Init, rest: &[Step], all: &mut Vec<Made<'a>>) {
    match (init, rest) {
        (Init::Blank | Init::Unset | Init::Lengths(_), _) => {}
        (Init::Repeat(_, n), []) => all.push(Made::Count(*n)),
        (Init::Repeat(inner, _), [Step::Element, rest @ ..]) => by_init(inner, rest, all),
        (Init::List(items), []) => all.push(Made::Items(items.len())),
        (Init::List(items), [Step::Element, rest @ ..]) => {
            items.iter().for_each(|item| by_init(item, rest, all));
        }
        (Init::Clone(at), rest) => all.push(Made::Of(at, rest.to_vec())),
        (Init::Tuple(parts), [Step::Part(k), rest @ ..]) => {
            let named = parts
                .iter()
                .enumerate()
                .filter(|(i, _)| i.to_string() == *k);
            named.for_each(|(_, inner)| by_init(inner, rest, all));
        }
        (Init::Struct { fields, base, .. }, [step @ Step::Part(_), inner @ ..]) => {
            let field = fields.iter().find(|(name, _)| part(name) == *step);
            match (field, base) {
                (Some((_, init)), _) => by_init(init, inner, all),
                (None, Some(at)) => all.push(Made::Of(at, rest.to_vec())),
                (None, None) => all.push(Made::Unknown),
            }
        }
        _ => all.push(Made::Unknown),
    }
}

/// True for structs that may be of one type: of what calls give only rustc knows it.
fn may_be_same(a: &Ty, b: &Ty) -> bool {
    let (Ty::Struct(a), Ty::Struct(b)) = (behind(a), behind(b)) else {
        return false;
    };
    match (&a.path, &b.path) {
        (Some(a), Some(b)) => a.to_string() == b.to_string(),
        _ => true,
    }
}

fn by_type(ty: &Ty, place: &mut Vec<Step>, all: &mut BTreeSet<Vec<Step>>) {
    let mut each = |step: Step, inner: &Ty| {
        place.push(step);
        by_type(inner, place, all);
        place.pop();
    };
    match ty {
        Ty::Vec(inner) | Ty::Seq(inner) | Ty::Slice(inner) => {
            each(Step::Element, inner);
            all.insert(place.clone());
        }
        Ty::Array(inner, _) => each(Step::Element, inner),
        Ty::Ref(_, inner) => by_type(inner, place, all),
        Ty::Tuple(parts) => {
            let parts = parts.iter().enumerate();
            parts.for_each(|(k, ty)| each(Step::Part(k.to_string()), ty));
        }
        Ty::Struct(of) => of.fields.iter().for_each(|(name, ty)| each(part(name), ty)),
        _ => {}
    }
}
