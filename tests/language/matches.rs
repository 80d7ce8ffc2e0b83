//! `match`, `if let`, `let … else`, `while let`, chains of `let`, `matches!`.

twin! { integer_arms ($ T O grad): f(0.7, 1.3, const 0); f(0.7, 1.3, const 1); f(0.7, 1.3, const 4); f(0.7, 1.3, const 9); f(0.7, 1.3, const 77); {
    #[$grad]
    pub fn f(x: $T, y: $T, kind: u32) -> $T {
        match kind {
            0 => x * y,
            1 | 2 => x.sin() + y,
            3..=7 => {
                let z = x * x;
                z * y
            }
            n if n % 2 == 1 => x - y * y,
            _ => y,
        }
    }
} }

twin! { statement_arms ($ T O grad): f(&[0.7, 1.3, -0.4, 2.0, 0.3]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        let mut t = x[1] * x[2];
        for i in 0..x.len() {
            match i % 3 {
                0 => s *= x[i],
                1 => {
                    t += x[i] * s;
                    s += t;
                }
                _ => {}
            }
        }
        s * t
    }
} }

twin! { tuples_and_guards ($ T O grad): f(0.7, 1.3, const 0, const true); f(0.7, 1.3, const 1, const true); f(1.7, 1.3, const 1, const false); f(0.7, 1.3, const 2, const false); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize, flag: bool) -> $T {
        match (k, flag, x * y) {
            (0, true, p) => p * p,
            (1, _, p) if p > 1.5 => p * x,
            (n, true, p) if n == 1 => p + y,
            (_, false, p) => p.exp(),
            (_, _, p) => p * 3.0,
        }
    }
} }

twin! { numbers_in_patterns ($ T O grad): f(0.25, 1.5); f(0.75, 1.5); f(3.0, 1.5); f(-3.0, 1.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let w = match x {
            v if v < 0.0 => v * v * y,
            _ => x,
        };
        w * y
    }
} }

reals! { ranges_of_numbers ($ T grad): f(0.25, 1.5); f(0.75, 1.5); f(3.0, 1.5); f(-3.0, 1.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        match x {
            0.0..=0.5 => x * y,
            0.5..=1.0 => x * x * y * 2.0,
            v @ 1.0.. => v.ln() + y,
            v => v * y * y,
        }
    }
} }

twin! { slices ($ T O grad): f(&[0.7]); f(&[0.7, 1.3]); f(&[0.7, 1.3, 0.4]); f(&[0.7, 1.3, 0.4, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        match x {
            [] => $O,
            [a] => *a * *a,
            [a, b] => *a * *b,
            [first, middle, last] => *first * *middle / *last,
            [first, rest @ ..] => {
                let mut s = *first;
                for i in 0..rest.len() {
                    s = s * rest[i] + rest[0];
                }
                s
            }
        }
    }
} }

twin! { arrays ($ T O grad): f([0.7, 1.3, 0.4, 2.0]); {
    #[$grad]
    pub fn f(x: [$T; 4]) -> $T {
        let [a, .., d] = x;
        match x {
            [p, q, ..] if p > q => p * a,
            [_, q, .., r] => q * r + d * a,
        }
    }
} }

twin! { jumps_in_arms ($ T O grad): f(&[0.7, 1.3, -0.4, 2.0, 0.3], const 3); f(&[0.7, 1.3, 0.4, 2.0, 0.3], const 9); {
    #[$grad]
    pub fn f(x: &[$T], stop: usize) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            let v = match i {
                0 => continue,
                k if k == stop => return s * 2.0,
                3 => {
                    if x[i] < 0.0 {
                        break;
                    }
                    x[i] * s
                }
                _ => x[i],
            };
            s += v * v;
        }
        s * s
    }
} }

twin! { jumps_in_operands ($ T O grad): f(&[0.7, 1.3, 0.4, 2.0, 0.3], const 3); f(&[0.7, 1.3, 0.4, 2.0, 0.3], const 9); {
    #[$grad]
    pub fn f(x: &[$T], stop: usize) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            s = s.sin() + x[i] * if i == stop { return s * x[0] } else { s };
            s += 0.5 * match i { 1 => continue, 4 => break, _ => x[i] * s };
        }
        s * s
    }
} }

