//! What a checked function may return as its gradient.

/// A gradient that can be laid out as one vector, parameter after parameter.
///
/// Implemented for what the compiler generates: numbers, arrays, vectors and tuples of these, so
/// that a closure need not flatten anything itself:
///
/// ```
/// use autodiff_runtime::check::IntoGradient;
/// assert_eq!((vec![1.0, 2.0], 3.0).into_gradient(), [1.0, 2.0, 3.0]);
/// assert_eq!([[1.0, 2.0], [3.0, 4.0]].into_gradient(), [1.0, 2.0, 3.0, 4.0]);
/// ```
///
/// Implement it for your own gradient types in the same order in which the closure reads the
/// parameters from the slice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gradient that the checker can lay out as one vector",
    label = "expected numbers, arrays, `Vec`s or tuples of these",
    note = "return a `Vec<f64>`, or implement `IntoGradient` for `{Self}`"
)]
pub trait IntoGradient: Sized {
    /// Appends all components.
    fn append_to(self, flat: &mut Vec<f64>);

    /// All components in order.
    fn into_gradient(self) -> Vec<f64> {
        let mut flat = Vec::new();
        self.append_to(&mut flat);
        flat
    }
}

impl IntoGradient for f64 {
    fn append_to(self, flat: &mut Vec<f64>) {
        flat.push(self);
    }
}

impl IntoGradient for f32 {
    fn append_to(self, flat: &mut Vec<f64>) {
        flat.push(f64::from(self));
    }
}

impl<T: IntoGradient> IntoGradient for Vec<T> {
    fn append_to(self, flat: &mut Vec<f64>) {
        flat.reserve(self.len());
        for part in self {
            part.append_to(flat);
        }
    }
}

impl<T: IntoGradient, const N: usize> IntoGradient for [T; N] {
    fn append_to(self, flat: &mut Vec<f64>) {
        for part in self {
            part.append_to(flat);
        }
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: IntoGradient),+> IntoGradient for ($($name,)+) {
            fn append_to(self, flat: &mut Vec<f64>) {
                #[expect(non_snake_case, reason = "the type parameters name the parts")]
                let ($($name,)+) = self;
                $($name.append_to(flat);)+
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
