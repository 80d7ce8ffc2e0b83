//! `syn` to [`hir`](super::hir): names resolved, types inferred, everything else refused.
//!
//! In: a `syn::ItemFn` and the options of the attribute. Out: a [`Func`], or errors, all of them.
//!
//! ```text
//! fn f(w: &[f64]) -> f64 { let mut s = 0.0; for i in 0..w.len() { s += w[i].max(0.0); } s }
//! ```
//! becomes (as `hir::print` shows it)
//! ```text
//! fn f(w: &[f64]) -> f64
//!   let mut s: f64 = 0.0
//!   for i in 0..len(w)
//!     s += max(w[i], 0.0)
//!   s
//! ```
//! Types are inferred while the body is lowered, in one go. Where a decision had to be made on a
//! type that only a later statement tells, the body is lowered again with what is known by then.

mod aliases;
mod annotation;
mod arg;
mod assign;
mod call;
mod called;
mod capture;
mod checkpoint;
mod chosen;
mod closure;
mod declared;
mod dest;
mod effect;
mod expr;
mod fence;
mod float;
mod infer;
mod item;
mod iter;
mod jump;
mod lent;
mod let_;
mod literals;
mod looks;
mod loops;
mod made;
mod marks;
mod match_;
mod method;
mod operator;
mod optional;
mod order;
mod outcome;
mod outcome_method;
mod overload;
mod parameter;
mod parted;
mod pat;
mod path;
mod peeled;
mod place;
mod promote;
mod rearrange;
mod resolve;
mod scope;
mod sections;
mod sequence;
mod slice;
mod std_call;
mod stmt;
mod structs;
mod table;
mod taken;
mod unfold;
mod value;
mod written;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned as _;

pub(crate) use self::call::calls_upper;
pub(crate) use self::iter::maps;
pub(crate) use self::made::made_structs;
pub(crate) use self::marks::attributes;
pub(crate) use self::order::changes;

use self::infer::{Infer, Kind};
use self::scope::Scope;
use super::diag::{self, Diagnostics, Entry};
use super::hir::{
    Block, Checkpoint, Expr, ExprKind, Func, LoopId, Marks, Member, Param, Pin, Real, Stmt,
    StmtKind, Ty, Var, VarId, Verbatim,
};
use super::names::Names;
use super::naming::Naming;
use super::parse::attribute::Options;
use super::parse::generics;
use super::parse::signature::{self, Signature};
use super::parse::types;

/// How often a body is lowered before its types have to stand still.
const ROUNDS: usize = 4;

