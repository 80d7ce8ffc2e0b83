//! Programs that were once compiled wrongly or not at all, as small as they could be made. Most were
//! found by the generator of random programs (`generator/`); the gradients expected are worked out
//! by hand.
#![allow(
    clippy::needless_range_loop,
    clippy::explicit_counter_loop,
    clippy::ptr_arg,
    unused_assignments,
    reason = "the shape of the loop, or the assignment that is overwritten, is what was wrong"
)]

use conservative_grad::{conservative_grad, leaky_relu};

/// Agreement to rounding.
#[track_caller]
fn close(got: &[f64], want: &[f64]) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
    let same = got.len() == want.len() && got.iter().zip(want).all(near);
    assert!(same, "got {got:?}, expected {want:?}");
}

#[conservative_grad]
fn square(x: f64) -> f64 {
    x.powi(2)
}

#[test]
fn a_literal_exponent_has_a_type() {
    close(&[square::grad(0.3)], &[0.6]);
    close(&[square::jvp(0.3, 2.0).1], &[1.2]);
}

#[conservative_grad]
fn first_times(w: &[f64], x: f64) -> f64 {
    w[0] * x
}

#[conservative_grad]
fn array_for_a_slice(w: &[f64; 3]) -> f64 {
    first_times(w, 2.0) + first_times(&w[1..], w[2])
}

#[test]
fn a_reference_to_an_array_is_passed_as_a_slice() {
    let w = [0.5, -1.0, 3.0];
    close(&array_for_a_slice::grad(&w), &[2.0, 3.0, -1.0]);
    close(&[array_for_a_slice::jvp(&w, &[1.0, 1.0, 1.0]).1], &[4.0]);
}

#[conservative_grad]
fn power(x: f64, depth: usize) -> f64 {
    if depth == 0 {
        return 1.0;
    }
    power(x, depth - 1) * x
}

#[conservative_grad]
fn cubed(w: f64) -> f64 {
    power(w, 3)
}

#[test]
fn a_recursive_function_is_called_by_another() {
    close(&[cubed::grad(2.0)], &[12.0]);
    close(&[cubed::jvp(2.0, 1.0).1], &[12.0]);
}

#[conservative_grad]
fn doubled(out: &mut [f64], x: f64, depth: usize) {
    if depth == 0 {
        return;
    }
    out[0] += x * out[1];
    doubled(out, 2.0 * x, depth - 1);
}

#[conservative_grad]
fn recursion_in_place(x: f64, y: f64) -> f64 {
    let mut b = [x, y];
    doubled(&mut b, x, 2);
    b[0]
}

#[test]
fn recursion_hands_on_what_it_changes() {
    // x + xy + 2xy
    let (dx, dy) = recursion_in_place::grad(0.5, 3.0);
    close(&[dx, dy], &[10.0, 1.5]);
    close(&[recursion_in_place::jvp(0.5, 3.0, 1.0, 1.0).1], &[11.5]);
}

#[conservative_grad]
fn halve(out: &mut [f64], x: f64) -> f64 {
    out[0] *= 0.5;
    out[0] * x
}

#[conservative_grad]
fn added_in_place(x: f64, y: f64) -> f64 {
    let mut v = [x, y];
    let mut z = x;
    z += halve(&mut v, y);
    z + v[0]
}

#[test]
fn the_right_side_of_an_addition_changes_an_array() {
    // x + xy/2 + x/2
    let (dx, dy) = added_in_place::grad(0.5, 3.0);
    close(&[dx, dy], &[3.0, 0.25]);
}

#[conservative_grad]
fn counter_in_a_branch(x: f64) -> f64 {
    let mut t = x;
    if x > 0.5 {
        let mut k = 0;
        while k < 3 {
            k += 1;
            t += k as f64 * x;
        }
    }
    t
}

#[test]
fn a_counter_inside_a_branch_does_not_depend_on_the_test() {
    close(&[counter_in_a_branch::grad(1.0)], &[7.0]);
    close(&[counter_in_a_branch::grad(0.0)], &[1.0]);
}

#[conservative_grad]
fn varied_in_a_while(mut x: (f64, f64)) -> f64 {
    let mut row = [0.0; 3];
    let mut k: usize = 0;
    while k < 4 {
        k += 1;
        x.0 = 0.0;
        row[1] = x.1;
    }
    row[1]
}

#[conservative_grad]
fn varied_in_a_for(b: &[f64], n: usize) -> (f64, f64) {
    let mut q = b[n];
    let mut last = 1.0;
    for _ in 1..4 {
        q *= 2.0;
        last = q;
    }
    (last, 1.0)
}

