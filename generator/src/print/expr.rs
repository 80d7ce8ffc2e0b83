//! Expressions, with as few parentheses as Rust needs.

use super::{Form, Printer};
use crate::ast::{Block, Expr, Op, Span, Store, Style};

/// Binding strength of the outermost operator, as in the Rust reference.
fn strength(e: &Expr) -> u8 {
    match e {
        Expr::Binary(Op::Or, ..) => 1,
        Expr::Binary(Op::And, ..) => 2,
        Expr::Binary(op, ..) if op.compares() => 3,
        Expr::Binary(Op::Add | Op::Sub, ..) => 5,
        Expr::Binary(..) => 6,
        Expr::If(..) | Expr::Block(_) => 0,
        // Spelled as blocks in some dialects.
        Expr::Function("sin_cos", ..) => 0,
        Expr::ToInt(..) => 7,
        Expr::Neg(_) | Expr::Not(_) => 8,
        Expr::Borrow(..) => 8,
        Expr::Real(x) if *x < 0.0 => 8,
        Expr::Int(k) if *k < 0 => 8,
        _ => 10,
    }
}

impl Printer {
    /// `e`, in parentheses if it binds less than `least`.
    fn at_least(&mut self, e: &Expr, least: u8) -> String {
        let text = self.expr(e);
        let pointed = text.starts_with(['*', '&']) && matches!(e, Expr::Var(_));
        let bare = self.form != Form::Dual && !self.dialect.generic;
        let cast = matches!(e, Expr::ToReal(_)) && bare && least > 7;
        if strength(e) < least || cast || pointed && least > 8 {
            format!("({text})")
        } else {
            text
        }
    }

    pub(super) fn bound(&mut self, e: &Expr) -> String {
        self.at_least(e, 5)
    }

    pub(super) fn expr(&mut self, e: &Expr) -> String {
        match e {
            Expr::Real(x) => self.literal(format!("{x:?}")),
            Expr::Int(k) => k.to_string(),
            Expr::Bool(b) => b.to_string(),
            Expr::Var(name) if self.dialect.generic && self.consts.contains(name) => {
                self.literal(name.clone())
            }
            Expr::Var(name) => match self.names.get(name) {
                Some((value, _)) => value.clone(),
                None => name.clone(),
            },
            Expr::StdConst(name) => self.literal(format!("std::f64::consts::{name}")),
            Expr::Index(base, at) => format!("{}[{}]", self.place(base), self.expr(at)),
            Expr::Field(base, k) => {
                let base = self.place(base);
                match (self.dialect.structs, k) {
                    (false, _) => format!("{base}.{k}"),
                    (true, 0) => format!("{base}.first"),
                    (true, _) => format!("{base}.second"),
                }
            }
            Expr::Neg(x) => format!("-{}", self.negated(x)),
            Expr::Not(x) => format!("!{}", self.at_least(x, 9)),
            Expr::Binary(op, a, b) => self.binary(*op, a, b),
            Expr::Function("sin_cos", style, args) if self.dialect.structs => {
                let pair = self.function("sin_cos", *style, args);
                format!("{{ let (s, c) = {pair}; Pair {{ first: s, second: c }} }}")
            }
            Expr::Function(name, style, args) => self.function(name, *style, args),
            Expr::ToReal(k) => {
                let k = self.at_least(k, 8);
                self.literal(format!("{k} as f64"))
            }
            Expr::ToInt(k, of) => {
                format!("{} as {}", self.at_least(k, 8), self.ty(*of))
            }
            Expr::Len(xs) => format!("{}.len()", self.place(xs)),
            Expr::If(cond, then, els) => self.choice(cond, then, els),
            Expr::Block(block) => match self.chain(block) {
                Some(chain) => chain,
                None => self.value_block(block),
            },
            Expr::Call(name, args) => self.call(name, args),
            Expr::Tuple(parts) => match (self.dialect.structs, &parts[..]) {
                (true, [a, b]) => {
                    let (a, b) = (self.expr(a), self.expr(b));
                    format!("(Pair {{ first: {a}, second: {b} }})")
                }
                _ => format!("({})", self.list(parts)),
            },
            Expr::List(store, parts) => format!("{}[{}]", vec_mark(*store), self.list(parts)),
            Expr::Repeat(store, x, n) => {
                format!("{}[{}; {}]", vec_mark(*store), self.expr(x), self.expr(n))
            }
            Expr::Borrow(mutable, of, span) => self.borrow(*mutable, of, span.as_ref()),
        }
    }

