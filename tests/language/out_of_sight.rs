//! Values that change, or are handed on, where it is easily overlooked; and what a selection is told.
//! Like `near_misses`, made for conditions of the compiler that nothing else depended on.

use conservative_grad::{Decision, conservative_grad};

twin! { scratch_changed_again ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut h = [$O; 3];
        let mut s = x[0];
        let mut t: $T = $O;
        for i in 0..x.len() {
            for j in 0..3 {
                h[j] = x[j] * x[i];
            }
            for j in 0..3 {
                s = s * 0.5 + h[j] * h[j];
            }
            for j in 0..3 {
                h[j] = h[j] * s;
            }
            for j in 0..3 {
                t += h[j] * h[j];
            }
        }
        s + t * 0.01
    }
} }

twin! { vector_returned_after_a_call ($ T O grad): f(&[0.5, 2.0, 1.0], &mut [3.0]) -> many; {
    #[$grad]
    pub fn squares(v: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..v.len() {
            s = s * 0.5 + v[i] * v[i];
        }
        s
    }
    #[$grad]
    pub fn f(x: &[$T], out: &mut [$T]) -> Vec<$T> {
        let v = vec![x[0] * x[1], x[2] * x[2]];
        out[0] = squares(&v) * out[0];
        v
    }
} }

twin! { array_returned_and_read ($ T O grad): f(&[0.5, 2.0, 1.0], &mut [3.0]) -> many; {
    #[$grad]
    pub fn f(x: &[$T], out: &mut [$T]) -> Vec<$T> {
        let mut v = vec![x[0] * x[1], x[2] * x[2]];
        let mut s = x[0];
        for i in 0..3 {
            s = s * v[1] + x[i];
        }
        v[0] = s * v[1];
        out[0] = out[0] * s;
        v
    }
} }

reals! { grown_after_its_length_was_read ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn mean(v: &[$T]) -> $T {
        let mut s: $T = 0.0;
        for i in 0..v.len() {
            s = s * 0.5 + v[i] * v[i] / (v.len() as $T);
        }
        s
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut v = vec![x[0], x[1]];
        let y = mean(&v);
        v.push(y * x[2]);
        mean(&v) * y
    }
} }

twin! { changed_before_a_call_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn product(v: &[$T; 2]) -> $T {
        let mut p = v[1];
        for k in 0..2 {
            p = p * v[k] * v[k];
        }
        p
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [x[0], x[1]];
        let mut s = x[2];
        for i in 0..x.len() {
            a[0] = a[0] * x[i] + 0.5;
            s = s * product(&a);
        }
        s
    }
} }

twin! { tuples_passed ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn scaled(p: ($T, $T), k: $T) -> $T {
        p.0 * p.1 * k
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let p = (x[0] * x[1], x[2]);
        scaled(p, x[1]) + scaled((x[0], x[1] * x[1]), x[2])
    }
} }

twin! { taken_over_in_an_inner_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        let mut u: $T = $O;
        for i in 0..x.len() {
            let mut t: $T = $O;
            for j in 0..2 {
                s += x[j] * x[i];
                t = s;
            }
            u += t * x[i];
        }
        s + u
    }
} }

twin! { begun_anew_in_an_inner_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            for j in 0..2 {
                s = x[j] * x[i];
            }
            s += x[i] * x[i];
        }
        s
    }
} }

reals! { remainder_by_a_variable ($ T grad): f(5.25, 2.0); f(-7.5, 2.0); {
    #[$grad]
    pub fn f(a: $T, b: $T) -> $T {
        #[assume_continuous]
        let r = a % b;
        r * r * b
    }
} }

twin! { negated_after_the_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() - 1 {
            s += (x[i + 1] - x[i]) * x[i];
            s -= x[i + 1];
        }
        let t = -s;
        t * 2.0
    }
} }

twin! { arrays_of_a_branch_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            if i != 1 {
                let mut a = [x[i] * s, s];
                a[0] = a[0] * a[1];
                let mut t = a[0];
                for j in 0..2 {
                    t = t * a[j] + x[i];
                }
                a[1] = a[1] * t;
                s = t * a[1];
            } else {
                let b = vec![s * s, x[i]];
                s = b[0] * b[1];
            }
        }
        s
    }
} }

