//! Structs: fields, literals, patterns, values in arrays and loops, methods and operators.

use std::ops::{Add, AddAssign, Mul, Neg};

use conservative_grad::{Differentiable, conservative_grad};

/// Asserts that a gradient, given as its numbers, is that of `f` at `at`, by central differences.
#[track_caller]
fn check(gradient: &[f64], at: &[f64], f: impl Fn(&[f64]) -> f64) {
    assert_eq!(gradient.len(), at.len());
    for i in 0..at.len() {
        let h = 1e-6;
        let moved = |by: f64| {
            let mut x = at.to_vec();
            x[i] += by;
            f(&x)
        };
        let quotient = (moved(h) - moved(-h)) / (2.0 * h);
        let error = (gradient[i] - quotient).abs();
        assert!(
            error <= 1e-7 * quotient.abs().max(1.0),
            "derivative {i}: {} for {quotient}",
            gradient[i]
        );
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Point {
    x: f64,
    y: f64,
    z: f64,
}

const A: [f64; 3] = [1.0, 2.0, 0.5];
const B: [f64; 3] = [-0.5, 1.0, 1.5];

fn point(v: &[f64]) -> Point {
    Point {
        x: v[0],
        y: v[1],
        z: v[2],
    }
}

fn numbers(p: &PointGradient) -> [f64; 3] {
    [p.x, p.y, p.z]
}

/// A tangent along one of the coordinates.
fn along(i: usize) -> PointGradient {
    let mut dot = Differentiable::zero_gradient(&point(&A));
    match i {
        0 => dot.x = 1.0,
        1 => dot.y = 1.0,
        _ => dot.z = 1.0,
    }
    dot
}

#[conservative_grad]
fn norm(v: &Point) -> f64 {
    (v.x * v.x + v.y * v.y + v.z * v.z).sqrt()
}

#[conservative_grad]
fn difference(a: Point, b: Point) -> Point {
    Point {
        x: a.x - b.x,
        y: a.y - b.y,
        z: a.z - b.z,
    }
}

#[test]
fn by_reference() {
    let gradient = norm::grad(&point(&A));
    check(&numbers(&gradient), &A, |x| norm(&point(x)));
    for i in 0..3 {
        let (value, slope) = norm::jvp(&point(&A), &along(i));
        assert_eq!(value, norm(&point(&A)));
        assert_eq!(slope, numbers(&gradient)[i]);
    }
}

#[conservative_grad]
fn distance(a: Point, b: Point) -> f64 {
    let d = difference(a, b);
    norm(&d)
}

#[test]
fn results_of_calls() {
    let (a, b) = distance::grad(point(&A), point(&B));
    let gradient = [numbers(&a), numbers(&b)].concat();
    let at = [A, B].concat();
    check(&gradient, &at, |x| distance(point(x), point(&x[3..])));
}

#[conservative_grad]
fn energy(bodies: &[Point], masses: &[f64]) -> f64 {
    let mut e = 0.0;
    for i in 0..bodies.len() {
        for j in 0..i {
            let d = difference(bodies[i], bodies[j]);
            e -= masses[i] * masses[j] / norm(&d);
        }
        let Point { x, y: sideways, .. } = bodies[i];
        e += 0.5 * masses[i] * (x * x + sideways * sideways);
    }
    e
}

#[test]
fn in_slices() {
    let at = [
        A.to_vec(),
        B.to_vec(),
        vec![0.2, -1.0, 0.3],
        vec![1.0, 2.0, 0.5],
    ]
    .concat();
    let of = |x: &[f64]| energy(&[point(x), point(&x[3..]), point(&x[6..])], &x[9..]);
    let bodies = [point(&at), point(&at[3..]), point(&at[6..])];
    let (bodies_bar, masses_bar) = energy::grad(&bodies, &at[9..]);
    let mut gradient: Vec<f64> = bodies_bar.iter().flat_map(numbers).collect();
    gradient.extend(masses_bar);
    check(&gradient, &at, of);
}

#[conservative_grad]
fn branches(a: Point, t: f64) -> f64 {
    let p = if t > 0.5 {
        Point { x: a.x * t, ..a }
    } else {
        Point {
            x: t,
            y: a.y * a.z,
            z: 1.0,
        }
    };
    let mut q = p;
    if q.x > 0.6 {
        q.y = q.x * q.z;
    } else {
        q = a;
    }
    norm(&q) + p.y
}

#[test]
fn literals_in_branches() {
    for t in [0.3, 0.7] {
        let (a, t_bar) = branches::grad(point(&A), t);
        let gradient = [&numbers(&a)[..], &[t_bar]].concat();
        let at = [&A[..], &[t]].concat();
        check(&gradient, &at, |x| branches(point(x), x[3]));
        let (_, slope) = branches::jvp(point(&A), t, along(1), 0.0);
        assert_eq!(slope, gradient[1]);
    }
}

#[conservative_grad]
fn declared_first(a: Point, t: f64) -> f64 {
    let p;
    if t > 0.5 {
        p = Point { x: t, ..a };
    } else {
        p = a;
    }
    p.x * p.y
}

#[test]
fn assigned_in_both_branches() {
    for t in [0.3, 0.7] {
        let (a, t_bar) = declared_first::grad(point(&A), t);
        let gradient = [&numbers(&a)[..], &[t_bar]].concat();
        let at = [&A[..], &[t]].concat();
        check(&gradient, &at, |x| declared_first(point(x), x[3]));
    }
}

#[conservative_grad]
fn search(a: Point, steps: &[f64]) -> Point {
    let mut p = a;
    for i in 0..steps.len() {
        if p.x * steps[i] > 2.0 {
            return Point {
                x: p.x * steps[i],
                ..p
            };
        }
        p.x += steps[i] * p.y;
    }
    p
}

#[conservative_grad]
fn length_of_search(a: Point, steps: &[f64]) -> f64 {
    let found = search(a, steps);
    norm(&found)
}

#[test]
fn returned_out_of_a_loop() {
    for steps in [[0.1, 0.2, 1.5, 0.3], [0.1, 0.2, 0.1, 0.3]] {
        let (a, steps_bar) = length_of_search::grad(point(&A), &steps);
        let gradient = [&numbers(&a)[..], &steps_bar].concat();
        let at = [&A[..], &steps].concat();
        check(&gradient, &at, |x| length_of_search(point(x), &x[3..]));
        let (_, slope) = length_of_search::jvp(point(&A), &steps, along(0), &[0.0; 4]);
        assert!((slope - gradient[0]).abs() < 1e-12);
    }
}

#[conservative_grad]
fn march(p: &mut Point, v: &Point, h: f64) {
    p.x += v.x * h;
    p.y += v.y * h * p.x;
    p.z = p.z * 0.5;
}

#[conservative_grad]
fn orbit(start: Point, v: Point, n: usize) -> f64 {
    let mut p = start;
    let mut trail: Vec<Point> = Vec::new();
    for i in 0..n {
        march(&mut p, &v, 0.1 * (i as f64 + 1.0));
        trail.push(p);
    }
    let mut s = 0.0;
    for i in 0..trail.len() {
        s += trail[i].x * trail[i].y + norm(&trail[i]);
    }
    s
}

#[test]
fn changed_in_place_and_pushed() {
    let (p, v) = orbit::grad(point(&A), point(&B), 3);
    let gradient = [numbers(&p), numbers(&v)].concat();
    let at = [A, B].concat();
    check(&gradient, &at, |x| orbit(point(x), point(&x[3..]), 3));
}

#[conservative_grad]
fn scaled(a: Point, k: f64) -> (Point, f64) {
    (
        Point {
            x: a.x * k,
            y: a.y,
            z: a.z,
        },
        a.x * a.y * k,
    )
}

#[conservative_grad]
fn tuples_and_arrays(a: Point, k: f64) -> f64 {
    let (b, s) = scaled(a, k);
    let both = [a, Point { x: k, y: b.x, z: s }];
    let mut t = 0.0;
    for i in 0..2 {
        t += both[i].x * both[1 - i].y;
    }
    t + b.x * s
}

#[test]
fn in_tuples_and_arrays() {
    let (a, k) = tuples_and_arrays::grad(point(&A), 0.3);
    let gradient = [&numbers(&a)[..], &[k]].concat();
    let at = [&A[..], &[0.3]].concat();
    check(&gradient, &at, |x| tuples_and_arrays(point(x), x[3]));
    let (_, slope) = tuples_and_arrays::jvp(point(&A), 0.3, along(0), 0.0);
    assert!((slope - gradient[0]).abs() < 1e-12);
}

#[conservative_grad]
fn exchanged(a: Point, b: Point) -> f64 {
    let (mut p, mut q) = (a, b);
    let t = p;
    p = q;
    q = t;
    let mut m = [p, q];
    m[0].x *= 3.0;
    m[1] = Point {
        x: m[0].x,
        y: q.y,
        z: p.z * q.z,
    };
    let c = m[1].clone();
    m.swap(0, 1);
    m[0].y * m[1].x + c.z
}

#[test]
fn moved_and_replaced() {
    let (a, b) = exchanged::grad(point(&A), point(&B));
    let gradient = [numbers(&a), numbers(&b)].concat();
    let at = [A, B].concat();
    check(&gradient, &at, |x| exchanged(point(x), point(&x[3..])));
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    weights: Vec<f64>,
    bias: f64,
    inner: Inner,
    #[constant]
    name: &'static str,
    width: usize,
}

#[derive(Clone, Debug, Differentiable)]
struct Inner {
    gain: [f64; 2],
    points: Vec<Point>,
}

#[conservative_grad]
fn apply(layer: &Layer, x: &[f64]) -> f64 {
    let mut s = layer.bias;
    for i in 0..layer.width {
        s += layer.weights[i] * x[i];
    }
    let gain = &layer.inner.gain;
    for p in 0..layer.inner.points.len() {
        s += layer.inner.points[p].x * gain[1] + norm(&layer.inner.points[p]);
    }
    s * gain[0] * layer.width as f64
}

#[test]
fn nested_with_vectors_and_constants() {
    let layer = |x: &[f64]| Layer {
        weights: x[..2].to_vec(),
        bias: x[2],
        inner: Inner {
            gain: [x[3], x[4]],
            points: vec![point(&x[5..]), point(&x[8..])],
        },
        name: "first",
        width: 2,
    };
    let at = [&[0.3, -0.4, 0.1, 1.5, 0.7][..], &A, &B].concat();
    let x = [2.0, 0.25];
    let (bar, x_bar) = apply::grad(&layer(&at), &x);
    let mut gradient = bar.weights.clone();
    gradient.push(bar.bias);
    gradient.extend(bar.inner.gain);
    gradient.extend(bar.inner.points.iter().flat_map(numbers));
    check(&gradient, &at, |p| apply(&layer(p), &x));
    check(&x_bar, &x, |x| apply(&layer(&at), x));
    assert_eq!(layer(&at).name, "first");
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Complex(f64, f64);

#[conservative_grad]
impl Complex {
    fn modulus(&self) -> f64 {
        self.0.hypot(self.1)
    }
    fn conjugate(self) -> Self {
        Complex(self.0, -self.1)
    }
    fn turn(&mut self, angle: f64) {
        let (s, c) = angle.sin_cos();
        *self = Complex(self.0 * c - self.1 * s, self.0 * s + self.1 * c);
    }
    fn of_angle(angle: f64) -> Self {
        Complex(angle.cos(), angle.sin())
    }
    fn power(self, n: u32) -> Self {
        let mut p = Complex(1.0, 0.0);
        for _ in 0..n {
            p = p * self;
        }
        p
    }
}

#[conservative_grad]
impl Mul for Complex {
    type Output = Complex;
    fn mul(self, b: Complex) -> Complex {
        Complex(self.0 * b.0 - self.1 * b.1, self.0 * b.1 + self.1 * b.0)
    }
}

#[conservative_grad]
impl Add for Complex {
    type Output = Complex;
    fn add(self, b: Complex) -> Complex {
        Complex(self.0 + b.0, self.1 + b.1)
    }
}

#[conservative_grad]
impl AddAssign for Complex {
    fn add_assign(&mut self, b: Complex) {
        self.0 += b.0;
        self.1 += b.1;
    }
}

#[conservative_grad]
impl Neg for Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        Complex(-self.0, -self.1)
    }
}

#[conservative_grad]
fn julia(z: Complex, c: Complex, n: usize) -> f64 {
    let mut z = z;
    let mut sum = Complex(0.0, 0.0);
    for _ in 0..n {
        z = z * z + c;
        sum += -z;
        z.turn(0.1);
    }
    let w = z.conjugate() * Complex::of_angle(z.0);
    let cube: Complex = c.power(3);
    w.modulus() + sum.0 * sum.1 + cube.1
}

#[test]
fn methods_and_operators() {
    let at = [0.2, -0.4, 0.3, 0.5];
    let of = |x: &[f64]| julia(Complex(x[0], x[1]), Complex(x[2], x[3]), 4);
    let (z, c) = (Complex(at[0], at[1]), Complex(at[2], at[3]));
    let (z_bar, c_bar) = julia::grad(z, c, 4);
    check(&[z_bar.0, z_bar.1, c_bar.0, c_bar.1], &at, of);
    let mut z_dot = Differentiable::zero_gradient(&z);
    z_dot.1 = 1.0;
    let (value, slope) = julia::jvp(z, c, 4, z_dot, Differentiable::zero_gradient(&c));
    assert_eq!(value, julia(z, c, 4));
    assert!((slope - z_bar.1).abs() < 1e-12);
}

#[test]
fn entry_points_of_methods() {
    let z = Complex(3.0, 4.0);
    let bar = z.modulus_grad();
    assert_eq!((bar.0, bar.1), (0.6, 0.8));
    let (value, bar) = z.modulus_value_and_grad();
    assert_eq!((value, bar.0), (5.0, 0.6));
    assert_eq!(Complex::MODULUS_FIELD.name, "modulus");
}

type Alias = f64;

#[conservative_grad]
fn square(x: Alias) -> Alias {
    x * x
}

#[conservative_grad]
fn handed_on(x: Alias, y: &[Alias]) -> f64 {
    square(x) + y.len() as f64
}

#[conservative_grad]
fn unused(x: f64, _p: Point, _y: Alias) -> f64 {
    x * 2.0
}

#[test]
fn named_types_that_no_use_decides() {
    assert_eq!(handed_on::grad(3.0, &[1.0]), (6.0, vec![0.0]));
    let (x, p, y) = unused::grad(1.0, point(&A), 2.0);
    assert_eq!((x, numbers(&p), y), (2.0, [0.0; 3], 0.0));
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Flat {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl Flat {
    fn distance(&self, to: &Flat) -> f64 {
        ((self.x - to.x).powi(2) + (self.y - to.y).powi(2)).sqrt()
    }
    fn between(&self, to: &Flat, t: f64) -> Flat {
        Flat {
            x: self.x + t * (to.x - self.x),
            y: self.y + t * (to.y - self.y),
        }
    }
}

fn flats(v: &[f64]) -> Vec<Flat> {
    v.chunks(2).map(|c| Flat { x: c[0], y: c[1] }).collect()
}

fn flat_numbers(bars: &[FlatGradient]) -> Vec<f64> {
    bars.iter().flat_map(|bar| [bar.x, bar.y]).collect()
}

const POLYGON: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 3.0, 1.0];

#[conservative_grad]
fn length(points: &[Flat]) -> f64 {
    points.windows(2).map(|w| w[0].distance(&w[1])).sum()
}

#[conservative_grad]
fn centroid(points: &[Flat]) -> Flat {
    let n = points.len() as f64;
    let mut c = Flat { x: 0.0, y: 0.0 };
    for p in points {
        c.x += p.x / n;
        c.y += p.y / n;
    }
    c
}

#[conservative_grad]
fn spread(points: &[Flat]) -> f64 {
    let c = centroid(points);
    points.iter().map(|p| p.distance(&c)).sum::<f64>() / points.len() as f64
}

#[conservative_grad]
fn area(points: &[Flat]) -> f64 {
    let mut s = 0.0;
    for (i, p) in points.iter().enumerate() {
        let q = &points[(i + 1) % points.len()];
        s += p.x * q.y - q.x * p.y;
    }
    0.5 * s.abs()
}

#[test]
fn in_iterator_chains() {
    let points = flats(&POLYGON);
    check(&flat_numbers(&length::grad(&points)), &POLYGON, |x| {
        length(&flats(x))
    });
    check(&flat_numbers(&spread::grad(&points)), &POLYGON, |x| {
        spread(&flats(x))
    });
    check(&flat_numbers(&area::grad(&points)), &POLYGON, |x| {
        area(&flats(x))
    });
}

#[conservative_grad]
fn casteljau(points: &[Flat], t: f64) -> f64 {
    let mut work: Vec<Flat> = points.to_vec();
    while work.len() > 1 {
        let mut next = Vec::with_capacity(work.len() - 1);
        for i in 0..work.len() - 1 {
            next.push(work[i].between(&work[i + 1], t));
        }
        work = next;
    }
    work[0].x * work[0].y
}

#[test]
fn vectors_that_are_replaced_by_shorter_ones() {
    let (points_bar, t_bar) = casteljau::grad(&flats(&POLYGON), 0.3);
    let mut gradient = flat_numbers(&points_bar);
    gradient.push(t_bar);
    let at = [&POLYGON[..], &[0.3]].concat();
    check(&gradient, &at, |x| casteljau(&flats(&x[..6]), x[6]));
}

#[conservative_grad]
fn shrinking_rows(x: &[f64]) -> f64 {
    let mut rows = vec![vec![x[0], x[1]], vec![x[2]]];
    let mut sum = rows[0][1] * rows[1][0];
    rows[0] = vec![x[1] * x[2]];
    sum += rows[0][0] * rows[1][0];
    rows = vec![vec![sum, x[0]]];
    rows[0][0] * rows[0][1]
}

#[test]
fn rows_that_are_replaced_by_shorter_ones() {
    let at = [0.5, -1.5, 2.0];
    check(&shrinking_rows::grad(&at), &at, |x| shrinking_rows(x));
}

#[conservative_grad]
fn captured(p: Flat, k: f64) -> f64 {
    let along = |t: f64| p.x * t + p.y;
    let scaled = |q: Flat| q.x * k;
    along(2.0) * scaled(p) + [1.0, 2.0, 3.0].iter().map(|&t| along(t)).sum::<f64>()
}

#[conservative_grad]
fn chosen(p: Flat, mode: usize) -> f64 {
    let q = match mode {
        0 => p,
        1 | 2 => Flat { x: p.y, ..p },
        _ if p.x > 0.0 => Flat { y: p.x, ..p },
        _ => return 0.0,
    };
    q.x * q.y
}

#[test]
fn in_closures_and_matches() {
    let at = [1.0, 2.0, 0.7];
    let (p, k) = captured::grad(flats(&at[..2])[0], 0.7);
    check(&[p.x, p.y, k], &at, |x| captured(flats(&x[..2])[0], x[2]));
    for mode in 0..4 {
        for at in [[1.0, 2.0], [-1.0, 2.0]] {
            let p = chosen::grad(flats(&at)[0], mode);
            check(&[p.x, p.y], &at, |x| chosen(flats(x)[0], mode));
        }
    }
}

#[conservative_grad]
fn newton(start: f64, c: f64) -> Option<Flat> {
    let mut x = start;
    for _ in 0..50 {
        let f = x * x - c;
        if f.abs() < 1e-12 {
            return Some(Flat { x, y: f });
        }
        x -= f / (2.0 * x);
    }
    None
}

#[conservative_grad]
fn root(c: f64) -> Result<f64, String> {
    let found = newton(1.0, c).ok_or_else(|| String::from("no root"))?;
    if found.x > 3.0 {
        return Err(format!("{} is above {}, at {c:.1}", found.x, 2.0 + 1.0));
    }
    Ok(found.x * 2.0)
}

#[test]
fn in_options_and_results() {
    let (value, slope) = root::value_and_grad(2.0).unwrap();
    assert_eq!(value, root(2.0).unwrap());
    check(&[slope], &[2.0], |x| root(x[0]).unwrap());
    assert_eq!(root::grad(16.0), Err(root(16.0).unwrap_err()));
    assert!(root(16.0).unwrap_err().ends_with(" is above 3, at 16.0"));
    assert_eq!(root::grad(-1.0), Err("no root".to_owned()));
}

#[derive(Clone, Debug, Differentiable)]
struct Polynomial {
    coefficients: Vec<f64>,
}

#[conservative_grad]
impl Polynomial {
    fn degree(&self) -> usize {
        self.coefficients.len() - 1
    }
    fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }
    fn at(&self, x: f64) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let mut value = self.coefficients[self.degree()];
        for k in (0..self.degree()).rev() {
            value = value * x + self.coefficients[k];
        }
        value / self.degree() as f64
    }
}

