//! Programs with `Option` and `Result` as people write them: early exits, errors with text, searches.

use conservative_grad::conservative_grad;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a} for {b}");
}
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-6;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

// moved payloads, strings in errors
#[derive(Debug, Clone, PartialEq)]
pub enum MathError {
    Domain { what: String, at: usize },
    Empty,
}

#[conservative_grad]
pub fn log_sum(xs: &[f64]) -> Result<f64, MathError> {
    if xs.is_empty() {
        return Err(MathError::Empty);
    }
    let mut s = 0.0;
    for i in 0..xs.len() {
        let x = xs[i];
        if x <= 0.0 {
            return Err(MathError::Domain {
                what: format_it(i),
                at: i,
            });
        }
        s += x.ln();
    }
    Ok(s)
}
fn format_it(i: usize) -> String {
    format!("entry {i}")
}

#[conservative_grad]
pub fn mean_log(xs: &[f64], k: f64) -> Result<f64, MathError> {
    let total = log_sum(xs)?;
    match log_sum(&xs[1..]) {
        Ok(v) => Ok((total - v) * k),
        Err(MathError::Empty) => Ok(total),
        Err(MathError::Domain { what, at }) if at > 5 => Err(MathError::Domain { what, at }),
        Err(e) => Err(e),
    }
}

// newton with Option
#[conservative_grad]
pub fn newton(a: f64, start: f64, steps: usize) -> Option<f64> {
    let mut x = start;
    for _ in 0..steps {
        let d = 2.0 * x;
        if d == 0.0 {
            return None;
        }
        let next = x - (x * x - a) / d;
        if (next - x).abs() < 1e-12 {
            return Some(next);
        }
        x = next;
    }
    Some(x)
}

// quadratics
#[conservative_grad]
pub fn roots(a: f64, b: f64, c: f64) -> Option<(f64, f64)> {
    let d = b * b - 4.0 * a * c;
    match d.partial_cmp(&0.0)? {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => {
            let r = -b / (2.0 * a);
            Some((r, r))
        }
        std::cmp::Ordering::Greater => {
            let s = d.sqrt();
            Some(((-b - s) / (2.0 * a), (-b + s) / (2.0 * a)))
        }
    }
}

#[conservative_grad]
pub fn nearest(a: f64, b: f64, c: f64) -> f64 {
    let Some((lo, hi)) = roots(a, b, c) else {
        return 0.0;
    };
    if let Some((p, _)) = roots(a, b, c - 1.0)
        && p < lo
    {
        p * hi
    } else {
        lo * hi + lo
    }
}

// while let on annotated function
#[conservative_grad]
pub fn half(x: f64) -> Option<f64> {
    if x > 1.0 { Some(x * 0.5) } else { None }
}
#[conservative_grad]
pub fn halves(x: f64) -> f64 {
    let mut s = x;
    let mut t = x * x;
    while let Some(v) = half(s) {
        t += v * v;
        s = v;
    }
    t * s
}

// Option held in a loop, of arrays
#[conservative_grad]
pub fn last_array(x: &[f64]) -> f64 {
    let mut held: Option<[f64; 2]> = None;
    let mut s = 1.0;
    for i in 0..x.len() {
        if let Some(a) = held {
            s += a[0] * a[1] * x[i];
        }
        if i % 2 == 0 {
            held = Some([x[i], x[i] * s]);
        } else if x[i] > 10.0 {
            held = None;
        }
    }
    s
}

// references to options
#[conservative_grad]
pub fn by_reference(x: f64, k: usize) -> f64 {
    let mut o = if k > 0 { Some(x * x) } else { None };
    let a = match &o {
        Some(v) => *v * x,
        None => x,
    };
    if let Some(v) = &mut o {
        *v *= 3.0;
    }
    if let Some(ref mut v) = o {
        *v += a;
    }
    o.unwrap_or(1.0) * o.as_ref().map_or(2.0, |v| *v * 2.0)
}

