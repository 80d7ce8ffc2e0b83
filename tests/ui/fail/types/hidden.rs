//! Real numbers where their derivative would be lost.

use conservative_grad::conservative_grad;

type Whatever = f64;

#[conservative_grad]
fn assigned(x: f64, #[constant] mut k: Whatever) -> f64 {
    k = x; //~ AD0207
    x * k
}

#[conservative_grad]
fn pushed(x: f64, #[constant] mut v: Vec<Whatever>) -> f64 {
    v.push(x); //~ AD0207
    x * v[0]
}

struct Cache {
    last: f64,
    count: usize,
}

#[conservative_grad]
fn stored(x: f64, #[constant] cache: &mut Cache) -> f64 {
    cache.last = x; //~ AD0204
    x
}

#[conservative_grad]
fn through_a_method(x: f64, #[constant] cache: &Cache) -> f64 {
    x * cache.score(x) //~ AD0140
}

#[conservative_grad]
fn real_in_constant(x: f64, table: &str) -> f64 {
    let y;
    let n = table.len() + if table.starts_with("y") { count(y) } else { 0 };
    y = x;
    y * n as f64
}

fn main() {}
