//! Sizes that are constants of an annotated module, and short loops in short loops: both are written out.

mod cases {
    check_all!(
        elimination from 9,
        by_literals from 9,
        with_arithmetic from 9,
        downwards from 9,
        summed_inside from 9,
        of_a_generic from 4,
        of_a_local_constant from 5,
        of_an_inner_module from 4,
        of_a_method from 4,
        up_to_and_with from 4,
        empty_inside from 4,
        with_a_kink_inside from 9,
        as_a_number from 3,
        as_a_length from 4,
        of_another_type from 4,
        beyond from 9,
        in_a_recorded_loop from 9,
        backwards_inside from 9,
        strided_inside from 9,
        with_a_table from 9,
        of_nine from 9,
        alike from 3,
    );
}

use programs::{
    alike, as_a_length, as_a_number, backwards_inside, beyond, by_literals, downwards, elimination,
    empty_inside, in_a_recorded_loop, of_a_generic, of_a_local_constant, of_a_method,
    of_an_inner_module, of_another_type, of_nine, strided_inside, summed_inside, up_to_and_with,
    with_a_kink_inside, with_a_table, with_arithmetic,
};

/// A kink in a loop that is written out twice over is one place in the source, and has one site.
#[test]
fn one_site() {
    assert_eq!(with_a_kink_inside::FIELD.sites.len(), 1);
}

/// An index behind the end panics where the function runs, as it does in the primal.
#[test]
#[should_panic(expected = "index out of bounds")]
fn behind_the_end() {
    let _ = programs::too_far::value_and_grad(&[1.0; 3]);
}

#[conservative_grad::conservative_grad]
mod programs {
    const N: usize = 3;
    const M: usize = 2 * N - (N - 1) / 2;
    const K: usize = N;
    const SMALL: i32 = 3;
    type Matrix = [[f64; N]; N];

    fn filled(x: &[f64]) -> Matrix {
        let mut a = [[0.0; N]; N];
        for i in 0..N {
            for j in 0..N {
                a[i][j] = 0.1 * x[i * N + j];
            }
            a[i][i] += 2.0;
        }
        a
    }

    pub(super) fn elimination(x: &[f64]) -> f64 {
        let mut a = filled(x);
        let mut det = 1.0;
        for k in 0..N {
            for i in k + 1..N {
                let l = a[i][k] / a[k][k];
                for j in k..N {
                    a[i][j] -= l * a[k][j];
                }
            }
            det *= a[k][k];
        }
        det
    }