/// Lowers a function; `None` if anything was refused.
pub(crate) fn lower(
    item: &syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<Func> {
    let item = &*peeled::patterns(item);
    let item = &*chosen::places(item);
    let signature = signature::read(item, options, diags);
    let signature_fits = diags.is_empty();
    let body_tells_more = !diags.iter().any(|diag| is_about_all(diag.entry));
    let mut seeds = Vec::new();
    for round in 1.. {
        let mut sink = Diagnostics::new();
        let mut lower = Lower::new(item, options, &signature, seeds, &mut sink);
        let body = lower.body(item, &signature);
        lower.decide_by_others();
        let found = lower.binding_types();
        let again = lower.undecided && round < ROUNDS && !same(&found, &lower.seeds);
        if again {
            seeds = found;
            continue;
        }
        let func = lower.finish(item, &signature, body);
        let body_fits = sink.is_empty();
        if body_tells_more {
            diags.absorb(sink);
        }
        return (signature_fits && body_fits).then_some(func);
    }
    None
}

/// True for a list of what carries the error that an `Option` or `Result` may be.
fn is_list_of_options(ty: &Ty) -> bool {
    fn holds(ty: &Ty) -> bool {
        match ty {
            Ty::Maybe => true,
            Ty::Tuple(parts) => parts.iter().any(holds),
            ty => ty.element().is_some_and(holds),
        }
    }
    ty.element().is_some_and(holds)
}

/// True for errors after which the whole function has to be written in another way: what would be
/// said about its body follows from them.
fn is_about_all(entry: &Entry) -> bool {
    let all = [
        &diag::ASYNC_FN,
        &diag::RECEIVER_TYPE,
        &diag::IMPL_TRAIT,
        &diag::RESULT_TYPE,
    ];
    all.iter().any(|other| other.code == entry.code)
}

fn same(a: &[Ty], b: &[Ty]) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

/// What is known of a variable beside its [`Var`].
#[derive(Clone, Debug, Default)]
struct Facts {
    /// The variable that this one is another name of, or of a part of which.
    alias_of: Option<VarId>,
    /// Declared as a reference to a value of its own (`let a = &[x, y];`): held as the value. True
    /// if the reference is exclusive.
    held: Option<bool>,
    /// An unknown method may have changed it.
    state: bool,
    /// A `&mut` to something of a type that the compiler does not look into.
    hidden: bool,
    /// The type that the user declared.
    declared: Option<syn::Type>,
    /// Bears a name of the user's, so that code which is copied may mention it.
    named: bool,
    /// Whether it is a `usize` (true) or a number of another type (false), if that is known.
    usize: Option<bool>,
    /// Begins as a text.
    text: bool,
    /// A parameter that is a map, or another collection whose elements have no positions.
    scattered: bool,
    /// A parameter behind `&`, which the reverse sweep is given again.
    given: bool,
    /// What the name of a constant stands for.
    meaning: Option<Verbatim>,
    /// A reference to a part of a constant (an element of a list, a field): the part is read where it is.
    element: Option<Verbatim>,
    /// The variable is this reference, and no copy of the part.
    lent: bool,
    /// What `chunks` or `windows` cut out.
    piece: Option<iter::Piece>,
}

/// A loop, or a labelled block, around the statement that is being lowered.
struct Loop {
    id: LoopId,
    /// What `continue` continues: the innermost of the loops that an iterator is made of.
    next: LoopId,
    label: Option<Ident>,
    /// Where `break value` puts the value.
    dest: Option<VarId>,
    /// True for a labelled block, which a `break` without label does not leave.
    block: bool,
}

/// The operand that is being lowered. Operands are read in order, so that none may change a
/// variable from outside of it.
#[derive(Clone, Copy)]
struct Barrier {
    /// Variables below this number are from outside.
    vars: u32,
}

/// The state of lowering one function.
struct Lower<'a> {
    options: &'a Options,
    diags: &'a mut Diagnostics,
    infer: Infer,
    vars: Vec<Var>,
    facts: Vec<Facts>,
    scopes: Vec<Scope>,
    loops: Vec<Loop>,
    loop_count: u32,
    /// The closures and functions that have a name.
    callables: Vec<closure::Callable>,
    callable_count: usize,
    /// A function of the user's is called.
    calls: bool,
    /// The types of the results of functions that change what they are lent.
    in_place: Vec<Ty>,
    /// The types of what associated functions give, and those that they are functions of; of terms, and of other terms of the sum.
    made: Vec<(Ty, Ty)>,
    /// The closures and loops in which an error was found.
    reported: BTreeSet<usize>,
    /// The iterators that have a name.
    chains: Vec<iter::Named>,
    /// The closure that is being written out, if it returns early.
    frame: Option<closure::Frame>,
    /// The type of the expression which is lowered next, where what it is for tells.
    hint: Option<Ty>,
    /// Constants that are known to be `usize`.
    usizes: BTreeSet<String>,
    barrier: Option<Barrier>,
    marks: Marks,
    /// `#[checkpoint]` of the loop that is lowered next, and of those that were.
    checkpoint: Option<checkpoint::Pending>,
    checkpoints: BTreeMap<LoopId, Checkpoint>,
    /// Those under `#[checkpoint(whole)]`.
    recorded: BTreeMap<LoopId, TokenStream>,
    items: Vec<TokenStream>,
    nested: Vec<Ident>,
    /// The function, for the question where a name occurs.
    item: &'a syn::ItemFn,
    /// The identifiers that the user uses.
    used: Names,
    pins: Vec<Pin>,
    name: Ident,
    result: Ty,
    /// The function is a method or an associated function.
    is_method: bool,
    /// The types that are named by paths, one for each path.
    named_types: BTreeMap<String, Ty>,
    /// The type parameters that stand for real numbers.
    reals: Vec<Ident>,
    /// The names of the traits that type parameters are bounded by.
    bounds: Vec<String>,
    /// The paths that the signature uses as real types.
    real_aliases: Vec<TokenStream>,
    /// These, and those that are invented here.
    names: Names,
    /// Those that were invented.
    hidden: BTreeSet<String>,
    /// Variables of constant patterns.
    matched: BTreeSet<VarId>,
    /// Names that were reported because they come from several macro expansions.
    clashes: BTreeSet<String>,
    /// The user's bindings, in the order of the source, and their types from an earlier round.
    bindings: Vec<VarId>,
    seeds: Vec<Ty>,
    /// Set if a decision rests on a type that was not known yet.
    undecided: bool,
}

