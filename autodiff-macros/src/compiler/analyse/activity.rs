//! Which values depend on a differentiated parameter, which reach the result, and which depend on
//! a parameter by control only.
//!
//! In: the SSA form. Out: [`Activity`]. Memory variables are taken as a whole and without regard
//! to order, which errs towards "active".
//!
//! A value is *varied* if a differentiated parameter enters it through arithmetic, *useful* if it
//! enters the result, *active* if both. An integer or truth value is *tainted* if a test on a varied
//! value decides what it is: as an index or a condition it selects a branch, but turned into a real
//! number it would jump.

pub(crate) mod constants;
mod ends;
mod lists;
mod sources;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use constants::Constants;
use lists::{Lists, Tests};
pub(crate) use sources::{List, Step, list, part};

use crate::compiler::emit::holds_struct;
use crate::compiler::hir::{BinOp, Role, Ty, UnOp};
use crate::compiler::ssa::{
    Arg, Block, Call, Carried, Func, Init, MemId, Op, Origin, Phi, Place, Stmt, StmtKind, Tree,
    ValId, Verbatim,
};

/// Facts about every value and memory variable.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    constants: Constants,
    varied: Vec<bool>,
    varied_mems: Vec<bool>,
    useful: Vec<bool>,
    useful_mems: Vec<bool>,
    tainted: Vec<bool>,
    tainted_mems: Vec<bool>,
    /// Lists of which the length depends on a test, and places in structs where a test puts integers: in what the function gives and
    /// changes, and in what it hands to others.
    told: BTreeSet<List>,
}

