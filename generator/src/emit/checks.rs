//! The calls in the check of a program, and what they are compared with.

use std::fmt::Write;

use crate::ast::{Func, Param, Ty};
use crate::dual::{direction, weight};

/// Calls both forms.
pub(super) fn primal(params: &[Param]) -> String {
    let mut out = fresh(params);
    let _ = writeln!(out, "    let result = real::f({});", arguments(params, ""));
    let _ = writeln!(out, "    let values = ({});", outputs(params, "result", ""));
    let _ = writeln!(
        out,
        "    let result = dual::f({});",
        arguments(params, "_dual")
    );
    let _ = writeln!(
        out,
        "    let duals = ({});",
        outputs(params, "result", "_dual")
    );
    out + "    let mut comparison = Comparison::new(&values, &duals, &seeds);\n"
}

/// Calls the form on `f64` only.
pub(super) fn primal_alone(params: &[Param]) -> String {
    let mut out = fresh(params);
    let _ = writeln!(out, "    let result = real::f({});", arguments(params, ""));
    let _ = writeln!(out, "    let values = ({});", outputs(params, "result", ""));
    out
}

/// Calls everything that the attribute generates, of the selections only if `all`.
pub(super) fn derivatives(main: &Func, all: bool) -> String {
    let params = &main.params;
    let scalar = main.result == Ty::Real && !params.iter().any(Param::in_place);
    let mut out = if scalar {
        gradients(params, all)
    } else {
        String::new()
    };
    out += &pullback(main);
    out + &tangent(params)
}

fn gradients(params: &[Param], all: bool) -> String {
    let args = arguments(params, "");
    let mut out = format!("    comparison.gradient(\"grad\", &real::f::grad({args}));\n");
    let _ = writeln!(
        out,
        "    comparison.both(\"value_and_grad\", &real::f::value_and_grad({args}));"
    );
    if !all {
        return out;
    }
    let _ = writeln!(
        out,
        "    let got = real::f::value_and_grad_with(&mut conservative_grad::Plain, {args});"
    );
    out += "    comparison.both(\"value_and_grad_with\", &got);\n";
    out += &selections(&args);
    for p in varied(params) {
        let _ = writeln!(
            out,
            "    let mut {}_bar = {};",
            p.name,
            filled(p.ty, &mut |_| "BEFORE".into())
        );
    }
    let bars: String = varied(params)
        .map(|p| format!(", &mut {}_bar", p.name))
        .collect();
    let _ = writeln!(
        out,
        "    let value = real::f::accumulate_grad({args}{bars});"
    );
    let bars: String = varied(params)
        .map(|p| format!("&{}_bar, ", p.name))
        .collect();
    out + &format!("    comparison.accumulated(value, &({bars}));\n")
}

