//! `while` and `loop`: counts that the arguments decide.

twin! { counted ($ T O grad): f(0.5, const 4); f(0.5, const 0); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        let mut s = x;
        let mut i = 0;
        while i < n {
            s = s * x + 1.0;
            i += 1;
        }
        s
    }
} }

twin! { newton_square_root ($ T O grad): f(2.0); f(30.0); {
    #[$grad]
    pub fn f(a: $T) -> $T {
        let mut x = a;
        let mut steps = 0;
        while (x * x - a).abs() > 0.0005 && steps < 50 {
            x = 0.5 * (x + a / x);
            steps += 1;
        }
        // One more, so that the derivative has converged as well.
        0.5 * (x + a / x)
    }
} }

twin! { halved_until_small ($ T O grad): f(5.5, 0.75); f(0.5, 0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        while s > 1.0 {
            s = s * y;
        }
        s * s
    }
} }

twin! { bool_in_a_variable ($ T O grad): f(5.5, 0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let mut go = true;
        let mut t = y;
        while go {
            s *= y;
            t += s;
            go = s > 1.0;
        }
        t * s
    }
} }

twin! { endless_with_a_break ($ T O grad): f(5.5, 0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let mut n = 0;
        loop {
            n += 1;
            s = s * y;
            if s < 1.0 {
                break;
            }
            if n > 100 {
                return x;
            }
            s += 0.125 * y;
        }
        s * s
    }
} }

twin! { value_of_a_loop ($ T O grad): f(5.5, 0.75); f(0.5, 0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let r = loop {
            s = s * y;
            if s < 1.0 {
                break s * x;
            }
        };
        r * s
    }
} }

twin! { return_out_of_a_loop ($ T O grad): f(5.5, 0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        loop {
            s *= y;
            if s < 2.0 {
                return s * x;
            }
        }
    }
} }

twin! { two_counters ($ T O grad): f(&[0.5, 2.0, 1.0, -1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut low = 0;
        let mut high = x.len() - 1;
        let mut s = x[2];
        while low < high {
            s = s * x[low] + x[high];
            low += 1;
            high -= 1;
        }
        s * x[low]
    }
} }

twin! { nested ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        let mut i = 0;
        while i < x.len() {
            let mut j = i;
            let mut t = x[i];
            while j > 0 {
                t = t * x[j] + s;
                j -= 1;
            }
            s = s * 0.5 + t;
            i += 1;
        }
        s
    }
} }

twin! { while_in_a_for ($ T O grad): f(&[3.5, 2.5, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        for i in 0..x.len() {
            let mut t = x[i];
            while t > 1.0 {
                t = t * 0.5;
                s += t * x[i];
            }
            s = s * t;
        }
        s
    }
} }

twin! { for_in_a_while ($ T O grad): f(&[3.5, 2.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        let mut rounds = 0;
        while rounds < 2 {
            for i in 0..x.len() {
                s = s * 0.5 + x[i] * s;
            }
            rounds += 1;
        }
        s
    }
} }

twin! { array_in_a_while ($ T O grad): f([3.5, 2.0, 0.25], const 4); {
    #[$grad]
    pub fn f(x: [$T; 3], n: usize) -> $T {
        let mut a = x;
        let mut k = 0;
        while k < n {
            a[k % 3] = a[(k + 1) % 3] * a[k % 3];
            k += 1;
        }
        a[0] * a[1] + a[2]
    }
} }

twin! { fixed_point ($ T O grad): f(0.5); {
    #[$grad]
    pub fn f(a: $T) -> $T {
        let mut x = a;
        for _ in 0..30 {
            x = (a * x).cos();
        }
        x
    }
} }

twin! { euclid_steps ($ T O grad): f(0.5, const 12, const 18); {
    #[$grad]
    pub fn f(x: $T, a: u32, b: u32) -> $T {
        let mut p = a;
        let mut q = b;
        let mut s = x;
        while q != 0 {
            let r = p % q;
            p = q;
            q = r;
            s = s * x + 1.0;
        }
        s
    }
} }
