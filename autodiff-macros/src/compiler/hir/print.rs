//! The HIR as text, for tests and `AUTODIFF_DUMP`.
//!
//! ```text
//! fn f(w: &[f64], n: int const) -> f64
//!   let mut s: f64 = 0.0
//!   for i in 0..n
//!     s += max(w[i], 0.0)
//!   s
//! ```
//! A variable whose name another variable bears too is shown with its number: `x#3`.

use quote::ToTokens;
use std::fmt::{self, Write as _};

use super::{
    BinOp, Block, Expr, ExprKind, Func, Member, Pat, PinKind, Place, Proj, Range, Real, Role, Stmt,
    StmtKind, Ty, UnOp, VarId, Verbatim,
};
use crate::compiler::diag::text_of;

/// The whole function.
pub(crate) fn func(func: &Func) -> String {
    let mut printer = Printer {
        func,
        out: String::new(),
        depth: 0,
    };
    printer.function();
    printer.out
}

/// A type.
pub(crate) fn ty(ty: &Ty) -> String {
    match ty {
        Ty::Real(Real::F64) => "f64".into(),
        Ty::Real(Real::F32) => "f32".into(),
        Ty::Real(Real::Named(path)) => text_of(path),
        Ty::Real(Real::Param(name)) => name.to_string(),
        Ty::Int => "int".into(),
        Ty::Bool => "bool".into(),
        Ty::Unit => "()".into(),
        Ty::Tuple(parts) => format!("({})", list(parts, ty_of)),
        Ty::Array(inner, len) => format!("[{}; {}]", ty_of(inner), text_of(len)),
        Ty::Vec(inner) => format!("Vec<{}>", ty_of(inner)),
        Ty::Slice(inner) => format!("[{}]", ty_of(inner)),
        Ty::Seq(inner) => format!("Seq<{}>", ty_of(inner)),
        Ty::Struct(of) => match &of.path {
            Some(path) => format!("struct {path}"),
            None => "struct".to_owned(),
        },
        Ty::Ref(false, inner) => format!("&{}", ty_of(inner)),
        Ty::Ref(true, inner) => format!("&mut {}", ty_of(inner)),
        Ty::Never => "!".into(),
        Ty::Tag => "flag".into(),
        Ty::Maybe => "error".into(),
        Ty::Opaque => "opaque".into(),
        Ty::Infer(id) => format!("?{id}"),
    }
}

fn ty_of(inner: &Ty) -> String {
    ty(inner)
}

fn list<T>(parts: &[T], show: impl FnMut(&T) -> String) -> String {
    parts.iter().map(show).collect::<Vec<_>>().join(", ")
}

