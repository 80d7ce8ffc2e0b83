//! A file with both forms of some programs and the code that compares them.

use std::fmt::Write;

use crate::ast::{Input, Param, Program, Ty};
use crate::generate::{arguments, directions};
use crate::interp;
use crate::print::{self, Form};

/// What a file checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Only that the values of the plain form, the dual form and the interpreter agree.
    Values,
    /// Everything that the attribute generates, too.
    Gradients,
}

/// A module `p0`, `p1`, … for each program, and a list of their checks.
pub fn file(programs: &[Program], check: Check) -> String {
    let mut out = String::new();
    for (k, program) in programs.iter().enumerate() {
        out += &module(&format!("p{k}"), program, check);
    }
    out += "/// The checks, by name.\n";
    out += "pub const CHECKS: &[program_generator::compare::Named] = &[\n";
    for k in 0..programs.len() {
        let _ = writeln!(out, "    (\"p{k}\", p{k}::check),");
    }
    out + "];\n"
}

/// One program in both forms.
pub fn module(name: &str, program: &Program, check: Check) -> String {
    let form = match check {
        Check::Values => Form::Plain,
        Check::Gradients => Form::Annotated,
    };
    let imports = match check {
        Check::Values => "program_generator::compare::plain::*",
        Check::Gradients => "conservative_grad::{conservative_grad, leaky_relu, relu}",
    };
    let mut out = format!("// seed {}\npub mod {name} {{\n", program.seed);
    let _ = writeln!(out, "pub mod real {{\n    use {imports};");
    out += &print::program(program, form);
    out += "}\npub mod dual {\n    use program_generator::dual::*;\n";
    out += &print::program(program, Form::Dual);
    out += "}\n";
    out += &checker(program, check);
    out + "}\n"
}

fn checker(program: &Program, check: Check) -> String {
    let params = &program.main().params;
    let mut out = String::from("pub fn check() -> Result<(), String> {\n");
    out += "    use program_generator::compare::{BEFORE, Comparison, Flat, SEED, Seeds};\n";
    for (p, input) in params.iter().zip(&program.inputs) {
        let _ = writeln!(out, "    let {} = {};", p.name, literal(p.ty, input));
    }
    let args = list(params, argument);
    let _ = writeln!(out, "    let value = real::f({args});");
    out += "    let mut seeds = Seeds::default();\n";
    let _ = writeln!(out, "    let expected = dual::f({});", list(params, lifted));
    out += "    let mut c = Comparison::new(value, &expected, &seeds);\n";
    out += &interpreted(program);
    if check == Check::Gradients {
        out += &methods(params, &args);
    }
    out + "    c.finish()\n}\n"
}

/// Calls of everything that the attribute generates.
fn methods(params: &[Param], args: &str) -> String {
    let varied: Vec<&Param> = params.iter().filter(|p| p.varied()).collect();
    let mut out = format!("    c.gradient(\"grad\", &real::f::grad({args}));\n");
    let _ = writeln!(
        out,
        "    c.both(\"value_and_grad\", &real::f::value_and_grad({args}));"
    );
    let _ = writeln!(
        out,
        "    c.both(\"with Plain\", &real::f::value_and_grad_with(&mut conservative_grad::Plain, {args}));"
    );
    out += &accumulate(&varied, args);
    let _ = writeln!(out, "    let (value, pull) = real::f::vjp({args});");
    out += "    c.pulled(value, &pull(SEED));\n";
    out + &tangent(&varied, args)
}

fn accumulate(varied: &[&Param], args: &str) -> String {
    let mut out = String::new();
    for p in varied {
        let _ = writeln!(
            out,
            "    let mut {0}_bar = {1};",
            p.name,
            filled(p.ty, "BEFORE")
        );
    }
    let bars: String = varied
        .iter()
        .map(|p| format!(", &mut {}_bar", p.name))
        .collect();
    let _ = writeln!(
        out,
        "    let value = real::f::accumulate_grad({args}{bars});"
    );
    out += "    let mut flat = Vec::new();\n";
    for p in varied {
        let _ = writeln!(out, "    {}_bar.flat(&mut flat);", p.name);
    }
    out + "    c.accumulated(value, &flat);\n"
}