    pub(super) fn by_literals(x: &[f64]) -> f64 {
        let mut a = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..=i {
                let mut s = x[3 * i + j] + if i == j { 9.0 } else { 0.0 };
                for k in 0..j {
                    s -= a[i][k] * a[j][k];
                }
                a[i][j] = if i == j { s.sqrt() } else { s / a[j][j] };
            }
        }
        a[2][2] * a[1][0]
    }

    pub(super) fn with_arithmetic(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..M - 2 {
            for j in i..M / 2 + 1 {
                s += x[i] * x[j] * x[M];
            }
        }
        s
    }

    pub(super) fn downwards(x: &[f64]) -> f64 {
        let a = filled(x);
        let mut y = [0.0; N];
        for i in (0..N).rev() {
            let mut s = x[i];
            for j in i + 1..N {
                s -= a[i][j] * y[j];
            }
            y[i] = s / a[i][i];
        }
        y[0] + y[1] * y[2]
    }

    pub(super) fn summed_inside(x: &[f64]) -> f64 {
        let a = filled(x);
        let mut out = 0.0;
        for i in 0..N {
            let row: f64 = (0..=i).map(|j| a[i][j] * x[j]).sum();
            out += row * row;
        }
        out
    }

    fn product<const N: usize>(x: &[f64; N]) -> f64 {
        let mut p = 1.0;
        for i in 0..N {
            p *= x[i] + N as f64;
        }
        p
    }

    pub(super) fn of_a_generic(x: &[f64]) -> f64 {
        product(&[x[0], x[1]]) + product(&[x[1], x[2], x[3], x[0]])
    }

    pub(super) fn of_a_local_constant(x: &[f64]) -> f64 {
        const N: usize = 5;
        let mut s = 0.0;
        for i in 0..N {
            s += x[i] * x[i] * N as f64;
        }
        s
    }

    mod inner {
        const N: usize = 2;
        pub(super) fn sum(x: &[f64]) -> f64 {
            let mut s = 1.0;
            for i in 0..N {
                for j in 0..N {
                    s *= x[i] + x[j + N];
                }
            }
            s
        }
    }

    pub(super) fn of_an_inner_module(x: &[f64]) -> f64 {
        inner::sum(x) * N as f64
    }

    #[derive(Clone, conservative_grad::Differentiable)]
    struct Grid<const K: usize> {
        cells: [f64; K],
    }

    impl<const K: usize> Grid<K> {
        fn energy(&self) -> f64 {
            let mut e = 0.0;
            for i in 1..K {
                e += (self.cells[i] - self.cells[i - 1]).powi(2);
            }
            e * K as f64
        }
    }

    pub(super) fn of_a_method(x: &[f64]) -> f64 {
        let four = Grid {
            cells: [x[0], x[1], x[2], x[3]],
        };
        four.energy() * K as f64
    }

    pub(super) fn up_to_and_with(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 1..=N {
            for j in i..=N {
                s += x[i] * x[j].sin();
            }
        }
        s
    }

    pub(super) fn empty_inside(x: &[f64]) -> f64 {
        let mut s = x[0];
        for i in 0..N {
            for j in i + 2..N {
                s *= x[i] + x[j];
            }
            for _ in 3..i {
                s *= 2.0;
            }
        }
        s
    }

    pub(super) fn with_a_kink_inside(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..N {
            for j in 0..i {
                s += (x[i] - 1.1 * x[j]).abs() * x[3 * i + j];
            }
        }
        s
    }

    pub(super) fn as_a_number(x: &[f64]) -> f64 {
        let n = N;
        let mean = (x[0] + x[1] + x[2]) / n as f64;
        let mut s = 0.0;
        for i in 0..n {
            s += (x[i] - mean).powi(2);
        }
        s / (N - 1) as f64 + N.pow(2) as f64
    }

    pub(super) fn as_a_length(x: &[f64]) -> f64 {
        let (head, tail) = x.split_at(N);
        let mut y = vec![0.5; N];
        for (y, x) in y.iter_mut().zip(head) {
            *y += x * tail[0];
        }
        let window: f64 = x.windows(N).map(|w| w[0] * w[N - 1]).sum();
        y.iter().map(|y| y * y).sum::<f64>() + window
    }

    pub(super) fn of_another_type(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..SMALL {
            s += x[i as usize] * (i - 1) as f64;
        }
        s * x[3]
    }

    pub(super) fn beyond(x: &[f64]) -> f64 {
        const MANY: usize = 9;
        let mut s = 0.0;
        for i in 0..MANY {
            for j in 0..MANY {
                s += x[i] * x[j] * (i + j) as f64;
            }
        }
        s
    }

    pub(super) fn in_a_recorded_loop(x: &[f64]) -> f64 {
        let mut v = [x[0], x[1], x[2]];
        for t in 0..x.len() {
            let a = filled(x);
            let mut w = [0.0; N];
            for i in 0..N {
                for j in 0..N {
                    w[i] += a[i][j] * v[j] * 0.3;
                }
            }
            v = w;
            v[t % N] += x[t].sin();
        }
        v[0] * v[1] + v[2]
    }

    pub(super) fn backwards_inside(x: &[f64]) -> f64 {
        let mut s = 1.0;
        for i in 0..N {
            for j in (i..N).rev() {
                s = 0.5 * s * x[i] + x[3 * i + j];
            }
        }
        s
    }

    pub(super) fn strided_inside(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..N {
            for j in (i..9).step_by(N) {
                s += x[i] * x[j];
            }
        }
        s
    }

    pub(super) fn too_far(x: &[f64]) -> f64 {
        let a = [x[0], x[1], x[2]];
        let mut s = 0.0;
        for i in 0..N {
            for j in 0..=N {
                s += a[i] * a[j];
            }
        }
        s
    }

    const WAYS: [i32; 5] = [0, 1, -1, 2, -2];
    const SHARES: [f64; 5] = [0.4, 0.2, 0.2, 0.1, 0.1];

    fn share(q: usize) -> f64 {
        SHARES[q]
    }

    /// What only rustc knows of is copied as it stands, with the counter under its name.
    pub(super) fn with_a_table(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for q in 0..5 {
            s += WAYS[q] as f64 * x[q] * SHARES[4 - q];
            for p in q..5 {
                s += share(p) * x[p] * SHARES[q] * x[q] * (WAYS[p] - WAYS[q]) as f64;
            }
        }
        s
    }

    pub(super) fn of_nine(x: &[f64]) -> f64 {
        let mut a = [0.0; 9];
        for i in 0..9 {
            a[i] = x[8 - i] * x[i];
        }
        for i in 1..9 {
            a[i] += 0.5 * a[i - 1];
        }
        a[8] * a[3]
    }

    /// Iterations that do not ask which they are.
    pub(super) fn alike(x: &[f64]) -> f64 {
        let mut t = 1.0;
        for v in x {
            let mut y = v * v + 1.0;
            for _ in 0..6 {
                y = 0.5 * (y + (v * v + 1.0) / y);
            }
            t += y;
        }
        t
    }
}
