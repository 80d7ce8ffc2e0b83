//! Loops that ask for the length of a list which has another length later, or in another iteration.

use conservative_grad::{Differentiable, conservative_grad};

#[conservative_grad]
fn another_list(x: &[f64]) -> f64 {
    let mut list = vec![2.0, x[0], 3.0, 2.0];
    let mut s = 0.0;
    for i in 0..crate::TWO {
        s += x[i] * list.len() as f64;
    }
    let other = vec![x[0]];
    list = other;
    s * list[0]
}

#[conservative_grad]
fn one_more(x: &[f64]) -> f64 {
    let mut list = vec![2.0, x[0], 3.0, 2.0];
    let mut s = 0.0;
    for i in 0..crate::TWO {
        s += x[i] * list.len() as f64;
    }
    list.push(x[1]);
    s * list[0]
}

/// A loop asks how long `$v` is, in a loop that changes `$v` in front of that or behind it.
macro_rules! in_a_loop {
    ($x:ident $v:ident $k:ident: $($f:ident($start:expr; { $($before:tt)* } { $($after:tt)* } $last:expr))*) => {$(
        #[conservative_grad]
        fn $f($x: &[f64]) -> f64 {
            let mut $v = $start;
            let mut s = 1.0;
            for $k in 0..crate::THREE {
                $($before)*
                let mut t = 0.0;
                for i in 0..$x.len() {
                    t += $x[i] * $v.len() as f64;
                }
                s *= (t * 0.1).sin();
                $($after)*
            }
            s * $last
        }
    )*};
}

in_a_loop! {
    x v k:
    pushed_in_front(vec![]; { v.push(x[k]); } {} v[0])
    pushed_behind(vec![1.0]; {} { v.push(x[k]); } v[1])
    replaced(vec![1.0]; {} { v = vec![x[k]; k + 2]; } v[1])
}

#[conservative_grad]
fn copies_of_what_shrinks(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut s = 1.0;
    for k in 0..crate::THREE {
        let mut t = 0.0;
        for i in 0..x.len() {
            let w = v.clone();
            let mut q = 0.0;
            for j in 0..w.len() {
                q += w[j] * x[i];
            }
            t += q;
        }
        s *= (t * 0.1).sin();
        v.truncate(4 - k);
    }
    s * v[1]
}

#[conservative_grad]
fn copies_of_what_grows(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut t = 0.0;
    for i in 0..x.len() {
        let w = v.clone();
        let mut q = 0.0;
        for j in 0..w.len() {
            q += w[j] * x[i];
        }
        t += q;
    }
    v.push(x[0]);
    v.push(2.0);
    t.sin() * v.iter().sum::<f64>()
}

#[conservative_grad]
fn cleared(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut t = 0.0;
    for i in 0..x.len() {
        t += x[i] / v.len() as f64;
    }
    v.clear();
    v.extend_from_slice(&x[..2]);
    t.sin() * v.iter().sum::<f64>()
}

#[conservative_grad]
fn rows(x: &[f64]) -> f64 {
    let mut rows = vec![x.to_vec()];
    let mut t = 0.0;
    for i in 0..x.len() {
        for r in &rows {
            t += x[i] * r.len() as f64 * r[0];
        }
    }
    rows.push(vec![x[0]; 2]);
    rows[0].push(x[1]);
    t.sin() * rows[1][0] * rows[0][5]
}

#[conservative_grad]
fn overwritten_elements(x: &[f64]) -> f64 {
    let mut v = vec![0.0; 2];
    let mut t = 0.0;
    for i in 0..x.len() {
        let n = v.len() as f64;
        for j in 0..crate::TWO {
            v[j] = x[i] * n;
        }
        t += v[0] * v[1];
    }
    v = x.to_vec();
    t.sin() * v[3]
}

#[conservative_grad]
fn overwritten_as_a_whole(x: &[f64]) -> f64 {
    let mut v = vec![0.0; 2];
    let mut t = 0.0;
    for i in 0..x.len() {
        v.fill(x[i]);
        let m = v.iter().sum::<f64>() / v.len() as f64;
        t += m * m;
    }
    v.push(1.0);
    let y = t.sin();
    y * v.len() as f64
}