struct Printer<'f> {
    func: &'f Func,
    out: String,
    depth: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let indent = "  ".repeat(self.depth);
        // Writing to a `String` does not fail.
        let _ = writeln!(self.out, "{indent}{text}");
    }

    fn function(&mut self) {
        let func = self.func;
        let params = list(&func.params, |param| {
            let role = match param.role {
                Role::Differentiable => "",
                Role::Constant => " const",
            };
            format!("{}: {}{role}", self.var(param.var), ty(&param.ty))
        });
        let result = ty(&func.result);
        self.line(format_args!("fn {}({params}) -> {result}", func.name));
        self.depth = 1;
        for item in &func.items {
            self.line(format_args!("{}", text_of(item)));
        }
        for pin in &func.pins {
            let dot = match &pin.kind {
                PinKind::Function => "",
                PinKind::Method => ".",
                PinKind::OnReference(_) => "&.",
                PinKind::Parameter(_) => "",
            };
            let path = text_of(&pin.path);
            self.line(format_args!("pin {dot}{path} = {}", pin.operation));
        }
        self.block(&func.body);
    }

    fn var(&self, id: VarId) -> String {
        let name = &self.func.vars[id.0 as usize].name;
        let same = self.func.vars.iter().filter(|var| var.name == *name);
        match same.count() {
            0 | 1 => name.to_string(),
            _ => format!("{name}#{}", id.0),
        }
    }

    fn nested(&mut self, block: &Block) {
        self.depth += 1;
        self.block(block);
        self.depth -= 1;
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        if let Some(value) = &block.value {
            let value = self.expr(value);
            self.line(format_args!("{value}"));
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pat, init } => self.let_(pat, init.as_ref()),
            StmtKind::Alias { var, place } => {
                let (name, ty) = (self.var(*var), ty(&self.func.vars[var.0 as usize].ty));
                let place = self.place(place);
                self.line(format_args!("alias {name}: {ty} = {place}"));
            }
            StmtKind::Assign { place, op, value } => {
                let op = op.map_or("", BinOp::symbol);
                let (place, value) = (self.place(place), self.expr(value));
                self.line(format_args!("{place} {op}= {value}"));
            }
            StmtKind::Push { place, value } => {
                let (place, value) = (self.place(place), self.expr(value));
                self.line(format_args!("push {place} <- {value}"));
            }
            StmtKind::If { cond, then, els } => self.if_(cond, then, els),
            StmtKind::For {
                id,
                var,
                range,
                body,
            } => {
                let (var, range) = (self.var(*var), self.range(range));
                self.line(format_args!("for {var} in {range} @{}", id.0));
                self.nested(body);
            }
            StmtKind::ForUntil {
                id,
                var,
                range,
                body,
                until,
            } => {
                let (var, range) = (self.var(*var), self.range(range));
                let until = list(until, |flag| self.var(*flag));
                self.line(format_args!("for {var} in {range} until {until} @{}", id.0));
                self.nested(body);
            }
            StmtKind::While { id, cond, body } => {
                let cond = self.expr(cond);
                self.line(format_args!("while {cond} @{}", id.0));
                self.nested(body);
            }
            StmtKind::Loop { id, body } => {
                self.line(format_args!("loop @{}", id.0));
                self.nested(body);
            }
            StmtKind::Break(id) => self.line(format_args!("break @{}", id.0)),
            StmtKind::Continue(id) => self.line(format_args!("continue @{}", id.0)),
            StmtKind::Return(value) => {
                let value = value
                    .as_ref()
                    .map_or(String::new(), |value| self.expr(value));
                self.line(format_args!("return {value}"));
            }
            StmtKind::Expr(value) => {
                let value = self.expr(value);
                self.line(format_args!("do {value}"));
            }
            StmtKind::Effect { code, diverges } => {
                let word = if *diverges { "diverge" } else { "effect" };
                let code = self.verbatim(code);
                self.line(format_args!("{word} {code}"));
            }
        }
    }

    fn let_(&mut self, pat: &Pat, init: Option<&Expr>) {
        let pat = self.pat(pat);
        match init {
            Some(init) => {
                let init = self.expr(init);
                self.line(format_args!("let {pat} = {init}"));
            }
            None => self.line(format_args!("let {pat}")),
        }
    }

    fn if_(&mut self, cond: &Expr, then: &Block, els: &Block) {
        let cond = self.expr(cond);
        self.line(format_args!("if {cond}"));
        self.nested(then);
        if !els.stmts.is_empty() || els.value.is_some() {
            self.line(format_args!("else"));
            self.nested(els);
        }
    }

    fn pat(&self, pat: &Pat) -> String {
        match pat {
            Pat::Var(id) => {
                let var = &self.func.vars[id.0 as usize];
                let mutable = if var.mutable { "mut " } else { "" };
                format!("{mutable}{}: {}", self.var(*id), ty(&var.ty))
            }
            Pat::Tuple(parts) => format!("({})", list(parts, |part| self.pat(part))),
            Pat::Wild => "_".into(),
        }
    }

    fn range(&mut self, range: &Range) -> String {
        let dots = if range.inclusive { "..=" } else { ".." };
        let mut text = format!("{}{dots}{}", self.expr(&range.lo), self.expr(&range.hi));
        let step = range
            .step
            .as_ref()
            .map(|step| format!(" step {}", self.expr(step)));
        let rev = if range.rev { " rev" } else { "" };
        let step = step.unwrap_or_default();
        text += &match range.rev_first {
            true => format!("{rev}{step}"),
            false => format!("{step}{rev}"),
        };
        text
    }

    fn place(&mut self, place: &Place) -> String {
        let mut text = self.var(place.root);
        for step in &place.path {
            text += &match step {
                Proj::Index(at) => format!("[{}]", self.expr(at)),
                Proj::Slice { lo, hi, inclusive } => {
                    let lo = lo.as_ref().map_or(String::new(), |e| self.expr(e));
                    let hi = hi.as_ref().map_or(String::new(), |e| self.expr(e));
                    let dots = if *inclusive { "..=" } else { ".." };
                    format!("[{lo}{dots}{hi}]")
                }
                Proj::Field(i) => format!(".{}", i.to_token_stream()),
            };
        }
        text
    }

    fn expr(&mut self, expr: &Expr) -> String {
        let text = self.kind(expr);
        let mut text = match &expr.kind {
            ExprKind::Call(_) | ExprKind::Opaque(_) | ExprKind::Lit(_) => match &expr.ty {
                Ty::Real(Real::F64) | Ty::Int | Ty::Bool => text,
                other => format!("{text}: {}", ty(other)),
            },
            _ => text,
        };
        if let Some(theta) = expr.marks.tie
            && matches!(expr.kind, ExprKind::Rule(..))
        {
            text += &format!(" #tie({theta})");
        }
        if expr.marks.assume_continuous
            && matches!(
                expr.kind,
                ExprKind::Rule(..) | ExprKind::Cast(..) | ExprKind::Binary(..)
            )
        {
            text += " #continuous";
        }
        text
    }

    fn kind(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Lit(tokens) => text_of(tokens),
            ExprKind::Place(place) => self.place(place),
            ExprKind::Ref(false, place) => format!("&{}", self.place(place)),
            ExprKind::Ref(true, place) => format!("&mut {}", self.place(place)),
            ExprKind::Unary(UnOp::Neg, inner) => format!("-{}", self.expr(inner)),
            ExprKind::Unary(UnOp::Not, inner) => format!("!{}", self.expr(inner)),
            ExprKind::Binary(op, a, b) => {
                format!("({} {} {})", self.expr(a), op.symbol(), self.expr(b))
            }
            ExprKind::Cast(inner, target) => {
                format!("({} as {})", self.expr(inner), text_of(target))
            }
            ExprKind::Rule(rule, args) => format!("{}({})", rule.name, self.exprs(args)),
            ExprKind::Call(call) => {
                let path = format!("{}{}", text_of(&call.path), text_of(&call.generics));
                let word = if call.recursive { "recurse" } else { "call" };
                format!("{word} {path}({})", self.exprs(&call.args))
            }
            ExprKind::Classify(name, inner) => format!("{name}({})", self.expr(inner)),
            ExprKind::StopGradient(inner) => format!("stop_gradient({})", self.expr(inner)),
            ExprKind::If(cond, then, els) => {
                let cond = self.expr(cond);
                format!("if {cond} {} else {}", self.inline(then), self.inline(els))
            }
            ExprKind::Block(block) => self.inline(block),
            ExprKind::Tuple(parts) => format!("({})", self.exprs(parts)),
            ExprKind::List(parts) => match expr.ty {
                Ty::Vec(_) => format!("vec[{}]", self.exprs(parts)),
                _ => format!("[{}]", self.exprs(parts)),
            },
            ExprKind::Repeat(value, len) => {
                let text = format!("[{}; {}]", self.expr(value), self.expr(len));
                match expr.ty {
                    Ty::Vec(_) => format!("vec{text}"),
                    _ => text,
                }
            }
            ExprKind::Struct(lit) => {
                let field = |(name, value): &(Member, Expr)| {
                    format!("{}: {}", name.to_token_stream(), self.expr(value))
                };
                let mut parts: Vec<String> = lit.fields.iter().map(field).collect();
                parts.extend(lit.base.as_ref().map(|at| format!("..{}", self.place(at))));
                format!("{} {{ {} }}", lit.path, parts.join(", "))
            }
            ExprKind::CloneOf(place) => format!("clone({})", self.place(place)),
            ExprKind::Measure(place, method) => format!("{}.{method}()", self.place(place)),
            ExprKind::Len(place) => format!("len({})", self.place(place)),
            ExprKind::Opaque(code) => self.verbatim(code),
        }
    }

    fn exprs(&mut self, parts: &[Expr]) -> String {
        list(parts, |part| self.expr(part))
    }

    /// A block on one line.
    fn inline(&mut self, block: &Block) -> String {
        let outer = (
            std::mem::take(&mut self.out),
            std::mem::take(&mut self.depth),
        );
        self.block(block);
        let text = std::mem::replace(&mut self.out, outer.0);
        self.depth = outer.1;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        format!("{{ {} }}", lines.join("; "))
    }

    fn verbatim(&self, code: &Verbatim) -> String {
        let uses = list(&code.uses, |(_, var)| self.var(*var));
        let mark = if code.pure { "" } else { "!" };
        format!("`{}`{mark}({uses})", text_of(&code.tokens))
    }
}
