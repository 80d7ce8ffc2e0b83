//! What every program is put through.

use std::any::TypeId;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use conservative_grad::Plain;

/// Lengths around the width of a strip.
pub const LENGTHS: [usize; 8] = [0, 1, 31, 32, 33, 64, 65, 100];

/// What a program is given: `x` and `w` are differentiated.
#[derive(Clone, Debug)]
pub struct Given {
    pub x: Vec<f64>,
    pub w: Vec<f64>,
    pub c: Vec<f64>,
    pub k: Vec<usize>,
    pub n: usize,
}

/// Value, and the gradients by `x` and `w`.
pub type Answer = (f64, Vec<f64>, Vec<f64>);

/// A program and what was made of it.
pub struct Program {
    pub name: &'static str,
    pub primal: fn(&Given) -> f64,
    pub strips: fn(&Given) -> Answer,
    pub plain: fn(&Given) -> Answer,
    /// True if there is a function with strips.
    pub in_strips: bool,
    /// True if it is expected.
    pub expected: bool,
    /// True if a loop is reversed under the adjoint 1 and scaled afterwards.
    pub scaled: bool,
}

/// A number of iterations that the compiler does not know: it writes out loops of which it knows that they are short.
pub const FIVE: usize = 5;

/// What stands in for `__strips` where there is none.
pub struct Missing;

/// Gives every companion a `__strips`; one of its own goes first.
pub trait Fallback {
    #[allow(clippy::too_many_arguments, reason = "as emitted")]
    fn __strips(
        _: &mut Plain,
        _: &[f64],
        _: &[f64],
        _: &[f64],
        _: &[usize],
        _: usize,
        _: &mut [f64],
        _: &mut [f64],
    ) -> Missing {
        Missing
    }
}

impl<T> Fallback for T {}

pub fn gives_a_number<R: 'static>(_: impl FnOnce() -> R) -> bool {
    TypeId::of::<R>() == TypeId::of::<f64>()
}

/// One text per program, annotated, with its test.
macro_rules! programs {
    ($($(#[$doc:meta])* $expected:ident fn $name:ident($x:ident, $w:ident, $c:ident, $k:ident, $n:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            use conservative_grad::*;
            use crate::strips::support;
            #[allow(unused_imports, reason = "where the loop runs as it is written")]
            use crate::strips::support::Fallback as _;

            #[conservative_grad]
            pub fn $name($x: &[f64], $w: &[f64], #[constant] $c: &[f64], $k: &[usize], $n: usize) -> f64 $body

            #[test]
            fn agrees() {
                let program = support::Program {
                    name: stringify!($name),
                    primal: |g| $name(&g.x, &g.w, &g.c, &g.k, g.n),
                    strips: |g| {
                        let (value, (x, w)) = $name::value_and_grad(&g.x, &g.w, &g.c, &g.k, g.n);
                        (value, x, w)
                    },
                    plain: |g| {
                        let (value, pullback) = $name::vjp(&g.x, &g.w, &g.c, &g.k, g.n);
                        let (x, w) = pullback(1.0);
                        (value, x, w)
                    },
                    in_strips: support::gives_a_number(|| {
                        $name::__strips(&mut Plain, &[], &[], &[], &[], 0, &mut [], &mut [])
                    }),
                    expected: support::$expected(),
                    scaled: stringify!($expected) == "scaled",
                };
                program.check();
            }
        }
    )*};
}

/// In front of a program: its loop is expected to run in strips.
pub fn strips() -> bool {
    true
}

/// In front of a program: its loop is expected to run in strips, and to be reversed under the adjoint 1.
pub fn scaled() -> bool {
    true
}

/// In front of a program: its loop runs as it is written.
pub fn plain() -> bool {
    false
}

/// A pseudo-random number in `0..1`.
fn noise(seed: &mut u64) -> f64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    ((*seed >> 33) as f64) / f64::from(1_u32 << 31)
}

/// The numbers, with 0 for NaN where the others have 0.
fn zip_nan(xs: Vec<f64>, others: &[f64]) -> Vec<f64> {
    let pairs = xs.into_iter().zip(others);
    let pick = |(x, y): (f64, &f64)| match x.is_nan() && *y == 0.0 {
        true => 0.0,
        false => x,
    };
    pairs.map(pick).collect()
}

impl Given {
    /// Smooth numbers: `x` in 0.3..1.7, the others in -1..1, `k` a permutation of `0..n`.
    fn smooth(n: usize) -> Given {
        let seed = &mut (n as u64 + 17);
        let mut between = |from: f64, to: f64, len: usize| -> Vec<f64> {
            (0..len).map(|_| from + (to - from) * noise(seed)).collect()
        };
        let step = [7, 11, 13].into_iter().find(|s| n % s != 0).unwrap_or(1);
        Given {
            x: between(0.3, 1.7, 4 * n + 4),
            w: between(-1.0, 1.0, n + 8),
            c: between(-1.0, 1.0, 4 * n + 4),
            k: (0..n).map(|i| (i * step + 3) % n).collect(),
            n,
        }
    }

    fn map(&self, mut f: impl FnMut(f64, usize) -> f64) -> Given {
        let mut mapped = self.clone();
        for array in [&mut mapped.x, &mut mapped.w, &mut mapped.c] {
            for (i, v) in array.iter_mut().enumerate() {
                *v = f(*v, i);
            }
        }
        mapped
    }

    /// Multiples of a half, so that there are ties.
    fn coarse(&self) -> Given {
        self.map(|v, _| (v * 2.0).round() / 2.0)
    }

