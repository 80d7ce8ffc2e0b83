//! Records that are cut into blocks where they would be long, beside the same records whole: the bits of
//! the gradient are the same.

use conservative_grad::conservative_grad;

use super::{check_slope, same};

/// A step of the loops below records 24 quotients at least; a record of more than 32 MiB has blocks.
const LONG: usize = (32 << 20) / (24 * 8) + 123;

macro_rules! damped {
    ($name:ident $t:ty: $($mark:tt)*) => {
        damped!(@ $name $t: [$($mark)*] 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 3.0 3.1 3.2 3.3 3.4);
    };
    (@ $name:ident $t:ty: [$($mark:tt)*] $($divisor:tt)*) => {
        #[conservative_grad]
        fn $name(q0: $t, k: $t, from: i64, to: i64) -> $t {
            let (mut q, mut v, mut work, mut flips, mut on) = (q0, 0.1, 0.0, 3, true);
            $($mark)*
            for i in from..to {
                let mut s = k + q;
                $(s = (1.0 + s) / ($divisor + s * s);)*
                // Known without the parameters: no decision.
                let push = if i % 3 == 0 { (q * s).tanh() } else { s / 2.0 + 0.01 * k };
                v = 0.9 * v - 0.1 * k * push;
                if on {
                    v += 0.001 * (flips as $t).sin() * q;
                }
                q = 0.9 * q + 0.1 * v * s;
                work += v * q;
                flips += 2;
                on = !on && i > -5;
            }
            q * v + work / (1.0 + (flips as $t))
        }
    };
}
damped!(damped f64:);
damped!(damped_whole f64: #[checkpoint(whole)]);
damped!(single f32:);
damped!(single_whole f32: #[checkpoint(whole)]);

#[test]
fn the_bits_of_long_loops() {
    let n = LONG as i64;
    for (from, to) in [(-7, n), (0, 1), (5, 2), (i64::MAX - 2, i64::MAX)] {
        let (_, (slope, by_k)) = same!(damped_whole, damped; 0.8, 1.1, from, to);
        if to == 1 {
            check_slope(|q| damped(q, 1.1, from, to), 0.8, slope);
        }
        if to == n {
            // What is left of the start is nothing; the sum remembers the constant.
            check_slope(|k| damped(0.8, k, from, to), 1.1, by_k);
            assert!(by_k.abs() > 1e-4);
        }
    }
    same!(single_whole, single; 0.8, 1.1, 0, 300);
}

macro_rules! two {
    ($name:ident $($mark:tt)*) => {
        two!(@ $name [$($mark)*] 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 3.0 3.1 3.2 3.3 3.4);
    };
    (@ $name:ident [$($mark:tt)*] $($divisor:tt)*) => {
        two!(@@ $name [$($mark)*] [$($divisor)*] [$($divisor)*]);
    };
    (@@ $name:ident [$($mark:tt)*] [$($divisor:tt)*] [$($another:tt)*]) => {
        #[conservative_grad]
        fn $name(x0: f64, rate: f64, n: usize) -> f64 {
            let (mut x, mut y) = (x0, 1.0);
            $($mark)*
            for _ in 0..n {
                let mut s = x * y;
                $(s = (rate + s) / ($divisor + s * s);)*
                y = 0.5 * y + 0.1 * s;
                x = 0.5 * x + rate * s.tanh() * y;
            }
            let z = x * y;
            $($mark)*
            for i in n..2 * n {
                let mut s = x + 1e-6 * i as f64;
                $(s = (z + s) / ($another + s * s);)*
                x = 0.5 * x + rate * s;
                y = 0.4 * y + x * s.tanh() * z;
            }
            // The loops once more, in branches and in another loop: these are recorded whole.
            if n > 10 {
                for _ in 0..10 {
                    x = (x * y).sin();
                }
            }
            for _ in 0..3 {
                for _ in 0..5 {
                    y = (x * y).cos() + x;
                }
            }
            x * y
        }
    };
}
two!(two);
two!(two_whole #[checkpoint(whole)]);

/// The second loop has the state of the first one as a constant, and both leave their records to one reverse sweep.
#[test]
fn two_loops_of_one_function() {
    for n in [0, 1, 11] {
        let (_, (slope, _)) = same!(two_whole, two; 0.3, 0.7, n);
        if n == 1 {
            check_slope(|x| two(x, 0.7, n), 0.3, slope);
        }
    }
    let found = two::value_and_grad(0.3, 0.7, LONG);
    assert_eq!(found, two_whole::value_and_grad(0.3, 0.7, LONG));
}

#[conservative_grad]
fn outer(x: f64, n: i64) -> f64 {
    let mut s = 0.0;
    for k in 0..n {
        s += two(x, 0.5 + 0.1 * k as f64, 4) * damped(x, 1.0, k, LONG as i64 * k);
    }
    s
}

#[conservative_grad]
fn outer_whole(x: f64, n: i64) -> f64 {
    let mut s = 0.0;
    for k in 0..n {
        s += two_whole(x, 0.5 + 0.1 * k as f64, 4) * damped_whole(x, 1.0, k, LONG as i64 * k);
    }
    s
}

#[test]
fn in_functions_that_others_call() {
    let found = outer::value_and_grad(0.4, 2);
    assert_eq!(found, outer_whole::value_and_grad(0.4, 2));
}