/// What depends on a test, for all that is known: a length, or an integer.
#[derive(Clone, Copy)]
pub(crate) enum Supposed<'a> {
    Nothing,
    /// In what these calls give, or change: lengths and integers of the part, or of all that an argument is, or the result.
    Changed(&'a dyn Fn(&Call) -> bool, Slot, Option<&'a Step>),
    /// A parameter, an integer, and the lengths of the lists in it.
    Lengths(&'a Tree),
    /// Lengths and integers of this place in a parameter.
    Place(&'a List),
    /// The integers in the lists that are in a parameter.
    Integers(&'a Tree),
}

/// What a call gives, or the argument with this index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Slot {
    Param(usize),
    Result,
}

/// Computes the facts.
pub(crate) fn run(func: &Func) -> Activity {
    supposing(func, Supposed::Nothing)
}

/// What would be so if a length or an integer depended on a test.
pub(crate) fn supposing(func: &Func, supposed: Supposed<'_>) -> Activity {
    let (vals, mems) = (func.vals.len(), func.mems.len());
    let facts = Activity {
        constants: Constants::of(func),
        varied: vec![false; vals],
        varied_mems: vec![false; mems],
        useful: vec![false; vals],
        useful_mems: vec![false; mems],
        tainted: vec![false; vals],
        tainted_mems: vec![false; mems],
        told: BTreeSet::new(),
    };
    let mut pass = Pass {
        func,
        facts,
        supposed,
        truths: truths(func),
        used: used(func),
        lists: OnceCell::new(),
        chosen: Vec::new(),
        loops: 0,
        put: Put::default(),
        left: Put::default(),
        tested: BTreeSet::new(),
        changed: false,
    };
    pass.seed();
    match supposed {
        Supposed::Lengths(entry) => {
            entry.for_each_mem(&mut |m| pass.suppose((m, Vec::new())));
            entry.for_each_val(&mut |v| {
                if !func.is_real(v) {
                    pass.taint(v);
                }
            });
        }
        Supposed::Integers(entry) => entry.for_each_mem(&mut |m| {
            if !holds_reals(&func.mem(m).ty) {
                pass.taint_mem(m);
            }
        }),
        Supposed::Place(place) => pass.suppose(place.clone()),
        Supposed::Nothing | Supposed::Changed(..) => {}
    }
    pass.until_stable(|p| p.forward(&func.body));
    pass.until_stable(|p| p.backward(&func.body));
    pass.tell_lengths();
    pass.facts
}

impl Activity {
    pub(crate) fn varied(&self, v: ValId) -> bool {
        self.varied.get(v.0 as usize).copied().unwrap_or(false)
    }

    pub(crate) fn varied_mem(&self, m: MemId) -> bool {
        self.varied_mems[m.0 as usize]
    }

    pub(crate) fn useful(&self, v: ValId) -> bool {
        self.useful.get(v.0 as usize).copied().unwrap_or(false)
    }

    pub(crate) fn tainted(&self, v: ValId) -> bool {
        self.tainted.get(v.0 as usize).copied().unwrap_or(false)
    }

    /// The parts of the place in which the length of a list depends on a test, or an integer of a struct: `None` for all of it.
    pub(crate) fn told(&self, (m, place): &List) -> BTreeSet<Option<Step>> {
        let lists = self.told.iter().filter(|(of, _)| of == m);
        let inside = lists.filter_map(|(_, list)| list.strip_prefix(&place[..]));
        inside.map(first_part).collect()
    }

    /// The same for the whole of a memory variable.
    pub(crate) fn told_mem(&self, m: MemId) -> BTreeSet<Option<Step>> {
        self.told(&(m, Vec::new()))
    }

    /// True for integers and constants of which a test decides what they are, in memory without a derivative.
    pub(crate) fn tainted_integers(&self, m: MemId) -> bool {
        self.tainted_mems[m.0 as usize] && !self.varied_mem(m)
    }

    /// True if the value has an adjoint.
    pub(crate) fn active(&self, v: ValId) -> bool {
        self.varied(v) && self.useful(v)
    }

    /// True if numbers in the memory variable enter the result.
    pub(crate) fn useful_mem(&self, m: MemId) -> bool {
        self.useful_mems[m.0 as usize]
    }

    /// True if the memory variable has an adjoint.
    pub(crate) fn active_mem(&self, m: MemId) -> bool {
        self.varied_mems[m.0 as usize] && self.useful_mems[m.0 as usize]
    }

    /// True if a varied number may be in the place: not in a `#[constant]` field.
    pub(crate) fn varied_place(&self, at: &Place) -> bool {
        self.varied_mem(at.mem) && !self.constants.contain(at)
    }

    /// True if the place has an adjoint.
    pub(crate) fn active_place(&self, at: &Place) -> bool {
        self.active_mem(at.mem) && !self.constants.contain(at)
    }

    /// True if some argument of the call is varied: only then the callee's derivative is asked for.
    pub(crate) fn varied_call(&self, call: &Call) -> bool {
        call.args.iter().any(|a| self.varied_arg(a))
    }

    /// True if the argument is varied.
    pub(crate) fn varied_arg(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Val(v) | Arg::RefVal(v, _) => self.varied(*v),
            Arg::Ref(_, place) | Arg::Own(place) => self.varied_place(place),
            Arg::Tuple(parts) => parts.iter().any(|a| self.varied_arg(a)),
        }
    }

    /// True if a test decides what the argument is, an integer or a constant.
    pub(crate) fn tainted_arg(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Val(v) | Arg::RefVal(v, _) => self.tainted(*v),
            Arg::Ref(_, place) | Arg::Own(place) => self.tainted_integers(place.mem),
            Arg::Tuple(parts) => parts.iter().any(|a| self.tainted_arg(a)),
        }
    }

    /// True if something that the call gives or changes has an adjoint.
    pub(crate) fn active_call(&self, call: &Call) -> bool {
        let mut active = false;
        call.for_each_def(&mut |v| active |= self.active(v));
        call.for_each_write(&mut |m| active |= self.active_mem(m));
        active && self.varied_call(call)
    }
}

/// Places that a test changes.
#[derive(Default)]
struct Put {
    /// It decides what is put there.
    anything: BTreeSet<List>,
    /// It decides which integer is put there.
    integers: BTreeSet<List>,
    /// Lists to which elements are added.
    grown: BTreeSet<List>,
}

