//! What callers of methods hear that an annotated `impl` block leaves alone.

use crate::field::{Definability, FieldMetadata};
use crate::policy::Policy;

/// Met by nothing: the method returns a type that the block does not see.
#[diagnostic::on_unimplemented(
    message = "this method of `{Self}` has no derivative: its annotated `impl` block does not see whether numbers are in what it returns",
    label = "a call of a method that is left alone",
    note = "write `#[conservative_grad]` above the method, too, or annotate a module in which the types are declared: `#[conservative_grad] mod … {{ … }}`"
)]
pub trait Seen<T> {}

/// Met by nothing: the method returns a reference to a part of its receiver.
#[diagnostic::on_unimplemented(
    message = "this method of `{Self}` returns a reference: it is differentiated only where its body is seen",
    label = "a call of a method of another block, which refers to a part of its receiver",
    note = "annotate a module with the `impl` block and this function in it: `#[conservative_grad] mod … {{ … }}`; or read the field here"
)]
pub trait Referred<T> {}

/// Met by nothing: the method changes its receiver, and a caller elsewhere has taken it for one that does not.
#[diagnostic::on_unimplemented(
    message = "this method of `{Self}` changes what it is called on, from inside of an expression",
    label = "a call of a method of another block, of which nothing here shows that it takes `&mut self`",
    note = "give the call a statement of its own: `let value = receiver.method(…);`",
    note = "or annotate a module with the `impl` block and this function in it: `#[conservative_grad] mod … {{ … }}`"
)]
pub trait Unchanged<T> {}

/// The metadata of such a method.
pub const UNSEEN: &FieldMetadata = &FieldMetadata {
    name: "",
    module: "",
    file: "",
    line: 0,
    policy: Policy::PyTorch,
    definability: Definability::None,
    sites: &[],
    obligations: &[],
    cost_bound: 0.0,
    callees: &[],
};