// result with io style alias
#[conservative_grad]
pub fn single(x: f64, n: usize) -> std::result::Result<f64, &'static str> {
    let y = if n == 0 { Err("zero")? } else { x / n as f64 };
    Ok(y.sin() + x)
}
#[conservative_grad]
pub fn outer(x: f64, n: usize) -> Result<f64, String> {
    let y = single(x, n)?;
    let m: usize = "12".parse::<usize>().map_err(|e| e.to_string())?;
    Ok(y * x * m as f64)
}
#[conservative_grad]
pub fn boxed(x: f64, text: &str) -> Result<f64, Box<dyn std::error::Error>> {
    let n: usize = text.parse()?;
    Ok(x.powi(n as i32))
}

// generic
#[conservative_grad]
pub fn safe_div<T: num_traits::Float>(a: T, b: T) -> Option<T> {
    if b == T::zero() { None } else { Some(a / b) }
}
#[conservative_grad]
pub fn ratio<T: num_traits::Float>(a: T, b: T) -> T {
    safe_div(a, b).unwrap_or(a) * safe_div(b, a).map(|v| v * v).unwrap_or(T::one())
}

// nested option, tuple of options
#[conservative_grad]
pub fn two(x: f64, y: f64, k: usize) -> f64 {
    let a = if k & 1 == 0 { Some(x * y) } else { None };
    let b = if k & 2 == 0 { Some(x + y) } else { None };
    match (a, b) {
        (Some(p), Some(q)) => p * q,
        (Some(p), None) | (None, Some(p)) => p * p,
        (None, None) => x,
    }
}

#[conservative_grad]
pub fn swapped(x: f64, y: f64, k: usize) -> f64 {
    let r = match k {
        0 => Some((x, y)),
        1 => Some((y, x * y)),
        _ => None,
    };
    let (a, b) = r.unwrap_or((x * x, 1.0));
    a * b * b
}

#[conservative_grad]
pub fn sums(xs: &[f64], k: f64) -> Option<f64> {
    let mut s = 0.0;
    for x in xs.iter() {
        s += half(*x)? * k;
    }
    let big = xs.iter().copied().fold(0.0, f64::max);
    (s < 100.0).then_some(1)?;
    Some(s * big)
}

#[test]
fn values_and_gradients() {
    let xs = [0.5, 2.0, 3.0];
    let (v, (dx, dk)) = mean_log::value_and_grad(&xs, 1.5).unwrap();
    assert_eq!(Ok(v), mean_log(&xs, 1.5));
    close(dk, difference(|k| mean_log(&xs, k).unwrap(), 1.5));
    for i in 0..3 {
        close(
            dx[i],
            difference(
                |t| {
                    let mut y = xs;
                    y[i] = t;
                    mean_log(&y, 1.5).unwrap()
                },
                xs[i],
            ),
        );
    }
    assert_eq!(
        mean_log::grad(&[1.0, -1.0], 1.0),
        Err(MathError::Domain {
            what: "entry 1".into(),
            at: 1
        })
    );
    let (_, (da, _)) = newton::value_and_grad(2.0, 1.0, 20).unwrap();
    close(da, 0.5 / 2f64.sqrt());
    assert_eq!(newton::grad(2.0, 0.0, 20), None);
    for (a, b, c) in [(1.0, 3.0, 1.0), (1.0, 0.0, 1.0), (1.0, -3.0, 0.5)] {
        let g = nearest::grad(a, b, c);
        close(g.0, difference(|a| nearest(a, b, c), a));
        close(g.1, difference(|b| nearest(a, b, c), b));
        close(g.2, difference(|c| nearest(a, b, c), c));
    }
    assert_eq!(roots::jvp(1.0, 0.0, 1.0, 1.0, 1.0, 1.0), None);
    for x in [0.5, 5.0, 9.0] {
        close(halves::grad(x), difference(halves, x));
        close(halves::jvp(x, 1.0).1, difference(halves, x));
    }
    let x = [0.5, 1.5, -0.3, 11.0, 0.7, 0.2];
    let g = last_array::grad(&x);
    for i in 0..6 {
        close(
            g[i],
            difference(
                |t| {
                    let mut y = x;
                    y[i] = t;
                    last_array(&y)
                },
                x[i],
            ),
        );
    }
    for k in 0..2 {
        close(
            by_reference::grad(0.7, k),
            difference(|x| by_reference(x, k), 0.7),
        );
        close(
            by_reference::jvp(0.7, k, 1.0).1,
            difference(|x| by_reference(x, k), 0.7),
        );
        assert_eq!(by_reference::value_and_grad(0.7, k).0, by_reference(0.7, k));
    }
    assert_eq!(outer::grad(1.0, 0), Err("zero".to_string()));
    close(
        outer::grad(1.0, 3).unwrap(),
        difference(|x| outer(x, 3).unwrap(), 1.0),
    );
    close(boxed::grad(1.5, "3").unwrap(), 3.0 * 1.5 * 1.5);
    assert!(boxed::grad(1.5, "x").is_err());
    let g = ratio::grad(2.0f64, 3.0);
    close(g.0, difference(|a| ratio(a, 3.0), 2.0));
    close(g.1, difference(|b| ratio(2.0, b), 3.0));
    assert_eq!(ratio::value_and_grad(2.0f64, 0.0).0, ratio(2.0, 0.0));
    for k in 0..4 {
        let g = two::grad(0.7, 1.3, k);
        close(g.0, difference(|x| two(x, 1.3, k), 0.7));
        close(g.1, difference(|y| two(0.7, y, k), 1.3));
    }
    for k in 0..3 {
        let g = swapped::grad(0.7, 1.3, k);
        close(g.0, difference(|x| swapped(x, 1.3, k), 0.7));
        close(g.1, difference(|y| swapped(0.7, y, k), 1.3));
    }
    let xs = [2.0, 3.0, 5.0];
    let g = sums::grad(&xs, 1.5).unwrap();
    close(g.1, difference(|k| sums(&xs, k).unwrap(), 1.5));
    for i in 0..3 {
        close(
            g.0[i],
            difference(
                |t| {
                    let mut y = xs;
                    y[i] = t;
                    sums(&y, 1.5).unwrap()
                },
                xs[i],
            ),
        );
    }
    assert_eq!(sums::grad(&[2.0, 0.5], 1.0), None);
}

