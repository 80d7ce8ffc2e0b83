//! Loops that may be left with an error, or that note something for later: what no iteration reads is not part of the state,
//! and what makes it runs once.

use std::cell::Cell;

use conservative_grad::conservative_grad;

use super::{LENGTHS, XS};

/// It can be neither copied nor cloned.
#[derive(Debug, PartialEq)]
enum Failure {
    Large(String),
    Small,
}

thread_local! {
    static FAILURES: Cell<usize> = const { Cell::new(0) };
}

fn failure(at: usize) -> Failure {
    FAILURES.set(FAILURES.get() + 1);
    Failure::Large(format!("step {at}"))
}

#[conservative_grad]
fn halved(x: f64) -> Result<f64, String> {
    if x > 3.0 {
        Err(format!("too large: {}", 3))
    } else {
        Ok(0.5 * x)
    }
}

#[conservative_grad]
fn checked(x: f64) -> Result<f64, Failure> {
    if x < -3.0 {
        Err(Failure::Small)
    } else {
        Ok(0.5 * x.sin())
    }
}

macro_rules! programs {
    ($($name:ident($x:ident, $a:ident) -> $result:ty { [$($before:tt)*] $($rest:tt)* })*) => {$(
        mod $name {
            use super::*;

            #[conservative_grad]
            pub(super) fn kept($x: &[f64], $a: f64) -> $result {
                $($before)*
                #[checkpoint(budget = 2)]
                $($rest)*
            }

            #[conservative_grad]
            pub(super) fn plain($x: &[f64], $a: f64) -> $result {
                $($before)*
                $($rest)*
            }
        }
    )*};
}

programs! {
    from_a_callee(x, a) -> Result<f64, String> {
        [let mut u = a;]
        for v in x {
            u = halved(u)? + v;
        }
        Ok(u)
    }
    made_on_the_spot(x, a) -> Result<f64, Failure> {
        [let mut u = a; let mut i = 0;]
        while i < x.len() {
            if u > 3.0 {
                return Err(failure(i));
            }
            u = (u + x[i]).sin() * 1.5 + checked(u)?;
            i += 1;
        }
        Ok(u)
    }
    from_an_inner_loop(x, a) -> Result<f64, Failure> {
        [let mut u = a;]
        for (i, v) in x.iter().enumerate() {
            u = checked(u)? * 1.5 + v;
            for k in 0..i % 3 {
                u = checked(u + k as f64 * 0.1)? + 0.2 * x[k];
                if u > 2.9 {
                    return Err(failure(k));
                }
            }
        }
        Ok(u * u)
    }
    noted_for_later(x, a) -> Option<f64> {
        [let mut u = a; let mut seen = String::new();]
        for (i, v) in x.iter().enumerate() {
            if u > 8.0 {
                return None;
            }
            u = (u + v).sin();
            if i % 2 == 0 {
                seen = format!("{i}");
            }
        }
        let digits = seen.len();
        assert!(digits < 4);
        Some(u)
    }
}

macro_rules! check {
    ($($name:ident),*) => {$(
        for n in LENGTHS {
            for a in [0.3, 2.5, 9.0, -9.0] {
                let x: Vec<f64> = (0..n).map(|i| XS[i % XS.len()] * (1.0 + 0.01 * i as f64)).collect();
                let expected = $name::plain::value_and_grad(&x, a);
                assert_eq!($name::kept::value_and_grad(&x, a), expected, "{n}, {a}");
                assert_eq!($name::kept(&x, a), $name::plain(&x, a));
                let Some((_, (x_bar, a_bar))) = expected.into_iter().next() else { continue };
                let dot: Vec<f64> = (0..n).map(|i| (i as f64).cos()).collect();
                let along = $name::plain::jvp(&x, a, &dot, 0.5).into_iter().next();
                let product: f64 = x_bar.iter().zip(&dot).map(|(b, d)| b * d).sum();
                let slope = along.map_or(f64::NAN, |(_, slope)| slope);
                assert!((product + 0.5 * a_bar - slope).abs() <= 1e-10 * (1.0 + slope.abs()));
            }
        }
    )*};
}

#[test]
fn errors_that_cannot_be_copied() {
    check!(
        from_a_callee,
        made_on_the_spot,
        from_an_inner_loop,
        noted_for_later
    );
}

#[test]
fn an_error_is_made_once() {
    let before = FAILURES.get();
    let found = made_on_the_spot::kept::value_and_grad(&XS, 4.0);
    assert_eq!(found, Err(Failure::Large("step 0".into())));
    assert_eq!(FAILURES.get(), before + 1);
}
