//! HIR → derivative bodies: the middle of the compiler, pass by pass.
//!
//! ```text
//! hir → jumps → hir → build → ssa → anchor, share, simplify, hoist → ssa → activity → kinks → ssa (with decisions)
//!     → layout, loops → adjoint (split), tangent → code → print → tokens
//!     → exits → ssa → layout, loops → adjoint (joint) → code → print → tokens
//! ```

use std::cell::OnceCell;

use autodiff_runtime::Definability;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::adjoint::{self, Context, Style};
use super::analyse::loops::Seed;
use super::analyse::{activity, again, layout, lengths, loops};
use super::code::{Expr, Stmt};
use super::companion::Renamed;
use super::diag::{self, Diagnostics};
use super::dump::Dump;
use super::emit::{self, Bodies, Names as BodyNames};
use super::emit_names::EmitNames;
use super::extent::Extent;
use super::names::{self, Names};
use super::parse::attribute::{Mode, Options, Parallel};
use super::primal::{tree_expr, ty_tokens};
use super::print::Printer;
use super::ssa::{Func, Op, Stmt as Ssa, StmtKind, Tree};
use super::{
    anchor, build, callees, exits, finals, hir, hoist, jumps, kinks, merge, metadata, modes,
    parallel, scalars, share, simplify, snapshot, strips, tangent, unroll,
};

