//! Matrices that functions change in place or give away: what the reverse sweep reads of them, from a copy or from what is left,
//! and rows of lists of lists, which may be one and the same.

mod cases {
    check_all!(
        flat from 2 and 9 and 24,
        rows from 2 and 9 and 24,
        given_away from 2 and 9,
        given_away_by_a_method from 2 and 9,
        of_a_struct from 2 and 9,
        eliminated from 2 and 9 and 24,
        pivoted from 2 and 9,
        stretches_of_a_workspace from 3 and 9,
        a_part_only from 3 and 9,
        changed_afterwards from 3 and 9,
        called_again_and_again from 3 and 7,
        arrays_of_arrays from 4,
        substituted from 2 and 9 and 24,
        substituted_with_literals from 4 and 9,
        same_row from 3 and 9,
        rows_by_number from 4 and 9,
        rows_and_columns from 3 and 9,
        written_over_while_read from 4 and 9,
        orthogonal from 2 and 6,
        in_an_arm from 3 and 9,
        of_unequal_length from 3 and 9,
        rows_of_a_field from 3 and 9,
        part_of_points from 3 and 9,
        a_row_as_a_whole from 3 and 9,
        state_given_away from 4 and 40,
        taken_and_given from 2 and 9,
        given_with_a_permutation from 2 and 9,
        given_if_there_is_one from 2 and 9,
        exchanged_rows_of_a_struct from 3 and 9,
        read_at_a_number from 3 and 9,
        a_part_put_back from 2 and 9,
        two_fields from 2 and 9,
    );
}

use programs::{
    a_part_only, a_part_put_back, a_row_as_a_whole, arrays_of_arrays, called_again_and_again,
    changed_afterwards, eliminated, exchanged_rows_of_a_struct, flat, given_away,
    given_away_by_a_method, given_if_there_is_one, given_with_a_permutation, in_an_arm,
    of_a_struct, of_unequal_length, orthogonal, part_of_points, pivoted, read_at_a_number, rows,
    rows_and_columns, rows_by_number, rows_of_a_field, same_row, state_given_away,
    stretches_of_a_workspace, substituted, substituted_with_literals, taken_and_given, two_fields,
    written_over_while_read,
};

#[conservative_grad::conservative_grad]
mod programs {
    fn turn(c: f64, x: &mut [f64], y: &mut [f64]) {
        for i in 0..x.len() {
            let old = x[i];
            x[i] = c * old - y[i];
            y[i] = c * y[i] + old;
        }
    }

    /// What AD0177 says to write.
    pub(super) fn a_part_put_back(x: &[f64]) -> f64 {
        let mut u = x.to_vec();
        let (a, b) = u.split_at_mut(x.len() / 2);
        let mut part = a.to_vec();
        turn(0.5 * x[0], &mut part, b);
        a.copy_from_slice(&part);
        let mut s = 0.0;
        for i in 0..u.len() {
            s += u[i] * u[i] * (i + 1) as f64;
        }
        s
    }

    #[derive(Clone, conservative_grad::Differentiable)]
    struct Halves {
        first: Vec<f64>,
        second: Vec<f64>,
    }

    /// Two fields are no two parts of one array.
    pub(super) fn two_fields(x: &[f64]) -> f64 {
        let mut halves = Halves {
            first: x.to_vec(),
            second: x[1..].to_vec(),
        };
        halves.first.truncate(x.len() - 1);
        turn(0.3 * x[0], &mut halves.first, &mut halves.second);
        halves.first[0] * halves.second[0] + halves.second.iter().sum::<f64>()
    }

    /// What loops that end early read of a list behind `&mut` at a place that is a literal.
    fn relax(out: &mut [f64], x: &[f64]) {
        let mut y = out[0] + x[0];
        for round in 1..=4 {
            for at in (0..3).rev() {
                out[at] -= x[at] * 0.1;
                if y > 40.0 || round % 2 == 1 {
                    y = out[0].sin();
                    break;
                }
                out[at] = (out[at] * y).sin();
            }
            y -= 0.8;
        }
        out[0] = y;
    }