/// A selection is asked once per visit, in the order of `trace`, and what it answers is followed.
fn selections(args: &str) -> String {
    format!(
        "    let trace = real::f::trace({args});
    let mut recorder = conservative_grad::trace::Recorder::new(conservative_grad::Plain);
    let got = real::f::value_and_grad_with(&mut recorder, {args});
    comparison.both(\"with a recorder\", &got);
    let same = trace.signature() == recorder.into_trace().signature();
    comparison.holds(\"trace is what a recorder sees\", same);
    let mut replay = conservative_grad::trace::Replay::new(trace);
    comparison.both(\"with a replay\", &real::f::value_and_grad_with(&mut replay, {args}));\n"
    )
}

/// `vjp`, with the weights of the outputs as the adjoint.
fn pullback(main: &Func) -> String {
    let params = &main.params;
    let mut next = 0;
    let mut weights = |factor: &str| {
        next += 1;
        format!("{:?} * {factor}", weight(next - 1))
    };
    let mut out = fresh(params);
    let _ = writeln!(
        out,
        "    let (result, pull) = real::f::vjp({});",
        arguments(params, "")
    );
    let _ = writeln!(
        out,
        "    let values = ({});",
        outputs(params, "&result", "")
    );
    let seed = filled(main.result, &mut |_| weights("SEED"));
    let (mut bars, mut gathered) = (String::new(), String::new());
    for p in params.iter().filter(|p| p.in_place()) {
        let _ = writeln!(
            out,
            "    let mut {}_bar = {};",
            p.name,
            filled(p.ty, &mut |_| weights("SEED"))
        );
        bars += &format!(", &mut {}_bar", p.name);
        gathered += &format!("&{}_bar, ", p.name);
    }
    let _ = writeln!(out, "    let gradient = pull({seed}{bars});");
    out + &format!("    comparison.pulled(&values, &({gathered}gradient), SEED);\n")
}

fn tangent(params: &[Param]) -> String {
    let mut out = fresh(params);
    let (mut dots, mut along, mut next) = (String::new(), String::new(), 0);
    for p in varied(params) {
        let mut step = |_: usize| {
            next += 1;
            let (at, rate) = direction(next - 1);
            format!("{:?}", (0.5 - 0.25 * at as f64) * rate)
        };
        let _ = writeln!(
            out,
            "    let mut {}_dot = {};",
            p.name,
            filled(p.ty, &mut step)
        );
        dots += &format!(", {}{}_dot", mark(p), p.name);
        along += &format!("{}_dot.clone(), ", p.name);
    }
    let _ = writeln!(out, "    let along = ({along});");
    let _ = writeln!(
        out,
        "    let (result, dot) = real::f::jvp({}{dots});",
        arguments(params, "")
    );
    let _ = writeln!(out, "    let values = ({});", outputs(params, "result", ""));
    let _ = writeln!(out, "    let dots = ({});", outputs(params, "dot", "_dot"));
    out + "    comparison.tangent(&values, &dots, &along);\n"
}

/// Copies of what a call changes.
fn fresh(params: &[Param]) -> String {
    let changed = params.iter().filter(|p| p.in_place());
    changed
        .map(|p| format!("    let mut {0}_now = {0}.clone();\n", p.name))
        .collect()
}

fn varied(params: &[Param]) -> impl Iterator<Item = &Param> {
    params.iter().filter(|p| p.varied())
}

fn arguments(params: &[Param], suffix: &str) -> String {
    let parts: Vec<String> = params.iter().map(|p| argument(p, suffix)).collect();
    parts.join(", ")
}

fn argument(p: &Param, suffix: &str) -> String {
    let suffix = if p.in_place() && suffix.is_empty() {
        "_now"
    } else {
        suffix
    };
    let copy = if matches!(p.ty, Ty::Vec(_)) {
        ".clone()"
    } else {
        ""
    };
    format!("{}{}{suffix}{copy}", mark(p), p.name)
}

/// How an argument is handed over.
fn mark(p: &Param) -> &'static str {
    match p.ty {
        Ty::Slice(_) | Ty::ArrayRef(_) => "&",
        Ty::SliceMut(_) | Ty::RealMut | Ty::PairMut => "&mut ",
        _ => "",
    }
}

/// The result and what was changed, as a tuple.
fn outputs(params: &[Param], result: &str, suffix: &str) -> String {
    let suffix = if suffix.is_empty() { "_now" } else { suffix };
    let changed = params.iter().filter(|p| p.in_place());
    let changed: String = changed
        .map(|p| format!("{}{suffix}.clone(), ", p.name))
        .collect();
    format!("{result}, {changed}")
}

/// A value of the shape of `ty` whose numbers `x` gives in order.
fn filled(ty: Ty, x: &mut impl FnMut(usize) -> String) -> String {
    let mut row = |n: usize| (0..n).map(&mut *x).collect::<Vec<_>>().join(", ");
    match ty {
        Ty::Unit => "()".to_string(),
        Ty::Pair | Ty::PairMut => format!("({})", row(2)),
        Ty::Matrix(m, n) => {
            let rows: Vec<String> = (0..m).map(|_| format!("[{}]", row(n))).collect();
            format!("[{}]", rows.join(", "))
        }
        Ty::Array(n) | Ty::ArrayRef(n) => format!("[{}]", row(n)),
        Ty::Vec(n) | Ty::Slice(n) | Ty::SliceMut(n) => format!("vec![{}]", row(n)),
        _ => row(1),
    }
}
