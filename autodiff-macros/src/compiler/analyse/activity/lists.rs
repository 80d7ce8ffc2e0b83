//! How long lists are, also those within others, in structs and in tuples.
//!
//! In: the SSA form, and which integers, lists and places depend on a test. Out: whether the length of a list does. Of what a test puts
//! somewhere, it does only if not all that the list is made of, or replaced by, is of one length, as far as names tell.
//!
//! ```text
//! let mut c = b.clone(); … if f < best { b = c; }     the same length
//! if c { vec![1.0; 3] } else { vec![1.0; 2] }         another one
//! if c { rows[0] = vec![a, b]; }                      the rows are as long as all that any of them is made of
//! rows[k]                                             as long as a test says, where one finds `k`, if they are not all of one length
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::ends::{self, Ends, Sum};
use crate::compiler::emit::behind;
use crate::compiler::hir::{LoopId, Member, Ty};
use crate::compiler::ssa::{
    Arg, Block, Call, Func, Init, MemId, Origin, Place, Proj, StmtKind, ValId,
};

/// A list within a memory variable. All elements of a list are one: `rows[i]` and `rows[j]` are the same.
pub(super) type List = (MemId, Vec<Step>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    Element,
    Part(String),
}

/// What depends on a test, as far as it is known.
pub(super) struct Tests<'t> {
    pub(super) value: &'t dyn Fn(ValId) -> bool,
    /// What is in these places was put there by a test.
    pub(super) put: &'t BTreeSet<List>,
    /// Lists that a test makes longer.
    pub(super) grown: &'t BTreeSet<List>,
    /// Memory of which every list depends on a test.
    pub(super) supposed: &'t BTreeSet<MemId>,
}