#[conservative_grad]
fn running_mean(x: &[f64]) -> f64 {
    let mut v: Vec<f64> = Vec::new();
    let mut mean = 0.0;
    for t in x {
        v.push(*t);
        mean = v.iter().sum::<f64>() / v.len() as f64;
        mean = (mean * 1.1).sin();
    }
    let n = v.len();
    v.drain(..2);
    mean * v.len() as f64 + n as f64
}

#[conservative_grad]
fn window(x: &[f64]) -> f64 {
    let mut h: Vec<f64> = vec![0.5];
    let mut s = 0.0;
    for i in 0..x.len() {
        let p = h[h.len() - 1];
        let m = if h.len() > 2 { h[h.len() - 3] } else { 0.1 };
        let q = (p * x[i] + m).sin();
        h.push(q);
        if h.len() > 4 {
            h.remove(0);
        }
        s += q * h.len() as f64;
    }
    s + h.iter().map(|t| t * t).sum::<f64>()
}

#[conservative_grad]
fn integers(x: &[f64]) -> f64 {
    let mut c = vec![1usize, 2];
    let mut t = 0.0;
    for i in 0..x.len() {
        t += x[i] * c.len() as f64;
    }
    c.push(1);
    c.push(2);
    let r = t.sin();
    r * c.len() as f64
}

/// The lists are in another list, an array, a struct or a tuple, and other lists take their places.
mod in_others {
    use super::*;

    #[derive(Clone, Debug, Differentiable)]
    struct Pair {
        a: Vec<f64>,
        b: Vec<f64>,
    }

    #[conservative_grad]
    fn swap_rows(rows: &mut [Vec<f64>]) {
        rows.swap(0, 1);
    }

    #[conservative_grad]
    fn another_row(rows: &mut [Vec<f64>], t: f64) {
        rows[0] = vec![t; 5];
    }

    #[conservative_grad]
    fn another_field(pair: &mut Pair, t: f64) {
        pair.a = vec![t; 9];
    }

    /// A function of `x` for each way to change `$w`, behind a loop that asks how long `$list` is.
    macro_rules! changed {
        ($x:ident $s:ident $w:ident: $($f:ident($start:expr; $list:expr; $($change:tt)*))*) => {$(
            #[conservative_grad]
            fn $f($x: &[f64]) -> f64 {
                let mut $w = $start;
                let mut $s = 0.0;
                for i in 0..crate::THREE {
                    $s += $x[i] * $list.len() as f64;
                }
                $($change)*
                $s.sin() * $list[0]
            }
        )*};
    }

