//! Numbers that depend on a test of a differentiable value jump where the test changes its answer.

use std::cell::Cell;

use conservative_grad::{Differentiable, conservative_grad};

#[conservative_grad]
fn steps(x: f64) -> f64 {
    let mut t = x;
    let mut n = 0;
    while t > 1.0 {
        t *= 0.5;
        n += 1;
    }
    t + n as f64 //~ AD0302
}

#[conservative_grad]
fn truth_value(x: f64) -> f64 {
    x * (x > 0.0) as u8 as f64 //~ AD0302
}

#[conservative_grad]
fn through_a_variable(x: f64, y: f64) -> f64 {
    let above = x > y;
    let both = above && y > 0.0;
    let n = if both { 3 } else { 1 };
    x * n as f64 //~ AD0302
}

#[conservative_grad]
fn by_from(x: f64) -> f64 {
    x + f64::from(x > 0.0) //~ AD0302
}

#[conservative_grad]
fn exponent(x: f64) -> f64 {
    let mut t = x;
    let mut n = 0i32;
    while t > 1.0 {
        t *= 0.5;
        n += 1;
    }
    t * 2.0f64.powi(n) //~ AD0302
}

fn half(n: usize) -> f64 {
    n as f64 / 2.0
}

#[conservative_grad]
fn through_a_function(x: f64) -> f64 {
    let mut n = 0;
    if x > 1.0 {
        n += 1;
    }
    x * half(n) //~ AD0302
}

#[conservative_grad]
fn length(x: f64) -> f64 {
    let mut v = Vec::new();
    let mut t = x;
    while t > 1.0 {
        t *= 0.5;
        v.push(t);
    }
    t + v.len() as f64 //~ AD0302
}

#[conservative_grad]
fn counted_by_a_callee(x: f64, n: &mut usize) -> f64 {
    if x > 1.0 {
        *n += 1;
    }
    x
}

#[conservative_grad]
fn across_a_call(x: f64) -> f64 {
    let mut n = 0;
    let y = counted_by_a_callee(x, &mut n);
    y + n as f64 //~ AD0302
}

/// What is written under a test leaves the length as it is.
#[conservative_grad]
fn mean(x: f64) -> f64 {
    let mut v = vec![0.0; 3];
    if x > 1.0 {
        v[0] = x;
    }
    (v[0] + v[1]) / v.len() as f64
}

/// The program as a whole stays continuous: the mantissa and the exponent put together again.
#[conservative_grad]
fn vouched_for(x: f64) -> f64 {
    let mut t = x;
    let mut n = 0i32;
    while t > 1.0 {
        t *= 0.5;
        n += 1;
    }
    #[assume_continuous]
    let y = t * 2.0f64.powi(n);
    y
}

/// The counter of a loop that a test ends is no number of tests, but one that only some iterations step is.
#[conservative_grad]
fn some_of_them(x: f64) -> f64 {
    let mut k = 1;
    let mut s = 0.0;
    loop {
        s += x / k as f64; //~ AD0302
        if s > 4.0 {
            break;
        }
        if s > 1.0 {
            k += 1;
        }
    }
    s
}

/// The step and the end stand in one branch.
#[conservative_grad]
fn beside_the_end(x: f64) -> f64 {
    let mut k = 1;
    let mut s = 0.0;
    loop {
        s += x / k as f64; //~ AD0302
        if s > 1.0 {
            if s > 4.0 {
                break;
            }
            k += 1;
        }
        s += 0.1 * x;
    }
    s
}

/// Behind such a loop it tells which test ended it.
#[conservative_grad]
fn behind_the_loop(x: f64) -> f64 {
    let mut k = 1;
    let mut s = 0.0;
    loop {
        s += x / k as f64;
        if s > 4.0 {
            break;
        }
        k += 1;
    }
    s * k as f64 //~ AD0302
}

#[conservative_grad]
fn chosen(x: f64) -> f64 {
    let v = if x > 0.5 { vec![x; 3] } else { vec![x; 2] };
    x * v.len() as f64 //~ AD0302
}

