//! Calls on constants where a branch, a loop or an assignment makes their results meet those of calls with a derivative.

use conservative_grad::{Differentiable, conservative_grad};

#[conservative_grad]
fn so(x: f64) -> (f64, f64) {
    (x * x + 0.1, x.sin())
}

#[conservative_grad]
fn mixed(x: f64) -> (f64, [f64; 2], f64) {
    (x * x + 0.1, [x.sin(), 2.0], 3.0)
}

#[conservative_grad]
fn maybe(x: f64) -> Option<f64> {
    if x > 3.0 { None } else { Some(x * x) }
}

#[conservative_grad]
fn tried(x: f64) -> Result<f64, String> {
    if x > 0.6 {
        Err("large".to_string())
    } else {
        Ok(x * x + 0.1)
    }
}

#[conservative_grad]
fn arr(x: f64) -> [f64; 2] {
    [x, x * x]
}

#[conservative_grad]
fn list(x: f64) -> Vec<f64> {
    vec![x, x * x, 1.0]
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct P {
    x: f64,
    y: f64,
}

#[conservative_grad]
fn pt(x: f64) -> P {
    P { x, y: x * x }
}

macro_rules! programs {
    ($($name:ident($x:ident, $a:ident) $body:block)*) => {
        $(
            #[conservative_grad]
            fn $name($x: &[f64], $a: f64) -> f64 $body
        )*

        #[test]
        fn constants_meet_what_varies() {
            for n in 0..6 {
                let x: Vec<f64> = (0..n).map(|i| 0.3 + 0.2 * f64::from(i)).collect();
                $(check!($name(&x.clone(), 0.7));)*
            }
        }
    };
}

programs! {
    tuple_below(x, a) {
        let u = if x.len() > 3 { so(a) } else { so(0.4) };
        u.0 * a + u.1
    }
    tuple_above(x, a) {
        let u = if x.len() > 3 { so(0.4) } else { so(a) };
        u.0 * a * u.1
    }
    assigned_in_one_arm(x, a) {
        let mut u = so(a);
        if x.len() > 3 {
        } else {
            u = so(0.4);
        }
        u.0 * u.1 * a
    }
    changed_or_assigned(x, a) {
        let mut u = so(a);
        if x.len() > 3 {
            u.0 += 1.0;
        } else {
            u = so(0.4);
        }
        u.0 * u.1 * a
    }
    assigned_in_a_loop(x, a) {
        let mut u = so(0.3);
        for v in x {
            if *v > 0.6 {
                u = so(v * a);
            } else {
                u = so(0.2);
            }
        }
        u.0 * u.1
    }
    assigned_and_changed_in_a_loop(x, a) {
        let mut u = so(0.3 * a);
        for v in x {
            let w = u.0 + v * a;
            u = so(0.2);
            u.1 += w;
        }
        u.0 * u.1
    }
    arms_of_a_match(x, a) {
        let (p, q) = match x.len() {
            0 => so(0.4),
            1 => so(a),
            2 => (a, 2.0),
            _ => so(x[0]),
        };
        p * q
    }
    tuple_with_an_array(x, a) {
        let u = if x.len() > 2 { mixed(a) } else { mixed(0.4) };
        u.0 * u.1[0] * a * u.2
    }
    assigned_tuple_with_an_array(x, a) {
        let mut u = mixed(a);
        if x.len() > 2 {
        } else {
            u = mixed(0.4);
        }
        u.0 * u.1[0] * a * u.1[1] + u.2
    }
    option(x, a) {
        let u = if x.len() > 2 { maybe(a) } else { maybe(0.4) };
        u.unwrap_or(0.2) * a
    }
    option_assigned(x, a) {
        let mut u = maybe(a);
        if x.len() > 2 {
            u = maybe(4.0);
        }
        if u.is_none() {
            u = maybe(0.4);
        }
        u.unwrap_or(0.2) * a
    }
    array(x, a) {
        let u = if x.len() > 2 { arr(a) } else { arr(0.4) };
        u[0] * u[1] * a
    }
    array_assigned(x, a) {
        let mut u = arr(a);
        if x.len() > 2 {
        } else {
            u = arr(0.4);
        }
        u[0] * u[1] * a
    }
    vector_assigned(x, a) {
        let mut u = list(a);
        if x.len() > 2 {
        } else {
            u = list(0.4);
        }
        u[0] * u[1] * a
    }
    struct_assigned(x, a) {
        let mut u = pt(a);
        if x.len() > 2 {
        } else {
            u = pt(0.4);
        }
        u.x * u.y * a
    }
    structure(x, a) {
        let u = if x.len() > 2 { pt(0.4) } else { pt(a) };
        u.x * u.y * a
    }
    nested_tuples(x, a) {
        let mut t = ((a, 1.0), so(0.1));
        if x.len() > 1 {
            t = (so(0.2), so(a));
        }
        t.0.0 * t.0.1 + t.1.0 * t.1.1
    }
    parts_assigned(x, a) {
        let mut t = (so(a), [a, 1.0]);
        if x.len() > 1 {
            t.0 = so(0.2);
            t.1 = arr(0.3);
        }
        t.0.0 * t.0.1 + t.1[0] * t.1[1]
    }
    in_a_closure(x, a) {
        let f = |t: f64| if t > 0.5 { so(t) } else { so(0.4) };
        let (p, q) = f(a);
        let (r, s) = f(0.1 * a);
        let _ = x;
        p * q + r * s
    }
    declared_first(x, a) {
        let mut u;
        if x.is_empty() {
            u = so(0.4);
        } else {
            u = so(a);
            u.0 *= 2.0;
        }
        u.1 += 1.0;
        u.0 * u.1
    }
    left_early(x, a) {
        let mut i = 0;
        let mut u = so(a);
        while i < x.len() {
            if x[i] > 0.6 {
                u = so(0.3);
                break;
            }
            u = so(u.0 * x[i]);
            i += 1;
        }
        u.0 * u.1
    }
}

#[conservative_grad]
fn errors_with_texts(x: &[f64], a: f64) -> Result<f64, String> {
    let mut s = 0.0;
    for (i, v) in x.iter().enumerate() {
        s += tried(v * a).map_err(|e| format!("{i}: {e}"))?;
    }
    let k = x.len() * 2;
    let w = tried(a).map_err(|e| format!("{k:>3}: {e}"))?;
    Ok(s + w)
}

#[test]
fn what_texts_of_errors_capture() {
    assert_eq!(
        errors_with_texts::value_and_grad(&[0.1, 9.0], 0.5),
        Err("1: large".into())
    );
    assert_eq!(
        errors_with_texts::value_and_grad(&[0.1], 0.7),
        Err("  2: large".into())
    );
    let (value, (_, a)) = errors_with_texts::value_and_grad(&[0.1, 0.2], 0.5).unwrap();
    assert_eq!(Ok(value), errors_with_texts(&[0.1, 0.2], 0.5));
    assert!((a - (2.0 * 0.5 * (0.01 + 0.04) + 1.0)).abs() < 1e-14);
}

/// A constant that the compiler knows nothing of, with parts of several kinds.
#[derive(Clone, Debug)]
struct Settings {
    period: usize,
    weights: Vec<f64>,
}

impl Settings {
    fn of(n: usize) -> Settings {
        Settings {
            period: 1 + n % 3,
            weights: vec![0.3, 0.5, 2.0],
        }
    }
}

fn table(n: usize) -> (f64, [f64; 2], usize) {
    (0.5 + n as f64, [0.25, 2.0], n)
}

#[conservative_grad]
fn parts_of_constants(x: &[f64], a: f64) -> f64 {
    let c = Settings::of(x.len());
    let t = table(x.len());
    let mut s = a * c.weights[0];
    for i in 0..x.len() {
        s += t.0 * a * x[i] * t.1[i % 2] + c.weights[i % c.period] * x[i] * x[i];
    }
    s * t.2 as f64 + c.period as f64 * a
}

#[test]
fn several_parts() {
    for n in 0..5 {
        let x: Vec<f64> = (0..n).map(|i| 0.3 + 0.2 * f64::from(i)).collect();
        check!(parts_of_constants(&x.clone(), 0.7));
    }
}

/// A constant struct goes on to callees that would differentiate it.
mod whole_structs {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Point {
        pub w: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Table {
        pub w: Vec<f64>,
    }

    #[conservative_grad]
    fn scaled(a: f64, p: &Point) -> f64 {
        p.w * a
    }

    #[conservative_grad]
    fn scaled_by_value(a: f64, p: Point) -> f64 {
        p.w * a
    }

    #[conservative_grad]
    fn squared(a: f64, p: &Table) -> f64 {
        p.w[0] * a * a
    }

    #[conservative_grad]
    impl Table {
        fn dot(&self, image: &[f64], k: usize) -> f64 {
            self.w[0] * image[k]
        }

        fn both(&self, a: f64, p: &Table) -> f64 {
            self.w[0] * a * p.w[0]
        }
    }

    #[conservative_grad]
    pub fn of_a_reference(a: f64, #[constant] p: &Point) -> f64 {
        let q = *p;
        scaled(a, p) * scaled(a, &q)
    }

    #[conservative_grad]
    pub fn owned(a: f64, #[constant] p: Point) -> f64 {
        scaled(a, &p) * scaled_by_value(a, p)
    }

    #[conservative_grad]
    pub fn of_lists(a: f64, #[constant] p: Table, #[constant] r: &Table) -> f64 {
        squared(a, &p) + squared(a * a, r) * squared(a, r)
    }

    #[conservative_grad]
    pub fn methods(n: &Table, #[constant] p: &Table, a: f64) -> f64 {
        n.both(a, p) * n.dot(&[a, 2.0], 0)
    }

    #[conservative_grad]
    pub fn in_a_loop(x: &[f64], #[constant] p: &Table, a: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += squared(v * a, p);
        }
        s
    }

    #[test]
    fn go_on() {
        let point = Point { w: 3.0 };
        let table = || Table { w: vec![3.0] };
        assert_eq!(of_a_reference::value_and_grad(2.0, &point), (36.0, 36.0));
        assert_eq!(owned::value_and_grad(2.0, point), (36.0, 36.0));
        assert_eq!(owned::vjp(2.0, point).1(2.0), 72.0);
        let expected = (588.0, 1740.0);
        assert_eq!(of_lists::value_and_grad(2.0, table(), &table()), expected);
        let (value, (bars, slope)) = methods::value_and_grad(&table(), &table(), 2.0);
        assert_eq!((value, bars.w, slope), (108.0, vec![72.0], 108.0));
        let expected = (60.0, (vec![24.0, 48.0], 60.0));
        let x = [1.0, 2.0];
        assert_eq!(in_a_loop::value_and_grad(&x, &table(), 2.0), expected);
        assert_eq!(in_a_loop::vjp(&x, &table(), 2.0).1(1.0), expected.1);
    }
}

/// Constants without a derivative, by reference: settings, enums, texts.
mod settings {
    use conservative_grad::conservative_grad;

    #[derive(Clone)]
    pub struct Cfg {
        n: usize,
        tol: f64,
    }
    #[derive(Clone, Copy, PartialEq)]
    pub enum Kd {
        A,
        B(f64),
    }

    #[conservative_grad]
    fn g(x: f64, #[constant] c: &Cfg) -> f64 {
        x * c.tol
    }
    #[conservative_grad]
    fn ge(x: f64, #[constant] c: &Kd) -> f64 {
        match c {
            Kd::A => x * x,
            Kd::B(y) => x * y,
        }
    }
    #[conservative_grad]
    fn gs(x: f64, c: &str) -> f64 {
        if c == "a" { x } else { x * x }
    }
    #[conservative_grad]
    pub fn f(x: f64, #[constant] c: &Cfg) -> f64 {
        g(x, c)
    }
    #[conservative_grad]
    pub fn f2(x: f64, #[constant] c: Cfg) -> f64 {
        let k = &c;
        g(x, &c) * g(x, k)
    }
    #[conservative_grad]
    pub fn f3(x: f64, #[constant] c: &Cfg) -> f64 {
        let k = c;
        let mut s = 0.0;
        for _ in 0..3 {
            s += g(x, k);
        }
        s
    }
    #[conservative_grad]
    pub fn f4(x: f64, #[constant] c: &Kd) -> f64 {
        ge(x, c)
    }
    #[conservative_grad]
    pub fn f5(x: f64, c: &str) -> f64 {
        gs(x, c) * x
    }

    #[test]
    fn go_on_by_reference() {
        let c = Cfg { n: 1, tol: 2.0 };
        assert_eq!(f::value_and_grad(3.0, &c), (6.0, 2.0));
        assert_eq!(f2::value_and_grad(3.0, c.clone()), (36.0, 24.0));
        assert_eq!(f3::value_and_grad(3.0, &c), (18.0, 6.0));
        assert_eq!(f3::vjp(3.0, &c).1(2.0), 12.0);
        assert_eq!(f4::value_and_grad(3.0, &Kd::B(2.0)), (6.0, 2.0));
        assert_eq!(f4::value_and_grad(3.0, &Kd::A), (9.0, 6.0));
        assert_eq!(f5::value_and_grad(3.0, "b"), (27.0, 27.0));
        assert_eq!(c.n, 1);
    }
}

/// Random numbers, handed on more than once.
mod state {
    use conservative_grad::conservative_grad;

    #[derive(Clone)]
    pub struct Rng {
        s: u64,
    }

    impl Rng {
        fn next(&mut self) -> f64 {
            self.s = self
                .s
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (self.s >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    #[conservative_grad]
    fn scaled(x: f64, #[constant] r: &mut Rng) -> f64 {
        let z = r.next();
        x * z
    }

    #[conservative_grad]
    pub fn summed(x: f64, #[constant] r: &mut Rng, n: usize) -> f64 {
        let mut s = scaled(x, r) * scaled(x, &mut *r);
        for _ in 0..n {
            s += scaled(x, r);
        }
        s
    }

    /// The index is read before the method changes what it is read from.
    #[conservative_grad]
    pub fn drawn(x: &[f64], k: usize) -> f64 {
        let n = x.len();
        let mut s = 0.0;
        let mut r = Rng { s: k as u64 + 5 };
        for _ in 0..2 * n {
            let j = (r.s >> 33) as usize % n;
            s += r.next() * x[j] * x[j];
        }
        s
    }

    #[test]
    fn is_read_in_time() {
        crate::check!(drawn(&[0.5, 2.0, 3.0], const 1));
        crate::check!(drawn(&[0.5, 2.0, 3.0], const 4));
    }

    #[test]
    fn goes_on() {
        let rng = || Rng { s: 5 };
        let value = |x| summed(x, &mut rng(), 3);
        let (found, slope) = summed::value_and_grad(1.5, &mut rng(), 3);
        assert_eq!(found, value(1.5));
        let h = 1e-6;
        let quotient = (value(1.5 + h) - value(1.5 - h)) / (2.0 * h);
        approx::assert_relative_eq!(slope, quotient, max_relative = 1e-8);
        assert_eq!(summed::vjp(1.5, &mut rng(), 3).1(1.0), slope);
        let mut after = rng();
        let _ = summed::grad(1.5, &mut after, 3);
        let mut expected = rng();
        let _ = summed(1.5, &mut expected, 3);
        assert_eq!(after.s, expected.s);
    }
}
