//! Programs as source text, in either form.

mod expr;

use crate::ast::{Binding, Block, Expr, Func, Head, Op, Program, Stmt, Ty};

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

    fn literal(self, text: String) -> String {
        if self == Form::Dual {
            format!("lit({text})")
        } else {
            text
        }
    }
}

/// All functions of `program`.
pub fn program(program: &Program, form: Form) -> String {
    let mut out = Printer::new(form);
    for (name, value) in &program.consts {
        out.constant(name, *value);
    }
    for func in &program.funcs {
        out.func(func);
    }
    out.text
}

/// The type in Rust.
pub fn ty(ty: Ty, form: Form) -> String {
    let real = form.real();
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
        Ty::Unit => "()".to_string(),
    }
}

struct Printer {
    form: Form,
    text: String,
    depth: usize,
}

impl Printer {
    fn new(form: Form) -> Self {
        Printer {
            form,
            text: String::new(),
            depth: 1,
        }
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.text.push_str("    ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn constant(&mut self, name: &str, value: f64) {
        let value = self.form.literal(format!("{value:?}"));
        self.line(&format!("const {name}: {} = {value};", self.form.real()));
    }

    fn func(&mut self, func: &Func) {
        if self.form == Form::Annotated {
            self.line("#[conservative_grad]");
        }
        let params: Vec<String> = func.params.iter().map(|p| self.param(p)).collect();
        let mut head = format!("pub fn {}({})", func.name, params.join(", "));
        if func.result != Ty::Unit {
            head += &format!(" -> {}", ty(func.result, self.form));
        }
        self.line(&format!("{head} {{"));
        self.inside(&func.body);
        self.line("}");
    }

    fn param(&self, p: &crate::ast::Param) -> String {
        let attribute = self.form == Form::Annotated && p.constant;
        let attribute = if attribute { "#[constant] " } else { "" };
        let mutable = if p.mutable { "mut " } else { "" };
        format!("{attribute}{mutable}{}: {}", p.name, ty(p.ty, self.form))
    }

    fn inside(&mut self, block: &Block) {
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

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(names, of, value) => self.binding(names, *of, value.as_ref()),
            Stmt::Const(name, value) => self.constant(name, *value),
            Stmt::Assign(op, place, value) => {
                let value = self.expr(value);
                self.assign(*op, place, value);
            }
            Stmt::If(cond, then, els) => self.branch("if", cond, then, els.as_ref()),
            Stmt::For(label, head, body) => {
                let head = self.head(head);
                self.braced(&format!("{}for {head}", mark(label)), body);
            }
            Stmt::While(label, cond, body) => {
                let cond = self.expr(cond);
                self.braced(&format!("{}while {cond}", mark(label)), body);
            }
            Stmt::Loop(label, body) => self.braced(&format!("{}loop", mark(label)), body),
            Stmt::Break(label) => self.line(&format!("break{};", target(label))),
            Stmt::Continue(label) => self.line(&format!("continue{};", target(label))),
            Stmt::Return(None) => self.line("return;"),
            Stmt::Return(Some(value)) => {
                let value = self.expr(value);
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
        if self.form == Form::Dual && op.is_some() && matches!(place, Expr::Index(..)) {
            self.line(&format!("let value_ = {value};"));
            value = "value_".to_string();
        }
        let place = self.expr(place);
        let op = op.map_or("", |op| op.text());
        self.line(&format!("{place} {op}= {value};"));
    }

    fn binding(&mut self, names: &[Binding], of: Option<Ty>, value: Option<&Expr>) {
        let names: Vec<String> = names.iter().map(name).collect();
        let pattern = match &names[..] {
            [one] => one.clone(),
            many => format!("({})", many.join(", ")),
        };
        let of = of.map_or(String::new(), |of| format!(": {}", ty(of, self.form)));
        let value = value.map_or(String::new(), |v| format!(" = {}", self.expr(v)));
        self.line(&format!("let {pattern}{of}{value};"));
    }

    fn branch(&mut self, word: &str, cond: &Expr, then: &Block, els: Option<&Block>) {
        let cond = self.expr(cond);
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
