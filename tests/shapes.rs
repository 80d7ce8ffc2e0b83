//! Programs that sit at the edge of what the reverse sweep does specially: loops that are fused, run
//! again, carried, sliced or recorded by rows, and loops that look like it and must not be.

// Hundreds of programs, which clippy takes as long for as for the rest: `.ci/run full` has it look at them.
#![cfg(any(not(clippy), every_program))]
#![allow(
    clippy::assign_op_pattern,
    clippy::manual_memcpy,
    clippy::manual_swap,
    clippy::ptr_arg,
    clippy::useless_vec,
    clippy::explicit_counter_loop,
    clippy::needless_lifetimes,
    clippy::unnecessary_sort_by,
    unreachable_pub,
    reason = "the programs are written the way people write them"
)]

use conservative_grad::conservative_grad;

/// Numbers of iterations that the compiler does not know: it writes out loops of which it knows that they are short.
const TWO: usize = 2;
const THREE: usize = 3;
const FOUR: usize = 4;

/// The gradient of `f` by central differences, against `gradient`.
fn check(name: &str, f: impl Fn(&[f64]) -> f64, x: &[f64], gradient: &[f64]) {
    assert_eq!(x.len(), gradient.len(), "{name}");
    for i in 0..x.len() {
        let h = 1e-6;
        let at = |t: f64| {
            let mut x = x.to_vec();
            x[i] = t;
            f(&x)
        };
        let expected = (at(x[i] + h) - at(x[i] - h)) / (2.0 * h);
        let near = (gradient[i] - expected).abs() <= 1e-6 * (1.0 + expected.abs());
        assert!(near, "{name}, entry {i}: {} and {expected}", gradient[i]);
    }
}

/// Every entry point of a function of one slice, at several lengths: six from the shortest, and longer ones.
macro_rules! check_all {
    ($($f:ident from $shortest:literal $(and $longer:literal)*),* $(,)?) => {$(
        #[test]
        fn $f() {
            for n in ($shortest..$shortest + 6).chain([$($longer),*]) {
                let x: Vec<f64> = (0..n).map(|i| 0.3 + 0.37 * ((7 * i + 3) % 11) as f64).collect();
                let (value, gradient) = super::$f::value_and_grad(&x);
                assert_eq!(value.to_bits(), super::$f(&x).to_bits());
                crate::check(stringify!($f), |x| super::$f(x), &x, &gradient);
                let (_, pullback) = super::$f::vjp(&x);
                let by_pullback = pullback(1.0);
                let direction: Vec<f64> = (0..n).map(|i| 1.0 - 0.4 * i as f64).collect();
                let (_, tangent) = super::$f::jvp(&x, &direction);
                let mut along = 0.0;
                for i in 0..n {
                    let scale = 1.0 + gradient[i].abs();
                    assert!((gradient[i] - by_pullback[i]).abs() <= 1e-12 * scale, "vjp of {}", stringify!($f));
                    along += gradient[i] * direction[i];
                }
                assert!((along - tangent).abs() <= 1e-11 * (1.0 + along.abs()), "jvp of {}: {along} {tangent}", stringify!($f));
            }
        }
    )*};
}

#[path = "shapes/associated.rs"]
mod associated;
#[path = "shapes/begun.rs"]
mod begun;
#[path = "shapes/by_name.rs"]
mod by_name;
#[path = "shapes/calls.rs"]
mod calls;
#[path = "shapes/cells.rs"]
mod cells;
#[path = "shapes/chosen.rs"]
mod chosen;
#[path = "shapes/collected.rs"]
mod collected;
#[path = "shapes/conditions.rs"]
mod conditions;
#[path = "shapes/constant_fields.rs"]
mod constant_fields;
#[path = "shapes/constants.rs"]
mod constants;
#[path = "shapes/copies.rs"]
mod copies;
#[path = "shapes/decided.rs"]
mod decided;
#[path = "shapes/evaluated.rs"]
mod evaluated;
#[path = "shapes/exchanged.rs"]
mod exchanged;
#[path = "shapes/few.rs"]
mod few;
#[path = "shapes/found_lists.rs"]
mod found_lists;
#[path = "shapes/grids.rs"]
mod grids;
#[path = "shapes/handed.rs"]
mod handed;
#[path = "shapes/hoisted.rs"]
mod hoisted;
#[path = "shapes/in_place.rs"]
mod in_place;
#[path = "shapes/in_turn.rs"]
mod in_turn;
#[path = "shapes/infinite.rs"]
mod infinite;
#[path = "shapes/lengths.rs"]
mod lengths;
#[path = "shapes/lent.rs"]
mod lent;
#[path = "shapes/made.rs"]
mod made;
#[path = "shapes/mapped.rs"]
mod mapped;
#[path = "shapes/nests.rs"]
mod nests;
#[path = "shapes/overwritten.rs"]
mod overwritten;
#[path = "shapes/passed.rs"]
mod passed;
#[path = "shapes/plain_fields.rs"]
mod plain_fields;
#[path = "shapes/rearranged.rs"]
mod rearranged;
#[path = "shapes/recurrences.rs"]
mod recurrences;
#[path = "shapes/recursion.rs"]
mod recursion;
#[path = "shapes/replaced.rs"]
mod replaced;
#[path = "shapes/rows_of_fields.rs"]
mod rows_of_fields;
#[path = "shapes/searches.rs"]
mod searches;
#[path = "shapes/sections.rs"]
mod sections;
#[path = "shapes/short.rs"]
mod short;
#[path = "shapes/shortened.rs"]
mod shortened;
#[path = "shapes/sizes.rs"]
mod sizes;
#[path = "shapes/sorted.rs"]
mod sorted;
#[path = "shapes/states.rs"]
mod states;
#[path = "shapes/strips_in_callees.rs"]
mod strips_in_callees;
#[path = "shapes/taken.rs"]
mod taken;
#[path = "shapes/temporaries.rs"]
mod temporaries;
#[path = "shapes/unit.rs"]
mod unit;
#[path = "shapes/untold.rs"]
mod untold;

