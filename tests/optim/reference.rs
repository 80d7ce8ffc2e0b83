//! Values and gradients of the test set against reference data (JAX in f64).

use conservative_grad::Plain;

use crate::suite::problems;

#[test]
fn values_and_gradients_agree_with_the_reference() {
    let (mut points, mut gradients) = (0, 0);
    for problem in problems() {
        // Cancellation, and large exponentials.
        let loose = ["polak2", "mxhilb"]
            .iter()
            .any(|name| problem.name.starts_with(name));
        let tolerance = if loose { 1e-7 } else { 1e-9 };
        for point in &problem.points {
            let (value, gradient) = (problem.f)(&point.x, &mut Plain);
            let gap = (value - point.f).abs();
            assert!(
                gap <= 1e-12 * (1.0 + point.f.abs()),
                "{}: {value} and {}",
                problem.name,
                point.f
            );
            points += 1;
            if !point.differentiable {
                continue;
            }
            gradients += 1;
            let size = point.g.iter().fold(0.0_f64, |size, g| size.max(g.abs()));
            for (i, (ours, theirs)) in gradient.iter().zip(&point.g).enumerate() {
                let gap = (ours - theirs).abs();
                assert!(
                    gap <= tolerance * size,
                    "{}, {i}: {ours} and {theirs}",
                    problem.name
                );
            }
            assert_eq!(gradient.len(), point.g.len());
        }
    }
    assert!(
        points > 200 && gradients > 200,
        "{points} points, {gradients} gradients"
    );
}
