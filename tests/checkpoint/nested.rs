//! Loops in loops, in branches, and with calls.

use conservative_grad::{conservative_grad, relu};

use super::{LENGTHS, XS, check_slope, same};

macro_rules! samples {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(xs: &[f64], p: f64, n: usize) -> f64 {
            let mut s = 0.0;
            for x in xs {
                let mut h = p * x;
                $($mark)*
                for _ in 0..n {
                    // With a decision, no selection but the plain one gets strips, which add up in another order.
                    h = (h * p + x).sin().max(-2.0);
                }
                s += h;
            }
            s
        }
    };
}
samples!(samples);
samples!(samples_3 #[checkpoint(budget = 3)]);
samples!(samples_usual #[checkpoint]);

macro_rules! branches {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(xs: &[f64], p: f64, n: usize) -> f64 {
            let mut s = 0.0;
            let mut h = 0.1;
            for x in xs {
                let q = p * x;
                let mut c = vec![*x, q];
                if *x > 0.0 {
                    let z = (q * x).exp();
                    $($mark)*
                    for i in 0..n {
                        h = (h * q + z + c[i % 2]).sin() + 0.1 * p;
                    }
                    c[0] = h * z;
                }
                s += h * c[0] * c[1];
            }
            s
        }
    };
}
branches!(branches);
branches!(branches_3 #[checkpoint(budget = 3)]);
branches!(branches_usual #[checkpoint]);

macro_rules! open {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(xs: &[f64], p: f64, n: usize) -> f64 {
            let mut h = 0.1;
            for x in xs {
                let mut k = 0;
                $($mark)*
                while k < n && h < 2.0 {
                    h = (h * p + x).sin() + 0.2;
                    k += 1 + k % 2;
                }
                h = h * h + x;
            }
            h
        }
    };
}
open!(open);
open!(open_5 #[checkpoint(budget = 5)]);
open!(open_usual #[checkpoint]);

#[test]
fn in_other_loops() {
    for n in LENGTHS {
        let (_, (_, slope)) = same!(samples, samples_3, samples_usual; &XS, 0.7, n);
        check_slope(|p| samples(&XS, p, n), 0.7, slope);
        let (_, (_, slope)) = same!(branches, branches_3, branches_usual; &XS, 0.7, n);
        check_slope(|p| branches(&XS, p, n), 0.7, slope);
        same!(open, open_5, open_usual; &XS, 0.7, n);
    }
}

macro_rules! twice {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, p: f64, n: usize, m: usize) -> f64 {
            let mut x = a;
            let mut y = p;
            $($mark)*
            for _ in 0..n {
                let w = (x * y).sin();
                $($mark)*
                for _ in 0..m {
                    x = (x * w + 0.3 * y).sin().max(0.2 * x);
                }
                y = 0.9 * y + 0.1 * x * w;
            }
            x + y
        }
    };
}
twice!(twice);
twice!(twice_3 #[checkpoint(budget = 3)]);
twice!(twice_usual #[checkpoint]);

#[test]
fn in_each_other() {
    for n in [0, 1, 2, 5, 13, 30] {
        for m in [0, 1, 4, 9] {
            let (_, (slope, _)) = same!(twice, twice_3, twice_usual; 0.3, 0.7, n, m);
            check_slope(|a| twice(a, 0.7, n, m), 0.3, slope);
        }
    }
}

#[conservative_grad]
fn step(x: f64, p: f64) -> f64 {
    if x > 0.3 {
        (x * p).cos()
    } else {
        x.abs().max(0.1) + p * x
    }
}

macro_rules! calls {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, p: f64, ws: &[f64], n: usize) -> f64 {
            let mut x = a;
            $($mark)*
            for _ in 0..n {
                x = step(x, p);
                for w in ws {
                    x = relu(x - w) + 0.5 * step(x, *w);
                }
            }
            x
        }
    };
}
calls!(calls);
calls!(calls_3 #[checkpoint(budget = 3)]);
calls!(calls_usual #[checkpoint]);

macro_rules! sums {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, xs: &[f64]) -> f64 {
            let mut s = 0.0;
            $($mark)*
            for x in xs {
                s += step(a * x, 0.5);
            }
            s.sin()
        }
    };
}
sums!(sums);
sums!(sums_2 #[checkpoint(budget = 2)]);

#[test]
fn with_calls() {
    for n in LENGTHS {
        same!(calls, calls_3, calls_usual; 0.4, 0.7, &XS, n);
    }
    // The closures of the calls are what a sum over them keeps.
    for n in 0..XS.len() {
        same!(sums, sums_2; 0.4, &XS[..n]);
    }
}
