//! Loops of callees and methods whose reverse adds to neighbours: they are split into strips in the body that others call, too,
//! over parameters, fields, points and parts of them.

mod cases {
    check_all!(
        wave from 4 and 33 and 34 and 35 and 67,
        lists from 4 and 34 and 66,
        shared_field from 4 and 33 and 66,
        owned from 3 and 34 and 65,
        of_points from 4 and 34 and 66,
        points_behind_a_reference from 4 and 34 and 66,
        constants_in_places from 4 and 34 and 66,
        parts from 8 and 40 and 75,
        with_a_shared_number from 3 and 33 and 64,
        with_a_parameter from 3 and 33 and 64,
        gathered from 4 and 34 and 66,
        nested from 4 and 34,
        called_in_an_arm from 4 and 34,
        in_a_while from 4 and 34 and 66,
        two_neighbourhoods from 5 and 34 and 66,
        struct_in_a_struct from 4 and 34 and 66,
        whole_beside_a_field from 4 and 34 and 66,
        recorded_by_lane from 4 and 33 and 70,
        left_early from 4 and 34 and 66,
        until_the_last from 4 and 33 and 65,
    );
}

use programs::{
    called_in_an_arm, constants_in_places, gathered, in_a_while, left_early, lists, nested,
    of_points, owned, parts, points_behind_a_reference, recorded_by_lane, shared_field,
    struct_in_a_struct, two_neighbourhoods, until_the_last, wave, whole_beside_a_field,
    with_a_parameter, with_a_shared_number,
};

#[conservative_grad::conservative_grad]
mod programs {
    #[derive(Clone, conservative_grad::Differentiable)]
    struct Levels {
        old: Vec<f64>,
        now: Vec<f64>,
        new: Vec<f64>,
    }

    #[derive(Clone, conservative_grad::Differentiable)]
    struct Model {
        levels: Levels,
        rate: f64,
        points: Vec<[f64; 2]>,
        #[constant]
        mask: Vec<usize>,
    }

    /// Small numbers, so that differences are exact enough.
    fn small(x: &[f64]) -> Vec<f64> {
        x.iter().map(|v| 0.1 * v).collect()
    }

    fn start(x: &[f64]) -> Levels {
        Levels {
            old: vec![0.1; x.len()],
            now: x.to_vec(),
            new: vec![0.0; x.len()],
        }
    }

    fn model(x: &[f64]) -> Model {
        Model {
            levels: start(x),
            rate: 0.2 + 0.1 * x[1],
            points: x.iter().map(|v| [*v, 0.5 * v * v]).collect(),
            mask: (0..x.len()).map(|i| i % 3).collect(),
        }
    }

    impl Levels {
        fn advance(&mut self, speed: f64) {
            for i in 1..self.now.len() - 1 {
                let bend = self.now[i - 1] - 2.0 * self.now[i] + self.now[i + 1];
                self.new[i] = 1.5 * self.now[i] - self.old[i] + speed * bend * self.now[i];
            }
            std::mem::swap(&mut self.old, &mut self.now);
            std::mem::swap(&mut self.now, &mut self.new);
        }

        fn bent(&self, out: &mut [f64]) {
            for i in 1..self.now.len() - 1 {
                out[i] = self.now[i - 1] * self.now[i + 1] - self.now[i];
            }
        }

        fn square(&self) -> f64 {
            self.now.iter().map(|v| v * v).sum()
        }
    }

    impl Model {
        fn step(&mut self) {
            for i in 1..self.levels.now.len() - 1 {
                self.levels.new[i] = self.levels.now[i + 1] * self.levels.now[i - 1] * self.rate;
                self.levels.new[i] += 0.1 * self.mask[i] as f64 * self.levels.now[i];
            }
            self.rate *= 1.0 + 0.1 * self.levels.new[1];
        }

        fn drift(&mut self) {
            for i in 1..self.points.len() - 1 {
                self.levels.new[i] = self.points[i - 1][0] * self.points[i + 1][1]
                    + self.rate * self.points[i][0] * self.points[i][1];
            }
        }

        fn whole(&self) -> f64 {
            self.levels.square() + self.rate * self.levels.new[2]
        }

        fn beside(&mut self) {
            for i in 1..self.levels.now.len() - 1 {
                let all = self.whole();
                self.levels.new[i] += self.levels.now[i - 1] * self.levels.now[i + 1] / (1.0 + all);
            }
        }
    }

    pub(super) fn wave(x: &[f64]) -> f64 {
        let mut l = start(x);
        for _ in 0..3 {
            l.advance(0.1 + 0.01 * x[0]);
        }
        l.square()
    }

