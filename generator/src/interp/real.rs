//! Operators and functions.

use super::{Fault, Machine, Value};
use crate::ast::{Expr, Op};
use crate::dual::Dual;

/// A constant of `std::f64::consts`.
pub(super) fn std_const(name: &str) -> f64 {
    use std::f64::consts::{E, FRAC_1_PI, FRAC_PI_2, LN_2, PI, SQRT_2};
    match name {
        "PI" => PI,
        "E" => E,
        "LN_2" => LN_2,
        "SQRT_2" => SQRT_2,
        "FRAC_PI_2" => FRAC_PI_2,
        _ => FRAC_1_PI,
    }
}

impl Machine<'_> {
    pub(super) fn operate(&mut self, op: Op, a: Value, b: Value) -> Result<Value, Fault> {
        match (a, b) {
            (Value::Real(a), Value::Real(b)) => self.real(op, a, b),
            (Value::Int(a), Value::Int(b)) => int(op, a, b),
            (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(match op {
                Op::Eq => a == b,
                _ => a != b,
            })),
            (a, b) => Err(format!("{a:?} {} {b:?}", op.text())),
        }
    }

    fn real(&mut self, op: Op, a: Dual, b: Dual) -> Result<Value, Fault> {
        let holds = match op {
            Op::Add => return Ok(Value::Real(a + b)),
            Op::Sub => return Ok(Value::Real(a - b)),
            Op::Mul => return Ok(Value::Real(a * b)),
            Op::Div => return Ok(Value::Real(a / b)),
            Op::Lt => a < b,
            Op::Le => a <= b,
            Op::Gt => a > b,
            Op::Ge => a >= b,
            Op::Eq => a == b,
            _ => a != b,
        };
        self.decide(a.re, b.re);
        Ok(Value::Bool(holds))
    }

    /// Notes on which side of a kink or comparison the run is.
    fn decide(&mut self, a: f64, b: f64) {
        self.tie |= a == b;
        let side = u64::from(a > b) + 2 * u64::from(a == b) + 1;
        self.decisions = (self.decisions ^ side).wrapping_mul(0x0000_0100_0000_01b3);
    }

    pub(super) fn function(&mut self, name: &str, args: &[Expr]) -> Result<Value, Fault> {
        if name == "powi" {
            let base = self.number(&args[0])?;
            let n = self.int(&args[1])?;
            return Ok(Value::Real(base.powi(n as i32)));
        }
        let args: Result<Vec<_>, _> = args.iter().map(|a| self.number(a)).collect();
        let args = args?;
        self.kinks(name, &args);
        match (name, &args[..]) {
            ("is_finite", [x]) => Ok(Value::Bool(x.is_finite())),
            ("sin_cos", [x]) => {
                let (s, c) = x.sin_cos();
                Ok(Value::List(vec![Value::Real(s), Value::Real(c)]))
            }
            (_, [x]) => unary(name, *x).map(Value::Real),
            (_, [x, y]) => two(name, *x, *y).map(Value::Real),
            ("clamp", [x, lo, hi]) if lo.re <= hi.re => Ok(Value::Real(x.clamp(*lo, *hi))),
            ("mul_add", [x, a, b]) => Ok(Value::Real(x.mul_add(*a, *b))),
            _ => Err(format!("no function {name} of these arguments")),
        }
    }

    fn kinks(&mut self, name: &str, args: &[Dual]) {
        match (name, args) {
            ("abs" | "relu", [x]) | ("leaky_relu", [x, _]) => self.decide(x.re, 0.0),
            ("max" | "min", [a, b]) => self.decide(a.re, b.re),
            ("clamp", [x, lo, hi]) => {
                self.decide(x.re, lo.re);
                self.decide(x.re, hi.re);
            }
            _ => {}
        }
    }

    fn number(&mut self, e: &Expr) -> Result<Dual, Fault> {
        match self.eval(e)? {
            Value::Real(x) => Ok(x),
            other => Err(format!("{other:?} is no real number")),
        }
    }
}

fn int(op: Op, a: i64, b: i64) -> Result<Value, Fault> {
    let out = match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a.checked_mul(b).ok_or("overflow")?,
        Op::Div => a.checked_div(b).ok_or("division by zero")?,
        Op::Rem => a.checked_rem(b).ok_or("division by zero")?,
        Op::Lt => return Ok(Value::Bool(a < b)),
        Op::Le => return Ok(Value::Bool(a <= b)),
        Op::Gt => return Ok(Value::Bool(a > b)),
        Op::Ge => return Ok(Value::Bool(a >= b)),
        Op::Eq => return Ok(Value::Bool(a == b)),
        _ => return Ok(Value::Bool(a != b)),
    };
    if out.abs() > 1_000_000 {
        return Err("large integer".into());
    }
    Ok(Value::Int(out))
}

macro_rules! table {
    ($name:ident($($param:ident)?): $($method:ident)*) => {
        fn $name(name: &str, x: Dual $(, $param: Dual)?) -> Result<Dual, Fault> {
            table!(@arms name, x, ($($param)?), $($method)*)
        }
    };
    (@arms $key:ident, $x:ident, $args:tt, $($method:ident)*) => {
        match $key {
            $(stringify!($method) => Ok($x.$method $args),)*
            _ => Err(format!("no function {}", $key)),
        }
    };
}

table! { unary():
    sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp exp2 exp_m1 ln log2 log10 ln_1p
    sqrt cbrt recip to_radians to_degrees abs relu
}
table! { two(y): max min powf log hypot atan2 leaky_relu }
