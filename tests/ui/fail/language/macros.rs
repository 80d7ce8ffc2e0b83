//! Macros: only those of std that print, check and make vectors are understood.

use conservative_grad::conservative_grad;

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

#[conservative_grad]
fn unknown(x: f64) -> f64 {
    square!(x) + 1.0 //~ AD0119
}

#[conservative_grad]
fn debugged(x: f64) -> f64 {
    dbg!(x) * x //~ AD0120
}

#[conservative_grad]
fn strange_arguments(x: f64) -> f64 {
    let xs = vec![x => x]; //~ AD0121
    x
}

#[conservative_grad]
fn block_inside(x: f64) -> f64 {
    println!("{}", { //~ AD0122
        let y = x;
        y
    });
    x * x
}

#[conservative_grad]
fn changes_inside(x: f64) -> f64 {
    let mut n = 1;
    assert!({ n += 1; n > 1 }); //~ AD0122
    x * n as f64
}

#[conservative_grad]
fn pops_inside(x: f64) -> f64 {
    let mut v = vec![x];
    println!("{:?}", v.pop()); //~ AD0122
    x * v.len() as f64
}

fn main() {
    let _ = unknown::grad(1.0) + debugged::grad(1.0) + block_inside::grad(1.0);
    let _ = changes_inside::grad(1.0) + pops_inside::grad(1.0);
}
