//! The option `parallel`: accumulating loops whose iterations are run in stretches, on many cores.
//!
//! In: the SSA form (with strips or without) and the classes of its loops. Out: the form in which the
//! loops that can be cut have a range of their own (`from..to`), under which the closure of a stretch
//! gets its part; `adjoint/stretches.rs` writes that closure. If there is no such loop, the reason.
//!
//! ```text
//! for i in 0..n { s += f(x[i]) }
//!     →   let from = 0; let to = n;  for i in from..to { s += f(x[i]) }
//! ```
//!
//! A loop is cut if it is reversed iteration by iteration (fused, or with the adjoint 1), stands in the function itself, adds up
//! numbers and adjoints, counts, and changes nothing else that anybody sees. The chunks of a loop in strips begin
//! where strips begin.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::analyse::activity::Activity;
use super::analyse::again::only_panics;
use super::analyse::layout::Layout;
use super::analyse::loops::{Loops, Mode, Modes};
use super::diag::{self, text_of};
use super::hir::{LoopId, Marks, Ty};
use super::names::{self, Names};
use super::ssa::{
    Block, Func, MemId, Op, Stmt, StmtKind, StoreOp, Stretched, Tree, Use, Val, ValId, Verbatim,
};

/// Why a loop is not cut, and what can be done about it.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) why: String,
    pub(crate) help: String,
    /// What is in the way; nothing if that is the function.
    pub(crate) at: TokenStream,
}

fn reason(why: impl Into<String>, help: impl Into<String>) -> Reason {
    Reason {
        why: why.into(),
        help: help.into(),
        at: TokenStream::new(),
    }
}

impl Reason {
    /// Points to tokens, unless it points to some already.
    fn at(self, at: TokenStream) -> Reason {
        match self.at.is_empty() {
            true => Reason { at, ..self },
            false => self,
        }
    }
}

/// The function has no loop that could be cut.
pub(crate) fn no_loop() -> Reason {
    reason(
        "it has no loop that stands by itself in the body",
        "remove `parallel`, or annotate the function whose loop adds up the terms",
    )
}

/// The function does more than to compute one number.
pub(crate) fn no_sum() -> Reason {
    reason(
        "it does not return a single number, or changes an argument",
        "let a function that returns the sum have the loop",
    )
}

/// The gradient is made of forward sweeps.
pub(crate) fn forward() -> Reason {
    reason(
        "its gradient is computed by forward sweeps",
        "remove `parallel`, or `mode = forward`",
    )
}

/// The function with every loop that allows it cut; otherwise why the first loop is not.
pub(crate) fn run(
    func: &Func,
    facts: &Activity,
    layout: &Layout<'_>,
    modes: &Modes,
    names: &mut Names,
) -> Result<Func, Reason> {
    let cx = Given {
        func,
        facts,
        layout,
        modes,
    };
    let mut out = func.clone();
    let mut body = Vec::new();
    let mut refused = None;
    for stmt in &func.body.stmts {
        match cx.stretched(stmt) {
            None => body.push(stmt.clone()),
            Some(Err(why)) => {
                refused.get_or_insert(why);
                body.push(stmt.clone());
            }
            Some(Ok(stretched)) => cut(&mut out, names, stmt, stretched, &mut body),
        }
    }
    out.body = Block { stmts: body };
    match out.stretched.is_empty() {
        false => Ok(out),
        true => Err(refused.unwrap_or_else(no_loop)),
    }
}

#[derive(Clone, Copy)]
struct Given<'a> {
    func: &'a Func,
    facts: &'a Activity,
    layout: &'a Layout<'a>,
    modes: &'a Modes,
}

