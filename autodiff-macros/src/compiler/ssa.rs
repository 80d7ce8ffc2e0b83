//! The form that is differentiated: structured, and with every scalar assigned exactly once.
//!
//! In: nothing (this module only declares the form). `build` makes it from the HIR, `kinks` puts
//! decisions into it, the analyses read it, `adjoint` and `tangent` print derivatives from it.
//!
//! Scalars (reals, integers, booleans, constants of unknown type) are values: a [`ValId`] is
//! defined by one statement. Where control flow meets, [`Phi`] and [`Carried`] say which value
//! goes on. Arrays, vectors and slices are memory: a [`MemId`] is a variable that statements load
//! from and store to. The reverse sweep never restores memory; it reads values.

mod effects;
pub(crate) mod print;
pub(crate) mod rewrite;
pub(crate) mod swap;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};

use super::hir::{self, BinOp, Form, LoopId, Marks, Member, Ty, UnOp};

/// A scalar that is assigned once. Index into [`Func::vals`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ValId(pub(crate) u32);

/// A variable that holds an array, a vector or a slice. Index into [`Func::mems`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct MemId(pub(crate) u32);

/// Index into [`Func::sites`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct SiteId(pub(crate) u32);

/// What is known of a value.
#[derive(Clone, Debug)]
pub(crate) struct Val {
    /// The name that it has in emitted code; unique in the function.
    pub(crate) name: Ident,
    /// `Real`, `Int`, `Bool` or `Opaque`.
    pub(crate) ty: Ty,
    pub(crate) span: Span,
    /// The expression as written, if it came from one.
    pub(crate) source: TokenStream,
    /// The operands of that expression as written, for a site that it becomes; empty if unknown.
    pub(crate) operands: Vec<TokenStream>,
    pub(crate) marks: Marks,
}

/// What is known of a memory variable.
#[derive(Clone, Debug)]
pub(crate) struct Mem {
    pub(crate) name: Ident,
    /// `Array`, `Vec`, `Seq`, `Slice` (parameters behind a reference), `Tuple` (likewise).
    pub(crate) ty: Ty,
    pub(crate) origin: Origin,
}

/// Where a memory variable comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// The parameter with this index, behind a shared reference.
    Shared(usize),
    /// The parameter with this index, behind an exclusive reference.
    Exclusive(usize),
    /// The parameter with this index, owned.
    Owned(usize),
    /// A local variable.
    Local,
}

/// A value of any type: what an expression gives, what a variable is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Tree {
    Val(ValId),
    Mem(MemId),
    Tuple(Vec<Tree>),
}

/// A part of a memory variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) mem: MemId,
    pub(crate) path: Vec<Proj>,
}

/// What elements are taken of: a memory variable, or a field of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct List {
    pub(crate) mem: MemId,
    pub(crate) fields: Vec<Member>,
}

impl Place {
    /// The list of which the place is a part, and how it gets there from the list.
    pub(crate) fn in_list(&self) -> (List, &[Proj]) {
        let fields: Vec<Member> = self.path.iter().map_while(Proj::field).cloned().collect();
        let rest = &self.path[fields.len()..];
        let mem = self.mem;
        (List { mem, fields }, rest)
    }
}

