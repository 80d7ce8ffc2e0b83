//! `Option`s that a function is given: fields of structs, elements of these, and parameters.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Small {
    a: f64,
    bias: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Layer {
    w: Vec<f64>,
    bias: Option<f64>,
    shift: Option<Vec<f64>>,
    small: Small,
    rows: Vec<Option<f64>>,
}

/// All numbers of a layer, in the order of their declaration.
fn numbers(l: &mut Layer) -> Vec<&mut f64> {
    let shift = l.shift.iter_mut().flatten();
    let (small, rows) = (l.small.bias.iter_mut(), l.rows.iter_mut().flatten());
    let first = l.w.iter_mut().chain(&mut l.bias).chain(shift);
    first
        .chain([&mut l.small.a])
        .chain(small)
        .chain(rows)
        .collect()
}

fn slopes(g: &LayerGradient) -> Vec<f64> {
    let mut all = g.w.clone();
    all.extend(g.bias);
    all.extend(g.shift.iter().flatten());
    all.push(g.small.a);
    all.extend(g.small.bias);
    all.extend(g.rows.iter().flatten());
    all
}

/// Every combination of `Some` and `None` that the programs tell apart.
fn layers() -> Vec<Layer> {
    let layer = |bias, shift: Option<[f64; 2]>, own| Layer {
        w: vec![0.5, 2.0],
        bias,
        shift: shift.map(Vec::from),
        small: Small { a: 1.25, bias: own },
        rows: vec![None, own, bias],
    };
    vec![
        layer(Some(0.7), Some([1.0, 0.3]), Some(1.5)),
        layer(Some(0.2), None, None),
        layer(None, Some([-0.4, 0.8]), Some(-0.6)),
        layer(None, None, None),
    ]
}

/// Compares gradient and tangent of a function of a layer and a number with central differences.
macro_rules! check_layer {
    ($($f:ident),+) => {$(
        for l in layers() {
            let x = 1.5;
            let (value, (of_l, of_x)) = $f::value_and_grad(&l, x);
            assert_eq!(value, $f(&l, x));
            let h = 1e-6;
            let mut quotients = Vec::new();
            for i in 0..numbers(&mut l.clone()).len() {
                let moved = |by: f64| {
                    let mut m = l.clone();
                    *numbers(&mut m)[i] += by;
                    $f(&m, x)
                };
                quotients.push((moved(h) - moved(-h)) / (2.0 * h));
            }
            let found = slopes(&of_l);
            assert_eq!(found.len(), quotients.len());
            for (a, b) in found.iter().zip(&quotients) {
                assert!((a - b).abs() < 1e-7 * b.abs().max(1.0), "{}: {a} for {b}", stringify!($f));
            }
            let of_x_too = ($f(&l, x + h) - $f(&l, x - h)) / (2.0 * h);
            assert!((of_x - of_x_too).abs() < 1e-7 * of_x_too.abs().max(1.0));
            assert_eq!((of_l.bias.is_some(), of_l.shift.is_some()), (l.bias.is_some(), l.shift.is_some()));
            let (same, dot) = $f::jvp(&l, x, &of_l, of_x);
            let square: f64 = found.iter().map(|a| a * a).sum::<f64>() + of_x * of_x;
            assert_eq!(same, value);
            assert!((dot - square).abs() < 1e-10 * square.max(1.0));
            let (_, pullback) = $f::vjp(&l, x);
            assert_eq!(pullback(1.0), (of_l, of_x));
        }
    )+};
}

#[conservative_grad]
fn pattern(l: &Layer, x: f64) -> f64 {
    let mut s = l.w[0] * x;
    if let Some(b) = l.bias {
        s += b * x;
    }
    s
}

#[conservative_grad]
fn guards(l: &Layer, x: f64) -> f64 {
    l.w[0] * x
        + match l.bias {
            Some(b) if b > 0.5 => b * x,
            Some(b) => b * b,
            None => x.sin(),
        }
}

#[conservative_grad]
fn in_loops(l: &Layer, x: f64) -> f64 {
    let mut s = 0.0;
    for j in 0..l.w.len() {
        let mut t = l.w[j] * x;
        if let Some(h) = &l.shift {
            t += h[j] * h[j];
        }
        s += (1.0 + t * t).sqrt();
        if let Some(b) = l.small.bias {
            s = s * b + t;
        }
    }
    s
}

#[conservative_grad]
fn methods(l: &Layer, x: f64) -> f64 {
    let other = l.bias.map_or(x, |b| b * x) + l.bias.map(|b| b * b).unwrap_or(0.5);
    if l.small.bias.is_some() && x > 0.0 {
        l.small.bias.unwrap() * other
    } else {
        other + l.bias.unwrap_or_default() * x
    }
}

#[conservative_grad]
fn early(l: &Layer, x: f64) -> f64 {
    let Some(b) = l.bias else {
        return x * x;
    };
    let (Some(c), true) = (l.small.bias, x > 0.0) else {
        return b * l.small.a;
    };
    b * c * x
}

