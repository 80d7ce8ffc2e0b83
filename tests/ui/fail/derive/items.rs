//! What is no struct, or has nothing in it to differentiate.

use conservative_grad::Differentiable;
use std::marker::PhantomData;

#[derive(Differentiable)]
pub enum Shape { //~ AD0400
    Circle(f64),
    Square { side: f64 },
}

#[derive(Differentiable)]
union Bits { //~ AD0401
    number: f64,
    bits: u64,
}

#[derive(Differentiable)]
struct Unit; //~ AD0402

#[derive(Differentiable)]
struct Empty {} //~ AD0402

#[derive(Differentiable)]
struct Counters<'a, T> { //~ AD0402
    n: usize,
    names: Vec<String>,
    pairs: &'a [(u8, bool)],
    marker: PhantomData<T>,
    #[constant]
    step: f64,
}

#[derive(Differentiable)]
struct List {
    value: f64,
    next: Option<Box<List>>, //~ AD0408
    again: (f64, [Box<Self>; 2]), //~ AD0408
    many: Vec<List>,
}

fn main() {}
