//! Kinks: which side is taken, what is chosen at a tie, and what the caller can choose instead.

use conservative_grad::__private::{Counter, Fixed, Recorder, Replay, WithPolicy};
use conservative_grad::{
    Decision, Nonsmooth, Plain, Policy, SiteKind, conservative_grad, leaky_relu, relu,
};

#[conservative_grad]
fn rectified(x: f64) -> f64 {
    relu(x)
}

#[conservative_grad]
fn leaky(x: f64, a: f64) -> f64 {
    leaky_relu(x, a) + x.leaky_relu(0.25)
}

#[conservative_grad]
fn absolute(x: f64) -> f64 {
    x.abs()
}

#[conservative_grad]
fn larger(x: f64, y: f64) -> f64 {
    x.max(y)
}

#[conservative_grad]
fn smaller(x: f64, y: f64) -> f64 {
    f64::min(x, y)
}

#[conservative_grad]
fn between(x: f64, lo: f64, hi: f64) -> f64 {
    x.clamp(lo, hi)
}

#[conservative_grad]
fn branch(x: f64, y: f64) -> f64 {
    if x > y { x * x } else { x * y }
}

/// PyTorch's choices, as the table of rules has them.
#[test]
fn choices_at_ties() {
    assert_eq!(rectified::grad(0.0), 0.0);
    assert_eq!(absolute::grad(0.0), 0.0);
    assert_eq!(larger::grad(1.0, 1.0), (0.5, 0.5));
    assert_eq!(smaller::grad(1.0, 1.0), (0.5, 0.5));
    assert_eq!(between::grad(0.0, 0.0, 1.0), (0.0, 1.0, 0.0));
    assert_eq!(between::grad(1.0, 0.0, 1.0), (0.0, 0.0, 1.0));
    assert_eq!(leaky::grad(0.0, 0.5), (0.75, 0.0));
    // The branch that the program takes.
    assert_eq!(branch::grad(2.0, 2.0), (2.0, 2.0));
}

#[test]
fn tangents_take_the_same_choices() {
    assert_eq!(rectified::jvp(0.0, 3.0), (0.0, 0.0));
    assert_eq!(absolute::jvp(0.0, 3.0), (0.0, 0.0));
    assert_eq!(larger::jvp(1.0, 1.0, 3.0, 5.0), (1.0, 4.0));
    assert_eq!(smaller::jvp(1.0, 1.0, 3.0, 5.0), (1.0, 4.0));
    assert_eq!(between::jvp(0.0, 0.0, 1.0, 3.0, 5.0, 7.0), (0.0, 5.0));
    assert_eq!(branch::jvp(2.0, 2.0, 1.0, 0.0), (4.0, 2.0));
}

#[test]
fn signed_zero_is_a_tie() {
    assert_eq!(absolute::grad(-0.0), 0.0);
    assert_eq!(rectified::grad(-0.0), 0.0);
    assert_eq!(larger::grad(0.0, -0.0), (0.5, 0.5));
    let (value, _) = rectified::value_and_grad(-0.0);
    assert_eq!(value.to_bits(), relu(-0.0_f64).to_bits());
}

#[test]
fn not_a_number_goes_the_way_of_the_primal() {
    assert_eq!(larger::grad(f64::NAN, 1.0), (0.0, 1.0));
    assert_eq!(larger::grad(1.0, f64::NAN), (1.0, 0.0));
    assert_eq!(smaller::grad(f64::NAN, 1.0), (0.0, 1.0));
    let (value, gradient) = branch::value_and_grad(f64::NAN, 2.0);
    assert!(value.is_nan());
    assert_eq!(gradient.0, 2.0);
}

#[test]
fn infinities_are_compared_and_not_subtracted() {
    let inf = f64::INFINITY;
    assert_eq!(larger::grad(inf, inf), (0.5, 0.5));
    assert_eq!(larger::grad(inf, 1.0), (1.0, 0.0));
    assert_eq!(absolute::grad(-inf), -1.0);
    assert_eq!(rectified::grad(-inf), 0.0);
}