mod cases {
    check_all!(
        wide_stencil from 4,
        stencil_and_point from 2,
        empty_ranges from 0,
        guarded_neighbour from 1,
        shifted_in_place from 2,
        scratch from 1,
        scratch_with_memory from 2,
        scratch_under_a_branch from 1,
        triangle from 1,
        step_of_two from 2,
        step_under_a_branch from 1,
        two_sums from 1,
        square_root_of_a_sum from 1,
        negative_tail from 1,
        sum_read_in_the_loop from 1,
        invariant_in_an_empty_loop from 0,
        array_before_two_loops from 1,
        nested_sums from 1,
        nested_sums_under_a_root from 1,
        fused_while from 1,
        overwritten_between_loops from 2,
        last_wins from 2,
        prefix_products from 1,
        matrix_rows from 1,
        swapped_pairs from 2,
        early_exit from 1,
        sum_with_continue from 1,
        row_of_a_matrix_twice from 2,
        conditional_sum from 1,
        reversed_recurrence from 2,
        sum_of_sums from 1,
        unread_load from 1,
        sum_under_another_name from 1,
        casts_compared from 1,
        sum_used_twice from 1,
        swapped_vectors from 2,
        moved_and_refilled from 1,
        replaced_by_longer from 1,
    );
}

#[conservative_grad]
fn wide_stencil(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 2..x.len() - 1 {
        let c = x[i - 2] - 3.0 * x[i - 1] + 3.0 * x[i] - x[i + 1];
        s += c * c * x[i - 1];
    }
    s
}

#[conservative_grad]
fn stencil_and_point(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() - 1 {
        s += x[i + 1] * x[i] + x[0] * x[i] * x[i];
    }
    s
}

#[conservative_grad]
fn empty_ranges(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 1.0;
    for i in 5..n {
        s += x[i - 5] * x[i];
    }
    for i in n..3 {
        s += (i as f64) * s;
    }
    for i in 3..n {
        s *= x[i - 1] - 0.1 * x[i];
    }
    s
}

#[conservative_grad]
fn guarded_neighbour(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        let mut v = x[i] * x[i];
        if i + 1 < n {
            v += x[i + 1] * x[i];
        }
        if i > 0 {
            v -= 0.5 * x[i - 1];
        }
        s += v * v;
    }
    s
}

#[conservative_grad]
fn shifted_in_place(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        y[i] = y[i] * y[i - 1] + 0.5 * y[i - 1];
    }
    let mut s = 0.0;
    for i in 0..y.len() {
        s += y[i] * x[i];
    }
    s
}

#[conservative_grad]
fn scratch(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = vec![0.0; n];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..n {
            h[j] = (0.2 * x[j] * x[i]).sin();
        }
        for j in 1..n {
            h[j] += (h[j] * h[j - 1]).sin();
        }
        for j in 0..n {
            s += h[j].sin();
        }
    }
    s
}

/// The last element is not overwritten: what an iteration leaves there the next one reads.
#[conservative_grad]
fn scratch_with_memory(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = vec![0.5; n];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..n - 1 {
            h[j] = x[j] * x[i];
        }
        h[n - 1] = 0.5 * h[n - 1] + x[i] * h[0];
        for j in 0..n {
            s += h[j] * h[j];
        }
    }
    s
}

