//! `Option` and `Result` of numbers: inside of a function, as results, and from other functions.

twin! { some_and_none ($ T O grad): f(0.7, 1.3, const 0); f(0.7, 1.3, const 1); f(-0.7, 1.3, const 1); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize) -> $T {
        let o = if k == 0 { None } else { Some(x * y) };
        let a = match o {
            Some(v) if v > 0.0 => v * v,
            Some(v) => -v * y,
            None => x.exp(),
        };
        let b = if let Some(v) = o { v.sin() } else { y };
        a * b + o.unwrap_or(x) * o.map_or(y, |v| v * 3.0)
    }
} }

twin! { methods ($ T O grad): f(0.7, 1.3, const 0); f(0.7, 1.3, const 1); f(1.7, -1.3, const 1); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize) -> $T {
        let o = if k == 0 { None } else { Some(x * y) };
        let p = o.map(|v| v * v + y).filter(|v| *v > 1.0);
        let q = p.and_then(|v| if v > 3.0 { Some(v.ln()) } else { None });
        let mut s = p.unwrap_or_else(|| x * x) + q.or(Some(y)).unwrap();
        if o.is_some() {
            s = s * x;
        }
        if q.is_none() && p.is_some_and(|v| v < 2.0) {
            s = s + y * y;
        }
        s * o.ok_or("none").map_or_else(|_| x, |v| v) * o.or_else(|| Some(y)).expect("there is one")
    }
} }

twin! { a_best_one ($ T O grad): f(&[0.7, 1.3, -0.4, 2.0, 0.3]); f(&[-0.7, -1.3]); {
    #[$grad]
    pub fn f(xs: &[$T]) -> $T {
        let mut best = None;
        for i in 0..xs.len() {
            let v = xs[i] * xs[i];
            if xs[i] < 0.0 {
                continue;
            }
            best = match best {
                Some(b) if b > v => Some(b),
                _ => Some(v),
            };
        }
        best.unwrap_or(xs[0])
    }
} }

twin! { elements ($ T O grad): f(&[0.7, 1.3, -0.4], const 1); f(&[0.7], const 4); {
    #[$grad]
    pub fn f(xs: &[$T], at: usize) -> $T {
        let first = xs.first().copied().unwrap_or($O);
        let Some(last) = xs.last() else {
            return first;
        };
        let third = match xs.get(at) {
            Some(v) => *v * first,
            None => *last,
        };
        first * *last + third * xs.get(at + 1).copied().unwrap_or(third)
    }
} }

twin! { arrays_and_tuples_in_options ($ T O grad): f(0.7, 1.3, const 0); f(0.7, 1.3, const 1); {
    #[$grad]
    pub fn f(x: $T, y: $T, k: usize) -> $T {
        let o = if k == 0 { Some(([x, y, x * y], k, x)) } else { None };
        let v = if k == 0 { None } else { Some(vec![x, y * y]) };
        let mut s = x * y;
        if let Some((a, n, b)) = o {
            for i in n..a.len() {
                s = s * a[i] + b;
            }
        }
        match v {
            Some(w) => s * w[0] + w[1],
            None => s,
        }
    }
} }

mod results {
    use conservative_grad::conservative_grad;

    #[derive(Debug, Clone, PartialEq)]
    pub enum Wrong {
        Negative,
        Large(usize),
        Text(String),
    }

    #[conservative_grad]
    pub fn root(x: f64) -> Option<f64> {
        if x < 0.0 {
            return None;
        }
        Some(x.sqrt())
    }

    #[conservative_grad]
    pub fn checked(x: f64, n: usize) -> Result<f64, Wrong> {
        if x < 0.0 {
            return Err(Wrong::Negative);
        }
        if n > 10 {
            Err(Wrong::Large(n))
        } else {
            Ok(x.powi(n as i32))
        }
    }

    #[conservative_grad]
    pub fn both(x: f64, y: f64) -> Option<f64> {
        let a = root(x)?;
        let b = root(y - 1.0)? * root(y)?;
        Some(a * b + x.sin())
    }

