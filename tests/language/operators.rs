//! Operators on results of calls: what the value is for tells that it is a struct.

use std::ops::{Add, Mul};

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Plane {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl Add for Plane {
    type Output = Plane;
    fn add(self, other: Plane) -> Plane {
        Plane {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }
}

#[conservative_grad]
impl Mul<f64> for Plane {
    type Output = Plane;
    fn mul(self, by: f64) -> Plane {
        Plane {
            x: self.x * by,
            y: self.y * by,
        }
    }
}

#[conservative_grad]
impl Plane {
    fn turned(&self, by: f64) -> Plane {
        let (s, c) = by.sin_cos();
        Plane {
            x: c * self.x - s * self.y,
            y: s * self.x + c * self.y,
        }
    }

    fn along(&self, other: Plane) -> f64 {
        self.x * other.x + self.y * other.y
    }

    fn half(&self, by: f64) -> Plane {
        self.turned(by) * 0.5
    }

    fn either(&self, by: f64) -> Plane {
        if by > 0.5 {
            self.turned(by) * 0.5
        } else {
            self.turned(by) * 0.25 + *self
        }
    }
}

#[conservative_grad]
fn walk(x: &[f64], a: f64) -> f64 {
    let mut p = Plane { x: a, y: 1.0 };
    let v = Plane { x: 0.0, y: a };
    for t in x {
        p = p + v.turned(*t) * 0.1;
        let f: Plane = v.turned(*t) * a;
        p = p.half(*t) * a + p.either(*t) * *t + f;
        p = {
            let q = p.turned(a) * 2.0 + p;
            q.turned(*t) * 0.3
        };
    }
    p.x - p.y
}

#[conservative_grad]
fn fields_beside(x: &[f64], a: f64) -> f64 {
    let mut p = Plane { x: a, y: 1.0 };
    for t in x {
        p.x += t;
    }
    let q = p.turned(a).x;
    p.x + p.turned(a).x * p.along(p) + p.turned(q).y.max(p.turned(a).x)
}

#[conservative_grad]
fn made_or_not(r: [f64; 3], t: f64) -> [f64; 3] {
    if t > 0.0 {
        std::array::from_fn(|i| r[i] * t)
    } else {
        r
    }
}

#[conservative_grad]
fn lists(x: &[f64], a: f64) -> f64 {
    let r = made_or_not([x[0], a, x[1]], x[2]);
    let s: [f64; 3] = if x[0] > 10.0 {
        r
    } else {
        std::array::from_fn(|i| r[i] * a)
    };
    s[0] * s[1] + s[2]
}

#[test]
fn structs_by_what_they_are_for() {
    let x = [0.3, 0.9, -0.4, 1.7];
    for n in 0..=x.len() {
        check!(walk(&x[..n].to_vec(), 0.7));
        check!(fields_beside(&x[..n].to_vec(), 0.7));
    }
    check!(lists(&x.to_vec(), 0.7));
    check!(lists(&vec![0.3, 0.9, 0.4], 0.7));
}

/// Structs of which operators, and nothing else, tell that they are none.
mod by_operators_alone {
    use conservative_grad::{Differentiable, conservative_grad};
    use std::ops::{Add, AddAssign, Mul, MulAssign, Neg};

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    pub struct Cx {
        pub re: f64,
        pub im: f64,
    }

    #[conservative_grad]
    impl Add for Cx {
        type Output = Cx;
        fn add(self, o: Cx) -> Cx {
            Cx {
                re: self.re + o.re,
                im: self.im + o.im,
            }
        }
    }

    #[conservative_grad]
    impl Mul for Cx {
        type Output = Cx;
        fn mul(self, o: Cx) -> Cx {
            Cx {
                re: self.re * o.re - self.im * o.im,
                im: self.im * o.re + self.re * o.im,
            }
        }
    }

    #[conservative_grad]
    impl Neg for Cx {
        type Output = Cx;
        fn neg(self) -> Cx {
            Cx {
                re: -self.re,
                im: -self.im,
            }
        }
    }

    #[conservative_grad]
    impl MulAssign for Cx {
        fn mul_assign(&mut self, o: Cx) {
            let re = self.re * o.re - self.im * o.im;
            self.im = self.im * o.re + self.re * o.im;
            self.re = re;
        }
    }

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    pub struct V2 {
        pub x: f64,
        pub y: f64,
    }

    #[conservative_grad]
    impl MulAssign<f64> for V2 {
        fn mul_assign(&mut self, o: f64) {
            self.x *= o;
            self.y *= o;
        }
    }

    #[conservative_grad]
    impl AddAssign for V2 {
        fn add_assign(&mut self, o: V2) {
            self.x += o.x;
            self.y += o.y;
        }
    }

    #[conservative_grad]
    fn sum(a: Cx, b: Cx) -> Cx {
        a + b
    }

    #[conservative_grad]
    fn product(a: Cx, b: Cx) -> Cx {
        let s: Cx = a * b;
        s
    }

    #[conservative_grad]
    fn negative(a: Cx) -> Cx {
        -a
    }

    #[conservative_grad]
    fn real(x: f64) -> Cx {
        Cx { re: x, im: 0.0 }
    }

    #[conservative_grad]
    fn scaled(n: V2, k: f64) -> V2 {
        let mut v = n;
        v *= k;
        v += n;
        v += v;
        v
    }

    #[conservative_grad]
    pub fn all(a: f64, b: f64) -> f64 {
        let u = Cx { re: a, im: b };
        let d = scaled(V2 { x: a, y: b }, b);
        let v = product(u, sum(u, Cx { re: d.x, im: d.y }));
        let w = negative(real(1.5) + v);
        w.re * w.im
    }

    #[conservative_grad]
    pub fn squared(k: f64) -> f64 {
        let mut z = Cx { re: k, im: 2.0 * k };
        z *= z;
        z *= z;
        z.re * z.im
    }

    #[test]
    fn are_structs() {
        crate::check!(all(0.8, 0.6));
        crate::check!(squared(0.7));
    }
}

/// In a module, the declaration tells, whatever the name.
#[conservative_grad]
mod declared_beside {
    use conservative_grad::Differentiable;
    use std::ops::{Add, Mul};

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Number {
        pub re: f64,
        pub im: f64,
    }

    impl Add for Number {
        type Output = Number;
        fn add(self, o: Number) -> Number {
            Number {
                re: self.re + o.re,
                im: self.im + o.im,
            }
        }
    }

    impl Mul for Number {
        type Output = Number;
        fn mul(self, o: Number) -> Number {
            Number {
                re: self.re * o.re - self.im * o.im,
                im: self.im * o.re + self.re * o.im,
            }
        }
    }

    impl Number {
        pub fn real(x: f64) -> Number {
            Number { re: x, im: 0.0 }
        }
    }

    pub fn horner(c: &[f64], z: Number) -> Number {
        let mut p = Number::real(0.0);
        for &a in c {
            p = p * z + Number::real(a);
        }
        p
    }

    pub fn same(a: Number) -> Number {
        let b = a;
        b
    }

    pub fn value_at(c: &[f64], x: f64) -> f64 {
        let z = Number { re: x, im: 0.5 };
        let p = horner(c, same(z));
        p.re * p.im
    }
}

#[test]
fn structs_of_a_module() {
    crate::check!(declared_beside::value_at(&[1.0, 2.0, 3.0], 0.7));
}

mod named_by_a_let {
    use conservative_grad::{Differentiable, conservative_grad};
    use std::ops::{Add, Mul, Sub};

    #[derive(Clone, Copy, Debug, Differentiable)]
    struct V2 {
        x: f64,
        y: f64,
    }

    #[conservative_grad]
    impl Add for V2 {
        type Output = V2;
        fn add(self, o: V2) -> V2 {
            V2 {
                x: self.x + o.x,
                y: self.y + o.y,
            }
        }
    }

    #[conservative_grad]
    impl Sub for V2 {
        type Output = V2;
        fn sub(self, o: V2) -> V2 {
            V2 {
                x: self.x - o.x,
                y: self.y - o.y,
            }
        }
    }

    #[conservative_grad]
    impl Mul<f64> for V2 {
        type Output = V2;
        fn mul(self, by: f64) -> V2 {
            V2 {
                x: self.x * by,
                y: self.y * by,
            }
        }
    }

    #[derive(Clone, Copy, Debug, Differentiable)]
    struct Body {
        at: V2,
        before: V2,
        speed: V2,
    }

    #[conservative_grad]
    impl Body {
        fn verlet(&mut self, by: f64) {
            let next: V2 = self.at + (self.at - self.before) * by;
            self.before = self.at;
            self.at = next;
        }

        fn drift(&mut self, by: f64) {
            let step: V2 = self.speed * by;
            self.at = self.at + step;
        }

        fn spread(&self) -> f64 {
            self.at.x * self.before.y - self.at.y * self.speed.x
        }
    }

    #[conservative_grad]
    fn moved(a: f64, b: f64) -> f64 {
        let mut body = Body {
            at: V2 { x: a, y: b },
            before: V2 { x: b, y: 0.5 },
            speed: V2 { x: a * b, y: 1.0 },
        };
        for _ in 0..3 {
            body.verlet(b);
            body.drift(a);
        }
        body.spread()
    }

    #[test]
    fn structs_of_fields() {
        let (a, b, h) = (0.4, 0.9, 1e-6);
        let (value, slopes) = moved::value_and_grad(a, b);
        assert_eq!(value, moved(a, b));
        let first = (moved(a + h, b) - moved(a - h, b)) / (2.0 * h);
        let second = (moved(a, b + h) - moved(a, b - h)) / (2.0 * h);
        assert!((slopes.0 - first).abs() < 1e-8, "{slopes:?}, {first}");
        assert!((slopes.1 - second).abs() < 1e-8, "{slopes:?}, {second}");
    }
}

mod numbers_of_calls {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Clone, Debug, Differentiable)]
    struct Spring {
        stiffness: f64,
        length: f64,
    }

    #[conservative_grad]
    impl Spring {
        fn force(&self, x: f64) -> f64 {
            self.stiffness * (x - self.length)
        }
    }

    #[conservative_grad]
    fn squared(x: f64) -> f64 {
        x * x
    }

    macro_rules! programs {
        ($($name:ident($spring:ident) $body:block)*) => {
            $(
                #[conservative_grad]
                fn $name(a: f64, b: f64) -> f64 {
                    let $spring = Spring { stiffness: a, length: b };
                    $body
                }
            )*

            #[test]
            fn have_operators() {
                $(
                    let (a, b, h) = (0.4, 0.9, 1e-6);
                    let (value, slopes) = $name::value_and_grad(a, b);
                    assert_eq!(value, $name(a, b));
                    let first = ($name(a + h, b) - $name(a - h, b)) / (2.0 * h);
                    let second = ($name(a, b + h) - $name(a, b - h)) / (2.0 * h);
                    assert!((slopes.0 - first).abs() < 1e-7, "{}: {slopes:?}, {first}", stringify!($name));
                    assert!((slopes.1 - second).abs() < 1e-7, "{}: {slopes:?}, {second}", stringify!($name));
                    let along = $name::jvp(a, b, 0.5, -2.0).1;
                    assert!((along - 0.5 * slopes.0 + 2.0 * slopes.1).abs() < 1e-12, "{}", stringify!($name));
                )*
            }
        };
    }

    programs! {
        product(s) { squared(s.force(2.0) * s.force(3.0)) }
        quotient(s) { squared(s.force(2.0) / s.force(3.0)) + squared(-s.force(1.0)) }
        sums(s) { squared(s.force(2.0) + s.force(3.0)) - squared(s.force(1.0) - s.force(2.5)) }
        assigned(s) {
            let mut z = s.force(2.0);
            z += s.force(3.0);
            z /= s.force(4.0);
            z *= s.force(3.0);
            z -= s.force(0.5);
            squared(z)
        }
        compared(s) {
            let z = s.force(2.0) * s.force(3.0);
            if z > s.force(1.0) { squared(z) } else { squared(s.force(2.0)) }
        }
        kept(s) {
            let mut forces = vec![s.force(2.0)];
            for i in 0..3 {
                let next = forces[i] * s.force(1.5);
                forces.push(next);
            }
            squared(forces[2] - forces[3])
        }
    }
}