impl<'a> Lower<'a> {
    fn new(
        item: &'a syn::ItemFn,
        options: &'a Options,
        signature: &Signature<'_>,
        seeds: Vec<Ty>,
        diags: &'a mut Diagnostics,
    ) -> Self {
        let used = Names::of_function(item);
        let mut lower = Lower {
            options,
            diags,
            infer: Infer::new(
                aliases::real_of(signature, options.known.usual_real()),
                options.known.usual_real(),
            ),
            vars: Vec::new(),
            facts: Vec::new(),
            scopes: vec![Scope::default()],
            loops: Vec::new(),
            loop_count: 0,
            callables: Vec::new(),
            callable_count: 0,
            calls: false,
            in_place: Vec::new(),
            made: Vec::new(),
            reported: BTreeSet::new(),
            chains: Vec::new(),
            frame: None,
            hint: None,
            usizes: BTreeSet::new(),
            barrier: None,
            marks: Marks::default(),
            checkpoint: None,
            checkpoints: BTreeMap::new(),
            recorded: BTreeMap::new(),
            items: Vec::new(),
            nested: Vec::new(),
            names: used.clone(),
            used,
            item,
            pins: Vec::new(),
            name: item.sig.ident.clone(),
            result: signature.result.clone(),
            is_method: matches!(options.naming, Naming::Sibling(_)),
            named_types: BTreeMap::new(),
            reals: signature.reals.clone(),
            bounds: generics::all_bounds([&item.sig.generics, &options.naming.block_generics()]),
            real_aliases: aliases::of(signature),
            hidden: BTreeSet::new(),
            matched: BTreeSet::new(),
            clashes: BTreeSet::new(),
            bindings: Vec::new(),
            seeds,
            undecided: false,
        };
        lower.result = lower.soften_signature(signature.result.clone());
        lower.infer.result = lower.result.clone();
        lower.infer.result_is_struct = aliases::result_is_struct(signature, options.mode);
        lower.infer.named_structs = options.named_structs;
        if let Real::Named(path) = aliases::real_of(signature, options.known.usual_real()) {
            lower.infer.real_path = Some(lower.named_type(path, true));
        }
        lower
    }

    /// The parameters in scope, then the body.
    fn body(&mut self, item: &syn::ItemFn, signature: &Signature<'_>) -> (Vec<VarId>, Block) {
        let mut stmts = Vec::new();
        let mut params = Vec::new();
        for (i, parameter) in signature.parameters.iter().enumerate() {
            params.push(self.parameter(parameter, i, &mut stmts));
        }
        self.const_parameters(&item.sig.generics);
        let mut body = self.function_block(&item.block);
        if !stmts.is_empty() {
            stmts.append(&mut body.stmts);
            body.stmts = stmts;
        }
        (params, body)
    }

