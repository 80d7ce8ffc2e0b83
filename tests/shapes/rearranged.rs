//! Lists of rows and of structs whose elements change places; rows have lengths of their own.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Differentiable)]
struct Row {
    v: Vec<f64>,
    c: f64,
}

#[derive(Clone, Copy, Differentiable)]
struct Point {
    a: f64,
    b: f64,
}

#[conservative_grad]
fn of_row(rows: &[Vec<f64>], i: usize) -> f64 {
    let mut t = 0.0;
    for k in 0..rows[i].len() {
        t += rows[i][k].sin() * (k + 1) as f64;
    }
    t
}

#[conservative_grad]
fn of_pair(rows: &[[f64; 2]], i: usize) -> f64 {
    rows[i][0].sin() * rows[i][1]
}

#[conservative_grad]
fn of_struct(rows: &[Row], i: usize) -> f64 {
    let mut t = 0.0;
    for k in 0..rows[i].v.len() {
        t += rows[i].v[k].sin() * (k + 1) as f64;
    }
    t * rows[i].c
}

#[conservative_grad]
fn of_point(points: &[Point], i: usize) -> f64 {
    points[i].a.sin() * points[i].b
}

#[conservative_grad]
fn of_number(list: &[f64], i: usize) -> f64 {
    list[i].sin()
}

/// A function of `$x` that folds the elements of the list, moves them, and folds them again.
macro_rules! moved {
    ($x:ident $r:ident $s:ident: $($f:ident($init:expr; $of:ident; $($moves:tt)*))*) => {$(
        #[conservative_grad]
        fn $f($x: &[f64]) -> f64 {
            let mut $r = $init;
            let mut $s: f64 = 0.0;
            for i in 0..$r.len() {
                $s = $s.sin() + $of(&$r, i) * (i + 1) as f64;
            }
            $($moves)*
            for i in 0..$r.len() {
                $s = $s.sin() + $of(&$r, i) * (i + 1) as f64;
            }
            $s
        }
    )*};
}

#[conservative_grad]
fn turn(rows: &mut [Vec<f64>], others: &mut [Vec<f64>]) {
    rows.reverse();
    rows.rotate_left(1);
    rows.swap_with_slice(others);
}

#[conservative_grad]
fn turn_all(rows: &mut Vec<Vec<f64>>, x: &mut [f64], y: &mut Vec<f64>) {
    rows.reverse();
    rows[0].reverse();
    x.swap_with_slice(y);
    x.rotate_right(1);
}

