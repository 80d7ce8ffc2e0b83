//! Places: a variable and a way into it.

use super::{Fault, Machine, Value};
use crate::ast::Expr;

/// A step into a value.
#[derive(Clone, Debug)]
enum Step {
    At(i64),
    Range(i64, i64),
}

/// A part of a variable.
#[derive(Clone, Debug)]
pub struct Place {
    /// The position of the variable.
    pub(super) slot: usize,
    steps: Vec<Step>,
}

impl Place {
    pub(super) fn new(slot: usize) -> Self {
        let steps = Vec::new();
        Place { slot, steps }
    }

    /// Element `k` of it; of a range, counted from its start.
    pub(super) fn at(mut self, k: i64) -> Self {
        let step = match self.steps.last() {
            Some(&Step::Range(from, to)) => {
                self.steps.pop();
                let inside = (0..to - from).contains(&k);
                Step::At(if inside { from + k } else { -1 })
            }
            _ => Step::At(k),
        };
        self.steps.push(step);
        self
    }

    pub(super) fn range(mut self, from: i64, to: i64) -> Self {
        let step = match self.steps.last() {
            Some(&Step::Range(start, end)) => {
                self.steps.pop();
                let inside = from >= 0 && start + to <= end;
                Step::Range(start + from, if inside { start + to } else { -1 })
            }
            _ => Step::Range(from, to),
        };
        self.steps.push(step);
        self
    }

    pub(super) fn load(&self, root: &Value) -> Result<Value, Fault> {
        let mut value = root;
        for (k, step) in self.steps.iter().enumerate() {
            let xs = elements(value)?;
            match step {
                Step::At(i) => value = xs.get(position(*i)?).ok_or("index out of range")?,
                Step::Range(from, to) => {
                    let part = xs.get(position(*from)?..position(*to)?);
                    let part = part.ok_or("range out of range")?.to_vec();
                    let rest = Place {
                        slot: self.slot,
                        steps: self.steps[k + 1..].to_vec(),
                    };
                    return rest.load(&Value::List(part));
                }
            }
        }
        Ok(value.clone())
    }

    pub(super) fn store(&self, root: &mut Value, new: Value) -> Result<(), Fault> {
        let mut value = root;
        for step in &self.steps {
            let Value::List(xs) = value else {
                return Err("no list".into());
            };
            match step {
                Step::At(i) => value = xs.get_mut(position(*i)?).ok_or("index out of range")?,
                Step::Range(from, _) => return overwrite(xs, position(*from)?, new),
            }
        }
        *value = new;
        Ok(())
    }
}

fn overwrite(xs: &mut [Value], from: usize, new: Value) -> Result<(), Fault> {
    for (k, x) in elements(&new)?.iter().enumerate() {
        *xs.get_mut(from + k).ok_or("range out of range")? = x.clone();
    }
    Ok(())
}

fn elements(value: &Value) -> Result<&[Value], Fault> {
    match value {
        Value::List(xs) => Ok(xs),
        other => Err(format!("{other:?} is no list")),
    }
}

fn position(k: i64) -> Result<usize, Fault> {
    usize::try_from(k).map_err(|_| "negative index".into())
}

fn length(value: &Value) -> Result<i64, Fault> {
    Ok(elements(value)?.len() as i64)
}

impl Machine<'_> {
    pub(super) fn place(&mut self, e: &Expr) -> Result<Place, Fault> {
        match e {
            Expr::Var(name) => {
                let slot = self.vars.iter().rposition(|v| v.0 == *name);
                let slot = slot.ok_or_else(|| format!("no variable {name}"))?;
                match &self.vars[slot].1 {
                    Value::Alias(place) => Ok(place.clone()),
                    _ => Ok(Place::new(slot)),
                }
            }
            Expr::Index(base, at) => {
                let base = self.place(base)?;
                Ok(base.at(self.int(at)?))
            }
            Expr::Field(base, k) => Ok(self.place(base)?.at(*k as i64)),
            Expr::Borrow(_, of, None) => self.place(of),
            Expr::Borrow(_, of, Some(span)) => {
                let of = self.place(of)?;
                let len = length(&self.load(&of)?)?;
                let from = span.from.as_ref().map_or(Ok(0), |e| self.int(e))?;
                let to = span.to.as_ref().map_or(Ok(len), |e| self.int(e))?;
                Ok(of.range(from, to))
            }
            other => Err(format!("{other:?} is no place")),
        }
    }

    pub(super) fn load(&self, place: &Place) -> Result<Value, Fault> {
        place.load(&self.vars[place.slot].1)
    }

    pub(super) fn store(&mut self, place: &Place, value: Value) -> Result<(), Fault> {
        place.store(&mut self.vars[place.slot].1, value)
    }
}
