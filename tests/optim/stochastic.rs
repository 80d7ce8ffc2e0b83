//! Methods that are sampled: convergence from seeds, guarantees by type, saved runs, NaN.

use std::ops::ControlFlow;

use conservative_grad::check::SplitMix64;
use conservative_grad::optim::{
    Adam, Batches, Constant, Convergent, Cosine, Geometric, Harmonic, HeavyBall, Inna, Method,
    Options, Power, Run, Schedule, Stop, Subgradient, Vanishing, assign, components, gather,
    minimize, sharded, structured, suspects,
};
use conservative_grad::{Differentiable, Plain, conservative_grad, relu};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::suite::problems;

/// From starts nearby, with seeds, on convex problems of few variables.
#[test]
fn methods_come_near_the_published_optima() {
    let names = ["cb2", "cb3", "dem", "ql", "lq", "mifflin1", "absval_n10"];
    let mut tried = 0;
    for problem in problems()
        .into_iter()
        .filter(|problem| names.contains(&problem.name.as_str()))
    {
        for seed in 0..3 {
            let mut rng = SplitMix64::new(seed);
            let start: Vec<f64> = problem
                .start
                .iter()
                .map(|x| x + rng.between(-0.1, 0.1))
                .collect();
            let f = |w: &[f64], bar: &mut [f64]| {
                let (value, gradient) = (problem.f)(w, &mut Plain);
                bar.copy_from_slice(&gradient);
                value
            };
            let methods: [Box<dyn Method>; 4] = [
                Box::new(Subgradient::new(Power::new(0.05, 0.5))),
                Box::new(HeavyBall::new(Power::new(0.01, 0.5), 0.8)),
                Box::new(Inna::new(Power::new(0.1, 0.5))),
                Box::new(Adam::new(Power::new(0.2, 0.5))),
            ];
            for (k, method) in methods.into_iter().enumerate() {
                let found = minimize(method, f, &start, &Options::new(20_000));
                let gap = (found.best.value - problem.optimum) / (1.0 + problem.optimum.abs());
                assert!(
                    (-1e-7..2e-2).contains(&gap),
                    "{}, method {k}, seed {seed}: {gap}",
                    problem.name
                );
                assert_eq!((found.stop, found.steps), (Stop::Steps, 20_000));
                tried += 1;
            }
        }
    }
    assert_eq!(tried, names.len() * 3 * 4);
}

/// What types claim: these compile, and the `compile_fail` examples at `Convergent` do not.
#[test]
fn types_claim_what_theorems_give() {
    fn source<M: Convergent>(_: &M) -> &'static str {
        M::THEOREM.source
    }
    fn vanishes<S: Vanishing>(schedule: &S) -> bool {
        schedule.step_size(1 << 40) < schedule.step_size(0)
    }
    let (power, harmonic) = (Power::new(0.1, 1.0), Harmonic::new(0.1, 10.0));
    assert!(vanishes(&power) && vanishes(&harmonic));
    // Σ α finite, no decay, steps that are none: no value of these types.
    for (scale, exponent) in [(0.1, 1.01), (0.1, 0.0), (0.1, f64::NAN), (0.0, 0.5)] {
        let made = std::panic::catch_unwind(|| Power::new(scale, exponent));
        assert!(made.is_err(), "{scale}, {exponent}");
    }
    assert!(source(&Subgradient::new(power)).contains("Bolte"));
    assert!(source(&HeavyBall::new(harmonic, 0.9)).contains("Le"));
    assert!(source(&Inna::new(power)).contains("Castera"));
    let heuristic: [&dyn Schedule; 3] = [
        &Constant::new(0.1),
        &Geometric::new(0.1, 0.9),
        &Cosine::new(0.1, 100),
    ];
    assert!(
        heuristic
            .iter()
            .all(|schedule| schedule.step_size(99) > 0.0)
    );
}

#[conservative_grad]
fn errors(
    w: &[f64],
    #[constant] xs: &[f64],
    #[constant] ys: &[f64],
    #[constant] weight: f64,
) -> f64 {
    let mut sum = 0.0;
    for i in 0..ys.len() {
        let mut unit = w[2];
        for j in 0..2 {
            unit += w[j] * xs[2 * i + j];
        }
        sum += weight * (w[3] * relu(unit) - ys[i]).abs();
    }
    sum
}

fn data() -> (Vec<f64>, Vec<f64>) {
    let mut rng = SplitMix64::new(11);
    let xs: Vec<f64> = (0..200).map(|_| rng.normal()).collect();
    let ys = (0..100)
        .map(|i| 1.5 * (xs[2 * i] - xs[2 * i + 1] + 0.5).max(0.0))
        .collect();
    (xs, ys)
}

const START: [f64; 4] = [0.3, -0.2, 0.1, 0.7];

