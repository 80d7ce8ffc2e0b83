//! What is handed to functions of which nothing but rustc knows how they take it: names of references, constants that tests and loops
//! choose, fields of one element, aliases, variants; integers in lists of structs.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        names_of_references from 3,
        structs_behind_names from 1,
        under_a_checkpoint from 2,
        branches_of_a_tree from 4,
        texts from 1,
        fields_of_one_element from 1,
        fields_behind_a_name from 1,
        methods_of_fields from 1,
        aliases from 4,
        lists_by_name from 2,
        variants_along_directions from 1,
        variants_run_again from 1,
        another_function_of_the_name from 3,
        integers_pushed from 3,
    );
}

#[conservative_grad]
fn energy(u: &[f64], a: f64) -> f64 {
    let mut s = 0.0;
    for v in u {
        s += v * v * a;
    }
    s.sqrt()
}

#[conservative_grad]
fn relax(u: &mut [f64], h: f64) -> f64 {
    let mut total = 0.0;
    for k in 0..3 {
        let e = energy(u, h);
        if k == 1 {
            total += energy(u, e);
        }
        for i in 0..u.len() {
            u[i] -= 0.01 * h * u[i] * e;
        }
        total += energy(u, 1.0);
    }
    total
}

#[conservative_grad]
fn names_of_references(x: &[f64]) -> f64 {
    let mut u = x.to_vec();
    let mut total = relax(&mut u, x[0]);
    for row in u.chunks_mut(2) {
        let e = energy(row, total);
        row[0] *= 0.1 * e;
    }
    let part = &mut u[1..3];
    part[0] *= 0.5;
    total += energy(part, x[1]);
    part[1] += 1.0;
    total + energy(&u, 2.0)
}

#[derive(Clone, Differentiable)]
struct State {
    p: Vec<f64>,
    m: f64,
}

#[conservative_grad]
fn kinetic(s: &State) -> f64 {
    s.p.iter().map(|p| p * p / s.m).sum()
}

#[conservative_grad]
fn half(x: &f64) -> f64 {
    0.5 * x * x
}

#[conservative_grad]
fn cool(s: &mut State, h: f64) -> f64 {
    let e = kinetic(s);
    s.m += h * e;
    for i in 0..s.p.len() {
        s.p[i] /= 1.0 + h * e;
    }
    kinetic(s)
}

#[conservative_grad]
fn doubled(y: &mut f64) -> f64 {
    *y *= 2.0;
    let h = half(y);
    *y *= h;
    h
}

#[conservative_grad]
fn structs_behind_names(x: &[f64]) -> f64 {
    let mut s = State {
        p: x.to_vec(),
        m: x[0],
    };
    let mut y = cool(&mut s, 0.1) + cool(&mut s, 0.2);
    let h = doubled(&mut y);
    h * y.sqrt() + s.m
}

#[conservative_grad]
fn settle(u: &mut [f64], h: f64) -> f64 {
    let mut total = 0.0;
    #[checkpoint]
    for _ in 0..crate::FOUR {
        let e = energy(u, h);
        for i in 0..u.len() {
            u[i] -= 0.1 * u[i] * e;
        }
        total += e;
    }
    total + energy(u, h)
}

#[conservative_grad]
fn under_a_checkpoint(x: &[f64]) -> f64 {
    let mut u = x.to_vec();
    settle(&mut u, 0.5) * u[1]
}

struct Tree {
    children: Vec<Vec<usize>>,
    names: Vec<String>,
}

#[conservative_grad]
fn square(x: &[f64], at: usize) -> f64 {
    x[at] * x[at]
}

#[conservative_grad]
fn named(x: f64, name: &str) -> f64 {
    match name {
        "half" => 0.5 * x,
        "square" => 0.1 * x * x,
        _ => x.sin(),
    }
}

#[conservative_grad]
fn owned(x: f64, name: String) -> f64 {
    if name == "half" { 0.5 * x } else { x.cos() }
}

#[conservative_grad(recursive)]
fn first(#[constant] tree: &Tree, x: &[f64], at: usize) -> f64 {
    let mut s = x[at];
    if let Some(&c) = tree.children[at].first() {
        s += square(x, c).sin() * first(tree, x, c);
    }
    let mut i = 0;
    while let Some(&c) = tree.children[at].get(i) {
        s = 0.5 * s + square(x, c).cos();
        i += 1;
    }
    if let Some(name) = tree.names.last() {
        s = named(s, name);
    }
    match tree.children[at].as_slice() {
        [] => s,
        [only] => s + square(x, *only),
        [a, .., b] => s + square(x, *a).sin() * square(x, *b).cos(),
    }
}