#[test]
fn methods_that_count() {
    let at = [1.0, -2.0, 0.5, 3.0];
    let polynomial = |c: &[f64]| Polynomial {
        coefficients: c.to_vec(),
    };
    let (bar, x) = polynomial(&at[..3]).at_grad(3.0);
    let gradient = [&bar.coefficients[..], &[x]].concat();
    check(&gradient, &at, |c| polynomial(&c[..3]).at(c[3]));
}

#[derive(Clone, Debug, Differentiable)]
struct Filter {
    taps: Vec<f64>,
    state: [f64; 2],
    gain: f64,
}

#[conservative_grad]
impl Filter {
    fn push(&mut self, x: f64) -> f64 {
        let y = self.gain * x + self.taps[0] * self.state[0] + self.taps[1] * self.state[1];
        self.state[1] = self.state[0];
        self.state[0] = y;
        y
    }
    fn run(&mut self, xs: &[f64]) -> f64 {
        let mut energy = 0.0;
        for &x in xs {
            let y = self.push(x);
            energy += y * y;
        }
        energy
    }
    fn memory(&self, weight: f64, #[constant] offset: f64) -> f64 {
        weight * self.state[0] * self.state[1] + offset
    }
}

#[conservative_grad]
fn filtered(taps: &[f64], gain: f64, xs: &[f64]) -> f64 {
    let mut filter = Filter {
        taps: taps.to_vec(),
        state: [0.1, gain],
        gain,
    };
    // The first does not change the filter, the others do; nothing here tells.
    let before = filter.memory(gain, 0.5);
    let mut energy = filter.run(xs);
    energy += filter.push(gain);
    let after;
    after = filter.memory(before, 1.0);
    filter.gain = 0.0;
    energy + filter.state[0] * after
}

