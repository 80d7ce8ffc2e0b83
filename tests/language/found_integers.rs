//! Integers and truth values that one function finds out about numbers, and another one is given.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn steps(x: f64) -> usize {
    if x > 1.0 { 2 } else { 1 }
}

#[conservative_grad]
fn is_large(x: f64) -> bool {
    x > 1.0
}

#[conservative_grad]
fn pair(x: f64, n: usize) -> (usize, usize) {
    if x > 1.0 { (n, 1) } else { (1, n) }
}

#[conservative_grad]
fn largest(x: &[f64]) -> (f64, usize) {
    let (mut best, mut at) = (x[0], 0);
    for i in 0..x.len() {
        if x[i] > best {
            best = x[i];
            at = i;
        }
    }
    (best, at)
}

#[conservative_grad]
fn below(x: f64) -> Option<(f64, usize)> {
    if x < 1.0 { Some((x * x, 3)) } else { None }
}

#[conservative_grad]
fn power(x: f64, n: usize) -> f64 {
    let mut y = x;
    for _ in 0..n {
        y *= x;
    }
    y
}

#[conservative_grad]
fn chosen(x: f64, large: bool) -> f64 {
    if large { x.sin() } else { x * x }
}

#[conservative_grad]
fn labelled(p: (f64, usize), x: &[f64]) -> f64 {
    p.0 * x[p.1].exp()
}

/// Numbers are changed, and an integer comes out.
#[conservative_grad]
fn scaled(x: &mut [f64], by: f64) -> usize {
    for v in x.iter_mut() {
        *v *= by;
    }
    if by > 1.0 { 1 } else { 0 }
}

#[conservative_grad]
fn halved(x: f64, depth: usize) -> (f64, usize) {
    if depth == 0 {
        return (x, 1);
    }
    let (y, n) = halved(0.5 * x * x, depth - 1);
    (power(y, n), n + 1)
}

/// In a module the compiler sees which functions give integers, also where such a function is called on them alone.
#[conservative_grad]
mod annotated {
    pub fn steps(x: f64) -> usize {
        if x > 1.0 { 2 } else { 1 }
    }

    pub fn next(n: usize) -> usize {
        n + 1
    }

    pub fn pair(x: f64, n: usize) -> (usize, bool) {
        (n, x > 1.0)
    }

    pub fn power(x: f64, n: usize) -> f64 {
        let mut y = x;
        for _ in 0..n {
            y *= x;
        }
        y
    }

    pub fn direct(x: f64) -> f64 {
        power(x, steps(x)) * power(2.0 * x, steps(x))
    }

    pub fn by_constants(x: f64) -> f64 {
        power(x, next(steps(x)))
    }

    pub fn of_pair(x: f64) -> f64 {
        let (n, large) = pair(x, 3);
        let m = next(n);
        if large { power(x, m) } else { power(x, n) }
    }
}

macro_rules! programs {
    ($($name:ident($x:ident) $body:block)*) => {
        $(
            #[conservative_grad]
            fn $name($x: f64) -> f64 $body
        )*

        #[test]
        fn integers_are_handed_on() {
            $(agrees(stringify!($name), &$name, &$name::value_and_grad, &|x| $name::jvp(x, 1.0));)*
        }
    };
}

fn agrees(
    name: &str,
    f: &dyn Fn(f64) -> f64,
    gradient: &dyn Fn(f64) -> (f64, f64),
    tangent: &dyn Fn(f64) -> (f64, f64),
) {
    for x in [0.6, 0.9, 1.3, 1.7] {
        let (value, slope) = gradient(x);
        let h = 1e-6;
        let quotient = (f(x + h) - f(x - h)) / (2.0 * h);
        assert_eq!(value, f(x), "{name} at {x}");
        assert!(
            (slope - quotient).abs() <= 1e-7 * quotient.abs().max(1.0),
            "{name} at {x}: {slope}, {quotient}"
        );
        let (value, along) = tangent(x);
        assert_eq!(value, f(x), "{name} at {x}");
        assert!(
            (slope - along).abs() <= 1e-12 * slope.abs().max(1.0),
            "{name} at {x}: {slope}, {along}"
        );
    }
}

programs! {
    direct(x) {
        power(x, steps(x))
    }
    bound(x) {
        let n = steps(x);
        power(x, n) + power(2.0 * x, n)
    }
    used_and_handed_on(x) {
        let n = steps(x);
        let y = [x, x * x, 3.0 * x];
        let mut s = power(x, n) * y[n];
        for i in 0..n {
            s += y[i];
        }
        s
    }
    truth(x) {
        chosen(x, is_large(x))
    }
    parts(x) {
        let (a, b) = pair(x, 3);
        power(x, a) + power(0.5 * x, b)
    }
    parts_by_number(x) {
        let r = pair(x, 3);
        power(x, r.0) + power(0.5 * x, r.1)
    }
    beside_a_number(x) {
        let (best, at) = largest(&[x, 1.0, x * x]);
        power(best, at)
    }
    whole(x) {
        let y = [x, 1.0, x * x];
        let r = largest(&y);
        labelled(r, &y)
    }
    index_of_a_value(x) {
        let (best, at) = largest(&[x, 1.0, x * x]);
        best * [x, best, 3.0 * x][at]
    }
    of_an_option(x) {
        match below(x) {
            Some((y, n)) => power(y, n),
            None => x,
        }
    }
    of_a_change(x) {
        let mut y = [x, 0.5 * x];
        let n = scaled(&mut y, x);
        power(y[0], n) + y[n]
    }
    of_itself(x) {
        let (y, n) = halved(x, 2);
        power(y, n)
    }
    cast(x) {
        let (best, at) = largest(&[x, 1.0, x * x]);
        let at = at as i32;
        best * [x, 2.0, 3.0 * x][at as usize]
    }
    cast_where_it_is_used(x) {
        let r = largest(&[x, 1.0, x * x]);
        [x, 2.0, 3.0 * x][r.1 as i32 as usize] * power(x, steps(x) as u8 as usize)
    }
    within(x) {
        annotated::direct(x) + annotated::by_constants(x) + annotated::of_pair(x)
    }
}

/// What users see of integers in results is a unit.
#[test]
fn results_with_integers() {
    assert_eq!(halved::jvp(2.0, 1, 1.0), ((4.0, 2), (8.0, ())));
    assert_eq!(halved::vjp(2.0, 1).1((1.0, ())), 8.0);
    assert_eq!(below::jvp(0.5, 1.0), Some(((0.25, 3), (1.0, ()))));
    assert_eq!(below::vjp(0.5).1((1.0, ())), 1.0);
    let rows = scaled::jacobian(&mut [1.0, 2.0], 3.0);
    assert_eq!(
        rows,
        vec![([3.0, 0.0].to_vec(), 1.0), ([0.0, 3.0].to_vec(), 2.0)]
    );
}
