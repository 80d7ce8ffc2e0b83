//! Two hundred generated programs: the value of every entry point is the primal's, bit for bit, and every
//! gradient is that of the same program on dual numbers.
#![allow(
    warnings,
    clippy::all,
    reason = "random programs declare what they do not use, and compute what is always zero"
)]

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

#[test]
fn generated_programs_agree_with_dual_numbers() {
    let failures: Vec<String> = CHECKS
        .iter()
        .filter_map(|(name, check)| check().err().map(|text| format!("{name}: {text}")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