#[test]
fn methods_that_may_change_their_receiver() {
    let at = [0.5, -0.2, 1.3, 0.4, -1.0, 0.7];
    let of = |x: &[f64]| filtered(&x[..2], x[2], &x[3..]);
    let (taps, gain, xs) = filtered::grad(&at[..2], at[2], &at[3..]);
    let gradient = [&taps[..], &[gain], &xs].concat();
    check(&gradient, &at, of);
    let (value, slope) = filtered::jvp(&at[..2], at[2], &at[3..], &[0.0, 1.0], 0.0, &[0.0; 3]);
    assert_eq!(value, of(&at));
    assert!((slope - gradient[1]).abs() < 1e-12);
}

/// Cannot be cloned.
#[derive(Debug, Differentiable)]
struct Unique {
    x: f64,
}

#[conservative_grad]
impl Unique {
    fn square(&self) -> f64 {
        self.x * self.x
    }
}

#[conservative_grad]
fn of_unique(u: &Unique) -> f64 {
    let s = u.square();
    s * u.x
}

#[test]
fn methods_of_what_cannot_be_cloned() {
    assert_eq!(of_unique::grad(&Unique { x: 2.0 }).x, 12.0);
}

#[derive(Clone, Debug, Differentiable)]
struct Pair {
    a: Flat,
    b: Flat,
    ys: Vec<f64>,
}

