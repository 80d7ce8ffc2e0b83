//! Calls between annotated functions: in one module, across modules, across crates.

use conservative_grad::conservative_grad;

twin! { in_one_module ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn square(x: $T) -> $T {
        x * x
    }
    #[$grad]
    pub fn product(x: $T, y: $T) -> $T {
        square(x) * y
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a = product(x, y) + square(product(y, x * x));
        product(a, square(square(x)))
    }
} }

twin! { across_modules ($ T O grad): f(0.5, 2.0); {
    pub mod inner {
        use super::*;
        #[$grad]
        pub fn square(x: $T) -> $T {
            x * x
        }
        pub mod deeper {
            use super::*;
            #[$grad]
            pub fn cube(x: $T) -> $T {
                x * super::square(x)
            }
        }
    }
    use self::inner::deeper::cube as third_power;
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        inner::square(x * y) + self::inner::deeper::cube(x) - third_power(y)
    }
} }

twin! { defined_after_use ($ T O grad): f(0.5); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        later(x) * x
    }
    #[$grad]
    pub fn later(x: $T) -> $T {
        x.sin()
    }
} }

twin! { slices ($ T O grad): f(&[0.5, 2.0, 1.0, 3.0], &[1.0, -1.0, 0.5, 0.25]); {
    #[$grad]
    pub fn dot(a: &[$T], b: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..a.len() {
            s += a[i] * b[i];
        }
        s
    }
    #[$grad]
    pub fn f(a: &[$T], b: &[$T]) -> $T {
        let n = a.len();
        let tail = &b[1..];
        dot(a, b) * dot(&a[1..3], &b[..2]) + dot(&a[..n - 1], tail)
    }
} }

twin! { same_array_twice ($ T O grad): f(&[0.5, 2.0, 1.0]); g([0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn dot(a: &[$T], b: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..a.len() {
            s += a[i] * b[i];
        }
        s
    }
    #[$grad]
    pub fn f(a: &[$T]) -> $T {
        dot(a, a).sqrt() + dot(&a[1..], &a[..2])
    }
    #[$grad]
    pub fn g(x: [$T; 3]) -> $T {
        let mut a = x;
        a[0] = a[1] * a[2];
        let n = dot(&a, &a);
        a[1] = n;
        dot(&a, &a) * n
    }
} }

twin! { same_scalar_twice ($ T O grad): f(0.5); {
    #[$grad]
    pub fn quotient(a: $T, b: $T, c: $T) -> $T {
        a * a / (b + c)
    }
    #[$grad]
    pub fn f(x: $T) -> $T {
        quotient(x, x, x * x) + quotient(x, quotient(x, x, x), x)
    }
} }

twin! { constants_passed ($ T O grad): f(0.5, &[1.0, 2.0], const 3); {
    #[$grad]
    pub fn power(x: $T, n: usize) -> $T {
        let mut p = x;
        for _ in 1..n {
            p *= x;
        }
        p
    }
    #[$grad]
    pub fn pick(x: &[$T], i: usize, twice: bool) -> $T {
        if twice { 2.0 * x[i] } else { x[i] }
    }
    #[$grad]
    pub fn f(x: $T, w: &[$T], n: usize) -> $T {
        power(x, n) * pick(w, n - 2, n > 2) + power(pick(w, 0, false), 2)
    }
} }

reals! { literals_passed ($ T grad): f(0.5); {
    #[$grad]
    pub fn blend(x: $T, y: $T, t: $T) -> $T {
        x * (1.0 - t) + y * t * t
    }
    #[$grad]
    pub fn f(x: $T) -> $T {
        blend(x, 2.0, 0.25) * blend(1.0, 2.0, x) + blend(1.0, 2.0, 3.0)
    }
} }

twin! { in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0], 0.5); {
    #[$grad]
    pub fn step(s: $T, x: $T, a: $T) -> $T {
        s * a + x * x.sin()
    }
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut s = a;
        let mut t: $T = $O;
        for i in 0..x.len() {
            s = step(s, x[i], a);
            t += step(x[i], a, s);
        }
        s * t
    }
} }

twin! { accumulated_calls ($ T O grad): f(&[0.5, 2.5, 1.0], 0.5); {
    #[$grad]
    pub fn loss(x: $T, a: $T) -> $T {
        (x * a - 1.0).abs() + a * a
    }
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += loss(x[i], a);
        }
        s
    }
} }

