//! What a generated file uses to compare the two forms of a program.

use crate::dual::{Dual, lit, seed};

/// Values made of real numbers, taken apart in order.
pub trait Flat {
    /// Appends the numbers.
    fn flat(&self, out: &mut Vec<f64>);
}

impl Flat for f64 {
    fn flat(&self, out: &mut Vec<f64>) {
        out.push(*self);
    }
}

impl<T: Flat> Flat for [T] {
    fn flat(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.flat(out));
    }
}

impl<T: Flat> Flat for Vec<T> {
    fn flat(&self, out: &mut Vec<f64>) {
        self[..].flat(out);
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    fn flat(&self, out: &mut Vec<f64>) {
        self[..].flat(out);
    }
}

impl<T: Flat + ?Sized> Flat for &T {
    fn flat(&self, out: &mut Vec<f64>) {
        T::flat(self, out);
    }
}

macro_rules! flat_tuple {
    ($($name:ident)*) => {
        impl<$($name: Flat),*> Flat for ($($name,)*) {
            #[allow(non_snake_case, reason = "the types' names serve as variables")]
            fn flat(&self, out: &mut Vec<f64>) {
                let ($($name,)*) = self;
                $($name.flat(out);)*
            }
        }
    };
}

flat_tuple!(A);
flat_tuple!(A B);
flat_tuple!(A B C);
flat_tuple!(A B C D);
flat_tuple!(A B C D E);

/// Real arguments, turned into dual ones of the same shape.
pub trait Lift {
    /// The same type on dual numbers.
    type Dual;
    /// `f` on each number.
    fn lift(&self, f: &mut impl FnMut(f64) -> Dual) -> Self::Dual;
}

impl Lift for f64 {
    type Dual = Dual;
    fn lift(&self, f: &mut impl FnMut(f64) -> Dual) -> Dual {
        f(*self)
    }
}

impl<T: Lift> Lift for Vec<T> {
    type Dual = Vec<T::Dual>;
    fn lift(&self, f: &mut impl FnMut(f64) -> Dual) -> Self::Dual {
        self.iter().map(|x| x.lift(f)).collect()
    }
}

impl<T: Lift, const N: usize> Lift for [T; N] {
    type Dual = [T::Dual; N];
    fn lift(&self, f: &mut impl FnMut(f64) -> Dual) -> Self::Dual {
        std::array::from_fn(|k| self[k].lift(f))
    }
}

impl<A: Lift, B: Lift> Lift for (A, B) {
    type Dual = (A::Dual, B::Dual);
    fn lift(&self, f: &mut impl FnMut(f64) -> Dual) -> Self::Dual {
        (self.0.lift(f), self.1.lift(f))
    }
}

/// Hands out directions.
#[derive(Debug, Default)]
pub struct Seeds(usize);

impl Seeds {
    /// An argument that is differentiated.
    pub fn varied<T: Lift>(&mut self, x: &T) -> T::Dual {
        x.lift(&mut |re| {
            self.0 += 1;
            seed(re, self.0 - 1)
        })
    }

    /// An argument that is constant.
    pub fn fixed<T: Lift>(&self, x: &T) -> T::Dual {
        x.lift(&mut lit)
    }
}

/// The factor by which `vjp` is asked to scale.
pub const SEED: f64 = 1.75;
/// What the buffers of `accumulate_grad` hold before.
pub const BEFORE: f64 = 0.5;
/// How far gradients may be apart, as a fraction of the largest entry (or of 1).
pub const TOLERANCE: f64 = 1e-9;

/// Collects the disagreements of one program.
#[derive(Debug)]
pub struct Comparison {
    value: f64,
    expected: Vec<f64>,
    failures: Vec<String>,
}

impl Comparison {
    /// `value` is what the plain function gave; `dual` what the function on dual numbers gave, with
    /// as many directions as `seeds` handed out.
    pub fn new(value: f64, dual: &Dual, seeds: &Seeds) -> Self {
        let mut out = Comparison {
            value,
            expected: dual.eps[..seeds.0].to_vec(),
            failures: Vec::new(),
        };
        out.value("the dual form", dual.re);
        out
    }

    /// Compares with what the interpreter of the generator gave, as bits.
    pub fn interpreted(&mut self, value: u64, gradient: &[u64]) {
        self.value("the interpreter", f64::from_bits(value));
        let same = self
            .expected
            .iter()
            .map(|x| x.to_bits())
            .eq(gradient.iter().copied());
        if !same {
            let gradient: Vec<f64> = gradient.iter().map(|&b| f64::from_bits(b)).collect();
            self.fail(format!(
                "interpreter: gradient {gradient:?}, dual {:?}",
                self.expected
            ));
        }
    }

