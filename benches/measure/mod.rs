//! Agreement, time and memory of the kernels' gradients.

pub(crate) mod agreement;
pub(crate) mod checkpoints;
pub(crate) mod memory;
pub(crate) mod time;

mod gate;
mod targets;

pub(crate) use gate::Gate;
pub(crate) use targets::Standing;
