//! What runs once: printing, assertions, unknown functions on constants.

use std::cell::Cell;
use std::fmt;

use conservative_grad::conservative_grad;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn tick() -> usize {
    COUNT.with(|count| {
        count.set(count.get() + 1);
        count.get()
    })
}

fn ticks(run: impl FnOnce()) -> usize {
    COUNT.with(|count| count.set(0));
    run();
    COUNT.with(Cell::get)
}

/// Counts how often it is printed.
#[derive(Clone, Copy)]
struct Loud;

impl fmt::Display for Loud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tick();
        f.write_str("")
    }
}

const LOUD: Loud = Loud;

#[conservative_grad]
fn prints(x: f64, n: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        s = s * x + 1.0;
        print!("{LOUD}");
        eprint!("{}{:.0$}{}", i.min(0), s * 0.0, LOUD);
    }
    s
}

#[conservative_grad]
fn asserts(x: f64, y: f64, n: usize) -> f64 {
    assert!(n < 10, "n = {n}");
    assert!(x > 0.0);
    assert_eq!(n % 1, 0);
    assert_ne!(n, 11, "never {}", n);
    debug_assert!(y > x - 10.0, "{y} and {}", x);
    debug_assert_eq!(n, n);
    let z = x * y;
    debug_assert!(z.is_finite());
    z * z
}

#[conservative_grad]
fn draws(x: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        let k = tick();
        s = s * x + k as f64;
    }
    s
}

/// The reverse sweep needs what was drawn.
#[conservative_grad]
fn draws_factors(x: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        let k = tick() as f64;
        s = k * s.sin();
    }
    s
}

#[conservative_grad]
fn draws_an_index(x: &[f64], n: usize) -> f64 {
    let mut s = 0.0;
    for _ in 0..n {
        let k = tick() % x.len();
        s += x[k] * x[k];
    }
    let last = tick();
    s * last as f64
}

#[conservative_grad]
fn panics(x: f64, n: usize) -> f64 {
    if n > 3 {
        panic!("n is {n}, too large");
    }
    if n == 3 {
        unreachable!("three");
    }
    x * x
}

#[test]
fn printed_once() {
    assert_eq!(ticks(|| _ = prints(0.5, 3)), 6);
    assert_eq!(ticks(|| _ = prints::grad(0.5, 3)), 6);
    assert_eq!(ticks(|| _ = prints::value_and_grad(0.5, 3)), 6);
    assert_eq!(ticks(|| _ = prints::jvp(0.5, 3, 1.0)), 6);
    assert_eq!(ticks(|| _ = prints::trace(0.5, 3)), 6);
    let (value, pullback) = prints::vjp(0.5, 3);
    assert_eq!(value, prints(0.5, 3));
    assert_eq!(ticks(|| _ = pullback(1.0)), 0);
}

#[test]
fn drawn_once() {
    let once = |run: &dyn Fn()| assert_eq!(ticks(run), 4);
    once(&|| _ = draws(0.5, 4));
    once(&|| _ = draws::grad(0.5, 4));
    once(&|| _ = draws::jvp(0.5, 4, 1.0));
    ticks(|| {
        // 0.5, then ·x + k for k = 1, 2
        assert_eq!(draws::value_and_grad(0.5, 2), (2.625, 1.75));
    });
    once(&|| _ = draws_factors::grad(0.5, 4));
    ticks(|| {
        let inner = 0.5_f64.sin();
        let expected = (2.0 * inner.sin(), 2.0 * inner.cos() * 0.5_f64.cos());
        assert_eq!(draws_factors::value_and_grad(0.5, 2), expected);
    });
    ticks(|| {
        let (value, pullback) = draws::vjp(0.5, 2);
        tick();
        assert_eq!((value, pullback(2.0)), (2.625, 3.5));
    });
}

#[test]
fn drawn_indices_are_kept() {
    ticks(|| {
        // k = 1, 0, 1, then 4
        let (value, gradient) = draws_an_index::value_and_grad(&[0.5, 2.0], 3);
        assert_eq!((value, gradient), (33.0, vec![4.0, 32.0]));
    });
    assert_eq!(ticks(|| _ = draws_an_index::grad(&[0.5, 2.0], 3)), 4);
}

#[test]
fn assertions() {
    check!(asserts(0.5, 2.0, const 3));
    let fails =
        |f: &dyn Fn() -> f64| std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_err();
    assert!(fails(&|| asserts::grad(0.5, 2.0, 10).0));
    assert!(fails(&|| asserts::grad(-0.5, 2.0, 1).0));
    assert!(fails(&|| asserts::jvp(-0.5, 2.0, 1, 1.0, 0.0).1));
    assert!(fails(&|| asserts::vjp(-0.5, 2.0, 1).0));
}

#[test]
fn panics_stay() {
    check!(panics(0.5, const 1));
    for n in [3, 4] {
        assert!(std::panic::catch_unwind(|| panics::grad(0.5, n)).is_err());
        assert!(std::panic::catch_unwind(|| panics(0.5, n)).is_err());
    }
}

#[conservative_grad]
fn texts(x: f64, n: usize) -> f64 {
    let mut label = String::from("x");
    let mut made = format!("{x:.1}");
    let mut copied = "steps".to_string();
    let last = '!';
    let mut y = x;
    for i in 0..n {
        label.push('c');
        made.push_str("; ");
        if i % 2 == 0 {
            copied.push(last);
        }
        y *= x;
    }
    made.push(last);
    let length = label.len() + copied.len() + made.len();
    assert_eq!(length, 1 + n + 5 + n.div_ceil(2) + 3 + 2 * n + 1);
    y
}

#[test]
fn texts_that_grow() {
    for n in 0..5 {
        check!(texts(0.5, const n));
    }
}

#[test]
fn out_of_bounds_is_the_primals_panic() {
    #[conservative_grad]
    fn third(x: &[f64]) -> f64 {
        x[0] * x[2]
    }
    assert!(std::panic::catch_unwind(|| third::grad(&[1.0, 2.0])).is_err());
}