impl List {
    /// The list as a place.
    pub(crate) fn place(&self) -> Place {
        let path = self.fields.iter().cloned().map(Proj::Field).collect();
        let mem = self.mem;
        Place { mem, path }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Proj {
    Index(ValId),
    Range {
        lo: Option<ValId>,
        hi: Option<ValId>,
        inclusive: bool,
    },
    Field(Member),
}

impl Proj {
    fn field(&self) -> Option<&Member> {
        match self {
            Proj::Field(name) => Some(name),
            Proj::Index(_) | Proj::Range { .. } => None,
        }
    }

    /// `.k`
    pub(crate) fn part(k: usize) -> Proj {
        Proj::Field(Member::At(u32::try_from(k).unwrap_or(u32::MAX)))
    }
}

/// How a value is computed.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// A literal.
    Lit(TokenStream),
    /// Read at the entrance: the tokens name a parameter or a part of one.
    Param(TokenStream),
    Un(UnOp, ValId),
    Bin(BinOp, ValId, ValId),
    /// `value as ty`.
    Cast(ValId, TokenStream),
    /// An operation with a row in the table. `weights` holds one value per decision of the row, or
    /// nothing if no decision has to be made (smooth row, constant operands).
    Rule {
        rule: &'static autodiff_runtime::rules::Rule,
        args: Vec<ValId>,
        weights: Vec<ValId>,
    },
    /// The decision number `kink` of a row at these operands: 0, 1 or θ.
    Weight {
        site: SiteId,
        rule: &'static autodiff_runtime::rules::Rule,
        kink: usize,
        args: Vec<ValId>,
    },
    /// A comparison that depends on a differentiated parameter.
    Branch {
        site: SiteId,
        op: BinOp,
        lhs: ValId,
        rhs: ValId,
    },
    Load(Place),
    /// A load that happens only if the value is true; 0 otherwise.
    LoadIf(ValId, Place),
    Len(Place),
    /// `place.method()`, see [`hir::ExprKind::Measure`].
    Measure(Place, Ident),
    /// The value of its operand, cut off from the derivative.
    Stop(ValId),
    /// `x.is_nan()` and its kin.
    Classify(Ident, ValId),
    /// Tokens of the user's.
    Opaque(Verbatim),
}

/// Tokens of the user's, and what the names in them are bound to.
#[derive(Clone, Debug)]
pub(crate) struct Verbatim {
    pub(crate) tokens: TokenStream,
    pub(crate) uses: Vec<(Ident, Use)>,
    pub(crate) pure: bool,
}

/// What a name in [`Verbatim`] stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    Tree(Tree),
    Place(Place),
}

/// How memory begins.
#[derive(Clone, Debug)]
pub(crate) enum Init {
    Val(ValId),
    /// `[e; n]`, `vec![e; n]`.
    Repeat(Box<Init>, ValId),
    /// `[a, b]`, `vec![a, b]`.
    List(Vec<Init>),
    /// A copy of a place.
    Clone(Place),
    /// The lengths in a place that is about to be replaced, for its adjoint.
    Lengths(Place),
    /// An empty vector, or something that is assigned before it is read.
    Blank,
    /// Nothing: both branches of the `if` that follows assign it.
    Unset,
    Tuple(Vec<Init>),
    /// `Path { x: a, ..base }`, `Path(a, b)`.
    Struct {
        path: TokenStream,
        fields: Vec<(Member, Init)>,
        base: Option<Place>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StoreOp {
    Set,
    Add,
    Sub,
}

/// A value that depends on which branch was taken.
#[derive(Clone, Debug)]
pub(crate) struct Phi {
    pub(crate) out: ValId,
    pub(crate) then: ValId,
    pub(crate) els: ValId,
}

/// A value that is handed from one iteration to the next.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    /// Value at the start of an iteration.
    pub(crate) phi: ValId,
    /// Value before the loop.
    pub(crate) init: ValId,
    /// Value at the end of an iteration.
    pub(crate) next: ValId,
    /// Value after the loop.
    pub(crate) out: ValId,
}

#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) lo: ValId,
    pub(crate) hi: ValId,
    pub(crate) inclusive: bool,
    pub(crate) step: Option<ValId>,
    pub(crate) rev: bool,
    pub(crate) rev_first: bool,
}

/// Argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    /// A scalar or an opaque constant, by value.
    Val(ValId),
    /// `&place` (false) or `&mut place` (true).
    Ref(bool, Place),
    /// `&scalar` or `&mut scalar`: the second value is what the scalar is after the call.
    RefVal(ValId, Option<ValId>),
    /// An array or vector by value (moved or copied).
    Own(Place),
    /// A tuple.
    Tuple(Vec<Arg>),
}

