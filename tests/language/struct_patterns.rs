//! Patterns of structs on constants and on numbers: in loops, closures, `let`, slices.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy)]
struct Datum {
    x: f64,
    y: f64,
}

struct Table {
    scale: f64,
    rows: Vec<Datum>,
    shifts: Vec<f64>,
    name: String,
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Couple(f64, f64);

fn data(n: usize) -> Vec<Datum> {
    (0..n)
        .map(|i| Datum {
            x: 0.5 + i as f64,
            y: 0.25,
        })
        .collect()
}

macro_rules! programs {
    ($($name:ident($w:ident, $c:ident, $t:ident) $body:block)*) => {
        $(
            #[conservative_grad]
            fn $name($w: f64, #[constant] $c: &[Datum], #[constant] $t: &Table) -> f64 $body
        )*

        #[test]
        fn patterns_of_structs() {
            let table = Table { scale: 0.7, rows: data(3), shifts: vec![0.1, 0.2, 0.3], name: "a".to_owned() };
            $(for w in [0.3, -0.6, 1.2] {
                let c = data(2);
                let (value, slope) = $name::value_and_grad(w, &c, &table);
                assert_eq!(value, $name(w, &c, &table));
                let h = 1e-6;
                let quotient = ($name(w + h, &c, &table) - $name(w - h, &c, &table)) / (2.0 * h);
                assert!((slope - quotient).abs() <= 1e-7 * quotient.abs().max(1.0), "{}: {slope}, {quotient}", stringify!($name));
                let (_, along) = $name::jvp(w, &c, &table, 1.0);
                assert!((slope - along).abs() <= 1e-12 * slope.abs().max(1.0), "{}", stringify!($name));
            })*
        }
    };
}

programs! {
    in_a_loop(w, c, _t) {
        let mut s = w;
        for Datum { x, y } in c.iter() {
            s = (s * x - y).sin() * y;
        }
        s
    }
    in_a_closure(w, c, _t) {
        c.iter().map(|Datum { x, y }| (w * x - y).powi(2)).product::<f64>()
    }
    of_a_constant_made_here(w, _c, _t) {
        let rows = data(3);
        let mut s = w;
        for Datum { x, y } in rows.iter() {
            s = (s * x - y).sin() * y;
        }
        s
    }
    of_literals(w, _c, _t) {
        let rows = [Datum { x: 0.5, y: 0.25 }, Datum { x: 1.5, y: 0.5 }];
        let mut s = 1.0;
        for Datum { x, y } in rows.iter() {
            s *= w * x - y;
        }
        s
    }
    of_literals_in_a_closure(w, _c, _t) {
        let rows = vec![Datum { x: 0.5, y: 0.25 }, Datum { x: 1.5, y: 0.5 }];
        rows.iter().map(|Datum { x, y }| w * x - y).product()
    }
    of_an_element(w, c, _t) {
        let Datum { x, y } = &c[1];
        (w * x - y).sin() * x
    }
    of_fields(w, _c, t) {
        let Table { scale, rows, shifts, name } = t;
        let mut s = if name == "a" { w } else { 0.0 };
        for (Datum { x, y }, shift) in rows.iter().zip(shifts) {
            s = (s * x - y).sin() * scale + shift;
        }
        s
    }
    first_of_a_slice(w, c, _t) {
        match c {
            [Datum { x, y }, ..] => (w * x - y).sin() * x,
            [] => 0.0,
        }
    }
    ends_of_a_slice(w, _c, t) {
        if let [Datum { x, .. }, .., Datum { y, x: last }] = &t.rows[..] { (w * x - y).sin() * last } else { w }
    }
    last_of_a_slice(w, c, _t) {
        if let [.., Datum { x, .. }] = c { (w * x).sin() } else { w }
    }
}

#[conservative_grad]
fn points(w: &[Point], v: &[f64]) -> f64 {
    let mut s = 0.5;
    for Point { x, y } in w.iter() {
        s = (s * x - y).sin() * y;
    }
    for (Point { x, y }, v) in w.iter().zip(v) {
        s = (s * x - y).cos() * y * v;
    }
    s + w.iter().map(|Point { x, y }| x * y).sum::<f64>()
}

#[conservative_grad]
fn couples(w: &[Couple]) -> f64 {
    let mut s = 0.5;
    for Couple(x, y) in w {
        s = (s * x - y).sin() * y;
    }
    s
}

#[conservative_grad]
fn scaled(w: &mut [Point]) -> f64 {
    for Point { x, y } in w.iter_mut() {
        *x *= *y;
    }
    w[0].x * w[1].x
}

#[test]
fn patterns_of_differentiable_structs() {
    let at = [Point { x: 0.5, y: 0.3 }, Point { x: 0.7, y: 0.9 }];
    let v = [0.4, 0.8];
    let gradient = points::grad(&at, &v).0;
    for k in 0..2 {
        let moved = |h: f64| {
            let mut at = at;
            at[k].y += h;
            at
        };
        let h = 1e-6;
        let quotient = (points(&moved(h), &v) - points(&moved(-h), &v)) / (2.0 * h);
        assert!((gradient[k].y - quotient).abs() < 1e-8);
        let as_couples = |at: [Point; 2]| at.map(|p| Couple(p.x, p.y));
        let slope = couples::grad(&as_couples(at))[k].1;
        let quotient =
            (couples(&as_couples(moved(h))) - couples(&as_couples(moved(-h)))) / (2.0 * h);
        assert!((slope - quotient).abs() < 1e-8);
        let (mut w, other) = (at, at[1 - k]);
        let (_, pullback) = scaled::vjp(&mut w);
        let mut bar = [PointGradient { x: 0.0, y: 0.0 }; 2];
        pullback(1.0, &mut bar);
        assert!((bar[k].y - at[k].x * other.x * other.y).abs() < 1e-12);
    }
}
