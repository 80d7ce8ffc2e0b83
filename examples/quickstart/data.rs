//! The wine-quality data: read, split, standardise, shuffle.

use std::f64::consts::TAU;

/// One wine: eleven measurements and the grade that tasters gave it.
#[derive(Clone, PartialEq, PartialOrd)]
pub(crate) struct Wine {
    pub(crate) measurements: Vec<f64>,
    pub(crate) grade: f64,
}

/// Training and held-out wines of one split, standardised by the training wines.
pub(crate) struct Split {
    pub(crate) training: Vec<Wine>,
    pub(crate) held_out: Vec<Wine>,
}

/// The 1,599 red wines that the crate `linfa-datasets` ships.
pub(crate) fn wines() -> Vec<Wine> {
    let data = linfa_datasets::winequality();
    let wine = |i: usize| Wine {
        measurements: data.records.row(i).to_vec(),
        grade: data.targets[i] as f64,
    };
    (0..data.records.nrows()).map(wine).collect()
}

/// Holds out a fifth. Some wines stand in the data more than once; all copies go to the same side.
pub(crate) fn split(wines: &[Wine], random: &mut Random) -> Split {
    let mut sorted = wines.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("no NaN in the data"));
    let mut groups: Vec<&[Wine]> = sorted.chunk_by(PartialEq::eq).collect();
    random.shuffle(&mut groups);
    let (mut held_out, mut training) = (Vec::new(), Vec::new());
    for group in groups {
        let full = held_out.len() >= wines.len() / 5;
        let side = if full { &mut training } else { &mut held_out };
        side.extend_from_slice(group);
    }
    standardise(training, held_out)
}

/// Gives every measurement mean 0 and variance 1 over the training wines.
fn standardise(mut training: Vec<Wine>, mut held_out: Vec<Wine>) -> Split {
    let n = training.len() as f64;
    for j in 0..training[0].measurements.len() {
        let column = || training.iter().map(|wine| wine.measurements[j]);
        let mean = column().sum::<f64>() / n;
        let deviation = (column().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        for wine in training.iter_mut().chain(&mut held_out) {
            wine.measurements[j] = (wine.measurements[j] - mean) / deviation;
        }
    }
    Split { training, held_out }
}

/// The arrays that the model reads: all measurements row by row, and all grades.
pub(crate) fn arrays(wines: &[Wine]) -> (Vec<f64>, Vec<f64>) {
    let measurements = wines
        .iter()
        .flat_map(|wine| wine.measurements.iter().copied());
    (
        measurements.collect(),
        wines.iter().map(|wine| wine.grade).collect(),
    )
}

/// The median grade: the best constant prediction for the absolute error.
pub(crate) fn median_grade(wines: &[Wine]) -> f64 {
    let mut grades: Vec<f64> = wines.iter().map(|wine| wine.grade).collect();
    grades.sort_by(f64::total_cmp);
    grades[grades.len() / 2]
}

/// Mean absolute error of a prediction.
pub(crate) fn mean_absolute_error(wines: &[Wine], predict: impl Fn(&[f64]) -> f64) -> f64 {
    let error = |wine: &Wine| (predict(&wine.measurements) - wine.grade).abs();
    wines.iter().map(error).sum::<f64>() / wines.len() as f64
}

/// A small seeded generator (splitmix64), so that every run prints the same numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal (Box–Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (TAU * self.uniform()).cos()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = (self.uniform() * (i + 1) as f64) as usize;
            items.swap(i, j);
        }
    }
}