mod kinds {
    #[derive(Clone, Debug, PartialEq)]
    #[allow(dead_code, reason = "not every program makes each")]
    pub enum Kind {
        Linear,
        Power { n: i32 },
        Scaled(f64, usize),
        Named(String),
    }
}

reals! { constant_enums ($ T grad): f(0.7, const super::kinds::Kind::Linear); f(0.7, const super::kinds::Kind::Power { n: 3 }); f(0.7, const super::kinds::Kind::Scaled(2.5, 2)); f(0.7, const super::kinds::Kind::Scaled(2.5, 9)); f(0.7, const super::kinds::Kind::Named("cube".into())); {
    use super::super::kinds::Kind;
    #[$grad]
    pub fn f(x: $T, #[constant] kind: Kind) -> $T {
        match &kind {
            Kind::Linear => x,
            Kind::Power { n } => x.powi(*n),
            Kind::Scaled(k, times) if *times > 5 => x * x * *k as $T,
            Kind::Scaled(k, times) => {
                let mut y = x;
                for _ in 0..*times {
                    y *= x * *k as $T;
                }
                y
            }
            Kind::Named(name) if name == "cube" => x * x * x,
            Kind::Named(_) => 2.0 * x,
        }
    }
} }

twin! { strings_and_chars ($ T O grad): f(0.7, const "sin", const 'a'); f(0.7, const "exp", const 'z'); f(0.7, const "none", const '0'); {
    #[$grad]
    pub fn f(x: $T, name: &str, c: char) -> $T {
        let y = match name {
            "sin" => x.sin(),
            "exp" | "e" => x.exp(),
            _ => x,
        };
        match c {
            'a'..='m' => y * x,
            'z' => y * y,
            _ => y,
        }
    }
} }

twin! { constants_as_patterns ($ T O grad): f(0.7, const 3); f(0.7, const 8); f(0.7, const 0); f(0.7, const 255); {
    const EIGHT: u8 = 8;
    #[$grad]
    pub fn f(x: $T, k: u8) -> $T {
        const THREE: u8 = 3;
        match k {
            THREE => x * x,
            EIGHT => x.exp(),
            u8::MAX => x * 5.0,
            _ => x,
        }
    }
} }

twin! { comparisons ($ T O grad): f(0.7, 1.5); f(2.7, 1.5); {
    use std::cmp::Ordering;
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a = match x.partial_cmp(&y) {
            Some(Ordering::Less) => x * y,
            Some(Ordering::Equal) => x,
            Some(Ordering::Greater) => x - y,
            None => y,
        };
        let b = match (x * x).partial_cmp(&y).unwrap() {
            Ordering::Less | Ordering::Equal => x,
            Ordering::Greater => y * y,
        };
        a * b
    }
} }

reals! { constant_options ($ T grad): f(0.7, 1.5, const Some(3)); f(0.7, 1.5, const None); f(0.7, 1.5, const Some(1)); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: Option<usize>) -> $T {
        let a = if let Some(n) = k { x * n as $T } else { y };
        let Some(n) = k else {
            return a * x;
        };
        let b = if let Some(m) = k && m > 2 && x < y { x * m as $T } else { y * n as $T };
        let mut s = a * b;
        let mut left = Some(3);
        while let Some(m) = left {
            s = s * x + m as $T;
            left = if m > 0 { Some(m - 1) } else { None };
        }
        if matches!(k, Some(1 | 2)) {
            s *= y;
        }
        if matches!(n, 3 | 4) || matches!(k, Some(z) if z > 10) {
            s += y;
        }
        s
    }
} }

twin! { references ($ T O grad): f((0.7, 1.3), &[0.2, 0.5]); {
    #[$grad]
    pub fn f(p: ($T, $T), w: &[$T]) -> $T {
        let pair = (p.0 * p.1, w[0]);
        let s = match &pair {
            (a, b) if *a > 10.0 => *a * *b,
            (a, b) => *a + *b,
        };
        let mut q = (s, p.1);
        match &mut q {
            (a, b) => {
                *a *= 3.0;
                *b += *a;
            }
        }
        match q {
            (ref a, ref b) => *a * *b,
        }
    }
} }

