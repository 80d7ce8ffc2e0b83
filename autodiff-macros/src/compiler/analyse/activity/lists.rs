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
use super::sources::{List, Made, Sources, Step, is_found, list, part, within};
use crate::compiler::emit::behind;
use crate::compiler::hir::{LoopId, Ty};
use crate::compiler::ssa::{Func, MemId, Origin, Place, Proj, ValId};

/// What depends on a test, as far as it is known.
pub(super) struct Tests<'t> {
    pub(super) value: &'t dyn Fn(ValId) -> bool,
    /// What is in these places was put there by a test.
    pub(super) put: &'t BTreeSet<List>,
    /// Lists that a test makes longer.
    pub(super) grown: &'t BTreeSet<List>,
    /// Places in which every list depends on a test.
    pub(super) supposed: &'t BTreeSet<List>,
}

/// How long lists are.
pub(super) struct Lists<'a> {
    func: &'a Func,
    ends: Ends<'a>,
    sources: Sources<'a>,
    /// The answers of `changes`.
    known: RefCell<BTreeMap<List, bool>>,
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

impl<'a> Lists<'a> {
    pub(super) fn of(func: &'a Func) -> Lists<'a> {
        Lists {
            func,
            ends: Ends::of(func),
            sources: Sources::of(func),
            known: RefCell::default(),
        }
    }

    /// Whether the length of a list depends on a test.
    pub(super) fn by_test(&self, at: &Place, tests: &Tests<'_>) -> bool {
        self.of_place(at, &[], tests, &mut BTreeSet::new())
    }

    /// The lists in the memory of which the length does.
    pub(super) fn all_by_test(&self, m: MemId, tests: &Tests<'_>) -> BTreeSet<Vec<Step>> {
        let mut all = BTreeSet::new();
        self.sources.inner(m, &mut BTreeSet::new(), &mut all);
        // What is put somewhere may be a list, if nothing is known of its type.
        let ty = &self.func.mem(m).ty;
        let is_unknown = |steps: &[Step]| match inner(ty, steps) {
            Some(Ty::Struct(of)) => of.fields.is_empty(),
            ty => matches!(ty, None | Some(Ty::Opaque)),
        };
        let put = tests
            .put
            .iter()
            .filter(|(of, steps)| *of == m && is_unknown(steps));
        all.extend(put.map(|(_, steps)| steps.clone()));
        let mut asked = BTreeSet::new();
        all.retain(|steps| {
            asked.clear();
            self.of_list((m, steps.clone()), tests, &mut asked)
        });
        let known = tests.supposed.iter().chain(tests.grown);
        let known = known.filter(|(of, _)| *of == m);
        all.extend(known.map(|(_, steps)| steps.clone()));
        all
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
        let around = |(of, place): &List| *of == list.0 && list.1.starts_with(place);
        if tests.supposed.iter().any(around) || tests.grown.contains(&list) {
            return true;
        }
        if tests.put.iter().any(around) && self.changes(&list) {
            return true;
        }
        asked.insert(list.clone())
            && self.sources.made(&list).iter().any(|made| match made {
                Made::Count(n) => (tests.value)(*n),
                Made::Of(at, rest) => self.of_place(at, rest, tests, asked),
                Made::Start(at) => self.ends.by_test(at, tests.value),
                Made::Items(_) | Made::Grown | Made::Unknown => false,
            })
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
        for made in self.sources.made(list) {
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
        let life = self.sources.lives.get(m).map_or(&[][..], |life| life);
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
            Number::Value(v) => self.sources.loops.get(v),
            Number::Of((m, _)) | Number::Fewer((m, _)) | Number::Grown((m, _)) => {
                self.sources.lives.get(m)
            }
        };
        loops.map_or(&[], |loops| loops)
    }
}

fn is_array(ty: &Ty, steps: &[Step]) -> bool {
    matches!(inner(ty, steps), Some(Ty::Array(..)))
}

/// The type of what is there, as far as it is known.
fn inner<'t>(ty: &'t Ty, steps: &[Step]) -> Option<&'t Ty> {
    match (behind(ty), steps) {
        (ty, []) => Some(ty),
        (Ty::Tuple(parts), [Step::Part(k), rest @ ..]) => {
            let mut parts = parts.iter().enumerate();
            let found = parts.find(|(i, _)| i.to_string() == *k);
            found.and_then(|(_, ty)| inner(ty, rest))
        }
        (Ty::Struct(of), [step, rest @ ..]) => {
            let mut fields = of.fields.iter();
            let found = fields.find(|(name, _)| part(name) == *step);
            found.and_then(|(_, ty)| inner(ty, rest))
        }
        (list, [Step::Element, rest @ ..]) => list.element().and_then(|ty| inner(ty, rest)),
        _ => None,
    }
}
