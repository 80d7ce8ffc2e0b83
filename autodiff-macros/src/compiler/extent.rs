//! How much of a derivative is emitted.
//!
//! `cargo check` compiles nothing: rustc looks for mistakes, and what it finds of the functions goes no further. There it is
//! enough to emit, of a function in which rustc has no mistake of the user's to find, the signatures (`grad`, `vjp` and
//! the others, with bodies that call `unemitted`), their documentation, which rustdoc shows where another crate re-exports
//! them, and the metadata. All of this compiler's own refusals are made by then.
//!
//! A function that calls others is whole: rustc sees in it whether these have a derivative, and with respect to what, that they are
//! in use, and whether a pullback can be sent to another thread.
//!
//! In: the arguments of the rustc that runs the expansion; the SSA form. Out: an [`Extent`].
//!
//! Whatever is not recognised as `cargo check` or `cargo clippy` gets whole bodies: rust-analyzer, rustdoc, Miri, everything
//! with a flag `-Z` (`cargo expand`, `-Zno-codegen`), and any build system that is not cargo, since there another
//! crate may be compiled from what was only checked here. So does everybody under `AUTODIFF_BODIES=1`, and under
//! `AUTODIFF_DUMP`, which shows what is emitted.

use std::path::Path;

use super::hir::{self, Real, Ty};
use super::parse::attribute::Options;
use super::ssa::{Func, Op, Param, StmtKind};

/// What of a derivative is emitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    Whole,
    /// Signatures and metadata.
    Signatures,
}

impl Extent {
    /// What the process needs that this expansion runs in.
    pub(crate) fn of_process() -> Extent {
        let set = |name| std::env::var_os(name).is_some();
        let by_cargo = set("CARGO") && !set("AUTODIFF_BODIES") && !set("AUTODIFF_DUMP");
        let arguments: Option<Vec<String>> = std::env::args_os()
            .map(|argument| argument.into_string().ok())
            .collect();
        match arguments {
            Some(arguments) if by_cargo && only_checks(&arguments) => Extent::Signatures,
            _ => Extent::Whole,
        }
    }

    /// What is emitted for a function. Of one that names types of the user's, rustc may find in any body that these are not
    /// what they look like.
    pub(crate) fn of(hir: &hir::Func, func: &Func, options: &Options) -> Extent {
        let plain = options.is_plain() && hir.items.is_empty();
        match options.extent == Extent::Signatures && plain && is_closed(func) {
            true => Extent::Signatures,
            false => Extent::Whole,
        }
    }
}

/// The arguments of a rustc (or clippy) that writes nothing but metadata.
fn only_checks(arguments: &[String]) -> bool {
    let Some((program, arguments)) = arguments.split_first() else {
        return false;
    };
    let program = Path::new(program)
        .file_stem()
        .and_then(|name| name.to_str());
    let known = matches!(program, Some("rustc" | "clippy-driver"));
    let unstable = arguments.iter().any(|argument| argument.starts_with("-Z"));
    let emitted: Option<Vec<&str>> = arguments
        .iter()
        .filter(|argument| argument.starts_with("--emit"))
        .map(|argument| argument.strip_prefix("--emit="))
        .collect();
    let kinds: Vec<&str> = emitted
        .iter()
        .flatten()
        .flat_map(|list| list.split(','))
        .collect();
    known
        && !unstable
        && kinds.contains(&"metadata")
        && kinds
            .iter()
            .all(|kind| matches!(*kind, "metadata" | "dep-info"))
}

/// The function is made of the types and operations of the language alone.
fn is_closed(func: &Func) -> bool {
    let mut closed = true;
    func.body.walk(&mut |s| {
        closed &= !matches!(s.kind, StmtKind::Call(_) | StmtKind::Def(_, Op::Opaque(_)));
    });
    let vals = func.vals.iter().map(|val| &val.ty);
    let mut inside = vals.chain(func.mems.iter().map(|mem| &mem.ty));
    let mut params = func.params.iter().map(|Param { ty, .. }| ty);
    closed
        && inside.all(|ty| is_of_the_language(ty, true))
        && params.all(|ty| is_of_the_language(ty, false))
}

/// Whether no name in the type can stand for something of the user's. `Vec` can where it is written: the bodies ask more of it than
/// the function does. What `vec!` makes cannot.
fn is_of_the_language(ty: &Ty, made_here: bool) -> bool {
    match ty {
        Ty::Real(Real::F64 | Real::F32) | Ty::Int | Ty::Bool | Ty::Unit => true,
        Ty::Tuple(parts) => parts.iter().all(|part| is_of_the_language(part, made_here)),
        Ty::Vec(inner) => made_here && is_of_the_language(inner, made_here),
        Ty::Array(inner, _) | Ty::Slice(inner) | Ty::Ref(_, inner) => {
            is_of_the_language(inner, made_here)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::only_checks;

    fn checks(line: &str) -> bool {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        only_checks(&arguments)
    }

    #[test]
    fn cargo_check_and_clippy_only_check() {
        assert!(checks(
            "rustc --crate-name a src/lib.rs --emit=dep-info,metadata -C debuginfo=2"
        ));
        assert!(checks("/toolchain/bin/rustc src/lib.rs --emit=metadata"));
        assert!(checks(
            "/toolchain/bin/clippy-driver /toolchain/bin/rustc src/lib.rs --emit=dep-info,metadata"
        ));
    }

    #[test]
    fn whatever_writes_code_or_is_not_known_gets_bodies() {
        for line in [
            "",
            "rustc src/lib.rs",
            "rustc src/lib.rs --emit=dep-info,metadata,link",
            "rustc src/lib.rs --emit=dep-info,metadata --emit=asm",
            "rustc src/lib.rs --emit dep-info,metadata",
            "rustc src/lib.rs --emit=dep-info",
            "rustc src/lib.rs --emit=dep-info,metadata -Zunpretty=expanded",
            "rustc src/lib.rs --emit=metadata -Z no-codegen",
            "rustc src/lib.rs --emit=metadata=out.rmeta",
            "rustc @arguments",
            "rust-analyzer-proc-macro-srv",
            "rustdoc src/lib.rs --emit=dep-info,metadata",
            "miri src/lib.rs --emit=dep-info,metadata",
            "kani-compiler src/lib.rs --emit=dep-info,metadata",
        ] {
            assert!(!checks(line), "{line}");
        }
    }
}
