//! Iterations whose number depends on the data.

use conservative_grad::check::Verdict::{Jump, TruncatedIteration};
use conservative_grad::conservative_grad;

use crate::table::Expected::{Conservative, Refuted};
use crate::table::{Family, LINE, PLANE, program};

const POSITIVE: [(f64, f64); 1] = [(1.1, 9.7)];

// A count is an integer made of a real number: a step function.
#[conservative_grad]
fn count(x: f64) -> f64 {
    let mut y = x;
    let mut n = 0.0;
    while y > 1.0 {
        y *= 0.5;
        n += 1.0;
    }
    y + n
}

// The last halving takes 1 to 1/2.
#[conservative_grad]
fn halve(x: f64) -> f64 {
    let mut y = x;
    while y > 1.0 {
        y *= 0.5;
    }
    y
}

// Newton's iteration, stopped by the error: one step more or less shows.
#[conservative_grad]
fn newton(x: f64) -> f64 {
    let mut y = x;
    while y * y - x > 1e-4 {
        y = 0.5 * (y + x / y);
    }
    y
}

// A geometric series, cut off where its terms are small.
#[conservative_grad]
fn series(x: f64, y: f64) -> f64 {
    let q = 0.6 + 0.1 * x.sin();
    let (mut s, mut term) = (0.0, 1.0);
    while term > 1e-3 {
        s += term;
        term *= q;
    }
    s + y
}

// x takes the root of what is above 1; one more would have changed nothing, for √1 = 1. The slopes differ.
#[conservative_grad]
fn subtract(x: f64) -> f64 {
    let mut y = x * x;
    let mut back = 0.0;
    while y > 1.0 {
        y -= 1.0;
        back += 1.0;
    }
    y + back
}

// Halve and double: the product stays, whatever the count.
#[conservative_grad]
fn scale_back(x: f64, y: f64) -> f64 {
    let mut u = 5.0 + x;
    let mut k = 1.0;
    while u > 2.0 {
        u *= 0.5;
        k *= 2.0;
    }
    u * k + y * y
}

// An exponential by halving the argument and squaring: what is returned does not depend on how often, but for rounding.
#[conservative_grad]
fn squaring(x: f64) -> f64 {
    let mut u = x;
    let mut n = 0;
    while u.abs() > 0.25 {
        u *= 0.5;
        n += 1;
    }
    let mut e = u.exp();
    for _ in 0..n {
        e *= e;
    }
    e
}

// A walk through segments of given lengths, which stops within the last one begun: piecewise linear and continuous.
#[conservative_grad]
fn walk(x: f64, y: f64) -> f64 {
    let mut left = x + 3.0;
    let mut cost = y * y;
    let mut price = 1.0;
    while left > 0.75 {
        left -= 0.75;
        cost += 0.75 * price;
        price += 0.5;
    }
    cost + left * price
}

// The break comes before or after the update; here before, and what was added is lost.
#[conservative_grad]
fn early_break(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if s > 1.0 {
            break;
        }
        s += x[i] * x[i];
    }
    s
}

// The sum is capped and the loop left when it is: nothing is lost.
#[conservative_grad]
fn capped(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
        if s > 1.0 {
            s = 1.0;
            break;
        }
    }
    s
}

pub(crate) const COUNTS: Family = Family {
    name: "number of iterations depends on the data",
    programs: &[
        program!(
            "halvings until below 1, counted",
            count(0),
            POSITIVE,
            Refuted(Jump, "y > 1.0")
        ),
        program!(
            "halve until below 1",
            halve(0),
            POSITIVE,
            Refuted(Jump, "y > 1.0")
        ),
        program!(
            "√x by Newton until error < 1e-4",
            newton(0),
            POSITIVE,
            Refuted(TruncatedIteration, "y * y - x > 1e-4")
        ),
        program!(
            "series until term < 1e-3",
            series(0, 1),
            PLANE,
            Refuted(TruncatedIteration, "term > 1e-3")
        ),
        program!(
            "sum left when above 1",
            early_break[..],
            crate::table::SPACE,
            Refuted(Jump, "s > 1.0")
        ),
        program!(
            "subtract 1 while above 1, add up",
            subtract(0),
            LINE,
            Conservative
        ),
        program!(
            "halve and scale back",
            scale_back(0, 1),
            PLANE,
            Conservative
        ),
        program!(
            "eˣ by halving and squaring",
            squaring(0),
            LINE,
            Conservative
        ),
        program!("piecewise linear cost", walk(0, 1), PLANE, Conservative),
        program!(
            "capped sum, left at the cap",
            capped[..],
            crate::table::SPACE,
            Conservative
        ),
    ],
};