// Arrays behind `?`: whether what a callee gives is an array or a vector, only rustc knows.
#[conservative_grad]
fn row(m: [[f64; 2]; 2], k: usize) -> Option<[f64; 2]> {
    if k < 2 { Some(m[k]) } else { None }
}

#[conservative_grad]
fn of_try(m: [[f64; 2]; 2], k: usize) -> Option<f64> {
    let a = row(m, k)?;
    let [p, q] = row(m, 1)?;
    Some(a[0] * p + a[1] * q * row(m, k)?[1])
}

#[conservative_grad]
fn of_match(m: [[f64; 2]; 2], k: usize) -> Option<f64> {
    let mut s = 0.0;
    for i in 0..k {
        let mut a = match row(m, i) {
            None if i > 2 => break,
            Some(a) => a,
            None => continue,
        };
        a[0] *= 2.0;
        s += a[0] * a[1] * (i + 1) as f64;
    }
    let last = match row(m, 0) {
        Some(last) => last,
        None => return None,
    };
    Some(s + last[1])
}

#[test]
fn arrays_of_callees() {
    let m = [[0.5, 2.0], [3.0, 7.0]];
    assert_eq!(of_try(m, 2), None);
    assert_eq!(of_try::grad(m, 2), None);
    // a0 p + a1² q
    assert_eq!(
        of_try::grad(m, 0),
        Some([[3.0, 2.0 * 2.0 * 7.0], [0.5, 4.0]])
    );
    for k in [0, 1, 2, 5] {
        let (n, o) = (f64::from(u8::from(k > 0)), f64::from(u8::from(k > 1)));
        let bar = [
            [2.0 * 2.0 * n, 2.0 * 0.5 * n + 1.0],
            [4.0 * 7.0 * o, 4.0 * 3.0 * o],
        ];
        assert_eq!(of_match::grad(m, k), Some(bar), "{k}");
        let (value, along) = of_match::jvp(m, k, [[1.0, 0.0], [0.0, 1.0]]).unwrap();
        assert_eq!(Some(value), of_match(m, k));
        assert_eq!(along, bar[0][0] + bar[1][1]);
    }
}

/// What a filter drops has no adjoint.
mod filtered {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub fn sum(x: &[f64], c: f64) -> Option<f64> {
        let mut s = 0.0;
        for v in x {
            s += v * v * c;
        }
        Some(s).filter(|v| *v > 0.2)
    }

    #[conservative_grad]
    pub fn mapped(x: &[f64], c: f64, k: usize) -> Option<f64> {
        let first = x.first().map(|v| v * c);
        first.map(|v| v * 2.0).filter(|_| k > 1)
    }