#[conservative_grad]
fn branches_of_a_tree(x: &[f64]) -> f64 {
    let tree = Tree {
        children: vec![vec![1, 2], vec![3], vec![], vec![]],
        names: vec!["half".to_string()],
    };
    first(&tree, x, 0)
}

#[conservative_grad]
fn texts(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut kind = "sine";
    for v in x {
        s += named(*v, kind);
        if s > 1.0 {
            kind = "half";
        }
    }
    for kind in ["half", "sine"] {
        s += named(s, kind);
    }
    for (kind, weight) in [("square", 0.1), ("half", 2.0)] {
        s += weight * named(s, kind);
    }
    let names = vec!["sine", "square"];
    for name in &names {
        s += named(s, name);
    }
    let chosen = if x[0] > 1.0 { "half" } else { "sine" };
    let last = match x.len() {
        1 => "square",
        _ => chosen,
    };
    s * named(x[0], chosen) + named(s, last) + owned(s, last.to_string())
}

#[derive(Clone, Differentiable)]
struct Body {
    at: [f64; 2],
    speed: [f64; 2],
    mass: f64,
    energy: f64,
}

#[conservative_grad]
fn moved(at: &mut [f64; 2], speed: &[f64; 2], h: f64) {
    at[0] += h * speed[0];
    at[1] += h * at[0] * speed[1];
}

#[conservative_grad]
fn exchange(a: &mut f64, b: &mut f64) {
    *a += 0.5 * *b;
    *b -= 0.1 * *a * *b;
}

#[conservative_grad]
fn bodies(x: &[f64]) -> Vec<Body> {
    x.iter()
        .map(|v| Body {
            at: [*v, 1.0],
            speed: [0.5, 0.1 * v],
            mass: 1.0 + v,
            energy: *v,
        })
        .collect()
}

#[conservative_grad]
fn fields_of_one_element(x: &[f64]) -> f64 {
    let mut all: Vec<Body> = bodies(x);
    for _ in 0..crate::TWO {
        for body in all.iter_mut() {
            moved(&mut body.at, &body.speed, x[0]);
            moved(&mut body.speed, &body.at, 0.01);
            exchange(&mut body.mass, &mut body.energy);
        }
    }
    let body = &mut all[0];
    exchange(&mut body.energy, &mut body.mass);
    moved(&mut body.at, &body.speed, body.mass);
    all.iter()
        .map(|body| body.at[0] * body.mass + body.at[1] * body.energy)
        .sum()
}

#[derive(Clone, Differentiable)]
struct World {
    bodies: Vec<Body>,
    h: f64,
}

#[conservative_grad]
fn advance(world: &mut World) {
    let h = world.h;
    for body in world.bodies.iter_mut() {
        moved(&mut body.at, &body.speed, h);
    }
    for i in 0..world.bodies.len() {
        let body = &mut world.bodies[i];
        moved(&mut body.speed, &body.at, 0.01);
    }
}

#[conservative_grad]
fn fields_behind_a_name(x: &[f64]) -> f64 {
    let mut world = World {
        bodies: bodies(x),
        h: 0.1 * x[0],
    };
    advance(&mut world);
    advance(&mut world);
    world
        .bodies
        .iter()
        .map(|body| body.at[0] * body.at[1])
        .sum()
}

#[derive(Clone, Copy, Differentiable)]
struct Point {
    a: f64,
    b: f64,
}

impl Point {
    #[conservative_grad]
    fn push(&mut self, by: &Point, h: f64) {
        self.a += h * by.b;
        self.b += h * self.a * by.a;
    }
}

#[derive(Clone, Differentiable)]
struct Pair {
    at: Point,
    speed: Point,
}

#[conservative_grad]
fn methods_of_fields(x: &[f64]) -> f64 {
    let mut all = Vec::new();
    for v in x {
        all.push(Pair {
            at: Point { a: *v, b: 0.5 },
            speed: Point { a: 1.0, b: *v },
        });
    }
    for pair in all.iter_mut() {
        pair.at.push(&pair.speed, 0.1);
        pair.speed.push(&pair.at, x[0]);
        pair.at.push(&pair.speed, 0.2);
    }
    all.iter().map(|pair| pair.at.a * pair.at.b).sum()
}

type V3 = [f64; 3];
type M2 = [[f64; 2]; 2];

#[conservative_grad]
fn unit(a: V3) -> V3 {
    let n = (a[0] * a[0] + a[1] * a[1] + a[2] * a[2]).sqrt();
    [a[0] / n, a[1] / n, a[2] / n]
}

#[conservative_grad]
fn normal(p: &V3, x: &[f64]) -> V3 {
    let mut n = [0.0; 3];
    for k in 0..3 {
        n[k] = p[k] * x[k];
    }
    unit(n)
}

