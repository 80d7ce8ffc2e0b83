//! The compiler behind `conservative-grad`: use it through that crate.
#![forbid(unsafe_code)]

mod compiler;
mod derive;

use proc_macro::TokenStream;

/// Writes the derivatives of a function beside it, at compile time.
///
/// ```text
/// use conservative_grad::conservative_grad;
///
/// #[conservative_grad]
/// fn loss(w: &[f64], b: f64, #[constant] xs: &[f64]) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..w.len() {
///         sum += (w[i] * xs[i] + b).max(0.0);
///     }
///     sum
/// }
///
/// let value = loss(&w, b, &xs);                             // the function, as written
/// let (w_bar, b_bar) = loss::grad(&w, b, &xs);              // the gradient, in parameter order
/// let (value, gradient) = loss::value_and_grad(&w, b, &xs);
/// let value = loss::accumulate_grad(&w, b, &xs, &mut w_bar, &mut b_bar); // adds to buffers
/// let (value, pullback) = loss::vjp(&w, b, &xs);            // pullback(seed) is the gradient
/// let (value, slope) = loss::jvp(&w, b, &xs, &dw, db);      // along a direction
/// let (value, gradient) = loss::value_and_grad_with(&mut selection, &w, b, &xs);
/// let trace = loss::trace(&w, b, &xs);                      // the branches that were taken
/// println!("{}", loss::FIELD);                              // what is known at compile time
/// ```
///
/// The generated functions belong to a type that has the function's name and its visibility: types
/// and functions live in different namespaces, so `use model::loss;` imports both.
///
/// # Parameters
///
/// A parameter is differentiated if its type is made of real numbers: `f64`, `f32`, references,
/// slices, arrays, `Vec`s and tuples of these. Integers, `bool`, `char` and strings are constants.
/// `#[constant]` on a parameter makes it one, too. With a single differentiable parameter the
/// gradient is no tuple. The gradient of a slice or `Vec` is a `Vec`, of an array an array.
///
/// A function whose result is not a number has `vjp`, `jvp`, `jacobian` and `trace` only. So has a
/// function that changes a differentiable parameter in place (`y: &mut [f64]`): its pullback takes a
/// buffer that goes in as the adjoint of the final `y`, and comes out as that of the initial one.
///
/// # Jacobians
///
/// `f::jacobian(args…)` is the result's container with a gradient in the place of each number: for
/// `fn f(x: &[f64]) -> Vec<f64>` a `Vec<Vec<f64>>` with `jacobian[i][j] = ∂f_i/∂x_j`, for
/// `fn f(a: f64, x: [f64; 2]) -> (f64, [f64; 3])` an `((f64, [f64; 2]), [(f64, [f64; 2]); 3])`, for a
/// number its gradient. What is changed in place counts as a result (its final values) and as an
/// argument (its initial ones), in the order of the parameters: `fn step(y: &mut [f64], h: f64)` has
/// rows `Vec<(Vec<f64>, f64)>`, and leaves in `y` what `step` would have left.
///
/// Where there are no more results than arguments there is one reverse sweep per result, otherwise
/// one forward sweep per argument. Each runs the function again, on copies of what is taken by value
/// or changed in place. (So a `#[constant]` that is handed over in such a way has to be `Clone`.)
///
/// # Options
///
/// | | |
/// | --- | --- |
/// | `wrt(w, b)` | differentiate with respect to these parameters only |
/// | `name = loss_ad` | name of the generated type, where the function's own clashes |
/// | `policy = jax` | what to choose at kinks: `pytorch` (default), `jax`, `tensorflow`, `lower`, `upper`, `midpoint` |
/// | `recursive` | the function is part of a cycle of calls |
/// | `doc` | show the generated type in the documentation |
/// | `crate = some::path` | where the crate `conservative_grad` is |
///
/// # In the body
///
/// | | |
/// | --- | --- |
/// | `#[tie(0.5)] let y = x.max(0.0);` | the weight of the branch above at a tie, for the operations of this statement |
/// | `#[assume_continuous] let y = x - x.floor();` | the program is continuous here although the operation is not |
///
/// What cannot be differentiated is an error at the tokens in question that tells what to write
/// instead. `AUTODIFF_DUMP=loss cargo build` prints what every pass of the compiler made of `loss`.
#[proc_macro_attribute]
pub fn conservative_grad(attr: TokenStream, item: TokenStream) -> TokenStream {
    let original = proc_macro2::TokenStream::from(item.clone());
    let expansion = std::panic::catch_unwind(|| compiler::expand(attr.into(), item.into()));
    expansion.unwrap_or_else(|_| broken(original)).into()
}

/// Gives a struct a gradient: a struct with the same fields, of what is differentiated.
///
/// See the trait of the same name, and the re-export in `conservative-grad`.
#[proc_macro_derive(Differentiable, attributes(constant, differentiable))]
pub fn differentiable(item: TokenStream) -> TokenStream {
    let expansion = std::panic::catch_unwind(|| derive::expand(item.into()));
    let report = || broken(proc_macro2::TokenStream::new());
    expansion.unwrap_or_else(|_| report()).into()
}

/// The last line of defence against a mistake of ours: the function, and an error that asks for a
/// report.
fn broken(original: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    quote::quote! {
        #original
        ::core::compile_error! { "conservative_grad failed on this item: please report it, with the item" }
    }
}
