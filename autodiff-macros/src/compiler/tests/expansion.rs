//! Emitted code, pretty-printed and compared with what is kept in `tests/expansion/`.
//!
//! ```text
//! UPDATE_EXPANSIONS=1 cargo test -p autodiff-macros --lib expansion   # after a wanted change
//! ```

use std::path::PathBuf;

use proc_macro2::TokenStream;

/// Compares the pretty-printed tokens with `tests/expansion/<name>.rs`.
pub(super) fn check(name: &str, tokens: TokenStream) {
    check_in("expansion", name, tokens);
}

/// Compares the pretty-printed tokens with `tests/<folder>/<name>.rs`.
pub(super) fn check_in(folder: &str, name: &str, tokens: TokenStream) {
    let found = pretty(tokens);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{folder}/{name}.rs"));
    if std::env::var_os("UPDATE_EXPANSIONS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == kept,
        "{name}: the emitted code is not what {} holds; it is now\n{found}\nSet UPDATE_EXPANSIONS=1 if that is meant.",
        path.display()
    );
}

/// What `rustfmt` would make of the tokens, nearly. The path of the runtime is shown as `rt`.
pub(super) fn pretty(tokens: TokenStream) -> String {
    let text = tokens
        .to_string()
        .replace("crate :: facade :: __private", "rt")
        .replace(":: conservative_grad :: __private", "rt");
    prettyplease::unparse(&syn::parse_file(&text).unwrap())
}
