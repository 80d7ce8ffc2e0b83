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
/// let (value, slope) = loss::jvp_with(&mut selection, &w, b, &xs, &dw, db);
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
/// slices, arrays, `Vec`s and tuples of these, and structs with `#[derive(Differentiable)]`. Integers,
/// `bool`, `char` and strings are constants. `#[constant]` on a parameter makes it one, too. With a
/// single differentiable parameter the gradient is no tuple. The gradient of a slice or `Vec` is a
/// `Vec`, of an array an array, of a struct `P` a struct `PGradient`, which is its tangent as well.
///
/// A function whose result is not a number has `vjp`, `jvp`, `jacobian` and `trace` only. So has a
/// function that changes a differentiable parameter in place (`y: &mut [f64]`): its pullback takes a
/// buffer that goes in as the adjoint of the final `y`, and comes out as that of the initial one.
///
/// # Results that may be missing
///
/// A function that returns `Option<R>` or `Result<R, E>` has the same functions as one that returns
/// `R`, and they give an `Option` or `Result`, with the error of the function:
///
/// ```text
/// #[conservative_grad]
/// fn root(x: f64) -> Result<f64, Negative> { if x < 0.0 { return Err(Negative); } Ok(x.sqrt()) }
///
/// root::grad(x)            // Result<f64, Negative>
/// root::value_and_grad(x)  // Result<(f64, f64), Negative>
/// root::accumulate_grad(x, &mut x_bar) // Result<f64, Negative>; an error adds nothing
/// root::vjp(x)             // (Result<f64, Negative>, impl FnOnce(f64) -> f64); an error gives zeros
/// root::jvp(x, dx)         // Result<(f64, f64), Negative>
/// ```
///
/// In a body, `Option` and `Result` of numbers, tuples, arrays, `Vec`s and structs may be matched,
/// unwrapped, mapped and left early with `?`; annotated functions are called as `root(x)?`. Errors
/// are constants. So are enums: in `match kind { Kind::Power { n } => x.powi(n), … }` the parameter
/// `kind` is marked `#[constant]`.
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
/// There is one reverse sweep per result, or one forward sweep per eight arguments (numbers, of both),
/// whichever are fewer. Each runs the function again, on copies of what is taken by value
/// or changed in place. (So a `#[constant]` that is handed over in such a way has to be `Clone`.)
///
/// # Methods
///
/// On an `impl` block, of a trait too, the attribute differentiates every function that a real number
/// (or `Self`) goes into and comes out of. What is generated for `fn energy(&self, x: f64) -> f64`
/// stands in a second `impl` of the type:
///
/// ```text
/// let (p_bar, x_bar) = p.energy_grad(x);   // of `self` first; PGradient of #[derive(Differentiable)]
/// p.energy_value_and_grad(x); p.energy_vjp(x); p.energy_jvp(x, &p_dot, x_dot); P::ENERGY_FIELD
/// ```
///
/// `self` is taken by reference there, also where the function takes it by value (it is cloned). A
/// function with an attribute of its own is differentiated in any case, with the options it says;
/// `#[conservative_grad(skip)]` leaves one out. `constant(self)` makes the receiver a constant.
///
/// On one method of an inherent `impl` block the attribute emits the same beside it. A function
/// without receiver in which the word `Self` does not occur needs `#[conservative_grad(method)]`. In
/// an `impl` with generic parameters, annotate the block.
///
/// # Modules
///
/// `#[conservative_grad] mod model { … }` differentiates all functions of an inline module, its `impl`
/// blocks and modules. The compiler sees the types of fields, and finds cycles of calls by itself.
/// Functions whose parameters are of types that only other files declare are left alone: give them
/// the attribute. `mod model;` is in another file, where an attribute cannot see it.
///
/// Functions nested in the body of another get their derivatives with it.
///
/// # Options
///
/// | | |
/// | --- | --- |
/// | `wrt(w, b)` | differentiate with respect to these parameters only |
/// | `constant(xs, self)` | not with respect to these, as if they were marked `#[constant]` |
/// | `skip` | in an annotated block: leave this function as it is |
/// | `method` | the function stands in an `impl` block, which nothing in it shows |
/// | `module` | emit free functions of the module, which bears the function's name: with `mod gamma; pub use gamma::gamma;` there are `gamma(x)` and `gamma::grad(x)` |
/// | `calls(erf = erf_ad)` | the derivatives of the function called `erf(x)` are in the type `erf_ad`; by its whole path, `calls(gamma::gamma = gamma)` |
/// | `name = loss_ad` | name of the generated type, where the function's own clashes |
/// | `policy = jax` | what to choose at kinks: `pytorch` (default), `jax`, `tensorflow`, `lower`, `upper`, `midpoint`; for a whole crate, its build script prints `cargo::rustc-env=CONSERVATIVE_GRAD_POLICY=jax` |
/// | `mode = forward` | compute gradients by forward sweeps, see below |
/// | `recursive` | the function is part of a cycle of calls (found by itself in an annotated block) |
/// | `parallel` | run accumulating loops of the gradient on many cores, see below |
/// | `doc` | show the generated type in the documentation |
/// | `crate = some::path` | where the crate `conservative_grad` is |
///
/// # Many cores
///
/// With the option `parallel`, `grad`, `value_and_grad` and `accumulate_grad` cut the iterations of
/// accumulating loops into at most 16 stretches, and run these on the threads of rayon if the feature
/// `rayon` is on (`ThreadPool::install` says on which). Every stretch adds to sums and adjoints of its
/// own, which are added in an order that depends on the number of iterations alone: **the bits do not
/// depend on the number of threads, nor on the feature**, without which the stretches run one after the
/// other. They are not those of the function without the option, and the value that comes with the
/// gradient is summed in stretches, too: it may differ from `loss(x)` in its last bits.
///
/// ```text
/// #[conservative_grad(parallel)]
/// fn loss(w: &[f64], #[constant] xs: &[f64], #[constant] ys: &[f64]) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..ys.len() {
///         let mut score = 0.0;
///         for j in 0..w.len() {
///             score += w[j] * xs[i * w.len() + j];
///         }
///         sum += (score - ys[i]).powi(2);
///     }
///     sum / ys.len() as f64
/// }
/// ```
///
/// - Which loops: `for` loops over ranges and slices that stand by themselves in the body, and whose
///   iterations add to sums, or count (`n += 1`), and change nothing else that lives longer; scratch arrays that every iteration
///   overwrites first (`fill`, `copy_from_slice`, a loop over its elements) count as its own. Assertions and panics may
///   stand in the body, and early returns around the loop. The function returns a number (or an `Option` or a `Result` of one) in which these sums are added up or
///   multiplied by constants; a loop that forms one sum may end in anything (`(sum / n).sqrt()`, `sum.ln()`),
///   and its gradient is then formed apart and scaled. If none of its loops is such, the option is an error that says why;
///   at an annotated block or module it holds for the functions that allow it.
/// - A stretch has at least 64 iterations if there are loops or calls in them, and 2048 if not (in strips
///   of 32: 2 and 64 strips), so loops of fewer than twice as many run as without the option.
/// - Memory: an adjoint of which iteration `i` touches element `i` and no other is handed out in pieces. Of the others
///   each stretch but the first has a copy, of which at most 15 exist at a time, on one thread 4, and scratch arrays
///   of its own, one set per thread. The option pays where an iteration does more than to touch a few of many
///   parameters at other places than its own.
/// - Other selections, traces, `vjp`, `jvp` and the functions that call this one run in order, on one thread.
/// - What the body reads has to be `Sync`, or rustc says that it is not. If stretches panic, the panic of
///   the first of them goes on.
///
/// # Forward mode
///
/// With `mode = forward`, `grad`, `value_and_grad`, `accumulate_grad` and `value_and_grad_with` carry
/// the derivatives along with the values and keep nothing for a way back: the memory is that of the
/// function, however long its loops are. One sweep gives eight partial derivatives (lanes), so with more
/// than eight numbers to differentiate the function runs once per eight. A selection is asked in the
/// first of these sweeps, once per visit, and its decisions are taken again in the others. The rule of thumb: it
/// is faster than a reverse sweep for up to eight numbers and a loop that hands on what it
/// computes, above all one whose length is not known before.
///
/// ```text
/// #[conservative_grad(mode = forward, wrt(x, rate))]
/// fn orbit(x: f64, rate: f64, steps: usize) -> f64 { … }
/// ```
///
/// At an `impl` block or a module the option holds for the functions in it that have a gradient.
///
/// Every partial derivative is what `jvp` gives along that direction. Annotated functions that are
/// called need no option of their own. `vjp`, `jvp` and `jacobian` are as without the option. What does
/// more than compute (prints, draws random numbers, changes a constant argument) is refused where the function
/// may have to run several times; and if it gives another value in another sweep, because a
/// function that it calls does such things, the gradient panics.
///
/// # In the body
///
/// | | |
/// | --- | --- |
/// | `#[tie(0.5)] let y = x.max(0.0);` | the weight of the branch above at a tie, for the operations of this statement |
/// | `#[assume_continuous] let y = x - x.floor();` | the program is continuous here although the operation is not |
/// | `#[checkpoint] for t in 0..n { … }` | keep few of the states of the loop, and run iterations again from them |
///
/// ## Loops that keep few states
///
/// A loop whose iterations build on each other (`u = step(u)`) keeps something of every iteration for the
/// reverse sweep. Under `#[checkpoint]` it keeps few *states* (what the loop carries: numbers, and copies of
/// the arrays that it changes and reads), and computes the others again from the nearest one. Value and
/// gradient stay the same bits (those of `vjp`, and of `value_and_grad_with`: loops that run in strips otherwise add up in another order).
///
/// ```text
/// #[conservative_grad]
/// fn decay(x0: f64, rate: f64, steps: usize) -> f64 {
///     let mut x = x0;
///     #[checkpoint(budget = 20)]
///     for _ in 0..steps {
///         x -= rate * x.sin();
///     }
///     x
/// }
/// ```
///
/// - `budget` is the number of states that there are at most at a time: any integer expression (`usize`), evaluated before
///   the loop; 0 counts as 1.
/// - *A loop over a range or a sequence, without `break`*: the binomial schedule (Griewank and Walther, *Algorithm 799:
///   revolve*, ACM TOMS 26, 2000), which is the one with the fewest runs. With `c` states, `n` iterations
///   are run `r·(n + 1) − C(c + r, r − 1) − n` times again on the way, where `r` is the least number with `C(c + r, r) > n`, and
///   each once more where it is reversed. Without a budget `c` is `√n`, rounded up: a thousand states for a million
///   iterations, each of which is run again 2.5 times on average.
/// - *Any other loop*, whose end nobody knows: states at equal distances `d`; whenever half of the budget is used up, every
///   other one is dropped and `d` doubled, so `d < 2·n/⌊c/2⌋` (with a budget below 4 only the first state is kept). The segments
///   between them are reversed by the binomial schedule with the states that are free: at most `r·n` runs on the way,
///   where `r` is the least number with `C(⌊c/2⌋ + r, r) ≥ d`. Without a budget there are `2·√n` states at most (rounded up), and
///   at most `2·n` runs on the way.
/// - A selection (`value_and_grad_with`) is asked in the forward sweep alone. What it decides is kept, one byte
///   per decision (and eight for a weight other than 0 and 1); under the default choice nothing is.
/// - What runs again may have no effects: printing, random numbers and functions without derivative are errors inside of the
///   loop. Differentiated functions that it calls run again, too. Assertions are checked once.
///
/// On a loop that keeps nothing (`s += f(x[i])`) the attribute is an error.
///
/// Without the attribute, a loop over a range of which each iteration computes numbers from numbers (no arrays, calls and
/// decisions) is recorded whole up to 32 MiB. A longer record is cut into blocks that are written over each other: the
/// state at the start of each is kept, and all blocks but the last one run again before they are reversed. Memory
/// is 256 KiB or the root of what the whole record would need, and a step is run once more.
/// `#[checkpoint(whole)]` keeps such a record whole, and so does a `Workspace`, which holds the memory for the next gradient.
///
/// What cannot be differentiated is an error at the tokens in question that tells what to write
/// instead. `AUTODIFF_DUMP=loss cargo build` prints what every pass of the compiler made of `loss`,
/// `AUTODIFF_TIMES=1` how long each expansion took.
///
/// Under `cargo check` and `cargo clippy`, nothing of which ever runs, functions of numbers, slices, arrays and tuples that call no
/// other annotated function are emitted as signatures and metadata: rustc could find no mistake of yours in the rest. What this macro
/// refuses, it refuses there, too. `AUTODIFF_BODIES=1` has everything emitted (touch the file).
#[proc_macro_attribute]
pub fn conservative_grad(attr: TokenStream, item: TokenStream) -> TokenStream {
    let original = proc_macro2::TokenStream::from(item.clone());
    let expansion = std::panic::catch_unwind(|| {
        compiler::timed(&original, || compiler::expand(attr.into(), item.into()))
    });
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

/// Gives a function derivatives that are written by hand: one whose body the compiler should not
/// look into, or a wrapper of a function of another crate.
///
/// ```text
/// use conservative_grad::{conservative_grad, conservative_rule};
///
/// #[conservative_rule(pullback = erf_pullback, tangent = erf_tangent, class = Pfaffian)]
/// fn erf(x: f64) -> f64 {
///     libm::erf(x)
/// }
///
/// fn erf_pullback(x: f64, _y: f64, y_bar: f64) -> f64 {
///     y_bar * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()
/// }
///
/// fn erf_tangent(x: f64, _y: f64, x_dot: f64) -> f64 {
///     x_dot * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp()
/// }
///
/// #[conservative_grad]
/// fn normal_cdf(x: f64) -> f64 {
///     0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2)) // a call like any other
/// }
/// ```
///
/// The function gets what [`macro@conservative_grad`] would have given it (`erf::grad`,
/// `erf::jacobian`, `erf::FIELD`, …), and annotated functions call it by its name.
///
/// # The two functions
///
/// Both take the arguments of the function (of the same types), then its result, then a weight for
/// each declared kink. Then
///
/// - the *pullback* takes the adjoint of the result, and returns the adjoints of the differentiable
///   parameters: for `fn f(a: f64, v: [f64; 3]) -> f64` it is
///   `fn(f64, [f64; 3], f64, f64) -> (f64, [f64; 3])`;
/// - the *tangent* takes the tangents of the differentiable parameters, and returns that of the result:
///   `fn(f64, [f64; 3], f64, f64, [f64; 3]) -> f64`.
///
/// What has a length that its type does not tell goes by reference (`&[f64]`), also the result; and in
/// place of being returned, its adjoint is added to a buffer, after the adjoint of the result:
/// for `fn f(w: &[f64], b: f64) -> Vec<f64>` the pullback is
/// `fn(w: &[f64], b: f64, y: &[f64], y_bar: &[f64], w_bar: &mut [f64]) -> f64`.
/// Another signature does not compile.
///
/// If the differentiable parameters and the result are all numbers, one of the two is enough.
///
/// # Methods
///
/// The receiver is the first argument, by reference unless the method takes `self`, and `#[constant] &self` if it has
/// nothing to differentiate. A struct, hence also the receiver or a result of type `Self`, has a buffer for its adjoint
/// like a slice: for `fn area(&self, h: f64) -> f64` the pullback is
/// `fn(&Self, h: f64, y: f64, y_bar: f64, self_bar: &mut <Self as Differentiable>::Gradient) -> f64`, and the tangent
/// `fn(&Self, h: f64, y: f64, self_dot: &<Self as Differentiable>::Gradient, h_dot: f64) -> f64`; with `pullback =
/// Self::area_pullback` they are methods themselves. In an annotated `impl` block the rule stands on the method in
/// place of `conservative_grad`; methods of traits have none.
///
/// # Options
///
/// | | |
/// | --- | --- |
/// | `pullback = path`, `tangent = path` | the derivatives |
/// | `kink(x = 0.0)` | the function has a kink where this equation holds. It is a decision like that of `abs`: a site in `FIELD`, asked of the selection. Both functions get its weight (1 where the left side is above, 0 below, `tie` at a tie) and have to obey it |
/// | `kink(x = 0.0, tie = 1.0)` | the weight at a tie where nobody else decides (0.5) |
/// | `domain(x > 0.0)` | where the rule holds |
/// | `class = Pfaffian` | the definability class: `Semialgebraic`, `RAn`, `RExp`, `RAnExp`, `Pfaffian`, `Local`, `None` (not known) |
/// | `cost = 3.0` | the cost of value and gradient over that of the value (not known) |
/// | `name`, `crate`, `doc` | as those of `conservative_grad` |
///
/// # What is taken on trust
///
/// The rule, and its domain, are obligations in `FIELD`, of every caller too. The checker tests them:
///
/// ```text
/// use conservative_grad::check::{assert_conservative, assert_tangent};
/// assert_conservative!(|x, sel| erf::value_and_grad_with(sel, x[0]), -3.0..3.0);
/// assert_tangent!(|x, sel| erf::value_and_grad_with(sel, x[0]), |x, dx| erf::jvp(x[0], dx[0]), -3.0..3.0);
/// ```
#[proc_macro_attribute]
pub fn conservative_rule(attr: TokenStream, item: TokenStream) -> TokenStream {
    let original = proc_macro2::TokenStream::from(item.clone());
    let expansion = std::panic::catch_unwind(|| compiler::rule::expand(attr.into(), item.into()));
    expansion.unwrap_or_else(|_| broken(original)).into()
}

/// The last line of defence against a mistake of ours: the function, and an error that asks for a
/// report.
fn broken(original: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    quote::quote! {
        #original
        ::core::compile_error! { "conservative_grad failed on this item: please report it, with the item" }
    }
}