#[conservative_grad]
fn scaled(a: &V3, s: f64) -> V3 {
    let mut r = *a;
    for k in 0..3 {
        r[k] *= s;
    }
    r
}

#[conservative_grad]
fn product(a: &M2, b: &M2) -> M2 {
    let mut c = [[0.0; 2]; 2];
    for i in 0..2 {
        for j in 0..2 {
            for k in 0..2 {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    c
}

#[conservative_grad]
fn both(a: &M2, v: &V3) -> (M2, V3) {
    let m = product(a, a);
    let mut w = *v;
    w[0] *= m[0][1];
    (m, w)
}

#[conservative_grad]
fn aliases(x: &[f64]) -> f64 {
    let mut n = normal(&[x[0], x[1], x[2]], x);
    n = scaled(&n, x[3]);
    let m = product(&[[x[0], 1.0], [0.5, x[1]]], &[[x[2], x[3]], [1.0, 2.0]]);
    let (p, w) = both(&m, &n);
    n[0] * x[3] + n[1] + 0.01 * p[0][1] * w[0] + w[2]
}

type Row = Vec<f64>;

#[conservative_grad]
fn slope(s: &Row, k: f64) -> Row {
    let mut d = vec![0.0; s.len()];
    for i in 0..s.len() {
        d[i] = -k * s[i];
    }
    d
}

#[conservative_grad]
fn stepped(s: &Row, k: f64, h: f64) -> Row {
    let d = slope(s, k);
    let mut out = s.to_vec();
    for i in 0..s.len() {
        out[i] += h * d[i];
    }
    out
}

#[conservative_grad]
fn lists_by_name(x: &[f64]) -> f64 {
    let s = x.to_vec();
    let s = stepped(&s, x[0], 0.1);
    s[0] * s[1]
}

#[derive(Clone, Copy)]
enum Robust {
    Square,
    Huber(f64),
    Cut { at: f64 },
}

#[conservative_grad]
fn loss(#[constant] robust: Robust, x: f64) -> f64 {
    match robust {
        Robust::Square => x * x,
        Robust::Huber(d) => d * (1.0 + x * x).sqrt(),
        Robust::Cut { at } => x / (at + x * x),
    }
}

#[derive(Clone, Copy)]
enum Op {
    Push(usize),
    Add,
}

#[conservative_grad(mode = forward)]
fn variants_along_directions(x: &[f64]) -> f64 {
    let last = x.len() - 1;
    let ops = [Op::Push(0), Op::Push(last), Op::Add];
    let mut stack: Vec<f64> = Vec::new();
    for op in &ops {
        match op {
            Op::Push(i) => stack.push(x[*i]),
            Op::Add => {
                let b = stack.pop().unwrap();
                let a = stack.pop().unwrap();
                stack.push(a + b);
            }
        }
    }
    let mut s = stack[0];
    for v in x {
        s += loss(Robust::Huber(0.2), *v) + loss(Robust::Cut { at: 1.5 }, *v);
    }
    s + loss(Robust::Square, x[0])
}

#[conservative_grad]
fn variants_run_again(x: &[f64]) -> f64 {
    let mut s = 1.0;
    #[checkpoint]
    for v in x {
        s = s * loss(Robust::Huber(0.2), *v) + loss(Robust::Cut { at: 1.5 }, *v).sin();
    }
    s
}

mod sums {
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    pub(super) fn sum_of_arrays(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
        [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
    }
}

#[conservative_grad]
fn add(a: [f64; 3], s: f64) -> [f64; 3] {
    use sums::sum_of_arrays as add;
    add(a, [s, s * s, 1.0])
}

#[conservative_grad]
fn another_function_of_the_name(x: &[f64]) -> f64 {
    let a = add([x[0], x[1], x[2]], x[0]);
    a[0] * a[1] + a[2]
}

#[derive(Clone, Differentiable)]
struct Log {
    x: f64,
    #[constant]
    steps: Vec<usize>,
    fast: Vec<bool>,
}

#[conservative_grad]
fn walk(log: &mut Log, h: f64, n: usize) {
    for k in 0..n {
        log.x += h * log.x.sin();
        log.steps.push(k);
        log.fast.push(k > 1);
    }
}

#[conservative_grad]
fn integers_pushed(x: &[f64]) -> f64 {
    let mut log = Log {
        x: x[0],
        steps: Vec::new(),
        fast: vec![],
    };
    walk(&mut log, x[1], 3);
    log.steps.push(7);
    let mut t = log.x * x[log.steps[2]];
    if log.fast[2] {
        t *= 2.0;
    }
    t
}
