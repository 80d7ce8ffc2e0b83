//! Parts of structs that methods, and an `Index` of the user's, refer to; parts of parts.

use conservative_grad::{Differentiable, conservative_grad};

use csr::products;
use indexed::{by_pairs, by_rows, by_whole_index};
use matrices::{const_generic, of_rows, of_two};

#[conservative_grad]
fn parts_of_parts(x: &[f64]) -> f64 {
    let n = x.len() / 2;
    let mut s = 0.0;
    for i in 0..n {
        s += 0.1 * x[n..][i] * x[..n][i].sin() * x[1..][..n][i];
    }
    let mut y = x.to_vec();
    y[1..][0] *= s;
    y[n - 1..][..2][1] += s * s;
    y[..n][n - 1] = s;
    y.iter().map(|v| v * v).sum()
}

#[conservative_grad]
mod matrices {
    use conservative_grad::Differentiable;

    #[derive(Clone, Differentiable)]
    pub struct Mat {
        pub data: Vec<f64>,
        pub rows: usize,
        pub cols: usize,
    }

    impl Mat {
        pub fn zeros(rows: usize, cols: usize) -> Self {
            Mat {
                data: vec![0.0; rows * cols],
                rows,
                cols,
            }
        }

        pub fn row(&self, i: usize) -> &[f64] {
            &self.data[i * self.cols..(i + 1) * self.cols]
        }

        pub fn row_mut<'a>(&'a mut self, i: usize) -> &'a mut [f64] {
            let (start, width) = (i * self.cols, self.cols);
            let end = start + width;
            &mut self.data[start..end]
        }

        pub fn at(&self, i: usize, j: usize) -> f64 {
            let k = i * self.cols + j;
            self.data[k]
        }

        pub fn all(&self) -> &Vec<f64> {
            &self.data
        }

        fn trace(&self) -> f64 {
            let mut t = 0.0;
            for i in 0..self.rows.min(self.cols) {
                t += self.row(i)[i];
            }
            t
        }

        fn mul(&self, o: &Mat) -> Mat {
            let mut out = Mat::zeros(self.rows, o.cols);
            for i in 0..self.rows {
                for j in 0..o.cols {
                    let mut s = 0.0;
                    for k in 0..self.cols {
                        s += self.row(i)[k] * o.at(k, j);
                    }
                    out.row_mut(i)[j] = s;
                }
            }
            out
        }

        fn times(&self, x: &[f64]) -> Vec<f64> {
            (0..self.rows)
                .map(|i| self.row(i).iter().zip(x).map(|(a, b)| a * b).sum())
                .collect()
        }

        fn scale_row(&mut self, i: usize, c: f64) {
            for v in self.row_mut(i) {
                *v *= c;
            }
        }

        fn add_row(&mut self, i: usize, r: &[f64]) {
            for (v, w) in self.row_mut(i).iter_mut().zip(r) {
                *v += w;
            }
        }
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    pub fn of_rows(x: &[f64]) -> f64 {
        let mut m = Mat {
            data: x.to_vec(),
            rows: 2,
            cols: x.len() / 2,
        };
        let r = m.row(1);
        let c = r[0] * r[1] + 2.0;
        m.scale_row(0, c);
        let q = m.row_mut(1);
        q[1] += c;
        q[0] *= 0.5;
        let copy = m.row(0).to_vec();
        m.row_mut(1).copy_from_slice(&copy);
        m.add_row(0, &[1.0, c]);
        let mut s = dot(m.row(0), m.row(1)) / (1.0 + c);
        for i in 0..m.rows {
            for (j, v) in m.row(i).iter().enumerate() {
                s += v * v * j as f64 / c;
            }
            for v in m.row(i) {
                s += v.sin();
            }
        }
        let second = |i: usize| m.row(i)[1];
        s + m.all().iter().sum::<f64>()
            + m.row(1)[1..].iter().map(|v| v.cos()).sum::<f64>()
            + m.row(0)[0].max(0.1)
            + second(0)
    }

    pub fn of_two(x: &[f64]) -> f64 {
        let n = x.len() / 2;
        let a = Mat {
            data: x.to_vec(),
            rows: 2,
            cols: n,
        };
        let b = Mat {
            data: x.to_vec(),
            rows: n,
            cols: 2,
        };
        let w = a.times(x);
        a.mul(&b).trace() + b.mul(&a).trace() * w[0] * w[1]
    }

    #[derive(Clone, Copy, Differentiable)]
    pub struct Block<const R: usize, const C: usize> {
        pub d: [[f64; C]; R],
    }

    impl<const R: usize, const C: usize> Block<R, C> {
        fn row(&self, i: usize) -> &[f64; C] {
            &self.d[i]
        }

        fn at(&self, i: usize, j: usize) -> f64 {
            self.d[i][j]
        }

        fn norm(&self) -> f64 {
            let mut s = 0.0;
            for i in 0..R {
                for v in self.row(i) {
                    s += v * v;
                }
                s += self.at(i, 0) * self.row(i)[C - 1];
            }
            s
        }
    }

    pub fn const_generic(x: &[f64]) -> f64 {
        let m = Block {
            d: [[x[0], x[1], x[2]], [x[1], x[0], x[0] * x[2]]],
        };
        m.norm() + m.row(1)[2] * m.at(0, 1)
    }
}