/// The derivative of a function, whose body is taken out; `None` if something was refused.
pub(crate) fn differentiate(
    func: &mut hir::Func,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<Bodies> {
    let dump = Dump::of(&func.name);
    let mut fresh = func.used.clone();
    let params = parameter_names(func, &mut fresh);
    let body = std::mem::take(&mut func.body);
    let structured = jumps::run(hir::Func {
        body,
        ..func.clone()
    });
    let func = &*func;
    let structured = scalars::run(unroll::run(structured), options.parallel.is_some());
    let ssa = anchor::run(build::run(&structured, &params, &mut fresh)?, &mut fresh);
    let ssa = simplify::run(share::run(ssa));
    let ssa = hoist::run(ssa, &mut fresh);
    dump.section("ssa", || super::ssa::print::func(&ssa));
    let facts = activity::run(&ssa);
    let ssa = kinks::run(ssa, &facts, &mut fresh, diags);
    again::check(&ssa, &facts, diags);
    activity::constants::check(&ssa, &facts, diags);
    modes::check(func, &ssa, options, diags);
    callees::check(&ssa, &facts, options, diags);
    if !diags.is_empty() {
        return None;
    }
    let krate = &options.krate;
    let mut names = EmitNames::new(
        &ssa,
        &mut fresh,
        quote!(#krate::__private),
        options.naming.clone(),
    );
    names.companions = Renamed::new(&options.calls);
    let diverges = diverges(func, &ssa);
    let extent = match diverges {
        true => Extent::Whole,
        false => Extent::of(func, &ssa, options),
    };
    let mut sweeps = match extent {
        Extent::Whole => {
            names.name_variables(&ssa, &mut fresh);
            Compiled::new(&ssa, &facts, &names, options, &mut fresh)
        }
        Extent::Signatures => Compiled::unemitted(&names),
    };
    if diverges {
        sweeps.diverge(&names);
    }
    if let (Some(Parallel::Required(span)), Some(reason)) = (&options.parallel, &sweeps.sequential)
    {
        let name = names::plain(&func.name);
        let at = match reason.at.is_empty() {
            true => diag::token_at(*span),
            false => reason.at.clone(),
        };
        diags
            .report_at(&diag::NOT_PARALLEL, &at, &[&name, &reason.why])
            .help(reason.help.as_str());
        return None;
    }
    let lengths = lengths::run(&ssa, &facts, options);
    let facts = metadata::run(&ssa, &facts, options);
    let takes_seed = sweeps.joint.as_ref().is_some_and(|j| j.takes_seed);
    let (fused, strips, few) = sweeps
        .joint
        .map_or((None, None, None), |j| (j.plain, j.strips, j.few));
    Some(Bodies {
        names: BodyNames {
            sel: names.sel.clone(),
            kinds: names.kinds.clone(),
            directions: names.directions.clone(),
            seed: names.seed.clone(),
            params,
            bars: names.bars.clone(),
            dots: names.dots.clone(),
        },
        extent,
        diverges,
        forward: sweeps.forward,
        value: sweeps.value,
        reverse: sweeps.reverse,
        reads: sweeps.reads,
        fused,
        strips,
        few,
        takes_seed,
        tangent: sweeps.tangent,
        sites: facts.sites,
        obligations: facts.obligations,
        definability: facts.definability,
        cost_bound: facts.cost_bound,
        lengths,
        callees: facts.callees,
        plain_callees: facts.plain,
        siblings: facts.siblings,
        recursive: facts.recursive,
    })
}

/// The emitted bodies as tokens.
struct Compiled {
    forward: TokenStream,
    value: TokenStream,
    reverse: TokenStream,
    reads: Vec<u64>,
    joint: Option<Joint>,
    tangent: TokenStream,
    /// Why no loop runs in parallel, if that is wanted.
    sequential: Option<parallel::Reason>,
}

impl Compiled {
    /// Of a function of which no more than signatures are emitted.
    fn unemitted(names: &EmitNames) -> Compiled {
        let none = emit::unemitted(&names.rt);
        Compiled {
            forward: TokenStream::new(),
            value: none.clone(),
            reverse: TokenStream::new(),
            reads: Vec::new(),
            joint: None,
            tangent: none,
            sequential: None,
        }
    }

    /// Of a function that never returns: its statements, and a result of any type behind them.
    fn diverge(&mut self, names: &EmitNames) {
        let (never, forward) = (emit::never(&names.rt), &self.forward);
        self.tangent = quote!(#forward #never);
        self.value = never;
        self.reverse = TokenStream::new();
        self.joint = None;
    }

    fn new(
        ssa: &Func,
        facts: &activity::Activity,
        names: &EmitNames,
        options: &Options,
        fresh: &mut Names,
    ) -> Compiled {
        let split = Prepared::new(ssa, facts, names, None, fresh);
        let split = split.cut(Style::Split, fresh).unwrap_or(split);
        let split = split.with_finals(fresh).unwrap_or(split);
        let (sweeps, value) = split.with(Style::Split, fresh.clone(), |cx| {
            let sweeps = adjoint::run(cx, fresh);
            let value = adjoint::result(cx, &sweeps);
            (sweeps, value)
        });
        let printer = Printer::new(&split.func, &split.names);
        let mut forward = pins(ssa);
        forward.extend(sweeps.forward);
        forward.extend(write_back(ssa));
        let layout = layout::run(ssa);
        let tangent = tangent::run(&Context {
            func: ssa,
            facts,
            layout: &layout,
            modes: &loops::Modes::default(),
            style: Style::Split,
            names,
            scratch: fresh.clone().into(),
            buffers: Default::default(),
            temporaries: Default::default(),
        });
        let (stmts, pair) = (printer.stmts(&tangent.0), printer.expr(&tangent.1));
        let parallel = options.parallel.is_some();
        let joint = match options.mode {
            Mode::Forward => Err(parallel::forward()),
            Mode::Reverse => joins(ssa).and_then(|()| {
                let seeded = (!parallel).then(|| Joint::seeded(ssa, facts, names, fresh));
                match seeded.flatten() {
                    Some(joint) => Ok(joint),
                    None if has_loops(ssa) => Ok(Joint::new(ssa, facts, names, parallel, fresh)),
                    None => Err(parallel::no_loop()),
                }
            }),
        };
        let sequential = match &joint {
            Ok(joint) => joint.sequential.clone(),
            Err(reason) => Some(reason.clone()),
        };
        Compiled {
            forward: printer.stmts(&forward),
            value: printer.expr(&value),
            reverse: printer.stmts(&sweeps.reverse),
            reads: sweeps.reads,
            joint: joint.ok(),
            tangent: quote!(#stmts #pair),
            sequential,
        }
    }
}

/// Forward and reverse sweep in one body, for a seed of 1 unless it takes one.
struct Joint {
    /// As the function is written; not where the other one does for every selection.
    plain: Option<TokenStream>,
    /// With strips and on many cores, where a loop allows it.
    strips: Option<TokenStream>,
    /// Where that does not pay.
    few: Option<TokenStream>,
    /// The adjoint of the result is an argument.
    takes_seed: bool,
    /// Why not on many cores, if that is wanted.
    sequential: Option<parallel::Reason>,
}

impl Joint {
    /// A function that calls itself, if it can hand the adjoints of these calls on.
    fn seeded(
        ssa: &Func,
        facts: &activity::Activity,
        names: &EmitNames,
        fresh: &mut Names,
    ) -> Option<Joint> {
        if !loops::seeded::can_hand_on(ssa) {
            return None;
        }
        let seed = Seed {
            bar: Expr::Name(names.seed.clone()),
            handed: true,
            stretches: false,
            plain: false,
        };
        let layout = layout::run(ssa);
        let calls = loops::run(ssa, facts, &layout, Some(seed.clone())).calls;
        if calls.is_empty() {
            return None;
        }
        let prepared = Prepared::new(ssa, facts, names, Some(seed), fresh);
        // What was not copied for a pullback gets none.
        let layout = layout::run(&prepared.func);
        let now = loops::run(
            &prepared.func,
            &prepared.facts,
            &layout,
            prepared.seed.clone(),
        );
        calls.keys().eq(now.calls.keys()).then(|| Joint {
            plain: Some(prepared.joint(fresh)),
            strips: None,
            few: None,
            takes_seed: true,
            sequential: None,
        })
    }

    /// The body for every selection.
    fn as_written(&self) -> Option<&TokenStream> {
        self.plain.as_ref().or(self.strips.as_ref())
    }

    /// The body for the plain selection.
    fn fast(&self) -> Option<&TokenStream> {
        self.strips.as_ref().or(self.plain.as_ref())
    }

    fn new(
        ssa: &Func,
        facts: &activity::Activity,
        names: &EmitNames,
        parallel: bool,
        fresh: &mut Names,
    ) -> Joint {
        let split = exits::run(ssa, facts);
        let leaving = split.iter().flat_map(exits::Split::arms);
        let leaving: Vec<Joint> = leaving
            .map(|arm| Joint::new(arm, &activity::run(arm), names, parallel, fresh))
            .collect();
        let with = |code: fn(&Joint) -> Option<&TokenStream>| {
            let split = split.as_ref()?;
            Some(split.with(&mut leaving.iter().filter_map(code)))
        };
        let (plain, fast) = (with(Joint::as_written), with(Joint::fast));
        let decides = decides_in_loops(ssa);
        let hoisted = match (decides, &fast) {
            (false, _) => None,
            (true, Some(func)) => hoist::calls::run(func, &activity::run(func), fresh),
            (true, None) => hoist::calls::run(ssa, facts, fresh),
        };
        let mut prepare = |func: Option<Func>, seed: Seed| match func {
            Some(func) => Prepared::new(&func, &activity::run(&func), names, Some(seed), fresh),
            None => Prepared::new(ssa, facts, names, Some(seed), fresh),
        };
        let prepared = prepare(plain, Seed::one(ssa));
        let is_other = leaving.iter().any(|arm| arm.strips.is_some()) || hoisted.is_some();
        let fast = (is_other || decides).then(|| prepare(hoisted.or(fast), Seed::of_plain(ssa)));
        let fast = fast.filter(|fast| is_other || fast.reruns() > prepared.reruns());
        let mut other = fast.as_ref().unwrap_or(&prepared).in_strips(fresh).or(fast);
        let mut sequential = None;
        if parallel {
            let cut = other.as_ref().map(|strips| strips.in_stretches(fresh));
            // If it is refused, then as it was written.
            match cut
                .and_then(Result::ok)
                .map_or_else(|| prepared.in_stretches(fresh), Ok)
            {
                Ok(stretched) => other = Some(stretched),
                // A loop in an arm does run on many cores.
                Err(_) if leaving.iter().any(|arm| arm.sequential.is_none()) => {}
                Err(reason) => sequential = Some(reason),
            }
        }
        let few = other.as_ref().and_then(|o| o.func.strips.few.clone());
        let alone = other.is_some() && !parallel && !decides && few.is_none();
        Joint {
            few,
            plain: (!alone).then(|| prepared.joint(fresh)),
            strips: other.map(|prepared| prepared.joint(fresh)),
            takes_seed: false,
            sequential,
        }
    }
}

/// The SSA form with the copies that its reverse sweep needs, and the facts about it.
struct Prepared {
    func: Func,
    facts: activity::Activity,
    names: EmitNames,
    seed: Option<Seed>,
    /// How its loops are reversed, once somebody asked.
    modes: OnceCell<loops::Modes>,
}

impl Prepared {
    fn modes(&self, layout: &layout::Layout<'_>) -> &loops::Modes {
        let find = || loops::run(&self.func, &self.facts, layout, self.seed.clone());
        self.modes.get_or_init(find)
    }

    fn reruns(&self) -> usize {
        self.modes(&layout::run(&self.func)).reruns()
    }

    fn new(
        ssa: &Func,
        facts: &activity::Activity,
        names: &EmitNames,
        seed: Option<Seed>,
        fresh: &mut Names,
    ) -> Prepared {
        let mut layout = layout::run(ssa);
        let modes = loops::run(ssa, facts, &layout, seed.clone());
        layout.arms.clone_from(&modes.arms);
        let func = snapshot::run(ssa, facts, &layout, &modes, fresh);
        let facts = activity::run(&func);
        let mut names = names.clone();
        names.extend(&func, fresh);
        Prepared {
            func,
            facts,
            names,
            seed,
            modes: OnceCell::new(),
        }
    }

    /// The same function with its loops in strips, if one of them allows it.
    fn in_strips(&self, fresh: &mut Names) -> Option<Prepared> {
        let merged = self.merged(fresh);
        let from = merged.as_ref().unwrap_or(self);
        let strips = from.cut(Style::Joint, fresh);
        strips.filter(Prepared::are_fused).or(merged)
    }

    /// The same function with loops that run strip by strip.
    fn cut(&self, style: Style, fresh: &mut Names) -> Option<Prepared> {
        let layout = layout::run(&self.func);
        let modes = self.modes(&layout);
        let func = strips::run(&self.func, &self.facts, &layout, modes, style, fresh)?;
        Some(self.with_func(simplify::run(func), fresh))
    }

    /// The same function with copies of what the memory behind `&mut` holds in the end, if they save something.
    fn with_finals(&self, fresh: &mut Names) -> Option<Prepared> {
        let layout = layout::run(&self.func);
        let func = finals::run(&self.func, &layout, fresh, &self.names.rt)?;
        Some(self.with_func(func, fresh))
    }

    /// The same function with loops merged, if the loops that come out need no storage.
    fn merged(&self, fresh: &mut Names) -> Option<Prepared> {
        let layout = layout::run(&self.func);
        let loops = loops::Loops::new(&self.func, &self.facts, &layout);
        let merge::Merged { func, into } = merge::run(&self.func, &loops)?;
        let merged = self.with_func(simplify::run(func), fresh);
        let layout = layout::run(&merged.func);
        let modes = merged.modes(&layout);
        let fused = |l| {
            matches!(
                modes.get(l),
                Some(loops::Mode::Fused(_) | loops::Mode::Unit)
            )
        };
        let fused = into.iter().all(fused);
        fused.then_some(merged)
    }

    /// Another form of the function.
    fn with_func(&self, func: Func, fresh: &mut Names) -> Prepared {
        let facts = activity::run(&func);
        let mut names = self.names.clone();
        names.extend(&func, fresh);
        Prepared {
            func,
            facts,
            names,
            seed: self.seed.clone(),
            modes: OnceCell::new(),
        }
    }

    /// The same function with its loops in stretches, or why none of them allows it.
    fn in_stretches(&self, fresh: &mut Names) -> Result<Prepared, parallel::Reason> {
        let layout = layout::run(&self.func);
        let seed = self.seed.clone().map(Seed::in_stretches);
        let modes = loops::run(&self.func, &self.facts, &layout, seed.clone());
        let func = parallel::run(&self.func, &self.facts, &layout, &modes, fresh)?;
        let stretched = self.with_func(func, fresh);
        Ok(Prepared { seed, ..stretched })
    }

    /// True if every loop over strips is reversed strip by strip, which lane loops rely on.
    fn are_fused(&self) -> bool {
        let layout = layout::run(&self.func);
        let modes = self.modes(&layout);
        let mut strips = self.func.strips.strips.iter();
        strips.all(|l| matches!(modes.get(l), Some(loops::Mode::Fused(_))))
    }

    fn joint(&self, fresh: &mut Names) -> TokenStream {
        let sweeps = self.with(Style::Joint, fresh.clone(), |cx| adjoint::run(cx, fresh));
        let printer = Printer::new(&self.func, &self.names);
        let forward = printer.stmts(&sweeps.forward);
        let reverse = printer.stmts(&sweeps.reverse);
        let value = self.func.result.as_ref();
        let value = value.map(|t| printer.expr(&tree_expr(t)));
        quote!(#forward #reverse #value)
    }

    fn with<R>(&self, style: Style, scratch: Names, f: impl FnOnce(&Context<'_>) -> R) -> R {
        let mut layout = layout::run(&self.func);
        let modes = self.modes(&layout);
        layout.arms.clone_from(&modes.arms);
        f(&Context {
            func: &self.func,
            facts: &self.facts,
            layout: &layout,
            modes,
            style,
            names: &self.names,
            scratch: scratch.into(),
            buffers: Default::default(),
            temporaries: Default::default(),
        })
    }
}

fn has_loops(ssa: &Func) -> bool {
    let mut loops = false;
    ssa.body
        .walk(&mut |s| loops |= matches!(s.kind, StmtKind::For { .. } | StmtKind::While { .. }));
    loops
}

/// Whether forward and reverse sweep of the function are worth a body of their own: it gives a number, or one
/// or none, and has a loop or calls itself.
fn joins(ssa: &Func) -> Result<(), parallel::Reason> {
    if !has_loops(ssa) && !loops::seeded::can_hand_on(ssa) {
        return Err(parallel::no_loop());
    }
    let in_place = |p: &super::ssa::Param| matches!(p.ty, hir::Ty::Ref(true, _));
    match ssa.number().is_some() && !ssa.params.iter().any(in_place) {
        true => Ok(()),
        false => Err(parallel::no_sum()),
    }
}

/// Whether the function ends in a panic wherever it is called (nobody has written it yet).
fn diverges(func: &hir::Func, ssa: &Func) -> bool {
    let nothing = match &ssa.result {
        None => true,
        Some(Tree::Tuple(parts)) => parts.is_empty(),
        Some(_) => false,
    };
    let declared = match &func.result {
        hir::Ty::Tuple(parts) => !parts.is_empty(),
        ty => !matches!(ty, hir::Ty::Unit | hir::Ty::Never),
    };
    let panics =
        |s: &Ssa| matches!(&s.kind, StmtKind::Effect(code) if again::diverges(&code.tokens));
    nothing && declared || ssa.body.stmts.iter().any(panics)
}

/// Whether a selection could tell from the order of what it is asked how loops run.
fn decides_in_loops(ssa: &Func) -> bool {
    let mut found = !ssa.borders.is_empty();
    ssa.body.walk(&mut |s| {
        if let StmtKind::For { body, .. } | StmtKind::While { body, .. } = &s.kind {
            body.walk(&mut |s| {
                found |= matches!(
                    s.kind,
                    StmtKind::Def(_, Op::Weight { .. } | Op::Branch { .. }) | StmtKind::Call(_)
                );
            });
        }
    });
    found
}

/// `let _: f64 = k;` for parameters of a type unknown to the compiler that are used as real numbers:
/// rustc has to agree.
fn pins(ssa: &Func) -> Vec<Stmt> {
    let pin = |p: &super::ssa::Param| match (&p.ty, &p.entry) {
        (hir::Ty::Opaque, Tree::Val(v)) if ssa.is_real(*v) => {
            let ty = ty_tokens(&ssa.val(*v).ty);
            let init = Expr::Val(*v);
            Some(Stmt::Bind {
                pattern: quote!(_: #ty),
                init,
            })
        }
        _ => None,
    };
    ssa.params.iter().filter_map(pin).collect()
}

/// `*y = …;` for scalars behind exclusive references.
fn write_back(ssa: &Func) -> Vec<Stmt> {
    let exit = |p: &super::ssa::Param| {
        let place = Expr::Deref(Box::new(Expr::Name(p.name.clone())));
        p.exit.map(|v| Stmt::Assign {
            place,
            op: "=",
            value: Expr::Val(v),
        })
    };
    ssa.params.iter().filter_map(exit).collect()
}

/// The names under which the emitted bodies find the arguments: the user's, where there is one.
fn parameter_names(func: &hir::Func, fresh: &mut Names) -> Vec<Ident> {
    func.params
        .iter()
        .map(|p| {
            let name = &func.vars[p.var.0 as usize].name;
            match names::plain(name).starts_with('_') {
                true => fresh.exact("arg", name.span()),
                false => name.clone(),
            }
        })
        .collect()
}

/// Kept for the bound of an unknown function: the class of a function is that of its operations.
pub(super) const SMALLEST: Definability = Definability::Semialgebraic;