moved! {
    x r s:
    reversed(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row; r.reverse();)
    rotated(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row; r.rotate_left(1); r[1..].reverse();)
    rotated_back(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row; r.rotate_right(2); r[..2].swap(0, 1);)
    pairs(vec![[x[0], x[1]], [x[2], x[1]], [x[3], x[2]]]; of_pair; r.rotate_right(2); r.reverse(); r[..2].swap(0, 1);)
    pairs_in_an_array([[x[0], x[1]], [x[2], x[1]], [x[3], x[2]]]; of_pair; r.rotate_left(2); r.reverse(); r[..2].swap(0, 1);)
    structs(vec![Row { v: x.to_vec(), c: x[0] }, Row { v: vec![x[1]], c: x[1] }, Row { v: vec![x[2]; 2], c: x[3] }]; of_struct;
        r.rotate_right(2); r.reverse(); r[1..].reverse(); r[..2].swap(0, 1);)
    points(vec![Point { a: x[0], b: x[0] }, Point { a: x[1], b: x[2] }]; of_point; r.rotate_right(1); r.reverse(); r[..2].swap(0, 1);)
    exchanged(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row;
        let mut q = vec![vec![x[3]], x[1..].to_vec()];
        r[1..].swap_with_slice(&mut q);
        s *= q[1][0];)
    numbers_exchanged(x.to_vec(); of_number;
        let mut q = vec![x[3], 2.0 * x[1]];
        r[1..3].swap_with_slice(&mut q[..]);
        s *= q[1];
        q.swap_with_slice(&mut r[..2]);
        s += q[0];)
    filled(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row; r[1..].fill(x[1..].to_vec());)
    filled_with(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row;
        let q = vec![vec![x[3]], x[1..].to_vec()];
        r[..2].fill_with(|| x[2..].to_vec());
        r[1..].clone_from_slice(&q);)
    structs_filled(vec![Row { v: x.to_vec(), c: x[0] }, Row { v: vec![x[1]], c: x[1] }, Row { v: vec![x[2]; 2], c: x[3] }]; of_struct;
        let q = r.clone();
        r.fill(Row { v: vec![x[1]; 4], c: x[2] });
        r[1..].clone_from_slice(&q[..2]);)
    in_a_loop([x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row;
        for k in 0..crate::THREE {
            r.reverse();
            r[0][0] *= x[k];
            r.rotate_left(k);
        })
    by_a_callee(vec![x.to_vec(), x[..2].to_vec(), vec![x[0]; 3]]; of_row;
        let mut q = vec![vec![x[3]], x[1..].to_vec(), vec![x[1]; 5]];
        turn(&mut r, &mut q);
        s *= q[0][0];
        turn(&mut q, &mut r);
        let mut z = x.to_vec();
        let mut w = x.to_vec();
        w[0] = s;
        turn_all(&mut r, &mut z, &mut w);
        s += z[1] * w[1];)
}

/// Pieces that are cut from the end, the last of which may be shorter.
#[conservative_grad]
fn cut_from_the_end(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for (i, piece) in x.rchunks(2).enumerate() {
        for (k, v) in piece.iter().enumerate() {
            s += v.sin() * (1 + k + 3 * i) as f64;
        }
    }
    for (i, piece) in x.rchunks_exact(2).enumerate() {
        s += piece[0].cos() * piece[1] * (1 + 3 * i) as f64;
    }
    let mut y = x.to_vec();
    for (i, piece) in y.rchunks_mut(3).enumerate() {
        piece[0] *= s + i as f64;
    }
    for (i, piece) in y.rchunks_exact_mut(3).rev().enumerate() {
        piece[1] += (s + i as f64).sin();
    }
    for (a, b) in x.rchunks(3).zip(y.chunks(2)) {
        s += a[0] * b[0].sin();
    }
    s + x
        .rchunks(2)
        .map(|piece| piece.iter().product::<f64>())
        .sum::<f64>()
}

#[test]
fn pieces_from_the_end_are_those_of_the_slice() {
    let x = [0.5, 1.0, 2.0, 4.0, 8.0];
    #[conservative_grad]
    fn firsts(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for piece in x.rchunks(2) {
            s = 10.0 * s + piece[0];
        }
        s
    }
    // [4, 8], [1, 2], [0.5]
    assert_eq!(
        firsts::value_and_grad(&x),
        (410.5, vec![1.0, 10.0, 0.0, 100.0, 0.0])
    );
}

mod entry_points {
    check_all!(
        cut_from_the_end from 4,
        reversed from 4,
        rotated from 4,
        rotated_back from 4,
        pairs from 4,
        pairs_in_an_array from 4,
        structs from 4,
        points from 4,
        exchanged from 4,
        numbers_exchanged from 4,
        filled from 4,
        filled_with from 4,
        structs_filled from 4,
        in_a_loop from 4,
        by_a_callee from 4,
    );
}

#[test]
fn slices_of_different_lengths_do_not_change_places() {
    #[conservative_grad]
    fn exchange(a: &mut [f64], b: &mut [f64]) {
        a.swap_with_slice(b);
    }
    let run = || exchange::vjp(&mut [1.0, 2.0], &mut [1.0]).0;
    let text = std::panic::catch_unwind(run).unwrap_err();
    let text = text.downcast_ref::<String>().unwrap();
    assert!(
        text.contains("destination and source slices have different lengths"),
        "{text}"
    );
}