struct Pass<'a> {
    func: &'a Func,
    facts: Activity,
    supposed: Supposed<'a>,
    /// The values that are `true`.
    truths: BTreeSet<ValId>,
    /// The values that anything reads.
    used: BTreeSet<ValId>,
    /// How long lists are, once somebody asks.
    lists: OnceCell<Lists<'a>>,
    /// The blocks around of which a test decides whether they run, and whether they run in an iteration that others follow in which it
    /// decides otherwise: those that follow an iteration of a loop that a test ends all run.
    chosen: Vec<(&'a Block, bool)>,
    /// How many loops there are around.
    loops: usize,
    /// Where a test decides what is put there, for what the function does itself.
    put: Put,
    /// The same for those that get the memory: what is done behind an early return is done in all that runs here afterwards, and callers
    /// do not know of it.
    left: Put,
    /// Places in which lengths and integers depend on a test, as is supposed.
    tested: BTreeSet<List>,
    changed: bool,
}

impl<'a> Pass<'a> {
    fn until_stable(&mut self, mut f: impl FnMut(&mut Self)) {
        loop {
            self.changed = false;
            f(self);
            if !self.changed {
                return;
            }
        }
    }

    fn seed(&mut self) {
        for param in &self.func.params {
            if param.role == Role::Differentiable {
                self.vary_tree(&param.entry);
            }
            if let Some(v) = param.exit {
                self.use_val(v);
            }
        }
        for (k, mem) in self.func.mems.iter().enumerate() {
            if matches!(mem.origin, Origin::Exclusive(_)) {
                self.facts.useful_mems[k] = true;
            }
        }
        if let Some(result) = &self.func.result {
            result.for_each_val(&mut |v| self.use_val(v));
            result.for_each_mem(&mut |m| self.use_mem(m));
        }
    }

    /// The block, of which a test decides whether it runs if `tainted`.
    fn inside(&mut self, block: &'a Block, tainted: bool) {
        let again = self.loops > 0;
        self.chosen.extend(tainted.then_some((block, again)));
        self.forward(block);
        if tainted {
            self.chosen.pop();
        }
    }

    /// True if a test decides whether the statement that is looked at changes the memory: not of what lives in the block that the
    /// test decides about.
    fn is_chosen(&self, m: MemId) -> bool {
        let touches = |block: &Block| {
            let mut count = 0;
            block.walk(&mut |s| count += usize::from(s.kind.touches(m)));
            count
        };
        // What is in front of a block that runs once does not see what it changes.
        let from = |first: Option<&Stmt>| {
            let (mut count, mut there) = (0, false);
            self.func.body.walk(&mut |s| {
                there |= first.is_some_and(|first| std::ptr::eq(first, s));
                count += usize::from(there && s.kind.touches(m));
            });
            count
        };
        // What was there before is so in the next iteration.
        let outer = self.func.mem(m).origin != Origin::Local;
        let mut given = false;
        if let Some(result) = &self.func.result {
            result.for_each_mem(&mut |of| given |= of == m);
        }
        let mut chosen = self.chosen.iter();
        chosen.any(|(block, again)| {
            let all = match again {
                true => touches(&self.func.body),
                false => from(block.stmts.first()),
            };
            given || outer && *again || touches(block) < all
        })
    }

    /// True if a test decides whether the statement that is looked at changes the place, or which element of it.
    fn is_chosen_at(&self, at: &Place) -> bool {
        sources::is_found(at, &|v| self.facts.tainted(v)) || self.is_chosen(at.mem)
    }

    /// Notes what a test decides about a place, unless it decides about all that the function does with it.
    fn put(&mut self, at: &Place, note: impl Fn(&mut Put) -> bool) {
        let chosen = self.is_chosen_at(at);
        if chosen {
            self.changed |= note(&mut self.put);
        }
        if chosen || !self.chosen.is_empty() && self.func.mem(at.mem).origin != Origin::Local {
            self.changed |= note(&mut self.left);
        }
    }