/// A call of a function that has a companion.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) form: Form,
    pub(crate) path: TokenStream,
    pub(crate) generics: TokenStream,
    pub(crate) recursive: bool,
    /// See [`hir::Call::operation`].
    pub(crate) operation: Option<&'static autodiff_runtime::rules::Rule>,
    /// See [`hir::Call::may_change`].
    pub(crate) may_change: bool,
    /// See [`hir::Call::outcome`].
    pub(crate) outcome: bool,
    /// The first of the sites that the operation decides at.
    pub(crate) sites: Option<SiteId>,
    /// The value that has the text of the call and its marks: the result, if it is a number, and one that nothing defines
    /// where an operation gives a list.
    pub(crate) described: Option<ValId>,
    pub(crate) args: Vec<Arg>,
    /// The arguments that are names of `&mut` references: whether the callee only reads these, rustc knows.
    pub(crate) handed_on: Vec<usize>,
    /// What the call gives; `None` for a call whose result is `()` or not used.
    pub(crate) result: Option<Tree>,
    /// Name of the residual that the forward sweep keeps.
    pub(crate) residual: Ident,
}

#[derive(Clone, Debug)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum StmtKind {
    Def(ValId, Op),
    Alloc(MemId, Init),
    Store {
        place: Place,
        op: StoreOp,
        value: ValId,
    },
    /// Appends to a vector.
    Push {
        place: Place,
        init: Init,
    },
    /// `dst.clone_from(src)` for whole arrays and vectors. A vector becomes its own start where it is made shorter.
    Copy {
        dst: Place,
        src: Place,
        /// The length of a vector before it is replaced: that of its adjoint.
        before: Option<ValId>,
        /// The lengths in what is replaced, where its adjoint may have more of them than that.
        shape: Option<MemId>,
    },
    If {
        cond: ValId,
        then: Block,
        els: Block,
        phis: Vec<Phi>,
    },
    For {
        id: LoopId,
        counter: ValId,
        range: Range,
        carried: Vec<Carried>,
        body: Block,
        until: Option<ValId>,
        count: Option<ValId>,
        budget: Option<ValId>,
    },
    /// `loop { head; if !cond { break } body }`. The head computes the condition and nothing else.
    /// `count` (here and in `For`): the number of iterations that ran, where no range tells it.
    /// `budget`: that of `#[checkpoint(budget = n)]`.
    While {
        id: LoopId,
        carried: Vec<Carried>,
        head: Block,
        cond: ValId,
        body: Block,
        count: ValId,
        budget: Option<ValId>,
    },
    Call(Call),
    Effect(Verbatim),
    /// Leaves the function if the condition is true (or false, if `otherwise`): the code returns. See `exits`.
    Leave {
        cond: ValId,
        otherwise: bool,
        code: Verbatim,
    },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) stmts: Vec<Stmt>,
}

/// A place where the derivative is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) val: ValId,
    pub(crate) kind: SiteKind,
    /// The function that is called, where a call decides: it is a site only if that is the operation.
    pub(crate) callee: Option<TokenStream>,
}

