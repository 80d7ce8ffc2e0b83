//! An interpreter of programs over dual numbers: it tells the generator which programs are tame,
//! and gives a third opinion on every value and gradient.

mod place;
mod real;

use crate::ast::{Block, Expr, Func, Head, Op, Program, Stmt};
use crate::dual::{Dual, lit};
pub use place::Place;

/// A value.
#[derive(Clone, Debug)]
pub enum Value {
    /// A real number.
    Real(Dual),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// An array, vector, slice or tuple.
    List(Vec<Value>),
    /// Another name for a place of the same function.
    Alias(Place),
    /// `()`.
    Unit,
}

/// Why a program is not fit for use: it would panic, or runs too long.
pub type Fault = String;

/// What a statement does to the flow of control.
enum Flow {
    Next,
    Break(Option<String>),
    Continue(Option<String>),
    Return(Value),
}

/// What a run gave.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The real numbers in the result, then those in what is changed in place.
    pub outputs: Vec<Dual>,
    /// A fingerprint of all comparisons of real numbers on the way.
    pub decisions: u64,
    /// Whether two operands of a comparison or kink were equal.
    pub tie: bool,
}

/// More steps than any program here needs.
const FUEL: u32 = 40_000;
/// More nested calls than any program here needs.
const DEEPEST: u32 = 20;

/// Runs the main function of `program`.
pub fn run(program: &Program, args: Vec<Value>) -> Result<Outcome, Fault> {
    let mut machine = Machine {
        program,
        vars: Vec::new(),
        fuel: FUEL,
        calls: 0,
        decisions: 0,
        tie: false,
    };
    let (result, finals) = machine.call(program.main(), args)?;
    let mut outputs = Vec::new();
    numbers(&result, &mut outputs)?;
    for (p, value) in program.main().params.iter().zip(&finals) {
        if p.in_place() {
            numbers(value, &mut outputs)?;
        }
    }
    Ok(Outcome {
        outputs,
        decisions: machine.decisions,
        tie: machine.tie,
    })
}

impl Outcome {
    /// The sum of the outputs, each times its weight: what the gradient is of.
    pub fn weighed(&self) -> Dual {
        crate::dual::weighed(&self.outputs)
    }
}

/// The real numbers in a value, in order.
fn numbers(value: &Value, out: &mut Vec<Dual>) -> Result<(), Fault> {
    match value {
        Value::Real(x) => out.push(*x),
        Value::List(xs) => return xs.iter().try_for_each(|x| numbers(x, out)),
        Value::Unit => {}
        other => return Err(format!("main gave {other:?}")),
    }
    Ok(())
}

struct Machine<'p> {
    program: &'p Program,
    vars: Vec<(String, Value)>,
    fuel: u32,
    calls: u32,
    decisions: u64,
    tie: bool,
}