    /// What a block assigns that a test decides about is tainted where control flow meets again (the phis), memory at once.
    fn forward(&mut self, block: &'a Block) {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Def(v, op) => {
                    self.define(*v, op);
                    if let Op::Opaque(code) = op
                        && !code.pure
                        && !self.used.contains(v)
                    {
                        self.effect(code);
                    }
                }
                StmtKind::Alloc(m, init) => self.init(*m, init),
                StmtKind::Push { place, init } => {
                    self.init(place.mem, init);
                    if self.is_chosen_at(place) {
                        self.taint_mem(place.mem);
                    }
                    let list = list(place);
                    let mut element = list.clone();
                    element.1.push(Step::Element);
                    self.put(place, |put| {
                        let grown = put.grown.insert(list.clone());
                        put.anything.insert(element.clone()) || grown
                    });
                }
                StmtKind::Store { place, value, .. } => {
                    if self.facts.varied(*value) {
                        self.vary_mem(place.mem);
                    }
                    // A number changes no integer beside it.
                    let integer = !self.func.is_real(*value);
                    if integer && (self.facts.tainted(*value) || self.is_chosen_at(place)) {
                        self.taint_mem(place.mem);
                    }
                    if integer {
                        let list = list(place);
                        if self.facts.tainted(*value) {
                            self.changed |= self.put.integers.insert(list.clone());
                            self.changed |= self.left.integers.insert(list.clone());
                        }
                        self.put(place, |put| put.integers.insert(list.clone()));
                    }
                }
                StmtKind::Copy { dst, src, .. } => {
                    if self.facts.varied_place(src) {
                        self.vary_mem(dst.mem);
                    }
                    let tainted = self.is_chosen_at(dst);
                    if tainted || self.facts.tainted_mems[src.mem.0 as usize] {
                        self.taint_mem(dst.mem);
                    }
                    let list = list(dst);
                    self.put(dst, |put| put.anything.insert(list.clone()));
                }
                StmtKind::If {
                    cond,
                    then,
                    els,
                    phis,
                } => {
                    let tainted = self.facts.tainted(*cond);
                    self.inside(then, tainted);
                    self.inside(els, tainted);
                    phis.iter()
                        .for_each(|p| self.merge(p.out, &[p.then, p.els], tainted));
                }
                StmtKind::For {
                    range,
                    carried,
                    body,
                    until,
                    ..
                } => {
                    let count = self.facts.tainted(range.lo)
                        || self.facts.tainted(range.hi)
                        || until.is_some_and(|v| self.facts.tainted(v));
                    let stops: Vec<ValId> = until.iter().copied().collect();
                    self.looped(carried, body, &stops, count);
                }
                StmtKind::While {
                    carried,
                    head,
                    cond,
                    body,
                    ..
                } => {
                    self.forward(head);
                    let count = self.facts.tainted(*cond);
                    let mut stops = Vec::new();
                    ends(carried, head, *cond, &mut stops);
                    self.looped(carried, body, &stops, count);
                }
                StmtKind::Call(call) => self.call(call),
                StmtKind::Effect(_) | StmtKind::Leave { .. } => {}
            }
        }
    }

    /// `stops`: what ends the loop behind an iteration, each by itself, if it is true there; `count`: a test decides how often it runs.
    fn looped(&mut self, carried: &[Carried], body: &'a Block, stops: &[ValId], count: bool) {
        self.chosen.extend(count.then_some((body, self.loops > 0)));
        self.loops += 1;
        self.forward(body);
        self.loops -= 1;
        if count {
            self.chosen.pop();
        }
        for c in carried {
            // Within an iteration that is reached, its number is what it is, also where somebody counts by hand: what is handed on
            // by an iteration that ends the loop nobody gets.
            let counts = !self.func.is_real(c.phi) && !self.differs(body, c.next, stops);
            match counts {
                true => self.merge(c.phi, &[c.init], false),
                false => self.merge(c.phi, &[c.init, c.next], false),
            }
            self.merge(c.out, &[c.init, c.next], count);
        }
    }

    /// Whether a test decides which value is handed on, among those with which the loop goes on.
    fn differs(&self, block: &Block, v: ValId, stops: &[ValId]) -> bool {
        let branch = block.stmts.iter().find_map(|s| match &s.kind {
            StmtKind::If {
                cond,
                then,
                els,
                phis,
            } => {
                let of = |v: ValId| phis.iter().find(|p| p.out == v);
                let stops: Vec<&Phi> = stops.iter().filter_map(|stop| of(*stop)).collect();
                (!stops.is_empty()).then_some((*cond, then, els, of(v)?, stops))
            }
            _ => None,
        });
        let Some((cond, then, els, value, stops)) = branch else {
            return self.facts.tainted(v);
        };
        let arms = [
            (then, value.then, stops.iter().map(|p| p.then).collect()),
            (els, value.els, stops.iter().map(|p| p.els).collect()),
        ];
        let goes_on = |stops: &Vec<ValId>| stops.iter().all(|stop| !self.truths.contains(stop));
        let mut on = arms.iter().filter(|(_, _, stops)| goes_on(stops));
        match (on.next(), on.next()) {
            (Some((arm, v, stops)), None) => self.differs(arm, *v, stops),
            (Some((a, v, to)), Some((b, w, or))) => {
                self.facts.tainted(cond) || self.differs(a, *v, to) || self.differs(b, *w, or)
            }
            _ => false,
        }
    }

    fn define(&mut self, v: ValId, op: &Op) {
        let real = self.func.is_real(v);
        let (mut varied, mut tainted) = (false, false);
        op.for_each_use(&mut |u| {
            varied |= self.facts.varied(u);
            tainted |= self.facts.tainted(u);
        });
        match op {
            Op::Load(place) | Op::LoadIf(_, place) => {
                let indexed_by_tainted = tainted;
                varied = self.facts.varied_place(place);
                tainted = indexed_by_tainted
                    || self.facts.tainted_mems[place.mem.0 as usize]
                    || self.is_supposed(place);
            }
            Op::Len(place) => {
                tainted = self.any_test()
                    && self
                        .lists()
                        .by_test(place, &self.tests(&|v| self.facts.tainted(v), &self.put));
            }
            Op::Measure(place, _) => {
                let m = place.mem;
                tainted = self.facts.tainted_mems[m.0 as usize] || self.any_len(m);
            }
            Op::Stop(_) | Op::Weight { .. } => varied = false,
            Op::Opaque(code) => {
                code.for_each_real_mem(self.func, &mut |m| varied |= self.facts.varied_mem(m));
                code.for_each_mem(&mut |m| tainted |= self.facts.tainted_integers(m));
            }
            _ => {}
        }
        if real && varied && carries_derivative(op) {
            self.vary(v);
        }
        // An integer in a struct is what it was when the struct was made, and so is a constant.
        let constant = matches!(op, Op::Load(at) | Op::LoadIf(_, at) if at.is_field())
            && matches!(self.func.val(v).ty, Ty::Int | Ty::Bool | Ty::Opaque);
        if !real && (varied && !constant || tainted) {
            self.taint(v);
        }
    }

    /// What is called on constants for its effect (`count.set(count.get() + 1)`) changes them.
    fn effect(&mut self, code: &Verbatim) {
        let mut values = Vec::new();
        code.for_each_use(&mut |v| values.push(v));
        let mut mems = BTreeSet::new();
        code.for_each_mem(&mut |m| {
            mems.insert(m);
        });
        let by_test = values.iter().any(|v| self.facts.tainted(*v))
            || mems.iter().any(|m| self.facts.tainted_integers(*m));
        for m in mems {
            if !self.facts.varied_mem(m) && (by_test || self.is_chosen(m)) {
                self.taint_mem(m);
            }
        }
        values.retain(|v| matches!(self.func.val(*v).ty, Ty::Opaque));
        for v in values {
            let made_in = |block: &Block| {
                let mut found = false;
                block.walk(&mut |s| found |= matches!(&s.kind, StmtKind::Def(d, _) if *d == v));
                found
            };
            if by_test || self.chosen.iter().any(|(block, _)| !made_in(block)) {
                self.taint(v);
            }
        }
    }

    fn init(&mut self, m: MemId, init: &Init) {
        if matches!(init, Init::Lengths(_)) {
            return;
        }
        let (mut varied, mut tainted) = (false, false);
        init.for_each_use(&mut |v| {
            varied |= self.facts.varied(v);
            tainted |= self.facts.tainted(v);
        });
        init.for_each_source(&mut |src| {
            varied |= self.facts.varied_place(src);
            tainted |= self.facts.tainted_mems[src.mem.0 as usize];
        });
        if varied {
            self.vary_mem(m);
        }
        if tainted {
            self.taint_mem(m);
        }
    }

    fn is_supposed(&self, at: &Place) -> bool {
        let (m, steps) = list(at);
        let mut tested = self.tested.iter();
        tested.any(|(of, place)| *of == m && steps.starts_with(place))
    }

    /// True if anything is known to depend on a test.
    fn any_test(&self) -> bool {
        self.facts.tainted.contains(&true)
            || !(self.left.anything.is_empty() && self.left.grown.is_empty())
            || !self.tested.is_empty()
    }

    fn lists(&self) -> &Lists<'a> {
        self.lists.get_or_init(|| Lists::of(self.func))
    }

    fn tests<'t>(&'t self, value: &'t dyn Fn(ValId) -> bool, put: &'t Put) -> Tests<'t> {
        Tests {
            value,
            put: &put.anything,
            grown: &put.grown,
            supposed: &self.tested,
        }
    }

    /// True if the length of a list in the memory depends on a test.
    fn any_len(&self, m: MemId) -> bool {
        let value = |v| self.facts.tainted(v);
        self.any_test()
            && !self
                .lists()
                .all_by_test(m, &self.tests(&value, &self.put))
                .is_empty()
    }

    /// What callers and callees have to know of lengths.
    fn tell_lengths(&mut self) {
        if !self.any_test() {
            return;
        }
        let mut told = BTreeSet::new();
        if let Some(result) = &self.func.result {
            result.for_each_mem(&mut |m| {
                told.insert(m);
            });
        }
        for param in &self.func.params {
            param.entry.for_each_mem(&mut |m| {
                if matches!(self.func.mem(m).origin, Origin::Exclusive(_)) {
                    told.insert(m);
                }
            });
        }
        let left = told.clone();
        self.func.body.walk(&mut |s| {
            if let StmtKind::Call(call) = &s.kind {
                let args = call.args.iter();
                args.for_each(|arg| {
                    arg.for_each_mem(&mut |m, _| {
                        told.insert(m);
                    })
                });
            }
        });
        let value = |v| self.facts.tainted(v);
        let in_struct = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::Part(_)));
        let mut found = BTreeSet::new();
        for m in told {
            let put = if left.contains(&m) {
                &self.left
            } else {
                &self.put
            };
            let lists = self
                .lists()
                .all_by_test(m, &self.tests(&value, put))
                .into_iter();
            found.extend(lists.map(|steps| (m, steps)));
            let integers = put.integers.iter();
            found.extend(
                integers
                    .filter(|(of, steps)| *of == m && in_struct(steps))
                    .cloned(),
            );
        }
        self.facts.told = found;
    }

    fn merge(&mut self, out: ValId, from: &[ValId], tainted: bool) {
        if self.func.is_real(out) {
            if from.iter().any(|v| self.facts.varied(*v)) {
                self.vary(out);
            }
        } else if tainted || from.iter().any(|v| self.facts.tainted(*v)) {
            self.taint(out);
        }
    }

    fn call(&mut self, call: &Call) {
        if !self.facts.varied_call(call) {
            if call.args.iter().any(|arg| self.facts.tainted_arg(arg)) {
                let whole = |m: &MemId| !self.facts.varied_mem(*m);
                let (mut values, mut mems) = (Vec::new(), Vec::new());
                call.for_each_def(&mut |v| values.push(v));
                call.for_each_write(&mut |m| mems.extend(Some(m).filter(whole)));
                values.retain(|v| !self.func.is_real(*v));
                values.into_iter().for_each(|v| self.taint(v));
                mems.into_iter().for_each(|m| self.taint_mem(m));
            }
            return;
        }
        call.for_each_def(&mut |v| match self.func.val(v).ty {
            Ty::Real(_) => self.vary(v),
            _ => self.taint(v),
        });
        call.for_each_write(&mut |m| {
            self.vary_mem(m);
            if holds_struct(&self.func.mem(m).ty) {
                self.taint_mem(m);
            }
        });
        if let Supposed::Changed(of, slot, part) = self.supposed
            && of(call)
        {
            changed(call, slot, &mut |(m, mut place)| {
                place.extend(part.cloned());
                self.suppose((m, place));
            });
        }
    }

    fn backward(&mut self, block: &Block) {
        for stmt in block.stmts.iter().rev() {
            match &stmt.kind {
                StmtKind::Def(v, op) if self.facts.useful(*v) => match op {
                    Op::Load(place) | Op::LoadIf(_, place) => self.use_mem(place.mem),
                    op if carries_derivative(op) => op.for_each_use(&mut |u| self.use_val(u)),
                    _ => {}
                },
                StmtKind::Alloc(m, init)
                | StmtKind::Push {
                    place: Place { mem: m, .. },
                    init,
                } if self.facts.useful_mems[m.0 as usize] => {
                    init.for_each_use(&mut |v| self.use_val(v));
                    init.for_each_mem(&mut |m| self.use_mem(m));
                }
                StmtKind::Store { place, value, .. }
                    if self.facts.useful_mems[place.mem.0 as usize] =>
                {
                    self.use_val(*value)
                }
                StmtKind::Copy { dst, src, .. } if self.facts.useful_mems[dst.mem.0 as usize] => {
                    self.use_mem(src.mem)
                }
                StmtKind::If {
                    then, els, phis, ..
                } => {
                    for p in phis
                        .iter()
                        .filter(|p| self.facts.useful[p.out.0 as usize])
                        .cloned()
                        .collect::<Vec<_>>()
                    {
                        self.use_val(p.then);
                        self.use_val(p.els);
                    }
                    self.backward(els);
                    self.backward(then);
                }
                StmtKind::For { carried, body, .. } => self.backward_loop(carried, body),
                StmtKind::While {
                    carried,
                    head,
                    body,
                    ..
                } => {
                    self.backward_loop(carried, body);
                    self.backward(head);
                }
                StmtKind::Call(call) => self.backward_call(call),
                _ => {}
            }
        }
    }

    fn backward_loop(&mut self, carried: &[Carried], body: &Block) {
        for c in carried {
            if self.facts.useful(c.out) || self.facts.useful(c.phi) {
                // The adjoint that goes from iteration to iteration is that of the value after the
                // loop, used or not.
                self.use_val(c.out);
                self.use_val(c.next);
                self.use_val(c.init);
            }
        }
        self.backward(body);
    }

    fn backward_call(&mut self, call: &Call) {
        let mut useful = false;
        call.for_each_def(&mut |v| useful |= self.facts.useful(v));
        call.for_each_write(&mut |m| useful |= self.facts.useful_mems[m.0 as usize]);
        if !useful {
            return;
        }
        for arg in &call.args {
            arg.for_each_use(&mut |v| self.use_val(v));
            arg.for_each_mem(&mut |m, _| self.use_mem(m));
        }
    }

    fn vary_tree(&mut self, tree: &Tree) {
        tree.for_each_val(&mut |v| {
            if self.func.is_real(v) {
                self.vary(v);
            }
        });
        tree.for_each_mem(&mut |m| self.vary_mem(m));
    }

    fn vary(&mut self, v: ValId) {
        set(&mut self.facts.varied, v.0, &mut self.changed);
    }

    fn vary_mem(&mut self, m: MemId) {
        if holds_reals(&self.func.mem(m).ty) {
            set(&mut self.facts.varied_mems, m.0, &mut self.changed);
        } else {
            self.taint_mem(m);
        }
    }

    fn taint(&mut self, v: ValId) {
        set(&mut self.facts.tainted, v.0, &mut self.changed);
    }

    fn suppose(&mut self, place: List) {
        self.changed |= self.tested.insert(place);
    }

    fn taint_mem(&mut self, m: MemId) {
        set(&mut self.facts.tainted_mems, m.0, &mut self.changed);
    }

    fn use_val(&mut self, v: ValId) {
        if self.func.is_real(v) {
            set(&mut self.facts.useful, v.0, &mut self.changed);
        }
    }

    fn use_mem(&mut self, m: MemId) {
        set(&mut self.facts.useful_mems, m.0, &mut self.changed);
    }
}

