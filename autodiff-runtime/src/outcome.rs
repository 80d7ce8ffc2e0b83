//! `Option` and `Result` in emitted code: a flag, the value, and the error if there is one.
//!
//! In: the results of functions. Out: their parts, and the results put together again. Where there is
//! no value, one stands in that nobody reads ([`blank`]).

use std::fmt::Debug;

use crate::differentiable::{Differentiable, blank};

/// Stands for the error of an `Option`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_debug_implementations,
    reason = "it is told from the errors of a `Result` by that"
)]
pub struct Missing;

/// `Option<T>` and `Result<T, E>`.
pub trait Outcome: Sized {
    /// `T`.
    type Value;
    /// `E`; [`Missing`] for an `Option`.
    type Failure;

    /// As a `Result`.
    fn into_result(self) -> Result<Self::Value, Self::Failure>;

    /// From a flag, a value and an error.
    fn from_parts(ok: bool, value: Self::Value, failure: Option<Self::Failure>) -> Self;
}

impl<T> Outcome for Option<T> {
    type Value = T;
    type Failure = Missing;

    #[inline]
    fn into_result(self) -> Result<T, Missing> {
        self.ok_or(Missing)
    }

    #[inline]
    fn from_parts(ok: bool, value: T, _: Option<Missing>) -> Self {
        ok.then_some(value)
    }
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Failure = E;

    #[inline]
    fn into_result(self) -> Result<T, E> {
        self
    }

    #[inline]
    fn from_parts(_: bool, value: T, failure: Option<E>) -> Self {
        failure.map_or(Ok(value), Err)
    }
}

/// A flag, the value, and the error.
pub type Parts<O> = (bool, <O as Outcome>::Value, Option<<O as Outcome>::Failure>);

/// Takes a result apart; where there is no value, [`blank`] stands in.
#[inline]
pub fn parted<O: Outcome>(outcome: O) -> Parts<O>
where
    O::Value: Differentiable,
{
    match outcome.into_result() {
        Ok(value) => (true, value, None),
        Err(failure) => (false, blank(), Some(failure)),
    }
}

/// Puts a result together.
#[inline]
pub fn whole<O: Outcome>((ok, value, failure): (bool, O::Value, Option<O::Failure>)) -> O {
    O::from_parts(ok, value, failure)
}

/// The error that `?` hands on.
#[inline]
pub fn converted<A, B: From<A>>(failure: Option<A>) -> Option<B> {
    failure.map(B::from)
}

/// How `unwrap` and `expect` fail: with the words of std.
pub trait Unwrap: Sized {
    /// `unwrap()` of a failure.
    fn unwrap_failure(failure: Option<Self>) -> !;

    /// `expect(message)` of a failure.
    fn expect_failure(failure: Option<Self>, message: &str) -> !;
}

impl<E: Debug> Unwrap for E {
    #[track_caller]
    fn unwrap_failure(failure: Option<E>) -> ! {
        match failure {
            Some(error) => panic!("called `Result::unwrap()` on an `Err` value: {error:?}"),
            None => panic!("called `Option::unwrap()` on a `None` value"),
        }
    }

    #[track_caller]
    fn expect_failure(failure: Option<E>, message: &str) -> ! {
        match failure {
            Some(error) => panic!("{message}: {error:?}"),
            None => panic!("{message}"),
        }
    }
}

impl Unwrap for Missing {
    #[track_caller]
    fn unwrap_failure(_: Option<Missing>) -> ! {
        panic!("called `Option::unwrap()` on a `None` value")
    }

    #[track_caller]
    fn expect_failure(_: Option<Missing>, message: &str) -> ! {
        panic!("{message}")
    }
}

/// `unwrap()` of a failure.
#[track_caller]
pub fn unwrap_failure<F: Unwrap>(failure: Option<F>) -> ! {
    F::unwrap_failure(failure)
}

/// `expect(message)` of a failure.
#[track_caller]
pub fn expect_failure<F: Unwrap>(failure: Option<F>, message: &str) -> ! {
    F::expect_failure(failure, message)
}