twin! { or_patterns_with_names ($ T O grad): f(0.7, 1.3, const 0); f(0.7, 1.3, const 1); f(0.7, 1.3, const 2); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize) -> $T {
        match (k, x, y) {
            (0, a, b) | (1, b, a) => a * a * b,
            (_, a, _) => a,
        }
    }
} }

twin! { nested_values ($ T O grad): f(0.7, 1.3, const 0, const 1); f(0.7, 1.3, const 1, const 1); f(0.7, 1.3, const 1, const 0); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize, m: usize) -> $T {
        let (a, b) = match k {
            0 => (x * y, y),
            _ => match m {
                0 => (y, x * x),
                _ => {
                    let t = x.exp();
                    (t, t * y)
                }
            },
        };
        a * b
    }
} }

twin! { vectors_from_arms ($ T O grad): f(0.7, 1.3, const 0); f(0.7, 1.3, const 1); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize) -> $T {
        let v = match k {
            0 => vec![x, y, x * y],
            _ => vec![y, x],
        };
        let (w, c) = match k {
            0 => ([x, y * y], y),
            _ => ([x * x, y], x),
        };
        let mut s = w[0] * w[1] * c;
        for i in 0..v.len() {
            s = s * v[i] + w[0];
        }
        s
    }
} }

#[derive(Clone, Copy)]
enum Loss {
    Huber(f64),
    Tukey { c: f64 },
    Elastic(f64, f64),
    Plain,
}

/// What a pattern binds behind a reference is one, which operators take as it is.
#[conservative_grad::conservative_grad]
fn payload(e: f64, #[constant] loss: &Loss) -> f64 {
    match loss {
        Loss::Huber(d) if e.abs() <= *d => 0.5 * e * e,
        Loss::Huber(d) => d * (e.abs() - 0.5 * d),
        Loss::Tukey { c } => {
            if e.abs() < *c {
                let t = 1.0 - (e / c).powi(2);
                c * c / 6.0 * (1.0 - t * t * t)
            } else {
                c * c / 6.0
            }
        }
        Loss::Elastic(a, b) => {
            let mut s = a * e.abs();
            s += b;
            s * e + b * e * *b
        }
        Loss::Plain => e,
    }
}

#[test]
fn payloads_behind_references() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} for {b}");
    close(payload::grad(0.25, &Loss::Huber(0.5)), 0.25);
    close(payload::grad(-0.75, &Loss::Huber(0.5)), -0.5);
    close(payload::grad(0.75, &Loss::Tukey { c: 0.5 }), 0.0);
    let t: f64 = 1.0 - 0.25;
    close(payload::grad(0.25, &Loss::Tukey { c: 0.5 }), 0.25 * t * t);
    close(
        payload::grad(-0.5, &Loss::Elastic(3.0, 2.0)),
        2.0 * 3.0 * 0.5 + 2.0 + 4.0,
    );
    close(payload::grad(0.5, &Loss::Plain), 1.0);
    assert_eq!(payload::jvp(0.5, &Loss::Huber(0.25), 2.0).1, 0.5);
}

