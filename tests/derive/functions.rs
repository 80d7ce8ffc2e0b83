//! Functions over derived structs: values, gradients and tangents against central differences.

use conservative_grad::__private::Real;
use conservative_grad::{Components, Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Vec2 {
    x: f64,
    y: f64,
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Pair(f64, [f64; 2]);

#[derive(Clone, Debug, Differentiable)]
struct Body {
    position: Vec2,
    velocity: Vec2,
    mass: f64,
    id: u32,
}

#[derive(Clone, Debug, Differentiable)]
struct World {
    bodies: Vec<Body>,
    gravity: f64,
    pairs: [Pair; 2],
}

#[derive(Clone, Debug, Differentiable)]
struct Layer<'a> {
    weights: &'a [f64],
    bias: f64,
    width: usize,
}

#[derive(Clone, Debug, Differentiable)]
struct Mesh<T, const N: usize> {
    nodes: Vec<[T; N]>,
    weight: T,
}

fn body(x: &[f64]) -> Body {
    Body {
        position: Vec2 { x: x[0], y: x[1] },
        velocity: Vec2 { x: x[2], y: x[3] },
        mass: x[4],
        id: 3,
    }
}

fn world(x: &[f64]) -> World {
    World {
        bodies: vec![body(&x[..5]), body(&x[5..10])],
        gravity: x[10],
        pairs: [Pair(x[11], [x[12], x[13]]), Pair(x[14], [x[15], x[16]])],
    }
}

fn numbers(n: usize) -> Vec<f64> {
    (0..n)
        .map(|i| 0.7 + 0.31 * ((i * 7 + 3) % 11) as f64)
        .collect()
}

/// Compares a gradient, written as numbers, with central differences of `f`.
#[track_caller]
fn check(f: impl Fn(&[f64]) -> f64, x: &[f64], gradient: &impl Components) {
    let mut found = Vec::new();
    gradient.read(&mut found);
    assert_eq!(found.len(), x.len());
    for i in 0..x.len() {
        let at = |h: f64| {
            let mut y = x.to_vec();
            y[i] += h;
            f(&y)
        };
        let h = 1e-5;
        let wanted = (at(h) - at(-h)) / (2.0 * h);
        let error = (found[i] - wanted).abs() / (1.0 + wanted.abs());
        assert!(
            error < 1e-8,
            "component {i}: {} instead of {wanted}",
            found[i]
        );
    }
}

/// The derivative along a direction, as numbers are written into a gradient.
fn direction<G: Components>(mut zero: G) -> (G, Vec<f64>) {
    let n = zero.count();
    let d: Vec<f64> = (0..n).map(|i| 0.5 - 0.17 * ((i * 5) % 7) as f64).collect();
    zero.write(&mut d.iter().copied());
    (zero, d)
}

fn inner(g: &impl Components, d: &[f64]) -> f64 {
    let mut g_numbers = Vec::new();
    g.read(&mut g_numbers);
    g_numbers.iter().zip(d).map(|(g, d)| g * d).sum()
}

#[track_caller]
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-11 * (1.0 + b.abs()), "{a} {b}");
}

#[conservative_grad]
fn distance(a: Vec2, b: Vec2) -> f64 {
    let dx = a.x - b.x;
    let dy = a.y - b.y;
    (dx * dx + dy * dy).sqrt()
}

#[test]
fn by_value() {
    let x = numbers(4);
    let f = |x: &[f64]| distance(Vec2 { x: x[0], y: x[1] }, Vec2 { x: x[2], y: x[3] });
    let (a, b) = (Vec2 { x: x[0], y: x[1] }, Vec2 { x: x[2], y: x[3] });
    let gradient = distance::grad(a, b);
    check(f, &x, &gradient);
    let (d, direction) = direction((a, b).zero_gradient());
    let (value, slope) = distance::jvp(a, b, d.0, d.1);
    close(value, f(&x));
    close(slope, inner(&gradient, &direction));
}