#[conservative_grad]
fn cut_short(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    while v.len() > 1 && v[v.len() - 1] > 0.5 {
        v.pop();
    }
    x[0] * v.len() as f64 //~ AD0302
}

#[conservative_grad]
fn part_cut_short(x: &[f64]) -> f64 {
    let mut v = x[1..].to_vec();
    while v.len() > 1 && v[v.len() - 1] > 0.5 {
        v.pop();
    }
    x[0] * v.len() as f64 //~ AD0302
}

#[conservative_grad]
fn found_ends(x: &[f64]) -> f64 {
    let mut k = 0;
    for v in x {
        if *v > 0.5 {
            k += 1;
        }
    }
    let front = x[..k].to_vec();
    let zeros = vec![0.0; k];
    let mut cut = x[1..].to_vec();
    cut = cut[..k].to_vec();
    let squares: Vec<f64> = x[..k].iter().map(|v| v * v).collect();
    let lent = &x[k..];
    let a = x[0] * front.len() as f64; //~ AD0302
    let b = x[0] * zeros.len() as f64; //~ AD0302
    let c = x[0] * cut.len() as f64; //~ AD0302
    let d = x[0] * squares.len() as f64; //~ AD0302
    let e = x[0] * lent.len() as f64; //~ AD0302
    let f = x[0] * x[k..][1..].len() as f64; //~ AD0302
    let g = x[0] * x[k..2 * k].len() as f64; //~ AD0302
    a + b + c + d + e + f + g
}

#[conservative_grad]
fn rows_of_chosen_lengths(x: &[f64]) -> f64 {
    let rows: Vec<Vec<f64>> = x.iter().map(|v| if *v > 0.5 { vec![*v; 2] } else { vec![*v] }).collect();
    let mut s = 0.0;
    for row in &rows {
        s += row[0] * row.len() as f64; //~ AD0302
    }
    s
}

#[conservative_grad]
fn replaced(mut v: Vec<f64>, x: f64) -> f64 {
    if x > 0.5 {
        v = vec![x; 2];
    }
    x * v.len() as f64 //~ AD0302
}

#[derive(Clone, Debug, Differentiable)]
struct Found {
    list: Vec<f64>,
    scale: f64,
}

/// A list that is made behind a test is as long as it is, unless another test decides what it gets.
#[conservative_grad]
fn behind_a_test(x: &[f64]) -> f64 {
    if x[0] < 0.0 {
        return 0.0;
    }
    let mut v = Vec::new();
    for t in x {
        if *t > 1.0 {
            v.push(*t);
        }
    }
    x[0] * v.len() as f64 //~ AD0302
}

/// What leaves the arm in which it is made is chosen by the test.
#[conservative_grad]
fn in_a_struct(x: &[f64]) -> f64 {
    let found = if x[0] > 1.0 {
        let mut list = Vec::new();
        for t in x {
            list.push(*t);
        }
        Found { list, scale: x[0] }
    } else {
        Found {
            list: Vec::new(),
            scale: x[1],
        }
    };
    found.scale * found.list.len() as f64 //~ AD0302
}

#[conservative_grad]
fn in_a_row(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = vec![vec![]; 2];
    if x[0] > 1.0 {
        let mut row = Vec::new();
        row.push(x[0]);
        rows[0] = row;
    }
    x[0] * rows[0].len() as f64 //~ AD0302
}

#[conservative_grad]
fn integers_in_an_arm(x: &[f64]) -> f64 {
    let mut counts = vec![0usize; 2];
    for t in x {
        if *t > 1.0 {
            let mut own = [0usize; 2];
            own[0] = 1;
            counts.copy_from_slice(&own);
        }
    }
    x[0] * counts[0] as f64 //~ AD0302
}

/// One row of several, one field, and what stands in a struct that is chosen.
#[conservative_grad]
fn put_in_a_row(x: &[f64]) -> f64 {
    let mut rows = vec![vec![1.0]; 2];
    if x[0] > 0.5 {
        rows[0] = vec![x[0], x[1]];
    }
    rows.len() as f64 * x[1] + rows[0].len() as f64 * x[0] //~ AD0302
}