    changed! {
        x s w:
        rows_swapped(vec![vec![x[3], 0.6], vec![x[4]]]; w[0]; w.swap(0, 1);)
        rows_swapped_by_another(vec![vec![x[3], 0.6], vec![x[4]]]; w[0]; swap_rows(&mut w);)
        row_set_by_another(vec![vec![x[3], 0.6], vec![x[4]]]; w[0]; another_row(&mut w, x[2]);)
        row_taken(vec![vec![x[3], 0.6]]; w[0]; let o = std::mem::take(&mut w[0]); w[0].push(o[0] * o[1]);)
        row_replaced(vec![vec![x[3], 0.6]]; w[0]; let o = std::mem::replace(&mut w[0], vec![x[1]]); s *= o[0];)
        rows_split(vec![vec![x[3], 0.6], vec![x[4]]]; w[0]; let (a, b) = w.split_at_mut(1); std::mem::swap(&mut a[0], &mut b[0]);)
        rows_set_in_a_loop(vec![vec![x[3], 0.6], vec![x[4]]]; w[0]; for r in w.iter_mut() { *r = vec![x[1]; 3]; })
        rows_of_rows(vec![vec![vec![x[3], 0.6], vec![x[4]]]]; w[0][0]; w[0].swap(0, 1);)
        array_swapped([x.to_vec(), vec![x[0]]]; w[0]; w.swap(0, 1);)
        array_set([x.to_vec(), vec![x[0]]]; w[0]; w[0] = vec![x[1]; 2];)
        array_taken_apart([x.to_vec(), vec![x[0]]]; w[0]; let [a, b] = &mut w; std::mem::swap(a, b);)
        fields_swapped(Pair { a: x.to_vec(), b: vec![x[0]] }; w.a; std::mem::swap(&mut w.a, &mut w.b);)
        field_set_by_another(Pair { a: x.to_vec(), b: vec![x[0]] }; w.a; another_field(&mut w, x[1]);)
        field_taken(Pair { a: x.to_vec(), b: vec![x[0]] }; w.a; w.a = std::mem::replace(&mut w.b, vec![x[1]]);)
        structs_swapped(vec![Pair { a: x.to_vec(), b: vec![x[0]] }, Pair { a: vec![x[1]], b: vec![x[0]] }]; w[0].a; w.swap(0, 1); s *= w[1].b[0];)
        struct_set(vec![Pair { a: x.to_vec(), b: vec![x[0]] }]; w[0].a; w[0] = Pair { a: vec![x[1]; 2], b: vec![s] };)
        structs_set_in_a_loop(vec![Pair { a: x.to_vec(), b: vec![x[0]] }]; w[0].a; for q in w.iter_mut() { q.a = vec![s * x[1]; 3]; })
        parts_swapped((x.to_vec(), vec![x[0]]); w.0; std::mem::swap(&mut w.0, &mut w.1);)
    }

    mod entry_points {
        check_all!(
                rows_swapped from 5,
                rows_swapped_by_another from 5,
                row_set_by_another from 5,
                row_taken from 5,
                row_replaced from 5,
                rows_split from 5,
                rows_set_in_a_loop from 5,
                rows_of_rows from 5,
                array_swapped from 5,
                array_set from 5,
                array_taken_apart from 5,
                fields_swapped from 5,
                field_set_by_another from 5,
                field_taken from 5,
                structs_swapped from 5,
                struct_set from 5,
                structs_set_in_a_loop from 5,
                parts_swapped from 5,
                members_of_a_set from 1 and 5,
                letters_by_number from 1 and 5,
                letters_in_an_arm from 1 and 5,
        );
    }
}

/// How many are below 2: where the parts below begin, and nothing that their lengths depend on.
#[conservative_grad]
fn wherever_it_begins(x: &[f64]) -> f64 {
    let mut k = 0;
    for v in x {
        if *v < 2.0 {
            k += 1;
        }
    }
    let (width, one) = (2, 1);
    let lent = &x[k..k + width];
    let row = x[k * one..(k + 1) * one].to_vec();
    let part = &x[k..][..2];
    let mut s = lent.iter().sum::<f64>() / lent.len() as f64;
    s += row[0] * row[0] / row.len() as f64;
    s + part[1].sin() * part.len() as f64
}

/// Behind a test that returns, lists are as long as they are where they are made.
#[conservative_grad]
fn behind_a_test(x: &[f64]) -> f64 {
    if x[0] < -100.0 {
        return -1.0;
    }
    let mut v = Vec::new();
    for w in x.windows(2) {
        v.push(w[0] * w[1]);
    }
    let squares: Vec<f64> = x.iter().map(|t| t * t).collect();
    let mut counts = [0usize; 2];
    for i in 0..x.len() {
        counts[i % 2] += 1;
    }
    let mut s = v.iter().sum::<f64>() / v.len() as f64 + mean(&v) * mean(&squares);
    for t in x {
        if *t > 100.0 {
            continue;
        }
        let mut own = vec![*t];
        for k in 0..counts[0] {
            own.push(t * x[k]);
        }
        s += mean(&own) / own.len() as f64;
    }
    s + squares[0] / counts[0] as f64
}

#[conservative_grad]
fn mean(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len() as f64
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    rows: Vec<Vec<f64>>,
    bias: Vec<f64>,
}