#[conservative_grad]
impl Flat {
    fn slow(&mut self, f: f64) {
        self.y *= f * self.x;
    }
    fn kick(&mut self, f: f64) -> f64 {
        let old = self.x;
        self.y += f * self.x;
        old * self.y
    }
    fn push(&mut self, f: f64) {
        self.x += f;
    }
}

#[conservative_grad]
fn pull(a: &mut Flat, b: &Flat, h: f64) {
    a.x += h * b.y * a.y;
}

#[conservative_grad]
fn shrink(y: &mut [f64], h: f64) -> f64 {
    for v in y.iter_mut() {
        *v *= h;
    }
    y[0]
}

#[conservative_grad]
fn advance(pair: &mut Pair, h: f64) {
    pair.a.slow(h);
    pull(&mut pair.b, &pair.a, h);
    shrink(&mut pair.ys, h);
}

#[conservative_grad]
fn parts_in_place(x: &[f64]) -> f64 {
    let mut pair = Pair {
        a: Flat { x: x[0], y: x[1] },
        b: Flat {
            x: 2.0,
            y: x[0] * x[1],
        },
        ys: x.iter().map(|v| v * v).collect(),
    };
    pair.a.slow(x[1]);
    pull(&mut pair.a, &pair.b, 0.5);
    advance(&mut pair, x[0]);
    for i in 0..2 {
        pair.b.slow(1.0 / (i + 2) as f64);
        pair.a.push(pair.ys[1]);
        let kicked = pair.b.kick(x[1]);
        pair.a.kick(kicked);
    }
    pair.a.x * pair.a.y + pair.b.y * pair.ys[1]
}

