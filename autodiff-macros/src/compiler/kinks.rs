//! Puts a decision where the derivative has to be chosen, and refuses what jumps.
//!
//! In: the SSA form and its [`Activity`]. Out: the same form in which every rule with kinks and
//! differentiable operands is preceded by its decisions ([`Op::Weight`]), and every comparison of
//! differentiable values is a decision ([`Op::Branch`]). [`Func::sites`] lists them in program order.
//!
//! ```text
//! y = max(a, b)      →   w = weight(site 0; a, b);  y = max(a, b; w)
//! c = a > b          →   c = branch(site 1; a > b)
//! y = sqrt(x)        →   the same, and site 2 stands for `x = 0` in [`Func::borders`]
//! ```

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};

use super::analyse::activity::{Activity, holds_reals};
use super::analyse::lengths;
use super::diag::{self, Diagnostics};
use super::hir::{BinOp, Marks, Real, Ty};
use super::names::Names;
use super::ssa::{
    Arg, Block, Call, Func, Init, MemId, Op, Place, Site, SiteId, SiteKind, Stmt, StmtKind, Tree,
    Val, ValId,
};

/// Inserts the decisions. The facts stay valid: decisions are never varied.
pub(crate) fn run(
    mut func: Func,
    facts: &Activity,
    names: &mut Names,
    diags: &mut Diagnostics,
) -> Func {
    let mut body = std::mem::take(&mut func.body);
    let mut pass = Kinks {
        func: &mut func,
        facts,
        names,
        diags,
        lists: Vec::new(),
        counted: BTreeSet::new(),
    };
    pass.block(&mut body);
    func.body = body;
    func
}

struct Kinks<'a> {
    func: &'a mut Func,
    facts: &'a Activity,
    names: &'a mut Names,
    diags: &'a mut Diagnostics,
    /// What calls of operations gave that are no numbers.
    lists: Vec<MemId>,
    /// Constants that functions made of what a test decides.
    counted: BTreeSet<ValId>,
}