    /// A value has to agree bit for bit.
    pub fn value(&mut self, by: &str, value: f64) {
        if value.to_bits() != self.value.to_bits() {
            self.fail(format!("{by}: value {value:?}, primal {:?}", self.value));
        }
    }

    /// A gradient, times `factor`, plus `before`.
    fn near(&mut self, by: &str, got: &impl Flat, factor: f64, before: f64) {
        let mut flat = Vec::new();
        got.flat(&mut flat);
        let scale = self.expected.iter().fold(1.0f64, |a, e| a.max(e.abs()));
        let want: Vec<f64> = self.expected.iter().map(|e| e * factor + before).collect();
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * scale;
        if flat.len() != want.len() || !flat.iter().zip(&want).all(close) {
            self.fail(format!("{by}: gradient {flat:?}, expected {want:?}"));
        }
    }

    /// What `grad` gave.
    pub fn gradient(&mut self, by: &str, got: &impl Flat) {
        self.near(by, got, 1.0, 0.0);
    }

    /// What `value_and_grad` gave.
    pub fn both(&mut self, by: &str, got: &(f64, impl Flat)) {
        self.value(by, got.0);
        self.near(by, &got.1, 1.0, 0.0);
    }

    /// What `accumulate_grad` gave, and the buffers after it.
    pub fn accumulated(&mut self, value: f64, buffers: &[f64]) {
        self.value("accumulate_grad", value);
        self.near("accumulate_grad", &buffers.to_vec(), 1.0, BEFORE);
    }

    /// What `vjp` gave, its pullback applied to [`SEED`].
    pub fn pulled(&mut self, value: f64, got: &impl Flat) {
        self.value("vjp", value);
        self.near("vjp", got, SEED, 0.0);
    }

    /// What `jvp` gave along the direction `along`.
    pub fn tangent(&mut self, got: (f64, f64), along: &[f64]) {
        self.value("jvp", got.0);
        let terms = self.expected.iter().zip(along).map(|(e, d)| e * d);
        let want: f64 = terms.clone().sum();
        let scale = terms.fold(1.0f64, |a, t| a.max(t.abs()));
        if (got.1 - want).abs().is_nan() || (got.1 - want).abs() > TOLERANCE * scale {
            self.fail(format!("jvp: tangent {:?}, expected {want:?}", got.1));
        }
    }

    fn fail(&mut self, text: String) {
        self.failures.push(text);
    }

    /// Ok if everything agreed.
    pub fn finish(self) -> Result<(), String> {
        if self.failures.is_empty() {
            return Ok(());
        }
        Err(self.failures.join("; "))
    }
}

/// The check of one program, under its name.
pub type Named = (&'static str, fn() -> Result<(), String>);

/// Runs the checks of a generated file, and prints one line for each.
///
/// A check that panics is a failure. Returns the number of failures.
pub fn run(checks: &[Named]) -> usize {
    std::panic::set_hook(Box::new(|_| {}));
    checks
        .iter()
        .filter(|(name, check)| !report(name, *check))
        .count()
}

fn report(name: &str, check: fn() -> Result<(), String>) -> bool {
    println!("start {name}");
    let outcome = match std::panic::catch_unwind(check) {
        Ok(outcome) => outcome,
        Err(payload) => Err(format!("panic: {}", message(&*payload))),
    };
    match &outcome {
        Ok(()) => println!("ok {name}"),
        Err(text) => println!("FAIL {name} {}", text.replace('\n', " ")),
    }
    outcome.is_ok()
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    match (
        payload.downcast_ref::<String>(),
        payload.downcast_ref::<&str>(),
    ) {
        (Some(text), _) => text.clone(),
        (_, Some(text)) => (*text).to_string(),
        _ => "of unknown kind".to_string(),
    }
}

/// The runtime's functions on `f64`, for the plain form.
pub mod plain {
    /// max(x, 0).
    pub fn relu(x: f64) -> f64 {
        x.max(0.0)
    }

    /// x above 0, `slope`·x elsewhere.
    pub fn leaky_relu(x: f64, slope: f64) -> f64 {
        if x > 0.0 { x } else { slope * x }
    }
}
