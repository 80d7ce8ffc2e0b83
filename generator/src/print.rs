//! Programs as source text, in either form.

mod chain;
mod expr;
mod frame;
mod spell;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Binding, Block, Expr, Func, Head, Op, Program, Stmt, Ty};
use crate::dialect::Dialect;

/// What the real numbers of a text are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `f64`, with the attribute.
    Annotated,
    /// `f64`, without it.
    Plain,
    /// Dual numbers.
    Dual,
}

impl Form {
    fn real(self) -> &'static str {
        if self == Form::Dual { "Dual" } else { "f64" }
    }
}

/// All functions of `program`.
pub fn program(program: &Program, form: Form) -> String {
    let mut out = Printer::new(form);
    // Dual numbers are spelled plainly, and what is generic needs the bounds of the facade.
    if form != Form::Dual {
        out.dialect = program.dialect.clone();
        out.dialect.generic &= form == Form::Annotated;
        out.dialect.module &= form == Form::Annotated;
    }
    out.names(program);
    if out.dialect.module {
        out.line("#[conservative_grad]");
        out.line("pub mod model {");
        out.depth += 1;
        out.line("use super::{leaky_relu, relu};");
    }
    for (name, value) in &program.consts {
        out.constant(name, *value);
    }
    out.types(program);
    for func in &program.funcs {
        out.func(func);
    }
    if out.dialect.module {
        out.depth -= 1;
        out.line("}");
        out.line("pub use model::*;");
    }
    out.text
}

/// The type in Rust, over numbers of the type `real`; pairs may have one of their own.
fn ty(ty: Ty, real: &str, pair: Option<&str>) -> String {
    match (ty, pair) {
        (Ty::Pair, Some(pair)) => return pair.to_owned(),
        (Ty::PairMut, Some(pair)) => return format!("&mut {pair}"),
        _ => {}
    }
    match ty {
        Ty::Real => real.to_string(),
        Ty::Usize => "usize".to_string(),
        Ty::I32 => "i32".to_string(),
        Ty::Bool => "bool".to_string(),
        Ty::Pair => format!("({real}, {real})"),
        Ty::Array(n) => format!("[{real}; {n}]"),
        Ty::Matrix(m, n) => format!("[[{real}; {n}]; {m}]"),
        Ty::Vec(_) => format!("Vec<{real}>"),
        Ty::Slice(_) => format!("&[{real}]"),
        Ty::ArrayRef(n) => format!("&[{real}; {n}]"),
        Ty::SliceMut(_) => format!("&mut [{real}]"),
        Ty::RealMut => format!("&mut {real}"),
        Ty::PairMut => format!("&mut ({real}, {real})"),
        Ty::Unit => "()".to_string(),
    }
}

#[derive(Clone)]
struct Printer {
    form: Form,
    text: String,
    depth: usize,
    dialect: Dialect,
    /// Names of constants.
    consts: BTreeSet<String>,
    /// Functions that are methods, that belong to a type, and that return options.
    methods: BTreeSet<String>,
    associated: BTreeSet<String>,
    optional: BTreeSet<String>,
    /// Whether the function at hand returns an option.
    in_optional: bool,
    /// The loops around.
    loops: usize,
    /// What variables are spelled as that are not spelled by their names.
    names: Names,
    /// Functions that wait for the one in which they stand.
    inner: Vec<Func>,
    /// Functions that reach themselves through others.
    cyclic: Vec<String>,
}

/// The texts of variables, as values and as places.
type Names = BTreeMap<String, (String, String)>;

const REAL: &str = "<T: conservative_grad::Real>";

impl Printer {
    fn new(form: Form) -> Self {
        Printer {
            form,
            text: String::new(),
            depth: 1,
            dialect: Dialect::default(),
            consts: BTreeSet::new(),
            methods: BTreeSet::new(),
            associated: BTreeSet::new(),
            optional: BTreeSet::new(),
            in_optional: false,
            loops: 0,
            names: Names::new(),
            inner: Vec::new(),
            cyclic: Vec::new(),
        }
    }

