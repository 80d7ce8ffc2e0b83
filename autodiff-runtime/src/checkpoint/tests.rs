//! The schedules against the closed formulas, and against the least number of runs that there is.

use super::{Checkpoints, Schedule, advances, reach, reruns, usual};

/// What reversing a loop took.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    /// Iterations that were run again before one was reversed.
    again: u128,
    /// The most states that were kept at a time.
    states: usize,
    /// Iterations between the states that the forward sweep left, first to last.
    segments: Vec<usize>,
}

/// Reverses a loop of `n` iterations; the state is the number of the iteration.
fn reverse(n: usize, mut forward: Schedule, mut plan: Schedule) -> Cost {
    let mut saved = Checkpoints::new();
    // A visit that is reversed later must be left alone.
    for _ in 0..2 {
        let mut outer = Schedule::counted(2, Some(2));
        assert!(outer.is_due(&mut saved));
        saved.keep(&outer, usize::MAX);
    }
    let below = saved.len();
    let mut states = 0;
    for x in 0..n {
        if forward.is_due(&mut saved) {
            saved.keep(&forward, x);
        }
        states = states.max(saved.len() - below);
    }
    let mut starts: Vec<usize> = saved.kept[below..].iter().map(|(at, _)| *at).collect();
    starts.push(n);
    let mut again = 0;
    for last in (0..n).rev() {
        let mut x = saved.restore(&mut plan, last).expect("a state");
        for _ in plan.again() {
            if plan.is_due(&mut saved) {
                saved.keep(&plan, x);
            }
            x += 1;
            again += 1;
            states = states.max(saved.len() - below);
        }
        assert_eq!(x, last);
    }
    assert_eq!(saved.len(), below);
    Cost {
        again,
        states,
        segments: starts.windows(2).map(|w| w[1] - w[0]).collect(),
    }
}

fn counted(n: usize, budget: Option<usize>) -> Cost {
    let plans = (Schedule::counted(n, budget), Schedule::backwards(n, budget));
    reverse(n, plans.0, plans.1)
}

fn uncounted(n: usize, budget: Option<usize>) -> Cost {
    let plans = (
        Schedule::uncounted(budget),
        Schedule::backwards_uncounted(n, budget),
    );
    reverse(n, plans.0, plans.1)
}

#[test]
fn the_formula_is_the_minimum() {
    // least[c][n]: keep a state m iterations further on, reverse what follows, then what precedes.
    let most = 120;
    let mut least = vec![vec![0_u128; most + 1]; 13];
    for c in 1..least.len() {
        for n in 2..=most {
            let alone = (n * (n - 1) / 2) as u128;
            let split = (1..n)
                .filter(|_| c > 1)
                .map(|m| m as u128 + least[c - 1][n - m] + least[c][m]);
            least[c][n] = split.min().map_or(alone, |best| best.min(alone));
            assert_eq!(least[c][n], advances(n, c), "{n} iterations, {c} states");
        }
    }
}

/// The forward sweep runs to the end of the loop, whatever is kept on the way.
#[test]
fn one_step_more_is_the_minimum_of_a_loop() {
    let most = 60;
    let mut least = vec![vec![0_u128; most + 1]; 9];
    for c in 1..least.len() {
        for n in 1..=most {
            let alone = advances(n, c);
            let split = (1..n)
                .filter(|_| c > 1)
                .map(|m| least[c - 1][n - m] + advances(m, c));
            least[c][n] = split.min().map_or(alone, |best| best.min(alone));
            assert_eq!(least[c][n], reruns(n, c), "{n} iterations, {c} states");
        }
    }
}

#[test]
fn counted_loops_meet_the_formula_exactly() {
    let mut lengths: Vec<usize> = (1..=70).collect();
    lengths.extend([100, 127, 128, 1000, 4097]);
    for n in lengths {
        for c in [1, 2, 3, 4, 5, 7, 10, 31, 64, 100, 1000] {
            if c == 1 && n > 200 {
                continue;
            }
            let cost = counted(n, Some(c));
            assert_eq!(cost.again, reruns(n, c), "{n}, {c}");
            assert!(cost.states <= c, "{n}, {c}: {cost:?}");
        }
    }
}

#[test]
fn a_million_iterations_with_a_thousand_states() {
    let n = 1_000_000;
    let cost = counted(n, None);
    assert_eq!(cost.states, 1000);
    assert_eq!(cost.again, 3 * 1_000_001 - 1003 * 1002 / 2 - 1_000_000);
    let cost = counted(300_000, Some(20));
    assert_eq!(cost.states, 20);
    assert_eq!(cost.again, reruns(300_000, 20));
}

#[test]
fn the_usual_budget_advances_three_times_at_most() {
    for n in 1..600 {
        let c = usual(n);
        assert!((c - 1) * (c - 1) < n && n <= c * c);
        assert!(n as u128 <= reach(c, 3));
        let cost = counted(n, None);
        assert!(cost.states <= c);
        assert_eq!(cost.again, reruns(n, c));
    }
}

#[test]
fn uncounted_loops_keep_their_bounds() {
    for n in (1..300).chain([1000, 1023, 1024, 1025, 5000]) {
        for c in [1, 2, 3, 4, 5, 8, 9, 16, 33, 100, 400] {
            if c < 4 && n > 300 {
                continue;
            }
            let cost = uncounted(n, Some(c));
            assert!(cost.states <= c, "{n}, {c}: {cost:?}");
            // Segments last to first, each by the binomial schedule with what is free then.
            let known = cost.segments.iter().enumerate();
            let again: u128 = known.map(|(below, len)| advances(*len, c - below)).sum();
            assert_eq!(cost.again, again, "{n}, {c}");
            let d = cost.segments.iter().copied().max().unwrap_or(1);
            if c >= 4 {
                assert!(d == 1 || d * (c / 2) < 2 * n, "{n}, {c}: {d}");
                let r = (0..).find(|r| reach(c / 2, *r) >= d as u128).unwrap_or(0);
                assert!(
                    cost.again <= (r * n) as u128,
                    "{n}, {c}: {} > {r} n",
                    cost.again
                );
            }
        }
    }
}

#[test]
fn without_a_budget_an_uncounted_loop_takes_the_root_of_its_length() {
    for n in (1..600).chain([4_097, 99_999]) {
        let cost = uncounted(n, None);
        assert!(cost.states <= 2 * usual(n), "{n}: {}", cost.states);
        assert!(cost.again <= 2 * n as u128, "{n}: {}", cost.again);
    }
}

#[test]
fn a_budget_without_end_keeps_everything() {
    let cost = counted(50, Some(usize::MAX));
    assert_eq!((cost.again, cost.states), (0, 50));
    let cost = uncounted(50, Some(usize::MAX));
    assert_eq!((cost.again, cost.states), (0, 50));
}

#[test]
fn binomial_coefficients() {
    assert_eq!(reach(5, 0), 1);
    assert_eq!(reach(1, 7), 8);
    assert_eq!(reach(3, 4), 35);
    assert_eq!(reach(10, 10), 184_756);
    assert_eq!(reach(usize::MAX, usize::MAX), u128::MAX);
}
