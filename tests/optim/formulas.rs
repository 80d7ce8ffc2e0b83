//! Methods, step sizes and shuffles against their formulas, by hand.

use conservative_grad::optim::{
    Adam, Batches, Constant, Cosine, Geometric, Harmonic, HeavyBall, Inna, Method, Power, Schedule,
    Subgradient,
};

/// One step of INNA by the formula of the paper, by hand.
#[test]
fn inna_is_the_iteration_of_the_paper() {
    let (alpha, beta, gamma) = (0.5, 0.1, 0.01);
    let mut method = Inna::with(Constant::new(gamma), alpha, beta);
    let (mut theta, mut psi) = (2.0, (1.0 - alpha * beta) * 2.0);
    let mut x = [2.0];
    for v in [3.0, -1.0, 0.5] {
        method.step(&mut x, &[v]);
        let drift = (alpha - 1.0 / beta) * theta + psi / beta;
        (theta, psi) = (theta - gamma * (drift + beta * v), psi - gamma * drift);
        assert!((x[0] - theta).abs() < 1e-15);
    }
}

#[test]
fn subgradient_steps_have_the_sizes_of_the_schedule() {
    let mut method = Subgradient::new(Power::new(0.6, 0.5));
    let (mut x, mut expected) = ([1.0, -2.0], [1.0, -2.0]);
    for k in 1..5 {
        method.step(&mut x, &[2.0, -1.0]);
        let size = 0.6 / f64::from(k).sqrt();
        expected = [expected[0] - 2.0 * size, expected[1] + size];
        assert!(x.iter().zip(&expected).all(|(x, e)| (x - e).abs() < 1e-14));
    }
}

/// Each epoch is shuffled in its own way, not in that of the one before.
#[test]
fn epochs_are_shuffled_independently() {
    let mut batches = Batches::new(30, 30, 4);
    let orders: Vec<Vec<usize>> = (0..3).map(|_| batches.next().to_vec()).collect();
    let moves = |from: &[usize], to: &[usize]| -> Vec<Option<usize>> {
        to.iter()
            .map(|x| from.iter().position(|y| x == y))
            .collect()
    };
    assert_ne!(moves(&orders[0], &orders[1]), moves(&orders[1], &orders[2]));
}

/// Algorithm 1 of Kingma and Ba, by hand: means of gradients and squares, and what their start at 0 takes off.
#[test]
fn adam_is_the_iteration_of_the_paper() {
    let (first, second, epsilon) = (0.8_f64, 0.95_f64, 1e-3);
    let schedule = Power::new(0.1, 0.5);
    let mut method = Adam::with(schedule, first, second, epsilon);
    let (mut m, mut s, mut theta) = (0.0, 0.0, 2.0);
    let mut x = [2.0];
    for (k, v) in [3.0, -1.0, 0.5, 1e-4].into_iter().enumerate() {
        method.step(&mut x, &[v]);
        m = first * m + (1.0 - first) * v;
        s = second * s + (1.0 - second) * v * v;
        let t = k as i32 + 1;
        let (mean, square) = (m / (1.0 - first.powi(t)), s / (1.0 - second.powi(t)));
        theta -= 0.1 / f64::from(t).sqrt() * mean / (f64::sqrt(square) + epsilon);
        assert!((x[0] - theta).abs() < 1e-14);
    }
}

#[test]
fn step_sizes_are_those_of_the_formulas() {
    let sizes = |schedule: &dyn Schedule| [0, 3, 8].map(|k| schedule.step_size(k));
    let cases: [(&dyn Schedule, [f64; 3]); 5] = [
        (&Power::new(0.6, 0.5), [0.6, 0.3, 0.2]),
        (&Harmonic::new(0.5, 2.0), [0.5, 0.2, 0.1]),
        (&Constant::new(0.3), [0.3; 3]),
        (&Geometric::new(2.0, 0.5), [2.0, 0.25, 0.0078125]),
        // Half a cosine over six steps, and the last of them for good.
        (
            &Cosine::new(1.0, 6),
            [1.0, 0.5, 0.5 * (1.0 - 0.75_f64.sqrt())],
        ),
    ];
    for (k, (schedule, expected)) in cases.iter().enumerate() {
        for (size, expected) in sizes(*schedule).iter().zip(expected) {
            assert!((size - expected).abs() < 1e-15, "{k}: {size}, {expected}");
        }
    }
}

/// The sequence that the heavy ball's claim rests on is one of the subgradient method.
#[test]
fn the_heavy_ball_is_a_subgradient_method_in_disguise() {
    let (beta, mut before, mut x): (f64, f64, [f64; 1]) = (0.8, 1.0, [1.0]);
    let schedule = Power::new(0.3, 0.5);
    let mut method = HeavyBall::new(schedule, beta);
    let z = |x: f64, before: f64| (x - beta * before) / (1.0 - beta);
    for k in 0..50 {
        let v = (x[0] * 7.0).sin();
        let (old, at) = (z(x[0], before), x[0]);
        method.step(&mut x, &[v]);
        before = at;
        let expected = old - schedule.step_size(k) / (1.0 - beta) * v;
        assert!((z(x[0], before) - expected).abs() < 1e-12);
    }
}