twin! { in_branches ($ T O grad): f(0.5, 2.0); f(2.0, 0.5); {
    #[$grad]
    pub fn square(x: $T) -> $T {
        x * x
    }
    #[$grad]
    pub fn half(x: $T, y: $T) -> $T {
        0.5 * x * y
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a = if x > y { square(x) } else { half(x, y) };
        let mut b = y;
        if a > 1.0 {
            b = square(a) * half(b, x);
        } else if square(y) > 1.0 {
            b = half(a, a);
        }
        if half(a, b) > 10.0 {
            return square(b);
        }
        a + b
    }
} }

twin! { in_a_while ($ T O grad): f(5.5, 0.75); {
    #[$grad]
    pub fn shrink(s: $T, y: $T) -> $T {
        s * y
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        while shrink(s, y) > 1.0 {
            s = shrink(s, y) + 0.125 * y;
        }
        s * s
    }
} }

twin! { results_of_several ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn polar(x: $T, y: $T) -> ($T, $T) {
        (x.hypot(y), y.atan2(x))
    }
    #[$grad]
    pub fn rotate(v: [$T; 2], angle: $T) -> [$T; 2] {
        let (s, c) = angle.sin_cos();
        [c * v[0] - s * v[1], s * v[0] + c * v[1]]
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let (r, angle) = polar(x, y);
        let v = rotate([x, r], angle);
        let w = rotate(v, x);
        let z = rotate(w, -angle);
        let (radius, direction) = polar(z[0], z[1]);
        radius * w[1] + direction * v[0]
    }
} }

twin! { vectors_returned ($ T O grad): f(&[0.5, 2.0, 1.0], 0.5); {
    #[$grad]
    pub fn scaled(x: &[$T], a: $T) -> Vec<$T> {
        let mut y = vec![$O; x.len()];
        for i in 0..x.len() {
            y[i] = x[i] * a;
        }
        y
    }
    #[$grad]
    pub fn sum(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += x[i] * x[i];
        }
        s
    }
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let y = scaled(x, a);
        let mut z = scaled(&y, y[0]);
        z[1] = z[0] * a;
        let r = sum(&z) + sum(&scaled(x, x[1]));
        z[0] = r;
        sum(&z) + y[1]
    }
} }

twin! { vectors_handed_over ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn consume(x: Vec<$T>, a: $T) -> $T {
        x[0] * x[1] * a
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut y = x.to_vec();
        y[0] = y[0] * y[2];
        let z = y.clone();
        consume(y, x[2]) * consume(z, x[0])
    }
} }

twin! { rows_passed ($ T O grad): f(&[[0.5, 2.0], [1.0, 3.0]], [0.25, 0.5]); {
    #[$grad]
    pub fn dot(a: &[$T; 2], b: &[$T]) -> $T {
        a[0] * b[0] + a[1] * b[1]
    }
    #[$grad]
    pub fn f(m: &[[$T; 2]], v: [$T; 2]) -> $T {
        let mut w = v;
        let mut s: $T = $O;
        for i in 0..m.len() {
            w[i] = dot(&m[i], &w);
            s += dot(&m[1 - i], &m[i]) * dot(&w, &m[i]);
        }
        s * w[0] + w[1]
    }
} }

twin! { overwritten_after_the_call ($ T O grad): f([0.75, 1.25, 0.5]); {
    #[$grad]
    pub fn product(a: &[$T]) -> $T {
        a[0] * a[1] * a[2]
    }
    #[$grad]
    pub fn f(x: [$T; 3]) -> $T {
        let mut a = x;
        let p = product(&a);
        a[0] = p * p;
        let q = product(&a);
        a = [q, p, a[0]];
        let r = product(&a);
        for i in 0..3 {
            a[i] *= r;
            a[(i + 1) % 3] = product(&a);
        }
        product(&a) * q
    }
} }

twin! { scalars_overwritten_after_the_call ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn square(a: $T) -> $T {
        a * a
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let p = square(s);
        s = y * p;
        let q = square(s);
        s = square(q) * s;
        s * p * q
    }
} }

twin! { local_named_like_a_function ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn square(x: $T) -> $T {
        x * x
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let cube = square(x) * y;
        let square = cube * cube;
        square * x
    }
} }