/// The places that the call gives, or changes, there.
pub(crate) fn changed(call: &Call, slot: Slot, f: &mut dyn FnMut(List)) {
    match slot {
        Slot::Result => {
            if let Some(result) = &call.result {
                result.for_each_mem(&mut |m| f((m, Vec::new())));
            }
        }
        Slot::Param(k) => {
            if let Some(Arg::Ref(_, at)) = call.args.get(k) {
                f(list(at));
            }
        }
    }
}

/// The field of a struct that the place is in.
pub(crate) fn first_part(steps: &[Step]) -> Option<Step> {
    let first = steps.first();
    first.filter(|step| matches!(step, Step::Part(_))).cloned()
}

fn truths(func: &Func) -> BTreeSet<ValId> {
    let mut all = BTreeSet::new();
    func.body.walk(&mut |s| {
        if let StmtKind::Def(v, Op::Lit(tokens)) = &s.kind
            && matches!(func.val(*v).ty, Ty::Bool)
            && tokens.to_string() == "true"
        {
            all.insert(*v);
        }
    });
    all
}

fn used(func: &Func) -> BTreeSet<ValId> {
    let mut all = BTreeSet::new();
    func.body.walk(&mut |s| {
        s.kind.for_each_use(&mut |v| {
            all.insert(v);
        });
        if let StmtKind::If { phis, .. } = &s.kind {
            all.extend(phis.iter().flat_map(|p| [p.then, p.els]));
        }
        all.extend(s.kind.carried().iter().flat_map(|c| [c.init, c.next]));
    });
    if let Some(result) = &func.result {
        result.for_each_val(&mut |v| {
            all.insert(v);
        });
    }
    all
}