fn tangent(varied: &[&Param], args: &str) -> String {
    let mut out = String::from("    let mut flat = Vec::new();\n");
    let mut dots = String::new();
    for (k, p) in varied.iter().enumerate() {
        let along = format!("{:?}", 0.75 - 0.5 * k as f64);
        let _ = writeln!(out, "    let {}_dot = {};", p.name, filled(p.ty, &along));
        let _ = writeln!(out, "    {}_dot.flat(&mut flat);", p.name);
        let by_reference = matches!(p.ty, Ty::Slice(_) | Ty::ArrayRef(_));
        let mark = if by_reference { "&" } else { "" };
        dots += &format!(", {mark}{}_dot", p.name);
    }
    out + &format!("    c.tangent(real::f::jvp({args}{dots}), &flat);\n")
}

fn interpreted(program: &Program) -> String {
    let Ok(outcome) = interp::run(program, arguments(program)) else {
        return String::new();
    };
    let bits = |x: &f64| format!("{:#x}", x.to_bits());
    let gradient = &outcome.value.eps[..directions(program)];
    let gradient: Vec<String> = gradient.iter().map(bits).collect();
    let value = bits(&outcome.value.re);
    format!("    c.interpreted({value}, &[{}]);\n", gradient.join(", "))
}

fn list(params: &[Param], f: impl Fn(&Param) -> String) -> String {
    let parts: Vec<String> = params.iter().map(f).collect();
    parts.join(", ")
}

fn argument(p: &Param) -> String {
    match p.ty {
        Ty::Slice(_) | Ty::ArrayRef(_) => format!("&{}", p.name),
        Ty::Vec(_) => format!("{}.clone()", p.name),
        _ => p.name.clone(),
    }
}

fn lifted(p: &Param) -> String {
    let mark = if matches!(p.ty, Ty::Slice(_) | Ty::ArrayRef(_)) {
        "&"
    } else {
        ""
    };
    match (p.ty, p.varied()) {
        (Ty::Usize | Ty::I32 | Ty::Bool, _) => p.name.clone(),
        (_, true) => format!("{mark}seeds.varied(&{})", p.name),
        (_, false) => format!("{mark}seeds.fixed(&{})", p.name),
    }
}

/// A value of the shape of `ty` with `x` everywhere.
fn filled(ty: Ty, x: &str) -> String {
    match ty {
        Ty::Pair => format!("({x}, {x})"),
        Ty::Matrix(m, n) => format!("[[{x}; {n}]; {m}]"),
        Ty::Array(n) | Ty::ArrayRef(n) => format!("[{x}; {n}]"),
        Ty::Vec(n) | Ty::Slice(n) => format!("vec![{x}; {n}]"),
        _ => x.to_string(),
    }
}

fn literal(ty: Ty, input: &Input) -> String {
    let xs = match input {
        Input::Int(k) => return format!("{k}"),
        Input::Bool(b) => return format!("{b}"),
        Input::Reals(xs) => xs,
    };
    let row = |xs: &[f64]| {
        let parts: Vec<String> = xs.iter().map(|x| format!("{x:?}_f64")).collect();
        parts.join(", ")
    };
    match ty {
        Ty::Real => row(xs),
        Ty::Pair => format!("({})", row(xs)),
        Ty::Matrix(_, n) => {
            let rows: Vec<String> = xs.chunks(n).map(|r| format!("[{}]", row(r))).collect();
            format!("[{}]", rows.join(", "))
        }
        Ty::Array(_) | Ty::ArrayRef(_) => format!("[{}]", row(xs)),
        _ => format!("vec![{}]", row(xs)),
    }
}
