
#[cfg(test)]
#[allow(warnings, clippy::all)]
pub(crate) mod __published {
    extern crate std;
    use std::prelude::v1::*;
    use std::{format, println};

    /// A source of numbers: those of a point, moved along a direction; or those of the direction.
    pub struct S {
        seed: u64,
        range: (f64, f64),
        direction: u64,
        h: f64,
        only_direction: bool,
        at: u64,
        sizes: u64,
    }

    fn hash(a: u64, b: u64) -> f64 {
        let mut x = a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xD1B5_4A32_D192_ED03).wrapping_add(0x2545_F491_4F6C_DD1D);
        for _ in 0..3 {
            x ^= x >> 29;
            x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x ^= x >> 32;
        }
        (x >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Entry `i` of a direction; none is small.
    fn along(direction: u64, i: u64) -> f64 {
        let u = hash(direction, i);
        if u < 0.5 { -0.5 - u } else { u }
    }

    impl S {
        fn point(seed: u64, range: (f64, f64), direction: u64, h: f64) -> S {
            S { seed, range, direction, h, only_direction: false, at: 0, sizes: 0 }
        }
        fn dots(direction: u64) -> S {
            S { seed: 0, range: (0.0, 0.0), direction, h: 0.0, only_direction: true, at: 0, sizes: 0 }
        }
        pub fn next(&mut self) -> f64 {
            self.at += 1;
            let d = along(self.direction, self.at);
            if self.only_direction {
                return d;
            }
            let (lo, hi) = self.range;
            lo + (hi - lo) * hash(self.seed, self.at) + self.h * d
        }
        pub fn length(&mut self) -> usize {
            4
        }
        pub fn small(&mut self) -> u8 {
            self.sizes += 1;
            1 + (hash(self.seed + 77, self.sizes) * 4.0) as u8
        }
    }

    fn quietly<R>(f: impl FnOnce() -> R) -> Option<R> {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).ok()
    }

    fn same(a: &[f64], b: &[f64]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
    }

    const RANGES: [(f64, f64); 6] = [(0.1, 0.9), (0.5, 3.0), (-2.0, 2.0), (1.0, 10.0), (-1.0, 1.0), (20.0, 60.0)];

