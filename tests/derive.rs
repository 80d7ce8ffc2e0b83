//! `#[derive(Differentiable)]`: every shape of struct, and what can be done with its gradient.

#[path = "derive/containers.rs"]
mod containers;
#[path = "derive/functions.rs"]
mod functions;
#[path = "derive/generic.rs"]
mod generic;
#[path = "derive/methods.rs"]
mod methods;
#[path = "derive/programs.rs"]
mod programs;
#[path = "derive/shapes.rs"]
mod shapes;
