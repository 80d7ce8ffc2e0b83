//! Loops over lists that are fields, in a module, where their types are known: sub-slices in front of the loop, cells where several
//! elements of one are written to, and what must not be taken for that.

mod cases {
    check_all!(
        wave from 3,
        in_place from 3,
        both_sweeps from 3,
        with_a_number from 2,
        of_a_local from 2,
        of_arrays from 4,
        of_rows from 4,
        of_points from 6,
        read_only from 3,
        of_two from 3,
        of_a_struct_in_a_struct from 3,
        with_a_branch from 3,
        with_a_kink from 3,
        backwards from 3,
        by_a_stride from 4,
        recorded from 3,
        with_calls from 3,
        of_a_tuple from 3,
        with_constants from 3,
        handed_over from 3,
        accumulated from 3,
        beside_the_whole from 3,
    );
}

/// An array that is too short: the primal panics, and so does everything else.
#[test]
#[should_panic(expected = "index out of bounds")]
fn too_short_forwards() {
    let _ = programs::short(&[1.0, 2.0, 3.0]);
}

#[test]
#[should_panic(expected = "out of range")]
fn too_short_backwards() {
    let _ = programs::short::value_and_grad(&[1.0, 2.0, 3.0]);
}

use programs::{
    accumulated, backwards, beside_the_whole, both_sweeps, by_a_stride, handed_over, in_place,
    of_a_local, of_a_struct_in_a_struct, of_a_tuple, of_arrays, of_points, of_rows, of_two,
    read_only, recorded, wave, with_a_branch, with_a_kink, with_a_number, with_calls,
    with_constants,
};

#[conservative_grad::conservative_grad]
mod programs {
    #[derive(Clone, conservative_grad::Differentiable)]
    struct Levels {
        old: Vec<f64>,
        now: Vec<f64>,
        new: Vec<f64>,
        rate: f64,
        #[constant]
        from: Vec<usize>,
    }

    fn levels(x: &[f64]) -> Levels {
        let n = x.len();
        Levels {
            old: vec![0.1; n],
            now: x.to_vec(),
            new: vec![0.0; n],
            rate: 0.2 + 0.1 * x[0],
            from: (0..n).map(|i| (i * 3 + 1) % n).collect(),
        }
    }

    impl Levels {
        fn wave(&mut self) {
            for i in 1..self.now.len() - 1 {
                let bend = self.now[i - 1] - 2.0 * self.now[i] + self.now[i + 1];
                self.new[i] = self.now[i] - self.old[i] + self.rate * bend * self.now[i];
            }
            std::mem::swap(&mut self.old, &mut self.now);
            std::mem::swap(&mut self.now, &mut self.new);
        }

        fn smooth(&mut self) {
            for i in 1..self.now.len() - 1 {
                self.now[i] =
                    0.3 * self.now[i - 1] + 0.4 * self.now[i] * self.now[i] + 0.3 * self.now[i + 1];
            }
        }

        fn scale(&mut self, by: f64) {
            for i in 0..self.now.len() {
                self.now[i] *= by;
                self.rate += 0.01 * self.now[i];
                self.new[i] += self.rate * self.old[i];
            }
        }

        fn energy(&self) -> f64 {
            let mut sum = 0.0;
            for i in 0..self.now.len() - 1 {
                let d = self.now[i + 1] - self.now[i];
                sum += d * d * self.rate + self.old[i] * self.new[i];
            }
            sum
        }

        fn gather(&mut self) {
            for i in 0..self.now.len() {
                self.new[i] = self.now[self.from[i]] * self.now[i];
            }
        }

        fn clip(&mut self, limit: f64) {
            for i in 0..self.now.len() {
                if self.now[i] > limit {
                    self.now[i] = limit + 0.1 * (self.now[i] - limit);
                    self.old[i] += self.now[i];
                }
                self.new[i] = self.now[i].max(self.old[i]).abs();
            }
        }

        fn turned(&mut self) {
            for i in (1..self.now.len()).rev() {
                self.now[i] += self.now[i - 1] * self.rate;
            }
        }

        fn eased(&mut self) {
            for i in 0..self.now.len() {
                self.now[i] = ease(self.now[i]) * ease(self.old[i]);
            }
        }
    }

    fn ease(x: f64) -> f64 {
        x / (1.0 + x * x).sqrt()
    }

