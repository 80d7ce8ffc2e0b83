//! Gives the policy.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=CONSERVATIVE_GRAD_POLICY=jax");
}
