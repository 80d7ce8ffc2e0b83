//! A file with both forms of some programs and the code that compares them.

mod checks;

use std::fmt::Write;

use crate::ast::{Input, Param, Program, Ty};
use crate::generate::{arguments, directions, inputs};
use crate::interp;
use crate::print::{self, Form};

/// What a file checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Only that the values of the plain form, the dual form and the interpreter agree.
    Values,
    /// Everything that the attribute generates, too.
    Gradients,
    /// The same, compared with the interpreter alone: the form on dual numbers is left out, and of
    /// three programs in four the selections. For many programs at a time.
    Quick,
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
        Check::Gradients | Check::Quick => Form::Annotated,
    };
    let imports = match check {
        Check::Values => "program_generator::compare::plain::*",
        Check::Gradients | Check::Quick => {
            "conservative_grad::{conservative_grad, leaky_relu, relu}"
        }
    };
    let mut out = format!("// seed {}\npub mod {name} {{\n", program.seed);
    let _ = writeln!(out, "pub mod real {{\n    use {imports};");
    out += &print::program(program, form);
    out += "}\n";
    if check != Check::Quick {
        out += "pub mod dual {\n    use program_generator::dual::*;\n";
        out += &print::program(program, Form::Dual);
        out += "}\n";
    }
    out += &checker(program, check);
    out + "}\n"
}

fn checker(program: &Program, check: Check) -> String {
    let mut out = String::from("pub fn check() -> Result<(), String> {\n");
    out += "    use program_generator::compare::{BEFORE, Comparison, Flat, SEED, Seeds};\n";
    out += "    let mut seeds = Seeds::default();\n";
    let params = &program.main().params;
    for (p, input) in params.iter().zip(&program.inputs) {
        let _ = writeln!(out, "    let {} = {};", p.name, literal(p.ty, input));
        if check == Check::Quick {
            continue;
        }
        let mutable = if p.in_place() { "mut " } else { "" };
        let _ = writeln!(out, "    let {mutable}{}_dual = {};", p.name, lifted(p));
    }
    if check == Check::Quick {
        out += &checks::primal_alone(params);
        out += &outputs(program);
    } else {
        out += &checks::primal(params);
        out += &interpreted(program);
    }
    if check != Check::Values {
        let all = check == Check::Gradients || program.seed.is_multiple_of(4);
        out += &checks::derivatives(program.main(), all);
    }
    out + "    comparison.finish()\n}\n"
}

/// What the interpreter gave, as the only answer.
fn outputs(program: &Program) -> String {
    let outcome = interp::run(program, arguments(program));
    let outputs = outcome.map(|o| o.outputs).unwrap_or_default();
    let n = directions(program);
    let bits = |x: &f64| format!("{:#x}", x.to_bits());
    let one = |y: &crate::dual::Dual| {
        let eps: Vec<String> = y.eps[..n].iter().map(bits).collect();
        format!("({}, &[{}])", bits(&y.re), eps.join(", "))
    };
    let outputs: Vec<String> = outputs.iter().map(one).collect();
    format!(
        "    let mut comparison = Comparison::with(&values, &[{}], {});\n",
        outputs.join(", "),
        inputs(program)
    )
}

fn interpreted(program: &Program) -> String {
    let Ok(outcome) = interp::run(program, arguments(program)) else {
        return String::new();
    };
    let bits = |x: f64| format!("{:#x}", x.to_bits());
    let gradient = &outcome.weighed().eps[..directions(program)];
    let gradient: Vec<String> = gradient.iter().map(|&x| bits(x)).collect();
    let values: Vec<String> = outcome.outputs.iter().map(|y| bits(y.re)).collect();
    format!(
        "    comparison.interpreted(&[{}], &[{}]);\n",
        values.join(", "),
        gradient.join(", ")
    )
}

fn lifted(p: &Param) -> String {
    match (p.ty, p.varied()) {
        (Ty::Usize | Ty::I32 | Ty::Bool, _) => p.name.clone(),
        (_, true) => format!("seeds.varied(&{})", p.name),
        (_, false) => format!("seeds.fixed(&{})", p.name),
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
        Ty::Real | Ty::RealMut => row(xs),
        Ty::Pair | Ty::PairMut => format!("({})", row(xs)),
        Ty::Matrix(_, n) => {
            let rows: Vec<String> = xs.chunks(n).map(|r| format!("[{}]", row(r))).collect();
            format!("[{}]", rows.join(", "))
        }
        Ty::Array(_) | Ty::ArrayRef(_) => format!("[{}]", row(xs)),
        _ => format!("vec![{}]", row(xs)),
    }
}