#[test]
fn the_caller_decides() {
    let above = &mut Fixed(Decision::Above);
    assert_eq!(absolute::value_and_grad_with(above, 0.0), (0.0, 1.0));
    let below = &mut Fixed(Decision::Below);
    assert_eq!(absolute::value_and_grad_with(below, 0.0), (0.0, -1.0));
    let quarter = &mut Fixed(Decision::Tie(0.25));
    assert_eq!(absolute::value_and_grad_with(quarter, 0.0), (0.0, -0.5));
    assert_eq!(
        larger::value_and_grad_with(&mut Fixed(Decision::Tie(0.25)), 1.0, 1.0),
        (1.0, (0.25, 0.75))
    );
    let jax = &mut WithPolicy(Policy::Jax);
    assert_eq!(absolute::value_and_grad_with(jax, 0.0), (0.0, 1.0));
    // Off the kink there is nothing to decide.
    let above = &mut Fixed(Decision::Above);
    assert_eq!(absolute::value_and_grad_with(above, -3.0), (3.0, -1.0));
    // A selection behind a pointer.
    let boxed: &mut dyn conservative_grad::Selection = &mut Fixed(Decision::Above);
    assert_eq!(absolute::value_and_grad_with(boxed, 0.0), (0.0, 1.0));
}

#[conservative_grad(policy = jax)]
fn under_jax(x: f64) -> f64 {
    x.abs()
}

#[conservative_grad(policy = upper)]
fn under_upper(x: f64, y: f64) -> f64 {
    x.max(y) + relu(x)
}

#[conservative_grad]
fn per_site(x: f64) -> f64 {
    #[tie(0.25)]
    let y = x.max(0.0);
    let z = x.abs();
    y + 2.0 * z
}

#[test]
fn policies() {
    assert_eq!(under_jax::grad(0.0), 1.0);
    assert_eq!(under_jax::FIELD.policy, Policy::Jax);
    assert_eq!(under_upper::grad(0.0, 0.0), (2.0, 0.0));
    assert_eq!(per_site::grad(0.0), 0.25);
    assert_eq!(per_site::FIELD.sites[0].theta, 0.25);
    assert_eq!(per_site::FIELD.sites[1].theta, 0.5);
}

#[conservative_grad]
fn several(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += relu(x[i]) + (x[i] - 1.0).abs();
    }
    if s > 2.0 {
        s *= x[0].max(0.5);
    }
    s
}

#[test]
fn traces() {
    let x = [0.0, 1.0, 3.0];
    let trace = several::trace(&x);
    let names: Vec<_> = trace.visits().iter().map(|v| v.site.primitive).collect();
    assert_eq!(
        names,
        ["relu", "abs", "relu", "abs", "relu", "abs", "if", "max"]
    );
    let ties: Vec<_> = trace
        .ties()
        .map(|v| (v.site.primitive, v.occurrence))
        .collect();
    assert_eq!(ties, [("relu", 0), ("abs", 1)]);
    assert_eq!(trace.visits()[5].margin, 2.0);
    assert_eq!(trace.visits()[6].site.kind, SiteKind::Branch);
}

/// Once per visit and in the order of the primal, also where the reverse sweep runs the body again.
#[test]
fn a_selection_is_asked_once() {
    let x = [0.25, 1.0, 3.0, -1.0];
    let mut recorder = Recorder::new(Plain);
    let _ = several::value_and_grad_with(&mut recorder, &x);
    let seen = recorder.into_trace();
    assert_eq!(seen.visits().len(), 2 * x.len() + 2);
    assert_eq!(seen.signature(), several::trace(&x).signature());
}

#[test]
fn a_trace_can_be_replayed() {
    let x = [0.0, 1.0, 3.0];
    let mut recorder = Recorder::new(Fixed(Decision::Above));
    let first = several::value_and_grad_with(&mut recorder, &x);
    let mut replay = Replay::new(recorder.into_trace());
    assert_eq!(several::value_and_grad_with(&mut replay, &x), first);
    assert!(!replay.diverged());
    assert_ne!(several::value_and_grad(&x), first);
}

