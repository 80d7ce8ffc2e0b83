//! Methods of integers in code that is copied, as far as they tell that two integers are of one type.

use proc_macro2::TokenTree;

use crate::compiler::hir::{VarId, Verbatim};

/// The variables in code that are of the type of its value, an integer: `a` and `b` in `a.max(b)`.
pub(super) fn of_one_type(code: &Verbatim) -> Vec<VarId> {
    let tokens: Vec<TokenTree> = code.tokens.clone().into_iter().collect();
    let [
        receiver,
        TokenTree::Punct(dot),
        TokenTree::Ident(method),
        TokenTree::Group(args),
    ] = &tokens[..]
    else {
        return Vec::new();
    };
    let alike = alike(&method.to_string());
    if dot.as_char() != '.' || alike == Alike::No {
        return Vec::new();
    }
    let var = |token: &TokenTree| {
        let name = match token {
            TokenTree::Ident(name) => name.to_string(),
            _ => return None,
        };
        let found = code.uses.iter().find(|(used, _)| *used == name);
        found.map(|(_, var)| *var)
    };
    let mut found: Vec<VarId> = var(receiver).into_iter().collect();
    let args: Vec<TokenTree> = args.stream().into_iter().collect();
    for arg in args.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ',')) {
        if let ([arg], Alike::Arguments) = (arg, alike) {
            found.extend(var(arg));
        }
    }
    found
}

/// What of a method of integers has the type of its result.
#[derive(Clone, Copy, PartialEq)]
enum Alike {
    Arguments,
    Receiver,
    No,
}

fn alike(method: &str) -> Alike {
    match method {
        "pow" | "abs" | "signum" | "isqrt" | "next_power_of_two" | "rotate_left"
        | "rotate_right" | "swap_bytes" | "reverse_bits" | "saturating_pow" | "wrapping_pow"
        | "saturating_neg" | "wrapping_neg" | "wrapping_abs" => Alike::Receiver,
        "min" | "max" | "clamp" | "rem_euclid" | "div_euclid" | "div_ceil" | "div_floor"
        | "next_multiple_of" | "midpoint" => Alike::Arguments,
        name if name.starts_with("saturating_") || name.starts_with("wrapping_") => {
            match name.ends_with("_add")
                || name.ends_with("_sub")
                || name.ends_with("_mul")
                || name.ends_with("_div")
                || name.ends_with("_rem")
                || name.ends_with("_euclid")
            {
                true => Alike::Arguments,
                false => Alike::No,
            }
        }
        _ => Alike::No,
    }
}
