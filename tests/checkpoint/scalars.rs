//! Loops that carry numbers: counted, left early, without a count.

use conservative_grad::conservative_grad;

use super::{LENGTHS, XS, check_slope, same};

macro_rules! lorenz {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(x0: f64, p: f64, n: usize) -> f64 {
            let (mut x, mut y) = (x0, 0.5);
            $($mark)*
            for _ in 0..n {
                let dx = p * (y - x);
                let dy = x * (1.0 - y).sin();
                x += 0.01 * dx;
                y += 0.01 * dy;
            }
            x * y
        }
    };
}
lorenz!(lorenz);
lorenz!(lorenz_1 #[checkpoint(budget = 1)]);
lorenz!(lorenz_2 #[checkpoint(budget = 2)]);
lorenz!(lorenz_7 #[checkpoint(budget = 7)]);
lorenz!(lorenz_usual #[checkpoint]);

#[test]
fn counted() {
    for n in LENGTHS {
        let (_, (slope, _)) =
            same!(lorenz, lorenz_1, lorenz_2, lorenz_7, lorenz_usual; 0.3, 1.5, n);
        check_slope(|x| lorenz(x, 1.5, n), 0.3, slope);
    }
}

macro_rules! coupled {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(x0: f64, p: f64, n: usize) -> f64 {
            let (mut x, mut y, mut z) = (x0, 0.5, 1.0);
            $($mark)*
            for _ in 0..n {
                let dx = p * (y - x);
                let dy = x * (2.0 - z) - y;
                let dz = x * y - 0.7 * z + 0.1 * x * x;
                x += 0.01 * dx;
                y += 0.01 * dy;
                z += 0.01 * dz;
            }
            x * y + z
        }
    };
}
coupled!(coupled);
coupled!(coupled_2 #[checkpoint(budget = 2)]);
coupled!(coupled_whole #[checkpoint(whole)]);

/// What an iteration adds to an adjoint is added in one order, with and without the attribute.
#[test]
fn long_sums_of_adjoints() {
    for n in LENGTHS {
        let (_, (slope, _)) = same!(coupled, coupled_2, coupled_whole; 0.3, 1.5, n);
        check_slope(|x| coupled(x, 1.5, n), 0.3, slope);
    }
}

macro_rules! relax {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, x0: f64) -> f64 {
            let mut x = x0;
            let mut count = 0;
            $($mark)*
            while (x * x - a).abs() > 1e-12 && count < 200 {
                x = 0.97 * x + 0.03 * a / x;
                count += 1;
            }
            x * x
        }
    };
}
relax!(relax);
relax!(relax_1 #[checkpoint(budget = 1)]);
relax!(relax_5 #[checkpoint(budget = 5)]);
relax!(relax_usual #[checkpoint]);

#[test]
fn until_it_converges() {
    for x in [1.0, 1.4, 3.0, std::f64::consts::SQRT_2] {
        same!(relax, relax_1, relax_5, relax_usual; 2.0, x);
    }
}

macro_rules! endless {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, n: usize) -> f64 {
            let mut x = a;
            let mut i = 0;
            $($mark)*
            loop {
                if i >= n {
                    break;
                }
                i += 1;
                x = (x * 1.1 + 0.1).sin();
            }
            x
        }
    };
}
endless!(endless);
endless!(endless_4 #[checkpoint(budget = 4)]);
endless!(endless_usual #[checkpoint]);

macro_rules! early {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, n: usize) -> f64 {
            let mut x = a;
            $($mark)*
            for i in 0..n {
                if i == 37 {
                    break;
                }
                if i % 5 == 3 {
                    continue;
                }
                x = (x * 1.1 + 0.1).sin();
            }
            x
        }
    };
}
early!(early);
early!(early_3 #[checkpoint(budget = 3)]);
early!(early_usual #[checkpoint]);

macro_rules! leave {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, n: usize) -> f64 {
            let mut x = a;
            'outer: for r in 0..4 {
                let mut y = x;
                $($mark)*
                for i in 0..n {
                    y = (y * 1.3).sin() + 0.1 * x;
                    if r == 2 && i == 5 {
                        break 'outer;
                    }
                    if r == 1 && i == 4 {
                        continue 'outer;
                    }
                    if r == 3 && i == 70 {
                        return y * y;
                    }
                }
                x = 0.5 * y * x + 0.2;
            }
            x
        }
    };
}
leave!(leave);
leave!(leave_4 #[checkpoint(budget = 4)]);
leave!(leave_usual #[checkpoint]);

#[test]
fn left_early() {
    for n in LENGTHS {
        let (_, slope) = same!(endless, endless_4, endless_usual; 0.4, n);
        check_slope(|x| endless(x, n), 0.4, slope);
        let (_, slope) = same!(early, early_3, early_usual; 0.4, n);
        check_slope(|x| early(x, n), 0.4, slope);
        let (_, slope) = same!(leave, leave_4, leave_usual; 0.3, n);
        check_slope(|x| leave(x, n), 0.3, slope);
    }
}

macro_rules! ranges {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, xs: &[f64], n: i32) -> f64 {
            let mut x = a;
            $($mark)*
            for i in (-2..n).step_by(3) {
                x = (x + f64::from(i)).sin();
            }
            $($mark)*
            for i in (-2..n).rev() {
                x = x * (x + f64::from(i)).cos();
            }
            $($mark)*
            for i in (-2..n).step_by(2).rev() {
                x = x * (x + f64::from(i)).cos() + 0.5;
            }
            $($mark)*
            for i in (3..=xs.len() - 1).rev().step_by(2) {
                x = (x * xs[i]).cos();
            }
            $($mark)*
            for (i, v) in xs.iter().enumerate() {
                x = (x * v + i as f64).sin();
            }
            $($mark)*
            for w in xs.windows(2) {
                x = x * w[0] + w[1] * x.sin();
            }
            $($mark)*
            for (u, v) in xs.iter().zip(xs.iter().rev()) {
                x = x * u + (v * x).sin();
            }
            x
        }
    };
}
ranges!(ranges);
ranges!(ranges_3 #[checkpoint(budget = 3)]);
ranges!(ranges_usual #[checkpoint]);

#[test]
fn over_ranges_and_sequences() {
    for n in [-5, -2, -1, 0, 1, 2, 7, 20] {
        let (_, (slope, _)) = same!(ranges, ranges_3, ranges_usual; 0.4, &XS, n);
        check_slope(|x| ranges(x, &XS, n), 0.4, slope);
    }
}

macro_rules! integers {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, n: usize) -> f64 {
            let mut x = (a, [a, 1.0]);
            let mut fib = (0usize, 1usize);
            let mut on = true;
            $($mark)*
            for _ in 0..n {
                x = ((x.0 * x.1[0]).sin(), [x.1[1], x.0 + (fib.0 % 3) as f64]);
                fib = (fib.1, (fib.0 + fib.1) % 1000);
                if on {
                    x.0 *= 1.5;
                }
                on = !on;
            }
            x.0 + x.1[0]
        }
    };
}
integers!(integers);
integers!(integers_2 #[checkpoint(budget = 2)]);
integers!(integers_usual #[checkpoint]);

#[test]
fn with_integers_beside_the_numbers() {
    for n in LENGTHS {
        let (_, slope) = same!(integers, integers_2, integers_usual; 0.3, n);
        check_slope(|x| integers(x, n), 0.3, slope);
        assert_eq!(integers::jvp(0.3, n, 1.0), integers_2::jvp(0.3, n, 1.0));
    }
}
