//! One function, wherever it stands: its derivatives, or its errors and stubs.

use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote};

use super::nested;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::dump::Dump;
use crate::compiler::parse::attribute::Options;
use crate::compiler::parse::{helpers, signature};
use crate::compiler::{differentiate, emit, hir, lower};

/// What is emitted for a function.
#[derive(Default)]
pub(crate) struct Expansion {
    /// Documentation that is appended to that of the function.
    pub(crate) doc: TokenStream,
    /// What stands beside it.
    pub(crate) beside: TokenStream,
    /// What stands in an `impl` of one instance of a generic type.
    pub(crate) metadata: TokenStream,
    /// What stands behind the block.
    pub(crate) behind: TokenStream,
}

/// Compiles a function, helper attributes and all.
pub(crate) fn expand(
    annotated: &syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> Expansion {
    let dump = Dump::of(&annotated.sig.ident);
    let options = &Options {
        known: options.known.seen_by(annotated),
        ..options.clone()
    };
    let annotated = &*options.known.resolve(annotated);
    let mut found = Diagnostics::new();
    let Some((func, bodies)) = compile(annotated, options, &mut found) else {
        if found.is_empty() && !options.malformed {
            // A function that could not be compiled must not pass for one that could.
            let name = &annotated.sig.ident;
            found.report_at(&diag::UNKNOWN_FAILURE, name, &[&name.to_string()]);
        }
        found.name_receiver(options.naming.receiver());
        diags.absorb(found);
        return stubs(annotated, options);
    };
    let emit::Emitted {
        doc,
        beside,
        metadata,
        behind,
    } = emit::emit(annotated, &func, options, &bodies);
    dump.code("emitted code", &beside);
    Expansion {
        doc,
        beside,
        metadata,
        behind,
    }
}

/// A free function, and what stands beside it. `written` is its body in the user's tokens, where these are at hand: to print
/// it once more is dear.
pub(crate) fn expand_free(
    mut function: syn::ItemFn,
    written: Option<Group>,
    options: &Options,
    diags: &mut Diagnostics,
) -> TokenStream {
    let Expansion { doc, beside, .. } = expand(&function, options, diags);
    let with_helpers = helpers::strip(&mut function);
    let syn::ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = &function;
    let body = match written.filter(|_| !with_helpers) {
        Some(body) => body.to_token_stream(),
        None => block.to_token_stream(),
    };
    quote!(#(#attrs)* #doc #vis #sig #body #beside)
}

/// The function and its derivative; `None` if there is any error.
///
/// A method that numbers have, on a value of a type that only rustc knows, is taken for that of a number; so is the result of a call
/// that is cast to an integer; what `Type::f(…)` makes of constants is a constant. Where that leads to errors, the types that the signature
/// names are taken for structs, such results for integers, what is made like that for structs, tuple structs (`F(x)`) for functions, what is
/// mapped for arrays, and errors reported only if there still are any.
fn compile(
    item: &syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<(hir::Func, emit::Bodies)> {
    let mut found = Diagnostics::new();
    let compiled = compile_as(item, options, &mut found);
    if compiled.is_none() && !options.malformed {
        let casts = found
            .iter()
            .any(|diag| diag.entry.code == diag::CAST_JUMPS.code);
        let made = lower::made_structs(item);
        let upper = lower::calls_upper(item);
        let maps = lower::maps(item);
        let others = (1..32).map(|other: u8| [1, 2, 4, 8, 16].map(|bit| other & bit != 0));
        let mut others = others.filter(|[_, found, all, functions, arrays]| {
            (casts || !found)
                && (!made.is_empty() || !all)
                && (upper || !functions)
                && (maps || !arrays)
        });
        let again = others.find_map(
            |[
                named_structs,
                found_integers,
                all,
                upper_functions,
                mapped_arrays,
            ]| {
                let mut options = Options {
                    named_structs,
                    found_integers,
                    upper_functions,
                    mapped_arrays,
                    made_structs: if all { made.clone() } else { Vec::new() },
                    ..options.clone()
                };
                let compiled = compile_as(item, &options, &mut Diagnostics::new())?;
                Some(without_idle(item, &mut options).unwrap_or(compiled))
            },
        );
        if again.is_some() {
            return again;
        }
    }
    diags.absorb(found);
    compiled
}

/// The same with as few structs as will do: a source of random numbers that is made like one stays a constant.
fn without_idle(item: &syn::ItemFn, options: &mut Options) -> Option<(hir::Func, emit::Bodies)> {
    let mut fewer = None;
    let all = options.made_structs.clone();
    for name in all.iter().filter(|_| all.len() > 1) {
        let before = options.made_structs.clone();
        options.made_structs.retain(|other| other != name);
        match compile_as(item, options, &mut Diagnostics::new()) {
            Some(compiled) => fewer = Some(compiled),
            None => options.made_structs = before,
        }
    }
    fewer
}

fn compile_as(
    item: &syn::ItemFn,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<(hir::Func, emit::Bodies)> {
    let dump = Dump::of(&item.sig.ident);
    let mut func = lower::lower(item, options, diags)?;
    nested::expand(&mut func, options, diags);
    dump.section("lowered", || hir::print::func(&func));
    let bodies = differentiate::differentiate(&mut func, options, diags)?;
    (diags.is_empty() && !options.malformed).then_some((func, bodies))
}

/// Stubs of what would have been generated, where the signature allows it.
pub(crate) fn stubs(item: &syn::ItemFn, options: &Options) -> Expansion {
    if !emit::can_stub(&item.sig, &options.naming) {
        return Expansion::default();
    }
    let mut diags = Diagnostics::new();
    let signature = signature::read(item, options, &mut diags);
    // No functions of these types can be written.
    let unfit = [
        &diag::RESULT_TYPE,
        &diag::FOREIGN_PARAMETER,
        &diag::MIXED_PARAMETER,
        &diag::INNER_REFERENCE,
        &diag::MIXED_RESULT,
    ];
    if diags
        .iter()
        .any(|diag| unfit.iter().any(|entry| entry.code == diag.entry.code))
    {
        return Expansion::default();
    }
    let (beside, metadata) = emit::stubs(item, &signature, options);
    Expansion {
        beside,
        metadata,
        ..Expansion::default()
    }
}