#[conservative_grad]
mod csr {
    use conservative_grad::Differentiable;

    #[derive(Clone, Differentiable)]
    pub struct Csr {
        pub start: Vec<usize>,
        pub column: Vec<usize>,
        pub value: Vec<f64>,
    }

    impl Csr {
        fn columns(&self, i: usize) -> &[usize] {
            &self.column[self.start[i]..self.start[i + 1]]
        }

        fn values(&self, i: usize) -> &[f64] {
            let (from, to) = (self.start[i], self.start[i + 1]);
            &self.value[from..to]
        }

        fn times(&self, x: &[f64]) -> Vec<f64> {
            let mut y = vec![0.0; self.start.len() - 1];
            for i in 0..y.len() {
                for (&j, a) in self.columns(i).iter().zip(self.values(i)) {
                    y[i] += a * x[j];
                }
            }
            y
        }
    }

    pub fn products(x: &[f64]) -> f64 {
        let m = Csr {
            start: vec![0, 2, 3, 4],
            column: vec![0, 1, 2, 0],
            value: x[..4].to_vec(),
        };
        let y = m.times(&x[1..4]);
        y.iter().zip(x).map(|(y, x)| y * y * x).sum()
    }
}

#[derive(Clone, Differentiable)]
struct Net {
    w: Vec<f64>,
    b: Vec<Vec<f64>>,
    n: usize,
}

#[conservative_grad]
impl Net {
    fn weights(&self, l: usize) -> &[f64] {
        &self.w[l * self.n..(l + 1) * self.n]
    }

    fn bias(&self, l: usize) -> &Vec<f64> {
        &self.b[l]
    }

    fn bias_mut(&mut self, l: usize) -> &mut Vec<f64> {
        &mut self.b[l]
    }

    fn apply(&self, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for l in 0..self.n {
            let (w, b) = (self.weights(l), self.bias(l));
            for (i, v) in x.iter().enumerate().take(self.n) {
                s += (w[i] * v + b[i % b.len()]).tanh();
            }
            s += match self.weights(l)[0] > 0.0 {
                true => self.bias(l)[0],
                false => self.bias(l).iter().sum::<f64>(),
            };
        }
        s
    }

    fn nudge(&mut self, x: &[f64]) -> f64 {
        for l in 0..self.n {
            self.bias_mut(l)[0] += x[l];
            let b = self.bias_mut(l);
            b[0] *= 1.5;
            b.push(x[0]);
        }
        self.apply(x)
    }
}

/// The struct stands outside of the block, and so does the caller.
#[conservative_grad]
fn in_a_block(x: &[f64]) -> f64 {
    let mut net = Net {
        w: x[..4].to_vec(),
        b: vec![vec![x[0]], vec![x[1], x[2]]],
        n: 2,
    };
    net.nudge(&x[1..])
}

#[derive(Clone, Differentiable)]
struct Square {
    data: Vec<f64>,
    n: usize,
}

#[conservative_grad]
impl Square {
    fn zeros(n: usize) -> Self {
        Square {
            data: vec![0.0; n * n],
            n,
        }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.n..(i + 1) * self.n]
    }

    fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.n..(i + 1) * self.n]
    }

    fn squared(&self) -> Square {
        let mut out = Square::zeros(self.n);
        for i in 0..self.n {
            for j in 0..self.n {
                for k in 0..self.n {
                    out.row_mut(i)[j] += self.row(i)[k] * self.row(k)[j];
                }
            }
        }
        out
    }

    fn doubled(&self) -> Self {
        let mut out = Self::zeros(self.n);
        out.row_mut(0)[0] = 2.0 * self.row(0)[0];
        out
    }
}

/// Parts of what a function of the block makes of integers.
#[conservative_grad]
fn of_made(x: &[f64]) -> f64 {
    let m = Square {
        data: x[..4].to_vec(),
        n: 2,
    };
    let p = m.squared();
    let q = p.doubled();
    p.data[1] * p.data[2] + q.data[0]
}