#[derive(Clone, Debug)]
pub(crate) enum SiteKind {
    Kink {
        rule: &'static autodiff_runtime::rules::Rule,
        kink: usize,
        args: Vec<ValId>,
    },
    Branch {
        op: BinOp,
        lhs: ValId,
        rhs: ValId,
    },
    /// The operands are at the border of the domain of a row, where a documented derivative is taken.
    Border {
        rule: &'static autodiff_runtime::rules::Rule,
        args: Vec<ValId>,
    },
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Func {
    pub(crate) name: Ident,
    pub(crate) params: Vec<Param>,
    pub(crate) vals: Vec<Val>,
    pub(crate) mems: Vec<Mem>,
    pub(crate) body: Block,
    /// `None`: the function returns `()`.
    pub(crate) result: Option<Tree>,
    pub(crate) sites: Vec<Site>,
    /// The sites of operations whose operands can be at the border of their domain, by result.
    pub(crate) borders: BTreeMap<ValId, SiteId>,
    /// See [`hir::Func::hidden`].
    pub(crate) hidden: BTreeSet<String>,
    pub(crate) strips: Strips,
    /// The loops whose iterations run in stretches, see `parallel`.
    pub(crate) stretched: BTreeMap<LoopId, Stretched>,
    /// The copies that `snapshot` makes, and what they are copies of: the adjoint of a copy is added to
    /// that of the original, which is the same then.
    pub(crate) snapshots: BTreeMap<MemId, Place>,
    /// Copies of memory that is not changed as long as they are read: their adjoint is that of the
    /// original.
    pub(crate) fixed: BTreeMap<MemId, MemId>,
    /// What `finals` copies at the end: lists behind `&mut`, and their copies.
    pub(crate) finals: BTreeMap<List, MemId>,
    /// The loops under `#[checkpoint]`, and the attribute.
    pub(crate) checkpoints: BTreeMap<LoopId, TokenStream>,
    /// Those under `#[checkpoint(whole)]`, whose records are not cut into blocks.
    pub(crate) whole: BTreeMap<LoopId, TokenStream>,
}

/// A loop whose iterations run in stretches.
#[derive(Clone, Debug)]
pub(crate) struct Stretched {
    /// The range of a stretch; of the whole loop in front of it.
    pub(crate) from: ValId,
    pub(crate) to: ValId,
    /// What is carried: sums, by their value after the loop.
    pub(crate) sums: BTreeSet<ValId>,
    /// The memory that an iteration writes to.
    pub(crate) written: BTreeSet<MemId>,
    /// An iteration has loops or calls.
    pub(crate) heavy: bool,
}

/// What the pass `strips` knows of the code that it wrote.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strips {
    /// The loops over the iterations of a strip.
    pub(crate) lanes: BTreeSet<LoopId>,
    /// Those that only form the sums: what they add has its adjoint where it is computed.
    pub(crate) sums: BTreeSet<LoopId>,
    /// What the iterations of a lane loop contribute to sums: the value, the sum, and whether it is
    /// subtracted.
    pub(crate) seeds: BTreeMap<LoopId, Vec<(ValId, ValId, bool)>>,
    /// Other loops that came in.
    pub(crate) plain: BTreeSet<LoopId>,
    /// The loops over strips.
    pub(crate) strips: BTreeSet<LoopId>,
    /// Loops over strips that carry nothing.
    pub(crate) mined: BTreeMap<LoopId, Mined>,
    /// Loops that write the transposed copy of rows, which the forward sweep has a function for.
    pub(crate) transposed: BTreeMap<LoopId, Transposed>,
    /// Arrays that only the sums read, hence without adjoint.
    pub(crate) terms: BTreeSet<MemId>,
    /// The loops in which an array is overwritten before it is read, and dead afterwards.
    pub(crate) private: BTreeMap<MemId, BTreeSet<LoopId>>,
    /// Where this is true, of what the function takes, strips do not pay.
    pub(crate) few: Option<TokenStream>,
}

/// `to[j * width + l] = from[(start + l) * stride + j]` for `l` in `0..lanes` and `j` in `0..len`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transposed {
    pub(crate) to: MemId,
    pub(crate) width: ValId,
    pub(crate) from: MemId,
    pub(crate) start: ValId,
    pub(crate) lanes: ValId,
    pub(crate) stride: ValId,
    pub(crate) len: ValId,
}

/// A loop over strips around one lane loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mined {
    /// The counter of the loop as it was, which the lane loop computes.
    pub(crate) counter: ValId,
    /// How many lanes a strip has.
    pub(crate) count: ValId,
    /// Whether there may be [`autodiff_runtime::lanes::WIDE`] of them.
    pub(crate) wide: bool,
}

impl Strips {
    /// The loop over strips that have this many lanes, which costs nothing to compute again.
    pub(crate) fn of_count(&self, v: ValId) -> Option<&Mined> {
        self.mined.values().find(|mined| mined.count == v)
    }

