//! Names are resolved by scope first: a local is never taken for an annotated function.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn act(x: f64) -> f64 {
    x * x * x
}

fn outer(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x)
}

#[conservative_grad]
fn through_a_closure(x: f64) -> f64 {
    let act = |t: f64| 2.0 * t;
    outer(act, x) //~ AD0100
}

#[conservative_grad]
fn through_a_parameter(x: f64, #[constant] act: fn(f64) -> f64) -> f64 {
    act(x) //~ AD0132
}

#[conservative_grad]
fn named_like_a_number(x: f64) -> f64 {
    let act = 2.0;
    act(x) //~ AD0132
}

#[conservative_grad]
fn as_a_value(x: f64) -> f64 {
    fn twice(t: usize) -> usize {
        2 * t
    }
    let f = twice; //~ AD0130
    x
}

#[conservative_grad]
fn call_of_an_element(x: f64, #[constant] table: &[fn(f64) -> f64]) -> f64 {
    table[0](x) //~ AD0131
}

fn main() {
    let _ = act::grad(1.0) + through_a_closure::grad(1.0) + through_a_parameter::grad(1.0, |x| x);
    let _ = as_a_value::grad(1.0);
    let _ = call_of_an_element::grad(1.0, &[|x| x]);
}
