//! Derivatives written by hand, held to the signature that follows from the function's.
//!
//! The names of the parameters are part of rustc's message where a function does not fit.

/// The pullback of a function: its arguments, its result, a weight for each declared kink, the adjoint
/// of the result, and a buffer for the adjoint of every slice. It returns the other adjoints.
#[inline(always)]
#[must_use]
pub const fn pullback<F>(a_function_of_arguments_result_kinks_adjoint_and_buffers: F) -> F
where
    F: Copy,
{
    a_function_of_arguments_result_kinks_adjoint_and_buffers
}

/// The tangent of a function: its arguments, its result, a weight for each declared kink, and the
/// tangents of the arguments. It returns the tangent of the result.
#[inline(always)]
#[must_use]
pub const fn tangent<F>(a_function_of_arguments_result_kinks_and_tangents: F) -> F
where
    F: Copy,
{
    a_function_of_arguments_result_kinks_and_tangents
}