/// Saves a run and its batches as JSON, and takes both up again.
fn interrupted<M: Method + Clone + Serialize + DeserializeOwned>(method: M) {
    let (xs, ys) = data();
    let go = |run: &mut Run<M>, batches: &mut Batches, steps| {
        let oracle = |w: &[f64], bar: &mut [f64]| {
            let batch = batches.next();
            let (x, y) = (gather(&xs, 2, batch), gather(&ys, 1, batch));
            errors::accumulate_grad(w, &x, &y, 1.0 / y.len() as f64, bar)
        };
        run.go(oracle, &Options::new(steps))
    };
    let (mut run, mut batches) = (Run::new(method.clone(), &START), Batches::new(100, 7, 3));
    let whole = go(&mut run, &mut batches, 100);
    for at in [0, 1, 37, 99] {
        let (mut run, mut batches) = (Run::new(method.clone(), &START), Batches::new(100, 7, 3));
        go(&mut run, &mut batches, at);
        let saved = serde_json::to_string(&(&run, &batches)).unwrap();
        let (mut run, mut batches): (Run<M>, Batches) = serde_json::from_str(&saved).unwrap();
        assert_eq!(run.steps(), at);
        let resumed = go(&mut run, &mut batches, 100);
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&resumed.parameters), bits(&whole.parameters));
        assert_eq!(resumed, whole);
    }
}

#[test]
fn what_is_resumed_equals_what_was_not_interrupted() {
    interrupted(Subgradient::new(Power::new(0.1, 0.6)));
    interrupted(HeavyBall::new(Harmonic::new(0.1, 30.0), 0.9));
    interrupted(Inna::new(Power::new(0.1, 0.5)));
    interrupted(Adam::new(Cosine::new(0.01, 100)));
}

#[test]
fn minibatches_learn_and_shards_add_up() {
    let (xs, ys) = data();
    let loss = |w: &[f64], bar: &mut [f64]| {
        let all: Vec<usize> = (0..100).collect();
        let part = |shard: &[usize], w: &[f64], bar: &mut [f64]| {
            let (x, y) = (gather(&xs, 2, shard), gather(&ys, 1, shard));
            errors::accumulate_grad(w, &x, &y, 0.01, bar)
        };
        sharded(&all, 16, w, bar, part)
    };
    let mut bar = [0.0; 4];
    let value = loss(&START, &mut bar);
    // The sums in the order of the shards, formed here.
    let (mut expected, mut sum) = ([0.0; 4], 0.0);
    for k in 0..7 {
        let to = 100.min(16 * (k + 1));
        let mut part = [0.0; 4];
        sum += errors::accumulate_grad(
            &START,
            &xs[32 * k..2 * to],
            &ys[16 * k..to],
            0.01,
            &mut part,
        );
        expected.iter_mut().zip(&part).for_each(|(e, p)| *e += p);
    }
    assert_eq!((value, bar), (sum, expected));
    let mut batches = Batches::new(100, 10, 1);
    let step = |w: &[f64], bar: &mut [f64]| {
        let batch = batches.next();
        let (x, y) = (gather(&xs, 2, batch), gather(&ys, 1, batch));
        errors::accumulate_grad(w, &x, &y, 0.1, bar)
    };
    let found = minimize(
        HeavyBall::new(Power::new(0.02, 0.6), 0.9),
        step,
        &START,
        &Options::new(5000),
    );
    assert!(loss(&found.parameters, &mut [0.0; 4]) < 0.02 * value);
}

#[test]
fn the_last_batch_can_be_looked_at() {
    let mut batches = Batches::new(10, 4, 5);
    for _ in 0..9 {
        let batch = batches.next().to_vec();
        assert_eq!(batches.last(), batch);
    }
    assert_eq!((batches.epoch(), batches.per_epoch()), (2, 3));
    // Another seed, another order; the same seed, the same.
    assert_eq!(
        Batches::new(50, 50, 1).next(),
        Batches::new(50, 50, 1).next()
    );
    assert_ne!(
        Batches::new(50, 50, 1).next(),
        Batches::new(50, 50, 2).next()
    );
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    weights: Vec<[f64; 2]>,
    bias: Option<f64>,
    units: usize,
    scale: Box<f64>,
    single: f32,
}

#[conservative_grad]
fn size(layer: &Layer) -> f64 {
    let mut sum = 0.0;
    for i in 0..layer.units {
        sum += (layer.weights[i][0] - 1.0).abs() + layer.weights[i][1].abs();
    }
    sum
}

#[test]
fn structs_are_lists_of_parameters() {
    let mut layer = Layer {
        weights: vec![[3.0, 4.0], [5.0, 6.0]],
        bias: Some(7.0),
        units: 2,
        scale: Box::new(8.0),
        single: 0.25,
    };
    let flat = components(&layer);
    assert_eq!(flat, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.25]);
    let f = structured(layer.clone(), |layer: &Layer| size::value_and_grad(layer));
    let found = minimize(
        Subgradient::new(Power::new(1.0, 0.6)),
        f,
        &flat,
        &Options::new(3000),
    );
    assign(&mut layer, &found.best.parameters);
    assert!(
        size(&layer) < 0.1
            && layer.bias == Some(7.0)
            && (*layer.scale, layer.single) == (8.0, 0.25),
        "{layer:?}"
    );
    for wrong in [&flat[1..], &[&flat[..], &[1.0]].concat()] {
        let mut layer = layer.clone();
        let assigned = std::panic::catch_unwind(move || assign(&mut layer, wrong));
        assert!(assigned.is_err());
    }
}

