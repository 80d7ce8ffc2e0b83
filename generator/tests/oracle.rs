//! The generator's own answer is checked before it is used to check others.

use program_generator::ast::{Input, Program};
use program_generator::dual::direction;
use program_generator::generate::{arguments, directions, program};
use program_generator::interp::{Outcome, run};

/// A run with every input moved that has a share in `direction`, at its rate.
fn moved(program: &Program, along: usize, by: f64) -> Option<Outcome> {
    let mut copy = program.clone();
    let mut next = 0;
    let params = program.main().params.iter().zip(&mut copy.inputs);
    for (p, input) in params {
        let Input::Reals(xs) = input else { continue };
        if !p.varied() {
            continue;
        }
        for x in xs {
            let (at, rate) = direction(next);
            if at == along {
                *x += by * rate;
            }
            next += 1;
        }
    }
    run(&copy, arguments(&copy)).ok()
}

/// Central difference in `direction`, where no decision changes on the way.
fn difference(program: &Program, here: &Outcome, direction: usize) -> Option<f64> {
    let h = 1e-6;
    let (a, b) = (
        moved(program, direction, h)?,
        moved(program, direction, -h)?,
    );
    let same = a.decisions == here.decisions && b.decisions == here.decisions;
    same.then(|| (a.weighed().re - b.weighed().re) / (2.0 * h))
}

#[test]
fn dual_numbers_agree_with_central_differences() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for seed in 1..=120 {
        let program = program(seed);
        let here = run(&program, arguments(&program)).expect("the generator keeps what runs");
        let here_value = here.weighed();
        // A path sum this large goes with second derivatives that differences cannot resolve.
        let smooth = if here_value.path < 100.0 {
            directions(&program)
        } else {
            0
        };
        for k in 0..smooth {
            let Some(slope) = difference(&program, &here, k) else {
                continue;
            };
            compared += 1;
            let scale = here_value.path.max(here_value.re.abs()).max(1.0);
            if (slope - here_value.eps[k]).abs() > 1e-5 * scale {
                wrong.push((seed, k, slope, here_value.eps[k]));
            }
        }
    }
    assert!(compared > 300, "only {compared} entries were compared");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_seed_names_one_program() {
    assert_eq!(program(7), program(7));
    assert_ne!(program(7), program(8));
}