    fn parameter(
        &mut self,
        parameter: &signature::Parameter<'_>,
        position: usize,
        stmts: &mut Vec<Stmt>,
    ) -> VarId {
        let ty = match parameter.refused {
            true => self.infer.fresh(Kind::Error),
            false => match &parameter.optional {
                Some(inner) => self.optional_parameter(parameter, inner),
                None => self.soften_signature(parameter.ty.clone()),
            },
        };
        let plain = match parameter.pat {
            syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
                Some(self.bind(&ident.ident, ty.clone(), ident.mutability.is_some()))
            }
            _ => None,
        };
        let var = plain.unwrap_or_else(|| {
            let span = Span::call_site().located_at(parameter.pat.span());
            let var = self.temp(&format!("arg{position}"), ty.clone(), span);
            self.destructure(parameter.pat, var, ty.clone(), stmts);
            var
        });
        self.facts[var.0 as usize].hidden = parameter.exclusive && matches!(ty, Ty::Opaque);
        let declared = parameter.declared.to_string();
        self.facts[var.0 as usize].given = declared.starts_with('&') && !parameter.exclusive;
        self.facts[var.0 as usize].scattered =
            !types::is_of_reals(&ty) && types::is_scattered(&parameter.declared);
        self.facts[var.0 as usize].usize =
            types::is_integer(&declared).then(|| declared == "usize");
        var
    }

    /// Decides what results of calls are that nothing else tells.
    fn decide_by_others(&mut self) {
        for result in std::mem::take(&mut self.in_place) {
            self.infer.give_up_with_nothing(&result);
        }
        let made = std::mem::take(&mut self.made);
        // What is found out about one may tell about others.
        while made.iter().any(|(made, of)| self.infer.made_of(made, of)) {}
    }

    /// The types of the user's bindings, as far as they are known.
    fn binding_types(&self) -> Vec<Ty> {
        let types = self.bindings.iter();
        types
            .map(|var| self.infer.resolve(&self.vars[var.0 as usize].ty))
            .collect()
    }

    fn finish(
        mut self,
        item: &syn::ItemFn,
        signature: &Signature<'_>,
        (params, body): (Vec<VarId>, Block),
    ) -> Func {
        let params = params.iter().zip(&signature.parameters);
        let params = params.map(|(var, parameter)| Param {
            var: *var,
            declared: parameter.declared.clone(),
            ty: match parameter.optional {
                Some(_) => parameter.ty.clone(),
                None => self.infer.resolve(&self.vars[var.0 as usize].ty),
            },
            role: parameter.role,
        });
        let mut func = Func {
            name: item.sig.ident.clone(),
            used: std::mem::take(&mut self.used),
            params: params.collect(),
            result: types::untagged(self.infer.resolve(&self.result)),
            result_is_unknown: self.infer.result_is_unknown(),
            outcome: self.infer.payload(&self.result).is_some(),
            blank: types::blank(&item.sig.output),
            hidden: std::mem::take(&mut self.hidden),
            matched: std::mem::take(&mut self.matched),
            vars: std::mem::take(&mut self.vars),
            body,
            items: std::mem::take(&mut self.items),
            nested: std::mem::take(&mut self.nested),
            pins: std::mem::take(&mut self.pins),
            reals: self.reals.clone(),
            checkpoints: std::mem::take(&mut self.checkpoints),
            whole: std::mem::take(&mut self.recorded),
        };
        for field in self.infer.outcome_fields() {
            let name = diag::text_of(field);
            // A field without a name may be the operand of a constructor: nobody has written its number.
            let at = match field {
                Member::Named(name) => name,
                Member::At(_) | Member::Behind => &item.sig.ident,
            };
            self.diags.report_at(&diag::OPTION_FIELD, at, &[&name]);
        }
        let block = self.options.naming.block_generics();
        let of_block = |name: &Ident| block.const_params().any(|p| p.ident == *name);
        let declared = resolve::Declared {
            is_constant: &|path, member| self.is_constant_field(path, member),
            size: &|name| self.options.known.size(name).filter(|_| !of_block(name)),
        };
        resolve::run(&mut func, &self.infer, &declared);
        lent::check(&mut func, self.diags);
        for var in func.vars.iter().filter(|var| is_list_of_options(&var.ty)) {
            let name = var.name.to_string();
            self.diags
                .report_at(&diag::OPTION_LIST, &var.name, &[&name]);
        }
        let facts = &self.facts;
        literals::run(&mut func, &|var| facts[var.0 as usize].declared.clone());
        parted::run(&mut func, &self.options.krate);
        table::run(&mut func);
        overload::run(&mut func, self.diags);
        let (mut names, mut made) = (std::mem::take(&mut self.names), BTreeSet::new());
        let keeps = |method: &str| {
            let method = syn::parse_str::<Ident>(method).ok();
            method.is_some_and(|name| self.is_known_to_change(&name) == Some(false))
        };
        let root = |var| root_of(&self.facts, var);
        // Variables that were made since lowering have no facts.
        let named = |var: VarId| self.facts.get(var.0 as usize).is_some_and(|f| f.named);
        if self.calls {
            promote::run(
                &mut func,
                &promote::Facts {
                    root: &root,
                    keeps: &keeps,
                    named: &named,
                },
                &mut |hint, span| {
                    let name = fresh_name(&mut names, hint, span);
                    made.insert(name.to_string());
                    name
                },
            );
        }
        func.hidden.extend(made);
        // Without facts: no state.
        let facts = &self.facts;
        resolve::keep_state(&mut func, |var| {
            facts.get(var.0 as usize).is_some_and(|fact| fact.state)
        });
        resolve::check(&mut func, self.diags);
        // The operators of structs come later, and change nothing beside what they read.
        if self.calls {
            order::check(&func, &|var| root_of(facts, var), self.diags);
        }
        func
    }

    /// A variable under a name of the user's.
    fn bind(&mut self, name: &Ident, ty: Ty, mutable: bool) -> VarId {
        let var = self.bind_later(name, ty, mutable);
        self.enter_name(name, var);
        var
    }

    /// The same, before the name is in scope.
    fn bind_later(&mut self, name: &Ident, ty: Ty, mutable: bool) -> VarId {
        if let Some(seed) = self.seeds.get(self.bindings.len()).cloned() {
            // A seed that does not fit comes from an error that is reported anyway.
            let _ = self.infer.unify(&ty, &seed);
        }
        if name.to_string().starts_with('_') {
            self.infer.ignore(&ty);
        }
        let var = self.variable(name.clone(), ty, mutable);
        self.facts[var.0 as usize].named = true;
        self.bindings.push(var);
        var
    }

    /// A variable that the user did not name.
    fn temp(&mut self, hint: &str, ty: Ty, span: Span) -> VarId {
        let name = self.fresh_name(hint, span);
        self.hidden.insert(name.to_string());
        self.variable(name, ty, false)
    }

    fn variable(&mut self, name: Ident, ty: Ty, mutable: bool) -> VarId {
        self.vars.push(Var { name, ty, mutable });
        self.facts.push(Facts::default());
        VarId(self.vars.len() as u32 - 1)
    }

    fn fresh_name(&mut self, hint: &str, span: Span) -> Ident {
        fresh_name(&mut self.names, hint, span)
    }

    fn var(&self, id: VarId) -> &Var {
        &self.vars[id.0 as usize]
    }

    fn loop_id(&mut self) -> LoopId {
        self.loop_count += 1;
        LoopId(self.loop_count - 1)
    }

    fn make(&self, kind: ExprKind, ty: Ty, span: Span) -> Expr {
        Expr {
            kind,
            ty,
            span,
            source: TokenStream::new(),
            marks: self.marks,
        }
    }

    /// Reports, and gives an expression that silences what would follow from it.
    fn refuse(
        &mut self,
        entry: &'static Entry,
        tokens: &(impl ToTokens + ?Sized),
        args: &[&str],
    ) -> Expr {
        self.diags.report_at(entry, tokens, args);
        self.error(tokens.to_token_stream())
    }

    /// An expression in the place of one that was refused.
    fn error(&mut self, tokens: TokenStream) -> Expr {
        let ty = self.infer.fresh(Kind::Error);
        let code = Verbatim {
            tokens,
            uses: Vec::new(),
            pure: true,
        };
        self.make(ExprKind::Opaque(code), ty, Span::call_site())
    }

    fn is_error(&self, ty: &Ty) -> bool {
        matches!(self.infer.kind(&self.infer.strip(ty)), Some(Kind::Error))
    }
}

/// A name that the user does not use.
fn fresh_name(names: &mut Names, hint: &str, span: Span) -> Ident {
    let mut name = hint.to_owned();
    let mut n = 1;
    while !names.claim(&name) {
        n += 1;
        name = format!("{hint}{n}");
    }
    format_ident!("{name}", span = span)
}

/// The variable that `var` is another name of, or of a part of which; itself if it is none.
fn root_of(facts: &[Facts], mut var: VarId) -> VarId {
    // Variables that later passes made have no facts, and are no aliases.
    while let Some(next) = facts.get(var.0 as usize).and_then(|facts| facts.alias_of) {
        var = next;
    }
    var
}

/// A statement.
fn stmt(kind: StmtKind, span: Span) -> Stmt {
    Stmt { kind, span }
}