#[conservative_grad]
fn vectors(l: &Layer, x: f64) -> f64 {
    let mut s = x;
    if let Some(h) = l.shift.as_ref() {
        for v in h {
            s += v * v * x;
        }
        s += h.iter().map(|v| v * x).sum::<f64>();
    }
    s
}

#[conservative_grad]
fn elements(l: &Layer, x: f64) -> f64 {
    let mut s = 0.0;
    for r in &l.rows {
        if let Some(r) = r {
            s += r * x;
        }
    }
    for i in 0..l.rows.len() {
        if let Some(r) = l.rows[i] {
            s += r * r * l.w[0];
        }
    }
    s
}

#[conservative_grad]
fn copies(l: &Layer, x: f64) -> f64 {
    let b = l.bias;
    let c = b;
    let mut s = x;
    for _ in 0..3 {
        if let Some(c) = c {
            s *= c;
        }
    }
    s + c.unwrap_or(0.25)
}

#[conservative_grad]
fn factor(x: f64, b: Option<f64>) -> f64 {
    match b {
        Some(b) => x * b,
        None => x * x,
    }
}

#[conservative_grad]
fn of_vector(x: f64, b: &Option<Vec<f64>>) -> f64 {
    if let Some(b) = b {
        b.iter().map(|v| v * x).sum()
    } else {
        x
    }
}

#[conservative_grad]
fn handed_on(l: &Layer, x: f64) -> f64 {
    let own = factor(x, l.bias) * factor(l.w[0], l.small.bias) + of_vector(x, &l.shift);
    own * factor(x, Some(3.0)) + factor(2.0 * x, None) + pattern(l, x)
}

impl Small {
    #[conservative_grad]
    fn value(&self, x: f64) -> f64 {
        if let Some(b) = self.bias {
            b * x
        } else {
            self.a * x * x
        }
    }

    #[conservative_grad]
    fn scaled(self, x: f64) -> Small {
        Small {
            a: self.a * x,
            ..self
        }
    }

    #[conservative_grad]
    fn stretch(&mut self, x: f64) {
        if let Some(b) = &mut self.bias {
            *b *= x;
        }
    }
}

#[conservative_grad]
fn of_methods(l: &Layer, x: f64) -> f64 {
    let mut t = l.small.scaled(x);
    t.stretch(x * x);
    l.small.value(x) + t.a * t.bias.unwrap_or(2.0)
}

#[test]
fn fields() {
    check_layer!(
        pattern, guards, in_loops, methods, early, vectors, elements, copies
    );
    check_layer!(handed_on, of_methods);
}

#[conservative_grad]
mod declared {
    use conservative_grad::Differentiable;

    #[derive(Clone, Copy, Debug, Differentiable)]
    pub struct Known {
        pub a: f64,
        pub bias: Option<f64>,
    }

    impl Known {
        pub fn run(&self, x: f64) -> f64 {
            let b = self.bias;
            b.map(|b| b * self.a).unwrap_or(x) * x
        }

        pub fn maybe(&self, x: f64) -> Option<f64> {
            self.bias.map(|b| b * x * self.a)
        }

        pub fn total(&self, x: f64) -> f64 {
            self.maybe(x).unwrap_or(x * x) + self.run(x)
        }
    }
}

#[test]
fn declared_fields() {
    let known = |bias| declared::Known { a: 2.0, bias };
    let (g, x) = known(Some(0.5)).total_grad(3.0);
    assert_eq!((g.a, g.bias, x), (3.0, Some(12.0), 2.0));
    let (g, x) = known(None).total_grad(3.0);
    assert_eq!((g.a, g.bias, x), (0.0, None, 12.0));
}

#[conservative_grad]
fn tried(x: f64, b: Option<f64>) -> Option<f64> {
    let b = b?;
    if x > 3.0 { None } else { Some(b * x) }
}

#[conservative_grad]
fn failed(x: f64, b: Option<f64>) -> Result<f64, &'static str> {
    let b = b.ok_or("no factor")?;
    Ok(b * x)
}

#[conservative_grad]
fn of_struct(x: f64, p: Option<Small>) -> f64 {
    match p {
        Some(Small { a, bias: Some(b) }) => a * b * x,
        Some(p) => p.a * x,
        None => x,
    }
}

#[conservative_grad]
fn of_parts(x: f64, pair: Option<(f64, f64)>, row: &Option<[f64; 2]>) -> f64 {
    let mut s = x;
    if let Some((u, v)) = pair {
        s *= u * v;
    }
    if let Some(row) = row {
        for r in row.iter() {
            s *= r;
        }
    }
    s
}

#[conservative_grad]
fn of_type_parameter<T: conservative_grad::Real>(x: T, b: Option<T>) -> T {
    x * b.unwrap_or(x)
}

