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
            for i in 0..3 { if s > 50.0 { return s; } s *= v; }
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
