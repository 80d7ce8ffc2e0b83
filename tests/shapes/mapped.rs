//! `map` of arrays that calls give and fields hold, outside of annotated modules: nothing but rustc knows that they are no `Option`s.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        arrays_of_calls from 3,
        arrays_in_fields from 3,
        beside_an_option from 3,
    );
}

#[derive(Clone, Debug, Differentiable)]
struct Body {
    speed: [f64; 3],
    drag: Option<f64>,
}

#[conservative_grad]
fn gravity(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[0] + b[0], a[1] * b[1], a[2] - b[2].sin()]
}

#[conservative_grad]
fn along(a: &[f64], b: &[f64]) -> f64 {
    a[0] * b[0] + a[2] * b[1]
}

#[conservative_grad]
fn pull(b: &Body, m: f64) -> f64 {
    let pull = gravity(&b.speed, &b.speed);
    let scaled = pull.map(|a| a * m);
    let turned = gravity(&b.speed, &scaled).map(f64::sin);
    let mut sum = along(&scaled, &turned) * pull[1];
    for v in gravity(&scaled, &turned).map(|v| v * v) {
        sum += v * m;
    }
    sum + scaled[0] * turned[2]
}

#[conservative_grad]
fn arrays_of_calls(x: &[f64]) -> f64 {
    let body = Body {
        speed: [x[0], x[1], x[2]],
        drag: None,
    };
    pull(&body, x[1])
}

#[conservative_grad]
impl Body {
    fn slowed(&self, by: f64) -> Body {
        let total = self.speed[0] * self.speed[0] + by;
        Body {
            speed: self.speed.map(|v| v / (1.0 + total * total)),
            drag: None,
        }
    }

    fn resistance(&self) -> f64 {
        let squares = self.speed.map(|v| v * v);
        squares[0] + squares[2] * self.drag.unwrap_or(0.3)
    }
}

#[conservative_grad]
fn arrays_in_fields(x: &[f64]) -> f64 {
    let body = Body {
        speed: [x[0], x[1], x[2]],
        drag: None,
    };
    let slow = body.slowed(x[1]);
    slow.speed[0] * slow.speed[1] + slow.resistance() * body.resistance()
}

#[conservative_grad]
fn last(x: &[f64]) -> Option<f64> {
    if x.is_empty() {
        return None;
    }
    Some(x[x.len() - 1] * x[0])
}

#[conservative_grad]
fn beside_an_option(x: &[f64]) -> f64 {
    let end = last(x).map(|v| v * v).unwrap_or(0.1);
    let pull = gravity(&[x[0], x[1], x[2]], &[x[2], x[0], end]);
    let scaled: [f64; 3] = pull.map(|a| a * end);
    scaled[0] * scaled[1] + scaled[2]
}
