//! Integers that a function found out about numbers jump, and so does what is computed from them.

#[conservative_grad::conservative_grad]
mod annotated {
    pub fn steps(x: f64) -> usize {
        if x > 1.0 { 2 } else { 1 }
    }

    pub fn split(x: f64) -> (f64, usize) {
        if x > 1.0 { (x, 2) } else { (x, 1) }
    }

    pub fn power(x: f64, n: usize) -> f64 {
        let mut y = x;
        for _ in 0..n {
            y *= x;
        }
        y
    }

    pub fn counted(x: &[f64]) -> f64 {
        steps(x[0]) as f64 * x[1] //~ AD0302
    }

    pub fn counted_part(x: f64) -> f64 {
        let (y, n) = split(x);
        y * n as f64 //~ AD0302
    }

    pub fn of_constants(x: f64) -> f64 {
        x * power(2.0, steps(x)) //~ AD0302
    }
}

fn main() {}
