//! Methods that change their receiver from inside of an expression, in functions that do not see what they are.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Debug, Differentiable)]
struct Average {
    value: f64,
    keep: f64,
}

#[conservative_grad]
impl Average {
    fn update(&mut self, x: f64) -> f64 {
        self.value = self.value * self.keep + x * (1.0 - self.keep);
        self.value
    }

    fn halve(&mut self) {
        self.value *= 0.5;
    }

    fn energy(&self) -> f64 {
        self.value * self.value
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Pair {
    first: Average,
    second: Average,
}

#[conservative_grad]
fn of_parameter(average: &mut Average, x: f64) -> f64 {
    let y = 2.0 * average.update(x);
    y * y
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[conservative_grad]
impl Point {
    fn dot(self, other: Point) -> f64 {
        self.x * other.x + self.y * other.y
    }
}

#[conservative_grad]
impl std::ops::Add for Point {
    type Output = Point;
    fn add(self, other: Point) -> Point {
        Point {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Walker {
    at: Point,
    speed: f64,
}

#[conservative_grad]
impl Walker {
    #[conservative_grad]
    fn step(&mut self, by: f64) -> Point {
        self.at.x += by * self.speed;
        self.at.y *= 0.5;
        self.at
    }
}

#[conservative_grad]
fn tripled(t: &mut [f64; 1]) -> f64 {
    t[0] *= 3.0;
    t[0].sin()
}

#[conservative_grad]
fn weighed(x: f64, by: f64) -> f64 {
    x * x * by
}

#[conservative_grad]
fn doubled(t: &mut f64) -> f64 {
    *t *= 2.0;
    *t + 1.0
}

#[conservative_grad]
fn blend(x: f64, with: &[f64]) -> f64 {
    with.iter().map(|w| x * w + w).sum()
}

macro_rules! programs {
    ($($name:ident($a:ident, $b:ident) $body:block)*) => {
        $(
            #[conservative_grad]
            fn $name($a: f64, $b: f64) -> f64 $body
        )*

        #[test]
        fn receivers_change_in_turn() {
            $(agrees(stringify!($name), &$name, &$name::grad, &$name::jvp);)*
        }
    };
}

fn agrees(
    name: &str,
    f: &dyn Fn(f64, f64) -> f64,
    gradient: &dyn Fn(f64, f64) -> (f64, f64),
    tangent: &dyn Fn(f64, f64, f64, f64) -> (f64, f64),
) {
    for (a, b) in [(0.3, 0.7), (0.9, -0.4), (0.5, 1.5)] {
        let slopes = gradient(a, b);
        let h = 1e-6;
        let first = (f(a + h, b) - f(a - h, b)) / (2.0 * h);
        let second = (f(a, b + h) - f(a, b - h)) / (2.0 * h);
        for (slope, quotient) in [(slopes.0, first), (slopes.1, second)] {
            let near = (slope - quotient).abs() <= 1e-7 * quotient.abs().max(1.0);
            assert!(near, "{name} at {a}, {b}: {slope}, {quotient}");
        }
        let (value, along) = tangent(a, b, 0.5, -2.0);
        assert_eq!(value, f(a, b), "{name}");
        let expected = 0.5 * slopes.0 - 2.0 * slopes.1;
        assert!(
            (along - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{name}"
        );
    }
}

programs! {
    sum_of_two(a, b) {
        let mut average = Average { value: 0.0, keep: a };
        average.update(a) + average.update(b)
    }
    factor(a, b) {
        let mut average = Average { value: 0.1, keep: a };
        let y = 2.0 * average.update(b);
        y * y
    }
    beside_reads(a, b) {
        let mut average = Average { value: a, keep: a };
        average.value + average.update(b) * average.value + average.energy().sin()
    }
    in_a_loop(a, b) {
        let mut average = Average { value: 0.0, keep: a };
        let mut s = 0.0;
        for i in 0..5 {
            s += 0.5 * average.update(b * i as f64) - average.energy();
        }
        s * s
    }
    in_a_list(a, b) {
        let mut average = Average { value: 0.0, keep: a };
        let xs = [average.update(a), average.update(b), average.value];
        if average.update(b) > 0.05 { xs[0] * xs[1] + xs[2] } else { xs[0] }
    }
    in_arguments(a, b) {
        let mut average = Average { value: b, keep: a };
        average.update(a).mul_add(average.update(b), average.update(0.5)).sin()
    }
    in_a_closure(a, b) {
        let mut average = Average { value: b, keep: a };
        let xs = [a, b, 0.5];
        xs.iter().map(|x| 2.0 * average.update(*x)).sum::<f64>() * a
    }
    in_a_condition(a, b) {
        let mut average = Average { value: b, keep: a };
        if b > 0.0 && average.update(a) + 0.1 > 0.0 { average.value * b } else { 3.0 * average.update(b) }
    }
    known_by_another_call(a, b) {
        let mut average = Average { value: b, keep: a };
        average.update(a);
        average.keep = 0.5 * a;
        3.0 * average.update(b) + average.value
    }
    of_a_field(a, b) {
        let mut pair = Pair {
            first: Average { value: b, keep: a },
            second: Average { value: a, keep: 0.5 },
        };
        pair.first.update(a) * pair.second.update(b) + pair.first.update(b)
    }
    only_read(a, b) {
        let mut average = Average { value: b, keep: a };
        average.value *= a;
        average.halve();
        average.value + 2.0 * average.energy() * average.value
    }
    an_element(a, b) {
        let mut t = [a];
        t[0] * b + tripled(&mut t) * t[0]
    }
    a_reference(a, b) {
        let mut t = a;
        let r = &mut t;
        let y = weighed(*r, b * doubled(r));
        y + t
    }
    the_same_twice(a, b) {
        let mut t = a;
        let product = doubled(&mut t) * doubled(&mut t);
        product * t + b
    }
    a_copy_of_the_array(a, b) {
        let mut t = [a];
        let u = t;
        weighed(t[0], tripled(&mut t)) - weighed(tripled(&mut t), u[0]) + t[0] * b
    }
    behind_a_read(a, b) {
        let mut average = Average { value: b, keep: a };
        blend(average.value, &[average.update(a)]) + blend(average.value, &[average.keep, average.update(b)])
    }
    behind_an_index(a, b) {
        let mut average = Average { value: b, keep: a };
        let xs = [a, b];
        blend(xs[usize::from(average.value > 0.6)], &[average.update(a)])
    }
    given_itself(a, b) {
        let mut average = Average { value: b, keep: a };
        2.0 * average.update(average.energy()) + average.update(average.value)
    }
    copied(a, b) {
        let mut walker = Walker { at: Point { x: a, y: b }, speed: b };
        let once = walker.at.dot(walker.step(a));
        let both: Point = walker.at + walker.step(b);
        once + both.dot(walker.at) + walker.at.dot(walker.step(a) + walker.at)
    }
    read_only_beside(a, b) {
        let mut walker = Walker { at: Point { x: a, y: b }, speed: b };
        let mut s = 0.0;
        for _ in 0..3 {
            s += walker.step(a).x * walker.at.dot(walker.at);
        }
        s
    }
    through_a_function(a, b) {
        let mut average = Average { value: b, keep: a };
        let y = of_parameter(&mut average, a * b);
        y + average.value
    }
}

mod declared {
    use super::agrees;
    use conservative_grad::conservative_grad;

    #[conservative_grad]
    mod programs {
        #[derive(Clone, Debug, conservative_grad::Differentiable)]
        pub struct Average {
            pub value: f64,
            pub keep: f64,
        }

        impl Average {
            pub fn update(&mut self, x: f64) -> f64 {
                self.value = self.value * self.keep + x * (1.0 - self.keep);
                self.value
            }
        }

        fn grown(x: &mut f64, by: f64) -> f64 {
            *x *= by;
            *x + 1.0
        }

        pub fn methods(a: f64, b: f64) -> f64 {
            let mut average = Average { value: b, keep: a };
            average.value * average.update(a) + average.update(b) * average.value
        }

        fn passed_on(x: &mut f64, by: f64) -> f64 {
            *x + grown(x, by) * *x - grown(x, 0.5)
        }

        pub fn parameters(a: f64, b: f64) -> f64 {
            let mut x = a;
            passed_on(&mut x, b) * x
        }

        pub fn functions(a: f64, b: f64) -> f64 {
            let mut x = a;
            x * grown(&mut x, b) - grown(&mut x, a) * x
        }
    }

    #[test]
    fn what_is_known_to_change_does_so_in_turn() {
        use programs::{functions, methods, parameters};
        agrees("methods", &methods, &methods::grad, &methods::jvp);
        agrees(
            "parameters",
            &parameters,
            &parameters::grad,
            &parameters::jvp,
        );
        agrees("functions", &functions, &functions::grad, &functions::jvp);
    }
}