#[test]
fn a_constant_before_a_loop_is_varied_after_it() {
    let (dx, dy) = varied_in_a_while::grad((-0.7, 1.1));
    close(&[dx, dy], &[0.0, 1.0]);
    close(&[varied_in_a_while::jvp((-0.7, 1.1), (1.0, 3.0)).1], &[3.0]);
    let b = [0.3, -0.2];
    let (value, pullback) = varied_in_a_for::vjp(&b, 1);
    assert_eq!(value, (-1.6, 1.0));
    close(&pullback((1.0, 0.0)), &[0.0, 8.0]);
    close(&[varied_in_a_for::jvp(&b, 1, &[1.0, 1.0]).1.0], &[8.0]);
}

#[conservative_grad]
fn product(x: &[f64; 2], y: &[f64]) -> f64 {
    x[0] * x[1] * y[0]
}

#[conservative_grad]
fn array_by_value(x: Vec<f64>, mut w: f64, m: [f64; 2]) -> f64 {
    w *= product(&m, &x);
    w
}

#[test]
fn an_array_taken_by_value_is_lent_to_a_callee() {
    let (dx, dw, dm) = array_by_value::grad(vec![2.0], 3.0, [5.0, 7.0]);
    close(&dx, &[105.0]);
    close(&[dw], &[70.0]);
    close(&dm, &[42.0, 30.0]);
}

#[conservative_grad]
fn scaled(out: &mut [f64], x: [f64; 3]) -> f64 {
    out[0] *= 2.0;
    out[0] * x[1]
}

#[conservative_grad]
fn effect_not_needed(x: f64) -> f64 {
    let mut b = [x / 2.0, 1.0];
    let _n = scaled(&mut b, [-1.0; 3]);
    x
}

#[test]
fn what_a_call_changes_may_be_of_no_use() {
    close(&[effect_not_needed::grad(0.3)], &[1.0]);
    close(&[effect_not_needed::jvp(0.3, 1.0).1], &[1.0]);
}

const SIDE: f64 = 3.0;

#[conservative_grad]
fn distance(x: f64) -> f64 {
    SIDE.hypot(x)
}

#[test]
fn a_method_is_called_on_a_constant() {
    close(&[distance::grad(4.0)], &[0.8]);
    close(&[distance::jvp(4.0, 1.0).1], &[0.8]);
}

#[conservative_grad]
fn only_a_constant(_x: f64) -> f64 {
    SIDE
}

#[conservative_grad]
fn only_zeros(_x: f64) -> Vec<f64> {
    vec![0.0; 2]
}

#[test]
fn a_result_may_be_constant() {
    assert_eq!(only_a_constant::value_and_grad(0.3), (3.0, 0.0));
    assert_eq!(only_zeros::jvp(0.3, 1.0), (vec![0.0; 2], vec![0.0; 2]));
    let (value, pullback) = only_zeros::vjp(0.3);
    assert_eq!((value, pullback(vec![1.0; 2])), (vec![0.0; 2], 0.0));
}

#[conservative_grad]
fn constant_call_under_a_test(x: f64, #[constant] turn: bool) -> f64 {
    let mut u = 1.0;
    if turn {
        u = x;
        u = f64::atan2(leaky_relu(1.0, 0.5), u);
    }
    u
}

#[test]
fn a_call_on_constants_has_a_type() {
    close(&[constant_call_under_a_test::grad(1.0, true)], &[-0.5]);
    close(&[constant_call_under_a_test::grad(1.0, false)], &[0.0]);
}

/// The adjoint of the sum is 2 sin c, and the sine stands after the loop: it cannot be read before it.
#[conservative_grad]
fn factor_after_the_loop(x: &[f64], #[constant] c: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    let a = c.sin();
    let doubled = sum * 2.0;
    doubled * a
}

/// Each constant is twice used by the next: written out as one expression, the last would take a billion operations.
#[conservative_grad]
fn constants_after_the_loop(x: &[f64], #[constant] c: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * x[i];
    }
    let a1 = c + 0.1;
    let a2 = (a1 * a1 + a1) * 0.5;
    let a3 = (a2 * a2 + a2) * 0.5;
    let a4 = (a3 * a3 + a3) * 0.5;
    let a5 = (a4 * a4 + a4) * 0.5;
    let a6 = (a5 * a5 + a5) * 0.5;
    let a7 = (a6 * a6 + a6) * 0.5;
    let a8 = (a7 * a7 + a7) * 0.5;
    let a9 = (a8 * a8 + a8) * 0.5;
    let a10 = (a9 * a9 + a9) * 0.5;
    let a11 = (a10 * a10 + a10) * 0.5;
    let a12 = (a11 * a11 + a11) * 0.5;
    let a13 = (a12 * a12 + a12) * 0.5;
    let a14 = (a13 * a13 + a13) * 0.5;
    let a15 = (a14 * a14 + a14) * 0.5;
    let a16 = (a15 * a15 + a15) * 0.5;
    let a17 = (a16 * a16 + a16) * 0.5;
    let a18 = (a17 * a17 + a17) * 0.5;
    let a19 = (a18 * a18 + a18) * 0.5;
    let a20 = (a19 * a19 + a19) * 0.5;
    sum * a20
}

