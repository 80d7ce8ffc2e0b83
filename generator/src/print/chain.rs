//! Loops over elements, spelled as iterators: the shapes that `generate::chain` makes.

use super::Printer;
use crate::ast::{Block, Expr, Head, Op, Stmt, Style};
use crate::dialect::in_expr;

/// What a loop runs over, and what it does with each element.
struct Chain<'a> {
    acc: &'a str,
    start: f64,
    /// The list, and the name of its elements.
    first: (&'a str, &'a str),
    /// Another list, or the same for neighbours.
    second: Option<(&'a str, &'a str)>,
    neighbours: bool,
    at: &'a str,
    rev: bool,
    op: Option<Op>,
    value: &'a Expr,
}

fn name(e: &Expr) -> Option<&str> {
    match e {
        Expr::Var(name) => Some(name),
        _ => None,
    }
}

fn mentions(e: &Expr, name: &str) -> bool {
    in_expr(e, &|e| matches!(e, Expr::Var(v) if v == name))
}

/// `let e = xs[k];`
fn element(stmt: &Stmt) -> Option<(&str, &str, &Expr)> {
    let Stmt::Let(names, None, Some(Expr::Index(base, at))) = stmt else {
        return None;
    };
    let [binding] = &names[..] else { return None };
    Some((name(base)?, &binding.name, at))
}

impl<'a> Chain<'a> {
    fn of(block: &'a Block) -> Option<Chain<'a>> {
        let [
            Stmt::Let(names, Some(_), Some(Expr::Real(start))),
            Stmt::For(None, head, body),
        ] = &block.stmts[..]
        else {
            return None;
        };
        let ([acc], Some(tail)) = (&names[..], &block.tail) else {
            return None;
        };
        if name(tail)? != acc.name
            || head.inclusive
            || head.step.is_some()
            || head.from != Expr::Int(0)
        {
            return None;
        }
        let (elements, [Stmt::Assign(op, place, value)]) =
            body.stmts.split_at(body.stmts.len().checked_sub(1)?)
        else {
            return None;
        };
        let mut elements = elements
            .iter()
            .map(element)
            .collect::<Option<Vec<_>>>()?
            .into_iter();
        let (list, first, at) = elements.next()?;
        let second = elements.next();
        if name(at)? != head.var || name(place)? != acc.name || elements.next().is_some() {
            return None;
        }
        let neighbours = second.is_some_and(|(_, _, at)| name(at) != Some(&head.var));
        let length = match (&head.to, neighbours) {
            (Expr::Binary(Op::Sub, length, _), true) => length,
            (length, false) => length,
            _ => return None,
        };
        let Expr::Len(of) = length else { return None };
        let value = match (op, value) {
            (Some(Op::Add | Op::Mul), value) => value,
            (None, Expr::Function("max", Style::Method, args))
                if name(&args[0]) == Some(&acc.name) =>
            {
                &args[1]
            }
            _ => return None,
        };
        let fits = name(of)? == list && !mentions(value, &acc.name);
        fits.then_some(Chain {
            acc: &acc.name,
            start: *start,
            first: (list, first),
            second: second.map(|(list, name, _)| (list, name)),
            neighbours,
            at: &head.var,
            rev: head.rev,
            op: *op,
            value,
        })
    }
}

impl Printer {
    /// The block as a chain of iterators, if it has the shape and this dialect has them.
    pub(super) fn chain(&mut self, block: &Block) -> Option<String> {
        if !self.dialect.iterators {
            return None;
        }
        let chain = Chain::of(block)?;
        let (list, e) = (self.named(chain.first.0), chain.first.1);
        let other = chain.second.map(|(other, _)| self.named(other));
        let rev = if chain.rev { ".rev()" } else { "" };
        let indexed = mentions(chain.value, chain.at);
        let (source, pattern) = match chain.second {
            // Both could only be reversed together if their lengths are known, as they are here.
            Some((_, o)) if !chain.neighbours => (
                format!(
                    "{list}.iter().zip({}.iter()){rev}",
                    other.unwrap_or_default()
                ),
                format!("(&{e}, &{o})"),
            ),
            Some(_) => (format!("{list}.windows(2){rev}"), "window".to_owned()),
            None if indexed => (
                format!("{list}.iter().enumerate(){rev}"),
                format!("({}, &{e})", chain.at),
            ),
            None if self.dialect.folds => (format!("{list}.iter().copied(){rev}"), e.to_owned()),
            None => (format!("{list}.iter(){rev}"), format!("&{e}")),
        };
        let value = self.expr(chain.value);
        let value = match chain.second {
            Some((_, o)) if chain.neighbours => {
                format!("{{ let ({e}, {o}) = (window[0], window[1]); {value} }}")
            }
            _ => value,
        };
        let real = self.real();
        let end = match chain.op {
            Some(Op::Add) => format!(".sum::<{real}>()"),
            _ => format!(".product::<{real}>()"),
        };
        let folded = self.dialect.folds || self.dialect.generic || chain.op.is_none();
        if !folded {
            return Some(format!("{source}.map(|{pattern}| {value}){end}"));
        }
        let acc = chain.acc;
        let next = match chain.op {
            Some(op) => format!("{acc} {} ({value})", op.text()),
            None => format!("{acc}.max({value})"),
        };
        let start = match (chain.op, self.dialect.generic) {
            // A method needs the type.
            (None, false) => format!("{:?}_f64", chain.start),
            _ => self.literal(format!("{:?}", chain.start)),
        };
        if self.dialect.chunks && chain.second.is_none() && !indexed && !chain.rev {
            return Some(format!(
                "{list}.chunks(2).fold({start}, |{acc}, chunk| chunk.iter().fold({acc}, |{acc}, &{e}| {next}))"
            ));
        }
        Some(format!("{source}.fold({start}, |{acc}, {pattern}| {next})"))
    }

    /// `for x in xs.iter_mut() { *x += …; }`, if the loop has the shape.
    pub(super) fn each(&mut self, head: &Head, body: &Block) -> Option<()> {
        let [Stmt::Assign(op, Expr::Index(list, at), value)] = &body.stmts[..] else {
            return None;
        };
        let (list, Expr::Len(of)) = (name(list)?, &head.to) else {
            return None;
        };
        let whole =
            head.from == Expr::Int(0) && !head.inclusive && !head.rev && head.step.is_none();
        if !self.dialect.iterators || !whole || name(at)? != head.var || name(of)? != list {
            return None;
        }
        if mentions(value, list)
            || in_expr(value, &|e| matches!(e, Expr::Block(_) | Expr::Call(..)))
        {
            return None;
        }
        let list = self.named(list);
        let indexed = mentions(value, &head.var);
        let value = self.expr(value);
        let op_ = op.map_or("", |op| op.text());
        if self.dialect.chunks && !indexed {
            self.line(&format!("for chunk in {list}.chunks_mut(2) {{"));
            self.line(&format!(
                "    for each in chunk.iter_mut() {{ *each {op_}= {value}; }}"
            ));
            self.line("}");
            return Some(());
        }
        let pattern = match indexed {
            true => format!("({}, each) in {list}.iter_mut().enumerate()", head.var),
            false => format!("each in {list}.iter_mut()"),
        };
        self.line(&format!("for {pattern} {{"));
        self.line(&format!("    *each {}= {value};", op_));
        self.line("}");
        Some(())
    }
}
