//! Steps on a grid, longer than the strips that they are split into for the sake of their reverse: neighbours that get the same
//! number, the negative one, or more from elsewhere.

mod cases {
    check_all!(
        diffusion from 3 and 130 and 262,
        advection from 3 and 130,
        both_ways from 5 and 131,
        more_than_that from 3 and 130,
        more_from_before from 3 and 130,
        twice_the_same from 3 and 130,
        into_two from 3 and 130,
        bent from 5 and 130 and 259,
        of_points from 9 and 390,
        shared from 3 and 133,
        at_the_outermost from 4 and 130 and 260,
        three_levels from 3 and 130,
        behind_a_branch from 3 and 130,
        scaled_first from 3 and 130,
    );
}

use programs::*;

#[conservative_grad::conservative_grad]
mod programs {
    pub(super) fn diffusion(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let mut next = x.to_vec();
        let rate = 0.1 + 0.01 * x[0];
        for _ in 0..3 {
            for i in 1..u.len() - 1 {
                next[i] = u[i] + rate * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
            }
            for i in 1..u.len() - 1 {
                u[i] = next[i] + 0.01 * next[i] * next[i];
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn advection(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..3 {
            let old = u.clone();
            for i in 1..u.len() - 1 {
                u[i] = old[i] - 0.2 * old[i] * (old[i + 1] - old[i - 1]);
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// The same number at two places, its negative at two others.
    pub(super) fn both_ways(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..2 {
            let old = u.clone();
            for i in 2..u.len() - 2 {
                u[i] = 0.3 * (old[i - 2] + old[i - 1] - old[i + 1] - old[i + 2]) + old[i].sin();
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// What the left neighbour gets is also what the right one gets, but that gets more.
    pub(super) fn more_than_that(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..2 {
            let old = u.clone();
            for i in 1..u.len() - 1 {
                let (left, right) = (old[i - 1], old[i + 1]);
                let sum = left + right;
                u[i] = 0.4 * sum + 0.1 * right * right - 0.2 * old[i];
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// The same, and the sweep comes by what both get first.
    pub(super) fn more_from_before(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..2 {
            let old = u.clone();
            for i in 1..u.len() - 1 {
                let (left, right) = (old[i - 1], old[i + 1]);
                let square = right * right;
                let sum = left + right;
                u[i] = 0.1 * square - 0.2 * old[i] + 0.4 * sum;
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// Each neighbour is read twice, the second time by itself.
    pub(super) fn twice_the_same(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..2 {
            let old = u.clone();
            for i in 1..u.len() - 1 {
                let right = 0.2 * old[i + 1].sin();
                let sum = old[i - 1] + old[i + 1];
                u[i] = right + 0.3 * old[i] + 0.4 * sum;
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// Neighbours of two lists: each has buffers of its own.
    pub(super) fn into_two(x: &[f64]) -> f64 {
        let (mut u, mut v) = (x.to_vec(), x.to_vec());
        for _ in 0..2 {
            let (a, b) = (u.clone(), v.clone());
            for i in 1..u.len() - 1 {
                let flow = a[i - 1] + a[i + 1] + b[i - 1] + b[i + 1];
                u[i] = 0.1 * flow + a[i] * b[i];
                v[i] = 0.2 * flow - 0.3 * b[i] * b[i];
            }
        }
        let squares: f64 = u.iter().map(|w| w * w).sum();
        squares + v.iter().map(|w| w * w * w).sum::<f64>()
    }

    pub(super) fn bent(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for _ in 0..2 {
            let old = u.clone();
            for i in 2..u.len() - 2 {
                let bend =
                    old[i - 2] - 4.0 * old[i - 1] + 6.0 * old[i] - 4.0 * old[i + 1] + old[i + 2];
                u[i] = old[i] - 0.05 * bend + 0.01 * old[i] * old[i];
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn of_points(x: &[f64]) -> f64 {
        let mut points: Vec<[f64; 3]> = x.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        for _ in 0..2 {
            let old = points.clone();
            for i in 1..points.len() - 1 {
                for d in 0..3 {
                    points[i][d] += 0.1 * (old[i - 1][d] - 2.0 * old[i][d] + old[i + 1][d]);
                }
                points[i][0] += 0.01 * old[i][1] * old[i][2];
            }
        }
        points
            .iter()
            .map(|p| p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
            .sum()
    }

    /// No stencil, but a number that all elements share.
    pub(super) fn shared(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let (a, b) = (x[0] * 0.5, x[1] + 0.25);
        for _ in 0..3 {
            for i in 0..u.len() {
                u[i] = 0.2 * a * u[i] + 0.05 * b * (1.0 - u[i]) * u[i];
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    pub(super) fn at_the_outermost(x: &[f64]) -> f64 {
        let mut slopes = vec![0.0; x.len()];
        for i in 1..x.len() - 1 {
            slopes[i] = 0.5 * (x[i + 1] - x[i - 1]) + 0.1 * x[i] * x[2];
        }
        let mut s = 0.0;
        for i in 1..x.len() {
            s += slopes[i] * slopes[i - 1] + x[i].sin();
        }
        s
    }

    pub(super) fn three_levels(x: &[f64]) -> f64 {
        let (mut before, mut now, mut next) = (vec![0.0; x.len()], x.to_vec(), vec![0.0; x.len()]);
        for _ in 0..3 {
            for i in 1..x.len() - 1 {
                next[i] = 2.0 * now[i] - before[i] + 0.2 * (now[i - 1] - 2.0 * now[i] + now[i + 1]);
            }
            std::mem::swap(&mut before, &mut now);
            std::mem::swap(&mut now, &mut next);
        }
        now.iter().map(|v| v * v).sum()
    }

    /// In one branch of a step the neighbours count, in the other they do not.
    pub(super) fn behind_a_branch(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        for k in 0..4 {
            let old = u.clone();
            if k % 2 == 0 {
                for i in 1..u.len() - 1 {
                    u[i] = 0.5 * (old[i - 1] + old[i + 1]) * old[i];
                }
            } else {
                for i in 1..u.len() {
                    u[i] = old[i] - 0.1 * old[i - 1] * old[i];
                }
            }
        }
        u.iter().map(|v| v * v).sum()
    }

    /// Both neighbours are multiplied before they are added up.
    pub(super) fn scaled_first(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let c = 0.3 * x[1];
        for _ in 0..2 {
            let old = u.clone();
            for i in 1..u.len() - 1 {
                u[i] = c * old[i - 1] + c * old[i + 1] + 0.5 * old[i] * old[i];
            }
        }
        u.iter().map(|v| v * v).sum()
    }
}
