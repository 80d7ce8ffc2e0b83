//! Who decides at kinks is asked once per visit, in the order of the primal.

use conservative_grad::{Decision, Selection, Site, Visit, conservative_grad, relu};

use super::{LENGTHS, XS};

/// Decides by the number of the visit, also where nothing is tied, and writes down what it is asked.
#[derive(Default)]
struct Whim {
    seen: Vec<u64>,
}

impl Selection for Whim {
    fn border(&mut self, site: &'static Site) {
        self.seen.push(site.stratum.len() as u64);
    }

    fn decide(&mut self, visit: &Visit) -> Decision {
        self.seen.push(visit.margin.to_bits());
        match self.seen.len() % 5 {
            0 => Decision::Tie(0.25),
            1 => Decision::Below,
            2 => Decision::Above,
            3 => Decision::Tie(0.75),
            _ => visit.default,
        }
    }
}

#[conservative_grad]
fn step(x: f64, p: f64) -> f64 {
    (x * p).abs().max(0.5 * x) - 0.1
}

macro_rules! folds {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(a: f64, p: f64, n: usize) -> f64 {
            let mut x = a;
            let mut on = 0.0;
            let mut k = 0;
            $($mark)*
            while k < n && x < 30.0 {
                x = relu(x - 0.2) + step(x, p) + (0.0 * x).sqrt();
                for _ in 0..k % 3 {
                    x = x.min(1.0 + p).max(-x);
                }
                if x > 0.5 {
                    on = x * p;
                } else {
                    on = 0.5 * p;
                }
                k += 1;
            }
            x + on
        }
    };
}
folds!(folds);
folds!(folds_3 #[checkpoint(budget = 3)]);
folds!(folds_9 #[checkpoint(budget = 9)]);
folds!(folds_usual #[checkpoint]);

macro_rules! counted {
    ($name:ident $($mark:tt)*) => {
        #[conservative_grad]
        fn $name(xs: &[f64], p: f64, n: usize) -> f64 {
            let mut s = 0.0;
            for x in xs {
                let mut y = *x;
                $($mark)*
                for _ in 0..n {
                    y = step(y, p) + y.abs();
                    $($mark)*
                    for _ in 0..5 {
                        y = 0.7 * y.max(p * x);
                    }
                }
                s += y;
            }
            s
        }
    };
}
counted!(counted);
counted!(counted_2 #[checkpoint(budget = 2)]);
counted!(counted_usual #[checkpoint]);

macro_rules! outer {
    ($name:ident $inner:ident) => {
        #[conservative_grad]
        fn $name(a: f64, p: f64, n: usize) -> f64 {
            let mut s = a;
            for _ in 0..2 {
                s = relu($inner(s, p, n)) - 0.3;
            }
            s
        }
    };
}
outer!(outer folds);
outer!(outer_3 folds_3);

macro_rules! same_whim {
    ($plain:ident, $($kept:ident),+; $($args:expr),+) => {
        same_whim!(@ $plain, $($kept),+; ($($args),+))
    };
    (@ $plain:ident, $($kept:ident),+; $args:tt) => {{
        let (seen, expected) = same_whim!(call $plain $args);
        $(assert_eq!(same_whim!(call $kept $args), (seen.clone(), expected.clone()));)+
    }};
    (call $f:ident ($($args:expr),+)) => {{
        let mut whim = Whim::default();
        let found = $f::value_and_grad_with(&mut whim, $($args),+);
        (whim.seen, found)
    }};
}

#[test]
fn a_selection_is_asked_once() {
    for n in LENGTHS {
        same_whim!(folds, folds_3, folds_9, folds_usual; 0.4, 0.7, n);
        same_whim!(counted, counted_2, counted_usual; &XS, 0.7, n);
        same_whim!(outer, outer_3; 0.4, 0.7, n);
    }
}

/// At ties the decision is the derivative: it has to be found again.
#[conservative_grad]
fn tied(a: f64, n: usize) -> f64 {
    let mut x = a;
    #[checkpoint(budget = 2)]
    for _ in 0..n {
        x = x.abs() * (1.0 + x);
    }
    x
}

/// Decides `Tie(1)`, `Tie(1/2)`, `Tie(1)`, …
#[derive(Default)]
struct InTurn(u32);

impl Selection for InTurn {
    fn decide(&mut self, _: &Visit) -> Decision {
        self.0 += 1;
        Decision::Tie(if self.0.is_multiple_of(2) { 0.75 } else { 1.0 })
    }
}

#[test]
fn decisions_at_ties_are_kept() {
    for n in 0..20_u32 {
        let (_, slope) = tied::value_and_grad_with(&mut InTurn::default(), 0.0, n as usize);
        // |x|·(1 + x) has the derivative 1 under the weight 1, and 1/2 under 3/4.
        assert_eq!(slope, 0.5_f64.powi((n / 2) as i32));
    }
}
