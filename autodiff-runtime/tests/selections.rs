//! Ready-made selections and traces.

use autodiff_runtime::{
    Counter, Decision, Fixed, PerSite, Plain, Policy, Recorder, Replay, Seeded, Selection, Side,
    Site, SiteKind, Ties, Tolerance, WithPolicy,
};

const fn site(id: u32, kind: SiteKind) -> Site {
    Site {
        id,
        function: "loss",
        module: "model",
        file: "src/model.rs",
        line: 10 + id,
        column: 5,
        primitive: "max",
        source: "a.max(b)",
        kind,
        stratum: "a = b",
        field: "{(θ, 1 - θ)}",
        theta: 0.5,
        clarke: true,
        ties: Ties::new(0.5, 0.25, 1.0),
        listed: true,
    }
}

static KINK: Site = site(0, SiteKind::Kink);
static OTHER: Site = site(1, SiteKind::Kink);
static BRANCH: Site = site(2, SiteKind::Branch);

fn tied(selection: &mut dyn Selection) -> f64 {
    selection.weight(&KINK, 0.0, false, true)
}

#[test]
fn choices_apply_at_ties_only() {
    assert_eq!(tied(&mut Plain), 0.5);
    assert_eq!(tied(&mut Fixed(Decision::Above)), 1.0);
    assert_eq!(tied(&mut Fixed(Decision::Tie(0.25))), 0.25);
    assert_eq!(tied(&mut WithPolicy(Policy::Jax)), 0.25);
    assert_eq!(tied(&mut WithPolicy(Policy::Lower)), 0.0);
    assert_eq!(
        Fixed(Decision::Above).weight(&KINK, -1.0, false, false),
        0.0
    );
    assert_eq!(
        WithPolicy(Policy::Upper).weight(&KINK, -1.0, false, false),
        0.0
    );
}

#[test]
fn branches_follow_the_primal() {
    for holds in [false, true] {
        for tie in [false, true] {
            assert_eq!(Plain.branch(&BRANCH, 0.0, holds, tie), holds);
            assert_eq!(
                Fixed(Decision::Above).branch(&BRANCH, 0.0, holds, tie),
                holds
            );
            assert_eq!(Recorder::new(Plain).branch(&BRANCH, 0.0, holds, tie), holds);
        }
    }
}

/// Takes the other branch everywhere.
struct Contrary;

impl Selection for Contrary {
    fn decide(&mut self, visit: &autodiff_runtime::Visit) -> Decision {
        if visit.default.weight() > 0.5 {
            Decision::Below
        } else {
            Decision::Above
        }
    }
}

#[test]
fn a_caller_can_decide_branches() {
    assert!(!Contrary.branch(&BRANCH, 1.0, true, false));
    assert!(Contrary.branch(&BRANCH, 0.0, false, true));
    let by_reference: &mut dyn Selection = &mut Contrary;
    assert!(by_reference.branch(&BRANCH, 0.0, false, true));
}

#[test]
fn a_seed_gives_the_same_sides_again() {
    let sides = |seed| {
        let mut seeded = Seeded::new(seed);
        (0..64).map(|_| tied(&mut seeded)).collect::<Vec<_>>()
    };
    assert_eq!(sides(7), sides(7));
    assert_ne!(sides(7), sides(8));
    assert!(sides(7).contains(&0.0) && sides(7).contains(&1.0));
}

#[test]
fn small_margins_count_as_ties() {
    let mut tolerance = Tolerance::new(1e-3);
    assert_eq!(tolerance.weight(&KINK, 1e-4, true, false), 0.5);
    assert_eq!(tolerance.weight(&KINK, 1e-2, true, false), 1.0);
    assert!(tolerance.branch(&BRANCH, 1e-4, true, false));
}

#[test]
fn what_is_approximate_says_so() {
    let mut tolerance = Tolerance::with(1e-3, Fixed(Decision::Above));
    assert_eq!(tolerance.weight(&KINK, 0.0, false, true), 1.0);
    assert!(tolerance.is_exact());
    assert_eq!(tolerance.weight(&KINK, -1e-4, false, false), 1.0);
    assert_eq!(tolerance.weight(&KINK, 1e-4, true, false), 1.0);
    assert_eq!((tolerance.is_exact(), tolerance.moved()), (false, 2));
    assert!(tolerance.to_string().starts_with("approximate: 2 visits"));
}

#[test]
fn random_weights_are_between_the_sides() {
    let mut seeded = Seeded::mixing(7);
    let weights: Vec<f64> = (0..64).map(|_| tied(&mut seeded)).collect();
    assert!(weights.iter().all(|w| (0.0..1.0).contains(w)));
    assert!(weights.iter().any(|w| *w < 0.2) && weights.iter().any(|w| *w > 0.8));
}

#[test]
fn sites_can_be_decided_one_by_one() {
    let mut selection = PerSite::new(Fixed(Decision::Below)).at(KINK.key(), Decision::Tie(0.75));
    assert_eq!(selection.weight(&KINK, 0.0, false, true), 0.75);
    assert_eq!(selection.weight(&OTHER, 0.0, false, true), 0.0);
}

#[test]
fn ties_are_counted_by_site() {
    let mut counter = Counter::new(Plain);
    tied(&mut counter);
    counter.weight(&KINK, 1.0, true, false);
    counter.weight(&OTHER, 1.0, true, false);
    let counts: Vec<_> = counter
        .counts()
        .values()
        .map(|count| (count.visits, count.ties))
        .collect();
    assert_eq!(counts, [(2, 1), (1, 0)]);
    assert_eq!((counter.total().visits, counter.total().ties), (3, 1));
    assert_eq!(
        counter.to_string(),
        "visits: 3, ties: 1\n  src/model.rs:10:5  max `a.max(b)`  visits 2, ties 1\n  src/model.rs:11:5  max `a.max(b)`  visits 1, ties 0"
    );
}

#[test]
fn a_trace_is_read_and_replayed() {
    let visit = |selection: &mut dyn Selection| {
        let first = selection.weight(&KINK, -0.5, false, false);
        let second = selection.weight(&KINK, 0.0, false, true);
        (first, second, selection.branch(&BRANCH, 0.25, true, false))
    };
    let mut recorder = Recorder::new(Contrary);
    let decided = visit(&mut recorder);
    let trace = recorder.into_trace();
    assert_eq!(decided, (1.0, 1.0, false));
    assert_eq!(
        trace
            .nearest()
            .map(|nearest| (nearest.site.id, nearest.occurrence)),
        Some((0, 1))
    );
    assert_eq!(trace.signature()[0], (("model", "loss", 0), Side::Above));
    let text = trace.to_string();
    for expected in [
        "visits: 3",
        "src/model.rs:10:5",
        "visit 2",
        "margin 0.25",
        "condition fails",
        "nearest: ",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    let mut replay = Replay::new(trace);
    assert_eq!(visit(&mut replay), decided);
    assert!(!replay.diverged());
    assert_eq!(replay.weight(&OTHER, 1.0, true, false), 1.0);
    assert!(replay.diverged());
}

#[test]
fn a_trace_of_a_smooth_function_says_so() {
    assert_eq!(
        Recorder::new(Plain).into_trace().to_string(),
        "no kinks visited"
    );
}