#[test]
fn fields_that_callees_change() {
    let at = [0.5, 1.3];
    let gradient = parts_in_place::grad(&at);
    check(&gradient, &at, |x| parts_in_place(x));
    let (value, slope) = parts_in_place::jvp(&at, &[1.0, 0.0]);
    assert_eq!(value, parts_in_place(&at));
    assert!((slope - gradient[0]).abs() < 1e-10);
}

#[conservative_grad]
fn pushed(x: &[f64]) -> f64 {
    let mut trail: Vec<Flat> = Vec::new();
    for v in x {
        trail.push(Flat { x: *v, y: 2.0 });
    }
    let pair = Moved { trail, scale: x[1] };
    pair.trail[0].x * pair.trail[1].x * pair.scale
}

#[derive(Clone, Debug, Differentiable)]
struct Moved {
    trail: Vec<Flat>,
    scale: f64,
}

#[test]
fn vectors_of_structs_that_are_moved() {
    let at = [0.5, 1.3];
    check(&pushed::grad(&at), &at, |x| pushed(x));
    let (_, slope) = pushed::jvp(&at, &[0.0, 1.0]);
    assert!((slope - pushed::grad(&at)[1]).abs() < 1e-12);
}

#[conservative_grad]
fn by_exclusive_names(x: &[f64]) -> f64 {
    let mut single = x[1];
    let ref mut name = single;
    *name += x[0];
    let mut both = (x[0], (x[1], 2.0));
    let (a, (ref mut b, c)) = both;
    *b += a * c;
    let mut point = Flat { x: x[0], y: x[1] };
    for _ in 0..3 {
        let Flat {
            x: ref mut first,
            ref y,
        } = point;
        *first *= *y;
    }
    let mut rows = vec![[x[0], x[1]], [x[1], 1.0]];
    let [ref mut first, second] = rows[1];
    *first += second * x[0];
    single * single + (both.1).0 * point.x + rows[1][0] * rows[0][1]
}