/// An enum in a field of a struct that has a gradient.
mod of_fields {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Debug, PartialEq)]
    pub enum Kind {
        Linear,
        Flat,
        Power(f64),
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Curve {
        pub r: f64,
        #[constant]
        pub kind: Kind,
    }

    #[conservative_grad]
    pub fn matched(c: &Curve, t: f64) -> f64 {
        match c.kind {
            Kind::Linear => c.r * t,
            Kind::Flat => t,
            Kind::Power(p) => c.r * t.powf(p),
        }
    }

    #[conservative_grad]
    pub fn others(c: &Curve, t: f64) -> f64 {
        let mut s = match &c.kind {
            Kind::Power(p) => c.r * *p,
            _ => t * t,
        };
        if c.kind == Kind::Linear {
            s *= c.r * t;
        }
        if let Kind::Power(p) = c.kind {
            s += c.r * t * p;
        }
        if matches!(c.kind, Kind::Flat | Kind::Linear) {
            s *= t;
        }
        while c.kind != Kind::Flat {
            s += c.r;
            break;
        }
        s
    }

    #[conservative_grad]
    impl Curve {
        fn at(&self, t: f64) -> f64 {
            if self.kind == Kind::Flat {
                return self.r;
            }
            matched(self, t) * t
        }
    }

    #[conservative_grad]
    pub fn all(r: f64, t: f64, k: usize) -> f64 {
        let kind = match k {
            0 => Kind::Linear,
            1 => Kind::Flat,
            _ => Kind::Power(2.5),
        };
        let c = Curve { r, kind };
        matched(&c, t) * others(&c, t) + c.at(t)
    }

    #[test]
    fn are_constants() {
        for k in 0..3 {
            crate::check!(all(0.7, 1.3, const k));
        }
    }
}

/// What the variants of a constant hold, handed to functions.
mod handed_on {
    use conservative_grad::conservative_grad;

    pub struct Pose {
        x: f64,
    }

    pub enum Factor {
        Rod { at: usize, axis: [f64; 2] },
        Weight { at: usize, w: f64 },
        Prior { at: usize, pose: Pose },
        Nothing,
    }

    pub struct Part {
        kind: Factor,
    }

    #[conservative_grad]
    fn along(x: f64, #[constant] axis: &[f64; 2]) -> f64 {
        x * x * axis[1] + axis[0]
    }

    #[conservative_grad]
    fn along_value(x: f64, #[constant] axis: [f64; 2]) -> f64 {
        (x * axis[1]).sin()
    }

    #[conservative_grad]
    fn times(x: f64, #[constant] by: f64) -> f64 {
        x * by
    }

    #[conservative_grad]
    fn error(x: f64, #[constant] pose: &Pose) -> f64 {
        (x - pose.x) * (x - pose.x)
    }

    #[conservative_grad]
    fn by_reference(x: &[f64], #[constant] factors: &[Factor]) -> f64 {
        let mut s = 0.0;
        for f in factors {
            s += match f {
                Factor::Rod { at, axis } => along(x[*at], axis) * x[0],
                Factor::Weight { at, w } => times(x[*at], *w),
                Factor::Prior { at, pose } => error(x[*at], pose),
                Factor::Nothing => x[1],
            };
        }
        s
    }

    #[conservative_grad]
    fn by_value(x: &[f64], #[constant] factors: &[Factor]) -> f64 {
        let mut s = 1.0;
        for f in factors {
            s *= match f {
                Factor::Rod { at, axis } => along_value(x[*at], *axis),
                Factor::Prior { at, pose } => times(x[*at], pose.x),
                _ => x[0],
            };
        }
        s
    }

    #[conservative_grad]
    fn in_a_field(x: &[f64], #[constant] parts: &[Part]) -> f64 {
        let mut s = 0.0;
        for p in parts {
            s += match &p.kind {
                Factor::Rod { axis, .. } => along(x[1], axis),
                Factor::Weight { at, w } => times(x[*at], *w).cos(),
                _ => x[0],
            };
            if let Factor::Prior { at, pose } = &p.kind {
                s *= error(x[*at], pose);
            }
        }
        s
    }

    #[test]
    fn agree() {
        let factors = vec![
            Factor::Rod {
                at: 1,
                axis: [0.5, 2.0],
            },
            Factor::Nothing,
            Factor::Weight { at: 2, w: 0.75 },
            Factor::Prior {
                at: 0,
                pose: Pose { x: 0.25 },
            },
            Factor::Rod {
                at: 0,
                axis: [1.5, -1.0],
            },
        ];
        let x = [0.5, 2.0, -1.25];
        crate::check!(by_reference(&x, const &factors));
        crate::check!(by_value(&x, const &factors));
        let parts: Vec<Part> = factors.into_iter().map(|kind| Part { kind }).collect();
        crate::check!(in_a_field(&x, const &parts));
    }
}