#[conservative_grad]
fn put_in_a_field(x: &[f64]) -> f64 {
    let mut found = Found {
        list: vec![],
        scale: x[1],
    };
    if x[0] > 0.5 {
        found.list = vec![x[0], x[1]];
    }
    found.list.len() as f64 * found.scale //~ AD0302
}

#[conservative_grad]
fn chosen_structs(x: &[f64]) -> f64 {
    let s = if x[0] > 0.5 {
        let list = vec![x[0], x[1]];
        Found { list, scale: 1.0 }
    } else {
        Found {
            list: vec![],
            scale: x[0],
        }
    };
    let t = if x[1] > 0.5 {
        Found {
            list: vec![1.0],
            ..s.clone()
        }
    } else {
        s.clone()
    };
    x[0] * t.list.len() as f64 //~ AD0302
}

/// Rows that trade places, and the row that a test finds.
#[conservative_grad]
fn rows_of_several_lengths(x: &[f64], other: &[Vec<f64>]) -> f64 {
    let rows: Vec<Vec<f64>> = (1..4).map(|i| vec![x[0]; i]).collect();
    let mut best = 0;
    for k in 0..3 {
        if x[k] > x[best] {
            best = k;
        }
    }
    let found = rows[best].clone();
    let a = x[0] * rows[best].len() as f64; //~ AD0302
    let b = x[0] * found.len() as f64; //~ AD0302
    let c = x[0] * other[best].len() as f64; //~ AD0302
    a + b + c + x[0] * rows[0].len() as f64
}

#[conservative_grad]
fn traded_rows(x: &[f64]) -> f64 {
    let mut rows: Vec<Vec<f64>> = (1..4).map(|i| vec![x[0]; i]).collect();
    if x[0] > 0.5 {
        rows.swap(0, 1);
    }
    x[0] * rows[0].len() as f64 //~ AD0302
}

/// Where a test finds the place, it decides how many there are of each, and what is there.
#[conservative_grad]
fn at_a_place_that_a_test_finds(x: &[f64]) -> f64 {
    let mut groups: Vec<Vec<f64>> = vec![vec![]; 2];
    let mut hot = [0usize; 2];
    for v in x {
        let k = if *v > 0.5 { 0 } else { 1 };
        groups[k].push(*v);
        hot[k] = 1;
    }
    let mean = groups[0].iter().sum::<f64>() / groups[0].len() as f64; //~ AD0302
    mean / groups.len() as f64 + x[0] * hot[1] as f64 //~ AD0302
}

fn largest(counts: &[usize]) -> usize {
    counts.iter().copied().max().unwrap_or(0)
}

fn entropy(counts: &[usize]) -> f64 {
    counts.iter().map(|n| (*n as f64).ln_1p()).sum()
}

/// Integers in a list that a function of constants makes an integer or a number of.
#[conservative_grad]
fn of_a_list_of_integers(x: &[f64]) -> f64 {
    let mut counts = vec![0usize; 2];
    let mut found = Vec::new();
    for (i, v) in x.iter().enumerate() {
        counts[usize::from(*v > 0.5)] += 1;
        if *v > 0.5 {
            found.push(i);
        }
    }
    let a = x[0] * largest(&counts) as f64; //~ AD0302
    let b = x[0] * entropy(&counts); //~ AD0302
    let c = x[0] * found.iter().sum::<usize>() as f64; //~ AD0302
    a + b + c + x[largest(&counts) % x.len()]
}

#[derive(Clone, Copy)]
enum Law {
    Flat,
    Steep,
}

impl Law {
    fn slope(self) -> f64 {
        match self {
            Law::Flat => 0.5,
            Law::Steep => 2.0,
        }
    }
}

/// Constants that a test chooses, one by one and in a list.
#[conservative_grad]
fn of_chosen_constants(x: &[f64]) -> f64 {
    let mut law = Law::Flat;
    let mut laws = [Law::Flat; 2];
    for v in x {
        if *v > 0.5 {
            law = Law::Steep;
        }
        laws[usize::from(*v > 0.5)] = Law::Steep;
    }
    let slope = law.slope(); //~ AD0302
    x[0] * slope + x[0] * laws[1].slope() //~ AD0302
}