    #[conservative_grad]
    pub fn chained(x: f64, y: f64, n: usize) -> Result<f64, Wrong> {
        let mut s = y;
        for i in 0..n {
            s = s * checked(x, i)? + root(y).ok_or(Wrong::Text(String::from("y")))?;
        }
        checked(s, 2).map(|v| v * x)
    }

    #[conservative_grad]
    pub fn plain(x: f64, y: f64) -> f64 {
        let a = root(x).unwrap_or(0.5);
        let b = match checked(y, 3) {
            Ok(v) => v,
            Err(Wrong::Negative) => y * y,
            Err(_) => 0.0,
        };
        let c = if let Some(v) = both(x, y) { v } else { x * y };
        a * b + c + checked(x * x, 2).unwrap() + root(4.0).unwrap()
    }

    #[conservative_grad]
    pub fn pair(x: f64, y: f64) -> Option<(f64, f64)> {
        (x > y).then_some(0)?;
        Some((x * y, x - y))
    }

    #[conservative_grad]
    pub fn scaled(w: &[f64], x: f64) -> Result<Vec<f64>, String> {
        if w.is_empty() {
            return Err("empty".to_string());
        }
        let mut out = vec![0.0; w.len()];
        for i in 0..w.len() {
            out[i] = w[i] * x * x;
        }
        Ok(out)
    }

    #[conservative_grad]
    pub fn total(w: &[f64], x: f64) -> Result<f64, String> {
        let v = scaled(w, x)?;
        let (p, q) = pair(x, 0.5).ok_or("small".to_string())?;
        let mut s = p * q;
        for i in 0..v.len() {
            s += v[i] * v[i];
        }
        Ok(s)
    }

    #[conservative_grad]
    pub fn in_closures(x: f64, y: f64) -> f64 {
        let both = |a: f64, b: f64| Some(root(a)? * root(b)?);
        let one = both(x, y).unwrap_or(x * y);
        let two = both(y, y + 1.0).unwrap_or(x);
        one * two
    }

    #[conservative_grad]
    pub fn down(x: f64, n: usize) -> Option<f64> {
        if n == 0 {
            return root(x);
        }
        Some(down(x * 0.5, n - 1)? * x)
    }
}

