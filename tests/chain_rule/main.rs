//! Programs with known verdicts, and what the checker says of them over many seeds.
//!
//! Above each program stands the mathematical reason for its verdict. An ordinary run tries a few seeds; all of them,
//! and the table in docs/RESULTS.md, by
//!
//! ```console
//! CHAIN_RULE_SEEDS=100 BLESS=1 cargo test --release --test chain_rule
//! ```

mod drive;
mod programs;
mod results;
mod sabotage;
mod table;
