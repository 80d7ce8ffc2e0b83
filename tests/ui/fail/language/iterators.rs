//! Iterators that are no loop the compiler can write.

use conservative_grad::conservative_grad;

#[allow(for_loops_over_fallibles)]
#[conservative_grad]
fn over_an_option(x: f64) -> f64 {
    let mut s = x;
    for k in Some(x * x) { //~ AD0114
        s *= x + k;
    }
    s
}

#[conservative_grad]
fn not_understood(xs: &[f64]) -> f64 {
    xs.iter().inspect(|x| println!("{x}")).sum() //~ AD0142
}

#[conservative_grad]
fn option_of_unknown_origin(xs: &[f64]) -> f64 {
    xs.iter().filter_map(|_| known()).sum() //~ AD0171
}

fn known() -> Option<f64> {
    None
}

#[conservative_grad]
fn not_consumed(xs: &[f64]) -> f64 {
    total(xs.iter().map(|x| x * x)) //~ AD0160
}

fn total(xs: impl Iterator<Item = f64>) -> f64 {
    xs.sum()
}

#[conservative_grad]
fn both_skip(xs: &[f64]) -> f64 {
    let ups = xs.iter().filter(|x| **x > 0.0);
    let downs = xs.iter().filter(|x| **x < 0.0);
    ups.zip(downs).map(|(a, b)| a * b).sum() //~ AD0161
}

#[conservative_grad]
fn tuple_of_references(xs: &[f64], ys: &[f64]) -> f64 {
    xs.chunks(2).zip(ys).map(|pair| pair.0[0] * pair.1).sum() //~ AD0162
}

#[conservative_grad]
fn effects_before_zip(xs: &[f64], ys: &[f64]) -> f64 {
    let mut n = 0.0;
    let products = xs.iter().map(|x| {
        n += x;
        x * n
    });
    products.zip(ys).map(|(a, b)| a * b).sum() //~ AD0163
}

#[conservative_grad]
fn scan_that_ends(xs: &[f64]) -> f64 {
    xs.iter()
        .scan(1.0, |state, x| { //~ AD0164
            *state *= x;
            (*state > 0.0).then_some(*state)
        })
        .sum()
}

#[conservative_grad]
fn unknown_order(xs: &[f64]) -> f64 {
    *xs.iter().max_by(|a, b| by_size(a, b)).unwrap() //~ AD0165
}

fn by_size(a: &f64, b: &f64) -> std::cmp::Ordering {
    a.abs().total_cmp(&b.abs())
}

#[conservative_grad]
fn other_collection(xs: &[f64]) -> f64 {
    let list = xs.iter().copied().collect::<std::collections::LinkedList<f64>>(); //~ AD0166
    list.len() as f64 * xs[0]
}

#[conservative_grad]
fn list_of_references(xs: &[f64]) -> f64 {
    let rows: Vec<&[f64]> = xs.chunks(2).collect(); //~ AD0167
    rows[0][0]
}

#[conservative_grad]
fn array_of_unknown_length(x: f64) -> f64 {
    let powers = std::array::from_fn(|i| x.powi(i as i32)); //~ AD0168
    first(&powers)
}

fn first(powers: &[f64; 3]) -> f64 {
    powers[0]
}

fn main() {
    let _ = over_an_unknown_type::grad(1.0, &Knots([1.0, 2.0]));
    let _ = not_understood::grad(&[1.0]);
    let _ = option_of_unknown_origin::grad(&[1.0]);
    let _ = not_consumed::grad(&[1.0]);
    let _ = both_skip::grad(&[1.0]);
    let _ = tuple_of_references::grad(&[1.0], &[1.0]);
    let _ = effects_before_zip::grad(&[1.0], &[1.0]);
    let _ = scan_that_ends::grad(&[1.0]);
    let _ = unknown_order::grad(&[1.0]);
    let _ = other_collection::grad(&[1.0]);
    let _ = list_of_references::grad(&[1.0]);
    let _ = array_of_unknown_length::grad(1.0);
}