#[conservative_grad]
mod indexed {
    use conservative_grad::Differentiable;
    use std::ops::{Index, IndexMut};

    #[derive(Clone, Differentiable)]
    pub struct Mat {
        pub data: Vec<f64>,
        pub cols: usize,
    }

    impl Mat {
        fn zeros(rows: usize, cols: usize) -> Mat {
            Mat {
                data: vec![0.0; rows * cols],
                cols,
            }
        }
    }

    impl Index<(usize, usize)> for Mat {
        type Output = f64;
        fn index(&self, (i, j): (usize, usize)) -> &f64 {
            &self.data[i * self.cols + j]
        }
    }

    impl IndexMut<(usize, usize)> for Mat {
        fn index_mut(&mut self, at: (usize, usize)) -> &mut f64 {
            &mut self.data[at.0 * self.cols + at.1]
        }
    }

    pub fn by_pairs(x: &[f64]) -> f64 {
        let n = x.len() / 2;
        let mut m = Mat {
            data: x.to_vec(),
            cols: n,
        };
        m[(0, 1)] += m[(1, 1)] * m[(0, 0)];
        m[(1, 0)] = m[(0, 1)].sin();
        let mut out = Mat::zeros(n, n);
        for i in 0..n {
            for j in 0..n {
                out[(i, j)] = m[(0, i)] * m[(1, j)];
                out[(i, j)] -= x[i + j];
            }
        }
        let mut s = 0.0;
        for i in 0..n {
            s += out[(i, i)] * out[(i, n - 1)];
        }
        s
    }

    #[derive(Clone, Differentiable)]
    pub struct Rows {
        pub data: Vec<f64>,
        pub cols: usize,
    }

    impl Index<usize> for Rows {
        type Output = [f64];
        fn index(&self, i: usize) -> &[f64] {
            &self.data[i * self.cols..(i + 1) * self.cols]
        }
    }

    impl IndexMut<usize> for Rows {
        fn index_mut(&mut self, row: usize) -> &mut [f64] {
            &mut self.data[row * self.cols..(row + 1) * self.cols]
        }
    }

    pub fn by_rows(x: &[f64]) -> f64 {
        let mut m = Rows {
            data: x.to_vec(),
            cols: x.len() / 2,
        };
        m[0][1] += m[1][1] * m[0][0];
        let r = &m[1];
        let c = r[0] * r[1];
        m[1][1] *= c;
        m[0].iter().zip(&m[1]).map(|(a, b)| a * b).sum()
    }

    /// One type with an `Index` for rows and one for elements.
    #[derive(Clone, Differentiable)]
    pub struct Both {
        pub data: Vec<f64>,
        pub cols: usize,
    }

    impl Index<usize> for Both {
        type Output = [f64];
        fn index(&self, i: usize) -> &[f64] {
            &self.data[i * self.cols..(i + 1) * self.cols]
        }
    }

    impl Index<(usize, usize)> for Both {
        type Output = f64;
        fn index(&self, (i, j): (usize, usize)) -> &f64 {
            &self.data[i * self.cols + j]
        }
    }

    pub fn by_whole_index(x: &[f64]) -> f64 {
        let m = Both {
            data: x.to_vec(),
            cols: x.len() / 2,
        };
        let mut s = 0.0;
        for i in 0..crate::TWO {
            for j in 0..m.cols {
                s += m[(i, j)] * m[1 - i][j] * m[i].len() as f64;
            }
        }
        s
    }
}

mod entry_points {
    check_all!(
        parts_of_parts from 4,
        of_rows from 4,
        of_two from 4,
        const_generic from 3,
        products from 4,
        in_a_block from 4,
        of_made from 4,
        by_pairs from 4,
        by_rows from 4,
        by_whole_index from 4,
    );
}

#[test]
#[should_panic(expected = "index out of bounds: the len is 2 but the index is 2")]
fn an_element_beyond_its_row_panics_as_in_the_primal() {
    #[conservative_grad]
    mod rows {
        use conservative_grad::Differentiable;

        #[derive(Clone, Differentiable)]
        pub struct Mat {
            pub data: Vec<f64>,
            pub cols: usize,
        }

        impl Mat {
            fn row(&self, i: usize) -> &[f64] {
                &self.data[i * self.cols..(i + 1) * self.cols]
            }
        }

        pub fn beyond(x: &[f64]) -> f64 {
            let m = Mat {
                data: x.to_vec(),
                cols: 2,
            };
            let mut s = 0.0;
            for j in 0..=m.cols {
                s += m.row(0)[j];
            }
            s
        }
    }
    let _ = rows::beyond::grad(&[1.0, 2.0, 3.0, 4.0]);
}
