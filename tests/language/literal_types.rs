//! A literal has the type that all of its uses tell, wherever it is repeated.

use conservative_grad::conservative_grad;

#[conservative_grad]
pub fn remainder(x: &[f64], c: f64) -> f64 {
    let big = 3_000_000_000;
    let m = x.len() % big;
    c * (big as f64) + m as f64
}

#[conservative_grad]
pub fn shifted(x: &[f64], c: f64) -> f64 {
    let b = 7;
    let n = x.len() as u64;
    let k = if n > 3 { n } else { b };
    let mut s = c * c * ((b << 30) as f64) * 1e-9;
    for v in x {
        s += v * k as f64 * c;
    }
    s
}

#[conservative_grad]
pub fn powers(x: &[f64], c: f64) -> f64 {
    let b = 10;
    let q = b * b * b;
    let r = q * q * q;
    let t = r * r;
    let i = x.len() as u64 + b;
    c * c * t as f64 + i as f64
}

#[conservative_grad]
pub fn grown(x: &[f64], c: f64, k: usize) -> f64 {
    let mut p = 1;
    if k > 4 {
        for _ in 0..12 {
            p *= 10;
        }
        return c * c * p as f64;
    }
    let m = x.len() + p;
    let mut s = c;
    for v in x {
        s += v * v * m as f64;
    }
    s
}

#[conservative_grad]
pub fn single(x: &[f32], c: f32, k: usize) -> f32 {
    let t = 0.1;
    if k == 3 {
        return c * c * ((t as f64) * 1e8 % 1.0) as f32;
    }
    let mut s = 0.0;
    for v in x {
        s += v * c * t;
    }
    s
}

#[conservative_grad]
pub fn negative(x: &[f64], c: f64, k: i64) -> f64 {
    let big = -3_000_000_000;
    let also = 3 * 1_000_000_000;
    let m = k % big + k % also;
    let mut s = 0.0;
    for v in x {
        s += v * v * c;
    }
    s / (big as f64) + c * c * (also as f64) * 1e-9 + m as f64
}

#[conservative_grad]
pub fn told_by_an_alias(c: f64) -> f64 {
    let b = 3_000_000_000;
    let z: i64 = b;
    c * c * (b as f64) * 1e-9 + c * (z as f64) * 1e-9
}

#[conservative_grad]
pub fn told_by_a_power(x: &[f64], c: f64) -> f64 {
    let b = 200;
    let q: u64 = b;
    c * c * ((b * b * b * b * b) as f64) * 1e-9 + c * (q + x.len() as u64) as f64
}

/// A function that a literal is called like.
fn scale(n: usize) -> usize {
    n + 1
}

#[conservative_grad]
pub fn named_alike(x: &[f64], c: f64) -> f64 {
    let k = scale(x.len());
    let scale = 3_000_000_000;
    let m = k % scale;
    c * c * (scale as f64) * 1e-9 + m as f64
}

#[test]
fn keep_their_type() {
    crate::check!(told_by_an_alias(0.7));
    crate::check!(told_by_a_power(&[0.5, 2.0], 0.7));
    crate::check!(negative(&[0.5, 2.0], 0.7, const 5));
    crate::check!(named_alike(&[0.5, 2.0], 0.7));
    crate::check!(remainder(&[0.5, 2.0], 0.7));
    crate::check!(shifted(&[0.5, 2.0], 0.7));
    crate::check!(powers(&[0.5, 2.0], 0.7));
    crate::check!(grown(&[0.5, 2.0], 0.7, const 3));
    crate::check!(grown(&[0.5, 2.0], 0.7, const 5));
    for k in [2, 3] {
        let (value, (_, slope)) = single::value_and_grad(&[0.5, 2.0], 0.75, k);
        assert_eq!(value.to_bits(), single(&[0.5, 2.0], 0.75, k).to_bits());
        let degree = if k == 3 { 2.0 } else { 1.0 };
        approx::assert_relative_eq!(slope, degree * value / 0.75, max_relative = 1e-6);
        assert_eq!(single::vjp(&[0.5, 2.0], 0.75, k).1(1.0).1, slope);
    }
}

/// The type comes from a use that no derivative needs.
mod told_elsewhere {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn elements(x: &[f64], c: f64, k: usize) -> f64 {
        let t = [3_000_000_000, 5];
        let z = t[k % 2] + x.len();
        c * c * t[0] as f64 * z as f64 * 1e-18
    }

    #[conservative_grad]
    pub fn rows(x: &[f64], c: f64, k: usize) -> f64 {
        let t = [[3_000_000_000, 5], [6, 7]];
        let u = (t[0], 4_000_000_000);
        let z: (usize, u64) = (u.0[k % 2] + x.len(), u.1);
        c * c * t[0][0] as f64 * u.1 as f64 * 1e-18 + c * z.0 as f64 + 1e-9 * z.1 as f64
    }

    #[conservative_grad]
    pub fn assigned(c: f64, k: usize) -> f64 {
        let b = 3_000_000_000;
        let mut z = 0i64;
        if k > 0 {
            z = b;
        }
        let q;
        q = b;
        (c * b as f64 + z as f64 + c * c * q as f64) * 1e-9
    }

