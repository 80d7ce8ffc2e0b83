//! Words of the language that a plainer one stands for: patterns, `let else`, `split_at`, `fill`.

use super::{Form, Printer};
use crate::ast::{Binding, Block, Expr, Op, Store};
use crate::dialect::in_expr;

/// A condition as the patterns of a `match`.
struct Pattern {
    of: String,
    pattern: String,
    /// Whether it matches where the condition is false.
    swapped: bool,
}

impl Printer {
    fn pattern(&mut self, cond: &Expr) -> Option<Pattern> {
        let found = |of, pattern: String| {
            Some(Pattern {
                of,
                pattern,
                swapped: false,
            })
        };
        match cond {
            Expr::Var(_) => found(self.expr(cond), "true".to_owned()),
            Expr::Not(inner) => {
                let inner = self.pattern(inner)?;
                Some(Pattern {
                    swapped: !inner.swapped,
                    ..inner
                })
            }
            Expr::Binary(op, a, b) => match (&**a, &**b) {
                (Expr::Var(_) | Expr::Binary(Op::Rem, ..), Expr::Int(k)) => {
                    let (pattern, swapped) = match op {
                        Op::Eq => (format!("{k}"), false),
                        Op::Ne => (format!("{k}"), true),
                        Op::Le => (format!("..={k}"), false),
                        Op::Gt => (format!("..={k}"), true),
                        Op::Lt if *k > 0 => (format!("..{k}"), false),
                        Op::Ge if *k > 0 => (format!("{k}.."), false),
                        _ => return None,
                    };
                    let of = self.expr(a);
                    Some(Pattern {
                        of,
                        pattern,
                        swapped,
                    })
                }
                (Expr::Var(_), Expr::Real(x)) if op.compares() => {
                    let limit = self.literal(format!("{x:?}"));
                    let test = format!("it_ if it_ {} {limit}", op.text());
                    found(self.expr(a), test)
                }
                _ if matches!(op, Op::And | Op::Or) => {
                    let (a, b) = (self.pattern(a)?, self.pattern(b)?);
                    let bound = |p: &Pattern| p.swapped || p.pattern.contains(" if ");
                    if bound(&a) || bound(&b) {
                        return None;
                    }
                    let (p, q) = (a.pattern, b.pattern);
                    let both = match op {
                        Op::And => format!("({p}, {q})"),
                        _ => format!("({p}, _) | (_, {q})"),
                    };
                    found(format!("({}, {})", a.of, b.of), both)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn patterned(&mut self, cond: &Expr) -> Option<Pattern> {
        let wanted = self.dialect.patterns && self.form != Form::Dual;
        wanted.then(|| self.pattern(cond)).flatten()
    }

    /// `match k { 2 => a, _ => b }` for `if k == 2 { a } else { b }`, as a value.
    pub(super) fn match_value(&mut self, cond: &Expr, then: &Block, els: &Block) -> Option<String> {
        let Pattern {
            of,
            pattern,
            swapped,
        } = self.patterned(cond)?;
        let (then, els) = if swapped { (els, then) } else { (then, els) };
        let (then, els) = (self.value_block(then), self.value_block(els));
        Some(format!("match {of} {{ {pattern} => {then}, _ => {els} }}"))
    }

    /// The same as a statement.
    pub(super) fn match_stmt(&mut self, cond: &Expr, then: &Block, els: Option<&Block>) -> bool {
        let Some(Pattern {
            of,
            pattern,
            swapped,
        }) = self.patterned(cond)
        else {
            return false;
        };
        let nothing = Block::default();
        let els = els.unwrap_or(&nothing);
        let (then, els) = if swapped { (els, then) } else { (then, els) };
        self.line(&format!("match {of} {{"));
        self.depth += 1;
        self.braced(&format!("{pattern} =>"), then);
        self.braced("_ =>", els);
        self.depth -= 1;
        self.line("}");
        true
    }

    /// A function's result, put into `Some`.
    pub(super) fn some(&self, value: &str) -> String {
        match self.dialect.results {
            true => format!("Ok({value})"),
            false => format!("Some({value})"),
        }
    }

    /// What a function gives that gives nothing.
    pub(super) fn none(&self) -> &'static str {
        match self.dialect.results {
            true => "Err(\"no number\")",
            false => "None",
        }
    }

    /// What is in the result of a call.
    pub(super) fn taken(&mut self, call: &str, args: usize) -> String {
        let zero = self.literal("0.0".to_owned());
        let (some, even) = (self.some("v"), args.is_multiple_of(2));
        let rest = if self.dialect.results {
            "Err(_)"
        } else {
            "None"
        };
        match (self.dialect.let_else, even) {
            (false, true) => format!("{call}.unwrap()"),
            (false, false) => format!("(match {call} {{ {some} => v, {rest} => {zero} }})"),
            (true, true) => format!("(if let {some} = {call} {{ v }} else {{ {zero} }})"),
            (true, false) => format!("{call}.unwrap_or({zero})"),
        }
    }

    /// A `let` in other words.
    pub(super) fn other_let(&mut self, names: &[Binding], value: &Expr) -> Option<()> {
        let [binding] = names else { return None };
        let name = super::name(binding);
        match value {
            Expr::Call(callee, args) if self.dialect.let_else && self.optional.contains(callee) => {
                let call = self.bare_call(callee, args);
                let some = self.some(&name);
                let leave = match self.in_optional && self.loops == 0 {
                    true => format!("return {}", self.none()),
                    false => "panic!(\"no number\")".to_owned(),
                };
                self.line(&format!("let {some} = {call} else {{ {leave} }};"));
            }
            Expr::Borrow(mutable, of, Some(span)) if self.dialect.splits => {
                let split = if *mutable { "split_at_mut" } else { "split_at" };
                let (pattern, at) = match (&span.from, &span.to) {
                    (Some(from), None) => (format!("(_, {name})"), from),
                    (None, Some(to)) => (format!("({name}, _)"), to),
                    _ => return None,
                };
                let (of, at) = (self.place(of), self.expr(at));
                self.line(&format!("let {pattern} = {of}.{split}({at});"));
            }
            Expr::List(Store::Vec, parts) if self.dialect.bulk => {
                let real = self.real();
                let parts: Vec<String> = parts.iter().map(|p| self.expr(p)).collect();
                let n = parts.len();
                self.line(&format!(
                    "let {name}: Vec<{real}> = {{ let mut grown: Vec<{real}> = Vec::with_capacity({n});"
                ));
                for part in parts {
                    self.line(&format!("    grown.push({part});"));
                }
                self.line("    grown };");
            }
            Expr::Repeat(Store::Vec, x, n)
                if self.dialect.bulk && matches!(**x, Expr::Real(_) | Expr::Var(_)) =>
            {
                let (real, x, n) = (self.real(), self.expr(x), self.expr(n));
                self.line(&format!(
                    "let {name} = (0..{n}).map(|_| {x}).collect::<Vec<{real}>>();"
                ));
            }
            _ => return None,
        }
        Some(())
    }

    /// `a.fill(x)` and `a.copy_from_slice(&[…])` for assignments of whole lists.
    pub(super) fn other_assign(
        &mut self,
        op: Option<Op>,
        place: &Expr,
        value: &Expr,
    ) -> Option<()> {
        let (None, Expr::Var(name)) = (op, place) else {
            return None;
        };
        let mentioned = in_expr(value, &|e| matches!(e, Expr::Var(v) if v == name));
        if !self.dialect.bulk || mentioned {
            return None;
        }
        let text = match value {
            Expr::Repeat(_, x, n) if matches!(**n, Expr::Int(_)) => {
                format!("fill({})", self.expr(x))
            }
            Expr::List(_, parts) => format!("copy_from_slice(&[{}])", self.list(parts)),
            _ => return None,
        };
        let place = self.place(place);
        self.line(&format!("{place}.{text};"));
        Some(())
    }
}