impl Machine<'_> {
    /// The result, and the final values of the parameters.
    fn call(&mut self, func: &Func, args: Vec<Value>) -> Result<(Value, Vec<Value>), Fault> {
        let mut frame: Vec<_> = self.program.consts.iter().map(constant).collect();
        let base = frame.len();
        frame.extend(func.params.iter().map(|p| p.name.clone()).zip(args));
        let outer = std::mem::replace(&mut self.vars, frame);
        let out = match self.block(&func.body)? {
            (Flow::Return(value), _) | (_, value) => value,
        };
        let frame = std::mem::replace(&mut self.vars, outer);
        let params = frame.into_iter().skip(base).take(func.params.len());
        Ok((out, params.map(|p| p.1).collect()))
    }

    fn block(&mut self, block: &Block) -> Result<(Flow, Value), Fault> {
        let mark = self.vars.len();
        let out = self.block_open(block);
        self.vars.truncate(mark);
        out
    }

    fn block_open(&mut self, block: &Block) -> Result<(Flow, Value), Fault> {
        for stmt in &block.stmts {
            match self.stmt(stmt)? {
                Flow::Next => {}
                flow => return Ok((flow, Value::Unit)),
            }
        }
        let value = match &block.tail {
            Some(tail) => self.eval(tail)?,
            None => Value::Unit,
        };
        Ok((Flow::Next, value))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Flow, Fault> {
        self.fuel = self.fuel.checked_sub(1).ok_or("out of fuel")?;
        match stmt {
            Stmt::Let(bindings, _, value) => self.bind(bindings, value.as_ref())?,
            Stmt::Const(name, x) => self.vars.push((name.clone(), Value::Real(lit(*x)))),
            Stmt::Assign(op, place, value) => self.assign(*op, place, value)?,
            Stmt::If(cond, then, els) => return self.branch(cond, then, els.as_ref()),
            Stmt::For(label, head, body) => return self.for_loop(label, head, body),
            Stmt::While(label, cond, body) => return self.while_loop(label, Some(cond), body),
            Stmt::Loop(label, body) => return self.while_loop(label, None, body),
            Stmt::Break(label) => return Ok(Flow::Break(label.clone())),
            Stmt::Continue(label) => return Ok(Flow::Continue(label.clone())),
            Stmt::Return(None) => return Ok(Flow::Return(Value::Unit)),
            Stmt::Return(Some(value)) => return Ok(Flow::Return(self.eval(value)?)),
            Stmt::Call(call) => drop(self.eval(call)?),
            Stmt::Assert(_, cond) => {
                if !self.truth(cond)? {
                    return Err("assertion failed".into());
                }
            }
        }
        Ok(Flow::Next)
    }

    fn bind(&mut self, names: &[crate::ast::Binding], value: Option<&Expr>) -> Result<(), Fault> {
        let value = match value {
            Some(value @ Expr::Borrow(..)) => Value::Alias(self.place(value)?),
            Some(value) => self.eval(value)?,
            None => Value::Unit,
        };
        match (names, value) {
            ([one], value) => self.vars.push((one.name.clone(), value)),
            (many, Value::List(parts)) => {
                self.vars
                    .extend(many.iter().map(|b| b.name.clone()).zip(parts));
            }
            (_, other) => return Err(format!("cannot take {other:?} apart")),
        }
        Ok(())
    }

    fn assign(&mut self, op: Option<Op>, place: &Expr, value: &Expr) -> Result<(), Fault> {
        // For a compound assignment of primitive numbers Rust evaluates the right side first, and
        // for a plain one too.
        let value = self.eval(value)?;
        let place = self.place(place)?;
        let value = match op {
            Some(op) => self.operate(op, self.load(&place)?, value)?,
            None => value,
        };
        self.store(&place, value)
    }

    fn branch(&mut self, cond: &Expr, then: &Block, els: Option<&Block>) -> Result<Flow, Fault> {
        if self.truth(cond)? {
            return Ok(self.block(then)?.0);
        }
        match els {
            Some(els) => Ok(self.block(els)?.0),
            None => Ok(Flow::Next),
        }
    }

    fn for_loop(
        &mut self,
        label: &Option<String>,
        head: &Head,
        body: &Block,
    ) -> Result<Flow, Fault> {
        for i in self.counts(head)? {
            self.vars.push((head.var.clone(), Value::Int(i)));
            let flow = self.block(body)?.0;
            self.vars.pop();
            match leave(flow, label) {
                Leave::Stay => {}
                Leave::Out(flow) => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn counts(&mut self, head: &Head) -> Result<Vec<i64>, Fault> {
        let from = self.int(&head.from)?;
        let to = self.int(&head.to)? + i64::from(head.inclusive);
        let step = head.step.unwrap_or(1).max(1) as usize;
        let all = from..to;
        Ok(match (head.rev, head.rev_first) {
            (false, _) => all.step_by(step).collect(),
            (true, true) => all.rev().step_by(step).collect(),
            (true, false) => {
                let forward: Vec<i64> = all.step_by(step).collect();
                forward.into_iter().rev().collect()
            }
        })
    }

    fn while_loop(
        &mut self,
        label: &Option<String>,
        cond: Option<&Expr>,
        body: &Block,
    ) -> Result<Flow, Fault> {
        loop {
            self.fuel = self.fuel.checked_sub(1).ok_or("out of fuel")?;
            if let Some(cond) = cond
                && !self.truth(cond)?
            {
                return Ok(Flow::Next);
            }
            let flow = self.block(body)?.0;
            if let Leave::Out(flow) = leave(flow, label) {
                return Ok(flow);
            }
        }
    }

    fn eval(&mut self, e: &Expr) -> Result<Value, Fault> {
        Ok(match e {
            Expr::Real(x) => Value::Real(lit(*x)),
            Expr::Int(k) => Value::Int(*k),
            Expr::Bool(b) => Value::Bool(*b),
            Expr::StdConst(name) => Value::Real(lit(real::std_const(name))),
            Expr::Var(_) | Expr::Index(..) | Expr::Field(..) => {
                let place = self.place(e)?;
                self.load(&place)?
            }
            Expr::Neg(x) => match self.eval(x)? {
                Value::Real(x) => Value::Real(-x),
                Value::Int(k) => Value::Int(-k),
                other => return Err(format!("-{other:?}")),
            },
            Expr::Not(x) => Value::Bool(!self.truth(x)?),
            Expr::Binary(Op::And, a, b) => Value::Bool(self.truth(a)? && self.truth(b)?),
            Expr::Binary(Op::Or, a, b) => Value::Bool(self.truth(a)? || self.truth(b)?),
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                self.operate(*op, a, b)?
            }
            Expr::Function(name, _, args) => self.function(name, args)?,
            Expr::ToReal(k) => Value::Real(lit(self.int(k)? as f64)),
            Expr::ToInt(k, _) => Value::Int(self.int(k)?),
            Expr::Len(xs) => Value::Int(self.list(xs)?.len() as i64),
            Expr::If(cond, then, els) => {
                let taken = if self.truth(cond)? { then } else { els };
                self.block(taken)?.1
            }
            Expr::Block(block) => self.block(block)?.1,
            Expr::Call(name, args) => self.call_named(name, args)?,
            Expr::Tuple(parts) | Expr::List(_, parts) => {
                let parts: Result<_, _> = parts.iter().map(|p| self.eval(p)).collect();
                Value::List(parts?)
            }
            Expr::Repeat(_, x, n) => {
                let x = self.eval(x)?;
                Value::List(vec![x; self.int(n)?.max(0) as usize])
            }
            Expr::Borrow(_, of, None) => self.eval(of)?,
            Expr::Borrow(..) => {
                let place = self.place(e)?;
                self.load(&place)?
            }
        })
    }

    /// Arguments that are borrowed mutably are copied in, and copied back out.
    fn call_named(&mut self, name: &str, args: &[Expr]) -> Result<Value, Fault> {
        let func = self.program.funcs.iter().find(|f| f.name == name);
        let func = func.ok_or_else(|| format!("no function {name}"))?;
        let values: Result<Vec<_>, _> = args.iter().map(|a| self.eval(a)).collect();
        let mut places = Vec::new();
        for (k, (arg, param)) in args.iter().zip(&func.params).enumerate() {
            if param.in_place() {
                places.push((k, self.place(arg)?));
            }
        }
        self.calls += 1;
        if self.calls > DEEPEST {
            return Err("deep recursion".into());
        }
        let (result, finals) = self.call(func, values?)?;
        self.calls -= 1;
        for (k, place) in places {
            self.store(&place, finals[k].clone())?;
        }
        Ok(result)
    }

    fn truth(&mut self, e: &Expr) -> Result<bool, Fault> {
        match self.eval(e)? {
            Value::Bool(b) => Ok(b),
            other => Err(format!("{other:?} is no truth value")),
        }
    }

    fn int(&mut self, e: &Expr) -> Result<i64, Fault> {
        match self.eval(e)? {
            Value::Int(k) => Ok(k),
            other => Err(format!("{other:?} is no integer")),
        }
    }

    fn list(&mut self, e: &Expr) -> Result<Vec<Value>, Fault> {
        match self.eval(e)? {
            Value::List(xs) => Ok(xs),
            other => Err(format!("{other:?} is no list")),
        }
    }
}

enum Leave {
    Stay,
    Out(Flow),
}

/// What a loop does with the flow that its body ended in.
fn leave(flow: Flow, label: &Option<String>) -> Leave {
    let mine = |name: &Option<String>| name.is_none() || name == label;
    match flow {
        Flow::Next => Leave::Stay,
        Flow::Continue(name) if mine(&name) => Leave::Stay,
        Flow::Break(name) if mine(&name) => Leave::Out(Flow::Next),
        flow => Leave::Out(flow),
    }
}

fn constant((name, x): &(String, f64)) -> (String, Value) {
    (name.clone(), Value::Real(lit(*x)))
}