    fn stretched(now: &[f64], next: &mut [f64], by: &[f64]) {
        for i in 1..now.len() - 1 {
            next[i] = by[i] * (now[i - 1] - 2.0 * now[i] + now[i + 1]) + now[i] * now[i];
        }
    }

    pub(super) fn lists(x: &[f64]) -> f64 {
        let mut now = x.to_vec();
        let mut next = vec![0.25; x.len()];
        for _ in 0..3 {
            stretched(&now, &mut next, x);
            now.copy_from_slice(&next);
            for v in now.iter_mut() {
                *v *= 0.3;
            }
        }
        now.iter().map(|v| v * v * v).sum()
    }

    pub(super) fn shared_field(x: &[f64]) -> f64 {
        let mut out = vec![0.5; x.len()];
        let mut l = start(x);
        for k in 0..2 {
            l.bent(&mut out);
            l.now[k] = out[k + 1] * x[k];
        }
        out.iter().map(|v| v * v).sum()
    }

    fn differences(x: Vec<f64>) -> Vec<f64> {
        let mut d = vec![0.0; x.len()];
        for i in 0..x.len() - 1 {
            d[i] = x[i + 1] * x[i] - x[i];
        }
        d
    }

    pub(super) fn owned(x: &[f64]) -> f64 {
        let d = differences(differences(x.to_vec()));
        d.iter().map(|v| v * v).sum()
    }

    pub(super) fn of_points(x: &[f64]) -> f64 {
        let mut m = model(x);
        m.drift();
        m.levels.new.iter().map(|v| v * v).sum::<f64>() * m.rate
    }

    fn bends(p: &[[f64; 2]], out: &mut [f64]) {
        for i in 1..p.len() - 1 {
            out[i] += (p[i + 1][0] - p[i][0]) * (p[i][1] - p[i - 1][1]) * p[i][0];
        }
    }

    pub(super) fn points_behind_a_reference(x: &[f64]) -> f64 {
        let y = small(x);
        let x = &y;
        let points: Vec<[f64; 2]> = x.iter().map(|v| [v * v, *v]).collect();
        let mut out = x.to_vec();
        bends(&points, &mut out);
        bends(&points, &mut out);
        out.iter().map(|v| v * v).sum()
    }

    pub(super) fn constants_in_places(x: &[f64]) -> f64 {
        let fixed = vec![0.5; x.len()];
        let mut next = vec![0.0; x.len()];
        stretched(&fixed, &mut next, x);
        let mut other = vec![0.0; x.len()];
        stretched(x, &mut other, &fixed);
        let mut third = vec![0.0; x.len()];
        stretched(&fixed, &mut third, &fixed);
        next.iter().zip(&other).map(|(a, b)| a * b).sum::<f64>() + third[1] * x[0]
    }

    pub(super) fn parts(x: &[f64]) -> f64 {
        let half = x.len() / 2;
        let mut out = vec![0.0; x.len()];
        stretched(&x[..half], &mut out[..half], &x[half..2 * half]);
        stretched(&x[1..half], &mut out[half..2 * half - 1], &x[2..half + 1]);
        out.iter().map(|v| v * v).sum()
    }

    fn relaxed(y: &mut [f64], target: f64) {
        let rate = 0.1 * target * target;
        for i in 0..y.len() {
            y[i] += rate * (target - y[i] * y[i]);
        }
    }

    pub(super) fn with_a_shared_number(x: &[f64]) -> f64 {
        let mut y = x.to_vec();
        relaxed(&mut y, x[0]);
        relaxed(&mut y, 0.7);
        y.iter().map(|v| v * v).sum()
    }

    fn moved(y: &[f64], by: f64, out: &mut [f64]) {
        for i in 0..y.len() {
            out[i] = y[i] * y[i] + by * y[i];
        }
    }

    pub(super) fn with_a_parameter(x: &[f64]) -> f64 {
        let y = small(x);
        let x = &y;
        let mut out = vec![0.0; x.len()];
        moved(x, x[1], &mut out);
        let again = out.clone();
        moved(&again, 0.5, &mut out);
        out.iter().map(|v| v * v).sum::<f64>() * 0.01
    }

    fn mixed(now: &[f64], from: &[usize], out: &mut [f64]) {
        for i in 1..now.len() - 1 {
            out[i] = now[i - 1] * now[i + 1] + now[from[i]];
        }
    }

    pub(super) fn gathered(x: &[f64]) -> f64 {
        let from: Vec<usize> = (0..x.len()).map(|i| (i * 5 + 2) % x.len()).collect();
        let mut out = vec![0.0; x.len()];
        mixed(x, &from, &mut out);
        out.iter().map(|v| v * v).sum()
    }

