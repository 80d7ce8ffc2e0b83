//! Functions that change their arguments, alone (`vjp`, `jvp`) and called.

twin! { scaled ($ T O grad): f(&mut [0.5, 2.0, 1.0], 3.0); {
    #[$grad]
    pub fn f(y: &mut [$T], a: $T) {
        for i in 0..y.len() {
            y[i] *= a;
        }
    }
} }

twin! { with_a_result ($ T O grad): f(&mut [0.5, 2.0, 1.0], &[1.0, 2.0, 3.0], 0.25); {
    #[$grad]
    pub fn f(y: &mut [$T], x: &[$T], h: $T) -> $T {
        let mut moved: $T = $O;
        for i in 0..y.len() {
            let step = h * x[i] * y[i];
            y[i] += step;
            moved += step * step;
        }
        moved.sqrt()
    }
} }

twin! { fixed_length ($ T O grad): f(&mut [0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(y: &mut [$T; 3]) {
        y[0] = y[1] * y[2];
        y[1] = y[0] + y[1];
        y[2] *= y[2];
    }
} }

twin! { scalars ($ T O grad): f(&mut 0.5, &mut 2.0, 3.0); {
    #[$grad]
    pub fn f(a: &mut $T, b: &mut $T, x: $T) -> $T {
        *a *= x;
        *b = *a * *b + x;
        let old = *a;
        *a = *b;
        old * *b
    }
} }

twin! { output_only ($ T O grad): f(&mut [7.0, 7.0], &[1.0, 2.0], 0.25); {
    #[$grad]
    pub fn f(out: &mut [$T], x: &[$T], a: $T) {
        for i in 0..out.len() {
            out[i] = x[i] * a + x[0];
        }
    }
} }

twin! { nested ($ T O grad): f(&mut [[0.5, 2.0], [1.0, 3.0]], 0.25); {
    #[$grad]
    pub fn f(m: &mut [[$T; 2]], a: $T) {
        for i in 0..m.len() {
            let row = &mut m[i];
            row[1] *= row[0];
            row[0] += a;
        }
        m[0][0] = m[1][1] * m[1][0];
    }
} }

twin! { vector ($ T O grad): f(&mut vec![0.5, 2.0, 1.0], 0.25); {
    #[allow(clippy::ptr_arg, reason = "a type that people write")]
    #[$grad]
    pub fn f(v: &mut Vec<$T>, a: $T) {
        v[0] = v[1] * a;
        v[1] = v[1] * v[2];
    }
} }

twin! { branches_and_returns ($ T O grad): f(&mut [0.5, 2.0, 1.0], const 2); f(&mut [-0.5, 2.0, 1.0], const 2); f(&mut [0.5, 2.0, 1.0], const 0); {
    #[$grad]
    pub fn f(y: &mut [$T], n: usize) {
        if n == 0 {
            return;
        }
        if y[0] > 0.0 {
            y[1] *= y[0];
        } else {
            y[0] = y[2] * y[1];
        }
        for i in 0..n {
            if i == 1 {
                y[2] += y[i];
                continue;
            }
            y[i] *= y[i + 1];
        }
    }
} }

twin! { state_in_time ($ T O grad): f(&mut [0.5, 0.25, 1.0, 2.0], 0.125, const 3); {
    #[$grad]
    pub fn f(u: &mut [$T], h: $T, steps: usize) {
        let n = u.len();
        for _ in 0..steps {
            for i in 1..n - 1 {
                u[i] += h * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * u[i];
            }
        }
    }
} }

twin! { called_several_times ($ T O grad): f([0.5, 2.0, 1.0], 0.75); {
    #[$grad]
    pub fn scale(y: &mut [$T], a: $T) {
        for i in 0..y.len() {
            y[i] *= a;
        }
    }
    #[$grad]
    pub fn shift(y: &mut [$T], x: &[$T]) {
        for i in 0..y.len() {
            y[i] += x[i] * x[i];
        }
    }
    #[$grad]
    pub fn f(x: [$T; 3], a: $T) -> $T {
        let mut y = x;
        scale(&mut y, a);
        shift(&mut y, &x[..]);
        let factor = y[0] * a;
        scale(&mut y, factor);
        shift(&mut y[1..], &x[..2]);
        scale(&mut y[..2], x[2]);
        y[0] * y[1] + y[2] * y[2]
    }
} }

twin! { called_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0], 0.75, const 3); {
    #[$grad]
    pub fn scale(y: &mut [$T], a: $T) {
        for i in 0..y.len() {
            y[i] *= a;
        }
    }
    #[$grad]
    pub fn f(x: &[$T], a: $T, n: usize) -> $T {
        let mut y = x.to_vec();
        let mut s = a;
        for i in 0..n {
            scale(&mut y, s);
            s += y[i % x.len()] * 0.5;
        }
        s * y[0]
    }
} }

