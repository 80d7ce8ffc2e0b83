//! What is really taken near a point.

use super::script::{Met, Script};
use super::{Function, moved};
use crate::decision::Decision;

/// Powers of 1/2 by which points are approached.
const NEAR: [i32; 3] = [14, 20, 26];

/// Runs at points near `x` in the wedge of some directions: x + δ m₁ + δ² m₂ + …, for falling δ.
pub(super) struct Probes {
    runs: Vec<Vec<Met>>,
}

impl Probes {
    pub(super) fn new(function: &Function<'_>, x: &[f64], directions: &[Vec<f64>]) -> Probes {
        let run = |power: &i32| {
            let mut takes_default = |_: usize, met: &Met| met.default;
            let mut script = Script::new(&[], &mut takes_default);
            let _ = function(&near(x, directions, *power), &mut script);
            script.met
        };
        Probes {
            runs: NEAR.iter().map(run).collect(),
        }
    }

    /// Whether the condition of a branch holds near the point, if that settles.
    pub(super) fn taken(&self, at: &Met) -> Option<Decision> {
        let same = |met: &&Met| met.site.key() == at.site.key() && met.occurrence == at.occurrence;
        let sides = self.runs.iter().map(|run| {
            let met = run.iter().find(same)?;
            match met.default {
                Decision::Tie(weight) if weight > 0.5 => Some(Decision::Above),
                Decision::Tie(_) => Some(Decision::Below),
                side => Some(side),
            }
        });
        let sides: Option<Vec<Decision>> = sides.collect();
        let sides = sides?;
        let first = sides.first().copied()?;
        sides.iter().all(|side| *side == first).then_some(first)
    }
}

/// x + δ m₁ + δ² m₂ + … with δ = 2^-power of the size of x.
pub(super) fn near(x: &[f64], directions: &[Vec<f64>], power: i32) -> Vec<f64> {
    let size = x.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
    let mut by = 1.0;
    let mut point = x.to_vec();
    for direction in directions {
        by *= 0.5_f64.powi(power);
        point = moved(&point, size * by, direction);
    }
    point
}
