//! Newtypes: decibels add powers, and `Deref` lends them the methods of `f64`.

use std::ops::{Add, Deref, Mul};

use conservative_grad::conservative_grad;

#[derive(Clone, Copy)]
struct Db(f64);

impl Deref for Db {
    type Target = f64;
    fn deref(&self) -> &f64 {
        &self.0
    }
}

impl Add for Db {
    type Output = Db;
    fn add(self, o: Db) -> Db {
        Db(10.0 * (10_f64.powf(self.0 / 10.0) + 10_f64.powf(o.0 / 10.0)).log10())
    }
}

impl Add<Db> for f64 {
    type Output = f64;
    fn add(self, o: Db) -> f64 {
        (Db(self) + o).0
    }
}

impl Mul<Db> for f64 {
    type Output = f64;
    fn mul(self, o: Db) -> f64 {
        self * self * o.0
    }
}

const GAIN: Db = Db(3.0);

fn gain() -> Db {
    GAIN
}

#[conservative_grad]
fn total(a: Db, b: Db) -> Db { //~ `Db` has no gradient
    a + b
}

#[conservative_grad]
fn dereferenced(a: Db) -> f64 { //~ `Db` has no gradient
    a.sqrt()
}

#[conservative_grad]
fn with_a_const(x: f64) -> f64 { //~ expected `f64`, found `Db`
    x + GAIN
}

#[conservative_grad]
fn with_a_constant_call(x: f64) -> f64 { //~ expected `f64`, found `Db`
    x * gain()
}

#[conservative_grad]
fn with_a_constant_parameter(x: f64, #[constant] by: Db) -> f64 { //~ expected `f64`, found `Db`
    x * by
}

fn main() {
    let _ = total(GAIN, GAIN).0 + dereferenced(GAIN) + with_a_const(1.0) + with_a_constant_call(1.0);
    let _ = with_a_constant_parameter(1.0, GAIN);
}