#[conservative_grad]
fn kinetic(b: &Body) -> f64 {
    let v2 = b.velocity.x.powi(2) + b.velocity.y.powi(2);
    0.5 * b.mass * v2 * b.id as f64
}

#[test]
fn nested() {
    let x = numbers(5);
    check(|x| kinetic(&body(x)), &x, &kinetic::grad(&body(&x)));
}

#[conservative_grad]
fn energy(w: &World, h: f64) -> f64 {
    let mut e = 0.0;
    for i in 0..w.bodies.len() {
        e += kinetic(&w.bodies[i]) + w.gravity * w.bodies[i].mass * w.bodies[i].position.y;
    }
    for i in 0..w.bodies.len() {
        for j in 0..i {
            e -= w.gravity / distance(w.bodies[i].position, w.bodies[j].position);
        }
    }
    for k in 0..2 {
        let p = w.pairs[k];
        e += p.0 * (p.1[0] * h).sin() - p.1[1];
    }
    e
}

#[test]
fn structs_in_vecs_in_structs() {
    let x = numbers(18);
    let f = |x: &[f64]| energy(&world(x), x[17]);
    let gradient = energy::grad(&world(&x), x[17]);
    check(f, &x, &gradient);
    let (d, direction) = direction((world(&x), 0.0).zero_gradient());
    let (value, slope) = energy::jvp(&world(&x), x[17], &d.0, d.1);
    close(value, f(&x));
    close(slope, inner(&gradient, &direction));
    // Into buffers that hold something.
    let mut bar = d.0.clone();
    let mut h_bar = 1.0;
    energy::accumulate_grad(&world(&x), x[17], &mut bar, &mut h_bar);
    let mut sum = d.0.clone();
    conservative_grad::Adjoint::add(&mut sum, &gradient.0);
    let mut difference = Vec::new();
    bar.read(&mut difference);
    let mut expected = Vec::new();
    sum.read(&mut expected);
    difference
        .iter()
        .zip(&expected)
        .for_each(|(a, b)| close(*a, *b));
    close(h_bar, 1.0 + gradient.1);
}

#[conservative_grad]
fn affine(layer: &Layer<'_>, x: &[f64]) -> f64 {
    let mut s = layer.bias;
    for i in 0..layer.width {
        s += layer.weights[i] * x[i];
    }
    s.tanh()
}

#[test]
fn borrowed_fields() {
    let x = numbers(7);
    let f = |x: &[f64]| {
        affine(
            &Layer {
                weights: &x[..3],
                bias: 0.1 * x[3],
                width: 3,
            },
            &x[4..],
        )
    };
    let layer = Layer {
        weights: &x[..3],
        bias: 0.1 * x[3],
        width: 3,
    };
    let (mut layer_bar, x_bar) = affine::grad(&layer, &x[4..]);
    layer_bar.bias *= 0.1;
    check(f, &x, &(layer_bar, x_bar));
}

#[conservative_grad]
fn mesh_energy<T: Real, const N: usize>(mesh: &Mesh<T, N>, s: T) -> T {
    let mut e = mesh.weight * s;
    for node in 0..mesh.nodes.len() {
        for k in 0..N {
            e += mesh.nodes[node][k] * mesh.nodes[node][k] * mesh.weight;
        }
    }
    e
}

#[test]
fn generic_structs() {
    let x = numbers(8);
    let mesh = |x: &[f64]| Mesh {
        nodes: vec![[x[0], x[1], x[2]], [x[3], x[4], x[5]]],
        weight: x[6],
    };
    let gradient = mesh_energy::grad(&mesh(&x), x[7]);
    check(|x| mesh_energy(&mesh(x), x[7]), &x, &gradient);
    let single = Mesh {
        nodes: vec![[1.0f32, 2.0]],
        weight: 0.5f32,
    };
    let (g, s) = mesh_energy::grad(&single, 3.0);
    assert_eq!(
        (g.weight, &g.nodes[..], s),
        (8.0f32, &[[1.0f32, 2.0]][..], 0.5f32)
    );
}