/// What lists are made of.
pub(super) struct Lists<'a> {
    func: &'a Func,
    ends: Ends<'a>,
    sources: BTreeMap<MemId, Vec<(Vec<Step>, Source<'a>)>>,
    /// The loops around what defines values and memory, unless there are none.
    loops: BTreeMap<ValId, Vec<LoopId>>,
    lives: BTreeMap<MemId, Vec<LoopId>>,
    /// The answers of `changes`.
    known: RefCell<BTreeMap<List, bool>>,
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
enum Made<'a> {
    Items(usize),
    Count(ValId),
    /// A list within the place.
    Of(&'a Place, Vec<Step>),
    Start(&'a Place),
    Grown,
    Unknown,
}

/// An integer that may be a part of a length.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    Value(ValId),
    /// As many as a list has that is known by itself alone.
    Of(List),
    /// Fewer than a list had.
    Fewer(List),
    /// As many as a list that grows has at some time.
    Grown(List),
}

/// The lengths that a list may have.
#[derive(Default)]
struct Lengths {
    known: BTreeSet<Sum<Number>>,
    /// It has several that go by one name.
    many: bool,
}

impl Lengths {
    fn one(number: Number) -> Lengths {
        Lengths {
            known: [Sum::from([(vec![number], 1)])].into(),
            many: false,
        }
    }

    fn add(&mut self, other: Lengths) {
        self.known.extend(other.known);
        self.many |= other.many;
    }
}

/// The lists that were asked for, and how deep lengths are in the names of others.
#[derive(Default)]
struct Asked {
    lists: BTreeSet<List>,
    depth: u32,
}

/// Names of lengths in names of lengths: what goes deeper is known by itself.
const DEPTH: u32 = 3;

/// The list at a place: a part of a list is in its place.
pub(super) fn list(at: &Place) -> List {
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

fn part(member: &Member) -> Step {
    Step::Part(match member {
        Member::At(k) => k.to_string(),
        Member::Named(name) => name.to_string(),
    })
}

fn within(at: &Place, rest: &[Step]) -> List {
    let (m, mut steps) = list(at);
    steps.extend_from_slice(rest);
    (m, steps)
}

impl<'a> Lists<'a> {
    pub(super) fn of(func: &'a Func) -> Lists<'a> {
        let mut found = Lists {
            func,
            ends: Ends::of(func),
            sources: BTreeMap::new(),
            loops: BTreeMap::new(),
            lives: BTreeMap::new(),
            known: RefCell::default(),
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
        self.sources.entry(m).or_default().push((steps, source));
    }

    /// Whether the length of a list depends on a test.
    pub(super) fn by_test(&self, at: &Place, tests: &Tests<'_>) -> bool {
        self.of_place(at, &[], tests, &mut BTreeSet::new())
    }

    /// Whether that of any list in the memory does.
    pub(super) fn any_by_test(&self, m: MemId, tests: &Tests<'_>) -> bool {
        let mut all = BTreeSet::new();
        self.inner(m, &mut BTreeSet::new(), &mut all);
        let mut all = all.into_iter();
        let mut asked = BTreeSet::new();
        let any = all.any(|steps| self.of_list((m, steps), tests, &mut asked));
        any || tests.supposed.contains(&m) || tests.grown.iter().any(|(of, _)| *of == m)
    }

    fn of_place(
        &self,
        at: &Place,
        rest: &[Step],
        tests: &Tests<'_>,
        asked: &mut BTreeSet<List>,
    ) -> bool {
        if rest.is_empty() && self.ends.by_test(at, tests.value) {
            return true;
        }
        let list = within(at, rest);
        let found = is_found(at, tests.value) && self.changes(&list);
        found || self.of_list(list, tests, asked)
    }

    fn of_list(&self, list: List, tests: &Tests<'_>, asked: &mut BTreeSet<List>) -> bool {
        if tests.supposed.contains(&list.0) || tests.grown.contains(&list) {
            return true;
        }
        let around = |(of, place): &List| *of == list.0 && list.1.starts_with(place);
        if tests.put.iter().any(around) && self.changes(&list) {
            return true;
        }
        asked.insert(list.clone())
            && self.made(&list).iter().any(|made| match made {
                Made::Count(n) => (tests.value)(*n),
                Made::Of(at, rest) => self.of_place(at, rest, tests, asked),
                Made::Start(at) => self.ends.by_test(at, tests.value),
                Made::Items(_) | Made::Grown | Made::Unknown => false,
            })
    }

    /// What a list is made of.
    fn made(&self, (m, steps): &List) -> Vec<Made<'a>> {
        let mut all = Vec::new();
        for (place, source) in self.sources.get(m).into_iter().flatten() {
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

    /// Whether a list may have several lengths.
    fn changes(&self, list: &List) -> bool {
        if let Some(known) = self.known.borrow().get(list) {
            return *known;
        }
        let lengths = self.lengths(list, &mut Asked::default());
        let several = lengths.many || lengths.known.len() > 1;
        let changes = several && !is_array(&self.func.mem(list.0).ty, &list.1);
        self.known.borrow_mut().insert(list.clone(), changes);
        changes
    }

    /// The lengths that a list may have; none where it is asked for itself.
    fn lengths(&self, list: &List, asked: &mut Asked) -> Lengths {
        let mut all = Lengths::default();
        if !asked.lists.insert(list.clone()) {
            return all;
        }
        let (m, steps) = list;
        let unknown = |number: Number| {
            let mut one = Lengths::one(number);
            one.many = steps.contains(&Step::Element);
            one
        };
        for made in self.made(list) {
            all.add(match made {
                Made::Items(n) => Lengths {
                    known: [ends::number(i64::try_from(n).unwrap_or(i64::MAX))].into(),
                    many: false,
                },
                Made::Count(n) => self.counted(n, asked),
                Made::Of(at, rest) => self.length_of(at, &rest, asked),
                Made::Start(_) => Lengths::one(Number::Fewer(list.clone())),
                Made::Grown => Lengths::one(Number::Grown(list.clone())),
                Made::Unknown => unknown(Number::Of(list.clone())),
            });
        }
        // A parameter has one when the function begins.
        if !matches!(self.func.mem(*m).origin, Origin::Local) {
            all.add(unknown(Number::Of(list.clone())));
        }
        // What a loop computes in each of its iterations is one length for what lives in an iteration.
        let life = self.lives.get(m).map_or(&[][..], |life| life);
        let numbers = all.known.iter().flat_map(|sum| sum.keys().flatten());
        let other = |n: &Number| !life.starts_with(self.around(n));
        all.many |= numbers.clone().any(other);
        all
    }

    fn length_of(&self, at: &Place, rest: &[Step], asked: &mut Asked) -> Lengths {
        let Some(Proj::Range { lo, hi, inclusive }) = at.path.last().filter(|_| rest.is_empty())
        else {
            return self.lengths(&within(at, rest), asked);
        };
        let end = match hi {
            Some(hi) => self.sum(*hi, asked.depth),
            None => {
                let whole = Place {
                    mem: at.mem,
                    path: at.path[..at.path.len() - 1].to_vec(),
                };
                let mut inner = Asked {
                    lists: BTreeSet::new(),
                    depth: asked.depth + 1,
                };
                match self.one(self.length_of(&whole, &[], &mut inner)) {
                    Some(sum) => sum,
                    None => return Lengths::one(Number::Fewer(list(at))),
                }
            }
        };
        let end = ends::added(end, &ends::number(1), i64::from(*inclusive));
        let start = lo.map(|lo| self.sum(lo, asked.depth)).unwrap_or_default();
        Lengths {
            known: [ends::added(end, &start, -1)].into(),
            many: false,
        }
    }

    fn counted(&self, n: ValId, asked: &mut Asked) -> Lengths {
        match self.ends.measured(n) {
            Some(at) => self.length_of(at, &[], asked),
            None => Lengths {
                known: [self.sum(n, asked.depth)].into(),
                many: false,
            },
        }
    }

    /// The integer, with the lengths in it by the names of what they are lengths of.
    fn sum(&self, v: ValId, depth: u32) -> Sum<Number> {
        let mut all = Sum::new();
        for (factors, count) in self.ends.sum(v) {
            let mut product = ends::number(count);
            for factor in factors {
                product = ends::times(&product, &self.factor(factor, depth));
            }
            all = ends::added(all, &product, 1);
        }
        all
    }

    fn factor(&self, v: ValId, depth: u32) -> Sum<Number> {
        let measured = self.ends.measured(v).filter(|_| depth < DEPTH);
        let length = measured.and_then(|at| {
            let mut asked = Asked {
                lists: BTreeSet::new(),
                depth: depth + 1,
            };
            self.one(self.length_of(at, &[], &mut asked))
        });
        length.unwrap_or_else(|| Sum::from([(vec![Number::Value(v)], 1)]))
    }

    fn one(&self, lengths: Lengths) -> Option<Sum<Number>> {
        let Lengths { known, many } = lengths;
        let single = !many && known.len() == 1;
        known.into_iter().next().filter(|_| single)
    }

    fn around(&self, number: &Number) -> &[LoopId] {
        let loops = match number {
            Number::Value(v) => self.loops.get(v),
            Number::Of((m, _)) | Number::Fewer((m, _)) | Number::Grown((m, _)) => self.lives.get(m),
        };
        loops.map_or(&[], |loops| loops)
    }

    /// The lists in the memory, as far as types and literals tell.
    fn inner(&self, m: MemId, asked: &mut BTreeSet<MemId>, all: &mut BTreeSet<Vec<Step>>) {
        if !asked.insert(m) {
            return;
        }
        by_type(&self.func.mem(m).ty, &mut Vec::new(), all);
        for (place, source) in self.sources.get(&m).into_iter().flatten() {
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

fn is_array(ty: &Ty, steps: &[Step]) -> bool {
    match (behind(ty), steps) {
        (Ty::Array(..), []) => true,
        (Ty::Tuple(parts), [Step::Part(k), rest @ ..]) => {
            let mut parts = parts.iter().enumerate();
            parts.any(|(i, ty)| i.to_string() == *k && is_array(ty, rest))
        }
        (Ty::Struct(of), [step, rest @ ..]) => {
            let mut fields = of.fields.iter();
            fields.any(|(name, ty)| part(name) == *step && is_array(ty, rest))
        }
        (list, [Step::Element, rest @ ..]) => list.element().is_some_and(|ty| is_array(ty, rest)),
        _ => false,
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
