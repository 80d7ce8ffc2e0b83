//! Calls that change what they are given, in the middle of an expression; tuples handed on.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn step(y: &mut f64, a: f64) -> f64 {
    let before = *y;
    *y = before * a + 0.25;
    before * 0.5
}

#[conservative_grad]
fn normalise(row: &mut [f64]) -> f64 {
    let mut s = 0.0;
    for k in 0..row.len() {
        s += row[k] * row[k];
    }
    let norm = s.sqrt();
    for k in 0..row.len() {
        row[k] /= norm;
    }
    norm
}

#[conservative_grad]
fn twist(v: &mut [f64], by: f64) -> f64 {
    v[0] = v[0] * by + v[1];
    v[1] *= v[0];
    v[0] - by
}

#[conservative_grad]
fn summed(x: f64, a: f64) -> f64 {
    let mut y = x;
    let mut s = a;
    s += step(&mut y, a);
    s -= 2.0 * step(&mut y, x);
    s * y
}

#[conservative_grad]
fn beside(x: f64, a: f64) -> f64 {
    let mut y = x * a;
    let s = x.sin();
    let z = s + step(&mut y, a);
    let w = [z, step(&mut y, s) * z, s];
    w[0] * w[1] + w[2] / y
}

#[conservative_grad]
fn in_a_loop(x: f64, a: f64, n: usize) -> f64 {
    let mut y = x;
    let mut product = 1.0;
    for k in 0..n {
        product *= a + step(&mut y, a) * k as f64;
    }
    product + y
}

#[conservative_grad]
fn rows(x: &[f64]) -> f64 {
    let mut m = [[x[0], x[1]], [x[2], x[3]], [x[1], x[2]]];
    let mut product = 1.0;
    for i in 0..3 {
        product *= normalise(&mut m[i]);
    }
    product + m[0][0] * m[1][1] - m[2][0]
}

#[conservative_grad]
fn vectors(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let n = v.len();
    let mut z = x[0];
    for i in 0..n - 1 {
        z += twist(&mut v[i..], x[i]) * z;
        v[i] = 0.5 * twist(&mut v, z);
    }
    z * v[n - 1]
}

#[conservative_grad]
fn handed_on(y: &mut f64, a: f64, n: usize) -> f64 {
    let mut s = 0.0;
    for k in 0..n {
        s += (k as f64 + 1.0) * step(y, a);
    }
    s
}

#[conservative_grad]
fn through_a_reference(x: f64, a: f64) -> f64 {
    let mut y = x;
    let s = a * handed_on(&mut y, a, 3);
    s - y * y
}

#[conservative_grad]
fn in_conditions(x: f64, a: f64) -> f64 {
    let mut y = x;
    let mut z = a;
    let mut n = 0;
    while step(&mut y, 0.5) > 0.3 {
        z *= y;
        n += 1;
    }
    loop {
        if n < 6 && step(&mut z, a) < 40.0 || step(&mut y, 0.75) < 0.1 {
            n += 1;
        } else {
            break;
        }
    }
    let w = if step(&mut z, a) > 0.0 { z } else { y };
    w * y + z * z
}

#[conservative_grad]
fn branches_of_an_operand(x: f64, a: f64) -> f64 {
    let mut y = x;
    let s = a + if a > 0.5 { step(&mut y, a) } else { x } * 2.0;
    s * y
}

fn advance(state: &mut u64) -> f64 {
    *state = (*state * 5 + 3) % 64;
    *state as f64 / 64.0
}

#[conservative_grad]
fn noise(x: f64, a: f64) -> f64 {
    let mut seed = 7;
    let mut s = x;
    for _ in 0..4 {
        s = s * a + x * advance(&mut seed);
    }
    s
}

#[test]
fn what_a_call_changes_is_read_by_nobody_else() {
    scalars!(summed; x = 0.75, a = 1.25);
    scalars!(beside; x = 0.75, a = 1.25);
    scalars!(in_a_loop; x = 0.75, a = 1.25; 5);
    list!(rows; [0.5, -1.25, 2.0, 0.75]);
    list!(vectors; [0.5, -0.25, 0.75, 1.25]);
    scalars!(through_a_reference; x = 0.75, a = 1.25);
    scalars!(branches_of_an_operand; x = 0.75, a = 1.25);
    scalars!(noise; x = 0.75, a = 1.25);
}

#[test]
fn conditions_that_change_something() {
    scalars!(in_conditions; x = 4.0, a = 1.25);
    scalars!(in_conditions; x = 0.5, a = 1.75);
}

#[conservative_grad]
fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

#[conservative_grad]
fn fields(x: f64, y: f64) -> f64 {
    let p: (f64, f64) = polar(x, y);
    p.0 * p.1
}

#[conservative_grad]
fn fields_of_a_call(x: f64, y: f64) -> f64 {
    let (r, angle) = polar(x, y);
    let p: (f64, f64) = polar(r, angle);
    p.1 + r * p.0
}

#[conservative_grad]
fn undeclared_fields(x: f64, y: f64) -> f64 {
    let p = polar(x, y);
    let mut q = polar(p.1, 2.0 * p.0);
    for _ in 0..3 {
        q.0 *= p.1;
        q = polar(q.0, q.1 + y);
    }
    q.0 * q.1 + polar(q.1, p.0).1
}

#[test]
fn tuples_handed_on() {
    scalars!(undeclared_fields; x = 0.75, y = 1.25);
    scalars!(fields; x = 0.75, y = 1.25);
    scalars!(fields_of_a_call; x = 0.75, y = 1.25);
}