twin! { names_of_methods ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn max(a: $T, b: $T) -> $T {
        a * b * b
    }
    #[$grad]
    pub fn exp(a: $T) -> $T {
        a * a
    }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        max(exp(x), y) * x.exp() + y.max(x)
    }
} }

twin! { deep_nesting_of_calls ($ T O grad): f(0.5); {
    #[$grad]
    pub fn a(x: $T) -> $T { x * x + 0.5 }
    #[$grad]
    pub fn b(x: $T) -> $T { 0.25 * a(x) * a(x + 0.5) }
    #[$grad]
    pub fn c(x: $T) -> $T { b(x).sin() * b(a(x)) }
    #[$grad]
    pub fn d(x: $T) -> $T { c(b(a(x))) + c(x) }
    #[$grad]
    pub fn f(x: $T) -> $T { d(d(x).sin()) }
} }

mod other {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(crate) fn residual(x: &[f64], a: f64) -> f64 {
        x[0] * a - x[1]
    }

    #[conservative_grad(name = renamed)]
    pub(crate) fn original(x: f64) -> f64 {
        x * x
    }
}

#[conservative_grad]
fn across_siblings(x: &[f64], a: f64) -> f64 {
    use self::other::residual;
    residual(x, a) * other::residual(&[a, x[0]], x[1])
}

#[conservative_grad]
fn across_crates(w: &[f64], x: &[f64], b: f64) -> f64 {
    let z = annotated_library::affine(w, x, b);
    annotated_library::activation::soft(z) * annotated_library::norm(&[z, b])
}

#[conservative_grad]
fn in_place_across_crates(x: &[f64; 3], a: f64) -> f64 {
    let mut y = *x;
    annotated_library::scale(&mut y, a);
    let first = y[0];
    annotated_library::scale(&mut y[1..], first);
    annotated_library::affine(&y, &x[..], a)
}

#[test]
fn other_places() {
    check!(across_siblings(&[0.5, 2.0], 3.0));
    check!(other::residual(&[0.5, 2.0], 3.0));
    check!(across_crates(&[0.5, 2.0], &[1.0, 0.25], 0.75));
    check!(in_place_across_crates(&[0.5, 2.0, 1.5], 0.75));
    check!(annotated_library::affine(&[0.5, 2.0], &[1.0, 0.25], 0.75));
    assert_eq!(other::original(3.0), 9.0);
    assert_eq!(other::renamed::grad(3.0), 6.0);
}

/// Constants as arguments: by reference, by a name that is one, and out of a table.
mod tables {
    use conservative_grad::conservative_grad;

    const ROW: [f64; 3] = [1.0, 2.0, 3.0];
    static FIXED: [f64; 3] = [-1.0, 0.5, 0.25];
    const SLICE: &[f64] = &[1.0, -2.0, 0.5];
    const TABLE: [[f64; 3]; 2] = [[1.0, 2.0, 3.0], [1.0, 0.0, 3.0]];
    const DEGREE: usize = 2;

    #[conservative_grad]
    fn horner(x: f64, coefficients: &[f64], degree: usize) -> f64 {
        let mut sum = coefficients[degree];
        for i in (0..degree).rev() {
            sum = sum * x + coefficients[i];
        }
        sum
    }

    #[conservative_grad]
    fn ratio(x: f64) -> f64 {
        let other = &FIXED;
        horner(x * x, &ROW, DEGREE) / horner(x, SLICE, 1) + horner(x, other, 2)
    }

    #[conservative_grad]
    fn rows(x: f64) -> f64 {
        let mut sum: f64 = 0.5;
        for k in 0..2 {
            sum += horner(x * sum, &TABLE[k], 2) * sum.sin();
            sum *= horner(x, SLICE, 1);
        }
        sum
    }

    #[conservative_grad]
    fn scaled(x: f64, by: &f64, shift: f64) -> f64 {
        *by * x + x * x - shift
    }

    #[conservative_grad]
    fn literals(x: f64) -> f64 {
        scaled(x, &0.7, 0.7) * scaled(x, &-0.5, 0.0) + scaled(x * x, &(1.0 + 2.0), x)
    }

    #[test]
    fn constants_are_handed_over() {
        check!(ratio(1.25));
        check!(rows(0.75));
        check!(literals(0.75));
    }
}