twin! { results_used_between ($ T O grad): f([0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn pop(y: &mut [$T]) -> $T {
        let first = y[0];
        for i in 1..y.len() {
            y[i - 1] = y[i] * first;
        }
        first
    }
    #[$grad]
    pub fn f(x: [$T; 3]) -> $T {
        let mut y = x;
        let a = pop(&mut y);
        let b = pop(&mut y);
        let before = y[0];
        let c = pop(&mut y);
        a * b * c + before * y[1]
    }
} }

twin! { scalar_references ($ T O grad): f(0.5, 2.0, 0.125); {
    #[$grad]
    pub fn advance(position: &mut $T, velocity: &mut $T, h: $T) {
        *velocity -= h * *position;
        *position += h * *velocity;
    }
    #[$grad]
    pub fn f(x: $T, v: $T, h: $T) -> $T {
        let mut position = x;
        let mut velocity = v;
        for _ in 0..3 {
            advance(&mut position, &mut velocity, h);
        }
        let energy = position * position + velocity * velocity;
        advance(&mut velocity, &mut position, energy);
        position * velocity
    }
} }

twin! { rows_of_a_matrix ($ T O grad): f([[0.5, 2.0], [1.0, 3.0]]); {
    #[$grad]
    pub fn normalise(row: &mut [$T; 2]) -> $T {
        let n = row[0].hypot(row[1]);
        row[0] /= n;
        row[1] /= n;
        n
    }
    #[$grad]
    pub fn f(x: [[$T; 2]; 2]) -> $T {
        let mut m = x;
        let mut product = m[0][0];
        for i in 0..2 {
            let n = normalise(&mut m[i]);
            product *= n;
        }
        product * m[0][1] + m[1][0] * m[0][0]
    }
} }

twin! { handed_on ($ T O grad): f(&mut [0.5, 2.0, 1.0], 3.0); {
    #[$grad]
    pub fn scale(y: &mut [$T], a: $T) {
        for i in 0..y.len() {
            y[i] *= a;
        }
    }
    #[$grad]
    pub fn f(y: &mut [$T], a: $T) -> $T {
        scale(y, a);
        let s = y[0] * a;
        scale(&mut y[1..], s);
        scale(y, s);
        y[2] = y[0] * y[1];
        s
    }
} }

// Handed to functions that only read, where nothing but rustc knows that they do.
twin! { handed_on_to_be_read ($ T O grad): f(&[0.5, 0.25, 0.75, 0.5], 0.25); of_three(&[0.5, 2.0, 1.0], 0.25); {
    #[$grad]
    pub fn energy(y: &[$T], a: $T) -> $T {
        let mut s: $T = $O;
        for i in 0..y.len() {
            s += y[i] * y[i] * a;
        }
        s
    }
    #[$grad]
    pub fn half(x: &$T) -> $T {
        *x * *x * 0.5
    }
    #[$grad]
    pub fn number(y: &mut $T) -> $T {
        *y *= 2.0;
        let h = half(y);
        *y *= h;
        h
    }
    #[$grad]
    pub fn damp(y: &mut Vec<$T>, a: $T, n: usize) -> $T {
        let mut total: $T = $O;
        for k in 0..n {
            let e = energy(y, a);
            if k % 2 == 1 {
                total += energy(y, e);
            }
            for i in 0..y.len() {
                let step = a * y[i] * e;
                y[i] -= step;
            }
            total += e * e;
        }
        total * energy(y, a)
    }
    #[$grad]
    pub fn three(y: &mut [$T; 3], a: $T) -> $T {
        let e = energy(y, a);
        y[1] *= e;
        energy(y, e)
    }
    #[$grad]
    pub fn of_three(x: &[$T], a: $T) -> $T {
        let mut y = [x[0], x[1], x[2]];
        let e = three(&mut y, a);
        e * y[1]
    }
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut y = x.to_vec();
        let total = damp(&mut y, a, 4);
        for row in y.chunks_mut(2) {
            row[0] *= 2.0;
            let e = energy(row, total);
            row[1] *= e;
        }
        let part = &mut y[1..3];
        part[0] *= a;
        let e = energy(part, a);
        part[1] += e;
        let mut last = y[3];
        let h = number(&mut last);
        energy(&y, a) + last * h
    }
} }

twin! { overwritten_output_used_twice ($ T O grad): f(&[0.5, 2.0], 0.75); {
    #[$grad]
    pub fn slope(out: &mut [$T], u: &[$T], a: $T) {
        out[0] = u[1] * a;
        out[1] = -u[0] * u[0];
    }
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        let mut u = [x[0], x[1]];
        let mut k = [$O; 2];
        for _ in 0..2 {
            slope(&mut k, &u, a);
            let mid = [u[0] + 0.5 * k[0], u[1] + 0.5 * k[1]];
            slope(&mut k, &mid, a);
            for i in 0..2 {
                u[i] += k[i];
            }
        }
        u[0] * u[1] + k[0]
    }
} }

