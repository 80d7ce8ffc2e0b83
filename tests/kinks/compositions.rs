//! A thousand random compositions, with and without products.

use conservative_grad::check::SplitMix64;
use conservative_grad::*;

use crate::subject::{Subject, integers};

/// The operation, the registers of its operands, a constant.
type Instruction = (usize, usize, usize, f64);

const OPERATIONS: usize = 19;

/// Runs a program on a list of registers, the first of which are the inputs; each instruction appends one.
#[conservative_grad]
fn machine(x: &[f64], #[constant] program: &[(usize, usize, usize, f64)]) -> f64 {
    let n = x.len();
    let mut r = vec![0.0; n + program.len()];
    r[..n].copy_from_slice(x);
    for k in 0..program.len() {
        let (operation, i, j, c) = program[k];
        let (a, b) = (r[i], r[j]);
        r[n + k] = match operation {
            0 => a + b,
            1 => a - b,
            2 => c * a,
            3 => a + c,
            4 => a.abs(),
            5 => relu(a),
            6 => leaky_relu(a, 0.5),
            7 => a.max(b),
            8 => a.min(b),
            9 => a.clamp(-1.0, 1.0),
            10 => relu6(a),
            11 => hardtanh(a),
            12 => softshrink(a, 1.0),
            13 => hinge(a),
            14 => max_of(&[a, b, c]),
            15 => {
                let y = sorted(&[a, b, -a]);
                y[0] + 2.0 * y[1] + 4.0 * y[2]
            }
            16 => median(&[a, b, c]),
            17 => l1_norm(&[a, b]) + linf_norm(&[a - b, a]),
            _ => {
                if a > b {
                    2.0 * a - b
                } else {
                    a
                }
            }
        };
    }
    r[n + program.len() - 1]
}

/// With products: piecewise quadratic.
#[conservative_grad]
fn products(x: &[f64], #[constant] program: &[(usize, usize, usize, f64)]) -> f64 {
    let y = machine(x, program);
    y * x[0] + relu(y - x[1]) * y
}

fn program(rng: &mut SplitMix64, inputs: usize) -> Vec<Instruction> {
    let length = 3 + rng.below(8);
    (0..length)
        .map(|k| {
            // What was computed last is used more often.
            let register = |rng: &mut SplitMix64| match rng.below(2) {
                0 if k > 0 => inputs + k - 1,
                _ => rng.below(inputs + k),
            };
            let (a, b) = (register(rng), register(rng));
            (rng.below(OPERATIONS), a, b, rng.below(5) as f64 - 2.0)
        })
        .collect()
}

/// Exact ties with and without products: a thousand programs.
#[test]
fn random_compositions() {
    let mut rng = SplitMix64::new(20);
    let (mut compared, mut several, mut other, mut tied) = (0, 0, 0, 0);
    for k in 0..1000 {
        let inputs = 2 + rng.below(3);
        let code = program(&mut rng, inputs);
        let x = integers(&mut rng, inputs, 2);
        let curved = k % 4 == 0;
        let gradient = |x: &[f64], sel: &mut dyn Selection| match curved {
            true => products::value_and_grad_with(sel, x, &code),
            false => machine::value_and_grad_with(sel, x, &code),
        };
        let tangent = |x: &[f64], d: &[f64], sel: &mut dyn Selection| match curved {
            true => products::jvp_with(sel, x, &code, d),
            false => machine::jvp_with(sel, x, &code, d),
        };
        let subject = Subject {
            name: format!("program {k}, {code:?}"),
            gradient: &gradient,
            tangent: &tangent,
        };
        tied += usize::from(products::trace(&x, &code).ties().next().is_some());
        compared += subject.satisfies_the_projection_formula(&x, &mut rng);
        several += usize::from(subject.vertices(&x).elements.len() > 1);
        other += usize::from(subject.is_locked_to_a_limit(&x, &mut rng));
    }
    println!(
        "tied: {tied}, several elements: {several}, locked to another element: {other}, products: {compared}"
    );
    assert!(tied > 800 && several > 250 && other > 150 && compared > 8000);
}