impl Kinks<'_> {
    fn block(&mut self, block: &mut Block) {
        let stmts = std::mem::take(&mut block.stmts);
        for mut stmt in stmts {
            match &mut stmt.kind {
                StmtKind::Def(v, op) => {
                    let v = *v;
                    self.check(v, op);
                    self.decide(v, op, stmt.span, &mut block.stmts);
                    self.border(v, op);
                }
                StmtKind::Call(call) => {
                    self.operation(call);
                    if let Some(source) = lengths::of_constants(self.func, self.facts, call) {
                        self.diags.report_at(&diag::COUNT_JUMPS, &source, &[]);
                    }
                }
                StmtKind::Alloc(m, init)
                | StmtKind::Push {
                    place: Place { mem: m, .. },
                    init,
                } => self.keep(*m, init),
                StmtKind::If { then, els, .. } => {
                    self.block(then);
                    self.block(els);
                }
                StmtKind::For { body, .. } => self.block(body),
                StmtKind::While { head, body, .. } => {
                    self.block(head);
                    self.block(body);
                }
                _ => {}
            }
            block.stmts.push(stmt);
        }
    }

    /// Refuses numbers in a list or a struct that a function made of what a test decides.
    fn keep(&mut self, m: MemId, init: &Init) {
        if !self.facts.useful_mem(m) {
            return;
        }
        let mut counted = None;
        init.for_each_use(&mut |v| {
            if self.counted.contains(&v) {
                counted.get_or_insert(v);
            }
        });
        let val = counted.map(|v| self.func.val(v));
        if let Some(val) = val.filter(|val| !val.marks.assume_continuous) {
            let source = at(val.source.clone(), val.span);
            self.diags.report_at(&diag::COUNT_JUMPS, &source, &[]);
        }
    }

    /// Notes where an operation has a value and no finite derivative.
    fn border(&mut self, v: ValId, op: &Op) {
        let Op::Rule { rule, args, .. } = op else {
            return;
        };
        if rule.border.is_some() && args.iter().any(|a| self.facts.varied(*a)) {
            let args = args.clone();
            let site = self.site(v, SiteKind::Border { rule, args });
            self.func.borders.insert(v, site);
        }
    }

    fn decide(&mut self, v: ValId, op: &mut Op, span: Span, out: &mut Vec<Stmt>) {
        match op {
            Op::Rule {
                rule,
                args,
                weights,
            } if (rule.refused.is_none() || !rule.refused_args.is_empty())
                && args.iter().any(|a| self.facts.varied(*a)) =>
            {
                for (k, _) in rule.decisions.iter().enumerate() {
                    let site = self.site(
                        v,
                        SiteKind::Kink {
                            rule,
                            kink: k,
                            args: args.clone(),
                        },
                    );
                    let w = self.weight(span);
                    let op = Op::Weight {
                        site,
                        rule,
                        kink: k,
                        args: args.clone(),
                    };
                    out.push(Stmt {
                        kind: StmtKind::Def(w, op),
                        span,
                    });
                    weights.push(w);
                }
            }
            Op::Bin(cmp, a, b)
                if is_comparison(*cmp)
                    && self.func.is_real(*a)
                    && (self.facts.varied(*a) || self.facts.varied(*b)) =>
            {
                let (cmp, lhs, rhs) = (*cmp, *a, *b);
                let site = self.site(v, SiteKind::Branch { op: cmp, lhs, rhs });
                *op = Op::Branch {
                    site,
                    op: cmp,
                    lhs,
                    rhs,
                };
            }
            _ => {}
        }
    }

    /// A call of a function that has the name of an operation: its kinks are places in this
    /// function, if it is that operation.
    fn operation(&mut self, call: &mut Call) {
        let (Some(rule), Some(v)) = (call.operation, call.described) else {
            return;
        };
        let args: Option<Vec<ValId>> = call.args.iter().map(number).collect();
        let args = args.filter(|args| args.iter().any(|a| self.facts.varied(*a)));
        let Some(args) = args.or_else(|| self.on_slice(call)) else {
            return;
        };
        let callee = call.path.clone();
        for kink in 0..rule.decisions.len() {
            let args = args.clone();
            let id = self.site(v, SiteKind::Kink { rule, kink, args });
            self.func.sites[id.0 as usize].callee = Some(callee.clone());
            call.sites.get_or_insert(id);
        }
        if let Some(Tree::Mem(list)) = call.result {
            self.lists.push(list);
        }
    }

    /// The numbers among the arguments (none) of a call of an operation on a slice of reals that varies. A list of something
    /// else is for a function of the user's.
    fn on_slice(&self, call: &Call) -> Option<Vec<ValId>> {
        let Some(Arg::Ref(false, at)) = call.args.first() else {
            return None;
        };
        let ty = self.func.place_ty(at)?;
        let reals = match ty.element() {
            Some(element) => matches!(element, Ty::Real(_)),
            // What an operation gave and another one takes is a list, though nobody takes an element of it here.
            None => at.path.is_empty() && self.lists.contains(&at.mem),
        };
        (reals && self.facts.varied_arg(call.args.first()?)).then(Vec::new)
    }

    fn site(&mut self, val: ValId, kind: SiteKind) -> SiteId {
        let copied = self.func.val(val).marks.copied;
        if let Some(id) = copied.and_then(|copied| self.copy_of(copied, &kind)) {
            return id;
        }
        let id = SiteId(u32::try_from(self.func.sites.len()).unwrap_or(u32::MAX));
        let callee = None;
        self.func.sites.push(Site { val, kind, callee });
        id
    }

    /// The site of another copy of what stands there.
    fn copy_of(&self, copied: u32, kind: &SiteKind) -> Option<SiteId> {
        let is_same = |site: &Site| {
            let same_kind = match (&site.kind, kind) {
                (SiteKind::Kink { kink: a, .. }, SiteKind::Kink { kink: b, .. }) => a == b,
                (SiteKind::Border { .. }, SiteKind::Border { .. }) => true,
                _ => false,
            };
            same_kind && self.func.val(site.val).marks.copied == Some(copied)
        };
        let at = self.func.sites.iter().position(is_same)?;
        u32::try_from(at).ok().map(SiteId)
    }

    fn weight(&mut self, span: Span) -> ValId {
        let id = ValId(u32::try_from(self.func.vals.len()).unwrap_or(u32::MAX));
        let name: Ident = self.names.numbered("w", "_", 1, span);
        self.func.vals.push(Val {
            name,
            ty: Ty::Real(Real::F64),
            span,
            source: TokenStream::new(),
            operands: Vec::new(),
            marks: Marks::default(),
        });
        id
    }

    /// Refuses operations that jump, unless the user vouches for the continuity of the program.
    fn check(&mut self, v: ValId, op: &Op) {
        let val = self.func.val(v);
        if val.marks.assume_continuous {
            return;
        }
        let (span, source) = (val.span, val.source.clone());
        let varied = |u: ValId| self.facts.varied(u);
        // Of what is computed from a cast that was refused, nothing is said.
        let said = |diag: &diag::Diag| diag.entry.code == diag::CAST_JUMPS.code;
        if counts(self.func, self.facts, v, op) && !self.diags.iter().any(said) {
            self.diags
                .report_at(&diag::COUNT_JUMPS, &at(source, span), &[]);
            return;
        }
        match op {
            Op::Opaque(_) if !self.func.is_real(v) && made_of_tested(self.func, self.facts, op) => {
                self.counted.insert(v);
            }
            Op::Rule { rule, args, .. } => {
                let Some(refusal) = rule.refused else { return };
                if jumps(rule, args, varied) {
                    let name = rule.name;
                    self.diags.report_at(
                        &diag::DISCONTINUOUS,
                        &at(source, span),
                        &[name, refusal.why, refusal.instead],
                    );
                }
            }
            Op::Bin(BinOp::Rem, a, b) if self.func.is_real(v) && (varied(*a) || varied(*b)) => {
                self.diags.report_at(&diag::DISCONTINUOUS, &at(source, span), &["%", "the remainder jumps at the multiples of the divisor", "cut it off with `stop_gradient`, or write `#[assume_continuous]` on the statement if the program as a whole stays continuous"]);
            }
            Op::Cast(a, ty) if !self.func.is_real(v) && varied(*a) => {
                let ty = ty.to_string();
                self.diags
                    .report_at(&diag::CAST_JUMPS, &at(source, span), &[&ty]);
            }
            Op::Opaque(code) if self.func.is_real(v) => {
                let mut any = false;
                code.for_each_use(&mut |u| any |= varied(u));
                code.for_each_real_mem(self.func, &mut |m| any |= self.facts.varied_mem(m));
                if any {
                    self.diags
                        .report_at(&diag::OPAQUE_VARIED, &at(source, span), &[]);
                }
            }
            _ => {}
        }
    }
}

