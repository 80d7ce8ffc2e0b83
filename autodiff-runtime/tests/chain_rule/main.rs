//! Programs with known verdicts, and what the checker says of them over many seeds.
//!
//! Above each program stands the mathematical reason for its verdict.

mod attack;
mod conservative;
mod families;
mod kinks;
mod noise;
mod random_programs;
mod refuted;
mod reports;
mod rows;
mod sabotage;
mod strata;
mod support;
mod verdicts;