    /// Compares both modes with central differences at many points, and prints what came out. A function that does
    /// not come back from a point is left to itself.
    pub fn check(
        id: usize,
        double: bool,
        primal: impl Fn(&mut S) -> Vec<f64> + Send + 'static,
        jvp: impl Fn(&mut S, &mut S) -> (Vec<f64>, Vec<f64>) + Send + 'static,
        vjp: impl Fn(&mut S, &mut S) -> (Vec<f64>, Vec<f64>) + Send + 'static,
    ) {
        std::panic::set_hook(std::boxed::Box::new(|_| {}));
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || compare(double, primal, jvp, vjp, &sender));
        let (mut points, mut wrong) = (0, std::string::String::new());
        while let Ok(text) = receiver.recv_timeout(std::time::Duration::from_secs(8)) {
            points += 1;
            // A wrong number is worse than one that says that it is none.
            if wrong.is_empty() || (wrong.starts_with("overflow") && !text.is_empty()) {
                wrong = text;
            }
        }
        println!("PUBLISHED {id} {points} {wrong}");
    }

    /// Sends what is wrong, or nothing, for each point at which the function is smooth.
    fn compare(
        double: bool,
        primal: impl Fn(&mut S) -> Vec<f64>,
        jvp: impl Fn(&mut S, &mut S) -> (Vec<f64>, Vec<f64>),
        vjp: impl Fn(&mut S, &mut S) -> (Vec<f64>, Vec<f64>),
        sender: &std::sync::mpsc::Sender<std::string::String>,
    ) {
        let (h, tolerance) = if double { (1e-5, 1e-5) } else { (2e-2, 2e-2) };
        let mut points = 0;
        let start = std::time::Instant::now();
        for k in 0..60u64 {
            if points >= 12 || start.elapsed().as_secs() > 5 {
                break;
            }
            let (range, direction) = (RANGES[(k % 6) as usize], 1000 + k);
            let size = range.0.abs().max(range.1.abs()).min(1.0).max(0.1);
            let value = |h: f64| quietly(|| primal(&mut S::point(k, range, direction, h * size)));
            let all = (value(0.0), value(h), value(-h), value(h / 2.0), value(-h / 2.0));
            let (Some(y), Some(up), Some(down), Some(near), Some(below)) = all else { continue };
            if [&up, &down, &near, &below].iter().any(|other| other.len() != y.len()) || y.is_empty() {
                continue;
            }
            let all = [&y, &up, &down, &near, &below];
            if all.iter().any(|list| list.iter().any(|x| !x.is_finite())) {
                continue;
            }
            let quotient = |a: &[f64], b: &[f64], h: f64| -> Vec<f64> {
                a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * h * size)).collect()
            };
            let (coarse, fine) = (quotient(&up, &down, h), quotient(&near, &below, h / 2.0));
            let scale = fine.iter().chain(&y).fold(1.0f64, |m, x| m.max(x.abs()));
            let smooth = coarse.iter().zip(&fine).all(|(a, b)| (a - b).abs() <= tolerance * scale);
            if !smooth {
                continue;
            }
            points += 1;
            let wrong = at_point(double, &fine, &y, scale, tolerance, (k, range, direction), &jvp, &vjp);
            let _ = sender.send(wrong.unwrap_or_default());
        }
    }

    /// What is wrong at a point.
    fn at_point(
        double: bool,
        fine: &[f64],
        y: &[f64],
        scale: f64,
        tolerance: f64,
        (k, range, direction): (u64, (f64, f64), u64),
        jvp: &impl Fn(&mut S, &mut S) -> (Vec<f64>, Vec<f64>),
        vjp: &impl Fn(&mut S, &mut S) -> (Vec<f64>, Vec<f64>),
    ) -> Option<std::string::String> {
        let say = |text: std::string::String| Some(format!("range {range:?}, point {k}: {text}"));
        let point = || S::point(k, range, direction, 0.0);
        let Some((v, dots)) = quietly(|| jvp(&mut point(), &mut S::dots(direction))) else {
            return say("jvp panics".into());
        };
        if !same(&v, y) {
            return say(format!("value of jvp {v:?} for {y:?}"));
        }
        if dots.iter().any(|d| !d.is_finite()) {
            // Something inside has overflowed, or is zero for want of digits, and the derivative with it.
            return Some(format!("overflow: range {range:?}, point {k}: jvp {dots:?} for {fine:?}"));
        }
        let close = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance * scale;
        if dots.len() != fine.len() || !dots.iter().zip(fine).all(|(a, b)| close(*a, *b, 20.0 * tolerance)) {
            return say(format!("jvp {dots:?} for {fine:?}"));
        }
        let weights = 5000 + k;
        let Some((v, gradient)) = quietly(|| vjp(&mut point(), &mut S::dots(weights))) else {
            return say("vjp panics".into());
        };
        if !same(&v, y) {
            return say(format!("value of vjp {v:?} for {y:?}"));
        }
        if gradient.iter().any(|g| !g.is_finite()) {
            return Some(format!("overflow: range {range:?}, point {k}: vjp {gradient:?} for {fine:?}"));
        }
        let weighted: f64 = (1..).zip(&dots).map(|(i, d)| along(weights, i) * d).sum();
        let back: f64 = (1..).zip(&gradient).map(|(i, g)| along(direction, i) * g).sum();
        let terms = (1..).zip(&gradient).map(|(i, g)| (along(direction, i) * g).abs());
        let terms: f64 = terms.fold(scale, f64::max);
        let exact = if double { 1e-8 } else { 1e-3 };
        if !((weighted - back).abs() <= exact * terms) {
            return say(format!("vjp {gradient:?} gives {back} for {weighted}"));
        }
        None
    }
}