    /// Which functions are called in which way.
    fn names(&mut self, program: &Program) {
        self.cyclic = frame::cyclic(program);
        for func in &program.funcs {
            let name = || func.name.clone();
            if self.dialect.is_method(func) {
                self.methods.insert(name());
            }
            if self.dialect.is_associated(func) {
                self.associated.insert(name());
            }
            if self.dialect.is_optional(func) {
                self.optional.insert(name());
            }
        }
    }

    /// The types that the dialect needs.
    fn types(&mut self, program: &Program) {
        if self.dialect.structs {
            let generics = if self.dialect.generic { "<T>" } else { "" };
            let real = self.real();
            self.derive("Clone, Copy, Debug");
            self.line(&format!(
                "pub struct Pair{generics} {{ pub first: {real}, pub second: {real} }}"
            ));
        }
        if program.funcs.iter().any(|f| self.dialect.is_associated(f)) {
            self.line("pub struct Maths;");
        }
    }

    /// The type of numbers.
    fn real(&self) -> &'static str {
        match self.dialect.generic {
            true => "T",
            false => self.form.real(),
        }
    }

    fn literal(&self, text: String) -> String {
        match (self.form, self.dialect.generic) {
            (Form::Dual, _) => format!("lit({text})"),
            (_, true) => format!("T::from_f64({text})"),
            _ => text,
        }
    }

    fn ty(&self, of: Ty) -> String {
        let pair = match (self.dialect.structs, self.dialect.generic) {
            (false, _) => None,
            (true, false) => Some("Pair"),
            (true, true) => Some("Pair<T>"),
        };
        ty(of, self.real(), pair)
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.text.push_str("    ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn constant(&mut self, name: &str, value: f64) {
        self.consts.insert(name.to_owned());
        let text = format!("{value:?}");
        let value = if self.form == Form::Dual {
            format!("lit({text})")
        } else {
            text
        };
        self.line(&format!("const {name}: {} = {value};", self.form.real()));
    }

    /// Another text for a variable: as a value, and as a place.
    fn stand_in(&mut self, name: &str, value: &str, place: &str) {
        let texts = (value.to_owned(), place.to_owned());
        self.names.insert(name.to_owned(), texts);
    }

    fn inside(&mut self, block: &Block) {
        let outer = self.names.clone();
        self.open(block);
        self.names = outer;
    }

    /// The statements of a block, whose names stay.
    fn open(&mut self, block: &Block) {
        self.depth += 1;
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        if let Some(tail) = &block.tail {
            let tail = self.expr(tail);
            self.line(&tail);
        }
        self.depth -= 1;
    }

    fn braced(&mut self, head: &str, block: &Block) {
        self.line(&format!("{head} {{"));
        self.inside(block);
        self.line("}");
    }

    fn looped(&mut self, head: &str, block: &Block) {
        self.loops += 1;
        self.braced(head, block);
        self.loops -= 1;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(names, of, value) => self.binding(names, *of, value.as_ref()),
            Stmt::Const(name, value) => self.constant(name, *value),
            Stmt::Assign(op, place, value)
                if self.form != Form::Dual && self.other_assign(*op, place, value).is_some() => {}
            Stmt::Assign(op, place, value) => {
                let value = self.expr(value);
                self.assign(*op, place, value);
            }
            Stmt::If(cond, then, els) => self.branch("if", cond, then, els.as_ref()),
            Stmt::For(None, head, body) if self.each(head, body).is_some() => {}
            Stmt::For(label, head, body) => {
                let head = self.head(head);
                self.looped(&format!("{}for {head}", mark(label)), body);
            }
            Stmt::While(label, cond, body) => {
                let cond = self.expr(cond);
                self.looped(&format!("{}while {cond}", mark(label)), body);
            }
            Stmt::Loop(label, body) => self.looped(&format!("{}loop", mark(label)), body),
            Stmt::Break(label) => self.line(&format!("break{};", target(label))),
            Stmt::Continue(label) => self.line(&format!("continue{};", target(label))),
            Stmt::Return(None) => self.line("return;"),
            Stmt::Return(Some(value)) => {
                let value = self.expr(value);
                let value = match self.in_optional {
                    true => self.some(&value),
                    false => value,
                };
                self.line(&format!("return {value};"));
            }
            Stmt::Call(call) => {
                let call = self.expr(call);
                self.line(&format!("{call};"));
            }
            Stmt::Assert(debug, cond) => {
                let name = if *debug { "debug_assert" } else { "assert" };
                let cond = self.expr(cond);
                self.line(&format!("{name}!({cond});"));
            }
        }
    }

    /// On primitive numbers a compound assignment evaluates its right side first, on others last;
    /// there the right side is taken out, which also ends its borrows.
    fn assign(&mut self, op: Option<Op>, place: &Expr, mut value: String) {
        let calls = self.form == Form::Dual || self.dialect.generic;
        if calls && op.is_some() && matches!(place, Expr::Index(..)) {
            self.line(&format!("let value_ = {value};"));
            value = "value_".to_string();
        }
        let place = self.expr(place);
        let op = op.map_or("", |op| op.text());
        self.line(&format!("{place} {op}= {value};"));
    }

    fn binding(&mut self, names: &[Binding], of: Option<Ty>, value: Option<&Expr>) {
        let other = value.filter(|_| self.form != Form::Dual);
        let done = other.is_some_and(|value| self.other_let(names, value).is_some());
        if !done {
            self.plain_let(names, of, value);
        }
        for binding in names {
            self.names.remove(&binding.name);
        }
    }

    fn plain_let(&mut self, names: &[Binding], of: Option<Ty>, value: Option<&Expr>) {
        let names: Vec<String> = names.iter().map(name).collect();
        let pattern = match &names[..] {
            [one] => one.clone(),
            [a, b] if self.dialect.structs => format!("Pair {{ first: {a}, second: {b} }}"),
            many => format!("({})", many.join(", ")),
        };
        let of = of.map_or(String::new(), |of| format!(": {}", self.ty(of)));
        let value = value.map_or(String::new(), |v| format!(" = {}", self.expr(v)));
        self.line(&format!("let {pattern}{of}{value};"));
    }

    fn branch(&mut self, word: &str, cond: &Expr, then: &Block, els: Option<&Block>) {
        if word == "if" && self.match_stmt(cond, then, els) {
            return;
        }
        let cond = self.expr(cond);
        if let (true, "if", Some(els)) = (self.dialect.matches, word, els) {
            self.line(&format!("match {cond} {{"));
            self.depth += 1;
            self.braced("true =>", then);
            self.braced("false =>", els);
            self.depth -= 1;
            return self.line("}");
        }
        self.line(&format!("{word} {cond} {{"));
        self.inside(then);
        match els {
            None => self.line("}"),
            Some(els) => match (&els.stmts[..], &els.tail) {
                ([Stmt::If(cond, then, els)], None) => {
                    self.branch("} else if", cond, then, els.as_ref());
                }
                _ => self.braced("} else", els),
            },
        }
    }

    fn head(&mut self, head: &Head) -> String {
        let dots = if head.inclusive { "..=" } else { ".." };
        let (from, to) = (self.bound(&head.from), self.bound(&head.to));
        let mut range = format!("{from}{dots}{to}");
        if head.step.is_some() || head.rev {
            range = format!("({range})");
        }
        let step = head
            .step
            .map_or(String::new(), |n| format!(".step_by({n})"));
        let rev = if head.rev { ".rev()" } else { "" };
        range += &if head.rev_first {
            format!("{rev}{step}")
        } else {
            format!("{step}{rev}")
        };
        format!("{} in {range}", head.var)
    }
}

fn name(b: &Binding) -> String {
    let mutable = if b.mutable { "mut " } else { "" };
    format!("{mutable}{}", b.name)
}

fn mark(label: &Option<String>) -> String {
    label.as_ref().map_or(String::new(), |l| format!("'{l}: "))
}

fn target(label: &Option<String>) -> String {
    label.as_ref().map_or(String::new(), |l| format!(" '{l}"))
}
