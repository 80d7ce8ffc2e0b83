//! Generic pullbacks over kinds, as emitted code writes them.
#![allow(
    clippy::type_complexity,
    clippy::redundant_slicing,
    reason = "emitted code looks like this"
)]

use autodiff_runtime::{
    Bar, Constant, Kind, Plain, Real, Selection, Unvaried, Varied, add, discard,
};

/// Σ x[i]², then nested calls on parts.
fn squares<T: Real, K0: Kind>(_: (K0,), x: &[T], seed: T, x_bar: &mut Bar<K0, [T]>) {
    for i in 0..x.len() {
        x_bar[i] += (x[i] + x[i]) * seed;
    }
}

fn product<K0: Kind, K1: Kind>(
    _: (K0, K1),
    a: f64,
    b: f64,
    seed: f64,
    a_bar: &mut Bar<K0, f64>,
    b_bar: &mut Bar<K1, f64>,
) {
    *a_bar += b * seed;
    *b_bar -= -(a * seed);
}

fn on_slice<K0: Kind, K1: Kind>(
    kinds: (K0, K1),
    x: &[f64],
    b: f64,
    seed: f64,
    x_bar: &mut Bar<K0, [f64]>,
    b_bar: &mut Bar<K1, f64>,
) {
    let (lo, hi) = (1, 3);
    squares((kinds.0,), &x[lo..hi], seed, &mut x_bar[lo..hi]);
    squares((kinds.0,), &x[lo..], seed, &mut x_bar[lo..]);
    squares((kinds.0,), &x[..], seed, &mut x_bar[..]);
    squares((kinds.0,), x, seed, &mut *x_bar);
    squares((kinds.0,), x, seed, x_bar);
    product(
        (kinds.0, kinds.1),
        x[0],
        b,
        seed,
        &mut x_bar[0],
        &mut *b_bar,
    );
    product((Unvaried, kinds.1), x[0], b, seed, &mut discard(), b_bar);
    let gradient = vec![1.0; x.len()];
    add(&mut *x_bar, &gradient);
    x_bar[0] -= 1.0;
}

fn on_array<K0: Kind, const N: usize>(
    kinds: (K0,),
    x: &[f64; N],
    seed: f64,
    x_bar: &mut Bar<K0, [f64; N]>,
) {
    x_bar[0] += 1.0;
    squares((kinds.0,), &x[1..], seed, &mut x_bar[1..]);
    squares((kinds.0,), x, seed, &mut x_bar[..]);
    add(x_bar, &[0.5; N]);
}

fn on_nested<K0: Kind>(kinds: (K0,), m: &[[f64; 3]], seed: f64, m_bar: &mut Bar<K0, [[f64; 3]]>) {
    for i in 0..m.len() {
        for j in 0..3 {
            m_bar[i][j] += m[i][j] * seed;
        }
        on_array((kinds.0,), &m[i], seed, &mut m_bar[i]);
        squares((kinds.0,), &m[i][..2], seed, &mut m_bar[i][..2]);
        let row_bar = &mut m_bar[i];
        row_bar[0] += 1.0;
    }
    if m.len() > 1 {
        on_nested((kinds.0,), &m[1..], seed, &mut m_bar[1..]);
    }
}

fn on_rows<K0: Kind>(kinds: (K0,), m: &[Vec<f64>], seed: f64, m_bar: &mut Bar<K0, [Vec<f64>]>) {
    for i in 0..m.len() {
        squares((kinds.0,), &m[i], seed, &mut m_bar[i][..]);
        m_bar[i][0] += 1.0;
    }
    add(
        m_bar,
        &m.iter().map(|row| vec![0.0; row.len()]).collect::<Vec<_>>(),
    );
}

fn on_vec<K0: Kind, K1: Constant>(
    kinds: (K0, K1),
    x: Vec<f64>,
    _n: usize,
    seed: f64,
    x_bar: &mut Bar<K0, Vec<f64>>,
    _: &mut <K1 as Constant>::Bar,
) {
    squares((kinds.0,), &x, seed, x_bar);
    add(x_bar, &x);
}

fn on_pairs<K0: Kind>(
    _: (K0,),
    p: &[(f64, [f64; 2])],
    seed: f64,
    p_bar: &mut Bar<K0, [(f64, [f64; 2])]>,
) {
    for i in 0..p.len() {
        p_bar[i].0 += p[i].1[1] * seed;
        p_bar[i].1[1] += p[i].0 * seed;
    }
}

fn generic<T: Real, K0: Kind>(
    kinds: (K0,),
    m: &[[T; 2]],
    x: T,
    seed: T,
    m_bar: &mut Bar<K0, [[T; 2]]>,
    x_bar: &mut Bar<K0, T>,
) {
    m_bar[0][1] += x * seed;
    *x_bar += m[0][1] * seed;
    squares((kinds.0,), &m[0], seed, &mut m_bar[0][..]);
}

#[test]
fn slices() {
    let x = [1.0, 2.0, 3.0];
    let (mut x_bar, mut b_bar) = ([0.0; 3], 0.0);
    on_slice((Varied, Varied), &x, 5.0, 1.0, &mut x_bar[..], &mut b_bar);
    assert_eq!((x_bar, b_bar), ([11.0, 21.0, 31.0], 2.0));
    let mut b_bar = 0.0;
    on_slice((Unvaried, Varied), &x, 5.0, 1.0, &mut discard(), &mut b_bar);
    assert_eq!(b_bar, 2.0);
    let mut x_bar = [0.0; 3];
    on_slice(
        (Varied, Unvaried),
        &x,
        5.0,
        1.0,
        &mut x_bar[..],
        &mut discard(),
    );
    assert_eq!(x_bar, [11.0, 21.0, 31.0]);
}