#[conservative_grad]
fn of_two(x: f64, b: Option<f64>, c: Option<f64>) -> f64 {
    match (b, c) {
        (Some(b), Some(c)) => b * c * x,
        (Some(b), None) => b * x,
        _ => x * x,
    }
}

#[conservative_grad]
fn in_a_chain(x: f64, b: Option<f64>) -> f64 {
    let mut s = 0.0;
    for _ in 0..3 {
        let t = match b {
            Some(b) => b * s,
            None => s * s,
        };
        s = t + x;
    }
    s
}

#[conservative_grad]
fn filtered(x: f64, b: Option<f64>) -> f64 {
    let scale = |v: f64| v * b.unwrap_or(2.0);
    let mut s = scale(x) * scale(2.0);
    if let Some(b) = b.filter(|b| *b > 1.0)
        && b < 10.0
    {
        s *= b;
    }
    s
}

#[conservative_grad]
fn known_number(x: f64, #[constant] b: Option<f64>, k: Option<usize>) -> f64 {
    x * x * b.unwrap_or(1.0) * k.unwrap_or(1) as f64
}

#[test]
fn parameters() {
    assert_eq!(tried::grad(2.0, Some(3.0)), Some((3.0, Some(2.0))));
    assert_eq!(tried::grad(2.0, None), None);
    assert_eq!(tried::grad(4.0, Some(3.0)), None);
    assert_eq!(failed::grad(2.0, Some(3.0)), Ok((3.0, Some(2.0))));
    assert_eq!(failed::grad(2.0, None), Err("no factor"));
    let small = |bias| Small { a: 3.0, bias };
    let (x, p) = of_struct::grad(2.0, Some(small(Some(4.0))));
    assert_eq!(
        (x, p.map(|p| (p.a, p.bias))),
        (12.0, Some((8.0, Some(6.0))))
    );
    let (x, p) = of_struct::grad(2.0, Some(small(None)));
    assert_eq!((x, p.map(|p| (p.a, p.bias))), (3.0, Some((2.0, None))));
    assert_eq!(of_struct::grad(2.0, None), (1.0, None));
    let (x, pair, row) = of_parts::grad(2.0, Some((3.0, 4.0)), &Some([5.0, 0.5]));
    assert_eq!(
        (x, pair, row),
        (30.0, Some((20.0, 15.0)), Some([12.0, 120.0]))
    );
    assert_eq!(of_parts::grad(2.0, None, &None), (1.0, None, None));
    assert_eq!(
        of_type_parameter::grad(2.0_f32, Some(3.0)),
        (3.0, Some(2.0))
    );
    assert_eq!(of_type_parameter::grad(2.0, None), (4.0, None));
    assert_eq!(
        of_two::grad(2.0, Some(3.0), Some(4.0)),
        (12.0, Some(8.0), Some(6.0))
    );
    assert_eq!(of_two::grad(2.0, Some(3.0), None), (3.0, Some(2.0), None));
    assert_eq!(of_two::grad(2.0, None, Some(4.0)), (4.0, None, Some(0.0)));
    // x·(1 + b + b²), and x + (x + x²)².
    assert_eq!(in_a_chain::grad(2.0, Some(3.0)), (13.0, Some(14.0)));
    assert_eq!(in_a_chain::grad(2.0, None), (61.0, None));
    // 2·b³·x, 2·b²·x, 8·x.
    assert_eq!(filtered::grad(2.0, Some(3.0)), (54.0, Some(108.0)));
    assert_eq!(filtered::grad(2.0, Some(0.5)), (0.5, Some(4.0)));
    assert_eq!(filtered::grad(2.0, None), (8.0, None));
    assert_eq!(known_number::grad(2.0, Some(3.0), Some(2)), 24.0);
    let (value, pullback) = of_two::vjp(2.0, Some(3.0), None);
    assert_eq!((value, pullback(2.0)), (6.0, (6.0, Some(4.0), None)));
}

#[test]
#[should_panic(expected = "`b_bar` is `None`, and `b` is `Some`")]
fn a_buffer_without_place() {
    factor::accumulate_grad(2.0, Some(3.0), &mut 0.0, &mut None);
}

#[conservative_grad]
fn halved(p: f64) -> Result<f64, String> {
    let mut x = p;
    loop {
        if x < 1.0 {
            break Ok(x * x);
        }
        if x > 100.0 {
            break Err(format!("{p} is too much"));
        }
        x *= 0.5;
    }
}

#[test]
fn errors_that_cannot_be_copied_leave_loops() {
    assert_eq!(halved::value_and_grad(3.0), Ok((0.5625, 0.375)));
    assert_eq!(halved::jvp(3.0, 1.0), Ok((0.5625, 0.375)));
    let (value, pullback) = halved::vjp(3.0);
    assert_eq!((value, pullback(1.0)), (Ok(0.5625), 0.375));
    assert_eq!(halved::grad(200.0), Err("200 is too much".to_string()));
    assert_eq!(halved::jvp(200.0, 1.0), Err("200 is too much".to_string()));
}