impl Given<'_> {
    /// How the statement is cut; `None` if it is no loop.
    fn stretched(&self, stmt: &Stmt) -> Option<Result<Stretched, Reason>> {
        let (id, body) = (stmt.kind.loop_id()?, stmt.kind.loop_body()?);
        Some(match self.obstacle(stmt, id, body) {
            Some(reason) => Err(reason.at(diag::token_at(stmt.span))),
            None => Ok(self.facts_of(stmt, body)),
        })
    }

    fn facts_of(&self, stmt: &Stmt, body: &Block) -> Stretched {
        Stretched {
            from: ValId(0),
            to: ValId(0),
            sums: stmt.kind.carried().iter().map(|c| c.out).collect(),
            written: body.written(),
            heavy: self.is_heavy(body),
        }
    }

    /// True if an iteration takes long enough that a few of them are worth a stretch.
    fn is_heavy(&self, body: &Block) -> bool {
        let strips = &self.func.strips;
        let mut heavy = false;
        body.walk(&mut |s| match &s.kind {
            StmtKind::Call(_) | StmtKind::While { .. } => heavy = true,
            StmtKind::For { id, .. } => {
                heavy |= !strips.lanes.contains(id) && !strips.sums.contains(id);
            }
            _ => {}
        });
        heavy
    }

    fn obstacle(&self, stmt: &Stmt, id: LoopId, body: &Block) -> Option<Reason> {
        let loops = Loops::new(self.func, self.facts, self.layout);
        let StmtKind::For {
            range,
            until,
            count,
            ..
        } = &stmt.kind
        else {
            return Some(reason(
                "how often its loop runs is not known before it runs",
                "write a `for` loop over a range or a slice, without `break`",
            ));
        };
        if until.is_some() || count.is_some() {
            return Some(reason(
                "its loop may end before the end of its range",
                "write the loop without `break`, and without iterators that end it early",
            ));
        }
        if range.rev_first && range.step.is_some() {
            return Some(reason(
                "its loop takes steps downwards",
                "count upwards: the order of the terms of a sum is free here",
            ));
        }
        for c in stmt.kind.carried() {
            let sums = self.func.is_real(c.out) && loops.is_sum(c, stmt);
            if !sums && !loops.is_count(c, stmt) {
                let name = written(&self.func.val(c.phi).name);
                let why = reason(
                    format!("an iteration of its loop reads `{name}` of the one before"),
                    "let the iterations add to sums (`s += …`) and counts (`n += 1`) and to nothing else, or write the loop into a function of its own",
                );
                return Some(why.at(self.source(c.next)));
            }
        }
        if let Some(why) = self.shared_memory(&loops, id, stmt, body) {
            return Some(why);
        }
        if let Some((code, span)) = effect(body) {
            let text = text_of(&code.tokens);
            let why = reason(
                format!(
                    "its loop runs `{}`, whose effects come in the order of the iterations",
                    text.trim_end_matches(';')
                ),
                "take the statement out of the loop; assertions and panics may stay",
            );
            return Some(why.at(diag::token_at(span)));
        }
        match self.modes.get(&id) {
            Some(Mode::Fused(_) | Mode::Unit) if !stmt.kind.carried().is_empty() => None,
            _ if !self.has_active_code(body) => Some(reason(
                "nothing in its loop depends on what is differentiated",
                "remove `parallel`",
            )),
            _ if self.active_sums(stmt) > 1 => Some(reason(
                "its loop forms several sums, whose adjoints depend on the sums themselves, or on what follows",
                "form one sum per loop, or let the function end in sums, products with constants and quotients by constants of its sums",
            )),
            _ => Some(reason(
                "the adjoint of the sum of its loop depends on the sum itself, or on what follows, and what the loop reads is no list of numbers, or changes later",
                "let the loop read slices and arrays of numbers, or the function end in sums, products with constants and quotients by constants of its sums",
            )),
        }
    }

    fn active_sums(&self, stmt: &Stmt) -> usize {
        let sums = stmt.kind.carried().iter();
        sums.filter(|c| self.facts.active(c.out)).count()
    }

    fn has_active_code(&self, body: &Block) -> bool {
        let mut active = false;
        body.walk(&mut |s| {
            s.kind.for_each_def(&mut |v| active |= self.facts.active(v));
        });
        active
    }

    /// Why memory that an iteration writes to is not its own: it outlives the iteration, and others read what this one writes.
    fn shared_memory(
        &self,
        loops: &Loops<'_>,
        id: LoopId,
        stmt: &Stmt,
        body: &Block,
    ) -> Option<Reason> {
        let block = self.layout.id_of(body);
        let mut why = None;
        body.walk(&mut |s| {
            s.kind.for_each_write(&mut |m| {
                let local = self.layout.contains(block, self.layout.mem_block(m))
                    && self.layout.mem_block(m) != 0;
                if !local && !self.func.strips.is_private(m, id) && why.is_none() {
                    let shared = self.shared(loops, m, stmt, body);
                    why = shared.map(|why| why.at(self.tokens(s)));
                }
            });
        });
        why
    }

    /// Why not every iteration can have a copy of its own of memory from outside of the loop.
    fn shared(&self, loops: &Loops<'_>, m: MemId, stmt: &Stmt, body: &Block) -> Option<Reason> {
        let name = written(&self.func.mem(m).name);
        let zero = match &self.func.mem(m).ty {
            Ty::Array(inner, _) | Ty::Vec(inner) if matches!(**inner, Ty::Real(_)) => "0.0",
            Ty::Array(inner, _) | Ty::Vec(inner) if matches!(**inner, Ty::Int) => "0",
            _ => "…",
        };
        if self.layout.grows(m) {
            let why = reason(
                format!("iterations of its loop change the length of `{name}`, which lives longer"),
                format!("declare `{name}` inside of the loop"),
            );
            return Some(why.at(self.pushed(m, body)));
        }
        if let Some(early) = loops.reaches_others(m, body) {
            let why = match &early.kind {
                StmtKind::Store { op, .. } if *op != StoreOp::Set => reason(
                    format!("iterations of its loop add to elements or fields of `{name}`"),
                    format!(
                        "add to variables (`s += …`), and put the sums into `{name}` after the loop"
                    ),
                ),
                StmtKind::Call(call) => {
                    let callee = text_of(&call.path);
                    reason(
                        format!(
                            "`{callee}`, which its loop calls, may read what another iteration has left in `{name}`"
                        ),
                        format!(
                            "overwrite all of `{name}` in front of the call (`{name}.fill({zero});`), or declare it inside of the loop; if an iteration needs what the one before has left there, remove `parallel`"
                        ),
                    )
                }
                _ => reason(
                    format!(
                        "an iteration of its loop reaches elements of `{name}` that another one may have written"
                    ),
                    format!(
                        "overwrite all of `{name}` at the start of each iteration (`{name}.fill({zero});`), or declare it inside of the loop; if an iteration needs what the one before has left there, remove `parallel`"
                    ),
                ),
            };
            return Some(why.at(self.tokens(early)));
        }
        if !loops.is_dead_after(m, stmt) {
            return Some(reason(
                format!("what its loop writes to `{name}` is read after the loop"),
                format!(
                    "let the loop write to an array of its own, and compute `{name}` in another one"
                ),
            ));
        }
        let fixed = !self.facts.active_mem(m) || loops.keeps_its_length(m);
        (!fixed).then(|| {
            reason(
                format!(
                    "iterations of its loop replace `{name}` by a list whose length is not known"
                ),
                format!("declare `{name}` inside of the loop (`let {name} = …;`)"),
            )
        })
    }

    /// Where something is appended to a vector.
    fn pushed(&self, m: MemId, body: &Block) -> TokenStream {
        let mut at = TokenStream::new();
        body.walk(&mut |s| {
            if matches!(&s.kind, StmtKind::Push { place, .. } if place.mem == m) && at.is_empty() {
                at = diag::token_at(s.span);
            }
        });
        at
    }

    /// What a statement was written as, as far as that is known.
    fn tokens(&self, stmt: &Stmt) -> TokenStream {
        match &stmt.kind {
            StmtKind::Call(call) => call.path.clone(),
            StmtKind::Def(v, _) => self.source(*v),
            _ => diag::token_at(stmt.span),
        }
    }

    fn source(&self, v: ValId) -> TokenStream {
        let val = self.func.val(v);
        match val.source.is_empty() {
            true => diag::token_at(val.span),
            false => val.source.clone(),
        }
    }
}

