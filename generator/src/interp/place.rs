//! Places: a variable and a way into it.

use super::{Fault, Value};

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

pub(super) fn length(value: &Value) -> Result<i64, Fault> {
    Ok(elements(value)?.len() as i64)
}