/// Functions that change their arguments, and give up with an `Option` or a `Result` of nothing or a count.
mod given_up {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    fn roots(a: &mut [f64], n: usize) -> Option<()> {
        for i in 0..n {
            if a[i] < 0.0 {
                return None;
            }
            a[i] = a[i].sqrt();
        }
        Some(())
    }

    #[conservative_grad]
    fn checked(a: &mut [f64], n: usize) -> Result<(), String> {
        for i in 0..n {
            if a[i] < 0.0 {
                return Err(format!("number {i} is negative"));
            }
            a[i] = a[i].ln() * a[0];
        }
        Ok(())
    }

    #[conservative_grad]
    fn counted(a: &mut [f64], n: usize) -> Result<usize, String> {
        let mut count = 0;
        for i in 0..n {
            if a[i] == 0.0 {
                return Err(String::from("zero"));
            }
            if a[i] > 1.0 {
                a[i] *= a[i];
                count += 1;
            }
        }
        Ok(count)
    }

    #[conservative_grad]
    fn doubled(a: &mut f64) -> Option<()> {
        *a *= 2.0;
        if *a > 100.0 { None } else { Some(()) }
    }

    #[conservative_grad]
    fn halved(a: &mut f64) -> Result<f64, String> {
        *a *= 0.5;
        if *a > 100.0 {
            Err(String::from("large"))
        } else {
            Ok(*a)
        }
    }

    #[conservative_grad]
    fn split(a: &mut f64) -> (f64, usize) {
        *a *= *a;
        (*a, 2)
    }

    /// What nobody uses is of any type.
    #[conservative_grad]
    fn dropped(x: f64) -> f64 {
        let mut a = x;
        let _ = doubled(&mut a);
        let _ = halved(&mut a);
        let _ = split(&mut a);
        doubled(&mut a).unwrap();
        halved(&mut a).unwrap();
        split(&mut a);
        let _ = doubled(&mut a).is_some();
        a * x
    }

    /// The same over constants, as they are when the function differentiates nothing of it.
    #[conservative_grad]
    fn dropped_constants(x: f64) -> Option<f64> {
        let mut a = 1.5;
        let _ = doubled(&mut a);
        let _ = halved(&mut a);
        let _ = split(&mut a);
        doubled(&mut a).unwrap();
        halved(&mut a).unwrap();
        let _ = halved(&mut a).ok();
        split(&mut a);
        doubled(&mut a)?;
        Some(a * x)
    }

    #[test]
    fn nobody_uses() {
        for x in [0.5, 1.25] {
            let (value, slope) = dropped::value_and_grad(x);
            assert_eq!((value, slope), (2.0 * x.powi(5), 10.0 * x.powi(4)));
            assert_eq!(dropped::jvp(x, 1.0), (value, slope));
            let constant = dropped_constants(1.0);
            assert_eq!(dropped_constants::grad(x), constant);
            assert_eq!(
                dropped_constants::jvp(x, 1.0).map(|(_, slope)| slope),
                constant
            );
        }
    }

    #[test]
    fn agree() {
        let start = [2.0, 0.25, -1.0];
        for n in 0..=3 {
            let mut a = start;
            let (value, pullback) = roots::vjp(&mut a, n);
            assert_eq!(value, (n < 3).then_some(()));
            let mut bar = [1.0, 2.0, 3.0];
            pullback((), &mut bar);
            let taken = n.min(2);
            for i in 0..3 {
                let slope = if i < taken {
                    0.5 / start[i].sqrt()
                } else {
                    1.0
                };
                assert_eq!(bar[i], slope * [1.0, 2.0, 3.0][i], "{n}, {i}");
            }
        }
        let mut a = start;
        let (value, pullback) = checked::vjp(&mut a, 3);
        assert_eq!(value, Err("number 2 is negative".to_string()));
        let mut bar = [0.0, 1.0, 0.0];
        pullback((), &mut bar);
        // The second is ln(b) times what became of the first, 2 ln 2.
        let first = 0.25f64.ln() * (2.0f64.ln() + 1.0);
        assert!((bar[0] - first).abs() < 1e-14, "{bar:?}");
        assert!((bar[1] - 8.0 * 2.0f64.ln()).abs() < 1e-14, "{bar:?}");
        let mut a = start;
        let (value, pullback) = counted::vjp(&mut a, 3);
        assert_eq!(value, Ok(1));
        let mut bar = [1.0, 1.0, 1.0];
        pullback((), &mut bar);
        assert_eq!(bar, [4.0, 1.0, 1.0]);
        let mut a = start;
        let mut dot = [1.0, 0.0, 0.0];
        assert_eq!(counted::jvp(&mut a, 3, &mut dot), Ok((1, ())));
        assert_eq!(dot, [4.0, 0.0, 0.0]);
    }
}