/// What is not taken must not matter, even if it is infinite.
#[conservative_grad]
fn guarded(x: f64) -> f64 {
    if x > 0.0 { x.sqrt() * x.ln() } else { 2.0 * x }
}

#[conservative_grad]
fn guarded_by_max(x: f64) -> f64 {
    x.max(1.0).ln() + (1.0 / x).min(5.0)
}

#[test]
fn selects_and_not_products() {
    assert_eq!(guarded::grad(-1.0), 2.0);
    assert_eq!(guarded::grad(0.0), 2.0);
    assert_eq!(guarded_by_max::jvp(-0.5, 1.0).1, -4.0);
}

#[test]
fn sites_tell_where_they_are() {
    let sites = several::FIELD.sites;
    let told: Vec<_> = sites
        .iter()
        .map(|s| (s.primitive, s.source, s.stratum))
        .collect();
    assert_eq!(told[0], ("relu", "relu(x[i])", "x[i] = 0"));
    assert_eq!(told[1].1, "(x[i] - 1.0).abs()");
    assert_eq!(told[3].1, "x[0].max(0.5)");
    assert_eq!(told[3].2, "x[0] = 0.5");
    assert_eq!((sites[0].file, sites[0].function), (file!(), "several"));
    assert!(sites[0].line < sites[2].line && sites[2].line < sites[3].line);
    assert!(
        !several::FIELD.by_construction(),
        "the `if` has to be continuous"
    );
    assert!(absolute::FIELD.by_construction());
}

/// relu(-x) + x, relu(x) - relu(-x), and the zero function: what backpropagation makes of them.
#[conservative_grad]
fn zero(x: f64) -> f64 {
    relu(x) - (relu(-x) + x)
}

#[conservative_grad]
fn identity(x: f64) -> f64 {
    relu(x) - relu(-x)
}

#[test]
fn artefacts_of_the_choice() {
    assert_eq!(zero::grad(0.0), -1.0);
    assert_eq!(identity::grad(0.0), 0.0);
    assert_eq!((zero::grad(1.0), zero::grad(-1.0)), (0.0, 0.0));
    assert_eq!((identity::grad(1.0), identity::grad(-1.0)), (1.0, 1.0));
}

/// A layer of rectifiers whose sums cancel up to rounding.
#[conservative_grad]
fn layer<T: conservative_grad::Real>(x: &[T], w: &[T]) -> T {
    let mut s = T::zero();
    for i in 0..w.len() {
        s += relu(w[i] * x[i] + (w[i] - w[i] * (x[i] + T::one())));
    }
    s
}

/// Rounding leaves ties in one precision that are none in the other.
#[test]
fn ties_are_counted_in_both_precisions() {
    let x: Vec<f64> = (1..200).map(|i| 1.0 + f64::from(i) * 1e-3).collect();
    let w: Vec<f64> = (1..200).map(|i| 1.0 / (2.0 + f64::from(i))).collect();
    let [x32, w32] = [&x, &w].map(|v| v.iter().map(|v| *v as f32).collect::<Vec<f32>>());
    let (mut double, mut single) = (Counter::new(Plain), Counter::new(Plain));
    let _ = layer::value_and_grad_with(&mut double, &x[..], &w[..]);
    let _ = layer::value_and_grad_with(&mut single, &x32[..], &w32[..]);
    let (double, single) = (double.total(), single.total());
    assert_eq!((double.visits, single.visits), (199, 199));
    assert!(double.ties > 0 && single.ties > 0 && double.ties != single.ties);
}

#[conservative_grad]
fn beyond(x: f64, y: f64) -> f64 {
    #[tie(1.5)]
    let z = x.max(y);
    z
}

/// θ outside of [0, 1] is conservative, and marked.
#[test]
fn weights_outside_of_the_clarke_subdifferential() {
    assert_eq!(beyond::grad(1.0, 1.0), (1.5, -0.5));
    let sites: Vec<_> = beyond::FIELD.sites().collect();
    assert!(!sites[0].clarke);
    assert!(
        beyond::FIELD.to_string().contains("θ = 1.5 (not Clarke)"),
        "{}",
        beyond::FIELD
    );
}