    pub(super) fn read_at_a_number(x: &[f64]) -> f64 {
        let mut out = vec![0.0; x.len()];
        for i in 0..x.len() {
            out[i] = x[i] * x[i];
        }
        relax(&mut out, x);
        out[0] * out[1] + out[2]
    }

    /// `n * n` numbers that are a positive definite matrix.
    fn matrix(x: &[f64]) -> Vec<f64> {
        let n = x.len();
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                a[i * n + j] = 0.1 * x[i] * x[j];
            }
            a[i * n + i] += 2.0 + 0.1 * x[i];
        }
        a
    }

    fn matrix_of_rows(x: &[f64]) -> Vec<Vec<f64>> {
        let n = x.len();
        let mut a = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..n {
                a[i][j] = 0.05 * x[i] * x[j] + 0.02 * x[(i + j) % n];
            }
            a[i][i] += 6.0 + 0.1 * x[i];
        }
        a
    }

    fn factor(a: &mut [f64], n: usize) {
        for j in 0..n {
            let mut d = a[j * n + j];
            for k in 0..j {
                d -= a[j * n + k] * a[j * n + k];
            }
            let d = d.sqrt();
            a[j * n + j] = d;
            for i in j + 1..n {
                let mut s = a[i * n + j];
                for k in 0..j {
                    s -= a[i * n + k] * a[j * n + k];
                }
                a[i * n + j] = s / d;
            }
        }
    }

    pub(super) fn flat(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix(x);
        factor(&mut a, n);
        (0..n).map(|i| a[i * n + i].ln() + 0.1 * a[i * n]).sum()
    }

    /// Row by row, from the left.
    fn factor_rows(a: &mut Vec<Vec<f64>>) {
        let n = a.len();
        for i in 0..n {
            for j in 0..=i {
                let mut s = a[i][j];
                for k in 0..j {
                    s -= a[i][k] * a[j][k];
                }
                a[i][j] = if i == j { s.sqrt() } else { s / a[j][j] };
            }
        }
    }

    fn symmetric(x: &[f64]) -> Vec<Vec<f64>> {
        let (n, a) = (x.len(), matrix(x));
        (0..n).map(|i| a[i * n..(i + 1) * n].to_vec()).collect()
    }

    pub(super) fn rows(x: &[f64]) -> f64 {
        let mut a = symmetric(x);
        factor_rows(&mut a);
        (0..x.len()).map(|i| a[i][i].ln() + 0.1 * a[i][0]).sum()
    }

    fn cholesky(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let n = a.len();
        let mut l = vec![vec![0.0; n]; n];
        for i in 0..n {
            for j in 0..=i {
                let mut s = a[i][j];
                for k in 0..j {
                    s -= l[i][k] * l[j][k];
                }
                l[i][j] = if i == j { s.sqrt() } else { s / l[j][j] };
            }
        }
        l
    }

    pub(super) fn given_away(x: &[f64]) -> f64 {
        let mut l = cholesky(&symmetric(x));
        // What the callee keeps is not what the caller makes of it.
        l[0][0] *= 2.0;
        for i in 1..x.len() {
            l[i][0] = l[i][0] * l[i][i] + l[0][0];
        }
        l.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    #[derive(conservative_grad::Differentiable)]
    struct Matrix {
        n: usize,
        data: Vec<f64>,
        scale: f64,
        rows: Vec<Vec<f64>>,
    }

    impl Matrix {
        fn new(x: &[f64]) -> Matrix {
            Matrix {
                n: x.len(),
                data: matrix(x),
                scale: 0.5 + 0.1 * x[0],
                rows: symmetric(x),
            }
        }

        fn factor(&mut self) {
            let n = self.n;
            for i in 0..n {
                for j in 0..=i {
                    let mut s = self.data[i * n + j] * self.scale;
                    for k in 0..j {
                        s -= self.data[i * n + k] * self.data[j * n + k];
                    }
                    let d = if i == j {
                        s.sqrt()
                    } else {
                        s / self.data[j * n + j]
                    };
                    self.data[i * n + j] = d;
                }
            }
        }

        fn eliminate(&mut self) {
            for p in 0..self.n {
                for i in p + 1..self.n {
                    let m = self.rows[i][p] / self.rows[p][p];
                    for j in p..self.n {
                        self.rows[i][j] -= m * self.rows[p][j];
                    }
                    self.scale += 0.01 * m;
                }
            }
        }

        /// A struct that is not `Clone`, given away.
        fn factored(x: &[f64]) -> Matrix {
            let mut a = Matrix::new(x);
            let n = a.n;
            for j in 0..n {
                for i in j..n {
                    let mut s = a.data[i * n + j];
                    for k in 0..j {
                        s -= a.data[i * n + k] * a.data[j * n + k];
                    }
                    a.data[i * n + j] = if i == j {
                        s.sqrt()
                    } else {
                        s / a.data[j * n + j]
                    };
                }
            }
            a
        }
    }

    pub(super) fn given_away_by_a_method(x: &[f64]) -> f64 {
        let a = Matrix::factored(x);
        (0..a.n).map(|i| a.data[i * a.n + i].ln() * a.scale).sum()
    }

    pub(super) fn of_a_struct(x: &[f64]) -> f64 {
        let mut a = Matrix::new(x);
        a.factor();
        (0..a.n).map(|i| a.data[i * a.n + i].ln() * a.scale).sum()
    }

    pub(super) fn rows_of_a_field(x: &[f64]) -> f64 {
        let mut a = Matrix::new(x);
        a.eliminate();
        (0..a.n).map(|i| a.rows[i][i].ln() * a.scale).sum()
    }

    fn eliminate(a: &mut [Vec<f64>]) {
        let n = a.len();
        for p in 0..n {
            for i in p + 1..n {
                let m = a[i][p] / a[p][p];
                a[i][p] = m;
                for j in p + 1..n {
                    a[i][j] -= m * a[p][j];
                }
            }
        }
    }

    pub(super) fn eliminated(x: &[f64]) -> f64 {
        let mut a = matrix_of_rows(x);
        eliminate(&mut a);
        (0..x.len()).map(|i| a[i][i].ln() + 0.1 * a[i][0]).sum()
    }

    pub(super) fn pivoted(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        let mut f = x.to_vec();
        a.reverse();
        for p in 0..n {
            let mut best = p;
            for i in p + 1..n {
                if a[i][p].abs() > a[best][p].abs() {
                    best = i;
                }
            }
            a.swap(best, p);
            f.swap(best, p);
            for i in p + 1..n {
                let m = a[i][p] / a[p][p];
                for j in p..n {
                    let above = a[p][j];
                    a[i][j] -= m * above;
                }
                f[i] -= m * f[p];
            }
        }
        for i in (0..n).rev() {
            for j in i + 1..n {
                f[i] -= a[i][j] * f[j];
            }
            f[i] /= a[i][i];
        }
        f.iter().map(|v| v * v).sum()
    }

    /// Of a matrix of two or three rows that lies somewhere in a list.
    pub(super) fn stretches_of_a_workspace(x: &[f64]) -> f64 {
        let n = x.len();
        let mut work = vec![0.0; 9 * n];
        for i in 0..n {
            for k in 0..9 {
                work[9 * i + k] = 0.1 * x[i] * x[k % n];
            }
            for k in [0, 3, 4, 8] {
                work[9 * i + k] += 20.0;
            }
        }
        for i in 0..n {
            factor(&mut work[9 * i..], 2 + i % 2);
        }
        work.iter().map(|v| v * v).sum()
    }

    /// The first rows and columns, of a list that is longer.
    pub(super) fn a_part_only(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix(x);
        let m = n - 1;
        for i in 0..m {
            a[i * m + i] += 30.0;
        }
        factor(&mut a, m);
        a.iter().map(|v| v * v).sum()
    }

    /// Sets what it has read many times to something else.
    fn clears(a: &mut [Vec<f64>]) {
        let n = a.len();
        for i in 0..n {
            for j in 0..i {
                for k in 0..j {
                    a[i][j] -= 0.1 * a[i][k] * a[j][k];
                }
            }
        }
        for i in 0..n {
            a[i][0] = 0.5 * a[i][0] * a[i][i];
        }
    }

    pub(super) fn changed_afterwards(x: &[f64]) -> f64 {
        let mut a = matrix_of_rows(x);
        clears(&mut a);
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn called_again_and_again(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix(x);
        let mut total = 0.0;
        for step in 0..3 {
            factor(&mut a, n);
            for i in 0..n {
                total += a[i * n + i] * a[i * n];
                a[i * n + i] += 1.5 + 0.1 * step as f64;
            }
        }
        total
    }

    fn small_factor(a: &mut [[f64; 12]; 12], n: usize) {
        for i in 0..n {
            for j in 0..=i {
                let mut s = a[i][j];
                for k in 0..j {
                    s -= a[i][k] * a[j][k];
                }
                a[i][j] = if i == j { s.sqrt() } else { s / a[j][j] };
            }
        }
    }

    pub(super) fn arrays_of_arrays(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = [[0.0; 12]; 12];
        for i in 0..12 {
            for j in 0..12 {
                a[i][j] = 0.1 * x[i % n] * x[j % n];
            }
            a[i][i] += 2.0;
        }
        small_factor(&mut a, n + 3);
        for p in 0..n {
            for i in p + 1..n {
                for j in p..n {
                    a[i][j] += 0.1 * a[i][p] * a[p][j];
                }
            }
        }
        a.iter().map(|row| row[3] * row[0]).sum()
    }

    pub(super) fn substituted(x: &[f64]) -> f64 {
        let n = x.len();
        let l = matrix(x);
        let mut y = vec![0.0; n];
        for i in 0..n {
            let mut s = x[i];
            for j in 0..i {
                s -= l[i * n + j] * y[j];
            }
            y[i] = s / l[i * n + i];
        }
        let mut z = vec![0.0; n];
        for i in (0..n).rev() {
            let mut s = y[i];
            for j in i + 1..n {
                s -= l[j * n + i] * z[j];
            }
            z[i] = s / l[i * n + i];
        }
        z.iter().map(|v| v * v).sum()
    }

    /// Elements that are stored to once more, ahead of and behind the loop.
    pub(super) fn substituted_with_literals(x: &[f64]) -> f64 {
        let n = x.len();
        let mut y: Vec<f64> = x.iter().map(|v| 0.2 * v).collect();
        for i in (0..n - 1).rev() {
            for j in i + 2..n {
                y[i] += 0.1 * y[j] * y[j - 1];
            }
            y[i + 1] *= 0.9 * y[i];
        }
        for i in (2..n).rev() {
            for j in i..n {
                y[i] *= 0.5 + 0.1 * y[j] * y[i - 1];
            }
        }
        y.iter().map(|v| v * v).sum()
    }

    /// Rows that are the same for some iterations.
    pub(super) fn same_row(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        for p in 0..n {
            for i in 0..n {
                let m = 0.1 * x[i];
                for j in 0..n {
                    a[i][j] -= m * a[p][j];
                }
                for j in 1..n {
                    a[i][j] += m * a[p][j - 1];
                }
                for j in 0..n - 1 {
                    a[p][j] = m * a[i][j + 1] * a[p][j];
                }
            }
        }
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn rows_by_number(x: &[f64]) -> f64 {
        let n = x.len();
        let mut s = vec![x.to_vec(), vec![0.5; n], vec![0.0; n]];
        for _ in 0..3 {
            for i in 0..n {
                s[2][i] = s[0][i] + 0.1 * s[1][i] * s[0][i];
            }
            for i in 1..n - 1 {
                s[1][i] += 0.2 * (s[2][i - 1] - s[2][i + 1]) * s[0][i];
                s[0][i] = s[2][i];
            }
        }
        s[0].iter().map(|v| v * v).sum::<f64>() + s[1][n / 2] * s[2][n - 1]
    }

    pub(super) fn rows_and_columns(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        let b = matrix_of_rows(x);
        for i in 0..n {
            for j in 0..n {
                let mut s = 0.0;
                for k in 0..n {
                    s += b[i][k] * b[k][j];
                }
                a[i][j] += 0.1 * s;
            }
            for k in 0..n {
                a[i][k] += 0.1 * a[k][i] * a[i][i];
            }
        }
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn written_over_while_read(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        for i in 1..n {
            for j in 1..n - 1 {
                a[i][j] = 0.3 * a[i][j - 1] * a[i - 1][j + 1] + a[i][j + 1];
            }
        }
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    /// Gram and Schmidt, rows of one list.
    pub(super) fn orthogonal(x: &[f64]) -> f64 {
        let n = x.len();
        let mut q = matrix_of_rows(x);
        for i in 0..n {
            for j in 0..i {
                let mut dot = 0.0;
                for k in 0..n {
                    dot += q[i][k] * q[j][k];
                }
                for k in 0..n {
                    q[i][k] -= dot * q[j][k];
                }
            }
            let mut norm = 0.0;
            for k in 0..n {
                norm += q[i][k] * q[i][k];
            }
            let norm = norm.sqrt();
            for k in 0..n {
                q[i][k] /= norm;
            }
        }
        q.iter().map(|row| row[0] * row[n - 1] + row[0]).sum()
    }

    pub(super) fn in_an_arm(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        for p in 0..n {
            for i in 0..n {
                // The other row is not there in the last round.
                for j in 0..n {
                    if p + 1 < n {
                        a[i][j] += 0.1 * a[p + 1][j] * x[j];
                    } else {
                        a[i][j] *= 1.1;
                    }
                }
            }
        }
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn of_unequal_length(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a: Vec<Vec<f64>> = (0..n).map(|i| x[i..].to_vec()).collect();
        for p in 0..n {
            for i in p + 1..n {
                for j in 0..n - i {
                    a[p][j] += 0.1 * a[i][j] * a[p][j + 1];
                }
            }
        }
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    pub(super) fn part_of_points(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = vec![vec![[0.0; 2]; n]; n];
        for i in 0..n {
            for j in 0..n {
                a[i][j] = [x[i] * x[j], x[i] - x[j]];
            }
        }
        for p in 1..n {
            for j in 0..n {
                a[p][j][0] += 0.1 * a[p - 1][j][1] * a[p][j][1];
                a[p][j][1] += 0.1 * a[p - 1][j][0];
            }
        }
        a.iter()
            .map(|row| row.iter().map(|v| v[0] * v[1]).sum::<f64>())
            .sum()
    }

    fn factored_in_its_place(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        factor_rows(&mut a);
        let n = a.len();
        for i in (0..n).rev() {
            for j in (0..i).rev() {
                for k in j + 1..i {
                    a[i][j] -= 0.1 * a[i][k] * a[k][j];
                }
            }
        }
        a
    }

    pub(super) fn taken_and_given(x: &[f64]) -> f64 {
        let mut a = factored_in_its_place(symmetric(x));
        a[0][0] *= 1.5;
        a.iter()
            .map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum()
    }

    fn decomposed(a: &[Vec<f64>], order: &mut Vec<usize>) -> Vec<Vec<f64>> {
        let n = a.len();
        let mut lu = a.to_vec();
        for p in 0..n {
            let mut best = p;
            for i in p + 1..n {
                if lu[i][p].abs() > lu[best][p].abs() {
                    best = i;
                }
            }
            lu.swap(p, best);
            order.swap(p, best);
            for i in p + 1..n {
                lu[i][p] /= lu[p][p];
                for j in p + 1..n {
                    lu[i][j] -= lu[i][p] * lu[p][j];
                }
            }
        }
        lu
    }

    pub(super) fn given_with_a_permutation(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        a.rotate_left(1);
        let mut order: Vec<usize> = (0..n).collect();
        let lu = decomposed(&a, &mut order);
        let mut y = vec![0.0; n];
        for i in 0..n {
            y[i] = x[order[i]];
            for j in 0..i {
                y[i] -= lu[i][j] * y[j];
            }
        }
        for i in (0..n).rev() {
            for j in i + 1..n {
                y[i] -= lu[i][j] * y[j];
            }
            y[i] /= lu[i][i];
        }
        y.iter().map(|v| v * v).sum()
    }

    fn cholesky_if_positive(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
        let n = a.len();
        let mut l = vec![vec![0.0; n]; n];
        for j in 0..n {
            let mut d = a[j][j];
            for k in 0..j {
                d -= l[j][k] * l[j][k];
            }
            if d <= 0.0 {
                return None;
            }
            l[j][j] = d.sqrt();
            for i in j + 1..n {
                let mut s = a[i][j];
                for k in 0..j {
                    s -= l[i][k] * l[j][k];
                }
                l[i][j] = s / l[j][j];
            }
        }
        Some(l)
    }

    pub(super) fn given_if_there_is_one(x: &[f64]) -> f64 {
        match cholesky_if_positive(&symmetric(x)) {
            Some(l) => l
                .iter()
                .map(|row| row.iter().map(|v| v * v * v).sum::<f64>())
                .sum(),
            None => 0.0,
        }
    }

    impl Matrix {
        fn orthogonalize(&mut self, weights: &[f64]) {
            for i in 0..self.n {
                let scale = self.scale;
                for j in 0..i {
                    let m = 0.1 * weights[j] * scale;
                    for k in 0..self.n {
                        let other = self.rows[j][k];
                        self.rows[i][k] -= m * other;
                        self.rows[j][k] += 0.5 * m * self.rows[i][k];
                    }
                }
                self.rows.swap(0, i);
                self.scale *= 0.9 + 0.01 * self.rows[i][0];
            }
        }
    }

    pub(super) fn exchanged_rows_of_a_struct(x: &[f64]) -> f64 {
        let mut a = Matrix::new(x);
        a.orthogonalize(x);
        let rows = a.rows.iter();
        rows.map(|row| row.iter().map(|v| v * v).sum::<f64>())
            .sum::<f64>()
            * a.scale
    }

    fn norm(row: &[f64]) -> f64 {
        row.iter().map(|v| v * v).sum::<f64>().sqrt()
    }

    pub(super) fn a_row_as_a_whole(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = matrix_of_rows(x);
        for p in 1..n {
            for j in 0..n {
                a[p][j] += 0.1 * a[p - 1][j] * norm(&a[p]);
            }
            let scale = norm(&a[p]);
            for j in 0..n {
                a[p][j] /= scale;
            }
        }
        a.iter().map(|row| row[0] * row[n - 1]).sum()
    }

    fn evolved(x: &[f64], steps: usize) -> Vec<f64> {
        let mut u = x.to_vec();
        for _ in 0..steps {
            let mut next = u.clone();
            for i in 1..u.len() - 1 {
                let bend = u[i - 1] - 2.0 * u[i] + u[i + 1];
                next[i] = u[i] + 0.1 * bend + 0.05 * u[i] * (1.0 - u[i]);
            }
            u = next;
        }
        u
    }

    pub(super) fn state_given_away(x: &[f64]) -> f64 {
        let mut u = evolved(x, 4);
        u[0] = 0.0;
        u.iter().map(|v| v * v * v).sum()
    }
}

/// Where a loop takes a row that is not there, the gradient panics as the primal does.
#[test]
#[should_panic = "index out of bounds"]
fn a_row_that_is_not_there() {
    #[conservative_grad::conservative_grad]
    fn missing(x: &[f64]) -> f64 {
        let n = x.len();
        let mut a = vec![x.to_vec(), x.to_vec()];
        for p in 0..n {
            for j in 0..n {
                a[0][j] += a[p][j] * x[j];
            }
        }
        a[0][0]
    }
    let _ = missing::grad(&[1.0, 2.0, 3.0]);
}

/// And where it does not, nothing does.
#[test]
fn a_row_that_nobody_takes() {
    #[conservative_grad::conservative_grad]
    fn untaken(x: &[f64], #[constant] n: usize) -> f64 {
        let mut a = vec![x.to_vec()];
        for j in 0..n {
            a[0][j] += a[7][j] * x[j];
        }
        a[0][0]
    }
    assert_eq!(untaken::grad(&[1.0, 2.0], 0), [1.0, 0.0]);
}