    fn sheet(rows: &[Vec<f64>], out: &mut [Vec<f64>]) {
        for i in 1..rows.len() - 1 {
            for j in 1..rows[i].len() - 1 {
                out[i][j] =
                    rows[i - 1][j] * rows[i + 1][j] + rows[i][j - 1] * rows[i][j + 1] - rows[i][j];
            }
        }
    }

    pub(super) fn nested(x: &[f64]) -> f64 {
        let rows: Vec<Vec<f64>> = (0..4)
            .map(|k| x.iter().map(|v| v * (0.5 + 0.2 * k as f64)).collect())
            .collect();
        let mut out = vec![vec![0.1; x.len()]; 4];
        sheet(&rows, &mut out);
        out.iter().flatten().map(|v| v * v).sum()
    }

    fn either(now: &[f64], out: &mut [f64], first: bool) {
        if first {
            for i in 1..now.len() {
                out[i] = now[i - 1] * now[i];
            }
        } else {
            for i in 0..now.len() - 1 {
                out[i] = now[i + 1] - now[i] * now[i];
            }
        }
    }

    pub(super) fn called_in_an_arm(x: &[f64]) -> f64 {
        let y = small(x);
        let x = &y;
        let mut out = x.to_vec();
        for k in 0..4 {
            let now = out.clone();
            either(&now, &mut out, k % 2 == 0);
        }
        out.iter().sum()
    }

    fn settled(now: &mut Vec<f64>, rounds: usize) {
        let mut next = now.clone();
        let mut k = 0;
        while k < rounds {
            for i in 1..now.len() - 1 {
                next[i] = 0.3 * now[i - 1] * now[i + 1] + 0.5 * now[i];
            }
            now.copy_from_slice(&next);
            k += 1;
        }
    }

    pub(super) fn in_a_while(x: &[f64]) -> f64 {
        let mut now = x.to_vec();
        settled(&mut now, 3);
        now.iter().map(|v| v * v).sum()
    }

    fn far(now: &[f64], other: &[f64], out: &mut [f64]) {
        for i in 2..now.len() - 2 {
            out[i] = now[i - 2] * other[i + 1] + now[i + 2] * other[i - 1] - now[i] * other[i];
        }
    }

    pub(super) fn two_neighbourhoods(x: &[f64]) -> f64 {
        let y = small(x);
        let x = &y;
        let squares: Vec<f64> = x.iter().map(|v| v * v).collect();
        let mut out = vec![0.2; x.len()];
        far(x, &squares, &mut out);
        far(&squares, x, &mut out);
        out.iter().map(|v| v * v).sum()
    }

    pub(super) fn struct_in_a_struct(x: &[f64]) -> f64 {
        let mut m = model(x);
        for _ in 0..2 {
            m.step();
            std::mem::swap(&mut m.levels.now, &mut m.levels.new);
        }
        m.levels.square() * m.rate
    }

    pub(super) fn whole_beside_a_field(x: &[f64]) -> f64 {
        let mut m = model(x);
        m.beside();
        m.beside();
        m.levels.new.iter().map(|v| v * v).sum()
    }

    fn products(now: &mut [f64], kept: &mut [f64]) {
        for i in 1..now.len() - 1 {
            let around = now[i - 1] * now[i + 1];
            kept[i] = around * around * now[i];
        }
        for i in 0..now.len() {
            now[i] *= 0.5 * kept[i];
        }
    }

    pub(super) fn recorded_by_lane(x: &[f64]) -> f64 {
        let y = small(x);
        let x = &y;
        let mut now = x.to_vec();
        let mut kept = vec![0.3; x.len()];
        for _ in 0..3 {
            products(&mut now, &mut kept);
        }
        now.iter().zip(&kept).map(|(a, b)| a + b).sum()
    }

    fn damped(now: &[f64], out: &mut [f64], limit: usize) -> f64 {
        if now.len() < limit {
            return now[0];
        }
        for i in 1..now.len() {
            out[i] += now[i] * now[i - 1];
        }
        out[limit - 1]
    }

    pub(super) fn left_early(x: &[f64]) -> f64 {
        let mut out = x.to_vec();
        let a = damped(x, &mut out, 3);
        let b = damped(x, &mut out, 1000);
        let c = damped(&x[1..], &mut out, 2);
        a * b * c * out[2]
    }

    fn closed(now: &[f64], out: &mut [f64]) {
        for i in 1..=now.len() - 1 {
            out[i] = now[i] * now[i - 1];
        }
    }

    pub(super) fn until_the_last(x: &[f64]) -> f64 {
        let mut out = x.to_vec();
        closed(x, &mut out);
        let again = out.clone();
        closed(&again, &mut out);
        out.iter().sum()
    }
}