#[conservative_grad]
fn scratch_under_a_branch(x: &[f64]) -> f64 {
    let n = x.len();
    let mut h = vec![1.0; n];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..n {
            if (i + j) % 2 == 0 {
                h[j] = x[j] * x[i];
            }
        }
        for j in 0..n {
            s += h[j] * h[j] * x[j];
        }
    }
    s
}

#[conservative_grad]
fn triangle(x: &[f64]) -> f64 {
    let n = x.len();
    let mut l = vec![0.0; n * (n + 1) / 2];
    let mut p = 0;
    for i in 0..n {
        for j in 0..i + 1 {
            l[p] = x[i] * x[j];
            p += 1;
        }
    }
    let mut s = 0.0;
    let mut q = 0;
    for i in 0..n {
        let mut row = 0.0;
        for j in 0..i + 1 {
            row += l[q] * x[j] * l[q];
            q += 1;
        }
        s += row * row;
    }
    s
}

#[conservative_grad]
fn step_of_two(x: &[f64]) -> f64 {
    let mut s = 0.2;
    let mut p = 0;
    for _ in 0..x.len() / 2 {
        s = s * x[p] + x[p + 1];
        p += 2;
    }
    s
}

#[conservative_grad]
fn step_under_a_branch(x: &[f64]) -> f64 {
    let mut s = 0.2;
    let mut p = 0;
    for i in 0..crate::TWO * x.len() {
        s = s * x[p] + 0.1;
        if i % 2 == 1 && p + 1 < x.len() {
            p += 1;
        }
    }
    s
}

#[conservative_grad]
fn two_sums(x: &[f64]) -> f64 {
    let (mut a, mut b) = (0.0, 1.0);
    for i in 0..x.len() {
        let t = x[i] * x[i];
        a += t.sin();
        b -= t * x[i];
    }
    2.0 * a - b / 3.0 + a
}

#[conservative_grad]
fn square_root_of_a_sum(x: &[f64]) -> f64 {
    let mut h = vec![0.0; x.len()];
    let mut s = 1.0;
    for i in 0..x.len() {
        for j in 0..x.len() {
            h[j] = x[j] + x[i];
        }
        for j in 0..x.len() {
            s += h[j] * h[i].exp();
        }
    }
    s.sqrt()
}

#[conservative_grad]
fn negative_tail(x: &[f64]) -> f64 {
    let n = x.len();
    let scale = 2.0;
    let mut s = x[0];
    for i in 0..n {
        s += x[i] * x[i] * x[i];
    }
    let mean = s / n as f64;
    x[0] * x[0] - scale * mean
}

#[conservative_grad]
fn sum_read_in_the_loop(x: &[f64]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for i in 0..x.len() {
        sum += x[i];
        total += sum * sum;
    }
    total
}

#[conservative_grad]
fn invariant_in_an_empty_loop(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 1.0;
    for i in 1..n {
        s += x[0] * x[i] * x[0];
    }
    for i in 0..n {
        for j in i + 1..n {
            s += x[i] * x[j] * x[n - 1];
        }
    }
    s
}

#[conservative_grad]
fn array_before_two_loops(x: &[f64]) -> f64 {
    let n = x.len();
    let mut e = vec![0.0; n];
    for i in 0..n {
        e[i] = (0.3 * x[i]).exp();
    }
    let c = e[0] * x[n - 1];
    let mut s = 0.0;
    for i in 0..n {
        s += e[i] * x[i] * c;
    }
    for i in 0..n {
        s += e[n - 1 - i] * c;
    }
    s + c
}

#[conservative_grad]
fn nested_sums(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        for j in i..n {
            for k in 0..crate::TWO {
                s += x[i] * x[j] * (k as f64 + x[0]);
            }
        }
        s -= x[i];
    }
    s
}

#[conservative_grad]
fn nested_sums_under_a_root(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 1.0;
    for i in 0..n {
        let mut inner = 0.0;
        for j in 0..n {
            inner += x[i] * x[j];
        }
        s += inner * inner;
    }
    (s * s + 1.0).ln()
}

#[conservative_grad]
fn fused_while(x: &[f64]) -> f64 {
    let mut i = 0;
    let mut s = 0.0;
    while i < x.len() {
        s += x[i] * x[i] * x[i / 2];
        i += 1;
    }
    0.5 * s
}

#[conservative_grad]
fn overwritten_between_loops(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let mut s = 0.0;
    for i in 0..y.len() {
        s += y[i] * y[i];
    }
    y[1] = s * y[0];
    y[0] = 2.0 * y[1];
    for i in 0..y.len() {
        s += y[i] * y[i] * x[i];
    }
    s
}

#[conservative_grad]
fn last_wins(x: &[f64]) -> f64 {
    let mut y = [0.0; 2];
    for i in 0..x.len() {
        y[i % 2] = x[i] * x[i];
    }
    y[0] * y[1]
}

