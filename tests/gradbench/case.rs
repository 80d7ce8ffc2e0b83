//! Reading a stored case, and the measure by which an answer is judged.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// Largest deviation allowed, relative to the largest number of the reference array.
const TOLERANCE: f64 = 1e-10;

/// One stored case: the inputs of a problem and the answers to them.
pub(crate) struct Case {
    name: String,
    json: Value,
}

impl Case {
    fn read(path: &Path) -> Case {
        let text = std::fs::read_to_string(path).expect("a stored case is readable");
        let json = serde_json::from_str(&text).expect("a stored case is JSON");
        Case {
            name: path.display().to_string(),
            json,
        }
    }

    /// The number at a JSON pointer such as `/input/gamma`.
    pub(crate) fn number(&self, pointer: &str) -> f64 {
        self.at(pointer).as_f64().expect(pointer)
    }

    /// The non-negative integer at a JSON pointer.
    pub(crate) fn count(&self, pointer: &str) -> usize {
        self.at(pointer).as_u64().expect(pointer) as usize
    }

    /// Every number below a JSON pointer, nested arrays flattened row by row.
    pub(crate) fn numbers(&self, pointer: &str) -> Vec<f64> {
        let mut numbers = Vec::new();
        flatten(self.at(pointer), &mut numbers);
        numbers
    }

    /// Compares one output array with the reference at `pointer`.
    pub(crate) fn assert_close(&self, pointer: &str, got: &[f64]) {
        let want = self.numbers(pointer);
        assert_eq!(got.len(), want.len(), "{}: length of {pointer}", self.name);
        let scale = want.iter().fold(0.0, |scale: f64, x| scale.max(x.abs()));
        self.assert_within(pointer, got, &want, TOLERANCE * scale);
    }

    /// Compares with the reference at `pointer` up to an absolute error, for references that are zero in exact arithmetic.
    pub(crate) fn assert_within_absolute(&self, pointer: &str, got: &[f64], error: f64) {
        self.assert_within(pointer, got, &self.numbers(pointer), error);
    }

    fn assert_within(&self, pointer: &str, got: &[f64], want: &[f64], error: f64) {
        for (i, (got, want)) in got.iter().zip(want).enumerate() {
            let deviation = (got - want).abs();
            assert!(
                deviation <= error,
                "{}: {pointer}[{i}] is {got:e}, the reference {want:e} (allowed {error:e})",
                self.name
            );
        }
    }

    fn at(&self, pointer: &str) -> &Value {
        self.json
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{}: nothing at {pointer}", self.name))
    }
}

/// All cases of one problem whose file names start with one of `prefixes`, in alphabetical order.
pub(crate) fn cases(problem: &str, prefixes: &[&str]) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/gradbench")
        .join(problem);
    let entries = std::fs::read_dir(&folder).expect("the folder of a problem exists");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable entry").path())
        .collect();
    paths.retain(|path| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    });
    paths.sort();
    assert!(!paths.is_empty(), "no case in {}", folder.display());
    paths.iter().map(|path| Case::read(path)).collect()
}

/// A direction without symmetries, the same in every run.
pub(crate) fn direction(n: usize) -> Vec<f64> {
    (0..n)
        .map(|i| ((i * 37 + 11) % 17) as f64 / 8.0 - 1.0)
        .collect()
}

/// Forward and reverse mode have to agree along a direction: `slope` is the inner product.
pub(crate) fn assert_adjoint(slope: f64, gradient: &[f64], direction: &[f64]) {
    let terms = || gradient.iter().zip(direction).map(|(g, d)| g * d);
    let scale: f64 = terms().map(f64::abs).sum();
    let product: f64 = terms().sum();
    assert!(
        (slope - product).abs() <= 1e-12 * scale,
        "jvp gives {slope:e}, the gradient {product:e}"
    );
}

fn flatten(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, numbers)),
        _ => numbers.push(value.as_f64().expect("a number")),
    }
}