    /// True if every iteration of the loop overwrites what it reads of the array.
    pub(crate) fn is_private(&self, m: MemId, l: LoopId) -> bool {
        self.private.get(&m).is_some_and(|loops| loops.contains(&l))
    }
}

/// A parameter and what its parts are bound to.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// The name under which emitted bodies find the argument.
    pub(crate) name: Ident,
    pub(crate) ty: Ty,
    /// Declared as `usize`: an integer of which rustc does not have to tell the type.
    pub(crate) is_size: bool,
    pub(crate) role: hir::Role,
    /// What the argument is at the entrance.
    pub(crate) entry: Tree,
    /// For `&mut` scalars: the value at the exit.
    pub(crate) exit: Option<ValId>,
}

impl Func {
    pub(crate) fn val(&self, v: ValId) -> &Val {
        &self.vals[v.0 as usize]
    }

    pub(crate) fn mem(&self, m: MemId) -> &Mem {
        &self.mems[m.0 as usize]
    }

    /// The path to a method or associated function that is called, as far as the name of its type is known.
    pub(crate) fn sibling(&self, call: &Call) -> Option<TokenStream> {
        let at = match (call.form, call.args.first()) {
            (Form::Method, Some(Arg::Ref(_, at))) => at,
            (Form::Method, _) => return None,
            _ => return Some(call.path.clone()),
        };
        let Some(Ty::Struct(of)) = self.place_ty(at) else {
            return None;
        };
        let owner = of.path?;
        let plain = owner.clone().into_iter().all(|t| t.to_string() != "<");
        let name = &call.path;
        plain.then(|| quote::quote!(#owner::#name))
    }

    /// The type of a part of a memory variable, as far as it is known.
    pub(crate) fn place_ty(&self, at: &Place) -> Option<Ty> {
        at.ty(&self.mems)
    }

    /// True for a field in which no number with a derivative is.
    pub(crate) fn is_constant_field(&self, at: &Place) -> bool {
        let constant = |ty: Ty| matches!(ty, Ty::Opaque | Ty::Int | Ty::Bool);
        at.is_field() && self.place_ty(at).is_some_and(constant)
    }

    /// True for a field of a type without a gradient, an element of one, and lists of such.
    pub(crate) fn is_constant_part(&self, at: &Place) -> bool {
        fn constant(ty: &Ty) -> bool {
            matches!(ty, Ty::Opaque) || ty.element().is_some_and(constant)
        }
        matches!(at.path.first(), Some(Proj::Field(_)))
            && self.place_ty(at).is_some_and(|ty| constant(&ty))
    }

    /// The number that the function returns, by itself or in an `Option` or a `Result`.
    pub(crate) fn number(&self) -> Option<ValId> {
        let v = match self.result.as_ref()? {
            Tree::Val(v) => *v,
            Tree::Tuple(parts) => match parts.as_slice() {
                [Tree::Val(_), Tree::Val(v), Tree::Val(error)]
                    if matches!(self.val(*error).ty, Ty::Maybe) =>
                {
                    *v
                }
                _ => return None,
            },
            Tree::Mem(_) => return None,
        };
        self.is_real(v).then_some(v)
    }

    /// True if the value is a real number.
    pub(crate) fn is_real(&self, v: ValId) -> bool {
        matches!(self.val(v).ty, Ty::Real(_))
    }
}

impl Place {
    /// The type of the place, as far as it is known.
    pub(crate) fn ty(&self, mems: &[Mem]) -> Option<Ty> {
        let mut ty = mems.get(self.mem.0 as usize)?.ty.clone();
        for proj in &self.path {
            ty = match (proj, ty) {
                (Proj::Index(_), list) => list.element()?.clone(),
                (Proj::Range { .. }, list) => Ty::Slice(Box::new(list.element()?.clone())),
                (Proj::Field(Member::At(k)), Ty::Tuple(parts)) => parts.get(*k as usize)?.clone(),
                (Proj::Field(Member::Behind), ty) => ty,
                (Proj::Field(name), Ty::Struct(of)) => {
                    of.fields.iter().find(|(known, _)| known == name)?.1.clone()
                }
                _ => return None,
            };
        }
        Some(ty)
    }

    /// True for (an element of) a field.
    pub(crate) fn is_field(&self) -> bool {
        self.path.iter().any(|step| matches!(step, Proj::Field(_)))
    }

    /// True for `whole[..n]`.
    pub(crate) fn is_start_of(&self, whole: &Place) -> bool {
        let Some((Proj::Range { lo, hi, inclusive }, before)) = self.path.split_last() else {
            return false;
        };
        let start = lo.is_none() && hi.is_some() && !inclusive;
        start && self.mem == whole.mem && *before == *whole.path
    }

    /// The whole of a memory variable.
    pub(crate) fn whole(mem: MemId) -> Place {
        Place {
            mem,
            path: Vec::new(),
        }
    }
}

/// A loop over a range that runs to its end.
#[derive(Clone, Copy)]
pub(crate) struct Counted<'a> {
    pub(crate) id: LoopId,
    pub(crate) counter: ValId,
    pub(crate) range: &'a Range,
    pub(crate) body: &'a Block,
}

impl StmtKind {
    /// The blocks inside the statement, in the order in which they run.
    pub(crate) fn blocks(&self) -> Vec<&Block> {
        match self {
            StmtKind::If { then, els, .. } => vec![then, els],
            StmtKind::For { body, .. } => vec![body],
            StmtKind::While { head, body, .. } => vec![head, body],
            _ => Vec::new(),
        }
    }

