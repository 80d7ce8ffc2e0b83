//! The nonsmooth test set in `tests/data/nonsmooth_suite`: problems with published optima, as plain annotated functions.

#[path = "fixed.rs"]
mod fixed;
#[path = "scalable.rs"]
mod scalable;

use conservative_grad::Selection;
use serde_json::Value;

/// Value and gradient under a selection.
type Function = Box<dyn Fn(&[f64], &mut dyn Selection) -> (f64, Vec<f64>)>;

/// A problem of the set.
pub(crate) struct Problem {
    pub(crate) name: String,
    pub(crate) f: Function,
    pub(crate) convex: bool,
    pub(crate) optimum: f64,
    pub(crate) start: Vec<f64>,
    pub(crate) points: Vec<Point>,
}

/// A point with reference data.
pub(crate) struct Point {
    pub(crate) x: Vec<f64>,
    pub(crate) f: f64,
    pub(crate) g: Vec<f64>,
    pub(crate) differentiable: bool,
}

/// All of the set, in the order of the file.
pub(crate) fn problems() -> Vec<Problem> {
    let suite = include_str!("../data/nonsmooth_suite/suite.json");
    let suite: Value = serde_json::from_str(suite).expect("JSON");
    let problems = suite["problems"].as_object().expect("problems");
    problems
        .iter()
        .map(|(name, data)| read(name, data))
        .collect()
}

fn read(name: &str, data: &Value) -> Problem {
    let points: Vec<Point> = list(&data["points"]).iter().map(point).collect();
    Problem {
        name: name.to_owned(),
        f: function(data["problem"].as_str().expect("a name")),
        convex: data["convex"].as_bool().expect("yes or no"),
        optimum: number(&data["known_optimum"]),
        start: points[0].x.clone(),
        points,
    }
}

fn point(data: &Value) -> Point {
    Point {
        x: numbers(&data["x"]),
        f: number(&data["f"]),
        g: numbers(&data["g"]),
        differentiable: data["differentiable"].as_bool().expect("yes or no"),
    }
}

/// A scalable problem at another dimension: function, start, optimum.
pub(crate) fn scaled(problem: &str, n: usize) -> (Function, Vec<f64>, f64) {
    let (start, optimum) = match problem {
        "chained_lq" => (-0.5, -((n - 1) as f64) * 2f64.sqrt()),
        "chained_cb3_1" | "chained_cb3_2" => (2.0, 2.0 * (n - 1) as f64),
        "active_faces" => (1.0, 0.0),
        "absval" => (2.0, 0.0),
        other => panic!("the start of {other} at another dimension is not written down here"),
    };
    (function(problem), vec![start; n], optimum)
}

/// The annotated function under a selection.
macro_rules! under_selection {
    ($f:path) => {{
        use $f as f;
        Box::new(|x: &[f64], selection: &mut dyn Selection| f::value_and_grad_with(selection, x))
    }};
}

fn function(problem: &str) -> Function {
    match problem {
        "maxq_gen" | "maxq" => under_selection!(scalable::maxq),
        "mxhilb_gen" => under_selection!(scalable::mxhilb),
        "chained_lq" | "lq" => under_selection!(scalable::chained_lq),
        "chained_cb3_1" | "cb3" => under_selection!(scalable::chained_cb3_1),
        "chained_cb3_2" => under_selection!(scalable::chained_cb3_2),
        "active_faces" => under_selection!(scalable::active_faces),
        "brown2_gen" => under_selection!(scalable::brown2),
        "chained_crescent_2" | "crescent" => under_selection!(scalable::chained_crescent_2),
        "nesterov_cr_1" => under_selection!(scalable::nesterov_cr_1),
        "absval" => under_selection!(scalable::absval),
        "maxl" => under_selection!(scalable::maxl),
        "goffin" => under_selection!(scalable::goffin),
        "l1hilb" => under_selection!(scalable::l1hilb),
        "cb2" => under_selection!(fixed::cb2),
        "dem" => under_selection!(fixed::dem),
        "ql" => under_selection!(fixed::ql),
        "mifflin1" => under_selection!(fixed::mifflin1),
        "mifflin2" => under_selection!(fixed::mifflin2),
        "rosen_suzuki" => under_selection!(fixed::rosen_suzuki),
        "shor" => under_selection!(fixed::shor),
        "hs78" => under_selection!(fixed::hs78),
        "el_attar" => under_selection!(fixed::el_attar),
        "spiral" => under_selection!(fixed::spiral),
        "wf" => under_selection!(fixed::wf),
        "evd52" => under_selection!(fixed::evd52),
        "davidon2" => under_selection!(fixed::davidon2),
        "wong1" => under_selection!(fixed::wong1),
        "polak2" => under_selection!(fixed::polak2),
        "polak3" => under_selection!(fixed::polak3),
        "tr48" => tr48(),
        other => panic!("the set has a problem that is not written down here: {other}"),
    }
}

fn tr48() -> Function {
    let data = include_str!("../data/nonsmooth_suite/tr48_data.json");
    let data: Value = serde_json::from_str(data).expect("JSON");
    let a: Vec<Vec<f64>> = list(&data["a"]).iter().map(numbers).collect();
    let (d, s) = (numbers(&data["d"]), numbers(&data["s"]));
    Box::new(move |x, selection| fixed::tr48::value_and_grad_with(selection, x, &a, &d, &s))
}

fn list(data: &Value) -> &[Value] {
    data.as_array().expect("a list")
}

fn number(data: &Value) -> f64 {
    data.as_f64().expect("a number")
}

fn numbers(data: &Value) -> Vec<f64> {
    list(data).iter().map(number).collect()
}