#[test]
fn patterns_that_lead_to_the_variable() {
    let at = [0.5, 1.3];
    let (value, gradient) = by_exclusive_names::value_and_grad(&at);
    assert_eq!(value, by_exclusive_names(&at));
    check(&gradient, &at, |x| by_exclusive_names(x));
}

/// Structs of structs with operators: an annotation tells what a field is, and what a method gives may go
/// to a field as it is.
mod nested_operators {
    use super::*;
    use std::ops::{Add, Mul};

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    struct Turn {
        w: f64,
        x: f64,
    }

    #[conservative_grad]
    impl Mul for Turn {
        type Output = Turn;
        fn mul(self, o: Turn) -> Turn {
            Turn {
                w: self.w * o.w - self.x * o.x,
                x: self.w * o.x + self.x * o.w,
            }
        }
    }

    #[conservative_grad]
    impl Add for Turn {
        type Output = Turn;
        fn add(self, o: Turn) -> Turn {
            Turn {
                w: self.w + o.w,
                x: self.x + o.x,
            }
        }
    }

    #[conservative_grad]
    impl Turn {
        fn scale(self, k: f64) -> Turn {
            Turn {
                w: self.w * k,
                x: self.x * k,
            }
        }
    }

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    struct Screw {
        real: Turn,
        dual: Turn,
    }