    pub(super) fn wave(x: &[f64]) -> f64 {
        let mut l = levels(x);
        for _ in 0..4 {
            l.wave();
        }
        l.now.iter().map(|v| v * v).sum::<f64>() + l.new[1] * l.old[1]
    }

    pub(super) fn in_place(x: &[f64]) -> f64 {
        let mut l = levels(x);
        for _ in 0..3 {
            l.smooth();
        }
        l.now.iter().sum()
    }

    pub(super) fn both_sweeps(x: &[f64]) -> f64 {
        let mut l = levels(x);
        l.smooth();
        l.turned();
        l.smooth();
        l.energy()
    }

    pub(super) fn with_a_number(x: &[f64]) -> f64 {
        let mut l = levels(x);
        l.scale(x[0]);
        l.scale(x[1]);
        l.energy() + l.rate
    }

    pub(super) fn of_a_local(x: &[f64]) -> f64 {
        let mut l = levels(x);
        let n = x.len();
        for i in 0..n {
            l.new[i] = l.now[i] * l.old[i] + x[i];
        }
        for i in 0..n - 1 {
            l.now[i + 1] += l.new[i] * l.now[i] * l.rate;
        }
        l.now[n - 1]
    }

    #[derive(Clone, Copy, conservative_grad::Differentiable)]
    struct Fixed {
        a: [f64; 6],
        b: [f64; 6],
    }

    impl Fixed {
        fn step(&mut self, by: f64) {
            for i in 1..5 {
                self.b[i] += by * (self.a[i - 1] - self.a[i + 1]) * self.b[i];
            }
            for i in 0..6 {
                self.a[i] = self.a[i] * 0.9 + self.b[i];
            }
        }
    }

    pub(super) fn of_arrays(x: &[f64]) -> f64 {
        let mut f = Fixed {
            a: [x[0]; 6],
            b: [x[1]; 6],
        };
        f.a[2] = x[2];
        for k in 0..3 {
            f.step(x[k]);
        }
        f.a[1] * f.b[3] + f.a[4]
    }

    #[derive(Clone, conservative_grad::Differentiable)]
    struct Grid {
        rows: Vec<Vec<f64>>,
        points: Vec<[f64; 2]>,
        flat: Vec<f64>,
        width: usize,
    }

    fn grid(x: &[f64]) -> Grid {
        let width = x.len() / 2;
        Grid {
            rows: vec![x[..width].to_vec(), x[width..2 * width].to_vec()],
            points: (0..width).map(|i| [x[i], x[i + width]]).collect(),
            flat: x.to_vec(),
            width,
        }
    }

    impl Grid {
        fn mix(&mut self) {
            for i in 0..2 {
                for j in 1..self.width {
                    self.rows[i][j] += self.rows[1 - i][j - 1] * self.flat[i * self.width + j];
                }
            }
        }

        fn turn(&mut self, angle: f64) {
            for k in 0..self.points.len() {
                let [a, b] = self.points[k];
                self.points[k][0] = a * angle.cos() - b * angle.sin();
                self.points[k][1] = a * angle.sin() + b * angle.cos() + self.flat[2 * k];
                self.flat[2 * k + 1] *= self.points[k][0];
            }
        }

        fn strided(&mut self) -> f64 {
            let mut sum = 0.0;
            for k in 0..self.width {
                self.flat[2 * k] *= self.flat[2 * k + 1];
                sum += self.flat[2 * k] * self.points[k][1];
            }
            sum
        }
    }

    pub(super) fn of_rows(x: &[f64]) -> f64 {
        let mut g = grid(x);
        g.mix();
        g.mix();
        g.rows[0].iter().sum::<f64>() * g.rows[1][g.width - 1]
    }

    pub(super) fn of_points(x: &[f64]) -> f64 {
        let mut g = grid(x);
        g.turn(x[0]);
        g.turn(0.3);
        g.points.iter().map(|p| p[0] * p[1]).sum::<f64>() + g.flat.iter().sum::<f64>()
    }

    pub(super) fn by_a_stride(x: &[f64]) -> f64 {
        let mut g = grid(x);
        g.strided() + g.strided() * g.flat[0]
    }

    pub(super) fn read_only(x: &[f64]) -> f64 {
        let l = levels(x);
        l.energy() * l.energy()
    }

