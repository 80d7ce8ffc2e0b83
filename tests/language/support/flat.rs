//! Values as lists of numbers: points, results, gradients, seeds and tangents all look the same.

/// A value made of numbers that can be read as, and filled from, a list of `S`.
pub trait Flat<S>: Clone {
    /// Spacing of the numbers near 1, the coarsest if there are several kinds.
    const EPSILON: f64;
    /// Appends the numbers in order.
    fn push(&self, list: &mut Vec<S>);
    /// Replaces the numbers in order.
    fn fill(&mut self, list: &mut dyn Iterator<Item = S>);
}

/// The numbers of `x` in order.
pub fn flatten<S>(x: &impl Flat<S>) -> Vec<S> {
    let mut list = Vec::new();
    x.push(&mut list);
    list
}

/// A value shaped like `template` with the numbers of `list`.
pub fn shaped<S: Copy, X: Flat<S>>(template: &X, list: &[S]) -> X {
    let (mut x, mut numbers) = (template.clone(), list.iter().copied());
    x.fill(&mut numbers);
    assert!(
        numbers.next().is_none(),
        "more numbers than the value holds"
    );
    x
}

/// Spacing of the numbers of `x`.
pub fn epsilon<S, X: Flat<S>>(_: &X) -> f64 {
    X::EPSILON
}

macro_rules! numbers {
    ($($t:ident)*) => {$(
        impl Flat<f64> for $t {
            const EPSILON: f64 = $t::EPSILON as f64;
            fn push(&self, list: &mut Vec<f64>) {
                list.push(f64::from(*self));
            }
            fn fill(&mut self, list: &mut dyn Iterator<Item = f64>) {
                *self = list.next().expect("as many numbers as the value holds") as $t;
            }
        }
    )*};
}

numbers!(f64 f32);

impl<S> Flat<S> for () {
    const EPSILON: f64 = 0.0;
    fn push(&self, _: &mut Vec<S>) {}
    fn fill(&mut self, _: &mut dyn Iterator<Item = S>) {}
}

impl<S, T: Flat<S>, const N: usize> Flat<S> for [T; N] {
    const EPSILON: f64 = T::EPSILON;
    fn push(&self, list: &mut Vec<S>) {
        self.iter().for_each(|x| x.push(list));
    }
    fn fill(&mut self, list: &mut dyn Iterator<Item = S>) {
        self.iter_mut().for_each(|x| x.fill(list));
    }
}

impl<S, T: Flat<S>> Flat<S> for Vec<T> {
    const EPSILON: f64 = T::EPSILON;
    fn push(&self, list: &mut Vec<S>) {
        self.iter().for_each(|x| x.push(list));
    }
    fn fill(&mut self, list: &mut dyn Iterator<Item = S>) {
        self.iter_mut().for_each(|x| x.fill(list));
    }
}

const fn coarser(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

macro_rules! tuples {
    ($($($t:ident $i:tt),+;)*) => {$(
        impl<S, $($t: Flat<S>),+> Flat<S> for ($($t,)+) {
            const EPSILON: f64 = {
                let e = 0.0;
                $(let e = coarser(e, $t::EPSILON);)+
                e
            };
            fn push(&self, list: &mut Vec<S>) {
                $(self.$i.push(list);)+
            }
            fn fill(&mut self, list: &mut dyn Iterator<Item = S>) {
                $(self.$i.fill(list);)+
            }
        }
        impl<S, $($t: Lift<S>),+> Lift<S> for ($($t,)+) {
            type Lifted = ($($t::Lifted,)+);
            fn lift(&self) -> Self::Lifted {
                ($(self.$i.lift(),)+)
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

/// A value of `f64`s that can be written in another kind of number.
pub trait Lift<S> {
    /// The same value made of `S`.
    type Lifted: Clone;
    /// Turns each number into an `S`.
    fn lift(&self) -> Self::Lifted;
}

impl Lift<f64> for f64 {
    type Lifted = f64;
    fn lift(&self) -> f64 {
        *self
    }
}

impl Lift<f32> for f64 {
    type Lifted = f32;
    fn lift(&self) -> f32 {
        *self as f32
    }
}

impl<S, T: Lift<S>, const N: usize> Lift<S> for [T; N] {
    type Lifted = [T::Lifted; N];
    fn lift(&self) -> Self::Lifted {
        core::array::from_fn(|i| self[i].lift())
    }
}

impl<S, T: Lift<S>> Lift<S> for Vec<T> {
    type Lifted = Vec<T::Lifted>;
    fn lift(&self) -> Self::Lifted {
        self.iter().map(T::lift).collect()
    }
}

impl<S> Lift<S> for () {
    type Lifted = ();
    fn lift(&self) {}
}
