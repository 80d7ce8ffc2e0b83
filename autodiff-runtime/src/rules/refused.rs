//! Operations without a conservative field.

use super::rules;

rules! {
    /// The largest integer not above `x`.
    method fn floor(x) -> y {
        primal: x.floor(),
        partials: [0.0],
        refused: {
            why: "it jumps at every integer, and a function that jumps has no conservative field",
            instead: "write `stop_gradient(x)` around the argument if it is meant to be cut off, or put `#[assume_continuous]` on the statement if the program stays continuous",
        },
        definable: Local,
        flops: 1.0, extra: 0.0,
        samples: [[-1.5], [2.3]],
    }
}