    /// Ends of domains.
    fn hostile(&self) -> Given {
        self.map(|v, i| match i % 11 {
            2 => 0.0,
            5 => -v,
            7 => f64::INFINITY,
            8 => -0.0,
            9 => f64::MIN_POSITIVE,
            _ => v,
        })
    }

    /// With one array shorter than the program expects.
    fn shortened(&self) -> Vec<Given> {
        let mut all = Vec::new();
        for by in [1, 3, 4, 5, 8, 17, 40] {
            let keep = |len: usize| len.saturating_sub(by);
            for which in 0..4 {
                let mut given = self.clone();
                match which {
                    0 => given.x.truncate(keep(self.x.len())),
                    1 => given.w.truncate(keep(self.w.len())),
                    2 => given.c.truncate(keep(self.c.len())),
                    _ => given.k.truncate(keep(self.k.len())),
                }
                all.push(given);
            }
        }
        for len in [0, 1, 2, 32, 33] {
            let mut given = self.clone();
            given.x.truncate(len);
            all.push(given);
            let mut given = self.clone();
            given.c.truncate(len);
            all.push(given);
            let mut given = self.clone();
            given.w.truncate(len);
            all.push(given);
        }
        all
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`, and catches its panic without a word.
fn quietly<R>(f: impl FnOnce() -> R) -> std::thread::Result<R> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(f));
    QUIET.set(false);
    result
}

fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// The entries to `1e-12` of the largest finite one.
pub fn close(a: &[f64], b: &[f64]) -> bool {
    let finite = b.iter().filter(|v| v.is_finite());
    let largest = finite.fold(0.0_f64, |m, v| m.max(v.abs()));
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-12 * largest)
}

impl Program {
    pub fn check(&self) {
        assert_eq!(
            self.in_strips, self.expected,
            "{}: runs in strips?",
            self.name
        );
        for n in LENGTHS {
            let smooth = Given::smooth(n);
            for given in [smooth.clone(), smooth.coarse(), smooth.hostile()] {
                self.against_plain(&given);
            }
            self.against_differences(&smooth);
            for given in smooth.shortened() {
                self.panics(&given);
            }
        }
    }

    fn against_plain(&self, given: &Given) {
        let (value, x, w) = (self.strips)(given);
        let (other, other_x, other_w) = (self.plain)(given);
        let (name, n) = (self.name, given.n);
        let primal = (self.primal)(given);
        assert!(
            same_bits(value, primal),
            "{name}, {n}: {value:?} for {primal:?}"
        );
        assert!(
            same_bits(other, primal),
            "{name}, {n}: plain {other:?} for {primal:?}"
        );
        // What is scaled by an infinite adjoint is NaN, also where the loop has read nothing.
        let scaled = self.scaled && !primal.is_finite();
        let x = match scaled {
            true => zip_nan(x, &other_x),
            false => x,
        };
        assert!(
            close(&x, &other_x),
            "{name}, {n}: x\n{x:?}\n{other_x:?}\n{given:?}"
        );
        assert!(
            close(&w, &other_w),
            "{name}, {n}: w\n{w:?}\n{other_w:?}\n{given:?}"
        );
    }

    fn against_differences(&self, given: &Given) {
        let (_, x, w) = (self.strips)(given);
        let h = 1e-6;
        let value = |given: &Given| (self.primal)(given);
        let mut pairs = Vec::new();
        let mut moved = given.clone();
        for i in 0..x.len() {
            moved.x[i] = given.x[i] + h;
            let above = value(&moved);
            moved.x[i] = given.x[i] - h;
            pairs.push((x[i], (above - value(&moved)) / (2.0 * h), "x", i));
            moved.x[i] = given.x[i];
        }
        for i in 0..w.len() {
            moved.w[i] = given.w[i] + h;
            let above = value(&moved);
            moved.w[i] = given.w[i] - h;
            pairs.push((w[i], (above - value(&moved)) / (2.0 * h), "w", i));
            moved.w[i] = given.w[i];
        }
        let size = pairs
            .iter()
            .fold(value(given).abs() + 1.0, |m, p| m.max(p.0.abs()));
        for (exact, difference, which, i) in pairs {
            let off = (exact - difference).abs();
            assert!(
                off <= 1e-7 * size,
                "{}, {}: {which}[{i}] is {exact}, by differences {difference}",
                self.name,
                given.n
            );
        }
    }

    /// Panics if the primal does, else agrees with it.
    fn panics(&self, given: &Given) {
        let primal = quietly(|| (self.primal)(given));
        let strips = quietly(|| (self.strips)(given));
        let plain = quietly(|| (self.plain)(given));
        let lengths = [given.x.len(), given.w.len(), given.c.len(), given.k.len()];
        let (name, n) = (self.name, given.n);
        match (primal, strips, plain) {
            (Ok(primal), Ok(strips), Ok(plain)) => {
                assert!(same_bits(primal, strips.0), "{name}, {n}, {lengths:?}");
                let same = close(&strips.1, &plain.1) && close(&strips.2, &plain.2);
                assert!(same, "{name}, {n}, {lengths:?}: {strips:?} for {plain:?}");
            }
            (Err(_), Err(_), Err(_)) => {}
            (primal, strips, plain) => panic!(
                "{name}, {n}, {lengths:?}: panics: primal {}, strips {}, plain {}",
                primal.is_err(),
                strips.is_err(),
                plain.is_err()
            ),
        }
    }
}