    /// Two minus signs in a row are a lint, and read badly.
    fn negated(&mut self, x: &Expr) -> String {
        match x {
            Expr::Neg(_) | Expr::Real(_) => format!("({})", self.expr(x)),
            _ => self.at_least(x, 9),
        }
    }

    fn binary(&mut self, op: Op, a: &Expr, b: &Expr) -> String {
        let own = strength(&Expr::Binary(op, Box::new(a.clone()), Box::new(b.clone())));
        // Comparisons do not associate; everything else does to the left.
        let left = if op.compares() { own + 1 } else { own };
        let (mut a, b) = (self.at_least(a, left), self.at_least(b, own + 1));
        // A cast followed by `<` would be read as the start of type arguments.
        if matches!(op, Op::Lt | Op::Le) && (a.ends_with(" as f64") || a.ends_with(" as usize")) {
            a = format!("({a})");
        }
        format!("{a} {} {b}", op.text())
    }

    fn function(&mut self, name: &str, style: Style, args: &[Expr]) -> String {
        match style {
            Style::Method if self.is_closure(name, args) => self.closure(name, args),
            Style::Method => {
                let receiver = self.receiver(&args[0]);
                format!("{receiver}.{name}({})", self.list(&args[1..]))
            }
            Style::Path => format!("{}::{name}({})", self.real(), self.list(args)),
            Style::Free => format!("{name}({})", self.list(args)),
        }
    }

    /// A method cannot be called on a literal of unknown type.
    fn receiver(&mut self, e: &Expr) -> String {
        match e {
            Expr::Real(x) if self.dialect.generic => self.literal(format!("{x:?}")),
            Expr::Real(x) if self.form != Form::Dual && *x < 0.0 => format!("({x:?}_f64)"),
            Expr::Real(x) if self.form != Form::Dual => format!("{x:?}_f64"),
            _ => self.at_least(e, 10),
        }
    }

    /// What stands in front of an index, a field or a method of a list.
    pub(super) fn place(&mut self, e: &Expr) -> String {
        match e {
            Expr::Var(name) => self.named(name),
            e => self.at_least(e, 10),
        }
    }

    /// A variable as a place.
    pub(super) fn named(&self, name: &str) -> String {
        match self.names.get(name) {
            Some((_, place)) => place.clone(),
            None => name.to_owned(),
        }
    }

    pub(super) fn list(&mut self, args: &[Expr]) -> String {
        let args: Vec<String> = args.iter().map(|a| self.expr(a)).collect();
        args.join(", ")
    }

    fn choice(&mut self, cond: &Expr, then: &Block, els: &Block) -> String {
        if let Some(text) = self.match_value(cond, then, els) {
            return text;
        }
        if self.dialect.guards && self.form != Form::Dual {
            return self.guarded(cond, then, els);
        }
        let (cond, then) = (self.expr(cond), self.value_block(then));
        if self.dialect.matches {
            let els = self.value_block(els);
            return format!("match {cond} {{ true => {then}, false => {els} }}");
        }
        let els = match (&els.stmts[..], els.tail.as_deref()) {
            ([], Some(nested @ Expr::If(..))) => match self.expr(nested) {
                text if text.starts_with("if ") => text,
                _ => self.value_block(els),
            },
            _ => self.value_block(els),
        };
        format!("if {cond} {then} else {els}")
    }

