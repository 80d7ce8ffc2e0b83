//! Source of functions of any size, the same on every run.

use std::fmt::Write;

/// `count` functions of `size` statements each.
pub(crate) fn with_functions(count: usize, size: usize, annotated: bool) -> String {
    let mut source = head(annotated);
    for i in 0..count {
        source += &function(i, size, annotated);
    }
    source
}

fn head(annotated: bool) -> String {
    let import = if annotated {
        "use conservative_grad::conservative_grad;\n"
    } else {
        ""
    };
    format!("// Written by `compile-time`.\n{import}")
}

/// A function of two slices whose statements come in groups of ten: arithmetic and elementary functions of what was computed
/// just before, a loop over a slice, a branch, a store into an array. Loops and branches count with what is in them.
fn function(number: usize, size: usize, annotated: bool) -> String {
    let attribute = if annotated {
        "#[conservative_grad]\n"
    } else {
        ""
    };
    let mut f = format!(
        "\n{attribute}pub fn step_{number}(x: &[f64], w: &[f64]) -> f64 {{\n    let n = x.len();\n    \
         let mut y = vec![0.0; n];\n    let mut s = 0.0;\n    let v0 = x[0] * w[0];\n"
    );
    let mut value = 0;
    let mut statements = 5;
    while statements < size {
        let at = value;
        let group = [
            format!("let v{} = v{at} * x[{}] + 0.5;", at + 1, at % 7),
            format!(
                "let v{} = (v{} * w[{}]).sin() * 0.5;",
                at + 2,
                at + 1,
                at % 5
            ),
            format!("y[{}] = v{} * v{} + w[1];", at % 6, at + 2, at + 1),
            format!(
                "for i in 0..n {{ let e = x[i] * v{} - w[i]; s += e * e; }}",
                at + 2
            ),
            format!(
                "let v{} = if v{} > 0.25 {{ v{} - 0.25 }} else {{ 0.25 - v{} }};",
                at + 3,
                at + 2,
                at + 2,
                at + 2
            ),
            format!(
                "let v{} = (v{} + y[{}]) / (1.0 + v{} * v{});",
                at + 4,
                at + 3,
                at % 6,
                at + 1,
                at + 1
            ),
            format!("s += v{} * v{};", at + 4, at + 3),
        ];
        // The loop and its two statements, the branch and its two: ten with the other five.
        let costs = [1, 1, 1, 3, 2, 1, 1];
        for (line, cost) in group.iter().zip(costs) {
            if statements >= size {
                break;
            }
            let _ = writeln!(f, "    {line}");
            statements += cost;
            value = if line.starts_with("let v") {
                value + 1
            } else {
                value
            };
        }
    }
    let _ = writeln!(f, "    s + v{value}\n}}");
    f
}

/// `length` functions, each of which calls the next.
pub(crate) fn chain(length: usize, recursion_limit: Option<usize>) -> String {
    let limit = recursion_limit.map(|n| format!("#![recursion_limit = \"{n}\"]\n"));
    let mut source = limit.unwrap_or_default() + &head(true);
    for i in 0..length - 1 {
        let _ = write!(
            source,
            "\n#[conservative_grad]\npub fn link_{i}(x: f64, w: &[f64]) -> f64 {{\n    \
             link_{}(x * w[{}], w) + x.sin()\n}}\n",
            i + 1,
            i % 4
        );
    }
    let _ = write!(
        source,
        "\n#[conservative_grad]\npub fn link_{}(x: f64, w: &[f64]) -> f64 {{\n    x * w[0]\n}}\n",
        length - 1
    );
    source
}