    #[conservative_grad]
    impl Screw {
        fn of(q: Turn, t: &[f64; 2]) -> Self {
            let shift = Turn { w: t[0], x: t[1] };
            Screw {
                real: q,
                dual: (shift * q).scale(0.5),
            }
        }
        fn then(self, rhs: Self) -> Self {
            let a: Turn = self.real;
            let b: Turn = self.dual;
            Self {
                real: a * rhs.real,
                dual: a * rhs.dual + b * rhs.real,
            }
        }
    }

    #[conservative_grad]
    fn composed(q: Turn, t: &[f64; 2], r: Turn) -> f64 {
        let both = Screw::of(q, t).then(Screw::of(r, t));
        let dual: Turn = both.dual;
        dual.w
    }

    #[test]
    fn fields_that_are_operands() {
        // With numbers of the plane: dual = q r t.
        let (q, r, t) = (
            Turn { w: 2.0, x: 1.0 },
            Turn { w: 3.0, x: -1.0 },
            [0.5, 4.0],
        );
        let (q_bar, t_bar, r_bar) = composed::grad(q, &t, r);
        let qr = q * r;
        assert_eq!(t_bar, [qr.w, -qr.x]);
        let rt = r * Turn { w: t[0], x: t[1] };
        assert_eq!((q_bar.w, q_bar.x), (rt.w, -rt.x));
        let qt = q * Turn { w: t[0], x: t[1] };
        assert_eq!((r_bar.w, r_bar.x), (qt.w, -qt.x));
    }
}

/// Lists of plain structs, of which a loop takes several fields: edges of a graph, bonds of a molecule.
mod edges {
    use conservative_grad::conservative_grad;

    #[derive(Clone, Copy, Debug)]
    pub struct Edge {
        pub from: usize,
        pub to: usize,
        pub weight: f64,
    }

    #[conservative_grad]
    pub fn weighted(p: &[f64], w: &[f64], #[constant] edges: &[Edge]) -> f64 {
        let mut s = 0.0;
        for (e, x) in edges.iter().zip(w) {
            s += (p[e.from] - p[e.to]) * x;
        }
        s
    }

    #[conservative_grad]
    pub fn caller(p: &[f64], w: &[f64], #[constant] edges: &[Edge]) -> f64 {
        weighted(p, w, edges).sin()
    }

    #[conservative_grad]
    pub fn listed(p: &[f64], w: &[f64], #[constant] edges: &[Edge]) -> f64 {
        let mut t = vec![0.0; w.len()];
        for (i, e) in edges.iter().enumerate() {
            t[i] = p[e.from] * p[e.to] * w[i] * e.weight;
        }
        t.iter().map(|v| v.sin()).sum()
    }

    #[conservative_grad]
    pub fn collected(p: &[f64], w: &[f64], #[constant] edges: &[Edge]) -> f64 {
        let t: Vec<f64> = edges
            .iter()
            .zip(w)
            .map(|(e, q)| p[e.from] * p[e.to] * q)
            .collect();
        t.iter().map(|v| v * v).sum()
    }