mod tests {
    use super::results::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a} for {b}");
    }

    fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        let h = 1e-6;
        (f(x + h) - f(x - h)) / (2.0 * h)
    }

    #[test]
    fn numbers_in_options() {
        assert_eq!(root(-1.0), None);
        assert_eq!(root::grad(-1.0), None);
        assert_eq!(root::grad(4.0), Some(0.25));
        assert_eq!(root::value_and_grad(4.0), Some((2.0, 0.25)));
        assert_eq!(root::value_and_grad(-4.0), None);
        assert_eq!(root::jvp(4.0, 2.0), Some((2.0, 0.5)));
        assert_eq!(root::jvp(-4.0, 2.0), None);
        let mut bar = 1.0;
        assert_eq!(root::accumulate_grad(4.0, &mut bar), Some(2.0));
        assert_eq!(root::accumulate_grad(-4.0, &mut bar), None);
        assert_eq!(bar, 1.25);
        let (value, pullback) = root::vjp(4.0);
        assert_eq!((value, pullback(3.0)), (Some(2.0), 0.75));
        let (value, pullback) = root::vjp(-4.0);
        assert_eq!((value, pullback(3.0)), (None, 0.0));
        assert_eq!(root::trace(4.0).visits().len(), 1);
    }

    #[test]
    fn errors_are_kept() {
        assert_eq!(checked::grad(-1.0, 2), Err(Wrong::Negative));
        assert_eq!(checked::grad(1.0, 12), Err(Wrong::Large(12)));
        assert_eq!(checked::value_and_grad(3.0, 2), Ok((9.0, 6.0)));
        assert_eq!(chained::grad(1.5, -1.0, 2), Err(Wrong::Text("y".into())));
        assert_eq!(chained::grad(-1.5, 1.0, 2), Err(Wrong::Negative));
        assert_eq!(scaled(&[], 1.0), Err("empty".to_string()));
        assert_eq!(total::grad(&[], 1.0), Err("empty".to_string()));
        assert_eq!(total::grad(&[1.0], 0.1), Err("small".to_string()));
    }

    #[test]
    fn through_calls() {
        let (x, y) = (0.7, 1.3);
        let (value, (dx, dy)) = both::value_and_grad(x, y).unwrap();
        assert_eq!(Some(value), both(x, y));
        close(dx, difference(|x| both(x, y).unwrap(), x));
        close(dy, difference(|y| both(x, y).unwrap(), y));
        assert_eq!(both::grad(x, 0.3), None);

        let (value, (dx, dy)) = chained::value_and_grad(x, y, 3).unwrap();
        assert_eq!(Ok(value), chained(x, y, 3));
        close(dx, difference(|x| chained(x, y, 3).unwrap(), x));
        close(dy, difference(|y| chained(x, y, 3).unwrap(), y));
        let (again, along) = chained::jvp(x, y, 3, 1.0, 0.5).unwrap();
        assert_eq!(again, value);
        close(along, dx + 0.5 * dy);

        for (x, y) in [(0.7, 1.3), (-0.7, 1.3), (0.7, -1.3), (0.7, 0.3)] {
            let (value, (dx, dy)) = plain::value_and_grad(x, y);
            assert_eq!(value, plain(x, y));
            close(dx, difference(|x| plain(x, y), x));
            close(dy, difference(|y| plain(x, y), y));
            close(plain::jvp(x, y, 1.0, 0.5).1, dx + 0.5 * dy);

            let (value, (dx, dy)) = in_closures::value_and_grad(x, y);
            assert_eq!(value, in_closures(x, y));
            close(dx, difference(|x| in_closures(x, y), x));
            close(dy, difference(|y| in_closures(x, y), y));
        }
    }

    #[test]
    fn vectors_and_pairs() {
        let (value, pullback) = pair::vjp(2.0, 1.5);
        assert_eq!(
            (value, pullback((1.0, 10.0))),
            (Some((3.0, 0.5)), (11.5, -8.0))
        );
        assert_eq!(
            pair::jvp(2.0, 1.5, 1.0, 0.0),
            Some(((3.0, 0.5), (1.5, 1.0)))
        );
        let w = [0.5, -2.0, 1.0];
        let (value, (dw, dx)) = total::value_and_grad(&w, 1.5).unwrap();
        assert_eq!(Ok(value), total(&w, 1.5));
        close(dx, difference(|x| total(&w, x).unwrap(), 1.5));
        for i in 0..3 {
            let at = |v: f64| {
                let mut w = w;
                w[i] = v;
                total(&w, 1.5).unwrap()
            };
            close(dw[i], difference(at, w[i]));
        }
        let (value, pullback) = scaled::vjp(&[], 1.0);
        assert_eq!(
            (value, pullback(vec![1.0])),
            (Err("empty".to_string()), (vec![], 0.0))
        );
    }

    #[test]
    fn recursion() {
        let (value, dx) = down::value_and_grad(0.7, 3).unwrap();
        assert_eq!(Some(value), down(0.7, 3));
        close(dx, difference(|x| down(x, 3).unwrap(), 0.7));
        assert_eq!(down::grad(-0.7, 3), None);
    }

    #[test]
    #[should_panic(expected = "called `Result::unwrap()` on an `Err` value: Negative")]
    fn unwrap_of_an_error() {
        #[conservative_grad::conservative_grad]
        fn f(x: f64) -> f64 {
            checked(x, 2).unwrap() * x
        }
        let _ = f::grad(-1.0);
    }

    #[test]
    #[should_panic(expected = "no root")]
    fn expect_of_nothing() {
        #[conservative_grad::conservative_grad]
        fn f(x: f64) -> f64 {
            root(x).expect("no root") * x
        }
        let _ = f::grad(-1.0);
    }
}
