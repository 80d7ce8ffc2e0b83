//! The options of the attribute.

use crate::compiler::diag::Diagnostics;
use crate::compiler::lower::tests::{lower, refuse_with};
use crate::compiler::parse::attribute::Options;

const F: &str = "fn f(x: f64, b: f64, n: usize) -> f64 { x * b }";

fn parse(attr: &str) -> Options {
    let mut diags = Diagnostics::new();
    let options = Options::parse(attr.parse().expect("tokens"), &mut diags);
    assert!(diags.is_empty(), "{attr}");
    options
}

#[test]
fn understood() {
    let options = parse("wrt(w, b), name = f_ad, crate = a::b, policy = jax, recursive, doc");
    let wrt = options.wrt.expect("wrt was given");
    assert_eq!(wrt, ["w", "b"]);
    assert_eq!(options.name.expect("name was given"), "f_ad");
    assert_eq!(options.krate.to_string(), "a :: b");
    assert_eq!(options.policy, autodiff_runtime::Policy::Jax);
    assert!(options.recursive && options.doc);
    assert_eq!(parse("").krate.to_string(), ":: conservative_grad");
}

#[test]
fn refused() {
    refuse_with("rekursive", F, &[("AD0001", "rekursive")]);
    refuse_with("policy = pytroch", F, &[("AD0005", "pytroch")]);
    refuse_with("doc, doc", F, &[("AD0003", "doc")]);
    refuse_with("wrt()", F, &[("AD0004", "_")]);
    refuse_with("wrt(y)", F, &[("AD0006", "y")]);
    refuse_with("wrt(n)", F, &[("AD0007", "n")]);
    refuse_with("name", F, &[("AD0002", "_")]);
    refuse_with("= 3", F, &[("AD0002", "_")]);
}

#[test]
fn hints() {
    for (attr, hint) in [
        ("rekursive", "did you mean `recursive`?"),
        ("policy = pytroch", "did you mean `pytorch`?"),
        ("wrt(bb)", "did you mean `b`?"),
    ] {
        let (_, diags) = lower(attr, F);
        let help: Vec<&String> = diags.iter().flat_map(|diag| &diag.help).collect();
        assert_eq!(help, [hint]);
    }
}

#[test]
fn wrt_makes_the_rest_constant() {
    let (func, _) = lower("wrt(b)", F);
    let text = crate::compiler::hir::print::func(&func.expect("accepted"));
    assert!(
        text.starts_with("fn f(x: f64 const, b: f64, n: int const)"),
        "{text}"
    );
}
