//! Closures: bound by `let`, called, nested, capturing by reference and by move, returning early.

reals! { closures ($ T grad): f(0.7, 1.3); {
    #[$grad]
    pub fn f(x: $T, k: $T) -> $T {
        let g = |t: $T| t * k + x;
        let h = |t| { if t > 2.0 { return g(t) * 0.5; } let u = g(t); u * u };
        let k = x * 3.0;
        g(x) * h(k) + h(x) * k
    }
} }

reals! { closures_more ($ T grad): f(0.7, &[1.3, 0.4]); {
    #[$grad]
    pub fn f(x: $T, w: &[$T]) -> $T {
        let mut total = 0.0;
        let mut add = |v: $T| total += v * v;
        add(x);
        add(w[0]);
        let dot = |a: &[$T], b: &[$T]| a.iter().zip(b).map(|(p, q)| p * q).sum::<$T>();
        let mut k = 2.0;
        let scaled = move |v: $T| v * k;
        k = x;
        let twice = |v| scaled(scaled(v));
        let pair = |a: $T, b: $T| (a * b, a + b);
        let (p, q) = pair(x, w[1]);
        let act: fn($T) -> $T = <$T>::tanh;
        let sgn = <$T>::sin;
        let ladder = |v: $T| {
            if v < 0.0 { return -v; }
            if v < 1.0 { return v * v; }
            let mut s = v;
            for _ in 0..3 { if s > 50.0 { return s; } s *= v; }
            s
        };
        let mut counter = 0.0;
        let mut next = || { counter += x; counter };
        let a = next();
        let b = next();
        total * dot(w, w) + twice(k) + p * q + act(x) * sgn(x) + ladder(x) + ladder(x + 1.0) * ladder(-x) + a * b
            + (|v: $T| v * v)(x) + w.iter().map(|v| ladder(*v)).sum::<$T>() + w.iter().copied().map(scaled).map(<$T>::exp).sum::<$T>()
    }
} }

reals! { moves ($ T grad): f(0.7, vec![1.3, 0.4]); {
    #[$grad]
    pub fn f(x: $T, mut w: Vec<$T>) -> $T {
        let mut y = x;
        let mut bump = move || { y += 1.0; y };
        let a = bump();
        let b = bump();
        y *= 3.0;
        for v in w.iter_mut().rev() { *v = v.sin() * y; }
        for (i, v) in w.iter_mut().enumerate() { *v += i as $T; }
        w.iter_mut().for_each(|v| *v *= x);
        w.iter_mut().zip([x, y]).for_each(|(v, k)| *v *= k);
        let s: $T = w.iter().sum();
        for v in w.iter_mut() { *v /= s; }
        a * b + y + w[0] * w[1]
    }
} }

reals! { scoped ($ T grad): f(0.7, 1.3); {
    #[$grad]
    #[allow(dead_code, reason = "a closure of this name comes before it")]
    pub fn act(x: $T) -> $T { x * x * x }
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let sum = 3.0;
        let i = 2.0;
        let acc = y;
        let item = x;
        let len = 4.0;
        let count = 1.5;
        let v = [x, y, x * y];
        let a = v.iter().map(|v| v * acc + i).sum::<$T>() * sum;
        let b = v.iter().fold(item, |item, x| item * x + acc);
        let act = |y: $T| y + x;
        let c = act(y);
        let x = c * 2.0;
        let d = act(x);
        let act2 = |t| act(t) * x;
        let x = 100.0 * y;
        let e: Vec<$T> = v.iter().map(|&t| act2(t)).collect();
        a * b + c * d + e[0] * e[1] * len * count + x
    }
} }

reals! { recurrences ($ T grad): f(&[0.5, 2.0, 1.0, 0.3], 0.1); {
    #[$grad]
    pub fn f(u: &[$T], dt: $T) -> $T {
        let rhs = |t: $T, y: [$T; 2]| -> [$T; 2] { [y[1] + t, -y[0] * u[0]] };
        let axpy = |a: $T, x: [$T; 2], y: [$T; 2]| [y[0] + a * x[0], y[1] + a * x[1]];
        let mut y = [u[1], u[2]];
        for k in 0..5 {
            let t = k as $T * dt;
            let k1 = rhs(t, y);
            let k2 = rhs(t + dt / 2.0, axpy(dt / 2.0, k1, y));
            y = axpy(dt, k2, y);
        }
        let newton = |x0: $T| {
            let f = |x: $T| x * x - u[1];
            let df = |x: $T| 2.0 * x;
            let mut x = x0;
            for _ in 0..20 {
                let step = f(x) / df(x);
                x -= step;
                if step.abs() < 1e-12 { break; }
            }
            x
        };
        let simpson = |a: $T, b: $T, n: usize| {
            let h = (b - a) / n as $T;
            let g = |x: $T| (x * u[3]).exp();
            let odd: $T = (1..n).step_by(2).map(|i| g(a + i as $T * h)).sum();
            let even: $T = (2..n).step_by(2).map(|i| g(a + i as $T * h)).sum();
            h / 3.0 * (g(a) + 4.0 * odd + 2.0 * even + g(b))
        };
        y[0] * y[1] + newton(1.0) + simpson(0.0, u[0], 8)
    }
} }

/// What a closure does, it does as often as in the function itself.
mod effects {
    use conservative_grad::conservative_grad;
    pub struct Rng(u64);
    impl Rng {
        pub fn next(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (self.0 >> 33) as f64 / 2f64.powi(31)
        }
    }
    #[conservative_grad]
    pub fn price(s0: f64, sigma: f64, #[constant] rng: &mut Rng, n: usize) -> f64 {
        let mut draw = || rng.next() - 0.5;
        let sum: f64 = (0..n)
            .map(|_| {
                let z = draw();
                (s0 * (sigma * z).exp() - 1.0).max(0.0)
            })
            .sum();
        let second: f64 = (0..n)
            .map(|i| i as f64 * sigma)
            .map(|v| v * draw())
            .skip(1)
            .sum();
        let third: Vec<f64> = (0..3).map(|_| draw() * s0).collect();
        sum / n as f64 + second + third.iter().product::<f64>() + draw()
    }
    #[test]
    fn draws_once() {
        let at = |s: f64, v: f64| {
            let mut r = Rng(7);
            price(s, v, &mut r, 50)
        };
        let (value, g) = price::value_and_grad(1.1, 0.3, &mut Rng(7), 50);
        assert_eq!(value.to_bits(), at(1.1, 0.3).to_bits());
        let h = 1e-6;
        let (a, b) = (
            (at(1.1 + h, 0.3) - at(1.1 - h, 0.3)) / (2.0 * h),
            (at(1.1, 0.3 + h) - at(1.1, 0.3 - h)) / (2.0 * h),
        );
        assert!(
            (g.0 - a).abs() < 1e-6 && (g.1 - b).abs() < 1e-6,
            "{g:?} {a} {b}"
        );
        let (v2, g2) = price::vjp(1.1, 0.3, &mut Rng(7), 50);
        assert_eq!(v2.to_bits(), value.to_bits());
        let g2 = g2(1.0);
        assert!((g2.0 - a).abs() < 1e-6 && (g2.1 - b).abs() < 1e-6);
    }
}