    #[test]
    fn none_has_no_adjoint() {
        let (mut x_bar, mut c_bar) = (vec![1.0; 2], 2.0);
        let small = [0.1, 0.2];
        assert_eq!(
            sum::accumulate_grad(&small, 0.7, &mut x_bar, &mut c_bar),
            None
        );
        assert_eq!(
            mapped::accumulate_grad(&small, 0.7, 1, &mut x_bar, &mut c_bar),
            None
        );
        assert_eq!((x_bar, c_bar), (vec![1.0; 2], 2.0));
        let (value, pullback) = sum::vjp(&small, 0.7);
        assert_eq!((value, pullback(1.0)), (None, (vec![0.0; 2], 0.0)));
        let (value, pullback) = mapped::vjp(&small, 0.7, 0);
        assert_eq!((value, pullback(1.0)), (None, (vec![0.0; 2], 0.0)));
    }

    #[test]
    fn some_has_it() {
        let (value, (x_bar, c_bar)) = sum::value_and_grad(&[0.5, 1.0], 0.5).expect("a number");
        assert_eq!((value, x_bar, c_bar), (0.625, vec![0.5, 1.0], 1.25));
        let (value, (x_bar, c_bar)) =
            mapped::value_and_grad(&[0.5, 1.0], 0.5, 2).expect("a number");
        assert_eq!((value, x_bar, c_bar), (0.5, vec![1.0, 0.0], 1.0));
    }
}

/// What is taken leaves nothing behind.
mod taken {
    use conservative_grad::conservative_grad;

    /// Two numbers at a time, of which the second waits for the next turn.
    #[conservative_grad]
    pub fn pairs(x: &[f64], c: f64) -> f64 {
        let mut spare: Option<f64> = None;
        let mut s = 0.0;
        for v in x {
            let z = match spare.take() {
                Some(z) => z,
                None => {
                    spare = Some(v * c.sin());
                    v * c.cos()
                }
            };
            s += z * z * c;
        }
        s
    }

    #[conservative_grad]
    pub fn replaced(x: &[f64], c: f64) -> f64 {
        let mut last: Option<f64> = None;
        let mut s = 0.0;
        for v in x {
            if let Some(before) = last.replace(v * c) {
                s += before * v;
            }
        }
        s
    }

    #[conservative_grad]
    pub fn in_one_go(x: &[f64], c: f64) -> f64 {
        let mut kept = x.to_vec();
        let mut first = x.first().map(|v| v * c);
        let mut s = 0.0;
        for k in 0..2 {
            let old = std::mem::take(&mut kept);
            let number = std::mem::take(&mut first);
            s += old.iter().map(|v| v * v).sum::<f64>() * c + number.unwrap_or(0.5 * c);
            if k == 0 {
                kept.push(s * c);
            }
        }
        s + kept.len() as f64
    }

    #[conservative_grad]
    pub fn ends(rows: &[Vec<f64>], at: &[usize], c: f64) -> Option<f64> {
        let k = *at.first()?;
        let mut s = c * *rows[k].last().unwrap();
        for row in rows {
            let first = *row.first().unwrap();
            s += first * *row.last().unwrap_or(&1.0);
        }
        Some(s * *rows[0].first()?)
    }

    #[test]
    fn of_options() {
        crate::check!(pairs(&[0.5, -1.25, 2.0], 0.7));
        crate::check!(pairs(&[0.5, -1.25], 0.7));
        crate::check!(replaced(&[0.5, -1.25, 2.0], 0.7));
        crate::check!(in_one_go(&[0.5, -1.25, 2.0], 0.7));
        let rows = [vec![0.5, 2.0], vec![3.0]];
        let (value, (bars, slope)) = ends::value_and_grad(&rows, &[1], 0.7).expect("a number");
        assert_eq!(Some(value), ends(&rows, &[1], 0.7));
        assert_eq!(slope, 3.0 * 0.5);
        let s = 0.7 * 3.0 + 0.5 * 2.0 + 9.0;
        assert_eq!(bars[0], [s + 2.0 * 0.5, 0.5 * 0.5]);
        approx::assert_relative_eq!(bars[1][0], (0.7 + 6.0) * 0.5, max_relative = 1e-14);
    }
}
