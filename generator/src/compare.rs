//! What a generated file uses to compare the two forms of a program.

use crate::dual::{DIRECTIONS, Dual, along_directions, lit, seed, weighed};

/// Values made of real numbers, taken apart in order.
pub trait Flat {
    /// Appends the numbers; those on `f64` as constants.
    fn flat(&self, out: &mut Vec<Dual>);

    /// The real parts.
    fn reals(&self) -> Vec<f64> {
        let mut out = Vec::new();
        self.flat(&mut out);
        out.iter().map(|x| x.re).collect()
    }
}

impl Flat for f64 {
    fn flat(&self, out: &mut Vec<Dual>) {
        out.push(lit(*self));
    }
}

impl Flat for Dual {
    fn flat(&self, out: &mut Vec<Dual>) {
        out.push(*self);
    }
}

impl Flat for () {
    fn flat(&self, _: &mut Vec<Dual>) {}
}

impl<T: Flat> Flat for [T] {
    fn flat(&self, out: &mut Vec<Dual>) {
        self.iter().for_each(|x| x.flat(out));
    }
}

impl<T: Flat> Flat for Vec<T> {
    fn flat(&self, out: &mut Vec<Dual>) {
        self[..].flat(out);
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    fn flat(&self, out: &mut Vec<Dual>) {
        self[..].flat(out);
    }
}

impl<T: Flat + ?Sized> Flat for &T {
    fn flat(&self, out: &mut Vec<Dual>) {
        T::flat(self, out);
    }
}

macro_rules! flat_tuple {
    ($($name:ident)*) => {
        impl<$($name: Flat),*> Flat for ($($name,)*) {
            #[allow(non_snake_case, reason = "the types' names serve as variables")]
            fn flat(&self, out: &mut Vec<Dual>) {
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
    values: Vec<f64>,
    duals: Vec<Dual>,
    /// The number of real inputs.
    inputs: usize,
    /// The derivative of the weighed sum of the outputs in each direction.
    expected: Vec<f64>,
    failures: Vec<String>,
}

impl Comparison {
    /// `values` is what the plain function gave; `duals` what the function on dual numbers gave,
    /// with as many inputs as `seeds` counted.
    pub fn new(values: &impl Flat, duals: &impl Flat, seeds: &Seeds) -> Self {
        let mut flat = Vec::new();
        duals.flat(&mut flat);
        let mut out = Comparison {
            values: values.reals(),
            inputs: seeds.0,
            expected: weighed(&flat).eps[..seeds.0.min(DIRECTIONS)].to_vec(),
            duals: flat,
            failures: Vec::new(),
        };
        out.value("the dual form", duals);
        out
    }

    /// The same, where the interpreter of the generator gave the expected outputs: each a value and
    /// its derivatives in the directions of `n` inputs, as bits.
    pub fn with(values: &impl Flat, outputs: &[(u64, &[u64])], n: usize) -> Self {
        let dual = |(re, eps): &(u64, &[u64])| {
            let mut y = lit(f64::from_bits(*re));
            for (to, from) in y.eps.iter_mut().zip(*eps) {
                *to = f64::from_bits(*from);
            }
            y
        };
        let duals: Vec<Dual> = outputs.iter().map(dual).collect();
        let mut out = Comparison {
            values: values.reals(),
            inputs: n,
            expected: weighed(&duals).eps[..n.min(DIRECTIONS)].to_vec(),
            duals: Vec::new(),
            failures: Vec::new(),
        };
        out.value("the interpreter", &duals);
        out.duals = duals;
        out
    }

    /// Compares with what the interpreter of the generator gave, as bits.
    pub fn interpreted(&mut self, values: &[u64], gradient: &[u64]) {
        let real = |bits: &[u64]| {
            bits.iter()
                .map(|&b| f64::from_bits(b))
                .collect::<Vec<f64>>()
        };
        self.value("the interpreter", &real(values));
        if !same(&self.expected, &real(gradient)) {
            self.fail(format!(
                "the interpreter: gradient {:?}, dual {:?}",
                real(gradient),
                self.expected
            ));
        }
    }

    /// A value has to agree bit for bit.
    pub fn value(&mut self, by: &str, got: &impl Flat) {
        let got = got.reals();
        if !same(&got, &self.values) {
            self.fail(format!("{by}: value {got:?}, primal {:?}", self.values));
        }
    }

    /// A gradient, times `factor`, plus `before`.
    fn near(&mut self, by: &str, got: &impl Flat, factor: f64, before: f64) {
        let want: Vec<f64> = self.expected.iter().map(|e| e * factor).collect();
        let scale = self.expected.iter().fold(1.0f64, |a, e| a.max(e.abs()));
        let got: Vec<f64> = got.reals().iter().map(|x| x - before).collect();
        let entries = got.len();
        let got = along_directions(&got);
        if entries != self.inputs || !close(&got, &want, scale) {
            self.fail(format!(
                "{by}: {entries} entries, along the directions {got:?}, expected {want:?}"
            ));
        }
    }

    /// What `grad` gave.
    pub fn gradient(&mut self, by: &str, got: &impl Flat) {
        self.near(by, got, 1.0, 0.0);
    }

    /// What `value_and_grad` gave.
    pub fn both(&mut self, by: &str, got: &(f64, impl Flat)) {
        self.value(by, &got.0);
        self.near(by, &got.1, 1.0, 0.0);
    }

    /// What `accumulate_grad` gave, and the buffers after it.
    pub fn accumulated(&mut self, value: f64, buffers: &impl Flat) {
        self.value("accumulate_grad", &value);
        self.near("accumulate_grad", buffers, 1.0, BEFORE);
    }

    /// What `vjp` gave, its pullback applied to the weights, times `factor`.
    pub fn pulled(&mut self, values: &impl Flat, got: &impl Flat, factor: f64) {
        self.value("vjp", values);
        self.near("vjp", got, factor, 0.0);
    }

    /// What `jvp` gave along `along`, which has an entry per input: what a direction has, at the input's
    /// rate.
    pub fn tangent(&mut self, values: &impl Flat, dots: &impl Flat, along: &impl Flat) {
        self.value("jvp", values);
        let along = along.reals();
        let slope = |y: &Dual| y.eps.iter().zip(&along).map(|(e, d)| e * d).sum();
        let want: Vec<f64> = self.duals.iter().map(slope).collect();
        let entries = self.duals.iter().flat_map(|y| y.eps);
        let scale = entries.fold(1.0f64, |a, e| a.max(e.abs()));
        if !close(&dots.reals(), &want, scale) {
            self.fail(format!(
                "jvp: tangent {:?}, expected {want:?}",
                dots.reals()
            ));
        }
    }

    /// Any other promise.
    pub fn holds(&mut self, promise: &str, kept: bool) {
        if !kept {
            self.fail(format!("broken: {promise}"));
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

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter()
        .map(|x| x.to_bits())
        .eq(b.iter().map(|x| x.to_bits()))
}

fn close(got: &[f64], want: &[f64], scale: f64) -> bool {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * scale;
    got.len() == want.len() && got.iter().zip(want).all(near)
}

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
