//! `if` as statement and as value, on constants and on differentiable values.

twin! { on_a_constant ($ T O grad): f(0.5, 2.0, const 1); f(0.5, 2.0, const 5); f(0.5, 2.0, const 9); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let mut s = x;
        if n < 3 {
            s *= y;
        } else if n < 7 {
            s = s * s + y;
        } else {
            let t = s / y;
            s = t * t;
        }
        s * x
    }
} }

twin! { as_a_value ($ T O grad): f(0.5, 2.0, const 1); f(0.5, 2.0, const 5); f(0.5, 2.0, const 9); {
    #[$grad]
    pub fn f(x: $T, y: $T, n: usize) -> $T {
        let a = if n < 3 { x * y } else if n < 7 { x } else { y * y };
        let b = a * if n % 2 == 1 { x } else { y } + 1.0;
        b * a
    }
} }

twin! { on_differentiable_values ($ T O grad): f(0.75, 2.0); f(2.0, 0.75); f(-3.0, -4.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let m = if x > y { x * x } else { y * x };
        if m < 0.0 {
            return -m * y;
        }
        if x * y >= 1.0 && y > 0.0 || x < -1.0 { m * y } else { m * m }
    }
} }

twin! { without_else ($ T O grad): f(0.5, 2.0); f(2.0, 0.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x * y;
        if x > y {
            s += x;
            s *= s;
        }
        if !(x > y) {
            s -= y * s;
        }
        s
    }
} }

twin! { nested ($ T O grad): f(0.5, 2.0); f(2.0, 0.5); f(-0.5, 2.0); f(-2.0, -0.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut a = x;
        let mut b = y;
        if x > 0.0 {
            if y > 1.0 {
                a = b * x;
            } else {
                b = a * a;
                if a > 1.0 {
                    a *= b;
                }
            }
        } else if y > 0.0 {
            let t = a;
            a = b;
            b = t * a;
        } else {
            b *= a;
            a = b;
        }
        a * b + a
    }
} }

twin! { early_returns ($ T O grad): f(0.5, 2.0); f(2.0, 0.5); f(-0.5, 2.0); f(-2.0, -0.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        if x > 1.0 {
            return x * y;
        }
        let z = x * x + y;
        if z > 4.0 {
            let w = z * y;
            return w.sin();
        } else if y > 0.0 {
            return if x > 0.0 { z } else { z * z };
        }
        z * x * y
    }
} }

twin! { comparisons_in_variables ($ T O grad): f(0.5, 2.0); f(2.0, 0.5); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let above = x > y;
        let small = x * y < 1.5;
        let both = above && small;
        let mut s = x;
        if both || !above {
            s *= y;
        }
        if above != small {
            s += y;
        }
        s * s
    }
} }

twin! { variable_changed_in_one_branch ($ T O grad): f(&[0.5, -2.0, 1.0, -0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s = x[0];
        let mut last = x[1];
        for i in 0..x.len() {
            if x[i] > 0.0 {
                last = x[i] * s;
            }
            s += last * x[i];
        }
        s * last
    }
} }

twin! { array_changed_in_one_branch ($ T O grad): f([0.5, -2.0, 1.0], const 2); f([0.5, -2.0, 1.0], const 0); {
    #[$grad]
    pub fn f(x: [$T; 3], k: usize) -> $T {
        let mut a = x;
        if k > 1 {
            a[k] *= a[0];
            a[0] = a[k];
        } else {
            a = [a[1], a[0] * a[2], a[k]];
        }
        a[0] * a[1] * a[2] + x[k]
    }
} }

twin! { maximum_by_hand ($ T O grad): f(&[0.5, -2.0, 1.0, 0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut best = x[0];
        for i in 1..x.len() {
            if x[i] > best {
                best = x[i];
            }
        }
        best * best
    }
} }

twin! { argument_of_the_maximum ($ T O grad): f(&[0.5, -2.0, 1.0, 0.25], &[1.0, 2.0, 3.0, 4.0]); {
    #[$grad]
    pub fn f(x: &[$T], y: &[$T]) -> $T {
        let mut best = 0;
        for i in 1..x.len() {
            if x[i] > x[best] {
                best = i;
            }
        }
        y[best] * x[best]
    }
} }

twin! { bubble_sort ($ T O grad): f([0.5, -2.0, 1.0, 0.25]) -> many; {
    #[$grad]
    pub fn f(x: [$T; 4]) -> [$T; 4] {
        let mut a = x;
        for i in 0..4 {
            for j in 0..3 - i {
                if a[j] > a[j + 1] {
                    let t = a[j];
                    a[j] = a[j + 1];
                    a[j + 1] = t;
                }
            }
        }
        a
    }
} }

twin! { shadowed_in_branches ($ T O grad): f(0.5, 2.0, const true); f(0.5, 2.0, const false); {
    #[$grad]
    pub fn f(x: $T, y: $T, flag: bool) -> $T {
        let s = x * y;
        let t = if flag {
            let s = s * s;
            let x = s + y;
            x * s
        } else {
            let y = s;
            let s = y * x;
            s + y
        };
        s * t
    }
} }

twin! { flags_and_short_circuit ($ T O grad): f(&[0.5, 2.0], const 1); f(&[0.5, 2.0], const 7); {
    #[$grad]
    pub fn f(x: &[$T], i: usize) -> $T {
        // The right side must not be looked at when the left one decides.
        if i < x.len() && x[i] > 1.0 {
            x[i] * x[0]
        } else if i >= x.len() || x[i] < 0.0 {
            x[0] * x[0]
        } else {
            x[1]
        }
    }
} }