    pub(super) fn of_two(x: &[f64]) -> f64 {
        let (mut a, mut b) = (levels(x), levels(x));
        for i in 1..x.len() {
            a.now[i] += b.now[i - 1] * a.old[i];
            b.now[i] = a.now[i] * b.now[i] + b.rate;
        }
        a.energy() + b.energy()
    }

    #[derive(Clone, conservative_grad::Differentiable)]
    struct Both {
        first: Levels,
        second: Levels,
        shift: Vec<f64>,
    }

    impl Both {
        fn exchange(&mut self) {
            for i in 1..self.shift.len() {
                self.first.now[i] += self.second.now[i - 1] * self.shift[i];
                self.second.now[i] -= self.first.now[i] * self.first.old[i - 1];
                self.shift[i] *= self.first.rate;
            }
        }
    }

    pub(super) fn of_a_struct_in_a_struct(x: &[f64]) -> f64 {
        let mut both = Both {
            first: levels(x),
            second: levels(x),
            shift: x.to_vec(),
        };
        both.exchange();
        both.exchange();
        both.first.energy() + both.second.energy() + both.shift[1]
    }

    pub(super) fn with_a_branch(x: &[f64]) -> f64 {
        let mut l = levels(x);
        l.clip(0.35);
        l.smooth();
        l.clip(0.2);
        l.energy()
    }

    pub(super) fn with_a_kink(x: &[f64]) -> f64 {
        let mut l = levels(x);
        let mut sum = 0.0;
        for i in 1..l.now.len() {
            sum += (l.now[i] * l.rate - l.now[i - 1])
                .abs()
                .max(0.05 * l.old[i]);
            l.old[i] += sum;
        }
        sum * l.energy()
    }

    pub(super) fn backwards(x: &[f64]) -> f64 {
        let mut l = levels(x);
        l.turned();
        l.turned();
        l.energy()
    }

    pub(super) fn recorded(x: &[f64]) -> f64 {
        let mut l = levels(x);
        let mut h = 0.4;
        for i in 0..l.now.len() {
            h = h * l.now[i] + l.old[i].sin();
            l.new[i] = h * h;
        }
        l.energy() * h
    }

    pub(super) fn with_calls(x: &[f64]) -> f64 {
        let mut l = levels(x);
        for _ in 0..3 {
            l.eased();
        }
        l.energy()
    }

    pub(super) fn of_a_tuple(x: &[f64]) -> f64 {
        let mut pair = (x.to_vec(), vec![0.5; x.len()], x[0]);
        for _ in 0..2 {
            for i in 1..x.len() {
                pair.1[i] += pair.0[i - 1] * pair.0[i] * pair.2;
                pair.0[i] *= pair.1[i - 1];
            }
            pair.2 += pair.1[1];
        }
        pair.0[1] + pair.1[2] * pair.2
    }

    pub(super) fn with_constants(x: &[f64]) -> f64 {
        let mut l = levels(x);
        l.gather();
        l.smooth();
        l.gather();
        l.energy()
    }

    fn spread(l: &mut Levels, other: &Levels) {
        for i in 1..l.now.len() {
            l.now[i] += other.now[i - 1] * other.rate + other.now[i] * l.old[i];
        }
    }

    pub(super) fn handed_over(x: &[f64]) -> f64 {
        let mut l = levels(x);
        let mut other = levels(x);
        spread(&mut l, &other);
        other.smooth();
        spread(&mut l, &other);
        l.energy()
    }

    pub(super) fn accumulated(x: &[f64]) -> f64 {
        let l = levels(x);
        let mut sum = 0.0;
        for i in 0..x.len() {
            sum += l.now[i] * l.now[i] * x[i];
        }
        sum
    }

    fn total(l: &Levels) -> f64 {
        l.now.iter().sum::<f64>() * l.rate
    }

    /// The struct is handed on where an element of its list has been written to.
    pub(super) fn beside_the_whole(x: &[f64]) -> f64 {
        let mut l = levels(x);
        let mut sum = 0.0;
        for i in 0..x.len() {
            l.now[i] = l.now[i] * x[i] + 0.1;
            sum += total(&l) * l.now[i];
        }
        sum
    }

    pub(super) fn short(x: &[f64]) -> f64 {
        let mut l = levels(x);
        l.old = vec![1.0];
        for i in 0..l.now.len() {
            l.now[i] *= l.old[i];
        }
        l.now[0]
    }
}