/// True if a number that depends on a test becomes a part of the result here.
pub(crate) fn counts(func: &Func, facts: &Activity, v: ValId, op: &Op) -> bool {
    func.is_real(v) && facts.useful(v) && made_of_tested(func, facts, op)
}

/// True if something that a test decides is among what the operation makes its value of.
fn made_of_tested(func: &Func, facts: &Activity, op: &Op) -> bool {
    let value = |u: ValId| !func.is_real(u) && facts.tainted(u);
    let list = |m: MemId| facts.tainted_integers(m);
    reads(op, &value, &list)
}

/// True if the operation makes a number of an integer.
pub(crate) fn reads_integer(func: &Func, op: &Op) -> bool {
    let value = |u: ValId| matches!(func.val(u).ty, Ty::Int);
    reads(op, &value, &|m| !holds_reals(&func.mem(m).ty))
}

/// Whether what an operation makes a number of, other than by arithmetic, has one of a kind in it.
fn reads(op: &Op, value: &dyn Fn(ValId) -> bool, list: &dyn Fn(MemId) -> bool) -> bool {
    match op {
        Op::Cast(a, _) => value(*a),
        Op::Rule { rule, args, .. } => rule.integer_args.iter().any(|i| value(args[*i])),
        Op::Opaque(code) => {
            let mut any = false;
            code.for_each_use(&mut |u| any |= value(u));
            code.for_each_mem(&mut |m| any |= list(m));
            any
        }
        _ => false,
    }
}

/// An argument that is a scalar, by value.
fn number(arg: &Arg) -> Option<ValId> {
    match arg {
        Arg::Val(v) => Some(*v),
        _ => None,
    }
}

/// The tokens to underline.
pub(crate) fn at(source: TokenStream, span: Span) -> TokenStream {
    match source.is_empty() {
        true => diag::token_at(span),
        false => source,
    }
}

/// True if a value on which the result depends discontinuously is differentiated.
pub(crate) fn jumps(
    rule: &'static autodiff_runtime::rules::Rule,
    args: &[ValId],
    varied: impl Fn(ValId) -> bool,
) -> bool {
    let everywhere = rule.refused_args.is_empty();
    let mut args = args.iter().enumerate();
    rule.refused.is_some()
        && args.any(|(k, a)| (everywhere || rule.refused_args.contains(&k)) && varied(*a))
}

/// True for `== != < <= > >=`.
pub(crate) fn is_comparison(op: BinOp) -> bool {
    matches!(
        op,
        BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge
    )
}
