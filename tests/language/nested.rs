//! Items in the body of a function: nested functions that numbers are passed to, constants, tables,
//! imports, at the top and in inner blocks.

twin! { function ($ T O grad): f(0.5, 2.0); f(-0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        fn square(t: $T) -> $T {
            t * t
        }
        square(x) * y + square(x * y)
    }
} }

twin! { functions_that_call_each_other ($ T O grad): f(&[0.5, 2.0, -1.0], 0.75); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        fn scaled(x: $T, a: $T) -> $T {
            x * a.sin()
        }
        fn norm(x: &[$T], a: $T) -> $T {
            let mut s: $T = $O;
            for i in 0..x.len() {
                s += scaled(x[i], a) * x[i];
            }
            s.exp()
        }
        norm(x, a) * scaled(x[0], x[1])
    }
} }

twin! { recursion ($ T O grad): f(0.75, const 5); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        fn even(x: $T, n: usize) -> $T {
            if n == 0 { x } else { x * odd(x, n - 1) }
        }
        fn odd(x: $T, n: usize) -> $T {
            if n == 0 { 1.0 + $O } else { 2.0 * even(x, n - 1) + x }
        }
        fn power(x: $T, n: usize) -> $T {
            if n == 0 { x.cos() } else { x * power(x, n - 1) }
        }
        even(x, n) * odd(x, n) - power(x, n)
    }
} }

twin! { changing_arguments ($ T O grad): f(&[0.5, 2.0, -1.0], 0.75); {
    #[$grad]
    pub fn f(x: &[$T], a: $T) -> $T {
        fn smooth(y: &mut [$T], a: $T) {
            for i in 1..y.len() {
                y[i] += a * y[i - 1] * y[i];
            }
        }
        fn step(y: &mut $T, a: $T) -> $T {
            *y *= a;
            *y + 1.0
        }
        let mut y = x.to_vec();
        smooth(&mut y, a);
        let mut z = y[2];
        let w = step(&mut z, y[1]);
        w * z + y[0]
    }
} }

twin! { two_deep ($ T O grad): f(0.75); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        fn outer(x: $T) -> $T {
            fn inner(x: $T) -> $T {
                x * x.sin()
            }
            inner(x) + inner(x * x)
        }
        outer(x) * x
    }
} }

twin! { named_like_others ($ T O grad): f(0.75); f(-0.75); {
    #[$grad]
    #[allow(dead_code, reason = "a nested function of this name comes before it")]
    pub fn act(x: $T) -> $T {
        x * x * x
    }
    #[$grad]
    pub fn f(x: $T) -> $T {
        fn act(t: $T) -> $T {
            2.0 * t * t
        }
        fn relu(x: $T) -> $T {
            if x > $O { x } else { x * 0.25 }
        }
        act(x) + relu(x)
    }
} }

twin! { with_other_parameters ($ T O grad): f([0.5, 2.0], const 3) -> many; {
    #[$grad]
    pub fn f(x: [$T; 2], n: usize) -> [$T; 2] {
        fn turn(x: [$T; 2], by: $T) -> [$T; 2] {
            [x[0] * by.cos() - x[1] * by.sin(), x[0] * by.sin() + x[1] * by.cos()]
        }
        fn half(n: usize) -> usize {
            n / 2
        }
        let mut y = x;
        for _ in 0..half(n) + 1 {
            y = turn(y, x[1]);
        }
        y
    }
} }

reals! { tables ($ T grad): f(0.75); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        static COEFFICIENTS: [$T; 4] = [1.0, 0.5, -0.25, 0.125];
        const ORDER: [(usize, bool); 2] = [(3, true), (1, false)];
        use std::f64::consts::*;
        let mut sum = 0.0;
        for i in 0..4 {
            sum = sum * x + COEFFICIENTS[3 - i];
        }
        let (n, _) = ORDER[0];
        sum * TAU as $T + x.powi(n as i32)
    }
} }

reals! { in_inner_blocks ($ T grad): f(0.75, const 3); {
    #[$grad]
    pub fn f(x: $T, n: usize) -> $T {
        let mut sum = 0.0;
        for i in 0..n {
            const WEIGHTS: [$T; 3] = [1.0, 0.5, -0.25];
            fn bend(x: $T) -> $T {
                use std::f64::consts::FRAC_PI_2;
                (x * FRAC_PI_2 as $T).sin()
            }
            sum += WEIGHTS[i] * bend(x * (i as $T + 1.0));
        }
        let scale = {
            const SCALE: $T = 0.5;
            SCALE * x
        };
        sum * scale
    }
} }

mod options {
    use conservative_grad::conservative_grad;

    #[conservative_grad(policy = upper)]
    fn upper(x: f64) -> f64 {
        fn hinge(x: f64) -> f64 {
            x.max(0.0)
        }
        hinge(x)
    }

    #[conservative_grad]
    fn own(x: f64) -> f64 {
        #[conservative_grad(policy = upper)]
        fn hinge(x: f64) -> f64 {
            x.max(0.0)
        }
        #[conservative_grad(skip)]
        fn steps(n: usize) -> f64 {
            n as f64
        }
        hinge(x) * steps(2) + x.max(0.0)
    }

    #[test]
    fn are_those_of_the_function_around() {
        assert_eq!(upper::grad(0.0), 1.0);
        assert_eq!(own::grad(0.0), 2.0 + 0.5);
        assert_eq!(own::trace(0.0).visits().len(), 2);
    }
}