#[conservative_grad]
fn prefix_products(x: &[f64]) -> f64 {
    let n = x.len();
    let mut p = vec![1.0; n + 1];
    for i in 0..n {
        p[i + 1] = p[i] * x[i];
    }
    let mut s = 0.0;
    for i in 0..n + 1 {
        s += p[i] * p[n - i];
    }
    s
}

#[conservative_grad]
fn matrix_rows(x: &[f64]) -> f64 {
    let n = x.len();
    let mut m = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            m[i * n + j] = x[i] - x[j] * x[j];
        }
    }
    let mut s = 0.0;
    for i in 0..n {
        let row = &m[i * n..(i + 1) * n];
        let mut dot = 0.0;
        for j in 0..n {
            dot += row[j] * x[j];
        }
        s += dot * dot;
    }
    s
}

#[conservative_grad]
fn swapped_pairs(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        let t = y[i];
        y[i] = y[i - 1] * t;
        y[i - 1] = t;
    }
    let mut s = 0.0;
    for i in 0..y.len() {
        s += y[i] * (i as f64 + 1.0);
    }
    s
}

#[conservative_grad]
fn early_exit(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
        if i == 3 {
            return s * x[0];
        }
    }
    s * s
}

#[conservative_grad]
fn sum_with_continue(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if i % 3 == 1 {
            continue;
        }
        s += x[i] * x[i] * x[x.len() - 1];
    }
    s
}

#[conservative_grad]
fn row_of_a_matrix_twice(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n - 1 {
        for j in 0..n {
            s += x[i] * x[j] + x[i + 1] * x[j];
        }
    }
    s
}

#[conservative_grad]
fn conditional_sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if x[i] > 1.5 {
            s += x[i] * x[i];
        } else if i % 2 == 0 {
            s -= x[i].sin();
        }
    }
    3.0 * s
}

#[conservative_grad]
fn reversed_recurrence(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = x.to_vec();
    for i in (0..n - 1).rev() {
        y[i] = y[i] + 0.3 * y[i + 1] * y[i + 1];
    }
    let mut s = 0.0;
    for i in (0..n).step_by(2) {
        s += y[i] * y[n - 1 - i];
    }
    s
}

/// A sum that is the addend of another is no sum whose adjoint stays the same.
#[conservative_grad]
fn sum_of_sums(x: &[f64]) -> f64 {
    let (mut a, mut b) = (x[0], x[0]);
    for i in 0..x.len() {
        b += a;
        a += x[i];
    }
    b
}

#[conservative_grad]
fn sum_used_twice(x: &[f64]) -> f64 {
    let (mut a, mut b) = (0.0, 0.0);
    for i in 0..x.len() {
        a += x[i] * x[i];
        b = a + b;
    }
    b - a
}

#[conservative_grad]
fn swapped_vectors(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut b = vec![1.0, 2.0 * x[0]];
    for i in 0..crate::THREE {
        a[0] = a[0] * b[1] + i as f64;
        (a, b) = (b, a);
    }
    a[0] * b[0] + a[1]
}

#[conservative_grad]
fn moved_and_refilled(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    a[0] *= x[0];
    let b = a;
    a = vec![2.0, x[0], b[0]];
    a[1] *= a[2];
    b[0] * a[1] + a[0] * b[b.len() - 1]
}

#[conservative_grad]
fn replaced_by_longer(x: &[f64]) -> f64 {
    let mut v = vec![x[0]];
    let mut s = 0.0;
    for i in 0..x.len() {
        let mut next = vec![x[i]; v.len() + 1];
        for j in 0..v.len() {
            next[j + 1] = v[j] * x[i].sin();
        }
        v = next;
        s += v[0] * v[v.len() - 1];
    }
    s
}

/// A load that nobody reads, in a loop that may not run.
#[conservative_grad]
fn unread_load(x: &[f64]) -> f64 {
    let mut y = x[0];
    for i in 0..x.len() - 1 {
        for _ in 0..crate::FOUR {
            y = {
                let _s = x[i + 1];
                y * x[i]
            };
        }
    }
    y
}

/// Casts in front of `<`.
#[conservative_grad]
fn casts_compared(x: &[f64]) -> f64 {
    let mut z = x.to_vec();
    let mut s = 0.0;
    for i in 0..x.len() {
        if 0.5 * i as f64 <= x[i] && (i as f64) < 3.0 {
            s += z[i] * x[i];
        }
        if x[i] > 0.25 * i as f64 {
            z[i] *= s;
        }
    }
    s + z[0]
}

/// A sum that goes on through a second loop, which also hands it on under another name.
#[conservative_grad]
fn sum_under_another_name(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
    }
    let mut last = x[0];
    for i in 0..x.len() {
        last = s;
        s += x[i];
    }
    s + 3.0 * last
}
