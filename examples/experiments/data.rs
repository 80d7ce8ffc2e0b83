//! Two data sets of classification, and their splits.

use fastrand::Rng;
use std::collections::BTreeMap;

/// Examples: `xs` row by row, and the class of each.
#[derive(Clone)]
pub(crate) struct Data {
    pub(crate) name: &'static str,
    pub(crate) inputs: usize,
    pub(crate) classes: usize,
    pub(crate) xs: Vec<f64>,
    pub(crate) labels: Vec<usize>,
}

/// Training and held-out examples.
pub(crate) struct Split {
    pub(crate) training: Data,
    pub(crate) held_out: Data,
}

/// The 8×8 digits: 1,797 images with pixels from 0 to 1 (see examples/data/README.md).
pub(crate) fn digits() -> Data {
    let text = include_str!("../data/digits.txt");
    let (mut xs, mut labels) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let (pixels, label) = line.split_once(' ').expect("pixels and a label");
        let grey = |c: char| f64::from(c.to_digit(17).expect("a digit of base 17")) / 16.0;
        xs.extend(pixels.chars().map(grey));
        labels.push(label.parse().expect("a label"));
    }
    Data {
        name: "digits",
        inputs: 64,
        classes: 10,
        xs,
        labels,
    }
}

/// The 1,599 red wines that `linfa-datasets` ships: eleven measurements, and the grade from 3 to 8 that tasters gave.
pub(crate) fn wines() -> Data {
    let data = linfa_datasets::winequality();
    Data {
        name: "wine quality",
        inputs: data.records.ncols(),
        classes: 6,
        xs: data.records.iter().copied().collect(),
        labels: data.targets.iter().map(|grade| grade - 3).collect(),
    }
}

impl Data {
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.xs[i * self.inputs..(i + 1) * self.inputs]
    }

    /// These rows, in this order.
    pub(crate) fn rows(&self, which: &[usize]) -> Data {
        Data {
            xs: which.iter().flat_map(|&i| self.row(i)).copied().collect(),
            labels: which.iter().map(|&i| self.labels[i]).collect(),
            ..*self
        }
    }

    /// Holds out a fifth of each class, and standardises. Some wines stand in the data more than once; all copies go to the same side.
    pub(crate) fn split(&self, seed: u64) -> Split {
        let mut split = self.divide(seed);
        split.standardise();
        split
    }

    /// As [`Data::split`], with the inputs as they are.
    pub(crate) fn divide(&self, seed: u64) -> Split {
        let mut random = Rng::with_seed(seed);
        let mut copies: BTreeMap<(usize, Vec<u64>), Vec<usize>> = BTreeMap::new();
        for i in 0..self.len() {
            let bits = self.row(i).iter().map(|x| x.to_bits()).collect();
            copies.entry((self.labels[i], bits)).or_default().push(i);
        }
        let (mut training, mut held_out) = (Vec::new(), Vec::new());
        for class in 0..self.classes {
            let of_class = copies.iter().filter(|((label, _), _)| *label == class);
            let mut groups: Vec<&Vec<usize>> = of_class.map(|(_, group)| group).collect();
            random.shuffle(&mut groups);
            let size: usize = groups.iter().map(|group| group.len()).sum();
            let mut held = 0;
            for group in groups {
                if held * 5 < size {
                    held += group.len();
                    held_out.extend_from_slice(group);
                } else {
                    training.extend_from_slice(group);
                }
            }
        }
        Split {
            training: self.rows(&training),
            held_out: self.rows(&held_out),
        }
    }
}

impl Split {
    /// Shifts and scales every input to mean 0 and variance 1 over the training examples. Inputs that hardly change (pixels at the rim) are only shifted.
    fn standardise(&mut self) {
        let (n, inputs) = (self.training.len() as f64, self.training.inputs);
        for j in 0..inputs {
            let column = || self.training.xs.iter().skip(j).step_by(inputs);
            let mean = column().sum::<f64>() / n;
            let variance = column().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            let scale = variance.sqrt();
            let scale = if scale > 0.05 { scale } else { 1.0 };
            for data in [&mut self.training, &mut self.held_out] {
                data.xs
                    .iter_mut()
                    .skip(j)
                    .step_by(inputs)
                    .for_each(|x| *x = (*x - mean) / scale);
            }
        }
    }
}

/// Standard normal (Box and Muller).
pub(crate) fn normal(random: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

pub(crate) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// Standard deviation of the sample.
pub(crate) fn deviation(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    let squares: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    (squares / (numbers.len() - 1) as f64).sqrt()
}