    #[conservative_grad]
    pub fn in_a_pattern(c: f64) -> f64 {
        let b = 3_000_000_000;
        let (z, y): (u64, f64) = (b, c);
        y * b as f64 * 1e-9 + 1e-9 * z as f64
    }

    #[conservative_grad]
    pub fn in_a_closure(c: f64) -> f64 {
        let b = 3_000_000_000;
        let e = 4_000_000_000;
        let g = |i: u64| i as f64;
        let h = |i: i64| c * i as f64;
        g(b) * h(e) * b as f64 * e as f64 * 1e-36
    }

    #[conservative_grad]
    pub fn dead(c: f64, seed: i64) -> f64 {
        let k = 3_000_000_000;
        let _ = k + seed;
        c * k as f64
    }

    #[conservative_grad]
    pub fn folded(c: f64) -> f64 {
        let n = [1, 2, 3_000_000_000].iter().fold(0, |acc: i64, v| acc + v);
        c * n as f64
    }

    #[conservative_grad]
    pub fn by_a_method(c: f64, k: i64) -> f64 {
        let b = 3_000_000_000;
        let top = k.max(b);
        c * b as f64 * 1e-9 + c * c * top as f64 * 1e-9
    }

    #[conservative_grad]
    pub fn wrapped(c: f64) -> f64 {
        let b = 200;
        let z: u8 = b;
        c * z.wrapping_add(100) as f64 + c * c * b as f64
    }

    #[conservative_grad]
    pub fn counted(x: &[f64], c: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..3 {
            s += c * (i * 3_000_000_000) as f64 * 1e-9 + x[i];
        }
        s
    }

    #[conservative_grad]
    pub fn pushed(x: &[f64], c: f64) -> f64 {
        let mut all = Vec::new();
        let big = 3_000_000_000;
        all.push(x.len());
        all.push(big);
        c * c * all[1] as f64 * big as f64 * 1e-18
    }

    #[conservative_grad]
    pub fn behind_a_reference(c: f64, k: &u64) -> f64 {
        let b = 3_000_000_000;
        let less = b < *k;
        c * c * b as f64 * if less { 2.0 } else { 1.0 }
    }

    #[conservative_grad]
    pub fn by_a_reference(c: f64) -> f64 {
        let b = 3_000_000_000;
        let z: &i64 = &b;
        let (y, w): (&f64, i64) = (&c, b);
        c * b as f64 * 1e-9 + y * (*z + w) as f64 * 1e-9
    }

    #[test]
    fn integers() {
        crate::check!(elements(&[0.5, 2.0], 0.7, const 0));
        crate::check!(elements(&[0.5, 2.0], 0.7, const 1));
        crate::check!(rows(&[0.5, 2.0], 0.7, const 1));
        crate::check!(assigned(0.7, const 1));
        crate::check!(assigned(-0.7, const 0));
        crate::check!(in_a_pattern(0.7));
        crate::check!(in_a_closure(0.7));
        crate::check!(by_a_reference(0.7));
        crate::check!(dead(0.7, const 4));
        crate::check!(folded(0.7));
        crate::check!(by_a_method(0.7, const 4));
        crate::check!(wrapped(0.7));
        crate::check!(counted(&[0.5, 2.0, 3.0], 0.7));
        crate::check!(pushed(&[0.5, 2.0, 3.0], 0.7));
        crate::check!(behind_a_reference(0.7, const &5_000_000_000));
    }

    #[conservative_grad]
    pub fn difference(x: &[f32], c: f32) -> f32 {
        let t = 16777217.0;
        let d = (t - 16777216.0) as f64;
        let mut s = 0.0;
        for v in x {
            s += v * c + t;
        }
        s * (d + 1.0) as f32
    }

    #[conservative_grad]
    pub fn listed(x: &[f32], c: f32, k: usize) -> f32 {
        let t = [16777217.0, 2.0];
        let d = t[0] as f64 - 16777216.0;
        let mut s = 0.0;
        for v in x {
            s += v * c + t[k % 2];
        }
        s * (d + 1.0) as f32
    }

    type Real = f32;

    #[conservative_grad]
    pub fn by_another_name(x: &[Real], c: Real) -> Real {
        let t = 16777217.0;
        let d = (t - 16777216.0) as f64;
        let mut s = 0.0;
        for v in x {
            s += v * c + t;
        }
        s * (d + 1.0) as Real
    }

    #[test]
    fn reals() {
        let (x, c) = ([0.96, 3.0], 0.75);
        let slope: f32 = x.iter().sum();
        let all = [
            (difference(&x, c), difference::value_and_grad(&x, c)),
            (listed(&x, c, 1), listed::value_and_grad(&x, c, 1)),
            (
                by_another_name(&x, c),
                by_another_name::value_and_grad(&x, c),
            ),
        ];
        for (value, (found, (x_grad, c_grad))) in all {
            assert_eq!(value.to_bits(), found.to_bits());
            assert_eq!(x_grad, [c, c]);
            approx::assert_relative_eq!(c_grad, slope, max_relative = 1e-6);
        }
    }
}