/// What ends `loop { head; if !cond { break } body }` if it is true at the end of an iteration: what is carried as the opposite of
/// a part of the condition.
fn ends(carried: &[Carried], head: &Block, cond: ValId, found: &mut Vec<ValId>) {
    for stmt in &head.stmts {
        match &stmt.kind {
            StmtKind::Def(v, Op::Un(UnOp::Not, of)) if *v == cond => {
                let flags = carried.iter().filter(|c| c.phi == *of);
                found.extend(flags.map(|c| c.next));
            }
            StmtKind::Def(v, Op::Bin(BinOp::And, a, b)) if *v == cond => {
                ends(carried, head, *a, found);
                ends(carried, head, *b, found);
            }
            _ => {}
        }
    }
}

fn set(table: &mut [bool], index: u32, changed: &mut bool) {
    let slot = &mut table[index as usize];
    *changed |= !*slot;
    *slot = true;
}

/// True if the adjoint of the result flows to the operands.
pub(crate) fn carries_derivative(op: &Op) -> bool {
    match op {
        Op::Un(op, _) => *op == UnOp::Neg,
        Op::Bin(op, ..) => matches!(
            op,
            BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem
        ),
        Op::Param(_) | Op::Cast(..) | Op::Rule { .. } | Op::Load(_) | Op::LoadIf(..) => true,
        _ => false,
    }
}

/// True if a real number may be stored somewhere in the type.
pub(crate) fn holds_reals(ty: &Ty) -> bool {
    match ty {
        Ty::Real(_) | Ty::Opaque | Ty::Struct(_) => true,
        Ty::Tuple(parts) => parts.iter().any(holds_reals),
        Ty::Array(inner, _)
        | Ty::Vec(inner)
        | Ty::Slice(inner)
        | Ty::Seq(inner)
        | Ty::Ref(_, inner) => holds_reals(inner),
        Ty::Int | Ty::Bool | Ty::Unit | Ty::Never | Ty::Tag | Ty::Maybe | Ty::Infer(_) => false,
    }
}
