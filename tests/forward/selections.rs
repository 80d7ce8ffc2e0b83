//! A selection is asked once per visit, in the order of the primal, however many sweeps there are.

use super::{both, close};
use conservative_grad::choices::{Fixed, Seeded};
use conservative_grad::{Decision, Selection, Visit, max_of};

both! {
    fn folded(x: &[f64], y: f64) -> f64 {
        let mut sum = max_of(x);
        for v in x {
            sum += (v - y).abs();
            if *v > y {
                sum += v * y;
            }
        }
        sum
    }

    fn short(x: f64, y: f64) -> f64 {
        (x - y).abs() + x.max(y) * x.min(2.0)
    }
}

/// Writes down what is asked, and answers in turns.
#[derive(Default)]
struct Diary {
    asked: Vec<(u32, f64)>,
}

impl Selection for Diary {
    fn decide(&mut self, visit: &Visit) -> Decision {
        self.asked.push((visit.site.id, visit.margin));
        match (visit.default.is_tie(), self.asked.len() % 3) {
            (true, 0) => Decision::Above,
            (true, 1) => Decision::Tie(0.25),
            (true, _) => Decision::Below,
            (false, _) => visit.default,
        }
    }
}

#[test]
fn asked_once_per_visit() {
    for n in [1, 7, 8, 20] {
        let x: Vec<f64> = (0..n).map(|k| f64::from(k % 3)).collect();
        let (mut one, mut other) = (Diary::default(), Diary::default());
        let (value, (x_bar, y_bar)) = forward::folded::value_and_grad_with(&mut one, &x, 1.0);
        let (expected, (a, b)) = reverse::folded::value_and_grad_with(&mut other, &x, 1.0);
        assert_eq!(one.asked, other.asked);
        assert_eq!(value, expected);
        close(&x_bar, &a);
        close(&[y_bar], &[b]);
    }
}

#[test]
fn as_by_reverse_sweeps() {
    for theta in [0.0, 0.3, 1.0] {
        let mut fixed = Fixed(Decision::Tie(theta));
        let (_, (x, y)) = forward::short::value_and_grad_with(&mut fixed, 2.0, 2.0);
        let (_, (a, b)) = reverse::short::value_and_grad_with(&mut fixed, 2.0, 2.0);
        close(&[x, y], &[a, b]);
    }
    let x = vec![1.0; 30];
    let run = |seed| {
        let with = &mut Seeded::new(seed) as &mut dyn Selection;
        forward::folded::value_and_grad_with(with, &x, 1.0).1.0
    };
    let expected = |seed| {
        reverse::folded::value_and_grad_with(&mut Seeded::new(seed), &x, 1.0)
            .1
            .0
    };
    close(&run(3), &expected(3));
    assert_ne!(run(3), run(4));
}
