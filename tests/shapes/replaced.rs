//! Arrays whose place others take: their adjoints take over, where nothing has been added to them yet.

mod cases {
    check_all!(
        step from 3 and 34 and 70,
        longer_and_longer from 2 and 9,
        shorter from 4 and 12,
        read_afterwards from 3 and 9,
        given_twice from 3 and 9,
        in_an_arm from 3 and 9,
        in_turn from 3 and 34,
        rows from 3 and 9,
        jagged from 3 and 9,
        until_small from 3 and 9,
        of_points from 3 and 34,
        a_constant_first from 3 and 9,
        into_a_field from 3 and 9,
        in_a_callee from 3 and 34,
        through_an_inner_loop from 3 and 9,
        pushed from 3 and 9,
        of_a_tuple from 3 and 9,
        copied_and_used from 3 and 34,
        a_second_life from 3 and 9,
        pushed_again from 4 and 9,
        three_lives from 3 and 9,
    );
}

#[conservative_grad::conservative_grad]
mod programs {
    pub(super) fn step(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..4 {
            let mut next = u.clone();
            for i in 1..u.len() - 1 {
                next[i] = u[i] + 0.1 * (u[i - 1] - 2.0 * u[i] + u[i + 1]) - 0.01 * u[i] * u[i];
            }
            u = next;
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn longer_and_longer(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..3 {
            let mut next = vec![0.0; 2 * u.len() - 1];
            for i in 0..u.len() {
                next[2 * i] = 0.5 * u[i].sin() * u[i];
            }
            for i in 1..u.len() {
                next[2 * i - 1] = 0.3 * (u[i - 1] + u[i]);
            }
            u = next;
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn shorter(x: &[f64]) -> f64 {
        let mut u: Vec<f64> = x.iter().map(|v| v * v).collect();
        while u.len() > 2 {
            let mut next = Vec::new();
            for i in 1..u.len() {
                next.push(0.5 * u[i - 1] * u[i].sin());
            }
            u = next;
        }
        u[0] + 2.0 * u[1]
    }

    pub(super) fn read_afterwards(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let mut s = 0.0;
        for k in 0..3 {
            let mut next = u.clone();
            next[0] = 0.5 * u[1] * u[1];
            u = next.clone();
            u[1] *= 0.9;
            next[0] *= u[1];
            s += next[0] * next[x.len() - 1] * (1.0 + 0.1 * k as f64);
        }
        s + u[0]
    }

    pub(super) fn given_twice(x: &[f64]) -> f64 {
        let (mut a, mut b) = (x.to_vec(), x.to_vec());
        for _ in 0..3 {
            let mut next = a.clone();
            for i in 0..next.len() {
                next[i] *= 0.5 + 0.1 * b[i];
            }
            a = next.clone();
            b = next;
            b[0] += 0.1 * a[1];
        }
        a.iter().zip(&b).map(|(p, q)| p * q).sum()
    }

    pub(super) fn in_an_arm(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for k in 0..x.len() {
            let mut next = u.clone();
            for i in 0..next.len() {
                next[i] = 0.9 * u[i] + 0.05 * u[k] * u[i];
            }
            let gain = next[0] * next[1];
            if k % 2 == 0 {
                u = next;
            } else {
                u[0] += 0.1 * gain;
            }
        }
        u.iter().sum()
    }

    pub(super) fn in_turn(x: &[f64]) -> f64 {
        let mut old = x.to_vec();
        let mut now = x.to_vec();
        for _ in 0..4 {
            let mut next = vec![0.0; now.len()];
            for i in 1..now.len() - 1 {
                next[i] = 1.5 * now[i] - 0.6 * old[i] + 0.1 * now[i - 1] * now[i + 1];
            }
            old = now;
            now = next;
        }
        now.iter().zip(&old).map(|(a, b)| a * a + a * b).sum()
    }

    pub(super) fn rows(x: &[f64]) -> f64 {
        let n = x.len();
        let mut u = vec![x.to_vec(); n];
        for _ in 0..3 {
            let mut next = u.clone();
            for i in 1..n - 1 {
                for j in 1..n - 1 {
                    let around = u[i - 1][j] + u[i + 1][j] + u[i][j - 1] + u[i][j + 1];
                    next[i][j] = u[i][j] + 0.1 * (around - 4.0 * u[i][j]) * u[i][j];
                }
            }
            u = next;
        }
        u.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn jagged(x: &[f64]) -> f64 {
        let n = x.len();
        let mut u: Vec<Vec<f64>> = (0..n).map(|i| x[i..].to_vec()).collect();
        for _ in 0..2 {
            let mut next: Vec<Vec<f64>> = (0..n).map(|i| vec![0.0; i + 1]).collect();
            for i in 0..n {
                for j in 0..u[i].len() {
                    next[n - 1 - i][j] += 0.3 * u[i][j] * u[i][0];
                }
            }
            next.reverse();
            u = next;
        }
        u.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn until_small(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let mut rounds = 0;
        while rounds < 5 {
            let next: Vec<f64> = u.iter().map(|v| 0.5 * v * v / (1.0 + v)).collect();
            u = next;
            rounds += 1;
        }
        u.iter().sum()
    }

    pub(super) fn of_points(x: &[f64]) -> f64 {
        let mut p: Vec<[f64; 2]> = x.iter().map(|v| [*v, 0.5 * v * v]).collect();
        for _ in 0..3 {
            let mut next = p.clone();
            for i in 1..p.len() {
                for c in 0..2 {
                    next[i][c] = 0.5 * (p[i][c] + p[i - 1][1 - c]) * p[i][0];
                }
            }
            p = next;
        }
        p.iter().map(|v| v[0] * v[1]).sum()
    }

    pub(super) fn a_constant_first(x: &[f64]) -> f64 {
        let mut u = vec![1.0; x.len()];
        for _ in 0..3 {
            let mut next = vec![0.5; u.len()];
            for i in 0..u.len() {
                next[i] += 0.1 * u[i] * x[i];
            }
            u = next;
        }
        u.iter().map(|v| v * v).sum()
    }

    #[derive(Clone, conservative_grad::Differentiable)]
    struct State {
        u: Vec<f64>,
        rate: f64,
    }

    pub(super) fn into_a_field(x: &[f64]) -> f64 {
        let mut s = State {
            u: x.to_vec(),
            rate: 0.1 * x[0],
        };
        for _ in 0..3 {
            let mut next = s.u.clone();
            for i in 1..next.len() {
                next[i] += s.rate * s.u[i - 1] * s.u[i];
            }
            s.u = next;
            s.rate *= 0.9 * s.u[0];
        }
        s.u.iter().map(|v| v * v).sum::<f64>() * s.rate
    }

    fn evolved(x: &[f64], steps: usize) -> Vec<f64> {
        let mut u = x.to_vec();
        for _ in 0..steps {
            let mut next = vec![0.0; u.len()];
            for i in 0..u.len() {
                next[i] = u[i] - 0.1 * u[i] * u[(i + 1) % u.len()];
            }
            u = next;
        }
        u
    }

    pub(super) fn in_a_callee(x: &[f64]) -> f64 {
        evolved(x, 3).iter().map(|v| v * v).sum()
    }

    pub(super) fn through_an_inner_loop(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..2 {
            let mut next = u.clone();
            for _ in 0..2 {
                let mut inner = next.clone();
                for i in 1..inner.len() {
                    inner[i] = 0.5 * (next[i] + next[i - 1] * u[i]);
                }
                next = inner;
            }
            u = next;
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn pushed(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for k in 0..3 {
            let mut next = u.clone();
            next.push(0.1 * u[k] * u[0]);
            next[0] *= 0.9;
            u = next;
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn of_a_tuple(x: &[f64]) -> f64 {
        let (mut a, mut b) = (x.to_vec(), vec![0.5; x.len()]);
        for _ in 0..3 {
            let mut c = a.clone();
            c[0] += b[1] * a[1];
            (a, b) = (b, c);
        }
        a.iter().zip(&b).map(|(p, q)| p * q).sum()
    }

    pub(super) fn copied_and_used(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let mut s = 0.0;
        for _ in 0..3 {
            let mut next = vec![0.0; u.len()];
            for i in 0..u.len() {
                next[i] = 0.7 * u[i] * u[i].cos();
            }
            u.copy_from_slice(&next);
            s += next[1] * next[1] * u[0];
        }
        s + u.iter().map(|v| v * v).sum::<f64>()
    }

    pub(super) fn a_second_life(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let mut s = 0.0;
        for k in 0..3 {
            let mut next = u.clone();
            for i in 0..next.len() {
                next[i] = 0.7 * u[i] * u[i].cos();
            }
            u = next;
            next = vec![0.3; 2];
            next[0] = u[0] * u[1];
            next[1] += u[1] + k as f64;
            s += next[0] * next[1];
        }
        s + u.iter().map(|v| v * v).sum::<f64>()
    }

    pub(super) fn pushed_again(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let mut s = 0.0;
        while u.len() > 2 {
            let mut next = Vec::new();
            for i in 1..u.len() {
                next.push(u[i] * 0.6 + 0.1 * u[i - 1] * u[i]);
            }
            u = next;
            next = Vec::new();
            for v in &u {
                next.push(v.sin());
            }
            s += next[0] * next[next.len() - 1];
        }
        s * u[0]
    }

    pub(super) fn three_lives(x: &[f64]) -> f64 {
        let (mut a, mut b) = (x.to_vec(), x.to_vec());
        for _ in 0..2 {
            let mut t: Vec<f64> = a.iter().map(|v| v * 0.5).collect();
            t[0] *= 0.3 * b[1];
            a = t;
            t = b.iter().zip(&a).map(|(p, q)| (p * q).sin()).collect();
            b = t;
            t = vec![a[0] * b[0], b[1]];
            a[1] += t[0] * t[1];
        }
        a.iter().zip(&b).map(|(p, q)| p * q).sum()
    }
}

use programs::{
    a_constant_first, a_second_life, copied_and_used, given_twice, in_a_callee, in_an_arm, in_turn,
    into_a_field, jagged, longer_and_longer, of_a_tuple, of_points, pushed, pushed_again,
    read_afterwards, rows, shorter, step, three_lives, through_an_inner_loop, until_small,
};
