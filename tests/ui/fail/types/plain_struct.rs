//! Methods of structs that have numbers and no gradient: one error for each block.

use conservative_grad::conservative_grad;

#[conservative_grad]
mod waves {
    #[derive(Clone, Debug)]
    pub struct Cell {
        pub speed: f64,
        pub size: usize,
    }

    impl Cell {
        pub fn wave(&self, k: i32) -> f64 { //~ AD0037
            self.speed * k as f64
        }

        pub fn at(&self, x: f64) -> f64 {
            self.speed * x
        }

        pub fn doubled(&self) -> f64 {
            2.0 * self.wave(self.size as i32)
        }
    }

    pub fn passed(#[constant] cell: &Cell, x: f64) -> f64 {
        cell.wave(2) * cell.at(x) * cell.doubled()
    }
}

fn main() {
    let cell = waves::Cell { speed: 1.0, size: 2 };
    let _ = waves::passed::grad(&cell, 1.0);
}