    pub(super) fn value_block(&mut self, block: &Block) -> String {
        if let ([], Some(tail)) = (&block.stmts[..], &block.tail) {
            return format!("{{ {} }}", self.expr(tail));
        }
        let mut inner = self.clone();
        inner.text.clear();
        inner.inside(block);
        let indent = "    ".repeat(self.depth);
        format!("{{\n{}{indent}}}", inner.text)
    }

    /// The arms of a chain of `if`s, each with a guard.
    fn guarded(&mut self, cond: &Expr, then: &Block, els: &Block) -> String {
        let mut arms = format!("_ if {} => {}, ", self.expr(cond), self.value_block(then));
        let mut els = els;
        while let ([], Some(Expr::If(cond, then, next))) = (&els.stmts[..], els.tail.as_deref()) {
            arms += &format!("_ if {} => {}, ", self.expr(cond), self.value_block(then));
            els = next;
        }
        format!("match () {{ {arms}_ => {} }}", self.value_block(els))
    }

    fn call(&mut self, name: &str, args: &[Expr]) -> String {
        let call = self.bare_call(name, args);
        match (self.optional.contains(name), self.in_optional) {
            (false, _) => call,
            // What leaves a loop on a condition makes its counters depend on it.
            (true, true) if self.loops == 0 => format!("{call}?"),
            (true, true) => self.taken(&call, args.len()),
            (true, false) => self.taken(&call, args.len()),
        }
    }

    /// A call, whatever it gives.
    pub(super) fn bare_call(&mut self, name: &str, args: &[Expr]) -> String {
        match args {
            [Expr::Borrow(true, of, None), rest @ ..] if self.methods.contains(name) => {
                format!("{}.{name}({})", self.place(of), self.list(rest))
            }
            [first, rest @ ..] if self.methods.contains(name) => {
                format!("{}.{name}({})", self.at_least(first, 10), self.list(rest))
            }
            args if self.associated.contains(name) => format!("Maths::{name}({})", self.list(args)),
            args => format!("{name}({})", self.list(args)),
        }
    }

    /// Whether an operation is spelled as a closure: its arguments are real numbers, and nothing
    /// but the closure's parameter changes or leaves anything.
    fn is_closure(&self, name: &str, args: &[Expr]) -> bool {
        const OPERATIONS: [&str; 9] = [
            "sin", "cos", "exp", "tanh", "max", "min", "hypot", "atan2", "abs",
        ];
        let quiet = |e: &Expr| matches!(e, Expr::Var(_) | Expr::Real(_) | Expr::Field(..));
        self.dialect.closures
            && self.form != Form::Dual
            && OPERATIONS.contains(&name)
            && args[1..].iter().all(quiet)
    }

    /// `a.max(b)` with `b` captured.
    fn closure(&mut self, name: &str, args: &[Expr]) -> String {
        let (a, rest, real) = (self.expr(&args[0]), self.list(&args[1..]), self.real());
        format!("({{ let on = |it_: {real}| it_.{name}({rest}); on({a}) }})")
    }

    fn borrow(&mut self, mutable: bool, of: &Expr, span: Option<&Span>) -> String {
        let mark = if mutable { "&mut " } else { "&" };
        let Some(span) = span else {
            let of = match of {
                Expr::Var(_) => self.expr(of),
                of => self.at_least(of, 10),
            };
            return format!("{mark}{of}");
        };
        let of = self.place(of);
        let mut bound = |e: &Option<Box<Expr>>| e.as_ref().map_or(String::new(), |e| self.bound(e));
        let (from, to) = (bound(&span.from), bound(&span.to));
        format!("{mark}{of}[{from}..{to}]")
    }
}

fn vec_mark(store: Store) -> &'static str {
    match store {
        Store::Array => "",
        Store::Vec => "vec!",
    }
}
