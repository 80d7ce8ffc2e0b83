//! Patterns, `Option` and `Result` together with structs and their methods, constants and slices.

use conservative_grad::{Differentiable, conservative_grad};
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a} for {b}");
}
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct V {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl V {
    pub fn norm(&self) -> Option<f64> {
        let s = self.x * self.x + self.y * self.y;
        if s == 0.0 { None } else { Some(s.sqrt()) }
    }
    pub fn unit(&self) -> Option<V> {
        let n = self.norm()?;
        Some(V {
            x: self.x / n,
            y: self.y / n,
        })
    }
    pub fn angle(&self, k: f64) -> Result<f64, String> {
        let u = self.unit().ok_or("zero")?;
        Ok(u.y.atan2(u.x) * k)
    }
}

#[conservative_grad]
pub fn along(v: V, k: f64) -> f64 {
    let u = match v.unit() {
        Some(u) => u,
        None => V { x: 1.0, y: 0.0 },
    };
    let V { x, y } = u;
    x * k + y * v.norm().unwrap_or(1.0) + v.angle(k).unwrap_or(0.0)
}

#[conservative_grad]
pub fn of_struct(v: &V, k: usize) -> f64 {
    match v {
        V { x, .. } if k == 0 => *x * 2.0,
        V { x, y: b } => x * b,
    }
}

#[conservative_grad]
pub fn held_structs(xs: &[f64], k: f64) -> f64 {
    let mut held: Option<V> = None;
    let mut s = 0.5;
    for i in 0..xs.len() {
        s += match held {
            Some(V { x, y }) => x * y * xs[i],
            None => k,
        };
        if i == 2 {
            held = None;
        } else if let Some(v) = held {
            held = Some(V {
                x: v.y,
                y: v.x * xs[i],
            });
        } else {
            held = Some(V { x: xs[i], y: k });
        }
    }
    let best = if s > 0.0 { held } else { Err::<V, i32>(3).ok() };
    let mut last = held.filter(|v| v.x > 100.0);
    if k > 0.0 {
        last = Some(V { x: k, y: s });
    }
    s * best.map_or(k, |v| v.x) + last.unwrap_or(V { x: 0.0, y: k }).y
}

// consts in lower case, shadowing in arms
#[conservative_grad]
pub fn shadows(x: f64, y: f64, k: usize) -> f64 {
    let x = match k {
        0 => x * y,
        x => y * x as f64,
    };
    let y = if let Some(y) = if k > 1 { Some(x * y) } else { None } {
        y * y
    } else {
        y
    };
    x * y
}

// match in operands, loops with value, nested closures
#[conservative_grad]
pub fn operands(x: &[f64], k: usize) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        s += x[match i {
            0 => 0,
            n => n - 1,
        }] * match (i, k) {
            (_, 0) => s,
            (0..=1, _) => {
                let t = s * x[i];
                t + 1.0
            }
            _ if x[i] > 0.5 => break,
            _ => s.sin(),
        };
    }
    s
}

#[conservative_grad]
pub fn vec_of_tuples(xs: &[(f64, f64)], t: f64) -> Option<f64> {
    for w in xs.windows(2) {
        if let [(x0, y0), (x1, y1)] = w {
            if *x0 <= t && t <= *x1 {
                return Some(y0 + (y1 - y0) * (t - x0) / (x1 - x0));
            }
        }
    }
    None
}

#[conservative_grad]
pub fn bounded(x: f64, lo: f64, hi: f64) -> Result<f64, &'static str> {
    match x {
        x if x.is_nan() => Err("nan"),
        x if x < lo => Ok(lo * lo),
        x if x > hi => Ok(hi * x),
        x => Ok(x * lo * hi),
    }
}

/// Whatever branch is taken, a struct is moved into the parts of the result.
#[conservative_grad]
pub fn reduced(v: V, k: f64) -> Result<V, &'static str> {
    if k <= 0.0 {
        Err("k")
    } else {
        let m = {
            let a = (v.x / k).powf(2.0 / 3.0);
            k / (1.0 + a * v.y)
        };
        if m <= 0.0 {
            Err("m")
        } else {
            Ok(V { x: v.x * m, y: m })
        }
    }
}

#[conservative_grad]
pub fn reduced_or_not(v: V, k: f64) -> f64 {
    match reduced(v, k) {
        Ok(r) => r.x * r.y + k,
        Err(_) => k * k,
    }
}

#[conservative_grad]
pub fn mixed(x: f64, n: Option<usize>, names: &[&str], #[constant] c: Option<f64>) -> f64 {
    let k = c.unwrap_or(2.0);
    let m = n.map(|n| n + 1).unwrap_or_default();
    let j = names.iter().position(|s| *s == "a").unwrap_or(7);
    let w = match (n, names.first()) {
        (Some(n), Some(&"a")) => n as f64,
        (Some(_), _) => 0.25,
        (None, Some(s)) if s.len() > 2 => 3.0,
        (None, _) => 1.5,
    };
    match c {
        Some(c) if c > 1.0 => x * c * k + w * x * m as f64,
        _ => x * x * k * w + j as f64 * x,
    }
}