#[derive(Differentiable)]
struct Borrowed<'a> {
    first: f64,
    rest: &'a [f64],
}

#[test]
#[should_panic(expected = "behind a shared reference")]
fn what_is_borrowed_is_not_assigned() {
    let mut borrowed = Borrowed {
        first: 1.0,
        rest: &[2.0, 3.0],
    };
    assert_eq!(components(&borrowed), [1.0, 2.0, 3.0]);
    assert_eq!((borrowed.first, borrowed.rest), (1.0, &[2.0, 3.0][..]));
    assign(&mut borrowed, &[4.0, 5.0, 6.0]);
}

/// Before the first step, with the name of the type.
#[test]
#[should_panic(expected = "Borrowed")]
fn what_is_borrowed_is_no_parameter() {
    let borrowed = Borrowed {
        first: 1.0,
        rest: &[2.0, 3.0],
    };
    let _ = structured(borrowed, |of| (of.first, [1.0, 0.0, 0.0]));
}

#[conservative_grad]
fn logarithm(x: &[f64]) -> f64 {
    let first = relu(x[1] + 3.0);
    let shifted = x[0].ln();
    first + shifted + 0.5 * (shifted + 5.0).abs()
}

#[test]
fn a_nan_ends_the_run_where_it_was_made() {
    let f = |w: &[f64], bar: &mut [f64]| logarithm::accumulate_grad(w, bar);
    let mut run = Run::new(Subgradient::new(Constant::new(0.5)), &[0.9, 0.0]);
    let found = run.go(f, &Options::new(100));
    assert!(
        matches!(found.stop, Stop::Value(value) if value.is_nan()),
        "{}",
        found.stop
    );
    assert!(found.stop.is_failure() && found.steps < 100 && found.parameters[0] < 0.0);
    assert!(found.best.value.is_finite() && found.best.parameters[0] > 0.0);
    let told = suspects(&logarithm::trace(&found.parameters), logarithm::FIELD);
    assert_eq!(told.reached.unwrap().site.source, "(shifted + 5.0).abs()");
    assert_eq!(told.before.unwrap().site.source, "relu(x[1] + 3.0)");
    assert_eq!(told.domains.len(), 1);
    assert!(told.to_string().contains("ln `x[0].ln()`"), "{told}");
    // The run stays where it is.
    assert_eq!(run.go(f, &Options::new(100)).steps, found.steps);
}

#[test]
fn an_infinite_gradient_ends_the_run() {
    let f = |w: &[f64], bar: &mut [f64]| {
        bar[1] += 1.0 / w[1];
        w[0]
    };
    let found = minimize(
        Subgradient::new(Constant::new(0.5)),
        f,
        &[1.0, 0.0],
        &Options::new(3),
    );
    assert_eq!(
        found.stop,
        Stop::Gradient {
            component: 1,
            is: f64::INFINITY
        }
    );
    assert_eq!((found.parameters, found.steps), (vec![1.0, 0.0], 0));
}

#[test]
fn the_best_is_the_smallest_value_not_the_last() {
    let f = |w: &[f64], bar: &mut [f64]| {
        bar[0] += w[0].signum();
        w[0].abs()
    };
    let method = Subgradient::new(Constant::new(0.75));
    let found = minimize(method, f, &[1.0], &Options::new(3));
    assert_eq!(
        (found.best.value, &found.best.parameters[..]),
        (0.25, &[0.25][..])
    );
    assert_eq!(found.parameters, [0.25]);
    let found = minimize(
        Subgradient::new(Constant::new(0.75)),
        f,
        &[1.0],
        &Options::new(2),
    );
    assert_eq!((found.best.value, found.parameters), (0.25, vec![-0.5]));
}

#[test]
fn callbacks_and_targets_stop() {
    let f = |w: &[f64], bar: &mut [f64]| {
        bar[0] += w[0].signum();
        w[0].abs()
    };
    let mut seen = Vec::new();
    let mut run = Run::new(Subgradient::new(Constant::new(0.25)), &[2.0]);
    let found = run.go_with(f, &Options::new(100), |progress| {
        seen.push((
            progress.step,
            progress.value,
            progress.parameters[0],
            progress.gradient[0],
        ));
        if progress.step == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(
        (found.stop, found.steps, found.parameters),
        (Stop::Callback, 3, vec![1.25])
    );
    assert_eq!(seen[..2], [(0, 2.0, 2.0, 1.0), (1, 1.75, 1.75, 1.0)]);
    let found = run.go(f, &Options::new(100).target(0.5));
    assert_eq!(
        (found.stop, found.steps, found.best.value),
        (Stop::Target, 6, 0.5)
    );
}
