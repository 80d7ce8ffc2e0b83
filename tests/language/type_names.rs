//! Names of arrays and vectors, of which only rustc knows what they stand for.

use conservative_grad::conservative_grad;

type V3 = [f64; 3];
type M3 = [[f64; 3]; 3];
type Row = Vec<f64>;

#[conservative_grad]
fn dot(a: &V3, b: &V3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[conservative_grad]
fn by_value(a: V3, b: V3) -> f64 {
    a.iter().zip(&b).map(|(x, y)| x * y.sin()).sum()
}

#[conservative_grad]
fn cross(a: V3, b: V3) -> V3 {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[conservative_grad]
fn through_calls(a: &V3) -> f64 {
    let c = cross(*a, [1.0, 2.0, 3.0]);
    dot(&c, a) + dot(a, a) * c[1]
}

#[conservative_grad]
fn apply(m: &M3, v: &V3) -> f64 {
    let mut r = [0.0; 3];
    for i in 0..3 {
        for j in 0..3 {
            r[i] += m[i][j] * v[j];
        }
    }
    dot(&r, v)
}

#[conservative_grad]
fn energy(points: &[V3]) -> f64 {
    let mut s = 0.0;
    for (i, p) in points.iter().enumerate() {
        for q in &points[..i] {
            s += 1.0 / ((p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).sqrt();
        }
    }
    s
}

#[conservative_grad]
fn of_a_vector(row: &Row) -> f64 {
    let mut s = 0.0;
    for t in row {
        s += t * t;
    }
    s / row.len() as f64
}

#[conservative_grad]
fn changed(a: &V3) -> f64 {
    let mut b: V3 = *a;
    b[0] *= 2.0;
    for t in b.iter_mut() {
        *t += 1.0;
    }
    b.iter().product()
}

#[conservative_grad]
fn apart(a: V3) -> f64 {
    let [x, y, z] = a;
    x * y.sin() * z
}

#[conservative_grad]
fn turn(a: &mut V3, angle: f64) {
    let (sin, cos) = angle.sin_cos();
    let x = a[0];
    a[0] = x * cos - a[1] * sin;
    a[1] = x * sin + a[1] * cos;
}

#[conservative_grad]
fn turned(a: V3, angle: f64) -> f64 {
    let mut b = a;
    turn(&mut b, angle);
    turn(&mut b, angle * 2.0);
    b[0] * b[1] + b[2]
}

#[test]
fn agree() {
    let (a, b): (V3, V3) = ([0.5, 0.7, -0.3], [1.1, 0.2, 0.9]);
    let m: M3 = [a, b, [0.3, -0.6, 0.8]];
    crate::check!(dot(&a.clone(), &b.clone()));
    crate::check!(by_value(a, b));
    crate::check!(through_calls(&a.clone()));
    crate::check!(apply(&m.clone(), &b.clone()));
    crate::check!(energy(&vec![a, b, [0.3, -0.6, 0.8]]));
    crate::check!(of_a_vector(&vec![0.5, 0.7, -0.3, 1.2]));
    crate::check!(changed(&a.clone()));
    crate::check!(apart(a));
    crate::check!(turned(a, 0.4));
}
