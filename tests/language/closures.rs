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
