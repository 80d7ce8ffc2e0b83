//! Every operation with kinks, and a thousand random compositions of them, at exact ties.
//!
//! Compositions are programs for a small machine, and the machine is a differentiated function: its loop makes every
//! decision through the same few sites. Inputs are small integers, so that sums and ties are exact.
//!
//! 1. Every vertex of the enumerated field satisfies the projection formula: along each direction that stays on the
//!    stratum (all tied margins have the tangent 0) it gives the derivative of the function.
//! 2. The branch-locked gradient is a limit of gradients: it is the plain gradient at points that approach along the directions.

mod borders;
mod compositions;
mod on_slices;
mod operations;
mod subject;