#[test]
fn adjoints_of_sums_are_known_only_from_what_is_there() {
    let x = [0.5, -1.5];
    let gradient = factor_after_the_loop::grad(&x, 0.7);
    close(&gradient, &x.map(|x| 4.0 * x * 0.7f64.sin()));
    let mut a: f64 = 0.8 + 0.1;
    for _ in 1..20 {
        a = (a * a + a) * 0.5;
    }
    close(
        &constants_after_the_loop::grad(&x, 0.8),
        &x.map(|x| 2.0 * x * a),
    );
}

/// The parts of a tuple were called as the weights of kinks are, and the second hid the first.
#[conservative_grad]
fn tuple_called_like_weights(x: f64, y: f64) -> f64 {
    let w = (x * x, y * x);
    let size = w.1.abs() + w.0.max(0.5);
    size + w.0 * w.1 * w.1
}

#[test]
fn parts_of_tuples_have_names_of_their_own() {
    // |x·y| + x² + x⁴·y² for x² above 1/2
    let (x, y) = (0.8, -1.5);
    let (value, gradient) = tuple_called_like_weights::value_and_grad(x, y);
    assert_eq!(value, tuple_called_like_weights(x, y));
    let expected = (
        -y + 2.0 * x + 4.0 * x * x * x * y * y,
        -x + 2.0 * x * x * x * x * y,
    );
    assert!((gradient.0 - expected.0).abs() < 1e-12);
    assert!((gradient.1 - expected.1).abs() < 1e-12);
    let (value, slope) = tuple_called_like_weights::jvp(x, y, 1.0, -1.0);
    assert_eq!(value, tuple_called_like_weights(x, y));
    assert!((slope - (expected.0 - expected.1)).abs() < 1e-12);
}

/// Functions one inside the other, deeper than reverse sweeps are put into each other without a box.
macro_rules! chain {
    ($last:ident) => {
        #[conservative_grad]
        fn $last(x: f64, w: &[f64]) -> f64 {
            x * w[0]
        }
    };
    ($first:ident $second:ident $($rest:ident)*) => {
        #[conservative_grad]
        fn $first(x: f64, w: &[f64]) -> f64 {
            let mut y = x;
            for v in w {
                y = $second(y * 0.5 + v.sin(), w);
            }
            y + x.cos()
        }
        chain!($second $($rest)*);
    };
}

#[test]
fn a_long_chain_of_calls() {
    chain!(l0 l1 l2 l3 l4 l5 l6 l7 l8 l9 l10 l11 l12 l13 l14);
    let (x, w) = (0.5, [0.9]);
    let (value, (x_bar, w_bar)) = l0::value_and_grad(x, &w);
    assert_eq!(value.to_bits(), l0(x, &w).to_bits());
    let h = 1e-6;
    let along_x = (l0(x + h, &w) - l0(x - h, &w)) / (2.0 * h);
    let along_w = (l0(x, &[w[0] + h]) - l0(x, &[w[0] - h])) / (2.0 * h);
    assert!(
        (x_bar - along_x).abs() < 1e-7 * along_x.abs().max(1.0),
        "{x_bar} {along_x}"
    );
    assert!(
        (w_bar[0] - along_w).abs() < 1e-7 * along_w.abs().max(1.0),
        "{w_bar:?} {along_w}"
    );
}

#[conservative_grad]
fn two_remainders(a: f64, b: f64, c: f64) -> f64 {
    #[assume_continuous]
    let rest = a % b + (a + c) % b;
    rest + a / b + c / b
}

/// Quotients by one value share its reciprocal; not so the whole number of times that a remainder takes: 49 · (1 / 49) is below 1.
#[test]
fn a_remainder_counts_by_a_quotient() {
    let (by_a, by_b, by_c) = two_remainders::grad(49.0, 49.0, 0.0);
    let near = |x: f64, y: f64| (x - y).abs() < 1e-14;
    assert!(near(by_a, 2.0 + 1.0 / 49.0), "{by_a}");
    assert!(near(by_b, -2.0 - 1.0 / 49.0), "{by_b}");
    assert!(near(by_c, 1.0 + 1.0 / 49.0), "{by_c}");
}