/// Numbers that come from a state of the user's own, which is another one in the reverse sweep.
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(25_214_903_917).wrapping_add(11) % (1 << 48);
    (*state >> 16) as f64 / f64::from(u32::MAX)
}

struct Dice {
    state: u64,
}

impl Dice {
    fn roll(&mut self) -> usize {
        (draw(&mut self.state) * 3.0) as usize % 3
    }
}

#[conservative_grad]
fn product_of_draws(x: f64, n: usize) -> f64 {
    let mut state = 7;
    let mut v = x;
    for _ in 0..n {
        let z = draw(&mut state);
        v = v * x * (0.5 + z);
    }
    v
}

#[conservative_grad]
fn elements_by_dice(x: &[f64], n: usize) -> f64 {
    let mut dice = Dice { state: 3 };
    let mut v = x[0];
    for _ in 0..n {
        let k = dice.roll();
        let z = draw(&mut dice.state);
        v = v * x[k] * (0.5 + z) + x[k];
    }
    v
}

#[test]
fn what_is_drawn_is_drawn_once() {
    check!(product_of_draws(0.9, const 6));
    let x = [0.9, 0.7, 1.1];
    let gradient = elements_by_dice::grad(&x, 6);
    let pulled = elements_by_dice::vjp(&x, 6).1(1.0);
    for k in 0..3 {
        let moved = |h: f64| {
            let mut x = x;
            x[k] += h;
            elements_by_dice(&x, 6)
        };
        let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert!((gradient[k] - slope).abs() < 1e-6 * slope.abs().max(1.0));
        assert_eq!(gradient[k], pulled[k]);
    }
}

#[conservative_grad]
fn first_if_larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[conservative_grad]
fn first_if_smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[conservative_grad]
fn steps_from_a_constant(b: f64, n: usize) -> f64 {
    let mut s = b;
    for i in 0..n {
        if i as f64 > s {
            s += b * b;
        } else {
            s *= 2.0;
        }
    }
    s
}

#[conservative_grad]
fn larger_of_a_constant(b: f64) -> f64 {
    1.0_f64.max(b) + f64::min(2.0, b * b)
}

/// The margin of a comparison is the left side minus the right side, whatever the comparison.
#[test]
fn margins_of_comparisons() {
    let margin = |trace: conservative_grad::__private::Trace| trace.visits()[0].margin;
    assert_eq!(margin(first_if_larger::trace(3.0, 1.0)), 2.0);
    assert_eq!(margin(first_if_larger::trace(1.0, 3.0)), -2.0);
    assert_eq!(margin(first_if_smaller::trace(3.0, 1.0)), 2.0);
    assert_eq!(margin(first_if_smaller::trace(1.0, 3.0)), -2.0);
}

/// A comparison of equal numbers is a tie: the caller is told so, with the branch that is taken.
#[test]
fn ties_of_comparisons() {
    let decision = |a, b| first_if_larger::trace(a, b).visits()[0].decision;
    assert_eq!(decision(1.0, 1.0), Decision::Tie(0.0));
    assert_eq!(decision(2.0, 1.0), Decision::Above);
    assert_eq!(decision(0.0, 1.0), Decision::Below);
    let smaller = |a, b| first_if_smaller::trace(a, b).visits()[0].decision;
    assert_eq!(smaller(1.0, 1.0), Decision::Tie(0.0));
    assert_eq!(smaller(2.0, 1.0), Decision::Below);
}

/// A decision depends on its right side alone, too.
#[test]
fn decisions_on_the_right_side() {
    check!(steps_from_a_constant(0.75, const 5));
    check!(larger_of_a_constant(1.25));
    check!(larger_of_a_constant(0.5));
    assert_eq!(steps_from_a_constant::trace(0.75, 5).visits().len(), 5);
    assert_eq!(larger_of_a_constant::trace(1.25).visits().len(), 2);
    assert_eq!(larger_of_a_constant::grad(1.0), 0.5 + 2.0);
}
