//! Iterators that are advanced by hand, and those that are collected into an `Option` or a `Result`.

use conservative_grad::conservative_grad;

#[conservative_grad]
fn folded_from_the_first(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let first = *it.next().unwrap();
    it.fold(first, |a, b| a * 0.5 + b * b)
}

#[conservative_grad]
fn one_for_each(x: &[f64]) -> f64 {
    let mut parameters = x.iter().copied();
    let scale = parameters.next().unwrap();
    let shift = parameters.next().unwrap_or(0.5);
    let mut s = scale;
    for t in parameters {
        s = s * t + shift;
    }
    s
}

#[conservative_grad]
fn in_pairs(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let mut s = 0.0;
    while let Some(t) = it.next() {
        s += match it.next() {
            Some(u) => t * u,
            None => t * t,
        };
    }
    s
}

#[conservative_grad]
fn beside_another(x: &[f64]) -> f64 {
    let mut weights = x.iter().map(|t| t * t).rev();
    let mut s = 0.0;
    for (i, t) in x.iter().enumerate() {
        if i % 2 == 0 {
            s += t * weights.next().unwrap();
        }
    }
    s + weights.sum::<f64>()
}

#[conservative_grad]
fn two_at_once(x: &[f64]) -> f64 {
    let mut it = x.iter();
    let slope = it.next().unwrap() - it.next().unwrap() * it.next().unwrap();
    slope * it.map(|t| t * t).sum::<f64>()
}

#[conservative_grad]
fn root(t: f64) -> Result<f64, String> {
    if t < 0.5 {
        return Err(format!("{t} is too small"));
    }
    Ok((t - 0.25).sqrt())
}

#[conservative_grad]
fn roots(x: &[f64]) -> Result<Vec<f64>, String> {
    x.iter().map(|t| root(*t)).collect()
}

#[conservative_grad]
fn product_of_roots(x: &[f64]) -> Result<f64, String> {
    let found = roots(x).map_err(|text| format!("roots: {text}"))?;
    Ok(found.iter().product())
}

#[conservative_grad]
fn all_or_one(x: &[f64]) -> f64 {
    match x.iter().copied().map(root).collect::<Result<Vec<_>, _>>() {
        Ok(found) => found.iter().sum(),
        Err(_) => x[0] * 3.0,
    }
}

#[conservative_grad]
fn small_ones(x: &[f64]) -> f64 {
    let squares: Option<Vec<f64>> = x
        .iter()
        .map(|&t| if t > 3.9 { None } else { Some(t * t) })
        .collect();
    if let Some(squares) = squares {
        squares.iter().sum()
    } else {
        product_of_roots(x).unwrap_or(x[x.len() - 1])
    }
}

#[conservative_grad]
fn with_errors_as_text(x: &[f64]) -> f64 {
    let found: Result<Vec<f64>, String> = x
        .iter()
        .map(|t| {
            if *t > 3.9 {
                Err("too large".to_owned())
            } else {
                Ok(t * t)
            }
        })
        .collect();
    match found {
        Ok(v) => v.iter().sum(),
        Err(_) => x[0] * 3.0,
    }
}

mod entry_points {
    check_all!(
        folded_from_the_first from 1,
        one_for_each from 1,
        in_pairs from 0,
        beside_another from 1,
        two_at_once from 3,
        all_or_one from 1,
        small_ones from 1,
        with_errors_as_text from 1,
    );
}

#[test]
fn the_first_that_fails_is_the_error() {
    let error = product_of_roots::grad(&[1.0, 0.3, 0.1]).unwrap_err();
    assert_eq!(error, "roots: 0.3 is too small");
    let (value, gradient) = product_of_roots::value_and_grad(&[1.25, 4.25]).unwrap();
    assert_eq!((value, gradient), (2.0, vec![1.0, 0.25]));
    let (outcome, pullback) = roots::vjp(&[1.25, 4.25]);
    assert_eq!(outcome, Ok(vec![1.0, 2.0]));
    assert_eq!(pullback(vec![2.0, 4.0]), vec![1.0, 1.0]);
}