#[test]
fn values_and_gradients() {
    let v = V { x: 0.6, y: -1.1 };
    let (g, k) = along::grad(v, 1.5);
    close(g.x, difference(|x| along(V { x, ..v }, 1.5), v.x));
    close(g.y, difference(|y| along(V { y, ..v }, 1.5), v.y));
    close(k, difference(|k| along(v, k), 1.5));
    let (val, (g, _)) = v.angle_value_and_grad(2.0).unwrap();
    assert_eq!(Ok(val), v.angle(2.0));
    close(g.x, difference(|x| V { x, ..v }.angle(2.0).unwrap(), v.x));
    let zero = V { x: 0.0, y: 0.0 };
    assert_eq!(
        zero.angle_grad(1.0).map(|(_, k)| k),
        Err("zero".to_string())
    );
    assert_eq!(zero.norm_grad(), None);
    for k in 0..2 {
        let g = of_struct::grad(&v, k);
        close(g.x, difference(|x| of_struct(&V { x, ..v }, k), v.x));
        close(g.y, difference(|y| of_struct(&V { y, ..v }, k), v.y));
    }
    let xs = [0.5, -0.3, 0.2, 0.9, 1.4, 0.3];
    for n in 1..7 {
        let xs = &xs[..n];
        let (g, dk) = held_structs::grad(xs, 0.6);
        assert_eq!(
            held_structs::value_and_grad(xs, 0.6).0,
            held_structs(xs, 0.6)
        );
        close(dk, difference(|k| held_structs(xs, k), 0.6));
        for i in 0..n {
            close(
                g[i],
                difference(
                    |t| {
                        let mut y = xs.to_vec();
                        y[i] = t;
                        held_structs(&y, 0.6)
                    },
                    xs[i],
                ),
            );
        }
    }
    for k in 0..4 {
        let g = shadows::grad(0.7, 1.3, k);
        close(g.0, difference(|x| shadows(x, 1.3, k), 0.7));
        close(g.1, difference(|y| shadows(0.7, y, k), 1.3));
    }
    for k in 0..2 {
        let x = [0.5, 0.3, 0.2, 0.9, 0.1];
        let g = operands::grad(&x, k);
        assert_eq!(operands::value_and_grad(&x, k).0, operands(&x, k));
        for i in 0..5 {
            close(
                g[i],
                difference(
                    |t| {
                        let mut y = x;
                        y[i] = t;
                        operands(&y, k)
                    },
                    x[i],
                ),
            );
        }
    }
    let xs = [(0.0, 1.0), (1.0, 3.0), (2.0, -1.0)];
    let (g, dt) = vec_of_tuples::grad(&xs, 1.3).unwrap();
    close(dt, -4.0);
    close(g[1].1, 0.7);
    assert_eq!(vec_of_tuples::grad(&xs, 5.0), None);
    for x in [0.5, 1.5, 2.5] {
        let g = bounded::grad(x, 1.0, 2.0).unwrap();
        close(g.0, difference(|x| bounded(x, 1.0, 2.0).unwrap(), x));
        close(g.1, difference(|l| bounded(x, l, 2.0).unwrap(), 1.0));
        close(g.2, difference(|h| bounded(x, 1.0, h).unwrap(), 2.0));
    }
    assert_eq!(bounded::grad(f64::NAN, 1.0, 2.0), Err("nan"));
    for (n, names, c) in [
        (Some(3), vec!["a", "b"], Some(2.5)),
        (None, vec!["abc"], None),
        (Some(1), vec![], Some(0.5)),
        (None, vec![], None),
    ] {
        close(
            mixed::grad(0.7, n, &names, c),
            difference(|x| mixed(x, n, &names, c), 0.7),
        );
    }
}

#[test]
fn a_struct_or_an_error_at_the_end_of_each_branch() {
    let cases = [(V { x: 0.6, y: 1.1 }, 0.75), (V { x: 0.6, y: 1.1 }, -0.5)];
    for (v, k) in [cases[0], cases[1], (V { x: 8.0, y: -3.0 }, 1.5)] {
        let (value, (g, dk)) = reduced_or_not::value_and_grad(v, k);
        assert_eq!(value, reduced_or_not(v, k));
        close(g.x, difference(|x| reduced_or_not(V { x, ..v }, k), v.x));
        close(g.y, difference(|y| reduced_or_not(V { y, ..v }, k), v.y));
        close(dk, difference(|k| reduced_or_not(v, k), k));
    }
    let v = V { x: 0.6, y: 1.1 };
    let (value, back) = reduced::vjp(v, 0.75);
    assert_eq!(value, reduced(v, 0.75));
    let (g, dk) = back(VGradient { x: 2.0, y: -1.0 });
    let weighted = |v, k| reduced(v, k).map_or(f64::NAN, |r| 2.0 * r.x - r.y);
    close(g.x, difference(|x| weighted(V { x, ..v }, 0.75), v.x));
    close(g.y, difference(|y| weighted(V { y, ..v }, 0.75), v.y));
    close(dk, difference(|k| weighted(v, k), 0.75));
    assert_eq!(reduced::vjp(v, -0.5).0, Err("k"));
}
