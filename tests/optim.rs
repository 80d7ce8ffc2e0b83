//! Methods at work: the nonsmooth test set, saved and resumed runs, NaN, what types claim.

#[path = "optim/attack.rs"]
mod attack;
#[path = "optim/formulas.rs"]
mod formulas;
#[path = "optim/nonsmooth.rs"]
mod nonsmooth;
#[path = "optim/reference.rs"]
mod reference;
#[path = "optim/stochastic.rs"]
mod stochastic;
#[path = "optim/suite.rs"]
mod suite;
