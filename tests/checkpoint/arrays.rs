//! Loops that carry arrays: state, scratch, what is only written to, what changes afterwards.

use conservative_grad::{Differentiable, conservative_grad};

use super::{LENGTHS, XS, check_slope, same};

macro_rules! heat {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(u0: &[f64], k: f64, steps: usize) -> f64 {
            let n = u0.len();
            let mut u = u0.to_vec();
            let mut next = vec![0.0; n];
            $($mark)*
            for _ in 0..steps {
                for j in 0..n {
                    next[j] = u[j];
                }
                for j in 1..n - 1 {
                    let flow = u[j - 1] - 2.0 * u[j] + u[j + 1];
                    next[j] = u[j] + k * flow * (1.0 + u[j] * u[j]).sqrt();
                }
                for j in 0..n {
                    u[j] = next[j];
                }
            }
            let mut s = 0.0;
            for j in 0..n {
                s += u[j] * u[j];
            }
            s.sqrt()
        }
    };
}
heat!(heat);
heat!(heat_4 #[checkpoint(budget = 4)]);
heat!(heat_usual #[checkpoint]);

#[test]
fn an_array_from_step_to_step() {
    for n in LENGTHS {
        let (_, (_, slope)) = same!(heat, heat_4, heat_usual; &XS, 0.1, n);
        check_slope(|k| heat(&XS, k, n), 0.1, slope);
    }
}

macro_rules! mixed {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, xs: &[f64], n: usize) -> f64 {
            let mut w = [a, 2.0 * a, a * a];
            let mut out = vec![0.0; n];
            let mut acc = [0.0; 3];
            let mut path = Vec::new();
            let mut k = xs.to_vec();
            $($mark)*
            for i in 0..n {
                let t = w[i % 3] * k[i % xs.len()];
                w[(i + 1) % 3] += t.sin();
                out[i] = t * w[0];
                acc[i % 3] += t * t;
                path.push(w[1] * t);
            }
            for v in k.iter_mut() {
                *v *= a;
            }
            let mut s = 0.0;
            for i in 0..n {
                s += out[i] * path[i];
            }
            for j in 0..3 {
                s += acc[j] * w[j] * k[j];
            }
            s
        }
    };
}
mixed!(mixed);
mixed!(mixed_3 #[checkpoint(budget = 3)]);
mixed!(mixed_usual #[checkpoint]);

#[test]
fn arrays_of_every_kind() {
    for n in LENGTHS {
        let (_, (slope, _)) = same!(mixed, mixed_3, mixed_usual; 0.3, &XS, n);
        check_slope(|a| mixed(a, &XS, n), 0.3, slope);
    }
}

macro_rules! scratch {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(v: &[f64], k: f64, n: usize) -> f64 {
            let mut next = vec![0.0; v.len()];
            let mut u = v.to_vec();
            let mut s = 0.3;
            for r in 0..3 {
                let mut inner = [0.0; 2];
                $($mark)*
                for _ in 0..n {
                    for j in 0..v.len() {
                        next[j] = (u[j] * k).sin();
                    }
                    for j in 0..2 {
                        inner[j] = next[j] * s;
                    }
                    for j in 0..v.len() {
                        u[j] = 0.5 * next[j] + inner[j % 2];
                    }
                }
                s = (s * u[0]).exp() + u[r] * k;
            }
            s
        }
    };
}
scratch!(scratch);
scratch!(scratch_3 #[checkpoint(budget = 3)]);
scratch!(scratch_usual #[checkpoint]);

#[test]
fn scratch_is_no_state() {
    for n in LENGTHS {
        let (_, (_, slope)) = same!(scratch, scratch_3, scratch_usual; &XS, 0.3, n);
        check_slope(|k| scratch(&XS, k, n), 0.3, slope);
    }
}

macro_rules! owned {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(mut v: Vec<f64>, mut m: [[f64; 2]; 2], k: f64, n: usize) -> f64 {
            let mut x = k;
            $($mark)*
            for i in 0..n {
                x = x * v[i % 3] + m[1][0];
                m[i % 2][0] = (m[0][1] + x).sin();
            }
            v[0] = x * v[1];
            v[0] * m[0][0] + m[1][0]
        }
    };
}
owned!(owned);
owned!(owned_3 #[checkpoint(budget = 3)]);

macro_rules! rows {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: &[Vec<f64>], k: f64, n: usize) -> f64 {
            let mut m = a.to_vec();
            $($mark)*
            for i in 0..n {
                let r = i % m.len();
                m[r][0] = (m[r][1] + k).sin();
                let c = m[(i + 1) % a.len()].clone();
                m[r][1] += c[0] * k;
            }
            m[0][0] * m[1][1]
        }
    };
}
rows!(rows);
rows!(rows_3 #[checkpoint(budget = 3)]);

#[test]
fn arrays_that_are_handed_over() {
    let m = [[0.2, 0.3], [0.4, 0.5]];
    let a = m.map(|row| row.to_vec());
    for n in LENGTHS {
        let (_, (_, _, slope)) = same!(owned, owned_3; XS.to_vec(), m, 0.3, n);
        check_slope(|k| owned(XS.to_vec(), m, k, n), 0.3, slope);
        let (_, (_, slope)) = same!(rows, rows_3; &a, 0.3, n);
        check_slope(|k| rows(&a, k, n), 0.3, slope);
    }
}

macro_rules! in_place {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(u: &mut [f64], w: &mut [f64; 3], s: &mut f64, k: f64, n: usize) -> f64 {
            let mut x = k;
            $($mark)*
            for i in 0..n {
                x = (x * u[i % 3]).sin();
                w[i % 3] = w[(i + 1) % 3] * x;
                *s += x * w[0];
            }
            u[1] += x;
            $($mark)*
            for _ in 0..n {
                for j in 1..u.len() {
                    u[j] = (u[j] + k * u[j - 1]).sin();
                }
            }
            u[2] *= u[0];
            x
        }
    };
}
in_place!(in_place);
in_place!(in_place_3 #[checkpoint(budget = 3)]);

macro_rules! around {
    ($name:ident $step:ident) => {
        #[conservative_grad]
        fn $name(v: &[f64], k: f64, n: usize) -> f64 {
            let mut u = v.to_vec();
            let mut w = [k, 0.5, 0.7];
            let (mut s, mut x) = (0.1, k);
            for _ in 0..3 {
                x = $step(&mut u, &mut w, &mut s, x, n) + 0.3;
            }
            let total: f64 = u.iter().sum();
            total * s + w[0] + x
        }
    };
}
around!(around in_place);
around!(around_3 in_place_3);

#[test]
fn what_the_caller_lends() {
    let run = |kept: bool, n| {
        let (mut u, mut w, mut s) = ([0.4, 0.3, 0.2, 0.5], [0.4, 0.3, 0.9], 0.3);
        let (mut u_bar, mut w_bar, mut s_bar) = ([1.0, 0.3, 0.2, 0.5], [1.0, 0.3, 0.2], 1.0);
        let (value, k_bar) = if kept {
            let (value, pullback) = in_place_3::vjp(&mut u, &mut w, &mut s, 0.6, n);
            (value, pullback(1.0, &mut u_bar, &mut w_bar, &mut s_bar))
        } else {
            let (value, pullback) = in_place::vjp(&mut u, &mut w, &mut s, 0.6, n);
            (value, pullback(1.0, &mut u_bar, &mut w_bar, &mut s_bar))
        };
        ((value, k_bar), (u, w, s), (u_bar, w_bar, s_bar))
    };
    for n in LENGTHS {
        assert_eq!(run(true, n), run(false, n));
        let (_, (_, slope)) = same!(around, around_3; &XS, 0.3, n);
        check_slope(|k| around(&XS, k, n), 0.3, slope);
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Body {
    x: f64,
    v: [f64; 2],
}

macro_rules! bodies {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, n: usize) -> f64 {
            let mut b = Body { x: a, v: [0.3, a * a] };
            $($mark)*
            for _ in 0..n {
                b.x += 0.1 * b.v[0];
                b.v[1] -= 0.1 * b.x.sin();
                b.v[0] = b.v[1] * b.x;
            }
            b.x + b.v[0]
        }
    };
}
bodies!(bodies);
bodies!(bodies_3 #[checkpoint(budget = 3)]);

#[test]
fn structs() {
    for n in LENGTHS {
        let (_, slope) = same!(bodies, bodies_3; 0.3, n);
        check_slope(|a| bodies(a, n), 0.3, slope);
    }
}

macro_rules! given_away {
    ($name:ident $changed:ident $whole:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $changed(a: &mut [Vec<f64>], k: f64, n: usize) {
            $($mark)*
            for _ in 0..n {
                for p in 0..a.len() {
                    for i in p + 1..a.len() {
                        let m = k * a[i][p] / (2.0 + a[p][p]);
                        for j in p..a.len() {
                            a[i][j] -= m * a[p][j];
                        }
                    }
                }
            }
            for i in 1..a.len() {
                for j in 0..i {
                    for l in 0..j {
                        a[i][j] += 0.1 * a[i][l] * a[j][l];
                    }
                }
            }
        }

        #[conservative_grad]
        fn $name(v: &[f64], k: f64, n: usize) -> Vec<Vec<f64>> {
            let size = v.len();
            let mut a: Vec<Vec<f64>> = Vec::new();
            for i in 0..size {
                let mut row = vec![0.1; size];
                row[i] += v[i];
                a.push(row);
            }
            $($mark)*
            for _ in 0..n {
                for i in 0..size {
                    for j in 0..=i {
                        for l in 0..j {
                            a[i][j] += k * a[i][l] * a[j][l];
                        }
                    }
                }
                let mut next = a.clone();
                for i in 1..size {
                    for j in 0..size {
                        next[i][j] = (a[i][j] + k * a[i - 1][j]).sin();
                    }
                }
                a = next;
            }
            a
        }

        #[conservative_grad]
        fn $whole(v: &[f64], k: f64, n: usize) -> f64 {
            let mut a = $name(v, k, n);
            $changed(&mut a, k, n);
            let mut s = 0.0;
            for row in &a {
                for t in row {
                    s += t * t;
                }
            }
            s
        }
    };
}
given_away!(given changed given_and_changed);
given_away!(given_3 changed_3 given_and_changed_3 #[checkpoint(budget = 3)]);

#[test]
fn what_the_caller_gets() {
    for n in LENGTHS {
        let (_, (_, slope)) = same!(given_and_changed, given_and_changed_3; &XS, 0.3, n);
        check_slope(|k| given_and_changed(&XS, k, n), 0.3, slope);
    }
}