#[test]
fn arrays_and_rows() {
    let m = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let mut m_bar = [[0.0; 3]; 2];
    on_nested((Varied,), &m, 1.0, &mut m_bar[..]);
    assert_eq!(m_bar, [[7.5, 14.5, 15.5], [45.0, 71.0, 61.0]]);
    on_nested((Unvaried,), &m, 1.0, &mut discard());
    let rows = vec![vec![1.0, 2.0], vec![3.0]];
    let mut rows_bar = vec![vec![0.0; 2], vec![0.0]];
    on_rows((Varied,), &rows, 1.0, &mut rows_bar[..]);
    assert_eq!(rows_bar, [vec![3.0, 4.0], vec![7.0]]);
    on_rows((Unvaried,), &rows, 1.0, &mut discard());
}

#[test]
fn vectors_pairs_and_generic_numbers() {
    let mut x_bar = vec![0.0; 2];
    on_vec(
        (Varied, Unvaried),
        vec![1.0, 2.0],
        3,
        1.0,
        &mut x_bar[..],
        &mut discard(),
    );
    assert_eq!(x_bar, [3.0, 6.0]);
    on_vec(
        (Unvaried, Unvaried),
        vec![1.0, 2.0],
        3,
        1.0,
        &mut discard(),
        &mut discard(),
    );
    let mut p_bar = [(0.0, [0.0; 2])];
    on_pairs((Varied,), &[(2.0, [3.0, 4.0])], 1.0, &mut p_bar[..]);
    assert_eq!(p_bar, [(4.0, [0.0, 2.0])]);
    on_pairs((Unvaried,), &[(2.0, [3.0, 4.0])], 1.0, &mut discard());
    let (mut m_bar, mut x_bar) = ([[0.0f32; 2]], 0.0f32);
    generic(
        (Varied,),
        &[[1.0, 2.0]],
        3.0,
        1.0,
        &mut m_bar[..],
        &mut x_bar,
    );
    assert_eq!((m_bar, x_bar), ([[2.0, 7.0]], 2.0));
    generic(
        (Unvaried,),
        &[[1.0, 2.0]],
        3.0,
        1.0,
        &mut discard(),
        &mut discard(),
    );
}

#[test]
fn bars_of_unvaried_arguments_have_no_size() {
    assert_eq!(size_of::<Bar<Unvaried, [f64]>>(), 0);
    assert_eq!(size_of::<Bar<Unvaried, [(f64, [f64; 3])]>>(), 0);
    assert_eq!(size_of::<Bar<Unvaried, (f64, Vec<f64>)>>(), 0);
}

/// The protocol between annotated functions: what `__forward` looks like.
fn forward<S: Selection + ?Sized, K0: Kind, K1: Kind, K2: Constant>(
    _: &mut S,
    _: (K0, K1, K2),
    w: &[f64],
    b: f64,
    _: usize,
) -> (
    f64,
    impl FnOnce(&[f64], f64, &mut Bar<K0, [f64]>, &mut Bar<K1, f64>, &mut <K2 as Constant>::Bar)
    + use<S, K0, K1, K2>,
) {
    (
        w[0] * b,
        move |w: &[f64],
              seed: f64,
              w_bar: &mut Bar<K0, [f64]>,
              b_bar: &mut Bar<K1, f64>,
              _: &mut _| {
            w_bar[0] += b * seed;
            *b_bar += w[0] * seed;
        },
    )
}

fn forward_of_caller<S: Selection + ?Sized, K0: Kind>(
    sel: &mut S,
    kinds: (K0,),
    w: &[[f64; 2]],
) -> (
    f64,
    impl FnOnce(&[[f64; 2]], f64, &mut Bar<K0, [[f64; 2]]>) + use<S, K0>,
) {
    let (y, y_pullback) = forward(sel, (kinds.0, Varied, Unvaried), &w[1][1..], w[0][0], 3);
    (
        y,
        move |w: &[[f64; 2]], seed: f64, w_bar: &mut Bar<K0, [[f64; 2]]>| {
            let mut b_bar = 0.0;
            y_pullback(
                &w[1][1..],
                seed,
                &mut w_bar[1][1..],
                &mut b_bar,
                &mut discard(),
            );
            w_bar[0][0] += b_bar;
        },
    )
}

#[test]
fn pullbacks_go_through_calls() {
    let w = [[2.0, 3.0], [5.0, 7.0]];
    let (y, pullback) = forward_of_caller(&mut Plain, (Varied,), &w);
    let mut w_bar = [[0.0; 2]; 2];
    pullback(&w, 1.0, &mut w_bar[..]);
    assert_eq!((y, w_bar), (14.0, [[7.0, 0.0], [0.0, 2.0]]));
    let selection: &mut dyn Selection = &mut Plain;
    let (y, pullback) = forward_of_caller(selection, (Unvaried,), &w);
    pullback(&w, 1.0, &mut discard());
    assert_eq!(y, 14.0);
}