#[conservative_grad]
fn damped(layer: &Layer) -> Layer {
    Layer {
        rows: layer.rows.clone(),
        bias: layer.bias.iter().map(|b| 0.7 * b).collect(),
    }
}

#[conservative_grad]
fn average(layer: &Layer) -> f64 {
    layer.bias.iter().sum::<f64>() / layer.bias.len() as f64
}

/// Tests decide what stands in fields and rows, all of which have one length.
#[conservative_grad]
fn chosen_parts(x: &[f64]) -> f64 {
    let n = x.len();
    let mut layer = Layer {
        rows: vec![vec![0.5; n - 1]; n],
        bias: x.to_vec(),
    };
    for _ in 0..2 {
        let row: Vec<f64> = x[1..].iter().map(|t| t * x[0]).collect();
        let trial = damped(&layer);
        if average(&trial) < average(&layer) {
            layer.rows[0] = row;
            layer.bias = x.iter().map(|t| t * t).collect();
        } else {
            layer = trial;
        }
    }
    let best = if layer.bias[0] > layer.bias[1] {
        Layer {
            bias: x.to_vec(),
            ..layer.clone()
        }
    } else {
        layer.clone()
    };
    average(&best) + best.rows[0].iter().sum::<f64>() / best.rows[0].len() as f64
}

/// The rows that a test finds are as long as the others.
#[conservative_grad]
fn found_rows(x: &[f64]) -> f64 {
    let n = x.len();
    let mut simplex = vec![x.to_vec()];
    for k in 0..n {
        let mut corner = x.to_vec();
        corner[k] += 0.25;
        simplex.push(corner);
    }
    for _ in 0..3 {
        let mut worst = 0;
        for k in 1..=n {
            if mean(&simplex[k]) > mean(&simplex[worst]) {
                worst = k;
            }
        }
        let corner: Vec<f64> = (0..n)
            .map(|j| 1.5 * x[j] - 0.5 * simplex[worst][j])
            .collect();
        simplex[worst] = corner;
        simplex.swap(0, worst);
    }
    let mut points = vec![[0.5, 1.5]; 2];
    let mut groups: Vec<Vec<f64>> = vec![vec![]; 2];
    for t in x {
        let k = if *t > 1.0 { 0 } else { 1 };
        points[k] = [*t, t * t];
        groups[k].push(t * points[k].len() as f64);
    }
    let sums = groups.iter().map(|g| g.iter().sum::<f64>());
    simplex[0].iter().sum::<f64>() / simplex[0].len() as f64
        + sums.sum::<f64>() / groups.len() as f64
}

mod entry_points {
    check_all!(
        chosen_parts from 3,
        found_rows from 3,
        behind_a_test from 3,
        wherever_it_begins from 4,
        another_list from 2,
        one_more from 2,
        pushed_in_front from 5,
        pushed_behind from 5,
        replaced from 5,
        copies_of_what_shrinks from 5,
        copies_of_what_grows from 5,
        cleared from 5,
        rows from 5,
        overwritten_elements from 5,
        overwritten_as_a_whole from 5,
        running_mean from 5,
        window from 5,
        integers from 5,
    );
}

/// What a set holds depends on positions alone.
#[conservative_grad]
fn members_of_a_set(x: &[f64]) -> f64 {
    let mut seen = std::collections::HashSet::new();
    for i in 0..x.len() {
        seen.insert(i % 3);
    }
    x[0] * x[0] * seen.len() as f64
}

#[conservative_grad]
fn letters_by_number(x: &[f64]) -> f64 {
    let mut said = String::new();
    for i in 0..x.len() {
        if i % 2 == 0 {
            said.push('a');
        }
    }
    x[0].sin() * said.len() as f64
}

/// The test decides whether there are letters at all, and not how many.
#[conservative_grad]
fn letters_in_an_arm(x: &[f64]) -> f64 {
    let mut y = 0.0;
    if x[0] > 0.0 {
        let mut said = String::new();
        for _ in 0..x.len() {
            said.push('a');
        }
        y = x[0] * said.len() as f64;
    }
    y
}