    /// The same, to be changed.
    pub(crate) fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            StmtKind::If { then, els, .. } => vec![then, els],
            StmtKind::For { body, .. } => vec![body],
            StmtKind::While { head, body, .. } => vec![head, body],
            _ => Vec::new(),
        }
    }

    /// The loop that the statement is, if it is one.
    pub(crate) fn loop_id(&self) -> Option<LoopId> {
        match self {
            StmtKind::For { id, .. } | StmtKind::While { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Visits the statement and those in it, outer before inner, in program order.
    pub(crate) fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a StmtKind)) {
        f(self);
        for block in self.blocks() {
            block.walk(&mut |s| f(&s.kind));
        }
    }

    /// What a loop hands from one iteration to the next; nothing for other statements.
    pub(crate) fn carried(&self) -> &[Carried] {
        match self {
            StmtKind::For { carried, .. } | StmtKind::While { carried, .. } => carried,
            _ => &[],
        }
    }

    /// The number of iterations of a loop, where no range tells it.
    pub(crate) fn count(&self) -> Option<ValId> {
        match self {
            StmtKind::For { count, .. } => *count,
            StmtKind::While { count, .. } => Some(*count),
            _ => None,
        }
    }

    /// How many states a loop under `#[checkpoint]` may keep, if the program says it.
    pub(crate) fn budget(&self) -> Option<ValId> {
        match self {
            StmtKind::For { budget, .. } | StmtKind::While { budget, .. } => *budget,
            _ => None,
        }
    }

    /// The loop, if it is one over a range that runs to its end.
    pub(crate) fn counted(&self) -> Option<Counted<'_>> {
        match self {
            StmtKind::For {
                id,
                counter,
                range,
                body,
                until: None,
                ..
            } => Some(Counted {
                id: *id,
                counter: *counter,
                range,
                body,
            }),
            _ => None,
        }
    }

    /// The block that a loop repeats.
    pub(crate) fn loop_body(&self) -> Option<&Block> {
        match self {
            StmtKind::For { body, .. } | StmtKind::While { body, .. } => Some(body),
            _ => None,
        }
    }
}

impl Block {
    /// Visits every statement, outer before inner, in program order.
    pub(crate) fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Stmt)) {
        for stmt in &self.stmts {
            f(stmt);
            for block in stmt.kind.blocks() {
                block.walk(f);
            }
        }
    }
}