    #[conservative_grad]
    pub fn assembled(p: &[f64], w: &[f64], #[constant] edges: &[Edge]) -> f64 {
        let mut f = vec![[0.0; 2]; p.len()];
        for (e, k) in edges.iter().zip(w) {
            let d = p[e.from] - p[e.to];
            f[e.from][0] += k * d;
            f[e.to][1] -= k * d * d;
        }
        f.iter().map(|v| v[0] * v[1]).sum()
    }

    #[conservative_grad]
    pub fn backwards(p: &[f64], w: &[f64], #[constant] edges: &[Edge]) -> f64 {
        let mut t = w.to_vec();
        for (v, e) in t.iter_mut().zip(edges).rev() {
            *v *= p[e.from] - p[e.to];
        }
        t.iter().map(|v| v * v).sum()
    }

    #[test]
    fn agree() {
        let edge = |from, to, weight| Edge { from, to, weight };
        let edges = [
            edge(0, 1, 0.5),
            edge(1, 0, 1.5),
            edge(2, 1, -0.5),
            edge(0, 2, 2.0),
        ];
        let (p, w) = (vec![1.0, 2.5, 0.3], vec![0.5, 0.25, 2.0, -1.0]);
        crate::check!(weighted(&p.clone(), &w.clone(), const &edges));
        crate::check!(caller(&p.clone(), &w.clone(), const &edges));
        crate::check!(listed(&p.clone(), &w.clone(), const &edges));
        crate::check!(collected(&p.clone(), &w.clone(), const &edges));
        crate::check!(assembled(&p.clone(), &w.clone(), const &edges));
        crate::check!(backwards(&p.clone(), &w.clone(), const &edges));
    }
}

/// A struct that cannot be copied, in a tuple.
mod in_results {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Differentiable)]
    pub(crate) struct Place {
        long: f64,
        lat: f64,
    }

    #[conservative_grad]
    pub(crate) fn place(x: f64, y: f64) -> (Place, f64) {
        let r = x * x + y * y;
        let mut p = Place {
            long: r.sin(),
            lat: x * y,
        };
        p.long *= p.lat;
        let z = p.long.exp();
        (p, r * z)
    }

    #[conservative_grad]
    pub(crate) fn perhaps(x: f64) -> Option<(Place, f64)> {
        let p = Place {
            long: x.sin(),
            lat: x,
        };
        let l = p.long * p.lat;
        Some((p, l))
    }

    #[conservative_grad]
    pub(crate) fn twice(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let v: Vec<f64> = x.iter().map(|v| v * v).collect();
        (v.clone(), v)
    }

    #[conservative_grad]
    pub(crate) fn array_twice(x: f64) -> ([f64; 2], [f64; 2]) {
        let v = [x.sin(), x * x];
        (v, v)
    }

    #[conservative_grad]
    pub(crate) fn of_all(x: f64, y: f64) -> f64 {
        let (p, r) = place(x, y);
        let mut s = p.long * p.lat * r;
        if let Some((q, l)) = perhaps(x) {
            s += q.long * q.lat * l;
        }
        s
    }
}

#[test]
fn parts_of_results_need_not_be_clone() {
    use in_results::{array_twice, of_all, twice};

    check!(of_all(0.75, 1.25));
    check!(twice(&[0.75, 1.25]) -> many);
    check!(array_twice(0.75) -> many);
}

/// Methods of structs that numbers have with more arguments.
mod shortest {
    use conservative_grad::{Differentiable, conservative_grad};

    #[derive(Differentiable, Clone, Copy)]
    pub(crate) struct Uniform {
        pub(crate) a: f64,
        pub(crate) b: f64,
    }

    #[conservative_grad]
    impl Uniform {
        pub(crate) fn min(&self) -> f64 {
            self.a * self.b
        }
    }

    #[derive(Differentiable, Clone, Copy)]
    pub(crate) struct Scaled {
        pub(crate) of: Uniform,
        pub(crate) k: f64,
    }

    #[conservative_grad]
    impl Scaled {
        pub(crate) fn min(&self) -> f64 {
            self.of.min() * self.k
        }
    }
}

#[test]
fn methods_with_fewer_arguments_than_those_of_numbers() {
    use shortest::{Scaled, Uniform};

    let scaled = Scaled {
        of: Uniform { a: 2.0, b: 3.0 },
        k: 5.0,
    };
    let gradient = scaled.min_grad();
    assert_eq!(
        (gradient.of.a, gradient.of.b, gradient.k),
        (15.0, 10.0, 6.0)
    );
}
