//! Structs in slices, arrays, `Vec`s, tuples and options; bars that are not wanted; tangents.

use conservative_grad::__private::{
    Accumulate, Bar, Dot, Element, Kind, Tangent, Unvaried, Varied, Zeroed, add, discard, zero_like,
};
use conservative_grad::Differentiable;

#[derive(Clone, Differentiable)]
struct Body {
    position: [f64; 3],
    mass: f64,
    track: Vec<f64>,
    id: u32,
}

fn body(mass: f64) -> Body {
    Body {
        position: [mass; 3],
        mass,
        track: vec![mass; 2],
        id: 7,
    }
}

/// What emitted code does with the bars of a slice of structs: mass of each body times `seed`.
fn masses<K: Kind>(_: K, bodies: &[Body], seed: f64, bar: &mut Bar<K, [Body]>) {
    for i in 0..bodies.len() {
        bar[i].mass += seed * f64::from(bodies[i].id);
        bar[i].position[2] -= seed;
        bar[i].track[1] += 2.0 * seed;
        add(&mut bar[i].track[..], &vec![seed; 2]);
        add(&mut bar[i].position, &[seed; 3]);
    }
}

/// The same for one of them.
fn mass<K: Kind>(kind: K, body: &Body, seed: f64, bar: &mut Bar<K, Body>) {
    let mut row = body.zero_gradient();
    row.mass = seed;
    add(bar, &row);
    bar.track[0] += seed;
    let _ = kind;
}

#[test]
fn structs_in_a_slice_have_bars() {
    let bodies = vec![body(1.0), body(2.0)];
    let mut bar: Vec<BodyGradient> = zero_like(&bodies[..]);
    masses(Varied, &bodies, 3.0, &mut bar);
    for g in &bar {
        assert_eq!(
            (g.mass, g.position, &g.track[..]),
            (21.0, [3.0, 3.0, 0.0], &[3.0, 9.0][..])
        );
    }
    mass(Varied, &bodies[1], 2.0, &mut bar[1]);
    assert_eq!((bar[1].mass, bar[1].track[0]), (23.0, 5.0));
    masses(Unvaried, &bodies, 3.0, &mut discard());
    mass(Unvaried, &bodies[0], 3.0, &mut discard());
}

#[test]
fn bars_that_are_not_wanted_have_no_size() {
    assert_eq!(size_of::<<Body as Element>::Bar<Unvaried>>(), 0);
    assert_eq!(size_of::<<[Body; 3] as Element>::Bar<Unvaried>>(), 0);
    assert_eq!(
        size_of::<<Option<(Body, f64)> as Element>::Bar<Unvaried>>(),
        0
    );
    let mut nowhere = Body::discard();
    nowhere.mass += 1.0;
    nowhere.accumulate(&body(1.0).zero_gradient());
}

#[test]
fn containers_of_structs_have_gradients() {
    let three = [body(1.0), body(2.0), body(3.0)];
    let zero: [BodyGradient; 3] = three.zero_gradient();
    assert_eq!(zero[2].track, [0.0, 0.0]);
    let zero: Vec<BodyGradient> = three.to_vec().zero_gradient();
    assert_eq!(zero.len(), 3);
    let zero: (BodyGradient, f64) = (body(1.0), 2.0).zero_gradient();
    assert_eq!(zero.1, 0.0);
    let zero: Option<BodyGradient> = Some(body(1.0)).zero_gradient();
    assert_eq!(zero, Some(body(1.0).zero_gradient()));
    assert_eq!(None::<Body>.zero_gradient(), None);
    let zero: BodyGradient = Box::new(body(1.0)).zero_gradient();
    assert_eq!(zero.mass, 0.0);
}

/// What emitted code does with the bar of an option.
fn inner<K: Kind>(_: K, x: &Option<f64>, bar: &mut Bar<K, Option<f64>>) {
    use conservative_grad::__private::Payload;
    if let Some(x) = x {
        bar[Payload] += 2.0 * x;
    }
}

#[test]
fn options_have_bars() {
    let x = Some(3.0);
    let mut bar = x.zero_gradient();
    inner(Varied, &x, &mut bar);
    assert_eq!(bar, Some(6.0));
    inner(Varied, &None, &mut None);
    inner(Unvaried, &x, &mut discard());
    add(&mut bar, &Some(1.0));
    assert_eq!(bar, Some(7.0));
}

/// How an emitted function takes a tangent.
fn along(body: &Body, dot: impl Dot<Body>, bodies: &[Body], dots: impl Dot<[Body]>) -> f64 {
    let dot = dot.dot(body);
    let dots = dots.dot(bodies);
    dot.mass + dot.track[1] + dots.iter().map(|d| d.position[0]).sum::<f64>()
}

#[test]
fn tangents_of_structs_are_their_gradients() {
    let bodies = [body(1.0), body(2.0)];
    let mut dot = bodies[0].zeroed();
    (dot.mass, dot.track[1]) = (2.0, 3.0);
    let mut dots = bodies.zeroed();
    (dots[0].position[0], dots[1].position[0]) = (10.0, 20.0);
    assert_eq!(
        along(&bodies[0], Tangent(&dot), &bodies, Tangent(&dots)),
        35.0
    );
    assert_eq!(along(&bodies[0], Tangent(&dot), &bodies, Unvaried), 5.0);
    assert_eq!(
        along(&bodies[0], Unvaried, &bodies, Tangent(&dots[..])),
        30.0
    );
    assert_eq!(
        along(&bodies[0], Unvaried, &bodies, Tangent(&dots.to_vec())),
        30.0
    );
}