#[conservative_grad]
fn times(weight: f64, n: usize) -> f64 {
    weight * n as f64
}

/// No derivative reaches the call.
#[conservative_grad]
fn of_a_function_of_constants(x: &[f64]) -> f64 {
    let n = if x[0] > 0.5 { 1 } else { 2 };
    let weight = 0.25;
    x[0] * times(weight, n) //~ AD0302
}

/// What a constant is made to hold behind a test depends on it.
#[conservative_grad]
fn in_a_cell(x: &[f64]) -> f64 {
    let n = Cell::new(0usize);
    for v in x {
        if *v > 0.5 {
            n.set(n.get() + 1);
        }
    }
    n.get() as f64 * x[0] //~ AD0302
}

#[conservative_grad]
fn by_a_closure(x: &[f64]) -> f64 {
    let n = Cell::new(0i32);
    let up = || n.set(n.get() + 1);
    for v in x {
        if *v > 0.5 {
            up();
        }
    }
    x[0].powi(n.get()) //~ AD0302
}

#[conservative_grad]
fn what_is_tested_in_a_cell(x: &[f64]) -> f64 {
    let n = Cell::new(0usize);
    n.set(usize::from(x[0] > 0.5));
    n.get() as f64 * x[0] //~ AD0302
}

fn inverses(counts: &[usize]) -> Vec<f64> {
    counts.iter().map(|n| 1.0 / (1.0 + *n as f64)).collect()
}

#[conservative_grad]
fn list_of_a_function(x: &[f64]) -> f64 {
    let mut counts = vec![0; 3];
    for v in x {
        counts[usize::from(*v > 0.5)] += 1;
    }
    let weights = inverses(&counts); //~ AD0302
    weights[0] * x[0]
}

#[conservative_grad]
fn list_in_a_list(x: &[f64]) -> f64 {
    let mut above = Vec::new();
    for (i, v) in x.iter().enumerate() {
        if *v > 0.5 {
            above.push(i);
        }
    }
    let mut rows = vec![vec![1.0]];
    rows.push(inverses(&above)); //~ AD0302
    rows[1][0] * x[0]
}

/// Which of two lists it is decides a branch, as anywhere.
#[conservative_grad]
fn one_of_two_lists(x: &[f64]) -> f64 {
    let weights = if x[0] > 0.5 { inverses(&[1]) } else { inverses(&[2]) };
    weights[0] * x[1]
}

/// What was put there in one iteration is counted in the next one.
#[conservative_grad]
fn in_front_of_the_test(x: &[f64]) -> f64 {
    let mut list = vec![1.0];
    let mut s = 0.0;
    for v in x {
        s += list.len() as f64 * v; //~ AD0302
        if *v > 0.5 {
            list.push(*v);
        }
    }
    s
}

/// What the list becomes behind the test is that of another name.
#[conservative_grad]
fn exchanged_behind_the_test(x: &[f64]) -> f64 {
    let mut list = vec![1.0];
    let mut other = vec![1.0, 2.0];
    if x[0] > 0.5 {
        list.push(x[1]);
        std::mem::swap(&mut list, &mut other);
    }
    other.len() as f64 * x[1] //~ AD0302
}

/// The cell lives behind the test, and calls are counted, which make no number.
#[conservative_grad]
fn in_cells_of_their_own(x: &[f64]) -> f64 {
    let calls = Cell::new(0usize);
    let square = |t: f64| {
        calls.set(calls.get() + 1);
        t * t
    };
    let mut s = 0.0;
    for v in x {
        if *v > 0.5 {
            let n = Cell::new(0usize);
            for _ in x {
                n.set(n.get() + 1);
            }
            s += square(*v) * n.get() as f64;
        }
    }
    assert!(calls.get() < 1000);
    s
}

fn main() {
    let _ = by_from::grad(1.0) + exponent::grad(1.0) + through_a_function::grad(1.0);
    let _ = length::grad(1.0) + across_a_call::grad(1.0) + mean::grad(1.0) + vouched_for::grad(1.0);
    let _ = steps::grad(1.0) + truth_value::grad(1.0);
    let _ = through_a_variable::grad(1.0, 2.0);
}
