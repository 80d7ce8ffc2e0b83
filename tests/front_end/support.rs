//! A gradient against central differences of the function itself.

/// A gradient as a list.
pub(crate) trait List {
    fn list(self) -> Vec<f64>;
}

impl List for f64 {
    fn list(self) -> Vec<f64> {
        vec![self]
    }
}

impl List for Vec<f64> {
    fn list(self) -> Vec<f64> {
        self
    }
}

impl<A: List, B: List> List for (A, B) {
    fn list(self) -> Vec<f64> {
        [self.0.list(), self.1.list()].concat()
    }
}

impl<A: List, B: List, C: List> List for (A, B, C) {
    fn list(self) -> Vec<f64> {
        [self.0.list(), self.1.list(), self.2.list()].concat()
    }
}

impl<A: List, B: List, C: List, D: List> List for (A, B, C, D) {
    fn list(self) -> Vec<f64> {
        [self.0.list(), self.1.list(), self.2.list(), self.3.list()].concat()
    }
}

impl<A: List, B: List, C: List, D: List, E: List> List for (A, B, C, D, E) {
    fn list(self) -> Vec<f64> {
        let last = self.4.list();
        [(self.0, self.1, self.2, self.3).list(), last].concat()
    }
}

/// Compares values bit for bit, and the gradient and a directional derivative with difference
/// quotients.
pub(crate) fn check(
    at: &[f64],
    value: impl Fn(&[f64]) -> f64,
    value_and_grad: impl Fn(&[f64]) -> (f64, Vec<f64>),
    along: impl Fn(&[f64], &[f64]) -> (f64, f64),
) {
    let (found, gradient) = value_and_grad(at);
    assert_eq!(found.to_bits(), value(at).to_bits(), "value at {at:?}");
    let expected: Vec<f64> = (0..at.len()).map(|i| quotient(at, i, &value)).collect();
    let scale = expected.iter().fold(1e-3_f64, |most, x| most.max(x.abs()));
    let close = |a: f64, b: f64| (a - b).abs() <= 2e-6 * scale;
    assert_eq!(gradient.len(), at.len());
    for (i, (found, expected)) in gradient.iter().zip(&expected).enumerate() {
        assert!(
            close(*found, *expected),
            "entry {i}: {found}, difference quotient {expected}, in {gradient:?} and {expected:?}"
        );
    }
    let direction: Vec<f64> = (0..at.len()).map(|i| 0.75 - 0.5 * (i % 3) as f64).collect();
    let (again, slope) = along(at, &direction);
    assert_eq!(again.to_bits(), found.to_bits(), "value of the tangent");
    let expected: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
    let scale = scale * at.len() as f64;
    assert!(
        (slope - expected).abs() <= 1e-9 * scale,
        "along: {slope}, gradient gives {expected}"
    );
}

fn quotient(at: &[f64], i: usize, value: &impl Fn(&[f64]) -> f64) -> f64 {
    let h = 1e-5 * at[i].abs().max(1.0);
    let shifted = |by: f64| {
        let mut moved = at.to_vec();
        moved[i] += by;
        value(&moved)
    };
    // Fourth order, so that rounding and curvature both stay small.
    (8.0 * (shifted(h) - shifted(-h)) - (shifted(2.0 * h) - shifted(-2.0 * h))) / (12.0 * h)
}

/// `scalars!(f; x = 1.0, y = 2.0; n, k)`: numbers, then constants.
macro_rules! scalars {
    ($f:path; $($x:ident = $at:expr),+ $(; $($c:expr),+)?) => {{
        use $f as f;
        fn next(list: &mut std::slice::Iter<'_, f64>) -> f64 {
            *list.next().expect("as many as parameters")
        }
        crate::support::check(
            &[$($at),+],
            |list| {
                let mut list = list.iter();
                $(let $x = next(&mut list);)+
                f($($x),+ $(, $($c),+)?)
            },
            |list| {
                let mut list = list.iter();
                $(let $x = next(&mut list);)+
                let (value, gradient) = f::value_and_grad($($x),+ $(, $($c),+)?);
                (value, crate::support::List::list(gradient))
            },
            |list, direction| {
                let mut list = list.iter();
                $(let $x = next(&mut list);)+
                scalars!(@along f, direction, [$($x)+] [$($($c)+)?])
            },
        );
    }};
    (@along $f:ident, $direction:ident, [$($x:ident)+] [$($c:expr)*]) => {
        scalars!(@split $f, $direction, [$($x)+] [$($c)*])
    };
    (@split $f:ident, $direction:ident, [$a:ident] [$($c:expr)*]) => {
        $f::jvp($a $(, $c)*, $direction[0])
    };
    (@split $f:ident, $direction:ident, [$a:ident $b:ident] [$($c:expr)*]) => {
        $f::jvp($a, $b $(, $c)*, $direction[0], $direction[1])
    };
    (@split $f:ident, $direction:ident, [$a:ident $b:ident $d:ident] [$($c:expr)*]) => {
        $f::jvp($a, $b, $d $(, $c)*, $direction[0], $direction[1], $direction[2])
    };
    (@split $f:ident, $direction:ident, [$a:ident $b:ident $d:ident $e:ident] [$($c:expr)*]) => {
        $f::jvp($a, $b, $d, $e $(, $c)*, $direction[0], $direction[1], $direction[2], $direction[3])
    };
    (@split $f:ident, $direction:ident, [$a:ident $b:ident $d:ident $e:ident $g:ident] [$($c:expr)*]) => {
        $f::jvp($a, $b, $d, $e, $g $(, $c)*, $direction[0], $direction[1], $direction[2], $direction[3], $direction[4])
    };
}

/// `list!(f; [1.0, 2.0]; n, k)`: a slice of numbers, then constants.
macro_rules! list {
    ($f:path; $at:expr $(; $($c:expr),+)?) => {{
        use $f as f;
        crate::support::check(
            &$at,
            |x| f(x $(, $($c),+)?),
            |x| f::value_and_grad(x $(, $($c),+)?),
            |x, direction| f::jvp(x $(, $($c),+)?, direction),
        );
    }};
}