/// The name without the number that tells versions of a variable apart.
fn written(name: &Ident) -> String {
    let name = names::plain(name);
    match name.rsplit_once('_') {
        Some((stem, number)) if number.bytes().all(|b| b.is_ascii_digit()) => stem.to_owned(),
        _ => name,
    }
}

/// The first statement that is there for what it does, not for a value. What only panics may stay: the panic is that of the first stretch
/// that has one.
fn effect(body: &Block) -> Option<(Verbatim, Span)> {
    let mut found = None;
    body.walk(&mut |s| match &s.kind {
        StmtKind::Effect(code) if found.is_none() && !only_panics(code) => {
            found = Some((code.clone(), s.span));
        }
        _ => {}
    });
    found
}

/// Gives the loop a range of its own.
fn cut(func: &mut Func, names: &mut Names, stmt: &Stmt, facts: Stretched, out: &mut Vec<Stmt>) {
    let mut stmt = stmt.clone();
    let span = stmt.span;
    let StmtKind::For { id, range, .. } = &mut stmt.kind else {
        return out.push(stmt);
    };
    let [from, to] = [("from", range.lo), ("to", range.hi)].map(|(base, of)| {
        let name = names.exact(base, span);
        let v = value(func, name, of);
        out.push(Stmt {
            kind: StmtKind::Def(v, same_as(func, of)),
            span,
        });
        v
    });
    func.stretched.insert(*id, Stretched { from, to, ..facts });
    (range.lo, range.hi) = (from, to);
    out.push(stmt);
}

fn value(func: &mut Func, name: Ident, of: ValId) -> ValId {
    let id = ValId(u32::try_from(func.vals.len()).unwrap_or(u32::MAX));
    let (ty, span) = (func.val(of).ty.clone(), func.val(of).span);
    func.vals.push(Val {
        name,
        ty,
        span,
        source: TokenStream::new(),
        operands: Vec::new(),
        marks: Marks::default(),
    });
    id
}

/// Another name for a value. A literal is not handed on as one: it would be printed in place.
fn same_as(func: &Func, v: ValId) -> Op {
    let mut literal = None;
    func.body.walk(&mut |s| {
        if let StmtKind::Def(d, Op::Lit(tokens)) = &s.kind
            && *d == v
        {
            literal = Some(tokens.clone());
        }
    });
    let name = func.val(v).name.clone();
    Op::Opaque(match literal {
        Some(tokens) => Verbatim {
            tokens,
            uses: Vec::new(),
            pure: true,
        },
        None => Verbatim {
            tokens: quote!(#name),
            uses: vec![(name, Use::Tree(Tree::Val(v)))],
            pure: true,
        },
    })
}
