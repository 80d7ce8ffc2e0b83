//! Methods that refer to a part of their receiver, and an `Index`, where the part cannot stand in the place of the call.

use conservative_grad::conservative_grad;

#[conservative_grad]
mod annotated {
    use conservative_grad::Differentiable;
    use std::ops::{Index, IndexMut};

    #[derive(Clone, Differentiable)]
    pub struct Mat {
        pub data: Vec<f64>,
        pub cols: usize,
        pub reads: usize,
    }

    impl Mat {
        fn row(&self, i: usize) -> &[f64] {
            &self.data[i * self.cols..(i + 1) * self.cols]
        }

        fn counted(&mut self, i: usize) -> &[f64] {
            self.reads += 1;
            &self.data[i * self.cols..(i + 1) * self.cols]
        }
    }

    impl Index<usize> for Mat {
        type Output = f64;
        fn index(&self, i: usize) -> &f64 {
            &self.data[i]
        }
    }

    impl IndexMut<usize> for Mat {
        fn index_mut(&mut self, i: usize) -> &mut f64 {
            self.reads += 1;
            &mut self.data[i]
        }
    }

    /// What is written is not what is read.
    #[derive(Clone, Differentiable)]
    pub struct Mirrored {
        pub data: Vec<f64>,
    }

    impl Index<usize> for Mirrored {
        type Output = f64;
        fn index(&self, i: usize) -> &f64 {
            &self.data[i]
        }
    }

    impl IndexMut<usize> for Mirrored {
        fn index_mut(&mut self, i: usize) -> &mut f64 {
            &mut self.data[i + 1]
        }
    }

    pub fn another_place(m: &mut Mirrored) -> f64 {
        m[0] += 1.0; //~ AD0202
        m.data[1]
    }

    fn next(i: &mut usize) -> usize {
        *i += 1;
        *i - 1
    }

    pub fn argument_with_an_effect(m: &Mat) -> f64 {
        let mut i = 0;
        m.row(next(&mut i))[0] //~ AD0190
    }

    pub fn more_than_a_part(m: &mut Mat) -> f64 {
        m.counted(0)[0] //~ AD0190
    }

    pub fn index_that_counts(m: &mut Mat) -> f64 {
        m[0] += 1.0; //~ AD0202
        m.data[0]
    }
}

fn main() {}
