//! Which programs are kept, and their arguments as values.

use super::func::size;
use crate::ast::{Input, Program, Ty};
use crate::dual::{DIRECTIONS, Dual, lit, seed};
use crate::interp::{self, Value};

/// The arguments of the main function, each real of a differentiable one with its direction.
pub fn arguments(program: &Program) -> Vec<Value> {
    let mut next = 0;
    let pairs = program.main().params.iter().zip(&program.inputs);
    pairs
        .map(|(p, input)| {
            let mut real = |x: f64| {
                next += usize::from(p.varied());
                if p.varied() {
                    seed(x, next - 1)
                } else {
                    lit(x)
                }
            };
            value(p.ty, input, &mut real)
        })
        .collect()
}

fn value(ty: Ty, input: &Input, real: &mut impl FnMut(f64) -> Dual) -> Value {
    match (ty, input) {
        (_, Input::Int(k)) => Value::Int(*k),
        (_, Input::Bool(b)) => Value::Bool(*b),
        (Ty::Real | Ty::RealMut, Input::Reals(xs)) => Value::Real(real(xs[0])),
        (Ty::Matrix(_, n), Input::Reals(xs)) => {
            Value::List(xs.chunks(n).map(|row| list(row, real)).collect())
        }
        (_, Input::Reals(xs)) => list(xs, real),
    }
}

fn list(xs: &[f64], real: &mut impl FnMut(f64) -> Dual) -> Value {
    Value::List(xs.iter().map(|&x| Value::Real(real(x))).collect())
}

/// Number of real inputs that `program` is differentiated by.
pub fn inputs(program: &Program) -> usize {
    let params = program.main().params.iter();
    params.filter(|p| p.varied()).map(|p| size(p.ty)).sum()
}

/// Number of directions that `program` uses.
pub fn directions(program: &Program) -> usize {
    inputs(program).min(DIRECTIONS)
}

/// Whether the program runs to its end, with a gradient that can be compared to nine digits.
pub fn tame(program: &Program) -> bool {
    let Ok(outcome) = interp::run(program, arguments(program)) else {
        return false;
    };
    let y = outcome.weighed();
    let scale = y.eps.iter().fold(0.0f64, |a, e| a.max(e.abs()));
    let small = |x: f64| x.is_finite() && x.abs() < 1e8;
    outcome.outputs.iter().all(|y| small(y.re) && small(y.path))
        && scale > 0.0
        && y.path < 1e4 * scale.max(1.0)
}
