//! What the examples and the README differentiate, small.

use conservative_grad::{conservative_grad, relu};

use crate::table::Expected::Conservative;
use crate::table::{Family, LINE, PLANE, program};

const WINES: [[f64; 2]; 4] = [[0.3, -1.0], [-0.7, 0.4], [1.1, 0.9], [-0.2, -0.6]];
const GRADES: [f64; 4] = [0.5, -0.3, 0.8, 0.1];
const WEIGHTS: [(f64, f64); 9] = [(-1.0, 1.1); 9];

// The network of the quickstart with two hidden units, absolute errors and an l1 penalty: a composition of relu, absolute
// values and products (Theorem S).
#[conservative_grad]
fn network_loss(w: &[f64]) -> f64 {
    let mut error = 0.0;
    for i in 0..4 {
        let mut output = w[8];
        for unit in 0..2 {
            let start = unit * 4;
            let mut activation = w[start + 2];
            for j in 0..2 {
                activation += w[start + j] * WINES[i][j];
            }
            output += w[start + 3] * relu(activation);
        }
        error += (output - GRADES[i]).abs();
    }
    let mut size = 0.0;
    for i in 0..w.len() {
        size += w[i].abs();
    }
    error / 4.0 + 3e-3 * size
}

// Two spellings of relu and their mean, as in `what_backprop_computes`.
#[conservative_grad]
fn spellings(x: f64) -> f64 {
    let (one, two) = (relu(x), relu(-x) + x);
    one + 0.5 * (one + two) * two
}

// max and min of the same pair add up to the sum of both.
#[conservative_grad]
fn max_plus_min(x: f64, y: f64) -> f64 {
    x.max(y) + x.min(y) + (x * y).max(0.0)
}

pub(crate) const EXAMPLES: Family = Family {
    name: "examples",
    programs: &[
        program!(
            "network with absolute errors",
            network_loss[..],
            WEIGHTS,
            Conservative
        ),
        program!("three spellings of relu", spellings(0), LINE, Conservative),
        program!(
            "max and min of one pair",
            max_plus_min(0, 1),
            PLANE,
            Conservative
        ),
    ],
};
