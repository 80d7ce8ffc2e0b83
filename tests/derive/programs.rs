//! Programs over derived structs: built, taken apart, overwritten, exchanged, chosen and carried.

#![allow(
    clippy::manual_swap,
    clippy::useless_vec,
    reason = "the programs are what is differentiated"
)]

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct V {
    x: f64,
    y: f64,
}
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct B {
    p: V,
    m: f64,
    id: u32,
    w: Vec<f64>,
    tag: &'static str,
}
#[derive(Clone, Copy, Debug, Differentiable)]
struct T2(f64, V);

#[conservative_grad]
fn make(x: f64, n: u32) -> B {
    B {
        p: V { x, y: x * x },
        m: 2.0 * x,
        id: n,
        w: vec![x, 1.0, x.sin()],
        tag: "a",
    }
}
#[conservative_grad]
fn from_callee(x: f64, y: f64) -> f64 {
    let b = make(x * y, 3);
    let base = b.clone();
    let mut c = B { m: y, ..base };
    c.p.x *= b.m;
    c.w[1] += c.p.y * y;
    let V { x: px, .. } = c.p;
    px + c.w[1] * c.w[2] + c.m
}
#[conservative_grad]
fn carried(x: f64, y: f64) -> f64 {
    let mut v = V { x, y };
    for i in 0..5 {
        v = V {
            x: v.y.sin() + 0.1 * v.x,
            y: v.x * 0.5,
        };
        if i % 2 == 0 {
            v.y += 0.3;
        }
    }
    v.x * v.y
}
#[conservative_grad]
fn in_containers(x: f64, y: f64) -> f64 {
    let vs = [V { x, y }, V { x: y, y: x * y }];
    let mut t = T2(x, vs[1]);
    t.0 += t.1.y;
    let mut list = vec![V { x: 0.0, y: 0.0 }; 3];
    list[1].x = t.0 * x;
    list[2] = vs[0];
    let mut s = 0.0;
    for i in 0..list.len() {
        s += list[i].x * (i as f64 + 1.0) + list[i].y * t.1.x;
    }
    s
}
#[conservative_grad]
fn in_all_ways(v: V, vs: [V; 2], ws: Vec<V>, t: (V, f64)) -> f64 {
    let mut s = v.x * vs[0].y + vs[1].x * t.0.y * t.1;
    for i in 0..ws.len() {
        s += ws[i].x * ws[i].y * t.0.x;
    }
    s
}
#[conservative_grad]
fn chosen(x: f64, y: f64) -> f64 {
    let v = if x > 0.0 {
        V { x: y, y: x }
    } else {
        V { x: 1.0, y }
    };
    let u = v;
    let w = V { x: u.x * 2.0, ..v };
    in_all_ways(v, [u, w], vec![w, v], (u, x))
}
#[conservative_grad]
fn swap(a: &mut V, b: &mut V, k: f64) {
    let t = *a;
    *a = V { x: b.x * k, y: b.y };
    *b = t;
}
#[conservative_grad]
fn exchanged(x: f64, y: f64) -> f64 {
    let mut a = V { x, y: 2.0 };
    let mut b = V { x: y * x, y };
    swap(&mut a, &mut b, x);
    swap(&mut b, &mut a, y);
    let t = a;
    a = b;
    b = t;
    a.x * b.y + b.x * a.y * a.y
}
type Gradient = (f64, (f64, f64));

/// Compares gradients with central differences, and tangents with gradients.
fn check(
    f: impl Fn(f64, f64) -> f64,
    value_and_grad: impl Fn(f64, f64) -> Gradient,
    jvp: impl Fn(f64, f64, f64, f64) -> (f64, f64),
) {
    for (x, y) in [(0.7, 1.3), (-0.4, 0.9), (1.9, -0.8)] {
        let h = 1e-5;
        let (value, (by_x, by_y)) = value_and_grad(x, y);
        let wanted_x = (f(x + h, y) - f(x - h, y)) / (2.0 * h);
        let wanted_y = (f(x, y + h) - f(x, y - h)) / (2.0 * h);
        let near = |a: f64, b: f64, tolerance: f64| {
            assert!(
                (a - b).abs() <= tolerance * (1.0 + b.abs()),
                "{a} instead of {b} at {x}, {y}"
            );
        };
        assert_eq!(value, f(x, y));
        near(by_x, wanted_x, 1e-8);
        near(by_y, wanted_y, 1e-8);
        near(jvp(x, y, 1.0, 0.0).1, by_x, 1e-12);
        near(jvp(x, y, 0.0, 1.0).1, by_y, 1e-12);
    }
}

#[test]
fn built_by_a_callee_and_overwritten() {
    check(from_callee, from_callee::value_and_grad, from_callee::jvp);
}

#[test]
fn carried_through_a_loop() {
    check(carried, carried::value_and_grad, carried::jvp);
}

#[test]
fn in_arrays_vectors_and_tuple_structs() {
    check(
        in_containers,
        in_containers::value_and_grad,
        in_containers::jvp,
    );
}

#[test]
fn chosen_by_a_test_and_handed_on_in_all_ways() {
    check(chosen, chosen::value_and_grad, chosen::jvp);
}

#[test]
fn exchanged_in_place() {
    check(exchanged, exchanged::value_and_grad, exchanged::jvp);
}

#[test]
fn a_jacobian_has_a_row_for_every_number() {
    let rows = make::jacobian(2.0, 1);
    assert_eq!(rows, [1.0, 4.0, 2.0, 1.0, 0.0, 2.0f64.cos()]);
}