#[conservative_grad]
fn total(bodies: &[Body], scale: f64) -> f64 {
    let mut m = 0.0;
    for i in 0..bodies.len() {
        let b = &bodies[i];
        m += b.mass * scale;
    }
    m * bodies[0].position.x
}

#[conservative_grad]
fn of_world(w: &World) -> f64 {
    total(&w.bodies, w.gravity) + total(&w.bodies[1..], 2.0)
}

#[test]
fn slices_of_structs() {
    let x = numbers(17);
    check(|x| of_world(&world(x)), &x, &of_world::grad(&world(&x)));
    let bodies = world(&x).bodies;
    let (g, s) = total::grad(&bodies, 2.0);
    let f = |x: &[f64]| total(&[body(&x[..5]), body(&x[5..10])], x[10]);
    let mut at = x[..10].to_vec();
    at.push(2.0);
    check(f, &at, &(g, s));
}

#[conservative_grad]
fn step(b: &mut Body, h: f64) {
    b.position.x += h * b.velocity.x;
    b.position.y += h * b.velocity.y;
    b.velocity.x *= 1.0 - 0.1 * h;
    b.velocity.y -= h * b.mass;
}

#[conservative_grad]
fn simulate(b: &Body, h: f64, n: usize) -> f64 {
    let mut b = b.clone();
    for _ in 0..n {
        step(&mut b, h);
    }
    b.position.x * b.position.y + kinetic(&b)
}

#[test]
fn changed_in_place() {
    let x = numbers(6);
    let f = |x: &[f64]| simulate(&body(x), 0.1 * x[5], 7);
    let (g, h) = simulate::grad(&body(&x), 0.1 * x[5], 7);
    check(f, &x, &(g, 0.1 * h));
}

#[conservative_grad]
fn moved(b: &Body, h: f64) -> Vec2 {
    Vec2 {
        x: b.position.x + h * b.velocity.x,
        y: b.position.y * h,
    }
}

#[conservative_grad]
fn spread(b: &Body, h: f64) -> f64 {
    let Vec2 { x, y } = moved(b, h);
    let base = b.clone();
    let far = moved(
        &Body {
            mass: x * h,
            position: Vec2 { x: y, ..b.position },
            ..base
        },
        h * 2.0,
    );
    far.x * y + x * far.y
}

#[test]
fn results_are_structs() {
    let x = numbers(6);
    let (g, h) = spread::grad(&body(&x), x[5]);
    check(|x| spread(&body(x), x[5]), &x, &(g, h));
    let rows = moved::jacobian(&body(&x), x[5]);
    check(|x| moved(&body(x), x[5]).x, &x, &rows[0]);
    check(|x| moved(&body(x), x[5]).y, &x, &rows[1]);
    let b = body(&x);
    let (value, pullback) = moved::vjp(&b, x[5]);
    assert_eq!(value, moved(&body(&x), x[5]));
    let g = pullback(Vec2Gradient { x: 2.0, y: -1.0 });
    check(
        |x| {
            let m = moved(&body(x), x[5]);
            2.0 * m.x - m.y
        },
        &x,
        &g,
    );
}

#[test]
#[should_panic = "length of `w_bar.bodies` is 1, that of `w.bodies` is 2"]
fn buffers_have_the_shape_of_the_struct() {
    let x = numbers(17);
    let mut bar = world(&x).zero_gradient();
    bar.bodies.pop();
    energy::accumulate_grad(&world(&x), 1.0, &mut bar, &mut 0.0);
}

#[test]
#[should_panic = "length of `w_dot.bodies` is 3, that of `w.bodies` is 2"]
fn tangents_have_the_shape_of_the_struct() {
    let x = numbers(17);
    let mut dot = world(&x).zero_gradient();
    dot.bodies.push(body(&x).zero_gradient());
    let _ = energy::jvp(&world(&x), 1.0, &dot, 0.0);
}
